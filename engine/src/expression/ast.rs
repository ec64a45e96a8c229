//! The syntax tree of an expression: what was written and where, before anything has a type. Chains of one
//! operator are one node, so that the tree is never higher than the nesting limit.

use std::ops::Range;

/// A place in the expression's text, in bytes; its bound makes 32 bits enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Spot {
    pub(super) fn new(start: usize, end: usize) -> Spot {
        let narrow = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Spot { start: narrow(start), end: narrow(end) }
    }

    pub(super) fn to(self, last: Spot) -> Spot {
        Spot { start: self.start, end: last.end }
    }

    pub(super) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A name with its place: a field, a function.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub(super) name: String,
    pub(super) spot: Spot,
}

#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) spot: Spot,
    /// Levels of nodes from here down, 1 for a leaf.
    pub(super) height: usize,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Bool(bool),
    Int(i64),
    Text(String),
    Name(String),
    List(Vec<Node>),
    Select { of: Box<Node>, field: Word },
    Index { of: Box<Node>, at: Box<Node> },
    Call { receiver: Option<Box<Node>>, function: Word, arguments: Vec<Node> },
    Not(Box<Node>),
    Negate(Box<Node>),
    Arithmetic { first: Box<Node>, rest: Vec<(Sign, Node)> },
    Relation { relation: Relation, left: Box<Node>, right: Box<Node> },
    All(Vec<Node>),
    Any(Vec<Node>),
    Choose { condition: Box<Node>, yes: Box<Node>, no: Box<Node> },
}

impl Kind {
    /// The nodes right below, for measuring.
    pub(super) fn height_below(&self) -> usize {
        let highest = |nodes: &[Node]| nodes.iter().map(|node| node.height).max().unwrap_or(0);
        match self {
            Kind::Bool(_) | Kind::Int(_) | Kind::Text(_) | Kind::Name(_) => 0,
            Kind::List(items) | Kind::All(items) | Kind::Any(items) => highest(items),
            Kind::Select { of, .. } | Kind::Not(of) | Kind::Negate(of) => of.height,
            Kind::Index { of, at } => of.height.max(at.height),
            Kind::Call { receiver, arguments, .. } => {
                receiver.as_ref().map_or(0, |of| of.height).max(highest(arguments))
            }
            Kind::Arithmetic { first, rest } => {
                rest.iter().map(|(_, node)| node.height).fold(first.height, usize::max)
            }
            Kind::Relation { left, right, .. } => left.height.max(right.height),
            Kind::Choose { condition, yes, no } => condition.height.max(yes.height).max(no.height),
        }
    }
}

/// An arithmetic operator as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Plus,
    Minus,
    Times,
    Divide,
    Remainder,
}

impl Sign {
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Sign::Plus => "+",
            Sign::Minus => "-",
            Sign::Times => "*",
            Sign::Divide => "/",
            Sign::Remainder => "%",
        }
    }
}

/// A relation as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
}

impl Relation {
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Relation::Equal => "==",
            Relation::NotEqual => "!=",
            Relation::Less => "<",
            Relation::LessOrEqual => "<=",
            Relation::Greater => ">",
            Relation::GreaterOrEqual => ">=",
            Relation::In => "in",
        }
    }
}
