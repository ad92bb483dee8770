//! Powers.
//!
//! `x^y = 2^(y log2 x)`. The exponent has up to 10 digits before the point, so that the logarithm is
//! computed to some 68 binary digits, as a sum of two f64s (T. J. Dekker, "A floating-point technique for
//! extending the available precision", Numerische Mathematik 18, 1971). Its series is that of
//! `logarithm.rs`, with the first terms in two parts.

use std::f64::consts::{LN_2, LOG2_E};
use std::ops::Range;

use super::exponential::{EXP, LN_2_REST, TO_INTEGER, at_least, at_most, scale};
use super::function::{Float, fma, polynomial};
use super::level::{Kernel, Level, run_at};
use super::logarithm::split;
use crate::lanes::Lanes;

/// `(2 artanh(s) - 2s - 2/3 s^3)/s^5` in `s^2`; `coefficients/make.py LOG_LONG`.
const LOG_LONG: [f64; 8] = [
    0.399_999_999_999_999_8,
    0.285_714_285_714_451_1,
    0.222_222_222_175_366_22,
    0.181_818_188_703_093_1,
    0.153_845_568_706_972_47,
    0.133_363_174_488_092_2,
    0.116_748_176_335_543_92,
    0.119_890_221_135_085_5,
];

/// What is left by f64 of 2/3 and of the logarithm of e to base 2.
const TWO_THIRDS_REST: f64 = 3.700_743_415_417_188e-17;
const LOG2_E_REST: f64 = 2.035_527_374_093_103_3e-17;

/// A product and what its rounding lost.
#[inline(always)]
fn product<const FMA: bool>(x: f64, y: f64) -> (f64, f64) {
    let xy = x * y;
    if FMA {
        return (xy, x.mul_add(y, -xy));
    }
    // Halves of 26 and 27 digits, whose products are exact.
    let upper = |x: f64| f64::from_bits(x.to_bits() & !0x7ff_ffff);
    let (xh, yh) = (upper(x), upper(y));
    let (xl, yl) = (x - xh, y - yh);
    (xy, ((xh * yh - xy) + (xh * yl + xl * yh)) + xl * yl)
}

/// `log2 x` in two parts, for `x > 0`.
#[inline(always)]
fn log2<const FMA: bool>(x: f64) -> (f64, f64) {
    let (k, f) = split(x);
    // s = f/(2 + f)
    let divisor = 2.0 + f;
    let divisor_lost = f - (divisor - 2.0);
    let inverse = 1.0 / divisor;
    let s = f * inverse;
    let (back, back_lost) = product::<FMA>(s, divisor);
    let s_rest = (((f - back) - back_lost) - s * divisor_lost) * inverse;
    // z = s^2, p = 2/3 + z (...), ln(1 + f) = s (2 + z p)
    let (z, z_lost) = product::<FMA>(s, s);
    let z_rest = fma::<FMA>(s + s, s_rest, z_lost);
    let long = polynomial::<FMA, _>(&LOG_LONG, z);
    let first = 2.0 / 3.0;
    let term = z * long;
    let p = first + term;
    let p_rest = (term - (p - first)) + fma::<FMA>(z_rest, long, TWO_THIRDS_REST);
    let (w, w_lost) = product::<FMA>(z, p);
    let w_rest = w_lost + fma::<FMA>(z, p_rest, z_rest * p);
    let (cubic, cubic_lost) = product::<FMA>(s, w);
    let cubic_rest = cubic_lost + fma::<FMA>(s, w_rest, s_rest * w);
    let twice = s + s;
    let ln = twice + cubic;
    let ln_rest = (cubic - (ln - twice)) + (cubic_rest + (s_rest + s_rest));
    let (scaled, scaled_lost) = product::<FMA>(ln, LOG2_E);
    let scaled_rest = scaled_lost + fma::<FMA>(ln, LOG2_E_REST, ln_rest * LOG2_E);
    let sum = k + scaled;
    (sum, (scaled - (sum - k)) + scaled_rest)
}

