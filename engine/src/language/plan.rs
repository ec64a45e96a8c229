//! From a YAML file to a plan by which running cases go on under another version. Types every expression against the
//! versions it is for; judges no case.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dure_storage::Code;
use dure_storage::merkle::leaf_hash;

use super::codes;
use super::diagnostic::Diagnostics;
use super::mapping::Mapping;
use super::node::{self, Node, Span};
use super::outcomes::assignments;
use super::reading::Reading;
use super::scopes::standing;
use crate::expression::{Expression, Type};
use crate::model::definition::Definition;
use crate::model::event::Dues;
use crate::model::form::{Field, Form};
use crate::model::migration::{Changes, Plan};
use crate::model::names::{Name, WorkflowRef};
use crate::tables::code_table;

code_table! {
    pub(super) const;

    /// A key a plan does not have.
    KEY = "E-plan-key", "a key is not part of a migration plan in that place", "use one of the keys named";
    /// A key that must be there.
    MISSING = "E-plan-missing", "a required key of a migration plan is missing", "add it";
    /// A value of the wrong kind.
    KIND = "E-plan-kind", "a value of a migration plan has the wrong kind", "write what the message asks for";
    /// A name of the wrong form.
    NAME = "E-plan-name", "a name in a migration plan does not have the form of a name", "use a lower-case Latin letter, then lower-case letters, digits or `_`";
    /// Something named that is not there.
    UNKNOWN = "E-plan-unknown-name", "a migration plan names a step, branch, field or workflow that the version does not have", "use one of those named";
    /// A text without one of its languages.
    TEXT = "E-plan-text", "a text of a migration plan lacks Korean or English", "write `{ko: …, en: …}`";
    /// A version that cannot stand there.
    VERSION = "E-plan-version", "a migration plan names a version that is not published, cannot be read, or is left and reached at once", "name published versions, and another one under `to` than under `from`";
    /// A step of another kind.
    STEP_KIND = "E-plan-step-kind", "a migration plan maps a step to one of another kind", "map it to a step of the same kind";
    /// Two branches that would be one.
    BRANCH = "E-plan-branch", "a migration plan maps two branches of a step to one", "map each branch to one of its own";
}

/// What became of a version that was asked for.
#[derive(Debug, Clone)]
pub enum Version {
    /// It is published.
    Known(Arc<Definition>),
    /// It is not.
    Unknown,
    /// It is published, and this program cannot read it.
    Unreadable,
}

/// Where published versions are looked up.
pub type Versions<'a> = &'a dyn Fn(&WorkflowRef) -> Version;

/// The versions a plan is about, so that they can be fetched before it is read. Finds none in a file that is not a
/// plan: reading it will say so.
pub fn plan_versions(text: &str) -> Vec<WorkflowRef> {
    let Ok(document) = node::parse("", text) else { return Vec::new() };
    let name = document.get("migrate").and_then(Node::as_str).and_then(|name| Name::new(name).ok());
    let from = document.get("from").map(items).unwrap_or_default();
    let numbers = from.iter().chain(document.get("to")).filter_map(Node::as_int);
    let versions = numbers.filter_map(|version| u32::try_from(version).ok());
    let of = |name: &Name, version| WorkflowRef { name: name.clone(), version };
    name.map(|name| versions.map(|version| of(&name, version)).collect()).unwrap_or_default()
}

fn items(node: &Node) -> &[Node] {
    node.as_list().unwrap_or(std::slice::from_ref(node))
}

/// Reads a migration plan.
///
/// # Errors
/// Every mistake that was found.
pub fn read_plan(file: &str, text: &str, versions: Versions<'_>) -> Result<Plan, Diagnostics> {
    let document = node::parse(file, text)?;
    let reading = Reading::new(text, &|_| None);
    let plan = plan(&document, versions, &reading);
    let (mut found, _) = reading.into_found();
    found.iter_mut().for_each(|mistake| mistake.code = of_plans(mistake.code));
    match plan {
        Some(plan) if found.is_empty() => Ok(plan),
        Some(_) | None => Err(Diagnostics::new(file, text, found)),
    }
}

