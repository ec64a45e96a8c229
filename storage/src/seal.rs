//! Sealing: an event becomes the canonical bytes that are stored, hashed and exported (I11). Done on the
//! caller's side, once; nothing after it looks inside.

use std::io::Write;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::error::{CommitFault, StoreError};
use crate::event::{
    EventId, IdempotencyKey, NewEvent, Source, StreamId, StreamVersion, write_timestamp,
};
use crate::limits;
use crate::log::Commit;
use crate::merkle::{Hash, leaf_hash};

/// An event as it will be stored, and its leaf in the Merkle tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedEvent {
    /// RFC 8785 canonical JSON.
    pub bytes: Arc<[u8]>,
    /// The RFC 6962 hash of those bytes.
    pub leaf: Hash,
}

/// Where an event stands: what its commit and its stream say about it.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The installation that writes.
    pub source: &'a Source,
    /// Its stream.
    pub stream: &'a StreamId,
    /// Its number there.
    pub version: StreamVersion,
    /// When its commit is recorded.
    pub recorded_at: DateTime<Utc>,
    /// On the first event of a commit of several: how many.
    pub commit_size: Option<u32>,
    /// On the first event of a commit: the caller's key.
    pub idempotency: Option<&'a IdempotencyKey>,
}

/// Makes the bytes of an event.
///
/// # Errors
/// `E-event-too-large` past [`limits::EVENT_BYTES_MAX`].
pub fn seal(event: &NewEvent, place: &Place<'_>) -> Result<SealedEvent, StoreError> {
    let bytes = document(event, place);
    if bytes.len() > limits::EVENT_BYTES_MAX {
        return Err(StoreError::EventTooLarge {
            stream: place.stream.clone(),
            bytes: bytes.len(),
            max: limits::EVENT_BYTES_MAX,
        });
    }
    Ok(SealedEvent { leaf: leaf_hash(&bytes), bytes: bytes.into() })
}

/// The envelope with its members in canonical order; `data` is canonical already.
fn document(event: &NewEvent, place: &Place<'_>) -> Vec<u8> {
    let mut to = Members(Vec::with_capacity(512 + event.data.as_bytes().len()));
    if let Some(id) = event.causation {
        to.id("causationid", id);
    }
    if let Some(size) = place.commit_size {
        to.number("commitsize", size);
    }
    if let Some(correlation) = &event.correlation {
        to.text("correlationid", correlation);
    }
    to.raw("data", event.data.as_bytes());
    to.id("id", event.id);
    if let Some(IdempotencyKey { scope, key }) = place.idempotency {
        to.text("idempotencykey", key);
        if scope != place.stream.as_str() {
            to.text("idempotencyscope", scope);
        }
    }
    to.moment("recordedtime", place.recorded_at);
    to.text("source", &place.source.0);
    to.text("specversion", "1.0");
    to.number("streamversion", place.version.0);
    to.text("subject", place.stream.as_str());
    to.moment("time", event.occurred_at);
    to.text("type", event.kind.0);
    to.0.push(b'}');
    to.0
}

/// The members of a JSON object, written one after the other.
struct Members(Vec<u8>);

impl Members {
    fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        // Its escapes are those of RFC 8785: the short ones, else four lower-case digits.
        serde_json::to_writer(&mut self.0, value).expect("a text can be written to memory");
    }

    fn raw(&mut self, key: &str, json: &[u8]) {
        self.key(key);
        self.0.extend_from_slice(json);
    }

    fn number(&mut self, key: &str, number: u32) {
        self.key(key);
        write!(self.0, "{number}").expect("a number can be written to memory");
    }

    fn id(&mut self, key: &str, id: EventId) {
        self.key(key);
        self.quoted(|to| {
            to.extend_from_slice(
                id.hyphenated().encode_lower(&mut Uuid::encode_buffer()).as_bytes(),
            );
        });
    }

    fn moment(&mut self, key: &str, at: DateTime<Utc>) {
        self.key(key);
        self.quoted(|to| write_timestamp(to, at));
    }

    /// Writes what needs no escapes.
    fn quoted(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.0.push(b'"');
        write(&mut self.0);
        self.0.push(b'"');
    }

    fn key(&mut self, key: &str) {
        self.0.push(if self.0.is_empty() { b'{' } else { b',' });
        self.0.push(b'"');
        self.0.extend_from_slice(key.as_bytes());
        self.0.extend_from_slice(b"\":");
    }
}

