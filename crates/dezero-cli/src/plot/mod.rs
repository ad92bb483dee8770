//! `dezero plot`: formulas drawn, as curves with their derivatives, or by contours.
//!
//! What is asked becomes `Asked`: the formulas, what is plotted of which variables (`range`), and the
//! values of the others. With one range it is drawn by `curves`, with two by `contours`.

mod arguments;
mod contours;
mod curves;
pub(crate) mod range;

use dezero::expr::Formula;
use dezero::{Variable, graph, no_grad};

pub(crate) use self::arguments::PlotArguments;
use self::range::Range;
use crate::assignments::{Point, listed, pairs};
use crate::formulas::parse_each;
use crate::pictures;
use crate::report::{Failure, Quoted, Report};

/// The highest order of derivatives: more could not be told apart.
const HIGHEST_ORDER: usize = 20;

/// The most operations of all formulas together: at ten thousand points they take some seconds. For
/// contours there are eight times as many points.
const MOST_OPERATIONS: usize = 10_000;

pub(crate) fn run(arguments: &PlotArguments) -> Result<Report, Failure> {
    if let Some(path) = &arguments.output {
        pictures::check(path)?;
    }
    let asked = Asked::of(arguments)?;
    match &asked.ranges[..] {
        [x, y] => contours::draw(arguments, &asked, [x, y]),
        [x, ..] => curves::draw(arguments, &asked, x),
        [] => Err(Failure::usage("--range: nothing is there")),
    }
}

/// Numbers beyond this are not drawn.
const HUGE: f64 = 1e304;

/// What is to be drawn.
struct Asked {
    formulas: Vec<Formula>,
    /// Of the variables that are plotted along: one or two.
    ranges: Vec<Range>,
    /// What the others are.
    fixed: Vec<(String, f64)>,
    /// All variables, first those with a range.
    point: Point,
}

impl Asked {
    fn of(arguments: &PlotArguments) -> Result<Self, Failure> {
        let texts = std::iter::once(&arguments.formula).chain(&arguments.more);
        let formulas = parse_each(texts.map(String::as_str))?;
        let fixed = pairs("--at", &arguments.at)?;
        let ranges = range::read(&arguments.range)?;
        let ranges = if ranges.is_empty() {
            vec![Range::usual(free(&formulas, &fixed)?)]
        } else {
            ranges
        };
        check(arguments, &formulas, &ranges, &fixed)?;
        let along = ranges.iter().map(|range| (range.name.clone(), range.low));
        let point = Point::of(
            &formulas,
            "--at",
            along.chain(fixed.iter().cloned()).collect(),
        )?;
        let asked = Self {
            formulas,
            ranges,
            fixed,
            point,
        };
        asked.check_size(arguments.order)?;
        Ok(asked)
    }

    fn check_size(&self, order: usize) -> Result<(), Failure> {
        let mut operations = 0;
        for formula in &self.formulas {
            operations += graph(&self.point.value(formula)?).functions().len();
        }
        let times = match self.ranges.len() {
            1 => (order + 1) * (order + 2) / 2,
            _ => 8,
        };
        if operations.saturating_mul(times) > MOST_OPERATIONS {
            let lower = if order > 0 {
                "; ask for a lower --order"
            } else {
                ""
            };
            return Err(Failure::failed(format!(
                "the picture of {operations} operations at thousands of points takes too long{lower}"
            )));
        }
        Ok(())
    }

    /// Whether some value of a formula has a place in a picture.
    fn check_values(
        &self,
        formula: &Formula,
        values: impl Iterator<Item = f64>,
    ) -> Result<(), Failure> {
        let size = values.map(f64::abs).filter(|size| size.is_finite());
        let what = match size.min_by(f64::total_cmp) {
            Some(least) if least < HUGE => return Ok(()),
            Some(_) => "has no value that is small enough to draw",
            None => "has no finite value",
        };
        Err(Failure::failed(format!(
            "{} {what} for {}; plot it elsewhere, with another --range",
            Quoted(formula.text()),
            self.ranges_shown()
        )))
    }

