//! What a caller means by the name of a step or an action, and what is told if nothing answers to it.

use super::authority::holder_words;
use super::called_definition;
use crate::model::address::StepPath;
use crate::model::case::{Case, OpenTask, Running};
use crate::model::definition::{Action, Definition};
use crate::model::refusal::{ActiveNow, Place, Refusal, Why};

pub(super) fn find_task<'a>(
    case: &'a Case,
    root: &Definition,
    text: &str,
) -> Result<OpenTask<'a>, Refusal> {
    let mut open: Vec<_> =
        case.open_tasks().into_iter().filter(|task| task.step.answers_to(text)).collect();
    if let Some(exact) = open.iter().position(|task| task.step.to_string() == text) {
        return Ok(open.swap_remove(exact));
    }
    let place = Place { step: Some(text.chars().take(200).collect()), ..Place::default() };
    match open.len() {
        1 => Ok(open.remove(0)),
        0 => Err(Refusal::from(not_active(case, root, text)).at(place)),
        _ => {
            let candidates = open.iter().map(|task| task.step.to_string()).collect();
            Err(Refusal::from(Why::StepAmbiguous { candidates }).at(place))
        }
    }
}

fn not_active(case: &Case, root: &Definition, text: &str) -> Why {
    let name = text.rsplit('/').next().unwrap_or(text);
    let known = known_steps(root);
    if !known.iter().any(|step| step == name) {
        return Why::StepUnknown { known };
    }
    let active = case
        .open_tasks()
        .into_iter()
        .map(|task| ActiveNow { step: task.step.to_string(), holder: holder_words(task.holder) })
        .collect();
    let last = case.frames().iter().find_map(|(_, frame)| frame.visits.get(name)?.last.clone());
    Why::StepNotActive { active, last }
}

fn known_steps(definition: &Definition) -> Vec<String> {
    let own = definition.steps().into_iter().map(|step| step.name.to_string());
    own.chain(definition.called.values().flat_map(|called| known_steps(called))).collect()
}

/// Every action of the workflows running in a case, addressed: beside the step it leaves, or in the main block.
pub fn possible_actions<'a>(case: &Case, root: &'a Definition) -> Vec<(StepPath, &'a Action)> {
    let running = case.running();
    let mut actions = Vec::new();
    for (frame, _) in case.frames() {
        let Some(definition) = called_definition(case, root, &frame) else { continue };
        for action in &definition.actions {
            let Some(leaves) = &action.leaves else {
                actions.push((frame.step(&action.name), action));
                continue;
            };
            // From what runs beside, `to` leads nowhere: the main line of that block is already somewhere else.
            let in_line = |running: &&Running<'_>| {
                let block = case.block(&running.path.block);
                block.and_then(|block| block.active.as_deref()).is_some_and(|a| a.step == *leaves)
            };
            let left = running
                .iter()
                .filter(|r| r.path.step == *leaves && r.path.block.frame() == frame)
                .filter(in_line);
            actions.extend(left.map(|running| (running.path.block.step(&action.name), action)));
        }
    }
    actions
}

pub(super) fn find_action(case: &Case, root: &Definition, text: &str) -> Result<StepPath, Refusal> {
    let all: Vec<StepPath> =
        possible_actions(case, root).into_iter().map(|(path, _)| path).collect();
    if let Some(exact) = all.iter().find(|path| path.to_string() == text) {
        return Ok(exact.clone());
    }
    let place = Place { step: Some(text.chars().take(200).collect()), ..Place::default() };
    let named: Vec<&StepPath> = all.iter().filter(|path| path.answers_to(text)).collect();
    let strings = |paths: &[&StepPath]| paths.iter().map(ToString::to_string).collect();
    match named.as_slice() {
        [one] => Ok((*one).clone()),
        [] => {
            let known = strings(&all.iter().collect::<Vec<_>>());
            Err(Refusal::from(Why::ActionUnknown { known }).at(place))
        }
        several => {
            Err(Refusal::from(Why::StepAmbiguous { candidates: strings(several) }).at(place))
        }
    }
}
