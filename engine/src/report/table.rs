//! What a report comes to: columns, rows of cells, and lines beneath them. Knows no format.

use chrono::{DateTime, Utc};
use dure_storage::merkle::Hash;
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::definition::{Audience, Show};
use crate::model::names::{Name, Text};

/// A report as of a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The report.
    pub report: Name,
    /// What people call it.
    pub title: Text,
    /// The question it answers.
    pub answers: Text,
    /// Whose question that is.
    pub audience: Audience,
    /// The time it is as of.
    pub at: DateTime<Utc>,
    /// How many events of the log it is made of.
    pub events: u64,
    /// The Merkle root of those events: the log they came from can be held against it.
    pub root: Hash,
    /// The columns.
    pub columns: Vec<Heading>,
    /// The rows, each with a cell per column.
    pub rows: Vec<Vec<Cell>>,
    /// Lines beneath, each with a cell per column.
    pub foot: Vec<(FootLine, Vec<Cell>)>,
    /// What could not be shown, the first few.
    pub notices: Vec<Notice>,
    /// How many notices there are in all.
    pub noticed: usize,
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub struct Heading {
    /// Its name; a column that is made of a value has it behind a `:`.
    pub name: String,
    /// What people call it.
    pub title: Text,
    /// How its cells are to be read.
    pub show: Show,
}

/// A line beneath the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FootLine {
    /// The sum of a column.
    Total,
    /// The mean of a column.
    Mean,
    /// How far a column's numbers lie apart: the standard deviation in percent of the mean.
    Spread,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// Nothing is known.
    Empty,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with one decimal, in tenths.
    Tenths(i64),
    /// A point in time.
    Time(DateTime<Utc>),
    /// A span of time, in seconds.
    Span(i64),
    /// Text as it was written.
    Text(String),
    /// A word of the workflow, and what people call it.
    Word {
        /// As it is stored.
        word: String,
        /// In Korean.
        ko: String,
        /// In English.
        en: String,
    },
    /// Several.
    List(Vec<Cell>),
}

/// Something that could not be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// In which case, account or person.
    pub of: String,
    /// In which column, or in `where`, `each`.
    pub column: String,
    /// Why.
    pub reason: Text,
}

impl Cell {
    /// The cell as JSON: words as they are stored, times as RFC 3339, spans in seconds.
    pub fn to_json(&self) -> Json {
        match self {
            Cell::Empty => Json::Null,
            Cell::Bool(value) => json!(value),
            Cell::Int(value) | Cell::Span(value) => json!(value),
            Cell::Tenths(value) => json!(*value as f64 / 10.0),
            Cell::Time(at) => json!(at),
            Cell::Text(text) | Cell::Word { word: text, .. } => json!(text),
            Cell::List(cells) => cells.iter().map(Cell::to_json).collect(),
        }
    }
}

impl Table {
    /// The table as JSON: a row is an object from column to value.
    pub fn to_json(&self) -> Json {
        let row = |cells: &Vec<Cell>| -> Json {
            let pairs = self.columns.iter().zip(cells);
            pairs.map(|(column, cell)| (column.name.clone(), cell.to_json())).collect()
        };
        let foot = self.foot.iter().map(|(line, cells)| json!({"line": line, "cells": row(cells)}));
        let columns = self
            .columns
            .iter()
            .map(|column| json!({"name": column.name, "title": column.title, "show": column.show}));
        json!({
            "report": self.report,
            "title": self.title,
            "at": self.at,
            "events": self.events,
            "root": self.root.to_string(),
            "columns": columns.collect::<Json>(),
            "rows": self.rows.iter().map(row).collect::<Json>(),
            "foot": foot.collect::<Json>(),
            "notices": self.notices,
            "noticed": self.noticed,
        })
    }
}
