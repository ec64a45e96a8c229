//! The ways a step ends: its outcomes, their rules and where they lead.

use std::sync::Arc;

use super::codes;
use super::elsewhere::moves;
use super::fields::{fields, form};
use super::mapping::Mapping;
use super::node::{Node, Span};
use super::people::count;
use super::reading::Reading;
use super::scopes::automatic;
use super::steps::Surroundings;
use crate::expression::{Scope, Type};
use crate::model::decide::done_name;
use crate::model::definition::{Assignments, Guard, Outcome, Target};
use crate::model::form::{Field, Form, record_of};
use crate::model::names::{Name, Text};

/// Reads `set` or `with`: field to expression.
pub(super) fn assignments(
    node: &Node,
    scope: &Scope,
    fields: &[Field],
    reading: &Reading<'_>,
) -> Assignments {
    let named = reading.named(node).into_iter();
    named
        .filter_map(|(name, span, node)| match fields.iter().find(|field| field.name == name) {
            Some(field) => Some((name, reading.expression(node, scope, &field.ty)?)),
            None => {
                let known = fields.iter().map(|field| field.name.as_str());
                reading.unknown(span, ("자료", "field to set"), name.as_str(), known);
                None
            }
        })
        .collect()
}

pub(super) fn no_form(node: &Node, reading: &Reading<'_>) -> Arc<Form> {
    Arc::new(form(Vec::new(), node, reading))
}

/// Gives the scope of an outcome's expressions from the type of its form.
pub(super) type ScopeOf<'s> = &'s dyn Fn(Type) -> Scope;

/// What the outcomes of a step have in common.
pub(super) struct Ending<'a> {
    /// The fields of the step.
    pub(super) shared: &'a Arc<Form>,
    /// The scope of an outcome, from the type of its form.
    pub(super) scope_of: ScopeOf<'a>,
    /// The outcomes that only the clock or a quorum takes.
    pub(super) automatic: &'a [Name],
    /// The name of the one outcome where only `to` or `done` stands.
    pub(super) only: &'a str,
}

/// Reads the outcomes of a step: a map, or the one that `to` or `done` is.
pub(super) fn outcomes(
    keys: &Mapping<'_>,
    ending: &Ending<'_>,
    around: &Surroundings<'_>,
    reading: &Reading<'_>,
) -> Vec<Outcome> {
    let outcomes = match (keys.take("outcomes"), keys.take("to"), keys.take("done")) {
        (Some(node), None, None) => outcome_list(node, ending, around, reading),
        (None, Some(node), None) => {
            vec![only_outcome(to(node, around, reading), ending)]
        }
        (None, None, Some(node)) => {
            vec![only_outcome(done(node, around, reading), ending)]
        }
        (None, None, None) | (Some(_), _, _) | (None, Some(_), Some(_)) => {
            let en = "a step has exactly one of `outcomes`, `to`, `done`";
            reading.error(
                codes::OUTCOMES,
                keys.span(),
                "단계에는 `outcomes`, `to`, `done` 중 꼭 하나가 있어야 합니다",
                en,
            );
            return Vec::new();
        }
    };
    for name in ending.automatic {
        if !outcomes.iter().any(|outcome| outcome.name == *name) {
            let known = outcomes.iter().map(|outcome| outcome.name.as_str());
            reading.unknown(keys.span(), ("처리 결과", "outcome"), name.as_str(), known);
        }
    }
    outcomes
}

fn only_outcome(target: Option<Target>, ending: &Ending<'_>) -> Outcome {
    let name = Name::new(ending.only).unwrap_or_else(|_| done_name());
    Outcome {
        name,
        title: None,
        rules: Vec::new(),
        automatic: false,
        at_most: None,
        form: ending.shared.clone(),
        set: Vec::new(),
        moves: Vec::new(),
        reason_required: false,
        target: target.unwrap_or_else(|| Target::Done(done_name())),
    }
}

pub(super) fn outcome_list(
    node: &Node,
    ending: &Ending<'_>,
    around: &Surroundings<'_>,
    reading: &Reading<'_>,
) -> Vec<Outcome> {
    let named = reading.named(node);
    if named.is_empty() {
        reading.error(
            codes::OUTCOMES,
            node.span,
            "처리 결과가 하나는 있어야 합니다",
            "there must be at least one outcome",
        );
    }
    let read = |(name, _, node): (Name, Span, &Node)| outcome(name, node, ending, around, reading);
    named.into_iter().filter_map(read).collect()
}

fn outcome(
    name: Name,
    node: &Node,
    ending: &Ending<'_>,
    around: &Surroundings<'_>,
    reading: &Reading<'_>,
) -> Option<Outcome> {
    let keys = Mapping::of(node, reading)?;
    let by_itself = ending.automatic.contains(&name);
    let (form, scope) = match by_itself {
        true => (no_form(node, reading), automatic(reading)),
        false => own_form(&keys, node, ending, reading),
    };
    let target = match (keys.take("to"), keys.take("done")) {
        (Some(node), None) => to(node, around, reading),
        (None, Some(node)) => done(node, around, reading),
        (None, None) | (Some(_), Some(_)) => {
            reading.error(
                codes::OUTCOMES,
                node.span,
                "처리 결과에는 `to`와 `done` 중 하나가 있어야 합니다",
                "an outcome has either `to` or `done`",
            );
            None
        }
    };
    let outcome = Outcome {
        name,
        title: title_of(&keys, reading),
        rules: rules_or_otherwise(&keys, &scope, reading),
        automatic: by_itself,
        at_most: keys.take("at_most").and_then(|node| count(node, reading)),
        form,
        set: keys
            .take("set")
            .map(|n| assignments(n, &scope, &reading.data, reading))
            .unwrap_or_default(),
        moves: moves(&keys, &scope, reading),
        reason_required: !by_itself && reason_required(&keys, reading),
        target: target?,
    };
    keys.finish(reading);
    Some(outcome)
}

