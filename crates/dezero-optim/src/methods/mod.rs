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
        Method::Auto => match choose(search, &at) {
            Ok((method, why)) => (method, Some(why)),
            Err(halt) => return (method.to_string(), halt),
        },
        method => (method.clone(), None),
    };
    search.limit_iterations(default_limit(&chosen));
    let (details, end) = follow(&chosen, search, at);
    let mut used = chosen.to_string();
    for note in [details, why].into_iter().flatten() {
        used += &format!(", {note}");
    }
    let Err(halt) = end;
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
        Method::Auto => search.bounds.is_none(),
        Method::Newton
        | Method::NewtonTrust(_)
        | Method::LevenbergMarquardt
        | Method::GaussNewton => true,
        _ => false,
    }
}

/// The method for a function, and why.
fn choose(search: &mut Search<'_>, at: &Sample) -> Result<(Method, String), Halt> {
    /// Up to here, Hessians are cheap enough.
    const FEW: usize = 100;

    let n = search.dimension();
    if search.goal() == Goal::LeastSquares {
        return Ok((Method::LevenbergMarquardt, "for a sum of squares".into()));
    }
    if search.bounds.is_some() {
        return Ok((Method::Lbfgs(method::Lbfgs::new()), "for the bounds".into()));
    }
    if n > FEW && search.is_sparse(at)? {
        let colours = search.colours();
        let why = format!("for a sparse Hessian that takes {colours} products");
        return Ok((Method::NewtonTrust(NewtonTrust::exact()), why));
    }
    if n <= FEW {
        let why = format!("for {n} number{}", if n == 1 { "" } else { "s" });
        return Ok((Method::NewtonTrust(NewtonTrust::new()), why));
    }
    Ok((
        Method::Lbfgs(method::Lbfgs::new()),
        format!("for {n} numbers and a dense Hessian"),
    ))
}

/// Runs a method until it ends, and says what is to be told of how.
fn follow(
    method: &Method,
    search: &mut Search<'_>,
    at: Rc<Sample>,
) -> (Option<String>, Result<Infallible, Halt>) {
    let end = match method {
        Method::GradientDescent(settings) => match settings.learning_rate {
            Some(rate) => {
                let note = format!("learning rate {rate:?}");
                return (Some(note), first_order::fixed_step(search, at, rate));
            }
            None => {
                let end = first_order::searched_step(search, at);
                return (Some("line search".into()), end);
            }
        },
        Method::Momentum(settings) => first_order::momentum(search, at, settings),
        Method::Adam(settings) => first_order::adam(search, at, settings),
        Method::Newton => newton::plain(search, at),
        Method::Auto | Method::NewtonTrust(_) => {
            let settings = match method {
                Method::NewtonTrust(settings) => *settings,
                _ => NewtonTrust::new(),
            };
            let note = match trust_region::is_exact(search, &at, &settings) {
                Ok(true) => "exact steps",
                Ok(false) => "steps by conjugate gradients",
                Err(halt) => return (None, Err(halt)),
            };
            let end = trust_region::run(search, at, &settings);
            return (Some(note.into()), end);
        }
        Method::Bfgs => descend(search, at, Bfgs::default()),
        Method::Lbfgs(settings) => match search.bounds.clone() {
            Some(bounds) => bounded::lbfgsb(search, at, &bounds, settings.memory),
            None => descend(search, at, Lbfgs::new(settings.memory)),
        },
        Method::LevenbergMarquardt => least_squares::levenberg_marquardt(search, at),
        Method::GaussNewton => least_squares::gauss_newton(search, at),
        Method::NelderMead => nelder_mead::run(search, at),
    };
    (None, end)
}
