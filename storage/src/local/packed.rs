//! A derived file of fixed-size entries in blocks of 4 KiB, each with its own CRC, so that one entry costs one
//! small read and damage is seen before it is used. After the blocks come extra bytes and a footer.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::folder::unfinished;
use crate::error::{StoreError, disk_error};

/// Bytes of a block: one page of the page cache.
const BLOCK_BYTES: usize = 4_096;
/// Bytes of a block that hold entries.
const PAYLOAD_BYTES: usize = BLOCK_BYTES - 4;
/// Bytes of the footer: magic, entries, length of the extra bytes, CRC.
const FOOTER_BYTES: usize = 28;

/// What a file holds, and its format version; the first bytes of its footer.
pub(super) type Magic = [u8; 8];

/// A file being written, under another name until it is whole.
pub(super) struct PackedWriter<const N: usize> {
    path: PathBuf,
    file: BufWriter<File>,
    block: Vec<u8>,
    blocks: u32,
    entries: u64,
}

impl<const N: usize> PackedWriter<N> {
    pub(super) fn create(path: &Path) -> Result<Self, StoreError> {
        let file =
            File::create(unfinished(path)).map_err(|error| failed("create", path, &error))?;
        let block = Vec::with_capacity(BLOCK_BYTES);
        let file = BufWriter::with_capacity(64 * BLOCK_BYTES, file);
        Ok(PackedWriter { path: path.to_owned(), file, block, blocks: 0, entries: 0 })
    }

    pub(super) fn push(&mut self, entry: &[u8; N]) -> Result<(), StoreError> {
        self.block.extend_from_slice(entry);
        self.entries += 1;
        if self.block.len() + N > PAYLOAD_BYTES { self.end_block() } else { Ok(()) }
    }

    fn end_block(&mut self) -> Result<(), StoreError> {
        self.block.resize(PAYLOAD_BYTES, 0);
        let crc = crc32c::crc32c_append(self.blocks, &self.block);
        self.block.extend_from_slice(&crc.to_le_bytes());
        self.blocks += 1;
        let written = self.file.write_all(&self.block);
        self.block.clear();
        written.map_err(|error| failed("write", &self.path, &error))
    }

    /// Ends the file and gives it its name. It is not flushed: what is derived may be lost.
    pub(super) fn finish(mut self, magic: Magic, extra: &[u8]) -> Result<Packed<N>, StoreError> {
        if !self.block.is_empty() {
            self.end_block()?;
        }
        let footer = footer(magic, self.entries, extra);
        let written = self.file.write_all(extra).and_then(|()| self.file.write_all(&footer));
        let named = written
            .and_then(|()| self.file.flush())
            .and_then(|()| fs::rename(unfinished(&self.path), &self.path));
        named.map_err(|error| failed("write", &self.path, &error))?;
        Ok(Packed { entries: self.entries, path: self.path })
    }
}

fn footer(magic: Magic, entries: u64, extra: &[u8]) -> [u8; FOOTER_BYTES] {
    let mut footer = [0; FOOTER_BYTES];
    footer[..8].copy_from_slice(&magic);
    footer[8..16].copy_from_slice(&entries.to_le_bytes());
    footer[16..24].copy_from_slice(&(extra.len() as u64).to_le_bytes());
    let crc = crc32c::crc32c_append(crc32c::crc32c(extra), &footer[..24]);
    footer[24..].copy_from_slice(&crc.to_le_bytes());
    footer
}

/// A file that was written whole.
#[derive(Debug)]
pub(super) struct Packed<const N: usize> {
    entries: u64,
    path: PathBuf,
}

impl<const N: usize> Packed<N> {
    /// How many entries a block holds.
    pub(super) const PER_BLOCK: u64 = (PAYLOAD_BYTES / N) as u64;

    /// Reads the footer and the extra bytes; the blocks are checked when they are read.
    pub(super) fn open(path: &Path, magic: Magic) -> Result<(Packed<N>, Vec<u8>), StoreError> {
        let file = File::open(path).map_err(|error| failed("open", path, &error))?;
        let read = |range: Range<u64>| read_at(&file, path, range);
        let length = file.metadata().map_err(|error| failed("open", path, &error))?.len();
        let end = length.checked_sub(FOOTER_BYTES as u64).ok_or_else(|| damaged(path))?;
        let found = read(end..length)?;
        let entries = u64_at(&found, 8);
        let blocks = entries.div_ceil(Self::PER_BLOCK);
        let begin = blocks.checked_mul(BLOCK_BYTES as u64).filter(|begin| *begin <= end);
        let begin = begin.ok_or_else(|| damaged(path))?;
        let extra = read(begin..end)?;
        let fits = found == footer(magic, entries, &extra);
        if fits {
            Ok((Packed { entries, path: path.to_owned() }, extra))
        } else {
            Err(damaged(path))
        }
    }

    pub(super) fn entries(&self) -> u64 {
        self.entries
    }

    /// The entries of a block.
    pub(super) fn block(&self, file: &File, block: u64) -> Result<Vec<[u8; N]>, StoreError> {
        let begin = block * BLOCK_BYTES as u64;
        let bytes = read_at(file, &self.path, begin..begin + BLOCK_BYTES as u64)?;
        let (payload, crc) = bytes.split_at(PAYLOAD_BYTES);
        if crc32c::crc32c_append(block as u32, payload).to_le_bytes() != crc {
            return Err(damaged(&self.path));
        }
        let count = (self.entries - block * Self::PER_BLOCK).min(Self::PER_BLOCK);
        Ok(payload.as_chunks::<N>().0[..count as usize].to_vec())
    }

    /// Entries by their numbers.
    pub(super) fn range(&self, file: &File, range: Range<u64>) -> Result<Vec<[u8; N]>, StoreError> {
        let mut found = Vec::with_capacity((range.end - range.start) as usize);
        let blocks = range.start / Self::PER_BLOCK..range.end.div_ceil(Self::PER_BLOCK);
        for block in blocks {
            let first = block * Self::PER_BLOCK;
            let entries = self.block(file, block)?;
            let from = range.start.saturating_sub(first) as usize;
            let to = (range.end - first).min(entries.len() as u64) as usize;
            found.extend_from_slice(&entries[from..to]);
        }
        Ok(found)
    }
}

fn read_at(file: &File, path: &Path, range: Range<u64>) -> Result<Vec<u8>, StoreError> {
    let mut bytes = vec![0; (range.end - range.start) as usize];
    match file.read_exact_at(&mut bytes, range.start) {
        Ok(()) => Ok(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Err(damaged(path)),
        Err(error) => Err(failed("read", path, &error)),
    }
}

/// The little-endian number at an offset.
pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}

/// The little-endian number at an offset.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

/// How messages name a derived file.
fn short(path: &Path) -> String {
    format!("index/{}", path.file_name().unwrap_or_default().to_string_lossy())
}

fn failed(operation: &'static str, path: &Path, error: &std::io::Error) -> StoreError {
    disk_error(operation, &short(path), error)
}

fn damaged(path: &Path) -> StoreError {
    StoreError::DerivedDamaged { reason: format!("'{}' is not as it was written", short(path)) }
}
