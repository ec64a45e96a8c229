//! Tasks, decisions, guards, data and parallel branches.

use dure_engine::model::case::Status;
use dure_engine::model::refusal::Why;
use dure_engine::{ActOf, EngineError};
use serde_json::json;

use crate::harness::{World, act, at, code, completing};

#[tokio::test]
async fn a_short_leave_is_granted_without_asking_anybody() {
    let world = World::with_leave_request().await;
    let id = world.started("leave_request", "staff-1", json!({"days": 3, "reason": "rest"})).await;
    let case = world.engine.case(&id).await.expect("the case");
    assert!(
        matches!(&case.status, Status::Closed { outcome, .. } if outcome.as_str() == "granted")
    );
    assert_eq!(case.frame.data.get("days"), Some(&json!(3)));
}

#[tokio::test]
async fn a_long_leave_waits_for_the_head_with_a_due_time() {
    let world = World::with_leave_request().await;
    let id = world.started("leave_request", "staff-1", json!({"days": 10, "reason": "rest"})).await;
    let case = world.engine.case(&id).await.expect("the case");
    let tasks = case.open_tasks();
    assert_eq!(tasks[0].step.to_string(), "approve");
    assert_eq!(tasks[0].due, Some(at("2017-03-13T01:00:00Z")));
    let case = world.done(&id, "approve", "grant", "head-1", json!({})).await;
    assert!(!case.is_open());
}

#[tokio::test]
async fn a_guard_that_says_no_tells_its_reason_and_records_nothing() {
    let world = World::with_leave_request().await;
    let id = world.started("leave_request", "staff-1", json!({"days": 30, "reason": "rest"})).await;
    let refused = world.complete(&id, "approve", "grant", "head-1", json!({})).await;
    let text = refused.as_ref().err().map(ToString::to_string).unwrap_or_default();
    assert!(text.contains("more days than the limit"), "{text}");
    let Err(EngineError::Refused(refusal)) = &refused else { panic!("{refused:?}") };
    let Why::GuardFalse { guard, .. } = &refusal.why else { panic!("{refusal:?}") };
    assert_eq!(guard, "data.days <= settings.days_max");
    assert!(!text.contains(guard), "people read the reason: {text}");
    assert_eq!(code(refused), "E-guard-false");
    assert_eq!(world.engine.case(&id).await.expect("the case").version.0, 1);
}

