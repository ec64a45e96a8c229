//! A checked expression, ready to be evaluated: every name resolved, every operator bound to its types.

use chrono::{DateTime, TimeDelta, Utc};

use super::ast::Spot;
use super::pattern::Pattern;
use super::types::Type;

#[derive(Debug)]
pub(super) struct Plan {
    pub(super) work: Work,
    pub(super) spot: Spot,
}

/// Plans are equal if they do the same, wherever they are written.
impl PartialEq for Plan {
    fn eq(&self, other: &Plan) -> bool {
        self.work == other.work
    }
}

impl Plan {
    /// The plans right below.
    pub(super) fn below(&self) -> Vec<&Plan> {
        match &self.work {
            Work::Bool(_)
            | Work::Int(_)
            | Work::Text(_)
            | Work::Timestamp(_)
            | Work::Duration(_)
            | Work::Variable { .. }
            | Work::Local(_)
            | Work::Times(_)
            | Work::Reached(_)
            | Work::Active(_) => Vec::new(),
            Work::Select { of, .. }
            | Work::Has { of, .. }
            | Work::Not(of)
            | Work::Negate(of)
            | Work::Matches { of, .. } => vec![of],
            Work::Index { of, at, .. } => vec![of, at],
            Work::Arithmetic { first, rest } => {
                std::iter::once(first.as_ref()).chain(rest.iter().map(|(_, plan)| plan)).collect()
            }
            Work::Order { left, right, .. } | Work::Equal { left, right, .. } => vec![left, right],
            Work::In { item, list, .. } => vec![item, list],
            Work::List(parts) | Work::All(parts) | Work::Any(parts) => parts.iter().collect(),
            Work::Call { arguments, .. } => arguments.iter().collect(),
            Work::Choose { condition, yes, no } => vec![condition, yes, no],
            Work::Loop(turns) => match &turns.kind {
                LoopKind::Map { condition: Some(condition) } => {
                    vec![&turns.list, condition, &turns.body]
                }
                LoopKind::Map { condition: None }
                | LoopKind::All
                | LoopKind::Exists
                | LoopKind::ExistsOne
                | LoopKind::Filter => vec![&turns.list, &turns.body],
            },
        }
    }
}

#[derive(Debug, PartialEq)]
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
    Matches {
        of: Box<Plan>,
        pattern: Pattern,
    },
    Loop(Box<Loop>),
    Times(String),
    Reached(String),
    Active(String),
}

/// An arithmetic operator bound to its types.
#[derive(Debug, PartialEq)]
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
    /// When a day begins, as text, and in a zone if there is a second argument.
    DayStart,
    /// The day of a timestamp as text, in a zone if there is a second argument.
    DayText,
    /// A number of days as a duration.
    Days,
    /// The business days after one day until another.
    BusinessDays,
    /// So many business days after a day.
    AddBusinessDays,
    /// The first day from a day on that a rule gives.
    NextDay,
    /// Of a timestamp, in a zone if there is a second argument.
    Part(Part),
    /// Of a duration.
    Total(Total),
}

impl Function {
    /// Whether it needs a calendar.
    pub(super) fn counts_days(self) -> bool {
        matches!(self, Function::BusinessDays | Function::AddBusinessDays | Function::NextDay)
    }
}

/// A part of a timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    FullYear,
    /// From 0.
    Month,
    /// From 1.
    Date,
    /// From 0.
    DayOfMonth,
    /// Sunday is 0.
    DayOfWeek,
    /// From 0.
    DayOfYear,
    Hours,
    Minutes,
    Seconds,
    Milliseconds,
}

impl Part {
    /// What the word for it means of a duration.
    pub(super) fn total(self) -> Option<Total> {
        match self {
            Part::Hours => Some(Total::Hours),
            Part::Minutes => Some(Total::Minutes),
            Part::Seconds => Some(Total::Seconds),
            Part::Milliseconds => Some(Total::Milliseconds),
            Part::FullYear
            | Part::Month
            | Part::Date
            | Part::DayOfMonth
            | Part::DayOfWeek
            | Part::DayOfYear => None,
        }
    }
}

/// A duration in whole units, cut towards zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Total {
    Days,
    Hours,
    Minutes,
    Seconds,
    /// As CEL has it: those beyond the whole seconds.
    Milliseconds,
}

/// What a value is converted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Timestamp,
    Duration,
    Bool,
    Int,
    String,
}

impl Target {
    pub(super) fn ty(self) -> Type {
        match self {
            Target::Timestamp => Type::Timestamp,
            Target::Duration => Type::Duration,
            Target::Bool => Type::Bool,
            Target::Int => Type::Int,
            Target::String => Type::String,
        }
    }
}

/// A macro: `body` is evaluated for every item of `list`, which stands in the next free slot.
#[derive(Debug, PartialEq)]
pub(super) struct Loop {
    pub(super) kind: LoopKind,
    pub(super) list: Plan,
    pub(super) item: Type,
    pub(super) body: Plan,
}

#[derive(Debug, PartialEq)]
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
