//! Every bound of the command line, with its unit and its reason (I14).

/// Bytes of memory the view store may use for its page cache: enough for the inner pages of a million cases.
pub const VIEW_CACHE_BYTES: u64 = 64 * 1024 * 1024;
/// Events `log tail` shows unless it is told how many: one screen.
pub const TAIL_EVENTS_DEFAULT: usize = 10;
/// Events `log tail` shows at most: more are an export.
pub const TAIL_EVENTS_MAX: usize = 1_000;
/// Entries of a ledger `account show` shows unless it is told how many: one screen.
pub const LEDGER_ENTRIES_DEFAULT: usize = 30;
/// Entries of a ledger `account show` shows at most: one page of the view.
pub const LEDGER_ENTRIES_MAX: usize = 1_000;
/// Events `log export` holds in memory at once.
pub const EXPORT_PAGE_EVENTS: usize = 256;
/// Rows a list holds in memory at once; each page of a table is aligned by itself.
pub const LIST_PAGE_ROWS: usize = 500;
/// Characters of a value shown in a line of text; the whole value is in the JSON.
pub const SHOWN_VALUE_CHARS: usize = 160;
/// Difference between happening and being recorded, in hours, past which a timeline shows both.
pub const SHOWN_DELAY_HOURS: i64 = 24;
/// Cases a benchmark advances at most: each is kept in memory by its caller.
pub const BENCH_CASES_MAX: u32 = 1_000_000;
/// Steps a benchmark takes per case at most: every event of a stream counts in its version.
pub const BENCH_STEPS_MAX: u32 = 1_000_000;
/// Concurrent callers of a benchmark at most: more only wait in the log's bounded queue.
pub const BENCH_CALLERS_MAX: u32 = 4_096;
/// Years a benchmark plays at most: what is set in the last of them has to be in the calendar too.
pub const BENCH_YEARS_MAX: u32 = 12;
/// Times a benchmark repeats what it measures at most.
pub const BENCH_ROUNDS_MAX: u32 = 10_000;
/// Steps of a workflow that a benchmark checks at most: those a workflow may have.
pub const BENCH_CHECKED_STEPS_MAX: u32 = 500;
/// Events whose mean size stands for all of a benchmark's: they are all alike.
pub const BENCH_SAMPLE_EVENTS: usize = 256;
/// Bytes of a program's answer that are read: a form and what is around it.
pub const PROGRAM_ANSWER_BYTES_MAX: u64 = 300 * 1024;
/// Bytes of a failed program's words that are read: the engine keeps fewer.
pub const PROGRAM_ERROR_BYTES_MAX: u64 = 4 * 1024;
/// Seconds a program may take for one effect: less than the engine allows a handler.
pub const PROGRAM_SECONDS_MAX: u64 = 240;
/// Runs of one simulation at most: the report of each is kept until the end.
pub const SIMULATION_RUNS_MAX: u32 = 1_000_000;
/// Threads a simulation uses at most: each keeps a log in memory.
pub const SIMULATION_THREADS_MAX: usize = 16;
/// Acts of a failed run shown as text, the last ones; all of them are in the JSON.
pub const SIMULATION_ACTS_SHOWN: usize = 40;
/// Seconds one message of a webhook may take, from the address being looked up to the answer: receivers answer first and
/// work later.
pub const WEBHOOK_SECONDS_MAX: u64 = 20;
/// Bytes of a refusing receiver's words that are read: the engine keeps as many.
pub const WEBHOOK_REPLY_BYTES_MAX: u64 = 1_000;
/// Bytes of the headers of a receiver's answer that are read; none of them is used.
pub const WEBHOOK_HEADER_BYTES_MAX: usize = 16 * 1024;
/// UTF-16 units of a sheet's name: Excel takes no more.
pub const SHEET_NAME_UNITS_MAX: usize = 31;
/// UTF-16 units of a cell's text: Excel takes no more.
pub const SHEET_CELL_UNITS_MAX: usize = 32_767;
/// Digits a column of a sheet is wide at least: a heading has room for its filter.
pub const SHEET_COLUMN_WIDTH_MIN: usize = 8;
/// Digits a column of a sheet is wide at most; longer texts go on in a further line.
pub const SHEET_COLUMN_WIDTH_MAX: usize = 60;
/// Bytes of a sheet that is imported: half a million rows; it is kept in memory while it is read, its rows are not.
pub const IMPORT_FILE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Bytes that a workbook unpacks to: four times the largest file of text.
pub const IMPORT_UNPACKED_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Rows of a sheet, as many as a spreadsheet has.
pub const IMPORT_ROWS_MAX: u32 = 1_048_576;
/// Columns of a sheet: a register has a tenth of them, and more are another kind of table.
pub const IMPORT_COLUMNS_MAX: usize = 100;
/// Characters of a cell, as many as a spreadsheet takes.
pub const IMPORT_CELL_CHARS_MAX: usize = 32_767;
/// Refused rows of an import that are listed; the others are only counted. Nobody corrects more at once.
pub const IMPORT_REFUSED_LISTED_MAX: usize = 1_000;
/// Districts of a sample: those of a country, of which this is the number in Korea.
pub const DEMO_DISTRICTS_MAX: u32 = 226;
/// Years of a sample of a nation.
pub const DEMO_NATION_YEARS: u32 = 3;
