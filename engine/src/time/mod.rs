//! Spans of time as people say them, and the business calendars some of them are counted by. Pure: reads no clock
//! and no file.

mod calendar;
mod span;

#[cfg(test)]
mod tests;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};

pub use calendar::{CODES, Calendar, CalendarFault, DueBasis, Hours, Weekday, ZoneName};
pub use span::{Span, SpanUnit};

/// Which end of a day is meant where only a date is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// Its first moment.
    Start,
    /// The first moment after it.
    End,
}

/// So long after a time.
///
/// # Errors
/// If the span needs a calendar and there is none, or the calendar does not reach so far.
pub fn after(
    calendar: Option<&Calendar>,
    from: DateTime<Utc>,
    span: Span,
) -> Result<DateTime<Utc>, CalendarFault> {
    match calendar {
        Some(calendar) => calendar.after(from, span),
        None => calendar::elapsed(ZoneName::default(), from, span, 1),
    }
}

/// So long before a time.
///
/// # Errors
/// As [`after`].
pub fn before(
    calendar: Option<&Calendar>,
    from: DateTime<Utc>,
    span: Span,
) -> Result<DateTime<Utc>, CalendarFault> {
    match calendar {
        Some(calendar) => calendar.before(from, span),
        None => calendar::elapsed(ZoneName::default(), from, span, -1),
    }
}

/// A due after the clock stood still: by working time where a calendar counts, by elapsed time elsewhere.
///
/// # Errors
/// If the calendar does not reach so far.
pub fn resume(
    calendar: Option<&Calendar>,
    due: DateTime<Utc>,
    stopped_at: DateTime<Utc>,
    resumed_at: DateTime<Utc>,
) -> Result<DateTime<Utc>, CalendarFault> {
    match calendar {
        Some(calendar) if due > stopped_at => {
            calendar.add_worked(resumed_at, calendar.worked_between(stopped_at, due)?)
        }
        Some(_) | None => Ok(due + (resumed_at - stopped_at)),
    }
}

/// The time that an RFC 3339 text gives, or an edge of the day that a date gives.
pub fn moment(calendar: Option<&Calendar>, text: &str, edge: Edge) -> Option<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.with_timezone(&Utc));
    }
    let date: NaiveDate = text.parse().ok()?;
    let date = match edge {
        Edge::Start => date,
        Edge::End => date.succ_opt()?,
    };
    let zone = calendar.map_or_else(ZoneName::default, |calendar| calendar.zone);
    start_of(zone, date)
}

/// The first moment of a day in a zone; where the clocks skip midnight, the first that exists.
fn start_of(zone: ZoneName, date: NaiveDate) -> Option<DateTime<Utc>> {
    let first = |hour| {
        zone.0.from_local_datetime(&date.and_time(NaiveTime::from_hms_opt(hour, 0, 0)?)).earliest()
    };
    (0..4).find_map(first).map(|at| at.with_timezone(&Utc))
}
