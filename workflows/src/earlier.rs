//! A scenario moved to an earlier time: its days by whole weeks, so that Mondays stay Mondays, and the years in its texts
//! and numbers with them.

use chrono::{Datelike, NaiveDate, TimeDelta};
use dure_engine::scenario::{Found, Sources};

use crate::definitions::PEOPLE;
use crate::samples::Shipped;

/// Characters of a day such as `2017-03-10`.
const DAY: usize = 10;
/// Characters of a year.
const YEAR: usize = 4;

/// So much earlier.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Earlier(TimeDelta);

impl Earlier {
    pub(crate) fn by(weeks: u32) -> Earlier {
        Earlier(TimeDelta::weeks(weeks.into()))
    }

    /// A text with every day and every year of this century in it moved.
    pub(crate) fn text(self, text: &str) -> String {
        let (mut moved, mut rest) = (String::with_capacity(text.len()), text);
        let mut before = ' ';
        while let Some(next) = rest.chars().next() {
            let (taken, written) = match before.is_ascii_alphanumeric() {
                true => (next.len_utf8(), next.to_string()),
                false => self.token(rest).unwrap_or((next.len_utf8(), next.to_string())),
            };
            before = rest[..taken].chars().next_back().unwrap_or(next);
            moved.push_str(&written);
            rest = &rest[taken..];
        }
        moved
    }

    /// What a day or a year at the beginning of a text becomes, and how long it was.
    fn token(self, text: &str) -> Option<(usize, String)> {
        // Reading a day would skip spaces before it.
        let day = text.get(..DAY).filter(|day| day.starts_with("20"));
        let day = day.and_then(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok());
        if let Some(day) = day {
            return Some((DAY, (day - self.0).to_string()));
        }
        let year = text.get(..YEAR).filter(|year| year.starts_with("20"))?;
        let after = text[YEAR..].chars().next().unwrap_or(' ');
        let year: i32 = year.parse().ok().filter(|_| !after.is_ascii_alphanumeric())?;
        let middle = NaiveDate::from_ymd_opt(year, 7, 1)?;
        Some((YEAR, (middle - self.0).year().to_string()))
    }
}

impl Sources for Earlier {
    fn file(&self, from: &str, path: &str) -> Result<Found, String> {
        let found = Shipped.file(from, path)?;
        // People are away in the time of the scenario; a workflow and a calendar are of any time.
        match found.file == PEOPLE.0 {
            true => Ok(Found { text: self.text(&found.text), ..found }),
            false => Ok(found),
        }
    }

    fn workflow(&self, name: &str) -> Option<Found> {
        Shipped.workflow(name)
    }
}
