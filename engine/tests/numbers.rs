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
