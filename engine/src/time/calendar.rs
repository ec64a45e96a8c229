//! A business calendar: the zone, the weekend, the working hours, the holidays, and what is counted by them.
//! Versioned data; a holiday that is declared later is a next version.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta, Utc};
use dure_storage::{Class, Code, CodeEntry, Lang};
use serde::{Deserialize, Serialize};

use super::span::{Span, SpanUnit};
use super::start_of;
use crate::model::names::{Name, Text};

/// A calendar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// Its name.
    pub calendar: Name,
    /// Its version, from 1.
    pub version: u32,
    /// The zone its days and hours are in.
    #[serde(default)]
    pub zone: ZoneName,
    /// The days of the week without work.
    pub weekend: Vec<Weekday>,
    /// When work is done on a business day, in order; the gaps are breaks.
    pub hours: Vec<Hours>,
    /// The first day it knows.
    pub from: NaiveDate,
    /// The last day it knows.
    pub to: NaiveDate,
    /// Days without work, and why.
    pub holidays: BTreeMap<NaiveDate, Text>,
}

/// A time zone of the IANA data base; Asia/Seoul if none is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ZoneName(pub chrono_tz::Tz);

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

/// A stretch of work, from and to a time of day such as `09:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "(String, String)", into = "(String, String)")]
pub struct Hours {
    /// Its first moment.
    pub from: NaiveTime,
    /// The first moment after it.
    pub to: NaiveTime,
}

/// What a due was computed from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueBasis {
    /// The span.
    pub span: Span,
    /// From when.
    pub from: DateTime<Utc>,
    /// The calendar.
    pub calendar: Name,
    /// Its version.
    pub calendar_version: u32,
    /// The version of the time zone data.
    pub zone_data: String,
}

/// Why a calendar cannot be used, or cannot say when.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields of a variant are the words of its sentence")]
pub enum CalendarFault {
    /// A span is counted by a calendar and there is none.
    Needed { span: Span },
    /// A day lies outside what the calendar knows.
    OutOfRange { day: String, calendar: String, version: u32 },
    /// It does not hold together.
    Invalid { reason: Text },
}

/// The error reference of calendars.
pub const CODES: &[CodeEntry] = &[
    CodeEntry {
        code: Code("E-calendar-needed"),
        class: Class::Refused,
        cause: "a span in working hours or business days needs a calendar, and the workflow names none",
        fix: "name one with `calendar:` in the workflow",
    },
    CodeEntry {
        code: Code("E-calendar-range"),
        class: Class::Refused,
        cause: "a day lies outside the days the calendar knows",
        fix: "publish a version of the calendar that reaches so far",
    },
    CodeEntry {
        code: Code("E-calendar-invalid"),
        class: Class::Input,
        cause: "a calendar does not hold together; the message says where",
        fix: "correct what the message names",
    },
];

/// From when to when work is done without a break.
type Stretch = (DateTime<Utc>, DateTime<Utc>);

/// Days a search for the next day of work goes through: a year without one is no calendar.
const IDLE_DAYS_MAX: u32 = 400;

impl Calendar {
    /// Checks that it holds together.
    ///
    /// # Errors
    /// The first thing that does not.
    pub fn check(&self) -> Result<(), CalendarFault> {
        let invalid = |ko: &str, en: &str| {
            Err(CalendarFault::Invalid { reason: Text { ko: ko.into(), en: en.into() } })
        };
        let ordered = self.hours.windows(2).all(|pair| pair[0].to <= pair[1].from);
        let outside = self.holidays.keys().any(|day| *day < self.from || *day > self.to);
        match () {
            () if self.version == 0 => {
                invalid("판은 1 이상이어야 합니다", "a version is 1 or more")
            }
            () if self.from > self.to => {
                invalid("`from`이 `to`보다 늦습니다", "`from` lies after `to`")
            }
            () if self.hours.is_empty() => {
                invalid("근무 시간이 없습니다", "there are no working hours")
            }
            () if self.hours.iter().any(|h| h.from >= h.to) || !ordered => invalid(
                "근무 시간이 겹치거나 순서가 바뀌었습니다",
                "working hours overlap or stand in the wrong order",
            ),
            () if (0..7).all(|day| self.weekend.iter().any(|w| *w as u32 == day)) => {
                invalid("일하는 요일이 없습니다", "no day of the week is left for work")
            }
            () if outside => invalid(
                "`from`과 `to` 밖의 공휴일이 있습니다",
                "a holiday lies outside `from` and `to`",
            ),
            () => Ok(()),
        }
    }

    /// Whether work is done on a day.
    ///
    /// # Errors
    /// If the calendar does not know the day.
    pub fn is_business_day(&self, day: NaiveDate) -> Result<bool, CalendarFault> {
        if day < self.from || day > self.to {
            return Err(self.out_of_range(day));
        }
        let weekday = day.weekday().num_days_from_monday();
        let weekend = self.weekend.iter().any(|weekend| *weekend as u32 == weekday);
        Ok(!weekend && !self.holidays.contains_key(&day))
    }

