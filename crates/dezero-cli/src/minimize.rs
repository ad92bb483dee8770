//! `dezero minimize`: the minimum of a formula, searched from a start.

use std::fmt::Write;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use dezero::Variable;
use dezero::expr::Formula;
use dezero::optim::{GradientDescent, Minimum, Step};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value, json};

use crate::assignments::Point;
use crate::cli::{Method, MinimizeArguments};
use crate::columns::{left, right, widest};
use crate::report::{Failure, Number, Quoted, Report, json, on_one_line};

pub(crate) fn run(arguments: &MinimizeArguments) -> Result<Report, Failure> {
    let formula = Formula::parse(&arguments.text.formula)?;
    let start = Point::read([&formula], "--start", &arguments.start)?;
    if start.names.is_empty() {
        let formula = Quoted(&arguments.text.formula);
        return Err(Failure::failed(format!(
            "{formula} has no variable to minimise by"
        )));
    }
    let mut trace = Trace {
        columns: start.names.len() + 2,
        numbers: Vec::new(),
    };
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
                        trace.record(step)
                    } else {
                        ControlFlow::Continue(())
                    }
                },
            ),
    };
    progress.finish();
    let minimum = minimum.map_err(|error| {
        if error.is_divergence() && !error.is_unbounded() {
            Failure::failed(format!("{error}\n  help: --lr {}", shorter(arguments.lr)))
        } else {
            error.into()
        }
    })?;
    if trace.is_full() {
        return Err(Failure::failed(format!(
            "the trace has grown too long at iteration {}; ask for fewer --iters, or leave out \
             --trace",
            minimum.iterations
        )));
    }
    let (names, trace) = (&start.names, arguments.trace.then_some(&trace));
    let text = text(arguments, names, &minimum, trace);
    Ok(Report::new(text, object(arguments, names, &minimum, trace)))
}

/// A tenth of a learning rate, as a number of one digit.
fn shorter(rate: f64) -> String {
    format!("{:.0e}", rate / 10.0)
        .parse()
        .map_or_else(|_| rate.to_string(), |x| Number(x).to_string())
}

fn text(
    arguments: &MinimizeArguments,
    names: &[String],
    minimum: &Minimum,
    trace: Option<&Trace>,
) -> String {
    let mut text = String::new();
    if let Some(trace) = trace {
        trace.write(&mut text, names);
        text.push('\n');
    }
    text.push_str(&on_one_line(&arguments.text.formula, names));
    let width = widest(names.iter().map(String::as_str).chain(["value"]));
    for (name, x) in names.iter().zip(&minimum.point) {
        let _ = writeln!(text, "  {} = {}", left(name, width), Number(x.item()));
    }
    let _ = writeln!(
        text,
        "  {} = {}",
        left("value", width),
        Number(minimum.value)
    );
    let (iterations, norm) = (
        counted(minimum.iterations, "iteration"),
        Number(minimum.gradient_norm),
    );
    let _ = if minimum.converged {
        writeln!(text, "converged after {iterations} (gradient norm {norm})")
    } else {
        writeln!(
            text,
            "not converged: the limit of {iterations} was reached with a gradient norm of {norm}; \
             try more --iters, or a larger --lr"
        )
    };
    let _ = writeln!(
        text,
        "evaluations: {} of the value, {} of the gradient",
        minimum.evaluations.value, minimum.evaluations.gradient
    );
    text
}

fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

