//! Steps of every kind, and the blocks they form.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::codes;
use super::elsewhere::{free, send, spawn};
use super::fields::{fields, form};
use super::mapping::Mapping;
use super::node::{Node, NodeKind, Span};
use super::outcomes::{Ending, assignments, no_form, outcome_list, outcomes};
use super::people::{due, holders, need, other_steps, quorum, roles_of, until};
use super::reading::Reading;
use super::scopes::{acting, after_call, after_parallel, after_send, automatic, told};
use crate::expression::{Scope, Type};
use crate::limits::BLOCK_DEPTH_MAX;
use crate::model::definition::{
    Assignments, Auto, Background, BlockDefinition, BranchDefinition, Call, Callee, Definition,
    Each, Join, Need, Outcome, Parallel, Rest, Step, StepKind, Task, Wait,
};
use crate::model::form::{Field, record_of};
use crate::model::names::Name;

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
    let (leading, node) = leading(&keys, span, around, reading)?;
    let read = match leading {
        "by" => task(node, &keys, around, reading),
        "auto" => auto(node, &keys, around, reading),
        "decide" => Some(decide(node, around, reading)),
        "wait" => wait(node, &keys, around, reading),
        "parallel" => Some(parallel(node, &keys, around, reading)),
        "each" => each(node, &keys, around, reading),
        "call" => call(node, &keys, around, reading),
        "spawn" => spawning(node, &keys, around, reading),
        _ => sending(node, &keys, around, reading),
    };
    keys.finish(reading);
    let (kind, set, outcomes) = read?;
    Some(Step { name, title: title?, kind, set, outcomes })
}

/// The keys that tell the kind of a step.
const LEADING: [&str; 9] =
    ["by", "auto", "decide", "wait", "parallel", "each", "call", "spawn", "send"];

