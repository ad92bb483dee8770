//! `dezero check`: the derivatives of a formula against differences of its values.

use std::fmt::Write;

use dezero::expr::Formula;
use dezero::{Variable, no_grad};
use serde_json::{Map, Value, json};

use crate::assignments::{Point, listed};
use crate::cli::CheckArguments;
use crate::columns::{left, widest};
use crate::derivation::Derivation;
use crate::differences::{self, Slope};
use crate::report::{Failure, Number, Report, json, on_one_line, to_digits};

/// How far apart, relative to their size, two derivatives agree.
const TOLERANCE: f64 = 1e-6;

/// How many times the estimated error of the differences may lie between them as well.
const ERRORS: f64 = 10.0;

/// The estimated error, relative to the slope, from which the differences say nothing.
const ROUGH: f64 = 1e-2;

/// Slopes below this size are compared as if they had it.
const SMALL: f64 = 1e-3;

/// What became of the comparison for one variable.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Verdict {
    Agrees,
    Disagrees,
    Kink { left: f64, right: f64 },
    Jump,
    NotFinite,
    Rough,
}

impl Verdict {
    fn of(analytic: f64, numerical: Slope) -> Self {
        match numerical {
            Slope::NotFinite => Self::NotFinite,
            _ if !analytic.is_finite() => Self::NotFinite,
            Slope::Jump => Self::Jump,
            Slope::Kink { left, right } => Self::Kink { left, right },
            Slope::Near { slope, error } => {
                let size = analytic.abs().max(slope.abs()).max(SMALL);
                let apart = (analytic - slope).abs();
                if apart <= TOLERANCE * size {
                    Self::Agrees
                } else if error > ROUGH * size {
                    Self::Rough
                } else if apart <= ERRORS * error {
                    Self::Agrees
                } else {
                    Self::Disagrees
                }
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Disagrees => "disagrees",
            Self::Kink { .. } => "kink",
            Self::Jump => "jump",
            Self::NotFinite => "not finite",
            Self::Rough => "too rough",
        }
    }

    /// Why there is nothing to compare, if there is not.
    fn explained(self, analytic: f64) -> Option<String> {
        let reason = match self {
            Self::Agrees | Self::Disagrees => return None,
            Self::Kink { left, right } => format!(
                "a kink: the slope is {} on the left and {} on the right, so the numerical side has no \
                 single answer; the analytic one, {}, is a convention",
                Number(to_digits(left, 6)),
                Number(to_digits(right, 6)),
                Number(analytic)
            ),
            Self::Jump => {
                "a jump, or as steep as one: the differences grow as the steps get shorter, \
                           so the numerical side has no single answer"
                    .to_owned()
            }
            Self::NotFinite => {
                "a pole or the end of the domain: the value or a slope is not finite, so \
                                the numerical side has no single answer"
                    .to_owned()
            }
            Self::Rough => {
                "the values change too fast, or are too large, for differences to tell the \
                            slope"
                    .to_owned()
            }
        };
        Some(reason)
    }
}

/// The derivative by one variable, found in two ways.
struct Comparison {
    analytic: f64,
    /// Where the differences have a single answer.
    numerical: Option<f64>,
    verdict: Verdict,
}

impl Comparison {
    fn difference(&self) -> Option<f64> {
        self.numerical
            .map(|numerical| (self.analytic - numerical).abs())
    }
}

pub(crate) fn run(arguments: &CheckArguments) -> Result<Report, Failure> {
    let text = &arguments.text.formula;
    let formula = Formula::parse(text)?;
    let point = Point::read([&formula], "--at", &arguments.point.at)?;
    if point.names.is_empty() {
        return Err(Failure::usage(
            "the formula has no variable to differentiate by",
        ));
    }
    let y = point.value(&formula)?;
    let mut derivation = Derivation::new();
    derivation.next_order()?;
    let gradient = derivation.differentiate(&y, &point.variables.iter().collect::<Vec<_>>())?;
    let comparisons: Vec<Comparison> = gradient
        .iter()
        .enumerate()
        .map(|(i, gx)| compare(gx.item(), &formula, &point, i))
        .collect();
    let mut shown = on_one_line(text, &point.names);
    let _ = writeln!(
        shown,
        "at {}\n  value = {}",
        point.shown(),
        Number(y.item())
    );
    write_table(&mut shown, &point.names, &comparisons);
    let object = json!({
        "formula": text,
        "at": point.json(),
        "value": json(y.item()),
        "gradient": object(&point.names, &comparisons),
    });
    let report = Report::new(shown, object);
    let disagreeing: Vec<&str> = point
        .names
        .iter()
        .zip(&comparisons)
        .filter(|(_, comparison)| comparison.verdict == Verdict::Disagrees)
        .map(|(name, _)| name.as_str())
        .collect();
    if disagreeing.is_empty() {
        return Ok(report);
    }
    Ok(report.with_failure(Failure::failed(format!(
        "the derivative by {} disagrees with the differences of the values",
        listed(&disagreeing)
    ))))
}

fn compare(analytic: f64, formula: &Formula, point: &Point, position: usize) -> Comparison {
    let value = |x: f64| {
        let y = no_grad(|| point.along(formula, position, &Variable::constant(x)));
        // What cannot be computed beside the point is not finite there.
        y.map_or(f64::NAN, |y| y.item())
    };
    let numerical = differences::slope(value, point.values[position]);
    let verdict = Verdict::of(analytic, numerical);
    Comparison {
        analytic,
        numerical: match (verdict, numerical) {
            (Verdict::Agrees | Verdict::Disagrees, Slope::Near { slope, .. }) => Some(slope),
            _ => None,
        },
        verdict,
    }
}

fn write_table(text: &mut String, names: &[String], comparisons: &[Comparison]) {
    let shown = |x: Option<f64>| x.map_or_else(|| "-".to_owned(), |x| Number(x).to_string());
    let mut rows = vec![["", "analytic", "numerical", "difference", "verdict"].map(str::to_owned)];
    rows.extend(names.iter().zip(comparisons).map(|(name, comparison)| {
        [
            name.clone(),
            Number(comparison.analytic).to_string(),
            shown(comparison.numerical),
            shown(comparison.difference().map(|x| to_digits(x, 2))),
            comparison.verdict.name().to_owned(),
        ]
    }));
    let widths = [0, 1, 2, 3].map(|column| widest(rows.iter().map(|row| row[column].as_str())));
    for row in &rows {
        for (cell, width) in row.iter().zip(widths) {
            let _ = write!(text, "  {}", left(cell, width));
        }
        let _ = writeln!(text, "  {}", row[4]);
    }
    for (name, comparison) in names.iter().zip(comparisons) {
        if let Some(reason) = comparison.verdict.explained(comparison.analytic) {
            let _ = writeln!(text, "{name}: {reason}");
        }
    }
}

fn object(names: &[String], comparisons: &[Comparison]) -> Map<String, Value> {
    let entries = names.iter().zip(comparisons).map(|(name, comparison)| {
        let entry = json!({
            "analytic": json(comparison.analytic),
            "numerical": comparison.numerical.map(json),
            "difference": comparison.difference().map(json),
            "verdict": comparison.verdict.name(),
        });
        (name.clone(), entry)
    });
    entries.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts() {
        let near = |slope, error| Slope::Near { slope, error };
        for (analytic, numerical, expected) in [
            (2.0, near(2.0 + 1e-9, 1e-12), Verdict::Agrees),
            (2.0, near(2.1, 1e-12), Verdict::Disagrees),
            (2.0, near(2.000_01, 1e-12), Verdict::Disagrees),
            (2.0, near(2.000_01, 1e-5), Verdict::Agrees),
            (2.0, near(7.0, 1.0), Verdict::Rough),
            (0.0, near(1e-10, 1e-14), Verdict::Agrees),
            (f64::INFINITY, near(1e300, 1.0), Verdict::NotFinite),
            (f64::NAN, Slope::Jump, Verdict::NotFinite),
            (0.0, Slope::Jump, Verdict::Jump),
        ] {
            assert_eq!(
                Verdict::of(analytic, numerical),
                expected,
                "{analytic}, {numerical:?}"
            );
        }
    }
}
