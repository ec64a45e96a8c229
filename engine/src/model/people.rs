//! People as the log knows them: a pseudonymous id, a title that names no one, which role they hold in which time,
//! when they are absent, and for whom they act meanwhile. Says what may be changed; changes nothing by itself.

mod event;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use self::event::{
    ABSENCE_ENDED, ABSENCE_REGISTERED, AbsenceEnded, AbsenceRegistered, DEPUTY_NAMED, DeputyNamed,
    PERSON_ADDED, PersonAdded, PersonEvent, ROLE_ENDED, ROLE_GRANTED, RoleEnded, RoleGranted,
};
use super::names::{Name, PersonId, Text};
use super::refusal::PersonFault;
use crate::limits::{PERSON_ABSENCES_MAX, PERSON_GRANTS_MAX, SCOPE_BYTES_MAX};

/// A person who may act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Their id, such as `hub-07`.
    pub id: PersonId,
    /// A role and a number, such as “Hub coordinator 07”; never a real name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Text>,
    /// The roles they hold, held, or will hold.
    pub roles: Vec<Grant>,
    /// When they are absent, and who acts in their place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absences: Vec<Absence>,
    /// For whom they act, and when: the other side of others' absences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stands_in: Vec<StandIn>,
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

/// A time in which somebody acts in place of an absent person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandIn {
    /// The absent person.
    pub of: PersonId,
    /// Its first moment.
    pub from: DateTime<Utc>,
    /// The first moment after it.
    pub to: DateTime<Utc>,
}

/// A role somebody holds, in one scope or everywhere, for a time or for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The role.
    pub role: Name,
    /// The region, library or unit it is held in; everywhere if absent.
    #[serde(rename = "in", default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The first moment it is held; absent if it was held whenever somebody asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<DateTime<Utc>>,
    /// The first moment it is not held any more; absent while no end is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

impl Person {
    /// Somebody with roles and without absences.
    pub fn new(id: PersonId, roles: Vec<Grant>) -> Person {
        Person { id, title: None, roles, absences: Vec::new(), stands_in: Vec::new() }
    }

    /// Whether a role may be granted.
    ///
    /// # Errors
    /// If it has no length, overlaps the same role in the same scope, or too many were granted.
    pub fn may_be_granted(&self, grant: &Grant) -> Result<(), PersonFault> {
        grant.is_in_bounds()?;
        let (person, role) = (self.id.to_string(), grant.to_string());
        if grant.is_empty() {
            return Err(PersonFault::GrantEmpty { person, role });
        }
        if self.roles.len() >= PERSON_GRANTS_MAX {
            return Err(PersonFault::TooManyGrants { person, max: PERSON_GRANTS_MAX });
        }
        match self.roles.iter().any(|known| known.is_same_role(grant) && known.overlaps(grant)) {
            true => Err(PersonFault::GrantOverlaps { person, role }),
            false => Ok(()),
        }
    }

    /// The grant that holds at a time, as it is once it has ended then; without any length if that is its first
    /// moment, for then it never came to be.
    ///
    /// # Errors
    /// If the role is not held in that scope at that time.
    pub fn ending(
        &self,
        role: &Name,
        scope: Option<&str>,
        at: DateTime<Utc>,
    ) -> Result<Grant, PersonFault> {
        let named = Grant::always(role.clone(), scope.map(str::to_owned));
        let held = self.roles.iter().find(|known| known.is_same_role(&named) && known.holds_at(at));
        let ended = held.map(|held| Grant { until: Some(at), ..held.clone() });
        ended.ok_or_else(|| PersonFault::GrantUnknown {
            person: self.id.to_string(),
            role: named.to_string(),
        })
    }