fn object(
    arguments: &MinimizeArguments,
    names: &[String],
    minimum: &Minimum,
    trace: Option<&Trace>,
) -> Value {
    let reached: Vec<f64> = minimum.point.iter().map(Variable::item).collect();
    let mut object = Map::new();
    object.insert("formula".into(), json!(arguments.text.formula));
    object.insert("method".into(), json!(arguments.method.name()));
    object.insert("minimum".into(), point(names, &reached));
    object.insert("value".into(), json(minimum.value));
    object.insert("iterations".into(), json!(minimum.iterations));
    object.insert("converged".into(), json!(minimum.converged));
    let evaluations = minimum.evaluations;
    object.insert(
        "evaluations".into(),
        json!({
            "value": evaluations.value,
            "gradient": evaluations.gradient,
            "hessian": evaluations.hessian,
        }),
    );
    if let Some(trace) = trace {
        let rows = trace
            .rows()
            .enumerate()
            .map(|(iteration, (at, value, gradient_norm))| {
                json!({
                    "iteration": iteration, "point": point(names, at),
                    "value": json(value), "gradient_norm": json(gradient_norm),
                })
            });
        object.insert("trace".into(), rows.collect());
    }
    object.into()
}

fn point(names: &[String], values: &[f64]) -> Value {
    names
        .iter()
        .cloned()
        .zip(values.iter().map(|&x| json(x)))
        .collect()
}

/// The most numbers of a trace, which then takes about 1 GB to show.
const MOST_TRACED: usize = 3_000_000;

/// The points on the way, from iteration 0.
struct Trace {
    columns: usize,
    /// Of each iteration the point, the value and the gradient norm.
    numbers: Vec<f64>,
}

impl Trace {
    fn record(&mut self, step: Step<'_>) -> ControlFlow<()> {
        self.numbers.extend(step.point.iter().map(Variable::item));
        self.numbers.extend([step.value, step.gradient_norm]);
        if self.is_full() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn is_full(&self) -> bool {
        self.numbers.len() > MOST_TRACED
    }

    /// The point, the value and the gradient norm of each iteration.
    fn rows(&self) -> impl Iterator<Item = (&[f64], f64, f64)> {
        self.numbers
            .chunks_exact(self.columns)
            .filter_map(|row| match row {
                [point @ .., value, gradient_norm] => Some((point, *value, *gradient_norm)),
                _ => None,
            })
    }

    fn write(&self, text: &mut String, names: &[String]) {
        let header = names
            .iter()
            .map(String::as_str)
            .chain(["value", "gradient norm"]);
        let mut widths: Vec<usize> = header.clone().map(|title| widest([title])).collect();
        for row in self.numbers.chunks_exact(self.columns) {
            for (width, &x) in widths.iter_mut().zip(row) {
                *width = (*width).max(Number(x).to_string().len());
            }
        }
        text.push_str("iteration");
        for (title, &width) in header.zip(&widths) {
            let _ = write!(text, "  {}", right(title, width));
        }
        for (iteration, row) in self.numbers.chunks_exact(self.columns).enumerate() {
            let _ = write!(text, "\n{iteration:>9}");
            for (&x, &width) in row.iter().zip(&widths) {
                let _ = write!(text, "  {}", right(&Number(x).to_string(), width));
            }
        }
        text.push('\n');
    }
}

/// A progress bar, on a terminal, for what takes more than a second.
struct Progress {
    iterations: usize,
    bar: Option<ProgressBar>,
    next: Instant,
}

impl Progress {
    fn new(iterations: usize) -> Self {
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
            let style =
                ProgressStyle::with_template("{wide_bar} {pos}/{len}, value {msg}, {eta} left");
            // Draws on standard error, and only if that is a terminal.
            ProgressBar::new(self.iterations as u64)
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
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
    fn learning_rates_to_try_are_short() {
        assert_eq!(shorter(0.7), "0.07");
        assert_eq!(shorter(0.001), "0.0001");
        assert_eq!(shorter(7.0), "0.7");
        assert_eq!(shorter(1e-8), "1e-9");
    }

    #[test]
    fn a_trace_ends_before_the_memory_does() {
        let mut trace = Trace {
            columns: 3,
            numbers: vec![0.0; MOST_TRACED - 3],
        };
        let point = [Variable::new(1.0)];
        let step = Step {
            iteration: 0,
            point: &point,
            value: 2.0,
            gradient_norm: 3.0,
        };
        assert!(trace.record(step).is_continue());
        assert!(trace.record(step).is_break());
        assert!(trace.is_full());
    }
}
