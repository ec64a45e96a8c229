//! Webhooks in every state they can be in: the play that the history `webhooks-v1` was recorded from.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;
use dure_engine::model::names::{Name, PersonId};
use dure_engine::model::people::{Grant, Person};
use dure_engine::model::webhook::{Address, Target, Variable};
use dure_engine::runtime::{Clock, Deliver, Delivery, Message};
use dure_engine::{ActOf, Engine, StartRequest};
use dure_storage::{MemoryLog, Position};

use super::opened;

const WORK: &str = r#"
workflow: work
version: 1
title: {ko: 일, en: Work}
roles: {clerk: {ko: 담당자, en: Clerk}}
start: {by: clerk, to: look}
steps:
  look: {title: {ko: 확인, en: Look}, by: clerk, outcomes: {done: {to: told}}}
ends: {told: {title: {ko: 끝, en: Done}}}
"#;
/// The secret of the published example of Standard Webhooks.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Answers by the address: one takes, one is gone, one is busy.
struct Answers;

#[async_trait]
impl Deliver for Answers {
    fn secret(&self, _: &str) -> Option<String> {
        Some(SECRET.to_owned())
    }

    async fn deliver(&self, message: Message) -> Delivery {
        let error = message.url.clone();
        match message.url.rsplit('/').next() {
            Some("gone") => Delivery::Fail { error },
            Some("busy") => Delivery::Retry { error },
            Some(_) | None => Delivery::Taken,
        }
    }
}

fn name(text: &str) -> Name {
    Name::new(text).expect("a name")
}

fn target(path: &str, workflows: &[&str], events: &[&str]) -> Target {
    Target {
        url: Address::new(&format!("https://example.org/{path}")).expect("an address"),
        secret: Variable::new("HOOK_SECRET").expect("a name"),
        workflows: workflows.iter().map(|each| name(each)).collect(),
        events: events.iter().map(|each| (*each).to_owned()).collect(),
    }
}

/// Plays it, and gives the log.
pub async fn played() -> Arc<MemoryLog> {
    let (log, clock, engine) = opened().await;
    engine.publish("work.yaml", WORK, None).await.expect("it is published");
    let clerk = PersonId::new("clerk-1").expect("a person's id");
    let grants = vec![Grant::always(name("clerk"), None)];
    engine.add_person(Person::new(clerk.clone(), grants), None).await.expect("they are added");
    registered(&engine, &clerk).await;
    for _ in 0..2 {
        start(&engine, &clerk).await;
        told(&engine).await;
        clock.go_to(clock.now() + TimeDelta::seconds(10));
    }
    for hook in ["gone", "busy"] {
        let retried = engine.retry_webhook(&name(hook), None, &clerk, "for the record").await;
        retried.expect("it is tried again");
    }
    let moved = target("well", &[], &[]);
    engine.change_webhook(&name("gone"), &moved, Some(clerk.clone())).await.expect("it is changed");
    told(&engine).await;
    start(&engine, &clerk).await;
    engine.remove_webhook(&name("well"), Some(clerk.clone())).await.expect("it is removed");
    engine.remove_webhook(&name("late"), None).await.expect("it is removed");
    let anew = target("gone", &[], &[]);
    engine.add_webhook(&name("late"), &anew, None, Some(clerk.clone())).await.expect("anew");
    start(&engine, &clerk).await;
    told(&engine).await;
    let late = engine.retry_webhook(&name("late"), None, &clerk, "for the record").await;
    late.expect("it is tried again");
    log
}

async fn registered(engine: &Engine, clerk: &PersonId) {
    let started = "dure.case_started.v1";
    let webhooks = [
        ("well", target("well", &[], &[]), None, None),
        ("gone", target("gone", &["work"], &[started]), Some(Position(0)), Some(clerk.clone())),
        ("busy", target("busy", &["work", "other"], &[]), None, None),
        ("late", target("well", &[], &[started]), None, None),
    ];
    for (hook, target, from, by) in webhooks {
        engine.add_webhook(&name(hook), &target, from, by).await.expect("it is registered");
    }
}

async fn start(engine: &Engine, clerk: &PersonId) {
    let act = ActOf::by(clerk.clone());
    let request = StartRequest { workflow: "work".to_owned(), case: None, act };
    engine.start(request).await.expect("it starts");
}

async fn told(engine: &Engine) {
    let refused = &mut |name: &Name, error| panic!("{name}: {error}");
    engine.run_webhooks(Arc::new(Answers), refused).await.expect("the store works");
}
