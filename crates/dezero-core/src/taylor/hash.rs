//! A hasher for small keys of our own making: ids of nodes, and primitives.

use std::hash::{BuildHasherDefault, Hasher};

/// Maps and sets with this hasher are not safe against keys chosen by an enemy; ids are counted.
pub(crate) type Build = BuildHasherDefault<Mix>;

/// Multiplies by an odd number, so that the high bits depend on all, after D. Knuth, "The Art of
/// Computer Programming", vol. 3, section 6.4.
#[derive(Default)]
pub(crate) struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u64(&mut self, x: u64) {
        self.0 = (self.0.rotate_left(23) ^ x).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_usize(&mut self, x: usize) {
        self.write_u64(x as u64);
    }

    fn write_isize(&mut self, x: isize) {
        self.write_u64(x as u64);
    }
}
