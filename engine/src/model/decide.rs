//! Deciding: a case, its definition, a command and what is known outside give one event, or a refusal. Pure: nothing
//! here reads a clock, a disk or another case (I4). The rules are asked in the order of [`Why`]'s variants.

mod able;
mod authority;
mod effects;
mod facts;
mod find;
mod naming;
mod others;
mod outside;
mod people;
mod referring;
mod walk;

use chrono::{DateTime, Utc};
use dure_storage::StreamVersion;

use self::authority::{Right, RoleHeld, in_whose_place};
use self::outside::Outside;
use self::referring::refuse_unmet;
use self::walk::Walk;
use super::address::{BlockPath, StepPath};
use super::case::{Case, Frame, Status};
use super::command::{Command, Request, StartCase};
use super::consequence::Object;
use super::definition::{Definition, Guard, Outcome, Step, StepKind, Task};
use super::event::{Act, CaseEvent, CaseStarted};
use super::evolve::evolve;
use super::form::Form;
use super::known::{Decided, Known, Undecided};
use super::migration::migrate;
use super::names::Name;
use super::privacy::{refuse_personal, refuse_personal_text, refuse_unsealed};
use super::refusal::{Place, Why};
use crate::limits::REASON_BYTES_MAX;

pub use self::able::{may_complete, roles_of};
pub use self::facts::{Facts, Here};
pub use self::find::possible_actions;
use self::naming::naming_roles;
pub(super) use self::walk::{TakingOver, take_over};

/// What an accepted command makes happen.
///
/// # Errors
/// The first rule that says no, and where; or a fact from outside the case that has to be brought first.
pub fn decide(
    case: &Case,
    definition: &Definition,
    command: &Command,
    known: &Known,
) -> Result<Decided, Undecided> {
    let place = Place {
        case: Some(case.id.clone()),
        workflow: Some(definition.reference.to_string()),
        ..Place::default()
    };
    let mut outside = Outside::new(known);
    let outside_mut = &mut outside;
    let event = match command {
        Command::Complete(command) => people::complete(case, definition, command, outside_mut),
        Command::Act(command) => people::act(case, definition, command, outside_mut),
        Command::Change(command) => people::change(case, definition, command, outside_mut),
        Command::Fire(command) => others::fire(case, definition, command, outside_mut),
        Command::Answer(command) => others::answer(case, definition, command, outside_mut),
        Command::Fail(command) => effects::fail(case, definition, command, outside_mut),
        Command::Retry(command) => effects::retry(case, definition, command, outside_mut),
        Command::Receive(command) => others::receive(case, definition, command, outside_mut),
        Command::MoveDues(command) => others::move_dues(case, definition, command, outside_mut),
        Command::Migrate(command) => migrate(case, definition, command, known),
    };
    let event = event.map_err(|stop| naming_roles(stop.at(place), definition))?;
    Ok(Decided { event, others: outside.into_others() })
}

/// What starting a case makes happen.
///
/// # Errors
/// As [`decide`].
pub fn start(
    definition: &Definition,
    command: &StartCase,
    known: &Known,
) -> Result<Decided, Undecided> {
    let place = Place {
        case: Some(command.case.clone()),
        workflow: Some(definition.reference.to_string()),
        ..Place::default()
    };
    let mut outside = Outside::new(known);
    let event = begin(definition, command, &mut outside);
    let event = event.map_err(|stop| naming_roles(stop.at(place), definition))?;
    Ok(Decided { event, others: outside.into_others() })
}

