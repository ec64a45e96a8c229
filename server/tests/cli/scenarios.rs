//! `dure workflow scenario`: files beside, JSON lines, what is told of mistakes and differences, coverage, exit codes.

use serde_json::json;

use crate::folder::{Folder, VISIT};

const PASSED: &str = "\
scenario: passes
title: {ko: 적합, en: Passes}
workflow: visit
workflows: [visit.yaml]
people:
  clerk-1: {roles: [clerk]}
  check-1: {roles: [{role: checker, in: east}]}
clock: 2017-03-10 10:00
lines:
  - {case: v1, by: clerk-1, start: {region: east, note: first}, expect: {active: inspect}}
  - {at: +1d, case: v1, by: check-1, do: inspect pass, form: {score: 2}, refused: E-guard-false, says: too low}
  - {case: v1, by: check-1, do: inspect pass, form: {score: 7}}
  - {case: v1, by: clerk-1, do: report, expect: {closed: passed}}
";

const OTHERS: &str = "  - {case: v2, by: clerk-1, start: {region: east, note: second}}
  - {case: v2, by: check-1, do: inspect fail, form: {score: 1}, reason: broken, expect: {closed: failed}}
  - {case: v3, by: clerk-1, start: {region: east, note: third}}
  - {case: v3, by: clerk-1, action: cancel, reason: not needed, expect: {closed: cancelled}}
";

fn with(scenario: &str) -> (Folder, String) {
    let folder = Folder::new();
    folder.write("visit.yaml", VISIT);
    let file = folder.write("trial.scenario.yaml", scenario);
    (folder, file)
}

#[test]
fn a_scenario_is_played_from_its_folder_and_records_nothing() {
    let (folder, file) = with(PASSED);
    let ran = folder.run(&["workflow", "scenario", &file, "--lang", "en"]).ok();
    assert!(ran.out.starts_with("passed  passes  Passes · 4 lines, "), "{}", ran.out);
    assert!(!folder.data().exists());
    let document = folder.run(&["workflow", "scenario", &file, "--json"]).ok().document();
    assert_eq!((&document["scenario"], &document["passed"]), (&json!("passes"), &json!(true)));
    assert_eq!(document["played"][1], json!({"at": "2017-03-11T01:00:00Z", "result": "refused"}));
    assert_eq!(document["diagnostics"], json!([]));
}

#[test]
fn what_differs_is_told_with_its_line_and_ends_with_one() {
    let (folder, file) = with(&PASSED.replace("closed: passed", "closed: failed"));
    let ran = folder.run(&["workflow", "scenario", &file, "--lang", "en"]).failed(1);
    assert!(ran.out.contains("closed: expected failed, was passed"), "{}", ran.out);
    assert!(ran.err.contains("E-scenario-failed: 1 of 1 scenarios"), "{}", ran.err);
    let ran = folder.run(&["workflow", "scenario", &file, "--json"]).failed(1);
    let told = ran.document()["diagnostics"][0].clone();
    assert_eq!((&told["code"], &told["line"]), (&json!("E-scenario-differs"), &json!(13)));
    assert_eq!(ran.error()["code"], "E-scenario-failed");
}

#[test]
fn a_file_with_mistakes_does_not_keep_the_others_from_being_played() {
    let (folder, good) = with(PASSED);
    let bad =
        folder.write("bad.scenario.yaml", PASSED.replace("do: inspect pass", "does: inspect pass"));
    let ran = folder.run(&["workflow", "scenario", &bad, &good, "--json"]).failed(2);
    let documents = ran.documents();
    assert_eq!((&documents[0]["passed"], &documents[1]["passed"]), (&json!(false), &json!(true)));
    assert_eq!(documents[0]["diagnostics"][0]["code"], "E-scenario-key");
    assert_eq!(ran.error()["code"], "E-scenario-invalid");
}

#[test]
fn coverage_shows_what_was_not_taken_and_may_be_required() {
    let (folder, file) = with(PASSED);
    let ran = folder.run(&["workflow", "scenario", &file, "--coverage", "--lang", "en"]).ok();
    assert!(ran.out.contains("visit.yaml:") && ran.out.contains("inspect fail"), "{}", ran.out);
    let require = ["workflow", "scenario", &file, "--require-coverage", "--json"];
    let ran = folder.run(&require).failed(1);
    let report = ran.documents().pop().expect("the coverage");
    assert_eq!((&report["coverage"], &report["version"]), (&json!("visit"), &json!(1)));
    let missing = |row: &&serde_json::Value| row["taken"] == 0;
    assert!(report["elements"].as_array().expect("elements").iter().filter(missing).count() > 0);
    assert_eq!(ran.error()["code"], "E-scenario-coverage");
    folder.write("trial.scenario.yaml", format!("{PASSED}{OTHERS}"));
    folder.run(&require).ok();
}

#[test]
fn a_workflow_that_is_called_by_name_is_given_or_shipped() {
    let (folder, file) = with(&PASSED.replace("workflows: [visit.yaml]\n", ""));
    let ran = folder.run(&["workflow", "scenario", &file, "--json"]).failed(2);
    assert_eq!(ran.document()["diagnostics"][0]["code"], "E-scenario-unknown");
    let visit = folder.path("visit.yaml");
    folder.run(&["workflow", "scenario", &file, "--with", &visit]).ok();
    let none = folder.write("none.yaml", "title: x\n");
    folder.run(&["workflow", "scenario", &file, "--with", &none, "--json"]).failed(2);
}
