//! Webhooks: told of events of cases after they are durable, in the order of the log, again by the same id after a
//! failure; parked, released by a person, and each delivery recorded once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::TimeDelta;
use dure_engine::model::names::Name;
use dure_engine::model::webhook::{Address, Secrets, Target, Variable, Webhook, sign};
use dure_engine::runtime::{Clock, Deliver, Delivery, Message, WebhookAccepted};
use dure_engine::{Engine, EngineError};
use dure_storage::{EventLog, MemoryLog, Position, RecordedEvent, Source};
use serde_json::{Value, json};

use crate::harness::{World, code, person_id};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const VARIABLE: &str = "HOOK_SECRET";
const STEP_COMPLETED: &str = "dure.step_completed.v1";

/// A workflow of one task.
fn workflow(name: &str) -> String {
    format!(
        "workflow: {name}\nversion: 1\ntitle: {{ko: 일, en: Work}}\nroles: {{clerk: {{ko: 담당자, en: Clerk}}}}\n\
         start: {{by: clerk, to: look}}\nsteps:\n  look: {{title: {{ko: 확인, en: Look}}, by: clerk, outcomes: {{done: {{to: told}}}}}}\n\
         ends: {{told: {{title: {{ko: 끝, en: Done}}}}}}\n"
    )
}

/// Answers by what it was told, in order, and `Taken` afterwards; notes every message.
struct Told {
    secrets: HashMap<String, String>,
    answers: Mutex<Vec<Delivery>>,
    seen: Mutex<Vec<Message>>,
}

#[async_trait]
impl Deliver for Told {
    fn secret(&self, variable: &str) -> Option<String> {
        self.secrets.get(variable).cloned()
    }

    async fn deliver(&self, message: Message) -> Delivery {
        self.seen.lock().expect("no panic").push(message);
        let next = self.answers.lock().expect("no panic").pop();
        next.unwrap_or(Delivery::Taken)
    }
}

impl Told {
    fn new(
        answers: impl IntoIterator<Item = Delivery, IntoIter: DoubleEndedIterator>,
    ) -> Arc<Told> {
        let secrets = HashMap::from([(VARIABLE.to_owned(), SECRET.to_owned())]);
        let answers = Mutex::new(answers.into_iter().rev().collect());
        Arc::new(Told { secrets, answers, seen: Mutex::default() })
    }

    fn without_a_secret() -> Arc<Told> {
        Arc::new(Told {
            secrets: HashMap::new(),
            answers: Mutex::default(),
            seen: Mutex::default(),
        })
    }

    fn messages(&self) -> Vec<Message> {
        self.seen.lock().expect("no panic").clone()
    }

    /// What it was told: the type of each event and its case.
    fn heard(&self) -> Vec<(String, String)> {
        let read = |message: &Message| -> Value {
            serde_json::from_slice(&message.body).expect("an event is JSON")
        };
        let text = |event: &Value, field: &str| event[field].as_str().expect("a text").to_owned();
        let messages = self.messages();
        let events = messages.iter().map(read);
        events.map(|event| (text(&event, "type"), text(&event, "subject"))).collect()
    }
}

fn retry(error: &str) -> Delivery {
    Delivery::Retry { error: error.to_owned() }
}

fn fail(error: &str) -> Delivery {
    Delivery::Fail { error: error.to_owned() }
}

fn name(text: &str) -> Name {
    Name::new(text).expect("a name")
}

fn hook() -> Name {
    name("hook")
}

fn target(workflows: &[&str], events: &[&str]) -> Target {
    Target {
        url: Address::new("https://example.org/hook").expect("an address"),
        secret: Variable::new(VARIABLE).expect("a name"),
        workflows: workflows.iter().map(|each| name(each)).collect(),
        events: events.iter().map(|each| (*each).to_owned()).collect(),
    }
}

async fn on(log: Arc<dyn EventLog>) -> World {
    World::on(log).await
}

async fn world() -> World {
    let world = World::new().await;
    world.publish(&workflow("visit")).await;
    world.publish(&workflow("letter")).await;
    world.person("clerk-1", &["clerk"]).await;
    world
}

async fn add(engine: &Engine, target: &Target) -> Result<WebhookAccepted, EngineError> {
    engine.add_webhook(&hook(), target, None, None).await
}

/// A world with the webhook, told of everything.
async fn hooked() -> World {
    let world = world().await;
    add(&world.engine, &target(&[], &[])).await.expect("it is registered");
    world
}

/// How many messages were sent, and what each webhook that could not go on said.
async fn run(world: &World, told: &Arc<Told>) -> (usize, Vec<String>) {
    let mut said = Vec::new();
    let ran = world
        .engine
        .run_webhooks(told.clone(), &mut |name, error| {
            said.push(format!("{name}: {}", code::<()>(Err(error))));
        })
        .await;
    (ran.expect("the store works"), said)
}

