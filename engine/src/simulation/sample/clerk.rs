//! A clerk fills in forms as somebody at work would: by the entries of the plan, else plainly by the schema. Draws until
//! the schema allows it, a bounded number of times.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value as Json, json};

use super::company::Company;
use super::entry::{Between, By, Days, Entry, People};
use super::office::Office;
use crate::limits::SIMULATION_VALUE_TRIES;
use crate::model::consequence::Object;
use crate::model::definition::Definition;
use crate::model::form::{Field, Form};
use crate::model::names::{Name, PersonId};
use crate::simulation::chance::Chance;
use crate::simulation::hints::{Seen, value};
use crate::simulation::pattern;

/// Won of a sum of money that nothing is said about, at least, at most, and what it is a multiple of.
const SUM: (i64, i64, i64) = (50_000, 800_000, 100);
/// How much a number that nothing is said about may be above the least there may be.
const NUMBER_ABOVE_LEAST: i64 = 9;
/// Days from today to a date that nothing is said about, at most.
const DAYS_AHEAD: i64 = 10;

/// Who fills in a form, and what they may know.
pub(super) struct Clerk<'a> {
    pub(super) office: &'a Office,
    pub(super) company: &'a Company,
    pub(super) phrases: &'a [String],
    pub(super) definition: &'a Definition,
    /// What is filled in, the first that has a field first.
    pub(super) entries: Vec<&'a BTreeMap<Name, Entry>>,
    pub(super) data: &'a Object,
    /// The item for which the branch is.
    pub(super) item: Option<&'a Json>,
    /// Who asks: the person for whom it is done.
    pub(super) asker: &'a PersonId,
    /// In which role they act, where that was chosen first.
    pub(super) role: Option<&'a Name>,
    pub(super) now: DateTime<Utc>,
}

/// Where in a form an entry stands.
#[derive(Clone, Copy)]
struct Spot<'s> {
    form: &'s Form,
    filled: &'s Object,
    schema: &'s Json,
    item: Option<&'s Json>,
    /// How many entries of the list come before.
    before: i64,
}

