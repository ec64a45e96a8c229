//! A report as an Excel workbook: typed cells under a header that stays and filters, and a second sheet that says what
//! the report is. The same table gives the same bytes.

use chrono::TimeDelta;
use dure_engine::report::{Cell, Heading, Notice, Show, Table};
use dure_storage::Lang;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};
use unicode_width::UnicodeWidthStr;

use super::cell::{date, shown};
use super::foot;
use super::look::{Look, Looks};
use crate::limits::{
    SHEET_CELL_UNITS_MAX, SHEET_COLUMN_WIDTH_MAX, SHEET_COLUMN_WIDTH_MIN, SHEET_NAME_UNITS_MAX,
};
use crate::moment::{ends_day, seoul};
use crate::words;

/// What a sheet's name may not have.
const FORBIDDEN_IN_NAMES: [char; 7] = ['[', ']', ':', '*', '?', '/', '\\'];
/// The name that Excel keeps for itself.
const RESERVED_NAME: &str = "history";
/// Columns a cell's text leaves free: the arrow of the filter stands there.
const FILTER_ARROW_WIDTH: usize = 3;
/// A4, by the number Excel has for it.
const PAPER_A4: u8 = 9;
/// Seconds of a day: Excel counts days.
const DAY_SECONDS: f64 = 86_400.0;
/// Days from Excel's day 0 to 1970-01-01.
const EPOCH_DAY: f64 = 25_569.0;
/// The days that Excel and the calendar count alike: from 1900-03-01 up to the year 9999.
const DAYS: std::ops::Range<f64> = 61.0..2_958_466.0;

/// The report as the bytes of a workbook.
///
/// # Errors
/// If it is larger than a workbook can be.
pub fn table(table: &Table, lang: Lang) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let title = table.title.get(lang);
    let created = ExcelDateTime::from_timestamp(table.at.timestamp())?;
    let about = table.answers.get(lang);
    let properties = DocProperties::new().set_title(title).set_subject(about);
    book.set_properties(&properties.set_creation_datetime(&created));
    let looks = Looks::new(lang);
    rows(book.add_worksheet().set_name(sheet_name(table, lang))?, table, &looks, lang)?;
    let about = book.add_worksheet().set_name(words::ABOUT_REPORT.get(lang))?;
    facts(about, table, &looks, lang)?;
    book.save_to_buffer()
}

/// The title as the name of a sheet; where nothing of it is left, or it is taken, the name of the report.
fn sheet_name(table: &Table, lang: Lang) -> String {
    let fitting = |text: &str| {
        let allowed = text.chars().map(|letter| match letter {
            forbidden if forbidden.is_control() || FORBIDDEN_IN_NAMES.contains(&forbidden) => ' ',
            other => other,
        });
        let words = allowed.collect::<String>();
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let cut = cut(words.trim_matches('\''), SHEET_NAME_UNITS_MAX);
        cut.trim_matches(['\'', ' ']).to_owned()
    };
    let name = fitting(table.title.get(lang));
    let taken = [RESERVED_NAME, &words::ABOUT_REPORT.get(lang).to_lowercase()]
        .contains(&name.to_lowercase().as_str());
    if name.is_empty() || taken { fitting(table.report.as_str()) } else { name }
}

/// The beginning of a text that has at most so many UTF-16 units, which is what Excel counts.
fn cut(text: &str, units_max: usize) -> &str {
    let mut units = 0;
    let past = text.char_indices().find(|(_, letter)| {
        units += letter.len_utf16();
        units > units_max
    });
    past.map_or(text, |(at, _)| &text[..at])
}

