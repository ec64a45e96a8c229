//! What nobody does as a person: the clock, a handler, a message from another case, a calendar that changed, a case
//! that another starts.

use chrono::{DateTime, Utc};

use super::authority::{on_behalf, right_by_role};
use super::facts::{Facts, Here};
use super::outside::Outside;
use super::referring::refuse_unmet;
use super::walk::{EXPIRED, RECEIVED, Walk, at_step};
use super::{act_of, fits, in_order, in_play};
use crate::limits::MAILBOX_MAX;
use crate::model::address::{BlockPath, StepPath};
use crate::model::case::{Case, Parent, Waits};
use crate::model::command::{AnswerAuto, FireTimer, MoveDues, ReceiveMessage, Sender};
use crate::model::consequence::{Consequence, Object, TimerKind};
use crate::model::definition::{Definition, Message};
use crate::model::event::{
    Act, Authority, AutoCompleted, CaseEvent, CaseStarted, DuesMoved, MessageReceived, TimerFired,
};
use crate::model::known::Undecided;
use crate::model::names::{CaseId, PersonId};
use crate::model::privacy::refuse_personal;
use crate::model::refusal::{OutsideFault, Place, Refusal, Why};

pub(super) fn fire<'d>(
    case: &Case,
    root: &'d Definition,
    command: &FireTimer,
    outside: &mut Outside<'d>,
) -> Result<CaseEvent, Undecided> {
    in_play(case, None)?;
    let (path, timer) = (&command.step, &command.timer);
    let active = case.active(path).filter(|active| case.clock_runs(active));
    if active.and_then(|active| active.clock.timers.first()) != Some(timer) {
        return Err(Why::Outside(OutsideFault::TimerGone { step: path.to_string() }).into());
    }
    let mut walk = Walk::new(root, case.clone(), timer.at, outside)?;
    let facts = walk.automatic();
    match &timer.does {
        TimerKind::Remind { .. } => {
            walk.spend_timer(path);
            walk.emit(Consequence::Reminded { step: path.clone() });
        }
        TimerKind::Escalate { to, .. } => {
            walk.spend_timer(path);
            walk.emit(Consequence::Escalated { step: path.clone(), to: to.clone() });
        }
        TimerKind::Expire { outcome } => walk.take_named(path, outcome.as_str(), &facts)?,
        TimerKind::Wake {} => walk.wake(path)?,
    }
    let (step, timer) = (path.clone(), timer.clone());
    Ok(CaseEvent::TimerFired(TimerFired { step, timer, consequences: walk.finish()? }))
}

impl Walk<'_, '_> {
    /// The time came that a step waits for.
    fn wake(&mut self, path: &StepPath) -> Result<(), Undecided> {
        let facts = self.automatic();
        match self.case.active(path).map(|active| &active.waits) {
            Some(Waits::Event { message: Some(_) }) => self.take_named(path, EXPIRED, &facts),
            _ => self.choose(path, &facts),
        }
    }
}

pub(super) fn answer<'d>(
    case: &Case,
    root: &'d Definition,
    command: &AnswerAuto,
    outside: &mut Outside<'d>,
) -> Result<CaseEvent, Undecided> {
    in_play(case, None)?;
    let path = &command.step;
    let late = || Why::Outside(OutsideFault::AnswerLate { step: path.to_string() });
    let handler = match case.active(path).map(|active| &active.waits) {
        Some(Waits::Auto { handler, entry, .. }) if *entry == command.entry => handler.clone(),
        _ => return Err(late().into()),
    };
    let mut walk = Walk::new(root, case.clone(), command.occurred_at, outside)?;
    let step = walk.step(path)?;
    let known =
        || step.outcomes.iter().filter(|o| !o.automatic).map(|o| o.name.to_string()).collect();
    let outcome = step.outcome(&command.outcome).filter(|outcome| !outcome.automatic);
    let outcome = outcome.ok_or_else(|| Why::OutcomeUnknown { known: known() })?;
    let valid = fits(&outcome.form, &command.form);
    let valid = valid.and_then(|()| refuse_personal(&command.form, None));
    valid.map_err(|why| Refusal::from(why).at(at_step(path)))?;
    refuse_unmet(&outcome.form, &command.form, &*walk.outside)
        .map_err(|stop| stop.at(at_step(path)))?;
    let facts = Facts { form: Some(&command.form), ..walk.automatic() };
    walk.allow(&path.block, &outcome.rules, &facts)?;
    walk.assign(&path.block, &step.set, &facts)?;
    walk.take(path, outcome, &facts)?;
    Ok(CaseEvent::AutoCompleted(AutoCompleted {
        step: path.clone(),
        entry: command.entry,
        handler,
        outcome: outcome.name.clone(),
        form: command.form.clone(),
        consequences: walk.finish()?,
    }))
}

