//! Special functions of one float that Rust's standard library lacks, or computes with too few digits.
//!
//! All take and give f64; for f32, round the result. Accuracy is stated as the largest error that was
//! measured against values of 50 and more digits (`tests/mpmath/make_special.py`).

use std::f64::consts::{LOG2_E, PI};

/// The logistic function `1 / (1 + e^-x)`, relative error below 5e-16, also where it is tiny.
///
/// ```
/// use dezero_array::special::sigmoid;
///
/// assert_eq!(sigmoid(0.0), 0.5);
/// assert_eq!(sigmoid(-700.0), (-700.0_f64).exp());
/// ```
#[inline]
pub fn sigmoid(x: f64) -> f64 {
    if x < 0.0 {
        let small = x.exp();
        small / (1.0 + small)
    } else {
        1.0 / (1.0 + (-x).exp())
    }
}

/// `ln(1 + e^x)`, relative error below 5e-16: it neither overflows nor loses its left tail.
///
/// ```
/// use dezero_array::special::softplus;
///
/// assert_eq!(softplus(1000.0), 1000.0);
/// assert_eq!(softplus(-100.0), (-100.0_f64).exp());
/// ```
#[inline]
pub fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// The inverse hyperbolic cosine, relative error below 3e-16; NaN below 1.
///
/// [`f64::acosh`] is off by 4e-9 next to 1.
#[inline]
pub fn acosh(x: f64) -> f64 {
    libm::acosh(x)
}

/// The inverse hyperbolic tangent, relative error below 3e-16; infinite at 1 and -1, NaN beyond.
///
/// [`f64::atanh`] is off by 2 percent next to -1.
#[inline]
pub fn atanh(x: f64) -> f64 {
    libm::atanh(x)
}

/// The error function `2/sqrt(pi)` times the integral of `e^(-t^2)` from 0 to `x`, relative error
/// below 2e-16.
///
/// ```
/// assert_eq!(dezero_array::special::erf(0.5), 0.5204998778130465);
/// ```
#[inline]
pub fn erf(x: f64) -> f64 {
    libm::erf(x)
}

/// `ln |Gamma(x)|`, relative error below 5e-16; on the negative axis next to the roots the absolute
/// error is below 1e-15.
///
/// It is +inf at the poles 0, -1, -2, ... and at both infinities.
///
/// ```
/// use dezero_array::special::lgamma;
///
/// assert_eq!(lgamma(5.0), 24.0_f64.ln());
/// assert_eq!(lgamma(-3.0), f64::INFINITY);
/// ```
#[inline]
pub fn lgamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// The digamma function, the derivative of [`lgamma`].
///
/// The relative error is below 4e-15, next to the positive root 1.4616... too; on the negative axis
/// next to the roots the absolute error is. At the pole 0 it is infinite, with the sign
/// of the limit from the zero's own side; at the other poles -1, -2, ... it has no sign and is NaN.
///
/// ```
/// use dezero_array::special::digamma;
///
/// let euler = 0.577_215_664_901_532_9;
/// assert!((digamma(1.0) + euler).abs() < 1e-15);
/// assert_eq!(digamma(0.0), f64::NEG_INFINITY);
/// ```
pub fn digamma(x: f64) -> f64 {
    if x > 0.0 {
        return digamma_of_positive(x);
    }
    if x == 0.0 {
        return -1.0 / x;
    }
    let distance = x - x.round();
    if distance == 0.0 || !x.is_finite() {
        return f64::NAN;
    }
    // Reflection, DLMF 5.5.4. The period of the tangent is 1 in x, so that it can be had from the
    // exact distance to the nearest pole.
    digamma_of_positive(1.0 - x) - PI / (PI * distance).tan()
}

/// The zero of digamma on the positive axis, and what f64 leaves of it.
const DIGAMMA_ROOT: [f64; 2] = [1.461_632_144_968_362_2, 9.549_995_429_965_697e-17];

/// The Taylor series of digamma around its root: `polygamma(k, root) / k!` for k = 1, 2, ..., computed
/// with mpmath.
const DIGAMMA_AT_ROOT: [f64; 21] = [
    0.967_672_245_447_621_2,
    -0.442_763_168_983_592_1,
    0.258_499_760_955_651,
    -0.163_942_705_442_406_52,
    0.107_824_050_691_262_37,
    -0.072_199_561_256_454_71,
    0.048_804_288_164_143_11,
    -0.033_161_126_474_847_36,
    0.022_597_648_232_218_104,
    -0.015_424_765_904_948_96,
    0.010_538_791_616_612_175,
    -0.007_204_534_386_356_869,
    0.004_926_781_395_729_853,
    -0.003_369_801_655_439_328,
    0.002_305_126_326_734_928,
    -0.001_576_936_771_430_197_2,
    0.001_078_825_201_916_296_7,
    -0.000_738_070_938_996_005_2,
    0.000_504_953_265_834_602,
    -0.000_345_468_025_106_307_7,
    0.000_236_356_015_640_270_53,
];

