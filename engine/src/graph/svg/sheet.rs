//! A block as a picture: its cards in rows, the lines between them, and a small chip where a way ends or goes on
//! elsewhere. The main block is folded into columns, so that it fits a page.

use std::collections::BTreeMap;
use std::ops::Range;

use dure_storage::Lang;

use super::card::{Card, ICON, card, ways};
use super::layered::place;
use super::measure::{widest, wrap};
use super::picture::{BoxKind, Mark, Picture, TextKind};
use super::ranks::{Link, ranks};
use crate::graph::model::{Block, Cause, Edge, Graph, Node, NodeId, Shape, Target};
use crate::limits::{GRAPH_BACK_ROWS_MAX, GRAPH_COLUMNS_MAX, GRAPH_LINE_ROWS_MAX};

/// The widest text of a chip.
const CHIP_WIDTH_MAX: f64 = 104.0;
/// Between two columns of the main block.
const COLUMNS_APART: f64 = 46.0;
/// The sides of the largest page, in any unit: A3.
const PAGE: (f64, f64) = (297.0, 420.0);

/// What every card of a picture has to know of the others.
pub(super) struct Sheet<'g> {
    graph: &'g Graph,
    /// The number of each step, in the order of the file, by which it is found on paper.
    numbers: BTreeMap<&'g NodeId, usize>,
}

/// Something to place in a column.
struct Vertex {
    picture: Picture,
    row: usize,
}

