//! Checks calls: which functions there are, in which style they are written, and what types they take.

mod loops;
mod moments;

use super::analyse::Asked;
use super::ast::{Kind, Node, Spot, Word};
use super::check::{Checked, Checker, fail, offers, typed};
use super::error::{ExpressionError, NameFault, TypeFault};
use super::pattern::{Flaw, Pattern};
use super::plan::{Function, Part, Target, Total, Work};
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
    /// `matches`, written either way.
    Matches,
    /// `date`: when a day begins.
    DayStart,
    /// `isoDate`: the day of a timestamp.
    DayText,
    /// `days`: a duration.
    Days,
    /// A question to the calendar.
    Calendar(Function),
    /// A part of a timestamp or the whole of a duration, written behind it.
    Part(Part),
    /// The whole of a duration, written behind it.
    Total(Total),
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
const FREE: [(&str, Meaning); 19] = [
    ("has", Meaning::Has),
    ("times", Meaning::Step(Asked::Times)),
    ("reached", Meaning::Step(Asked::Reached)),
    ("active", Meaning::Step(Asked::Active)),
    ("size", Meaning::Measure(Function::Size)),
    ("min", Meaning::Measure(Function::Min)),
    ("max", Meaning::Measure(Function::Max)),
    ("sum", Meaning::Measure(Function::Sum)),
    ("matches", Meaning::Matches),
    ("date", Meaning::DayStart),
    ("days", Meaning::Days),
    ("businessDays", Meaning::Calendar(Function::BusinessDays)),
    ("addBusinessDays", Meaning::Calendar(Function::AddBusinessDays)),
    ("nextDay", Meaning::Calendar(Function::NextDay)),
    ("timestamp", Meaning::Convert(Target::Timestamp)),
    ("duration", Meaning::Convert(Target::Duration)),
    ("bool", Meaning::Convert(Target::Bool)),
    ("int", Meaning::Convert(Target::Int)),
    ("string", Meaning::Convert(Target::String)),
];

