//! What a span means under each rule set: when it ends, when it began, and what is left of it after the clock stood
//! still. Every period ends either after so much time or at the close of work of a business day.

use chrono::{DateTime, Datelike, Days, Duration, Months, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;

use super::calendar::{Calendar, Rule};
use super::counting::{Counting, Way};
use super::fault::CalendarFault;
use super::span::{Span, SpanUnit};
use super::zone;
use crate::limits::CIVIL_DAYS_IN_HOURS_MAX;

/// Working hours of a day under the civil-petition rule.
const CIVIL_HOURS: u32 = 8;

/// The last second that RFC 3339 can write.
pub const LAST_MOMENT: DateTime<Utc> =
    DateTime::from_timestamp(253_402_300_799, 0).expect("a time that can be written");

/// How a span is counted.
enum Pace {
    /// As time goes by.
    Elapsed(Duration),
    /// By the months of the zone.
    Months(u32),
    /// In working time.
    Work(Duration),
    /// In business days after the first.
    Closings(u32),
    /// In business days, the first included.
    ClosingsWithFirst(u32),
    /// In days of the calendar, the first included, an end without work moving to the next day with it.
    Dates(Period),
}

#[derive(Clone, Copy)]
enum Period {
    Weeks(u32),
    Months(u32),
}

impl Pace {
    fn of(span: Span, rule: Rule) -> Pace {
        let count = span.count();
        match (span.unit(), rule) {
            (SpanUnit::Minutes, _) => Pace::Elapsed(Duration::minutes(count.into())),
            (SpanUnit::Hours, _) => Pace::Elapsed(Duration::hours(count.into())),
            (SpanUnit::WorkingHours, _) => Pace::Work(Duration::hours(count.into())),
            (SpanUnit::BusinessDays, _) => Pace::Closings(count),
            (SpanUnit::Days, Rule::Plain) => Pace::Elapsed(Duration::days(count.into())),
            (SpanUnit::Weeks, Rule::Plain) => Pace::Elapsed(Duration::weeks(count.into())),
            (SpanUnit::Months, Rule::Plain) => Pace::Months(count),
            (SpanUnit::Days, Rule::CivilPetition) if count <= CIVIL_DAYS_IN_HOURS_MAX => {
                Pace::Work(Duration::hours((count * CIVIL_HOURS).into()))
            }
            (SpanUnit::Days, Rule::CivilPetition) => Pace::ClosingsWithFirst(count),
            (SpanUnit::Weeks, Rule::CivilPetition) => Pace::Dates(Period::Weeks(count)),
            (SpanUnit::Months, Rule::CivilPetition) => Pace::Dates(Period::Months(count)),
        }
    }
}

/// So long after a time. Without a calendar it is elapsed time, and months go by the days of Seoul.
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
        None => without_calendar(from, span, 1),
    }
}

/// So long before a time: what [`after`] counts, counted back. Where days are counted it is the opening of work.
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
        None => without_calendar(from, span, -1),
    }
}

/// The due of a span after the clock stood still: what was left of it when the clock stopped is left of it again when
/// the clock goes on, counted as the span is counted: elapsed time, working time, or closings of work. What was
/// overdue then is overdue by the same. See [`put_off`] for one that would lie too far away.
///
/// # Errors
/// If the span needs a calendar and there is none, or the calendar does not reach so far.
pub fn resume(
    calendar: Option<&Calendar>,
    due: DateTime<Utc>,
    stopped_at: DateTime<Utc>,
    resumed_at: DateTime<Utc>,
    span: Span,
) -> Result<DateTime<Utc>, CalendarFault> {
    if resumed_at <= stopped_at {
        return Ok(due);
    }
    match calendar {
        Some(calendar) => calendar.resume(due, stopped_at, resumed_at, span),
        None if span.needs_calendar() => Err(CalendarFault::Needed { span }),
        None => Ok(put_off(due, resumed_at - stopped_at)),
    }
}

/// A moment put off by so long, at most to [`LAST_MOMENT`]: for what must not be refused. To refuse a due after the
/// clock stood still, for one, would refuse every act that lets the clock go on.
pub fn put_off(at: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    elapsed(at, by).unwrap_or(LAST_MOMENT)
}

impl Calendar {
    /// So long after a time; what that means is said at [`Rule`].
    ///
    /// # Errors
    /// If it does not reach so far.
    pub fn after(&self, from: DateTime<Utc>, span: Span) -> Result<DateTime<Utc>, CalendarFault> {
        let counting = Counting::by(self)?;
        match Pace::of(span, self.rule) {
            Pace::Elapsed(time) => elapsed(from, time),
            Pace::Months(count) => months(counting.zone, from, count.into()),
            Pace::Work(time) => counting.add_worked(from, time),
            Pace::Closings(count) => {
                let last = counting.business_day_after(counting.day(from)?, count, Way::Later)?;
                counting.closing(last)
            }
            Pace::ClosingsWithFirst(count) => {
                let first = counting.business_day_from(counting.day(from)?, Way::Later)?;
                counting.closing(counting.business_day_after(first, count - 1, Way::Later)?)
            }
            Pace::Dates(period) => {
                let last = last_day(counting.day(from)?, period).ok_or(CalendarFault::TooFar {})?;
                counting.closing(counting.business_day_from(last, Way::Later)?)
            }
        }
    }

