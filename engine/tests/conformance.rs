//! The conformance vectors of CEL: every one has the result that CEL gives it, or is refused before it is
//! evaluated for the sake of a feature that `docs/expressions.md` names as not covered. None may do a third thing.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use dure_engine::expression::{
    Binding, Environment, ExpressionError, ExpressionFault, NameFault, Scope, SyntaxFault, Type,
    TypeFault, Unsupported, Value, compile,
};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use crate::expressions::REFERENCE;

/// What of CEL is not covered, in the words of `docs/expressions.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Feature {
    Double,
    Unsigned,
    Bytes,
    Null,
    Braces,
    Map,
    BigInteger,
    Dynamic,
    TypeValue,
    MixedTypes,
    EmptyList,
    QualifiedName,
    Unchecked,
    Extension,
}

impl Feature {
    fn word(self) -> &'static str {
        match self {
            Feature::Double => "double",
            Feature::Unsigned => "uint",
            Feature::Bytes => "bytes",
            Feature::Null => "null",
            Feature::Braces => "map and message literals",
            Feature::Map => "maps as values",
            Feature::BigInteger => "integers beyond 2^53 − 1",
            Feature::Dynamic => "dyn",
            Feature::TypeValue => "types as values",
            Feature::MixedTypes => "mixed types",
            Feature::EmptyList => "an empty list of nothing in particular",
            Feature::QualifiedName => "names with dots",
            Feature::Unchecked => "expressions that are not checked first",
            Feature::Extension => "functions that a program adds",
        }
    }
}

/// One vector, as the suite has it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Vector {
    section: String,
    name: String,
    #[serde(rename = "description")]
    _description: Option<String>,
    expr: String,
    value: Option<Json>,
    eval_error: Option<Json>,
    typed_result: Option<TypedResult>,
    #[serde(default)]
    type_env: Vec<Declared>,
    #[serde(default)]
    bindings: BTreeMap<String, Bound>,
    /// The package whose names may be written without it.
    container: Option<String>,
    /// Whether CEL evaluates it unchecked, which Dure never does.
    #[serde(default)]
    disable_check: bool,
    #[serde(default)]
    check_only: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TypedResult {
    result: Option<Json>,
    deduced_type: Json,
}

#[derive(Debug, Deserialize)]
struct Declared {
    name: String,
    ident: Option<Ident>,
}

#[derive(Debug, Deserialize)]
struct Ident {
    #[serde(rename = "type")]
    ty: Json,
}

#[derive(Debug, Deserialize)]
struct Bound {
    value: Json,
}

/// The variables of a vector as far as Dure has values of their types.
struct World {
    variables: BTreeMap<String, Json>,
}

impl Environment for World {
    fn variable(&self, name: &str) -> Option<Binding<'_>> {
        self.variables.get(name).map(Binding::from)
    }
}

/// A value of the suite as its type and its JSON in Dure, or the feature it takes.
fn known(value: &Json) -> Result<(Type, Json), Feature> {
    let (kind, inner) = value.as_object().and_then(|fields| fields.iter().next()).expect("a value");
    match kind.as_str() {
        "boolValue" => Ok((Type::Bool, inner.clone())),
        "int64Value" => {
            let number: i64 = inner.as_str().expect("a number").parse().expect("64 bits");
            Ok((Type::Int, json!(number)))
        }
        "stringValue" => Ok((Type::String, inner.clone())),
        "uint64Value" => Err(Feature::Unsigned),
        "doubleValue" => Err(Feature::Double),
        "bytesValue" => Err(Feature::Bytes),
        "nullValue" => Err(Feature::Null),
        "typeValue" => Err(Feature::TypeValue),
        "listValue" => known_list(inner),
        "mapValue" => known_map(inner),
        "objectValue" => known_object(inner),
        other => panic!("the suite has a value of the kind {other}"),
    }
}

fn known_list(list: &Json) -> Result<(Type, Json), Feature> {
    let values = list["values"].as_array().cloned().unwrap_or_default();
    let items = values.iter().map(known).collect::<Result<Vec<_>, _>>()?;
    let item = items.first().map_or(Type::Int, |(ty, _)| ty.clone());
    match items.iter().all(|(ty, _)| *ty == item) {
        true => Ok((Type::list(item), items.into_iter().map(|(_, json)| json).collect())),
        false => Err(Feature::MixedTypes),
    }
}

