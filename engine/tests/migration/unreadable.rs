//! A definition or an event that a newer program wrote: its cases are refused one by one, and all the others go on.

use std::sync::Arc;

use chrono::Duration;
use dure_engine::model::names::CaseId;
use dure_engine::runtime::{Clock, CountedIds, Ids, ManualClock, RandomIds};
use dure_engine::{Engine, EngineOptions};
use dure_storage::{
    CanonicalJson, Commit, DerivedStore, EventLog, EventType, ExpectedVersion, MemoryLog,
    MemoryStore, NewEvent, Source, StreamAppend, StreamId,
};
use serde_json::{Value, json};

use super::{OLD, PLAIN, case_at, migrated, next, plan, said};
use crate::harness::{World, at, code, person_id};

/// Writes an event as a newer program would, past every check of this one.
pub async fn written(log: &Arc<dyn EventLog>, stream: &str, kind: &'static str, data: Value) {
    let now = at("2017-03-10T01:00:00Z");
    let event = NewEvent {
        id: RandomIds.next(now),
        kind: EventType(kind),
        occurred_at: now,
        data: CanonicalJson::of(&data).expect("JSON"),
        causation: None,
        correlation: None,
    };
    let stream = StreamId::new(stream).expect("a stream");
    let part = StreamAppend { stream, expected: ExpectedVersion::Any, events: vec![event] };
    let commit = Commit { parts: vec![part], recorded_at: now, idempotency: None };
    log.append(commit).await.expect("written");
}

pub(super) async fn published_past_the_checker(log: &Arc<dyn EventLog>, text: &str, version: u32) {
    let workflow = json!({"name": "plan", "version": version});
    let data = json!({"workflow": workflow, "parts": 1, "text": text});
    written(log, "workflow/plan", "dure.workflow_published.v1", data).await;
}

/// A world with a case on version 1, one on a version 2 that cannot be read, and the log and views it stands on.
async fn divided() -> (World, Arc<dyn EventLog>, Arc<dyn DerivedStore>, CaseId, CaseId) {
    let log: Arc<dyn EventLog> = Arc::new(MemoryLog::new(Source("urn:test".into())));
    let world = World::on(log.clone()).await;
    world.publish(OLD).await;
    world.person("clerk-1", &["clerk"]).await;
    world.person("chief-1", &["chief"]).await;
    let good = case_at(&world, "any").await;
    // The same text is readable when the case starts, and then a key is in it that this program does not know.
    world.publish(&next(&[])).await;
    let odd = case_at(&world, "any").await;
    let text = next(&[("  write:\n", "  write:\n    mood: serene\n")]);
    published_past_the_checker(&log, &text, 2).await;
    let store: Arc<dyn DerivedStore> = Arc::new(MemoryStore::default());
    (reopened(&log, &store).await, log, store, good, odd)
}

async fn reopened(log: &Arc<dyn EventLog>, store: &Arc<dyn DerivedStore>) -> World {
    let clock = Arc::new(ManualClock::at(at("2017-03-10T02:00:00Z")));
    let ids = Arc::new(CountedIds::default());
    let options = EngineOptions { clock: clock.clone(), ids };
    let engine = Engine::open(log.clone(), store.clone(), options).await.expect("an engine");
    World { engine, clock }
}

#[tokio::test]
async fn a_version_that_cannot_be_read_concerns_its_own_cases_alone() {
    let (world, _, _, good, odd) = divided().await;
    let refused = world.complete(&odd, "write", "hand_in", "clerk-1", json!({})).await;
    let error = refused.expect_err("refused");
    let said = error.to_string();
    assert!(said.contains("plan v2") && said.contains("mood"), "{said}");
    assert_eq!(code::<()>(Err(error)), "E-definition-unreadable");
    assert_eq!(
        code(world.start("plan", "clerk-1", json!({"at": "x"})).await),
        "E-definition-unreadable"
    );
    assert_eq!(world.engine.cases(None, 10).await.expect("cases").len(), 2);
    assert_eq!(world.engine.inbox(&person_id("clerk-1")).await.expect("an inbox").len(), 2);
    assert_eq!(world.engine.workflows().await.expect("workflows").len(), 1);
    world.engine.timeline(&odd).await.expect("its timeline");
    world.engine.rebuild_views().await.expect("the views are built again");
    world.done(&good, "write", "hand_in", "clerk-1", json!({})).await;
}

#[tokio::test]
async fn time_goes_on_for_the_others_and_comes_back_to_the_one_that_refused() {
    let (world, _, _, good, odd) = divided().await;
    world.clock.go_to(world.clock.now() + Duration::days(5));
    for _ in 0..2 {
        let mut refused = Vec::new();
        world
            .engine
            .tick_telling(&mut |case, error| refused.push((case.clone(), code::<()>(Err(error)))))
            .await
            .expect("time passes");
        assert_eq!(refused, [(odd.clone(), "E-definition-unreadable".to_owned())]);
    }
    assert!(!world.engine.case(&good).await.expect("a case").is_open(), "its due expired it");
    assert_eq!(world.engine.next_wake().await.expect("a time"), Some(at("2017-03-12T01:00:00Z")));
}

