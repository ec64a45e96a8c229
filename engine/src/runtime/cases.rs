//! Commands on cases: load, decide, append with the version that was decided upon, and on conflict load and
//! decide again, a bounded number of times (I7).

use std::sync::Arc;

use chrono::{DateTime, Utc};
use dure_storage::{
    CanonicalJson, Commit, ExpectedVersion, IdempotencyKey, NewEvent, Position, StoreError,
    StreamAppend, StreamVersion,
};

use super::engine::{Engine, Inner};
use super::history::{case_event, history_unreadable, read_from};
use super::outside::{Times, accounts_of};
use super::request::{
    Accepted, ActOf, ActionRequest, AnswerRequest, CompleteRequest, MessageRequest, StartRequest,
    TaskRequest,
};
use super::streams;
use crate::error::EngineError;
use crate::limits::{DECIDE_ATTEMPTS_MAX, TIMERS_BEFORE_ACT_MAX};
use crate::model::case::Case;
use crate::model::command::{
    AnswerAuto, ChangeTask, Command, CompleteStep, FireTimer, ReceiveMessage, Request, Sender,
    StartCase, TakeAction,
};
use crate::model::composed::{composed, composed_text};
use crate::model::decide::{decide, start};
use crate::model::definition::Definition;
use crate::model::event::{CaseEvent, Happened, Imported, TaskChange};
use crate::model::evolve::evolve;
use crate::model::known::{Decided, Known};
use crate::model::names::{CaseId, Name, PersonId, WorkflowRef};
use crate::model::number::{NUMBER_ASSIGNED, NumberAssigned, NumberFormat};
use crate::model::refusal::{Place, Refusal, Why};

/// What a command brings beside the case: the same for every attempt.
struct Order {
    command: Command,
    key: Option<IdempotencyKey>,
    occurred_at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
}

impl Engine {
    /// Starts a case on the latest version of a workflow.
    ///
    /// # Errors
    /// A refusal, with nothing recorded, or a failed store.
    pub async fn start(&self, request: StartRequest) -> Result<Accepted, EngineError> {
        self.start_from(&request, None).await
    }

    /// Starts a case that may be brought in from somewhere else.
    pub(super) async fn start_from(
        &self,
        request: &StartRequest,
        imported: Option<&Imported>,
    ) -> Result<Accepted, EngineError> {
        let inner = &self.inner;
        let definition = self.workflow(&request.workflow, None).await?;
        let key = request.act.idempotency_key.as_deref();
        let key = key.map(|key| streams::start_key(&definition.reference.name, key));
        if let Some(first) = inner.first_answer(key.as_ref()).await? {
            return inner.repeated(first).await;
        }
        let order = inner.request(&request.act).await?;
        // Numbers come from one counter: waiting in line here costs less than being overtaken at the log.
        let _in_line = match definition.number.is_some() {
            true => Some(inner.numbering.lock().await),
            false => None,
        };
        for _ in 0..DECIDE_ATTEMPTS_MAX {
            let (case, number) =
                inner.name_case(&definition, &request.case, order.occurred_at, None).await?;
            let command = StartCase { case, imported: imported.cloned(), request: order.clone() };
            let starting = inner.decide_start(&definition, command, number, key.clone()).await?;
            if let Some(accepted) = inner.record_start(starting).await? {
                return Ok(accepted);
            }
        }
        Err(Why::Contended { attempts: DECIDE_ATTEMPTS_MAX }.into())
    }

    /// Completes a step.
    ///
    /// # Errors
    /// A refusal, with nothing recorded, or a failed store.
    pub async fn complete(&self, request: CompleteRequest) -> Result<Accepted, EngineError> {
        let CompleteRequest { case, step, outcome, expected, act } = request;
        let request = self.inner.request(&act).await?;
        let command = Command::Complete(CompleteStep { step, outcome, expected, request });
        self.inner.command(&case, command, act.idempotency_key.as_deref()).await
    }

    /// Takes an action that is possible at any time.
    ///
    /// # Errors
    /// A refusal, with nothing recorded, or a failed store.
    pub async fn act(&self, request: ActionRequest) -> Result<Accepted, EngineError> {
        let ActionRequest { case, action, expected, act } = request;
        let request = self.inner.request(&act).await?;
        let command = Command::Act(TakeAction { action, expected, request });
        self.inner.command(&case, command, act.idempotency_key.as_deref()).await
    }

