//! Work that moves quantities and reaches other cases, all in the commit of the step.

use std::sync::Arc;

use dure_engine::model::account::{AccountRef, OpenAccount, Unit};
use dure_engine::model::case::Status;
use dure_engine::model::names::{CaseId, Name};
use dure_storage::{EventLog, MemoryLog, Source};
use serde_json::json;

use crate::harness::{World, code};

const BUY: &str = r#"
workflow: buy
version: 1
title: {ko: 구매, en: Buy}
number: B-{year}-{serial:3}
roles: {clerk: {ko: 담당, en: Clerk}}
accounts: {budget: {title: {ko: 예산, en: Budget}, unit: krw, keyed: true}}
data: {region: {type: region}, cost: {type: krw, default: 0}}
start:
  by: clerk
  form: {region: {like: data.region}, cost: {like: data.cost}}
  set: {region: form.region, cost: form.cost}
  to: plan
steps:
  plan:
    title: {ko: 계획, en: Plan}
    by: clerk
    outcomes:
      reserve: {title: {ko: 확보, en: Reserve}, reserve: {account: budget, of: data.region, amount: data.cost}, to: pay}
      move:    {title: {ko: 전용, en: Move}, transfer: {from: budget, from_of: data.region, to: budget, to_of: '"west"', amount: data.cost}, to: paid}
      empty:   {title: {ko: 모두 전용, en: Move all}, transfer: {from: budget, from_of: data.region, to: budget, to_of: '"west"', amount: all}, to: paid}
  pay:
    title: {ko: 지급, en: Pay}
    by: clerk
    outcomes:
      part:   {title: {ko: 일부, en: Part}, commit: {account: budget, of: data.region, amount: '30'}, to: paid}
      all:    {title: {ko: 전부, en: All}, to: spent}
      cancel: {title: {ko: 취소, en: Cancel}, to: dropped}
      greedy: {title: {ko: 초과, en: Greedy}, commit: {account: budget, of: data.region, amount: data.cost + 1}, to: spent}
ends:
  paid:    {title: {ko: 지급됨, en: Paid}, releases: budget}
  spent:   {title: {ko: 집행됨, en: Spent}, commits: budget}
  dropped: {title: {ko: 취소됨, en: Dropped}, releases: budget}
"#;

fn budget(key: &str) -> AccountRef {
    AccountRef::new("budget", Some(key)).expect("an account")
}

async fn shop_on(log: Arc<dyn EventLog>) -> World {
    let world = World::on(log).await;
    world.publish(BUY).await;
    world.person("clerk-1", &["clerk"]).await;
    for key in ["east", "west"] {
        let unit = Unit(Name::new("krw").expect("a unit"));
        let open = OpenAccount { account: budget(key), unit, floor: 0, amount: 100 };
        world.engine.open_account(open, None).await.expect("an account is opened");
    }
    world
}

async fn shop() -> World {
    shop_on(Arc::new(MemoryLog::new(Source("urn:test".into())))).await
}

async fn bought(world: &World, cost: i64) -> CaseId {
    world.started("buy", "clerk-1", json!({"region": "east", "cost": cost})).await
}

/// Available, reserved and committed.
async fn balance(world: &World, key: &str) -> (i64, i64, i64) {
    let account = world.engine.account(&budget(key)).await.expect("the account is there");
    (account.available, account.reserved, account.committed)
}

#[tokio::test]
async fn what_is_reserved_is_used_up_or_given_back_by_the_end() {
    let table = [("all", (40, 0, 60)), ("cancel", (100, 0, 0)), ("part", (70, 0, 30))];
    for (outcome, after) in table {
        let world = shop().await;
        let case = bought(&world, 60).await;
        world.done(&case, "plan", "reserve", "clerk-1", json!({})).await;
        assert_eq!(balance(&world, "east").await, (40, 60, 0));
        let greedy = world.complete(&case, "pay", "greedy", "clerk-1", json!({})).await;
        assert_eq!(code(greedy), "E-account-not-reserved");
        let closed = world.done(&case, "pay", outcome, "clerk-1", json!({})).await;
        assert!(!closed.is_open() && closed.frame.reserved.is_empty(), "{outcome}");
        assert_eq!(balance(&world, "east").await, after, "{outcome}");
    }
}

