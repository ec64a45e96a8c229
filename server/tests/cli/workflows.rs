//! `dure workflow …` in detail: what is found in a file, its graph, the schema for editors; and how a case shows the words of its workflow.

use dure_storage::{LocalLog, LocalOptions};
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

#[test]
fn what_is_personal_is_shown_and_refused_with_the_field_and_without_the_value() {
    let folder = Folder::new();
    let text = VISIT.replace("{like: data.note}", "{like: data.note, optional: true}");
    let text = text.replace("note:   {type: string", "note:   {type: string, personal: true");
    folder.run(&["workflow", "publish", &folder.write("visit.yaml", text)]).ok();
    for (lang, word) in [("ko", "개인정보"), ("en", "personal")] {
        let shown = folder.run(&["workflow", "show", "visit", "--lang", lang]).ok().out;
        assert!(shown.contains(&format!("note? ({word})")), "{shown}");
    }
    let shown = folder.run(&["workflow", "show", "visit", "--json"]).ok().document();
    assert_eq!(shown["start"]["form"]["properties"]["note"]["x-personal"], true);
    folder.run(&["person", "add", "clerk-1", "--role", "clerk"]).ok();
    let start =
        ["case", "start", "visit", "--id", "v-1", "--as", "clerk-1", "--form", "-", "--json"];
    let form = r#"{"region": "east", "note": "somebody-0207"}"#;
    let error = folder.run_with(&start, form).failed(1).error();
    assert_eq!(error["code"], "E-personal-unsealed");
    assert_eq!(error["violations"][0]["path"], "/note");
    assert!(!error.to_string().contains("somebody-0207"), "{error}");
}

#[test]
fn a_file_is_drawn_in_each_format_without_a_data_folder() {
    let folder = Folder::new();
    let file = folder.write("visit.yaml", VISIT);
    let graph = |option: &[&str]| {
        folder.run(&[&["workflow", "graph", &file, "--lang", "en"], option].concat()).ok().out
    };
    let mermaid = graph(&["--mermaid"]);
    assert!(mermaid.contains("flowchart TD") && mermaid.contains("n_inspect -->|\"Pass<br/>"));
    assert_eq!(graph(&[]), mermaid, "Mermaid, unless another is asked for");
    assert!(graph(&["--dot"]).starts_with("digraph {"));
    let svg = graph(&["--svg"]);
    assert!(svg.starts_with("<svg ") && svg.contains(">1. Inspect</text>"), "{svg}");
    let korean = folder.run(&["workflow", "graph", &file, "--lang", "ko"]).ok().out;
    assert!(korean.contains("할 일 · 점검"), "{korean}");
    assert!(!folder.data().exists());
}

#[test]
fn a_published_workflow_is_drawn_by_name_and_version() {
    let folder = Folder::with_visit();
    let second = VISIT.replace("version: 1", "version: 2").replace("en: Inspect", "en: Look");
    folder.run(&["workflow", "publish", &folder.write("second.yaml", second)]).ok();
    let graph = ["workflow", "graph", "visit", "--lang", "en"];
    assert!(folder.run(&graph).ok().out.contains("task · Look<br/>"));
    let first = folder.run(&[&graph[..], &["--version", "1"]].concat()).ok().out;
    assert!(first.contains("task · Inspect<br/>"), "{first}");
    let missing = folder.run(&["workflow", "graph", "nowhere", "--json"]).failed(1);
    assert_eq!(missing.error()["code"], "E-workflow-unknown");
}

#[test]
fn a_graph_is_written_to_a_file_or_told_in_json() {
    let folder = Folder::new();
    let (file, picture) = (folder.write("visit.yaml", VISIT), folder.path("visit.svg"));
    let graph = ["workflow", "graph", &file, "--svg"];
    let shown = folder.run(&graph).ok().out;
    let said = folder.run(&[&graph[..], &["--output", &picture]].concat()).ok().out;
    assert!(said.contains(&picture), "{said}");
    assert_eq!(std::fs::read_to_string(&picture).expect("a file"), shown);
    let told = folder.run(&[&graph[..], &["--json"]].concat()).ok().document();
    assert_eq!((&told["format"], &told["graph"]), (&json!("svg"), &json!(shown)));
    assert_eq!((&told["workflow"], &told["version"]), (&json!("visit"), &json!(1)));
    let nowhere = folder.path("no/such/folder.svg");
    let lost = folder.run(&[&graph[..], &["--output", &nowhere, "--json"]].concat()).failed(3);
    assert_eq!(lost.error()["code"], "E-file-unwritable");
    let both = folder.run(&["workflow", "graph", &file, "--svg", "--dot", "--json"]).failed(2);
    assert_eq!(both.error()["code"], "E-usage");
}

#[test]
fn a_file_that_the_checker_refuses_can_be_drawn_and_what_it_calls_is_given_beside_it() {
    let folder = Folder::new();
    let lost = folder.write("lost.yaml", VISIT.replace("to: passed\n", "to: report\n"));
    folder.run(&["workflow", "check", &lost]).failed(2);
    assert!(folder.run(&["workflow", "graph", &lost]).ok().out.contains("n_report --> n_report"));

    let visit = folder.write("visit.yaml", VISIT);
    let report = "by: starter\n    to: passed";
    let calling = VISIT.replace("workflow: visit", "workflow: caller");
    let calling = calling.replace(
        report,
        "call: visit\n    with: {region: data.region, note: data.note}\n    to: passed",
    );
    let calling = folder.write("calling.yaml", calling);
    let graph = ["workflow", "graph", &calling, "--lang", "en"];
    let missing = folder.run(&[&graph[..], &["--json"]].concat()).failed(2);
    assert_eq!(missing.error()["diagnostics"][0]["code"], "E-workflow-unknown-name");
    let drawn = folder.run(&[&graph[..], &["--with", &visit]].concat()).ok().out;
    assert!(drawn.contains("workflow · Report<br/>Visit (visit v1)"), "{drawn}");
}

