//! A small workflow with everything that makes concurrency hard: a loop, parallel branches, a call, an action that
//! reaches into all of them, numbers from one counter; and random requests on its cases.

use dure_engine::model::case::Case;
use dure_engine::model::names::{CaseId, Name, PersonId};
use dure_engine::model::people::{Grant, Person};
use dure_engine::{
    Accepted, ActOf, ActionRequest, CompleteRequest, Engine, EngineError, StartRequest,
};
use proptest::prelude::*;
use serde_json::{Value, json};

const STAMP: &str = r#"
workflow: stamp
version: 1
title: {ko: 날인, en: Stamp}
roles: {worker: {ko: 작업자, en: Worker}}
data: {ink: {type: integer, default: 0}}
start: {by: worker, form: {ink: {type: integer}}, set: {ink: form.ink}, to: press}
steps:
  press:
    title: {ko: 찍기, en: Press}
    by: worker
    outcomes: {good: {to: stamped}, smudged: {set: {ink: data.ink + 1}, to: press}, torn: {to: spoiled}}
ends: {stamped: {title: {ko: 날인됨, en: Stamped}}, spoiled: {title: {ko: 버림, en: Spoiled}}}
"#;

const ROUNDS: &str = r#"
workflow: rounds
version: 1
title: {ko: 순환, en: Rounds}
number: RO-{year}-{serial:4}
roles: {worker: {ko: 작업자, en: Worker}}
data:
  rounds: {type: integer, default: 0}
  note:   {type: string}
  ink:    {type: integer}
start: {by: worker, form: {note: {type: string}}, set: {note: form.note}, to: work}
steps:
  work:
    title: {ko: 작업, en: Work}
    by: worker
    form: {note: {type: string, minLength: 1, maxLength: 40}}
    set: {note: form.note, rounds: data.rounds + 1}
    outcomes:
      again: {when: data.rounds < 40, to: work}
      read:  {to: read}
      seal:  {to: seal}
  read:
    title: {ko: 검토, en: Read}
    parallel:
      east:
        title: {ko: 동, en: East}
        steps:
          read_east: {title: {ko: 동 검토, en: Read east}, by: worker, outcomes: {ok: {done: ok}, no: {done: no}}}
      west:
        title: {ko: 서, en: West}
        first: read_west
        steps:
          read_west: {title: {ko: 서 검토, en: Read west}, by: worker, outcomes: {ok: {to: sign_west}, no: {done: no}}}
          sign_west: {title: {ko: 서 서명, en: Sign west}, by: worker, done: ok}
    outcomes:
      agreed: {when: 'results.all(r, r == "ok")', to: close}
      again:  {otherwise: true, to: work}
  seal:
    title: {ko: 봉인, en: Seal}
    call: stamp
    with: {ink: data.rounds}
    set: {ink: result.ink}
    outcomes:
      good:  {when: ended == "stamped", to: close}
      again: {otherwise: true, to: work}
  close:
    title: {ko: 마감, en: Close}
    by: worker
    not_same_as: [work]
    outcomes: {done: {to: finished}, again: {to: work}}
actions:
  restart:  {title: {ko: 다시 시작, en: Restart}, by: worker, to: work}
  withdraw: {title: {ko: 회수, en: Withdraw}, by: starter, reason: required, to: withdrawn}
ends: {finished: {title: {ko: 끝, en: Finished}}, withdrawn: {title: {ko: 회수됨, en: Withdrawn}}}
"#;

/// Every task with its outcomes.
const TASKS: &[(&str, &[&str])] = &[
    ("work", &["again", "read", "seal"]),
    ("read_east", &["ok", "no"]),
    ("read_west", &["ok", "no"]),
    ("sign_west", &["done"]),
    ("press", &["good", "smudged", "torn"]),
    ("close", &["done", "again"]),
];
/// The outcome of `work` that leads to `read`.
const READ: usize = 1;
const WORKERS: [&str; 3] = ["worker-1", "worker-2", "worker-3"];

/// Something that somebody asks for.
#[derive(Debug, Clone)]
pub struct Wish {
    deed: Deed,
    worker: usize,
    key: Option<u8>,
}

