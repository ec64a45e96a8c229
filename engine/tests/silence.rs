//! Nothing approves by silence, and what was done late for somebody keeps both times and both people.

use chrono::{DateTime, Utc};
use dure_engine::model::event::{Authority, TaskChange};
use dure_engine::model::names::CaseId;
use dure_engine::model::people::{Absence, AbsenceRegistered};
use dure_engine::runtime::TimelineEntry;
use dure_engine::runtime::projection::timeline::Did;
use dure_engine::{ActOf, AnswerRequest, MessageRequest, StartRequest, TaskRequest};
use serde_json::json;

use crate::harness::{World, act, acting, at, code, completing, person_id};

/// A case that approves only where somebody chooses `grant`; `{TASK}` is how the decision waits.
const APPROVAL: &str = r#"
workflow: approval
version: 1
title: {ko: 결재, en: Approval}
roles:
  staff: {ko: 직원, en: Staff}
  head: {ko: 결재자, en: Head}
  boss: {ko: 상급자, en: Boss}
messages: {note: {title: {ko: 알림, en: Note}, by: staff, keep: true}}
start: {by: staff, to: approve}
steps:
  approve:
    title: {ko: 승인, en: Approve}
    {TASK}
    outcomes:
      grant:  {title: {ko: 승인, en: Grant}, to: granted}
      refuse: {title: {ko: 반려, en: Refuse}, to: refused}
      silent: {title: {ko: 무응답, en: No answer}, to: unanswered}
ends:
  granted:    {title: {ko: 승인됨, en: Granted}}
  refused:    {title: {ko: 반려됨, en: Refused}}
  unanswered: {title: {ko: 무응답, en: Unanswered}}
"#;

const START: &str = "2017-03-10T01:00:00Z";

async fn approval(task: &str) -> (World, CaseId) {
    let world = World::new().await;
    world.publish(&APPROVAL.replace("{TASK}", task)).await;
    for (id, role) in [
        ("staff-1", "staff"),
        ("head-1", "head"),
        ("head-2", "head"),
        ("head-3", "head"),
        ("boss-1", "boss"),
    ] {
        world.person(id, &[role]).await;
    }
    let case = world.started("approval", "staff-1", json!({})).await;
    (world, case)
}

/// How the case ended, if it did.
async fn ended(world: &World, case: &CaseId) -> String {
    match &world.engine.case(case).await.expect("the case").status {
        dure_engine::model::Status::Open => "open".into(),
        dure_engine::model::Status::Closed { outcome, .. } => outcome.to_string(),
    }
}

#[tokio::test]
async fn nothing_approves_by_silence_however_the_decision_waits() {
    let table = [
        ("by: head", "open"),
        ("by: head\n    due: {within: 1d}", "open"),
        ("by: head\n    due: {within: 1d, remind: 1h}", "open"),
        ("by: head\n    due: {within: 1d, escalate: [{after: 1d, to: boss}]}", "open"),
        ("by: head\n    due: {within: 1d, expire: silent}", "unanswered"),
        ("by: head\n    quorum: {need: 2, of: 3, impossible: silent}", "open"),
        (
            "by: head\n    quorum: {need: 2, of: 3, impossible: silent}\n    due: {within: 1d}",
            "open",
        ),
        ("auto: robot", "open"),
        ("auto: robot\n    due: {within: 1d, expire: silent}", "unanswered"),
    ];
    for (task, expected) in table {
        let (world, case) = approval(task).await;
        world.clock.go_to(at("2018-03-10T01:00:00Z"));
        world.engine.tick().await.expect("the clock goes on");
        assert_eq!(ended(&world, &case).await, expected, "{task}");
    }
}

#[tokio::test]
async fn an_outcome_of_silence_is_nobodys_to_choose_and_never_the_one_that_people_choose() {
    let table = [
        "by: head\n    due: {within: 1d, expire: silent}",
        "by: head\n    quorum: {need: 2, of: 3, impossible: silent}",
    ];
    for task in table {
        let (world, case) = approval(task).await;
        let chosen = world.complete(&case, "approve", "silent", "head-1", json!({})).await;
        assert_eq!(code(chosen), "E-outcome-automatic", "{task}");
        assert_eq!(ended(&world, &case).await, "open");
    }
    // Once named for silence, `grant` is closed to people: a file cannot let it be both.
    let (world, case) = approval("by: head\n    due: {within: 1d, expire: grant}").await;
    let chosen = world.complete(&case, "approve", "grant", "head-1", json!({})).await;
    assert_eq!(code(chosen), "E-outcome-automatic");
}

