//! A business calendar as data: the zone, the weekend, the working hours, the holidays, and by which rules periods
//! are counted. Versioned; a holiday that is declared later is a next version. Reading accepts what `check` refuses,
//! so that every mistake is told at once; counting with an unchecked calendar refuses too, and never fails otherwise.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{Datelike, NaiveDate, NaiveTime};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::fault::CalendarFault;
use crate::limits::{CALENDAR_IDLE_DAYS_MAX, CALENDAR_YEARS_MAX};
use crate::model::names::{Name, Text};

/// A calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// Its name.
    #[serde(rename = "calendar")]
    pub name: Name,
    /// Its version, from 1.
    pub version: u32,
    /// The zone its days and hours are in, as the IANA data base names it; Asia/Seoul if none is said.
    #[serde(default = "zone_default")]
    pub zone: String,
    /// How periods in days, weeks and months are counted.
    #[serde(default)]
    pub rule: Rule,
    /// The days of the week without work.
    pub weekend: Vec<Weekday>,
    /// When work is done on a business day, in order; the gaps are breaks.
    pub hours: Vec<(TimeOfDay, TimeOfDay)>,
    /// The first day it covers.
    pub from: NaiveDate,
    /// The last day it covers.
    pub to: NaiveDate,
    /// Where the holidays of each year are from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<HolidayTable>,
    /// Days without work, and why.
    pub holidays: BTreeMap<NaiveDate, Text>,
}

/// Where the holidays of some years are from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HolidayTable {
    /// The first year.
    pub from: i32,
    /// The last year.
    pub to: i32,
    /// Whether the holidays are settled; those of a later year may be computed, and a day be added.
    pub confirmed: bool,
    /// Who says so.
    pub source: Text,
}

fn zone_default() -> String {
    super::zone::ZONE_DEFAULT.name().to_owned()
}

/// How periods in days, weeks and months are counted. Minutes and hours are elapsed time, working hours and business
/// days are counted by the calendar, under every rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Days and weeks are elapsed time (24 and 168 hours); months end at the same time of the same day of a later
    /// month, or of its last day.
    #[default]
    Plain,
    /// The periods of the Civil Petitions Treatment Act (민원 처리에 관한 법률 제19조). Up to five days run in
    /// working hours from receipt, eight a day. Six days or more run in business days, that of receipt included.
    /// Weeks and months run by the calendar, the day of receipt included, and an end on a day without work moves
    /// to the next with it. What does not run in hours ends at the close of work.
    CivilPetition,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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

/// The days of a week, Monday first.
const WEEK: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];

impl Weekday {
    /// The day of the week of a day.
    pub fn of(day: NaiveDate) -> Weekday {
        // The remainder is below seven, so it is always found.
        WEEK.get(day.weekday().num_days_from_monday() as usize).copied().unwrap_or(Weekday::Sun)
    }
}

impl fmt::Display for Weekday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Weekday::Mon => "mon",
            Weekday::Tue => "tue",
            Weekday::Wed => "wed",
            Weekday::Thu => "thu",
            Weekday::Fri => "fri",
            Weekday::Sat => "sat",
            Weekday::Sun => "sun",
        })
    }
}

/// A time of day as it is written, such as `09:00`; `24:00` is the end of the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TimeOfDay(pub String);

impl TimeOfDay {
    /// Minutes since midnight, 0 to 1440; none if it is no time of day.
    pub fn minutes(&self) -> Option<u32> {
        let (hours, minutes) = self.0.split_once(':')?;
        let number = |text: &str| {
            let two_digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            two_digits.then(|| text.parse::<u32>().ok())?
        };
        let (hours, minutes) = (number(hours)?, number(minutes)?);
        (minutes < 60 && hours * 60 + minutes <= 1_440).then_some(hours * 60 + minutes)
    }

