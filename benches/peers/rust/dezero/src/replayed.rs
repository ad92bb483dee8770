//! Recorded once as a program, and called: what is told is the call.

use std::any::Any;
use std::hint::black_box;

use dezero_compile::Program;
use dezero_core::transforms::derivatives;
use dezero_core::{Array, SparseHessian, Variable, grad};
use peer_protocol::{Row, Work, inputs};

use crate::{Residual, banana, chain, elementwise, network, quartic, rosenbrock};

pub(crate) fn row(name: &str) -> Row {
    Ok(match name {
        "J1" => gradient_descent(),
        "J2" => newton(),
        "J3-nested" => nested(),
        "J3-taylor" => taylor(),
        "J5" => Work::recorded(inputs::CHAIN, link_by_link, |program| {
            call::<2>(program, &[black_box(2.0)]).to_vec()
        }),
        "J7" => physics_informed_network(),
        "J8-dense" => dense_hessian(),
        "J8-sparse" => sparse_hessian(),
        "J8-product" => hessian_vector_product(),
        "J9" => value_and_gradient(),
        "J10-product" => small(|[a, b]| a * b),
        "J10-sine" => small(|[a, _]| a.sin()),
        _ => return Err("not part of the library"),
    })
}

/// A program of plain numbers, called.
fn call<const N: usize>(program: &Program, inputs: &[f64]) -> [f64; N] {
    let mut outputs = [0.0; N];
    program
        .call(inputs, &mut outputs)
        .expect("the numbers fit the program");
    outputs
}

/// Arrays in, arrays out.
fn run(program: &Program, inputs: &[Array]) -> Vec<Array> {
    program.run(inputs).expect("the arrays fit the program")
}

fn numbers(array: &Array) -> &[f64] {
    array.as_slice::<f64>().expect("numbers in order")
}

fn gradient_descent() -> Work {
    Work::recorded(
        inputs::STEPS,
        || {
            let (x0, x1) = (Variable::new(0.0), Variable::new(2.0));
            Program::record(|[x0, x1]| banana(x0, x1), [&x0, &x1])
                .and_then(|program| program.grad())
                .expect("a formula")
        },
        |gradient| {
            let mut x = black_box([0.0, 2.0]);
            for _ in 0..inputs::STEPS {
                let [g0, g1] = call(gradient, &x);
                x[0] -= inputs::LR * g0;
                x[1] -= inputs::LR * g1;
            }
            x.to_vec()
        },
    )
}

/// The whole step, derivatives included, is one program.
fn newton() -> Work {
    Work::recorded(
        inputs::NEWTON_STEPS,
        || {
            let step = |x: &Variable| {
                let gx = &grad(&quartic(x), &[x])[0];
                x - gx / &grad(gx, &[x])[0]
            };
            Program::record(step, &Variable::new(2.0)).expect("a formula")
        },
        |step| {
            let mut x = black_box(2.0);
            for _ in 0..inputs::NEWTON_STEPS {
                [x] = call(step, &[x]);
            }
            vec![x]
        },
    )
}

/// All orders by one program.
fn nested() -> Work {
    Work::recorded(
        1,
        || {
            let all = |x: &Variable| {
                let mut y = x.tanh();
                let next = |_| {
                    y = grad(&y, &[x]).remove(0);
                    y.clone()
                };
                (0..inputs::ORDER).map(next).collect::<Vec<_>>()
            };
            Program::record(all, &Variable::new(1.0)).expect("a formula")
        },
        |program| call::<{ inputs::ORDER }>(program, &[black_box(1.0)]).to_vec(),
    )
}

fn taylor() -> Work {
    Work::recorded(
        1,
        || {
            let series = |x: &Variable| {
                let mut factorial = 1.0;
                let coefficient = |(k, y): (usize, &Variable)| {
                    factorial *= k.max(1) as f64;
                    y / factorial
                };
                let all = derivatives(|x| x.tanh(), x, inputs::ORDER);
                all.iter().enumerate().map(coefficient).collect::<Vec<_>>()
            };
            Program::record(series, &Variable::new(1.0)).expect("a formula")
        },
        |program| call::<{ inputs::ORDER + 1 }>(program, &[black_box(1.0)]).to_vec(),
    )
}

