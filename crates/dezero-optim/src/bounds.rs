//! Bounds of a search: an interval for each number that it may change.

use crate::error::{Error, Kind};

/// One side of the bounds: the same for all numbers, or one for each, row-major, one variable
/// after the other.
#[derive(Clone, Debug)]
pub struct Bound(Side);

#[derive(Clone, Debug)]
enum Side {
    Same(f64),
    Each(Vec<f64>),
}

impl From<f64> for Bound {
    fn from(bound: f64) -> Self {
        Self(Side::Same(bound))
    }
}

impl From<Vec<f64>> for Bound {
    fn from(bounds: Vec<f64>) -> Self {
        Self(Side::Each(bounds))
    }
}

impl<const N: usize> From<[f64; N]> for Bound {
    fn from(bounds: [f64; N]) -> Self {
        Self(Side::Each(bounds.to_vec()))
    }
}

impl From<&[f64]> for Bound {
    fn from(bounds: &[f64]) -> Self {
        Self(Side::Each(bounds.to_vec()))
    }
}

/// The lowest and highest value of each number.
#[derive(Clone, Debug)]
pub(crate) struct Bounds {
    pub(crate) lower: Vec<f64>,
    pub(crate) upper: Vec<f64>,
}

impl Bounds {
    /// Both sides, for the numbers of a start, which has to lie between them. A number in single
    /// precision (`is_single`) has bounds of that precision, on the inner side of those given.
    pub(crate) fn new(
        (lower, upper): &(Bound, Bound),
        start: &[f64],
        is_single: impl Fn(usize) -> bool,
    ) -> Result<Self, Error> {
        let n = start.len();
        let side = |bound: &Bound| match &bound.0 {
            Side::Same(bound) => Ok(vec![*bound; n]),
            Side::Each(bounds) if bounds.len() == n => Ok(bounds.clone()),
            Side::Each(bounds) => Err(Error::from(Kind::Bounds(format!(
                "{} bounds were given for {n} numbers",
                bounds.len()
            )))),
        };
        let mut bounds = Self {
            lower: side(lower)?,
            upper: side(upper)?,
        };
        for (i, &x) in start.iter().enumerate() {
            let (lower, upper) = (bounds.lower[i], bounds.upper[i]);
            if lower.is_nan() || upper.is_nan() || lower > upper {
                return Err(Kind::Bounds(format!(
                    "the bounds of number {i} are {lower:?} and {upper:?}, and nothing lies between them"
                ))
                .into());
            }
            if is_single(i) {
                bounds.lower[i] = inward(lower, f32::next_up);
                bounds.upper[i] = inward(upper, f32::next_down);
            }
            let (lower, upper) = (bounds.lower[i], bounds.upper[i]);
            if x < lower || x > upper {
                return Err(Kind::Bounds(format!(
                    "the start is outside the bounds: number {i} is {x:?}, and has to lie in [{lower:?}, {upper:?}]"
                ))
                .into());
            }
        }
        Ok(bounds)
    }

    /// The nearest point within the bounds.
    pub(crate) fn clamp(&self, x: &mut [f64]) {
        for ((x, &lower), &upper) in x.iter_mut().zip(&self.lower).zip(&self.upper) {
            *x = x.clamp(lower, upper);
        }
    }

    pub(crate) fn contain(&self, x: &[f64]) -> bool {
        let mut all = x.iter().zip(&self.lower).zip(&self.upper);
        all.all(|((x, lower), upper)| lower <= x && x <= upper)
    }

    /// How far a step down the gradient would go before it meets the bounds, at most its own length:
    /// zero at a constrained minimum.
    pub(crate) fn projected(&self, x: &[f64], gradient: &[f64]) -> Vec<f64> {
        (0..x.len())
            .map(|i| {
                let g = gradient[i];
                if g > 0.0 {
                    g.min(x[i] - self.lower[i])
                } else {
                    g.max(x[i] - self.upper[i])
                }
            })
            .collect()
    }

    /// Whether number `i` of a point stands at a bound, and the gradient pushes it there.
    pub(crate) fn holds(&self, i: usize, x: f64, gradient: f64) -> bool {
        (x <= self.lower[i] && gradient > 0.0) || (x >= self.upper[i] && gradient < 0.0)
    }
}

/// A bound in single precision that does not let more in than the given one.
fn inward(bound: f64, next: fn(f32) -> f32) -> f64 {
    let nearest = bound as f32;
    let up = next(nearest) > nearest;
    let outside = if up {
        f64::from(nearest) < bound
    } else {
        f64::from(nearest) > bound
    };
    f64::from(if outside { next(nearest) } else { nearest })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(
        lower: impl Into<Bound>,
        upper: impl Into<Bound>,
        start: &[f64],
    ) -> Result<Bounds, Error> {
        Bounds::new(&(lower.into(), upper.into()), start, |_| false)
    }

    #[test]
    fn a_start_has_to_lie_within() {
        assert!(between(-1.0, [2.0, 3.0], &[2.0, -1.0]).is_ok());
        for (error, says) in [
            (between(0.0, 1.0, &[0.5, 3.0]), "number 1 is 3.0"),
            (between(1.0, 0.0, &[0.5]), "nothing lies between"),
            (between(f64::NAN, 0.0, &[0.5]), "nothing lies between"),
            (
                between([0.0], 1.0, &[0.5, 0.5]),
                "1 bounds were given for 2",
            ),
        ] {
            let error = error.unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn bounds_in_single_precision_lie_inside() {
        // The nearest f32 to 0.1 is above it, that to 0.3 too.
        let bounds = Bounds::new(&(0.1.into(), 0.3.into()), &[0.2], |_| true).unwrap();
        assert!(bounds.lower[0] >= 0.1 && bounds.upper[0] <= 0.3);
        assert!(bounds.upper[0] > 0.299_999);
        let open = Bounds::new(
            &(f64::NEG_INFINITY.into(), f64::INFINITY.into()),
            &[0.2],
            |_| true,
        );
        let open = open.unwrap();
        assert_eq!(
            (open.lower[0], open.upper[0]),
            (f64::NEG_INFINITY, f64::INFINITY)
        );
    }
}
