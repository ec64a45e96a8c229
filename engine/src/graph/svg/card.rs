//! A node as a card: what it is, who and by when, the blocks inside, and its outcomes side by side along the lower
//! edge, where the lines leave. Places nothing.

use super::measure::{text_width, widest, wrap};
use super::picture::{BoxKind, Mark, Picture, TextKind};
use super::sheet::Sheet;
use crate::graph::model::{Block, Cause, Edge, Node, Shape};
use crate::graph::phrases;

/// Around the content of a card.
const PAD: f64 = 9.0;
/// Between the outcomes of a card.
const CELLS_APART: f64 = 4.0;
/// The widest text of an outcome.
const OUTCOME_WIDTH_MAX: f64 = 88.0;
/// The text of a card, unless its outcomes make it wider.
const TEXT_WIDTH: f64 = 168.0;
/// The least width of an outcome: room for an arrow, and something to point at.
const CELL_WIDTH_MIN: f64 = 34.0;
/// Blocks inside a card stand side by side up to this width.
const BLOCKS_WIDTH_MAX: f64 = 860.0;
/// Between the blocks inside a card.
const BLOCKS_APART: f64 = 12.0;
/// The side of an icon.
pub(super) const ICON: f64 = 12.0;
/// Space between two lines of text, in parts of its size.
const LEADING: f64 = 1.3;

/// A card, and where each way leaves its lower edge, from the left.
#[derive(Debug)]
pub(super) struct Card {
    pub(super) picture: Picture,
    pub(super) exits: Vec<f64>,
}

struct Cell {
    lines: Vec<(TextKind, String)>,
    is_clock: bool,
    width: f64,
    height: f64,
}

/// A node with the ways that leave it.
pub(super) fn card(node: &Node, ways: &[&Edge], sheet: &Sheet<'_>) -> Card {
    let cells: Vec<Cell> = ways.iter().map(|way| cell(way)).collect();
    let is_bare = cells.iter().all(|cell| cell.lines.is_empty());
    let cells_width =
        cells.iter().map(|cell| cell.width).sum::<f64>() + CELLS_APART * (cells.len() + 1) as f64;
    let cells_width = if is_bare { 0.0 } else { cells_width };
    let blocks = blocks(node, sheet);
    let text_width_max = TEXT_WIDTH.max(cells_width - 2.0 * PAD).max(blocks.width);
    let head = head(node, text_width_max, sheet);
    let width = (head.width + 2.0 * PAD).max(cells_width).max(blocks.width + 2.0 * PAD).round();
    let mut picture = Picture::default();
    picture.put(head, (PAD, PAD));
    if blocks.height > 0.0 {
        let y = picture.height + 6.0;
        picture.put(blocks, (PAD, y));
    }
    let mut exits = vec![width / 2.0; cells.len()];
    picture.height += 7.0;
    if !is_bare {
        exits = put_cells(cells, width, &mut picture);
    }
    picture.width = width;
    picture.height = picture.height.round();
    let frame = (picture.width, picture.height);
    let kind = BoxKind::Node(node.shape);
    let rect = Mark::Box {
        kind,
        id: Some(node.id.clone()),
        x: 0.0,
        y: 0.0,
        width: frame.0,
        height: frame.1,
    };
    picture.marks.insert(0, rect);
    Card { picture, exits }
}

/// Lays the outcomes along the lower edge, spread over the width.
fn put_cells(cells: Vec<Cell>, width: f64, picture: &mut Picture) -> Vec<f64> {
    let own: f64 = cells.iter().map(|cell| cell.width).sum();
    let spare = width - own - CELLS_APART * (cells.len() + 1) as f64;
    let more = spare / cells.len() as f64;
    let height = cells.iter().map(|cell| cell.height).fold(0.0, f64::max);
    let (mut x, y) = (CELLS_APART, picture.height);
    let mut exits = Vec::new();
    for cell in cells {
        let (cell_width, middle) = (cell.width + more, x + (cell.width + more) / 2.0);
        picture.rect(BoxKind::Cell, None, (x, y), (cell_width, height));
        let mut base = y + 4.0;
        if cell.is_clock {
            picture.marks.push(Mark::Clock { x: middle - ICON / 2.0, y: base });
            base += ICON + 2.0;
        }
        for (kind, line) in cell.lines {
            picture.text(kind, middle, base + kind.size(), line);
            base += kind.size() * LEADING;
        }
        exits.push(middle.round());
        x += cell_width + CELLS_APART;
    }
    picture.height = y + height + CELLS_APART;
    exits
}

