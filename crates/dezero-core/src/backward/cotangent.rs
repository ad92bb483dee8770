//! What arrives at a node on the way back.

use std::mem;

use crate::error::Result;
use crate::mode;
use crate::variable::Variable;

/// What has arrived at a node so far.
pub(super) enum Cotangent {
    /// Of a 0-d f64 in a plain sweep: no array, no node.
    Real(f64),
    /// Of anything else.
    Variable(Variable),
    /// Of those results of a call with several that were used, by their positions.
    #[expect(
        clippy::box_collection,
        reason = "what waits in the window stays small"
    )]
    Outputs(Box<Vec<(u32, Variable)>>),
}

impl Cotangent {
    pub(super) fn into_variable(self) -> Variable {
        match self {
            Self::Real(gx) => Variable::value(gx),
            Self::Variable(gx) => gx,
            Self::Outputs(_) => unreachable!("only a call has several cotangents"),
        }
    }

    pub(super) fn add(&mut self, other: Self) -> Result<()> {
        match (&mut *self, other) {
            (Self::Real(a), Self::Real(b)) if mode::is_detecting() => {
                let sum = Variable::value(*a).try_add(Variable::value(b))?;
                *a = sum.linked_value().as_f64().unwrap_or(f64::NAN);
            }
            (Self::Real(a), Self::Real(b)) => *a += b,
            (Self::Outputs(all), Self::Outputs(more)) => all.extend(*more),
            (a, b) => {
                let sum = mem::replace(a, Self::Real(0.0))
                    .into_variable()
                    .try_add(b.into_variable())?;
                *a = Self::Variable(sum.into_link());
            }
        }
        Ok(())
    }
}
