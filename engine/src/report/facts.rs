//! What the expressions of a report may name beside the data of a workflow: a case and its histories, an account, a
//! person. The one place that says which facts there are and of which type.

use std::collections::BTreeSet;

use crate::expression::{Scope, Type};
use crate::language::standing;
use crate::model::definition::Definition;
use crate::model::form::{Field, record_of};
use crate::model::names::Name;

/// What is known of a case beyond its state, under `case`; made only where a report looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum History {
    /// Its open tasks.
    Tasks,
    /// Every act, and everything the clock and handlers did.
    Acts,
    /// Every time a step was active.
    Stays,
    /// Every time its clock stood still.
    Pauses,
    /// Every time a flag was raised.
    Flags,
    /// The cases it started.
    Links,
    /// What it did to accounts.
    Moves,
    /// Roles called in to overdue tasks.
    Escalations,
    /// Dues that changed.
    Extensions,
    /// What a run knew when it came to its first step: a record, where the others are lists.
    Began,
}

impl History {
    /// Each of them.
    pub const ALL: [History; 10] = [
        History::Tasks,
        History::Acts,
        History::Stays,
        History::Pauses,
        History::Flags,
        History::Links,
        History::Moves,
        History::Escalations,
        History::Extensions,
        History::Began,
    ];

    /// What expressions call it.
    pub fn name(self) -> &'static str {
        match self {
            History::Tasks => "tasks",
            History::Acts => "acts",
            History::Stays => "stays",
            History::Pauses => "pauses",
            History::Flags => "flags",
            History::Links => "links",
            History::Moves => "moves",
            History::Escalations => "escalations",
            History::Extensions => "extensions",
            History::Began => "began",
        }
    }
}

/// What the expressions of a report about the runs of a workflow may name.
pub fn of_workflow(definition: &Definition) -> Scope {
    let (form, data) = (record_of(&filled_in(definition)), record_of(&definition.data));
    standing(definition).calendar(false).variable("case", case(form, data))
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
    let histories = History::ALL.map(|history| (history.name(), type_of(history, &form, &data)));
    Type::record(single.into_iter().chain(histories))
}

fn type_of(history: History, form: &Type, data: &Type) -> Type {
    use Type::{Bool, Duration, Int, String, Timestamp};
    let texts = |names: &[&'static str]| names.iter().map(|n| (*n, String)).collect::<Vec<_>>();
    let entry: Vec<(&str, Type)> = match history {
        History::Began => return data.clone(),
        History::Tasks => [
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
        History::Acts => [
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
        History::Stays => [
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
        History::Pauses => vec![("from", Timestamp), ("to", Timestamp), ("lasted", Duration)],
        History::Flags => vec![("flag", String), ("since", Timestamp), ("cleared", Timestamp)],
        History::Links => texts(&["link", "case", "workflow"]),
        History::Moves => {
            [texts(&["kind", "account", "key"]), vec![("amount", Int), ("at", Timestamp)]].concat()
        }
        History::Escalations => [texts(&["step", "to"]), vec![("at", Timestamp)]].concat(),
        History::Extensions => [
            texts(&["step", "why", "by"]),
            vec![("at", Timestamp), ("from", Timestamp), ("due", Timestamp)],
        ]
        .concat(),
    };
    Type::list(Type::record(entry))
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
