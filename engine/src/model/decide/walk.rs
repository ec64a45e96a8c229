//! Following a decision to where somebody has to act again: through automatic steps, into branches and called
//! workflows and out of them. Works on a copy of the case and writes down every consequence it makes true.

mod branches;
mod clock;
mod elsewhere;
mod entering;
mod flags;
mod holders;
mod moves;
mod taking_over;

use chrono::{DateTime, Utc};
use serde_json::Value as Json;

use super::super::address::{BlockPath, StepPath};
use super::super::case::Case;
use super::super::consequence::{Consequence, Object};
use super::super::definition::{
    AccountMove, Assignments, Definition, Guard, Outcome, Step, StepKind, Target,
};
use super::super::evolve::apply;
use super::super::known::Undecided;
use super::super::names::Name;
use super::super::privacy::refuse_unsealed;
use super::super::refusal::{Place, Refusal, Why};
use super::facts::{Facts, Here};
use super::outside::Outside;
use crate::limits::AUTOMATIC_STEPS_MAX;
pub(super) use entering::{EXPIRED, RECEIVED};
pub(in crate::model) use taking_over::{TakingOver, take_over};

/// A walk through a definition.
pub(super) struct Walk<'d, 'o> {
    root: &'d Definition,
    pub(super) case: Case,
    at: DateTime<Utc>,
    consequences: Vec<Consequence>,
    /// What is still to be done, last first: a stack of our own, so that no definition can exhaust the thread's.
    moves: Vec<Move>,
    steps: usize,
    pub(super) outside: &'o mut Outside<'d>,
}

#[derive(PartialEq)]
enum Move {
    Go(BlockPath, Target),
    Enter(StepPath),
    Finish(StepPath),
}

impl Move {
    /// The block it happens in.
    fn block(&self) -> &BlockPath {
        match self {
            Move::Go(block, _) => block,
            Move::Enter(path) | Move::Finish(path) => &path.block,
        }
    }

    /// Whether it happens in a branch of a step, or in the workflow it called.
    fn is_inside(&self, step: &StepPath) -> bool {
        let block = self.block();
        let depth = step.block.0.len();
        block.0.starts_with(&step.block.0)
            && block.0.get(depth).is_some_and(|segment| segment.step == step.step)
    }
}

impl<'d, 'o> Walk<'d, 'o> {
    pub(super) fn new(
        root: &'d Definition,
        case: Case,
        at: DateTime<Utc>,
        outside: &'o mut Outside<'d>,
    ) -> Result<Walk<'d, 'o>, Undecided> {
        outside.have_calendars(root)?;
        let (consequences, moves) = (Vec::new(), Vec::new());
        Ok(Walk { root, case, at, consequences, moves, steps: 0, outside })
    }

    /// Refuses if a rule says no.
    pub(super) fn allow(
        &self,
        block: &BlockPath,
        rules: &[Guard],
        facts: &Facts<'_>,
    ) -> Result<(), Why> {
        let here = self.here(block)?;
        for rule in rules {
            if !facts.holds(&here, &rule.when)? {
                let guard = rule.when.text().to_owned();
                return Err(Why::GuardFalse { guard, because: rule.because.clone() });
            }
        }
        Ok(())
    }

    /// Sets data.
    pub(super) fn assign(
        &mut self,
        block: &BlockPath,
        set: &Assignments,
        facts: &Facts<'_>,
    ) -> Result<(), Why> {
        let values = facts.assign(&self.here(block)?, set)?;
        if !values.is_empty() {
            self.emit(Consequence::DataSet { block: block.clone(), values });
        }
        Ok(())
    }

    /// Sets what an act sets, and moves what it moves.
    pub(super) fn effect(
        &mut self,
        block: &BlockPath,
        set: &Assignments,
        moves: &[AccountMove],
        facts: &Facts<'_>,
    ) -> Result<(), Undecided> {
        self.assign(block, set, facts)?;
        moves.iter().try_for_each(|account_move| self.move_account(block, account_move, facts))
    }

    /// Ends a step by an outcome.
    pub(super) fn take(
        &mut self,
        path: &StepPath,
        outcome: &Outcome,
        facts: &Facts<'_>,
    ) -> Result<(), Undecided> {
        self.effect(&path.block, &outcome.set, &outcome.moves, facts)?;
        let (step, name) = (path.clone(), outcome.name.clone());
        let counted = outcome.at_most.is_some();
        self.emit(match self.case.active(path) {
            Some(_) => Consequence::StepCompleted { step, outcome: name, counted },
            None => Consequence::StepPassed { step, outcome: name, counted },
        });
        self.go_to(&path.block, &outcome.target);
        Ok(())
    }

    /// Goes from a block to a target when the walk goes on.
    pub(super) fn go_to(&mut self, block: &BlockPath, target: &Target) {
        self.moves.push(Move::Go(block.clone(), target.clone()));
    }

    /// Leaves everything active in a block, in its main line and beside.
    pub(super) fn leave_all(&mut self, block: &BlockPath) {
        let active = self.case.block(block).into_iter().flat_map(|block| block.all());
        let steps: Vec<StepPath> = active.map(|active| block.step(&active.step)).collect();
        steps.into_iter().for_each(|step| self.emit(Consequence::StepLeft { step }));
    }

    /// Leaves the main line of a block, with what still runs of steps that ended; its background runs on.
    pub(super) fn leave_line(&mut self, block: &BlockPath) {
        let Some(running) = self.case.block(block) else { return };
        let detached = running.beside.iter().filter(|beside| beside.detached);
        let line = running.active.as_deref().into_iter().chain(detached);
        let steps: Vec<StepPath> = line.map(|active| block.step(&active.step)).collect();
        steps.iter().for_each(|step| self.leave(step));
    }

