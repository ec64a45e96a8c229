//! What people do: completing a step, taking an action, and what they do with a task short of completing it.

use std::collections::BTreeMap;

use super::authority::{
    Asked, Right, principal, right_of_other, right_to_act, right_to_task, voter,
};
use super::facts::{Facts, Here};
use super::find::{find_action, find_task};
use super::outside::Outside;
use super::referring::refuse_unmet;
use super::walk::Walk;
use super::{act_of, after_start, in_order, in_play, task_of};
use crate::model::address::StepPath;
use crate::model::case::{Case, OpenTask};
use crate::model::command::{ChangeTask, CompleteStep, Request, TakeAction};
use crate::model::consequence::{Consequence, Holder};
use crate::model::definition::{Action, Definition, Outcome, Step, Target, Task};
use crate::model::event::{
    ActionTaken, Authority, CaseEvent, StepCompleted, TaskChange, TaskChanged,
};
use crate::model::known::Undecided;
use crate::model::names::{Name, PersonId};
use crate::model::people::Person;
use crate::model::refusal::{Place, Refusal, TaskFault, Why};

pub(super) fn complete<'d>(
    case: &Case,
    root: &'d Definition,
    command: &CompleteStep,
    outside: &mut Outside<'d>,
) -> Result<CaseEvent, Undecided> {
    in_play(case, command.expected)?;
    let request = &command.request;
    let open = find_task(case, root, &command.step)?;
    let place = Place { step: Some(open.step.to_string()), ..Place::default() };
    let mut decided = || {
        let here = Here::at(case, root, &open.step.block)?;
        let (step, task) = task_of(here.definition, &open.step)?;
        let asked = Asked { case, here: &here, task };
        let right = right_to_task(asked, &open, request, outside)?;
        let outcome = outcome_of(step, &command.outcome)?;
        after_start(case, request)?;
        in_order(request, outcome.reason_required, &outcome.form)?;
        refuse_unmet(&outcome.form, &request.form, outside)?;
        may_be_taken(&here, step, outcome)?;
        let facts = Facts::of_act(request, right.role.as_ref(), right.authority, &case.starter);
        let mut walk = Walk::new(root, case.clone(), request.occurred_at, outside)?;
        walk.allow(&open.step.block, &outcome.rules, &facts)?;
        if let Some(ballot) = &open.handling.ballot
            && votes_for(&open, &outcome.name) + 1 < ballot.need
        {
            return vote(walk, &open, task, outcome, &right, request);
        }
        report(&mut walk, &right, &open.step);
        walk.assign(&open.step.block, &step.set, &facts)?;
        walk.take(&open.step, outcome, &facts)?;
        Ok(CaseEvent::StepCompleted(StepCompleted {
            step: open.step.clone(),
            outcome: outcome.name.clone(),
            act: act_of(request, right),
            consequences: walk.finish()?,
        }))
    };
    decided().map_err(|stop: Undecided| stop.at(place))
}

fn outcome_of<'a>(step: &'a Step, name: &str) -> Result<&'a Outcome, Refusal> {
    let place = || Place { outcome: Some(name.chars().take(80).collect()), ..Place::default() };
    let by_people = || step.outcomes.iter().filter(|outcome| !outcome.automatic);
    match step.outcome(name) {
        Some(outcome) if outcome.automatic => {
            Err(Refusal::from(Why::Task(TaskFault::OutcomeAutomatic {})).at(place()))
        }
        Some(outcome) => Ok(outcome),
        None => {
            let known = by_people().map(|outcome| outcome.name.to_string()).collect();
            Err(Refusal::from(Why::OutcomeUnknown { known }).at(place()))
        }
    }
}

fn may_be_taken(here: &Here<'_>, step: &Step, outcome: &Outcome) -> Result<(), Why> {
    match (super::spent(here.frame, &step.name, outcome), outcome.at_most) {
        (true, Some(max)) => Err(Why::Task(TaskFault::OutcomeSpent { max })),
        (true, None) | (false, _) => Ok(()),
    }
}

fn votes_for(open: &OpenTask<'_>, outcome: &Name) -> u32 {
    open.handling.votes.values().filter(|vote| *vote == outcome).count() as u32
}

/// A vote that does not decide yet; if no outcome can be decided any more, the step ends by saying so.
fn vote(
    mut walk: Walk<'_, '_>,
    open: &OpenTask<'_>,
    task: &Task,
    outcome: &Outcome,
    right: &Right,
    request: &Request,
) -> Result<CaseEvent, Undecided> {
    let (step, by) = (open.step.clone(), voter(right, request).clone());
    report(&mut walk, right, &open.step);
    walk.emit(Consequence::VoteCast { step: step.clone(), by, outcome: outcome.name.clone() });
    give_up(&mut walk, open, task)?;
    Ok(CaseEvent::TaskChanged(TaskChanged {
        step,
        change: TaskChange::Vote(outcome.name.clone()),
        act: act_of(request, right.clone()),
        consequences: walk.finish()?,
    }))
}

