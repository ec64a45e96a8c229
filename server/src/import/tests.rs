//! Workbooks as people save them, and as nobody should: what their cells become, and what is told of those that are none.

use std::io::{Cursor, Read, Write};

use chrono::NaiveDate;
use dure_engine::import::{Cell, Encoding, ImportSource, Row};
use dure_engine::model::names::Name;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::{Book, SheetFault};

/// How many damaged workbooks are read.
const DAMAGED: usize = 2_000;

fn source() -> ImportSource {
    ImportSource {
        workflow: Name::new("visit").expect("a name"),
        encoding: None::<Encoding>,
        separator: None,
        sheet: None,
        header: 1,
    }
}

/// A register with one cell of each kind, its place in merged cells.
fn register() -> Vec<u8> {
    let (mut book, plain) = (Workbook::new(), Format::new());
    let (day, moment) = (
        Format::new().set_num_format("yyyy\"년\" m\"월\" d\"일\""),
        Format::new().set_num_format("yyyy-mm-dd hh:mm"),
    );
    let at = |text: &str| ExcelDateTime::parse_from_str(text).expect("a time");
    let sheet = book.add_worksheet().set_name("2017년 접수").expect("a name");
    for (column, title) in ["번호", "날짜", "시각", "금액", "참", "권역"].iter().enumerate()
    {
        sheet.write(0, column as u16, *title).expect("a title");
    }
    for row in [1, 2] {
        sheet.write(row, 0, f64::from(row)).expect("a number");
    }
    sheet.write_datetime_with_format(1, 1, at("2017-03-10"), &day).expect("a day");
    sheet.write_datetime_with_format(1, 2, at("2017-03-10T09:30:00"), &moment).expect("a moment");
    sheet.write(1, 3, 1_200_000).expect("an amount");
    sheet.write(1, 4, true).expect("a truth");
    sheet.merge_range(1, 5, 2, 5, "동쪽", &plain).expect("merged cells");
    sheet.write(3, 0, "3 ").expect("a text");
    book.save_to_buffer().expect("a workbook")
}

fn rows(bytes: Vec<u8>, source: &ImportSource) -> Result<Vec<Row>, SheetFault> {
    Book::xlsx("register.xlsx", bytes, source)?.rows()?.collect()
}

fn code(bytes: Vec<u8>, source: &ImportSource) -> &'static str {
    let found = rows(bytes, source).expect_err("no workbook that can be read");
    found.code().0
}

/// A workbook with the text of its parts changed.
fn rewritten(bytes: &[u8], change: impl Fn(&str, String) -> String) -> Vec<u8> {
    let mut from = ZipArchive::new(Cursor::new(bytes)).expect("a workbook");
    let mut to = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..from.len() {
        let mut part = from.by_index(index).expect("a part");
        let mut text = String::new();
        let name = part.name().expect("a name").into_owned();
        part.read_to_string(&mut text).expect("a part is text");
        to.start_file(&name, SimpleFileOptions::default()).expect("a part is begun");
        to.write_all(change(&name, text).as_bytes()).expect("a part is written");
    }
    to.finish().expect("a workbook").into_inner()
}

fn day(year: i32, month: u32, day: u32) -> Cell {
    let day = NaiveDate::from_ymd_opt(year, month, day).and_then(|day| day.and_hms_opt(0, 0, 0));
    Cell::Moment(day.expect("a day"))
}

#[test]
fn cells_are_what_the_workbook_says_and_merged_ones_hold_for_every_row_they_go_over() {
    let mut book = Book::xlsx("register.xlsx", register(), &source()).expect("a workbook");
    assert_eq!(book.titles, ["번호", "날짜", "시각", "금액", "참", "권역"]);
    assert_eq!(book.count(), Ok(3));
    assert_eq!(book.sheet, None, "there is no other");
    let rows: Vec<Row> = book.rows().expect("rows").map(|row| row.expect("a row")).collect();
    let half_past_nine =
        NaiveDate::from_ymd_opt(2017, 3, 10).and_then(|day| day.and_hms_opt(9, 30, 0));
    let east = Cell::Text("동쪽".to_owned());
    let first = [
        Cell::Number(1.0),
        day(2017, 3, 10),
        Cell::Moment(half_past_nine.expect("a moment")),
        Cell::Number(1_200_000.0),
        Cell::Boolean(true),
        east.clone(),
    ];
    assert_eq!(rows[0], Row { number: 2, cells: first.into() });
    let (empty, second) = (Cell::Empty, Cell::Number(2.0));
    let cells = vec![second, empty.clone(), empty.clone(), empty.clone(), empty, east];
    assert_eq!(rows[1], Row { number: 3, cells });
    assert_eq!(rows[2], Row { number: 4, cells: vec![Cell::Text("3".to_owned())] });
}

