//! Reproducible random numbers for points, directions and choices.

use dezero_core::{Array, Primitive, Variable};

/// The generator `SplitMix64` (Steele, Lea and Flood, OOPSLA 2014).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number between `low` and `high`.
    pub(crate) fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * ((self.next() >> 11) as f64 / (1_u64 << 53) as f64)
    }

    /// A number below `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// An array of numbers between `low` and `high`.
    pub(crate) fn array(&mut self, shape: &[usize], low: f64, high: f64) -> Array {
        let values = (0..shape.iter().product())
            .map(|_| self.uniform(low, high))
            .collect();
        Array::from_vec::<f64>(values, shape).unwrap()
    }

    /// An array in the shape of another.
    pub(crate) fn like(&mut self, x: &Variable) -> Array {
        self.array(&x.shape(), -1.0, 1.0)
    }

    /// A value for input `i` of a primitive, from its domain. It is a number of f32 too.
    pub(crate) fn input(&mut self, primitive: &Primitive, i: usize) -> f64 {
        let (low, high) = match primitive.arity {
            1 => primitive.domain[self.below(primitive.domain.len())],
            _ => primitive.domain[i],
        };
        // Rounding may not leave the interval.
        f64::from(self.uniform(low, high) as f32).clamp(low, high)
    }

    /// An array for input `i` of a primitive.
    pub(crate) fn inputs(&mut self, primitive: &Primitive, i: usize, shape: &[usize]) -> Array {
        let values = (0..shape.iter().product())
            .map(|_| self.input(primitive, i))
            .collect();
        Array::from_vec::<f64>(values, shape).unwrap()
    }
}