    /// Does something with a task short of completing it: claim, assign, delegate, recuse, take note.
    ///
    /// # Errors
    /// A refusal, with nothing recorded, or a failed store.
    pub async fn change_task(&self, request: TaskRequest) -> Result<Accepted, EngineError> {
        let TaskRequest { case, step, change, expected, act } = request;
        let request = self.inner.request(&act).await?;
        let other = match &change {
            TaskChange::Assign(other)
            | TaskChange::Delegate(other)
            | TaskChange::Recuse(Some(other)) => Some((*self.inner.person(other).await?).clone()),
            TaskChange::Claim
            | TaskChange::Unclaim
            | TaskChange::Recuse(None)
            | TaskChange::Vote(_)
            | TaskChange::TakeNote => None,
        };
        let command = Command::Change(ChangeTask { step, change, other, expected, request });
        self.inner.command(&case, command, act.idempotency_key.as_deref()).await
    }

    /// Sends a message to a case, as a person or a system that has a person's id.
    ///
    /// # Errors
    /// A refusal, with nothing recorded, or a failed store.
    pub async fn send(&self, request: MessageRequest) -> Result<Accepted, EngineError> {
        let MessageRequest { case, message, act } = request;
        let from = Sender::Person(Box::new(self.inner.request(&act).await?));
        let command = Command::Receive(ReceiveMessage { message, from });
        self.inner.command(&case, command, act.idempotency_key.as_deref()).await
    }

    /// Completes an automatic step with what its handler answered.
    ///
    /// # Errors
    /// A refusal, with nothing recorded (`E-answer-late` if the step is over), or a failed store.
    pub async fn answer(&self, request: AnswerRequest) -> Result<Accepted, EngineError> {
        let AnswerRequest { case, step, entry, outcome, form } = request;
        let occurred_at = self.inner.clock.now();
        let key = format!("answer {step} {entry}");
        let form = composed(form);
        let command = Command::Answer(AnswerAuto { step, entry, outcome, form, occurred_at });
        self.inner.command(&case, command, Some(&key)).await
    }

    /// A case as it is now.
    ///
    /// # Errors
    /// `E-case-unknown`.
    pub async fn case(&self, id: &CaseId) -> Result<Arc<Case>, EngineError> {
        self.inner.fresh_case(id).await
    }

    /// The definition a case runs on.
    ///
    /// # Errors
    /// If it cannot be read any more.
    pub async fn definition_of(&self, case: &Case) -> Result<Arc<Definition>, EngineError> {
        self.inner.definition_for(&case.frame.workflow).await
    }
}

impl Inner {
    pub(super) async fn request(&self, act: &ActOf) -> Result<Request, EngineError> {
        let recorded_at = self.clock.now();
        let other = async |id: &Option<PersonId>| match id {
            Some(id) => self.person(id).await.map(|person| Some((*person).clone())),
            None => Ok(None),
        };
        Ok(Request {
            by: (*self.person(&act.by).await?).clone(),
            deputy_of: other(&act.deputy_of).await?,
            on_behalf_of: other(&act.on_behalf_of).await?,
            occurred_at: act.occurred_at.unwrap_or(recorded_at),
            recorded_at,
            reason: act.reason.clone().map(composed_text),
            form: composed(act.form.clone()),
        })
    }

    pub(super) async fn first_answer(
        &self,
        key: Option<&IdempotencyKey>,
    ) -> Result<Option<Position>, StoreError> {
        match key {
            Some(key) => Ok(self.log.first_answer(key).await?.map(|first| first.first)),
            None => Ok(None),
        }
    }

    /// The answer to a request that was accepted before.
    async fn repeated(&self, first: Position) -> Result<Accepted, EngineError> {
        let events = self.log.read_all(first, 1).await?;
        let event = events
            .first()
            .ok_or(StoreError::PositionBeyondHead { position: first.0, size: first.0 })?;
        let subject = event.envelope::<serde_json::Value>()?.subject;
        let id = streams::case_of(&subject).ok_or(Why::CaseUnknown)?;
        Ok(Accepted { case: self.fresh_case(&id).await?, position: first, repeated: true })
    }

