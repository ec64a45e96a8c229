//! Everything that can go wrong in a log: one enum, each variant with a stable code (I16), its class and a
//! sentence in two languages. Says whether asking again may help; never decides to.

mod codes;
mod disk;
mod korean;

use crate::event::{Position, StreamId, StreamVersion};
use crate::explain::{Class, Code, Explain, Lang};
use crate::limits;
use crate::log::ExpectedVersion;

pub use codes::CODES;
pub(crate) use disk::disk_error;

/// Why a log or a derived store said no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Not a stream name.
    #[error("the stream name '{name}' is not 1 to {max} bytes without white space or control characters", max = limits::STREAM_ID_BYTES_MAX)]
    StreamName {
        /// Its first characters.
        name: String,
    },
    /// Somebody else appended first (I7).
    #[error("the stream '{stream}' is at version {actual}, but the commit expects {expected}")]
    VersionConflict {
        /// The stream.
        stream: StreamId,
        /// What the commit expected.
        expected: ExpectedVersion,
        /// What the stream has.
        actual: StreamVersion,
    },
    /// A commit that can never be appended.
    #[error("the commit cannot be appended: {0}")]
    CommitInvalid(CommitFault),
    /// An event past its bound.
    #[error(
        "an event for the stream '{stream}' is {bytes} bytes long, more than the {max} bytes allowed"
    )]
    EventTooLarge {
        /// The stream it was meant for.
        stream: StreamId,
        /// Its length.
        bytes: usize,
        /// The bound.
        max: usize,
    },
    /// JSON that is not accepted.
    #[error(transparent)]
    Json(#[from] JsonFault),
    /// Stored bytes that are not an event of this program.
    #[error("the event at position {position} cannot be read: {reason}")]
    EventUnreadable {
        /// Where it stands.
        position: Position,
        /// What the reader met.
        reason: String,
    },
    /// A place the log has not reached.
    #[error("position {position} lies beyond the head: the log has {size} events")]
    PositionBeyondHead {
        /// What was asked for.
        position: u64,
        /// How many events there are.
        size: u64,
    },
    /// A page past its bound.
    #[error("a page of {limit} events was asked for, more than the {max} allowed")]
    PageTooLarge {
        /// What was asked for.
        limit: usize,
        /// The bound.
        max: usize,
    },
    /// A write or a flush failed earlier, so the log refuses to write (I3).
    #[error("the log refuses writes since an earlier one failed: {reason}")]
    LogPoisoned {
        /// The first failure.
        reason: String,
    },
    /// The log was closed.
    #[error("the log is closed")]
    LogClosed,
    /// The truth itself is damaged.
    #[error("the log is damaged: {0}")]
    LogDamaged(Damage),
    /// A data folder that cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderFault),
    /// No room for what was to be written.
    #[error("no space is left on the disk to {operation} '{path}'")]
    DiskFull {
        /// What was tried.
        operation: &'static str,
        /// The file, relative to the data folder.
        path: String,
    },
    /// Any other failure of the disk.
    #[error("could not {operation} '{path}': {reason}")]
    Disk {
        /// What was tried.
        operation: &'static str,
        /// The file, relative to the data folder.
        path: String,
        /// What the operating system said.
        reason: String,
    },
    /// A derived store that cannot be read; it may be deleted.
    #[error("derived data is damaged: {reason}")]
    DerivedDamaged {
        /// What was met.
        reason: String,
    },
}

/// Why a commit can never be appended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitFault {
    /// It has no part.
    #[error("it has no events")]
    NoParts,
    /// A part has no event.
    #[error("its part for the stream '{stream}' has no events")]
    EmptyPart {
        /// The stream of that part.
        stream: StreamId,
    },
    /// A stream stands in it twice.
    #[error("the stream '{stream}' stands in it twice")]
    StreamTwice {
        /// That stream.
        stream: StreamId,
    },
    /// Too many events.
    #[error("it has {found} events, more than the {max} allowed", max = limits::COMMIT_EVENTS_MAX)]
    TooManyEvents {
        /// How many it has.
        found: usize,
    },
    /// Too many streams.
    #[error("it has {found} streams, more than the {max} allowed", max = limits::COMMIT_STREAMS_MAX)]
    TooManyStreams {
        /// How many it has.
        found: usize,
    },
    /// Too many bytes.
    #[error("its events have {found} bytes together, more than the {max} allowed", max = limits::COMMIT_BYTES_MAX)]
    TooManyBytes {
        /// How many they have.
        found: usize,
    },
    /// An idempotency key or scope out of bounds.
    #[error("its idempotency key or scope has {bytes} bytes, not 1 to {max}", max = limits::IDEMPOTENCY_KEY_BYTES_MAX)]
    KeyLength {
        /// Its length.
        bytes: usize,
    },
    /// An event type out of bounds.
    #[error("an event type has {bytes} bytes, not 1 to {max}", max = limits::EVENT_TYPE_BYTES_MAX)]
    TypeLength {
        /// Its length.
        bytes: usize,
    },
    /// A stream that can take no further event.
    #[error("the stream '{stream}' would pass {max} events", max = limits::STREAM_VERSION_MAX)]
    StreamFull {
        /// That stream.
        stream: StreamId,
    },
}

