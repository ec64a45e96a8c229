//! Letting time pass: which case the clock moves next, and firing what is due. The queue is derived from the cases
//! and may be lost; what fires is decided by the case, once, by its version.

use std::collections::{BTreeSet, HashMap};
use std::sync::Mutex;

use chrono::{DateTime, Utc};
use dure_storage::{Explain, Position};
use serde_json::value::RawValue;

use super::engine::{Engine, Inner};
use super::streams;
use crate::error::EngineError;
use crate::limits::{READ_PAGE_EVENTS, TIMERS_BEFORE_ACT_MAX, VIEW_PAGE_ROWS_MAX};
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
    /// Up to where in the log the cases that moved were looked at; none before the first time.
    seen: Option<Position>,
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
        self.notice().await?;
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
        self.notice().await?;
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

    /// Looks at every case once, and afterwards at those that moved since: also a case that another started or told,
    /// and what other processes did.
    pub(super) async fn notice(&self) -> Result<(), EngineError> {
        let inner = &self.inner;
        let Some(seen) = inner.wakes.seen() else { return self.notice_all().await };
        let mut next = seen;
        loop {
            let page = inner.log.read_all(next, READ_PAGE_EVENTS).await?;
            let Some(last) = page.last() else { break };
            next = Position(last.position.0 + 1);
            let mut moved = BTreeSet::new();
            for event in &page {
                moved.extend(streams::case_of(&event.envelope::<&RawValue>()?.subject));
            }
            for id in moved {
                match inner.fresh_case(&id).await {
                    Ok(case) => inner.note(&case),
                    // What a newer program wrote is refused case by case; the others go on.
                    Err(EngineError::Refused(_)) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        inner.wakes.has_seen(next);
        Ok(())
    }

    async fn notice_all(&self) -> Result<(), EngineError> {
        // What is appended while the cases are read is looked at again.
        let seen = self.inner.log.head().await?.size;
        let mut after = None;
        loop {
            let page = self.cases(after.as_ref(), VIEW_PAGE_ROWS_MAX).await?;
            page.iter().for_each(|row| self.inner.note(&row.case));
            match page.last() {
                Some(last) => after = Some(last.case.id.clone()),
                None => break,
            }
        }
        self.inner.wakes.has_seen(Position(seen));
        Ok(())
    }
}

impl Inner {
    /// Notes what the clock and handlers have to do with a case next.
    pub(super) fn note(&self, case: &Case) {
        self.wakes.note(case);
        self.effects.note(case);
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
        | EngineError::Report(_)
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

    fn seen(&self) -> Option<Position> {
        self.lock().seen
    }

    pub(super) fn has_seen(&self, position: Position) {
        let mut queue = self.lock();
        queue.seen = queue.seen.max(Some(position));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
