//! Places in a text: byte ranges, and the lines and columns a person counts.

use std::ops::Range;

/// A range of bytes of a text, `end` exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// Byte behind the last.
    pub end: usize,
}

/// A line and a column as a person counts them: from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Span {
    /// The bytes from `start` up to `end`.
    pub fn new(start: usize, end: usize) -> Span {
        Span { start, end: end.max(start) }
    }

    /// The span's text; empty if it does not lie in `text`.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or("")
    }

    /// The part of the span on its first line.
    pub fn first_line_of(self, text: &str) -> Span {
        let line = self.of(text).lines().next().unwrap_or("").trim_end();
        Span::new(self.start, self.start + line.len())
    }

    /// Where `range` of `value` stands in `text`, if `value` is the scalar that is written in this span.
    /// Quotes, escapes and folded lines are followed; if that fails, the whole span.
    pub fn part_of(self, text: &str, value: &str, range: Range<usize>) -> Span {
        let written = self.of(text);
        if let Some(at) = written.find(value) {
            return self.within(at + range.start, at + range.end);
        }
        self.followed(written, value, range).unwrap_or(self)
    }

    fn followed(self, written: &str, value: &str, range: Range<usize>) -> Option<Span> {
        let (before, part) = (value.get(..range.start)?, value.get(range)?);
        let quote = usize::from(written.starts_with(['"', '\'']));
        let start = quote + follow(&written[quote..], before)?;
        let rest = &written[start..];
        let blank = match part.starts_with(char::is_whitespace) {
            true => 0,
            false => rest.len() - rest.trim_start().len(),
        };
        Some(self.within(start + blank, start + follow(rest, part)?))
    }

    fn within(self, start: usize, end: usize) -> Span {
        let bound = |at: usize| (self.start + at).min(self.end);
        Span::new(bound(start), bound(end))
    }
}

/// How many bytes of `written` hold the characters of `value`, in order, white space being alike.
fn follow(written: &str, value: &str) -> Option<usize> {
    let mut letters = written.char_indices();
    let mut end = 0;
    for wanted in value.chars() {
        let same =
            |letter: char| letter == wanted || (letter.is_whitespace() && wanted.is_whitespace());
        let (at, letter) = letters.find(|(_, letter)| same(*letter))?;
        end = at + letter.len_utf8();
    }
    Some(end)
}

/// The line and column of a byte of `text`; behind its end, of its end.
pub fn line_column(text: &str, byte: usize) -> LineColumn {
    let before = text.get(..byte).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    LineColumn {
        line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}
