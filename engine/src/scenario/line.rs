//! One line of a scenario: when, who, what, and what has to come of it.

use chrono::{DateTime, Utc};
use dure_storage::Code;

use super::expectation::Expected;
use super::script::CalendarFile;
use crate::language::Span as Place;
use crate::model::consequence::Object;
use crate::model::event::TaskChange;
use crate::model::names::{Name, PersonId};
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
    /// A version of a calendar is published.
    Publish(Box<CalendarFile>),
    /// The dues of the case are computed again by a calendar.
    MoveDues {
        /// The calendar.
        calendar: Name,
    },
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
            Deed::Publish(file) => {
                format!("publish {} v{}", file.calendar.name, file.calendar.version)
            }
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

impl Refused {
    /// Whether a refusal is the one that is meant.
    pub(super) fn is(&self, code: Code, messages: [&str; 2]) -> bool {
        let says = |words: &String| messages.iter().any(|message| message.contains(words));
        self.code == code.0 && self.says.as_ref().is_none_or(says)
    }
}
