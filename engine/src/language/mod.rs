//! From a YAML file to a definition. Shows every mistake it can find, each with its place; publishes nothing.

mod calendar;
mod codes;
mod diagnostic;
mod elsewhere;
mod fields;
mod import;
mod limits;
mod mapping;
mod node;
mod outcomes;
mod people;
mod plan;
mod reading;
mod report;
mod scenario;
mod schema;
mod scopes;
mod steps;
mod suggest;
mod workflow;

pub use calendar::read_calendar;
pub use codes::CODES as WORKFLOW_CODES;
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use import::{CODES as IMPORT_CODES, read_import, read_import_source};
pub use limits::INTEGER_MAX;
pub use node::{CODES as YAML_CODES, Node, NodeKind, Span};
pub use plan::{CODES as PLAN_CODES, Version, plan_versions, read_plan};
pub use reading::Called;
pub use report::{CODES as REPORT_CODES, Editions, read_report, report_workflows};
pub use scenario::{read_people, read_scenario};
pub use schema::schema;
pub(crate) use scopes::standing;

use std::collections::BTreeMap;

use crate::checker::{self, Finding, Staff, Subject};
use crate::model::definition::Definition;
use crate::model::names::Name;
use reading::Reading;

/// Reads a workflow file. `called` finds the workflows it calls, by name.
///
/// # Errors
/// Every mistake that was found.
pub fn read(file: &str, text: &str, called: Called<'_>) -> Result<Definition, Diagnostics> {
    let document = node::parse(file, text)?;
    let mut reading = Reading::new(text, called);
    let definition = workflow::workflow(&document, &mut reading);
    let (found, called) = reading.into_found();
    match definition {
        Some(definition) if found.is_empty() => Ok(definition.calling(called)),
        Some(_) | None => Err(Diagnostics::new(file, text, found)),
    }
}

/// Reads a workflow file and explores what can go wrong with it: the definition with the warnings, if there are no
/// errors.
///
/// # Errors
/// Every mistake, or everything that can go wrong, each with the shortest way there.
pub fn examine(
    file: &str,
    text: &str,
    called: Called<'_>,
) -> Result<(Definition, Diagnostics), Diagnostics> {
    examine_for(file, text, called, &Staff::default(), None)
}

/// Does the same as [`examine`], and warns where the people who are known do not suffice, and where a form has to name
/// cases of a workflow that is not `published`, if anything is known of that.
///
/// # Errors
/// As [`examine`].
pub fn examine_for(
    file: &str,
    text: &str,
    called: Called<'_>,
    staff: &Staff,
    published: Option<Published<'_>>,
) -> Result<(Definition, Diagnostics), Diagnostics> {
    let document = node::parse(file, text)?;
    let mut reading = Reading::new(text, called);
    let definition = workflow::workflow(&document, &mut reading);
    let places = reading.steps.clone();
    let referred = reading.referred();
    let (found, called) = reading.into_found();
    let Some(definition) = definition.filter(|_| found.is_empty()) else {
        return Err(Diagnostics::new(file, text, found));
    };
    let definition = definition.calling(called);
    let found = checker::check(&definition).into_iter();
    let found = found.chain(checker::check_people(&definition, staff)).map(|finding| {
        let place = place_of(&finding.about, &document, &places);
        told(finding, place)
    });
    let found = found.chain(unpublished(&definition.reference.name, &referred, published));
    let found = Diagnostics::new(file, text, found);
    match found.has_errors() {
        true => Err(found),
        false => Ok((definition, found)),
    }
}

/// A warning for each workflow whose cases have to be named and that is not published. It may come later, so that two
/// workflows can refer to each other.
fn unpublished<'a>(
    own: &'a Name,
    referred: &'a [(Name, Span)],
    published: Option<Published<'a>>,
) -> impl Iterator<Item = Diagnostic> + 'a {
    let unknown = move |name: &Name| {
        name != own && published.is_some_and(|published| !published(name.as_str()))
    };
    referred.iter().filter(move |(name, _)| unknown(name)).map(|(name, span)| {
        let ko = format!("`{name}` 업무 절차가 아직 공개되지 않아 가리킬 건이 없습니다");
        let en = format!("no workflow `{name}` is published, so there is no case to name");
        Diagnostic::warning(checker::UNPUBLISHED, *span, ko, en)
    })
}