    /// So long before a time. Where days are counted it is the opening of work.
    ///
    /// # Errors
    /// If it does not reach so far.
    pub fn before(&self, from: DateTime<Utc>, span: Span) -> Result<DateTime<Utc>, CalendarFault> {
        let counting = Counting::by(self)?;
        let opening = |from: NaiveDate, count: u32| {
            counting.opening(counting.business_day_after(from, count, Way::Earlier)?)
        };
        match Pace::of(span, self.rule) {
            Pace::Elapsed(time) => elapsed(from, -time),
            Pace::Months(count) | Pace::Dates(Period::Months(count)) => {
                months(counting.zone, from, -i64::from(count))
            }
            Pace::Dates(Period::Weeks(count)) => elapsed(from, -Duration::weeks(count.into())),
            Pace::Work(time) => counting.take_worked(from, time),
            Pace::Closings(count) => opening(counting.day(from)?, count),
            Pace::ClosingsWithFirst(count) => {
                let last = counting.business_day_from(counting.day(from)?, Way::Earlier)?;
                opening(last, count - 1)
            }
        }
    }

    /// The due of a span after the clock stood still; see the function of the same name.
    fn resume(
        &self,
        due: DateTime<Utc>,
        stopped_at: DateTime<Utc>,
        resumed_at: DateTime<Utc>,
        span: Span,
    ) -> Result<DateTime<Utc>, CalendarFault> {
        let counting = Counting::by(self)?;
        let stood_still = resumed_at - stopped_at;
        match Pace::of(span, self.rule) {
            Pace::Elapsed(_) | Pace::Months(_) => Ok(put_off(due, stood_still)),
            Pace::Work(_) if due >= stopped_at => {
                counting.add_worked(resumed_at, counting.worked_between(stopped_at, due)?)
            }
            Pace::Work(_) => {
                counting.take_worked(resumed_at, counting.worked_between(due, stopped_at)?)
            }
            // A due that was given as a time is not at the close of work.
            _ if !counting.closes_at(due)? => Ok(put_off(due, stood_still)),
            Pace::Closings(_) | Pace::ClosingsWithFirst(_) if due > stopped_at => {
                counting.closing_after(resumed_at, counting.closings_between(stopped_at, due)?)
            }
            Pace::Closings(_) | Pace::ClosingsWithFirst(_) => {
                counting.closing_until(resumed_at, counting.closings_between(due, stopped_at)?)
            }
            Pace::Dates(_) => {
                let days = counting.day(resumed_at)? - counting.day(stopped_at)?;
                let last = counting.day(due)?.checked_add_signed(days);
                let last = last.ok_or(CalendarFault::TooFar {})?;
                counting.closing(counting.business_day_from(last, Way::Later)?)
            }
        }
    }

    /// The working time between two moments; zero if the second is not later.
    ///
    /// # Errors
    /// If it does not cover one of the days between.
    pub fn worked_between(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Duration, CalendarFault> {
        Counting::by(self)?.worked_between(from, to)
    }

    /// Whether work is done on a day.
    ///
    /// # Errors
    /// If it does not cover the day.
    pub fn is_business_day(&self, day: NaiveDate) -> Result<bool, CalendarFault> {
        Counting::by(self)?.is_business_day(day)
    }

    /// The first business day after a day.
    ///
    /// # Errors
    /// If it does not reach so far.
    pub fn next_business_day(&self, day: NaiveDate) -> Result<NaiveDate, CalendarFault> {
        Counting::by(self)?.business_day_after(day, 1, Way::Later)
    }

    /// The first moment of a day; where the clocks skip midnight, the first that exists.
    ///
    /// # Errors
    /// If its zone does not exist.
    pub fn start_of_day(&self, day: NaiveDate) -> Result<DateTime<Utc>, CalendarFault> {
        zone::start_of(self.tz()?, day).ok_or(CalendarFault::TooFar {})
    }

    /// What the clocks of its zone show at a moment.
    ///
    /// # Errors
    /// If its zone does not exist.
    pub fn local(&self, at: DateTime<Utc>) -> Result<NaiveDateTime, CalendarFault> {
        zone::local(self.tz()?, at).ok_or(CalendarFault::TooFar {})
    }
}

fn without_calendar(
    from: DateTime<Utc>,
    span: Span,
    sign: i32,
) -> Result<DateTime<Utc>, CalendarFault> {
    match Pace::of(span, Rule::Plain) {
        Pace::Elapsed(time) => elapsed(from, time * sign),
        Pace::Months(count) => months(zone::ZONE_DEFAULT, from, i64::from(count) * i64::from(sign)),
        Pace::Work(_) | Pace::Closings(_) | Pace::ClosingsWithFirst(_) | Pace::Dates(_) => {
            Err(CalendarFault::Needed { span })
        }
    }
}

fn elapsed(from: DateTime<Utc>, time: Duration) -> Result<DateTime<Utc>, CalendarFault> {
    writable(from.checked_add_signed(time))
}

fn months(zone: Tz, from: DateTime<Utc>, count: i64) -> Result<DateTime<Utc>, CalendarFault> {
    writable(zone::add_months(zone, from, count))
}

fn writable(at: Option<DateTime<Utc>>) -> Result<DateTime<Utc>, CalendarFault> {
    at.filter(is_writable).ok_or(CalendarFault::TooFar {})
}

/// Whether RFC 3339 can write a time: it lies in the years 0 to 9999.
pub(super) fn is_writable(at: &DateTime<Utc>) -> bool {
    (0..=9_999).contains(&at.year())
}

/// The last day of a period that begins with a day: the day before the one that corresponds to it, or the last of a
/// month that has none (민법 제160조).
fn last_day(first: NaiveDate, period: Period) -> Option<NaiveDate> {
    match period {
        Period::Weeks(count) => first.checked_add_days(Days::new(u64::from(count) * 7 - 1)),
        Period::Months(count) => {
            let corresponding = first.checked_add_months(Months::new(count))?;
            match corresponding.day() < first.day() {
                true => Some(corresponding),
                false => corresponding.pred_opt(),
            }
        }
    }
}
