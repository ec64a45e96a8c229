//! How much a campaign does and by what chance: `DURE_FULL=1` asks for the larger counts, `DURE_SEED=N` repeats a
//! campaign whose seed was printed.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Asks for the larger counts; `./tests/run --full` sets it.
const FULL: &str = "DURE_FULL";
/// Repeats a campaign.
const SEED: &str = "DURE_SEED";

/// The count that was asked for.
pub fn scaled(quick: u32, full: u32) -> u32 {
    match std::env::var(FULL).is_ok_and(|value| value == "1") {
        true => full,
        false => quick,
    }
}

/// A repeatable sequence of numbers (SplitMix64).
pub struct Chance(u64);

impl Chance {
    /// A new campaign. Its seed is printed, and so shown with the test that failed.
    pub fn new(campaign: &str) -> Chance {
        let seed = match std::env::var(SEED) {
            Ok(text) => text.parse().expect("DURE_SEED is a number"),
            Err(_) => RandomState::new().build_hasher().finish(),
        };
        println!("{campaign}: {SEED}={seed}");
        Chance(seed)
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a bound.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.draw() % bound
    }

    /// 32 bytes, for a generator that wants them.
    pub fn bytes(&mut self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes.chunks_exact_mut(8).for_each(|part| part.copy_from_slice(&self.draw().to_le_bytes()));
        bytes
    }
}