fn digamma_of_positive(x: f64) -> f64 {
    /// From here on eight terms of the asymptotic series reach the last bit.
    const LARGE: f64 = 10.0;

    let from_root = (x - DIGAMMA_ROOT[0]) - DIGAMMA_ROOT[1];
    if from_root.abs() < 0.25 {
        return from_root * horner(&DIGAMMA_AT_ROOT, from_root);
    }
    // Recurrence DLMF 5.5.2 upwards, the small terms first; then DLMF 5.11.2.
    let steps = (LARGE - x).ceil().max(0.0) as u32;
    let sum: f64 = (0..steps).rev().map(|k| 1.0 / (x + f64::from(k))).sum();
    let large = x + f64::from(steps);
    let square = 1.0 / (large * large);
    let mut series = 0.0;
    for (j, bernoulli) in BERNOULLI[..8].iter().enumerate().rev() {
        series = square * (bernoulli / (2 * j + 2) as f64 + series);
    }
    large.ln() - 0.5 / large - series - sum
}

fn horner(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
}

/// The Bernoulli numbers B2, B4, ..., B30 (DLMF 24.2.iv).
const BERNOULLI: [f64; 15] = [
    1.0 / 6.0,
    -1.0 / 30.0,
    1.0 / 42.0,
    -1.0 / 30.0,
    5.0 / 66.0,
    -691.0 / 2730.0,
    7.0 / 6.0,
    -3617.0 / 510.0,
    43867.0 / 798.0,
    -174_611.0 / 330.0,
    854_513.0 / 138.0,
    -236_364_091.0 / 2730.0,
    8_553_103.0 / 6.0,
    -23_749_461_029.0 / 870.0,
    8_615_841_276_005.0 / 14322.0,
];

/// The `n`-th derivative of [`digamma`]; for `n` 0 digamma itself.
///
/// The relative error is below 2e-15 for `n` up to 1000 and grows slowly beyond. For even `n` there is
/// a root between any two poles on the negative axis, about half way, and next to it only the absolute
/// error is small, compared with the values to its sides. No step overflows where the result is representable. At the poles 0, -1, -2, ... it
/// is +inf for odd `n`; for even `n` infinite at 0 with the sign of the limit from the zero's own side,
/// and NaN at the others.
///
/// ```
/// use dezero_array::special::polygamma;
/// use std::f64::consts::PI;
///
/// assert!((polygamma(1, 1.0) - PI * PI / 6.0).abs() < 1e-15);
/// ```
pub fn polygamma(n: u32, x: f64) -> f64 {
    if n == 0 {
        return digamma(x);
    }
    let s = f64::from(n) + 1.0;
    let even = n.is_multiple_of(2);
    let sign = if even { -1.0 } else { 1.0 };
    if x.is_nan() || x == f64::NEG_INFINITY {
        return f64::NAN;
    }
    if x == f64::INFINITY {
        return sign * 0.0;
    }
    if x > 0.0 {
        // DLMF 5.15.1 is n! times Hurwitz's zeta function.
        return sign * factorial_over_power(n, x, scaled_zeta(s, x));
    }
    let distance = x - x.round();
    if distance == 0.0 {
        return match (even, x == 0.0) {
            (false, _) => f64::INFINITY,
            (true, true) => -1.0 / x,
            (true, false) => f64::NAN,
        };
    }
    // DLMF 5.15.1 sums (x + k)^-s over all k >= 0. Taken over all integers k, it is one sum over the
    // points on the side of the nearest pole on which x lies, and one over those on the other side;
    // half way between two poles they cancel to the last bit for even n, as they should. Too much by
    // then are the points below x, which are those from 1 - x upwards with the other sign.
    let near = distance.abs();
    let far = 1.0 - near;
    let near_side = scaled_zeta(s, near);
    let far_side = inverse_power_of_quotient(s, far - near, near) * scaled_zeta(s, far);
    let both_sides = match (even, distance > 0.0) {
        (false, _) => near_side + far_side,
        (true, true) => near_side - far_side,
        (true, false) => far_side - near_side,
    };
    let over_all = sign * factorial_over_power(n, near, both_sides);
    if over_all.is_infinite() {
        return over_all;
    }
    over_all - factorial_over_power(n, 1.0 - x, scaled_zeta(s, 1.0 - x))
}

