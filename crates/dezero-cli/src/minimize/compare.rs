//! `--compare`: several methods from the same start, side by side.

use std::fmt::Write;

use serde_json::{Value, json};

use super::arguments::Method;
use super::outcome::stop_in_words;
use super::problem::Problem;
use super::search::{Broken, Found};
use super::single::{fields, write_point};
use crate::columns::write_table;
use crate::report::{Failure, Number, Report, json, to_digits};

/// What came of each method.
pub(crate) type Outcomes = Vec<(Method, Result<Found, Broken>)>;

/// The methods to compare, if each is there once.
pub(crate) fn check(methods: &[Method]) -> Result<(), Failure> {
    for (i, method) in methods.iter().enumerate() {
        if methods[..i].contains(method) {
            return Err(Failure::usage(format!(
                "--compare: {} is there twice",
                method.name()
            )));
        }
    }
    Ok(())
}

/// Of the searches that found a point, the one with the best.
pub(crate) fn best<'a>(problem: &Problem, outcomes: &'a Outcomes) -> Option<&'a Found> {
    let found = outcomes
        .iter()
        .filter_map(|(_, outcome)| outcome.as_ref().ok());
    found.reduce(|best, next| {
        // Of equal values, a converged one is worth more.
        let (a, b) = (&best.optimum, &next.optimum);
        let is_better = problem.goal.prefers(b.value, a.value)
            || b.value == a.value && b.is_converged() && !a.is_converged();
        if is_better { next } else { best }
    })
}

pub(crate) fn report(
    problem: &Problem,
    outcomes: Outcomes,
    trace: bool,
    interrupted: bool,
) -> Result<Report, Failure> {
    let Some(best) = best(problem, &outcomes) else {
        let first = outcomes.into_iter().find_map(|(_, outcome)| outcome.err());
        return Err(first.map_or_else(
            || Failure::usage("--compare: no method is named"),
            |broken| broken.failure,
        ));
    };
    let text = text(problem, &outcomes, best, trace);
    let mut object = problem.json();
    object.insert("best".into(), json!(best.method.name()));
    let point = problem.start.object(best.x.iter().copied());
    object.insert(problem.goal.name().into(), point);
    object.insert("value".into(), json(best.optimum.value));
    let methods = outcomes
        .iter()
        .map(|(method, outcome)| method_json(problem, *method, outcome, &best.x, trace));
    object.insert("methods".into(), methods.collect());
    let report = Report::new(text, object.into());
    if interrupted {
        let said = "the table is of what was done until then";
        return Ok(report.with_failure(Failure::Interrupted(said.to_owned())));
    }
    let arrived = |found: &Found| {
        let stop = found.optimum.stop;
        stop.is_converged() || stop.is_limit() && !found.trace.is_full()
    };
    let mut found = outcomes
        .iter()
        .filter_map(|(_, outcome)| outcome.as_ref().ok());
    if found.any(arrived) {
        return Ok(report);
    }
    let goal = problem.goal.name();
    Ok(report.with_failure(Failure::failed(format!(
        "no method found a {goal}; the last column says why"
    ))))
}

fn text(problem: &Problem, outcomes: &Outcomes, best: &Found, trace: bool) -> String {
    let mut text = String::new();
    let names = &problem.start.names;
    for (method, outcome) in outcomes {
        if let Ok(found) = outcome
            && trace
            && !found.trace.is_full()
        {
            let _ = writeln!(text, "{}", method.name());
            found.trace.write(&mut text, names);
            text.push('\n');
        }
    }
    text.push_str(&problem.shown());
    let titles = [
        "method",
        "value",
        "iterations",
        "values",
        "gradients",
        "products",
        "seconds",
        "distance",
        "why it stopped",
    ];
    let rows = outcomes.iter().map(|(method, outcome)| match outcome {
        Ok(found) => row(problem, found, &best.x),
        Err(broken) => {
            let mut row = vec![method.name().to_owned()];
            row.resize(titles.len() - 1, "-".to_owned());
            let reason = broken.failure.to_string();
            row.push(reason.trim_start_matches("error: ").to_owned());
            row
        }
    });
    write_table(&mut text, &titles, &rows.collect::<Vec<_>>());
    let _ = writeln!(
        text,
        "the best point, by {}; distances are to it",
        best.method.name()
    );
    write_point(&mut text, names, &best.x, best.optimum.value);
    text
}

fn row(problem: &Problem, found: &Found, best: &[f64]) -> Vec<String> {
    let (optimum, counts) = (&found.optimum, found.optimum.evaluations);
    let mut why = stop_in_words(problem, found);
    if !optimum.is_converged() {
        let what = if optimum.stop.is_converged() {
            problem.goal.none()
        } else {
            "not converged"
        };
        why = format!("{what}: {why}");
    }
    vec![
        found.method.name().to_owned(),
        Number(optimum.value).to_string(),
        optimum.iterations.to_string(),
        counts.value.to_string(),
        counts.gradient.to_string(),
        counts.products.to_string(),
        format!("{:.4}", found.elapsed.as_secs_f64()),
        Number(to_digits(distance(&found.x, best), 3)).to_string(),
        why,
    ]
}

/// The Euclidean distance of two points.
fn distance(x: &[f64], y: &[f64]) -> f64 {
    x.iter()
        .zip(y)
        .fold(0.0, |length: f64, (x, y)| length.hypot(x - y))
}

fn method_json(
    problem: &Problem,
    method: Method,
    outcome: &Result<Found, Broken>,
    best: &[f64],
    trace: bool,
) -> Value {
    match outcome {
        Ok(found) => {
            let trace = trace && !found.trace.is_full();
            let mut fields = fields(problem, found, trace);
            fields.insert("distance".into(), json(distance(&found.x, best)));
            fields.insert("seconds".into(), json(found.elapsed.as_secs_f64()));
            fields.into()
        }
        Err(broken) => {
            let reason = broken.failure.to_string();
            let reason = reason.trim_start_matches("error: ");
            json!({ "method": method.name(), "converged": false, "error": reason })
        }
    }
}
