//! Checking a log from its bytes alone: every CRC, leaf, root, time, position and stream version, and that each
//! event is canonical. Trusts no derived data, changes nothing, and may run beside a crash's remains.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

use serde::Deserialize;

use super::Torn;
use super::folder::{Folder, segment_name};
use super::scan::{Scanned, Scanner, damage};
use super::table::Digest;
use super::tail::{Tail, judge};
use crate::error::{Damage, StoreError};
use crate::event::{Position, StreamId};
use crate::json::{CanonicalJson, parse};
use crate::merkle::{Frontier, Hash};

/// What a log's bytes say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyReport {
    /// How many events were found whole.
    pub size: u64,
    /// The Merkle root over them.
    pub root: Hash,
    /// How many segments were read.
    pub segments: u64,
    /// How many streams the events belong to.
    pub streams: u64,
    /// The first damage; what stands after it was not looked at.
    pub damage: Option<Damage>,
    /// A tail that a crash tore, which the next opening cuts back.
    pub torn: Option<Torn>,
}

/// Verifies the log in a data folder.
///
/// # Errors
/// If it cannot be read, or a newer release wrote it. Damage is no error here, but what the report is for.
pub fn verify(folder: &Path) -> Result<VerifyReport, StoreError> {
    let folder = Folder::new(folder);
    let mut verifier = Verifier::default();
    let read = verifier.segments(&folder);
    let (found, torn) = match read {
        Ok(torn) => (None, torn),
        Err(StoreError::LogDamaged(damage)) => (Some(damage), None),
        Err(error) => return Err(error),
    };
    Ok(VerifyReport {
        size: verifier.frontier.size(),
        root: verifier.frontier.root(),
        segments: verifier.segments,
        streams: verifier.heads.len() as u64,
        damage: found,
        torn,
    })
}

/// What was read so far.
#[derive(Default)]
struct Verifier {
    frontier: Frontier,
    heads: HashMap<Digest, u32>,
    source: Option<String>,
    segments: u64,
}

/// The attributes that depend on where an event stands.
#[derive(Deserialize)]
struct Standing {
    specversion: String,
    source: String,
    subject: String,
    streamversion: u32,
}

impl Verifier {
    fn segments(&mut self, folder: &Folder) -> Result<Option<Torn>, StoreError> {
        let firsts = folder.segments()?;
        let mut time = None;
        for (number, first) in firsts.iter().enumerate() {
            let expected = self.frontier.size();
            if *first != expected {
                return Err(damage(expected, expected, 0, "a segment is missing"));
            }
            let mut scanner = Scanner::open(folder, *first)?;
            let header = scanner.header();
            let source = self.source.get_or_insert_with(|| header.source.0.to_string());
            if header.frontier != self.frontier
                || header.time != time
                || *source != *header.source.0
            {
                return Err(damage(*first, *first, 0, "a header that does not follow"));
            }
            self.segments += 1;
            let ended = self.groups(&mut scanner)?;
            time = scanner.time();
            if number + 1 == firsts.len() {
                return tail(folder, &scanner);
            }
            if let Some(what) = ended {
                return Err(scanner.damage(what));
            }
        }
        Ok(None)
    }

    /// Reads the groups of a segment; gives what stands after the last whole one.
    fn groups(&mut self, scanner: &mut Scanner) -> Result<Option<&'static str>, StoreError> {
        let first = scanner.header().frontier.size();
        loop {
            let group = match scanner.next()? {
                Scanned::Group(group) => group,
                Scanned::End => return Ok(None),
                Scanned::Bad(what) => return Ok(Some(what)),
            };
            for event in group.events() {
                if let Some(what) = self.fault(event.bytes) {
                    return Err(damage(first, self.frontier.size(), event.offset, what));
                }
                self.frontier.push(event.leaf);
            }
        }
    }

    /// What is wrong with the next event, if anything.
    fn fault(&mut self, bytes: &[u8]) -> Option<&'static str> {
        let Ok(value) = parse(bytes) else { return Some("an event that is not JSON") };
        let canonical = CanonicalJson::of_value(&value);
        if !canonical.is_ok_and(|canonical| canonical.as_bytes() == bytes) {
            return Some("an event that is not canonical");
        }
        let Ok(event) = Standing::deserialize(value) else {
            return Some("an event without its attributes");
        };
        let Ok(stream) = StreamId::new(&event.subject) else {
            return Some("an event without a stream");
        };
        let head = self.heads.entry(Digest::of_stream(&stream)).or_default();
        *head += 1;
        if *head != event.streamversion {
            return Some("an event out of its stream's order");
        }
        let ours = event.specversion == "1.0" && self.source.as_ref() == Some(&event.source);
        (!ours).then_some("an event from another source")
    }
}

/// Judges what stands after the last whole group of the last segment.
fn tail(folder: &Folder, scanner: &Scanner) -> Result<Option<Torn>, StoreError> {
    let first = scanner.header().frontier.size();
    let path = folder.segment(first);
    let file = File::open(&path).map_err(|error| folder.failed("open", &path, &error))?;
    let byte = scanner.offset();
    match judge(&file, byte).map_err(|error| folder.failed("read", &path, &error))? {
        Tail::Clean => Ok(None),
        Tail::Damaged(what) => Err(scanner.damage(what)),
        Tail::Torn(bytes) => Ok(Some(Torn {
            segment: segment_name(first),
            position: Position(scanner.frontier().size()),
            byte,
            bytes: bytes.len() as u64,
        })),
    }
}
