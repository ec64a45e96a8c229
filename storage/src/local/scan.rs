//! Reading a segment from its beginning, group by group, in bounded memory. Nothing is handed out that was
//! not checked: CRC, counts, time, and the Merkle root from the header's frontier on.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;

use chrono::{DateTime, Utc};

use super::folder::{Folder, segment_name};
use super::format::{BadHeader, GroupLine, Header, covered};
use super::index::StoredEvent;
use crate::error::{Damage, FolderFault, StoreError};
use crate::event::Position;
use crate::limits::{EVENT_BYTES_MAX, FORMAT_VERSION, GROUP_BYTES_MAX, SCAN_CHUNK_BYTES};
use crate::merkle::{Frontier, Hash, leaf_hash};

/// Reads one segment.
pub(super) struct Scanner {
    first: u64,
    window: Window,
    header: Header,
    frontier: Frontier,
    time: Option<DateTime<Utc>>,
    leaves: Vec<Hash>,
}

/// What stands next in a segment.
pub(super) enum Scanned<'s> {
    /// A whole group.
    Group(Group<'s>),
    /// The end of the file.
    End,
    /// Something else.
    Bad(&'static str),
}

/// A group that was checked.
pub(super) struct Group<'s> {
    /// The byte of the segment where it begins.
    pub offset: u64,
    lines: &'s [u8],
    leaves: &'s [Hash],
}

impl Group<'_> {
    /// Its events, in order.
    pub(super) fn events(&self) -> impl Iterator<Item = StoredEvent<'_>> {
        let mut offset = self.offset;
        let lines = self.lines.split(|byte| *byte == b'\n').zip(self.leaves);
        lines.map(move |(bytes, leaf)| {
            let event = StoredEvent { offset, bytes, leaf: *leaf };
            offset += bytes.len() as u64 + 1;
            event
        })
    }
}

impl Scanner {
    /// Opens the segment that begins with this position and reads its header.
    ///
    /// # Errors
    /// `E-folder-newer`, or `E-log-damaged` if the header is not as it was written.
    pub(super) fn open(folder: &Folder, first: u64) -> Result<Scanner, StoreError> {
        let mut window = Window::open(folder, first)?;
        let header = read_header(&mut window, first)?;
        let (frontier, time) = (header.frontier.clone(), header.time);
        Ok(Scanner { first, window, header, frontier, time, leaves: Vec::new() })
    }

    pub(super) fn header(&self) -> &Header {
        &self.header
    }

    /// The frontier after the last group handed out.
    pub(super) fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// The time of the last group handed out.
    pub(super) fn time(&self) -> Option<DateTime<Utc>> {
        self.time
    }

    /// The byte after the last group handed out.
    pub(super) fn offset(&self) -> u64 {
        self.window.offset()
    }

    /// `E-log-damaged` at the place the scanner has reached.
    pub(super) fn damage(&self, what: &str) -> StoreError {
        damage(self.first, self.frontier.size(), self.offset(), what)
    }

    /// The next group.
    pub(super) fn next(&mut self) -> Result<Scanned<'_>, StoreError> {
        let (lines, line) = match self.window.find_group()? {
            Found::Group { lines, line } => (lines, line),
            Found::End => return Ok(Scanned::End),
            Found::Bad(what) => return Ok(Scanned::Bad(what)),
        };
        let offset = self.offset();
        if let Err(what) = self.check(lines.clone(), line.clone()) {
            return Ok(Scanned::Bad(what));
        }
        self.window.begin = line.end + 1;
        let lines = &self.window.buffer[lines.start..lines.end - 1];
        Ok(Scanned::Group(Group { offset, lines, leaves: &self.leaves }))
    }

    /// Checks a group and moves frontier and time past it.
    fn check(&mut self, lines: Range<usize>, line: Range<usize>) -> Result<(), &'static str> {
        let (lines, line) = (&self.window.buffer[lines], &self.window.buffer[line]);
        let (group, crc) = GroupLine::decode(line).ok_or("a group line that cannot be read")?;
        let found = crc32c::crc32c_append(crc32c::crc32c(lines), covered(line));
        if found != crc || group.bytes != lines.len() as u64 {
            return Err("a group whose CRC differs");
        }
        if self.time.is_some_and(|before| group.time < before) {
            return Err("a group earlier than the one before");
        }
        self.leaves.clear();
        let events = lines[..lines.len() - 1].split(|byte| *byte == b'\n');
        self.leaves.extend(events.map(leaf_hash));
        let mut frontier = self.frontier.clone();
        self.leaves.iter().for_each(|leaf| frontier.push(*leaf));
        if group.events != self.leaves.len() as u64 || group.root != frontier.root() {
            return Err("a group whose Merkle root differs");
        }
        self.frontier = frontier;
        self.time = Some(group.time);
        Ok(())
    }
}

