//! What can be wrong with an expression, when it is published and when it is evaluated: closed enums with
//! stable codes. The Korean sentences stand in `korean`.

use std::ops::Range;

use dure_storage::{Class, Code, CodeEntry, Explain, Lang};

use super::ast::Spot;
use super::korean;
use super::limits;
use super::types::Type;
use super::value::Found;
use crate::time::RecurrenceFault;

const SYNTAX: Code = Code("E-expression-syntax");
const NAME: Code = Code("E-expression-name");
const TYPE: Code = Code("E-expression-type");
const TOO_LARGE: Code = Code("E-expression-too-large");
const FAILED: Code = Code("E-expression-failed");
const COST: Code = Code("E-expression-cost");

/// The rows of the error reference for expressions.
pub const CODES: &[CodeEntry] = &[
    CodeEntry {
        code: SYNTAX,
        class: Class::Input,
        cause: "an expression does not follow the grammar of CEL as far as it is covered",
        fix: "correct the expression at the place shown",
    },
    CodeEntry {
        code: NAME,
        class: Class::Input,
        cause: "an expression names a variable, field, function or step that does not exist",
        fix: "use one of the names listed, or declare the field under `data`",
    },
    CodeEntry {
        code: TYPE,
        class: Class::Input,
        cause: "an expression combines types that do not fit, or has another type than its place needs",
        fix: "change the expression or the declared type of what it names",
    },
    CodeEntry {
        code: TOO_LARGE,
        class: Class::Input,
        cause: "an expression is longer, nested deeper or made of more parts than allowed",
        fix: "split the expression: record a part of it as a field of its own and use that",
    },
    CodeEntry {
        code: FAILED,
        class: Class::Refused,
        cause: "an expression has no result for the data at hand: a field is unset, a number is divided by zero",
        fix: "fill the field named, or guard the expression with has(..)",
    },
    CodeEntry {
        code: COST,
        class: Class::Refused,
        cause: "evaluating an expression took more steps, or made a longer result, than allowed",
        fix: "make the lists it goes through shorter, or avoid a loop within a loop",
    },
];

/// Why a text is not an expression of a scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct ExpressionError {
    /// What is wrong.
    pub kind: Box<ExpressionFault>,
    /// Where, in bytes of the expression's text.
    pub range: Range<usize>,
}

impl ExpressionError {
    pub(super) fn new(kind: impl Into<ExpressionFault>, spot: Spot) -> ExpressionError {
        ExpressionError { kind: Box::new(kind.into()), range: spot.range() }
    }
}

/// Why an expression has no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct EvaluationError {
    /// What went wrong.
    pub kind: Box<EvaluationFault>,
    /// Where, in bytes of the expression's text.
    pub range: Range<usize>,
}

impl EvaluationError {
    pub(super) fn new(kind: EvaluationFault, spot: Spot) -> EvaluationError {
        EvaluationError { kind: Box::new(kind), range: spot.range() }
    }
}

/// What of CEL (or of other languages) is not part of the subset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsupported {
    /// `null`.
    Null,
    /// `1.5`, `1e3`.
    Decimal,
    /// `1u`.
    Unsigned,
    /// `b"..."`.
    Bytes,
    /// `{...}`.
    Map,
}

/// A bound on expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Bytes of text.
    Text,
    /// Levels of nesting.
    Depth,
    /// Parts: literals, names, operators, calls.
    Nodes,
}

