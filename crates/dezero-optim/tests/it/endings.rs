//! How searches end: limits, callbacks, starts that are none, functions without a minimum.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::time::Duration;

use dezero_core::{Array, DType, Function, Result, Variable, no_grad};
use dezero_optim::{Curvature, GradientDescent, Method, Minimizer, Stop, maximize, minimize};

use crate::{every_method, rosenbrock};

fn valley() -> [Variable; 2] {
    [Variable::new(-1.2), Variable::new(1.0)]
}

#[test]
fn the_counts_are_true() {
    for method in every_method() {
        let calls = Cell::new(0);
        let counted = |x: &[Variable; 2]| {
            calls.set(calls.get() + 1);
            rosenbrock(x)
        };
        let found = Minimizer::new(method)
            .iterations(40)
            .minimize(counted, &valley());
        let found = found.unwrap();
        assert_eq!(found.evaluations.value, calls.get(), "{found}");
    }
}

/// A gradient is counted by the function's own backward, a product by its forward rule.
#[test]
fn the_counts_of_gradients_are_true() {
    thread_local! {
        static SWEEPS: Cell<usize> = const { Cell::new(0) };
    }
    struct Quartic;
    impl Function for Quartic {
        fn name(&self) -> &'static str {
            "Quartic"
        }
        fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
            Ok(vec![xs[0].map_float(|x| x.powi(4), |x| x.powi(4))])
        }
        fn backward(
            &self,
            xs: &[Variable],
            _: &[Variable],
            gys: &[Variable],
        ) -> Result<Vec<Variable>> {
            SWEEPS.set(SWEEPS.get() + 1);
            Ok(vec![4.0 * &gys[0] * xs[0].powf(3.0)])
        }
    }
    for method in [
        Method::Bfgs,
        GradientDescent::new(0.01).into(),
        dezero_optim::Lbfgs::new().into(),
    ] {
        SWEEPS.set(0);
        let found = Minimizer::new(method)
            .check_curvature(false)
            .iterations(30)
            .minimize(|x| Quartic.call(&[x]), &Variable::new(1.5))
            .unwrap();
        assert_eq!(found.evaluations.gradient, SWEEPS.get(), "{found}");
        assert_eq!(found.evaluations.products, 0);
    }
}

#[test]
fn limits_end_a_search_at_the_best_point() {
    for method in every_method() {
        let found = Minimizer::new(method.clone())
            .iterations(3)
            .minimize(rosenbrock, &valley());
        let found = found.unwrap();
        assert_eq!(
            (found.stop, found.iterations),
            (Stop::Iterations(3), 3),
            "{found}"
        );
        assert!(!found.is_converged() && found.stop.is_limit());

        let found = Minimizer::new(method.clone())
            .evaluations(5)
            .minimize(rosenbrock, &valley());
        let found = found.unwrap();
        assert_eq!(found.stop, Stop::Evaluations(5), "{found}");
        assert!(found.evaluations.value <= 6); // and perhaps one to look at the end
        assert!((found.value / rosenbrock(&found.x).item() - 1.0).abs() < 1e-14);

        let found = Minimizer::new(method)
            .time(Duration::ZERO)
            .minimize(rosenbrock, &valley());
        let found = found.unwrap();
        assert_eq!(found.stop, Stop::Time(Duration::ZERO));
        assert_eq!(found.x[0].item(), -1.2);
    }
}

