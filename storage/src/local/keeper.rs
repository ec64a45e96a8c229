//! Keeping derived data in shape behind the writer's back: writes the sidecar and the table of each sealed segment,
//! and gathers tables into larger ones, so that a lookup asks few of them however long the log is.

use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::state::{Sealed, Shared};
use super::table::{Table, merge};
use crate::error::StoreError;
use crate::limits::TABLES_MERGED;

/// The writer's side of the keeper.
pub(super) struct Keeper {
    jobs: Option<SyncSender<()>>,
    done: Receiver<Result<(), StoreError>>,
    thread: Option<JoinHandle<()>>,
    /// Whether a segment is being sealed.
    busy: bool,
}

impl Keeper {
    pub(super) fn start(shared: Arc<Shared>) -> std::io::Result<Keeper> {
        let (jobs, requests) = sync_channel(1);
        let (answers, done) = sync_channel(1);
        let run = move || {
            // After derived data was made anew there is one table per segment.
            gather(&shared);
            for () in requests {
                if answers.send(seal(&shared)).is_err() {
                    return;
                }
                gather(&shared);
            }
        };
        let thread = std::thread::Builder::new().name("dure-keeper".to_owned()).spawn(run)?;
        Ok(Keeper { jobs: Some(jobs), done, thread: Some(thread), busy: false })
    }

    /// Has the segment sealed that the state holds for it.
    pub(super) fn seal(&mut self) {
        self.busy = self.jobs.as_ref().is_some_and(|jobs| jobs.send(()).is_ok());
    }

    /// Waits until no segment is being sealed; at most one is, so that memory stays bounded.
    pub(super) fn wait(&mut self) -> Result<(), StoreError> {
        if !std::mem::take(&mut self.busy) {
            return Ok(());
        }
        self.done.recv().unwrap_or(Err(StoreError::LogClosed))
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so already.
            let _ = thread.join();
        }
    }
}

/// Writes what is derived about the segment that waits to be sealed.
fn seal(shared: &Shared) -> Result<(), StoreError> {
    let Some(active) = shared.state().sealing.clone() else { return Ok(()) };
    let (index, folder) = (&active.index, &shared.folder);
    let path = folder.segment(index.first);
    let metadata = path.metadata().map_err(|error| folder.failed("open", &path, &error))?;
    let sidecar = index.write_sidecar(folder, metadata.len())?;
    let table = index.write_table(folder)?;
    let mut state = shared.state_mut();
    state.sealed.push(Arc::new(Sealed { positions: index.first..index.end(), sidecar }));
    state.tables = state.tables.with(table);
    state.sealing = None;
    Ok(())
}

/// Merges tables as long as there are enough of one level beside each other.
fn gather(shared: &Shared) {
    loop {
        let tables = shared.state().tables.clone();
        let Some(run) = due(&tables.0) else { return };
        if let Err(error) = gather_run(shared, &tables.0[run]) {
            tracing::warn!(%error, "tables could not be merged; going on with more of them");
            return;
        }
    }
}

/// The first tables of one level beside each other that are enough to merge.
fn due(tables: &[Arc<Table>]) -> Option<Range<usize>> {
    let starts = 0..tables.len().saturating_sub(TABLES_MERGED - 1);
    let mut runs = starts.map(|start| start..start + TABLES_MERGED);
    runs.find(|run| tables[run.clone()].windows(2).all(|pair| pair[0].level() == pair[1].level()))
}

fn gather_run(shared: &Shared, tables: &[Arc<Table>]) -> Result<(), StoreError> {
    let covers = tables[0].covers().start..tables[tables.len() - 1].covers().end;
    let merged = merge(&shared.folder.table(&covers), covers, tables)?;
    let mut state = shared.state_mut();
    state.tables = state.tables.replaced(merged);
    drop(state);
    tables.iter().for_each(|table| shared.folder.remove_table(&table.covers()));
    Ok(())
}