/// Where the thing stands that a finding is about.
fn place_of(about: &Subject, document: &Node, steps: &BTreeMap<String, Span>) -> Option<Span> {
    let entries = |node: &Node| match &node.kind {
        NodeKind::Map(entries) => entries.clone(),
        NodeKind::Null
        | NodeKind::Bool(_)
        | NodeKind::Int(_)
        | NodeKind::Float(_)
        | NodeKind::String(_)
        | NodeKind::List(_) => Vec::new(),
    };
    match about {
        Subject::Step(name) => steps.get(name.as_str()).copied(),
        Subject::Entry(key, name) => {
            let section = entries(document).into_iter().find(|(found, _)| found.name == *key);
            let section = section.map(|(_, node)| entries(&node)).unwrap_or_default();
            let entry = section.iter().find(|(found, _)| found.name == name.as_str());
            entry.map(|(found, _)| found.span)
        }
        Subject::Whole => None,
    }
}

/// A finding at its place in the file.
fn told(finding: Finding, place: Option<Span>) -> Diagnostic {
    let span = place.unwrap_or(Span { start: 0, end: 0 });
    let (ko, en) = (finding.message.ko.to_string(), finding.message.en.to_string());
    let told = match finding.is_warning() {
        true => Diagnostic::warning(finding.code, span, ko, en),
        false => Diagnostic::error(finding.code, span, ko, en),
    };
    let told = if place.is_some() { told } else { told.without_place() };
    told.trace(finding.trace)
}

/// Reads any YAML (or JSON) text as JSON, with the same bounds as a workflow file.
///
/// # Errors
/// What is wrong with it as YAML.
pub fn parse_yaml(file: &str, text: &str) -> Result<serde_json::Value, Diagnostics> {
    node::parse(file, text).map(|document| document.to_json())
}

/// The document in a text; none if it is not YAML.
pub(crate) fn parse_node(text: &str) -> Option<Node> {
    node::parse("", text).ok()
}

/// The line of a text on which a place begins, from 1.
pub(crate) fn line_of(text: &str, place: Span) -> usize {
    node::line_column(text, place.start).line
}

/// The name of the workflow in a file; none if it is not YAML or names none: reading it will say so.
pub fn workflow_name(text: &str) -> Option<Name> {
    Name::new(parse_node(text)?.get("workflow")?.as_str()?).ok()
}

/// Whether a workflow is published.
pub type Published<'a> = &'a dyn Fn(&str) -> bool;

/// The workflows a file calls, so that they can be fetched before it is read. Finds none in a file that is not
/// YAML: reading it will say so.
pub fn called_names(text: &str) -> Vec<Name> {
    let mut names = Vec::new();
    if let Ok(document) = node::parse("", text) {
        collect_called(&document, &mut names);
    }
    names.sort();
    names.dedup();
    names
}

/// The workflows whose cases the forms of a file have to name, as [`called_names`].
pub fn referred_names(text: &str) -> Vec<Name> {
    let mut names = Vec::new();
    if let Ok(document) = node::parse("", text) {
        collect_referred(&document, &mut names);
    }
    names.sort();
    names.dedup();
    names
}

fn collect_referred(node: &Node, names: &mut Vec<Name>) {
    let NodeKind::Map(entries) = &node.kind else { return };
    for (key, value) in entries {
        match value.as_str() {
            Some(name) if key.name == "refers_to" => names.extend(Name::new(name).ok()),
            Some(_) | None => collect_referred(value, names),
        }
    }
}

fn collect_called(node: &Node, names: &mut Vec<Name>) {
    let NodeKind::Map(entries) = &node.kind else { return };
    for (key, value) in entries {
        match &value.kind {
            NodeKind::String(name) if key.name == "call" || key.name == "spawn" => {
                names.extend(Name::new(name).ok());
            }
            NodeKind::Map(chosen) if key.name == "call" => {
                let called = chosen.iter().filter_map(|(_, node)| Name::new(node.as_str()?).ok());
                names.extend(called);
            }
            _ => collect_called(value, names),
        }
    }
}