#[test]
fn a_callback_sees_each_point_and_can_stop() {
    for method in every_method() {
        let seen = Cell::new(0);
        let found = Minimizer::new(method)
            .on_iteration(|step| {
                assert_eq!(step.iteration, seen.get());
                assert_eq!(step.x.len(), 2);
                seen.set(seen.get() + 1);
                if step.iteration == 4 {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            })
            .trace(true)
            .minimize(rosenbrock, &valley())
            .unwrap();
        assert_eq!((seen.get(), found.trace.len()), (5, 5));
        assert_eq!(found.stop, Stop::Callback);
        let x = |i: usize| {
            [
                Variable::new(found.trace[i].x[0]),
                Variable::new(found.trace[i].x[1]),
            ]
        };
        for (i, step) in found.trace.iter().enumerate() {
            assert!((step.value / rosenbrock(&x(i)).item() - 1.0).abs() < 1e-14);
        }
    }
}

#[test]
fn starts_where_there_is_no_value_are_refused() {
    for method in every_method() {
        for (start, says) in [
            (-1.0, "nan"),
            (0.0, "-inf"),
            (f64::NAN, "number 0 of the start"),
        ] {
            // log(x)^2 with a NaN or infinity at the start
            let f = |x: &Variable| x.log() * 1.0;
            let error = Minimizer::new(method.clone()).minimize(f, &Variable::new(start));
            let Err(error) = error else {
                panic!("{method}: no error from {start}")
            };
            let is_squares = error.is_method();
            assert!(
                is_squares || error.to_string().to_lowercase().contains(says),
                "{method}: {error}"
            );
        }
    }
    let error = minimize(|x| x.sqrt(), &Variable::new(0.0)).unwrap_err();
    assert!(
        error.is_start() && error.to_string().contains("gradient"),
        "{error}"
    );
}

#[test]
fn functions_without_end_are_told() {
    type Named = (fn(&Variable) -> Variable, &'static str);
    let downhill: [Named; 5] = [
        (|x| x.less(1.0).where_(x, -x), "a roof"),
        (|x| -x.powf(2.0), "a parabola upside down"),
        (|x| x.powf(3.0), "a cubic"),
        (|x| x * 1.0, "a line"),
        (|x| -x.exp(), "an exponential"),
    ];
    for (f, what) in downhill {
        for method in [
            Method::Auto,
            Method::Bfgs,
            dezero_optim::Lbfgs::new().into(),
            Method::NelderMead,
        ] {
            let found = Minimizer::new(method.clone())
                .minimize(f, &Variable::new(-1.0))
                .unwrap();
            assert!(
                !found.is_converged() || what == "an exponential",
                "{what}: {found}"
            );
            assert!(
                found.stop == Stop::Unbounded || what == "an exponential",
                "{what} by {method}: {found}"
            );
        }
    }
}

#[test]
fn steps_that_are_too_long_diverge() {
    let found = Minimizer::new(GradientDescent::new(0.1))
        .minimize(rosenbrock, &[Variable::new(0.0), Variable::new(2.0)])
        .unwrap();
    assert_eq!(found.stop, Stop::Diverged);
    // The best point is kept: it is better than where the search was led.
    assert!(found.value <= 401.0 && found.value.is_finite());
}

#[test]
fn a_constant_is_at_its_minimum_already() {
    for method in every_method() {
        let found = Minimizer::new(method.clone())
            .minimize(|_| Variable::constant(7.0), &Variable::new([1.0, 2.0]))
            .unwrap();
        assert!(found.is_converged(), "{found}");
        assert!((found.value - 7.0).abs() < 1e-14);
        assert_eq!(found.x.to_vec::<f64>(), [1.0, 2.0]);
        assert!(found.iterations == 0 || method == Method::NelderMead);
    }
}

#[test]
fn what_cannot_be_minimised_is_refused() {
    for method in every_method() {
        let search = || Minimizer::new(method.clone());
        let none: [&Variable; 0] = [];
        let error = search().minimize(|_: &[Variable]| Variable::constant(1.0), &none[..]);
        assert!(error.unwrap_err().to_string().contains("empty"));
        let error = search().minimize(|x| x.square().sum(..), &Variable::new(vec![0.0_f64; 0]));
        assert!(error.unwrap_err().to_string().contains("empty"));
        let error = search().minimize(|x| x.square().sum(..), &Variable::new([1_i64, 2]));
        assert!(error.unwrap_err().to_string().contains("cast"));
        let error = search().minimize(|x| x.try_reshape([3, 5]), &Variable::new(1.0));
        let error = error.unwrap_err();
        assert!(
            error.is_function() && error.to_string().contains("reshape"),
            "{error}"
        );
    }
    let error = minimize(|x| x * 1.0, &Variable::new([1.0, 2.0])).unwrap_err();
    assert!(
        error.is_function() && error.to_string().contains("(2,)"),
        "{error}"
    );
}

/// A function that fails on the way: the best point until then is told.
#[test]
fn an_error_on_the_way_keeps_the_best_point() {
    for method in [
        Method::Auto,
        Method::Bfgs,
        Method::NelderMead,
        GradientDescent::new(0.001).into(),
    ] {
        let calls = Cell::new(0);
        let f = |x: &[Variable; 2]| {
            calls.set(calls.get() + 1);
            if calls.get() == 8 {
                return Err(dezero_core::Error::function(
                    "Model",
                    "the simulation broke down",
                ));
            }
            Ok(rosenbrock(x))
        };
        let error = Minimizer::new(method).minimize(f, &valley()).unwrap_err();
        assert!(error.to_string().contains("broke down"), "{error}");
        assert!(!error.to_string().contains("sample.rs"), "{error}");
        let best = error.best().unwrap();
        assert!(best.value <= 24.2);
    }
}

#[test]
fn a_gradient_of_the_wrong_shape_is_told() {
    struct Wrong;
    impl Function for Wrong {
        fn name(&self) -> &'static str {
            "Wrong"
        }
        fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
            Ok(vec![xs[0].map_float(|x| x * x, |x| x * x)])
        }
        fn backward(
            &self,
            _: &[Variable],
            _: &[Variable],
            gys: &[Variable],
        ) -> Result<Vec<Variable>> {
            Ok(vec![gys[0].sum(..)])
        }
    }
    for method in [Method::Auto, Method::Bfgs, Method::Newton] {
        let error = Minimizer::new(method)
            .minimize(|x| Wrong.call(&[x]).sum(..), &Variable::new([1.0, 2.0]))
            .unwrap_err();
        assert!(error.to_string().contains("Wrong"), "{error}");
        assert_eq!(error.best().unwrap().x[..], [1.0, 2.0]);
    }
}

