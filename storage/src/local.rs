//! The default backend: a folder of JSON Lines segments, which are the truth, and what is derived from them.
//! Only this folder knows how the files look (I15).

mod disk;
mod folder;
mod format;
mod group;
mod index;
mod packed;
mod read;
mod rebuild;
mod record;
mod recover;
mod scan;
mod state;
mod table;
mod tail;
mod verify;
mod writer;

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::thread::JoinHandle;

use async_trait::async_trait;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use uuid::Uuid;

use crate::commit::check_page;
use crate::error::StoreError;
use crate::event::{IdempotencyKey, Position, RecordedEvent, Source, StreamId, StreamVersion};
use crate::limits;
use crate::log::{Appended, Commit, Direction, EventLog, ExpectedVersion, Head, StreamAppend};
use crate::merkle::Frontier;
use crate::seal::seal_commit;

pub use verify::{VerifyReport, verify};

use disk::{Disk, RealDisk};
use folder::{Folder, FolderLock};
use state::{Files, Shared};
use table::Digest;
use writer::{Message, PartRequest, Reply, Request, Writer};

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

/// An event log in a local folder.
pub struct LocalLog {
    shared: Arc<Shared>,
    source: Source,
    report: OpenReport,
    queue: Option<mpsc::Sender<Message>>,
    /// Room in the queue, in KiB.
    room: Arc<Semaphore>,
    room_kib: u32,
    head: watch::Receiver<u64>,
    writer: Option<JoinHandle<()>>,
    _lock: FolderLock,
}

impl LocalLog {
    /// Opens the log in a data folder, or begins one.
    ///
    /// # Errors
    /// `E-folder-locked`, `E-folder-newer`, `E-folder-read-only`, `E-log-damaged`, or what the disk says.
    pub fn open(folder: &Path, options: &LocalOptions) -> Result<LocalLog, StoreError> {
        LocalLog::open_on(Arc::new(RealDisk), folder, options)
    }

    fn open_on(
        disk: Arc<dyn Disk>,
        folder: &Path,
        options: &LocalOptions,
    ) -> Result<LocalLog, StoreError> {
        let folder = Folder::new(folder);
        let lock = folder.lock()?;
        let source = || {
            let new = || Source(format!("urn:uuid:{}", Uuid::now_v7()).into());
            options.source.clone().unwrap_or_else(new)
        };
        let opened = recover::open(&folder, disk.as_ref(), source)?;
        let (sender, head) = watch::channel(opened.report.events);
        let (queue, requests) = mpsc::channel(options.queue_commits.max(1));
        let writer = Writer {
            disk,
            queue: requests,
            head: sender,
            source: opened.header.source.clone(),
            segment_bytes: options.segment_bytes.min(limits::SEGMENT_BYTES_MAX),
            file: opened.state.active.file.clone(),
            offset: opened.offset,
            frontier: opened.state.frontier.clone(),
            time: opened.time,
            poison: None,
            shared: Arc::new(Shared {
                folder,
                state: RwLock::new(opened.state),
                files: Files::new(),
                healing: Mutex::new(()),
                groups: AtomicU64::new(0),
                events: AtomicU64::new(0),
            }),
        };
        let shared = writer.shared.clone();
        let room_kib = (options.queue_bytes.max(limits::COMMIT_BYTES_MAX) / 1024) as u32;
        let thread = std::thread::Builder::new().name("dure-writer".to_owned());
        let writer = thread
            .spawn(|| writer.run())
            .map_err(|error| crate::error::disk_error("start the writer of", "log", &error))?;
        Ok(LocalLog {
            shared,
            source: opened.header.source,
            report: opened.report,
            queue: Some(queue),
            room: Arc::new(Semaphore::new(room_kib as usize)),
            room_kib,
            head,
            writer: Some(writer),
            _lock: lock,
        })
    }

    /// What opening found.
    pub fn open_report(&self) -> &OpenReport {
        &self.report
    }

    /// Groups flushed since the log was opened.
    pub fn group_statistics(&self) -> GroupStatistics {
        GroupStatistics {
            groups: self.shared.groups.load(Ordering::Relaxed),
            events: self.shared.events.load(Ordering::Relaxed),
        }
    }

    /// Looks the streams of a commit up; a version that the caller left open is resolved here.
    fn look_up(&self, commit: &Commit) -> Result<(u64, Vec<PartRequest>), StoreError> {
        let at = self.shared.state().active.index.first;
        let parts: Result<_, _> = commit.parts.iter().map(|part| self.look_up_part(part)).collect();
        Ok((at, parts?))
    }

    fn look_up_part(&self, part: &StreamAppend) -> Result<PartRequest, StoreError> {
        let found = self.shared.stream_head(&part.stream)?;
        let base = match part.expected {
            ExpectedVersion::Exact(version) => version,
            ExpectedVersion::Absent => StreamVersion::NONE,
            ExpectedVersion::Any => found.version,
            ExpectedVersion::Exists => {
                part.check(found.version)?;
                found.version
            }
        };
        Ok(PartRequest {
            stream: part.stream.clone(),
            expected: part.expected,
            base,
            events: part.events.len() as u32,
            sealed_head: found,
        })
    }

