//! The binary `dure`: hands its arguments to the library and exits with what it answers.

use std::process::ExitCode;

/// Deciding and writing JSON is mostly small allocations on many threads: the C library's own allocator took a
/// third of the time of a command.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    dure::run(std::env::args_os())
}
