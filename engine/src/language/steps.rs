//! Steps, their outcomes, and the blocks they form.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::codes;
use super::fields::{fields, form};
use super::mapping::Mapping;
use super::node::{Node, NodeKind, Span};
use super::reading::Reading;
use super::scopes::{acting, after_call, after_parallel, automatic};
use crate::expression::{Scope, Type};
use crate::limits::BLOCK_DEPTH_MAX;
use crate::model::decide::done_name;
use crate::model::definition::{
    Assignments, BlockDefinition, BranchDefinition, By, Call, Callee, Definition, Guard, Outcome,
    Step, StepKind, Target, Task, start_name,
};
use crate::model::form::{Field, Form, record_of};
use crate::model::names::{Name, Text};

/// The block whose steps are being read.
pub(super) struct Surroundings<'a> {
    /// The steps of the block.
    pub(super) steps: Vec<&'a str>,
    /// Blocks around it; none for the main block.
    pub(super) depth: usize,
}

/// Reads the steps of a block.
pub(super) fn block(node: &Node, depth: usize, reading: &Reading<'_>) -> BlockDefinition {
    let named = reading.named(node);
    let around =
        Surroundings { steps: named.iter().map(|(name, _, _)| name.as_str()).collect(), depth };
    let read = |(name, span, node): &(Name, Span, &Node)| {
        step(name.clone(), *span, node, &around, reading)
    };
    BlockDefinition { steps: named.iter().filter_map(read).collect() }
}

fn step(
    name: Name,
    span: Span,
    node: &Node,
    around: &Surroundings<'_>,
    reading: &Reading<'_>,
) -> Option<Step> {
    let keys = Mapping::of(node, reading)?;
    let title = keys.need("title", reading).and_then(|node| reading.bilingual(node));
    let read = kind(&keys, span, around, reading);
    let read = match read {
        Some(Leading::Task(by)) => task(by, &keys, around, reading),
        Some(Leading::Decide(node)) => Some(decide(node, around, reading)),
        Some(Leading::Parallel(node)) => Some(parallel(node, &keys, around, reading)),
        Some(Leading::Call(node)) => call(node, &keys, around, reading),
        None => return None,
    };
    keys.finish(reading);
    let (kind, set, outcomes) = read?;
    Some(Step { name, title: title?, kind, set, outcomes })
}

