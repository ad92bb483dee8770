//! Equations.

use dezero_core::Variable;
use dezero_optim::{Stop, root};

#[test]
fn equations_of_one_number() {
    for (f, start, expected) in [
        (
            (|x| x.cos() - x) as fn(&Variable) -> Variable,
            1.0,
            0.739_085_133_215_160_6,
        ),
        (|x| x.square() - 2.0, 1.0, 2.0_f64.sqrt()),
        (|x| x.exp() - 3.0, -2.0, 3.0_f64.ln()),
        (|x| x.atan(), 3.0, 0.0), // where Newton's method diverges
        (|x| x.log(), 0.1, 1.0),
    ] {
        let found = root(f, &Variable::new(start)).unwrap();
        assert!(found.is_converged(), "{found}");
        assert!((found.x.item() - expected).abs() < 1e-10, "{found}");
    }
}

#[test]
fn systems_of_equations() {
    // Broyden's tridiagonal system.
    let f = |x: &Variable| {
        let n = x.size() as isize;
        let zero = Variable::constant([0.0]);
        let before = Variable::concatenate(&[&zero, &x.get_item(..n - 1)], 0);
        let after = Variable::concatenate(&[&x.get_item(1..), &zero], 0);
        (3.0 - 2.0 * x) * x - before - 2.0 * after + 1.0
    };
    let found = root(f, &Variable::new(vec![-1.0; 30])).unwrap();
    assert!(found.is_converged() && found.residual < 1e-12, "{found}");
    assert!(found.iterations < 10);
}

#[test]
fn no_root_is_said_to_be_none() {
    let found = root(|x| x.square() + 1.0, &Variable::new(3.0)).unwrap();
    assert!(!found.is_converged(), "{found}");
    assert!((found.residual - 1.0).abs() < 1e-6);
    assert!(found.to_string().starts_with("no root"));
    // A double root is found slowly, but it is.
    let found = root(|x| (x - 1.0).square(), &Variable::new(3.0)).unwrap();
    assert!(found.is_converged(), "{found}");
    let start = root(|x| x * 2.0, &Variable::new(0.0)).unwrap();
    assert!(start.is_converged() && start.stop == Stop::Gradient && start.iterations == 0);
}
