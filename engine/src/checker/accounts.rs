//! What is reserved along the ways of a case: ends that leave something reserved, and steps that use up or give back
//! what nothing reserved. One account at a time; whatever commits or releases settles the whole of it.

use std::collections::{BTreeMap, VecDeque};

use super::outline::{Outline, inner, runs_on};
use super::{Finding, UNRESERVED, UNSETTLED};
use crate::model::definition::{
    AccountMove, AccountMoveKind, Action, BlockDefinition, Outcome, Step, StepKind, Target,
};
use crate::model::names::Name;

/// Whether something may be reserved, and whether nothing may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Held {
    nothing: bool,
    something: bool,
}

const NOTHING: Held = Held { nothing: true, something: false };

impl Held {
    fn or(self, other: Held) -> Held {
        Held {
            nothing: self.nothing || other.nothing,
            something: self.something || other.something,
        }
    }

    fn is_possible(self) -> bool {
        self.nothing || self.something
    }

    /// The two apart.
    fn parts(self) -> impl Iterator<Item = Held> {
        let nothing = self.nothing.then_some(NOTHING);
        nothing
            .into_iter()
            .chain(self.something.then_some(Held { nothing: false, something: true }))
    }
}

pub(super) fn check(outline: &Outline<'_>, findings: &mut Vec<Finding>) {
    for account in &outline.definition.accounts {
        let mut ledger =
            Ledger { outline, account: &account.name, arrived: BTreeMap::new(), left: Vec::new() };
        ledger.main();
        let unreserved = ledger.unreserved();
        findings.extend(ledger.starved().filter(|_| unreserved.is_empty()));
        findings.extend(unreserved);
        findings.extend(ledger.left.into_iter().map(|(end, trace)| {
            let account = &account.name;
            Finding::about(UNSETTLED, "ends", &end).by(trace).told(
                format!("`{account}` 계정에 확보한 것이 남은 채 `{end}`에 이를 수 있습니다"),
                format!("`{end}` can be reached while something is still reserved in `{account}`"),
            )
        }));
    }
}

/// A step, whether something is reserved there, and whether what can be reserved only once was.
type Standing<'d> = (&'d str, bool, bool);

struct Ledger<'o, 'd> {
    outline: &'o Outline<'d>,
    account: &'d Name,
    /// What may be held when a step is entered.
    arrived: BTreeMap<&'d str, Held>,
    /// The ends that are reached with something left, each with the shortest way.
    left: Vec<(Name, Vec<String>)>,
}

type Ways<'d> = VecDeque<(&'d Target, Held, Vec<String>)>;

