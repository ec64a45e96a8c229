//! What steers the values of a form: what the rules it has to pass name, compare with and look at. A clue is only
//! tried; whether it helps, the rules say.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::Value as Json;

use crate::expression::Expression;
use crate::model::consequence::Object;

/// Values worth trying, by kind.
#[derive(Debug, Clone, Default)]
pub(super) struct Clues {
    /// Whole numbers.
    pub(super) ints: Vec<i64>,
    /// Texts.
    pub(super) texts: Vec<String>,
    /// Dates.
    pub(super) dates: Vec<NaiveDate>,
    /// Lists.
    pub(super) lists: Vec<Vec<Json>>,
}

impl Clues {
    /// The clues in some rules and in what they look at.
    pub(super) fn of<'a>(
        rules: impl Iterator<Item = &'a Expression>,
        data: &Object,
        settings: &Object,
    ) -> Clues {
        let mut clues = Clues::default();
        let mut paths = BTreeSet::new();
        for rule in rules {
            let literals = rule.literals();
            clues.ints.extend(literals.ints);
            literals.texts.into_iter().for_each(|text| clues.text(text));
            paths.extend(rule.names().paths);
        }
        for path in paths {
            let mut parts = path.split('.');
            let within = match parts.next() {
                Some("data") => data,
                Some("settings") => settings,
                Some(_) | None => continue,
            };
            if let Some(value) = parts.next().and_then(|field| within.get(field)) {
                clues.value(value);
            }
        }
        clues
    }

    fn value(&mut self, value: &Json) {
        match value {
            Json::Number(number) => self.ints.extend(number.as_i64()),
            Json::String(text) => self.text(text.clone()),
            Json::Array(items) => self.lists.push(items.clone()),
            Json::Null | Json::Bool(_) | Json::Object(_) => {}
        }
    }

    fn text(&mut self, text: String) {
        match text.parse() {
            Ok(date) => self.dates.push(date),
            Err(_) => self.texts.push(text),
        }
    }
}
