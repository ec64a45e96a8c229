//! The sequencer: one thread owns the order. It takes every waiting commit, checks it, places it, writes the
//! group and flushes once; only then do readers see it and callers hear of it (I3). After a failed write or
//! flush it refuses everything until the log is opened again.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use chrono::{DateTime, SubsecRound, Utc};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot, watch};

use super::disk::Disk;
use super::format::{GroupLine, Header};
use super::group::Group;
use super::index::StreamHead;
use super::recover::create_segment;
use super::state::{Active, Sealed, Shared};
use super::table::Digest;
use crate::error::StoreError;
use crate::event::{Source, StreamId, StreamVersion};
use crate::limits::GROUP_BYTES_TARGET;
use crate::log::ExpectedVersion;
use crate::merkle::Frontier;
use crate::seal::SealedEvent;

/// What a caller sends to the writer.
pub(super) enum Message {
    Append(Box<Request>),
    Close(oneshot::Sender<Result<(), StoreError>>),
}

/// A commit whose bytes are made.
pub(super) struct Request {
    pub parts: Vec<PartRequest>,
    pub events: Vec<SealedEvent>,
    pub recorded_at: DateTime<Utc>,
    /// The digest of its idempotency key.
    pub key: Option<Digest>,
    /// The first position of the active segment when the caller looked its streams up.
    pub looked_up_at: u64,
    pub reply: oneshot::Sender<Reply>,
    /// Its share of the queue; given back when the request is done with.
    pub _room: OwnedSemaphorePermit,
}

/// One stream of a commit.
pub(super) struct PartRequest {
    pub stream: StreamId,
    pub expected: ExpectedVersion,
    /// The version that its events were sealed upon.
    pub base: StreamVersion,
    pub events: u32,
    /// Its head in the sealed segments, as the caller found it.
    pub sealed_head: StreamHead,
}

/// What became of a commit.
#[derive(Debug)]
pub(super) enum Reply {
    /// Durable; its first event has this position.
    Placed(u64),
    /// Its key is known: the commit that begins at this position had it.
    Repeated(u64),
    /// The version left open was taken by somebody else.
    Moved,
    /// Nothing was appended.
    Refused(StoreError),
}

/// The writer and everything that only it may touch.
pub(super) struct Writer {
    pub shared: Arc<Shared>,
    pub disk: Arc<dyn Disk>,
    pub queue: mpsc::Receiver<Message>,
    pub head: watch::Sender<u64>,
    pub source: Source,
    pub segment_bytes: u64,
    pub file: Arc<File>,
    /// Where the next group goes.
    pub offset: u64,
    pub frontier: Frontier,
    pub time: Option<DateTime<Utc>>,
    /// Why it refuses to write.
    pub poison: Option<String>,
}

impl Writer {
    /// Writes until it is told to close, or until nobody is left who could tell it anything.
    pub(super) fn run(mut self) {
        while let Some(message) = self.queue.blocking_recv() {
            let (requests, close) = self.gather(message);
            self.commit(requests);
            if let Some(reply) = close {
                let closed = self.close();
                self.queue.close();
                drop(self);
                // A caller that stopped waiting has nobody to tell.
                let _ = reply.send(closed);
                return;
            }
        }
    }

