//! The lines of a segment that are not events: its header and the line that ends each group. Both begin
//! with `#`, hold `key=value` words, and end with a CRC-32C of everything before that word.

use std::fmt::Write;

use chrono::{DateTime, Utc};

use crate::event::{Source, timestamp};
use crate::limits::FORMAT_VERSION;
use crate::merkle::{Frontier, Hash};

/// How a header begins, whatever its format version.
const MAGIC: &str = "# dure-log format=";
/// The word that ends each line.
const CRC_WORD: &str = "crc32c=";
/// What stands for a value there is none of.
const NOTHING: &str = "-";

/// The first line of a segment: enough to go on writing when everything but the segments is lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    /// The installation that writes.
    pub source: Source,
    /// The time of the group before; none in the first segment.
    pub time: Option<DateTime<Utc>>,
    /// The Merkle frontier before the segment; its size is the segment's first position.
    pub frontier: Frontier,
}

/// The line that ends a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GroupLine {
    /// When it was committed; never earlier than the group before.
    pub time: DateTime<Utc>,
    /// How many events it has.
    pub events: u64,
    /// How many bytes its event lines have.
    pub bytes: u64,
    /// The root of the tree after it.
    pub root: Hash,
}

/// Why a header cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum BadHeader {
    /// Its bytes are not what was written.
    Damaged(&'static str),
    /// A newer release wrote it.
    Newer(u32),
}

impl Header {
    /// The line, with its line feed.
    pub(super) fn encode(&self) -> String {
        let peaks: Vec<_> = self.frontier.peaks().iter().map(Hash::to_string).collect();
        let line = format!(
            "{MAGIC}{FORMAT_VERSION} source={} first={} time={} frontier={} ",
            self.source.0,
            self.frontier.size(),
            self.time.map_or_else(|| NOTHING.to_owned(), timestamp),
            if peaks.is_empty() { NOTHING.to_owned() } else { peaks.join(",") },
        );
        let crc = crc32c::crc32c(line.as_bytes());
        finish(line, crc)
    }

    /// Reads a line, without its line feed. The CRC comes first, so that a flipped digit is not taken for
    /// a newer format.
    pub(super) fn decode(line: &[u8]) -> Result<Header, BadHeader> {
        let (covered, crc) = split_crc(line).ok_or(BadHeader::Damaged("a header without CRC"))?;
        if crc32c::crc32c(covered.as_bytes()) != crc {
            return Err(BadHeader::Damaged("a header whose CRC differs"));
        }
        let rest = covered.strip_prefix(MAGIC).ok_or(BadHeader::Damaged("no header of a log"))?;
        let version = rest.split(' ').next().and_then(|version| version.parse().ok());
        match version {
            Some(FORMAT_VERSION) => {}
            Some(newer) if newer > FORMAT_VERSION => return Err(BadHeader::Newer(newer)),
            _ => return Err(BadHeader::Damaged("a header of no known format")),
        }
        Header::words(rest).ok_or(BadHeader::Damaged("a header that cannot be read"))
    }

    fn words(rest: &str) -> Option<Header> {
        let mut words = Words(rest.trim_end().split(' '));
        words.0.next()?;
        let source = words.value("source=")?;
        let size = words.value("first=")?.parse().ok()?;
        let time = match words.value("time=")? {
            NOTHING => None,
            time => Some(moment(time)?),
        };
        let peaks = match words.value("frontier=")? {
            NOTHING => Vec::new(),
            peaks => peaks.split(',').map(str::parse).collect::<Result<_, _>>().ok()?,
        };
        let frontier = Frontier::from_peaks(size, peaks).ok()?;
        Some(Header { source: Source(source.into()), time, frontier })
    }
}

impl GroupLine {
    /// The line, with its line feed; `crc` is that of the event lines before it.
    pub(super) fn encode(&self, crc: u32) -> String {
        let GroupLine { time, events, bytes, root } = self;
        let time = timestamp(*time);
        let line = format!("# time={time} events={events} bytes={bytes} root={root} ");
        let crc = crc32c::crc32c_append(crc, line.as_bytes());
        finish(line, crc)
    }

    /// Reads a line, without its line feed; gives the CRC that the whole group must have, too.
    pub(super) fn decode(line: &[u8]) -> Option<(GroupLine, u32)> {
        let (covered, crc) = split_crc(line)?;
        let mut words = Words(covered.strip_prefix("# ")?.strip_suffix(' ')?.split(' '));
        let group = GroupLine {
            time: moment(words.value("time=")?)?,
            events: words.value("events=")?.parse().ok()?,
            bytes: words.value("bytes=")?.parse().ok()?,
            root: words.value("root=")?.parse().ok()?,
        };
        words.0.next().is_none().then_some((group, crc))
    }
}

