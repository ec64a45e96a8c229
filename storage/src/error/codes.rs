//! The table of error codes: what each means and what to do about it. A code is never reused (I16).

use super::{FolderFault, JsonFault, StoreError};
use crate::explain::{Class, Code, CodeEntry};

macro_rules! codes {
    ($($name:ident = $code:literal, $class:ident, $cause:literal, $fix:literal;)+) => {
        $(const $name: CodeEntry =
            CodeEntry { code: Code($code), class: Class::$class, cause: $cause, fix: $fix };)+

        /// Every code of this crate, one row each.
        pub const CODES: &[CodeEntry] = &[$($name),+];
    };
}

codes! {
    STREAM_NAME = "E-stream-name", Input,
        "A stream name is empty, too long, or holds white space or a control character.",
        "Use 1 to 200 bytes such as 'case/SR-2017-0001'.";
    VERSION_CONFLICT = "E-version-conflict", Conflict,
        "Somebody else appended to the stream first.",
        "Load the stream again, decide again, and append with its present version.";
    COMMIT_INVALID = "E-commit-invalid", Input,
        "A commit has no events, names a stream twice, or passes a bound.",
        "Correct the commit; nothing of it was appended.";
    EVENT_TOO_LARGE = "E-event-too-large", Input,
        "An event is longer than one log entry can be.",
        "Continue it in further events of the same commit, or store the large part as an attachment.";
    JSON_SYNTAX = "E-json-syntax", Input,
        "The text is not a JSON document in UTF-8.",
        "Correct it at the line and column named.";
    JSON_DUPLICATE_KEY = "E-json-duplicate-key", Input,
        "An object has the same key twice.",
        "Keep one of the two.";
    JSON_SURROGATE = "E-json-surrogate", Input,
        "A text holds half of a surrogate pair.",
        "Write the whole character.";
    JSON_INTEGER = "E-json-integer", Input,
        "A number lies beyond ±9007199254740991, where JSON readers lose digits.",
        "Send it as a text.";
    JSON_DEPTH = "E-json-depth", Input,
        "A document is nested deeper than 64 levels.",
        "Flatten it.";
    EVENT_UNREADABLE = "E-event-unreadable", Store,
        "Stored bytes are not an event that this release can read.",
        "Run 'dure log verify'; if the log is whole, use the release that wrote the event.";
    POSITION_BEYOND_HEAD = "E-position-beyond-head", Input,
        "A position was asked for that the log has not reached.",
        "Ask for one below the size of the log.";
    PAGE_TOO_LARGE = "E-page-too-large", Input,
        "A page was asked for that is larger than the bound.",
        "Ask for smaller pages and follow them.";
    LOG_POISONED = "E-log-poisoned", Store,
        "A write or a flush failed, so what the disk holds is uncertain; the log refuses writes.",
        "Repair the disk, then restart: opening checks the tail and goes on.";
    LOG_CLOSED = "E-log-closed", Store,
        "The log was closed.",
        "Open it again.";
    LOG_DAMAGED = "E-log-damaged", Store,
        "Bytes of the log differ from what was written.",
        "Restore the segment from a backup; nothing was changed or skipped.";
    FOLDER_LOCKED = "E-folder-locked", Store,
        "Another process has the data folder open.",
        "Stop that process or use another folder.";
    FOLDER_NEWER = "E-folder-newer", Store,
        "A newer release wrote the data folder.",
        "Use that release or a later one.";
    FOLDER_READ_ONLY = "E-folder-read-only", Store,
        "The data folder may not be written by this user.",
        "Give this user the right to write, or use another folder.";
    DISK_FULL = "E-disk-full", Store,
        "No space is left on the disk.",
        "Make room, then restart; everything acknowledged is kept.";
    DISK = "E-disk", Store,
        "The operating system refused a file operation.",
        "Look at the reason it gave.";
    DERIVED_DAMAGED = "E-derived-damaged", Store,
        "An index or a view cannot be read; all of it can be derived from the log again.",
        "Run 'dure view rebuild', or delete 'index' in the data folder: both are made again from the log.";
}

/// The row of an error.
pub(super) fn entry(error: &StoreError) -> CodeEntry {
    match error {
        StoreError::StreamName { .. } => STREAM_NAME,
        StoreError::VersionConflict { .. } => VERSION_CONFLICT,
        StoreError::CommitInvalid(_) => COMMIT_INVALID,
        StoreError::EventTooLarge { .. } => EVENT_TOO_LARGE,
        StoreError::Json(fault) => json_entry(fault),
        StoreError::EventUnreadable { .. } => EVENT_UNREADABLE,
        StoreError::PositionBeyondHead { .. } => POSITION_BEYOND_HEAD,
        StoreError::PageTooLarge { .. } => PAGE_TOO_LARGE,
        StoreError::LogPoisoned { .. } => LOG_POISONED,
        StoreError::LogClosed => LOG_CLOSED,
        StoreError::LogDamaged(_) => LOG_DAMAGED,
        StoreError::Folder(fault) => folder_entry(fault),
        StoreError::DiskFull { .. } => DISK_FULL,
        StoreError::Disk { .. } => DISK,
        StoreError::DerivedDamaged { .. } => DERIVED_DAMAGED,
    }
}

fn json_entry(fault: &JsonFault) -> CodeEntry {
    match fault {
        JsonFault::Syntax { .. } => JSON_SYNTAX,
        JsonFault::DuplicateKey { .. } => JSON_DUPLICATE_KEY,
        JsonFault::Surrogate { .. } => JSON_SURROGATE,
        JsonFault::Integer { .. } => JSON_INTEGER,
        JsonFault::Depth { .. } => JSON_DEPTH,
    }
}

fn folder_entry(fault: &FolderFault) -> CodeEntry {
    match fault {
        FolderFault::Locked { .. } => FOLDER_LOCKED,
        FolderFault::Newer { .. } => FOLDER_NEWER,
        FolderFault::ReadOnly { .. } => FOLDER_READ_ONLY,
    }
}
