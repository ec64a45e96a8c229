//! `dure workflow migrate`: tried, refused, applied, and what a case shows of it; and a version that this binary cannot
//! read.

use dure_engine::runtime::{Ids, RandomIds};
use dure_storage::{
    CanonicalJson, Commit, EventLog, EventType, ExpectedVersion, LocalLog, LocalOptions, NewEvent,
    StreamAppend, StreamId,
};
use serde_json::{Value, json};

use crate::folder::{Folder, VISIT};

const PLAN: &str = "migrate: visit\nfrom: 1\nto: 2\nbecause: {ko: 점검 지침 개정, en: The rules of visits changed}\n";

/// Two cases on the first version, one in each step, and a second version in which the first step has another name.
fn with_two_cases() -> (Folder, String) {
    let folder = Folder::with_case();
    let form = r#"{"region": "east", "note": "메모"}"#;
    let start = ["case", "start", "visit", "--id", "v-2", "--as", "clerk-1", "--form", "-"];
    folder.run_with(&start, form).ok();
    inspected(&folder, "v-2", "inspect");
    let next = VISIT.replace("version: 1", "version: 2").replace("inspect", "examine");
    let file = folder.write("visit-2.yaml", next);
    folder.run(&["workflow", "publish", &file]).ok();
    let plan = folder.write("plan.yaml", format!("{PLAN}steps: {{inspect: examine}}\n"));
    (folder, plan)
}

fn inspected(folder: &Folder, case: &str, step: &str) {
    let done = ["case", "do", case, step, "pass", "--as", "check-1", "--form", "-"];
    folder.run_with(&done, r#"{"score": 7}"#).ok();
}

fn rows(documents: &[Value]) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let cases = documents.iter().filter(|document| document["case"].is_string());
    cases.map(|case| (text(&case["case"]), text(&case["verdict"]))).collect()
}

fn pairs(rows: &[(&str, &str)]) -> Vec<(String, String)> {
    rows.iter().map(|(case, verdict)| ((*case).to_owned(), (*verdict).to_owned())).collect()
}

#[test]
fn a_plan_is_tried_and_applied_and_the_case_goes_on_under_the_new_version() {
    let (folder, plan) = with_two_cases();
    let dry = ["workflow", "migrate", "--plan", &plan, "--dry-run", "--json"];
    let before = folder.head();
    let documents = folder.run(&dry).ok().documents();
    assert_eq!(rows(&documents), pairs(&[("v-1", "completable"), ("v-2", "completable")]));
    assert_eq!(documents[2]["counts"]["completable"], 2);
    assert_eq!(folder.head(), before, "a dry run records nothing");

    let apply =
        ["workflow", "migrate", "--plan", &plan, "--apply", "--as", "clerk-1", "--lang", "ko"];
    let said = folder.run(&apply).ok().out;
    assert!(said.contains("visit v2: 이행 완료 2건"), "{said}");
    let shown = folder.run(&["case", "show", "v-1", "--json"]).ok().document();
    assert_eq!((&shown["version"], &shown["active"][0]["step"]), (&json!(2), &json!("examine")));
    let timeline = folder.run(&["case", "timeline", "v-1", "--lang", "en"]).ok().out;
    for part in ["goes on under version 2", "clerk-1", "The rules of visits changed"] {
        assert!(timeline.contains(part), "{part} in {timeline}");
    }
    let korean = folder.run(&["case", "timeline", "v-1", "--lang", "ko"]).ok().out;
    assert!(korean.contains("2 버전으로 계속함") && korean.contains("점검 지침 개정"), "{korean}");

    let size = folder.head();
    folder.run(&apply).ok();
    assert_eq!(folder.head(), size, "applying again changes nothing");
    inspected(&folder, "v-1", "examine");
}