fn read_header(window: &mut Window, first: u64) -> Result<Header, StoreError> {
    window.refill()?;
    let end = window.buffer.iter().position(|byte| *byte == b'\n');
    let bad = |what| Err(damage(first, first, 0, what));
    let Some(end) = end else {
        return bad("a header without end");
    };
    window.begin = end + 1;
    match Header::decode(&window.buffer[..end]) {
        Ok(header) if header.frontier.size() == first => Ok(header),
        Ok(_) => bad("a header of another segment"),
        Err(BadHeader::Damaged(what)) => bad(what),
        Err(BadHeader::Newer(found)) => {
            Err(FolderFault::Newer { found, supported: FORMAT_VERSION }.into())
        }
    }
}

/// `E-log-damaged` at a place.
pub(super) fn damage(first: u64, position: u64, byte: u64, what: &str) -> StoreError {
    let (segment, position) = (segment_name(first), Position(position));
    StoreError::LogDamaged(Damage { segment, position, byte, what: what.to_owned() })
}

/// Bytes of a segment that were read and not yet handed out.
struct Window {
    folder: Folder,
    file: File,
    first: u64,
    buffer: Vec<u8>,
    /// Where the next group starts in the buffer.
    begin: usize,
    /// The byte of the segment at which the buffer begins.
    base: u64,
}

/// Where a group stands in the buffer: its event lines, and its last line without line feed.
enum Found {
    Group { lines: Range<usize>, line: Range<usize> },
    End,
    Bad(&'static str),
}

impl Window {
    fn open(folder: &Folder, first: u64) -> Result<Window, StoreError> {
        let path = folder.segment(first);
        let file = File::open(&path).map_err(|error| folder.failed("open", &path, &error))?;
        Ok(Window { folder: folder.clone(), file, first, buffer: Vec::new(), begin: 0, base: 0 })
    }

    fn offset(&self) -> u64 {
        self.base + self.begin as u64
    }

    /// Reads on; whether there was anything to read. Moves what was not handed out to the front.
    fn refill(&mut self) -> Result<bool, StoreError> {
        self.base += self.begin as u64;
        self.buffer.drain(..self.begin);
        self.begin = 0;
        let mut chunk = vec![0; SCAN_CHUNK_BYTES];
        let read = self.file.read_at(&mut chunk, self.base + self.buffer.len() as u64);
        let read = read.map_err(|error| {
            self.folder.failed("read", &self.folder.segment(self.first), &error)
        })?;
        self.buffer.extend_from_slice(&chunk[..read]);
        Ok(read > 0)
    }

    fn find_group(&mut self) -> Result<Found, StoreError> {
        let mut at = 0; // relative to `begin`, which moves when more is read
        loop {
            let rest = &self.buffer[self.begin + at..];
            match rest.iter().position(|byte| *byte == b'\n') {
                Some(length) if rest[0] == b'#' => {
                    let (lines, line) = (self.begin + at, self.begin + at + length);
                    return Ok(group_of(self.begin..lines, lines..line));
                }
                Some(length) if rest[0] == b'{' && length <= EVENT_BYTES_MAX => at += length + 1,
                Some(_) => return Ok(Found::Bad("a line that is no event")),
                None if rest.len() > EVENT_BYTES_MAX || at > GROUP_BYTES_MAX => {
                    return Ok(Found::Bad("a group without end"));
                }
                None if self.refill()? => {}
                None if self.buffer.is_empty() => return Ok(Found::End),
                None => return Ok(Found::Bad("a group without end")),
            }
        }
    }
}

fn group_of(lines: Range<usize>, line: Range<usize>) -> Found {
    if lines.is_empty() {
        return Found::Bad("a group without events");
    }
    Found::Group { lines, line }
}
