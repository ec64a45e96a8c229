//! `dure report …`: tables of what is and was.

use std::path::Path;

use dure_engine::report::Table;
use dure_engine::runtime::Moment;
use serde_json::json;

use crate::cli::{ReportArgs, ReportFormat};
use crate::context::Context;
use crate::failure::{Failure, Fault};
use crate::input;
use crate::progress::Progress;
use crate::report::{listing, text};
use crate::words;
use crate::world::{Access, World, within};

/// Runs the command.
///
/// # Errors
/// Why it did not do what it was asked.
pub async fn run(context: &Context, args: ReportArgs) -> Result<(), Failure> {
    let Some(report) = &args.report else { return list(context) };
    let (file, source) = source(report)?;
    let moment = args.at.unwrap_or(Moment::Now);
    within(context, Access::Existing, async |world| {
        let table = table(context, world, &file, &source, moment).await?;
        noticed(context, &table);
        match (context.output.json, args.format) {
            (true, _) | (false, ReportFormat::Json) => context.output.document(&table.to_json()),
            (false, ReportFormat::Table) => context.output.text(&text::table(&table, context.lang)),
        }
    })
    .await
}

async fn table(
    context: &Context,
    world: &World,
    file: &str,
    source: &str,
    moment: Moment,
) -> Result<Table, Failure> {
    let report = world.engine.read_report(file, source).await?;
    let progress = Progress::spinning(words::READING_LOG.get(context.lang));
    let table = world.engine.report(&report, moment, &|_, _| {}).await;
    progress.done();
    Ok(table?)
}

/// A shipped report by its name, or a file.
fn source(report: &str) -> Result<(String, String), Failure> {
    if let Some((path, text)) = listing::shipped(report) {
        return Ok((path.to_owned(), text.to_owned()));
    }
    let path = Path::new(report);
    match path.extension().is_some() || path.exists() {
        true => Ok((input::shown(path), input::definition(path)?)),
        false => {
            Err(Fault::ReportUnknown { report: report.to_owned(), near: listing::near(report) }
                .into())
        }
    }
}

fn list(context: &Context) -> Result<(), Failure> {
    let entries = listing::all();
    match context.output.json {
        true => entries.iter().try_for_each(|entry| {
            context.output.document(&json!({
                "report": entry.name, "for": entry.audience, "title": entry.title, "answers": entry.answers,
            }))
        }),
        false => context.output.text(&listing::text(&entries, context.lang)),
    }
}

/// Says beside the table what it could not show.
fn noticed(context: &Context, table: &Table) {
    for notice in &table.notices {
        let (of, column) = (&notice.of, &notice.column);
        context.output.note(&format!("{of} {column}: {}", notice.reason.get(context.lang)));
    }
    if table.noticed > table.notices.len() {
        context
            .output
            .note(&words::more_notices(context.lang, table.noticed - table.notices.len()));
    }
}
