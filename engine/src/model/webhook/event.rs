//! The events of a webhook and the names they are stored under. None of them carries a secret or what was sent.

use dure_storage::{CanonicalJson, EventId, EventType, Position, StoreError};
use serde::{Deserialize, Serialize};

use super::Target;
use crate::model::consequence::Failing;
use crate::model::names::{Name, PersonId};

/// A webhook was registered.
pub const WEBHOOK_REGISTERED: EventType = EventType("dure.webhook_registered.v1");
/// A webhook goes elsewhere, wants other events, or has another secret.
pub const WEBHOOK_CHANGED: EventType = EventType("dure.webhook_changed.v1");
/// A webhook was removed.
pub const WEBHOOK_REMOVED: EventType = EventType("dure.webhook_removed.v1");
/// A webhook was told of an event.
pub const WEBHOOK_DELIVERED: EventType = EventType("dure.webhook_delivered.v1");
/// A webhook could not be told of an event.
pub const WEBHOOK_FAILED: EventType = EventType("dure.webhook_failed.v1");
/// A person had what failed tried again.
pub const WEBHOOK_RETRIED: EventType = EventType("dure.webhook_retried.v1");

/// What happened to a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookEvent {
    /// It was registered.
    Registered(WebhookRegistered),
    /// It goes elsewhere, wants other events, or has another secret.
    Changed(WebhookChanged),
    /// It was removed.
    Removed(WebhookRemoved),
    /// It was told of an event.
    Delivered(WebhookDelivered),
    /// It could not be told.
    Failed(WebhookFailed),
    /// A person had what failed tried again.
    Retried(WebhookRetried),
}

/// Payload of [`WEBHOOK_REGISTERED`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookRegistered {
    /// Its name.
    pub webhook: Name,
    /// Where it goes.
    #[serde(flatten)]
    pub target: Target,
    /// The first position it is told of; what comes after this event, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Position>,
    /// Who registered it; absent when done by whoever keeps the data folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}

/// Payload of [`WEBHOOK_CHANGED`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookChanged {
    /// Where it goes from now on.
    #[serde(flatten)]
    pub target: Target,
    /// Who changed it; absent when done by whoever keeps the data folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}

/// Payload of [`WEBHOOK_REMOVED`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookRemoved {
    /// Who removed it; absent when done by whoever keeps the data folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}

/// Payload of [`WEBHOOK_DELIVERED`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookDelivered {
    /// Where the event stands that was told.
    pub position: Position,
    /// Its id.
    pub event: EventId,
    /// The number of the attempt, from 1.
    pub attempt: u32,
}

/// Payload of [`WEBHOOK_FAILED`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookFailed {
    /// Where the event stands that could not be told.
    pub position: Position,
    /// Its id.
    pub event: EventId,
    /// How often by now, and what comes next.
    pub failing: Failing,
}

/// Payload of [`WEBHOOK_RETRIED`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookRetried {
    /// What is tried again from the beginning, in the order of the log.
    pub positions: Vec<Position>,
    /// Who had it tried again.
    pub by: PersonId,
    /// Why.
    pub reason: String,
}

/// One row for each kind of event: variant and stored name.
macro_rules! kinds {
    ($($variant:ident, $kind:ident;)*) => {
        impl WebhookEvent {
            /// The name it is stored under.
            pub fn kind(&self) -> EventType {
                match self {
                    $(WebhookEvent::$variant(_) => $kind,)*
                }
            }

            /// Reads a stored event; `None` if the name is not one of a webhook's.
            ///
            /// # Errors
            /// If the payload does not have the form its name promises.
            pub fn decode(kind: &str, data: &str) -> Option<Result<WebhookEvent, serde_json::Error>> {
                $(if kind == $kind.0 {
                    return Some(serde_json::from_str(data).map(WebhookEvent::$variant));
                })*
                None
            }

            /// The payload in the form it is stored in.
            ///
            /// # Errors
            /// If it is not I-JSON.
            pub fn payload(&self) -> Result<CanonicalJson, StoreError> {
                match self {
                    $(WebhookEvent::$variant(payload) => CanonicalJson::of(payload),)*
                }
            }
        }
    };
}

kinds! {
    Registered, WEBHOOK_REGISTERED;
    Changed, WEBHOOK_CHANGED;
    Removed, WEBHOOK_REMOVED;
    Delivered, WEBHOOK_DELIVERED;
    Failed, WEBHOOK_FAILED;
    Retried, WEBHOOK_RETRIED;
}
