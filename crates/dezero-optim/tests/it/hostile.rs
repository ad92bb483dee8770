//! Functions, starts and bounds that lead searches astray: walls, flat and badly scaled places, saddles that
//! look like minima, and limits met where nobody looks.

use dezero_core::Variable;
use dezero_optim::{
    Curvature, GradientDescent, Lbfgs, Method, Minimizer, NewtonTrust, Stop, least_squares,
    minimize, root,
};

fn constant(numbers: &[f64]) -> Variable {
    Variable::constant(numbers.to_vec())
}

/// The value falls towards x = 1, beyond which it is not a number: nothing to arrive at.
#[test]
fn a_wall_is_no_minimum() {
    let f = |x: &Variable| -x.sum(..) + 0.0 * (1.0 - x).sqrt().sum(..);
    for method in [
        NewtonTrust::new().into(),
        NewtonTrust::exact().into(),
        NewtonTrust::conjugate_gradients().into(),
        Method::Bfgs,
        Lbfgs::new().into(),
        GradientDescent::line_search().into(),
    ] {
        let found = Minimizer::new(method)
            .minimize(f, &Variable::new([0.0, 0.3]))
            .unwrap();
        assert_eq!(found.stop, Stop::Stuck, "{found}");
        assert!(found.value < -1.69, "{found}");
    }
}

/// At the wall itself the residual is finite, and its slope is not.
#[test]
fn least_squares_end_at_a_wall() {
    for method in [Method::LevenbergMarquardt, Method::GaussNewton] {
        let fit = Minimizer::new(method)
            .evaluations(2000)
            .least_squares(
                |x| (1.0 - x).sqrt() * 0.0 + (x - 5.0),
                &Variable::new([0.0]),
            )
            .unwrap();
        assert_eq!(fit.optimum.stop, Stop::Stuck, "{fit}");
        assert!((fit.optimum.x.item() - 1.0).abs() < 1e-9, "{fit}");
    }
}

/// The second derivative is infinite at the minimum.
#[test]
fn a_minimum_without_a_hessian_is_one() {
    let f = |x: &Variable| (x - 1.0).abs().powf(1.5).sum(..);
    for start in [[1.0, 1.0], [0.0, 3.0]] {
        let found = minimize(f, &Variable::new(start)).unwrap();
        assert_eq!((found.value, found.stop), (0.0, Stop::Gradient), "{found}");
        assert_eq!(found.curvature, Curvature::Unknown);
    }
}

/// A start so small that steps of its size change nothing.
#[test]
fn tiny_numbers_do_not_hold_a_search() {
    for method in [Method::LevenbergMarquardt, Method::NelderMead] {
        for start in [[1e-20, 1e-20], [1e-20, 0.5]] {
            let found = Minimizer::new(method.clone())
                .minimize(|x| (x - 1.0).square().sum(..), &Variable::new(start))
                .unwrap();
            assert!(found.is_converged() && found.value < 1e-8, "{found}");
        }
    }
}

#[test]
fn gauss_newton_does_not_mind_units() {
    let weights = constant(&[1e-10, 1.0, 1e10]);
    let fit = Minimizer::new(Method::GaussNewton)
        .least_squares(
            |x| x * &weights - constant(&[1.0, 2.0, 3.0]),
            &Variable::new([1.0, 1.0, 1.0]),
        )
        .unwrap();
    assert!(fit.is_converged() && fit.optimum.value < 1e-20, "{fit}");
}

/// There is less room than the simplex is wide, on either side.
#[test]
fn a_simplex_fits_into_narrow_bounds() {
    let f = |x: &Variable| (x - 2.0).square().sum(..);
    for (lower, upper) in [(1.0, 1.01), (0.0, 0.001), (-1.01, -1.0)] {
        for start in [lower, upper, 0.5 * (lower + upper)] {
            let found = Minimizer::new(Method::NelderMead)
                .bounds(lower, upper)
                .minimize(f, &Variable::new([start, start]))
                .unwrap();
            let x = found.x.to_vec::<f64>();
            assert!(x.iter().all(|x| (x - upper).abs() < 1e-5), "{found}");
        }
    }
}

/// The Hessian has rank one; in single precision its other eigenvalues are rounding errors of either sign.
#[test]
fn rounding_in_single_precision_is_no_saddle() {
    let weights = Variable::constant([0.3_f32, 0.7, 1.1, 0.13]);
    let f = |x: &Variable| (x * &weights).sum(..).square() + 1.0;
    let start = Variable::new([1.0_f32, 2.0, -3.0, 0.7]);
    for method in [Method::Auto, Method::Bfgs, Lbfgs::new().into()] {
        let found = Minimizer::new(method).minimize(f, &start).unwrap();
        assert!(found.is_converged(), "{found}");
        assert_eq!(found.curvature, Curvature::Semidefinite, "{found}");
    }
}

