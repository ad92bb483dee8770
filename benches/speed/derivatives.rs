//! Rows for transforms: Taylor mode, a physics-informed network, Hessians, and what derivatives cost
//! in units of the function.

use std::hint::black_box;

use dezero_core::transforms::{grad, hessian, hvp, pointwise_laplacian, taylor};
use dezero_core::{SparseHessian, Variable, no_grad, sparse_hessian};

use crate::harness::{Side, Work};
use crate::pinn::{self, Network};

/// All orders up to 10 of one tanh, by its recurrence.
pub(crate) fn taylor_of_tanh() -> Work {
    const RUNS: usize = 1000;
    const ORDER: usize = 10;

    let ours = || {
        for _ in 1..RUNS {
            black_box(taylor(|x| x.tanh(), black_box(1.0), ORDER));
        }
        let series = taylor(|x| x.tanh(), black_box(1.0), ORDER);
        series.coefficients().to_vec()
    };
    // k y_k = sum_j j x_j (1 - y^2)_{k-j}, where x = 1 + t.
    let series = |x: f64| -> Vec<f64> {
        let mut y = vec![x.tanh()];
        for k in 0..ORDER {
            let square: f64 = (0..=k).map(|i| y[i] * y[k - i]).sum();
            let one = if k == 0 { 1.0 } else { 0.0 };
            y.push((one - square) / (k + 1) as f64);
        }
        y
    };
    let twin = move || {
        for _ in 1..RUNS {
            black_box(series(black_box(1.0)));
        }
        series(black_box(1.0))
    };
    Work {
        name: "J3 tanh, order 10 by Taylor mode",
        goal: Some(0.4e-6),
        ours: Side::new(RUNS, ours),
        replayed: None,
        twin: Side::new(RUNS, twin),
        tolerance: 1e-13,
    }
}

/// The Laplacian of a network at 1000 points in the loss, and its gradient by the weights.
pub(crate) fn physics_informed_network() -> Work {
    let (network, points) = (Network::new(), pinn::points());
    let weights: Vec<[Variable; 2]> = network
        .layers
        .iter()
        .map(|(w, b)| [w, b].map(|x| Variable::new(pinn::array(x))))
        .collect();
    let x = Variable::constant(pinn::array(&points));
    let source = Variable::constant(pinn::array(&pinn::source(&points)));
    let ours = move || {
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
        result.extend(weights.iter().map(gradient));
        result
    };
    let source = pinn::source(&points);
    let twin = move || {
        let (loss, gradients) = network.step(&points, &source);
        let mut result = vec![loss];
        result.extend(
            gradients
                .iter()
                .map(|g| g.iter().map(|x| x * x).sum::<f64>()),
        );
        result
    };
    Work {
        name: "J7 step of a network 2-50-50-50-1 with its Laplacian in the loss, 1000 points",
        goal: Some(8e-3),
        ours: Side::new(1, ours),
        replayed: None,
        twin: Side::new(1, twin),
        tolerance: 1e-9,
    }
}

/// The chained Rosenbrock function.
pub(crate) fn rosenbrock(x: &Variable) -> Variable {
    let (a, b) = (x.get_item(..-1), x.get_item(1..));
    (100.0 * (b - a.square()).square() + (1.0 - a).square()).sum(..)
}

pub(crate) fn start(n: usize) -> Vec<f64> {
    (0..n).map(|i| 0.5 + (i % 7) as f64 * 0.1).collect()
}

/// The diagonal of the Hessian, and what stands beside it.
fn bands(x: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let n = x.len();
    let mut diagonal = vec![0.0; n];
    let mut beside = vec![0.0; n - 1];
    for i in 0..n - 1 {
        diagonal[i] += 1200.0 * x[i] * x[i] - 400.0 * x[i + 1] + 2.0;
        diagonal[i + 1] += 200.0;
        beside[i] = -400.0 * x[i];
    }
    (diagonal, beside)
}

pub(crate) fn dense_hessian() -> Work {
    const N: usize = 1000;

    let ours = || {
        let x = Variable::new(start(N));
        let h = no_grad(|| hessian(rosenbrock, &x));
        let h = h.data();
        let h = h.as_slice::<f64>().expect("a dense matrix");
        vec![h[0], h[1], h[N], h[N * N - 1], h[N * N / 2 + N / 2]]
    };
    let twin = || {
        let (diagonal, beside) = bands(&start(N));
        let mut h = vec![0.0; N * N];
        for i in 0..N {
            h[i * N + i] = diagonal[i];
        }
        for i in 0..N - 1 {
            h[i * N + i + 1] = beside[i];
            h[(i + 1) * N + i] = beside[i];
        }
        let h = black_box(h);
        vec![h[0], h[1], h[N], h[N * N - 1], h[N * N / 2 + N / 2]]
    };
    Work {
        name: "J8 dense Hessian of the 1000-d Rosenbrock function",
        goal: Some(0.5e-3),
        ours: Side::new(1, ours),
        replayed: None,
        twin: Side::new(1, twin),
        tolerance: 1e-12,
    }
}

