//! Who may act: a role held in the right scope, and nobody who did the step that this one checks.

use super::super::case::{Case, Frame};
use super::super::consequence::Holder;
use super::super::definition::{Definition, start_name};
use super::super::names::Name;
use super::super::people::Person;
use super::super::refusal::Why;
use super::facts::Facts;
use crate::expression::Expression;

/// The first of the roles that the person holds in the scope.
pub(super) fn authorize(roles: &[Name], scope: Option<&str>, person: &Person) -> Result<Name, Why> {
    if let Some(role) = roles.iter().find(|role| person.holds_in(role, scope)) {
        return Ok(role.clone());
    }
    let wanted = roles.iter().map(Name::as_str).collect::<Vec<_>>().join(" / ");
    let person_id = person.id.to_string();
    match scope {
        Some(scope) if roles.iter().any(|role| person.holds(role)) => {
            Err(Why::ScopeMissing { person: person_id, wanted, scope: scope.to_owned() })
        }
        Some(_) | None => Err(Why::RoleMissing { person: person_id, wanted }),
    }
}

/// Refuses whoever completed one of the steps before (four eyes).
pub(super) fn exclude_same_person(
    case: &Case,
    frame: &Frame,
    steps: &[Name],
    person: &Person,
) -> Result<(), Why> {
    let did = |step: &&Name| {
        let frame = if **step == start_name() { &case.frame } else { frame };
        frame.visits.get(*step).is_some_and(|visit| visit.by.contains(&person.id))
    };
    match steps.iter().find(did) {
        Some(step) => {
            Err(Why::SamePerson { person: person.id.to_string(), other: step.to_string() })
        }
        None => Ok(()),
    }
}

/// The scope a role must be held in now.
///
/// # Errors
/// [`Why::ExpressionFailed`] if the expression has no value.
pub fn scope_of(
    scope: Option<&Expression>,
    definition: &Definition,
    frame: &Frame,
    facts: &Facts<'_>,
) -> Result<Option<String>, Why> {
    let Some(expression) = scope else { return Ok(None) };
    let value = facts.evaluate(definition, frame, expression)?;
    Ok(value.as_str().map(str::to_owned))
}

/// A holder as words for a message.
pub(super) fn holder_words(holder: &Holder) -> String {
    match holder {
        Holder::Starter(person) => person.to_string(),
        Holder::Roles { roles, scope } => {
            let roles = roles.iter().map(Name::as_str).collect::<Vec<_>>().join(" / ");
            match scope {
                Some(scope) => format!("{roles} @ {scope}"),
                None => roles,
            }
        }
    }
}
