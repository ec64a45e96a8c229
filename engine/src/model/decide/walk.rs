//! Following a decision to where somebody has to act again: through automatic steps, into branches and called
//! workflows and out of them. Works on a copy of the case and writes down every consequence it makes true.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;

use super::super::address::{BlockPath, StepPath};
use super::super::case::{Case, Waits};
use super::super::consequence::{Consequence, Holder, Object, WaitsFor};
use super::super::definition::{
    Assignments, By, Call, Callee, Definition, Guard, Outcome, Step, StepKind, Target, Task,
};
use super::super::evolve::apply;
use super::super::names::Name;
use super::super::refusal::{Place, Refusal, Why};
use super::facts::Facts;
use super::{frame_at, scope_of};
use crate::limits::{AUTOMATIC_STEPS_MAX, CALL_DEPTH_MAX};

/// A walk through a definition.
pub(super) struct Walk<'d> {
    root: &'d Definition,
    case: Case,
    at: DateTime<Utc>,
    consequences: Vec<Consequence>,
    /// What is still to be done, last first: a stack of our own, so that no definition can exhaust the thread's.
    moves: Vec<Move>,
    steps: usize,
}

enum Move {
    Go(BlockPath, Target),
    Enter(StepPath),
    Finish(StepPath),
}

impl<'d> Walk<'d> {
    pub(super) fn new(root: &'d Definition, case: Case, at: DateTime<Utc>) -> Walk<'d> {
        Walk { root, case, at, consequences: Vec::new(), moves: Vec::new(), steps: 0 }
    }

    /// Refuses if a guard says no.
    pub(super) fn allow(
        &self,
        block: &BlockPath,
        guard: Option<&Guard>,
        facts: &Facts<'_>,
    ) -> Result<(), Refusal> {
        let Some(guard) = guard else { return Ok(()) };
        let (definition, frame) = frame_at(&self.case, self.root, block)?;
        if facts.holds(definition, frame, &guard.when)? {
            return Ok(());
        }
        let rule = guard.when.text().to_owned();
        Err(Why::GuardFalse { guard: rule, because: guard.because.clone() }.into())
    }

    /// Sets data.
    pub(super) fn assign(
        &mut self,
        block: &BlockPath,
        set: &Assignments,
        facts: &Facts<'_>,
    ) -> Result<(), Refusal> {
        let (definition, frame) = frame_at(&self.case, self.root, block)?;
        let values = facts.assign(definition, frame, set)?;
        if !values.is_empty() {
            self.emit(Consequence::DataSet { block: block.clone(), values });
        }
        Ok(())
    }

    /// Completes a task and follows its outcome.
    pub(super) fn complete(
        mut self,
        step: &StepPath,
        outcome: &Outcome,
    ) -> Result<Vec<Consequence>, Refusal> {
        self.emit(Consequence::StepCompleted { step: step.clone(), outcome: outcome.name.clone() });
        self.follow(&step.block, &outcome.target)
    }

    /// Leaves everything active in a block.
    pub(super) fn leave_all(&mut self, block: &BlockPath) {
        let active = self.case.block(block).and_then(|block| block.active.as_deref());
        if let Some(step) = active.map(|active| block.step(&active.step)) {
            self.emit(Consequence::StepLeft { step });
        }
    }

    /// Goes on until somebody has to act, and gives everything that became true on the way.
    pub(super) fn follow(
        mut self,
        block: &BlockPath,
        target: &Target,
    ) -> Result<Vec<Consequence>, Refusal> {
        self.moves.push(Move::Go(block.clone(), target.clone()));
        while let Some(next) = self.moves.pop() {
            match next {
                Move::Go(block, target) => self.go(&block, target),
                Move::Enter(step) => self.enter(&step),
                Move::Finish(step) => self.finish(&step),
            }?;
        }
        Ok(self.consequences)
    }

    fn emit(&mut self, consequence: Consequence) {
        apply(&mut self.case, &consequence, self.at);
        self.consequences.push(consequence);
    }

    fn go(&mut self, block: &BlockPath, target: Target) -> Result<(), Refusal> {
        match target {
            Target::Step(step) => self.moves.push(Move::Enter(block.step(&step))),
            Target::Done(result) => self.end_block(block.clone(), result),
            Target::End(end) => match block.frame() {
                frame if frame.owner().is_some() => self.end_block(frame, end),
                _ => self.emit(Consequence::CaseClosed { end }),
            },
        }
        Ok(())
    }

    fn end_block(&mut self, block: BlockPath, result: Name) {
        let owner = block.owner();
        self.emit(Consequence::BlockEnded { block, result });
        self.moves.extend(owner.map(Move::Finish));
    }

    fn enter(&mut self, path: &StepPath) -> Result<(), Refusal> {
        self.count(path)?;
        let step = self.step(path)?;
        match &step.kind {
            StepKind::Task(task) => self.enter_task(path, task),
            StepKind::Decide => self.choose(path, step, &self.automatic()),
            StepKind::Parallel(branches) => {
                let names = branches.iter().map(|branch| branch.name.clone()).collect();
                self.emit(entered(path, WaitsFor::Branches(names)));
                let firsts = branches.iter().rev();
                self.moves.extend(firsts.map(|b| Move::Enter(path.branch(&b.name).step(&b.first))));
                Ok(())
            }
            StepKind::Call(call) => self.enter_call(path, call),
        }
        .map_err(|refusal| refusal.at(at_step(path)))
    }

    fn count(&mut self, path: &StepPath) -> Result<(), Refusal> {
        self.steps += 1;
        if self.steps > AUTOMATIC_STEPS_MAX {
            return Err(Why::EndlessLoop { step: path.to_string(), steps: self.steps - 1 }.into());
        }
        Ok(())
    }

    fn enter_task(&mut self, path: &StepPath, task: &Task) -> Result<(), Refusal> {
        let holder = match &task.by {
            By::Starter => Holder::Starter(self.case.starter.clone()),
            By::Roles(roles) => {
                let (definition, frame) = frame_at(&self.case, self.root, &path.block)?;
                let scope = scope_of(task.scope.as_ref(), definition, frame, &self.automatic())?;
                Holder::Roles { roles: roles.clone(), scope }
            }
        };
        let due = task.due_within.and_then(|within| self.at.checked_add_signed(within));
        self.emit(entered(path, WaitsFor::Task { holder, due }));
        Ok(())
    }

    fn enter_call(&mut self, path: &StepPath, call: &Call) -> Result<(), Refusal> {
        let step = path.to_string();
        if path.block.0.iter().filter(|segment| segment.branch.is_none()).count() >= CALL_DEPTH_MAX
        {
            return Err(Why::CallsTooDeep { step, max: CALL_DEPTH_MAX }.into());
        }
        let (definition, frame) = frame_at(&self.case, self.root, &path.block)?;
        let facts = self.automatic();
        let name = match &call.callee {
            Callee::One(name) => name,
            Callee::Chosen { choose, among } => {
                let value = facts.evaluate(definition, frame, choose)?;
                let value = value.as_str().unwrap_or_default().to_owned();
                among.get(&value).ok_or(Why::NothingToCall { step: step.clone(), value })?
            }
        };
        let unknown = || Why::NothingToCall { step: step.clone(), value: name.to_string() };
        let called = definition.called.get(name).ok_or_else(unknown)?;
        let form = facts.assign(definition, frame, &call.with)?;
        called
            .start
            .form
            .check(&form)
            .map_err(|violations| Why::CalledFormInvalid { step: step.clone(), violations })?;
        self.begin_called(path, called, &form)
    }

    fn begin_called(
        &mut self,
        path: &StepPath,
        called: &Definition,
        form: &Object,
    ) -> Result<(), Refusal> {
        let waits =
            WaitsFor::Call { workflow: called.reference.clone(), data: called.defaults.clone() };
        self.emit(entered(path, waits));
        let facts = Facts { form: Some(form), ..self.automatic() };
        self.assign(&path.called(), &called.start.set, &facts)?;
        self.moves.push(Move::Go(path.called(), called.start.to.clone()));
        Ok(())
    }

    /// A branch or the called workflow of a step ended: completes the step if nothing in it is left to do.
    fn finish(&mut self, path: &StepPath) -> Result<(), Refusal> {
        let Some(facts) = self.gathered(path) else { return Ok(()) };
        let step = self.step(path)?;
        self.choose(path, step, &facts).map_err(|refusal| refusal.at(at_step(path)))
    }

    /// What the outcomes of a finished step look at; `None` while a branch is still running.
    fn gathered(&self, path: &StepPath) -> Option<Facts<'static>> {
        match &self.case.active(path)?.waits {
            Waits::Task { .. } => None,
            Waits::Branches(branches) => {
                let result = |b: &super::super::case::Branch| {
                    b.result.as_ref().map(|r| Json::from(r.as_str()))
                };
                let results = branches.iter().map(result).collect::<Option<Vec<Json>>>()?;
                let names = branches.iter().map(|branch| branch.name.to_string());
                let by_name: Object = names.zip(results.iter().cloned()).collect();
                Some(Facts {
                    results: Some(Json::Array(results)),
                    branches: Some(Json::Object(by_name)),
                    ..self.automatic()
                })
            }
            Waits::Call(frame) => Some(Facts {
                ended: self.last_end().map(|end| Json::from(end.as_str())),
                result: Some(frame.data.clone()),
                ..self.automatic()
            }),
        }
    }

