//! Workflows as pictures: the shipped ones, the examples of the reference, random ones and the largest there may be.
//! Well-formed, nothing upon another, every text in its box, every step and outcome there.

use std::sync::Arc;

use dure_engine::graph::{Graph, svg, text_width};
use dure_engine::language;
use dure_engine::limits::{GRAPH_TEXT_CHARS_MAX, STEPS_MAX};
use dure_engine::model::definition::Definition;
use dure_storage::Lang;
use dure_workflows::DEFINITIONS;
use proptest::prelude::*;
use roxmltree::{Document, Node};

use crate::campaign::scaled;

/// Room for what was rounded to a tenth of a pixel.
const ROUNDED: f64 = 0.25;
/// The size of the text of each class, in pixels.
const SIZES: [(&str, f64); 6] = [
    ("heading", 18.0),
    ("title", 13.0),
    ("word", 10.0),
    ("note", 10.0),
    ("fact", 11.0),
    ("outcome", 11.0),
];
/// The classes of boxes that hold others.
const HOLDERS: [&str; 4] = ["nest", "cluster", "beside", "list"];

#[derive(Debug, Clone, Copy)]
struct Frame<'a> {
    class: &'a str,
    id: &'a str,
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Frame<'_> {
    fn meets(&self, other: &Frame<'_>) -> bool {
        self.left + ROUNDED < other.right
            && other.left + ROUNDED < self.right
            && self.top + ROUNDED < other.bottom
            && other.top + ROUNDED < self.bottom
    }

    fn holds(&self, other: &Frame<'_>) -> bool {
        self.left <= other.left + ROUNDED
            && other.right <= self.right + ROUNDED
            && self.top <= other.top + ROUNDED
            && other.bottom <= self.bottom + ROUNDED
    }

    fn area(&self) -> f64 {
        (self.right - self.left) * (self.bottom - self.top)
    }
}

fn number(node: &Node<'_, '_>, name: &str) -> f64 {
    let text = node.attribute(name).unwrap_or("0");
    text.parse().unwrap_or_else(|_| panic!("{name}={text}"))
}

fn frames<'a>(document: &'a Document<'a>) -> Vec<Frame<'a>> {
    let rects = document.descendants().filter(|node| node.has_tag_name("rect"));
    rects
        .map(|node| {
            let (left, top) = (number(&node, "x"), number(&node, "y"));
            Frame {
                class: node.attribute("class").unwrap_or_default(),
                id: node.attribute("id").unwrap_or_default(),
                left,
                top,
                right: left + number(&node, "width"),
                bottom: top + number(&node, "height"),
            }
        })
        .collect()
}

/// The corners of a line, also those that are drawn round.
fn corners(path: &str) -> Vec<(f64, f64)> {
    let mut points = Vec::new();
    for part in path.split(['M', 'L', 'Q']).filter(|part| !part.is_empty()) {
        let numbers: Vec<f64> =
            part.split(' ').map(|word| word.parse().expect("a number")).collect();
        points.extend(numbers.chunks(2).map(|pair| (pair[0], pair[1])));
    }
    points
}

fn check(definition: &Definition, lang: Lang) {
    let picture = svg(&Graph::of(definition, lang));
    assert_eq!(picture, svg(&Graph::of(definition, lang)), "the same every time");
    let document = Document::parse(&picture).unwrap_or_else(|error| panic!("{error}\n{picture}"));
    let frames = frames(&document);
    let paper = frames.iter().find(|frame| frame.class == "paper").expect("a ground");
    let boxes: Vec<&Frame<'_>> = frames.iter().filter(|frame| frame.class != "paper").collect();
    nothing_lies_upon_another(&boxes, paper);
    every_text_fits(&document, &boxes, paper);
    no_line_crosses_a_box(&document, &boxes);
    no_line_lies_upon_another(&document);
    assert!(parts(&document).iter().all(|(_, part)| paper.holds(part)), "lines leave the page");
    everything_is_there(&document, &boxes, definition, lang);
}

