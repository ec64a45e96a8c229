//! Bringing a decision what it asks for from outside its case, and putting what it does elsewhere into its commit.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use dure_storage::{CanonicalJson, ExpectedVersion, StreamAppend, StreamVersion};

use super::engine::{Inner, References};
use super::streams;
use crate::error::EngineError;
use crate::limits::FACTS_MAX;
use crate::model::account::{AccountEvent, AccountMoved, AccountRef, by_account};
use crate::model::event::CaseEvent;
use crate::model::known::{Fact, Known, Other, Undecided};
use crate::model::names::{CaseId, Name};
use crate::model::number::{NUMBER_ASSIGNED, NumberAssigned};
use crate::model::reference::Referred;
use crate::model::refusal::{OutsideFault, Why};

/// When something happened and when it is recorded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub(super) occurred_at: DateTime<Utc>,
    pub(super) recorded_at: DateTime<Utc>,
}

impl Inner {
    /// Decides, bringing every fact that is asked for, one after the other.
    pub(super) async fn with_facts<T>(
        &self,
        mut known: Known,
        at: DateTime<Utc>,
        decide: impl Fn(&Known) -> Result<T, Undecided>,
    ) -> Result<(T, Known), EngineError> {
        for _ in 0..FACTS_MAX {
            match decide(&known) {
                Ok(decided) => return Ok((decided, known)),
                Err(Undecided::Refused(refusal)) => return Err(refusal.into()),
                Err(Undecided::Lacking(fact)) => Box::pin(self.bring(fact, at, &mut known)).await?,
            }
        }
        Err(Why::Outside(OutsideFault::TooManyFacts { max: FACTS_MAX }).into())
    }

    async fn bring(
        &self,
        fact: Fact,
        at: DateTime<Utc>,
        known: &mut Known,
    ) -> Result<(), EngineError> {
        match fact {
            Fact::Account(account) => {
                let found = self.fresh_account(&account).await?;
                known.accounts.insert(account, found.map(|account| (*account).clone()));
            }
            Fact::Number { workflow, nth } => {
                let number = self.number_ahead(&workflow, nth, at).await?;
                known.numbers.insert((workflow, nth), number);
            }
            Fact::Calendar(name) => {
                let found = self.latest_calendar(&name).await?;
                known.calendars.insert(name, found);
            }
            Fact::Case(id) => {
                let found = match self.fresh_case(&id).await {
                    Ok(case) => {
                        let definition = self.definition_for(&case.frame.workflow).await?;
                        Some((case, definition))
                    }
                    Err(error) if is_unknown(&error) => None,
                    Err(error) => return Err(error),
                };
                known.cases.insert(id, found);
            }
            Fact::Person(id) => {
                let found = match self.person(&id).await {
                    Ok(person) => Some(person),
                    Err(EngineError::Refused(_)) => None,
                    Err(error) => return Err(error),
                };
                known.people.insert(id, found);
            }
            Fact::Referred(id, asked) => {
                let found = match self.references {
                    References::Checked => self.referred(&id).await?,
                    References::Assumed => asked.met(),
                };
                known.referred.insert(id, found);
            }
        }
        Ok(())
    }

