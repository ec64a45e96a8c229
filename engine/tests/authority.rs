//! Who may act, for whom, and who may not because they did the other half.

use dure_engine::model::event::Authority;
use dure_engine::runtime::projection::timeline::Did;
use dure_engine::{ActOf, StartRequest};
use serde_json::json;

use crate::harness::{World, act, code, person_id};

const DESK: &str = r#"
workflow: desk
version: 1
title: {ko: 창구, en: Desk}
roles:
  clerk:    {ko: 접수자, en: Clerk}
  operator: {ko: 운영자, en: Operator}
start: {by: [operator, clerk], on_behalf_of: operator, to: propose}
steps:
  propose: {title: {ko: 제안, en: Propose}, by: clerk, to: confirm}
  confirm: {title: {ko: 확인, en: Confirm}, by: [operator, clerk], not_same_as: [propose], to: thank}
  thank:   {title: {ko: 회신, en: Thank}, by: starter, to: done}
ends: {done: {title: {ko: 끝, en: Done}}}
"#;

async fn desk() -> World {
    let world = World::new().await;
    world.publish(DESK).await;
    world.person("clerk-1", &["clerk"]).await;
    world.person("clerk-2", &["clerk"]).await;
    world.person("op-1", &["operator"]).await;
    world
}

fn on_behalf_of(by: &str, other: &str) -> StartRequest {
    StartRequest {
        workflow: "desk".into(),
        case: None,
        act: ActOf { on_behalf_of: Some(person_id(other)), ..act(by, json!({})) },
    }
}

#[tokio::test]
async fn a_case_entered_for_somebody_is_theirs_and_says_who_typed() {
    let world = desk().await;
    let case = world.engine.start(on_behalf_of("clerk-1", "op-1")).await.expect("started").case;
    assert_eq!((case.starter.as_str(), case.entered_by.as_str()), ("op-1", "clerk-1"));
    let timeline = world.engine.timeline(&case.id).await.expect("a timeline");
    assert_eq!(timeline[0].did, Did::Started);
    assert_eq!(timeline[0].authority, Some(Authority::OnBehalf));
    assert_eq!(timeline[0].on_behalf_of, Some(person_id("op-1")));
    assert_eq!(code(world.engine.start(on_behalf_of("clerk-1", "clerk-2")).await), "E-on-behalf");
    assert_eq!(
        code(world.engine.start(on_behalf_of("clerk-1", "nobody")).await),
        "E-person-unknown"
    );
}

#[tokio::test]
async fn four_eyes_means_two_people() {
    let world = desk().await;
    let id = world.started("desk", "clerk-1", json!({})).await;
    world.done(&id, "propose", "done", "clerk-1", json!({})).await;
    assert_eq!(
        code(world.complete(&id, "confirm", "done", "clerk-1", json!({})).await),
        "E-same-person"
    );
    world.done(&id, "confirm", "done", "clerk-2", json!({})).await;
    assert_eq!(
        code(world.complete(&id, "thank", "done", "op-1", json!({})).await),
        "E-role-missing"
    );
    assert!(!world.done(&id, "thank", "done", "clerk-1", json!({})).await.is_open());
}

#[tokio::test]
async fn adding_a_person_twice_changes_nothing_and_a_different_one_is_refused() {
    let world = desk().await;
    let person = (*world.engine.person(&person_id("op-1")).await.expect("a person")).clone();
    assert!(!world.engine.add_person(person.clone(), None).await.expect("known"));
    let other = dure_engine::model::Person { roles: Vec::new(), ..person };
    assert_eq!(code(world.engine.add_person(other, None).await), "E-person-exists");
}
