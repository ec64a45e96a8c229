//! Adding people and knowing them.

use std::sync::Arc;

use dure_storage::{
    CanonicalJson, Commit, ExpectedVersion, StoreError, StreamAppend, StreamVersion,
};

use serde_json::value::RawValue;

use super::engine::{Engine, Inner};
use super::history::read_from;
use super::streams;
use crate::error::EngineError;
use crate::limits::{DECIDE_ATTEMPTS_MAX, PERSON_ROLES_MAX};
use crate::model::names::PersonId;
use crate::model::people::{
    ABSENCE_REGISTERED, AbsenceRegistered, PERSON_ADDED, Person, PersonAdded,
};
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

    /// Registers that a person is absent, and who acts in their place.
    ///
    /// # Errors
    /// `E-absence-overlaps`, `E-deputy-absent` and the other `E-absence-…`; `E-person-unknown`.
    pub async fn register_absence(
        &self,
        person: &PersonId,
        registered: AbsenceRegistered,
    ) -> Result<Arc<Person>, EngineError> {
        let inner = &self.inner;
        let stream = streams::person(person)?;
        let deputy = inner.person(&registered.absence.deputy).await?;
        for _ in 0..DECIDE_ATTEMPTS_MAX {
            let (version, known) = inner.person_with_version(person).await?;
            known.may_be_absent(&registered.absence, &deputy).map_err(Why::Person)?;
            let now = inner.clock.now();
            let data = CanonicalJson::of(&registered)?;
            let events = vec![inner.new_event(ABSENCE_REGISTERED, data, now, now)];
            let expected = ExpectedVersion::Exact(version);
            let part = StreamAppend { stream: stream.clone(), expected, events };
            let commit = Commit { parts: vec![part], recorded_at: now, idempotency: None };
            match inner.log.append(commit).await {
                Ok(_) => return inner.person(person).await,
                Err(StoreError::VersionConflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Why::Contended { attempts: DECIDE_ATTEMPTS_MAX }.into())
    }
}

impl Inner {
    pub(super) async fn person(&self, id: &PersonId) -> Result<Arc<Person>, EngineError> {
        self.person_with_version(id).await.map(|(_, person)| person)
    }

    async fn person_with_version(
        &self,
        id: &PersonId,
    ) -> Result<(StreamVersion, Arc<Person>), EngineError> {
        let stream = streams::person(id)?;
        let version = self.log.stream_version(&stream).await?;
        if let Some((known, person)) = self.people.get(id)
            && known == version
        {
            return Ok((version, person));
        }
        let (mut read, mut person) = (StreamVersion::NONE, None);
        read_from(&*self.log, &stream, StreamVersion(1), |event| {
            let envelope = event.envelope::<&RawValue>()?;
            read = envelope.version;
            person = fold(person.take(), &envelope.kind, envelope.data).map_err(|error| {
                StoreError::EventUnreadable { position: event.position, reason: error.to_string() }
            })?;
            Ok(())
        })
        .await?;
        let person = person.ok_or_else(|| Why::PersonUnknown { person: id.to_string() })?;
        let person = Arc::new(person);
        self.people.insert(id.clone(), (read, person.clone()));
        Ok((read, person))
    }
}

/// A person after one more event.
pub(super) fn fold(
    person: Option<Person>,
    kind: &str,
    data: &RawValue,
) -> Result<Option<Person>, serde_json::Error> {
    if kind == PERSON_ADDED.0 {
        return serde_json::from_str(data.get()).map(|added: PersonAdded| Some(added.person));
    }
    let Some(mut person) = person else { return Ok(None) };
    if kind == ABSENCE_REGISTERED.0 {
        let registered: AbsenceRegistered = serde_json::from_str(data.get())?;
        // A view may see an event twice.
        if !person.absences.contains(&registered.absence) {
            person.absences.push(registered.absence);
        }
    }
    Ok(Some(person))
}