#[tokio::test]
async fn a_transfer_moves_both_accounts_and_keeps_the_sum() {
    let world = shop().await;
    let case = bought(&world, 25).await;
    world.done(&case, "plan", "move", "clerk-1", json!({})).await;
    assert_eq!(
        (balance(&world, "east").await, balance(&world, "west").await),
        ((75, 0, 0), (125, 0, 0))
    );
}

#[tokio::test]
async fn a_transfer_of_all_moves_what_is_available_leaves_what_is_reserved_and_records_how_much() {
    let world = shop().await;
    let other = bought(&world, 60).await;
    world.done(&other, "plan", "reserve", "clerk-1", json!({})).await;
    let case = bought(&world, 1).await;
    world.done(&case, "plan", "empty", "clerk-1", json!({})).await;
    assert_eq!(
        (balance(&world, "east").await, balance(&world, "west").await),
        ((0, 60, 0), (140, 0, 0))
    );
    let nothing_left = bought(&world, 1).await;
    world.done(&nothing_left, "plan", "empty", "clerk-1", json!({})).await;
    assert_eq!(balance(&world, "west").await, (140, 0, 0));
}

#[tokio::test]
async fn a_step_that_would_pass_the_floor_records_nothing_anywhere() {
    let world = shop().await;
    let case = bought(&world, 101).await;
    let before = world.engine.log().head().await.expect("a head").size;
    assert_eq!(
        code(world.complete(&case, "plan", "reserve", "clerk-1", json!({})).await),
        "E-account-floor"
    );
    assert_eq!(world.engine.log().head().await.expect("a head").size, before);
    assert_eq!(balance(&world, "east").await, (100, 0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i8_sixty_four_cases_that_race_for_the_last_units_never_pass_the_floor() {
    let world = Arc::new(shop().await);
    let mut cases = Vec::new();
    for _ in 0..64 {
        cases.push(bought(&world, 7).await);
    }
    let races = cases.iter().cloned().map(|case| {
        let world = world.clone();
        tokio::spawn(async move {
            code(world.complete(&case, "plan", "reserve", "clerk-1", json!({})).await)
        })
    });
    let mut codes = Vec::new();
    for race in races.collect::<Vec<_>>() {
        codes.push(race.await.expect("a racer arrives"));
    }
    assert_eq!(codes.iter().filter(|code| *code == "accepted").count(), 14, "14 × 7 ≤ 100");
    assert_eq!(codes.iter().filter(|code| *code == "E-account-floor").count(), 50);
    assert_eq!(balance(&world, "east").await, (2, 98, 0));
}

const PARENT: &str = r#"
workflow: parent
version: 1
title: {ko: 상위, en: Parent}
roles: {clerk: {ko: 담당, en: Clerk}}
data: {child: {type: string}}
messages: {told: {title: {ko: 통보, en: Told}, form: {who: {type: string}}, keep: true}}
start: {by: clerk, to: open}
steps:
  open:  {title: {ko: 열기, en: Open}, spawn: buy, with: {region: '"east"', cost: '5'}, link: purchase, to: hold}
  hold:  {title: {ko: 대기, en: Hold}, by: clerk, to: done}
ends: {done: {title: {ko: 끝, en: Done}}}
"#;

const TELLER: &str = r#"
workflow: teller
version: 1
title: {ko: 알림, en: Teller}
roles: {clerk: {ko: 담당, en: Clerk}}
data: {whom: {type: string}}
start: {by: clerk, form: {whom: {type: string}}, set: {whom: form.whom}, to: tell}
steps:
  tell:
    title: {ko: 알림, en: Tell}
    send: told
    to_case: data.whom
    with: {who: '"teller"'}
    outcomes: {heard: {title: {ko: 닿음, en: Heard}, when: delivered, to: heard}, lost: {title: {ko: 못 닿음, en: Lost}, otherwise: true, to: lost}}
ends: {heard: {title: {ko: 닿음, en: Heard}}, lost: {title: {ko: 못 닿음, en: Lost}}}
"#;

#[tokio::test]
async fn a_step_starts_a_numbered_linked_case_in_its_own_commit() {
    let world = shop().await;
    world.publish(PARENT).await;
    let first = bought(&world, 1).await;
    let before = world.engine.log().head().await.expect("a head").size;
    let parent = world.started("parent", "clerk-1", json!({})).await;
    assert_eq!(
        world.engine.log().head().await.expect("a head").size,
        before + 3,
        "parent, child and number"
    );
    let link = world.engine.case(&parent).await.expect("the parent").links[0].clone();
    assert_eq!((first.as_str(), link.case.as_str()), ("B-2017-001", "B-2017-002"));
    let child = world.engine.case(&link.case).await.expect("the child");
    let from = child.parent.clone().expect("it says where it comes from");
    assert_eq!((from.case, from.link.as_str()), (parent, "purchase"));
    assert_eq!(child.frame.data["cost"], 5);
    assert_eq!(bought(&world, 1).await.as_str(), "B-2017-003", "numbers have no gap");
}

#[tokio::test]
async fn a_message_reaches_an_open_case_and_a_closed_or_unknown_one_is_told() {
    let world = shop().await;
    world.publish(PARENT).await;
    world.publish(TELLER).await;
    let parent = world.started("parent", "clerk-1", json!({})).await;
    let tell = async |whom: &str| {
        let case = world.started("teller", "clerk-1", json!({"whom": whom})).await;
        match &world.engine.case(&case).await.expect("the teller").status {
            Status::Closed { outcome, .. } => outcome.to_string(),
            Status::Open => "open".to_owned(),
        }
    };
    assert_eq!(tell(parent.as_str()).await, "heard");
    let mailbox = world.engine.case(&parent).await.expect("the parent").mailbox.clone();
    assert_eq!((mailbox.len(), &mailbox[0].form["who"]), (1, &json!("teller")));
    world.done(&parent, "hold", "done", "clerk-1", json!({})).await;
    assert_eq!(tell(parent.as_str()).await, "lost");
    assert_eq!(tell("nobody").await, "lost");
}

#[tokio::test]
async fn a_full_mailbox_takes_no_more() {
    let world = shop().await;
    world.publish(PARENT).await;
    world.publish(TELLER).await;
    let parent = world.started("parent", "clerk-1", json!({})).await;
    for _ in 0..dure_engine::limits::MAILBOX_MAX + 1 {
        world.started("teller", "clerk-1", json!({"whom": parent.as_str()})).await;
    }
    let mailbox = world.engine.case(&parent).await.expect("the parent").mailbox.len();
    assert_eq!(mailbox, dure_engine::limits::MAILBOX_MAX);
}

const ANSWERER: &str = r#"
workflow: answerer
version: 1
title: {ko: 답, en: Answerer}
roles: {clerk: {ko: 담당, en: Clerk}}
data: {asker: {type: string}}
start: {by: clerk, form: {asker: {type: string}}, set: {asker: form.asker}, to: answer}
steps:
  answer: {title: {ko: 답, en: Answer}, by: clerk, to: tell}
  tell:   {title: {ko: 알림, en: Tell}, send: told, to_case: data.asker, with: {who: case.id}, to: heard}
ends: {heard: {title: {ko: 닿음, en: Heard}}}
"#;

const ASKER: &str = r#"
workflow: asker
version: 1
title: {ko: 물음, en: Asker}
roles: {clerk: {ko: 담당, en: Clerk}}
data: {by: {type: string}}
messages: {told: {title: {ko: 통보, en: Told}, form: {who: {type: string}}}}
start: {by: clerk, to: ask}
steps:
  ask:  {title: {ko: 물음, en: Ask}, spawn: answerer, with: {asker: case.id}, link: answer, to: hear}
  hear: {title: {ko: 들음, en: Hear}, wait: {message: told}, outcomes: {received: {title: {ko: 받음, en: Got}, set: {by: form.who}, to: done}}}
ends: {done: {title: {ko: 끝, en: Done}}}
"#;

#[tokio::test]
async fn a_case_gives_its_number_to_one_it_starts_which_answers_by_it() {
    let world = shop().await;
    world.publish(ANSWERER).await;
    world.publish(ASKER).await;
    let asker = world.started("asker", "clerk-1", json!({})).await;
    let answerer = world.engine.case(&asker).await.expect("the asker").links[0].case.clone();
    world.done(&answerer, "answer", "done", "clerk-1", json!({})).await;
    let asker = world.engine.case(&asker).await.expect("the asker");
    assert!(!asker.is_open());
    assert_eq!(asker.frame.data["by"], answerer.as_str());
}
