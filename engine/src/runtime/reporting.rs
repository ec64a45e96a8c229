//! Reports of the log as of a moment: folds its events up to there and hands them to the report.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use dure_storage::{Envelope, Position, RecordedEvent, StoreError};
use serde_json::value::RawValue;

use super::calendars::{CALENDAR_PUBLISHED, CalendarPublished};
use super::engine::Engine;
use super::history::decode;
use super::streams;
use crate::error::EngineError;
use crate::language::{read_report, report_workflows};
use crate::limits::READ_PAGE_EVENTS;
use crate::model::account::{Account, AccountEvent};
use crate::model::definition::Definition;
use crate::model::event::{CaseEvent, Happened};
use crate::model::names::{CaseId, Name, WorkflowRef};
use crate::model::people::{Person, PersonEvent};
use crate::report::{Material, Report, Subject, Table};

/// The moment a report is as of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Now.
    Now,
    /// Right after the event at this position was recorded.
    Position(Position),
    /// What was recorded by this time.
    Time(DateTime<Utc>),
}

impl Engine {
    /// Reads a report and types it by every published version of the workflows it is about.
    ///
    /// # Errors
    /// Every mistake in it.
    pub async fn read_report(&self, file: &str, text: &str) -> Result<Report, EngineError> {
        let mut editions: BTreeMap<Name, Vec<Arc<Definition>>> = BTreeMap::new();
        for name in report_workflows(text) {
            let mut known = Vec::new();
            for version in self.versions(&name).await? {
                let reference = WorkflowRef { name: name.clone(), version };
                // A version that this program cannot read has no cases it could show.
                known.extend(self.inner.definition(&reference).await.ok().flatten());
            }
            editions.insert(name, known);
        }
        let of = |name: &Name| editions.get(name).cloned().unwrap_or_default();
        read_report(file, text, &of).map_err(EngineError::Report)
    }

    /// The table of a report as of a moment. `progress` is told how many of how many events were read.
    ///
    /// # Errors
    /// `E-report-too-large`; if the store failed.
    pub async fn report(
        &self,
        report: &Report,
        moment: Moment,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<Table, EngineError> {
        let size = self.inner.log.head().await?.size;
        let end = match moment {
            Moment::Now | Moment::Time(_) => size,
            Moment::Position(position) => size.min(position.0.saturating_add(1)),
        };
        let now = self.inner.clock.now();
        let at = if let Moment::Time(at) = moment { at.min(now) } else { now };
        let mut gathering = Gathering::of(self, report, at);
        gathering.read_to(end, moment, progress).await?;
        gathering.table().await
    }

    /// The tables of a report as of one position after another, reading the log once: how its numbers came to be.
    ///
    /// # Errors
    /// As [`Engine::report`]; whatever `each` says.
    pub async fn report_along(
        &self,
        report: &Report,
        positions: &BTreeSet<Position>,
        mut each: impl FnMut(Position, Table) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        let mut gathering = Gathering::of(self, report, self.inner.clock.now());
        for position in positions {
            let end = position.0.saturating_add(1);
            gathering.read_to(end, Moment::Position(*position), &|_, _| {}).await?;
            each(*position, gathering.table().await?)?;
        }
        Ok(())
    }
}

/// The log, read up to here.
struct Gathering<'a> {
    engine: &'a Engine,
    report: &'a Report,
    material: Material,
    /// For each workflow, whether the report is about it or one that some version of it calls.
    concerned: BTreeMap<Name, bool>,
    /// The cases the report is not about.
    others: BTreeSet<CaseId>,
}

