//! Where a case stands in the new version: every active step, in every branch, called workflow and beside, is looked
//! for in the block that corresponds to its own. Evaluates nothing.

use std::collections::BTreeSet;

use super::{Changes, Obstacle, Plan};
use crate::checker;
use crate::model::address::{BlockPath, StepPath};
use crate::model::case::{ActiveStep, Block, Branch, Case, Frame, Waits};
use crate::model::consequence::Consequence;
use crate::model::definition::{
    BlockDefinition, BranchDefinition, Callee, Definition, Step, StepKind, Target,
};
use crate::model::names::Name;
use crate::model::refusal::MigrationFault;

/// Where a case stands in the new version.
#[derive(Default)]
pub(super) struct Placed<'a> {
    /// The renames, inner workflows before outer, so that each is addressed as it is at that moment.
    pub(super) renames: Vec<Consequence>,
    /// The running workflows, outer before inner.
    pub(super) frames: Vec<PlacedFrame<'a>>,
    /// Every active step that has not ended, as it is addressed now and then.
    pub(super) steps: Vec<(StepPath, StepPath)>,
    /// What keeps it from standing there.
    pub(super) obstacles: Vec<Obstacle>,
}

/// A running workflow with its definitions.
pub(super) struct PlacedFrame<'a> {
    pub(super) was_at: BlockPath,
    pub(super) at: BlockPath,
    pub(super) frame: &'a Frame,
    pub(super) old: &'a Definition,
    pub(super) new: &'a Definition,
    pub(super) changes: &'a Changes,
}

/// A block as it is addressed now and then, in its workflow, and whether its end is waited for.
struct Place<'p, 'a> {
    was_at: BlockPath,
    at: BlockPath,
    workflow: &'p Workflow<'a>,
    must_end: bool,
}

struct Workflow<'a> {
    old: &'a Definition,
    new: &'a Definition,
    changes: &'a Changes,
}

/// Looks for the place of a case.
pub(super) fn place<'a>(
    case: &'a Case,
    old: &'a Definition,
    plan: &'a Plan,
    nothing: &'a Changes,
) -> Placed<'a> {
    let mut placing = Placing { plan, nothing, placed: Placed::default() };
    let workflow = Workflow { old, new: &plan.to, changes: &plan.own };
    placing.frame(&case.frame, BlockPath::root(), BlockPath::root(), &workflow, true);
    placing.placed
}

struct Placing<'a> {
    plan: &'a Plan,
    nothing: &'a Changes,
    placed: Placed<'a>,
}

impl<'a> Placing<'a> {
    fn frame(
        &mut self,
        frame: &'a Frame,
        was_at: BlockPath,
        at: BlockPath,
        workflow: &Workflow<'a>,
        must_end: bool,
    ) {
        let Workflow { old, new, changes } = *workflow;
        self.placed.frames.push(PlacedFrame {
            was_at: was_at.clone(),
            at: at.clone(),
            frame,
            old,
            new,
            changes,
        });
        let place = Place { was_at: was_at.clone(), at, workflow, must_end };
        self.block(&frame.block, &place, &new.block);
        self.placed.renames.extend(renames(frame, was_at, changes));
    }

    fn block(&mut self, block: &'a Block, place: &Place<'_, 'a>, into: &'a BlockDefinition) {
        let changes = place.workflow.changes;
        let mut taken = BTreeSet::new();
        for active in block.all() {
            let name = changes.names().step(&active.step);
            if !taken.insert(name.clone()) {
                let fault = MigrationFault::StepsMeet { step: name.to_string() };
                self.obstacle(place.was_at.step(&active.step), fault);
            }
        }
        if let Some(active) = &block.active {
            let leaving = checker::steps_with_a_way_out(into);
            let name = changes.names().step(&active.step);
            let known = into.steps.iter().any(|step| step.name == name);
            if place.must_end && known && !leaving.contains(&name) {
                let fault = MigrationFault::NoEnd { step: name.to_string() };
                self.obstacle(place.was_at.step(&active.step), fault);
            }
            self.step(active, place, into.steps.iter().collect(), place.must_end);
        }
        for beside in &block.beside {
            let background = place.workflow.new.background.iter().map(|beside| &beside.step);
            let candidates = match beside.detached {
                true => into.steps.iter().collect(),
                false => background.collect(),
            };
            self.step(beside, place, candidates, false);
        }
    }

