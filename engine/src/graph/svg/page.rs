//! The whole picture: heading, main block, what runs beside it, what may be done at any time, and how to read it.

use super::card::{boxed, in_rows, paragraph};
use super::measure::text_width;
use super::picture::{BoxKind, Mark, Picture, TextKind};
use super::sheet::Sheet;
use crate::graph::model::{Cause, Graph, Possible, Shape};
use crate::graph::phrases::{self, say};

/// Around everything.
const MARGIN: f64 = 24.0;
/// Between the parts.
const PARTS_APART: f64 = 26.0;
/// The least width of the parts beneath the main block.
const WIDTH_MIN: f64 = 560.0;

/// The whole picture.
pub(super) fn page(graph: &Graph) -> Picture {
    let sheet = Sheet::new(graph);
    let main = sheet.main(&graph.main);
    let width = main.width.max(WIDTH_MIN);
    let mut page = Picture::default();
    let heading = format!("{} ({})", graph.title, graph.reference);
    paragraph(&mut page, TextKind::Heading, &heading, width);
    let parts = [
        Some(main),
        background(graph, &sheet, width),
        actions(graph, &sheet, width),
        Some(legend(graph, width)),
    ];
    for part in parts.into_iter().flatten() {
        let y = page.height + PARTS_APART;
        page.put(part, (0.0, y));
    }
    let mut framed = Picture::default();
    framed.put(page, (MARGIN, MARGIN));
    framed.width = (framed.width + MARGIN).ceil();
    framed.height = (framed.height + MARGIN).ceil();
    framed
}

fn background(graph: &Graph, sheet: &Sheet<'_>, width: f64) -> Option<Picture> {
    let nodes = &graph.main.nodes;
    let all = graph.background.iter().map(|(from, cluster)| {
        let after = nodes.iter().find(|node| node.id == *from);
        let after = after.map_or_else(String::new, |node| sheet.titled(node));
        let title = &cluster.title;
        let ko = format!("곁에서 함께: {title} ({after}부터)");
        let title = say(graph.lang, ko, format!("beside: {title} (from {after} on)"));
        boxed(BoxKind::Beside, &title, sheet.block(&cluster.block))
    });
    (!graph.background.is_empty()).then(|| in_rows(all, width))
}

fn actions(graph: &Graph, sheet: &Sheet<'_>, width: f64) -> Option<Picture> {
    if graph.actions.is_empty() {
        return None;
    }
    let mut list = Picture::default();
    for action in &graph.actions {
        paragraph(&mut list, TextKind::Fact, &told(action, sheet), width - 2.0 * MARGIN);
        list.height += 3.0;
    }
    let title = say(graph.lang, "언제든지 할 수 있는 조치", "What may be done at any time");
    Some(boxed(BoxKind::List, &title, list))
}

fn told(action: &Possible, sheet: &Sheet<'_>) -> String {
    let number = action.to.as_ref().and_then(|to| sheet.number(to));
    let to = action.to_title.as_ref().map(|title| match number {
        Some(number) => format!(" → {number}. {title}"),
        None => format!(" → {title}"),
    });
    format!("{}{} · {}", action.title, to.unwrap_or_default(), action.facts.join(" · "))
}

fn legend(graph: &Graph, width: f64) -> Picture {
    let lang = graph.lang;
    let shapes = [
        Shape::Start,
        Shape::Task,
        Shape::Auto,
        Shape::Decide,
        Shape::Wait,
        Shape::Parallel,
        Shape::Each,
        Shape::Call,
        Shape::Spawn,
        Shape::Send,
    ];
    let icons = shapes.map(|shape| {
        let mark = Mark::Icon { shape, x: 0.0, y: 2.0 };
        entry(mark, 18.0, phrases::shape(shape, lang))
    });
    let way = |cause, ko, en| {
        let points = vec![(0.0, 8.0), (30.0, 8.0)];
        entry(Mark::Way { cause, points }, 38.0, &say(lang, ko, en))
    };
    let ways = [
        way(Cause::Chosen, "고른 길", "chosen"),
        way(Cause::Rule, "규칙이 정한 길", "by rule"),
        way(Cause::Clock, "기한이나 예정 시각에 따라", "by the clock"),
    ];
    let chip = |kind, ko, en| {
        let (x, y, width, height) = (0.0, 1.0, 28.0, 14.0);
        entry(Mark::Box { kind, id: None, x, y, width, height }, 36.0, &say(lang, ko, en))
    };
    let chips = [
        chip(BoxKind::End, "종결", "end"),
        chip(BoxKind::Result, "분기의 결과", "result of a branch"),
        chip(BoxKind::Jump, "적힌 번호의 단계로", "on to the step of that number"),
    ];
    let rows = in_rows(icons.into_iter().chain(ways).chain(chips), width - 2.0 * MARGIN);
    boxed(BoxKind::List, &say(lang, "읽는 법", "How to read it"), rows)
}

fn entry(mark: Mark, indent: f64, text: &str) -> Picture {
    let mut picture = Picture { marks: vec![mark], ..Picture::default() };
    picture.text(TextKind::Fact, indent, 12.0, text);
    picture.width = indent + text_width(text, TextKind::Fact.size()) + 4.0;
    picture.height = 16.0;
    picture
}
