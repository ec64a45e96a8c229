//! Opening a log: reads the last segment, cuts a torn tail back to the last whole group and says so, and
//! refuses to open over any other damage. Derived data that does not fit is made anew.

use std::fs::File;
use std::ops::Range;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::disk::Disk;
use super::folder::{Folder, segment_name, unfinished};
use super::format::Header;
use super::index::SegmentIndex;
use super::rebuild;
use super::record::open_sidecar;
use super::scan::{Scanned, Scanner, damage};
use super::state::{Active, Sealed, State, Tables};
use super::table::Table;
use super::tail::{Tail, judge};
use super::{OpenReport, Torn};
use crate::error::{FolderFault, StoreError};
use crate::event::{Position, Source};
use crate::limits::FORMAT_VERSION;
use crate::merkle::Frontier;

/// A log that was opened.
pub(super) struct Opened {
    pub state: State,
    pub end: End,
    pub report: OpenReport,
}

/// Where writing goes on.
pub(super) struct End {
    pub source: Source,
    /// The time of the last group.
    pub time: Option<DateTime<Utc>>,
    /// The byte of the active segment where the next group goes.
    pub offset: u64,
}

/// Opens the log in a locked folder, or begins one.
pub(super) fn open(
    folder: &Folder,
    disk: &dyn Disk,
    source: impl FnOnce() -> Source,
) -> Result<Opened, StoreError> {
    folder.sweep();
    if folder.segments()?.is_empty() {
        begin(folder, disk, source())?;
    }
    if folder.format() != Some(FORMAT_VERSION) {
        // The segments speak for themselves; the last one's header is read below.
        Scanner::open(folder, last(&folder.segments()?))?;
        folder.write_format()?;
    }
    match open_segments(folder, disk) {
        Err(StoreError::DerivedDamaged { reason }) => {
            tracing::warn!(reason, "derived data is damaged; making it anew");
            folder.keep_tables(&[]);
            open_segments(folder, disk)
        }
        opened => opened,
    }
}

/// Writes the first segment of a new log.
fn begin(folder: &Folder, disk: &dyn Disk, source: Source) -> Result<(), StoreError> {
    if let Some(found) = folder.format().filter(|found| *found > FORMAT_VERSION) {
        return Err(FolderFault::Newer { found, supported: FORMAT_VERSION }.into());
    }
    let header = Header { source, time: None, frontier: Frontier::default() };
    create_segment(folder, disk, &header).map(drop)
}

/// Creates a segment that holds its header; it gets its name once it is durable. Gives its length, too.
pub(super) fn create_segment(
    folder: &Folder,
    disk: &dyn Disk,
    header: &Header,
) -> Result<(File, u64), StoreError> {
    let path = folder.segment(header.frontier.size());
    let failed = |error| folder.failed("create", &path, &error);
    let new = unfinished(&path);
    let options = File::options().read(true).write(true).create(true).truncate(true).open(&new);
    let file = options.map_err(failed)?;
    let line = header.encode();
    disk.write_all_at(&file, line.as_bytes(), 0).map_err(failed)?;
    disk.set_len(&file, line.len() as u64).map_err(failed)?;
    disk.rename(&new, &path).map_err(failed)?;
    Ok((file, line.len() as u64))
}

fn last(firsts: &[u64]) -> u64 {
    firsts.last().copied().unwrap_or_default()
}

fn open_segments(folder: &Folder, disk: &dyn Disk) -> Result<Opened, StoreError> {
    let firsts = folder.segments()?;
    if firsts.first() != Some(&0) {
        return Err(damage(0, 0, 0, "the first segment is missing"));
    }
    let mut report = OpenReport::default();
    let mut scanner = Scanner::open(folder, last(&firsts))?;
    let segments: Vec<_> = firsts.windows(2).map(|pair| pair[0]..pair[1]).collect();
    let tables = tables(folder, &segments, &mut report)?;
    let sealed = sealed(folder, &segments, &mut report)?;
    let index = scan_last(&mut scanner, &tables)?;
    report.events = scanner.frontier().size();
    let file = open_file(folder, index.first)?;
    cut_tail(folder, disk, &scanner, &file, &mut report)?;
    let base = scanner.header().frontier.clone();
    let active = Active { index, file: Arc::new(file), base };
    let frontier = scanner.frontier().clone();
    Ok(Opened {
        state: State { sealed, tables, sealing: None, active, frontier },
        end: End {
            source: scanner.header().source.clone(),
            time: scanner.time(),
            offset: scanner.offset(),
        },
        report,
    })
}

