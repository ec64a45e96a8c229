//! A YAML 1.2 document (JSON is a subset) as a tree that knows where every part was written. Refuses what
//! can surprise a reader: duplicate keys, aliases, tags, several documents. Knows no workflow.

mod build;
mod offsets;
mod scalar;
mod span;
mod syntax;

use dure_storage::{Class, Code, CodeEntry};
use serde_json::Value as Json;

use super::diagnostic::Diagnostics;

pub use span::{Span, line_column};

const SYNTAX: Code = Code("E-yaml-syntax");
const DUPLICATE_KEY: Code = Code("E-yaml-duplicate-key");
const KEY: Code = Code("E-yaml-key");
const ALIAS: Code = Code("E-yaml-alias");
const TAG: Code = Code("E-yaml-tag");
const NUMBER: Code = Code("E-yaml-number");
const DOCUMENTS: Code = Code("E-yaml-documents");
const TOO_LARGE: Code = Code("E-yaml-too-large");
const DEPTH: Code = Code("E-yaml-depth");

/// The rows of the error reference for YAML.
pub const CODES: &[CodeEntry] = &[
    row(SYNTAX, "a file is not YAML 1.2 text", "correct the file at the place shown"),
    row(DUPLICATE_KEY, "a key stands twice in one mapping", "keep one of the two"),
    row(KEY, "a key of a mapping is not a string", "put the key in quotes, or use a plain word"),
    row(
        ALIAS,
        "a file uses an anchor, an alias or a merge key",
        "write the content out in each place",
    ),
    row(TAG, "a file uses a tag such as `!!str`", "leave the tag out; put strings in quotes"),
    row(
        NUMBER,
        "a number is not finite, or an integer lies beyond ±(2^53 − 1)",
        "use a smaller number, or put it in quotes if it is a text",
    ),
    row(
        DOCUMENTS,
        "a file holds more than one document",
        "put each document into a file of its own",
    ),
    row(TOO_LARGE, "a file is larger or has more parts than allowed", "split the file"),
    row(DEPTH, "lists and mappings are nested deeper than allowed", "flatten the structure"),
];

const fn row(code: Code, cause: &'static str, fix: &'static str) -> CodeEntry {
    CodeEntry { code, class: Class::Input, cause, fix }
}

/// A part of a document and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Its place in the text, quotes and brackets included.
    pub span: Span,
    /// What it is.
    pub kind: NodeKind,
}

/// What a part of a document is, by the core schema of YAML 1.2.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// Nothing, `~` or `null`.
    Null,
    /// `true` or `false`; `yes` and `no` are strings.
    Bool(bool),
    /// A whole number within ±(2^53 − 1).
    Int(i64),
    /// Any other finite number.
    Float(f64),
    /// Text, quoted or not; dates are text.
    String(String),
    /// A list.
    List(Vec<Node>),
    /// A mapping in the order it was written, each key once.
    Map(Vec<(Key, Node)>),
}

/// A key of a mapping and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The key without its quotes.
    pub name: String,
    /// Its place in the text, quotes included.
    pub span: Span,
}

/// Reads a document; an empty one is [`NodeKind::Null`]. `file` only names it in what is reported.
///
/// # Errors
/// Everything that is wrong with the text as YAML: the codes of [`CODES`].
pub fn parse(file: &str, text: &str) -> Result<Node, Diagnostics> {
    build::parse(file, text)
}

impl Node {
    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        if let NodeKind::String(text) = &self.kind { Some(text) } else { None }
    }

    /// The value of a whole number.
    pub fn as_int(&self) -> Option<i64> {
        if let NodeKind::Int(value) = &self.kind { Some(*value) } else { None }
    }

    /// The value of a truth value.
    pub fn as_bool(&self) -> Option<bool> {
        if let NodeKind::Bool(value) = &self.kind { Some(*value) } else { None }
    }

    /// The items of a list.
    pub fn as_list(&self) -> Option<&[Node]> {
        if let NodeKind::List(items) = &self.kind { Some(items) } else { None }
    }

    /// The entries of a mapping.
    pub fn as_map(&self) -> Option<&[(Key, Node)]> {
        if let NodeKind::Map(entries) = &self.kind { Some(entries) } else { None }
    }

    /// The value of `key`, if the node is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_map()?.iter().find(|(known, _)| known.name == key).map(|(_, node)| node)
    }

    /// The node as JSON, without its places.
    pub fn to_json(&self) -> Json {
        match &self.kind {
            NodeKind::Null => Json::Null,
            NodeKind::Bool(value) => Json::Bool(*value),
            NodeKind::Int(value) => Json::from(*value),
            NodeKind::Float(value) => Json::from(*value),
            NodeKind::String(text) => Json::String(text.clone()),
            NodeKind::List(items) => items.iter().map(Node::to_json).collect(),
            NodeKind::Map(entries) => {
                entries.iter().map(|(key, node)| (key.name.clone(), node.to_json())).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests;
