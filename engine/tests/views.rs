//! The views: disposable, and never quietly wrong.

use std::sync::Arc;

use dure_engine::runtime::{CountedIds, ManualClock, ViewState};
use dure_engine::{Engine, EngineOptions};
use dure_storage::{DerivedStore, EventLog, MemoryLog, MemoryStore, Source};
use serde_json::json;

use crate::flow::REVIEW;
use crate::harness::{World, at, person_id};

async fn busy(log: Arc<dyn EventLog>) -> World {
    let world = World::on(log).await;
    world.publish(REVIEW).await;
    world.person("a-1", &["author"]).await;
    world.person("e-1", &["reviewer@east"]).await;
    for _ in 0..40 {
        let id = world.started("review", "a-1", json!({})).await;
        world.done(&id, "read_east", "ok", "e-1", json!({})).await;
    }
    world
}

async fn reopened(log: Arc<dyn EventLog>, views: Arc<dyn DerivedStore>) -> Engine {
    let clock = Arc::new(ManualClock::at(at("2017-03-10T01:00:00Z")));
    let options = EngineOptions { clock, ids: Arc::new(CountedIds::default()) };
    Engine::open(log, views, options).await.expect("an engine opens")
}

fn memory() -> Arc<dyn EventLog> {
    Arc::new(MemoryLog::new(Source("urn:test".into())))
}

async fn everything(engine: &Engine) -> String {
    let mut all = String::new();
    let cases = engine.cases(None, 1000).await.expect("cases");
    for row in &cases {
        all += &format!("{:?}\n", engine.timeline(&row.case.id).await.expect("a timeline"));
    }
    all += &format!("{cases:?}\n{:?}\n", engine.people(None, 1000).await.expect("people"));
    for person in ["a-1", "e-1"] {
        all += &format!("{:?}\n", engine.inbox(&person_id(person)).await.expect("an inbox"));
    }
    all + &format!("{:?}", engine.workflows().await.expect("workflows"))
}

#[tokio::test]
async fn i10_a_view_that_was_deleted_comes_back_equal() {
    let log = memory();
    let world = busy(log.clone()).await;
    let before = everything(&world.engine).await;
    let fresh = reopened(log, Arc::new(MemoryStore::default())).await;
    assert_eq!(everything(&fresh).await, before);
    fresh.rebuild_views().await.expect("rebuilt");
    assert_eq!(everything(&fresh).await, before);
}

#[tokio::test]
async fn i10_a_view_goes_on_where_it_was_and_says_that_it_agrees() {
    let log = memory();
    let views: Arc<dyn DerivedStore> = Arc::new(MemoryStore::default());
    busy(log.clone()).await;
    let first = reopened(log.clone(), views.clone()).await;
    let before = everything(&first).await;
    first.close().await.expect("closed in good order");
    let again = reopened(log, views).await;
    assert!(
        again
            .view_status()
            .await
            .expect("status")
            .iter()
            .all(|view| view.state == ViewState::Agrees)
    );
    assert_eq!(everything(&again).await, before);
}

#[tokio::test]
async fn i10_a_view_that_consumed_something_else_is_found_out_and_built_again() {
    let views: Arc<dyn DerivedStore> = Arc::new(MemoryStore::default());
    let (one, other) = (memory(), memory());
    busy(one.clone()).await;
    let world = busy(other.clone()).await;
    world.person("x-1", &["reviewer"]).await;
    everything(&reopened(one, views.clone()).await).await;
    world.person("x-2", &["reviewer"]).await;

    let longer: Arc<dyn EventLog> = Arc::new(MemoryLog::new(Source("urn:other".into())));
    let else_world = busy(longer.clone()).await;
    else_world.person("x-3", &["reviewer"]).await;
    let engine = reopened(longer.clone(), views).await;
    let status = engine.view_status().await.expect("status");
    assert!(status.iter().all(|view| view.state == ViewState::DidNotMatch), "{status:?}");
    assert_eq!(everything(&engine).await, everything(&else_world.engine).await);
}

#[tokio::test]
async fn a_long_timeline_is_whole_and_in_order() {
    let world = World::new().await;
    world.publish(REVIEW).await;
    world.person("a-1", &["author"]).await;
    world.person("e-1", &["reviewer"]).await;
    let id = world.started("review", "a-1", json!({})).await;
    for _ in 0..30 {
        let act = dure_engine::ActOf {
            reason: Some("no".into()),
            ..crate::harness::act("e-1", json!({}))
        };
        world
            .engine
            .complete(crate::harness::completing(&id, "read_east", "return", act))
            .await
            .expect("returned");
        world.done(&id, "read_west", "ok", "e-1", json!({})).await;
        world.done(&id, "seal_west", "done", "e-1", json!({})).await;
        world.done(&id, "redraft", "done", "a-1", json!({})).await;
    }
    let timeline = world.engine.timeline(&id).await.expect("a timeline");
    let versions: Vec<u32> = timeline.iter().map(|entry| entry.version.0).collect();
    assert_eq!(versions, (1..=121).collect::<Vec<_>>());
}

#[tokio::test]
async fn why_tells_who_could_act_and_what_they_could_do() {
    let world = World::with_leave_request().await;
    let id = world.started("leave_request", "staff-1", json!({"days": 30, "reason": "rest"})).await;
    let why = world.engine.why(&id).await.expect("why");
    assert_eq!(why.steps[0].people, [person_id("head-1")]);
    let open: Vec<_> = why.steps[0].outcomes.iter().map(|o| (o.outcome.as_str(), o.open)).collect();
    assert_eq!(open, [("grant", Some(false)), ("refuse", Some(true))]);
    assert_eq!(why.actions[0].to_string(), "withdraw");
}

/// A store that says once, at a read, that it is damaged.
struct Damaged {
    inner: MemoryStore,
    armed: std::sync::atomic::AtomicBool,
}

impl Damaged {
    fn check(&self) -> Result<(), dure_storage::StoreError> {
        match self.armed.swap(false, std::sync::atomic::Ordering::Relaxed) {
            true => {
                Err(dure_storage::StoreError::DerivedDamaged { reason: "a flipped byte".into() })
            }
            false => Ok(()),
        }
    }
}

impl DerivedStore for Damaged {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, dure_storage::StoreError> {
        self.check()?;
        self.inner.get(key)
    }

    fn insert(&self, key: &[u8], value: &[u8]) -> Result<(), dure_storage::StoreError> {
        self.inner.insert(key, value)
    }

    fn remove(&self, key: &[u8]) -> Result<(), dure_storage::StoreError> {
        self.inner.remove(key)
    }

    fn scan(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, dure_storage::StoreError> {
        self.check()?;
        self.inner.scan(prefix, after, limit)
    }

    fn clear(&self) -> Result<(), dure_storage::StoreError> {
        self.inner.clear()
    }

    fn flush(&self) -> Result<(), dure_storage::StoreError> {
        self.inner.flush()
    }
}

#[tokio::test]
async fn i10_damage_met_while_reading_costs_a_rebuild_and_nothing_else() {
    let log = memory();
    let world = busy(log.clone()).await;
    let whole = everything(&world.engine).await;
    let store = Arc::new(Damaged { inner: MemoryStore::default(), armed: true.into() });
    let engine = reopened(log, store.clone()).await;
    for _ in 0..6 {
        assert_eq!(everything(&engine).await, whole);
        store.armed.store(true, std::sync::atomic::Ordering::Relaxed);
    }
}
