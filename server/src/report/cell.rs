//! A cell of a report as a person reads it.

use chrono::{DateTime, NaiveDate, Utc};
use dure_engine::report::{Cell, Show};
use dure_storage::Lang;

use crate::moment::{day, due, minute, seoul};
use crate::words;

/// The cell as text: empty for nothing, amounts in groups of three, words in the language of the reader.
pub fn shown(cell: &Cell, show: Show, lang: Lang) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Bool(value) => words::yes_or_no(lang, *value).to_owned(),
        Cell::Int(number) => match show {
            Show::Krw => grouped(*number),
            Show::Percent => format!("{number} %"),
            _ => number.to_string(),
        },
        Cell::Tenths(tenths) => {
            let sign = if *tenths < 0 { "-" } else { "" };
            let (whole, tenth) = (tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10);
            let number = format!("{sign}{whole}.{tenth}");
            if show == Show::Percent { format!("{number} %") } else { number }
        }
        Cell::Time(at) => time(*at, show),
        Cell::Span(seconds) => words::lasted(lang, *seconds),
        Cell::Text(text) => text.clone(),
        Cell::Word { ko, en, .. } => match lang {
            Lang::Ko => ko.clone(),
            Lang::En => en.clone(),
        },
        Cell::List(cells) => {
            let cells: Vec<String> = cells.iter().map(|cell| shown(cell, show, lang)).collect();
            cells.join(", ")
        }
    }
}

/// The day that a cell of a column of dates names, in Seoul.
pub fn date(cell: &Cell, show: Show) -> Option<NaiveDate> {
    match cell {
        Cell::Time(at) if show == Show::Date => Some(at.with_timezone(&seoul()).date_naive()),
        Cell::Text(text) if show == Show::Date => text.parse().ok(),
        _ => None,
    }
}

fn time(at: DateTime<Utc>, show: Show) -> String {
    match show {
        Show::Date => day(at),
        Show::Due => due(at),
        _ => minute(at),
    }
}

/// A whole number with its digits in groups of three: `1,200,000`.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_stand_in_groups_of_three() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
            (-12_000, "-12,000"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn a_decimal_below_zero_keeps_its_sign() {
        assert_eq!(shown(&Cell::Tenths(-5), Show::Plain, Lang::En), "-0.5");
        assert_eq!(shown(&Cell::Tenths(667), Show::Percent, Lang::Ko), "66.7 %");
    }
}