fn cell(way: &Edge) -> Cell {
    let outcome = TextKind::Outcome;
    let title = wrap(&way.label.title, OUTCOME_WIDTH_MAX, outcome.size());
    let mut lines: Vec<(TextKind, String)> =
        title.into_iter().map(|line| (outcome, line)).collect();
    let guard = way.label.guard.as_ref().map(|guard| format!("[{guard}]"));
    for note in guard.iter().chain(&way.label.notes) {
        let note = wrap(note, OUTCOME_WIDTH_MAX, TextKind::Note.size());
        lines.extend(note.into_iter().map(|line| (TextKind::Note, line)));
    }
    let is_clock = way.cause == Cause::Clock;
    let widest = lines.iter().map(|(kind, line)| text_width(line, kind.size())).fold(0.0, f64::max);
    let icon = if is_clock { ICON + 2.0 } else { 0.0 };
    let height = lines.iter().map(|(kind, _)| kind.size() * LEADING).sum::<f64>() + icon + 9.0;
    Cell { lines, is_clock, width: (widest + 10.0).max(CELL_WIDTH_MIN), height }
}

/// The icon with its word, the title, and the facts.
fn head(node: &Node, width_max: f64, sheet: &Sheet<'_>) -> Picture {
    let mut picture = Picture::default();
    picture.marks.push(Mark::Icon { shape: node.shape, x: 0.0, y: 0.0 });
    let word = phrases::shape(node.shape, sheet.lang());
    picture.text(TextKind::Word, ICON + 5.0, ICON - 2.0, word);
    picture.width = ICON + 5.0 + text_width(word, TextKind::Word.size());
    picture.height = ICON + 3.0;
    // The word of a start says all that its title would.
    if node.shape != Shape::Start {
        paragraph(&mut picture, TextKind::Title, &sheet.titled(node), width_max);
    }
    node.facts.iter().for_each(|fact| paragraph(&mut picture, TextKind::Fact, fact, width_max));
    picture
}

/// Adds a text in as many lines as it needs.
pub(super) fn paragraph(picture: &mut Picture, kind: TextKind, text: &str, width_max: f64) {
    let lines = wrap(text, width_max, kind.size());
    picture.width = picture.width.max(widest(&lines, kind.size()));
    for line in lines {
        let y = picture.height + kind.size();
        picture.text(kind, 0.0, y, line);
        picture.height += kind.size() * LEADING;
    }
}

/// The blocks inside a node, in rows.
fn blocks(node: &Node, sheet: &Sheet<'_>) -> Picture {
    let all = node.clusters.iter().map(|cluster| {
        let kind = if cluster.beside { BoxKind::Beside } else { BoxKind::Cluster };
        boxed(kind, &cluster.title, sheet.block(&cluster.block))
    });
    in_rows(all, BLOCKS_WIDTH_MAX)
}

/// Pictures side by side, and in a new row where the width is used up.
pub(super) fn in_rows(pictures: impl Iterator<Item = Picture>, width_max: f64) -> Picture {
    let mut whole = Picture::default();
    let (mut x, mut y) = (0.0, 0.0);
    for picture in pictures {
        if x > 0.0 && x + picture.width > width_max {
            (x, y) = (0.0, whole.height + BLOCKS_APART);
        }
        let width = picture.width;
        whole.put(picture, (x, y));
        x += width + BLOCKS_APART;
    }
    whole
}

/// A picture in a box with a title.
pub(super) fn boxed(kind: BoxKind, title: &str, inner: Picture) -> Picture {
    let mut head = Picture::default();
    paragraph(&mut head, TextKind::Title, title, inner.width.max(TEXT_WIDTH));
    let mut picture = Picture::default();
    picture.put(head, (PAD, PAD - 2.0));
    let y = picture.height + 6.0;
    picture.put(inner, (PAD, y));
    let (width, height) = (picture.width + PAD, picture.height + PAD);
    (picture.width, picture.height) = (width, height);
    picture.marks.insert(0, Mark::Box { kind, id: None, x: 0.0, y: 0.0, width, height });
    picture
}

/// The ways that leave a node.
pub(super) fn ways(block: &Block, node: usize) -> Vec<&Edge> {
    block.edges.iter().filter(|edge| edge.from == node).collect()
}
