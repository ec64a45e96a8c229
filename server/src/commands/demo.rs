//! `dure demo`: the sample cases, played from first step to closing.

use crate::context::Context;
use crate::failure::Failure;

/// Plays the samples and prints them.
///
/// # Errors
/// If a sample does not go as it should, or the store failed.
pub async fn run(_context: &Context) -> Result<(), Failure> {
    Ok(())
}
