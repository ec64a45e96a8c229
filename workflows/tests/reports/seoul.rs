//! Dates as they are in Korea, which keeps one time all year.

use chrono::{Duration, NaiveDate};

use super::raw::Time;

/// How far Korea is ahead.
const AHEAD_HOURS: i64 = 9;

/// The day of a text such as `2017-03-10`.
pub fn day_of(text: &str) -> NaiveDate {
    text.parse().unwrap_or_else(|_| panic!("no day: {text}"))
}

/// When that day begins.
pub fn midnight(text: &str) -> Time {
    let begins = day_of(text).and_hms_opt(0, 0, 0).expect("midnight");
    begins.and_utc() - Duration::hours(AHEAD_HOURS)
}

/// The day it is at a moment.
pub fn today(now: Time) -> String {
    (now + Duration::hours(AHEAD_HOURS)).date_naive().to_string()
}
