//! Rows laid out as a table: those with the same values taken together, measures parted, ordered, numbered.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::definition::{Made, Measure, Numbered, Report, Show};
use super::measure::{Taken, beneath};
use super::rows::RawRow;
use super::table::{Cell, FootLine, Heading};
use crate::expression::{Binding, Environment};
use crate::limits::REPORT_PARTS_MAX;
use crate::model::consequence::Object;
use crate::model::names::Text;
use crate::model::refusal::Why;

/// A table in the making.
pub struct Sheet<'r> {
    report: &'r Report,
    /// Where each of its columns comes from.
    pub slots: Vec<Slot>,
    /// Its rows.
    pub rows: Vec<Vec<Cell>>,
}

/// Where a column of the table comes from.
pub struct Slot {
    column: usize,
    /// The part it is the measure of.
    part: Option<Cell>,
}

/// Rows with the same values.
struct Group {
    whole: Vec<Option<Taken>>,
    parts: BTreeMap<Cell, Vec<Option<Taken>>>,
}

impl<'r> Sheet<'r> {
    /// A row for each row.
    pub fn plain(report: &'r Report, rows: Vec<RawRow>) -> Sheet<'r> {
        let slots = (0..report.columns.len()).map(|column| Slot { column, part: None }).collect();
        let rows = rows.into_iter().map(|row| derived(report, row.cells)).collect();
        Sheet { report, slots, rows }
    }

    /// A row for all that have the same values.
    ///
    /// # Errors
    /// `E-report-too-large` if measures are parted into too many columns.
    pub fn grouped(report: &'r Report, rows: Vec<RawRow>) -> Result<Sheet<'r>, Why> {
        let mut groups: BTreeMap<Vec<Cell>, Group> = BTreeMap::new();
        for row in rows {
            let group = groups.entry(key_of(report, &row)).or_insert_with(|| Group::of(report));
            group.add(report, row);
        }
        let mut parts: Vec<Cell> =
            groups.values().flat_map(|group| group.parts.keys()).cloned().collect();
        parts.sort();
        parts.dedup();
        if parts.len() > REPORT_PARTS_MAX {
            return Err(Why::ReportTooLarge { max: REPORT_PARTS_MAX });
        }
        let slots = slots(report, &parts);
        let row = |(key, group)| Group::cells(group, report, key, &slots);
        let rows = groups.into_iter().map(row).collect();
        Ok(Sheet { report, slots, rows })
    }

    /// Orders the rows.
    pub fn sort(&mut self) {
        let place = |column| self.slots.iter().position(|slot| slot.column == column);
        let keys: Vec<_> = (self.report.sort.iter())
            .filter_map(|key| Some((place(key.column)?, key.descending)))
            .collect();
        self.rows.sort_by(|a, b| {
            let orders = keys.iter().map(|(at, descending)| match descending {
                true => b[*at].cmp(&a[*at]),
                false => a[*at].cmp(&b[*at]),
            });
            orders.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
        });
    }

    /// The lines beneath: for each the numbers that can be added; beneath totals, columns made of others reckon with them.
    pub fn foot(&self) -> Vec<(FootLine, Vec<Cell>)> {
        let below = |line: FootLine| {
            let cell = |(at, slot): (usize, &Slot)| match slot.adds_up(self.report) {
                true => beneath(line, &self.rows.iter().map(|row| &row[at]).collect::<Vec<_>>()),
                false => Cell::Empty,
            };
            let cells = self.slots.iter().enumerate().map(cell).collect();
            (line, if line == FootLine::Total { self.reckoned(cells) } else { cells })
        };
        self.report.foot.iter().map(|line| below(*line)).collect()
    }

    /// A line of totals with the columns that are made of others.
    fn reckoned(&self, cells: Vec<Cell>) -> Vec<Cell> {
        let mut whole = vec![Cell::Empty; self.report.columns.len()];
        for (slot, cell) in self.slots.iter().zip(&cells).filter(|(slot, _)| slot.part.is_none()) {
            whole[slot.column] = cell.clone();
        }
        let whole = derived(self.report, whole);
        let placed = |(slot, cell): (&Slot, Cell)| match self.report.columns[slot.column].made {
            Made::From(_) => whole[slot.column].clone(),
            Made::Value | Made::Measure { .. } => cell,
        };
        self.slots.iter().zip(cells).map(placed).collect()
    }

    /// Numbers the rows, if they are to be: the heading of the numbers.
    pub fn number(&mut self, foot: &mut [(FootLine, Vec<Cell>)]) -> Option<Heading> {
        let numbered = self.report.numbered?;
        let count = self.rows.len();
        for (at, row) in self.rows.iter_mut().enumerate() {
            let number = match numbered {
                Numbered::Up => at + 1,
                Numbered::Down => count - at,
            };
            row.insert(0, Cell::Int(number as i64));
        }
        foot.iter_mut().for_each(|(_, cells)| cells.insert(0, Cell::Empty));
        let title = Text { ko: "번호".into(), en: "No.".into() };
        Some(Heading { name: "no".to_owned(), title, show: Show::Plain })
    }
}

impl Slot {
    /// The heading of the column.
    pub fn heading(&self, report: &Report) -> Heading {
        let column = &report.columns[self.column];
        let (mut name, mut title) = (column.name.to_string(), column.title.clone());
        if let Some(part) = &self.part {
            let only = report.columns.iter().filter(|column| is_parted(report, &column.made));
            let (ko, en) = names(part);
            name = format!("{name}:{}", raw(part));
            title = match only.count() {
                1 => Text { ko: ko.into(), en: en.into() },
                _ => Text {
                    ko: format!("{ko} {}", title.ko).into(),
                    en: format!("{en} {}", title.en).into(),
                },
            };
        }
        Heading { name, title, show: column.show }
    }

    /// Whether the numbers of the column can be added: amounts and counts, not years and scores.
    fn adds_up(&self, report: &Report) -> bool {
        let column = &report.columns[self.column];
        match &column.made {
            Made::Measure { measure, .. } => matches!(measure, Measure::Count | Measure::Sum),
            Made::Value => column.show == Show::Krw,
            Made::From(_) => false,
        }
    }
}

/// The measures of a row before anything was added: those that are parted, or the others.
fn fresh(report: &Report, parted: bool) -> Vec<Option<Taken>> {
    let taken = |made: &Made| match made {
        Made::Measure { measure, .. } if parted == is_parted(report, made) => {
            Some(Taken::nothing(*measure))
        }
        Made::Measure { .. } | Made::Value | Made::From(_) => None,
    };
    report.columns.iter().map(|column| taken(&column.made)).collect()
}

fn add(taken: &mut [Option<Taken>], cells: &[Cell]) {
    for (taken, cell) in taken.iter_mut().zip(cells) {
        taken.iter_mut().for_each(|taken| taken.add(cell));
    }
}

impl Group {
    fn of(report: &Report) -> Group {
        Group { whole: fresh(report, false), parts: BTreeMap::new() }
    }

    fn add(&mut self, report: &Report, row: RawRow) {
        add(&mut self.whole, &row.cells);
        if let Some(part) = row.across {
            let parted = self.parts.entry(part).or_insert_with(|| fresh(report, true));
            add(parted, &row.cells);
        }
    }

    fn cells(self, report: &Report, key: Vec<Cell>, slots: &[Slot]) -> Vec<Cell> {
        let mut key = key.into_iter();
        let cell = |(made, taken): (&Made, Option<Taken>)| match (made, taken) {
            (Made::Value, _) => key.next().unwrap_or(Cell::Empty),
            (_, Some(taken)) => taken.cell(),
            (Made::Measure { .. } | Made::From(_), None) => Cell::Empty,
        };
        let made = report.columns.iter().map(|column| &column.made);
        let whole = derived(report, made.zip(self.whole).map(cell).collect());
        let placed = |slot: &Slot| match &slot.part {
            None => whole[slot.column].clone(),
            Some(part) => {
                let taken = self.parts.get(part).and_then(|taken| taken[slot.column].clone());
                taken.map_or(Cell::Empty, Taken::cell)
            }
        };
        slots.iter().map(placed).collect()
    }
}

fn is_parted(report: &Report, made: &Made) -> bool {
    report.across.is_some() && matches!(made, Made::Measure { whole: false, .. })
}

fn key_of(report: &Report, row: &RawRow) -> Vec<Cell> {
    let columns = report.columns.iter().zip(&row.cells);
    let values = columns.filter(|(column, _)| matches!(column.made, Made::Value));
    values.map(|(_, cell)| cell.clone()).collect()
}

/// The columns: those of the report, with the parted ones once for each part where the first of them stands.
fn slots(report: &Report, parts: &[Cell]) -> Vec<Slot> {
    let is_parted = |column: &usize| is_parted(report, &report.columns[*column].made);
    let all = 0..report.columns.len();
    let parted: Vec<usize> = all.clone().filter(is_parted).collect();
    let of_parts = || {
        parts.iter().flat_map(|part| {
            parted.iter().map(|column| Slot { column: *column, part: Some(part.clone()) })
        })
    };
    let mut slots = Vec::new();
    for column in all {
        match parted.first() {
            Some(first) if *first == column => slots.extend(of_parts()),
            _ if parted.contains(&column) => {}
            _ => slots.push(Slot { column, part: None }),
        }
    }
    slots
}

/// The cells of a row with those that are made of others.
fn derived(report: &Report, mut cells: Vec<Cell>) -> Vec<Cell> {
    for (at, column) in report.columns.iter().enumerate() {
        let Made::From(expression) = &column.made else { continue };
        let named = report.columns[..at].iter().zip(&cells);
        let known: Object =
            named.map(|(column, cell)| (column.name.to_string(), as_fact(cell))).collect();
        let value = expression.evaluate(&Columns(known)).map(|value| value.to_json());
        cells[at] = match value {
            Ok(Json::Bool(value)) => Cell::Bool(value),
            Ok(Json::Number(number)) => number.as_i64().map_or(Cell::Empty, Cell::Int),
            Ok(Json::String(text)) => Cell::Text(text),
            // A quotient by nothing, or of nothing, is nothing.
            Ok(Json::Null | Json::Array(_) | Json::Object(_)) | Err(_) => Cell::Empty,
        };
    }
    cells
}

/// A cell as expressions read it.
fn as_fact(cell: &Cell) -> Json {
    match cell {
        Cell::Span(seconds) => Json::String(format!("{seconds}s")),
        other => other.to_json(),
    }
}

struct Columns(Object);

impl Environment for Columns {
    fn variable(&self, name: &str) -> Option<Binding<'_>> {
        self.0.get(name).map(Binding::Json)
    }
}

fn raw(cell: &Cell) -> String {
    match cell.to_json() {
        Json::String(text) => text,
        other => other.to_string(),
    }
}

fn names(cell: &Cell) -> (String, String) {
    match cell {
        Cell::Word { ko, en, .. } => (ko.clone(), en.clone()),
        other => (raw(other), raw(other)),
    }
}
