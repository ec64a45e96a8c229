//! `dure tick`: lets time pass, for a data folder that no server watches.

use serde_json::json;

use crate::context::Context;
use crate::failure::Failure;
use crate::words;
use crate::world::{Access, within};

/// Fires every timer that is due by now, and says how many fired.
///
/// # Errors
/// If the store failed, or a case refuses its own timer.
pub async fn run(context: &Context) -> Result<(), Failure> {
    within(context, Access::Existing, async |world| {
        let fired = world.engine.tick().await?;
        let next = world.engine.next_wake().await?;
        match context.output.json {
            true => context.output.document(&json!({"fired": fired, "next": next})),
            false => context.output.text(&words::fired(context.lang, fired)),
        }
    })
    .await
}
