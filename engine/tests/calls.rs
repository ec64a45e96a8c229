//! Workflows that call workflows.

use serde_json::json;

use crate::harness::{World, code};

const LENDING: &str = r#"
workflow: lending
version: 1
title: {ko: 대출, en: Lending}
roles: {hub: {ko: 거점, en: Hub}}
data:
  items:    {type: integer}
  returned: {type: integer}
start: {by: hub, form: {items: {type: integer, minimum: 1}}, set: {items: form.items}, to: lend}
steps:
  lend: {title: {ko: 대출, en: Lend}, by: hub, to: take_back}
  take_back:
    title: {ko: 반납, en: Take back}
    by: hub
    form: {returned: {type: integer, minimum: 0}}
    set: {returned: form.returned}
    outcomes:
      all:  {when: form.returned == data.items, to: complete}
      some: {reason: required, to: short}
actions: {cancel: {title: {ko: 취소, en: Cancel}, by: hub, to: short}}
ends:
  complete: {title: {ko: 모두 반납, en: All back}}
  short:    {title: {ko: 일부 반납, en: Some back}}
"#;

const REQUEST: &str = r#"
workflow: request
version: 1
title: {ko: 요청, en: Request}
roles: {hub: {ko: 거점, en: Hub}}
data:
  kind:     {enum: [lending, advice]}
  items:    {type: integer, default: 3}
  returned: {type: integer}
start: {by: hub, form: {kind: {like: data.kind}}, set: {kind: form.kind}, to: route}
steps:
  route:
    title: {ko: 구분, en: Route}
    decide:
      lend:  {when: data.kind == "lending", to: deliver}
      other: {otherwise: true, to: done}
  deliver:
    title: {ko: 시행, en: Deliver}
    call: {lending: lending}
    choose: data.kind
    with: {items: data.items}
    set: {returned: result.returned}
    outcomes:
      good:  {when: ended == "complete", to: done}
      again: {otherwise: true, to: confirm}
  confirm: {title: {ko: 확인, en: Confirm}, by: hub, to: deliver}
ends: {done: {title: {ko: 끝, en: Done}}}
"#;

async fn world() -> World {
    let world = World::new().await;
    world.publish(LENDING).await;
    world.publish(REQUEST).await;
    world.person("hub-1", &["hub"]).await;
    world
}

#[tokio::test]
async fn a_called_workflow_runs_inside_the_case_and_gives_its_data_back() {
    let world = world().await;
    let id = world.started("request", "hub-1", json!({"kind": "lending"})).await;
    assert_eq!(world.active(&id).await, ["deliver/lend"]);
    world.done(&id, "deliver/lend", "done", "hub-1", json!({})).await;
    let case = world.done(&id, "take_back", "all", "hub-1", json!({"returned": 3})).await;
    assert!(!case.is_open());
    assert_eq!(case.frame.data.get("returned"), Some(&json!(3)));
}

#[tokio::test]
async fn the_end_of_a_called_workflow_chooses_the_way_on() {
    let world = world().await;
    let id = world.started("request", "hub-1", json!({"kind": "lending"})).await;
    world
        .action(&id, "cancel", "hub-1", "no items")
        .await
        .expect_err("the data it must give back is not set");
    world.done(&id, "lend", "done", "hub-1", json!({})).await;
    let act = dure_engine::ActOf {
        reason: Some("lost".into()),
        ..crate::harness::act("hub-1", json!({"returned": 2}))
    };
    world
        .engine
        .complete(crate::harness::completing(&id, "take_back", "some", act))
        .await
        .expect("accepted");
    assert_eq!(world.active(&id).await, ["confirm"]);
    world.done(&id, "confirm", "done", "hub-1", json!({})).await;
    assert_eq!(world.active(&id).await, ["deliver/lend"], "a second round begins afresh");
}

#[tokio::test]
async fn a_running_case_keeps_the_called_version_it_was_published_with() {
    let world = world().await;
    world
        .publish(
            &LENDING.replace("version: 1", "version: 2").replace(
                "to: take_back",
                "outcomes: {done: {to: complete}, usual: {to: take_back}}",
            ),
        )
        .await;
    let id = world.started("request", "hub-1", json!({"kind": "lending"})).await;
    world.done(&id, "lend", "done", "hub-1", json!({})).await;
    assert_eq!(world.active(&id).await, ["deliver/take_back"], "still version 1");
    world.publish(&REQUEST.replace("version: 1", "version: 2")).await;
    let newer = world.started("request", "hub-1", json!({"kind": "lending"})).await;
    assert_eq!(
        code(world.complete(&newer, "lend", "done", "hub-1", json!({})).await),
        "E-expression-failed"
    );
}

