//! What is drawn: nodes, the blocks within them, and what leads from one to another, in one language. Says nothing
//! of how it looks.

use std::fmt;

use dure_storage::Lang;

/// A workflow as a graph.
#[derive(Debug)]
pub struct Graph {
    /// Its name and version.
    pub reference: String,
    /// What people call it.
    pub title: String,
    /// The language of every text in it.
    pub lang: Lang,
    /// Its main block; the first node is the start.
    pub main: Block,
    /// What runs beside the main block; each begins after a node of it.
    pub background: Vec<(NodeId, Cluster)>,
    /// What may be done at any time.
    pub actions: Vec<Possible>,
}

/// What a node is called in a file of any format: unique in the graph, of letters, digits and `_`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeId(pub(super) String);

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Nodes of which one is active at a time.
#[derive(Debug, Default)]
pub struct Block {
    /// The node it begins with, as an index into `nodes`.
    pub first: usize,
    /// Its nodes, in the order of the file; after the steps the ends, inside a step those it leads to.
    pub nodes: Vec<Node>,
    /// What leads from one to another.
    pub edges: Vec<Edge>,
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// The start of a case.
    Start,
    /// Waits for a person.
    Task,
    /// Waits for a handler.
    Auto,
    /// Goes on by rules.
    Decide,
    /// Waits for a time or a message.
    Wait,
    /// Branches side by side.
    Parallel,
    /// One block for every item of a list.
    Each,
    /// Another workflow.
    Call,
    /// Another case.
    Spawn,
    /// A message to another case.
    Send,
    /// An end of the workflow.
    End,
}

/// The start, a step or an end.
#[derive(Debug)]
pub struct Node {
    /// Its id.
    pub id: NodeId,
    /// Its name in the file.
    pub name: String,
    /// What it is.
    pub shape: Shape,
    /// What people call it.
    pub title: String,
    /// Who, by when and what else there is to know, a line each.
    pub facts: Vec<String>,
    /// The blocks inside it.
    pub clusters: Vec<Cluster>,
}

/// A block inside a step, or beside the main block.
#[derive(Debug)]
pub struct Cluster {
    /// Its id.
    pub id: NodeId,
    /// What people call it.
    pub title: String,
    /// Whether nothing waits for it.
    pub beside: bool,
    /// What is in it.
    pub block: Block,
}

/// Who or what chooses a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// A person, a handler or a message.
    Chosen,
    /// Rules, by themselves.
    Rule,
    /// The clock.
    Clock,
}

/// A way from a node.
#[derive(Debug)]
pub struct Edge {
    /// Where from, as an index into the nodes of its block.
    pub from: usize,
    /// Where to.
    pub to: Target,
    /// What is said about it.
    pub label: Label,
    /// Who or what chooses it.
    pub cause: Cause,
}

/// Where a way leads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// To a node of the same block, by index.
    Node(usize),
    /// To the end of the block, with this result.
    Result(String),
}

/// What is said about a way.
#[derive(Debug, Default)]
pub struct Label {
    /// What people call it; empty where there is only one way.
    pub title: String,
    /// The condition for it, shortened.
    pub guard: Option<String>,
    /// What else there is to know.
    pub notes: Vec<String>,
}

/// What may be done at any time.
#[derive(Debug)]
pub struct Possible {
    /// Its id.
    pub id: NodeId,
    /// What people call it.
    pub title: String,
    /// Who, when and what else there is to know.
    pub facts: Vec<String>,
    /// Where it leads; nowhere, if the case stays where it is.
    pub to: Option<NodeId>,
    /// What people call that.
    pub to_title: Option<String>,
}

impl Block {
    /// The results it can end with, each once, in the order of the file.
    pub fn results(&self) -> Vec<&str> {
        let mut results: Vec<&str> = Vec::new();
        for edge in &self.edges {
            if let Target::Result(result) = &edge.to
                && !results.contains(&result.as_str())
            {
                results.push(result);
            }
        }
        results
    }
}

impl Label {
    /// Its lines: title, condition, notes.
    pub fn lines(&self) -> Vec<String> {
        let title = Some(self.title.clone()).filter(|title| !title.is_empty());
        let guard = self.guard.as_ref().map(|guard| format!("[{guard}]"));
        title.into_iter().chain(guard).chain(self.notes.iter().cloned()).collect()
    }
}
