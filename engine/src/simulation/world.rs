//! A ground with a log in memory. It is prepared once and copied for every run, so that none sees what another did.

use std::sync::Arc;

use dure_storage::MemoryLog;

use super::ground::Ground;
use crate::error::EngineError;
use crate::model::names::WorkflowRef;
use crate::runtime::{Engine, ManualClock};

/// An engine on a log in memory and a clock that stands still until it is told otherwise.
pub struct World {
    pub(super) ground: Ground,
    log: Arc<MemoryLog>,
}

impl World {
    /// An empty world.
    ///
    /// # Errors
    /// If the engine cannot be opened.
    pub async fn empty() -> Result<World, EngineError> {
        let log = Arc::new(MemoryLog::new(Ground::source()));
        Ok(World { ground: Ground::on(log.clone()).await?, log })
    }

    /// Its engine.
    pub fn engine(&self) -> &Engine {
        self.ground.engine()
    }

    /// Its clock.
    pub fn clock(&self) -> &ManualClock {
        self.ground.clock()
    }

    /// Publishes a workflow file in whatever version it says.
    ///
    /// # Errors
    /// Every mistake in it.
    pub async fn publish(&self, file: &str, text: &str) -> Result<WorkflowRef, EngineError> {
        self.ground.publish(file, text).await
    }

    /// A ground of its own that begins as this one is. No case may have been started in it.
    pub(super) async fn copy(&self) -> Result<Ground, EngineError> {
        self.ground.on_copy(Arc::new(self.log.copy())).await
    }
}
