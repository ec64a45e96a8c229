//! Finding a stream's last event or an idempotency key's first one: sorted tables of digests, one per segment,
//! gathered into larger ones as the log grows. A bloom filter in memory answers most "not here".

use std::fs::File;
use std::iter::Peekable;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::packed::{Magic, Packed, PackedWriter, u32_at, u64_at};
use crate::error::StoreError;
use crate::event::{IdempotencyKey, StreamId};
use crate::limits::{BLOOM_BITS_PER_ENTRY, BLOOM_PROBES};

const MAGIC: Magic = *b"duretab1";
/// Bytes of an entry: digest, position, version.
const ENTRY_BYTES: usize = 28;

/// 128 bits of SHA-256: long enough that two names never share one, by chance or on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Digest([u8; 16]);

impl Digest {
    pub(super) fn of_stream(stream: &StreamId) -> Digest {
        Digest::of(&[b"stream:", stream.as_str().as_bytes()])
    }

    pub(super) fn of_key(key: &IdempotencyKey) -> Digest {
        let scope_bytes = (key.scope.len() as u64).to_le_bytes();
        Digest::of(&[b"key:", &scope_bytes, key.scope.as_bytes(), key.key.as_bytes()])
    }

    fn of(parts: &[&[u8]]) -> Digest {
        let hash =
            parts.iter().fold(Sha256::new(), |hash, part| hash.chain_update(part)).finalize();
        Digest(*hash.first_chunk().expect("a hash is longer"))
    }

    /// The first eight bytes, which order digests alike.
    fn prefix(&self) -> u64 {
        u64::from_be_bytes(*self.0.first_chunk().expect("eight bytes"))
    }

    fn probes(&self, bits: u64) -> impl Iterator<Item = u64> {
        let (start, step) = (u64_at(&self.0, 0), u64_at(&self.0, 8) | 1);
        (0..BLOOM_PROBES).map(move |i| start.wrapping_add(step.wrapping_mul(i)) % bits)
    }
}

/// What a table knows about a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub digest: Digest,
    /// Of the stream's last event, or of the first event of the key's commit.
    pub position: u64,
    /// The stream's version; 0 for a key.
    pub version: u32,
}

impl Entry {
    fn encode(&self) -> [u8; ENTRY_BYTES] {
        let mut bytes = [0; ENTRY_BYTES];
        bytes[..16].copy_from_slice(&self.digest.0);
        bytes[16..24].copy_from_slice(&self.position.to_le_bytes());
        bytes[24..].copy_from_slice(&self.version.to_le_bytes());
        bytes
    }

    fn decode(bytes: &[u8; ENTRY_BYTES]) -> Entry {
        Entry {
            digest: Digest(*bytes.first_chunk().expect("sixteen bytes")),
            position: u64_at(bytes, 16),
            version: u32_at(bytes, 24),
        }
    }
}

/// A bloom filter.
#[derive(Debug)]
struct Bloom(Vec<u64>);

impl Bloom {
    fn for_entries(entries: u64) -> Bloom {
        Bloom(vec![0; (entries * BLOOM_BITS_PER_ENTRY).div_ceil(64) as usize])
    }

    fn insert(&mut self, digest: &Digest) {
        for bit in digest.probes(self.0.len() as u64 * 64) {
            self.0[(bit / 64) as usize] |= 1 << (bit % 64);
        }
    }

    fn may_contain(&self, digest: &Digest) -> bool {
        !self.0.is_empty()
            && digest
                .probes(self.0.len() as u64 * 64)
                .all(|bit| self.0[(bit / 64) as usize] & 1 << (bit % 64) != 0)
    }
}

/// The digests of a run of segments, on disk, with its filter in memory.
#[derive(Debug)]
pub(super) struct Table {
    packed: Packed<ENTRY_BYTES>,
    file: File,
    /// How often it was merged.
    level: u64,
    /// The positions it covers.
    covers: Range<u64>,
    /// The prefix of the first digest of each block.
    fence: Vec<u64>,
    bloom: Bloom,
}

impl Table {
    /// Writes a table of entries ascending by digest, at most `entries_max` of them.
    pub(super) fn write(
        path: &Path,
        level: u64,
        covers: Range<u64>,
        entries_max: u64,
        entries: impl IntoIterator<Item = Result<Entry, StoreError>>,
    ) -> Result<Table, StoreError> {
        let mut writer = PackedWriter::create(path)?;
        let mut fence = Vec::new();
        let mut bloom = Bloom::for_entries(entries_max);
        for (i, entry) in entries.into_iter().enumerate() {
            let entry = entry?;
            if (i as u64).is_multiple_of(Packed::<ENTRY_BYTES>::PER_BLOCK) {
                fence.push(entry.digest.prefix());
            }
            bloom.insert(&entry.digest);
            writer.push(&entry.encode())?;
        }
        let numbers = [level, covers.start, covers.end].into_iter().chain(fence).chain(bloom.0);
        let extra: Vec<u8> = numbers.flat_map(u64::to_le_bytes).collect();
        writer.finish(MAGIC, &extra)?;
        Table::open(path)
    }

    pub(super) fn open(path: &Path) -> Result<Table, StoreError> {
        let (packed, extra) = Packed::open(path, MAGIC)?;
        let damaged = |_| StoreError::DerivedDamaged { reason: "a table cannot be opened".into() };
        let file = File::open(path).map_err(damaged)?;
        let mut numbers = extra.as_chunks().0.iter().copied().map(u64::from_le_bytes);
        let mut number = || numbers.next().unwrap_or_default();
        let (level, covers) = (number(), number()..number());
        let blocks = packed.entries().div_ceil(Packed::<ENTRY_BYTES>::PER_BLOCK) as usize;
        let fence = numbers.by_ref().take(blocks).collect();
        Ok(Table { packed, file, level, covers, fence, bloom: Bloom(numbers.collect()) })
    }

