//! Derivatives of any order along a line or a curve, by Taylor mode.

use super::point::{Call, Point, Returned, transforms};
use crate::error::{Error, Result};
use crate::polynomial::Polynomial;
use crate::taylor::{Extent, Pushforward, Series, Term, zeros};
use crate::variable::Variable;

/// The highest order whose factorial is an f64.
const MOST_ORDER: usize = 170;

transforms! {
    /// The Taylor coefficients of a function along a curve, from those of the curve: `series[k - 1]`
    /// has coefficient `k` of each variable, `x(t) = at + series[0] t + series[1] t^2 + ...`. Gives
    /// the coefficients of the result, the value first, as many as the curve has; they are
    /// derivatives divided by `k!`.
    ///
    /// ```
    /// use dezero_core::{Variable, transforms::jet};
    /// // sin(t), up to t^3
    /// let [x, one, zero] = [0.0, 1.0, 0.0].map(Variable::new);
    /// let y = jet(|x| x.sin(), &x, &[&one, &zero, &zero]);
    /// let coefficients: Vec<f64> = y.iter().map(Variable::item).collect();
    /// assert_eq!(coefficients, [0.0, 1.0, 0.0, -1.0 / 6.0]);
    /// ```
    fn jet / try_jet<P>(f, at, series: &[P]; line) -> Vec<Variable> {
        let call = Call::new("jet", &f, &at, line)?;
        let mut seeds: Vec<Series<Term>> = vec![vec![None]; call.xs.len()];
        let mut keep = call.keep;
        for point in series {
            for ((seed, x), c) in seeds.iter_mut().zip(&call.xs).zip(point.variables()) {
                let c = call.fitting("coefficient", c, x)?;
                keep |= c.is_tracked() && crate::is_recording();
                seed.push(Some(c.into()));
            }
        }
        let call = Call { keep, ..call };
        let coefficients = call.recorded(|| along(&call, seeds, series.len()))?;
        Ok(coefficients.into_iter().map(|c| call.give(c)).collect())
    }
}

transforms! { one variable:
    /// A function and its derivatives up to an order, along the direction of ones: for a scalar `x`,
    /// `f(x)`, `f'(x)`, `f''(x)`, ...; for an array and a function that works elementwise, those of
    /// each element. For other directions, see [`jet`].
    ///
    /// ```
    /// use dezero_core::{Variable, transforms::derivatives};
    /// let d = derivatives(|x| x.tanh(), &Variable::new(1.0), 10);
    /// assert_eq!(d[2].item(), -0.6397000084492246);
    /// assert_eq!(d.len(), 11);
    /// ```
    fn derivatives / try_derivatives(f, at, order: usize; line) -> Vec<Variable> {
        let call = Call::new("derivatives", &f, &at, line)?;
        if order > MOST_ORDER {
            return Err(Error::derivative(format!(
                "derivatives: order {order} is beyond {MOST_ORDER}, up to which k! is a number that f64 can hold; \
                 `taylor` gives the coefficients, the derivatives over k!, of any order"
            ))
            .at(call.line));
        }
        let ones = crate::Array::weak(1.0.into(), call.xs[0].dtype()).broadcast_to(&call.xs[0].shape())?;
        let mut factorial = 1.0;
        if let Some(numbers) = numbers(&call, order)? {
            let scaled = numbers.into_iter().enumerate().map(|(k, c)| {
                factorial *= k.max(1) as f64;
                Variable::value(c * factorial).into_user()
            });
            return Ok(scaled.collect());
        }
        let mut seed = vec![None, Some(Variable::value(ones).into())];
        seed.resize(order + 1, None);
        let coefficients = call.recorded(|| {
            let mut coefficients = along(&call, vec![seed], order)?;
            for (k, c) in coefficients.iter_mut().enumerate().skip(2) {
                factorial *= k as f64;
                *c = c.try_mul(factorial)?;
            }
            Ok(coefficients)
        })?;
        Ok(coefficients.into_iter().map(|c| call.give(c)).collect())
    }
}

