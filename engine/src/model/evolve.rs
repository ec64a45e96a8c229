//! Folding: a case and one event give the next case. Total over every event ever written (I5): an event that
//! contradicts the state marks the case as faulty, keeps its history, and never panics.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::account::AccountRef;
use super::address::{BlockPath, NewNames, StepPath};
use super::case::{
    ActiveStep, Block, Branch, Case, Completion, Frame, Handling, Letter, Link, RaisedFlag, Report,
    Status, Visit, Waits,
};
use super::consequence::{
    ClockChange, Consequence, Failing, Item, Moved, Object, StepClock, WaitsFor,
};
use super::definition::start_name;
use super::event::{CaseEvent, CaseStarted, Happened, StepCompleted, TaskChange, TaskChanged};
use super::names::{Name, PersonId};

/// The case after one more event; `None` as long as none has started it.
pub fn evolve(case: Option<Case>, happened: &Happened) -> Option<Case> {
    evolve_watched(case, happened, |_, _| {})
}

/// The same; `before` sees the case right before each consequence.
pub(crate) fn evolve_watched(
    case: Option<Case>,
    happened: &Happened,
    mut before: impl FnMut(&Case, &Consequence),
) -> Option<Case> {
    let mut case = match (case, &happened.event) {
        (None, CaseEvent::Started(started)) => begin(started, happened.occurred_at),
        (Some(case), CaseEvent::Started(_)) => fault(case, "it was started twice"),
        (Some(case), _) => case,
        (None, _) => return None,
    };
    if case.version.0.checked_add(1) != Some(happened.version.0) {
        let gap = format!("version {} follows version {}", happened.version, case.version);
        case = fault(case, &gap);
    }
    case.version = happened.version;
    remember(&mut case, happened);
    for consequence in happened.event.consequences() {
        before(&case, consequence);
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
        Consequence::StepEntered { step, waits, clock, beside } => {
            let active = begin_step(case, step, waits, clock, at);
            active.and_then(|active| enter(case, step, active, *beside))
        }
        Consequence::StepPassed { step, outcome, counted } => pass(case, step, outcome, *counted),
        Consequence::StepCompleted { step, outcome, counted } => {
            complete(case, step, outcome, *counted)
        }
        Consequence::StepDetached { step, outcome, counted } => {
            detach(case, step, outcome, *counted)
        }
        Consequence::StepLeft { step } => leave(case, step),
        Consequence::BlockEnded { block, result } => end_block(case, block, result.clone()),
        Consequence::CaseClosed { end } => {
            case.status = Status::Closed { outcome: end.clone(), at };
            Some(())
        }
        Consequence::ClockSet { step, clock, why } => set_clock(case, step, clock, why),
        Consequence::ClockStopped {} => {
            case.stopped_at = Some(at);
            Some(())
        }
        Consequence::ClockResumed {} => {
            case.stopped_at = None;
            Some(())
        }
        Consequence::Reminded { step } => case.active(step).map(|_| ()),
        Consequence::Escalated { step, to } => {
            handle(case, step, |handling| handling.escalated.push(to.clone()))
        }
        Consequence::TaskAssigned { step, to } => {
            handle(case, step, |handling| handling.assigned = to.clone())
        }
        Consequence::TaskDelegated { step, from, to } => handle(case, step, |handling| {
            handling.delegates.insert(to.clone(), from.clone());
        }),
        Consequence::PersonRecused { step, person, replaced_by } => {
            handle(case, step, |handling| {
                handling.assigned.take_if(|assigned| assigned == person);
                handling.recused.insert(person.clone());
                handling.replacements.extend(replaced_by.clone());
            })
        }
        Consequence::VoteCast { step, by, outcome } => handle(case, step, |handling| {
            handling.votes.insert(by.clone(), outcome.clone());
        }),
        Consequence::ReportOwed { to, step } => {
            case.reports.push(Report { to: to.clone(), step: step.clone(), at });
            Some(())
        }
        Consequence::ReportTaken { to, step } => take_report(case, to, step),
        Consequence::ItemAdded { step, item } => add_item(case, step, item),
        Consequence::ItemWithdrawn { block } => withdraw_item(case, block),
        Consequence::ResultsKept { step, items } => {
            let frame = case.frame.frame_mut(&step.block);
            frame.map(|frame| frame.visit_mut(&step.step).kept.clone_from(items))
        }
        Consequence::AccountMoved { block, kind, account, amount } => {
            move_reserved(case, block, *kind, account, amount.get())
        }
        Consequence::EffectFailed { step, failing } => fail(case, step, Some(failing.clone())),
        Consequence::EffectRetried { step } => fail(case, step, None),
        Consequence::CaseSpawned { case: id, workflow, link, .. } => {
            let (link, id) = (link.clone(), id.clone());
            case.links.push(Link { link, case: id, workflow: workflow.clone() });
            Some(())
        }
        Consequence::MessageSent { .. } => Some(()),
        Consequence::MessageKept { message, form } => {
            case.mailbox.push(Letter { message: message.clone(), form: form.clone() });
            Some(())
        }
        Consequence::MessageTaken { message } => take_letter(case, message),
        Consequence::WorkflowChanged { block, workflow } => {
            case.frame.frame_mut(block).map(|frame| frame.workflow = workflow.clone())
        }
        Consequence::StepsRenamed { block, steps, branches } => {
            let names = NewNames { steps, branches };
            // Flags of the workflow itself have names that the plan does not change.
            for raised in case.flags.iter_mut().filter(|raised| raised.flag.block != *block) {
                raised.flag = raised.flag.renamed(block, &names);
            }
            case.frame.frame_mut(block).and_then(|frame| rename(frame, &names))
        }
        Consequence::WaitChanged { step, waits, escalated } => {
            let active = case.frame.active_mut(step);
            active.and_then(|active| change_wait(active, waits, escalated))
        }
        Consequence::ActionCounted { action } => {
            let frame = case.frame.frame_mut(&action.block);
            frame.map(|frame| count(frame, &action.step, &action.step))
        }
        Consequence::FlagRaised { flag } => raise(case, flag, at),
        Consequence::FlagCleared { flag } => lower(case, flag),
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
        CaseEvent::TaskChanged(event) => note_vote(case, event),
        CaseEvent::ActionTaken(_)
        | CaseEvent::TimerFired(_)
        | CaseEvent::AutoCompleted(_)
        | CaseEvent::EffectFailed(_)
        | CaseEvent::EffectRetried(_)
        | CaseEvent::MessageReceived(_)
        | CaseEvent::DuesMoved(_)
        | CaseEvent::Migrated(_)
        | CaseEvent::Continued(_) => {}
    }
}

