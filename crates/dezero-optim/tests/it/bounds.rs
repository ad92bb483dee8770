//! Searches within bounds.

use std::cell::Cell;

use dezero_core::Variable;
use dezero_optim::{Adam, Curvature, GradientDescent, Lbfgs, Method, Minimizer, Momentum, Stop};

use crate::rosenbrock;

fn bounded_methods() -> Vec<Method> {
    vec![
        Method::Auto,
        Lbfgs::new().into(),
        Lbfgs::new().memory(3).into(),
        GradientDescent::new(0.001).into(),
        GradientDescent::line_search().into(),
        Momentum::new(0.0005).into(),
        Adam::new(0.01).into(),
        Method::NelderMead,
    ]
}

/// With x0 <= 0.5, the least value is at (0.5, 0.25).
#[test]
fn no_evaluation_violates_a_bound() {
    for method in bounded_methods() {
        let calls = Cell::new(0);
        let f = |x: &[Variable; 2]| {
            let (x0, x1) = (x[0].item(), x[1].item());
            assert!(
                (-1.5..=0.5).contains(&x0) && (-0.25..=3.0).contains(&x1),
                "({x0}, {x1})"
            );
            calls.set(calls.get() + 1);
            rosenbrock(x)
        };
        let found = Minimizer::new(method)
            .bounds([-1.5, -0.25], [0.5, 3.0])
            .minimize(f, &[Variable::new(-1.2), Variable::new(1.0)])
            .unwrap();
        assert!(found.is_converged(), "{found}");
        assert!((found.value - 0.25).abs() < 1e-6, "{found}");
        assert!((found.x[0].item() - 0.5).abs() < 1e-6 && (found.x[1].item() - 0.25).abs() < 1e-4);
        assert_eq!(found.evaluations.value, calls.get());
    }
}

#[test]
fn what_no_bound_holds_is_found_as_without() {
    for method in [Method::Auto, Lbfgs::new().into(), Method::NelderMead] {
        let found = Minimizer::new(method)
            .bounds(-10.0, 10.0)
            .minimize(rosenbrock, &[Variable::new(-1.2), Variable::new(1.0)])
            .unwrap();
        assert!(found.is_converged(), "{found}");
        assert!(found.value < 1e-10, "{found}");
    }
}

/// A quadratic with many bounds that hold: each number goes to its own minimum, cut off.
#[test]
fn many_bounds_may_hold_at_once() {
    let n = 40;
    let centre: Vec<f64> = (0..n).map(|i| (f64::from(i) - 20.0) / 4.0).collect();
    let c = Variable::constant(centre.clone());
    let found = Minimizer::new(Method::Auto)
        .bounds(-2.0, 1.0)
        .minimize(
            |x| (x - &c).square().sum(..) + (x - &c).powf(4.0).sum(..),
            &Variable::new(vec![0.0; 40]),
        )
        .unwrap();
    assert!(found.is_converged(), "{found}");
    for (x, c) in found.x.to_vec::<f64>().iter().zip(&centre) {
        assert!((x - c.clamp(-2.0, 1.0)).abs() < 1e-6, "{x} for {c}");
    }
    assert_eq!(found.curvature, Curvature::PositiveDefinite);
}

#[test]
fn what_falls_without_end_within_bounds_is_told() {
    for f in [(|x| x * 1.0) as fn(&Variable) -> Variable, |x| -x.square()] {
        let found = Minimizer::new(Method::Auto)
            .bounds(f64::NEG_INFINITY, 10.0)
            .minimize(f, &Variable::new(-1.0))
            .unwrap();
        assert_eq!(found.stop, Stop::Unbounded, "{found}");
    }
}

#[test]
fn one_sided_fixed_and_single_precision_bounds() {
    let f = |x: &Variable| (x + 1.0).square().sum(..);
    let found = Minimizer::new(Method::Auto)
        .bounds(
            [0.5, f64::NEG_INFINITY, 2.0],
            [f64::INFINITY, f64::INFINITY, 2.0],
        )
        .minimize(f, &Variable::new([3.0, 3.0, 2.0]))
        .unwrap();
    let x = found.x.to_vec::<f64>();
    assert!(
        x[0] == 0.5 && (x[1] + 1.0).abs() < 1e-8 && x[2] == 2.0,
        "{found}"
    );
    let found = Minimizer::new(Method::Auto)
        .bounds(0.1, 1.0)
        .minimize(
            |x| {
                assert!(x.item() >= 0.1);
                (x + 1.0).square()
            },
            &Variable::new(0.5_f32),
        )
        .unwrap();
    assert!((found.x.item() - 0.1).abs() < 1e-6, "{found}");
}

