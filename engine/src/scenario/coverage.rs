//! What of the workflows the scenarios took together, and what none of them did.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::element::Element;
use super::places::Places;
use super::trace::Taken;
use crate::model::definition::Definition;
use crate::model::names::{Name, WorkflowRef};

/// What was taken of every workflow that a scenario uses.
#[derive(Debug, Default)]
pub struct Coverage {
    workflows: BTreeMap<WorkflowRef, Covered>,
}

/// How often what of one workflow was taken.
#[derive(Debug)]
struct Covered {
    file: String,
    definition: Arc<Definition>,
    taken: BTreeMap<Element, u64>,
}

/// What was taken of one workflow, element by element.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CoverageOf {
    /// The workflow.
    #[serde(rename = "coverage")]
    pub workflow: Name,
    /// Its version.
    pub version: u32,
    /// The file it stands in.
    pub file: String,
    /// Everything that may be taken, in the order of the file.
    pub elements: Vec<Row>,
}

/// One thing that may be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// What.
    #[serde(flatten)]
    pub element: Element,
    /// How often it was taken.
    pub taken: u64,
    /// The line it stands in, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
}

impl Coverage {
    /// What one history took of these workflows.
    pub(super) fn of(
        known: BTreeMap<WorkflowRef, (String, Arc<Definition>)>,
        mut taken: Taken,
    ) -> Coverage {
        let covered = known.into_iter().map(|(workflow, (file, definition))| {
            let taken = taken.remove(&workflow).unwrap_or_default();
            (workflow, Covered { file, definition, taken })
        });
        Coverage { workflows: covered.collect() }
    }

    /// Adds what another scenario took.
    pub fn add(&mut self, other: Coverage) {
        for (workflow, covered) in other.workflows {
            match self.workflows.get_mut(&workflow) {
                Some(known) => covered.taken.into_iter().for_each(|(element, count)| {
                    *known.taken.entry(element).or_default() += count;
                }),
                None => {
                    self.workflows.insert(workflow, covered);
                }
            }
        }
    }

    /// What was taken, workflow by workflow.
    pub fn report(&self) -> Vec<CoverageOf> {
        self.workflows.iter().map(|(workflow, covered)| covered.report(workflow)).collect()
    }
}

impl Covered {
    fn report(&self, workflow: &WorkflowRef) -> CoverageOf {
        let text = &self.definition.source;
        let places = Places::of(text);
        let row = |element: Element| Row {
            taken: self.taken.get(&element).copied().unwrap_or(0),
            line: places.line(text, &element),
            element,
        };
        CoverageOf {
            workflow: workflow.name.clone(),
            version: workflow.version,
            file: self.file.clone(),
            elements: Element::all(&self.definition).into_iter().map(row).collect(),
        }
    }
}

impl CoverageOf {
    /// What no scenario took.
    pub fn missing(&self) -> impl Iterator<Item = &Row> {
        self.elements.iter().filter(|row| row.taken == 0)
    }
}
