//! The speed table: what dezero takes for small work, beside the same arithmetic written by hand.
//!
//! ```sh
//! cargo bench -p dezero-benches               # all rows
//! cargo bench -p dezero-benches -- J5         # those with J5 in their name
//! cargo bench -p dezero-benches -- --smoke    # each once, to see that it runs
//! ```
//!
//! The twins do what the recorded graph does, operation by operation, so that results agree to the
//! bit; they know the formula, and so need no graph.

mod arrays;
mod derivatives;
mod harness;
mod pinn;
mod replayed;

use std::hint::black_box;

use dezero_core::{Backward, Variable, grad};
use harness::{Side, Work, timed};

fn main() {
    let mut works = vec![
        gradient_descent().replayed(replayed::gradient_descent(), Some(10e-9)),
        newton().replayed(replayed::newton(), Some(12e-9)),
        derivatives_of_tanh(
            "J3 tanh, derivatives 1..10 by repeated grad",
            10,
            Some(2e-3),
        )
        .replayed(replayed::derivatives_of_tanh(10), None),
        derivatives_of_tanh("J3 tanh, derivatives 1..14 by repeated grad", 14, Some(1.0)),
        chain().replayed(replayed::chain(), Some(12e-9)),
        arrays::elementwise_formula(),
        small_product().replayed(replayed::small_product(A, B), None),
        small_sine().replayed(replayed::small_sine(A), None),
        replayed::compiling(),
        many_leaves(),
        one_leaf_many_times(),
        derivatives::taylor_of_tanh().replayed(replayed::taylor_of_tanh(), None),
        derivatives::physics_informed_network()
            .replayed(replayed::physics_informed_network(), Some(8e-3)),
        derivatives::dense_hessian().replayed(replayed::dense_hessian(), Some(0.5e-3)),
        derivatives::planned_sparse_hessian().replayed(replayed::sparse_hessian(), Some(0.05e-3)),
        derivatives::first_sparse_hessian(),
        derivatives::hessian_vector_product()
            .replayed(replayed::hessian_vector_product(), Some(1.2e-3)),
    ];
    works.extend(derivatives::costs());
    harness::main(works);
}

/// As `step28.rs` writes it.
fn gradient_descent() -> Work {
    const STEPS: usize = 1000;
    const LR: f64 = 0.001;

    fn rosenbrock(x0: &Variable, x1: &Variable) -> Variable {
        100.0 * (x1 - x0.powf(2.0)).powf(2.0) + (1.0 - x0).powf(2.0)
    }
    let ours = || {
        let x0 = Variable::new(black_box(0.0));
        let x1 = Variable::new(black_box(2.0));
        for _ in 0..STEPS {
            let y = rosenbrock(&x0, &x1);
            x0.cleargrad();
            x1.cleargrad();
            y.backward();
            x0.set_data(x0.item() - LR * x0.grad().unwrap().item());
            x1.set_data(x1.item() - LR * x1.grad().unwrap().item());
        }
        vec![x0.item(), x1.item()]
    };
    let twin = || {
        let (mut x0, mut x1) = (black_box(0.0), black_box(2.0));
        for _ in 0..STEPS {
            let a = x1 - x0 * x0;
            let b = 1.0 - x0;
            // The value is asked for too, though no gradient needs it.
            black_box(100.0 * (a * a) + b * b);
            let gb = 2.0 * b;
            let ga = 100.0 * (2.0 * a);
            let gx0 = -ga * (2.0 * x0) + -gb;
            x0 -= LR * gx0;
            x1 -= LR * ga;
        }
        vec![x0, x1]
    };
    Work {
        name: "J1 gradient-descent step on Rosenbrock",
        goal: Some(0.25e-6),
        ours: Side::new(STEPS, ours),
        replayed: None,
        twin: Side::new(STEPS, twin),
        tolerance: 0.0,
    }
}

