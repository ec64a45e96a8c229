//! `dure workflow simulate`: what is printed, the same again by the same seed, a failed run seen again, hints, exit codes.

use serde_json::{Value, json};

use crate::folder::{Folder, Ran, VISIT};

/// `dure workflow simulate visit.yaml …` in a folder with that file.
fn simulate(folder: &Folder, file: &str, options: &[&str]) -> Ran {
    let file = if file.ends_with(".yaml") { folder.path(file) } else { file.to_owned() };
    folder.run(&[&["workflow", "simulate", &file], options].concat())
}

fn with(file: &str, text: &str) -> Folder {
    let folder = Folder::new();
    folder.write("visit.yaml", VISIT);
    folder.write(file, text);
    folder
}

#[test]
fn a_simulation_tells_ends_spreads_and_what_was_never_taken_and_needs_no_data_folder() {
    let folder = with("visit.yaml", VISIT);
    let english = simulate(&folder, "visit.yaml", &["--runs", "40", "--lang", "en"]).ok().out;
    for words in
        ["visit v1  Visit", "40 runs (seed 1), 0 failed", "Passed", "in a run", "refused: "]
    {
        assert!(english.contains(words), "{words}: {english}");
    }
    let korean = simulate(&folder, "visit.yaml", &["--runs", "40", "--lang", "ko"]).ok().out;
    assert!(korean.contains("40번 (시드 1), 실패 0번") && korean.contains("적합"), "{korean}");
    let told = simulate(&folder, "visit.yaml", &["--runs", "40", "--json"]).ok().document();
    assert_eq!((&told["workflow"], &told["seed"]), (&json!("visit v1"), &json!(1)));
    let ends = told["ends"].as_object().expect("the ends");
    let reached: u64 = ends.values().filter_map(Value::as_u64).sum();
    assert_eq!((reached, &told["runs"], &told["failed"]), (40, &json!(40), &json!(0)));
    assert_eq!(ends.keys().collect::<Vec<_>>(), ["cancelled", "failed", "passed"]);
    for spread in ["acts", "timers", "days", "cases", "newcomers"] {
        assert!(told[spread]["least"].as_u64() <= told[spread]["most"].as_u64(), "{told}");
    }
    assert_eq!((&told["failures"], &told["steps_never_taken"]), (&json!([]), &json!([])));
    assert!(!folder.data().exists());
}

#[test]
fn the_same_seed_gives_the_same_runs_and_another_seed_others() {
    let folder = with("visit.yaml", VISIT);
    let runs = |seed: &str| {
        let options = ["--runs", "30", "--seed", seed, "--json"];
        simulate(&folder, "visit.yaml", &options).ok().out
    };
    let first = runs("7");
    assert_eq!(first, runs("7"));
    let (one, other): (Value, Value) = (parsed(&first), parsed(&runs("8")));
    assert_eq!((&one["seed"], &other["seed"]), (&json!(7), &json!(8)));
    assert!(one["acts"] != other["acts"] || one["refused"] != other["refused"], "{one}");
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("a document")
}

/// A workflow in which some cases come to somebody who does not exist, as no file can show.
const HAUNTED: &str = "\
workflow: haunted
version: 1
title: {ko: 빈집, en: Haunted}
roles: {clerk: {ko: 접수자, en: Clerk}}
data: {score: {type: integer}}
start: {by: clerk, form: {score: {type: integer, minimum: 0, maximum: 9}}, set: {score: form.score}, to: look}
steps:
  look: {title: {ko: 확인, en: Look}, by: {person: 'data.score > 7 ? \"ghost-1\" : starter.id'}, to: done}
ends: {done: {title: {ko: 끝, en: Done}}}
";

#[test]
fn a_run_that_gets_stuck_fails_the_command_and_is_seen_again_by_its_number() {
    let folder = with("haunted.yaml", HAUNTED);
    let ran = simulate(&folder, "haunted.yaml", &["--runs", "20", "--json"]).failed(1);
    assert_eq!(ran.error()["code"], "E-simulation-failed");
    let told = ran.document();
    let failed = told["failed"].as_u64().expect("a count");
    assert!(failed > 0 && failed < 20, "{failed}");
    let first = &told["failures"][0];
    let number = first["run"].to_string();
    let again = simulate(&folder, "haunted.yaml", &["--only", &number, "--json"]).failed(1);
    assert_eq!(&again.document()["failures"][0], first, "the same run by its number");
    let shown = simulate(&folder, "haunted.yaml", &["--only", &number, "--lang", "en"]).failed(1);
    assert!(shown.out.contains(&format!("--seed 1 --only {number}")), "{}", shown.out);
    assert!(shown.err.contains("1 of 1 simulated runs failed"), "{}", shown.err);
    let korean = simulate(&folder, "haunted.yaml", &["--only", &number, "--lang", "ko"]).failed(1);
    assert!(korean.err.contains("시뮬레이션 1번 가운데 1번이 실패했습니다"), "{}", korean.err);
}

