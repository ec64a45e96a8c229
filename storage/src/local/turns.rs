//! Whose turn it is on a stream when callers leave its version open. Without turns many callers of one stream would
//! all lose to one of them again and again.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};

use tokio::sync::{Mutex, MutexGuard};

use crate::limits::TURNS;
use crate::log::Commit;

/// Locks that streams share by their hash.
pub(super) struct Turns {
    locks: Vec<Mutex<()>>,
    hash: RandomState,
}

impl Turns {
    pub(super) fn new() -> Turns {
        Turns { locks: (0..TURNS).map(|_| Mutex::default()).collect(), hash: RandomState::new() }
    }

    /// Waits for the turn of a commit on those of its streams whose version it leaves open. The order of the
    /// locks is the same for all, so nobody waits for ever.
    pub(super) async fn wait(&self, commit: &Commit) -> Vec<MutexGuard<'_, ()>> {
        let open = commit.parts.iter().filter(|part| part.expected.is_open());
        let numbers: BTreeSet<_> =
            open.map(|part| self.hash.hash_one(&part.stream) as usize % TURNS).collect();
        let mut turns = Vec::with_capacity(numbers.len());
        for number in numbers {
            turns.push(self.locks[number].lock().await);
        }
        turns
    }
}
