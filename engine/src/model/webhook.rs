//! A webhook: an address outside that is told of events of cases, in the order of the log; what it was told, what
//! failed and what is parked, folded from its own stream. Sends nothing and reads no secret.

mod decide;
mod event;
mod signature;
mod target;

use chrono::{DateTime, Utc};
use dure_storage::{EventId, Position, StreamVersion};
use serde::{Deserialize, Serialize};

use super::consequence::Failing;
use super::names::Name;
use crate::limits::WEBHOOK_PARKED_MAX;

pub use decide::{Attempted, change, concluded, register, remove, retry};
pub use event::{
    WEBHOOK_CHANGED, WEBHOOK_DELIVERED, WEBHOOK_FAILED, WEBHOOK_REGISTERED, WEBHOOK_REMOVED,
    WEBHOOK_RETRIED, WebhookChanged, WebhookDelivered, WebhookEvent, WebhookFailed,
    WebhookRegistered, WebhookRemoved, WebhookRetried,
};
pub use signature::{Secrets, sign};
pub use target::{Address, Target, Variable};

/// A webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// Its name.
    pub name: Name,
    /// Where it goes, what it wants, and where its secret is.
    #[serde(flatten)]
    pub target: Target,
    /// How many events it has.
    pub version: StreamVersion,
    /// Whether it is told nothing any more.
    pub removed: bool,
    /// Where it goes on: everything before was delivered, is not wanted, or stands in `undelivered`.
    pub next: Position,
    /// What failed, in the order of the log; at most one more than [`WEBHOOK_PARKED_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undelivered: Vec<Undelivered>,
}

/// An event that a webhook could not be told yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undelivered {
    /// Where it stands in the log.
    pub position: Position,
    /// Its id: the same at each attempt.
    pub event: EventId,
    /// How often, why, and what comes next; none once a person had it tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing: Option<Failing>,
}

/// What comes next for a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// An event that failed before.
    Again {
        /// Which.
        position: Position,
        /// The number of the attempt, from 1.
        attempt: u32,
        /// When it may be made; at once, if not said.
        not_before: Option<DateTime<Utc>>,
    },
    /// The first event from there on that it wants.
    From(Position),
    /// Nothing, until a person has what is parked tried again.
    Stopped,
    /// Nothing for ever.
    Removed,
}

impl Undelivered {
    /// Whether it waits for a person.
    pub fn is_parked(&self) -> bool {
        self.failing.as_ref().is_some_and(|failing| failing.retry_at.is_none())
    }

    fn attempt(&self) -> u32 {
        self.failing.as_ref().map_or(0, |failing| failing.attempts) + 1
    }
}

impl Webhook {
    /// What comes next. What failed comes before what is later in the log; what is parked is passed over.
    pub fn turn(&self) -> Turn {
        if self.removed {
            return Turn::Removed;
        }
        if let Some(open) = self.undelivered.iter().find(|waiting| !waiting.is_parked()) {
            let not_before = open.failing.as_ref().and_then(|failing| failing.retry_at);
            return Turn::Again { position: open.position, attempt: open.attempt(), not_before };
        }
        match self.undelivered.len() < WEBHOOK_PARKED_MAX {
            true => Turn::From(self.next),
            false => Turn::Stopped,
        }
    }

    /// When what failed is tried again by itself.
    pub fn retry_at(&self) -> Option<DateTime<Utc>> {
        match self.turn() {
            Turn::Again { not_before, .. } => not_before,
            Turn::From(_) | Turn::Stopped | Turn::Removed => None,
        }
    }

    /// Folds one stored event, which stands at a position. Never refuses: what is stored happened. `None` only before
    /// the webhook was registered.
    pub fn fold(
        webhook: Option<Webhook>,
        position: Position,
        event: &WebhookEvent,
    ) -> Option<Webhook> {
        let version = webhook.as_ref().map_or(StreamVersion::NONE, |known| known.version).next();
        if let WebhookEvent::Registered(registered) = event {
            return Some(Webhook::registered(registered, position, version));
        }
        let mut webhook = webhook?;
        webhook.version = version;
        match event {
            WebhookEvent::Registered(_) => {}
            WebhookEvent::Changed(changed) => webhook.target = changed.target.clone(),
            WebhookEvent::Removed(_) => {
                webhook.removed = true;
                webhook.undelivered.clear();
            }
            WebhookEvent::Delivered(delivered) => {
                webhook.passed(delivered.position);
            }
            WebhookEvent::Failed(failed) => {
                let at = webhook.passed(failed.position);
                let (position, event) = (failed.position, failed.event);
                let failing = Some(failed.failing.clone());
                webhook.undelivered.insert(at, Undelivered { position, event, failing });
            }
            WebhookEvent::Retried(retried) => {
                let meant = |waiting: &&mut Undelivered| {
                    retried.positions.binary_search(&waiting.position).is_ok()
                };
                let waiting = webhook.undelivered.iter_mut().filter(meant);
                waiting.for_each(|waiting| waiting.failing = None);
            }
        }
        Some(webhook)
    }

    fn registered(
        registered: &WebhookRegistered,
        position: Position,
        version: StreamVersion,
    ) -> Webhook {
        let here = Position(position.0.saturating_add(1));
        Webhook {
            name: registered.webhook.clone(),
            target: registered.target.clone(),
            version,
            removed: false,
            next: registered.from.map_or(here, |from| from.min(here)),
            undelivered: Vec::new(),
        }
    }

    /// Goes past an event; gives its place among those that failed, where it does not stand any more.
    fn passed(&mut self, position: Position) -> usize {
        self.next = self.next.max(Position(position.0.saturating_add(1)));
        match self.undelivered.binary_search_by_key(&position, |waiting| waiting.position) {
            Ok(at) => {
                self.undelivered.remove(at);
                at
            }
            Err(at) => at,
        }
    }
}
