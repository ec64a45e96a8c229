//! A made-up district: the same seed gives the same log.

use std::sync::Arc;

use dure_engine::runtime::{CountedIds, ManualClock};
use dure_engine::simulation::SampleReport;
use dure_engine::{Engine, EngineOptions};
use dure_storage::{EventLog, MemoryLog, MemoryStore, Source};
use dure_workflows::{DEFINITIONS, district, district_plan, sample_begins};

/// A tenth of a district, on a log in memory.
async fn made(seed: u64, percent: u32) -> (Engine, SampleReport) {
    let clock = Arc::new(ManualClock::at(sample_begins()));
    let log: Arc<dyn EventLog> = Arc::new(MemoryLog::new(Source("urn:test".into())));
    let options = EngineOptions { clock: clock.clone(), ids: Arc::new(CountedIds::default()) };
    let engine = Engine::open(log, Arc::new(MemoryStore::default()), options).await;
    let engine = engine.expect("an engine opens");
    let report = district(&engine, &clock, seed, percent).await;
    let report = report.unwrap_or_else(|trouble| panic!("{trouble:?}"));
    (engine, report)
}

#[tokio::test]
async fn the_same_seed_gives_the_same_log_and_another_seed_another() {
    let mut roots = Vec::new();
    for seed in [1, 1, 2] {
        let (engine, report) = made(seed, 10).await;
        assert_eq!(report.given_up, Vec::<String>::new());
        roots.push(engine.log().head().await.expect("a head").root);
    }
    assert_eq!(roots[0], roots[1]);
    assert_ne!(roots[0], roots[2]);
}

#[tokio::test]
async fn the_plan_of_a_district_speaks_of_what_its_workflows_have() {
    let clock = Arc::new(ManualClock::at(sample_begins()));
    let log: Arc<dyn EventLog> = Arc::new(MemoryLog::new(Source("urn:test".into())));
    let options = EngineOptions { clock, ids: Arc::new(CountedIds::default()) };
    let engine = Engine::open(log, Arc::new(MemoryStore::default()), options).await;
    let engine = engine.expect("an engine opens");
    dure_workflows::install(&engine).await.unwrap_or_else(|error| panic!("{error}"));
    let plan = district_plan();
    let mut idle = Vec::new();
    for name in plan.guides.keys() {
        let definition = engine.workflow(name.as_str(), None).await;
        idle.extend(plan.idle(&definition.unwrap_or_else(|error| panic!("{error}"))));
    }
    assert_eq!(idle, Vec::<String>::new());
    assert!(DEFINITIONS.len() >= plan.guides.len());
}
