//! The rows of a report before they are taken together: every expression evaluated over every item of every subject.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value as Json;

use super::definition::{Binding, Made, Report, Show};
use super::table::{Cell, Notice};
use super::words::Lexicon;
use crate::expression::{Binding as Bound, Environment, EvaluationError, Expression, Value};
use crate::limits::{REPORT_ITEMS_MAX, REPORT_NOTICES_MAX, REPORT_ROWS_MAX};
use crate::model::case::Frame;
use crate::model::consequence::Object;
use crate::model::names::Text;
use dure_storage::Lang;

/// What one row is about.
pub struct About<'a> {
    /// What it is called in notices.
    pub id: &'a str,
    /// `case`, `account` or `person`, and what it is.
    pub subject: (&'static str, &'a Json),
    /// The workflow it is a run of, with its settings.
    pub frame: Option<(&'a Frame, &'a Object)>,
    /// Who started the case.
    pub starter: Json,
}

/// A row: a cell per column, and the value that measures are parted by. Columns made of others are empty yet.
#[derive(Debug)]
pub struct RawRow {
    /// The cells.
    pub cells: Vec<Cell>,
    /// The value that measures are parted by.
    pub across: Option<Cell>,
}

/// The rows so far.
pub struct Rows<'r> {
    report: &'r Report,
    now: DateTime<Utc>,
    /// The rows.
    pub rows: Vec<RawRow>,
    /// What could not be shown, the first few.
    pub notices: Vec<Notice>,
    /// How many could not.
    pub noticed: usize,
    /// How many items were gone through, left in or not.
    seen: usize,
}

/// There are more rows, or more items to go through, than this.
#[derive(Debug)]
pub struct TooMany(pub usize);

impl<'r> Rows<'r> {
    /// None yet.
    pub fn of(report: &'r Report, now: DateTime<Utc>) -> Rows<'r> {
        Rows { report, now, rows: Vec::new(), notices: Vec::new(), noticed: 0, seen: 0 }
    }

    /// Adds the rows of a subject.
    ///
    /// # Errors
    /// If there are too many.
    pub fn add(
        &mut self,
        about: &About<'_>,
        binding: &Binding,
        words: &Lexicon<'_>,
    ) -> Result<(), TooMany> {
        self.descend(about, binding, words, &mut Vec::new())
    }

    /// Notes what cannot be shown.
    pub fn notice(&mut self, of: &str, column: &str, reason: Text) {
        self.noticed += 1;
        if self.notices.len() < REPORT_NOTICES_MAX {
            self.notices.push(Notice { of: of.to_owned(), column: column.to_owned(), reason });
        }
    }

    fn descend(
        &mut self,
        about: &About<'_>,
        binding: &Binding,
        words: &Lexicon<'_>,
        items: &mut Vec<Json>,
    ) -> Result<(), TooMany> {
        if items.len() == self.report.each.len() {
            return self.row(about, binding, words, items);
        }
        let Some(list) = &binding.each[items.len()] else { return Ok(()) };
        let place = Place { about, report: self.report, items, now: self.now };
        let found = match list.evaluate(&place) {
            Ok(value) => value.to_json(),
            Err(error) => {
                self.failed(about, "each", &error);
                return Ok(());
            }
        };
        let Json::Array(found) = found else { return Ok(()) };
        for item in found {
            items.push(item);
            self.descend(about, binding, words, items)?;
            items.pop();
        }
        Ok(())
    }

    fn row(
        &mut self,
        about: &About<'_>,
        binding: &Binding,
        words: &Lexicon<'_>,
        items: &[Json],
    ) -> Result<(), TooMany> {
        self.seen += 1;
        if self.seen > REPORT_ITEMS_MAX {
            return Err(TooMany(REPORT_ITEMS_MAX));
        }
        let place = Place { about, report: self.report, items, now: self.now };
        let wanted = match &binding.filter {
            Some(filter) => match filter.evaluate(&place) {
                Ok(value) => matches!(value, Value::Bool(true)),
                Err(error) => {
                    self.failed(about, "where", &error);
                    false
                }
            },
            None => !binding.filter_lost,
        };
        if !wanted {
            return Ok(());
        }
        if self.rows.len() == REPORT_ROWS_MAX {
            return Err(TooMany(REPORT_ROWS_MAX));
        }
        let mut cells = Vec::with_capacity(self.report.columns.len());
        for (at, column) in self.report.columns.iter().enumerate() {
            let expression = match column.made {
                Made::Value | Made::Measure { .. } => binding.cells[at].as_ref(),
                Made::From(_) => None,
            };
            let reading = Reading { show: column.show, options: &binding.words[at], words };
            let cell = expression.map(|expression| {
                self.evaluated(about, column.name.as_str(), expression, &place, &reading)
            });
            cells.push(cell.unwrap_or(Cell::Empty));
        }
        let across = self.report.across.map(|show| {
            let reading = Reading { show, options: &binding.across_words, words };
            let expression = binding.across.as_ref();
            let cell = expression
                .map(|expression| self.evaluated(about, "across", expression, &place, &reading));
            cell.unwrap_or(Cell::Empty)
        });
        self.rows.push(RawRow { cells, across });
        Ok(())
    }

    fn evaluated(
        &mut self,
        about: &About<'_>,
        column: &str,
        expression: &Expression,
        place: &Place<'_>,
        reading: &Reading<'_>,
    ) -> Cell {
        match expression.evaluate(place) {
            Ok(value) => reading.cell(&value),
            Err(error) => {
                self.failed(about, column, &error);
                Cell::Empty
            }
        }
    }

    /// What is not there yet is empty; anything else is told.
    fn failed(&mut self, about: &About<'_>, column: &str, error: &EvaluationError) {
        if !error.is_nothing() {
            let (ko, en) = (error.explain(Lang::Ko).into(), error.explain(Lang::En).into());
            self.notice(about.id, column, Text { ko, en });
        }
    }
}

/// How a value becomes a cell.
struct Reading<'a> {
    show: Show,
    options: &'a BTreeMap<String, Text>,
    words: &'a Lexicon<'a>,
}