impl<'d> Ledger<'_, 'd> {
    fn moves(&self, held: Held, moves: &[AccountMove]) -> Held {
        moves.iter().filter(|moved| moved.account.name == *self.account).fold(
            held,
            |held, moved| match moved.kind {
                AccountMoveKind::Reserve if held.is_possible() => {
                    Held { nothing: false, something: true }
                }
                AccountMoveKind::Commit | AccountMoveKind::Release if held.something => NOTHING,
                AccountMoveKind::Reserve | AccountMoveKind::Commit | AccountMoveKind::Release => {
                    Held::default()
                }
                AccountMoveKind::Transfer { .. } => held,
            },
        )
    }

    fn arrive(&mut self, step: &'d Step, held: Held) -> bool {
        let arrived = self.arrived.entry(step.name.as_str()).or_default();
        let before = *arrived;
        *arrived = before.or(held);
        *arrived != before
    }

    /// What actions that lead nowhere may make of it while a step is active.
    fn acted(&self, step: &Step, held: Held) -> Held {
        let stays = |action: &&Action| action.target.is_none() && self.is_during(action, step);
        let actions = self.outline.definition.actions.iter().filter(stays);
        actions.fold(held, |held, action| held.or(self.moves(held, &action.moves)))
    }

    /// Whether an action is possible while a step is active, or something in it.
    fn is_during(&self, action: &Action, step: &Step) -> bool {
        let around = |name: &Name| self.outline.around(name.as_str());
        action.during.is_empty()
            || action.during.iter().any(|name| around(name).iter().any(|s| s.name == step.name))
    }

    /// Notes an end that is reached.
    fn end(&mut self, end: &Name, held: Held, trace: Vec<String>) {
        if held.something && !self.is_settled(end) && !self.left.iter().any(|(e, _)| e == end) {
            self.left.push((end.clone(), trace));
        }
    }

    /// Follows the main block, and what runs beside.
    fn main(&mut self) {
        let definition = self.outline.definition;
        let mut queue: Ways<'d> =
            VecDeque::from([(&definition.start.to, NOTHING, vec![String::from("start")])]);
        let beside = definition
            .background
            .iter()
            .fold(Held::default(), |held, beside| held.or(self.inside(&beside.step, NOTHING).1));
        while let Some((target, held, trace)) = queue.pop_front() {
            let step = match target {
                Target::Step(name) => definition.block.steps.iter().find(|s| s.name == *name),
                Target::End(end) => {
                    self.end(end, held, trace.clone());
                    None
                }
                Target::Done(_) => None,
            };
            let Some(step) = step else { continue };
            let held = if beside.something { held.or(beside) } else { held };
            for part in held.parts() {
                if self.arrive(step, part) {
                    self.leave(step, part, &trace, &mut queue);
                }
            }
        }
        let known = definition
            .block
            .steps
            .iter()
            .filter_map(|step| self.arrived.get(step.name.as_str()).map(|h| (step, *h)));
        let known: Vec<(&Step, Held)> = known.collect();
        let mut any = NOTHING;
        for (step, held) in known {
            any = any.or(self.inside(step, held).1);
        }
        definition.background.iter().for_each(|beside| {
            self.inside(&beside.step, any);
        });
    }

    fn is_settled(&self, end: &Name) -> bool {
        let end = self.outline.definition.end(end.as_str());
        end.is_some_and(|end| {
            end.commits.contains(self.account) || end.releases.contains(self.account)
        })
    }

    /// Everything that leads on from a step of the main block.
    fn leave(&mut self, step: &'d Step, held: Held, trace: &[String], queue: &mut Ways<'d>) {
        let (done, meanwhile) = self.inside(step, held);
        let name = &step.name;
        for outcome in self.open(step) {
            let before = if outcome.automatic { meanwhile } else { done };
            let after = self.moves(before, &outcome.moves);
            let by = format!("{name}={}", outcome.name);
            queue.extend(self.on(&outcome.target, after, trace, by));
        }
        let rests = self.outline.ending(name.as_str()).is_some_and(|ending| ending.rests);
        for action in &self.outline.definition.actions {
            let at = rests && action.leaves.as_ref().is_some_and(|at| at == name);
            let everything = rests && action.leaves.is_none() && self.is_during(action, step);
            let Some(target) = action.target.as_ref().filter(|_| at || everything) else {
                continue;
            };
            let after = self.moves(meanwhile, &action.moves);
            queue.extend(self.on(target, after, trace, action.name.to_string()));
        }
    }

    fn on(
        &self,
        target: &'d Target,
        held: Held,
        trace: &[String],
        by: String,
    ) -> Option<(&'d Target, Held, Vec<String>)> {
        let trace = trace.iter().cloned().chain([by]).collect();
        held.is_possible().then_some((target, held, trace))
    }

    fn open(&self, step: &Step) -> Vec<&'d Outcome> {
        self.outline.ending(step.name.as_str()).map(|e| e.open.clone()).unwrap_or_default()
    }

    /// What may be held when what is inside a step has ended, and at any time before.
    fn inside(&mut self, step: &'d Step, held: Held) -> (Held, Held) {
        let passes = self.outline.ending(step.name.as_str()).is_some_and(|ending| !ending.rests);
        if passes && !runs_on(step) {
            return (held, held);
        }
        let held = self.acted(step, held);
        let blocks: Vec<(&'d Name, &'d BlockDefinition)> =
            inner(step).into_iter().map(|(_, first, block, _)| (first, block)).collect();
        let moving: Vec<_> = blocks.into_iter().filter(|(_, block)| self.is_moved(block)).collect();
        let mut meanwhile = held;
        let apart = moving.len() == 1 && !matches!(step.kind, StepKind::Each(_));
        loop {
            let before = meanwhile;
            for (first, block) in &moving {
                meanwhile = meanwhile.or(self.block(block, first, meanwhile).1);
            }
            if apart || meanwhile == before {
                break;
            }
        }
        let done = match (moving.as_slice(), &step.kind) {
            ([], _) => held,
            // Each item may have passed the others by, and a list may be empty.
            ([(first, block)], StepKind::Each(_)) => held.or(self.block(block, first, meanwhile).0),
            ([(first, block)], _) if self.waits_for_all(step) => self.block(block, first, held).0,
            (_, _) => meanwhile,
        };
        (done, meanwhile)
    }

    fn waits_for_all(&self, step: &Step) -> bool {
        use crate::model::definition::Join;
        matches!(&step.kind, StepKind::Parallel(p) if matches!(p.join, Join::All) && p.branches.iter().all(|b| !b.background))
    }

    fn is_moved(&self, block: &BlockDefinition) -> bool {
        let mut steps = Vec::new();
        block.collect(&mut steps);
        let to_end = |outcome: &Outcome| matches!(outcome.target, Target::End(_));
        let ends = steps.iter().flat_map(|step| &step.outcomes).any(to_end);
        let mut moves =
            steps.into_iter().flat_map(|s| &s.outcomes).flat_map(|outcome| &outcome.moves);
        moves.any(|moved| moved.account.name == *self.account) || ends
    }

    /// What may be held when a block has ended, and at any time in it.
    fn block(&mut self, block: &'d BlockDefinition, first: &'d Name, held: Held) -> (Held, Held) {
        let (mut done, mut meanwhile) = (Held::default(), held);
        let mut entered: BTreeMap<&str, Held> = BTreeMap::new();
        let mut queue = vec![(first, held)];
        while let Some((name, held)) = queue.pop() {
            let Some(step) = block.steps.iter().find(|step| step.name == *name) else { continue };
            let known = entered.entry(step.name.as_str()).or_default();
            if known.or(held) == *known {
                continue;
            }
            *known = known.or(held);
            let held = *known;
            self.arrive(step, held);
            let (after, inside) = self.inside(step, held);
            meanwhile = meanwhile.or(inside);
            for outcome in self.open(step) {
                for part in (if outcome.automatic { inside } else { after }).parts() {
                    let after = self.moves(part, &outcome.moves);
                    meanwhile = meanwhile.or(after);
                    match &outcome.target {
                        Target::Step(to) => queue.push((to, after)),
                        Target::Done(_) => done = done.or(after),
                        Target::End(end) => {
                            let mut trace = self.outline.trace(step.name.as_str());
                            trace.push(format!("{}={}", step.name, outcome.name));
                            self.end(end, after, trace);
                        }
                    }
                }
            }
        }
        (done, meanwhile)
    }

    /// Steps that cannot settle because nothing is reserved when they are entered.
    fn unreserved(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        for step in self.outline.reached() {
            let name = &step.name;
            let Some(held) = self.arrived.get(name.as_str()).map(|held| self.acted(step, *held))
            else {
                continue;
            };
            let blocked = |held: Held| {
                move |outcome: &&Outcome| {
                    held.is_possible() && !self.moves(held, &outcome.moves).is_possible()
                }
            };
            let open = self.open(step);
            let never = open.iter().copied().find(|o| blocked(held)(o));
            let stuck = held.nothing
                && !open.is_empty()
                && inner(step).is_empty()
                && open.iter().all(|o| blocked(NOTHING)(o));
            if !inner(step).is_empty() || (never.is_none() && !stuck) {
                continue;
            }
            found.push(self.told_of(step));
        }
        found
    }

    fn told_of(&self, step: &Step) -> Finding {
        let (name, account) = (&step.name, self.account);
        Finding::at(UNRESERVED, step).by(self.outline.trace(name.as_str())).told(
            format!("`{name}` 단계에 이를 때 `{account}` 계정에 확보한 것이 없을 수 있어 쓰거나 돌려놓을 수 없습니다"),
            format!("`{name}` uses up or gives back what nothing has reserved in `{account}` on the way"),
        )
    }

    /// Where settling is the only way towards an end, and nothing is reserved or will be again. Only where people alone
    /// move the account, in the main block, and reserve in one place.
    fn starved(&self) -> Option<Finding> {
        let definition = self.outline.definition;
        let simple = definition.actions.is_empty() && definition.background.is_empty();
        let reserves = definition.steps().into_iter().flat_map(|step| &step.outcomes);
        let reserves = reserves.filter(|o| self.reserves(o)).count();
        let inside = definition.block.steps.iter().flat_map(inner);
        let moved = inside.into_iter().any(|(_, _, block, _)| self.is_moved(block));
        let Target::Step(first) = &definition.start.to else { return None };
        if !simple || moved || reserves > 1 {
            return None;
        }
        let mut seen: Vec<Standing<'d>> = vec![(first.as_str(), false, false)];
        let mut at = 0;
        while at < seen.len() {
            for next in self.followed(seen[at]) {
                let more = next.filter(|next| !seen.contains(next));
                seen.extend(more);
            }
            at += 1;
        }
        let mut leaving: Vec<Standing<'d>> = Vec::new();
        loop {
            let leads_out = |from: &Standing<'d>| {
                self.outline.place_of(from.0).is_some_and(|place| place.step.ends_within())
                    || self
                        .followed(*from)
                        .iter()
                        .any(|next| next.is_none_or(|n| leaving.contains(&n)))
            };
            let more = seen.iter().filter(|s| !leaving.contains(s) && leads_out(s));
            let more: Vec<Standing<'d>> = more.copied().collect();
            if more.is_empty() {
                break;
            }
            leaving.extend(more);
        }
        let traps = self.outline.traps(&definition.block);
        let starved = seen.iter().find(|standing| {
            let (name, held, _) = **standing;
            let step = self.outline.place_of(name).map(|place| place.step);
            let settles = |step| self.open(step).into_iter().any(|o| !held && self.settles(o));
            !leaving.contains(standing) && !traps.contains(&name) && step.is_some_and(settles)
        })?;
        self.outline.place_of(starved.0).map(|place| self.told_of(place.step))
    }

    fn reserves(&self, outcome: &Outcome) -> bool {
        self.moved(outcome).any(|moved| matches!(moved.kind, AccountMoveKind::Reserve))
    }

    fn settles(&self, outcome: &Outcome) -> bool {
        let settling = |kind: &AccountMoveKind| match kind {
            AccountMoveKind::Commit | AccountMoveKind::Release => true,
            AccountMoveKind::Reserve | AccountMoveKind::Transfer { .. } => false,
        };
        self.moved(outcome).any(|moved| settling(&moved.kind))
    }

    fn moved<'m>(&self, outcome: &'m Outcome) -> impl Iterator<Item = &'m AccountMove> {
        outcome.moves.iter().filter(|moved| moved.account.name == *self.account)
    }

    /// What leads on from where a case stands: to where, or out.
    fn followed(&self, (name, held, used): Standing<'d>) -> Vec<Option<Standing<'d>>> {
        let Some(place) = self.outline.place_of(name) else { return Vec::new() };
        let mut next = Vec::new();
        for outcome in self.open(place.step) {
            let reserves = self.reserves(outcome);
            let once = reserves && outcome.at_most == Some(1);
            if (once && used) || (self.settles(outcome) && !held && !reserves) {
                continue;
            }
            let held = reserves || (held && !self.settles(outcome));
            next.push(match &outcome.target {
                Target::Step(to) => Some((to.as_str(), held, used || once)),
                Target::End(_) | Target::Done(_) => None,
            });
        }
        next
    }
}
