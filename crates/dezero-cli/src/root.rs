//! `dezero root`: where equations hold, searched from a start.

use std::fmt::Write;

use clap::Args;
use dezero::Variable;
use dezero::expr::Formula;
use dezero::optim::{Method, Minimizer, Root, Stop};
use serde_json::json;

use crate::assignments::Point;
use crate::cli::{Start, whole};
use crate::columns::write_values;
use crate::formulas;
use crate::interrupt;
use crate::report::{Failure, Number, Quoted, Report, json};

#[derive(Debug, Args)]
pub(crate) struct RootArguments {
    /// The equations, with semicolons between them, such as "x^2 + y^2 = 4; y = x^2"; without `=`, a
    /// formula that is to be zero
    #[arg(allow_hyphen_values = true)]
    equations: String,

    #[command(flatten)]
    start: Start,

    /// The most iterations; 10000 unless given
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole)]
    iters: Option<usize>,
}

/// Two formulas that are to be equal, or one that is to be zero.
struct Equation {
    text: String,
    left: Formula,
    right: Option<Formula>,
}

impl Equation {
    fn parse(text: &str) -> Result<Self, Failure> {
        let sides = formulas::sides(text);
        let (left, right) = match sides[..] {
            [left] => (Formula::parse(left)?, None),
            [left, right] => (Formula::parse(left)?, Some(Formula::parse(right)?)),
            _ => {
                return Err(Failure::usage(format!(
                    "{} has several `=`; equations are separated by semicolons",
                    Quoted(text)
                )));
            }
        };
        Ok(Self {
            text: text.split_whitespace().collect::<Vec<_>>().join(" "),
            left,
            right,
        })
    }

    /// The left side less the right one.
    fn residual(&self, start: &Point, xs: &[Variable]) -> dezero::Result<Variable> {
        let left = start.evaluate(&self.left, xs)?;
        match &self.right {
            None => Ok(left),
            Some(right) => left.try_sub(start.evaluate(right, xs)?),
        }
    }

    fn formulas(&self) -> impl Iterator<Item = &Formula> {
        std::iter::once(&self.left).chain(&self.right)
    }
}

pub(crate) fn run(arguments: &RootArguments) -> Result<Report, Failure> {
    let texts = arguments.equations.split(';').map(str::trim);
    let equations = texts.map(Equation::parse).collect::<Result<Vec<_>, _>>()?;
    let formulas = equations.iter().flat_map(Equation::formulas);
    let start = Point::read(formulas, "--start", &arguments.start.start)?;
    if start.names.is_empty() {
        let equations = Quoted(&arguments.equations);
        return Err(Failure::failed(format!(
            "{equations} has no variable to solve for"
        )));
    }
    interrupt::listen();
    let mut minimizer = Minimizer::new(Method::Auto).on_iteration(|_| interrupt::watch());
    if let Some(iterations) = arguments.iters {
        minimizer = minimizer.iterations(iterations);
    }
    let residuals = |xs: &[Variable]| {
        let each = equations
            .iter()
            .map(|equation| equation.residual(&start, xs));
        let each = each.collect::<dezero::Result<Vec<_>>>()?;
        Variable::try_stack(&each.iter().collect::<Vec<_>>(), 0)
    };
    let found = minimizer.root(residuals, &start.variables[..]).map_err(|error| {
        if error.is_start() {
            let at = start.shown();
            return Failure::failed(format!(
                "the two sides are not both finite at the start, {at}, with their derivatives; start elsewhere"
            ));
        }
        Failure::failed(error.to_string())
    })?;
    Ok(report(&equations, &start, &found))
}

fn report(equations: &[Equation], start: &Point, found: &Root<Vec<Variable>>) -> Report {
    let x: Vec<f64> = found.x.iter().map(Variable::item).collect();
    let mut text = String::new();
    for equation in equations {
        let zero = if equation.right.is_none() { " = 0" } else { "" };
        let _ = writeln!(text, "{}{zero}", equation.text);
    }
    write_values(
        &mut text,
        start
            .names
            .iter()
            .map(String::as_str)
            .zip(x.iter().copied()),
    );
    let (iterations, residual) = (found.iterations, Number(found.residual));
    let plural = if iterations == 1 { "" } else { "s" };
    let _ = if found.is_converged() {
        writeln!(
            text,
            "a root, after {iterations} iteration{plural}: the sides differ by {residual} at most"
        )
    } else {
        writeln!(
            text,
            "no root, after {iterations} iteration{plural}: the sides still differ by {residual}; {}",
            found.stop
        )
    };
    let _ = writeln!(text, "evaluations: {}", found.evaluations);
    let report = Report::new(
        text,
        json!({
            "equations": equations.iter().map(|equation| &equation.text).collect::<Vec<_>>(),
            "root": start.object(x),
            "residual": json(found.residual),
            "converged": found.is_converged(),
            "iterations": found.iterations,
        }),
    );
    match found.stop {
        _ if found.is_converged() => report,
        Stop::Callback => report.with_failure(Failure::Interrupted("it has not arrived".into())),
        _ if found.iterations == 0 => report.with_failure(Failure::failed(
            "no root was found: the slopes are zero at this --start, and show no way; start elsewhere",
        )),
        Stop::Iterations(_) => report.with_failure(Failure::failed(
            "no root was found so far; try more --iters, or another --start",
        )),
        _ => report.with_failure(Failure::failed(
            "no root was found: the sides come no nearer to each other around here. Try another --start",
        )),
    }
}
