//! What expressions may name in each place of a file.

use super::reading::Reading;
use crate::expression::{Scope, Type};
use crate::model::definition::Definition;
use crate::model::form::record_of;
use crate::model::names::Name;
use serde_json::Value as Json;

/// Where no person acts: data, settings, the starter, the time, and what happened to the steps.
pub(super) fn automatic(reading: &Reading<'_>) -> Scope {
    let items = reading.items.borrow();
    let scope = items
        .iter()
        .fold(knowing(reading), |scope, (name, ty)| scope.variable(name.as_str(), ty.clone()));
    scope
        .variable("now", Type::Timestamp)
        .calendar(reading.has_calendar)
        .shared_steps(reading.step_names.clone())
}

/// Where nothing happens: data, settings and the starter. The same at any time, so what it comes to can be shown anywhere.
pub(super) fn knowing(reading: &Reading<'_>) -> Scope {
    let settings =
        reading.settings.iter().map(|(name, value)| (name.as_str(), setting_type(value)));
    Scope::new()
        .variable("case", case_type())
        .variable("data", record_of(&reading.data))
        .variable("settings", Type::record(settings))
        .variable("starter", Type::record([("id", Type::String)]))
}

/// Beside the steps of a published version: what its cases know, and what happened to its steps.
pub(crate) fn standing(definition: &Definition) -> Scope {
    let settings = definition.settings.iter();
    let settings = settings.map(|(name, value)| (name.as_str(), setting_type(value)));
    Scope::new()
        .variable("case", case_type())
        .variable("data", record_of(&definition.data))
        .variable("settings", Type::record(settings))
        .variable("starter", Type::record([("id", Type::String)]))
        .variable("now", Type::Timestamp)
        .calendar(definition.calendar.is_some())
        .steps(definition.steps().into_iter().map(|step| step.name.to_string()))
}

/// Where a handler or a message acts: also the form.
pub(super) fn told(reading: &Reading<'_>, form: Type) -> Scope {
    automatic(reading).variable("form", form)
}

/// After a message was sent: whether it was taken.
pub(super) fn after_send(reading: &Reading<'_>) -> Scope {
    automatic(reading).variable("delivered", Type::Bool)
}

/// Where a person acts: also the form and the actor.
pub(super) fn acting(reading: &Reading<'_>, form: Type) -> Scope {
    let actor = [("id", Type::String), ("role", Type::String), ("authority", Type::String)];
    automatic(reading).variable("form", form).variable("actor", Type::record(actor))
}

/// After the branches of a parallel step: their results.
pub(super) fn after_parallel<'b>(
    reading: &Reading<'_>,
    branches: impl Iterator<Item = &'b Name>,
) -> Scope {
    automatic(reading)
        .variable("results", Type::list(Type::String))
        .variable("branches", Type::record(branches.map(|name| (name.as_str(), Type::String))))
}

/// After a called workflow: its end and its data.
pub(super) fn after_call(reading: &Reading<'_>, result: Type) -> Scope {
    automatic(reading).variable("ended", Type::String).variable("result", result)
}

/// What a case knows of itself.
fn case_type() -> Type {
    Type::record([("id", Type::String)])
}

fn setting_type(value: &Json) -> Type {
    match value {
        Json::Bool(_) => Type::Bool,
        Json::Number(_) => Type::Int,
        Json::Null | Json::String(_) | Json::Array(_) | Json::Object(_) => Type::String,
    }
}
