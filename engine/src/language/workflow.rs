//! The top level of a workflow file.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;

use super::codes;
use super::elsewhere::{account_names, accounts, delegations, messages, moves};
use super::fields::{data, fields, form};
use super::mapping::Mapping;
use super::node::{Node, NodeKind, Span};
use super::outcomes::{assignments, main_target, reason_required, rules, target_beside};
use super::people::{holders, other_steps, roles_of};
use super::reading::Reading;
use super::scopes::{acting, automatic, knowing};
use super::steps::{background, block};
use crate::expression::Type;
use crate::limits::{FLAGS_MAX, STEPS_MAX};
use crate::model::consequence::Object;
use crate::model::definition::{
    Action, BlockDefinition, By, Definition, End, Flag, Start, Target, start_name,
};
use crate::model::form::record_of;
use crate::model::names::{Name, Text, WorkflowRef};
use crate::model::number::NumberFormat;

/// Reads a whole file; `None` if too much is missing to make a definition of it. What was found stands in
/// the reading.
pub(super) fn workflow(document: &Node, reading: &mut Reading<'_>) -> Option<Definition> {
    let keys = Mapping::of(document, reading)?;
    let reference = reference(&keys, reading);
    let title = keys.need("title", reading).and_then(|node| reading.bilingual(node));
    let description = keys.take("description").and_then(|node| reading.bilingual(node));
    let number = keys.take("number").and_then(|node| number(node, reading));
    reading.settings =
        keys.take("settings").map(|node| settings(node, reading)).unwrap_or_default();
    reading.roles = keys.take("roles").map(|node| texts(node, reading)).unwrap_or_default();
    reading.data = keys.take("data").map(|node| data(node, reading)).unwrap_or_default();
    let subject = keys
        .take("subject")
        .and_then(|node| reading.expression(node, &knowing(reading), &Type::String));
    let calendar = keys.take("calendar").and_then(|node| reading.name(node));
    reading.has_calendar = calendar.is_some();
    reading.accounts = keys.take("accounts").map(|n| accounts(n, reading)).unwrap_or_default();
    reading.messages = keys.take("messages").map(|n| messages(n, reading)).unwrap_or_default();
    let steps = keys.need("steps", reading);
    let beside = keys.take("background");
    let ends = keys.need("ends", reading).map(|node| ends(node, reading)).unwrap_or_default();
    reading.ends = ends.iter().map(|end| end.name.clone()).collect();
    steps.iter().for_each(|node| note_steps(node, 0, reading));
    beside.iter().for_each(|node| note_background(node, reading));

    let main: Vec<Name> = steps
        .map(|node| reading.named(node))
        .unwrap_or_default()
        .into_iter()
        .map(|(name, _, _)| name)
        .collect();
    let main: Vec<&str> = main.iter().map(Name::as_str).collect();
    let start = keys.need("start", reading).and_then(|node| start(node, &main, reading));
    reading.own = match (&reference, &start) {
        (Some(own), Some(start)) => Some((own.name.clone(), start.form.fields().to_vec())),
        _ => None,
    };
    let block =
        steps.map(|node| block(node, 0, reading)).unwrap_or(BlockDefinition { steps: Vec::new() });
    let background = beside.map(|node| background(node, &main, reading)).unwrap_or_default();
    let delegations =
        keys.take("delegations").map(|node| delegations(node, reading)).unwrap_or_default();
    let actions =
        keys.take("actions").map(|node| actions(node, &main, reading)).unwrap_or_default();
    let flags = keys.take("flags").map(|node| flags(node, reading)).unwrap_or_default();
    keys.finish(reading);
    Some(Definition {
        reference: reference?,
        title: title?,
        description,
        subject,
        number,
        settings: reading.settings.clone(),
        roles: reading.roles.clone(),
        delegations,
        counts_by: calendar.clone().filter(|_| reading.counts_days.get()).into_iter().collect(),
        calendar,
        accounts: std::mem::take(&mut reading.accounts),
        messages: std::mem::take(&mut reading.messages),
        defaults: defaults(reading),
        data: reading.data.clone(),
        start: start?,
        block,
        background,
        actions,
        ends,
        flags,
        called: BTreeMap::new(),
        source: Arc::from(reading.text()),
    })
}

fn reference(keys: &Mapping<'_>, reading: &Reading<'_>) -> Option<WorkflowRef> {
    let name = keys.need("workflow", reading).and_then(|node| reading.name(node));
    let version = keys.need("version", reading).and_then(|node| {
        let version = u32::try_from(reading.integer(node)?).ok().filter(|version| *version > 0);
        if version.is_none() {
            reading.error(
                codes::KIND,
                node.span,
                "버전은 1 이상의 정수여야 합니다",
                "a version is a whole number from 1",
            );
        }
        version
    });
    Some(WorkflowRef { name: name?, version: version? })
}