    /// The time of day; none for `24:00`, which belongs to the next day.
    pub fn time(&self) -> Option<NaiveTime> {
        NaiveTime::from_num_seconds_from_midnight_opt(self.minutes()? * 60, 0)
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Calendar {
    /// Reads a calendar from JSON (or YAML read as JSON) and checks it.
    ///
    /// # Errors
    /// Every mistake that was found.
    pub fn read(value: serde_json::Value) -> Result<Calendar, Vec<CalendarFault>> {
        let calendar: Calendar = serde_json::from_value(value)
            .map_err(|error| vec![CalendarFault::Form { reason: error.to_string() }])?;
        calendar.check()?;
        Ok(calendar)
    }

    /// Checks that it holds together.
    ///
    /// # Errors
    /// Everything that does not.
    pub fn check(&self) -> Result<(), Vec<CalendarFault>> {
        let mut faults = Vec::new();
        if self.version == 0 {
            faults.push(CalendarFault::Version {});
        }
        faults.extend(self.tz().err());
        self.check_weekend(&mut faults);
        self.check_hours(&mut faults);
        self.check_days(&mut faults);
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// The zone.
    ///
    /// # Errors
    /// If there is no such zone.
    pub(super) fn tz(&self) -> Result<Tz, CalendarFault> {
        self.zone
            .parse()
            .map_err(|_| CalendarFault::Zone { zone: self.zone.chars().take(80).collect() })
    }

    fn check_weekend(&self, faults: &mut Vec<CalendarFault>) {
        let mut seen = BTreeSet::new();
        let twice = self.weekend.iter().filter(|day| !seen.insert(**day));
        faults.extend(twice.map(|day| CalendarFault::WeekdayTwice { day: day.to_string() }));
        if seen.len() == WEEK.len() {
            faults.push(CalendarFault::Week {});
        }
    }

    fn check_hours(&self, faults: &mut Vec<CalendarFault>) {
        if self.hours.is_empty() {
            return faults.push(CalendarFault::HoursMissing {});
        }
        let before = faults.len();
        for time in self.hours.iter().flat_map(|(opens, closes)| [opens, closes]) {
            if time.minutes().is_none() {
                faults.push(CalendarFault::HourForm { text: time.0.chars().take(40).collect() });
            }
        }
        for (opens, closes) in self.hours.iter().filter(|(o, c)| o.minutes() >= c.minutes()) {
            let (opens, closes) = (opens.to_string(), closes.to_string());
            faults.push(CalendarFault::HoursReversed { opens, closes });
        }
        for ((_, closes), (opens, _)) in self.hours.iter().zip(self.hours.iter().skip(1)) {
            if closes.minutes() > opens.minutes() {
                let (closes, opens) = (closes.to_string(), opens.to_string());
                faults.push(CalendarFault::HoursOverlap { closes, opens });
            }
        }
        let lengths =
            self.hours.iter().map(|(o, c)| Some(c.minutes()?.saturating_sub(o.minutes()?)));
        let minutes = lengths.map(Option::unwrap_or_default).sum();
        if faults.len() == before && self.rule == Rule::CivilPetition && minutes != 480 {
            faults.push(CalendarFault::CivilHours { minutes });
        }
    }

    fn check_days(&self, faults: &mut Vec<CalendarFault>) {
        if self.from > self.to {
            return faults.push(CalendarFault::DaysReversed { from: self.from, to: self.to });
        }
        let years = self.to.year() - self.from.year() + 1;
        if years > CALENDAR_YEARS_MAX {
            return faults.push(CalendarFault::TooManyYears { years, max: CALENDAR_YEARS_MAX });
        }
        self.check_tables(faults);
        let outside = self.holidays.keys().filter(|day| !self.covers(**day));
        faults.extend(outside.map(|day| CalendarFault::HolidayOutside { day: *day }));
        if WEEK.iter().any(|day| !self.weekend.contains(day)) {
            faults.extend(self.idle());
        }
    }

    fn check_tables(&self, faults: &mut Vec<CalendarFault>) {
        let covered = self.from.year()..=self.to.year();
        let outside = |table: &HolidayTable| {
            table.from > table.to || !covered.contains(&table.from) || !covered.contains(&table.to)
        };
        for (at, table) in self.tables.iter().enumerate() {
            let (from, to) = (table.from, table.to);
            let earlier = &self.tables[..at];
            if outside(table) || earlier.iter().any(|known| known.from <= to && from <= known.to) {
                faults.push(CalendarFault::Table { from, to });
            }
        }
    }

    /// The years it covers whose holidays nobody has confirmed.
    pub fn unconfirmed_years(&self) -> Vec<i32> {
        (self.from.year()..=self.to.year()).filter(|year| !self.is_confirmed(*year)).collect()
    }

    /// Whether somebody has confirmed the holidays of a year; of a year it does not cover nobody has.
    pub fn is_confirmed(&self, year: i32) -> bool {
        self.table(year).is_some_and(|table| table.confirmed)
    }

    /// Where the holidays of a year are from, if it says so.
    pub fn table(&self, year: i32) -> Option<&HolidayTable> {
        self.tables.iter().find(|table| (table.from..=table.to).contains(&year))
    }

    /// The first stretch of days without work that is longer than allowed.
    fn idle(&self) -> Option<CalendarFault> {
        let (mut days, mut from) = (0, self.from);
        for day in self.from.iter_days().take_while(|day| *day <= self.to) {
            if self.is_idle(day) {
                from = if days == 0 { day } else { from };
                days += 1;
            } else {
                days = 0;
            }
            if days > CALENDAR_IDLE_DAYS_MAX {
                return Some(CalendarFault::Idle { from, days });
            }
        }
        None
    }

    pub(super) fn covers(&self, day: NaiveDate) -> bool {
        (self.from..=self.to).contains(&day)
    }

    /// Whether no work is done on a day that it covers.
    pub(super) fn is_idle(&self, day: NaiveDate) -> bool {
        self.weekend.contains(&Weekday::of(day)) || self.holidays.contains_key(&day)
    }

    pub(super) fn out_of_range(&self, day: impl fmt::Display) -> CalendarFault {
        CalendarFault::OutOfRange {
            day: day.to_string(),
            calendar: self.name.clone(),
            version: self.version,
            from: self.from,
            to: self.to,
        }
    }
}
