//! A picture in the spelling of SVG. Places nothing.

use dure_storage::Lang;

use super::palette::{BOXES, FAINT, INK, PAPER};
use super::picture::{BoxKind, Mark, Picture, TextKind};
use crate::graph::model::{Cause, Graph, NodeId, Shape};
use crate::graph::phrases::say;

/// How round the corners of a line are.
const ROUND: f64 = 4.0;
/// The fonts asked for; all have Korean letters.
const FONTS: &str =
    "'Noto Sans KR','Noto Sans CJK KR','Malgun Gothic','Apple SD Gothic Neo',sans-serif";

/// A picture in the spelling of SVG.
pub(super) fn paint(graph: &Graph, picture: &Picture) -> String {
    let lang = match graph.lang {
        Lang::Ko => "ko",
        Lang::En => "en",
    };
    let (width, height) = (number(picture.width), number(picture.height));
    let title = escape(&format!("{} ({})", graph.title, graph.reference));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xml:lang=\"{lang}\" lang=\"{lang}\" role=\"img\" \
         aria-labelledby=\"title desc\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n\
         <title id=\"title\">{title}</title>\n<desc id=\"desc\">{}</desc>\n{}",
        escape(&described(graph)),
        style(),
    );
    out.push_str(
        "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7.5\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
         orient=\"auto\"><path class=\"tip\" d=\"M0 0.5 8 4 0 7.5z\"/></marker></defs>\n",
    );
    out.push_str(&format!("<rect class=\"paper\" width=\"{width}\" height=\"{height}\"/>\n"));
    picture.marks.iter().for_each(|one| mark(one, &mut out));
    out.push_str("</svg>\n");
    out
}

fn described(graph: &Graph) -> String {
    let steps =
        graph.main.nodes.iter().filter(|node| !matches!(node.shape, Shape::Start | Shape::End));
    let steps: Vec<&str> = steps.map(|node| node.title.as_str()).collect();
    let ends = graph.main.nodes.iter().filter(|node| node.shape == Shape::End);
    let ends: Vec<&str> = ends.map(|node| node.title.as_str()).collect();
    let (steps, ends) = (steps.join(", "), ends.join(", "));
    say(
        graph.lang,
        format!("단계: {steps}. 종결: {ends}."),
        format!("Steps: {steps}. Ends: {ends}."),
    )
}

fn style() -> String {
    let sheet = |pick: fn((&'static str, &'static str)) -> &'static str| {
        let mut css = format!(
            ".paper{{fill:{}}}text,.tip,.dot{{fill:{ink}}}.word,.note{{fill:{}}}.way,.icon{{stroke:{ink}}}",
            pick(PAPER),
            pick(FAINT),
            ink = pick(INK),
        );
        for colours in BOXES {
            css.push_str(&format!(
                ".{}{{fill:{};stroke:{}}}",
                colours.class,
                pick(colours.fill),
                pick(colours.rim)
            ));
        }
        css
    };
    let (day, night) = (sheet(|colour| colour.0), sheet(|colour| colour.1));
    format!(
        "<style>text{{font-family:{FONTS}}}.heading{{font-size:18px;font-weight:700}}.title{{font-size:13px;font-weight:700}}\
         .word,.note{{font-size:10px}}.fact,.outcome{{font-size:11px}}.outcome,.note{{text-anchor:middle}}\
         .way,.icon{{fill:none;stroke-width:1.2}}.by-rule{{stroke-dasharray:1.5 3}}.by-clock{{stroke-dasharray:7 3}}\
         .cell,.cluster,.list,.result{{stroke-width:.8}}.beside,.jump{{stroke-dasharray:4 3}}.end{{stroke-width:2.4}}\
         a text{{text-decoration:underline}}{day}@media screen and (prefers-color-scheme:dark){{{night}}}</style>\n"
    )
}

fn mark(mark: &Mark, out: &mut String) {
    match mark {
        Mark::Box { kind, id, x, y, width, height } => {
            let (class, round) = boxed(*kind);
            // An end is drawn wherever a way leads to it, so that its name is no id.
            let id = id.as_ref().map_or_else(String::new, |id| match kind {
                BoxKind::End => format!(" data-end=\"{id}\""),
                _ => format!(" id=\"{id}\""),
            });
            out.push_str(&format!(
                "<rect class=\"{class}\"{id} x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{round}\"/>\n",
                number(*x),
                number(*y),
                number(*width),
                number(*height)
            ));
        }
        Mark::Text { kind, x, y, text, link } => {
            text_line(*kind, (*x, *y), text, link.as_ref(), out)
        }
        Mark::Way { cause, points } => {
            let cause = match cause {
                Cause::Chosen => "",
                Cause::Rule => " by-rule",
                Cause::Clock => " by-clock",
            };
            let path = path(points);
            out.push_str(&format!(
                "<path class=\"way{cause}\" d=\"{path}\" marker-end=\"url(#tip)\"/>\n"
            ));
        }
        Mark::Icon { shape, x, y } => group((*x, *y), icon(*shape), out),
        Mark::Clock { x, y } => group((*x, *y), CLOCK, out),
    }
}

