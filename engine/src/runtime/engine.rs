//! The handle an embedder holds. Cheap to clone; every clone is the same engine.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use dure_storage::{
    CanonicalJson, DerivedStore, EventLog, EventType, MemoryStore, NewEvent, Position, StoreError,
    StreamVersion,
};
use quick_cache::sync::Cache;

use super::calendars::Calendars;
use super::clock::{Clock, Ids, RandomIds, SystemClock};
use super::effects::{Effects, Handlers};
use super::lines::Lines;
use super::ticking::Wakes;
use super::views::Views;
use super::webhooks::Scanned;
use super::workflows::Registry;
use crate::limits::{ACCOUNT_CACHE_MAX, CASE_CACHE_MAX, PERSON_CACHE_MAX};
use crate::model::account::{Account, AccountRef};
use crate::model::case::Case;
use crate::model::names::{CaseId, PersonId};
use crate::model::people::Person;

/// What an engine is made of beside its log and its views.
pub struct EngineOptions {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes event ids.
    pub ids: Arc<dyn Ids>,
}

impl Default for EngineOptions {
    fn default() -> EngineOptions {
        EngineOptions { clock: Arc::new(SystemClock), ids: Arc::new(RandomIds) }
    }
}

/// What becomes of the cases that forms name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum References {
    /// They are looked up.
    Checked,
    /// They are taken to be there: in a simulation of one workflow there are no cases of others.
    Assumed,
}

/// The engine.
#[derive(Clone)]
pub struct Engine {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) log: Arc<dyn EventLog>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn Ids>,
    pub(super) cases: Cache<CaseId, Arc<Case>>,
    pub(super) people: Cache<PersonId, (StreamVersion, Arc<Person>)>,
    pub(super) accounts: Cache<AccountRef, Arc<Account>>,
    pub(super) registry: Arc<Registry>,
    pub(super) calendars: Arc<Calendars>,
    pub(super) wakes: Wakes,
    pub(super) effects: Effects,
    pub(super) handlers: Handlers,
    /// Held while webhooks are told, so that one process tells an event once.
    pub(super) webhooks: tokio::sync::Mutex<Scanned>,
    /// Held while a number is taken and its case is started.
    pub(super) numbering: tokio::sync::Mutex<()>,
    /// Held while an account is read and moved.
    pub(super) account_lines: Lines,
    pub(super) views: Views,
    pub(super) references: References,
}

impl Engine {
    /// An engine on a log, with views in a store that may be deleted at any time.
    ///
    /// # Errors
    /// If the views cannot be read.
    pub async fn open(
        log: Arc<dyn EventLog>,
        views: Arc<dyn DerivedStore>,
        options: EngineOptions,
    ) -> Result<Engine, StoreError> {
        let views = Views::open(log.clone(), views).await?;
        let (registry, calendars) = (Arc::default(), Arc::default());
        Ok(Engine::of(log, views, options, registry, calendars, References::Checked))
    }

    /// An engine for a simulation, on a copy of this one's log in which no case was started yet; what was published and
    /// read from it need not be read again.
    pub(crate) async fn on_copy(
        &self,
        log: Arc<dyn EventLog>,
        options: EngineOptions,
    ) -> Result<Engine, StoreError> {
        let views = Views::open(log.clone(), Arc::new(MemoryStore::default())).await?;
        let (registry, calendars) = (self.inner.registry.clone(), self.inner.calendars.clone());
        let seen = Position(log.head().await?.size);
        let engine = Engine::of(log, views, options, registry, calendars, References::Assumed);
        engine.inner.wakes.has_seen(seen);
        Ok(engine)
    }

    fn of(
        log: Arc<dyn EventLog>,
        views: Views,
        options: EngineOptions,
        registry: Arc<Registry>,
        calendars: Arc<Calendars>,
        references: References,
    ) -> Engine {
        let inner = Inner {
            views,
            references,
            log,
            clock: options.clock,
            ids: options.ids,
            cases: Cache::new(CASE_CACHE_MAX),
            people: Cache::new(PERSON_CACHE_MAX),
            accounts: Cache::new(ACCOUNT_CACHE_MAX),
            registry,
            calendars,
            wakes: Wakes::default(),
            effects: Effects::default(),
            handlers: Handlers::default(),
            webhooks: tokio::sync::Mutex::default(),
            numbering: tokio::sync::Mutex::default(),
            account_lines: Lines::default(),
        };
        Engine { inner: Arc::new(inner) }
    }

    /// The log it runs on.
    pub fn log(&self) -> &Arc<dyn EventLog> {
        &self.inner.log
    }

    /// Writes what the views hold in memory and ends the log in good order.
    ///
    /// # Errors
    /// If the store failed; what was acknowledged is durable all the same.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.inner.views.flush().await?;
        self.inner.log.close().await
    }
}

impl Inner {
    pub(super) fn new_event(
        &self,
        kind: EventType,
        data: CanonicalJson,
        occurred_at: DateTime<Utc>,
        recorded_at: DateTime<Utc>,
    ) -> NewEvent {
        let id = self.ids.next(recorded_at);
        NewEvent { id, kind, occurred_at, data, causation: None, correlation: None }
    }
}
