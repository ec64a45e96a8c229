//! Samples: years of work as they may have been, by a plan that says what begins how often, how long people take and
//! what they choose how often. The same plan and seed give the same log. Says nothing of any trade: the plan does.

mod acting;
mod clerk;
mod company;
mod diary;
mod entry;
mod office;
mod play;
mod story;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::hints;
use crate::model::account::Unit;
use crate::model::definition::Definition;
use crate::model::form::Form;
use crate::model::names::{Name, Text};

pub use entry::{Between, By, Days, Entry, People};
pub use play::Sample;
pub use story::Story;

/// What a sample is made by.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SamplePlan {
    /// What it is called.
    pub sample: Name,
    /// Its first day.
    pub begins: NaiveDate,
    /// How many years it lasts.
    pub years: u32,
    /// How many districts there are, all alike.
    pub districts: u32,
    /// The calendar by which people are at work.
    pub calendar: Name,
    /// The places of a district, those above others first.
    pub places: Vec<Placing>,
    /// The people of a district.
    pub people: Vec<Post>,
    /// The accounts there are at the beginning.
    pub accounts: Vec<Purse>,
    /// What begins in a district.
    pub begun: Vec<Begun>,
    /// When who is away.
    #[serde(default)]
    pub absences: Vec<Away>,
    /// Holidays that are announced on the way.
    #[serde(default)]
    pub holidays: Vec<Announced>,
    /// What people write where nothing else is said.
    pub phrases: Vec<String>,
    /// The reasons people give where nothing else is said.
    pub reasons: Vec<String>,
    /// How each workflow goes.
    pub guides: BTreeMap<Name, Guide>,
}

/// Places of one kind.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placing {
    /// What they are.
    pub kind: Name,
    /// The kind of the places above them.
    #[serde(default)]
    pub within: Option<Name>,
    /// What each is called: `{district}` and `{number}` become numbers.
    #[serde(default)]
    pub id: String,
    /// Which or how many there are in each place above.
    pub each: Each,
}

/// Which places there are, or how many.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Each {
    /// So many.
    Count(u32),
    /// These.
    Named(Vec<String>),
}

/// People of one kind.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Post {
    /// What they are called, before a number.
    pub title: Text,
    /// The roles they hold, in the place where they are, if there is one.
    pub roles: Vec<Name>,
    /// The roles they hold everywhere.
    #[serde(default)]
    pub everywhere: Vec<Name>,
    /// The kind of place that has them; they belong to none, if absent.
    #[serde(default)]
    pub each: Option<Name>,
    /// How many there are in each place.
    pub count: u32,
}

/// An account, or one for each place of a kind.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purse {
    /// Its name.
    pub account: Name,
    /// What is counted.
    pub unit: Unit,
    /// The kind of place that has one each.
    #[serde(default)]
    pub each: Option<Name>,
    /// What is in it, for each year; for each district, where there is one for all.
    pub amount: i64,
    /// Whether the amount is for all years.
    #[serde(default)]
    pub once: bool,
}

/// What people begin.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Begun {
    /// The workflow.
    pub workflow: Name,
    /// How many cases in a year.
    pub a_year: u32,
    /// How often in each month, from January.
    pub months: [u32; 12],
    /// Who begins them: role to weight.
    pub by: BTreeMap<Name, u32>,
}

/// When those who hold a role are away, each in turn.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Away {
    /// The role.
    pub role: Name,
    /// The role of who acts in their place.
    pub deputy: Name,
    /// How many times a year.
    pub a_year: u32,
    /// How many days.
    pub days: u32,
}

/// A holiday that is announced on the way: the calendar is published anew, and what is due follows it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announced {
    /// The day on which it is announced.
    pub announced: NaiveDate,
    /// The holiday.
    pub day: NaiveDate,
    /// What it is called.
    pub title: Text,
}

/// How a workflow goes.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guide {
    /// What is filled in, wherever nothing else is said.
    #[serde(default)]
    pub fields: BTreeMap<Name, Entry>,
    /// How its steps go.
    #[serde(default)]
    pub steps: BTreeMap<Name, StepGuide>,
}

/// How a step goes.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepGuide {
    /// What is chosen how often: outcomes, actions that are taken instead, a message that is awaited, or `nobody`.
    /// What has the weight 0 is for when nothing else can be done. The first outcome, if nothing is said.
    #[serde(default, rename = "do")]
    pub choices: BTreeMap<Name, u32>,
    /// What is chosen instead once the step has been done before.
    #[serde(default)]
    pub again: BTreeMap<Name, u32>,
    /// The field with the people who do it.
    #[serde(default)]
    pub by: Option<Name>,
    /// Times in a hundred that it is done after it is due.
    #[serde(default)]
    pub late: u32,
    /// Hours until it is done at least and at most, where it is not due before.
    #[serde(default)]
    pub hours: Option<(u32, u32)>,
    /// Whether it is done on the very day on which it is due.
    #[serde(default)]
    pub on_the_day: bool,
    /// Times in a hundred that it is recorded days after it was done, and at most how many.
    #[serde(default)]
    pub recorded_later: Option<(u32, u32)>,
    /// What is filled in here.
    #[serde(default)]
    pub fields: BTreeMap<Name, Entry>,
    /// The reasons that are given here.
    #[serde(default)]
    pub reasons: Vec<String>,
}

/// How much of a plan is made, and from what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleScale {
    /// The seed of all chance.
    pub seed: u64,
    /// Cases that begin, of a hundred of the plan.
    pub percent: u32,
}

/// What became of a sample.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct SampleReport {
    /// The seed of all chance.
    pub seed: u64,
    /// Districts.
    pub districts: u32,
    /// People.
    pub people: u64,
    /// Cases that people began, those of the stories not counted.
    pub begun: u64,
    /// Accepted acts of people.
    pub acts: u64,
    /// Refused ones, by code.
    pub refused: BTreeMap<String, u64>,
    /// Stories that were told.
    pub stories: u64,
    /// Steps nobody could do anything about, with the last refusal.
    pub given_up: Vec<String>,
}

impl SamplePlan {
    /// What a plan says of a workflow that the workflow does not have: fields no form has, steps and choices that are
    /// not there.
    pub fn idle(&self, definition: &Definition) -> Vec<String> {
        let name = &definition.reference.name;
        let Some(guide) = self.guides.get(name) else { return Vec::new() };
        let fields = guide.steps.values().map(|step| &step.fields).chain([&guide.fields]);
        let helps = |entry: &Entry, form: &Form| entry.helps(form, definition);
        let fields = fields.flat_map(|fields| hints::idle(fields, definition, helps));
        let mut idle: Vec<String> = fields.map(|field| format!("{name}: {field}")).collect();
        for (step, guided) in &guide.steps {
            let Some(known) = definition.step(step.as_str()) else {
                idle.push(format!("{name}: {step}"));
                continue;
            };
            let is_known = |choice: &Name| {
                known.outcome(choice.as_str()).is_some()
                    || definition.action(choice.as_str()).is_some()
                    || definition.message(choice.as_str()).is_some()
                    || choice.as_str() == acting::NOBODY
            };
            let unknown =
                guided.choices.keys().chain(guided.again.keys()).filter(|choice| !is_known(choice));
            idle.extend(unknown.map(|choice| format!("{name}: {step} {choice}")));
        }
        idle
    }
}
