//! What is to happen when in a sample: visits in the order of their times, those of one time in the order they came in.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::model::address::StepPath;
use crate::model::names::CaseId;

/// Something that is to happen.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Visit {
    /// What begins in a month is written into the diary; the months are counted from the first.
    Month(u32),
    /// Somebody begins a case: which of the plan, and in which district.
    Begin(usize, usize),
    /// Somebody sees to a step.
    See(Seeing),
    /// The next line of a story.
    Tell(usize),
    /// Somebody is away from now on: which of the plan, in which district, for the how manieth time.
    Away(usize, usize, u32),
    /// A holiday of the plan is announced.
    Announce(usize),
}

/// Somebody sees to a step that is active since a time.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Seeing {
    pub(super) case: CaseId,
    pub(super) step: StepPath,
    pub(super) since: DateTime<Utc>,
    /// When it is done, if that is before it is recorded.
    pub(super) done_at: Option<DateTime<Utc>>,
    /// How often nothing could be done.
    pub(super) tries: u32,
}

/// Visits in order.
#[derive(Debug, Default)]
pub(super) struct Diary {
    visits: BTreeMap<(DateTime<Utc>, u64), Visit>,
    written: u64,
}

impl Diary {
    pub(super) fn write(&mut self, at: DateTime<Utc>, visit: Visit) {
        self.written += 1;
        self.visits.insert((at, self.written), visit);
    }

    /// When the next is.
    pub(super) fn next(&self) -> Option<DateTime<Utc>> {
        self.visits.keys().next().map(|(at, _)| *at)
    }

    /// The next, if it is not after a time.
    pub(super) fn take(&mut self, by: DateTime<Utc>) -> Option<Visit> {
        self.next().filter(|at| *at <= by)?;
        self.visits.pop_first().map(|(_, visit)| visit)
    }
}
