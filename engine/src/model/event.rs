//! The events of a case, one per accepted act, and the names they are stored under. Names and schema numbers
//! are never reused (I16); an older schema would be lifted to the present one here and nowhere else.

use chrono::{DateTime, Utc};
use dure_storage::{CanonicalJson, EventType, StoreError, StreamVersion};
use serde::{Deserialize, Serialize};

use super::address::StepPath;
use super::case::Parent;
use super::consequence::{Consequence, Failing, Object, Timer};
use super::names::{CaseId, Name, PersonId, Text, WorkflowRef};

/// A case was started.
pub const CASE_STARTED: EventType = EventType("dure.case_started.v1");
/// A person completed a step.
pub const STEP_COMPLETED: EventType = EventType("dure.step_completed.v1");
/// A person took an action that is possible at any time.
pub const ACTION_TAKEN: EventType = EventType("dure.action_taken.v1");
/// A timer of a step fired.
pub const TIMER_FIRED: EventType = EventType("dure.timer_fired.v1");
/// A handler completed an automatic step.
pub const AUTO_COMPLETED: EventType = EventType("dure.auto_completed.v1");
/// The handler of an automatic step failed.
pub const EFFECT_FAILED: EventType = EventType("dure.effect_failed.v1");
/// A person had what failed tried again.
pub const EFFECT_RETRIED: EventType = EventType("dure.effect_retried.v1");
/// A message arrived.
pub const MESSAGE_RECEIVED: EventType = EventType("dure.message_received.v1");
/// A person did something with a task short of completing it.
pub const TASK_CHANGED: EventType = EventType("dure.task_changed.v1");
/// A calendar changed, and with it when things are due.
pub const DUES_MOVED: EventType = EventType("dure.dues_moved.v1");
/// The case goes on under another version of its workflow.
pub const CASE_MIGRATED: EventType = EventType("dure.case_migrated.v1");
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
    /// In place of an absent person, as their deputy (대결).
    Deputy,
    /// In a role to which such decisions are delegated (전결), or where a holder let them.
    Delegated,
    /// By a step of another case.
    Spawned,
}

/// Who acted, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Act {
    /// The person who acted.
    pub by: PersonId,
    /// The role they acted in; absent for the starter of the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Name>,
    /// The role whose decision it is, where it was delegated to the role they acted in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_role: Option<Name>,
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

/// What a case was brought in from: a row of a spreadsheet that was kept before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// The SHA-256 of the file's bytes, in hexadecimal.
    pub sha256: String,
    /// The sheet of it, where a file has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The row, from 1, as a spreadsheet counts.
    pub row: u32,
    /// The name of the map it was read by.
    pub map: Name,
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
    /// A timer fired.
    TimerFired(TimerFired),
    /// A handler completed a step.
    AutoCompleted(AutoCompleted),
    /// A handler failed.
    EffectFailed(EffectFailed),
    /// A person had what failed tried again.
    EffectRetried(EffectRetried),
    /// A message arrived.
    MessageReceived(MessageReceived),
    /// A task was changed.
    TaskChanged(TaskChanged),
    /// A calendar changed.
    DuesMoved(DuesMoved),
    /// It goes on under another version of its workflow.
    Migrated(CaseMigrated),
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
    /// The case and step that started it, if no person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Parent>,
    /// What it was brought in from, if it was not started here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<Imported>,
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

/// Payload of [`TIMER_FIRED`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimerFired {
    /// The step it belonged to.
    pub step: StepPath,
    /// The timer.
    pub timer: Timer,
    /// What it made true.
    pub consequences: Vec<Consequence>,
}

/// Payload of [`AUTO_COMPLETED`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AutoCompleted {
    /// The step.
    pub step: StepPath,
    /// Which entry of it.
    pub entry: u32,
    /// The handler.
    pub handler: Name,
    /// The outcome it gave.
    pub outcome: Name,
    /// What it filled in.
    #[serde(default, skip_serializing_if = "Object::is_empty")]
    pub form: Object,
    /// What it made true.
    pub consequences: Vec<Consequence>,
}

/// Payload of [`EFFECT_FAILED`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EffectFailed {
    /// The step.
    pub step: StepPath,
    /// The number of the effect in the case.
    pub entry: u32,
    /// The handler.
    pub handler: Name,
    /// How often by now, and what comes next.
    pub failing: Failing,
    /// What it made true.
    pub consequences: Vec<Consequence>,
}

/// Payload of [`EFFECT_RETRIED`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EffectRetried {
    /// The step.
    pub step: StepPath,
    /// The number of the effect in the case.
    pub entry: u32,
    /// Who had it tried again, and why.
    pub act: Act,
    /// What it made true.
    pub consequences: Vec<Consequence>,
}

/// Payload of [`MESSAGE_RECEIVED`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MessageReceived {
    /// The message.
    pub message: Name,
    /// The case that sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<CaseId>,
    /// The person who sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Act>,
    /// What it says, if a case sent it; a person's form stands in their act.
    #[serde(default, skip_serializing_if = "Object::is_empty")]
    pub form: Object,
    /// What it made true.
    pub consequences: Vec<Consequence>,
}

