//! Calendars as text: what they say, and how a due was reached by one.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
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

/// That a file has no mistakes, or which of the years that were asked for are not confirmed, and where they are from.
pub fn checked(calendar: &Calendar, ok: bool, years: &[i32], lang: Lang) -> String {
    let name = format!("{} v{}", calendar.name, calendar.version);
    let said = words::calendar_checked(lang, &name, calendar.holidays.len());
    if ok {
        return format!("{said}\n");
    }
    let mut sheet = Sheet::plain().indented("  ");
    for run in
        years.chunk_by(|one, next| next - one == 1 && calendar.table(*one) == calendar.table(*next))
    {
        let table = run.first().and_then(|year| calendar.table(*year));
        let settled = table.map_or(words::NO_TABLE, |_| words::COMPUTED);
        let source = table.map_or_else(String::new, |table| table.source.get(lang).to_owned());
        sheet.row([runs(run), settled.get(lang).to_owned(), source]);
    }
    format!("{said}\n{}", sheet.render())
}

/// Years in order, those that follow each other as one: `2027–2030, 2032`.
pub fn runs(years: &[i32]) -> String {
    let runs = years.chunk_by(|one, next| next - one == 1).filter_map(|run| {
        let (first, last) = (run.first()?, run.last()?);
        Some(if first == last { first.to_string() } else { format!("{first}–{last}") })
    });
    runs.collect::<Vec<_>>().join(", ")
}

/// That a due lies in a year whose holidays nobody has confirmed: a day may still be added, and the due move.
pub fn unconfirmed_due(calendar: &Calendar, due: DateTime<Utc>, lang: Lang) -> Option<String> {
    let year = calendar.local(due).ok()?.year();
    (!calendar.is_confirmed(year))
        .then(|| words::due_unconfirmed(lang, calendar.name.as_str(), year))
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
