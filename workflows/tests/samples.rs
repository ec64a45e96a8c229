//! Every sample goes as it says, line by line, to the end it names.

use std::sync::Arc;

use dure_engine::model::case::Status;
use dure_engine::scenario::{Expectation, Played, Scenario, play};
use dure_engine::{Engine, EngineOptions};
use dure_storage::{EventLog, MemoryLog, MemoryStore, Source};
use dure_workflows::{DEFINITIONS, demo_samples, install};

use crate::played::{PLAYED, SCENARIOS};

async fn engine() -> Engine {
    let log: Arc<dyn EventLog> = Arc::new(MemoryLog::new(Source("urn:test".into())));
    let views = Arc::new(MemoryStore::default());
    let engine = Engine::open(log, views, EngineOptions::default()).await.expect("an engine opens");
    if let Err(error) = install(&engine).await {
        panic!("{error}");
    }
    engine
}

async fn goes_as_it_says(engine: &Engine, sample: &Scenario) {
    let played = play(engine, sample).await.unwrap_or_else(|error| panic!("{error}"));
    ends_as_it_says(&played, sample);
}

fn ends_as_it_says(played: &Played, sample: &Scenario) {
    assert!(played.passed(), "{}", played.found);
    let case = played.case().expect("the case of the sample");
    match &case.status {
        Status::Closed { outcome, .. } => {
            assert_eq!(Some(outcome), sample.ends(), "{}", sample.name)
        }
        // What is registered stays; a scenario of it says so in its last line.
        Status::Open => {
            let last = sample.lines.last().map(|line| line.expect.as_slice()).unwrap_or_default();
            let stays = last.iter().any(|said| matches!(said.what, Expectation::Active(_)));
            assert!(stays, "{} is still open: {:?}", sample.name, case.open_tasks());
        }
    }
}

#[tokio::test]
async fn every_demonstration_case_reaches_its_end() {
    let engine = engine().await;
    for sample in demo_samples() {
        goes_as_it_says(&engine, &sample).await;
    }
}

#[test]
fn every_sample_goes_as_it_says_on_an_engine_of_its_own() {
    for (name, outcome) in PLAYED.iter() {
        ends_as_it_says(&outcome.played, &SCENARIOS[name]);
    }
}

#[tokio::test]
async fn the_sample_people_suffice_for_every_shipped_workflow() {
    let engine = engine().await;
    for (file, text) in DEFINITIONS {
        let warnings = engine.warnings(file, text).await.unwrap_or_else(|error| panic!("{error}"));
        let codes = warnings.items().iter().map(|item| item.code.0);
        assert_eq!(codes.filter(|code| code.contains("people")).count(), 0, "{warnings}");
    }
}

#[tokio::test]
async fn playing_the_demonstration_again_records_nothing() {
    let engine = engine().await;
    for sample in demo_samples() {
        play(&engine, &sample).await.unwrap_or_else(|error| panic!("{error}"));
    }
    let before = engine.log().head().await.expect("a head");
    for sample in demo_samples() {
        let again = play(&engine, &sample).await.unwrap_or_else(|error| panic!("{error}"));
        assert!(again.passed(), "{}", again.found);
        assert!(again.repeated(), "{}", sample.name);
    }
    assert_eq!(engine.log().head().await.expect("a head"), before);
}

#[test]
fn a_scenario_stands_with_the_workflow_it_starts_and_is_called_as_its_file() {
    for sample in SCENARIOS.values() {
        let (folder, file) = sample.file.rsplit_once("/scenarios/").expect("its folder");
        assert_eq!(folder.rsplit('/').next(), Some(sample.workflow.as_str()), "{}", sample.file);
        assert_eq!(file.strip_suffix(".scenario.yaml"), Some(sample.name.as_str()));
    }
}