/// The coefficients of the result of a call, from those of its variables.
fn along(call: &Call, seeds: Vec<Series<Term>>, order: usize) -> Result<Vec<Variable>> {
    let mut found = call
        .between(&[&call.y])
        .run(seeds, Extent::along(order))?
        .remove(0);
    let mut coefficients = vec![call.y.to_link()];
    found.resize(order + 1, None);
    for term in found.iter().skip(1) {
        coefficients.push(match term {
            Some(term) => term.variable()?,
            None => call.y.with_value(zeros),
        });
    }
    Ok(coefficients)
}

/// The coefficients as bare numbers, if all of it is scalar and nothing is to be recorded.
fn numbers(call: &Call, order: usize) -> Result<Option<Vec<f64>>> {
    let Some(y) = call.y.with_value(crate::Array::as_f64) else {
        return Ok(None);
    };
    if call.keep {
        return Ok(None);
    }
    let pushforward = Pushforward::new(&[&call.y], &[&call.xs[0]]);
    let mut seed = vec![None, Some(1.0)];
    seed.resize(order + 1, None);
    let Some(mut found) = pushforward.numbers(vec![seed], order)? else {
        return Ok(None);
    };
    let mut series = found.remove(0);
    series.resize(order + 1, None);
    series[0] = Some(y);
    Ok(Some(series.into_iter().map(|c| c.unwrap_or(0.0)).collect()))
}

/// The Taylor polynomial of a function of one number, around a point and up to an order: its
/// coefficients are the derivatives `f^(k)(around) / k!`. It can be evaluated, printed,
/// differentiated, and compared with the function.
///
/// At a kink the derivatives are those of the engine's conventions (0 for `abs` at 0); at a pole the
/// coefficients are not finite, which is no error.
///
/// ```
/// use dezero_core::{Variable, transforms::taylor};
/// let p = taylor(|x| x.sin(), 0.0, 5);
/// assert_eq!(p.to_string(), "x - x^3/6 + x^5/120");
/// assert_eq!(p.coefficients()[3], -1.0 / 6.0);
/// assert!(p.error_at(f64::sin, 0.5).abs() < 2.0 * p.remainder(0.5).abs());
/// ```
///
/// # Panics
///
/// Where [`try_taylor`] gives an error.
#[track_caller]
pub fn taylor<R: Returned>(f: impl Fn(&Variable) -> R, around: f64, order: usize) -> Polynomial {
    crate::operators::panicking(try_taylor(f, around, order))
}

/// [`taylor`], or why it cannot be.
///
/// # Errors
///
/// What the function reports; a result that is not one number; a function without the derivative
/// that is asked for.
#[track_caller]
pub fn try_taylor<R: Returned>(
    f: impl Fn(&Variable) -> R,
    around: f64,
    order: usize,
) -> Result<Polynomial> {
    let line = std::panic::Location::caller();
    let _plain = crate::NoGrad::new();
    let at = Variable::constant(around);
    let call = Call::new("taylor", &f, &&at, line)?.scalar()?;
    if let Some(numbers) = numbers(&call, order)? {
        return Ok(polynomial(around, numbers));
    }
    let mut seed = vec![None, Some(Variable::value(1.0).into())];
    seed.resize(order + 1, None);
    let coefficients = call.recorded(|| along(&call, vec![seed], order))?;
    let coefficients: Vec<f64> = coefficients.iter().map(Variable::item).collect();
    Ok(polynomial(around, coefficients))
}

fn polynomial(around: f64, mut coefficients: Vec<f64>) -> Polynomial {
    // A recurrence leaves negative zeros, which mean nothing in a sum.
    for c in &mut coefficients[1..] {
        *c += 0.0;
    }
    Polynomial::new(around, coefficients)
}