/// `x^y`, for `|y| < 2^51`.
#[inline(always)]
fn power<const FMA: bool>(x: f64, y: f64) -> f64 {
    let size = x.abs();
    let (log, log_rest) = log2::<FMA>(size);
    let log = if size > 0.0 { log } else { f64::NEG_INFINITY };
    let log = if size < f64::INFINITY { log } else { size };
    let log = if x.is_nan() { x } else { log };
    let (exponent, lost) = product::<FMA>(log, y);
    let rest = fma::<FMA>(y, log_rest, lost);
    let beyond = exponent.abs() > 1100.0;
    let exponent = at_most(at_least(exponent, -1100.0), 1100.0);
    let rest = if beyond { 0.0 } else { rest };
    let shifted = exponent + TO_INTEGER;
    let fraction = exponent - (shifted - TO_INTEGER);
    let (most, most_lost) = product::<FMA>(fraction, LN_2);
    let more = most_lost + fma::<FMA>(fraction, LN_2_REST, rest * LN_2);
    // What a large exponent lost by its rounding is not small beside r.
    let r = most + more;
    let r_rest = more - (r - most);
    let small = fma::<FMA>(r_rest, r, r_rest);
    let tail = fma::<FMA>(r * r, polynomial::<FMA, _>(&EXP, r), small);
    let head = 1.0 + r;
    let value = scale(head + ((r - (head - 1.0)) + tail), shifted.to_bits());
    // The sign: that of x for odd y, and none at all unless y is an integer.
    let shifted = y + TO_INTEGER;
    let integral = shifted - TO_INTEGER == y;
    let odd = integral && shifted.to_bits() & 1 == 1;
    let value = if odd { value.copysign(x) } else { value };
    let real = integral || x >= 0.0 || size == f64::INFINITY;
    let value = if real { value } else { f64::NAN };
    // Exact ones, where the series is off by its last digit or is not a number.
    let value = if y == 1.0 { x } else { value };
    let value = if y == 2.0 { x * x } else { value };
    if y == 0.0 || x == 1.0 { 1.0 } else { value }
}

/// Exponents that `power` cannot take: roots and reciprocals, which are single instructions, and
/// those too large, which are even integers, infinite or NaN.
#[inline(always)]
fn is_hard(y: f64) -> bool {
    // Written so that NaN is hard.
    let large = !matches!(
        y.abs().partial_cmp(&2_251_799_813_685_248.0),
        Some(std::cmp::Ordering::Less)
    );
    // Numbers, as a loop over branches is not vectorised.
    u64::from(large) | u64::from(y == 0.5) | u64::from(y == -1.0) != 0
}

fn hard(x: f64, y: f64) -> f64 {
    match y {
        0.5 => x.sqrt(),
        -1.0 => 1.0 / x,
        _ => x.powf(y),
    }
}

/// As many as are computed together.
const BLOCK: usize = 16;

struct Powers<'a, T> {
    x: Lanes<'a, T>,
    exponents: Lanes<'a, T>,
    y: &'a mut [T],
}

/// The operands of one block.
#[inline(always)]
fn load<T: Float>(lanes: Lanes<'_, T>, range: Range<usize>, block: &mut [f64; BLOCK]) {
    match lanes {
        Lanes::Each(values) => {
            for (x, &value) in block.iter_mut().zip(&values[range]) {
                *x = value.to_f64();
            }
        }
        Lanes::All(value) => *block = [value.to_f64(); BLOCK],
    }
}

impl<T: Float> Kernel for Powers<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let (mut x, mut exponents, mut powers) = ([1.0; BLOCK], [1.0; BLOCK], [1.0; BLOCK]);
        for (i, y) in self.y.chunks_mut(BLOCK).enumerate() {
            let range = i * BLOCK..i * BLOCK + y.len();
            load(self.x, range.clone(), &mut x);
            load(self.exponents, range, &mut exponents);
            let mut any_hard = 0;
            for i in 0..BLOCK {
                any_hard |= u64::from(is_hard(exponents[i]));
                powers[i] = power::<FMA>(x[i], exponents[i]);
            }
            if any_hard != 0 {
                for i in 0..BLOCK {
                    if is_hard(exponents[i]) {
                        powers[i] = hard(x[i], exponents[i]);
                    }
                }
            }
            for (y, &power) in y.iter_mut().zip(&powers) {
                *y = T::from_f64(power);
            }
        }
    }
}

