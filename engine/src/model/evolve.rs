//! Folding: a case and one event give the next case. Total over every event ever written (I5): an event that
//! contradicts the state marks the case as faulty, keeps its history, and never panics.

use chrono::{DateTime, Utc};

use super::address::{BlockPath, StepPath};
use super::case::{ActiveStep, Block, Branch, Case, Completion, Frame, Status, Waits};
use super::consequence::{Consequence, Object, WaitsFor};
use super::definition::start_name;
use super::event::{CaseEvent, CaseStarted, Happened, StepCompleted};
use super::names::Name;

/// The case after one more event; `None` as long as none has started it.
pub fn evolve(case: Option<Case>, happened: &Happened) -> Option<Case> {
    let mut case = match (case, &happened.event) {
        (None, CaseEvent::Started(started)) => begin(started, happened.occurred_at),
        (Some(case), CaseEvent::Started(_)) => fault(case, "it was started twice"),
        (Some(case), _) => case,
        (None, _) => return None,
    };
    if case.version.next() != happened.version {
        let gap = format!("version {} follows version {}", happened.version, case.version);
        case = fault(case, &gap);
    }
    case.version = happened.version;
    remember(&mut case, happened);
    for consequence in happened.event.consequences() {
        apply(&mut case, consequence, happened.occurred_at);
    }
    Some(case)
}

/// Folds a whole history.
pub fn fold<'a>(history: impl IntoIterator<Item = &'a Happened>) -> Option<Case> {
    history.into_iter().fold(None, evolve)
}

/// Makes one consequence true. `decide` uses the same function on its working copy, so that what it decides
/// upon is exactly what a replay will find.
pub(super) fn apply(case: &mut Case, consequence: &Consequence, at: DateTime<Utc>) {
    let done = match consequence {
        Consequence::DataSet { block, values } => set_data(case, block, values),
        Consequence::StepEntered { step, waits } => enter(case, step, waits, at),
        Consequence::StepPassed { step, .. } => pass(case, step),
        Consequence::StepCompleted { step, .. } => complete(case, step),
        Consequence::StepLeft { step } => leave(case, step),
        Consequence::BlockEnded { block, result } => end_block(case, block, result.clone()),
        Consequence::CaseClosed { end } => {
            case.status = Status::Closed { outcome: end.clone(), at };
            Some(())
        }
    };
    if done.is_none() && case.fault.is_none() {
        case.fault = Some(format!("its history contradicts itself at {consequence:?}"));
    }
}

/// Notes who did the step that the act was about.
fn remember(case: &mut Case, happened: &Happened) {
    match &happened.event {
        CaseEvent::Started(event) => note_start(case, event),
        CaseEvent::StepCompleted(event) => note_completion(case, event, happened.occurred_at),
        CaseEvent::ActionTaken(_) | CaseEvent::Continued(_) => {}
    }
}

fn note_start(case: &mut Case, started: &CaseStarted) {
    let visit = case.frame.visits.entry(start_name()).or_default();
    visit.by.extend([started.act.by.clone(), started.starter.clone()]);
}

fn note_completion(case: &mut Case, event: &StepCompleted, at: DateTime<Utc>) {
    let Some(frame) = case.frame.frame_mut(&event.step.block) else { return };
    let visit = frame.visits.entry(event.step.step.clone()).or_default();
    let by = event.act.by.clone();
    visit.by.insert(by.clone());
    visit.last = Some(Completion { by, at, outcome: event.outcome.clone() });
}

fn begin(started: &CaseStarted, at: DateTime<Utc>) -> Case {
    Case {
        id: started.case.clone(),
        version: dure_storage::StreamVersion::NONE,
        starter: started.starter.clone(),
        entered_by: started.act.by.clone(),
        opened_at: at,
        status: Status::Open,
        frame: Frame::begin(started.workflow.clone(), started.data.clone()),
        fault: None,
    }
}

fn fault(mut case: Case, what: &str) -> Case {
    case.fault.get_or_insert_with(|| what.to_owned());
    case
}

fn set_data(case: &mut Case, block: &BlockPath, values: &Object) -> Option<()> {
    let data = &mut case.frame.frame_mut(block)?.data;
    for (field, value) in values {
        match value.is_null() {
            true => data.remove(field),
            false => data.insert(field.clone(), value.clone()),
        };
    }
    Some(())
}

fn enter(case: &mut Case, step: &StepPath, waits: &WaitsFor, at: DateTime<Utc>) -> Option<()> {
    let frame = case.frame.frame_mut(&step.block)?;
    frame.visits.entry(step.step.clone()).or_default().entered += 1;
    let block = case.frame.block_mut(&step.block)?;
    let active = ActiveStep { step: step.step.clone(), since: at, waits: begin_waiting(waits) };
    block.active.replace(Box::new(active)).is_none().then_some(())
}

fn begin_waiting(waits: &WaitsFor) -> Waits {
    match waits {
        WaitsFor::Task { holder, due } => Waits::Task { holder: holder.clone(), due: *due },
        WaitsFor::Branches(names) => Waits::Branches(
            names
                .iter()
                .map(|name| Branch { name: name.clone(), block: Block::default(), result: None })
                .collect(),
        ),
        WaitsFor::Call { workflow, data } => {
            Waits::Call(Frame::begin(workflow.clone(), data.clone()))
        }
    }
}

fn complete(case: &mut Case, step: &StepPath) -> Option<()> {
    leave(case, step)?;
    case.frame.frame_mut(&step.block)?.visits.entry(step.step.clone()).or_default().completed += 1;
    Some(())
}

fn pass(case: &mut Case, step: &StepPath) -> Option<()> {
    let visit = case.frame.frame_mut(&step.block)?.visits.entry(step.step.clone()).or_default();
    visit.entered += 1;
    visit.completed += 1;
    Some(())
}

fn leave(case: &mut Case, step: &StepPath) -> Option<()> {
    let block = case.frame.block_mut(&step.block)?;
    block.active.take_if(|active| active.step == step.step).map(|_| ())
}

/// A called workflow that ended stays readable (its data is the result) until its step is completed.
fn end_block(case: &mut Case, path: &BlockPath, result: Name) -> Option<()> {
    let owner = path.owner()?;
    let branch = path.0.last()?.branch.clone();
    match (&mut case.frame.active_mut(&owner)?.waits, branch) {
        (Waits::Branches(branches), Some(name)) => {
            branches.iter_mut().find(|b| b.name == name)?.result = Some(result);
            Some(())
        }
        (Waits::Call(_), None) => Some(()),
        (Waits::Task { .. } | Waits::Branches(_) | Waits::Call(_), _) => None,
    }
}
