//! Who could do what on that day, as the command line answers it.

use serde_json::{Value, json};

use crate::folder::Folder;

const GRANT: &[&str] = &["person", "grant", "hub-1", "hub@east", "--reason", "a new term"];
const END: &[&str] = &["person", "end", "hub-1", "hub@east", "--reason", "moved"];

fn with(words: &[&str], rest: &[&str]) -> Vec<String> {
    words.iter().chain(rest).map(|word| (*word).to_owned()).collect()
}

/// With `hub-1`, who is given a role in the east for March and April, and `hub-2`, who always has it.
fn term() -> Folder {
    let folder = Folder::new();
    folder.run(&["person", "add", "hub-1"]).ok();
    folder.run(&["person", "add", "hub-2", "--role", "hub"]).ok();
    let time = ["--from", "2017-03-01 00:00", "--until", "2017-05-01 00:00", "--as", "hub-2"];
    run(&folder, &with(GRANT, &time)).ok();
    folder
}

fn run(folder: &Folder, words: &[String]) -> crate::folder::Ran {
    folder.run(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

fn holders(folder: &Folder, scope: &str, at: &str) -> Vec<Value> {
    let list = ["person", "list", "--role", "hub", "--in", scope, "--at", at, "--json"];
    let found = folder.run(&list).ok().documents();
    found.iter().map(|holder| holder["person"].clone()).collect()
}

#[test]
fn a_role_is_held_from_when_it_was_granted_until_it_ended() {
    let folder = term();
    let table: [(&str, &str, &[&str]); 4] = [
        ("east", "2017-02-28 23:59", &["hub-2"]),
        ("east", "2017-03-01 00:00", &["hub-1", "hub-2"]),
        ("west", "2017-03-01 00:00", &["hub-2"]),
        ("east", "2017-05-01 00:00", &["hub-2"]),
    ];
    for (scope, at, expected) in table {
        assert_eq!(holders(&folder, scope, at), expected, "{scope} {at}");
    }
    run(&folder, &with(END, &["--at", "2017-04-01 00:00"])).ok();
    assert_eq!(holders(&folder, "east", "2017-04-01 00:00"), ["hub-2"]);
    let nobody = ["person", "list", "--role", "desk", "--lang", "ko"];
    assert!(folder.run(&nobody).ok().out.contains("없습니다"));
}

#[test]
fn a_person_is_shown_as_they_were_in_both_languages_and_as_json() {
    let folder = term();
    run(&folder, &with(END, &["--at", "2017-04-01 00:00", "--as", "hub-2"])).ok();
    let absent = ["--from", "2017-03-10 00:00", "--to", "2017-03-20 00:00", "--deputy", "hub-2"];
    run(&folder, &with(&["person", "absent", "hub-1"], &absent)).ok();
    folder.run(&["person", "back", "hub-1", "--at", "2017-03-15 00:00"]).ok();
    let show = |id: &str, at: &str, lang: &str| {
        folder.run(&["person", "show", id, "--at", at, "--lang", lang]).ok().out
    };
    let english = show("hub-1", "2017-03-12 09:00", "en");
    for words in ["hub@east", "absent (deputy hub-2)", "given the role", "“a new term”", "back"]
    {
        assert!(english.contains(words), "{words}: {english}");
    }
    let korean = show("hub-2", "2017-03-12 09:00", "ko");
    assert!(korean.contains("hub-1 대결자"), "{korean}");
    let shown =
        |at: &str| folder.run(&["person", "show", "hub-1", "--at", at, "--json"]).ok().document();
    let then = shown("2017-03-12T00:00:00Z");
    assert_eq!(then["roles"][0]["in"], "east");
    assert_eq!(then["roles"][0]["until"], "2017-03-31T15:00:00Z");
    assert_eq!(then["roles"][0]["position"], then["history"][2]["position"]);
    assert_eq!(then["history"][2]["event"]["role_ended"]["by"], "hub-2");
    assert_eq!(then["absence"]["deputy"], "hub-2");
    let later = shown("2017-03-16T00:00:00Z");
    assert_eq!((&later["absence"], &later["roles"][0]["role"]), (&json!(null), &json!("hub")));
    assert_eq!(shown("2017-06-01T00:00:00Z")["roles"], json!([]));
}

#[test]
fn what_cannot_be_granted_or_ended_is_refused_with_its_code() {
    let folder = term();
    let from = |time: &str| with(GRANT, &["--from", time]);
    let at = |time: &str| with(END, &["--at", time]);
    let table = [
        (from("2017-04-30 00:00"), 1, "E-grant-overlaps"),
        (
            with(GRANT, &["--from", "2018-02-01 00:00", "--until", "2018-01-01 00:00"]),
            2,
            "E-grant-empty",
        ),
        (at("2017-02-01 00:00"), 1, "E-grant-unknown"),
        (
            with(&["person", "back", "hub-1", "--at", "2017-03-01 00:00"], &[]),
            1,
            "E-absence-unknown",
        ),
        (with(&["person", "show", "nobody"], &[]), 1, "E-person-unknown"),
        (with(&["person", "list", "--in", "east"], &[]), 2, "--role"),
    ];
    for (words, exit, expected) in table {
        let ran = run(&folder, &words).failed(exit);
        assert!(ran.err.contains(expected), "{words:?}: {}", ran.err);
    }
}

#[test]
fn a_claimed_task_goes_back_to_all_when_the_role_of_the_one_who_claimed_it_ends() {
    let folder = Folder::with_case();
    let why = || folder.run(&["case", "why", "v-1", "--json"]).ok().document();
    let step = why()["steps"][0]["step"].as_str().expect("an open step").to_owned();
    let holder = why()["steps"][0]["people"][0].as_str().expect("a holder").to_owned();
    let roles = why()["steps"][0]["holder"]["roles"].clone();
    let role = roles[0].as_str().expect("held by a role").to_owned();
    folder.run(&["person", "add", "late-1"]).ok();
    let grant = ["person", "grant", "late-1", &role, "--from", "2017-01-01 00:00", "--reason", "x"];
    folder.run(&grant).ok();
    folder.run(&["case", "task", "v-1", &step, "claim", "--as", "late-1"]).ok();
    assert_eq!(why()["steps"][0]["people"], json!(["late-1"]));
    let end = ["person", "end", "late-1", &role, "--at", "2017-01-02 00:00", "--reason", "x"];
    folder.run(&end).ok();
    let after = why();
    assert_eq!(after["steps"][0]["assigned"], json!({"person": "late-1", "may": false}));
    assert_eq!(after["steps"][0]["people"], json!([holder]));
    let korean = folder.run(&["case", "why", "v-1", "--lang", "ko"]).ok().out;
    assert!(korean.contains("더 이상 처리할 수 없어"), "{korean}");
    folder.run(&["case", "task", "v-1", &step, "claim", "--as", &holder]).ok();
}

#[test]
fn why_is_asked_of_a_time_that_has_passed_in_both_languages_and_as_json() {
    let folder = Folder::with_visit();
    let form = r#"{"region": "east", "note": "메모"}"#;
    let start = ["case", "start", "visit", "--id", "v-1", "--as", "clerk-1", "--form", "-"];
    let start = [&start[..], &["--at", "2017-03-10 10:00"]].concat();
    folder.run_with(&start, form).ok();
    folder.run(&["person", "add", "check-3"]).ok();
    let grant = ["person", "grant", "check-3", "checker@east", "--reason", "a term"];
    let term = ["--from", "2017-03-11 00:00", "--until", "2017-03-12 00:00"];
    folder.run(&[&grant[..], &term].concat()).ok();
    let pass = ["case", "do", "v-1", "inspect", "pass", "--as", "check-3", "--form", "-"];
    let pass = [&pass[..], &["--at", "2017-03-11 09:00"]].concat();
    folder.run_with(&pass, r#"{"score": 7}"#).ok();
    let why = |rest: &[&str]| folder.run(&[&["case", "why", "v-1"], rest].concat());
    let then = |time: &str| why(&["--at", time, "--json"]).ok().document();
    let table = [
        ("2017-03-10 10:00", "inspect", json!(["check-1"])),
        ("2017-03-11 08:59", "inspect", json!(["check-1", "check-3"])),
        ("2017-03-11 09:00", "report", json!(["clerk-1"])),
    ];
    for (time, step, people) in table {
        let told = then(time);
        assert_eq!(
            (&told["steps"][0]["step"], &told["steps"][0]["people"]),
            (&json!(step), &people)
        );
    }
    assert_eq!(then("2017-03-11 08:59")["at"], "2017-03-10T23:59:00Z");
    let korean = why(&["--at", "2017-03-11 08:59", "--lang", "ko"]).ok().out;
    assert!(
        korean.starts_with("2017-03-11 08:59 기준\n") && korean.contains("check-3"),
        "{korean}"
    );
    let english = why(&["--at", "2017-03-11 09:00", "--lang", "en"]).ok().out;
    assert!(
        english.starts_with("as of 2017-03-11 09:00\n") && english.contains("report"),
        "{english}"
    );
    for time in ["2017-03-10 09:59", "2999-01-01 00:00"] {
        assert_eq!(why(&["--at", time, "--json"]).failed(2).error()["code"], "E-case-not-then");
    }
}
