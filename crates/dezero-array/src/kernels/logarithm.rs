//! Logarithms.
//!
//! `x = 2^k m` with `m` between `sqrt(1/2)` and `sqrt(2)`, and `ln m = 2 artanh s` for
//! `s = f/(2 + f)`, `f = m - 1`, so arranged that `f` itself is added last but one and without a rounding
//! error: `ln(1 + f) = f - (f^2/2 - s (f^2/2 + R))`, `R` the series of `2 artanh s` from `s^3` on, divided
//! by `s` (P. T. P. Tang, "Table-driven implementation of the logarithm function", ACM TOMS 16, 1990, for
//! the splitting of `ln 2`; W. J. Cody and W. Waite, 1980, chapter 5, for the rest).

use super::exponential::{LN2_HEAD, LN2_TAIL, TO_INTEGER};
use super::function::{Function, fma, polynomial};

/// `(2 artanh(s) - 2s)/s^3` in `s^2`; `coefficients/make.py LOG`.
const LOG: [f64; 7] = [
    0.666_666_666_666_673_4,
    0.399_999_999_994_144,
    0.285_714_287_424_558_84,
    0.222_221_985_656_897_85,
    0.181_835_647_403_630_4,
    0.153_140_393_052_289_3,
    0.147_960_689_550_730_08,
];

/// `2^52`, from which on the lowest bits of a number are an integer.
const INTEGERS: f64 = 4_503_599_627_370_496.0;
const SQRT_HALF: u64 = std::f64::consts::FRAC_1_SQRT_2.to_bits();
const ONE: u64 = 1.0_f64.to_bits();

/// `k` and `f` with `x = 2^k (1 + f)`, for `x` positive and finite.
#[inline(always)]
pub(super) fn split(x: f64) -> (f64, f64) {
    let tiny = x < f64::MIN_POSITIVE;
    let bits = (if tiny { x * INTEGERS } else { x }).to_bits();
    let exponent = bits.wrapping_add(ONE - SQRT_HALF) >> 52;
    let m = f64::from_bits(bits.wrapping_sub(exponent << 52).wrapping_add(ONE));
    let bias = INTEGERS + if tiny { 1023.0 + 52.0 } else { 1023.0 };
    let k = f64::from_bits(exponent | INTEGERS.to_bits()) - bias;
    (k, m - 1.0)
}

/// `value` where `x` is positive and finite, and else the limits of a logarithm.
#[inline(always)]
pub(super) fn with_limits(x: f64, value: f64) -> f64 {
    let value = if x < f64::INFINITY { value } else { x };
    let value = if x > 0.0 || x.is_nan() {
        value
    } else {
        f64::NAN
    };
    if x == 0.0 { f64::NEG_INFINITY } else { value }
}

/// `f^2/2 - (ln(1 + f) - f)`, taken apart: the first term, and what is subtracted from it; and `s`.
#[inline(always)]
fn series<const FMA: bool>(f: f64) -> (f64, f64, f64) {
    let s = f / (2.0 + f);
    let z = s * s;
    let half_square = 0.5 * f * f;
    let series = z * polynomial::<FMA, _>(&LOG, z);
    (half_square, half_square + series, s)
}

pub(super) struct Log;

impl Function for Log {
    #[inline(always)]
    fn value<const FMA: bool>(x: f64) -> f64 {
        let (k, f) = split(x);
        let (half_square, inner, s) = series::<FMA>(f);
        let rest = fma::<FMA>(s, inner, k * LN2_TAIL);
        with_limits(x, k * LN2_HEAD - ((half_square - rest) - f))
    }
}

/// `ln(1 + x + small)`, where `small` is a rounding error of `x`.
#[inline(always)]
pub(super) fn log1p<const FMA: bool>(x: f64, small: f64) -> f64 {
    let sum = 1.0 + x;
    let lost = (1.0 - (sum - (sum - 1.0))) + (x - (sum - 1.0)) + small;
    let (k, f) = split(sum);
    // Where k = 0, f and what it lost are x and nothing. Beyond 2^60, what is lost does not count.
    let inverse = f64::from_bits(ONE.wrapping_sub(k_bits(k)));
    let lost = if x < MANY { lost * inverse } else { 0.0 };
    let (f, lost) = if k == 0.0 { (x, small) } else { (f, lost) };
    let (half_square, inner, s) = series::<FMA>(f);
    // 1/(1 + f) = (1 - s)/(1 + s), roughly.
    let lost = lost * fma::<FMA>(s, s + s - 2.0, 1.0);
    let rest = fma::<FMA>(s, inner, fma::<FMA>(k, LN2_TAIL, lost));
    with_limits(sum, k * LN2_HEAD - ((half_square - rest) - f))
}

/// `2^60`.
const MANY: f64 = 1_152_921_504_606_846_976.0;

/// An integer, as it is added to an exponent.
#[inline(always)]
fn k_bits(k: f64) -> u64 {
    (k + TO_INTEGER).to_bits() << 52
}

pub(super) struct Log1p;

impl Function for Log1p {
    #[inline(always)]
    fn value<const FMA: bool>(x: f64) -> f64 {
        log1p::<FMA>(x, 0.0).copysign(x)
    }
}

/// A logarithm to another base: `log 2` and `log e` in two parts, the first of so few digits that its
/// products are exact.
struct Base {
    log_2: [f64; 2],
    log_e: [f64; 2],
}

const BASE_2: Base = Base {
    log_2: [1.0, 0.0],
    log_e: [1.442_695_021_629_333_5, 1.925_962_991_126_617_5e-8],
};
const BASE_10: Base = Base {
    log_2: [0.301_029_995_663_611_77, 3.694_239_077_158_931e-13],
    log_e: [0.434_294_477_105_140_7, 4.798_111_141_615_973e-9],
};

#[inline(always)]
fn log_to_base<const FMA: bool>(base: &Base, x: f64) -> f64 {
    let (k, f) = split(x);
    let (half_square, inner, s) = series::<FMA>(f);
    let tail = fma::<FMA>(s, inner, -half_square);
    // The first 26 digits of f.
    let high = f64::from_bits(f.to_bits() & !0x7ff_ffff);
    let low = (f - high) + tail;
    let (whole, part) = (k * base.log_2[0], high * base.log_e[0]);
    let sum = whole + part;
    let lost = part - (sum - whole);
    let small = fma::<FMA>(f + tail, base.log_e[1], k * base.log_2[1]);
    let small = fma::<FMA>(low, base.log_e[0], small);
    with_limits(x, sum + (small + lost))
}

pub(super) struct Log2;

impl Function for Log2 {
    #[inline(always)]
    fn value<const FMA: bool>(x: f64) -> f64 {
        log_to_base::<FMA>(&BASE_2, x)
    }
}

pub(super) struct Log10;

impl Function for Log10 {
    #[inline(always)]
    fn value<const FMA: bool>(x: f64) -> f64 {
        log_to_base::<FMA>(&BASE_10, x)
    }
}