    /// The number of a new case, and the part of the commit that uses it up. `last` is the last serial, if numbers are on
    /// their way to the log already.
    pub(super) async fn name_case(
        &self,
        definition: &Definition,
        wanted: &Option<CaseId>,
        occurred_at: DateTime<Utc>,
        last: Option<StreamVersion>,
    ) -> Result<(CaseId, Option<StreamAppend>), EngineError> {
        match (&definition.number, wanted) {
            (Some(_), Some(_)) => Err(Why::NumberGiven.into()),
            (Some(format), None) => {
                let (case, part) = self.next_number(definition, format, occurred_at, last).await?;
                Ok((case, Some(part)))
            }
            (None, Some(wanted)) => Ok((wanted.clone(), None)),
            (None, None) => {
                let id = self.ids.next(self.clock.now()).simple().to_string();
                Ok((CaseId::new(id)?, None))
            }
        }
    }

    async fn next_number(
        &self,
        definition: &Definition,
        format: &NumberFormat,
        occurred_at: DateTime<Utc>,
        last: Option<StreamVersion>,
    ) -> Result<(CaseId, StreamAppend), EngineError> {
        let year = year_of(occurred_at);
        let workflow = &definition.reference.name;
        let stream = streams::numbers(workflow, format.counts_by_year().then_some(year))?;
        let last = match last {
            Some(last) => last,
            None => self.last_number(workflow, format, occurred_at).await?,
        };
        let case = format.number(year, last.next().0)?;
        let data = CanonicalJson::of(&NumberAssigned { case: case.clone() })?;
        let event = self.new_event(NUMBER_ASSIGNED, data, occurred_at, self.clock.now());
        let expected = ExpectedVersion::Exact(last);
        Ok((case, StreamAppend { stream, expected, events: vec![event] }))
    }

    /// The last serial that was given, which is the version of the stream that counts.
    pub(super) async fn last_number(
        &self,
        workflow: &Name,
        format: &NumberFormat,
        at: DateTime<Utc>,
    ) -> Result<StreamVersion, EngineError> {
        let counted_in = format.counts_by_year().then(|| year_of(at));
        Ok(self.log.stream_version(&streams::numbers(workflow, counted_in)?).await?)
    }

    /// What starting a case comes to; nothing is recorded.
    pub(super) async fn decide_start(
        &self,
        definition: &Definition,
        command: StartCase,
        number: Option<StreamAppend>,
        key: Option<IdempotencyKey>,
    ) -> Result<Starting, EngineError> {
        let (occurred_at, recorded_at) = (command.request.occurred_at, command.request.recorded_at);
        let decide = |known: &Known| start(definition, &command, known);
        let (decided, known) = self.with_facts(Known::default(), occurred_at, decide).await?;
        let shared = number.is_some() || !decided.others.is_empty();
        let times = Times { occurred_at, recorded_at };
        let cause = (&command.case, &decided.event);
        let elsewhere = self.parts_elsewhere(&decided.others, &known, cause, times).await?;
        let encoded = self.encode(decided.event, occurred_at, recorded_at)?;
        let (events, new): (Vec<CaseEvent>, Vec<NewEvent>) = encoded.into_iter().unzip();
        let stream = streams::case(&command.case)?;
        let part = StreamAppend { stream, expected: ExpectedVersion::Absent, events: new };
        let parts = std::iter::once(part).chain(number).chain(elsewhere).collect();
        let commit = Commit { parts, recorded_at, idempotency: key };
        Ok(Starting { case: command.case, events, occurred_at, commit, shared })
    }

