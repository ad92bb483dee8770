//! Elementwise functions over slices, compiled for several instruction sets and chosen at run time.
//!
//! Each function is written once, without branches, so that the compiler turns its loop into vector
//! instructions. A result depends on the element and the [`Level`] alone, not on where the element
//! stands in the slice or how long that is.

mod exponential;
mod function;
mod hyperbolic;
mod level;
mod logarithm;
mod power;
mod trigonometric;

#[cfg(test)]
mod tests;

pub use function::*;
pub use level::{Kernel, Level, run, run_at};
pub use power::{pow, pow_f32, powers, powers_f32};
