//! What people call the words in a report: the options of fields, the steps and ends of workflows, people.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::definition::Show;
use super::facts::filled_in;
use super::table::Cell;
use crate::model::definition::Definition;
use crate::model::form::object_schema;
use crate::model::names::{PersonId, Text};
use crate::model::people::Person;

/// The texts of the options of whatever a plain path leads to, also through lists: `data.kind`, `act.form.decision`, `item.state` with
/// `each: {item: data.items}`; those of both, where one of two is chosen (`c ? data.kind : act.form.kind`). Empty for
/// other expressions and for fields without such texts.
pub fn options(
    definition: &Definition,
    each: &[(&str, &str)],
    expression: &str,
) -> BTreeMap<String, Text> {
    let mut roots = BTreeMap::from([
        ("data".to_owned(), object_schema(&definition.data)),
        ("case".to_owned(), case_schema(definition)),
    ]);
    for (item, list) in each {
        if let Some(schema) = at_path(&roots, list) {
            roots.insert((*item).to_owned(), schema["items"].clone());
        }
    }
    let mut texts = BTreeMap::new();
    for path in choices(expression) {
        texts.extend(at_path(&roots, path).map(texts_of).unwrap_or_default());
    }
    texts
}

/// What an expression chooses from; itself, if it chooses nothing.
fn choices(expression: &str) -> Vec<&str> {
    let chosen = expression.split_once('?').and_then(|(_, choice)| choice.split_once(':'));
    chosen.map_or_else(|| vec![expression], |(one, other)| vec![one, other])
}

fn texts_of(schema: &Json) -> BTreeMap<String, Text> {
    let options = schema.get("x-enum").or_else(|| schema.get("items")?.get("x-enum"));
    options.and_then(|options| serde_json::from_value(options.clone()).ok()).unwrap_or_default()
}

fn case_schema(definition: &Definition) -> Json {
    let form = object_schema(&filled_in(definition));
    json!({"properties": {"acts": {"items": {"properties": {"form": form}}}}})
}

fn at_path<'a>(roots: &'a BTreeMap<String, Json>, path: &str) -> Option<&'a Json> {
    let mut names = path.trim().split('.');
    let root = roots.get(names.next()?)?;
    names.try_fold(root, |schema, name| {
        let schema = schema.get("items").unwrap_or(schema);
        schema.get("properties")?.get(name)
    })
}

/// Where the words of a row are looked up.
pub struct Lexicon<'a> {
    /// The workflow of the row.
    pub definition: Option<&'a Definition>,
    /// Everybody.
    pub people: &'a BTreeMap<PersonId, Person>,
    /// The titles of workflows.
    pub workflows: &'a BTreeMap<String, Text>,
    /// What cases are about.
    pub cases: &'a BTreeMap<String, Text>,
}

impl Lexicon<'_> {
    /// A text as it is to be read.
    pub fn cell(&self, text: String, show: Show, options: &BTreeMap<String, Text>) -> Cell {
        let found = match show {
            Show::Plain | Show::Krw | Show::Percent | Show::Date | Show::Due => {
                options.get(&text).cloned()
            }
            Show::Person => self.person(&text),
            Show::Case => self.cases.get(&text).cloned(),
            Show::Workflow => self.workflows.get(&text).cloned(),
            Show::Authority => authority(&text),
            Show::Role => self.role(&text),
            Show::Step => self.step(&text),
            Show::Outcome => self.outcome(&text),
            Show::End => self.definition.and_then(|d| Some(d.end(&text)?.title.clone())),
            Show::Flag => self.definition.and_then(|d| Some(d.flag(&text)?.title.clone())),
        };
        match found {
            Some(title) => {
                Cell::Word { word: text, ko: title.ko.to_string(), en: title.en.to_string() }
            }
            None => Cell::Text(text),
        }
    }

    /// A role, or the person who holds a task in place of one.
    fn role(&self, text: &str) -> Option<Text> {
        let role = self.definition.and_then(|d| d.roles.get(text).cloned());
        let called = || {
            let called = self.definition?.called.values();
            called.into_iter().find_map(|d| d.roles.get(text).cloned())
        };
        role.or_else(called).or_else(|| self.person(text))
    }

    fn person(&self, text: &str) -> Option<Text> {
        self.people.get(text)?.title.clone()
    }

    fn step(&self, text: &str) -> Option<Text> {
        if text == "start" {
            return Some(both("접수", "start"));
        }
        let own = |definition: &Definition| {
            let step = definition.step(text).map(|step| &step.title);
            let action = || definition.action(text).map(|action| &action.title);
            let message = || definition.message(text).map(|message| &message.title);
            step.or_else(action).or_else(message).cloned()
        };
        let definition = self.definition?;
        own(definition).or_else(|| definition.called.values().find_map(|called| own(called)))
    }

    fn outcome(&self, text: &str) -> Option<Text> {
        let steps = self.definition?.steps();
        let titled = |step: &&crate::model::definition::Step| step.outcome(text)?.title.clone();
        steps.iter().find_map(titled).or_else(|| known_outcome(text))
    }
}

fn both(ko: &str, en: &str) -> Text {
    Text { ko: ko.into(), en: en.into() }
}

/// What the clock and the holders of a task do to it has no title in a workflow.
fn known_outcome(text: &str) -> Option<Text> {
    let (ko, en) = match text {
        "remind" => ("기한 전 알림", "reminded"),
        "wake" => ("예정 시각 도래", "the time came"),
        "escalate" => ("기한이 지나 추가 배정", "overdue, others called in"),
        "claim" => ("담당 수락", "claimed"),
        "unclaim" => ("담당 반납", "given back"),
        "assign" => ("지정", "assigned"),
        "delegate" => ("위임", "delegated"),
        "recuse" => ("회피", "recused"),
        "take_note" => ("대결 사후 확인", "took note of the deputy's act"),
        _ => return None,
    };
    Some(both(ko, en))
}

fn authority(text: &str) -> Option<Text> {
    let (ko, en) = match text {
        "own" => ("본인", "own"),
        "on_behalf" => ("대신 접수", "on behalf"),
        "deputy" => ("대결", "deputy"),
        "delegated" => ("전결", "delegated"),
        "spawned" => ("다른 건에서", "by another case"),
        _ => return None,
    };
    Some(both(ko, en))
}
