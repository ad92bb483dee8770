//! The rules against the plain program.

mod counts;
mod programs;
mod rules;
mod sums;

use dezero_core::Array;

use super::{Assume, simplify};
use crate::execute::Plain;
use crate::ir::{Ir, Source};

const LEVELS: [Assume; 4] = [
    Assume::Nothing,
    Assume::NoSignedZeros,
    Assume::Finite,
    Assume::Reals,
];

/// The outputs, by the plain executor.
fn run(ir: &Ir, inputs: &[Array]) -> Vec<Array> {
    let values = Plain::values(ir, inputs).unwrap();
    ir.outputs.iter().map(|&y| values[y][0].clone()).collect()
}

/// The number of operations.
fn operations(ir: &Ir) -> usize {
    let calls = ir.values.iter().map(|value| &value.source);
    calls
        .filter(|source| matches!(source, Source::Call(..)))
        .count()
}

/// The elements by their bits, each NaN the same.
fn bits(x: &Array) -> Vec<u64> {
    let bits = |x: f64| if x.is_nan() { u64::MAX } else { x.to_bits() };
    x.to_vec::<f64>().into_iter().map(bits).collect()
}

/// Asserts that the simplified program gives the same, to the last bit.
fn assert_same(ir: &Ir, inputs: &[Array], assume: Assume) {
    let simple = simplify(ir, assume);
    for (plain, simple) in run(ir, inputs).iter().zip(run(&simple, inputs)) {
        assert_eq!(
            (plain.shape(), plain.dtype()),
            (simple.shape(), simple.dtype())
        );
        assert_eq!(bits(plain), bits(&simple), "of {inputs:?}: {ir:#?}");
    }
}
