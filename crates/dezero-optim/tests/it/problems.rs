//! The problems of Moré, Garbow and Hillstrom by the default method, and by others.

use dezero_core::Variable;
use dezero_optim::test_functions::{TestFunction, more_garbow_hillstrom};
use dezero_optim::{Lbfgs, Method, Minimizer, NewtonTrust, least_squares, minimize};

fn misses(method: &Method) -> Vec<String> {
    let run = |problem: &TestFunction| {
        let start = Variable::new(problem.start());
        let found =
            Minimizer::new(method.clone()).minimize(|x: &Variable| problem.value(x), &start);
        let found = found.unwrap();
        (!problem.is_minimum(found.value)).then(|| format!("{}: {found}", problem.name()))
    };
    more_garbow_hillstrom().iter().filter_map(run).collect()
}

#[test]
fn the_default_method_reaches_a_known_minimum_of_each() {
    let misses = misses(&Method::Auto);
    assert!(misses.is_empty(), "{misses:#?}");
}

#[test]
fn exact_newton_steps_do_too() {
    let misses = misses(&NewtonTrust::exact().into());
    assert!(misses.is_empty(), "{misses:#?}");
}

/// Whose last steps are lost in the flat valleys of some.
#[test]
fn quasi_newton_methods_reach_most() {
    for (method, most) in [(Method::Bfgs, 3), (Lbfgs::new().into(), 3)] {
        let misses = misses(&method);
        assert!(misses.len() <= most, "{misses:#?}");
    }
}

#[test]
fn least_squares_reach_those_that_are_sums_of_squares() {
    for problem in more_garbow_hillstrom() {
        let residuals = |x: &Variable| problem.residuals(x).unwrap();
        let fit = least_squares(residuals, &Variable::new(problem.start())).unwrap();
        let value = fit.optimum.value;
        assert!(
            problem.is_minimum(value),
            "{}: {}",
            problem.name(),
            fit.optimum
        );
    }
}

#[test]
fn named_functions_end_in_one_of_their_minima() {
    use dezero_optim::test_functions::*;
    for function in [
        rosenbrock(1.0, 100.0),
        goldstein_price(),
        booth(),
        matyas(),
        beale(),
        himmelblau(),
        three_hump_camel(),
        sphere(5),
        zakharov(5),
        styblinski_tang(4),
        powell_singular(),
        wood(),
        helical_valley(),
        extended_rosenbrock(20),
        chained_rosenbrock(20),
    ] {
        let found = minimize(
            |x: &Variable| function.value(x),
            &Variable::new(function.start()),
        )
        .unwrap();
        assert!(found.is_converged(), "{}: {found}", function.name());
        assert!(
            function.is_minimum(found.value),
            "{}: {found}",
            function.name()
        );
    }
}