impl Clerk<'_> {
    /// A form that its schema allows; none if no such form was found.
    pub(super) fn form(&self, form: &Form, chance: &mut Chance) -> Option<Object> {
        (0..SIMULATION_VALUE_TRIES)
            .map(|_| self.attempt(form, chance))
            .find(|filled| form.check(filled).is_ok())
    }

    fn attempt(&self, form: &Form, chance: &mut Chance) -> Object {
        let mut filled = Object::new();
        let open = form.fields().iter().filter(|field| !field.is_personal());
        // What looks at the rest of the form comes last.
        let last = |field: &&Field| self.entry(field).is_some_and(Entry::looks_around);
        let (last, first): (Vec<_>, Vec<_>) = open.partition(last);
        for field in first.into_iter().chain(last) {
            let spot =
                Spot { form, filled: &filled, schema: &field.schema, item: self.item, before: 0 };
            let value = match self.entry(field) {
                Some(entry) => self.written(entry, spot, chance),
                None if field.optional => None,
                None => Some(self.value(&field.schema, chance)),
            };
            filled.extend(value.map(|value| (field.name.to_string(), value)));
        }
        filled
    }

    fn entry(&self, field: &Field) -> Option<&Entry> {
        self.entries.iter().find_map(|entries| entries.get(&field.name))
    }

    /// What an entry gives.
    fn written(&self, entry: &Entry, spot: Spot<'_>, chance: &mut Chance) -> Option<Json> {
        match entry {
            Entry::Values(values) => chance.pick(values).cloned(),
            Entry::Value(text) => self.computed(text, spot),
            Entry::Weights(weights) => weighted(weights.iter(), chance).map(|word| json!(word)),
            Entry::Between(Between(least, most, step)) => {
                Some(json!(between(*least, *most, *step, chance)))
            }
            Entry::Texts(texts) => {
                let text = chance.pick(texts)?;
                Some(json!(text.replace("{number}", &chance.between(101, 999).to_string())))
            }
            Entry::SomeOf(of, least, most) => {
                Some(json!(some(of.clone(), drawn(*least, *most, chance), chance)))
            }
            Entry::PartOf(list, least, most) => {
                let list = self.known(list, spot)?.as_array()?.clone();
                let share = chance.between((*least).into(), (*most).into()).unsigned_abs() as usize;
                let count = (list.len() * share).div_ceil(100);
                Some(json!(some(list, count, chance)))
            }
            Entry::Days(days) => self.day(days, spot, chance).map(|day| json!(day)),
            Entry::By(By { field, of, otherwise }) => {
                let word = match field.as_str() {
                    "role" => self.role.map(Name::as_str),
                    _ => self.known(field, spot).and_then(Json::as_str),
                };
                let entry = word.and_then(|word| of.get(word)).or(otherwise.as_deref())?;
                self.written(entry, spot, chance)
            }
            Entry::Sometimes(percent, entry) => {
                let now = chance.percent(*percent);
                now.then(|| self.written(entry, spot, chance)).flatten()
            }
            Entry::OneOf(entries) => self.written(chance.pick(entries)?, spot, chance),
            Entry::Object(_) | Entry::List(_) | Entry::Times(..) | Entry::ForEach(..) => {
                self.composed(entry, spot, chance)
            }
            Entry::Item => spot.item.cloned(),
            Entry::OfItem(field) => spot.item?.get(field.as_str()).cloned(),
            Entry::Any => Some(self.value(spot.schema, chance)),
            Entry::Absent => None,
            Entry::Own => self.company.own(self.asker).map(|own| json!(own)),
            Entry::Above(field) => {
                let place = self.known(field, spot)?.as_str()?;
                self.company.above(place).map(|above| json!(above))
            }
            Entry::Place(kind, within) => {
                let place = self.known(within, spot)?.as_str()?;
                chance.pick(&self.company.around(kind, place)).map(|place| json!(place))
            }
            Entry::People(people) => self.people(people, spot, chance),
        }
    }

    /// What entries within an entry give.
    fn composed(&self, entry: &Entry, spot: Spot<'_>, chance: &mut Chance) -> Option<Json> {
        match entry {
            Entry::Object(fields) => {
                let mut object = Object::new();
                for (name, entry) in fields {
                    let spot = Spot { schema: &spot.schema["properties"][name], ..spot };
                    let value = self.written(entry, spot, chance);
                    object.extend(value.map(|value| (name.clone(), value)));
                }
                Some(Json::Object(object))
            }
            Entry::List(entries) => {
                let entries = entries.iter().map(|entry| (entry, spot.item));
                Some(self.list(entries, spot, chance))
            }
            Entry::Times(least, most, entry) => {
                let count = drawn(*least, *most, chance);
                let entries = std::iter::repeat_n((&**entry, spot.item), count);
                Some(self.list(entries, spot, chance))
            }
            Entry::ForEach(list, entry) => {
                let list = self.known(list, spot)?.as_array()?;
                Some(self.list(list.iter().map(|item| (&**entry, Some(item))), spot, chance))
            }
            Entry::Values(_)
            | Entry::Value(_)
            | Entry::Weights(_)
            | Entry::Between(_)
            | Entry::Texts(_)
            | Entry::SomeOf(..)
            | Entry::PartOf(..)
            | Entry::Days(_)
            | Entry::By(_)
            | Entry::Sometimes(..)
            | Entry::OneOf(_)
            | Entry::Item
            | Entry::OfItem(_)
            | Entry::Any
            | Entry::Absent
            | Entry::Own
            | Entry::Above(_)
            | Entry::Place(..)
            | Entry::People(_) => None,
        }
    }

    fn list<'e>(
        &self,
        entries: impl Iterator<Item = (&'e Entry, Option<&'e Json>)>,
        spot: Spot<'_>,
        chance: &mut Chance,
    ) -> Json {
        let schema = &spot.schema["items"];
        let written = (0..).zip(entries).filter_map(|(before, (entry, item))| {
            let Spot { form, filled, .. } = spot;
            self.written(entry, Spot { form, filled, schema, item, before }, chance)
        });
        Json::Array(written.collect())
    }

    /// What stands in a field of the form, or is known.
    fn known<'s>(&'s self, field: &Name, spot: Spot<'s>) -> Option<&'s Json> {
        spot.filled.get(field.as_str()).or_else(|| self.data.get(field.as_str()))
    }

    fn computed(&self, text: &str, spot: Spot<'_>) -> Option<Json> {
        let (definition, data, actor) = (self.definition, self.data, self.asker);
        let seen = Seen { definition, data, form: spot.filled, actor, now: self.now };
        value(text, spot.form, &seen)
    }

    fn day(&self, days: &Days, spot: Spot<'_>, chance: &mut Chance) -> Option<NaiveDate> {
        let from = match &days.from {
            Some(field) => self.known(field, spot)?.as_str()?.parse().ok()?,
            None => self.office.day(self.now)?,
        };
        let later = chance.between(days.least, days.most) + days.apart * spot.before;
        self.office.working_day(from, later)
    }

    fn people(&self, people: &People, spot: Spot<'_>, chance: &mut Chance) -> Option<Json> {
        let People { role, within, with, without, least, most } = people;
        let listed = |field: &Option<Name>| -> Vec<Json> {
            match field.as_ref().and_then(|field| self.known(field, spot)) {
                Some(Json::Array(people)) => people.clone(),
                Some(person) => vec![person.clone()],
                None => Vec::new(),
            }
        };
        let scope = match within {
            Some(field) => Some(self.known(field, spot)?.as_str()?),
            None => None,
        };
        let mut chosen = listed(with);
        let left_out = listed(without);
        let holding = self.company.cast.holding(std::slice::from_ref(role), scope);
        let others = holding.map(|person| json!(person.as_str()));
        let others = others.filter(|person| !chosen.contains(person) && !left_out.contains(person));
        let count = drawn(*least, *most, chance).saturating_sub(chosen.len());
        chosen.extend(some(others.collect::<Vec<_>>(), count, chance));
        match spot.schema["type"] == "array" {
            true => Some(Json::Array(chosen)),
            false => chosen.into_iter().next(),
        }
    }

    /// A value for a schema about which nothing is said.
    fn value(&self, schema: &Json, chance: &mut Chance) -> Json {
        if let Some(words) = schema["enum"].as_array() {
            return chance.pick(words).cloned().unwrap_or(Json::Null);
        }
        match schema["type"].as_str() {
            Some("boolean") => json!(true),
            Some("integer") => json!(number(schema, chance)),
            Some("array") => {
                let count = schema["minItems"].as_u64().unwrap_or(0).max(1);
                let most = schema["maxItems"].as_u64().unwrap_or(count);
                (0..count.min(most)).map(|_| self.value(&schema["items"], chance)).collect()
            }
            Some("object") => {
                let required = schema["required"].as_array();
                let fields = schema["properties"].as_object().into_iter().flatten();
                let needed = fields.filter(|(name, _)| {
                    required.is_some_and(|required| required.contains(&json!(name)))
                });
                needed.map(|(name, field)| (name.clone(), self.value(field, chance))).collect()
            }
            Some(_) | None => json!(self.text(schema, chance)),
        }
    }

    fn text(&self, schema: &Json, chance: &mut Chance) -> String {
        let company = &self.company.cast;
        match schema["x-refers-to"].as_str() {
            Some("person") => {
                let person = chance.pick(&company.people);
                return person.map_or_else(String::new, |person| person.id.to_string());
            }
            Some(_) => return chance.pick(&company.places).cloned().unwrap_or_default(),
            None => {}
        }
        if schema["format"] == "date" {
            let today = self.office.day(self.now);
            let later = chance.between(0, DAYS_AHEAD);
            let day = today.and_then(|today| self.office.working_day(today, later));
            return day.map_or_else(String::new, |day| day.to_string());
        }
        match schema["pattern"].as_str() {
            Some(wanted) => pattern::matching(wanted, chance).unwrap_or_default(),
            None => self.phrase(schema, chance),
        }
    }

    /// A sentence that is as long as is allowed; several, where one is too short.
    fn phrase(&self, schema: &Json, chance: &mut Chance) -> String {
        let least = schema["minLength"].as_u64().unwrap_or(0) as usize;
        let most = schema["maxLength"].as_u64().map_or(usize::MAX, |most| most as usize);
        let fits = |phrase: &&String| phrase.chars().count() <= most;
        let fits: Vec<&String> = self.phrases.iter().filter(fits).collect();
        let mut text = String::new();
        // Each phrase adds at least one character.
        for _ in 0..=least {
            let Some(phrase) = chance.pick(&fits) else { break };
            let between = if text.is_empty() { "" } else { ". " };
            text.push_str(between);
            text.push_str(phrase);
            if text.chars().count() >= least {
                break;
            }
        }
        text.chars().take(most).collect()
    }
}

