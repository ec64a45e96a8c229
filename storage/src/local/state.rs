//! What readers see: the sealed segments, the active one, and the frontier of everything acknowledged. Changed
//! by the writer alone, after the flush.

use std::collections::HashMap;
use std::fs::File;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, RwLock};

use super::folder::Folder;
use super::index::{SegmentIndex, StreamHead};
use super::record::Sidecar;
use super::table::{Digest, Entry, Table};
use crate::error::StoreError;
use crate::event::{StreamId, StreamVersion};
use crate::limits::OPEN_FILES_MAX;
use crate::merkle::Frontier;

/// A segment that is never touched again.
#[derive(Debug)]
pub(super) struct Sealed {
    /// Its positions.
    pub positions: Range<u64>,
    /// What is derived about its events.
    pub sidecar: Sidecar,
}

/// The segment that is being written.
pub(super) struct Active {
    pub index: SegmentIndex,
    pub file: Arc<File>,
    /// The frontier before it.
    pub base: Frontier,
}

/// What readers see.
pub(super) struct State {
    /// Ascending by position.
    pub sealed: Vec<Arc<Sealed>>,
    /// Cover exactly the sealed segments, ascending.
    pub tables: Tables,
    /// A segment that takes no more events and whose sidecar and table are being written.
    pub sealing: Option<Arc<Active>>,
    pub active: Active,
    pub frontier: Frontier,
}

impl State {
    /// How many events are acknowledged.
    pub(super) fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The segments whose index is in memory, the newest first.
    pub(super) fn in_memory(&self) -> impl Iterator<Item = &Active> {
        std::iter::once(&self.active).chain(self.sealing.as_deref())
    }

    /// The head of a stream if it has events in a segment whose index is in memory.
    pub(super) fn head_in_memory(&self, stream: &StreamId) -> Option<StreamHead> {
        self.in_memory().find_map(|segment| segment.index.heads.get(stream)).copied()
    }

    /// The position of a key's commit if it is in a segment whose index is in memory.
    pub(super) fn key_in_memory(&self, key: &Digest) -> Option<u64> {
        self.in_memory().find_map(|segment| segment.index.keys.get(key)).copied()
    }
}

/// The tables over all sealed segments; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Tables(pub Arc<Vec<Arc<Table>>>);

impl Tables {
    /// The newest entry of a digest.
    pub(super) fn get(&self, digest: &Digest) -> Result<Option<Entry>, StoreError> {
        for table in self.0.iter().rev() {
            if let Some(entry) = table.get(digest)? {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    /// The head of a stream at the end of the sealed segments.
    pub(super) fn head(&self, stream: &StreamId) -> Result<StreamHead, StoreError> {
        let entry = self.get(&Digest::of_stream(stream))?;
        Ok(entry.map_or(StreamHead::NONE, |entry| StreamHead {
            version: StreamVersion(entry.version),
            last: Some(entry.position),
        }))
    }

    /// The position after those that they cover.
    pub(super) fn end(&self) -> u64 {
        self.0.last().map_or(0, |table| table.covers().end)
    }

    /// The same tables and one more.
    pub(super) fn with(&self, table: Table) -> Tables {
        Tables(Arc::new(self.0.iter().cloned().chain([Arc::new(table)]).collect()))
    }

    /// The same tables, those that `table` covers replaced by it.
    pub(super) fn replaced(&self, table: Table) -> Tables {
        let covers = table.covers();
        let before = self.0.iter().filter(|table| table.covers().end <= covers.start).cloned();
        let after = self.0.iter().filter(|table| table.covers().start >= covers.end).cloned();
        Tables(Arc::new(before.chain([Arc::new(table)]).chain(after).collect()))
    }

    /// The tables that cover positions from this one on.
    pub(super) fn after(&self, position: u64) -> Tables {
        let after = self.0.iter().filter(|table| table.covers().start >= position);
        Tables(Arc::new(after.cloned().collect()))
    }

    /// These tables and those that follow.
    pub(super) fn and(&self, more: Tables) -> Tables {
        Tables(Arc::new(self.0.iter().chain(more.0.iter()).cloned().collect()))
    }
}

/// What the handle, the writer and the readers of a log share.
pub(super) struct Shared {
    pub folder: Folder,
    pub state: RwLock<State>,
    pub files: Files,
    /// Taken while derived data is made anew.
    pub healing: Mutex<()>,
    /// Groups flushed, and events in them.
    pub groups: AtomicU64,
    pub events: AtomicU64,
}

impl Shared {
    pub(super) fn new(folder: Folder, state: State) -> Shared {
        Shared {
            folder,
            state: RwLock::new(state),
            files: Files(Mutex::default()),
            healing: Mutex::default(),
            groups: AtomicU64::new(0),
            events: AtomicU64::new(0),
        }
    }
}

/// Open files of sealed segments and sidecars; bounded.
pub(super) struct Files(Mutex<HashMap<PathBuf, Arc<File>>>);

impl Files {
    pub(super) fn open(&self, folder: &Folder, path: PathBuf) -> Result<Arc<File>, StoreError> {
        let mut files = self.0.lock().expect("no reader panics here");
        if let Some(file) = files.get(&path) {
            return Ok(file.clone());
        }
        let file = File::open(&path).map_err(|error| folder.failed("open", &path, &error))?;
        let file = Arc::new(file);
        if files.len() >= OPEN_FILES_MAX {
            files.clear();
        }
        files.insert(path, file.clone());
        Ok(file)
    }

    /// Forgets all, since some were replaced.
    pub(super) fn forget(&self) {
        self.0.lock().expect("no reader panics here").clear();
    }
}
