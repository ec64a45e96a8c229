//! The events of a case, one per accepted act, and the names they are stored under. Names and schema numbers
//! are never reused (I16); an older schema would be lifted to the present one here and nowhere else.

use chrono::{DateTime, Utc};
use dure_storage::{EventType, StreamVersion};
use serde::{Deserialize, Serialize};

use super::address::StepPath;
use super::consequence::{Consequence, Object};
use super::names::{CaseId, Name, PersonId, WorkflowRef};

/// A case was started.
pub const CASE_STARTED: EventType = EventType("dure.case_started.v1");
/// A person completed a step.
pub const STEP_COMPLETED: EventType = EventType("dure.step_completed.v1");
/// A person took an action that is possible at any time.
pub const ACTION_TAKEN: EventType = EventType("dure.action_taken.v1");
/// The consequences of the event before it, continued.
pub const CASE_CONTINUED: EventType = EventType("dure.case_continued.v1");

/// Under what right somebody acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authority {
    /// A role of their own, or being the one the case is for.
    Own,
    /// For somebody else, who asked by phone, on paper or in person.
    OnBehalf,
}

/// Who acted, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Act {
    /// The person who acted.
    pub by: PersonId,
    /// The role they acted in; absent for the starter of the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Name>,
    /// Under what right.
    pub authority: Authority,
    /// The person they acted for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<PersonId>,
    /// The reason they gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What they filled in.
    #[serde(default, skip_serializing_if = "Object::is_empty")]
    pub form: Object,
}

/// What happened to a case.
#[derive(Debug, Clone, PartialEq)]
pub enum CaseEvent {
    /// It was started.
    Started(CaseStarted),
    /// A step was completed.
    StepCompleted(StepCompleted),
    /// An action was taken.
    ActionTaken(ActionTaken),
    /// The consequences of the event before it go on.
    Continued(CaseContinued),
}

/// Payload of [`CASE_STARTED`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseStarted {
    /// The case.
    pub case: CaseId,
    /// The version of the workflow it keeps.
    pub workflow: WorkflowRef,
    /// The person the case is for.
    pub starter: PersonId,
    /// Who started it.
    pub act: Act,
    /// The data it begins with, where the definition has defaults.
    #[serde(default, skip_serializing_if = "Object::is_empty")]
    pub data: Object,
    /// What it made true.
    pub consequences: Vec<Consequence>,
}

/// Payload of [`STEP_COMPLETED`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepCompleted {
    /// The step.
    pub step: StepPath,
    /// Its outcome.
    pub outcome: Name,
    /// Who completed it.
    pub act: Act,
    /// What it made true.
    pub consequences: Vec<Consequence>,
}

/// Payload of [`ACTION_TAKEN`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionTaken {
    /// The action, addressed like a step.
    pub action: StepPath,
    /// Who took it.
    pub act: Act,
    /// What it made true.
    pub consequences: Vec<Consequence>,
}

/// Payload of [`CASE_CONTINUED`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseContinued {
    /// What was also made true.
    pub consequences: Vec<Consequence>,
}

/// A case event with what the log knows about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Happened {
    /// Its number in the case's stream.
    pub version: StreamVersion,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// What happened.
    pub event: CaseEvent,
}

impl CaseEvent {
    /// The name it is stored under.
    pub fn kind(&self) -> EventType {
        match self {
            CaseEvent::Started(_) => CASE_STARTED,
            CaseEvent::StepCompleted(_) => STEP_COMPLETED,
            CaseEvent::ActionTaken(_) => ACTION_TAKEN,
            CaseEvent::Continued(_) => CASE_CONTINUED,
        }
    }

    /// Reads a stored event; `None` if the name is not one of a case event.
    ///
    /// # Errors
    /// If the payload does not have the form its name promises.
    pub fn decode(kind: &str, data: &str) -> Option<Result<CaseEvent, serde_json::Error>> {
        Some(match kind {
            k if k == CASE_STARTED.0 => serde_json::from_str(data).map(CaseEvent::Started),
            k if k == STEP_COMPLETED.0 => serde_json::from_str(data).map(CaseEvent::StepCompleted),
            k if k == ACTION_TAKEN.0 => serde_json::from_str(data).map(CaseEvent::ActionTaken),
            k if k == CASE_CONTINUED.0 => serde_json::from_str(data).map(CaseEvent::Continued),
            _ => return None,
        })
    }

    /// Who acted; `None` for a continuation.
    pub fn act(&self) -> Option<&Act> {
        match self {
            CaseEvent::Started(e) => Some(&e.act),
            CaseEvent::StepCompleted(e) => Some(&e.act),
            CaseEvent::ActionTaken(e) => Some(&e.act),
            CaseEvent::Continued(_) => None,
        }
    }

    /// What it made true.
    pub fn consequences(&self) -> &[Consequence] {
        match self {
            CaseEvent::Started(e) => &e.consequences,
            CaseEvent::StepCompleted(e) => &e.consequences,
            CaseEvent::ActionTaken(e) => &e.consequences,
            CaseEvent::Continued(e) => &e.consequences,
        }
    }

    fn consequences_mut(&mut self) -> &mut Vec<Consequence> {
        match self {
            CaseEvent::Started(e) => &mut e.consequences,
            CaseEvent::StepCompleted(e) => &mut e.consequences,
            CaseEvent::ActionTaken(e) => &mut e.consequences,
            CaseEvent::Continued(e) => &mut e.consequences,
        }
    }

    /// Moves the later half of the consequences into a continuation; `None` if there is nothing to part.
    pub fn split(&mut self) -> Option<CaseEvent> {
        let minimum = usize::from(matches!(self, CaseEvent::Continued(_)));
        let consequences = self.consequences_mut();
        if consequences.len() <= minimum {
            return None;
        }
        let rest = consequences.split_off((consequences.len() / 2).max(minimum));
        Some(CaseEvent::Continued(CaseContinued { consequences: rest }))
    }
}