#[tokio::test]
async fn neither_a_handler_nor_a_message_answers_for_a_person_or_for_the_clock() {
    let (world, case) = approval("by: head").await;
    let step = world.engine.case(&case).await.expect("the case").open_tasks()[0].step.clone();
    let answer = |outcome: &str| {
        let (case, outcome, form) = (case.clone(), outcome.to_owned(), Default::default());
        AnswerRequest { case, step: step.clone(), entry: 1, outcome, form }
    };
    assert_eq!(code(world.engine.answer(answer("grant")).await), "E-answer-late");
    let (id, act) = (case.clone(), act("staff-1", json!({})));
    let message = MessageRequest { case: id, message: "note".into(), act };
    assert_eq!(code(world.engine.send(message).await), "accepted", "it is kept");
    assert_eq!(ended(&world, &case).await, "open");
    let (world, case) = approval("auto: robot\n    due: {within: 1d, expire: silent}").await;
    let case_now = world.engine.case(&case).await.expect("the case");
    let step = case_now.running()[0].path.clone();
    let (outcome, form) = ("silent".to_owned(), Default::default());
    let answer = AnswerRequest { case: case.clone(), step, entry: 1, outcome, form };
    assert_eq!(code(world.engine.answer(answer).await), "E-outcome-unknown");
    assert_eq!(ended(&world, &case).await, "open");
}

#[tokio::test]
async fn what_a_deputy_did_waits_for_the_absent_person_to_take_note_however_long() {
    let (world, case) = approval("by: head").await;
    let absence =
        Absence { from: at(START), to: at("2017-03-20T00:00:00Z"), deputy: person_id("boss-1") };
    let registered = AbsenceRegistered { absence, reason: None, by: None };
    world.engine.register_absence(&person_id("head-1"), registered).await.expect("registered");
    let deputy = ActOf { deputy_of: Some(person_id("head-1")), ..act("boss-1", json!({})) };
    world.engine.complete(completing(&case, "approve", "grant", deputy)).await.expect("done");
    world.clock.go_to(at("2018-03-10T01:00:00Z"));
    world.engine.tick().await.expect("the clock goes on");
    assert_eq!(world.engine.case(&case).await.expect("the case").reports.len(), 1);
    let note = |by: &str| TaskRequest {
        case: case.clone(),
        step: "approve".into(),
        change: TaskChange::TakeNote,
        expected: None,
        act: act(by, json!({})),
    };
    assert_eq!(code(world.engine.change_task(note("head-2")).await), "E-report-unknown");
    world.engine.change_task(note("head-1")).await.expect("noted");
    assert!(world.engine.case(&case).await.expect("the case").reports.is_empty());
}

const DESK: &str = r#"
workflow: desk
version: 1
title: {ko: 창구, en: Desk}
roles:
  clerk: {ko: 접수자, en: Clerk}
  guest: {ko: 민원인, en: Guest}
  other: {ko: 다른 사람, en: Other}
messages: {note: {title: {ko: 알림, en: Note}, by: clerk, keep: true}}
start: {by: clerk, on_behalf_of: guest, to: work}
steps:
  work: {title: {ko: 처리, en: Work}, by: clerk, on_behalf_of: guest, to: wait}
  wait: {title: {ko: 보류, en: Wait}, by: clerk, to: done}
actions:
  ask:      {title: {ko: 문의, en: Ask}, by: clerk, on_behalf_of: guest, reason: required}
  remark:   {title: {ko: 메모, en: Remark}, by: clerk}
  withdraw: {title: {ko: 회수, en: Withdraw}, by: starter, to: withdrawn}
ends: {done: {title: {ko: 끝, en: Done}}, withdrawn: {title: {ko: 회수, en: Withdrawn}}}
"#;

/// The clock stands at 10 March, ten in the morning in Seoul.
const PHONED: &str = "2017-03-08T05:00:00Z";

async fn desk() -> World {
    let world = World::new().await;
    world.publish(DESK).await;
    for role in ["clerk", "guest", "other"] {
        world.person(&format!("{role}-1"), &[role]).await;
        world.person(&format!("{role}-2"), &[role]).await;
    }
    world
}

fn phoned(other: &str) -> ActOf {
    ActOf {
        on_behalf_of: Some(person_id(other)),
        occurred_at: Some(at(PHONED)),
        reason: Some("by phone".into()),
        ..act("clerk-1", json!({}))
    }
}

