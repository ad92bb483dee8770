//! What a search says of the place where it ended.

use dezero_core::Variable;
use dezero_optim::{
    Curvature, GradientDescent, Method, Minimizer, NewtonTrust, least_squares, minimize,
};

fn saddle(x: &Variable) -> Variable {
    let (a, b) = (x.get_item(0), x.get_item(1));
    a.square() - b.square() + 0.25 * b.powf(4.0)
}

#[test]
fn a_saddle_is_reported_as_a_saddle() {
    // On the ridge, where the gradient leads to the saddle.
    let start = Variable::new([1.0, 0.0]);
    for method in [
        Method::Newton,
        Method::Bfgs,
        GradientDescent::new(0.1).into(),
        dezero_optim::Lbfgs::new().into(),
    ] {
        let found = Minimizer::new(method).minimize(saddle, &start).unwrap();
        assert_eq!(found.curvature, Curvature::Indefinite, "{found}");
        assert!(!found.is_converged());
        assert!(found.to_string().contains("saddle"), "{found}");
    }
}

/// A direction down is seen beside one that rises 10^12 times as steeply.
#[test]
fn a_saddle_between_steep_walls_is_seen() {
    let f = |x: &Variable| {
        let (a, b) = (x.get_item(0), x.get_item(1));
        1e12 * a.square() - b.square() + 0.25 * b.powf(4.0)
    };
    let found = Minimizer::new(Method::Newton)
        .minimize(f, &Variable::new([1.0, 0.0]))
        .unwrap();
    assert_eq!(found.curvature, Curvature::Indefinite, "{found}");
    let found = minimize(f, &Variable::new([1.0, 0.0])).unwrap();
    assert!((found.value + 1.0).abs() < 1e-6, "{found}");
}

#[test]
fn the_default_method_leaves_a_saddle() {
    let found = minimize(saddle, &Variable::new([1.0, 0.0])).unwrap();
    assert!(found.is_converged(), "{found}");
    assert_eq!(found.curvature, Curvature::PositiveDefinite);
    assert!((found.value + 1.0).abs() < 1e-12);
    // And a maximum.
    let found = minimize(|x| x.powf(4.0) - 2.0 * x.powf(2.0), &Variable::new(0.0)).unwrap();
    assert!((found.x.item().abs() - 1.0).abs() < 1e-8, "{found}");
    let found = Minimizer::new(NewtonTrust::exact())
        .minimize(|x| x.cos(), &Variable::new(0.0))
        .unwrap();
    assert!((found.value + 1.0).abs() < 1e-12, "{found}");
}

#[test]
fn what_does_not_matter_stays_where_it_is() {
    let f = |x: &Variable| x.get_item(0).powf(4.0) + (x.get_item(0) - x.get_item(2)).square();
    for method in [Method::Auto, NewtonTrust::exact().into()] {
        let found = Minimizer::new(method)
            .minimize(f, &Variable::new([3.0, 7.0, -2.0]))
            .unwrap();
        assert!(found.is_converged(), "{found}");
        assert_eq!(found.x.to_vec::<f64>()[1], 7.0);
    }
}

/// The squares of residuals have saddles and maxima too.
#[test]
fn fits_leave_saddles() {
    // At 0, the square of x^2 - 1 has a maximum.
    let fit = least_squares(|x| x.square() - 1.0, &Variable::new(0.0)).unwrap();
    assert!(fit.is_converged(), "{fit}");
    assert!((fit.optimum.x.item().abs() - 1.0).abs() < 1e-9, "{fit}");
    let fit = Minimizer::new(Method::GaussNewton)
        .least_squares(|x| x.square() - 1.0, &Variable::new(0.0))
        .unwrap();
    assert_eq!(fit.optimum.curvature, Curvature::Indefinite, "{fit}");
    assert!(!fit.is_converged());
    // A slope that is a product, from where both factors have the wrong sign.
    let t = Variable::constant([1.0, 2.0, 3.0]);
    let y = Variable::constant([3.0, 2.0, 1.1]);
    let one = || Variable::new(1.0);
    let fit = least_squares(
        |[a, b, c]| a * b * &t + c - &y,
        [&one(), &one(), &Variable::new(0.0)],
    )
    .unwrap();
    assert!(fit.optimum.value < 0.01, "{fit}");
}

#[test]
fn bounded_searches_leave_saddles() {
    let found = Minimizer::new(Method::Auto)
        .bounds(-1.0, 1.0)
        .minimize(|x| -x.square(), &Variable::new(0.0))
        .unwrap();
    assert!(
        found.x.item().abs() == 1.0 && found.value == -1.0,
        "{found}"
    );
}

#[test]
fn flat_places_are_told_from_strict_minima() {
    let f = |x: &Variable| x.get_item(0).square();
    let found = minimize(f, &Variable::new([1.0, 1.0])).unwrap();
    assert_eq!(found.curvature, Curvature::Semidefinite);
    assert!(found.is_converged());
    let found = minimize(|x| x.square().sum(..), &Variable::new([1.0, 1.0])).unwrap();
    assert_eq!(found.curvature, Curvature::PositiveDefinite);
    let found = Minimizer::new(Method::Auto)
        .check_curvature(false)
        .minimize(|x| x.square().sum(..), &Variable::new([1.0, 1.0]))
        .unwrap();
    assert_eq!(
        (found.curvature, found.evaluations.hessian),
        (Curvature::Unknown, 1)
    );
}

/// A Hessian whose pattern was found on another branch is found again.
#[test]
fn a_function_that_branches_has_the_hessian_of_its_branch() {
    let f = |x: &Variable| {
        let squares = (x - 1.0).square().sum(..);
        let coupled = if x.get_item(0).item() > 3.0 {
            Variable::constant(0.0)
        } else {
            // Only near the minimum: all numbers depend on each other.
            (x.sum(..) - x.size() as f64).square() + x.prod(..) * 0.0
        };
        squares + coupled
    };
    for n in [3, 8, 80] {
        let found = minimize(f, &Variable::new(vec![5.0; n])).unwrap();
        assert!(found.is_converged(), "{found}");
        assert!(found.value < 1e-15, "{found}");
    }
}