pub(super) fn receive<'d>(
    case: &Case,
    root: &'d Definition,
    command: &ReceiveMessage,
    outside: &mut Outside<'d>,
) -> Result<CaseEvent, Undecided> {
    in_play(case, None)?;
    let waiting = waiting_for(case, &command.message);
    let block = waiting.as_ref().map_or_else(BlockPath::root, |path| path.block.clone());
    let definition = Here::at(case, root, &block)?.definition;
    let names = definition.messages.iter().map(|message| message.name.as_str());
    let known = || names.clone().collect::<Vec<_>>().join(", ");
    let message = definition.message(&command.message);
    let message =
        message.ok_or_else(|| Why::Outside(OutsideFault::MessageUnknown { known: known() }))?;
    let place = waiting.as_ref().map_or_else(Place::default, at_step);
    let (form, at, from, act) =
        sent(message, &command.from).map_err(|why| Refusal::from(why).at(place.clone()))?;
    if act.is_some() {
        refuse_unmet(&message.form, form, outside).map_err(|stop| stop.at(place))?;
    }
    let mut walk = Walk::new(root, case.clone(), at, outside)?;
    match &waiting {
        Some(path) => {
            let facts = Facts { form: Some(form), ..walk.automatic() };
            walk.take_named(path, RECEIVED, &facts)?;
        }
        None if !message.keep => {
            return Err(Why::Outside(OutsideFault::MessageNotAwaited {
                message: message.name.to_string(),
            })
            .into());
        }
        None if case.mailbox.len() >= MAILBOX_MAX => {
            return Err(Why::Outside(OutsideFault::MailboxFull { max: MAILBOX_MAX }).into());
        }
        None => {
            let (message, form) = (message.name.clone(), form.clone());
            walk.emit(Consequence::MessageKept { message, form });
        }
    }
    Ok(CaseEvent::MessageReceived(MessageReceived {
        message: message.name.clone(),
        form: if act.is_none() { form.clone() } else { Object::new() },
        from,
        act,
        consequences: walk.finish()?,
    }))
}

fn waiting_for(case: &Case, message: &str) -> Option<StepPath> {
    case.running().into_iter().find_map(|running| match &running.step.waits {
        Waits::Event { message: Some(wanted) } if wanted.as_str() == message => Some(running.path),
        _ => None,
    })
}

type Sent<'a> = (&'a Object, DateTime<Utc>, Option<CaseId>, Option<Act>);

fn sent<'a>(message: &Message, from: &'a Sender) -> Result<Sent<'a>, Why> {
    match from {
        Sender::Case { case, form, at } => {
            fits(&message.form, form)?;
            Ok((form, *at, Some(case.clone()), None))
        }
        Sender::Person(request) => {
            let right = right_by_role(&message.by, None, request)?;
            let right = on_behalf(None, request, right)?;
            in_order(request, false, &message.form)?;
            let act = act_of(request, right);
            Ok((&request.form, request.occurred_at, None, Some(act)))
        }
    }
}

pub(super) fn move_dues<'d>(
    case: &Case,
    root: &'d Definition,
    command: &MoveDues,
    outside: &mut Outside<'d>,
) -> Result<CaseEvent, Undecided> {
    in_play(case, None)?;
    let version = outside.calendar(Some(&command.calendar))?.map_or(0, |calendar| calendar.version);
    let mut walk = Walk::new(root, case.clone(), command.at, outside)?;
    walk.recalculate(&command.calendar)?;
    let (calendar, consequences) = (command.calendar.clone(), walk.finish()?);
    Ok(CaseEvent::DuesMoved(DuesMoved { calendar, version, consequences }))
}

/// A case that a step of another starts.
pub(super) struct Spawning {
    /// Its number or name.
    pub(super) case: CaseId,
    /// Where it comes from.
    pub(super) parent: Parent,
    /// The person it is for.
    pub(super) starter: PersonId,
    /// Its start form, which has been checked.
    pub(super) form: Object,
    /// When.
    pub(super) at: DateTime<Utc>,
}

pub(super) fn spawned<'d>(
    definition: &'d Definition,
    begun: Spawning,
    outside: &mut Outside<'d>,
) -> Result<CaseEvent, Undecided> {
    let Spawning { case, parent, starter, form, at } = begun;
    let act = Act {
        by: starter.clone(),
        role: None,
        for_role: None,
        authority: Authority::Spawned,
        on_behalf_of: None,
        reason: None,
        form,
    };
    let mut started = CaseStarted {
        case,
        workflow: definition.reference.clone(),
        starter,
        act,
        parent: Some(parent),
        imported: None,
        data: definition.defaults.clone(),
        consequences: Vec::new(),
    };
    let begun = super::just_started(&started, at)?;
    let form = started.act.form.clone();
    let mut walk = Walk::new(definition, begun, at, outside)?;
    let facts = Facts { form: Some(&form), ..walk.automatic() };
    walk.begin(&BlockPath::root(), definition, &facts)?;
    started.consequences = walk.finish()?;
    Ok(CaseEvent::Started(started))
}
