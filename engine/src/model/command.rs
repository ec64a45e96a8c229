//! What somebody asks for. Time, ids and everything known about the person arrive inside (I4).

use chrono::{DateTime, Utc};
use dure_storage::StreamVersion;

use super::consequence::Object;
use super::names::{CaseId, Name, PersonId};
use super::people::Person;

/// Who asks, and when it happened.
#[derive(Debug, Clone)]
pub struct Request {
    /// The person who acts.
    pub by: Person,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// When it is being recorded: nothing can have happened later.
    pub recorded_at: DateTime<Utc>,
    /// The reason given.
    pub reason: Option<String>,
    /// What was filled in.
    pub form: Object,
}

/// Start a case.
#[derive(Debug, Clone)]
pub struct StartCase {
    /// The number or name it gets.
    pub case: CaseId,
    /// Whom it is for, if not the person who acts.
    pub on_behalf_of: Option<Person>,
    /// Who and when.
    pub request: Request,
}

/// Complete a step.
#[derive(Debug, Clone)]
pub struct CompleteStep {
    /// The step as the caller names it.
    pub step: String,
    /// The outcome as the caller names it.
    pub outcome: String,
    /// Refuse if the case has another version.
    pub expected: Option<StreamVersion>,
    /// Who and when.
    pub request: Request,
}

/// Take an action that is possible at any time.
#[derive(Debug, Clone)]
pub struct TakeAction {
    /// The action as the caller names it.
    pub action: String,
    /// Refuse if the case has another version.
    pub expected: Option<StreamVersion>,
    /// Who and when.
    pub request: Request,
}

/// What may be asked of an open case.
#[derive(Debug, Clone)]
pub enum Command {
    /// Complete a step.
    Complete(CompleteStep),
    /// Take an action.
    Act(TakeAction),
}

impl Request {
    /// The id of the person who acts.
    pub fn person(&self) -> &PersonId {
        &self.by.id
    }
}

/// A role a request was found to be made in; none for the starter.
pub type ActingRole = Option<Name>;
