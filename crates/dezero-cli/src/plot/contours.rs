//! The contours of a formula of two variables.

use dezero::plot::Paths;
use serde_json::{Value, json};

use super::range::Range;
use super::{Asked, PlotArguments};
use crate::pictures;
use crate::report::{Failure, Report, json};

/// Points along each variable in JSON, and where values are looked for.
const POINTS: usize = 61;

/// Rows of a picture in the terminal.
const ROWS: usize = 28;

pub(super) fn draw(
    arguments: &PlotArguments,
    asked: &Asked,
    [x, y]: [&Range; 2],
) -> Result<Report, Failure> {
    let formula = &asked.formulas[0];
    let (xs, ys) = (x.even(POINTS), y.even(POINTS));
    let row =
        |&y: &f64| -> Vec<f64> { xs.iter().map(|&x| asked.value(formula, &[x, y])).collect() };
    let rows: Vec<Vec<f64>> = ys.iter().map(row).collect();
    asked.check_values(formula, rows.iter().flatten().copied())?;
    let numbers = |numbers: &Vec<f64>| numbers.iter().copied().map(json).collect::<Value>();
    let ends = |range: &Range| {
        (
            range.name.clone(),
            json!([json(range.low), json(range.high)]),
        )
    };
    let ranges: Value = [x, y].into_iter().map(ends).collect();
    let fixed = asked.fixed.iter().map(|(name, x)| (name.clone(), json(*x)));
    let object = json!({
        "formula": formula.text(),
        "range": ranges,
        "at": fixed.collect::<Value>(),
        "x": numbers(&xs),
        "y": numbers(&ys),
        "values": rows.iter().map(numbers).collect::<Value>(),
    });

    let title = arguments.title.clone().unwrap_or_else(|| asked.title());
    let picture = Paths::new(|x, y| asked.value(formula, &[x, y]))
        .title(&title)
        .axes(&x.name, &y.name)
        .range((x.low, x.high), (y.low, y.high))
        .theme(arguments.look.theme());
    let Some(path) = &arguments.output else {
        return Ok(Report::new(
            picture.to_text(pictures::columns(), ROWS),
            object,
        ));
    };
    arguments.look.write(path, &picture.picture())?;
    Ok(Report::new(String::new(), object))
}
