//! `bench append`: callers that append one event after the other, each waiting until its own is durable.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use chrono::Utc;
use dure_storage::event::{EventType, NewEvent};
use dure_storage::local::GroupStatistics;
use dure_storage::seal::{Place, seal};
use dure_storage::{
    CanonicalJson, Commit, EventId, EventLog, ExpectedVersion, LocalLog, LocalOptions, StoreError,
    StreamAppend, StreamId, StreamVersion,
};

use super::raw::{RawFile, groups_per_second};
use super::report::{BenchReport, Histogram, peak_rss_kib};

/// Events of one stream: about as many as a case has.
const EVENTS_PER_STREAM: u32 = 10;
const EVENT_TYPE: EventType = EventType("dure.bench_event_appended.v1");

/// What to measure.
#[derive(Debug, Clone)]
pub struct AppendOptions {
    /// Events to append.
    pub events: u64,
    /// Bytes of each stored event; never less than its attributes need.
    pub bytes: usize,
    /// Callers at once.
    pub callers: usize,
    /// Where each acknowledged position is written after its acknowledgement.
    pub ack_file: Option<PathBuf>,
}

/// Appends to the log in a data folder and reports how fast that was, beside the disk itself.
///
/// # Errors
/// What the log or the disk says.
pub async fn append(folder: &Path, options: &AppendOptions) -> Result<BenchReport, StoreError> {
    let log = Arc::new(LocalLog::open(folder, &LocalOptions::default())?);
    let acks = options.ack_file.as_deref().map(AckFile::open).transpose()?;
    let run = Run {
        left: AtomicU64::new(options.events),
        data: padding(log.as_ref(), options.bytes)?,
        acks,
        name: EventId::now_v7(),
    };
    let begin = Instant::now();
    let latencies = all_callers(log.clone(), Arc::new(run), options.callers).await?;
    let seconds = begin.elapsed().as_secs_f64();
    let measured = Measured {
        per_second: options.events as f64 / seconds,
        latencies,
        groups: log.group_statistics(),
        peak_rss_kib: peak_rss_kib(),
    };
    log.close().await?;
    let size = log.head().await?.size;
    drop(log);
    report(folder, options.bytes, size, &measured)
}

/// What a run found, before it is set beside the disk.
pub(super) struct Measured {
    pub per_second: f64,
    pub latencies: Histogram,
    pub groups: GroupStatistics,
    pub peak_rss_kib: u64,
}

pub(super) fn report(
    folder: &Path,
    event_bytes: usize,
    size: u64,
    measured: &Measured,
) -> Result<BenchReport, StoreError> {
    let group_mean = measured.groups.events as f64 / measured.groups.groups.max(1) as f64;
    let group_bytes = (group_mean * event_bytes as f64) as usize;
    let raw = |kind| {
        let groups = groups_per_second(folder, group_bytes, kind);
        groups.map(|groups| groups * group_mean).map_err(|error| disk("measure", folder, &error))
    };
    let (growing, zero_filled) = (raw(RawFile::Growing)?, raw(RawFile::ZeroFilled)?);
    Ok(BenchReport {
        per_second: measured.per_second,
        p50_us: measured.latencies.quantile_us(0.5),
        p99_us: measured.latencies.quantile_us(0.99),
        p999_us: measured.latencies.quantile_us(0.999),
        group_mean,
        bytes_per_event: folder_bytes(folder) as f64 / size.max(1) as f64,
        peak_rss_kib: measured.peak_rss_kib,
        raw_growing_per_second: growing,
        raw_zero_filled_per_second: zero_filled,
        ratio_growing: measured.per_second / growing,
        ratio_zero_filled: measured.per_second / zero_filled,
    })
}

/// What the callers of one run share.
struct Run {
    left: AtomicU64,
    data: CanonicalJson,
    acks: Option<AckFile>,
    name: EventId,
}

impl Run {
    /// Takes one event to append, while there are any.
    fn take(&self) -> bool {
        let taken =
            self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1));
        taken.is_ok()
    }
}

async fn all_callers(
    log: Arc<LocalLog>,
    run: Arc<Run>,
    callers: usize,
) -> Result<Histogram, StoreError> {
    let tasks: Vec<_> =
        (0..callers).map(|caller| tokio::spawn(call(log.clone(), run.clone(), caller))).collect();
    let mut latencies = Histogram::default();
    for task in tasks {
        let result = task.await;
        latencies
            .merge(&result.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))?);
    }
    Ok(latencies)
}

/// One caller: fills stream after stream.
async fn call(log: Arc<LocalLog>, run: Arc<Run>, caller: usize) -> Result<Histogram, StoreError> {
    let mut latencies = Histogram::default();
    for number in 0.. {
        let stream = StreamId::new(format!("bench/{}/{caller}/{number}", run.name))?;
        for version in 0..EVENTS_PER_STREAM {
            if !run.take() {
                return Ok(latencies);
            }
            let commit = one_event(stream.clone(), StreamVersion(version), run.data.clone());
            let begin = Instant::now();
            let appended = log.append(commit).await?;
            latencies.record(begin.elapsed());
            run.acks.as_ref().map_or(Ok(()), |acks| acks.write(appended.first.0))?;
        }
    }
    Ok(latencies)
}

fn one_event(stream: StreamId, version: StreamVersion, data: CanonicalJson) -> Commit {
    let expected = ExpectedVersion::Exact(version);
    let parts = vec![StreamAppend { stream, expected, events: vec![event(data)] }];
    Commit { parts, recorded_at: Utc::now(), idempotency: None }
}

fn event(data: CanonicalJson) -> NewEvent {
    let (id, occurred_at) = (EventId::now_v7(), Utc::now());
    NewEvent { id, kind: EVENT_TYPE, occurred_at, data, causation: None, correlation: None }
}

/// Data that makes a stored event as long as asked for.
fn padding(log: &LocalLog, bytes: usize) -> Result<CanonicalJson, StoreError> {
    let of = |length: usize| CanonicalJson::of(&serde_json::json!({ "text": "x".repeat(length) }));
    let stream = StreamId::new(format!("bench/{}/100/1000", EventId::nil()))?;
    let place = Place {
        source: log.source(),
        stream: &stream,
        version: StreamVersion(1),
        recorded_at: Utc::now(),
        commit_size: None,
        idempotency: None,
    };
    let attributes = seal(&event(of(0)?), &place)?.bytes.len();
    of(bytes.saturating_sub(attributes))
}

/// The file of acknowledged positions; each is written by one call, so that a kill tears no line.
pub(super) struct AckFile {
    path: PathBuf,
    file: File,
}

impl AckFile {
    pub(super) fn open(path: &Path) -> Result<AckFile, StoreError> {
        let file = File::options().create(true).append(true).open(path);
        let file = file.map_err(|error| disk("open", path, &error))?;
        Ok(AckFile { path: path.to_owned(), file })
    }

    pub(super) fn write(&self, position: u64) -> Result<(), StoreError> {
        let line = format!("{position}\n");
        (&self.file).write_all(line.as_bytes()).map_err(|error| disk("write", &self.path, &error))
    }
}

fn disk(operation: &'static str, path: &Path, error: &std::io::Error) -> StoreError {
    let (path, reason) = (path.display().to_string(), error.to_string());
    StoreError::Disk { operation, path, reason }
}

/// The bytes of all files below a folder; what cannot be read counts nothing.
fn folder_bytes(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => folder_bytes(&entry.path()),
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        })
        .sum()
}
