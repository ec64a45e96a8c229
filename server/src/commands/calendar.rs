//! `dure calendar …`: the working hours and holidays that dues are counted by.

use std::path::Path;

use chrono::{DateTime, Utc};
use dure_engine::model::names::Name;
use dure_engine::time::{Counted, DueBasis, Span};
use dure_engine::{EngineError, language};
use serde_json::json;

use super::calendar_text;
use crate::cli::CalendarCommand;
use crate::context::Context;
use crate::failure::Failure;
use crate::input;
use crate::words;
use crate::world::{Access, World, within};

/// Runs a command of this family.
///
/// # Errors
/// Why it did not do what it was asked.
pub async fn run(context: &Context, command: CalendarCommand) -> Result<(), Failure> {
    match command {
        CalendarCommand::Check { file } => check(context, &file),
        CalendarCommand::Publish { file } => publish(context, &file).await,
        CalendarCommand::List => {
            within(context, Access::Existing, async |world| list(context, world).await).await
        }
        CalendarCommand::Show { name, version } => {
            let name = Name::new(name)?;
            within(context, Access::Existing, async |world| {
                let calendar = world.engine.calendar(&name, version).await?;
                match context.output.json {
                    true => context.output.document(&*calendar),
                    false => context.output.text(&calendar_text::show(&calendar, context.lang)),
                }
            })
            .await
        }
        CalendarCommand::Next { name, version, after, span } => {
            let name = Name::new(name)?;
            within(context, Access::Existing, async |world| {
                next(context, world, &name, version, after, span).await
            })
            .await
        }
    }
}

/// Needs no data folder, not even one that is in use.
fn check(context: &Context, file: &Path) -> Result<(), Failure> {
    let text = input::definition(file)?;
    let read = language::read_calendar(&input::shown(file), &text);
    let calendar = read.map_err(EngineError::Calendar)?;
    match context.output.json {
        true => context.output.document(&json!({
            "calendar": calendar.name, "version": calendar.version,
            "holidays": calendar.holidays.len(), "ok": true,
            "unconfirmed_years": calendar.unconfirmed_years(),
        })),
        false => {
            if let Some(note) = calendar_text::unconfirmed(&calendar, context.lang) {
                context.output.note(&note);
            }
            let name = format!("{} v{}", calendar.name, calendar.version);
            let said = words::calendar_checked(context.lang, &name, calendar.holidays.len());
            context.output.text(&format!("{said}\n"))
        }
    }
}

async fn publish(context: &Context, file: &Path) -> Result<(), Failure> {
    let text = input::definition(file)?;
    let by = context.named()?;
    within(context, Access::Create, async |world| {
        let published = world.engine.publish_calendar(&input::shown(file), &text, by).await?;
        if context.output.json {
            return context.output.document(&json!({
                "calendar": published.name,
                "version": published.version,
                "repeated": published.repeated,
            }));
        }
        let said = if published.repeated { words::ALREADY } else { words::RECORDED_NOW };
        let (name, version) = (published.name, published.version);
        context.output.text(&format!("{name} v{version}: {}\n", said.get(context.lang)))
    })
    .await
}

async fn list(context: &Context, world: &World) -> Result<(), Failure> {
    let known = world.engine.calendars().await?;
    match context.output.json {
        true => known.iter().try_for_each(|calendar| context.output.document(calendar)),
        false => context.output.text(&calendar_text::list(&known, context.lang)),
    }
}

async fn next(
    context: &Context,
    world: &World,
    name: &Name,
    version: Option<u32>,
    after: DateTime<Utc>,
    span: Span,
) -> Result<(), Failure> {
    let calendar = world.engine.calendar(name, version).await?;
    let due = calendar.after(after, span).map_err(EngineError::from)?;
    let basis = DueBasis::of(Some(&calendar), after, Counted::Span(span));
    let reached = calendar_text::Reached::of(&calendar, after, due).map_err(EngineError::from)?;
    match context.output.json {
        true => context.output.document(&json!({
            "due": due,
            "basis": basis,
            "days": {
                "business": reached.business_days,
                "weekend": reached.weekend_days,
                "holidays": reached.holidays,
            },
        })),
        false => context.output.text(&calendar_text::next(
            &calendar,
            &basis,
            due,
            &reached,
            context.lang,
        )),
    }
}
