//! The comparison's rows by this project: `eager` records each graph anew, `replayed` records once and
//! calls programs.

mod eager;
mod replayed;

use dezero_core::transforms::pointwise_laplacian;
use dezero_core::{Array, Variable};
use peer_protocol::inputs::{self, Matrix};
use peer_protocol::serve;

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("eager") => serve(eager::row, Some(eager::record)),
        Some("replayed") => serve(replayed::row, Some(replayed::record)),
        mode => panic!("eager or replayed, not {mode:?}"),
    }
}

fn banana(x0: &Variable, x1: &Variable) -> Variable {
    100.0 * (x1 - x0.powf(2.0)).powf(2.0) + (1.0 - x0).powf(2.0)
}

fn quartic(x: &Variable) -> Variable {
    x.powf(4.0) - 2.0 * x.powf(2.0)
}

fn chain(x: &Variable, operations: usize) -> Variable {
    let mut y = x * inputs::FACTOR;
    for i in 1..operations {
        y = if i % 2 == 0 {
            &y * inputs::FACTOR
        } else {
            &y + inputs::SUMMAND
        };
    }
    y
}

fn rosenbrock(x: &Variable) -> Variable {
    let (a, b) = (x.get_item(..-1), x.get_item(1..));
    (100.0 * (b - a.square()).square() + (1.0 - a).square()).sum(..)
}

fn elementwise(x: &Variable) -> Variable {
    ((x.sin() * (-(x * x)).exp()) + x).tanh().sum(..)
}

fn array(matrix: &Matrix) -> Array {
    Array::from_vec(matrix.values.clone(), matrix.shape.as_slice()).expect("its shape")
}

/// The loss of row J7.
struct Residual {
    points: Variable,
    source: Variable,
}

impl Residual {
    fn new() -> Self {
        let at = inputs::points();
        Self {
            points: Variable::constant(array(&at)),
            source: Variable::constant(array(&inputs::source(&at))),
        }
    }

    /// Of weights and biases by turns.
    fn loss(&self, weights: &[Variable]) -> Variable {
        let net = |x: &Variable| {
            let (hidden, last) = weights.split_at(weights.len() - 2);
            let h = hidden
                .chunks(2)
                .fold(x.clone(), |h, wb| (h.matmul(&wb[0]) + &wb[1]).tanh());
            h.matmul(&last[0]) + &last[1]
        };
        (pointwise_laplacian(net, &self.points) + &self.source)
            .square()
            .mean(..)
    }
}

/// Weights and biases of row J7 by turns.
fn network() -> Vec<Array> {
    inputs::network().iter().flatten().map(array).collect()
}