    /// So long after a time. Business days end at the close of work of the last of them, the day after the first
    /// being counted first; months that end on a day without work move to the next with it.
    ///
    /// # Errors
    /// If it does not reach so far.
    pub fn after(&self, from: DateTime<Utc>, span: Span) -> Result<DateTime<Utc>, CalendarFault> {
        match span.unit {
            SpanUnit::WorkingHours => {
                self.add_worked(from, TimeDelta::hours(i64::from(span.count)))
            }
            SpanUnit::BusinessDays => {
                let mut day = self.day_of(from);
                for _ in 0..span.count {
                    day = self.next_business_day(day, 1)?;
                }
                self.close_of(day)
            }
            SpanUnit::Minutes
            | SpanUnit::Hours
            | SpanUnit::Days
            | SpanUnit::Weeks
            | SpanUnit::Months => elapsed(self.zone, from, span, 1),
        }
    }

    /// So long before a time.
    ///
    /// # Errors
    /// If it does not reach so far.
    pub fn before(&self, from: DateTime<Utc>, span: Span) -> Result<DateTime<Utc>, CalendarFault> {
        match span.unit {
            SpanUnit::WorkingHours => {
                self.take_worked(from, TimeDelta::hours(i64::from(span.count)))
            }
            SpanUnit::BusinessDays => {
                let mut day = self.day_of(from);
                for _ in 0..span.count {
                    day = self.next_business_day(day, -1)?;
                }
                self.open_of(day)
            }
            SpanUnit::Minutes
            | SpanUnit::Hours
            | SpanUnit::Days
            | SpanUnit::Weeks
            | SpanUnit::Months => elapsed(self.zone, from, span, -1),
        }
    }

    /// The time after so much work.
    ///
    /// # Errors
    /// If it does not reach so far.
    pub fn add_worked(
        &self,
        from: DateTime<Utc>,
        work: TimeDelta,
    ) -> Result<DateTime<Utc>, CalendarFault> {
        let (mut day, mut left) = (self.day_of(from), work);
        loop {
            for (opens, closes) in self.stretches(day)? {
                let begins = opens.max(from);
                if begins < closes {
                    if closes - begins >= left {
                        return Ok(begins + left);
                    }
                    left -= closes - begins;
                }
            }
            day = self.next_business_day(day, 1)?;
        }
    }

    fn take_worked(
        &self,
        from: DateTime<Utc>,
        work: TimeDelta,
    ) -> Result<DateTime<Utc>, CalendarFault> {
        let (mut day, mut left) = (self.day_of(from), work);
        loop {
            for (opens, closes) in self.stretches(day)?.into_iter().rev() {
                let ends = closes.min(from);
                if ends > opens {
                    if ends - opens >= left {
                        return Ok(ends - left);
                    }
                    left -= ends - opens;
                }
            }
            day = self.next_business_day(day, -1)?;
        }
    }

    /// The work done between two times.
    ///
    /// # Errors
    /// If it does not know one of the days.
    pub fn worked_between(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<TimeDelta, CalendarFault> {
        let (mut day, last) = (self.day_of(from), self.day_of(to));
        let mut worked = TimeDelta::zero();
        while day <= last {
            for (opens, closes) in self.stretches(day)? {
                worked += (closes.min(to) - opens.max(from)).max(TimeDelta::zero());
            }
            day = self.next_business_day(day, 1)?;
        }
        Ok(worked)
    }

    fn day_of(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone.0).date_naive()
    }

    fn stretches(&self, day: NaiveDate) -> Result<Vec<Stretch>, CalendarFault> {
        if !self.is_business_day(day)? {
            return Ok(Vec::new());
        }
        let stretch = |hours: &Hours| Some((self.at(day, hours.from)?, self.at(day, hours.to)?));
        Ok(self.hours.iter().filter_map(stretch).collect())
    }

    /// A time of a day; where the clocks skip it, none.
    fn at(&self, day: NaiveDate, time: NaiveTime) -> Option<DateTime<Utc>> {
        use chrono::TimeZone;
        let local = self.zone.0.from_local_datetime(&day.and_time(time));
        local.earliest().map(|at| at.with_timezone(&Utc))
    }

    fn next_business_day(&self, day: NaiveDate, step: i64) -> Result<NaiveDate, CalendarFault> {
        let mut day = day;
        for _ in 0..IDLE_DAYS_MAX {
            let next = day.checked_add_signed(TimeDelta::days(step));
            day = next.ok_or_else(|| self.out_of_range(day))?;
            if self.is_business_day(day)? {
                return Ok(day);
            }
        }
        Err(self.out_of_range(day))
    }

    fn close_of(&self, day: NaiveDate) -> Result<DateTime<Utc>, CalendarFault> {
        let stretches = self.stretches(day)?;
        stretches.last().map(|(_, closes)| *closes).ok_or_else(|| self.out_of_range(day))
    }

