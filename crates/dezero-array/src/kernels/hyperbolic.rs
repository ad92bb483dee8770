//! Hyperbolic functions and the logistic function, by `e^x`.

use super::exponential::{at_most, parts, power_of_2, reduce, scale};
use super::function::{Function, fma, polynomial};
use super::logarithm::log1p;

/// `(sinh r - r)/r^3` in `r^2`; `coefficients/make.py SINH`.
const SINH: [f64; 5] = [
    0.166_666_666_666_666_77,
    0.008_333_333_333_321_67,
    0.000_198_412_698_860_223_38,
    2.755_724_431_654_021_6e-6,
    2.510_899_896_592_505_5e-8,
];

/// `(cosh r - 1)/r^2` in `r^2`; `coefficients/make.py COSH`.
const COSH: [f64; 6] = [
    0.5,
    0.041_666_666_666_666_71,
    0.001_388_888_888_886_392_7,
    2.480_158_736_341_559e-5,
    2.755_724_180_795_237_5e-7,
    2.092_443_059_702_184_6e-9,
];

/// Hyperbolic sine or cosine of `size >= 0`.
///
/// With `size = n ln 2 + r` and half the sum and the difference of `2^n` and `2^-n`, the addition theorem:
/// `sinh = difference cosh r + sum sinh r`, `cosh = sum cosh r + difference sinh r`.
#[inline(always)]
fn sinh_or_cosh<const FMA: bool, const SINH_WANTED: bool>(size: f64) -> f64 {
    let size = at_most(size, 711.0);
    let (n, r, lost) = reduce::<FMA>(size);
    // Where 2^n may overflow, a part of it comes later. 2^-n does not count there.
    let large = size > 350.0;
    let n = n.wrapping_sub(if large { 256 } else { 0 });
    let half_power = power_of_2(n.wrapping_sub(1));
    let half_inverse = power_of_2(0_u64.wrapping_sub(n).wrapping_sub(1));
    let (sum, difference) = (half_power + half_inverse, half_power - half_inverse);
    let (of_cosh, of_sinh) = if SINH_WANTED {
        (difference, sum)
    } else {
        (sum, difference)
    };
    let z = r * r;
    let cosh_tail = z * polynomial::<FMA, _>(&COSH, z);
    let sinh_tail = fma::<FMA>(r * z, polynomial::<FMA, _>(&SINH, z), lost);
    let head = fma::<FMA>(of_sinh, r, of_cosh);
    let head_lost = fma::<FMA>(of_sinh, r, of_cosh - head);
    let tail = fma::<FMA>(
        of_cosh,
        cosh_tail,
        fma::<FMA>(of_sinh, sinh_tail, head_lost),
    );
    (head + tail) * if large { TWO_TO_256 } else { 1.0 }
}

const TWO_TO_256: f64 = f64::from_bits((1023 + 256) << 52);

pub(super) struct Sinh;

impl Function for Sinh {
    #[inline(always)]
    fn value<const FMA: bool>(x: f64) -> f64 {
        sinh_or_cosh::<FMA, true>(x.abs()).copysign(x)
    }
}

pub(super) struct Cosh;

impl Function for Cosh {
    #[inline(always)]
    fn value<const FMA: bool>(x: f64) -> f64 {
        sinh_or_cosh::<FMA, false>(x.abs())
    }
}

pub(super) struct Tanh;

impl Function for Tanh {
    #[inline(always)]
    fn value<const FMA: bool>(x: f64) -> f64 {
        // tanh |x| = m/(m + 2) with m = e^2|x| - 1. From 22 on it is 1.
        let size = at_most(x.abs(), 22.0);
        let parts = parts::<FMA>(size + size);
        let power = power_of_2(parts.n);
        // m = (power - 1 + power*head) + power*tail; both terms of the first sum are exact.
        let large = power - 1.0;
        let sum = fma::<FMA>(power, parts.head, large);
        let lost = fma::<FMA>(power, parts.head, large - sum);
        let tail = fma::<FMA>(power, parts.tail, lost);
        let m = sum + tail;
        // Where m < 2 the numerator makes up for most of what the roundings of m and of the divisor
        // lose. 3/8 is its reciprocal, roughly.
        let divisor = m + 2.0;
        let divisor_lost = m - (divisor - 2.0);
        let correction = fma::<FMA>(-0.375 * m, divisor_lost, tail - (m - sum));
        let numerator = if m < 2.0 { m + correction } else { m };
        (numerator / divisor).copysign(x)
    }
}

pub(super) struct Sigmoid;

impl Function for Sigmoid {
    #[inline(always)]
    fn value<const FMA: bool>(x: f64) -> f64 {
        // 1/(1 + p) or p/(1 + p) with p = e^-|x| = 2^n (head + tail).
        let parts = parts::<FMA>(-at_most(x.abs(), 750.0));
        let head = 1.0 + parts.head;
        let tail = (parts.head - (head - 1.0)) + parts.tail;
        let power = scale(head + tail, parts.n);
        // The numerator makes up for most of what the divisor's rounding loses. 0.72 is its
        // reciprocal, roughly.
        let divisor = 1.0 + power;
        let ratio = 0.72 * (power - (divisor - 1.0));
        let small = scale(head + fma::<FMA>(-head, ratio, tail), parts.n);
        let large = 1.0 - ratio;
        (if x < 0.0 { small } else { large }) / divisor
    }
}

pub(super) struct Softplus;

impl Function for Softplus {
    #[inline(always)]
    fn value<const FMA: bool>(x: f64) -> f64 {
        // ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|)
        let parts = parts::<FMA>(-at_most(x.abs(), 750.0));
        let head = 1.0 + parts.head;
        let tail = (parts.head - (head - 1.0)) + parts.tail;
        let sum = head + tail;
        let power = scale(sum, parts.n);
        let lost = scale(tail - (sum - head), parts.n);
        let linear = if x < 0.0 { 0.0 } else { x };
        linear + log1p::<FMA>(power, lost)
    }
}
