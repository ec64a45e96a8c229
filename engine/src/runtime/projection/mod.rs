//! Projections: folds of the log kept ready to read. Each states its rows for one event; positions, frontiers,
//! flushing and rebuilding are the views' business, so that a new projection is only its fold.

pub mod accounts;
pub mod calendars;
pub mod cases;
pub mod people;
pub mod tasks;
pub mod timeline;
pub mod webhooks;
pub mod workflows;

use std::collections::HashMap;
use std::sync::Arc;

use dure_storage::{DerivedStore, Envelope, Position, StoreError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::model::event::Happened;

/// One event as projections see it: read from its bytes once for all of them.
#[derive(Debug)]
pub struct ViewEvent<'a> {
    /// Where it stands in the log.
    pub position: Position,
    /// Its attributes; the payload is unread JSON.
    pub envelope: &'a Envelope<&'a RawValue>,
    /// The payload as an event of a case, if it is one.
    pub case_event: Option<&'a Happened>,
    /// Why it cannot be read as one, if it should be one.
    pub unreadable: Option<&'a str>,
}

impl ViewEvent<'_> {
    /// Reads the payload.
    ///
    /// # Errors
    /// `E-event-unreadable` if it does not have the form asked for.
    pub fn payload<P: DeserializeOwned>(&self) -> Result<P, StoreError> {
        serde_json::from_str(self.envelope.data.get()).map_err(|error| {
            StoreError::EventUnreadable { position: self.position, reason: error.to_string() }
        })
    }
}

/// A fold of the log into keyed rows. Folding an event again that was folded before must leave the same rows:
/// after a crash the rows may be ahead of the position.
pub trait Projection: Send + 'static {
    /// A row.
    type Row: Serialize + DeserializeOwned + Clone + Send;
    /// Its name: part of every key, and what `dure view status` shows.
    const NAME: &'static str;
    /// Raised when rows change their form: older ones are then built again.
    const SCHEMA: u32;

    /// Folds one event.
    ///
    /// # Errors
    /// If the store failed or the event cannot be read.
    fn apply(
        &mut self,
        event: &ViewEvent<'_>,
        rows: &mut Rows<Self::Row>,
    ) -> Result<(), StoreError>;
}

/// The rows of one projection: changes are gathered in memory and written now and then.
pub struct Rows<R> {
    store: Arc<dyn DerivedStore>,
    name: &'static str,
    dirty: HashMap<String, Option<R>>,
}

impl<R: Serialize + DeserializeOwned + Clone> Rows<R> {
    pub(super) fn new(store: Arc<dyn DerivedStore>, name: &'static str) -> Rows<R> {
        Rows { store, name, dirty: HashMap::new() }
    }

    /// A row.
    ///
    /// # Errors
    /// If the store failed.
    pub fn get(&self, key: &str) -> Result<Option<R>, StoreError> {
        match self.dirty.get(key) {
            Some(row) => Ok(row.clone()),
            None => self.stored(key),
        }
    }

    /// A row, to be changed and put back.
    ///
    /// # Errors
    /// If the store failed.
    pub fn take(&mut self, key: &str) -> Result<Option<R>, StoreError> {
        match self.dirty.get_mut(key) {
            Some(row) => Ok(row.take()),
            None => self.stored(key),
        }
    }

    /// Writes a row.
    pub fn put(&mut self, key: String, row: R) {
        self.dirty.insert(key, Some(row));
    }

    /// Removes a row.
    pub fn remove(&mut self, key: String) {
        self.dirty.insert(key, None);
    }

    /// Up to `limit` rows whose keys begin with `prefix`, after the key `after`, in the order of the keys.
    /// Sees what was written to the store.
    ///
    /// # Errors
    /// If the store failed.
    pub fn scan(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, R)>, StoreError> {
        let after = after.map(|key| self.key(key));
        let found = self.store.scan(&self.key(prefix), after.as_deref(), limit)?;
        let skip = self.key("").len();
        let row = |(key, bytes): (Vec<u8>, Vec<u8>)| {
            let key = String::from_utf8_lossy(&key[skip..]).into_owned();
            Ok((key, read(&bytes)?))
        };
        found.into_iter().map(row).collect()
    }

    /// How many changed rows wait in memory.
    pub(super) fn dirty(&self) -> usize {
        self.dirty.len()
    }

    /// Hands the changed rows to the store.
    pub(super) fn write(&mut self) -> Result<(), StoreError> {
        for (key, row) in std::mem::take(&mut self.dirty) {
            let key = self.key(&key);
            match row {
                Some(row) => self.store.insert(&key, &write(&row)?)?,
                None => self.store.remove(&key)?,
            };
        }
        Ok(())
    }

    fn stored(&self, key: &str) -> Result<Option<R>, StoreError> {
        self.store.get(&self.key(key))?.map(|bytes| read(&bytes)).transpose()
    }

    fn key(&self, key: &str) -> Vec<u8> {
        [self.name.as_bytes(), b"\0", key.as_bytes()].concat()
    }
}

pub(super) fn read<R: DeserializeOwned>(bytes: &[u8]) -> Result<R, StoreError> {
    serde_json::from_slice(bytes).map_err(|error| unreadable(&error))
}

pub(super) fn write(row: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(row).map_err(|error| unreadable(&error))
}

fn unreadable(error: &serde_json::Error) -> StoreError {
    StoreError::DerivedDamaged { reason: format!("a row of a view: {error}") }
}
