//! Searches in many dimensions, by a sparse Hessian.

use dezero_core::Variable;
use dezero_optim::test_functions::{chained_rosenbrock, extended_rosenbrock};
use dezero_optim::{Lbfgs, Minimizer, minimize};

#[test]
fn ten_thousand_numbers_take_a_few_steps() {
    let pairs = extended_rosenbrock(10_000);
    let found = minimize(|x: &Variable| pairs.value(x), &Variable::new(pairs.start())).unwrap();
    assert!(
        found.is_converged() && pairs.is_minimum(found.value),
        "{found}"
    );
    assert!(found.iterations < 40, "{found}");

    let chain = chained_rosenbrock(10_000);
    let found = minimize(
        |x: &Variable| chain.value(x),
        &Variable::new(vec![2.0; 10_000]),
    )
    .unwrap();
    assert!(
        found.is_converged() && chain.is_minimum(found.value),
        "{found}"
    );
    assert!(found.iterations < 40, "{found}");
}

#[test]
fn limited_memory_does_too() {
    let pairs = extended_rosenbrock(10_000);
    let found = Minimizer::new(Lbfgs::new())
        .minimize(|x: &Variable| pairs.value(x), &Variable::new(pairs.start()))
        .unwrap();
    assert!(
        found.is_converged() && pairs.is_minimum(found.value),
        "{found}"
    );
}
