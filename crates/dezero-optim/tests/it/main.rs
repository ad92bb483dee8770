//! Gradient descent: where it ends, what it counts, what it says when it cannot go on.

mod strd;

use std::cell::Cell;
use std::ops::ControlFlow;

use dezero_core::{DType, Result, Variable, no_grad};
use dezero_optim::{Evaluations, GradientDescent};

#[expect(
    clippy::unnecessary_wraps,
    reason = "the form that functions to minimise have"
)]
fn rosenbrock(x: &[Variable]) -> Result<Variable> {
    Ok(100.0 * (&x[1] - x[0].powf(2.0)).powf(2.0) + (1.0 - &x[0]).powf(2.0))
}

fn at(values: &[f64]) -> Vec<Variable> {
    values.iter().map(|&x| Variable::new(x)).collect()
}

#[test]
fn the_iterates_are_the_books_to_the_last_digit() {
    let start = at(&[0.0, 2.0]);
    let mut points = Vec::new();
    let minimum = GradientDescent::new(0.001)
        .minimize_observed(rosenbrock, &start, |step| {
            points.push((step.point[0].item(), step.point[1].item()));
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(points[1], (0.002, 1.6));
    assert_eq!(points[2], (0.005_275_996_8, 1.280_000_8));
    assert_eq!(
        points[999],
        (0.683_491_784_042_028_9, 0.465_650_599_965_141_35)
    );
    assert_eq!(points.len(), 1001);
    assert_eq!(minimum.iterations, 1000);
    assert!(!minimum.converged);
    // The start stays as it is.
    assert_eq!((start[0].item(), start[1].item()), (0.0, 2.0));
    assert!(start[0].grad().is_none());
}

#[test]
fn it_stops_where_the_gradient_is_within_the_tolerance() {
    let quadratic = |x: &[Variable]| Ok((&x[0] - 3.0).powf(2.0));
    let minimum = GradientDescent::new(0.1)
        .tolerance(1e-6)
        .minimize(quadratic, &at(&[0.0]))
        .unwrap();
    assert!(minimum.converged);
    assert!(minimum.gradient_norm <= 1e-6);
    assert!((minimum.point[0].item() - 3.0).abs() <= 5e-7);
    // The error shrinks by 0.8 a step from a gradient of 6: 6 * 0.8^k <= 1e-6 first at k = 70.
    assert_eq!(minimum.iterations, 70);
}

#[test]
fn the_counts_are_true() {
    let calls = Cell::new(0);
    let counted = |x: &[Variable]| {
        calls.set(calls.get() + 1);
        rosenbrock(x)
    };
    let minimum = GradientDescent::new(0.001)
        .iterations(25)
        .minimize(counted, &at(&[0.0, 2.0]))
        .unwrap();
    assert_eq!(
        minimum.evaluations,
        Evaluations {
            value: 26,
            gradient: 26,
            hessian: 0
        }
    );
    assert_eq!(calls.get(), 26);
}

#[test]
fn arrays_move_as_a_whole_and_keep_their_dtype() {
    let start = Variable::new([1.0_f32, -2.0, 3.0]);
    let minimum = GradientDescent::new(0.25)
        .minimize(
            |x| x[0].try_square()?.try_sum(..),
            std::slice::from_ref(&start),
        )
        .unwrap();
    assert!(minimum.converged);
    assert_eq!(minimum.point[0].dtype(), DType::F32);
    assert!(
        minimum.point[0]
            .to_vec::<f64>()
            .iter()
            .all(|x| x.abs() < 1e-8)
    );
}

#[test]
fn divergence_is_an_error_that_names_the_rate() {
    let error = GradientDescent::new(0.1)
        .minimize(rosenbrock, &at(&[0.0, 2.0]))
        .unwrap_err();
    assert!(error.is_divergence());
    let text = error.to_string();
    assert!(
        text.contains("diverged at iteration 5") && text.contains("below 0.1"),
        "{text}"
    );
}

#[test]
fn a_start_that_is_no_number_is_an_error() {
    let log = |x: &[Variable]| x[0].try_log();
    for start in [-1.0, f64::NAN, 0.0] {
        let error = GradientDescent::new(0.1)
            .minimize(log, &at(&[start]))
            .unwrap_err();
        assert!(error.is_start() && !error.is_divergence(), "{error}");
    }
    // Finite, with a gradient that is not.
    let error = GradientDescent::new(0.1)
        .minimize(|x| x[0].try_sqrt(), &at(&[0.0]))
        .unwrap_err();
    assert!(
        error.is_start() && error.to_string().contains("gradient"),
        "{error}"
    );
}

#[test]
fn what_has_no_gradient_is_a_minimum_already() {
    let constant = |_: &[Variable]| Ok(Variable::constant(7.0));
    let minimum = GradientDescent::new(0.1)
        .minimize(constant, &at(&[1.0]))
        .unwrap();
    assert!(minimum.converged);
    assert_eq!((minimum.iterations, minimum.value), (0, 7.0));
    assert_eq!(minimum.point[0].item(), 1.0);
}

#[test]
fn the_variable_itself_can_be_minimised() {
    let minimum = GradientDescent::new(0.5)
        .iterations(4)
        .minimize(|x| Ok(x[0].clone()), &at(&[1.0]))
        .unwrap();
    assert_eq!(minimum.point[0].item(), -1.0);
}

#[test]
fn it_works_where_the_caller_does_not_record() {
    let minimum =
        no_grad(|| GradientDescent::new(0.1).minimize(|x| x[0].try_square(), &at(&[1.0]))).unwrap();
    assert!(minimum.converged && minimum.iterations > 0);
}

#[test]
fn an_observer_can_stop_it() {
    let minimum = GradientDescent::new(0.001)
        .minimize_observed(rosenbrock, &at(&[0.0, 2.0]), |step| match step.iteration {
            3 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        })
        .unwrap();
    assert_eq!(minimum.iterations, 3);
}

#[test]
fn nothing_to_move_and_nothing_to_compare_are_errors() {
    assert!(
        GradientDescent::new(0.1)
            .minimize(|_| Ok(Variable::new(1.0)), &[])
            .is_err()
    );
    let error = GradientDescent::new(0.1)
        .minimize(|x| Ok(&x[0] * 1.0), &[Variable::new([1.0, 2.0])])
        .unwrap_err();
    assert!(error.to_string().contains("(2,)"), "{error}");
    // An error of the function comes through.
    let error = GradientDescent::new(0.1)
        .minimize(|x| x[0].try_reshape([3, 5]), &at(&[1.0]))
        .unwrap_err();
    assert!(error.to_string().contains("reshape"), "{error}");
}
