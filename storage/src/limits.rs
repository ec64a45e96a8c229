//! Every bound of this crate, with its unit and its reason (I14).

/// Bytes of one stored event: the bound of a C2SP tlog-tiles entry.
pub const EVENT_BYTES_MAX: usize = 65_535;
/// Bytes of one stream id.
pub const STREAM_ID_BYTES_MAX: usize = 200;
/// Versions of one stream: CloudEvents integers are signed 32-bit.
pub const STREAM_VERSION_MAX: u32 = i32::MAX as u32;
/// Bytes of an idempotency key or of its scope.
pub const IDEMPOTENCY_KEY_BYTES_MAX: usize = 200;
/// Bytes of an event type.
pub const EVENT_TYPE_BYTES_MAX: usize = 100;
/// Events of one commit: it is held in memory and written in one group.
pub const COMMIT_EVENTS_MAX: usize = 1_024;
/// Streams of one commit.
pub const COMMIT_STREAMS_MAX: usize = 256;
/// Events of one page a reader may ask for.
pub const PAGE_EVENTS_MAX: usize = 4_096;
/// Nesting of a JSON document: deeper input is refused before it can exhaust a stack.
pub const JSON_DEPTH_MAX: usize = 64;
/// The largest integer that every JSON reader keeps exactly: 2^53 − 1.
pub const JSON_INTEGER_MAX: i64 = 9_007_199_254_740_991;
/// Times an append with `Any` or `Exists` looks the head up again after somebody else was first.
pub const RESOLVE_ATTEMPTS_MAX: usize = 64;
/// Bytes of one sled segment: its default of 512 KiB, stated so that folders stay alike.
pub const SLED_SEGMENT_BYTES: usize = 512 * 1024;
/// The format version of a data folder that this release writes and reads.
pub const FORMAT_VERSION: u32 = 1;
/// Bytes of one commit: it is written in one group and held in memory by recovery.
pub const COMMIT_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Bytes of event lines after which a group takes no further commit; one commit may pass it.
pub const GROUP_BYTES_TARGET: usize = 8 * 1024 * 1024;
/// Bytes a whole group can have at most: the target and one commit, line feeds and the group line.
pub const GROUP_BYTES_MAX: usize = GROUP_BYTES_TARGET + COMMIT_BYTES_MAX + 64 * 1024;
/// Bytes of a segment unless the options say otherwise: recovery hashes one in a tenth of a second.
pub const SEGMENT_BYTES_DEFAULT: u64 = 16 * 1024 * 1024;
/// Bytes of a segment at most: offsets in it are 32-bit, and people open it in an editor.
pub const SEGMENT_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Bytes read at once when a segment is scanned.
pub const SCAN_CHUNK_BYTES: usize = 1024 * 1024;
/// Bytes of events after which a page ends early, so that a page of large events stays small in memory.
pub const PAGE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Events up to which a read is done at once, not on the pool for blocking work: it costs less than waking one.
pub const INLINE_READ_EVENTS_MAX: usize = 64;
/// Commits that may wait for the writer; past it, callers wait.
pub const QUEUE_COMMITS_MAX: usize = 4_096;
/// Bytes of commits that may wait for the writer; past it, callers wait.
pub const QUEUE_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Bits of a bloom filter per entry: one lookup in a hundred reads a table in vain.
pub const BLOOM_BITS_PER_ENTRY: u64 = 10;
/// Bits of a bloom filter looked at per lookup: the best number for ten bits per entry.
pub const BLOOM_PROBES: u64 = 7;
/// Open files kept for reading sealed segments and their sidecars.
pub const OPEN_FILES_MAX: usize = 256;
/// Bytes of zeros written ahead of the writer at once: a tenth of a second of heavy writing.
pub const FILL_STEP_BYTES: u64 = 4 * 1024 * 1024;
/// Bytes written since opening after which filling ahead begins: a few commits are not worth it.
pub const FILL_AFTER_BYTES: u64 = 256 * 1024;
/// Tables of one level that are merged into one: few enough to ask, enough not to copy often.
pub const TABLES_MERGED: usize = 8;
/// Locks by which callers take turns on streams whose version they leave open: few collide among so many.
pub const TURNS: usize = 256;
/// Times a store of views is opened again while the threads of the one before it let go of its file.
pub const SLED_LOCK_ATTEMPTS_MAX: u32 = 200;
/// Wait between two of those.
pub const SLED_LOCK_PAUSE: std::time::Duration = std::time::Duration::from_millis(10);
