//! What is derived about one event: where its bytes are, their CRC, the event before it in its stream, its
//! leaf. A sidecar is the packed file of these for one segment.

use std::path::Path;

use super::packed::{Magic, Packed, PackedWriter, u32_at, u64_at};
use crate::error::StoreError;
use crate::merkle::Hash;

/// Bytes of a record.
pub(super) const RECORD_BYTES: usize = 52;
const MAGIC: Magic = *b"dureidx1";
/// Stands for "no event before it".
const NO_POSITION: u64 = u64::MAX;

/// One event of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Record {
    /// Byte of the segment where the event begins.
    pub offset: u32,
    /// Its length; [`crate::limits::EVENT_BYTES_MAX`] fits exactly.
    pub length: u16,
    /// CRC-32C of its bytes, checked whenever they are read.
    pub crc: u32,
    /// The position of the event before it in its stream.
    pub previous: Option<u64>,
    /// Its leaf in the Merkle tree.
    pub leaf: Hash,
}

impl Record {
    /// The byte after the event.
    pub(super) fn end(&self) -> u64 {
        u64::from(self.offset) + u64::from(self.length)
    }

    fn encode(&self) -> [u8; RECORD_BYTES] {
        let mut bytes = [0; RECORD_BYTES];
        bytes[..4].copy_from_slice(&self.offset.to_le_bytes());
        bytes[4..6].copy_from_slice(&self.length.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.crc.to_le_bytes());
        bytes[12..20].copy_from_slice(&self.previous.unwrap_or(NO_POSITION).to_le_bytes());
        bytes[20..].copy_from_slice(&self.leaf.0);
        bytes
    }

    pub(super) fn decode(bytes: &[u8; RECORD_BYTES]) -> Record {
        let previous = u64_at(bytes, 12);
        Record {
            offset: u32_at(bytes, 0),
            length: u16::from_le_bytes([bytes[4], bytes[5]]),
            crc: u32_at(bytes, 8),
            previous: (previous != NO_POSITION).then_some(previous),
            leaf: Hash(*bytes[20..].first_chunk().expect("thirty-two bytes")),
        }
    }
}

/// The records of a segment on disk.
pub(super) type Sidecar = Packed<RECORD_BYTES>;

/// Writes the sidecar of a segment of this length.
pub(super) fn write_sidecar(
    path: &Path,
    segment_bytes: u64,
    records: &[Record],
) -> Result<Sidecar, StoreError> {
    let mut writer = PackedWriter::create(path)?;
    records.iter().try_for_each(|record| writer.push(&record.encode()))?;
    writer.finish(MAGIC, &segment_bytes.to_le_bytes())
}

/// Opens a sidecar if it is whole and was written for a segment of this length.
pub(super) fn open_sidecar(path: &Path, segment_bytes: u64) -> Result<Sidecar, StoreError> {
    let (sidecar, extra) = Sidecar::open(path, MAGIC)?;
    if extra == segment_bytes.to_le_bytes() {
        return Ok(sidecar);
    }
    Err(StoreError::DerivedDamaged { reason: "a sidecar belongs to another segment".to_owned() })
}
