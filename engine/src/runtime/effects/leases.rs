//! Work for those who are not in this process: claimed with a lease, done outside, answered by its token. Leases live
//! in memory: after a crash the work is given out again, and the effect's number makes the answer count once.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use dure_storage::EventId;
use serde::Serialize;

use super::handler::Answer;
use crate::error::EngineError;
use crate::limits::{CLAIM_EFFECTS_MAX, LEASE_SECONDS_MAX};
use crate::model::consequence::Object;
use crate::model::effect::Effect;
use crate::model::names::Name;
use crate::model::refusal::{OutsideFault, Why};
use crate::runtime::engine::Engine;

/// Work that was given to a worker.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lease {
    /// Answers by it.
    pub token: EventId,
    /// Who has it.
    pub worker: String,
    /// Until when; then it is given to others.
    pub until: DateTime<Utc>,
    /// What to do.
    pub effect: Effect,
}

impl Engine {
    /// Gives a worker what is owed to a handler and may be tried now: at most `max`
    /// ([`CLAIM_EFFECTS_MAX`]), for at most [`LEASE_SECONDS_MAX`].
    ///
    /// # Errors
    /// If the store failed.
    pub async fn claim(
        &self,
        handler: &Name,
        worker: &str,
        lease: Duration,
        max: usize,
    ) -> Result<Vec<Lease>, EngineError> {
        self.notice().await?;
        let (lease, names) = (bounded(lease), [handler.clone()]);
        let mut claimed = Vec::new();
        while claimed.len() < max.min(CLAIM_EFFECTS_MAX) {
            let Some((effect, token)) = self.take_effect(&names, lease).await? else { break };
            let until = self.inner.clock.now() + lease;
            claimed.push(Lease { token, worker: worker.to_owned(), until, effect });
        }
        Ok(claimed)
    }

    /// Lets a worker keep its work longer, from now on; gives until when.
    ///
    /// # Errors
    /// `E-lease-lost`.
    pub fn extend_lease(
        &self,
        token: EventId,
        lease: Duration,
    ) -> Result<DateTime<Utc>, EngineError> {
        let now = self.inner.clock.now();
        let until = now + bounded(lease);
        let extended = self.inner.effects.extend(token, now, until);
        extended.map(|_| until).ok_or_else(|| lost(token))
    }

    /// Takes a worker's answer. One that the rules refuse parks the effect, with the refusal as the reason.
    ///
    /// # Errors
    /// `E-lease-lost`, or a failed store.
    pub async fn complete_lease(
        &self,
        token: EventId,
        outcome: String,
        form: Object,
    ) -> Result<(), EngineError> {
        self.answer_lease(token, Answer::Done { outcome, form }).await
    }

    /// Takes a worker's failure.
    ///
    /// # Errors
    /// `E-lease-lost`, or a failed store.
    pub async fn fail_lease(
        &self,
        token: EventId,
        error: String,
        for_good: bool,
    ) -> Result<(), EngineError> {
        let answer = match for_good {
            true => Answer::Fail { error },
            false => Answer::Retry { error },
        };
        self.answer_lease(token, answer).await
    }

    async fn answer_lease(&self, token: EventId, answer: Answer) -> Result<(), EngineError> {
        let key = self.inner.effects.leased(token, self.inner.clock.now());
        let key = key.ok_or_else(|| lost(token))?;
        let effect = self.effect(&key).await?.ok_or_else(|| lost(token))?;
        self.conclude(&effect, answer).await
    }
}

fn bounded(lease: Duration) -> TimeDelta {
    TimeDelta::seconds(lease.as_secs().clamp(1, LEASE_SECONDS_MAX) as i64)
}

fn lost(token: EventId) -> EngineError {
    Why::Outside(OutsideFault::LeaseLost { token: token.to_string() }).into()
}
