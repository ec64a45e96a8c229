//! What a due was computed from, recorded beside it, so that it can be computed again and explained years later.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::calendar::{Calendar, Rule};
use super::fault::RecurrenceFault;
use super::recurrence::Recurrence;
use super::rules;
use super::span::Span;
use crate::limits::DUE_PAUSES_MAX;
use crate::model::names::Name;

/// What a due was computed from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueBasis {
    /// What was counted.
    #[serde(flatten)]
    pub counted: Counted,
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

/// What is counted until a due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// So long.
    Span(Span),
    /// Until it next happens.
    Recurrence(Recurrence),
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
    pub fn of(calendar: Option<&Calendar>, from: DateTime<Utc>, counted: Counted) -> DueBasis {
        let used = calendar.map(|Calendar { name, version, rule, .. }| CalendarUsed {
            name: name.clone(),
            version: *version,
            rule: *rule,
        });
        let zone_data = chrono_tz::IANA_TZDB_VERSION.to_owned();
        DueBasis { counted, from, calendar: used, pauses: Vec::new(), zone_data }
    }

    /// The due that follows from it by a version of the calendar.
    ///
    /// # Errors
    /// If a calendar is needed and there is none, it does not reach so far, or nothing recurs in it.
    pub fn due(&self, calendar: Option<&Calendar>) -> Result<DateTime<Utc>, RecurrenceFault> {
        let mut due = self.counted.after(calendar, self.from)?;
        for pause in &self.pauses {
            due = self.counted.resume(calendar, due, *pause)?;
        }
        Ok(due)
    }

    /// The same, by another version of the calendar.
    #[must_use]
    pub fn anew(&self, calendar: Option<&Calendar>) -> DueBasis {
        let pauses = self.pauses.clone();
        DueBasis { pauses, ..DueBasis::of(calendar, self.from, self.counted.clone()) }
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

impl Counted {
    /// The due, counted from a time.
    ///
    /// # Errors
    /// If a calendar is needed and there is none, it does not reach so far, or nothing recurs in it.
    pub fn after(
        &self,
        calendar: Option<&Calendar>,
        from: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, RecurrenceFault> {
        match self {
            Counted::Span(span) => Ok(rules::after(calendar, from, *span)?),
            Counted::Recurrence(recurrence) => {
                recurrence.next_after(calendar.ok_or_else(|| recurrence.needs_calendar())?, from)
            }
        }
    }

    /// The due after the clock stood still: of a span, what was left when it stopped is left again; what recurs does
    /// so without waiting, and if that passed meanwhile it is the next time after.
    ///
    /// # Errors
    /// As [`Counted::after`].
    pub fn resume(
        &self,
        calendar: Option<&Calendar>,
        due: DateTime<Utc>,
        Pause { from, to }: Pause,
    ) -> Result<DateTime<Utc>, RecurrenceFault> {
        match self {
            Counted::Span(span) => Ok(rules::resume(calendar, due, from, to, *span)?),
            Counted::Recurrence(_) if due > to => Ok(due),
            Counted::Recurrence(_) => self.after(calendar, to),
        }
    }
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Counted::Span(span) => span.fmt(f),
            Counted::Recurrence(recurrence) => recurrence.fmt(f),
        }
    }
}
