//! Formulas along one variable, with their derivatives.

use dezero::expr::Formula;
use dezero::plot::Functions;
use dezero::transforms::try_taylor;
use serde_json::{Value, json};

use super::range::Range;
use super::{Asked, PlotArguments};
use crate::pictures;
use crate::report::{Failure, Report, json};

/// Points of each curve in JSON, and where a curve is looked for values.
const POINTS: usize = 401;

/// Rows of a picture in the terminal.
const ROWS: usize = 24;

pub(super) fn draw(
    arguments: &PlotArguments,
    asked: &Asked,
    range: &Range,
) -> Result<Report, Failure> {
    let order = arguments.order;
    let xs = range.even(POINTS);
    let mut curves = Vec::new();
    for formula in &asked.formulas {
        // What is wrong with a derivative is wrong with it everywhere.
        if order > 0 {
            let f = |x: &dezero::Variable| asked.point.along(formula, 0, x);
            try_taylor(f, range.low, order)?;
        }
        let values: Vec<Vec<f64>> = xs
            .iter()
            .map(|&x| asked.derivatives(formula, x, order))
            .collect();
        asked.check_values(formula, values.iter().map(|values| values[0]))?;
        for k in 0..=order {
            let y = values.iter().map(|values| json(values[k]));
            curves
                .push(json!({ "formula": formula.text(), "order": k, "y": y.collect::<Value>() }));
        }
    }
    let fixed = asked.fixed.iter().map(|(name, x)| (name.clone(), json(*x)));
    let object = json!({
        "formulas": asked.formulas.iter().map(Formula::text).collect::<Value>(),
        "variable": range.name,
        "range": [json(range.low), json(range.high)],
        "at": fixed.collect::<Value>(),
        "order": order,
        "x": xs.iter().copied().map(json).collect::<Value>(),
        "curves": curves,
    });

    let title = arguments.title.clone().unwrap_or_else(|| asked.title());
    let mut picture = Functions::new(range.low, range.high)
        .title(&title)
        .axes(&range.name, "y")
        .theme(arguments.look.theme());
    for (number, formula) in asked.formulas.iter().enumerate() {
        let names = names(asked, number, order, arguments.title.is_some());
        let f = move |x| asked.derivatives(formula, x, order);
        picture = picture.functions(names, f);
    }
    let Some(path) = &arguments.output else {
        return Ok(Report::new(
            picture.to_text(pictures::columns(), ROWS),
            object,
        ));
    };
    arguments.look.write(path, &picture.picture())?;
    Ok(Report::new(String::new(), object))
}

/// What the legend says: y, y′, y″ and so on, or the formulas.
fn names(asked: &Asked, number: usize, order: usize, titled: bool) -> Vec<String> {
    let text = asked.formulas[number].text();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let single = asked.formulas.len() == 1;
    let y = match (single, order) {
        (true, _) => "y".to_owned(),
        (false, 0) => return vec![text],
        (false, _) => format!("y{}", number + 1),
    };
    let first = if single && !titled {
        y.clone()
    } else {
        format!("{y} = {text}")
    };
    let derivatives = (1..=order).map(|k| match k {
        1..=3 => format!("{y}{}", ["′", "″", "‴"][k - 1]),
        k => format!("{y}^({k})"),
    });
    std::iter::once(first).chain(derivatives).collect()
}

impl Asked {
    /// The value of a formula and its derivatives along the variable with a range; NaN where it has
    /// none.
    fn derivatives(&self, formula: &Formula, x: f64, order: usize) -> Vec<f64> {
        if order == 0 {
            return vec![self.value(formula, &[x])];
        }
        let Ok(series) = try_taylor(|x| self.point.along(formula, 0, x), x, order) else {
            return vec![f64::NAN; order + 1];
        };
        // The formula of a derivative may have values where there is nothing to differentiate.
        if series.coefficients()[0].is_nan() {
            return vec![f64::NAN; order + 1];
        }
        let mut factorial = 1.0;
        let derivatives = series.coefficients().iter().enumerate().map(|(k, c)| {
            factorial *= k.max(1) as f64;
            c * factorial
        });
        derivatives.collect()
    }
}
