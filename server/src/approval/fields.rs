//! What a case knows, as a document writes it: by the titles of its definition and in their order, options in words,
//! lists of records as tables. What is personal is left out.

use dure_engine::model::consequence::Object;
use dure_engine::model::form::Field;
use dure_engine::model::names::{PersonId, Text};
use dure_storage::Lang;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value;

use super::{People, called};
use crate::paper::{amount, date, is_mark};
use crate::report::cell::grouped;
use crate::words;

/// Writes the fields of one case.
pub struct Fields<'a> {
    /// What people are called.
    pub people: &'a People,
    /// The language of the reader.
    pub lang: Lang,
}

/// A field of a record: its name, its schema and its value.
type Part<'a> = (&'a str, &'a Value, &'a Value);

impl Fields<'_> {
    /// The fields that have a value, each with its title; lists of records stand beneath theirs.
    pub fn table(&self, fields: &[Field], data: &Object) -> Markup {
        let known = fields.iter().filter_map(|field| {
            let value = data.get(field.name.as_str())?;
            let title = field.title.as_ref().map_or(field.name.as_str(), |t| t.get(self.lang));
            is_shown(&field.schema, value).then_some((title.to_owned(), &field.schema, value))
        });
        html! {
            table class="fields" { tbody {
                @for (title, schema, value) in known {
                    @if let Some(records) = records(schema, value) {
                        tr { th colspan="2" scope="rowgroup" { (title) } }
                        tr { td class="inner" colspan="2" { (self.records(&schema["items"], records)) } }
                    } @else {
                        tr { th scope="row" { (title) } td { (self.sum(schema, value)) } }
                    }
                }
            } }
        }
    }

    /// A value of the case itself: an amount in its formal style.
    fn sum(&self, schema: &Value, value: &Value) -> Markup {
        match value.as_i64().filter(|_| is_krw(schema)) {
            Some(amount) => html! { (amount::formal(amount, self.lang)) },
            None => self.value(schema, value),
        }
    }

    /// Records as a table; the lists of records in one of them stand beneath it.
    fn records(&self, schema: &Value, records: &[Value]) -> Markup {
        let names = names(schema);
        let of = |name: &str| &schema["properties"][name];
        let has = |name: &str| records.iter().any(|record| is_shown(of(name), &record[name]));
        let is_list =
            |name: &str| records.iter().any(|r| self::records(of(name), &r[name]).is_some());
        let (lists, columns): (Vec<&str>, Vec<&str>) =
            names.into_iter().filter(|name| has(name)).partition(|name| is_list(name));
        html! {
            table {
                thead { tr { @for name in &columns { th scope="col" { (self.title(name, of(name))) } } } }
                tbody {
                    @for record in records {
                        tr { @for name in &columns { (self.cell(of(name), &record[*name])) } }
                        @for (name, schema, value) in parts(&lists, schema, record) {
                            tr { td colspan=(columns.len()) {
                                strong { (self.title(name, schema)) }
                                (self.value(schema, value))
                            } }
                        }
                    }
                }
            }
        }
    }

    fn cell(&self, schema: &Value, value: &Value) -> Markup {
        let class = match value {
            Value::Number(_) => Some("number"),
            Value::String(text) => is_mark(text).then_some("whole"),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        };
        html! { td class=[class] { @if is_shown(schema, value) { (self.value(schema, value)) } } }
    }

    fn value(&self, schema: &Value, value: &Value) -> Markup {
        match value {
            Value::Null => html! {},
            Value::Bool(value) => html! { (words::yes_or_no(self.lang, *value)) },
            Value::Number(number) => match number.as_i64().filter(|_| is_krw(schema)) {
                Some(amount) => html! { (grouped(amount)) },
                None => html! { (number.to_string()) },
            },
            Value::String(text) => html! { (self.text(schema, text)) },
            Value::Array(items) => match records(schema, value) {
                Some(records) => self.records(&schema["items"], records),
                None => html! {
                    @for (at, item) in items.iter().enumerate() {
                        @if at > 0 { ", " }
                        (self.value(&schema["items"], item))
                    }
                },
            },
            Value::Object(_) => self.records(schema, std::slice::from_ref(value)),
        }
    }

    fn text(&self, schema: &Value, text: &str) -> String {
        let option = || Text::deserialize(schema.get("x-enum")?.get(text)?).ok();
        if let Some(option) = option() {
            return option.get(self.lang).to_owned();
        }
        if refers_to_person(schema) {
            return PersonId::new(text)
                .map_or_else(|_| text.to_owned(), |id| called(self.people, &id).to_owned());
        }
        let day = (schema["format"] == "date").then(|| text.parse().ok()).flatten();
        day.map_or_else(|| text.to_owned(), |day| date::day(day, self.lang))
    }

    fn title(&self, name: &str, schema: &Value) -> String {
        let title = Text::deserialize(&schema["x-title"]).ok();
        title.map_or_else(|| name.to_owned(), |title| title.get(self.lang).to_owned())
    }
}

/// Everybody whom a value names.
pub fn people(schema: &Value, value: &Value, found: &mut Vec<PersonId>) {
    match value {
        Value::String(text) if refers_to_person(schema) => found.extend(PersonId::new(text)),
        Value::Array(items) => {
            items.iter().for_each(|item| people(&schema["items"], item, found));
        }
        Value::Object(fields) => {
            fields.iter().for_each(|(name, v)| people(&schema["properties"][name], v, found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The names of a record: those that are required in the order of the file, then the others.
fn names(schema: &Value) -> Vec<&str> {
    let required = schema["required"].as_array().into_iter().flatten();
    let mut names: Vec<&str> = required.filter_map(Value::as_str).collect();
    for name in schema["properties"].as_object().into_iter().flat_map(|all| all.keys()) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names
}

fn parts<'a>(names: &[&'a str], schema: &'a Value, record: &'a Value) -> Vec<Part<'a>> {
    let part = |name: &&'a str| (*name, &schema["properties"][*name], &record[*name]);
    names.iter().map(part).filter(|(_, schema, value)| is_shown(schema, value)).collect()
}

/// The items of a list of records.
fn records<'a>(schema: &Value, value: &'a Value) -> Option<&'a [Value]> {
    let items = value.as_array()?;
    (schema["items"]["type"] == "object").then_some(items.as_slice())
}

/// Whether there is anything to print, and it may be.
fn is_shown(schema: &Value, value: &Value) -> bool {
    let is_empty = match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    };
    !is_empty && schema["x-personal"] != true
}

fn is_krw(schema: &Value) -> bool {
    schema["x-unit"] == "krw"
}

fn refers_to_person(schema: &Value) -> bool {
    schema["x-refers-to"] == "person"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_personal_field_is_never_printed_nor_looked_up() {
        let schema = json!({"type": "object", "required": ["name"], "properties": {
            "name": {"type": "string", "x-title": {"ko": "이름", "en": "Name"}},
            "phone": {"type": "string", "x-personal": true},
        }});
        let records = [json!({"name": "가", "phone": "secret"})];
        let people = People::new();
        let fields = Fields { people: &people, lang: Lang::Ko };
        let shown = fields.records(&schema, &records).into_string();
        assert!(shown.contains("이름") && shown.contains("가"), "{shown}");
        assert!(!shown.contains("secret") && !shown.contains("phone"), "{shown}");
        let personal = json!({"type": "object", "x-personal": true, "properties": {}});
        assert!(!is_shown(&personal, &records[0]));
    }
}
