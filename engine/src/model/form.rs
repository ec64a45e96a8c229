//! Forms: fields compiled to one JSON Schema 2020-12, checked whole, so that a person sees every mistake at once.

mod violation;

use std::fmt;

use jsonschema::{PatternOptions, Validator};
use serde::Deserialize;
use serde_json::{Value, json};

pub use violation::Violation;
use violation::{broken, label};

use super::consequence::Object;
use super::names::{Name, Text};
use super::reference::{Named, References};
use crate::expression::Type;
use crate::limits::VIOLATIONS_MAX;

/// What a reference to a person, an organisation or a region looks like.
/// Its length is a keyword of its own: a counted repetition of Unicode classes takes a fifth of a second to compile.
pub const CODE_PATTERN: &str = r"^[\p{L}\p{N}][\p{L}\p{N}._-]*$";

/// A field of a form or of a case's data.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// What people call it.
    pub title: Option<Text>,
    /// What its value must be, as JSON Schema.
    pub schema: Value,
    /// Whether it may be left out.
    pub optional: bool,
    /// Its type in expressions.
    pub ty: Type,
    /// The value it has before anything sets it (data only).
    pub default: Option<Value>,
}

/// What a person fills in.
pub struct Form {
    fields: Vec<Field>,
    schema: Value,
    validator: Validator,
    references: References,
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Form").field("fields", &self.fields).finish_non_exhaustive()
    }
}

impl Field {
    /// Whether it is for personal data.
    pub fn is_personal(&self) -> bool {
        matches!(self.ty, Type::Personal(_))
    }

    /// What people call one of its options, if it is an enumeration that gives them texts.
    pub fn option(&self, word: &str) -> Option<Text> {
        Text::deserialize(self.schema.get("x-enum")?.get(word)?).ok()
    }
}

impl Form {
    /// Compiles the fields.
    ///
    /// # Errors
    /// What is wrong with a field's schema (a pattern that does not compile, for one), in English.
    pub fn compile(fields: Vec<Field>) -> Result<Form, String> {
        let schema = object_schema(&fields);
        let validator = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .should_validate_formats(true)
            .with_pattern_options(PatternOptions::regex())
            .build(&schema)
            .map_err(|error| error.to_string())?;
        let references = References::of(&schema);
        Ok(Form { fields, schema, validator, references })
    }

    /// A form in which nothing can be filled in.
    pub fn empty() -> Form {
        Form::compile(Vec::new()).expect("a form without fields is a valid schema")
    }

    /// Its fields, in the order of the file.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Its JSON Schema.
    pub fn schema(&self) -> &Value {
        &self.schema
    }

    /// Whether any of its fields has to name a case or a person.
    pub(super) fn refers(&self) -> bool {
        !self.references.is_empty()
    }

    /// The cases and people that are named in what was filled in.
    pub(super) fn named<'a>(&'a self, filled: &'a Value) -> Vec<Named<'a>> {
        self.references.named(filled)
    }

    /// Its type in expressions.
    pub fn ty(&self) -> Type {
        record_of(&self.fields)
    }

    /// Checks what was filled in.
    ///
    /// # Errors
    /// Every violation, up to a bound.
    pub fn check(&self, form: &Object) -> Result<(), Vec<Violation>> {
        let value = Value::Object(form.clone());
        if self.validator.is_valid(&value) {
            return Ok(());
        }
        let errors = self.validator.iter_errors(&value).take(VIOLATIONS_MAX);
        let broken = errors.flat_map(|error| broken(&error, &self.schema));
        let mut found: Vec<Violation> = broken.collect();
        self.label(&mut found);
        Err(found)
    }

    /// Says what people call the places of violations.
    pub(super) fn label(&self, found: &mut [Violation]) {
        for violation in found {
            violation.label = label(&self.schema, &violation.path);
        }
    }
}

/// The record type of some fields.
pub fn record_of(fields: &[Field]) -> Type {
    Type::record(fields.iter().map(|field| (field.name.as_str(), field.ty.clone())))
}

/// The JSON Schema of an object with exactly these fields.
pub fn object_schema(fields: &[Field]) -> Value {
    let properties: Object =
        fields.iter().map(|f| (f.name.to_string(), f.schema.clone())).collect();
    let required: Vec<&str> =
        fields.iter().filter(|f| !f.optional).map(|f| f.name.as_str()).collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}
