//! Reading a YAML mapping key by key: what is taken is known, what is left over is reported.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use dure_storage::Code;

use super::diagnostic::Diagnostic;
use super::node::{Node, NodeKind, Span};
use super::reading::Reading;
use super::suggest::did_you_mean;

/// A mapping being read.
pub(super) struct Mapping<'n> {
    entries: &'n [(super::node::Key, Node)],
    span: Span,
    taken: RefCell<BTreeSet<&'static str>>,
    /// Whether it cannot be told which keys it may have.
    open: Cell<bool>,
}

impl<'n> Mapping<'n> {
    /// The node as a mapping; reports if it is none.
    pub(super) fn of(node: &'n Node, reading: &Reading<'_>) -> Option<Mapping<'n>> {
        let entries = reading.entries(node)?;
        let (taken, open) = (RefCell::default(), Cell::new(false));
        Some(Mapping { entries, span: node.span, taken, open })
    }

    /// Where it is.
    pub(super) fn span(&self) -> Span {
        self.span
    }

    /// The value of a key that may be there.
    pub(super) fn take(&self, key: &'static str) -> Option<&'n Node> {
        self.taken.borrow_mut().insert(key);
        self.entries.iter().find(|(k, _)| k.name == key).map(|(_, node)| node)
    }

    /// The value of a key that must be there.
    pub(super) fn need(&self, key: &'static str, reading: &Reading<'_>) -> Option<&'n Node> {
        let found = self.take(key);
        if found.is_none() {
            reading.report(Diagnostic::error(
                reading.codes.missing,
                self.span.first_line_of(reading.text()),
                format!("`{key}` 항목이 있어야 합니다"),
                format!("`{key}` is missing"),
            ));
        }
        found
    }

    /// What it names is not known: neither is which of its other keys are right.
    pub(super) fn leave_open(&self) {
        self.open.set(true);
    }

    /// Reports every key that nobody took.
    pub(super) fn finish(self, reading: &Reading<'_>) {
        if self.open.get() {
            return;
        }
        let taken = self.taken.borrow();
        for (key, _) in self.entries.iter().filter(|(k, _)| !taken.contains(k.name.as_str())) {
            reading.report(unknown(reading.codes.key, &key.name, key.span, &taken));
        }
    }
}

fn unknown(code: Code, key: &str, span: Span, taken: &BTreeSet<&'static str>) -> Diagnostic {
    let known = taken.iter().copied().collect::<Vec<_>>().join("`, `");
    let diagnostic = Diagnostic::error(
        code,
        span,
        format!("`{key}` 항목은 여기에 쓸 수 없습니다"),
        format!("`{key}` is not a key here"),
    );
    match did_you_mean(key, taken.iter().copied()) {
        Some(near) => diagnostic
            .help(format!("`{near}` 항목을 쓰려 하셨습니까?"), format!("did you mean `{near}`?")),
        None => diagnostic
            .help(format!("쓸 수 있는 항목: `{known}`"), format!("the keys here are `{known}`")),
    }
}

/// What kind of value a node is, in both languages.
pub(super) fn kind_words(node: &Node) -> (&'static str, &'static str) {
    match node.kind {
        NodeKind::Null => ("빈 값", "nothing"),
        NodeKind::Bool(_) => ("참/거짓", "a boolean"),
        NodeKind::Int(_) => ("정수", "a whole number"),
        NodeKind::Float(_) => ("소수", "a fraction"),
        NodeKind::String(_) => ("글", "a text"),
        NodeKind::List(_) => ("목록", "a list"),
        NodeKind::Map(_) => ("항목 묶음", "a mapping"),
    }
}
