//! Sine and cosine.
//!
//! The nearest multiple of pi/2 is subtracted in parts (Cody and Waite, 1980, chapter 8); sine and cosine
//! of what remains are polynomials, and the multiple says which of the two is the result, and its sign.

use super::exponential::TO_INTEGER;
use super::function::{Function, fma, polynomial};

/// `(sin r - r)/r^3` in `r^2`; `coefficients/make.py SIN`.
const SIN: [f64; 6] = [
    -0.166_666_666_666_666_3,
    0.008_333_333_333_322_078,
    -0.000_198_412_698_295_572_97,
    2.755_731_360_996_876_4e-6,
    -2.505_074_593_414_102e-8,
    1.589_612_167_856_013_6e-10,
];

/// `(cos r - 1 + r^2/2)/r^4` in `r^2`; `coefficients/make.py COS`.
const COS: [f64; 6] = [
    0.041_666_666_666_666_595,
    -0.001_388_888_888_887_300_4,
    2.480_158_728_881_881_2e-5,
    -2.755_731_416_961_611_7e-7,
    2.087_569_950_094_085e-9,
    -1.135_846_576_085_845_8e-11,
];

/// pi/2 in three parts of 53 digits.
const FUSED_PARTS: [f64; 3] = [
    std::f64::consts::FRAC_PI_2,
    6.123_233_995_736_766e-17,
    -1.497_384_904_859_169_8e-33,
];

/// pi/2 in three parts of 33 digits, and 53 more.
const PARTS: [f64; 4] = [
    1.570_796_326_734_125_6,
    6.077_100_506_303_966e-11,
    2.022_266_248_711_166_5e-21,
    8.478_427_660_368_9e-32,
];

const SIGN: u64 = 1 << 63;

/// The angles that can be reduced by `PARTS`, and by `FUSED_PARTS`.
#[inline(always)]
fn largest<const FMA: bool>() -> f64 {
    if FMA { 1e9 } else { 1e6 }
}

/// The multiple of pi/2 next to `x` in the lowest bits, and `x` less that multiple.
#[inline(always)]
fn reduce<const FMA: bool>(x: f64) -> (u64, f64) {
    let shifted = fma::<FMA>(x, std::f64::consts::FRAC_2_PI, TO_INTEGER);
    let n = shifted - TO_INTEGER;
    let r = if FMA {
        // The first is exact, as it leaves a number below 1 that is a multiple of the last place of x
        // or of pi/2.
        let r = (-n).mul_add(FUSED_PARTS[0], x);
        let r = (-n).mul_add(FUSED_PARTS[1], r);
        (-n).mul_add(FUSED_PARTS[2], r)
    } else {
        // The products are exact for n < 2^20. So is a difference that loses leading digits; where none
        // are lost the rounding errors are added to the next part.
        let a = x - n * PARTS[0];
        let second = n * PARTS[1];
        let b = a - second;
        let third = n * PARTS[2];
        let c = b - third;
        let lost = ((a - b) - second) + ((b - c) - third);
        c + (lost - n * PARTS[3])
    };
    (shifted.to_bits(), r)
}

/// Sine and cosine of a reduced angle.
#[inline(always)]
fn sin_cos<const FMA: bool>(r: f64) -> (f64, f64) {
    let z = r * r;
    let sin = fma::<FMA>(r * z, polynomial::<FMA, _>(&SIN, z), r);
    // 1 - z/2 with what its rounding loses (Kahan's trick for 1 - z/2 + small).
    let half = 0.5 * z;
    let most = 1.0 - half;
    let rest = fma::<FMA>(z * z, polynomial::<FMA, _>(&COS, z), (1.0 - most) - half);
    (sin, most + rest)
}

/// The sine of `x + turns * pi/2`, for `x` not negative.
#[inline(always)]
fn sin_turned<const FMA: bool>(x: f64, turns: u64) -> f64 {
    let (n, r) = reduce::<FMA>(x);
    let n = n.wrapping_add(turns);
    let (sin, cos) = sin_cos::<FMA>(r);
    let value = if n & 1 == 0 { sin } else { cos };
    f64::from_bits(value.to_bits() ^ ((n & 2) << 62))
}

pub(super) struct Sin;

impl Function for Sin {
    #[inline(always)]
    fn value<const FMA: bool>(x: f64) -> f64 {
        let sin = sin_turned::<FMA>(x.abs(), 0);
        f64::from_bits(sin.to_bits() ^ (x.to_bits() & SIGN))
    }

    #[inline(always)]
    fn is_hard<const FMA: bool>(x: f64) -> bool {
        x.abs() > largest::<FMA>()
    }

    fn hard(x: f64) -> f64 {
        libm::sin(x)
    }
}

pub(super) struct Cos;

impl Function for Cos {
    #[inline(always)]
    fn value<const FMA: bool>(x: f64) -> f64 {
        sin_turned::<FMA>(x.abs(), 1)
    }

    #[inline(always)]
    fn is_hard<const FMA: bool>(x: f64) -> bool {
        x.abs() > largest::<FMA>()
    }

    fn hard(x: f64) -> f64 {
        libm::cos(x)
    }
}
