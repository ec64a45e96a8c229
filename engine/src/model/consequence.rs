//! The closed list of what an event can make true. `decide` writes them, `evolve` only folds them: replay
//! evaluates no expression (I5).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::address::{BlockPath, StepPath};
use super::names::{Name, PersonId, WorkflowRef};

/// A JSON object: field name to value.
pub type Object = Map<String, Value>;

/// One thing an event made true.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consequence {
    /// Data of the workflow that runs in `block` got these values; null unsets.
    DataSet {
        /// Any block of that workflow.
        block: BlockPath,
        /// Field to value.
        values: Object,
    },
    /// A step became active in its block.
    StepEntered {
        /// The step.
        step: StepPath,
        /// What it waits for.
        waits: WaitsFor,
    },
    /// An automatic step was entered and ended by an outcome at once.
    StepPassed {
        /// The step.
        step: StepPath,
        /// The outcome.
        outcome: Name,
    },
    /// An active step ended by an outcome.
    StepCompleted {
        /// The step.
        step: StepPath,
        /// The outcome.
        outcome: Name,
    },
    /// An active step, and everything inside it, was left without an outcome.
    StepLeft {
        /// The step.
        step: StepPath,
    },
    /// A branch ended with a result, or a called workflow by one of its ends.
    BlockEnded {
        /// The branch or the called workflow's main block.
        block: BlockPath,
        /// The branch's result or the end.
        result: Name,
    },
    /// The case ended.
    CaseClosed {
        /// The end it reached.
        end: Name,
    },
}

/// What an active step waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitsFor {
    /// A person.
    Task {
        /// Who may complete it.
        holder: Holder,
        /// When it is due.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<DateTime<Utc>>,
    },
    /// Every one of these branches.
    Branches(Vec<Name>),
    /// The end of a called workflow.
    Call {
        /// The workflow.
        workflow: WorkflowRef,
        /// Its data at the start.
        data: Object,
    },
}

/// Who may act on a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// Whoever holds one of these roles.
    Roles {
        /// The roles.
        roles: Vec<Name>,
        /// The scope it must be held in.
        #[serde(rename = "in", default, skip_serializing_if = "Option::is_none")]
        scope: Option<String>,
    },
    /// This person: the one the case is for.
    Starter(PersonId),
}
