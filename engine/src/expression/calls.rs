//! Checks calls: which functions there are, in which style they are written, and what types they take.

use super::analyse::Asked;
use super::ast::{Kind, Node, Spot, Word};
use super::check::{Checked, Checker, Typed, fail, offers, typed};
use super::error::{ExpressionError, NameFault, TypeFault};
use super::plan::{Function, Loop, LoopKind, Plan, Target, Work};
use super::time;
use super::types::Type;

/// What a name in front of a parenthesis means.
#[derive(Debug, Clone, Copy)]
enum Meaning {
    Has,
    /// `times`, `reached` and `active`.
    Step(Asked),
    /// A function of one value, which may also be written before a dot.
    Measure(Function),
    /// A function that makes a value of another type.
    Convert(Target),
    /// A question about a string, written behind it.
    Text(Function),
    /// A part of a timestamp, written behind it.
    Part(Function),
    Loop(Macro),
}

#[derive(Debug, Clone, Copy)]
enum Macro {
    All,
    Exists,
    ExistsOne,
    Filter,
    Map,
}

/// Written `f(x)`.
const FREE: [(&str, Meaning); 12] = [
    ("has", Meaning::Has),
    ("times", Meaning::Step(Asked::Times)),
    ("reached", Meaning::Step(Asked::Reached)),
    ("active", Meaning::Step(Asked::Active)),
    ("size", Meaning::Measure(Function::Size)),
    ("min", Meaning::Measure(Function::Min)),
    ("max", Meaning::Measure(Function::Max)),
    ("sum", Meaning::Measure(Function::Sum)),
    ("timestamp", Meaning::Convert(Target::Timestamp)),
    ("duration", Meaning::Convert(Target::Duration)),
    ("int", Meaning::Convert(Target::Int)),
    ("string", Meaning::Convert(Target::String)),
];

/// Written `x.f(..)`.
const BEHIND: [(&str, Meaning); 18] = [
    ("size", Meaning::Measure(Function::Size)),
    ("min", Meaning::Measure(Function::Min)),
    ("max", Meaning::Measure(Function::Max)),
    ("sum", Meaning::Measure(Function::Sum)),
    ("startsWith", Meaning::Text(Function::StartsWith)),
    ("endsWith", Meaning::Text(Function::EndsWith)),
    ("contains", Meaning::Text(Function::Contains)),
    ("all", Meaning::Loop(Macro::All)),
    ("exists", Meaning::Loop(Macro::Exists)),
    ("exists_one", Meaning::Loop(Macro::ExistsOne)),
    ("filter", Meaning::Loop(Macro::Filter)),
    ("map", Meaning::Loop(Macro::Map)),
    ("getFullYear", Meaning::Part(Function::FullYear)),
    ("getMonth", Meaning::Part(Function::Month)),
    ("getDate", Meaning::Part(Function::Date)),
    ("getDayOfWeek", Meaning::Part(Function::DayOfWeek)),
    ("getHours", Meaning::Part(Function::Hours)),
    ("getMinutes", Meaning::Part(Function::Minutes)),
];

