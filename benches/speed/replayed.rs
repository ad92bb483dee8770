//! The same rows by programs that were recorded once: what a call of one takes.

use std::hint::black_box;

use dezero_compile::Program;
use dezero_core::transforms::{derivatives, pointwise_laplacian};
use dezero_core::{Array, SparseHessian, Variable, grad};

use crate::arrays;
use crate::derivatives::{rosenbrock, start};
use crate::harness::{Side, Work, timed};
use crate::pinn::{self, Network};

/// A program of plain numbers, called.
fn call<const N: usize>(program: &Program, inputs: &[f64]) -> [f64; N] {
    let mut outputs = [0.0; N];
    program
        .call(inputs, &mut outputs)
        .expect("the numbers fit the program");
    outputs
}

pub(crate) fn gradient_descent() -> Side {
    const STEPS: usize = 1000;
    const LR: f64 = 0.001;

    let (x0, x1) = (Variable::new(0.0), Variable::new(2.0));
    let program = Program::record(
        |[x0, x1]| 100.0 * (x1 - x0.powf(2.0)).powf(2.0) + (1.0 - x0).powf(2.0),
        [&x0, &x1],
    )
    .and_then(|program| program.value_and_grad())
    .expect("a formula");
    Side::new(STEPS, move || {
        let mut x = black_box([0.0, 2.0]);
        for _ in 0..STEPS {
            let [_, g0, g1] = call(&program, &x);
            x[0] -= LR * g0;
            x[1] -= LR * g1;
        }
        x.to_vec()
    })
}

/// The whole step, derivatives included, is one program.
pub(crate) fn newton() -> Side {
    const STEPS: usize = 8;
    const RUNS: usize = 100;

    let step = Program::record(
        |x| {
            let y = x.powf(4.0) - 2.0 * x.powf(2.0);
            let gx = &grad(&y, &[x])[0];
            let gx2 = &grad(gx, &[x])[0];
            x - gx / gx2
        },
        &Variable::new(2.0),
    )
    .expect("a formula");
    Side::new(STEPS * RUNS, move || {
        let mut x = 0.0;
        for _ in 0..RUNS {
            x = black_box(2.0);
            for _ in 0..STEPS {
                [x] = call(&step, &[x]);
            }
        }
        vec![x]
    })
}

/// All orders by one program.
pub(crate) fn derivatives_of_tanh(orders: usize) -> Side {
    const RUNS: usize = 100;

    let program = Program::record(
        |xs| {
            let mut y = xs[0].tanh();
            let mut derivatives = Vec::new();
            for _ in 0..orders {
                y = grad(&y, &[&xs[0]]).remove(0);
                derivatives.push(y.clone());
            }
            derivatives
        },
        &[Variable::new(1.0)],
    )
    .expect("a formula");
    many(RUNS, program, vec![1.0], orders)
}

pub(crate) fn taylor_of_tanh() -> Side {
    const RUNS: usize = 1000;
    const ORDER: usize = 10;

    let program = Program::record(
        |xs| {
            let mut factorial = 1.0;
            let mut coefficients = vec![];
            for (k, y) in derivatives(|x| x.tanh(), &xs[0], ORDER).iter().enumerate() {
                factorial *= k.max(1) as f64;
                coefficients.push(y / factorial);
            }
            coefficients
        },
        &[Variable::new(1.0)],
    )
    .expect("a formula");
    many(RUNS, program, vec![1.0], ORDER + 1)
}

fn many(runs: usize, program: Program, x: Vec<f64>, outputs: usize) -> Side {
    Side::new(runs, move || {
        let mut y = vec![0.0; outputs];
        for _ in 0..runs {
            program
                .call(black_box(&x), &mut y)
                .expect("the numbers fit the program");
        }
        y
    })
}

pub(crate) fn chain() -> Side {
    const OPS: usize = 300_000;

    let program = Program::record(
        |x| {
            let mut y = x * 0.999;
            for i in 1..OPS {
                y = if i % 2 == 0 { &y * 0.999 } else { &y + 0.001 };
            }
            y
        },
        &Variable::new(2.0),
    )
    .and_then(|program| program.value_and_grad())
    .expect("a formula");
    Side::new(OPS, move || call::<2>(&program, &[black_box(2.0)]).to_vec())
}

/// Recording, simplifying and the first call, beside the function without.
pub(crate) fn compiling() -> Work {
    const STEPS: usize = 2000;

    fn formula(x: &Variable) -> Variable {
        let mut y = x * 0.5;
        for i in 1..=STEPS {
            y = (&y * 0.75 + i as f64).sin() - x * &y;
        }
        y
    }
    let ours = || {
        let x = Variable::new(0.5);
        let (time, results) = timed(|| {
            let program = Program::record(formula, &x).expect("a formula");
            call::<1>(&program, &[black_box(0.25)])
        });
        (time, results.to_vec())
    };
    let twin = || {
        let x = Variable::new(black_box(0.25));
        let (time, y) = timed(|| formula(&x).item());
        (time, vec![y])
    };
    Work {
        name: "compiling a program of 10,000 operations, by hand: the function once",
        goal: Some(50e-3),
        ours: Side::partly(1, ours),
        replayed: None,
        twin: Side::partly(1, twin),
        tolerance: 0.0,
    }
}