fn nothing_lies_upon_another(boxes: &[&Frame<'_>], paper: &Frame<'_>) {
    for (at, one) in boxes.iter().enumerate() {
        assert!(paper.holds(one), "{one:?} leaves the page");
        for other in boxes.iter().skip(at + 1).filter(|other| one.meets(other)) {
            let (outer, inner) =
                if one.area() > other.area() { (one, other) } else { (other, one) };
            let may_hold = HOLDERS.contains(&outer.class) || inner.class == "cell";
            assert!(may_hold && outer.holds(inner), "{outer:?} and {inner:?}");
        }
    }
}

fn every_text_fits(document: &Document<'_>, boxes: &[&Frame<'_>], paper: &Frame<'_>) {
    for node in document.descendants().filter(|node| node.has_tag_name("text")) {
        let class = node.attribute("class").expect("a class");
        let size = SIZES.iter().find(|(known, _)| *known == class).expect("a known class").1;
        let text = node.text().unwrap_or_default();
        let (x, y, width) = (number(&node, "x"), number(&node, "y"), text_width(text, size));
        let left = if matches!(class, "outcome" | "note") { x - width / 2.0 } else { x };
        let at = |frame: &&&Frame<'_>| {
            frame.left <= x && x <= frame.right && frame.top <= y && y <= frame.bottom
        };
        let around = boxes.iter().filter(at).min_by(|a, b| a.area().total_cmp(&b.area()));
        let around = around.copied().unwrap_or(paper);
        let fits = around.left <= left + ROUNDED
            && left + width <= around.right + ROUNDED
            && around.top <= y - size * 0.8
            && y + size * 0.2 <= around.bottom;
        assert!(fits, "{text:?} ({class}) at {left}, {y}, {width} wide, leaves {around:?}");
    }
}

/// The parts of every line, each with the number of its line.
fn parts(document: &Document<'_>) -> Vec<(usize, Frame<'static>)> {
    let ways = document.descendants().filter(|node| {
        node.attribute("class").is_some_and(|class| class.split(' ').any(|word| word == "way"))
    });
    let of = |(at, way): (usize, Node<'_, '_>)| {
        let points = corners(way.attribute("d").expect("a line"));
        let part = |pair: &[(f64, f64)]| Frame {
            class: "way",
            id: "",
            left: pair[0].0.min(pair[1].0),
            right: pair[0].0.max(pair[1].0),
            top: pair[0].1.min(pair[1].1),
            bottom: pair[0].1.max(pair[1].1),
        };
        points.windows(2).map(|pair| (at, part(pair))).collect::<Vec<_>>()
    };
    ways.enumerate().flat_map(of).collect()
}

fn no_line_crosses_a_box(document: &Document<'_>, boxes: &[&Frame<'_>]) {
    let solid: Vec<_> = boxes.iter().filter(|frame| !HOLDERS[1..].contains(&frame.class)).collect();
    for (_, line) in parts(document) {
        for frame in &solid {
            let crosses = line.left < frame.right - 1.0
                && frame.left + 1.0 < line.right
                && line.top < frame.bottom - 2.0
                && frame.top + 2.0 < line.bottom;
            // A line within a step that holds it belongs to the blocks inside.
            let within = frame.class == "nest" && frame.holds(&line);
            assert!(!crosses || within, "{line:?} crosses {frame:?}");
        }
    }
}

fn no_line_lies_upon_another(document: &Document<'_>) {
    let (upright, level): (Vec<_>, Vec<_>) =
        parts(document).into_iter().partition(|(_, part)| part.right - part.left < ROUNDED);
    let turned = level.into_iter().map(|(at, part)| {
        let Frame { left, right, top, bottom, .. } = part;
        (at, Frame { left: top, right: bottom, top: left, bottom: right, ..part })
    });
    for mut lines in [upright, turned.collect()] {
        lines.sort_by(|(_, a), (_, b)| a.left.total_cmp(&b.left));
        for (at, (way, one)) in lines.iter().enumerate() {
            let near = lines[at + 1..].iter().take_while(|(_, other)| other.left - one.left < 1.0);
            for (_, other) in near.filter(|(other, _)| other != way) {
                let shared = one.bottom.min(other.bottom) - one.top.max(other.top);
                assert!(shared < 2.0, "{one:?} lies upon {other:?}");
            }
        }
    }
}

