//! The events of a person, the names they are stored under, and what each makes of the person. Every change names what
//! it leaves behind, so that folding an event again changes nothing.

use dure_storage::{CanonicalJson, EventType, StoreError};
use serde::{Deserialize, Serialize};

use super::{Absence, Grant, Person, StandIn};
use crate::model::names::PersonId;

/// A person was added.
pub const PERSON_ADDED: EventType = EventType("dure.person_added.v1");
/// A person was given a role, for a time or for good.
pub const ROLE_GRANTED: EventType = EventType("dure.role_granted.v1");
/// A person does not hold a role any more from a moment on.
pub const ROLE_ENDED: EventType = EventType("dure.role_ended.v1");
/// A person will be, or was, absent, and a deputy acts in their place.
pub const ABSENCE_REGISTERED: EventType = EventType("dure.absence_registered.v1");
/// A person came back early, or an absence does not come to be.
pub const ABSENCE_ENDED: EventType = EventType("dure.absence_ended.v1");
/// A person acts in place of somebody absent; stands in the commit that registers, or ends, the absence.
pub const DEPUTY_NAMED: EventType = EventType("dure.deputy_named.v1");

/// Payload of [`PERSON_ADDED`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonAdded {
    /// The person, as added.
    pub person: Person,
    /// Who added them; absent when done by whoever keeps the data folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}

/// Payload of [`ROLE_GRANTED`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleGranted {
    /// The role, where, from when and until when.
    pub grant: Grant,
    /// Why, without personal details.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who granted it; absent when done by whoever keeps the data folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}

/// Payload of [`ROLE_ENDED`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleEnded {
    /// The grant with its end; one that ends with its first moment never came to be.
    pub grant: Grant,
    /// Why, without personal details.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who ended it; absent when done by whoever keeps the data folder.
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

/// Payload of [`ABSENCE_ENDED`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AbsenceEnded {
    /// The absence with its new end; one that ends with its first moment never came to be.
    pub absence: Absence,
    /// Why, without personal details.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who said so; absent when done by whoever keeps the data folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}

/// Payload of [`DEPUTY_NAMED`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeputyNamed {
    /// For whom, from when and until when; without any length if it does not come to be.
    pub stands_in: StandIn,
}

/// What happened to a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonEvent {
    /// They were added.
    PersonAdded(PersonAdded),
    /// They were given a role.
    RoleGranted(RoleGranted),
    /// A role of theirs ended.
    RoleEnded(RoleEnded),
    /// They will be, or were, absent.
    AbsenceRegistered(AbsenceRegistered),
    /// They came back.
    AbsenceEnded(AbsenceEnded),
    /// They act in place of somebody.
    DeputyNamed(DeputyNamed),
}

/// One row for each kind of event: variant and stored name.
macro_rules! kinds {
    ($($variant:ident, $kind:ident;)*) => {
        impl PersonEvent {
            /// The name it is stored under.
            pub fn kind(&self) -> EventType {
                match self {
                    $(PersonEvent::$variant(_) => $kind,)*
                }
            }

            /// Reads a stored event; `None` if the name is not one of a person's event.
            ///
            /// # Errors
            /// If the payload does not have the form its name promises.
            pub fn decode(kind: &str, data: &str) -> Option<Result<PersonEvent, serde_json::Error>> {
                $(if kind == $kind.0 {
                    return Some(serde_json::from_str(data).map(PersonEvent::$variant));
                })*
                None
            }

            /// The payload in the form it is stored in.
            ///
            /// # Errors
            /// If it is not I-JSON.
            pub fn payload(&self) -> Result<CanonicalJson, StoreError> {
                match self {
                    $(PersonEvent::$variant(payload) => CanonicalJson::of(payload),)*
                }
            }
        }
    };
}

kinds! {
    PersonAdded, PERSON_ADDED;
    RoleGranted, ROLE_GRANTED;
    RoleEnded, ROLE_ENDED;
    AbsenceRegistered, ABSENCE_REGISTERED;
    AbsenceEnded, ABSENCE_ENDED;
    DeputyNamed, DEPUTY_NAMED;
}

impl PersonEvent {
    /// The reason that was given.
    pub fn reason(&self) -> Option<&str> {
        match self {
            PersonEvent::RoleGranted(event) => event.reason.as_deref(),
            PersonEvent::RoleEnded(event) => event.reason.as_deref(),
            PersonEvent::AbsenceRegistered(event) => event.reason.as_deref(),
            PersonEvent::AbsenceEnded(event) => event.reason.as_deref(),
            PersonEvent::PersonAdded(_) | PersonEvent::DeputyNamed(_) => None,
        }
    }

    /// The grants it names.
    pub fn grants(&self) -> &[Grant] {
        match self {
            PersonEvent::PersonAdded(event) => &event.person.roles,
            PersonEvent::RoleGranted(event) => std::slice::from_ref(&event.grant),
            PersonEvent::RoleEnded(event) => std::slice::from_ref(&event.grant),
            PersonEvent::AbsenceRegistered(_)
            | PersonEvent::AbsenceEnded(_)
            | PersonEvent::DeputyNamed(_) => &[],
        }
    }

    /// Who did it; none when done by whoever keeps the data folder.
    pub fn by(&self) -> Option<&PersonId> {
        match self {
            PersonEvent::PersonAdded(event) => event.by.as_ref(),
            PersonEvent::RoleGranted(event) => event.by.as_ref(),
            PersonEvent::RoleEnded(event) => event.by.as_ref(),
            PersonEvent::AbsenceRegistered(event) => event.by.as_ref(),
            PersonEvent::AbsenceEnded(event) => event.by.as_ref(),
            PersonEvent::DeputyNamed(_) => None,
        }
    }
}

impl Person {
    /// The person after one more event; nobody before they were added.
    pub fn after(person: Option<Person>, event: PersonEvent) -> Option<Person> {
        if let PersonEvent::PersonAdded(added) = event {
            return Some(added.person);
        }
        let mut person = person?;
        match event {
            PersonEvent::PersonAdded(_) => {}
            PersonEvent::RoleGranted(RoleGranted { grant, .. })
            | PersonEvent::RoleEnded(RoleEnded { grant, .. }) => {
                let same = |known: &Grant| known.is_same_role(&grant) && known.from == grant.from;
                let lasts = !grant.is_empty();
                put(&mut person.roles, same, grant.clone(), lasts);
            }
            PersonEvent::AbsenceRegistered(AbsenceRegistered { absence, .. })
            | PersonEvent::AbsenceEnded(AbsenceEnded { absence, .. }) => {
                let (from, lasts) = (absence.from, absence.from < absence.to);
                put(&mut person.absences, |known| known.from == from, absence, lasts);
            }
            PersonEvent::DeputyNamed(DeputyNamed { stands_in }) => {
                let (of, from) = (stands_in.of.clone(), stands_in.from);
                let lasts = stands_in.from < stands_in.to;
                let same = |known: &StandIn| known.of == of && known.from == from;
                put(&mut person.stands_in, same, stands_in, lasts);
            }
        }
        Some(person)
    }
}

/// Puts an entry in the place of the one it replaces; one that does not last takes the other out.
fn put<T>(entries: &mut Vec<T>, same: impl Fn(&T) -> bool, entry: T, lasts: bool) {
    match (entries.iter().position(same), lasts) {
        (Some(at), true) => entries[at] = entry,
        (None, true) => entries.push(entry),
        (Some(at), false) => drop(entries.remove(at)),
        (None, false) => {}
    }
}
