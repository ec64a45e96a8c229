//! The sequencer: one thread owns the order. It takes every waiting commit, checks it, places it, writes the
//! group and flushes once; only then do readers see it and callers hear of it (I3). After a failed write or
//! flush it refuses everything until the log is opened again.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use chrono::{DateTime, SubsecRound, Utc};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot, watch};

use super::disk::Disk;
use super::fill::Filler;
use super::format::Header;
use super::group::Group;
use super::index::{SegmentIndex, StreamHead};
use super::keeper::Keeper;
use super::options::LocalOptions;
use super::recover::{End, create_segment};
use super::state::{Active, Shared};
use super::table::Digest;
use crate::error::{StoreError, disk_error};
use crate::event::{StreamId, StreamVersion};
use crate::limits::{GROUP_BYTES_TARGET, SEGMENT_BYTES_MAX};
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
    shared: Arc<Shared>,
    disk: Arc<dyn Disk>,
    head: watch::Sender<u64>,
    segment_bytes: u64,
    /// The active segment's file, and where the next group goes.
    file: Arc<File>,
    end: End,
    frontier: Frontier,
    filler: Filler,
    keeper: Keeper,
    /// Why it refuses to write.
    poison: Option<String>,
}

impl Writer {
    pub(super) fn new(
        shared: Arc<Shared>,
        disk: Arc<dyn Disk>,
        head: watch::Sender<u64>,
        end: End,
        options: &LocalOptions,
    ) -> Result<Writer, StoreError> {
        let failed = |error| disk_error("start a helper of", "log", &error);
        let (file, frontier) = {
            let state = shared.state();
            (state.active.file.clone(), state.frontier.clone())
        };
        Ok(Writer {
            disk,
            head,
            segment_bytes: options.segment_bytes.min(SEGMENT_BYTES_MAX),
            file,
            end,
            frontier,
            filler: Filler::start().map_err(failed)?,
            keeper: Keeper::start(shared.clone()).map_err(failed)?,
            poison: None,
            shared,
        })
    }

    /// Writes until it is told to close, or until nobody is left who could tell it anything.
    pub(super) fn run(mut self, mut queue: mpsc::Receiver<Message>) {
        while let Some(message) = queue.blocking_recv() {
            let (requests, close) = gather(message, &mut queue);
            self.commit(requests);
            if let Some(reply) = close {
                queue.close();
                let closed = self.close();
                drop(self);
                // A caller that stopped waiting has nobody to tell.
                let _ = reply.send(closed);
                return;
            }
        }
    }

    fn commit(&mut self, requests: Vec<Request>) {
        if let Some(reason) = &self.poison {
            let refused = || Reply::Refused(StoreError::LogPoisoned { reason: reason.clone() });
            requests.into_iter().for_each(|request| answer(request.reply, refused()));
            return;
        }
        let mut group = Group::gather(&self.shared, self.frontier.clone(), requests);
        match self.write(&mut group) {
            Ok(offset) => self.publish(group, offset),
            Err(error) => {
                tracing::error!(%error, "a write failed; the log refuses writes until reopened");
                self.poison = Some(error.to_string());
                group.refuse(&error);
            }
        }
    }

    /// Makes a group durable; gives the byte where it begins.
    fn write(&mut self, group: &mut Group) -> Result<u64, StoreError> {
        if group.is_empty() {
            return Ok(self.end.offset);
        }
        let time = group.time().max(self.end.time.unwrap_or(DateTime::UNIX_EPOCH));
        let time = time.trunc_subsecs(6);
        let bytes = group.finish(time);
        let length = bytes.len() as u64;
        self.make_room(length)?;
        let offset = self.end.offset;
        let path = self.shared.folder.segment(self.shared.state().active.index.first);
        self.filler.make_way(&path, offset..offset + length, self.segment_bytes);
        let written = self.disk.write_all_at(&self.file, bytes, offset);
        written.map_err(|error| self.failed("write", &error))?;
        self.disk.sync_data(&self.file).map_err(|error| self.failed("flush", &error))?;
        self.end.offset += length;
        self.end.time = Some(time);
        Ok(offset)
    }

    fn failed(&self, operation: &'static str, error: &std::io::Error) -> StoreError {
        let first = self.shared.state().active.index.first;
        self.shared.folder.failed(operation, &self.shared.folder.segment(first), error)
    }

    /// Shows a durable group to readers, then to its callers.
    fn publish(&mut self, mut group: Group, offset: u64) {
        self.frontier = group.frontier().clone();
        let mut state = self.shared.state_mut();
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
        if self.end.offset + bytes <= self.segment_bytes || !has_events {
            return Ok(());
        }
        self.keeper.wait()?;
        self.cut()?;
        let header = Header {
            source: self.end.source.clone(),
            time: self.end.time,
            frontier: self.frontier.clone(),
        };
        let (file, offset) = create_segment(&self.shared.folder, self.disk.as_ref(), &header)?;
        self.end.offset = offset;
        self.file = Arc::new(file);
        self.filler.begin_segment();
        self.begin_segment();
        Ok(())
    }

    /// Shows readers the new segment, and has the one before it sealed.
    fn begin_segment(&mut self) {
        let index = SegmentIndex::new(self.frontier.size());
        let active = Active { index, file: self.file.clone(), base: self.frontier.clone() };
        let mut state = self.shared.state_mut();
        let sealing = std::mem::replace(&mut state.active, active);
        state.sealing = Some(Arc::new(sealing));
        drop(state);
        self.keeper.seal();
    }

    /// Cuts the active file to what was written.
    fn cut(&mut self) -> Result<(), StoreError> {
        self.filler.wait();
        let cut = self.disk.set_len(&self.file, self.end.offset);
        cut.map_err(|error| self.failed("cut", &error))
    }

    fn close(&mut self) -> Result<(), StoreError> {
        match self.poison.take() {
            Some(reason) => Err(StoreError::LogPoisoned { reason }),
            None => self.keeper.wait().and_then(|()| self.cut()),
        }
    }
}

/// Everything that waits, up to the bound of a group; and whom to tell if the log is to be closed after it.
fn gather(
    first: Message,
    queue: &mut mpsc::Receiver<Message>,
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
        next = room.then(|| queue.try_recv().ok()).flatten();
    }
    (requests, None)
}

/// Tells a caller; one that stopped waiting has nobody to tell.
pub(super) fn answer(to: oneshot::Sender<Reply>, reply: Reply) {
    let _ = to.send(reply);
}
