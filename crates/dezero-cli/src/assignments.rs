//! Points on the command line: `x=2,y=pi/3`.

use dezero::Variable;
use dezero::expr::Formula;

use crate::report::Failure;

/// A formula at a point: its variables, named, with their values.
pub(crate) struct Point {
    pub(crate) names: Vec<String>,
    pub(crate) values: Vec<f64>,
    pub(crate) variables: Vec<Variable>,
}

impl Point {
    /// Reads the value of each variable of the formula, from the argument of `flag`. A name that
    /// the formula does not contain is a variable that it does not depend on.
    pub(crate) fn read(formula: &Formula, flag: &str, text: &str) -> Result<Self, Failure> {
        let mut given = Vec::new();
        for part in split(text) {
            given.push(assignment(flag, part)?);
        }
        for (i, (name, _)) in given.iter().enumerate() {
            if given[..i].iter().any(|(earlier, _)| earlier == name) {
                return Err(Failure::usage(format!("{flag}: {name} has two values")));
            }
        }
        let missing: Vec<&str> = formula
            .variables()
            .iter()
            .filter(|name| !given.iter().any(|(n, _)| n == *name))
            .map(String::as_str)
            .collect();
        if !missing.is_empty() {
            let example: Vec<String> = missing.iter().map(|name| format!("{name}=1")).collect();
            return Err(Failure::usage(format!(
                "no value for {}: give one with {flag}, as in {flag} {}",
                missing.join(", "),
                given
                    .iter()
                    .map(|(name, value)| format!("{name}={value:?}"))
                    .chain(example)
                    .collect::<Vec<_>>()
                    .join(","),
            )));
        }
        // In the order in which they were given, which is how their user thinks of them.
        let (names, values): (Vec<String>, Vec<f64>) = given.into_iter().unzip();
        let variables = names
            .iter()
            .zip(&values)
            .map(|(name, &value)| Variable::new(value).named(name))
            .collect();
        Ok(Self {
            names,
            values,
            variables,
        })
    }

    /// The formula at the point.
    pub(crate) fn value(&self, formula: &Formula) -> Result<Variable, Failure> {
        Ok(self.evaluate(formula, &self.variables)?)
    }

    /// The formula at other variables, which stand in the order of the point's.
    pub(crate) fn evaluate(
        &self,
        formula: &Formula,
        variables: &[Variable],
    ) -> dezero::Result<Variable> {
        let variable = |name: &String| {
            self.names
                .iter()
                .position(|n| n == name)
                .map(|at| &variables[at])
        };
        formula.eval(
            &formula
                .variables()
                .iter()
                .filter_map(variable)
                .collect::<Vec<_>>(),
        )
    }
}

/// The parts between commas that stand outside of parentheses.
fn split(text: &str) -> Vec<&str> {
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

fn assignment(flag: &str, part: &str) -> Result<(String, f64), Failure> {
    let Some((name, value)) = part.split_once('=') else {
        return Err(Failure::usage(format!(
            "{flag}: `{}` is not of the form name=value, as in {flag} x=2",
            part.trim()
        )));
    };
    let name = name.trim();
    let is_name = Formula::parse(name).is_ok_and(|formula| formula.variables() == [name]);
    if !is_name {
        return Err(Failure::usage(format!(
            "{flag}: `{name}` is not the name of a variable"
        )));
    }
    let number = value.trim();
    let value = match number.to_ascii_lowercase().as_str() {
        // Not numbers of a formula, but values a variable can have.
        "inf" | "+inf" => f64::INFINITY,
        "-inf" => f64::NEG_INFINITY,
        "nan" => f64::NAN,
        _ => {
            let formula = Formula::parse(number)
                .map_err(|error| Failure::usage(format!("{flag}: the value of {name}: {error}")))?;
            if !formula.variables().is_empty() {
                let message =
                    format!("{flag}: the value of {name} must be a number, not `{number}`");
                return Err(Failure::usage(message));
            }
            formula.eval(&[])?.item()
        }
    };
    Ok((name.to_owned(), value))
}
