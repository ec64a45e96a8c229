//! Making derived data anew from the segments. Reads every byte it needs through the scanner, so damage to the
//! truth itself is found and named here, never copied.

use std::collections::HashMap;
use std::ops::Range;

use super::folder::Folder;
use super::index::{SegmentIndex, StreamHead};
use super::scan::{Scanned, Scanner};
use super::state::{Shared, Tables};
use super::table::{Digest, Table};
use crate::error::StoreError;
use crate::event::StreamId;

/// Reads a sealed segment whole; `before` finds the head of a stream in earlier segments.
fn scan_segment(
    folder: &Folder,
    positions: &Range<u64>,
    mut before: impl FnMut(&StreamId) -> Result<StreamHead, StoreError>,
) -> Result<(SegmentIndex, u64), StoreError> {
    let mut scanner = Scanner::open(folder, positions.start)?;
    let mut index = SegmentIndex::new(positions.start);
    loop {
        match scanner.next()? {
            Scanned::Group(group) => {
                for event in group.events() {
                    index.add(&event, &mut before)?;
                }
            }
            Scanned::End if index.end() == positions.end => return Ok((index, scanner.offset())),
            Scanned::End => return Err(scanner.damage("a segment that ends too early or too late")),
            Scanned::Bad(what) => return Err(scanner.damage(what)),
        }
    }
}

/// Writes the sidecars of those segments that `wanted` names. Walks all segments up to the last of them, since
/// the event before an event may stand in any; keeps one number per stream meanwhile.
pub(super) fn sidecars(
    folder: &Folder,
    segments: &[Range<u64>],
    wanted: &[u64],
) -> Result<(), StoreError> {
    let mut heads: HashMap<Digest, StreamHead> = HashMap::new();
    let last = wanted.last().copied().unwrap_or_default();
    for positions in segments.iter().take_while(|segment| segment.start <= last) {
        let (index, bytes) = scan_segment(folder, positions, |stream| {
            Ok(heads.get(&Digest::of_stream(stream)).copied().unwrap_or(StreamHead::NONE))
        })?;
        if wanted.contains(&positions.start) {
            index.write_sidecar(folder, bytes)?;
        }
        heads.extend(index.heads.iter().map(|(stream, head)| (Digest::of_stream(stream), *head)));
    }
    Ok(())
}

/// Writes the sidecar and the table of a segment that follows what `tables` cover.
pub(super) fn segment(
    folder: &Folder,
    positions: &Range<u64>,
    tables: &Tables,
) -> Result<Table, StoreError> {
    let (index, bytes) = scan_segment(folder, positions, |stream| tables.head(stream))?;
    index.write_sidecar(folder, bytes)?;
    index.write_table(folder)
}

/// Makes the sidecar anew that a position belongs to.
///
/// # Errors
/// `E-log-damaged` if it is the segment that is damaged.
pub(super) fn heal_sidecar(shared: &Shared, position: u64) -> Result<(), StoreError> {
    let _one_at_a_time = shared.healing.lock().expect("healing does not panic");
    let (segments, in_memory) = segments(shared);
    if let Some(first) = in_memory.into_iter().find(|first| *first <= position) {
        return check(&shared.folder, first, position);
    }
    let wanted = segments.iter().find(|segment| segment.contains(&position));
    let wanted = wanted.map_or(0, |segment| segment.start);
    sidecars(&shared.folder, &segments, &[wanted])?;
    shared.files.forget();
    Ok(())
}

/// Makes all tables anew.
pub(super) fn heal_tables(shared: &Shared) -> Result<(), StoreError> {
    let _one_at_a_time = shared.healing.lock().expect("healing does not panic");
    let (segments, _) = segments(shared);
    let mut tables = Tables::default();
    for positions in &segments {
        tables = tables.with(segment(&shared.folder, positions, &tables)?);
    }
    let mut state = shared.state_mut();
    let sealed_since = state.tables.after(segments.last().map_or(0, |segment| segment.end));
    state.tables = tables.and(sealed_since);
    Ok(())
}

/// The positions of the sealed segments, and the first ones of those in memory, the newest first.
fn segments(shared: &Shared) -> (Vec<Range<u64>>, Vec<u64>) {
    let state = shared.state();
    let sealed = state.sealed.iter().map(|sealed| sealed.positions.clone());
    (sealed.collect(), state.in_memory().map(|segment| segment.index.first).collect())
}

/// Looks for damage in a segment up to a position.
fn check(folder: &Folder, first: u64, position: u64) -> Result<(), StoreError> {
    let mut scanner = Scanner::open(folder, first)?;
    while scanner.frontier().size() <= position {
        match scanner.next()? {
            Scanned::Group(_) => {}
            Scanned::End => return Err(scanner.damage("a segment that ends too early")),
            Scanned::Bad(what) => return Err(scanner.damage(what)),
        }
    }
    Ok(())
}
