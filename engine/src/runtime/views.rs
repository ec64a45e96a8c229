//! Keeps the views: feeds every projection from the log, writes rows and position now and then, and compares
//! each view's Merkle frontier with the log's, so that a view which did not consume exactly the log's events is
//! found out and built again (I10).

mod accounts;
mod people;
mod webhooks;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use dure_storage::merkle::{Frontier, leaf_hash};
use dure_storage::{DerivedStore, Envelope, EventLog, Position, RecordedEvent, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::sync::Mutex;

use super::engine::Engine;
use super::history::decode;
use super::projection::accounts::Accounts;
use super::projection::calendars::{CalendarSummary, Calendars};
use super::projection::cases::{CaseRow, Cases};
use super::projection::people::People;
use super::projection::tasks::{InboxRow, TaskRow, Tasks, may, prefixes};
use super::projection::timeline::{Timeline, TimelineEntry, prefix};
use super::projection::webhooks::Webhooks;
use super::projection::workflows::Workflows;
use super::projection::{Projection, Rows, ViewEvent, read, write};
use super::streams;
use super::workflows::WorkflowSummary;
use crate::error::EngineError;
use crate::limits::{READ_PAGE_EVENTS, VIEW_DIRTY_ROWS_MAX, VIEW_FLUSH_EVENTS, VIEW_PAGE_ROWS_MAX};
use crate::model::case::Case;
use crate::model::event::Happened;
use crate::model::names::{CaseId, PersonId};
use crate::model::people::Person;

pub use people::RoleHolder;

/// How a view was found when it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ViewState {
    /// There was none: it is built from the beginning.
    New,
    /// It agreed with the log.
    Agrees,
    /// Its frontier did not match the log: it is built again.
    DidNotMatch,
    /// It had consumed more than the log holds now: events are missing from the log. It is built again.
    LogShorter,
    /// Its rows have an older form: it is built again.
    OlderSchema,
    /// It was asked to be built again.
    Rebuilt,
}

/// A view and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ViewStatus {
    /// The projection's name.
    pub name: &'static str,
    /// How many events it has consumed.
    pub position: u64,
    /// How it was found.
    pub state: ViewState,
    /// The Merkle root of exactly what it consumed, in hexadecimal.
    pub root: String,
}

/// How far a view is, as stored beside its rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Mark {
    schema: u32,
    /// [`Frontier::to_bytes`].
    frontier: Vec<u8>,
    /// The first event that it left out because the program that wrote it could not read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    skipped: Option<Skipped>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Skipped {
    position: u64,
    /// The version of the program that left it out.
    by: String,
}

struct View<P: Projection> {
    projection: P,
    rows: Rows<P::Row>,
    store: Arc<dyn DerivedStore>,
    frontier: Frontier,
    state: ViewState,
    written: u64,
    /// The first event that it left out because this program cannot read it.
    skipped: Option<Skipped>,
}

/// A view without its row type, so that all of them can be fed by one loop.
trait Fed: Send {
    fn feed(&mut self, event: &ViewEvent<'_>, bytes: &[u8]) -> Result<(), StoreError>;
    fn size(&self) -> u64;
    fn write(&mut self) -> Result<(), StoreError>;
    fn status(&self) -> ViewStatus;
}

/// All views of an engine.
pub(super) struct Views {
    log: Arc<dyn EventLog>,
    store: Arc<dyn DerivedStore>,
    kept: Mutex<Kept>,
}

struct Kept {
    cases: View<Cases>,
    tasks: View<Tasks>,
    timeline: View<Timeline>,
    people: View<People>,
    workflows: View<Workflows>,
    accounts: View<Accounts>,
    calendars: View<Calendars>,
    webhooks: View<Webhooks>,
}

impl Kept {
    async fn open(log: &dyn EventLog, store: &Arc<dyn DerivedStore>) -> Result<Kept, StoreError> {
        Ok(Kept {
            cases: View::open(Cases, log, store).await?,
            tasks: View::open(Tasks, log, store).await?,
            timeline: View::open(Timeline, log, store).await?,
            people: View::open(People, log, store).await?,
            workflows: View::open(Workflows, log, store).await?,
            accounts: View::open(Accounts, log, store).await?,
            calendars: View::open(Calendars, log, store).await?,
            webhooks: View::open(Webhooks, log, store).await?,
        })
    }

    /// What happened to a case, if the event is about one. After the first event of a case that cannot be read,
    /// none of it can be followed.
    fn read_case_event(
        &self,
        envelope: &Envelope<&RawValue>,
    ) -> Result<Option<Result<Happened, String>>, StoreError> {
        let Some(case) = streams::case_of(&envelope.subject) else { return Ok(None) };
        if self.cases.skipped.is_some()
            && let Some(row) = self.cases.rows.get(case.as_str())?
            && let Some(reason) = row.unreadable
        {
            return Ok(Some(Err(reason)));
        }
        Ok(Some(decode(envelope)))
    }

