//! What cells become by the fields of a form, and what is told of a map that cannot be right.

use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::{Cell, Row};
use crate::language::{self, Diagnostics};
use crate::model::definition::Definition;
use crate::model::names::PersonId;

const NOTE: &str = "
workflow: note
version: 1
title: {ko: 메모, en: Note}
roles: {clerk: {ko: 접수자, en: Clerk}}
data: {what: {type: string, title: {ko: 무엇, en: What}}}
start:
  by: clerk
  form:
    what:   {type: string, minLength: 2, maxLength: 40, title: {ko: 무엇, en: What}}
    won:    {type: krw, optional: true, title: {ko: 금액, en: Amount}}
    day:    {type: date, optional: true, title: {ko: 날, en: Day}}
    urgent: {type: boolean, optional: true, title: {ko: 긴급, en: Urgent}}
    kind:   {optional: true, title: {ko: 종류, en: Kind}, enum: {repair: {ko: 유지보수, en: Repair}, loan: {ko: 대출, en: Loan}}}
    people: {type: array, optional: true, items: {type: person}, title: {ko: 사람, en: People}}
    parts:  {type: object, optional: true, title: {ko: 부분, en: Parts}, fields: {a: {type: string, title: {ko: 가, en: A}}}}
  set: {what: form.what}
  to: look
steps:
  look: {title: {ko: 보기, en: Look}, by: clerk, to: seen}