/// A plan is read with the same small readers as a workflow file; its mistakes have codes of their own.
fn of_plans(code: Code) -> Code {
    let pairs = [
        (codes::KEY, KEY),
        (codes::MISSING, MISSING),
        (codes::KIND, KIND),
        (codes::NAME, NAME),
        (codes::UNKNOWN, UNKNOWN),
        (codes::TEXT, TEXT),
    ];
    pairs.into_iter().find(|(known, _)| *known == code).map_or(code, |(_, own)| own)
}

/// The versions a plan leaves, as far as this program can read them, and the one it leads to.
struct Between {
    old: Vec<Arc<Definition>>,
    new: Arc<Definition>,
}

fn plan(document: &Node, versions: Versions<'_>, reading: &Reading<'_>) -> Option<Plan> {
    let keys = Mapping::of(document, reading)?;
    let workflow = keys.need("migrate", reading).and_then(|node| reading.name(node));
    let from = keys.need("from", reading);
    let to = keys.need("to", reading);
    let because = keys.need("because", reading).and_then(|node| reading.bilingual(node));
    let dues = keys.take("dues").and_then(|node| reading.word(node, &["kept", "anew"]));
    let (only, called) = (keys.take("only"), keys.take("called"));
    let own = own_keys(&keys);
    keys.finish(reading);
    let (workflow, from, to) = (workflow?, from?, to?);
    let target = version(to, &workflow, versions, reading);
    let (left, old) = left(from, &workflow, versions, reading);
    let new = target?;
    if left.contains(&new.reference.version) {
        let en = "a version cannot be left and reached at once";
        reading.error(VERSION, to.span, "떠나는 버전으로 다시 갈 수는 없습니다", en);
    }
    let between = Between { old, new: new.clone() };
    let only = only.map(|node| only_of(node, &between, reading)).unwrap_or_default();
    let pairs: Vec<_> = between.old.iter().map(|old| (old.clone(), new.clone())).collect();
    let own = changes(&own, &pairs, reading);
    let called = called.map(|node| called_changes(node, &between, reading)).unwrap_or_default();
    Some(Plan {
        workflow,
        from: left,
        because: because?,
        dues: if dues == Some("anew") { Dues::Anew } else { Dues::Kept },
        only,
        own,
        called,
        forms: forms(&new),
        to: new,
        digest: leaf_hash(reading.text().as_bytes()).to_string(),
    })
}

fn version(
    node: &Node,
    workflow: &Name,
    versions: Versions<'_>,
    reading: &Reading<'_>,
) -> Option<Arc<Definition>> {
    let (number, found) = look_up(node, workflow, versions, reading)?;
    match found {
        Version::Known(definition) => Some(definition),
        Version::Unknown => not_published(node, workflow, number, reading),
        Version::Unreadable => {
            let ko = format!("이 프로그램은 `{workflow}` {number} 버전을 읽을 수 없습니다");
            let en = format!("this program cannot read version {number} of `{workflow}`");
            reading.error(VERSION, node.span, ko, en);
            None
        }
    }
}

fn not_published<T>(node: &Node, workflow: &Name, number: u32, reading: &Reading<'_>) -> Option<T> {
    let ko = format!("`{workflow}` {number} 버전은 공개되어 있지 않습니다");
    let en = format!("version {number} of `{workflow}` is not published");
    reading.error(VERSION, node.span, ko, en);
    None
}

fn look_up(
    node: &Node,
    workflow: &Name,
    versions: Versions<'_>,
    reading: &Reading<'_>,
) -> Option<(u32, Version)> {
    let number = reading.count(node)?;
    let Ok(number) = u32::try_from(number) else {
        return reading.wrong_kind(node, "버전 번호", "the number of a version");
    };
    Some((number, versions(&WorkflowRef { name: workflow.clone(), version: number })))
}

/// The versions that are left. One that this program cannot read may be named: its cases are refused one by one.
fn left(
    node: &Node,
    workflow: &Name,
    versions: Versions<'_>,
    reading: &Reading<'_>,
) -> (BTreeSet<u32>, Vec<Arc<Definition>>) {
    let (mut left, mut known) = (BTreeSet::new(), Vec::new());
    for node in items(node) {
        let Some((number, found)) = look_up(node, workflow, versions, reading) else { continue };
        if !left.insert(number) {
            continue;
        }
        match found {
            Version::Known(definition) => known.push(definition),
            Version::Unreadable => {}
            Version::Unknown => {
                not_published::<()>(node, workflow, number, reading);
            }
        }
    }
    if left.is_empty() {
        reading.wrong_kind::<()>(node, "버전 번호 목록", "a list of versions");
    }
    (left, known)
}

