//! Excel workbooks: a sheet's cells as far as their types say what they hold. What a workbook unpacks to is counted before
//! anything of it is read.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxCellReader, XlsxError};
use dure_engine::import::{Cell, ImportSource, Row};
use zip::ZipArchive;

use super::fault::SheetFault;
use super::text_cell;
use crate::limits::{IMPORT_COLUMNS_MAX, IMPORT_UNPACKED_BYTES_MAX};

type Bytes = Cursor<Vec<u8>>;

/// Days from the first day of one way of counting to that of the other, which workbooks of old Macintoshes have.
const DAYS_TO_1904: f64 = 1462.0;

/// A sheet of a workbook in memory.
pub(super) struct Workbook {
    file: String,
    book: Xlsx<Bytes>,
    sheet: String,
    /// Whether there are others.
    pub(super) several: bool,
    /// The last row of the merged cells that go over several, by where they begin. From 0.
    merged: BTreeMap<(u32, u32), u32>,
}

impl Workbook {
    pub(super) fn of(
        file: &str,
        bytes: Vec<u8>,
        source: &ImportSource,
    ) -> Result<Workbook, SheetFault> {
        if !bytes.starts_with(b"PK\x03\x04") {
            return Err(SheetFault::NotXlsx { file: file.to_owned() });
        }
        refuse_too_much(file, &bytes)?;
        let damaged = |error| damaged(file, &error);
        let mut book = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
        let (sheet, several) = sheet_of(file, &book, source.sheet.as_deref())?;
        let merged = book.merge_cells_by_sheet_name(&sheet).map_err(damaged)?;
        let over_rows = merged.into_iter().filter(|cells| cells.start.0 < cells.end.0);
        let merged = over_rows.map(|cells| (cells.start, cells.end.0)).collect();
        Ok(Workbook { file: file.to_owned(), book, sheet, several, merged })
    }

    /// The name of the sheet.
    pub(super) fn sheet(&self) -> &str {
        &self.sheet
    }

    pub(super) fn rows(&mut self) -> Result<Rows<'_>, SheetFault> {
        let (file, merged, is_1904) = (&self.file, &self.merged, self.book.has_1904_epoch());
        let cells = self.book.worksheet_cells_reader(&self.sheet);
        let cells = cells.map_err(|error| damaged(file, &error))?;
        let carried = BTreeMap::new();
        Ok(Rows { file, cells, merged, is_1904, next: None, carried, ended: false })
    }
}

fn damaged(file: &str, error: &XlsxError) -> SheetFault {
    SheetFault::Damaged { file: file.to_owned(), error: error.to_string() }
}

/// A small workbook can unpack to more than there is memory.
fn refuse_too_much(file: &str, bytes: &[u8]) -> Result<(), SheetFault> {
    let broken = |error: &dyn std::error::Error| SheetFault::Damaged {
        file: file.to_owned(),
        error: error.to_string(),
    };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    let mut left = IMPORT_UNPACKED_BYTES_MAX;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| broken(&error))?;
        let unpacked = io::copy(&mut part.take(left + 1), &mut io::sink());
        let unpacked = unpacked.map_err(|error| broken(&error))?;
        left = left.checked_sub(unpacked).ok_or_else(|| SheetFault::TooMuch {
            file: file.to_owned(),
            max: IMPORT_UNPACKED_BYTES_MAX,
        })?;
    }
    Ok(())
}

/// The sheet that the map names, or the only one that is shown; and whether there are several.
fn sheet_of(
    file: &str,
    book: &Xlsx<Bytes>,
    wanted: Option<&str>,
) -> Result<(String, bool), SheetFault> {
    let all = book.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let all: Vec<_> = all.collect();
    let shown = all.iter().filter(|sheet| sheet.visible == SheetVisible::Visible);
    let shown: Vec<_> = shown.map(|sheet| sheet.name.as_str()).collect();
    let (file, known) = (file.to_owned(), shown.join("`, `"));
    let found = match (wanted, shown.as_slice()) {
        (Some(wanted), _) => match all.iter().find(|sheet| sheet.name == wanted) {
            Some(found) => &found.name,
            None => {
                return Err(SheetFault::NoSheet { file, sheet: wanted.to_owned(), known });
            }
        },
        (None, [only]) => *only,
        (None, _) => return Err(SheetFault::SeveralSheets { file, known }),
    };
    Ok((found.to_owned(), all.len() > 1))
}

