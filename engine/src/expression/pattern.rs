//! The patterns of `matches`: regular expressions that are read when the rules are checked, bounded in size, and
//! searched in time linear in the text. Knows no expression.

use regex::{Regex, RegexBuilder};

use super::limits::{PATTERN_BYTES_MAX, PATTERN_BYTES_PER_COST, PATTERN_BYTES_SMALL};

/// A regular expression with what searching it costs.
#[derive(Debug)]
pub(super) struct Pattern {
    regex: Regex,
    cost_per_byte: usize,
}

/// Why a text is no pattern.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// It breaks the grammar: how.
    Syntax(String),
    TooLarge,
}

/// Patterns are equal if they are written alike.
impl PartialEq for Pattern {
    fn eq(&self, other: &Pattern) -> bool {
        self.regex.as_str() == other.regex.as_str()
    }
}

impl Pattern {
    /// Reads a pattern. Its size counts once compiled: `(a{1000}){1000}` is short and huge.
    pub(super) fn read(text: &str) -> Result<Pattern, Flaw> {
        let mut bytes = PATTERN_BYTES_SMALL;
        loop {
            let mut builder = RegexBuilder::new(text);
            match builder.size_limit(bytes).dfa_size_limit(bytes).build() {
                Ok(regex) => {
                    return Ok(Pattern { regex, cost_per_byte: bytes / PATTERN_BYTES_PER_COST });
                }
                Err(regex::Error::CompiledTooBig(_)) if bytes < PATTERN_BYTES_MAX => bytes *= 2,
                Err(regex::Error::CompiledTooBig(_)) => return Err(Flaw::TooLarge),
                Err(error) => return Err(Flaw::Syntax(reason(&error))),
            }
        }
    }

    /// Steps that searching one byte of text takes.
    pub(super) fn cost_per_byte(&self) -> usize {
        self.cost_per_byte
    }

    /// Whether it occurs anywhere in `text`.
    pub(super) fn occurs_in(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

/// The last line of the library's drawing says what is wrong.
fn reason(error: &regex::Error) -> String {
    let drawing = error.to_string();
    let last = drawing.lines().last().unwrap_or("");
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}
