//! Adding people, changing which role they hold in which time and when they are absent, and knowing them.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use dure_storage::{
    Commit, Envelope, ExpectedVersion, NewEvent, Position, RecordedEvent, StoreError, StreamAppend,
    StreamVersion,
};
use serde::Serialize;
use serde_json::value::RawValue;

use super::engine::{Engine, Inner};
use super::history::read_from;
use super::streams;
use crate::error::EngineError;
use crate::limits::{DECIDE_ATTEMPTS_MAX, PERSON_ROLES_MAX, REASON_BYTES_MAX};
use crate::model::names::{Name, PersonId};
use crate::model::people::{
    Absence, AbsenceEnded, AbsenceRegistered, DeputyNamed, Grant, Person, PersonAdded, PersonEvent,
    RoleEnded, RoleGranted, StandIn,
};
use crate::model::privacy::refuse_personal_text;
use crate::model::refusal::Why;

/// A role that ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndRole {
    /// The role.
    pub role: Name,
    /// The scope it is held in; none for one that is held everywhere.
    pub scope: Option<String>,
    /// The first moment it is not held any more.
    pub at: DateTime<Utc>,
    /// Why, without personal details.
    pub reason: Option<String>,
    /// Who ends it; none when done by whoever keeps the data folder.
    pub by: Option<PersonId>,
}

/// An absence that ends early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComeBack {
    /// The first moment the person is there again.
    pub at: DateTime<Utc>,
    /// Why, without personal details.
    pub reason: Option<String>,
    /// Who says so; none when done by whoever keeps the data folder.
    pub by: Option<PersonId>,
}

/// An event of a person and when it was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonEntry {
    /// Its place in the log.
    pub position: Position,
    /// Its number in the person's stream.
    pub version: StreamVersion,
    /// When it was recorded; from when it holds stands in the event.
    pub recorded_at: DateTime<Utc>,
    /// What happened.
    pub event: PersonEvent,
}