/// The rows of a sheet in which a cell stands, one at a time.
pub(super) struct Rows<'a> {
    file: &'a str,
    cells: XlsxCellReader<'a, Bytes>,
    merged: &'a BTreeMap<(u32, u32), u32>,
    is_1904: bool,
    /// The first cell of the next row.
    next: Option<Placed>,
    /// For each column the value of merged cells, and their last row.
    carried: BTreeMap<u32, (u32, Cell)>,
    /// Whether there is no further cell, or none that can be read.
    ended: bool,
}

/// A cell with its row and column, from 0.
struct Placed {
    row: u32,
    column: u32,
    cell: Cell,
}

impl Rows<'_> {
    fn take(&mut self) -> Result<Option<Placed>, SheetFault> {
        if let Some(cell) = self.next.take() {
            return Ok(Some(cell));
        }
        if self.ended {
            return Ok(None);
        }
        let read = self.cells.next_cell().map_err(|error| damaged(self.file, &error))?;
        let Some(read) = read else {
            self.ended = true;
            return Ok(None);
        };
        let (row, column) = read.get_position();
        let cell = cell_of(read.get_value(), self.is_1904);
        if column as usize >= IMPORT_COLUMNS_MAX && !cell.is_empty() {
            let (file, row, columns) = (self.file.to_owned(), row + 1, column as usize + 1);
            return Err(SheetFault::TooManyColumns { file, row, columns, max: IMPORT_COLUMNS_MAX });
        }
        Ok(Some(Placed { row, column, cell }))
    }

    fn row(&mut self) -> Result<Option<Row>, SheetFault> {
        let Some(first) = self.take()? else { return Ok(None) };
        let at = first.row;
        let mut cells = BTreeMap::from([(first.column, first.cell)]);
        while let Some(placed) = self.take()? {
            if placed.row < at {
                let error = format!("row {} stands after row {}", placed.row + 1, at + 1);
                return Err(SheetFault::Damaged { file: self.file.to_owned(), error });
            }
            if placed.row > at {
                self.next = Some(placed);
                break;
            }
            cells.insert(placed.column, placed.cell);
        }
        cells.retain(|_, cell| !cell.is_empty());
        self.carry(at, &mut cells);
        Ok(Some(row_of(at.saturating_add(1), cells)))
    }

    /// What stands in merged cells holds for every row they go over.
    fn carry(&mut self, row: u32, cells: &mut BTreeMap<u32, Cell>) {
        self.carried.retain(|_, (last, _)| row <= *last);
        for (column, (_, cell)) in &self.carried {
            cells.entry(*column).or_insert_with(|| cell.clone());
        }
        for (column, cell) in cells {
            if let Some(last) = self.merged.get(&(row, *column)) {
                self.carried.insert(*column, (*last, cell.clone()));
            }
        }
    }
}

/// Columns that hold something lie within the bound.
fn row_of(number: u32, filled: BTreeMap<u32, Cell>) -> Row {
    let mut cells = Vec::new();
    for (column, cell) in filled {
        cells.resize(column as usize, Cell::Empty);
        cells.push(cell);
    }
    Row { number, cells }
}

impl Iterator for Rows<'_> {
    type Item = Result<Row, SheetFault>;

    fn next(&mut self) -> Option<Result<Row, SheetFault>> {
        let row = self.row();
        self.ended |= row.is_err();
        row.transpose()
    }
}

fn cell_of(value: &DataRef<'_>, is_1904: bool) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::Int(number) => Cell::Number(*number as f64),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::Bool(value) => Cell::Boolean(*value),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text_cell(text)
        }
        DataRef::SharedString(text) => text_cell(text),
        DataRef::Error(error) => Cell::Error(error.to_string()),
        DataRef::DateTime(at) if at.is_duration() => Cell::Number(at.as_f64()),
        DataRef::DateTime(at) => {
            let days = at.as_f64() + if is_1904 { DAYS_TO_1904 } else { 0.0 };
            Cell::of_days(days)
        }
    }
}
