//! Ends from inside blocks: a branch, an item or a background branch may end the whole workflow, which leaves everything.

use dure_engine::model::account::{AccountRef, OpenAccount, Unit};
use dure_engine::model::case::Status;
use dure_engine::model::names::{CaseId, Name};
use serde_json::{Value, json};

use crate::harness::{World, at, code};

/// A request that is reviewed by two sections and for each of some places, with a limit for the whole of it.
const REQUEST: &str = r#"
workflow: request
version: 1
title: {ko: 요청, en: Request}
calendar: office
roles: {worker: {ko: 담당자, en: Worker}}
accounts: {budget: {title: {ko: 예산, en: Budget}, unit: krw}}
data: {places: {type: array, items: {type: string}, default: [a, b]}}
start: {by: worker, to: review}
steps:
  review:
    title: {ko: 검토, en: Review}
    parallel:
      east:
        title: {ko: 동부, en: East}
        steps:
          read_east:
            title: {ko: 검토, en: Read}
            by: worker
            outcomes:
              ok:   {title: {ko: 적합, en: Good}, done: ok}
              drop: {title: {ko: 중단, en: Drop}, to: dropped}
      west:
        title: {ko: 서부, en: West}
        first: hold
        steps:
          hold:
            title: {ko: 확보, en: Hold}
            by: worker
            outcomes: {hold: {title: {ko: 확보, en: Hold}, reserve: {account: budget, amount: '10'}, to: west_done}}
          west_done: {title: {ko: 마침, en: Finish}, by: worker, done: ok}
    to: visits
  visits:
    title: {ko: 방문, en: Visits}
    each: data.places
    as: place
    steps:
      visit:
        title: {ko: 방문, en: Visit}
        by: worker
        outcomes:
          seen:   {title: {ko: 확인, en: Seen}, done: seen}
          closed: {title: {ko: 폐쇄, en: Closed}, to: dropped}
    to: finished
background:
  deadline:
    title: {ko: 처리 기한, en: Deadline}
    first: early
    steps:
      early: {title: {ko: 기한 전, en: Before the limit}, wait: {for: 5bd}, to: warn}
      warn:
        title: {ko: 기한 임박, en: Close to the limit}
        by: worker
        due: {within: 2bd, expire: passed}
        outcomes:
          noted:  {title: {ko: 확인, en: Noted}, to: late}
          passed: {title: {ko: 기한 지남, en: Past the limit}, to: expired}
      late: {title: {ko: 기한 뒤, en: After the limit}, wait: {for: 2bd}, to: expired}
actions:
  again: {title: {ko: 다시, en: Again}, by: worker, to: review}
ends:
  finished: {title: {ko: 완료, en: Finished}, commits: budget}
  dropped:  {title: {ko: 중단, en: Dropped}, releases: budget}
  expired:  {title: {ko: 기한 지남, en: Expired}, releases: budget}
"#;

const OFFICE: &str = "calendar: office\nversion: 1\nweekend: [sat, sun]\nhours: [[\"09:00\", \"18:00\"]]\nfrom: 2017-01-01\nto: 2018-12-31\nholidays: {}\n";

async fn begun() -> (World, CaseId) {
    let world = World::new().await;
    world.engine.publish_calendar("office.yaml", OFFICE, None).await.expect("a calendar");
    world.publish(REQUEST).await;
    world.person("w-1", &["worker"]).await;
    let unit = Unit(Name::new("krw").expect("a unit"));
    let open = OpenAccount { account: budget(), unit, floor: 0, amount: 100 };
    world.engine.open_account(open, None).await.expect("an account is opened");
    let case = world.started("request", "w-1", json!({})).await;
    (world, case)
}

fn budget() -> AccountRef {
    "budget".parse().expect("an account")
}

async fn available(world: &World) -> i64 {
    world.engine.account(&budget()).await.expect("an account").available
}

/// The end, once nothing is left of the case: no task, no timer, nothing reserved.
async fn ended(world: &World, id: &CaseId) -> String {
    let case = world.engine.case(id).await.expect("the case");
    assert!(case.running().is_empty(), "{:?}", case.running());
    assert_eq!(case.next_timer(), None);
    assert!(case.frame.reserved.values().all(|amount| *amount == 0), "{:?}", case.frame.reserved);
    match &case.status {
        Status::Closed { outcome, .. } => outcome.to_string(),
        Status::Open => panic!("still open"),
    }
}

