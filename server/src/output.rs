//! Data goes to standard output, everything else to standard error. A closed standard output is not an error:
//! whoever closed it has read enough.

use std::fmt::Display;
use std::io::{self, BufWriter, StdoutLock, Write};
use std::path::Path;

use serde::Serialize;

use crate::failure::{Failure, Fault};

/// Where and how a command prints.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// Whether data is printed as JSON.
    pub json: bool,
}

impl Output {
    /// An output in JSON or in text.
    pub fn new(json: bool) -> Output {
        Output { json }
    }

    /// Standard output, locked and buffered; whoever takes it flushes it.
    pub fn stream(&self) -> BufWriter<StdoutLock<'static>> {
        BufWriter::new(io::stdout().lock())
    }

    /// Prints text, which ends with a line feed.
    ///
    /// # Errors
    /// If standard output fails or is closed.
    pub fn text(&self, text: &str) -> Result<(), Failure> {
        self.bytes(text.as_bytes())
    }

    /// Prints one JSON document on a line of its own.
    ///
    /// # Errors
    /// If standard output fails or is closed.
    pub fn document(&self, document: &impl Serialize) -> Result<(), Failure> {
        let mut line = serde_json::to_vec(document).map_err(io::Error::from)?;
        line.push(b'\n');
        self.bytes(&line)
    }

    /// Prints bytes as they are.
    ///
    /// # Errors
    /// If standard output fails or is closed.
    pub fn bytes(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut out = self.stream();
        out.write_all(bytes)?;
        out.flush()?;
        Ok(())
    }

    /// Writes a file that was asked for.
    ///
    /// # Errors
    /// `E-file-unwritable`.
    pub fn file(&self, file: &Path, bytes: &[u8]) -> Result<(), Failure> {
        std::fs::write(file, bytes).map_err(|error| unwritable(file, &error).into())
    }

    /// Says something beside the data.
    pub fn note(&self, text: &str) {
        error_line(text);
    }
}

/// That a file cannot be written, and why.
pub fn unwritable(file: &Path, reason: &impl Display) -> Fault {
    Fault::FileUnwritable { file: file.display().to_string(), reason: reason.to_string() }
}

/// Writes a line to standard error; there is nobody left to tell if that fails.
pub fn error_line(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// A text as one line that cannot steer a terminal.
pub fn one_line(text: &str) -> String {
    let harmless = |letter: char| match letter {
        '\n' | '\r' | '\t' => ' ',
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => '?',
        other if other.is_control() => '?',
        other => other,
    };
    text.chars().map(harmless).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_from_outside_cannot_steer_the_terminal() {
        assert_eq!(one_line("a\nb\u{1b}[2Jc\u{202E}한"), "a b?[2Jc?한");
    }
}
