//! What time does to a case: reminders, escalations, expiry, standing still, more time, and calendars that change.

use std::sync::Arc;

use dure_engine::ActionRequest;
use dure_engine::model::evolve::fold;
use dure_engine::model::names::{CaseId, Name};
use dure_engine::runtime::projection::timeline::Did;
use dure_storage::{EventLog, MemoryLog, Source};
use serde_json::json;

use crate::harness::{World, act, at, code};
use crate::invariants::history;

const DESK: &str = r#"
workflow: desk
version: 1
title: {ko: 창구, en: Desk}
calendar: korea
roles: {clerk: {ko: 담당, en: Clerk}, head: {ko: 책임자, en: Head}}
start: {by: clerk, to: work}
steps:
  work:
    title: {ko: 처리, en: Work}
    by: clerk
    due: {within: 5bd, remind: 1bd, escalate: [{after: 1bd, to: head}]}
    outcomes:
      ask:  {title: {ko: 보완, en: Ask}, to: supplement}
      done: {title: {ko: 끝, en: Done}, to: check}
  supplement:
    title: {ko: 보완, en: Supplement}
    by: clerk
    pauses: case
    to: work
  check:
    title: {ko: 확인, en: Check}
    by: clerk
    due: {within: 3wh, expire: silent}
    outcomes:
      good:   {title: {ko: 확인, en: Good}, to: closed}
      silent: {title: {ko: 무응답, en: Silent}, to: silent_end}
actions:
  more_time: {title: {ko: 연장, en: More time}, by: head, while: [work], extends: 2bd, once: true, reason: required}
ends:
  closed:     {title: {ko: 종결, en: Closed}}
  silent_end: {title: {ko: 무응답 종결, en: Closed silently}}
"#;

fn korea(version: u32, holidays: &str) -> String {
    format!(
        "calendar: korea\nversion: {version}\nweekend: [sat, sun]\nhours: [[\"09:00\", \"12:00\"], [\"13:00\", \"18:00\"]]\n\
         from: \"2017-01-01\"\nto: \"2030-12-31\"\nholidays: {{{holidays}}}\n"
    )
}

async fn desk_on(log: Arc<dyn EventLog>) -> World {
    let world = World::on(log).await;
    world.engine.publish_calendar("korea.yaml", &korea(1, ""), None).await.expect("published");
    world.publish(DESK).await;
    world.person("clerk-1", &["clerk"]).await;
    world.person("head-1", &["head"]).await;
    world
}

async fn desk() -> (World, CaseId) {
    let world = desk_on(Arc::new(MemoryLog::new(Source("urn:test".into())))).await;
    // Friday 2017-03-10, 10:00 in Seoul.
    let case = world.started("desk", "clerk-1", json!({})).await;
    (world, case)
}

async fn due(world: &World, case: &CaseId) -> Option<String> {
    let case = world.engine.case(case).await.expect("the case is there");
    case.open_tasks().first().and_then(|task| task.due).map(|due| due.to_rfc3339())
}

async fn dids(world: &World, case: &CaseId) -> Vec<Did> {
    let timeline = world.engine.timeline(case).await.expect("a timeline");
    timeline.into_iter().map(|entry| entry.did).collect()
}

#[tokio::test]
async fn a_due_in_business_days_records_what_it_was_computed_from() {
    let (world, id) = desk().await;
    assert_eq!(due(&world, &id).await.as_deref(), Some("2017-03-17T09:00:00+00:00"));
    let case = world.engine.case(&id).await.expect("the case is there");
    let basis = case.running()[0].step.clock.basis.clone().expect("a basis");
    let used = basis.calendar.as_ref().map(|used| (used.name.as_str(), used.version));
    assert_eq!(used, Some(("korea", 1)));
    assert_eq!((basis.counted.to_string(), basis.from), ("5bd".to_owned(), case.opened_at));
    assert!(!basis.zone_data.is_empty());
}

