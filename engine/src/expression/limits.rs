//! Every bound of expressions, with its unit and its reason (I14).

/// Bytes of one expression's text: a page of rules; a longer one belongs into several steps.
pub const TEXT_BYTES_MAX: usize = 4_096;
/// Levels an expression may be nested: each costs stack in the parser, the checker and the evaluator.
pub const DEPTH_MAX: usize = 64;
/// Nodes of one expression: bounds the work of checking it, chains such as `1 + 1 + 1` included.
pub const NODES_MAX: usize = 1_024;
/// Steps of one evaluation (nodes, loop turns, [`BYTES_PER_COST`] of text): about ten milliseconds.
pub const COST_MAX: u64 = 100_000;
/// Bytes of text that are handled for one unit of cost.
pub const BYTES_PER_COST: usize = 64;
/// Bytes of a string that an expression makes: what one stored event can hold.
pub const STRING_BYTES_MAX: usize = 65_535;
/// Items of a list that an expression makes: more do not fit into one stored event.
pub const LIST_ITEMS_MAX: usize = 10_000;
/// Absolute value of an integer: 2^53 − 1, the largest that every JSON reader keeps exactly.
pub const INTEGER_MAX: i64 = 9_007_199_254_740_991;
/// Seconds of a duration, either way: 64 bits of nanoseconds, about 292 years, which is CEL's bound.
pub const DURATION_SECONDS_MAX: i64 = 9_223_372_036;
/// Last year of a timestamp (the first is 1): RFC 3339 has four digits.
pub const YEAR_MAX: i32 = 9_999;
/// Bytes of a pattern of `matches` once it is compiled: some thousand states, each of which a byte may visit.
pub const PATTERN_BYTES_MAX: usize = 262_144;
/// Bytes of a compiled pattern that are tried first; doubled up to the bound, so that small ones cost less.
pub const PATTERN_BYTES_SMALL: usize = 16_384;
/// Bytes of a compiled pattern for which a byte of text costs one unit: what visits its states in the worst case.
pub const PATTERN_BYTES_PER_COST: usize = 4_096;
/// Names that an error lists as available: more would bury the message.
pub const NAMES_LISTED_MAX: usize = 12;
/// Characters of a word that is compared for "did you mean": longer ones are no slips of the finger.
pub const SUGGESTION_CHARS_MAX: usize = 64;
/// Candidates that are compared for "did you mean": bounds the work on a hostile definition.
pub const SUGGESTION_CANDIDATES_MAX: usize = 1_000;
