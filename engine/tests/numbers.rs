//! Case numbers: gap-free per workflow and year, also when many start at once and some are refused.

use std::collections::BTreeSet;

use dure_engine::model::names::CaseId;
use dure_engine::{ActOf, StartRequest};
use serde_json::json;

use crate::harness::{World, act, at, code};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_have_no_gap_when_sixteen_start_at_once() {
    let world = World::with_leave_request().await;
    let mut starts = tokio::task::JoinSet::new();
    for i in 0..64 {
        let engine = world.engine.clone();
        let days = if i % 4 == 0 { 99 } else { 9 };
        let act = act("staff-1", json!({"days": days, "reason": "rest"}));
        let request = StartRequest { workflow: "leave_request".into(), case: None, act };
        starts
            .spawn(async move { engine.start(request).await.ok().map(|a| a.case.id.to_string()) });
    }
    let ids: BTreeSet<String> = starts.join_all().await.into_iter().flatten().collect();
    let expected: BTreeSet<String> = (1..=48).map(|n| format!("LV-2017-{n:04}")).collect();
    assert_eq!(ids, expected);
}

#[tokio::test]
async fn each_year_counts_for_itself_by_the_day_in_seoul() {
    let world = World::with_leave_request().await;
    world.clock.go_to(at("2018-01-02T00:00:00Z"));
    let on = |time: &str| ActOf {
        occurred_at: Some(at(time)),
        ..act("staff-1", json!({"days": 9, "reason": "rest"}))
    };
    for (time, expected) in [
        ("2017-12-31T14:59:59Z", "LV-2017-0001"),
        ("2017-12-31T15:00:00Z", "LV-2018-0001"),
        ("2017-06-22T00:00:00Z", "LV-2017-0002"),
    ] {
        let request = StartRequest { workflow: "leave_request".into(), case: None, act: on(time) };
        let case = world.engine.start(request).await.expect("started").case;
        assert_eq!(case.id.as_str(), expected);
        assert_eq!(case.opened_at, at(time));
    }
}

#[tokio::test]
async fn a_given_number_is_refused_where_the_workflow_counts_and_taken_where_it_does_not() {
    let world = World::with_leave_request().await;
    let plain = crate::harness::leave_request()
        .replace("number: LV-{year}-{serial:4}\n", "")
        .replace("workflow: leave_request", "workflow: plain");
    world.publish(&plain).await;
    let request = |workflow: &str| StartRequest {
        workflow: workflow.into(),
        case: Some(CaseId::new("N-1").expect("a number")),
        act: act("staff-1", json!({"days": 9, "reason": "rest"})),
    };
    assert_eq!(code(world.engine.start(request("leave_request")).await), "E-number-given");
    assert_eq!(code(world.engine.start(request("plain")).await), "accepted");
    assert_eq!(code(world.engine.start(request("plain")).await), "E-case-exists");
}

/// An order takes a purchase with it; whoever asks too much is refused after the purchase got its number.
const ORDERS: [&str; 2] = [
    r#"
workflow: purchase
version: 1
title: {ko: 구매, en: Purchase}
number: P-{year}-{serial:3}
roles: {buyer: {ko: 구매자, en: Buyer}}
start: {by: buyer, to: buy}
steps: {buy: {title: {ko: 구매, en: Buy}, by: buyer, to: bought}}
actions: {cancel: {title: {ko: 취소, en: Cancel}, by: buyer, to: cancelled}}
ends: {bought: {title: {ko: 구매함, en: Bought}}, cancelled: {title: {ko: 취소됨, en: Cancelled}}}
"#,
    r#"
workflow: order
version: 1
title: {ko: 주문, en: Order}
number: O-{year}-{serial:3}
roles: {buyer: {ko: 구매자, en: Buyer}}
data: {count: {type: integer}}
start: {by: buyer, form: {count: {like: data.count}}, set: {count: form.count}, to: first}
steps:
  first: {title: {ko: 첫째, en: First}, spawn: purchase, link: purchase, to: second}
  second: {title: {ko: 둘째, en: Second}, spawn: purchase, link: purchase, to: size}
  size:
    title: {ko: 크기, en: Size}
    decide: {small: {when: data.count / (data.count - 9) < 9, to: hold}, large: {otherwise: true, to: hold}}
  hold: {title: {ko: 대기, en: Hold}, by: buyer, to: ordered}
ends: {ordered: {title: {ko: 주문함, en: Ordered}}}
"#,
];

async fn orders() -> World {
    let world = World::new().await;
    for text in ORDERS {
        world.publish(text).await;
    }
    world.person("buyer-1", &["buyer"]).await;
    world
}

async fn cases(world: &World, prefix: &str) -> BTreeSet<String> {
    let cases = world.engine.cases(None, 1000).await.expect("cases");
    let ids = cases.iter().map(|row| row.case.id.to_string());
    ids.filter(|id| id.starts_with(prefix)).collect()
}

