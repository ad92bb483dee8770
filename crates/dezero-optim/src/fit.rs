//! Least squares: `least_squares`, and the `Fit` that it gives, with what the residuals say of how
//! exact it is.

use std::fmt;

use dezero_core::Variable;
use dezero_core::transforms::{Point, Returned};
use faer::Mat;
use faer::linalg::solvers::Svd;

use crate::error::Error;
use crate::method::Method;
use crate::minimizer::{Minimizer, boxed};
use crate::optimum::{Iteration, Optimum};
use crate::search::{Goal, Halt, Search};

/// Finds the parameters, one variable of any shape or several, for which the squares of the residuals
/// sum up to least, by the default method.
///
/// ```
/// use dezero_core::Variable;
/// use dezero_optim::least_squares;
///
/// let t = Variable::constant([0.0, 1.0, 2.0, 3.0, 4.0]);
/// let y = Variable::constant([5.02, 3.41, 2.49, 1.88, 1.55]);
/// let (a, b, c) = (Variable::new(1.0), Variable::new(1.0), Variable::new(0.0));
/// let fit = least_squares(|[a, b, c]| &y - (a * (-b * &t).exp() + c), [&a, &b, &c])?;
/// assert!(fit.is_converged());
/// let [a, b, c] = &fit.optimum.x;
/// let [da, db, dc] = &fit.standard_errors;
/// println!("a = {} +- {}, c = {} +- {}", a.item(), da.item(), c.item(), dc.item());
/// assert!((b.item() - 0.5).abs() < 0.02 && db.item() < 0.02);
/// # Ok::<(), dezero_optim::Error>(())
/// ```
///
/// # Errors
///
/// As [`Minimizer::least_squares`].
pub fn least_squares<P: Point, R: Returned>(
    residuals: impl Fn(&P::Arguments) -> R,
    start: P,
) -> Result<Fit<P::Each<Variable>>, Error> {
    Minimizer::new(Method::Auto).least_squares(residuals, start)
}

/// Parameters with the least sum of squares, and how exact they are.
///
/// `X` is what was given as the start: a variable, an array of them, or a `Vec`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Fit<X> {
    /// The parameters, with the sum of the squares of the residuals as the value.
    pub optimum: Optimum<X>,
    /// The standard error of each parameter: the root of the diagonal of the covariance. NaN where the data do
    /// not determine it, and of a parameter that stands at a bound: those of the others hold while it stays.
    pub standard_errors: X,
    /// The covariance of the parameters, row by row, with rows and columns as the numbers of all variables:
    /// `s^2 (J'J)^-1`, where `s` is the deviation of the residuals. NaN where the data do not determine it.
    pub covariance: Vec<f64>,
    /// `(J'J)^-1`: the covariance of the parameters if the residuals are in units of their known standard
    /// deviations. NaN where the data do not determine it.
    pub unscaled_covariance: Vec<f64>,
    /// The number of residuals less that of parameters.
    pub degrees_of_freedom: usize,
    /// The standard deviation of the residuals: the root of the sum of their squares by the degrees of
    /// freedom; NaN if there are none.
    pub residual_deviation: f64,
}

impl<X> Fit<X> {
    /// Whether the search arrived.
    pub fn is_converged(&self) -> bool {
        self.optimum.is_converged()
    }
}

impl<X> fmt::Display for Fit<X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}; residual standard deviation {:?} with {} degree{} of freedom",
            self.optimum,
            self.residual_deviation,
            self.degrees_of_freedom,
            if self.degrees_of_freedom == 1 {
                ""
            } else {
                "s"
            }
        )
    }
}

impl Minimizer<'_> {
    /// Finds the parameters for which the squares of the residuals, a variable of any shape, sum up to
    /// least.
    ///
    /// The search goes on to the end of precision, unless a tolerance is set, and leaves saddles. Bounds are kept.
    ///
    /// The errors are those of linear theory around the result (D. Bates and D. Watts, "Nonlinear Regression
    /// Analysis and Its Applications", 1988, chapter 2), for residuals of equal and independent errors.
    ///
    /// # Errors
    ///
    /// As [`minimize`](Self::minimize).
    pub fn least_squares<P: Point, R: Returned>(
        self,
        residuals: impl Fn(&P::Arguments) -> R,
        start: P,
    ) -> Result<Fit<P::Each<Variable>>, Error> {
        let function = boxed::<P, R>(residuals);
        let (optimum, found) =
            self.search(Goal::LeastSquares, function, &start.variables(), spread)?;
        Ok(Fit {
            optimum: optimum.map(P::each),
            standard_errors: P::each(found.standard_errors),
            covariance: found.covariance,
            unscaled_covariance: found.unscaled_covariance,
            degrees_of_freedom: found.degrees_of_freedom,
            residual_deviation: found.residual_deviation,
        })
    }
}

