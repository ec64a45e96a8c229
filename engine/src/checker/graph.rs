//! One block as a graph: what can be reached, from where an end can be, and what goes round by itself.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{CLOCKWORK, ENDLESS, Finding, NO_WAY_OUT, UNREACHABLE, text};
use crate::model::definition::{
    AccountMoveKind, Action, BlockDefinition, Definition, Outcome, Step, StepKind, Target,
};
use crate::model::names::Name;

/// A block with the ways into it.
pub(super) struct Graph<'d> {
    block: &'d BlockDefinition,
    /// Who leads to a step from outside the block.
    entries: Vec<(String, Name)>,
}

/// What moves a case along an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mover {
    /// Nobody: the step goes on at once.
    Nobody,
    /// The clock.
    Clock,
    /// A person, a handler or a message.
    Somebody,
}

impl<'d> Graph<'d> {
    pub(super) fn new(
        block: &'d BlockDefinition,
        firsts: Vec<(String, Name)>,
        actions: &'d [Action],
    ) -> Graph<'d> {
        let own = |name: &Name| block.steps.iter().any(|step| step.name == *name);
        let led = actions.iter().filter_map(|action| match &action.target {
            Some(Target::Step(to)) if own(to) => Some((action.name.to_string(), to.clone())),
            Some(Target::Step(_) | Target::End(_) | Target::Done(_)) | None => None,
        });
        Graph { block, entries: firsts.into_iter().chain(led).collect() }
    }

    pub(super) fn check(&self, must_end: bool, findings: &mut Vec<Finding>) {
        let traces = self.traces();
        let leaving = self.leaving();
        for step in &self.block.steps {
            let Some(trace) = traces.get(&step.name) else {
                findings.push(finding(
                    UNREACHABLE,
                    step,
                    Vec::new(),
                    "에 이르는 길이 없습니다",
                    "nothing leads to",
                ));
                continue;
            };
            if must_end && !leaving.contains(&step.name) {
                let (ko, en) = ("에서는 끝에 이를 수 없습니다", "no end can be reached from");
                findings.push(finding(NO_WAY_OUT, step, trace.clone(), ko, en));
            }
        }
        self.rounds(&traces, findings);
    }

    /// The shortest way to each step that can be reached, breadth first.
    fn traces(&self) -> BTreeMap<Name, Vec<String>> {
        let mut traces = BTreeMap::new();
        let mut queue: VecDeque<(Name, Vec<String>)> =
            self.entries.iter().map(|(from, to)| (to.clone(), vec![from.clone()])).collect();
        while let Some((name, trace)) = queue.pop_front() {
            let Some(step) = self.step(&name).filter(|_| !traces.contains_key(&name)) else {
                continue;
            };
            for (outcome, to) in edges(step) {
                let mut way = trace.clone();
                way.push(format!("{name}={}", outcome.name));
                queue.push_back((to.clone(), way));
            }
            traces.insert(name, trace);
        }
        traces
    }

    /// The steps from which the block can be left.
    pub(super) fn leaving(&self) -> BTreeSet<Name> {
        let mut leaving: BTreeSet<Name> = BTreeSet::new();
        // A step whose branches never end is told in its own block.
        for _ in 0..=self.block.steps.len() {
            let before = leaving.len();
            for step in &self.block.steps {
                let leaves = step.outcomes.iter().any(|outcome| match &outcome.target {
                    Target::End(_) | Target::Done(_) => true,
                    Target::Step(to) => leaving.contains(to),
                });
                if leaves || step.ends_within() {
                    leaving.insert(step.name.clone());
                }
            }
            if leaving.len() == before {
                break;
            }
        }
        leaving
    }

    /// Rounds in which no person takes part and that nothing bounds.
    fn rounds(&self, traces: &BTreeMap<Name, Vec<String>>, findings: &mut Vec<Finding>) {
        for step in self.block.steps.iter().filter(|step| traces.contains_key(&step.name)) {
            let by_itself = self.comes_back(step, &[Mover::Nobody]);
            let by_clock = self.comes_back(step, &[Mover::Nobody, Mover::Clock]);
            let trace = traces.get(&step.name).cloned().unwrap_or_default();
            if by_itself {
                let (ko, en) = (
                    "에서 아무도 거치지 않고 끝없이 돌 수 있습니다",
                    "goes round by itself without a bound:",
                );
                findings.push(finding(ENDLESS, step, trace, ko, en));
                return;
            }
            if by_clock {
                let (ko, en) = (
                    "에서 시계만으로 끝없이 돌 수 있습니다",
                    "goes round by the clock alone without a bound:",
                );
                findings.push(finding(CLOCKWORK, step, trace, ko, en));
                return;
            }
        }
    }

    /// Whether a case in a step can come back to it, moved only by these, and could do so for ever: it may also
    /// leave, but nothing makes it.
    fn comes_back(&self, from: &Step, movers: &[Mover]) -> bool {
        let only = |step: &Step| step.outcomes.iter().all(|o| movers.contains(&mover(step, o)));
        let (mut seen, mut queue) = (BTreeSet::new(), vec![from]);
        while let Some(step) = queue.pop() {
            if !only(step) {
                continue;
            }
            let unbounded = edges(step).filter(|(outcome, _)| {
                movers.contains(&mover(step, outcome))
                    && outcome.at_most.is_none()
                    && !outcome.rules.iter().any(|rule| rule.when.text().contains("times("))
            });
            for (_, to) in unbounded {
                if *to == from.name {
                    return true;
                }
                if seen.insert(to.clone()) {
                    queue.extend(self.step(to));
                }
            }
        }
        false
    }

    fn step(&self, name: &Name) -> Option<&'d Step> {
        self.block.steps.iter().find(|step| step.name == *name)
    }
}