impl<'g> Sheet<'g> {
    pub(super) fn new(graph: &'g Graph) -> Sheet<'g> {
        let mut sheet = Sheet { graph, numbers: BTreeMap::new() };
        sheet.count(&graph.main);
        graph.background.iter().for_each(|(_, cluster)| sheet.count(&cluster.block));
        sheet
    }

    fn count(&mut self, block: &'g Block) {
        for node in &block.nodes {
            if !matches!(node.shape, Shape::Start | Shape::End) {
                self.numbers.insert(&node.id, self.numbers.len() + 1);
            }
            node.clusters.iter().for_each(|cluster| self.count(&cluster.block));
        }
    }

    pub(super) fn lang(&self) -> Lang {
        self.graph.lang
    }

    /// The number a step is found by.
    pub(super) fn number(&self, id: &NodeId) -> Option<usize> {
        self.numbers.get(id).copied()
    }

    /// The title of a node with its number.
    pub(super) fn titled(&self, node: &Node) -> String {
        match self.number(&node.id) {
            Some(number) => format!("{number}. {}", node.title),
            None => node.title.clone(),
        }
    }

    /// An inner block.
    pub(super) fn block(&self, block: &Block) -> Picture {
        let (cards, rows) = self.cards(block, 1);
        let last = rows.iter().max().map_or(0, |row| row + 1);
        self.column(block, &cards, &rows, 0..last)
    }

    /// The main block, in as many columns as fill a page best.
    pub(super) fn main(&self, block: &Block) -> Picture {
        let (cards, rows) = self.cards(block, 0);
        let count = rows.iter().max().map_or(0, |row| row + 1);
        let folded = |columns: usize| {
            let mut whole = Picture::default();
            for range in ranges(&cards, &rows, count, columns) {
                let x = if whole.width > 0.0 { whole.width + COLUMNS_APART } else { 0.0 };
                whole.put(self.column(block, &cards, &rows, range), (x, 0.0));
            }
            whole
        };
        let mut best = folded(1);
        for columns in 2..=GRAPH_COLUMNS_MAX.min(count) {
            let next = folded(columns);
            if scale(&next) > scale(&best) {
                best = next;
            }
        }
        best
    }

    /// The cards of a block, and the row of each.
    fn cards(&self, block: &Block, first_row: usize) -> (Vec<Card>, Vec<usize>) {
        let links: Vec<Link> = block.edges.iter().filter_map(|edge| link(block, edge)).collect();
        let rows = ranks(block.nodes.len(), block.first, &links);
        let node = |(at, node)| card(node, &ways(block, at), self);
        let cards = block.nodes.iter().enumerate().map(node).collect();
        let steps = block.nodes.iter().filter(|node| node.shape != Shape::End).count();
        let first_row = if steps > 1 { first_row } else { 0 };
        (cards, rows.into_iter().map(|row| row + first_row).collect())
    }

    /// The cards of some rows, with what leads from one to another.
    fn column(
        &self,
        block: &Block,
        cards: &[Card],
        rows: &[usize],
        range: Range<usize>,
    ) -> Picture {
        let mut vertices = Vec::new();
        let mut at_vertex = BTreeMap::new();
        for (at, card) in cards.iter().enumerate() {
            if block.nodes[at].shape != Shape::End && range.contains(&rows[at]) {
                at_vertex.insert(at, vertices.len());
                vertices
                    .push(Vertex { picture: card.picture.clone(), row: rows[at] - range.start });
            }
        }
        let (mut links, mut causes) = (Vec::new(), Vec::new());
        if range.start == 0 && rows.get(block.first) == Some(&1) {
            links.push(Link {
                from: vertices.len(),
                to: at_vertex[&block.first],
                exit: ICON / 2.0,
            });
            causes.push(Cause::Chosen);
            vertices.push(Vertex { picture: dot(), row: 0 });
        }
        for (&at, &from) in &at_vertex {
            let mut chips: BTreeMap<&Target, usize> = BTreeMap::new();
            for (edge, exit) in ways(block, at).into_iter().zip(&cards[at].exits) {
                let near = self.near(block, edge, rows).and_then(|to| at_vertex.get(&to));
                let to = near.copied().unwrap_or_else(|| {
                    *chips.entry(&edge.to).or_insert_with(|| {
                        let row = vertices[from].row + 1;
                        vertices.push(Vertex { picture: self.chip(block, &edge.to), row });
                        vertices.len() - 1
                    })
                });
                links.push(Link { from, to, exit: *exit });
                causes.push(edge.cause);
            }
        }
        drawn(vertices, &links, &causes)
    }

    /// The node of the same block an edge leads to, unless it is an end or too far away for a line.
    fn near(&self, block: &Block, edge: &Edge, rows: &[usize]) -> Option<usize> {
        let to = link(block, edge)?.to;
        let passed_max = match rows[to] > rows[edge.from] {
            true => GRAPH_LINE_ROWS_MAX,
            false => GRAPH_BACK_ROWS_MAX,
        };
        (rows[edge.from].abs_diff(rows[to]) <= passed_max).then_some(to)
    }

    /// Where a way ends, or the step it goes on with.
    fn chip(&self, block: &Block, target: &Target) -> Picture {
        let node = match target {
            Target::Node(at) => block.nodes.get(*at),
            Target::Result(_) => None,
        };
        let (kind, text, facts, to) = match (target, node) {
            (Target::Node(_), Some(node)) if node.shape == Shape::End => {
                (BoxKind::End, node.title.clone(), node.facts.as_slice(), Some(&node.id))
            }
            (Target::Node(_), Some(node)) => {
                (BoxKind::Jump, format!("→ {}", self.titled(node)), [].as_slice(), Some(&node.id))
            }
            (Target::Node(_), None) => (BoxKind::Jump, String::new(), [].as_slice(), None),
            (Target::Result(result), _) => {
                (BoxKind::Result, format!("= {result}"), [].as_slice(), None)
            }
        };
        let mut lines: Vec<(TextKind, String)> = Vec::new();
        let wrapped = |text: &str, kind: TextKind| wrap(text, CHIP_WIDTH_MAX, kind.size());
        lines.extend(
            wrapped(&text, TextKind::Outcome).into_iter().map(|line| (TextKind::Outcome, line)),
        );
        let facts = facts.iter().flat_map(|fact| wrapped(fact, TextKind::Note));
        lines.extend(facts.map(|line| (TextKind::Note, line)));
        let link = if kind == BoxKind::Jump { to } else { None };
        chip_of(kind, &lines, if kind == BoxKind::End { to } else { None }, link)
    }
}

fn chip_of(
    kind: BoxKind,
    lines: &[(TextKind, String)],
    id: Option<&NodeId>,
    link: Option<&NodeId>,
) -> Picture {
    let wide = |(kind, line): &(TextKind, String)| widest(std::slice::from_ref(line), kind.size());
    let width = (lines.iter().map(wide).fold(0.0, f64::max) + 18.0).round();
    let mut picture = Picture { width, ..Picture::default() };
    let mut y = 5.0;
    for (kind, line) in lines {
        let (x, base) = (width / 2.0, y + kind.size());
        picture.marks.push(Mark::Text {
            kind: *kind,
            x,
            y: base,
            text: line.clone(),
            link: link.cloned(),
        });
        y += kind.size() * 1.3;
    }
    picture.height = (y + 6.0).round();
    let (width, height) = (picture.width, picture.height);
    picture.marks.insert(0, Mark::Box { kind, id: id.cloned(), x: 0.0, y: 0.0, width, height });
    picture
}

/// Where an inner block begins.
fn dot() -> Picture {
    let icon = Mark::Icon { shape: Shape::Start, x: 0.0, y: 0.0 };
    Picture { width: ICON, height: ICON, marks: vec![icon] }
}

/// An edge to another node of the block that is not an end.
fn link(block: &Block, edge: &Edge) -> Option<Link> {
    let Target::Node(to) = edge.to else { return None };
    let is_step = block.nodes.get(to).is_some_and(|node| node.shape != Shape::End);
    is_step.then_some(Link { from: edge.from, to, exit: 0.0 })
}

fn drawn(vertices: Vec<Vertex>, links: &[Link], causes: &[Cause]) -> Picture {
    let sizes: Vec<(f64, f64)> =
        vertices.iter().map(|vertex| (vertex.picture.width, vertex.picture.height)).collect();
    let rows: Vec<usize> = vertices.iter().map(|vertex| vertex.row).collect();
    let placed = place(&sizes, &rows, links);
    let mut picture = Picture { width: placed.width, height: placed.height, marks: Vec::new() };
    for (points, cause) in placed.routes.into_iter().zip(causes) {
        picture.marks.push(Mark::Way { cause: *cause, points });
    }
    for (vertex, corner) in vertices.into_iter().zip(placed.corners) {
        picture.put(vertex.picture, corner);
    }
    picture
}

/// The rows of each column, so that the columns are about as high as each other.
fn ranges(cards: &[Card], rows: &[usize], count: usize, columns: usize) -> Vec<Range<usize>> {
    let mut heights = vec![0.0_f64; count];
    for (card, row) in cards.iter().zip(rows) {
        heights[*row] = heights[*row].max(card.picture.height + 40.0);
    }
    let share = heights.iter().sum::<f64>() / columns as f64;
    let (mut ranges, mut from, mut passed) = (Vec::new(), 0, 0.0);
    for (row, height) in heights.iter().enumerate() {
        let wanted = share * (ranges.len() + 1) as f64;
        if row > from && passed + height / 2.0 > wanted && ranges.len() + 1 < columns {
            ranges.push(from..row);
            from = row;
        }
        passed += height;
    }
    ranges.push(from..count);
    ranges
}

/// How large a picture can be printed on one page, upright or across.
fn scale(picture: &Picture) -> f64 {
    let fit = |page: (f64, f64)| (page.0 / picture.width).min(page.1 / picture.height);
    fit(PAGE).max(fit((PAGE.1, PAGE.0)))
}
