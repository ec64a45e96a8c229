//! Chance from one seed: SplitMix64, whose sequence is the same on every platform and in every release, which no
//! random-number crate promises of its small generators. Never for secrets.

/// A repeatable sequence of numbers.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// The sequence of a seed.
    pub fn of(seed: u64) -> Chance {
        Chance(seed)
    }

    /// The sequence of one of the parts a seed is used for: none shares numbers with another.
    pub fn part(seed: u64, part: u64) -> Chance {
        let mut whole = Chance(seed ^ Chance(part).draw());
        Chance(whole.draw())
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a bound; 0 if the bound is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.draw() % (bound as u64).max(1)) as usize
    }

    /// A number between two, both included.
    pub fn between(&mut self, least: i64, most: i64) -> i64 {
        let wide = (i128::from(most) - i128::from(least)).max(0) + 1;
        let step = i128::from(self.draw()) % wide;
        (i128::from(least) + step) as i64
    }

    /// True this many times in a hundred.
    pub fn percent(&mut self, times: u32) -> bool {
        self.draw() % 100 < u64::from(times)
    }

    /// One of several, or none of none.
    pub fn pick<'a, T>(&mut self, among: &'a [T]) -> Option<&'a T> {
        let at = self.below(among.len());
        among.get(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_that_of_splitmix64() {
        // The values that Java's SplittableRandom and the reference in C give for this seed.
        let mut chance = Chance::of(1_234_567);
        let drawn: Vec<u64> = (0..3).map(|_| chance.draw()).collect();
        let wanted =
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!(drawn, wanted);
    }

    #[test]
    fn a_number_between_two_reaches_both() {
        let mut chance = Chance::of(1);
        let drawn: std::collections::BTreeSet<i64> =
            (0..100).map(|_| chance.between(-1, 2)).collect();
        assert_eq!(drawn, [-1, 0, 1, 2].into());
        assert!((i64::MIN..=i64::MAX).contains(&chance.between(i64::MIN, i64::MAX)));
    }
}
