//! The evaluator: walks a plan over the data of an environment. Total: it ends within its cost budget with a
//! value of the checked type or an error, and the same data always gives the same answer.

use serde_json::Value as Json;

use super::ast::Spot;
use super::error::{EvaluationError, EvaluationFault};
use super::limits::{BYTES_PER_COST, COST_MAX, LIST_ITEMS_MAX};
use super::plan::{Loop, LoopKind, Plan, Work};
use super::types::Type;
use super::value::{Binding, Fields, Found, List, Value, present};
use crate::time::Calendar;

/// Where an expression finds its variables and what the case went through.
pub trait Environment {
    /// What the variable `name` is bound to; `None` if it is unset.
    fn variable(&self, name: &str) -> Option<Binding<'_>>;
    /// How many times the case entered the step; where no case goes through steps, never.
    fn times(&self, _step: &str) -> i64 {
        0
    }
    /// Whether the case ever entered the step.
    fn reached(&self, _step: &str) -> bool {
        false
    }
    /// Whether the case is in the step now.
    fn active(&self, _step: &str) -> bool {
        false
    }
    /// The calendar that business days are counted by, where there is one.
    fn calendar(&self) -> Option<&Calendar> {
        None
    }
}

pub(super) type Outcome<'e> = Result<Value<'e>, EvaluationError>;

pub(super) struct Evaluator<'e> {
    text: &'e str,
    pub(super) environment: &'e dyn Environment,
    /// The items of the running loops, the outermost first.
    locals: Vec<Value<'e>>,
    cost: u64,
}

/// Evaluates a plan of type `ty`, checking that data inside the result has its declared type.
pub(super) fn evaluate<'e>(
    text: &'e str,
    plan: &'e Plan,
    ty: &Type,
    environment: &'e dyn Environment,
) -> Outcome<'e> {
    let mut evaluator = Evaluator { text, environment, locals: Vec::new(), cost: 0 };
    let value = evaluator.value(plan)?;
    evaluator.weigh(&value, plan.spot)?;
    match value.is_a(ty) {
        true => Ok(value),
        false => Err(evaluator.misfit(ty, value.found(), plan.spot)),
    }
}

pub(super) fn fail<T>(fault: EvaluationFault, spot: Spot) -> Result<T, EvaluationError> {
    Err(EvaluationError::new(fault, spot))
}

impl<'e> Evaluator<'e> {
    pub(super) fn value(&mut self, plan: &'e Plan) -> Outcome<'e> {
        self.charge(1, plan.spot)?;
        match &plan.work {
            Work::Bool(value) => Ok(Value::Bool(*value)),
            Work::Int(value) => Ok(Value::Int(*value)),
            Work::Text(text) => Ok(Value::text(text)),
            Work::Timestamp(at) => Ok(Value::Timestamp(*at)),
            Work::Duration(span) => Ok(Value::Duration(*span)),
            Work::List(items) => self.items(items),
            Work::Local(slot) => self.local(*slot, plan.spot),
            Work::Variable { .. } | Work::Select { .. } => self.set_value(plan),
            Work::Has { of, field } => self.has(of, field),
            Work::Index { of, at, ty } => self.index(of, at, ty, plan.spot),
            Work::Not(of) => Ok(Value::Bool(!self.bool(of)?)),
            Work::Negate(of) => Ok(Value::Int(-self.int(of)?)),
            Work::Arithmetic { first, rest } => self.arithmetic(first, rest),
            Work::Order { order, left, right } => self.order(*order, left, right),
            Work::Equal { negated, left, right, ty } => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                Ok(Value::Bool(self.equal(&left, &right, ty, plan.spot)? != *negated))
            }
            Work::In { item, list, ty } => self.membership(item, list, ty, plan.spot),
            Work::All(parts) => self.decide(parts, false),
            Work::Any(parts) => self.decide(parts, true),
            Work::Choose { condition, yes, no } => match self.bool(condition)? {
                true => self.value(yes),
                false => self.value(no),
            },
            Work::Call { function, arguments } => self.call(*function, arguments, plan.spot),
            Work::Matches { of, pattern } => self.matches(of, pattern),
            Work::Loop(turns) => self.turns(turns, plan.spot),
            Work::Times(step) => {
                let times = Value::Int(self.environment.times(step));
                self.declared(times, &Type::Int, plan.spot)
            }
            Work::Reached(step) => Ok(Value::Bool(self.environment.reached(step))),
            Work::Active(step) => Ok(Value::Bool(self.environment.active(step))),
        }
    }