fn number(node: &Node, reading: &Reading<'_>) -> Option<NumberFormat> {
    match NumberFormat::parse(reading.string(node)?) {
        Ok(format) => Some(format),
        Err(reason) => {
            let ko = format!("번호 형식은 `SR-{{year}}-{{serial:4}}`처럼 적어야 합니다: {reason}");
            reading.error(
                codes::NUMBER,
                node.span,
                ko,
                format!("the number format is not right: {reason}"),
            );
            None
        }
    }
}

fn settings(node: &Node, reading: &Reading<'_>) -> Object {
    let named = reading.named(node).into_iter();
    named.filter_map(|(name, _, node)| Some((name.to_string(), setting(node, reading)?))).collect()
}

fn setting(node: &Node, reading: &Reading<'_>) -> Option<serde_json::Value> {
    match &node.kind {
        NodeKind::Bool(value) => Some(json!(value)),
        NodeKind::Int(value) => Some(json!(value)),
        NodeKind::String(value) => Some(json!(value)),
        NodeKind::Null | NodeKind::Float(_) | NodeKind::List(_) | NodeKind::Map(_) => {
            reading.wrong_kind(node, "정수, 글, 참/거짓", "a whole number, a text, true or false")
        }
    }
}

fn texts(node: &Node, reading: &Reading<'_>) -> BTreeMap<Name, Text> {
    let named = reading.named(node).into_iter();
    named.filter_map(|(name, _, node)| Some((name, reading.bilingual(node)?))).collect()
}

fn ends(node: &Node, reading: &Reading<'_>) -> Vec<End> {
    let named = reading.named(node).into_iter();
    named
        .filter_map(|(name, _, node)| {
            let keys = Mapping::of(node, reading)?;
            let title = keys.need("title", reading).and_then(|node| reading.bilingual(node));
            let commits = account_names(keys.take("commits"), reading);
            let releases = account_names(keys.take("releases"), reading);
            keys.finish(reading);
            Some(End { name, title: title?, commits, releases })
        })
        .collect()
}

/// Notes every step of the file before any is read, so that they can name each other.
fn note_steps(node: &Node, depth: usize, reading: &mut Reading<'_>) {
    let named = reading.named(node);
    let block: Vec<String> = named.iter().map(|(name, _, _)| name.to_string()).collect();
    for (name, span, step) in named {
        note_step(&name, span, reading);
        reading.blocks.insert(name.to_string(), (block.clone(), depth));
        let branches = entry(step, "parallel").map(|node| reading.named(node)).unwrap_or_default();
        let inner = branches.into_iter().filter_map(|(_, _, branch)| entry(branch, "steps"));
        let repeated = entry(step, "each").and_then(|_| entry(step, "steps"));
        let inner: Vec<&Node> = inner.chain(repeated).collect();
        inner.into_iter().for_each(|steps| note_steps(steps, depth + 1, reading));
    }
}

fn note_background(node: &Node, reading: &mut Reading<'_>) {
    for (name, span, beside) in reading.named(node) {
        note_step(&name, span, reading);
        if let Some(steps) = entry(beside, "steps") {
            note_steps(steps, 1, reading);
        }
    }
}

fn note_step(name: &Name, span: Span, reading: &mut Reading<'_>) {
    let taken = *name == start_name() || reading.ends.contains(name);
    if taken || reading.steps.contains_key(name.as_str()) {
        let ko = format!("`{name}` 이름은 이 파일에서 이미 쓰였습니다");
        let en = format!(
            "`{name}` is taken: names of steps and ends are unique in a file, and `start` is the start"
        );
        reading.error(codes::DUPLICATE, span, ko, en);
    }
    reading.steps.insert(name.to_string(), span);
    Arc::make_mut(&mut reading.step_names).insert(name.to_string());
    if reading.steps.len() == STEPS_MAX + 1 {
        reading.error(
            codes::LIMIT,
            span,
            format!("단계가 {STEPS_MAX}개를 넘습니다"),
            format!("more than {STEPS_MAX} steps"),
        );
    }
}

fn entry<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    match &node.kind {
        NodeKind::Map(entries) => {
            entries.iter().find(|(key, _)| key.name == name).map(|(_, node)| node)
        }
        _ => None,
    }
}

