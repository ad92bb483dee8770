//! What a search came to, in words: converged or not, what to try, the exit code.

use std::fmt::Write;

use dezero::optim::{Curvature, Stop};

use super::arguments::LEARNING_RATE;
use super::problem::{Goal, Problem};
use super::problem_file::Given;
use super::search::Found;
use crate::report::{Failure, Number};

/// The name of why a search ended, for programs.
pub(crate) fn stop_name(found: &Found) -> &'static str {
    match found.optimum.stop {
        Stop::Gradient => "gradient",
        Stop::Value => "value",
        Stop::Step => "step",
        Stop::Precision => "precision",
        Stop::Iterations(_) => "iterations",
        Stop::Evaluations(_) => "evaluations",
        Stop::Time(_) => "time",
        Stop::Callback if found.trace.is_full() => "trace",
        Stop::Callback => "interrupt",
        Stop::Unbounded => "unbounded",
        Stop::Diverged => "diverged",
        Stop::Stuck => "stuck",
        Stop::Singular => "singular",
        Stop::Shallow => "shallow",
        _ => "other",
    }
}

/// Why a search ended.
pub(crate) fn stop_in_words(problem: &Problem, found: &Found) -> String {
    let value = match problem.goal {
        Goal::Minimum => "the value falls without end",
        Goal::Maximum => "the value rises without end",
    };
    match found.optimum.stop {
        Stop::Callback if found.trace.is_full() => {
            "the trace has grown as long as memory allows".to_owned()
        }
        Stop::Callback => "it was interrupted".to_owned(),
        Stop::Unbounded => value.to_owned(),
        stop => stop.to_string(),
    }
}

/// The method that was used, as the library has it; upwards, descent is ascent.
pub(crate) fn method(problem: &Problem, found: &Found) -> String {
    let used = &found.optimum.method;
    match problem.goal {
        Goal::Minimum => used.clone(),
        Goal::Maximum => used.replace("descent", "ascent"),
    }
}

/// Its name alone.
pub(crate) fn method_name(problem: &Problem, found: &Found) -> String {
    let used = method(problem, found);
    used.split(',').next().unwrap_or_default().to_owned()
}

/// The line of how the search ended.
pub(crate) fn status(problem: &Problem, given: &Given, found: &Found) -> String {
    let optimum = &found.optimum;
    let iterations = counted(optimum.iterations, "iteration");
    let mut why = stop_in_words(problem, found);
    if !optimum.gradient_norm.is_nan() {
        let _ = write!(why, " (gradient norm {})", Number(optimum.gradient_norm));
    }
    if optimum.is_converged() {
        return format!("converged after {iterations}: {why}");
    }
    if optimum.stop == Stop::Gradient {
        let place = if found.x.len() == 1 {
            format!("a {}", problem.goal.opposite().name())
        } else {
            "a saddle".to_owned()
        };
        return format!(
            "not converged: after {iterations} the search is at {place}, where {why}; try another --start"
        );
    }
    let more = match optimum.stop {
        Stop::Iterations(_) if found.method.has_learning_rate() => {
            "; try more --iters, a larger --lr, or --method auto"
        }
        Stop::Iterations(_) => "; try more --iters",
        Stop::Evaluations(_) => "; try more --evaluations",
        Stop::Time(_) if given.time.is_some() => "; try a longer --time",
        _ => "",
    };
    if optimum.stop.is_converged() {
        return format!(
            "not converged after {iterations}: {why}, but the formula curves the other way there; try another \
             --start"
        );
    }
    let after = match optimum.stop {
        // Which says so itself.
        Stop::Iterations(_) => String::new(),
        _ => format!(" after {iterations}"),
    };
    format!("not converged{after}: {why}{more}")
}

