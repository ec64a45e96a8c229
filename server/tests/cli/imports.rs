//! `dure import`: what goes in and what it shows afterwards, what is refused and listed, and files that are none.

use std::fs::File;

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde_json::{Value, json};

use crate::folder::{Folder, Ran};

const MAP: &str = "import: visits\nworkflow: visit\nkey: 번호\nby: {value: clerk-1}\ncase: 번호\n\
    occurred_at: {column: 날짜, time: \"09:00\"}\nform: {region: 권역, note: 메모}\n";
const SHEET: &str =
    "번호,날짜,권역,메모\nv-11,2017. 3. 10.,east,첫째\nv-12,2017. 3. 13.,west,\"둘째, 쉼표\"\n";

fn import(folder: &Folder, sheet: impl AsRef<[u8]>, map: &str, more: &[&str]) -> Ran {
    let (sheet, map) = (folder.write("sheet.csv", sheet), folder.write("map.yaml", map));
    folder.run(&[&["import", "csv", &sheet, "--map", &map], more].concat())
}

fn counts(ran: &Ran) -> Value {
    ran.documents().pop().expect("a document")["counts"].clone()
}

#[test]
fn a_sheet_is_tried_and_brought_in_and_each_case_says_where_it_comes_from() {
    let folder = Folder::with_visit();
    let before = folder.head();
    let dry = import(&folder, SHEET, MAP, &["--dry-run", "--json"]).ok();
    assert_eq!(counts(&dry), json!({"rows": 2, "new": 2, "known": 0, "refused": 0}));
    assert_eq!(folder.head(), before, "a dry run records nothing");
    let ran = import(&folder, SHEET, MAP, &["--json"]).ok();
    assert_eq!(counts(&ran)["new"], 2);
    let sha256 = ran.documents().pop().expect("a document")["sha256"].clone();
    let case = folder.run(&["case", "show", "v-12", "--json"]).ok().document();
    assert_eq!(case["imported"], json!({"sha256": sha256, "row": 3, "map": "visits"}));
    assert_eq!(
        (&case["data"]["note"], &case["opened_at"]),
        (&json!("둘째, 쉼표"), &json!("2017-03-13T00:00:00Z"))
    );
    for command in ["show", "timeline"] {
        for (lang, words) in [("ko", "visits · 3행 · SHA-256"), ("en", "visits · row 3 · SHA-256")]
        {
            let shown = folder.run(&["case", command, "v-12", "--lang", lang]).ok().out;
            assert!(shown.contains(words), "{command}: {shown}");
        }
    }
    let again = import(&folder, SHEET, MAP, &["--lang", "ko"]).ok();
    assert!(again.out.contains("2행: 새로 넣음 0건, 이미 있음 2건, 거부 0건"), "{}", again.out);
}

#[test]
fn rows_are_refused_one_by_one_alike_in_a_dry_run_and_in_earnest_and_the_others_go_in() {
    let folder = Folder::with_case();
    // Put together here, so that it stands in no file.
    let telephone = ["010", "0000", "0000"].join("-");
    let sheet = "번호,날짜,권역,메모\n\
        v-11,2017. 3. 10.,east,메모\n\
        v-11,2017. 3. 10.,east,메모\n\
        v-12,내일,east,메모\n\
        v-13,2017. 3. 10.,,메모\n\
        v-14,2017. 3. 10.,east,연락처는 TELEPHONE\n\
        v-15,2999. 3. 10.,east,메모\n\
        v-1,2017. 3. 10.,east,메모\n\
        v-16,2017. 3. 10.,east,메모,남는 칸\n\
        \n\
        v-17,2150-01-01,east,메모\n"
        .replace("TELEPHONE", &telephone);
    let expected = [
        (3, Value::Null, "E-import-key-twice"),
        (4, json!("날짜"), "E-import-cell-day"),
        (5, json!("권역"), "E-form-invalid"),
        (6, json!("메모"), "E-personal-data"),
        (7, json!("날짜"), "E-import-cell-day"),
        (8, Value::Null, "E-case-exists"),
        (9, Value::Null, "E-import-row-long"),
        (11, Value::Null, "E-time-future"),
    ];
    for more in [&["--dry-run", "--json"][..], &["--json"]] {
        let ran = import(&folder, &sheet, MAP, more).failed(1);
        let documents = ran.documents();
        let found: Vec<_> = documents[..documents.len() - 1]
            .iter()
            .map(|row| {
                (
                    row["row"].as_u64(),
                    row["faults"][0]["column"].clone(),
                    row["faults"][0]["code"].clone(),
                )
            })
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(row, column, code)| (Some(*row), column.clone(), json!(code)))
            .collect();
        assert_eq!(found, expected, "{more:?}");
        assert_eq!(counts(&ran), json!({"rows": 9, "new": 1, "known": 0, "refused": 8}));
        assert_eq!(ran.error()["code"], "E-import-refused");
        assert!(!ran.out.contains(&telephone), "what may be personal is not repeated");
    }
    let told = import(&folder, &sheet, MAP, &["--lang", "ko"]).failed(1);
    assert!(told.out.contains("9행: 새로 넣음 0건, 이미 있음 1건, 거부 8건"), "{}", told.out);
    folder.run(&["case", "show", "v-11"]).ok();
}

