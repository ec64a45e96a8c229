//! `dure workflow …` in detail: what is found in a file; and how a case shows
//! the words of its workflow.

use serde_json::json;

use crate::folder::{Folder, VISIT};

#[test]
fn every_finding_of_a_check_says_what_where_and_how_one_gets_there() {
    let folder = Folder::new();
    let lost = VISIT.replace("to: passed\n", "to: report\n");
    let file = folder.write("lost.yaml", &lost);
    for (lang, message) in [("en", "no end can be reached"), ("ko", "report")] {
        let check = ["workflow", "check", &file, "--json", "--lang", lang];
        let error = folder.run(&check).failed(2).error();
        let found = error["diagnostics"].as_array().expect("a list");
        let item = found.iter().find(|item| item["code"] == "E-check-no-way-out").expect("found");
        assert_eq!(item["trace"], json!(["start", "inspect=pass"]));
        assert_eq!((&item["severity"], &item["file"]), (&json!("error"), &json!(file)));
        assert_eq!((&item["line"], &item["column"]), (&json!(40), &json!(3)), "{item}");
        assert!(item["message"].as_str().is_some_and(|text| text.contains(message)), "{item}");
    }
}

#[test]
fn a_mistake_that_needs_no_way_to_it_has_an_empty_trace() {
    let folder = Folder::new();
    let file = folder.write("wrong.yaml", VISIT.replace("to: inspect", "to: inspct"));
    let error = folder.run(&["workflow", "check", &file, "--json"]).failed(2).error();
    assert_eq!(error["diagnostics"][0]["trace"], json!([]));
}

#[test]
fn a_case_shows_the_text_of_an_option_and_gives_its_word_to_programs() {
    let folder = Folder::new();
    let kind =
        "data:\n  kind: {enum: {yearly: {ko: 정기 점검, en: Yearly visit}}, default: yearly}\n";
    let file = folder.write("visit.yaml", VISIT.replace("data:\n", kind));
    folder.run(&["workflow", "publish", &file]).ok();
    folder.run(&["person", "add", "clerk-1", "--role", "clerk"]).ok();
    let form = r#"{"region": "east", "note": "메모"}"#;
    let start = ["case", "start", "visit", "--id", "v-1", "--as", "clerk-1", "--form", "-"];
    folder.run_with(&start, form).ok();
    for (lang, text) in [("ko", "정기 점검"), ("en", "Yearly visit")] {
        let shown = folder.run(&["case", "show", "v-1", "--lang", lang]).ok().out;
        assert!(shown.contains(text) && !shown.contains("yearly"), "{shown}");
    }
    let shown = folder.run(&["case", "show", "v-1", "--json"]).ok().document();
    assert_eq!(shown["data"]["kind"], "yearly");
}
