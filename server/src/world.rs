//! The composition root: a data folder becomes a log, views beside it, and an engine on both.

use std::path::Path;
use std::sync::Arc;

use dure_engine::{Engine, EngineOptions};
use dure_storage::{LocalLog, LocalOptions, SledStore, Source};

use crate::context::Context;
use crate::failure::{Failure, Fault};
use crate::limits::VIEW_CACHE_BYTES;

/// What a command needs of the data folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// There must be one.
    Existing,
    /// One is made if there is none.
    Create,
}

/// An open data folder.
pub struct World {
    /// The engine on it.
    pub engine: Engine,
    /// Its log.
    pub log: Arc<LocalLog>,
}

/// Whether there is a data folder.
pub fn exists(folder: &Path) -> bool {
    folder.join("log").is_dir()
}

/// Opens only the log.
///
/// # Errors
/// If there is none and none may be made, or the store says no.
pub fn log(folder: &Path, access: Access) -> Result<LocalLog, Failure> {
    if access == Access::Existing && !exists(folder) {
        return Err(Fault::DataMissing { folder: folder.display().to_string() }.into());
    }
    Ok(LocalLog::open(folder, &LocalOptions::default())?)
}

impl World {
    /// Opens log, views and engine.
    ///
    /// # Errors
    /// If there is no data folder and none may be made, or the store says no.
    pub async fn open(folder: &Path, access: Access) -> Result<World, Failure> {
        World::on(folder, log(folder, access)?, EngineOptions::default()).await
    }

    /// Opens a folder to make sample data in, whose log has this source if it is new.
    ///
    /// # Errors
    /// If the store says no.
    pub async fn for_sample(
        folder: &Path,
        source: Source,
        options: EngineOptions,
    ) -> Result<World, Failure> {
        let of_log = LocalOptions { source: Some(source), ..LocalOptions::default() };
        World::on(folder, LocalLog::open(folder, &of_log)?, options).await
    }

    async fn on(folder: &Path, log: LocalLog, options: EngineOptions) -> Result<World, Failure> {
        let log = Arc::new(log);
        let views = SledStore::open_or_reset(&folder.join("views"), VIEW_CACHE_BYTES)?;
        let engine = Engine::open(log.clone(), Arc::new(views), options).await?;
        Ok(World { engine, log })
    }
}

/// Opens the data folder, does the work and closes it in good order whatever came of the work.
///
/// # Errors
/// The first thing that went wrong.
pub async fn within<T>(
    context: &Context,
    access: Access,
    work: impl AsyncFnOnce(&World) -> Result<T, Failure>,
) -> Result<T, Failure> {
    within_world(World::open(&context.data, access).await?, work).await
}

/// Does the work and closes an open data folder in good order whatever came of the work.
///
/// # Errors
/// The first thing that went wrong.
pub async fn within_world<T>(
    world: World,
    work: impl AsyncFnOnce(&World) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let done = work(&world).await;
    let closed = world.engine.close().await;
    let done = done?;
    closed?;
    Ok(done)
}
