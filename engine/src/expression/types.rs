//! The types of expressions and what an expression may name: its scope. Knows no value.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use dure_storage::Lang;

/// The type of an expression, a variable or a field. A choice of words (`enum`) is a [`Type::String`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// True or false.
    Bool,
    /// A whole number within ±(2^53 − 1).
    Int,
    /// Text.
    String,
    /// A point in time; in JSON an RFC 3339 string.
    Timestamp,
    /// A span of time; in JSON its seconds, such as `"5400s"`.
    Duration,
    /// A list whose items all have one type.
    List(Box<Type>),
    /// Named fields, each with a type; any of them may be unset.
    Record(Arc<RecordType>),
    /// Personal data of a type. Whether it is set can be asked and it can be passed on whole; nothing looks into it.
    Personal(Box<Type>),
}

impl Type {
    /// A list of `item`.
    pub fn list(item: Type) -> Type {
        Type::List(Box::new(item))
    }

    /// A record of the given fields.
    pub fn record<N: Into<String>>(fields: impl IntoIterator<Item = (N, Type)>) -> Type {
        Type::Record(Arc::new(fields.into_iter().collect()))
    }

    /// The same, as personal data or not.
    #[must_use]
    pub fn as_personal(self, personal: bool) -> Type {
        let plain = if let Type::Personal(of) = self { *of } else { self };
        if personal { Type::Personal(Box::new(plain)) } else { plain }
    }

    /// Whether there can be personal data in it.
    pub fn holds_personal(&self) -> bool {
        match self {
            Type::Bool | Type::Int | Type::String | Type::Timestamp | Type::Duration => false,
            Type::List(item) => item.holds_personal(),
            Type::Record(record) => record.fields().any(|(_, ty)| ty.holds_personal()),
            Type::Personal(_) => true,
        }
    }

    /// The type in the words of a person.
    pub fn word(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.to_string(),
            Lang::Ko => self.korean(),
        }
    }

    fn korean(&self) -> String {
        match self {
            Type::Bool => "참/거짓(bool)".into(),
            Type::Int => "정수(int)".into(),
            Type::String => "문자열(string)".into(),
            Type::Timestamp => "시각(timestamp)".into(),
            Type::Duration => "기간(duration)".into(),
            Type::List(item) => format!("{} 목록", item.korean()),
            Type::Record(_) => "레코드(record)".into(),
            Type::Personal(of) => format!("개인정보 {}", of.korean()),
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Bool => f.write_str("bool"),
            Type::Int => f.write_str("int"),
            Type::String => f.write_str("string"),
            Type::Timestamp => f.write_str("timestamp"),
            Type::Duration => f.write_str("duration"),
            Type::List(item) => write!(f, "list of {item}"),
            Type::Record(_) => f.write_str("record"),
            Type::Personal(of) => write!(f, "personal {of}"),
        }
    }
}

/// The fields of a record in the order they were declared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordType {
    fields: Vec<(String, Type)>,
}

impl RecordType {
    /// The type of the field `name`.
    pub fn field(&self, name: &str) -> Option<&Type> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, ty)| ty)
    }

    /// Every field in the order it was declared.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &Type)> {
        self.fields.iter().map(|(name, ty)| (name.as_str(), ty))
    }
}

/// Of two fields with one name the first stays.
impl<N: Into<String>> FromIterator<(N, Type)> for RecordType {
    fn from_iter<I: IntoIterator<Item = (N, Type)>>(fields: I) -> RecordType {
        let mut seen = BTreeSet::new();
        let fields = fields.into_iter().map(|(name, ty)| (name.into(), ty));
        RecordType { fields: fields.filter(|(name, _)| seen.insert(name.clone())).collect() }
    }
}

/// What an expression may name: variables with their types, the steps that `times`, `reached` and `active` know, and
/// whether there is a calendar to count by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    variables: BTreeMap<String, Type>,
    /// Shared: a file of many steps has as many scopes, and each knows all of them.
    steps: Arc<BTreeSet<String>>,
    has_calendar: bool,
}

impl Scope {
    /// A scope in which nothing can be named.
    pub fn new() -> Scope {
        Scope::default()
    }

    /// Adds or replaces a variable.
    #[must_use]
    pub fn variable(mut self, name: impl Into<String>, ty: Type) -> Scope {
        self.variables.insert(name.into(), ty);
        self
    }

    /// The steps that `times`, `reached` and `active` may ask for.
    #[must_use]
    pub fn steps<N: Into<String>>(self, names: impl IntoIterator<Item = N>) -> Scope {
        self.shared_steps(Arc::new(names.into_iter().map(Into::into).collect()))
    }

    /// As [`Scope::steps`], with names that other scopes have too.
    #[must_use]
    pub fn shared_steps(self, steps: Arc<BTreeSet<String>>) -> Scope {
        Scope { steps, ..self }
    }

    /// Says whether days can be counted by a calendar.
    #[must_use]
    pub fn calendar(self, has_calendar: bool) -> Scope {
        Scope { has_calendar, ..self }
    }

    /// Whether days can be counted by a calendar.
    pub fn has_calendar(&self) -> bool {
        self.has_calendar
    }

    /// The type of the variable `name`.
    pub fn type_of(&self, name: &str) -> Option<&Type> {
        self.variables.get(name)
    }

    /// Every variable's name, sorted.
    pub fn variable_names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }

    /// Whether `name` is a step of this scope.
    pub fn has_step(&self, name: &str) -> bool {
        self.steps.contains(name)
    }

    /// Every step's name, sorted.
    pub fn step_names(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().map(String::as_str)
    }
}