    pub(super) fn covers(&self) -> Range<u64> {
        self.covers.clone()
    }

    pub(super) fn level(&self) -> u64 {
        self.level
    }

    pub(super) fn get(&self, digest: &Digest) -> Result<Option<Entry>, StoreError> {
        if !self.bloom.may_contain(digest) {
            return Ok(None);
        }
        let prefix = digest.prefix();
        // Equal prefixes may begin at the end of the block before.
        let first = self.fence.partition_point(|fence| *fence < prefix).saturating_sub(1);
        let last = self.fence.partition_point(|fence| *fence <= prefix);
        for block in first..last {
            let entries = self.packed.block(&self.file, block as u64)?;
            let found = entries.binary_search_by(|entry| entry[..16].cmp(&digest.0));
            if let Ok(at) = found {
                return Ok(Some(Entry::decode(&entries[at])));
            }
        }
        Ok(None)
    }

    /// All entries, ascending by digest.
    fn scan(&self) -> impl Iterator<Item = Result<Entry, StoreError>> + '_ {
        (0..self.fence.len() as u64).flat_map(|block| match self.packed.block(&self.file, block) {
            Ok(entries) => entries.iter().map(|bytes| Ok(Entry::decode(bytes))).collect(),
            Err(error) => vec![Err(error)],
        })
    }
}

/// Writes one table of all entries of several that follow each other; the newest of a digest stays.
pub(super) fn merge(
    path: &Path,
    covers: Range<u64>,
    tables: &[Arc<Table>],
) -> Result<Table, StoreError> {
    let level = tables.iter().map(|table| table.level).max().unwrap_or_default() + 1;
    let entries_max = tables.iter().map(|table| table.packed.entries()).sum();
    let mut scans: Vec<_> = tables.iter().map(|table| table.scan().peekable()).collect();
    let merged = std::iter::from_fn(|| next_merged(&mut scans));
    Table::write(path, level, covers, entries_max, merged)
}

/// The smallest digest that stands next in any scan, from the newest that has it.
fn next_merged<I>(scans: &mut [Peekable<I>]) -> Option<Result<Entry, StoreError>>
where
    I: Iterator<Item = Result<Entry, StoreError>>,
{
    let mut failed = scans.iter_mut().filter_map(|scan| scan.next_if(Result::is_err));
    if let Some(error) = failed.next() {
        return Some(error);
    }
    let smallest =
        scans.iter_mut().filter_map(|scan| Some(scan.peek()?.as_ref().ok()?.digest)).min()?;
    let is_smallest = |entry: &Result<Entry, _>| match entry {
        Ok(entry) => entry.digest == smallest,
        Err(_) => false,
    };
    // Ascending by position: the last one that has it is the newest.
    scans.iter_mut().filter_map(|scan| scan.next_if(is_smallest)).last()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn digest(number: u64) -> Digest {
        Digest::of(&[&number.to_be_bytes()])
    }

    /// A table of these numbers, each at this position.
    fn table(folder: &Path, name: &str, covers: Range<u64>, numbers: &[u64]) -> Arc<Table> {
        let position = covers.start;
        let entries: BTreeMap<_, _> = numbers
            .iter()
            .map(|number| {
                (digest(*number), Entry { digest: digest(*number), position, version: 7 })
            })
            .collect();
        let count = entries.len() as u64;
        let entries = entries.into_values().map(Ok);
        Arc::new(Table::write(&folder.join(name), 0, covers, count, entries).unwrap())
    }

    fn position(table: &Table, number: u64) -> Option<u64> {
        table.get(&digest(number)).unwrap().map(|entry| entry.position)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20, ..ProptestConfig::default() })]
        #[test]
        fn a_merged_table_knows_what_the_newest_of_its_tables_knew(
            numbers in proptest::collection::vec(proptest::collection::vec(0_u64..2_000, 0..600), 1..5)
        ) {
            let folder = tempfile::tempdir().unwrap();
            let tables: Vec<_> = (0_u64..)
                .zip(&numbers)
                .map(|(at, numbers)| table(folder.path(), &at.to_string(), at..at + 1, numbers))
                .collect();
            let end = tables.len() as u64;
            let merged = merge(&folder.path().join("merged"), 0..end, &tables).unwrap();
            prop_assert_eq!((merged.level(), merged.covers()), (1, 0..end));
            for number in 0..2_000 {
                let newest = tables.iter().rev().find_map(|table| position(table, number));
                prop_assert_eq!(position(&merged, number), newest);
            }
        }
    }

    #[test]
    fn a_flipped_byte_is_seen_before_it_is_used() {
        let folder = tempfile::tempdir().unwrap();
        let numbers: Vec<_> = (0..400).collect();
        let path = folder.path().join("table");
        drop(table(folder.path(), "table", 3..4, &numbers));
        let whole = std::fs::read(&path).unwrap();
        for at in (0..whole.len()).step_by(53) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x20;
            std::fs::write(&path, bytes).unwrap();
            let Ok(table) = Table::open(&path) else { continue };
            for number in &numbers {
                let found = table.get(&digest(*number));
                assert!(found.is_err() || found.unwrap().is_some_and(|entry| entry.position == 3));
            }
        }
    }
}
