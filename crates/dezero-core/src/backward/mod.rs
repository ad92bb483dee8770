//! `backward` and `grad`: asking for derivatives of what was recorded. The sweep behind them is in
//! [`sweep`].

mod cotangent;
mod sink;
mod sweep;

use std::panic::Location;

use dezero_array::Tuple;

use self::sink::{Sink, Targets};
use self::sweep::Sweep;
use crate::error::{Error, Result};
use crate::mode;
use crate::operators::panicking;
use crate::taylor::zeros;
use crate::variable::{Repr, Variable};

/// How to go backward; see [`Variable::backward_with`].
///
/// ```
/// use dezero_core::{Backward, Variable};
/// let x = Variable::new(2.0);
/// let y = x.powf(3.0);
/// y.backward_with(Backward::new().create_graph());
/// let gx = x.grad().unwrap(); // 3 x^2, with a graph
/// x.cleargrad();
/// gx.backward();
/// assert_eq!(x.grad().unwrap().item(), 12.0); // 6 x
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Backward {
    create_graph: bool,
    retain_grad: bool,
    integers: bool,
}

impl Backward {
    /// As [`Variable::backward`] goes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Records the derivatives, so that they can be differentiated again.
    #[must_use]
    pub fn create_graph(mut self) -> Self {
        self.create_graph = true;
        self
    }

    /// Leaves a gradient in every variable on the way, not just in the leaves.
    #[must_use]
    pub fn retain_grad(mut self) -> Self {
        self.retain_grad = true;
        self
    }

    /// Goes through integers too: through results of dtype i64, and to leaves, whose gradients are of the dtype
    /// that the rules give, integers or floats. As NumPy's arrays in the book's package, where whoever types `[1, 2, 3]`
    /// means numbers.
    ///
    /// ```
    /// use dezero_core::{Backward, Variable};
    /// let x = Variable::new([1, 2, 3]);
    /// x.sum(..).backward_with(Backward::new().integers());
    /// assert_eq!(x.grad().unwrap().to_string(), "variable([1 1 1])");
    /// ```
    #[must_use]
    pub fn integers(mut self) -> Self {
        self.integers = true;
        self
    }
}

/// # Differentiation
impl Variable {
    /// Differentiates this variable by everything it was computed from: adds to
    /// [`grad`](Self::grad) of each leaf.
    ///
    /// The sweep starts from this variable's own gradient if one was put there, else from ones. A
    /// leaf gets a gradient of ones; so does a result computed under
    /// [`no_grad`](crate::no_grad), which is a leaf. Gradients accumulate: a second call adds a
    /// second time, until [`cleargrad`](Self::cleargrad).
    ///
    /// # Panics
    ///
    /// Where [`try_backward`](Self::try_backward) gives an error.
    #[track_caller]
    pub fn backward(&self) {
        panicking(self.try_backward(Backward::new()));
    }

    /// [`backward`](Self::backward) with a graph of the derivatives, or with the gradients of
    /// intermediate results.
    ///
    /// # Panics
    ///
    /// Where [`try_backward`](Self::try_backward) gives an error.
    #[track_caller]
    pub fn backward_with(&self, how: Backward) {
        panicking(self.try_backward(how));
    }

    /// [`backward_with`](Self::backward_with), or why it cannot be.
    ///
    /// # Errors
    ///
    /// If the variable is a constant (a detached value, or a gradient that was computed without
    /// `create_graph`) or not a float; or what a user's function or a singular matrix on the way
    /// reports.
    #[track_caller]
    pub fn try_backward(&self, how: Backward) -> Result<()> {
        let line = mode::line(Location::caller());
        if self.is_constant_derivative() {
            return Ok(());
        }
        // A leaf's own gradient is what the sweep adds to, not where it starts.
        let is_leaf = matches!(self.0, Repr::Leaf(_));
        let seed = if is_leaf { None } else { self.grad() };
        if seed.is_some() {
            self.cleargrad();
        }
        Sweep::new(
            self,
            how.create_graph,
            Sink::Leaves {
                retain: how.retain_grad,
                integers: how.integers,
            },
        )
        .and_then(|sweep| sweep.run(self, seed))
        .map(drop)
        .map_err(|error| error.at(line))
    }
}