    /// Leaves one step with everything in it.
    pub(super) fn leave(&mut self, step: &StepPath) {
        self.emit(Consequence::StepLeft { step: step.clone() });
    }

    /// Goes on until somebody has to act, and gives everything that became true on the way.
    pub(super) fn finish(mut self) -> Result<Vec<Consequence>, Undecided> {
        self.run()?;
        self.follow_holders()?;
        self.settle_clock()?;
        self.settle_flags();
        Ok(self.consequences)
    }

    fn run(&mut self) -> Result<(), Undecided> {
        loop {
            while let Some(next) = self.moves.pop() {
                match next {
                    Move::Go(block, target) => self.go(&block, target)?,
                    Move::Enter(step) => self.enter(&step)?,
                    Move::Finish(step) => self.join(&step)?,
                }
            }
            if !self.follow_lists()? {
                return Ok(());
            }
        }
    }

    pub(super) fn emit(&mut self, consequence: Consequence) {
        apply(&mut self.case, &consequence, self.at);
        self.consequences.push(consequence);
    }

    fn here(&self, block: &BlockPath) -> Result<Here<'_>, Why> {
        Ok(Here::at(&self.case, self.root, block)?.with(self.outside.known()))
    }

    fn go(&mut self, block: &BlockPath, target: Target) -> Result<(), Undecided> {
        match target {
            Target::Step(step) => self.moves.push(Move::Enter(block.step(&step))),
            Target::Done(result) => self.end_block(block.clone(), result),
            Target::End(end) => {
                let frame = block.frame();
                self.settle_accounts(&frame, &end)?;
                // An end leaves everything in its workflow, also what has not begun yet.
                self.moves.retain(|next| !next.block().0.starts_with(&frame.0));
                match frame.owner().is_some() {
                    true => {
                        self.settle_flags_of(&frame);
                        self.end_block(frame, end);
                    }
                    false => {
                        self.leave_all(&frame);
                        self.emit(Consequence::CaseClosed { end });
                    }
                }
            }
        }
        Ok(())
    }

    fn end_block(&mut self, block: BlockPath, result: Name) {
        self.leave_all(&block);
        let owner = block.owner();
        self.emit(Consequence::BlockEnded { block, result });
        self.moves.extend(owner.map(Move::Finish));
    }

    fn count(&mut self, path: &StepPath) -> Result<(), Why> {
        self.steps += 1;
        if self.steps > AUTOMATIC_STEPS_MAX {
            return Err(Why::EndlessLoop { step: path.to_string(), steps: self.steps - 1 });
        }
        Ok(())
    }

    /// Takes the first outcome of an automatic step whose rules are all true.
    pub(super) fn choose(&mut self, path: &StepPath, facts: &Facts<'_>) -> Result<(), Undecided> {
        let step = self.step(path)?;
        self.assign(&path.block, &step.set, facts)?;
        let outcome = self.first_open(path, step, facts)?;
        let outcome = outcome.ok_or_else(|| Why::NoOutcome { step: path.to_string() })?;
        self.take(path, outcome, facts)
    }

    fn first_open(
        &self,
        path: &StepPath,
        step: &'d Step,
        facts: &Facts<'_>,
    ) -> Result<Option<&'d Outcome>, Why> {
        let here = self.here(&path.block)?;
        for outcome in step.outcomes.iter().filter(|outcome| !outcome.automatic) {
            let open = |rule: &Guard| facts.holds(&here, &rule.when);
            let all = outcome.rules.iter().map(open).collect::<Result<Vec<bool>, Why>>()?;
            let spent = super::spent(here.frame, &step.name, outcome);
            if !spent && all.into_iter().all(|open| open) {
                return Ok(Some(outcome));
            }
        }
        Ok(None)
    }

    /// Takes an outcome by its name, for the clock, a message or a quorum.
    pub(super) fn take_named(
        &mut self,
        path: &StepPath,
        outcome: &str,
        facts: &Facts<'_>,
    ) -> Result<(), Undecided> {
        let step = self.step(path)?;
        let missing = || Why::CaseFaulty { fault: format!("{path} has no outcome {outcome}") };
        let outcome = step.outcome(outcome).ok_or_else(missing)?;
        self.take(path, outcome, facts)
    }

    /// Refuses what a step passes on if it does not fit the start form of the workflow that it is for.
    fn passes(
        &self,
        path: &StepPath,
        called: &Definition,
        passed: &Object,
    ) -> Result<(), Undecided> {
        let form = &called.start.form;
        refuse_unsealed(form, passed).map_err(|why| Refusal::from(why).at(at_step(path)))?;
        let step = path.to_string();
        let checked = form.check(passed);
        Ok(checked.map_err(|violations| Why::CalledFormInvalid { step, violations })?)
    }

    pub(super) fn step(&self, path: &StepPath) -> Result<&'d Step, Why> {
        let definition = super::called_definition(&self.case, self.root, &path.block);
        let step = definition.and_then(|definition| definition.step(path.step.as_str()));
        step.ok_or_else(|| Why::CaseFaulty { fault: format!("the workflow has no step {path}") })
    }

    fn definition(&self, block: &BlockPath) -> Result<&'d Definition, Why> {
        let fault = || Why::CaseFaulty { fault: format!("there is no running block {block}") };
        super::called_definition(&self.case, self.root, block).ok_or_else(fault)
    }

    pub(super) fn automatic(&self) -> Facts<'static> {
        Facts { now: Some(self.at), ..Facts::automatic(&self.case.starter) }
    }
}

/// Where a step is.
pub(super) fn at_step(path: &StepPath) -> Place {
    Place { step: Some(path.to_string()), ..Place::default() }
}
