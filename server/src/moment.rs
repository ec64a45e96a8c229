//! Times as Korean offices read them: Seoul, UTC+9, without summer time.

use chrono::{DateTime, FixedOffset, NaiveTime, TimeDelta, Utc};

use crate::limits::SHOWN_DELAY_HOURS;

/// The offset of Seoul.
pub fn seoul() -> FixedOffset {
    FixedOffset::east_opt(9 * 3600).expect("nine hours are an offset")
}

/// Date and time, to the minute.
pub fn minute(at: DateTime<Utc>) -> String {
    at.with_timezone(&seoul()).format("%Y-%m-%d %H:%M").to_string()
}

/// When something is due. A due that is the end of a day is that day's 24:00, not the next one's 00:00, which people
/// take for a day more.
pub fn due(at: DateTime<Utc>) -> String {
    match ends_day(at) {
        true => format!("{} 24:00", day(at - TimeDelta::minutes(1))),
        false => minute(at),
    }
}

/// Whether a day ends then.
pub fn ends_day(at: DateTime<Utc>) -> bool {
    at.with_timezone(&seoul()).time() == NaiveTime::MIN
}

/// A due that may be missing.
pub fn due_or_dash(at: Option<DateTime<Utc>>) -> String {
    at.map_or_else(|| "–".to_owned(), due)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_due_at_the_end_of_a_day_is_of_that_day() {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).expect("a time").to_utc();
        assert_eq!(due(at("2026-12-21T00:00:00+09:00")), "2026-12-20 24:00");
        assert_eq!(due(at("2026-12-20T18:00:00+09:00")), "2026-12-20 18:00");
    }
}
