//! Reading acknowledged events: from a position to bytes, and from a stream's head back along its events.
//! What derived data says is checked by CRC; where it fails, it is made anew once.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, RwLockReadGuard, RwLockWriteGuard};

use super::index::{Attributes, StreamHead};
use super::rebuild;
use super::record::Record;
use super::scan::Scanner;
use super::state::{Sealed, Shared, State, Tables};
use super::table::{Digest, Entry};
use crate::error::StoreError;
use crate::event::{IdempotencyKey, Position, RecordedEvent, StreamId, StreamVersion};
use crate::limits::{PAGE_BYTES_MAX, SCAN_CHUNK_BYTES};
use crate::log::{Appended, Direction, Head};
use crate::merkle::Frontier;

/// Events of one segment that follow each other.
struct Run {
    segment: u64,
    first: u64,
    file: Arc<File>,
    records: Vec<Record>,
}

impl Shared {
    pub(super) fn state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().expect("the writer does not panic while it publishes")
    }

    pub(super) fn state_mut(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().expect("the writer does not panic while it publishes")
    }

    pub(super) fn head(&self) -> Head {
        let frontier = self.state().frontier.clone();
        Head { size: frontier.size(), root: frontier.root() }
    }

    /// Events by position, as far as there are any and [`PAGE_BYTES_MAX`] allows.
    pub(super) fn events(&self, from: u64, limit: usize) -> Result<Vec<RecordedEvent>, StoreError> {
        let end = self.state().size().min(from.saturating_add(limit as u64));
        let (mut found, mut bytes) = (Vec::new(), 0);
        let mut at = from;
        while at < end && bytes < PAGE_BYTES_MAX {
            let run = self.healed(at, || self.read_run(at..end))?;
            at += run.len() as u64;
            bytes += run.iter().map(|event| event.bytes.len()).sum::<usize>();
            found.extend(run);
        }
        Ok(found)
    }

    /// One event.
    pub(super) fn event(&self, position: u64) -> Result<RecordedEvent, StoreError> {
        let event = self.healed(position, || self.read_run(position..position + 1))?.pop();
        event.ok_or(StoreError::PositionBeyondHead { position, size: self.state().size() })
    }

    /// The first events of a range that one read gives.
    fn read_run(&self, positions: Range<u64>) -> Result<Vec<RecordedEvent>, StoreError> {
        let run = self.run(positions)?;
        let Some(first) = run.records.first() else {
            return Ok(Vec::new());
        };
        let begin = u64::from(first.offset);
        let fits = |record: &&Record| record.end() - begin <= SCAN_CHUNK_BYTES as u64;
        let records: Vec<_> = run.records.iter().take_while(fits).collect();
        let end = records.last().map_or(begin, |record| record.end());
        let mut bytes = vec![0; (end - begin) as usize];
        run.file.read_exact_at(&mut bytes, begin).map_err(|error| self.unread(&run, &error))?;
        let events = (run.first..).zip(records).map(|(position, record)| {
            let from = (u64::from(record.offset) - begin) as usize;
            let bytes = &bytes[from..from + usize::from(record.length)];
            let whole = crc32c::crc32c(bytes) == record.crc;
            let event = RecordedEvent { position: Position(position), bytes: bytes.into() };
            whole.then_some(event).ok_or_else(|| differs(position))
        });
        events.collect()
    }

    fn unread(&self, run: &Run, error: &std::io::Error) -> StoreError {
        if error.kind() == std::io::ErrorKind::UnexpectedEof {
            return differs(run.first);
        }
        self.folder.failed("read", &self.folder.segment(run.segment), error)
    }

    /// The records of the first events of a range, as far as its first segment goes.
    fn run(&self, positions: Range<u64>) -> Result<Run, StoreError> {
        let state = self.state();
        let first = positions.start;
        if let Some(segment) = state.in_memory().find(|segment| segment.index.first <= first) {
            let index = &segment.index;
            let (from, to) = (first - index.first, positions.end.min(index.end()) - index.first);
            let records = index.records[from as usize..to as usize].to_vec();
            return Ok(Run { segment: index.first, first, file: segment.file.clone(), records });
        }
        let sealed = sealed_at(&state, first);
        drop(state);
        let segment = sealed.positions.start;
        let records = self.records(&sealed, first..positions.end.min(sealed.positions.end))?;
        let file = self.files.open(&self.folder, self.folder.segment(segment))?;
        Ok(Run { segment, first, file, records })
    }

    fn records(&self, sealed: &Sealed, positions: Range<u64>) -> Result<Vec<Record>, StoreError> {
        let first = sealed.positions.start;
        let file = self.files.open(&self.folder, self.folder.sidecar(first))?;
        let range = positions.start - first..positions.end - first;
        Ok(sealed.sidecar.range(&file, range)?.iter().map(Record::decode).collect())
    }

    /// The position before an event in its stream.
    fn previous(&self, position: u64) -> Result<Option<u64>, StoreError> {
        self.healed(position, || {
            let run = self.run(position..position + 1)?;
            Ok(run.records.first().and_then(|record| record.previous))
        })
    }

    /// Reads; if derived data about this position turns out damaged, makes it anew and reads again.
    fn healed<T>(
        &self,
        position: u64,
        read: impl Fn() -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match read() {
            Err(StoreError::DerivedDamaged { reason }) => {
                tracing::warn!(position, reason, "derived data is damaged; making it anew");
                rebuild::heal_sidecar(self, position)?;
                read()
            }
            found => found,
        }
    }

    fn tables(&self) -> Tables {
        self.state().tables.clone()
    }

    /// The entry of a digest in the sealed segments.
    pub(super) fn find(&self, digest: &Digest) -> Result<Option<Entry>, StoreError> {
        match self.tables().get(digest) {
            Err(StoreError::DerivedDamaged { reason }) => {
                tracing::warn!(reason, "derived data is damaged; making it anew");
                rebuild::heal_tables(self)?;
                self.tables().get(digest)
            }
            found => found,
        }
    }

    /// The head of a stream among the acknowledged events.
    pub(super) fn stream_head(&self, stream: &StreamId) -> Result<StreamHead, StoreError> {
        if let Some(head) = self.state().head_in_memory(stream) {
            return Ok(head);
        }
        let entry = self.find(&Digest::of_stream(stream))?;
        Ok(entry.map_or(StreamHead::NONE, |entry| StreamHead {
            version: StreamVersion(entry.version),
            last: Some(entry.position),
        }))
    }

    /// Events of a stream.
    pub(super) fn stream(
        &self,
        stream: &StreamId,
        from: StreamVersion,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        let head = self.stream_head(stream)?;
        let limit = limit as u32;
        let wanted = match direction {
            Direction::Forward => from.0.max(1)..from.0.max(1).saturating_add(limit),
            Direction::Backward => {
                let end = from.0.min(head.version.0) + 1;
                end.saturating_sub(limit).max(1)..end
            }
        };
        let mut positions = self.walk_back(head, wanted)?;
        if direction == Direction::Forward {
            positions.reverse();
        }
        let (mut found, mut bytes) = (Vec::with_capacity(positions.len()), 0);
        for position in positions {
            let event = self.event(position)?;
            bytes += event.bytes.len();
            found.push(event);
            if bytes >= PAGE_BYTES_MAX {
                break;
            }
        }
        Ok(found)
    }

    /// The positions of a stream's versions, descending.
    fn walk_back(&self, head: StreamHead, wanted: Range<u32>) -> Result<Vec<u64>, StoreError> {
        let mut positions = Vec::new();
        let (mut version, mut at) = (head.version.0, head.last);
        while let Some(position) = at.filter(|_| version >= wanted.start && version > 0) {
            if version < wanted.end {
                positions.push(position);
            }
            version -= 1;
            at = if version >= wanted.start { self.previous(position)? } else { None };
        }
        Ok(positions)
    }

    /// The position of the first event of the commit with this key.
    pub(super) fn keyed(&self, digest: &Digest) -> Result<Option<u64>, StoreError> {
        if let Some(position) = self.state().key_in_memory(digest) {
            return Ok(Some(position));
        }
        Ok(self.find(digest)?.map(|entry| entry.position))
    }

    /// The answer that the commit beginning at a position got.
    pub(super) fn answer_at(
        &self,
        first: u64,
        key: &IdempotencyKey,
    ) -> Result<Appended, StoreError> {
        let begin = self.event(first)?;
        let envelope = begin.envelope::<serde::de::IgnoredAny>()?;
        let count = envelope.commit_size.unwrap_or(1);
        let mut versions: Vec<(StreamId, StreamVersion)> = Vec::new();
        for position in first..first + u64::from(count) {
            let event = self.event(position)?;
            let attributes = attributes(&event)?;
            if position == first && attributes.idempotency().as_ref() != Some(key) {
                let reason = format!("position {first} has another idempotency key");
                return Err(StoreError::DerivedDamaged { reason });
            }
            let stream = StreamId::new(&attributes.subject)?;
            match versions.last_mut() {
                Some((last, version)) if *last == stream => *version = attributes.version,
                _ => versions.push((stream, attributes.version)),
            }
        }
        Ok(Appended { first: Position(first), count, versions, repeated: true })
    }

    /// The frontier over the first events of the log.
    pub(super) fn frontier_at(&self, size: u64) -> Result<Frontier, StoreError> {
        let state = self.state();
        let head = state.size();
        if size > head {
            return Err(StoreError::PositionBeyondHead { position: size, size: head });
        }
        if size == head {
            return Ok(state.frontier.clone());
        }
        if let Some((base, records)) = in_memory(&state, size) {
            // Hashing takes its time; the writer must not wait for it.
            drop(state);
            return Ok(extended(base, &records));
        }
        let sealed = sealed_at(&state, size);
        drop(state);
        let first = sealed.positions.start;
        let base = Scanner::open(&self.folder, first)?.header().frontier.clone();
        let records = self.healed(first, || self.records(&sealed, first..size))?;
        Ok(extended(base, &records))
    }
}

/// The frontier before the segment in memory that holds a position, and its records up to there.
fn in_memory(state: &State, size: u64) -> Option<(Frontier, Vec<Record>)> {
    let segment = state.in_memory().find(|segment| segment.index.first <= size)?;
    let records = &segment.index.records[..(size - segment.index.first) as usize];
    Some((segment.base.clone(), records.to_vec()))
}

fn extended(mut frontier: Frontier, records: &[Record]) -> Frontier {
    records.iter().for_each(|record| frontier.push(record.leaf));
    frontier
}

/// The sealed segment that holds a position.
fn sealed_at(state: &State, position: u64) -> Arc<Sealed> {
    let after = state.sealed.partition_point(|sealed| sealed.positions.start <= position);
    state.sealed[after - 1].clone()
}

fn attributes(event: &RecordedEvent) -> Result<Attributes<'_>, StoreError> {
    serde_json::from_slice(&event.bytes).map_err(|error| StoreError::EventUnreadable {
        position: event.position,
        reason: error.to_string(),
    })
}

fn differs(position: u64) -> StoreError {
    let reason = format!("the bytes at position {position} are not those of its sidecar");
    StoreError::DerivedDamaged { reason }
}
