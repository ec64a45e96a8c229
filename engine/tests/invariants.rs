//! The invariants that the engine alone can show, each by its number.

use std::path::Path;

use dure_engine::ActOf;
use dure_engine::model::decide::decide;
use dure_engine::model::event::{CaseEvent, Happened};
use dure_engine::model::evolve::fold;
use dure_engine::model::known::{Known, Undecided};
use dure_engine::model::names::CaseId;
use dure_storage::{Direction, StreamId, StreamVersion};
use serde_json::json;

use crate::flow::REVIEW;
use crate::harness::{World, act, code, completing};

fn sources(folder: &str) -> Vec<(String, String)> {
    fn collect(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => collect(&path, found),
                false => found.push((
                    path.display().to_string(),
                    std::fs::read_to_string(&path).expect("a source file"),
                )),
            }
        }
    }
    let mut found = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder), &mut found);
    found
}

#[test]
fn i4_the_model_reads_no_clock_no_disk_no_network_and_no_chance() {
    let forbidden = [
        "Utc::now",
        "Local::now",
        "SystemTime",
        "Instant",
        "std::fs",
        "std::net",
        "std::env",
        "std::thread",
        "tokio",
        "async ",
        "rand",
        "now_v7",
        "new_v4",
        "crate::runtime",
    ];
    for (file, text) in sources("model")
        .into_iter()
        .chain(sources("expression"))
        .filter(|(file, _)| !file.contains("tests"))
    {
        for word in forbidden {
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let found = code.filter(|line| line.contains(word)).collect::<Vec<_>>();
            let words_only = word != "rand" || found.iter().any(|line| line.contains("rand::"));
            assert!(found.is_empty() || !words_only, "{file} has {word}: {found:?}");
        }
    }
}

#[test]
fn i5_folding_knows_no_expression_and_no_rule() {
    let (_, evolve) = sources("model")
        .into_iter()
        .find(|(file, _)| file.ends_with("evolve.rs"))
        .expect("evolve.rs is there");
    for word in ["expression", "language", "Definition,", "evaluate", "Guard"] {
        assert!(!evolve.contains(word), "evolve.rs has {word}");
    }
}

pub async fn history(world: &World, case: &CaseId) -> Vec<Happened> {
    let stream = StreamId::new(format!("case/{case}")).expect("a stream");
    let log = world.engine.log();
    let events =
        log.read_stream(&stream, StreamVersion(1), Direction::Forward, 4096).await.expect("events");
    let read = |event: &dure_storage::RecordedEvent| {
        let envelope = event.envelope::<serde_json::Value>().expect("an envelope");
        let data = envelope.data.to_string();
        let event =
            CaseEvent::decode(&envelope.kind, &data).expect("a case event").expect("its payload");
        Happened { version: envelope.version, occurred_at: envelope.occurred_at, event }
    };
    events.iter().map(read).collect()
}

async fn review() -> World {
    let world = World::new().await;
    world.publish(REVIEW).await;
    world.person("a-1", &["author"]).await;
    world.person("e-1", &["reviewer"]).await;
    world
}

#[tokio::test]
async fn i5_i6_the_bytes_of_a_history_fold_to_the_state_that_was_decided_upon() {
    let world = review().await;
    let id = world.started("review", "a-1", json!({})).await;
    world.done(&id, "read_east", "ok", "e-1", json!({})).await;
    let case = world.done(&id, "read_west", "ok", "e-1", json!({})).await;
    let folded = fold(&history(&world, &id).await).expect("a case");
    assert_eq!(folded, *case);
    let bytes = |case| serde_json::to_vec(case).expect("json");
    assert_eq!(bytes(&folded), bytes(&*case));
    let read: dure_engine::model::Case = serde_json::from_slice(&bytes(&folded)).expect("a case");
    assert_eq!(read, folded, "a snapshot reads back as it was written");
}

#[tokio::test]
async fn i5_every_prefix_and_every_damaged_history_folds_to_something() {
    let world = review().await;
    let id = world.started("review", "a-1", json!({})).await;
    world.done(&id, "read_east", "ok", "e-1", json!({})).await;
    world.done(&id, "read_west", "ok", "e-1", json!({})).await;
    world.done(&id, "seal_west", "done", "e-1", json!({})).await;
    let history = history(&world, &id).await;
    for length in 1..=history.len() {
        let case = fold(&history[..length]).expect("a case");
        assert_eq!(case.fault, None);
    }
    for left_out in 1..history.len() {
        let damaged: Vec<_> =
            (0..history.len()).filter(|i| *i != left_out).map(|i| history[i].clone()).collect();
        if left_out < history.len() - 1 {
            assert!(fold(&damaged).expect("a case").fault.is_some(), "without event {left_out}");
        }
    }
    assert_eq!(fold(&history[1..]), None);
    let twice: Vec<_> = history.iter().chain(&history).cloned().collect();
    assert!(fold(&twice).expect("a case").fault.is_some());
}