#[test]
fn letters_are_told_by_the_file_or_the_map_and_never_guessed() {
    let folder = Folder::with_visit();
    let cp949 = encoding_rs::EUC_KR.encode(SHEET).0.into_owned();
    let refused = import(&folder, &cp949, MAP, &["--json"]).failed(2).error();
    assert_eq!(refused["code"], "E-sheet-encoding");
    assert!(refused["message"].as_str().is_some_and(|said| said.contains("encoding: cp949")));
    let said = format!("{MAP}encoding: cp949\n");
    assert_eq!(
        import(&folder, SHEET, &said, &["--json"]).failed(2).error()["code"],
        "E-sheet-encoding"
    );
    import(&folder, &cp949, &said, &[]).ok();
    let marked = ["\u{FEFF}".as_bytes(), SHEET.as_bytes()].concat();
    let known = import(&folder, marked, MAP, &["--json"]).ok();
    assert_eq!(counts(&known)["known"], 2, "the letters make no difference to the key");
    // Decomposed letters, as some systems write them, are the same letters.
    let decomposed = SHEET
        .replace('첫', "\u{110E}\u{1165}\u{11BA}")
        .replace("메모", "\u{1106}\u{1166}\u{1106}\u{1169}");
    assert_eq!(counts(&import(&folder, decomposed, MAP, &["--json"]).ok())["known"], 2);
}

#[test]
fn a_file_that_is_no_sheet_is_named_and_nothing_is_recorded() {
    let folder = Folder::with_visit();
    let before = folder.head();
    let wide = format!("번호,날짜,권역,메모{}\n{SHEET}", ",칸".repeat(200));
    let open_quote = format!("{SHEET}v-13,2017-03-10,east,\"{}", "가".repeat(40_000));
    let twice = SHEET.replace("권역,메모", "메모,메모");
    for (sheet, code) in [
        (String::new(), "E-sheet-no-titles"),
        ("\n\n".to_owned(), "E-sheet-no-titles"),
        (format!("\n{SHEET}"), "E-sheet-no-titles"),
        ("번호,날짜,권역,메모\n".to_owned(), "E-sheet-no-rows"),
        ("번호,날짜,권역,메모\n,,,\n".to_owned(), "E-sheet-no-rows"),
        ("PK\u{3}\u{4}".to_owned(), "E-sheet-not-csv"),
        ("번호\0".to_owned(), "E-sheet-not-csv"),
        (wide, "E-sheet-columns"),
        (open_quote, "E-sheet-cell"),
        (format!("번호,날짜,권역,메모\n{}v-1", "\n".repeat(1_048_576)), "E-sheet-rows"),
        (twice, "E-import-invalid"),
        (SHEET.replace("메모", "비고"), "E-import-invalid"),
    ] {
        let ran = import(&folder, &sheet, MAP, &["--json"]).failed(2);
        assert_eq!(ran.error()["code"], code, "{}", ran.err);
    }
    let old = [b"\xD0\xCF\x11\xE0".as_slice(), SHEET.as_bytes()].concat();
    assert_eq!(import(&folder, old, MAP, &["--json"]).failed(2).error()["code"], "E-sheet-not-csv");
    assert_eq!(folder.head(), before);
}

#[test]
fn a_file_that_is_too_large_is_refused_before_it_is_read() {
    let folder = Folder::with_visit();
    let (sheet, map) = (folder.path("large.csv"), folder.write("map.yaml", MAP));
    // A hole of a gigabyte takes no room.
    File::create(&sheet).and_then(|file| file.set_len(1 << 30)).expect("a large file");
    let ran = folder.run(&["import", "csv", &sheet, "--map", &map, "--json"]).failed(2);
    assert_eq!(ran.error()["code"], "E-file-too-large");
}

