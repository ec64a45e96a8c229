//! A graph as a Mermaid flowchart, for Markdown. Spelling only.

use super::model::{Graph, NodeId, Shape};
use super::outline::{self, Figure, Stroke, Syntax};

/// A graph as a Mermaid flowchart.
pub fn mermaid(graph: &Graph) -> String {
    // The head is YAML, of which a JSON string is a part.
    let title = serde_json::Value::from(format!("{} ({})", graph.title, graph.reference));
    let head = format!("---\ntitle: {title}\n---\nflowchart TD\n");
    let mut writer = Mermaid { out: head, depth: 1 };
    outline::write(graph, &mut writer);
    writer.out
}

struct Mermaid {
    out: String,
    depth: usize,
}

impl Mermaid {
    fn line(&mut self, text: &str) {
        self.out.push_str(&"  ".repeat(self.depth));
        self.out.push_str(text);
        self.out.push('\n');
    }
}

impl Syntax for Mermaid {
    fn node(&mut self, id: &NodeId, figure: Figure, lines: &[String]) {
        let (open, close) = brackets(figure);
        let text = joined(lines);
        self.line(&format!("{id}{open}\"{text}\"{close}"));
    }

    fn edge(&mut self, from: &NodeId, to: &NodeId, lines: &[String], stroke: Stroke) {
        let arrow = match stroke {
            Stroke::Plain => "-->",
            Stroke::Clock => "==>",
            Stroke::Dashed => "-.->",
        };
        match lines.is_empty() {
            true => self.line(&format!("{from} {arrow} {to}")),
            false => self.line(&format!("{from} {arrow}|\"{}\"| {to}", joined(lines))),
        }
    }

    fn open(&mut self, id: &NodeId, title: &str) {
        self.line(&format!("subgraph {id}[\"{}\"]", escape(title)));
        self.depth += 1;
    }

    fn close(&mut self) {
        self.depth -= 1;
        self.line("end");
    }
}

fn brackets(figure: Figure) -> (&'static str, &'static str) {
    match figure {
        Figure::Node(Shape::Start | Shape::End) => ("([", "])"),
        Figure::Node(Shape::Task) => ("[", "]"),
        Figure::Node(Shape::Auto | Shape::Call) => ("[[", "]]"),
        Figure::Node(Shape::Decide) => ("{", "}"),
        Figure::Node(Shape::Wait) => ("{{", "}}"),
        Figure::Node(Shape::Parallel | Shape::Each) => ("[/", "\\]"),
        Figure::Node(Shape::Spawn | Shape::Send) => ("[/", "/]"),
        Figure::Join => ("[\\", "/]"),
        Figure::Stop => ("((", "))"),
        Figure::Action => ("(", ")"),
    }
}

fn joined(lines: &[String]) -> String {
    lines.iter().map(|line| escape(line)).collect::<Vec<_>>().join("<br/>")
}

/// Every character that means something in a label, as Mermaid's entity; also what would begin a list in Markdown.
fn escape(text: &str) -> String {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let mut out = String::new();
    for (at, letter) in text.char_indices() {
        let is_marker = match letter {
            '.' | ')' => at == digits && digits > 0,
            '-' | '+' => at == 0,
            _ => false,
        };
        match letter {
            '"' | '#' | '&' | '<' | '>' | '`' | '\\' | '*' | ';' => entity(letter, &mut out),
            _ if is_marker => entity(letter, &mut out),
            other => out.push(other),
        }
    }
    out
}

fn entity(letter: char, out: &mut String) {
    out.push_str(&format!("#{};", u32::from(letter)));
}
