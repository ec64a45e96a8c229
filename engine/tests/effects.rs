//! Effects: what a case owes to handlers is performed after its event is durable, tried again, parked, released, and
//! counted once.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use dure_engine::model::case::Case;
use dure_engine::model::consequence::Failing;
use dure_engine::model::effect::{Effect, standing};
use dure_engine::model::names::{CaseId, Name};
use dure_engine::runtime::{Answer, Clock, Handler};
use dure_engine::{ActOf, AnswerRequest};
use dure_storage::{EventLog, MemoryLog, Source};
use serde_json::{Value, json};

use crate::harness::{World, act, code};

const NOTICE: &str = r#"
workflow: notice
version: 1
title: {ko: 알림, en: Notice}
roles: {clerk: {ko: 접수자, en: Clerk}}
data: {text: {type: string, title: {ko: 글, en: Text}}, receipt: {type: string, title: {ko: 접수, en: Receipt}}}
start: {by: clerk, form: {text: {like: data.text}}, set: {text: form.text}, to: tell}
steps:
  tell:
    title: {ko: 알림, en: Tell}
    auto: mail
    with: {text: data.text}
    form: {receipt: {like: data.receipt, optional: true}}
    outcomes:
      sent: {set: {receipt: form.receipt}, when: has(form.receipt), to: done}
      again: {at_most: 2, to: tell}
ends: {done: {title: {ko: 끝, en: Done}}}
"#;

/// Calls a step that owes an effect twice: the called workflow begins anew each time.
const TWICE: &str = r#"
workflow: twice
version: 1
title: {ko: 두 번, en: Twice}
roles: {clerk: {ko: 접수자, en: Clerk}}
start: {by: clerk, to: first}
steps:
  first: {title: {ko: 부름, en: Call}, call: notice, with: {text: '"one"'}, outcomes: {done: {to: look}}}
  look: {title: {ko: 확인, en: Look}, by: clerk, outcomes: {repeat: {to: first}, stop: {to: done}}}
ends: {done: {title: {ko: 끝, en: Done}}}
"#;

/// Answers by what it was told, in order, and notes every effect it was given.
#[derive(Default)]
struct Told {
    answers: Mutex<Vec<Answer>>,
    seen: Mutex<Vec<Effect>>,
}

#[async_trait]
impl Handler for Told {
    async fn perform(&self, effect: &Effect) -> Answer {
        self.seen.lock().expect("no panic").push(effect.clone());
        let next = self.answers.lock().expect("no panic").pop();
        next.unwrap_or_else(|| panic!("nothing was told"))
    }
}

fn mail() -> Name {
    Name::new("mail").expect("a name")
}

fn done(outcome: &str, form: Value) -> Answer {
    let Value::Object(form) = form else { panic!("a form is an object") };
    Answer::Done { outcome: outcome.into(), form }
}

fn sent() -> Answer {
    done("sent", json!({"receipt": "r-1"}))
}

fn retry(error: &str) -> Answer {
    Answer::Retry { error: error.into() }
}

async fn world() -> World {
    let world = World::new().await;
    world.publish(NOTICE).await;
    world.person("clerk-1", &["clerk"]).await;
    world
}

/// A handler that gives these answers, first to last.
fn told(world: &World, answers: Vec<Answer>) -> Arc<Told> {
    let told = Arc::new(Told::default());
    told.answers.lock().expect("no panic").extend(answers.into_iter().rev());
    world.engine.handle(mail(), told.clone());
    told
}

async fn failing(world: &World, case: &CaseId) -> Option<Failing> {
    let case = world.engine.case(case).await.expect("a case");
    standing(&case).into_iter().next().and_then(|effect| effect.failing)
}

async fn run(world: &World) -> usize {
    world.engine.run_effects().await.expect("the store works")
}

async fn case(world: &World, id: &CaseId) -> Arc<Case> {
    world.engine.case(id).await.expect("a case")
}

fn because(reason: &str) -> ActOf {
    ActOf { reason: Some(reason.into()), ..act("clerk-1", json!({})) }
}

