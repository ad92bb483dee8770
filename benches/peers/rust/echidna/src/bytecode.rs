//! Recorded once, evaluated on new inputs.

use std::any::Any;
use std::hint::black_box;

use echidna::record as tape_of;
use echidna::sparse::{SparsityPattern, greedy_coloring};
use peer_protocol::{Row, Work, inputs};

use crate::{banana, chain, elementwise, missing, quartic, rosenbrock};

pub(crate) fn row(name: &str) -> Row {
    Ok(match name {
        "J1" => Work::recorded(
            inputs::STEPS,
            || (tape_of(|x| banana(x), &[0.5, 0.5]).0, Vec::new()),
            |(tape, buffer)| {
                let mut x = black_box([0.0, 2.0]);
                for _ in 0..inputs::STEPS {
                    let g = tape.gradient_with_buf(&x, buffer);
                    x[0] -= inputs::LR * g[0];
                    x[1] -= inputs::LR * g[1];
                }
                x.to_vec()
            },
        ),
        "J2" => Work::recorded(
            inputs::NEWTON_STEPS,
            || (tape_of(|x| quartic(x), &[0.5]).0, Vec::new(), Vec::new()),
            |(tape, duals, adjoints)| {
                let mut x = black_box(2.0);
                for _ in 0..inputs::NEWTON_STEPS {
                    let (g, h) = tape.hvp_with_buf(&[x], &[1.0], duals, adjoints);
                    x -= g[0] / h[0];
                }
                vec![x]
            },
        ),
        "J3-taylor" => Work::recorded(
            1,
            || tape_of(|x| num_traits::Float::tanh(x[0]), &[0.5]).0,
            |tape| {
                let (y, _) = tape.taylor_grad::<{ inputs::ORDER + 1 }>(&[black_box(1.0)], &[1.0]);
                y.coeffs.to_vec()
            },
        )
        .note("with the adjoints of all coefficients"),
        "J5" => Work::recorded(
            inputs::CHAIN,
            || (tape_of(|x| chain(x, inputs::CHAIN), &[0.5]).0, Vec::new()),
            |(tape, buffer)| {
                let g = tape.gradient_with_buf(&[black_box(2.0)], buffer);
                vec![tape.output_value(), g[0]]
            },
        ),
        "J8-dense" => Work::recorded(
            1,
            || {
                let x = inputs::start(inputs::DENSE);
                (tape_of(|x| rosenbrock(x), &x).0, x)
            },
            |(tape, x)| {
                let (_, _, h) = tape.hessian_vec::<8>(x);
                inputs::PLACES.map(|(i, j)| h[i][j]).to_vec()
            },
        ),
        "J8-sparse" => Work::recorded(
            1,
            || {
                let x = inputs::start(inputs::DENSE);
                let tape = tape_of(|x| rosenbrock(x), &x).0;
                let pattern = tape.detect_sparsity();
                let colors = greedy_coloring(&pattern);
                (tape, x, pattern, colors)
            },
            |(tape, x, pattern, (colors, n))| {
                let (_, _, h) = tape.sparse_hessian_with_pattern(x, pattern, colors, *n);
                entries(pattern, &h)
            },
        )
        .note("pattern and colours found before"),
        "J8-product" => Work::recorded(
            1,
            || {
                let x = inputs::start(inputs::LONG);
                (tape_of(|x| rosenbrock(x), &x).0, x, Vec::new(), Vec::new())
            },
            |(tape, x, duals, adjoints)| {
                inputs::ends(&tape.hvp_with_buf(x, x, duals, adjoints).1).to_vec()
            },
        ),
        "J9" => Work::recorded(
            1,
            || {
                let x = inputs::line(inputs::LONG);
                (tape_of(|x| elementwise(x), &x).0, x, Vec::new())
            },
            |(tape, x, buffer)| {
                let g = tape.gradient_with_buf(x, buffer);
                let mut result = vec![tape.output_value()];
                result.extend(inputs::ends(&g));
                result
            },
        ),
        name => return missing(name),
    })
}

/// What is compared of a sparse Hessian, of which one triangle may be stored.
pub(crate) fn entries(pattern: &SparsityPattern, values: &[f64]) -> Vec<f64> {
    let entry = |i: usize, j: usize| {
        let at = |at: &usize| {
            let (r, c) = (pattern.rows[*at] as usize, pattern.cols[*at] as usize);
            (r, c) == (i, j) || (r, c) == (j, i)
        };
        (0..values.len()).find(at).map_or(0.0, |at| values[at])
    };
    inputs::PLACES.map(|(i, j)| entry(i, j)).to_vec()
}

pub(crate) fn record(operations: usize) -> Box<dyn Any> {
    Box::new(tape_of(|x| chain(x, operations), &[2.0]))
}
