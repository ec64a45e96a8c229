//! Fields of forms and data: plain words in the file, JSON Schema 2020-12 and an expression type in the engine.

use serde_json::{Value as Json, json};

use super::codes;
use super::mapping::Mapping;
use super::node::{Node, NodeKind};
use super::reading::Reading;
use crate::expression::Type;
use crate::limits::IDENTIFIER_CHARS_MAX;
use crate::model::form::{CODE_PATTERN, Field, Form, object_schema, record_of};
use crate::model::names::Name;
use crate::model::privacy::unsealed;
use crate::model::reference::{REFERENCE_KEY, Reference, References, Wanted};

/// Fields within fields.
const FIELD_DEPTH_MAX: usize = 8;
const TYPES: &[&str] = &[
    "string",
    "integer",
    "boolean",
    "array",
    "object",
    "krw",
    "date",
    "person",
    "organisation",
    "region",
];
/// What is referred to by this word is somebody, no case.
const PERSON: &str = "person";
/// The states a case may have to be in.
const STATES: &[&str] = &["open", "closed", "any"];
/// Keywords that are passed on to JSON Schema as they are, each a whole number.
const COUNTS: &[&str] = &["minLength", "maxLength", "minItems", "maxItems"];

/// What a field is a part of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The data of a case: unset until something sets it.
    Data,
    /// A form, or an object.
    Record,
    /// A list, of which it is every item.
    List,
}

/// Reads the fields of a form: a mapping from name to field.
pub(super) fn fields(node: &Node, reading: &Reading<'_>) -> Vec<Field> {
    nested(node, reading, Part::Record, 0)
}

/// Reads the fields of the data.
pub(super) fn data(node: &Node, reading: &Reading<'_>) -> Vec<Field> {
    nested(node, reading, Part::Data, 0)
}

/// A form of these fields.
pub(super) fn form(fields: Vec<Field>, node: &Node, reading: &Reading<'_>) -> Form {
    Form::compile(fields).unwrap_or_else(|reason| {
        let en = format!("the fields do not make a valid JSON Schema: {reason}");
        let ko = format!("항목이 올바른 JSON Schema가 되지 않습니다: {reason}");
        reading.error(codes::FIELD, node.span, ko, en);
        Form::compile(Vec::new()).expect("a form without fields is a valid schema")
    })
}

fn nested(node: &Node, reading: &Reading<'_>, part: Part, depth: usize) -> Vec<Field> {
    if depth > FIELD_DEPTH_MAX {
        let en = format!("fields are nested deeper than {FIELD_DEPTH_MAX}");
        reading.error(
            codes::LIMIT,
            node.span,
            format!("항목이 {FIELD_DEPTH_MAX}단계를 넘습니다"),
            en,
        );
        return Vec::new();
    }
    let named = reading.named(node);
    let read = |(name, _, node)| field(name, node, reading, part, depth);
    named.into_iter().filter_map(read).collect()
}

fn field(
    name: Name,
    node: &Node,
    reading: &Reading<'_>,
    part: Part,
    depth: usize,
) -> Option<Field> {
    let keys = Mapping::of(node, reading)?;
    let title = keys.take("title").and_then(|node| reading.bilingual(node));
    let optional = reading.flag(keys.take("optional"));
    let like = keys.take("like").and_then(|node| liked(node, reading));
    let (mut schema, ty) = match like {
        Some(like) => (like.schema.clone(), like.ty.clone()),
        None => shape(node, &keys, reading, depth)?,
    };
    keywords(&keys, &mut schema, reading);
    let help = keys.take("help").and_then(|node| reading.bilingual(node));
    for (key, text) in [("x-title", &title), ("x-help", &help)] {
        if let Some(text) = text {
            schema[key] = json!(text);
        }
    }
    let title = title.or_else(|| like.and_then(|like| like.title.clone()));
    let default = keys.take("default").map(Node::to_json);
    let personal = keys.take("personal").and_then(|node| reading.boolean(node));
    let personal = personal.unwrap_or_else(|| like.is_some_and(Field::is_personal));
    if personal && !References::of(&schema).is_empty() {
        let en = "a reference cannot be personal: it is looked up, and its refusal names it";
        let ko = "다른 건이나 사람을 가리키는 항목은 개인정보일 수 없습니다";
        reading.error(codes::PERSONAL, node.span, ko, en);
    }
    mark(&mut schema, personal);
    keys.finish(reading);
    let field = Field { name, title, schema, optional, ty: ty.as_personal(personal), default };
    default_fits(&field, node, reading);
    can_stay_empty(&field, node, part, reading);
    Some(field)
}

