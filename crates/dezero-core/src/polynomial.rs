//! `Polynomial`: a truncated Taylor series, to evaluate, to judge and to read.

mod fraction;
mod print;

use std::panic::Location;

use crate::error::Result;
use crate::mode::attributed_to;
use crate::operators::panicking;
use crate::variable::Variable;

/// A polynomial in powers of `x - around`, such as a Taylor series that ends at some order.
///
/// The coefficient at `k` is that of `(x - around)^k`: of a Taylor series of `f` it is the k-th
/// derivative of `f` at `around`, divided by `k!`.
///
/// It prints as it is written on paper, in the language of formulas. A coefficient that is, up to
/// rounding, a fraction that does not come about by chance is printed as one; others are printed
/// as the shortest decimals that read back as the same number. `{:.3}` prints decimals of three
/// places.
///
/// ```
/// use dezero_core::Polynomial;
///
/// let sine = Polynomial::new(0.0, [0.0, 1.0, 0.0, -1.0 / 6.0, 0.0, 1.0 / 120.0]);
/// assert_eq!(sine.to_string(), "x - x^3/6 + x^5/120");
/// assert_eq!(format!("{sine:.3}"), "x - 0.167*x^3 + 0.008*x^5");
///
/// let here = Polynomial::new(1.0, [1_f64.sin(), 1_f64.cos()]).named("t");
/// assert_eq!(here.to_string(), "0.8414709848078965 + 0.5403023058681398*(t - 1)");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Polynomial {
    around: f64,
    /// From that of the power 0; at least one.
    coefficients: Vec<f64>,
    name: String,
}

impl Polynomial {
    /// The polynomial with these coefficients, from that of the power 0 up. Without any it is the
    /// polynomial 0.
    pub fn new(around: f64, coefficients: impl Into<Vec<f64>>) -> Self {
        let mut coefficients = coefficients.into();
        if coefficients.is_empty() {
            coefficients.push(0.0);
        }
        Self {
            around,
            coefficients,
            name: "x".to_owned(),
        }
    }

    /// The same polynomial with another name than `x` for its variable, which is printed.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// The point that the powers are counted from.
    pub fn around(&self) -> f64 {
        self.around
    }

    /// The coefficients, from that of the power 0; one more than the [`order`](Self::order).
    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// The highest power that has a coefficient, which may be 0.
    pub fn order(&self) -> usize {
        self.coefficients.len() - 1
    }

    /// The name of the variable.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value at `x`, by Horner's rule.
    ///
    /// ```
    /// use dezero_core::Polynomial;
    /// let square = Polynomial::new(1.0, [1.0, 2.0, 1.0]); // x^2 in powers of x - 1
    /// assert_eq!(square.at(5.0), 25.0);
    /// ```
    pub fn at(&self, x: f64) -> f64 {
        let h = x - self.around;
        let significant = self.significant().iter().rev();
        significant.copied().reduce(|y, c| y * h + c).unwrap_or(0.0)
    }

    /// The value at a variable of any shape, elementwise, in the dtype of `x`; recorded, so that
    /// it can be differentiated.
    ///
    /// ```
    /// use dezero_core::{grad, Polynomial, Variable};
    /// let p = Polynomial::new(0.0, [1.0, 0.0, 3.0]);
    /// let x = Variable::new([1.0, 2.0]);
    /// let y = p.apply(&x); // 1 + 3 x^2
    /// assert_eq!(y.to_vec::<f64>(), [4.0, 13.0]);
    /// assert_eq!(grad(&y, &[&x])[0].to_vec::<f64>(), [6.0, 12.0]);
    /// ```
    ///
    /// # Panics
    ///
    /// Where [`try_apply`](Self::try_apply) gives an error.
    #[track_caller]
    pub fn apply(&self, x: &Variable) -> Variable {
        panicking(self.try_apply(x))
    }