/// `y = x^exponent`, within 2 ulp, with the special cases of [`f64::powf`]; but for 2, 1, 0.5 and -1, which
/// are `x x`, `x`, the square root and `1/x`.
///
/// ```
/// let mut y = [0.0; 4];
/// dezero_array::kernels::pow(&[2.0, -2.0, 0.0, f64::INFINITY], -3.0, &mut y);
/// assert_eq!(y, [0.125, -0.125, f64::INFINITY, 0.0]);
/// ```
///
/// # Panics
///
/// If the slices have different lengths.
pub fn pow(x: &[f64], exponent: f64, y: &mut [f64]) {
    pow_at(Level::best(), x, exponent, y);
}

/// [`pow`] of f32, within 1 ulp.
///
/// # Panics
///
/// If the slices have different lengths.
pub fn pow_f32(x: &[f32], exponent: f32, y: &mut [f32]) {
    pow_at(Level::best(), x, exponent, y);
}

/// `y = x^exponents`, element by element, as [`pow`].
///
/// ```
/// use dezero_array::Lanes;
///
/// let mut y = [0.0; 3];
/// let exponents = Lanes::Each(&[10.0, 0.5, 1.5]);
/// dezero_array::kernels::powers(Lanes::Each(&[2.0, 9.0, -8.0]), exponents, &mut y);
/// assert_eq!(y[..2], [1024.0, 3.0]);
/// assert!(y[2].is_nan());
/// ```
///
/// # Panics
///
/// If the slices have different lengths.
pub fn powers(x: Lanes<'_, f64>, exponents: Lanes<'_, f64>, y: &mut [f64]) {
    powers_at(Level::best(), x, exponents, y);
}

/// [`powers`] of f32, within 1 ulp.
///
/// # Panics
///
/// If the slices have different lengths.
pub fn powers_f32(x: Lanes<'_, f32>, exponents: Lanes<'_, f32>, y: &mut [f32]) {
    powers_at(Level::best(), x, exponents, y);
}

pub(super) fn pow_at<T: Float>(level: Level, x: &[T], exponent: T, y: &mut [T]) {
    let simple = exponent.to_f64();
    if simple == 2.0 || simple == 1.0 || simple == 0.5 || simple == -1.0 {
        assert_eq!(x.len(), y.len(), "slices of different lengths");
        return run_at(
            level,
            Simple {
                x,
                exponent: simple,
                y,
            },
        );
    }
    powers_at(level, Lanes::Each(x), Lanes::All(exponent), y);
}

pub(super) fn powers_at<T: Float>(
    level: Level,
    x: Lanes<'_, T>,
    exponents: Lanes<'_, T>,
    y: &mut [T],
) {
    for lanes in [x, exponents] {
        if let Lanes::Each(values) = lanes {
            assert_eq!(values.len(), y.len(), "slices of different lengths");
        }
    }
    run_at(level, Powers { x, exponents, y });
}

/// Powers that are single instructions.
struct Simple<'a, T> {
    x: &'a [T],
    exponent: f64,
    y: &'a mut [T],
}

impl<T: Float> Kernel for Simple<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let values = self.y.iter_mut().zip(self.x.iter().map(|x| x.to_f64()));
        if self.exponent == 2.0 {
            values.for_each(|(y, x)| *y = T::from_f64(x * x));
        } else if self.exponent == 0.5 {
            values.for_each(|(y, x)| *y = T::from_f64(x.sqrt()));
        } else if self.exponent == -1.0 {
            values.for_each(|(y, x)| *y = T::from_f64(1.0 / x));
        } else {
            values.for_each(|(y, x)| *y = T::from_f64(x));
        }
    }
}
