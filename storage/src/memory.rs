//! The reference backend: a log in memory, written to be read. It decides what every other backend must do.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use tokio::sync::watch;

use crate::commit::check_page;
use crate::error::StoreError;
use crate::event::{IdempotencyKey, Position, RecordedEvent, Source, StreamId, StreamVersion};
use crate::log::{Appended, Commit, Direction, EventLog, Head};
use crate::merkle::{Frontier, Hash};
use crate::seal::{SealedEvent, seal_commit};

/// An event log that lives as long as the process.
pub struct MemoryLog {
    source: Source,
    state: Mutex<State>,
    head: watch::Receiver<u64>,
}

#[derive(Default)]
struct State {
    events: Vec<SealedEvent>,
    streams: HashMap<StreamId, Vec<Position>>,
    answers: HashMap<IdempotencyKey, Appended>,
    frontier: Frontier,
    /// Tells subscribers of a new head; none once the log is closed.
    head: Option<watch::Sender<u64>>,
}

impl MemoryLog {
    /// An empty log.
    pub fn new(source: Source) -> MemoryLog {
        let (sender, head) = watch::channel(0);
        let state = State { head: Some(sender), ..State::default() };
        MemoryLog { source, state: Mutex::new(state), head }
    }

    /// A log of its own that begins with the same events; what is appended to one does not show in the other.
    pub fn copy(&self) -> MemoryLog {
        let state = self.state();
        let (sender, head) = watch::channel(state.events.len() as u64);
        let copied = State {
            events: state.events.clone(),
            streams: state.streams.clone(),
            answers: state.answers.clone(),
            frontier: state.frontier.clone(),
            head: Some(sender),
        };
        MemoryLog { source: self.source.clone(), state: Mutex::new(copied), head }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no caller panics while it holds the log")
    }
}

impl State {
    fn version(&self, stream: &StreamId) -> StreamVersion {
        StreamVersion(self.streams.get(stream).map_or(0, |events| events.len() as u32))
    }

    fn append(&mut self, source: &Source, commit: &Commit) -> Result<Appended, StoreError> {
        if self.head.is_none() {
            return Err(StoreError::LogClosed);
        }
        if let Some(first) = commit.idempotency.as_ref().and_then(|key| self.answers.get(key)) {
            return Ok(Appended { repeated: true, ..first.clone() });
        }
        let bases: Vec<_> = commit.parts.iter().map(|part| self.version(&part.stream)).collect();
        for (part, base) in commit.parts.iter().zip(&bases) {
            part.check(*base)?;
        }
        let sealed = seal_commit(commit, source, &bases)?;
        Ok(self.place(commit, &bases, sealed))
    }

    /// Gives sealed events their positions; nothing can fail any more.
    fn place(
        &mut self,
        commit: &Commit,
        bases: &[StreamVersion],
        sealed: Vec<SealedEvent>,
    ) -> Appended {
        let first = Position(self.events.len() as u64);
        let streams = commit.parts.iter().flat_map(|part| part.events.iter().map(|_| &part.stream));
        for (position, stream) in (first.0..).map(Position).zip(streams) {
            self.streams.entry(stream.clone()).or_default().push(position);
        }
        sealed.iter().for_each(|event| self.frontier.push(event.leaf));
        self.events.extend(sealed);
        let answer = commit.answer(first, bases);
        if let Some(key) = &commit.idempotency {
            self.answers.insert(key.clone(), answer.clone());
        }
        let size = self.events.len() as u64;
        if let Some(head) = &self.head {
            head.send_replace(size);
        }
        answer
    }

    fn event(&self, position: Position) -> RecordedEvent {
        RecordedEvent { position, bytes: self.events[position.0 as usize].bytes.clone() }
    }

    fn leaves(&self) -> impl Iterator<Item = Hash> {
        self.events.iter().map(|event| event.leaf)
    }
}

#[async_trait]
impl EventLog for MemoryLog {
    fn source(&self) -> &Source {
        &self.source
    }

    async fn append(&self, commit: Commit) -> Result<Appended, StoreError> {
        commit.check()?;
        self.state().append(&self.source, &commit)
    }

    async fn first_answer(&self, key: &IdempotencyKey) -> Result<Option<Appended>, StoreError> {
        let state = self.state();
        Ok(state.answers.get(key).map(|first| Appended { repeated: true, ..first.clone() }))
    }

    async fn read_stream(
        &self,
        stream: &StreamId,
        from: StreamVersion,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        check_page(limit)?;
        let state = self.state();
        let positions = state.streams.get(stream).map_or(&[][..], Vec::as_slice);
        let from = from.0 as usize;
        let chosen: Vec<_> = match direction {
            Direction::Forward => {
                positions.iter().skip(from.saturating_sub(1)).take(limit).collect()
            }
            Direction::Backward => positions.iter().take(from).rev().take(limit).collect(),
        };
        Ok(chosen.into_iter().map(|position| state.event(*position)).collect())
    }

    async fn read_all(
        &self,
        from: Position,
        limit: usize,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        check_page(limit)?;
        let state = self.state();
        let end = (state.events.len() as u64).min(from.0.saturating_add(limit as u64));
        Ok((from.0..end).map(|position| state.event(Position(position))).collect())
    }

    async fn stream_version(&self, stream: &StreamId) -> Result<StreamVersion, StoreError> {
        Ok(self.state().version(stream))
    }

    async fn head(&self) -> Result<Head, StoreError> {
        let state = self.state();
        Ok(Head { size: state.frontier.size(), root: state.frontier.root() })
    }

    async fn frontier_at(&self, size: u64) -> Result<Frontier, StoreError> {
        let state = self.state();
        if size > state.frontier.size() {
            let head = state.frontier.size();
            return Err(StoreError::PositionBeyondHead { position: size, size: head });
        }
        let mut frontier = Frontier::default();
        state.leaves().take(size as usize).for_each(|leaf| frontier.push(leaf));
        Ok(frontier)
    }

    fn head_changes(&self) -> watch::Receiver<u64> {
        self.head.clone()
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.state().head = None;
        Ok(())
    }
}