fn leading<'n>(
    keys: &Mapping<'n>,
    span: Span,
    around: &Surroundings<'_>,
    reading: &Reading<'_>,
) -> Option<(&'static str, &'n Node)> {
    let mut found = LEADING.into_iter().filter_map(|key| Some((key, keys.take(key)?)));
    match (found.next(), found.next()) {
        (Some(leading), None) if around.depth <= BLOCK_DEPTH_MAX => Some(leading),
        (Some(_), None) => {
            let en = format!("blocks are nested deeper than {BLOCK_DEPTH_MAX}");
            reading.error(
                codes::LIMIT,
                span,
                format!("블록이 {BLOCK_DEPTH_MAX}단계를 넘습니다"),
                en,
            );
            None
        }
        (None, _) | (Some(_), Some(_)) => {
            let words = LEADING.join("`, `");
            let en = format!("a step has exactly one of `{words}`");
            let ko = format!("단계에는 `{words}` 중 꼭 하나가 있어야 합니다");
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
    let scope = acting(reading, record_of(&own));
    let shared = Arc::new(form(own, by, reading));
    let without_form = acting(reading, Type::record(Vec::<(String, Type)>::new()));
    let holders = holders(by, reading);
    let task = Task {
        by: holders.clone().unwrap_or(crate::model::definition::By::Starter),
        scope: keys
            .take("in")
            .and_then(|node| reading.expression(node, &automatic(reading), &Type::String)),
        not_same_as: keys
            .take("not_same_as")
            .map(|node| other_steps(node, true, reading))
            .unwrap_or_default(),
        recuse_when: keys
            .take("recuse_when")
            .and_then(|node| reading.expression(node, &without_form, &Type::Bool)),
        on_behalf_of: keys.take("on_behalf_of").and_then(|node| reading.role(node)),
        entered_by: roles_of(keys.take("entered_by"), reading),
        quorum: keys.take("quorum").and_then(|node| quorum(node, reading)),
        pauses: pauses(keys, reading),
        due: keys.take("due").and_then(|node| due(node, reading)),
    };
    let set = keys.take("set").map(|node| assignments(node, &scope, &reading.data, reading));
    let expire = task.due.as_ref().and_then(|due| due.expire.clone());
    let impossible = task.quorum.as_ref().and_then(|quorum| quorum.impossible.clone());
    let by_itself: Vec<Name> = expire.into_iter().chain(impossible).collect();
    let scope_of = |own| acting(reading, own);
    let ending =
        Ending { shared: &shared, scope_of: &scope_of, automatic: &by_itself, only: "done" };
    let outcomes = outcomes(keys, &ending, around, reading);
    somebody_can_end(&outcomes, by, reading);
    // Everything was read before a mistake in one key ends it, so that all mistakes are shown.
    holders?;
    Some((StepKind::Task(task), set.unwrap_or_default(), outcomes))
}

/// A task, or a handler, needs an outcome it can give itself.
fn somebody_can_end(outcomes: &[Outcome], node: &Node, reading: &Reading<'_>) {
    if !outcomes.is_empty() && outcomes.iter().all(|outcome| outcome.automatic) {
        let en = "at least one outcome must be left for whoever does the step";
        reading.error(
            codes::OUTCOMES,
            node.span,
            "단계를 맡은 사람이 고를 처리 결과가 하나는 있어야 합니다",
            en,
        );
    }
}

fn pauses(keys: &Mapping<'_>, reading: &Reading<'_>) -> bool {
    keys.take("pauses").is_some_and(|node| reading.word(node, &["case"]).is_some())
}

fn auto(
    handler: &Node,
    keys: &Mapping<'_>,
    around: &Surroundings<'_>,
    reading: &Reading<'_>,
) -> Option<Read> {
    let own = keys.take("form").map(|node| fields(node, reading)).unwrap_or_default();
    let scope = told(reading, record_of(&own));
    let shared = Arc::new(form(own, handler, reading));
    let name = reading.name(handler);
    let with = keys.take("with").map(|node| free(node, reading)).unwrap_or_default();
    let due = keys.take("due").and_then(|node| due(node, reading));
    let set = keys.take("set").map(|node| assignments(node, &scope, &reading.data, reading));
    let by_itself: Vec<Name> = due.iter().filter_map(|due| due.expire.clone()).collect();
    let scope_of = |own| told(reading, own);
    let ending =
        Ending { shared: &shared, scope_of: &scope_of, automatic: &by_itself, only: "done" };
    let outcomes = outcomes(keys, &ending, around, reading);
    somebody_can_end(&outcomes, handler, reading);
    let auto = Auto { handler: name?, with, due };
    Some((StepKind::Auto(auto), set.unwrap_or_default(), outcomes))
}

fn wait(
    node: &Node,
    keys: &Mapping<'_>,
    around: &Surroundings<'_>,
    reading: &Reading<'_>,
) -> Option<Read> {
    let inner = Mapping::of(node, reading)?;
    let until = until(&inner, reading);
    let has_time = ["for", "until", "next"].into_iter().any(|key| inner.take(key).is_some());
    let message = inner.take("message").and_then(|node| {
        let name = reading.name(node)?;
        let known = reading.messages.iter().find(|message| message.name == name);
        if known.is_none() {
            let names = reading.messages.iter().map(|message| message.name.as_str());
            reading.unknown(node.span, ("통보", "message"), name.as_str(), names);
        }
        known
    });
    inner.finish(reading);
    let wait =
        Wait { until, message: message.map(|m| m.name.clone()), pauses: pauses(keys, reading) };
    let form = message.map_or_else(|| record_of(&[]), |message| message.form.ty());
    let Some(_) = message else {
        if !has_time {
            let en = "a wait has `for`, `until`, `next` or `message`";
            let ko = "`wait`에는 `for`, `until`, `next`, `message` 중 하나가 있어야 합니다";
            reading.error(codes::MISSING, node.span, ko, en);
        }
        return Some(automatic_end(
            keys,
            node,
            StepKind::Wait(wait),
            &automatic(reading),
            &[],
            around,
            reading,
        ));
    };
    let by_itself: Vec<Name> =
        wait.until.iter().filter_map(|_| Name::new("expired").ok()).collect();
    let shared = no_form(node, reading);
    let scope_of = |_| told(reading, form.clone());
    let ending =
        Ending { shared: &shared, scope_of: &scope_of, automatic: &by_itself, only: "received" };
    let outcomes = outcomes(keys, &ending, around, reading);
    let named = |outcome: &&Outcome| outcome.automatic || outcome.name.as_str() == "received";
    let plain = |outcome: &Outcome| outcome.rules.is_empty() && outcome.at_most.is_none();
    if !outcomes.iter().all(|outcome| named(&outcome) && plain(outcome)) {
        let en = "a wait for a message ends by `received`, and by `expired` if it also has a time; neither has `when`";
        let ko = "통보를 기다리는 단계의 처리 결과는 `received`와 (기한이 있으면) `expired`뿐이고 `when`을 쓰지 않습니다";
        reading.error(codes::OUTCOMES, node.span, ko, en);
    }
    Some((StepKind::Wait(wait), Vec::new(), outcomes))
}

fn decide(node: &Node, around: &Surroundings<'_>, reading: &Reading<'_>) -> Read {
    let (scope, shared) = (automatic(reading), no_form(node, reading));
    let scope_of = |_| scope.clone();
    let ending = Ending { shared: &shared, scope_of: &scope_of, automatic: &[], only: "done" };
    let outcomes = outcome_list(node, &ending, around, reading);
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
    let counted = branches.iter().filter(|branch| !branch.background).count() as u32;
    if named.len() < 2 || counted == 0 {
        reading.error(
            codes::OUTCOMES,
            node.span,
            "병렬 단계에는 분기가 둘 이상, 그중 기다릴 분기가 하나 이상 있어야 합니다",
            "a parallel step needs at least two branches, and one to wait for",
        );
    }
    let scope = after_parallel(reading, branches.iter().map(|branch| &branch.name));
    let join = join(keys.take("join"), Some(counted), &scope, reading);
    let due = keys.take("due").and_then(|node| due(node, reading));
    let by_itself: Vec<Name> = due.iter().filter_map(|due| due.expire.clone()).collect();
    let parallel = Parallel { branches, join, rest: rest(keys, reading), due };
    automatic_end(keys, node, StepKind::Parallel(parallel), &scope, &by_itself, around, reading)
}

fn rest(keys: &Mapping<'_>, reading: &Reading<'_>) -> Rest {
    let word = keys.take("rest").and_then(|node| reading.word(node, &["leave", "run"]));
    if word == Some("run") { Rest::Run } else { Rest::Leave }
}

fn join(node: Option<&Node>, of: Option<u32>, scope: &Scope, reading: &Reading<'_>) -> Join {
    let Some(node) = node else { return Join::All };
    if let NodeKind::String(_) = node.kind {
        return match reading.word(node, &["all", "any"]) {
            Some("any") => Join::Ended(Need::Count(1)),
            Some(_) | None => Join::All,
        };
    }
    let Some(keys) = Mapping::of(node, reading) else { return Join::All };
    let quorum = keys.take("quorum").and_then(|node| need(node, reading));
    let when = keys.take("when").and_then(|node| reading.expression(node, scope, &Type::Bool));
    keys.finish(reading);
    match (quorum, when, of) {
        (Some(Need::Count(need)), None, Some(of)) if need > of => {
            let en = format!("{need} of {of} branches can never end");
            let ko = format!("분기 {of}개 중 {need}개는 있을 수 없습니다");
            reading.error(codes::QUORUM, node.span, ko, en);
            Join::All
        }
        (Some(need), None, _) => Join::Ended(need),
        (None, Some(when), _) => Join::When(when),
        (None, None, _) | (Some(_), Some(_), _) => {
            let en = "`join` is `all`, `any`, `{quorum: …}` or `{when: …}`";
            let ko = "`join`은 `all`, `any`, `{quorum: …}`, `{when: …}` 중 하나입니다";
            reading.error(codes::KIND, node.span, ko, en);
            Join::All
        }
    }
}

fn each(
    list: &Node,
    keys: &Mapping<'_>,
    around: &Surroundings<'_>,
    reading: &Reading<'_>,
) -> Option<Read> {
    let expression = reading.any_expression(list, &automatic(reading));
    let item = keys.need("as", reading).and_then(|node| reading.name(node));
    let item_type = match expression.as_ref().map(|expression| expression.ty()) {
        Some(Type::List(item)) => Some((**item).clone()),
        Some(_) => reading.wrong_kind(list, "목록", "a list"),
        None => None,
    };
    let (Some(expression), Some(item), Some(item_type)) = (expression, item, item_type) else {
        return None;
    };
    reading.items.borrow_mut().push((item.clone(), item_type));
    let block = keys.need("steps", reading).map(|node| block(node, around.depth + 1, reading));
    let first = block.as_ref().and_then(|block| first(keys, list.span, block, reading));
    reading.items.borrow_mut().pop();
    let scope = after_parallel(reading, std::iter::empty());
    let due = keys.take("due").and_then(|node| due(node, reading));
    let by_itself: Vec<Name> = due.iter().filter_map(|due| due.expire.clone()).collect();
    let each = Each {
        list: expression,
        item,
        in_turn: reading.flag(keys.take("in_turn")),
        join: join(keys.take("join"), None, &scope, reading),
        rest: rest(keys, reading),
        keep: keys.take("keep").and_then(|node| reading.name(node)),
        first: first?,
        block: block?,
        due,
    };
    Some(automatic_end(keys, list, StepKind::Each(each), &scope, &by_itself, around, reading))
}

fn spawning(
    node: &Node,
    keys: &Mapping<'_>,
    around: &Surroundings<'_>,
    reading: &Reading<'_>,
) -> Option<Read> {
    let Some(spawn) = spawn(node, keys, reading) else {
        keys.leave_open();
        return None;
    };
    Some(automatic_end(
        keys,
        node,
        StepKind::Spawn(spawn),
        &automatic(reading),
        &[],
        around,
        reading,
    ))
}

fn sending(
    node: &Node,
    keys: &Mapping<'_>,
    around: &Surroundings<'_>,
    reading: &Reading<'_>,
) -> Option<Read> {
    let send = send(node, keys, reading)?;
    Some(automatic_end(
        keys,
        node,
        StepKind::Send(send),
        &after_send(reading),
        &[],
        around,
        reading,
    ))
}

/// Reads the branches that run beside the main block.
pub(super) fn background(node: &Node, main: &[&str], reading: &Reading<'_>) -> Vec<Background> {
    let read = |(name, span, node): (Name, Span, &Node)| {
        let keys = Mapping::of(node, reading)?;
        let title = keys.need("title", reading).and_then(|node| reading.bilingual(node));
        let from = keys.take("from").and_then(|node| {
            let name = reading.name(node)?;
            if !main.contains(&name.as_str()) {
                let known = main.iter().copied();
                reading.unknown(
                    node.span,
                    ("단계", "step of the main block"),
                    name.as_str(),
                    known,
                );
            }
            Some(name)
        });
        let block = keys.need("steps", reading).map(|node| block(node, 1, reading));
        let first = block.as_ref().and_then(|block| first(&keys, span, block, reading));
        keys.finish(reading);
        let (title, loop_name) = (title?, Name::new("loop").ok()?);
        let branch = BranchDefinition {
            name: loop_name,
            title: title.clone(),
            background: false,
            first: first?,
            block: block?,
        };
        let parallel =
            Parallel { branches: vec![branch], join: Join::All, rest: Rest::Leave, due: None };
        let (set, outcomes) = (Vec::new(), Vec::new());
        let step = Step { name, title, kind: StepKind::Parallel(parallel), set, outcomes };
        Some(Background { from, step })
    };
    reading.named(node).into_iter().filter_map(read).collect()
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
    let first = first(&keys, span, &block, reading);
    let background = reading.flag(keys.take("background"));
    keys.finish(reading);
    Some(BranchDefinition { name, title: title?, background, first: first?, block })
}

/// The step a block begins with: the one `first` names, or the only one.
fn first(
    keys: &Mapping<'_>,
    span: Span,
    block: &BlockDefinition,
    reading: &Reading<'_>,
) -> Option<Name> {
    match (keys.take("first"), block.steps.as_slice()) {
        (Some(node), _) => one_of(node, block, reading),
        (None, [only]) => Some(only.name.clone()),
        (None, _) => {
            let en = "`first` must name the step the block begins with";
            reading.error(codes::MISSING, span, "`first`에 첫 단계를 적어야 합니다", en);
            None
        }
    }
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
    let Some((callee, definitions)) = callee(node, keys, reading) else {
        keys.leave_open();
        return None;
    };
    let fields = common_fields(&definitions, |definition| definition.start.form.fields());
    let with = match keys.take("with") {
        Some(with) => assignments(with, &automatic(reading), &fields, reading),
        None => Vec::new(),
    };
    for called in &definitions {
        all_given(&with, &called.reference.name, called.start.form.fields(), node, reading);
    }
    let results = common_fields(&definitions, |definition| &definition.data);
    let scope = after_call(reading, record_of(&results));
    let due = keys.take("due").and_then(|node| due(node, reading));
    let by_itself: Vec<Name> = due.iter().filter_map(|due| due.expire.clone()).collect();
    let kind = StepKind::Call(Call { callee, with, due });
    Some(automatic_end(keys, node, kind, &scope, &by_itself, around, reading))
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

/// Reports what a start form needs and nobody gives.
pub(super) fn all_given(
    with: &Assignments,
    name: &Name,
    fields: &[Field],
    node: &Node,
    reading: &Reading<'_>,
) {
    let missing: Vec<&str> = fields
        .iter()
        .filter(|field| !field.optional)
        .map(|field| field.name.as_str())
        .filter(|field| !with.iter().any(|(name, _)| name.as_str() == *field))
        .collect();
    if !missing.is_empty() {
        let missing = missing.join("`, `");
        let ko = format!("`with`에 `{name}` 시작 양식의 `{missing}` 항목이 없습니다");
        let en = format!("`with` lacks `{missing}` of the start form of `{name}`");
        reading.error(codes::MISSING, node.span, ko, en);
    }
}

fn automatic_end(
    keys: &Mapping<'_>,
    node: &Node,
    kind: StepKind,
    scope: &Scope,
    by_itself: &[Name],
    around: &Surroundings<'_>,
    reading: &Reading<'_>,
) -> Read {
    let set = keys.take("set").map(|node| assignments(node, scope, &reading.data, reading));
    let shared = no_form(node, reading);
    let scope_of = |_| scope.clone();
    let ending =
        Ending { shared: &shared, scope_of: &scope_of, automatic: by_itself, only: "done" };
    let outcomes = outcomes(keys, &ending, around, reading);
    must_end_open(&outcomes, node, reading);
    (kind, set.unwrap_or_default(), outcomes)
}

/// An automatic step can always go on: its last outcome has no rule.
fn must_end_open(outcomes: &[Outcome], node: &Node, reading: &Reading<'_>) {
    let chosen: Vec<&Outcome> = outcomes.iter().filter(|outcome| !outcome.automatic).collect();
    let has_rule = |outcome: &&&Outcome| !outcome.rules.is_empty() || outcome.at_most.is_some();
    if chosen.last().is_none_or(|last| has_rule(&last)) && !outcomes.is_empty() {
        let en = "the last outcome of an automatic step must say `otherwise: true`";
        reading.error(
            codes::OUTCOMES,
            node.span,
            "자동 단계의 마지막 처리 결과는 `otherwise: true`여야 합니다",
            en,
        );
    }
    let early = chosen.iter().rev().skip(1).find(|outcome| !has_rule(outcome));
    if let Some(outcome) = early {
        let en = format!("nothing after `{}` can be reached: it has no guard", outcome.name);
        let ko =
            format!("`{}` 뒤의 처리 결과에는 이를 수 없습니다. `when`이 없습니다", outcome.name);
        reading.error(codes::OUTCOMES, node.span, ko, en);
    }
}
