//! Rows on large arrays.

use std::hint::black_box;

use dezero_core::Variable;

use crate::harness::{Side, Work, timed};

/// `tanh(sin(x) * exp(-x * x) + x)`, forward and backward. The twin is one loop, with the standard
/// library's functions.
pub(crate) fn elementwise_formula() -> Work {
    const LEN: usize = 1_000_000;

    let points: Vec<f64> = (0..LEN)
        .map(|i| i as f64 * (8.0 / LEN as f64) - 4.0)
        .collect();
    let x = Variable::new(points.clone());
    let ours = move || {
        x.cleargrad();
        let (time, y) = timed(|| {
            let y = (x.sin() * (-(&x * &x)).exp() + &x).tanh();
            y.backward();
            y
        });
        let gx = x.grad().unwrap();
        (time, vec![y.sum(..).item(), gx.sum(..).item()])
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
        (time, vec![y.iter().sum(), gx.iter().sum()])
    };
    Work {
        name: "J9 tanh(sin(x)*exp(-x*x)+x), 1,000,000 elements",
        goal: Some(12e-3),
        ours: Side::partly(1, ours),
        replayed: None,
        twin: Side::partly(1, twin),
        tolerance: 1e-12,
    }
}
