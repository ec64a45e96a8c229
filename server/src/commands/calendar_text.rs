//! Calendars as text: what they say, and how a due was reached by one.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use dure_engine::model::names::Text;
use dure_engine::runtime::CalendarSummary;
use dure_engine::time::{Calendar, CalendarFault, DueBasis};
use dure_storage::Lang;

use crate::sheet::Sheet;
use crate::words;

/// The days between two moments, both included, as far as the calendar covers them.
pub struct Reached {
    /// Days on which work is done.
    pub business_days: usize,
    /// Days of weekends that are no holidays.
    pub weekend_days: usize,
    /// Holidays, and why.
    pub holidays: BTreeMap<NaiveDate, Text>,
}

impl Reached {
    /// Sorts the days between two moments.
    ///
    /// # Errors
    /// If the calendar cannot say what day it is.
    pub fn of(
        calendar: &Calendar,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Reached, CalendarFault> {
        let first = calendar.local(from)?.date().max(calendar.from);
        let last = calendar.local(to)?.date().min(calendar.to);
        let mut reached =
            Reached { business_days: 0, weekend_days: 0, holidays: BTreeMap::default() };
        for day in first.iter_days().take_while(|day| *day <= last) {
            if let Some(title) = calendar.holidays.get(&day) {
                reached.holidays.insert(day, title.clone());
            } else if calendar.is_business_day(day)? {
                reached.business_days += 1;
            } else {
                reached.weekend_days += 1;
            }
        }
        Ok(reached)
    }
}

/// Every calendar in a line.
pub fn list(known: &[CalendarSummary], lang: Lang) -> String {
    if known.is_empty() {
        return format!("{}\n", words::NO_CALENDARS.get(lang));
    }
    let header =
        [words::CALENDAR, words::VERSION, words::ZONE, words::RULE, words::FROM, words::TO];
    let mut sheet = Sheet::with_header(&words::header(header, lang));
    for calendar in known {
        sheet.row([
            calendar.name.to_string(),
            format!("v{}", calendar.version),
            calendar.zone.clone(),
            words::calendar_rule(calendar.rule).get(lang).to_owned(),
            calendar.from.to_string(),
            calendar.to.to_string(),
        ]);
    }
    sheet.render()
}

/// All that a calendar says.
pub fn show(calendar: &Calendar, lang: Lang) -> String {
    let stretch = |(opens, closes): &(_, _)| format!("{opens}–{closes}");
    let hours: Vec<String> = calendar.hours.iter().map(stretch).collect();
    let weekend: Vec<&str> =
        calendar.weekend.iter().map(|day| words::weekday(*day).get(lang)).collect();
    let mut sheet = Sheet::plain();
    let mut row = |word: words::Word, value: String| sheet.row([word.get(lang).to_owned(), value]);
    row(words::CALENDAR, format!("{} v{}", calendar.name, calendar.version));
    row(words::ZONE, calendar.zone.clone());
    row(words::RULE, words::calendar_rule(calendar.rule).get(lang).to_owned());
    row(words::WORKING_HOURS, hours.join(", "));
    row(words::WEEKEND, weekend.join(", "));
    row(words::COVERS, format!("{} – {}", calendar.from, calendar.to));
    sheet.render() + &tables(calendar, lang) + &holidays(&calendar.holidays, lang)
}

/// The years whose holidays nobody has confirmed, if there are any.
pub fn unconfirmed(calendar: &Calendar, lang: Lang) -> Option<String> {
    let years = calendar.unconfirmed_years();
    let ends_run = |one: &i32, next: &i32| next - one > 1;
    let runs = years.chunk_by(|one, next| !ends_run(one, next)).filter_map(|run| {
        let (first, last) = (run.first()?, run.last()?);
        Some(if first == last { first.to_string() } else { format!("{first}–{last}") })
    });
    let runs: Vec<String> = runs.collect();
    (!runs.is_empty()).then(|| words::calendar_unconfirmed(lang, &runs.join(", ")))
}

/// Where the holidays of each year are from.
fn tables(calendar: &Calendar, lang: Lang) -> String {
    let mut sheet = Sheet::plain().indented("  ");
    for table in &calendar.tables {
        let settled = if table.confirmed { words::CONFIRMED } else { words::COMPUTED };
        let source = table.source.get(lang).to_owned();
        sheet.row([format!("{}–{}", table.from, table.to), settled.get(lang).to_owned(), source]);
    }
    sheet.render()
}

/// A due and how it was reached.
pub fn next(
    calendar: &Calendar,
    basis: &DueBasis,
    due: DateTime<Utc>,
    reached: &Reached,
    lang: Lang,
) -> String {
    let shown = |at| match calendar.local(at) {
        Ok(local) => local.format("%Y-%m-%d %H:%M").to_string(),
        Err(_) => at.to_rfc3339(),
    };
    let mut sheet = Sheet::plain();
    let mut row = |word: words::Word, value: String| sheet.row([word.get(lang).to_owned(), value]);
    row(words::FROM, shown(basis.from));
    row(words::SPAN, basis.counted.to_string());
    row(words::DUE, shown(due));
    row(words::CALENDAR, format!("{} v{}", calendar.name, calendar.version));
    row(words::RULE, words::calendar_rule(calendar.rule).get(lang).to_owned());
    row(words::ZONE, format!("{} ({})", calendar.zone, basis.zone_data));
    row(words::BUSINESS_DAYS, reached.business_days.to_string());
    row(words::WEEKEND_DAYS, reached.weekend_days.to_string());
    sheet.render() + &holidays(&reached.holidays, lang)
}

fn holidays(days: &BTreeMap<NaiveDate, Text>, lang: Lang) -> String {
    if days.is_empty() {
        return String::new();
    }
    let mut sheet = Sheet::plain().indented("  ");
    for (day, title) in days {
        let weekday = words::weekday(dure_engine::time::Weekday::of(*day)).get(lang);
        sheet.row([day.to_string(), weekday.to_owned(), title.get(lang).to_owned()]);
    }
    format!("{} ({})\n{}", words::HOLIDAYS.get(lang), days.len(), sheet.render())
}
