//! Tells every webhook what it is owed, one event after the other, several webhooks at a time, and records what came of
//! it.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use dure_storage::Position;
use tokio::task::JoinSet;

use super::deliver::{Deliver, Delivery, Message};
use super::scan::Wanted;
use crate::error::EngineError;
use crate::limits::{EFFECT_SECONDS_MAX, EFFECTS_AT_ONCE_MAX};
use crate::model::names::Name;
use crate::model::refusal::WebhookFault;
use crate::model::webhook::{Attempted, Secrets, Turn, Webhook, concluded, sign};
use crate::runtime::engine::{Engine, Inner};

/// What one run of a webhook came to.
struct Ran {
    /// The webhook after it.
    webhook: Webhook,
    /// How many messages were sent.
    tried: usize,
    /// Where to look on.
    scanned: Position,
    /// Why it went no further, if it did not end in good order.
    stopped: Option<EngineError>,
}

impl Engine {
    /// Tells every webhook of what it wants and was not told, as far as it may be tried now and the log went when this
    /// began; gives how many messages were sent. A webhook that cannot go on is told to `told`, and the others go on.
    ///
    /// # Errors
    /// If the store failed; what was sent and not recorded is sent again.
    pub async fn run_webhooks(
        &self,
        deliver: Arc<dyn Deliver>,
        told: &mut (dyn FnMut(&Name, EngineError) + Send),
    ) -> Result<usize, EngineError> {
        let mut scanned = self.inner.webhooks.lock().await;
        let until = Position(self.inner.log.head().await?.size);
        let mut waiting = self.webhooks().await?.into_iter();
        let (mut running, mut tried) = (JoinSet::new(), 0);
        loop {
            while running.len() < EFFECTS_AT_ONCE_MAX
                && let Some(webhook) = waiting.next()
            {
                let (from, deliver) = (scanned.from(&webhook), deliver.clone());
                running.spawn(self.inner.clone().tell(webhook, from, until, deliver));
            }
            let Some(ran) = running.join_next().await else { return Ok(tried) };
            let ran = ran.map_err(|_| super::super::effects::interrupted())?;
            tried += ran.tried;
            scanned.note(&ran.webhook, ran.scanned);
            match ran.stopped {
                None => {}
                Some(error @ EngineError::Refused(_)) => told(&ran.webhook.name, error),
                Some(error) => return Err(error),
            }
        }
    }

    /// When a message that failed is sent again.
    ///
    /// # Errors
    /// If the store failed.
    pub async fn next_webhook_at(&self) -> Result<Option<DateTime<Utc>>, EngineError> {
        Ok(self.webhooks().await?.iter().filter_map(Webhook::retry_at).min())
    }
}

impl Inner {
    /// Tells one webhook everything that may be tried now.
    async fn tell(
        self: Arc<Inner>,
        webhook: Webhook,
        from: Position,
        until: Position,
        deliver: Arc<dyn Deliver>,
    ) -> Ran {
        let mut ran = Ran { webhook, tried: 0, scanned: from, stopped: None };
        loop {
            match self.tell_next(&mut ran, until, &deliver).await {
                Ok(true) => ran.tried += 1,
                Ok(false) => return ran,
                Err(error) => return Ran { stopped: Some(error), ..ran },
            }
        }
    }

    /// Tells a webhook the next event, and whether there was one.
    async fn tell_next(
        &self,
        ran: &mut Ran,
        until: Position,
        deliver: &Arc<dyn Deliver>,
    ) -> Result<bool, EngineError> {
        let (wanted, attempt) = match ran.webhook.turn() {
            Turn::Removed => return Ok(false),
            Turn::Stopped => return Err(stopped(&ran.webhook).into()),
            Turn::Again { not_before: Some(at), .. } if at > self.clock.now() => return Ok(false),
            Turn::Again { position, attempt, .. } => (self.at(position).await?, attempt),
            Turn::From(_) => {
                let target = &ran.webhook.target;
                let wanted = self.next_wanted(target, ran.scanned, until).await?;
                if wanted.is_none() {
                    ran.scanned = ran.scanned.max(until);
                }
                (wanted, 1)
            }
        };
        let Some(wanted) = wanted else { return Ok(false) };
        let message = self.message(&ran.webhook, &wanted, &**deliver)?;
        let delivery = carry(message, deliver.clone()).await;
        let attempted = self.attempted(&wanted, attempt, delivery);
        ran.webhook = self.conclude(&ran.webhook.name, attempted).await?;
        // What it wants may have been changed meanwhile.
        ran.scanned = ran.webhook.next;
        Ok(true)
    }

    /// The signed message of an event.
    fn message(
        &self,
        webhook: &Webhook,
        wanted: &Wanted,
        deliver: &dyn Deliver,
    ) -> Result<Message, WebhookFault> {
        let variable = &webhook.target.secret;
        let held = deliver.secret(variable.as_str());
        let secrets = Secrets::read(variable, held.as_deref())?;
        let timestamp = self.clock.now().timestamp();
        let body = wanted.recorded.bytes.clone();
        Ok(Message {
            url: webhook.target.url.to_string(),
            id: wanted.id,
            timestamp,
            signature: sign(&secrets, &wanted.id.to_string(), timestamp, &body),
            position: wanted.recorded.position,
            body,
        })
    }

    fn attempted(&self, wanted: &Wanted, attempt: u32, delivery: Delivery) -> Attempted {
        let failure = match delivery {
            Delivery::Taken => None,
            Delivery::Retry { error } => Some((error, false)),
            Delivery::Fail { error } => Some((error, true)),
        };
        let (position, event) = (wanted.recorded.position, wanted.id);
        Attempted { position, event, attempt, at: self.clock.now(), failure }
    }

    /// Records what came of an attempt, unless another process recorded it first.
    async fn conclude(&self, name: &Name, attempted: Attempted) -> Result<Webhook, EngineError> {
        let decide = |known: Option<&Webhook>| {
            Ok(known.and_then(|known| concluded(known, attempted.clone())))
        };
        Ok(self.change_webhook(name, decide).await?.webhook)
    }
}

fn stopped(webhook: &Webhook) -> WebhookFault {
    WebhookFault::Stopped { webhook: webhook.name.to_string(), parked: webhook.undelivered.len() }
}

async fn carry(message: Message, deliver: Arc<dyn Deliver>) -> Delivery {
    let work = tokio::spawn(async move { deliver.deliver(message).await });
    let stop = work.abort_handle();
    match tokio::time::timeout(Duration::from_secs(EFFECT_SECONDS_MAX), work).await {
        Ok(Ok(delivery)) => delivery,
        Ok(Err(_)) => Delivery::Retry { error: "the delivery panicked".to_owned() },
        Err(_) => {
            stop.abort();
            Delivery::Retry { error: format!("no answer within {EFFECT_SECONDS_MAX} seconds") }
        }
    }
}
