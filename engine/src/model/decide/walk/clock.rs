//! What the clock will do to an active step: dues, reminders, escalations, expiry, and standing still meanwhile.

use super::*;
use crate::model::case::ActiveStep;
use crate::model::consequence::{ClockChange, StepClock, Timer, TimerKind};
use crate::model::definition::{Due, DueWhen, Until, Wait};
use crate::model::refusal::OutsideFault;
use crate::time::{self, Calendar, CalendarFault, Counted, DueBasis, Pause, Span};

impl<'d> Walk<'d, '_> {
    /// The clock of a step, from when it is entered.
    pub(super) fn clock_of(
        &self,
        path: &StepPath,
        step: &Step,
        since: DateTime<Utc>,
    ) -> Result<StepClock, Undecided> {
        let pauses = step.pauses();
        let Some(due) = step.due() else {
            return Ok(StepClock { pauses, ..StepClock::default() });
        };
        let (at, basis) = match &due.when {
            DueWhen::Within(span) => self.later(&path.block, since, Counted::Span(*span))?,
            DueWhen::At(when) => (self.moment(&path.block, when, time::Edge::End)?, None),
        };
        let timers = self.timers(&path.block, due, at)?;
        Ok(StepClock { basis, timers, due: Some(at), pauses })
    }

    /// The clock of a wait, from when it is entered.
    pub(super) fn clock_of_wait(
        &self,
        path: &StepPath,
        wait: &Wait,
        since: DateTime<Utc>,
    ) -> Result<StepClock, Undecided> {
        let (at, basis) = match &wait.until {
            None => return Ok(StepClock { pauses: wait.pauses, ..StepClock::default() }),
            Some(Until::For(span)) => self.later(&path.block, since, Counted::Span(*span))?,
            Some(Until::Next(recurrence)) => {
                self.later(&path.block, since, Counted::Recurrence(recurrence.clone()))?
            }
            Some(Until::At(when)) => (self.moment(&path.block, when, time::Edge::Start)?, None),
        };
        let timers = vec![Timer { at: at.max(self.at), does: TimerKind::Wake {} }];
        Ok(StepClock { basis, timers, due: Some(at), pauses: wait.pauses })
    }

    fn calendar(&self, block: &BlockPath) -> Result<Option<&'d Calendar>, Undecided> {
        self.outside.calendar(self.definition(block)?.calendar.as_ref())
    }

    /// So long after a time, and what that was computed from where a calendar was needed.
    fn later(
        &self,
        block: &BlockPath,
        from: DateTime<Utc>,
        counted: Counted,
    ) -> Result<(DateTime<Utc>, Option<DueBasis>), Undecided> {
        let calendar = self.calendar(block)?;
        let at = counted.after(calendar, from).map_err(Why::Calendar)?;
        Ok((at, calendar.map(|calendar| DueBasis::of(Some(calendar), from, counted))))
    }

    /// The time, or an edge of the day, that an expression gives.
    fn moment(
        &self,
        block: &BlockPath,
        when: &crate::expression::Expression,
        edge: time::Edge,
    ) -> Result<DateTime<Utc>, Undecided> {
        let value = self.automatic().evaluate(&self.here(block)?, when)?;
        let text = value.as_str().unwrap_or_default();
        let moment = time::moment(self.calendar(block)?, text, edge);
        moment.ok_or_else(|| {
            Why::Outside(OutsideFault::TimeInvalid { text: text.chars().take(80).collect() }).into()
        })
    }

    fn timers(
        &self,
        block: &BlockPath,
        due: &Due,
        at: DateTime<Utc>,
    ) -> Result<Vec<Timer>, Undecided> {
        let calendar = self.calendar(block)?;
        let mut timers = Vec::new();
        for span in &due.remind {
            let remind = time::before(calendar, at, *span).map_err(Why::from)?;
            timers.push(Timer { at: remind, does: TimerKind::Remind { before: *span } });
        }
        for escalation in &due.escalate {
            let (after, to) = (escalation.after, escalation.to.clone());
            let called = called_in(calendar, at, after)?;
            timers.push(Timer { at: called, does: TimerKind::Escalate { after, to } });
        }
        if let Some(outcome) = &due.expire {
            timers.push(Timer { at, does: TimerKind::Expire { outcome: outcome.clone() } });
        }
        // A reminder whose time has passed already would come too early to help; the rest still has to happen.
        timers
            .retain(|timer| !matches!(timer.does, TimerKind::Remind { .. }) || timer.at > self.at);
        timers.iter_mut().for_each(|timer| timer.at = timer.at.max(self.at));
        timers.sort_by(|one, other| (one.at, &one.does).cmp(&(other.at, &other.does)));
        Ok(timers)
    }

    /// Takes the first timer of a step off, now that it fired.
    pub(in super::super) fn spend_timer(&mut self, path: &StepPath) {
        let Some(active) = self.case.active(path) else { return };
        let mut clock = StepClock { due: active.due(), ..active.clock.clone() };
        if !clock.timers.is_empty() {
            clock.timers.remove(0);
        }
        self.emit(Consequence::ClockSet { step: path.clone(), clock, why: ClockChange::Fired });
    }

    /// Gives the open steps that are due more time.
    pub(in super::super) fn extend(
        &mut self,
        steps: &[StepPath],
        by: Span,
    ) -> Result<(), Undecided> {
        for path in steps {
            let Some(due) = self.case.active(path).and_then(ActiveStep::due) else { continue };
            let (at, basis) = self.later(&path.block, due, Counted::Span(by))?;
            self.move_due(path, at, basis, ClockChange::Extended)?;
        }
        Ok(())
    }

    fn move_due(
        &mut self,
        path: &StepPath,
        at: DateTime<Utc>,
        basis: Option<DueBasis>,
        why: ClockChange,
    ) -> Result<(), Undecided> {
        let (step, Some(active)) = (self.step(path)?, self.case.active(path)) else {
            return Ok(());
        };
        let was_set =
            |kind: &TimerKind| active.clock.timers.iter().any(|timer| timer.does == *kind);
        let timers = match (step.due(), &step.kind) {
            (Some(due), _) => {
                let mut timers = self.timers(&path.block, due, at)?;
                timers.retain(|timer| was_set(&timer.does));
                timers
            }
            (None, StepKind::Wait(_)) => {
                vec![Timer { at: at.max(self.at), does: TimerKind::Wake {} }]
            }
            (None, _) => Vec::new(),
        };
        let clock = StepClock { basis, timers, due: Some(at), pauses: active.clock.pauses };
        self.emit(Consequence::ClockSet { step: path.clone(), clock, why });
        Ok(())
    }

    /// Stops the clock of the case when a step that pauses it became active, and lets it go on after.
    pub(super) fn settle_clock(&mut self) -> Result<(), Undecided> {
        let pausing = self.case.running().iter().any(|running| running.step.clock.pauses);
        match (self.case.stopped_at, pausing && self.case.is_open()) {
            (None, true) => self.emit(Consequence::ClockStopped {}),
            (Some(stopped_at), false) => self.resume(stopped_at)?,
            (None, false) | (Some(_), true) => {}
        }
        Ok(())
    }

    fn resume(&mut self, stopped_at: DateTime<Utc>) -> Result<(), Undecided> {
        self.emit(Consequence::ClockResumed {});
        let stood_still = |active: &ActiveStep| active.since < self.at;
        let due = self.case.running().into_iter().filter_map(|running| {
            let due = running.step.due().filter(|_| stood_still(running.step))?;
            Some((running.path, due, running.step.since, running.step.clock.basis.clone()))
        });
        let due: Vec<_> = due.collect();
        for (path, due, since, basis) in due {
            let stopped_at = stopped_at.max(since);
            let at = match &basis {
                Some(DueBasis { counted, .. }) => {
                    let pause = Pause { from: stopped_at, to: self.at };
                    let calendar = self.calendar(&path.block)?;
                    counted.resume(calendar, due, pause).map_err(Why::Calendar)?
                }
                None => time::put_off(due, self.at - stopped_at),
            };
            let basis = basis.and_then(|basis| basis.paused(stopped_at, self.at));
            self.move_due(&path, at, basis, ClockChange::Resumed)?;
        }
        Ok(())
    }

    /// Computes again every due that a calendar decided.
    pub(in super::super) fn recalculate(&mut self, calendar: &Name) -> Result<(), Undecided> {
        let running = self.case.running().into_iter();
        let based = running.filter_map(|running| {
            let basis = running.step.clock.basis.clone()?;
            basis.used(calendar).then(|| (running.path, running.step.due(), basis))
        });
        let based: Vec<_> = based.collect();
        for (path, due, basis) in based {
            let calendar = self.calendar(&path.block)?;
            let at = basis.due(calendar).map_err(Why::Calendar)?;
            if Some(at) != due {
                self.move_due(&path, at, Some(basis.anew(calendar)), ClockChange::Calendar)?;
            }
        }
        Ok(())
    }
}

/// When a role is called in after a due. One that would lie too far away is called in at the last moment there is: the
/// due of a clock that stood still may have come to lie close to it.
fn called_in(
    calendar: Option<&Calendar>,
    due: DateTime<Utc>,
    after: Span,
) -> Result<DateTime<Utc>, Why> {
    match time::after(calendar, due, after) {
        Err(CalendarFault::TooFar {}) => Ok(time::LAST_MOMENT),
        called => called.map_err(Why::from),
    }
}
