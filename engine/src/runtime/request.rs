//! What an embedder asks the engine for, and what it answers.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use dure_storage::{Position, StreamVersion};

use crate::model::account::Account;
use crate::model::address::StepPath;
use crate::model::case::Case;
use crate::model::consequence::Object;
use crate::model::event::TaskChange;
use crate::model::names::{CaseId, PersonId};

/// Who acts, with what, and when.
#[derive(Debug, Clone)]
pub struct ActOf {
    /// The person who acts.
    pub by: PersonId,
    /// What they fill in.
    pub form: Object,
    /// The reason they give.
    pub reason: Option<String>,
    /// Who asked for it by phone, on paper or in person, if not the person who acts.
    pub on_behalf_of: Option<PersonId>,
    /// The absent person in whose place they act (대결).
    pub deputy_of: Option<PersonId>,
    /// When it happened; now, if it is not said.
    pub occurred_at: Option<DateTime<Utc>>,
    /// A key of the caller's: the same request with the same key gets the first answer again.
    pub idempotency_key: Option<String>,
}

impl ActOf {
    /// An act by a person, now, with an empty form.
    pub fn by(person: PersonId) -> ActOf {
        ActOf {
            by: person,
            form: Object::new(),
            reason: None,
            on_behalf_of: None,
            deputy_of: None,
            occurred_at: None,
            idempotency_key: None,
        }
    }
}

/// Start a case.
#[derive(Debug, Clone)]
pub struct StartRequest {
    /// The workflow; its latest version is taken.
    pub workflow: String,
    /// The number or name, for a workflow that does not number its cases; one is made up if it is not given.
    pub case: Option<CaseId>,
    /// Who and when.
    pub act: ActOf,
}

/// Complete a step of a case.
#[derive(Debug, Clone)]
pub struct CompleteRequest {
    /// The case.
    pub case: CaseId,
    /// The step: its name, or its address if several active steps have that name.
    pub step: String,
    /// The outcome.
    pub outcome: String,
    /// Refuse if the case has another version.
    pub expected: Option<StreamVersion>,
    /// Who and when.
    pub act: ActOf,
}

/// Take an action that is possible at any time.
#[derive(Debug, Clone)]
pub struct ActionRequest {
    /// The case.
    pub case: CaseId,
    /// The action.
    pub action: String,
    /// Refuse if the case has another version.
    pub expected: Option<StreamVersion>,
    /// Who and when.
    pub act: ActOf,
}

/// An accepted request: it is durable.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// The case after it; for a repeated request, as it is now.
    pub case: Arc<Case>,
    /// Where its first event stands in the log.
    pub position: Position,
    /// Whether the request had been accepted before and nothing new was recorded.
    pub repeated: bool,
}

/// Who moves or closes an account, why and when.
#[derive(Debug, Clone)]
pub struct AccountAct {
    /// The person who acts.
    pub by: PersonId,
    /// Why; it must be said.
    pub reason: String,
    /// When it happened; now, if it is not said.
    pub occurred_at: Option<DateTime<Utc>>,
    /// A key of the caller's, unique in the account that is named first: the same request with the same key gets
    /// the first answer again.
    pub idempotency_key: Option<String>,
}

impl AccountAct {
    /// An act by a person, now.
    pub fn by(person: PersonId, reason: &str) -> AccountAct {
        let reason = reason.to_owned();
        AccountAct { by: person, reason, occurred_at: None, idempotency_key: None }
    }
}

/// An accepted request on accounts: it is durable.
#[derive(Debug, Clone)]
pub struct AccountAccepted {
    /// The accounts it touched after it, the giving one first; for a repeated request, as they are now.
    pub accounts: Vec<Arc<Account>>,
    /// Where its first event stands in the log.
    pub position: Position,
    /// Whether the request had been accepted before and nothing new was recorded.
    pub repeated: bool,
}

/// Do something with a task short of completing it.
#[derive(Debug, Clone)]
pub struct TaskRequest {
    /// The case.
    pub case: CaseId,
    /// The task.
    pub step: String,
    /// What.
    pub change: TaskChange,
    /// Refuse if the case has another version.
    pub expected: Option<StreamVersion>,
    /// Who and when.
    pub act: ActOf,
}

/// Send a message to a case.
#[derive(Debug, Clone)]
pub struct MessageRequest {
    /// The case.
    pub case: CaseId,
    /// The message.
    pub message: String,
    /// Who and when, and what it says.
    pub act: ActOf,
}

/// Answer for a handler that completed an automatic step.
#[derive(Debug, Clone)]
pub struct AnswerRequest {
    /// The case.
    pub case: CaseId,
    /// The step.
    pub step: StepPath,
    /// Which entry of it: a late answer to an earlier one is refused.
    pub entry: u32,
    /// The outcome.
    pub outcome: String,
    /// What the handler filled in.
    pub form: Object,
}