#[test]
fn a_mistake_in_a_map_is_shown_with_line_and_caret_in_both_languages() {
    let folder = Folder::with_visit();
    let wrong = MAP.replace("note: 메모", "note: 메무");
    for (lang, words) in [("en", "did you mean `메모`?"), ("ko", "가져오기 맵 파일에 잘못이 1건")]
    {
        let ran = import(&folder, SHEET, &wrong, &["--lang", lang]).failed(2);
        for part in ["E-import-invalid: ", "map.yaml:7:", "E-import-column", words] {
            assert!(ran.err.contains(part), "{part} in {}", ran.err);
        }
    }
    let nobody = import(&folder, SHEET, &MAP.replace("by: {value: clerk-1}\n", ""), &["--json"]);
    assert_eq!(nobody.failed(2).error()["code"], "E-person-missing");
    let unknown =
        import(&folder, SHEET, &MAP.replace("workflow: visit", "workflow: visits"), &["--json"]);
    assert_eq!(unknown.failed(1).error()["code"], "E-workflow-unknown");
}

#[test]
fn titles_stand_where_the_map_says_and_cells_are_parted_as_it_says() {
    let folder = Folder::with_visit();
    let sheet =
        format!("방문 점검 대장\n\n{}", SHEET.replace("\"둘째, 쉼표\"", "둘째").replace(',', ";"));
    let map = format!("{MAP}header: 3\nseparator: \";\"\n");
    import(&folder, sheet, &map, &[]).ok();
    let case = folder.run(&["case", "show", "v-11", "--json"]).ok().document();
    assert_eq!(case["imported"]["row"], 4);
}

/// The rows of [`SHEET`] in the second of two sheets.
fn workbook() -> Vec<u8> {
    let (mut book, day) = (Workbook::new(), Format::new().set_num_format("yyyy-mm-dd"));
    book.add_worksheet().set_name("집계").expect("a name");
    let sheet = book.add_worksheet().set_name("접수").expect("a name");
    for (column, title) in ["번호", "날짜", "권역", "메모"].iter().enumerate() {
        sheet.write(0, column as u16, *title).expect("a title");
    }
    for (row, cells) in
        [["v-11", "2017-03-10", "east", "첫째"], ["v-12", "2017-03-13", "west", "둘째, 쉼표"]]
            .iter()
            .enumerate()
    {
        let row = row as u32 + 1;
        for column in [0, 2, 3] {
            sheet.write(row, column as u16, cells[column]).expect("a text");
        }
        let date = ExcelDateTime::parse_from_str(cells[1]).expect("a day");
        sheet.write_datetime_with_format(row, 1, &date, &day).expect("a day");
    }
    book.save_to_buffer().expect("a workbook")
}

#[test]
fn a_workbook_is_brought_in_by_the_sheet_named_and_its_rows_are_those_of_the_text() {
    let folder = Folder::with_visit();
    let (sheet, map) = (folder.write("sheet.xlsx", workbook()), folder.write("map.yaml", MAP));
    let unsaid = folder.run(&["import", "xlsx", &sheet, "--map", &map, "--lang", "ko"]).failed(2);
    for part in ["E-sheet-several", "`집계`, `접수`"] {
        assert!(unsaid.err.contains(part), "{part} in {}", unsaid.err);
    }
    let said = folder.write("said.yaml", format!("{MAP}sheet: 접수\n"));
    let ran = folder.run(&["import", "xlsx", &sheet, "--map", &said, "--json"]).ok();
    assert_eq!(counts(&ran)["new"], 2);
    let case = folder.run(&["case", "show", "v-12", "--json"]).ok().document();
    let (from, note) = (&case["imported"], &case["data"]["note"]);
    assert_eq!(
        (&from["sheet"], &from["row"], note),
        (&json!("접수"), &json!(3), &json!("둘째, 쉼표"))
    );
    assert_eq!(case["opened_at"], "2017-03-13T00:00:00Z");
    let known = import(&folder, SHEET, MAP, &["--json"]).ok();
    assert_eq!(counts(&known)["known"], 2, "a row of a text is the same row in a workbook");
    let wrong = folder.run(&["import", "csv", &sheet, "--map", &map, "--json"]).failed(2);
    assert_eq!(wrong.error()["code"], "E-sheet-not-csv");
}
