//! The log that fails on request, and why a key makes its failures harmless.

use std::sync::Arc;

use dure_storage::testing::fault::{Fault, FaultyLog};
use dure_storage::testing::samples::{keyed, one};
use dure_storage::{Commit, EventLog, ExpectedVersion, MemoryLog, Position, Source};

fn log() -> Arc<dyn EventLog> {
    Arc::new(MemoryLog::new(Source("urn:uuid:memory".into())))
}

fn commit(key: u64) -> Commit {
    keyed(one("s", ExpectedVersion::Any, 1), "s", &key.to_string())
}

#[tokio::test]
async fn a_script_decides_what_fails_and_whether_it_is_durable() {
    let inner = log();
    let faulty = FaultyLog::new(inner.clone());
    faulty.on_appends([Fault::Before, Fault::After, Fault::None]);
    faulty.on_reads([Fault::None, Fault::Before]);
    for (number, durable) in [0, 1, 1].into_iter().enumerate() {
        let result = faulty.append(commit(0)).await;
        assert_eq!(result.is_ok(), number == 2);
        assert_eq!(inner.head().await.unwrap().size, durable);
    }
    assert!(faulty.read_all(Position(0), 1).await.is_ok());
    assert!(faulty.read_all(Position(0), 1).await.is_err());
    assert!(faulty.read_all(Position(0), 1).await.is_ok());
}

#[tokio::test]
async fn asking_again_under_the_same_key_appends_once_whatever_fails() {
    for seed in 0..20 {
        let inner = log();
        let faulty = FaultyLog::seeded(inner.clone(), seed, 2);
        for key in 0..20 {
            while faulty.append(commit(key)).await.is_err() {}
        }
        assert_eq!(inner.head().await.unwrap().size, 20, "seed {seed}");
    }
}
