//! Deciding: a case, its definition and a command give one event, or a refusal. Pure: nothing here reads a
//! clock, a disk or another case (I4). The rules are asked in the order of [`Why`]'s variants.

mod authority;
mod facts;
mod walk;

use chrono::{DateTime, Utc};
use dure_storage::StreamVersion;

use self::authority::{authorize, exclude_same_person, holder_words};
use self::facts::Facts;
use self::walk::Walk;
use super::address::{BlockPath, StepPath};
use super::case::{Case, Frame, OpenTask, Status};
use super::command::{ActingRole, Command, CompleteStep, Request, StartCase, TakeAction};
use super::consequence::Holder;
use super::definition::{Action, By, Definition, Guard, Outcome, Step, StepKind, Task};
use super::event::{Act, ActionTaken, Authority, CaseEvent, CaseStarted, StepCompleted};
use super::evolve::evolve;
use super::form::Form;
use super::names::Name;
use super::people::Person;
use super::refusal::{ActiveNow, Place, Refusal, Why};
use crate::limits::REASON_BYTES_MAX;

pub use self::authority::scope_of;

/// What an accepted command makes happen.
///
/// # Errors
/// The first rule that says no, and where.
pub fn decide(
    case: &Case,
    definition: &Definition,
    command: &Command,
) -> Result<CaseEvent, Refusal> {
    let place = Place {
        case: Some(case.id.clone()),
        workflow: Some(definition.reference.to_string()),
        ..Place::default()
    };
    let decided = match command {
        Command::Complete(command) => complete(case, definition, command),
        Command::Act(command) => act(case, definition, command),
    };
    decided.map_err(|refusal| refusal.at(place))
}

/// What starting a case makes happen.
///
/// # Errors
/// The first rule that says no, and where.
pub fn start(definition: &Definition, command: &StartCase) -> Result<CaseEvent, Refusal> {
    let place = Place {
        case: Some(command.case.clone()),
        workflow: Some(definition.reference.to_string()),
        ..Place::default()
    };
    begin(definition, command).map_err(|refusal| refusal.at(place))
}

fn begin(definition: &Definition, command: &StartCase) -> Result<CaseEvent, Refusal> {
    let (start, request) = (&definition.start, &command.request);
    let role = authorize(&start.by, None, &request.by)?;
    let starter = starter_of(definition, command)?;
    in_order(request, false, &start.form)?;
    let mut started = CaseStarted {
        case: command.case.clone(),
        workflow: definition.reference.clone(),
        starter: starter.id.clone(),
        act: act_of(request, Some(role.clone()), command.on_behalf_of.as_ref()),
        data: definition.defaults.clone(),
        consequences: Vec::new(),
    };
    let case = just_started(&started, request.occurred_at);
    let facts = Facts::of_act(request, Some(&role), &starter.id);
    let mut walk = Walk::new(definition, case, request.occurred_at);
    walk.assign(&BlockPath::root(), &start.set, &facts)?;
    started.consequences = walk.follow(&BlockPath::root(), &start.to)?;
    Ok(CaseEvent::Started(started))
}

fn starter_of<'a>(definition: &Definition, command: &'a StartCase) -> Result<&'a Person, Why> {
    let Some(other) = &command.on_behalf_of else { return Ok(&command.request.by) };
    let person = other.id.to_string();
    match &definition.start.on_behalf_of {
        Some(role) if other.holds(role) => Ok(other),
        wanted => Err(Why::OnBehalf { person, wanted: wanted.as_ref().map(ToString::to_string) }),
    }
}

fn just_started(started: &CaseStarted, occurred_at: DateTime<Utc>) -> Case {
    let event = CaseEvent::Started(started.clone());
    let version = StreamVersion::NONE.next();
    evolve(None, &super::event::Happened { version, occurred_at, event })
        .expect("the event that starts a case gives a case")
}