#[tokio::test]
async fn a_plan_tells_cases_of_a_version_that_cannot_be_read_one_by_one() {
    let (world, log, _, good, odd) = divided().await;
    published_past_the_checker(&log, &next(&[]).replace("version: 2", "version: 3"), 3).await;
    let plan =
        plan(&world, &PLAIN.replace("from: 1", "from: [1, 2]").replace("to: 2", "to: 3")).await;
    let (told, counts) = migrated(&world, &plan, &super::apply(true)).await.expect("tried");
    let mut told: Vec<_> =
        told.iter().map(|case| (case.case.clone(), said(&case.outcome))).collect();
    told.sort();
    let mut expected =
        vec![(good, "applied".to_owned()), (odd, "blocked E-definition-unreadable".to_owned())];
    expected.sort();
    assert_eq!(told, expected);
    assert_eq!((counts.applied, counts.blocked), (1, 1));
    let unreadable = PLAIN.replace("from: 1", "from: 3");
    let error = world.engine.migration_plan("p", &unreadable).await.expect_err("not a target");
    assert!(error.to_string().contains("E-plan-version"), "{error}");
}

#[tokio::test]
async fn an_event_that_is_not_known_concerns_its_own_case_alone_and_is_not_taken_for_a_gap() {
    let odd_events = [
        ("dure.case_dreamt.v1", json!({"of": "sheep"})),
        (
            "dure.action_taken.v1",
            json!({"action": "x", "act": {"by": "clerk-1", "authority": "own"}, "consequences": [{"moon_moved": {}}]}),
        ),
    ];
    for (kind, data) in odd_events {
        let (world, log, store, good, _) = divided().await;
        let odd = world.engine.cases(None, 10).await.expect("cases")[0].case.id.clone();
        let odd = if odd == good {
            world.engine.cases(None, 10).await.expect("cases")[1].case.id.clone()
        } else {
            odd
        };
        written(&log, &format!("case/{odd}"), kind, data).await;
        let refused = world.complete(&odd, "write", "hand_in", "clerk-1", json!({})).await;
        assert_eq!(code(refused), "E-case-unreadable", "{kind}");
        let rows = world.engine.cases(None, 10).await.expect("cases");
        let row = rows.iter().find(|row| row.case.id == odd).expect("it stays in the list");
        assert!(row.unreadable.is_some() && row.case.fault.is_none(), "{kind}: {row:?}");
        world.engine.tick().await.expect("time passes");
        // A program that knows no more finds its views as it left them.
        let again = reopened(&log, &store).await;
        let status = again.engine.view_status().await.expect("views");
        assert!(
            status.iter().all(|view| view.state == dure_engine::runtime::ViewState::Agrees),
            "{status:?}"
        );
        again.done(&good, "write", "hand_in", "clerk-1", json!({})).await;
        assert_eq!(code(again.engine.case(&odd).await), "E-case-unreadable");
        again.engine.rebuild_views().await.expect("built again");
    }
}

#[tokio::test]
async fn a_publication_in_a_form_that_is_not_known_is_not_overwritten() {
    let (world, log, _, good, _) = divided().await;
    let data = json!({"workflow": {"name": "plan", "version": 3}, "blob": "…"});
    written(&log, "workflow/plan", "dure.workflow_published.v2", data).await;
    let third = next(&[]).replace("version: 2", "version: 3");
    assert_eq!(
        code(world.engine.publish("plan.yaml", &third, None).await),
        "E-definition-unreadable"
    );
    world.done(&good, "write", "hand_in", "clerk-1", json!({})).await;
    world.engine.rebuild_views().await.expect("the views are built again");
}

#[tokio::test]
async fn a_report_tells_of_the_cases_of_a_version_that_cannot_be_read() {
    let (world, _, _, good, odd) = divided().await;
    let text = "report: plans\ntitle: {ko: 계획, en: Plans}\nanswers: {ko: 무엇, en: What}\nfor: auditor\ncases: plan\ncolumns: {id: {title: {ko: 번호, en: Number}, value: case.id}}\n";
    let report = world.engine.read_report("report.yaml", text).await.expect("a report");
    let now = dure_engine::runtime::Moment::Now;
    let table = world.engine.report(&report, now, &|_, _| {}).await.expect("a table");
    assert_eq!(table.to_json()["rows"], json!([{"id": good}]));
    let told: Vec<&str> = table.notices.iter().map(|notice| notice.of.as_str()).collect();
    assert_eq!(told, [odd.as_str()]);
    assert!(table.notices[0].reason.en.contains("plan v2"), "{:?}", table.notices);
}