    fn step(
        &mut self,
        active: &'a ActiveStep,
        place: &Place<'_, 'a>,
        candidates: Vec<&'a Step>,
        must_end: bool,
    ) {
        let Workflow { old, new, changes } = *place.workflow;
        let (was, name) = (place.was_at.step(&active.step), changes.names().step(&active.step));
        let Some(found) = candidates.into_iter().find(|step| step.name == name) else {
            let step = name.to_string();
            let fault = match new.step(name.as_str()) {
                Some(_) => MigrationFault::OtherBlock { step },
                None => MigrationFault::NoCounterpart { step, to: new.reference.to_string() },
            };
            return self.obstacle(was, fault);
        };
        let kind = old.step(active.step.as_str()).map(|step| &step.kind);
        if let Some(kind) = kind.filter(|kind| !kind.is_like(&found.kind)) {
            let (step, was_kind) = (name.to_string(), kind.word().to_owned());
            let is = found.kind.word().to_owned();
            return self.obstacle(was, MigrationFault::OtherKind { step, was: was_kind, is });
        }
        let at = place.at.step(&name);
        match &active.waits {
            Waits::Task { .. } | Waits::Event { .. } => {}
            Waits::Auto { handler, .. } => self.auto(handler, found, &was, &at),
            Waits::Branches(branches) => {
                self.branches(active, branches, found, place, must_end);
            }
            Waits::Call(frame) => self.called(frame, found, place, (&was, &at), must_end),
        }
        if !active.detached {
            self.placed.steps.push((was, at));
        }
    }

    /// A handler answers to the address under which it was asked.
    fn auto(&mut self, handler: &Name, found: &Step, was: &StepPath, at: &StepPath) {
        let same = matches!(&found.kind, StepKind::Auto(auto) if auto.handler == *handler);
        if !same || was != at {
            let fault = MigrationFault::AnswerOutstanding { handler: handler.to_string() };
            self.obstacle(was.clone(), fault);
        }
    }

    fn branches(
        &mut self,
        active: &'a ActiveStep,
        branches: &'a [Branch],
        found: &'a Step,
        place: &Place<'_, 'a>,
        must_end: bool,
    ) {
        let names = place.workflow.changes.names();
        let was = place.was_at.step(&active.step);
        let at = place.at.step(&found.name);
        let background = place.workflow.new.background.iter().any(|b| b.step.name == found.name);
        for branch in branches {
            let name = names.branch(&active.step, &branch.name);
            let Some((into, waited_for)) = branch_of(found, &name) else {
                let fault = MigrationFault::NoBranch { branch: name.to_string() };
                self.obstacle(was.branch(&branch.name), fault);
                continue;
            };
            let inner = Place {
                was_at: was.branch(&branch.name),
                at: at.branch(&name),
                workflow: place.workflow,
                must_end: must_end && waited_for && !background,
            };
            self.result(branch, into, &inner);
            self.block(&branch.block, &inner, into);
        }
        let begun = |known: &&BranchDefinition| {
            branches.iter().any(|b| names.branch(&active.step, &b.name) == known.name)
        };
        for new in found.branches().iter().filter(|known| !begun(known)) {
            let fault = MigrationFault::BranchNotBegun { branch: new.name.to_string() };
            self.obstacle(was.clone(), fault);
        }
        if !active.detached && !background && nothing_left(found, branches, active, &names) {
            self.obstacle(was, MigrationFault::NothingToAwait {});
        }
    }

