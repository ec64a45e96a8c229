//! Whose turn it is on an account among the callers of this process. Waiting in line costs less than being overtaken
//! at the log; that no unit is lost rests on expected versions alone, so other processes need no line.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};

use tokio::sync::{Mutex, MutexGuard};

use crate::limits::ACCOUNT_LINES;
use crate::model::account::AccountRef;

/// Locks that accounts share by their hash.
pub(super) struct Lines {
    locks: Vec<Mutex<()>>,
    hash: RandomState,
}

impl Default for Lines {
    fn default() -> Lines {
        let locks = (0..ACCOUNT_LINES).map(|_| Mutex::default()).collect();
        Lines { locks, hash: RandomState::new() }
    }
}

impl Lines {
    /// Waits for the turn on all of these accounts. The order of the locks is the same for all callers, so two
    /// transfers in opposite directions do not wait for each other.
    pub(super) async fn wait<'a>(
        &self,
        accounts: impl IntoIterator<Item = &'a AccountRef>,
    ) -> Vec<MutexGuard<'_, ()>> {
        let number = |account| self.hash.hash_one(account) as usize % ACCOUNT_LINES;
        let numbers: BTreeSet<usize> = accounts.into_iter().map(number).collect();
        let mut turns = Vec::with_capacity(numbers.len());
        for number in numbers {
            turns.push(self.locks[number].lock().await);
        }
        turns
    }
}
