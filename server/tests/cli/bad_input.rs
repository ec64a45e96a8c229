//! Bad input, and what it gets: a code, an exit code, a sentence that helps, and nothing appended.

use std::sync::Arc;

use dure::world::{Access, World};
use dure_engine::model::consequence::Object;
use dure_engine::model::names::{CaseId, PersonId};
use dure_engine::{ActOf, CompleteRequest};
use dure_storage::Explain;
use serde_json::{Value, json};

use crate::folder::{Folder, Ran};

/// A command line, its standard input, and what it gets: exit code, code, words of the sentence.
type Row<'a> = (&'a [&'a str], &'a str, i32, &'a str, &'a [&'a str]);

const START: &str = r#"{"region": "east", "note": "n"}"#;
const SCORE: &str = r#"{"score": 7}"#;

const ROWS: &[Row<'_>] = &[
    // What is named does not exist.
    (
        &["case", "start", "nope", "--as", "clerk-1", "--form", "-"],
        START,
        1,
        "E-workflow-unknown",
        &["nope", "visit"],
    ),
    (&["workflow", "show", "nope"], "", 1, "E-workflow-unknown", &["nope"]),
    (&["workflow", "show", "visit", "--version", "7"], "", 1, "E-workflow-unknown", &[]),
    (&["case", "show", "v-404"], "", 1, "E-case-unknown", &["v-404"]),
    (&["case", "timeline", "v-404"], "", 1, "E-case-unknown", &["v-404"]),
    (&["case", "why", "v-404"], "", 1, "E-case-unknown", &["v-404"]),
    (&["case", "show", "no such id"], "", 1, "E-case-unknown", &[]),
    (
        &["case", "do", "v-404", "inspect", "pass", "--as", "check-1", "--form", "-"],
        SCORE,
        1,
        "E-case-unknown",
        &["v-404"],
    ),
    (
        &["case", "do", "v-1", "nope", "pass", "--as", "check-1", "--form", "-"],
        SCORE,
        2,
        "E-step-unknown",
        &["nope", "inspect, report"],
    ),
    (
        &["case", "do", "v-1", "inspect", "nope", "--as", "check-1", "--form", "-"],
        SCORE,
        2,
        "E-outcome-unknown",
        &["nope", "pass, fail"],
    ),
    (
        &["case", "act", "v-1", "nope", "--as", "clerk-1"],
        "",
        2,
        "E-action-unknown",
        &["nope", "cancel"],
    ),
    (
        &["case", "do", "v-1", "inspect", "pass", "--as", "nobody", "--form", "-"],
        SCORE,
        1,
        "E-person-unknown",
        &["nobody"],
    ),
    (&["inbox", "--as", "nobody"], "", 1, "E-person-unknown", &["nobody"]),
    // Who acts.
    (&["inbox"], "", 2, "E-person-missing", &["--as"]),
    (
        &["case", "do", "v-1", "inspect", "pass", "--form", "-"],
        SCORE,
        2,
        "E-person-missing",
        &["--as"],
    ),
    (&["inbox", "--as", "not a person"], "", 2, "E-identifier", &["not a person"]),
    (
        &["case", "do", "v-1", "inspect", "pass", "--as", "clerk-1", "--form", "-"],
        SCORE,
        1,
        "E-role-missing",
        &["clerk-1"],
    ),
    (
        &["case", "do", "v-1", "inspect", "pass", "--as", "check-2", "--form", "-"],
        SCORE,
        1,
        "E-scope-missing",
        &["check-2", "east"],
    ),
    (
        &["case", "start", "visit", "--as", "clerk-1", "--for", "clerk-1", "--form", "-"],
        START,
        1,
        "E-on-behalf",
        &["clerk-1"],
    ),
    // Not now, or not so.
    (
        &["case", "do", "v-1", "report", "done", "--as", "clerk-1"],
        "",
        1,
        "E-step-not-active",
        &["inspect", "checker"],
    ),
    (
        &[
            "case", "do", "v-1", "inspect", "pass", "--as", "check-1", "--form", "-", "--expect",
            "9",
        ],
        SCORE,
        1,
        "E-version-stale",
        &["9"],
    ),
    (
        &["case", "do", "v-1", "inspect", "fail", "--as", "check-1", "--form", "-"],
        SCORE,
        1,
        "E-reason-missing",
        &["reason"],
    ),
    (
        &["case", "do", "v-1", "inspect", "pass", "--as", "check-1", "--form", "-"],
        r#"{"score": 2}"#,
        1,
        "E-guard-false",
        &["the score is too low"],
    ),
    (
        &["case", "start", "visit", "--id", "v-1", "--as", "clerk-1", "--form", "-"],
        START,
        1,
        "E-case-exists",
        &["v-1"],
    ),
    (
        &["case", "start", "visit", "--id", "no such id", "--as", "clerk-1", "--form", "-"],
        START,
        2,
        "E-identifier",
        &["no such id"],
    ),
    (
        &[
            "case",
            "do",
            "v-1",
            "inspect",
            "pass",
            "--as",
            "check-1",
            "--form",
            "-",
            "--at",
            "2999-01-01 00:00",
        ],
        SCORE,
        2,
        "E-time-future",
        &["2999"],
    ),
    (&["person", "add", "clerk-1", "--role", "other"], "", 1, "E-person-exists", &["clerk-1"]),
    (&["person", "add", "x-1", "--role", "Not A Role"], "", 2, "E-identifier", &["Not A Role"]),
    // Forms.
    (
        &["case", "do", "v-1", "inspect", "pass", "--as", "check-1"],
        "",
        2,
        "E-form-invalid",
        &["/score"],
    ),
    (
        &["case", "do", "v-1", "inspect", "pass", "--as", "check-1", "--form", "-"],
        "[1]",
        2,
        "E-form-not-object",
        &["a list"],
    ),
    (
        &["case", "do", "v-1", "inspect", "pass", "--as", "check-1", "--form", "-"],
        "{",
        2,
        "E-json-syntax",
        &["<stdin>", "line 1"],
    ),
    (
        &["case", "do", "v-1", "inspect", "pass", "--as", "check-1", "--form", "-"],
        r#"{"score": 1, "score": 2}"#,
        2,
        "E-json-duplicate-key",
        &["/score"],
    ),
    (
        &["case", "do", "v-1", "inspect", "pass", "--as", "check-1", "--form", "-"],
        r#"{"score": "\ud800"}"#,
        2,
        "E-json-surrogate",
        &["/score"],
    ),
    (
        &["case", "do", "v-1", "inspect", "pass", "--as", "check-1", "--form", "-"],
        r#"{"score": 9007199254740992}"#,
        2,
        "E-json-integer",
        &["/score"],
    ),
    // Usage.
    (&["nope"], "", 2, "E-usage", &["nope"]),
    (&["case", "do", "v-1"], "", 2, "E-usage", &["STEP"]),
    (&["case", "list", "--lang", "fr"], "", 2, "E-usage", &["fr"]),
    (
        &["case", "do", "v-1", "inspect", "pass", "--as", "check-1", "--at", "yesterday"],
        "",
        2,
        "E-usage",
        &["2017-03-10"],
    ),
    (&["log", "tail", "-n", "1001"], "", 2, "E-too-many", &["1001", "1000"]),
];

#[track_caller]
fn assert_refused(ran: &Ran, exit: i32, code: &str, words: &[&str]) {
    assert_eq!(ran.code, Some(exit), "{code}: {}{}", ran.out, ran.err);
    let error = ran.error();
    assert_eq!(error["code"], code, "{error}");
    let message = error["message"].as_str().expect("a message");
    for word in words {
        assert!(message.contains(word), "{code}: {word:?} is not in {message:?}");
    }
    assert!(error["class"].is_string() && ran.out.is_empty(), "{code}");
}

#[test]
fn bad_input_gets_a_code_a_sentence_that_helps_and_appends_nothing() {
    let folder = Folder::with_case();
    let head = folder.head();
    for (arguments, input, exit, code, words) in ROWS {
        let ran = folder.run_with(&[arguments, &["--json", "--lang", "en"][..]].concat(), input);
        assert_refused(&ran, *exit, code, words);
        let text = folder.run_with(&[arguments, &["--lang", "ko"][..]].concat(), input);
        assert_eq!(text.code, Some(*exit), "{arguments:?}");
        assert!(*code == "E-usage" || text.err.starts_with(&format!("{code}: ")), "{}", text.err);
    }
    assert_eq!(folder.head(), head);
}

/// People read the reason; a program finds the rule beside it.
#[test]
fn a_rule_that_says_no_stands_beside_its_reason() {
    let folder = Folder::with_case();
    let arguments = ["case", "do", "v-1", "inspect", "pass", "--as", "check-1", "--form", "-"];
    let form = r#"{"score": 2}"#;
    let refused = folder.run_with(&[&arguments[..], &["--json", "--lang", "en"]].concat(), form);
    assert_eq!(refused.error()["guard"], "form.score >= 5");
    let told = folder.run_with(&[&arguments[..], &["--lang", "en"]].concat(), form).err;
    assert!(!told.contains("form.score"), "{told}");
}

#[test]
fn every_violation_of_a_form_is_listed_with_its_path() {
    let folder = Folder::with_case();
    let form = r#"{"score": 99, "other": 1}"#;
    let arguments =
        ["case", "do", "v-1", "inspect", "pass", "--as", "check-1", "--form", "-", "--json"];
    let ran = folder.run_with(&arguments, form);
    assert_refused(&ran, 2, "E-form-invalid", &[]);
    let error = ran.error();
    let mut paths: Vec<&str> = error["violations"]
        .as_array()
        .expect("violations")
        .iter()
        .map(|violation| violation["path"].as_str().expect("a path"))
        .collect();
    paths.sort_unstable();
    assert_eq!(paths, ["/other", "/score"]);
    assert_eq!((&error["case"], &error["step"]), (&json!("v-1"), &json!("inspect")));
}

#[test]
fn deep_and_oversize_input_is_refused() {
    let folder = Folder::with_case();
    let act = ["case", "do", "v-1", "inspect", "pass", "--as", "check-1", "--json", "--form", "-"];
    let deep = format!("{{\"score\": {}{}}}", "[".repeat(65), "]".repeat(65));
    assert_refused(&folder.run_with(&act, &deep), 2, "E-json-depth", &["64"]);
    let huge = format!("{{\"score\": \"{}\"}}", "x".repeat(300_000));
    assert_refused(&folder.run_with(&act, &huge), 2, "E-file-too-large", &["<stdin>", "262144"]);
    let start = ["case", "start", "visit", "--as", "clerk-1", "--json", "--form", "-"];
    let large = format!("{{\"region\": \"east\", \"note\": \"{}\"}}", "x".repeat(100_000));
    assert_refused(&folder.run_with(&start, &large), 2, "E-act-too-large", &[]);
    let long = "x".repeat(9_000);
    let reasoned = [&act[..], &["--reason", long.as_str()]].concat();
    assert_refused(&folder.run_with(&reasoned, SCORE), 2, "E-reason-too-long", &["9000"]);
    assert_eq!(folder.run(&["case", "list", "--json"]).ok().documents().len(), 1);
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let folder = Folder::new();
    let bytes = folder.write("bytes.yaml", b"workflow: \xff\n");
    let large = folder.write("large.yaml", "#".repeat(2 * 1024 * 1024));
    let rows = [
        (folder.path("nowhere.yaml"), "E-file-unreadable"),
        (folder.path("."), "E-file-unreadable"),
        (bytes, "E-file-not-text"),
        (large, "E-file-too-large"),
    ];
    for (file, code) in &rows {
        for command in ["check", "publish"] {
            let ran = folder.run(&["workflow", command, file, "--json"]);
            assert_refused(&ran, 2, code, &[file]);
        }
    }
}

#[test]
fn a_mistake_in_a_workflow_file_is_shown_with_line_column_and_caret() {
    let folder = Folder::new();
    let rows = [
        ("a: [1", "E-yaml-syntax", 1, 5),
        (
            &crate::folder::VISIT.replace("to: inspect", "to: inspct"),
            "E-workflow-unknown-name",
            21,
            7,
        ),
        (
            &crate::folder::VISIT.replace("form.score >= 5", "form.score >= true"),
            "E-expression-type",
            35,
            15,
        ),
    ];
    for (text, code, line, column) in rows {
        let file = folder.write("mistaken.yaml", text);
        for command in ["check", "publish"] {
            let ran = folder.run(&["workflow", command, &file, "--json"]);
            assert_refused(&ran, 2, "E-workflow-invalid", &[&file]);
            let found = &ran.error()["diagnostics"][0];
            assert_eq!(
                (&found["code"], &found["line"], &found["column"]),
                (&json!(code), &json!(line), &json!(column))
            );
            let shown = folder.run(&["workflow", command, &file, "--lang", "ko"]).failed(2).err;
            assert!(shown.starts_with("E-workflow-invalid: "), "{shown}");
            assert!(shown.contains(&format!("mistaken.yaml:{line}:{column}]")), "{shown}");
            assert!(shown.contains("─"), "{shown}");
        }
    }
}

#[test]
fn a_published_version_never_changes() {
    let folder = Folder::with_visit();
    let changed = folder.write("visit.yaml", crate::folder::VISIT.replace("3d", "4d"));
    let ran = folder.run(&["workflow", "publish", &changed, "--json"]);
    assert_refused(&ran, 1, "E-version-published", &[]);
}

#[test]
fn a_closed_case_takes_no_further_step() {
    let folder = Folder::with_case();
    folder.run(&["case", "act", "v-1", "cancel", "--as", "clerk-1", "--reason", "그만"]).ok();
    let act = ["case", "do", "v-1", "inspect", "pass", "--as", "check-1", "--form", "-", "--json"];
    assert_refused(&folder.run_with(&act, SCORE), 1, "E-case-closed", &["cancelled"]);
}

#[test]
fn a_numbered_workflow_takes_no_number() {
    let folder = Folder::with_visit();
    let numbered = crate::folder::VISIT
        .replace("workflow: visit", "workflow: counted")
        .replace("version: 1", "version: 1\nnumber: V-{serial:3}");
    let file = folder.write("counted.yaml", numbered);
    folder.run(&["workflow", "publish", &file]).ok();
    let start = ["case", "start", "counted", "--as", "clerk-1", "--form", "-", "--json"];
    let given = [&start[..], &["--id", "V-9"]].concat();
    assert_refused(&folder.run_with(&given, START), 2, "E-number-given", &[]);
    assert_eq!(folder.run_with(&start, START).ok().document()["id"], "V-001");
}

#[test]
fn of_two_who_complete_a_step_at_once_one_wins_and_the_other_is_told_by_whom_and_when() {
    let folder = Folder::with_case();
    folder.run(&["person", "add", "check-3", "--role", "checker"]).ok();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let results = runtime.expect("a runtime").block_on(async {
        let world = World::open(&folder.data(), Access::Existing).await.expect("it opens");
        let world = Arc::new(world);
        let both = ["check-1", "check-3"].map(|person| {
            let world = world.clone();
            tokio::spawn(async move { (person, world.engine.complete(passing(person)).await) })
        });
        let mut results = Vec::new();
        for one in both {
            results.push(one.await.expect("no panic"));
        }
        world.engine.close().await.expect("it closes");
        results
    });
    let (won, lost): (Vec<_>, Vec<_>) = results.iter().partition(|(_, result)| result.is_ok());
    assert_eq!((won.len(), lost.len()), (1, 1));
    let refusal = lost[0].1.as_ref().expect_err("the loser is refused");
    assert_eq!(refusal.code().0, "E-step-not-active");
    assert!(refusal.to_string().contains(&format!("{} completed it", won[0].0)), "{refusal}");

    let again =
        ["case", "do", "v-1", "inspect", "pass", "--as", "check-1", "--form", "-", "--json"];
    let error = folder.run_with(&again, SCORE).failed(1).error();
    assert_eq!(error["completed"]["by"], won[0].0);
    assert!(error["completed"]["at"].is_string() && error["active"][0]["step"] == "report");
}

fn passing(person: &str) -> CompleteRequest {
    let form = Object::from_iter([("score".to_owned(), Value::from(7))]);
    CompleteRequest {
        case: CaseId::new("v-1").expect("a case"),
        step: "inspect".to_owned(),
        outcome: "pass".to_owned(),
        expected: None,
        act: ActOf { form, ..ActOf::by(PersonId::new(person).expect("a person")) },
    }
}
