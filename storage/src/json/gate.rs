//! The gate itself: walks a document once, keeping the path, and stops at the first thing that two JSON
//! readers could understand differently.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::error::{JsonFault, StoreError};
use crate::limits::{JSON_DEPTH_MAX, JSON_INTEGER_MAX};

/// Reads a JSON document in UTF-8, without byte order mark.
///
/// # Errors
/// `E-json-syntax` with line and column; `E-json-duplicate-key`, `E-json-surrogate`, `E-json-integer`
/// (any number beyond ±(2^53−1), however it is written), `E-json-depth`, each with the path.
pub fn parse(bytes: &[u8]) -> Result<Value, StoreError> {
    if bytes.starts_with(b"\xef\xbb\xbf") {
        let reason = "a byte order mark is not part of JSON".to_owned();
        return Err(JsonFault::Syntax { line: 1, column: 1, reason }.into());
    }
    let mut gate = Gate::default();
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Seed { gate: &mut gate }.deserialize(&mut reader);
    let value = value.and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| gate.explain(&error).into())
}

/// Refuses what [`parse`] would refuse in a value that never was a text.
pub(super) fn check(value: &Value) -> Result<(), StoreError> {
    // Nearly every value passes, so a path is only kept where there is something to tell.
    let mut gate = Gate::default();
    if passes(value, 0) || walk(&mut gate, value) {
        return Ok(());
    }
    Err(gate.fault.expect("a refusal keeps its fault").into())
}

/// Whether the value passes, `depth` levels down.
fn passes(value: &Value, depth: usize) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => true,
        Value::Number(number) => is_kept(number),
        Value::Array(items) => {
            depth < JSON_DEPTH_MAX && items.iter().all(|item| passes(item, depth + 1))
        }
        Value::Object(members) => {
            depth < JSON_DEPTH_MAX && members.values().all(|member| passes(member, depth + 1))
        }
    }
}

/// Whether every reader keeps a number as it is.
fn is_kept(number: &Number) -> bool {
    match (number.as_i64(), number.as_f64()) {
        (Some(integer), _) => integer.unsigned_abs() <= JSON_INTEGER_MAX.unsigned_abs(),
        (None, Some(float)) => float.abs() <= JSON_INTEGER_MAX as f64,
        (None, None) => false,
    }
}

/// Whether the value passes; where it does not, the gate keeps the fault.
fn walk(gate: &mut Gate, value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => true,
        Value::Number(number) => gate.may_keep(number),
        Value::Array(items) => {
            let mut items = items.iter().enumerate();
            gate.may_enter()
                && items.all(|(i, item)| gate.inside(Step::Item(i), |gate| walk(gate, item)))
        }
        Value::Object(members) => {
            let mut members = members.iter();
            gate.may_enter()
                && members.all(|(key, member)| {
                    gate.inside(Step::Key(key.clone()), |gate| walk(gate, member))
                })
        }
    }
}

/// One step of a path.
enum Step {
    Key(String),
    Item(usize),
}

/// Where the reader is, and the first fault it met. After a fault the path stays where it was.
#[derive(Default)]
struct Gate {
    path: Vec<Step>,
    fault: Option<JsonFault>,
}

impl Gate {
    /// Runs `work` one step deeper.
    fn inside(&mut self, step: Step, work: impl FnOnce(&mut Gate) -> bool) -> bool {
        self.path.push(step);
        let passed = work(self);
        if passed {
            self.path.pop();
        }
        passed
    }

    /// Whether an array or object may begin here.
    fn may_enter(&mut self) -> bool {
        let fits = self.path.len() < JSON_DEPTH_MAX;
        if !fits {
            self.fault = Some(JsonFault::Depth { path: pointer(&self.path) });
        }
        fits
    }

    fn may_keep(&mut self, number: &Number) -> bool {
        let fits = is_kept(number);
        if !fits {
            self.fault = Some(JsonFault::Integer { path: pointer(&self.path) });
        }
        fits
    }

    /// The fault behind an error of the parser.
    fn explain(self, error: &serde_json::Error) -> JsonFault {
        if let Some(fault) = self.fault {
            return fault;
        }
        let reason = error.to_string();
        let reason = reason.split(" at line ").next().unwrap_or_default().to_owned();
        // The parser has no kind for these two; a test keeps the words.
        if reason.contains("surrogate") || reason == "unexpected end of hex escape" {
            return JsonFault::Surrogate { path: pointer(&self.path) };
        }
        JsonFault::Syntax { line: error.line(), column: error.column(), reason }
    }
}

/// The path as a JSON pointer (RFC 6901).
fn pointer(path: &[Step]) -> String {
    let step = |step: &Step| match step {
        Step::Key(key) => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
        Step::Item(index) => format!("/{index}"),
    };
    path.iter().map(step).collect()
}

/// Reads one value through the gate.
struct Seed<'g> {
    gate: &'g mut Gate,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

/// An error that stands for the fault kept in the gate.
fn refused<E: Error>() -> E {
    E::custom("refused")
}

impl Seed<'_> {
    fn enter<E: Error>(&mut self) -> Result<(), E> {
        if self.gate.may_enter() { Ok(()) } else { Err(refused()) }
    }

    fn number<E: Error>(self, number: Number) -> Result<Value, E> {
        if self.gate.may_keep(&number) { Ok(Value::Number(number)) } else { Err(refused()) }
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        self.number(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        self.number(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("number out of range"))?;
        self.number(number)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        self.enter()?;
        let mut array = Vec::new();
        loop {
            self.gate.path.push(Step::Item(array.len()));
            let item = items.next_element_seed(Seed { gate: self.gate })?;
            self.gate.path.pop();
            match item {
                Some(item) => array.push(item),
                None => return Ok(Value::Array(array)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Value, A::Error> {
        self.enter()?;
        let mut object = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            self.gate.path.push(Step::Key(key.clone()));
            if object.contains_key(&key) {
                self.gate.fault = Some(JsonFault::DuplicateKey { path: pointer(&self.gate.path) });
                return Err(refused());
            }
            let member = members.next_value_seed(Seed { gate: self.gate })?;
            self.gate.path.pop();
            object.insert(key, member);
        }
        Ok(Value::Object(object))
    }
}
