//! How a local log is opened, and what opening it found.

use crate::event::{Position, Source};
use crate::limits;

/// How a local log is opened.
#[derive(Debug, Clone)]
pub struct LocalOptions {
    /// The installation that writes, for a new log; an existing one keeps its own. By default a new `urn:uuid:`.
    pub source: Option<Source>,
    /// Bytes after which a segment is sealed; at most [`limits::SEGMENT_BYTES_MAX`].
    pub segment_bytes: u64,
    /// Commits that may wait for the writer.
    pub queue_commits: usize,
    /// Bytes of commits that may wait for the writer.
    pub queue_bytes: usize,
}

impl Default for LocalOptions {
    fn default() -> LocalOptions {
        LocalOptions {
            source: None,
            segment_bytes: limits::SEGMENT_BYTES_DEFAULT,
            queue_commits: limits::QUEUE_COMMITS_MAX,
            queue_bytes: limits::QUEUE_BYTES_MAX,
        }
    }
}

/// What opening a log found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpenReport {
    /// How many events the log has.
    pub events: u64,
    /// The tail that was cut back, if a crash had torn it.
    pub torn: Option<Torn>,
    /// Whether derived data did not fit and was made anew.
    pub rebuilt: bool,
}

/// The tail of a log that a crash tore; none of it was ever acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torn {
    /// The segment's file name.
    pub segment: String,
    /// The position that its first event would have had.
    pub position: Position,
    /// The byte of the segment at which it began.
    pub byte: u64,
    /// How many bytes were cut.
    pub bytes: u64,
}

/// How many groups the writer has flushed since the log was opened, and with how many events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupStatistics {
    /// Groups, and so flushes.
    pub groups: u64,
    /// Events in them.
    pub events: u64,
}
