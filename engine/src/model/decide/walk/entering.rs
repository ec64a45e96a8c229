//! Entering a step: what it begins to wait for.

use super::super::authority::{people_of, person_of, scope_of};
use super::*;
use crate::limits::{CALL_DEPTH_MAX, ITEMS_MAX};
use crate::model::consequence::{Ballot, Holder, Item, StepClock, WaitsFor};
use crate::model::definition::{
    Auto, By, Call, Callee, Each, Electorate, Parallel, Quorum, Task, Wait,
};
use crate::model::names::PersonId;
use crate::model::refusal::{OutsideFault, TaskFault};

impl<'d> Walk<'d, '_> {
    pub(super) fn enter(&mut self, path: &StepPath) -> Result<(), Undecided> {
        self.count(path)?;
        self.leave_detached(path);
        let entered = self.enter_kind(path).map_err(|stop| stop.at(at_step(path)));
        entered.and_then(|()| self.begin_background(path))
    }

    /// The branches that still run from the last time it was active.
    fn leave_detached(&mut self, path: &StepPath) {
        if self.case.active(path).is_some_and(|active| active.detached) {
            self.leave(path);
        }
    }

    fn enter_kind(&mut self, path: &StepPath) -> Result<(), Undecided> {
        let step = self.step(path)?;
        match &step.kind {
            StepKind::Task(task) => self.enter_task(path, step, task),
            StepKind::Auto(auto) => self.enter_auto(path, step, auto),
            StepKind::Decide => self.choose(path, &self.automatic()),
            StepKind::Wait(wait) => self.enter_wait(path, wait),
            StepKind::Parallel(parallel) => self.enter_parallel(path, step, parallel, false),
            StepKind::Each(each) => self.enter_each(path, step, each),
            StepKind::Call(call) => self.enter_call(path, step, call),
            StepKind::Spawn(spawn) => self.spawn(path, spawn),
            StepKind::Send(send) => self.send(path, send),
        }
    }

    /// Begins the background of a workflow that has just begun, or that begins with a step.
    pub(super) fn begin_background(&mut self, entered: &StepPath) -> Result<(), Undecided> {
        let frame = entered.block.frame();
        if frame != entered.block || !self.case.is_open() {
            return Ok(());
        }
        // A step that passed at once may have ended the workflow it was in.
        let Ok(definition) = self.definition(&frame) else { return Ok(()) };
        for beside in &definition.background {
            let path = frame.step(&beside.step.name);
            let begins = beside.from.as_ref().is_none_or(|from| *from == entered.step);
            let visits = &self.here(&frame)?.frame.visits;
            let begun = visits.get(&beside.step.name).is_some_and(|visit| visit.entered > 0);
            if let (true, false, StepKind::Parallel(parallel)) = (begins, begun, &beside.step.kind)
            {
                self.enter_parallel(&path, &beside.step, parallel, true)?;
            }
        }
        Ok(())
    }

    fn entered(&mut self, path: &StepPath, waits: WaitsFor, clock: StepClock, beside: bool) {
        self.emit(Consequence::StepEntered { step: path.clone(), waits, clock, beside });
    }

    fn enter_task(&mut self, path: &StepPath, step: &Step, task: &Task) -> Result<(), Undecided> {
        let (holder, ballot) = (self.holder_of(path, task)?, self.ballot_of(path, task)?);
        let mut clock = self.clock_of(path, step, self.at)?;
        let due = clock.due.take();
        self.entered(path, WaitsFor::Task { holder, due, quorum: ballot }, clock, false);
        Ok(())
    }

    /// Who may complete a task now.
    pub(super) fn holder_of(&self, path: &StepPath, task: &Task) -> Result<Holder, Why> {
        let (facts, here) = (self.automatic(), self.here(&path.block)?);
        Ok(match &task.by {
            By::Starter => Holder::Starter(self.case.starter.clone()),
            By::Person(expression) => Holder::Person(person_of(&here, &facts, expression)?),
            By::People(expression) => Holder::People(people_of(&here, &facts, expression)?),
            By::Roles(roles) => {
                let scope = scope_of(task.scope.as_ref(), &here, &facts)?;
                Holder::Roles { roles: roles.clone(), scope }
            }
        })
    }

    /// How many have to agree, if one is not enough.
    pub(super) fn ballot_of(&self, path: &StepPath, task: &Task) -> Result<Option<Ballot>, Why> {
        let (facts, here) = (self.automatic(), self.here(&path.block)?);
        task.quorum.as_ref().map(|quorum| ballot(quorum, &here, &facts)).transpose()
    }

    fn enter_auto(&mut self, path: &StepPath, step: &Step, auto: &Auto) -> Result<(), Undecided> {
        let input = self.automatic().assign(&self.here(&path.block)?, &auto.with)?;
        let clock = self.clock_of(path, step, self.at)?;
        let handler = auto.handler.clone();
        self.entered(path, WaitsFor::Auto { handler, input }, clock, false);
        Ok(())
    }

    fn enter_wait(&mut self, path: &StepPath, wait: &Wait) -> Result<(), Undecided> {
        let letter = wait.message.as_ref().and_then(|message| {
            self.case.mailbox.iter().find(|letter| letter.message == *message).cloned()
        });
        if let Some(letter) = letter {
            self.emit(Consequence::MessageTaken { message: letter.message });
            let facts = Facts { form: Some(&letter.form), ..self.automatic() };
            return self.take_named(path, RECEIVED, &facts);
        }
        let clock = self.clock_of_wait(path, wait, self.at)?;
        self.entered(path, WaitsFor::Event { message: wait.message.clone() }, clock, false);
        Ok(())
    }

    fn enter_parallel(
        &mut self,
        path: &StepPath,
        step: &Step,
        parallel: &Parallel,
        beside: bool,
    ) -> Result<(), Undecided> {
        let names = parallel.branches.iter().map(|branch| branch.name.clone()).collect();
        let clock = self.clock_of(path, step, self.at)?;
        self.entered(path, WaitsFor::Branches(names), clock, beside);
        let firsts = parallel.branches.iter().rev();
        self.moves.extend(firsts.map(|b| Move::Enter(path.branch(&b.name).step(&b.first))));
        Ok(())
    }

    fn enter_each(&mut self, path: &StepPath, step: &Step, each: &Each) -> Result<(), Undecided> {
        let values = self.items_of(path, each)?;
        let kept = self.here(&path.block)?.frame.visits.get(&step.name).map(|visit| &visit.kept);
        let mut kept = kept.cloned().unwrap_or_default();
        let mut keeps = |value: &Json| match kept.iter().position(|known| known == value) {
            Some(at) => {
                kept.remove(at);
                each.keep.clone()
            }
            None => None,
        };
        let item = |(at, value): (usize, Json)| {
            Ok(Item { branch: item_branch(at)?, kept: keeps(&value), value })
        };
        let items: Vec<Item> =
            values.into_iter().enumerate().map(item).collect::<Result<_, Why>>()?;
        let fresh = items.iter().filter(|item| item.kept.is_none());
        let first = fresh.map(|item| path.branch(&item.branch).step(&each.first));
        let begin: Vec<StepPath> = first.take(if each.in_turn { 1 } else { usize::MAX }).collect();
        let clock = self.clock_of(path, step, self.at)?;
        self.entered(path, WaitsFor::Items(items), clock, false);
        // Below the items on the stack: a list that is empty, or whose items all keep their result, is done.
        self.moves.push(Move::Finish(path.clone()));
        self.moves.extend(begin.into_iter().rev().map(Move::Enter));
        Ok(())
    }

    /// The items of a list as they are now.
    pub(super) fn items_of(&self, path: &StepPath, each: &Each) -> Result<Vec<Json>, Why> {
        let here = self.here(&path.block)?;
        let values = match self.automatic().evaluate(&here, &each.list)? {
            Json::Array(values) => values,
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => {
                Vec::new()
            }
        };
        match values.len() > ITEMS_MAX {
            true => Err(Why::Outside(OutsideFault::TooManyItems {
                items: values.len(),
                max: ITEMS_MAX,
            })),
            false => Ok(values),
        }
    }

    fn enter_call(&mut self, path: &StepPath, step: &Step, call: &Call) -> Result<(), Undecided> {
        let address = path.to_string();
        let depth = path.block.0.iter().filter(|segment| segment.branch.is_none()).count();
        if depth >= CALL_DEPTH_MAX {
            return Err(Why::CallsTooDeep { step: address, max: CALL_DEPTH_MAX }.into());
        }
        let (here, facts) = (self.here(&path.block)?, self.automatic());
        let name = match &call.callee {
            Callee::One(name) => name,
            Callee::Chosen { choose, among } => {
                let value = facts.evaluate(&here, choose)?;
                let value = value.as_str().unwrap_or_default().to_owned();
                among.get(&value).ok_or(Why::NothingToCall { step: address.clone(), value })?
            }
        };
        let called = self.called(path, name)?;
        let form = facts.give(&here, &call.with, &called.start.form)?;
        self.passes(path, called, &form)?;
        let clock = self.clock_of(path, step, self.at)?;
        let (workflow, data) = (called.reference.clone(), called.defaults.clone());
        self.entered(path, WaitsFor::Call { workflow, data }, clock, false);
        self.begin(&path.called(), called, &Facts { form: Some(&form), ..self.automatic() })
    }

    /// The workflow of that name, in the version that was fixed when the calling one was published; itself, under its
    /// own name.
    pub(super) fn called(&self, path: &StepPath, name: &Name) -> Result<&'d Definition, Why> {
        let own = self.definition(&path.block)?;
        if own.reference.name == *name {
            return Ok(own);
        }
        let unknown = || Why::NothingToCall { step: path.to_string(), value: name.to_string() };
        own.called.get(name).map(AsRef::as_ref).ok_or_else(unknown)
    }

    /// Begins a workflow: its data, its background, its first step.
    pub(in super::super) fn begin(
        &mut self,
        block: &BlockPath,
        definition: &Definition,
        facts: &Facts<'_>,
    ) -> Result<(), Undecided> {
        self.assign(block, &definition.start.set, facts)?;
        self.go_to(block, &definition.start.to);
        Ok(())
    }
}

