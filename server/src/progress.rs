//! Progress on standard error; nothing is shown where that is no terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// How often a spinner turns.
const TICK: Duration = Duration::from_millis(120);

/// Long work that is going on.
#[derive(Debug)]
pub struct Progress(ProgressBar);

impl Progress {
    /// Work of unknown length.
    pub fn spinning(what: &'static str) -> Progress {
        let bar = ProgressBar::new_spinner().with_message(what);
        bar.enable_steady_tick(TICK);
        Progress(bar)
    }

    /// Work of so many parts.
    pub fn counting(parts: usize, what: &'static str) -> Progress {
        let bar = ProgressBar::new(parts as u64).with_message(what);
        let style = ProgressStyle::with_template("{msg} {bar:24} {pos}/{len}");
        Progress(bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())))
    }

    /// So many parts of so many are done.
    pub fn at(&self, done: u64, of: u64) {
        self.0.set_length(of);
        self.0.set_position(done);
    }

    /// One part is done.
    pub fn step(&self) {
        self.0.inc(1);
    }

    /// All of it is done: the line disappears.
    pub fn done(&self) {
        self.0.finish_and_clear();
    }
}