fn rows(sheet: &mut Worksheet, table: &Table, looks: &Looks, lang: Lang) -> Result<(), XlsxError> {
    let mut pen = Pen { sheet, looks, lang, widths: vec![0; table.columns.len()] };
    for (at, column) in (0..).zip(&table.columns) {
        pen.heading(at, column)?;
    }
    let foot = foot::lines(table, lang);
    let lines = table.rows.iter().map(|cells| (cells, false));
    let lines = lines.chain(foot.iter().map(|cells| (cells, true)));
    for (row, (cells, bold)) in (1..).zip(lines) {
        for (at, (cell, column)) in (0..).zip(cells.iter().zip(&table.columns)) {
            pen.cell((row, at), cell, column.show, bold)?;
        }
    }
    for (at, width) in (0..).zip(pen.widths) {
        let width = width.clamp(SHEET_COLUMN_WIDTH_MIN, SHEET_COLUMN_WIDTH_MAX);
        sheet.set_column_width(at, width as f64)?;
    }
    let last_column = (table.columns.len() as u16).saturating_sub(1);
    sheet.autofilter(0, 0, table.rows.len() as u32, last_column)?;
    sheet.set_freeze_panes(1, 0)?.set_repeat_rows(0, 0)?;
    sheet.set_landscape().set_paper_size(PAPER_A4).set_print_fit_to_pages(1, 0);
    sheet.set_footer("&C&P / &N");
    Ok(())
}

/// Writes cells and keeps how wide each column has to be.
struct Pen<'a> {
    sheet: &'a mut Worksheet,
    looks: &'a Looks,
    lang: Lang,
    widths: Vec<usize>,
}

impl Pen<'_> {
    fn heading(&mut self, column: u16, heading: &Heading) -> Result<(), XlsxError> {
        let title = cut(heading.title.get(self.lang), SHEET_CELL_UNITS_MAX);
        self.widen(column, title, FILTER_ARROW_WIDTH);
        self.sheet.write_string_with_format(0, column, title, self.looks.heading())?;
        Ok(())
    }

    fn cell(
        &mut self,
        place: (u32, u16),
        cell: &Cell,
        show: Show,
        bold: bool,
    ) -> Result<(), XlsxError> {
        let text = shown(cell, show, self.lang);
        self.widen(place.1, &text, 1);
        let (row, column) = place;
        match (typed(cell, show), cell) {
            (_, Cell::Empty) => {}
            (_, Cell::Bool(value)) => {
                let look = self.looks.of(Look::Text, bold);
                self.sheet.write_boolean_with_format(row, column, *value, look)?;
            }
            (Some((number, look)), _) => {
                let look = self.looks.of(look, bold);
                self.sheet.write_number_with_format(row, column, number, look)?;
            }
            (None, _) => {
                let (text, look) =
                    (cut(&text, SHEET_CELL_UNITS_MAX), self.looks.of(Look::Text, bold));
                self.sheet.write_string_with_format(row, column, text, look)?;
            }
        }
        Ok(())
    }

    fn widen(&mut self, column: u16, text: &str, beside: usize) {
        let width = text.lines().map(UnicodeWidthStr::width).max().unwrap_or_default() + beside;
        if let Some(known) = self.widths.get_mut(usize::from(column)) {
            *known = width.max(*known);
        }
    }
}

/// The number that Excel keeps for a cell, and how it shows it; nothing for what is text to it.
fn typed(cell: &Cell, show: Show) -> Option<(f64, Look)> {
    if let Some(day) = date(cell, show) {
        let midnight = day.and_hms_opt(0, 0, 0)?.and_utc();
        return Some((serial(midnight.timestamp())?, Look::Day));
    }
    match cell {
        Cell::Int(number) if show == Show::Krw => Some((*number as f64, Look::Krw)),
        Cell::Int(number) if show == Show::Percent => Some((*number as f64 / 100.0, Look::Percent)),
        Cell::Int(number) => Some((*number as f64, Look::Whole)),
        Cell::Tenths(tenths) if show == Show::Percent => {
            Some((*tenths as f64 / 1000.0, Look::PercentTenths))
        }
        Cell::Tenths(tenths) => Some((*tenths as f64 / 10.0, Look::Tenths)),
        Cell::Time(at) => {
            // A workbook has no 24:00: the last minute of the day stands for its end.
            let early = if show == Show::Due && ends_day(*at) { 1 } else { 0 };
            let at = *at - TimeDelta::minutes(early);
            let local = at.with_timezone(&seoul()).naive_local().and_utc();
            Some((serial(local.timestamp())?, Look::Minute))
        }
        Cell::Span(seconds) => Some((*seconds as f64 / DAY_SECONDS, Look::Days)),
        Cell::Empty | Cell::Bool(_) | Cell::Text(_) | Cell::Word { .. } | Cell::List(_) => None,
    }
}

/// The number of a time; none where Excel has none.
fn serial(seconds: i64) -> Option<f64> {
    let days = seconds as f64 / DAY_SECONDS + EPOCH_DAY;
    DAYS.contains(&days).then_some(days)
}

