//! The contract of an event log. A backend keeps it exactly as the conformance suite tests it; nothing
//! outside a backend's own folder knows how (I15). There is no call that rewrites or deletes (I1).

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tokio::sync::watch;

use crate::error::StoreError;
use crate::event::{
    IdempotencyKey, NewEvent, Position, RecordedEvent, Source, StreamId, StreamVersion,
};
use crate::merkle::{Frontier, Hash};

/// What the caller believes about a stream; the commit is refused if it is not so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectedVersion {
    /// The stream has exactly this many events.
    Exact(StreamVersion),
    /// The stream has no event yet.
    Absent,
    /// The stream has at least one event.
    Exists,
    /// Whatever it has.
    Any,
}

/// New events for one stream.
#[derive(Debug, Clone)]
pub struct StreamAppend {
    /// The stream.
    pub stream: StreamId,
    /// What it must look like.
    pub expected: ExpectedVersion,
    /// At least one event.
    pub events: Vec<NewEvent>,
}

/// One atomic commit over one or more streams: all or nothing (I8). No stream may stand in it twice.
#[derive(Debug, Clone)]
pub struct Commit {
    /// The parts, in the order their events take positions.
    pub parts: Vec<StreamAppend>,
    /// When it is recorded.
    pub recorded_at: DateTime<Utc>,
    /// Seen before in its scope: nothing is written and the first answer is given again.
    pub idempotency: Option<IdempotencyKey>,
}

/// The answer to a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The position of its first event; the others follow without a gap.
    pub first: Position,
    /// How many events it has.
    pub count: u32,
    /// Each stream's version after it, in the order of the parts.
    pub versions: Vec<(StreamId, StreamVersion)>,
    /// Whether this is the first answer given again for a known idempotency key.
    pub repeated: bool,
}

/// Which way a stream is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Ascending versions.
    Forward,
    /// Descending versions.
    Backward,
}

/// The state of the whole log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// How many events it has: the next position.
    pub size: u64,
    /// The RFC 6962 Merkle tree hash over the bytes of all of them.
    pub root: Hash,
}

/// An append-only log of events in streams.
#[async_trait]
pub trait EventLog: Send + Sync + 'static {
    /// The installation that writes here.
    fn source(&self) -> &Source;

    /// Appends one commit. When this returns `Ok`, the flush that covers it has returned (I3).
    ///
    /// # Errors
    /// `E-version-conflict` if a stream is not as expected; `E-commit-invalid`, `E-event-too-large` for
    /// what can never be appended; a store error if the world failed. In each case nothing was appended.
    async fn append(&self, commit: Commit) -> Result<Appended, StoreError>;

    /// The answer that a commit with this key got, if there was one.
    async fn first_answer(&self, key: &IdempotencyKey) -> Result<Option<Appended>, StoreError>;

    /// Up to `limit` events of a stream, beginning with version `from` (inclusive). Backwards, a `from` past
    /// the end begins at the end. A stream that does not exist is an empty one.
    async fn read_stream(
        &self,
        stream: &StreamId,
        from: StreamVersion,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<RecordedEvent>, StoreError>;

    /// Up to `limit` acknowledged events in commit order, beginning with position `from` (inclusive).
    async fn read_all(
        &self,
        from: Position,
        limit: usize,
    ) -> Result<Vec<RecordedEvent>, StoreError>;

    /// How many acknowledged events a stream has; 0 if it does not exist.
    async fn stream_version(&self, stream: &StreamId) -> Result<StreamVersion, StoreError>;

    /// Size and root after the last acknowledged commit.
    async fn head(&self) -> Result<Head, StoreError>;

    /// The Merkle frontier over the first `size` events; what a view compares itself with (I10).
    ///
    /// # Errors
    /// `E-position-beyond-head` if the log is shorter.
    async fn frontier_at(&self, size: u64) -> Result<Frontier, StoreError>;

    /// The acknowledged size, each time it grows.
    fn head_changes(&self) -> watch::Receiver<u64>;

    /// Ends writing in good order. Later appends are refused; dropping without it is a crash, and safe.
    async fn close(&self) -> Result<(), StoreError>;
}

/// Reads the log from a position on and then waits for more. Catching up and live are the same reads of the
/// same log, so there is neither gap nor repeat between them.
pub struct Subscription {
    log: Arc<dyn EventLog>,
    next: Position,
    head: watch::Receiver<u64>,
}

/// Subscribes from a position (inclusive) on.
pub fn subscribe(log: Arc<dyn EventLog>, from: Position) -> Subscription {
    let head = log.head_changes();
    Subscription { log, next: from, head }
}

impl Subscription {
    /// The next page of events, 1 to `limit`; waits while there is none. `None` once the log is closed
    /// and everything in it was read.
    ///
    /// # Errors
    /// A store error if reading failed; the subscription stays where it was and may be asked again.
    pub async fn next_page(
        &mut self,
        limit: usize,
    ) -> Result<Option<Vec<RecordedEvent>>, StoreError> {
        loop {
            let size = *self.head.borrow_and_update();
            if size > self.next.0 {
                let page = self.log.read_all(self.next, limit).await?;
                if let Some(last) = page.last() {
                    self.next = Position(last.position.0 + 1);
                    return Ok(Some(page));
                }
            }
            if self.head.changed().await.is_err() {
                return Ok(None);
            }
        }
    }
}
