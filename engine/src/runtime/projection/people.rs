//! Everybody who may act, and for each role who holds, held or will hold it.

use std::collections::BTreeSet;

use dure_storage::StoreError;
use serde::{Deserialize, Serialize};

use super::{Projection, Rows, ViewEvent};
use crate::model::names::{Name, PersonId};
use crate::model::people::{Grant, Person, PersonEvent};
use crate::runtime::streams;

/// A row of the view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonRow {
    /// Key: `person` and the id.
    Person(Person),
    /// Key: `role`, the role and the id. Every grant of that role to that person.
    Grants(Vec<Grant>),
}

/// The people.
#[derive(Debug, Default)]
pub struct People;

impl Projection for People {
    type Row = PersonRow;
    const NAME: &'static str = "people";
    const SCHEMA: u32 = 2;

    fn apply(
        &mut self,
        event: &ViewEvent<'_>,
        rows: &mut Rows<PersonRow>,
    ) -> Result<(), StoreError> {
        let Some(id) = streams::person_of(&event.envelope.subject) else { return Ok(()) };
        let happened = PersonEvent::decode(&event.envelope.kind, event.envelope.data.get());
        let Some(happened) = happened else { return Ok(()) };
        let happened = happened.map_err(|error| StoreError::EventUnreadable {
            position: event.position,
            reason: error.to_string(),
        })?;
        let key = format!("{PERSON_PREFIX}{id}");
        let before = match rows.take(&key)? {
            Some(PersonRow::Person(person)) => Some(person),
            Some(PersonRow::Grants(_)) | None => None,
        };
        let had = before.as_ref().map(roles).unwrap_or_default();
        if let Some(person) = Person::after(before, happened) {
            for role in had.into_iter().chain(roles(&person)).collect::<BTreeSet<_>>() {
                put_grants(&person, &role, rows);
            }
            rows.put(key, PersonRow::Person(person));
        }
        Ok(())
    }
}

/// The key prefix of the people.
pub(in crate::runtime) const PERSON_PREFIX: &str = "person\0";

/// The key prefix of those who hold, held or will hold a role.
pub(in crate::runtime) fn role_prefix(role: &Name) -> String {
    format!("role\0{role}\0")
}

/// The person of a row under a role.
pub(in crate::runtime) fn holder_of(key: &str) -> Option<PersonId> {
    PersonId::new(key.rsplit('\0').next()?).ok()
}

fn roles(person: &Person) -> Vec<Name> {
    person.roles.iter().map(|grant| grant.role.clone()).collect()
}

fn put_grants(person: &Person, role: &Name, rows: &mut Rows<PersonRow>) {
    let key = format!("{}{}", role_prefix(role), person.id);
    let grants: Vec<Grant> =
        person.roles.iter().filter(|grant| grant.role == *role).cloned().collect();
    match grants.is_empty() {
        true => rows.remove(key),
        false => rows.put(key, PersonRow::Grants(grants)),
    }
}
