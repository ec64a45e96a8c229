//! Who is known at one time, and which roles each of them holds where. Knows no absence: a deputy does what the absent
//! person could do.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::model::names::{Name, PersonId};
use crate::model::people::{Grant, Person};

/// The people known at one time, with the roles they hold then.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Staff(BTreeMap<PersonId, Vec<Grant>>);

/// Where a role has to be held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// In whatever scope.
    Any,
    /// In this one.
    In(String),
    /// In one in which nobody in particular holds it.
    Elsewhere,
}

impl Staff {
    /// Those of some people who are known, as of a time.
    pub fn at<'p>(people: impl IntoIterator<Item = &'p Person>, at: DateTime<Utc>) -> Staff {
        let held = |person: &Person| person.grants_at(at).cloned().collect();
        Staff(people.into_iter().map(|person| (person.id.clone(), held(person))).collect())
    }

    /// Whether nobody is known at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many people are known.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Those who hold one of some roles in a place.
    pub(super) fn holding(&self, roles: &[Name], place: &Place) -> BTreeSet<&PersonId> {
        let fits = |grant: &Grant| roles.contains(&grant.role) && place.accepts(grant);
        let holders = self.0.iter().filter(|(_, grants)| grants.iter().any(fits));
        holders.map(|(id, _)| id).collect()
    }

    /// Every scope in which somebody holds one of some roles.
    pub(super) fn scopes(&self, roles: &[Name]) -> BTreeSet<&str> {
        let grants = self.0.values().flatten().filter(|grant| roles.contains(&grant.role));
        grants.filter_map(|grant| grant.scope.as_deref()).collect()
    }
}

impl Place {
    fn accepts(&self, grant: &Grant) -> bool {
        match self {
            Place::Any => grant.covers(None),
            Place::In(scope) => grant.covers(Some(scope)),
            Place::Elsewhere => grant.scope.is_none(),
        }
    }
}
