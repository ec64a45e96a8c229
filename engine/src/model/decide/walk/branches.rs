//! Branches and items: when a join is met, what becomes of the rest, and following a list that changes.

use super::entering::item_branch;
use super::*;
use crate::model::case::{ActiveStep, Branch, Waits};
use crate::model::consequence::Item;
use crate::model::definition::{Each, Join, Rest};

impl<'d> Walk<'d, '_> {
    /// Something in a step ended: completes the step if that is enough.
    pub(super) fn join(&mut self, path: &StepPath) -> Result<(), Undecided> {
        // A branch that passes at once must not end the step before the branches after it have begun.
        if let Some(first) = self.moves.iter().position(|next| next.is_inside(path)) {
            let finish = Move::Finish(path.clone());
            if !self.moves.contains(&finish) {
                self.moves.insert(first, finish);
            }
            return Ok(());
        }
        let Some(active) = self.case.active(path) else { return Ok(()) };
        let beside = |block: &crate::model::case::Block| {
            block.active.as_ref().is_none_or(|main| main.step != path.step)
        };
        // Nothing waits for what runs beside: when its branches have ended it is over.
        if self.case.block(&path.block).is_some_and(beside) {
            if active.branches().iter().all(|branch| branch.block.is_idle()) {
                self.leave(path);
            }
            return Ok(());
        }
        let step = self.step(path)?;
        let facts = self.gathered(path, step, active);
        if !self.is_met(path, step, active, &facts)? {
            self.begin_next(path, step);
            return Ok(());
        }
        let joined = self.complete_joined(path, step, &facts);
        joined.map_err(|stop| stop.at(at_step(path)))
    }

    fn is_met(
        &self,
        path: &StepPath,
        step: &Step,
        active: &ActiveStep,
        facts: &Facts<'_>,
    ) -> Result<bool, Why> {
        let join = match (&active.waits, join_of(step)) {
            (Waits::Call(_), _) => return Ok(true),
            (Waits::Branches(_), Some(join)) => join,
            _ => return Ok(false),
        };
        let counted: Vec<&Branch> = counted(step, active).collect();
        let ended = counted.iter().filter(|branch| branch.result.is_some()).count();
        let enough = match join {
            Join::All => false,
            Join::Ended(need) => ended as u64 >= u64::from(need.of(counted.len() as u32)),
            // Before one has ended there is nothing to hold a condition against.
            Join::When(when) => ended > 0 && facts.holds(&self.here(&path.block)?, when)?,
        };
        Ok(enough || ended == counted.len())
    }

    /// What the outcomes of a step with branches, or of a call, look at.
    fn gathered(&self, step_path: &StepPath, step: &Step, active: &ActiveStep) -> Facts<'static> {
        let automatic = self.automatic();
        match &active.waits {
            Waits::Task { .. } | Waits::Auto { .. } | Waits::Event { .. } => automatic,
            Waits::Branches(_) => {
                let ended = counted(step, active).filter_map(|b| {
                    Some((b.name.to_string(), Json::from(b.result.as_ref()?.as_str())))
                });
                let (names, results): (Vec<String>, Vec<Json>) = ended.unzip();
                let by_name: Object = names.into_iter().zip(results.iter().cloned()).collect();
                Facts {
                    results: Some(Json::Array(results)),
                    branches: Some(Json::Object(by_name)),
                    ..automatic
                }
            }
            Waits::Call(frame) => Facts {
                ended: self.end_of(&step_path.called()),
                result: Some(frame.data.clone()),
                ..automatic
            },
        }
    }

    fn end_of(&self, called: &BlockPath) -> Option<Json> {
        self.consequences.iter().rev().find_map(|consequence| match consequence {
            Consequence::BlockEnded { block, result } if block == called => {
                Some(Json::from(result.as_str()))
            }
            _ => None,
        })
    }

    /// In turn: the next item that has not begun.
    fn begin_next(&mut self, path: &StepPath, step: &Step) {
        let StepKind::Each(each) = &step.kind else { return };
        let branches = self.case.active(path).map(|active| active.branches()).unwrap_or_default();
        let waiting = |branch: &&Branch| branch.result.is_none() && !branch.withdrawn;
        let mut open = branches.iter().filter(waiting);
        let next = match each.in_turn {
            true => open.next().filter(|branch| branch.block.is_idle()),
            false => None,
        };
        let next = next.map(|branch| path.branch(&branch.name).step(&each.first));
        self.moves.extend(next.map(Move::Enter));
    }

    fn complete_joined(
        &mut self,
        path: &StepPath,
        step: &'d Step,
        facts: &Facts<'_>,
    ) -> Result<(), Undecided> {
        self.keep_results(path, step);
        self.assign(&path.block, &step.set, facts)?;
        let outcome = self.first_open(path, step, facts)?;
        let outcome = outcome.ok_or_else(|| Why::NoOutcome { step: path.to_string() })?;
        if !self.detach(path, step, outcome) {
            return self.take(path, outcome, facts);
        }
        self.effect(&path.block, &outcome.set, &outcome.moves, facts)?;
        self.go_to(&path.block, &outcome.target);
        Ok(())
    }

    fn keep_results(&mut self, path: &StepPath, step: &Step) {
        let StepKind::Each(Each { keep: Some(keep), .. }) = &step.kind else { return };
        let branches = self.case.active(path).map(|active| active.branches()).unwrap_or_default();
        let kept = branches.iter().filter(|b| !b.withdrawn && b.result.as_ref() == Some(keep));
        let items: Vec<Json> = kept.filter_map(|branch| branch.item.clone()).collect();
        self.emit(Consequence::ResultsKept { step: path.clone(), items });
    }

    /// Lets the branches that still run go on beside; false if none is to.
    fn detach(&mut self, path: &StepPath, step: &Step, outcome: &Outcome) -> bool {
        let Some(active) = self.case.active(path).filter(|_| rest_of(step) == Rest::Run) else {
            return false;
        };
        if counted(step, active).all(|branch| branch.block.is_idle()) {
            return false;
        }
        let ignored = active.branches().iter().filter(|branch| is_background(step, branch));
        let ignored: Vec<BlockPath> = ignored.map(|branch| path.branch(&branch.name)).collect();
        ignored.iter().for_each(|block| self.leave_all(block));
        let (name, counted) = (outcome.name.clone(), outcome.at_most.is_some());
        self.emit(Consequence::StepDetached { step: path.clone(), outcome: name, counted });
        true
    }

    /// Adds what appeared in the lists of running steps and withdraws what disappeared; true if anything did.
    pub(super) fn follow_lists(&mut self) -> Result<bool, Undecided> {
        let running = self.case.running().into_iter().filter(|running| !running.step.detached);
        let paths: Vec<StepPath> = running.map(|running| running.path).collect();
        for path in paths {
            let StepKind::Each(each) = &self.step(&path)?.kind else { continue };
            if self.follow(&path, each)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn follow(&mut self, path: &StepPath, each: &Each) -> Result<bool, Undecided> {
        let mut wanted = self.items_of(path, each)?;
        let branches = self.case.active(path).map(|active| active.branches()).unwrap_or_default();
        let mut gone = Vec::new();
        for branch in branches.iter().filter(|branch| !branch.withdrawn) {
            let item = branch.item.as_ref();
            match wanted.iter().position(|value| Some(value) == item) {
                Some(at) => {
                    wanted.remove(at);
                }
                None => gone.push(path.branch(&branch.name)),
            }
        }
        if wanted.is_empty() && gone.is_empty() {
            return Ok(false);
        }
        let first = branches.len();
        gone.into_iter().for_each(|block| self.emit(Consequence::ItemWithdrawn { block }));
        self.moves.push(Move::Finish(path.clone()));
        for (at, value) in wanted.into_iter().enumerate() {
            let item = Item { branch: item_branch(first + at)?, value, kept: None };
            if !each.in_turn {
                self.moves.push(Move::Enter(path.branch(&item.branch).step(&each.first)));
            }
            self.emit(Consequence::ItemAdded { step: path.clone(), item });
        }
        Ok(true)
    }
}

fn join_of(step: &Step) -> Option<&Join> {
    match &step.kind {
        StepKind::Parallel(parallel) => Some(&parallel.join),
        StepKind::Each(each) => Some(&each.join),
        _ => None,
    }
}

fn rest_of(step: &Step) -> Rest {
    match &step.kind {
        StepKind::Parallel(parallel) => parallel.rest,
        StepKind::Each(each) => each.rest,
        _ => Rest::Leave,
    }
}

/// The branches a join waits for.
fn counted<'a>(step: &'a Step, active: &'a ActiveStep) -> impl Iterator<Item = &'a Branch> {
    let counts = |branch: &&Branch| !branch.withdrawn && !is_background(step, branch);
    active.branches().iter().filter(counts)
}

fn is_background(step: &Step, branch: &Branch) -> bool {
    step.branches().iter().any(|known| known.background && known.name == branch.name)
}
