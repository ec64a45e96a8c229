//! Forms: fields compiled to one JSON Schema 2020-12, checked whole, so that a person sees every mistake at once.

use std::fmt;

use dure_storage::Lang;
use jsonschema::error::ValidationErrorKind;
use jsonschema::{PatternOptions, Validator};
use serde::Deserialize;
use serde_json::{Value, json};

use super::consequence::Object;
use super::names::{Name, Text};
use super::reference::{Named, References};
use crate::expression::Type;
use crate::limits::VIOLATIONS_MAX;

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

/// One way a form breaks its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where, as a JSON pointer into the form; empty for the form itself.
    pub path: String,
    /// The schema keyword that was broken.
    pub keyword: String,
    /// What is wrong and what would be right, in both languages.
    pub message: Text,
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
        Err(errors.flat_map(|error| violations(&error)).collect())
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

fn violations(error: &jsonschema::ValidationError<'_>) -> Vec<Violation> {
    let path = error.instance_path().as_str();
    let at = |path: String, (ko, en): (String, String)| Violation {
        path,
        keyword: error.kind().keyword().to_owned(),
        message: Text { ko: ko.into(), en: en.into() },
    };
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            unexpected.iter().map(|field| at(format!("{path}/{field}"), unknown_field())).collect()
        }
        ValidationErrorKind::Required { property } => {
            let field = property.as_str().unwrap_or_default();
            vec![at(format!("{path}/{field}"), missing_field())]
        }
        kind => vec![at(path.to_owned(), explain(kind, error))],
    }
}

fn unknown_field() -> (String, String) {
    ("이 양식에 없는 항목입니다".into(), "the form has no such field".into())
}

fn missing_field() -> (String, String) {
    ("반드시 적어야 하는 항목입니다".into(), "must be filled in".into())
}

fn explain(
    kind: &ValidationErrorKind,
    error: &jsonschema::ValidationError<'_>,
) -> (String, String) {
    use ValidationErrorKind as Kind;
    // Without the value, which may be personal.
    let masked = error.masked();
    match kind {
        Kind::MinLength { limit } => {
            two(limit, "자 이상이어야 합니다", "must have at least", "characters")
        }
        Kind::MaxLength { limit } => {
            two(limit, "자 이하여야 합니다", "must have at most", "characters")
        }
        Kind::MinItems { limit } => {
            two(limit, "개 이상이어야 합니다", "must have at least", "items")
        }
        Kind::MaxItems { limit } => two(limit, "개 이하여야 합니다", "must have at most", "items"),
        Kind::Minimum { limit } => two(limit, " 이상이어야 합니다", "must be at least", ""),
        Kind::Maximum { limit } => two(limit, " 이하여야 합니다", "must be at most", ""),
        Kind::Enum { options } => {
            (format!("다음 중 하나여야 합니다: {options}"), format!("must be one of {options}"))
        }
        Kind::Format { format } if format == "date" => (
            "날짜는 2017-03-10처럼 적어야 합니다".into(),
            "must be a date such as 2017-03-10".into(),
        ),
        Kind::Pattern { pattern } => {
            (format!("정해진 형식에 맞아야 합니다: {pattern}"), format!("must match {pattern}"))
        }
        Kind::UniqueItems => {
            ("같은 값이 두 번 있으면 안 됩니다".into(), "must not repeat an item".into())
        }
        Kind::Type { .. } => {
            (format!("값의 종류가 다릅니다: {masked}"), format!("has the wrong type: {masked}"))
        }
        // The library's own words for what our field language cannot express today.
        _ => (format!("양식 규칙에 맞지 않습니다: {masked}"), masked.to_string()),
    }
}

fn two(limit: impl fmt::Display, ko: &str, en: &str, unit: &str) -> (String, String) {
    (format!("{limit}{ko}"), format!("{en} {limit} {unit}").trim_end().to_owned())
}

impl Violation {
    /// The message in one language, after the path.
    pub fn explain(&self, lang: Lang) -> String {
        let path = if self.path.is_empty() { "/" } else { &self.path };
        format!("{path}: {}", self.message.get(lang))
    }
}
