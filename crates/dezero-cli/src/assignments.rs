//! Points on the command line: `x=2,y=pi/3`.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use dezero::Variable;
use dezero::expr::Formula;
use serde_json::Value;

use crate::report::{Failure, Number, Quoted, json};

/// The most names that a message lists.
const MOST_LISTED: usize = 8;

/// A point for formulas: variables, named, with their values.
pub(crate) struct Point {
    pub(crate) names: Vec<String>,
    pub(crate) values: Vec<f64>,
    pub(crate) variables: Vec<Variable>,
    positions: HashMap<String, usize>,
}

impl Point {
    /// Reads the value of each variable of the formulas, from the argument of `flag`. A name that
    /// no formula contains is a variable that they do not depend on.
    pub(crate) fn read<'a>(
        formulas: impl IntoIterator<Item = &'a Formula>,
        flag: &str,
        text: &str,
    ) -> Result<Self, Failure> {
        Self::of(formulas, flag, pairs(flag, text)?)
    }

    /// A point of named values, which `flag` gave, in their order.
    pub(crate) fn of<'a>(
        formulas: impl IntoIterator<Item = &'a Formula>,
        flag: &str,
        pairs: Vec<(String, f64)>,
    ) -> Result<Self, Failure> {
        let (names, values): (Vec<String>, Vec<f64>) = pairs.into_iter().unzip();
        let places = names.iter().cloned().zip(0..);
        let positions: HashMap<String, usize> = places.collect();
        let mut seen = HashSet::new();
        let needed: Vec<&str> = formulas
            .into_iter()
            .flat_map(Formula::variables)
            .map(String::as_str)
            .filter(|name| seen.insert(*name))
            .collect();
        if needed.iter().any(|name| !positions.contains_key(*name)) {
            return Err(missing(&needed, flag, &positions, &values));
        }
        let variables = names
            .iter()
            .zip(&values)
            .map(|(name, &value)| Variable::new(value).named(name));
        Ok(Self {
            variables: variables.collect(),
            names,
            values,
            positions,
        })
    }

    /// One of the formulas at the point.
    pub(crate) fn value(&self, formula: &Formula) -> Result<Variable, Failure> {
        Ok(self.evaluate(formula, &self.variables)?)
    }

    /// One of the formulas at other variables, which stand in the order of the point's.
    pub(crate) fn evaluate(
        &self,
        formula: &Formula,
        variables: &[Variable],
    ) -> dezero::Result<Variable> {
        let inputs = formula.variables().iter();
        let inputs: Vec<&Variable> = inputs
            .map(|name| &variables[self.positions[name]])
            .collect();
        formula.eval(&inputs)
    }

    /// One of the formulas as a function of the variable at one position alone: the others stay at
    /// their values.
    pub(crate) fn along(
        &self,
        formula: &Formula,
        position: usize,
        x: &Variable,
    ) -> dezero::Result<Variable> {
        let mut variables: Vec<Variable> =
            self.values.iter().map(|&x| Variable::constant(x)).collect();
        variables[position] = x.clone();
        self.evaluate(formula, &variables)
    }

    /// The position of the variable that `--wrt` names, or of the only one; `purpose` is what it
    /// is needed for.
    pub(crate) fn wrt(&self, wrt: Option<&str>, purpose: &str) -> Result<usize, Failure> {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        match (wrt, &names[..]) {
            (Some(wrt), _) => self.positions.get(wrt).copied().ok_or_else(|| {
                let has = if names.is_empty() {
                    "none".to_owned()
                } else {
                    listed(&names)
                };
                Failure::usage(format!("--wrt {}: the variables are: {has}", Quoted(wrt)))
            }),
            (None, [_]) => Ok(0),
            (None, []) => Err(Failure::usage(format!(
                "the formula has no variable to {purpose}"
            ))),
            (None, _) => Err(Failure::usage(format!(
                "there are several variables, {}: say with --wrt which one to {purpose}",
                listed(&names)
            ))),
        }
    }

    /// `x = 2.0, y = -1.0`
    pub(crate) fn shown(&self) -> String {
        let assignments: Vec<String> = self
            .names
            .iter()
            .zip(&self.values)
            .map(|(name, &x)| format!("{name} = {}", Number(x)))
            .collect();
        assignments.join(", ")
    }

    /// A number for each of the names, as an object.
    pub(crate) fn object(&self, numbers: impl IntoIterator<Item = f64>) -> Value {
        let names = self.names.iter().cloned();
        names.zip(numbers.into_iter().map(json)).collect()
    }

    /// The point as an object.
    pub(crate) fn json(&self) -> Value {
        self.object(self.values.iter().copied())
    }
}

/// The assignments in the argument of `flag`, in the order in which they were given, which is how their
/// user thinks of them.
pub(crate) fn pairs(flag: &str, text: &str) -> Result<Vec<(String, f64)>, Failure> {
    let (mut pairs, mut seen) = (Vec::new(), HashSet::new());
    for part in split(text) {
        let (name, value) = assignment(flag, part, &format!("{flag} x=2"))?;
        let value = self::value(value)
            .map_err(|reason| Failure::usage(format!("{flag}: the value of {name}: {reason}")))?;
        if !seen.insert(name) {
            return Err(Failure::usage(format!("{flag}: {name} has two values")));
        }
        pairs.push((name.to_owned(), value));
    }
    Ok(pairs)
}

