//! The binary `dure`: hands its arguments to the library and exits with what it answers.

use std::process::ExitCode;

fn main() -> ExitCode {
    dure::run(std::env::args_os())
}
