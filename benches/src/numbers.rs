//! Numbers and bytes that are the same in every run, and what is said of many of them.

/// Numbers that are the same in every run (SplitMix64: Steele, Lea and Flood, 2014).
#[derive(Debug)]
pub struct Numbers(pub u64);

impl Numbers {
    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// Bytes that no compression makes shorter, others for each seed.
#[must_use]
pub fn random(seed: u64, bytes: usize) -> Vec<u8> {
    let mut numbers = Numbers(seed << 32);
    let mut out = Vec::with_capacity(bytes + 8);
    while out.len() < bytes {
        out.extend_from_slice(&numbers.draw().to_le_bytes());
    }
    out.truncate(bytes);
    out
}

/// The median; not a number where there is none.
#[must_use]
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    match figures.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => figures[n / 2],
        n => f64::midpoint(figures[n / 2 - 1], figures[n / 2]),
    }
}

/// The geometric mean, which is the right one for ratios.
#[must_use]
pub fn geometric_mean(ratios: &[f64]) -> f64 {
    let logs: f64 = ratios.iter().map(|ratio| ratio.ln()).sum();
    (logs / f64::from(u32::try_from(ratios.len()).unwrap_or(1))).exp()
}
