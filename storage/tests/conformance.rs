//! The one suite, bound to each backend.

use std::sync::Arc;

use async_trait::async_trait;
use dure_storage::testing::conformance::Fixture;
use dure_storage::{EventLog, LocalLog, LocalOptions, MemoryLog, Source};

struct Memory;

#[async_trait]
impl Fixture for Memory {
    type Guard = ();

    async fn open(&self) -> ((), Arc<dyn EventLog>) {
        ((), Arc::new(MemoryLog::new(Source("urn:uuid:memory".into()))))
    }
}

/// The local backend, with segments of this many bytes.
struct Local(u64);

#[async_trait]
impl Fixture for Local {
    type Guard = tempfile::TempDir;

    async fn open(&self) -> (tempfile::TempDir, Arc<dyn EventLog>) {
        let folder = tempfile::tempdir().unwrap();
        let options = LocalOptions { segment_bytes: self.0, ..LocalOptions::default() };
        let log = LocalLog::open(folder.path(), &options).unwrap();
        (folder, Arc::new(log))
    }
}

mod memory {
    dure_storage::conformance_suite!(super::Memory);
}

mod local {
    dure_storage::conformance_suite!(super::Local(1 << 20));
}

/// Small segments, so that everything crosses their borders.
mod local_in_small_segments {
    dure_storage::conformance_suite!(super::Local(2_000));
}