/// The sheet that says what the report is.
fn facts(sheet: &mut Worksheet, table: &Table, looks: &Looks, lang: Lang) -> Result<(), XlsxError> {
    let told = |notice: &Notice| {
        let Notice { of, column, reason } = notice;
        Cell::Text(format!("{of} {column}: {}", reason.get(lang)))
    };
    let more = table.noticed.saturating_sub(table.notices.len());
    let more = (more > 0).then(|| Cell::Text(words::more_notices(lang, more)));
    let text = |text: &str| Cell::Text(text.to_owned());
    let count = |count: u64| Cell::Int(i64::try_from(count).unwrap_or(i64::MAX));
    let mut facts = vec![
        (words::REPORT, text(table.title.get(lang))),
        (words::QUESTION, text(table.answers.get(lang))),
        (words::AS_OF, Cell::Time(table.at)),
        (words::EVENTS_READ, count(table.events)),
        (words::ROOT, text(&table.root.to_string())),
        (words::ROWS, count(table.rows.len() as u64)),
    ];
    let notices = table.notices.iter().map(told).chain(more);
    facts.extend(notices.map(|notice| (words::NOTICES, notice)));
    let mut pen = Pen { sheet, looks, lang, widths: vec![0; 2] };
    for (row, (word, cell)) in (0..).zip(&facts) {
        pen.cell((row, 0), &text(word.get(lang)), Show::Plain, true)?;
        pen.cell((row, 1), cell, Show::Plain, false)?;
    }
    for (at, width) in (0..).zip(pen.widths) {
        let width = width.clamp(SHEET_COLUMN_WIDTH_MIN, SHEET_COLUMN_WIDTH_MAX);
        sheet.set_column_width(at, width as f64)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
    use dure_engine::model::names::Text;

    use super::super::sample;
    use super::*;

    fn read(table: &Table, lang: Lang) -> Xlsx<Cursor<Vec<u8>>> {
        let bytes = super::table(table, lang).expect("it fits a workbook");
        open_workbook_from_rs(Cursor::new(bytes)).expect("it is a workbook")
    }

    fn line(book: &mut Xlsx<Cursor<Vec<u8>>>, sheet: &str, row: usize) -> Vec<Data> {
        let range = book.worksheet_range(sheet).expect("the sheet");
        range.rows().nth(row).expect("the row").to_vec()
    }

    fn text(text: &str) -> Data {
        Data::String(text.to_owned())
    }

    /// A cell that Excel shows as a time, by its serial number.
    #[track_caller]
    fn assert_time(cell: &Data, serial: f64) {
        assert!(matches!(cell, Data::DateTime(at) if at.is_datetime()), "{cell:?}");
        let Data::DateTime(at) = cell else { return };
        assert!((at.as_f64() - serial).abs() < 1e-6, "{cell:?} is not {serial}");
    }

    #[test]
    fn each_kind_of_cell_comes_back_with_its_type() {
        let mut book = read(&sample::table(), Lang::Ko);
        let sheet = book.sheet_names()[0].clone();
        let first = line(&mut book, &sheet, 1);
        assert_eq!(
            first[0..4],
            [text("도서 대출"), text("대출"), Data::Float(1_200_000.0), Data::Float(0.667)]
        );
        assert_time(&first[4], 42_804.0 + 10.0 / 24.0);
        assert_time(&first[5], 42_825.0);
        assert_eq!(first[6..], [Data::Float(3.5), Data::Bool(true), Data::Float(3.0)]);
        let second = line(&mut book, &sheet, 2);
        assert_eq!(second[0], text("<script>alert(\"1\")</script>,\n둘째 줄"));
        assert_eq!(second[1], text("대출, =1+1"));
        assert_eq!(second[2..4], [Data::Float(-12_000.0), Data::Float(0.4)]);
        assert_time(&second[5], 42_804.0);
        assert!(line(&mut book, &sheet, 3).iter().all(|cell| *cell == Data::Empty));
        let foot = line(&mut book, &sheet, 4);
        assert_eq!((&foot[0], &foot[2]), (&text("합계"), &Data::Float(1_188_000.0)));
    }

    #[test]
    fn no_text_becomes_a_formula() {
        let mut harmful = sample::table();
        harmful.rows[0][0] = Cell::Text("=HYPERLINK(\"http://x\")".to_owned());
        let mut book = read(&harmful, Lang::En);
        let sheet = book.sheet_names()[0].clone();
        assert_eq!(line(&mut book, &sheet, 1)[0], text("=HYPERLINK(\"http://x\")"));
        let formulas = book.worksheet_formula(&sheet).expect("the sheet");
        assert!(formulas.rows().flatten().all(String::is_empty));
    }

    #[test]
    fn headings_and_sheets_are_named_in_the_language_of_the_reader() {
        for (lang, sheets, heading) in [
            (Lang::Ko, ["처리 대장 2017 3", "보고서 정보"], "이름"),
            (Lang::En, ["Register of requests 2017 3", "About this report"], "Name"),
        ] {
            let mut book = read(&sample::table(), lang);
            assert_eq!(book.sheet_names(), sheets);
            assert_eq!(line(&mut book, sheets[0], 0)[0], text(heading));
        }
    }

    #[test]
    fn a_second_sheet_says_what_the_report_is() {
        let mut book = read(&sample::table(), Lang::En);
        let range = book.worksheet_range("About this report").expect("the sheet");
        let facts: Vec<_> = range.rows().map(<[Data]>::to_vec).collect();
        assert_eq!(facts[0][1], text("Register [of] requests: 2017/3"));
        assert_eq!(facts[1][1], text("What there was"));
        assert_time(&facts[2][1], 42_804.0 + 10.0 / 24.0);
        assert_eq!((&facts[3][1], &facts[5][1]), (&Data::Float(551.0), &Data::Float(3.0)));
        assert_eq!(facts[4][1], text(&"ab".repeat(32)));
        assert_eq!(facts[6][1], text("SR-2017-0001 share: division by zero"));
        assert_eq!(facts[7][1], text("and 2 more that could not be shown"));
    }

    #[test]
    fn a_sheet_is_named_as_excel_allows() {
        let named = |title: &str| {
            let title = Text { ko: title.into(), en: title.into() };
            sheet_name(&Table { title, ..sample::table() }, Lang::En)
        };
        for (title, name) in [
            ("거점별 처리 대기", "거점별 처리 대기"),
            ("a/b\\c*d?e:f[g]", "a b c d e f g"),
            ("'quoted'", "quoted"),
            (
                "작은도서관 지원 요청 처리대장 작은도서관 지원 요청 처리대장",
                "작은도서관 지원 요청 처리대장 작은도서관 지원 요청 처리",
            ),
            ("History", "sample"),
            ("about this report", "sample"),
            (" : ", "sample"),
            (
                "\u{1F4DA}\u{1F4DA}\u{1F4DA}\u{1F4DA}\u{1F4DA}\u{1F4DA}\u{1F4DA}\u{1F4DA}\u{1F4DA}\u{1F4DA}\u{1F4DA}\u{1F4DA}\u{1F4DA}\u{1F4DA}\u{1F4DA}\u{1F4DA}",
                "\u{1F4DA}\u{1F4DA}\u{1F4DA}\u{1F4DA}\u{1F4DA}\u{1F4DA}\u{1F4DA}\u{1F4DA}\u{1F4DA}\u{1F4DA}\u{1F4DA}\u{1F4DA}\u{1F4DA}\u{1F4DA}\u{1F4DA}",
            ),
        ] {
            assert_eq!(named(title), name);
        }
    }

    #[test]
    fn what_a_workbook_cannot_hold_is_cut_or_stays_text() {
        let mut table = sample::table();
        table.rows[0][0] = Cell::Text("가".repeat(40_000));
        table.rows[0][5] = Cell::Text("1899-12-31".to_owned());
        let mut book = read(&table, Lang::Ko);
        let sheet = book.sheet_names()[0].clone();
        let first = line(&mut book, &sheet, 1);
        assert_eq!(first[0], text(&"가".repeat(SHEET_CELL_UNITS_MAX)));
        assert_eq!(first[5], text("1899-12-31"));
    }

    #[test]
    fn the_same_table_gives_the_same_bytes() {
        let bytes = || super::table(&sample::table(), Lang::Ko).expect("it fits a workbook");
        assert_eq!(bytes(), bytes());
    }
}
