//! What is drawn where: boxes, texts, lines and icons in pixels. Knows no graph and no SVG.

use crate::graph::model::{Cause, NodeId, Shape};

/// Things with their places, in a frame of some size.
#[derive(Debug, Default, Clone)]
pub(super) struct Picture {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) marks: Vec<Mark>,
}

/// One thing that is drawn.
#[derive(Debug, Clone)]
pub(super) enum Mark {
    /// A rectangle.
    Box { kind: BoxKind, id: Option<NodeId>, x: f64, y: f64, width: f64, height: f64 },
    /// A line of text, from its left or around its middle.
    Text { kind: TextKind, x: f64, y: f64, text: String, link: Option<NodeId> },
    /// A way with an arrow at its end.
    Way { cause: Cause, points: Vec<(f64, f64)> },
    /// A sign for what a node is; its place is the upper left corner.
    Icon { shape: Shape, x: f64, y: f64 },
    /// The sign of a way the clock takes.
    Clock { x: f64, y: f64 },
}

/// What a rectangle is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BoxKind {
    /// A node.
    Node(Shape),
    /// An outcome of a node.
    Cell,
    /// A block.
    Cluster,
    /// A block that nothing waits for.
    Beside,
    /// An end of the workflow.
    End,
    /// The result of a branch.
    Result,
    /// A way that goes on elsewhere.
    Jump,
    /// A list beside the graph.
    List,
}

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextKind {
    /// The title of the picture.
    Heading,
    /// The title of a node or a block.
    Title,
    /// What a node is, in a word.
    Word,
    /// What else there is to know.
    Fact,
    /// The title of an outcome, around its middle.
    Outcome,
    /// A condition or a note of an outcome, around its middle.
    Note,
}

impl TextKind {
    /// Its size in pixels.
    pub(super) fn size(self) -> f64 {
        match self {
            TextKind::Heading => 18.0,
            TextKind::Title => 13.0,
            TextKind::Word | TextKind::Note => 10.0,
            TextKind::Fact | TextKind::Outcome => 11.0,
        }
    }
}

impl Picture {
    pub(super) fn text(&mut self, kind: TextKind, x: f64, y: f64, text: impl Into<String>) {
        self.marks.push(Mark::Text { kind, x, y, text: text.into(), link: None });
    }

    pub(super) fn rect(
        &mut self,
        kind: BoxKind,
        id: Option<&NodeId>,
        at: (f64, f64),
        size: (f64, f64),
    ) {
        let ((x, y), (width, height)) = (at, size);
        self.marks.push(Mark::Box { kind, id: id.cloned(), x, y, width, height });
    }

    /// Puts another picture into this one, with its upper left corner there; grows if it has to.
    pub(super) fn put(&mut self, other: Picture, (x, y): (f64, f64)) {
        self.width = self.width.max(x + other.width);
        self.height = self.height.max(y + other.height);
        self.marks.extend(other.marks.into_iter().map(|mark| mark.moved(x, y)));
    }
}

impl Mark {
    fn moved(self, dx: f64, dy: f64) -> Mark {
        match self {
            Mark::Box { kind, id, x, y, width, height } => {
                Mark::Box { kind, id, x: x + dx, y: y + dy, width, height }
            }
            Mark::Text { kind, x, y, text, link } => {
                Mark::Text { kind, x: x + dx, y: y + dy, text, link }
            }
            Mark::Way { cause, points } => {
                let points = points.into_iter().map(|(x, y)| (x + dx, y + dy)).collect();
                Mark::Way { cause, points }
            }
            Mark::Icon { shape, x, y } => Mark::Icon { shape, x: x + dx, y: y + dy },
            Mark::Clock { x, y } => Mark::Clock { x: x + dx, y: y + dy },
        }
    }
}
