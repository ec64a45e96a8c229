//! Everybody who may act.

use dure_storage::StoreError;

use super::{Projection, Rows, ViewEvent};
use crate::model::people::Person;
use crate::runtime::people::fold;
use crate::runtime::streams;

/// Key: the person's id.
#[derive(Debug, Default)]
pub struct People;

impl Projection for People {
    type Row = Person;
    const NAME: &'static str = "people";
    const SCHEMA: u32 = 1;

    fn apply(&mut self, event: &ViewEvent<'_>, rows: &mut Rows<Person>) -> Result<(), StoreError> {
        let Some(id) = streams::person_of(&event.envelope.subject) else { return Ok(()) };
        let known = rows.take(id.as_str())?;
        let person = fold(known, &event.envelope.kind, event.envelope.data).map_err(|error| {
            StoreError::EventUnreadable { position: event.position, reason: error.to_string() }
        })?;
        if let Some(person) = person {
            rows.put(id.to_string(), person);
        }
        Ok(())
    }
}
