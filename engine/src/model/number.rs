//! How cases are numbered: `SR-{year}-{serial:4}` gives `SR-2017-0001`, counted without gaps per workflow and
//! year. The counter is a stream whose version is the last serial given.

use dure_storage::EventType;
use serde::{Deserialize, Serialize};

use super::names::{CaseId, NotAnIdentifier};

/// A number was given to a case; the serial is the event's stream version.
pub const NUMBER_ASSIGNED: EventType = EventType("dure.number_assigned.v1");

/// Payload of [`NUMBER_ASSIGNED`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberAssigned {
    /// The case that got it, which is the number itself.
    pub case: CaseId,
}

/// How cases are numbered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberFormat(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Plain(String),
    Year,
    Serial { digits: usize },
}

/// Digits a serial may be padded to.
const SERIAL_DIGITS_MAX: usize = 9;

impl NumberFormat {
    /// Reads a format.
    ///
    /// # Errors
    /// What is wrong with it, as a fragment of an English sentence.
    pub fn parse(text: &str) -> Result<NumberFormat, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((plain, after)) = rest.split_once('{') {
            let (word, after) = after.split_once('}').ok_or("`{` without `}`")?;
            if !plain.is_empty() {
                parts.push(Part::Plain(plain.to_owned()));
            }
            parts.push(placeholder(word)?);
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Plain(rest.to_owned()));
        }
        let serials = parts.iter().filter(|p| matches!(p, Part::Serial { .. })).count();
        if serials != 1 {
            return Err(format!("{{serial:N}} stands {serials} times, it must stand once"));
        }
        let format = NumberFormat(parts);
        match format.number(2000, 1) {
            Ok(_) => Ok(format),
            Err(error) => Err(error.to_string()),
        }
    }

    /// The number of a year and a serial.
    ///
    /// # Errors
    /// If the result would not be a case number.
    pub fn number(&self, year: i32, serial: u32) -> Result<CaseId, NotAnIdentifier> {
        let text: String = self
            .0
            .iter()
            .map(|part| match part {
                Part::Plain(text) => text.clone(),
                Part::Year => format!("{year:04}"),
                Part::Serial { digits } => format!("{serial:0digits$}"),
            })
            .collect();
        CaseId::new(text)
    }

    /// The year that counts in it, if years count: each year has a counter of its own.
    pub fn counts_by_year(&self) -> bool {
        self.0.contains(&Part::Year)
    }
}

fn placeholder(word: &str) -> Result<Part, String> {
    match word.split_once(':') {
        None if word == "year" => Ok(Part::Year),
        None if word == "serial" => Ok(Part::Serial { digits: 1 }),
        Some(("serial", digits)) => match digits.parse() {
            Ok(digits @ 1..=SERIAL_DIGITS_MAX) => Ok(Part::Serial { digits }),
            Ok(_) | Err(_) => Err(format!("`{digits}` is not a number of digits from 1 to 9")),
        },
        Some(_) | None => Err(format!("`{{{word}}}` is not {{year}} or {{serial:N}}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_its_year_and_at_least_its_digits() {
        let format = NumberFormat::parse("SR-{year}-{serial:4}").expect("a format");
        assert_eq!(format.number(2017, 1).expect("a number").as_str(), "SR-2017-0001");
        assert_eq!(format.number(2017, 12_345).expect("a number").as_str(), "SR-2017-12345");
    }

    #[test]
    fn a_format_without_one_serial_is_refused() {
        for text in [
            "SR",
            "{year}",
            "{serial}{serial}",
            "{serial:0}",
            "{serial:x}",
            "{month}",
            "{",
            " {serial}",
        ] {
            assert!(NumberFormat::parse(text).is_err(), "{text}");
        }
    }
}
