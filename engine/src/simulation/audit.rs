//! What must hold of years that were played, read from the log alone: every timer fired when it was due, no case is missing
//! from the views or differs from the fold of its events, and the root is that of these bytes.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use dure_storage::merkle::{Frontier, Hash, leaf_hash};
use dure_storage::{Envelope, Position, RecordedEvent, StoreError};
use serde_json::value::RawValue;

use super::report::Trouble;
use super::soundness::{broken, has_something_left, shown};
use crate::limits::{READ_PAGE_EVENTS, VIEW_PAGE_ROWS_MAX};
use crate::model::case::Case;
use crate::model::consequence::{Timer, TimerKind};
use crate::model::event::{CaseEvent, Happened};
use crate::model::evolve::evolve;
use crate::model::names::CaseId;
use crate::runtime::{Engine, streams};

/// What a log says.
pub(super) struct Audit {
    /// Its events.
    pub(super) events: u64,
    /// The root over their bytes.
    pub(super) root: Hash,
    /// Timers that fired, by what they do.
    pub(super) timers: BTreeMap<&'static str, u64>,
    cases: BTreeMap<CaseId, Told>,
}

/// A case as far as its events have been read.
struct Told {
    case: Case,
    recorded_at: DateTime<Utc>,
}

impl Audit {
    /// Reads the whole log of an engine whose clock stands at a time.
    pub(super) async fn of(engine: &Engine, now: DateTime<Utc>) -> Result<Audit, Trouble> {
        let mut frontier = Frontier::default();
        let (mut timers, mut cases) = (BTreeMap::new(), BTreeMap::new());
        loop {
            let next = Position(frontier.size());
            let page = engine.log().read_all(next, READ_PAGE_EVENTS).await.map_err(unreadable)?;
            if page.is_empty() {
                break;
            }
            for event in page {
                frontier.push(leaf_hash(&event.bytes));
                read(&event, &mut cases, &mut timers)?;
            }
        }
        let (events, root) = (frontier.size(), frontier.root());
        let head = engine.log().head().await.map_err(unreadable)?;
        if (head.size, head.root) != (events, root) {
            let found = format!("{} {} and {events} {root}", head.size, head.root);
            return Err(Trouble::FoldsDifferently(found));
        }
        let audit = Audit { events, root, timers, cases };
        audit.nothing_is_overdue(now)?;
        audit.views_agree(engine).await?;
        Ok(audit)
    }

    /// Whether there is such a case.
    pub(super) fn has(&self, case: &CaseId) -> bool {
        self.cases.contains_key(case)
    }

    /// How many cases there are.
    pub(super) fn cases(&self) -> u64 {
        self.cases.len() as u64
    }

    /// How many of them are closed.
    pub(super) fn closed(&self) -> u64 {
        self.cases.values().filter(|told| !told.case.is_open()).count() as u64
    }

    /// No timer of an open case was skipped, and every case has a holder or a next wake-up, or is closed with nothing
    /// left.
    fn nothing_is_overdue(&self, now: DateTime<Utc>) -> Result<(), Trouble> {
        for Told { case, .. } in self.cases.values() {
            match case.next_timer().filter(|_| case.is_open()) {
                Some((step, timer)) if timer.at <= now => {
                    let late = format!("{} {step} at {} by {now}", case.id, timer.at);
                    return Err(Trouble::Late(late));
                }
                Some(_) | None => {}
            }
            if case.fault.is_some() || case.is_stuck() {
                return Err(Trouble::Unsound(shown(case)));
            }
            if !case.is_open() && has_something_left(case) {
                return Err(Trouble::LeftOver(shown(case)));
            }
        }
        Ok(())
    }

    /// The views have exactly these cases, each as its events fold.
    async fn views_agree(&self, engine: &Engine) -> Result<(), Trouble> {
        let (mut after, mut seen) = (None, 0);
        loop {
            let page = engine.cases(after.as_ref(), VIEW_PAGE_ROWS_MAX).await.map_err(broken)?;
            let Some(last) = page.last() else { break };
            after = Some(last.case.id.clone());
            for row in &page {
                seen += 1;
                if self.cases.get(&row.case.id).is_none_or(|told| told.case != row.case) {
                    return Err(Trouble::FoldsDifferently(shown(&row.case)));
                }
            }
        }
        match seen == self.cases.len() {
            true => Ok(()),
            false => Err(Trouble::Lost(format!("{seen} of {} cases", self.cases.len()))),
        }
    }
}

