//! `Problem`: what is searched for, as a function of variables.

use std::fmt::Write;

use dezero::expr::Formula;
use dezero::{Variable, no_grad};
use serde_json::{Map, Value, json};

use super::problem_file::Given;
use crate::assignments::Point;
use crate::bounds::Bounds;
use crate::formulas::{parse_each, sides};
use crate::report::{Failure, Number, Quoted, on_one_line};

/// Characters of a formula above a picture.
const TITLE: usize = 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    Minimum,
    Maximum,
}

impl Goal {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Minimum => "minimum",
            Self::Maximum => "maximum",
        }
    }

    /// What is said of a point that is none.
    pub(crate) fn none(self) -> &'static str {
        match self {
            Self::Minimum => "no minimum",
            Self::Maximum => "no maximum",
        }
    }

    pub(crate) fn opposite(self) -> Self {
        match self {
            Self::Minimum => Self::Maximum,
            Self::Maximum => Self::Minimum,
        }
    }

    /// Whether one value is better than another.
    pub(crate) fn prefers(self, value: f64, other: f64) -> bool {
        match self {
            Self::Minimum => value < other,
            Self::Maximum => value > other,
        }
    }
}

/// A formula, or several whose squares are summed.
pub(crate) enum Objective {
    Formula(Formula),
    Residuals(Vec<Formula>),
}

pub(crate) struct Problem {
    pub(crate) goal: Goal,
    pub(crate) objective: Objective,
    pub(crate) start: Point,
    /// What was given a value, and is in no formula.
    pub(crate) unused: Vec<(String, f64)>,
    pub(crate) bounds: Option<Bounds>,
}

impl Problem {
    pub(crate) fn of(goal: Goal, given: &Given) -> Result<Self, Failure> {
        let objective = match (&given.formula, &given.residuals) {
            (_, Some(residuals)) => {
                Objective::Residuals(parse_each(residuals.iter().map(String::as_str))?)
            }
            (Some(formula), None) => Objective::Formula(one(goal, formula)?),
            (None, None) => {
                return Err(Failure::usage(
                    "there is no formula, neither on the command line nor in the file, where it is written as \
                     formula = \"x^2\"",
                ));
            }
        };
        if goal == Goal::Maximum && matches!(objective, Objective::Residuals(_)) {
            return Err(Failure::usage(
                "a sum of squares has a minimum to find: dezero minimize --residuals",
            ));
        }
        let is_used = |(name, _): &(String, f64)| {
            let mut formulas = objective.formulas().iter();
            formulas.any(|formula| formula.variables().contains(name))
        };
        let (mut used, mut unused): (Vec<_>, Vec<_>) =
            given.start.iter().cloned().partition(is_used);
        if used.is_empty() {
            // A formula that depends on nothing has its minimum anywhere.
            std::mem::swap(&mut used, &mut unused);
        }
        // All of it, for the message if something is missing.
        Point::of(objective.formulas(), "--start", given.start.clone())?;
        let start = Point::of(objective.formulas(), "--start", used)?;
        if start.names.is_empty() {
            let formula = Quoted(objective.formulas()[0].text());
            return Err(Failure::failed(format!(
                "{formula} has no variable, so it is the same everywhere; name one in it, as in x^2 --start x=1"
            )));
        }
        let infinite = |(_, x): &(_, &f64)| !f64::is_finite(**x);
        if let Some((name, &x)) = start.names.iter().zip(&start.values).find(infinite) {
            let x = Number(x);
            return Err(Failure::failed(format!(
                "--start: {name} is {x}; a search begins at a finite point"
            )));
        }
        let bounds = Bounds::of(&given.bounds, &start.names, &start.values)?;
        Ok(Self {
            goal,
            objective,
            start,
            unused,
            bounds,
        })
    }

    /// What is searched, at variables in the order of the start's.
    pub(crate) fn value(&self, xs: &[Variable]) -> dezero::Result<Variable> {
        let residuals = match &self.objective {
            Objective::Formula(formula) => return self.start.evaluate(formula, xs),
            Objective::Residuals(residuals) => residuals,
        };
        let mut sum = Variable::constant(0.0);
        for residual in residuals {
            let r = self.start.evaluate(residual, xs)?;
            sum = sum.try_add(r.try_mul(&r)?)?;
        }
        Ok(sum)
    }

    /// The residuals, of shape `(m,)`.
    pub(crate) fn residuals(
        &self,
        residuals: &[Formula],
        xs: &[Variable],
    ) -> dezero::Result<Variable> {
        let each = residuals.iter().map(|r| self.start.evaluate(r, xs));
        let each = each.collect::<dezero::Result<Vec<_>>>()?;
        Variable::try_stack(&each.iter().collect::<Vec<_>>(), 0)
    }

    /// The value at a point; NaN where there is none.
    pub(crate) fn number(&self, x: &[f64]) -> f64 {
        let xs: Vec<Variable> = x.iter().map(|&x| Variable::constant(x)).collect();
        no_grad(|| self.value(&xs)).map_or(f64::NAN, |y| y.item())
    }

    /// What is searched, in lines.
    pub(crate) fn shown(&self) -> String {
        let names = &self.start.names;
        match &self.objective {
            Objective::Formula(formula) => on_one_line(formula.text(), names),
            Objective::Residuals(residuals) => {
                let mut text = String::from("the sum of the squares of\n");
                for (i, residual) in residuals.iter().enumerate() {
                    let line = on_one_line(residual.text(), names);
                    let _ = write!(text, "  r{}{}", i + 1, &line[1..]);
                }
                text
            }
        }
    }

    /// What is searched, short, for a picture.
    pub(crate) fn title(&self) -> String {
        let text = match &self.objective {
            Objective::Formula(formula) => formula.text().to_owned(),
            Objective::Residuals(residuals) => {
                let squares = residuals.iter().map(|r| format!("({})^2", r.text()));
                squares.collect::<Vec<_>>().join(" + ")
            }
        };
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut title: String = words.chars().take(TITLE).collect();
        if words.chars().nth(TITLE).is_some() {
            title.push('…');
        }
        title
    }

    /// What is searched, as the first field of an object.
    pub(crate) fn json(&self) -> Map<String, Value> {
        let (key, value) = match &self.objective {
            Objective::Formula(formula) => ("formula", json!(formula.text())),
            Objective::Residuals(residuals) => {
                let texts = residuals.iter().map(Formula::text);
                ("residuals", texts.collect())
            }
        };
        Map::from_iter([(key.to_owned(), value)])
    }
}

/// The formula to search by, if it is one.
fn one(goal: Goal, text: &str) -> Result<Formula, Failure> {
    if let [_, _] = sides(text)[..] {
        return Err(Failure::failed(format!(
            "{} is an equation, which has no {}\n  help: where it holds, says dezero root",
            Quoted(text),
            goal.name()
        )));
    }
    if text.contains(';') {
        return Err(Failure::failed(format!(
            "{} is several formulas\n  help: --residuals finds the least sum of their squares",
            Quoted(text)
        )));
    }
    Ok(Formula::parse(text)?)
}

impl Objective {
    fn formulas(&self) -> &[Formula] {
        match self {
            Self::Formula(formula) => std::slice::from_ref(formula),
            Self::Residuals(residuals) => residuals,
        }
    }
}
