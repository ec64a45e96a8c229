//! Everybody who may act.

use dure_storage::StoreError;

use super::{Projection, Rows, ViewEvent};
use crate::model::people::{PERSON_ADDED, Person, PersonAdded};

/// Key: the person's id.
#[derive(Debug, Default)]
pub struct People;

impl Projection for People {
    type Row = Person;
    const NAME: &'static str = "people";
    const SCHEMA: u32 = 1;

    fn apply(&mut self, event: &ViewEvent<'_>, rows: &mut Rows<Person>) -> Result<(), StoreError> {
        if event.envelope.kind == PERSON_ADDED.0 {
            let added: PersonAdded = event.payload()?;
            rows.put(added.person.id.to_string(), added.person);
        }
        Ok(())
    }
}
