//! A checked expression, ready to be evaluated: every name resolved, every operator bound to its types.

use chrono::{DateTime, TimeDelta, Utc};

use super::ast::Spot;
use super::types::Type;

#[derive(Debug)]
pub(super) struct Plan {
    pub(super) work: Work,
    pub(super) spot: Spot,
}

#[derive(Debug)]
pub(super) enum Work {
    Bool(bool),
    Int(i64),
    Text(String),
    Timestamp(DateTime<Utc>),
    Duration(TimeDelta),
    List(Vec<Plan>),
    Variable {
        name: String,
        ty: Type,
    },
    /// The item of the enclosing loop with this number, the outermost being 0.
    Local(usize),
    Select {
        of: Box<Plan>,
        field: String,
        ty: Type,
    },
    Has {
        of: Box<Plan>,
        field: String,
    },
    /// `ty` is the item's.
    Index {
        of: Box<Plan>,
        at: Box<Plan>,
        ty: Type,
    },
    Not(Box<Plan>),
    Negate(Box<Plan>),
    Arithmetic {
        first: Box<Plan>,
        rest: Vec<(Arithmetic, Plan)>,
    },
    Order {
        order: Order,
        left: Box<Plan>,
        right: Box<Plan>,
    },
    /// `ty` is that of both sides.
    Equal {
        negated: bool,
        left: Box<Plan>,
        right: Box<Plan>,
        ty: Type,
    },
    /// `ty` is the item's.
    In {
        item: Box<Plan>,
        list: Box<Plan>,
        ty: Type,
    },
    All(Vec<Plan>),
    Any(Vec<Plan>),
    Choose {
        condition: Box<Plan>,
        yes: Box<Plan>,
        no: Box<Plan>,
    },
    Call {
        function: Function,
        arguments: Vec<Plan>,
    },
    Loop(Box<Loop>),
    Times(String),
    Reached(String),
    Active(String),
}

/// An arithmetic operator bound to its types.
#[derive(Debug)]
pub(super) enum Arithmetic {
    AddInt,
    SubtractInt,
    MultiplyInt,
    DivideInt,
    RemainderInt,
    JoinText,
    /// The type is the items'.
    JoinLists(Type),
    Time(TimeArithmetic),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeArithmetic {
    /// Timestamp + duration.
    Later,
    /// Duration + timestamp.
    AfterThat,
    /// Timestamp − duration.
    Earlier,
    /// Timestamp − timestamp.
    Elapsed,
    /// Duration + duration.
    Add,
    /// Duration − duration.
    Subtract,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A function of values; its name and its types were checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Size,
    StartsWith,
    EndsWith,
    Contains,
    Min,
    Max,
    Sum,
    Convert(Target),
    FullYear,
    Month,
    Date,
    DayOfWeek,
    Hours,
    Minutes,
}

/// What a value is converted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Timestamp,
    Duration,
    Int,
    String,
}

impl Target {
    pub(super) fn ty(self) -> Type {
        match self {
            Target::Timestamp => Type::Timestamp,
            Target::Duration => Type::Duration,
            Target::Int => Type::Int,
            Target::String => Type::String,
        }
    }
}

/// A macro: `body` is evaluated for every item of `list`, which stands in the next free slot.
#[derive(Debug)]
pub(super) struct Loop {
    pub(super) kind: LoopKind,
    pub(super) list: Plan,
    pub(super) item: Type,
    pub(super) body: Plan,
}

#[derive(Debug)]
pub(super) enum LoopKind {
    All,
    Exists,
    ExistsOne,
    Filter,
    /// Only items that fit the condition, if there is one.
    Map {
        condition: Option<Plan>,
    },
}