async fn known(world: &World) -> Webhook {
    world.engine.webhook(&hook()).await.expect("it is registered")
}

async fn events(world: &World) -> Vec<RecordedEvent> {
    world.engine.log().read_all(Position(0), 1_000).await.expect("the log is read")
}

/// How often the webhook's stream says so.
async fn recorded(world: &World, kind: &str) -> usize {
    let events = events(world).await;
    let kind_of = |event: &RecordedEvent| event.envelope::<Value>().expect("an event").kind;
    events.iter().filter(|event| kind_of(event) == kind).count()
}

async fn released(world: &World, position: Option<Position>, reason: &str) -> String {
    let clerk = person_id("clerk-1");
    code(world.engine.retry_webhook(&hook(), position, &clerk, reason).await)
}

#[tokio::test]
async fn i11_a_webhook_is_told_of_what_came_after_it_in_the_order_of_the_log_by_the_bytes_that_are_stored()
 {
    let world = world().await;
    world.started("visit", "clerk-1", json!({})).await;
    add(&world.engine, &target(&[], &[])).await.expect("it is registered");
    let first = world.started("visit", "clerk-1", json!({})).await;
    let second = world.started("letter", "clerk-1", json!({})).await;
    world.done(&first, "look", "done", "clerk-1", json!({})).await;
    let told = Told::new([]);
    assert_eq!(run(&world, &told).await, (3, vec![]));
    let (started, case) = ("dure.case_started.v1".to_owned(), |id| format!("case/{id}"));
    let completed = STEP_COMPLETED.to_owned();
    let expected =
        [(started.clone(), case(&first)), (started, case(&second)), (completed, case(&first))];
    assert_eq!(told.heard(), expected);
    let events = events(&world).await;
    let secrets = Secrets::read(&target(&[], &[]).secret, Some(SECRET)).expect("a secret");
    for message in told.messages() {
        let stored = &events[message.position.0 as usize];
        assert_eq!(stored.bytes, message.body);
        assert_eq!(stored.envelope::<Value>().expect("an event").id, message.id);
        assert_eq!(message.timestamp, world.clock.now().timestamp());
        let signature = sign(&secrets, &message.id.to_string(), message.timestamp, &stored.bytes);
        assert_eq!(message.signature, signature);
    }
    assert_eq!(run(&world, &told).await, (0, vec![]), "it is not told of its own telling");
    assert_eq!(recorded(&world, "dure.webhook_delivered.v1").await, 3);
}

#[tokio::test]
async fn it_is_told_only_of_the_workflows_and_types_it_asks_for() {
    let table: [(&[&str], &[&str], usize); 5] = [
        (&[], &[], 4),
        (&["letter"], &[], 2),
        (&[], &[STEP_COMPLETED], 2),
        (&["visit"], &[STEP_COMPLETED], 1),
        (&["other"], &[], 0),
    ];
    for (workflows, types, count) in table {
        let world = world().await;
        add(&world.engine, &target(workflows, types)).await.expect("it is registered");
        for workflow in ["visit", "letter"] {
            let case = world.started(workflow, "clerk-1", json!({})).await;
            world.done(&case, "look", "done", "clerk-1", json!({})).await;
        }
        // Another engine knows no case yet and has to look for its workflow.
        let other = on(world.engine.log().clone()).await;
        let told = Told::new([]);
        assert_eq!(run(&other, &told).await, (count, vec![]), "{workflows:?} {types:?}");
        assert_eq!(run(&other, &told).await, (0, vec![]));
    }
}

#[tokio::test]
async fn from_a_position_on_it_is_told_of_history() {
    let world = world().await;
    world.started("visit", "clerk-1", json!({})).await;
    let wish = target(&[], &[]);
    world.engine.add_webhook(&hook(), &wish, Some(Position(0)), None).await.expect("registered");
    let told = Told::new([]);
    assert_eq!(run(&world, &told).await, (1, vec![]));
    world.engine.remove_webhook(&hook(), None).await.expect("removed");
    world.engine.add_webhook(&hook(), &wish, Some(Position(0)), None).await.expect("registered");
    assert_eq!(run(&world, &told).await, (1, vec![]), "registered anew, it is told anew");
}

