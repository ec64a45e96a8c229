//! A disk that fails: what was acknowledged stays, the log refuses writes until reopened, and says why.

use std::io;
use std::sync::atomic::AtomicBool;

use super::*;
use crate::explain::Explain;
use crate::log::EventLog;
use crate::testing::conformance::all;
use crate::testing::samples::{keyed, one};

/// What the disk does wrong, from the moment it is armed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failing {
    /// The disk is full; nothing is written.
    Full,
    /// A write ends in its middle.
    ShortWrite,
    /// The flush fails; the bytes may or may not be there.
    Flush,
    /// A segment cannot be cut, or a new one made.
    Cut,
}

struct FaultyDisk {
    failing: Failing,
    armed: AtomicBool,
}

impl FaultyDisk {
    fn fails(&self, failing: Failing) -> bool {
        self.failing == failing && self.armed.load(Ordering::SeqCst)
    }
}

fn full() -> io::Error {
    io::ErrorKind::StorageFull.into()
}

impl Disk for FaultyDisk {
    fn write_all_at(&self, file: &std::fs::File, bytes: &[u8], offset: u64) -> io::Result<()> {
        if self.fails(Failing::Full) {
            return Err(full());
        }
        if self.fails(Failing::ShortWrite) {
            RealDisk.write_all_at(file, &bytes[..bytes.len() / 2], offset)?;
            return Err(full());
        }
        RealDisk.write_all_at(file, bytes, offset)
    }

    fn sync_data(&self, file: &std::fs::File) -> io::Result<()> {
        if self.fails(Failing::Flush) {
            return Err(io::Error::other("input/output error"));
        }
        RealDisk.sync_data(file)
    }

    fn set_len(&self, file: &std::fs::File, bytes: u64) -> io::Result<()> {
        if self.fails(Failing::Cut) {
            return Err(full());
        }
        RealDisk.set_len(file, bytes)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        RealDisk.rename(from, to)
    }
}

/// Segments that hold two or three commits.
fn options() -> LocalOptions {
    LocalOptions { segment_bytes: 2_000, ..LocalOptions::default() }
}

async fn append(log: &LocalLog, key: u64) -> Result<Appended, StoreError> {
    log.append(keyed(one("s", ExpectedVersion::Any, 1), "s", &key.to_string())).await
}

/// Fills a log, breaks its disk, appends until it fails; gives the folder, the error of that append, and the
/// events that were acknowledged.
async fn broken(failing: Failing) -> (tempfile::TempDir, LocalLog, StoreError, u64) {
    let folder = tempfile::tempdir().unwrap();
    let disk = Arc::new(FaultyDisk { failing, armed: AtomicBool::new(false) });
    let log = LocalLog::open_on(disk.clone(), folder.path(), &options()).unwrap();
    for key in 0..5 {
        append(&log, key).await.unwrap();
    }
    disk.armed.store(true, Ordering::SeqCst);
    for key in 5.. {
        if let Err(error) = append(&log, key).await {
            return (folder, log, error, key);
        }
    }
    unreachable!("the disk fails")
}

#[tokio::test]
async fn i3_a_failed_write_or_flush_poisons_the_log_until_it_is_reopened() {
    let cases = [
        (Failing::Full, "E-disk-full"),
        (Failing::ShortWrite, "E-disk-full"),
        (Failing::Flush, "E-disk"),
        (Failing::Cut, "E-disk-full"),
    ];
    for (failing, code) in cases {
        let (folder, log, error, acknowledged) = broken(failing).await;
        assert_eq!(error.code().0, code, "{failing:?}");
        assert_eq!(append(&log, 99).await.unwrap_err().code().0, "E-log-poisoned");
        let events = all(&log).await;
        assert_eq!(events.len() as u64, acknowledged, "{failing:?}: reads go on");
        assert_eq!(log.close().await.unwrap_err().code().0, "E-log-poisoned");
        drop(log);
        let log = LocalLog::open(folder.path(), &options()).unwrap();
        let after = all(&log).await;
        assert_eq!(after[..events.len()], events, "{failing:?}");
        assert!(after.len() <= events.len() + 1, "at most the group in flight may be there, too");
        let torn = log.open_report().torn.is_some();
        assert_eq!(torn, failing == Failing::ShortWrite, "{failing:?}");
        append(&log, acknowledged).await.unwrap();
        assert!(append(&log, acknowledged).await.unwrap().repeated);
    }
}

#[tokio::test]
async fn i14_callers_wait_while_the_queue_is_full_and_all_get_their_answer() {
    let folder = tempfile::tempdir().unwrap();
    let options = LocalOptions { queue_commits: 1, ..options() };
    let log = Arc::new(LocalLog::open(folder.path(), &options).unwrap());
    let callers: Vec<_> = (0..32)
        .map(|key| {
            let log = log.clone();
            tokio::spawn(async move { append(&log, key).await.unwrap().first })
        })
        .collect();
    let mut positions = Vec::new();
    for caller in callers {
        positions.push(caller.await.unwrap().0);
    }
    positions.sort_unstable();
    assert_eq!(positions, (0..32).collect::<Vec<_>>());
}
