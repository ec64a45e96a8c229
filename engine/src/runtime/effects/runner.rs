//! Runs the registered handlers over what is owed, a bounded number at a time, and records what came of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::task::JoinSet;

use super::handler::{Answer, Handler};
use crate::error::EngineError;
use crate::limits::{EFFECT_SECONDS_MAX, EFFECTS_AT_ONCE_MAX};
use crate::model::command::{Command, FailEffect, RetryEffect};
use crate::model::effect::{Effect, EffectKey, owed};
use crate::model::names::{CaseId, Name};
use crate::model::refusal::{OutsideFault, Why};
use crate::runtime::engine::Engine;
use crate::runtime::request::{Accepted, ActOf, AnswerRequest};

/// The handlers of an engine by name.
#[derive(Default)]
pub(in crate::runtime) struct Handlers(Mutex<BTreeMap<Name, Arc<dyn Handler>>>);

impl Engine {
    /// Lets a handler perform the effects of that name from now on.
    pub fn handle(&self, name: Name, handler: Arc<dyn Handler>) {
        self.inner.handlers.lock().insert(name, handler);
    }

    /// Performs everything that is owed to the registered handlers and may be tried now, and gives how many effects it
    /// tried.
    ///
    /// # Errors
    /// If the store failed; what was performed and not recorded is performed again.
    pub async fn run_effects(&self) -> Result<usize, EngineError> {
        self.notice().await?;
        let (mut running, mut tried) = (JoinSet::new(), 0);
        loop {
            while running.len() < EFFECTS_AT_ONCE_MAX
                && let Some((effect, handler)) = self.next_effect().await?
            {
                running.spawn(perform(effect, handler));
            }
            let Some(performed) = running.join_next().await else { return Ok(tried) };
            let (effect, answer) = performed.map_err(|_| interrupted())?;
            self.conclude(&effect, answer).await?;
            tried += 1;
        }
    }

    /// When the next effect of a registered handler may be tried.
    ///
    /// # Errors
    /// If the store failed.
    pub async fn next_effect_at(&self) -> Result<Option<DateTime<Utc>>, EngineError> {
        self.notice().await?;
        Ok(self.inner.effects.next(&self.inner.handlers.names()))
    }

    /// Has what failed at a step tried again from the beginning; it must be said why.
    ///
    /// # Errors
    /// `E-effect-not-failing` and what an act may be refused for, with nothing recorded; or a failed store.
    pub async fn retry_effect(
        &self,
        case: &CaseId,
        step: &str,
        act: ActOf,
    ) -> Result<Accepted, EngineError> {
        let request = self.inner.request(&act).await?;
        let command = Command::Retry(RetryEffect { step: step.to_owned(), request });
        self.inner.command(case, command, act.idempotency_key.as_deref()).await
    }

    /// Records that the handler of a step failed, for whoever plays its part.
    ///
    /// # Errors
    /// `E-effect-not-tried`, with nothing recorded, or a failed store.
    pub(crate) async fn fail_at(
        &self,
        case: &CaseId,
        step: &str,
        error: String,
        for_good: bool,
    ) -> Result<(), EngineError> {
        let (case, now) = (self.case(case).await?, self.inner.clock.now());
        let tried = |effect: &Effect| effect.not_before().is_some_and(|at| at <= now);
        let mut owed = owed(&case).into_iter();
        let effect = owed.find(|effect| effect.step.answers_to(step) && tried(effect));
        let not_tried = || Why::Outside(OutsideFault::EffectNotTried { step: step.to_owned() });
        self.fail_effect(&effect.ok_or_else(not_tried)?, error, for_good).await
    }

    /// The next effect that may be tried, with its handler.
    async fn next_effect(&self) -> Result<Option<(Effect, Arc<dyn Handler>)>, EngineError> {
        let names = self.inner.handlers.names();
        let until = TimeDelta::seconds(EFFECT_SECONDS_MAX as i64);
        while let Some((effect, _)) = self.take_effect(&names, until).await? {
            if let Some(handler) = self.inner.handlers.get(&effect.handler) {
                return Ok(Some((effect, handler)));
            }
        }
        Ok(None)
    }

