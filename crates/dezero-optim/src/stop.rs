//! `Stop`: why a search ended.

use std::fmt;
use std::time::Duration;

/// Why a search ended. Its text says it in words.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Stop {
    /// No entry of the gradient is above the tolerance.
    Gradient,
    /// The value changed by no more than its tolerance.
    Value,
    /// The point moved by no more than its tolerance.
    Step,
    /// The value is as good as its rounding errors let one see.
    Precision,
    /// The limit of iterations was reached.
    Iterations(usize),
    /// The limit of calls of the function was reached.
    Evaluations(usize),
    /// The time was up.
    Time(Duration),
    /// The callback asked to stop.
    Callback,
    /// The value falls (or, for a maximum, rises) without end.
    Unbounded,
    /// The steps led to where the value or the gradient is not finite.
    Diverged,
    /// No better value was found along the last direction, though the gradient is not small.
    Stuck,
    /// The gradient is within the default tolerance, but a Newton step would still lead far: the function is
    /// measured in small units, or has no minimum there.
    Shallow,
    /// The Hessian, or another matrix that the step is found from, is singular.
    Singular,
}

impl Stop {
    /// Whether the search ended because it had arrived.
    pub fn is_converged(self) -> bool {
        matches!(
            self,
            Self::Gradient | Self::Value | Self::Step | Self::Precision
        )
    }

    /// Whether the search ended because it was told how long it may take, or to stop.
    pub fn is_limit(self) -> bool {
        matches!(
            self,
            Self::Iterations(_) | Self::Evaluations(_) | Self::Time(_) | Self::Callback
        )
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gradient => f.write_str("the gradient is within its tolerance"),
            Self::Value => f.write_str("the value changed by no more than its tolerance"),
            Self::Step => f.write_str("the point moved by no more than its tolerance"),
            Self::Precision => {
                f.write_str("the value is as good as rounding lets one see")
            }
            Self::Iterations(limit) => {
                write!(f, "the limit of {} was reached", counted(*limit, "iteration"))
            }
            Self::Evaluations(limit) => write!(
                f,
                "the limit of {} of the function was reached",
                counted(*limit, "call")
            ),
            Self::Time(limit) => write!(f, "the limit of {limit:?} was reached"),
            Self::Callback => f.write_str("it was asked to stop"),
            Self::Unbounded => f.write_str("the value goes on without end: there is nothing to find that way"),
            Self::Diverged => {
                f.write_str("the steps led to where the function or its gradient is not finite")
            }
            Self::Stuck => f.write_str(
                "no better value was found along the last direction, though the gradient is not small",
            ),
            Self::Shallow => f.write_str(
                "the gradient is small, but the next step would still be long: a smaller tolerance may lead on",
            ),
            Self::Singular => f.write_str("the step is not determined: its matrix is singular"),
        }
    }
}

/// `1 iteration`, `2 iterations`
pub(crate) fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