#[tokio::test]
async fn what_is_owed_is_performed_once_and_its_answer_moves_the_case() {
    let world = world().await;
    let id = world.started("notice", "clerk-1", json!({"text": "a"})).await;
    let told = told(&world, vec![sent()]);
    assert_eq!(run(&world).await, 1);
    assert_eq!(run(&world).await, 0);
    let seen = told.seen.lock().expect("no panic").clone();
    assert_eq!(seen[0].key.to_string(), format!("{id}/tell#1"));
    assert_eq!(seen[0].input["text"], "a");
    let case = case(&world, &id).await;
    assert!(!case.is_open());
    assert_eq!(case.frame.data["receipt"], "r-1");
}

#[tokio::test]
async fn a_failure_is_tried_again_after_pauses_that_double_and_then_parked_for_a_person() {
    let world = world().await;
    let id = world.started("notice", "clerk-1", json!({"text": "a"})).await;
    let answers = (0..8).map(|_| retry("no line")).chain([sent()]).collect();
    told(&world, answers);
    for attempt in 1..=8_u32 {
        assert_eq!(run(&world).await, 1, "attempt {attempt}");
        assert_eq!(run(&world).await, 0, "not before its time");
        let now = failing(&world, &id).await.expect("it failed");
        assert_eq!((now.attempts, now.error.as_str()), (attempt, "no line"));
        let pause = TimeDelta::seconds(10 << (attempt - 1));
        let next = world.engine.next_effect_at().await.expect("the store works");
        assert_eq!(now.retry_at, (attempt < 8).then(|| world.clock.now() + pause));
        assert_eq!(next, now.retry_at);
        world.clock.go_to(world.clock.now() + pause);
    }
    assert!(case(&world, &id).await.is_stuck(), "parked: only a person helps");
    assert_eq!(code(world.engine.retry_effect(&id, "tell", because("")).await), "E-reason-missing");
    let retried = world.engine.retry_effect(&id, "tell", because("the line is back")).await;
    assert!(!retried.expect("accepted").case.is_stuck());
    assert_eq!(run(&world).await, 1);
    assert!(!case(&world, &id).await.is_open());
    let again = world.engine.retry_effect(&id, "tell", because("once more")).await;
    assert_eq!(code(again), "E-case-closed");
}

#[tokio::test]
async fn what_cannot_go_well_another_time_is_parked_at_once_with_the_reason() {
    let telephone = ["010", "0000", "0000"].join("-");
    let cases = [
        (Answer::Fail { error: "no such receiver".into() }, "no such receiver"),
        (done("lost", json!({})), "E-outcome-unknown"),
        (done("sent", json!({"receipt": 5})), "E-form-invalid"),
        (done("sent", json!({})), "E-guard-false"),
        (Answer::Fail { error: format!("asked for {telephone}") }, "left out"),
        (Answer::Fail { error: "한".repeat(1_000) }, "한한"),
    ];
    for (answer, reason) in cases {
        let world = world().await;
        let id = world.started("notice", "clerk-1", json!({"text": "a"})).await;
        told(&world, vec![answer]);
        assert_eq!(run(&world).await, 1);
        let parked = failing(&world, &id).await.expect("it is parked");
        assert!(parked.error.contains(reason), "{reason}: {}", parked.error);
        assert!(parked.error.len() <= 1_000);
        assert_eq!((parked.attempts, parked.retry_at), (1, None), "{reason}");
        let timeline = world.engine.timeline(&id).await.expect("a timeline");
        assert_eq!(timeline.last().and_then(|last| last.reason.clone()), Some(parked.error));
    }
}

#[tokio::test]
async fn a_handler_that_panics_has_failed() {
    let world = world().await;
    let id = world.started("notice", "clerk-1", json!({"text": "a"})).await;
    told(&world, vec![]);
    assert_eq!(run(&world).await, 1);
    let failing = failing(&world, &id).await.expect("it failed");
    assert!(failing.error.contains("panicked") && failing.retry_at.is_some());
}

#[tokio::test]
async fn each_entry_of_a_step_is_an_effect_of_its_own_also_in_a_workflow_that_is_called_again() {
    let world = world().await;
    world.publish(TWICE).await;
    let id = world.started("twice", "clerk-1", json!({})).await;
    let told = told(&world, vec![done("again", json!({})), sent(), sent()]);
    assert_eq!(run(&world).await, 2, "the second entry is owed at once");
    world.done(&id, "look", "repeat", "clerk-1", json!({})).await;
    assert_eq!(run(&world).await, 1);
    let keys: Vec<_> =
        told.seen.lock().expect("no panic").iter().map(|seen| seen.key.to_string()).collect();
    let expected: Vec<_> = (1..=3).map(|entry| format!("{id}/first/tell#{entry}")).collect();
    assert_eq!(keys, expected);
    assert_eq!(world.active(&id).await, ["look"]);
}

