//! The language as a JSON Schema 2020-12, so that editors complete and validate: one table of places and keys, and how
//! it is written down. What a schema cannot say (names that exist, types of expressions) only the reader knows.

/// A mapping: its name, what it is, its keys, and which of them go together.
macro_rules! place {
    ($name:literal, $title:expr, [$($key:expr),* $(,)?] $(, $bond:expr)* $(,)?) => {
        Place { name: $name, title: $title, keys: &[$($key),*], bonds: &[$($bond),*] }
    };
}

mod keys;
mod places;
mod steps;
mod words;

use serde_json::{Map, Value as Json, json};

/// A mapping of the language: which keys it has.
struct Place {
    /// Its name among the definitions of the schema.
    name: &'static str,
    /// What it is, in Korean and English.
    title: (&'static str, &'static str),
    keys: &'static [Key],
    /// Which of its keys go together.
    bonds: &'static [Bond],
}

/// A key of a mapping.
struct Key {
    name: &'static str,
    shape: Shape,
    is_needed: bool,
    /// What it means, in Korean and English.
    text: (&'static str, &'static str),
}

/// What stands behind a key.
enum Shape {
    /// What another definition says.
    One(&'static str),
    /// A list of such, or the only one by itself.
    Some(&'static str),
    /// Such a one for each name; so many at least.
    Named(&'static str, usize),
    /// True or false.
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number, from this on.
    Whole(Option<i64>),
    /// A whole number, from this on, or a setting that is one.
    Number(Option<i64>),
    /// A text.
    Text,
    /// Any value.
    Any,
}

/// Which keys of a mapping go together.
enum Bond {
    /// There is exactly one of these.
    OneOf(&'static [&'static str]),
    /// There are not both.
    NotBoth(&'static str, &'static str),
    /// Where the one is there is the other.
    Needs(&'static str, &'static str),
}

const fn need(name: &'static str, shape: Shape, ko: &'static str, en: &'static str) -> Key {
    Key { name, shape, is_needed: true, text: (ko, en) }
}

const fn may(name: &'static str, shape: Shape, ko: &'static str, en: &'static str) -> Key {
    Key { name, shape, is_needed: false, text: (ko, en) }
}

/// The language as a JSON Schema 2020-12.
pub fn schema() -> Json {
    let mut defs = Map::new();
    for place in places::PLACES.iter().chain(steps::PLACES) {
        defs.insert(place.name.to_owned(), place.schema());
    }
    defs.extend(words::definitions());
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Dure 업무 절차 · Dure workflow",
        "description": "업무 절차를 적는 말\nThe workflow language",
        "$ref": "#/$defs/workflow",
        "$defs": defs,
    })
}

/// A reference to a definition.
fn to(name: &str) -> Json {
    json!({"$ref": format!("#/$defs/{name}")})
}

impl Place {
    fn schema(&self) -> Json {
        let properties: Map<String, Json> =
            self.keys.iter().map(|key| (key.name.to_owned(), key.schema())).collect();
        let needed: Vec<&str> =
            self.keys.iter().filter(|key| key.is_needed).map(|key| key.name).collect();
        let mut schema = json!({
            "title": format!("{} · {}", self.title.0, self.title.1),
            "type": "object",
            "properties": properties,
            "additionalProperties": false,
        });
        if !needed.is_empty() {
            schema["required"] = json!(needed);
        }
        if !self.bonds.is_empty() {
            schema["allOf"] = self.bonds.iter().map(Bond::schema).collect();
        }
        schema
    }
}

impl Key {
    fn schema(&self) -> Json {
        let mut schema = self.shape.schema();
        schema["description"] = json!(format!("{}\n{}", self.text.0, self.text.1));
        schema
    }
}

impl Shape {
    fn schema(&self) -> Json {
        match self {
            Shape::One(name) => to(name),
            Shape::Some(name) => {
                json!({"anyOf": [to(name), {"type": "array", "items": to(name)}]})
            }
            Shape::Named(name, least) => json!({
                "type": "object",
                "propertyNames": to("name"),
                "additionalProperties": to(name),
                "minProperties": least,
            }),
            Shape::Flag => json!({"type": "boolean"}),
            Shape::Word(words) => json!({"enum": words}),
            Shape::Whole(None) => json!({"type": "integer"}),
            Shape::Whole(Some(least)) => json!({"type": "integer", "minimum": least}),
            Shape::Number(least) => {
                json!({"anyOf": [Shape::Whole(*least).schema(), to("setting_named")]})
            }
            Shape::Text => json!({"type": "string"}),
            Shape::Any => json!({}),
        }
    }
}

impl Bond {
    fn schema(&self) -> Json {
        let each =
            |keys: &[&str]| keys.iter().map(|key| json!({"required": [key]})).collect::<Vec<_>>();
        match self {
            Bond::OneOf(keys) => json!({"oneOf": each(keys)}),
            Bond::NotBoth(one, other) => json!({"not": {"required": [one, other]}}),
            Bond::Needs(one, other) => json!({"dependentRequired": {*one: [other]}}),
        }
    }
}