/// Ends a vote that no outcome can win any more.
fn give_up(walk: &mut Walk<'_, '_>, open: &OpenTask<'_>, task: &Task) -> Result<(), Undecided> {
    let Some(impossible) = task.quorum.as_ref().and_then(|quorum| quorum.impossible.as_ref())
    else {
        return Ok(());
    };
    let now = walk.case.open_tasks().into_iter().find(|now| now.step == open.step);
    let Some(handling) = now.map(|now| now.handling.clone()) else { return Ok(()) };
    let Some((need, of)) = handling.ballot.as_ref().and_then(|b| Some((b.need, b.of?))) else {
        return Ok(());
    };
    let mut counts: BTreeMap<&Name, u32> = BTreeMap::new();
    handling.votes.values().for_each(|vote| *counts.entry(vote).or_default() += 1);
    let cast = handling.votes.len() as u32;
    let lost =
        handling.recused.iter().filter(|person| !handling.votes.contains_key(*person)).count();
    let listed = handling.ballot.as_ref().map(|ballot| &ballot.people);
    // A replacement who is among those who vote anyway brings no vote of their own.
    let new = |person: &&PersonId| listed.is_none_or(|people| !people.contains(*person));
    let lost =
        (lost as u32).saturating_sub(handling.replacements.iter().filter(new).count() as u32);
    let left = of.saturating_sub(cast).saturating_sub(lost);
    let best = counts.values().max().copied().unwrap_or(0);
    match best + left < need {
        true => walk.take_named(&open.step, impossible.as_str(), &walk.automatic()),
        false => Ok(()),
    }
}

/// A deputy owes the absent person a report of what was done in their place.
fn report(walk: &mut Walk<'_, '_>, right: &Right, step: &StepPath) {
    if let (Authority::Deputy, Some(to)) = (right.authority, &right.on_behalf_of) {
        walk.emit(Consequence::ReportOwed { to: to.clone(), step: step.clone() });
    }
}

pub(super) fn act<'d>(
    case: &Case,
    root: &'d Definition,
    command: &TakeAction,
    outside: &mut Outside<'d>,
) -> Result<CaseEvent, Undecided> {
    in_play(case, command.expected)?;
    let request = &command.request;
    let path = find_action(case, root, &command.action)?;
    let place = Place { step: Some(path.to_string()), ..Place::default() };
    let mut decided = || {
        let here = Here::at(case, root, &path.block)?;
        let action = here
            .definition
            .action(path.step.as_str())
            .ok_or_else(|| Why::ActionUnknown { known: Vec::new() })?;
        let right = right_to_act(case, &here, action, request)?;
        after_start(case, request)?;
        in_order(request, action.reason_required, &action.form)?;
        refuse_unmet(&action.form, &request.form, outside)?;
        is_possible_now(&here, action)?;
        let facts = Facts::of_act(request, right.role.as_ref(), right.authority, &case.starter);
        let mut walk = Walk::new(root, case.clone(), request.occurred_at, outside)?;
        report(&mut walk, &right, &path);
        walk.allow(&path.block, &action.rules, &facts)?;
        if action.once {
            walk.emit(Consequence::ActionCounted { action: path.clone() });
        }
        if let Some(by) = action.extends {
            let dues = walk.case.running().into_iter().filter(|running| {
                let named = action.during.is_empty() || action.during.contains(&running.step.step);
                named && running.path.block.frame() == path.block.frame()
            });
            let dues: Vec<_> = dues.map(|running| running.path).collect();
            walk.extend(&dues, by)?;
        }
        walk.effect(&path.block, &action.set, &action.moves, &facts)?;
        if let Some(target) = &action.target {
            match (&action.leaves, target) {
                (Some(step), _) => walk.leave(&path.block.step(step)),
                (None, Target::Step(_)) => walk.leave_line(&path.block),
                (None, Target::End(_) | Target::Done(_)) => walk.leave_all(&path.block),
            }
            walk.go_to(&path.block, target);
        }
        let (act, consequences) = (act_of(request, right), walk.finish()?);
        Ok(CaseEvent::ActionTaken(ActionTaken { action: path.clone(), act, consequences }))
    };
    decided().map_err(|stop: Undecided| stop.at(place))
}

fn is_possible_now(here: &Here<'_>, action: &Action) -> Result<(), Why> {
    let active = |step: &Name| here.frame.is_active(step.as_str());
    if !action.during.is_empty() && !action.during.iter().any(active) {
        let during = action.during.iter().map(Name::as_str).collect::<Vec<_>>().join(", ");
        return Err(Why::Task(TaskFault::ActionNotNow { during }));
    }
    let visit = here.frame.visits.get(&action.name);
    match action.once && visit.is_some_and(|visit| visit.taken.contains_key(&action.name)) {
        true => Err(Why::Task(TaskFault::ActionSpent {})),
        false => Ok(()),
    }
}