fn complete(case: &Case, root: &Definition, command: &CompleteStep) -> Result<CaseEvent, Refusal> {
    in_play(case, command.expected)?;
    let request = &command.request;
    let open = find_task(case, root, &command.step)?;
    let place = Place { step: Some(open.step.to_string()), ..Place::default() };
    let decided = || {
        let (definition, frame) = frame_at(case, root, &open.step.block)?;
        let (step, task) = task_of(definition, &open.step)?;
        let role = may_complete(case, frame, &open, task, &request.by)?;
        let outcome = outcome_of(step, &command.outcome)?;
        after_start(case, request)?;
        in_order(request, outcome.reason_required, &outcome.form)?;
        let facts = Facts::of_act(request, role.as_ref(), &case.starter);
        let mut walk = Walk::new(root, case.clone(), request.occurred_at);
        walk.allow(&open.step.block, outcome.guard.as_ref(), &facts)?;
        walk.assign(&open.step.block, &step.set, &facts)?;
        walk.assign(&open.step.block, &outcome.set, &facts)?;
        let consequences = walk.complete(&open.step, outcome)?;
        Ok(CaseEvent::StepCompleted(StepCompleted {
            step: open.step.clone(),
            outcome: outcome.name.clone(),
            act: act_of(request, role, None),
            consequences,
        }))
    };
    decided().map_err(|refusal: Refusal| refusal.at(place))
}

fn act(case: &Case, root: &Definition, command: &TakeAction) -> Result<CaseEvent, Refusal> {
    in_play(case, command.expected)?;
    let request = &command.request;
    let path = find_action(case, root, &command.action)?;
    let place = Place { step: Some(path.to_string()), ..Place::default() };
    let decided = || {
        let (definition, frame) = frame_at(case, root, &path.block)?;
        let action = definition
            .action(path.step.as_str())
            .ok_or_else(|| Why::ActionUnknown { known: Vec::new() })?;
        let role = may_act(case, definition, frame, action, request)?;
        after_start(case, request)?;
        in_order(request, action.reason_required, &action.form)?;
        let facts = Facts::of_act(request, role.as_ref(), &case.starter);
        let mut walk = Walk::new(root, case.clone(), request.occurred_at);
        walk.allow(&path.block, action.guard.as_ref(), &facts)?;
        walk.assign(&path.block, &action.set, &facts)?;
        walk.leave_all(&path.block);
        let consequences = walk.follow(&path.block, &action.target)?;
        let act = act_of(request, role, None);
        Ok(CaseEvent::ActionTaken(ActionTaken { action: path.clone(), act, consequences }))
    };
    decided().map_err(|refusal: Refusal| refusal.at(place))
}

fn after_start(case: &Case, request: &Request) -> Result<(), Why> {
    match request.occurred_at < case.opened_at {
        true => {
            let (occurred_at, opened_at) = (request.occurred_at, case.opened_at);
            Err(Why::BeforeStart { occurred_at, opened_at })
        }
        false => Ok(()),
    }
}

fn in_play(case: &Case, expected: Option<StreamVersion>) -> Result<(), Why> {
    if let Some(fault) = &case.fault {
        return Err(Why::CaseFaulty { fault: fault.clone() });
    }
    if let Status::Closed { outcome, at } = &case.status {
        return Err(Why::CaseClosed { outcome: outcome.to_string(), at: *at });
    }
    match expected {
        Some(expected) if expected != case.version => {
            Err(Why::Stale { expected, actual: case.version })
        }
        Some(_) | None => Ok(()),
    }
}

fn in_order(request: &Request, reason_required: bool, form: &Form) -> Result<(), Why> {
    if request.occurred_at > request.recorded_at {
        let Request { occurred_at, recorded_at, .. } = *request;
        return Err(Why::InFuture { occurred_at, recorded_at });
    }
    let reason = request.reason.as_deref().unwrap_or_default().trim();
    if reason_required && reason.is_empty() {
        return Err(Why::ReasonMissing);
    }
    if reason.len() > REASON_BYTES_MAX {
        return Err(Why::ReasonTooLong { bytes: reason.len(), max: REASON_BYTES_MAX });
    }
    form.check(&request.form).map_err(|violations| Why::FormInvalid { violations })
}

fn act_of(request: &Request, role: ActingRole, on_behalf_of: Option<&Person>) -> Act {
    Act {
        by: request.by.id.clone(),
        role,
        authority: on_behalf_of.map_or(Authority::Own, |_| Authority::OnBehalf),
        on_behalf_of: on_behalf_of.map(|person| person.id.clone()),
        reason: request.reason.clone(),
        form: request.form.clone(),
    }
}