impl<'a> Gathering<'a> {
    fn of(engine: &'a Engine, report: &'a Report, at: DateTime<Utc>) -> Gathering<'a> {
        Gathering {
            engine,
            report,
            material: Material { at, ..Material::default() },
            concerned: BTreeMap::new(),
            others: BTreeSet::new(),
        }
    }

    /// Reads on, up to the moment or before the position `end`, whichever comes first.
    async fn read_to(
        &mut self,
        end: u64,
        moment: Moment,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<(), EngineError> {
        while self.material.events < end {
            let from = Position(self.material.events);
            let page = self.engine.inner.log.read_all(from, READ_PAGE_EVENTS).await?;
            if page.is_empty() {
                break;
            }
            for recorded in page.iter().take_while(|recorded| recorded.position.0 < end) {
                if !self.add(recorded, moment).await? {
                    return Ok(());
                }
            }
            progress(self.material.events, end);
        }
        Ok(())
    }

    /// The table of what was read so far.
    async fn table(&self) -> Result<Table, EngineError> {
        let frontier = self.engine.inner.log.frontier_at(self.material.events).await?;
        Ok(self.material.table(self.report, frontier.root())?)
    }

    /// Adds an event; no, if it was recorded after the moment.
    async fn add(&mut self, recorded: &RecordedEvent, moment: Moment) -> Result<bool, EngineError> {
        let envelope: Envelope<&RawValue> = recorded.envelope()?;
        match moment {
            Moment::Time(at) if envelope.recorded_at > at => return Ok(false),
            Moment::Position(_) => self.material.at = envelope.recorded_at,
            Moment::Time(_) | Moment::Now => {}
        }
        self.material.events += 1;
        let unreadable = |error: serde_json::Error| StoreError::EventUnreadable {
            position: recorded.position,
            reason: error.to_string(),
        };
        let data = envelope.data.get();
        if let Some(id) = streams::case_of(&envelope.subject) {
            self.add_to_case(id, &envelope).await?;
        } else if let Some(id) = streams::person_of(&envelope.subject) {
            let event =
                PersonEvent::decode(&envelope.kind, data).transpose().map_err(unreadable)?;
            let known = self.material.people.remove(&id);
            let person = match event {
                Some(event) => Person::after(known, event),
                None => known,
            };
            self.material.people.extend(person.map(|person| (id, person)));
        } else if envelope.kind == CALENDAR_PUBLISHED.0 {
            let event: CalendarPublished = serde_json::from_str(data).map_err(unreadable)?;
            self.material.calendars.insert(event.calendar.name.clone(), event.calendar);
        } else if let Some(account) = streams::account_of(&envelope.subject)
            && matches!(self.report.subject, Subject::Accounts(_))
        {
            let event =
                AccountEvent::decode(&envelope.kind, data).transpose().map_err(unreadable)?;
            let known = self.material.accounts.remove(&account);
            let folded = match event {
                Some(event) => Account::fold(known, &event),
                None => known,
            };
            self.material.accounts.extend(folded.map(|folded| (account, folded)));
        }
        Ok(true)
    }

    async fn add_to_case(
        &mut self,
        id: CaseId,
        envelope: &Envelope<&RawValue>,
    ) -> Result<(), EngineError> {
        if self.others.contains(&id) || self.material.unreadable.contains_key(&id) {
            return Ok(());
        }
        let happened = match decode(envelope) {
            Ok(happened) => happened,
            Err(reason) => {
                self.material.unreadable.insert(id, reason);
                return Ok(());
            }
        };
        if let Some(workflow) = started(&happened) {
            self.know(workflow).await?;
            if !self.is_concerned(&workflow.name).await? {
                self.others.insert(id);
                return Ok(());
            }
        }
        if let CaseEvent::Migrated(event) = &happened.event {
            self.know(&event.to).await?;
        }
        let chronicle = self.material.cases.entry(id).or_default();
        chronicle.add(&happened, envelope.recorded_at, &self.report.histories);
        Ok(())
    }

    /// Whether cases of a workflow can have rows. A case may come to call another workflow by a later version, so every
    /// version is asked; those that this program cannot read are told of where they are met.
    async fn is_concerned(&mut self, workflow: &Name) -> Result<bool, EngineError> {
        if let Some(known) = self.concerned.get(workflow) {
            return Ok(*known);
        }
        let concerned = match &self.report.subject {
            Subject::Cases(names) => {
                let mut concerned = names.contains(workflow);
                for version in self.engine.versions(workflow).await? {
                    let reference = WorkflowRef { name: workflow.clone(), version };
                    let known = self.know(&reference).await?;
                    concerned |= known.is_some_and(|known| calls_one(&known, names));
                }
                concerned
            }
            Subject::AllCases => true,
            Subject::Accounts(_) | Subject::People => false,
        };
        let concerned = concerned || self.report.named.contains(workflow);
        self.concerned.insert(workflow.clone(), concerned);
        Ok(concerned)
    }

    /// A definition, kept with those it calls for their words.
    async fn know(
        &mut self,
        workflow: &WorkflowRef,
    ) -> Result<Option<Arc<Definition>>, EngineError> {
        let found = match self.engine.inner.definition(workflow).await {
            Ok(found) => found,
            Err(EngineError::Refused(_)) => None,
            Err(error) => return Err(error),
        };
        let mut rest: Vec<Arc<Definition>> = found.iter().cloned().collect();
        while let Some(definition) = rest.pop() {
            let reference = definition.reference.clone();
            if self.material.definitions.insert(reference, definition.clone()).is_none() {
                rest.extend(definition.called.values().cloned());
            }
        }
        Ok(found)
    }
}

fn started(happened: &Happened) -> Option<&WorkflowRef> {
    if let CaseEvent::Started(started) = &happened.event { Some(&started.workflow) } else { None }
}

/// Whether a workflow is one of these, or calls one of them.
fn calls_one(definition: &Definition, names: &[Name]) -> bool {
    names.contains(&definition.reference.name)
        || definition.called.values().any(|called| calls_one(called, names))
}
