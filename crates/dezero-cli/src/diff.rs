//! `dezero diff`: a formula's value and derivatives at a point.

use std::collections::BTreeMap;
use std::fmt::Write;

use dezero::expr::Formula;
use dezero::{Variable, live_nodes, try_grad};
use serde_json::{Map, Value, json};

use crate::assignments::Point;
use crate::cli::DiffArguments;
use crate::report::{Failure, Number, Report, json};

/// A graph that is larger than this is not differentiated again: the next order may be several
/// times as large, and memory ends.
const MOST_NODES: i64 = 12_000_000;

/// The most partial derivatives that are worth printing.
const MOST_PARTIALS: usize = 100_000;

pub(crate) fn run(arguments: &DiffArguments) -> Result<Report, Failure> {
    let formula = Formula::parse(&arguments.formula)?;
    let point = Point::read(&formula, "--at", &arguments.at)?;
    let y = point.value(&formula)?;
    if point.names.len() == 1 {
        one_variable(arguments, &point, &y)
    } else {
        several_variables(arguments, &point, &y)
    }
}

fn heading(arguments: &DiffArguments, point: &Point) -> (String, Map<String, Value>) {
    let at: Vec<String> = point
        .names
        .iter()
        .zip(&point.values)
        .map(|(name, &x)| format!("{name} = {}", Number(x)))
        .collect();
    let mut text = format!("f({}) = {}", point.names.join(", "), arguments.formula);
    if !at.is_empty() {
        let _ = write!(text, "\nat {}", at.join(", "));
    }
    text.push('\n');
    let mut object = Map::new();
    object.insert("formula".into(), json!(arguments.formula));
    let at = point
        .names
        .iter()
        .zip(&point.values)
        .map(|(name, &x)| (name.clone(), json(x)));
    object.insert("at".into(), Value::Object(at.collect()));
    (text, object)
}

fn one_variable(arguments: &DiffArguments, point: &Point, y: &Variable) -> Result<Report, Failure> {
    let x = &point.variables[0];
    let mut derivatives = Vec::new();
    let mut gx = y.clone();
    for order in 1..=arguments.order {
        gx = differentiate(&gx, &[x], order)?.remove(0);
        derivatives.push(gx.item());
    }
    let (mut text, mut object) = heading(arguments, point);
    let label = |order: usize| match order {
        0..=3 => format!("f{}({})", "'".repeat(order), point.names[0]),
        _ => format!("f^({order})({})", point.names[0]),
    };
    let width = label(arguments.order)
        .len()
        .max(label(3.min(arguments.order)).len());
    for (order, &value) in std::iter::once(&y.item()).chain(&derivatives).enumerate() {
        let _ = writeln!(text, "  {:width$} = {}", label(order), Number(value));
    }
    object.insert("value".into(), json(y.item()));
    object.insert(
        "derivatives".into(),
        derivatives.into_iter().map(json).collect(),
    );
    Ok(Report::new(text, object.into()))
}

fn several_variables(
    arguments: &DiffArguments,
    point: &Point,
    y: &Variable,
) -> Result<Report, Failure> {
    let names = &point.names;
    let levels = partials(arguments.order, point, y)?;
    let (mut text, mut object) = heading(arguments, point);
    let _ = writeln!(text, "  value = {}", Number(y.item()));
    object.insert("value".into(), json(y.item()));
    let value = |indices: &[usize]| {
        let mut sorted = indices.to_vec();
        sorted.sort_unstable();
        levels[sorted.len() - 1]
            .get(&sorted)
            .map_or(f64::NAN, Variable::item)
    };
    let width = names
        .iter()
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(0);
    if arguments.order >= 1 {
        text.push_str("gradient\n");
        for (i, name) in names.iter().enumerate() {
            let _ = writeln!(text, "  {name:width$} = {}", Number(value(&[i])));
        }
        let gradient = names
            .iter()
            .enumerate()
            .map(|(i, name)| (name.clone(), json(value(&[i]))));
        object.insert("gradient".into(), Value::Object(gradient.collect()));
    }
    if arguments.order >= 2 {
        text.push_str("Hessian\n");
        let rows: Vec<Vec<String>> = (0..names.len())
            .map(|i| {
                (0..names.len())
                    .map(|j| Number(value(&[i, j])).to_string())
                    .collect()
            })
            .collect();
        let cell = rows
            .iter()
            .flatten()
            .chain(names)
            .map(|text| text.chars().count())
            .max()
            .unwrap_or(0);
        let _ = writeln!(
            text,
            "  {:width$}   {}",
            "",
            names
                .iter()
                .map(|name| format!("{name:>cell$}"))
                .collect::<Vec<_>>()
                .join("  ")
        );
        for (name, row) in names.iter().zip(&rows) {
            let _ = writeln!(
                text,
                "  {name:width$} | {}",
                row.iter()
                    .map(|x| format!("{x:>cell$}"))
                    .collect::<Vec<_>>()
                    .join("  ")
            );
        }
        let hessian = names.iter().enumerate().map(|(i, name)| {
            let row = names
                .iter()
                .enumerate()
                .map(|(j, other)| (other.clone(), json(value(&[i, j]))));
            (name.clone(), Value::Object(row.collect()))
        });
        object.insert("hessian".into(), Value::Object(hessian.collect()));
    }
    if arguments.order >= 3 {
        text.push_str("partial derivatives\n");
        let mut all = Map::new();
        for (indices, derivative) in levels.iter().skip(2).flatten() {
            let by = indices
                .iter()
                .map(|&i| names[i].as_str())
                .collect::<Vec<_>>()
                .join(",");
            let _ = writeln!(text, "  {by} = {}", Number(derivative.item()));
            all.insert(by, json(derivative.item()));
        }
        object.insert("partials".into(), all.into());
    }
    Ok(Report::new(text, object.into()))
}

/// The partial derivatives of each order, by the variables they are taken by, in their order.
fn partials(
    order: usize,
    point: &Point,
    y: &Variable,
) -> Result<Vec<BTreeMap<Vec<usize>, Variable>>, Failure> {
    let mut levels: Vec<BTreeMap<Vec<usize>, Variable>> = Vec::new();
    let mut last = BTreeMap::from([(Vec::new(), y.clone())]);
    let mut total = 0;
    for at in 1..=order {
        let mut level = BTreeMap::new();
        for (indices, derivative) in &last {
            // Those by variables before the last one are there by symmetry.
            let from = indices.last().copied().unwrap_or(0);
            let by: Vec<&Variable> = point.variables[from..].iter().collect();
            for (i, gx) in (from..).zip(differentiate(derivative, &by, at)?) {
                let mut indices = indices.clone();
                indices.push(i);
                level.insert(indices, gx);
            }
            if total + level.len() > MOST_PARTIALS {
                return Err(Failure::failed(format!(
                    "order {at} of {} variables has too many partial derivatives to print; ask for a lower --order",
                    point.names.len()
                )));
            }
        }
        total += level.len();
        levels.push(level.clone());
        last = level;
    }
    Ok(levels)
}

/// One order more, unless the graph has grown too large for it.
pub(crate) fn differentiate(
    y: &Variable,
    xs: &[&Variable],
    order: usize,
) -> Result<Vec<Variable>, Failure> {
    let nodes = live_nodes();
    if nodes > MOST_NODES {
        return Err(Failure::failed(format!(
            "the graph of the derivatives up to order {} has {nodes} nodes, too many to differentiate once more; \
             ask for a lower --order",
            order - 1
        )));
    }
    Ok(try_grad(y, xs)?)
}