/// A weighted path: moving all numbers together changes nothing. The Cholesky factor of its sparse Hessian may
/// well exist in floating point.
#[test]
fn a_singular_sparse_hessian_is_seen_to_be_one() {
    for n in [60, 300, 1000] {
        let weights: Vec<f64> = (0..n - 1)
            .map(|i| 0.1 + (f64::from(i) * 0.37).fract())
            .collect();
        let weights = constant(&weights);
        let start: Vec<f64> = (0..n).map(|i| f64::from(i).sin()).collect();
        let found = minimize(
            |x| {
                let steps = x.get_item(1..) - x.get_item(..-1);
                (steps.square() * &weights).sum(..) + 1.0
            },
            &Variable::new(start),
        )
        .unwrap();
        assert!(found.is_converged(), "{found}");
        assert_eq!(found.curvature, Curvature::Semidefinite, "{found}");
    }
}

/// The gradient is within its tolerance all the way down from the saddle.
#[test]
fn limits_hold_on_the_way_from_a_saddle() {
    let f = |x: &Variable| 1e-9 * (x.powf(4.0) - x.square()).sum(..);
    for most in 0..3 {
        let found = Minimizer::new(Method::Auto)
            .iterations(most)
            .minimize(f, &Variable::new([0.0, 0.0]))
            .unwrap();
        assert!(found.iterations <= most, "{found}");
        assert!(
            found.stop == Stop::Iterations(most) || most > 0 && found.is_converged(),
            "{found}"
        );
    }
}

#[test]
fn the_last_look_keeps_to_the_limit_of_calls() {
    let f = |[a, b]: &[Variable; 2]| (b - a).square() + (1.0 - a).square();
    let start = [Variable::new(-1.2), Variable::new(1.0)];
    for method in [Method::Bfgs, Lbfgs::new().into()] {
        for most in 1..14 {
            let found = Minimizer::new(method.clone())
                .evaluations(most)
                .minimize(f, &start)
                .unwrap();
            assert!(found.evaluations.value <= most, "{found}");
        }
    }
}

/// The columns of the Jacobian are multiples of each other, up to rounding in single precision.
#[test]
fn what_single_precision_does_not_determine_has_no_error() {
    let t = Variable::constant([0.1_f32, 0.2, 0.37, 0.77]);
    let y = Variable::constant([1.0_f32, 2.5, 3.0, 5.0]);
    let fit = least_squares(
        |x| &t * (x.get_item(0) * 0.7 + x.get_item(1) * 0.13) - &y,
        &Variable::new([0.0_f32, 1.0]),
    )
    .unwrap();
    assert!(fit.covariance.iter().all(|c| c.is_nan()), "{fit:?}");
}

/// Far away the function is so large that its least value seems small.
#[test]
fn a_minimum_is_no_root_however_far_the_start() {
    for start in [3.0, 1e6, -1e8] {
        let found = root(|x| x.square() + 1.0, &Variable::new(start)).unwrap();
        assert!(!found.is_converged(), "{found}");
        let found = root(|x| x.square() - 4.0, &Variable::new(start)).unwrap();
        assert!(found.is_converged(), "{found}");
    }
    let found = root(|x| 1e10 * (x.exp() - 1.0), &Variable::new(1.0)).unwrap();
    assert!(found.is_converged(), "{found}");
}

/// Models whose numbers are out of range say nothing, and a search by them ends all the same.
#[test]
fn numbers_out_of_range_do_not_hang_a_search() {
    let f = |x: &Variable| {
        let (y, z) = (x.get_item(0), x.get_item(1));
        let product = &z * &y;
        let step = z.less(-1.0).where_(-1.0, 0.0);
        z.less(&product).where_(&product, step)
    };
    for method in [
        Method::Auto,
        dezero_optim::NewtonTrust::exact().into(),
        Method::Bfgs,
    ] {
        for scale in [1e150, 1e196, 1e300] {
            let start = Variable::new([-2.0 * scale, -4.0]);
            let found = Minimizer::new(method.clone()).minimize(f, &start);
            let Ok(found) = found else { continue }; // a start without a finite Hessian
            assert!(found.evaluations.value < 100_000, "{found}");
        }
    }
}
