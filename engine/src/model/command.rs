//! What somebody asks for. Time, ids and everything known about the person arrive inside (I4).

use std::sync::Arc;

use chrono::{DateTime, Utc};
use dure_storage::StreamVersion;

use super::address::StepPath;
use super::consequence::{Object, Timer};
use super::event::{Imported, TaskChange};
use super::migration::Plan;
use super::names::{CaseId, Name, PersonId};
use super::people::Person;

/// Who asks, and when it happened.
#[derive(Debug, Clone)]
pub struct Request {
    /// The person who acts.
    pub by: Person,
    /// The absent person in whose place they act.
    pub deputy_of: Option<Person>,
    /// The person who asked for it by phone, on paper or in person.
    pub on_behalf_of: Option<Person>,
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
    /// What it is brought in from, if it is not started here.
    pub imported: Option<Imported>,
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

/// Let a timer fire.
#[derive(Debug, Clone)]
pub struct FireTimer {
    /// The step it belongs to.
    pub step: StepPath,
    /// The timer.
    pub timer: Timer,
    /// When it is being recorded.
    pub recorded_at: DateTime<Utc>,
}

/// Complete an automatic step with what its handler answered.
#[derive(Debug, Clone)]
pub struct AnswerAuto {
    /// The step.
    pub step: StepPath,
    /// Which entry of it.
    pub entry: u32,
    /// The outcome.
    pub outcome: String,
    /// What the handler filled in.
    pub form: Object,
    /// When it answered.
    pub occurred_at: DateTime<Utc>,
}

/// Note that a handler failed.
#[derive(Debug, Clone)]
pub struct FailEffect {
    /// The step.
    pub step: StepPath,
    /// The number of the effect in the case.
    pub entry: u32,
    /// Which attempt it was, from 1: a failure is counted once.
    pub attempt: u32,
    /// What it said.
    pub error: String,
    /// Whether trying again would be of no use.
    pub for_good: bool,
    /// When.
    pub at: DateTime<Utc>,
}

/// Have what failed tried again.
#[derive(Debug, Clone)]
pub struct RetryEffect {
    /// The step as the caller names it.
    pub step: String,
    /// Who, when and why.
    pub request: Request,
}

/// Take a message.
#[derive(Debug, Clone)]
pub struct ReceiveMessage {
    /// The message.
    pub message: String,
    /// Who sends it.
    pub from: Sender,
}

/// Who sends a message.
#[derive(Debug, Clone)]
pub enum Sender {
    /// A person, or a system that acts under a person's id.
    Person(Box<Request>),
    /// Another case.
    Case {
        /// Which.
        case: CaseId,
        /// What it says.
        form: Object,
        /// When.
        at: DateTime<Utc>,
    },
}

/// Do something with a task short of completing it.
#[derive(Debug, Clone)]
pub struct ChangeTask {
    /// The task as the caller names it.
    pub step: String,
    /// What.
    pub change: TaskChange,
    /// The other person it names.
    pub other: Option<Person>,
    /// Refuse if the case has another version.
    pub expected: Option<StreamVersion>,
    /// Who and when.
    pub request: Request,
}

/// Compute again what a calendar decides.
#[derive(Debug, Clone)]
pub struct MoveDues {
    /// The calendar.
    pub calendar: Name,
    /// When.
    pub at: DateTime<Utc>,
}

/// Let a case go on under another version of its workflow.
#[derive(Debug, Clone)]
pub struct MigrateCase {
    /// By which plan.
    pub plan: Arc<Plan>,
    /// Who and when.
    pub request: Request,
}

/// What may be asked of a case.
#[derive(Debug, Clone)]
pub enum Command {
    /// Complete a step.
    Complete(CompleteStep),
    /// Take an action.
    Act(TakeAction),
    /// Let a timer fire.
    Fire(FireTimer),
    /// Complete an automatic step.
    Answer(AnswerAuto),
    /// Note that a handler failed.
    Fail(FailEffect),
    /// Have what failed tried again.
    Retry(RetryEffect),
    /// Take a message.
    Receive(ReceiveMessage),
    /// Do something with a task.
    Change(ChangeTask),
    /// Compute dues again.
    MoveDues(MoveDues),
    /// Go on under another version.
    Migrate(MigrateCase),
}

impl Command {
    /// When what it asks for happened.
    pub fn occurred_at(&self) -> DateTime<Utc> {
        match self {
            Command::Complete(command) => command.request.occurred_at,
            Command::Act(command) => command.request.occurred_at,
            Command::Fire(command) => command.timer.at,
            Command::Answer(command) => command.occurred_at,
            Command::Fail(command) => command.at,
            Command::Retry(command) => command.request.occurred_at,
            Command::Receive(ReceiveMessage { from: Sender::Person(request), .. }) => {
                request.occurred_at
            }
            Command::Receive(ReceiveMessage { from: Sender::Case { at, .. }, .. }) => *at,
            Command::Change(command) => command.request.occurred_at,
            Command::MoveDues(command) => command.at,
            Command::Migrate(command) => command.request.occurred_at,
        }
    }
}

impl Request {
    /// The id of the person who acts.
    pub fn person(&self) -> &PersonId {
        &self.by.id
    }
}

/// A role a request was found to be made in; none for the starter.
pub type ActingRole = Option<Name>;
