//! A graph in the language of Graphviz. Spelling only.

use super::model::{Graph, NodeId, Shape};
use super::outline::{self, Figure, Stroke, Syntax};

/// A graph in the language of Graphviz.
pub fn dot(graph: &Graph) -> String {
    let title = escape(&format!("{} ({})", graph.title, graph.reference));
    let head = format!(
        "digraph {{\n  graph [label=\"{title}\", labelloc=t, rankdir=TB, fontname=\"Noto Sans CJK KR\"]\n  \
         node [fontname=\"Noto Sans CJK KR\", fontsize=11]\n  edge [fontname=\"Noto Sans CJK KR\", fontsize=9]\n"
    );
    let mut writer = Dot { out: head, depth: 1 };
    outline::write(graph, &mut writer);
    writer.out.push_str("}\n");
    writer.out
}

struct Dot {
    out: String,
    depth: usize,
}

impl Dot {
    fn line(&mut self, text: &str) {
        self.out.push_str(&"  ".repeat(self.depth));
        self.out.push_str(text);
        self.out.push('\n');
    }
}

impl Syntax for Dot {
    fn node(&mut self, id: &NodeId, figure: Figure, lines: &[String]) {
        let (label, shape) = (joined(lines), shape(figure));
        self.line(&format!("\"{id}\" [label=\"{label}\", {shape}]"));
    }

    fn edge(&mut self, from: &NodeId, to: &NodeId, lines: &[String], stroke: Stroke) {
        let label = Some(joined(lines)).filter(|label| !label.is_empty());
        let label = label.map(|label| format!("label=\"{label}\""));
        let style = match stroke {
            Stroke::Plain => None,
            Stroke::Clock => Some("style=bold".to_owned()),
            Stroke::Dashed => Some("style=dashed".to_owned()),
        };
        let marks = label.into_iter().chain(style).collect::<Vec<_>>().join(", ");
        let marks = if marks.is_empty() { marks } else { format!(" [{marks}]") };
        self.line(&format!("\"{from}\" -> \"{to}\"{marks}"));
    }

    fn open(&mut self, id: &NodeId, title: &str) {
        self.line(&format!("subgraph \"cluster_{id}\" {{"));
        self.depth += 1;
        self.line(&format!("label=\"{}\"", escape(title)));
    }

    fn close(&mut self) {
        self.depth -= 1;
        self.line("}");
    }
}

fn shape(figure: Figure) -> &'static str {
    match figure {
        Figure::Node(Shape::Start) => "shape=oval",
        Figure::Node(Shape::End) => "shape=oval, peripheries=2",
        Figure::Node(Shape::Task) => "shape=box",
        Figure::Node(Shape::Auto) => "shape=component",
        Figure::Node(Shape::Decide) => "shape=diamond",
        Figure::Node(Shape::Wait) => "shape=hexagon",
        Figure::Node(Shape::Parallel | Shape::Each) => "shape=trapezium",
        Figure::Node(Shape::Call) => "shape=box, peripheries=2",
        Figure::Node(Shape::Spawn | Shape::Send) => "shape=cds",
        Figure::Join => "shape=invtrapezium",
        Figure::Stop => "shape=doublecircle",
        Figure::Action => "shape=box, style=\"rounded,dashed\"",
    }
}

fn joined(lines: &[String]) -> String {
    lines.iter().map(|line| escape(line)).collect::<Vec<_>>().join("\\n")
}

/// A text within quotes; Graphviz also reads HTML entities there.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;")
}