/// What is wrong with the text of an expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpressionFault {
    /// It does not follow the grammar.
    #[error(transparent)]
    Syntax(#[from] SyntaxFault),
    /// It names something that does not exist.
    #[error(transparent)]
    Name(#[from] NameFault),
    /// Its types do not fit.
    #[error(transparent)]
    Type(#[from] TypeFault),
    /// Past a bound.
    #[error("the expression {}, more than the {} allowed", measured(*bound, *found), bound_max(*bound))]
    TooLarge {
        /// Which bound.
        bound: Bound,
        /// How much was found before giving up.
        found: usize,
    },
}

/// Where a text leaves the grammar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SyntaxFault {
    /// A character that begins nothing.
    #[error("the character '{character}' has no meaning in an expression")]
    UnexpectedCharacter {
        /// The character.
        character: char,
    },
    /// A token in the wrong place.
    #[error("'{found}' cannot stand here")]
    UnexpectedToken {
        /// Its text.
        found: String,
    },
    /// The text ends too early.
    #[error("the expression ends where something must follow")]
    UnexpectedEnd,
    /// A string without its closing quote.
    #[error("the string has no closing quote on its line")]
    UnclosedString,
    /// A backslash followed by what is no escape.
    #[error("'{escape}' is not an escape; a backslash itself is written '\\\\'")]
    BadEscape {
        /// The escape.
        escape: String,
    },
    /// An integer that cannot be read.
    #[error("'{text}' is not an integer within ±{max}", max = limits::INTEGER_MAX)]
    BadNumber {
        /// Its text.
        text: String,
    },
    /// A word that CEL keeps for itself.
    #[error("'{word}' is a reserved word and cannot be a name")]
    ReservedWord {
        /// The word.
        word: String,
    },
    /// A literal of a type that expressions do not have.
    #[error("{}", unsupported(*what))]
    NotSupported {
        /// Which.
        what: Unsupported,
    },
}

/// A name that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// A variable that does not exist.
    #[error("there is no '{name}' here{}{}", meant(suggestion), listed(available))]
    UnknownName {
        /// The name.
        name: String,
        /// The closest name there is.
        suggestion: Option<String>,
        /// Names there are, at most a handful.
        available: Vec<String>,
    },
    /// A field that its record does not have.
    #[error("'{record}' has no field '{field}'{}{}", meant(suggestion), listed(available))]
    UnknownField {
        /// The record, as written.
        record: String,
        /// The field.
        field: String,
        /// The closest field there is.
        suggestion: Option<String>,
        /// Fields there are, at most a handful.
        available: Vec<String>,
    },
    /// A function that does not exist.
    #[error("there is no function '{name}'{}{}", meant(suggestion), listed(available))]
    UnknownFunction {
        /// The name.
        name: String,
        /// The closest function there is, as it is written.
        suggestion: Option<String>,
        /// Functions there are in this style, as they are written.
        available: Vec<String>,
    },
    /// A step that the workflow does not have here.
    #[error("there is no step '{name}'{}{}", meant(suggestion), listed(available))]
    UnknownStep {
        /// The name.
        name: String,
        /// The closest step there is.
        suggestion: Option<String>,
        /// Steps there are, at most a handful.
        available: Vec<String>,
    },
    /// A function that counts by a calendar, where there is none.
    #[error("{function}(..) counts by a business calendar: name one with `calendar:`")]
    NoCalendar {
        /// The function.
        function: String,
    },
    /// `times`, `reached` or `active` of something computed.
    #[error("{function}(..) needs the name of a step in quotes")]
    StepNotLiteral {
        /// The function.
        function: String,
    },
}

/// Types that do not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TypeFault {
    /// A type where another is needed.
    #[error("this must be {wanted}, but it is {found}")]
    Mismatch {
        /// The type that the place needs.
        wanted: Type,
        /// The type it has.
        found: Type,
    },
    /// An operator between types that it does not know.
    #[error("'{operator}' does not work between {left} and {right}")]
    Operator {
        /// The operator.
        operator: &'static str,
        /// The type on its left.
        left: Type,
        /// The type on its right.
        right: Type,
    },
    /// A function of a type that it does not know.
    #[error("{function}(..) does not work on {found}")]
    Argument {
        /// The function.
        function: String,
        /// The type it was given.
        found: Type,
    },
    /// Two results of `?:` with different types.
    #[error("both results of '?:' must have one type, but they are {yes} and {no}")]
    Branches {
        /// The type before the colon.
        yes: Type,
        /// The type behind it.
        no: Type,
    },
    /// `[]` where nothing says what it is a list of.
    #[error("nothing says what '[]' is a list of")]
    EmptyList,
    /// A field of something that has none.
    #[error("only a record has fields, but '{of}' is {found}")]
    NotRecord {
        /// What was written before the dot.
        of: String,
        /// Its type.
        found: Type,
    },
    /// An item of something that is no list.
    #[error("only a list has items, but '{of}' is {found}")]
    NotList {
        /// What was written before the bracket.
        of: String,
        /// Its type.
        found: Type,
    },
    /// A wrong number of arguments.
    #[error("{function}(..) takes {wanted}, not {found} arguments")]
    Arguments {
        /// The function.
        function: String,
        /// How many it takes, such as `1` or `2 or 3`.
        wanted: &'static str,
        /// How many there are.
        found: usize,
    },
    /// `has` of something else than a field.
    #[error("has(..) needs a field such as has(data.cost)")]
    NotField,
    /// A loop whose first argument is not a name.
    #[error("{function}(..) needs a name for the item first, such as {function}(item, ..)")]
    NotLoopName {
        /// The macro.
        function: String,
    },
    /// A constant that cannot be read as its type.
    #[error("'{text}' cannot be read as {wanted}, such as {}", example(wanted))]
    BadConstant {
        /// The constant.
        text: String,
        /// The type it should have.
        wanted: Type,
    },
    /// A constant that is no date.
    #[error("'{text}' is not a date, such as \"2017-03-10\"")]
    BadDate {
        /// The constant.
        text: String,
    },
    /// A constant that is no time zone.
    #[error("'{text}' is not a time zone, such as \"Asia/Seoul\" or \"+09:00\"")]
    BadZone {
        /// The constant.
        text: String,
    },
    /// A pattern that is computed.
    #[error("{function}(..) needs its pattern as a literal in quotes")]
    PatternNotLiteral {
        /// The function.
        function: String,
    },
    /// A literal that is no regular expression.
    #[error("'{pattern}' is not a regular expression: {reason}")]
    BadPattern {
        /// The literal.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A regular expression past its bound.
    #[error("the pattern '{pattern}' becomes larger than the {max} bytes allowed; repeat less", max = limits::PATTERN_BYTES_MAX)]
    PatternTooLarge {
        /// The literal.
        pattern: String,
    },
}