/// As `step33.rs` writes it.
fn newton() -> Work {
    const STEPS: usize = 8;
    const RUNS: usize = 100;

    fn f(x: &Variable) -> Variable {
        x.powf(4.0) - 2.0 * x.powf(2.0)
    }
    let ours = || {
        let x = Variable::new(0.0);
        for _ in 0..RUNS {
            x.set_data(black_box(2.0));
            for _ in 0..STEPS {
                let y = f(&x);
                x.cleargrad();
                y.backward_with(Backward::new().create_graph());

                let gx = x.grad().unwrap();
                x.cleargrad();
                gx.backward();
                let gx2 = x.grad().unwrap();

                x.set_data(x.item() - gx.item() / gx2.item());
            }
        }
        vec![x.item()]
    };
    let twin = || {
        let mut x: f64 = 0.0;
        for _ in 0..RUNS {
            x = black_box(2.0);
            for _ in 0..STEPS {
                black_box(x.powf(4.0) - 2.0 * (x * x));
                let gx = 4.0 * x.powf(3.0) - 2.0 * (2.0 * x);
                let gx2 = 4.0 * (3.0 * (x * x)) - 4.0;
                x -= gx / gx2;
            }
        }
        vec![x]
    };
    Work {
        name: "J2 Newton step on x^4 - 2 x^2, double backprop",
        goal: Some(0.5e-6),
        ours: Side::new(STEPS * RUNS, ours),
        replayed: None,
        twin: Side::new(STEPS * RUNS, twin),
        tolerance: 1e-14,
    }
}

fn derivatives_of_tanh(name: &'static str, orders: usize, goal: Option<f64>) -> Work {
    const RUNS: usize = 100;

    let ours = move || {
        let x = Variable::new(black_box(1.0));
        let mut y = x.tanh();
        let mut derivatives = Vec::new();
        for _ in 0..orders {
            y = grad(&y, &[&x]).remove(0);
            derivatives.push(y.item());
        }
        derivatives
    };
    // Every derivative of y = tanh x is a polynomial in y: p' = dp/dy (1 - y^2).
    let twin = move || {
        let mut derivatives = Vec::new();
        for _ in 0..RUNS {
            let y = black_box(1.0_f64).tanh();
            let mut p = [0.0; 16];
            p[1] = 1.0;
            derivatives.clear();
            for order in 1..=orders {
                let mut next = [0.0; 16];
                for (k, c) in p.iter().enumerate().take(order + 1).skip(1) {
                    next[k - 1] += k as f64 * c;
                    next[k + 1] -= k as f64 * c;
                }
                p = next;
                derivatives.push(p.iter().rev().fold(0.0, |sum, c| sum * y + c));
            }
        }
        derivatives
    };
    Work {
        name,
        goal,
        ours: Side::new(1, ours),
        replayed: None,
        twin: Side::new(RUNS, twin),
        tolerance: 1e-8,
    }
}

/// Forward, backward and drop of a long chain, by turns a product and a sum.
fn chain() -> Work {
    const OPS: usize = 300_000;
    const FACTOR: f64 = 0.999;
    const SUMMAND: f64 = 0.001;

    let ours = || {
        let x = Variable::new(black_box(2.0));
        let mut y = &x * FACTOR;
        for i in 1..OPS {
            y = if i % 2 == 0 {
                &y * FACTOR
            } else {
                &y + SUMMAND
            };
        }
        y.backward();
        vec![y.item(), x.grad().unwrap().item()]
    };
    let twin = || {
        let mut values = Vec::with_capacity(OPS + 1);
        let mut y = black_box(2.0);
        values.push(y);
        for i in 0..OPS {
            y = if i % 2 == 0 { y * FACTOR } else { y + SUMMAND };
            values.push(y);
        }
        let mut gy = black_box(1.0);
        for i in (0..OPS).rev() {
            if i % 2 == 0 {
                gy *= FACTOR;
            }
        }
        black_box(values);
        vec![y, gy]
    };
    Work {
        name: "J5 chain of 300,000 scalar operations, per operation",
        goal: Some(60e-9),
        ours: Side::new(OPS, ours),
        replayed: None,
        twin: Side::new(OPS, twin),
        tolerance: 0.0,
    }
}

