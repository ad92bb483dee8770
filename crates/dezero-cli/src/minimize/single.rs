//! The report of one search.

use std::fmt::Write;

use dezero::optim::{Curvature, Evaluations};
use serde_json::{Map, Value, json};

use super::outcome::{curvature, failure, method, status, stop_name};
use super::problem::Problem;
use super::problem_file::Given;
use super::search::{Broken, Found};
use super::trace::gradient_norm;
use crate::columns::{left, widest, write_values};
use crate::report::{Failure, Number, Report, json};

pub(crate) fn report(problem: &Problem, given: &Given, found: &Found, trace: bool) -> Report {
    // Of a trace that is too long, nothing is shown.
    let trace = trace && !found.trace.is_full();
    let text = text(problem, given, found, trace);
    let mut object = problem.json();
    object.extend(fields(problem, found, trace));
    let report = Report::new(text, object.into());
    match failure(problem, given, found) {
        Some(failure) => report.with_failure(failure),
        None => report,
    }
}

/// The report of a search that broke off, with what there is.
pub(crate) fn broken(problem: &Problem, broken: Broken) -> Result<Report, Failure> {
    let Some((x, value)) = broken.best else {
        return Err(broken.failure);
    };
    let mut text = problem.shown();
    write_point(&mut text, &problem.start.names, &x, value);
    text.push_str("not converged: the search broke off, and this is the best point until then\n");
    let mut object = problem.json();
    object.insert(problem.goal.name().into(), problem.start.object(x));
    object.insert("value".into(), json(value));
    object.insert("converged".into(), json!(false));
    Ok(Report::new(text, object.into()).with_failure(broken.failure))
}

fn text(problem: &Problem, given: &Given, found: &Found, trace: bool) -> String {
    let mut text = String::new();
    let names = &problem.start.names;
    if trace {
        found.trace.write(&mut text, names);
        text.push('\n');
    }
    text.push_str(&problem.shown());
    write_point(&mut text, names, &found.x, found.optimum.value);
    let mut lines = vec![status(problem, given, found)];
    if let Some(bounds) = &problem.bounds {
        lines.extend(bounds.reached(names, &found.x));
    }
    for (name, x) in &problem.unused {
        let x = Number(*x);
        lines.push(format!("{name} is not in the formula, and stays {x}"));
    }
    lines.extend(curvature(problem, found));
    lines.push(format!("method: {}", method(problem, found)));
    lines.push(format!("evaluations: {}", found.optimum.evaluations));
    for line in lines {
        let _ = writeln!(text, "{line}");
    }
    write_spread(&mut text, names, found);
    text
}

/// The point and the value, each in a line.
pub(crate) fn write_point(text: &mut String, names: &[String], x: &[f64], value: f64) {
    let width = widest(names.iter().map(String::as_str).chain(["value"]));
    for (name, &x) in names.iter().zip(x) {
        let _ = writeln!(text, "  {} = {}", left(name, width), Number(x));
    }
    let _ = writeln!(text, "  {} = {}", left("value", width), Number(value));
}

/// The standard errors, where there are more residuals than variables.
fn write_spread(text: &mut String, names: &[String], found: &Found) {
    let Some(spread) = found.spread.as_ref().filter(|s| s.degrees_of_freedom > 0) else {
        return;
    };
    let freedom = match spread.degrees_of_freedom {
        1 => "1 degree of freedom".to_owned(),
        n => format!("{n} degrees of freedom"),
    };
    let _ = writeln!(
        text,
        "standard errors, from a residual standard deviation of {} with {freedom}",
        Number(spread.residual_deviation)
    );
    let names = names.iter().map(String::as_str);
    write_values(text, names.zip(spread.standard_errors.iter().copied()));
}

/// What was found, as the fields of an object.
pub(crate) fn fields(problem: &Problem, found: &Found, trace: bool) -> Map<String, Value> {
    let (optimum, start) = (&found.optimum, &problem.start);
    let curvature = match optimum.curvature {
        Curvature::PositiveDefinite => json!("definite"),
        Curvature::Semidefinite => json!("semidefinite"),
        Curvature::Indefinite => json!("indefinite"),
        _ => Value::Null,
    };
    let mut fields = Map::new();
    let mut add = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    add("method", json!(found.method.name()));
    add("used", json!(method(problem, found)));
    add(problem.goal.name(), start.object(found.x.iter().copied()));
    add("value", json(optimum.value));
    add("gradient_norm", gradient_norm(optimum.gradient_norm));
    add("iterations", json!(optimum.iterations));
    add("converged", json!(optimum.is_converged()));
    add("stop", json!(stop_name(found)));
    add("curvature", curvature);
    add("evaluations", evaluations(optimum.evaluations));
    if let Some(spread) = &found.spread {
        let errors = spread.standard_errors.iter().copied();
        add("standard_errors", start.object(errors));
        add("degrees_of_freedom", json!(spread.degrees_of_freedom));
        add("residual_deviation", json(spread.residual_deviation));
    }
    if trace {
        add("trace", found.trace.json(start));
    }
    fields
}

fn evaluations(evaluations: Evaluations) -> Value {
    json!({
        "value": evaluations.value,
        "gradient": evaluations.gradient,
        "hessian": evaluations.hessian,
        "jacobian": evaluations.jacobian,
        "products": evaluations.products,
    })
}
