//! `gradcheck` itself: right functions pass, and each way to be wrong is found and named.

use std::sync::atomic::{AtomicU64, Ordering};

use dezero_core::gradcheck::{
    Cause, Coverage, Failure, GradCheck, Report, gradcheck, gradgradcheck,
};
use dezero_core::{Array, DType, Function, Result, Variable};
use insta::assert_snapshot;

/// A function of one's own that computes `f` elementwise, with a derivative that may be wrong.
struct Made<B> {
    forward: fn(&[Array]) -> Result<Array>,
    backward: B,
}

impl<B> Function for Made<B>
where
    B: Fn(&[Variable], &Variable) -> Vec<Variable> + Send + Sync + 'static,
{
    fn name(&self) -> &'static str {
        "Made"
    }

    fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
        (self.forward)(xs).map(|y| vec![y])
    }

    fn backward(&self, xs: &[Variable], _: &[Variable], gys: &[Variable]) -> Result<Vec<Variable>> {
        Ok((self.backward)(xs, &gys[0]))
    }
}

/// The sine, with this as its derivative.
fn sine(
    derivative: impl Fn(&Variable, &Variable) -> Variable + Send + Sync + Clone + 'static,
) -> impl Fn(&[Variable]) -> Variable {
    move |xs| {
        let derivative = derivative.clone();
        Made {
            forward: |xs| Ok(xs[0].map_float(f64::sin, f32::sin)),
            backward: move |xs: &[Variable], gy: &Variable| vec![derivative(&xs[0], gy)],
        }
        .call(&[&xs[0]])
    }
}

fn points() -> Variable {
    Variable::new([[0.3, -0.8, 1.1], [0.5, 2.0, -1.7]])
}

fn wrong(result: Result<Report, Failure>) -> Report {
    match result {
        Err(Failure::Wrong(report)) => report,
        other => panic!("{other:?}"),
    }
}

/// The cause of the first thing that is wrong.
fn cause(result: Result<Report, Failure>) -> Option<Cause> {
    wrong(result).causes().next().cloned()
}