    /// A formula at values of the variables with a range; NaN where it has no value.
    fn value(&self, formula: &Formula, at: &[f64]) -> f64 {
        let others = self.point.values[at.len()..].iter();
        let variables: Vec<Variable> = at
            .iter()
            .chain(others)
            .map(|&x| Variable::constant(x))
            .collect();
        no_grad(|| self.point.evaluate(formula, &variables)).map_or(f64::NAN, |y| y.item())
    }

    /// What is written above the picture, if it is one formula.
    fn title(&self) -> String {
        let [formula] = &self.formulas[..] else {
            return self.fixed_shown();
        };
        let mut title = formula
            .text()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        if !self.fixed.is_empty() {
            title += ",  ";
            title += &self.fixed_shown();
        }
        title
    }

    /// `a = 2, b = 0.5`
    fn fixed_shown(&self) -> String {
        let fixed = self.fixed.iter().map(|(name, x)| format!("{name} = {x}"));
        fixed.collect::<Vec<_>>().join(", ")
    }

    /// `x from -1.0 to 1.0`
    fn ranges_shown(&self) -> String {
        let shown = self.ranges.iter().map(Range::shown);
        shown.collect::<Vec<_>>().join(" and ")
    }
}

/// The variable to plot along, if no range names it.
fn free(formulas: &[Formula], fixed: &[(String, f64)]) -> Result<String, Failure> {
    let names = variables(formulas);
    let is_fixed = |name: &str| fixed.iter().any(|(other, _)| other == name);
    let free: Vec<&str> = names
        .iter()
        .copied()
        .filter(|name| !is_fixed(name))
        .collect();
    match (&free[..], &names[..]) {
        ([name], _) => Ok((*name).to_owned()),
        // A constant is plotted along anything.
        ([], []) => Ok(["x", "t"]
            .into_iter()
            .find(|name| !is_fixed(name))
            .unwrap_or("x")
            .to_owned()),
        ([], _) => Err(Failure::usage(format!(
            "--at: no variable is left to plot along; leave out one of {}",
            listed(&names)
        ))),
        ([first, .., last], _) => Err(Failure::usage(format!(
            "there are several variables, {}: say with --range what to plot along, and with --at what the others are\n  \
             help: --range {last}=-5..5 --at {first}=1",
            listed(&free)
        ))),
    }
}

/// The variables of all formulas.
fn variables(formulas: &[Formula]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for name in formulas.iter().flat_map(Formula::variables) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names
}

/// Whether formulas, ranges and values belong together.
fn check(
    arguments: &PlotArguments,
    formulas: &[Formula],
    ranges: &[Range],
    fixed: &[(String, f64)],
) -> Result<(), Failure> {
    let names = variables(formulas);
    let order = arguments.order;
    if order > HIGHEST_ORDER {
        return Err(Failure::usage(format!(
            "--order: {order} derivatives cannot be told apart in a picture; the highest order is {HIGHEST_ORDER}"
        )));
    }
    for range in ranges {
        let name = &range.name;
        if fixed.iter().any(|(other, _)| other == name) {
            return Err(Failure::usage(format!(
                "--at: {name} has a --range, and no single value"
            )));
        }
        if !names.is_empty() && !names.contains(&name.as_str()) {
            return Err(Failure::usage(format!(
                "--range: there is no variable {name}; the formula has: {}",
                listed(&names)
            )));
        }
    }
    let known = |name: &&str| {
        let is_ranged = ranges.iter().any(|range| range.name == *name);
        is_ranged || fixed.iter().any(|(other, _)| other == name)
    };
    let missing: Vec<&str> = names.iter().copied().filter(|name| !known(name)).collect();
    if let Some(first) = missing.first() {
        return Err(Failure::usage(format!(
            "no value for {}\n  help: --at {first}=1",
            listed(&missing)
        )));
    }
    match ranges {
        [_, _] if formulas.len() > 1 => Err(Failure::usage(
            "--range: with two variables the contours of one formula are drawn, not of several",
        )),
        [_, _] if order > 0 => Err(Failure::usage(
            "--order: derivatives are drawn along one variable; give one --range",
        )),
        [_] | [_, _] => Ok(()),
        _ => Err(Failure::usage(
            "--range: a picture is of one variable, or of two",
        )),
    }
}