#[tokio::test]
async fn i9_what_is_owed_survives_the_process_and_a_late_answer_counts_for_nothing() {
    let log: Arc<dyn EventLog> = Arc::new(MemoryLog::new(Source("urn:test".into())));
    let before = World::on(log.clone()).await;
    before.publish(NOTICE).await;
    before.person("clerk-1", &["clerk"]).await;
    let id = before.started("notice", "clerk-1", json!({"text": "a"})).await;
    told(&before, vec![retry("no line")]);
    assert_eq!(run(&before).await, 1);

    let after = World::on(log).await;
    let told = told(&after, vec![sent()]);
    assert_eq!(run(&after).await, 0, "the pause stands in the log");
    after.clock.go_to(after.clock.now() + TimeDelta::seconds(10));
    assert_eq!(run(&after).await, 1);
    let effect = told.seen.lock().expect("no panic")[0].clone();
    assert_eq!((effect.attempt(), effect.key.to_string()), (2, format!("{id}/tell#1")));
    let answer = |entry| AnswerRequest {
        case: id.clone(),
        step: effect.step.clone(),
        entry,
        outcome: "again".into(),
        form: serde_json::Map::new(),
    };
    let version = case(&after, &id).await.version;
    let repeated = before.engine.answer(answer(1)).await.expect("the first answer again");
    assert!(repeated.repeated);
    assert_eq!(code(before.engine.answer(answer(2)).await), "E-case-closed");
    assert_eq!(case(&before, &id).await.version, version);
}

#[tokio::test]
async fn a_lease_keeps_work_from_others_until_it_ends_and_counts_one_answer() {
    let world = world().await;
    let id = world.started("notice", "clerk-1", json!({"text": "a"})).await;
    let minute = Duration::from_secs(60);
    let claim = async |worker| {
        world.engine.claim(&mail(), worker, minute, 10).await.expect("the store works")
    };
    let first = claim("worker-1").await.pop().expect("work");
    assert_eq!(first.effect.key.to_string(), format!("{id}/tell#1"));
    assert!(claim("worker-2").await.is_empty());
    world.clock.go_to(first.until - TimeDelta::seconds(1));
    let until = world.engine.extend_lease(first.token, minute).expect("it is kept");
    world.clock.go_to(first.until);
    assert!(claim("worker-2").await.is_empty(), "it was extended");
    world.clock.go_to(until);
    assert_eq!(code(world.engine.extend_lease(first.token, minute)), "E-lease-lost");
    let second = claim("worker-2").await.pop().expect("the lease ended");
    assert_eq!(second.effect, first.effect);
    let answer = async |token| {
        let Answer::Done { outcome, form } = sent() else { panic!("an answer") };
        code(world.engine.complete_lease(token, outcome, form).await)
    };
    assert_eq!(answer(first.token).await, "E-lease-lost");
    assert_eq!(answer(second.token).await, "accepted");
    assert_eq!(answer(second.token).await, "E-lease-lost");
    assert!(!case(&world, &id).await.is_open());
}

#[tokio::test]
async fn a_workers_failure_is_a_failure() {
    let world = world().await;
    let id = world.started("notice", "clerk-1", json!({"text": "a"})).await;
    let second = Duration::from_secs(1);
    let claim = async || world.engine.claim(&mail(), "worker-1", second, 10).await.expect("works");
    let token = claim().await.pop().expect("work").token;
    let failed = world.engine.fail_lease(token, "no paper".into(), false).await;
    assert_eq!(code(failed), "accepted");
    assert!(claim().await.is_empty(), "not before the pause is over");
    world.clock.go_to(world.clock.now() + TimeDelta::seconds(10));
    let token = claim().await.pop().expect("work").token;
    let failed = world.engine.fail_lease(token, "no printer".into(), true).await;
    assert_eq!(code(failed), "accepted");
    let parked = failing(&world, &id).await.expect("parked");
    assert_eq!((parked.attempts, parked.retry_at), (2, None));
}