fn link_by_link() -> Program {
    Program::record(|x| chain(x, inputs::CHAIN), &Variable::new(2.0))
        .and_then(|program| program.value_and_grad())
        .expect("a formula")
}

/// Ready to be called, which takes memory too.
pub(crate) fn record(operations: usize) -> Box<dyn Any> {
    let program = Program::record(|x| chain(x, operations), &Variable::new(2.0));
    let program = program.expect("a formula");
    black_box(call::<1>(&program, &[2.0]));
    Box::new(program)
}

fn physics_informed_network() -> Work {
    let (residual, weights) = (Residual::new(), network());
    Work::recorded(
        1,
        || {
            let variables: Vec<Variable> = weights.iter().cloned().map(Variable::new).collect();
            let program = Program::record(|weights| residual.loss(weights), &variables)
                .and_then(|program| program.value_and_grad())
                .expect("a loss");
            (program, weights)
        },
        |(program, weights)| {
            let results = run(program, weights);
            let square = |g: &Array| numbers(g).iter().map(|g| g * g).sum::<f64>();
            let mut result = vec![numbers(&results[0])[0]];
            result.extend(results[1..].iter().step_by(2).map(square));
            result
        },
    )
    .note("pointwise_laplacian")
}

fn dense_hessian() -> Work {
    let x = inputs::start(inputs::DENSE);
    Work::recorded(
        1,
        || {
            let program = Program::record(rosenbrock, &Variable::new(x.clone()))
                .and_then(|program| program.hessian())
                .expect("a formula");
            (program, [Array::from(x)])
        },
        |(program, x)| inputs::corners(numbers(&run(program, x)[0])),
    )
}

/// With pattern and colours found before.
fn sparse_hessian() -> Work {
    let x = inputs::start(inputs::DENSE);
    Work::recorded(
        1,
        || {
            let at = Variable::new(x.clone());
            let plan = SparseHessian::new(rosenbrock, &at);
            let entry = |place| plan.pattern().iter().position(|at| at == place);
            let places = inputs::PLACES.map(|place| entry(place).expect("an entry"));
            let program = Program::record(|x| plan.at(x).values().clone(), &at);
            (program.expect("a formula"), [Array::from(x)], places)
        },
        |(program, x, places)| {
            let h = &run(program, x)[0];
            places.map(|at| numbers(h)[at]).to_vec()
        },
    )
    .note("pattern and colours found before")
}

fn hessian_vector_product() -> Work {
    let x = inputs::start(inputs::LONG);
    Work::recorded(
        1,
        || {
            let program = Program::record(rosenbrock, &Variable::new(x.clone()))
                .and_then(|program| program.hvp())
                .expect("a formula");
            (program, [Array::from(x.clone()), Array::from(x)])
        },
        |(program, xv)| inputs::ends(numbers(&run(program, xv)[0])).to_vec(),
    )
}

fn value_and_gradient() -> Work {
    let x = inputs::line(inputs::LONG);
    Work::recorded(
        1,
        || {
            let program = Program::record(elementwise, &Variable::new(x.clone()))
                .and_then(|program| program.value_and_grad())
                .expect("a formula");
            (program, [Array::from(x)])
        },
        |(program, x)| {
            let results = run(program, x);
            let mut result = vec![numbers(&results[0])[0]];
            result.extend(inputs::ends(numbers(&results[1])));
            result
        },
    )
}

fn small(operation: fn([&Variable; 2]) -> Variable) -> Work {
    Work::recorded(
        inputs::OPS,
        || {
            let (a, b) = (Variable::new(inputs::A), Variable::new(inputs::B));
            let program = Program::record(|[a, b]| operation([a, b]), [&a, &b]);
            (program.expect("a formula"), [inputs::A, inputs::B].concat())
        },
        |(program, ab)| {
            let mut y = [0.0; 8];
            for _ in 0..inputs::OPS {
                let ab = black_box(ab.as_slice());
                program.call(ab, &mut y).expect("the numbers fit");
                black_box(&y);
            }
            y.to_vec()
        },
    )
    .note("from slice to slice")
}
