//! What the webhooks view answers: the list, and the snapshot a command begins from.

use dure_storage::StoreError;

use super::{Kept, Views, anew, values};
use crate::error::EngineError;
use crate::limits::VIEW_PAGE_ROWS_MAX;
use crate::model::names::Name;
use crate::model::webhook::Webhook;
use crate::runtime::Engine;

impl Views {
    /// A webhook as the view has it, which may be behind.
    pub(in crate::runtime) async fn webhook_snapshot(
        &self,
        name: &Name,
    ) -> Result<Option<Webhook>, StoreError> {
        let mut kept = self.kept.lock().await;
        match kept.webhooks.rows.get(name.as_str()) {
            Ok(row) => Ok(row),
            Err(StoreError::DerivedDamaged { reason }) => {
                *kept = anew(&*self.log, &self.store, &reason).await?;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

impl Engine {
    /// Every webhook, in the order of their names.
    ///
    /// # Errors
    /// If the store failed.
    pub async fn webhooks(&self) -> Result<Vec<Webhook>, EngineError> {
        let read =
            |kept: &Kept| Ok(values(kept.webhooks.rows.scan("", None, VIEW_PAGE_ROWS_MAX)?));
        Ok(self.inner.views.read(read).await?)
    }
}