    /// Records a start; `None` if somebody else took the number, or moved what it touches.
    pub(super) async fn record_start(
        &self,
        starting: Starting,
    ) -> Result<Option<Accepted>, EngineError> {
        let Starting { case, events, occurred_at, commit, shared } = starting;
        match self.log.append(commit).await {
            Ok(appended) if appended.repeated => self.repeated(appended.first).await.map(Some),
            Ok(appended) => {
                let case = folded(None, events, occurred_at)?;
                Ok(Some(self.accepted(case, appended.first)))
            }
            Err(StoreError::VersionConflict { .. }) if shared => Ok(None),
            Err(StoreError::VersionConflict { .. }) => Err(exists(case).into()),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn command(
        &self,
        id: &CaseId,
        command: Command,
        key: Option<&str>,
    ) -> Result<Accepted, EngineError> {
        let key = key.map(|key| streams::case_key(id, key));
        if let Some(first) = self.first_answer(key.as_ref()).await? {
            return self.repeated(first).await;
        }
        let (occurred_at, recorded_at) = (command.occurred_at(), self.clock.now());
        let order = Order { command, key, occurred_at, recorded_at };
        let mut case = self.known_case(id).await?;
        for _ in 0..DECIDE_ATTEMPTS_MAX {
            case = self.caught_up(case, &order).await?;
            match self.attempt(&case, &order).await {
                Ok(Attempt::Accepted(accepted)) => return Ok(accepted),
                Ok(Attempt::Overtaken) => case = self.refreshed(&case).await?,
                // The same request may have been accepted while this one was on its way.
                Err(error) => match self.first_answer(order.key.as_ref()).await? {
                    Some(first) => return self.repeated(first).await,
                    None => return Err(error),
                },
            }
        }
        let place = Place { case: Some(id.clone()), ..Place::default() };
        Err(Refusal::from(Why::Contended { attempts: DECIDE_ATTEMPTS_MAX }).at(place).into())
    }

    /// Lets every timer fire that comes before an act, so that what happens does not depend on how often the clock
    /// is looked at.
    async fn caught_up(&self, case: Arc<Case>, order: &Order) -> Result<Arc<Case>, EngineError> {
        if matches!(order.command, Command::Fire(_)) {
            return Ok(case);
        }
        let mut case = case;
        for _ in 0..TIMERS_BEFORE_ACT_MAX {
            let due = case.next_timer().filter(|(_, timer)| timer.at <= order.occurred_at);
            let Some((step, timer)) = due.map(|(step, timer)| (step, timer.clone())) else { break };
            let at = timer.at;
            let command = Command::Fire(FireTimer { step, timer, recorded_at: order.recorded_at });
            let fire =
                Order { command, key: None, occurred_at: at, recorded_at: order.recorded_at };
            case = match self.attempt(&case, &fire).await? {
                Attempt::Accepted(accepted) => accepted.case,
                Attempt::Overtaken => self.refreshed(&case).await?,
            };
        }
        Ok(case)
    }

    /// Decides on the case as it is known. A refusal only counts if the case is known as it is.
    async fn attempt(&self, case: &Arc<Case>, order: &Order) -> Result<Attempt, EngineError> {
        let definition = self.definition_for(&case.frame.workflow).await?;
        let decide = |known: &Known| decide(case, &definition, &order.command, known);
        let decided = self.with_facts(Known::default(), order.occurred_at, decide).await;
        let (decided, known) = match decided {
            Ok((decided, known)) if known.accounts.is_empty() => (decided, known),
            Ok((_, known)) => {
                // Moves of one account wait in line: overtaking each other at the log would cost more.
                let _in_line = self.account_lines.wait(accounts_of(&known)).await;
                let decided = self.with_facts(Known::default(), order.occurred_at, decide).await?;
                return self.append(case, order, decided).await;
            }
            Err(EngineError::Refused(refusal)) => {
                let stream = streams::case(&case.id)?;
                if self.log.stream_version(&stream).await? != case.version {
                    return Ok(Attempt::Overtaken);
                }
                return Err(EngineError::Refused(refusal));
            }
            Err(error) => return Err(error),
        };
        self.append(case, order, (decided, known)).await
    }

    async fn append(
        &self,
        case: &Arc<Case>,
        order: &Order,
        (decided, known): (Decided, Known),
    ) -> Result<Attempt, EngineError> {
        let times = Times { occurred_at: order.occurred_at, recorded_at: order.recorded_at };
        let cause = (&case.id, &decided.event);
        let elsewhere = self.parts_elsewhere(&decided.others, &known, cause, times).await?;
        let encoded = self.encode(decided.event, order.occurred_at, order.recorded_at)?;
        let (events, new): (Vec<CaseEvent>, Vec<NewEvent>) = encoded.into_iter().unzip();
        let (stream, expected) = (streams::case(&case.id)?, ExpectedVersion::Exact(case.version));
        let part = StreamAppend { stream, expected, events: new };
        let commit = Commit {
            parts: std::iter::once(part).chain(elsewhere).collect(),
            recorded_at: order.recorded_at,
            idempotency: order.key.clone(),
        };
        match self.log.append(commit).await {
            Ok(appended) if appended.repeated => {
                self.repeated(appended.first).await.map(Attempt::Accepted)
            }
            Ok(appended) => {
                let case = folded(Some((**case).clone()), events, order.occurred_at)?;
                Ok(Attempt::Accepted(self.accepted(case, appended.first)))
            }
            Err(StoreError::VersionConflict { .. }) => Ok(Attempt::Overtaken),
            Err(error) => Err(error.into()),
        }
    }

    fn accepted(&self, case: Case, position: Position) -> Accepted {
        let case = Arc::new(case);
        self.remember(&case);
        self.note(&case);
        Accepted { case, position, repeated: false }
    }

    /// Keeps a case in memory, unless a later version is kept already.
    fn remember(&self, case: &Arc<Case>) {
        let known = self.cases.get(&case.id).map(|known| known.version);
        if known.is_none_or(|known| known < case.version) {
            self.cases.insert(case.id.clone(), case.clone());
        }
    }

    pub(super) async fn definition_for(
        &self,
        workflow: &WorkflowRef,
    ) -> Result<Arc<Definition>, EngineError> {
        let unknown = || Why::WorkflowUnknown { name: workflow.to_string(), known: Vec::new() };
        Ok(self.definition(workflow).await?.ok_or_else(unknown)?)
    }

    /// A case as it was last seen, which may be behind.
    async fn known_case(&self, id: &CaseId) -> Result<Arc<Case>, EngineError> {
        if let Some(case) = self.cases.get(id) {
            return Ok(case);
        }
        let snapshot = self.views.snapshot(id).await?;
        self.load(id, snapshot).await
    }

    pub(super) async fn fresh_case(&self, id: &CaseId) -> Result<Arc<Case>, EngineError> {
        let case = self.known_case(id).await?;
        self.refreshed(&case).await
    }

    async fn refreshed(&self, case: &Arc<Case>) -> Result<Arc<Case>, EngineError> {
        match self.log.stream_version(&streams::case(&case.id)?).await? {
            version if version == case.version => Ok(case.clone()),
            _ => self.load(&case.id, Some((**case).clone())).await,
        }
    }

    /// Folds the events after a snapshot; without one, all of them.
    async fn load(&self, id: &CaseId, snapshot: Option<Case>) -> Result<Arc<Case>, EngineError> {
        let from = snapshot.as_ref().map_or(StreamVersion::NONE, |case| case.version).next();
        let mut case = snapshot;
        read_from(&*self.log, &streams::case(id)?, from, |recorded| {
            case = evolve(case.take(), &case_event(recorded)?);
            Ok(())
        })
        .await
        .map_err(history_unreadable)?;
        let place = Place { case: Some(id.clone()), ..Place::default() };
        let case = Arc::new(case.ok_or_else(|| Refusal::from(Why::CaseUnknown).at(place))?);
        self.remember(&case);
        Ok(case)
    }
}

enum Attempt {
    Accepted(Accepted),
    Overtaken,
}

/// A start that was decided and is not recorded yet.
pub(super) struct Starting {
    pub(super) case: CaseId,
    events: Vec<CaseEvent>,
    occurred_at: DateTime<Utc>,
    commit: Commit,
    /// Whether it changes more than the case alone.
    shared: bool,
}

/// There is a case of that name.
pub(super) fn exists(case: CaseId) -> Refusal {
    Refusal::from(Why::CaseExists).at(Place { case: Some(case), ..Place::default() })
}

fn folded(
    case: Option<Case>,
    events: Vec<CaseEvent>,
    occurred_at: DateTime<Utc>,
) -> Result<Case, EngineError> {
    let mut case = case;
    for event in events {
        let version = case.as_ref().map_or(StreamVersion::NONE, |case| case.version).next();
        case = evolve(case, &Happened { version, occurred_at, event });
    }
    Ok(case.ok_or(Why::CaseUnknown)?)
}

/// Register years change at midnight in Seoul (UTC+9, without summer time), where the registers are kept.
pub(super) fn year_of(at: DateTime<Utc>) -> i32 {
    use chrono::{Datelike, FixedOffset};
    FixedOffset::east_opt(9 * 3600).map_or(at.year(), |seoul| at.with_timezone(&seoul).year())
}