#[tokio::test]
async fn a_holder_is_reminded_and_a_role_is_called_in_which_may_then_act() {
    let (world, id) = desk().await;
    assert_eq!(
        code(world.complete(&id, "work", "done", "head-1", json!({})).await),
        "E-role-missing"
    );
    world.clock.go_to(at("2017-03-16T01:00:00Z"));
    assert_eq!(world.engine.tick().await.expect("time passes"), 1, "reminded on the day before");
    assert_eq!(world.engine.tick().await.expect("time passes"), 0, "once");
    world.clock.go_to(at("2017-03-20T10:00:00Z"));
    assert_eq!(world.engine.tick().await.expect("time passes"), 1, "called in a day after");
    assert_eq!(code(world.complete(&id, "work", "done", "head-1", json!({})).await), "accepted");
    let fired = dids(&world, &id).await;
    assert_eq!(fired.iter().filter(|did| matches!(did, Did::TimerFired { .. })).count(), 2);
    let inbox = world.engine.inbox(&crate::harness::person_id("clerk-1")).await.expect("an inbox");
    assert_eq!(inbox.len(), 1);
}

#[tokio::test]
async fn an_act_after_the_due_finds_the_step_expired_whether_or_not_the_clock_was_looked_at() {
    for ticked in [true, false] {
        let (world, id) = desk().await;
        world.done(&id, "work", "done", "clerk-1", json!({})).await;
        assert_eq!(
            code(world.complete(&id, "check", "silent", "clerk-1", json!({})).await),
            "E-outcome-automatic"
        );
        world.clock.go_to(at("2017-03-10T06:00:00Z"));
        if ticked {
            assert_eq!(world.engine.tick().await.expect("time passes"), 1);
        }
        assert_eq!(
            code(world.complete(&id, "check", "good", "clerk-1", json!({})).await),
            "E-case-closed"
        );
        let case = world.engine.case(&id).await.expect("the case is there");
        assert!(!case.is_open());
        let last = world.engine.timeline(&id).await.expect("a timeline").pop().expect("an entry");
        assert_eq!(
            (last.by, last.occurred_at),
            (None, at("2017-03-10T05:00:00Z")),
            "at its own time"
        );
    }
}

#[tokio::test]
async fn timers_of_a_step_that_was_left_never_fire() {
    let (world, id) = desk().await;
    world.done(&id, "work", "done", "clerk-1", json!({})).await;
    world.done(&id, "check", "good", "clerk-1", json!({})).await;
    world.clock.go_to(at("2018-01-01T00:00:00Z"));
    assert_eq!(world.engine.tick().await.expect("time passes"), 0);
    assert_eq!(world.engine.next_wake().await.expect("asked"), None);
}

#[tokio::test]
async fn two_engines_on_one_log_fire_a_timer_once() {
    let log: Arc<dyn EventLog> = Arc::new(MemoryLog::new(Source("urn:test".into())));
    let one = desk_on(log.clone()).await;
    let id = one.started("desk", "clerk-1", json!({})).await;
    let two = World::on(log.clone()).await;
    for world in [&one, &two] {
        world.clock.go_to(at("2017-03-16T01:00:00Z"));
    }
    let before = log.head().await.expect("a head").size;
    let (first, second) = tokio::join!(one.engine.tick(), two.engine.tick());
    assert_eq!(first.expect("time passes") + second.expect("time passes"), 1);
    assert_eq!(log.head().await.expect("a head").size, before + 1);
    assert!(two.engine.case(&id).await.expect("the case is there").next_timer().is_some());
}

#[tokio::test]
async fn more_time_is_given_once_and_moves_the_due() {
    let (world, id) = desk().await;
    let more = async |by: &str| {
        let act = dure_engine::ActOf { reason: Some("자료".into()), ..act(by, json!({})) };
        let request =
            ActionRequest { case: id.clone(), action: "more_time".into(), expected: None, act };
        code(world.engine.act(request).await)
    };
    assert_eq!(more("clerk-1").await, "E-role-missing");
    assert_eq!(more("head-1").await, "accepted");
    assert_eq!(due(&world, &id).await.as_deref(), Some("2017-03-21T09:00:00+00:00"));
    assert_eq!(more("head-1").await, "E-action-spent");
    world.clock.go_to(at("2017-03-17T10:00:00Z"));
    assert_eq!(world.engine.tick().await.expect("time passes"), 0, "the reminder moved along");
}