/// Why a JSON document is refused; paths are JSON pointers (RFC 6901).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonFault {
    /// Not JSON.
    #[error("not JSON at line {line}, column {column}: {reason}")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the parser met.
        reason: String,
    },
    /// A key twice in one object; canonical JSON would silently keep one of them.
    #[error("the key at '{path}' stands twice in its object")]
    DuplicateKey {
        /// The second one.
        path: String,
    },
    /// A lone surrogate, which is no character.
    #[error("the text at '{path}' holds a lone surrogate, which is no character")]
    Surrogate {
        /// The text.
        path: String,
    },
    /// A number not every reader keeps.
    #[error("the number at '{path}' lies beyond ±{max}, where readers lose digits", max = limits::JSON_INTEGER_MAX)]
    Integer {
        /// The number.
        path: String,
    },
    /// Nested too deep.
    #[error("the value at '{path}' is nested deeper than {max} levels", max = limits::JSON_DEPTH_MAX)]
    Depth {
        /// The first value too deep.
        path: String,
    },
}

/// Why a data folder cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FolderFault {
    /// Another process has it open.
    #[error("the data folder '{folder}' is in use by another process")]
    Locked {
        /// The folder.
        folder: String,
    },
    /// A newer release wrote it.
    #[error(
        "the data folder has format {found}, newer than format {supported} that this release reads"
    )]
    Newer {
        /// Its format version.
        found: u32,
        /// The newest this release reads.
        supported: u32,
    },
    /// It may not be written.
    #[error("'{path}' in the data folder cannot be written: it is read-only for this user")]
    ReadOnly {
        /// The file, relative to the data folder.
        path: String,
    },
}

/// Where the truth is damaged, and how.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} in segment {segment} at byte {byte}, position {position}")]
pub struct Damage {
    /// The segment's file name.
    pub segment: String,
    /// The position of the first event concerned.
    pub position: Position,
    /// The byte of the segment where the damaged group or event begins.
    pub byte: u64,
    /// What does not fit.
    pub what: String,
}

impl StoreError {
    /// Whether the same call may succeed later without anybody repairing anything.
    pub fn is_retryable(&self) -> bool {
        match self {
            StoreError::VersionConflict { .. }
            | StoreError::Folder(FolderFault::Locked { .. })
            | StoreError::Disk { .. } => true,
            StoreError::StreamName { .. }
            | StoreError::CommitInvalid(_)
            | StoreError::EventTooLarge { .. }
            | StoreError::Json(_)
            | StoreError::EventUnreadable { .. }
            | StoreError::PositionBeyondHead { .. }
            | StoreError::PageTooLarge { .. }
            | StoreError::LogPoisoned { .. }
            | StoreError::LogClosed
            | StoreError::LogDamaged(_)
            | StoreError::DiskFull { .. }
            | StoreError::Folder(FolderFault::Newer { .. } | FolderFault::ReadOnly { .. })
            | StoreError::DerivedDamaged { .. } => false,
        }
    }

    /// The class that its code has in [`CODES`].
    pub fn class(&self) -> Class {
        codes::entry(self).class
    }
}

impl Explain for StoreError {
    fn code(&self) -> Code {
        codes::entry(self).code
    }

    fn explain(&self, lang: Lang) -> String {
        match lang {
            Lang::Ko => korean::sentence(self),
            Lang::En => english(self),
        }
    }
}

/// The message as a sentence, followed by what can be done about it.
fn english(error: &StoreError) -> String {
    let message = error.to_string();
    let mut letters = message.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}. {}", letters.as_str(), codes::entry(error).fix)
}

impl std::fmt::Display for ExpectedVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ExpectedVersion::Exact(version) => write!(f, "version {version}"),
            ExpectedVersion::Absent => f.write_str("no events"),
            ExpectedVersion::Exists => f.write_str("at least one event"),
            ExpectedVersion::Any => f.write_str("any version"),
        }
    }
}

#[cfg(test)]
mod tests;
