//! Hints: values for the fields of a workflow that chance would practically never meet. A few fields of a file, no
//! more; a workflow that needs many of them asks people for what they cannot know.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::expression::{Binding, Environment, Expression, Scope, Type, Value, compile};
use crate::model::consequence::Object;
use crate::model::definition::Definition;
use crate::model::form::{Form, record_of};
use crate::model::names::{Name, PersonId};

/// The hints for one workflow.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hints {
    /// The workflow.
    pub workflow: Name,
    /// Field of a form to what is worth trying.
    pub fields: BTreeMap<Name, Hint>,
}

/// What is worth trying for a field.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Hint {
    /// One of these.
    Values(Vec<Json>),
    /// What an expression gives, which may name `form`, `data`, `settings`, `actor` and `now`.
    Value(String),
}

/// What a hint's expression may look at.
pub(super) struct Seen<'a> {
    pub(super) definition: &'a Definition,
    pub(super) data: &'a Object,
    pub(super) form: &'a Object,
    pub(super) actor: &'a PersonId,
    pub(super) now: DateTime<Utc>,
}

struct Around<'a> {
    seen: &'a Seen<'a>,
    actor: Json,
}

impl Environment for Around<'_> {
    fn variable(&self, name: &str) -> Option<Binding<'_>> {
        match name {
            "data" => Some(Binding::Record(self.seen.data)),
            "form" => Some(Binding::Record(self.seen.form)),
            "settings" => Some(Binding::Record(&self.seen.definition.settings)),
            "actor" => Some(Binding::Json(&self.actor)),
            "now" => Some(Binding::Value(Value::Timestamp(self.seen.now))),
            _ => None,
        }
    }
}

/// The value of a hint's expression for a form; none where it has none.
pub(super) fn value(text: &str, form: &Form, seen: &Seen<'_>) -> Option<Json> {
    let expression = read(text, form, seen.definition)?;
    let around = Around { seen, actor: json!({"id": seen.actor.as_str()}) };
    expression.evaluate(&around).ok().map(|value| value.to_json())
}

fn read(text: &str, form: &Form, definition: &Definition) -> Option<Expression> {
    let settings = definition.settings.iter().map(|(name, value)| {
        let ty = match value {
            Json::Bool(_) => Type::Bool,
            Json::Number(_) => Type::Int,
            Json::Null | Json::String(_) | Json::Array(_) | Json::Object(_) => Type::String,
        };
        (name.as_str(), ty)
    });
    let scope = Scope::new()
        .variable("form", form.ty())
        .variable("data", record_of(&definition.data))
        .variable("settings", Type::record(settings))
        .variable("actor", Type::record([("id", Type::String)]))
        .variable("now", Type::Timestamp);
    compile(text, &scope).ok()
}

impl Hints {
    /// The fields that help nowhere: no form of the workflow has them, or their expression fits none that has.
    pub fn idle(&self, definition: &Definition) -> Vec<Name> {
        let helps = |hint: &Hint, form: &Form| match hint {
            Hint::Values(values) => !values.is_empty(),
            Hint::Value(text) => computes(text, form, definition),
        };
        idle(&self.fields, definition, helps)
    }
}

/// Whether an expression gives a value for a form.
pub(super) fn computes(text: &str, form: &Form, definition: &Definition) -> bool {
    read(text, form, definition).is_some()
}

/// The fields of hints that help nowhere in a workflow.
pub(super) fn idle<H>(
    fields: &BTreeMap<Name, H>,
    definition: &Definition,
    helps: impl Fn(&H, &Form) -> bool,
) -> Vec<Name> {
    let forms = forms(definition);
    let helps = |field: &Name, hint: &H, form: &Form| {
        form.fields().iter().any(|known| known.name == *field && !known.is_personal())
            && helps(hint, form)
    };
    let idle = |(field, hint): &(&Name, &H)| !forms.iter().any(|form| helps(field, hint, form));
    fields.iter().filter(idle).map(|(field, _)| field.clone()).collect()
}

/// Every form of a workflow.
fn forms(definition: &Definition) -> Vec<&Form> {
    let steps = definition.steps();
    let outcomes = steps.iter().flat_map(|step| step.outcomes.iter().map(|outcome| &*outcome.form));
    let actions = definition.actions.iter().map(|action| &action.form);
    let messages = definition.messages.iter().map(|message| &message.form);
    std::iter::once(&definition.start.form).chain(outcomes).chain(actions).chain(messages).collect()
}