fn note_start(case: &mut Case, started: &CaseStarted) {
    let visit = case.frame.visits.entry(start_name()).or_default();
    visit.by.extend([started.act.by.clone(), started.starter.clone()]);
}

fn note_completion(case: &mut Case, event: &StepCompleted, at: DateTime<Utc>) {
    let Some(frame) = case.frame.frame_mut(&event.step.block) else { return };
    let visit = frame.visit_mut(&event.step.step);
    let by = event.act.by.clone();
    visit.by.insert(by.clone());
    visit.by.extend(event.act.on_behalf_of.clone());
    visit.last = Some(Completion { by, at, outcome: event.outcome.clone() });
}

/// Whoever votes, and for whom, has a hand in the step, also where it then ends without a decision.
fn note_vote(case: &mut Case, event: &TaskChanged) {
    let TaskChange::Vote(_) = event.change else { return };
    let Some(frame) = case.frame.frame_mut(&event.step.block) else { return };
    let visit = frame.visit_mut(&event.step.step);
    visit.by.insert(event.act.by.clone());
    visit.by.extend(event.act.on_behalf_of.clone());
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
        parent: started.parent.clone(),
        imported: started.imported.clone(),
        links: Vec::new(),
        mailbox: Vec::new(),
        reports: Vec::new(),
        effects: 0,
        flags: Vec::new(),
        stopped_at: None,
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

fn begin_step(
    case: &mut Case,
    step: &StepPath,
    waits: &WaitsFor,
    clock: &StepClock,
    at: DateTime<Utc>,
) -> Option<ActiveStep> {
    let visit = case.frame.frame_mut(&step.block)?.visit_mut(&step.step);
    visit.entered += 1;
    case.effects += u32::from(matches!(waits, WaitsFor::Auto { .. }));
    let waits = begin_waiting(waits, case.effects);
    let (step, clock) = (step.step.clone(), clock.clone());
    Some(ActiveStep { step, since: at, waits, clock, detached: false })
}

fn enter(case: &mut Case, step: &StepPath, active: ActiveStep, beside: bool) -> Option<()> {
    let block = case.frame.block_mut(&step.block)?;
    if beside {
        block.beside.push(active);
        return Some(());
    }
    block.active.replace(Box::new(active)).is_none().then_some(())
}

/// `effects` is the number of the effect, if it waits for one.
fn begin_waiting(waits: &WaitsFor, effects: u32) -> Waits {
    match waits {
        WaitsFor::Task { holder, due, quorum } => {
            let handling = Handling { ballot: quorum.clone(), ..Handling::default() };
            Waits::Task { holder: holder.clone(), due: *due, handling: Box::new(handling) }
        }
        WaitsFor::Auto { handler, input } => {
            let (handler, input) = (handler.clone(), input.clone());
            Waits::Auto { handler, input, entry: effects, failing: None }
        }
        WaitsFor::Event { message } => Waits::Event { message: message.clone() },
        WaitsFor::Branches(names) => Waits::Branches(names.iter().map(branch).collect()),
        WaitsFor::Items(items) => Waits::Branches(items.iter().map(item_branch).collect()),
        WaitsFor::Call { workflow, data } => {
            Waits::Call(Frame::begin(workflow.clone(), data.clone()))
        }
    }
}

fn branch(name: &Name) -> Branch {
    Branch {
        name: name.clone(),
        block: Block::default(),
        result: None,
        item: None,
        withdrawn: false,
    }
}

fn item_branch(item: &Item) -> Branch {
    let (result, value) = (item.kept.clone(), Some(item.value.clone()));
    Branch { result, item: value, ..branch(&item.branch) }
}

fn complete(case: &mut Case, step: &StepPath, outcome: &Name, counted: bool) -> Option<()> {
    leave(case, step)?;
    end(case, step, outcome, counted)
}

fn end(case: &mut Case, step: &StepPath, outcome: &Name, counted: bool) -> Option<()> {
    let frame = case.frame.frame_mut(&step.block)?;
    frame.visit_mut(&step.step).completed += 1;
    if counted {
        count(frame, &step.step, outcome);
    }
    Some(())
}

fn count(frame: &mut Frame, step: &Name, what: &Name) {
    *frame.visit_mut(step).taken.entry(what.clone()).or_default() += 1;
}

fn pass(case: &mut Case, step: &StepPath, outcome: &Name, counted: bool) -> Option<()> {
    case.frame.frame_mut(&step.block)?.visit_mut(&step.step).entered += 1;
    end(case, step, outcome, counted)
}

/// What a called workflow still had reserved passes to the one that called it.
fn leave(case: &mut Case, step: &StepPath) -> Option<()> {
    let left = case.frame.block_mut(&step.block)?.take(&step.step)?;
    inherit(case.frame.frame_mut(&step.block)?, &left);
    Some(())
}

fn inherit(frame: &mut Frame, left: &ActiveStep) {
    match &left.waits {
        Waits::Task { .. } | Waits::Auto { .. } | Waits::Event { .. } => {}
        Waits::Branches(branches) => {
            branches.iter().flat_map(|b| b.block.all()).for_each(|inner| inherit(frame, inner));
        }
        Waits::Call(called) => {
            called.block.all().for_each(|inner| inherit(frame, inner));
            for (account, amount) in &called.reserved {
                let reserved = frame.reserved.entry(account.clone()).or_default();
                // Saturates: a stored history must fold whatever stands in it.
                *reserved = reserved.saturating_add(*amount);
            }
        }
    }
}

fn detach(case: &mut Case, step: &StepPath, outcome: &Name, counted: bool) -> Option<()> {
    let block = case.frame.block_mut(&step.block)?;
    let mut active = *block.active.take_if(|active| active.step == step.step)?;
    active.detached = true;
    active.clock = StepClock::default();
    block.beside.push(active);
    end(case, step, outcome, counted)
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
        (
            Waits::Task { .. }
            | Waits::Auto { .. }
            | Waits::Event { .. }
            | Waits::Branches(_)
            | Waits::Call(_),
            _,
        ) => None,
    }
}