#[tokio::test]
async fn every_violation_of_a_form_is_listed_with_its_path() {
    let world = World::with_leave_request().await;
    let form = json!({"days": 0, "reason": "x", "colour": "red"});
    let refused = world.start("leave_request", "staff-1", form).await;
    let Err(EngineError::Refused(refusal)) = &refused else { panic!("{refused:?}") };
    let text = refusal.to_string();
    for part in [
        "Days (/days): must be at least 1",
        "Reason (/reason): must have at least 2",
        "/colour: the form has no such field",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_eq!(code(refused), "E-form-invalid");
}

#[tokio::test]
async fn refusals_come_in_one_fixed_order() {
    let world = World::with_leave_request().await;
    let id = world.started("leave_request", "staff-1", json!({"days": 10, "reason": "rest"})).await;
    let wrong = || act("staff-1", json!({"unknown": 1}));
    let future = |by: &str| ActOf {
        occurred_at: Some(at("2030-01-01T00:00:00Z")),
        ..act(by, json!({"unknown": 1}))
    };
    let past = |by: &str| ActOf { occurred_at: Some(at("2017-03-09T00:00:00Z")), ..future(by) };
    let table = [
        (completing(&id, "nowhere", "nothing", wrong()), "E-step-unknown"),
        (completing(&id, "size", "nothing", wrong()), "E-step-not-active"),
        (completing(&id, "approve", "nothing", wrong()), "E-role-missing"),
        (
            completing(&id, "approve", "nothing", act("head-1", json!({"unknown": 1}))),
            "E-outcome-unknown",
        ),
        (completing(&id, "approve", "refuse", future("head-1")), "E-time-future"),
        (completing(&id, "approve", "refuse", past("head-1")), "E-time-before-start"),
        (
            completing(&id, "approve", "refuse", act("head-1", json!({"unknown": 1}))),
            "E-reason-missing",
        ),
        (
            completing(&id, "approve", "grant", act("head-1", json!({"unknown": 1}))),
            "E-form-invalid",
        ),
    ];
    for (request, expected) in table {
        assert_eq!(code(world.engine.complete(request).await), expected);
    }
}

#[tokio::test]
async fn a_closed_case_takes_no_step_and_says_how_it_ended() {
    let world = World::with_leave_request().await;
    let id = world.started("leave_request", "staff-1", json!({"days": 1, "reason": "rest"})).await;
    let refused = world.complete(&id, "approve", "grant", "head-1", json!({})).await;
    let text = refused.as_ref().err().map(ToString::to_string).unwrap_or_default();
    assert!(text.contains("granted"), "{text}");
    assert_eq!(code(refused), "E-case-closed");
}

#[tokio::test]
async fn the_second_of_two_people_is_told_who_was_first_and_when() {
    let world = World::new().await;
    world.publish(LOOP).await;
    world.person("p-1", &["worker"]).await;
    world.person("p-2", &["worker"]).await;
    let id = world.started("rounds", "p-1", json!({})).await;
    world.done(&id, "work", "finish", "p-1", json!({})).await;
    let refused = world.complete(&id, "work", "finish", "p-2", json!({})).await;
    let text = refused.as_ref().err().map(ToString::to_string).unwrap_or_default();
    assert!(text.contains("p-1 completed it by \"finish\" on 2017-03-10 10:00"), "{text}");
    assert!(text.contains("check (worker)"), "{text}");
    assert_eq!(code(refused), "E-step-not-active");
}

#[tokio::test]
async fn a_loop_goes_back_as_often_as_its_guard_allows() {
    let world = World::new().await;
    world.publish(LOOP).await;
    world.person("p-1", &["worker"]).await;
    let id = world.started("rounds", "p-1", json!({})).await;
    for _ in 0..2 {
        world.done(&id, "work", "finish", "p-1", json!({})).await;
        world.done(&id, "check", "again", "p-1", json!({})).await;
    }
    world.done(&id, "work", "finish", "p-1", json!({})).await;
    assert_eq!(
        code(world.complete(&id, "check", "again", "p-1", json!({})).await),
        "E-guard-false"
    );
    let case = world.done(&id, "check", "good", "p-1", json!({})).await;
    assert_eq!(case.frame.data.get("rounds"), Some(&json!(3)));
}

const LOOP: &str = r#"
workflow: rounds
version: 1
title: {ko: 반복, en: Rounds}
settings: {rounds_max: 3}
roles: {worker: {ko: 작업자, en: Worker}}
data: {rounds: {type: integer, default: 0}}
start: {by: worker, to: work}
steps:
  work:
    title: {ko: 작업, en: Work}
    by: worker
    outcomes: {finish: {set: {rounds: data.rounds + 1}, to: check}}
  check:
    title: {ko: 확인, en: Check}
    by: worker
    outcomes:
      good:  {to: done}
      again: {when: times("work") < settings.rounds_max, to: work}
ends: {done: {title: {ko: 끝, en: Done}}}
"#;

pub const REVIEW: &str = r#"
workflow: review
version: 1
title: {ko: 검토, en: Review}
roles:
  author:   {ko: 작성자, en: Author}
  reviewer: {ko: 검토자, en: Reviewer}
data: {agreed: {type: integer}}
start: {by: author, to: read}
steps:
  read:
    title: {ko: 부문별 검토, en: Sectional review}
    parallel:
      east:
        title: {ko: 동, en: East}
        steps:
          read_east:
            title: {ko: 동 검토, en: Read east}
            by: reviewer
            in: '"east"'
            outcomes: {ok: {done: ok}, return: {reason: required, done: returned}}
      west:
        title: {ko: 서, en: West}
        first: read_west
        steps:
          read_west:
            title: {ko: 서 검토, en: Read west}
            by: reviewer
            in: '"west"'
            outcomes: {ok: {to: seal_west}, return: {reason: required, done: returned}}
          seal_west:
            title: {ko: 서 날인, en: Seal west}
            by: reviewer
            in: '"west"'
            done: ok
    set: {agreed: 'size(results.filter(r, r == "ok"))'}
    outcomes:
      all_ok:   {when: 'results.all(r, r == "ok")', to: published}
      returned: {otherwise: true, to: redraft}
  redraft: {title: {ko: 재기안, en: Redraft}, by: starter, to: read}
ends: {published: {title: {ko: 공표, en: Published}}}
"#;

#[tokio::test]
async fn a_parallel_step_waits_for_every_branch_and_then_decides() {
    let world = World::new().await;
    world.publish(REVIEW).await;
    world.person("a-1", &["author"]).await;
    world.person("e-1", &["reviewer@east"]).await;
    world.person("w-1", &["reviewer@west"]).await;
    let id = world.started("review", "a-1", json!({})).await;
    assert_eq!(world.active(&id).await, ["read:east/read_east", "read:west/read_west"]);
    assert_eq!(
        code(world.complete(&id, "read_east", "ok", "w-1", json!({})).await),
        "E-scope-missing"
    );

    let returned = ActOf { reason: Some("unclear".into()), ..act("e-1", json!({})) };
    world
        .engine
        .complete(completing(&id, "read_east", "return", returned))
        .await
        .expect("returned");
    world.done(&id, "read_west", "ok", "w-1", json!({})).await;
    assert_eq!(world.active(&id).await, ["read:west/seal_west"]);
    world.done(&id, "seal_west", "done", "w-1", json!({})).await;
    assert_eq!(world.active(&id).await, ["redraft"]);
    world.done(&id, "redraft", "done", "a-1", json!({})).await;

    world.done(&id, "read_west", "ok", "w-1", json!({})).await;
    world.done(&id, "seal_west", "done", "w-1", json!({})).await;
    let case = world.done(&id, "read_east", "ok", "e-1", json!({})).await;
    assert!(!case.is_open());
    assert_eq!(case.frame.data.get("agreed"), Some(&json!(2)));
}

#[tokio::test]
async fn a_join_is_not_met_before_a_branch_it_waits_for_has_ended() {
    let world = World::new().await;
    let text = "workflow: flow\nversion: 1\ntitle: {ko: 가, en: T}\nroles: {worker: {ko: 담당, en: Worker}}\n\
        start: {by: worker, to: a}\nsteps:\n  a:\n    title: {ko: 가, en: T}\n    parallel:\n\
        \x20     x: {title: {ko: 가, en: T}, steps: {p: {title: {ko: 가, en: T}, by: worker, done: ok}}}\n\
        \x20     y: {title: {ko: 가, en: T}, background: true, steps: {q: {title: {ko: 가, en: T}, by: worker, done: ok}}}\n\
        \x20   join: {when: 'results.all(r, r == \"ok\")'}\n    to: done\nends: {done: {title: {ko: 가, en: T}}}\n";
    world.publish(text).await;
    world.person("w-1", &["worker"]).await;
    let case = world.started("flow", "w-1", json!({})).await;
    world.done(&case, "q", "done", "w-1", json!({})).await;
    assert_eq!(world.active(&case).await, ["a:x/p"]);
    assert!(!world.done(&case, "p", "done", "w-1", json!({})).await.is_open());
}
