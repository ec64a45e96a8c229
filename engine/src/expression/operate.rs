//! What the operators do: arithmetic within bounds, order, equality and membership.

use std::borrow::Cow;
use std::cmp::Ordering;

use chrono::{DateTime, TimeDelta, Utc};

use super::ast::Spot;
use super::error::{EvaluationError, EvaluationFault};
use super::evaluate::{Evaluator, Outcome, fail, made};
use super::limits::{LIST_ITEMS_MAX, STRING_BYTES_MAX};
use super::plan::{Arithmetic, Order, Plan, TimeArithmetic};
use super::time::{bounded_duration, bounded_timestamp};
use super::types::{RecordType, Type};
use super::value::{Fields, Found, List, Value, in_bounds, present};

impl<'e> Evaluator<'e> {
    pub(super) fn arithmetic(
        &mut self,
        first: &'e Plan,
        rest: &'e [(Arithmetic, Plan)],
    ) -> Outcome<'e> {
        let mut left = self.value(first)?;
        for (operator, plan) in rest {
            self.charge(1, plan.spot)?;
            let right = self.value(plan)?;
            left = self.operate(operator, left, right, first.spot.to(plan.spot))?;
        }
        Ok(left)
    }

    fn operate(
        &mut self,
        operator: &Arithmetic,
        left: Value<'e>,
        right: Value<'e>,
        spot: Spot,
    ) -> Outcome<'e> {
        match operator {
            Arithmetic::AddInt => self.integers(i64::checked_add, &left, &right, spot),
            Arithmetic::SubtractInt => self.integers(i64::checked_sub, &left, &right, spot),
            Arithmetic::MultiplyInt => self.integers(i64::checked_mul, &left, &right, spot),
            Arithmetic::DivideInt => self.divide(i64::checked_div, &left, &right, spot),
            Arithmetic::RemainderInt => self.divide(i64::checked_rem, &left, &right, spot),
            Arithmetic::JoinText => self.join_text(left, right, spot),
            Arithmetic::JoinLists(item) => self.join_lists(left, right, item, spot),
            Arithmetic::Time(operator) => time_arithmetic(*operator, &left, &right)
                .map_or_else(|| fail(EvaluationFault::TimeOverflow, spot), Ok),
        }
    }

    fn integers(
        &self,
        operation: fn(i64, i64) -> Option<i64>,
        left: &Value<'e>,
        right: &Value<'e>,
        spot: Spot,
    ) -> Outcome<'e> {
        let (Value::Int(left), Value::Int(right)) = (left, right) else {
            return Err(self.misfit(&Type::Int, left.found(), spot));
        };
        match operation(*left, *right).filter(|result| in_bounds(*result)) {
            Some(result) => Ok(Value::Int(result)),
            None => fail(EvaluationFault::Overflow, spot),
        }
    }

    fn divide(
        &self,
        operation: fn(i64, i64) -> Option<i64>,
        left: &Value<'e>,
        right: &Value<'e>,
        spot: Spot,
    ) -> Outcome<'e> {
        if matches!(right, Value::Int(0)) {
            return fail(EvaluationFault::DivisionByZero, spot);
        }
        self.integers(operation, left, right, spot)
    }

    fn join_text(&mut self, left: Value<'e>, right: Value<'e>, spot: Spot) -> Outcome<'e> {
        let (Value::String(left), Value::String(right)) = (left, right) else {
            return Err(self.misfit(&Type::String, Found::Null, spot));
        };
        let bytes = left.len() + right.len();
        if bytes > STRING_BYTES_MAX {
            return fail(EvaluationFault::StringTooLong, spot);
        }
        self.charge_bytes(bytes, spot)?;
        Ok(Value::String(Cow::Owned(left.into_owned() + &right)))
    }

    fn join_lists(
        &mut self,
        left: Value<'e>,
        right: Value<'e>,
        item: &Type,
        spot: Spot,
    ) -> Outcome<'e> {
        let (Value::List(left), Value::List(right)) = (left, right) else {
            return Err(self.misfit(&Type::list(item.clone()), Found::Null, spot));
        };
        if left.len() + right.len() > LIST_ITEMS_MAX {
            return fail(EvaluationFault::ListTooLong, spot);
        }
        let mut items = Vec::with_capacity(left.len() + right.len());
        for list in [&left, &right] {
            for at in 0..list.len() {
                self.charge(1, spot)?;
                items.extend(self.item(list, at, item, spot)?);
            }
        }
        made(items, spot)
    }

    pub(super) fn order(&mut self, order: Order, left: &'e Plan, right: &'e Plan) -> Outcome<'e> {
        let spot = left.spot.to(right.spot);
        let (left, right) = (self.value(left)?, self.value(right)?);
        let ordering = self.compare(&left, &right, spot)?;
        Ok(Value::Bool(match order {
            Order::Less => ordering.is_lt(),
            Order::LessOrEqual => ordering.is_le(),
            Order::Greater => ordering.is_gt(),
            Order::GreaterOrEqual => ordering.is_ge(),
        }))
    }

    /// False is less than true. Text is ordered by Unicode scalar values, which is the order of its UTF-8 bytes.
    fn compare(
        &mut self,
        left: &Value<'e>,
        right: &Value<'e>,
        spot: Spot,
    ) -> Result<Ordering, EvaluationError> {
        if let (Value::Int(left), Value::Int(right)) = (left, right) {
            return Ok(left.cmp(right));
        }
        if let (Value::Bool(left), Value::Bool(right)) = (left, right) {
            return Ok(left.cmp(right));
        }
        if let (Value::String(left), Value::String(right)) = (left, right) {
            self.charge_bytes(left.len().min(right.len()), spot)?;
            return Ok(left.cmp(right));
        }
        if let (Value::Timestamp(left), Value::Timestamp(right)) = (left, right) {
            return Ok(left.cmp(right));
        }
        if let (Value::Duration(left), Value::Duration(right)) = (left, right) {
            return Ok(left.cmp(right));
        }
        Err(self.misfit(&Type::Int, left.found(), spot))
    }

    /// Whether two values of type `ty` are equal, timestamps and durations by what they mean.
    pub(super) fn equal(
        &mut self,
        left: &Value<'e>,
        right: &Value<'e>,
        ty: &Type,
        spot: Spot,
    ) -> Result<bool, EvaluationError> {
        match ty {
            Type::Bool | Type::Int | Type::String | Type::Timestamp | Type::Duration => {
                return Ok(self.compare(left, right, spot)?.is_eq());
            }
            Type::List(item) => {
                if let (Value::List(left), Value::List(right)) = (left, right) {
                    return self.equal_lists(left, right, item, spot);
                }
            }
            Type::Record(record) => {
                if let (Value::Record(left), Value::Record(right)) = (left, right) {
                    return self.equal_records(left, right, record, spot);
                }
            }
            Type::Personal(_) => {}
        }
        Err(self.misfit(ty, left.found(), spot))
    }

    fn equal_lists(
        &mut self,
        left: &List<'e>,
        right: &List<'e>,
        item: &Type,
        spot: Spot,
    ) -> Result<bool, EvaluationError> {
        if left.len() != right.len() {
            return Ok(false);
        }
        for at in 0..left.len() {
            self.charge(1, spot)?;
            let pair = (self.item(left, at, item, spot)?, self.item(right, at, item, spot)?);
            if let (Some(left), Some(right)) = pair
                && !self.equal(&left, &right, item, spot)?
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Records are equal if the same declared fields are set, to equal values.
    fn equal_records(
        &mut self,
        left: &'e Fields,
        right: &'e Fields,
        record: &RecordType,
        spot: Spot,
    ) -> Result<bool, EvaluationError> {
        for (name, ty) in record.fields() {
            self.charge(1, spot)?;
            let equal = match (present(left, name), present(right, name)) {
                (Some(left), Some(right)) => {
                    let (left, right) = (self.read(left, ty, spot)?, self.read(right, ty, spot)?);
                    self.equal(&left, &right, ty, spot)?
                }
                (None, None) => true,
                (Some(_), None) | (None, Some(_)) => false,
            };
            if !equal {
                return Ok(false);
            }
        }
        Ok(true)
    }

    pub(super) fn membership(
        &mut self,
        item: &'e Plan,
        list: &'e Plan,
        ty: &Type,
        spot: Spot,
    ) -> Outcome<'e> {
        let (wanted, items) = (self.value(item)?, self.list(list)?);
        for at in 0..items.len() {
            self.charge(1, spot)?;
            if let Some(found) = self.item(&items, at, ty, list.spot)?
                && self.equal(&wanted, &found, ty, spot)?
            {
                return Ok(Value::Bool(true));
            }
        }
        Ok(Value::Bool(false))
    }
}

