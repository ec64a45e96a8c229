//! The type checker: gives every node its type and turns the syntax tree into a plan. After it, only data
//! that breaks its declared type can surprise the evaluator. Calls are checked in `calls`.

use super::ast::{Kind, Node, Relation, Sign, Spot, Word};
use super::error::{ExpressionError, NameFault, TypeFault};
use super::limits::{NAMES_LISTED_MAX, SUGGESTION_CANDIDATES_MAX};
use super::plan::{Arithmetic, Order, Plan, TimeArithmetic, Work};
use super::suggest::did_you_mean;
use super::types::{Scope, Type};

/// A checked node.
pub(super) struct Typed {
    pub(super) plan: Plan,
    pub(super) ty: Type,
}

pub(super) type Checked = Result<Typed, ExpressionError>;

pub(super) struct Checker<'c> {
    pub(super) text: &'c str,
    pub(super) scope: &'c Scope,
    /// The items of the enclosing loops, the outermost first.
    pub(super) locals: Vec<(String, Type)>,
}

pub(super) fn typed(work: Work, ty: Type, spot: Spot) -> Checked {
    Ok(Typed { plan: Plan { work, spot }, ty })
}

pub(super) fn fail<T>(fault: TypeFault, spot: Spot) -> Result<T, ExpressionError> {
    Err(ExpressionError::new(fault, spot))
}

