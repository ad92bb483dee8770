//! `e^x` and what is made of it.
//!
//! The argument is `n ln 2 + r` with an integer `n` and `|r| <= ln(2)/2`; `ln 2` is subtracted in two
//! parts, the first with so few digits that `n` times it is exact (Cody and Waite, "Software Manual for
//! the Elementary Functions", 1980, chapter 6). `e^r` is a polynomial.

use std::f64::consts::{LN_2, LOG2_E};

use super::function::{Function, fma, polynomial};

/// Adding it to a number below `2^51` rounds that to an integer, which stands in the lowest bits of the
/// sum: 1.5 * 2^52.
pub(super) const TO_INTEGER: f64 = 6_755_399_441_055_744.0;

/// `ln 2` to 32 digits, and the rest.
pub(super) const LN2_HEAD: f64 = 0.693_147_180_369_123_8;
pub(super) const LN2_TAIL: f64 = 1.908_214_929_270_587_7e-10;

/// What is left of `ln 2` by f64.
pub(super) const LN_2_REST: f64 = 2.319_046_813_846_299_6e-17;

/// `(e^r - 1 - r)/r^2`; `coefficients/make.py EXP`.
pub(super) const EXP: [f64; 11] = [
    0.500_000_000_000_000_1,
    0.166_666_666_666_666_7,
    0.041_666_666_666_652_29,
    0.008_333_333_333_326_153,
    0.001_388_888_889_559_721_7,
    0.000_198_412_698_747_651_53,
    2.480_157_453_791_779e-5,
    2.755_725_546_178_219_4e-6,
    2.756_792_733_582_708_5e-7,
    2.510_519_422_227_151e-8,
    1.768_768_026_702_367_1e-9,
];

/// `e^x` as `2^n (1 + head + tail)`.
pub(super) struct Parts {
    /// The integer `n` in the lowest bits.
    pub(super) n: u64,
    /// The reduced argument.
    pub(super) head: f64,
    /// What is to be added: `e^r - 1 - r`, with the rounding error of `r`.
    pub(super) tail: f64,
}

/// The integer `n` in the lowest bits, `r`, and what the rounding of `r` has lost; `x` must be between
/// -1000 and 1000, or NaN.
#[inline(always)]
pub(super) fn reduce<const FMA: bool>(x: f64) -> (u64, f64, f64) {
    let shifted = fma::<FMA>(x, LOG2_E, TO_INTEGER);
    let n = shifted - TO_INTEGER;
    let high = fma::<FMA>(-n, LN2_HEAD, x);
    let r = fma::<FMA>(-n, LN2_TAIL, high);
    let lost = fma::<FMA>(-n, LN2_TAIL, high - r);
    (shifted.to_bits(), r, lost)
}

/// `x` must be between -1000 and 1000, or NaN.
#[inline(always)]
pub(super) fn parts<const FMA: bool>(x: f64) -> Parts {
    let (n, r, lost) = reduce::<FMA>(x);
    let lost = fma::<FMA>(lost, r, lost);
    Parts {
        n,
        head: r,
        tail: fma::<FMA>(r * r, polynomial::<FMA, _>(&EXP, r), lost),
    }
}

/// `x * 2^n` for `|n| <= 2000`, rounded once; `n` stands in the lowest bits.
#[inline(always)]
pub(super) fn scale(x: f64, n: u64) -> f64 {
    // By two powers, as one would overflow before the product does.
    let half = (n.wrapping_add(2048) & 0xfff) >> 1;
    let rest = n.wrapping_sub(half).wrapping_add(2048);
    x * power_of_2(half.wrapping_sub(1024)) * power_of_2(rest.wrapping_sub(1024))
}

/// `2^n` for `-1022 <= n <= 1023`, which stands in the lowest bits.
#[inline(always)]
pub(super) fn power_of_2(n: u64) -> f64 {
    f64::from_bits(n.wrapping_add(1023) << 52)
}

/// The smaller of both; NaN stays.
#[inline(always)]
pub(super) fn at_most(x: f64, high: f64) -> f64 {
    if x > high { high } else { x }
}

/// The larger of both; NaN stays.
#[inline(always)]
pub(super) fn at_least(x: f64, low: f64) -> f64 {
    if x < low { low } else { x }
}

pub(super) struct Exp;

impl Function for Exp {
    #[inline(always)]
    fn value<const FMA: bool>(x: f64) -> f64 {
        // Beyond these all is 0 or infinite.
        let parts = parts::<FMA>(at_most(at_least(x, -750.0), 710.0));
        scale(1.0 + (parts.head + parts.tail), parts.n)
    }
}

pub(super) struct Exp2;

impl Function for Exp2 {
    #[inline(always)]
    fn value<const FMA: bool>(x: f64) -> f64 {
        let x = at_most(at_least(x, -1100.0), 1025.0);
        let shifted = x + TO_INTEGER;
        let fraction = x - (shifted - TO_INTEGER);
        let r = fraction * LN_2;
        let tail = fraction * LN_2_REST;
        let tail = fma::<FMA>(r * r, polynomial::<FMA, _>(&EXP, r), tail);
        scale(1.0 + (r + tail), shifted.to_bits())
    }
}

pub(super) struct Expm1;

impl Function for Expm1 {
    #[inline(always)]
    fn value<const FMA: bool>(x: f64) -> f64 {
        let large = x > 512.0;
        let parts = parts::<FMA>(at_most(at_least(x, -60.0), 710.0));
        // 2^n (1 + head + tail) - 1 = (2^n - 1 + 2^n head) + 2^n tail, where both terms of the first sum
        // are exact. 2^1024 is no number: there half of it does, as the 1 does not count.
        let power = power_of_2(parts.n.wrapping_sub(u64::from(large)));
        let rest = power - 1.0;
        let sum = fma::<FMA>(power, parts.head, rest);
        let lost = fma::<FMA>(power, parts.head, rest - sum);
        let value = sum + fma::<FMA>(power, parts.tail, lost);
        (if large { value + value } else { value }).copysign(x)
    }
}
