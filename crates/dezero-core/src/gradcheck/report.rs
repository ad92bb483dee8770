//! What a check found, as data and as text.

use std::fmt;

use dezero_array::{DType, Tuple};

use super::causes::Cause;
use crate::error::Error;

/// What was compared, and how it came out: the derivatives of each order by each input.
///
/// Displayed, it names the input, the element, both numbers and the likely cause.
#[derive(Clone, Debug)]
pub struct Report {
    pub(super) orders: Vec<OrderReport>,
    /// Whether the numbers are of a sum with random weights.
    pub(super) weighted: bool,
}

/// The derivatives of one order.
#[derive(Clone, Debug)]
pub struct OrderReport {
    pub(super) order: usize,
    pub(super) inputs: Vec<InputReport>,
}

/// The derivatives of one order by one input.
#[derive(Clone, Debug)]
pub struct InputReport {
    pub(super) name: Option<String>,
    pub(super) dtype: DType,
    pub(super) shape: Vec<usize>,
    pub(super) coverage: Coverage,
    pub(super) worst: Option<Comparison>,
    pub(super) causes: Vec<Cause>,
}

/// How an input was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Coverage {
    /// Not at all: it is a constant, or not a float.
    Unchecked,
    /// This many elements, one by one, of which so many were wrong.
    Elements {
        /// How many were compared.
        compared: usize,
        /// How many of them were wrong.
        wrong: usize,
    },
    /// This many random directions.
    Directions(usize),
}

/// A derivative found in two ways.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Comparison {
    /// The position of the element, or `None` for a random direction.
    pub element: Option<Vec<usize>>,
    /// How the derivative was found that is compared.
    pub mode: Mode,
    /// The derivative by the rules.
    pub analytic: f64,
    /// The derivative from values alone.
    pub numerical: f64,
    /// How far apart they may be.
    pub tolerance: f64,
}

impl Comparison {
    /// How far apart the two are; NaN if either is.
    pub fn difference(&self) -> f64 {
        (self.analytic - self.numerical).abs()
    }

    /// Whether the two agree. Equal infinities do, NaN never does.
    pub fn agrees(&self) -> bool {
        let difference = self.difference();
        self.analytic == self.numerical || difference.is_finite() && difference <= self.tolerance
    }

    /// The difference in units of the tolerance, for looking for the worst: NaN is the worst.
    pub(super) fn severity(&self) -> f64 {
        let severity = self.difference() / self.tolerance;
        match self.agrees() {
            true if severity.is_nan() => 0.0,
            false if severity.is_nan() => f64::INFINITY,
            _ => severity,
        }
    }
}

/// A way to find a derivative by the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// Backwards from the result, as [`grad`](crate::grad()) goes.
    Reverse,
    /// Forwards from the inputs.
    Forward,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Reverse => "reverse",
            Self::Forward => "forward",
        })
    }
}

impl Report {
    /// Whether all that was compared agrees.
    pub fn is_right(&self) -> bool {
        self.orders.iter().all(OrderReport::is_right)
    }

    /// The orders that were checked, from the first up to the first that is wrong.
    pub fn orders(&self) -> &[OrderReport] {
        &self.orders
    }

    /// Every likely cause, of whatever input.
    pub fn causes(&self) -> impl Iterator<Item = &Cause> {
        let inputs = self.orders.iter().flat_map(|order| &order.inputs);
        inputs.flat_map(|input| &input.causes)
    }
}

impl OrderReport {
    /// The order of the derivatives: 1 is the gradient.
    pub fn order(&self) -> usize {
        self.order
    }

    /// What was found for each input, in their order.
    pub fn inputs(&self) -> &[InputReport] {
        &self.inputs
    }

    fn is_right(&self) -> bool {
        self.inputs.iter().all(InputReport::is_right)
    }
}

impl InputReport {
    /// Whether all that was compared agrees.
    pub fn is_right(&self) -> bool {
        self.causes.is_empty() && self.worst.as_ref().is_none_or(Comparison::agrees)
    }

    /// How it was checked.
    pub fn coverage(&self) -> Coverage {
        self.coverage
    }

    /// The comparison that is furthest off, in units of its tolerance; `None` if there was none.
    pub fn worst(&self) -> Option<&Comparison> {
        self.worst.as_ref()
    }

    /// What probably went wrong; empty if nothing did.
    pub fn causes(&self) -> &[Cause] {
        &self.causes
    }

    fn title(&self, i: usize) -> String {
        let name = self.name.as_ref().map(|name| format!(" `{name}`"));
        format!(
            "input {i}{}, {} of shape {}",
            name.unwrap_or_default(),
            self.dtype,
            Tuple(&self.shape)
        )
    }
}