#[tokio::test]
async fn a_failure_is_sent_again_by_the_same_id_after_pauses_before_anything_later_and_then_parked()
{
    let world = hooked().await;
    let first = world.started("visit", "clerk-1", json!({})).await;
    world.started("letter", "clerk-1", json!({})).await;
    let told = Told::new((0..8).map(|_| retry("answered 503")));
    for attempt in 1..=8_u32 {
        let (sent, said) = run(&world, &told).await;
        assert_eq!((sent, said), (if attempt < 8 { 1 } else { 2 }, vec![]), "attempt {attempt}");
        let waiting = known(&world).await.undelivered[0].clone();
        let failing = waiting.failing.expect("it failed");
        assert_eq!((failing.attempts, failing.error.as_str()), (attempt, "answered 503"));
        let pause = TimeDelta::seconds(10 << (attempt - 1));
        assert_eq!(failing.retry_at, (attempt < 8).then(|| world.clock.now() + pause));
        let next = world.engine.next_webhook_at().await.expect("the store works");
        assert_eq!(next, failing.retry_at);
        assert_eq!(run(&world, &told).await, (0, vec![]), "not before its time");
        world.clock.go_to(world.clock.now() + pause);
    }
    let ids: Vec<_> = told.messages().iter().map(|message| message.id).collect();
    assert!(ids[..8].iter().all(|id| *id == ids[0]) && ids[8] != ids[0], "{ids:?}");
    assert!(told.heard()[..8].iter().all(|(_, case)| *case == format!("case/{first}")));
    assert_eq!(recorded(&world, "dure.webhook_failed.v1").await, 8);
    assert_eq!(recorded(&world, "dure.webhook_delivered.v1").await, 1, "what came later went on");
}

#[tokio::test]
async fn what_is_parked_goes_on_when_a_person_says_why_before_what_is_later() {
    let world = hooked().await;
    world.started("visit", "clerk-1", json!({})).await;
    let told = Told::new([fail("answered 410"), retry("answered 500")]);
    assert_eq!(run(&world, &told).await.0, 1);
    let parked = known(&world).await.undelivered[0].clone();
    assert!(parked.is_parked());
    let later = world.started("visit", "clerk-1", json!({})).await;
    assert_eq!(released(&world, None, "").await, "E-reason-missing");
    let personal = ["010", "0000", "0000"].join("-");
    assert_eq!(released(&world, None, &personal).await, "E-personal-data");
    assert_eq!(released(&world, Some(Position(0)), "it is back").await, "E-webhook-not-failing");
    assert_eq!(released(&world, Some(parked.position), "it is back").await, "accepted");
    assert_eq!(released(&world, None, "once more").await, "E-webhook-not-failing");
    assert_eq!(run(&world, &told).await.0, 1, "it failed again and is before what is later");
    let failing = known(&world).await.undelivered[0].failing.clone().expect("it failed");
    assert_eq!((failing.attempts, failing.retry_at.is_some()), (1, true), "counted anew");
    assert_eq!(released(&world, None, "it is there now").await, "accepted");
    assert_eq!(run(&world, &told).await, (2, vec![]));
    let ids: Vec<_> = told.messages().iter().map(|message| message.id).collect();
    assert_eq!(ids[..3], [parked.event; 3]);
    assert_eq!(told.heard()[3].1, format!("case/{later}"));
    assert_eq!(known(&world).await.undelivered, []);
    assert_eq!(recorded(&world, "dure.webhook_delivered.v1").await, 2);
}

#[tokio::test]
async fn without_its_secret_nothing_is_sent_nothing_is_lost_and_the_others_go_on() {
    let world = hooked().await;
    let open = Target { secret: Variable::new("OTHER").expect("a name"), ..target(&[], &[]) };
    world.engine.add_webhook(&name("other"), &open, None, None).await.expect("registered");
    let nobody = Told::without_a_secret();
    assert_eq!(run(&world, &nobody).await, (0, vec![]), "nothing is owed, nothing is missing");
    world.started("visit", "clerk-1", json!({})).await;
    let told = Told::new([]);
    let missing = vec!["other: E-webhook-secret-missing".to_owned()];
    assert_eq!(run(&world, &told).await, (1, missing.clone()));
    assert_eq!(run(&world, &told).await, (0, missing), "it counted as no failure");
    let mut both = HashMap::from([(VARIABLE.to_owned(), SECRET.to_owned())]);
    both.insert("OTHER".to_owned(), "a secret of another form".to_owned());
    let wrong = |secrets| Told { secrets, answers: Mutex::default(), seen: Mutex::default() };
    let said = run(&world, &Arc::new(wrong(both.clone()))).await;
    assert_eq!(said, (0, vec!["other: E-webhook-secret".to_owned()]));
    both.insert("OTHER".to_owned(), SECRET.to_owned());
    assert_eq!(run(&world, &Arc::new(wrong(both))).await, (1, vec![]));
}