/// Of the tridiagonal Hessian, the entries row by row.
fn sparse_hessian_by(
    name: &'static str,
    goal: Option<f64>,
    ours: impl FnMut() -> Vec<f64> + 'static,
) -> Work {
    let twin = || {
        let (diagonal, beside) = bands(&start(SPARSE));
        let mut values = Vec::with_capacity(3 * SPARSE - 2);
        for i in 0..SPARSE {
            if i > 0 {
                values.push(beside[i - 1]);
            }
            values.push(diagonal[i]);
            if i + 1 < SPARSE {
                values.push(beside[i]);
            }
        }
        values
    };
    Work {
        name,
        goal,
        ours: Side::new(1, ours),
        replayed: None,
        twin: Side::new(1, twin),
        tolerance: 1e-12,
    }
}

const SPARSE: usize = 1000;

/// With pattern and colours found before.
pub(crate) fn planned_sparse_hessian() -> Work {
    let plan = SparseHessian::new(rosenbrock, &Variable::new(start(SPARSE)));
    sparse_hessian_by(
        "J8 sparse Hessian of the 1000-d Rosenbrock function, pattern known",
        Some(0.05e-3),
        move || {
            let x = Variable::constant(start(SPARSE));
            no_grad(|| plan.at(&x)).values().to_vec()
        },
    )
}

/// With pattern and colours found anew each time.
pub(crate) fn first_sparse_hessian() -> Work {
    sparse_hessian_by(
        "J8 sparse Hessian of the 1000-d Rosenbrock function, pattern and colours included",
        None,
        || {
            let x = Variable::constant(start(SPARSE));
            no_grad(|| sparse_hessian(rosenbrock, &x)).values().to_vec()
        },
    )
}

pub(crate) fn hessian_vector_product() -> Work {
    const N: usize = 1_000_000;

    let (x, v) = (Variable::new(start(N)), Variable::new(start(N)));
    let ours = move || {
        let h = no_grad(|| hvp(rosenbrock, &x, &v)).data();
        let h = h.as_slice::<f64>().expect("a vector");
        vec![h[0], h[N / 2], h[N - 1]]
    };
    let (x, v) = (start(N), start(N));
    let twin = move || {
        let mut h = vec![0.0; N];
        for i in 0..N - 1 {
            h[i] +=
                (1200.0 * x[i] * x[i] - 400.0 * x[i + 1] + 2.0) * v[i] - 400.0 * x[i] * v[i + 1];
            h[i + 1] += 200.0 * v[i + 1] - 400.0 * x[i] * v[i];
        }
        let h = black_box(h);
        vec![h[0], h[N / 2], h[N - 1]]
    };
    Work {
        name: "J8 Hessian-vector product of the 1,000,000-d Rosenbrock function",
        goal: Some(1.2e-3),
        ours: Side::new(1, ours),
        replayed: None,
        twin: Side::new(1, twin),
        tolerance: 1e-12,
    }
}

/// A derivative beside the plain function: the ratio is the cost in units of the function.
fn in_units_of(
    name: &'static str,
    f: impl Fn(&Variable) -> Variable + Clone + 'static,
    x: &Variable,
    derivative: impl Fn(&dyn Fn(&Variable) -> Variable, &Variable) + 'static,
) -> Work {
    let (g, at) = (f.clone(), x.clone());
    let ours = move || {
        no_grad(|| derivative(&g, &at));
        Vec::new()
    };
    let at = x.clone();
    let twin = move || {
        black_box(no_grad(|| f(&at)));
        Vec::new()
    };
    Work {
        name,
        goal: None,
        ours: Side::new(1, ours),
        replayed: None,
        twin: Side::new(1, twin),
        tolerance: 0.0,
    }
}

/// What gradients and products with Hessians cost in calls of the function, by A. Griewank and A.
/// Walther, "Evaluating Derivatives", at most 4 and 10.
pub(crate) fn costs() -> Vec<Work> {
    let network = Network::new();
    let points = Variable::constant(pinn::array(&pinn::points()));
    let shapes: Vec<(usize, usize)> = network.layers.iter().map(|(w, _)| w.dim()).collect();
    let all: Vec<f64> = network
        .layers
        .iter()
        .flat_map(|(w, b)| w.iter().chain(b.iter()).copied())
        .collect();
    // As a function of all weights together.
    let mlp = move |p: &Variable| {
        let mut from = 0;
        let mut h = points.clone();
        for (i, &(rows, columns)) in shapes.iter().enumerate() {
            let w = p
                .get_item(from..from + rows * columns)
                .reshape([rows, columns]);
            from += rows * columns;
            let b = p.get_item(from..from + columns);
            from += columns;
            h = h.matmul(w) + b;
            if i + 1 < shapes.len() {
                h = h.tanh();
            }
        }
        h.square().mean(..)
    };
    let (weights, long) = (Variable::new(all), Variable::new(start(100_000)));
    let gradient = |f: &dyn Fn(&Variable) -> Variable, x: &Variable| {
        black_box(grad(f, x));
    };
    let product = |f: &dyn Fn(&Variable) -> Variable, x: &Variable| {
        black_box(hvp(f, x, x));
    };
    vec![
        in_units_of(
            "cost of the gradient of an MLP, beside its value",
            mlp.clone(),
            &weights,
            gradient,
        ),
        in_units_of(
            "cost of a Hessian-vector product of an MLP, beside its value",
            mlp,
            &weights,
            product,
        ),
        in_units_of(
            "cost of the gradient of the 100,000-d Rosenbrock function, beside its value",
            rosenbrock,
            &long,
            gradient,
        ),
        in_units_of(
            "cost of a Hessian-vector product of the 100,000-d Rosenbrock function, beside its value",
            rosenbrock,
            &long,
            product,
        ),
    ]
}