    fn last_end(&self) -> Option<&Name> {
        match self.consequences.last()? {
            Consequence::BlockEnded { result, .. } => Some(result),
            _ => None,
        }
    }

    /// Takes the first outcome of an automatic step whose guard is true.
    fn choose(&mut self, path: &StepPath, step: &Step, facts: &Facts<'_>) -> Result<(), Refusal> {
        self.assign(&path.block, &step.set, facts)?;
        let (definition, frame) = frame_at(&self.case, self.root, &path.block)?;
        let mut chosen = None;
        for outcome in &step.outcomes {
            let open =
                outcome.guard.as_ref().map(|guard| facts.holds(definition, frame, &guard.when));
            if open.transpose()?.unwrap_or(true) {
                chosen = Some(outcome);
                break;
            }
        }
        let outcome = chosen.ok_or_else(|| Why::NoOutcome { step: path.to_string() })?;
        self.assign(&path.block, &outcome.set, facts)?;
        let (step, outcome_name) = (path.clone(), outcome.name.clone());
        self.emit(match self.case.active(path) {
            Some(_) => Consequence::StepCompleted { step, outcome: outcome_name },
            None => Consequence::StepPassed { step, outcome: outcome_name },
        });
        self.moves.push(Move::Go(path.block.clone(), outcome.target.clone()));
        Ok(())
    }

    fn step(&self, path: &StepPath) -> Result<&'d Step, Refusal> {
        let definition = super::called_definition(&self.case, self.root, &path.block);
        let step = definition.and_then(|definition| definition.step(path.step.as_str()));
        let fault = || Why::CaseFaulty { fault: format!("the workflow has no step {path}") };
        step.ok_or_else(|| fault().into())
    }

    fn automatic(&self) -> Facts<'static> {
        Facts { now: Some(self.at), ..Facts::automatic(&self.case.starter) }
    }
}

fn entered(path: &StepPath, waits: WaitsFor) -> Consequence {
    Consequence::StepEntered { step: path.clone(), waits }
}

fn at_step(path: &StepPath) -> Place {
    Place { step: Some(path.to_string()), ..Place::default() }
}
