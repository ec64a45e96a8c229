//! Timestamps, durations, dates and zones as text: RFC 3339 and the notation of CEL. Never asks for a clock.

use chrono::{
    DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone,
    Timelike, Utc,
};
use chrono_tz::Tz;

use super::limits::{DURATION_SECONDS_MAX, YEAR_MAX};

const NANOS_PER_SECOND: i128 = 1_000_000_000;
/// How far a moment in local time can lie from the same figures in UTC: a day's offset and a day that was skipped
/// where the date line moved.
const GAP_MAX: TimeDelta = TimeDelta::days(2);
/// Longest text of a duration: every unit with all its digits.
const DURATION_BYTES_MAX: usize = 64;
/// Units of a duration with their length in nanoseconds; longer names stand first.
const UNITS: [(&str, i128); 7] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("ms", 1_000_000),
    ("h", 3_600 * NANOS_PER_SECOND),
    ("m", 60 * NANOS_PER_SECOND),
    ("s", NANOS_PER_SECOND),
];

/// An RFC 3339 timestamp of the years 1 to 9999, without a leap second.
pub(super) fn timestamp(text: &str) -> Option<DateTime<Utc>> {
    let at = DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc);
    bounded_timestamp(at).filter(|at| at.nanosecond() < 1_000_000_000)
}

/// `at`, if its year is within bounds.
pub(super) fn bounded_timestamp(at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    (1..=YEAR_MAX).contains(&at.year()).then_some(at)
}

/// `span`, if it is within bounds.
pub(super) fn bounded_duration(span: TimeDelta) -> Option<TimeDelta> {
    let max = TimeDelta::seconds(DURATION_SECONDS_MAX);
    (span <= max && span >= -max).then_some(span)
}

/// A duration such as `90m`, `1h30m`, `-1.5h` or `0`.
pub(super) fn duration(text: &str) -> Option<TimeDelta> {
    if text.len() > DURATION_BYTES_MAX {
        return None;
    }
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(TimeDelta::zero());
    }
    let mut nanos: i128 = 0;
    loop {
        let (part, after) = duration_part(rest)?;
        nanos = nanos.checked_add(part)?;
        rest = after;
        if rest.is_empty() {
            break;
        }
    }
    from_nanos(sign * nanos)
}

/// One number with its unit in nanoseconds, and what follows.
fn duration_part(text: &str) -> Option<(i128, &str)> {
    let digits = text.find(|letter: char| !letter.is_ascii_digit())?;
    let (whole, after) = text.split_at(digits);
    let (fraction, after) = match after.strip_prefix('.') {
        Some(after) => after.split_at(after.find(|letter: char| !letter.is_ascii_digit())?),
        None => ("", after),
    };
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let (unit, nanos) = UNITS.iter().find(|(unit, _)| after.starts_with(unit))?;
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let part = fraction_of(fraction, *nanos)?;
    Some((whole.checked_mul(*nanos)?.checked_add(part)?, &after[unit.len()..]))
}

/// The decimal fraction `digits` of `unit` nanoseconds, cut to whole nanoseconds.
fn fraction_of(digits: &str, unit: i128) -> Option<i128> {
    if digits.is_empty() {
        return Some(0);
    }
    let scale = 10_i128.checked_pow(u32::try_from(digits.len()).ok()?)?;
    Some(digits.parse::<i128>().ok()?.checked_mul(unit)? / scale)
}

fn from_nanos(nanos: i128) -> Option<TimeDelta> {
    let seconds = i64::try_from(nanos.div_euclid(NANOS_PER_SECOND)).ok()?;
    let rest = u32::try_from(nanos.rem_euclid(NANOS_PER_SECOND)).ok()?;
    bounded_duration(TimeDelta::new(seconds, rest)?)
}

/// A time zone: fixed, or one of the tz database, whose rules know daylight saving time.
#[derive(Debug, Clone, Copy)]
pub(super) enum Zone {
    Fixed(FixedOffset),
    Named(Tz),
}