/// Written `x.f(..)`.
const BEHIND: [(&str, Meaning); 25] = [
    ("size", Meaning::Measure(Function::Size)),
    ("min", Meaning::Measure(Function::Min)),
    ("max", Meaning::Measure(Function::Max)),
    ("sum", Meaning::Measure(Function::Sum)),
    ("startsWith", Meaning::Text(Function::StartsWith)),
    ("endsWith", Meaning::Text(Function::EndsWith)),
    ("contains", Meaning::Text(Function::Contains)),
    ("matches", Meaning::Matches),
    ("all", Meaning::Loop(Macro::All)),
    ("exists", Meaning::Loop(Macro::Exists)),
    ("exists_one", Meaning::Loop(Macro::ExistsOne)),
    ("filter", Meaning::Loop(Macro::Filter)),
    ("map", Meaning::Loop(Macro::Map)),
    ("isoDate", Meaning::DayText),
    ("getFullYear", Meaning::Part(Part::FullYear)),
    ("getMonth", Meaning::Part(Part::Month)),
    ("getDate", Meaning::Part(Part::Date)),
    ("getDayOfMonth", Meaning::Part(Part::DayOfMonth)),
    ("getDayOfWeek", Meaning::Part(Part::DayOfWeek)),
    ("getDayOfYear", Meaning::Part(Part::DayOfYear)),
    ("getDays", Meaning::Total(Total::Days)),
    ("getHours", Meaning::Part(Part::Hours)),
    ("getMinutes", Meaning::Part(Part::Minutes)),
    ("getSeconds", Meaning::Part(Part::Seconds)),
    ("getMilliseconds", Meaning::Part(Part::Milliseconds)),
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
        match (meaning, arguments) {
            (Meaning::DayStart, _) => self.day_start(function, arguments, spot),
            (Meaning::Calendar(asked), _) => self.days_counted(asked, function, arguments, spot),
            (Meaning::Matches, [of, pattern]) => self.matches(of, pattern, function, spot),
            (Meaning::Has, [of]) => self.has(of, spot),
            (Meaning::Step(asked), [step]) => self.step(asked, function, step, spot),
            (Meaning::Measure(measure), [of]) => self.measure(measure, of, function, spot),
            (Meaning::Convert(target), [of]) => self.convert(target, of, function, spot),
            (Meaning::Days, [number]) => self.days(number, spot),
            (Meaning::Matches, _) => wrong_count(function, "2", arguments, spot),
            (
                Meaning::Has
                | Meaning::Step(_)
                | Meaning::Measure(_)
                | Meaning::Convert(_)
                | Meaning::Days,
                _,
            ) => wrong_count(function, "1", arguments, spot),
            (
                Meaning::Text(_)
                | Meaning::DayText
                | Meaning::Part(_)
                | Meaning::Total(_)
                | Meaning::Loop(_),
                _,
            ) => unknown(&FREE, function),
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
            Meaning::Matches => {
                let [pattern] = arguments else {
                    return wrong_count(function, "1", arguments, spot);
                };
                self.matches(of, pattern, function, spot)
            }
            Meaning::DayText => self.day_text(of, function, arguments, spot),
            Meaning::Part(part) => self.part(part, of, function, arguments, spot),
            Meaning::Total(total) => self.total(total, of, function, arguments, spot),
            Meaning::Loop(kind) => self.turns(kind, of, function, arguments, hint, spot),
            Meaning::Has
            | Meaning::Step(_)
            | Meaning::DayStart
            | Meaning::Days
            | Meaning::Calendar(_)
            | Meaning::Convert(_) => unknown(&BEHIND, function),
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
            Type::Bool
            | Type::Int
            | Type::Timestamp
            | Type::Duration
            | Type::Record(_)
            | Type::Personal(_) => false,
        };
        if !fits {
            return wrong_argument(function, found.ty, of.spot);
        }
        let work = Work::Call { function: measure, arguments: vec![found.plan] };
        typed(work, Type::Int, spot)
    }

    fn matches(&mut self, of: &Node, by: &Node, function: &Word, spot: Spot) -> Checked {
        let of = Box::new(self.wanted(of, &Type::String)?);
        typed(Work::Matches { of, pattern: pattern(by, function)? }, Type::Bool, spot)
    }

    fn convert(&mut self, target: Target, of: &Node, function: &Word, spot: Spot) -> Checked {
        if let Kind::Text(text) = &of.kind {
            return constant(text, target, of.spot, spot);
        }
        let found = self.check(of, None)?;
        let fits = match &found.ty {
            Type::String => true,
            Type::Bool | Type::Duration => target == Target::String || found.ty == target.ty(),
            Type::Int | Type::Timestamp => {
                matches!(target, Target::String | Target::Int | Target::Timestamp)
            }
            Type::List(_) | Type::Record(_) | Type::Personal(_) => false,
        };
        if !fits {
            return wrong_argument(function, found.ty, of.spot);
        }
        let function = Function::Convert(target);
        typed(Work::Call { function, arguments: vec![found.plan] }, target.ty(), spot)
    }
}

/// A pattern is a literal, read while checking: a slip is found when the rules are published.
fn pattern(node: &Node, function: &Word) -> Result<Pattern, ExpressionError> {
    let Kind::Text(text) = &node.kind else {
        let fault = TypeFault::PatternNotLiteral { function: function.name.clone() };
        return fail(fault, node.spot);
    };
    let pattern = text.clone();
    match Pattern::read(text) {
        Ok(pattern) => Ok(pattern),
        Err(Flaw::Syntax(reason)) => fail(TypeFault::BadPattern { pattern, reason }, node.spot),
        Err(Flaw::TooLarge) => fail(TypeFault::PatternTooLarge { pattern }, node.spot),
    }
}

/// A conversion of a literal, done while checking so that a slip is found when the rules are published.
fn constant(text: &str, target: Target, literal: Spot, spot: Spot) -> Checked {
    let work = match target {
        Target::Timestamp => time::timestamp(text).map(Work::Timestamp),
        Target::Duration => time::duration(text).map(Work::Duration),
        Target::Bool => super::functions::bool_of(text).map(Work::Bool),
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
