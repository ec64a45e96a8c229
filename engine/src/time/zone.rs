//! Local time and the moments it stands for, also where the clocks of a zone skip an hour, repeat one, or skip a day.
//! Everything here keeps the order of time: what is earlier never becomes later.

use chrono::{
    DateTime, Duration, LocalResult, Months, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone,
    Utc,
};
use chrono_tz::{GapInfo, Tz};

/// The zone of what is counted without a calendar: that of the registers.
pub const ZONE_DEFAULT: Tz = chrono_tz::Asia::Seoul;

/// What the clocks of a zone show; none for a time that cannot be written.
pub fn local(zone: Tz, at: DateTime<Utc>) -> Option<NaiveDateTime> {
    let offset = zone.offset_from_utc_datetime(&at.naive_utc()).fix();
    at.naive_utc().checked_add_offset(offset)
}

/// The first moment at which the clocks of a zone show a time; where they skip it, the first moment after.
pub fn instant(zone: Tz, local: NaiveDateTime) -> Option<DateTime<Utc>> {
    let at = match zone.from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at,
        LocalResult::None => GapInfo::new(&local, &zone)?.end?,
    };
    Some(at.with_timezone(&Utc))
}

/// The first moment of a day.
pub fn start_of(zone: Tz, day: NaiveDate) -> Option<DateTime<Utc>> {
    instant(zone, day.and_time(NaiveTime::MIN))
}

/// The same time of day so many months later, or earlier; a month without that day gives its last.
pub fn add_months(zone: Tz, from: DateTime<Utc>, count: i64) -> Option<DateTime<Utc>> {
    let shown = first_time_shown(zone, from)?;
    let months = Months::new(u32::try_from(count.unsigned_abs()).ok()?);
    let day = match count < 0 {
        true => shown.date().checked_sub_months(months)?,
        false => shown.date().checked_add_months(months)?,
    };
    instant(zone, day.and_time(shown.time()))
}

/// What the clocks show, but in an hour that they repeat for the second time the end of it: so a later moment
/// never shows an earlier time.
fn first_time_shown(zone: Tz, at: DateTime<Utc>) -> Option<NaiveDateTime> {
    let shown = local(zone, at)?;
    match zone.from_local_datetime(&shown) {
        LocalResult::Ambiguous(first, _) if first.with_timezone(&Utc) < at => {
            end_of_fold(zone, shown)
        }
        LocalResult::Ambiguous(..) | LocalResult::Single(_) | LocalResult::None => Some(shown),
    }
}

/// The first time of day after `shown` that the clocks show only once.
fn end_of_fold(zone: Tz, shown: NaiveDateTime) -> Option<NaiveDateTime> {
    let repeated = |seconds| {
        let later = shown.checked_add_signed(Duration::seconds(seconds))?;
        Some(matches!(zone.from_local_datetime(&later), LocalResult::Ambiguous(..)))
    };
    // No zone ever put its clocks back by more than a day.
    let (mut inside, mut outside) = (0, 2 * 86_400);
    while outside - inside > 1 {
        let middle = i64::midpoint(inside, outside);
        match repeated(middle)? {
            true => inside = middle,
            false => outside = middle,
        }
    }
    shown.checked_add_signed(Duration::seconds(outside))
}
