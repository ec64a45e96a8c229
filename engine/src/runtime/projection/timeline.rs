//! The audit timeline of each case: one entry per act, with what it made true for people.

use chrono::{DateTime, Utc};
use dure_storage::{EventId, Position, StoreError, StreamVersion};
use serde::{Deserialize, Serialize};

use super::{Projection, Rows, ViewEvent};
use crate::limits::TIMELINE_ROW_ENTRIES;
use crate::model::address::StepPath;
use crate::model::consequence::{Consequence, Holder, TimerKind, WaitsFor};
use crate::model::event::{Authority, CaseEvent, Imported, TaskChange};
use crate::model::names::{CaseId, Name, PersonId, Text, WorkflowRef};
use crate::runtime::streams;

/// What somebody did, in a timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Did {
    /// Started the case.
    Started,
    /// Completed a step by an outcome.
    Completed {
        /// The step.
        step: StepPath,
        /// The outcome.
        outcome: Name,
    },
    /// Took an action.
    Acted {
        /// The action.
        action: StepPath,
    },
    /// A timer fired.
    TimerFired {
        /// The step it belonged to.
        step: StepPath,
        /// What it did.
        does: TimerKind,
    },
    /// A handler completed a step by an outcome.
    Answered {
        /// The step.
        step: StepPath,
        /// The handler.
        handler: Name,
        /// The outcome.
        outcome: Name,
    },
    /// The handler of a step failed; the reason is what it said.
    EffectFailed {
        /// The step.
        step: StepPath,
        /// The handler.
        handler: Name,
        /// How often by now.
        attempts: u32,
        /// Whether it waits for a person now.
        parked: bool,
    },
    /// What failed was to be tried again.
    EffectRetried {
        /// The step.
        step: StepPath,
    },
    /// A message arrived.
    Received {
        /// The message.
        message: Name,
        /// The case that sent it, if none of the people did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<CaseId>,
    },
    /// A task was changed.
    Changed {
        /// The task.
        step: StepPath,
        /// How.
        change: TaskChange,
    },
    /// A calendar changed, and with it dues.
    DuesMoved {
        /// The calendar.
        calendar: Name,
        /// Its version now.
        version: u32,
    },
    /// The case goes on under another version of its workflow.
    Migrated {
        /// The version.
        to: WorkflowRef,
        /// Why, in both languages.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        because: Option<Text>,
    },
}

/// A step that began to wait for somebody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entered {
    /// The step.
    pub step: StepPath,
    /// Who may complete it.
    pub holder: Holder,
    /// When it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<DateTime<Utc>>,
}

/// One line of a timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// The event's number in the case.
    pub version: StreamVersion,
    /// Its position in the log.
    pub position: Position,
    /// Its id.
    pub event: EventId,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// What was done.
    pub did: Did,
    /// Who did it; nobody, where the clock, a handler or another case did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// In which role; none as the starter.
    pub role: Option<Name>,
    /// Under what right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<Authority>,
    /// For whom.
    pub on_behalf_of: Option<PersonId>,
    /// Why.
    pub reason: Option<String>,
    /// What the case was brought in from, where this began it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<Imported>,
    /// What began to wait for somebody.
    pub entered: Vec<Entered>,
    /// Which flags it raised.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub raised: Vec<StepPath>,
    /// Which flags it cleared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cleared: Vec<StepPath>,
    /// How the case ended, if it did.
    pub closed: Option<Name>,
}

/// Key: the case and the number of the row, six digits; a row holds a fixed number of entries.
#[derive(Debug, Default)]
pub struct Timeline;

impl Projection for Timeline {
    type Row = Vec<TimelineEntry>;
    const NAME: &'static str = "timeline";
    const SCHEMA: u32 = 2;

    fn apply(
        &mut self,
        event: &ViewEvent<'_>,
        rows: &mut Rows<Vec<TimelineEntry>>,
    ) -> Result<(), StoreError> {
        let (Some(happened), Some(case)) =
            (event.case_event, streams::case_of(&event.envelope.subject))
        else {
            return Ok(());
        };
        let key = row_key(&case, happened.version);
        match entry(event, &happened.event) {
            Some(entry) => {
                let mut row = rows.take(&key)?.unwrap_or_default();
                row.retain(|known| known.version < entry.version);
                row.push(entry);
                rows.put(key, row);
            }
            None => continue_last(&case, happened.version, happened.event.consequences(), rows)?,
        }
        Ok(())
    }
}

/// The prefix of a case's rows.
pub(in crate::runtime) fn prefix(case: &CaseId) -> String {
    format!("{case}\0")
}

