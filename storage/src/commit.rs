//! What a commit must look like whatever the log holds: the same checks for every backend.

use std::collections::HashSet;

use crate::error::{CommitFault, StoreError};
use crate::event::{IdempotencyKey, Position, StreamId, StreamVersion};
use crate::limits;
use crate::log::{Appended, Commit, ExpectedVersion, StreamAppend};

impl Commit {
    /// How many events it has.
    pub fn event_count(&self) -> usize {
        self.parts.iter().map(|part| part.events.len()).sum()
    }

    /// Checks everything that does not depend on the log.
    ///
    /// # Errors
    /// `E-commit-invalid` with what is wrong.
    pub fn check(&self) -> Result<(), StoreError> {
        self.fault().map_or(Ok(()), |fault| Err(StoreError::CommitInvalid(fault)))
    }

    fn fault(&self) -> Option<CommitFault> {
        let (streams, events) = (self.parts.len(), self.event_count());
        if streams == 0 {
            return Some(CommitFault::NoParts);
        }
        if streams > limits::COMMIT_STREAMS_MAX {
            return Some(CommitFault::TooManyStreams { found: streams });
        }
        if events > limits::COMMIT_EVENTS_MAX {
            return Some(CommitFault::TooManyEvents { found: events });
        }
        self.stream_twice()
            .map(|stream| CommitFault::StreamTwice { stream: stream.clone() })
            .or_else(|| self.parts.iter().find_map(part_fault))
            .or_else(|| self.idempotency.as_ref().and_then(key_fault))
    }

    fn stream_twice(&self) -> Option<&StreamId> {
        if self.parts.len() < 2 {
            return None;
        }
        let mut seen = HashSet::with_capacity(self.parts.len());
        self.parts.iter().map(|part| &part.stream).find(|stream| !seen.insert(*stream))
    }

    /// The answer to this commit once its first event has taken a position.
    pub(crate) fn answer(&self, first: Position, bases: &[StreamVersion]) -> Appended {
        let versions = self.parts.iter().zip(bases).map(|(part, base)| {
            (part.stream.clone(), StreamVersion(base.0 + part.events.len() as u32))
        });
        let count = self.event_count() as u32;
        Appended { first, count, versions: versions.collect(), repeated: false }
    }
}

fn part_fault(part: &StreamAppend) -> Option<CommitFault> {
    if part.events.is_empty() {
        return Some(CommitFault::EmptyPart { stream: part.stream.clone() });
    }
    let mut lengths = part.events.iter().map(|event| event.kind.0.len());
    let bytes = lengths.find(|bytes| !(1..=limits::EVENT_TYPE_BYTES_MAX).contains(bytes))?;
    Some(CommitFault::TypeLength { bytes })
}

fn key_fault(key: &IdempotencyKey) -> Option<CommitFault> {
    let mut lengths = [key.scope.len(), key.key.len()].into_iter();
    let bytes = lengths.find(|bytes| !(1..=limits::IDEMPOTENCY_KEY_BYTES_MAX).contains(bytes))?;
    Some(CommitFault::KeyLength { bytes })
}

impl ExpectedVersion {
    /// Whether a stream at this version is as expected.
    pub fn accepts(self, actual: StreamVersion) -> bool {
        match self {
            ExpectedVersion::Exact(version) => version == actual,
            ExpectedVersion::Absent => actual == StreamVersion::NONE,
            ExpectedVersion::Exists => actual != StreamVersion::NONE,
            ExpectedVersion::Any => true,
        }
    }

    /// Whether the caller left the version open, so that losing a race is no conflict.
    pub fn is_open(self) -> bool {
        match self {
            ExpectedVersion::Exact(_) | ExpectedVersion::Absent => false,
            ExpectedVersion::Exists | ExpectedVersion::Any => true,
        }
    }
}

impl StreamAppend {
    /// Refuses the part if its stream is not as expected.
    pub(crate) fn check(&self, actual: StreamVersion) -> Result<(), StoreError> {
        if self.expected.accepts(actual) {
            return Ok(());
        }
        let (stream, expected) = (self.stream.clone(), self.expected);
        Err(StoreError::VersionConflict { stream, expected, actual })
    }
}

/// Refuses a page past its bound (I14).
pub(crate) fn check_page(limit: usize) -> Result<(), StoreError> {
    if limit <= limits::PAGE_EVENTS_MAX {
        return Ok(());
    }
    Err(StoreError::PageTooLarge { limit, max: limits::PAGE_EVENTS_MAX })
}
