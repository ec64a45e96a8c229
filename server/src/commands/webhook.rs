//! `dure webhook …`: addresses that are told of events of cases. They are told by `dure effect run`.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use dure_engine::EngineError;
use dure_engine::model::names::Name;
use dure_engine::model::webhook::{Address, Target, Variable, Webhook};
use dure_engine::runtime::WebhookAccepted;
use dure_storage::{Explain, Position};
use serde_json::{Value, json};

use super::webhook_text;
use crate::cli::{TargetArgs, WebhookCommand};
use crate::context::Context;
use crate::courier::Courier;
use crate::failure::Failure;
use crate::words;
use crate::world::{Access, World, within};

/// Runs a command of this family.
///
/// # Errors
/// Why it did not do what it was asked.
pub async fn run(context: &Context, command: WebhookCommand) -> Result<(), Failure> {
    match command {
        WebhookCommand::Add { name, target: wish, from } => {
            let (name, target, by) = (Name::new(name)?, target(wish)?, context.named()?);
            let from = from.map(Position);
            within(context, Access::Create, async |world| {
                accepted(context, world.engine.add_webhook(&name, &target, from, by).await?)
            })
            .await
        }
        WebhookCommand::Change { name, target: wish } => {
            let (name, target, by) = (Name::new(name)?, target(wish)?, context.named()?);
            within(context, Access::Existing, async |world| {
                accepted(context, world.engine.change_webhook(&name, &target, by).await?)
            })
            .await
        }
        WebhookCommand::Remove { name } => {
            let (name, by) = (Name::new(name)?, context.named()?);
            within(context, Access::Existing, async |world| {
                accepted(context, world.engine.remove_webhook(&name, by).await?)
            })
            .await
        }
        WebhookCommand::Retry { name, position, reason } => {
            let (name, position, by) = (Name::new(name)?, position.map(Position), context.actor()?);
            within(context, Access::Existing, async |world| {
                let retried = world.engine.retry_webhook(&name, position, &by, &reason).await?;
                accepted(context, retried)
            })
            .await
        }
        WebhookCommand::List => {
            within(context, Access::Existing, async |world| list(context, world).await).await
        }
        WebhookCommand::Show { name } => {
            let name = Name::new(name)?;
            within(context, Access::Existing, async |world| {
                show(context, &world.engine.webhook(&name).await?)
            })
            .await
        }
    }
}

fn target(wish: TargetArgs) -> Result<Target, Failure> {
    let TargetArgs { url, secret_env, workflows, events } = wish;
    let workflows: BTreeSet<Name> =
        workflows.into_iter().map(Name::new).collect::<Result<_, _>>()?;
    Ok(Target {
        url: Address::new(&url).map_err(EngineError::from)?,
        secret: Variable::new(&secret_env).map_err(EngineError::from)?,
        workflows,
        events: events.into_iter().collect(),
    })
}

fn accepted(context: &Context, accepted: WebhookAccepted) -> Result<(), Failure> {
    let WebhookAccepted { webhook, repeated } = accepted;
    if context.output.json {
        return context.output.document(&json!({"webhook": webhook, "repeated": repeated}));
    }
    let said = if repeated { words::ALREADY } else { words::RECORDED_NOW };
    context.output.text(&format!("{}: {}\n", webhook.name, said.get(context.lang)))
}

async fn list(context: &Context, world: &World) -> Result<(), Failure> {
    let webhooks = world.engine.webhooks().await?;
    match context.output.json {
        true => webhooks.iter().try_for_each(|webhook| context.output.document(webhook)),
        false => context.output.text(&webhook_text::list(&webhooks, context.lang)),
    }
}

fn show(context: &Context, webhook: &Webhook) -> Result<(), Failure> {
    match context.output.json {
        true => context.output.document(webhook),
        false => context.output.text(&webhook_text::show(webhook, context.lang)),
    }
}

/// What telling every webhook came to.
pub(super) struct Told {
    /// How many messages were sent.
    pub(super) sent: usize,
    /// The webhooks that could not go on, and why.
    stopped: Vec<(Name, EngineError)>,
}

/// Tells every webhook what it is owed.
///
/// # Errors
/// If the store failed.
pub(super) async fn tell(world: &World) -> Result<Told, Failure> {
    let (courier, mut stopped) = (Arc::new(Courier::default()), Vec::new());
    let told = &mut |name: &Name, error| stopped.push((name.clone(), error));
    let sent = world.engine.run_webhooks(courier, told).await?;
    Ok(Told { sent, stopped })
}

impl Told {
    /// The document of a run: how many effects were tried, how many messages sent, and when to run again.
    pub(super) fn document(&self, tried: usize, next: Option<DateTime<Utc>>) -> Value {
        let mut document = json!({"tried": tried, "told": self.sent, "next": next});
        if !self.stopped.is_empty() {
            let names: Vec<&Name> = self.stopped.iter().map(|(name, _)| name).collect();
            document["stopped"] = json!(names);
        }
        document
    }

    /// Fails with the first reason why one could not go on, after all have been told.
    ///
    /// # Errors
    /// If there is one.
    pub(super) fn end(self, context: &Context) -> Result<(), Failure> {
        let mut stopped = self.stopped.into_iter();
        let first = stopped.next();
        for (name, error) in stopped {
            let (code, said) = (error.code(), error.explain(context.lang));
            context.output.note(&format!("{name}: {code}: {said}"));
        }
        first.map_or(Ok(()), |(_, error)| Err(error.into()))
    }
}