    /// Takes `units` from the budget.
    pub(super) fn charge(&mut self, units: usize, spot: Spot) -> Result<(), EvaluationError> {
        self.cost = self.cost.saturating_add(units as u64);
        if self.cost > COST_MAX { fail(EvaluationFault::Cost, spot) } else { Ok(()) }
    }

    /// Takes from the budget what handling `bytes` of text costs.
    pub(super) fn charge_bytes(&mut self, bytes: usize, spot: Spot) -> Result<(), EvaluationError> {
        self.charge(bytes / BYTES_PER_COST, spot)
    }

    /// Takes from the budget what writing out a result costs: lists that are shared while the expression
    /// runs would multiply without bound.
    fn weigh(&mut self, value: &Value<'_>, spot: Spot) -> Result<(), EvaluationError> {
        match value {
            Value::Bool(_) | Value::Int(_) | Value::Timestamp(_) | Value::Duration(_) => Ok(()),
            Value::String(text) => self.charge_bytes(text.len(), spot),
            Value::List(List::Made(items)) => items.iter().try_for_each(|item| {
                self.charge(1, spot)?;
                self.weigh(item, spot)
            }),
            Value::List(List::Json(items)) => {
                items.iter().try_for_each(|item| self.weigh_json(item, spot))
            }
            Value::Record(fields) => {
                fields.values().try_for_each(|field| self.weigh_json(field, spot))
            }
        }
    }

    fn weigh_json(&mut self, json: &Json, spot: Spot) -> Result<(), EvaluationError> {
        self.charge(1, spot)?;
        match json {
            Json::Null | Json::Bool(_) | Json::Number(_) => Ok(()),
            Json::String(text) => self.charge_bytes(text.len(), spot),
            Json::Array(items) => items.iter().try_for_each(|item| self.weigh_json(item, spot)),
            Json::Object(fields) => {
                fields.values().try_for_each(|field| self.weigh_json(field, spot))
            }
        }
    }

    pub(super) fn misfit(&self, wanted: &Type, found: Found, spot: Spot) -> EvaluationError {
        let path = self.written(spot);
        EvaluationError::new(
            EvaluationFault::WrongType { path, wanted: wanted.clone(), found },
            spot,
        )
    }

    fn written(&self, spot: Spot) -> String {
        self.text.get(spot.range()).unwrap_or("").to_owned()
    }

