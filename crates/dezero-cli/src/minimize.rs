//! `dezero minimize`: the minimum of a formula, searched from a start.

use std::fmt::Write;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use dezero::Variable;
use dezero::expr::Formula;
use dezero::optim::{GradientDescent, Minimum};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value, json};

use crate::assignments::Point;
use crate::cli::{Method, MinimizeArguments};
use crate::report::{Failure, Number, Report, json};

/// A point on the way, as it is shown.
struct Row {
    iteration: usize,
    point: Vec<f64>,
    value: f64,
    gradient_norm: f64,
}

pub(crate) fn run(arguments: &MinimizeArguments) -> Result<Report, Failure> {
    let positive = |name: &str, x: f64| match x > 0.0 && x.is_finite() {
        true => Ok(()),
        false => Err(Failure::usage(format!(
            "{name} {}: it must be a positive number",
            Number(x)
        ))),
    };
    positive("--lr", arguments.lr)?;
    if arguments.tol.is_nan() || arguments.tol < 0.0 {
        return Err(Failure::usage(format!(
            "--tol {}: it must be a number from 0",
            Number(arguments.tol)
        )));
    }
    let formula = Formula::parse(&arguments.formula)?;
    let start = Point::read(&formula, "--start", &arguments.start)?;
    if start.names.is_empty() {
        return Err(Failure::failed(format!(
            "`{}` has no variable to minimise by",
            arguments.formula
        )));
    }
    let mut trace = Vec::new();
    let mut progress = Progress::new(arguments.iters);
    let minimum = match arguments.method {
        Method::Gd => GradientDescent::new(arguments.lr)
            .iterations(arguments.iters)
            .tolerance(arguments.tol)
            .minimize_observed(
                |x| start.evaluate(&formula, x),
                &start.variables,
                |step| {
                    progress.show(step.iteration, step.value);
                    if arguments.trace {
                        trace.push(Row {
                            iteration: step.iteration,
                            point: step.point.iter().map(Variable::item).collect(),
                            value: step.value,
                            gradient_norm: step.gradient_norm,
                        });
                    }
                    ControlFlow::Continue(())
                },
            ),
    };
    progress.finish();
    let minimum = minimum.map_err(|error| {
        let hint = if error.is_divergence() {
            format!(" (--lr {})", Number(arguments.lr / 10.0))
        } else {
            String::new()
        };
        Failure::failed(format!("{error}{hint}"))
    })?;
    Ok(Report::new(
        text(arguments, &start.names, &minimum, &trace),
        object(arguments, &start.names, &minimum, &trace),
    ))
}

fn text(
    arguments: &MinimizeArguments,
    names: &[String],
    minimum: &Minimum,
    trace: &[Row],
) -> String {
    let mut text = String::new();
    if !trace.is_empty() {
        let mut header = vec!["iteration".to_owned()];
        header.extend(names.iter().cloned());
        header.extend(["value".to_owned(), "gradient norm".to_owned()]);
        let rows = trace.iter().map(|row| {
            let mut cells = vec![row.iteration.to_string()];
            cells.extend(
                row.point
                    .iter()
                    .chain([&row.value, &row.gradient_norm])
                    .map(|&x| Number(x).to_string()),
            );
            cells
        });
        let rows: Vec<Vec<String>> = std::iter::once(header).chain(rows).collect();
        let widths: Vec<usize> = (0..rows[0].len())
            .map(|i| {
                rows.iter()
                    .map(|row| row[i].chars().count())
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        for row in &rows {
            let cells: Vec<String> = row
                .iter()
                .zip(&widths)
                .map(|(cell, &width)| format!("{cell:>width$}"))
                .collect();
            let _ = writeln!(text, "{}", cells.join("  "));
        }
        text.push('\n');
    }
    let _ = writeln!(text, "f({}) = {}", names.join(", "), arguments.formula);
    let width = names
        .iter()
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(0)
        .max("value".len());
    for (name, x) in names.iter().zip(&minimum.point) {
        let _ = writeln!(text, "  {name:width$} = {}", Number(x.item()));
    }
    let _ = writeln!(text, "  {:width$} = {}", "value", Number(minimum.value));
    let norm = Number(minimum.gradient_norm);
    let _ = match minimum.converged {
        true => writeln!(
            text,
            "converged after {} iterations (gradient norm {norm})",
            minimum.iterations
        ),
        false => writeln!(
            text,
            "not converged: the limit of {} iterations was reached with a gradient norm of {norm}; try more --iters, or a larger --lr",
            minimum.iterations
        ),
    };
    let _ = writeln!(
        text,
        "evaluations: {} of the value, {} of the gradient",
        minimum.evaluations.value, minimum.evaluations.gradient
    );
    text
}

fn object(
    arguments: &MinimizeArguments,
    names: &[String],
    minimum: &Minimum,
    trace: &[Row],
) -> Value {
    let point = |values: &[f64]| -> Value {
        Value::Object(
            names
                .iter()
                .cloned()
                .zip(values.iter().map(|&x| json(x)))
                .collect(),
        )
    };
    let reached: Vec<f64> = minimum.point.iter().map(Variable::item).collect();
    let mut object = Map::new();
    object.insert("formula".into(), json!(arguments.formula));
    object.insert("method".into(), json!(arguments.method.name()));
    object.insert("minimum".into(), point(&reached));
    object.insert("value".into(), json(minimum.value));
    object.insert("iterations".into(), json!(minimum.iterations));
    object.insert("converged".into(), json!(minimum.converged));
    let evaluations = minimum.evaluations;
    object.insert(
        "evaluations".into(),
        json!({ "value": evaluations.value, "gradient": evaluations.gradient, "hessian": evaluations.hessian }),
    );
    if arguments.trace {
        let rows = trace.iter().map(|row| {
            json!({
                "iteration": row.iteration, "point": point(&row.point),
                "value": json(row.value), "gradient_norm": json(row.gradient_norm),
            })
        });
        object.insert("trace".into(), rows.collect());
    }
    object.into()
}

/// A progress bar, on a terminal, for what takes more than a second.
struct Progress {
    started: Instant,
    iterations: usize,
    bar: Option<ProgressBar>,
}

impl Progress {
    fn new(iterations: usize) -> Self {
        Self {
            started: Instant::now(),
            iterations,
            bar: None,
        }
    }

    fn show(&mut self, iteration: usize, value: f64) {
        // The clock is slow beside an iteration.
        if !iteration.is_multiple_of(256)
            || (self.bar.is_none() && self.started.elapsed() < Duration::from_secs(1))
        {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let style = ProgressStyle::with_template(
                "{bar:40} {pos}/{len} iterations, value {msg}, {eta} left",
            );
            // Draws on standard error, and only if that is a terminal.
            ProgressBar::new(self.iterations as u64)
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        bar.set_position(iteration as u64);
        bar.set_message(format!("{value:.6e}"));
    }

    fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
