//! What a case is about, in a few words: what its workflow's `subject` comes to. Whoever sees a number also sees this.

use serde_json::{Value as Json, json};

use super::case::Case;
use super::consequence::Object;
use super::definition::Definition;
use crate::expression::{Binding, Environment, Value};
use crate::limits::SUBJECT_CHARS_MAX;

impl Definition {
    /// What a case of it is about, as it is known now, cut at [`SUBJECT_CHARS_MAX`]; nothing, if the workflow does not
    /// say, or if what it names is not there yet.
    pub fn subject_of(&self, case: &Case) -> Option<String> {
        let place = Place {
            data: &case.frame.data,
            settings: &self.settings,
            starter: json!({"id": case.starter}),
            case: json!({"id": case.id}),
        };
        match self.subject.as_ref()?.evaluate(&place) {
            Ok(Value::String(text)) if !text.trim().is_empty() => Some(cut(&text)),
            Ok(_) | Err(_) => None,
        }
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SUBJECT_CHARS_MAX) {
        Some((end, _)) => text[..end].chars().chain(['…']).collect(),
        None => text.to_owned(),
    }
}

struct Place<'a> {
    data: &'a Object,
    settings: &'a Object,
    starter: Json,
    case: Json,
}

impl Environment for Place<'_> {
    fn variable(&self, name: &str) -> Option<Binding<'_>> {
        match name {
            "data" => Some(Binding::Record(self.data)),
            "settings" => Some(Binding::Record(self.settings)),
            "starter" => Some(Binding::Json(&self.starter)),
            "case" => Some(Binding::Json(&self.case)),
            _ => None,
        }
    }
}
