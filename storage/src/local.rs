//! The default backend: a folder of JSON Lines segments, which are the truth, and what is derived from them.
//! Only this folder knows how the files look (I15).

mod disk;
mod fill;
mod folder;
mod format;
mod group;
mod index;
mod keeper;
mod options;
mod packed;
mod queue;
mod read;
mod rebuild;
mod record;
mod recover;
mod scan;
mod state;
mod table;
mod tail;
mod turns;
mod verify;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_trait::async_trait;
use tokio::sync::watch;
use uuid::Uuid;

use crate::commit::check_page;
use crate::error::StoreError;
use crate::event::{IdempotencyKey, Position, RecordedEvent, Source, StreamId, StreamVersion};
use crate::limits;
use crate::log::{Appended, Commit, Direction, EventLog, ExpectedVersion, Head, StreamAppend};
use crate::merkle::Frontier;
use crate::seal::seal_commit;

pub use options::{GroupStatistics, LocalOptions, OpenReport, Torn};
pub use verify::{VerifyReport, verify};

use disk::{Disk, RealDisk};
use folder::{Folder, FolderLock};
use queue::Queue;
use state::Shared;
use table::Digest;
use turns::Turns;
use writer::{PartRequest, Reply, Request, Writer};

/// An event log in a local folder.
pub struct LocalLog {
    shared: Arc<Shared>,
    source: Source,
    report: OpenReport,
    queue: Queue,
    turns: Turns,
    head: watch::Receiver<u64>,
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
        let new_source = || Source(format!("urn:uuid:{}", Uuid::now_v7()).into());
        let source = || options.source.clone().unwrap_or_else(new_source);
        let opened = recover::open(&folder, disk.as_ref(), source)?;
        let shared = Arc::new(Shared::new(folder, opened.state));
        let source = opened.end.source.clone();
        let (sender, head) = watch::channel(opened.report.events);
        let writer = Writer::new(shared.clone(), disk, sender, opened.end, options)?;
        Ok(LocalLog {
            source,
            report: opened.report,
            queue: Queue::start(options, |requests| writer.run(requests))?,
            turns: Turns::new(),
            shared,
            head,
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
        let room = self.queue.room(events.iter().map(|event| event.bytes.len()).sum()).await?;
        let recorded_at = commit.recorded_at;
        self.queue
            .submit(|reply| Request {
                parts,
                events,
                recorded_at,
                key,
                looked_up_at,
                reply,
                _room: room,
            })
            .await
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
        let _turns = self.turns.wait(&commit).await;
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
        self.queue.close().await
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

#[cfg(test)]
mod tests;