/// The outcome of a wait when the message comes.
pub(in super::super) const RECEIVED: &str = "received";
/// The outcome of a wait for a message when the time comes first.
pub(in super::super) const EXPIRED: &str = "expired";

/// The branch of an item, by its place among all that ever were in the step.
pub(super) fn item_branch(at: usize) -> Result<Name, Why> {
    Name::new(format!("i{}", at + 1)).map_err(|error| Why::CaseFaulty { fault: error.to_string() })
}

fn ballot(quorum: &Quorum, here: &Here<'_>, facts: &Facts<'_>) -> Result<Ballot, Why> {
    let people: Vec<PersonId> = match &quorum.of {
        Electorate::Open | Electorate::Count(_) => Vec::new(),
        Electorate::People(list) => {
            let ids = facts.evaluate(here, list)?;
            let ids = ids.as_array().into_iter().flatten().filter_map(Json::as_str);
            ids.filter_map(|id| PersonId::new(id).ok()).collect()
        }
    };
    let people: std::collections::BTreeSet<PersonId> = people.into_iter().collect();
    let of = match &quorum.of {
        Electorate::Open => None,
        Electorate::Count(count) => Some(*count),
        Electorate::People(_) => Some(people.len().try_into().unwrap_or(u32::MAX)),
    };
    let need = quorum.need.of(of.unwrap_or(0));
    match of {
        Some(of) if need > of => Err(Why::Task(TaskFault::QuorumTooLarge { need, of })),
        Some(_) | None => Ok(Ballot { need, of, people }),
    }
}
