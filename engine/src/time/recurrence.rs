//! What recurs: a rule of RFC 5545 for the days, a time of day, and what happens on days without work. The days come
//! from the rule alone, without a zone, so that no clock change moves them; the time is put to them afterwards.

use std::fmt;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeZone, Utc, Weekday};
use rrule::{Frequency, RRule, RRuleSet, Tz, Unvalidated};
use serde::{Deserialize, Serialize};

use super::calendar::{Calendar, TimeOfDay};
use super::counting::{Counting, Way};
use super::fault::{CalendarFault, RecurrenceFault};
use super::zone;
use crate::limits::{
    CALENDAR_IDLE_DAYS_MAX, RECURRENCE_OCCURRENCES_MAX, RECURRENCE_RULE_BYTES_MAX,
    RECURRENCE_YEARS_MAX,
};

/// Something that happens again and again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Recurrence {
    rule: String,
    at: TimeOfDay,
    holiday: HolidayPolicy,
}

/// What happens to an occurrence on a day without work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HolidayPolicy {
    /// It moves to the next business day.
    Next,
    /// It moves to the business day before.
    Previous,
    /// It moves to the next business day of the same week (Monday to Sunday), or else to the one before in it; a week
    /// without one has none.
    SameWeek,
    /// It does not happen.
    Skip,
    /// It happens all the same.
    Keep,
}

/// A recurrence as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    rule: String,
    at: String,
    holiday: String,
}

/// Parts of a rule that are said elsewhere, or not at all.
const REFUSED_PARTS: [&str; 7] =
    ["BYHOUR", "BYMINUTE", "BYSECOND", "BYEASTER", "COUNT", "UNTIL", "DTSTART"];

const DAYS_OF_A_WEEK: u64 = 7;

/// The day that intervals are counted from: a Monday, and the first of a month and a year.
const EPOCH: (i32, u32, u32) = (1900, 1, 1);

impl HolidayPolicy {
    const ALL: [HolidayPolicy; 5] = [
        HolidayPolicy::Next,
        HolidayPolicy::Previous,
        HolidayPolicy::SameWeek,
        HolidayPolicy::Skip,
        HolidayPolicy::Keep,
    ];

    /// The word it is written with.
    pub fn word(self) -> &'static str {
        match self {
            HolidayPolicy::Next => "next",
            HolidayPolicy::Previous => "previous",
            HolidayPolicy::SameWeek => "same_week",
            HolidayPolicy::Skip => "skip",
            HolidayPolicy::Keep => "keep",
        }
    }
}

impl fmt::Display for HolidayPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl Recurrence {
    /// Reads a recurrence: the days by an RFC 5545 rule such as `FREQ=MONTHLY;BYDAY=1MO,2MO`, the time of day such as
    /// `10:00`, and one of `next`, `previous`, `same_week`, `skip`, `keep`. Intervals are counted from Monday 1900-01-01, so that
    /// every case sees the same weeks.
    ///
    /// # Errors
    /// If one of them is not right, the rule happens more often than daily, or no day ever matches it.
    pub fn parse(rule: &str, at: &str, holiday: &str) -> Result<Recurrence, RecurrenceFault> {
        let bytes = rule.len();
        if bytes > RECURRENCE_RULE_BYTES_MAX {
            return Err(RecurrenceFault::TooLong { bytes, max: RECURRENCE_RULE_BYTES_MAX });
        }
        let short = |text: &str| text.chars().take(40).collect::<String>();
        let time = TimeOfDay(at.to_owned());
        if time.time().is_none() {
            return Err(RecurrenceFault::TimeOfDay { text: short(at) });
        }
        let policy = HolidayPolicy::ALL.into_iter().find(|policy| policy.word() == holiday);
        let holiday = policy.ok_or_else(|| RecurrenceFault::Policy { text: short(holiday) })?;
        let recurrence = Recurrence { rule: rule.to_owned(), at: time, holiday };
        recurrence.check_parts()?;
        let found = recurrence.days(epoch())?.next();
        found.map(|_| recurrence.clone()).ok_or_else(|| recurrence.never())
    }

