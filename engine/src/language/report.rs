//! From a YAML file to a report. Types every expression against the workflows it is about; makes no table.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::codes::ReaderCodes;
use super::diagnostic::Diagnostics;
use super::limits::{REPORT_COLUMNS_MAX, REPORT_EACH_MAX};
use super::mapping::Mapping;
use super::node::{self, Node, Span};
use super::reading::Reading;
use crate::expression::{self, Expression, Scope, Type};
use crate::model::definition::Definition;
use crate::model::names::{Name, Text};
use crate::report::definition::{
    Audience, Binding, Bindings, Column, Made, Measure, Numbered, Report, Show, SortKey, Subject,
};
use crate::report::facts::History;
use crate::report::{FootLine, facts, options};
use crate::tables::code_table;
use dure_storage::Lang;

code_table! {
    pub(super) const;

    /// A key a report does not have.
    KEY = "E-report-key", "a key is not part of a report in that place", "use one of the keys named";
    /// A key that must be there.
    MISSING = "E-report-missing", "a required key of a report is missing", "add it";
    /// A value of the wrong kind.
    KIND = "E-report-kind", "a value of a report has the wrong kind", "write what the message asks for";
    /// A name of the wrong form.
    NAME = "E-report-name", "a name in a report does not have the form of a name", "use a lower-case Latin letter, then lower-case letters, digits or `_`";
    /// Something named that is not there.
    UNKNOWN = "E-report-unknown-name", "a report names a workflow that is not published, or a column that it does not have", "use one of those named";
    /// A text without one of its languages.
    TEXT = "E-report-text", "a text of a report lacks Korean or English", "write `{ko: …, en: …}`";
    /// Columns that do not hold together.
    COLUMNS = "E-report-columns", "the columns of a report do not hold together", "see the message";
}

/// What the shared readers call mistakes here.
const READER: ReaderCodes = ReaderCodes {
    key: KEY,
    missing: MISSING,
    kind: KIND,
    name: NAME,
    unknown: UNKNOWN,
    text: TEXT,
};

/// Where the versions of a workflow are looked up, the latest last; none if it is not published.
pub type Editions<'a> = &'a dyn Fn(&Name) -> Vec<Arc<Definition>>;

const MEASURES: &[(&str, Measure)] = &[
    ("count", Measure::Count),
    ("share", Measure::Share),
    ("sum", Measure::Sum),
    ("mean", Measure::Mean),
    ("min", Measure::Min),
    ("max", Measure::Max),
    ("list", Measure::List),
];
const AUDIENCES: &[(&str, Audience)] = &[
    ("coordinator", Audience::Coordinator),
    ("auditor", Audience::Auditor),
    ("analyst", Audience::Analyst),
    ("requester", Audience::Requester),
];
const SHOWS: &[(&str, Show)] = &[
    ("plain", Show::Plain),
    ("person", Show::Person),
    ("role", Show::Role),
    ("step", Show::Step),
    ("outcome", Show::Outcome),
    ("end", Show::End),
    ("workflow", Show::Workflow),
    ("flag", Show::Flag),
    ("authority", Show::Authority),
    ("case", Show::Case),
    ("krw", Show::Krw),
    ("percent", Show::Percent),
    ("date", Show::Date),
    ("due", Show::Due),
];
const FEET: &[(&str, FootLine)] =
    &[("total", FootLine::Total), ("mean", FootLine::Mean), ("spread", FootLine::Spread)];
const NUMBERED: &[(&str, Numbered)] = &[("up", Numbered::Up), ("down", Numbered::Down)];

/// The workflows a report is about or names, so that they can be fetched before it is read. Finds none in a file that is
/// not a report: reading it will say so.
pub fn report_workflows(text: &str) -> Vec<Name> {
    let Ok(document) = node::parse("", text) else { return Vec::new() };
    let lists = ["cases", "names"].into_iter().filter_map(|key| document.get(key));
    let nodes = lists.flat_map(|node| node.as_list().unwrap_or(std::slice::from_ref(node)));
    nodes.filter_map(|node| Name::new(node.as_str()?).ok()).collect()
}

