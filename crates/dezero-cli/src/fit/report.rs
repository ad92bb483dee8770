//! What a fit found, for people and for programs.

use std::fmt::Write;

use dezero::optim::Stop;
use serde_json::{Map, Value, json};

use super::arguments::FitArguments;
use super::model::{Model, Weighting};
use super::search::{Data, Fitted};
use super::table::{Table, counted};
use crate::columns::{left, right, widest};
use crate::report::{Failure, Number, Report, json, to_digits};

/// From this correlation on, two parameters are worth a warning.
const HARDLY_APART: f64 = 0.95;

/// The most lines of rows left out that are named one by one.
const MOST_LINES: usize = 8;

pub(super) fn report(
    arguments: &FitArguments,
    table: &Table,
    model: &Model,
    data: &Data,
    fitted: &Fitted,
    drawn: &str,
) -> Report {
    let mut text = String::new();
    let response = &table.names[model.response];
    let _ = writeln!(
        text,
        "{response} = {}\nfitted to {} of {}\n",
        model.text,
        counted(data.rows(), "row"),
        table.name
    );
    write_parameters(&mut text, model, fitted);
    text.push('\n');
    write_quality(&mut text, data, fitted);
    let _ = writeln!(text, "{}", ending(fitted));
    for note in notes(table, model, data, fitted) {
        let _ = writeln!(text, "note: {note}");
    }
    if arguments.columns.residuals {
        text.push('\n');
        write_rows(&mut text, table, model, data, fitted);
    }
    if !drawn.is_empty() {
        let _ = write!(text, "\n{drawn}");
    }
    let report = Report::new(text, object(arguments, table, model, data, fitted));
    let stop = fitted.fit.optimum.stop;
    if stop == Stop::Callback {
        let iterations = counted(fitted.fit.optimum.iterations, "iteration");
        return report.with_failure(Failure::Interrupted(format!(
            "the parameters are the best of {iterations}"
        )));
    }
    if stop.is_converged() || stop.is_limit() {
        return report;
    }
    report.with_failure(Failure::failed(format!(
        "the fit did not converge: {stop}\n  help: another --start, or a model with fewer parameters"
    )))
}

fn write_parameters(text: &mut String, model: &Model, fitted: &Fitted) {
    let mut rows = vec![["", "value", "std. error", "95% from", "to"].map(str::to_owned)];
    for (i, name) in model.parameters.iter().enumerate() {
        let (value, error) = (fitted.values[i], fitted.standard_errors[i]);
        let [low, high] = fitted.interval(i).map(|end| to_error(end, value, error));
        rows.push([
            name.clone(),
            to_error(value, value, error),
            to_error(error, value, error),
            low,
            high,
        ]);
    }
    write_columns(text, &rows);
}

/// A number of the row of a parameter, to the fourth digit of its standard error.
fn to_error(x: f64, value: f64, error: f64) -> String {
    /// Digits for a value without an error.
    const ALONE: usize = 7;
    if x.is_nan() {
        return "-".to_owned();
    }
    let last = error.log10().floor() - 3.0;
    let size = value.abs().max(error);
    if (1e-4..1e7).contains(&size) && (-9.0..=0.0).contains(&last) {
        let text = format!("{x:.*}", (-last) as usize);
        // No digit is left of it, nor a sign.
        let is_zero = text.bytes().all(|byte| matches!(byte, b'-' | b'0' | b'.'));
        return if is_zero { text.replace('-', "") } else { text };
    }
    let digits = x.abs().log10().floor() - last + 1.0;
    let digits = if digits.is_finite() {
        digits.clamp(1.0, 16.0) as usize
    } else {
        ALONE
    };
    rounded(x, digits)
}

fn rounded(x: f64, digits: usize) -> String {
    if x.is_nan() {
        "-".to_owned()
    } else {
        Number(to_digits(x, digits)).to_string()
    }
}

