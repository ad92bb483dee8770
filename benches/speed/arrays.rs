//! Rows on large arrays.

use std::hint::black_box;

use dezero_core::{Array, Variable};

use crate::harness::{Side, Work, timed};
use crate::replayed;

pub(crate) fn formula(x: &Variable) -> Variable {
    (x.sin() * (-(x * x)).exp() + x).tanh()
}

/// What results are compared by.
pub(crate) fn sums_of_squares(y: &Array, gx: &Array) -> Vec<f64> {
    [y, gx].map(sum_of_squares).to_vec()
}

fn sum_of_squares(x: &Array) -> f64 {
    x.to_vec::<f64>().iter().map(|x| x * x).sum()
}

/// `tanh(sin(x) * exp(-x * x) + x)`, forward and backward. The twin is one loop, with the standard
/// library's functions.
pub(crate) fn elementwise_formula() -> Work {
    const LEN: usize = 1_000_000;

    let points: Vec<f64> = (0..LEN)
        .map(|i| i as f64 * (8.0 / LEN as f64) - 4.0)
        .collect();
    let replayed = replayed::elementwise_formula(points.clone());
    let x = Variable::new(points.clone());
    let ours = move || {
        x.cleargrad();
        let (time, y) = timed(|| {
            let y = formula(&x);
            y.backward();
            y
        });
        let gx = x.grad().unwrap();
        (time, sums_of_squares(&y.data(), &gx.data()))
    };
    let twin = move || {
        let (time, (y, gx)) = timed(|| {
            let results = black_box(&points).iter().map(|x| {
                let (sin, cos) = x.sin_cos();
                let exp = (-(x * x)).exp();
                let y = (sin * exp + x).tanh();
                let gy = 1.0 - y * y;
                let gsquare = -(gy * sin * exp);
                (y, gy + gsquare * x + gsquare * x + gy * exp * cos)
            });
            results.unzip::<f64, f64, Vec<_>, Vec<_>>()
        });
        (time, sums_of_squares(&Array::from(y), &Array::from(gx)))
    };
    Work {
        name: "J9 tanh(sin(x)*exp(-x*x)+x), 1,000,000 elements",
        goal: Some(12e-3),
        ours: Side::partly(1, ours),
        replayed: None,
        twin: Side::partly(1, twin),
        tolerance: 1e-12,
    }
    .replayed(replayed, Some(12e-3))
}
