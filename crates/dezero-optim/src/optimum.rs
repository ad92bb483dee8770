//! What a search finds: `Optimum`, with its `Evaluations`, `Curvature` and trace of `Iteration`s.

use std::fmt;
use std::sync::Arc;

use crate::stop::{Stop, counted};

/// Where a search ended, and what is known of the place.
///
/// `X` is what was given as the start: a variable, an array of them, or a `Vec`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Optimum<X> {
    /// The point: of the shapes and dtypes of the start.
    pub x: X,
    /// The function there.
    pub value: f64,
    /// The largest absolute entry of the gradient there; with bounds, of how far a step down the
    /// gradient would go within them. NaN for methods without derivatives.
    pub gradient_norm: f64,
    /// Why the search ended.
    pub stop: Stop,
    /// The steps taken.
    pub iterations: usize,
    /// What was evaluated, and how often.
    pub evaluations: Evaluations,
    /// What was used to search, and if it was chosen, why.
    pub method: String,
    /// How the function curves there.
    pub curvature: Curvature,
    /// The points on the way, if [`trace`](crate::Minimizer::trace) was asked for: the start, and one
    /// for each iteration.
    pub trace: Vec<Iteration>,
    /// Whether a maximum was sought.
    pub(crate) is_upwards: bool,
}

impl<X> Optimum<X> {
    /// Whether the search arrived, at a place that is not seen to be a saddle.
    pub fn is_converged(&self) -> bool {
        self.stop.is_converged() && !self.curvature.is_saddle()
    }

    /// The same with another point.
    pub(crate) fn map<Y>(self, f: impl FnOnce(X) -> Y) -> Optimum<Y> {
        Optimum {
            x: f(self.x),
            value: self.value,
            gradient_norm: self.gradient_norm,
            stop: self.stop,
            iterations: self.iterations,
            evaluations: self.evaluations,
            method: self.method,
            curvature: self.curvature,
            trace: self.trace,
            is_upwards: self.is_upwards,
        }
    }
}

impl<X> fmt::Display for Optimum<X> {
    /// One line: the value, whether and why the search ended, what it took.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "value {:?}, {} after {} of {}: {}; ",
            self.value,
            if self.is_converged() {
                "converged"
            } else {
                "not converged"
            },
            counted(self.iterations, "iteration"),
            self.method,
            self.stop,
        )?;
        let curvature = self.curvature.to_string();
        if self.curvature != Curvature::Unknown && self.is_upwards {
            write!(f, "{}; ", curvature.replace("positive", "negative"))?;
        } else if self.curvature != Curvature::Unknown {
            write!(f, "{curvature}; ")?;
        }
        write!(f, "{}", self.evaluations)
    }
}

/// How a function curves where a search ended, as the eigenvalues of its Hessian say. (Of a maximum, of
/// the negative function; at bounds, among the numbers that are free to move.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Curvature {
    /// All eigenvalues are positive: a strict local minimum.
    PositiveDefinite,
    /// Some eigenvalues are zero, up to rounding, and none is negative: the second derivatives do not
    /// tell.
    Semidefinite,
    /// Some eigenvalues are negative: a saddle, or a maximum.
    Indefinite,
    /// The Hessian was not looked at.
    Unknown,
}

impl Curvature {
    /// Whether there is a direction in which the value falls.
    pub fn is_saddle(self) -> bool {
        self == Self::Indefinite
    }
}

impl fmt::Display for Curvature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PositiveDefinite => "the Hessian is positive definite",
            Self::Semidefinite => "the Hessian is positive semidefinite",
            Self::Indefinite => "the Hessian is indefinite: this is a saddle point, or the opposite of what was sought",
            Self::Unknown => "the Hessian was not looked at",
        })
    }
}

/// What was evaluated, and how often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Evaluations {
    /// Calls of the function.
    pub value: usize,
    /// Gradients: backward sweeps over the record of a call.
    pub gradient: usize,
    /// Hessians.
    pub hessian: usize,
    /// Jacobians of residuals.
    pub jacobian: usize,
    /// Products of a Hessian or Jacobian with a vector, those that made whole Hessians and Jacobians
    /// among them.
    pub products: usize,
}

impl Evaluations {
    /// Calls, gradients and products together: about how many times the work of one call was done.
    pub fn total(&self) -> usize {
        self.value + self.gradient + self.products
    }
}

impl fmt::Display for Evaluations {
    /// `12 values, 9 gradients, 8 Hessians (16 products)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = |n: usize, one: &str, several: &str| match n {
            0 => None,
            1 => Some(format!("1 {one}")),
            n => Some(format!("{n} {several}")),
        };
        let counts = [
            counted(self.value, "value", "values"),
            counted(self.gradient, "gradient", "gradients"),
            counted(self.jacobian, "Jacobian", "Jacobians"),
            counted(self.hessian, "Hessian", "Hessians"),
            counted(
                self.products,
                "product with a vector",
                "products with vectors",
            ),
        ];
        f.write_str(&counts.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
}

/// A point on the way: the start, or where an iteration led.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Iteration {
    /// The steps so far; 0 at the start.
    pub iteration: usize,
    /// The numbers of all variables, row-major, one variable after the other.
    pub x: Arc<[f64]>,
    /// The function there.
    pub value: f64,
    /// As [`Optimum::gradient_norm`].
    pub gradient_norm: f64,
    /// The Euclidean length of the step that led here; 0 at the start.
    pub step: f64,
    /// What was evaluated until then.
    pub evaluations: Evaluations,
}
