//! Entries: what people at work fill into a field, as the plan of a sample says it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use crate::model::definition::Definition;
use crate::model::form::Form;
use crate::model::names::Name;
use crate::simulation::hints::computes;

/// What is filled into a field.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Entry {
    /// One of these values.
    Values(Vec<Json>),
    /// What an expression gives, which may name `form`, `data`, `settings`, `actor` and `now`.
    Value(String),
    /// One of these words, each as often as its weight says.
    Weights(BTreeMap<String, u32>),
    /// A whole number.
    Between(Between),
    /// One of these texts; `{number}` in it becomes a number of three digits.
    Texts(Vec<String>),
    /// Some of these, each once: the values, at least and at most how many.
    SomeOf(Vec<Json>, usize, usize),
    /// Some of what stands in a list that is known: at least and at most how many of a hundred.
    PartOf(Name, u32, u32),
    /// A working day.
    Days(Days),
    /// By the word in a field, or by the role of who acts.
    By(By),
    /// So many times in a hundred this, else nothing.
    Sometimes(u32, Box<Entry>),
    /// One of these.
    OneOf(Vec<Entry>),
    /// An object with these fields.
    Object(BTreeMap<String, Entry>),
    /// A list of these.
    List(Vec<Entry>),
    /// A list of this, at least and at most so long.
    Times(usize, usize, Box<Entry>),
    /// A list of this for each item of a list that is known.
    ForEach(Name, Box<Entry>),
    /// The item: that of [`Entry::ForEach`], or that for which the branch is.
    Item,
    /// What stands in a field of the item.
    OfItem(Name),
    /// Anything that the schema allows.
    Any,
    /// Nothing.
    Absent,
    /// The place in which who asks holds a role.
    Own,
    /// The place above the one in a field.
    Above(Name),
    /// A place of a kind in, above or beside the one in a field.
    Place(Name, Name),
    /// People who hold a role; one, for a field of one person.
    People(People),
}

/// A whole number from one to another, both included, that is a multiple of a step.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Between(pub i64, pub i64, pub i64);

/// A working day so many days from today, or from the day in another field.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Days {
    /// At least so many.
    pub least: i64,
    /// At most so many.
    pub most: i64,
    /// The field that is counted from.
    #[serde(default)]
    pub from: Option<Name>,
    /// So many days more for each entry of the list before it.
    #[serde(default)]
    pub apart: i64,
}

/// By a word.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct By {
    /// The field of the form or of what is known, or `role`.
    pub field: Name,
    /// Word to entry.
    pub of: BTreeMap<String, Entry>,
    /// For any other word.
    #[serde(default)]
    pub otherwise: Option<Box<Entry>>,
}

/// People who hold a role.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct People {
    /// The role.
    pub role: Name,
    /// The field with the place they hold it in.
    #[serde(default)]
    pub within: Option<Name>,
    /// The field with a person, or with people, who come first.
    #[serde(default)]
    pub with: Option<Name>,
    /// The field with people who are left out.
    #[serde(default)]
    pub without: Option<Name>,
    /// At least so many.
    #[serde(default = "one")]
    pub least: usize,
    /// At most so many.
    #[serde(default = "one")]
    pub most: usize,
}

fn one() -> usize {
    1
}

impl Entry {
    /// Whether it looks at the rest of the form, so that it has to come after it.
    pub(super) fn looks_around(&self) -> bool {
        match self {
            Entry::Value(_)
            | Entry::By(_)
            | Entry::Above(_)
            | Entry::Place(..)
            | Entry::PartOf(..)
            | Entry::ForEach(..) => true,
            Entry::People(people) => {
                people.within.is_some() || people.with.is_some() || people.without.is_some()
            }
            Entry::Days(days) => days.from.is_some(),
            Entry::Sometimes(_, entry) | Entry::Times(_, _, entry) => entry.looks_around(),
            Entry::OneOf(entries) | Entry::List(entries) => entries.iter().any(Entry::looks_around),
            Entry::Object(fields) => fields.values().any(Entry::looks_around),
            Entry::Values(_)
            | Entry::Weights(_)
            | Entry::Between(_)
            | Entry::Texts(_)
            | Entry::SomeOf(..)
            | Entry::Item
            | Entry::OfItem(_)
            | Entry::Any
            | Entry::Absent
            | Entry::Own => false,
        }
    }

    /// Whether it gives something for a form: expressions fit it, and there is something to choose from.
    pub(super) fn helps(&self, form: &Form, definition: &Definition) -> bool {
        let helps = |entry: &Entry| entry.helps(form, definition);
        match self {
            Entry::Values(values) => !values.is_empty(),
            Entry::Value(text) => computes(text, form, definition),
            Entry::Weights(weights) => weights.values().any(|weight| *weight > 0),
            Entry::Between(Between(least, most, step)) => least <= most && *step > 0,
            Entry::Texts(texts) => !texts.is_empty(),
            Entry::SomeOf(of, least, most) => least <= most && *most <= of.len(),
            Entry::PartOf(_, least, most) => least <= most && *most <= 100,
            Entry::Days(days) => days.least <= days.most,
            Entry::By(by) => by.of.values().chain(by.otherwise.as_deref()).all(helps),
            Entry::Sometimes(percent, entry) => *percent <= 100 && helps(entry),
            Entry::OneOf(entries) | Entry::List(entries) => entries.iter().all(helps),
            Entry::Object(fields) => fields.values().all(helps),
            Entry::Times(least, most, entry) => least <= most && helps(entry),
            Entry::ForEach(_, entry) => helps(entry),
            Entry::People(people) => people.least <= people.most,
            Entry::Item
            | Entry::OfItem(_)
            | Entry::Any
            | Entry::Absent
            | Entry::Own
            | Entry::Above(_)
            | Entry::Place(..) => true,
        }
    }
}