#[derive(Debug, Clone)]
enum Deed {
    /// Starts a case.
    Start,
    /// Completes a task of a case that is active as the caller sees it, by one of its outcomes.
    Active(usize, usize, usize),
    /// Completes a task of a case whether it is active or not.
    Blind(usize, usize, usize),
    /// Takes an action on a case.
    Act(usize, &'static str),
}

/// Any wish; one in four repeats a key that others use as well.
pub fn wish() -> impl Strategy<Value = Wish> {
    let index = any::<u16>().prop_map(usize::from);
    let deed = prop_oneof![
        1 => Just(Deed::Start),
        12 => (index.clone(), index.clone(), index.clone()).prop_map(|(c, t, o)| Deed::Active(c, t, o)),
        3 => (index.clone(), index.clone(), index.clone()).prop_map(|(c, t, o)| Deed::Blind(c, t, o)),
        1 => index.clone().prop_map(|case| Deed::Act(case, "restart")),
        1 => index.prop_map(|case| Deed::Act(case, "withdraw")),
    ];
    let key = prop::option::weighted(0.25, any::<u8>());
    (deed, 0..WORKERS.len(), key).prop_map(|(deed, worker, key)| Wish { deed, worker, key })
}

/// Publishes the workflows and adds the people.
pub async fn install(engine: &Engine) {
    for (file, text) in [("stamp.yaml", STAMP), ("rounds.yaml", ROUNDS)] {
        engine.publish(file, text, None).await.unwrap_or_else(|error| panic!("{error}"));
    }
    for worker in WORKERS {
        let roles = vec![Grant::always(Name::new("worker").expect("a role"), None)];
        let person = Person::new(person(worker), roles);
        engine.add_person(person, None).await.expect("a person is added");
    }
}

/// Starts one case.
pub async fn started(engine: &Engine) -> CaseId {
    engine.start(start(act(WORKERS[0], None))).await.expect("a case starts").case.id.clone()
}

/// Starts a case under a key.
pub async fn start_once(engine: Engine, key: u8) -> Result<Accepted, EngineError> {
    engine.start(start(act(WORKERS[0], Some(key)))).await
}

/// Leads a case from `work` to `read` under a key.
pub async fn read_once(engine: Engine, case: CaseId, key: u8) -> Result<Accepted, EngineError> {
    engine.complete(complete(&case, "work", READ, act(WORKERS[0], Some(key)))).await
}

impl Wish {
    /// Asks for it on one of these cases.
    pub async fn ask(&self, engine: &Engine, cases: &[CaseId]) -> Result<Accepted, EngineError> {
        let act = act(WORKERS[self.worker], self.key);
        let of = |case: usize| cases[case % cases.len()].clone();
        match self.deed {
            Deed::Start => engine.start(start(act)).await,
            Deed::Active(case, task, outcome) => {
                let case = engine.case(&of(case)).await?;
                let step = active(&case, task);
                engine.complete(complete(&case.id, &step, outcome, act)).await
            }
            Deed::Blind(case, task, outcome) => {
                let (step, _) = TASKS[task % TASKS.len()];
                engine.complete(complete(&of(case), step, outcome, act)).await
            }
            Deed::Act(case, action) => {
                let (case, action) = (of(case), action.to_owned());
                let act = ActOf { form: Default::default(), ..act };
                engine.act(ActionRequest { case, action, expected: None, act }).await
            }
        }
    }
}

/// One of the active tasks; of a closed case, one that never can be.
fn active(case: &Case, choice: usize) -> String {
    let tasks = case.open_tasks();
    match tasks.is_empty() {
        true => TASKS[0].0.to_owned(),
        false => tasks[choice % tasks.len()].step.to_string(),
    }
}

fn act(worker: &str, key: Option<u8>) -> ActOf {
    ActOf {
        form: object(json!({"note": format!("by {worker}")})),
        reason: Some("그만".to_owned()),
        idempotency_key: key.map(|key| format!("key-{key}")),
        ..ActOf::by(person(worker))
    }
}

fn start(act: ActOf) -> StartRequest {
    StartRequest { workflow: "rounds".to_owned(), case: None, act }
}

fn complete(case: &CaseId, step: &str, outcome: usize, act: ActOf) -> CompleteRequest {
    let name = step.rsplit('/').next().unwrap_or(step);
    let outcomes = TASKS.iter().find(|(task, _)| *task == name).map_or(&[][..], |(_, all)| *all);
    let form = if name == "work" { act.form } else { Default::default() };
    CompleteRequest {
        case: case.clone(),
        step: step.to_owned(),
        outcome: outcomes[outcome % outcomes.len()].to_owned(),
        expected: None,
        act: ActOf { form, ..act },
    }
}

fn person(id: &str) -> PersonId {
    PersonId::new(id).expect("a person")
}

fn object(value: Value) -> serde_json::Map<String, Value> {
    match value {
        Value::Object(object) => object,
        other => panic!("{other} is no object"),
    }
}
