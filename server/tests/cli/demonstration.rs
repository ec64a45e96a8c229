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
    assert!(
        korean.contains(
            "SR-2017-0001  작은도서관 지원 요청 · 도서관리 프로그램 유지보수 지원 · 종결"
        )
    );
    assert!(english.contains(
        "SR-2017-0001  Small-library support request · 도서관리 프로그램 유지보수 지원 · closed"
    ));
    assert!(english.contains("nothing new was recorded"));
}

#[test]
fn a_district_is_made_from_a_seed_in_a_folder_of_its_own() {
    let [one, other, another] = [Folder::new(), Folder::new(), Folder::new()];
    let small = ["demo", "--size", "district", "--percent", "2", "--json", "--seed"];
    let made = |folder: &Folder, seed: &str| {
        let args: Vec<&str> = small.iter().copied().chain([seed]).collect();
        folder.run(&args).ok().document()
    };
    let first = made(&one, "7");
    assert_eq!(
        (&first["seed"], &first["begun"], &first["districts"]),
        (&json!(7), &json!(8), &json!(1))
    );
    assert_eq!(first, made(&other, "7"));
    assert_ne!(first["root"], made(&another, "8")["root"]);
    assert_eq!(one.run(&["log", "head", "--json"]).ok().document()["root"], first["root"]);
    one.run(&["log", "verify"]).ok();
    let again = one.run(&["demo", "--size", "district", "--json"]).failed(2);
    assert!(again.err.contains("E-sample-folder"), "{}", again.err);
}

#[test]
fn districts_are_made_in_both_languages_and_as_many_as_are_asked_for() {
    let folder = Folder::new();
    let args = ["demo", "--size", "district", "--districts", "2", "--percent", "1", "--lang", "ko"];
    let korean = folder.run(&args).ok().out;
    assert!(korean.contains("자치구") && korean.contains("머클 루트"), "{korean}");
    let cases = folder.run(&["case", "list", "--json"]).ok().out;
    assert!(
        cases.contains("가상001구") && cases.contains("가상002구"),
        "both districts have cases"
    );
}
