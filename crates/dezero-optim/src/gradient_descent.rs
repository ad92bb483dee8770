//! Gradient descent with a fixed step, as in the book's step 28.

use std::ops::ControlFlow;

use dezero_core::{Array, Result, Variable, enable_grad};

use crate::error::{Error, Kind};

/// Gradient descent: each iteration moves the point by the learning rate times the negative
/// gradient.
///
/// It rounds as NumPy does, so that the book's iterates come out to the last digit.
#[derive(Clone, Debug)]
pub struct GradientDescent {
    learning_rate: f64,
    iterations: usize,
    tolerance: f64,
}

/// The end of a minimisation.
#[derive(Clone, Debug)]
pub struct Minimum {
    /// The point that was reached.
    pub point: Vec<Variable>,
    /// The function there.
    pub value: f64,
    /// The largest absolute entry of the gradient there.
    pub gradient_norm: f64,
    /// The number of updates of the point.
    pub iterations: usize,
    /// Whether the gradient norm came down to the tolerance.
    pub converged: bool,
    /// What was evaluated, how often.
    pub evaluations: Evaluations,
}

/// Counts of what was evaluated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evaluations {
    /// Of the function.
    pub value: usize,
    /// Of its gradient.
    pub gradient: usize,
    /// Of its Hessian.
    pub hessian: usize,
}

/// A point on the way, before the update that leaves it.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// The number of updates so far.
    pub iteration: usize,
    /// The point.
    pub point: &'a [Variable],
    /// The function at the point.
    pub value: f64,
    /// The largest absolute entry of the gradient at the point.
    pub gradient_norm: f64,
}

impl GradientDescent {
    /// At most 1000 iterations of the given step, until no entry of the gradient is above 1e-8.
    pub fn new(learning_rate: f64) -> Self {
        Self {
            learning_rate,
            iterations: 1000,
            tolerance: 1e-8,
        }
    }

    /// The limit of the number of updates.
    #[must_use]
    pub fn iterations(mut self, iterations: usize) -> Self {
        self.iterations = iterations;
        self
    }

    /// The gradient norm at which the point counts as a minimum: the largest absolute entry.
    #[must_use]
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Minimises `f`, a function of variables to one number, from `start`, which stays as it is.
    ///
    /// # Errors
    ///
    /// What `f` reports; a start where `f` or its gradient is not finite; divergence.
    pub fn minimize(
        &self,
        f: impl FnMut(&[Variable]) -> Result<Variable>,
        start: &[Variable],
    ) -> Result<Minimum, Error> {
        self.minimize_observed(f, start, |_| ControlFlow::Continue(()))
    }

    /// [`minimize`](Self::minimize), showing each point to `observe`, which may stop it.
    ///
    /// # Errors
    ///
    /// As [`minimize`](Self::minimize).
    pub fn minimize_observed(
        &self,
        mut f: impl FnMut(&[Variable]) -> Result<Variable>,
        start: &[Variable],
        mut observe: impl FnMut(Step<'_>) -> ControlFlow<()>,
    ) -> Result<Minimum, Error> {
        if start.is_empty() {
            return Err(Kind::NoVariables.into());
        }
        let point: Vec<Variable> = start.iter().map(|x| Variable::new(x.data())).collect();
        let mut evaluations = Evaluations::default();
        // Of the first point and of the last.
        let (mut first, mut last) = (None, f64::NAN);
        for iteration in 0.. {
            let (value, gradient) = evaluate(&mut f, &point, &mut evaluations)?;
            let gradient_norm = gradient.iter().map(norm).fold(0.0, larger);
            if !value.is_finite() || !gradient_norm.is_finite() {
                let Some(first) = first else {
                    return Err(Kind::Start(value).into());
                };
                return Err(Kind::Diverged {
                    iteration,
                    first,
                    last,
                    value,
                    learning_rate: self.learning_rate,
                }
                .into());
            }
            first.get_or_insert(value);
            last = value;
            let stop = observe(Step {
                iteration,
                point: &point,
                value,
                gradient_norm,
            })
            .is_break();
            let converged = gradient_norm <= self.tolerance;
            if converged || stop || iteration == self.iterations {
                return Ok(Minimum {
                    point,
                    value,
                    gradient_norm,
                    iterations: iteration,
                    converged,
                    evaluations,
                });
            }
            for (x, gradient) in point.iter().zip(&gradient) {
                x.set_data(self.moved(&x.data(), gradient)?);
            }
        }
        unreachable!("the loop ends at the iteration limit")
    }

    fn moved(&self, x: &Array, gradient: &Array) -> Result<Array> {
        let rate = self.learning_rate;
        let rate_f32 = rate as f32;
        Ok(x.zip_float(
            gradient,
            "gradient descent",
            |x, g| x - rate * g,
            |x, g| x - rate_f32 * g,
        )?)
    }
}

/// The value and the gradient at a point.
fn evaluate(
    f: &mut impl FnMut(&[Variable]) -> Result<Variable>,
    point: &[Variable],
    evaluations: &mut Evaluations,
) -> Result<(f64, Vec<Array>), Error> {
    let y = enable_grad(|| f(point))?;
    evaluations.value += 1;
    if y.size() != 1 {
        return Err(Kind::NotScalar(y.shape()).into());
    }
    for x in point {
        x.cleargrad();
    }
    // A function that ignores its variables is a constant, with gradient zero.
    if y.creator().is_some() || point.iter().any(|x| y.is_same(x)) {
        y.try_backward(dezero_core::Backward::new())?;
    }
    evaluations.gradient += 1;
    let gradient = |x: &Variable| match x.grad() {
        Some(gradient) => Ok(gradient.data()),
        None => Ok(Array::zeros(&x.shape(), x.dtype())?),
    };
    Ok((y.item(), point.iter().map(gradient).collect::<Result<_>>()?))
}

/// The largest absolute entry; NaN if there is one.
fn norm(gradient: &Array) -> f64 {
    gradient
        .to_vec::<f64>()
        .into_iter()
        .map(f64::abs)
        .fold(0.0, larger)
}

fn larger(a: f64, b: f64) -> f64 {
    if a.is_nan() || a > b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(f: impl FnMut(&[Variable]) -> Result<Variable>, learning_rate: f64) -> Error {
        let descent = GradientDescent::new(learning_rate).iterations(10_000);
        descent.minimize(f, &[Variable::new(1.0)]).unwrap_err()
    }

    #[test]
    fn steps_that_are_too_long_diverge() {
        let error = error(|x| Ok(x[0].powf(2.0)), 7.0);
        assert!(error.is_divergence() && !error.is_unbounded());
        assert!(
            error.to_string().ends_with("try a learning rate below 7.0"),
            "{error}"
        );
    }

    #[test]
    fn a_function_without_a_minimum_is_told_from_steps_that_are_too_long() {
        let error = error(|x| Ok(-x[0].powf(2.0)), 0.1);
        assert!(error.is_divergence() && error.is_unbounded());
        assert!(error.to_string().ends_with("start elsewhere"), "{error}");
    }
}
