//! What a person may do at a time, and which events say so.

use chrono::{DateTime, Utc};
use dure_storage::Position;
use serde::Serialize;

use super::engine::Engine;
use super::people::PersonEntry;
use crate::error::EngineError;
use crate::model::names::PersonId;
use crate::model::people::{Absence, Grant, Person, PersonEvent, StandIn};
use crate::model::refusal::Why;

/// A person at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonAt {
    /// The person as they are known.
    pub person: Person,
    /// The time.
    pub at: DateTime<Utc>,
    /// The roles they hold then.
    pub roles: Vec<SaidBy<Grant>>,
    /// The absence that lasts then.
    pub absence: Option<SaidBy<Absence>>,
    /// For whom they act then.
    pub stands_in: Vec<SaidBy<StandIn>>,
    /// Everything recorded of them, oldest first.
    pub history: Vec<PersonEntry>,
}

/// What holds, and where that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SaidBy<T> {
    /// What holds.
    #[serde(flatten)]
    pub what: T,
    /// The last event that says so.
    pub position: Position,
}

impl Engine {
    /// What a person may do at a time, as far as it is recorded by now.
    ///
    /// # Errors
    /// `E-person-unknown`.
    pub async fn person_at(
        &self,
        id: &PersonId,
        at: DateTime<Utc>,
    ) -> Result<PersonAt, EngineError> {
        let history = self.person_history(id).await?;
        let events = history.iter().map(|entry| entry.event.clone());
        let person = events.fold(None, Person::after);
        let person = person.ok_or_else(|| Why::PersonUnknown { person: id.to_string() })?;
        let roles = person.grants_at(at).filter_map(|grant| said(&history, grant, says_grant));
        let absence = person.absence_at(at).and_then(|away| said(&history, away, says_absence));
        let stands_in = person.stands_in.iter().filter(|known| known.from <= at && at < known.to);
        let stands_in = stands_in.filter_map(|known| said(&history, known, says_stand_in));
        let (roles, stands_in) = (roles.collect(), stands_in.collect());
        Ok(PersonAt { at, roles, absence, stands_in, history, person })
    }
}

fn said<T: Clone>(
    history: &[PersonEntry],
    what: &T,
    says: impl Fn(&PersonEvent, &T) -> bool,
) -> Option<SaidBy<T>> {
    let last = history.iter().rev().find(|entry| says(&entry.event, what))?;
    Some(SaidBy { what: what.clone(), position: last.position })
}

fn says_grant(event: &PersonEvent, grant: &Grant) -> bool {
    event.grants().contains(grant)
}

fn says_absence(event: &PersonEvent, absence: &Absence) -> bool {
    match event {
        PersonEvent::PersonAdded(event) => event.person.absences.contains(absence),
        PersonEvent::AbsenceRegistered(event) => event.absence == *absence,
        PersonEvent::AbsenceEnded(event) => event.absence == *absence,
        PersonEvent::RoleGranted(_) | PersonEvent::RoleEnded(_) | PersonEvent::DeputyNamed(_) => {
            false
        }
    }
}

fn says_stand_in(event: &PersonEvent, known: &StandIn) -> bool {
    match event {
        PersonEvent::PersonAdded(event) => event.person.stands_in.contains(known),
        PersonEvent::DeputyNamed(event) => event.stands_in == *known,
        PersonEvent::RoleGranted(_)
        | PersonEvent::RoleEnded(_)
        | PersonEvent::AbsenceRegistered(_)
        | PersonEvent::AbsenceEnded(_) => false,
    }
}
