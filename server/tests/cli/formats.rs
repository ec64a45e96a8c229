//! Reports in each format: the same rows in all of them, and no text that would do harm in one.

use std::fs;
use std::path::Path;

use calamine::{Data, Reader, Xlsx, open_workbook};
use serde_json::json;

use crate::folder::{Folder, run};

/// A text that would be a formula in a spreadsheet, a script in a browser and several cells in a careless file.
const HARM: &str = "=HYPERLINK(\"http://example.test\",\"<script>alert('1')</script>\")\n둘째 줄";
const VISITS: &str = "
report: visits
title: {ko: 방문 대장, en: Visits}
answers: {ko: 어떤 방문이 있었는지, en: Which visits there were}
for: auditor
cases: visit
numbered: up
columns:
  number: {title: {ko: 번호, en: Number}, value: case.id}
  region: {title: {ko: 권역, en: Region}, value: data.region}
  note: {title: {ko: 메모, en: Note}, value: data.note}
  opened: {title: {ko: 시작, en: Opened}, value: case.opened_at}
  open: {title: {ko: 진행 중, en: Open}, value: case.open}
";
/// Every support request, with a column of each type.
const REQUESTS: &str = "
report: requests
title: {ko: 지원 요청 대장, en: Support requests}
answers: {ko: 어떤 요청이 얼마 만에 끝났는지, en: Which requests took how long}
for: auditor
cases: support_request
numbered: down
columns:
  number: {title: {ko: 접수번호, en: Number}, value: case.id}
  kind: {title: {ko: 종류, en: Kind}, value: data.kind}
  subject: {title: {ko: 제목, en: Title}, value: data.subject}
  opened: {title: {ko: 접수, en: Received}, value: case.opened_at}
  closed: {title: {ko: 종결일, en: Closed on}, value: case.closed_at, show: date}
  lasted: {title: {ko: 걸린 시간, en: Lasted}, value: case.closed_at - case.opened_at}
  acts: {title: {ko: 처리 수, en: Acts}, value: size(case.acts)}
  open: {title: {ko: 진행 중, en: Open}, value: case.open}
sort: [number]
foot: [total]
";

/// Two visits, the note of one of which is harmful.
fn visits() -> (Folder, String) {
    let folder = Folder::with_case();
    let form = json!({"region": "east", "note": HARM}).to_string();
    let start = ["case", "start", "visit", "--id", "v-2", "--as", "clerk-1", "--form", "-"];
    folder.run_with(&[&start[..], &["--at", "2017-03-10 10:00"]].concat(), &form).ok();
    let report = folder.write("visits.yaml", VISITS);
    (folder, report)
}

/// The rows of the first sheet of a workbook, its header first.
fn workbook(file: &str) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = open_workbook(Path::new(file)).expect("it is a workbook");
    let sheet = book.sheet_names()[0].clone();
    let range = book.worksheet_range(&sheet).expect("its sheet");
    range.rows().map(<[Data]>::to_vec).collect()
}

#[test]
fn a_csv_file_is_marked_and_quoted_and_holds_no_formula() {
    let (folder, report) = visits();
    let csv = folder.run(&["report", &report, "--format", "csv", "--lang", "ko"]).ok().out;
    assert!(csv.starts_with("\u{feff}번호,번호,권역,메모,시작,진행 중\r\n"), "{csv}");
    let harmless = format!("\"'{}\"", HARM.replace('"', "\"\""));
    assert!(csv.contains(&format!("2,v-2,east,{harmless},2017-03-10 10:00,예\r\n")), "{csv}");
    let file = folder.path("visits.csv");
    let said = folder.run(&["report", &report, "--output", &file, "--lang", "ko"]).ok().out;
    assert_eq!(said, format!("visits: 파일로 저장: {file}\n"));
    assert_eq!(fs::read_to_string(&file).expect("it was written"), csv);
}

