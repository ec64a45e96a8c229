//! One cell of a sheet, as far as the file says what it holds.

use chrono::{NaiveDateTime, NaiveTime};

use super::dates::serial;

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// A text, or whatever the file keeps as text.
    Text(String),
    /// A number.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// A day or a moment, without a zone.
    Moment(NaiveDateTime),
    /// The error that a formula gave.
    Error(String),
}

impl Cell {
    /// The day or moment that a sheet counts as so many days since 1899-12-30; the number itself, if there is none.
    pub fn of_days(days: f64) -> Cell {
        serial(days, NaiveTime::MIN).map_or(Cell::Number(days), Cell::Moment)
    }

    /// Whether nothing is in it; blanks are nothing.
    pub fn is_empty(&self) -> bool {
        match self {
            Cell::Empty => true,
            Cell::Text(text) => text.trim().is_empty(),
            Cell::Number(_) | Cell::Boolean(_) | Cell::Moment(_) | Cell::Error(_) => false,
        }
    }

    /// What it holds as text, the same for all files that hold the same.
    pub fn text(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) | Cell::Error(text) => text.trim().to_owned(),
            // A whole number is written without a fraction, as a sheet shows it.
            Cell::Number(number) => format!("{number}"),
            Cell::Boolean(true) => "TRUE".to_owned(),
            Cell::Boolean(false) => "FALSE".to_owned(),
            Cell::Moment(at) if at.time() == NaiveTime::MIN => at.format("%Y-%m-%d").to_string(),
            Cell::Moment(at) => at.format("%Y-%m-%d %H:%M:%S").to_string(),
        }
    }
}