fn begin<'d>(
    definition: &'d Definition,
    command: &StartCase,
    outside: &mut Outside<'d>,
) -> Result<CaseEvent, Undecided> {
    let (start, request) = (&definition.start, &command.request);
    let right = right_to_start(definition, None, request)?;
    in_order(request, false, &start.form)?;
    refuse_unmet(&start.form, &request.form, outside)?;
    refuse_personal_text("case", command.case.as_str())?;
    let sheet = command.imported.as_ref().and_then(|imported| imported.sheet.as_deref());
    refuse_personal_text("sheet", sheet.unwrap_or_default())?;
    let starter = request.on_behalf_of.as_ref().unwrap_or_else(|| in_whose_place(request));
    let (role, authority) = (right.role.clone(), right.authority);
    let mut started = CaseStarted {
        case: command.case.clone(),
        workflow: definition.reference.clone(),
        starter: starter.id.clone(),
        act: act_of(request, right),
        parent: None,
        imported: command.imported.clone(),
        data: definition.defaults.clone(),
        consequences: Vec::new(),
    };
    let case = just_started(&started, request.occurred_at)?;
    let facts = Facts::of_act(request, role.as_ref(), authority, &starter.id);
    in_scope(definition, &case, &facts, request)?;
    let mut walk = Walk::new(definition, case, request.occurred_at, outside)?;
    walk.allow(&BlockPath::root(), &start.rules, &facts)?;
    walk.begin(&BlockPath::root(), definition, &facts)?;
    started.consequences = walk.finish()?;
    Ok(CaseEvent::Started(started))
}

/// Refuses a start where the role is not held in the scope that what was filled in asks for.
fn in_scope(
    definition: &Definition,
    case: &Case,
    facts: &Facts<'_>,
    request: &Request,
) -> Result<(), Why> {
    let here = Here::at(case, definition, &BlockPath::root())?;
    let scope = authority::scope_of(definition.start.scope.as_ref(), &here, facts)?;
    let Some(scope) = scope else { return Ok(()) };
    right_to_start(definition, Some(&scope), request).map(|_| ())
}

fn right_to_start(
    definition: &Definition,
    scope: Option<&str>,
    request: &Request,
) -> Result<Right, Why> {
    let start = &definition.start;
    let held = RoleHeld { roles: &start.by, scope };
    held.right(&start.entered_by, start.on_behalf_of.as_ref(), request)
}

fn just_started(started: &CaseStarted, occurred_at: DateTime<Utc>) -> Result<Case, Why> {
    let event = CaseEvent::Started(started.clone());
    let version = StreamVersion::NONE.next();
    evolve(None, &super::event::Happened { version, occurred_at, event }).ok_or(Why::CaseUnknown)
}

/// Refuses whoever asks for a case to be migrated that cannot be, or not then.
pub(super) fn may_ask(case: &Case, request: &Request) -> Result<(), Why> {
    in_play(case, None)?;
    after_start(case, request)?;
    in_order(request, false, &no_form())
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
    fits(form, &request.form)?;
    refuse_personal(&request.form, request.reason.as_deref())
}

/// Refuses what was filled in if some of it stands in a personal field or breaks the form.
fn fits(form: &Form, filled: &Object) -> Result<(), Why> {
    refuse_unsealed(form, filled)?;
    form.check(filled).map_err(|violations| Why::FormInvalid { violations })
}

fn act_of(request: &Request, right: Right) -> Act {
    let Right { role, for_role, authority, on_behalf_of } = right;
    let (reason, form) = (request.reason.clone(), request.form.clone());
    Act { by: request.by.id.clone(), role, for_role, authority, on_behalf_of, reason, form }
}

/// Whether an outcome was taken as often as it may be.
fn spent(frame: &Frame, step: &Name, outcome: &Outcome) -> bool {
    let taken = frame.visits.get(step).and_then(|visit| visit.taken.get(&outcome.name));
    outcome.at_most.is_some_and(|max| taken.copied().unwrap_or(0) >= max)
}

/// The form of an act that fills in nothing.
fn no_form() -> Form {
    Form::empty()
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
        Some(_) | None => Err(Why::CaseFaulty {
            fault: format!("{path} is not a task of {}", definition.reference),
        }),
    }
}

/// Whether the rules of an outcome or action would let somebody pass with an empty form; `None` if that depends on
/// what is filled in.
pub fn rules_now(
    case: &Case,
    root: &Definition,
    block: &BlockPath,
    rules: &[Guard],
    at: DateTime<Utc>,
) -> Option<bool> {
    let here = Here::at(case, root, block).ok()?;
    let facts = Facts { now: Some(at), ..Facts::automatic(&case.starter) };
    let open = rules.iter().map(|rule| facts.holds(&here, &rule.when).ok());
    open.collect::<Option<Vec<bool>>>().map(|open| open.into_iter().all(|open| open))
}

/// The name of the one outcome of a step that has just `to`.
pub fn done_name() -> Name {
    Name::new("done").expect("`done` is a name")
}
