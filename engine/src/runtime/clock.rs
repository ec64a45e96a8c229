//! Time and identity as the runtime gets them: traits, so that tests and simulations decide both (I4).

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use dure_storage::EventId;
use uuid::{Builder, Uuid};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now, to the microsecond.
    fn now(&self) -> DateTime<Utc>;
}

/// Makes event ids.
pub trait Ids: Send + Sync {
    /// A new id at this time.
    fn next(&self, now: DateTime<Utc>) -> EventId;
}

/// The clock of the machine.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        to_micros(Utc::now())
    }
}

/// A clock that stands still until it is told otherwise.
#[derive(Debug)]
pub struct ManualClock(Mutex<DateTime<Utc>>);

impl ManualClock {
    /// Standing at this time.
    pub fn at(now: DateTime<Utc>) -> ManualClock {
        ManualClock(Mutex::new(to_micros(now)))
    }

    /// Goes to a later time; an earlier one is ignored, for time does not run backwards.
    pub fn go_to(&self, at: DateTime<Utc>) {
        let mut now = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        *now = (*now).max(to_micros(at));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// UUIDv7 from the time and the operating system's random numbers.
#[derive(Debug, Default)]
pub struct RandomIds;

impl Ids for RandomIds {
    fn next(&self, _now: DateTime<Utc>) -> EventId {
        Uuid::now_v7()
    }
}

/// UUIDv7 from the time and a counter: the same run gives the same ids.
#[derive(Debug, Default)]
pub struct CountedIds(AtomicU64);

impl Ids for CountedIds {
    fn next(&self, now: DateTime<Utc>) -> EventId {
        let count = self.0.fetch_add(1, Ordering::Relaxed);
        let mut random = [0; 10];
        random[2..].copy_from_slice(&count.to_be_bytes());
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
        Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}

fn to_micros(at: DateTime<Utc>) -> DateTime<Utc> {
    at.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(at)
}
