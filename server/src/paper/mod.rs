//! Pages to print: one file with everything it needs, no script, nothing fetched. Whatever is put in is escaped.

pub mod amount;
pub mod date;

use dure_storage::Lang;
use dure_storage::merkle::Hash;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::words;

const STYLE: &str = include_str!("paper.css");

/// Characters of a text without blanks that stays on one line: no column is made wide by it.
const MARK_CHARS_MAX: usize = 16;

/// How the paper lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    /// A4, upright.
    Upright,
    /// A4, across: for wide tables.
    Across,
}

/// Whether a text is a number of a case, an id or the like, which no line breaks.
pub fn is_mark(text: &str) -> bool {
    text.chars().count() <= MARK_CHARS_MAX && !text.contains(char::is_whitespace)
}

/// Which log a page was made of: so many events with this Merkle root, which `dure log` can be asked for.
pub fn origin(events: u64, root: Hash, lang: Lang) -> Markup {
    html! {
        footer {
            (words::EVENTS_READ.get(lang)) ": " (events) " · " (words::ROOT.get(lang)) ": "
            code { (root.to_string()) }
        }
    }
}

/// A whole page.
pub fn page(title: &str, paper: Paper, lang: Lang, body: &Markup) -> String {
    let (code, size) = match (lang, paper) {
        (Lang::Ko, Paper::Upright) => ("ko", "A4 portrait"),
        (Lang::Ko, Paper::Across) => ("ko", "A4 landscape"),
        (Lang::En, Paper::Upright) => ("en", "A4 portrait"),
        (Lang::En, Paper::Across) => ("en", "A4 landscape"),
    };
    let page = html! {
        (DOCTYPE)
        html lang=(code) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(format!("@page {{ size: {size}; }}\n{STYLE}"))) }
            }
            body { main { (body) } }
        }
    };
    page.into_string() + "\n"
}
