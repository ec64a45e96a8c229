//! Between stored events and the model: reading a case's events, and making the bytes of new ones.

use std::sync::Arc;

use dure_storage::{
    Direction, Envelope, EventLog, NewEvent, RecordedEvent, StoreError, StreamId, StreamVersion,
};
use serde_json::value::RawValue;

use super::engine::{Engine, Inner};
use super::streams;
use crate::error::EngineError;
use crate::limits::{EVENT_DATA_BYTES_MAX, READ_PAGE_EVENTS};
use crate::model::case::Case;
use crate::model::event::{CaseEvent, Happened};
use crate::model::evolve::evolve;
use crate::model::names::CaseId;
use crate::model::refusal::Why;
use chrono::{DateTime, Utc};

/// Reads an event of a case's stream.
pub(super) fn case_event(recorded: &RecordedEvent) -> Result<Happened, StoreError> {
    let envelope: Envelope<&RawValue> = recorded.envelope()?;
    decode(&envelope)
        .map_err(|reason| StoreError::EventUnreadable { position: recorded.position, reason })
}

/// Reads the payload of an event of a case's stream; the reason, if this program does not know it.
pub(super) fn decode(envelope: &Envelope<&RawValue>) -> Result<Happened, String> {
    let (version, occurred_at) = (envelope.version, envelope.occurred_at);
    match CaseEvent::decode(&envelope.kind, envelope.data.get()) {
        Some(Ok(event)) => Ok(Happened { version, occurred_at, event }),
        Some(Err(error)) => Err(format!("{}: {error}", envelope.kind)),
        None => Err(format!("this program does not know {}", envelope.kind)),
    }
}

/// Every event of a stream from a version on, page by page.
pub(super) async fn read_from(
    log: &dyn EventLog,
    stream: &StreamId,
    from: StreamVersion,
    mut each: impl FnMut(&RecordedEvent) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut next = from;
    loop {
        // A page may end early at the log's own bound on bytes: only an empty one is the end.
        let page = log.read_stream(stream, next, Direction::Forward, READ_PAGE_EVENTS).await?;
        page.iter().try_for_each(&mut each)?;
        match page.len() as u32 {
            0 => return Ok(()),
            read => next = StreamVersion(next.0 + read),
        }
    }
}

impl Engine {
    /// What happened to a case, read from the log.
    ///
    /// # Errors
    /// If the store failed or an event cannot be read.
    pub(crate) async fn history(&self, case: &CaseId) -> Result<Vec<Happened>, StoreError> {
        let mut history = Vec::new();
        read_from(&*self.inner.log, &streams::case(case)?, StreamVersion(1), |recorded| {
            history.push(case_event(recorded)?);
            Ok(())
        })
        .await?;
        Ok(history)
    }

    /// A case as it was at a time: what had happened by then, in the order in which it was recorded, up to the first
    /// act that happened later. What was written in afterwards counts from when it happened.
    ///
    /// # Errors
    /// `E-case-unknown`; `E-case-not-then` if it was not opened yet, or the time has not come.
    pub async fn case_at(&self, id: &CaseId, at: DateTime<Utc>) -> Result<Arc<Case>, EngineError> {
        let case = self.case(id).await?;
        let now = self.inner.clock.now();
        if at < case.opened_at || at > now {
            let opened_at = case.opened_at;
            return Err(Why::CaseNotThen { at, opened_at, now }.into());
        }
        let history = self.history(id).await.map_err(history_unreadable)?;
        let happened = history.iter().take_while(|happened| happened.occurred_at <= at);
        let then = happened.fold(None, evolve);
        Ok(Arc::new(then.ok_or(Why::CaseUnknown)?))
    }
}

/// An event that this program cannot read concerns its case alone.
pub(super) fn history_unreadable(error: StoreError) -> EngineError {
    match error {
        StoreError::EventUnreadable { position, reason } => {
            Why::HistoryUnreadable { position: position.0, reason }.into()
        }
        error => error.into(),
    }
}

impl Inner {
    /// The stored form of a decided event: one, or several where one would not hold its consequences.
    pub(super) fn encode(
        &self,
        event: CaseEvent,
        occurred_at: DateTime<Utc>,
        recorded_at: DateTime<Utc>,
    ) -> Result<Vec<(CaseEvent, NewEvent)>, EngineError> {
        let mut encoded = Vec::with_capacity(1);
        let mut rest = vec![event];
        while let Some(mut event) = rest.pop() {
            let data = event.payload()?;
            let bytes = data.as_bytes().len();
            if bytes > EVENT_DATA_BYTES_MAX {
                let later =
                    event.split().ok_or(Why::TooLarge { bytes, max: EVENT_DATA_BYTES_MAX })?;
                rest.extend([later, event]);
                continue;
            }
            let new = self.new_event(event.kind(), data, occurred_at, recorded_at);
            encoded.push((event, new));
        }
        Ok(encoded)
    }
}
