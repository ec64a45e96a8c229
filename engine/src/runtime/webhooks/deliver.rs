//! What carries a message to an address: a trait that embedders implement, and what it may answer.

use std::sync::Arc;

use async_trait::async_trait;
use dure_storage::{EventId, Position};

/// A signed message. By the Standard Webhooks convention `id`, `timestamp` and `signature` are the headers
/// `webhook-id`, `webhook-timestamp` and `webhook-signature`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Where it goes.
    pub url: String,
    /// The id of the event: the same at each attempt. Receivers tell repetitions by it.
    pub id: EventId,
    /// When it is sent, in seconds since 1970.
    pub timestamp: i64,
    /// One signature for each secret, parted by blanks.
    pub signature: String,
    /// Where the event stands in the log.
    pub position: Position,
    /// The event as it is stored: what was hashed is what was signed, and is what is sent (I11).
    pub body: Arc<[u8]>,
}

/// What came of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The receiver took it.
    Taken,
    /// It failed, and may go well another time.
    Retry {
        /// Why; it is kept in the log for ever.
        error: String,
    },
    /// It failed, and would fail again: a person has to look.
    Fail {
        /// Why; it is kept in the log for ever.
        error: String,
    },
}

/// Carries messages. A message may come again after it was taken, after a crash for one.
#[async_trait]
pub trait Deliver: Send + Sync + 'static {
    /// The secrets that a variable of the environment holds; asked for each message and kept by nobody.
    fn secret(&self, variable: &str) -> Option<String>;

    /// Carries a message. A panic, or more than [`EFFECT_SECONDS_MAX`](crate::limits::EFFECT_SECONDS_MAX), counts as
    /// [`Delivery::Retry`].
    async fn deliver(&self, message: Message) -> Delivery;
}
