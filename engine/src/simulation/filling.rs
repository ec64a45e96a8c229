//! Filling in forms: values that a form's JSON Schema allows, also at its bounds, steered by clues and hints; and
//! now and then a form that it does not allow.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use serde_json::{Value as Json, json};

use super::cast::Cast;
use super::chance::Chance;
use super::clues::Clues;
use super::hints::{Hint, Hints, Seen, value};
use super::pattern;
use crate::limits::{SIMULATION_ITEMS_MAX, SIMULATION_TEXT_CHARS, SIMULATION_VALUE_TRIES};
use crate::model::consequence::Object;
use crate::model::definition::Definition;
use crate::model::form::{Field, Form};
use crate::model::names::PersonId;

/// Days around the present in which a date is drawn.
const DAYS_AROUND: i64 = 60;
/// Doublings of the largest whole number drawn where a field has no upper bound.
const DOUBLINGS: u32 = 24;
/// Times in a hundred that a hint is taken.
const HINTS_TAKEN: u32 = 85;
/// Times in a hundred that a clue is taken, where there is one.
const CLUES_TAKEN: u32 = 50;

/// Who fills in a form, and what they may know.
pub(super) struct Filling<'a> {
    pub(super) cast: &'a Cast,
    pub(super) definition: &'a Definition,
    pub(super) hints: Option<&'a Hints>,
    pub(super) data: &'a Object,
    pub(super) clues: Clues,
    pub(super) actor: &'a PersonId,
    pub(super) now: DateTime<Utc>,
}

/// The fields that can be filled in: personal ones stay empty as long as nothing seals them.
fn open(form: &Form) -> Vec<&Field> {
    form.fields().iter().filter(|field| !field.is_personal()).collect()
}

