//! From the parser's characters to the text's bytes, and from JSON to the YAML that the parser takes: tabs
//! between tokens and surrogate pairs, which JSON allows, it does not know.

use std::borrow::Cow;

use saphyr_parser::Marker;
use serde::de::IgnoredAny;

use super::span::Span;

/// Characters of an escape such as `\ud83d`.
const ESCAPE_CHARS: usize = 6;

/// What the parser is given, and where each of its characters stands in the text.
pub(super) struct Source<'t> {
    pub(super) given: Cow<'t, str>,
    /// The byte at which each character begins; the text's length is bounded, so 32 bits are enough.
    bytes: Vec<u32>,
    length: usize,
}

impl<'t> Source<'t> {
    pub(super) fn new(text: &'t str) -> Source<'t> {
        if is_json(text) && (text.contains('\t') || text.contains("\\u")) {
            return Source::of_json(text);
        }
        let bytes = text.char_indices().map(|(at, _)| narrow(at)).collect();
        Source { given: Cow::Borrowed(text), bytes, length: text.len() }
    }

    fn of_json(text: &str) -> Source<'static> {
        let (mut given, mut bytes) = (String::with_capacity(text.len()), Vec::new());
        let mut at = 0;
        while let Some(letter) = text[at..].chars().next() {
            let (letters, length) = translated(&text[at..], letter);
            for letter in letters.into_iter().flatten() {
                given.push(letter);
                bytes.push(narrow(at));
            }
            at += length;
        }
        Source { given: Cow::Owned(given), bytes, length: text.len() }
    }

    pub(super) fn byte(&self, marker: &Marker) -> usize {
        self.bytes.get(marker.index()).map_or(self.length, |byte| *byte as usize)
    }

    pub(super) fn span(&self, span: &saphyr_parser::Span) -> Span {
        Span::new(self.byte(&span.start), self.byte(&span.end))
    }
}

/// Whether the whole text is JSON, so that outside of its strings nothing means anything else in YAML.
fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '[']) && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// What stands for the first characters of JSON `text`, and how many bytes of it that is.
fn translated(text: &str, letter: char) -> ([Option<char>; 2], usize) {
    match letter {
        '\t' => ([Some(' '), None], 1),
        '\\' => match surrogate_pair(text) {
            Some(letter) => ([Some(letter), None], 2 * ESCAPE_CHARS),
            None => {
                let escaped = text[1..].chars().next();
                ([Some('\\'), escaped], 1 + escaped.map_or(0, char::len_utf8))
            }
        },
        other => ([Some(other), None], other.len_utf8()),
    }
}

/// The character of two escapes such as `\ud83d\ude00` at the beginning of `text`.
fn surrogate_pair(text: &str) -> Option<char> {
    let unit = |escape: &str| u16::from_str_radix(escape.strip_prefix("\\u")?, 16).ok();
    let high = unit(text.get(..ESCAPE_CHARS)?)?;
    let low = unit(text.get(ESCAPE_CHARS..2 * ESCAPE_CHARS)?)?;
    let is_pair = (0xD800..0xDC00).contains(&high);
    is_pair.then(|| char::decode_utf16([high, low]).next()?.ok()).flatten()
}
