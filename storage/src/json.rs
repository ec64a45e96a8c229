//! JSON at the border: an I-JSON gate for what comes in (RFC 7493) and canonical JSON for what is stored
//! (RFC 8785). Canonical JSON would silently merge what the gate refuses.

mod gate;

use serde::Serialize;
use serde_json::Value;

use crate::error::{JsonFault, StoreError};

pub use gate::parse;

/// A JSON document in RFC 8785 canonical form that every JSON reader understands alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanonicalJson(Vec<u8>);

impl CanonicalJson {
    /// The canonical form of a value.
    ///
    /// # Errors
    /// `E-json-integer` or `E-json-depth` if it holds what [`parse`] would refuse; `E-json-syntax` if it
    /// cannot be written as JSON.
    pub fn of(value: &(impl Serialize + ?Sized)) -> Result<CanonicalJson, StoreError> {
        CanonicalJson::of_value(&serde_json::to_value(value).map_err(unwritable)?)
    }

    /// The canonical form of a JSON value.
    ///
    /// # Errors
    /// As for [`CanonicalJson::of`].
    pub fn of_value(value: &Value) -> Result<CanonicalJson, StoreError> {
        gate::check(value)?;
        let bytes = match writes_canonically(value) {
            true => serde_json::to_vec(value).map_err(unwritable),
            false => serde_json_canonicalizer::to_vec(value).map_err(unwritable),
        };
        bytes.map(CanonicalJson)
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("canonical JSON is UTF-8")
    }

    /// Its value.
    pub fn to_value(&self) -> Value {
        serde_json::from_slice(&self.0).expect("canonical JSON is JSON")
    }
}

/// Whether the plain writer gives the canonical form: its numbers are integers, and its keys stand in order and
/// are ASCII, where the order by bytes is the order by UTF-16 units. Nearly every event is so, and the general
/// writer would take a third of the time of a whole command.
fn writes_canonically(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => true,
        Value::Number(number) => !number.is_f64(),
        Value::Array(items) => items.iter().all(writes_canonically),
        Value::Object(members) => {
            members.keys().is_sorted()
                && members.iter().all(|(key, member)| key.is_ascii() && writes_canonically(member))
        }
    }
}

/// A value that serde could not write: it has no place in a text, so line and column are 0.
fn unwritable(error: impl std::fmt::Display) -> StoreError {
    JsonFault::Syntax { line: 0, column: 0, reason: error.to_string() }.into()
}

#[cfg(test)]
mod tests;
