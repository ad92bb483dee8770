//! Fits: what they say beside the parameters, and sums of squares that are seen in a value.

use dezero_core::Variable;
use dezero_optim::{Method, Minimizer, least_squares, minimize};

/// A line through points, whose errors have a closed form: N. Draper and H. Smith, "Applied Regression
/// Analysis", section 1.4.
#[test]
fn the_errors_of_a_line_are_those_of_the_textbook() {
    let t = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let y = [1.1, 1.9, 3.2, 3.9, 5.1, 5.8];
    let (tv, yv) = (Variable::constant(t), Variable::constant(y));
    let (a, b) = (Variable::new(0.0), Variable::new(0.0));
    let fit = least_squares(|[a, b]| a + b * &tv - &yv, [&a, &b]).unwrap();
    let n = 6.0;
    let (mt, my) = (t.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let stt: f64 = t.iter().map(|t| (t - mt).powi(2)).sum();
    let sty: f64 = t.iter().zip(&y).map(|(t, y)| (t - mt) * (y - my)).sum();
    let slope = sty / stt;
    let intercept = my - slope * mt;
    let rss: f64 = t
        .iter()
        .zip(&y)
        .map(|(t, y)| (y - intercept - slope * t).powi(2))
        .sum();
    let s = (rss / (n - 2.0)).sqrt();
    let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-9 * b.abs().max(1.0), "{a} and {b}");
    close(fit.optimum.x[0].item(), intercept);
    close(fit.optimum.x[1].item(), slope);
    close(fit.optimum.value, rss);
    close(fit.residual_deviation, s);
    assert_eq!(fit.degrees_of_freedom, 4);
    close(fit.standard_errors[1].item(), s / stt.sqrt());
    close(
        fit.standard_errors[0].item(),
        s * (1.0 / n + mt * mt / stt).sqrt(),
    );
    close(fit.covariance[1], -s * s * mt / stt);
    assert!(fit.is_converged());
}

#[test]
fn what_the_data_do_not_determine_has_no_error() {
    let x = Variable::new([1.0, 1.0]);
    // Only the sum matters.
    let y = Variable::constant([1.0, 2.0, 3.0]);
    let fit = least_squares(|x| x.sum(..) - &y, &x).unwrap();
    assert!(fit.is_converged());
    assert!((fit.optimum.x.sum(..).item() - 2.0).abs() < 1e-9);
    assert!(
        fit.standard_errors
            .to_vec::<f64>()
            .iter()
            .all(|e| e.is_nan())
    );
    // The last one is determined, whatever the first two are.
    let t = Variable::constant([0.0, 1.0, 2.0, 3.0]);
    let y = Variable::constant([1.0, 2.1, 2.9, 4.0]);
    let fit = least_squares(
        |[a, b, c]| (a + b) * &t + c - &y,
        [
            &Variable::new(1.0),
            &Variable::new(1.0),
            &Variable::new(0.0),
        ],
    );
    let [da, db, dc] = fit.unwrap().standard_errors;
    assert!(da.item().is_nan() && db.item().is_nan() && dc.item() > 0.0);
    // As many parameters as data.
    let fit = least_squares(|x| x * 2.0 - 4.0, &x).unwrap();
    assert_eq!((fit.degrees_of_freedom, fit.optimum.value), (0, 0.0));
    assert!(fit.standard_errors.to_vec::<f64>()[0].is_nan());
}

#[test]
fn squares_are_seen_in_a_value() {
    for method in [Method::LevenbergMarquardt, Method::GaussNewton] {
        let found = Minimizer::new(method.clone())
            .minimize(crate::rosenbrock, &[Variable::new(0.0), Variable::new(2.0)])
            .unwrap();
        assert!(found.is_converged() && found.value < 1e-15, "{found}");
        assert!(found.evaluations.jacobian > 0);
        let error = Minimizer::new(method)
            .minimize(|x| x.cos() + x.square(), &Variable::new(1.0))
            .unwrap_err();
        assert!(
            error.is_method() && error.to_string().contains("`Cos`"),
            "{error}"
        );
    }
    let error = Minimizer::new(Method::Bfgs)
        .least_squares(|x| x * 1.0, &Variable::new(1.0))
        .unwrap_err();
    assert!(error.is_method(), "{error}");
    let residuals = |x: &Variable| x.square() - 2.0;
    let fit = Minimizer::new(Method::GaussNewton)
        .least_squares(residuals, &Variable::new([1.0, 3.0]))
        .unwrap();
    assert!(fit.is_converged() && fit.optimum.value < 1e-20);
    assert!(
        minimize(
            |x| residuals(x).square().sum(..),
            &Variable::new([1.0, 3.0])
        )
        .unwrap()
        .is_converged()
    );
}
