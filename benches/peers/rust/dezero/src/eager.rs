//! Each graph recorded anew, as a user of `dezero` writes it.

use std::any::Any;
use std::hint::black_box;

use dezero_core::transforms::{hessian, hvp, taylor};
use dezero_core::{Backward, SparseHessian, Variable, grad, no_grad};
use peer_protocol::{Row, Work, inputs};

use crate::{Residual, banana, chain, elementwise, network, quartic, rosenbrock};

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
        "J5" => link_by_link(),
        "J7" => physics_informed_network(),
        "J8-dense" => dense_hessian(),
        "J8-sparse" => sparse_hessian(),
        "J8-product" => hessian_vector_product(),
        "J9" => value_and_gradient(),
        "J10-product" => small(|a, b| a * b),
        "J10-sine" => small(|a, _| a.sin()),
        _ => return Err("not part of the library"),
    })
}

fn gradient_descent() -> Work {
    Work::new(inputs::STEPS, || {
        let x0 = Variable::new(black_box(0.0));
        let x1 = Variable::new(black_box(2.0));
        for _ in 0..inputs::STEPS {
            let y = banana(&x0, &x1);
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
            let y = quartic(&x);
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

pub(crate) fn record(operations: usize) -> Box<dyn Any> {
    let x = Variable::new(black_box(2.0));
    let y = chain(&x, operations);
    Box::new((x, y))
}

fn link_by_link() -> Work {
    Work::new(inputs::CHAIN, || {
        let x = Variable::new(black_box(2.0));
        let y = chain(&x, inputs::CHAIN);
        y.backward();
        vec![y.item(), x.grad().unwrap().item()]
    })
}

fn physics_informed_network() -> Work {
    let weights: Vec<Variable> = network().into_iter().map(Variable::new).collect();
    let residual = Residual::new();
    Work::new(1, move || {
        let loss = residual.loss(&weights);
        weights.iter().for_each(Variable::cleargrad);
        loss.backward();
        let gradient = |w: &Variable| w.grad().map_or(0.0, |g| g.square().sum(..).item());
        let mut result = vec![loss.item()];
        let gradients = || weights.iter().step_by(2).map(gradient).collect::<Vec<_>>();
        result.extend(no_grad(gradients));
        result
    })
    .note("pointwise_laplacian")
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

fn value_and_gradient() -> Work {
    let x = Variable::new(inputs::line(inputs::LONG));
    Work::new(1, move || {
        let y = elementwise(&x);
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
