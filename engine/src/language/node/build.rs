//! Builds the tree from the parser's events, without recursion. What is wrong but clear is reported and the
//! reading goes on; where no tree can follow it stops.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::offsets::Source;
use super::scalar::{BadNumber, resolve};
use super::span::Span;
use super::syntax;
use super::{ALIAS, DOCUMENTS, DUPLICATE_KEY, KEY, NUMBER, SYNTAX, TAG, TOO_LARGE};
use super::{Key, Node, NodeKind};
use crate::language::diagnostic::{Diagnostic, Diagnostics};
use crate::language::limits::{DEPTH_MAX, DOCUMENT_BYTES_MAX, NODES_MAX, QUOTED_CHARS_MAX};

pub(super) fn parse(file: &str, text: &str) -> Result<Node, Diagnostics> {
    if let Some(diagnostic) = refuse_text(text) {
        return Err(Diagnostics::new(file, text, [diagnostic]));
    }
    let mut builder = Builder::new(file, text);
    let root = match builder.run() {
        Ok(()) => builder.root,
        Err(diagnostic) => {
            builder.found.push(*diagnostic);
            None
        }
    };
    match builder.found.is_empty() {
        true => Ok(root.unwrap_or(Node { span: Span::default(), kind: NodeKind::Null })),
        false => Err(builder.found),
    }
}

/// What is wrong with the text before any grammar: size, byte order mark, control characters (after a NUL
/// the parser would silently stop).
fn refuse_text(text: &str) -> Option<Diagnostic> {
    if text.len() > DOCUMENT_BYTES_MAX {
        let ko = format!("파일이 {DOCUMENT_BYTES_MAX}바이트보다 큽니다");
        let en = format!("the file is larger than {DOCUMENT_BYTES_MAX} bytes");
        return Some(Diagnostic::error(TOO_LARGE, Span::default(), ko, en).without_place());
    }
    let is_fine = |letter: char| match letter {
        '\n' | '\r' | '\t' | '\u{85}' => true,
        '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}' => false,
        other => !other.is_control(),
    };
    let (at, letter) = text.char_indices().find(|(_, letter)| !is_fine(*letter))?;
    let span = Span::new(at, at + letter.len_utf8());
    Some(match letter {
        '\u{FEFF}' => Diagnostic::error(
            SYNTAX,
            span,
            "바이트 순서 표시(BOM)는 쓸 수 없습니다. BOM 없는 UTF-8로 저장하세요",
            "a byte order mark is not allowed; save the file as UTF-8 without it",
        ),
        other => {
            let number = u32::from(other);
            let ko = format!("제어 문자 U+{number:04X}는 쓸 수 없습니다");
            let en = format!("the control character U+{number:04X} is not allowed");
            Diagnostic::error(SYNTAX, span, ko, en)
        }
    })
}

/// A list or mapping whose end has not been met.
enum Open {
    List { start: Span, items: Vec<Node> },
    Map { start: Span, entries: Vec<(Key, Node)>, key: Option<Key>, seen: HashMap<String, Span> },
}

/// A reason to stop.
type Stop = Box<Diagnostic>;

struct Builder<'t> {
    text: &'t str,
    open: Vec<Open>,
    nodes: usize,
    documents: usize,
    root: Option<Node>,
    found: Diagnostics,
}