#[test]
fn days_are_counted_from_1904_where_a_workbook_says_so() {
    let old = rewritten(&register(), |name, text| match name {
        "xl/workbook.xml" => text.replace("<workbookPr ", "<workbookPr date1904=\"1\" "),
        _ => text,
    });
    assert_eq!(rows(old, &source()).expect("rows")[0].cells[1], day(2021, 3, 11));
}

#[test]
fn the_sheet_is_the_one_that_the_map_names_or_the_only_one_that_is_shown() {
    let mut book = Workbook::new();
    for name in ["접수", "집계", "숨김"] {
        let sheet = book.add_worksheet().set_name(name).expect("a name");
        sheet.write(0, 0, "번호").and_then(|sheet| sheet.write(1, 0, name)).expect("cells");
        sheet.set_hidden(name == "숨김");
    }
    let bytes = book.save_to_buffer().expect("a workbook");
    assert_eq!(code(bytes.clone(), &source()), "E-sheet-several");
    let named = |sheet: &str| ImportSource { sheet: Some(sheet.to_owned()), ..source() };
    assert_eq!(code(bytes.clone(), &named("없음")), "E-sheet-unknown");
    for name in ["집계", "숨김"] {
        let mut book =
            Book::xlsx("register.xlsx", bytes.clone(), &named(name)).expect("a workbook");
        let sheet = book.sheet.clone();
        let row = book.rows().expect("rows").next().expect("a row").expect("it is read");
        assert_eq!((sheet.as_deref(), &row.cells[0]), (Some(name), &Cell::Text(name.to_owned())));
    }
}

#[test]
fn what_is_no_workbook_or_too_much_of_one_is_told_by_its_code() {
    let right = register();
    let far = rewritten(&right, |_, text| text.replace("r=\"A4\"", "r=\"ZZ4\""));
    let back = rewritten(&right, |_, text| text.replace("r=\"A4\"", "r=\"A1\""));
    let mut bomb = ZipWriter::new(Cursor::new(Vec::new()));
    bomb.start_file("xl/sharedStrings.xml", SimpleFileOptions::default()).expect("a part");
    for _ in 0..257 {
        bomb.write_all(&[b' '; 1024 * 1024]).expect("a part is written");
    }
    let bomb = bomb.finish().expect("an archive").into_inner();
    assert!(bomb.len() < 1024 * 1024);
    for (bytes, expected) in [
        (b"\xD0\xCF\x11\xE0".to_vec(), "E-sheet-not-xlsx"),
        ("번호,날짜\n".into(), "E-sheet-not-xlsx"),
        (right[..right.len() / 2].to_vec(), "E-sheet-damaged"),
        (rewritten(&right, |_, _| "<a/>".to_owned()), "E-sheet-damaged"),
        (far, "E-sheet-columns"),
        (back, "E-sheet-damaged"),
        (bomb, "E-sheet-unpacked"),
    ] {
        assert_eq!(code(bytes, &source()), expected);
    }
}

/// The parts are changed within the archive, for a changed archive fails by its checksums before anything is read.
#[test]
fn no_damage_to_a_workbook_is_more_than_a_fault() {
    let right = register();
    let mut state = 1_u64;
    let mut next = |below: usize| {
        // A linear congruential generator: the same damage every time.
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below.max(1)
    };
    for _ in 0..DAMAGED {
        let (part, at, length) = (next(16), next(4_000), next(12));
        let with = ["", "<", "\"", "99999999999", "-1", "&#x;", "NaN", "-1e400", "é"][next(9)];
        let seen = std::cell::Cell::new(0);
        let bytes = rewritten(&right, |_, text| {
            seen.set(seen.get() + 1);
            match seen.get() == part && text.is_ascii() {
                true => {
                    let from = at.min(text.len());
                    let to = (from + length).min(text.len());
                    format!("{}{with}{}", &text[..from], &text[to..])
                }
                false => text,
            }
        });
        let _ = rows(bytes, &source());
    }
}
