//! Chance that can be repeated: SplitMix64 (Steele, Lea, Flood 2014).

/// A row of random numbers that its seed decides.
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 to `most`.
    pub(super) fn up_to(&mut self, most: u64) -> u64 {
        if most == u64::MAX { self.number() } else { self.number() % (most + 1) }
    }

    /// True `eighths` times out of eight.
    pub(super) fn happens(&mut self, eighths: u64) -> bool {
        self.number() >> 61 < eighths
    }
}