    /// [`apply`](Self::apply), or why it cannot be.
    ///
    /// # Errors
    ///
    /// If numbers cannot be subtracted from `x`, or multiplied by it.
    #[track_caller]
    pub fn try_apply(&self, x: &Variable) -> Result<Variable> {
        attributed_to(Location::caller(), || self.horner(x))
    }

    fn horner(&self, x: &Variable) -> Result<Variable> {
        let h = match self.around {
            0.0 => x.clone(),
            around => x.try_sub(around)?,
        };
        let Some((highest, lower)) = self.significant().split_last() else {
            return h.try_powf(0.0)?.try_mul(0.0);
        };
        let Some((lowest, between)) = lower.split_first() else {
            return h.try_powf(0.0)?.try_mul(*highest);
        };
        let plus = |y: Variable, c: f64| if c == 0.0 { Ok(y) } else { y.try_add(c) };
        let mut y = h.try_mul(*highest)?;
        for &c in between.iter().rev() {
            y = plus(y, c)?.try_mul(&h)?;
        }
        plus(y, *lowest)
    }

    /// The coefficients without the zeros at their end.
    fn significant(&self) -> &[f64] {
        let end = self.coefficients.iter().rposition(|&c| c != 0.0);
        &self.coefficients[..end.map_or(0, |last| last + 1)]
    }

    /// The derivative, a polynomial around the same point and of an order lower by one.
    ///
    /// ```
    /// use dezero_core::Polynomial;
    /// let p = Polynomial::new(2.0, [5.0, 1.0, 0.5, -1.0]);
    /// assert_eq!(p.derivative().to_string(), "1 + (x - 2) - 3*(x - 2)^2");
    /// ```
    #[must_use]
    pub fn derivative(&self) -> Self {
        let powers = self.coefficients.iter().enumerate().skip(1);
        let coefficients: Vec<f64> = powers.map(|(k, c)| k as f64 * c).collect();
        Self::new(self.around, coefficients).named(&self.name)
    }

    /// The polynomial up to the power `order`; the same where it has no higher ones.
    ///
    /// ```
    /// use dezero_core::Polynomial;
    /// let p = Polynomial::new(0.0, [1.0, 1.0, 0.5, 0.25]);
    /// assert_eq!(p.truncated(1).to_string(), "1 + x");
    /// ```
    #[must_use]
    pub fn truncated(&self, order: usize) -> Self {
        let end = order.min(self.order());
        Self::new(self.around, &self.coefficients[..=end]).named(&self.name)
    }

    /// An estimate of how far from the function its Taylor polynomial is at `x`, from the
    /// coefficients alone.
    ///
    /// The terms left out are taken to go on as a geometric series does. With `t` the size of the
    /// last term that is not 0 and `r` the ratio at which the terms fell up to there (the larger
    /// one of two: from the term before, and from the one before that), it is
    /// `t r + t r^2 + ... = t r / (1 - r)`. That is exact for a geometric series, and mostly too
    /// large for a series such as that of the exponential function, whose terms fall faster and
    /// faster.
    ///
    /// - It is infinite where the terms do not fall: far from `around`, or at too low an order.
    /// - It is `t` where a single term is not 0, which tells no ratio.
    /// - It is 0 where the coefficients end in more zeros than stand together anywhere before:
    ///   the function is taken to be a polynomial.
    /// - It is NaN if a coefficient is not finite.
    ///
    /// It is not a bound. A function can be anything between the points where it is known, and
    /// coefficients that happen to be small make the estimate too small. It knows nothing of
    /// rounding either.
    ///
    /// ```
    /// use dezero_core::Polynomial;
    /// let geometric = Polynomial::new(0.0, vec![1.0; 11]); // 1/(1 - x) to order 10
    /// let error = geometric.error_at(|x| 1.0 / (1.0 - x), 0.5);
    /// assert!((geometric.remainder(0.5) - error).abs() < 1e-15);
    /// assert_eq!(geometric.remainder(1.5), f64::INFINITY);
    /// ```
    pub fn remainder(&self, x: f64) -> f64 {
        let distance = (x - self.around).abs();
        if distance.is_nan() || self.coefficients.iter().any(|c| !c.is_finite()) {
            return f64::NAN;
        }
        if distance == 0.0 {
            return 0.0;
        }
        // The powers that are there, and the logarithms of their terms, which do not overflow.
        let nonzero = self
            .coefficients
            .iter()
            .enumerate()
            .filter(|(_, c)| **c != 0.0);
        let terms: Vec<(usize, f64)> = nonzero
            .map(|(k, c)| (k, c.abs().ln() + k as f64 * distance.ln()))
            .collect();
        let (first, last) = match &terms[..] {
            [] => return 0.0,
            [first, ..] => (first.0, terms[terms.len() - 1]),
        };
        let between = terms.windows(2).map(|pair| pair[1].0 - pair[0].0 - 1);
        let zeros_together = between.max().unwrap_or(0).max(first);
        if self.order() - last.0 > zeros_together + 1 {
            return 0.0;
        }
        let before = &terms[..terms.len() - 1];
        let falls = before.iter().rev().take(2);
        let slowest = falls
            .map(|(k, term)| (last.1 - term) / (last.0 - k) as f64)
            .reduce(f64::max);
        match (slowest, before.last()) {
            (Some(per_power), Some((k, _))) => {
                let ratio = (per_power * (last.0 - k) as f64).exp();
                if ratio < 1.0 {
                    last.1.exp() * ratio / (1.0 - ratio)
                } else {
                    f64::INFINITY
                }
            }
            _ => last.1.exp(),
        }
    }