fn group((x, y): (f64, f64), content: &str, out: &mut String) {
    out.push_str(&format!(
        "<g transform=\"translate({} {})\">{content}</g>\n",
        number(x),
        number(y)
    ));
}

fn text_line(
    kind: TextKind,
    (x, y): (f64, f64),
    text: &str,
    link: Option<&NodeId>,
    out: &mut String,
) {
    let class = match kind {
        TextKind::Heading => "heading",
        TextKind::Title => "title",
        TextKind::Word => "word",
        TextKind::Fact => "fact",
        TextKind::Outcome => "outcome",
        TextKind::Note => "note",
    };
    let (open, close) = match link {
        Some(to) => (format!("<a href=\"#{to}\">"), "</a>"),
        None => (String::new(), ""),
    };
    out.push_str(&format!(
        "{open}<text class=\"{class}\" x=\"{}\" y=\"{}\">{}</text>{close}\n",
        number(x),
        number(y),
        escape(text)
    ));
}

/// The class of a box and how round it is.
fn boxed(kind: BoxKind) -> (&'static str, u32) {
    match kind {
        BoxKind::Node(Shape::Start) => ("start", 14),
        BoxKind::Node(Shape::Task) => ("task", 5),
        BoxKind::Node(Shape::Auto) => ("machine", 2),
        BoxKind::Node(Shape::Decide) => ("rule", 2),
        BoxKind::Node(Shape::Wait) => ("wait", 2),
        BoxKind::Node(Shape::Parallel | Shape::Each) => ("nest", 2),
        BoxKind::Node(Shape::Call | Shape::Spawn | Shape::Send) => ("other", 2),
        BoxKind::Node(Shape::End) | BoxKind::End => ("end", 10),
        BoxKind::Cell => ("cell", 3),
        BoxKind::Cluster => ("cluster", 2),
        BoxKind::Beside => ("beside", 2),
        BoxKind::Result => ("result", 10),
        BoxKind::Jump => ("jump", 10),
        BoxKind::List => ("list", 2),
    }
}

const CLOCK: &str =
    "<circle class=\"icon\" cx=\"6\" cy=\"6\" r=\"5\"/><path class=\"icon\" d=\"M6 3v3l2.5 1.5\"/>";

/// Twelve pixels square.
fn icon(shape: Shape) -> &'static str {
    match shape {
        Shape::Start => "<circle class=\"dot\" cx=\"6\" cy=\"6\" r=\"5\"/>",
        Shape::Task => {
            "<circle class=\"icon\" cx=\"6\" cy=\"3.5\" r=\"2.5\"/><path class=\"icon\" d=\"M1 12c0-6 10-6 10 0\"/>"
        }
        Shape::Auto => "<path class=\"icon\" d=\"M1 1h10v10h-10zM4 4h4v4h-4z\"/>",
        Shape::Decide => "<path class=\"icon\" d=\"M6 0.5 11.5 6 6 11.5 0.5 6z\"/>",
        Shape::Wait => CLOCK,
        Shape::Parallel => "<path class=\"icon\" d=\"M3.5 1v10M8.5 1v10\"/>",
        Shape::Each => "<path class=\"icon\" d=\"M1 2.5h10M1 6h10M1 9.5h10\"/>",
        Shape::Call => "<path class=\"icon\" d=\"M1 2h10v8h-10zM3.5 2v8M8.5 2v8\"/>",
        Shape::Spawn => "<path class=\"icon\" d=\"M1 1h10v10h-10zM6 3.5v5M3.5 6h5\"/>",
        Shape::Send => "<path class=\"icon\" d=\"M0.5 2h11v8h-11zM0.5 2 6 6.5 11.5 2\"/>",
        Shape::End => {
            "<circle class=\"icon\" cx=\"6\" cy=\"6\" r=\"5\"/><circle class=\"dot\" cx=\"6\" cy=\"6\" r=\"3\"/>"
        }
    }
}

/// A line with rounded corners.
fn path(points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (at, point) in points.iter().enumerate() {
        let (before, after) = (at.checked_sub(1).and_then(|at| points.get(at)), points.get(at + 1));
        match (before, after) {
            (None, _) => path.push_str(&format!("M{} {}", number(point.0), number(point.1))),
            (Some(_), None) => path.push_str(&format!("L{} {}", number(point.0), number(point.1))),
            (Some(before), Some(after)) => {
                let (into, out) = (towards(*point, *before), towards(*point, *after));
                path.push_str(&format!(
                    "L{} {}Q{} {} {} {}",
                    number(into.0),
                    number(into.1),
                    number(point.0),
                    number(point.1),
                    number(out.0),
                    number(out.1)
                ));
            }
        }
    }
    path
}

/// The point from which the corner at `from` is rounded towards `to`.
fn towards(from: (f64, f64), to: (f64, f64)) -> (f64, f64) {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.abs() + dy.abs();
    let part = if length > 0.0 { ROUND.min(length / 2.0) / length } else { 0.0 };
    (from.0 + dx * part, from.1 + dy * part)
}

/// A number with at most one digit after the point.
fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    match text.strip_suffix(".0") {
        Some("-0") => "0".to_owned(),
        Some(whole) => whole.to_owned(),
        None => text,
    }
}

/// A text as XML.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
