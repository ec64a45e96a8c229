//! What a due was computed from, recorded beside it, so that it can be computed again and explained years later.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::calendar::{Calendar, Rule};
use super::fault::CalendarFault;
use super::rules;
use super::span::Span;
use crate::limits::DUE_PAUSES_MAX;
use crate::model::names::Name;

/// What a due was computed from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueBasis {
    /// The span.
    pub span: Span,
    /// From when.
    pub from: DateTime<Utc>,
    /// The calendar, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarUsed>,
    /// When the clock stood still meanwhile, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Pause>,
    /// The version of the time zone data, such as `2025b`.
    pub zone_data: String,
}

/// A time during which a clock stood still.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Its first moment.
    pub from: DateTime<Utc>,
    /// The first moment after it.
    pub to: DateTime<Utc>,
}

/// The calendar a due was computed by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarUsed {
    /// Its name.
    pub name: Name,
    /// Its version.
    pub version: u32,
    /// Its rule set.
    pub rule: Rule,
}

impl DueBasis {
    /// What a due was computed from.
    pub fn of(calendar: Option<&Calendar>, from: DateTime<Utc>, span: Span) -> DueBasis {
        let used = calendar.map(|Calendar { name, version, rule, .. }| CalendarUsed {
            name: name.clone(),
            version: *version,
            rule: *rule,
        });
        let zone_data = chrono_tz::IANA_TZDB_VERSION.to_owned();
        DueBasis { span, from, calendar: used, pauses: Vec::new(), zone_data }
    }

    /// The due that follows from it by a version of the calendar.
    ///
    /// # Errors
    /// If the span needs a calendar and there is none, or the calendar does not reach so far.
    pub fn due(&self, calendar: Option<&Calendar>) -> Result<DateTime<Utc>, CalendarFault> {
        let mut due = rules::after(calendar, self.from, self.span)?;
        for pause in &self.pauses {
            due = rules::resume(calendar, due, pause.from, pause.to, self.span)?;
        }
        Ok(due)
    }

    /// The same, by another version of the calendar.
    #[must_use]
    pub fn anew(&self, calendar: Option<&Calendar>) -> DueBasis {
        DueBasis { pauses: self.pauses.clone(), ..DueBasis::of(calendar, self.from, self.span) }
    }

    /// The same after the clock stood still once more; none if it did so too often to go on writing it down.
    pub fn paused(mut self, from: DateTime<Utc>, to: DateTime<Utc>) -> Option<DueBasis> {
        self.pauses.push(Pause { from, to });
        (self.pauses.len() <= DUE_PAUSES_MAX).then_some(self)
    }

    /// Whether it was computed by a calendar of that name.
    pub fn used(&self, calendar: &Name) -> bool {
        self.calendar.as_ref().is_some_and(|used| used.name == *calendar)
    }
}
