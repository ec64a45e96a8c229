//! What is wrong with a file, where, and what would be right: for a terminal, with the line and the caret,
//! and as JSON. Holds what readers found; finds nothing itself.

use std::fmt;
use std::sync::Arc;

use dure_storage::{Code, Lang};
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents,
};
use serde_json::{Value as Json, json};

use super::limits::{DIAGNOSTICS_MAX, RELATED_MAX, REPORT_COLUMNS, SHOWN_LINE_BYTES_MAX};
use super::node::{Span, line_column};

/// Whether a file can be used in spite of what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// It cannot.
    Error,
    /// It can.
    Warning,
}

impl Severity {
    fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// A sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bilingual {
    /// Korean.
    pub ko: String,
    /// English.
    pub en: String,
}

impl Bilingual {
    fn new(ko: impl Into<String>, en: impl Into<String>) -> Bilingual {
        Bilingual { ko: ko.into(), en: en.into() }
    }

    /// The sentence in one language.
    pub fn of(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ko => &self.ko,
            Lang::En => &self.en,
        }
    }
}

/// One thing that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code.
    pub code: Code,
    /// Whether the file can be used all the same.
    pub severity: Severity,
    /// What is wrong.
    pub message: Bilingual,
    /// What would be right.
    pub help: Option<Bilingual>,
    /// Where; without it the file as a whole is meant.
    pub span: Option<Span>,
    /// Other places that belong to it, each with what it is.
    pub related: Vec<(Span, Bilingual)>,
    /// The shortest way there: step and outcome, in turn; empty for a mistake that needs no way to it.
    pub trace: Vec<String>,
}

impl Diagnostic {
    /// Something that makes the file useless.
    pub fn error(
        code: Code,
        span: Span,
        ko: impl Into<String>,
        en: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic {
            code,
            severity: Severity::Error,
            message: Bilingual::new(ko, en),
            help: None,
            span: Some(span),
            related: Vec::new(),
            trace: Vec::new(),
        }
    }

    /// Something a person should look at.
    pub fn warning(
        code: Code,
        span: Span,
        ko: impl Into<String>,
        en: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, span, ko, en) }
    }

    /// Adds what would be right.
    #[must_use]
    pub fn help(mut self, ko: impl Into<String>, en: impl Into<String>) -> Diagnostic {
        self.help = Some(Bilingual::new(ko, en));
        self
    }

    /// Adds another place; past the bound it is left out.
    #[must_use]
    pub fn related(
        mut self,
        span: Span,
        ko: impl Into<String>,
        en: impl Into<String>,
    ) -> Diagnostic {
        if self.related.len() < RELATED_MAX {
            self.related.push((span, Bilingual::new(ko, en)));
        }
        self
    }

    /// Adds the shortest way there: shown as the help, and step by step in JSON.
    #[must_use]
    pub fn trace(mut self, trace: Vec<String>) -> Diagnostic {
        self.trace = trace;
        match self.trace.join(" → ") {
            way if way.is_empty() => self,
            way => {
                self.help(format!("가장 짧은 길: {way}"), format!("the shortest way there: {way}"))
            }
        }
    }

    /// Makes the whole file the place.
    #[must_use]
    pub fn without_place(mut self) -> Diagnostic {
        self.span = None;
        self
    }
}

/// Everything that is wrong with one file, the first [`DIAGNOSTICS_MAX`] in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostics {
    file: String,
    text: Arc<str>,
    items: Vec<Diagnostic>,
    /// How many were found past the bound.
    more: usize,
}

impl Diagnostics {
    /// What was found in `file`, whose content is `text`.
    pub fn new(file: &str, text: &str, found: impl IntoIterator<Item = Diagnostic>) -> Diagnostics {
        let mut diagnostics =
            Diagnostics { file: file.into(), text: text.into(), items: Vec::new(), more: 0 };
        found.into_iter().for_each(|diagnostic| diagnostics.push(diagnostic));
        diagnostics
    }