#[test]
fn arrays_keep_their_shape_and_dtype() {
    for method in every_method() {
        let start = Variable::new([[1.0_f32, -2.0], [3.0, 0.5]]);
        let found = Minimizer::new(method)
            .minimize(|x| (x - 0.25).square().sum(..), &start)
            .unwrap();
        assert!(found.is_converged(), "{found}");
        assert_eq!((found.x.dtype(), found.x.shape()), (DType::F32, vec![2, 2]));
        assert!(
            found
                .x
                .to_vec::<f64>()
                .iter()
                .all(|x| (x - 0.25).abs() < 1e-3),
            "{found}"
        );
    }
}

#[test]
fn several_variables_of_different_shapes_move_together() {
    for method in every_method() {
        let (a, b) = (Variable::new(0.0), Variable::new([0.5, 0.5, 0.5]));
        let found = Minimizer::new(method)
            .minimize(
                |[a, b]| (a - 2.0).square() + (b * 2.0 - a).square().sum(..),
                [&a, &b],
            )
            .unwrap();
        assert!(found.is_converged(), "{found}");
        let [a, b] = &found.x;
        assert!((a.item() - 2.0).abs() < 1e-4 && b.shape() == [3]);
        assert!(
            b.to_vec::<f64>().iter().all(|b| (b - 1.0).abs() < 1e-4),
            "{found}"
        );
    }
}

#[test]
fn a_maximum_is_a_minimum_of_the_negative() {
    let hill = |x: &Variable| 3.0 - (x - 1.0).square().sum(..);
    let start = Variable::new([0.0, 4.0]);
    for method in every_method() {
        if matches!(method, Method::LevenbergMarquardt | Method::GaussNewton) {
            let error = Minimizer::new(method).maximize(hill, &start).unwrap_err();
            assert!(error.is_method(), "{error}");
            continue;
        }
        let found = Minimizer::new(method)
            .trace(true)
            .maximize(hill, &start)
            .unwrap();
        assert!(found.is_converged(), "{found}");
        assert!((found.value - 3.0).abs() < 1e-8, "{found}");
        assert_eq!(found.trace[0].value, hill(&start).item());
    }
    let found = maximize(|x| x.sin(), &Variable::new(1.0)).unwrap();
    assert!((found.x.item() - std::f64::consts::FRAC_PI_2).abs() < 1e-8);
}

#[test]
fn a_search_works_where_the_caller_does_not_record() {
    let start = valley();
    let found = no_grad(|| minimize(rosenbrock, &start)).unwrap();
    assert!(found.is_converged() && found.x[0].creator().is_none());
}