    fn status(&self) -> Vec<ViewStatus> {
        let views: [&dyn Fed; 8] = [
            &self.cases,
            &self.tasks,
            &self.timeline,
            &self.people,
            &self.workflows,
            &self.accounts,
            &self.calendars,
            &self.webhooks,
        ];
        views.into_iter().map(Fed::status).collect()
    }

    fn all(&mut self) -> [&mut dyn Fed; 8] {
        [
            &mut self.cases,
            &mut self.tasks,
            &mut self.timeline,
            &mut self.people,
            &mut self.workflows,
            &mut self.accounts,
            &mut self.calendars,
            &mut self.webhooks,
        ]
    }
}

impl<P: Projection> View<P> {
    async fn open(
        projection: P,
        log: &dyn EventLog,
        store: &Arc<dyn DerivedStore>,
    ) -> Result<View<P>, StoreError> {
        let (frontier, state, skipped) = match store.get(&mark_key(P::NAME))? {
            None => (Frontier::default(), ViewState::New, None),
            Some(bytes) => compare::<P>(&bytes, log).await?,
        };
        let view = View {
            projection,
            rows: Rows::new(store.clone(), P::NAME),
            store: store.clone(),
            written: frontier.size(),
            frontier,
            state,
            skipped,
        };
        if view.state != ViewState::Agrees {
            view.forget()?;
        }
        Ok(view)
    }

    /// Leaves out an event that this program cannot read: it concerns one case or one workflow, not the others.
    fn skip(&mut self, event: &ViewEvent<'_>) {
        if self.skipped.is_none() {
            let (position, kind) = (event.position.0, &event.envelope.kind);
            tracing::warn!(view = P::NAME, position, %kind, "an event cannot be read; the view goes on without it");
            self.skipped = Some(Skipped { position, by: PROGRAM.to_owned() });
        }
    }

    /// Removes every row and the mark.
    fn forget(&self) -> Result<(), StoreError> {
        self.store.remove(&mark_key(P::NAME))?;
        let prefix = [P::NAME.as_bytes(), b"\0"].concat();
        loop {
            let page = self.store.scan(&prefix, None, VIEW_PAGE_ROWS_MAX)?;
            if page.is_empty() {
                return Ok(());
            }
            page.iter().try_for_each(|(key, _)| self.store.remove(key))?;
        }
    }
}

/// Whether a stored mark agrees with the log, and where to go on from.
async fn compare<P: Projection>(
    bytes: &[u8],
    log: &dyn EventLog,
) -> Result<(Frontier, ViewState, Option<Skipped>), StoreError> {
    let anew = |state| Ok((Frontier::default(), state, None));
    let mark: Option<Mark> = read(bytes).ok();
    let stored = mark.as_ref().and_then(|mark| Frontier::from_bytes(&mark.frontier).ok());
    let (Some(mark), Some(stored)) = (mark, stored) else {
        tracing::warn!(view = P::NAME, "the view's mark cannot be read; it is built again");
        return anew(ViewState::DidNotMatch);
    };
    if mark.schema != P::SCHEMA {
        tracing::info!(view = P::NAME, "the view's rows have an older form; it is built again");
        return anew(ViewState::OlderSchema);
    }
    if let Some(skipped) = &mark.skipped
        && is_readable(log, skipped).await?
    {
        tracing::info!(
            view = P::NAME,
            position = skipped.position,
            "an event that was left out can be read now; the view is built again"
        );
        return anew(ViewState::OlderSchema);
    }
    let head = log.head().await?;
    if stored.size() > head.size {
        tracing::warn!(
            view = P::NAME, consumed = stored.size(), log = head.size, root = %stored.root(),
            "the log is shorter than what the view consumed: acknowledged events are missing from it"
        );
        return anew(ViewState::LogShorter);
    }
    if log.frontier_at(stored.size()).await? == stored {
        return Ok((stored, ViewState::Agrees, mark.skipped));
    }
    tracing::warn!(
        view = P::NAME, at = stored.size(), root = %stored.root(),
        "the view did not consume what the log holds; it is built again"
    );
    anew(ViewState::DidNotMatch)
}

/// The version of this program.
const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// Whether this program may know an event that another left out.
async fn is_readable(log: &dyn EventLog, skipped: &Skipped) -> Result<bool, StoreError> {
    if skipped.by != PROGRAM {
        return Ok(true);
    }
    let events = log.read_all(Position(skipped.position), 1).await?;
    Ok(events.first().is_some_and(|event| super::history::case_event(event).is_ok()))
}

fn mark_key(name: &str) -> Vec<u8> {
    [b"mark\0", name.as_bytes()].concat()
}

impl<P: Projection> Fed for View<P> {
    fn feed(&mut self, event: &ViewEvent<'_>, bytes: &[u8]) -> Result<(), StoreError> {
        if event.position.0 != self.frontier.size() {
            return Ok(());
        }
        match self.projection.apply(event, &mut self.rows) {
            Ok(()) if event.unreadable.is_some() => self.skip(event),
            Err(StoreError::EventUnreadable { .. }) => self.skip(event),
            applied => applied?,
        }
        self.frontier.push(leaf_hash(bytes));
        let grown = self.frontier.size() - self.written >= VIEW_FLUSH_EVENTS;
        match grown || self.rows.dirty() >= VIEW_DIRTY_ROWS_MAX {
            true => self.write(),
            false => Ok(()),
        }
    }

    fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Rows first, then the mark: after a crash between them the same events are folded again.
    fn write(&mut self) -> Result<(), StoreError> {
        self.rows.write()?;
        if self.written == self.frontier.size() && self.state == ViewState::Agrees {
            return Ok(());
        }
        let (frontier, skipped) = (self.frontier.to_bytes(), self.skipped.clone());
        let mark = Mark { schema: P::SCHEMA, frontier, skipped };
        self.store.insert(&mark_key(P::NAME), &write(&mark)?)?;
        self.written = self.frontier.size();
        Ok(())
    }

    fn status(&self) -> ViewStatus {
        ViewStatus {
            name: P::NAME,
            position: self.frontier.size(),
            state: self.state,
            root: self.frontier.root().to_string(),
        }
    }
}

impl Views {
    pub(super) async fn open(
        log: Arc<dyn EventLog>,
        store: Arc<dyn DerivedStore>,
    ) -> Result<Views, StoreError> {
        let kept = match Kept::open(&*log, &store).await {
            Err(StoreError::DerivedDamaged { reason }) => anew(&*log, &store, &reason).await?,
            opened => opened?,
        };
        Ok(Views { log, store, kept: Mutex::new(kept) })
    }

    /// Reads views that have consumed everything acknowledged by now. Damage met on the way costs a rebuild, once.
    async fn read<T>(
        &self,
        read: impl Fn(&Kept) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut kept = self.kept.lock().await;
        let found = match self.catch_up(&mut kept).await {
            Ok(()) => read(&kept),
            Err(error) => Err(error),
        };
        let Err(StoreError::DerivedDamaged { reason }) = &found else { return found };
        *kept = anew(&*self.log, &self.store, reason).await?;
        self.catch_up(&mut kept).await?;
        read(&kept)
    }

    async fn catch_up(&self, kept: &mut Kept) -> Result<(), StoreError> {
        let head = self.log.head().await?.size;
        loop {
            let next = kept.all().iter().map(|view| view.size()).min().unwrap_or(head);
            if next >= head {
                break;
            }
            let page = self.log.read_all(Position(next), READ_PAGE_EVENTS).await?;
            page.iter().try_for_each(|event| feed(event, kept))?;
        }
        kept.all().into_iter().try_for_each(Fed::write)
    }

    pub(super) async fn flush(&self) -> Result<(), StoreError> {
        let mut kept = self.kept.lock().await;
        let written = kept.all().into_iter().try_for_each(Fed::write);
        match written.and_then(|()| self.store.flush()) {
            Err(StoreError::DerivedDamaged { reason }) => {
                *kept = anew(&*self.log, &self.store, &reason).await?;
                Ok(())
            }
            flushed => flushed,
        }
    }