#[tokio::test]
async fn a_step_that_pauses_the_case_stops_the_clock_of_what_runs_beside_it() {
    let text = DESK.replace("start: {by: clerk, to: work}", "start: {by: clerk, to: both}").replace(
        "steps:\n  work:",
        "steps:\n  both:\n    title: {ko: 함께, en: Both}\n    parallel:\n      \
         one: {title: {ko: 가, en: One}, steps: {one_task: {title: {ko: 가, en: One}, by: clerk, due: {within: 3wh}, done: ok}}}\n      \
         two: {title: {ko: 나, en: Two}, steps: {two_task: {title: {ko: 나, en: Two}, by: clerk, pauses: case, done: ok}}}\n    to: work\n  work:",
    );
    let world = desk_on(Arc::new(MemoryLog::new(Source("urn:test".into())))).await;
    world.publish(&text.replace("version: 1", "version: 2")).await;
    let id = world.started("desk", "clerk-1", json!({})).await;
    assert_eq!(due(&world, &id).await.as_deref(), Some("2017-03-10T05:00:00+00:00"));
    assert!(world.engine.case(&id).await.expect("the case is there").stopped_at.is_some());
    world.clock.go_to(at("2017-03-13T01:00:00Z"));
    assert_eq!(world.engine.tick().await.expect("time passes"), 0, "the clock stands still");
    world.done(&id, "two_task", "done", "clerk-1", json!({})).await;
    assert_eq!(
        due(&world, &id).await.as_deref(),
        Some("2017-03-13T05:00:00+00:00"),
        "three hours were left"
    );
    assert!(world.engine.case(&id).await.expect("the case is there").stopped_at.is_none());
}

/// Due at a time that is filled in, beside a task that stops the clock of the case.
const FAR: &str = r#"
workflow: far
version: 1
title: {ko: 먼 기한, en: Far}
roles: {clerk: {ko: 담당, en: Clerk}, head: {ko: 책임자, en: Head}}
data: {until: {type: date}}
start: {by: clerk, form: {until: {like: data.until}}, set: {until: form.until}, to: both}
steps:
  both:
    title: {ko: 함께, en: Both}
    parallel:
      one:
        title: {ko: 가, en: One}
        steps: {work: {title: {ko: 일, en: Work}, by: clerk, due: {at: data.until, escalate: [{after: 1w, to: head}]}, done: ok}}
      two: {title: {ko: 나, en: Two}, steps: {ask: {title: {ko: 보완, en: Ask}, by: clerk, pauses: case, done: ok}}}
    to: closed
ends: {closed: {title: {ko: 끝, en: Closed}}}
"#;

#[tokio::test]
async fn a_due_that_stood_still_close_to_the_end_of_time_goes_on_at_the_last_moment_there_is() {
    let world = World::new().await;
    world.publish(FAR).await;
    world.person("clerk-1", &["clerk"]).await;
    let id = world.started("far", "clerk-1", json!({"until": "9999-12-31"})).await;
    world.clock.go_to(at("2018-03-10T01:00:00Z"));
    world.done(&id, "ask", "done", "clerk-1", json!({})).await;
    assert_eq!(due(&world, &id).await.as_deref(), Some("9999-12-31T23:59:59+00:00"));
    let case = world.engine.case(&id).await.expect("the case is there");
    assert_eq!(Some(&*case), fold(&history(&world, &id).await).as_ref(), "it reads back");
    world.done(&id, "work", "done", "clerk-1", json!({})).await;
}

#[tokio::test]
async fn a_holiday_declared_later_moves_open_dues_and_says_so() {
    let (world, id) = desk().await;
    let calendar = korea(2, "\"2017-03-15\": {ko: 임시공휴일, en: Temporary holiday}");
    let published = world.engine.publish_calendar("korea.yaml", &calendar, None).await;
    assert!(!published.expect("published").repeated);
    let name = Name::new("korea").expect("a name");
    world.engine.move_dues(&id, &name).await.expect("moved");
    assert_eq!(due(&world, &id).await.as_deref(), Some("2017-03-20T09:00:00+00:00"));
    assert!(dids(&world, &id).await.contains(&Did::DuesMoved { calendar: name, version: 2 }));
    let gap = korea(4, "");
    let refused = world.engine.publish_calendar("korea.yaml", &gap, None).await;
    assert_eq!(code(refused), "E-version-published");
}