/// Reads an event, if it is one of a case.
fn read(
    recorded: &RecordedEvent,
    cases: &mut BTreeMap<CaseId, Told>,
    timers: &mut BTreeMap<&'static str, u64>,
) -> Result<(), Trouble> {
    let envelope: Envelope<&RawValue> = recorded.envelope().map_err(unreadable)?;
    let Some(id) = streams::case_of(&envelope.subject) else { return Ok(()) };
    let event = CaseEvent::decode(&envelope.kind, envelope.data.get());
    let Some(Ok(event)) = event else {
        return Err(Trouble::Broken(format!("{id}: {}", envelope.kind)));
    };
    let (version, occurred_at) = (envelope.version, envelope.occurred_at);
    let recorded_at = envelope.recorded_at;
    let before = cases.remove(&id);
    if let Some(before) = &before {
        in_time(before, &event, recorded_at)?;
    }
    if let CaseEvent::TimerFired(fired) = &event {
        *timers.entry(name_of(&fired.timer)).or_default() += 1;
    }
    let happened = Happened { version, occurred_at, event };
    let case = evolve(before.map(|before| before.case), &happened);
    let case = case.ok_or_else(|| Trouble::Broken(format!("{id} has no beginning")))?;
    cases.insert(id, Told { case, recorded_at });
    Ok(())
}

/// What the clock had to do first came before this event, and if it is that itself, it came when it was due: or, if it
/// was due before it was set, at once.
fn in_time(before: &Told, event: &CaseEvent, at: DateTime<Utc>) -> Result<(), Trouble> {
    let next = before.case.next_timer();
    let due = next.as_ref().map(|(_, timer)| timer.at.max(before.recorded_at));
    let is_in_time = match event {
        CaseEvent::TimerFired(fired) => {
            let is_next = next.is_some_and(|(_, timer)| *timer == fired.timer);
            is_next && due == Some(at)
        }
        CaseEvent::Started(_)
        | CaseEvent::StepCompleted(_)
        | CaseEvent::ActionTaken(_)
        | CaseEvent::AutoCompleted(_)
        | CaseEvent::EffectFailed(_)
        | CaseEvent::EffectRetried(_)
        | CaseEvent::MessageReceived(_)
        | CaseEvent::TaskChanged(_)
        | CaseEvent::DuesMoved(_)
        | CaseEvent::Migrated(_)
        | CaseEvent::Continued(_) => due.is_none_or(|due| at <= due),
    };
    match is_in_time {
        true => Ok(()),
        false => Err(Trouble::Late(format!("{} {due:?} {at}", shown(&before.case)))),
    }
}

fn name_of(timer: &Timer) -> &'static str {
    match timer.does {
        TimerKind::Remind { .. } => "remind",
        TimerKind::Wake {} => "wake",
        TimerKind::Expire { .. } => "expire",
        TimerKind::Escalate { .. } => "escalate",
    }
}

fn unreadable(error: StoreError) -> Trouble {
    Trouble::Broken(error.to_string())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::TimeDelta;
    use dure_storage::MemoryLog;

    use super::*;
    use crate::model::names::{Name, PersonId};
    use crate::model::people::{Grant, Person};
    use crate::runtime::{ActOf, Clock, StartRequest};
    use crate::simulation::Ground;

    const WORKFLOW: &str = "
workflow: answer
version: 1
title: {ko: 답변, en: Answer}
roles: {clerk: {ko: 담당자, en: Clerk}}
start: {by: clerk, to: answer}
steps:
  answer:
    title: {ko: 답변, en: Answer}
    by: clerk
    due: {within: 3d, remind: 1d, expire: silent}
    outcomes:
      given:  {title: {ko: 함, en: Given}, to: done}
      silent: {title: {ko: 무응답, en: Silent}, to: done}
ends: {done: {title: {ko: 끝, en: Done}}}
";

    /// A case whose task is due in three days.
    async fn begun() -> Ground {
        let ground =
            Ground::on(Arc::new(MemoryLog::new(Ground::source()))).await.expect("a ground");
        ground.publish("answer.yaml", WORKFLOW).await.unwrap_or_else(|error| panic!("{error}"));
        let (clerk, role) =
            (PersonId::new("clerk01").expect("an id"), Name::new("clerk").expect("a name"));
        let person = Person::new(clerk.clone(), vec![Grant::always(role, None)]);
        ground.engine().add_person(person, None).await.expect("a person");
        let (workflow, act) = ("answer".to_owned(), ActOf::by(clerk));
        ground.engine().start(StartRequest { workflow, case: None, act }).await.expect("a case");
        ground
    }

    /// Goes so many hours on each time; the clock does what is due only where it is asked to.
    async fn after(hours: &[(i64, bool)]) -> Result<Audit, Trouble> {
        let ground = begun().await;
        for (hours, tick) in hours {
            ground.clock().go_to(ground.clock().now() + TimeDelta::hours(*hours));
            if *tick {
                ground.engine().tick().await.expect("the clock goes on");
            }
        }
        Audit::of(ground.engine(), ground.clock().now()).await
    }

    #[tokio::test]
    async fn a_timer_that_is_late_or_skipped_is_found() {
        let in_time = after(&[(48, true), (24, true)]).await.expect("all in time");
        assert_eq!(in_time.timers, [("remind", 1), ("expire", 1)].into());
        assert_eq!((in_time.cases(), in_time.closed()), (1, 1));
        for late in [
            &[(49, true), (23, true)][..],
            &[(48, true), (25, true)],
            &[(48, false)],
            &[(72, true)],
        ] {
            assert!(matches!(after(late).await, Err(Trouble::Late(_))), "{late:?}");
        }
    }
}
