//! Spans of time as people say them, the business calendars some of them are counted by, what is due when, and what
//! recurs. Pure: reads no clock and no file, and holds no holiday of any country.

mod basis;
mod calendar;
mod counting;
mod days;
mod fault;
mod recurrence;
mod rules;
mod span;
mod zone;

#[cfg(test)]
mod tests;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;

pub use basis::{CalendarUsed, Counted, DueBasis, Pause};
pub use calendar::{Calendar, HolidayTable, Rule, TimeOfDay, Weekday};
pub(crate) use counting::Counting;
pub use fault::{CalendarFault, RecurrenceFault, SpanFault, codes};
pub use recurrence::{HolidayPolicy, Recurrence};
pub use rules::{LAST_MOMENT, after, before, put_off, resume};
pub use span::{Span, SpanUnit};

/// Which end of a day is meant where only a date is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// Its first moment.
    Start,
    /// The first moment after it.
    End,
}

/// The time that an RFC 3339 text gives, or an edge of the day that a date gives, in the zone of the calendar or in
/// that of Seoul. None for a time that could not be written in UTC.
pub fn moment(calendar: Option<&Calendar>, text: &str, edge: Edge) -> Option<DateTime<Utc>> {
    let edge_of_day = || {
        let date: NaiveDate = text.parse().ok()?;
        let date = match edge {
            Edge::Start => date,
            Edge::End => date.succ_opt()?,
        };
        zone::start_of(zone_of(calendar)?, date)
    };
    rfc_3339(text).or_else(edge_of_day).filter(rules::is_writable)
}

/// The moment that `2017-03-10 10:00` means on the clocks of the calendar's zone or of Seoul, or that an RFC 3339 text
/// gives. None for a time that could not be written in UTC.
pub fn written(calendar: Option<&Calendar>, text: &str) -> Option<DateTime<Utc>> {
    let on_clocks = || {
        let shown = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").ok()?;
        zone::instant(zone_of(calendar)?, shown)
    };
    rfc_3339(text).or_else(on_clocks).filter(rules::is_writable)
}

fn rfc_3339(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.with_timezone(&Utc))
}

/// The same the other way: to the minute, as the clocks of that zone show it.
pub fn shown(calendar: Option<&Calendar>, at: DateTime<Utc>) -> String {
    let local = zone_of(calendar).and_then(|zone| zone::local(zone, at));
    local.map_or_else(|| at.to_rfc3339(), |local| local.format("%Y-%m-%d %H:%M").to_string())
}

fn zone_of(calendar: Option<&Calendar>) -> Option<Tz> {
    calendar.map_or(Some(zone::ZONE_DEFAULT), |calendar| calendar.tz().ok())
}
