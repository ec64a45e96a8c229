//! Killed at any moment: what was acknowledged is there, what was torn is cut back and reported.

use std::fs;
use std::path::Path;

use dure_storage::{EventLog, Explain, LocalLog, LocalOptions, OpenReport};

use crate::sample::{append_one, contents, copy, crashed_log, events, files, last_segment, open};

/// The bytes at which the lines of a text end.
fn line_ends(bytes: &[u8]) -> Vec<usize> {
    let feeds = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    feeds.map(|(at, _)| at + 1).collect()
}

/// The bytes at which its groups end, the header first.
fn group_ends(bytes: &[u8]) -> Vec<usize> {
    let begins =
        |end: &usize| bytes[..end - 1].iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1);
    line_ends(bytes).into_iter().filter(|end| bytes[begins(end)] == b'#').collect()
}

/// Opens a copy whose last segment holds these bytes.
fn reopen(folder: &Path, bytes: &[u8]) -> (tempfile::TempDir, LocalLog) {
    let copy = copy(folder);
    fs::write(last_segment(copy.path()), bytes).unwrap();
    let log = open(copy.path()).unwrap();
    (copy, log)
}

/// What the report says is cut.
fn cut(report: &OpenReport) -> Option<(u64, u64)> {
    report.torn.as_ref().map(|torn| (torn.byte, torn.bytes))
}

#[tokio::test]
async fn i3_what_was_acknowledged_survives_a_kill() {
    let folder = crashed_log().await;
    let before = contents(&open(folder.path()).unwrap()).await.unwrap();
    let log = open(folder.path()).unwrap();
    assert_eq!(log.open_report().torn, None);
    assert_eq!(contents(&log).await.unwrap(), before);
    assert!(files(&folder.path().join("log")).len() > 3, "the sample has several segments");
    append_one(&log).await.unwrap();
}

#[tokio::test]
async fn i3_a_tail_torn_at_any_byte_is_cut_back_to_the_last_whole_group() {
    let folder = crashed_log().await;
    let whole = events(folder.path()).await;
    let bytes = fs::read(last_segment(folder.path())).unwrap();
    let groups = group_ends(&bytes);
    let near = line_ends(&bytes).into_iter().flat_map(|end| [end - 2, end - 1, end, end + 1]);
    let ends = near.chain((groups[0]..bytes.len()).step_by(97));
    for end in ends.filter(|end| (groups[0]..bytes.len()).contains(end)) {
        let kept = *groups.iter().rfind(|group| **group <= end).unwrap();
        let (torn, log) = reopen(folder.path(), &bytes[..end]);
        let expected = (kept < end).then_some((kept as u64, (end - kept) as u64));
        assert_eq!(cut(log.open_report()), expected, "cut at {end}");
        let size = log.head().await.unwrap().size as usize;
        append_one(&log).await.unwrap();
        drop(log);
        let read = events(torn.path()).await;
        assert_eq!((&read[..size], read.len()), (&whole[..size], size + 1));
    }
}

#[tokio::test]
async fn i3_sectors_that_never_reached_the_disk_are_a_tear() {
    let folder = crashed_log().await;
    let mut bytes = fs::read(last_segment(folder.path())).unwrap();
    let groups = group_ends(&bytes);
    let (begin, end) = (groups[groups.len() - 2], groups[groups.len() - 1]);
    bytes.resize(end + 20_000, 0);
    let sectors = (begin.next_multiple_of(512)..end).step_by(512);
    for sector in sectors.filter(|sector| sector + 512 <= end) {
        let mut torn = bytes.clone();
        torn[sector..sector + 512].fill(0);
        let (_copy, log) = reopen(folder.path(), &torn);
        assert_eq!(cut(log.open_report()).map(|(byte, _)| byte), Some(begin as u64));
    }
    let mut torn = bytes.clone();
    torn[begin..end].fill(0);
    let (_copy, log) = reopen(folder.path(), &torn);
    assert_eq!(cut(log.open_report()), None, "nothing was written at all");
}

#[tokio::test]
async fn a_zeroed_page_inside_the_last_group_is_cut_and_reported() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).unwrap();
    append_one(&log).await.unwrap();
    let kept = log.head().await.unwrap().size;
    let large = "x".repeat(20_000);
    let events =
        (0..3).map(|number| dure_storage::testing::samples::event(number, &large)).collect();
    let part = dure_storage::StreamAppend { events, ..crate::sample::empty_part("large") };
    log.append(dure_storage::testing::samples::commit(vec![part])).await.unwrap();
    drop(log);
    let segment = last_segment(folder.path());
    let mut bytes = fs::read(&segment).unwrap();
    bytes[8_192..12_288].fill(0);
    fs::write(&segment, bytes).unwrap();
    let log = open(folder.path()).unwrap();
    let torn = log.open_report().torn.clone().expect("reported");
    assert_eq!(
        (torn.position.0, log.head().await.unwrap().size),
        (torn.position.0, torn.position.0)
    );
    assert!(torn.position.0 <= kept.max(1));
    assert!(files(folder.path()).iter().any(|path| path.starts_with(folder.path().join("torn"))));
}

#[tokio::test]
async fn deleting_everything_but_the_segments_loses_nothing() {
    let folder = crashed_log().await;
    let log = open(folder.path()).unwrap();
    let (before, source) = (contents(&log).await.unwrap(), log.source().clone());
    drop(log);
    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true if path.ends_with("log") => {}
            true => fs::remove_dir_all(path).unwrap(),
            false => fs::remove_file(path).unwrap(),
        }
    }
    let log = open(folder.path()).unwrap();
    assert!(log.open_report().rebuilt);
    assert_eq!(contents(&log).await.unwrap(), before);
    assert_eq!(*log.source(), source);
    drop(log);
    assert!(!open(folder.path()).unwrap().open_report().rebuilt);
}

#[tokio::test]
async fn a_closed_log_holds_nothing_but_events_and_comments() {
    let folder = crashed_log().await;
    let log = open(folder.path()).unwrap();
    log.close().await.unwrap();
    drop(log);
    let whole = events(folder.path()).await;
    let text: String = files(&folder.path().join("log"))
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let lines: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(lines.len(), whole.len());
    assert!(lines.iter().zip(&whole).all(|(line, event)| line.as_bytes() == &*event.bytes));
}

#[tokio::test]
async fn i14_a_second_opening_is_refused() {
    let folder = crashed_log().await;
    let _log = open(folder.path()).unwrap();
    let error = open(folder.path()).map(drop).unwrap_err();
    assert_eq!(error.code().0, "E-folder-locked");
}

#[tokio::test]
async fn a_newer_format_is_refused_and_nothing_changed() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("format"), "2\n").unwrap();
    let open = || LocalLog::open(folder.path(), &LocalOptions::default()).map(drop).unwrap_err();
    assert_eq!(open().code().0, "E-folder-newer");
    assert_eq!(fs::read_dir(folder.path().join("log")).unwrap().count(), 0);
    let line = "# dure-log format=2 whatever=else ";
    let header = format!("{line}crc32c={:08x}\n", crc32c(line.as_bytes()));
    fs::write(folder.path().join("log").join(format!("{:020}.jsonl", 0)), header).unwrap();
    fs::write(folder.path().join("format"), "1\n").unwrap();
    assert_eq!(open().code().0, "E-folder-newer");
}

/// CRC-32C (Castagnoli), bit by bit.
fn crc32c(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc: u32, _| {
            (crc >> 1) ^ if crc & 1 == 1 { 0x82f6_3b78 } else { 0 }
        })
    })
}