#[test]
fn a_workbook_has_typed_cells_and_goes_to_a_file_or_down_a_pipe() {
    let (folder, report) = visits();
    let file = folder.path("visits.xlsx");
    let written = ["report", &report, "--output", &file, "--lang", "en", "--json"];
    let said = folder.run(&written).ok().document();
    assert_eq!(said, json!({"report": "visits", "output": file, "rows": 2}));
    let rows = workbook(&file);
    assert_eq!(rows[2][3], Data::String(HARM.to_owned()));
    assert!(matches!(&rows[2][4], Data::DateTime(at) if at.is_datetime()), "{:?}", rows[2]);
    assert_eq!((&rows[2][0], &rows[2][5]), (&Data::Float(2.0), &Data::Bool(true)));
    let pipe = folder.command(&["report", &report, "--format", "xlsx", "--at", "6"]).output();
    let pipe = pipe.expect("it runs");
    assert!(pipe.status.success() && pipe.stdout.starts_with(b"PK"), "{:?}", pipe.status);
}

#[test]
fn a_page_escapes_what_was_written_and_goes_by_the_ending_of_its_file() {
    let (folder, report) = visits();
    let page = folder.run(&["report", &report, "--format", "html", "--lang", "ko"]).ok().out;
    assert!(page.starts_with("<!DOCTYPE html><html lang=\"ko\">"), "{page}");
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;alert("), "{page}");
    assert!(page.contains("<td><span class=\"whole\">2017. 3. 10.</span> 10:00</td>"), "{page}");
    let file = folder.path("visits.html");
    folder.run(&["report", &report, "--lang", "ko", "--output", &file]).ok();
    let rows = |page: &str| page.matches("<th scope=\"row\"").count();
    assert_eq!(rows(&fs::read_to_string(&file).expect("it was written")), 2);
}

#[test]
fn a_report_of_the_demonstration_has_the_same_rows_in_every_format() {
    let folder = Folder::new();
    folder.run(&["demo"]).ok();
    let report = folder.write("requests.yaml", REQUESTS);
    let json = folder.run(&["report", &report, "--format", "json"]).ok().document();
    let rows = json["rows"].as_array().expect("rows");
    assert!(rows.len() > 5 && json["noticed"] == 0, "{json}");
    let csv = folder.run(&["report", &report, "--format", "csv"]).ok().out;
    assert_eq!(csv.matches("\r\n").count(), rows.len() + 1, "{csv}");
    let page = folder.run(&["report", &report, "--format", "html"]).ok().out;
    assert_eq!(page.matches("<th scope=\"row\"").count(), rows.len() + 1, "a total beneath");
    let file = folder.path("requests.xlsx");
    folder.run(&["report", &report, "--output", &file]).ok();
    let sheet = workbook(&file);
    assert_eq!(sheet.len(), rows.len() + 2, "a header above and a total beneath");
    for (row, cells) in rows.iter().zip(&sheet[1..]) {
        let number = row["number"].as_str().expect("a number");
        assert_eq!(cells[1], Data::String(number.to_owned()));
        assert_eq!(cells[7], Data::Float(row["acts"].as_f64().expect("how many")));
        match (row["lasted"].as_f64(), &cells[6]) {
            (Some(seconds), Data::Float(days)) => {
                assert!((seconds / 86_400.0 - days).abs() < 1e-6, "{days}");
            }
            (lasted, cell) => assert_eq!((lasted, cell), (None, &Data::Empty), "{number}"),
        }
        assert!(csv.contains(&format!(",{number},")), "{number}");
    }
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let (folder, report) = visits();
    let file = folder.path("missing/visits.csv");
    let error = folder.run(&["report", &report, "--output", &file, "--json"]).failed(3).error();
    assert_eq!(error["code"], "E-file-unwritable");
    let listed = run(folder.command(&["report", "--output", &file]), "");
    assert_eq!(listed.code, Some(2), "a list is not written to a file");
}