/// Why an expression has no result for the data at hand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationFault {
    /// A field or variable without a value.
    #[error("'{path}' is not set")]
    Unset {
        /// The path, such as `data.cost`.
        path: String,
    },
    /// Data that does not have its declared type.
    #[error("'{path}' must be {wanted}, but it is {}", found.word(wanted, Lang::En))]
    WrongType {
        /// The path, such as `data.cost`.
        path: String,
        /// The declared type.
        wanted: Type,
        /// What was found.
        found: Found,
    },
    /// An integer beyond the bound.
    #[error("the number passes ±{max}", max = limits::INTEGER_MAX)]
    Overflow,
    /// A timestamp or duration beyond its bound.
    #[error("the time lies outside the years 1 to {max}, or the span is longer than 292 years", max = limits::YEAR_MAX)]
    TimeOverflow,
    /// `/` or `%` by zero.
    #[error("division by zero")]
    DivisionByZero,
    /// An index that the list does not have.
    #[error("there is no item {index} in a list of {size}; the first is 0")]
    IndexOutOfRange {
        /// The index.
        index: i64,
        /// Items of the list.
        size: usize,
    },
    /// `min` or `max` of nothing.
    #[error("{function}(..) of an empty list")]
    EmptyList {
        /// The function.
        function: &'static str,
    },
    /// A text that cannot be read as a type.
    #[error("'{text}' cannot be read as {wanted}, such as {}", example(wanted))]
    Unreadable {
        /// The text, cut to a readable length.
        text: String,
        /// The type it should have.
        wanted: Type,
    },
    /// A text that is no date.
    #[error("'{text}' is not a date, such as \"2017-03-10\"")]
    BadDate {
        /// The text, cut to a readable length.
        text: String,
    },
    /// A text that is no time zone.
    #[error("'{text}' is not a time zone, such as \"Asia/Seoul\" or \"+09:00\"")]
    BadZone {
        /// The text, cut to a readable length.
        text: String,
    },
    /// A calendar that is not there, does not reach so far, or a rule that gives no day.
    #[error("{0}")]
    Calendar(RecurrenceFault),
    /// No calendar to count by.
    #[error("there is no business calendar to count by")]
    CalendarMissing,
    /// A string longer than the bound.
    #[error("the string would be longer than {max} bytes", max = limits::STRING_BYTES_MAX)]
    StringTooLong,
    /// A list longer than the bound.
    #[error("the list would have more than {max} items", max = limits::LIST_ITEMS_MAX)]
    ListTooLong,
    /// More steps than the bound.
    #[error("the evaluation takes more than {max} steps", max = limits::COST_MAX)]
    Cost,
}

impl ExpressionFault {
    /// The stable code.
    pub fn code(&self) -> Code {
        match self {
            ExpressionFault::Syntax(_) => SYNTAX,
            ExpressionFault::Name(_) => NAME,
            ExpressionFault::Type(_) => TYPE,
            ExpressionFault::TooLarge { .. } => TOO_LARGE,
        }
    }
}

impl EvaluationFault {
    /// The stable code.
    pub fn code(&self) -> Code {
        match self {
            EvaluationFault::Unset { .. }
            | EvaluationFault::WrongType { .. }
            | EvaluationFault::Overflow
            | EvaluationFault::TimeOverflow
            | EvaluationFault::DivisionByZero
            | EvaluationFault::IndexOutOfRange { .. }
            | EvaluationFault::EmptyList { .. }
            | EvaluationFault::Unreadable { .. }
            | EvaluationFault::BadDate { .. }
            | EvaluationFault::BadZone { .. }
            | EvaluationFault::CalendarMissing => FAILED,
            EvaluationFault::Calendar(fault) => fault.code(),
            EvaluationFault::StringTooLong
            | EvaluationFault::ListTooLong
            | EvaluationFault::Cost => COST,
        }
    }
}

