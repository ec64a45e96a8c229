//! Every error has exactly one row in the table and speaks both languages.

use std::collections::BTreeSet;

use super::*;

fn stream() -> StreamId {
    StreamId::new("case/SR-2017-0001").expect("a good name")
}

/// One of each code.
fn one_of_each() -> Vec<StoreError> {
    let path = || "/data/amount".to_owned();
    let file = || "log/00000000000000000000.jsonl".to_owned();
    let damage =
        Damage { segment: file(), position: Position(7), byte: 99, what: "a CRC differs".into() };
    vec![
        StoreError::StreamName { name: "a b".into() },
        StoreError::VersionConflict {
            stream: stream(),
            expected: ExpectedVersion::Exact(StreamVersion(1)),
            actual: StreamVersion(2),
        },
        StoreError::CommitInvalid(CommitFault::NoParts),
        StoreError::EventTooLarge { stream: stream(), bytes: 70_000, max: 65_535 },
        JsonFault::Syntax { line: 1, column: 2, reason: "expected value".into() }.into(),
        JsonFault::DuplicateKey { path: path() }.into(),
        JsonFault::Surrogate { path: path() }.into(),
        JsonFault::Integer { path: path() }.into(),
        JsonFault::Depth { path: path() }.into(),
        StoreError::EventUnreadable { position: Position(3), reason: "no data".into() },
        StoreError::PositionBeyondHead { position: 9, size: 3 },
        StoreError::PageTooLarge { limit: 9_999, max: 4_096 },
        StoreError::LogPoisoned { reason: "a flush failed".into() },
        StoreError::LogClosed,
        StoreError::LogDamaged(damage),
        FolderFault::Locked { folder: "dure-data".into() }.into(),
        FolderFault::Newer { found: 2, supported: 1 }.into(),
        FolderFault::ReadOnly { path: file() }.into(),
        StoreError::DiskFull { operation: "write", path: file() },
        StoreError::Disk { operation: "write", path: file(), reason: "i/o error".into() },
        StoreError::DerivedDamaged { reason: "a checksum differs".into() },
    ]
}

#[test]
fn i16_every_code_stands_once_in_the_table_and_has_an_error() {
    let table: Vec<_> = CODES.iter().map(|row| row.code).collect();
    let unique: BTreeSet<_> = table.iter().copied().collect();
    let used: BTreeSet<_> = one_of_each().iter().map(Explain::code).collect();
    assert_eq!(table.len(), unique.len(), "a code stands twice");
    assert_eq!(unique, used);
}

#[test]
fn every_error_speaks_both_languages_and_is_a_lower_case_fragment() {
    for error in one_of_each() {
        let (korean, english) = (error.explain(Lang::Ko), error.explain(Lang::En));
        assert!(korean.chars().any(|c| ('가'..='힣').contains(&c)), "{korean}");
        assert!(english.ends_with('.') && english.starts_with(|c: char| !c.is_lowercase()));
        assert!(!error.to_string().ends_with('.'), "{error}");
    }
}

#[test]
fn the_operating_system_is_understood() {
    let cases = [
        (std::io::ErrorKind::StorageFull, "E-disk-full"),
        (std::io::ErrorKind::ReadOnlyFilesystem, "E-folder-read-only"),
        (std::io::ErrorKind::PermissionDenied, "E-folder-read-only"),
        (std::io::ErrorKind::Other, "E-disk"),
    ];
    for (kind, code) in cases {
        let error = disk_error("write", "log/x", &std::io::Error::from(kind));
        assert_eq!(error.code(), Code(code));
    }
}
