//! What is known of a failure beside its sentence, as fields of the JSON error object.

use dure_engine::EngineError;
use dure_engine::language::Diagnostics;
use dure_engine::model::account::AccountFault;
use dure_engine::model::form::Violation;
use dure_engine::model::refusal::{ActiveNow, Place, Refusal, Why};
use dure_storage::error::Damage;
use dure_storage::{Lang, StoreError};
use serde_json::{Map, Value, json};

use super::Failure;

impl Failure {
    /// The fields beside `code`, `class` and `message`.
    pub(super) fn details(&self, lang: Lang) -> Map<String, Value> {
        match self {
            Failure::Engine(error) => engine_details(error, lang),
            Failure::People(found) | Failure::ImportMap(found) | Failure::Sample(found) => {
                mistakes(found, lang)
            }
            Failure::InFile { file, .. } => fields([("file", json!(file))]),
            Failure::Fault(_) | Failure::Sheet(_) | Failure::Output(_) | Failure::Runtime(_) => {
                Map::new()
            }
        }
    }

    /// The mistakes of a file with line and caret.
    pub(super) fn rendered(&self, lang: Lang) -> Option<String> {
        use std::io::IsTerminal;
        match self {
            Failure::People(found)
            | Failure::ImportMap(found)
            | Failure::Sample(found)
            | Failure::Engine(
                EngineError::Definition(found)
                | EngineError::Calendar(found)
                | EngineError::Plan(found)
                | EngineError::Report(found),
            ) => Some(found.render(lang, std::io::stderr().is_terminal())),
            Failure::Engine(_)
            | Failure::InFile { .. }
            | Failure::Fault(_)
            | Failure::Sheet(_)
            | Failure::Output(_)
            | Failure::Runtime(_) => None,
        }
    }
}

fn engine_details(error: &EngineError, lang: Lang) -> Map<String, Value> {
    match error {
        EngineError::Refused(refusal) => refusal_details(refusal, lang),
        EngineError::Definition(found)
        | EngineError::Calendar(found)
        | EngineError::Plan(found)
        | EngineError::Report(found) => mistakes(found, lang),
        EngineError::Store(StoreError::LogDamaged(damage)) => damage_details(damage),
        EngineError::Store(_) | EngineError::Identifier(_) => Map::new(),
    }
}

fn mistakes(found: &Diagnostics, lang: Lang) -> Map<String, Value> {
    match found.to_json(lang) {
        Value::Object(fields) => fields,
        other => fields([("diagnostics", other)]),
    }
}

fn refusal_details(refusal: &Refusal, lang: Lang) -> Map<String, Value> {
    let mut details = place_details(&refusal.place);
    if let Why::FormInvalid { violations }
    | Why::CalledFormInvalid { violations, .. }
    | Why::PersonalData { found: violations }
    | Why::ReferenceUnmet { found: violations }
    | Why::PersonalUnsealed { found: violations } = &refusal.why
    {
        details.insert("violations".to_owned(), violation_list(violations, lang));
    }
    if let Why::StepNotActive { active, last } = &refusal.why {
        let active: Vec<Value> = active.iter().map(active_now).collect();
        details.insert("active".to_owned(), Value::Array(active));
        details.insert("completed".to_owned(), json!(last));
    }
    if let Why::GuardFalse { guard, .. } = &refusal.why {
        details.insert("guard".to_owned(), json!(guard));
    }
    if let Why::Stale { expected, actual } = &refusal.why {
        details.insert("expected".to_owned(), json!(expected));
        details.insert("actual".to_owned(), json!(actual));
    }
    if let Why::Account(fault) = &refusal.why {
        details.extend(account_details(fault));
    }
    details
}

/// The account concerned; where a number was asked for, also that and what there is.
fn account_details(fault: &AccountFault) -> Map<String, Value> {
    match fault {
        AccountFault::Unknown { account }
        | AccountFault::Exists { account }
        | AccountFault::Closed { account }
        | AccountFault::SameAccount { account } => fields([("account", json!(account))]),
        AccountFault::BelowFloor { account, asked, available, floor, unit } => fields([
            ("account", json!(account)),
            ("asked", json!(asked)),
            ("available", json!(available)),
            ("floor", json!(floor)),
            ("unit", json!(unit)),
        ]),
        AccountFault::NotReserved { account, asked, reserved, unit } => fields([
            ("account", json!(account)),
            ("asked", json!(asked)),
            ("reserved", json!(reserved)),
            ("unit", json!(unit)),
        ]),
        AccountFault::UnitDiffers { account, unit, wanted } => {
            fields([("account", json!(account)), ("unit", json!(unit)), ("wanted", json!(wanted))])
        }
        AccountFault::TooMuch { account, asked } => {
            fields([("account", json!(account)), ("asked", json!(asked))])
        }
        AccountFault::InUse { account, reserved, unit } => fields([
            ("account", json!(account)),
            ("reserved", json!(reserved)),
            ("unit", json!(unit)),
        ]),
        AccountFault::AmountInvalid(invalid) => fields([("given", json!(invalid.given))]),
    }
}

fn active_now(active: &ActiveNow) -> Value {
    json!({"step": active.step, "holder": active.holder})
}

fn violation_list(violations: &[Violation], lang: Lang) -> Value {
    let one = |violation: &Violation| {
        json!({
            "path": violation.path,
            "keyword": violation.keyword,
            "message": violation.message.get(lang),
        })
    };
    violations.iter().map(one).collect()
}

fn place_details(place: &Place) -> Map<String, Value> {
    let parts = [
        ("case", place.case.as_ref().map(ToString::to_string)),
        ("workflow", place.workflow.clone()),
        ("step", place.step.clone()),
        ("outcome", place.outcome.clone()),
    ];
    let known = parts.into_iter().filter_map(|(name, part)| Some((name, json!(part?))));
    fields(known)
}

fn damage_details(damage: &Damage) -> Map<String, Value> {
    fields([
        ("segment", json!(damage.segment)),
        ("position", json!(damage.position)),
        ("byte", json!(damage.byte)),
    ])
}

fn fields<'a>(fields: impl IntoIterator<Item = (&'a str, Value)>) -> Map<String, Value> {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
