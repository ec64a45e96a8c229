//! The RFC 6962 Merkle tree over event bytes: hashes of leaves and nodes, and the frontier (the roots of the
//! perfect subtrees) that is extended with each event and gives the root at any time. No disk, no proofs yet.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Bytes of a hash.
pub const HASH_BYTES: usize = 32;

/// A SHA-256 hash; written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hash(pub [u8; HASH_BYTES]);

/// A text that is not 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a hash of 64 lower-case hexadecimal digits")]
pub struct NotAHash;

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = NotAHash;

    fn from_str(text: &str) -> Result<Hash, NotAHash> {
        let digits = text.as_bytes();
        if digits.len() != 2 * HASH_BYTES {
            return Err(NotAHash);
        }
        let mut bytes = [0; HASH_BYTES];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = hex_digit(pair[0])? << 4 | hex_digit(pair[1])?;
        }
        Ok(Hash(bytes))
    }
}

impl TryFrom<String> for Hash {
    type Error = NotAHash;

    fn try_from(text: String) -> Result<Hash, NotAHash> {
        text.parse()
    }
}

impl From<Hash> for String {
    fn from(hash: Hash) -> String {
        hash.to_string()
    }
}

fn hex_digit(digit: u8) -> Result<u8, NotAHash> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(NotAHash),
    }
}

/// The hash of a leaf: SHA-256 of `0x00` and the entry.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
}

/// The hash of an inner node: SHA-256 of `0x01` and its two children.
pub fn node_hash(left: Hash, right: Hash) -> Hash {
    Hash(
        Sha256::new()
            .chain_update([1])
            .chain_update(left.0)
            .chain_update(right.0)
            .finalize()
            .into(),
    )
}

/// The tree over the first `size` leaves, as the roots of its perfect subtrees, largest first. Two logs
/// with equal frontiers hold the same events in the same order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

/// A frontier as it was written down, before its shape is checked.
#[derive(Deserialize)]
struct Unchecked {
    size: u64,
    peaks: Vec<Hash>,
}

/// Peaks that do not belong to a tree of this size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the frontier does not have one peak for each bit of its size")]
pub struct NotAFrontier;

impl TryFrom<Unchecked> for Frontier {
    type Error = NotAFrontier;

    fn try_from(read: Unchecked) -> Result<Frontier, NotAFrontier> {
        Frontier::from_peaks(read.size, read.peaks)
    }
}

impl Frontier {
    /// The frontier with these peaks, largest subtree first.
    ///
    /// # Errors
    /// If there is not one peak for each bit of the size.
    pub fn from_peaks(size: u64, peaks: Vec<Hash>) -> Result<Frontier, NotAFrontier> {
        let fits = peaks.len() == size.count_ones() as usize;
        if fits { Ok(Frontier { size, peaks }) } else { Err(NotAFrontier) }
    }

    /// How many leaves it covers.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of its perfect subtrees, largest first.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Adds the next leaf.
    pub fn push(&mut self, leaf: Hash) {
        let complete = self.size.trailing_ones() as usize;
        let left = self.peaks.split_off(self.peaks.len() - complete);
        self.peaks.push(left.into_iter().rev().fold(leaf, |right, left| node_hash(left, right)));
        self.size += 1;
    }

    /// The Merkle tree hash; of no leaves, the hash of nothing.
    pub fn root(&self) -> Hash {
        let smaller = self.peaks.iter().rev().copied();
        smaller
            .reduce(|right, left| node_hash(left, right))
            .unwrap_or_else(|| Hash(Sha256::digest([]).into()))
    }

    /// The size (8 bytes, big endian) and the peaks.
    pub fn to_bytes(&self) -> Vec<u8> {
        let peaks = self.peaks.iter().flat_map(|peak| peak.0);
        self.size.to_be_bytes().into_iter().chain(peaks).collect()
    }

    /// Reads what [`Frontier::to_bytes`] wrote.
    ///
    /// # Errors
    /// If the bytes are something else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Frontier, NotAFrontier> {
        let (size, peaks) = bytes.split_first_chunk::<8>().ok_or(NotAFrontier)?;
        let (peaks, rest) = peaks.as_chunks::<HASH_BYTES>();
        if !rest.is_empty() {
            return Err(NotAFrontier);
        }
        Frontier::from_peaks(u64::from_be_bytes(*size), peaks.iter().copied().map(Hash).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The leaves and roots that the Certificate Transparency implementations test with
    /// (transparency-dev/merkle, `rfc6962` and `compact` tests).
    const LEAVES: [&str; 8] = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ];
    const ROOTS: [&str; 9] = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    fn unhex(text: &str) -> Vec<u8> {
        text.as_bytes()
            .chunks(2)
            .map(|pair| hex_digit(pair[0]).unwrap() << 4 | hex_digit(pair[1]).unwrap())
            .collect()
    }

    /// The definition in RFC 6962, section 2.1, word for word.
    fn naive(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Hash(Sha256::digest([]).into()),
            [leaf] => *leaf,
            _ => {
                let split = leaves.len().next_power_of_two() / 2;
                node_hash(naive(&leaves[..split]), naive(&leaves[split..]))
            }
        }
    }

    #[test]
    fn the_well_known_roots_come_out() {
        let mut frontier = Frontier::default();
        for (size, root) in ROOTS.iter().enumerate() {
            assert_eq!(frontier.root().to_string(), *root, "{size} leaves");
            if let Some(leaf) = LEAVES.get(size) {
                frontier.push(leaf_hash(&unhex(leaf)));
            }
        }
    }

    #[test]
    fn a_wrong_shape_is_refused() {
        let mut bytes = Frontier::default().to_bytes();
        bytes[7] = 1;
        assert_eq!(Frontier::from_bytes(&bytes), Err(NotAFrontier));
        assert_eq!(Frontier::from_bytes(&bytes[..3]), Err(NotAFrontier));
        assert_eq!("E3".parse::<Hash>(), Err(NotAHash));
    }

    proptest! {
        #[test]
        fn the_frontier_agrees_with_the_definition(entries in proptest::collection::vec(any::<u64>(), 0..80)) {
            let mut leaves = Vec::new();
            let mut frontier = Frontier::default();
            for entry in entries {
                let leaf = leaf_hash(&entry.to_be_bytes());
                leaves.push(leaf);
                frontier.push(leaf);
                prop_assert_eq!(frontier.root(), naive(&leaves));
            }
            prop_assert_eq!(frontier.size(), leaves.len() as u64);
            prop_assert_eq!(&Frontier::from_bytes(&frontier.to_bytes()), &Ok(frontier.clone()));
            let json = serde_json::to_string(&frontier).unwrap();
            prop_assert_eq!(serde_json::from_str::<Frontier>(&json).unwrap(), frontier);
        }
    }
}