/// Which of the variables have no value, and how to give them one.
fn missing(
    names: &[&str],
    flag: &str,
    positions: &HashMap<String, usize>,
    values: &[f64],
) -> Failure {
    let missing: Vec<&str> = names
        .iter()
        .filter(|name| !positions.contains_key(**name))
        .copied()
        .collect();
    let mut message = format!("no value for {}", listed(&missing));
    let own: HashSet<&str> = names.iter().copied().collect();
    let mut others: Vec<(usize, &str)> = positions
        .iter()
        .filter(|(name, _)| !own.contains(name.as_str()))
        .map(|(name, &at)| (at, name.as_str()))
        .collect();
    others.sort_unstable();
    if !others.is_empty() {
        let others: Vec<&str> = others.into_iter().map(|(_, name)| name).collect();
        let _ = write!(message, " (and the formula has no {})", listed(&others));
    }
    if names.len() <= MOST_LISTED {
        let example = names.iter().map(|name| match positions.get(*name) {
            Some(&at) => format!("{name}={}", Number(values[at])),
            None => format!("{name}=1"),
        });
        let _ = write!(
            message,
            "\n  help: {flag} {}",
            example.collect::<Vec<_>>().join(",")
        );
    }
    Failure::usage(message)
}

/// `x, y, z`, cut where there are many.
pub(crate) fn listed(names: &[&str]) -> String {
    match names.len().checked_sub(MOST_LISTED) {
        None | Some(0) => names.join(", "),
        Some(more) => format!("{} and {more} more", names[..MOST_LISTED].join(", ")),
    }
}

/// The parts between commas that stand outside of parentheses.
pub(crate) fn split(text: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let parts = text.split(|c: char| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    });
    if text.trim().is_empty() {
        Vec::new()
    } else {
        parts.collect()
    }
}

/// The name and the text of its value; `example` shows how an assignment is written.
pub(crate) fn assignment<'a>(
    flag: &str,
    part: &'a str,
    example: &str,
) -> Result<(&'a str, &'a str), Failure> {
    if part.trim().is_empty() {
        return Err(Failure::usage(format!(
            "{flag}: nothing stands on one side of a comma"
        )));
    }
    let Some((name, value)) = part.split_once('=') else {
        return Err(Failure::usage(format!(
            "{flag}: {} is not of the form name=value, as in {example}",
            Quoted(part.trim())
        )));
    };
    let (name, value) = (name.trim(), value.trim());
    if !is_name(name) {
        return Err(Failure::usage(format!(
            "{flag}: {} is not the name of a variable",
            Quoted(name)
        )));
    }
    if value.is_empty() {
        return Err(Failure::usage(format!("{flag}: no value after `{name}=`")));
    }
    Ok((name, value))
}

pub(crate) fn is_name(text: &str) -> bool {
    Formula::parse(text).is_ok_and(|formula| formula.variables() == [text])
}

/// The value that a variable can have: what a formula without variables is, infinite, or not a number.
pub(crate) fn value(text: &str) -> Result<f64, String> {
    match text.to_ascii_lowercase().as_str() {
        "inf" | "+inf" => Ok(f64::INFINITY),
        "-inf" => Ok(f64::NEG_INFINITY),
        "nan" => Ok(f64::NAN),
        _ => number(text),
    }
}

/// The number that a formula without variables is.
fn number(text: &str) -> Result<f64, String> {
    let formula = Formula::parse(text).map_err(|error| error.to_string())?;
    if !formula.variables().is_empty() {
        return Err(format!("{} is not a number", Quoted(text)));
    }
    Ok(formula.eval(&[]).map_err(|error| error.to_string())?.item())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(formula: &str, text: &str) -> Result<Point, String> {
        let formula = Formula::parse(formula).unwrap();
        Point::read([&formula], "--at", text).map_err(|failure| failure.to_string())
    }

    #[test]
    fn values_are_formulas_without_variables() {
        let point = read("x*y", " y = max(1, 2)/4 , x=-2^2").unwrap();
        assert_eq!(point.names, ["y", "x"]);
        assert_eq!(point.values, [0.5, -4.0]);
    }

    #[test]
    fn the_formula_takes_its_variables_by_name() {
        let formula = Formula::parse("x - 10*y").unwrap();
        let point = Point::read([&formula], "--at", "unused=7,y=1,x=2").unwrap();
        assert_eq!(point.value(&formula).unwrap().item(), -8.0);
    }

    #[test]
    fn values_can_be_infinite_or_nan() {
        let point = read("x+y+z", "x=inf,y=-INF,z=NaN").unwrap();
        assert_eq!(point.values[..2], [f64::INFINITY, f64::NEG_INFINITY]);
        assert!(point.values[2].is_nan());
    }

    #[test]
    fn long_lists_of_names_are_cut() {
        let names: Vec<String> = (0..20).map(|i| format!("x{i}")).collect();
        let message = read(&names.join("+"), "").err().unwrap();
        assert_eq!(
            message,
            "error: no value for x0, x1, x2, x3, x4, x5, x6, x7 and 12 more"
        );
    }
}
