//! Ranges on the command line: `x=-7..7,y=0..pi`.

use std::collections::HashSet;

use crate::assignments::{assignment, split, value};
use crate::report::{Failure, Number, Quoted};

/// How ranges are written.
const EXAMPLE: &str = "--range x=-7..7";

/// Beyond this, differences of coordinates are not finite.
const HUGE: f64 = 1e300;

/// What is plotted of a variable.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Range {
    pub(crate) name: String,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// What is plotted where no range is given.
const USUAL: (f64, f64) = (-5.0, 5.0);

impl Range {
    pub(crate) fn usual(name: String) -> Self {
        let (low, high) = USUAL;
        Self { name, low, high }
    }

    /// `x from -1.0 to 1.0`
    pub(crate) fn shown(&self) -> String {
        let (low, high) = (Number(self.low), Number(self.high));
        format!("{} from {low} to {high}", self.name)
    }

    /// `count` numbers from one end to the other.
    pub(crate) fn even(&self, count: usize) -> Vec<f64> {
        let last = (count - 1) as f64;
        let at = |i: usize| {
            let share = i as f64 / last;
            self.low * (1.0 - share) + self.high * share
        };
        (0..count).map(at).collect()
    }
}

/// Reads the argument of `--range`.
pub(crate) fn read(text: &str) -> Result<Vec<Range>, Failure> {
    let (mut ranges, mut seen) = (Vec::new(), HashSet::new());
    for part in split(text) {
        let (name, ends) = assignment("--range", part, EXAMPLE)?;
        let (low, high) =
            ends_of(ends).map_err(|reason| Failure::usage(format!("--range: {name}: {reason}")))?;
        if !seen.insert(name) {
            return Err(Failure::usage(format!("--range: {name} is there twice")));
        }
        let name = name.to_owned();
        ranges.push(Range { name, low, high });
    }
    Ok(ranges)
}

/// Reads `-1..1` or `-pi..pi`.
fn ends_of(text: &str) -> Result<(f64, f64), String> {
    let ends = text.split_once("..");
    let Some((low, high)) =
        ends.filter(|(low, high)| !low.trim().is_empty() && !high.trim().is_empty())
    else {
        return Err(format!(
            "{} is not of the form low..high, as in {EXAMPLE}",
            Quoted(text)
        ));
    };
    let (low, high) = (value(low.trim())?, value(high.trim())?);
    for end in [low, high] {
        if end.is_nan() || end.abs() > HUGE {
            return Err(format!(
                "{} is no end of a range; both are finite, up to 1e300 in size",
                Number(end)
            ));
        }
    }
    if low >= high {
        let hint = if low > high {
            "; the lower end comes first"
        } else {
            ""
        };
        return Err(format!(
            "nothing lies between {} and {}{hint}",
            Number(low),
            Number(high)
        ));
    }
    // An axis has to have numbers that can be told apart.
    if high - low < 1e-290 || high - low < 1e-12 * low.abs().max(high.abs()) {
        return Err(format!(
            "{} and {} are too close to draw what is between them",
            Number(low),
            Number(high)
        ));
    }
    Ok((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_formulas() {
        for (text, expected) in [
            ("-1..1", (-1.0, 1.0)),
            (
                " -pi .. 2*pi ",
                (-std::f64::consts::PI, std::f64::consts::TAU),
            ),
            ("0...5", (0.0, 0.5)),
            ("-1e300..1e300", (-1e300, 1e300)),
        ] {
            assert_eq!(ends_of(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn ends_enclose_numbers() {
        for (text, reason) in [
            ("1", "not of the form"),
            ("..1", "not of the form"),
            ("1..", "not of the form"),
            ("1..1", "nothing lies between"),
            ("2..1", "the lower end comes first"),
            ("0..inf", "inf is no end"),
            ("0/0..1", "nan is no end"),
            ("0..1e301", "no end of a range"),
            ("0..1e-300", "too close"),
            ("1e20..1e20+1e5", "too close"),
        ] {
            let said = ends_of(text).unwrap_err();
            assert!(said.contains(reason), "{text}: {said}");
        }
    }

    #[test]
    fn even_numbers_have_both_ends() {
        let range = Range {
            name: "x".to_owned(),
            low: -1e300,
            high: 1e300,
        };
        assert_eq!(range.even(3), [-1e300, 0.0, 1e300]);
    }
}
