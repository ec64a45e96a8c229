//! Adding people and knowing them.

use std::sync::Arc;

use dure_storage::{
    CanonicalJson, Commit, Direction, ExpectedVersion, StoreError, StreamAppend, StreamVersion,
};

use super::engine::{Engine, Inner};
use super::streams;
use crate::error::EngineError;
use crate::limits::PERSON_ROLES_MAX;
use crate::model::names::PersonId;
use crate::model::people::{PERSON_ADDED, Person, PersonAdded};
use crate::model::refusal::Why;

impl Engine {
    /// Adds a person. Adding the same person again changes nothing and answers `false`.
    ///
    /// # Errors
    /// `E-person-exists` if the id is taken by somebody with another title or other roles.
    pub async fn add_person(
        &self,
        person: Person,
        by: Option<PersonId>,
    ) -> Result<bool, EngineError> {
        let inner = &self.inner;
        if person.roles.len() > PERSON_ROLES_MAX {
            return Err(Why::TooLarge { bytes: person.roles.len(), max: PERSON_ROLES_MAX }.into());
        }
        let (stream, now) = (streams::person(&person.id)?, inner.clock.now());
        let added = PersonAdded { person: person.clone(), by };
        let event = inner.new_event(PERSON_ADDED, CanonicalJson::of(&added)?, now, now);
        let part = StreamAppend { stream, expected: ExpectedVersion::Absent, events: vec![event] };
        let commit = Commit { parts: vec![part], recorded_at: now, idempotency: None };
        match inner.log.append(commit).await {
            Ok(_) => Ok(true),
            Err(StoreError::VersionConflict { .. }) => match inner.person(&person.id).await? {
                known if *known == person => Ok(false),
                _ => Err(Why::PersonExists { person: person.id.to_string() }.into()),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// A person.
    ///
    /// # Errors
    /// `E-person-unknown`.
    pub async fn person(&self, id: &PersonId) -> Result<Arc<Person>, EngineError> {
        self.inner.person(id).await
    }
}

impl Inner {
    pub(super) async fn person(&self, id: &PersonId) -> Result<Arc<Person>, EngineError> {
        if let Some(known) = self.people.get(id) {
            return Ok(known);
        }
        let stream = streams::person(id)?;
        let page = self.log.read_stream(&stream, StreamVersion(1), Direction::Forward, 1).await?;
        let first = page.first().ok_or_else(|| Why::PersonUnknown { person: id.to_string() })?;
        let added = first.envelope::<PersonAdded>()?.data;
        let person = Arc::new(added.person);
        self.people.insert(id.clone(), person.clone());
        Ok(person)
    }
}
