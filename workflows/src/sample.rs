//! Sample cases as lines: who does what when. The same files serve the demonstration and the tests.

use chrono::{DateTime, Utc};
use dure_engine::language::parse_yaml;
use dure_engine::model::consequence::Object;
use dure_engine::model::names::{PersonId, Text};
use dure_storage::Lang;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A case from its start to its end.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// Its name, unique among the samples.
    #[serde(rename = "sample")]
    pub name: String,
    /// What people call it.
    pub title: Text,
    /// The requirement rows it shows.
    #[serde(default)]
    pub covers: Vec<String>,
    /// The workflow.
    pub workflow: String,
    /// What happens, in order; the first line starts the case.
    pub lines: Vec<Line>,
    /// The end it reaches.
    pub ends: String,
}

/// One thing somebody does.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// When it happens.
    pub at: DateTime<Utc>,
    /// Who does it.
    pub by: PersonId,
    /// For whom it is done.
    #[serde(rename = "for", default)]
    pub on_behalf_of: Option<PersonId>,
    /// The form that starts the case.
    #[serde(default)]
    pub start: Option<Object>,
    /// The step that is completed.
    #[serde(rename = "do", default)]
    pub step: Option<String>,
    /// Its outcome; `done` if it has just one.
    #[serde(default)]
    pub outcome: Option<String>,
    /// The action that is taken.
    #[serde(default)]
    pub action: Option<String>,
    /// What is filled in.
    #[serde(default)]
    pub form: Object,
    /// The reason given.
    #[serde(default)]
    pub reason: Option<String>,
    /// The code it must be refused with.
    #[serde(default)]
    pub refused: Option<String>,
}

/// What a line does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Deed<'a> {
    /// Starts the case with this form.
    Start(&'a Object),
    /// Completes a step by an outcome.
    Complete(&'a str, &'a str),
    /// Takes an action.
    Act(&'a str),
}

impl Line {
    /// What it does; `None` if the file says nothing or too much.
    pub fn deed(&self) -> Option<Deed<'_>> {
        match (&self.start, &self.step, &self.action) {
            (Some(form), None, None) => Some(Deed::Start(form)),
            (None, Some(step), None) => {
                Some(Deed::Complete(step, self.outcome.as_deref().unwrap_or("done")))
            }
            (None, None, Some(action)) => Some(Deed::Act(action)),
            (None, None, None) | (Some(_), _, _) | (None, Some(_), Some(_)) => None,
        }
    }
}

macro_rules! samples {
    ($($path:literal),* $(,)?) => {
        vec![$(read($path, include_str!(concat!("../", $path)))),*]
    };
}

/// One case for each of the seven support items, the plan, and the pilot cycle.
pub fn demo_samples() -> Vec<Sample> {
    samples![
        "samples/demo/request_maintenance.yaml",
        "samples/demo/request_contacts.yaml",
        "samples/demo/request_lending.yaml",
        "samples/demo/request_meetings.yaml",
        "samples/demo/request_open_call.yaml",
        "samples/demo/request_training.yaml",
        "samples/demo/request_joint_programs.yaml",
        "samples/demo/plan_performance.yaml",
        "samples/demo/cycle_pilot.yaml",
    ]
}

/// Cases that leave the main path: declined, supplemented, returned, withdrawn, dissolved.
pub fn branch_samples() -> Vec<Sample> {
    samples![
        "samples/branches/cycle_cancelled.yaml",
        "samples/branches/cycle_dissolved.yaml",
        "samples/branches/cycle_not_eligible.yaml",
        "samples/branches/cycle_not_formed.yaml",
        "samples/branches/cycle_not_selected.yaml",
        "samples/branches/cycle_objection.yaml",
        "samples/branches/cycle_withdrawn.yaml",
        "samples/branches/plan_cancelled.yaml",
        "samples/branches/plan_returned.yaml",
        "samples/branches/plan_section_returned.yaml",
        "samples/branches/plan_stopped.yaml",
        "samples/branches/plan_withdrawn.yaml",
        "samples/branches/request_call_lost.yaml",
        "samples/branches/request_cancelled.yaml",
        "samples/branches/request_declined.yaml",
        "samples/branches/request_grant_call.yaml",
        "samples/branches/request_lending_rules.yaml",
        "samples/branches/request_minutes_corrected.yaml",
        "samples/branches/request_no_response.yaml",
        "samples/branches/request_partial.yaml",
        "samples/branches/request_planned_again.yaml",
        "samples/branches/request_program_rules.yaml",
        "samples/branches/request_referred.yaml",
        "samples/branches/request_supplemented.yaml",
        "samples/branches/request_transferred.yaml",
        "samples/branches/request_withdrawn.yaml",
    ]
}

/// Reads a file of this crate. They are part of the program: one that cannot be read is a bug of it.
pub(crate) fn read<T: DeserializeOwned>(file: &str, text: &str) -> T {
    let json =
        parse_yaml(file, text).unwrap_or_else(|found| panic!("{}", found.render(Lang::En, false)));
    serde_json::from_value(json).unwrap_or_else(|error| panic!("{file}: {error}"))
}