    /// Makes the bytes of a commit and waits until the writer has answered.
    async fn submit(
        &self,
        commit: &Commit,
        bases: &mut Vec<StreamVersion>,
    ) -> Result<Reply, StoreError> {
        let key = commit.idempotency.as_ref().map(Digest::of_key);
        let (looked_up_at, parts) = self.look_up(commit)?;
        if let Some(first) = key.map_or(Ok(None), |key| self.shared.keyed(&key))? {
            return Ok(Reply::Repeated(first));
        }
        *bases = parts.iter().map(|part| part.base).collect();
        let events = seal_commit(commit, &self.source, bases)?;
        let bytes = events.iter().map(|event| event.bytes.len()).sum::<usize>();
        let kib = (bytes as u32 / 1024 + 1).min(self.room_kib);
        let room = self.room.clone().acquire_many_owned(kib).await;
        let (reply, answer) = oneshot::channel();
        let request = Request {
            parts,
            events,
            recorded_at: commit.recorded_at,
            key,
            looked_up_at,
            reply,
            _room: room.map_err(|_| StoreError::LogClosed)?,
        };
        let queue = self.queue.as_ref().ok_or(StoreError::LogClosed)?;
        let sent = queue.send(Message::Append(Box::new(request))).await;
        sent.map_err(|_| StoreError::LogClosed)?;
        answer.await.map_err(|_| StoreError::LogClosed)
    }
}

/// Runs a read at once if it is short, else where it may block.
async fn reading<T: Send + 'static>(
    shared: &Arc<Shared>,
    events: usize,
    read: impl FnOnce(&Shared) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    if events <= limits::INLINE_READ_EVENTS_MAX {
        return read(shared);
    }
    let shared = shared.clone();
    let read = tokio::task::spawn_blocking(move || read(&shared)).await;
    read.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

#[async_trait]
impl EventLog for LocalLog {
    fn source(&self) -> &Source {
        &self.source
    }

    async fn append(&self, commit: Commit) -> Result<Appended, StoreError> {
        commit.check()?;
        let mut bases = Vec::new();
        for _ in 0..limits::RESOLVE_ATTEMPTS_MAX {
            match self.submit(&commit, &mut bases).await? {
                Reply::Placed(first) => return Ok(commit.answer(Position(first), &bases)),
                Reply::Refused(error) => return Err(error),
                Reply::Moved => {}
                Reply::Repeated(first) => {
                    let key = commit.idempotency.as_ref().ok_or(StoreError::LogClosed)?;
                    return self.shared.answer_at(first, key);
                }
            }
        }
        Err(self.outrun(&commit))
    }

    async fn first_answer(&self, key: &IdempotencyKey) -> Result<Option<Appended>, StoreError> {
        let first = self.shared.keyed(&Digest::of_key(key))?;
        first.map(|first| self.shared.answer_at(first, key)).transpose()
    }

    async fn read_stream(
        &self,
        stream: &StreamId,
        from: StreamVersion,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        check_page(limit)?;
        let stream = stream.clone();
        reading(&self.shared, limit, move |shared| shared.stream(&stream, from, direction, limit))
            .await
    }

    async fn read_all(
        &self,
        from: Position,
        limit: usize,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        check_page(limit)?;
        reading(&self.shared, limit, move |shared| shared.events(from.0, limit)).await
    }

    async fn stream_version(&self, stream: &StreamId) -> Result<StreamVersion, StoreError> {
        Ok(self.shared.stream_head(stream)?.version)
    }

    async fn head(&self) -> Result<Head, StoreError> {
        Ok(self.shared.head())
    }

    async fn frontier_at(&self, size: u64) -> Result<Frontier, StoreError> {
        reading(&self.shared, usize::MAX, move |shared| shared.frontier_at(size)).await
    }

    fn head_changes(&self) -> watch::Receiver<u64> {
        self.head.clone()
    }

    async fn close(&self) -> Result<(), StoreError> {
        let Some(queue) = &self.queue else {
            return Ok(());
        };
        let (reply, answer) = oneshot::channel();
        if queue.send(Message::Close(reply)).await.is_err() {
            return Ok(());
        }
        answer.await.unwrap_or(Ok(()))
    }
}

impl LocalLog {
    /// The conflict of a commit that left its version open and lost every time.
    fn outrun(&self, commit: &Commit) -> StoreError {
        let part = commit.parts.iter().find(|part| part.expected.is_open());
        let part = part.unwrap_or(&commit.parts[0]);
        let actual = self.shared.stream_head(&part.stream).map(|head| head.version);
        StoreError::VersionConflict {
            stream: part.stream.clone(),
            expected: part.expected,
            actual: actual.unwrap_or_default(),
        }
    }
}

impl Drop for LocalLog {
    /// Waits for the writer, so that the folder is free again; what was not closed stays as a crash leaves it.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(writer) = self.writer.take() {
            // A writer that panicked has said so already.
            let _ = writer.join();
        }
    }
}

#[cfg(test)]
mod tests;