/// The derivatives of the sum of `y` by each of `xs`, as variables that can be differentiated
/// again. Touches no [`grad`](Variable::grad); zeros where `y` does not depend on an `x`.
///
/// ```
/// use dezero_core::{grad, Variable};
/// let x = Variable::new(1.0);
/// let y = x.tanh();
/// let gx = &grad(&y, &[&x])[0];
/// let gx2 = &grad(gx, &[&x])[0];
/// assert_eq!(gx2.item(), -0.6397000084492246);
/// ```
///
/// # Panics
///
/// Where [`try_grad`] gives an error.
#[track_caller]
pub fn grad(y: &Variable, xs: &[&Variable]) -> Vec<Variable> {
    panicking(try_grad(y, xs))
}

/// [`grad`], or why it cannot be.
///
/// # Errors
///
/// As [`Variable::try_backward`].
#[track_caller]
pub fn try_grad(y: &Variable, xs: &[&Variable]) -> Result<Vec<Variable>> {
    grad_with(y, xs, Unused::Zero)
}

/// The derivatives of `y` by each of `xs` as bare values, which is faster; `None` where it does not
/// depend on an `x`.
pub(crate) fn plain_grad(y: &Variable, xs: &[&Variable]) -> Result<Vec<Option<Variable>>> {
    if y.is_constant_derivative() {
        return Ok(vec![None; xs.len()]);
    }
    Sweep::new(y, false, Sink::Targets(Targets::new(xs))).and_then(|sweep| sweep.run(y, None))
}

/// What [`grad_with`] gives for a variable that the result does not depend on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unused {
    /// Zeros of its shape: its derivative.
    #[default]
    Zero,
    /// An error that names it, where it can only be a mistake.
    Error,
}

/// [`grad`], with a choice for variables that `y` does not depend on.
///
/// ```
/// use dezero_core::{Unused, Variable, grad_with};
/// let (x, w) = (Variable::new(1.0), Variable::new([2.0, 3.0]).named("w"));
/// let y = x.tanh();
/// let error = grad_with(&y, &[&x, &w], Unused::Error).unwrap_err();
/// assert!(error.to_string().contains("`w`"));
/// ```
///
/// # Errors
///
/// As [`Variable::try_backward`]; with [`Unused::Error`], if `y` does not depend on one of `xs`.
#[track_caller]
pub fn grad_with(y: &Variable, xs: &[&Variable], unused: Unused) -> Result<Vec<Variable>> {
    let line = mode::line(Location::caller());
    let found = if y.is_constant_derivative() {
        vec![None; xs.len()]
    } else {
        Sweep::new(y, true, Sink::Targets(Targets::new(xs)))
            .and_then(|sweep| sweep.run(y, None))
            .map_err(|error| error.at(line))?
    };
    let pass = y
        .to_link()
        .link_node()
        .map_or(0, |node| node.depth)
        .saturating_add(1);
    let otherwise = |i: usize| match unused {
        Unused::Zero => {
            let zeros = xs[i].with_value(zeros);
            Ok(zeros.into_derivative(pass))
        }
        Unused::Error => Err(does_not_depend(i, xs[i]).at(line)),
    };
    found
        .into_iter()
        .enumerate()
        .map(|(i, gx)| gx.map_or_else(|| otherwise(i), |gx| Ok(gx.into_derivative(pass))))
        .collect()
}

#[cold]
fn does_not_depend(i: usize, x: &Variable) -> Error {
    let name = x.name().map(|name| format!(", `{name}`"));
    let shape = x.shape();
    let made = match &x.0 {
        Repr::Leaf(cell) => Some(cell.line),
        _ => x.link_node().map(|node| node.line),
    };
    let made = made.map(|line| format!(", from {line}"));
    Error::derivative(format!(
        "grad: the result does not depend on variable {i}{} (shape {}{}); `Unused::Zero` gives zeros for it",
        name.unwrap_or_default(),
        Tuple(&shape),
        made.unwrap_or_default()
    ))
}
