//! Who could complete a task at a time: asks the rules about people alone, and nothing about what would be filled in.

use chrono::{DateTime, Utc};

use super::authority::{Asked, right_to_task};
use super::facts::Here;
use super::outside::Outside;
use super::task_of;
use crate::model::case::{Case, OpenTask};
use crate::model::command::Request;
use crate::model::consequence::{Holder, Object};
use crate::model::definition::Definition;
use crate::model::known::{Known, Undecided};
use crate::model::names::Name;
use crate::model::people::Person;

/// The roles whose holders may be able to complete a task: its own, those called in, and those to which decisions of
/// its own are delegated.
pub fn roles_of(case: &Case, root: &Definition, open: &OpenTask<'_>) -> Vec<Name> {
    let Holder::Roles { roles, .. } = open.holder else { return open.handling.escalated.clone() };
    let delegations = match Here::at(case, root, &open.step.block) {
        Ok(here) => &here.definition.delegations,
        Err(_) => return roles.clone(),
    };
    let delegated = delegations.iter().filter(|d| roles.contains(&d.of)).map(|d| d.to.clone());
    roles.iter().chain(&open.handling.escalated).cloned().chain(delegated).collect()
}

/// Whether somebody could complete a task at a time, in their own name or for whoever delegated it to them.
///
/// # Errors
/// The rule that says no, or a fact that has to be brought first.
pub fn may_complete(
    case: &Case,
    root: &Definition,
    open: &OpenTask<'_>,
    person: &Person,
    at: DateTime<Utc>,
    known: &Known,
) -> Result<(), Undecided> {
    let here = Here::at(case, root, &open.step.block)?;
    let (_, task) = task_of(here.definition, &open.step)?;
    let asked = Asked { case, here: &here, task };
    right_to_task(asked, open, &asking(person, at), &Outside::new(known)).map(|_| ())
}

fn asking(person: &Person, at: DateTime<Utc>) -> Request {
    Request {
        by: person.clone(),
        deputy_of: None,
        on_behalf_of: None,
        occurred_at: at,
        recorded_at: at,
        reason: None,
        form: Object::new(),
    }
}
