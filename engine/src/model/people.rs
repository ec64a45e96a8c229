//! People as the log knows them: a pseudonymous id, a title that names no one, and the roles they hold.

use chrono::{DateTime, Utc};
use dure_storage::EventType;
use serde::{Deserialize, Serialize};

use super::names::{Name, PersonId, Text};
use super::refusal::PersonFault;
use crate::limits::PERSON_ABSENCES_MAX;

/// A person was added.
pub const PERSON_ADDED: EventType = EventType("dure.person_added.v1");

/// A person will be, or was, absent, and a deputy acts in their place.
pub const ABSENCE_REGISTERED: EventType = EventType("dure.absence_registered.v1");

/// A person who may act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Their id, such as `hub-07`.
    pub id: PersonId,
    /// A role and a number, such as “Hub coordinator 07”; never a real name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Text>,
    /// The roles they hold.
    pub roles: Vec<Grant>,
    /// When they are absent, and who acts in their place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absences: Vec<Absence>,
}

/// A time in which somebody is absent and a deputy acts in their place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absence {
    /// Its first moment.
    pub from: DateTime<Utc>,
    /// The first moment after it.
    pub to: DateTime<Utc>,
    /// Who acts in their place.
    pub deputy: PersonId,
}

/// A role somebody holds, in one scope or everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The role.
    pub role: Name,
    /// The region, library or unit it is held in; everywhere if absent.
    #[serde(rename = "in", default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

/// Payload of [`PERSON_ADDED`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonAdded {
    /// The person, as added.
    pub person: Person,
    /// Who added them; absent when done by whoever keeps the data folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}

/// Payload of [`ABSENCE_REGISTERED`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AbsenceRegistered {
    /// The absence.
    pub absence: Absence,
    /// Why, without personal details.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who registered it; absent when done by whoever keeps the data folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}

impl Absence {
    fn overlaps(&self, other: &Absence) -> bool {
        self.from < other.to && other.from < self.to
    }
}

impl Person {
    /// Whether an absence may be registered, with the person who is to act meanwhile.
    ///
    /// # Errors
    /// If it has no length, overlaps another, or the deputy is the person or is absent too.
    pub fn may_be_absent(&self, absence: &Absence, deputy: &Person) -> Result<(), PersonFault> {
        let person = self.id.to_string();
        if absence.from >= absence.to {
            return Err(PersonFault::AbsenceEmpty { person });
        }
        if self.absences.len() >= PERSON_ABSENCES_MAX {
            return Err(PersonFault::TooManyAbsences { person, max: PERSON_ABSENCES_MAX });
        }
        if self.absences.iter().any(|known| known.overlaps(absence)) {
            return Err(PersonFault::AbsenceOverlaps { person });
        }
        let deputy_name = deputy.id.to_string();
        match deputy.id == self.id || deputy.absences.iter().any(|known| known.overlaps(absence)) {
            true => Err(PersonFault::DeputyAbsent { person, deputy: deputy_name }),
            false => Ok(()),
        }
    }

    /// Who acts in their place at a time.
    pub fn deputy_at(&self, at: DateTime<Utc>) -> Option<&PersonId> {
        let away = self.absences.iter().find(|absence| absence.from <= at && at < absence.to);
        away.map(|absence| &absence.deputy)
    }

    /// Whether they hold a role in any scope.
    pub fn holds(&self, role: &Name) -> bool {
        self.roles.iter().any(|grant| grant.role == *role)
    }

    /// Whether they hold a role where `scope` needs it; `None` asks for no scope.
    pub fn holds_in(&self, role: &Name, scope: Option<&str>) -> bool {
        self.roles.iter().any(|grant| grant.role == *role && grant.covers(scope))
    }
}

impl Grant {
    fn covers(&self, wanted: Option<&str>) -> bool {
        match (wanted, self.scope.as_deref()) {
            (None, _) | (_, None) => true,
            (Some(wanted), Some(held)) => wanted == held,
        }
    }
}
