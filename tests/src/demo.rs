//! The demonstration as people see it: nine cases to their ends, in both languages, and nothing recorded twice.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::Arc;

use dure_engine::model::definition::{BlockDefinition, Step, StepKind};
use dure_engine::model::names::Text;
use dure_engine::scenario::{Deed, Line, MAIN_CASE};
use dure_engine::{Engine, EngineOptions};
use dure_storage::{Lang, MemoryLog, MemoryStore, Source};
use dure_workflows::{demo_samples, install};
use serde_json::{Value, json};

use crate::campaign::Chance;
use crate::folder::{Folder, played};

const CASES: usize = 9;
/// Times a demonstration is cut short before one is let through.
const KILLS: usize = 3;
/// Turns of waiting before it is cut short: about as long as it takes.
const TURNS: u64 = 200_000;

/// The titles of all steps of the shipped workflows by name; a name may stand in several workflows.
async fn step_titles() -> BTreeMap<String, Vec<Text>> {
    let log = Arc::new(MemoryLog::new(Source("urn:test".into())));
    let views = Arc::new(MemoryStore::default());
    let engine = Engine::open(log, views, EngineOptions::default()).await.expect("it opens");
    install(&engine).await.unwrap_or_else(|error| panic!("{error}"));
    let mut titles = BTreeMap::new();
    for workflow in engine.workflows().await.expect("workflows") {
        let workflow = engine.workflow(workflow.name.as_str(), None).await.expect("a workflow");
        collect(&workflow.block, &mut titles);
        workflow.background.iter().for_each(|branch| collect_step(&branch.step, &mut titles));
    }
    titles
}

fn collect(block: &BlockDefinition, titles: &mut BTreeMap<String, Vec<Text>>) {
    block.steps.iter().for_each(|step| collect_step(step, titles));
}

fn collect_step(step: &Step, titles: &mut BTreeMap<String, Vec<Text>>) {
    titles.entry(step.name.to_string()).or_default().push(step.title.clone());
    match &step.kind {
        StepKind::Parallel(branches) => {
            branches.branches.iter().for_each(|branch| collect(&branch.block, titles));
        }
        StepKind::Each(each) => collect(&each.block, titles),
        StepKind::Task(_)
        | StepKind::Auto(_)
        | StepKind::Decide
        | StepKind::Wait(_)
        | StepKind::Call(_)
        | StepKind::Spawn(_)
        | StepKind::Send(_) => {}
    }
}

fn cases(document: &Value) -> &Vec<Value> {
    document["cases"].as_array().expect("cases")
}

#[test]
fn nine_cases_are_closed_by_the_ends_their_samples_name() {
    let document = played().ran.document();
    let samples = demo_samples();
    assert_eq!((cases(&document).len(), samples.len()), (CASES, CASES));
    for (shown, sample) in cases(&document).iter().zip(&samples) {
        assert_eq!(
            (&shown["case"]["status"], &shown["sample"]),
            (&json!("closed"), &json!(sample.name))
        );
        assert_eq!(shown["case"]["outcome"], json!(sample.ends()), "{}", sample.name);
        let of_the_case = |line: &&Line| line.refused.is_none() && line.case.as_str() == MAIN_CASE;
        let accepted = sample.lines.iter().filter(of_the_case).count();
        let timeline = shown["timeline"].as_array().expect("a timeline");
        let by_people = |entry: &&Value| !entry["by"].is_null() && entry["authority"] != "spawned";
        let acts = timeline.iter().filter(by_people).count();
        assert_eq!(acts, accepted, "{}: one entry for each act", sample.name);
    }
}

#[test]
fn a_second_run_records_nothing_and_says_so() {
    let folder = played().folder();
    let (head, export) = (folder.head(), folder.export());
    let second = folder.run(&["demo", "--json"]).ok().document();
    assert_eq!((&second["new_events"], &second["repeated"]), (&json!(0), &json!(true)));
    assert_eq!(second["size"], head["size"]);
    assert!(cases(&second).iter().all(|shown| shown["repeated"] == json!(true)));
    assert_eq!((folder.head(), folder.export()), (head, export));
    assert!(folder.run(&["demo", "--lang", "en"]).ok().out.contains("nothing new was recorded"));
}

#[test]
fn both_languages_show_every_case_number_and_every_step_that_was_taken() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let titles = runtime.block_on(step_titles());
    let folder = played().folder();
    let document = played().ran.document();
    for (lang, name) in [(Lang::Ko, "ko"), (Lang::En, "en")] {
        let out = folder.run(&["demo", "--lang", name]).ok().out;
        for (shown, sample) in cases(&document).iter().zip(demo_samples()) {
            let id = shown["case"]["id"].as_str().expect("a number");
            assert!(out.contains(id), "{id} in {name}");
            assert!(out.contains(sample.title.get(lang)), "{} in {name}", sample.title.get(lang));
            for line in sample.lines.iter().filter(|line| line.case.as_str() == MAIN_CASE) {
                let Deed::Complete { step: path, .. } = &line.deed else { continue };
                let step = path.rsplit('/').next().unwrap_or(path);
                let any = titles.get(step).unwrap_or_else(|| panic!("{step} has no title"));
                let told = any.iter().any(|title| out.contains(title.get(lang)));
                assert!(told, "{}: the title of {path} in {name}", sample.name);
            }
        }
    }
}

#[test]
fn a_demonstration_that_was_cut_short_is_completed_by_the_next_run() {
    let whole = played().folder();
    let whole: Vec<Value> = whole.run(&["case", "list", "--json"]).ok().documents();
    let folder = Folder::new();
    let mut chance = Chance::new("demo");
    for _ in 0..KILLS {
        let mut command = folder.command(&["demo", "--json"]);
        let mut child = command.stdout(Stdio::null()).spawn().expect("it starts");
        (0..chance.below(TURNS)).for_each(|_| std::thread::yield_now());
        child.kill().expect("it is killed");
        child.wait().expect("it ends");
    }
    let completed = folder.run(&["demo", "--json"]).ok().document();
    assert_eq!(cases(&completed).len(), CASES);
    assert_eq!(folder.run(&["case", "list", "--json"]).ok().documents(), whole);
}
