//! The ways of a case: steps nothing leads to, steps nothing leads out of, joins that are never met, and rounds that
//! nobody takes part in.

use std::collections::BTreeSet;

use super::outline::{Outline, inner, occurs};
use super::{
    CLOCKWORK, ENDLESS, Finding, JOIN, JOIN_CONDITION, KEPT, NO_WAY_OUT, SPENT, UNREACHABLE,
};
use crate::expression::Asked;
use crate::model::definition::{BlockDefinition, Outcome, Step, StepKind, Target};

pub(super) fn check(outline: &Outline<'_>, findings: &mut Vec<Finding>) {
    unreachable(outline, findings);
    let definition = outline.definition;
    trapped(outline, &definition.block, findings);
    spent(outline, &definition.block, findings);
    rounds(outline, &definition.block, findings);
    for step in outline.reached() {
        join(outline, step, findings);
        for (_, _, block, counted) in inner(step) {
            rounds(outline, block, findings);
            if counted && matters(outline, step) {
                trapped(outline, block, findings);
                spent(outline, block, findings);
            }
        }
    }
}

/// Of what is in an unreachable step nothing is told, nor of what lies behind one that nobody can do: it follows.
fn unreachable(outline: &Outline<'_>, findings: &mut Vec<Finding>) {
    let reached = |step: &Step| outline.is_reached(step.name.as_str());
    for step in outline.definition.steps() {
        let place = outline.place_of(step.name.as_str());
        let inside_reached = place.is_none_or(|p| p.owner.is_none_or(|(owner, _)| reached(owner)));
        if !reached(step) && inside_reached && !outline.is_kept_from(step) {
            let name = &step.name;
            findings.push(Finding::at(UNREACHABLE, step).told(
                format!("`{name}` 단계에 이르는 길이 없습니다"),
                format!("nothing leads to `{name}`"),
            ));
        }
    }
}

/// Whether a case stands still when the branches of a step cannot end.
fn matters(outline: &Outline<'_>, step: &Step) -> bool {
    let strands = |step: &&Step| {
        outline
            .ending(step.name.as_str())
            .is_some_and(|ending| ending.join.strands && !ending.join.never)
    };
    let around = outline.around(step.name.as_str());
    let beside =
        |step: &&Step| outline.definition.background.iter().any(|b| b.step.name == step.name);
    around.iter().all(strands) && !around.iter().any(beside) && waited_for(outline, &around)
}

/// Whether no branch on the way in runs in the background.
fn waited_for(outline: &Outline<'_>, around: &[&Step]) -> bool {
    around.iter().all(|step| {
        let owner = outline.place_of(step.name.as_str()).and_then(|place| place.owner);
        owner.is_none_or(|(owner, branch)| {
            inner(owner).iter().any(|(name, _, _, counted)| *name == branch && *counted)
        })
    })
}

/// Where a block is first got into without a way out of it.
fn trapped(outline: &Outline<'_>, block: &BlockDefinition, findings: &mut Vec<Finding>) {
    let traps = outline.traps(block);
    for step in &block.steps {
        let name = step.name.as_str();
        let entered = outline.before(name).is_none_or(|before| !traps.contains(&before));
        if traps.contains(&name) && outline.is_reached(name) && entered {
            findings.push(Finding::at(NO_WAY_OUT, step).by(outline.trace(name)).told(
                format!("`{name}` 단계에서는 종결에 이를 수 없습니다"),
                format!("no end can be reached from `{name}`"),
            ));
        }
    }
}

/// Where a block is first got into that can come again with every bounded way out of it used up.
fn spent(outline: &Outline<'_>, block: &BlockDefinition, findings: &mut Vec<Finding>) {
    for step in &block.steps {
        let name = step.name.as_str();
        let entered = outline.before(name).is_none_or(|before| !outline.runs_out(before));
        if outline.is_reached(name) && outline.runs_out(name) && entered {
            findings.push(Finding::at(SPENT, step).by(outline.trace(name)).told(
                format!("`{name}` 단계에서 나가는 처리 결과를 모두 정한 횟수만큼 쓰면 더 나아갈 수 없습니다"),
                format!("nothing leads on from `{name}` once its outcomes were taken as often as they may"),
            ));
        }
    }
}

fn join(outline: &Outline<'_>, step: &Step, findings: &mut Vec<Finding>) {
    let name = step.name.as_str();
    let Some(ending) = outline.ending(name) else { return };
    let found = |code| Finding::at(code, step).by(outline.trace(name));
    let beside = outline.definition.background.iter().any(|b| b.step.name == step.name);
    if ending.join.never && !beside {
        findings.push(found(JOIN).told(
            format!("`{name}` 단계의 분기가 모두 끝나도록 기다려도 합류할 수 없습니다"),
            format!("the join of `{name}` can never be met: too few of its branches can end"),
        ));
    } else if ending.join.idle_condition {
        findings.push(found(JOIN_CONDITION).told(
            format!("`{name}` 단계의 합류 조건은 분기가 어떻게 끝나도 참이 되지 않습니다"),
            format!(
                "the condition of the join of `{name}` is never true, however its branches end"
            ),
        ));
    }
    kept(outline, step, findings);
}