impl Engine {
    /// Adds a person. Adding the same person again changes nothing and answers `false`, also if they were changed
    /// since.
    ///
    /// # Errors
    /// `E-person-exists` if the id was added with another title or other roles.
    pub async fn add_person(
        &self,
        person: Person,
        by: Option<PersonId>,
    ) -> Result<bool, EngineError> {
        let inner = &self.inner;
        if person.roles.len() > PERSON_ROLES_MAX {
            return Err(Why::TooLarge { bytes: person.roles.len(), max: PERSON_ROLES_MAX }.into());
        }
        person.roles.iter().try_for_each(Grant::is_in_bounds).map_err(Why::Person)?;
        let added = PersonEvent::PersonAdded(PersonAdded { person: person.clone(), by });
        in_order(&added)?;
        let part = inner.person_part(&person.id, ExpectedVersion::Absent, &added)?;
        let (recorded_at, id) = (inner.clock.now(), &person.id);
        let commit = Commit { parts: vec![part], recorded_at, idempotency: None };
        match inner.log.append(commit).await {
            Ok(_) => Ok(true),
            Err(StoreError::VersionConflict { .. }) => match inner.as_added(id).await? {
                Some(known) if known == person => Ok(false),
                Some(_) | None => Err(Why::PersonExists { person: id.to_string() }.into()),
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

    /// Everything recorded of a person, oldest first: as many as [`PERSON_GRANTS_MAX`] and [`PERSON_ABSENCES_MAX`]
    /// let be recorded, with their ends.
    ///
    /// [`PERSON_GRANTS_MAX`]: crate::limits::PERSON_GRANTS_MAX
    /// [`PERSON_ABSENCES_MAX`]: crate::limits::PERSON_ABSENCES_MAX
    ///
    /// # Errors
    /// `E-person-unknown`.
    pub async fn person_history(&self, id: &PersonId) -> Result<Vec<PersonEntry>, EngineError> {
        let mut entries = Vec::new();
        let log = &*self.inner.log;
        read_from(log, &streams::person(id)?, StreamVersion(1), |recorded| {
            let envelope = recorded.envelope::<&RawValue>()?;
            if let Some(event) = person_event(recorded, &envelope)? {
                let (position, recorded_at) = (recorded.position, envelope.recorded_at);
                let version = envelope.version;
                entries.push(PersonEntry { position, version, recorded_at, event });
            }
            Ok(())
        })
        .await?;
        match entries.is_empty() {
            true => Err(Why::PersonUnknown { person: id.to_string() }.into()),
            false => Ok(entries),
        }
    }

    /// Gives a person a role; from now on, if the grant does not say from when.
    ///
    /// # Errors
    /// `E-grant-overlaps` and the other `E-grant-…`; `E-person-unknown`; `E-reason-too-long`.
    pub async fn grant_role(
        &self,
        person: &PersonId,
        granted: RoleGranted,
    ) -> Result<Arc<Person>, EngineError> {
        let from = granted.grant.from.unwrap_or_else(|| self.inner.clock.now());
        let grant = Grant { from: Some(from), ..granted.grant.clone() };
        let granted = PersonEvent::RoleGranted(RoleGranted { grant: grant.clone(), ..granted });
        let decide = |known: &Person| {
            known.may_be_granted(&grant)?;
            Ok(vec![(person.clone(), granted.clone())])
        };
        self.inner.change_person(person, None, |known, _| decide(known)).await
    }

    /// Ends the role that a person holds at a time; if that is its first moment, it never came to be.
    ///
    /// # Errors
    /// `E-grant-unknown` if it is not held at that time; `E-person-unknown`; `E-reason-too-long`.
    pub async fn end_role(
        &self,
        person: &PersonId,
        end: EndRole,
    ) -> Result<Arc<Person>, EngineError> {
        let EndRole { role, scope, at, reason, by } = end;
        let decide = |known: &Person| {
            let grant = known.ending(&role, scope.as_deref(), at)?;
            let ended = RoleEnded { grant, reason: reason.clone(), by: by.clone() };
            Ok(vec![(person.clone(), PersonEvent::RoleEnded(ended))])
        };
        self.inner.change_person(person, None, |known, _| decide(known)).await
    }

    /// Registers that a person is absent, and who acts in their place.
    ///
    /// # Errors
    /// `E-absence-overlaps`, `E-deputy-absent`, `E-deputy-needed` and the other `E-absence-…`; `E-person-unknown`;
    /// `E-reason-too-long`.
    pub async fn register_absence(
        &self,
        person: &PersonId,
        registered: AbsenceRegistered,
    ) -> Result<Arc<Person>, EngineError> {
        let absence = registered.absence.clone();
        let registered = PersonEvent::AbsenceRegistered(registered);
        let decide = |known: &Person, deputy: &Person| {
            known.may_be_absent(&absence, deputy)?;
            Ok(vec![(person.clone(), registered.clone()), deputy_named(person, &absence)])
        };
        self.inner.change_person(person, Some(&absence.deputy), decide).await
    }

    /// Ends the absence of a person at a time; if that is its first moment, it never came to be.
    ///
    /// # Errors
    /// `E-absence-unknown` if they are not absent at that time; `E-person-unknown`; `E-reason-too-long`.
    pub async fn end_absence(
        &self,
        person: &PersonId,
        end: ComeBack,
    ) -> Result<Arc<Person>, EngineError> {
        let ComeBack { at, reason, by } = end;
        let deputy = self.person(person).await?.coming_back(at).map_err(Why::Person)?.deputy;
        let decide = |known: &Person, _: &Person| {
            let absence = known.coming_back(at)?;
            if absence.deputy != deputy {
                return Err(Why::Contended { attempts: 1 });
            }
            let named = deputy_named(person, &absence);
            let ended = AbsenceEnded { absence, reason: reason.clone(), by: by.clone() };
            Ok(vec![(person.clone(), PersonEvent::AbsenceEnded(ended)), named])
        };
        self.inner.change_person(person, Some(&deputy), decide).await
    }
}

/// The other side of an absence, in the stream of the deputy.
fn deputy_named(absent: &PersonId, absence: &Absence) -> (PersonId, PersonEvent) {
    let Absence { from, to, deputy } = absence.clone();
    let stands_in = StandIn { of: absent.clone(), from, to };
    (deputy, PersonEvent::DeputyNamed(DeputyNamed { stands_in }))
}

impl Inner {
    pub(super) async fn person(&self, id: &PersonId) -> Result<Arc<Person>, EngineError> {
        self.person_with_version(id).await.map(|(_, person)| person)
    }

    /// Decides on a person, and on another where their stream takes part, and appends with the versions that were
    /// decided upon; decides again if somebody else was first.
    async fn change_person(
        &self,
        id: &PersonId,
        other: Option<&PersonId>,
        decide: impl Fn(&Person, &Person) -> Result<Vec<(PersonId, PersonEvent)>, Why>,
    ) -> Result<Arc<Person>, EngineError> {
        for _ in 0..DECIDE_ATTEMPTS_MAX {
            let (version, known) = self.person_with_version(id).await?;
            let (other_version, other) = match other {
                Some(other) => self.person_with_version(other).await?,
                None => (version, known.clone()),
            };
            let mut parts = Vec::new();
            for (stream, event) in decide(&known, &other)? {
                in_order(&event)?;
                let version = if stream == *id { version } else { other_version };
                parts.push(self.person_part(&stream, ExpectedVersion::Exact(version), &event)?);
            }
            let commit = Commit { parts, recorded_at: self.clock.now(), idempotency: None };
            match self.log.append(commit).await {
                Ok(_) => return self.person(id).await,
                Err(StoreError::VersionConflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Why::Contended { attempts: DECIDE_ATTEMPTS_MAX }.into())
    }

    fn person_part(
        &self,
        id: &PersonId,
        expected: ExpectedVersion,
        event: &PersonEvent,
    ) -> Result<StreamAppend, StoreError> {
        let now = self.clock.now();
        let events: Vec<NewEvent> = vec![self.new_event(event.kind(), event.payload()?, now, now)];
        Ok(StreamAppend { stream: streams::person(id)?, expected, events })
    }

    /// A person as they were added, whatever became of them since.
    async fn as_added(&self, id: &PersonId) -> Result<Option<Person>, StoreError> {
        let stream = streams::person(id)?;
        let forward = dure_storage::Direction::Forward;
        let page = self.log.read_stream(&stream, StreamVersion(1), forward, 1).await?;
        let Some(first) = page.first() else { return Ok(None) };
        Ok(person_event(first, &first.envelope::<&RawValue>()?)?
            .and_then(|event| Person::after(None, event)))
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
        read_from(&*self.log, &stream, StreamVersion(1), |recorded| {
            let envelope = recorded.envelope::<&RawValue>()?;
            read = envelope.version;
            if let Some(event) = person_event(recorded, &envelope)? {
                person = Person::after(person.take(), event);
            }
            Ok(())
        })
        .await?;
        let person = person.ok_or_else(|| Why::PersonUnknown { person: id.to_string() })?;
        let person = Arc::new(person);
        self.people.insert(id.clone(), (read, person.clone()));
        Ok((read, person))
    }
}

/// Refuses what is too long, or holds personal data, in what somebody wrote.
fn in_order(event: &PersonEvent) -> Result<(), Why> {
    let bytes = event.reason().map_or(0, str::len);
    if bytes > REASON_BYTES_MAX {
        return Err(Why::ReasonTooLong { bytes, max: REASON_BYTES_MAX });
    }
    event.reason().map_or(Ok(()), |reason| refuse_personal_text("reason", reason))?;
    let scopes = event.grants().iter().filter_map(|grant| grant.scope.as_deref());
    scopes.into_iter().try_for_each(|scope| refuse_personal_text("in", scope))?;
    let PersonEvent::PersonAdded(PersonAdded { person: Person { title: Some(title), .. }, .. }) =
        event
    else {
        return Ok(());
    };
    refuse_personal_text("title", &title.ko)?;
    refuse_personal_text("title", &title.en)
}

/// A recorded event as one of a person; `None` if it is of another kind.
fn person_event(
    recorded: &RecordedEvent,
    envelope: &Envelope<&RawValue>,
) -> Result<Option<PersonEvent>, StoreError> {
    let event = PersonEvent::decode(&envelope.kind, envelope.data.get());
    event.transpose().map_err(|error| StoreError::EventUnreadable {
        position: recorded.position,
        reason: error.to_string(),
    })
}