/// What the residuals at the end say of the parameters.
struct Spread {
    standard_errors: Vec<Variable>,
    covariance: Vec<f64>,
    unscaled_covariance: Vec<f64>,
    degrees_of_freedom: usize,
    residual_deviation: f64,
}

fn spread(search: &mut Search<'_>, end: &Iteration) -> Result<Spread, Error> {
    let n = end.x.len();
    let found = search.sample_of(end).and_then(|sample| {
        let m = sample.residuals.len();
        Ok((m, search.jacobian(&sample)?))
    });
    let (m, jacobian) = found.map_err(Halt::into_error)?;
    let is_at_bound = |j: usize| {
        let bounds = search.bounds.as_ref();
        bounds.is_some_and(|bounds| end.x[j] <= bounds.lower[j] || end.x[j] >= bounds.upper[j])
    };
    let free: Vec<usize> = (0..n).filter(|&j| !is_at_bound(j)).collect();
    let degrees_of_freedom = m.saturating_sub(n);
    let residual_deviation = if degrees_of_freedom == 0 {
        f64::NAN
    } else {
        (end.value / degrees_of_freedom as f64).sqrt()
    };
    let of_free = Mat::from_fn(m, free.len(), |i, j| jacobian[(i, free[j])]);
    let inverse = inverse_square(&of_free, search.epsilon());
    let mut unscaled = vec![f64::NAN; n * n];
    for (at, entry) in inverse.into_iter().enumerate() {
        unscaled[free[at / free.len()] * n + free[at % free.len()]] = entry;
    }
    let variance = residual_deviation * residual_deviation;
    let covariance: Vec<f64> = unscaled.iter().map(|entry| variance * entry).collect();
    let errors: Vec<f64> = (0..n).map(|i| covariance[i * n + i].sqrt()).collect();
    Ok(Spread {
        standard_errors: search.layout().separate(&errors)?,
        covariance,
        unscaled_covariance: unscaled,
        degrees_of_freedom,
        residual_deviation,
    })
}

/// `(J'J)^-1`, row by row, from the singular values of a Jacobian; NaN for parameters that it does not determine.
fn inverse_square(jacobian: &Mat<f64>, epsilon: f64) -> Vec<f64> {
    let (m, n) = (jacobian.nrows(), jacobian.ncols());
    let unknown = vec![f64::NAN; n * n];
    let lengths: Vec<f64> = (0..n).map(|j| jacobian.col(j).norm_l2()).collect();
    let is_regular = |length: &f64| *length > 0.0 && length.is_finite();
    if m < n || !lengths.iter().all(is_regular) {
        return unknown;
    }
    // Columns of unit length: the units of the parameters do not matter to the rank.
    let unit = Mat::from_fn(m, n, |i, j| jacobian[(i, j)] / lengths[j]);
    let Ok(svd) = Svd::new_thin(unit.as_ref()) else {
        return unknown;
    };
    let (v, s) = (svd.V(), svd.S().column_vector());
    let largest = s.iter().copied().fold(0.0, f64::max);
    // Directions in which nothing changes, and the parameters that change along them.
    let is_known = |k: usize| s[k] > largest * epsilon * m as f64;
    let is_determined = |i: usize| (0..n).all(|k| is_known(k) || v[(i, k)].abs() <= epsilon.sqrt());
    let entry = |i: usize, j: usize| -> f64 {
        if !is_determined(i) || !is_determined(j) {
            return f64::NAN;
        }
        let known = (0..n).filter(|&k| is_known(k));
        let sum: f64 = known.map(|k| v[(i, k)] / s[k] * (v[(j, k)] / s[k])).sum();
        sum / lengths[i] / lengths[j]
    };
    (0..n * n).map(|at| entry(at / n, at % n)).collect()
}