ends: {seen: {title: {ko: 봄, en: Seen}}}
";
const MAP: &str = "
import: notes
workflow: note
key: no
occurred_at: {column: at, time: \"09:00\"}
by: {column: by, values: {창구: clerk-01}}
form:
  what: what
  won: won
  day: day
  urgent: {column: urgent, values: {O: true, X: false}}
  kind: {column: kind, values: {고침: repair}}
  people: {column: people, separator: \",\"}
";
const TITLES: [&str; 9] = ["no", "at", "by", "what", "won", "day", "urgent", "kind", "people"];

fn note() -> Arc<Definition> {
    Arc::new(language::read("note.yaml", NOTE, &|_| None).unwrap_or_else(|found| panic!("{found}")))
}

fn map(text: &str) -> Result<super::ImportMap, Diagnostics> {
    let titles = TITLES.map(str::to_owned);
    language::read_import("map.yaml", text, &note(), &titles)
}

fn text(cell: &str) -> Cell {
    if cell.is_empty() { Cell::Empty } else { Cell::Text(cell.to_owned()) }
}

/// A row that is right, but for one cell.
fn row_with(column: &str, cell: Cell) -> Row {
    let right = ["1", "2017-03-10", "창구", "메모", "", "", "", "", ""];
    let mut cells: Vec<Cell> = right.map(text).into();
    let index = TITLES.iter().position(|title| *title == column).unwrap_or(TITLES.len());
    cells.resize(cells.len().max(index + 1), Cell::Empty);
    cells[index] = cell;
    Row { number: 2, cells }
}

/// The form of a row, or the codes of what is wrong with it.
fn read(row: &Row) -> Result<Value, Vec<String>> {
    let map = map(MAP).unwrap_or_else(|found| panic!("{found}"));
    match map.wanted(row, None) {
        Ok(wanted) => Ok(Value::Object(wanted.request.act.form)),
        Err(faults) => Err(faults.iter().map(|fault| fault.code.0.to_owned()).collect()),
    }
}

#[test]
fn a_cell_becomes_what_its_field_must_be() {
    let day = NaiveDate::from_ymd_opt(2017, 3, 10).and_then(|day| day.and_hms_opt(0, 0, 0));
    for (column, cell, value) in [
        ("won", text("1200000"), json!(1_200_000)),
        ("won", text("1,200,000"), json!(1_200_000)),
        ("won", text(" 1,200,000 원 "), json!(1_200_000)),
        ("won", text("₩500"), json!(500)),
        ("won", Cell::Number(1_200_000.0), json!(1_200_000)),
        ("day", text("2017-03-10"), json!("2017-03-10")),
        ("day", text("2017. 3. 10."), json!("2017-03-10")),
        ("day", text("2017.3.10"), json!("2017-03-10")),
        ("day", text("2017/3/10"), json!("2017-03-10")),
        ("day", text("2017년 3월 10일"), json!("2017-03-10")),
        ("day", text("20170310"), json!("2017-03-10")),
        ("day", day.map_or(Cell::Empty, Cell::Moment), json!("2017-03-10")),
        ("urgent", text("O"), json!(true)),
        ("urgent", text("X"), json!(false)),
        ("urgent", Cell::Boolean(true), json!(true)),
        ("kind", text("고침"), json!("repair")),
        ("kind", text("유지보수"), json!("repair")),
        ("kind", text("Loan"), json!("loan")),
        ("kind", text("loan"), json!("loan")),
        ("people", text("p-1, p-2"), json!(["p-1", "p-2"])),
    ] {
        let form =
            read(&row_with(column, cell.clone())).unwrap_or_else(|e| panic!("{cell:?}: {e:?}"));
        assert_eq!(form[column], value, "{cell:?}");
    }
    assert_eq!(
        read(&row_with("won", Cell::Empty)),
        Ok(json!({"what": "메모"})),
        "empty is not filled in"
    );
}

#[test]
fn a_cell_that_cannot_be_is_told_by_its_code() {
    for (column, cell, code) in [
        ("won", text("12억"), "E-import-cell-number"),
        ("won", text("1,2"), "E-import-cell-number"),
        ("won", text("1,,200"), "E-import-cell-number"),
        ("won", text("-"), "E-import-cell-number"),
        ("won", Cell::Number(1.5), "E-import-cell-number"),
        ("won", Cell::Number(f64::INFINITY), "E-import-cell-number"),
        ("won", text("99999999999999999999"), "E-import-cell-number"),
        ("day", text("3. 10."), "E-import-cell-day"),
        ("day", text("17.3.10"), "E-import-cell-day"),
        ("day", text("2017-02-30"), "E-import-cell-day"),
        ("day", Cell::Number(42_804.0), "E-import-cell-day"),
        ("at", text("어제"), "E-import-cell-day"),
        ("at", Cell::Empty, "E-import-cell-empty"),
        ("no", Cell::Empty, "E-import-cell-empty"),
        ("by", Cell::Empty, "E-import-cell-empty"),
        ("by", text("누구 씨"), "E-import-cell-id"),
        ("urgent", text("△"), "E-import-cell-choice"),
        ("kind", text("없는 종류"), "E-import-cell-choice"),
        ("won", Cell::Error("#DIV/0!".to_owned()), "E-import-cell-formula"),
        ("beyond", text("메모"), "E-import-row-long"),
    ] {
        assert_eq!(read(&row_with(column, cell.clone())), Err(vec![code.to_owned()]), "{cell:?}");
    }
}

#[test]
fn the_key_is_made_of_the_map_and_the_cells_named_and_of_nothing_else() {
    let key = |text: &str, row: &Row| {
        let map = map(text).unwrap_or_else(|found| panic!("{found}"));
        map.wanted(row, None).map(|wanted| wanted.request.act.idempotency_key)
    };
    let row = row_with("what", text("메모"));
    assert_eq!(key(MAP, &row), key(MAP, &row_with("what", text("다른 메모"))));
    assert_eq!(key(MAP, &row_with("no", Cell::Number(1.0))), key(MAP, &row));
    assert_ne!(key(MAP, &row_with("no", text("2"))), key(MAP, &row));
    assert_ne!(key(&MAP.replace("import: notes", "import: others"), &row), key(MAP, &row));
    let (ab, ba) = (row_with("no", text("ab")), row_with("no", text("a")));
    let two = MAP.replace("key: no", "key: [no, what]");
    let ba = Row {
        cells: {
            let mut cells = ba.cells;
            cells[3] = text("b메모");
            cells
        },
        ..ba
    };
    assert_ne!(key(&two, &ab), key(&two, &ba), "where one cell ends matters");
}

#[test]
fn whoever_runs_the_import_acts_where_the_map_does_not_say() {
    let unsaid = MAP.replace("by: {column: by, values: {창구: clerk-01}}\n", "");
    let map = map(&unsaid).unwrap_or_else(|found| panic!("{found}"));
    let clerk = PersonId::new("clerk-09").expect("an id");
    let wanted = map.wanted(&row_with("by", Cell::Empty), Some(&clerk)).expect("a request");
    assert_eq!(wanted.request.act.by, clerk);
    let at = wanted.request.act.occurred_at.expect("a time");
    assert_eq!(at.to_rfc3339(), "2017-03-10T00:00:00+00:00", "nine in Seoul");
}

#[test]
fn a_map_that_cannot_be_right_is_told_by_its_codes() {
    for (from, to, code) in [
        ("key: no", "keys: no", "E-import-key"),
        ("key: no", "key: nein", "E-import-column"),
        ("  what: what\n", "", "E-import-missing"),
        ("  what: what", "  what: 7", "E-import-kind"),
        ("import: notes", "import: Notes", "E-import-name"),
        ("  won: won", "  money: won", "E-import-unknown-name"),
        ("  won: won", "  won: {value: -1}", "E-import-value"),
        ("  won: won", "  parts: won", "E-import-value"),
        ("  won: won", "  won: {column: won, separator: \",\"}", "E-import-format"),
        ("separator: \",\"", "otherwise: []", "E-import-format"),
        ("  day: day", "  day: {column: day, format: Ymd}", "E-import-format"),
        ("time: \"09:00\"", "time: nine", "E-import-format"),
        ("key: no", "key: no\nzone: Seoul", "E-import-format"),
        ("key: no", "key: no\nencoding: latin", "E-import-kind"),
        ("key: no", "key: no\nheader: 0", "E-import-kind"),
        ("key: no", "key: []", "E-import-kind"),
    ] {
        let wrong = MAP.replacen(from, to, 1);
        assert_ne!(wrong, MAP, "{from}");
        let found = map(&wrong).err().unwrap_or_else(|| panic!("{to} is taken"));
        let codes: Vec<&str> = found.items().iter().map(|item| item.code.0).collect();
        assert!(codes.contains(&code), "{to}: {codes:?}");
    }
}

#[test]
fn a_truth_without_words_and_a_day_by_another_format_are_read_as_the_map_says() {
    let read = |text: &str, column: &str, cell: Cell| {
        let map = map(text).unwrap_or_else(|found| panic!("{found}"));
        let wanted = map.wanted(&row_with(column, cell), None);
        wanted
            .map(|wanted| wanted.request.act.form[column].clone())
            .map_err(|faults| faults[0].code.0)
    };
    let unsaid = MAP.replace("{column: urgent, values: {O: true, X: false}}", "urgent");
    assert_eq!(read(&unsaid, "urgent", text("O")), Err("E-import-cell-truth"));
    let serial = MAP.replace("  day: day", "  day: {column: day, format: serial}");
    for cell in [Cell::Number(42_804.0), text("42804")] {
        assert_eq!(read(&serial, "day", cell), Ok(json!("2017-03-10")));
    }
    let given = MAP.replace("  day: day", "  day: {column: day, format: [\"%d.%m.%Y\"]}");
    assert_eq!(read(&given, "day", text("10.03.2017")), Ok(json!("2017-03-10")));
}