fn start(node: &Node, main: &[&str], reading: &Reading<'_>) -> Option<Start> {
    let keys = Mapping::of(node, reading)?;
    let by = keys.need("by", reading).and_then(|node| roles_only(node, reading));
    let on_behalf_of = keys.take("on_behalf_of").and_then(|node| reading.role(node));
    let entered_by = roles_of(keys.take("entered_by"), reading);
    let fields = keys.take("form").map(|node| fields(node, reading)).unwrap_or_default();
    let scope = acting(reading, record_of(&fields));
    let place = keys.take("in").and_then(|node| reading.expression(node, &scope, &Type::String));
    let rules = rules(&keys, &scope, reading);
    let set = keys.take("set").map(|node| assignments(node, &scope, &reading.data, reading));
    let to = keys.need("to", reading).and_then(|node| main_target(node, main, reading));
    let form = form(fields, node, reading);
    keys.finish(reading);
    let set = set.unwrap_or_default();
    Some(Start { by: by?, scope: place, on_behalf_of, entered_by, rules, form, set, to: to? })
}

fn roles_only(node: &Node, reading: &Reading<'_>) -> Option<Vec<Name>> {
    match holders(node, reading)? {
        By::Roles(roles) => Some(roles),
        By::Starter | By::Person(_) | By::People(_) => {
            reading.error(
                codes::UNKNOWN,
                node.span,
                "시작에는 역할을 적어야 합니다",
                "a start is open to roles: there is no starter yet",
            );
            None
        }
    }
}

fn actions(node: &Node, main: &[&str], reading: &Reading<'_>) -> Vec<Action> {
    let named = reading.named(node).into_iter();
    named.filter_map(|(name, _, node)| action(name, node, main, reading)).collect()
}

fn action(name: Name, node: &Node, main: &[&str], reading: &Reading<'_>) -> Option<Action> {
    let keys = Mapping::of(node, reading)?;
    let fields = keys.take("form").map(|node| fields(node, reading)).unwrap_or_default();
    let scope = acting(reading, record_of(&fields));
    let title = keys.need("title", reading).and_then(|node| reading.bilingual(node));
    let by = keys.need("by", reading).and_then(|node| holders(node, reading));
    let place = keys
        .take("in")
        .and_then(|node| reading.expression(node, &automatic(reading), &Type::String));
    let leaves = keys.take("at").and_then(|node| other_steps(node, false, reading).pop());
    let target: Option<Target> = match &leaves {
        Some(step) => target_beside(&keys, step, reading),
        None => keys.take("to").and_then(|node| main_target(node, main, reading)),
    };
    if leaves.is_some() && target.is_none() {
        reading.error(
            codes::MISSING,
            node.span,
            "`at`을 쓰면 `to`나 `done`으로 어디로 가는지 적어야 합니다",
            "with `at`, `to` or `done` must say where it leads",
        );
    }
    let action = Action {
        name,
        title: title?,
        by: by?,
        scope: place,
        on_behalf_of: keys.take("on_behalf_of").and_then(|node| reading.role(node)),
        entered_by: roles_of(keys.take("entered_by"), reading),
        rules: rules(&keys, &scope, reading),
        during: keys
            .take("while")
            .map(|node| other_steps(node, false, reading))
            .unwrap_or_default(),
        once: reading.flag(keys.take("once")),
        set: keys
            .take("set")
            .map(|node| assignments(node, &scope, &reading.data, reading))
            .unwrap_or_default(),
        moves: moves(&keys, &scope, reading),
        extends: keys.take("extends").and_then(|node| reading.span(node)),
        form: form(fields, node, reading),
        reason_required: reason_required(&keys, reading),
        leaves,
        target,
    };
    keys.finish(reading);
    Some(action)
}

fn flags(node: &Node, reading: &Reading<'_>) -> Vec<Flag> {
    let named = reading.named(node);
    if named.len() > FLAGS_MAX {
        let (ko, en) =
            (format!("표시가 {FLAGS_MAX}개를 넘습니다"), format!("more than {FLAGS_MAX} flags"));
        reading.error(codes::LIMIT, node.span, ko, en);
    }
    let read = |(name, _, node): (Name, Span, &Node)| {
        let keys = Mapping::of(node, reading)?;
        let title = keys.need("title", reading).and_then(|node| reading.bilingual(node));
        let when = keys.need("when", reading);
        let when = when.and_then(|n| reading.expression(n, &automatic(reading), &Type::Bool));
        keys.finish(reading);
        Some(Flag { name, title: title?, when: when? })
    };
    named.into_iter().take(FLAGS_MAX).filter_map(read).collect()
}

fn defaults(reading: &Reading<'_>) -> Object {
    let with_default =
        reading.data.iter().filter_map(|field| Some((field, field.default.clone()?)));
    with_default.map(|(field, value)| (field.name.to_string(), value)).collect()
}