enum Leading<'n> {
    Task(&'n Node),
    Decide(&'n Node),
    Parallel(&'n Node),
    Call(&'n Node),
}

fn kind<'n>(
    keys: &Mapping<'n>,
    span: Span,
    around: &Surroundings<'_>,
    reading: &Reading<'_>,
) -> Option<Leading<'n>> {
    let leading = [
        keys.take("by").map(Leading::Task),
        keys.take("decide").map(Leading::Decide),
        keys.take("parallel").map(Leading::Parallel),
        keys.take("call").map(Leading::Call),
    ];
    let mut found = leading.into_iter().flatten();
    match (found.next(), found.next()) {
        (Some(leading), None) if around.depth <= BLOCK_DEPTH_MAX => Some(leading),
        (Some(_), None) => {
            let en = format!("blocks are nested deeper than {BLOCK_DEPTH_MAX}");
            reading.error(codes::LIMIT, span, format!("블록이 {BLOCK_DEPTH_MAX}겹을 넘습니다"), en);
            None
        }
        (None, _) | (Some(_), Some(_)) => {
            let en = "a step has exactly one of `by`, `decide`, `parallel`, `call`";
            let ko = "단계에는 `by`, `decide`, `parallel`, `call` 중 꼭 하나가 있어야 합니다";
            reading.error(codes::OUTCOMES, span, ko, en);
            None
        }
    }
}

type Read = (StepKind, Assignments, Vec<Outcome>);

fn task(
    by: &Node,
    keys: &Mapping<'_>,
    around: &Surroundings<'_>,
    reading: &Reading<'_>,
) -> Option<Read> {
    let own = keys.take("form").map(|node| fields(node, reading)).unwrap_or_default();
    let holders = holders(by, reading);
    let place = keys
        .take("in")
        .and_then(|node| reading.expression(node, &automatic(reading), &Type::String));
    let not_same_as =
        keys.take("not_same_as").map(|node| other_steps(node, reading)).unwrap_or_default();
    let due_within = keys.take("due").and_then(|node| due(node, reading));
    let scope = acting(reading, record_of(&own));
    let set = keys.take("set").map(|node| assignments(node, &scope, &reading.data, reading));
    let shared = Arc::new(form(own, by, reading));
    let outcomes = outcomes(keys, &shared, &|own| acting(reading, own), around, reading);
    // Everything was read before a mistake in one key ends it, so that all mistakes are shown.
    let task = Task { by: holders?, scope: place, not_same_as, due_within };
    Some((StepKind::Task(task), set.unwrap_or_default(), outcomes))
}

fn decide(node: &Node, around: &Surroundings<'_>, reading: &Reading<'_>) -> Read {
    let scope = automatic(reading);
    let outcomes = outcome_list(node, &no_form(node, reading), &|_| scope.clone(), around, reading);
    must_end_open(&outcomes, node, reading);
    (StepKind::Decide, Vec::new(), outcomes)
}

fn parallel(
    node: &Node,
    keys: &Mapping<'_>,
    around: &Surroundings<'_>,
    reading: &Reading<'_>,
) -> Read {
    let named = reading.named(node);
    let branches: Vec<BranchDefinition> = named
        .iter()
        .filter_map(|(name, span, node)| {
            branch(name.clone(), *span, node, around.depth + 1, reading)
        })
        .collect();
    if named.len() < 2 {
        reading.error(
            codes::OUTCOMES,
            node.span,
            "병렬 단계에는 가지가 둘 이상 있어야 합니다",
            "a parallel step needs at least two branches",
        );
    }
    join(keys.take("join"), reading);
    let scope = after_parallel(reading, branches.iter().map(|branch| &branch.name));
    automatic_end(keys, node, StepKind::Parallel(branches), &scope, around, reading)
}

fn join(node: Option<&Node>, reading: &Reading<'_>) {
    let Some(node) = node else { return };
    match reading.string(node) {
        Some("all") | None => {}
        Some("any") => reading.report(super::mapping::reserved("any", node.span)),
        Some(_) => {
            reading.word(node, &["all"]);
        }
    }
}

fn branch(
    name: Name,
    span: Span,
    node: &Node,
    depth: usize,
    reading: &Reading<'_>,
) -> Option<BranchDefinition> {
    let keys = Mapping::of(node, reading)?;
    let title = keys.need("title", reading).and_then(|node| reading.bilingual(node));
    let steps = keys.need("steps", reading)?;
    let block = block(steps, depth, reading);
    let first = match (keys.take("first"), block.steps.as_slice()) {
        (Some(node), _) => one_of(node, &block, reading),
        (None, [only]) => Some(only.name.clone()),
        (None, _) => {
            let en = "`first` must name the step the branch begins with";
            reading.error(codes::MISSING, span, "`first`에 가지의 첫 단계를 적어야 합니다", en);
            None
        }
    };
    keys.finish(reading);
    Some(BranchDefinition { name, title: title?, first: first?, block })
}

fn one_of(node: &Node, block: &BlockDefinition, reading: &Reading<'_>) -> Option<Name> {
    let name = reading.name(node)?;
    let steps = block.steps.iter().map(|step| step.name.as_str());
    if steps.clone().any(|step| step == name.as_str()) {
        return Some(name);
    }
    reading.unknown(node.span, ("단계", "step of this block"), name.as_str(), steps);
    None
}

fn call(
    node: &Node,
    keys: &Mapping<'_>,
    around: &Surroundings<'_>,
    reading: &Reading<'_>,
) -> Option<Read> {
    let (callee, definitions) = callee(node, keys, reading)?;
    let fields = common_fields(&definitions, |definition| definition.start.form.fields());
    let with = match keys.take("with") {
        Some(with) => assignments(with, &automatic(reading), &fields, reading),
        None => Vec::new(),
    };
    all_given(&with, &definitions, node, reading);
    let results = common_fields(&definitions, |definition| &definition.data);
    let scope = after_call(reading, record_of(&results));
    Some(automatic_end(keys, node, StepKind::Call(Call { callee, with }), &scope, around, reading))
}

fn callee(
    node: &Node,
    keys: &Mapping<'_>,
    reading: &Reading<'_>,
) -> Option<(Callee, Vec<Arc<Definition>>)> {
    let choose = keys.take("choose");
    if let NodeKind::String(_) = node.kind {
        let definition = reading.called(node)?;
        return Some((Callee::One(definition.reference.name.clone()), vec![definition]));
    }
    let Some(choose) = choose else {
        let en = "`choose` must say by which value the workflow is chosen";
        reading.error(codes::MISSING, node.span, "`choose`에 고르는 값을 적어야 합니다", en);
        return None;
    };
    let choose = reading.expression(choose, &automatic(reading), &Type::String);
    let entries = reading.entries(node)?;
    let found: Vec<(String, Arc<Definition>)> = entries
        .iter()
        .filter_map(|(key, node)| Some((key.name.clone(), reading.called(node)?)))
        .collect();
    let among: BTreeMap<String, Name> =
        found.iter().map(|(value, d)| (value.clone(), d.reference.name.clone())).collect();
    Some((Callee::Chosen { choose: choose?, among }, found.into_iter().map(|(_, d)| d).collect()))
}

/// The fields that all of them have with one type.
fn common_fields(
    definitions: &[Arc<Definition>],
    of: impl Fn(&Definition) -> &[Field],
) -> Vec<Field> {
    let Some((first, others)) = definitions.split_first() else { return Vec::new() };
    let everywhere = |field: &&Field| {
        others.iter().all(|d| of(d).iter().any(|f| f.name == field.name && f.ty == field.ty))
    };
    of(first).iter().filter(everywhere).cloned().collect()
}

fn all_given(
    with: &Assignments,
    definitions: &[Arc<Definition>],
    node: &Node,
    reading: &Reading<'_>,
) {
    for definition in definitions {
        let fields = definition.start.form.fields().iter().filter(|field| !field.optional);
        let missing: Vec<&str> = fields
            .map(|field| field.name.as_str())
            .filter(|field| !with.iter().any(|(name, _)| name.as_str() == *field))
            .collect();
        if !missing.is_empty() {
            let (name, missing) = (&definition.reference.name, missing.join("`, `"));
            let ko = format!("`with`에 `{name}` 시작 양식의 `{missing}` 항목이 없습니다");
            let en = format!("`with` lacks `{missing}` of the start form of `{name}`");
            reading.error(codes::MISSING, node.span, ko, en);
        }
    }
}

fn automatic_end(
    keys: &Mapping<'_>,
    node: &Node,
    kind: StepKind,
    scope: &Scope,
    around: &Surroundings<'_>,
    reading: &Reading<'_>,
) -> Read {
    let set = keys.take("set").map(|node| assignments(node, scope, &reading.data, reading));
    let outcomes = outcomes(keys, &no_form(node, reading), &|_| scope.clone(), around, reading);
    must_end_open(&outcomes, node, reading);
    (kind, set.unwrap_or_default(), outcomes)
}

/// An automatic step can always go on: its last outcome has no guard.
fn must_end_open(outcomes: &[Outcome], node: &Node, reading: &Reading<'_>) {
    if outcomes.last().is_some_and(|last| last.guard.is_some()) {
        let en = "the last outcome of an automatic step must say `otherwise: true`";
        reading.error(
            codes::OUTCOMES,
            node.span,
            "자동 단계의 마지막 처리 결과는 `otherwise: true`여야 합니다",
            en,
        );
    }
    let early = outcomes.iter().rev().skip(1).find(|outcome| outcome.guard.is_none());
    if let Some(outcome) = early {
        let en = format!("nothing after `{}` can be reached: it has no guard", outcome.name);
        let ko =
            format!("`{}` 뒤의 처리 결과에는 이를 수 없습니다. `when`이 없습니다", outcome.name);
        reading.error(codes::OUTCOMES, node.span, ko, en);
    }
}

pub(super) fn holders(node: &Node, reading: &Reading<'_>) -> Option<By> {
    if let NodeKind::String(word) = &node.kind
        && word == "starter"
    {
        return Some(By::Starter);
    }
    let items = reading.items(node);
    let roles: Vec<Name> = items.iter().filter_map(|node| reading.role(node)).collect();
    (roles.len() == items.len() && !roles.is_empty()).then_some(By::Roles(roles))
}

fn other_steps(node: &Node, reading: &Reading<'_>) -> Vec<Name> {
    let items = reading.items(node).iter();
    items
        .filter_map(|node| {
            let name = reading.name(node)?;
            if name == start_name() || reading.steps.contains_key(name.as_str()) {
                return Some(name);
            }
            reading.unknown(
                node.span,
                ("단계", "step"),
                name.as_str(),
                reading.steps.keys().map(String::as_str),
            );
            None
        })
        .collect()
}

fn due(node: &Node, reading: &Reading<'_>) -> Option<chrono::Duration> {
    let keys = Mapping::of(node, reading)?;
    let within = keys.need("within", reading).and_then(|node| reading.duration(node));
    keys.finish(reading);
    within
}

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

fn no_form(node: &Node, reading: &Reading<'_>) -> Arc<Form> {
    Arc::new(form(Vec::new(), node, reading))
}

/// Gives the scope of an outcome's expressions from the type of its form.
type ScopeOf<'s> = &'s dyn Fn(Type) -> Scope;

fn outcomes(
    keys: &Mapping<'_>,
    shared: &Arc<Form>,
    scope_of: ScopeOf<'_>,
    around: &Surroundings<'_>,
    reading: &Reading<'_>,
) -> Vec<Outcome> {
    match (keys.take("outcomes"), keys.take("to"), keys.take("done")) {
        (Some(node), None, None) => outcome_list(node, shared, scope_of, around, reading),
        (None, Some(node), None) => {
            vec![only_outcome(to(node, around, reading), shared)]
        }
        (None, None, Some(node)) => {
            vec![only_outcome(done(node, around, reading), shared)]
        }
        (None, None, None) | (Some(_), _, _) | (None, Some(_), Some(_)) => {
            let en = "a step has exactly one of `outcomes`, `to`, `done`";
            reading.error(
                codes::OUTCOMES,
                keys.span(),
                "단계에는 `outcomes`, `to`, `done` 중 꼭 하나가 있어야 합니다",
                en,
            );
            Vec::new()
        }
    }
}

fn only_outcome(target: Option<Target>, shared: &Arc<Form>) -> Outcome {
    Outcome {
        name: done_name(),
        title: None,
        guard: None,
        form: shared.clone(),
        set: Vec::new(),
        reason_required: false,
        target: target.unwrap_or_else(|| Target::Done(done_name())),
    }
}

fn outcome_list(
    node: &Node,
    shared: &Arc<Form>,
    scope_of: ScopeOf<'_>,
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
    let read = |(name, _, node): (Name, Span, &Node)| {
        outcome(name, node, shared, scope_of, around, reading)
    };
    named.into_iter().filter_map(read).collect()
}

fn outcome(
    name: Name,
    node: &Node,
    shared: &Arc<Form>,
    scope_of: ScopeOf<'_>,
    around: &Surroundings<'_>,
    reading: &Reading<'_>,
) -> Option<Outcome> {
    let keys = Mapping::of(node, reading)?;
    let own = keys.take("form").map(|node| fields(node, reading)).unwrap_or_default();
    let all: Vec<Field> = shared.fields().iter().chain(&own).cloned().collect();
    let scope = scope_of(record_of(&all));
    let form = match own.is_empty() {
        true => shared.clone(),
        false => Arc::new(form(all, node, reading)),
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
        guard: guard(&keys, &scope, reading),
        form,
        set: keys
            .take("set")
            .map(|n| assignments(n, &scope, &reading.data, reading))
            .unwrap_or_default(),
        reason_required: reason_required(&keys, reading),
        target: target?,
    };
    keys.finish(reading);
    Some(outcome)
}

fn title_of(keys: &Mapping<'_>, reading: &Reading<'_>) -> Option<Text> {
    keys.take("title").and_then(|node| reading.bilingual(node))
}

/// Reads `when` with `because`, or `otherwise: true`, which is no guard.
pub(super) fn guard(keys: &Mapping<'_>, scope: &Scope, reading: &Reading<'_>) -> Option<Guard> {
    let (when, otherwise) = (keys.take("when"), reading.flag(keys.take("otherwise")));
    let because = keys.take("because").and_then(|node| reading.bilingual(node));
    let when = when?;
    if otherwise {
        reading.error(
            codes::OUTCOMES,
            when.span,
            "`when`과 `otherwise`는 함께 쓸 수 없습니다",
            "`when` and `otherwise` exclude each other",
        );
    }
    Some(Guard { when: reading.expression(when, scope, &Type::Bool)?, because })
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
    if around.depth == 0 && reading.ends.contains(&name) {
        return Some(Target::End(name));
    }
    let ends = reading.ends.iter().map(Name::as_str).filter(|_| around.depth == 0);
    let known = around.steps.iter().copied().chain(ends);
    let what = match around.depth {
        0 => ("단계나 종결", "step or end"),
        _ => ("단계", "step of this branch"),
    };
    reading.unknown(node.span, what, name.as_str(), known);
    None
}

/// The target of a start or an action, which belong to the main block.
pub(super) fn main_target(node: &Node, steps: &[&str], reading: &Reading<'_>) -> Option<Target> {
    to(node, &Surroundings { steps: steps.to_vec(), depth: 0 }, reading)
}

fn done(node: &Node, around: &Surroundings<'_>, reading: &Reading<'_>) -> Option<Target> {
    if around.depth == 0 {
        let en = "`done` ends a branch; in the main block write `to` and an end";
        reading.error(
            codes::OUTCOMES,
            node.span,
            "`done`은 가지에서만 씁니다. 본 블록에서는 `to`에 종결을 적습니다",
            en,
        );
        return None;
    }
    reading.name(node).map(Target::Done)
}
