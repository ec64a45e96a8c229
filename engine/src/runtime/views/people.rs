//! What the people view answers: who there is, and who holds a role at a time.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Kept, values};
use crate::checker::Staff;
use crate::error::EngineError;
use crate::limits::{CHECKED_PEOPLE_MAX, VIEW_PAGE_ROWS_MAX};
use crate::model::names::{Name, PersonId};
use crate::model::people::{Grant, Person};
use crate::runtime::Engine;
use crate::runtime::projection::people::{PERSON_PREFIX, PersonRow, holder_of, role_prefix};

/// Somebody who holds a role at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoleHolder {
    /// The person.
    pub person: PersonId,
    /// What says so: where they hold it, from when and until when.
    pub grant: Grant,
}

impl Engine {
    /// Everybody who was added, in the order of their ids, after an id.
    ///
    /// # Errors
    /// If the store failed.
    pub async fn people(
        &self,
        after: Option<&PersonId>,
        limit: usize,
    ) -> Result<Vec<Person>, EngineError> {
        let (after, limit) =
            (after.map(|id| format!("{PERSON_PREFIX}{id}")), limit.min(VIEW_PAGE_ROWS_MAX));
        let read = |kept: &Kept| {
            Ok(values(kept.people.rows.scan(PERSON_PREFIX, after.as_deref(), limit)?))
        };
        let person = |row: PersonRow| match row {
            PersonRow::Person(person) => Some(person),
            PersonRow::Grants(_) => None,
        };
        Ok(self.inner.views.read(read).await?.into_iter().filter_map(person).collect())
    }

    /// The people a workflow is checked against, as of a time; nobody, if there are more than [`CHECKED_PEOPLE_MAX`].
    ///
    /// # Errors
    /// If the store failed.
    pub async fn staff(&self, at: DateTime<Utc>) -> Result<Staff, EngineError> {
        let mut people: Vec<Person> = Vec::new();
        loop {
            let last = people.last().map(|person| person.id.clone());
            let page = self.people(last.as_ref(), VIEW_PAGE_ROWS_MAX).await?;
            let full = page.len() == VIEW_PAGE_ROWS_MAX;
            people.extend(page);
            if people.len() > CHECKED_PEOPLE_MAX {
                return Ok(Staff::default());
            }
            if !full {
                return Ok(Staff::at(&people, at));
            }
        }
    }

    /// Up to [`VIEW_PAGE_ROWS_MAX`] people who hold a role at a time where `scope` needs it (`None` asks for no
    /// scope), in the order of their ids, after an id. Fewer than `limit` are the last.
    ///
    /// # Errors
    /// If the store failed.
    pub async fn people_with_role(
        &self,
        role: &Name,
        scope: Option<&str>,
        at: DateTime<Utc>,
        after: Option<&PersonId>,
        limit: usize,
    ) -> Result<Vec<RoleHolder>, EngineError> {
        let (prefix, limit) = (role_prefix(role), limit.min(VIEW_PAGE_ROWS_MAX));
        let (mut found, mut after) = (Vec::new(), after.map(|id| format!("{prefix}{id}")));
        loop {
            let read =
                |kept: &Kept| kept.people.rows.scan(&prefix, after.as_deref(), VIEW_PAGE_ROWS_MAX);
            let page = self.inner.views.read(read).await?;
            let full = page.len() == VIEW_PAGE_ROWS_MAX;
            after = page.last().map(|(key, _)| key.clone());
            found.extend(page.into_iter().filter_map(|(key, row)| holding(&key, row, scope, at)));
            if !full || found.len() >= limit {
                found.truncate(limit);
                return Ok(found);
            }
        }
    }

    /// Up to [`VIEW_PAGE_ROWS_MAX`] people who hold one of several roles at a time, by id.
    ///
    /// # Errors
    /// If the store failed.
    pub async fn people_with_any_role(
        &self,
        roles: &[Name],
        scope: Option<&str>,
        at: DateTime<Utc>,
    ) -> Result<BTreeSet<PersonId>, EngineError> {
        let mut found = BTreeSet::new();
        for role in roles {
            let held = self.people_with_role(role, scope, at, None, VIEW_PAGE_ROWS_MAX).await?;
            found.extend(held.into_iter().map(|held| held.person));
        }
        Ok(found.into_iter().take(VIEW_PAGE_ROWS_MAX).collect())
    }
}

fn holding(
    key: &str,
    row: PersonRow,
    scope: Option<&str>,
    at: DateTime<Utc>,
) -> Option<RoleHolder> {
    let PersonRow::Grants(grants) = row else { return None };
    let grant = grants.into_iter().find(|grant| grant.holds_at(at) && grant.covers(scope))?;
    Some(RoleHolder { person: holder_of(key)?, grant })
}
