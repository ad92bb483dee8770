//! What each method promises.

use dezero_core::Variable;
use dezero_optim::{Method, Minimizer, NewtonTrust, minimize};
use proptest::prelude::*;

use crate::every_method;

#[test]
fn every_method_finds_the_bottom_of_a_bowl() {
    let centre = Variable::constant([1.0, -2.0, 0.5]);
    let weights = Variable::constant([1.0, 2.0, 4.0]);
    for method in every_method() {
        let bowl = |x: &Variable| (&weights * (x - &centre).square()).sum(..);
        let found = Minimizer::new(method)
            .minimize(bowl, &Variable::new([0.0; 3]))
            .unwrap();
        assert!(found.is_converged(), "{found}");
        for (x, c) in found.x.to_vec::<f64>().into_iter().zip([1.0, -2.0, 0.5]) {
            assert!((x - c).abs() < 1e-4, "{found}");
        }
    }
}

/// A positive definite matrix `A'A + I`, and a vector.
fn quadratics() -> impl Strategy<Value = (usize, Vec<f64>, Vec<f64>)> {
    (1_usize..7).prop_flat_map(|n| {
        (
            Just(n),
            prop::collection::vec(-1.0..1.0, n * n),
            prop::collection::vec(-3.0..3.0, n),
        )
    })
}

proptest! {
    #[test]
    fn newton_solves_a_quadratic_in_one_step((n, a, b) in quadratics()) {
        let a = Variable::constant(a).reshape([n, n]);
        let a = a.transpose().matmul(&a) + Variable::constant(dezero_core::Array::eye(n, dezero_core::DType::F64).unwrap());
        let b = Variable::constant(b);
        let f = |x: &Variable| 0.5 * (x * a.matmul(x)).sum(..) - (&b * x).sum(..);
        let expected = a.solve(&b).to_vec::<f64>();
        for method in [Method::Newton, Method::Auto] {
            let found = Minimizer::new(method.clone()).minimize(f, &Variable::new(vec![0.1; n])).unwrap();
            prop_assert!(found.is_converged(), "{found}");
            prop_assert!(method == Method::Auto || found.iterations <= 1, "{found}");
            for (x, e) in found.x.to_vec::<f64>().iter().zip(&expected) {
                prop_assert!((x - e).abs() < 1e-7 * (1.0 + e.abs()), "{found}");
            }
        }
    }

    /// The radius of a trust region, and the length of a line search, do not depend on the unit of the value.
    #[test]
    fn scaling_the_value_changes_nothing(scale in 1e-3_f64..1e3) {
        let f = |x: &Variable| (x.get_item(0).square() - x.get_item(1)).square() + (x.get_item(0) - 2.0).square();
        let start = Variable::new([-1.0, 2.0]);
        let plain = minimize(f, &start).unwrap();
        let scaled = Minimizer::new(Method::Auto)
            .gradient_tolerance(1e-8 * scale)
            .minimize(|x| f(x) * scale, &start)
            .unwrap();
        prop_assert_eq!(plain.iterations, scaled.iterations);
    }
}

#[test]
fn the_choice_is_told() {
    let few = minimize(|x| x.square().sum(..), &Variable::new([1.0, 2.0])).unwrap();
    assert!(
        few.method.contains("trust region") && few.method.contains("2 numbers"),
        "{few}"
    );
    let sparse = minimize(
        |x| (x.get_item(1..) - x.get_item(..499)).square().sum(..) + x.powf(4.0).sum(..),
        &Variable::new(vec![1.0; 500]),
    );
    let sparse = sparse.unwrap();
    assert!(sparse.method.contains("sparse"), "{sparse}");
    let dense = minimize(
        |x| x.square().sum(..).sqrt() + x.square().sum(..),
        &Variable::new(vec![1.0; 300]),
    )
    .unwrap();
    assert!(dense.method.contains("L-BFGS"), "{dense}");
}

#[test]
fn conjugate_gradients_take_products_alone() {
    let found = Minimizer::new(NewtonTrust::conjugate_gradients())
        .check_curvature(false)
        .minimize(
            |x| (x.square() + 1.0).log().sum(..) + x.sum(..).square(),
            &Variable::new(vec![0.5; 200]),
        )
        .unwrap();
    assert!(found.is_converged(), "{found}");
    assert_eq!(found.evaluations.hessian, 0);
    assert!(found.evaluations.products > 0 && found.evaluations.products < 100);
}
