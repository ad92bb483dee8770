//! Searches for minima: where they end, what they count, what they say when they cannot go on.

mod book;
mod bounds;
mod curvature;
mod endings;
mod hostile;
mod large;
mod least_squares;
mod methods;
mod problems;
mod roots;
mod strd;

use dezero_core::Variable;
use dezero_optim::{Adam, GradientDescent, Lbfgs, Method, Momentum, NewtonTrust};

/// The book's Rosenbrock function, of two scalars.
fn rosenbrock(x: &[Variable; 2]) -> Variable {
    let [x0, x1] = x;
    100.0 * (x1 - x0.powf(2.0)).powf(2.0) + (1.0 - x0).powf(2.0)
}

/// Every method, as it is with its default settings.
fn every_method() -> Vec<Method> {
    vec![
        Method::Auto,
        GradientDescent::new(0.02).into(),
        GradientDescent::line_search().into(),
        Momentum::new(0.01).into(),
        Adam::new(0.05).into(),
        Method::Newton,
        NewtonTrust::new().into(),
        NewtonTrust::exact().into(),
        NewtonTrust::conjugate_gradients().into(),
        Method::Bfgs,
        Lbfgs::new().into(),
        Method::LevenbergMarquardt,
        Method::GaussNewton,
        Method::NelderMead,
    ]
}
