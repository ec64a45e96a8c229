//! Guards that leave no choice: always true, always false, or all false at once.

use super::outline::{Outline, constant};
use super::{CONSTANT, Finding, NO_OUTCOME};
use crate::model::definition::{Outcome, Step, StepKind};

pub(super) fn check(outline: &Outline<'_>, findings: &mut Vec<Finding>) {
    for step in outline.reached() {
        constants(outline, step, findings);
        if let StepKind::Task(_) | StepKind::Auto(_) = &step.kind {
            no_outcome(outline, step, findings);
        }
    }
}

fn constants<'d>(outline: &Outline<'d>, step: &'d Step, findings: &mut Vec<Finding>) {
    let name = &step.name;
    let found = |ko: String, en: String| {
        Finding::at(CONSTANT, step).by(outline.trace(name.as_str())).told(ko, en)
    };
    for outcome in &step.outcomes {
        let (told, rules) = (&outcome.name, &outcome.rules);
        if rules.iter().any(|rule| constant(&rule.when) == Some(false)) {
            findings.push(found(
                format!("`{name}` 단계의 `{told}` 조건은 언제나 거짓입니다"),
                format!("the guard of `{told}` of `{name}` is always false"),
            ));
        } else if rules.iter().any(|rule| constant(&rule.when) == Some(true)) {
            findings.push(found(
                format!("`{name}` 단계의 `{told}` 조건은 언제나 참입니다"),
                format!("the guard of `{told}` of `{name}` is always true"),
            ));
        }
    }
    let automatic = !matches!(step.kind, StepKind::Task(_) | StepKind::Auto(_));
    let open = if automatic { outline.choices(step) } else { return };
    let shut = |outcome: &&Outcome| super::outline::is_shut(outcome);
    let last = step.outcomes.iter().rfind(|o| !o.automatic && !shut(o));
    let complemented = open.len() > 1
        && open.last().is_some_and(|o| !o.rules.is_empty() && constant(&o.rules[0].when).is_none());
    if let Some(last) = last.filter(|last| complemented && open.iter().all(|o| o.name != last.name))
    {
        findings.push(found(
            format!(
                "`{name}` 단계의 `{}`에는 이를 수 없습니다. 앞의 조건들이 모든 경우를 다룹니다",
                last.name
            ),
            format!(
                "`{}` of `{name}` is never chosen: the guards before it leave nothing over",
                last.name
            ),
        ));
    }
}

/// A task whose every outcome can be shut at once.
fn no_outcome(outline: &Outline<'_>, step: &Step, findings: &mut Vec<Finding>) {
    if step.outcomes.iter().any(|o| o.automatic) || outline.runs_out(step.name.as_str()) {
        return;
    }
    let name = &step.name;
    let by = outline.trace(name.as_str());
    let shut = |outcome: &Outcome| outcome.at_most.is_some() || outcome.rules.iter().any(depends);
    let guards: Vec<_> = step
        .outcomes
        .iter()
        .filter(|outcome| outcome.at_most.is_none())
        .filter_map(|outcome| match outcome.rules.as_slice() {
            [rule] => Some(&rule.when),
            [] | [_, _, ..] => None,
        })
        .collect();
    let complemented = guards.iter().any(|one| guards.iter().any(|other| one.complements(other)));
    if step.outcomes.iter().all(shut) && !complemented {
        findings.push(Finding::at(NO_OUTCOME, step).by(by).told(
            format!("`{name}` 단계의 조건이 모두 거짓이면 고를 처리 결과가 없습니다"),
            format!("the guards of `{name}` can all be false at once, and then nothing ends it"),
        ));
    }
}

/// Whether a guard hangs on more than what whoever acts fills in, is, or waits for.
fn depends(rule: &crate::model::definition::Guard) -> bool {
    let names = rule.when.names();
    let chosen = |path: &String| matches!(path.split('.').next(), Some("form" | "actor" | "now"));
    constant(&rule.when) != Some(true) && !names.paths.iter().any(chosen)
}
