//! A graph as an SVG picture, laid out here: to print, and to look at in any browser. Loads nothing from outside.

mod card;
mod layered;
mod measure;
mod page;
mod paint;
mod palette;
mod picture;
mod ranks;
mod route;
mod sheet;

pub use measure::text_width;

use super::model::Graph;

/// A graph as an SVG picture.
pub fn svg(graph: &Graph) -> String {
    paint::paint(graph, &page::page(graph))
}