impl<'t> Builder<'t> {
    fn new(file: &str, text: &'t str) -> Builder<'t> {
        Builder {
            text,
            open: Vec::new(),
            nodes: 0,
            documents: 0,
            root: None,
            found: Diagnostics::new(file, text, []),
        }
    }

    fn run(&mut self) -> Result<(), Stop> {
        let source = Source::new(self.text);
        let mut parser = Parser::new_from_str(&source.given);
        while let Some(event) = parser.next_event() {
            match event {
                Ok((event, span)) => self.event(event, source.span(&span))?,
                Err(error) => {
                    let at = source.byte(error.marker());
                    return Err(Box::new(syntax::diagnostic(&error, one_character(self.text, at))));
                }
            }
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Stop> {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) => self.document(span),
            Event::Alias(_) => {
                self.refuse_alias(span);
                self.node(NodeKind::Null, span)
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_extras(anchor, tag.is_some(), span);
                self.scalar(&text, style, span)
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_extras(anchor, tag.is_some(), span);
                self.enter(Open::List { start: span, items: Vec::new() }, span)
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_extras(anchor, tag.is_some(), span);
                let (entries, seen) = (Vec::new(), HashMap::new());
                self.enter(Open::Map { start: span, entries, key: None, seen }, span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.leave(span),
        }
    }

    fn document(&mut self, span: Span) -> Result<(), Stop> {
        self.documents += 1;
        if self.documents == 1 {
            return Ok(());
        }
        let en = "a second document begins here; a file holds one";
        stop(Diagnostic::error(
            DOCUMENTS,
            span,
            "여기서 둘째 문서가 시작됩니다. 파일에는 하나만 둡니다",
            en,
        ))
    }

    fn refuse_alias(&mut self, span: Span) {
        self.found.push(Diagnostic::error(
            ALIAS,
            span,
            "앵커(`&`), 별칭(`*`), 병합(`<<`)은 쓸 수 없습니다",
            "anchors (`&`), aliases (`*`) and merge keys (`<<`) are not allowed",
        ));
    }

    fn refuse_extras(&mut self, anchor: usize, has_tag: bool, span: Span) {
        let span = span.first_line_of(self.text);
        if anchor != 0 {
            self.refuse_alias(span);
        }
        if has_tag {
            let (ko, en) = ("태그(`!`)는 쓸 수 없습니다", "tags (`!`) are not allowed");
            self.found.push(Diagnostic::error(TAG, span, ko, en));
        }
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, span: Span) -> Result<(), Stop> {
        let is_plain = style == ScalarStyle::Plain;
        let span = Span::new(span.start, span.start + span.of(self.text).trim_end().len());
        if self.awaits_key() {
            return self.key(text, is_plain, span);
        }
        let kind = match is_plain.then(|| resolve(text)) {
            Some(Ok(kind)) => kind,
            Some(Err(BadNumber)) => {
                self.refuse_number(span);
                NodeKind::Null
            }
            None => NodeKind::String(text.to_owned()),
        };
        self.node(kind, span)
    }

    fn refuse_number(&mut self, span: Span) {
        let ko = "이 수는 ±(2^53 − 1) 안의 정수도 유한한 소수도 아닙니다";
        let en = "this number is neither a whole number within ±(2^53 − 1) nor finite";
        let diagnostic = Diagnostic::error(NUMBER, span, ko, en);
        self.found.push(
            diagnostic.help("글이라면 따옴표로 묶으세요", "put it in quotes if it is a text"),
        );
    }

    fn awaits_key(&self) -> bool {
        matches!(self.open.last(), Some(Open::Map { key: None, .. }))
    }

    fn key(&mut self, text: &str, is_plain: bool, span: Span) -> Result<(), Stop> {
        self.count(span)?;
        if is_plain && text == "<<" {
            self.refuse_alias(span);
        } else if is_plain && !matches!(resolve(text), Ok(NodeKind::String(_))) {
            self.found.push(not_a_string(text, span));
        }
        let Some(Open::Map { key, seen, .. }) = self.open.last_mut() else { return Ok(()) };
        match seen.get(text) {
            Some(first) => self.found.push(twice(text, span, *first)),
            None => {
                seen.insert(text.to_owned(), span);
            }
        }
        *key = Some(Key { name: text.to_owned(), span });
        Ok(())
    }

    fn enter(&mut self, open: Open, span: Span) -> Result<(), Stop> {
        self.count(span)?;
        if self.awaits_key() {
            let en = "a key must be a string, not a list or a mapping";
            let ko = "항목 이름은 글이어야 하며 목록이나 항목 묶음일 수 없습니다";
            return stop(Diagnostic::error(KEY, one_character(self.text, span.start), ko, en));
        }
        if self.open.len() >= DEPTH_MAX {
            return stop(syntax::too_deep(one_character(self.text, span.start)));
        }
        self.open.push(open);
        Ok(())
    }

    /// Ends the innermost list or mapping. One without brackets ends where its last part does.
    fn leave(&mut self, end: Span) -> Result<(), Stop> {
        let (start, last, kind) = match self.open.pop() {
            Some(Open::List { start, items }) => {
                (start, items.last().map(|item| item.span), NodeKind::List(items))
            }
            Some(Open::Map { start, entries, .. }) => {
                let last = entries
                    .last()
                    .map(|(key, node)| Span::new(key.span.start, node.span.end.max(key.span.end)));
                (start, last, NodeKind::Map(entries))
            }
            None => return Ok(()),
        };
        let has_brackets = start.end > start.start;
        let end = match (has_brackets, last) {
            (true, _) => end.end,
            (false, Some(last)) => last.end,
            (false, None) => start.end,
        };
        self.place(Node { span: Span::new(start.start, end), kind });
        Ok(())
    }

    fn node(&mut self, kind: NodeKind, span: Span) -> Result<(), Stop> {
        self.count(span)?;
        if self.awaits_key() {
            return self.key("", false, span);
        }
        self.place(Node { span, kind });
        Ok(())
    }

    fn place(&mut self, node: Node) {
        match self.open.last_mut() {
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { entries, key, .. }) => {
                entries.extend(key.take().map(|key| (key, node)));
            }
            None => self.root = Some(node),
        }
    }

    fn count(&mut self, span: Span) -> Result<(), Stop> {
        self.nodes += 1;
        if self.nodes <= NODES_MAX {
            return Ok(());
        }
        let ko = format!("파일의 요소가 {NODES_MAX}개보다 많습니다");
        let en = format!("the file has more than {NODES_MAX} parts");
        stop(Diagnostic::error(TOO_LARGE, one_character(self.text, span.start), ko, en))
    }
}

fn not_a_string(key: &str, span: Span) -> Diagnostic {
    let key = quoted(key);
    let ko = format!("글이 아닌 항목 이름입니다: `{key}`");
    Diagnostic::error(KEY, span, ko, format!("the key `{key}` is not a string"))
        .help(format!("따옴표로 묶으세요: `\"{key}\"`"), format!("put it in quotes: `\"{key}\"`"))
}

fn twice(key: &str, span: Span, first: Span) -> Diagnostic {
    let key = quoted(key);
    let ko = format!("`{key}` 항목이 두 번 나옵니다");
    Diagnostic::error(DUPLICATE_KEY, span, ko, format!("the key `{key}` stands twice")).related(
        first,
        "처음 나온 곳",
        "it stands here first",
    )
}

fn quoted(key: &str) -> String {
    match key.char_indices().nth(QUOTED_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &key[..end]),
        None => key.to_owned(),
    }
}

fn stop(diagnostic: Diagnostic) -> Result<(), Stop> {
    Err(Box::new(diagnostic))
}

/// The character at `at`; at the end of a line or of the text the last one before.
fn one_character(text: &str, at: usize) -> Span {
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    if let Some(letter) = after.chars().next().filter(|letter| !letter.is_whitespace()) {
        return Span::new(at, at + letter.len_utf8());
    }
    let before = before.trim_end();
    let last = before.chars().next_back().map_or(0, char::len_utf8);
    Span::new(before.len() - last, before.len())
}