fn title_of(keys: &Mapping<'_>, reading: &Reading<'_>) -> Option<Text> {
    keys.take("title").and_then(|node| reading.bilingual(node))
}

/// The form of an outcome that a person or a handler takes: the step's fields and its own.
fn own_form(
    keys: &Mapping<'_>,
    node: &Node,
    ending: &Ending<'_>,
    reading: &Reading<'_>,
) -> (Arc<Form>, Scope) {
    let own = keys.take("form").map(|node| fields(node, reading)).unwrap_or_default();
    let all: Vec<Field> = ending.shared.fields().iter().chain(&own).cloned().collect();
    let scope = (ending.scope_of)(record_of(&all));
    match own.is_empty() {
        true => (ending.shared.clone(), scope),
        false => (Arc::new(form(all, node, reading)), scope),
    }
}

/// Reads the rules of an outcome: those of [`rules`], or `otherwise: true`, which is none.
fn rules_or_otherwise(keys: &Mapping<'_>, scope: &Scope, reading: &Reading<'_>) -> Vec<Guard> {
    let otherwise = reading.flag(keys.take("otherwise"));
    let rules = rules(keys, scope, reading);
    if otherwise && !rules.is_empty() {
        reading.error(
            codes::OUTCOMES,
            keys.span(),
            "`when`과 `otherwise`는 함께 쓸 수 없습니다",
            "`when` and `otherwise` exclude each other",
        );
    }
    rules
}

/// Reads `when` with `because`, and further `rules`.
pub(super) fn rules(keys: &Mapping<'_>, scope: &Scope, reading: &Reading<'_>) -> Vec<Guard> {
    let mut rules: Vec<Guard> = rule(keys, scope, reading).into_iter().collect();
    for node in keys.take("rules").map(|node| reading.items(node)).unwrap_or_default() {
        let Some(keys) = Mapping::of(node, reading) else { continue };
        keys.need("when", reading);
        rules.extend(rule(&keys, scope, reading));
        keys.finish(reading);
    }
    rules
}

fn rule(keys: &Mapping<'_>, scope: &Scope, reading: &Reading<'_>) -> Option<Guard> {
    let when = keys.take("when");
    let because = keys.take("because").and_then(|node| reading.bilingual(node));
    Some(Guard { when: reading.expression(when?, scope, &Type::Bool)?, because })
}

/// Reads `reason: required`.
pub(super) fn reason_required(keys: &Mapping<'_>, reading: &Reading<'_>) -> bool {
    keys.take("reason").is_some_and(|node| reading.word(node, &["required"]).is_some())
}

fn to(node: &Node, around: &Surroundings<'_>, reading: &Reading<'_>) -> Option<Target> {
    let name = reading.name(node)?;
    if around.steps.contains(&name.as_str()) {
        return Some(Target::Step(name));
    }
    if reading.ends.contains(&name) {
        return Some(Target::End(name));
    }
    let ends = reading.ends.iter().map(Name::as_str);
    let known = around.steps.iter().copied().chain(ends);
    let what = match around.depth {
        0 => ("단계나 종결", "step or end"),
        _ => ("단계나 종결", "step of this branch, or end"),
    };
    reading.unknown(node.span, what, name.as_str(), known);
    None
}

/// The target of a start or of an action that leaves the main block.
pub(super) fn main_target(node: &Node, steps: &[&str], reading: &Reading<'_>) -> Option<Target> {
    to(node, &Surroundings { steps: steps.to_vec(), depth: 0 }, reading)
}

/// Where something leads that leaves a step, from the block of that step.
pub(super) fn target_beside(
    keys: &Mapping<'_>,
    step: &Name,
    reading: &Reading<'_>,
) -> Option<Target> {
    let (steps, depth) = reading.blocks.get(step.as_str())?;
    let around = Surroundings { steps: steps.iter().map(String::as_str).collect(), depth: *depth };
    let to = keys.take("to").and_then(|node| to(node, &around, reading));
    to.or_else(|| keys.take("done").and_then(|node| done(node, &around, reading)))
}

fn done(node: &Node, around: &Surroundings<'_>, reading: &Reading<'_>) -> Option<Target> {
    if around.depth == 0 {
        let en = "`done` ends a branch; in the main block write `to` and an end";
        reading.error(
            codes::OUTCOMES,
            node.span,
            "`done`은 분기에서만 씁니다. 본 블록에서는 `to`에 종결을 적습니다",
            en,
        );
        return None;
    }
    reading.name(node).map(Target::Done)
}
