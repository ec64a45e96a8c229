//! The store on disk, on sled 0.34. sled panics on some damaged files, so every call is fenced: damage
//! comes out as `E-derived-damaged`, never as a panic.

use std::any::Any;
use std::fs;
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use ::sled::IVec;

use super::{DerivedStore, Entry};
use crate::error::{StoreError, disk_error};
use crate::limits;

/// A derived store in a folder of its own.
pub struct SledStore {
    folder: PathBuf,
    cache_bytes: u64,
    /// There until the store is dropped, but for the moment in which it is started anew.
    db: RwLock<Option<::sled::Db>>,
    was_reset: bool,
}

impl SledStore {
    /// Opens the folder, or makes it; `cache_bytes` bounds the page cache.
    ///
    /// # Errors
    /// `E-derived-damaged` if sled cannot read it.
    pub fn open(folder: &Path, cache_bytes: u64) -> Result<SledStore, StoreError> {
        let db = RwLock::new(Some(open_db(folder, cache_bytes)?));
        Ok(SledStore { folder: folder.to_owned(), cache_bytes, db, was_reset: false })
    }

    /// Opens the folder; if it is damaged, empties it first, since the log can fill it again.
    ///
    /// # Errors
    /// A store error if the folder cannot be emptied or made.
    pub fn open_or_reset(folder: &Path, cache_bytes: u64) -> Result<SledStore, StoreError> {
        let error = match SledStore::open(folder, cache_bytes) {
            Err(error) if !is_still_held(&error) => error,
            opened => return opened,
        };
        tracing::warn!(folder = %folder.display(), %error, "derived data is damaged; starting it anew");
        remove(folder)?;
        let mut store = SledStore::open(folder, cache_bytes)?;
        store.was_reset = true;
        Ok(store)
    }

    /// Calls sled; every call goes through here.
    fn call<T>(
        &self,
        call: impl FnOnce(&::sled::Db) -> ::sled::Result<T>,
    ) -> Result<T, StoreError> {
        let db = self.db.read().unwrap_or_else(PoisonError::into_inner);
        let db = db.as_ref().ok_or(StoreError::LogClosed)?;
        fenced(|| call(db))
    }

    /// Whether opening found it damaged and emptied it.
    pub fn was_reset(&self) -> bool {
        self.was_reset
    }
}

fn open_db(folder: &Path, cache_bytes: u64) -> Result<::sled::Db, StoreError> {
    let config = ::sled::Config::new()
        .path(folder)
        .cache_capacity(cache_bytes)
        .flush_every_ms(None)
        .segment_size(limits::SLED_SEGMENT_BYTES);
    let mut attempt = 1;
    loop {
        match fenced(|| config.open()) {
            Err(error) if is_still_held(&error) && attempt < limits::SLED_LOCK_ATTEMPTS_MAX => {
                std::thread::sleep(limits::SLED_LOCK_PAUSE);
                attempt += 1;
            }
            opened => return opened,
        }
    }
}

/// sled's own threads let go of a dropped store's file a moment later. Another process cannot hold it: the data
/// folder has a lock of ours.
fn is_still_held(error: &StoreError) -> bool {
    error.to_string().contains("could not acquire lock")
}

fn remove(folder: &Path) -> Result<(), StoreError> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    fs::remove_dir_all(folder).map_err(|error| disk_error("empty", &name, &error))
}

/// sled flushes when it is dropped; what cannot be flushed is derived and comes back.
fn close(db: Option<::sled::Db>) {
    let _ = fenced(|| {
        drop(db);
        Ok(())
    });
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
        close(self.db.get_mut().unwrap_or_else(PoisonError::into_inner).take());
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
        // By removing the folder: emptying it key by key would have to read pages that may be damaged.
        let mut db = self.db.write().unwrap_or_else(PoisonError::into_inner);
        close(db.take());
        remove(&self.folder)?;
        *db = Some(open_db(&self.folder, self.cache_bytes)?);
        Ok(())
    }

    fn flush(&self) -> Result<(), StoreError> {
        self.call(|db| db.flush()).map(drop)
    }
}