fn numbers(prefix: &str, count: usize) -> BTreeSet<String> {
    (1..=count).map(|serial| format!("{prefix}-2017-{serial:03}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_have_no_gap_where_cases_start_cases_while_others_start_and_some_are_refused() {
    let world = orders().await;
    let mut starts = tokio::task::JoinSet::new();
    for i in 0..30 {
        let engine = world.engine.clone();
        // Nine divides by zero after both purchases got their numbers.
        let (workflow, form) = match i % 3 {
            0 => ("purchase", json!({})),
            1 => ("order", json!({"count": 1})),
            _ => ("order", json!({"count": 9})),
        };
        let act = act("buyer-1", form);
        let request = StartRequest { workflow: workflow.into(), case: None, act };
        starts.spawn(async move { code(engine.start(request).await) });
    }
    let answers = starts.join_all().await;
    let accepted = answers.iter().filter(|answer| *answer == "accepted").count();
    assert_eq!(accepted, 20, "{answers:?}");
    assert_eq!(cases(&world, "O-").await, numbers("O", 10));
    assert_eq!(cases(&world, "P-").await, numbers("P", 30), "ten by people, twenty by orders");
}

#[tokio::test]
async fn a_refused_start_uses_no_number_up_whatever_refuses_it() {
    let world = orders().await;
    world.person("nobody-1", &[]).await;
    let table = [
        ("order", "nobody-1", json!({"count": 1}), "E-role-missing"),
        ("order", "unknown-1", json!({"count": 1}), "E-person-unknown"),
        ("order", "buyer-1", json!({}), "E-form-invalid"),
        ("order", "buyer-1", json!({"count": 9}), "E-expression-failed"),
        ("purchase", "nobody-1", json!({}), "E-role-missing"),
    ];
    for (workflow, by, form, expected) in table {
        let refused = world.start(workflow, by, form.clone()).await;
        assert_eq!(code(refused), expected, "{workflow} {by} {form}");
    }
    let order = world.started("order", "buyer-1", json!({"count": 1})).await;
    assert_eq!(order.as_str(), "O-2017-001");
    assert_eq!(cases(&world, "P-").await, numbers("P", 2));
}

#[tokio::test]
async fn a_number_is_never_given_again_after_its_case_was_cancelled_or_closed() {
    let world = orders().await;
    let first = world.started("purchase", "buyer-1", json!({})).await;
    assert!(
        !world
            .action(&first, "cancel", "buyer-1", "no money")
            .await
            .expect("cancelled")
            .case
            .is_open()
    );
    let second = world.started("purchase", "buyer-1", json!({})).await;
    world.done(&second, "buy", "done", "buyer-1", json!({})).await;
    let third = world.started("purchase", "buyer-1", json!({})).await;
    assert_eq!(
        [first, second, third].map(|case| case.to_string()).to_vec(),
        Vec::from_iter(numbers("P", 3))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_request_gets_the_same_number_however_often_and_at_once() {
    let world = orders().await;
    let request = || {
        let key = Some("once".to_owned());
        let act = ActOf { idempotency_key: key, ..act("buyer-1", json!({"count": 1})) };
        StartRequest { workflow: "order".into(), case: None, act }
    };
    let mut starts = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let (engine, request) = (world.engine.clone(), request());
        starts.spawn(async move { engine.start(request).await.expect("started") });
    }
    let answers = starts.join_all().await;
    assert_eq!(answers.iter().filter(|answer| !answer.repeated).count(), 1);
    assert!(answers.iter().all(|answer| answer.case.id.as_str() == "O-2017-001"));
    assert_eq!(cases(&world, "P-").await, numbers("P", 2));
    assert_eq!(world.started("order", "buyer-1", json!({"count": 1})).await.as_str(), "O-2017-002");
}

#[tokio::test]
async fn a_case_started_by_another_counts_in_the_year_in_seoul_of_the_act() {
    let world = orders().await;
    world.clock.go_to(at("2018-01-02T00:00:00Z"));
    for (time, expected) in [
        ("2017-12-31T14:59:59Z", ["O-2017-001", "P-2017-001", "P-2017-002"]),
        ("2017-12-31T15:00:00Z", ["O-2018-001", "P-2018-001", "P-2018-002"]),
    ] {
        let act = ActOf { occurred_at: Some(at(time)), ..act("buyer-1", json!({"count": 1})) };
        let request = StartRequest { workflow: "order".into(), case: None, act };
        let case = world.engine.start(request).await.expect("started").case;
        let links = case.links.iter().map(|link| link.case.to_string());
        let found: Vec<String> = std::iter::once(case.id.to_string()).chain(links).collect();
        assert_eq!(found, expected);
    }
}
