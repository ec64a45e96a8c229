//! `dure bench …`: measuring this machine. Each measurement stands beside what the bare disk gives.

mod advance;
mod append;
mod raw;
mod report;

pub use append::AppendOptions;
pub use report::BenchReport;

use std::path::Path;

use crate::cli::BenchCommand;
use crate::context::Context;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::sheet::Sheet;
use crate::words;

/// Runs a command of this family.
///
/// # Errors
/// What the log or the disk says.
pub async fn run(context: &Context, command: BenchCommand) -> Result<(), Failure> {
    let progress = Progress::spinning(words::MEASURING.get(context.lang));
    let report = measure(&context.data, command).await;
    progress.done();
    let report = report?;
    match context.output.json {
        true => context.output.document(&report),
        false => context.output.text(&table(&report)),
    }
}

async fn measure(folder: &Path, command: BenchCommand) -> Result<BenchReport, Failure> {
    match command {
        BenchCommand::Append(args) => {
            let (events, bytes, ack_file) = (args.events, args.bytes, args.ack_file);
            let options = AppendOptions { events, bytes, callers: args.callers as usize, ack_file };
            Ok(append::append(folder, &options).await?)
        }
        BenchCommand::Advance(args) => advance::advance(folder, &args).await,
    }
}

/// The same names as in the JSON, so that both can be talked about.
fn table(report: &BenchReport) -> String {
    let rows = [
        ("per_second", report.per_second),
        ("p50_us", report.p50_us),
        ("p99_us", report.p99_us),
        ("p999_us", report.p999_us),
        ("group_mean", report.group_mean),
        ("bytes_per_event", report.bytes_per_event),
        ("peak_rss_kib", report.peak_rss_kib as f64),
        ("raw_growing_per_second", report.raw_growing_per_second),
        ("raw_zero_filled_per_second", report.raw_zero_filled_per_second),
        ("ratio_growing", report.ratio_growing),
        ("ratio_zero_filled", report.ratio_zero_filled),
    ];
    let mut sheet = Sheet::plain();
    for (name, value) in rows {
        sheet.row([name.to_owned(), format!("{value:>12.2}")]);
    }
    sheet.render()
}
