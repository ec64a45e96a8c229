//! A span of time as people write it: `30m`, `3h`, `3wh`, `5bd`, `10d`, `2w`, `1mo`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::limits::SPAN_UNITS_MAX;

/// So many of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span {
    /// Of what.
    pub unit: SpanUnit,
    /// How many, from 1.
    pub count: u32,
}

/// The units of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SpanUnit {
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Hours in which work is done; needs a calendar.
    WorkingHours,
    /// Days on which work is done; needs a calendar.
    BusinessDays,
    /// Days.
    Days,
    /// Weeks.
    Weeks,
    /// Months.
    Months,
}

const UNITS: [(&str, SpanUnit); 7] = [
    ("m", SpanUnit::Minutes),
    ("h", SpanUnit::Hours),
    ("wh", SpanUnit::WorkingHours),
    ("bd", SpanUnit::BusinessDays),
    ("d", SpanUnit::Days),
    ("w", SpanUnit::Weeks),
    ("mo", SpanUnit::Months),
];

/// A text that is no span.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a duration such as `30m`, `3h`, `3wh`, `5bd`, `10d`, `2w` or `1mo`")]
pub struct NotASpan(pub String);

impl Span {
    /// Whether it is counted by a business calendar.
    pub fn needs_calendar(self) -> bool {
        matches!(self.unit, SpanUnit::WorkingHours | SpanUnit::BusinessDays)
    }
}

impl FromStr for Span {
    type Err = NotASpan;

    fn from_str(text: &str) -> Result<Span, NotASpan> {
        let wrong = || NotASpan(text.chars().take(40).collect());
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (count, unit) = text.split_at(digits);
        let count = count.parse().ok().filter(|count| (1..=SPAN_UNITS_MAX).contains(count));
        let unit = UNITS.iter().find(|(word, _)| *word == unit).map(|(_, unit)| *unit);
        Ok(Span { unit: unit.ok_or_else(wrong)?, count: count.ok_or_else(wrong)? })
    }
}

impl TryFrom<String> for Span {
    type Error = NotASpan;

    fn try_from(text: String) -> Result<Span, NotASpan> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> String {
        span.to_string()
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = UNITS.iter().find(|(_, unit)| *unit == self.unit).map_or("", |(word, _)| word);
        write!(f, "{}{word}", self.count)
    }
}