    /// Everything that waits, up to the bound of a group.
    fn gather(
        &mut self,
        first: Message,
    ) -> (Vec<Request>, Option<oneshot::Sender<Result<(), StoreError>>>) {
        let (mut requests, mut bytes) = (Vec::new(), 0);
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                Message::Close(reply) => return (requests, Some(reply)),
                Message::Append(request) => {
                    bytes += request.events.iter().map(|event| event.bytes.len()).sum::<usize>();
                    requests.push(*request);
                }
            }
            let room = bytes < GROUP_BYTES_TARGET;
            next = room.then(|| self.queue.try_recv().ok()).flatten();
        }
        (requests, None)
    }

    fn commit(&mut self, requests: Vec<Request>) {
        if let Some(reason) = &self.poison {
            let refused = || Reply::Refused(StoreError::LogPoisoned { reason: reason.clone() });
            requests.into_iter().for_each(|request| answer(request.reply, refused()));
            return;
        }
        let group = Group::gather(&self.shared, self.frontier.clone(), requests);
        match self.write(&group) {
            Ok(offset) => self.publish(group, offset),
            Err(error) => {
                tracing::error!(%error, "a write failed; the log refuses writes until reopened");
                self.poison = Some(error.to_string());
                group.refuse(&error);
            }
        }
    }

    /// Makes a group durable; gives the byte where it begins.
    fn write(&mut self, group: &Group) -> Result<u64, StoreError> {
        if group.is_empty() {
            return Ok(self.offset);
        }
        let time = group.time().max(self.time.unwrap_or(DateTime::UNIX_EPOCH)).trunc_subsecs(6);
        let line = GroupLine {
            time,
            events: group.events(),
            bytes: group.lines().len() as u64,
            root: group.frontier().root(),
        };
        let line = line.encode(crc32c::crc32c(group.lines()));
        let bytes = [group.lines(), line.as_bytes()].concat();
        self.make_room(bytes.len() as u64)?;
        let offset = self.offset;
        self.disk.write_all_at(&self.file, &bytes, offset).map_err(|e| self.failed("write", &e))?;
        self.disk.sync_data(&self.file).map_err(|error| self.failed("flush", &error))?;
        self.offset += bytes.len() as u64;
        self.time = Some(time);
        Ok(offset)
    }

    fn failed(&self, operation: &'static str, error: &std::io::Error) -> StoreError {
        let first = self.shared.state().active.index.first;
        self.shared.folder.failed(operation, &self.shared.folder.segment(first), error)
    }

    /// Shows a durable group to readers, then to its callers.
    fn publish(&mut self, mut group: Group, offset: u64) {
        self.frontier = group.frontier().clone();
        let mut state =
            self.shared.state.write().expect("the writer does not panic while it publishes");
        group.publish(&mut state, offset);
        drop(state);
        if !group.is_empty() {
            self.shared.groups.fetch_add(1, Ordering::Relaxed);
            self.shared.events.fetch_add(group.events(), Ordering::Relaxed);
        }
        group.acknowledge();
        self.head.send_if_modified(|size| std::mem::replace(size, self.frontier.size()) != *size);
    }

    /// Seals the active segment if it has no room for so many bytes more.
    fn make_room(&mut self, bytes: u64) -> Result<(), StoreError> {
        let has_events = !self.shared.state().active.index.records.is_empty();
        if self.offset + bytes <= self.segment_bytes || !has_events {
            return Ok(());
        }
        self.cut()?;
        let header = Header {
            source: self.source.clone(),
            time: self.time,
            frontier: self.frontier.clone(),
        };
        let (file, offset) = create_segment(&self.shared.folder, self.disk.as_ref(), &header)?;
        let file = Arc::new(file);
        let bytes = std::mem::replace(&mut self.offset, offset);
        self.file = file.clone();
        self.begin_segment(file, bytes)
    }

    /// Makes the active segment a sealed one and a new file the active one.
    fn begin_segment(&self, file: Arc<File>, bytes: u64) -> Result<(), StoreError> {
        let (folder, base) = (&self.shared.folder, self.frontier.clone());
        let state = self.shared.state();
        let index = &state.active.index;
        let positions = index.first..index.end();
        let sidecar = index.write_sidecar(folder, bytes)?;
        let tables = state.tables.with(index.write_table(folder)?);
        drop(state);
        let index = super::index::SegmentIndex::new(positions.end);
        let mut state =
            self.shared.state.write().expect("the writer does not panic while it publishes");
        state.sealed.push(Arc::new(Sealed { positions, bytes, sidecar }));
        state.tables = tables;
        state.active = Active { index, file, base };
        Ok(())
    }

    /// Cuts the active file to what was written.
    fn cut(&self) -> Result<(), StoreError> {
        let cut = self.disk.set_len(&self.file, self.offset);
        cut.map_err(|error| self.failed("cut", &error))
    }

    fn close(&mut self) -> Result<(), StoreError> {
        match self.poison.take() {
            Some(reason) => Err(StoreError::LogPoisoned { reason }),
            None => self.cut(),
        }
    }
}

/// Tells a caller; one that stopped waiting has nobody to tell.
pub(super) fn answer(to: oneshot::Sender<Reply>, reply: Reply) {
    let _ = to.send(reply);
}
