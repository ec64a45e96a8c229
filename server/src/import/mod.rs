//! From the bytes of a file to the rows of a sheet. Knows the formats of files and their bounds; what the rows mean is
//! for the engine.

mod csv;
mod fault;
mod xlsx;

#[cfg(test)]
mod tests;

use dure_engine::import::{Cell, ImportSource, Row};
use dure_engine::model::composed::composed_text;
use sha2::{Digest, Sha256};

use self::csv::Csv;
use self::xlsx::Workbook;
use crate::limits::{IMPORT_CELL_CHARS_MAX, IMPORT_COLUMNS_MAX, IMPORT_ROWS_MAX};

pub use fault::{SHEET_CODES, SheetFault};

/// A sheet in memory whose rows are read one after the other, as often as they are needed.
pub struct Book {
    file: String,
    /// The SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// The name of the sheet, where the file has several.
    pub sheet: Option<String>,
    format: Format,
    header: u32,
    /// The titles of the columns.
    pub titles: Vec<String>,
}

impl Book {
    /// A file of comma-separated values.
    ///
    /// # Errors
    /// If it is none, or has no titles.
    pub fn csv(file: &str, bytes: &[u8], source: &ImportSource) -> Result<Book, SheetFault> {
        let format = Format::Csv(Csv::of(file, bytes, source)?);
        Book::of(file, sha256(bytes), format, source)
    }

    /// An Excel workbook.
    ///
    /// # Errors
    /// If it is none, unpacks to too much, has not the sheet that is wanted, or that has no titles.
    pub fn xlsx(file: &str, bytes: Vec<u8>, source: &ImportSource) -> Result<Book, SheetFault> {
        let sha256 = sha256(&bytes);
        let format = Format::Xlsx(Box::new(Workbook::of(file, bytes, source)?));
        Book::of(file, sha256, format, source)
    }

    fn of(
        file: &str,
        sha256: String,
        format: Format,
        source: &ImportSource,
    ) -> Result<Book, SheetFault> {
        let (sheet, titles) = (format.sheet(), Vec::new());
        let file = file.to_owned();
        let mut book = Book { file, sha256, sheet, format, header: source.header, titles };
        book.titles = book.read_titles()?;
        Ok(book)
    }

    /// The rows below the titles.
    ///
    /// # Errors
    /// If the sheet cannot be begun to be read.
    pub fn rows(
        &mut self,
    ) -> Result<impl Iterator<Item = Result<Row, SheetFault>> + '_, SheetFault> {
        let (file, header) = (&self.file, self.header);
        let below = move |row: &Result<Row, SheetFault>| {
            row.as_ref().map_or(true, |row| row.number > header)
        };
        Ok(self.format.rows()?.map(|row| bounded(file, row?)).filter(below))
    }

    /// How many rows below the titles hold something. What is wrong with the file is found here, before any row is
    /// brought in.
    ///
    /// # Errors
    /// If it cannot be read to its end, or there are none.
    pub fn count(&mut self) -> Result<usize, SheetFault> {
        let mut count = 0;
        for row in self.rows()? {
            count += usize::from(!row?.is_blank());
        }
        match count {
            0 => Err(SheetFault::NoRows { file: self.file.clone(), header: self.header }),
            count => Ok(count),
        }
    }

    fn read_titles(&mut self) -> Result<Vec<String>, SheetFault> {
        let (file, header) = (&self.file, self.header);
        let none = || SheetFault::NoTitles { file: file.clone(), header };
        for row in self.format.rows()? {
            let row = bounded(file, row?)?;
            if row.number < header {
                continue;
            }
            let titled = row.number == header && !row.is_blank();
            let titles = row.cells.iter().map(Cell::text).collect();
            return if titled { Ok(titles) } else { Err(none()) };
        }
        Err(none())
    }
}

/// What a file is written as.
enum Format {
    Csv(Csv),
    Xlsx(Box<Workbook>),
}

impl Format {
    /// The name of the sheet, where there are several.
    fn sheet(&self) -> Option<String> {
        match self {
            Format::Csv(_) => None,
            Format::Xlsx(book) => book.several.then(|| book.sheet().to_owned()),
        }
    }

    fn rows(
        &mut self,
    ) -> Result<Box<dyn Iterator<Item = Result<Row, SheetFault>> + '_>, SheetFault> {
        match self {
            Format::Csv(csv) => Ok(Box::new(csv.rows())),
            Format::Xlsx(book) => Ok(Box::new(book.rows()?)),
        }
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A row without the empty cells at its end, if it is within the bounds.
fn bounded(file: &str, mut row: Row) -> Result<Row, SheetFault> {
    let (file, number) = (|| file.to_owned(), row.number);
    let used = row.cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
    row.cells.truncate(used);
    if number > IMPORT_ROWS_MAX {
        return Err(SheetFault::TooManyRows { file: file(), max: IMPORT_ROWS_MAX });
    }
    if used > IMPORT_COLUMNS_MAX {
        let (columns, max) = (used, IMPORT_COLUMNS_MAX);
        return Err(SheetFault::TooManyColumns { file: file(), row: number, columns, max });
    }
    let is_long = |cell: &Cell| match cell {
        Cell::Text(text) => text.chars().count() > IMPORT_CELL_CHARS_MAX,
        Cell::Empty | Cell::Number(_) | Cell::Boolean(_) | Cell::Moment(_) | Cell::Error(_) => {
            false
        }
    };
    if row.cells.iter().any(is_long) {
        let max = IMPORT_CELL_CHARS_MAX;
        return Err(SheetFault::CellTooLong { file: file(), row: number, max });
    }
    Ok(row)
}

/// A cell of text: composed letters, however the file has them, and no blanks around.
fn text_cell(text: &str) -> Cell {
    match text.trim() {
        "" => Cell::Empty,
        text => Cell::Text(composed_text(text.to_owned())),
    }
}