/// Says in the schema, for whoever shows the form, whether the field is personal.
fn mark(schema: &mut Json, personal: bool) {
    let Some(keywords) = schema.as_object_mut() else { return };
    match personal {
        true => keywords.insert("x-personal".to_owned(), json!(true)),
        false => keywords.remove("x-personal"),
    };
}

/// A personal field is left empty as long as nothing seals it, so no case could get past one that must be filled in.
fn can_stay_empty(field: &Field, node: &Node, part: Part, reading: &Reading<'_>) {
    let (ko, en) = match (part, field.is_personal(), field.optional) {
        (_, false, _) | (Part::Data, true, _) | (Part::Record, true, true) => return,
        (Part::Record, true, false) => (
            "개인정보 항목에는 `optional: true`가 있어야 합니다",
            "a personal field must say `optional: true`",
        ),
        (Part::List, true, _) => (
            "목록의 항목에는 쓸 수 없습니다. 목록 자체에 `personal: true`를 적습니다",
            "the items of a list cannot be personal: put `personal: true` on the list",
        ),
    };
    reading.error(codes::PERSONAL, node.span, ko, en);
}

fn liked<'r>(node: &Node, reading: &'r Reading<'_>) -> Option<&'r Field> {
    let text = reading.string(node)?;
    let name = text.strip_prefix("data.").unwrap_or(text);
    let found = reading.data.iter().find(|field| field.name.as_str() == name);
    if found.is_none() {
        let known = reading.data.iter().map(|field| field.name.as_str());
        reading.unknown(node.span, ("자료", "data field"), name, known);
    }
    found
}

fn shape(
    node: &Node,
    keys: &Mapping<'_>,
    reading: &Reading<'_>,
    depth: usize,
) -> Option<(Json, Type)> {
    if let Some(options) = keys.take("enum") {
        return Some((choice(options, reading), Type::String));
    }
    if let Some(to) = keys.take("refers_to") {
        return Some((reference(to, keys, reading)?, Type::String));
    }
    let Some(kind) = keys.take("type") else {
        let en = "a field needs `type`, `enum`, `refers_to` or `like`";
        reading.error(
            codes::MISSING,
            node.span,
            "항목에는 `type`, `enum`, `refers_to`, `like` 중 하나가 있어야 합니다",
            en,
        );
        return None;
    };
    Some(match reading.word(kind, TYPES)? {
        "integer" => (json!({"type": "integer"}), Type::Int),
        "boolean" => (json!({"type": "boolean"}), Type::Bool),
        "krw" => (json!({"type": "integer", "minimum": 0, "x-unit": "krw"}), Type::Int),
        "date" => (json!({"type": "string", "format": "date"}), Type::String),
        to @ ("person" | "organisation" | "region") => (identifier(to), Type::String),
        "array" => {
            let items = keys.need("items", reading)?;
            let (schema, ty) = item(items, reading, depth)?;
            (json!({"type": "array", "items": schema}), Type::list(ty))
        }
        "object" => {
            let fields = nested(keys.need("fields", reading)?, reading, Part::Record, depth + 1);
            (object_schema(&fields), record_of(&fields))
        }
        _ => (json!({"type": "string"}), Type::String),
    })
}

/// The identifier of a person, an organisation or a region.
fn identifier(to: &str) -> Json {
    let (pattern, max) = (CODE_PATTERN, IDENTIFIER_CHARS_MAX);
    json!({"type": "string", "pattern": pattern, "maxLength": max, "x-refers-to": to})
}