/// Payload of [`TASK_CHANGED`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskChanged {
    /// The task.
    pub step: StepPath,
    /// What was done.
    pub change: TaskChange,
    /// Who did it.
    pub act: Act,
    /// What it made true.
    pub consequences: Vec<Consequence>,
}

/// What can be done with a task short of completing it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskChange {
    /// A holder takes it for themselves.
    Claim,
    /// Whoever it belongs to gives it back to all its holders.
    Unclaim,
    /// A holder gives it to another holder.
    Assign(PersonId),
    /// A holder lets somebody else complete it in their place.
    Delegate(PersonId),
    /// A holder steps back, and may name who takes their place.
    Recuse(Option<PersonId>),
    /// One of several who have to choose the same outcome chooses it.
    Vote(Name),
    /// A person who was absent takes note of what their deputy did.
    TakeNote,
}

/// Payload of [`DUES_MOVED`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DuesMoved {
    /// The calendar.
    pub calendar: Name,
    /// Its version now.
    pub version: u32,
    /// Each due that moved.
    pub consequences: Vec<Consequence>,
}

/// Payload of [`CASE_MIGRATED`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseMigrated {
    /// The version it leaves.
    pub from: WorkflowRef,
    /// The version it goes on with.
    pub to: WorkflowRef,
    /// Who decided it.
    pub act: Act,
    /// Why, in both languages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Text>,
    /// By which plan: the hash of its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// What became of the clocks that ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dues: Option<Dues>,
    /// What it made true.
    pub consequences: Vec<Consequence>,
}

/// What becomes of the clock of an active step when its case goes on under another version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dues {
    /// A clock that runs is kept as it is; where none runs, the new version's begins from when the step was entered.
    #[default]
    Kept,
    /// Every clock is that of the new version, from when the step was entered.
    Anew,
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

/// One row for each kind of event: variant and stored name.
macro_rules! kinds {
    ($($variant:ident, $kind:ident;)*) => {
        impl CaseEvent {
            /// The names of all kinds.
            pub const KINDS: &[EventType] = &[$($kind,)*];

            /// The name it is stored under.
            pub fn kind(&self) -> EventType {
                match self {
                    $(CaseEvent::$variant(_) => $kind,)*
                }
            }

            /// Reads a stored event; `None` if the name is not one of a case event.
            ///
            /// # Errors
            /// If the payload does not have the form its name promises.
            pub fn decode(kind: &str, data: &str) -> Option<Result<CaseEvent, serde_json::Error>> {
                $(if kind == $kind.0 {
                    return Some(serde_json::from_str(data).map(CaseEvent::$variant));
                })*
                None
            }

            /// The payload in the form it is stored in.
            ///
            /// # Errors
            /// If it is not I-JSON.
            pub fn payload(&self) -> Result<CanonicalJson, StoreError> {
                match self {
                    $(CaseEvent::$variant(payload) => CanonicalJson::of(payload),)*
                }
            }

            /// What it made true.
            pub fn consequences(&self) -> &[Consequence] {
                match self {
                    $(CaseEvent::$variant(event) => &event.consequences,)*
                }
            }

            fn consequences_mut(&mut self) -> &mut Vec<Consequence> {
                match self {
                    $(CaseEvent::$variant(event) => &mut event.consequences,)*
                }
            }
        }
    };
}

kinds! {
    Started, CASE_STARTED;
    StepCompleted, STEP_COMPLETED;
    ActionTaken, ACTION_TAKEN;
    TimerFired, TIMER_FIRED;
    AutoCompleted, AUTO_COMPLETED;
    EffectFailed, EFFECT_FAILED;
    EffectRetried, EFFECT_RETRIED;
    MessageReceived, MESSAGE_RECEIVED;
    TaskChanged, TASK_CHANGED;
    DuesMoved, DUES_MOVED;
    Migrated, CASE_MIGRATED;
    Continued, CASE_CONTINUED;
}

impl CaseEvent {
    /// The person who acted; `None` where none did.
    pub fn act(&self) -> Option<&Act> {
        match self {
            CaseEvent::Started(event) => Some(&event.act),
            CaseEvent::StepCompleted(event) => Some(&event.act),
            CaseEvent::ActionTaken(event) => Some(&event.act),
            CaseEvent::EffectRetried(event) => Some(&event.act),
            CaseEvent::MessageReceived(event) => event.act.as_ref(),
            CaseEvent::TaskChanged(event) => Some(&event.act),
            CaseEvent::Migrated(event) => Some(&event.act),
            CaseEvent::TimerFired(_)
            | CaseEvent::AutoCompleted(_)
            | CaseEvent::EffectFailed(_)
            | CaseEvent::DuesMoved(_)
            | CaseEvent::Continued(_) => None,
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