    /// A case as the view has it, which may be behind.
    pub(super) async fn snapshot(&self, id: &CaseId) -> Result<Option<Case>, StoreError> {
        let mut kept = self.kept.lock().await;
        match kept.cases.rows.get(id.as_str()) {
            Ok(row) => Ok(row.map(|row| row.case)),
            Err(StoreError::DerivedDamaged { reason }) => {
                *kept = anew(&*self.log, &self.store, &reason).await?;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    pub(super) async fn workflows(&self) -> Result<Vec<WorkflowSummary>, StoreError> {
        self.read(|kept| Ok(values(kept.workflows.rows.scan("", None, VIEW_PAGE_ROWS_MAX)?))).await
    }
}

/// Views begun anew in an emptied store, after damage was met in it.
async fn anew(
    log: &dyn EventLog,
    store: &Arc<dyn DerivedStore>,
    reason: &str,
) -> Result<Kept, StoreError> {
    tracing::warn!(reason, "the views are damaged; they are built again");
    store.clear()?;
    Kept::open(log, store).await
}

fn feed(recorded: &RecordedEvent, kept: &mut Kept) -> Result<(), StoreError> {
    let envelope: Envelope<&RawValue> = recorded.envelope()?;
    let happened = kept.read_case_event(&envelope)?;
    let event = ViewEvent {
        position: recorded.position,
        envelope: &envelope,
        case_event: happened.as_ref().and_then(|happened| happened.as_ref().ok()),
        unreadable: happened.as_ref().and_then(|h| h.as_ref().err()).map(String::as_str),
    };
    kept.all().into_iter().try_for_each(|view| view.feed(&event, &recorded.bytes))
}

fn values<R>(rows: Vec<(String, R)>) -> Vec<R> {
    rows.into_iter().map(|(_, row)| row).collect()
}

impl Engine {
    /// Up to [`VIEW_PAGE_ROWS_MAX`] cases in the order of their numbers, after a number.
    ///
    /// # Errors
    /// If the store failed.
    pub async fn cases(
        &self,
        after: Option<&CaseId>,
        limit: usize,
    ) -> Result<Vec<CaseRow>, EngineError> {
        let (after, limit) = (after.map(CaseId::as_str), limit.min(VIEW_PAGE_ROWS_MAX));
        let read = |kept: &Kept| Ok(values(kept.cases.rows.scan("", after, limit)?));
        Ok(self.inner.views.read(read).await?)
    }

    /// What a person may complete now, oldest due first; at most [`VIEW_PAGE_ROWS_MAX`] per role.
    ///
    /// # Errors
    /// `E-person-unknown`.
    pub async fn inbox(&self, person: &PersonId) -> Result<Vec<TaskRow>, EngineError> {
        let person = self.inner.person(person).await?;
        let now = self.inner.clock.now();
        Ok(self.inner.views.read(|kept| tasks_of(kept, &person, now)).await?)
    }

    /// The audit timeline of a case, from its start.
    ///
    /// # Errors
    /// `E-case-unknown`.
    pub async fn timeline(&self, case: &CaseId) -> Result<Vec<TimelineEntry>, EngineError> {
        self.case(case).await?;
        Ok(self.inner.views.read(|kept| entries_of(kept, case)).await?)
    }

    /// Every published workflow.
    ///
    /// # Errors
    /// If the store failed.
    pub async fn workflows(&self) -> Result<Vec<WorkflowSummary>, EngineError> {
        Ok(self.inner.views.workflows().await?)
    }

    /// Every published calendar.
    ///
    /// # Errors
    /// If the store failed.
    pub async fn calendars(&self) -> Result<Vec<CalendarSummary>, EngineError> {
        let read =
            |kept: &Kept| Ok(values(kept.calendars.rows.scan("", None, VIEW_PAGE_ROWS_MAX)?));
        Ok(self.inner.views.read(read).await?)
    }

    /// Each view, how it was found and how far it is, after catching up.
    ///
    /// # Errors
    /// If the store failed.
    pub async fn view_status(&self) -> Result<Vec<ViewStatus>, EngineError> {
        Ok(self.inner.views.read(|kept| Ok(kept.status())).await?)
    }

    /// Throws every view away and builds it again from the log.
    ///
    /// # Errors
    /// If the store failed.
    pub async fn rebuild_views(&self) -> Result<Vec<ViewStatus>, EngineError> {
        let views = &self.inner.views;
        {
            let mut kept = views.kept.lock().await;
            views.store.clear()?;
            *kept = Kept::open(&*views.log, &views.store).await?;
        }
        let status = self.view_status().await?;
        Ok(status.into_iter().map(|s| ViewStatus { state: ViewState::Rebuilt, ..s }).collect())
    }
}

fn tasks_of(kept: &Kept, person: &Person, at: DateTime<Utc>) -> Result<Vec<TaskRow>, StoreError> {
    let mut tasks = Vec::new();
    for prefix in prefixes(person) {
        for (_, row) in kept.tasks.rows.scan(&prefix, None, VIEW_PAGE_ROWS_MAX)? {
            match row {
                InboxRow::Task(task) if may(person, &task, at) && !tasks.contains(&task) => {
                    tasks.push(task);
                }
                InboxRow::Task(_) | InboxRow::Open(_) => {}
            }
        }
    }
    tasks.sort_by_key(|task| (task.due.is_none(), task.due, task.since, task.case.clone()));
    Ok(tasks)
}

fn entries_of(kept: &Kept, case: &CaseId) -> Result<Vec<TimelineEntry>, StoreError> {
    let mut entries = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = kept.timeline.rows.scan(&prefix(case), after.as_deref(), VIEW_PAGE_ROWS_MAX)?;
        let full = page.len() == VIEW_PAGE_ROWS_MAX;
        after = page.last().map(|(key, _)| key.clone());
        entries.extend(values(page).into_iter().flatten());
        if !full {
            return Ok(entries);
        }
    }
}