/// Seals every event of a commit, in order; `bases` are the versions of its streams before it.
///
/// # Errors
/// `E-event-too-large`, or `E-commit-invalid` if a stream would pass its bound.
pub fn seal_commit(
    commit: &Commit,
    source: &Source,
    bases: &[StreamVersion],
) -> Result<Vec<SealedEvent>, StoreError> {
    let count = commit.event_count();
    let (mut sealed, mut bytes) = (Vec::with_capacity(count), 0);
    for (part, base) in commit.parts.iter().zip(bases) {
        let mut version = *base;
        if part.events.len() > limits::STREAM_VERSION_MAX.saturating_sub(version.0) as usize {
            return Err(StoreError::CommitInvalid(CommitFault::StreamFull {
                stream: part.stream.clone(),
            }));
        }
        for event in &part.events {
            version = version.next();
            let first = sealed.is_empty();
            let place = Place {
                source,
                stream: &part.stream,
                version,
                recorded_at: commit.recorded_at,
                commit_size: (first && count > 1).then_some(count as u32),
                idempotency: commit.idempotency.as_ref().filter(|_| first),
            };
            let event = seal(event, &place)?;
            bytes += event.bytes.len();
            sealed.push(event);
        }
    }
    if bytes > limits::COMMIT_BYTES_MAX {
        return Err(StoreError::CommitInvalid(CommitFault::TooManyBytes { found: bytes }));
    }
    Ok(sealed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::event::{EventType, Position, RecordedEvent};
    use crate::json::{CanonicalJson, parse};

    fn event(data: &serde_json::Value, correlation: Option<String>) -> NewEvent {
        NewEvent {
            id: Uuid::from_u128(7),
            kind: EventType("dure.step_completed.v1"),
            occurred_at: DateTime::UNIX_EPOCH,
            data: CanonicalJson::of(data).unwrap(),
            causation: correlation.as_ref().map(|_| Uuid::from_u128(8)),
            correlation,
        }
    }

    proptest! {
        #[test]
        fn i11_the_sealed_bytes_are_canonical_and_read_back(
            subject in "[^\\s\\p{Cc}]{1,40}", text in any::<String>(), key in proptest::option::of("\\PC{1,20}"),
            version in 1_u32..9, size in proptest::option::of(2_u32..9)
        ) {
            let (source, stream) = (Source("urn:uuid:1".into()), StreamId::new(&subject).unwrap());
            let key = key.map(|key| IdempotencyKey { scope: if version > 4 { subject } else { text.clone() }, key });
            let place = Place {
                source: &source, stream: &stream, version: StreamVersion(version),
                recorded_at: DateTime::UNIX_EPOCH, commit_size: size, idempotency: key.as_ref(),
            };
            let sealed = seal(&event(&serde_json::json!({ "text": text }), Some(text.clone())), &place).unwrap();
            let again = CanonicalJson::of(&parse(&sealed.bytes).unwrap()).unwrap();
            prop_assert_eq!(again.as_bytes(), &*sealed.bytes);
            let recorded = RecordedEvent { position: Position(0), bytes: sealed.bytes };
            let envelope = recorded.envelope::<serde_json::Value>().unwrap();
            prop_assert_eq!(envelope.version, StreamVersion(version));
            prop_assert_eq!(envelope.subject, stream.as_str());
            prop_assert_eq!(envelope.commit_size, size);
            prop_assert_eq!(envelope.idempotency_key, key.map(|key| key.key));
            prop_assert_eq!(envelope.correlation, Some(text));
        }
    }

    #[test]
    fn i14_an_event_past_its_bound_is_refused() {
        let (source, stream) = (Source("urn:uuid:1".into()), StreamId::new("s").unwrap());
        let place = Place {
            source: &source,
            stream: &stream,
            version: StreamVersion(1),
            recorded_at: DateTime::UNIX_EPOCH,
            commit_size: None,
            idempotency: None,
        };
        let small = seal(&event(&"".into(), None), &place).unwrap().bytes.len();
        let room = limits::EVENT_BYTES_MAX - small;
        assert!(seal(&event(&"x".repeat(room).into(), None), &place).is_ok());
        let error = seal(&event(&"x".repeat(room + 1).into(), None), &place).unwrap_err();
        assert!(matches!(error, StoreError::EventTooLarge { bytes: 65_536, max: 65_535, .. }));
    }
}
