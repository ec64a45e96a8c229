//! Which effect is to be tried next. Derived from the cases and lost with the process, like who is at work on what:
//! an effect counts as done only when its case says so.

use std::collections::{BTreeSet, HashMap};
use std::sync::Mutex;

use chrono::{DateTime, Utc};
use dure_storage::EventId;

use crate::model::case::Case;
use crate::model::effect::{EffectKey, owed};
use crate::model::names::{CaseId, Name};

/// What is owed, by handler and time.
#[derive(Default)]
pub(in crate::runtime) struct Effects(Mutex<Queue>);

#[derive(Default)]
struct Queue {
    by_handler: HashMap<Name, BTreeSet<(DateTime<Utc>, EffectKey)>>,
    waiting: HashMap<EffectKey, Waiting>,
    by_case: HashMap<CaseId, Vec<EffectKey>>,
    leased: HashMap<EventId, EffectKey>,
}

struct Waiting {
    handler: Name,
    attempt: u32,
    /// Not before; while somebody is at work on it, when their lease ends.
    at: DateTime<Utc>,
    lease: Option<EventId>,
}

impl Effects {
    /// Notes what a case owes now.
    pub(in crate::runtime) fn note(&self, case: &Case) {
        let owed = owed(case);
        let mut queue = self.lock();
        if owed.is_empty() && !queue.by_case.contains_key(&case.id) {
            return;
        }
        let keys: Vec<EffectKey> = owed.iter().map(|effect| effect.key.clone()).collect();
        for key in queue.by_case.remove(&case.id).unwrap_or_default() {
            if !keys.contains(&key) {
                queue.remove(&key);
            }
        }
        for effect in owed {
            let known = queue.waiting.get(&effect.key).map(|waiting| waiting.attempt);
            let (attempt, at) = (effect.attempt(), effect.not_before().unwrap_or(effect.since));
            if known != Some(attempt) {
                let waiting = Waiting { handler: effect.handler, attempt, at, lease: None };
                queue.put(effect.key, waiting);
            }
        }
        if !keys.is_empty() {
            queue.by_case.insert(case.id.clone(), keys);
        }
    }

    /// The effect of these handlers that has waited longest, given out until a time.
    pub(super) fn take(
        &self,
        handlers: &[Name],
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        lease: EventId,
    ) -> Option<EffectKey> {
        let mut queue = self.lock();
        let first = |name: &Name| queue.by_handler.get(name)?.first().cloned();
        let (at, key) = handlers.iter().filter_map(first).min()?;
        if at > now {
            return None;
        }
        queue.hold(&key, until, Some(lease));
        Some(key)
    }

    /// Moves the end of a lease; `None` if it is over or was never given.
    pub(super) fn extend(
        &self,
        lease: EventId,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Option<EffectKey> {
        let mut queue = self.lock();
        let key = queue.holder(lease, now)?;
        queue.hold(&key, until, Some(lease));
        Some(key)
    }

    /// What a lease is for; `None` if it is over or was never given.
    pub(super) fn leased(&self, lease: EventId, now: DateTime<Utc>) -> Option<EffectKey> {
        self.lock().holder(lease, now)
    }

    /// Forgets an effect that turned out not to be owed.
    pub(super) fn forget(&self, key: &EffectKey) {
        self.lock().remove(key);
    }

    /// When the next effect of these handlers may be tried.
    pub(super) fn next(&self, handlers: &[Name]) -> Option<DateTime<Utc>> {
        let queue = self.lock();
        let first = |name: &Name| queue.by_handler.get(name)?.first().map(|(at, _)| *at);
        handlers.iter().filter_map(first).min()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Queue {
    fn put(&mut self, key: EffectKey, waiting: Waiting) {
        self.remove(&key);
        let line = self.by_handler.entry(waiting.handler.clone()).or_default();
        line.insert((waiting.at, key.clone()));
        if let Some(lease) = waiting.lease {
            self.leased.insert(lease, key.clone());
        }
        self.waiting.insert(key, waiting);
    }

    fn remove(&mut self, key: &EffectKey) -> Option<Waiting> {
        let waiting = self.waiting.remove(key)?;
        if let Some(line) = self.by_handler.get_mut(&waiting.handler) {
            line.remove(&(waiting.at, key.clone()));
        }
        if let Some(lease) = &waiting.lease {
            self.leased.remove(lease);
        }
        Some(waiting)
    }

    fn hold(&mut self, key: &EffectKey, until: DateTime<Utc>, lease: Option<EventId>) {
        if let Some(waiting) = self.remove(key) {
            self.put(key.clone(), Waiting { at: until, lease, ..waiting });
        }
    }

    fn holder(&self, lease: EventId, now: DateTime<Utc>) -> Option<EffectKey> {
        let key = self.leased.get(&lease)?;
        self.waiting.get(key).filter(|waiting| waiting.at > now).map(|_| key.clone())
    }
}