const A: [f64; 8] = [0.5, 1.5, -2.0, 3.0, 0.25, -1.0, 4.0, 0.125];
const B: [f64; 8] = [2.0, -0.5, 1.0, 0.75, 8.0, 3.0, -1.5, 6.0];

fn small_product() -> Work {
    const OPS: usize = 1000;

    let (a, b) = (Variable::new(A), Variable::new(B));
    let ours = move || {
        for _ in 1..OPS {
            black_box(black_box(&a) * black_box(&b));
        }
        (&a * &b).to_vec()
    };
    let (a, b) = (A.to_vec(), B.to_vec());
    let product =
        |a: &[f64], b: &[f64]| -> Vec<f64> { a.iter().zip(b).map(|(a, b)| a * b).collect() };
    let twin = move || {
        for _ in 1..OPS {
            black_box(product(black_box(&a), black_box(&b)));
        }
        product(&a, &b)
    };
    Work {
        name: "J10 product of shape (8,), forward",
        goal: Some(0.15e-6),
        ours: Side::new(OPS, ours),
        replayed: None,
        twin: Side::new(OPS, twin),
        tolerance: 0.0,
    }
}

fn small_sine() -> Work {
    const OPS: usize = 1000;

    let a = Variable::new(A);
    let ours = move || {
        for _ in 1..OPS {
            black_box(black_box(&a).sin());
        }
        a.sin().to_vec()
    };
    let a = A.to_vec();
    let sine = |a: &[f64]| -> Vec<f64> { a.iter().map(|a| a.sin()).collect() };
    let twin = move || {
        for _ in 1..OPS {
            black_box(sine(black_box(&a)));
        }
        sine(&a)
    };
    Work {
        name: "J10 sine of shape (8,), forward",
        goal: Some(0.15e-6),
        ours: Side::new(OPS, ours),
        replayed: None,
        twin: Side::new(OPS, twin),
        tolerance: 0.0,
    }
}

/// Backward alone; an addition has two edges, to the sum so far and to the leaf.
fn many_leaves() -> Work {
    const LEAVES: usize = 16_384;

    let mut xs = Vec::new();
    let ours = move || {
        if xs.is_empty() {
            xs.extend((0..LEAVES).map(|i| Variable::new(i as f64)));
        }
        let mut y = &xs[0] + &xs[1];
        for x in &xs[2..] {
            y = &y + x;
        }
        xs.iter().for_each(Variable::cleargrad);
        let (time, ()) = timed(|| y.backward());
        (
            time,
            vec![y.item(), xs.iter().map(|x| x.grad().unwrap().item()).sum()],
        )
    };
    let twin = || {
        let xs: Vec<f64> = (0..LEAVES).map(|i| i as f64).collect();
        let (time, grads) = timed(|| vec![black_box(1.0); black_box(LEAVES)]);
        (time, vec![xs.iter().sum(), grads.iter().sum()])
    };
    Work {
        name: "backward over 16,384 leaves in one sum, per edge",
        goal: None,
        ours: Side::partly(2 * LEAVES, ours),
        replayed: None,
        twin: Side::partly(2 * LEAVES, twin),
        tolerance: 0.0,
    }
}

/// Backward alone; an addition has two edges, to the sum so far and to the leaf.
fn one_leaf_many_times() -> Work {
    const USES: usize = 1_000_000;

    let ours = || {
        let x = Variable::new(black_box(0.5));
        let mut y = &x + &x;
        for _ in 2..USES {
            y = &y + &x;
        }
        let (time, ()) = timed(|| y.backward());
        (time, vec![y.item(), x.grad().unwrap().item()])
    };
    let twin = || {
        let (time, gx) = timed(|| (0..USES).fold(0.0, |gx, _| black_box(gx) + 1.0));
        (time, vec![(0..USES).fold(0.0, |y, _| y + 0.5), gx])
    };
    Work {
        name: "backward over one leaf used 1,000,000 times, per edge",
        goal: None,
        ours: Side::partly(2 * USES, ours),
        replayed: None,
        twin: Side::partly(2 * USES, twin),
        tolerance: 0.0,
    }
}
