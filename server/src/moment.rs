//! Times as Korean offices read them: Seoul, UTC+9, without summer time.

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};

use crate::limits::SHOWN_DELAY_HOURS;

/// The offset of Seoul.
pub fn seoul() -> FixedOffset {
    FixedOffset::east_opt(9 * 3600).expect("nine hours are an offset")
}

/// Date and time, to the minute.
pub fn minute(at: DateTime<Utc>) -> String {
    at.with_timezone(&seoul()).format("%Y-%m-%d %H:%M").to_string()
}

/// The date.
pub fn day(at: DateTime<Utc>) -> String {
    at.with_timezone(&seoul()).format("%Y-%m-%d").to_string()
}

/// A moment that may be missing.
pub fn minute_or_dash(at: Option<DateTime<Utc>>) -> String {
    at.map_or_else(|| "–".to_owned(), minute)
}

/// Whether something was recorded so late that both times matter.
pub fn recorded_late(occurred_at: DateTime<Utc>, recorded_at: DateTime<Utc>) -> bool {
    recorded_at - occurred_at > TimeDelta::hours(SHOWN_DELAY_HOURS)
}
