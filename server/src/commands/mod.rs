//! One file per family of commands. This one only hands over.

pub mod account;
mod account_text;
pub mod calendar;
mod calendar_text;
pub mod case;
mod case_text;
pub mod demo;
mod demo_sizes;
pub mod effect;
mod effect_text;
pub mod import;
pub mod inbox;
pub mod log;
pub mod migrate;
pub mod person;
mod person_text;
pub mod report;
mod scenario;
mod scenario_text;
mod simulate;
pub mod tick;
pub mod view;
pub mod webhook;
mod webhook_text;
pub mod workflow;
mod workflow_text;

use crate::bench;
use crate::cli::Command;
use crate::context::Context;
use crate::failure::Failure;

/// Runs a command.
///
/// # Errors
/// Why it did not do what it was asked.
pub async fn run(context: &Context, command: Command) -> Result<(), Failure> {
    match command {
        Command::Demo(args) => demo::run(context, args).await,
        Command::Workflow(command) => workflow::run(context, command).await,
        Command::Case(command) => case::run(context, command).await,
        Command::Import(command) => import::run(context, command).await,
        Command::Inbox => inbox::run(context).await,
        Command::Person(command) => person::run(context, command).await,
        Command::Calendar(command) => calendar::run(context, command).await,
        Command::Effect(command) => effect::run(context, command).await,
        Command::Webhook(command) => webhook::run(context, command).await,
        Command::Report(args) => report::run(context, args).await,
        Command::Tick => tick::run(context).await,
        Command::Account(command) => account::run(context, command).await,
        Command::Log(command) => log::run(context, command).await,
        Command::View(command) => view::run(context, command).await,
        Command::Bench(command) => bench::run(context, command).await,
    }
}
