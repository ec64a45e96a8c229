//! What is wrong with a form, in the words of whoever filled it in: fields by their titles, options by theirs, patterns by
//! what they ask for.

use std::fmt;

use dure_storage::Lang;
use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde::Deserialize;
use serde_json::Value;

use super::{CODE_PATTERN, Text};

/// One way a form breaks its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where, as a JSON pointer into the form; empty for the form itself.
    pub path: String,
    /// What people call that place, where its fields have titles.
    pub label: Option<Text>,
    /// The schema keyword that was broken.
    pub keyword: String,
    /// What is wrong and what would be right, in both languages.
    pub message: Text,
}

impl Violation {
    /// Of a place that has no title yet.
    pub(in crate::model) fn new(
        path: &str,
        keyword: &str,
        (ko, en): (String, String),
    ) -> Violation {
        let message = Text { ko: ko.into(), en: en.into() };
        Violation { path: path.to_owned(), label: None, keyword: keyword.to_owned(), message }
    }

    /// The message in one language, after the place.
    pub fn explain(&self, lang: Lang) -> String {
        let path = if self.path.is_empty() { "/" } else { &self.path };
        let message = self.message.get(lang);
        match &self.label {
            Some(label) => format!("{} ({path}): {message}", label.get(lang)),
            None => format!("{path}: {message}"),
        }
    }
}

/// What an error of the schema is about: one place, or a place for each field.
pub(super) fn broken(error: &ValidationError<'_>, schema: &Value) -> Vec<Violation> {
    let path = error.instance_path().as_str();
    let at = |path: &str, words| Violation::new(path, error.kind().keyword(), words);
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let unknown = both("이 양식에 없는 항목입니다", "the form has no such field");
            let each = unexpected.iter();
            each.map(|field| at(&format!("{path}/{field}"), unknown.clone())).collect()
        }
        ValidationErrorKind::Required { property } => {
            let field = property.as_str().unwrap_or_default();
            let missing = both("반드시 적어야 하는 항목입니다", "must be filled in");
            vec![at(&format!("{path}/{field}"), missing)]
        }
        kind => vec![at(path, explain(kind, error, schema))],
    }
}

/// The titles on the way to a place, a number for an item of a list; none where a field on the way has no title.
pub(super) fn label(schema: &Value, path: &str) -> Option<Text> {
    let (mut here, mut ko, mut en) = (schema, Vec::new(), Vec::new());
    for part in path.split('/').skip(1) {
        match (part.parse::<usize>(), here.get("items")) {
            (Ok(index), Some(items)) => {
                ko.push(format!("{}번째", index + 1));
                en.push(format!("No. {}", index + 1));
                here = items;
            }
            _ => {
                here = here.get("properties")?.get(part)?;
                let title = Text::deserialize(here.get("x-title")?).ok()?;
                ko.push(title.ko.to_string());
                en.push(title.en.to_string());
            }
        }
    }
    let joined = |parts: Vec<String>| parts.join(" › ").into();
    (!ko.is_empty()).then(|| Text { ko: joined(ko), en: joined(en) })
}

/// The schema of a place.
fn at_path<'s>(schema: &'s Value, path: &str) -> Option<&'s Value> {
    path.split('/').skip(1).try_fold(schema, |here, part| {
        let field = here.get("properties").and_then(|fields| fields.get(part));
        field.or_else(|| here.get("items"))
    })
}

fn explain(
    kind: &ValidationErrorKind,
    error: &ValidationError<'_>,
    schema: &Value,
) -> (String, String) {
    use ValidationErrorKind as Kind;
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
            let titles = at_path(schema, error.instance_path().as_str())
                .and_then(|here| here.get("x-enum"))
                .and_then(Value::as_object);
            let listed = |key: &str| match titles {
                Some(titles) => {
                    let each = titles.iter().map(|(word, title)| {
                        format!("{word} ({})", title[key].as_str().unwrap_or(word))
                    });
                    each.collect::<Vec<_>>().join(", ")
                }
                None => options.to_string(),
            };
            (
                format!("다음 중 하나여야 합니다: {}", listed("ko")),
                format!("must be one of {}", listed("en")),
            )
        }
        Kind::Format { format } if format == "date" => {
            both("날짜는 2017-03-10처럼 적어야 합니다", "must be a date such as 2017-03-10")
        }
        Kind::Pattern { pattern } => pattern_words(pattern),
        Kind::UniqueItems => both("같은 값이 두 번 있으면 안 됩니다", "must not repeat an item"),
        Kind::Type { kind: TypeKind::Single(wanted) } => type_words(&wanted.to_string()),
        // The library's own words for what our field language cannot express today; without the value, which may be
        // personal.
        _ => {
            let masked = error.masked().to_string();
            (format!("양식 규칙에 맞지 않습니다: {masked}"), masked)
        }
    }
}

/// What a pattern asks for, where it is one of those that offices meet; the pattern itself otherwise.
fn pattern_words(pattern: &str) -> (String, String) {
    const SERIAL: &str = "-[0-9]{4}-[0-9]{4,}$";
    let prefix = pattern.strip_prefix('^').and_then(|rest| rest.strip_suffix(SERIAL));
    let plain = |prefix: &&str| prefix.chars().all(|letter| letter.is_ascii_uppercase());
    if let Some(prefix) = prefix.filter(plain) {
        return (
            format!("번호는 {prefix}-2025-0001처럼 적어야 합니다"),
            format!("must be a number such as {prefix}-2025-0001"),
        );
    }
    match pattern {
        CODE_PATTERN => both(
            "부호는 small-01처럼 글자나 숫자로 시작하고 글자, 숫자, `.`, `_`, `-`로 적어야 합니다",
            "must be a code such as small-01: a letter or digit, then letters, digits, `.`, `_` and `-`",
        ),
        "^[0-9a-f]{64}$" => both(
            "파일의 SHA-256 해시값(16진수 64자리)이어야 합니다",
            "must be the SHA-256 hash of a file, 64 hexadecimal digits",
        ),
        "^([01][0-9]|2[0-3]):[0-5][0-9]$" => {
            both("시각은 14:00처럼 적어야 합니다", "must be a time such as 14:00")
        }
        _ => (format!("정해진 형식에 맞아야 합니다: {pattern}"), format!("must match {pattern}")),
    }
}

fn type_words(wanted: &str) -> (String, String) {
    match wanted {
        "integer" => both("정수여야 합니다", "must be a whole number"),
        "boolean" => both("참(true) 또는 거짓(false)이어야 합니다", "must be true or false"),
        "string" => both("글이어야 합니다", "must be a text"),
        "array" => both("목록이어야 합니다", "must be a list"),
        "object" => both("여러 항목으로 된 값이어야 합니다", "must be a value of several fields"),
        other => (format!("{other} 값이어야 합니다"), format!("must be {other}")),
    }
}

fn both(ko: &str, en: &str) -> (String, String) {
    (ko.to_owned(), en.to_owned())
}

fn two(limit: impl fmt::Display, ko: &str, en: &str, unit: &str) -> (String, String) {
    (format!("{limit}{ko}"), format!("{en} {limit} {unit}").trim_end().to_owned())
}
