//! `dezero minimize` and `dezero maximize`: the minimum or maximum of a formula, searched from a start.
//!
//! What is `Given`, on the command line and in a file, becomes a `Problem`; one `search` or several of it
//! give `Found`, which is reported alone (`single`) or side by side (`compare`), and drawn (`picture`).

mod arguments;
mod compare;
mod outcome;
mod picture;
mod problem;
mod problem_file;
mod search;
mod single;
mod trace;

pub(crate) use self::arguments::MinimizeArguments;
pub(crate) use self::problem::Goal;

use self::arguments::{Method, names_of};
use self::compare::Outcomes;
use self::problem::Problem;
use self::problem_file::Given;
use self::search::Found;
use crate::fit::{self, FitArguments};
use crate::interrupt;
use crate::pictures;
use crate::report::{Failure, Report};

pub(crate) fn run(goal: Goal, arguments: &MinimizeArguments) -> Result<Report, Failure> {
    if let (Some(data), Some(model)) = (&arguments.fit, &arguments.model) {
        if goal == Goal::Maximum {
            return Err(Failure::usage("--fit: a fit is a minimum: dezero fit"));
        }
        let mut fit = FitArguments::new(data.clone(), model.clone(), arguments.start.clone());
        fit.iters = arguments.iters.unwrap_or(fit.iters);
        fit.tol = arguments.tol.unwrap_or(fit.tol);
        fit.evaluations = arguments.evaluations;
        fit.bounds.clone_from(&arguments.bounds);
        fit.output.clone_from(&arguments.output);
        fit.look.clone_from(&arguments.look);
        return fit::run(&fit);
    }
    if arguments.model.is_some() {
        return Err(Failure::usage(
            "--model: a model is fitted to the table that --fit names",
        ));
    }
    if let Some(path) = &arguments.output {
        pictures::check(path)?;
    }
    compare::check(&arguments.compare)?;
    let given = Given::read(arguments)?;
    let methods = if arguments.compare.is_empty() {
        vec![given.method.unwrap_or(Method::Auto)]
    } else {
        arguments.compare.clone()
    };
    // Of a file that is for another method, what this one has no use for does not matter.
    let own = given
        .lr
        .filter(|_| arguments.compare.is_empty() && arguments.method.is_none());
    check_learning_rate(arguments.lr.or(own), &methods)?;
    let problem = Problem::of(goal, &given)?;
    for &method in &methods {
        search::check(&problem, method)?;
    }
    let numbers = problem.start.names.len();
    if arguments.side_by_side && numbers != 2 {
        return Err(Failure::usage(format!(
            "--side-by-side: panels show functions of two variables, and this is one of {numbers}"
        )));
    }
    interrupt::listen();
    let keep = arguments.trace || arguments.output.is_some();
    if arguments.compare.is_empty() {
        return match search::search(&problem, &given, methods[0], keep) {
            Ok(found) => {
                let drawn = draw(arguments, &problem, &[&found], Some(&found));
                let report = single::report(&problem, &given, &found, arguments.trace);
                Ok(report.or_failure(drawn))
            }
            Err(broken) => single::broken(&problem, broken),
        };
    }
    let mut outcomes: Outcomes = Vec::new();
    for method in methods {
        if !interrupt::asked() {
            outcomes.push((method, search::search(&problem, &given, method, keep)));
        }
    }
    let found = outcomes
        .iter()
        .filter_map(|(_, outcome)| outcome.as_ref().ok());
    let found: Vec<&Found> = found.collect();
    let best = compare::best(&problem, &outcomes);
    let drawn = draw(arguments, &problem, &found, best);
    let report = compare::report(&problem, outcomes, arguments.trace, interrupt::asked())?;
    Ok(report.or_failure(drawn))
}

/// A learning rate is for a method that has one.
fn check_learning_rate(lr: Option<f64>, methods: &[Method]) -> Result<(), Failure> {
    if lr.is_none() || methods.iter().any(|method| method.has_learning_rate()) {
        return Ok(());
    }
    let names: Vec<&str> = methods.iter().map(|method| method.name()).collect();
    Err(Failure::usage(format!(
        "--lr: {} {} no learning rate; {} have one, as in --method gd",
        names.join(" and "),
        if names.len() == 1 { "has" } else { "have" },
        names_of(Method::has_learning_rate)
    )))
}

/// Writes the picture that was asked for.
fn draw(
    arguments: &MinimizeArguments,
    problem: &Problem,
    searches: &[&Found],
    best: Option<&Found>,
) -> Result<(), Failure> {
    match &arguments.output {
        Some(path) if !searches.is_empty() => {
            let theme = arguments.look.theme();
            let picture = picture::draw(problem, searches, best, arguments.side_by_side, theme);
            arguments.look.write(path, &picture)
        }
        _ => Ok(()),
    }
}
