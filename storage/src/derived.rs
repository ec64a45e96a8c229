//! The small ordered key store for what can always be derived from the log again: stream heads, snapshots,
//! views. Nothing in it is ever the only copy.

mod memory;
mod sled;

pub use self::sled::SledStore;
pub use memory::MemoryStore;

use std::ops::Bound;

use crate::error::StoreError;

/// A key and its value.
pub type Entry = (Vec<u8>, Vec<u8>);

/// An ordered map of bytes. Calls may block on the disk; each is atomic by itself, several are not.
pub trait DerivedStore: Send + Sync + 'static {
    /// The value of a key.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Sets the value of a key.
    fn insert(&self, key: &[u8], value: &[u8]) -> Result<(), StoreError>;

    /// Removes a key; one that is not there is no error.
    fn remove(&self, key: &[u8]) -> Result<(), StoreError>;

    /// Up to `limit` entries whose keys begin with `prefix`, ascending by key, beginning after the whole
    /// key `after`.
    fn scan(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError>;

    /// Removes everything.
    fn clear(&self) -> Result<(), StoreError>;

    /// Makes everything so far survive a crash.
    fn flush(&self) -> Result<(), StoreError>;
}

/// Where a scan begins.
fn lower<'a>(prefix: &'a [u8], after: Option<&'a [u8]>) -> Bound<&'a [u8]> {
    match after {
        Some(after) if after >= prefix => Bound::Excluded(after),
        Some(_) | None => Bound::Included(prefix),
    }
}

#[cfg(test)]
mod tests;
