//! What is told when the command line itself cannot be understood. The words are the parser's own.

use std::ffi::OsString;
use std::process::ExitCode;

use dure_storage::{Class, Code, CodeEntry};
use serde_json::json;

use crate::exit;
use crate::output::error_line;

/// The code of a command line that cannot be understood.
pub const USAGE: CodeEntry = CodeEntry {
    code: Code("E-usage"),
    class: Class::Input,
    cause: "the command line names an unknown command or option, or leaves out what is needed",
    fix: "see `dure --help`, or `dure COMMAND --help`",
};

/// Prints help or the mistake, and answers with the exit code.
pub fn answer(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
    let asked_for = !error.use_stderr();
    if asked_for || !arguments.iter().any(|argument| argument == "--json") {
        // Nothing can be told to somebody who closed the stream.
        let _ = error.print();
    } else {
        let message = error.render().to_string();
        let line = json!({
            "code": USAGE.code.0,
            "class": exit::word(USAGE.class),
            "message": message.trim().trim_start_matches("error: "),
        });
        error_line(&line.to_string());
    }
    ExitCode::from(if asked_for { exit::DONE } else { exit::USAGE })
}
