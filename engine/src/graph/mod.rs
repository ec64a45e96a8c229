//! A workflow as a picture: what leads where, for people. Owns the graph of a definition and the ways to write it
//! down (Mermaid, Graphviz, SVG, a page of Markdown around it); knows no file and no case, and decides nothing.

mod build;
mod dot;
mod mermaid;
mod model;
mod outline;
mod page;
mod phrases;
mod svg;

pub use dot::dot;
pub use mermaid::mermaid;
pub use model::{Block, Cause, Cluster, Edge, Graph, Label, Node, NodeId, Possible, Shape, Target};
pub use page::page;
pub use svg::{svg, text_width};