/// A workflow in a version, with one step that calls another.
fn caller(name: &str, version: u32, called: &str) -> String {
    format!(
        "workflow: {name}\nversion: {version}\ntitle: {{ko: 부름, en: Caller}}\nroles: {{hub: {{ko: 거점, en: Hub}}}}\nstart: {{by: hub, to: sub}}\nsteps:\n  sub: {{title: {{ko: 부름, en: Call}}, call: {called}, to: done}}\nends: {{done: {{title: {{ko: 끝, en: Done}}}}}}\n"
    )
}

#[tokio::test]
async fn a_workflow_that_comes_to_call_itself_is_refused_with_the_workflows_on_the_way() {
    let world = World::new().await;
    let plain = |name: &str| caller(name, 1, "x").replace("call: x, to: done", "by: hub, to: done");
    world.publish(&plain("first")).await;
    world.publish(&caller("second", 1, "first")).await;
    world.publish(&caller("third", 1, "second")).await;
    let itself = world.engine.publish("f.yaml", &caller("first", 2, "first"), None).await;
    let through = world.engine.publish("f.yaml", &caller("first", 2, "third"), None).await;
    for (refused, way) in [(itself, "first → first"), (through, "first → third → second → first")]
    {
        let said = refused.expect_err("refused").to_string();
        assert!(said.contains("E-check-call-cycle") && said.contains(way), "{said}");
    }
    // Starting another case of itself is no call.
    let spawns = caller("first", 2, "first").replace("call: first", "spawn: first");
    world.publish(&spawns).await;
}

#[tokio::test]
async fn a_workflow_starts_a_further_case_of_its_own_version_under_its_own_name() {
    const AGAIN: &str = r#"
workflow: petition
version: 1
title: {ko: 민원, en: Petition}
number: PE-{serial:2}
roles: {hub: {ko: 거점, en: Hub}}
data: {follows: {type: integer, default: 0, title: {ko: 차례, en: Turn}}}
start: {by: hub, form: {follows: {like: data.follows}}, set: {follows: form.follows}, to: answer}
steps:
  answer: {title: {ko: 답변, en: Answer}, by: hub, outcomes: {done: {to: answered, title: {ko: 끝, en: Done}}, again: {to: follow, title: {ko: 다시, en: Again}}}}
  follow: {title: {ko: 새 민원, en: A new one}, spawn: petition, with: {follows: data.follows + 1}, link: followed_by, to: answered}
ends: {answered: {title: {ko: 답변함, en: Answered}}}
"#;
    let world = World::new().await;
    world.person("hub-1", &["hub"]).await;
    world.publish(AGAIN).await;
    let id = world.started("petition", "hub-1", json!({"follows": 0})).await;
    world.done(&id, "answer", "again", "hub-1", json!({})).await;
    let case = world.engine.case(&id).await.expect("the case");
    let next = case.links[0].case.clone();
    assert_eq!((case.is_open(), next.as_str()), (false, "PE-02"));
    assert_eq!(world.engine.case(&next).await.expect("the next").frame.data["follows"], 1);
    assert_eq!(world.active(&next).await, ["answer"]);
    let lacks = AGAIN.replace("with: {follows: data.follows + 1}, ", "");
    let lacks =
        world.engine.publish("f.yaml", &lacks.replace("version: 1", "version: 2"), None).await;
    assert!(lacks.expect_err("refused").to_string().contains("lacks `follows`"));
}

/// What is not known yet is not given, if the called workflow can do without it.
#[tokio::test]
async fn an_optional_field_is_left_out_while_its_value_is_not_set() {
    let lending = |optional: &str| {
        let field = format!("form: {{note: {{type: string{optional}}}, items");
        LENDING.replace("form: {items", &field)
    };
    let request = REQUEST
        .replace("with: {items: data.items}", "with: {items: data.items, note: data.note}")
        .replace("  returned: {type", "  note:     {type: string}\n  returned: {type")
        .replace("by: hub, to: deliver}", "by: hub, set: {note: '\"again\"'}, to: deliver}");
    for (optional, refused) in [(", optional: true", false), ("", true)] {
        let world = World::new().await;
        world.publish(&lending(optional)).await;
        world.publish(&request).await;
        world.person("hub-1", &["hub"]).await;
        let started = world.start("request", "hub-1", json!({"kind": "lending"})).await;
        match refused {
            true => assert_eq!(code(started), "E-expression-failed"),
            false => {
                assert_eq!(world.active(&started.expect("a case").case.id).await, ["deliver/lend"])
            }
        }
    }
}