/// A zone such as `Asia/Seoul`, or an offset from UTC such as `+09:00`; `Z` and `UTC` are zero.
pub(super) fn zone(text: &str) -> Option<Zone> {
    offset(text).map(Zone::Fixed).or_else(|| text.parse().ok().map(Zone::Named))
}

fn offset(text: &str) -> Option<FixedOffset> {
    if matches!(text, "Z" | "UTC") {
        return FixedOffset::east_opt(0);
    }
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    let in_day = hours < 24 && minutes < 60;
    in_day.then(|| FixedOffset::east_opt(sign * (hours * 3_600 + minutes * 60))).flatten()
}

impl Zone {
    pub(super) const UTC: Zone = Zone::Named(Tz::UTC);

    /// What clocks and calendars there show.
    pub(super) fn local(self, at: DateTime<Utc>) -> NaiveDateTime {
        match self {
            Zone::Fixed(offset) => at.with_timezone(&offset).naive_local(),
            Zone::Named(zone) => at.with_timezone(&zone).naive_local(),
        }
    }

    /// When a day begins there: at midnight, or right after a gap around it; the earlier if there are two
    /// midnights. `None` past the bound on timestamps.
    pub(super) fn start_of(self, day: NaiveDate) -> Option<DateTime<Utc>> {
        let midnight = day.and_time(NaiveTime::MIN);
        let found = match self {
            Zone::Fixed(offset) => {
                offset.from_local_datetime(&midnight).earliest().map(|at| at.to_utc())
            }
            Zone::Named(zone) => {
                zone.from_local_datetime(&midnight).earliest().map(|at| at.to_utc())
            }
        };
        found.or_else(|| self.after_gap(midnight)).and_then(bounded_timestamp)
    }

    /// The first second at which clocks there are past `moment`, which they never show. Halving a span of some
    /// days takes less than twenty steps.
    fn after_gap(self, moment: NaiveDateTime) -> Option<DateTime<Utc>> {
        let mut before = moment.and_utc().checked_sub_signed(GAP_MAX)?;
        let mut after = moment.and_utc().checked_add_signed(GAP_MAX)?;
        while after - before > TimeDelta::seconds(1) {
            let middle = before + TimeDelta::seconds((after - before).num_seconds() / 2);
            if self.local(middle) < moment { before = middle } else { after = middle }
        }
        Some(after)
    }
}

/// A date such as `2017-03-10`, of the years 1 to 9999.
pub(super) fn date(text: &str) -> Option<NaiveDate> {
    let fits = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<u32>().ok();
    let year = i32::try_from(number(0..4)?).ok()?;
    let day = NaiveDate::from_ymd_opt(year, number(5..7)?, number(8..10)?)?;
    (fits && year >= 1).then_some(day)
}

/// A date as RFC 3339 has it; `None` past the bound on years.
pub(super) fn write_date(day: NaiveDate) -> Option<String> {
    (1..=YEAR_MAX).contains(&day.year()).then(|| day.format("%Y-%m-%d").to_string())
}

fn two_digits(text: &str) -> Option<i32> {
    let fits = text.len() == 2 && text.bytes().all(|digit| digit.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

/// RFC 3339 in UTC, with as many decimals as needed.
pub(super) fn write_timestamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

/// Seconds with as many decimals as needed, such as `5400s` or `-0.5s`.
pub(super) fn write_duration(span: TimeDelta) -> String {
    let sign = if span < TimeDelta::zero() { "-" } else { "" };
    let span = span.abs();
    let (seconds, nanos) = (span.num_seconds(), span.subsec_nanos());
    if nanos == 0 {
        return format!("{sign}{seconds}s");
    }
    let decimals = format!("{nanos:09}");
    format!("{sign}{seconds}.{}s", decimals.trim_end_matches('0'))
}
