//! Every command once, in text and in JSON.

use std::process::Stdio;

use dure_storage::merkle::{Frontier, leaf_hash};
use serde_json::{Value, json};

use crate::folder::{Folder, dure, run};

fn keys(document: &Value) -> Vec<&str> {
    document.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn a_case_goes_from_its_start_to_its_end() {
    let folder = Folder::with_visit();
    let form = r#"{"region": "east", "note": "메모"}"#;
    let start = ["case", "start", "visit", "--id", "v-1", "--as", "clerk-1", "--form", "-"];
    let started = folder.run_with(&[&start[..], &["--json"]].concat(), form).ok().document();
    assert_eq!(started["id"], "v-1");
    assert_eq!(started["repeated"], false);
    assert_eq!(started["active"][0]["step"], "inspect");
    assert_eq!(started["active"][0]["holder"], json!({"roles": ["checker"], "in": "east"}));

    let score = folder.write("score.json", r#"{"score": 7}"#);
    let pass = ["case", "do", "v-1", "inspect", "pass", "--as", "check-1", "--form", &score];
    let passed = folder.run(&[&pass[..], &["--json", "--expect", "1"]].concat()).ok().document();
    assert_eq!(passed["active"][0]["holder"], json!({"person": "clerk-1"}));

    let report = ["case", "do", "v-1", "report", "done", "--as", "clerk-1", "--json"];
    let done = folder.run(&report).ok().document();
    assert_eq!((&done["status"], &done["outcome"]), (&json!("closed"), &json!("passed")));
    assert_eq!((&done["stream_version"], &done["active"]), (&json!(3), &json!([])));
    assert!(done["closed_at"].is_string());

    let timeline = folder.run(&["case", "timeline", "v-1", "--lang", "en"]).ok().out;
    let lines: Vec<&str> = timeline.lines().collect();
    assert_eq!(lines[0], "v-1  Visit · closed: Passed · 3 acts");
    assert!(lines[2].contains("Inspect: Pass") && lines[2].contains("→ Report"), "{timeline}");
    assert!(lines[3].contains("→ closed: Passed"), "{timeline}");
}

#[test]
fn a_case_in_json_has_the_fields_of_the_contract() {
    let folder = Folder::with_case();
    let shown = folder.run(&["case", "show", "v-1", "--json"]).ok().document();
    for field in [
        "id",
        "workflow",
        "version",
        "status",
        "outcome",
        "active",
        "opened_at",
        "closed_at",
        "stream_version",
        "starter",
        "data",
    ] {
        assert!(keys(&shown).contains(&field), "{field} is missing in {shown}");
    }
    assert_eq!(keys(&shown["active"][0]), ["due", "holder", "since", "step", "title"]);
    assert_eq!((&shown["status"], &shown["outcome"]), (&json!("open"), &Value::Null));
    assert_eq!(folder.run(&["case", "list", "--json"]).ok().documents(), [shown]);
}

#[test]
fn a_person_reads_a_case_in_their_language() {
    let folder = Folder::with_case();
    let show = |lang| folder.run(&["case", "show", "v-1", "--lang", lang]).ok().out;
    assert!(show("ko").starts_with("v-1  방문 점검 · 진행 중"), "{}", show("ko"));
    assert!(show("en").starts_with("v-1  Visit · open"), "{}", show("en"));
    let mut korean = folder.command(&["case", "list"]);
    korean.env("LANG", "ko_KR.UTF-8");
    assert!(run(korean, "").ok().out.contains("방문 점검"));
    let why = folder.run(&["case", "why", "v-1", "--lang", "en"]).ok().out;
    assert!(why.contains("check-1") && why.contains("depends on the form"), "{why}");
    assert!(why.contains("Cancel (cancel)"), "{why}");
}

#[test]
fn why_and_inbox_name_who_may_act() {
    let folder = Folder::with_case();
    let why = folder.run(&["case", "why", "v-1", "--json"]).ok().document();
    assert_eq!(why["steps"][0]["people"], json!(["check-1"]));
    assert_eq!(why["actions"], json!(["cancel"]));
    let inbox = folder.run(&["inbox", "--as", "check-1", "--json"]).ok().documents();
    assert_eq!((inbox.len(), &inbox[0]["case"]), (1, &json!("v-1")));
    assert!(folder.run(&["inbox", "--as", "check-2", "--json"]).ok().out.is_empty());
    assert!(folder.run(&["inbox", "--as", "check-1"]).ok().out.contains("Inspect"));
}

#[test]
fn an_action_ends_a_case_at_any_time() {
    let folder = Folder::with_case();
    let act = ["case", "act", "v-1", "cancel", "--as", "clerk-1", "--reason", "더 필요 없음"];
    let cancelled = folder.run(&[&act[..], &["--json"]].concat()).ok().document();
    assert_eq!(cancelled["outcome"], "cancelled");
    let timeline = folder.run(&["case", "timeline", "v-1", "--json"]).ok().document();
    assert_eq!(timeline["timeline"][1]["reason"], "더 필요 없음");
}

#[test]
fn the_same_key_is_recorded_once() {
    let folder = Folder::with_case();
    let act =
        ["case", "act", "v-1", "cancel", "--as", "clerk-1", "--reason", "그만", "--key", "k-1"];
    let act = [&act[..], &["--json"]].concat();
    let (first, head) = (folder.run(&act).ok().document(), folder.head());
    let second = folder.run(&act).ok().document();
    assert_eq!((&first["repeated"], &second["repeated"]), (&json!(false), &json!(true)));
    assert_eq!((&first["position"], head), (&second["position"], folder.head()));
}

#[test]
fn a_case_may_be_started_for_somebody_else_and_recorded_later() {
    let folder = Folder::with_visit();
    let form = r#"{"region": "east", "note": "전화로 받음"}"#;
    let start = [
        "case",
        "start",
        "visit",
        "--id",
        "v-9",
        "--as",
        "clerk-1",
        "--for",
        "check-1",
        "--form",
        "-",
        "--at",
        "2017-03-10 10:00",
        "--json",
    ];
    let started = folder.run_with(&start, form).ok().document();
    assert_eq!(
        (&started["starter"], &started["entered_by"]),
        (&json!("check-1"), &json!("clerk-1"))
    );
    assert_eq!(started["opened_at"], "2017-03-10T01:00:00Z");
    let timeline = folder.run(&["case", "timeline", "v-9", "--lang", "en"]).ok().out;
    assert!(timeline.contains("2017-03-10 10:00"), "{timeline}");
    assert!(timeline.contains("clerk-1, Clerk (for check-1)"), "{timeline}");
    assert!(timeline.contains("recorded on"), "{timeline}");
}

#[test]
fn the_export_is_the_stored_bytes_and_hashes_to_the_root() {
    let folder = Folder::with_case();
    let exported = folder.run(&["log", "export"]).ok().out;
    let mut frontier = Frontier::default();
    exported.lines().for_each(|line| frontier.push(leaf_hash(line.as_bytes())));
    let head = folder.run(&["log", "head", "--json"]).ok();
    let expected = format!("{{\"size\":{},\"root\":\"{}\"}}\n", frontier.size(), frontier.root());
    assert_eq!(head.out, expected);
    let stored = std::fs::read_to_string(folder.segment()).expect("the segment");
    let events: Vec<&str> = stored.lines().filter(|line| line.starts_with('{')).collect();
    assert_eq!(exported.lines().collect::<Vec<_>>(), events);
}

#[test]
fn the_tail_is_the_last_events() {
    let folder = Folder::with_case();
    let size = folder.head()["size"].as_u64().expect("a size");
    let tail = folder.run(&["log", "tail", "-n", "2", "--json"]).ok().documents();
    assert_eq!(
        tail.iter().map(|e| e["position"].as_u64()).collect::<Vec<_>>(),
        [Some(size - 2), Some(size - 1)]
    );
    assert_eq!(tail[1]["event"]["subject"], "case/v-1");
    assert!(folder.run(&["log", "tail"]).ok().out.contains("dure.case_started.v1"));
    assert!(folder.run(&["log", "tail", "-n", "0", "--json"]).ok().out.is_empty());
}

#[test]
fn verify_recomputes_what_head_says() {
    let folder = Folder::with_case();
    let verified = folder.run(&["log", "verify", "--json"]).ok().document();
    assert_eq!(json!({"size": verified["size"], "root": verified["root"]}), folder.head());
    assert_eq!(verified["whole"], true);
    assert!(folder.run(&["log", "verify", "--lang", "en"]).ok().out.contains("are whole"));
}

#[test]
fn views_that_were_deleted_come_back_equal() {
    let folder = Folder::with_case();
    let read = || {
        let shown = folder.run(&["case", "list", "--json"]).ok().out;
        shown + &folder.run(&["case", "timeline", "v-1", "--json"]).ok().out
    };
    let before = read();
    std::fs::remove_dir_all(folder.data().join("views")).expect("the views are deleted");
    assert_eq!(read(), before);
    let status = folder.run(&["view", "status", "--json"]).ok().documents();
    let names: Vec<_> = status.iter().map(|view| view["name"].as_str().unwrap_or("")).collect();
    let expect =
        ["cases", "tasks", "timeline", "people", "workflows", "accounts", "calendars", "webhooks"];
    assert_eq!(names, expect);
    for view in folder.run(&["view", "rebuild", "--json"]).ok().documents() {
        assert_eq!((&view["state"], &view["root"]), (&json!("rebuilt"), &folder.head()["root"]));
    }
    assert_eq!(read(), before);
    assert!(folder.run(&["view", "status", "--lang", "ko"]).ok().out.contains("일치"));
}

#[test]
fn a_workflow_is_checked_published_listed_and_shown() {
    let folder = Folder::new();
    let file = folder.write("visit.yaml", crate::folder::VISIT);
    let checked = folder.run(&["workflow", "check", &file, "--json"]).ok().document();
    assert_eq!(
        checked,
        json!({"workflow": "visit", "version": 1, "steps": 2, "ok": true, "people": 0, "warnings": []})
    );
    assert!(!folder.data().exists(), "checking a file makes no data folder");

    let publish = |args: &[&str]| folder.run(args).ok().document()["repeated"].clone();
    let arguments = ["workflow", "publish", file.as_str(), "--json"];
    assert_eq!([publish(&arguments), publish(&arguments)], [json!(false), json!(true)]);

    let list = folder.run(&["workflow", "list", "--json"]).ok().documents();
    assert_eq!((list.len(), &list[0]["title"]["en"]), (1, &json!("Visit")));
    assert!(folder.run(&["workflow", "list", "--lang", "ko"]).ok().out.contains("방문 점검"));
    let shown = folder.run(&["workflow", "show", "visit", "--json"]).ok().document();
    assert_eq!(shown["source"], crate::folder::VISIT);
    let shown = folder.run(&["workflow", "show", "visit", "--version", "1"]).ok().out;
    assert!(shown.contains("pass  Pass  → report  {score}  [form.score >= 5]"), "{shown}");
}

#[test]
fn a_file_that_calls_others_is_checked_with_them_or_with_what_is_published() {
    let folder = Folder::new();
    let visit = folder.write("visit.yaml", crate::folder::VISIT);
    let caller = folder.write("caller.yaml", CALLER);
    folder.run(&["workflow", "check", &caller]).failed(2);
    folder.run(&["workflow", "check", &caller, "--with", &visit]).ok();
    folder.run(&["workflow", "publish", &visit]).ok();
    folder.run(&["workflow", "check", &caller]).ok();
}

const CALLER: &str = "
workflow: round
version: 1
title: {ko: 순회, en: Round}
roles: {clerk: {ko: 접수자, en: Clerk}}
start: {by: clerk, to: visit_one}
steps:
  visit_one:
    title: {ko: 방문, en: Visit}
    call: visit
    with: {region: '\"east\"', note: '\"round\"'}
    to: ended_well
ends:
  ended_well: {title: {ko: 끝, en: Ended}}
";

#[test]
fn people_are_added_once_and_listed() {
    let folder = Folder::new();
    let add = [
        "person",
        "add",
        "hub-07",
        "--role",
        "hub@east",
        "--role",
        "desk",
        "--title-ko",
        "거점 07",
        "--title-en",
        "Hub 07",
        "--json",
    ];
    assert_eq!(folder.run(&add).ok().document()["repeated"], false);
    assert_eq!(folder.run(&add).ok().document()["repeated"], true);
    let people = folder.run(&["person", "list", "--json"]).ok().documents();
    assert_eq!(people[0]["roles"], json!([{"role": "hub", "in": "east"}, {"role": "desk"}]));
    let list = folder.run(&["person", "list", "--lang", "ko"]).ok().out;
    assert!(list.contains("거점 07") && list.contains("hub@east, desk"), "{list}");
}

#[test]
fn global_options_stand_anywhere_and_the_actor_may_come_from_the_environment() {
    let folder = Folder::with_case();
    let data = folder.data().display().to_string();
    for arguments in [
        ["--data", &data, "--json", "case", "show", "v-1"],
        ["case", "--json", "--data", &data, "show", "v-1"],
        ["case", "show", "v-1", "--data", &data, "--json"],
    ] {
        let mut command = dure();
        command.args(arguments);
        assert_eq!(run(command, "").ok().document()["id"], "v-1");
    }
    let mut command = folder.command(&["inbox", "--json"]);
    command.env("DURE_AS", "check-1");
    assert_eq!(run(command, "").ok().documents().len(), 1);
}

#[test]
fn a_closed_standard_output_is_no_error() {
    let folder = Folder::new();
    folder.run(&["demo"]).ok();
    let mut command = folder.command(&["log", "export"]);
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}

#[test]
fn help_and_version_are_data() {
    for argument in ["--help", "--version"] {
        let mut command = dure();
        command.arg(argument);
        assert!(run(command, "").ok().out.contains("dure"));
    }
}