    /// Whether an absence may be registered, with the person who is to act meanwhile. Nobody is both away and in
    /// somebody's place, so deputies never form a circle and no absence is without anybody.
    ///
    /// # Errors
    /// If it has no length, overlaps another, the deputy is the person or is absent too, or the person is themselves
    /// a deputy in that time.
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
        let needed = self.stands_in.iter().find(|known| known.overlaps(absence));
        if let Some(StandIn { of, .. }) = needed {
            return Err(PersonFault::DeputyNeeded { person, absent: of.to_string() });
        }
        let deputy_name = deputy.id.to_string();
        match deputy.id == self.id || deputy.absences.iter().any(|known| known.overlaps(absence)) {
            true => Err(PersonFault::DeputyAbsent { person, deputy: deputy_name }),
            false => Ok(()),
        }
    }

    /// The absence that lasts at a time, as it is once the person came back then; without any length if that is its
    /// first moment, for then it never came to be.
    ///
    /// # Errors
    /// If the person is not absent at that time.
    pub fn coming_back(&self, at: DateTime<Utc>) -> Result<Absence, PersonFault> {
        let ended = self.absence_at(at).map(|absence| Absence { to: at, ..absence.clone() });
        ended.ok_or_else(|| PersonFault::NotAbsent { person: self.id.to_string() })
    }

    /// The absence that lasts at a time.
    pub fn absence_at(&self, at: DateTime<Utc>) -> Option<&Absence> {
        self.absences.iter().find(|absence| absence.from <= at && at < absence.to)
    }

    /// Who acts in their place at a time.
    pub fn deputy_at(&self, at: DateTime<Utc>) -> Option<&PersonId> {
        self.absence_at(at).map(|absence| &absence.deputy)
    }

    /// What they hold at a time.
    pub fn grants_at(&self, at: DateTime<Utc>) -> impl Iterator<Item = &Grant> {
        self.roles.iter().filter(move |grant| grant.holds_at(at))
    }

    /// Whether they hold a role at a time, in any scope.
    pub fn holds(&self, role: &Name, at: DateTime<Utc>) -> bool {
        self.holds_in(role, None, at)
    }

    /// Whether they hold a role at a time where `scope` needs it; `None` asks for no scope.
    pub fn holds_in(&self, role: &Name, scope: Option<&str>, at: DateTime<Utc>) -> bool {
        self.grants_at(at).any(|grant| grant.role == *role && grant.covers(scope))
    }

    /// Whether they hold, held or will hold a role where `scope` needs it, whenever that is.
    pub fn ever_holds_in(&self, role: &Name, scope: Option<&str>) -> bool {
        self.roles.iter().any(|grant| grant.role == *role && grant.covers(scope))
    }
}

impl Grant {
    /// A role that is held whenever somebody asks.
    pub fn always(role: Name, scope: Option<String>) -> Grant {
        Grant { role, scope, from: None, until: None }
    }

    /// Whether it is held at a time.
    pub fn holds_at(&self, at: DateTime<Utc>) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }

    /// Whether it is held where `wanted` asks for it.
    pub fn covers(&self, wanted: Option<&str>) -> bool {
        match (wanted, self.scope.as_deref()) {
            (None, _) | (_, None) => true,
            (Some(wanted), Some(held)) => wanted == held,
        }
    }

    /// Whether its scope is short enough to stand in events and addresses.
    ///
    /// # Errors
    /// If it is not.
    pub fn is_in_bounds(&self) -> Result<(), PersonFault> {
        match self.scope.as_ref().map_or(0, String::len) {
            bytes if bytes > SCOPE_BYTES_MAX => {
                Err(PersonFault::ScopeTooLong { bytes, max: SCOPE_BYTES_MAX })
            }
            _ => Ok(()),
        }
    }

    fn is_same_role(&self, other: &Grant) -> bool {
        self.role == other.role && self.scope == other.scope
    }

    fn is_empty(&self) -> bool {
        self.until.is_some_and(|until| self.from.is_some_and(|from| until <= from))
    }

    fn overlaps(&self, other: &Grant) -> bool {
        let begins_before_end = |one: &Grant, other: &Grant| match (one.from, other.until) {
            (Some(from), Some(until)) => from < until,
            (None, _) | (_, None) => true,
        };
        begins_before_end(self, other) && begins_before_end(other, self)
    }
}

/// `role` or `role@scope`.
impl std::fmt::Display for Grant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.scope {
            Some(scope) => write!(f, "{}@{scope}", self.role),
            None => write!(f, "{}", self.role),
        }
    }
}

impl Absence {
    fn overlaps(&self, other: &Absence) -> bool {
        self.from < other.to && other.from < self.to
    }
}

impl StandIn {
    fn overlaps(&self, absence: &Absence) -> bool {
        self.from < absence.to && absence.from < self.to
    }
}
