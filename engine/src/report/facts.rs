//! What the expressions of a report may name beside the data of a workflow: a case and its histories, an account, a
//! person. The one place that says which facts there are and of which type.

use std::collections::BTreeSet;

use crate::expression::{Scope, Type};
use crate::language::standing;
use crate::model::definition::Definition;
use crate::model::form::{Field, record_of};
use crate::model::names::Name;

/// A list of what happened to a case, under `case`.
pub const TASKS: &str = "tasks";
/// Every act, and everything the clock and handlers did.
pub const ACTS: &str = "acts";
/// Every time a step was active.
pub const STAYS: &str = "stays";
/// Every time its clock stood still.
pub const PAUSES: &str = "pauses";
/// Every time a flag was raised.
pub const FLAGS: &str = "flags";
/// The cases it started.
pub const LINKS: &str = "links";
/// What it did to accounts.
pub const MOVES: &str = "moves";
/// Roles called in to overdue tasks.
pub const ESCALATIONS: &str = "escalations";
/// Dues that changed.
pub const EXTENSIONS: &str = "extensions";

/// What a run knew when it began: no list, and asked for like one, for few reports look at it.
pub const BEGAN: &str = "began";

/// Every history of a case.
pub const HISTORIES: &[&str] =
    &[TASKS, ACTS, STAYS, PAUSES, FLAGS, LINKS, MOVES, ESCALATIONS, EXTENSIONS];

/// What the expressions of a report about the runs of a workflow may name.
pub fn of_workflow(definition: &Definition) -> Scope {
    let (form, data) = (record_of(&filled_in(definition)), record_of(&definition.data));
    standing(definition).variable("case", case(form, data))
}

/// What the expressions of a report about every case may name.
pub fn of_any_case() -> Scope {
    let nothing = || Type::record::<&str>([]);
    Scope::new().variable("case", case(nothing(), nothing())).variable("now", Type::Timestamp)
}

/// What the expressions of a report about accounts may name.
pub fn of_accounts() -> Scope {
    let account = Type::record([
        ("name", Type::String),
        ("key", Type::String),
        ("unit", Type::String),
        ("floor", Type::Int),
        ("available", Type::Int),
        ("reserved", Type::Int),
        ("committed", Type::Int),
        ("total", Type::Int),
        ("closed", Type::Bool),
    ]);
    Scope::new().variable("account", account).variable("now", Type::Timestamp)
}

/// What the expressions of a report about people may name.
pub fn of_people() -> Scope {
    let role = Type::record([
        ("role", Type::String),
        ("scope", Type::String),
        ("from", Type::Timestamp),
        ("to", Type::Timestamp),
        ("held", Type::Bool),
    ]);
    let absence = Type::record([
        ("from", Type::Timestamp),
        ("to", Type::Timestamp),
        ("deputy", Type::String),
        ("lasts", Type::Bool),
    ]);
    let person = Type::record([
        ("id", Type::String),
        ("roles", Type::list(role)),
        ("absences", Type::list(absence)),
    ]);
    Scope::new().variable("person", person).variable("now", Type::Timestamp)
}

fn case(form: Type, data: Type) -> Type {
    let single = [
        ("id", Type::String),
        ("workflow", Type::String),
        ("version", Type::Int),
        ("called", Type::Bool),
        ("open", Type::Bool),
        ("outcome", Type::String),
        ("opened_at", Type::Timestamp),
        ("recorded_at", Type::Timestamp),
        ("closed_at", Type::Timestamp),
        ("changed_at", Type::Timestamp),
        ("starter", Type::String),
        ("entered_by", Type::String),
        ("parent", Type::String),
        ("since", Type::Timestamp),
        ("due", Type::Timestamp),
        ("holders", Type::list(Type::String)),
        ("steps", Type::list(Type::String)),
        ("stopped", Type::Bool),
        ("reports_owed", Type::Int),
    ];
    let lists = HISTORIES.iter().map(|name| (*name, Type::list(entry(name, &form))));
    Type::record(single.into_iter().chain([(BEGAN, data)]).chain(lists))
}

/// The type of one entry of a history.
fn entry(history: &str, form: &Type) -> Type {
    use Type::{Bool, Duration, Int, String, Timestamp};
    let texts = |names: &[&'static str]| names.iter().map(|n| (*n, String)).collect::<Vec<_>>();
    let fields: Vec<(&str, Type)> = match history {
        TASKS => [
            texts(&["step", "item", "branch", "assigned"]),
            vec![
                ("since", Timestamp),
                ("due", Timestamp),
                ("late", Bool),
                ("holders", Type::list(String)),
                ("escalated", Type::list(String)),
            ],
        ]
        .concat(),
        ACTS => [
            texts(&["kind", "step", "item", "branch", "outcome", "by", "role", "for_role"]),
            texts(&["authority", "on_behalf_of", "reason"]),
            vec![
                ("no", Int),
                ("at", Timestamp),
                ("recorded_at", Timestamp),
                ("recorded_after", Int),
                ("absence_known", Bool),
                ("form", form.clone()),
            ],
        ]
        .concat(),
        STAYS => [
            texts(&["step", "item", "branch", "outcome", "by"]),
            vec![
                ("kind", String),
                ("since", Timestamp),
                ("left", Timestamp),
                ("due", Timestamp),
                ("late", Bool),
                ("holders", Type::list(String)),
                ("lasted", Duration),
                ("stopped", Duration),
            ],
        ]
        .concat(),
        PAUSES => vec![("from", Timestamp), ("to", Timestamp), ("lasted", Duration)],
        FLAGS => vec![("flag", String), ("since", Timestamp), ("cleared", Timestamp)],
        LINKS => texts(&["link", "case", "workflow"]),
        MOVES => {
            [texts(&["kind", "account", "key"]), vec![("amount", Int), ("at", Timestamp)]].concat()
        }
        ESCALATIONS => [texts(&["step", "to"]), vec![("at", Timestamp)]].concat(),
        EXTENSIONS => [
            texts(&["step", "why", "by"]),
            vec![("at", Timestamp), ("from", Timestamp), ("due", Timestamp)],
        ]
        .concat(),
        _ => Vec::new(),
    };
    Type::record(fields)
}

/// Every field that some form of a workflow has, by name. Where two forms differ about the type of one, it cannot be
/// asked for; a field for personal data cannot either.
pub fn filled_in(definition: &Definition) -> Vec<Field> {
    let mut found: Vec<Field> = Vec::new();
    let mut differing: BTreeSet<Name> = BTreeSet::new();
    let steps = definition.steps();
    let outcomes =
        steps.iter().flat_map(|step| &step.outcomes).map(|outcome| outcome.form.as_ref());
    let actions = definition.actions.iter().map(|action| &action.form);
    let messages = definition.messages.iter().map(|message| &message.form);
    let forms = std::iter::once(&definition.start.form).chain(outcomes).chain(actions);
    for field in forms.chain(messages).flat_map(|form| form.fields()) {
        match found.iter().find(|known| known.name == field.name) {
            Some(known) if known.ty == field.ty => {}
            Some(_) => {
                differing.insert(field.name.clone());
            }
            None => found.push(field.clone()),
        }
    }
    found.retain(|field| !differing.contains(&field.name) && !field.ty.holds_personal());
    found
}