/// One of several, each as often as its weight says.
pub(super) fn weighted<'a, T: 'a>(
    weights: impl Iterator<Item = (&'a T, &'a u32)> + Clone,
    chance: &mut Chance,
) -> Option<&'a T> {
    let whole: usize = weights.clone().map(|(_, weight)| *weight as usize).sum();
    if whole == 0 {
        return None;
    }
    let mut at = chance.below(whole);
    let mut weights = weights.filter(|(_, weight)| **weight > 0);
    let chosen = weights.find(|(_, weight)| {
        let here = at < **weight as usize;
        at = at.saturating_sub(**weight as usize);
        here
    });
    chosen.map(|(one, _)| one)
}

fn between(least: i64, most: i64, step: i64, chance: &mut Chance) -> i64 {
    let step = step.max(1);
    chance.between(least.div_euclid(step), most.div_euclid(step)).saturating_mul(step)
}

fn drawn(least: usize, most: usize, chance: &mut Chance) -> usize {
    least + chance.below(most.saturating_sub(least) + 1)
}

fn number(schema: &Json, chance: &mut Chance) -> i64 {
    if schema["x-unit"] == "krw" {
        let (least, most, step) = SUM;
        return between(least, most, step, chance);
    }
    let least = schema["minimum"].as_i64().unwrap_or(0);
    let most = least.saturating_add(NUMBER_ABOVE_LEAST);
    chance.between(least, schema["maximum"].as_i64().unwrap_or(most).min(most))
}

/// So many of several, in the order of chance.
fn some(mut of: Vec<Json>, count: usize, chance: &mut Chance) -> Vec<Json> {
    let mut chosen = Vec::new();
    while chosen.len() < count && !of.is_empty() {
        chosen.push(of.swap_remove(chance.below(of.len())));
    }
    chosen
}
