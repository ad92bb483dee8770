//! Each graph recorded anew, as a user of `dezero` writes it.

use std::any::Any;
use std::hint::black_box;

use dezero_core::transforms::{hessian, hvp, pointwise_laplacian, taylor};
use dezero_core::{Array, Backward, SparseHessian, Variable, grad, no_grad};
use peer_protocol::inputs::{self, Matrix};
use peer_protocol::{Row, Work};

pub(crate) fn row(name: &str) -> Row {
    Ok(match name {
        "J1" => gradient_descent(),
        "J2" => newton(),
        "J3-nested" => nested(),
        "J3-taylor" => Work::new(1, || {
            taylor(|x| x.tanh(), black_box(1.0), inputs::ORDER)
                .coefficients()
                .to_vec()
        }),
        "J5" => chain(),
        "J7" => network(),
        "J8-dense" => dense_hessian(),
        "J8-sparse" => sparse_hessian(),
        "J8-product" => hessian_vector_product(),
        "J9" => elementwise(),
        "J10-product" => small(|a, b| a * b),
        "J10-sine" => small(|a, _| a.sin()),
        _ => return Err("not part of the library"),
    })
}

fn gradient_descent() -> Work {
    fn rosenbrock(x0: &Variable, x1: &Variable) -> Variable {
        100.0 * (x1 - x0.powf(2.0)).powf(2.0) + (1.0 - x0).powf(2.0)
    }
    Work::new(inputs::STEPS, || {
        let x0 = Variable::new(black_box(0.0));
        let x1 = Variable::new(black_box(2.0));
        for _ in 0..inputs::STEPS {
            let y = rosenbrock(&x0, &x1);
            x0.cleargrad();
            x1.cleargrad();
            y.backward();
            x0.set_data(x0.item() - inputs::LR * x0.grad().unwrap().item());
            x1.set_data(x1.item() - inputs::LR * x1.grad().unwrap().item());
        }
        vec![x0.item(), x1.item()]
    })
}

fn newton() -> Work {
    Work::new(inputs::NEWTON_STEPS, || {
        let x = Variable::new(black_box(2.0));
        for _ in 0..inputs::NEWTON_STEPS {
            let y = x.powf(4.0) - 2.0 * x.powf(2.0);
            x.cleargrad();
            y.backward_with(Backward::new().create_graph());
            let gx = x.grad().unwrap();
            x.cleargrad();
            gx.backward();
            x.set_data(x.item() - gx.item() / x.grad().unwrap().item());
        }
        vec![x.item()]
    })
}

fn nested() -> Work {
    Work::new(1, || {
        let x = Variable::new(black_box(1.0));
        let mut y = x.tanh();
        let mut derivatives = Vec::new();
        for _ in 0..inputs::ORDER {
            y = grad(&y, &[&x]).remove(0);
            derivatives.push(y.item());
        }
        derivatives
    })
}

fn links(operations: usize) -> (Variable, Variable) {
    let x = Variable::new(black_box(2.0));
    let mut y = &x * inputs::FACTOR;
    for i in 1..operations {
        y = if i % 2 == 0 {
            &y * inputs::FACTOR
        } else {
            &y + inputs::SUMMAND
        };
    }
    (x, y)
}

pub(crate) fn record(operations: usize) -> Box<dyn Any> {
    Box::new(links(operations))
}

fn chain() -> Work {
    Work::new(inputs::CHAIN, || {
        let (x, y) = links(inputs::CHAIN);
        y.backward();
        vec![y.item(), x.grad().unwrap().item()]
    })
}

fn array(matrix: &Matrix) -> Array {
    Array::from_vec(matrix.values.clone(), matrix.shape.as_slice()).expect("its shape")
}

fn network() -> Work {
    let weights: Vec<[Variable; 2]> = inputs::network()
        .iter()
        .map(|[w, b]| [w, b].map(|x| Variable::new(array(x))))
        .collect();
    let at = inputs::points();
    let x = Variable::constant(array(&at));
    let source = Variable::constant(array(&inputs::source(&at)));
    Work::new(1, move || {
        let net = |x: &Variable| {
            let (last, hidden) = weights.split_last().unwrap();
            let h = hidden
                .iter()
                .fold(x.clone(), |h, [w, b]| (h.matmul(w) + b).tanh());
            h.matmul(&last[0]) + &last[1]
        };
        let loss = (pointwise_laplacian(net, &x) + &source).square().mean(..);
        weights.iter().flatten().for_each(Variable::cleargrad);
        loss.backward();
        let gradient = |[w, _]: &[Variable; 2]| w.grad().map_or(0.0, |g| g.square().sum(..).item());
        let mut result = vec![loss.item()];
        result.extend(no_grad(|| weights.iter().map(gradient).collect::<Vec<_>>()));
        result
    })
    .note("pointwise_laplacian")
}

fn rosenbrock(x: &Variable) -> Variable {
    let (a, b) = (x.get_item(..-1), x.get_item(1..));
    (100.0 * (b - a.square()).square() + (1.0 - a).square()).sum(..)
}

fn dense_hessian() -> Work {
    let x = Variable::new(inputs::start(inputs::DENSE));
    Work::new(1, move || {
        let h = no_grad(|| hessian(rosenbrock, &x)).data();
        inputs::corners(h.as_slice::<f64>().expect("a dense matrix"))
    })
}

/// With pattern and colours found before.
fn sparse_hessian() -> Work {
    let x = Variable::new(inputs::start(inputs::DENSE));
    Work::recorded(
        1,
        || {
            let plan = SparseHessian::new(rosenbrock, &x);
            let entry = |place| plan.pattern().iter().position(|at| at == place);
            let places = inputs::PLACES.map(|place| entry(place).expect("an entry"));
            (plan, x, places)
        },
        |(plan, x, places)| {
            let h = no_grad(|| plan.at(x)).values().data();
            let h = h.as_slice::<f64>().expect("a vector");
            places.map(|at| h[at]).to_vec()
        },
    )
    .note("pattern and colours found before")
}

fn hessian_vector_product() -> Work {
    let x = Variable::new(inputs::start(inputs::LONG));
    let v = Variable::new(inputs::start(inputs::LONG));
    Work::new(1, move || {
        let h = no_grad(|| hvp(rosenbrock, &x, &v)).data();
        inputs::ends(h.as_slice::<f64>().expect("a vector")).to_vec()
    })
}

fn elementwise() -> Work {
    let x = Variable::new(inputs::line(inputs::LONG));
    Work::new(1, move || {
        let y = ((x.sin() * (-(&x * &x)).exp()) + &x).tanh().sum(..);
        x.cleargrad();
        y.backward();
        let gx = x.grad().unwrap().data();
        let mut result = vec![y.item()];
        result.extend(inputs::ends(gx.as_slice::<f64>().expect("a vector")));
        result
    })
}

fn small(operation: impl Fn(&Variable, &Variable) -> Variable + 'static) -> Work {
    let (a, b) = (Variable::new(inputs::A), Variable::new(inputs::B));
    Work::new(inputs::OPS, move || {
        for _ in 1..inputs::OPS {
            black_box(operation(black_box(&a), black_box(&b)));
        }
        operation(&a, &b).to_vec()
    })
}
