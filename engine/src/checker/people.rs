//! People that a step asks for and that cannot be: somebody else than the only one there is, more than there are.

use std::collections::BTreeSet;

use super::outline::{Outline, is_shut};
use super::{FOUR_EYES, Finding, QUORUM, SPLIT};
use crate::expression::{Expression, Value};
use crate::model::definition::{
    By, Definition, Electorate, Need, Outcome, Quorum, Step, StepKind, Target, Task, start_name,
};
use crate::model::names::Name;

pub(super) fn check(outline: &Outline<'_>, findings: &mut Vec<Finding>) {
    for step in outline.reached() {
        let StepKind::Task(task) = &step.kind else { continue };
        let clash = task.not_same_as.iter().find_map(|other| clash(outline, step, task, other));
        findings.extend(clash);
        let Some(quorum) = &task.quorum else { continue };
        let found = too_many(task, quorum).map(|(need, of)| {
            Finding::at(QUORUM, step).told(
                format!(
                    "`{}` 단계에는 {need}명이 필요한데 할 수 있는 사람은 {of}명뿐입니다",
                    step.name
                ),
                format!("`{}` needs {need} people, and no more than {of} can be there", step.name),
            )
        });
        let found = found.or_else(|| {
            splits(step, quorum).then(|| {
                Finding::at(SPLIT, step).told(
                    format!("`{}` 단계의 표가 갈리면 아무도 더 나아가게 할 수 없습니다", step.name),
                    format!(
                        "the votes on `{}` can split, and then nobody can move the case",
                        step.name
                    ),
                )
            })
        });
        findings.extend(found.map(|found| found.by(outline.trace(step.name.as_str()))));
    }
}

/// A step that only somebody can do who did the other before: the way through the other to this one.
fn clash(outline: &Outline<'_>, step: &Step, task: &Task, other: &Name) -> Option<Finding> {
    let way = match (&task.by, outline.place_of(other.as_str()).map(|place| &place.step.kind)) {
        // Whoever a case is for counts as one who did its start.
        (By::Starter, None) if *other == start_name() => Some(outline.trace(step.name.as_str())),
        (By::Starter, Some(StepKind::Task(before))) if matches!(before.by, By::Starter) => {
            through(outline, other, &step.name)
        }
        (By::Person(one), Some(StepKind::Task(before))) => {
            let same = matches!(&before.by, By::Person(two) if two.text() == one.text());
            let same = same && is_lasting(outline.definition, one);
            same.then(|| through(outline, other, &step.name)).flatten()
        }
        (By::Roles(_) | By::Starter | By::Person(_) | By::People(_), _) => None,
    }?;
    let name = &step.name;
    Some(Finding::at(FOUR_EYES, step).by(way).told(
        format!("`{name}` 단계와 `{other}` 단계를 할 사람이 한 사람뿐입니다"),
        format!("`{name}` and `{other}` belong to the same single person"),
    ))
}

/// Whether an expression names the same person throughout: what it reads is set at the start and never again.
fn is_lasting(definition: &Definition, person: &Expression) -> bool {
    let reads = person.names();
    let mut later = definition.steps().into_iter().flat_map(|step| {
        step.set.iter().chain(step.outcomes.iter().flat_map(|outcome| &outcome.set))
    });
    let acted = || definition.actions.iter().flat_map(|action| &action.set);
    let changes = |field: &Name| reads.reads(&format!("data.{field}"));
    !later.any(|(field, _)| changes(field)) && !acted().any(|(field, _)| changes(field))
}

/// The shortest way from the start by one step to another that follows it, or runs at the same time.
pub(super) fn through(outline: &Outline<'_>, first: &Name, then: &Name) -> Option<Vec<String>> {
    if !outline.is_reached(first.as_str()) {
        return None;
    }
    let (before, after) = (outline.around(first.as_str()), outline.around(then.as_str()));
    // The innermost block that has both.
    let common = before.iter().enumerate().find_map(|(at, one)| {
        let block = outline.place_of(one.name.as_str())?.block;
        let other = after.iter().position(|other| {
            outline.place_of(other.name.as_str()).is_some_and(|p| std::ptr::eq(p.block, block))
        })?;
        Some((at, other))
    });
    let (at, other) = common?;
    let mut trace = outline.trace(first.as_str());
    let (from, to) = (before[at], after[other]);
    if from.name != to.name || at == 0 || other == 0 {
        trace.extend(on_from(outline, from, to)?);
    } else {
        // Two branches of the same step.
        trace.push(first.to_string());
        return Some(trace);
    }
    let whole = outline.trace(then.as_str());
    let outer = outline.trace(to.name.as_str());
    trace.extend(whole.into_iter().skip(outer.len()));
    Some(trace)
}

/// The shortest way from one step of a block to another.
fn on_from(outline: &Outline<'_>, from: &Step, to: &Step) -> Option<Vec<String>> {
    let mut queue = std::collections::VecDeque::from([(from.name.as_str().to_owned(), Vec::new())]);
    let mut seen: Vec<String> = Vec::new();
    while let Some((name, way)) = queue.pop_front() {
        for (by, target) in outline.edges(&name) {
            let Target::Step(next) = target else { continue };
            let way: Vec<String> = way.iter().cloned().chain([by]).collect();
            if *next == to.name {
                return Some(way);
            }
            if !seen.iter().any(|seen| seen == next.as_str()) {
                seen.push(next.to_string());
                queue.push_back((next.to_string(), way));
            }
        }
    }
    None
}

/// How many a quorum needs and how many there can be, if those are too few.
fn too_many(task: &Task, quorum: &Quorum) -> Option<(u32, u32)> {
    let alone = matches!(task.by, By::Starter | By::Person(_)).then_some(1);
    let listed = listed(&quorum.of);
    let of = match &quorum.of {
        Electorate::Count(count) => Some(*count),
        Electorate::People(_) => listed,
        Electorate::Open => None,
    };
    let need = match (quorum.need, of) {
        (Need::Count(count), _) => Some(count),
        (need @ Need::Share { .. }, Some(of)) => Some(need.of(of)),
        (Need::Share { .. }, None) => None,
    }?;
    let most = alone.into_iter().chain(listed).min()?;
    (need > most).then_some((need, most))
}

/// How many people a list has that is written out.
fn listed(of: &Electorate) -> Option<u32> {
    listed_people(of).and_then(|people| u32::try_from(people.len()).ok())
}

/// The people of a list that is written out.
pub(super) fn listed_people(of: &Electorate) -> Option<BTreeSet<String>> {
    let Electorate::People(list) = of else { return None };
    let Some(Value::List(list)) = list.constant() else { return None };
    let json = Value::List(list).to_json();
    let people = json.as_array().into_iter().flatten().filter_map(serde_json::Value::as_str);
    Some(people.map(str::to_owned).collect())
}

/// Whether everybody can have voted without a decision, with nothing that ends the step then.
fn splits(step: &Step, quorum: &Quorum) -> bool {
    let by_itself = step.outcomes.iter().any(|outcome| outcome.automatic);
    let open = |outcome: &&Outcome| !outcome.automatic && !is_shut(outcome);
    let ways = step.outcomes.iter().filter(open).count() as u32;
    let of = match &quorum.of {
        Electorate::Count(of) => Some(*of),
        Electorate::People(_) => listed(&quorum.of),
        Electorate::Open => None,
    };
    let splits = |of: u32| of.div_ceil(ways.max(1)) < quorum.need.of(of);
    !by_itself && ways > 1 && of.is_some_and(splits)
}
