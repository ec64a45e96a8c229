//! `dure effect …`: what cases owe to handlers, for a data folder that no server watches.

use std::path::PathBuf;
use std::sync::Arc;

use dure_engine::ActOf;
use dure_engine::model::consequence::Object;
use dure_engine::model::effect::{Effect, standing};
use dure_engine::model::names::{CaseId, Name};

use super::{case_text, effect_text, webhook};
use crate::case_json;
use crate::cli::{AccountActArgs, EffectCommand};
use crate::context::Context;
use crate::failure::Failure;
use crate::limits::LIST_PAGE_ROWS;
use crate::program::Program;
use crate::titles::Titles;
use crate::words;
use crate::world::{Access, World, within};

/// Runs a command of this family.
///
/// # Errors
/// Why it did not do what it was asked.
pub async fn run(context: &Context, command: EffectCommand) -> Result<(), Failure> {
    match command {
        EffectCommand::List => {
            within(context, Access::Existing, async |world| list(context, world).await).await
        }
        EffectCommand::Retry { id, step, act } => {
            let id = CaseId::new(id)?;
            let act = act_of(context, act)?;
            within(context, Access::Existing, async |world| {
                retry(context, world, &id, &step, act).await
            })
            .await
        }
        EffectCommand::Run { handlers } => {
            within(context, Access::Existing, async |world| perform(context, world, handlers).await)
                .await
        }
    }
}

fn act_of(context: &Context, act: AccountActArgs) -> Result<ActOf, Failure> {
    Ok(ActOf {
        by: context.actor()?,
        form: Object::new(),
        reason: Some(act.reason),
        on_behalf_of: None,
        deputy_of: None,
        occurred_at: act.at,
        idempotency_key: act.key,
    })
}

async fn list(context: &Context, world: &World) -> Result<(), Failure> {
    let mut after: Option<CaseId> = None;
    let mut found: Vec<Effect> = Vec::new();
    loop {
        let page = world.engine.cases(after.as_ref(), LIST_PAGE_ROWS).await?;
        let effects = page.iter().flat_map(|row| standing(&row.case));
        match context.output.json {
            true => effects.into_iter().try_for_each(|e| context.output.document(&e))?,
            false => found.extend(effects),
        }
        after = page.last().map(|row| row.case.id.clone());
        if page.len() < LIST_PAGE_ROWS {
            break;
        }
    }
    match context.output.json {
        true => Ok(()),
        false => context.output.text(&effect_text::list(&found, context.lang)),
    }
}

async fn retry(
    context: &Context,
    world: &World,
    id: &CaseId,
    step: &str,
    act: ActOf,
) -> Result<(), Failure> {
    let accepted = world.engine.retry_effect(id, step, act).await?;
    let titles = Titles::now(&world.engine, &accepted.case, context.lang).await?;
    match context.output.json {
        true => context.output.document(&case_json::accepted(&accepted, &titles)),
        false => context.output.text(&case_text::accepted(&accepted, &titles, context.lang)),
    }
}

async fn perform(
    context: &Context,
    world: &World,
    handlers: Vec<(Name, PathBuf)>,
) -> Result<(), Failure> {
    for (name, program) in handlers {
        world.engine.handle(name, Arc::new(Program::new(program)));
    }
    let tried = world.engine.run_effects().await?;
    // What the handlers answered is told too.
    let told = webhook::tell(world).await?;
    let (effect, message) =
        (world.engine.next_effect_at().await?, world.engine.next_webhook_at().await?);
    let next = effect.into_iter().chain(message).min();
    match context.output.json {
        true => context.output.document(&told.document(tried, next))?,
        false => {
            let said = words::tried(context.lang, tried) + &words::told(context.lang, told.sent);
            context.output.text(&said)?;
        }
    }
    told.end(context)
}
