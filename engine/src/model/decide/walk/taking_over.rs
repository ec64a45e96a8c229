//! Active steps under another version of their workflow: who holds them, what they wait for, and what the clock does
//! to them from then on.

use super::super::authority::{self, Asked};
use super::*;
use crate::model::address::StepPath;
use crate::model::case::{ActiveStep, Branch, Waits};
use crate::model::command::Request;
use crate::model::consequence::{ClockChange, StepClock, TimerKind, WaitsFor};
use crate::model::definition::{Each, Task};
use crate::model::event::Dues;
use crate::model::known::{Fact, Known};
use crate::model::names::PersonId;
use crate::model::people::Person;
use crate::model::refusal::MigrationFault;

/// A case that is about to go on under another version.
pub(in crate::model) struct TakingOver<'a> {
    /// The case as it is.
    pub(in crate::model) case: &'a Case,
    /// The version.
    pub(in crate::model) to: &'a Definition,
    /// What becomes of the clocks.
    pub(in crate::model) dues: Dues,
    /// When.
    pub(in crate::model) at: DateTime<Utc>,
    /// Its active steps as they are addressed now and then.
    pub(in crate::model) steps: &'a [(StepPath, StepPath)],
    /// What becomes true first: names, versions, data.
    pub(in crate::model) before: Vec<Consequence>,
}

/// What keeps a step from being taken over, by its address now.
type Found = Vec<(String, Why)>;

/// Everything that becomes true, and what stands in the way.
pub(in crate::model) fn take_over(
    taking: TakingOver<'_>,
    known: &Known,
) -> Result<(Vec<Consequence>, Found), Fact> {
    let mut outside = Outside::new(known);
    let TakingOver { case, to, dues, at, steps, before } = taking;
    let was_stuck = case.is_stuck();
    let mut walk = match Walk::new(to, case.clone(), at, &mut outside) {
        Ok(walk) => walk,
        Err(Undecided::Refused(refusal)) => {
            return Ok((Vec::new(), vec![(String::new(), refusal.why)]));
        }
        Err(Undecided::Lacking(fact)) => return Err(fact),
    };
    before.into_iter().for_each(|consequence| walk.emit(consequence));
    let mut found = Found::new();
    for (was, path) in steps {
        let mut told = |why: Why| found.push((was.to_string(), why));
        match walk.take_over_step(path, dues, &mut told) {
            Ok(()) => {}
            Err(Undecided::Refused(refusal)) => told(refusal.why),
            Err(Undecided::Lacking(fact)) => return Err(fact),
        }
    }
    match walk.settle_clock() {
        Ok(()) => {}
        Err(Undecided::Refused(refusal)) => found.push((String::new(), refusal.why)),
        Err(Undecided::Lacking(fact)) => return Err(fact),
    }
    walk.settle_flags();
    let fault = walk.case.fault.clone().map(|fault| Why::CaseFaulty { fault });
    found.extend(fault.map(|why| (String::new(), why)));
    if walk.case.is_stuck() && !was_stuck {
        found.push((String::new(), MigrationFault::Stuck {}.into()));
    }
    Ok((walk.consequences, found))
}

impl Walk<'_, '_> {
    fn take_over_step(
        &mut self,
        path: &StepPath,
        dues: Dues,
        told: &mut dyn FnMut(Why),
    ) -> Result<(), Undecided> {
        let step = self.step(path)?;
        let Some(active) = self.case.active(path).cloned() else { return Ok(()) };
        match (&active.waits, &step.kind) {
            (Waits::Task { .. }, StepKind::Task(task)) => {
                self.take_over_task(path, step, task, &active, told)?;
            }
            (Waits::Event { message }, StepKind::Wait(wait)) if *message != wait.message => {
                let waits = WaitsFor::Event { message: wait.message.clone() };
                let (step, escalated) = (path.clone(), Vec::new());
                self.emit(Consequence::WaitChanged { step, waits, escalated });
            }
            (Waits::Branches(branches), StepKind::Each(each)) => {
                if !self.has_the_same_items(path, each, branches)? {
                    told(MigrationFault::ListChanged {}.into());
                }
            }
            // What else a step waits for does not change: its branches, the workflow it called, its handler.
            (
                Waits::Task { .. }
                | Waits::Auto { .. }
                | Waits::Event { .. }
                | Waits::Branches(_)
                | Waits::Call(_),
                _,
            ) => {}
        }
        self.take_over_clock(path, step, &active, dues, told)
    }

    fn take_over_task(
        &mut self,
        path: &StepPath,
        step: &Step,
        task: &Task,
        active: &ActiveStep,
        told: &mut dyn FnMut(Why),
    ) -> Result<(), Undecided> {
        let Waits::Task { holder: was_held_by, handling, .. } = &active.waits else {
            return Ok(());
        };
        let holder = self.holder_of(path, task)?;
        let quorum = self.ballot_of(path, task)?;
        let voted = |outcome: &Name| step.outcome(outcome.as_str()).is_some();
        let counted_otherwise = quorum != handling.ballot || !handling.votes.values().all(voted);
        if !handling.votes.is_empty() && counted_otherwise {
            told(MigrationFault::BallotOpen {}.into());
        }
        let roles = &self.definition(&path.block)?.roles;
        for role in handling.escalated.iter().filter(|role| !roles.contains_key(*role)) {
            told(MigrationFault::RoleGone { role: role.to_string() }.into());
        }
        if holder != *was_held_by || quorum != handling.ballot {
            let waits = WaitsFor::Task { holder, due: None, quorum };
            let (step, escalated) = (path.clone(), handling.escalated.clone());
            self.emit(Consequence::WaitChanged { step, waits, escalated });
        }
        self.excluded(path, task, told)
    }

