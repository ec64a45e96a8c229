//! `dure tick`: lets time pass, for a data folder that no server watches.

use dure_engine::EngineError;
use dure_engine::model::names::CaseId;
use dure_storage::Explain;
use serde_json::json;

use crate::context::Context;
use crate::failure::Failure;
use crate::words;
use crate::world::{Access, within};

/// Fires every timer that is due by now, and says how many fired. A case that refuses its own timer is told.
///
/// # Errors
/// If the store failed.
pub async fn run(context: &Context) -> Result<(), Failure> {
    within(context, Access::Existing, async |world| {
        let mut refused = Vec::new();
        let told = &mut |case: &CaseId, error: EngineError| refused.push((case.clone(), error));
        let fired = world.engine.tick_telling(told).await?;
        for (case, error) in &refused {
            let (code, said) = (error.code(), error.explain(context.lang));
            context.output.note(&format!("{case}: {code}: {said}"));
        }
        let next = world.engine.next_wake().await?;
        match context.output.json {
            true if refused.is_empty() => {
                context.output.document(&json!({"fired": fired, "next": next}))
            }
            true => {
                let refused: Vec<_> = refused.iter().map(|(case, _)| case).collect();
                context.output.document(&json!({"fired": fired, "next": next, "refused": refused}))
            }
            false => context.output.text(&words::fired(context.lang, fired)),
        }
    })
    .await
}
