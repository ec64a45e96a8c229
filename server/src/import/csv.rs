//! Comma-separated values: their letters are told by a mark at the beginning of the file or by the map, never guessed.

use csv::{Reader, ReaderBuilder, StringRecord};
use dure_engine::import::{Encoding, ImportSource, Row};
use encoding_rs::EUC_KR;

use super::fault::SheetFault;
use super::text_cell;

/// What workbooks begin with, those of today and those of before 2007.
const WORKBOOKS: [&[u8]; 2] = [b"PK\x03\x04", b"\xD0\xCF\x11\xE0"];

/// A file in memory.
pub(super) struct Csv {
    text: String,
    separator: u8,
}

impl Csv {
    pub(super) fn of(file: &str, bytes: &[u8], source: &ImportSource) -> Result<Csv, SheetFault> {
        if WORKBOOKS.iter().any(|workbook| bytes.starts_with(workbook)) {
            return Err(SheetFault::NotCsv { file: file.to_owned() });
        }
        let text = text(file, bytes, source.encoding)?;
        if text.contains('\0') {
            return Err(SheetFault::NotCsv { file: file.to_owned() });
        }
        let separator = source.separator.and_then(|letter| u8::try_from(letter).ok());
        Ok(Csv { text, separator: separator.unwrap_or(b',') })
    }

    pub(super) fn rows(&self) -> Rows<'_> {
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.separator)
            .from_reader(self.text.as_bytes());
        Rows { text: &self.text, reader, record: StringRecord::new(), number: 0 }
    }
}

fn text(file: &str, bytes: &[u8], said: Option<Encoding>) -> Result<String, SheetFault> {
    let marked = encoding_rs::Encoding::for_bom(bytes);
    let (encoding, skipped) = match (marked, said) {
        (Some(marked), _) => marked,
        (None, Some(Encoding::Cp949)) => (EUC_KR, 0),
        (None, Some(Encoding::Utf8) | None) => (encoding_rs::UTF_8, 0),
    };
    let read = encoding.decode_without_bom_handling_and_without_replacement(&bytes[skipped..]);
    read.map(String::from).ok_or_else(|| {
        let (encoding, other) = match encoding == EUC_KR {
            true => ("cp949", "utf-8"),
            false => ("utf-8", "cp949"),
        };
        SheetFault::Letters { file: file.to_owned(), encoding, other }
    })
}

/// The rows of a file, one at a time.
pub(super) struct Rows<'a> {
    text: &'a str,
    reader: Reader<&'a [u8]>,
    record: StringRecord,
    number: u32,
}

impl Iterator for Rows<'_> {
    type Item = Result<Row, SheetFault>;

    fn next(&mut self) -> Option<Result<Row, SheetFault>> {
        let at = self.reader.position().byte() as usize;
        // The text is in memory and UTF-8, and rows of any length are taken: nothing is left to fail.
        let read = self.reader.read_record(&mut self.record).unwrap_or(false);
        if !read {
            return None;
        }
        self.number = self.number.saturating_add(1 + blank_lines(self.text, at));
        let cells = self.record.iter().map(text_cell).collect();
        Some(Ok(Row { number: self.number, cells }))
    }
}

/// The reader passes over empty lines, which are rows all the same.
fn blank_lines(text: &str, at: usize) -> u32 {
    let bytes = text.as_bytes();
    let mut rest = bytes.get(at..).unwrap_or_default();
    // The line feed of the line before, if the reader stopped at its carriage return.
    if at > 0 && bytes.get(at - 1) == Some(&b'\r') {
        rest = rest.strip_prefix(b"\n").unwrap_or(rest);
    }
    let mut lines = 0;
    while let [b'\r' | b'\n', ..] = rest {
        rest = rest.strip_prefix(b"\r\n").unwrap_or_else(|| &rest[1..]);
        lines += 1;
    }
    lines
}
