//! `dure log …`: the append-only log itself. Opens no view: what stands here is the truth alone.

use std::io::Write;

use dure_storage::local::{VerifyReport, verify};
use dure_storage::{Envelope, EventLog, LocalLog, Position, RecordedEvent, StoreError};
use serde::Serialize;
use serde_json::json;
use serde_json::value::RawValue;

use crate::cli::LogCommand;
use crate::context::Context;
use crate::failure::{Failure, Fault};
use crate::limits::{EXPORT_PAGE_EVENTS, TAIL_EVENTS_MAX};
use crate::moment::minute;
use crate::progress::Progress;
use crate::sheet::Sheet;
use crate::words;
use crate::world::{self, Access};

/// Runs a command of this family.
///
/// # Errors
/// If there is no log, or the store failed.
pub async fn run(context: &Context, command: LogCommand) -> Result<(), Failure> {
    match command {
        LogCommand::Head => with_log(context, async |log| head(context, log).await).await,
        LogCommand::Tail { count } => {
            with_log(context, async |log| tail(context, log, count).await).await
        }
        LogCommand::Export => with_log(context, async |log| export(context, log).await).await,
        LogCommand::Verify => verify_log(context),
    }
}

async fn with_log(
    context: &Context,
    work: impl AsyncFnOnce(&LocalLog) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let log = world::log(&context.data, Access::Existing)?;
    let done = work(&log).await;
    let closed = log.close().await;
    done?;
    Ok(closed?)
}

/// The head of the log as other programs read it.
#[derive(Serialize)]
struct HeadDocument {
    size: u64,
    root: String,
}

async fn head(context: &Context, log: &LocalLog) -> Result<(), Failure> {
    let head = log.head().await?;
    let root = head.root.to_string();
    match context.output.json {
        true => context.output.document(&HeadDocument { size: head.size, root }),
        false => {
            let lang = context.lang;
            let mut sheet = Sheet::plain();
            sheet.row([words::EVENTS.get(lang).to_owned(), head.size.to_string()]);
            sheet.row([words::ROOT.get(lang).to_owned(), root]);
            context.output.text(&sheet.render())
        }
    }
}

async fn tail(context: &Context, log: &LocalLog, count: usize) -> Result<(), Failure> {
    if count > TAIL_EVENTS_MAX {
        return Err(Fault::TooMany { option: "-n", given: count, max: TAIL_EVENTS_MAX }.into());
    }
    let size = log.head().await?.size;
    let mut events = Vec::new();
    let mut from = size.saturating_sub(count as u64);
    while from < size {
        let page = log.read_all(Position(from), (size - from) as usize).await?;
        from += page.len() as u64;
        events.extend(page);
    }
    match context.output.json {
        true => events.iter().try_for_each(|event| document(context, event)),
        false => context.output.text(&table(context, &events)?),
    }
}

fn document(context: &Context, event: &RecordedEvent) -> Result<(), Failure> {
    let bytes: &RawValue = serde_json::from_slice(&event.bytes).map_err(|error| {
        StoreError::EventUnreadable { position: event.position, reason: error.to_string() }
    })?;
    context.output.document(&json!({"position": event.position, "event": bytes}))
}

fn table(context: &Context, events: &[RecordedEvent]) -> Result<String, Failure> {
    let header = [words::POSITION, words::TIME, words::STREAM, words::VERSION, words::KIND];
    let mut sheet = Sheet::with_header(&words::header(header, context.lang));
    for event in events {
        let envelope: Envelope<&RawValue> = event.envelope()?;
        sheet.row([
            event.position.to_string(),
            minute(envelope.occurred_at),
            envelope.subject,
            envelope.version.to_string(),
            envelope.kind,
        ]);
    }
    Ok(sheet.render())
}

/// The stored bytes, a page in memory at a time, up to the head found at the beginning.
async fn export(context: &Context, log: &LocalLog) -> Result<(), Failure> {
    let size = log.head().await?.size;
    let mut next = 0;
    while next < size {
        let limit = EXPORT_PAGE_EVENTS.min((size - next) as usize);
        let page = log.read_all(Position(next), limit).await?;
        // The lock on standard output is not held while waiting for the log.
        let mut out = context.output.stream();
        for event in &page {
            out.write_all(&event.bytes)?;
            out.write_all(b"\n")?;
        }
        out.flush()?;
        next += page.len() as u64;
    }
    Ok(())
}

fn verify_log(context: &Context) -> Result<(), Failure> {
    if !world::exists(&context.data) {
        return Err(Fault::DataMissing { folder: context.data.display().to_string() }.into());
    }
    let progress = Progress::spinning(words::READING.get(context.lang));
    let report = verify(&context.data);
    progress.done();
    let report = report?;
    match &report.damage {
        Some(damage) => Err(StoreError::LogDamaged(damage.clone()).into()),
        None => told(context, &report),
    }
}

fn told(context: &Context, report: &VerifyReport) -> Result<(), Failure> {
    let root = report.root.to_string();
    let torn = report.torn.as_ref().map(|torn| {
        json!({"segment": torn.segment, "position": torn.position, "byte": torn.byte, "bytes": torn.bytes})
    });
    if context.output.json {
        return context.output.document(&json!({
            "size": report.size, "root": root, "segments": report.segments,
            "streams": report.streams, "torn": torn, "whole": true,
        }));
    }
    if let Some(torn) = &report.torn {
        context.output.note(&words::torn(context.lang, &torn.segment, torn.byte, torn.bytes));
    }
    let whole = words::whole(context.lang, report.size, report.segments, report.streams);
    context.output.text(&format!("{whole}\n{root}\n"))
}