impl Checker<'_> {
    /// Checks `node`; `hint` is the type its place needs, which only `[]` cannot do without.
    pub(super) fn check(&mut self, node: &Node, hint: Option<&Type>) -> Checked {
        let spot = node.spot;
        match &node.kind {
            Kind::Bool(value) => typed(Work::Bool(*value), Type::Bool, spot),
            Kind::Int(value) => typed(Work::Int(*value), Type::Int, spot),
            Kind::Text(text) => typed(Work::Text(text.clone()), Type::String, spot),
            Kind::Name(name) => self.name(name, spot),
            Kind::List(items) => self.list(items, hint, spot),
            Kind::Select { of, field } => self.select(of, field, spot),
            Kind::Index { of, at } => self.index(of, at, hint, spot),
            Kind::Call { receiver, function, arguments } => {
                self.call(receiver.as_deref(), function, arguments, hint, spot)
            }
            Kind::Not(of) => {
                let of = self.wanted(of, &Type::Bool)?;
                typed(Work::Not(Box::new(of)), Type::Bool, spot)
            }
            Kind::Negate(of) => {
                let of = self.wanted(of, &Type::Int)?;
                typed(Work::Negate(Box::new(of)), Type::Int, spot)
            }
            Kind::Arithmetic { first, rest } => self.arithmetic(first, rest, hint, spot),
            Kind::Relation { relation, left, right } => self.relation(*relation, left, right, spot),
            Kind::All(parts) => typed(Work::All(self.bools(parts)?), Type::Bool, spot),
            Kind::Any(parts) => typed(Work::Any(self.bools(parts)?), Type::Bool, spot),
            Kind::Choose { condition, yes, no } => self.choose([condition, yes, no], hint, spot),
        }
    }

    /// Checks a node that must have the type `wanted`.
    pub(super) fn wanted(&mut self, node: &Node, wanted: &Type) -> Result<Plan, ExpressionError> {
        let Typed { plan, ty } = self.check(node, Some(wanted))?;
        if ty == *wanted {
            return Ok(plan);
        }
        fail(TypeFault::Mismatch { wanted: wanted.clone(), found: ty }, node.spot)
    }

    fn bools(&mut self, parts: &[Node]) -> Result<Vec<Plan>, ExpressionError> {
        parts.iter().map(|part| self.wanted(part, &Type::Bool)).collect()
    }

    /// The text of a node as it was written.
    pub(super) fn written(&self, node: &Node) -> String {
        self.text.get(node.spot.range()).unwrap_or("").to_owned()
    }

    fn name(&self, name: &str, spot: Spot) -> Checked {
        if let Some(slot) = self.locals.iter().rposition(|(local, _)| local == name) {
            let ty = self.locals[slot].1.clone();
            return typed(Work::Local(slot), ty, spot);
        }
        if let Some(ty) = self.scope.type_of(name) {
            let work = Work::Variable { name: name.into(), ty: ty.clone() };
            return typed(work, ty.clone(), spot);
        }
        let locals = self.locals.iter().map(|(local, _)| local.as_str());
        let (suggestion, available) = offers(name, locals.chain(self.scope.variable_names()));
        let fault = NameFault::UnknownName { name: name.into(), suggestion, available };
        Err(ExpressionError::new(fault, spot))
    }

    fn list(&mut self, items: &[Node], hint: Option<&Type>, spot: Spot) -> Checked {
        let hint = match hint {
            Some(Type::List(item)) => Some(item.as_ref().clone()),
            Some(_) | None => None,
        };
        let Some((first, rest)) = items.split_first() else {
            let Some(item) = hint else {
                return fail(TypeFault::EmptyList, spot);
            };
            return typed(Work::List(Vec::new()), Type::list(item), spot);
        };
        let first = self.check(first, hint.as_ref())?;
        let item = first.ty;
        let mut plans = vec![first.plan];
        for node in rest {
            plans.push(self.wanted(node, &item)?);
        }
        typed(Work::List(plans), Type::list(item), spot)
    }

    /// The record `of` and the type of its field.
    pub(super) fn field(
        &mut self,
        of: &Node,
        field: &Word,
    ) -> Result<(Box<Plan>, Type), ExpressionError> {
        let found = self.check(of, None)?;
        let Type::Record(record) = &found.ty else {
            let fault = TypeFault::NotRecord { of: self.written(of), found: found.ty };
            return fail(fault, field.spot);
        };
        if let Some(ty) = record.field(&field.name) {
            return Ok((Box::new(found.plan), ty.clone()));
        }
        let (suggestion, available) = offers(&field.name, record.fields().map(|(name, _)| name));
        let (record, name) = (self.written(of), field.name.clone());
        let fault = NameFault::UnknownField { record, field: name, suggestion, available };
        Err(ExpressionError::new(fault, field.spot))
    }

    fn select(&mut self, of: &Node, field: &Word, spot: Spot) -> Checked {
        let (of, ty) = self.field(of, field)?;
        typed(Work::Select { of, field: field.name.clone(), ty: ty.clone() }, ty, spot)
    }

    fn index(&mut self, of: &Node, at: &Node, hint: Option<&Type>, spot: Spot) -> Checked {
        let hint = hint.map(|item| Type::list(item.clone()));
        let list = self.check(of, hint.as_ref())?;
        let Type::List(item) = list.ty else {
            let fault = TypeFault::NotList { of: self.written(of), found: list.ty };
            return fail(fault, of.spot);
        };
        let at = Box::new(self.wanted(at, &Type::Int)?);
        let work = Work::Index { of: Box::new(list.plan), at, ty: item.as_ref().clone() };
        typed(work, *item, spot)
    }

    /// Checks two nodes of which one may tell the other what `[]` is a list of. Each is checked once:
    /// checking twice would double the work with every level of nesting.
    fn pair(
        &mut self,
        left: &Node,
        right: &Node,
        hint: Option<&Type>,
    ) -> Result<(Typed, Typed), ExpressionError> {
        if is_empty_list(left) && !is_empty_list(right) {
            let right = self.check(right, hint)?;
            return Ok((self.check(left, Some(&right.ty))?, right));
        }
        let left = self.check(left, hint)?;
        let right = self.check(right, Some(&left.ty))?;
        Ok((left, right))
    }

    fn arithmetic(
        &mut self,
        first: &Node,
        rest: &[(Sign, Node)],
        hint: Option<&Type>,
        spot: Spot,
    ) -> Checked {
        let Some(((sign, second), rest)) = rest.split_first() else {
            return self.check(first, hint);
        };
        let (left, right) = self.pair(first, second, hint)?;
        let (operator, mut ty) = bind(*sign, &left.ty, &right.ty, spot)?;
        let mut plans = vec![(operator, right.plan)];
        for (sign, node) in rest {
            let right = self.check(node, Some(&ty))?;
            let (operator, result) = bind(*sign, &ty, &right.ty, spot)?;
            plans.push((operator, right.plan));
            ty = result;
        }
        typed(Work::Arithmetic { first: Box::new(left.plan), rest: plans }, ty, spot)
    }

    fn relation(&mut self, relation: Relation, left: &Node, right: &Node, spot: Spot) -> Checked {
        let order = match relation {
            Relation::In => return self.membership(left, right, spot),
            Relation::Equal => return self.equality(false, left, right, spot),
            Relation::NotEqual => return self.equality(true, left, right, spot),
            Relation::Less => Order::Less,
            Relation::LessOrEqual => Order::LessOrEqual,
            Relation::Greater => Order::Greater,
            Relation::GreaterOrEqual => Order::GreaterOrEqual,
        };
        let (left, right) = self.pair(left, right, None)?;
        if left.ty != right.ty || !is_ordered(&left.ty) {
            let operator = relation.symbol();
            return fail(TypeFault::Operator { operator, left: left.ty, right: right.ty }, spot);
        }
        let (left, right) = (Box::new(left.plan), Box::new(right.plan));
        typed(Work::Order { order, left, right }, Type::Bool, spot)
    }

    fn equality(&mut self, negated: bool, left: &Node, right: &Node, spot: Spot) -> Checked {
        let (left, right) = self.pair(left, right, None)?;
        if left.ty != right.ty || left.ty.holds_personal() {
            let operator = if negated { "!=" } else { "==" };
            return fail(TypeFault::Operator { operator, left: left.ty, right: right.ty }, spot);
        }
        let (ty, left, right) = (left.ty, Box::new(left.plan), Box::new(right.plan));
        typed(Work::Equal { negated, left, right, ty }, Type::Bool, spot)
    }

    fn membership(&mut self, item: &Node, list: &Node, spot: Spot) -> Checked {
        let item = self.check(item, None)?;
        let list = self.check(list, Some(&Type::list(item.ty.clone())))?;
        if list.ty != Type::list(item.ty.clone()) || item.ty.holds_personal() {
            let fault = TypeFault::Operator { operator: "in", left: item.ty, right: list.ty };
            return fail(fault, spot);
        }
        let (plan, list) = (Box::new(item.plan), Box::new(list.plan));
        typed(Work::In { item: plan, list, ty: item.ty }, Type::Bool, spot)
    }

    fn choose(&mut self, parts: [&Node; 3], hint: Option<&Type>, spot: Spot) -> Checked {
        let [condition, yes, no] = parts;
        let condition = Box::new(self.wanted(condition, &Type::Bool)?);
        let (yes, no) = self.pair(yes, no, hint)?;
        if yes.ty != no.ty {
            return fail(TypeFault::Branches { yes: yes.ty, no: no.ty }, spot);
        }
        let (ty, yes, no) = (yes.ty, Box::new(yes.plan), Box::new(no.plan));
        typed(Work::Choose { condition, yes, no }, ty, spot)
    }
}

