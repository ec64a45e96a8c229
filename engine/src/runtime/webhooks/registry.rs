//! Registering, changing, removing and retrying webhooks: load, decide, append with the version that was decided upon,
//! and on conflict load and decide again, a bounded number of times (I7).

use dure_storage::{
    Commit, Envelope, ExpectedVersion, Position, StoreError, StreamAppend, StreamVersion,
};
use serde_json::value::RawValue;

use crate::error::EngineError;
use crate::limits::{DECIDE_ATTEMPTS_MAX, WEBHOOKS_MAX};
use crate::model::names::{Name, PersonId};
use crate::model::refusal::{WebhookFault, Why};
use crate::model::webhook::{self, Target, Webhook, WebhookEvent};
use crate::runtime::engine::{Engine, Inner};
use crate::runtime::history::read_from;
use crate::runtime::streams;

/// An accepted wish about a webhook: it is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookAccepted {
    /// The webhook after it.
    pub webhook: Webhook,
    /// Whether it was so already and nothing new was recorded.
    pub repeated: bool,
}

impl Engine {
    /// Registers a webhook: it is told of what comes after it, or from a position on. Registering it again in the same
    /// way changes nothing.
    ///
    /// # Errors
    /// `E-webhook-exists` if it is registered in another way, `E-webhook-event`, `E-webhook-filters`,
    /// `E-webhooks-limit`, `E-person-unknown`, or a failed store.
    pub async fn add_webhook(
        &self,
        name: &Name,
        target: &Target,
        from: Option<Position>,
        by: Option<PersonId>,
    ) -> Result<WebhookAccepted, EngineError> {
        self.known_person(by.as_ref()).await?;
        let webhooks = self.webhooks().await?;
        if webhooks.len() >= WEBHOOKS_MAX && !webhooks.iter().any(|known| known.name == *name) {
            return Err(WebhookFault::TooMany { max: WEBHOOKS_MAX }.into());
        }
        let decide =
            |known: Option<&Webhook>| webhook::register(known, name, target, from, by.clone());
        self.inner.change_webhook(name, decide).await
    }

    /// Lets a webhook go elsewhere, want other events, or take another secret; also for what was not delivered yet.
    ///
    /// # Errors
    /// `E-webhook-unknown`, `E-webhook-event`, `E-webhook-filters`, `E-person-unknown`, or a failed store.
    pub async fn change_webhook(
        &self,
        name: &Name,
        target: &Target,
        by: Option<PersonId>,
    ) -> Result<WebhookAccepted, EngineError> {
        self.known_person(by.as_ref()).await?;
        let decide = |known: Option<&Webhook>| webhook::change(known, name, target, by.clone());
        self.inner.change_webhook(name, decide).await
    }

    /// Tells a webhook nothing any more, also not what failed.
    ///
    /// # Errors
    /// `E-webhook-unknown`, `E-person-unknown`, or a failed store.
    pub async fn remove_webhook(
        &self,
        name: &Name,
        by: Option<PersonId>,
    ) -> Result<WebhookAccepted, EngineError> {
        self.known_person(by.as_ref()).await?;
        let decide = |known: Option<&Webhook>| webhook::remove(known, name, by.clone());
        self.inner.change_webhook(name, decide).await
    }

    /// Has an event that failed tried again from the beginning, or all of them; it must be said why.
    ///
    /// # Errors
    /// `E-webhook-unknown`, `E-webhook-not-failing`, `E-reason-missing`, `E-person-unknown`, or a failed store.
    pub async fn retry_webhook(
        &self,
        name: &Name,
        position: Option<Position>,
        by: &PersonId,
        reason: &str,
    ) -> Result<WebhookAccepted, EngineError> {
        self.known_person(Some(by)).await?;
        let decide =
            |known: Option<&Webhook>| webhook::retry(known, name, position, by.clone(), reason);
        self.inner.change_webhook(name, decide).await
    }

    /// A webhook as it is now.
    ///
    /// # Errors
    /// `E-webhook-unknown`.
    pub async fn webhook(&self, name: &Name) -> Result<Webhook, EngineError> {
        let known = self.inner.fresh_webhook(name).await?.filter(|known| !known.removed);
        Ok(known.ok_or_else(|| WebhookFault::Unknown { webhook: name.to_string() })?)
    }

    async fn known_person(&self, by: Option<&PersonId>) -> Result<(), EngineError> {
        if let Some(by) = by {
            self.inner.person(by).await?;
        }
        Ok(())
    }
}

impl Inner {
    /// Decides on a webhook as it is and appends; decides again if somebody else was first.
    pub(super) async fn change_webhook(
        &self,
        name: &Name,
        decide: impl Fn(Option<&Webhook>) -> Result<Option<WebhookEvent>, Why>,
    ) -> Result<WebhookAccepted, EngineError> {
        for _ in 0..DECIDE_ATTEMPTS_MAX {
            let known = self.fresh_webhook(name).await?;
            let Some(event) = decide(known.as_ref())? else {
                let unknown = || WebhookFault::Unknown { webhook: name.to_string() };
                return Ok(WebhookAccepted { webhook: known.ok_or_else(unknown)?, repeated: true });
            };
            if let Some(webhook) = self.append_webhook(name, known, &event).await? {
                return Ok(WebhookAccepted { webhook, repeated: false });
            }
        }
        Err(Why::Contended { attempts: DECIDE_ATTEMPTS_MAX }.into())
    }

    /// Appends an event that was decided on a webhook as it is known; `None` if somebody else was first.
    async fn append_webhook(
        &self,
        name: &Name,
        known: Option<Webhook>,
        event: &WebhookEvent,
    ) -> Result<Option<Webhook>, EngineError> {
        let version = known.as_ref().map_or(StreamVersion::NONE, |known| known.version);
        let (stream, expected) = (streams::webhook(name)?, ExpectedVersion::Exact(version));
        let now = self.clock.now();
        let events = vec![self.new_event(event.kind(), event.payload()?, now, now)];
        let parts = vec![StreamAppend { stream, expected, events }];
        match self.log.append(Commit { parts, recorded_at: now, idempotency: None }).await {
            Ok(appended) => Ok(Webhook::fold(known, appended.first, event)),
            Err(StoreError::VersionConflict { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// A webhook with every event that is acknowledged by now; `None` if it was never registered.
    pub(super) async fn fresh_webhook(&self, name: &Name) -> Result<Option<Webhook>, EngineError> {
        let stream = streams::webhook(name)?;
        let mut folded = self.views.webhook_snapshot(name).await?;
        let from = folded.as_ref().map_or(StreamVersion::NONE, |known| known.version).next();
        read_from(&*self.log, &stream, from, |recorded| {
            let envelope = recorded.envelope::<&RawValue>()?;
            if let Some(event) = webhook_event(recorded.position, &envelope)? {
                folded = Webhook::fold(folded.take(), recorded.position, &event);
            }
            Ok(())
        })
        .await?;
        Ok(folded)
    }
}

/// A recorded event as one of a webhook; `None` if it is of another kind.
pub(in crate::runtime) fn webhook_event(
    position: Position,
    envelope: &Envelope<&RawValue>,
) -> Result<Option<WebhookEvent>, StoreError> {
    let event = WebhookEvent::decode(&envelope.kind, envelope.data.get());
    event
        .transpose()
        .map_err(|error| StoreError::EventUnreadable { position, reason: error.to_string() })
}
