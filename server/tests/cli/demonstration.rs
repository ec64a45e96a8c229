//! `dure demo`: nine cases from first step to closing; a second run records nothing.

use serde_json::json;

use crate::folder::Folder;

#[test]
fn the_demonstration_closes_nine_cases_and_a_second_run_records_nothing() {
    let folder = Folder::new();
    let first = folder.run(&["demo", "--json"]).ok().document();
    let cases = first["cases"].as_array().expect("cases");
    assert_eq!((cases.len(), &first["repeated"]), (9, &json!(false)));
    for case in cases {
        assert_eq!(case["case"]["status"], "closed", "{}", case["sample"]);
        assert!(!case["timeline"].as_array().expect("a timeline").is_empty());
        assert!(case["lines"].as_array().expect("lines").iter().all(|l| l["result"] != "repeated"));
    }
    let head = folder.head();
    let second = folder.run(&["demo", "--json"]).ok().document();
    assert_eq!((&second["repeated"], &second["new_events"]), (&json!(true), &json!(0)));
    assert_eq!(folder.head(), head);
    for (before, after) in cases.iter().zip(second["cases"].as_array().expect("cases")) {
        assert_eq!((&before["case"], &before["timeline"]), (&after["case"], &after["timeline"]));
    }
}

#[test]
fn the_demonstration_speaks_both_languages() {
    let folder = Folder::new();
    let korean = folder.run(&["demo", "--lang", "ko"]).ok().out;
    let english = folder.run(&["demo", "--lang", "en"]).ok().out;
    assert_eq!(korean.matches("현재 상태").count(), 9);
    assert_eq!(english.matches("final state").count(), 9);
    assert_eq!(english.matches("step by step").count(), 9);
    assert!(korean.contains("SR-2017-0001  작은도서관 지원 요청 · 종결"));
    assert!(english.contains("SR-2017-0001  Small-library support request · closed"));
    assert!(english.contains("nothing new was recorded"));
}