/// The keys that a plan has for the workflow itself and for each that it calls.
struct Own<'n> {
    steps: Option<&'n Node>,
    branches: Option<&'n Node>,
    set: Option<&'n Node>,
}

fn own_keys<'n>(keys: &Mapping<'n>) -> Own<'n> {
    Own { steps: keys.take("steps"), branches: keys.take("branches"), set: keys.take("set") }
}

type Pairs = [(Arc<Definition>, Arc<Definition>)];

fn changes(own: &Own<'_>, pairs: &Pairs, reading: &Reading<'_>) -> Changes {
    let steps = own.steps.map(|node| steps(node, pairs, reading)).unwrap_or_default();
    let branches = own.branches.map(|node| branches(node, &steps, pairs, reading));
    let branches = branches.unwrap_or_default();
    let mut set = BTreeMap::new();
    for (old, new) in own.set.iter().flat_map(|_| pairs) {
        let Some(node) = own.set else { continue };
        let before = reading.found_so_far();
        let values = assignments(node, &standing(old), &new.data, reading);
        set.insert((old.reference.version, new.reference.version), values);
        // The same text is typed for each pair of versions: one telling of its mistakes is enough.
        if reading.found_so_far() > before {
            break;
        }
    }
    Changes { steps, branches, set }
}

fn steps(node: &Node, pairs: &Pairs, reading: &Reading<'_>) -> BTreeMap<Name, Name> {
    let mut mapped = BTreeMap::new();
    for (old, span, node) in reading.named(node) {
        let Some(new) = reading.name(node) else { continue };
        let has_old =
            |pair: &&(Arc<Definition>, Arc<Definition>)| pair.0.step(old.as_str()).is_some();
        if !pairs.is_empty() && !pairs.iter().any(|pair| has_old(&pair)) {
            unknown_step(&old, span, pairs.iter().map(|(old, _)| old), reading);
            continue;
        }
        for (old_definition, new_definition) in pairs.iter().filter(has_old) {
            let was = old_definition.step(old.as_str()).map(|step| &step.kind);
            let is = new_definition.step(new.as_str()).map(|step| &step.kind);
            match (was, is) {
                (_, None) => {
                    unknown_step(&new, node.span, std::iter::once(new_definition), reading);
                    break;
                }
                (Some(was), Some(is)) if !was.is_like(is) => {
                    let (was, is) = (was.word(), is.word());
                    let ko = format!("`{old}` 단계는 `{was}`이고 `{new}` 단계는 `{is}`입니다");
                    let en = format!("`{old}` is `{was}`, and `{new}` is `{is}`");
                    reading.error(STEP_KIND, node.span, ko, en);
                    break;
                }
                (_, Some(_)) => {}
            }
        }
        mapped.insert(old, new);
    }
    mapped
}

fn unknown_step<'d>(
    name: &Name,
    span: Span,
    definitions: impl Iterator<Item = &'d Arc<Definition>>,
    reading: &Reading<'_>,
) {
    let known: Vec<&str> =
        definitions.flat_map(|d| d.steps()).map(|step| step.name.as_str()).collect();
    reading.unknown(span, ("단계", "step"), name.as_str(), known.into_iter());
}

fn branches(
    node: &Node,
    steps: &BTreeMap<Name, Name>,
    pairs: &Pairs,
    reading: &Reading<'_>,
) -> BTreeMap<Name, BTreeMap<Name, Name>> {
    let mut all = BTreeMap::new();
    for (step, span, node) in reading.named(node) {
        if !pairs.is_empty() && !pairs.iter().any(|(old, _)| old.step(step.as_str()).is_some()) {
            unknown_step(&step, span, pairs.iter().map(|(old, _)| old), reading);
            continue;
        }
        let new_step = steps.get(&step).unwrap_or(&step).clone();
        let olds = pairs.iter().map(|(old, _)| names_of(old, &step)).collect::<Vec<_>>();
        let news = pairs.iter().map(|(_, new)| names_of(new, &new_step)).collect::<Vec<_>>();
        all.insert(step, renamed_branches(node, &olds.concat(), &news.concat(), reading));
    }
    all
}

