//! The values of expressions: borrowed from the JSON they were found in as long as nothing new is made.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use dure_storage::Lang;
use serde_json::{Map, Value as Json};

use super::time;
use super::types::{RecordType, Type};

/// A record as it stands in JSON.
pub(super) type Fields = Map<String, Json>;

/// A value, borrowed from the environment or the expression where possible.
#[derive(Debug, Clone)]
pub enum Value<'a> {
    /// A truth value.
    Bool(bool),
    /// A whole number within ±(2^53 − 1).
    Int(i64),
    /// Text.
    String(Cow<'a, str>),
    /// A point in time.
    Timestamp(DateTime<Utc>),
    /// A span of time.
    Duration(TimeDelta),
    /// A list.
    List(List<'a>),
    /// A record, as it stands in JSON.
    Record(&'a Map<String, Json>),
}

/// The items of a list.
#[derive(Debug, Clone)]
pub enum List<'a> {
    /// As they stand in JSON: not read yet, so that untouched items cost nothing.
    Json(&'a [Json]),
    /// Made by an expression.
    Made(Arc<[Value<'a>]>),
}

/// What a variable is bound to.
#[derive(Debug, Clone)]
pub enum Binding<'a> {
    /// JSON, read by the declared type; `null` is unset.
    Json(&'a Json),
    /// A record.
    Record(&'a Map<String, Json>),
    /// A value that is no JSON, such as the current time.
    Value(Value<'a>),
}

impl<'a> From<&'a Json> for Binding<'a> {
    fn from(json: &'a Json) -> Binding<'a> {
        Binding::Json(json)
    }
}

impl<'a> From<&'a Map<String, Json>> for Binding<'a> {
    fn from(fields: &'a Map<String, Json>) -> Binding<'a> {
        Binding::Record(fields)
    }
}

impl<'a> From<Value<'a>> for Binding<'a> {
    fn from(value: Value<'a>) -> Binding<'a> {
        Binding::Value(value)
    }
}

impl<'a> Value<'a> {
    /// Text, borrowed.
    pub fn text(text: &'a str) -> Value<'a> {
        Value::String(Cow::Borrowed(text))
    }

    /// A list of values.
    pub fn list(items: Vec<Value<'a>>) -> Value<'a> {
        Value::List(List::Made(items.into()))
    }

    /// Reads JSON as `ty`, without looking into lists and records. `null` is no value of any type.
    pub(super) fn read(json: &'a Json, ty: &Type) -> Option<Value<'a>> {
        match ty {
            Type::Bool => json.as_bool().map(Value::Bool),
            Type::Int => json.as_i64().filter(|value| in_bounds(*value)).map(Value::Int),
            Type::String => json.as_str().map(Value::text),
            Type::Timestamp => json.as_str().and_then(time::timestamp).map(Value::Timestamp),
            Type::Duration => json.as_str().and_then(time::duration).map(Value::Duration),
            Type::List(_) => json.as_array().map(|items| Value::List(List::Json(items))),
            Type::Record(_) => json.as_object().map(Value::Record),
            Type::Personal(of) => Value::read(json, of),
        }
    }

    /// The value as JSON: timestamps as RFC 3339 in UTC, durations as seconds (`"5400s"`).
    pub fn to_json(&self) -> Json {
        match self {
            Value::Bool(value) => Json::Bool(*value),
            Value::Int(value) => Json::from(*value),
            Value::String(text) => Json::String(text.clone().into_owned()),
            Value::Timestamp(at) => Json::String(time::write_timestamp(*at)),
            Value::Duration(span) => Json::String(time::write_duration(*span)),
            Value::List(List::Json(items)) => Json::Array(items.to_vec()),
            Value::List(List::Made(items)) => items.iter().map(Value::to_json).collect(),
            Value::Record(fields) => Json::Object((*fields).clone()),
        }
    }

    /// Whether the value has the type `ty` all the way down. Unset fields of records fit.
    pub fn is_a(&self, ty: &Type) -> bool {
        match ty {
            Type::Bool => matches!(self, Value::Bool(_)),
            Type::Int => matches!(self, Value::Int(value) if in_bounds(*value)),
            Type::String => matches!(self, Value::String(_)),
            Type::Timestamp => matches!(self, Value::Timestamp(_)),
            Type::Duration => matches!(self, Value::Duration(_)),
            Type::List(item) => matches!(self, Value::List(list) if list.is_of(item)),
            Type::Record(record) => matches!(self, Value::Record(fields) if fit(fields, record)),
            Type::Personal(of) => self.is_a(of),
        }
    }

    /// Whether the value has the type `ty`, without looking into lists and records.
    pub(super) fn looks_like(&self, ty: &Type) -> bool {
        match ty {
            Type::List(_) => matches!(self, Value::List(_)),
            Type::Record(_) => matches!(self, Value::Record(_)),
            Type::Personal(of) => self.looks_like(of),
            Type::Bool | Type::Int | Type::String | Type::Timestamp | Type::Duration => {
                self.is_a(ty)
            }
        }
    }

    /// What the value is, for a person.
    pub(super) fn found(&self) -> Found {
        match self {
            Value::Bool(_) => Found::Bool,
            Value::Int(value) => Found::Number(value.to_string()),
            Value::String(_) => Found::String,
            Value::Timestamp(_) => Found::Timestamp,
            Value::Duration(_) => Found::Duration,
            Value::List(_) => Found::List,
            Value::Record(_) => Found::Record,
        }
    }
}

/// What stands where another type was declared. Texts are not quoted: they may be personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Null,
    /// A truth value.
    Bool,
    /// A number, which may have decimals or pass the bound.
    Number(String),
    /// Text that does not have the form it should.
    String,
    /// A point in time.
    Timestamp,
    /// A span of time.
    Duration,
    /// A list, or one with items of other types.
    List,
    /// A record, or one with fields of other types.
    Record,
}

impl Found {
    /// What JSON is.
    pub(super) fn in_json(json: &Json) -> Found {
        match json {
            Json::Null => Found::Null,
            Json::Bool(_) => Found::Bool,
            Json::Number(number) => Found::Number(number.to_string()),
            Json::String(_) => Found::String,
            Json::Array(_) => Found::List,
            Json::Object(_) => Found::Record,
        }
    }

    /// In the words of a person who expected `wanted`.
    pub fn word(&self, wanted: &Type, lang: Lang) -> String {
        let (korean, english) = match self {
            Found::Null => ("빈 값(null)", "null"),
            Found::Bool => ("참/거짓", "a bool"),
            Found::Number(number) => {
                return match lang {
                    Lang::Ko => format!("수 {number}"),
                    Lang::En => format!("the number {number}"),
                };
            }
            Found::String => match wanted {
                Type::Timestamp | Type::Duration => {
                    ("다른 모양의 문자열", "a string of another form")
                }
                Type::Bool
                | Type::Int
                | Type::String
                | Type::List(_)
                | Type::Record(_)
                | Type::Personal(_) => ("문자열", "a string"),
            },
            Found::Timestamp => ("시각", "a timestamp"),
            Found::Duration => ("기간", "a duration"),
            Found::List => ("내용이 다른 목록", "a list of other items"),
            Found::Record => ("항목이 다른 레코드", "a record of other fields"),
        };
        match lang {
            Lang::Ko => korean.into(),
            Lang::En => english.into(),
        }
    }
}

fn json_is_a(json: &Json, ty: &Type) -> bool {
    Value::read(json, ty).is_some_and(|value| value.is_a(ty))
}

fn fit(fields: &Map<String, Json>, record: &RecordType) -> bool {
    record.fields().all(|(name, ty)| present(fields, name).is_none_or(|json| json_is_a(json, ty)))
}

/// The field `name`, if it is set: `null` is unset.
pub(super) fn present<'a>(fields: &'a Map<String, Json>, name: &str) -> Option<&'a Json> {
    fields.get(name).filter(|json| !json.is_null())
}

pub(super) fn in_bounds(value: i64) -> bool {
    value.unsigned_abs() <= super::limits::INTEGER_MAX.unsigned_abs()
}

impl List<'_> {
    /// How many items there are.
    pub fn len(&self) -> usize {
        match self {
            List::Json(items) => items.len(),
            List::Made(items) => items.len(),
        }
    }

    fn is_of(&self, item: &Type) -> bool {
        match self {
            List::Json(items) => items.iter().all(|json| json_is_a(json, item)),
            List::Made(items) => items.iter().all(|value| value.is_a(item)),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