    async fn referred(&self, id: &CaseId) -> Result<Option<Referred>, EngineError> {
        match self.fresh_case(id).await {
            Ok(case) => {
                let workflow = case.frame.workflow.name.clone();
                Ok(Some(Referred { workflow, is_open: case.is_open() }))
            }
            Err(error) if is_unknown(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The number that a case of a workflow would get after `nth` others.
    async fn number_ahead(
        &self,
        workflow: &Name,
        nth: u32,
        at: DateTime<Utc>,
    ) -> Result<CaseId, EngineError> {
        let definition = self.latest(workflow).await?;
        match definition.as_ref().and_then(|definition| definition.number.as_ref()) {
            Some(format) => {
                let last = self.last_number(workflow, format, at).await?;
                let serial = last.0.saturating_add(nth).saturating_add(1);
                Ok(format.number(super::cases::year_of(at), serial)?)
            }
            None => Ok(CaseId::new(self.ids.next(self.clock.now()).simple().to_string())?),
        }
    }

    /// The parts of a commit that belong to other streams than the case's own.
    pub(super) async fn parts_elsewhere(
        &self,
        others: &[Other],
        known: &Known,
        cause: (&CaseId, &CaseEvent),
        times: Times,
    ) -> Result<Vec<StreamAppend>, EngineError> {
        let mut parts = Parts::default();
        for other in others {
            match other {
                Other::Account { account, moves } => {
                    let before = known.accounts.get(account).and_then(Option::as_ref);
                    let version = before.map_or(StreamVersion::NONE, |before| before.version);
                    let event = moved(account, moves, cause);
                    let (at, now) = (times.occurred_at, times.recorded_at);
                    let new = self.account_event(&event, at, now, None)?;
                    parts.add(streams::account(account)?, ExpectedVersion::Exact(version), new);
                }
                Other::Spawned { event, case, workflow } => {
                    self.add_case(&mut parts, case, ExpectedVersion::Absent, event, times)?;
                    self.add_number(&mut parts, workflow, case, times).await?;
                }
                Other::Delivered { to, based_on, event } => {
                    let expected = ExpectedVersion::Exact(*based_on);
                    self.add_case(&mut parts, to, expected, event, times)?;
                }
            }
        }
        Ok(parts.0.into_values().collect())
    }

    fn add_case(
        &self,
        parts: &mut Parts,
        case: &CaseId,
        expected: ExpectedVersion,
        event: &CaseEvent,
        times: Times,
    ) -> Result<(), EngineError> {
        for (_, new) in self.encode(event.clone(), times.occurred_at, times.recorded_at)? {
            parts.add(streams::case(case)?, expected, new);
        }
        Ok(())
    }

    async fn add_number(
        &self,
        parts: &mut Parts,
        workflow: &Name,
        case: &CaseId,
        times: Times,
    ) -> Result<(), EngineError> {
        let definition = self.latest(workflow).await?;
        let Some(format) = definition.as_ref().and_then(|d| d.number.as_ref()) else {
            return Ok(());
        };
        let year = format.counts_by_year().then(|| super::cases::year_of(times.occurred_at));
        let stream = streams::numbers(workflow, year)?;
        let last = self.log.stream_version(&stream).await?;
        let data = CanonicalJson::of(&NumberAssigned { case: case.clone() })?;
        let (at, now) = (times.occurred_at, times.recorded_at);
        let new = self.new_event(NUMBER_ASSIGNED, data, at, now);
        parts.add(stream, ExpectedVersion::Exact(last), new);
        Ok(())
    }
}

/// The parts of a commit, one for each stream: what is added later to a stream follows what was added before.
#[derive(Default)]
struct Parts(BTreeMap<String, StreamAppend>);

impl Parts {
    fn add(
        &mut self,
        stream: dure_storage::StreamId,
        expected: ExpectedVersion,
        event: dure_storage::NewEvent,
    ) {
        let part = self.0.entry(stream.to_string());
        part.or_insert(StreamAppend { stream, expected, events: Vec::new() }).events.push(event);
    }
}

fn moved(
    account: &AccountRef,
    moves: &[crate::model::account::Move],
    (case, event): (&CaseId, &CaseEvent),
) -> AccountEvent {
    AccountEvent::Moved(AccountMoved {
        moves: by_account(moves).remove(account).unwrap_or_default(),
        case: Some(case.clone()),
        other: None,
        by: event.act().map(|act| act.by.clone()),
        reason: event.act().and_then(|act| act.reason.clone()),
    })
}

fn is_unknown(error: &EngineError) -> bool {
    matches!(error, EngineError::Refused(refusal) if refusal.why == Why::CaseUnknown)
}

/// The accounts a decision looked at, for which it waits in line.
pub(super) fn accounts_of(known: &Known) -> Vec<&AccountRef> {
    known.accounts.keys().collect()
}