/// A decay whose rate may not be negative, fitted to data that grow.
#[test]
fn fits_stay_within_bounds() {
    let t = Variable::constant([0.0, 1.0, 2.0, 3.0]);
    let y = Variable::constant([1.0, 1.2, 1.4, 1.7]);
    let fit = Minimizer::new(Method::Auto)
        .bounds([0.0, 0.0], f64::INFINITY)
        .least_squares(
            |[a, b]| {
                assert!(a.item() >= 0.0 && b.item() >= 0.0);
                a * (-b * &t).exp() - &y
            },
            [&Variable::new(2.0), &Variable::new(1.0)],
        )
        .unwrap();
    assert!(fit.is_converged(), "{fit}");
    let [a, b] = &fit.optimum.x;
    assert!((a.item() - 1.325).abs() < 1e-6 && b.item() == 0.0, "{fit}");
    assert!(fit.optimum.method.contains("Levenberg"), "{fit}");
    // That of b has no meaning, and a is a mean of four.
    let [da, db] = &fit.standard_errors;
    assert!(db.item().is_nan());
    assert!(
        (da.item() - fit.residual_deviation / 2.0).abs() < 1e-9,
        "{fit}"
    );
}

/// Bounds that do not hold in the end change nothing, also where they cut steps on the way.
#[test]
fn least_squares_within_wide_and_narrow_bounds() {
    use dezero_optim::test_functions::more_garbow_hillstrom;
    for problem in more_garbow_hillstrom() {
        let residuals = |x: &Variable| problem.residuals(x).unwrap();
        let start = Variable::new(problem.start());
        let wide = Minimizer::new(Method::Auto)
            .bounds(-1e7, 1e7)
            .least_squares(residuals, &start)
            .unwrap();
        let value = wide.optimum.value;
        assert!(
            problem.is_minimum(value),
            "{}: {}",
            problem.name(),
            wide.optimum
        );
        // A box around the start, at a corner of which the start stands.
        let lower: Vec<f64> = problem.start().to_vec();
        let upper: Vec<f64> = lower.iter().map(|x| x + 0.25 * x.abs().max(1.0)).collect();
        let inside = |x: &Variable| {
            let x = x.to_vec::<f64>();
            assert!(
                x.iter()
                    .zip(&lower)
                    .zip(&upper)
                    .all(|((x, l), u)| l <= x && x <= u)
            );
        };
        let narrow = Minimizer::new(Method::Auto)
            .bounds(lower.clone(), upper.clone())
            .least_squares(
                |x: &Variable| {
                    inside(x);
                    residuals(x)
                },
                &start,
            )
            .unwrap();
        let found = &narrow.optimum;
        assert!(found.stop.is_converged(), "{}: {found}", problem.name());
        // As low as by another method.
        let other = Minimizer::new(Lbfgs::new())
            .bounds(lower.clone(), upper.clone())
            .minimize(|x: &Variable| problem.value(x), &start)
            .unwrap();
        // (The trigonometric problem has several minima in the box.)
        assert!(
            found.value <= other.value * (1.0 + 1e-6) + 1e-10 || problem.name() == "trigonometric",
            "{}: {found}, and {other}",
            problem.name()
        );
    }
}

#[test]
fn what_is_no_bound_is_refused() {
    let f = |x: &Variable| x.square().sum(..);
    let start = Variable::new([0.5, 3.0]);
    let error = Minimizer::new(Method::Auto)
        .bounds(0.0, 1.0)
        .minimize(f, &start)
        .unwrap_err();
    assert!(
        error.is_bounds() && error.to_string().contains("number 1 is 3.0"),
        "{error}"
    );
    for method in [
        Method::Newton,
        Method::Bfgs,
        dezero_optim::NewtonTrust::new().into(),
    ] {
        let error = Minimizer::new(method)
            .bounds(0.0, 5.0)
            .minimize(f, &start)
            .unwrap_err();
        assert!(
            error.is_method() && error.to_string().contains("Lbfgs"),
            "{error}"
        );
    }
}
