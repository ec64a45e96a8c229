//! What the functions do. Which there are, and of what types, is known to `calls`.

use std::borrow::Cow;

use chrono::{DateTime, Datelike, FixedOffset, Timelike};

use super::ast::Spot;
use super::error::{EvaluationError, EvaluationFault};
use super::evaluate::{Evaluator, Outcome, fail};
use super::plan::{Function, Plan, Target};
use super::time;
use super::types::Type;
use super::value::{Found, Value, in_bounds};

/// Characters of a text that an error quotes.
const QUOTED_CHARS_MAX: usize = 40;

impl<'e> Evaluator<'e> {
    pub(super) fn call(
        &mut self,
        function: Function,
        arguments: &'e [Plan],
        spot: Spot,
    ) -> Outcome<'e> {
        let [first, rest @ ..] = arguments else {
            return Err(self.misfit(&Type::String, Found::Null, spot));
        };
        match function {
            Function::Size => self.size(first),
            Function::StartsWith => self.ask(first, rest, |text, part| text.starts_with(part)),
            Function::EndsWith => self.ask(first, rest, |text, part| text.ends_with(part)),
            Function::Contains => self.ask(first, rest, |text, part| text.contains(part)),
            Function::Min => self.extreme("min", i64::min, first, spot),
            Function::Max => self.extreme("max", i64::max, first, spot),
            Function::Sum => self.sum(first, spot),
            Function::Convert(target) => self.convert(first, target),
            Function::FullYear => self.part(first, rest, |at| i64::from(at.year())),
            Function::Month => self.part(first, rest, |at| i64::from(at.month0())),
            Function::Date => self.part(first, rest, |at| i64::from(at.day())),
            Function::DayOfWeek => {
                self.part(first, rest, |at| i64::from(at.weekday().num_days_from_sunday()))
            }
            Function::Hours => self.part(first, rest, |at| i64::from(at.hour())),
            Function::Minutes => self.part(first, rest, |at| i64::from(at.minute())),
        }
    }

    fn text(&mut self, plan: &'e Plan) -> Result<Cow<'e, str>, EvaluationError> {
        let value = self.value(plan)?;
        let Value::String(text) = value else {
            return Err(self.misfit(&Type::String, value.found(), plan.spot));
        };
        self.charge_bytes(text.len(), plan.spot)?;
        Ok(text)
    }

    /// Characters of a string or items of a list.
    fn size(&mut self, of: &'e Plan) -> Outcome<'e> {
        let value = self.value(of)?;
        let size = match &value {
            Value::String(text) => {
                self.charge_bytes(text.len(), of.spot)?;
                text.chars().count()
            }
            Value::List(list) => list.len(),
            Value::Bool(_)
            | Value::Int(_)
            | Value::Timestamp(_)
            | Value::Duration(_)
            | Value::Record(_) => return Err(self.misfit(&Type::String, value.found(), of.spot)),
        };
        Ok(Value::Int(i64::try_from(size).unwrap_or(i64::MAX)))
    }

    fn ask(
        &mut self,
        of: &'e Plan,
        rest: &'e [Plan],
        question: fn(&str, &str) -> bool,
    ) -> Outcome<'e> {
        let [part] = rest else {
            return Err(self.misfit(&Type::String, Found::Null, of.spot));
        };
        let (text, part) = (self.text(of)?, self.text(part)?);
        Ok(Value::Bool(question(&text, &part)))
    }

    fn numbers(&mut self, of: &'e Plan) -> Result<Vec<i64>, EvaluationError> {
        let list = self.list(of)?;
        let mut numbers = Vec::with_capacity(list.len());
        for at in 0..list.len() {
            self.charge(1, of.spot)?;
            if let Some(Value::Int(number)) = self.item(&list, at, &Type::Int, of.spot)? {
                numbers.push(number);
            }
        }
        Ok(numbers)
    }

    fn extreme(
        &mut self,
        function: &'static str,
        choose: fn(i64, i64) -> i64,
        of: &'e Plan,
        spot: Spot,
    ) -> Outcome<'e> {
        match self.numbers(of)?.into_iter().reduce(choose) {
            Some(number) => Ok(Value::Int(number)),
            None => fail(EvaluationFault::EmptyList { function }, spot),
        }
    }

    fn sum(&mut self, of: &'e Plan, spot: Spot) -> Outcome<'e> {
        let mut numbers = self.numbers(of)?.into_iter();
        let sum = numbers
            .try_fold(0_i64, |sum, number| sum.checked_add(number).filter(|sum| in_bounds(*sum)));
        sum.map_or_else(|| fail(EvaluationFault::Overflow, spot), |sum| Ok(Value::Int(sum)))
    }

    /// A value that already has the type wanted stays.
    fn convert(&mut self, of: &'e Plan, target: Target) -> Outcome<'e> {
        let value = self.value(of)?;
        let Value::String(text) = &value else {
            return Ok(if target == Target::String { string(value) } else { value });
        };
        let read = match target {
            Target::Timestamp => time::timestamp(text).map(Value::Timestamp),
            Target::Duration => time::duration(text).map(Value::Duration),
            Target::Int => int_of(text).map(Value::Int),
            Target::String => return Ok(value),
        };
        let fault = || EvaluationFault::Unreadable { text: quoted(text), wanted: target.ty() };
        read.map_or_else(|| fail(fault(), of.spot), Ok)
    }

    fn part(
        &mut self,
        of: &'e Plan,
        rest: &'e [Plan],
        part: fn(DateTime<FixedOffset>) -> i64,
    ) -> Outcome<'e> {
        let value = self.value(of)?;
        let Value::Timestamp(at) = value else {
            return Err(self.misfit(&Type::Timestamp, value.found(), of.spot));
        };
        let Some(place) = rest.first() else {
            return Ok(Value::Int(part(at.fixed_offset())));
        };
        let text = self.text(place)?;
        match time::offset(&text) {
            Some(offset) => Ok(Value::Int(part(at.with_timezone(&offset)))),
            None => fail(EvaluationFault::BadOffset { text: quoted(&text) }, place.spot),
        }
    }
}

/// A value as text; lists and records, which the checker keeps away, stay.
fn string(value: Value<'_>) -> Value<'_> {
    let text = match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Timestamp(at) => time::write_timestamp(at),
        Value::Duration(span) => time::write_duration(span),
        same @ (Value::String(_) | Value::List(_) | Value::Record(_)) => return same,
    };
    Value::String(Cow::Owned(text))
}

/// A decimal integer within bounds.
pub(super) fn int_of(text: &str) -> Option<i64> {
    text.parse().ok().filter(|value| in_bounds(*value))
}

fn quoted(text: &str) -> String {
    match text.char_indices().nth(QUOTED_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
