//! The store on disk, on sled 0.34. sled panics on some damaged files, so every call is fenced: damage
//! comes out as `E-derived-damaged`, never as a panic.

use std::any::Any;
use std::fs;
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use ::sled::IVec;

use super::{DerivedStore, Entry};
use crate::error::{StoreError, disk_error};
use crate::limits;

/// A derived store in a folder of its own.
pub struct SledStore {
    /// There until the store is dropped.
    db: Option<::sled::Db>,
    was_reset: bool,
}

impl SledStore {
    /// Opens the folder, or makes it; `cache_bytes` bounds the page cache.
    ///
    /// # Errors
    /// `E-derived-damaged` if sled cannot read it.
    pub fn open(folder: &Path, cache_bytes: u64) -> Result<SledStore, StoreError> {
        let config = ::sled::Config::new()
            .path(folder)
            .cache_capacity(cache_bytes)
            .flush_every_ms(None)
            .segment_size(limits::SLED_SEGMENT_BYTES);
        let db = fenced(|| config.open())?;
        Ok(SledStore { db: Some(db), was_reset: false })
    }

    /// Opens the folder; if it is damaged, empties it first, since the log can fill it again.
    ///
    /// # Errors
    /// A store error if the folder cannot be emptied or made.
    pub fn open_or_reset(folder: &Path, cache_bytes: u64) -> Result<SledStore, StoreError> {
        let error = match SledStore::open(folder, cache_bytes) {
            Ok(store) => return Ok(store),
            Err(error) => error,
        };
        tracing::warn!(folder = %folder.display(), %error, "derived data is damaged; starting it anew");
        let path = folder.file_name().unwrap_or_default().to_string_lossy();
        fs::remove_dir_all(folder).map_err(|error| disk_error("empty", &path, &error))?;
        let mut store = SledStore::open(folder, cache_bytes)?;
        store.was_reset = true;
        Ok(store)
    }

    /// Calls sled; every call goes through here.
    fn call<T>(
        &self,
        call: impl FnOnce(&::sled::Db) -> ::sled::Result<T>,
    ) -> Result<T, StoreError> {
        let db = self.db.as_ref().ok_or(StoreError::LogClosed)?;
        fenced(|| call(db))
    }

    /// Whether opening found it damaged and emptied it.
    pub fn was_reset(&self) -> bool {
        self.was_reset
    }
}

/// Runs a call of sled and turns both its errors and its panics into ours.
fn fenced<T>(call: impl FnOnce() -> ::sled::Result<T>) -> Result<T, StoreError> {
    let reason = match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(::sled::Error::Io(error))) => return Err(disk_error("use", "derived data", &error)),
        Ok(Err(error)) => error.to_string(),
        Err(panic) => panic_message(panic.as_ref()),
    };
    Err(StoreError::DerivedDamaged { reason })
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("the store panicked").to_owned()
}

impl Drop for SledStore {
    fn drop(&mut self) {
        let db = self.db.take();
        // sled flushes when it is dropped; what cannot be flushed is derived and comes back.
        let _ = fenced(|| {
            drop(db);
            Ok(())
        });
    }
}

impl DerivedStore for SledStore {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.call(|db| Ok(db.get(key)?.map(|value| value.to_vec())))
    }

    fn insert(&self, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        self.call(|db| db.insert(key, value)).map(drop)
    }

    fn remove(&self, key: &[u8]) -> Result<(), StoreError> {
        self.call(|db| db.remove(key)).map(drop)
    }

    fn scan(
        &self,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        self.call(|db| {
            let from = super::lower(prefix, after);
            let entries = db.range::<&[u8], _>((from, Bound::Unbounded)).take(limit);
            let inside = |entry: &::sled::Result<(IVec, IVec)>| match entry {
                Ok((key, _)) => key.starts_with(prefix),
                Err(_) => true,
            };
            entries
                .take_while(inside)
                .map(|entry| entry.map(|(key, value)| (key.to_vec(), value.to_vec())))
                .collect()
        })
    }

    fn clear(&self) -> Result<(), StoreError> {
        self.call(|db| db.clear())
    }

    fn flush(&self) -> Result<(), StoreError> {
        self.call(|db| db.flush()).map(drop)
    }
}
