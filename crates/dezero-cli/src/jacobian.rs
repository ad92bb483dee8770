//! `dezero diff --jacobian`: the derivatives of several formulas by all variables.

use std::fmt::Write;

use dezero::expr::Formula;
use serde_json::{Value, json};

use crate::assignments::Point;
use crate::cli::DiffArguments;
use crate::columns::{write_matrix, write_values};
use crate::derivation::Derivation;
use crate::formulas;
use crate::report::{Failure, Report, json, on_one_line};

/// The most entries that are worth printing.
const MOST_ENTRIES: usize = 1_000_000;

pub(crate) fn run(text: &str, arguments: &DiffArguments) -> Result<Report, Failure> {
    if arguments.order != 1 {
        return Err(Failure::usage(format!(
            "--jacobian: the matrix is of the derivatives of order 1; leave out --order {}, or ask for \
             the derivatives of one formula",
            arguments.order
        )));
    }
    let formulas = formulas::parse("--jacobian", "x*y; x + y", text)?;
    let point = Point::read(&formulas, "--at", &arguments.point.at)?;
    if formulas.len().saturating_mul(point.names.len()) > MOST_ENTRIES {
        return Err(Failure::failed(format!(
            "the Jacobian of {} formulas by {} variables has more than {MOST_ENTRIES} entries; ask for \
             fewer formulas",
            formulas.len(),
            point.names.len()
        )));
    }
    let variables: Vec<_> = point.variables.iter().collect();
    let (mut values, mut rows) = (Vec::new(), Vec::new());
    for formula in &formulas {
        let y = point.value(formula)?;
        values.push(y.item());
        let mut derivation = Derivation::new();
        derivation.next_order()?;
        let row = derivation.differentiate(&y, &variables)?;
        rows.push(row.iter().map(dezero::Variable::item).collect());
    }
    let object = json!({
        "formulas": formulas.iter().map(Formula::text).collect::<Vec<_>>(),
        "at": point.json(),
        "values": values.iter().copied().map(json).collect::<Value>(),
        "jacobian": rows.iter().map(|row: &Vec<f64>| point.object(row.iter().copied())).collect::<Value>(),
    });
    Ok(Report::new(
        shown(&formulas, &point, &values, &rows),
        object,
    ))
}

fn shown(formulas: &[Formula], point: &Point, values: &[f64], rows: &[Vec<f64>]) -> String {
    let labels: Vec<String> = (1..=formulas.len()).map(|i| format!("f{i}")).collect();
    let mut text = String::new();
    for (label, formula) in labels.iter().zip(formulas) {
        let line = on_one_line(formula.text(), &point.names);
        let _ = write!(text, "{label}{}", line.strip_prefix('f').unwrap_or(&line));
    }
    if !point.names.is_empty() {
        let _ = writeln!(text, "at {}", point.shown());
    }
    let values = values.iter().copied();
    write_values(&mut text, labels.iter().map(String::as_str).zip(values));
    if !point.names.is_empty() {
        text.push_str("Jacobian\n");
        write_matrix(&mut text, &labels, &point.names, rows);
    }
    text
}
