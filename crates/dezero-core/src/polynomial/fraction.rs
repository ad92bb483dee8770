//! Which fraction a coefficient is, where it is one beyond reasonable doubt.
//!
//! Near every float lies some fraction of large enough terms. One counts only if its terms are so
//! small that a number drawn at random would have such a neighbour about once in a million times:
//! there are some `n/3` fractions with `numerator * denominator <= n` between a number and e times
//! that number, each of which catches a stretch of about `4 * 2^-52` of it. The same is tried of
//! the derivative that the coefficient comes from, its product with `k!`, since the denominators
//! of Taylor coefficients are mostly factorials; and of fractions by a power of two, as in the
//! series of roots.

/// A fraction in lowest terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fraction {
    pub(super) numerator: u64,
    pub(super) denominator: u64,
}

/// How large `numerator * denominator` may be of a fraction that stands for itself.
const SIGNIFICANT: f64 = (1_u64 << 30) as f64;

/// The relative error of a coefficient that is computed well: two to four units in the last place.
const ROUNDING: f64 = 2.0 * f64::EPSILON;

/// The largest derivative that is taken for a whole number where the coefficients before say so.
const LARGEST_WHOLE: f64 = (1_u64 << 46) as f64;

/// As [`ROUNDING`], of high coefficients, which are computed of many.
const ACCUMULATED: f64 = 8.0 * f64::EPSILON;

/// The highest order whose factorial is a `u64`.
const HIGHEST_FACTORIAL: usize = 20;

/// How many fractions say that those after them are fractions as well.
const MANY: usize = 3;

/// The fractions of a polynomial's coefficients, asked one by one from the first.
pub(super) struct Fractions {
    found: usize,
    /// Whether every coefficient so far was a fraction or zero.
    all: bool,
}

impl Fractions {
    pub(super) fn new() -> Self {
        Self {
            found: 0,
            all: true,
        }
    }

    /// The fraction that the size `c` of the coefficient of the power `k` is.
    pub(super) fn next(&mut self, c: f64, k: usize) -> Option<Fraction> {
        let fraction = fraction(c, k).or_else(|| {
            let expected = self.all && self.found >= MANY;
            expected.then(|| whole_derivative(c, k)).flatten()
        });
        self.found += usize::from(fraction.is_some());
        self.all &= fraction.is_some() || c == 0.0;
        fraction
    }
}

fn fraction(c: f64, k: usize) -> Option<Fraction> {
    if !(c.is_normal() && c > 0.0) {
        return None;
    }
    let own = continued(c).and_then(|(p, q)| reduced(p, q));
    own.or_else(|| dyadic(c)).or_else(|| {
        let (p, q) = continued(c * factorial(k)? as f64)?;
        reduced(p, q.checked_mul(factorial(k)?)?)
    })
}

/// The first convergent of the continued fraction of `x` that is `x` up to rounding, if that is a
/// significant one.
fn continued(x: f64) -> Option<(u128, u128)> {
    let (mut p0, mut q0, mut p, mut q) = (0.0, 1.0, 1.0, 0.0);
    let mut rest = x;
    loop {
        let digit = rest.floor();
        (p0, q0, p, q) = (p, q, digit * p + p0, digit * q + q0);
        // Not a number where `x` is infinite.
        let size = p * q;
        if size > SIGNIFICANT || size.is_nan() {
            return None;
        }
        if (x - p / q).abs() <= ROUNDING * x {
            return Some((p as u128, q as u128));
        }
        rest = 1.0 / (rest - digit);
    }
}

/// The fraction by a power of two.
fn dyadic(c: f64) -> Option<Fraction> {
    // In the unit of its last significant place.
    let places = SIGNIFICANT.log2() - 1.0 - c.log2().floor();
    if !(0.0..=63.0).contains(&places) {
        return None;
    }
    let scale = places.exp2();
    let numerator = (c * scale).round();
    let fits = (c - numerator / scale).abs() <= ROUNDING * c;
    fits.then(|| reduced(numerator as u128, scale as u128))?
}

/// The fraction that a whole number is by `k!`, also if the number is large.
fn whole_derivative(c: f64, k: usize) -> Option<Fraction> {
    let factorial = factorial(k)?;
    let derivative = c * factorial as f64;
    let whole = derivative.round();
    let fits = whole <= LARGEST_WHOLE && (derivative - whole).abs() <= ACCUMULATED * derivative;
    fits.then(|| reduced(whole as u128, factorial))?
}