#[test]
fn tolerances_of_change_end_a_search() {
    let quartic = |x: &Variable| x.powf(4.0).sum(..);
    let start = Variable::new([1.0, 2.0]);
    let found = Minimizer::new(Method::Bfgs)
        .value_tolerance(0.0, 1e-3)
        .minimize(quartic, &start);
    assert_eq!(found.unwrap().stop, Stop::Value);
    let found = Minimizer::new(Method::Bfgs)
        .step_tolerance(0.0, 1e-1)
        .minimize(quartic, &start);
    assert_eq!(found.unwrap().stop, Stop::Step);
    let found = Minimizer::new(Method::Bfgs)
        .relative_gradient_tolerance(1e-2)
        .minimize(quartic, &start)
        .unwrap();
    assert_eq!(found.stop, Stop::Gradient);
    assert!(found.gradient_norm <= 0.32 && found.gradient_norm > 1e-6);
}

#[test]
fn settings_that_lead_nowhere_are_refused() {
    use dezero_optim::{Adam, Momentum};
    let methods: [Method; 4] = [
        GradientDescent::new(-1.0).into(),
        GradientDescent::new(f64::NAN).into(),
        Momentum::new(0.1).momentum(1.0).into(),
        Adam::new(0.1).betas(0.9, 2.0).into(),
    ];
    let start = Variable::new(1.0);
    for method in methods {
        let error = Minimizer::new(method)
            .minimize(|x| x.square(), &start)
            .unwrap_err();
        assert!(error.is_method(), "{error}");
    }
    let search = Minimizer::new(Method::Auto).gradient_tolerance(f64::NAN);
    assert!(
        search
            .minimize(|x| x.square(), &start)
            .unwrap_err()
            .is_method()
    );
}

#[test]
fn a_maximum_is_told_in_its_own_words() {
    let found = maximize(|x| 4.0 - x.square(), &Variable::new(1.0)).unwrap();
    assert!(found.to_string().contains("negative definite"), "{found}");
}

/// In small units, the gradient is small everywhere.
#[test]
fn small_units_do_not_end_a_search() {
    let f = |x: &Variable| 1e-12 * (x - 3.0).square();
    let start = Variable::new(0.0);
    let found = minimize(f, &start).unwrap();
    assert!(
        found.is_converged() && (found.x.item() - 3.0).abs() < 1e-6,
        "{found}"
    );
    let found = minimize(|x| (x - 5e-9).square(), &Variable::new(1e-9)).unwrap();
    assert!((found.x.item() - 5e-9).abs() < 1e-12, "{found}");
    for method in [Method::Bfgs, dezero_optim::Lbfgs::new().into()] {
        let found = Minimizer::new(method.clone()).minimize(f, &start).unwrap();
        assert_eq!(found.stop, Stop::Shallow, "{found}");
        assert!(!found.is_converged());
        // Who says how small, gets what was asked.
        let search = Minimizer::new(method).gradient_tolerance(1e-8);
        assert_eq!(search.minimize(f, &start).unwrap().stop, Stop::Gradient);
    }
}

#[test]
fn what_has_no_minimum_does_not_converge_to_one() {
    let f = |x: &Variable| (-x).exp();
    let found = minimize(f, &Variable::new(0.0)).unwrap();
    assert!(found.curvature != Curvature::PositiveDefinite, "{found}");
    let found = Minimizer::new(Method::Bfgs)
        .minimize(f, &Variable::new(0.0))
        .unwrap();
    assert!(!found.is_converged(), "{found}");
}

#[test]
fn a_record_that_was_cut_is_told() {
    let cut = |x: &Variable| Variable::new((x.item() - 3.0).powi(2));
    for method in every_method() {
        if method == Method::NelderMead {
            let found = Minimizer::new(method)
                .minimize(cut, &Variable::new(0.0))
                .unwrap();
            assert!((found.x.item() - 3.0).abs() < 1e-4, "{found}");
            continue;
        }
        let error = Minimizer::new(method.clone()).minimize(cut, &Variable::new(0.0));
        let error = error.unwrap_err();
        assert!(
            error.is_method() || error.to_string().contains("`item`"),
            "{method}: {error}"
        );
    }
}
