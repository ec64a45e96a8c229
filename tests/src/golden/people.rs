//! A step of a list of people, and days counted by a calendar: the play that the history `people-v1` was recorded from.

use std::sync::Arc;

use dure_engine::model::names::{Name, PersonId};
use dure_engine::model::people::{Grant, Person};
use dure_engine::runtime::CompleteRequest;
use dure_engine::{ActOf, StartRequest};
use dure_storage::MemoryLog;
use serde_json::json;

use super::opened;

const OFFICE: &str = include_str!("language/office.yaml");
const CIRCLE: &str = r#"
workflow: circle
version: 1
title: {ko: 모임, en: Circle}
calendar: office
settings: {record_within: 2bd, call_after: 1bd, late_after: 1}
roles: {reader: {ko: 회원, en: Reader}, head: {ko: 관장, en: Head}}
data:
  readers: {type: array, items: {type: person}, default: [], title: {ko: 회원, en: Readers}}
  met_on:  {type: date, title: {ko: 모임일, en: Met on}}
start: {by: reader, form: {readers: {like: data.readers}}, set: {readers: form.readers}, to: record}
steps:
  record:
    title: {ko: 기록, en: Record}
    by: {people: data.readers}
    due: {within: settings.record_within, escalate: [{after: settings.call_after, to: head}]}
    form: {met_on: {like: data.met_on}}
    set: {met_on: form.met_on}
    outcomes: {met: {title: {ko: 모임, en: Met}, to: over}}
flags:
  late: {title: {ko: 늦음, en: Late}, when: 'businessDays(data.met_on, now.isoDate("Asia/Seoul")) > settings.late_after'}
ends: {over: {title: {ko: 마침, en: Over}}}
"#;

/// Plays it, and gives the log.
pub async fn played() -> Arc<MemoryLog> {
    let (log, clock, engine) = opened().await;
    engine.publish_calendar("office.yaml", OFFICE, None).await.expect("it is published");
    engine.publish("circle.yaml", CIRCLE, None).await.expect("it is published");
    let person = |id: &str| PersonId::new(id).expect("a person's id");
    for (id, role) in [("r-1", "reader"), ("r-2", "reader"), ("h-1", "head")] {
        let grants = vec![Grant::always(Name::new(role).expect("a name"), None)];
        engine.add_person(Person::new(person(id), grants), None).await.expect("they are added");
    }
    let form = json!({"readers": ["r-2", "r-1"]});
    let act =
        ActOf { form: form.as_object().cloned().expect("a form"), ..ActOf::by(person("r-1")) };
    let request = StartRequest { workflow: "circle".to_owned(), case: None, act };
    let case = engine.start(request).await.expect("it starts").case.id.clone();
    clock.go_to("2017-03-16T01:00:00Z".parse().expect("a time"));
    engine.tick().await.expect("time passes");
    let form = json!({"met_on": "2017-03-09"});
    let act =
        ActOf { form: form.as_object().cloned().expect("a form"), ..ActOf::by(person("r-2")) };
    let (step, outcome) = ("record".to_owned(), "met".to_owned());
    let request = CompleteRequest { case, step, outcome, expected: None, act };
    engine.complete(request).await.expect("it is recorded");
    log
}
