//! How far each outcome is from the end of its workflow, along the outcomes as they are written: what a run that has
//! gone on for long follows to come to an end. An estimate: guards are not asked.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::model::definition::{BlockDefinition, Definition, Outcome, Step, Target};
use crate::model::names::{Name, WorkflowRef};

/// Steps to the end of the workflow, by workflow, step and outcome.
#[derive(Debug, Default)]
pub(super) struct Course(HashMap<WorkflowRef, BTreeMap<(Name, Name), u32>>);

impl Course {
    /// The course of some workflows.
    pub(super) fn of(definitions: &[Arc<Definition>]) -> Course {
        let course = |definition: &Arc<Definition>| {
            let mut course = BTreeMap::new();
            measure(&definition.block, &|_| Some(0), &mut course);
            let beside = definition.background.iter().flat_map(|beside| beside.step.blocks());
            beside.for_each(|block| measure(block, &|_| Some(0), &mut course));
            (definition.reference.clone(), course)
        };
        Course(definitions.iter().map(course).collect())
    }

    /// Whether an outcome of a step is on the shortest way to the end.
    pub(super) fn is_shortest(&self, workflow: &WorkflowRef, step: &Step, wanted: &Name) -> bool {
        let Some(course) = self.0.get(workflow) else { return false };
        let after = |outcome: &Name| course.get(&(step.name.clone(), outcome.clone()));
        let shortest = step.outcomes.iter().filter_map(|outcome| after(&outcome.name)).min();
        shortest.is_some() && after(wanted) == shortest
    }
}

/// Measures a block: `beyond` is how far it is from a result of it.
fn measure(
    block: &BlockDefinition,
    beyond: &dyn Fn(&Name) -> Option<u32>,
    course: &mut BTreeMap<(Name, Name), u32>,
) {
    let mut from: BTreeMap<&Name, u32> = BTreeMap::new();
    let after = |from: &BTreeMap<&Name, u32>, target: &Target| match target {
        Target::Step(step) => from.get(step).map(|steps| steps.saturating_add(1)),
        Target::End(_) => Some(0),
        Target::Done(result) => beyond(result),
    };
    // Each turn finds the way of at least one more step, or none becomes shorter.
    for _ in 0..block.steps.len() {
        for step in &block.steps {
            let ways = step.outcomes.iter().filter_map(|outcome| after(&from, &outcome.target));
            if let Some(shortest) = ways.min() {
                from.insert(&step.name, shortest);
            }
        }
    }
    for step in &block.steps {
        for outcome in &step.outcomes {
            let steps = after(&from, &outcome.target);
            course.extend(steps.map(|steps| ((step.name.clone(), outcome.name.clone()), steps)));
        }
        let beyond = |result: &Name| {
            let led_to = outcome_of_result(step, result)?;
            after(&from, &led_to.target).map(|steps| steps.saturating_add(1))
        };
        step.blocks().for_each(|inner| measure(inner, &beyond, course));
    }
}

/// The outcome of a step with branches that a result speaks for: the first whose guard names it, else the last.
fn outcome_of_result<'d>(step: &'d Step, result: &Name) -> Option<&'d Outcome> {
    let names = |outcome: &&Outcome| {
        outcome.rules.iter().any(|rule| rule.when.literals().texts.contains(result.as_str()))
    };
    step.outcomes.iter().find(names).or(step.outcomes.last())
}