#[tokio::test]
async fn i9_what_is_owed_survives_the_process_and_each_delivery_is_recorded_once() {
    let log: Arc<dyn EventLog> = Arc::new(MemoryLog::new(Source("urn:test".into())));
    let before = on(log.clone()).await;
    before.publish(&workflow("visit")).await;
    before.person("clerk-1", &["clerk"]).await;
    add(&before.engine, &target(&[], &[])).await.expect("it is registered");
    before.started("visit", "clerk-1", json!({})).await;
    let told = Told::new([retry("no line")]);
    assert_eq!(run(&before, &told).await.0, 1);
    before.clock.go_to(before.clock.now() + TimeDelta::seconds(10));
    // Several processes find the same work at the same moment.
    let others = [on(log.clone()).await, on(log.clone()).await];
    for other in &others {
        other.clock.go_to(before.clock.now());
    }
    let (one, two, three) =
        tokio::join!(run(&others[0], &told), run(&others[1], &told), run(&before, &told));
    assert!(one.0 + two.0 + three.0 >= 1);
    let messages = told.messages();
    assert!(messages.iter().all(|message| message.id == messages[0].id), "{messages:?}");
    assert_eq!(recorded(&before, "dure.webhook_delivered.v1").await, 1);
    assert_eq!(known(&before).await, known(&others[0]).await);
}

#[tokio::test]
async fn when_too_much_is_parked_no_more_is_sent_until_a_person_says_so() {
    let world = hooked().await;
    for _ in 0..=100 {
        world.started("visit", "clerk-1", json!({})).await;
    }
    let told = Told::new((0..100).map(|_| fail("answered 410")));
    let stopped = || vec!["hook: E-webhook-stopped".to_owned()];
    assert_eq!(run(&world, &told).await, (100, stopped()));
    assert_eq!(run(&world, &told).await, (0, stopped()));
    assert_eq!(released(&world, None, "it is back").await, "accepted");
    assert_eq!(run(&world, &told).await, (101, vec![]));
    let heard = told.heard();
    assert_eq!(heard[..100], heard[100..200], "in the order of the log");
}

#[tokio::test]
async fn registering_says_what_does_not_fit_and_the_same_again_changes_nothing() {
    let world = hooked().await;
    let engine = &world.engine;
    let (all, letters) = (target(&[], &[]), target(&["letter"], &[]));
    assert!(add(engine, &all).await.expect("the same again").repeated);
    assert_eq!(code(add(engine, &letters).await), "E-webhook-exists");
    assert_eq!(code(add(engine, &target(&[], &["step_completed"])).await), "E-webhook-event");
    let many: Vec<String> = (0..101).map(|number| format!("w{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(code(add(engine, &target(&many, &[])).await), "E-webhook-filters");
    let nobody = Some(person_id("nobody"));
    let by_nobody = engine.add_webhook(&name("new"), &all, None, nobody).await;
    assert_eq!(code(by_nobody), "E-person-unknown");
    let changed = engine.change_webhook(&hook(), &letters, None).await.expect("changed");
    assert_eq!((changed.webhook.target, changed.repeated), (letters.clone(), false));
    assert!(engine.change_webhook(&hook(), &letters, None).await.expect("the same").repeated);
    engine.remove_webhook(&hook(), None).await.expect("removed");
    for gone in [
        code(engine.webhook(&hook()).await),
        code(engine.change_webhook(&hook(), &all, None).await),
        code(engine.remove_webhook(&hook(), None).await),
        released(&world, None, "it is back").await,
    ] {
        assert_eq!(gone, "E-webhook-unknown");
    }
    assert_eq!(engine.webhooks().await.expect("the store works"), []);
    world.started("visit", "clerk-1", json!({})).await;
    let told = Told::new([]);
    assert_eq!(run(&world, &told).await, (0, vec![]), "it is told nothing any more");
    for number in 0..100 {
        let added = engine.add_webhook(&name(&format!("w{number}")), &all, None, None).await;
        added.expect("there is room");
    }
    assert_eq!(code(add(engine, &all).await), "E-webhooks-limit");
}

#[tokio::test]
async fn i10_the_view_of_webhooks_comes_back_equal_after_one_was_removed_and_registered_again() {
    let world = hooked().await;
    world.started("visit", "clerk-1", json!({})).await;
    let told = Told::new([fail("answered 410")]);
    run(&world, &told).await;
    world.engine.remove_webhook(&hook(), None).await.expect("removed");
    add(&world.engine, &target(&["visit"], &[])).await.expect("registered");
    world.started("visit", "clerk-1", json!({})).await;
    run(&world, &Told::new([retry("no line")])).await;
    let listed = world.engine.webhooks().await.expect("the store works");
    assert_eq!(listed, [known(&world).await]);
    assert_eq!(listed[0].undelivered.len(), 1, "what was parked before is forgotten");
    world.engine.rebuild_views().await.expect("built again");
    assert_eq!(world.engine.webhooks().await.expect("the store works"), listed);
}