#[test]
fn the_schema_for_editors_is_the_one_of_the_documents() {
    let folder = Folder::new();
    let printed = folder.run(&["workflow", "schema"]).ok().out;
    assert_eq!(printed, include_str!("../../../docs/workflow.schema.json"));
    let document = folder.run(&["workflow", "schema", "--json"]).ok();
    assert_eq!(document.out.lines().count(), 1);
    assert_eq!(document.document()["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert!(!folder.data().exists());
}

/// `visit`, and a workflow whose second step must be done by somebody else.
const TWICE: &str = "\
workflow: twice
version: 1
title: {ko: 이중 확인, en: Checked twice}
roles: {clerk: {ko: 접수자, en: Clerk}}
start: {by: clerk, to: first}
steps:
  first:  {title: {ko: 첫 확인, en: First}, by: clerk, to: second}
  second: {title: {ko: 둘째 확인, en: Second}, by: clerk, not_same_as: [first], to: done}
ends: {done: {title: {ko: 끝, en: Done}}}
";

#[test]
fn too_few_people_of_the_data_folder_are_warned_of_by_check_and_by_publish() {
    let folder = Folder::new();
    let file = folder.write("twice.yaml", TWICE);
    let check = ["workflow", "check", &file, "--lang", "en"];
    assert_eq!(folder.run(&check).ok().err, "", "nobody is known");
    folder.run(&["person", "add", "clerk-1", "--role", "clerk"]).ok();
    let warned = folder.run(&check).ok();
    assert!(warned.err.contains("E-check-too-few-people"), "{}", warned.err);
    assert!(warned.err.contains("no more than 0 may be left"), "{}", warned.err);
    assert!(warned.err.contains("twice.yaml:8:3"), "{}", warned.err);
    let publish = ["workflow", "publish", &file, "--json"];
    let published = folder.run(&publish).ok().document();
    assert_eq!(published["repeated"], false);
    let warning = &published["warnings"][0];
    assert_eq!(
        (&warning["code"], &warning["severity"]),
        (&json!("E-check-too-few-people"), &json!("warning"))
    );
    assert_eq!((&warning["line"], &warning["trace"]), (&json!(8), &json!(["start", "first=done"])));
    folder.run(&["person", "add", "clerk-2", "--role", "clerk"]).ok();
    assert_eq!(folder.run(&publish).ok().document()["warnings"], json!([]));
    let checked = folder.run(&["workflow", "check", &file, "--json"]).ok().document();
    assert_eq!((&checked["people"], &checked["warnings"]), (&json!(2), &json!([])));
}

#[test]
fn people_of_a_file_are_counted_as_of_a_time() {
    let folder = Folder::new();
    let file = folder.write("twice.yaml", TWICE);
    let term = "{role: clerk, from: 2017-03-01 00:00, until: 2018-01-01 00:00}";
    let people = folder.write(
        "people.yaml",
        format!("clerk-1: {{roles: [clerk]}}\nclerk-2: {{roles: [{term}]}}\n"),
    );
    let warnings = |at: &str| {
        let check =
            ["workflow", "check", &file, "--people", &people, "--at", at, "--json", "--lang", "ko"];
        folder.run(&check).ok().document()["warnings"].clone()
    };
    assert_eq!(warnings("2017-03-01 00:00"), json!([]));
    let later = warnings("2018-01-01 00:00");
    assert!(
        later[0]["message"].as_str().is_some_and(|text| text.contains("0명만 남을 수")),
        "{later}"
    );
    assert!(!folder.data().exists());
    let wrong = folder.write("wrong.yaml", "clerk-1: {role: clerk}\n");
    let check = ["workflow", "check", &file, "--people", &wrong, "--json"];
    let error = folder.run(&check).failed(2).error();
    assert_eq!(
        (&error["code"], &error["diagnostics"][0]["line"]),
        (&json!("E-people-invalid"), &json!(1))
    );
}

#[test]
fn a_folder_in_use_keeps_nobody_from_checking_a_file() {
    let folder = Folder::with_visit();
    let file = folder.write("twice.yaml", TWICE);
    let held = LocalLog::open(&folder.data(), &LocalOptions::default()).expect("the log opens");
    let checked = folder.run(&["workflow", "check", &file, "--json"]).ok();
    assert!(checked.err.contains("E-folder-locked"), "{}", checked.err);
    assert_eq!(
        (&checked.document()["people"], &checked.document()["ok"]),
        (&json!(0), &json!(true))
    );
    drop(held);
}

#[test]
fn the_page_of_a_workflow_is_printed_in_either_language_and_as_json() {
    let folder = Folder::new();
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../workflows/plan_approval/plan_request/plan_request.yaml"
    );
    let page = |more: &[&str]| folder.run(&[&["workflow", "page", file], more].concat()).ok();
    let korean = page(&["--lang", "ko"]).out;
    for part in ["```mermaid\n", "## 함께하는 사람", "## 단계", "## 끝나는 방식"] {
        assert!(korean.contains(part), "{part} in {korean}");
    }
    assert!(page(&["--lang", "en"]).out.contains("## The steps"));
    let json = page(&["--lang", "ko", "--json"]).document();
    assert_eq!(json["page"], korean);
    assert_eq!(json["workflow"], "plan_request");
}