/// `x^s zeta(s, x)` for `x > 0` and `s >= 2`: Hurwitz's zeta function relative to its first term, by the
/// Euler-Maclaurin formula (DLMF 25.11.5).
fn scaled_zeta(s: f64, x: f64) -> f64 {
    // From here on the terms of the formula fall below the last bit before they grow again.
    let large = 8.0 + 0.7 * s;
    let mut sum = 0.0;
    let mut k = 0.0;
    let mut power = 1.0;
    while x + k < large {
        sum += power;
        k += 1.0;
        power = inverse_power_of_quotient(s, k, x);
        // The rest is at most this term times 1 + (x + k)/(s - 1).
        if power * (x + k + s) < sum * 1e-18 {
            return sum;
        }
    }
    let x = x + k;
    let square = 1.0 / (x * x);
    let mut factor = s / x;
    let mut tail = x / (s - 1.0) + 0.5;
    let mut order = 2.0;
    for bernoulli in BERNOULLI {
        // Here factor is s (s+1) ... (s+order-2) / ((order-1)! x^(order-1)).
        let term = bernoulli * factor / order;
        tail += term;
        if term.abs() < tail * 1e-17 {
            break;
        }
        factor *= (s + order - 1.0) / order * (s + order) / (order + 1.0) * square;
        order += 2.0;
    }
    sum + power * tail
}

/// `((x + k) / x)^-s`. With `s` the rounding of the quotient would grow, that of the logarithm does not.
fn inverse_power_of_quotient(s: f64, k: f64, x: f64) -> f64 {
    if s <= 4.0 {
        (x / (x + k)).powi(s as i32)
    } else {
        (-s * (k / x).ln_1p()).exp()
    }
}

/// `n! x^-(n+1) factor` for `x > 0`, without overflow on the way.
fn factorial_over_power(n: u32, x: f64, factor: f64) -> f64 {
    /// Above, multiplying n numbers would take long; their logarithm loses digits but not time.
    const MANY: u32 = 100_000;
    /// A power of a number in [1/2, 1) that does not underflow.
    const CHUNK: u32 = 1000;

    if n > MANY {
        let n = f64::from(n);
        let log2 = (lgamma(n + 1.0) - (n + 1.0) * x.ln()) * LOG2_E;
        return libm::scalbn(factor * log2.fract().exp2(), log2.trunc() as i32);
    }
    let (fraction, exponent) = libm::frexp(x);
    let mut result = Scaled::new(factor);
    result.exponent -= i64::from(exponent) * (i64::from(n) + 1);
    result.multiply(&factorial(n));
    let mut left = n + 1;
    while left > 0 {
        let chunk = left.min(CHUNK);
        result.multiply(&Scaled::new(fraction.powf(-f64::from(chunk))));
        left -= chunk;
    }
    libm::scalbn(result.mantissa, result.exponent.clamp(-5000, 5000) as i32)
}

/// `n!`. Exact up to 22!; from there on the rounding errors of the products are carried along.
fn factorial(n: u32) -> Scaled {
    let mut exponent = 0;
    let (mut product, mut error) = (1.0_f64, 0.0_f64);
    for k in (2..=n).map(f64::from) {
        let next = product * k;
        if k > 22.0 {
            error = error * k + product.mul_add(k, -next);
        }
        product = next;
        if product > SCALE {
            product /= SCALE;
            error /= SCALE;
            exponent += SCALE_EXPONENT;
        }
    }
    Scaled {
        mantissa: product + error,
        exponent,
    }
}

const SCALE: f64 = 1.157_920_892_373_162e77;
const SCALE_EXPONENT: i64 = 256;

/// `mantissa 2^exponent`, for numbers beyond the range of f64.
struct Scaled {
    mantissa: f64,
    exponent: i64,
}

impl Scaled {
    fn new(value: f64) -> Self {
        let (mantissa, exponent) = libm::frexp(value);
        Self {
            mantissa,
            exponent: i64::from(exponent),
        }
    }

    fn multiply(&mut self, other: &Self) {
        let product = Self::new(self.mantissa * other.mantissa);
        self.mantissa = product.mantissa;
        self.exponent += other.exponent + product.exponent;
    }
}