impl TypeFault {
    /// The types that do not fit.
    fn types(&self) -> Vec<&Type> {
        match self {
            TypeFault::Mismatch { wanted: one, found: other }
            | TypeFault::Operator { left: one, right: other, .. }
            | TypeFault::Branches { yes: one, no: other } => vec![one, other],
            TypeFault::Argument { found, .. }
            | TypeFault::NotRecord { found, .. }
            | TypeFault::NotList { found, .. } => vec![found],
            TypeFault::EmptyList
            | TypeFault::Arguments { .. }
            | TypeFault::NotField
            | TypeFault::NotLoopName { .. }
            | TypeFault::BadConstant { .. }
            | TypeFault::BadDate { .. }
            | TypeFault::BadZone { .. }
            | TypeFault::PatternNotLiteral { .. }
            | TypeFault::BadPattern { .. }
            | TypeFault::PatternTooLarge { .. } => Vec::new(),
        }
    }
}

impl ExpressionError {
    /// Whether personal data is used in a way that it cannot be, or something else in its place.
    pub fn misuses_personal(&self) -> bool {
        match self.kind.as_ref() {
            ExpressionFault::Type(fault) => fault.types().into_iter().any(Type::holds_personal),
            ExpressionFault::Syntax(_)
            | ExpressionFault::Name(_)
            | ExpressionFault::TooLarge { .. } => false,
        }
    }

    /// Where, in bytes of the expression's text.
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// The stable code.
    pub fn code(&self) -> Code {
        self.kind.code()
    }

    /// What is wrong, as a sentence.
    pub fn explain(&self, lang: Lang) -> String {
        match lang {
            Lang::En => sentence(&self.to_string()),
            Lang::Ko => korean::expression(&self.kind),
        }
    }
}

impl EvaluationError {
    /// Whether something that it reads has no value.
    pub fn is_unset(&self) -> bool {
        matches!(self.kind.as_ref(), EvaluationFault::Unset { .. })
    }

    /// Whether there is nothing to give: a field is not set, or a list does not have the item.
    pub fn is_nothing(&self) -> bool {
        self.is_unset()
            || matches!(
                self.kind.as_ref(),
                EvaluationFault::IndexOutOfRange { .. } | EvaluationFault::EmptyList { .. }
            )
    }

    /// Where, in bytes of the expression's text.
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// The stable code.
    pub fn code(&self) -> Code {
        self.kind.code()
    }

    /// What went wrong, as a sentence.
    pub fn explain(&self, lang: Lang) -> String {
        match lang {
            Lang::En => sentence(&self.to_string()),
            Lang::Ko => korean::evaluation(&self.kind),
        }
    }
}

impl Explain for ExpressionError {
    fn code(&self) -> Code {
        ExpressionError::code(self)
    }

    fn explain(&self, lang: Lang) -> String {
        ExpressionError::explain(self, lang)
    }
}

impl Explain for EvaluationError {
    fn code(&self) -> Code {
        EvaluationError::code(self)
    }

    fn explain(&self, lang: Lang) -> String {
        EvaluationError::explain(self, lang)
    }
}

/// A fragment with a capital letter and a full stop.
fn sentence(fragment: &str) -> String {
    let mut letters = fragment.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    let end = if fragment.ends_with(['?', '.']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

fn meant(suggestion: &Option<String>) -> String {
    suggestion.as_ref().map_or_else(String::new, |word| format!("; did you mean '{word}'?"))
}

fn listed(available: &[String]) -> String {
    match available.is_empty() {
        true => String::new(),
        false => format!(" (available: {})", available.join(", ")),
    }
}

fn unsupported(what: Unsupported) -> &'static str {
    match what {
        Unsupported::Null => "there is no null; ask whether a field is set with has(data.cost)",
        Unsupported::Decimal => "decimal numbers are not supported; count in a smaller unit",
        Unsupported::Unsigned => "unsigned numbers are not supported; leave out the 'u'",
        Unsupported::Bytes => "bytes are not supported; use a string",
        Unsupported::Map => "braces have no meaning in an expression; there are no map literals",
    }
}

/// How a constant of a type is written inside quotes.
pub(super) fn example(ty: &Type) -> &'static str {
    match ty {
        Type::Timestamp => "\"2017-03-10T10:00:00+09:00\"",
        Type::Duration => "\"1h30m\"",
        Type::Bool => "\"true\"",
        Type::Int => "\"42\"",
        Type::String | Type::List(_) | Type::Record(_) => "\"..\"",
        Type::Personal(of) => example(of),
    }
}

fn measured(bound: Bound, found: usize) -> String {
    match bound {
        Bound::Text => format!("is {found} bytes long"),
        Bound::Depth => format!("is nested at least {found} levels deep"),
        Bound::Nodes => format!("has at least {found} parts"),
    }
}

pub(super) fn bound_max(bound: Bound) -> usize {
    match bound {
        Bound::Text => limits::TEXT_BYTES_MAX,
        Bound::Depth => limits::DEPTH_MAX,
        Bound::Nodes => limits::NODES_MAX,
    }
}
