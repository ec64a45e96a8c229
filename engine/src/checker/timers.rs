//! What the clock is told to do and never comes to.

use super::outline::{Outline, occurs};
use super::{Finding, NEVER_ACTIVE, NEVER_FIRES};
use crate::expression::Asked;
use crate::model::definition::{Due, DueWhen, Step, StepKind};
use crate::time::{Span, SpanUnit};

pub(super) fn check(outline: &Outline<'_>, findings: &mut Vec<Finding>) {
    for step in outline.reached() {
        let name = &step.name;
        let found = |ko: String, en: String| {
            Finding::at(NEVER_FIRES, step).by(outline.trace(name.as_str())).told(ko, en)
        };
        if let Some(due) = step.due() {
            if due.expire.is_some() && !due.escalate.is_empty() {
                findings.push(found(
                    format!("`{name}` 단계는 기한에 끝나므로 그 뒤에 넘길 수 없습니다"),
                    format!("`{name}` expires at its due, so nobody is called in after it"),
                ));
            }
            if let Some(remind) = late_reminder(due) {
                findings.push(found(
                    format!("`{name}` 단계의 기한 {remind} 전 알림은 단계가 시작되기 전이라 울리지 않습니다"),
                    format!("`{name}` is never reminded {remind} before its due: it has not begun by then"),
                ));
            }
        }
        let quorum =
            if let StepKind::Task(task) = &step.kind { task.quorum.as_ref() } else { None };
        let impossible = quorum.and_then(|quorum| quorum.impossible.as_ref());
        if let Some(outcome) = impossible.and_then(|name| step.outcome(name.as_str()))
            && !occurs(step, outcome)
        {
            findings.push(found(
                format!("`{name}` 단계에 `of`가 없어 `{}`에 이를 수 없습니다", outcome.name),
                format!(
                    "`{name}` never ends by `{}`: without `of` more people may always vote",
                    outcome.name
                ),
            ));
        }
    }
    never_active(outline, findings);
}

/// A reminder that would come before the step begins.
fn late_reminder(due: &Due) -> Option<Span> {
    let DueWhen::Within(within) = &due.when else { return None };
    due.remind.iter().copied().find(|remind| is_as_long(*remind, *within))
}

/// Whether a span is surely at least as long as another.
fn is_as_long(one: Span, other: Span) -> bool {
    let minutes = |span: Span| match span.unit() {
        SpanUnit::Minutes => Some(u64::from(span.count())),
        SpanUnit::Hours => Some(u64::from(span.count()) * 60),
        SpanUnit::Days => Some(u64::from(span.count()) * 60 * 24),
        SpanUnit::Weeks => Some(u64::from(span.count()) * 60 * 24 * 7),
        SpanUnit::WorkingHours | SpanUnit::BusinessDays | SpanUnit::Months => None,
    };
    match (minutes(one), minutes(other)) {
        (Some(one), Some(other)) => one >= other,
        (Some(_) | None, _) => one.unit() == other.unit() && one.count() >= other.count(),
    }
}

/// Whether a step passes the moment it is entered, so that a case is never seen in it.
fn passes(step: &Step) -> bool {
    matches!(step.kind, StepKind::Decide | StepKind::Spawn(_) | StepKind::Send(_))
}

/// What is asked, or possible, only while a step is active that never is.
fn never_active(outline: &Outline<'_>, findings: &mut Vec<Finding>) {
    let passing = |name: &str| outline.place_of(name).is_some_and(|place| passes(place.step));
    for action in &outline.definition.actions {
        let during = !action.during.is_empty() && action.during.iter().all(|s| passing(s.as_str()));
        if during || action.leaves.as_ref().is_some_and(|at| passing(at.as_str())) {
            let name = &action.name;
            findings.push(Finding::about(NEVER_ACTIVE, "actions", name).told(
                format!("`{name}` 조치는 할 수 있는 때가 없습니다. 거기 적힌 단계는 들어서자마자 지나갑니다"),
                format!("`{name}` is never possible: the steps it names pass the moment they are entered"),
            ));
        }
    }
    for (step, expression) in super::unused::expressions(outline.definition) {
        let asked = expression.names().steps.into_iter();
        let never =
            asked.filter(|(asked, _)| *asked == Asked::Active).find(|(_, name)| passing(name));
        if let Some((_, asked)) = never {
            let found = match step {
                Some(step) => Finding::at(NEVER_ACTIVE, step).by(outline.trace(step.name.as_str())),
                None => Finding::whole(NEVER_ACTIVE),
            };
            findings.push(found.told(
                format!(
                    "`active(\"{asked}\")`는 언제나 거짓입니다. 그 단계는 들어서자마자 지나갑니다"
                ),
                format!(
                    "`active(\"{asked}\")` is never true: that step passes the moment it is entered"
                ),
            ));
        }
    }
}