fn row_key(case: &CaseId, version: StreamVersion) -> String {
    let row = (version.0 as usize).saturating_sub(1) / TIMELINE_ROW_ENTRIES;
    format!("{case}\0{row:06}")
}

fn entry(event: &ViewEvent<'_>, happened: &CaseEvent) -> Option<TimelineEntry> {
    let did = match happened {
        CaseEvent::Started(_) => Did::Started,
        CaseEvent::StepCompleted(e) => {
            Did::Completed { step: e.step.clone(), outcome: e.outcome.clone() }
        }
        CaseEvent::ActionTaken(e) => Did::Acted { action: e.action.clone() },
        CaseEvent::TimerFired(e) => {
            Did::TimerFired { step: e.step.clone(), does: e.timer.does.clone() }
        }
        CaseEvent::AutoCompleted(e) => Did::Answered {
            step: e.step.clone(),
            handler: e.handler.clone(),
            outcome: e.outcome.clone(),
        },
        CaseEvent::EffectFailed(e) => Did::EffectFailed {
            step: e.step.clone(),
            handler: e.handler.clone(),
            attempts: e.failing.attempts,
            parked: e.failing.retry_at.is_none(),
        },
        CaseEvent::EffectRetried(e) => Did::EffectRetried { step: e.step.clone() },
        CaseEvent::MessageReceived(e) => {
            Did::Received { message: e.message.clone(), from: e.from.clone() }
        }
        CaseEvent::TaskChanged(e) => {
            Did::Changed { step: e.step.clone(), change: e.change.clone() }
        }
        CaseEvent::DuesMoved(e) => {
            Did::DuesMoved { calendar: e.calendar.clone(), version: e.version }
        }
        CaseEvent::Migrated(e) => Did::Migrated { to: e.to.clone(), because: e.because.clone() },
        CaseEvent::Continued(_) => return None,
    };
    let act = happened.act();
    let mut entry = TimelineEntry {
        version: event.envelope.version,
        position: event.position,
        event: event.envelope.id,
        occurred_at: event.envelope.occurred_at,
        recorded_at: event.envelope.recorded_at,
        did,
        by: act.map(|act| act.by.clone()),
        role: act.and_then(|act| act.role.clone()),
        authority: act.map(|act| act.authority),
        on_behalf_of: act.and_then(|act| act.on_behalf_of.clone()),
        reason: match (happened, act) {
            (CaseEvent::EffectFailed(e), _) => Some(e.failing.error.clone()),
            (_, act) => act.and_then(|act| act.reason.clone()),
        },
        imported: imported(happened),
        entered: Vec::new(),
        raised: Vec::new(),
        cleared: Vec::new(),
        closed: None,
    };
    entry.add(happened.consequences());
    Some(entry)
}

fn imported(happened: &CaseEvent) -> Option<Imported> {
    let CaseEvent::Started(started) = happened else { return None };
    started.imported.clone()
}

/// A continuation belongs to the act before it.
fn continue_last(
    case: &CaseId,
    version: StreamVersion,
    consequences: &[Consequence],
    rows: &mut Rows<Vec<TimelineEntry>>,
) -> Result<(), StoreError> {
    for row in (0..=version.0).rev().step_by(TIMELINE_ROW_ENTRIES) {
        let key = row_key(case, StreamVersion(row));
        let Some(mut entries) = rows.get(&key)?.filter(|entries| !entries.is_empty()) else {
            continue;
        };
        if let Some(last) = entries.last_mut() {
            last.add(consequences);
        }
        rows.put(key, entries);
        break;
    }
    Ok(())
}

impl TimelineEntry {
    fn add(&mut self, consequences: &[Consequence]) {
        for consequence in consequences {
            if let Consequence::CaseClosed { end } = consequence {
                self.closed = Some(end.clone());
            }
            if let Consequence::FlagRaised { flag } = consequence {
                note(&mut self.raised, flag);
            }
            if let Consequence::FlagCleared { flag } = consequence {
                note(&mut self.cleared, flag);
            }
            let Consequence::StepEntered {
                step, waits: WaitsFor::Task { holder, due, .. }, ..
            } = consequence
            else {
                continue;
            };
            let entered = Entered { step: step.clone(), holder: holder.clone(), due: *due };
            if !self.entered.contains(&entered) {
                self.entered.push(entered);
            }
        }
    }
}

/// Notes a flag once, also where a row is written a second time.
fn note(flags: &mut Vec<StepPath>, flag: &StepPath) {
    if !flags.contains(flag) {
        flags.push(flag.clone());
    }
}