    /// How far from `f` the polynomial is at `x`: `|f(x) - p(x)|`.
    ///
    /// ```
    /// use dezero_core::Polynomial;
    /// let sine = Polynomial::new(0.0, [0.0, 1.0, 0.0, -1.0 / 6.0]);
    /// assert!(sine.error_at(f64::sin, 0.1) < 1e-7);
    /// assert!(sine.error_at(f64::sin, 3.0) > 1.0);
    /// ```
    pub fn error_at(&self, f: impl Fn(f64) -> f64, x: f64) -> f64 {
        (f(x) - self.at(x)).abs()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::backward::grad;

    /// The Taylor polynomials of known functions around 0.
    fn series(order: usize, derivative: impl Fn(usize) -> f64) -> Polynomial {
        let mut factorial = 1.0;
        let coefficients: Vec<f64> = (0..=order)
            .map(|k| {
                factorial *= (k as f64).max(1.0);
                derivative(k) / factorial
            })
            .collect();
        Polynomial::new(0.0, coefficients)
    }

    fn sine(order: usize) -> Polynomial {
        series(order, |k| [0.0, 1.0, 0.0, -1.0][k % 4])
    }

    #[test]
    fn without_coefficients_it_is_zero() {
        let zero = Polynomial::new(3.0, []);
        assert_eq!((zero.order(), zero.coefficients()), (0, &[0.0][..]));
        assert_eq!((zero.at(7.0), zero.remainder(7.0)), (0.0, 0.0));
        assert_eq!(zero.derivative(), zero);
        let x = Variable::new([1.0, f64::INFINITY]);
        let y = zero.apply(&x);
        assert_eq!(y.to_vec::<f64>(), [0.0, 0.0]);
        assert_eq!(grad(&y, &[&x])[0].to_vec::<f64>(), [0.0, 0.0]);
    }

    #[test]
    fn far_away_the_highest_power_that_is_there_decides() {
        let p = Polynomial::new(0.0, [1.0, 2.0, 0.0, 0.0]);
        assert_eq!(p.at(f64::INFINITY), f64::INFINITY);
        let constant = Polynomial::new(0.0, [5.0, 0.0]);
        assert_eq!(constant.at(f64::INFINITY), 5.0);
        let y = constant.apply(&Variable::new([[1.0_f32, f32::INFINITY]]));
        assert_eq!(y.to_vec::<f64>(), [5.0, 5.0]);
        assert_eq!(y.shape(), [1, 2]);
        assert_eq!(y.dtype(), crate::DType::F32);
    }

    #[test]
    fn names_and_points_stay() {
        let p = Polynomial::new(2.0, [1.0, 2.0, 3.0]).named("t");
        for q in [p.derivative(), p.truncated(1), p.truncated(9)] {
            assert_eq!((q.around(), q.name()), (2.0, "t"));
        }
        assert_eq!(p.truncated(9), p);
        assert_eq!(p.truncated(0).coefficients(), [1.0]);
    }

    /// Of values up to about 4.
    const ROUNDING: f64 = 2e-15;

    #[test]
    fn the_remainder_is_near_the_error_where_the_terms_fall() {
        for (f, order, p) in [
            (f64::sin as fn(f64) -> f64, 5, sine(5)),
            (f64::sin, 6, sine(6)),
            (f64::sin, 13, sine(13)),
            (f64::exp, 8, series(8, |_| 1.0)),
            (f64::cosh, 8, series(8, |k| f64::from(k % 2 == 0))),
        ] {
            for x in [0.25, -1.0, 1.5] {
                let (estimate, error) = (p.remainder(x), p.error_at(f, x));
                assert!(
                    (error - ROUNDING..20.0 * error + ROUNDING).contains(&estimate),
                    "order {order} at {x}: estimated {estimate}, is {error}"
                );
            }
        }
        assert_eq!(sine(3).remainder(10.0), f64::INFINITY);
        assert_eq!(sine(3).remainder(0.0), 0.0);
    }

    #[test]
    fn the_remainder_of_few_terms() {
        let of = |coefficients: &[f64], x| Polynomial::new(0.0, coefficients).remainder(x);
        // One term, with no more zeros behind it than before it.
        assert!((of(&[3.0], 2.0) - 3.0).abs() < 1e-14);
        assert!((of(&[0.0, 3.0, 0.0], 2.0) - 6.0).abs() < 1e-14);
        // A polynomial that has ended.
        assert_eq!(of(&[0.0, -2.0, 0.0, 1.0, 0.0, 0.0, 0.0], 5.0), 0.0);
        assert_eq!(of(&[0.0; 4], 5.0), 0.0);
        // Powers beyond what a float holds.
        let steep = of(&[1.0, 1e-300, 1e-600_f64.max(f64::MIN_POSITIVE)], 1e200);
        assert_eq!(steep, f64::INFINITY);
        assert!(of(&[1.0, f64::NAN], 1.0).is_nan());
        assert!(of(&[1.0, f64::INFINITY], 0.0).is_nan());
        assert!(of(&[1.0, 1.0], f64::NAN).is_nan());
    }

    proptest! {
        #[test]
        fn numbers_and_variables_get_the_same(
            around in -2.0..2.0_f64,
            coefficients in prop::collection::vec(prop_oneof![2 => -3.0..3.0_f64, 1 => Just(0.0)], 0..9),
            x in -2.0..2.0_f64,
        ) {
            let p = Polynomial::new(around, coefficients);
            let variable = Variable::new(x);
            let y = p.apply(&variable);
            prop_assert_eq!(y.item(), p.at(x));
            let (slope, expected) = (grad(&y, &[&variable])[0].item(), p.derivative().at(x));
            let size: f64 = p.coefficients().iter().enumerate().map(|(k, c)| k as f64 * c.abs() * 4_f64.powi(k as i32)).sum();
            prop_assert!((slope - expected).abs() <= 1e-14 * size, "{} is not {}", slope, expected);
        }

        #[test]
        fn the_remainder_of_a_geometric_series_is_exact(ratio in 0.05..0.9_f64, x in -1.0..1.0_f64, order in 3..12_usize) {
            let coefficients: Vec<f64> = (0..=order).map(|k| ratio.powi(k as i32)).collect();
            let p = Polynomial::new(0.0, coefficients);
            let t = (ratio * x).abs();
            let expected = t.powi(order as i32 + 1) / (1.0 - t);
            prop_assert!((p.remainder(x) - expected).abs() <= 1e-9 * expected);
        }
    }
}
