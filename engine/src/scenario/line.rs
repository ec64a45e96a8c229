//! One line of a scenario: when, who, what, and what has to come of it.

use chrono::{DateTime, Utc};
use dure_storage::Code;

use super::expectation::Expected;
use super::script::{CalendarFile, WorkflowFile};
use super::sources::Found;
use crate::language::Span as Place;
use crate::model::consequence::Object;
use crate::model::event::TaskChange;
use crate::model::names::{CaseId, Name, PersonId};
use crate::model::people::{Absence, Grant};
use crate::time::Span;

/// What a case is called in a scenario that has one case only.
pub const MAIN_CASE: &str = "main";

/// Something that stands in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed<T> {
    /// Where.
    pub place: Place,
    /// What.
    pub value: T,
}

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Where it stands.
    pub place: Place,
    /// When it happens; at the time of the line before, if it does not say.
    pub at: Option<Placed<When>>,
    /// The case it is about.
    pub case: Name,
    /// What happens.
    pub deed: Deed,
    /// Who does it, and with what.
    pub act: Act,
    /// How it must be refused.
    pub refused: Option<Placed<Refused>>,
    /// Names for cases that the case has started.
    pub names: Vec<Placed<Names>>,
    /// What has to be true after it.
    pub expect: Vec<Expected>,
}

/// A time in a scenario.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum When {
    /// This moment.
    At(DateTime<Utc>),
    /// So long after the line before.
    After(Span),
}

/// What happens in a line.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// Nothing but time.
    Nothing,
    /// A case is started.
    Start {
        /// Its workflow.
        workflow: Name,
        /// The name it is given, where the workflow does not number its cases.
        id: Option<CaseId>,
    },
    /// A task is completed.
    Complete {
        /// The step.
        step: String,
        /// Its outcome.
        outcome: String,
    },
    /// An action is taken.
    Act {
        /// The action.
        action: String,
    },
    /// A message arrives.
    Send {
        /// The message.
        message: String,
    },
    /// A handler answers.
    Answer {
        /// The automatic step.
        step: String,
        /// Its outcome.
        outcome: String,
    },
    /// A task is changed short of completing it.
    Change {
        /// The step.
        step: String,
        /// How.
        change: TaskChange,
    },
    /// A handler fails.
    Fail {
        /// The automatic step.
        step: String,
        /// What it says.
        error: String,
        /// Whether it would fail again: a person has to look.
        for_good: bool,
    },
    /// What failed is to be tried again from the beginning.
    Retry {
        /// The automatic step.
        step: String,
    },
    /// Something becomes of a person.
    Staff {
        /// The person.
        person: PersonId,
        /// What.
        change: PersonChange,
    },
    /// A version of a calendar or of a workflow is published.
    Publish(Box<Published>),
    /// Every running case that a plan is for goes on under another version.
    Migrate {
        /// The plan.
        plan: Found,
        /// Whether cases that can go on do so although others cannot.
        completable_only: bool,
    },
    /// The dues of the case are computed again by a calendar.
    MoveDues {
        /// The calendar.
        calendar: Name,
    },
}

/// What becomes of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PersonChange {
    /// They are given a role; from when the line happens, if it does not say.
    Granted(Grant),
    /// A role ends.
    Ended {
        /// The role.
        role: Name,
        /// The scope it is held in.
        scope: Option<String>,
    },
    /// They are registered as absent.
    Absent(Absence),
    /// They are back before their absence ends.
    Back,
}

/// What is published.
#[derive(Debug, Clone, PartialEq)]
pub enum Published {
    /// A calendar.
    Calendar(CalendarFile),
    /// A workflow.
    Workflow(WorkflowFile),
}

/// Who does it, and with what.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Act {
    /// The person; nobody, where no person does it.
    pub by: Option<PersonId>,
    /// For whom.
    pub on_behalf_of: Option<PersonId>,
    /// In whose place.
    pub deputy_of: Option<PersonId>,
    /// Why.
    pub reason: Option<String>,
    /// What is filled in.
    pub form: Object,
    /// When it happened, if not at the time of the line.
    pub happened: Option<DateTime<Utc>>,
}

/// How a line must be refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The code.
    pub code: String,
    /// Words of the message, in either language.
    pub says: Option<String>,
}

/// A name for the latest case that was started under a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// The name.
    pub case: Name,
    /// The link.
    pub link: Name,
}

impl Deed {
    /// The workflow that it publishes.
    pub(super) fn workflow(&self) -> Option<&WorkflowFile> {
        let Deed::Publish(published) = self else { return None };
        match &**published {
            Published::Workflow(workflow) => Some(workflow),
            Published::Calendar(_) => None,
        }
    }

    /// As the file spells it.
    pub fn words(&self) -> String {
        match self {
            Deed::Nothing => String::new(),
            Deed::Start { .. } => "start".to_owned(),
            Deed::Complete { step, outcome } | Deed::Answer { step, outcome } => {
                format!("{step} {outcome}")
            }
            Deed::Act { action: word } | Deed::Send { message: word } => word.clone(),
            Deed::Change { step, change } => format!("{} {step}", change_word(change)),
            Deed::Fail { step, .. } => format!("fail {step}"),
            Deed::Retry { step } => format!("retry {step}"),
            Deed::Staff { person, change } => change.words(person),
            Deed::Publish(published) => match &**published {
                Published::Calendar(CalendarFile { calendar, .. }) => {
                    format!("publish {} v{}", calendar.name, calendar.version)
                }
                Published::Workflow(workflow) => format!("publish {}", workflow.name),
            },
            Deed::Migrate { .. } => "migrate".to_owned(),
            Deed::MoveDues { calendar } => format!("move_dues {calendar}"),
        }
    }
}

/// The verb of a change, as the file spells it.
pub(super) fn change_word(change: &TaskChange) -> &'static str {
    match change {
        TaskChange::Claim => "claim",
        TaskChange::Unclaim => "unclaim",
        TaskChange::Assign(_) => "assign",
        TaskChange::Delegate(_) => "delegate",
        TaskChange::Recuse(_) => "recuse",
        TaskChange::Vote(_) => "vote",
        TaskChange::TakeNote => "take_note",
    }
}

impl PersonChange {
    fn words(&self, person: &PersonId) -> String {
        match self {
            PersonChange::Granted(grant) => format!("grant {person} {grant}"),
            PersonChange::Ended { role, scope } => {
                let ended = Grant::always(role.clone(), scope.clone());
                format!("end_role {person} {ended}")
            }
            PersonChange::Absent(_) => format!("absent {person}"),
            PersonChange::Back => format!("back {person}"),
        }
    }
}

impl Refused {
    /// Whether a refusal is the one that is meant.
    pub(super) fn is(&self, code: Code, messages: [&str; 2]) -> bool {
        let says = |words: &String| messages.iter().any(|message| message.contains(words));
        self.code == code.0 && self.says.as_ref().is_none_or(says)
    }
}
