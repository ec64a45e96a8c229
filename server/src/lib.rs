//! The command line of Dure over one composition root. Parses, runs, prints; holds no rule of workflows and
//! knows no file format of the log.

pub mod approval;
pub mod bench;
pub mod case_json;
pub mod cli;
pub mod commands;
pub mod context;
pub mod courier;
pub mod exit;
pub mod failure;
pub mod import;
pub mod input;
pub mod limits;
pub mod moment;
pub mod output;
pub mod paper;
pub mod program;
pub mod progress;
pub mod report;
pub mod sheet;
pub mod timeline;
pub mod titles;
pub mod usage;
pub mod words;
pub mod workflow_json;
pub mod world;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use cli::Cli;
use context::Context;
use failure::Failure;

/// Runs one command line and answers with its exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return usage::answer(&error, &arguments),
    };
    trace_to_stderr();
    let context = Context::of(&cli.global);
    match in_runtime(&context, cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(&context),
    }
}

fn in_runtime(context: &Context, cli: Cli) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(Failure::Runtime)?;
    runtime.block_on(commands::run(context, cli.command))
}

/// Diagnostics of the layers below: warnings, or what `RUST_LOG` asks for.
fn trace_to_stderr() {
    use std::io::IsTerminal;
    use tracing_subscriber::EnvFilter;
    use tracing_subscriber::filter::LevelFilter;
    let filter =
        EnvFilter::builder().with_default_directive(LevelFilter::WARN.into()).from_env_lossy();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    // A second call in one process keeps the first subscriber.
    let _ = subscriber.try_init();
}
