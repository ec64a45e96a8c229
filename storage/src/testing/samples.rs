//! Small commits that say nothing but their number.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::event::{EventType, IdempotencyKey, NewEvent, StreamId, StreamVersion};
use crate::json::CanonicalJson;
use crate::log::{Commit, ExpectedVersion, StreamAppend};

/// A stream.
///
/// # Panics
/// If it is no stream name.
pub fn stream(name: &str) -> StreamId {
    StreamId::new(name).expect("a stream name")
}

/// A moment: so many seconds after the beginning.
///
/// # Panics
/// If the calendar does not reach so far.
pub fn moment(seconds: u32) -> DateTime<Utc> {
    DateTime::from_timestamp(1_483_228_800 + i64::from(seconds), 0).expect("a moment in a calendar")
}

/// An event that holds a number and a text.
///
/// # Panics
/// Never: its data is JSON.
pub fn event(number: u64, text: &str) -> NewEvent {
    let data = serde_json::json!({ "number": number, "text": text });
    NewEvent {
        id: Uuid::now_v7(),
        kind: EventType("dure.sample_taken.v1"),
        occurred_at: moment(number as u32),
        data: CanonicalJson::of(&data).expect("a number and a text"),
        causation: None,
        correlation: None,
    }
}

/// Events for one stream.
pub fn part(name: &str, expected: ExpectedVersion, events: u64) -> StreamAppend {
    let events = (0..events).map(|number| event(number, name)).collect();
    StreamAppend { stream: stream(name), expected, events }
}

/// A commit of such parts.
pub fn commit(parts: Vec<StreamAppend>) -> Commit {
    Commit { parts, recorded_at: moment(0), idempotency: None }
}

/// A commit to one stream.
pub fn one(name: &str, expected: ExpectedVersion, events: u64) -> Commit {
    commit(vec![part(name, expected, events)])
}

/// The same commit under an idempotency key.
pub fn keyed(commit: Commit, scope: &str, key: &str) -> Commit {
    let idempotency = Some(IdempotencyKey { scope: scope.to_owned(), key: key.to_owned() });
    Commit { idempotency, ..commit }
}

/// Exactly this version.
pub fn exact(version: u32) -> ExpectedVersion {
    ExpectedVersion::Exact(StreamVersion(version))
}