    /// The rule as it was written.
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// The time of day.
    pub fn at(&self) -> &TimeOfDay {
        &self.at
    }

    /// What happens on days without work.
    pub fn holiday(&self) -> HolidayPolicy {
        self.holiday
    }

    /// The first time after `after`.
    ///
    /// # Errors
    /// If no day matches for many years, every one of many is without work, or the calendar does not reach so far.
    pub fn next_after(
        &self,
        calendar: &Calendar,
        after: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, RecurrenceFault> {
        let counting = Counting::by(calendar)?;
        let today = counting.day(after)?;
        // A day long ago may have moved until after `after`; no stretch without work is longer than this.
        let back = Days::new(match self.holiday {
            HolidayPolicy::Next => u64::from(CALENDAR_IDLE_DAYS_MAX) + 1,
            HolidayPolicy::SameWeek => DAYS_OF_A_WEEK,
            HolidayPolicy::Previous | HolidayPolicy::Skip | HolidayPolicy::Keep => 0,
        });
        let from = today.checked_sub_days(back).unwrap_or(today).max(self.earliest(calendar));
        let mut days = self.days(from.min(today))?.peekable();
        days.peek().ok_or_else(|| self.never())?;
        for day in days.take(RECURRENCE_OCCURRENCES_MAX) {
            let Some(day) = self.moved(day, today, &counting)? else { continue };
            let at =
                self.at.time().and_then(|time| zone::instant(counting.zone, day.and_time(time)));
            let at = at.ok_or(CalendarFault::TooFar {})?;
            if at > after {
                return Ok(at);
            }
        }
        let (rule, occurrences) = (self.rule.clone(), RECURRENCE_OCCURRENCES_MAX);
        Err(RecurrenceFault::Skipped { rule, occurrences })
    }

    pub(super) fn needs_calendar(&self) -> RecurrenceFault {
        RecurrenceFault::Needed { rule: self.rule.clone() }
    }

    /// Days before what the calendar covers are looked at only where they are kept.
    fn earliest(&self, calendar: &Calendar) -> NaiveDate {
        match self.holiday {
            HolidayPolicy::Keep => NaiveDate::MIN,
            HolidayPolicy::Next
            | HolidayPolicy::Previous
            | HolidayPolicy::SameWeek
            | HolidayPolicy::Skip => calendar.from,
        }
    }

    /// The day on which the occurrence of a day happens, if it does.
    fn moved(
        &self,
        day: NaiveDate,
        today: NaiveDate,
        counting: &Counting<'_>,
    ) -> Result<Option<NaiveDate>, CalendarFault> {
        match self.holiday {
            HolidayPolicy::Keep => Ok(Some(day)),
            HolidayPolicy::Skip => Ok(counting.is_business_day(day)?.then_some(day)),
            HolidayPolicy::Next => counting.business_day_from(day, Way::Later).map(Some),
            HolidayPolicy::SameWeek => {
                let week = day.week(Weekday::Mon);
                let later = day.iter_days().take_while(|later| *later <= week.last_day());
                let earlier = day.iter_days().rev().skip(1);
                let earlier = earlier.take_while(|earlier| *earlier >= week.first_day());
                for day in later.chain(earlier) {
                    if counting.is_business_day(day)? {
                        return Ok(Some(day));
                    }
                }
                Ok(None)
            }
            HolidayPolicy::Previous => {
                let mut day = day;
                // Before today it is over, wherever it moves to.
                while day >= today && !counting.is_business_day(day)? {
                    day = counting.step(day, Way::Earlier)?;
                }
                Ok((day >= today).then_some(day))
            }
        }
    }

    fn check_parts(&self) -> Result<(), RecurrenceFault> {
        for part in self.rule.split(';') {
            let name = part.split('=').next().unwrap_or_default().trim().to_ascii_uppercase();
            if let Some(part) = REFUSED_PARTS.into_iter().find(|refused| name == *refused) {
                return Err(RecurrenceFault::Part { part: part.to_owned() });
            }
        }
        match self.read()?.get_freq() {
            Frequency::Yearly | Frequency::Monthly | Frequency::Weekly | Frequency::Daily => Ok(()),
            often @ (Frequency::Hourly | Frequency::Minutely | Frequency::Secondly) => {
                Err(RecurrenceFault::Frequency { frequency: often.to_string() })
            }
        }
    }

    fn read(&self) -> Result<RRule<Unvalidated>, RecurrenceFault> {
        self.rule.parse().map_err(|error| self.not_a_rule(&error))
    }

    fn not_a_rule(&self, reason: &rrule::RRuleError) -> RecurrenceFault {
        let rule = self.rule.chars().take(80).collect();
        RecurrenceFault::Rule { rule, reason: reason.to_string() }
    }

    /// The days from a day on that match the rule, within [`RECURRENCE_YEARS_MAX`].
    fn days(&self, from: NaiveDate) -> Result<impl Iterator<Item = NaiveDate>, RecurrenceFault> {
        let rule = self.read()?;
        let start = Tz::UTC.from_utc_datetime(&aligned(&rule, from).and_time(NaiveTime::MIN));
        let rule = rule.validate(start).map_err(|error| self.not_a_rule(&error))?;
        let last = from.checked_add_months(Months::new(RECURRENCE_YEARS_MAX * 12));
        let last = last.unwrap_or(NaiveDate::MAX);
        // `limit` bounds the search of a rule that matches nothing.
        let days = RRuleSet::new(start).rrule(rule).limit();
        let days = days.into_iter().map(|at| at.date_naive());
        Ok(days.skip_while(move |day| *day < from).take_while(move |day| *day <= last))
    }

    fn never(&self) -> RecurrenceFault {
        RecurrenceFault::Never { rule: self.rule.clone(), years: RECURRENCE_YEARS_MAX }
    }
}

impl fmt::Display for Recurrence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.rule, self.at, self.holiday)
    }
}

