//! What a case owes to the outside world, read from its state alone, so that it survives every crash; and how long to
//! wait after a failure. Performs nothing.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Serialize, Serializer};

use super::address::StepPath;
use super::case::{Case, Running, Waits};
use super::consequence::{Failing, Object};
use super::names::{CaseId, Name};
use super::privacy::refuse_personal_text;
use crate::limits::{
    EFFECT_ATTEMPTS_MAX, EFFECT_ERROR_BYTES_MAX, EFFECT_PAUSE_SECONDS_FIRST,
    EFFECT_PAUSE_SECONDS_MAX,
};
use crate::time;

/// What stands in place of an error that must not be kept.
const LEFT_OUT: &str = "(left out: it held personal data)";

/// Which effect: the same for every attempt, and never that of another. Receivers tell repetitions by it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EffectKey {
    /// The case.
    pub case: CaseId,
    /// The step.
    pub step: StepPath,
    /// Its number among the effects of the case.
    pub entry: u32,
}

/// Something a handler has to do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Effect {
    /// Which.
    pub key: EffectKey,
    /// The case.
    pub case: CaseId,
    /// The step.
    pub step: StepPath,
    /// Its number among the effects of the case.
    pub entry: u32,
    /// The handler.
    pub handler: Name,
    /// What the handler is given.
    pub input: Object,
    /// Since when it is owed.
    pub since: DateTime<Utc>,
    /// How often it failed, and what comes next; none if it was not tried yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failing: Option<Failing>,
}

impl Effect {
    /// The number of the attempt that comes next, from 1.
    pub fn attempt(&self) -> u32 {
        self.failing.as_ref().map_or(0, |failing| failing.attempts) + 1
    }

    /// When it may be tried; none if it is parked, until a person says so.
    pub fn not_before(&self) -> Option<DateTime<Utc>> {
        self.failing.as_ref().map_or(Some(self.since), |failing| failing.retry_at)
    }
}

/// Everything a case owes, also what is parked, in the order of the definition.
pub fn standing(case: &Case) -> Vec<Effect> {
    if !case.is_open() || case.fault.is_some() {
        return Vec::new();
    }
    let effect = |running: Running<'_>| match &running.step.waits {
        Waits::Auto { handler, input, entry, failing } => {
            let (case, step, entry) = (case.id.clone(), running.path, *entry);
            Some(Effect {
                key: EffectKey { case: case.clone(), step: step.clone(), entry },
                case,
                step,
                entry,
                handler: handler.clone(),
                input: input.clone(),
                since: running.step.since,
                failing: failing.clone(),
            })
        }
        Waits::Task { .. } | Waits::Event { .. } | Waits::Branches(_) | Waits::Call(_) => None,
    };
    case.running().into_iter().filter_map(effect).collect()
}

/// Everything a case owes and no person has to release first, in the order of the definition.
pub fn owed(case: &Case) -> Vec<Effect> {
    standing(case).into_iter().filter(|effect| effect.not_before().is_some()).collect()
}

/// How long to wait after that many failures: twice as long each time, up to a bound.
pub fn pause(failures: u32) -> TimeDelta {
    let doubled = 2_i64.checked_pow(failures.saturating_sub(1)).unwrap_or(i64::MAX);
    let seconds = EFFECT_PAUSE_SECONDS_FIRST.saturating_mul(doubled);
    TimeDelta::seconds(seconds.min(EFFECT_PAUSE_SECONDS_MAX))
}

/// What becomes of an attempt that failed at a time: it is made again after a pause, or parked, where it would fail
/// again or has failed too often.
pub(super) fn failed(attempts: u32, error: &str, for_good: bool, at: DateTime<Utc>) -> Failing {
    let again = !for_good && attempts < EFFECT_ATTEMPTS_MAX;
    let retry_at = again.then(|| time::put_off(at, pause(attempts)));
    Failing { attempts, error: kept(error), retry_at }
}

/// What is kept of an error: the log is for ever, so neither endless nor about a person.
fn kept(error: &str) -> String {
    let error = error.trim();
    let cut = error.floor_char_boundary(EFFECT_ERROR_BYTES_MAX);
    match refuse_personal_text("error", error) {
        Ok(()) => error[..cut].to_owned(),
        Err(_) => LEFT_OUT.to_owned(),
    }
}

impl fmt::Display for EffectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}#{}", self.case, self.step, self.entry)
    }
}

impl Serialize for EffectKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_doubles_up_to_an_hour() {
        let seconds: Vec<i64> = [1, 2, 3, 8, 9, 40, 64, 65, u32::MAX]
            .into_iter()
            .map(|failures| pause(failures).num_seconds())
            .collect();
        assert_eq!(seconds, [10, 20, 40, 1_280, 2_560, 3_600, 3_600, 3_600, 3_600]);
    }
}
