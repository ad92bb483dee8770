//! `Primitive`: what the table says of an elementwise function, for documentation, tests, and whoever
//! applies primitives by name.

use std::fmt;
use std::panic::Location;

use crate::error::{Error, Result};
use crate::mode::{self, Line};
use crate::op::Op;
use crate::variable::Variable;

/// A numeric parameter of a primitive. Compared and hashed by its bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
#[cfg_attr(feature = "serde", serde(from = "f64", into = "f64"))]
pub struct Parameter(u64);

impl Parameter {
    /// The number.
    #[inline]
    pub fn get(self) -> f64 {
        f64::from_bits(self.0)
    }
}

impl From<f64> for Parameter {
    #[inline]
    fn from(x: f64) -> Self {
        Self(x.to_bits())
    }
}

impl From<Parameter> for f64 {
    #[inline]
    fn from(parameter: Parameter) -> Self {
        parameter.get()
    }
}

impl fmt::Debug for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

/// What the table says of an elementwise primitive: a row of the documentation, and what tests
/// need to try it.
#[derive(Clone, Debug)]
pub struct Primitive {
    /// The name of the method, and of the function in a formula.
    pub name: &'static str,
    /// The label in a drawing: the class name in DeZero.
    pub label: &'static str,
    /// The number of variables it takes: 1 or 2.
    pub arity: usize,
    /// The names of its numeric parameters, which follow the variables.
    pub parameters: &'static [&'static str],
    /// What it computes.
    pub doc: &'static str,
    /// The cotangents of the inputs as formulas of the inputs, the result `y` and its cotangent
    /// `gy`; empty where the derivative is zero.
    pub derivative: &'static str,
    /// Intervals of each input away from kinks and poles.
    pub domain: &'static [(f64, f64)],
    /// The primitive as an operation, with example parameters.
    pub op: Op,
}

impl Primitive {
    /// Applies the primitive to variables, with the example parameters of [`op`](Self::op).
    ///
    /// ```
    /// use dezero_core::{Variable, primitives};
    ///
    /// let hypot = primitives().find(|p| p.name == "hypot").unwrap();
    /// let y = hypot.apply(&[&Variable::new(3.0), &Variable::new(4.0)])?;
    /// assert_eq!(y.item(), 5.0);
    /// # Ok::<(), dezero_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the number of variables is not [`arity`](Self::arity), their shapes do not broadcast, or
    /// the dtype has no such function.
    #[track_caller]
    pub fn apply(&self, xs: &[&Variable]) -> Result<Variable> {
        self.record(&self.op, xs, Location::caller())
    }

    /// Applies the primitive to variables, with these [`parameters`](Self::parameters).
    ///
    /// ```
    /// use dezero_core::{Variable, primitives};
    ///
    /// let clip = primitives().find(|p| p.name == "clip").unwrap();
    /// let y = clip.apply_with(&[&Variable::new(7.0)], &[0.0, 5.0])?;
    /// assert_eq!(y.item(), 5.0);
    /// # Ok::<(), dezero_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`apply`](Self::apply); and if the number of parameters is another.
    #[track_caller]
    pub fn apply_with(&self, xs: &[&Variable], parameters: &[f64]) -> Result<Variable> {
        let line = Location::caller();
        let op = match &self.op {
            Op::Unary(op) => op.with_parameters(parameters).map(Op::Unary),
            op => parameters.is_empty().then(|| op.clone()),
        };
        match op {
            Some(op) => self.record(&op, xs, line),
            None => {
                Err(self.miscounted("parameter", self.parameters.len(), parameters.len(), line))
            }
        }
    }

    fn record(&self, op: &Op, xs: &[&Variable], line: Line) -> Result<Variable> {
        match (op, xs) {
            (Op::Unary(op), [x]) => super::unary(*op, x.to_link(), line),
            (Op::Binary(op), &[x0, x1]) => super::binary(*op, x0.into(), x1.into(), line),
            _ => Err(self.miscounted("variable", self.arity, xs.len(), line)),
        }
    }

    fn miscounted(&self, what: &str, takes: usize, got: usize, line: Line) -> Error {
        let plural = if takes == 1 { "" } else { "s" };
        Error::function(
            self.name,
            format!("takes {takes} {what}{plural}, got {got}"),
        )
        .at(mode::line(line))
    }
}

/// The parameter of an example.
pub(super) const fn parameter(x: f64) -> Parameter {
    Parameter(x.to_bits())
}
