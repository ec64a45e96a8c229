//! A published workflow as the log keeps it: the text of the file, in parts that fit an event, and the versions
//! of the workflows it calls, fixed at that moment.

use std::collections::BTreeMap;

use dure_storage::EventType;
use serde::{Deserialize, Serialize};

use super::names::{Name, PersonId, WorkflowRef};

/// A workflow was published: the first part of its text.
pub const WORKFLOW_PUBLISHED: EventType = EventType("dure.workflow_published.v1");
/// A further part of the text, in the same commit.
pub const WORKFLOW_TEXT_CONTINUED: EventType = EventType("dure.workflow_text_continued.v1");

/// Payload of [`WORKFLOW_PUBLISHED`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkflowPublished {
    /// Name and version.
    pub workflow: WorkflowRef,
    /// The versions of the workflows it calls.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub calls: BTreeMap<Name, u32>,
    /// How many parts the text has.
    pub parts: u32,
    /// The first part.
    pub text: String,
    /// Who published it; absent when done by whoever keeps the data folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}

/// Payload of [`WORKFLOW_TEXT_CONTINUED`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkflowTextContinued {
    /// The part.
    pub text: String,
}
