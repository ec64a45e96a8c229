//! Letting time pass: which case the clock moves next, and firing what is due. The queue is derived from the cases
//! and may be lost; what fires is decided by the case, once, by its version.

use std::collections::{BTreeSet, HashMap};
use std::sync::Mutex;

use chrono::{DateTime, Utc};
use dure_storage::Explain;

use super::engine::Engine;
use crate::error::EngineError;
use crate::limits::{TIMERS_BEFORE_ACT_MAX, VIEW_PAGE_ROWS_MAX};
use crate::model::case::Case;
use crate::model::command::{Command, FireTimer, MoveDues};
use crate::model::names::{CaseId, Name};
use crate::model::refusal::{OutsideFault, Why};

/// When which case is to be looked at next.
#[derive(Default)]
pub(super) struct Wakes(Mutex<Queue>);

#[derive(Default)]
struct Queue {
    by_time: BTreeSet<(DateTime<Utc>, CaseId)>,
    by_case: HashMap<CaseId, DateTime<Utc>>,
    /// Whether the cases that were there before this engine are in it.
    filled: bool,
}

impl Engine {
    /// Fires every timer that is due by now, in the order of their times, and gives how many fired. A case that
    /// refuses its own timer is left to the next time, and the others go on.
    ///
    /// # Errors
    /// If the store failed.
    pub async fn tick(&self) -> Result<usize, EngineError> {
        self.tick_telling(&mut |case, refused| {
            let code = refused.code();
            tracing::warn!(%case, %code, %refused, "a case refused its own timer");
        })
        .await
    }

    /// As [`Engine::tick`], told each case that refuses.
    ///
    /// # Errors
    /// If the store failed.
    pub async fn tick_telling(
        &self,
        told: &mut (dyn FnMut(&CaseId, EngineError) + Send),
    ) -> Result<usize, EngineError> {
        let now = self.inner.clock.now();
        self.fill_wakes().await?;
        let (mut fired, mut refused) = (0, Vec::new());
        while let Some((at, case)) = self.inner.wakes.due(now) {
            match self.fire_due(&case, now).await {
                Ok(more) => fired += more,
                Err(error @ EngineError::Refused(_)) => {
                    told(&case, error);
                    refused.push((at, case));
                }
                Err(error) => {
                    self.inner.wakes.again(refused);
                    self.inner.wakes.again([(at, case)]);
                    return Err(error);
                }
            }
        }
        self.inner.wakes.again(refused);
        Ok(fired)
    }

    /// When the next timer of any case is due.
    ///
    /// # Errors
    /// If the store failed.
    pub async fn next_wake(&self) -> Result<Option<DateTime<Utc>>, EngineError> {
        self.fill_wakes().await?;
        Ok(self.inner.wakes.next())
    }

    /// Computes again the open dues of a case that a calendar decided, by the calendar's latest version.
    ///
    /// # Errors
    /// A refusal, with nothing recorded, or a failed store.
    pub async fn move_dues(&self, case: &CaseId, calendar: &Name) -> Result<(), EngineError> {
        let (calendar, at) = (calendar.clone(), self.inner.clock.now());
        let command = Command::MoveDues(MoveDues { calendar, at });
        self.inner.command(case, command, None).await.map(|_| ())
    }

    async fn fire_due(&self, id: &CaseId, now: DateTime<Utc>) -> Result<usize, EngineError> {
        let mut case = self.inner.fresh_case(id).await?;
        let mut fired = 0;
        for _ in 0..TIMERS_BEFORE_ACT_MAX {
            let due = case.next_timer().filter(|(_, timer)| timer.at <= now);
            let Some((step, timer)) = due.map(|(step, timer)| (step, timer.clone())) else { break };
            let command = Command::Fire(FireTimer { step, timer, recorded_at: now });
            match self.inner.command(id, command, None).await {
                Ok(accepted) => {
                    fired += 1;
                    case = accepted.case;
                }
                // Somebody acted, or another process fired it first.
                Err(error) if is_gone(&error) => case = self.inner.fresh_case(id).await?,
                Err(error) => return Err(error),
            }
        }
        self.inner.wakes.note(&case);
        Ok(fired)
    }

    async fn fill_wakes(&self) -> Result<(), EngineError> {
        if self.inner.wakes.is_filled() {
            return Ok(());
        }
        let mut after = None;
        loop {
            let page = self.cases(after.as_ref(), VIEW_PAGE_ROWS_MAX).await?;
            page.iter().for_each(|row| self.inner.wakes.note(&row.case));
            match page.last() {
                Some(last) => after = Some(last.case.id.clone()),
                None => break,
            }
        }
        self.inner.wakes.fill();
        Ok(())
    }
}

fn is_gone(error: &EngineError) -> bool {
    match error {
        EngineError::Refused(refusal) => matches!(
            refusal.why,
            Why::Outside(OutsideFault::TimerGone { .. }) | Why::CaseClosed { .. }
        ),
        EngineError::Definition(_)
        | EngineError::Calendar(_)
        | EngineError::Plan(_)
        | EngineError::Identifier(_)
        | EngineError::Store(_) => false,
    }
}

impl Wakes {
    /// Notes when a case is to be looked at next.
    pub(super) fn note(&self, case: &Case) {
        let next = case.next_timer().filter(|_| case.is_open()).map(|(_, timer)| timer.at);
        let mut queue = self.lock();
        if let Some(before) = queue.by_case.remove(&case.id) {
            queue.by_time.remove(&(before, case.id.clone()));
        }
        if let Some(at) = next {
            queue.by_case.insert(case.id.clone(), at);
            queue.by_time.insert((at, case.id.clone()));
        }
    }

    /// Puts back what was taken out and could not be done.
    fn again(&self, cases: impl IntoIterator<Item = (DateTime<Utc>, CaseId)>) {
        let mut queue = self.lock();
        for (at, case) in cases {
            // Somebody may have acted on it meanwhile and noted another time.
            if !queue.by_case.contains_key(&case) {
                queue.by_case.insert(case.clone(), at);
                queue.by_time.insert((at, case));
            }
        }
    }

    fn due(&self, now: DateTime<Utc>) -> Option<(DateTime<Utc>, CaseId)> {
        let mut queue = self.lock();
        let (at, case) = queue.by_time.first()?.clone();
        if at > now {
            return None;
        }
        queue.by_time.pop_first();
        queue.by_case.remove(&case);
        Some((at, case))
    }

    fn next(&self) -> Option<DateTime<Utc>> {
        self.lock().by_time.first().map(|(at, _)| *at)
    }

    fn is_filled(&self) -> bool {
        self.lock().filled
    }

    fn fill(&self) {
        self.lock().filled = true;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