/// A map whose keys are words is what a record is in Dure.
fn known_map(map: &Json) -> Result<(Type, Json), Feature> {
    let entries = map["entries"].as_array().cloned().unwrap_or_default();
    let (mut types, mut fields) = (Vec::new(), Map::new());
    for entry in entries {
        let key = entry["key"]["stringValue"].as_str().ok_or(Feature::Map)?.to_owned();
        let (ty, json) = known(&entry["value"])?;
        types.push((key.clone(), ty));
        fields.insert(key, json);
    }
    Ok((Type::record(types), Json::Object(fields)))
}

fn known_object(object: &Json) -> Result<(Type, Json), Feature> {
    let value = object["value"].clone();
    match object["@type"].as_str() {
        Some("type.googleapis.com/google.protobuf.Duration") => Ok((Type::Duration, value)),
        Some("type.googleapis.com/google.protobuf.Timestamp") => Ok((Type::Timestamp, value)),
        Some(_) | None => Err(Feature::Braces),
    }
}

/// The type the suite declares or deduces; what Dure has no type for is the feature it takes.
fn declared(ty: &Json) -> Result<Type, Feature> {
    let (kind, inner) = ty.as_object().and_then(|fields| fields.iter().next()).expect("a type");
    match (kind.as_str(), inner.as_str()) {
        ("primitive", Some("BOOL")) => Ok(Type::Bool),
        ("primitive", Some("INT64")) => Ok(Type::Int),
        ("primitive", Some("STRING")) => Ok(Type::String),
        ("primitive", Some("UINT64")) => Err(Feature::Unsigned),
        ("primitive", Some("DOUBLE")) => Err(Feature::Double),
        ("primitive", Some("BYTES")) => Err(Feature::Bytes),
        ("wellKnown", Some("TIMESTAMP")) | ("messageType", Some("google.protobuf.Timestamp")) => {
            Ok(Type::Timestamp)
        }
        ("wellKnown", Some("DURATION")) | ("messageType", Some("google.protobuf.Duration")) => {
            Ok(Type::Duration)
        }
        ("null", _) => Err(Feature::Null),
        ("listType", _) => declared(&inner["elemType"]).map(Type::list),
        ("mapType", _) => Err(Feature::Map),
        ("messageType", _) => Err(Feature::Braces),
        ("dyn", _) => Err(Feature::Dynamic),
        ("type", _) => Err(Feature::TypeValue),
        ("abstractType", _) => Err(Feature::Extension),
        ("wrapper", _) => Err(Feature::Braces),
        other => panic!("the suite has a type of the kind {other:?}"),
    }
}

impl Vector {
    /// The scope and the world it is evaluated in, and why variables are missing from it.
    fn surroundings(&self) -> (Scope, World, BTreeMap<String, Feature>) {
        let (mut scope, mut variables) = (Scope::new(), BTreeMap::new());
        let mut missing = BTreeMap::new();
        for (name, bound) in &self.bindings {
            match known(&bound.value) {
                Ok((ty, json)) => {
                    scope = scope.variable(name, ty);
                    variables.insert(name.clone(), json);
                }
                Err(feature) => {
                    missing.insert(name.clone(), feature);
                }
            }
        }
        for Declared { name, ident } in &self.type_env {
            let Some(ident) = ident else {
                missing.insert(name.clone(), Feature::Extension);
                continue;
            };
            match declared(&ident.ty) {
                Ok(ty) => scope = scope.variable(name, ty),
                Err(_) if variables.contains_key(name) => {}
                Err(feature) => {
                    missing.insert(name.clone(), feature);
                }
            }
        }
        let dotted = self.bindings.keys().chain(self.type_env.iter().map(|it| &it.name));
        for name in dotted.filter(|name| name.contains('.')) {
            let first = name.split('.').next().unwrap_or_default();
            missing.insert(first.to_owned(), Feature::QualifiedName);
        }
        (scope, World { variables }, missing)
    }