fn set_clock(case: &mut Case, step: &StepPath, clock: &StepClock, why: &ClockChange) -> Option<()> {
    let active = case.frame.active_mut(step)?;
    if let Waits::Task { due, .. } = &mut active.waits {
        *due = match why {
            ClockChange::Migrated => clock.due,
            ClockChange::Fired
            | ClockChange::Extended
            | ClockChange::Resumed
            | ClockChange::Calendar => clock.due.or(*due),
        };
    }
    active.clock = clock.clone();
    Some(())
}

fn handle(case: &mut Case, step: &StepPath, change: impl FnOnce(&mut Handling)) -> Option<()> {
    match &mut case.frame.active_mut(step)?.waits {
        Waits::Task { handling, .. } => {
            change(handling);
            Some(())
        }
        Waits::Auto { .. } | Waits::Event { .. } | Waits::Branches(_) | Waits::Call(_) => None,
    }
}

fn fail(case: &mut Case, step: &StepPath, now: Option<Failing>) -> Option<()> {
    match &mut case.frame.active_mut(step)?.waits {
        Waits::Auto { failing, .. } => {
            *failing = now;
            Some(())
        }
        Waits::Task { .. } | Waits::Event { .. } | Waits::Branches(_) | Waits::Call(_) => None,
    }
}

