//! References in forms: fields whose value has to name a case of some workflow, or a person. Says which stand in what was
//! filled in, and what is told of one that is not met; never looks anything up.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::form::Violation;
use super::names::Name;

/// The key of a field's schema under which its reference stands.
pub const REFERENCE_KEY: &str = "x-reference";

/// What the value of a field has to name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reference {
    /// A person who was added.
    Person,
    /// A case.
    Case {
        /// Of this workflow.
        workflow: Name,
        /// In this state.
        state: Wanted,
    },
}

impl Reference {
    /// A case that meets it.
    pub(crate) fn met(&self) -> Option<Referred> {
        match self {
            Reference::Person => None,
            Reference::Case { workflow, state } => {
                Some(Referred { workflow: workflow.clone(), is_open: *state != Wanted::Closed })
            }
        }
    }
}

/// The state a case has to be in for a reference to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// Open.
    Open,
    /// Closed.
    Closed,
    /// Either.
    Any,
}

/// A case as far as a reference looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referred {
    /// Its workflow.
    pub workflow: Name,
    /// Whether it is open.
    pub is_open: bool,
}

/// A reference that somebody filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named<'a> {
    /// Where, as a JSON pointer into the form.
    pub path: String,
    /// What it has to name.
    pub reference: &'a Reference,
    /// What it names.
    pub value: &'a str,
}

/// Where references stand in a form.
#[derive(Debug, Clone, Default)]
pub(crate) struct References(Vec<(Vec<Part>, Reference)>);

/// A part of the way to a field.
#[derive(Debug, Clone)]
enum Part {
    Field(String),
    Items,
}

impl References {
    /// Those of a form's schema. Fields are nested no deeper than the language allows, so this ends.
    pub(crate) fn of(schema: &Value) -> References {
        let mut found = References::default();
        found.add(schema, &mut Vec::new());
        found
    }

    fn add(&mut self, schema: &Value, way: &mut Vec<Part>) {
        if let Some(reference) = schema.get(REFERENCE_KEY)
            && let Ok(reference) = Reference::deserialize(reference)
        {
            self.0.push((way.clone(), reference));
        }
        for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
            way.push(Part::Field(field.clone()));
            self.add(schema, way);
            way.pop();
        }
        if let Some(items) = schema.get("items") {
            way.push(Part::Items);
            self.add(items, way);
            way.pop();
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those that are filled in.
    pub(super) fn named<'a>(&'a self, filled: &'a Value) -> Vec<Named<'a>> {
        let mut found = Vec::new();
        for (way, reference) in &self.0 {
            follow(filled, way, String::new(), &mut |path, value| {
                found.push(Named { path, reference, value });
            });
        }
        found
    }
}

fn follow<'a>(
    value: &'a Value,
    way: &[Part],
    path: String,
    found: &mut impl FnMut(String, &'a str),
) {
    match (way.split_first(), value) {
        (None, Value::String(text)) => found(path, text),
        (Some((Part::Field(field), rest)), Value::Object(fields)) => {
            if let Some(value) = fields.get(field) {
                follow(value, rest, format!("{path}/{field}"), found);
            }
        }
        (Some((Part::Items, rest)), Value::Array(items)) => {
            for (at, value) in items.iter().enumerate() {
                follow(value, rest, format!("{path}/{at}"), found);
            }
        }
        (None | Some(_), _) => {}
    }
}

impl Named<'_> {
    /// What is wrong with it, if the case it names is this one.
    pub(super) fn unmet_by(&self, found: Option<&Referred>) -> Option<Violation> {
        let Reference::Case { workflow, state } = self.reference else { return None };
        let value = self.value;
        let (ko, en) = match found {
            None => (
                format!("`{value}` 번호의 {workflow} 건이 없습니다"),
                format!("there is no case {value:?} of {workflow}"),
            ),
            Some(found) if found.workflow != *workflow => (
                format!(
                    "`{value}`은(는) {} 건입니다. {workflow} 건을 적어야 합니다",
                    found.workflow
                ),
                format!("{value:?} is a case of {}, not of {workflow}", found.workflow),
            ),
            Some(found) if *state == Wanted::Open && !found.is_open => {
                (format!("`{value}` 건은 종결되었습니다"), format!("the case {value:?} is closed"))
            }
            Some(found) if *state == Wanted::Closed && found.is_open => (
                format!("`{value}` 건은 아직 종결되지 않았습니다"),
                format!("the case {value:?} is still open"),
            ),
            Some(_) => return None,
        };
        Some(self.violation(ko, en))
    }

    /// That nobody of that id was added.
    pub(super) fn nobody(&self) -> Violation {
        let value = self.value;
        self.violation(
            format!("`{value}` 사용자가 등록되어 있지 않습니다"),
            format!("no person {value:?} was added"),
        )
    }

    fn violation(&self, ko: String, en: String) -> Violation {
        Violation::new(&self.path, "reference", (ko, en))
    }
}
