//! `dezero diff`: a formula's value and derivatives at a point.

use std::collections::BTreeMap;
use std::fmt::Write;

use dezero::Variable;
use dezero::expr::Formula;
use serde_json::{Map, Value, json};

use crate::assignments::Point;
use crate::cli::DiffArguments;
use crate::columns::{write_matrix, write_values};
use crate::derivation::Derivation;
use crate::report::{Failure, Quoted, Report, json, on_one_line};
use crate::{jacobian, series};

/// The most partial derivatives that are worth printing.
const MOST_PARTIALS: usize = 100_000;

/// The partial derivatives of one order, by the positions of the variables they are taken by, in
/// ascending order: the others are there by symmetry.
type Level = BTreeMap<Vec<usize>, Variable>;

pub(crate) fn run(arguments: &DiffArguments) -> Result<Report, Failure> {
    let text = match (&arguments.formula, &arguments.jacobian) {
        (Some(text), None) => text,
        (None, Some(formulas)) => return jacobian::run(formulas, arguments),
        (formula, _) => {
            return Err(Failure::usage(format!(
                "--jacobian takes the place of FORMULA, and {} is there too; give one of the two",
                Quoted(formula.as_deref().unwrap_or_default())
            )));
        }
    };
    let formula = parse(text)?;
    let point = Point::read([&formula], "--at", &arguments.point.at)?;
    let heading = heading(text, &point);
    if let [name] = &point.names[..] {
        let derivatives = series::derivatives(
            |x| point.along(&formula, 0, x),
            point.values[0],
            arguments.order,
        )?;
        Ok(one_variable(heading, name, &derivatives))
    } else {
        let y = point.value(&formula)?;
        let levels = partials(arguments.order, &point, &y)?;
        Ok(several_variables(heading, &point.names, y.item(), &levels))
    }
}

/// The formula; one in which several stand belongs elsewhere.
fn parse(text: &str) -> Result<Formula, Failure> {
    let elsewhere = "\n  help: for several formulas, `dezero diff --jacobian \"f1; f2\"`";
    Formula::parse(text).map_err(|error| {
        if error.formula().get(error.span()) == Some(";") {
            Failure::failed(format!(
                "{}{elsewhere}",
                error
                    .to_string()
                    .split("\n  help")
                    .next()
                    .unwrap_or_default()
            ))
        } else {
            error.into()
        }
    })
}

/// What every report begins with.
fn heading(formula: &str, point: &Point) -> (String, Map<String, Value>) {
    let mut text = on_one_line(formula, &point.names);
    if !point.names.is_empty() {
        let _ = writeln!(text, "at {}", point.shown());
    }
    let mut object = Map::new();
    object.insert("formula".into(), json!(formula));
    object.insert("at".into(), point.json());
    (text, object)
}

fn one_variable(
    (mut text, mut object): (String, Map<String, Value>),
    name: &str,
    derivatives: &[f64],
) -> Report {
    let label = |order: usize| match order {
        0..=3 => format!("f{}({name})", "'".repeat(order)),
        _ => format!("f^({order})({name})"),
    };
    let rows: Vec<(String, f64)> = derivatives
        .iter()
        .enumerate()
        .map(|(order, &value)| (label(order), value))
        .collect();
    write_values(
        &mut text,
        rows.iter().map(|(label, value)| (label.as_str(), *value)),
    );
    let mut derivatives = derivatives.iter().copied().map(json);
    object.insert("value".into(), derivatives.next().unwrap_or_default());
    object.insert("derivatives".into(), derivatives.collect());
    Report::new(text, object.into())
}

fn several_variables(
    (mut text, mut object): (String, Map<String, Value>),
    names: &[String],
    value: f64,
    levels: &[Level],
) -> Report {
    write_values(&mut text, [("value", value)]);
    object.insert("value".into(), json(value));
    let positions = 0..names.len();
    if let Some(gradient) = levels.first() {
        let gradient = positions
            .clone()
            .map(|i| (names[i].as_str(), gradient[&vec![i]].item()));
        if !names.is_empty() {
            text.push_str("gradient\n");
            write_values(&mut text, gradient.clone());
        }
        let entries = gradient.map(|(name, x)| (name.to_owned(), json(x)));
        object.insert("gradient".into(), entries.collect());
    }
    if let Some(hessian) = levels.get(1) {
        let row = |i: usize| {
            positions
                .clone()
                .map(move |j| hessian[&vec![i.min(j), i.max(j)]].item())
        };
        if !names.is_empty() {
            text.push_str("Hessian\n");
            write_matrix(
                &mut text,
                names,
                names,
                &positions
                    .clone()
                    .map(|i| row(i).collect())
                    .collect::<Vec<_>>(),
            );
        }
        let rows = positions.clone().map(|i| {
            let row: Map<String, Value> = names.iter().cloned().zip(row(i).map(json)).collect();
            (names[i].clone(), Value::Object(row))
        });
        object.insert("hessian".into(), rows.collect());
    }
    if let Some(higher) = levels.get(2..).filter(|levels| !levels.is_empty()) {
        let by = |positions: &[usize]| -> String {
            positions
                .iter()
                .map(|&i| names[i].as_str())
                .collect::<Vec<_>>()
                .join(",")
        };
        let partials: Vec<(String, f64)> = higher
            .iter()
            .flatten()
            .map(|(positions, x)| (by(positions), x.item()))
            .collect();
        if !names.is_empty() {
            text.push_str("partial derivatives\n");
            write_values(&mut text, partials.iter().map(|(by, x)| (by.as_str(), *x)));
        }
        let entries = partials.into_iter().map(|(by, x)| (by, json(x)));
        object.insert("partials".into(), entries.collect());
    }
    Report::new(text, object.into())
}

/// The partial derivatives of each order up to `order`.
fn partials(order: usize, point: &Point, y: &Variable) -> Result<Vec<Level>, Failure> {
    let variables = &point.variables;
    // A point without variables has a level for each order too, if an empty one.
    let order = if variables.is_empty() {
        order.min(3)
    } else {
        order
    };
    affordable(order, variables.len())?;
    let mut derivation = Derivation::new();
    let mut levels: Vec<Level> = Vec::new();
    for _ in 0..order {
        derivation.next_order()?;
        let value = Level::from([(Vec::new(), y.clone())]);
        let mut level = Level::new();
        for (positions, derivative) in levels.last().unwrap_or(&value) {
            let from = positions.last().copied().unwrap_or(0);
            let by: Vec<&Variable> = variables[from..].iter().collect();
            for (i, gx) in (from..).zip(derivation.differentiate(derivative, &by)?) {
                level.insert([&positions[..], &[i]].concat(), gx);
            }
        }
        levels.push(level);
    }
    Ok(levels)
}

/// Whether the partial derivatives up to `order` are few enough to print.
fn affordable(order: usize, variables: usize) -> Result<(), Failure> {
    // There are (n + k - 1 choose k) of order k.
    let (mut of_this_order, mut total) = (1_usize, 0_usize);
    for k in 1..=order {
        of_this_order = of_this_order.saturating_mul(variables + k - 1) / k;
        total = total.saturating_add(of_this_order);
        if total > MOST_PARTIALS {
            return Err(Failure::failed(format!(
                "{variables} variables have more than {MOST_PARTIALS} partial derivatives up to \
                 order {k}; ask for a lower --order"
            )));
        }
    }
    Ok(())
}