    /// Passed (`None`), or refused for a feature; otherwise what went wrong.
    fn outcome(&self) -> Result<Option<Feature>, String> {
        let (scope, world, missing) = self.surroundings();
        if self.needs_container() {
            return Ok(Some(Feature::QualifiedName));
        }
        let expression = match compile(&self.expr, &scope) {
            Ok(expression) => expression,
            Err(error) => return self.refusal(&error, &missing),
        };
        if let Some(typed) = &self.typed_result
            && declared(&typed.deduced_type).as_ref() != Ok(expression.ty())
        {
            return Err(format!("has the type {}", expression.ty()));
        }
        if self.check_only {
            return Ok(None);
        }
        let found = expression.evaluate(&world);
        match (found, self.wanted()) {
            (Ok(value), Some(wanted)) if self.is(&value, wanted) => Ok(None),
            (Err(_), None) if self.eval_error.is_some() => Ok(None),
            (Ok(value), _) => Err(format!("is {}", value.to_json())),
            (Err(error), _) => Err(error.to_string()),
        }
    }

    /// Whether a name in it means something else outside of its package; Dure knows no packages.
    fn needs_container(&self) -> bool {
        let prefix = self.container.as_ref().map(|container| format!("{container}."));
        prefix.is_some_and(|prefix| self.bindings.keys().any(|name| name.starts_with(&prefix)))
    }

    /// The value CEL gives it, if it gives one.
    fn wanted(&self) -> Option<&Json> {
        let typed = self.typed_result.as_ref().and_then(|typed| typed.result.as_ref());
        self.value.as_ref().or(typed)
    }

    fn is(&self, value: &Value<'_>, wanted: &Json) -> bool {
        let found = known(wanted).ok().map(|(_, json)| normal(json, value));
        found == Some(value.to_json())
    }

    /// What it means that an expression is refused: for a feature, or, where CEL fails too, rightly.
    fn refusal(
        &self,
        error: &ExpressionError,
        missing: &BTreeMap<String, Feature>,
    ) -> Result<Option<Feature>, String> {
        let deduced = self.typed_result.as_ref().map(|typed| declared(&typed.deduced_type));
        let untyped = deduced.and_then(Result::err);
        if let Some(feature) = feature(error, &self.expr, missing).or(untyped) {
            return Ok(Some(feature));
        }
        let told_early = match &*error.kind {
            ExpressionFault::Name(_) | ExpressionFault::Type(_) => true,
            ExpressionFault::Syntax(_) | ExpressionFault::TooLarge { .. } => false,
        };
        match (told_early && self.eval_error.is_some(), self.disable_check) {
            (true, _) => Ok(None),
            (false, true) if told_early => Ok(Some(Feature::Unchecked)),
            (false, _) => Err(format!("{}: {error}", error.code())),
        }
    }
}

/// Timestamps and durations are compared by what they mean, not by how they are written.
fn normal(json: Json, like: &Value<'_>) -> Json {
    match (json.as_str(), like) {
        (Some(text), Value::Timestamp(_)) => {
            text.parse::<DateTime<Utc>>().map_or(json, |at| Value::Timestamp(at).to_json())
        }
        (Some(text), Value::Duration(_)) => {
            let seconds = text.strip_suffix('s').and_then(|text| text.parse().ok());
            seconds.map_or(json, |seconds| Value::Duration(TimeDelta::seconds(seconds)).to_json())
        }
        (_, _) => json,
    }
}

/// The feature for which an expression is refused.
fn feature(
    error: &ExpressionError,
    text: &str,
    missing: &BTreeMap<String, Feature>,
) -> Option<Feature> {
    match &*error.kind {
        ExpressionFault::Syntax(fault) => syntax_feature(fault),
        ExpressionFault::Name(NameFault::UnknownName { name, .. }) => match name.as_str() {
            "bool" | "int" | "uint" | "double" | "string" | "bytes" | "list" | "map" | "type"
            | "null_type" | "google" => Some(Feature::TypeValue),
            name => missing.get(name).copied(),
        },
        ExpressionFault::Name(NameFault::UnknownFunction { name, .. }) => match name.as_str() {
            "dyn" => Some(Feature::Dynamic),
            "type" => Some(Feature::TypeValue),
            "uint" => Some(Feature::Unsigned),
            "double" => Some(Feature::Double),
            "bytes" => Some(Feature::Bytes),
            "of" | "none" => Some(Feature::Extension),
            name => missing.get(name).copied(),
        },
        ExpressionFault::Name(
            NameFault::UnknownField { .. }
            | NameFault::UnknownStep { .. }
            | NameFault::NoCalendar { .. }
            | NameFault::StepNotLiteral { .. },
        )
        | ExpressionFault::TooLarge { .. } => None,
        ExpressionFault::Type(TypeFault::EmptyList) => Some(Feature::EmptyList),
        ExpressionFault::Type(TypeFault::Mismatch { .. })
            if text[..error.range().start].contains('[') =>
        {
            Some(Feature::MixedTypes)
        }
        ExpressionFault::Type(_) => None,
    }
}