impl Checker<'_> {
    pub(super) fn call(
        &mut self,
        receiver: Option<&Node>,
        function: &Word,
        arguments: &[Node],
        hint: Option<&Type>,
        spot: Spot,
    ) -> Checked {
        match receiver {
            None => self.free_call(meaning(&FREE, function)?, function, arguments, spot),
            Some(of) => {
                let meaning = meaning(&BEHIND, function)?;
                self.call_behind(meaning, of, function, arguments, hint, spot)
            }
        }
    }

    fn free_call(
        &mut self,
        meaning: Meaning,
        function: &Word,
        arguments: &[Node],
        spot: Spot,
    ) -> Checked {
        let [argument] = arguments else {
            return wrong_count(function, "1", arguments, spot);
        };
        match meaning {
            Meaning::Has => self.has(argument, spot),
            Meaning::Step(asked) => self.step(asked, function, argument, spot),
            Meaning::Measure(measure) => self.measure(measure, argument, function, spot),
            Meaning::Convert(target) => self.convert(target, argument, function, spot),
            Meaning::Text(_) | Meaning::Part(_) | Meaning::Loop(_) => unknown(&FREE, function),
        }
    }

    fn call_behind(
        &mut self,
        meaning: Meaning,
        of: &Node,
        function: &Word,
        arguments: &[Node],
        hint: Option<&Type>,
        spot: Spot,
    ) -> Checked {
        match meaning {
            Meaning::Measure(measure) => match arguments {
                [] => self.measure(measure, of, function, spot),
                [_, ..] => wrong_count(function, "0", arguments, spot),
            },
            Meaning::Text(question) => {
                let [argument] = arguments else {
                    return wrong_count(function, "1", arguments, spot);
                };
                let plans =
                    vec![self.wanted(of, &Type::String)?, self.wanted(argument, &Type::String)?];
                typed(Work::Call { function: question, arguments: plans }, Type::Bool, spot)
            }
            Meaning::Part(part) => self.part(part, of, function, arguments, spot),
            Meaning::Loop(kind) => self.turns(kind, of, function, arguments, hint, spot),
            Meaning::Has | Meaning::Step(_) | Meaning::Convert(_) => unknown(&BEHIND, function),
        }
    }

    fn has(&mut self, argument: &Node, spot: Spot) -> Checked {
        let Kind::Select { of, field } = &argument.kind else {
            return fail(TypeFault::NotField, argument.spot);
        };
        let (of, _) = self.field(of, field)?;
        typed(Work::Has { of, field: field.name.clone() }, Type::Bool, spot)
    }

    fn step(&self, asked: Asked, function: &Word, argument: &Node, spot: Spot) -> Checked {
        let Kind::Text(step) = &argument.kind else {
            let fault = NameFault::StepNotLiteral { function: function.name.clone() };
            return Err(ExpressionError::new(fault, argument.spot));
        };
        if !self.scope.has_step(step) {
            let (suggestion, available) = offers(step, self.scope.step_names());
            let fault = NameFault::UnknownStep { name: step.clone(), suggestion, available };
            return Err(ExpressionError::new(fault, argument.spot));
        }
        match asked {
            Asked::Times => typed(Work::Times(step.clone()), Type::Int, spot),
            Asked::Reached => typed(Work::Reached(step.clone()), Type::Bool, spot),
            Asked::Active => typed(Work::Active(step.clone()), Type::Bool, spot),
        }
    }

    /// `size` of a string or a list; `min`, `max`, `sum` of integers.
    fn measure(&mut self, measure: Function, of: &Node, function: &Word, spot: Spot) -> Checked {
        let found = self.check(of, Some(&Type::list(Type::Int)))?;
        let fits = match &found.ty {
            Type::List(item) => measure == Function::Size || **item == Type::Int,
            Type::String => measure == Function::Size,
            Type::Bool | Type::Int | Type::Timestamp | Type::Duration | Type::Record(_) => false,
        };
        if !fits {
            return wrong_argument(function, found.ty, of.spot);
        }
        let work = Work::Call { function: measure, arguments: vec![found.plan] };
        typed(work, Type::Int, spot)
    }

    fn convert(&mut self, target: Target, of: &Node, function: &Word, spot: Spot) -> Checked {
        if let Kind::Text(text) = &of.kind {
            return constant(text, target, of.spot, spot);
        }
        let found = self.check(of, None)?;
        let fits = match &found.ty {
            Type::String => true,
            Type::Bool => target == Target::String,
            Type::Int | Type::Timestamp | Type::Duration => {
                target == Target::String || found.ty == target.ty()
            }
            Type::List(_) | Type::Record(_) => false,
        };
        if !fits {
            return wrong_argument(function, found.ty, of.spot);
        }
        let function = Function::Convert(target);
        typed(Work::Call { function, arguments: vec![found.plan] }, target.ty(), spot)
    }

    /// A part of a timestamp, in UTC or at the offset given.
    fn part(
        &mut self,
        part: Function,
        of: &Node,
        function: &Word,
        arguments: &[Node],
        spot: Spot,
    ) -> Checked {
        let mut plans = vec![self.wanted(of, &Type::Timestamp)?];
        match arguments {
            [] => {}
            [offset] => plans.push(self.offset(offset)?),
            [_, _, ..] => return wrong_count(function, "0 or 1", arguments, spot),
        }
        typed(Work::Call { function: part, arguments: plans }, Type::Int, spot)
    }

    fn offset(&mut self, node: &Node) -> Result<Plan, ExpressionError> {
        if let Kind::Text(text) = &node.kind
            && time::offset(text).is_none()
        {
            return fail(TypeFault::BadOffset { text: text.clone() }, node.spot);
        }
        self.wanted(node, &Type::String)
    }

    fn turns(
        &mut self,
        kind: Macro,
        of: &Node,
        function: &Word,
        arguments: &[Node],
        hint: Option<&Type>,
        spot: Spot,
    ) -> Checked {
        let (name, condition, body) = match (kind, arguments) {
            (Macro::Map, [name, condition, body]) => (name, Some(condition), body),
            (
                Macro::All | Macro::Exists | Macro::ExistsOne | Macro::Filter | Macro::Map,
                [name, body],
            ) => (name, None, body),
            (Macro::Map, [..]) => return wrong_count(function, "2 or 3", arguments, spot),
            (Macro::All | Macro::Exists | Macro::ExistsOne | Macro::Filter, [..]) => {
                return wrong_count(function, "2", arguments, spot);
            }
        };
        let Kind::Name(name_text) = &name.kind else {
            let fault = TypeFault::NotLoopName { function: function.name.clone() };
            return fail(fault, name.spot);
        };
        let numbers = Type::list(Type::Int);
        let source = match kind {
            Macro::Filter => hint.unwrap_or(&numbers),
            Macro::All | Macro::Exists | Macro::ExistsOne | Macro::Map => &numbers,
        };
        let list = self.check(of, Some(source))?;
        let Type::List(item) = list.ty else {
            return wrong_argument(function, list.ty, of.spot);
        };
        self.locals.push((name_text.clone(), *item.clone()));
        let body = self.body(kind, &item, condition, body, hint);
        self.locals.pop();
        let (kind, body, ty) = body?;
        typed(Work::Loop(Box::new(Loop { kind, list: list.plan, item: *item, body })), ty, spot)
    }

    /// What happens in every turn, and the type of the whole loop.
    fn body(
        &mut self,
        kind: Macro,
        item: &Type,
        condition: Option<&Node>,
        body: &Node,
        hint: Option<&Type>,
    ) -> Result<(LoopKind, Plan, Type), ExpressionError> {
        let kind = match kind {
            Macro::All => (LoopKind::All, Type::Bool),
            Macro::Exists => (LoopKind::Exists, Type::Bool),
            Macro::ExistsOne => (LoopKind::ExistsOne, Type::Bool),
            Macro::Filter => (LoopKind::Filter, Type::list(item.clone())),
            Macro::Map => {
                let condition = condition.map(|node| self.wanted(node, &Type::Bool)).transpose()?;
                let hint = match hint {
                    Some(Type::List(item)) => Some(item.as_ref()),
                    Some(_) | None => None,
                };
                let Typed { plan, ty } = self.check(body, hint)?;
                return Ok((LoopKind::Map { condition }, plan, Type::list(ty)));
            }
        };
        Ok((kind.0, self.wanted(body, &Type::Bool)?, kind.1))
    }
}