impl Filling<'_> {
    /// A form that its schema allows; none if no such form was found.
    pub(super) fn form(&self, form: &Form, chance: &mut Chance) -> Option<Object> {
        (0..SIMULATION_VALUE_TRIES)
            .map(|_| self.attempt(form, chance))
            .find(|filled| form.check(filled).is_ok())
    }

    /// A form that its schema does not allow: one part of it is left out, added or of another kind.
    pub(super) fn wrong_form(&self, form: &Form, chance: &mut Chance) -> Option<Object> {
        let mut filled = self.form(form, chance)?;
        let field = chance.pick(&open(form)).map(|field| field.name.to_string());
        match (chance.below(3), field) {
            (0, Some(field)) => filled.remove(&field),
            (1, Some(field)) => filled.insert(field, json!({"neither": ["here", "nor", "there"]})),
            (_, _) => filled.insert("no_such_field".to_owned(), json!(1)),
        };
        form.check(&filled).is_err().then_some(filled)
    }

    fn attempt(&self, form: &Form, chance: &mut Chance) -> Object {
        let optional = *chance.pick(&[0, 50, 100]).unwrap_or(&50);
        let mut filled = Object::new();
        let open = open(form);
        for field in open.iter().filter(|field| self.hint(field).is_none()) {
            if !field.optional || chance.percent(optional) {
                filled.insert(field.name.to_string(), self.value(&field.schema, 0, chance));
            }
        }
        // What a hint computes may look at the rest of the form, so it comes last.
        let computed = |field: &&Field| matches!(self.hint(field), Some(Hint::Value(_)));
        let (last, first): (Vec<_>, Vec<_>) = open.into_iter().partition(computed);
        for field in first.into_iter().chain(last) {
            let Some(hint) = self.hint(field) else { continue };
            if field.optional && !chance.percent(optional) {
                continue;
            }
            let hinted =
                chance.percent(HINTS_TAKEN).then(|| self.hinted(hint, form, &filled, chance));
            let value = hinted.flatten().unwrap_or_else(|| self.value(&field.schema, 0, chance));
            filled.insert(field.name.to_string(), value);
        }
        filled
    }

    fn hint(&self, field: &Field) -> Option<&Hint> {
        self.hints.and_then(|hints| hints.fields.get(&field.name))
    }

    fn hinted(
        &self,
        hint: &Hint,
        form: &Form,
        filled: &Object,
        chance: &mut Chance,
    ) -> Option<Json> {
        match hint {
            Hint::Values(values) => chance.pick(values).cloned(),
            Hint::Value(text) => {
                let (definition, data, actor) = (self.definition, self.data, self.actor);
                value(text, form, &Seen { definition, data, form: filled, actor, now: self.now })
            }
        }
    }

    /// A value for a schema.
    fn value(&self, schema: &Json, depth: usize, chance: &mut Chance) -> Json {
        if let Some(words) = schema["enum"].as_array() {
            return self.word(words, chance);
        }
        match schema["type"].as_str() {
            Some("boolean") => json!(chance.percent(50)),
            Some("integer") => json!(self.int(schema, chance)),
            Some("array") => self.list(schema, depth, chance),
            Some("object") => self.object(schema, depth, chance),
            Some(_) | None => self.text(schema, chance),
        }
    }

    fn word(&self, words: &[Json], chance: &mut Chance) -> Json {
        let named = self.clues.texts.iter().map(|text| json!(text));
        let named: Vec<Json> = named.filter(|text| words.contains(text)).collect();
        let clue = chance.percent(CLUES_TAKEN).then(|| chance.pick(&named)).flatten();
        clue.or_else(|| chance.pick(words)).cloned().unwrap_or(Json::Null)
    }

    fn int(&self, schema: &Json, chance: &mut Chance) -> i64 {
        let least = schema["minimum"].as_i64().unwrap_or(0);
        let most = schema["maximum"].as_i64();
        let within = |number: i64| number.clamp(least, most.unwrap_or(i64::MAX).max(least));
        if chance.percent(CLUES_TAKEN)
            && let Some(clue) = chance.pick(&self.clues.ints)
        {
            let beside = [0, 0, -1, 1][chance.below(4)];
            return within(clue.saturating_add(beside));
        }
        let wide = 1_i64 << chance.between(0, DOUBLINGS.into());
        within(match chance.below(5) {
            0 => least,
            1 => most.unwrap_or(least),
            2 => least.saturating_add(chance.between(0, 5)),
            3 => chance.between(least, most.unwrap_or(least.saturating_add(wide))),
            _ => least.saturating_add(chance.between(0, wide)),
        })
    }

    fn text(&self, schema: &Json, chance: &mut Chance) -> Json {
        if let Some(to) = schema["x-refers-to"].as_str() {
            return json!(self.reference(to, chance));
        }
        if schema["format"] == "date" {
            return json!(self.date(chance).to_string());
        }
        if let Some(wanted) = schema["pattern"].as_str() {
            let clue =
                chance.percent(CLUES_TAKEN).then(|| chance.pick(&self.clues.texts)).flatten();
            let drawn = || pattern::matching(wanted, chance);
            return json!(clue.cloned().or_else(drawn).unwrap_or_default());
        }
        if chance.percent(CLUES_TAKEN / 2)
            && let Some(clue) = chance.pick(&self.clues.texts)
        {
            return json!(clue);
        }
        let least = schema["minLength"].as_u64().unwrap_or(0) as usize;
        let most = schema["maxLength"].as_u64().map_or(usize::MAX, |most| most as usize);
        let length = match chance.below(8) {
            0 => least,
            1 => most.min(SIMULATION_TEXT_CHARS.max(least)),
            _ => most.min(least.saturating_add(chance.below(12))),
        };
        let letters = ['a', 'z', '0', ' ', '가', '힣', 'é', '"'];
        json!((0..length).filter_map(|_| chance.pick(&letters)).collect::<String>())
    }

    /// Somebody or somewhere: who acts, what a rule names, or anybody and anywhere.
    fn reference(&self, to: &str, chance: &mut Chance) -> String {
        let people = &self.cast.people;
        let clue =
            chance.percent(CLUES_TAKEN / 2).then(|| chance.pick(&self.clues.texts)).flatten();
        if let Some(clue) = clue {
            return clue.clone();
        }
        match (to, chance.below(3)) {
            ("person", 0) => self.actor.to_string(),
            ("person", 1) => {
                // Those who hold every role come first.
                chance
                    .pick(&people[..people.len().min(4)])
                    .map_or_else(String::new, |p| p.id.to_string())
            }
            ("person", _) => chance.pick(people).map_or_else(String::new, |p| p.id.to_string()),
            _ => chance.pick(&self.cast.places).cloned().unwrap_or_default(),
        }
    }

    fn date(&self, chance: &mut Chance) -> NaiveDate {
        let clue = chance.percent(CLUES_TAKEN).then(|| chance.pick(&self.clues.dates)).flatten();
        let (from, around) = match clue {
            Some(date) => (*date, 1),
            None => (self.now.date_naive(), DAYS_AROUND),
        };
        let moved = chance.between(-around, around);
        let days = Days::new(moved.unsigned_abs());
        let moved =
            if moved < 0 { from.checked_sub_days(days) } else { from.checked_add_days(days) };
        let new_year = NaiveDate::from_ymd_opt(from.year().saturating_add(1), 1, 1);
        let date = if chance.percent(5) { new_year } else { moved };
        date.unwrap_or(from)
    }

    fn list(&self, schema: &Json, depth: usize, chance: &mut Chance) -> Json {
        if chance.percent(CLUES_TAKEN)
            && let Some(known) = chance.pick(&self.clues.lists)
        {
            let keep = *chance.pick(&[100, 100, 50]).unwrap_or(&100);
            return json!(known.iter().filter(|_| chance.percent(keep)).collect::<Vec<_>>());
        }
        let least = schema["minItems"].as_u64().unwrap_or(0) as usize;
        let most = schema["maxItems"].as_u64().map_or(SIMULATION_ITEMS_MAX, |most| most as usize);
        let length = match (chance.below(8), depth) {
            (0, _) => least,
            (1, 0) => SIMULATION_ITEMS_MAX.max(least),
            (2, 0) => self.counted(least, chance),
            (_, 0) => least.saturating_add(chance.below(5)),
            // Lists within lists multiply.
            (_, _) => least.saturating_add(chance.below(2)),
        };
        let mut items: Vec<Json> = Vec::new();
        for _ in 0..length.clamp(least, most.max(least)) {
            let item = self.value(&schema["items"], depth + 1, chance);
            if schema["uniqueItems"] != true || !items.contains(&item) {
                items.push(item);
            }
        }
        json!(items)
    }

    /// A number of items that a rule may ask for.
    fn counted(&self, least: usize, chance: &mut Chance) -> usize {
        let clue = chance.pick(&self.clues.ints).and_then(|clue| usize::try_from(*clue).ok());
        clue.filter(|clue| *clue <= SIMULATION_ITEMS_MAX).unwrap_or(least)
    }

    fn object(&self, schema: &Json, depth: usize, chance: &mut Chance) -> Json {
        let required = schema["required"].as_array();
        let mut object = Object::new();
        let fields = schema["properties"].as_object().into_iter().flatten();
        for (name, field) in fields.filter(|(_, field)| field["x-personal"] != true) {
            let needed = required.is_some_and(|required| required.contains(&json!(name)));
            if needed || chance.percent(50) {
                object.insert(name.clone(), self.value(field, depth, chance));
            }
        }
        Json::Object(object)
    }
}