fn desk_start(act: ActOf) -> StartRequest {
    StartRequest { workflow: "desk".into(), case: None, act }
}

#[tokio::test]
async fn what_is_entered_for_somebody_keeps_both_times_and_both_people_whatever_it_is() {
    let world = desk().await;
    let case = world.engine.start(desk_start(phoned("guest-1"))).await.expect("started").case;
    let ask = acting(&case.id, "ask", phoned("guest-1"));
    world.engine.act(ask).await.expect("asked");
    let work = completing(&case.id, "work", "done", phoned("guest-2"));
    world.engine.complete(work).await.expect("done");
    let timeline = world.engine.timeline(&case.id).await.expect("a timeline");
    let told = |entry: &TimelineEntry| {
        let other = entry.on_behalf_of.clone().map(|person| person.to_string());
        (entry.by.clone(), other, entry.authority, entry.occurred_at, entry.recorded_at)
    };
    type Told =
        (Option<dure_engine::model::PersonId>, Option<String>, Option<Authority>, Time, Time);
    type Time = DateTime<Utc>;
    let expected = |other: &str| -> Told {
        let (by, authority) = (Some(person_id("clerk-1")), Some(Authority::OnBehalf));
        (by, Some(other.to_owned()), authority, at(PHONED), at(START))
    };
    let found: Vec<Told> = timeline.iter().map(told).collect();
    assert_eq!(found, ["guest-1", "guest-1", "guest-2"].map(expected));
    assert_eq!(timeline[0].did, Did::Started);
}

#[tokio::test]
async fn for_whom_something_is_done_is_never_left_out_in_silence() {
    let world = desk().await;
    let case =
        world.engine.start(desk_start(phoned("guest-1"))).await.expect("started").case.id.clone();
    let start = code(world.engine.start(desk_start(phoned("other-1"))).await);
    let action = async |name: &str, other: &str| {
        code(world.engine.act(acting(&case, name, phoned(other))).await)
    };
    let message =
        MessageRequest { case: case.clone(), message: "note".into(), act: phoned("guest-1") };
    let table = [
        ("start", start),
        ("an action for somebody without the role", action("ask", "other-1").await),
        ("an action nobody takes for another", action("remark", "guest-1").await),
        ("a message", code(world.engine.send(message).await)),
    ];
    for (what, answer) in table {
        assert_eq!(answer, "E-on-behalf", "{what}");
    }
}

#[tokio::test]
async fn a_deputy_starts_acts_and_sends_in_the_right_of_the_absent_person() {
    let world = desk().await;
    let in_place = |by: &str| ActOf { deputy_of: Some(person_id("clerk-2")), ..act(by, json!({})) };
    assert_eq!(code(world.engine.start(desk_start(in_place("other-1"))).await), "E-not-deputy");
    let absence =
        Absence { from: at(START), to: at("2017-03-20T00:00:00Z"), deputy: person_id("other-1") };
    let registered = AbsenceRegistered { absence, reason: None, by: None };
    world.engine.register_absence(&person_id("clerk-2"), registered).await.expect("registered");
    let started = world.engine.start(desk_start(in_place("other-1"))).await.expect("started");
    let case = &started.case;
    assert_eq!((case.starter.as_str(), case.entered_by.as_str()), ("clerk-2", "other-1"));
    let remark = acting(&case.id, "remark", in_place("other-1"));
    assert_eq!(code(world.engine.act(remark).await), "accepted");
    let send = |act| MessageRequest { case: case.id.clone(), message: "note".into(), act };
    assert_eq!(code(world.engine.send(send(in_place("other-2"))).await), "E-not-deputy");
    assert_eq!(code(world.engine.send(send(in_place("other-1"))).await), "accepted");
    let both = ActOf { on_behalf_of: Some(person_id("guest-1")), ..in_place("other-1") };
    let work = completing(&case.id, "work", "done", both);
    assert_eq!(code(world.engine.complete(work).await), "E-two-places");
    let withdraw = acting(&case.id, "withdraw", in_place("other-1"));
    world.engine.act(withdraw).await.expect("in place of the starter");
    let timeline = world.engine.timeline(&case.id).await.expect("a timeline");
    let of = Some(person_id("clerk-2"));
    assert!(timeline.iter().all(|entry| entry.authority == Some(Authority::Deputy)
        && entry.on_behalf_of == of
        && entry.by == Some(person_id("other-1"))));
    let owed = world.engine.case(&case.id).await.expect("the case");
    assert_eq!(owed.reports.len(), 2, "for what was done beside the start and the message");
}
