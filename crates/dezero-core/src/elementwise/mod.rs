//! Elementwise operations: the table of primitives, comparisons and `where`.
//!
//! [`table`] is where a primitive is added; [`machinery`] turns an entry into everything else;
//! [`real`] lets the same formulas run on plain numbers.

mod compare;
mod machinery;
mod primitive;
mod real;
mod table;

pub use compare::Compare;
pub use primitive::{Parameter, Primitive};
pub(crate) use real::Real;
pub use table::{Binary, Unary};

use std::panic::Location;

use dezero_array::Array;

use crate::anomaly;
use crate::error::{Error, Result};
use crate::mode::{self, Line};
use crate::node::Inputs;
use crate::op::Op;
use crate::operators::Operand;
use crate::record::Below;
use crate::variable::Variable;

/// The table of elementwise primitives: those of one variable, then those of two.
///
/// ```
/// let tanh = dezero_core::primitives().find(|p| p.name == "tanh").unwrap();
/// assert_eq!(tanh.label, "Tanh");
/// assert_eq!(tanh.derivative, "gy * (1.0 - y * y)");
/// ```
pub fn primitives() -> impl Iterator<Item = &'static Primitive> {
    Unary::TABLE.iter().chain(Binary::TABLE)
}

impl Binary {
    /// Applies the primitive to two operands, of which either may be a number.
    ///
    /// # Errors
    ///
    /// If the shapes do not broadcast, or the dtype has no such function.
    #[track_caller]
    pub fn apply(self, x0: impl Into<Operand>, x1: impl Into<Operand>) -> Result<Variable> {
        binary(self, x0.into(), x1.into(), Location::caller())
    }
}

/// Applies and records a primitive of one variable, given as a link or a value.
pub(crate) fn unary(op: Unary, x: Variable, line: Line) -> Result<Variable> {
    let value = match x.linked_value().as_f64() {
        Some(x) => Array::from(op.value(x)),
        None => op
            .map(x.linked_value())
            .map_err(|error| Error::from(error).at(mode::line(line)))?,
    };
    if mode::is_detecting() {
        return looked_at(Op::Unary(op), value, Inputs::One(x), line);
    }
    Ok(Variable::record_above(
        Below::of(&x),
        Op::Unary(op),
        value,
        Inputs::One(x),
        line,
    ))
}

/// Applies and records a primitive of two operands.
// Inlined where the kinds of the operands are known, so that only one case of `pair` is left.
#[inline(always)]
pub(crate) fn binary(op: Binary, x0: Operand, x1: Operand, line: Line) -> Result<Variable> {
    if op == Binary::Pow
        && let Some(exponent) = x1.constant_exponent(&x0)
    {
        return unary(Unary::Pow(exponent.into()), x0.link(), line);
    }
    let (x0, x1) = x0.pair(x1);
    binary_links(op, x0, x1, line)
}

/// Applies and records a primitive of two links or values.
#[inline(never)]
fn binary_links(op: Binary, x0: Variable, x1: Variable, line: Line) -> Result<Variable> {
    let value = match (x0.linked_value().as_f64(), x1.linked_value().as_f64()) {
        (Some(x0), Some(x1)) => Array::from(op.value(x0, x1)),
        _ => op
            .zip(x0.linked_value(), x1.linked_value())
            .map_err(|error| Error::from(error).at(mode::line(line)))?,
    };
    if mode::is_detecting() {
        return looked_at(Op::Binary(op), value, Inputs::Two([x0, x1]), line);
    }
    let below = Below::of(&x0).and(Below::of(&x1));
    Ok(Variable::record_above(
        below,
        Op::Binary(op),
        value,
        Inputs::Two([x0, x1]),
        line,
    ))
}

/// Records what was computed, after a look for anomalies.
// Apart, with the operands moved: those whose address is taken would leave the registers for all.
#[cold]
#[inline(never)]
fn looked_at(op: Op, value: Array, xs: Inputs, line: Line) -> Result<Variable> {
    anomaly::check(&op, xs.as_slice(), &value, line)?;
    Ok(Variable::record(op, value, xs, line))
}