pub(super) fn change<'d>(
    case: &Case,
    root: &'d Definition,
    command: &ChangeTask,
    outside: &mut Outside<'d>,
) -> Result<CaseEvent, Undecided> {
    if let TaskChange::TakeNote = command.change {
        return take_note(case, root, command, outside);
    }
    in_play(case, command.expected)?;
    let request = &command.request;
    let open = find_task(case, root, &command.step)?;
    let place = Place { step: Some(open.step.to_string()), ..Place::default() };
    let mut decided = || {
        let here = Here::at(case, root, &open.step.block)?;
        let (_, task) = task_of(here.definition, &open.step)?;
        let asked = Asked { case, here: &here, task };
        let right = right_to_task(asked, &open, request, outside)?;
        after_start(case, request)?;
        in_order(request, false, &super::no_form())?;
        let consequence = changed(asked, &open, command, &right, outside)?;
        let mut walk = Walk::new(root, case.clone(), request.occurred_at, outside)?;
        let unowned = left_by_delegate(&open, &consequence);
        walk.emit(consequence);
        unowned.into_iter().for_each(|consequence| walk.emit(consequence));
        give_up(&mut walk, &open, task)?;
        Ok(CaseEvent::TaskChanged(TaskChanged {
            step: open.step.clone(),
            change: command.change.clone(),
            act: act_of(request, right),
            consequences: walk.finish()?,
        }))
    };
    decided().map_err(|stop: Undecided| stop.at(place))
}

fn changed(
    asked: Asked<'_>,
    open: &OpenTask<'_>,
    command: &ChangeTask,
    right: &Right,
    outside: &Outside<'_>,
) -> Result<Consequence, Undecided> {
    let step = open.step.clone();
    let whose = || principal(right, &command.request).clone();
    let assigned = |to: Option<PersonId>| Consequence::TaskAssigned { step: step.clone(), to };
    match &command.change {
        // What somebody takes in another's place is the other's, or it would be nobody's when their right ends.
        TaskChange::Claim => Ok(assigned(Some(whose()))),
        TaskChange::Unclaim => Ok(assigned(None)),
        TaskChange::Assign(_) => {
            let other = other(command)?;
            right_of_other(asked, open, other, &command.request, outside)?;
            Ok(assigned(Some(other.id.clone())))
        }
        TaskChange::Delegate(_) => {
            Ok(Consequence::TaskDelegated { step, from: whose(), to: other(command)?.id.clone() })
        }
        TaskChange::Recuse(replacement) => {
            let person = voter(right, &command.request).clone();
            replaceable(open, &person, replacement.as_ref())?;
            Ok(Consequence::PersonRecused { step, person, replaced_by: replacement.clone() })
        }
        TaskChange::Vote(_) | TaskChange::TakeNote => {
            Err(Why::Task(TaskFault::ChangeNotPossible {}).into())
        }
    }
}

/// A task that belongs to a delegate of somebody who steps back is given back: the delegate's right ends with theirs.
fn left_by_delegate(open: &OpenTask<'_>, change: &Consequence) -> Option<Consequence> {
    let Consequence::PersonRecused { step, person, .. } = change else { return None };
    let assigned = open.handling.assigned.as_ref()?;
    let delegate = open.handling.delegates.get(assigned) == Some(person);
    delegate.then(|| Consequence::TaskAssigned { step: step.clone(), to: None })
}

fn other(command: &ChangeTask) -> Result<&Person, Why> {
    command.other.as_ref().ok_or(Why::Task(TaskFault::ChangeNotPossible {}))
}

/// Where nobody else could complete the task, whoever steps back has to say who will: somebody who has not stepped
/// back, or the task would be nobody's.
fn replaceable(open: &OpenTask<'_>, person: &PersonId, by: Option<&PersonId>) -> Result<(), Why> {
    let recused = |by: &&PersonId| *by == person || open.handling.recused.contains(*by);
    if let Some(by) = by.filter(recused) {
        return Err(Why::Task(TaskFault::Recused { person: by.to_string() }));
    }
    match (open.holder, by) {
        (Holder::Starter(_) | Holder::Person(_), None) => {
            Err(Why::Task(TaskFault::ReplacementMissing {}))
        }
        (Holder::People(people), None) => {
            let left = people.iter().any(|other| !recused(&other));
            left.then_some(()).ok_or(Why::Task(TaskFault::ReplacementMissing {}))
        }
        (Holder::Roles { .. }, None) | (_, Some(_)) => Ok(()),
    }
}

fn take_note<'d>(
    case: &Case,
    root: &'d Definition,
    command: &ChangeTask,
    outside: &mut Outside<'d>,
) -> Result<CaseEvent, Undecided> {
    let (request, to) = (&command.request, &command.request.by.id);
    let mine = case
        .reports
        .iter()
        .find(|report| report.to == *to && report.step.answers_to(&command.step));
    let unknown = || Why::Task(TaskFault::ReportUnknown { person: to.to_string() });
    let step = mine.map(|report| report.step.clone()).ok_or_else(unknown)?;
    let mut walk = Walk::new(root, case.clone(), request.occurred_at, outside)?;
    walk.emit(Consequence::ReportTaken { to: to.clone(), step: step.clone() });
    Ok(CaseEvent::TaskChanged(TaskChanged {
        step,
        change: TaskChange::TakeNote,
        act: act_of(request, Right::own(None)),
        consequences: walk.finish()?,
    }))
}
