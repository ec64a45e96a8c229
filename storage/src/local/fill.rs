//! Filling the active segment with zeros ahead of the writer, so that its flushes need not grow the file. Works in
//! the background on a file of its own; failing costs speed, never safety.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use crate::limits::{FILL_AFTER_BYTES, FILL_STEP_BYTES};

/// Zeros to write.
struct Step {
    path: PathBuf,
    bytes: Range<u64>,
}

/// The writer's side of the filling.
pub(super) struct Filler {
    steps: Option<SyncSender<Step>>,
    done: Receiver<io::Result<()>>,
    thread: Option<JoinHandle<()>>,
    /// Up to where the file is filled, or being written.
    filled: u64,
    /// Where the step in flight ends.
    in_flight: Option<u64>,
    /// Bytes written since the log was opened; a few commits are not worth a filled file.
    written: u64,
    failed: bool,
}

impl Filler {
    pub(super) fn start() -> io::Result<Filler> {
        let (steps, requests) = sync_channel::<Step>(1);
        let (answers, done) = sync_channel(1);
        let run = move || {
            for step in requests {
                if answers.send(fill(&step)).is_err() {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new().name("dure-filler".to_owned()).spawn(run)?;
        Ok(Filler {
            steps: Some(steps),
            done,
            thread: Some(thread),
            filled: 0,
            in_flight: None,
            written: 0,
            failed: false,
        })
    }

    /// Makes sure that nothing is filled where the writer writes now, and that filling goes on ahead of it.
    pub(super) fn make_way(
        &mut self,
        path: &std::path::Path,
        write: Range<u64>,
        segment_bytes: u64,
    ) {
        self.written += write.end - write.start;
        if write.end > self.filled {
            self.wait();
        }
        self.filled = self.filled.max(write.end);
        self.collect();
        let short = self.filled - write.end < FILL_STEP_BYTES / 2 && self.filled < segment_bytes;
        if short && self.in_flight.is_none() && !self.failed && self.written > FILL_AFTER_BYTES {
            self.request(path, segment_bytes);
        }
    }

    fn request(&mut self, path: &std::path::Path, segment_bytes: u64) {
        let end = (self.filled + FILL_STEP_BYTES).min(segment_bytes);
        let step = Step { path: path.to_owned(), bytes: self.filled..end };
        let sent = self.steps.as_ref().is_some_and(|steps| steps.send(step).is_ok());
        self.in_flight = sent.then_some(end);
    }

    /// Takes the answer of the step in flight if it is there.
    fn collect(&mut self) {
        if let Ok(result) = self.done.try_recv() {
            self.finish(&result);
        }
    }

    fn finish(&mut self, result: &io::Result<()>) {
        let end = self.in_flight.take();
        match result {
            Ok(()) => self.filled = self.filled.max(end.unwrap_or(0)),
            Err(error) => {
                tracing::warn!(%error, "a segment cannot be filled ahead; going on without");
                self.failed = true;
            }
        }
    }

    /// Waits for the step in flight: what it writes must not be cut or overwritten meanwhile.
    pub(super) fn wait(&mut self) {
        if self.in_flight.is_some() {
            let result = self.done.recv().unwrap_or_else(|error| Err(io::Error::other(error)));
            self.finish(&result);
        }
    }

    /// A new segment begins: nothing of it is filled.
    pub(super) fn begin_segment(&mut self) {
        self.filled = 0;
    }
}

/// Writes zeros and flushes them.
fn fill(step: &Step) -> io::Result<()> {
    let file = File::options().write(true).open(&step.path)?;
    let zeros = vec![0; (step.bytes.end - step.bytes.start) as usize];
    file.write_all_at(&zeros, step.bytes.start)?;
    file.sync_data()
}

impl Drop for Filler {
    fn drop(&mut self) {
        self.steps = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so already.
            let _ = thread.join();
        }
    }
}