impl Reading<'_> {
    fn cell(&self, value: &Value<'_>) -> Cell {
        match value {
            Value::Bool(value) => Cell::Bool(*value),
            Value::Int(value) => Cell::Int(*value),
            Value::Timestamp(at) => Cell::Time(*at),
            Value::Duration(span) => Cell::Span(span.num_seconds()),
            Value::String(text) => self.words.cell(text.to_string(), self.show, self.options),
            Value::List(_) | Value::Record(_) => self.json(&value.to_json()),
        }
    }

    fn json(&self, json: &Json) -> Cell {
        match json {
            Json::Null => Cell::Empty,
            Json::Bool(value) => Cell::Bool(*value),
            Json::Number(number) => number.as_i64().map_or(Cell::Empty, Cell::Int),
            Json::String(text) => self.words.cell(text.clone(), self.show, self.options),
            Json::Array(items) => Cell::List(items.iter().map(|item| self.json(item)).collect()),
            Json::Object(fields) => {
                Cell::List(fields.values().map(|field| self.json(field)).collect())
            }
        }
    }
}

/// Where an expression is evaluated.
struct Place<'a> {
    about: &'a About<'a>,
    report: &'a Report,
    items: &'a [Json],
    now: DateTime<Utc>,
}

impl Environment for Place<'_> {
    fn variable(&self, name: &str) -> Option<Bound<'_>> {
        let at = self.report.each.iter().position(|item| item.as_str() == name);
        if let Some(item) = at.and_then(|at| self.items.get(at)) {
            return Some(Bound::Json(item));
        }
        match name {
            "data" => self.about.frame.map(|(frame, _)| Bound::Record(&frame.data)),
            "settings" => self.about.frame.map(|(_, settings)| Bound::Record(settings)),
            "starter" => Some(Bound::Json(&self.about.starter)),
            "now" => Some(Bound::Value(Value::Timestamp(self.now))),
            name if name == self.about.subject.0 => Some(Bound::Json(self.about.subject.1)),
            _ => None,
        }
    }

    fn times(&self, step: &str) -> i64 {
        let visits = self.about.frame.and_then(|(frame, _)| frame.visits.get(step));
        visits.map_or(0, |visit| i64::from(visit.completed))
    }

    fn reached(&self, step: &str) -> bool {
        let visits = self.about.frame.and_then(|(frame, _)| frame.visits.get(step));
        visits.is_some_and(|visit| visit.entered > 0)
    }

    fn active(&self, step: &str) -> bool {
        self.about.frame.is_some_and(|(frame, _)| frame.is_active(step))
    }
}
