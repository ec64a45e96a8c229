//! Finding the next event of the log that a webhook wants. Events of webhooks and of everything else that is no case are
//! passed over, so that nothing is told of its own telling.

use std::collections::HashMap;

use dure_storage::{Direction, EventId, Position, RecordedEvent, StoreError, StreamVersion};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::limits::READ_PAGE_EVENTS;
use crate::model::names::{CaseId, Name, WorkflowRef};
use crate::model::webhook::{Target, Webhook};
use crate::runtime::engine::Inner;
use crate::runtime::streams;

/// Up to where the log holds nothing that a webhook wants and was not told, as long as it wants the same and was told
/// nothing more. Derived and lost with the process: then it is looked for again.
#[derive(Default)]
pub(in crate::runtime) struct Scanned(HashMap<Name, Looked>);

struct Looked {
    target: Target,
    next: Position,
    until: Position,
}

/// An event that a webhook is to be told.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) id: EventId,
    pub(super) recorded: RecordedEvent,
}

/// The part of a case's first event that says whose case it is: also in events of a newer program.
#[derive(Deserialize)]
struct OfWorkflow {
    workflow: WorkflowRef,
}

impl Scanned {
    /// Where to look for what a webhook wants next.
    pub(super) fn from(&self, webhook: &Webhook) -> Position {
        let same =
            |looked: &&Looked| looked.target == webhook.target && looked.next == webhook.next;
        let looked = self.0.get(&webhook.name).filter(same);
        looked.map_or(webhook.next, |looked| looked.until.max(webhook.next))
    }

    /// Notes that a webhook wants nothing before a position that it was not told.
    pub(super) fn note(&mut self, webhook: &Webhook, until: Position) {
        let (target, next) = (webhook.target.clone(), webhook.next);
        self.0.insert(webhook.name.clone(), Looked { target, next, until });
    }
}

impl Inner {
    /// The first event that a target wants, from a position on and before another.
    pub(super) async fn next_wanted(
        &self,
        target: &Target,
        from: Position,
        until: Position,
    ) -> Result<Option<Wanted>, StoreError> {
        let mut next = from;
        while next < until {
            let page = self.log.read_all(next, READ_PAGE_EVENTS).await?;
            let Some(last) = page.last() else { break };
            next = Position(last.position.0 + 1);
            for recorded in page.into_iter().filter(|recorded| recorded.position < until) {
                if let Some(wanted) = self.wanted(target, recorded).await? {
                    return Ok(Some(wanted));
                }
            }
        }
        Ok(None)
    }

    /// The event at a position, whatever the target wants.
    pub(super) async fn at(&self, position: Position) -> Result<Option<Wanted>, StoreError> {
        let Some(recorded) = self.log.read_all(position, 1).await?.pop() else { return Ok(None) };
        let id = recorded.envelope::<&RawValue>()?.id;
        Ok(Some(Wanted { id, recorded }))
    }

    async fn wanted(
        &self,
        target: &Target,
        recorded: RecordedEvent,
    ) -> Result<Option<Wanted>, StoreError> {
        let (id, case) = {
            let envelope = recorded.envelope::<&RawValue>()?;
            let wanted = target.wants_type(&envelope.kind);
            (envelope.id, streams::case_of(&envelope.subject).filter(|_| wanted))
        };
        let Some(case) = case else { return Ok(None) };
        let wanted = target.workflows.is_empty()
            || self.workflow_of(&case).await?.is_some_and(|name| target.workflows.contains(&name));
        Ok(wanted.then_some(Wanted { id, recorded }))
    }

    /// The workflow of a case, which never changes; only its version may.
    async fn workflow_of(&self, case: &CaseId) -> Result<Option<Name>, StoreError> {
        if let Some(known) = self.cases.get(case) {
            return Ok(Some(known.frame.workflow.name.clone()));
        }
        let (stream, first) = (streams::case(case)?, StreamVersion(1));
        let page = self.log.read_stream(&stream, first, Direction::Forward, 1).await?;
        let of = page.first().and_then(|first| first.envelope::<OfWorkflow>().ok());
        Ok(of.map(|envelope| envelope.data.workflow.name))
    }
}
