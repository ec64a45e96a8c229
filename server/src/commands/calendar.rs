//! `dure calendar …`: the working hours and holidays that dues are counted by.

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Datelike, Utc};
use dure_engine::model::names::Name;
use dure_engine::time::{Calendar, Counted, DueBasis, Span};
use dure_engine::{EngineError, language};
use serde_json::json;

use super::calendar_text;
use crate::cli::CalendarCommand;
use crate::context::Context;
use crate::failure::{Failure, Fault};
use crate::input;
use crate::words;
use crate::world::{Access, World, within};

/// Runs a command of this family.
///
/// # Errors
/// Why it did not do what it was asked.
pub async fn run(context: &Context, command: CalendarCommand) -> Result<(), Failure> {
    match command {
        CalendarCommand::Check { calendar, from, to } => {
            let calendar = written_or_published(context, &calendar).await?;
            check(context, &calendar, from, to)
        }
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

/// What a file says, or a published calendar. A file needs no data folder, not even one that is in use.
async fn written_or_published(context: &Context, given: &str) -> Result<Arc<Calendar>, Failure> {
    let file = Path::new(given);
    if let (Ok(name), false) = (Name::new(given), file.is_file()) {
        let published = async |world: &World| Ok(world.engine.calendar(&name, None).await?);
        return within(context, Access::Existing, published).await;
    }
    let text = input::definition(file)?;
    let read = language::read_calendar(&input::shown(file), &text);
    Ok(Arc::new(read.map_err(EngineError::Calendar)?))
}

/// Tells which years nobody has confirmed; that is refused where somebody says which years have to be.
fn check(
    context: &Context,
    calendar: &Calendar,
    from: Option<i32>,
    to: Option<i32>,
) -> Result<(), Failure> {
    let (first, last) = (from.unwrap_or(calendar.from.year()), to.unwrap_or(calendar.to.year()));
    if first > last {
        return Err(Fault::YearsReversed { from: first, to: last }.into());
    }
    let years: Vec<i32> = (first..=last).filter(|year| !calendar.is_confirmed(*year)).collect();
    let ok = years.is_empty() || (from.is_none() && to.is_none());
    let runs = calendar_text::runs(&years);
    match context.output.json {
        true => context.output.document(&json!({
            "calendar": calendar.name, "version": calendar.version,
            "holidays": calendar.holidays.len(), "ok": ok, "unconfirmed_years": years,
        }))?,
        false => {
            if ok && !years.is_empty() {
                context.output.note(&words::calendar_unconfirmed(context.lang, &runs));
            }
            context.output.text(&calendar_text::checked(calendar, ok, &years, context.lang))?;
        }
    }
    let calendar = format!("{} v{}", calendar.name, calendar.version);
    if ok { Ok(()) } else { Err(Fault::CalendarUnconfirmed { calendar, years: runs }.into()) }
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
            "confirmed": calendar.local(due).is_ok_and(|due| calendar.is_confirmed(due.year())),
            "basis": basis,
            "days": {
                "business": reached.business_days,
                "weekend": reached.weekend_days,
                "holidays": reached.holidays,
            },
        })),
        false => {
            if let Some(note) = calendar_text::unconfirmed_due(&calendar, due, context.lang) {
                context.output.note(&note);
            }
            let text = calendar_text::next(&calendar, &basis, due, &reached, context.lang);
            context.output.text(&text)
        }
    }
}
