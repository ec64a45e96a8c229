//! A span of time as people write it: `30m`, `3h`, `3wh`, `5bd`, `10d`, `2w`, `1mo`. Knows no calendar.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::fault::SpanFault;
use crate::limits::SPAN_UNITS_MAX;

/// So many of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span {
    unit: SpanUnit,
    count: u32,
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

impl Span {
    /// So many, 1 to [`SPAN_UNITS_MAX`], of a unit.
    ///
    /// # Errors
    /// If there are none, or too many.
    pub fn new(count: u32, unit: SpanUnit) -> Result<Span, SpanFault> {
        if (1..=SPAN_UNITS_MAX).contains(&count) {
            Ok(Span { unit, count })
        } else {
            Err(SpanFault::Count { text: count.to_string(), max: SPAN_UNITS_MAX })
        }
    }

    /// Reads a span.
    ///
    /// # Errors
    /// If it is not a whole number followed by a unit, or the number is 0 or passes [`SPAN_UNITS_MAX`].
    pub fn parse(text: &str) -> Result<Span, SpanFault> {
        let shown = || text.chars().take(40).collect::<String>();
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (count, word) = text.split_at(digits);
        let unit = UNITS.iter().find(|(known, _)| *known == word).map(|(_, unit)| *unit);
        match unit {
            Some(unit) if digits > 0 && (digits == 1 || !count.starts_with('0')) => {
                let too_many = || SpanFault::Count { text: shown(), max: SPAN_UNITS_MAX };
                let count = count.parse().map_err(|_| too_many())?;
                Span::new(count, unit).map_err(|_| too_many())
            }
            Some(_) | None => Err(SpanFault::Form { text: shown() }),
        }
    }

    /// How many, from 1.
    pub fn count(self) -> u32 {
        self.count
    }

    /// Of what.
    pub fn unit(self) -> SpanUnit {
        self.unit
    }

    /// Whether it cannot be counted without a business calendar.
    pub fn needs_calendar(self) -> bool {
        matches!(self.unit, SpanUnit::WorkingHours | SpanUnit::BusinessDays)
    }
}

impl FromStr for Span {
    type Err = SpanFault;

    fn from_str(text: &str) -> Result<Span, SpanFault> {
        Span::parse(text)
    }
}

impl TryFrom<String> for Span {
    type Error = SpanFault;

    fn try_from(text: String) -> Result<Span, SpanFault> {
        Span::parse(&text)
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