/// "the first derivative", "the derivative of order 7".
fn derivative(order: usize) -> String {
    match order {
        1 => "the first derivative".into(),
        2 => "the second derivative".into(),
        3 => "the third derivative".into(),
        n => format!("the derivative of order {n}"),
    }
}

fn elements(n: usize) -> String {
    format!("{n} element{}", if n == 1 { "" } else { "s" })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(last) = self.orders.last() else {
            return write!(f, "gradcheck: nothing was compared");
        };
        // The check stops at the first order that is wrong, and orders that are right look alike.
        let order = last.order;
        match last.is_right() {
            true if order == 1 => write!(f, "gradcheck: the derivative is right")?,
            true => write!(
                f,
                "gradcheck: the derivatives are right up to order {order}"
            )?,
            false => {
                let excused = |input: &InputReport| {
                    input.is_right() || input.causes.iter().any(|cause| !cause.blames_the_rule())
                };
                let verdict = if last.inputs.iter().all(excused) {
                    "cannot be checked at this point"
                } else {
                    "is wrong"
                };
                write!(f, "gradcheck: {} {verdict}", derivative(order))?;
            }
        }
        for (i, input) in last.inputs.iter().enumerate() {
            write!(f, "\n  {}: ", input.title(i))?;
            input.fmt_findings(f)?;
        }
        if self.weighted && !last.is_right() {
            let what = match order {
                1 => "the sum of the results".into(),
                n => format!("the sum of the derivatives of order {}", n - 1),
            };
            write!(
                f,
                "\n  (the numbers are derivatives of {what} with random weights)"
            )?;
        }
        Ok(())
    }
}

impl InputReport {
    fn fmt_findings(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.coverage {
            Coverage::Unchecked if self.dtype.is_float() => {
                return write!(f, "not checked, as it is constant");
            }
            Coverage::Unchecked => return write!(f, "not checked, as it has no derivative"),
            Coverage::Elements { compared, .. } if self.is_right() => {
                return write!(f, "right in {}", elements(compared));
            }
            Coverage::Elements { compared, wrong } => {
                write!(f, "differs in {wrong} of {}", elements(compared))?;
            }
            Coverage::Directions(n) if self.is_right() => {
                return write!(f, "right in {n} random directions");
            }
            Coverage::Directions(n) => write!(f, "differs in {n} random directions")?,
        }
        if let Some(worst) = &self.worst {
            match &worst.element {
                Some(at) if at.is_empty() => (),
                Some(at) => write!(f, "\n    worst at      {at:?}")?,
                None => write!(f, "\n    in a random direction")?,
            }
            let label = match worst.mode {
                Mode::Reverse => "analytic",
                Mode::Forward => "forward mode",
            };
            let digits = worst.digits();
            let analytic = with_digits(worst.analytic, digits);
            let numerical = with_digits(worst.numerical, digits);
            write!(f, "\n    {label:13} {analytic}")?;
            write!(f, "\n    numerical     {numerical}")?;
            write!(
                f,
                "\n    difference    {}, where {:.1e} is allowed",
                Number(worst.difference()),
                worst.tolerance
            )?;
        }
        for cause in &self.causes {
            let text = cause.to_string().replace('\n', "\n      ");
            write!(f, "\n    likely cause: {text}")?;
        }
        Ok(())
    }
}

/// A number with seven digits, which is what differences are sure of.
pub(super) struct Number(pub(super) f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&with_digits(self.0, 7))
    }
}

fn with_digits(x: f64, digits: usize) -> String {
    if x == 0.0 {
        return "0".into();
    }
    let exponent = x.abs().log10().floor();
    if !x.is_finite() {
        x.to_string()
    } else if (-4.0..7.0).contains(&exponent) {
        format!("{x:.*}", (digits as f64 - 1.0 - exponent) as usize)
    } else {
        format!("{x:.*e}", digits - 1)
    }
}

impl Comparison {
    /// Digits enough to see the difference.
    fn digits(&self) -> usize {
        let part = self.difference() / self.analytic.abs().max(self.numerical.abs());
        if part.is_nan() || part == 0.0 {
            return 7;
        }
        (1.0 - part.log10().floor()).clamp(7.0, 16.0) as usize
    }
}

/// Why a check did not pass. Displayed and in the message of an `unwrap`, it is the report.
#[non_exhaustive]
pub enum Failure {
    /// The derivatives were found, and are not those of the function.
    Wrong(Report),
    /// The function, or its derivative, could not be computed, or nothing can be compared.
    Error(Error),
}

impl Failure {
    /// The report, if derivatives could be compared.
    pub fn report(&self) -> Option<&Report> {
        match self {
            Self::Wrong(report) => Some(report),
            Self::Error(_) => None,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong(report) => report.fmt(f),
            Self::Error(error) => error.fmt(f),
        }
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Wrong(_) => None,
            Self::Error(error) => Some(error),
        }
    }
}