    fn result(&mut self, branch: &Branch, into: &BlockDefinition, place: &Place<'_, 'a>) {
        let Some(result) = branch.result.as_ref().filter(|_| !branch.withdrawn) else { return };
        let ends = into.steps.iter().flat_map(|step| &step.outcomes);
        let by_action = place.workflow.new.actions.iter().filter_map(|action| {
            let leaves = action.leaves.as_ref()?;
            into.steps.iter().any(|step| step.name == *leaves).then_some(action.target.as_ref()?)
        });
        let wanted = Target::Done(result.clone());
        let mut known = ends.map(|outcome| &outcome.target).chain(by_action);
        if !known.any(|target| *target == wanted) {
            let (branch, result) = (branch.name.to_string(), result.to_string());
            self.obstacle(&place.was_at, MigrationFault::UnknownResult { branch, result });
        }
    }

    fn called(
        &mut self,
        frame: &'a Frame,
        found: &Step,
        place: &Place<'_, 'a>,
        (was, at): (&StepPath, &StepPath),
        must_end: bool,
    ) {
        let Workflow { old, new, .. } = *place.workflow;
        let name = &frame.workflow.name;
        let calls = matches!(&found.kind, StepKind::Call(call) if call.callee.may_be(name));
        let (Some(old), Some(new), true) = (old.called.get(name), new.called.get(name), calls)
        else {
            let fault = MigrationFault::NotCalled { called: name.to_string() };
            return self.obstacle(was, fault);
        };
        let changes = self.plan.called.get(name).unwrap_or(self.nothing);
        let workflow = Workflow { old, new, changes };
        self.frame(frame, was.called(), at.called(), &workflow, must_end);
    }

    fn obstacle(&mut self, place: impl ToString, fault: MigrationFault) {
        self.placed.obstacles.push(Obstacle::new(place, fault));
    }
}

/// The block of a branch or of an item, and whether the step waits for its end.
fn branch_of<'a>(step: &'a Step, name: &Name) -> Option<(&'a BlockDefinition, bool)> {
    match &step.kind {
        StepKind::Each(each) => Some((&each.block, true)),
        StepKind::Parallel(parallel) => {
            let found = parallel.branches.iter().find(|branch| branch.name == *name)?;
            Some((&found.block, !found.background))
        }
        StepKind::Task(_)
        | StepKind::Auto(_)
        | StepKind::Decide
        | StepKind::Wait(_)
        | StepKind::Call(_)
        | StepKind::Spawn(_)
        | StepKind::Send(_) => None,
    }
}

/// Whether every branch that a step waits for has ended already, so that nothing would ask its join again.
fn nothing_left(
    step: &Step,
    branches: &[Branch],
    active: &ActiveStep,
    names: &crate::model::address::NewNames<'_>,
) -> bool {
    let waited_for = |branch: &&Branch| {
        let name = names.branch(&active.step, &branch.name);
        !branch.withdrawn && branch_of(step, &name).is_some_and(|(_, waited_for)| waited_for)
    };
    branches.iter().filter(waited_for).all(|branch| branch.result.is_some())
}

/// The renames that touch a running workflow.
fn renames(frame: &Frame, block: BlockPath, changes: &Changes) -> Option<Consequence> {
    let known = |step: &Name| frame.visits.contains_key(step);
    let steps = changes.steps.iter().filter(|(old, new)| known(old) && old != new);
    let branches = changes.branches.iter().filter(|(step, _)| known(step));
    let steps: std::collections::BTreeMap<Name, Name> =
        steps.map(|(old, new)| (old.clone(), new.clone())).collect();
    let branches: std::collections::BTreeMap<_, _> =
        branches.map(|(step, names)| (step.clone(), names.clone())).collect();
    let any = !steps.is_empty() || !branches.is_empty();
    any.then_some(Consequence::StepsRenamed { block, steps, branches })
}

impl Callee {
    fn may_be(&self, name: &Name) -> bool {
        match self {
            Callee::One(one) => one == name,
            Callee::Chosen { among, .. } => among.values().any(|known| known == name),
        }
    }
}
