//! From a row to the request to start a case, or to everything that is wrong with the row.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::cell::Cell;
use super::convert::Shape;
use super::fault::{CellFault, RowFault};
use super::map::{Column, Filled, ImportMap, Take, When};
use crate::model::consequence::Object;
use crate::model::form::Violation;
use crate::model::names::{CaseId, PersonId, Text};
use crate::model::refusal::{Refusal, Why};
use crate::runtime::{ActOf, StartRequest};

/// A row of a sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its number, from 1, as a spreadsheet counts.
    pub number: u32,
    /// Its cells, from the first column on; those at the end may be missing.
    pub cells: Vec<Cell>,
}

/// What a row asks for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The request, with its idempotency key.
    pub request: StartRequest,
    /// What the key is made from: the same row again has the same.
    pub key: [u8; 32],
}

impl Row {
    /// Whether nothing is in it.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(Cell::is_empty)
    }

    fn cell(&self, column: &Column) -> &Cell {
        self.cells.get(column.index).unwrap_or(&Cell::Empty)
    }
}

impl ImportMap {
    /// What a row asks for; `by` acts where the map does not say who.
    ///
    /// # Errors
    /// Everything that is wrong with its cells.
    pub fn wanted(&self, row: &Row, by: Option<&PersonId>) -> Result<Wanted, Vec<RowFault>> {
        let mut found = Vec::new();
        let wanted = self.read(row, by, &mut found);
        match wanted {
            Some(wanted) if found.is_empty() => Ok(wanted),
            Some(_) | None => Err(found),
        }
    }

    fn read(&self, row: &Row, by: Option<&PersonId>, found: &mut Vec<RowFault>) -> Option<Wanted> {
        if row.cells.iter().skip(self.columns).any(|cell| !cell.is_empty()) {
            let fault = CellFault::TooManyCells { columns: self.columns };
            found.push(RowFault::of(&fault));
        }
        let key = self.key(row, found);
        let acting = match &self.by {
            Some(take) => needed(take, row, found),
            None => by.cloned(),
        };
        let on_behalf_of = self.on_behalf_of.as_ref().and_then(|take| person(take, row, found));
        let case = self.case.as_ref().and_then(|take| case(take, row, found));
        let occurred_at = self.occurred_at.as_ref().and_then(|when| moment(when, row, found));
        let form = self.form(row, found);
        let key = key?;
        let digits: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        let act = ActOf {
            form,
            on_behalf_of,
            occurred_at,
            idempotency_key: Some(format!("import-{digits}")),
            ..ActOf::by(acting?)
        };
        let workflow = self.workflow.reference.name.to_string();
        Some(Wanted { request: StartRequest { workflow, case, act }, key })
    }

    /// A hash, so that nothing of the cells stands in the log but what the form puts there.
    fn key(&self, row: &Row, found: &mut Vec<RowFault>) -> Option<[u8; 32]> {
        let cells: Vec<String> = self.key.iter().map(|column| row.cell(column).text()).collect();
        if cells.iter().all(String::is_empty) {
            let column = self.key.first().map(|column| column.title.as_str());
            found.push(RowFault::of_cell(column, &CellFault::Missing {}));
            return None;
        }
        let mut hash = Sha256::new();
        for part in std::iter::once(self.name.as_str()).chain(cells.iter().map(String::as_str)) {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Some(hash.finalize().into())
    }

    fn form(&self, row: &Row, found: &mut Vec<RowFault>) -> Object {
        let mut form = Object::new();
        for Filled { field, shape, take } in &self.form {
            if let Some(value) = taken(take, shape, row, found) {
                form.insert(field.to_string(), value);
            }
        }
        form
    }

    /// What a refusal of the model says of the columns of a row.
    pub(crate) fn refused(&self, refusal: &Refusal) -> Vec<RowFault> {
        let why = &refusal.why;
        if let Why::FormInvalid { violations }
        | Why::PersonalData { found: violations }
        | Why::PersonalUnsealed { found: violations } = why
        {
            let told = |violation: &Violation| RowFault {
                column: self.column_of(&violation.path),
                code: why.code(),
                message: said(|lang| violation.explain(lang)),
            };
            return violations.iter().map(told).collect();
        }
        vec![RowFault { column: None, code: why.code(), message: said(|lang| why.explain(lang)) }]
    }

    /// The column of the field that a path leads to.
    fn column_of(&self, path: &str) -> Option<String> {
        let field = path.trim_start_matches('/').split('/').next()?;
        let filled = self.form.iter().find(|filled| filled.field.as_str() == field)?;
        filled.take.title().map(str::to_owned)
    }
}

fn said(explain: impl Fn(dure_storage::Lang) -> String) -> Text {
    let (ko, en) = (explain(dure_storage::Lang::Ko), explain(dure_storage::Lang::En));
    Text { ko: ko.into(), en: en.into() }
}

/// The value of a row; none if there is nothing, or something wrong.
fn taken(take: &Take, shape: &Shape, row: &Row, found: &mut Vec<RowFault>) -> Option<Json> {
    let column = match take {
        Take::Value(value) => return Some(value.clone()),
        Take::Column(column) => column,
    };
    let cell = row.cell(column);
    if cell.is_empty() {
        return column.otherwise.clone();
    }
    let value = shape.value(cell, column);
    value.map_err(|fault| found.push(RowFault::of_cell(Some(&column.title), &fault))).ok()
}

/// A text of a certain form; none if there is nothing, or something wrong.
fn identifier<T>(
    take: &Take,
    row: &Row,
    found: &mut Vec<RowFault>,
    read: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let value = taken(take, &Shape::Text, row, found)?;
    let read = value.as_str().and_then(read);
    if read.is_none() {
        found.push(RowFault::of_cell(take.title(), &CellFault::Identifier {}));
    }
    read
}

fn needed(take: &Take, row: &Row, found: &mut Vec<RowFault>) -> Option<PersonId> {
    let before = found.len();
    let person = person(take, row, found);
    if person.is_none() && found.len() == before {
        found.push(RowFault::of_cell(take.title(), &CellFault::Missing {}));
    }
    person
}

fn person(take: &Take, row: &Row, found: &mut Vec<RowFault>) -> Option<PersonId> {
    identifier(take, row, found, |text| PersonId::new(text).ok())
}

fn case(take: &Take, row: &Row, found: &mut Vec<RowFault>) -> Option<CaseId> {
    identifier(take, row, found, |text| CaseId::new(text).ok())
}

fn moment(when: &When, row: &Row, found: &mut Vec<RowFault>) -> Option<DateTime<Utc>> {
    let cell = row.cell(&when.column);
    let read = when.column.forms.moment(cell, when.time);
    let at = read.and_then(|at| at.and_local_timezone(when.zone).single());
    if at.is_none() {
        let fault = match cell {
            Cell::Error(error) => CellFault::Formula { error: error.clone() },
            cell if cell.is_empty() => CellFault::Missing {},
            _ => CellFault::Day {},
        };
        found.push(RowFault::of_cell(Some(&when.column.title), &fault));
    }
    at.map(|at| at.with_timezone(&Utc))
}
