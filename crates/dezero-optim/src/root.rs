//! Equations: `root`, and the `Root` that it gives.

use std::fmt;

use dezero_core::Variable;
use dezero_core::transforms::{Point, Returned};

use crate::error::Error;
use crate::method::Method;
use crate::minimizer::{Minimizer, boxed};
use crate::optimum::{Evaluations, Iteration};
use crate::search::{Goal, Halt};
use crate::stop::{Stop, counted};

/// Finds where a function of one variable of any shape, or several, is zero in all its elements.
///
/// ```
/// use dezero_core::Variable;
/// use dezero_optim::root;
///
/// // Where a circle meets a parabola.
/// let (x, y) = (Variable::new(1.0), Variable::new(1.0));
/// let found = root(
///     |[x, y]| Variable::stack(&[&(x.square() + y.square() - 4.0), &(y - x.square())], 0),
///     [&x, &y],
/// )?;
/// assert!(found.is_converged());
/// assert!((found.x[1].item() - 1.5615528128088303).abs() < 1e-12);
/// # Ok::<(), dezero_optim::Error>(())
/// ```
///
/// # Errors
///
/// As [`Minimizer::root`].
pub fn root<P: Point, R: Returned>(
    f: impl Fn(&P::Arguments) -> R,
    start: P,
) -> Result<Root<P::Each<Variable>>, Error> {
    Minimizer::new(Method::Auto).root(f, start)
}

/// Where a search for a zero ended.
///
/// `X` is what was given as the start: a variable, an array of them, or a `Vec`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Root<X> {
    /// The point: of the shapes and dtypes of the start.
    pub x: X,
    /// The largest absolute element of the function there.
    pub residual: f64,
    /// The largest that it may be at a root: 1e-10 times the largest at the start, or times what the slopes at
    /// the end make of the size of the variables if that is less, but at least 1e-12. (In single precision, 1e-4
    /// times, at least 1e-6.)
    pub tolerance: f64,
    /// Why the search ended.
    pub stop: Stop,
    /// The steps taken.
    pub iterations: usize,
    /// What was evaluated, and how often.
    pub evaluations: Evaluations,
    /// What was used to search, and if it was chosen, why.
    pub method: String,
    /// The points on the way, if [`trace`](Minimizer::trace) was asked for. Their values are sums of squares.
    pub trace: Vec<Iteration>,
}

impl<X> Root<X> {
    /// Whether the function is zero there, within the tolerance. If not, the search has mostly met a local
    /// minimum of the sum of squares: another start may lead elsewhere.
    pub fn is_converged(&self) -> bool {
        self.residual <= self.tolerance
    }
}

impl<X> fmt::Display for Root<X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = if self.is_converged() {
            "a root"
        } else {
            "no root"
        };
        write!(
            f,
            "{found}: the function is {:?} at most after {} of {}: {}; {}",
            self.residual,
            counted(self.iterations, "iteration"),
            self.method,
            self.stop,
            self.evaluations
        )
    }
}

impl Minimizer<'_> {
    /// Finds where a function is zero in all its elements: as the least sum of their squares, and then looks
    /// whether that is zero.
    ///
    /// # Errors
    ///
    /// As [`minimize`](Self::minimize).
    pub fn root<P: Point, R: Returned>(
        self,
        f: impl Fn(&P::Arguments) -> R,
        start: P,
    ) -> Result<Root<P::Each<Variable>>, Error> {
        let largest_of = |y: &Variable| -> f64 { crate::vector::largest(&y.to_vec::<f64>()) };
        // What the function was at the first call, which is at the start.
        let first = std::cell::Cell::new(None);
        let f = boxed::<P, R>(f);
        let function = Box::new(|xs: &[Variable]| {
            let y = f(xs)?;
            if first.get().is_none() {
                first.set(Some(largest_of(&y)));
            }
            Ok(y)
        });
        let from: Vec<f64> = (start.variables().iter())
            .flat_map(|x| x.to_vec::<f64>())
            .collect();
        let (optimum, (residual, scale, is_single)) = self.gradient_tolerance(0.0).search(
            Goal::LeastSquares,
            function,
            &start.variables(),
            |search, end| {
                let sample = search.sample_of(end).map_err(Halt::into_error)?;
                let residual = crate::vector::largest(&sample.residuals);
                let jacobian = search.jacobian(&sample).map_err(Halt::into_error)?;
                // What the slopes make of the variables: of a minimum that is no root, little.
                let sizes = end
                    .x
                    .iter()
                    .zip(&from)
                    .map(|(x, from)| x.abs().max(from.abs()));
                let sizes: Vec<f64> = sizes.collect();
                let scale = (0..jacobian.nrows())
                    .map(|i| {
                        (0..sizes.len())
                            .map(|j| jacobian[(i, j)].abs() * sizes[j])
                            .sum()
                    })
                    .fold(0.0, f64::max);
                Ok((residual, scale, search.layout().is_single()))
            },
        )?;
        let (relative, least): (f64, f64) = if is_single {
            (1e-4, 1e-6)
        } else {
            (1e-10, 1e-12)
        };
        let tolerance = first
            .get()
            .map_or(least, |first| least.max(relative * first.min(scale)));
        Ok(Root {
            x: P::each(optimum.x),
            residual,
            tolerance,
            stop: optimum.stop,
            iterations: optimum.iterations,
            evaluations: optimum.evaluations,
            method: optimum.method,
            trace: optimum.trace,
        })
    }
}