/// Arrays in, arrays out.
fn run(program: &Program, inputs: &[Array]) -> Vec<Array> {
    program.run(inputs).expect("the arrays fit the program")
}

pub(crate) fn small_product(a: [f64; 8], b: [f64; 8]) -> Side {
    let (x, y) = (Variable::new(a), Variable::new(b));
    let program = Program::record(|[x, y]| x * y, [&x, &y]).expect("a formula");
    small(program, [a, b].concat())
}

pub(crate) fn small_sine(a: [f64; 8]) -> Side {
    let program = Program::record(|x| x.sin(), &Variable::new(a)).expect("a formula");
    small(program, a.to_vec())
}

fn small(program: Program, inputs: Vec<f64>) -> Side {
    const OPS: usize = 1000;

    Side::new(OPS, move || {
        for _ in 1..OPS {
            black_box(call::<8>(&program, black_box(&inputs)));
        }
        call::<8>(&program, &inputs).to_vec()
    })
}

/// Value and derivative of each element, as one pass over them.
pub(crate) fn elementwise_formula(points: Vec<f64>) -> Side {
    let program = Program::record(
        |x| {
            let y = arrays::formula(x);
            let gx = grad(&y, &[x]).remove(0);
            [y, gx]
        },
        &Variable::new(points.clone()),
    )
    .expect("a formula");
    let inputs = [Array::from(points)];
    Side::partly(1, move || {
        let (time, results) = timed(|| run(&program, &inputs));
        (time, arrays::sums_of_squares(&results[0], &results[1]))
    })
}

pub(crate) fn physics_informed_network() -> Side {
    let (network, points) = (Network::new(), pinn::points());
    let arrays: Vec<Array> = network
        .layers
        .iter()
        .flat_map(|(w, b)| [pinn::array(w), pinn::array(b)])
        .collect();
    let weights: Vec<Variable> = arrays.iter().cloned().map(Variable::new).collect();
    let x = Variable::constant(pinn::array(&points));
    let source = Variable::constant(pinn::array(&pinn::source(&points)));
    let loss = |weights: &[Variable]| {
        let net = |x: &Variable| {
            let (hidden, last) = weights.split_at(weights.len() - 2);
            let h = hidden
                .chunks(2)
                .fold(x.clone(), |h, wb| (h.matmul(&wb[0]) + &wb[1]).tanh());
            h.matmul(&last[0]) + &last[1]
        };
        (pointwise_laplacian(net, &x) + &source).square().mean(..)
    };
    let program = Program::record(loss, &weights)
        .and_then(|program| program.value_and_grad())
        .expect("a loss");
    Side::new(1, move || {
        let results = run(&program, &arrays);
        let square = |g: &Array| g.to_vec::<f64>().iter().map(|g| g * g).sum::<f64>();
        let mut result = vec![results[0].item::<f64>().expect("a number")];
        result.extend(results[1..].iter().step_by(2).map(square));
        result
    })
}

pub(crate) fn dense_hessian() -> Side {
    const N: usize = 1000;

    let program = Program::record(rosenbrock, &Variable::new(start(N)))
        .and_then(|program| program.hessian())
        .expect("a formula");
    let x = [Array::from(start(N))];
    Side::new(1, move || {
        let h = run(&program, &x).remove(0);
        let h = h.as_slice::<f64>().expect("a dense matrix");
        vec![h[0], h[1], h[N], h[N * N - 1], h[N * N / 2 + N / 2]]
    })
}

/// The plan of the sparse Hessian at work, recorded.
pub(crate) fn sparse_hessian() -> Side {
    const N: usize = 1000;

    let plan = SparseHessian::new(rosenbrock, &Variable::new(start(N)));
    let program = Program::record(|x| plan.at(x).values().clone(), &Variable::new(start(N)))
        .expect("a formula");
    let x = [Array::from(start(N))];
    Side::new(1, move || run(&program, &x)[0].to_vec())
}

pub(crate) fn hessian_vector_product() -> Side {
    const N: usize = 1_000_000;

    let program = Program::record(rosenbrock, &Variable::new(start(N)))
        .and_then(|program| program.hvp())
        .expect("a formula");
    let inputs = [Array::from(start(N)), Array::from(start(N))];
    Side::new(1, move || {
        let h = run(&program, &inputs).remove(0);
        let h = h.as_slice::<f64>().expect("a vector");
        vec![h[0], h[N / 2], h[N - 1]]
    })
}