    fn declared(&self, value: Value<'e>, ty: &Type, spot: Spot) -> Outcome<'e> {
        match value.looks_like(ty) {
            true => Ok(value),
            false => Err(self.misfit(ty, value.found(), spot)),
        }
    }

    pub(super) fn bool(&mut self, plan: &'e Plan) -> Result<bool, EvaluationError> {
        let value = self.value(plan)?;
        let Value::Bool(value) = value else {
            return Err(self.misfit(&Type::Bool, value.found(), plan.spot));
        };
        Ok(value)
    }

    pub(super) fn int(&mut self, plan: &'e Plan) -> Result<i64, EvaluationError> {
        let value = self.value(plan)?;
        let Value::Int(value) = value else {
            return Err(self.misfit(&Type::Int, value.found(), plan.spot));
        };
        Ok(value)
    }

    pub(super) fn list(&mut self, plan: &'e Plan) -> Result<List<'e>, EvaluationError> {
        let value = self.value(plan)?;
        let Value::List(list) = value else {
            return Err(self.misfit(&Type::list(Type::Int), value.found(), plan.spot));
        };
        Ok(list)
    }

    /// The value of a variable or field, which must be set.
    fn set_value(&mut self, plan: &'e Plan) -> Outcome<'e> {
        match self.lookup(plan)? {
            Some(value) => Ok(value),
            None => {
                let spot = self.unset(plan)?;
                fail(EvaluationFault::Unset { path: self.written(spot) }, spot)
            }
        }
    }

    /// The value of a variable or field; `None` if it, or what it stands in, is unset.
    fn lookup(&mut self, plan: &'e Plan) -> Result<Option<Value<'e>>, EvaluationError> {
        match &plan.work {
            Work::Variable { name, ty } => self.variable(name, ty, plan.spot),
            Work::Select { of, field, ty } => {
                self.charge(1, plan.spot)?;
                let json = self.fields(of)?.and_then(|fields| present(fields, field));
                json.map(|json| self.read(json, ty, plan.spot)).transpose()
            }
            Work::Bool(_)
            | Work::Int(_)
            | Work::Text(_)
            | Work::Timestamp(_)
            | Work::Duration(_)
            | Work::List(_)
            | Work::Local(_)
            | Work::Has { .. }
            | Work::Index { .. }
            | Work::Not(_)
            | Work::Negate(_)
            | Work::Arithmetic { .. }
            | Work::Order { .. }
            | Work::Equal { .. }
            | Work::In { .. }
            | Work::All(_)
            | Work::Any(_)
            | Work::Choose { .. }
            | Work::Call { .. }
            | Work::Matches { .. }
            | Work::Loop(_)
            | Work::Times(_)
            | Work::Reached(_)
            | Work::Active(_) => self.value(plan).map(Some),
        }
    }

    fn variable(
        &self,
        name: &str,
        ty: &Type,
        spot: Spot,
    ) -> Result<Option<Value<'e>>, EvaluationError> {
        let value = match self.environment.variable(name) {
            Some(Binding::Json(json)) if json.is_null() => return Ok(None),
            Some(Binding::Json(json)) => self.read(json, ty, spot)?,
            Some(Binding::Record(fields)) => Value::Record(fields),
            Some(Binding::Value(value)) => value,
            None => return Ok(None),
        };
        self.declared(value, ty, spot).map(Some)
    }

    /// The fields of a record; `None` if it is unset.
    fn fields(&mut self, of: &'e Plan) -> Result<Option<&'e Fields>, EvaluationError> {
        let Some(value) = self.lookup(of)? else {
            return Ok(None);
        };
        let Value::Record(fields) = value else {
            return Err(self.misfit(&Type::record::<String>([]), value.found(), of.spot));
        };
        Ok(Some(fields))
    }

    /// Reads JSON found at `spot`.
    pub(super) fn read(&self, json: &'e Json, ty: &Type, spot: Spot) -> Outcome<'e> {
        Value::read(json, ty).ok_or_else(|| self.misfit(ty, Found::in_json(json), spot))
    }

    /// Reads JSON found as item number `at` of the list at `spot`.
    fn read_item(&self, json: &'e Json, at: usize, ty: &Type, spot: Spot) -> Outcome<'e> {
        Value::read(json, ty).ok_or_else(|| {
            let path = format!("{}[{at}]", self.written(spot));
            let (wanted, found) = (ty.clone(), Found::in_json(json));
            EvaluationError::new(EvaluationFault::WrongType { path, wanted, found }, spot)
        })
    }

    /// Where the first unset part of an unset path is written.
    fn unset(&mut self, plan: &'e Plan) -> Result<Spot, EvaluationError> {
        if let Work::Select { of, .. } = &plan.work
            && self.lookup(of)?.is_none()
        {
            return self.unset(of);
        }
        Ok(plan.spot)
    }

    fn has(&mut self, of: &'e Plan, field: &str) -> Outcome<'e> {
        let fields = self.fields(of)?;
        Ok(Value::Bool(fields.is_some_and(|fields| present(fields, field).is_some())))
    }

    fn local(&mut self, slot: usize, spot: Spot) -> Outcome<'e> {
        match self.locals.get(slot).cloned() {
            Some(value) => self.copied(value, spot),
            None => fail(EvaluationFault::Unset { path: self.written(spot) }, spot),
        }
    }

    /// Charges for the text that was copied with a value.
    fn copied(&mut self, value: Value<'e>, spot: Spot) -> Outcome<'e> {
        if let Value::String(text) = &value {
            self.charge_bytes(text.len(), spot)?;
        }
        Ok(value)
    }

    fn items(&mut self, plans: &'e [Plan]) -> Outcome<'e> {
        let items: Result<Vec<_>, _> = plans.iter().map(|plan| self.value(plan)).collect();
        Ok(Value::list(items?))
    }

    /// Item number `at` of a list; `None` behind its end.
    pub(super) fn item(
        &mut self,
        list: &List<'e>,
        at: usize,
        ty: &Type,
        spot: Spot,
    ) -> Result<Option<Value<'e>>, EvaluationError> {
        match list {
            List::Json(items) => {
                items.get(at).map(|json| self.read_item(json, at, ty, spot)).transpose()
            }
            List::Made(items) => match items.get(at).cloned() {
                Some(value) => self.copied(value, spot).map(Some),
                None => Ok(None),
            },
        }
    }

    fn index(&mut self, of: &'e Plan, at: &'e Plan, ty: &Type, spot: Spot) -> Outcome<'e> {
        let list = self.list(of)?;
        let index = self.int(at)?;
        let found = match usize::try_from(index) {
            Ok(at) => self.item(&list, at, ty, spot)?,
            Err(_) => None,
        };
        let fault = EvaluationFault::IndexOutOfRange { index, size: list.len() };
        found.map_or_else(|| fail(fault, spot), Ok)
    }

    /// `&&` (`decisive` is false) and `||` (`decisive` is true): a decisive part wins over the errors of
    /// others; without one the first error counts. A spent budget cannot be won over.
    fn decide(&mut self, parts: &'e [Plan], decisive: bool) -> Outcome<'e> {
        let mut first_error = None;
        for part in parts {
            match self.bool(part) {
                Ok(value) if value == decisive => return Ok(Value::Bool(decisive)),
                Ok(_) => {}
                Err(error) => keep_first(&mut first_error, error)?,
            }
        }
        first_error.map_or(Ok(Value::Bool(!decisive)), Err)
    }

    fn turns(&mut self, turns: &'e Loop, spot: Spot) -> Outcome<'e> {
        let list = self.list(&turns.list)?;
        let outer = self.locals.len();
        let outcome = match &turns.kind {
            LoopKind::All => self.decide_turns(turns, &list, false, spot),
            LoopKind::Exists => self.decide_turns(turns, &list, true, spot),
            LoopKind::ExistsOne => self.exists_one(turns, &list, spot),
            LoopKind::Filter => self.filter(turns, &list, spot),
            LoopKind::Map { condition } => self.map(turns, condition.as_ref(), &list, spot),
        };
        self.locals.truncate(outer);
        outcome
    }

    /// Begins turn number `at`: its item becomes the innermost local. `None` behind the end.
    fn turn(
        &mut self,
        turns: &Loop,
        list: &List<'e>,
        at: usize,
        outer: usize,
        spot: Spot,
    ) -> Result<Option<()>, EvaluationError> {
        self.charge(1, spot)?;
        let item = self.item(list, at, &turns.item, turns.list.spot)?;
        self.locals.truncate(outer);
        Ok(item.map(|item| self.locals.push(item)))
    }

    fn decide_turns(
        &mut self,
        turns: &'e Loop,
        list: &List<'e>,
        decisive: bool,
        spot: Spot,
    ) -> Outcome<'e> {
        let outer = self.locals.len();
        let mut first_error = None;
        for at in 0..list.len() {
            let answer = match self.turn(turns, list, at, outer, spot) {
                Ok(_) => self.bool(&turns.body),
                Err(error) => Err(error),
            };
            match answer {
                Ok(value) if value == decisive => return Ok(Value::Bool(decisive)),
                Ok(_) => {}
                Err(error) => keep_first(&mut first_error, error)?,
            }
        }
        first_error.map_or(Ok(Value::Bool(!decisive)), Err)
    }

    fn exists_one(&mut self, turns: &'e Loop, list: &List<'e>, spot: Spot) -> Outcome<'e> {
        let (outer, mut at, mut found) = (self.locals.len(), 0, 0_usize);
        while self.turn(turns, list, at, outer, spot)?.is_some() {
            found += usize::from(self.bool(&turns.body)?);
            at += 1;
        }
        Ok(Value::Bool(found == 1))
    }

    fn filter(&mut self, turns: &'e Loop, list: &List<'e>, spot: Spot) -> Outcome<'e> {
        let (outer, mut at, mut kept) = (self.locals.len(), 0, Vec::new());
        while self.turn(turns, list, at, outer, spot)?.is_some() {
            if self.bool(&turns.body)? {
                kept.push(self.local(outer, spot)?);
            }
            at += 1;
        }
        made(kept, spot)
    }

    fn map(
        &mut self,
        turns: &'e Loop,
        condition: Option<&'e Plan>,
        list: &List<'e>,
        spot: Spot,
    ) -> Outcome<'e> {
        let (outer, mut at, mut mapped) = (self.locals.len(), 0, Vec::new());
        while self.turn(turns, list, at, outer, spot)?.is_some() {
            let fits = condition.map_or(Ok(true), |condition| self.bool(condition))?;
            if fits {
                mapped.push(self.value(&turns.body)?);
            }
            at += 1;
        }
        made(mapped, spot)
    }
}

/// Keeps the first of several errors; a spent budget ends everything at once.
fn keep_first(
    first: &mut Option<EvaluationError>,
    error: EvaluationError,
) -> Result<(), EvaluationError> {
    if *error.kind == EvaluationFault::Cost {
        return Err(error);
    }
    first.get_or_insert(error);
    Ok(())
}

/// A list made by an expression, within its bound.
pub(super) fn made(items: Vec<Value<'_>>, spot: Spot) -> Outcome<'_> {
    match items.len() > LIST_ITEMS_MAX {
        true => fail(EvaluationFault::ListTooLong, spot),
        false => Ok(Value::list(items)),
    }
}
