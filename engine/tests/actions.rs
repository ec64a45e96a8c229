//! What may be done at any time, and what it leaves behind.

use dure_engine::model::case::Status;
use serde_json::json;

use crate::flow::REVIEW;
use crate::harness::{World, code};

#[tokio::test]
async fn a_withdrawal_leaves_everything_and_keeps_the_number() {
    let world = World::with_leave_request().await;
    let id = world.started("leave_request", "staff-1", json!({"days": 9, "reason": "rest"})).await;
    let case =
        world.action(&id, "withdraw", "staff-1", "plans changed").await.expect("withdrawn").case;
    assert!(
        matches!(&case.status, Status::Closed { outcome, .. } if outcome.as_str() == "withdrawn")
    );
    assert!(case.open_tasks().is_empty());
    let next =
        world.started("leave_request", "staff-1", json!({"days": 9, "reason": "rest"})).await;
    assert_ne!(next, id);
}

#[tokio::test]
async fn an_action_asks_who_and_why() {
    let world = World::with_leave_request().await;
    let id = world.started("leave_request", "staff-1", json!({"days": 9, "reason": "rest"})).await;
    assert_eq!(code(world.action(&id, "withdraw", "head-1", "why not").await), "E-role-missing");
    assert_eq!(code(world.action(&id, "withdraw", "staff-1", "  ").await), "E-reason-missing");
    assert_eq!(code(world.action(&id, "vanish", "staff-1", "x").await), "E-action-unknown");
}

#[tokio::test]
async fn an_action_reaches_into_every_branch() {
    let world = World::new().await;
    let with_action = REVIEW.replace(
        "ends:",
        "actions: {stop: {title: {ko: 중단, en: Stop}, by: starter, when: reached(\"read_east\"), to: redraft}}\nends:",
    );
    world.publish(&with_action).await;
    world.person("a-1", &["author"]).await;
    world.person("e-1", &["reviewer"]).await;
    let id = world.started("review", "a-1", json!({})).await;
    world.done(&id, "read_west", "ok", "e-1", json!({})).await;
    world.action(&id, "stop", "a-1", "").await.expect("stopped");
    assert_eq!(world.active(&id).await, ["redraft"]);
    assert_eq!(world.engine.inbox(&crate::harness::person_id("e-1")).await.expect("an inbox"), []);
}

#[tokio::test]
async fn a_guard_may_ask_where_the_case_is_now_also_inside_a_branch() {
    let world = World::new().await;
    let with_action = REVIEW.replace(
        "ends:",
        "actions: {stop: {title: {ko: 중단, en: Stop}, by: starter, when: active(\"seal_west\") && active(\"read\") && !active(\"read_west\"), to: redraft}}\nends:",
    );
    world.publish(&with_action).await;
    world.person("a-1", &["author"]).await;
    world.person("e-1", &["reviewer"]).await;
    let id = world.started("review", "a-1", json!({})).await;
    assert_eq!(code(world.action(&id, "stop", "a-1", "").await), "E-guard-false");
    world.done(&id, "read_west", "ok", "e-1", json!({})).await;
    world.action(&id, "stop", "a-1", "").await.expect("stopped");
    assert_eq!(world.active(&id).await, ["redraft"]);
    assert_eq!(code(world.action(&id, "stop", "a-1", "").await), "E-guard-false");
}