/// A text without what a drawing leaves out or breaks lines at.
fn bare(text: &str) -> String {
    let is_kept =
        |letter: &char| !letter.is_whitespace() && !letter.is_control() && *letter != '\u{FFFE}';
    text.chars().filter(is_kept).take(GRAPH_TEXT_CHARS_MAX - 20).collect()
}

fn everything_is_there(
    document: &Document<'_>,
    boxes: &[&Frame<'_>],
    definition: &Definition,
    lang: Lang,
) {
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    let texts: String = texts.filter_map(|node| node.text()).collect();
    let texts: String = texts.split_whitespace().collect();
    let beside: Vec<&str> =
        definition.background.iter().map(|beside| beside.step.name.as_str()).collect();
    for step in definition.steps() {
        assert!(texts.contains(&bare(step.title.get(lang))), "{}", step.name);
        let id = format!("n_{}", step.name);
        let shown = boxes.iter().filter(|frame| frame.id == id).count();
        assert_eq!(shown, usize::from(!beside.contains(&step.name.as_str())), "{}", step.name);
        for title in step.outcomes.iter().filter_map(|outcome| outcome.title.as_ref()) {
            assert!(texts.contains(&bare(title.get(lang))), "{}", title.get(lang));
        }
    }
    let title = document.descendants().find(|node| node.has_tag_name("title")).expect("a title");
    assert!(title.text().is_some_and(|text| text.contains(&definition.reference.to_string())));
    assert!(document.descendants().any(|node| node.has_tag_name("desc")));
}

fn shipped() -> Vec<Arc<Definition>> {
    let mut known: Vec<Arc<Definition>> = Vec::new();
    for (file, text) in DEFINITIONS {
        let called =
            |name: &str| known.iter().find(|one| one.reference.name.as_str() == name).cloned();
        let read = language::read(file, text, &called);
        known.push(Arc::new(read.unwrap_or_else(|found| panic!("{found}"))));
    }
    known
}

fn read(text: &str) -> Definition {
    language::read("drawn.yaml", text, &|_| None).unwrap_or_else(|found| panic!("{found}\n{text}"))
}

#[test]
fn every_shipped_workflow_makes_a_picture_in_which_all_is_there_and_nothing_lies_upon_another() {
    for definition in shipped() {
        for lang in [Lang::Ko, Lang::En] {
            check(&definition, lang);
        }
    }
}

#[test]
fn so_does_every_example_of_the_reference() {
    let reference = include_str!("../../docs/workflow-language.md");
    let blocks = reference.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    for block in blocks.filter(|block| block.starts_with("workflow:")) {
        for lang in [Lang::Ko, Lang::En] {
            check(&read(block), lang);
        }
    }
}

#[test]
fn whatever_stands_in_a_title_stays_a_text() {
    let odd = r#"<b> \"q\" & 's' ]]> --> \n<!-- \u0001 \uFFFE"#;
    let text = chain(3).replace("en: Step 1", &format!("en: \"{odd}\""));
    let definition = read(&text.replace("en: Chain", &format!("en: \"{odd}\"")));
    check(&definition, Lang::En);
    let picture = svg(&Graph::of(&definition, Lang::En));
    let document = Document::parse(&picture).expect("well formed");
    let title = document.descendants().find(|node| node.has_tag_name("title")).expect("a title");
    assert_eq!(title.text(), Some(r#"<b> "q" & 's' ]]> --> <!-- (chain v1)"#));
}

/// So many steps one after the other, each with ways to the next, back to one before, and to an end.
fn chain(count: usize) -> String {
    let mut steps = String::new();
    for at in 0..count {
        let next = if at + 1 < count { format!("s{}", at + 1) } else { "done".to_owned() };
        steps += &format!(
            "  s{at}: {{title: {{ko: 단계 {at}, en: Step {at}}}, by: r, outcomes: {{go: {{title: {{ko: 다음, en: Next}}, to: {next}}}, \
             back: {{title: {{ko: 뒤로, en: Back}}, to: s{}}}, stop: {{title: {{ko: 그만, en: Stop}}, to: done}}}}}}\n",
            at / 2
        );
    }
    format!(
        "workflow: chain\nversion: 1\ntitle: {{ko: 사슬, en: Chain}}\nroles: {{r: {{ko: 역할, en: Role}}}}\n\
         start: {{by: r, to: s0}}\nsteps:\n{steps}ends: {{done: {{title: {{ko: 끝, en: Done}}}}}}\n"
    )
}

#[test]
fn the_largest_workflows_there_may_be_are_drawn_too() {
    check(&read(&chain(STEPS_MAX)), Lang::Ko);
    let fan: String = (1..STEPS_MAX)
        .map(|at| format!("  t{at}: {{title: {{ko: 단계, en: T}}, by: r, to: done}}\n"))
        .collect();
    let ways: String = (1..STEPS_MAX).map(|at| format!("o{at}: {{to: t{at}}}, ")).collect();
    let text = chain(1).replace("stop: {", &format!("{ways}stop: {{"));
    check(&read(&text.replace("ends:", &format!("{fan}ends:"))), Lang::En);
}

/// Steps with where their outcomes lead; a step of the second kind holds two branches.
fn steps() -> impl Strategy<Value = Vec<(u8, Vec<usize>)>> {
    prop::collection::vec((0..4_u8, prop::collection::vec(0..40_usize, 1..5)), 1..24)
}

fn random(steps: &[(u8, Vec<usize>)]) -> String {
    let target = |to: &usize| match to % (steps.len() + 1) {
        at if at == steps.len() => "done".to_owned(),
        at => format!("s{at}"),
    };
    let mut text = String::new();
    for (at, (kind, ways)) in steps.iter().enumerate() {
        let title = format!("title: {{ko: \"{}\", en: Step}}", "가나 다".repeat(at % 9 + 1));
        let last = ways.len() - 1;
        let outcome = |(way, to): (usize, &usize)| {
            let guard = match (kind % 2, way == last) {
                (1, true) => "otherwise: true, ",
                (1, false) => "when: data.n > 1, ",
                (_, _) => "",
            };
            format!(
                "o{way}: {{title: {{ko: 처리 결과 {way}, en: Way}}, {guard}to: {}}}",
                target(to)
            )
        };
        let outcomes: Vec<String> = ways.iter().enumerate().map(outcome).collect();
        let outcomes = outcomes.join(", ");
        text += &match kind {
            0 | 2 => format!(
                "  s{at}: {{{title}, by: r, due: {{within: 3d}}, outcomes: {{{outcomes}}}}}\n"
            ),
            1 => format!("  s{at}: {{{title}, decide: {{{outcomes}}}}}\n"),
            _ => format!(
                "  s{at}: {{{title}, parallel: {{x: {{title: {{ko: 가, en: X}}, first: x{at}, steps: {{x{at}: {{{title}, by: r, to: y{at}}}, \
                 y{at}: {{{title}, by: r, outcomes: {{a: {{to: x{at}}}, b: {{done: ok}}}}}}}}}}, z: {{title: {{ko: 나, en: Z}}, \
                 steps: {{z{at}: {{{title}, by: r, done: no}}}}}}}}, outcomes: {{{outcomes}}}}}\n"
            ),
        };
    }
    chain(1)
        .replace("start:", "data: {n: {type: integer, default: 0}}\nstart:")
        .split_inclusive('\n')
        .map(|line| if line.starts_with("  s0:") { text.clone() } else { line.to_owned() })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(scaled(60, 3_000)))]

    #[test]
    fn so_does_any_workflow(steps in steps()) {
        check(&read(&random(&steps)), Lang::Ko);
    }
}