fn take_report(case: &mut Case, to: &PersonId, step: &StepPath) -> Option<()> {
    let at = case.reports.iter().position(|report| report.to == *to && report.step == *step)?;
    case.reports.remove(at);
    Some(())
}

fn add_item(case: &mut Case, step: &StepPath, item: &Item) -> Option<()> {
    match &mut case.frame.active_mut(step)?.waits {
        Waits::Branches(branches) => {
            branches.push(item_branch(item));
            Some(())
        }
        Waits::Task { .. } | Waits::Auto { .. } | Waits::Event { .. } | Waits::Call(_) => None,
    }
}

fn withdraw_item(case: &mut Case, path: &BlockPath) -> Option<()> {
    let name = path.0.last()?.branch.clone()?;
    let left: Vec<ActiveStep> = case.block(path)?.all().cloned().collect();
    let frame = case.frame.frame_mut(path)?;
    left.iter().for_each(|active| inherit(frame, active));
    match &mut case.frame.active_mut(&path.owner()?)?.waits {
        Waits::Branches(branches) => {
            let branch = branches.iter_mut().find(|branch| branch.name == name)?;
            branch.block = Block::default();
            branch.withdrawn = true;
            Some(())
        }
        Waits::Task { .. } | Waits::Auto { .. } | Waits::Event { .. } | Waits::Call(_) => None,
    }
}

fn move_reserved(
    case: &mut Case,
    block: &BlockPath,
    kind: Moved,
    account: &AccountRef,
    amount: i64,
) -> Option<()> {
    let reserved = &mut case.frame.frame_mut(block)?.reserved;
    let change = match kind {
        Moved::Reserved => amount,
        Moved::Committed | Moved::Released => -amount,
        Moved::TransferredOut | Moved::TransferredIn => return Some(()),
    };
    let now = reserved.remove(account).unwrap_or(0).saturating_add(change);
    if now != 0 {
        reserved.insert(account.clone(), now);
    }
    (now >= 0).then_some(())
}

/// All names change at once; steps that go by one name from now on have one history.
fn rename(frame: &mut Frame, names: &NewNames<'_>) -> Option<()> {
    let mut visits: BTreeMap<Name, Visit> = BTreeMap::new();
    for (step, visit) in std::mem::take(&mut frame.visits) {
        visits.entry(names.step(&step)).or_default().absorb(visit);
    }
    frame.visits = visits;
    rename_block(&mut frame.block, names)
}

fn rename_block(block: &mut Block, names: &NewNames<'_>) -> Option<()> {
    for active in block.active.as_deref_mut().into_iter().chain(&mut block.beside) {
        if let Waits::Branches(branches) = &mut active.waits {
            for branch in branches {
                branch.name = names.branch(&active.step, &branch.name);
                rename_block(&mut branch.block, names)?;
            }
        }
        active.step = names.step(&active.step);
    }
    let twice = block.all().any(|one| block.all().filter(|a| a.step == one.step).count() > 1);
    (!twice).then_some(())
}

fn change_wait(active: &mut ActiveStep, now: &WaitsFor, escalated: &[Name]) -> Option<()> {
    match (&mut active.waits, now) {
        (
            Waits::Task { holder, handling, .. },
            WaitsFor::Task { holder: new_holder, quorum, .. },
        ) => {
            *holder = new_holder.clone();
            handling.ballot.clone_from(quorum);
            handling.escalated = escalated.to_vec();
            Some(())
        }
        (Waits::Event { message }, WaitsFor::Event { message: new_message }) => {
            message.clone_from(new_message);
            Some(())
        }
        (
            Waits::Task { .. }
            | Waits::Auto { .. }
            | Waits::Event { .. }
            | Waits::Branches(_)
            | Waits::Call(_),
            _,
        ) => None,
    }
}

fn take_letter(case: &mut Case, message: &Name) -> Option<()> {
    let at = case.mailbox.iter().position(|letter| letter.message == *message)?;
    case.mailbox.remove(at);
    Some(())
}

fn raise(case: &mut Case, flag: &StepPath, since: DateTime<Utc>) -> Option<()> {
    if case.has_flag(flag) {
        return None;
    }
    case.flags.push(RaisedFlag { flag: flag.clone(), since });
    Some(())
}

fn lower(case: &mut Case, flag: &StepPath) -> Option<()> {
    let at = case.flags.iter().position(|raised| raised.flag == *flag)?;
    case.flags.remove(at);
    Some(())
}