fn is_empty_list(node: &Node) -> bool {
    matches!(&node.kind, Kind::List(items) if items.is_empty())
}

fn is_ordered(ty: &Type) -> bool {
    match ty {
        Type::Bool | Type::Int | Type::String | Type::Timestamp | Type::Duration => true,
        Type::List(_) | Type::Record(_) | Type::Personal(_) => false,
    }
}

/// The operator that `sign` is between two types, and the type of its result.
fn bind(
    sign: Sign,
    left: &Type,
    right: &Type,
    spot: Spot,
) -> Result<(Arithmetic, Type), ExpressionError> {
    let joins = sign == Sign::Plus && left == right;
    let bound = match left {
        Type::Int if left == right => Some((bind_int(sign), Type::Int)),
        Type::String if joins => Some((Arithmetic::JoinText, Type::String)),
        Type::List(item) if joins => Some((Arithmetic::JoinLists(*item.clone()), left.clone())),
        Type::Timestamp | Type::Duration => bind_time(sign, left, right),
        Type::Bool
        | Type::Int
        | Type::String
        | Type::List(_)
        | Type::Record(_)
        | Type::Personal(_) => None,
    };
    let (operator, left, right) = (sign.symbol(), left.clone(), right.clone());
    bound.map_or_else(|| fail(TypeFault::Operator { operator, left, right }, spot), Ok)
}

fn bind_int(sign: Sign) -> Arithmetic {
    match sign {
        Sign::Plus => Arithmetic::AddInt,
        Sign::Minus => Arithmetic::SubtractInt,
        Sign::Times => Arithmetic::MultiplyInt,
        Sign::Divide => Arithmetic::DivideInt,
        Sign::Remainder => Arithmetic::RemainderInt,
    }
}

fn bind_time(sign: Sign, left: &Type, right: &Type) -> Option<(Arithmetic, Type)> {
    const AT: Type = Type::Timestamp;
    const SPAN: Type = Type::Duration;
    let table = [
        (AT, Sign::Plus, SPAN, TimeArithmetic::Later, AT),
        (SPAN, Sign::Plus, AT, TimeArithmetic::AfterThat, AT),
        (AT, Sign::Minus, SPAN, TimeArithmetic::Earlier, AT),
        (AT, Sign::Minus, AT, TimeArithmetic::Elapsed, SPAN),
        (SPAN, Sign::Plus, SPAN, TimeArithmetic::Add, SPAN),
        (SPAN, Sign::Minus, SPAN, TimeArithmetic::Subtract, SPAN),
    ];
    let found = table
        .into_iter()
        .find(|(first, operator, second, ..)| (first, *operator, second) == (left, sign, right));
    found.map(|(.., operator, result)| (Arithmetic::Time(operator), result))
}

/// The word that `name` was probably meant to be, and a handful of those there are.
pub(super) fn offers<'n>(
    name: &str,
    known: impl Iterator<Item = &'n str>,
) -> (Option<String>, Vec<String>) {
    let known: Vec<&str> = known.take(SUGGESTION_CANDIDATES_MAX).collect();
    let suggestion = did_you_mean(name, known.iter().copied()).map(str::to_owned);
    (suggestion, known.into_iter().take(NAMES_LISTED_MAX).map(str::to_owned).collect())
}
