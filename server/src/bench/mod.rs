//! `dure bench …`: measuring this machine.

use crate::cli::BenchCommand;
use crate::context::Context;
use crate::failure::Failure;

/// Runs a command of this family.
///
/// # Errors
/// If the store failed.
pub async fn run(_context: &Context, _command: BenchCommand) -> Result<(), Failure> {
    Ok(())
}
