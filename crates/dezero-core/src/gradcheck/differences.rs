//! Derivatives from values alone: difference quotients at falling steps, extrapolated to the step
//! zero, with an estimate of what is left of the error.

use crate::error::Result;

/// A derivative found by differences.
#[derive(Clone, Copy, Debug)]
pub(super) struct Estimate {
    /// NaN if the function is not finite on both sides, however near.
    pub(super) derivative: f64,
    /// What it may be off by: the last change of the extrapolation, and the rounding of the values.
    pub(super) uncertainty: f64,
}

impl Estimate {
    const NONE: Self = Self {
        derivative: f64::NAN,
        uncertainty: f64::INFINITY,
    };
}

/// Values at steps from the point, or on one side of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Both,
    Left,
    Right,
}

/// The steps: halved this often while values are finite, and this often to begin with until they are.
const FINITE: usize = 11;
const ATTEMPTS: usize = 40;

/// The derivative of `f` at 0 by Ridders' method ("Accurate computation of F'(x) and F'(x) F''(x)",
/// Advances in Engineering Software 4, 1982): a tableau of extrapolations, from which the entry is
/// taken that changes least.
///
/// `precision` is the relative error of the values of `f`, `step` the first step, and `enough` an
/// uncertainty that needs no improvement.
///
/// # Errors
///
/// Those of `f`.
pub(super) fn derivative(
    f: impl Fn(f64) -> Result<f64>,
    side: Side,
    step: f64,
    precision: f64,
    enough: f64,
) -> Result<Estimate> {
    let here = if side == Side::Both { 0.0 } else { f(0.0)? };
    // Half the step divides the first term of the error by 4 in central differences, else by 2.
    let ratio = if side == Side::Both { 4.0 } else { 2.0 };
    let mut best = Estimate::NONE;
    let mut above: Vec<f64> = Vec::new();
    let mut h = step;
    for _ in 0..ATTEMPTS {
        let (low, high, width) = match side {
            Side::Both => (f(-h)?, f(h)?, 2.0 * h),
            Side::Left => (f(-h)?, here, h),
            Side::Right => (here, f(h)?, h),
        };
        let quotient = (high - low) / width;
        let rounding = precision * low.abs().max(high.abs()) / h;
        h /= 2.0;
        if !quotient.is_finite() {
            above.clear();
            continue;
        }
        let mut row = vec![quotient];
        let mut power = ratio;
        for (i, &coarse) in above.iter().enumerate() {
            let fine = row[i];
            let next = fine + (fine - coarse) / (power - 1.0);
            let uncertainty = (next - fine).abs().max((next - coarse).abs()) + rounding;
            if uncertainty < best.uncertainty {
                best = Estimate {
                    derivative: next,
                    uncertainty,
                };
            }
            row.push(next);
            power *= ratio;
        }
        above = row;
        // The third row is the first that more than one smooth function can agree with.
        if above.len() == FINITE || (above.len() > 3 && best.uncertainty < enough) {
            break;
        }
    }
    Ok(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(f: impl Fn(f64) -> f64, side: Side) -> Estimate {
        derivative(|t| Ok(f(t)), side, 1.0 / 16.0, f64::EPSILON, 0.0).unwrap()
    }

    #[test]
    fn smooth_functions_keep_eleven_digits() {
        for (f, expected) in [
            ((|t| (0.7 + t).sin()) as fn(f64) -> f64, 0.7_f64.cos()),
            (|t| (20.0 * t).sin(), 20.0),
            (|t| (1e-4 + t).ln(), 1e4), // whose first steps leave the domain
            (|t| 1e3 + t * t, 0.0),
        ] {
            let found = of(f, Side::Both);
            let error = (found.derivative - expected).abs();
            assert!(
                error <= 1e-11 * expected.abs().max(1.0) + found.uncertainty,
                "{found:?}"
            );
            assert!(
                found.uncertainty <= 1e-9 * expected.abs().max(1e3),
                "{found:?}"
            );
        }
    }

    #[test]
    fn one_side_is_one_side() {
        let kink = |t: f64| t.abs() + t.sin();
        for (side, expected) in [(Side::Left, 0.0), (Side::Right, 2.0)] {
            let found = of(kink, side);
            assert!((found.derivative - expected).abs() < 1e-9, "{found:?}");
        }
    }

    #[test]
    fn what_is_not_finite_has_no_derivative() {
        let edge = of(f64::sqrt, Side::Both);
        assert!(edge.derivative.is_nan() && edge.uncertainty.is_infinite());
    }
}
