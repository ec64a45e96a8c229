//! An engine on a memory log and a clock that stands still; a file, a person, an act in one short line each.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use dure_engine::model::case::Case;
use dure_engine::model::names::{CaseId, Name, PersonId};
use dure_engine::model::people::{Grant, Person};
use dure_engine::runtime::{CountedIds, ManualClock};
use dure_engine::{
    Accepted, ActOf, ActionRequest, CompleteRequest, Engine, EngineError, EngineOptions,
    StartRequest,
};
use dure_storage::{EventLog, Explain, MemoryLog, MemoryStore, Source};
use serde_json::{Value, json};

/// An engine and its clock.
pub struct World {
    pub engine: Engine,
    pub clock: Arc<ManualClock>,
}

/// The workflow that the language reference begins with.
pub fn leave_request() -> String {
    include_str!("../../docs/workflow-language.md")
        .split("```yaml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .expect("the reference begins with an example")
        .to_owned()
}

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an RFC 3339 time")
}

pub fn person_id(id: &str) -> PersonId {
    PersonId::new(id).expect("a person id")
}

impl World {
    pub async fn new() -> World {
        World::on(Arc::new(MemoryLog::new(Source("urn:test".into())))).await
    }

    pub async fn on(log: Arc<dyn EventLog>) -> World {
        let clock = Arc::new(ManualClock::at(at("2017-03-10T01:00:00Z")));
        let options = EngineOptions { clock: clock.clone(), ids: Arc::new(CountedIds::default()) };
        let engine = Engine::open(log, Arc::new(MemoryStore::default()), options).await;
        World { engine: engine.expect("an engine opens"), clock }
    }

    /// With the leave request published and two people: `staff-1`, `head-1`.
    pub async fn with_leave_request() -> World {
        let world = World::new().await;
        world.publish(&leave_request()).await;
        world.person("staff-1", &["staff"]).await;
        world.person("head-1", &["head"]).await;
        world
    }

    pub async fn publish(&self, text: &str) {
        self.engine
            .publish("test.yaml", text, None)
            .await
            .unwrap_or_else(|error| panic!("{error}"));
    }

    /// Adds a person; a role is `role` or `role@scope`.
    pub async fn person(&self, id: &str, roles: &[&str]) {
        let grant = |text: &&str| {
            let (role, scope) = match text.split_once('@') {
                Some((role, scope)) => (role, Some(scope.to_owned())),
                None => (*text, None),
            };
            Grant::always(Name::new(role).expect("a role"), scope)
        };
        let person = Person::new(person_id(id), roles.iter().map(grant).collect());
        self.engine.add_person(person, None).await.expect("a person is added");
    }

    pub async fn start(
        &self,
        workflow: &str,
        by: &str,
        form: Value,
    ) -> Result<Accepted, EngineError> {
        let request =
            StartRequest { workflow: workflow.to_owned(), case: None, act: act(by, form) };
        self.engine.start(request).await
    }

    pub async fn started(&self, workflow: &str, by: &str, form: Value) -> CaseId {
        self.start(workflow, by, form)
            .await
            .unwrap_or_else(|error| panic!("{error}"))
            .case
            .id
            .clone()
    }

    pub async fn complete(
        &self,
        case: &CaseId,
        step: &str,
        outcome: &str,
        by: &str,
        form: Value,
    ) -> Result<Accepted, EngineError> {
        self.engine.complete(completing(case, step, outcome, act(by, form))).await
    }

    pub async fn done(
        &self,
        case: &CaseId,
        step: &str,
        outcome: &str,
        by: &str,
        form: Value,
    ) -> Arc<Case> {
        let done = self.complete(case, step, outcome, by, form).await;
        done.unwrap_or_else(|error| panic!("{error}")).case
    }

    pub async fn action(
        &self,
        case: &CaseId,
        action: &str,
        by: &str,
        reason: &str,
    ) -> Result<Accepted, EngineError> {
        let act = ActOf { reason: Some(reason.to_owned()), ..act(by, json!({})) };
        self.engine.act(acting(case, action, act)).await
    }

    pub async fn active(&self, case: &CaseId) -> Vec<String> {
        let case = self.engine.case(case).await.expect("the case is there");
        case.open_tasks().iter().map(|task| task.step.to_string()).collect()
    }
}

pub fn act(by: &str, form: Value) -> ActOf {
    let Value::Object(form) = form else { panic!("a form is an object") };
    ActOf { form, ..ActOf::by(person_id(by)) }
}

pub fn acting(case: &CaseId, action: &str, act: ActOf) -> ActionRequest {
    ActionRequest { case: case.clone(), action: action.to_owned(), expected: None, act }
}

pub fn completing(case: &CaseId, step: &str, outcome: &str, act: ActOf) -> CompleteRequest {
    CompleteRequest {
        case: case.clone(),
        step: step.to_owned(),
        outcome: outcome.to_owned(),
        expected: None,
        act,
    }
}

/// The code of a refusal.
pub fn code<T>(result: Result<T, EngineError>) -> String {
    match result {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.code().to_string(),
    }
}