    /// Records what came of an effect.
    pub(super) async fn conclude(
        &self,
        effect: &Effect,
        answer: Answer,
    ) -> Result<(), EngineError> {
        let (error, for_good) = match answer {
            Answer::Done { outcome, form } => {
                let (case, step, entry) = (effect.case.clone(), effect.step.clone(), effect.entry);
                match self.answer(AnswerRequest { case, step, entry, outcome, form }).await {
                    Ok(_) => return Ok(()),
                    Err(EngineError::Refused(refusal)) => {
                        let again = matches!(refusal.why, Why::Contended { .. });
                        (format!("{}: {refusal}", refusal.why.code()), !again)
                    }
                    Err(error) => return Err(error),
                }
            }
            Answer::Retry { error } => (error, false),
            Answer::Fail { error } => (error, true),
        };
        self.fail_effect(effect, error, for_good).await
    }

    async fn fail_effect(
        &self,
        effect: &Effect,
        error: String,
        for_good: bool,
    ) -> Result<(), EngineError> {
        let at = self.inner.clock.now();
        let (step, entry, attempt) = (effect.step.clone(), effect.entry, effect.attempt());
        let command = FailEffect { step, entry, attempt, error, for_good, at };
        match self.inner.command(&effect.case, Command::Fail(command), None).await {
            Ok(_) => Ok(()),
            // The step is over, or another process was first: nothing is owed by this attempt.
            Err(error) if is_over(&error) => {
                let case = self.inner.fresh_case(&effect.case).await?;
                self.inner.effects.forget(&effect.key);
                self.inner.effects.note(&case);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Takes the next effect that its case still owes.
    pub(super) async fn take_effect(
        &self,
        names: &[Name],
        lease: TimeDelta,
    ) -> Result<Option<(Effect, dure_storage::EventId)>, EngineError> {
        let now = self.inner.clock.now();
        loop {
            let token = self.inner.ids.next(now);
            let Some(key) = self.inner.effects.take(names, now, now + lease, token) else {
                return Ok(None);
            };
            match self.effect(&key).await? {
                Some(effect) if effect.not_before().is_some_and(|at| at <= now) => {
                    return Ok(Some((effect, token)));
                }
                Some(_) | None => {
                    let case = self.inner.fresh_case(&key.case).await?;
                    self.inner.effects.forget(&key);
                    self.inner.effects.note(&case);
                }
            }
        }
    }

    /// An effect as its case owes it now.
    pub(super) async fn effect(&self, key: &EffectKey) -> Result<Option<Effect>, EngineError> {
        let case = self.inner.fresh_case(&key.case).await?;
        Ok(owed(&case).into_iter().find(|effect| effect.key == *key))
    }
}

async fn perform(effect: Effect, handler: Arc<dyn Handler>) -> (Effect, Answer) {
    let work = {
        let effect = effect.clone();
        tokio::spawn(async move { handler.perform(&effect).await })
    };
    let stop = work.abort_handle();
    let answer = match tokio::time::timeout(Duration::from_secs(EFFECT_SECONDS_MAX), work).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Answer::Retry { error: "the handler panicked".to_owned() },
        Err(_) => {
            stop.abort();
            Answer::Retry { error: format!("no answer within {EFFECT_SECONDS_MAX} seconds") }
        }
    };
    (effect, answer)
}

/// The runtime is being shut down.
pub(in crate::runtime) fn interrupted() -> EngineError {
    EngineError::Store(dure_storage::StoreError::LogClosed)
}

fn is_over(error: &EngineError) -> bool {
    match error {
        EngineError::Refused(refusal) => matches!(
            refusal.why,
            Why::Outside(OutsideFault::AnswerLate { .. }) | Why::CaseClosed { .. }
        ),
        EngineError::Definition(_)
        | EngineError::Calendar(_)
        | EngineError::Plan(_)
        | EngineError::Report(_)
        | EngineError::Identifier(_)
        | EngineError::Store(_) => false,
    }
}

impl Handlers {
    fn names(&self) -> Vec<Name> {
        self.lock().keys().cloned().collect()
    }

    fn get(&self, name: &Name) -> Option<Arc<dyn Handler>> {
        self.lock().get(name).cloned()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Name, Arc<dyn Handler>>> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
