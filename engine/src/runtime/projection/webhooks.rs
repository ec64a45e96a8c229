//! Every webhook that is registered, as it is now. A row is also the snapshot that a command begins from.

use dure_storage::StoreError;

use super::{Projection, Rows, ViewEvent};
use crate::model::webhook::Webhook;
use crate::runtime::streams;
use crate::runtime::webhooks::webhook_event;

/// Key: the webhook's name.
#[derive(Debug, Default)]
pub struct Webhooks;

impl Projection for Webhooks {
    type Row = Webhook;
    const NAME: &'static str = "webhooks";
    const SCHEMA: u32 = 1;

    fn apply(&mut self, event: &ViewEvent<'_>, rows: &mut Rows<Webhook>) -> Result<(), StoreError> {
        let Some(name) = streams::webhook_of(&event.envelope.subject) else { return Ok(()) };
        let Some(happened) = webhook_event(event.position, event.envelope)? else { return Ok(()) };
        let known = rows.get(name.as_str())?;
        if known.as_ref().is_some_and(|known| known.version >= event.envelope.version) {
            return Ok(());
        }
        // A removed one that is registered again goes on with its numbers.
        match Webhook::fold(known, event.position, &happened) {
            Some(mut after) => {
                after.version = event.envelope.version;
                match after.removed {
                    true => rows.remove(name.to_string()),
                    false => rows.put(name.to_string(), after),
                }
            }
            None => rows.remove(name.to_string()),
        }
        Ok(())
    }
}
