//! `dure bench …`: measuring this machine. What goes to the disk stands beside what the bare disk gives.

mod advance;
mod append;
mod check;
mod raw;
mod report;
mod years;

pub use append::AppendOptions;
pub use report::BenchReport;

use serde::Serialize;

use crate::cli::BenchCommand;
use crate::context::Context;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::sheet::Sheet;
use crate::words;

/// Runs a command of this family.
///
/// # Errors
/// What the log, the disk or the simulation says.
pub async fn run(context: &Context, command: BenchCommand) -> Result<(), Failure> {
    match command {
        BenchCommand::Append(args) => {
            let (events, bytes, ack_file) = (args.events, args.bytes, args.ack_file);
            let options = AppendOptions { events, bytes, callers: args.callers as usize, ack_file };
            let report =
                within(measuring(context), append::append(&context.data, &options)).await?;
            show(context, &report, report.rows())
        }
        BenchCommand::Advance(args) => {
            let report = within(measuring(context), advance::advance(&context.data, &args)).await?;
            show(context, &report, report.rows())
        }
        BenchCommand::Years(args) => {
            let cases = args.cases as usize * args.rounds as usize;
            let progress = Progress::counting(cases, words::SIMULATING.get(context.lang));
            let report = years::years(&args, &progress).await;
            progress.done();
            let report = report?;
            show(context, &report, report.rows())
        }
        BenchCommand::Check(args) => {
            let report = within(measuring(context), async { check::check(&args) }).await?;
            show(context, &report, report.rows())
        }
    }
}

fn measuring(context: &Context) -> Progress {
    Progress::spinning(words::MEASURING.get(context.lang))
}

/// Shows that work goes on as long as it does.
async fn within<T, E>(
    progress: Progress,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let done = work.await;
    progress.done();
    done
}

/// The same names in both forms, so that both can be talked about.
fn show(
    context: &Context,
    report: &impl Serialize,
    rows: Vec<(String, String)>,
) -> Result<(), Failure> {
    if context.output.json {
        return context.output.document(report);
    }
    let mut sheet = Sheet::plain();
    rows.into_iter().for_each(|(name, value)| sheet.row([name, value]));
    context.output.text(&sheet.render())
}
