//! Reproducible random numbers for points.

use dezero_core::Array;

/// The generator `SplitMix64` (Steele, Lea and Flood, OOPSLA 2014).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number between `low` and `high`.
    pub(crate) fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * ((self.bits() >> 11) as f64 / (1_u64 << 53) as f64)
    }

    /// An array of numbers between `low` and `high`.
    pub(crate) fn array(&mut self, shape: &[usize], low: f64, high: f64) -> Array {
        let count = shape.iter().product();
        let values = (0..count).map(|_| self.uniform(low, high)).collect();
        Array::from_vec::<f64>(values, shape).unwrap()
    }
}
