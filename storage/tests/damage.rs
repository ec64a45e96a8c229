//! Any byte of any file of a data folder may change: what is derived comes back, what is the truth is named with
//! segment, position and byte. Never silently different, never a panic.

use std::fs;

use dure_storage::{LocalLog, OpenReport, StoreError, verify};
use proptest::prelude::*;
use tempfile::TempDir;

use crate::sample::{Contents, contents, copy, crashed_log, files, open};

/// What became of a log in a damaged folder.
#[derive(Debug)]
enum Outcome {
    Equal,
    CutAndReported,
    Refused(StoreError),
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap()
}

/// Opens and reads everything; whatever differs must have been reported.
async fn outcome(log: Result<LocalLog, StoreError>, before: &Contents) -> Outcome {
    let log = match log {
        Ok(log) => log,
        Err(error) => return Outcome::Refused(error),
    };
    let OpenReport { torn, .. } = log.open_report().clone();
    match contents(&log).await {
        Err(error) => Outcome::Refused(error),
        Ok(after) if after == *before => Outcome::Equal,
        Ok(after) => {
            assert!(torn.is_some(), "silently different");
            assert_eq!(after.events[..], before.events[..after.events.len()]);
            Outcome::CutAndReported
        }
    }
}

/// Whether an error names segment, position and byte.
fn names_the_place(error: &StoreError) -> bool {
    matches!(error, StoreError::LogDamaged(damage) if damage.segment.ends_with(".jsonl"))
}

/// Breaks one file of a copy and checks what becomes of it.
fn check((folder, before): (&TempDir, &Contents), file: usize, damage: impl FnOnce(&mut Vec<u8>)) {
    let copy = copy(folder.path());
    let files = files(copy.path());
    let path = &files[file % files.len()];
    let mut bytes = fs::read(path).unwrap();
    damage(&mut bytes);
    fs::write(path, bytes).unwrap();
    let report = verify(copy.path()).unwrap();
    let outcome = runtime().block_on(outcome(open(copy.path()), before));
    let path = path.strip_prefix(copy.path()).unwrap().display().to_string();
    let is_truth = path.starts_with("log/");
    assert_eq!(is_truth, report.damage.is_some() || report.torn.is_some(), "{path}: {outcome:?}");
    match &outcome {
        // A line that no reader needs may be damaged in a sealed segment; verifying has named it.
        Outcome::Equal => {}
        Outcome::CutAndReported => assert!(is_truth, "{path}"),
        Outcome::Refused(error) => assert!(names_the_place(error), "{path}: {error}"),
    }
}

/// The sample and what it holds; made once.
fn sample(closed: bool) -> (TempDir, Contents) {
    runtime().block_on(async {
        let folder = crashed_log().await;
        let log = open(folder.path()).unwrap();
        let before = contents(&log).await.unwrap();
        if closed {
            dure_storage::EventLog::close(&log).await.unwrap();
        }
        drop(log);
        (folder, before)
    })
}

#[test]
fn one_flipped_byte_in_any_file_is_harmless_or_named() {
    for closed in [false, true] {
        let (folder, before) = sample(closed);
        let config = ProptestConfig { cases: 200, ..ProptestConfig::default() };
        proptest!(config, |(file in 0..64_usize, at in any::<prop::sample::Index>(), flip in 1..=255_u8)| {
            check((&folder, &before), file, |bytes| {
                let at = at.index(bytes.len());
                bytes[at] ^= flip;
            });
        });
    }
}

/// Where to cut, moved off the ends of groups: a log cut exactly there is a whole, shorter log, and only somebody
/// who remembers a later head can tell (see below).
fn off_group_ends(bytes: &[u8], at: usize) -> usize {
    let ends_a_group = |at: usize| {
        let line =
            bytes[..at].strip_suffix(b"\n").and_then(|rest| rest.rsplit(|b| *b == b'\n').next());
        line.is_some_and(|line| line.starts_with(b"# "))
    };
    if at > 0 && ends_a_group(at) { at - 1 } else { at }
}

#[test]
fn a_file_cut_short_is_harmless_or_named() {
    let (folder, before) = sample(false);
    let config = ProptestConfig { cases: 150, ..ProptestConfig::default() };
    proptest!(config, |(file in 0..64_usize, at in any::<prop::sample::Index>())| {
        check((&folder, &before), file, |bytes| {
            bytes.truncate(off_group_ends(bytes, at.index(bytes.len())));
        });
    });
}

#[test]
fn a_log_cut_at_the_end_of_a_group_is_a_whole_log_that_is_not_what_its_later_head_proved() {
    let (folder, before) = sample(false);
    let head = runtime().block_on(async {
        dure_storage::EventLog::head(&open(folder.path()).unwrap()).await.unwrap()
    });
    let last = files(&folder.path().join("log")).pop().unwrap();
    let bytes = fs::read(&last).unwrap();
    let header = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    fs::write(&last, &bytes[..header]).unwrap();
    runtime().block_on(async {
        let log = open(folder.path()).unwrap();
        let after = contents(&log).await.unwrap();
        assert_eq!(after.events[..], before.events[..after.events.len()]);
        assert!(dure_storage::EventLog::frontier_at(&log, head.size).await.is_err());
    });
}

#[test]
fn a_missing_segment_is_named() {
    let (folder, before) = sample(true);
    let segments = files(&folder.path().join("log")).len();
    for number in 0..segments - 1 {
        let copy = copy(folder.path());
        fs::remove_file(&files(&copy.path().join("log"))[number]).unwrap();
        let outcome = runtime().block_on(outcome(open(copy.path()), &before));
        assert!(
            matches!(&outcome, Outcome::Refused(error) if names_the_place(error)),
            "{outcome:?}"
        );
    }
}

#[test]
fn damage_found_while_the_log_is_open_is_named_and_derived_data_healed() {
    let (folder, before) = sample(false);
    runtime().block_on(async {
        let log = open(folder.path()).unwrap();
        let index = files(&folder.path().join("index"));
        for path in index.iter().filter(|path| path.extension().unwrap() == "idx") {
            let mut bytes = fs::read(path).unwrap();
            bytes[40] ^= 1;
            fs::write(path, bytes).unwrap();
        }
        assert_eq!(contents(&log).await.unwrap(), before);
        let segment = &files(&folder.path().join("log"))[1];
        let mut bytes = fs::read(segment).unwrap();
        let at = bytes.len() / 2;
        bytes[at] ^= 1;
        fs::write(segment, bytes).unwrap();
        let error = contents(&log).await.unwrap_err();
        assert!(names_the_place(&error), "{error}");
    });
}
