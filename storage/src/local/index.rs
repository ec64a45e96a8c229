//! Everything derived about one segment, in memory: a record per event, the last event of each stream, the
//! first event of each keyed commit. Kept for the active segment, written out when it is sealed.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Deserialize;

use super::folder::Folder;
use super::record::{Record, Sidecar, write_sidecar};
use super::table::{Digest, Entry, Table};
use crate::error::StoreError;
use crate::event::{IdempotencyKey, StreamId, StreamVersion};
use crate::merkle::Hash;

/// The last event of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StreamHead {
    /// The stream's version.
    pub version: StreamVersion,
    /// The position of its last event; none if it has no event.
    pub last: Option<u64>,
}

impl StreamHead {
    /// A stream without events.
    pub(super) const NONE: StreamHead = StreamHead { version: StreamVersion::NONE, last: None };
}

/// What is derived about a segment.
#[derive(Debug, Default)]
pub(super) struct SegmentIndex {
    /// The segment's first position.
    pub first: u64,
    /// One for each event.
    pub records: Vec<Record>,
    /// The streams with an event in this segment.
    pub heads: HashMap<StreamId, StreamHead>,
    /// The keyed commits of this segment, by the position of their first events.
    pub keys: HashMap<Digest, u64>,
}

/// The attributes of a stored event that the index is made of.
#[derive(Deserialize)]
pub(super) struct Attributes<'e> {
    #[serde(borrow)]
    pub subject: Cow<'e, str>,
    #[serde(rename = "streamversion")]
    pub version: StreamVersion,
    #[serde(default, rename = "idempotencykey")]
    key: Option<String>,
    #[serde(default, rename = "idempotencyscope")]
    scope: Option<String>,
}

impl Attributes<'_> {
    /// The key of the commit that this event begins.
    pub(super) fn idempotency(&self) -> Option<IdempotencyKey> {
        let key = self.key.clone()?;
        let scope = self.scope.clone().unwrap_or_else(|| self.subject.to_string());
        Some(IdempotencyKey { scope, key })
    }
}

/// The bytes of an event, where they stand, and their leaf.
pub(super) struct StoredEvent<'e> {
    pub offset: u64,
    pub bytes: &'e [u8],
    pub leaf: Hash,
}

impl SegmentIndex {
    pub(super) fn new(first: u64) -> SegmentIndex {
        SegmentIndex { first, ..SegmentIndex::default() }
    }

    /// The position of the next event.
    pub(super) fn end(&self) -> u64 {
        self.first + self.records.len() as u64
    }

    /// Adds the next event as recovery reads it; `before` finds the head of a stream in earlier segments.
    pub(super) fn add(
        &mut self,
        event: &StoredEvent<'_>,
        before: impl FnOnce(&StreamId) -> Result<StreamHead, StoreError>,
    ) -> Result<(), StoreError> {
        let position = self.end();
        let attributes: Attributes<'_> =
            serde_json::from_slice(event.bytes).map_err(|error| StoreError::EventUnreadable {
                position: crate::event::Position(position),
                reason: error.to_string(),
            })?;
        let stream = StreamId::new(&attributes.subject)?;
        let head = match self.heads.get(&stream) {
            Some(head) => *head,
            None => before(&stream)?,
        };
        self.records.push(Record {
            offset: event.offset as u32,
            length: event.bytes.len() as u16,
            crc: crc32c::crc32c(event.bytes),
            previous: head.last,
            leaf: event.leaf,
        });
        let version = attributes.version;
        self.heads.insert(stream, StreamHead { version, last: Some(position) });
        if let Some(key) = attributes.idempotency() {
            self.keys.entry(Digest::of_key(&key)).or_insert(position);
        }
        Ok(())
    }

    /// Writes the sidecar of the segment.
    pub(super) fn write_sidecar(
        &self,
        folder: &Folder,
        segment_bytes: u64,
    ) -> Result<Sidecar, StoreError> {
        write_sidecar(&folder.sidecar(self.first), segment_bytes, &self.records)
    }

    /// Writes the table of the segment.
    pub(super) fn write_table(&self, folder: &Folder) -> Result<Table, StoreError> {
        let heads = self.heads.iter().map(|(stream, head)| Entry {
            digest: Digest::of_stream(stream),
            position: head.last.unwrap_or(self.first),
            version: head.version.0,
        });
        let keys = self.keys.iter().map(|(digest, position)| Entry {
            digest: *digest,
            position: *position,
            version: 0,
        });
        let mut entries: Vec<_> = heads.chain(keys).collect();
        entries.sort_unstable_by_key(|entry| entry.digest);
        let (covers, count) = (self.first..self.end(), entries.len() as u64);
        Table::write(&folder.table(&covers), 0, covers, count, entries.into_iter().map(Ok))
    }
}