fn edges(step: &Step) -> impl Iterator<Item = (&Outcome, &Name)> {
    step.outcomes.iter().filter_map(|outcome| match &outcome.target {
        Target::Step(to) => Some((outcome, to)),
        Target::End(_) | Target::Done(_) => None,
    })
}

fn mover(step: &Step, outcome: &Outcome) -> Mover {
    match &step.kind {
        StepKind::Decide | StepKind::Spawn(_) | StepKind::Send(_) => Mover::Nobody,
        StepKind::Wait(wait) if wait.message.is_none() || outcome.automatic => Mover::Clock,
        StepKind::Wait(_) => Mover::Somebody,
        // A list may be empty and a called workflow may pass through, but each has steps that are told of themselves.
        StepKind::Task(_)
        | StepKind::Auto(_)
        | StepKind::Parallel(_)
        | StepKind::Each(_)
        | StepKind::Call(_)
            if outcome.automatic =>
        {
            Mover::Clock
        }
        StepKind::Each(_) => Mover::Nobody,
        StepKind::Task(_) | StepKind::Auto(_) | StepKind::Parallel(_) | StepKind::Call(_) => {
            Mover::Somebody
        }
    }
}

/// Whether an end can be reached with something reserved in an account: along a way on which it is reserved and not
/// settled after, as far as the main block shows.
pub(super) fn can_end_reserved(definition: &Definition, end: &Name, account: &Name) -> bool {
    let reserves = |outcome: &Outcome| {
        outcome.moves.iter().any(|moved| {
            moved.account.name == *account && matches!(moved.kind, AccountMoveKind::Reserve)
        })
    };
    let inside = |step: &Step| inner(step).iter().any(|inner| inner.outcomes.iter().any(reserves));
    let mut after: Vec<&Target> = Vec::new();
    for step in &definition.block.steps {
        let whole = inside(step);
        after.extend(exits(step).filter(|o| whole || reserves(o)).map(|o| &o.target));
    }
    let acted = definition.actions.iter().filter_map(|action| action.target.as_ref());
    let beside = definition.background.iter().any(|beside| inside(&beside.step));
    if beside || !after.is_empty() {
        after.extend(acted);
        let background = definition.background.iter().flat_map(|beside| exits(&beside.step));
        after.extend(background.map(|outcome| &outcome.target));
    }
    if beside {
        return true;
    }
    reaches(definition, after, end, account)
}

/// The steps in the blocks of a step, at any depth.
fn inner(step: &Step) -> Vec<&Step> {
    let inside = step.blocks().flat_map(|block| &block.steps);
    inside.flat_map(|step| std::iter::once(step).chain(inner(step))).collect()
}

/// The outcomes by which a case leaves a step of the main block: its own, and those in its blocks that lead to an end.
fn exits(step: &Step) -> impl Iterator<Item = &Outcome> {
    let inside = inner(step).into_iter().flat_map(|inner| &inner.outcomes);
    let to_ends = inside.filter(|outcome| matches!(outcome.target, Target::End(_)));
    step.outcomes.iter().chain(to_ends)
}

fn reaches(definition: &Definition, from: Vec<&Target>, end: &Name, account: &Name) -> bool {
    let settles = |outcome: &&Outcome| {
        let settling = |kind: &AccountMoveKind| {
            matches!(kind, AccountMoveKind::Commit | AccountMoveKind::Release)
        };
        let mut moves = outcome.moves.iter();
        moves.any(|moved| moved.account.name == *account && settling(&moved.kind))
    };
    let (mut seen, mut queue) = (BTreeSet::new(), from);
    while let Some(target) = queue.pop() {
        match target {
            Target::End(found) if found == end => return true,
            Target::End(_) | Target::Done(_) => {}
            Target::Step(name) => {
                if seen.insert(name.clone()) {
                    let step = definition.block.steps.iter().find(|step| step.name == *name);
                    let outcomes = step.into_iter().flat_map(exits);
                    queue.extend(outcomes.filter(|o| !settles(o)).map(|o| &o.target));
                }
            }
        }
    }
    false
}

fn finding(
    code: dure_storage::Code,
    step: &Step,
    trace: Vec<String>,
    ko: &str,
    en: &str,
) -> Finding {
    let name = &step.name;
    Finding {
        code,
        step: Some(name.clone()),
        trace,
        message: text(format!("`{name}` 단계{ko}"), format!("{en} `{name}`")),
    }
}