    /// Adds one; past the bound it is only counted.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if self.items.len() < DIAGNOSTICS_MAX {
            self.items.push(diagnostic);
        } else {
            self.more += 1;
        }
    }

    /// The file's name.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Those kept, in the order they were found.
    pub fn items(&self) -> &[Diagnostic] {
        &self.items
    }

    /// How many were found past the bound.
    pub fn more(&self) -> usize {
        self.more
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Whether something makes the file useless.
    pub fn has_errors(&self) -> bool {
        self.more > 0 || self.items.iter().any(|item| item.severity == Severity::Error)
    }

    /// For a terminal: each with its line and a caret, with or without colour.
    pub fn render(&self, lang: Lang, colour: bool) -> String {
        let source = Source { file: printable(&self.file), text: printable(&self.text) };
        let handler = GraphicalReportHandler::new_themed(match colour {
            true => GraphicalTheme::unicode(),
            false => GraphicalTheme::unicode_nocolor(),
        })
        .with_links(false)
        .with_width(REPORT_COLUMNS);
        let mut out = String::new();
        for (at, item) in self.items.iter().enumerate() {
            if at > 0 {
                out.push('\n');
            }
            let report = Report { file: &self.file, text: &self.text, source: &source, item, lang };
            if handler.render_report(&mut out, &report).is_err() {
                out.push_str(&format!("{}: {report}\n", item.code));
            }
        }
        out + &self.more_line(lang)
    }

    fn more_line(&self, lang: Lang) -> String {
        match (self.more, lang) {
            (0, Lang::Ko | Lang::En) => String::new(),
            (more, Lang::Ko) => format!("그 밖에 {more}건이 더 있습니다.\n"),
            (more, Lang::En) => format!("and {more} more\n"),
        }
    }

    /// As `{"diagnostics": [..], "more": n}`: each with `code`, `severity`, `message`, `help`, `trace` (a list),
    /// `file` and, if it has a place, `line`, `column`, `end_line`, `end_column` (from 1, in characters, the end exclusive).
    pub fn to_json(&self, lang: Lang) -> Json {
        let items: Vec<Json> = self.items.iter().map(|item| self.item_json(item, lang)).collect();
        json!({"diagnostics": items, "more": self.more})
    }

    fn item_json(&self, item: &Diagnostic, lang: Lang) -> Json {
        let mut json = json!({
            "code": item.code.0,
            "severity": item.severity.word(),
            "message": item.message.of(lang),
            "help": item.help.as_ref().map(|help| help.of(lang)),
            "trace": item.trace,
            "file": self.file,
        });
        if let (Some(span), Some(fields)) = (item.span, json.as_object_mut()) {
            let start = line_column(&self.text, span.start);
            let end = line_column(&self.text, span.end);
            let places = [start.line, start.column, end.line, end.column];
            let names = ["line", "column", "end_line", "end_column"];
            fields.extend(names.map(String::from).into_iter().zip(places.map(Json::from)));
        }
        json
    }
}

/// One line for each, in English.
impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for item in &self.items {
            write!(f, "{}", printable(&self.file))?;
            if let Some(span) = item.span {
                let place = line_column(&self.text, span.start);
                write!(f, ":{}:{}", place.line, place.column)?;
            }
            writeln!(f, ": {}: {}", item.code, printable(&item.message.en))?;
        }
        f.write_str(&self.more_line(Lang::En))
    }
}

impl std::error::Error for Diagnostics {}

/// The text with every character that steers a terminal or turns the reading direction blotted out, byte by
/// byte so that no place moves.
fn printable(text: &str) -> String {
    let is_harmless = |letter: char| match letter {
        '\n' | '\t' | '\r' => true,
        '\u{FEFF}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => false,
        other => !other.is_control(),
    };
    text.chars().fold(String::with_capacity(text.len()), |mut out, letter| {
        match is_harmless(letter) {
            true => out.push(letter),
            false => out.extend(std::iter::repeat_n('?', letter.len_utf8())),
        }
        out
    })
}

/// A file as miette wants it, but with columns counted in characters.
struct Source {
    file: String,
    text: String,
}

impl SourceCode for Source {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let found = self.text.as_str().read_span(span, lines_before, lines_after)?;
        let column = match found.column() {
            0 => 0,
            _ => line_column(&self.text, found.span().offset()).column - 1,
        };
        Ok(Box::new(MietteSpanContents::new_named(
            self.file.clone(),
            found.data(),
            *found.span(),
            found.line(),
            column,
            found.line_count(),
        )))
    }
}

/// One diagnostic in one language, as miette wants it.
struct Report<'d> {
    file: &'d str,
    text: &'d str,
    source: &'d Source,
    item: &'d Diagnostic,
    lang: Lang,
}

impl Report<'_> {
    /// What to underline: of a place of several lines its first, of an overlong line nothing.
    fn shown(&self, span: Span) -> Option<Span> {
        let first = span.first_line_of(self.text);
        let before = self.text.get(..first.start)?.rfind('\n').map_or(0, |at| at + 1);
        let after = self.text.get(first.end..)?;
        let line_end = first.end + after.find('\n').unwrap_or(after.len());
        (line_end - before <= SHOWN_LINE_BYTES_MAX).then_some(first)
    }
}

impl fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.item, f)
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printable(self.item.message.of(self.lang)))?;
        match self.item.span {
            Some(span) if self.shown(span).is_none() => {
                let place = line_column(self.text, span.start);
                write!(f, " [{}:{}:{}]", printable(self.file), place.line, place.column)
            }
            None => write!(f, " [{}]", printable(self.file)),
            Some(_) => Ok(()),
        }
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.item.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.item.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.item.help.as_ref()?;
        Some(Box::new(printable(help.of(self.lang))))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let shown = self.shown(self.item.span?)?;
        let label = |span: Span, text: Option<String>| {
            LabeledSpan::new(text, span.start, span.end - span.start)
        };
        let here = LabeledSpan::new_primary_with_span(None, (shown.start, shown.end - shown.start));
        let others = self.item.related.iter().filter_map(move |(span, text)| {
            Some(label(self.shown(*span)?, Some(printable(text.of(self.lang)))))
        });
        Some(Box::new(std::iter::once(here).chain(others)))
    }
}

#[cfg(test)]
mod tests;
