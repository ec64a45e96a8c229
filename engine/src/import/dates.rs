//! Days and moments as people write them in sheets. Guesses no order of day and month: the year comes first, or the map
//! says the format.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime};

use super::cell::Cell;
use crate::limits::{IMPORT_YEAR_MAX, IMPORT_YEAR_MIN};

/// How days are written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum DayForms {
    /// As people usually write them: `2017-03-10`, `2017. 3. 10.`, `2017/3/10`, `2017년 3월 10일`, `20170310`.
    #[default]
    Usual,
    /// As the number of days since 1899-12-30, as spreadsheets count.
    Serial,
    /// By one of these formats of `strftime`.
    Given(Vec<String>),
}

const USUAL: [&str; 6] =
    ["%Y-%m-%d", "%Y.%m.%d.", "%Y.%m.%d", "%Y/%m/%d", "%Y년%m월%d일", "%Y%m%d"];
const TIMES: [&str; 2] = ["%H:%M", "%H:%M:%S"];

impl DayForms {
    /// The moment in a cell; a day alone is taken at `time`.
    pub(super) fn moment(&self, cell: &Cell, time: NaiveTime) -> Option<NaiveDateTime> {
        let found = match cell {
            Cell::Moment(at) if at.time() == NaiveTime::MIN => Some(at.date().and_time(time)),
            Cell::Moment(at) => Some(*at),
            Cell::Number(number) if *self == DayForms::Serial => serial(*number, time),
            Cell::Text(text) => self.written(text.trim(), time),
            Cell::Empty | Cell::Number(_) | Cell::Boolean(_) | Cell::Error(_) => None,
        };
        found.filter(|at| (IMPORT_YEAR_MIN..=IMPORT_YEAR_MAX).contains(&at.year()))
    }

    fn written(&self, text: &str, time: NaiveTime) -> Option<NaiveDateTime> {
        match self {
            DayForms::Usual => usual(text, time),
            DayForms::Serial => serial(text.parse().ok()?, time),
            DayForms::Given(forms) => forms.iter().find_map(|form| given(text, form, time)),
        }
    }
}

fn given(text: &str, form: &str, time: NaiveTime) -> Option<NaiveDateTime> {
    let moment = NaiveDateTime::parse_from_str(text, form).ok();
    moment.or_else(|| Some(NaiveDate::parse_from_str(text, form).ok()?.and_time(time)))
}

/// A day without its blanks, and a time after it, if there is one.
fn usual(text: &str, time: NaiveTime) -> Option<NaiveDateTime> {
    let (day, at) = match text.rsplit_once([' ', 'T']).filter(|(_, time)| time.contains(':')) {
        Some((day, written)) => {
            let read = |form: &&str| NaiveTime::parse_from_str(written, form).ok();
            (day, TIMES.iter().find_map(read)?)
        }
        None => (text, time),
    };
    let day: String = day.chars().filter(|letter| !letter.is_whitespace()).collect();
    let read = |form: &&str| NaiveDate::parse_from_str(&day, form).ok();
    USUAL.iter().find_map(read).map(|day| day.and_time(at))
}

/// The moment so many days after 1899-12-30, as sheets count; a whole day is taken at `time`.
pub(super) fn serial(days: f64, time: NaiveTime) -> Option<NaiveDateTime> {
    let whole = days.is_finite().then(|| days.trunc()).filter(|days| *days >= 1.0)?;
    let first = NaiveDate::from_ymd_opt(1899, 12, 30)?;
    let day = first.checked_add_days(Days::new(whole as u64))?;
    let seconds = ((days - whole) * 86_400.0).round() as i64;
    let at = DateTime::from_timestamp(seconds, 0).filter(|_| (1..86_400).contains(&seconds));
    Some(day.and_time(at.map_or(time, |at| at.time())))
}
