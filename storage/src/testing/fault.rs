//! A log that fails on request, around any other: before an append, after it is durable but before its answer,
//! or on a read. What callers must survive.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tokio::sync::watch;

use crate::error::StoreError;
use crate::event::{IdempotencyKey, Position, RecordedEvent, Source, StreamId, StreamVersion};
use crate::log::{Appended, Commit, Direction, EventLog, Head};
use crate::merkle::Frontier;

/// What goes wrong with one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// An append fails and nothing is appended; a read fails.
    Before,
    /// An append is durable, but its answer is lost; a read fails.
    After,
}

/// A log that fails by a script.
pub struct FaultyLog {
    log: Arc<dyn EventLog>,
    script: Mutex<Script>,
}

#[derive(Default)]
struct Script {
    appends: VecDeque<Fault>,
    reads: VecDeque<Fault>,
    random: Option<Random>,
}

/// Faults that follow from a seed.
struct Random {
    state: u64,
    one_in: u64,
}

impl Random {
    fn fault(&mut self) -> Fault {
        // SplitMix64: any seed will do, and a failing one can be given again.
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let number = mixed ^ (mixed >> 31);
        match (number.is_multiple_of(self.one_in), number >> 63) {
            (false, _) => Fault::None,
            (true, 0) => Fault::Before,
            (true, _) => Fault::After,
        }
    }
}

impl FaultyLog {
    /// A log that does not fail until it is told to.
    pub fn new(log: Arc<dyn EventLog>) -> FaultyLog {
        FaultyLog { log, script: Mutex::default() }
    }

    /// A log of which one call in `one_in` fails, as the seed says.
    pub fn seeded(log: Arc<dyn EventLog>, seed: u64, one_in: u64) -> FaultyLog {
        let random = Some(Random { state: seed, one_in: one_in.max(1) });
        FaultyLog { log, script: Mutex::new(Script { random, ..Script::default() }) }
    }

    /// What happens to the next appends, one after the other.
    pub fn on_appends(&self, faults: impl IntoIterator<Item = Fault>) {
        self.script().appends.extend(faults);
    }

    /// What happens to the next reads, one after the other.
    pub fn on_reads(&self, faults: impl IntoIterator<Item = Fault>) {
        self.script().reads.extend(faults);
    }

    fn script(&self) -> std::sync::MutexGuard<'_, Script> {
        self.script.lock().expect("no caller panics while it reads the script")
    }

    fn next(&self, queue: impl FnOnce(&mut Script) -> &mut VecDeque<Fault>) -> Fault {
        let mut script = self.script();
        let scripted = queue(&mut script).pop_front();
        scripted.or_else(|| script.random.as_mut().map(Random::fault)).unwrap_or(Fault::None)
    }

    fn read_fault(&self) -> Result<(), StoreError> {
        match self.next(|script| &mut script.reads) {
            Fault::None => Ok(()),
            Fault::Before | Fault::After => Err(injected("read")),
        }
    }
}

fn injected(operation: &'static str) -> StoreError {
    StoreError::Disk { operation, path: "log".to_owned(), reason: "an injected fault".to_owned() }
}

#[async_trait]
impl EventLog for FaultyLog {
    fn source(&self) -> &Source {
        self.log.source()
    }

    async fn append(&self, commit: Commit) -> Result<Appended, StoreError> {
        match self.next(|script| &mut script.appends) {
            Fault::None => self.log.append(commit).await,
            Fault::Before => Err(injected("write")),
            Fault::After => {
                self.log.append(commit).await?;
                Err(injected("write"))
            }
        }
    }

    async fn first_answer(&self, key: &IdempotencyKey) -> Result<Option<Appended>, StoreError> {
        self.read_fault()?;
        self.log.first_answer(key).await
    }

    async fn read_stream(
        &self,
        stream: &StreamId,
        from: StreamVersion,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        self.read_fault()?;
        self.log.read_stream(stream, from, direction, limit).await
    }

    async fn read_all(
        &self,
        from: Position,
        limit: usize,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        self.read_fault()?;
        self.log.read_all(from, limit).await
    }

    async fn stream_version(&self, stream: &StreamId) -> Result<StreamVersion, StoreError> {
        self.read_fault()?;
        self.log.stream_version(stream).await
    }

    async fn head(&self) -> Result<Head, StoreError> {
        self.read_fault()?;
        self.log.head().await
    }

    async fn frontier_at(&self, size: u64) -> Result<Frontier, StoreError> {
        self.read_fault()?;
        self.log.frontier_at(size).await
    }

    fn head_changes(&self) -> watch::Receiver<u64> {
        self.log.head_changes()
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.log.close().await
    }
}
