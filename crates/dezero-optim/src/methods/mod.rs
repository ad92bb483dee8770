//! The methods, and the choice among them.
//!
//! Each is a loop over a [`Search`]: it asks for values and derivatives, and says where it arrives. It
//! ends where the search says so.

mod bounded;
mod first_order;
mod least_squares;
mod line_search;
mod model;
mod nelder_mead;
mod newton;
mod quasi_newton;
mod trust_region;

use std::convert::Infallible;
use std::rc::Rc;

use self::quasi_newton::{Bfgs, Lbfgs, descend};
use crate::method::{self, Method, NewtonTrust};
use crate::search::{Goal, Halt, Sample, Search};

/// Runs a method from a start: what was used, and how it ended.
pub(crate) fn run(method: &Method, search: &mut Search<'_>, start: Vec<f64>) -> (String, Halt) {
    if needs_one_variable(method, search) {
        search.join();
    }
    let at = match search.begin(start) {
        Ok(at) => at,
        Err(halt) => return (method.to_string(), halt),
    };
    let (chosen, why) = match method {
        Method::Auto => {
            let (method, why) = choose(search, &at);
            (method, Some(why))
        }
        method => (method.clone(), None),
    };
    search.limit_iterations(default_limit(&chosen));
    let mut used = chosen.to_string();
    for note in [details(&chosen, search, &at), why].into_iter().flatten() {
        used.push_str(", ");
        used.push_str(&note);
    }
    let Err(halt) = follow(&chosen, search, at);
    (used, halt)
}

fn default_limit(method: &Method) -> usize {
    match method {
        Method::GradientDescent(_) | Method::Momentum(_) | Method::Adam(_) | Method::NelderMead => {
            100_000
        }
        _ => 10_000,
    }
}

/// Whether a method asks for second derivatives or Jacobians, which are of one variable.
fn needs_one_variable(method: &Method, search: &Search<'_>) -> bool {
    match method {
        Method::Auto => search.bounds.is_none() || search.goal() == Goal::LeastSquares,
        Method::Newton
        | Method::NewtonTrust(_)
        | Method::LevenbergMarquardt
        | Method::GaussNewton => true,
        _ => false,
    }
}

/// The method for a function, and why.
fn choose(search: &mut Search<'_>, at: &Sample) -> (Method, String) {
    /// Up to here, Hessians are cheap enough.
    const FEW: usize = 100;

    let n = search.dimension();
    if search.goal() == Goal::LeastSquares {
        return (Method::LevenbergMarquardt, "for a sum of squares".into());
    }
    if search.bounds.is_some() {
        return (Method::Lbfgs(method::Lbfgs::new()), "for the bounds".into());
    }
    if n > FEW && search.is_sparse(at) {
        let colours = search.colours();
        let why = format!("for a sparse Hessian that takes {colours} products");
        return (Method::NewtonTrust(NewtonTrust::exact()), why);
    }
    if n <= FEW {
        let why = format!("for {n} number{}", if n == 1 { "" } else { "s" });
        return (Method::NewtonTrust(NewtonTrust::new()), why);
    }
    (
        Method::Lbfgs(method::Lbfgs::new()),
        format!("for {n} numbers and a dense Hessian"),
    )
}

/// What is to be told of how a method goes about a function.
fn details(method: &Method, search: &mut Search<'_>, at: &Sample) -> Option<String> {
    match method {
        Method::GradientDescent(settings) => Some(match settings.learning_rate {
            Some(rate) => format!("learning rate {rate:?}"),
            None => "line search".into(),
        }),
        Method::NewtonTrust(settings) => Some(if trust_region::is_exact(search, at, *settings) {
            "exact steps".into()
        } else {
            "steps by conjugate gradients".into()
        }),
        _ => None,
    }
}

/// Runs a method until it ends.
fn follow(method: &Method, search: &mut Search<'_>, at: Rc<Sample>) -> Result<Infallible, Halt> {
    match method {
        Method::GradientDescent(settings) => match settings.learning_rate {
            Some(rate) => first_order::fixed_step(search, at, rate),
            None => first_order::searched_step(search, at),
        },
        Method::Momentum(settings) => first_order::momentum(search, at, settings),
        Method::Adam(settings) => first_order::adam(search, at, settings),
        Method::Newton => newton::plain(search, at),
        Method::NewtonTrust(settings) => trust_region::run(search, at, *settings),
        Method::Auto => trust_region::run(search, at, NewtonTrust::new()),
        Method::Bfgs => descend(search, at, Bfgs::default()),
        Method::Lbfgs(settings) => match search.bounds.clone() {
            Some(bounds) => bounded::lbfgsb(search, at, &bounds, settings.memory),
            None => descend(search, at, Lbfgs::new(settings.memory)),
        },
        Method::LevenbergMarquardt => least_squares::levenberg_marquardt(search, at),
        Method::GaussNewton => least_squares::gauss_newton(search, at),
        Method::NelderMead => nelder_mead::run(search, at),
    }
}