#[test]
fn right_derivatives_pass_to_high_orders() {
    let f = |xs: &[Variable]| (xs[0].sin() * &xs[1]).sum(0) / (1.0 + xs[2].square());
    let (a, b, c) = (
        points().named("a"),
        Variable::new([[2.0], [-1.0]]),
        Variable::new(0.7),
    );
    let report = GradCheck::new().order(4).run(f, &[&a, &b, &c]).unwrap();
    assert_eq!(report.orders().len(), 4);
    assert_eq!(report.orders()[3].order(), 4);
    for order in report.orders() {
        for (input, compared) in order.inputs().iter().zip([6, 2, 1]) {
            assert_eq!(input.coverage(), Coverage::Elements { compared, wrong: 0 });
            assert!(input.is_right() && input.worst().unwrap().difference() < 1e-7);
        }
    }
    assert!([&a, &b, &c].iter().all(|x| x.grad().is_none()));
    assert_snapshot!(report, @r"
    gradcheck: the derivatives are right up to order 4
      input 0 `a`, float64 of shape (2, 3): right in 6 elements
      input 1, float64 of shape (2, 1): right in 2 elements
      input 2, float64 of shape (): right in 1 element
    ");
    let report = gradcheck(sine(|x, gy| gy * x.cos()), &[&points()]).unwrap();
    assert_snapshot!(report, @r"
    gradcheck: the derivative is right
      input 0, float64 of shape (2, 3): right in 6 elements
    ");
}

#[test]
fn f32_is_checked_with_what_f32_can_tell() {
    let x = Variable::new(points().data().astype(DType::F32));
    let w = Variable::new([2.0, -1.0, 0.5]);
    GradCheck::new()
        .order(3)
        .run(|xs| xs[0].tanh() * xs[0].exp(), &[&x])
        .unwrap();
    // The narrowest decides, whatever is moved.
    gradgradcheck(|xs| xs[0].tanh() * xs[1].exp(), &[&x, &w]).unwrap();
    gradcheck(|xs| xs[0].exp().cast(DType::F32), &[&w]).unwrap();
    let off = sine(|x, gy| gy * x.cos() * 1.01);
    assert!(matches!(
        cause(gradcheck(off, &[&x])),
        Some(Cause::Factor { factor, .. }) if (factor - 1.01).abs() < 1e-3
    ));
}

#[test]
fn a_small_error_is_found() {
    let off = sine(|x, gy| gy * x.cos() * (1.0 + 1e-5));
    let result = gradcheck(|xs| off(xs).sum(..), &[&points()]);
    assert_snapshot!(result.unwrap_err(), @r"
    gradcheck: the first derivative is wrong
      input 0, float64 of shape (2, 3): differs in 6 of 6 elements
        worst at      [0, 0]
        analytic      0.9553460
        numerical     0.9553365
        difference    9.553365e-6, where 9.7e-7 is allowed
        likely cause: a wrong factor: it is 1 + 1.0e-5 times what it should be
    ");
    let loose = GradCheck::new()
        .rtol(1e-4)
        .run(sine(|x, gy| gy * x.cos() * (1.0 + 1e-5)), &[&points()]);
    loose.unwrap();
    let looser = GradCheck::new()
        .atol(0.1)
        .run(sine(|x, gy| gy * (x.cos() + 0.05)), &[&points()]);
    looser.unwrap();
}

#[test]
fn integers_bools_and_constants_are_passed_on() {
    let (x, at) = (points().named("x"), Variable::new([2_i64, 0]));
    let mask = Variable::new([true, false]);
    let c = Variable::constant(3.0);
    let f = |xs: &[Variable]| {
        assert_eq!(xs[1].dtype(), DType::I64);
        xs[2].where_(xs[0].square().take(&xs[1], 1), 0.0) * &xs[3]
    };
    let report = gradcheck(f, &[&x, &at, &mask, &c]).unwrap();
    for input in &report.orders()[0].inputs()[1..] {
        assert_eq!(input.coverage(), Coverage::Unchecked);
    }
    assert_snapshot!(report, @r"
    gradcheck: the derivative is right
      input 0 `x`, float64 of shape (2, 3): right in 6 elements
      input 1, int64 of shape (2,): not checked, as it has no derivative
      input 2, bool of shape (2,): not checked, as it has no derivative
      input 3, float64 of shape (): not checked, as it is constant
    ");
}

#[test]
fn results_of_any_kind_are_taken() {
    let x = points();
    // No elements at all, inputs that are not used, results that depend on nothing.
    gradgradcheck(
        |xs| xs[0].exp(),
        &[&Variable::new(Array::zeros(&[0, 3], DType::F64).unwrap())],
    )
    .unwrap();
    gradgradcheck(|xs| xs[0].get_item(0..0), &[&x]).unwrap();
    gradgradcheck(|xs| xs[0].exp(), &[&x, &Variable::new(1.0)]).unwrap();
    gradgradcheck(|_| Variable::constant(1.0), &[&x]).unwrap();
    gradgradcheck(|_| Variable::new(1.0), &[&x]).unwrap();
    gradgradcheck(|xs| xs[0].clone(), &[&x]).unwrap();
    gradgradcheck(|xs| xs[0].greater(0.4).where_(&xs[0], 2.0), &[&x]).unwrap();
    // Results of computations are inputs as good as any.
    gradcheck(|xs| xs[0].exp(), &[&x.exp()]).unwrap();
}

#[test]
fn what_cannot_be_checked_is_an_error() {
    let x = points();
    let error = |result: Result<Report, Failure>| match result {
        Err(Failure::Error(error)) => {
            assert!(
                error
                    .line()
                    .is_some_and(|line| line.file().ends_with("gradcheck.rs"))
            );
            error.to_string().lines().next().unwrap().to_string()
        }
        other => panic!("{other:?}"),
    };
    assert_snapshot!(error(GradCheck::new().order(0).run(|xs| xs[0].exp(), &[&x])), @"gradcheck: order 0 is the function itself, and there is nothing to compare it with; the first derivative is order 1");
    assert_snapshot!(error(gradcheck(|xs| xs[0].greater(0.0), &[&x])), @"gradcheck: the function gives bool, which has no derivative; f32 and f64 have");
    assert_snapshot!(error(gradcheck(|xs| xs[0].sum(..), &[&Variable::new([1_i64])])), @"gradcheck: none of the inputs has a derivative: they are integers, bools or constants, or there are none");
    assert_snapshot!(error(gradcheck(|_| Variable::new(1.0), &[])), @"gradcheck: none of the inputs has a derivative: they are integers, bools or constants, or there are none");
    let sized = |xs: &[Variable]| {
        let n = if xs[0].to_vec::<f64>()[0] > 0.3 { 2 } else { 1 };
        xs[0].get_item(0..n)
    };
    assert_snapshot!(error(gradcheck(sized, &[&x])), @"gradcheck: the function gives shape (1, 3) at the point and (2, 3) right beside it; its shape may not depend on the values");
    // What the engine finds wrong with a cotangent.
    let unsummed = |xs: &[Variable]| {
        Made {
            forward: |xs| {
                xs[0]
                    .zip_float(&xs[1], "mul", |a, b| a * b, |a, b| a * b)
                    .map_err(Into::into)
            },
            backward: |xs: &[Variable], gy: &Variable| vec![gy * &xs[1], gy * &xs[0]],
        }
        .call(&[&xs[0], &xs[1]])
    };
    assert_snapshot!(error(gradcheck(unsummed, &[&x, &Variable::new([1.0, 2.0, 3.0])])), @"function `Made`: backward gave input 1, of shape (3,), a cotangent of shape (2, 3); `sum_to` undoes a broadcast");
}

#[test]
fn a_wrong_sign_is_named() {
    let result = gradcheck(sine(|x, gy| -(gy * x.cos())), &[&points().named("x")]);
    assert_snapshot!(result.unwrap_err(), @r"
    gradcheck: the first derivative is wrong
      input 0 `x`, float64 of shape (2, 3): differs in 6 of 6 elements
        worst at      [0, 0]
        analytic      1.321527
        numerical     -1.321527
        difference    2.643054, where 1.3e-6 is allowed
        likely cause: a wrong sign: it is -1 times what it should be
      (the numbers are derivatives of the sum of the results with random weights)
    ");
    // A single number has a ratio to any other.
    let x = Variable::new(0.4);
    assert_eq!(
        cause(gradcheck(sine(|x, gy| -(gy * x.cos())), &[&x])),
        Some(Cause::Sign)
    );
    assert_eq!(cause(gradcheck(sine(|x, gy| gy * x), &[&x])), None);
}

#[test]
fn a_missing_factor_is_named() {
    let result = gradcheck(sine(|x, gy| gy * x.cos() * 2.0), &[&points()]);
    assert_snapshot!(result.unwrap_err(), @r"
    gradcheck: the first derivative is wrong
      input 0, float64 of shape (2, 3): differs in 6 of 6 elements
        worst at      [0, 0]
        analytic      -2.643054
        numerical     -1.321527
        difference    1.321527, where 2.7e-6 is allowed
        likely cause: a wrong factor: it is 2.000000 times what it should be
      (the numbers are derivatives of the sum of the results with random weights)
    ");
}

#[test]
fn a_mean_in_the_place_of_a_sum_is_named() {
    let f = |xs: &[Variable]| {
        Made {
            forward: |xs| xs[0].broadcast_to(&[3, 4]).map_err(Into::into),
            backward: |_: &[Variable], gy: &Variable| vec![gy.mean(0)],
        }
        .call(&[&xs[0]])
    };
    let x = Variable::new([1.0, 2.0, 3.0, 4.0]);
    assert!(matches!(
        cause(gradcheck(f, &[&x])),
        Some(Cause::Factor { factor, mean_over: Some(0) }) if (factor - 1.0 / 3.0).abs() < 1e-9
    ));
}

#[test]
fn a_missing_sum_is_named() {
    let f = |xs: &[Variable]| {
        Made {
            forward: |xs| {
                xs[0]
                    .zip_float(&xs[1], "mul", |a, b| a * b, |a, b| a * b)
                    .map_err(Into::into)
            },
            backward: |xs: &[Variable], gy: &Variable| vec![gy * &xs[1], (gy * &xs[0]).get_item(1)],
        }
        .call(&[&xs[0], &xs[1]])
    };
    let result = gradcheck(f, &[&points(), &Variable::new([1.0, 2.0, 3.0]).named("b")]);
    assert_snapshot!(result.unwrap_err(), @r"
    gradcheck: the first derivative is wrong
      input 0, float64 of shape (2, 3): right in 6 elements
      input 1 `b`, float64 of shape (3,): differs in 3 of 3 elements
        worst at      [0]
        analytic      0.7354407
        numerical     0.3204476
        difference    0.4149931, where 7.5e-7 is allowed
        likely cause: a missing sum: it is the derivative of slice 1 along axis 0 of the
          result alone; the input is broadcast along that axis, so its cotangent is the sum
          over it (`sum_to` takes it)
      (the numbers are derivatives of the sum of the results with random weights)
    ");
}

#[test]
fn a_transposed_derivative_is_named() {
    let product = |backward: fn(&[Variable], &Variable) -> Vec<Variable>| {
        move |xs: &[Variable]| {
            Made {
                forward: |xs| xs[0].matmul(&xs[1]).map_err(Into::into),
                backward,
            }
            .call(&[&xs[0], &xs[1]])
        }
    };
    let (a, b) = (
        Variable::new([[0.5, 1.0], [2.0, -0.3]]),
        Variable::new([[1.5, 0.2], [-1.0, 0.7]]),
    );
    let result = gradcheck(
        product(|xs, gy| vec![gy.matmul(xs[1].transpose()), gy.transpose().matmul(&xs[0])]),
        &[&a, &b],
    );
    assert_snapshot!(result.unwrap_err(), @r"
    gradcheck: the first derivative is wrong
      input 0, float64 of shape (2, 2): right in 4 elements
      input 1, float64 of shape (2, 2): differs in 2 of 4 elements
        worst at      [1, 0]
        analytic      3.407526
        numerical     -1.225380
        difference    4.632907, where 3.4e-6 is allowed
        likely cause: it is the transpose of what it should be
      (the numbers are derivatives of the sum of the results with random weights)
    ");
    // Not square: in the buffer's order of the transpose.
    let (a, b) = (
        points(),
        Variable::new([[1.5, 0.2], [-1.0, 0.7], [0.4, -0.6]]),
    );
    let result = gradcheck(
        product(|xs, gy| {
            vec![
                gy.matmul(xs[1].transpose()),
                gy.transpose().matmul(&xs[0]).reshape([3, 2]),
            ]
        }),
        &[&a, &b],
    );
    assert_eq!(cause(result), Some(Cause::Transposed));
}

#[test]
fn a_detached_value_is_named() {
    let result = gradcheck(|xs| xs[0].detach().sin(), &[&points()]);
    assert_snapshot!(result.unwrap_err(), @r"
    gradcheck: the first derivative is wrong
      input 0, float64 of shape (2, 3): differs in 6 of 6 elements
        worst at      [0, 0]
        analytic      0
        numerical     -1.321527
        difference    1.321527, where 1.3e-6 is allowed
        likely cause: no derivative arrives: on the way from the input the value is taken as raw data
          (`data()`, `item()`, `detach()`, `no_grad`), or `backward` returns zero for it
      (the numbers are derivatives of the sum of the results with random weights)
    ");
    let ignored = sine(|_, gy| gy * 0.0);
    assert_eq!(
        cause(gradcheck(ignored, &[&points()])),
        Some(Cause::NoGradient)
    );
    // Half of it: no cause is named, but that it is wrong.
    let half = |xs: &[Variable]| &xs[0] * xs[0].detach().exp();
    assert_eq!(cause(gradcheck(half, &[&points()])), None);
}

#[test]
fn raw_data_in_a_rule_shows_in_the_second_derivative() {
    let raw = || sine(|x, gy| gy * x.data().map_float(f64::cos, f32::cos));
    gradcheck(raw(), &[&points()]).unwrap();
    let result = gradgradcheck(raw(), &[&points()]);
    assert_snapshot!(result.unwrap_err(), @r"
    gradcheck: the second derivative is wrong
      input 0, float64 of shape (2, 3): differs in 6 of 6 elements
        worst at      [1, 2]
        analytic      0
        numerical     1.034589
        difference    1.034589, where 1.0e-6 is allowed
        likely cause: `backward` reads raw data (`data()`, `item()`, `detach()`): the derivatives up to
          order 1 are right, but are not computed out of variables, and so cannot be
          differentiated again; or a function that `backward` calls has a wrong rule itself
      (the numbers are derivatives of the sum of the derivatives of order 1 with random weights)
    ");
    // And so only the third.
    let raw = sine(|x, gy| {
        let cosine = Made {
            forward: |xs| Ok(xs[0].map_float(f64::cos, f32::cos)),
            backward: |xs: &[Variable], gy: &Variable| vec![-(gy * xs[0].sin().data())],
        };
        gy * cosine.call(&[x])
    });
    let result = GradCheck::new().order(3).run(raw, &[&points()]);
    assert_eq!(cause(result), Some(Cause::RawData { right: 2 }));
}

#[test]
fn not_a_number_is_named() {
    // The branch not taken.
    let safe_result = |xs: &[Variable]| xs[0].greater(0.0).where_(xs[0].sqrt(), 0.0);
    let result = gradcheck(safe_result, &[&Variable::new([4.0, -1.0])]);
    assert_snapshot!(result.unwrap_err(), @r"
    gradcheck: the first derivative is wrong
      input 0, float64 of shape (2,): differs in 1 of 2 elements
        worst at      [1]
        analytic      NaN
        numerical     0
        difference    NaN, where 1.0e-8 is allowed
        likely cause: the rule divides by zero, or takes 0 times infinity, where the function is smooth;
          a `where_` does not keep the NaN of the branch not taken away: choose a safe
          argument before the function, not a safe result after it
      (the numbers are derivatives of the sum of the results with random weights)
    ");
}

#[test]
fn kinks_edges_and_poles_are_not_called_wrong() {
    let at_zero = Variable::new([1.0, 0.0]);
    let kink = wrong(gradcheck(|xs| xs[0].relu(), &[&at_zero]));
    assert_snapshot!(kink, @r"
    gradcheck: the first derivative cannot be checked at this point
      input 0, float64 of shape (2,): differs in 1 of 2 elements
        worst at      [1]
        analytic      0
        numerical     0.4657636
        difference    0.4657636, where 4.8e-7 is allowed
        likely cause: a kink: the derivative is 0 from the left and 0.9315271 from the right,
          and either may be right; check at another point
      (the numbers are derivatives of the sum of the results with random weights)
    ");
    let of = |f: fn(&Variable) -> Variable| cause(gradcheck(|xs| f(&xs[0]), &[&at_zero]));
    assert_eq!(of(|x| x.sqrt()), Some(Cause::Domain));
    assert_eq!(of(|x| x.log()), Some(Cause::Domain));
    assert_eq!(of(|x| x.recip()), Some(Cause::Domain));
    assert_eq!(of(|x| x.cbrt()), Some(Cause::Unbounded));
    assert_eq!(of(|x| x.floor()), Some(Cause::Unbounded));
    // The derivative 0 of |x| at 0 is what central differences say.
    gradcheck(|xs| xs[0].abs(), &[&at_zero]).unwrap();
    // Beside a kink, the steps become small enough; x relu(x) has its kink in the first derivative.
    gradcheck(|xs| xs[0].relu(), &[&Variable::new([1e-3, -1e-3])]).unwrap();
    let result = gradgradcheck(|xs| xs[0].relu() * &xs[0], &[&at_zero]);
    let cause = cause(result);
    assert!(
        matches!(cause, Some(Cause::Kink { left: 0.0, .. })),
        "{cause:?}"
    );
}

#[test]
fn random_functions_are_named() {
    let calls = AtomicU64::new(0);
    let result = gradcheck(
        |xs| &xs[0] * (calls.fetch_add(1, Ordering::Relaxed) as f64),
        &[&points()],
    );
    assert_eq!(cause(result), Some(Cause::Random));
}

#[test]
fn large_inputs_are_checked_in_directions_and_the_wrong_element_is_found() {
    let values = (0..1000)
        .map(|i| f64::from(i) * 0.01 - 5.0)
        .collect::<Vec<_>>();
    let x = Variable::new(Array::from_vec::<f64>(values, &[10, 100]).unwrap());
    let report = gradgradcheck(sine(|x, gy| gy * x.cos()), &[&x]).unwrap();
    assert_eq!(
        report.orders()[1].inputs()[0].coverage(),
        Coverage::Directions(3)
    );
    assert!(
        report.orders()[0].inputs()[0]
            .worst()
            .unwrap()
            .element
            .is_none()
    );
    assert_snapshot!(report, @r"
    gradcheck: the derivatives are right up to order 2
      input 0, float64 of shape (10, 100): right in 3 random directions
    ");
    let one_wrong = || {
        sine(|x, gy| {
            let mut mask = vec![1.0; 1000];
            mask[357] = 1.1;
            gy * x.cos() * Array::from_vec::<f64>(mask, &[10, 100]).unwrap()
        })
    };
    let report = wrong(gradcheck(one_wrong(), &[&x]));
    let worst = report.orders()[0].inputs()[0].worst().unwrap();
    assert_eq!(worst.element.as_deref(), Some(&[3, 57][..]));
    let everywhere = wrong(GradCheck::new().elementwise(true).run(one_wrong(), &[&x]));
    let coverage = everywhere.orders()[0].inputs()[0].coverage();
    assert_eq!(
        coverage,
        Coverage::Elements {
            compared: 1000,
            wrong: 1
        }
    );
    // And directions where elements would be the default.
    let report = GradCheck::new()
        .elementwise(false)
        .seed(3)
        .run(|xs| xs[0].sin(), &[&points()]);
    assert_eq!(
        report.unwrap().orders()[0].inputs()[0].coverage(),
        Coverage::Directions(3)
    );
}