    fn open_of(&self, day: NaiveDate) -> Result<DateTime<Utc>, CalendarFault> {
        let stretches = self.stretches(day)?;
        stretches.first().map(|(opens, _)| *opens).ok_or_else(|| self.out_of_range(day))
    }

    fn out_of_range(&self, day: NaiveDate) -> CalendarFault {
        let (day, calendar) = (day.to_string(), self.calendar.to_string());
        CalendarFault::OutOfRange { day, calendar, version: self.version }
    }
}

/// So long after (`+1`) or before (`-1`) a time, without a calendar: days and weeks are elapsed time, months go by
/// the days of a zone.
pub(super) fn elapsed(
    zone: ZoneName,
    from: DateTime<Utc>,
    span: Span,
    sign: i32,
) -> Result<DateTime<Utc>, CalendarFault> {
    let count = i64::from(span.count) * i64::from(sign);
    let far =
        || CalendarFault::OutOfRange { day: from.to_string(), calendar: String::new(), version: 0 };
    let shifted = match span.unit {
        SpanUnit::WorkingHours | SpanUnit::BusinessDays => {
            return Err(CalendarFault::Needed { span });
        }
        SpanUnit::Minutes => from.checked_add_signed(TimeDelta::minutes(count)),
        SpanUnit::Hours => from.checked_add_signed(TimeDelta::hours(count)),
        SpanUnit::Days => from.checked_add_signed(TimeDelta::days(count)),
        SpanUnit::Weeks => from.checked_add_signed(TimeDelta::weeks(count)),
        SpanUnit::Months => months(zone, from, span.count, sign),
    };
    shifted.ok_or_else(far)
}

fn months(zone: ZoneName, from: DateTime<Utc>, count: u32, sign: i32) -> Option<DateTime<Utc>> {
    let local = from.with_timezone(&zone.0);
    let day = match sign {
        1 => local.date_naive().checked_add_months(Months::new(count)),
        _ => local.date_naive().checked_sub_months(Months::new(count)),
    }?;
    let since_midnight = local.time() - NaiveTime::MIN;
    // A wall-clock time that a zone skips would be lost: counted from midnight it never is.
    start_of(zone, day)
        .map(|midnight| midnight + since_midnight)
        .or_else(|| start_of(zone, day + Days::new(1)))
}

impl DueBasis {
    /// What a due was computed from.
    pub fn of(calendar: &Calendar, from: DateTime<Utc>, span: Span) -> DueBasis {
        DueBasis {
            span,
            from,
            calendar: calendar.calendar.clone(),
            calendar_version: calendar.version,
            zone_data: chrono_tz::IANA_TZDB_VERSION.to_owned(),
        }
    }
}

impl Default for ZoneName {
    fn default() -> ZoneName {
        ZoneName(chrono_tz::Asia::Seoul)
    }
}

impl TryFrom<String> for ZoneName {
    type Error = String;

    fn try_from(text: String) -> Result<ZoneName, String> {
        text.parse()
            .map(ZoneName)
            .map_err(|_| format!("`{text}` is no time zone such as `Asia/Seoul`"))
    }
}

impl From<ZoneName> for String {
    fn from(zone: ZoneName) -> String {
        zone.0.name().to_owned()
    }
}

impl TryFrom<(String, String)> for Hours {
    type Error = String;

    fn try_from((from, to): (String, String)) -> Result<Hours, String> {
        let time = |text: &str| {
            let wrong = |_| format!("`{text}` is no time of day such as `09:00`");
            NaiveTime::parse_from_str(text, "%H:%M").map_err(wrong)
        };
        Ok(Hours { from: time(&from)?, to: time(&to)? })
    }
}

impl From<Hours> for (String, String) {
    fn from(hours: Hours) -> (String, String) {
        let text = |time: NaiveTime| time.format("%H:%M").to_string();
        (text(hours.from), text(hours.to))
    }
}

impl CalendarFault {
    /// The stable code.
    pub fn code(&self) -> Code {
        match self {
            CalendarFault::Needed { .. } => CODES[0].code,
            CalendarFault::OutOfRange { .. } => CODES[1].code,
            CalendarFault::Invalid { .. } => CODES[2].code,
        }
    }

    /// The sentence in one language.
    pub fn explain(&self, lang: Lang) -> String {
        match (self, lang) {
            (CalendarFault::Needed { span }, Lang::Ko) => {
                format!("`{span}` 기간을 세려면 근무일 달력이 있어야 합니다")
            }
            (CalendarFault::Needed { span }, Lang::En) => {
                format!("`{span}` is counted by a business calendar, and there is none")
            }
            (CalendarFault::OutOfRange { day, calendar, version }, Lang::Ko) => {
                format!("{calendar} 달력 {version}판에 {day} 날짜가 없습니다")
            }
            (CalendarFault::OutOfRange { day, calendar, version }, Lang::En) => {
                format!("the calendar {calendar} v{version} does not know the day {day}")
            }
            (CalendarFault::Invalid { reason }, lang) => reason.get(lang).to_owned(),
        }
    }
}