/// The identifier of somebody who has to be known, or of a case that has to be there.
fn reference(to: &Node, keys: &Mapping<'_>, reading: &Reading<'_>) -> Option<Json> {
    let state = keys.take("state");
    let name = reading.name(to)?;
    let reference = match (name.as_str(), state) {
        (PERSON, None) => Reference::Person,
        (PERSON, Some(state)) => {
            let en = "`state` is for cases: a person is known, or is not";
            reading.error(codes::FIELD, state.span, "`state`는 건에만 쓸 수 있습니다", en);
            return None;
        }
        (_, state) => {
            let word = state.map_or(Some("open"), |node| reading.word(node, STATES))?;
            let state = match word {
                "closed" => Wanted::Closed,
                "any" => Wanted::Any,
                _ => Wanted::Open,
            };
            reading.refer(&name, to.span);
            Reference::Case { workflow: name, state }
        }
    };
    let to = if reference == Reference::Person { PERSON } else { "case" };
    let mut schema = identifier(to);
    schema[REFERENCE_KEY] = json!(reference);
    Some(schema)
}

/// The items of a list are a field without a name.
fn item(node: &Node, reading: &Reading<'_>, depth: usize) -> Option<(Json, Type)> {
    let unnamed = Name::new("item").expect("`item` is a name");
    field(unnamed, node, reading, Part::List, depth + 1).map(|field| (field.schema, field.ty))
}

fn choice(node: &Node, reading: &Reading<'_>) -> Json {
    match &node.kind {
        NodeKind::Map(entries) => {
            let words: Vec<&str> = entries.iter().map(|(key, _)| key.name.as_str()).collect();
            let titles: serde_json::Map<String, Json> = entries
                .iter()
                .filter_map(|(key, text)| Some((key.name.clone(), json!(reading.bilingual(text)?))))
                .collect();
            json!({"enum": words, "x-enum": titles})
        }
        NodeKind::List(items) if !items.is_empty() => {
            let words: Vec<&str> = items.iter().filter_map(|item| reading.string(item)).collect();
            json!({"enum": words})
        }
        _ => {
            let _: Option<()> =
                reading.wrong_kind(node, "낱말 목록", "a list of words, or word: text");
            json!({"enum": [""]})
        }
    }
}

fn keywords(keys: &Mapping<'_>, schema: &mut Json, reading: &Reading<'_>) {
    for key in COUNTS {
        let count = keys.take(key).and_then(|node| {
            let count = reading.integer_or_setting(node)?;
            match u64::try_from(count) {
                Ok(count) => Some(count),
                Err(_) => reading.wrong_kind(node, "0 이상의 정수", "0 or more"),
            }
        });
        if let Some(count) = count {
            schema[*key] = json!(count);
        }
    }
    for key in ["minimum", "maximum"] {
        if let Some(bound) = keys.take(key).and_then(|node| reading.integer_or_setting(node)) {
            schema[key] = json!(bound);
        }
    }
    if let Some(pattern) = keys.take("pattern").and_then(|node| reading.string(node)) {
        schema["pattern"] = json!(pattern);
    }
    if reading.flag(keys.take("uniqueItems")) {
        schema["uniqueItems"] = json!(true);
    }
}

fn default_fits(field: &Field, node: &Node, reading: &Reading<'_>) {
    let Some(default) = &field.default else { return };
    let form = form(vec![field.clone()], node, reading);
    let value = [(field.name.to_string(), default.clone())].into_iter().collect();
    if !unsealed(&form, &value).is_empty() {
        let en = "personal data cannot be a default: it would stand in the file for all to read";
        let ko = "개인정보에는 기본값을 둘 수 없습니다. 파일에 그대로 드러납니다";
        reading.error(codes::PERSONAL, node.span, ko, en);
        return;
    }
    let Err(violations) = form.check(&value) else { return };
    let first = violations.first().map(|violation| violation.message.clone());
    let (ko, en) =
        first.map_or_else(Default::default, |text| (text.ko.to_string(), text.en.to_string()));
    reading.error(
        codes::FIELD,
        node.span,
        format!("기본값이 맞지 않습니다: {ko}"),
        format!("the default does not fit: it {en}"),
    );
}
