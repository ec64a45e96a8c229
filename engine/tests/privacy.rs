//! Personal data never enters the log (I12): whatever a person fills in, gives as a reason or names a case by.

use dure_engine::model::address::StepPath;
use dure_engine::model::names::CaseId;
use dure_engine::{ActOf, AnswerRequest, EngineError, MessageRequest, StartRequest};
use dure_storage::Explain;
use serde_json::{Value, json};

use crate::harness::{World, act, code, completing};

const DESK: &str = r#"
workflow: desk
version: 1
title: {ko: 창구, en: Desk}
roles: {clerk: {ko: 접수자, en: Clerk}}
messages:
  word: {title: {ko: 한마디, en: Word}, by: [clerk], keep: true, form: {text: {type: string, title: {ko: 글, en: Text}}}}
start: {by: clerk, form: {note: {type: string, optional: true, title: {ko: 메모, en: Note}}}, to: look}
steps:
  look:
    title: {ko: 확인, en: Look}
    by: clerk
    form: {rows: {type: array, items: {type: string}, optional: true, title: {ko: 줄, en: Rows}}}
    to: mail
  mail:
    title: {ko: 알림, en: Mail}
    auto: mail
    form: {text: {type: string, title: {ko: 글, en: Text}}}
    to: done
actions:
  stop: {title: {ko: 중지, en: Stop}, by: clerk, reason: required, to: done}
ends: {done: {title: {ko: 끝, en: Done}}}
"#;

/// Put together here, so that it stands in no file.
fn telephone() -> String {
    ["010", "0000", "0000"].join("-")
}

/// Each refused with the place named, and nothing recorded.
fn refused<T>(result: Result<T, EngineError>, place: &str) {
    let Err(error) = result else { panic!("{place}: accepted") };
    assert_eq!(error.code().0, "E-personal-data", "{place}: {error}");
    assert!(error.explain(dure_storage::Lang::En).contains(place), "{place}: {error}");
    let repeats = place != "case" && error.to_string().contains(&telephone());
    assert!(!repeats, "the message repeats it: {error}");
}

#[tokio::test]
async fn i12_personal_data_is_refused_wherever_it_is_written_and_nothing_is_recorded() {
    let world = World::new().await;
    world.publish(DESK).await;
    world.person("clerk-1", &["clerk"]).await;
    let case = world.started("desk", "clerk-1", json!({})).await;
    let other = world.started("desk", "clerk-1", json!({})).await;
    world.done(&other, "look", "done", "clerk-1", json!({})).await;
    let head = world.engine.log().head().await.expect("a head");

    refused(world.start("desk", "clerk-1", json!({"note": telephone()})).await, "note");
    let named = StartRequest {
        workflow: "desk".into(),
        case: Some(CaseId::new(telephone()).expect("an id")),
        act: act("clerk-1", json!({})),
    };
    refused(world.engine.start(named).await, "case");
    let rows = json!({"rows": ["하나", format!("{}로 연락 바람", telephone())]});
    refused(world.complete(&case, "look", "done", "clerk-1", rows).await, "rows/1");
    let because = ActOf { reason: Some(telephone()), ..act("clerk-1", json!({})) };
    let request = completing(&case, "look", "done", because);
    refused(world.engine.complete(request).await, "reason");
    refused(world.action(&case, "stop", "clerk-1", &telephone()).await, "reason");
    let word = act("clerk-1", json!({"text": telephone()}));
    let message = MessageRequest { case: case.clone(), message: "word".into(), act: word };
    refused(world.engine.send(message).await, "text");
    let Value::Object(form) = json!({"text": telephone()}) else { panic!("an object") };
    let answer = AnswerRequest {
        case: other.clone(),
        step: StepPath::try_from("mail".to_owned()).expect("a path"),
        entry: 1,
        outcome: "done".into(),
        form,
    };
    refused(world.engine.answer(answer).await, "text");

    assert_eq!(world.engine.log().head().await.expect("a head"), head);
    let fine = world.complete(&case, "look", "done", "clerk-1", json!({"rows": ["없음"]})).await;
    assert_eq!(code(fine), "accepted");
}
