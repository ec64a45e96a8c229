//! Workflows that call themselves, directly or through others. Versions are fixed when a workflow is published, so such
//! a round would end; but nobody could say what the workflow is.

use super::{CALL_CYCLE, Finding};
use crate::model::definition::{Callee, Definition, StepKind};
use crate::model::names::Name;

/// Tells each step by which a workflow comes to call itself, with the workflows on the way.
pub(super) fn cycles(definition: &Definition, findings: &mut Vec<Finding>) {
    let own = &definition.reference.name;
    for (step, called) in calls(definition) {
        let way = match called == own {
            true => Some(vec![own.to_string()]),
            false => definition.called.get(called).and_then(|called| way_to(called, own)),
        };
        let Some(way) = way else { continue };
        let trace: Vec<String> = std::iter::once(own.to_string()).chain(way).collect();
        let shown = trace.join(" → ");
        findings.push(Finding::step(CALL_CYCLE, step).by(trace).told(
            format!("업무 절차가 자기 자신을 호출합니다: {shown}"),
            format!("the workflow calls itself: {shown}"),
        ));
    }
}

/// The workflows from one to another that it calls, through others too.
fn way_to(definition: &Definition, wanted: &Name) -> Option<Vec<String>> {
    let own = definition.reference.name.to_string();
    calls(definition).find_map(|(_, called)| match called == wanted {
        true => Some(vec![own.clone(), wanted.to_string()]),
        false => {
            let below = way_to(definition.called.get(called)?, wanted)?;
            Some(std::iter::once(own.clone()).chain(below).collect())
        }
    })
}

fn calls(definition: &Definition) -> impl Iterator<Item = (&Name, &Name)> {
    definition.steps().into_iter().flat_map(|step| {
        let called: Vec<&Name> = match &step.kind {
            StepKind::Call(call) => match &call.callee {
                Callee::One(name) => vec![name],
                Callee::Chosen { among, .. } => among.values().collect(),
            },
            StepKind::Task(_)
            | StepKind::Auto(_)
            | StepKind::Decide
            | StepKind::Wait(_)
            | StepKind::Parallel(_)
            | StepKind::Each(_)
            | StepKind::Spawn(_)
            | StepKind::Send(_) => Vec::new(),
        };
        called.into_iter().map(move |called| (&step.name, called))
    })
}