#[tokio::test]
async fn a_faulty_case_goes_no_further_and_says_why() {
    let world = review().await;
    let id = world.started("review", "a-1", json!({})).await;
    let mut case = (*world.engine.case(&id).await.expect("the case")).clone();
    case.fault = Some("version 7 follows version 5".into());
    let definition = world.engine.definition_of(&case).await.expect("its definition");
    let person =
        (*world.engine.person(&crate::harness::person_id("e-1")).await.expect("a person")).clone();
    let request = dure_engine::model::command::Request {
        by: person,
        deputy_of: None,
        on_behalf_of: None,
        occurred_at: case.opened_at,
        recorded_at: case.opened_at,
        reason: None,
        form: Default::default(),
    };
    let command =
        dure_engine::model::command::Command::Complete(dure_engine::model::command::CompleteStep {
            step: "read_east".into(),
            outcome: "ok".into(),
            expected: None,
            request,
        });
    let refused = decide(&case, &definition, &command, &Known::default()).expect_err("refused");
    let Undecided::Refused(refusal) = refused else { panic!("nothing outside is needed") };
    assert!(refusal.to_string().contains("version 7 follows version 5"), "{refusal}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i7_of_sixteen_who_complete_the_same_task_one_wins() {
    let world = review().await;
    for _ in 0..20 {
        let id = world.started("review", "a-1", json!({})).await;
        let mut tries = tokio::task::JoinSet::new();
        for _ in 0..16 {
            let (engine, request) =
                (world.engine.clone(), completing(&id, "read_east", "ok", act("e-1", json!({}))));
            tries.spawn(async move { code(engine.complete(request).await) });
        }
        let mut codes = tries.join_all().await;
        codes.sort();
        assert_eq!(codes[15], "accepted");
        assert!(codes[..15].iter().all(|code| code == "E-step-not-active"), "{codes:?}");
        assert_eq!(world.engine.case(&id).await.expect("the case").version, StreamVersion(2));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i7_a_loser_reloads_and_decides_again() {
    let world = review().await;
    for _ in 0..50 {
        let id = world.started("review", "a-1", json!({})).await;
        let complete = |step: &'static str| {
            let (engine, id) = (world.engine.clone(), id.clone());
            tokio::spawn(async move {
                engine.complete(completing(&id, step, "ok", act("e-1", json!({})))).await
            })
        };
        let (east, west) = (complete("read_east"), complete("read_west"));
        east.await.expect("joined").expect("accepted");
        west.await.expect("joined").expect("accepted");
        assert_eq!(world.active(&id).await, ["read:west/seal_west"]);
    }
}

#[tokio::test]
async fn a_stale_expected_version_is_refused_with_both_versions() {
    let world = review().await;
    let id = world.started("review", "a-1", json!({})).await;
    let mut request = completing(&id, "read_east", "ok", act("e-1", json!({})));
    request.expected = Some(StreamVersion(7));
    let refused = world.engine.complete(request).await;
    let text = refused.as_ref().expect_err("stale").to_string();
    assert!(text.contains("version 1, not 7"), "{text}");
    assert_eq!(code(refused), "E-version-stale");
}

#[tokio::test]
async fn a_repeated_key_gets_the_first_answer_and_records_nothing() {
    let world = review().await;
    let keyed = |key: &str| ActOf { idempotency_key: Some(key.into()), ..act("e-1", json!({})) };
    let id = world.started("review", "a-1", json!({})).await;
    let first = world
        .engine
        .complete(completing(&id, "read_east", "ok", keyed("k-1")))
        .await
        .expect("accepted");
    let head = world.engine.log().head().await.expect("a head");
    let again = world
        .engine
        .complete(completing(&id, "read_east", "ok", keyed("k-1")))
        .await
        .expect("accepted");
    assert!(!first.repeated && again.repeated);
    assert_eq!((first.position, &first.case), (again.position, &again.case));
    assert_eq!(world.engine.log().head().await.expect("a head"), head);
}

#[tokio::test]
async fn i14_what_does_not_fit_is_refused_and_what_fits_in_parts_is_parted() {
    let world = World::new().await;
    let text = r#"
workflow: long
version: 1
title: {ko: 긴 글, en: Long}
roles: {w: {ko: 작성자, en: Writer}}
data: {a: {type: string}, b: {type: string}, c: {type: string}}
start:
  by: w
  form: {a: {type: string}, b: {type: string}}
  set: {a: form.a, b: form.b}
  to: wait_here
steps:
  wait_here: {title: {ko: 대기, en: Wait}, by: w, form: {c: {type: string}}, set: {c: form.c}, to: done}
ends: {done: {title: {ko: 끝, en: Done}}}
"#;
    world.publish(text).await;
    world.person("w-1", &["w"]).await;
    let long = |n: usize| "가".repeat(n);
    let id = world.started("long", "w-1", json!({"a": long(6000), "b": long(6000)})).await;
    let case = world.engine.case(&id).await.expect("the case");
    assert_eq!(case.version, StreamVersion(3), "one act, in three events");
    assert_eq!(case.frame.data.get("b"), Some(&json!(long(6000))));
    assert_eq!(fold(&history(&world, &id).await), Some((*case).clone()));
    assert_eq!(world.engine.timeline(&id).await.expect("a timeline").len(), 1);
    assert_eq!(
        code(world.start("long", "w-1", json!({"a": long(9000), "b": long(15000)})).await),
        "E-act-too-large"
    );
    let act = ActOf { reason: Some(long(4000)), ..act("w-1", json!({"c": "x"})) };
    assert_eq!(
        code(world.engine.complete(completing(&id, "wait_here", "done", act)).await),
        "E-reason-too-long"
    );
}
