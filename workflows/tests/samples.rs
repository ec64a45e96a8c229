//! Every sample goes as it says, line by line, to the end it names.

use std::sync::Arc;

use dure_engine::model::case::Status;
use dure_engine::{Engine, EngineOptions};
use dure_storage::{EventLog, MemoryLog, MemoryStore, Source};
use dure_workflows::{Sample, branch_samples, demo_samples, install, play};

async fn engine() -> Engine {
    let log: Arc<dyn EventLog> = Arc::new(MemoryLog::new(Source("urn:test".into())));
    let views = Arc::new(MemoryStore::default());
    let engine = Engine::open(log, views, EngineOptions::default()).await.expect("an engine opens");
    if let Err(error) = install(&engine).await {
        panic!("{error}");
    }
    engine
}

async fn goes_as_it_says(engine: &Engine, sample: &Sample) {
    let played = play(engine, sample).await.unwrap_or_else(|error| panic!("{error}"));
    match &played.case.status {
        Status::Closed { outcome, .. } => {
            assert_eq!(outcome.as_str(), sample.ends, "{}", sample.name)
        }
        Status::Open => panic!("{} is still open: {:?}", sample.name, played.case.open_tasks()),
    }
}

#[tokio::test]
async fn every_demonstration_case_reaches_its_end() {
    let engine = engine().await;
    for sample in demo_samples() {
        goes_as_it_says(&engine, &sample).await;
    }
}

#[tokio::test]
async fn every_branch_goes_as_it_says() {
    let engine = engine().await;
    for sample in branch_samples() {
        goes_as_it_says(&engine, &sample).await;
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
        assert!(again.repeated(), "{}", sample.name);
    }
    assert_eq!(engine.log().head().await.expect("a head"), before);
}
