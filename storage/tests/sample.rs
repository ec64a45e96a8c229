//! A small log on disk, what a reader finds in it, and copies of its folder to break.

use std::fs;
use std::path::{Path, PathBuf};

use dure_storage::testing::conformance::all;
use dure_storage::testing::samples::{commit, keyed, one, part, stream};
use dure_storage::{
    Appended, Direction, EventLog, ExpectedVersion, IdempotencyKey, LocalLog, LocalOptions,
    RecordedEvent, StoreError, StreamVersion,
};
use tempfile::TempDir;

/// Streams of the sample, and one that has no events.
const STREAMS: u64 = 4;
/// Commits of the sample, each under a key.
pub const COMMITS: u64 = 12;

/// Segments so small that the sample has several.
pub fn options() -> LocalOptions {
    LocalOptions { segment_bytes: 3_500, ..LocalOptions::default() }
}

/// Opens a log with small segments.
pub fn open(folder: &Path) -> Result<LocalLog, StoreError> {
    LocalLog::open(folder, &options())
}

/// A folder with a log of several segments, left as a crash leaves it.
pub async fn crashed_log() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).unwrap();
    for number in 0..COMMITS {
        let name = format!("stream-{}", number % STREAMS);
        let parts = vec![
            part(&name, ExpectedVersion::Any, 1 + number % 2),
            part("total", ExpectedVersion::Any, 1),
        ];
        log.append(keyed(commit(parts), "sample", &number.to_string())).await.unwrap();
    }
    folder
}

/// One more event, to see that a log can be written.
pub async fn append_one(log: &LocalLog) -> Result<Appended, StoreError> {
    log.append(one("another", ExpectedVersion::Any, 1)).await
}

/// Everything that readers of a log can find in it.
#[derive(Debug, PartialEq)]
pub struct Contents {
    pub events: Vec<RecordedEvent>,
    streams: Vec<Vec<RecordedEvent>>,
    answers: Vec<Option<u64>>,
    root: String,
}

/// Reads a log in every way there is.
pub async fn contents(log: &LocalLog) -> Result<Contents, StoreError> {
    let size = log.head().await?.size;
    let mut events = Vec::new();
    while (events.len() as u64) < size {
        let from = dure_storage::Position(events.len() as u64);
        events.extend(log.read_all(from, 3).await?);
    }
    let mut streams = Vec::new();
    for name in (0..=STREAMS).map(|n| format!("stream-{n}")).chain(["total".to_owned()]) {
        let from = StreamVersion(1);
        streams.push(log.read_stream(&stream(&name), from, Direction::Forward, 99).await?);
    }
    let mut answers = Vec::new();
    for number in 0..=COMMITS {
        let key = IdempotencyKey { scope: "sample".into(), key: number.to_string() };
        answers.push(log.first_answer(&key).await?.map(|answer| answer.first.0));
    }
    let mut root = String::new();
    for at in 0..=size {
        root = log.frontier_at(at).await?.root().to_string();
    }
    assert_eq!(root, log.head().await?.root.to_string());
    Ok(Contents { events, streams, answers, root })
}

/// The events of a folder's log.
pub async fn events(folder: &Path) -> Vec<RecordedEvent> {
    all(&open(folder).unwrap()).await
}

/// Every file below a folder but its lock, ascending by path.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false if path.file_name().unwrap() == "lock" => {}
            false => found.push(path),
        }
    }
    found.sort();
    found
}

/// A copy of a folder.
pub fn copy(folder: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for file in files(folder) {
        let to = copy.path().join(file.strip_prefix(folder).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(&file, &to).unwrap();
    }
    copy
}

/// The last segment of a folder.
pub fn last_segment(folder: &Path) -> PathBuf {
    files(&folder.join("log")).pop().unwrap()
}

/// A part that has no events yet.
pub fn empty_part(name: &str) -> dure_storage::StreamAppend {
    part(name, ExpectedVersion::Any, 0)
}
