//! Every bound of reading YAML and of reporting what is wrong with it, with its unit and its reason (I14).

/// Bytes of a YAML document: a definition has to fit into the events of one commit.
pub const DOCUMENT_BYTES_MAX: usize = 1024 * 1024;
/// Levels of lists and mappings within each other: what the JSON gate of the log takes as well.
pub const DEPTH_MAX: usize = 64;
/// Nodes of a document: bounds memory, since a node is far larger than the two bytes that make one.
pub const NODES_MAX: usize = 100_000;
/// Absolute value of an integer: 2^53 − 1, the largest that every JSON reader keeps exactly.
pub const INTEGER_MAX: u64 = 9_007_199_254_740_991;
/// Mistakes that are kept and shown; the others are only counted. Nobody reads more at once.
pub const DIAGNOSTICS_MAX: usize = 100;
/// Other places that one mistake points at.
pub const RELATED_MAX: usize = 4;
/// Bytes of a line that is shown around a mistake; of a longer one only its place is named.
pub const SHOWN_LINE_BYTES_MAX: usize = 1_000;
/// Columns of a rendered report before its texts are wrapped: a terminal's usual width, and some more.
pub const REPORT_COLUMNS: usize = 100;
/// Characters of a key that a message quotes: its place shows the rest.
pub const QUOTED_CHARS_MAX: usize = 60;
/// Lines of one scenario: ten years of a case that is acted on every working day have a quarter of them.
pub const SCENARIO_LINES_MAX: usize = 10_000;
/// Workflows one scenario needs, those that are called included.
pub const SCENARIO_WORKFLOWS_MAX: usize = 100;
/// Columns of one report: more do not fit a sheet of paper.
pub const REPORT_COLUMNS_MAX: usize = 60;
/// Lists a report goes through within each other.
pub const REPORT_EACH_MAX: usize = 4;
