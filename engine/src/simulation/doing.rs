//! Doing a deed: who might, whom its rules name, and the request it is. Decides nothing and draws no chance.

use std::collections::{BTreeMap, BTreeSet};

use dure_storage::Explain;

use super::cast::Cast;
use super::deed::{Asked, Deed, Doer};
use super::report::Trouble;
use super::soundness::broken;
use crate::error::EngineError;
use crate::model::case::Case;
use crate::model::decide::roles_of;
use crate::model::definition::{By, Definition};
use crate::model::event::TaskChange;
use crate::model::names::PersonId;
use crate::runtime::{
    Accepted, ActOf, ActionRequest, AnswerRequest, CompleteRequest, Engine, MessageRequest,
    TaskRequest,
};

/// The codes of refusals that another form would not change.
pub(super) const OF_THE_PERSON: [&str; 6] = [
    "E-role-missing",
    "E-scope-missing",
    "E-same-person",
    "E-recused",
    "E-task-assigned",
    "E-not-deputy",
];

/// Everybody of a cast, and of those who stand in for others, who might do it.
pub(super) fn doers(
    cast: &Cast,
    deputies: &[&PersonId],
    case: &Case,
    root: &Definition,
    asked: &Asked<'_, '_>,
) -> Vec<PersonId> {
    match &asked.doer {
        Doer::Holder(open) => {
            let mut people = cast.holders(open.holder);
            let handling = open.handling;
            people.extend(handling.delegates.keys().chain(&handling.replacements).cloned());
            people.extend(cast.holding(&roles_of(case, root, open), None).cloned());
            people.extend(deputies.iter().map(|deputy| (*deputy).clone()));
            people
        }
        Doer::By(By::Roles(roles)) => cast.holding(roles, None).cloned().collect(),
        Doer::By(By::Starter) => vec![case.starter.clone()],
        Doer::By(By::Person(_) | By::People(_)) => {
            cast.people.iter().map(|person| person.id.clone()).collect()
        }
        Doer::Roles(roles) => cast.holding(roles, None).cloned().collect(),
        Doer::Person(person) => vec![(*person).clone()],
        Doer::Nobody => cast.people.iter().take(1).map(|person| person.id.clone()).collect(),
    }
}

/// Those to whom a task belongs, or whom a rule names.
pub(super) fn likely(asked: &Asked<'_, '_>) -> Vec<PersonId> {
    if let Doer::Holder(open) = &asked.doer
        && let Some(assigned) = &open.handling.assigned
    {
        return vec![assigned.clone()];
    }
    let names: BTreeSet<String> = asked.rules.iter().flat_map(|rule| rule.names().paths).collect();
    let fields = names.iter().filter_map(|path| path.strip_prefix("data."));
    let texts = fields.filter_map(|field| asked.data.get(field)?.as_str());
    texts.filter_map(|text| PersonId::new(text).ok()).collect()
}

/// Asks the engine for a deed; `change` is what becomes of a task that is not completed.
pub(super) async fn ask(
    engine: &Engine,
    case: &Case,
    deed: &Deed,
    change: Option<TaskChange>,
    act: ActOf,
) -> Result<Accepted, EngineError> {
    let (id, expected) = (case.id.clone(), None);
    match deed {
        Deed::Complete(step, outcome) => {
            let (step, outcome) = (step.to_string(), outcome.to_string());
            engine.complete(CompleteRequest { case: id, step, outcome, expected, act }).await
        }
        Deed::Answer(step, entry, outcome) => {
            let (step, entry, outcome) = (step.clone(), *entry, outcome.to_string());
            let form = act.form;
            engine.answer(AnswerRequest { case: id, step, entry, outcome, form }).await
        }
        Deed::Act(action) => {
            let action = action.to_string();
            engine.act(ActionRequest { case: id, action, expected, act }).await
        }
        Deed::Tell(_, message) => {
            let message = message.to_string();
            engine.send(MessageRequest { case: id, message, act }).await
        }
        Deed::Change(step, _) | Deed::TakeNote(step, _) => {
            let (step, change) = (step.to_string(), change.unwrap_or(TaskChange::Claim));
            engine.change_task(TaskRequest { case: id, step, change, expected, act }).await
        }
    }
}

/// Counts a refusal by its code; anything else that is no acceptance is trouble.
pub(super) fn refused(
    counts: &mut BTreeMap<String, u64>,
    error: EngineError,
) -> Result<(), Trouble> {
    match &error {
        EngineError::Refused(_) => {
            *counts.entry(error.code().0.to_owned()).or_default() += 1;
            Ok(())
        }
        EngineError::Definition(_)
        | EngineError::Calendar(_)
        | EngineError::Plan(_)
        | EngineError::Report(_)
        | EngineError::Identifier(_)
        | EngineError::Store(_) => Err(broken(error)),
    }
}
