//! Bounds on the command line: `x0=-1..1,x1=0..`.

use std::collections::HashSet;

use crate::assignments::{assignment, listed, split, value};
use crate::report::{Failure, Number, Quoted};

/// The lowest and the highest value of a variable.
pub(crate) type Interval = (f64, f64);

/// How bounds are written.
const EXAMPLE: &str = "--bounds x=-1..1,y=0..";

/// The bounds of the start's variables, in their order.
#[derive(Debug)]
pub(crate) struct Bounds {
    pub(crate) lower: Vec<f64>,
    pub(crate) upper: Vec<f64>,
}

impl Bounds {
    /// The bounds that variables were given, if there are any, around a start that has to lie within.
    pub(crate) fn of(
        given: &[(String, Interval)],
        variables: &[String],
        start: &[f64],
    ) -> Result<Option<Self>, Failure> {
        let mut bounds = Self {
            lower: vec![f64::NEG_INFINITY; variables.len()],
            upper: vec![f64::INFINITY; variables.len()],
        };
        for (name, (lower, upper)) in given {
            let Some(i) = variables.iter().position(|other| other == name) else {
                let names: Vec<&str> = variables.iter().map(String::as_str).collect();
                return Err(Failure::usage(format!(
                    "--bounds: there is no variable {name}; the formula has: {}",
                    listed(&names)
                )));
            };
            let x = start[i];
            if x < *lower || x > *upper {
                return Err(Failure::usage(format!(
                    "--start: {name} is {}, outside of its bounds {}",
                    Number(x),
                    shown((*lower, *upper))
                )));
            }
            (bounds.lower[i], bounds.upper[i]) = (*lower, *upper);
        }
        let are_any = bounds
            .lower
            .iter()
            .chain(&bounds.upper)
            .any(|x| x.is_finite());
        Ok(are_any.then_some(bounds))
    }

    /// In words, the variables that stand at a bound.
    pub(crate) fn reached(&self, names: &[String], x: &[f64]) -> Vec<String> {
        let mut reached = Vec::new();
        for (i, name) in names.iter().enumerate() {
            if x[i] == self.lower[i] {
                reached.push(format!("{name} is at its lower bound"));
            } else if x[i] == self.upper[i] {
                reached.push(format!("{name} is at its upper bound"));
            }
        }
        reached
    }
}

/// `-1.0..1.0`, open where there is no bound.
fn shown((lower, upper): Interval) -> String {
    let end = |x: f64| {
        if x.is_finite() {
            Number(x).to_string()
        } else {
            String::new()
        }
    };
    format!("{}..{}", end(lower), end(upper))
}

/// Reads the argument of `--bounds`.
pub(crate) fn read(text: &str) -> Result<Vec<(String, Interval)>, Failure> {
    let (mut bounds, mut seen) = (Vec::new(), HashSet::new());
    for part in split(text) {
        let (name, ends) = assignment("--bounds", part, EXAMPLE)?;
        let ends = interval(ends)
            .map_err(|reason| Failure::usage(format!("--bounds: {name}: {reason}")))?;
        if !seen.insert(name) {
            return Err(Failure::usage(format!("--bounds: {name} is there twice")));
        }
        bounds.push((name.to_owned(), ends));
    }
    Ok(bounds)
}

/// Reads `-1..1`, `0..` or `..pi/2`.
pub(crate) fn interval(text: &str) -> Result<Interval, String> {
    let Some((lower, upper)) = text.split_once("..") else {
        return Err(format!(
            "{} is not of the form lower..upper, as in {EXAMPLE}",
            Quoted(text)
        ));
    };
    let end = |text: &str, open: f64| match text.trim() {
        "" => Ok(open),
        text => value(text),
    };
    check((end(lower, f64::NEG_INFINITY)?, end(upper, f64::INFINITY)?))
}

/// The same interval, if a number lies in it.
pub(crate) fn check((lower, upper): Interval) -> Result<Interval, String> {
    let is_some = lower <= upper && lower < f64::INFINITY && upper > f64::NEG_INFINITY;
    if is_some {
        return Ok((lower, upper));
    }
    let mut reason = format!(
        "nothing lies between {} and {}",
        Number(lower),
        Number(upper)
    );
    if lower > upper {
        reason += "; the lower bound comes first";
    }
    Err(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_formulas_or_open() {
        for (text, expected) in [
            ("-1..1", (-1.0, 1.0)),
            ("0..", (0.0, f64::INFINITY)),
            ("..0.5", (f64::NEG_INFINITY, 0.5)),
            (" 1 .. max(2, 3)/2 ", (1.0, 1.5)),
            ("..", (f64::NEG_INFINITY, f64::INFINITY)),
            ("0...5", (0.0, 0.5)),
        ] {
            assert_eq!(interval(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn intervals_hold_a_number() {
        assert_eq!(check((2.0, 2.0)), Ok((2.0, 2.0)));
        for ends in [
            (1.0, 0.0),
            (f64::NAN, 1.0),
            (0.0, f64::NAN),
            (f64::INFINITY, f64::INFINITY),
            (f64::NEG_INFINITY, f64::NEG_INFINITY),
        ] {
            assert!(check(ends).unwrap_err().contains("nothing lies between"));
        }
    }
}