    /// Who has the task, or let somebody do it, and may not by the new version.
    fn excluded(
        &self,
        path: &StepPath,
        task: &Task,
        told: &mut dyn FnMut(Why),
    ) -> Result<(), Undecided> {
        let here = self.here(&path.block)?;
        let open = self.case.open_tasks().into_iter().find(|open| open.step == *path);
        let Some(open) = open else { return Ok(()) };
        let asked = Asked { case: &self.case, here: &here, task };
        let mut tell = |id: &PersonId| {
            told(MigrationFault::PersonExcluded { person: id.to_string() }.into());
        };
        let has = open.handling.assigned.iter().chain(open.handling.delegates.keys());
        for id in has.filter(|id| !open.handling.votes.contains_key(*id)) {
            if !authority::still_may(asked, &open, id, &self.asked_by(id), self.outside)? {
                tell(id);
            }
        }
        for id in open.handling.delegates.values() {
            let request = self.asked_by(id);
            let holds = self.outside.person(id)?.is_some_and(|person| {
                authority::right_of_holder(&self.case, &here, &open, person, &request).is_ok()
            });
            if !holds {
                tell(id);
            }
        }
        Ok(())
    }

    fn asked_by(&self, id: &PersonId) -> Request {
        Request {
            by: Person::new(id.clone(), Vec::new()),
            deputy_of: None,
            on_behalf_of: None,
            occurred_at: self.at,
            recorded_at: self.at,
            reason: None,
            form: Object::new(),
        }
    }

    /// Whether a repeated step would go on with the items it has, and has begun all that it would have begun.
    fn has_the_same_items(
        &self,
        path: &StepPath,
        each: &Each,
        branches: &[Branch],
    ) -> Result<bool, Undecided> {
        let mut wanted = self.items_of(path, each)?;
        let running = branches.iter().filter(|branch| !branch.withdrawn);
        let mut waiting = running.clone().filter(|b| b.result.is_none() && b.block.is_idle());
        for item in running.filter_map(|branch| branch.item.as_ref()) {
            match wanted.iter().position(|value| value == item) {
                Some(at) => {
                    wanted.remove(at);
                }
                None => return Ok(false),
            }
        }
        Ok(wanted.is_empty() && (each.in_turn || waiting.next().is_none()))
    }

    fn take_over_clock(
        &mut self,
        path: &StepPath,
        step: &Step,
        active: &ActiveStep,
        dues: Dues,
        told: &mut dyn FnMut(Why),
    ) -> Result<(), Undecided> {
        let timed = match &step.kind {
            StepKind::Wait(wait) => wait.until.is_some(),
            _ => step.due().is_some(),
        };
        let runs = active.due().is_some();
        let before = StepClock { due: active.due(), ..active.clock.clone() };
        let clock = match (timed, dues) {
            (false, _) => StepClock { pauses: step.pauses(), ..StepClock::default() },
            (true, Dues::Kept) if runs => StepClock { pauses: step.pauses(), ..before.clone() },
            (true, Dues::Kept | Dues::Anew) => self.clock_since(path, step, active)?,
        };
        for does in self.unfit_timers(path, step, &clock)? {
            told(MigrationFault::TimerUnfit { does }.into());
        }
        if clock != before {
            let (step, why) = (path.clone(), ClockChange::Migrated);
            self.emit(Consequence::ClockSet { step, clock, why });
        }
        Ok(())
    }

    /// The clock of the new version, from when the step was entered; nobody is called in twice.
    fn clock_since(
        &self,
        path: &StepPath,
        step: &Step,
        active: &ActiveStep,
    ) -> Result<StepClock, Undecided> {
        let mut clock = match &step.kind {
            StepKind::Wait(wait) => self.clock_of_wait(path, wait, active.since)?,
            _ => self.clock_of(path, step, active.since)?,
        };
        if let Waits::Task { handling, .. } = &active.waits {
            let called_in = |kind: &TimerKind| matches!(kind, TimerKind::Escalate { to, .. } if handling.escalated.contains(to));
            clock.timers.retain(|timer| !called_in(&timer.does));
        }
        Ok(clock)
    }

    /// What timers would come to that the new version does not have.
    fn unfit_timers(
        &self,
        path: &StepPath,
        step: &Step,
        clock: &StepClock,
    ) -> Result<Vec<String>, Why> {
        let roles = &self.definition(&path.block)?.roles;
        let unfit = |kind: &TimerKind| match kind {
            TimerKind::Expire { outcome } => {
                let known = step.outcome(outcome.as_str()).is_some_and(|o| o.automatic);
                (!known).then(|| outcome.to_string())
            }
            TimerKind::Escalate { to, .. } => (!roles.contains_key(to)).then(|| to.to_string()),
            TimerKind::Remind { .. } | TimerKind::Wake {} => None,
        };
        Ok(clock.timers.iter().filter_map(|timer| unfit(&timer.does)).collect())
    }
}