/// The part of a line that its CRC covers.
pub(super) fn covered(line: &[u8]) -> &[u8] {
    split_crc(line).map_or(line, |(covered, _)| covered.as_bytes())
}

/// Whether the bytes at the end of what was written look as if a group had ended there, even if one byte
/// of its line is damaged. `cut` says that the file ends with them, so that its last bytes may be missing.
pub(super) fn looks_ended(tail: &[u8], cut: bool) -> bool {
    let line = tail.strip_suffix(b"\n").unwrap_or(tail);
    let last = line.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let word = CRC_WORD.as_bytes();
    let end = &last[last.len().saturating_sub(word.len() + 9)..];
    let after_word = end.windows(word.len()).rposition(|window| window == word);
    let digits = after_word.map_or(0, |at| end.len() - at - word.len());
    let fed = tail.ends_with(b"\n");
    (fed && (last.starts_with(b"# ") || after_word.is_some()))
        || digits > 8
        || (digits == 8 && !cut)
}

fn finish(mut line: String, crc: u32) -> String {
    writeln!(line, "{CRC_WORD}{crc:08x}").expect("a text can be written to memory");
    line
}

fn split_crc(line: &[u8]) -> Option<(&str, u32)> {
    let line = std::str::from_utf8(line).ok()?;
    let (covered, crc) = line.split_at_checked(line.len().checked_sub(CRC_WORD.len() + 8)?)?;
    let digits = crc.strip_prefix(CRC_WORD)?;
    let plain = digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    Some((covered, u32::from_str_radix(digits, 16).ok().filter(|_| plain)?))
}

fn moment(text: &str) -> Option<DateTime<Utc>> {
    let time = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    (timestamp(time) == text).then_some(time)
}

/// The words of a line, each with its key.
struct Words<'l>(std::str::Split<'l, char>);

impl<'l> Words<'l> {
    fn value(&mut self, key: &str) -> Option<&'l str> {
        self.0.next()?.strip_prefix(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::leaf_hash;

    fn header(leaves: u64) -> Header {
        let mut frontier = Frontier::default();
        (0..leaves).for_each(|leaf| frontier.push(leaf_hash(&leaf.to_be_bytes())));
        let time = (leaves > 0).then_some(DateTime::UNIX_EPOCH);
        Header { source: Source("urn:uuid:1".into()), time, frontier }
    }

    #[test]
    fn a_header_reads_back_and_every_flipped_bit_is_seen() {
        for leaves in [0, 1, 7] {
            let text = header(leaves).encode();
            let line = text.trim_end().as_bytes();
            assert_eq!(Header::decode(line), Ok(header(leaves)));
            for bit in 0..line.len() * 8 {
                let mut bad = line.to_vec();
                bad[bit / 8] ^= 1 << (bit % 8);
                assert!(matches!(Header::decode(&bad), Err(BadHeader::Damaged(_))), "bit {bit}");
            }
        }
    }

    #[test]
    fn a_newer_format_is_named() {
        let line = format!("{MAGIC}7 something=else ");
        let line = finish(line.clone(), crc32c::crc32c(line.as_bytes()));
        assert_eq!(Header::decode(line.trim_end().as_bytes()), Err(BadHeader::Newer(7)));
    }

    #[test]
    fn the_format_of_a_group_line_is_fixed() {
        let line =
            GroupLine { time: DateTime::UNIX_EPOCH, events: 2, bytes: 10, root: leaf_hash(b"") };
        let text = line.encode(crc32c::crc32c(b"{}\n"));
        assert_eq!(
            text,
            "# time=1970-01-01T00:00:00.000000Z events=2 bytes=10 \
             root=6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d crc32c=5fbc86fb\n"
        );
        let (read, crc) = GroupLine::decode(text.trim_end().as_bytes()).unwrap();
        assert_eq!(read, line);
        let whole = [b"{}\n", covered(text.trim_end().as_bytes())].concat();
        assert_eq!(crc32c::crc32c(&whole), crc);
        assert!(looks_ended(text.as_bytes(), false));
        assert!(looks_ended(text.trim_end().as_bytes(), false));
        assert!(!looks_ended(text.trim_end().as_bytes(), true));
    }
}