fn renamed_branches(
    node: &Node,
    olds: &[Name],
    news: &[Name],
    reading: &Reading<'_>,
) -> BTreeMap<Name, Name> {
    let mut renamed: BTreeMap<Name, Name> = BTreeMap::new();
    for (old, span, node) in reading.named(node) {
        let Some(new) = reading.name(node) else { continue };
        for (name, span, known) in [(&old, span, olds), (&new, node.span, news)] {
            if !known.contains(name) {
                let known = known.iter().map(Name::as_str);
                reading.unknown(span, ("분기", "branch"), name.as_str(), known);
            }
        }
        if renamed.values().any(|known| *known == new) {
            two_branches(&new, node.span, reading);
        }
        renamed.insert(old, new);
    }
    // A branch that is not listed keeps its name.
    let unlisted = olds.iter().filter(|old| !renamed.contains_key(*old));
    for name in unlisted.filter(|old| renamed.values().any(|new| new == *old)) {
        two_branches(name, node.span, reading);
    }
    renamed
}

fn two_branches(name: &Name, span: Span, reading: &Reading<'_>) {
    let ko = format!("두 분기가 모두 `{name}` 분기가 됩니다");
    reading.error(BRANCH, span, ko, format!("two branches would be `{name}`"));
}

fn names_of(definition: &Definition, step: &Name) -> Vec<Name> {
    let branches = definition.step(step.as_str()).map(|step| step.branches()).unwrap_or_default();
    branches.iter().map(|branch| branch.name.clone()).collect()
}

fn only_of(node: &Node, between: &Between, reading: &Reading<'_>) -> BTreeMap<u32, Expression> {
    let mut only = BTreeMap::new();
    for old in &between.old {
        match reading.expression(node, &standing(old), &Type::Bool) {
            Some(expression) => only.insert(old.reference.version, expression),
            None => break,
        };
    }
    only
}

fn called_changes(
    node: &Node,
    between: &Between,
    reading: &Reading<'_>,
) -> BTreeMap<Name, Changes> {
    let mut all = BTreeMap::new();
    for (name, span, node) in reading.named(node) {
        let olds = between.old.iter().flat_map(|old| called_by(old, &name)).collect::<Vec<_>>();
        let news = called_by(&between.new, &name);
        if (olds.is_empty() && !between.old.is_empty()) || news.is_empty() {
            let known: Vec<&str> = between.new.called.keys().map(Name::as_str).collect();
            let what = ("호출되는 업무 절차", "called workflow");
            reading.unknown(span, what, name.as_str(), known.into_iter());
            continue;
        }
        let Some(keys) = Mapping::of(node, reading) else { continue };
        let own = own_keys(&keys);
        keys.finish(reading);
        let pair = |old: &Arc<Definition>| {
            news.iter().map(|new| (old.clone(), new.clone())).collect::<Vec<_>>()
        };
        let pairs: Vec<_> = olds.iter().flat_map(pair).collect();
        all.insert(name, changes(&own, &pairs, reading));
    }
    all
}

/// Every version of a workflow that a definition calls, through others too.
fn called_by(definition: &Definition, name: &Name) -> Vec<Arc<Definition>> {
    let mut found: Vec<Arc<Definition>> = Vec::new();
    for (known, called) in &definition.called {
        let own = (known == name).then(|| called.clone());
        for called in own.into_iter().chain(called_by(called, name)) {
            if !found.iter().any(|known| known.reference == called.reference) {
                found.push(called);
            }
        }
    }
    found
}

/// What data a definition, and each that it calls, takes. A field of data may always be unset.
fn forms(definition: &Definition) -> BTreeMap<WorkflowRef, Form> {
    let mut forms = BTreeMap::new();
    let fields = definition.data.iter().map(|field| Field { optional: true, ..field.clone() });
    if let Ok(form) = Form::compile(fields.collect()) {
        forms.insert(definition.reference.clone(), form);
    }
    definition.called.values().for_each(|called| forms.extend(self::forms(called)));
    forms
}