fn syntax_feature(fault: &SyntaxFault) -> Option<Feature> {
    match fault {
        SyntaxFault::NotSupported { what } => Some(match what {
            Unsupported::Null => Feature::Null,
            Unsupported::Decimal => Feature::Double,
            Unsupported::Unsigned => Feature::Unsigned,
            Unsupported::Bytes => Feature::Bytes,
            Unsupported::Map => Feature::Braces,
        }),
        SyntaxFault::BadNumber { .. } => Some(Feature::BigInteger),
        SyntaxFault::UnexpectedCharacter { .. }
        | SyntaxFault::UnexpectedToken { .. }
        | SyntaxFault::UnexpectedEnd
        | SyntaxFault::UnclosedString
        | SyntaxFault::BadEscape { .. }
        | SyntaxFault::ReservedWord { .. } => None,
    }
}

/// The vectors by the name of their file.
fn vectors() -> Vec<(String, Vector)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cel");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the vectors")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "jsonl"))
        .collect();
    files.sort();
    let mut vectors = Vec::new();
    for path in files {
        let file = path.file_stem().expect("a name").display().to_string();
        let text = std::fs::read_to_string(&path).expect("readable");
        vectors.extend(text.lines().map(|line| {
            let vector = serde_json::from_str(line);
            (file.clone(), vector.unwrap_or_else(|error| panic!("{file}: {error}: {line}")))
        }));
    }
    vectors
}

/// Vectors that pass, by file: written down so that none is lost unseen.
const PASSED: [(&str, usize); 13] = [
    ("basic", 23),
    ("comparisons", 89),
    ("conversions", 22),
    ("fields", 3),
    ("integer_math", 35),
    ("lists", 16),
    ("logic", 25),
    ("macros", 32),
    ("parse", 92),
    ("plumbing", 3),
    ("string", 45),
    ("timestamps", 72),
    ("type_deductions", 6),
];

/// The table of the reference: a feature and how many vectors are refused for it.
fn written_down() -> BTreeMap<String, usize> {
    let (_, section) = REFERENCE.split_once("## What of CEL is not covered").expect("the section");
    let rows = section.lines().filter_map(|line| {
        let mut cells = line.split('|').map(str::trim).skip(1);
        let (feature, count) = (cells.next()?, cells.next()?);
        Some((feature.to_owned(), count.parse().ok()?))
    });
    rows.collect()
}

#[test]
fn every_vector_passes_or_is_refused_for_what_the_reference_says_is_not_covered() {
    let (mut passed, mut refused, mut wrong) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    let vectors = vectors();
    for (file, vector) in &vectors {
        match vector.outcome() {
            Ok(None) => *passed.entry(file.as_str()).or_insert(0) += 1,
            Ok(Some(feature)) => *refused.entry(feature.word().to_owned()).or_insert(0) += 1,
            Err(found) => {
                let Vector { section, name, expr, .. } = vector;
                wrong.push(format!("{file}/{section}/{name}: {expr}\n   {found}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} vectors\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(passed, BTreeMap::from(PASSED));
    assert_eq!(refused, written_down());
    let passed: usize = PASSED.iter().map(|(_, count)| count).sum();
    let counts = format!(
        "of its {} vectors on the language itself {passed} give what CEL says they\ngive, and {} are refused",
        vectors.len(),
        refused.values().sum::<usize>(),
    );
    assert!(REFERENCE.contains(&counts), "{counts}");
}