/// Reads a report.
///
/// # Errors
/// Every mistake that was found.
pub fn read_report(file: &str, text: &str, editions: Editions<'_>) -> Result<Report, Diagnostics> {
    let document = node::parse(file, text)?;
    let reading = Reading::of_kind(text, &READER);
    let report = report(&document, editions, &reading);
    let (found, _) = reading.into_found();
    match report {
        Some(report) if found.is_empty() => Ok(report),
        Some(_) | None => Err(Diagnostics::new(file, text, found)),
    }
}

/// The expressions of a report before they are typed.
struct Parts<'n> {
    each: Vec<(Name, &'n Node)>,
    filter: Option<&'n Node>,
    columns: Vec<ColumnParts<'n>>,
    across: Option<(&'n Node, Show)>,
}

struct ColumnParts<'n> {
    name: Name,
    span: Span,
    title: Text,
    show: Show,
    like: Option<&'n Node>,
    source: Source<'n>,
}

enum Source<'n> {
    Value(&'n Node),
    Measure { measure: Measure, whole: bool, of: &'n Node },
    From(&'n Node),
}

fn report(document: &Node, editions: Editions<'_>, reading: &Reading<'_>) -> Option<Report> {
    let keys = Mapping::of(document, reading)?;
    let name = keys.need("report", reading).and_then(|node| reading.name(node));
    let title = keys.need("title", reading).and_then(|node| reading.bilingual(node));
    let answers = keys.need("answers", reading).and_then(|node| reading.bilingual(node));
    let audience = keys.need("for", reading).and_then(|node| one_of(node, AUDIENCES, reading));
    let subject = subject(&keys, reading);
    let named = keys.take("names").map(|node| reading.items(node)).unwrap_or_default();
    let named = named.iter().filter_map(|node| published(node, editions, reading)).collect();
    let each = keys.take("each").map(|node| reading.named(node)).unwrap_or_default();
    let filter = keys.take("where");
    let columns = keys.need("columns", reading).map(|node| columns(node, reading));
    let across = keys.take("across").and_then(|node| across(node, reading));
    let sort = keys.take("sort");
    let foot = keys.take("foot").map(|node| reading.items(node)).unwrap_or_default();
    let foot = foot.iter().filter_map(|node| one_of(node, FEET, reading)).collect();
    let numbered = keys.take("numbered").and_then(|node| one_of(node, NUMBERED, reading));
    keys.finish(reading);
    let each: Vec<_> = each.into_iter().map(|(name, _, node)| (name, node)).collect();
    bounded(document, &each, columns.as_deref().unwrap_or_default(), reading);
    let parts = Parts { each, filter, columns: columns?, across };
    let sort = sort.map(|node| sorted(node, &parts.columns, reading)).unwrap_or_default();
    let subject = subject?;
    let bound = bindings(&subject, &parts, editions, reading)?;
    let columns = finished(&parts, &bound, reading);
    Some(Report {
        name: name?,
        title: title?,
        answers: answers?,
        audience: audience?,
        histories: histories(&bound),
        subject,
        named,
        each: parts.each.iter().map(|(name, _)| name.clone()).collect(),
        columns,
        across: parts.across.map(|(_, show)| show),
        sort,
        foot,
        numbered,
        bound,
    })
}

/// A workflow that is published.
fn published(node: &Node, editions: Editions<'_>, reading: &Reading<'_>) -> Option<Name> {
    let name = reading.name(node)?;
    if editions(&name).is_empty() {
        unpublished(&name, node.span, reading);
        return None;
    }
    Some(name)
}

fn unpublished(name: &Name, at: Span, reading: &Reading<'_>) {
    let ko = format!("`{name}` 업무 절차가 공개되어 있지 않습니다");
    reading.error(UNKNOWN, at, ko, format!("no workflow `{name}` is published"));
}

fn one_of<T: Copy>(node: &Node, words: &[(&str, T)], reading: &Reading<'_>) -> Option<T> {
    let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let word = reading.word(node, &known)?;
    words.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
}

fn bounded(
    document: &Node,
    each: &[(Name, &Node)],
    columns: &[ColumnParts<'_>],
    reading: &Reading<'_>,
) {
    if columns.len() > REPORT_COLUMNS_MAX || each.len() > REPORT_EACH_MAX {
        let ko = format!("열은 {REPORT_COLUMNS_MAX}개, `each`는 {REPORT_EACH_MAX}단계까지입니다");
        let en = format!(
            "at most {REPORT_COLUMNS_MAX} columns, and `each` at most {REPORT_EACH_MAX} deep"
        );
        reading.error(COLUMNS, document.span, ko, en);
    }
}

/// `cases`, `accounts` or `people`.
fn subject(keys: &Mapping<'_>, reading: &Reading<'_>) -> Option<Subject> {
    let names = |node: &Node| {
        let items = reading.items(node).iter();
        items.filter_map(|node| reading.name(node)).collect::<Vec<_>>()
    };
    let is_all = |node: &Node| node.as_str() == Some("all");
    match (keys.take("cases"), keys.take("accounts"), keys.take("people")) {
        (Some(node), None, None) if is_all(node) => Some(Subject::AllCases),
        (Some(node), None, None) => Some(Subject::Cases(names(node))),
        (None, Some(node), None) if is_all(node) => Some(Subject::Accounts(Vec::new())),
        (None, Some(node), None) => Some(Subject::Accounts(names(node))),
        (None, None, Some(node)) => reading.word(node, &["all"]).map(|_| Subject::People),
        _ => {
            let en = "a report says one of `cases`, `accounts` and `people`";
            let ko = "`cases`, `accounts`, `people` 중 하나를 적어야 합니다";
            reading.error(MISSING, keys.span().first_line_of(reading.text()), ko, en);
            None
        }
    }
}

fn columns<'n>(node: &'n Node, reading: &Reading<'_>) -> Vec<ColumnParts<'n>> {
    let read = |(name, span, node): (Name, Span, &'n Node)| {
        let keys = Mapping::of(node, reading)?;
        let title = keys.need("title", reading).and_then(|node| reading.bilingual(node));
        let show = keys.take("show").and_then(|node| one_of(node, SHOWS, reading));
        let whole = reading.flag(keys.take("whole"));
        let like = keys.take("like");
        let value = keys.take("value").map(Source::Value);
        let from = keys.take("from").map(Source::From);
        let measures = MEASURES.iter().filter_map(|(key, measure)| {
            Some(Source::Measure { measure: *measure, whole, of: keys.take(key)? })
        });
        let mut sources: Vec<Source<'n>> = value.into_iter().chain(from).chain(measures).collect();
        keys.finish(reading);
        let source = sources.pop();
        if source.is_none() || !sources.is_empty() {
            let en = "a column says one of `value`, `from`, `count`, `share`, `sum`, `mean`, `min`, `max` and `list`";
            let ko = "열에는 `value`, `from`, `count`, `share`, `sum`, `mean`, `min`, `max`, `list` 중 하나를 적습니다";
            reading.error(COLUMNS, span, ko, en);
            return None;
        }
        Some(ColumnParts {
            name,
            span,
            title: title?,
            show: show.unwrap_or(Show::Plain),
            like,
            source: source?,
        })
    };
    reading.named(node).into_iter().filter_map(read).collect()
}

fn across<'n>(node: &'n Node, reading: &Reading<'_>) -> Option<(&'n Node, Show)> {
    let keys = Mapping::of(node, reading)?;
    let value = keys.need("value", reading);
    let show = keys.take("show").and_then(|node| one_of(node, SHOWS, reading));
    keys.finish(reading);
    Some((value?, show.unwrap_or(Show::Plain)))
}

fn sorted(node: &Node, columns: &[ColumnParts<'_>], reading: &Reading<'_>) -> Vec<SortKey> {
    let key = |node: &Node| {
        let text = reading.string(node)?;
        let (name, descending) = match text.strip_prefix('-') {
            Some(name) => (name, true),
            None => (text, false),
        };
        let column = columns.iter().position(|column| column.name.as_str() == name);
        if column.is_none() {
            let known = columns.iter().map(|column| column.name.as_str());
            reading.unknown(node.span, ("열", "column"), name, known);
        }
        Some(SortKey { column: column?, descending })
    };
    reading.items(node).iter().filter_map(key).collect()
}

fn bindings(
    subject: &Subject,
    parts: &Parts<'_>,
    editions: Editions<'_>,
    reading: &Reading<'_>,
) -> Option<Bindings> {
    let alone = |scope: Scope| {
        Bindings::One(Box::new(bind(None, scope, parts, &mut |node, scope, wanted| {
            typed(node, scope, wanted, reading)
        })))
    };
    let names = match subject {
        Subject::AllCases => return Some(alone(facts::of_any_case())),
        Subject::Accounts(_) => return Some(alone(facts::of_accounts())),
        Subject::People => return Some(alone(facts::of_people())),
        Subject::Cases(names) => names,
    };
    let mut versions = BTreeMap::new();
    for name in names {
        let known = editions(name);
        let Some((latest, earlier)) = known.split_last() else {
            let place = Span { start: 0, end: 0 };
            unpublished(name, place.first_line_of(reading.text()), reading);
            return None;
        };
        let before = reading.found_so_far();
        let own = |definition: &Arc<Definition>| facts::of_workflow(definition);
        let binding = bind(Some(latest.clone()), own(latest), parts, &mut |node, scope, wanted| {
            typed(node, scope, wanted, reading)
        });
        versions.insert(latest.reference.clone(), binding);
        for definition in earlier {
            // An earlier version may lack what a later one has; its cells are empty then.
            let binding = bind(Some(definition.clone()), own(definition), parts, &mut quietly);
            versions.insert(definition.reference.clone(), binding);
        }
        // The same text is typed for each workflow: one telling of its mistakes is enough.
        if reading.found_so_far() > before {
            break;
        }
    }
    Some(Bindings::Versions(versions))
}

type Typing<'t> = &'t mut dyn FnMut(&Node, &Scope, Wanted) -> Option<Expression>;

/// What an expression has to come to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Anything,
    Bool,
    List,
}

fn typed(node: &Node, scope: &Scope, wanted: Wanted, reading: &Reading<'_>) -> Option<Expression> {
    if wanted == Wanted::Bool {
        return reading.expression(node, scope, &Type::Bool);
    }
    let found = reading.any_expression(node, scope)?;
    match (wanted, found.ty()) {
        (Wanted::Anything | Wanted::Bool, _) | (Wanted::List, Type::List(_)) => Some(found),
        (Wanted::List, other) => {
            let ko = format!("목록이어야 합니다: 이 식은 {}", other.word(Lang::Ko));
            reading.error(KIND, node.span, ko, format!("this must be a list, it is {other}"));
            None
        }
    }
}

fn quietly(node: &Node, scope: &Scope, wanted: Wanted) -> Option<Expression> {
    let text = text_of(node);
    let found = match wanted {
        Wanted::Bool => expression::compile_as(&text, scope, &Type::Bool),
        Wanted::Anything | Wanted::List => expression::compile(&text, scope),
    };
    let is_list = |found: &Expression| matches!(found.ty(), Type::List(_));
    let fits = |found: &Expression| wanted != Wanted::List || is_list(found);
    found.ok().filter(|found| fits(found) && !found.ty().holds_personal())
}

fn text_of(node: &Node) -> String {
    node.as_str().map_or_else(|| node.to_json().to_string(), str::to_owned)
}

fn bind(
    definition: Option<Arc<Definition>>,
    scope: Scope,
    parts: &Parts<'_>,
    compile: Typing<'_>,
) -> Binding {
    let (mut scope, mut each, mut lists) = (scope, Vec::new(), Vec::new());
    for (name, node) in &parts.each {
        let list = compile(node, &scope, Wanted::List);
        if let Some(Type::List(item)) = list.as_ref().map(Expression::ty) {
            scope = scope.variable(name.as_str(), item.as_ref().clone());
        }
        lists.push((name.as_str(), text_of(node)));
        each.push(list);
    }
    let filter = parts.filter.map(|node| compile(node, &scope, Wanted::Bool));
    let lists: Vec<(&str, &str)> =
        lists.iter().map(|(name, list)| (*name, list.as_str())).collect();
    let words = |node: &Node| {
        let definition = definition.as_deref();
        definition.map(|d| options(d, &lists, &text_of(node))).unwrap_or_default()
    };
    let mut binding = Binding {
        each,
        filter_lost: matches!(filter, Some(None)),
        filter: filter.flatten(),
        cells: Vec::new(),
        words: Vec::new(),
        across: parts.across.and_then(|(node, _)| compile(node, &scope, Wanted::Anything)),
        across_words: parts.across.map(|(node, _)| words(node)).unwrap_or_default(),
    };
    for column in &parts.columns {
        let (node, wanted) = match &column.source {
            Source::Value(node) => (*node, Wanted::Anything),
            Source::Measure { measure: Measure::Count | Measure::Share, of, .. } => {
                (*of, Wanted::Bool)
            }
            Source::Measure { of, .. } => (*of, Wanted::Anything),
            Source::From(_) => {
                binding.cells.push(None);
                binding.words.push(BTreeMap::new());
                continue;
            }
        };
        binding.cells.push(compile(node, &scope, wanted));
        binding.words.push(words(column.like.unwrap_or(node)));
    }
    binding
}

/// The columns, with those that are made of others typed by them.
fn finished(parts: &Parts<'_>, bound: &Bindings, reading: &Reading<'_>) -> Vec<Column> {
    let binding = match bound {
        Bindings::One(binding) => Some(binding.as_ref()),
        Bindings::Versions(versions) => versions.values().last(),
    };
    let mut scope = Scope::new();
    let mut columns = Vec::new();
    for (at, column) in parts.columns.iter().enumerate() {
        let expression = binding.and_then(|binding| binding.cells[at].as_ref());
        let ty = expression.map(|expression| expression.ty().clone());
        let (made, ty) = match &column.source {
            Source::Value(_) => (Some(Made::Value), ty),
            Source::Measure { measure, whole, .. } => {
                let parted = parts.across.is_some() && !whole;
                measured(*measure, ty.as_ref(), column, reading);
                let ty = result_of(*measure, ty).filter(|_| !parted);
                (Some(Made::Measure { measure: *measure, whole: *whole }), ty)
            }
            Source::From(node) => {
                let expression = reading.any_expression(node, &scope);
                let ty = expression.as_ref().map(|expression| expression.ty().clone());
                (expression.map(Made::From), ty)
            }
        };
        if let Some(ty) = ty {
            scope = scope.variable(column.name.as_str(), ty);
        }
        let (name, title, show) = (column.name.clone(), column.title.clone(), column.show);
        columns.extend(made.map(|made| Column { name, title, show, made }));
    }
    columns
}

/// Only numbers and spans can be summed.
fn measured(measure: Measure, ty: Option<&Type>, column: &ColumnParts<'_>, reading: &Reading<'_>) {
    let adds = matches!(measure, Measure::Sum | Measure::Mean);
    if let Some(ty) = ty
        && adds
        && !matches!(ty, Type::Int | Type::Duration)
    {
        let ko = format!("`{}` 열은 더할 수 없습니다: 정수나 기간이어야 합니다", column.name);
        let en = format!("column `{}` cannot be summed: this is {ty}", column.name);
        reading.error(COLUMNS, column.span, ko, en);
    }
}

/// What later columns may reckon with; a number with decimals is none of the types there are.
fn result_of(measure: Measure, ty: Option<Type>) -> Option<Type> {
    match measure {
        Measure::Count => Some(Type::Int),
        Measure::Sum | Measure::Min | Measure::Max => ty,
        Measure::Share | Measure::Mean | Measure::List => None,
    }
}

/// The histories of cases that some expression looks at.
fn histories(bound: &Bindings) -> BTreeSet<History> {
    let bindings: Vec<&Binding> = match bound {
        Bindings::One(binding) => vec![binding],
        Bindings::Versions(versions) => versions.values().collect(),
    };
    let expressions = bindings.iter().flat_map(|binding| {
        let each = binding.each.iter().flatten();
        each.chain(&binding.filter).chain(binding.cells.iter().flatten()).chain(&binding.across)
    });
    let names: Vec<_> = expressions.map(|expression| expression.names()).collect();
    let read = |history: &History| {
        let path = format!("case.{}", history.name());
        names.iter().any(|names| names.reads(&path))
    };
    History::ALL.into_iter().filter(read).collect()
}