fn epoch() -> NaiveDate {
    let (year, month, day) = EPOCH;
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

/// The last day until `from` at which an interval of the rule begins.
fn aligned(rule: &RRule<Unvalidated>, from: NaiveDate) -> NaiveDate {
    let (epoch, interval) = (epoch(), i64::from(rule.get_interval().max(1)));
    let back = |count: i64| count - count.rem_euclid(interval);
    let days = (from - epoch).num_days();
    let days_later = |days| epoch.checked_add_signed(chrono::Duration::days(days));
    let first_of = |months: i64| {
        let year = i32::try_from(months.div_euclid(12)).ok()?.checked_add(epoch.year())?;
        NaiveDate::from_ymd_opt(year, u32::try_from(months.rem_euclid(12)).ok()? + 1, 1)
    };
    let years = i64::from(from.year() - epoch.year());
    let aligned = match rule.get_freq() {
        Frequency::Yearly => first_of(back(years) * 12),
        Frequency::Monthly => first_of(back(years * 12 + i64::from(from.month0()))),
        Frequency::Weekly => days_later(back(days.div_euclid(7)) * 7),
        Frequency::Daily | Frequency::Hourly | Frequency::Minutely | Frequency::Secondly => {
            days_later(back(days))
        }
    };
    aligned.unwrap_or(epoch)
}

impl From<CalendarFault> for RecurrenceFault {
    fn from(fault: CalendarFault) -> RecurrenceFault {
        RecurrenceFault::Calendar(fault)
    }
}

impl TryFrom<Written> for Recurrence {
    type Error = RecurrenceFault;

    fn try_from(written: Written) -> Result<Recurrence, RecurrenceFault> {
        Recurrence::parse(&written.rule, &written.at, &written.holiday)
    }
}

impl From<Recurrence> for Written {
    fn from(recurrence: Recurrence) -> Written {
        let Recurrence { rule, at, holiday } = recurrence;
        Written { rule, at: at.0, holiday: holiday.word().to_owned() }
    }
}
