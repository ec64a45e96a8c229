//! What the functions do. Which there are, and of what types, is known to `calls`.

use std::borrow::Cow;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};

use super::ast::Spot;
use super::error::{EvaluationError, EvaluationFault};
use super::evaluate::{Evaluator, Outcome, fail};
use super::pattern::Pattern;
use super::plan::{Function, Part, Plan, Target, Total};
use super::time::{self, Zone};
use super::types::Type;
use super::value::{Found, Value, in_bounds};
use crate::time::{Recurrence, RecurrenceFault};

/// Characters of a text that an error quotes.
const QUOTED_CHARS_MAX: usize = 40;
/// Where only the day of what recurs is asked for.
const START_OF_DAY: &str = "00:00";

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
            Function::Convert(target) => self.convert(first, target, spot),
            Function::DayStart => self.day_start(first, rest, spot),
            Function::DayText => self.day_text(first, rest, spot),
            Function::Days => self.days(first, spot),
            Function::BusinessDays | Function::AddBusinessDays | Function::NextDay => {
                self.days_counted(function, first, rest, spot)
            }
            Function::Part(part) => {
                let at = self.local_time(first, rest)?;
                Ok(Value::Int(part_of(part, at)))
            }
            Function::Total(total) => {
                let span = self.span(first)?;
                Ok(Value::Int(total_of(total, span)))
            }
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
    fn convert(&mut self, of: &'e Plan, target: Target, spot: Spot) -> Outcome<'e> {
        let value = self.value(of)?;
        let text = match (&value, target) {
            (_, Target::String) => return Ok(string(value)),
            (Value::Int(seconds), Target::Timestamp) => {
                let at = DateTime::from_timestamp(*seconds, 0).and_then(time::bounded_timestamp);
                let fault = || fail(EvaluationFault::TimeOverflow, spot);
                return at.map_or_else(fault, |at| Ok(Value::Timestamp(at)));
            }
            (Value::Timestamp(at), Target::Int) => return Ok(Value::Int(at.timestamp())),
            (Value::String(text), _) => text,
            (_, _) => return Ok(value),
        };
        self.charge_bytes(text.len(), of.spot)?;
        let read = match target {
            Target::Timestamp => time::timestamp(text).map(Value::Timestamp),
            Target::Duration => time::duration(text).map(Value::Duration),
            Target::Bool => bool_of(text).map(Value::Bool),
            Target::Int => int_of(text).map(Value::Int),
            Target::String => None,
        };
        let fault = || EvaluationFault::Unreadable { text: quoted(text), wanted: target.ty() };
        read.map_or_else(|| fail(fault(), of.spot), Ok)
    }

    pub(super) fn matches(&mut self, of: &'e Plan, pattern: &Pattern) -> Outcome<'e> {
        let text = self.text(of)?;
        self.charge(text.len().saturating_mul(pattern.cost_per_byte()), of.spot)?;
        Ok(Value::Bool(pattern.occurs_in(&text)))
    }

    fn instant(&mut self, of: &'e Plan) -> Result<DateTime<Utc>, EvaluationError> {
        let value = self.value(of)?;
        let Value::Timestamp(at) = value else {
            return Err(self.misfit(&Type::Timestamp, value.found(), of.spot));
        };
        Ok(at)
    }

    fn span(&mut self, of: &'e Plan) -> Result<TimeDelta, EvaluationError> {
        let value = self.value(of)?;
        let Value::Duration(span) = value else {
            return Err(self.misfit(&Type::Duration, value.found(), of.spot));
        };
        Ok(span)
    }

    /// The zone that is the last argument, or UTC.
    fn zone(&mut self, rest: &'e [Plan]) -> Result<Zone, EvaluationError> {
        let Some(place) = rest.first() else {
            return Ok(Zone::UTC);
        };
        let text = self.text(place)?;
        let fault = || EvaluationFault::BadZone { text: quoted(&text) };
        time::zone(&text).map_or_else(|| fail(fault(), place.spot), Ok)
    }

    fn local_time(
        &mut self,
        of: &'e Plan,
        rest: &'e [Plan],
    ) -> Result<NaiveDateTime, EvaluationError> {
        let at = self.instant(of)?;
        Ok(self.zone(rest)?.local(at))
    }

    fn day_start(&mut self, of: &'e Plan, rest: &'e [Plan], spot: Spot) -> Outcome<'e> {
        let day = self.day(of)?;
        let start = self.zone(rest)?.start_of(day).map(Value::Timestamp);
        start.map_or_else(|| fail(EvaluationFault::TimeOverflow, spot), Ok)
    }

    /// What the calendar says of days. Each day it goes over costs a step.
    fn days_counted(
        &mut self,
        asked: Function,
        first: &'e Plan,
        rest: &'e [Plan],
        spot: Spot,
    ) -> Outcome<'e> {
        let Some(calendar) = self.environment.calendar() else {
            return fail(EvaluationFault::CalendarMissing, spot);
        };
        let refused =
            |fault: RecurrenceFault| EvaluationError::new(EvaluationFault::Calendar(fault), spot);
        let day = match (asked, rest) {
            (Function::BusinessDays, [to]) => {
                let (from, to) = (self.day(first)?, self.day(to)?);
                let days = to.signed_duration_since(from).num_days();
                self.charge(usize::try_from(days).unwrap_or_default(), spot)?;
                let days = calendar.business_days(from, to);
                return days.map(Value::Int).map_err(|fault| refused(fault.into()));
            }
            (Function::AddBusinessDays, [count]) => {
                let (from, count) = (self.day(first)?, self.int(count)?);
                self.charge(usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX), spot)?;
                calendar.add_business_days(from, count).map_err(|fault| refused(fault.into()))?
            }
            (_, [from, holiday, ..]) => {
                let (rule, from) = (self.text(first)?, self.day(from)?);
                let holiday = self.text(holiday)?;
                let rule = Recurrence::parse(&rule, START_OF_DAY, &holiday).map_err(refused)?;
                calendar.next_day(&rule, from).map_err(refused)?
            }
            (_, [] | [_]) => return Err(self.misfit(&Type::String, Found::Null, spot)),
        };
        let text = time::write_date(day).map(|text| Value::String(Cow::Owned(text)));
        text.map_or_else(|| fail(EvaluationFault::TimeOverflow, spot), Ok)
    }

    /// The date that a text gives.
    fn day(&mut self, of: &'e Plan) -> Result<NaiveDate, EvaluationError> {
        let text = self.text(of)?;
        let fault = || fail(EvaluationFault::BadDate { text: quoted(&text) }, of.spot);
        time::date(&text).map_or_else(fault, Ok)
    }

    fn day_text(&mut self, of: &'e Plan, rest: &'e [Plan], spot: Spot) -> Outcome<'e> {
        let text = time::write_date(self.local_time(of, rest)?.date());
        let text = text.map(|text| Value::String(Cow::Owned(text)));
        text.map_or_else(|| fail(EvaluationFault::TimeOverflow, spot), Ok)
    }

    fn days(&mut self, of: &'e Plan, spot: Spot) -> Outcome<'e> {
        let span = TimeDelta::try_days(self.int(of)?).and_then(time::bounded_duration);
        span.map_or_else(
            || fail(EvaluationFault::TimeOverflow, spot),
            |span| Ok(Value::Duration(span)),
        )
    }
}

fn part_of(part: Part, at: NaiveDateTime) -> i64 {
    let number = match part {
        Part::FullYear => return i64::from(at.year()),
        Part::Month => at.month0(),
        Part::Date => at.day(),
        Part::DayOfMonth => at.day0(),
        Part::DayOfWeek => at.weekday().num_days_from_sunday(),
        Part::DayOfYear => at.ordinal0(),
        Part::Hours => at.hour(),
        Part::Minutes => at.minute(),
        Part::Seconds => at.second(),
        Part::Milliseconds => at.nanosecond() / 1_000_000,
    };
    i64::from(number)
}

fn total_of(total: Total, span: TimeDelta) -> i64 {
    match total {
        Total::Days => span.num_days(),
        Total::Hours => span.num_hours(),
        Total::Minutes => span.num_minutes(),
        Total::Seconds => span.num_seconds(),
        Total::Milliseconds => i64::from(span.subsec_millis()),
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

/// A truth value in one of the spellings that CEL knows.
pub(super) fn bool_of(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
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