#[test]
fn a_shipped_workflow_is_simulated_by_its_name_and_a_file_may_call_others() {
    let folder = with("visit.yaml", VISIT);
    let told = simulate(&folder, "consult", &["--runs", "5", "--json"]).ok().document();
    assert_eq!((&told["workflow"], &told["runs"]), (&json!("consult v1"), &json!(5)));
    let calling = VISIT.replace("workflow: visit", "workflow: caller").replace(
        "by: starter\n    to: passed",
        "call: visit\n    with: {region: data.region, note: data.note}\n    to: passed",
    );
    folder.write("caller.yaml", calling);
    let alone = simulate(&folder, "caller.yaml", &["--runs", "2", "--json"]).failed(2);
    assert_eq!(alone.error()["diagnostics"][0]["code"], "E-workflow-unknown-name");
    let visit = folder.path("visit.yaml");
    simulate(&folder, "caller.yaml", &["--runs", "5", "--with", &visit]).ok();
}

#[test]
fn what_cannot_be_simulated_is_told_with_its_code() {
    let folder = with("broken.yaml", &VISIT.replace("to: inspect", "to: inspct"));
    let table: [(&str, &[&str], i32, &str); 11] = [
        ("nowhere", &[], 1, "E-workflow-unknown"),
        ("nowhere.yaml", &[], 2, "E-file-unreadable"),
        ("broken.yaml", &[], 2, "E-workflow-invalid"),
        ("visit.yaml", &["--runs", "0"], 2, "E-usage"),
        ("visit.yaml", &["--runs", "1000001"], 2, "E-usage"),
        ("visit.yaml", &["--runs", "many"], 2, "E-usage"),
        ("visit.yaml", &["--seed", "1.5"], 2, "E-usage"),
        ("visit.yaml", &["--only", "18446744073709551615"], 2, "E-usage"),
        ("visit.yaml", &["--only", "1", "--runs", "2"], 2, "E-usage"),
        ("visit.yaml", &["--calendar", "nowhere.yaml"], 2, "E-file-unreadable"),
        ("visit.yaml", &["--with", "nowhere.yaml"], 2, "E-file-unreadable"),
    ];
    for (file, options, exit, code) in table {
        let ran = simulate(&folder, file, &[options, &["--json"]].concat()).failed(exit);
        assert_eq!(
            (&ran.error()["code"], ran.out.as_str()),
            (&json!(code), ""),
            "{file} {options:?}"
        );
    }
    let unknown = simulate(&folder, "nowhere", &["--lang", "en"]).failed(1).err;
    assert!(unknown.contains("consult") && unknown.contains("plan_approval"), "{unknown}");
}

#[test]
fn hints_steer_a_simulation_and_one_that_helps_nowhere_is_told() {
    let folder = with("visit.yaml", VISIT);
    let hinted = |text: &str| {
        let hints = folder.write("hints.yaml", format!("workflow: visit\nfields: {text}\n"));
        simulate(&folder, "visit.yaml", &["--runs", "20", "--hints", &hints, "--json"])
    };
    let ends =
        |text: &str| hinted(text).ok().document()["ends"]["passed"].as_u64().expect("a count");
    let worse = ends("{score: {values: [1]}}");
    assert!(worse < ends("{score: {values: [9]}}"));
    assert!(worse < ends("{score: {value: 3 + 6}}"));
    for (text, said) in [
        ("{scor: {values: [9]}}", "scor of visit: no form has that field"),
        ("{score: {values: []}}", "score of visit"),
        ("{score: {value: 9 +}}", "score of visit"),
        ("{score: {}}", "hints.yaml"),
        ("{score: [9]}", "hints.yaml"),
        ("{score: {values: [9}", "line 2, column "),
    ] {
        let error = hinted(text).failed(2).error();
        let message = error["message"].as_str().expect("a message");
        assert_eq!(error["code"], "E-hints-invalid", "{text}");
        assert!(message.contains(said), "{text}: {message}");
    }
    let hints = folder.write("hints.yaml", "workflow: nowhere\nfields: {}\n");
    let other = simulate(&folder, "visit.yaml", &["--hints", &hints, "--json"]).failed(1);
    assert_eq!(other.error()["code"], "E-workflow-unknown");
}
