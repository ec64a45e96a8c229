//! `dure report …`: tables of what is and was.

use std::io::{self, IsTerminal};
use std::path::Path;

use clap::ValueEnum;
use dure_engine::report::Table;
use dure_engine::runtime::Moment;
use serde_json::json;

use crate::cli::{ReportArgs, ReportFormat};
use crate::context::Context;
use crate::failure::{Failure, Fault};
use crate::input;
use crate::output::unwritable;
use crate::progress::Progress;
use crate::report::{csv, html, listing, text, xlsx};
use crate::words;
use crate::world::{Access, World, within};

/// Runs the command.
///
/// # Errors
/// Why it did not do what it was asked.
pub async fn run(context: &Context, args: ReportArgs) -> Result<(), Failure> {
    let Some(report) = &args.report else { return list(context) };
    let (file, source) = source(report)?;
    let format = format_of(&args, context.output.json);
    if args.output.is_none() {
        printable(format, io::stdout().is_terminal())?;
    }
    let moment = args.at.unwrap_or(Moment::Now);
    within(context, Access::Existing, async |world| {
        let table = table(context, world, &file, &source, moment).await?;
        noticed(context, &table);
        write(context, &table, format, args.output.as_deref())
    })
    .await
}

/// The format asked for, that of the ending of the file, or a table.
fn format_of(args: &ReportArgs, json: bool) -> ReportFormat {
    let ending = args.output.as_ref().and_then(|file| file.extension()?.to_str());
    let by_ending = ending.and_then(|ending| ReportFormat::from_str(ending, true).ok());
    match args.output {
        None if json => ReportFormat::Json,
        None | Some(_) => args.format.or(by_ending).unwrap_or(ReportFormat::Table),
    }
}

/// Keeps what is not text from a terminal.
fn printable(format: ReportFormat, is_terminal: bool) -> Result<(), Fault> {
    match format {
        ReportFormat::Xlsx if is_terminal => Err(Fault::TerminalBinary),
        ReportFormat::Table
        | ReportFormat::Csv
        | ReportFormat::Xlsx
        | ReportFormat::Html
        | ReportFormat::Json => Ok(()),
    }
}

fn write(
    context: &Context,
    table: &Table,
    format: ReportFormat,
    output: Option<&Path>,
) -> Result<(), Failure> {
    let Some(file) = output else { return context.output.bytes(&bytes(context, table, format)?) };
    context.output.file(file, &bytes(context, table, format)?)?;
    let (report, path) = (&table.report, file.display());
    match context.output.json {
        true => context.output.document(&json!({
            "report": report, "output": path.to_string(), "rows": table.rows.len(),
        })),
        false => {
            let said = words::WRITTEN.get(context.lang);
            context.output.text(&format!("{report}: {said} {path}\n"))
        }
    }
}

fn bytes(context: &Context, table: &Table, format: ReportFormat) -> Result<Vec<u8>, Failure> {
    let lang = context.lang;
    Ok(match format {
        ReportFormat::Table => text::table(table, lang).into_bytes(),
        ReportFormat::Csv => csv::table(table, lang)?,
        ReportFormat::Xlsx => xlsx::table(table, lang)
            .map_err(|error| unwritable(Path::new(&format!("{}.xlsx", table.report)), &error))?,
        ReportFormat::Html => html::table(table, lang).into_bytes(),
        ReportFormat::Json => format!("{}\n", table.to_json()).into_bytes(),
    })
}

async fn table(
    context: &Context,
    world: &World,
    file: &str,
    source: &str,
    moment: Moment,
) -> Result<Table, Failure> {
    let report = world.engine.read_report(file, source).await?;
    let progress = Progress::counting(0, words::READING_LOG.get(context.lang));
    let table = world.engine.report(&report, moment, &|done, of| progress.at(done, of)).await;
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

#[cfg(test)]
mod tests {
    use super::*;
    use dure_storage::Explain;

    #[test]
    fn no_workbook_goes_to_a_terminal() {
        let refused = printable(ReportFormat::Xlsx, true).expect_err("it is no text");
        assert_eq!(refused.code().0, "E-terminal-binary");
        assert_eq!(printable(ReportFormat::Xlsx, false), Ok(()));
        assert_eq!(printable(ReportFormat::Csv, true), Ok(()));
    }

    #[test]
    fn the_ending_of_the_file_says_the_format_unless_it_is_asked_for() {
        let args = |format, output: Option<&str>| ReportArgs {
            report: None,
            at: None,
            format,
            output: output.map(Into::into),
        };
        for (format, output, json, chosen) in [
            (None, None, false, ReportFormat::Table),
            (None, None, true, ReportFormat::Json),
            (None, Some("a.csv"), false, ReportFormat::Csv),
            (None, Some("a.XLSX"), true, ReportFormat::Xlsx),
            (None, Some("a.txt"), false, ReportFormat::Table),
            (Some(ReportFormat::Csv), Some("a.xlsx"), false, ReportFormat::Csv),
            (Some(ReportFormat::Csv), None, false, ReportFormat::Csv),
        ] {
            assert_eq!(format_of(&args(format, output), json), chosen, "{output:?}");
        }
    }
}
