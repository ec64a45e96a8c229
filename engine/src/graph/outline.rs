//! The one walk over a graph that every format made of text shares: which nodes, clusters and edges are written, in
//! which order. Knows the spelling of none.

use super::model::{Block, Cause, Cluster, Edge, Graph, Label, Node, NodeId, Shape, Target};
use super::phrases::{self, say};

/// What stands in a figure beside the shapes of nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Figure {
    /// A node.
    Node(Shape),
    /// Where the branches of a step come together.
    Join,
    /// The end of a branch that nothing waits for.
    Stop,
    /// What may be done at any time.
    Action,
}

/// How an edge is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stroke {
    /// A way of the workflow.
    Plain,
    /// A way the clock takes.
    Clock,
    /// What begins beside, or may be done at any time.
    Dashed,
}

/// The spelling of a format.
pub(super) trait Syntax {
    /// Writes a node with the lines of its text.
    fn node(&mut self, id: &NodeId, figure: Figure, lines: &[String]);
    /// Writes an edge.
    fn edge(&mut self, from: &NodeId, to: &NodeId, lines: &[String], stroke: Stroke);
    /// Opens a box around what follows.
    fn open(&mut self, id: &NodeId, title: &str);
    /// Closes the box opened last.
    fn close(&mut self);
}

/// Writes a graph.
pub(super) fn write(graph: &Graph, out: &mut impl Syntax) {
    block(graph, &graph.main, None, out);
    for (from, cluster) in &graph.background {
        let stop = NodeId(format!("x_{}", cluster.id));
        let ends = !cluster.block.results().is_empty();
        out.open(&cluster.id, &cluster.title);
        block(graph, &cluster.block, Some(&stop), out);
        if ends {
            out.node(&stop, Figure::Stop, &[say(graph.lang, "끝", "ends")]);
        }
        out.close();
        if let Some(first) = entry(cluster) {
            out.edge(from, first, &[], Stroke::Dashed);
        }
    }
    actions(graph, out);
}

fn actions(graph: &Graph, out: &mut impl Syntax) {
    if graph.actions.is_empty() {
        return;
    }
    out.open(&NodeId("actions".into()), &say(graph.lang, "언제든지", "at any time"));
    for action in &graph.actions {
        let title = std::iter::once(&action.title).chain(&action.facts);
        // What ends a branch leads to no node.
        let result = action.to_title.as_ref().filter(|_| action.to.is_none());
        let lines: Vec<String> = title.chain(result).cloned().collect();
        out.node(&action.id, Figure::Action, &lines);
    }
    out.close();
    for action in &graph.actions {
        if let Some(to) = &action.to {
            out.edge(&action.id, to, &[], Stroke::Dashed);
        }
    }
}

/// The nodes and edges of a block; `outer` is where its results go.
fn block(graph: &Graph, block: &Block, outer: Option<&NodeId>, out: &mut impl Syntax) {
    // An end is a node of the main block, wherever a way leads to it.
    let is_here = |node: &&Node| node.shape != Shape::End || outer.is_none();
    block.nodes.iter().filter(is_here).for_each(|inner| node(graph, inner, out));
    for edge in &block.edges {
        let Some(from) = block.nodes.get(edge.from) else { continue };
        let (from, lines) = (exit(from), lines(edge));
        match &edge.to {
            Target::Node(to) => {
                if let Some(to) = block.nodes.get(*to) {
                    out.edge(&from, &to.id, &lines, stroke(edge));
                }
            }
            Target::Result(result) => {
                let lines: Vec<String> = lines.into_iter().chain([format!("= {result}")]).collect();
                outer.iter().for_each(|outer| out.edge(&from, outer, &lines, stroke(edge)));
            }
        }
    }
}

fn node(graph: &Graph, node: &Node, out: &mut impl Syntax) {
    let word = phrases::shape(node.shape, graph.lang);
    let title = match node.shape {
        Shape::Start | Shape::End => node.title.clone(),
        Shape::Task
        | Shape::Auto
        | Shape::Decide
        | Shape::Wait
        | Shape::Parallel
        | Shape::Each
        | Shape::Call
        | Shape::Spawn
        | Shape::Send => format!("{word} · {}", node.title),
    };
    let lines: Vec<String> = std::iter::once(title).chain(node.facts.clone()).collect();
    if node.clusters.is_empty() {
        return out.node(&node.id, Figure::Node(node.shape), &lines);
    }
    out.open(&NodeId(format!("b_{}", node.id)), &node.title);
    out.node(&node.id, Figure::Node(node.shape), &lines);
    let join = exit(node);
    for cluster in &node.clusters {
        out.open(&cluster.id, &cluster.title);
        block(graph, &cluster.block, Some(&join), out);
        out.close();
    }
    out.node(&join, Figure::Join, &[say(graph.lang, "모임", "join")]);
    for cluster in &node.clusters {
        if let Some(first) = entry(cluster) {
            let stroke = if cluster.beside { Stroke::Dashed } else { Stroke::Plain };
            out.edge(&node.id, first, &[], stroke);
        }
    }
    out.close();
}

/// Where the ways out of a node begin: behind the join, if there are blocks inside.
fn exit(node: &Node) -> NodeId {
    match node.clusters.is_empty() {
        true => node.id.clone(),
        false => NodeId(format!("j_{}", node.id)),
    }
}

fn entry(cluster: &Cluster) -> Option<&NodeId> {
    cluster.block.nodes.get(cluster.block.first).map(|node| &node.id)
}

fn lines(edge: &Edge) -> Vec<String> {
    Label::lines(&edge.label)
}

fn stroke(edge: &Edge) -> Stroke {
    match edge.cause {
        Cause::Chosen | Cause::Rule => Stroke::Plain,
        Cause::Clock => Stroke::Clock,
    }
}
