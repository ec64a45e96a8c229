//! The append-only, provable event log: what an event is, one trait every backend keeps, a memory and a
//! local backend, and the disposable key store that views are kept in. Nothing here has heard of a workflow.

pub mod commit;
pub mod derived;
pub mod error;
pub mod event;
pub mod explain;
pub mod json;
pub mod limits;
pub mod local;
pub mod log;
pub mod memory;
pub mod merkle;
pub mod seal;
#[cfg(feature = "testing")]
pub mod testing;

pub use derived::{DerivedStore, MemoryStore, SledStore};
pub use error::StoreError;
pub use event::{
    Envelope, EventId, EventType, IdempotencyKey, NewEvent, Position, RecordedEvent, Source,
    StreamId, StreamVersion,
};
pub use explain::{Class, Code, CodeEntry, Explain, Lang};
pub use json::CanonicalJson;
pub use local::{LocalLog, LocalOptions, OpenReport, VerifyReport, verify};
pub use log::{
    Appended, Commit, Direction, EventLog, ExpectedVersion, Head, StreamAppend, Subscription,
    subscribe,
};
pub use memory::MemoryLog;
