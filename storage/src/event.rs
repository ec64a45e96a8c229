//! What an event is: a CloudEvents 1.0 document in canonical JSON, made once and never re-serialised (I11).
//! The position stands in no byte of it; the stream version does.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Datelike, SecondsFormat, Timelike, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::StoreError;
use crate::json::CanonicalJson;
use crate::limits;

/// The identity of an event: a UUIDv7.
pub type EventId = Uuid;

/// The installation that wrote an event, as a URI (`urn:uuid:…`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source(pub Arc<str>);

/// An event's place in the whole log: 0, 1, 2, … without gaps (I2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position(pub u64);

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How many events a stream has; its events are numbered 1, 2, 3, … without gaps, 0 means there is none (I2).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct StreamVersion(pub u32);

impl StreamVersion {
    /// The version of a stream without events.
    pub const NONE: StreamVersion = StreamVersion(0);

    /// The version after this one.
    pub fn next(self) -> StreamVersion {
        StreamVersion(self.0 + 1)
    }
}

impl fmt::Display for StreamVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The name of a stream, such as `case/SR-2017-0001`: 1 to 200 bytes, no white space, no control character.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct StreamId(Arc<str>);

impl StreamId {
    /// Checks and wraps a name.
    ///
    /// # Errors
    /// `E-stream-name` if it is empty, too long, or holds white space or a control character.
    pub fn new(name: impl AsRef<str>) -> Result<StreamId, StoreError> {
        let name = name.as_ref();
        let ok = !name.is_empty()
            && name.len() <= limits::STREAM_ID_BYTES_MAX
            && !name.chars().any(|c| c.is_whitespace() || c.is_control());
        if ok {
            Ok(StreamId(name.into()))
        } else {
            Err(StoreError::StreamName { name: name.chars().take(64).collect() })
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name and schema number of an event, such as `dure.step_completed.v1`; never reused (I16).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventType(pub &'static str);

/// A key a caller sends so that a repeated request gets the first answer; unique within its scope.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey {
    /// A stream's name, or for the start of something its kind (`workflow/support_request`).
    pub scope: String,
    /// The caller's key.
    pub key: String,
}

/// An event before the log has placed it.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// Its identity, made by the caller (I4).
    pub id: EventId,
    /// Its name and schema number.
    pub kind: EventType,
    /// When it happened; may lie before the commit's recorded time.
    pub occurred_at: DateTime<Utc>,
    /// The payload.
    pub data: CanonicalJson,
    /// The id of the event that caused this one.
    pub causation: Option<EventId>,
    /// What ties related events together across streams.
    pub correlation: Option<String>,
}

/// An event as the log holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedEvent {
    /// Its place in the log.
    pub position: Position,
    /// The stored bytes: what was hashed, what is exported (I11).
    pub bytes: Arc<[u8]>,
}

/// The attributes of a stored event, read from its bytes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Envelope<D = serde_json::Value> {
    /// UUIDv7.
    pub id: EventId,
    /// The installation that wrote it.
    pub source: String,
    /// Name and schema number.
    #[serde(rename = "type")]
    pub kind: String,
    /// The stream.
    pub subject: String,
    /// When it happened.
    #[serde(rename = "time")]
    pub occurred_at: DateTime<Utc>,
    /// When it was recorded.
    #[serde(rename = "recordedtime")]
    pub recorded_at: DateTime<Utc>,
    /// Its number in the stream.
    #[serde(rename = "streamversion")]
    pub version: StreamVersion,
    /// How many events its commit has, on the first event of a commit of several.
    #[serde(rename = "commitsize", default)]
    pub commit_size: Option<u32>,
    /// The caller's key, on the first event of a commit that had one.
    #[serde(rename = "idempotencykey", default)]
    pub idempotency_key: Option<String>,
    /// The scope of that key where it is not the stream.
    #[serde(rename = "idempotencyscope", default)]
    pub idempotency_scope: Option<String>,
    /// The event that caused it.
    #[serde(rename = "causationid", default)]
    pub causation: Option<EventId>,
    /// What ties related events together.
    #[serde(rename = "correlationid", default)]
    pub correlation: Option<String>,
    /// The payload.
    pub data: D,
}

impl RecordedEvent {
    /// Reads the attributes and the payload from the bytes.
    ///
    /// # Errors
    /// `E-event-unreadable`, with the position, if the bytes are not such an event.
    pub fn envelope<'a, D: Deserialize<'a>>(&'a self) -> Result<Envelope<D>, StoreError> {
        serde_json::from_slice(&self.bytes).map_err(|error| StoreError::EventUnreadable {
            position: self.position,
            reason: error.to_string(),
        })
    }
}

/// A moment as Dure writes it: UTC, microseconds, `Z`.
pub fn timestamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Writes what [`timestamp`] gives; each event has two, so this takes a tenth of the time.
pub(crate) fn write_timestamp(to: &mut Vec<u8>, at: DateTime<Utc>) {
    let (date, time) = (at.date_naive(), at.time());
    let micros = time.nanosecond() / 1_000;
    // Leap seconds and years of other lengths are rare enough to go the long way.
    if !(0..=9_999).contains(&date.year()) || micros > 999_999 {
        return to.extend_from_slice(timestamp(at).as_bytes());
    }
    let parts = [
        (date.year() as u32, 4, b'-'),
        (date.month(), 2, b'-'),
        (date.day(), 2, b'T'),
        (time.hour(), 2, b':'),
        (time.minute(), 2, b':'),
        (time.second(), 2, b'.'),
        (micros, 6, b'Z'),
    ];
    for (number, digits, end) in parts {
        let (mut text, mut rest) = ([b'0'; 6], number);
        for digit in text[..digits].iter_mut().rev() {
            *digit += (rest % 10) as u8;
            rest /= 10;
        }
        to.extend_from_slice(&text[..digits]);
        to.push(end);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_moment_is_written_alike_either_way(
            seconds in -70_000_000_000_i64..300_000_000_000, nanos in 0_u32..2_000_000_000
        ) {
            let Some(at) = DateTime::from_timestamp(seconds, nanos) else { return Ok(()) };
            let mut written = Vec::new();
            write_timestamp(&mut written, at);
            prop_assert_eq!(String::from_utf8(written).unwrap(), timestamp(at));
        }
    }
}