/// Sums and differences of timestamps and durations; `None` past their bounds.
fn time_arithmetic<'e>(
    operator: TimeArithmetic,
    left: &Value<'e>,
    right: &Value<'e>,
) -> Option<Value<'e>> {
    match operator {
        TimeArithmetic::Later => shift(instant(left)?, span(right)?),
        TimeArithmetic::AfterThat => shift(instant(right)?, span(left)?),
        TimeArithmetic::Earlier => shift(instant(left)?, -span(right)?),
        TimeArithmetic::Elapsed => bounded(instant(left)?.signed_duration_since(instant(right)?)),
        TimeArithmetic::Add => bounded(span(left)?.checked_add(&span(right)?)?),
        TimeArithmetic::Subtract => bounded(span(left)?.checked_sub(&span(right)?)?),
    }
}

fn shift<'e>(at: DateTime<Utc>, by: TimeDelta) -> Option<Value<'e>> {
    at.checked_add_signed(by).and_then(bounded_timestamp).map(Value::Timestamp)
}

fn bounded<'e>(span: TimeDelta) -> Option<Value<'e>> {
    bounded_duration(span).map(Value::Duration)
}

fn instant(value: &Value<'_>) -> Option<DateTime<Utc>> {
    if let Value::Timestamp(at) = value { Some(*at) } else { None }
}

fn span(value: &Value<'_>) -> Option<TimeDelta> {
    if let Value::Duration(span) = value { Some(*span) } else { None }
}