/// How the formula curves at the end, if that was looked at.
pub(crate) fn curvature(problem: &Problem, found: &Found) -> Option<String> {
    let (goal, x) = (problem.goal, &found.x);
    let bounds = problem.bounds.as_ref();
    let held = bounds.map_or(0, |bounds| bounds.reached(&problem.start.names, x).len());
    if held == x.len() {
        return None;
    }
    let sign = match goal {
        Goal::Minimum => "positive",
        Goal::Maximum => "negative",
    };
    let text = match found.optimum.curvature {
        Curvature::PositiveDefinite => format!("the Hessian is {sign} definite"),
        Curvature::Semidefinite => format!(
            "the Hessian is {sign} semidefinite: second derivatives do not tell whether this is a {}",
            goal.name()
        ),
        Curvature::Indefinite if found.optimum.stop != Stop::Gradient => {
            format!("the Hessian is not {sign} definite")
        }
        Curvature::Indefinite if x.len() == 1 => {
            let (opposite, goal) = (goal.opposite().name(), goal.name());
            format!("the second derivative has the wrong sign: this is a {opposite}, not a {goal}")
        }
        Curvature::Indefinite => format!(
            "the Hessian is not {sign} definite: this is a saddle, or a {}",
            goal.opposite().name()
        ),
        _ => return None,
    };
    Some(if held == 0 {
        text
    } else {
        format!("{text} (among the variables that are free to move)")
    })
}

/// What is wrong with the end of a search, if it is no end to report as such.
pub(crate) fn failure(problem: &Problem, given: &Given, found: &Found) -> Option<Failure> {
    let stop = found.optimum.stop;
    if let Stop::Iterations(most) = stop
        && given.iters.is_none()
    {
        return Some(Failure::failed(format!(
            "it did not converge within {most} iterations, the limit unless --iters sets another"
        )));
    }
    if stop.is_converged() || stop.is_limit() && stop != Stop::Callback {
        return None;
    }
    if stop == Stop::Callback {
        let iterations = found.optimum.iterations;
        return Some(if found.trace.is_full() {
            Failure::failed(format!(
                "the trace has grown too long at iteration {iterations}; ask for fewer --iters, or leave out \
                 --trace and --output"
            ))
        } else {
            Failure::Interrupted(format!(
                "the point is the best of {}",
                counted(iterations, "iteration")
            ))
        });
    }
    Some(Failure::failed(format!(
        "no {} was found: {}{}",
        problem.goal.name(),
        stop_in_words(problem, found),
        advice(problem, given, found)
    )))
}

/// What to try.
fn advice(problem: &Problem, given: &Given, found: &Found) -> String {
    let method = found.method.name();
    match found.optimum.stop {
        Stop::Unbounded if problem.bounds.is_some() => {
            " within the bounds; try narrower --bounds".to_owned()
        }
        Stop::Unbounded => {
            let goal = problem.goal.name();
            format!("; give --bounds, or another --start if there is a {goal} elsewhere")
        }
        Stop::Diverged if found.method.has_learning_rate() => format!(
            ". The steps may be too long\n  help: --lr {}",
            shorter(given.lr.unwrap_or(LEARNING_RATE))
        ),
        Stop::Singular if method == "newton" => {
            ". A trust region needs no inverse\n  help: --method newton-trust".to_owned()
        }
        Stop::Diverged if method == "newton" => {
            ". A trust region keeps the steps short\n  help: --method newton-trust".to_owned()
        }
        Stop::Singular | Stop::Diverged if method == "gauss-newton" => {
            ". A trust region keeps the steps short\n  help: --method lm".to_owned()
        }
        Stop::Shallow => {
            "; the formula is measured in small units, or levels off\n  help: --tol 0".to_owned()
        }
        Stop::Stuck => format!(
            "; there may be a kink or a jump. Try another --start{}",
            if method == "nelder-mead" {
                ""
            } else {
                ", or a method that needs no derivatives\n  help: --method nelder-mead"
            }
        ),
        _ => "; try another --start".to_owned(),
    }
}

/// A tenth of a learning rate, as a number of one digit.
fn shorter(rate: f64) -> String {
    format!("{:.0e}", rate / 10.0)
        .parse()
        .map_or_else(|_| rate.to_string(), |x| Number(x).to_string())
}

pub(crate) fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learning_rates_to_try_are_short() {
        assert_eq!(shorter(0.7), "0.07");
        assert_eq!(shorter(0.001), "0.0001");
        assert_eq!(shorter(7.0), "0.7");
        assert_eq!(shorter(1e-8), "1e-9");
    }
}