#[tokio::test]
async fn a_branch_may_end_the_workflow_and_leaves_the_others_and_what_they_reserved() {
    let (world, case) = begun().await;
    world.done(&case, "hold", "hold", "w-1", json!({})).await;
    world.done(&case, "read_east", "drop", "w-1", json!({})).await;
    assert_eq!(ended(&world, &case).await, "dropped");
    assert_eq!(available(&world).await, 100);
    let late = world.complete(&case, "west_done", "done", "w-1", json!({})).await;
    assert_eq!(code(late), "E-case-closed");
}

#[tokio::test]
async fn an_item_may_end_the_workflow_too() {
    let (world, case) = begun().await;
    for (step, outcome) in [
        ("hold", "hold"),
        ("read_east", "ok"),
        ("west_done", "done"),
        ("visits:i2/visit", "closed"),
    ] {
        world.done(&case, step, outcome, "w-1", json!({})).await;
    }
    assert_eq!(ended(&world, &case).await, "dropped");
}

#[tokio::test]
async fn a_deadline_beside_the_main_line_ends_the_whole_case() {
    let (world, case) = begun().await;
    world.done(&case, "hold", "hold", "w-1", json!({})).await;
    // 2017-03-10 10:00 in Seoul, a Friday: the fifth business day closes on the 17th, two more on the 21st.
    for (time, expected) in [("2017-03-17T08:59:00Z", 0), ("2017-03-17T09:00:00Z", 1)] {
        world.clock.go_to(at(time));
        assert_eq!(world.engine.tick().await.expect("time passes"), expected, "{time}");
    }
    world.done(&case, "warn", "noted", "w-1", json!({})).await;
    world.clock.go_to(at("2017-03-21T09:00:00Z"));
    assert_eq!(world.engine.tick().await.expect("time passes"), 1);
    assert_eq!(ended(&world, &case).await, "expired");
    assert_eq!(available(&world).await, 100);
}

#[tokio::test]
async fn going_to_a_step_lets_the_background_run_on_and_going_to_an_end_does_not() {
    let (world, case) = begun().await;
    world.done(&case, "read_east", "ok", "w-1", json!({})).await;
    let before = world.engine.case(&case).await.expect("the case");
    let deadline = |case: &dure_engine::model::case::Case| {
        let found =
            case.running().into_iter().find(|r| r.path.to_string() == "deadline:loop/early");
        found.map(|running| running.step.clone())
    };
    assert!(deadline(&before).is_some());
    let after = world.action(&case, "again", "w-1", "").await.expect("back").case;
    assert_eq!(deadline(&after), deadline(&before));
    assert_eq!(world.active(&case).await, ["review:east/read_east", "review:west/hold"]);
    world.done(&case, "read_east", "drop", "w-1", json!({})).await;
    assert_eq!(ended(&world, &case).await, "dropped");
}

#[tokio::test]
async fn what_has_not_begun_yet_never_begins_after_an_end() {
    let world = World::new().await;
    world
        .publish(
            r#"
workflow: at_once
version: 1
title: {ko: 바로, en: At once}
roles: {worker: {ko: 담당자, en: Worker}}
start: {by: worker, to: both}
steps:
  both:
    title: {ko: 함께, en: Both}
    parallel:
      one: {title: {ko: 하나, en: One}, steps: {leave: {title: {ko: 끝냄, en: Leave}, decide: {yes: {otherwise: true, to: over}}}}}
      two: {title: {ko: 둘, en: Two}, steps: {stay: {title: {ko: 남음, en: Stay}, by: worker, done: ok}}}
    to: over
ends: {over: {title: {ko: 끝, en: Over}}}
"#,
        )
        .await;
    world.person("w-1", &["worker"]).await;
    let case = world.started("at_once", "w-1", Value::Object(Default::default())).await;
    assert_eq!(ended(&world, &case).await, "over");
}
