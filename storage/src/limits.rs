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
