//! Running a search with the settings of the command line, watched: its trace, its progress, Ctrl-C.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use dezero::Variable;
use dezero::optim::{Error, Minimizer, Optimum};
use indicatif::{ProgressBar, ProgressStyle};

use super::arguments::{Method, names_of};
use super::problem::{Goal, Objective, Problem};
use super::problem_file::Given;
use super::trace::Trace;
use crate::interrupt;
use crate::report::{Failure, Number, Quoted};

/// What a search found.
pub(crate) struct Found {
    pub(crate) method: Method,
    pub(crate) optimum: Optimum<Vec<Variable>>,
    /// The point.
    pub(crate) x: Vec<f64>,
    pub(crate) spread: Option<Spread>,
    pub(crate) trace: Trace,
    pub(crate) elapsed: Duration,
}

/// How exact the parameters of a sum of squares are.
pub(crate) struct Spread {
    pub(crate) standard_errors: Vec<f64>,
    pub(crate) degrees_of_freedom: usize,
    pub(crate) residual_deviation: f64,
}

/// A search that could not begin, or broke off.
pub(crate) struct Broken {
    pub(crate) failure: Failure,
    /// The best point until then, with its value.
    pub(crate) best: Option<(Vec<f64>, f64)>,
}

/// Whether the method can do what is asked.
pub(crate) fn check(problem: &Problem, method: Method) -> Result<(), Failure> {
    let name = method.name();
    if problem.bounds.is_some() && !method.takes_bounds() {
        return Err(Failure::usage(format!(
            "--bounds: {name} does not stay within bounds; {} do",
            names_of(Method::takes_bounds)
        )));
    }
    if problem.goal == Goal::Maximum && method.is_for_squares() {
        return Err(Failure::usage(format!(
            "--method {name}: it finds the least sum of squares, not a maximum"
        )));
    }
    Ok(())
}