#[test]
fn a_case_that_cannot_go_on_makes_a_dry_run_fail_and_an_application_refuse() {
    let (folder, _) = with_two_cases();
    let plan = folder.write("bare.yaml", PLAN);
    let command = |rest: &[&str]| {
        let all = [&["workflow", "migrate", "--plan", &plan], rest].concat();
        folder.run(&all)
    };
    let ran = command(&["--dry-run", "--lang", "en"]).failed(1);
    assert!(
        ran.out.contains("unreachable") && ran.out.contains("visit v2 has no step \"inspect\"")
    );
    assert!(ran.err.contains("E-migrate-incomplete"), "{}", ran.err);
    let documents = command(&["--dry-run", "--json"]).failed(1).documents();
    assert_eq!(rows(&documents), pairs(&[("v-1", "unreachable"), ("v-2", "completable")]));
    assert_eq!(documents[0]["reasons"][0]["code"], "E-migrate-no-counterpart");
    assert_eq!(documents[0]["reasons"][0]["where"], "inspect");

    let before = folder.head();
    let nobody = command(&["--apply"]).failed(2).err;
    assert!(nobody.starts_with("E-person-missing"), "{nobody}");
    let refused = command(&["--apply", "--as", "clerk-1", "--json"]).failed(1).error();
    assert_eq!(refused["code"], "E-migrate-incomplete");
    assert_eq!(folder.head(), before);
    let told = command(&["--apply", "--completable-only", "--as", "clerk-1", "--json"]).ok();
    assert_eq!(rows(&told.documents()), pairs(&[("v-1", "unreachable"), ("v-2", "applied")]));
}

#[test]
fn a_mistake_in_a_plan_is_shown_with_line_and_caret_in_both_languages() {
    let (folder, _) = with_two_cases();
    let plan = folder.write("wrong.yaml", format!("{PLAN}steps:\n  inspect: examin\n"));
    for (lang, words) in [("en", "did you mean `examine`?"), ("ko", "이행 계획 파일에 잘못이 1건")]
    {
        let ran = folder
            .run(&["workflow", "migrate", "--plan", &plan, "--dry-run", "--lang", lang])
            .failed(2);
        assert!(ran.err.starts_with("E-plan-invalid: "), "{}", ran.err);
        for part in ["wrong.yaml:6:12", "E-plan-unknown-name", words] {
            assert!(ran.err.contains(part), "{part} in {}", ran.err);
        }
    }
    folder.run(&["workflow", "migrate", "--plan", &plan]).failed(2);
}

/// Publishes a text past every check, as a newer binary would that knows more keys.
fn published_by_a_newer_binary(folder: &Folder, text: &str) {
    let now = "2030-01-01T00:00:00Z".parse().expect("a time");
    let workflow = json!({"name": "visit", "version": 2});
    let data = json!({"workflow": workflow, "parts": 1, "text": text});
    let event = NewEvent {
        id: RandomIds.next(now),
        kind: EventType("dure.workflow_published.v1"),
        occurred_at: now,
        data: CanonicalJson::of(&data).expect("JSON"),
        causation: None,
        correlation: None,
    };
    let stream = StreamId::new("workflow/visit").expect("a stream");
    let part = StreamAppend { stream, expected: ExpectedVersion::Any, events: vec![event] };
    let commit = Commit { parts: vec![part], recorded_at: now, idempotency: None };
    let log = LocalLog::open(&folder.data(), &LocalOptions::default()).expect("the log opens");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        log.append(commit).await.expect("written");
        log.close().await.expect("closed");
    });
}

#[test]
fn a_version_that_this_binary_cannot_read_is_told_where_it_is_met_and_everything_else_goes_on() {
    let folder = Folder::with_case();
    let next = VISIT.replace("version: 1", "version: 2");
    let file = folder.write("visit-2.yaml", &next);
    folder.run(&["workflow", "publish", &file]).ok();
    let form = r#"{"region": "east", "note": "메모"}"#;
    let start = ["case", "start", "visit", "--id", "v-9", "--as", "clerk-1", "--form", "-"];
    folder.run_with(&start, form).ok();
    published_by_a_newer_binary(
        &folder,
        &next.replace("  inspect:\n", "  inspect:\n    mood: calm\n"),
    );

    let refused =
        folder.run(&["case", "do", "v-9", "inspect", "pass", "--as", "check-1", "--json"]);
    let error = refused.failed(1).error();
    assert_eq!(error["code"], "E-definition-unreadable");
    let said = error["message"].as_str().expect("a sentence");
    assert!(said.contains("visit v2") && said.contains("mood"), "{said}");
    assert_eq!(folder.run(&["case", "list", "--json"]).ok().documents().len(), 2);
    assert!(folder.run(&["case", "list", "--lang", "en"]).ok().out.contains("(cannot be read)"));
    assert_eq!(folder.run(&["inbox", "--as", "check-1", "--json"]).ok().documents().len(), 2);
    assert!(folder.run(&["workflow", "list", "--lang", "ko"]).ok().out.contains("(읽을 수 없음)"));
    folder.run(&["case", "show", "v-9"]).ok();
    folder.run(&["case", "timeline", "v-9"]).ok();
    folder.run(&["tick"]).ok();
    folder.run(&["view", "rebuild"]).ok();
    inspected(&folder, "v-1", "inspect");
}