/// The first column at the left, the others at the right.
fn write_columns<const N: usize>(text: &mut String, rows: &[[String; N]]) {
    let width = |column: usize| widest(rows.iter().map(|row| row[column].as_str()));
    for row in rows {
        let mut line = format!("  {}", left(&row[0], width(0)));
        for (column, cell) in row.iter().enumerate().skip(1) {
            let _ = write!(line, "  {}", right(cell, width(column)));
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

fn write_quality(text: &mut String, data: &Data, fitted: &Fitted) {
    let (fit, deviation) = (&fitted.fit, fitted.deviation);
    let freedom = match fit.degrees_of_freedom {
        1 => "1 degree of freedom".to_owned(),
        n => format!("{n} degrees of freedom"),
    };
    let known = matches!(data.weighting, Weighting::Errors(_));
    let mut rows = vec![
        (
            if known { "chi^2" } else { "sum of squares" },
            fit.optimum.value,
        ),
        ("residual std. deviation", deviation),
        ("R^2", fitted.r_squared),
    ];
    if known {
        rows[1] = ("chi^2 per degree of freedom", deviation.powi(2));
    }
    let width = widest(rows.iter().map(|(label, _)| *label));
    for (i, (label, value)) in rows.into_iter().enumerate() {
        let note = if i == 1 {
            format!("  ({freedom})")
        } else {
            String::new()
        };
        let _ = writeln!(
            text,
            "  {}  {}{note}",
            left(label, width),
            rounded(value, 7)
        );
    }
}

/// Whether the search arrived, and why it ended.
fn ending(fitted: &Fitted) -> String {
    let optimum = &fitted.fit.optimum;
    let iterations = counted(optimum.iterations, "iteration");
    let (stop, method) = (optimum.stop, &optimum.method);
    if fitted.fit.is_converged() {
        format!("converged after {iterations} ({method}): {stop}")
    } else {
        let advice = match stop {
            Stop::Iterations(_) => "; try more --iters",
            Stop::Evaluations(_) => "; try more --evaluations",
            stop if stop.is_converged() => {
                ", but the sum of squares falls from here; try another --start"
            }
            _ => "",
        };
        format!("not converged after {iterations} ({method}): {stop}{advice}")
    }
}

/// A part of the variance that is hardly any.
const POOR: f64 = 0.1;

/// How much larger than known errors residuals can be by chance.
const EXCESS: f64 = 2.0;

/// What is to be known before the numbers are used.
fn notes(table: &Table, model: &Model, data: &Data, fitted: &Fitted) -> Vec<String> {
    let mut notes = Vec::new();
    if !data.skipped.is_empty() {
        notes.push(format!(
            "{} left out, where a number is missing: {}",
            counted(data.skipped.len(), "row"),
            listed_lines(&data.skipped)
        ));
    }
    if let Weighting::Errors(column) = data.weighting {
        notes.push(format!(
            "standard errors take {} as known, whatever the scatter of the residuals",
            table.names[column]
        ));
    }
    let held = model.bounds.as_ref();
    let held = held.map_or_else(Vec::new, |bounds| {
        bounds.reached(&model.parameters, &fitted.values)
    });
    for parameter in &held {
        notes.push(format!(
            "{parameter}, and has no standard error; those of the others hold while it stays there"
        ));
    }
    let known = fitted.standard_errors.iter().filter(|x| x.is_finite());
    let is_known = known.count() + held.len() == fitted.standard_errors.len();
    let is_poor = fitted.r_squared < POOR;
    if is_poor {
        notes.push(format!(
            "the model explains hardly any of the scatter (R^2 = {}): another --start may fit far better",
            Number(to_digits(fitted.r_squared, 3))
        ));
    }
    if let Weighting::Errors(column) = data.weighting
        && fitted.deviation > EXCESS
    {
        notes.push(format!(
            "the residuals are {} times as large as {} says: the model, or the errors, may be wrong",
            Number(to_digits(fitted.deviation, 3)),
            table.names[column]
        ));
    }
    if !is_known && fitted.fit.degrees_of_freedom == 0 {
        notes.push("as many parameters as rows: nothing is left to tell errors from".to_owned());
    } else if !is_known && is_poor {
        notes.push("no standard errors: here, not every parameter makes a difference".to_owned());
    } else if !is_known {
        notes.push(
            "no standard errors: the data do not determine the parameters one by one; \
             others fit as well"
                .to_owned(),
        );
    }
    let n = model.parameters.len();
    for (i, j) in (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j))) {
        let correlation = fitted.correlation(i, j);
        if correlation.abs() > HARDLY_APART {
            notes.push(format!(
                "{} and {} are hardly told apart: their correlation is {}",
                model.parameters[i],
                model.parameters[j],
                Number(to_digits(correlation, 6))
            ));
        }
    }
    notes
}

/// `line 7`, `lines 7, 9, 12`, cut where there are many.
fn listed_lines(lines: &[usize]) -> String {
    let shown: Vec<String> = lines
        .iter()
        .take(MOST_LINES)
        .map(ToString::to_string)
        .collect();
    let more = match lines.len().saturating_sub(MOST_LINES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "line{} {}{more}",
        if lines.len() == 1 { "" } else { "s" },
        shown.join(", ")
    )
}

fn write_rows(text: &mut String, table: &Table, model: &Model, data: &Data, fitted: &Fitted) {
    let response = &table.names[model.response];
    let mut titles = vec!["line".to_owned()];
    titles.extend(
        model
            .predictors
            .iter()
            .map(|&position| table.names[position].clone()),
    );
    titles.extend([response.clone(), "model".to_owned(), "residual".to_owned()]);
    let mut rows = vec![titles];
    for (row, line) in data.lines.iter().enumerate() {
        let (observed, said) = (data.response[row], fitted.model[row]);
        let mut cells = vec![line.to_string()];
        cells.extend(
            data.predictors
                .iter()
                .map(|column| Number(column[row]).to_string()),
        );
        cells.extend([
            Number(observed).to_string(),
            rounded(said, 7),
            rounded(observed - said, 4),
        ]);
        rows.push(cells);
    }
    let widths: Vec<usize> = (0..rows[0].len())
        .map(|column| widest(rows.iter().map(|row| row[column].as_str())))
        .collect();
    for row in rows {
        let cells = row
            .iter()
            .zip(&widths)
            .map(|(cell, &width)| right(cell, width));
        let _ = writeln!(text, "  {}", cells.collect::<Vec<_>>().join("  "));
    }
}

fn object(
    arguments: &FitArguments,
    table: &Table,
    model: &Model,
    data: &Data,
    fitted: &Fitted,
) -> Value {
    let named = |value: &dyn Fn(usize) -> Value| -> Value {
        let names = model.parameters.iter().cloned();
        Value::Object(
            names
                .enumerate()
                .map(|(i, name)| (name, value(i)))
                .collect(),
        )
    };
    let matrix = |entry: &dyn Fn(usize, usize) -> f64| named(&|i| named(&|j| json(entry(i, j))));
    let (fit, n) = (&fitted.fit, model.parameters.len());
    let optimum = &fit.optimum;
    let column = |position: usize| json!(table.names[position]);
    let mut object = Map::new();
    object.insert("data".into(), json!(table.name));
    object.insert("model".into(), json!(model.text));
    object.insert("response".into(), column(model.response));
    object.insert(
        "predictors".into(),
        model.predictors.iter().map(|&p| column(p)).collect(),
    );
    match data.weighting {
        Weighting::Equal => None,
        Weighting::Errors(position) => object.insert("errors".into(), column(position)),
        Weighting::Weights(position) => object.insert("weights".into(), column(position)),
    };
    object.insert("rows".into(), json!(data.rows()));
    object.insert("skipped_lines".into(), json!(data.skipped));
    object.insert(
        "parameters".into(),
        named(&|i| {
            json!({
                "value": json(fitted.values[i]),
                "standard_error": json(fitted.standard_errors[i]),
                "interval": fitted.interval(i).map(json),
            })
        }),
    );
    object.insert(
        "covariance".into(),
        matrix(&|i, j| fitted.covariance[i * n + j]),
    );
    object.insert(
        "correlation".into(),
        matrix(&|i, j| fitted.correlation(i, j)),
    );
    object.insert("sum_of_squares".into(), json(optimum.value));
    object.insert("residual_deviation".into(), json(fitted.deviation));
    object.insert("degrees_of_freedom".into(), json!(fit.degrees_of_freedom));
    object.insert("r_squared".into(), json(fitted.r_squared));
    object.insert("converged".into(), json!(fit.is_converged()));
    object.insert("stop".into(), json!(optimum.stop.to_string()));
    object.insert("method".into(), json!(optimum.method));
    object.insert("iterations".into(), json!(optimum.iterations));
    let evaluations = optimum.evaluations;
    object.insert(
        "evaluations".into(),
        json!({
            "value": evaluations.value,
            "gradient": evaluations.gradient,
            "jacobian": evaluations.jacobian,
            "products": evaluations.products,
        }),
    );
    if arguments.columns.residuals {
        let rows = data.lines.iter().enumerate().map(|(row, line)| {
            let (observed, said) = (data.response[row], fitted.model[row]);
            json!({
                "line": line, "observed": json(observed), "model": json(said),
                "residual": json(observed - said),
            })
        });
        object.insert("residuals".into(), rows.collect());
    }
    object.into()
}