/// Searches by a method; the points on the way are kept if asked for.
pub(crate) fn search(
    problem: &Problem,
    given: &Given,
    method: Method,
    keep: bool,
) -> Result<Found, Broken> {
    let mut trace = Trace::new(problem.start.names.len());
    let mut progress = Progress::new(given.iters);
    let began = Instant::now();
    let found = {
        let minimizer = minimizer(problem, given, method).on_iteration(|at| {
            progress.show(at.iteration, at.value);
            if keep {
                trace.push(&at.x, at.value, at.gradient_norm);
            }
            if trace.is_full() || interrupt::asked() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        run(problem, minimizer, method)
    };
    let elapsed = began.elapsed();
    progress.finish();
    let (optimum, spread) = found.map_err(|error| broken(problem, method, &error))?;
    Ok(Found {
        method,
        x: optimum.x.iter().map(Variable::item).collect(),
        optimum,
        spread,
        trace,
        elapsed,
    })
}

fn minimizer<'a>(problem: &Problem, given: &Given, method: Method) -> Minimizer<'a> {
    let mut minimizer = Minimizer::new(method.with(given.lr)).compile(!given.no_compile);
    if let Some(iterations) = given.iters {
        minimizer = minimizer.iterations(iterations);
    }
    if let Some(tolerance) = given.tol {
        minimizer = minimizer.gradient_tolerance(tolerance);
    }
    if let Some(evaluations) = given.evaluations {
        minimizer = minimizer.evaluations(evaluations);
    }
    if let Some(seconds) = given.time {
        let time = Duration::try_from_secs_f64(seconds);
        minimizer = minimizer.time(time.unwrap_or(Duration::MAX));
    }
    if let Some(bounds) = &problem.bounds {
        minimizer = minimizer.bounds(bounds.lower.clone(), bounds.upper.clone());
    }
    minimizer
}

fn run(
    problem: &Problem,
    minimizer: Minimizer<'_>,
    method: Method,
) -> Result<(Optimum<Vec<Variable>>, Option<Spread>), Error> {
    let start = &problem.start.variables[..];
    if let Objective::Residuals(residuals) = &problem.objective
        && (method.is_for_squares() || method == Method::Auto)
    {
        let residuals = |xs: &[Variable]| problem.residuals(residuals, xs);
        let fit = minimizer.least_squares(residuals, start)?;
        let spread = Spread {
            standard_errors: fit.standard_errors.iter().map(Variable::item).collect(),
            degrees_of_freedom: fit.degrees_of_freedom,
            residual_deviation: fit.residual_deviation,
        };
        return Ok((fit.optimum, Some(spread)));
    }
    let f = |xs: &[Variable]| problem.value(xs);
    let optimum = match problem.goal {
        Goal::Minimum => minimizer.minimize(f, start),
        Goal::Maximum => minimizer.maximize(f, start),
    };
    Ok((optimum?, None))
}

fn broken(problem: &Problem, method: Method, error: &Error) -> Broken {
    if error.is_start() {
        return Broken {
            failure: no_start(problem),
            best: None,
        };
    }
    let best = error.best();
    let mut message = error.to_string();
    if let Objective::Formula(formula) = &problem.objective
        && error.is_method()
        && method.is_for_squares()
    {
        message = not_of_squares(formula.text(), method, &message);
    }
    Broken {
        failure: Failure::failed(message),
        best: best.map(|best| (best.x.to_vec(), best.value)),
    }
}

/// A start where the formula or its derivatives are not finite.
fn no_start(problem: &Problem) -> Failure {
    let start = &problem.start;
    let value = problem.number(&start.values);
    let (title, at) = (problem.title(), start.shown());
    let (formula, shown) = (Quoted(&title), Number(value));
    Failure::failed(if value.is_finite() {
        format!(
            "{formula} is {shown} at the start, {at}, but its derivatives are not finite there; start elsewhere"
        )
    } else {
        format!("{formula} is {shown} at the start, {at}; start where it is finite")
    })
}

/// Why a formula is not seen to be a sum of squares, for those who wrote the formula and not the program.
fn not_of_squares(formula: &str, method: Method, message: &str) -> String {
    let reason = message.split_once("squares: ").map_or("", |(_, rest)| rest);
    let reason = reason.split(';').next().unwrap_or_default();
    // The line of a program in which the operation stands.
    let reason = match (reason.split_once(", from "), reason.rsplit_once(", ")) {
        (Some((what, _)), Some((_, is))) => format!("{what} {is}"),
        _ => reason.to_owned(),
    };
    format!(
        "--method {}: {} is not visibly a sum of squares: {reason}. Give what is squared, as in \
         --residuals \"x - 1; 10*(y - x^2)\", or search by another method",
        method.name(),
        Quoted(formula)
    )
}

/// A progress bar, on a terminal, for what takes more than a second.
struct Progress {
    iterations: Option<usize>,
    bar: Option<ProgressBar>,
    next: Instant,
}

impl Progress {
    fn new(iterations: Option<usize>) -> Self {
        Self {
            iterations,
            bar: None,
            next: Instant::now() + Duration::from_secs(1),
        }
    }

    fn show(&mut self, iteration: usize, value: f64) {
        let now = Instant::now();
        if now < self.next {
            return;
        }
        self.next = now + Duration::from_millis(100);
        let bar = self.bar.get_or_insert_with(|| {
            // Draws on standard error, and only if that is a terminal.
            let (bar, template) = match self.iterations {
                Some(most) => (
                    ProgressBar::new(most as u64),
                    "{wide_bar} {pos}/{len}, value {msg}, {eta} left",
                ),
                None => (
                    ProgressBar::new_spinner(),
                    "{spinner} iteration {pos}, value {msg}, {elapsed}",
                ),
            };
            let style = ProgressStyle::with_template(template);
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        bar.set_message(format!("{value:.6e}"));
        bar.set_position(iteration as u64);
    }

    fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_programs_are_left_out() {
        let message = "the value is not visibly a sum of squares: `Sin` in it, from src/a.rs:7, is not a \
                       square; give the residuals to `least_squares`, or use another method";
        let said = not_of_squares("sin(x)", Method::Lm, message);
        assert!(
            said.contains("`sin(x)` is not visibly a sum of squares: `Sin` in it is not a square.")
        );
        let message =
            "the value is not visibly a sum of squares: something is taken away in it; give";
        let said = not_of_squares("-x^2", Method::Lm, message);
        assert!(said.contains("sum of squares: something is taken away in it. Give"));
    }
}