/// A conversion of a literal, done while checking so that a slip is found when the rules are published.
fn constant(text: &str, target: Target, literal: Spot, spot: Spot) -> Checked {
    let work = match target {
        Target::Timestamp => time::timestamp(text).map(Work::Timestamp),
        Target::Duration => time::duration(text).map(Work::Duration),
        Target::Int => super::functions::int_of(text).map(Work::Int),
        Target::String => Some(Work::Text(text.to_owned())),
    };
    match work {
        Some(work) => typed(work, target.ty(), spot),
        None => {
            fail(TypeFault::BadConstant { text: text.to_owned(), wanted: target.ty() }, literal)
        }
    }
}

fn meaning(table: &[(&str, Meaning)], function: &Word) -> Result<Meaning, ExpressionError> {
    let found = table.iter().find(|(name, _)| *name == function.name);
    found.map_or_else(|| unknown(table, function), |(_, meaning)| Ok(*meaning))
}

fn unknown<T>(table: &[(&str, Meaning)], function: &Word) -> Result<T, ExpressionError> {
    let other_style = FREE.iter().chain(&BEHIND).any(|(name, _)| *name == function.name);
    let known = FREE.iter().chain(&BEHIND).map(|(name, _)| *name);
    let (closest, _) = offers(&function.name, known);
    let suggestion = match other_style {
        true => Some(written(&function.name)),
        false => closest.map(|name| written(&name)),
    };
    let available = table.iter().map(|(name, _)| written(name)).collect();
    let fault = NameFault::UnknownFunction { name: function.name.clone(), suggestion, available };
    Err(ExpressionError::new(fault, function.spot))
}

/// How a function is written.
fn written(name: &str) -> String {
    match FREE.iter().any(|(free, _)| *free == name) {
        true => format!("{name}(..)"),
        false => format!("x.{name}(..)"),
    }
}

fn wrong_count<T>(
    function: &Word,
    wanted: &'static str,
    arguments: &[Node],
    spot: Spot,
) -> Result<T, ExpressionError> {
    let function = function.name.clone();
    fail(TypeFault::Arguments { function, wanted, found: arguments.len() }, spot)
}

fn wrong_argument<T>(function: &Word, found: Type, spot: Spot) -> Result<T, ExpressionError> {
    fail(TypeFault::Argument { function: function.name.clone(), found }, spot)
}
