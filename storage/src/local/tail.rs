//! Judging what stands after the last whole group: nothing, a write that a crash tore, or damage to what was
//! acknowledged. Only one group is ever in flight, and a tear leaves whole sectors unwritten.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use super::format::{GroupLine, looks_ended};
use crate::limits::{GROUP_BYTES_MAX, SCAN_CHUNK_BYTES};

/// What a disk writes whole or not at all.
const SECTOR_BYTES: u64 = 512;

/// What stands after the last whole group.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Tail {
    /// Nothing but zeros filled ahead.
    Clean,
    /// These bytes of a group that was never acknowledged.
    Torn(Vec<u8>),
    /// Something that no tear leaves.
    Damaged(&'static str),
}

/// Judges what stands in a file from `offset` on.
pub(super) fn judge(file: &File, offset: u64) -> io::Result<Tail> {
    let (mut tail, zeros_follow) = match read(file, offset)? {
        Some(read) => read,
        None => return Ok(Tail::Damaged("more than one group that does not fit")),
    };
    if tail.is_empty() {
        return Ok(Tail::Clean);
    }
    tail.shrink_to_fit();
    Ok(match fault(&tail, offset, !zeros_follow) {
        Some(what) => Tail::Damaged(what),
        None => Tail::Torn(tail),
    })
}

/// The bytes from `offset` to the last that is not zero, and whether zeros follow; `None` if they are more
/// than one group can have.
fn read(file: &File, offset: u64) -> io::Result<Option<(Vec<u8>, bool)>> {
    let (mut tail, mut end) = (Vec::new(), 0);
    let mut chunk = vec![0; SCAN_CHUNK_BYTES];
    let mut at = offset;
    loop {
        let read = file.read_at(&mut chunk, at)?;
        if read == 0 {
            break;
        }
        let used = chunk[..read].iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        if used > 0 {
            end = (at - offset) as usize + used;
            if end > GROUP_BYTES_MAX {
                return Ok(None);
            }
            tail.resize((at - offset) as usize, 0);
            tail.extend_from_slice(&chunk[..used]);
        }
        at += read as u64;
    }
    Ok(Some((tail, at > offset + end as u64)))
}

/// Why bytes that are no whole group cannot be the rest of a torn one.
fn fault(tail: &[u8], offset: u64, cut: bool) -> Option<&'static str> {
    let hole = has_hole(tail, offset);
    match last_group_line(tail) {
        Some((_, end)) if end < tail.len() => {
            Some("a group that does not fit is followed by another")
        }
        Some((begin, _)) if begin > 0 => Some("a group that does not fit is followed by another"),
        Some(_) if !hole => Some("a group whose bytes differ"),
        None if !hole && looks_ended(tail, cut) => Some("a group line that does not fit"),
        Some(_) | None => None,
    }
}

/// The last whole group line: where its group begins by its own count, and where the line ends.
fn last_group_line(tail: &[u8]) -> Option<(usize, usize)> {
    let mut found = None;
    let mut begin = 0;
    for (at, byte) in tail.iter().enumerate() {
        match byte {
            b'\n' => {
                if let Some((line, _)) = group_line(&tail[begin..at]) {
                    found = Some((begin.saturating_sub(line.bytes as usize), at + 1));
                }
                begin = at + 1;
            }
            0 => begin = at + 1,
            _ => {}
        }
    }
    found
}

fn group_line(line: &[u8]) -> Option<(GroupLine, u32)> {
    line.starts_with(b"# ").then(|| GroupLine::decode(line)).flatten()
}

/// Whether some sector holds nothing but zeros where the group has bytes.
fn has_hole(tail: &[u8], offset: u64) -> bool {
    let to_boundary = (SECTOR_BYTES - offset % SECTOR_BYTES) % SECTOR_BYTES;
    let (head, rest) = tail.split_at((to_boundary as usize).min(tail.len()));
    let empty = |sector: &[u8]| !sector.is_empty() && sector.iter().all(|byte| *byte == 0);
    empty(head) || rest.chunks(SECTOR_BYTES as usize).any(empty)
}