fn factorial(k: usize) -> Option<u128> {
    (k <= HIGHEST_FACTORIAL).then(|| (1..=k as u128).product())
}

/// The fraction in lowest terms, if those are not too long to read.
fn reduced(p: u128, q: u128) -> Option<Fraction> {
    let (mut divisor, mut rest) = (p, q);
    while rest != 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    Some(Fraction {
        numerator: u64::try_from(p.checked_div(divisor)?).ok()?,
        denominator: u64::try_from(q / divisor).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(c: f64, k: usize) -> Option<(u64, u64)> {
        fraction(c, k).map(|f| (f.numerator, f.denominator))
    }

    #[test]
    fn fractions_are_found() {
        for (p, q) in [
            (1, 3),
            (2, 15),
            (17, 315),
            (62, 2835),
            (355, 113),
            (7, 1),
            (1, 1),
        ] {
            let c = p as f64 / q as f64;
            for c in [c, c.next_up(), c.next_down()] {
                assert_eq!(of(c, 0), Some((p, q)), "{c}");
            }
        }
        // The 20th coefficients of exp, x/(exp(x) - 1) and sqrt(1 + x).
        let factorial = 2_432_902_008_176_640_000;
        assert_eq!(of(1.0 / factorial as f64, 20), Some((1, factorial)));
        let bernoulli = -174_611.0 / 330.0 / factorial as f64;
        assert_eq!(
            of(-bernoulli, 20),
            None,
            "the denominator is longer than a u64"
        );
        assert_eq!(
            of(883_631_595.0 / 38_f64.exp2(), 20),
            Some((883_631_595, 1 << 38))
        );
        assert_eq!(
            of(43_867.0 / 798.0 / 6_402_373_705_728_000.0, 18),
            Some((43_867, 798 * 6_402_373_705_728_000))
        );
    }

    /// The tangent numbers up to the 19th, from the table of the OEIS, A000182.
    #[test]
    fn the_series_of_the_tangent_has_fractions() {
        let numbers: [u64; 10] = [
            1,
            2,
            16,
            272,
            7936,
            353_792,
            22_368_256,
            1_903_757_312,
            209_865_342_976,
            29_088_885_112_832,
        ];
        let mut fractions = Fractions::new();
        for (i, number) in numbers.into_iter().enumerate() {
            let k = 2 * i + 1;
            let c = number as f64 / factorial(k).unwrap() as f64;
            let found = fractions.next(c, k).unwrap();
            let expected = reduced(number.into(), factorial(k).unwrap()).unwrap();
            assert_eq!(found, expected, "{k}");
        }
        // The last one alone could be chance.
        assert_eq!(
            of(29_088_885_112_832.0 / 121_645_100_408_832_000.0, 19),
            None
        );
    }

    #[test]
    fn other_numbers_are_none() {
        use std::f64::consts::{E, LN_2, PI, SQRT_2};
        for c in [
            PI,
            E,
            LN_2,
            SQRT_2,
            PI * PI / 6.0,
            E / 6.0,
            1e-300,
            1e300,
            5e-324,
            f64::NAN,
            f64::INFINITY,
            0.0,
        ] {
            for k in 0..30 {
                assert_eq!(of(c, k), None, "{c}, order {k}");
            }
        }
    }

    /// A linear congruential generator: the same numbers on every machine.
    #[test]
    fn random_numbers_are_none() {
        let mut state = 1_u64;
        let mut uniform = || {
            // Knuth's MMIX, The Art of Computer Programming, section 3.3.4.
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / 53_f64.exp2()
        };
        let mut found = Vec::new();
        for _ in 0..10_000 {
            let (x, mut fractions) = (uniform(), Fractions::new());
            for (k, c) in [x, -x.ln(), x.exp(), 1e3 * x, 1e-6 * x, x.tan()]
                .into_iter()
                .enumerate()
            {
                // As a low coefficient and as a high one.
                found.extend(fractions.next(c, k).map(|_| c));
                found.extend(fraction(c, k + 14).map(|_| c));
            }
        }
        assert_eq!(found, [0.0; 0]);
    }
}
