//! A report as comma-separated values (RFC 4180) that a spreadsheet opens as it should: marked as UTF-8, lines by CRLF,
//! bare numbers, and no text that it would take for a formula.

use std::io;

use csv::{Terminator, WriterBuilder};
use dure_engine::report::{Cell, Heading, Show, Table};
use dure_storage::Lang;

use super::cell::shown;
use crate::words;

/// What tells spreadsheets that the file is UTF-8: without it they garble Korean.
const MARK: &str = "\u{feff}";
/// Seconds of a day: spans are in days.
const DAY_SECONDS: f64 = 86_400.0;
/// What a spreadsheet takes for the beginning of a formula, also in the full width of East Asian keyboards.
const FORMULA_STARTS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// The report as bytes: a line of headings, then a line for each row. Lines beneath are left to the reader.
///
/// # Errors
/// Never, as long as every row has a cell for each column.
pub fn table(table: &Table, lang: Lang) -> io::Result<Vec<u8>> {
    let mut writer =
        WriterBuilder::new().terminator(Terminator::CRLF).from_writer(MARK.as_bytes().to_vec());
    let headings = table.columns.iter().enumerate();
    writer.write_record(headings.map(|(at, column)| heading(table, column, at, lang)))?;
    for row in &table.rows {
        let cells = row.iter().zip(&table.columns);
        writer.write_record(cells.map(|(cell, column)| value(cell, column.show, lang)))?;
    }
    writer.into_inner().map_err(|error| error.into_error())
}

/// The title of a column, with the unit of its bare numbers.
fn heading(table: &Table, column: &Heading, at: usize, lang: Lang) -> String {
    let title = column.title.get(lang);
    let cells = || table.rows.iter().filter_map(|row| row.get(at));
    let unit = match column.show {
        Show::Percent => "%",
        _ if cells().any(|cell| matches!(cell, Cell::Span(_))) => words::DAYS_UNIT.get(lang),
        _ => return inert(title),
    };
    if title.contains(unit) { inert(title) } else { inert(&format!("{title} ({unit})")) }
}

fn value(cell: &Cell, show: Show, lang: Lang) -> String {
    match cell {
        Cell::Int(number) => number.to_string(),
        Cell::Tenths(_) => shown(cell, Show::Plain, lang),
        Cell::Span(seconds) => days(*seconds),
        Cell::Empty | Cell::Bool(_) | Cell::Time(_) => shown(cell, show, lang),
        Cell::Text(_) | Cell::Word { .. } | Cell::List(_) => inert(&shown(cell, show, lang)),
    }
}

/// Days with as many decimals as tell minutes apart.
fn days(seconds: i64) -> String {
    let text = format!("{:.4}", seconds as f64 / DAY_SECONDS);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A text that no spreadsheet reckons with: what looks like a formula gets an apostrophe before it.
fn inert(text: &str) -> String {
    if text.starts_with(FORMULA_STARTS) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn lines(lang: Lang) -> Vec<String> {
        let bytes = table(&sample::table(), lang).expect("every row has its cells");
        let text = String::from_utf8(bytes).expect("it is UTF-8");
        let text = text.strip_prefix(MARK).expect("it is marked").to_owned();
        text.split_terminator("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn each_kind_of_cell_has_its_form() {
        let (ko, en) = (lines(Lang::Ko), lines(Lang::En));
        assert_eq!(
            ko[0],
            "이름,종류,금액,비율 (%),받은 때,마감일,걸린 시간 (일),끝남,\"쪽, \"\"수\"\"\""
        );
        assert_eq!(
            en[0],
            "Name,Kind,Amount,Share (%),Received,Due,Lasted (days),Done,\"Pages, \"\"n\"\"\""
        );
        assert_eq!(ko[1], "도서 대출,대출,1200000,66.7,2017-03-10 10:00,2017-03-31,3.5,예,3");
        assert_eq!(en[1], "도서 대출,Lending,1200000,66.7,2017-03-10 10:00,2017-03-31,3.5,yes,3");
        assert_eq!(ko[3], ",,,,,,,,", "what is unknown is empty");
        assert_eq!(ko.len(), 4, "lines beneath are left to the reader");
    }

    #[test]
    fn quotes_commas_and_line_feeds_stay_in_their_cell() {
        let second = lines(Lang::Ko)[2].clone();
        assert!(second.starts_with("\"<script>alert(\"\"1\"\")</script>,\n둘째 줄\","), "{second}");
    }

    #[test]
    fn no_text_becomes_a_formula_and_no_number_becomes_text() {
        for (text, written) in [
            ("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"),
            ("+82", "'+82"),
            ("- 첫째", "'- 첫째"),
            ("@sum", "'@sum"),
            ("\tx", "'\tx"),
            ("\r=1", "'\r=1"),
            ("＝1+1", "'＝1+1"),
            ("a=b", "a=b"),
        ] {
            assert_eq!(value(&Cell::Text(text.to_owned()), Show::Plain, Lang::Ko), written);
            let list = Cell::List(vec![Cell::Text(text.to_owned())]);
            assert_eq!(value(&list, Show::Plain, Lang::Ko), written);
        }
        assert_eq!(value(&Cell::Int(-5), Show::Krw, Lang::Ko), "-5");
        assert_eq!(value(&Cell::Tenths(-5), Show::Percent, Lang::Ko), "-0.5");
    }

    #[test]
    fn a_span_is_in_days() {
        for (seconds, text) in
            [(0, "0"), (86_400, "1"), (129_600, "1.5"), (60, "0.0007"), (-43_200, "-0.5")]
        {
            assert_eq!(days(seconds), text);
        }
    }
}
