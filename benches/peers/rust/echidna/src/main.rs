//! The comparison's rows by echidna: `tape` records anew each time, `bytecode` records once.

mod bytecode;
mod tape;

use num_traits::Float;
use peer_protocol::{Row, inputs, serve};

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("tape") => serve(tape::row, Some(tape::record)),
        Some("bytecode") => serve(bytecode::row, Some(bytecode::record)),
        mode => panic!("tape or bytecode, not {mode:?}"),
    }
}

/// Why a row is missing.
fn missing(name: &str) -> Row {
    Err(match name {
        "J7" => "scalars only: 5,000 weights at 1,000 points, one by one",
        "J10-product" | "J10-sine" => "no arrays",
        "J3-nested" => "Taylor mode takes its place",
        _ => "not part of the library",
    })
}

fn number<F: Float>(x: f64) -> F {
    F::from(x).expect("a number")
}

fn banana<F: Float>(x: &[F]) -> F {
    let (a, b) = (x[1] - x[0] * x[0], F::one() - x[0]);
    number::<F>(100.0) * a * a + b * b
}

fn quartic<F: Float>(x: &[F]) -> F {
    x[0].powi(4) - number::<F>(2.0) * x[0] * x[0]
}

fn chain<F: Float>(x: &[F], operations: usize) -> F {
    let mut y = x[0];
    for i in 0..operations {
        y = if i % 2 == 0 {
            y * number(inputs::FACTOR)
        } else {
            y + number(inputs::SUMMAND)
        };
    }
    y
}

fn rosenbrock<F: Float>(x: &[F]) -> F {
    let pair = |w: &[F]| {
        let (a, b) = (w[1] - w[0] * w[0], F::one() - w[0]);
        number::<F>(100.0) * a * a + b * b
    };
    x.windows(2).fold(F::zero(), |sum, w| sum + pair(w))
}

fn elementwise<F: Float>(x: &[F]) -> F {
    let f = |x: F| (x.sin() * (-x * x).exp() + x).tanh();
    x.iter().fold(F::zero(), |sum, &x| sum + f(x))
}