/// The definition and the running frame a block belongs to.
pub fn frame_at<'c, 'd>(
    case: &'c Case,
    root: &'d Definition,
    block: &BlockPath,
) -> Result<(&'d Definition, &'c Frame), Why> {
    let fault = || Why::CaseFaulty { fault: format!("there is no running block {block}") };
    let frame = case.frame(block).ok_or_else(fault)?;
    let definition = called_definition(case, root, block).ok_or_else(fault)?;
    Ok((definition, frame))
}

fn called_definition<'d>(
    case: &Case,
    root: &'d Definition,
    block: &BlockPath,
) -> Option<&'d Definition> {
    let mut definition = root;
    for depth in 1..=block.0.len() {
        if block.0[depth - 1].branch.is_none() {
            let frame = case.frame(&BlockPath(block.0[..depth].to_vec()))?;
            definition = definition.called.get(&frame.workflow.name)?;
        }
    }
    Some(definition)
}

/// The step and the task at an address.
pub fn task_of<'a>(
    definition: &'a Definition,
    path: &StepPath,
) -> Result<(&'a Step, &'a Task), Why> {
    let step = definition.step(path.step.as_str());
    match step.map(|step| (step, &step.kind)) {
        Some((step, StepKind::Task(task))) => Ok((step, task)),
        Some((_, StepKind::Decide | StepKind::Parallel(_) | StepKind::Call(_))) | None => {
            Err(Why::CaseFaulty {
                fault: format!("{path} is not a task of {}", definition.reference),
            })
        }
    }
}

fn outcome_of<'a>(step: &'a Step, name: &str) -> Result<&'a Outcome, Refusal> {
    step.outcome(name).ok_or_else(|| {
        let known = step.outcomes.iter().map(|o| o.name.to_string()).collect();
        let place = Place { outcome: Some(name.chars().take(80).collect()), ..Place::default() };
        Refusal::from(Why::OutcomeUnknown { known }).at(place)
    })
}

fn may_complete(
    case: &Case,
    frame: &Frame,
    open: &OpenTask<'_>,
    task: &Task,
    person: &Person,
) -> Result<ActingRole, Why> {
    let role = match open.holder {
        Holder::Roles { roles, scope } => Some(authorize(roles, scope.as_deref(), person)?),
        Holder::Starter(starter) if *starter == person.id => None,
        Holder::Starter(starter) => {
            let wanted = starter.to_string();
            return Err(Why::RoleMissing { person: person.id.to_string(), wanted });
        }
    };
    exclude_same_person(case, frame, &task.not_same_as, person)?;
    Ok(role)
}

fn may_act(
    case: &Case,
    definition: &Definition,
    frame: &Frame,
    action: &Action,
    request: &Request,
) -> Result<ActingRole, Why> {
    let person = &request.by;
    match &action.by {
        By::Starter if case.starter == person.id => Ok(None),
        By::Starter => {
            let wanted = case.starter.to_string();
            Err(Why::RoleMissing { person: person.id.to_string(), wanted })
        }
        By::Roles(roles) => {
            let facts = Facts::of_act(request, None, &case.starter);
            let scope = scope_of(action.scope.as_ref(), definition, frame, &facts)?;
            authorize(roles, scope.as_deref(), person).map(Some)
        }
    }
}

fn find_task<'a>(case: &'a Case, root: &Definition, text: &str) -> Result<OpenTask<'a>, Refusal> {
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

/// Every action of the workflows running in a case, addressed.
pub fn possible_actions<'a>(case: &Case, root: &'a Definition) -> Vec<(StepPath, &'a Action)> {
    let running = case.frames();
    let actions = running.iter().filter_map(|(block, _)| {
        let definition = called_definition(case, root, block)?;
        Some(definition.actions.iter().map(move |action| (block.step(&action.name), action)))
    });
    actions.flatten().collect()
}

fn find_action(case: &Case, root: &Definition, text: &str) -> Result<StepPath, Refusal> {
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

/// Whether the guard of an outcome or action would let this person pass with an empty form; `None` if that
/// depends on what is filled in.
pub fn guard_now(
    case: &Case,
    root: &Definition,
    block: &BlockPath,
    guard: &Guard,
    at: DateTime<Utc>,
) -> Option<bool> {
    let (definition, frame) = frame_at(case, root, block).ok()?;
    let facts = Facts { now: Some(at), ..Facts::automatic(&case.starter) };
    facts.holds(definition, frame, &guard.when).ok()
}

/// The name of the one outcome of a step that has just `to`.
pub fn done_name() -> Name {
    Name::new("done").expect("`done` is a name")
}