fn open_file(folder: &Folder, first: u64) -> Result<File, StoreError> {
    let path = folder.segment(first);
    let file = File::options().read(true).write(true).open(&path);
    file.map_err(|error| folder.failed("open", &path, &error))
}

/// Reads the last segment as far as it is whole.
fn scan_last(scanner: &mut Scanner, tables: &Tables) -> Result<SegmentIndex, StoreError> {
    let mut index = SegmentIndex::new(scanner.frontier().size());
    while let Scanned::Group(group) = scanner.next()? {
        for event in group.events() {
            index.add(&event, |stream| tables.head(stream))?;
        }
    }
    Ok(index)
}

/// Cuts what a crash tore off; the bytes are kept beside the log.
fn cut_tail(
    folder: &Folder,
    disk: &dyn Disk,
    scanner: &Scanner,
    file: &File,
    report: &mut OpenReport,
) -> Result<(), StoreError> {
    let first = scanner.header().frontier.size();
    let (path, byte) = (folder.segment(first), scanner.offset());
    let tail = judge(file, byte).map_err(|error| folder.failed("read", &path, &error))?;
    let bytes = match tail {
        Tail::Clean => return Ok(()),
        Tail::Damaged(what) => return Err(scanner.damage(what)),
        Tail::Torn(bytes) => bytes,
    };
    folder.keep_torn(first, byte, &bytes)?;
    disk.set_len(file, byte).map_err(|error| folder.failed("cut", &path, &error))?;
    let torn = Torn {
        segment: segment_name(first),
        position: Position(scanner.frontier().size()),
        byte,
        bytes: bytes.len() as u64,
    };
    let Torn { segment, position, byte, bytes } = &torn;
    tracing::warn!(segment, %position, byte, bytes, "cut back a torn tail");
    report.torn = Some(torn);
    Ok(())
}

/// The sealed segments with their sidecars; those that do not fit are written anew.
fn sealed(
    folder: &Folder,
    segments: &[Range<u64>],
    report: &mut OpenReport,
) -> Result<Vec<Arc<Sealed>>, StoreError> {
    let missing: Vec<_> = segments
        .iter()
        .filter(|positions| open_sealed(folder, positions).is_err())
        .map(|positions| positions.start)
        .collect();
    if !missing.is_empty() {
        tracing::warn!(segments = missing.len(), "sidecars do not fit; making them anew");
        rebuild::sidecars(folder, segments, &missing)?;
        report.rebuilt = true;
    }
    segments.iter().map(|positions| open_sealed(folder, positions)).collect()
}

fn open_sealed(folder: &Folder, positions: &Range<u64>) -> Result<Arc<Sealed>, StoreError> {
    let path = folder.segment(positions.start);
    let metadata = path.metadata().map_err(|error| folder.failed("open", &path, &error))?;
    let sidecar = open_sidecar(&folder.sidecar(positions.start), metadata.len())?;
    if sidecar.entries() != positions.end - positions.start {
        let reason = "a sidecar does not have one record per event".to_owned();
        return Err(StoreError::DerivedDamaged { reason });
    }
    Ok(Arc::new(Sealed { positions: positions.clone(), sidecar }))
}

/// Tables that cover exactly the sealed segments. Those of the last segments may be missing after a crash; from the
/// first that is missing on, all are made anew, and with them the sidecars.
fn tables(
    folder: &Folder,
    segments: &[Range<u64>],
    report: &mut OpenReport,
) -> Result<Tables, StoreError> {
    let mut tables = fitting_tables(folder, segments);
    let covered = tables.end();
    for positions in segments.iter().filter(|positions| positions.start >= covered) {
        tracing::warn!(first = positions.start, "derived data is missing; making it anew");
        tables = tables.with(rebuild::segment(folder, positions, &tables)?);
        report.rebuilt = true;
    }
    let kept: Vec<_> = tables.0.iter().map(|table| table.covers()).collect();
    folder.keep_tables(&kept);
    Ok(tables)
}

/// The tables on disk that cover the first segments without a gap, the widest first.
fn fitting_tables(folder: &Folder, segments: &[Range<u64>]) -> Tables {
    let mut known = folder.tables();
    known.retain(|covers| segments.iter().any(|segment| segment.end == covers.end));
    known.sort_by_key(|covers| covers.end);
    let open = |covers: &Range<u64>| {
        Table::open(&folder.table(covers)).ok().filter(|table| table.covers() == *covers)
    };
    let mut tables = Tables::default();
    loop {
        let end = tables.end();
        let mut next = known.iter().rev().filter(|covers| covers.start == end);
        match next.find_map(open) {
            Some(table) => tables = tables.with(table),
            None => return tables,
        }
    }
}