/// A result to keep that no item can have.
fn kept(outline: &Outline<'_>, step: &Step, findings: &mut Vec<Finding>) {
    let StepKind::Each(each) = &step.kind else { return };
    let Some(keep) = &each.keep else { return };
    let ends = |inside: &Step| {
        let mut edges = outline.edges(inside.name.as_str());
        edges.any(|(_, target)| *target == Target::Done(keep.clone()))
    };
    if !each.block.steps.iter().any(ends) {
        let name = &step.name;
        findings.push(Finding::at(KEPT, step).by(outline.trace(name.as_str())).told(
            format!("`{name}` 단계가 지키려는 결과 `{keep}`로 끝나는 항목이 없습니다"),
            format!("`{name}` keeps the result `{keep}`, which no item can have"),
        ));
    }
}

/// Rounds in which no person takes part and that nothing bounds: one for each block.
fn rounds(outline: &Outline<'_>, block: &BlockDefinition, findings: &mut Vec<Finding>) {
    let reached = |step: &&Step| outline.is_reached(step.name.as_str());
    let reached: Vec<&Step> = block.steps.iter().filter(reached).collect();
    let by_itself = reached.iter().find(|step| comes_back(outline, block, step, at_once));
    if let Some(step) = by_itself {
        let name = step.name.as_str();
        findings.push(Finding::at(ENDLESS, step).by(outline.trace(name)).told(
            format!("`{name}` 단계에서 아무도 거치지 않고 끝없이 돌 수 있습니다"),
            format!("`{name}` can go round by itself without a bound"),
        ));
        return;
    }
    if let Some(step) = reached.iter().find(|step| comes_back(outline, block, step, by_clock)) {
        let name = step.name.as_str();
        findings.push(Finding::at(CLOCKWORK, step).by(outline.trace(name)).told(
            format!("`{name}` 단계에서 기한만으로 끝없이 돌 수 있습니다"),
            format!("`{name}` can go round by the clock alone without a bound"),
        ));
    }
}

/// The outcomes by which a step passes without anybody.
fn at_once<'o>(outline: &'o Outline<'_>, step: &Step) -> Vec<&'o Outcome> {
    match &step.kind {
        // A called workflow is looked at for itself, and a letter is there only once.
        StepKind::Call(_) | StepKind::Wait(_) => Vec::new(),
        StepKind::Task(_)
        | StepKind::Auto(_)
        | StepKind::Decide
        | StepKind::Parallel(_)
        | StepKind::Each(_)
        | StepKind::Spawn(_)
        | StepKind::Send(_) => {
            outline.ending(step.name.as_str()).map(|e| e.instant.clone()).unwrap_or_default()
        }
    }
}

/// The same, where the clock may take part but nobody else can.
fn by_clock<'o>(outline: &'o Outline<'_>, step: &Step) -> Vec<&'o Outcome> {
    let Some(ending) = outline.ending(step.name.as_str()) else { return Vec::new() };
    match &step.kind {
        StepKind::Wait(wait) if wait.message.is_none() => ending.open.clone(),
        StepKind::Wait(_)
        | StepKind::Task(_)
        | StepKind::Auto(_)
        | StepKind::Decide
        | StepKind::Parallel(_)
        | StepKind::Each(_)
        | StepKind::Call(_)
        | StepKind::Spawn(_)
        | StepKind::Send(_) => at_once(outline, step),
    }
}

fn comes_back<'o>(
    outline: &'o Outline<'_>,
    block: &BlockDefinition,
    from: &Step,
    moves: fn(&'o Outline<'_>, &Step) -> Vec<&'o Outcome>,
) -> bool {
    let (mut seen, mut queue) = (BTreeSet::new(), vec![from]);
    while let Some(step) = queue.pop() {
        for outcome in
            moves(outline, step).into_iter().filter(|o| !is_bounded(o) && !occurs(step, o))
        {
            let Target::Step(to) = &outcome.target else { continue };
            if *to == from.name {
                return true;
            }
            if seen.insert(to) {
                queue.extend(block.steps.iter().find(|step| step.name == *to));
            }
        }
    }
    false
}

fn is_bounded(outcome: &Outcome) -> bool {
    let counts = |(asked, _): &(Asked, String)| *asked == Asked::Times;
    let counted = outcome.rules.iter().any(|rule| rule.when.names().steps.iter().any(counts));
    outcome.at_most.is_some() || counted
}
