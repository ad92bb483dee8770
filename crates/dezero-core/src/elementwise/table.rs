//! The table of elementwise primitives: one entry each, and everything else follows from it.
//!
//! An entry says, under its documentation:
//!
//! - the variant of [`Unary`] or [`Binary`] (which is also the label in a drawing), its numeric
//!   parameters with an example each, and the names of the two methods on [`Variable`];
//! - `value`: the function of a float, written once for f64 and f32; `integer` where integers stay
//!   integers;
//! - `vector`: the same over slices of f64 and of f32, where there is a kernel of vector instructions.
//!   Arrays take it; a number alone is `value`, and the two may differ in the last digit;
//! - `vjp`: the derivative as a formula of variables. It gets the input `x`, the result `y` and the
//!   cotangent `gy` of the result, and gives the cotangent of the input. It serves every order,
//!   and forward mode too, because the Jacobian of an elementwise function is diagonal. Without a
//!   formula the derivative is zero everywhere. Undoing a broadcast is not its business;
//! - `taylor`: the same derivative in another form, where the chain of `vjp`s never ends: from it
//!   comes the recurrence of the Taylor coefficients. Most entries need none;
//! - `symbol`: what stands for it in a drawing, where that is not its name; `{}` is a parameter;
//! - `domain`: intervals from which the tests draw their points, away from kinks and poles.
//!
//! Formulas are those of Abramowitz and Stegun, chapters 4 to 7, unless a comment says otherwise.

use std::f64::consts::{FRAC_2_SQRT_PI, LN_2, LN_10};

use dezero_array::{Lanes, kernels, map_lanes};

use super::machinery::{Rule, binary_table, integer_power, unary_table};
use super::real::{Real, RealExt};
use crate::taylor::Traced;
use crate::variable::Variable;

unary_table! {
    /// `-x`.
    Neg => neg try_neg {
        value: |x| -x,
        integer: |x| x.wrapping_neg(),
        vjp: |x, y, gy| -gy,
        symbol: "−( )",
        domain: [(-3.0, 3.0)],
    }

    /// The absolute value `|x|`, with derivative 0 at 0.
    Abs => abs try_abs {
        value: |x| x.abs(),
        integer: |x| x.wrapping_abs(),
        vjp: |x, y, gy| gy * x.sign(),
        symbol: "|( )|",
        domain: [(-3.0, -0.2), (0.2, 3.0)],
    }

    /// The sign: -1, 0 or 1.
    Sign => sign try_sign {
        value: |x| x.sign(),
        integer: |x| x.signum(),
        domain: [(-3.0, -0.2), (0.2, 3.0)],
    }

    /// `x^2`.
    Square => square try_square {
        value: |x| x * x,
        integer: |x| x.wrapping_mul(x),
        vjp: |x, y, gy| gy * (2.0 * x),
        symbol: "( )²",
        domain: [(-3.0, 3.0)],
    }

    /// The square root.
    Sqrt => sqrt try_sqrt {
        value: |x| x.sqrt(),
        vjp: |x, y, gy| gy / (2.0 * y),
        symbol: "√",
        domain: [(0.2, 9.0)],
    }

    /// The real cube root, also of negative numbers.
    Cbrt => cbrt try_cbrt {
        value: |x| x.cbrt(),
        vjp: |x, y, gy| gy / (3.0 * (y * y)),
        symbol: "∛",
        domain: [(-9.0, -0.3), (0.3, 9.0)],
    }

    /// `1 / x`.
    Recip => recip try_recip {
        value: |x| 1.0 / x,
        vjp: |x, y, gy| gy * -(y * y),
        symbol: "1/( )",
        domain: [(-3.0, -0.4), (0.4, 3.0)],
    }

    /// `e^x`.
    Exp => exp try_exp {
        value: |x| x.exp(),
        vector: |xs, ys| [kernels::exp(xs, ys), kernels::exp_f32(xs, ys)],
        vjp: |x, y, gy| gy * y,
        domain: [(-3.0, 3.0)],
    }

    /// `2^x`.
    Exp2 => exp2 try_exp2 {
        value: |x| x.exp2(),
        vector: |xs, ys| [kernels::exp2(xs, ys), kernels::exp2_f32(xs, ys)],
        vjp: |x, y, gy| gy * (y * LN_2),
        domain: [(-3.0, 3.0)],
    }

    /// `e^x - 1`, exact also near 0.
    Expm1 => expm1 try_expm1 {
        value: |x| x.exp_m1(),
        vector: |xs, ys| [kernels::expm1(xs, ys), kernels::expm1_f32(xs, ys)],
        vjp: |x, y, gy| gy * x.exp(),
        domain: [(-3.0, 3.0)],
    }

    /// The natural logarithm.
    Log => log try_log {
        value: |x| x.ln(),
        vector: |xs, ys| [kernels::log(xs, ys), kernels::log_f32(xs, ys)],
        vjp: |x, y, gy| gy / x,
        domain: [(0.2, 9.0)],
    }

    /// The logarithm to base 2.
    Log2 => log2 try_log2 {
        value: |x| x.log2(),
        vector: |xs, ys| [kernels::log2(xs, ys), kernels::log2_f32(xs, ys)],
        vjp: |x, y, gy| gy / (x * LN_2),
        domain: [(0.2, 9.0)],
    }

    /// The logarithm to base 10.
    Log10 => log10 try_log10 {
        value: |x| x.log10(),
        vector: |xs, ys| [kernels::log10(xs, ys), kernels::log10_f32(xs, ys)],
        vjp: |x, y, gy| gy / (x * LN_10),
        domain: [(0.2, 9.0)],
    }

    /// `log(1 + x)`, exact also near 0.
    Log1p => log1p try_log1p {
        value: |x| x.ln_1p(),
        vector: |xs, ys| [kernels::log1p(xs, ys), kernels::log1p_f32(xs, ys)],
        vjp: |x, y, gy| gy / (x + 1.0),
        domain: [(-0.7, 9.0)],
    }

    /// The sine of an angle in radians.
    Sin => sin try_sin {
        value: |x| x.sin(),
        vector: |xs, ys| [kernels::sin(xs, ys), kernels::sin_f32(xs, ys)],
        vjp: |x, y, gy| gy * x.cos(),
        domain: [(-7.0, 7.0)],
    }

    /// The cosine of an angle in radians.
    Cos => cos try_cos {
        value: |x| x.cos(),
        vector: |xs, ys| [kernels::cos(xs, ys), kernels::cos_f32(xs, ys)],
        vjp: |x, y, gy| gy * -x.sin(),
        domain: [(-7.0, 7.0)],
    }

    /// The tangent of an angle in radians.
    Tan => tan try_tan {
        value: |x| x.tan(),
        vjp: |x, y, gy| gy * (1.0 + y * y),
        domain: [(-1.2, 1.2)],
    }

    /// The arc sine, in radians.
    Asin => asin try_asin {
        value: |x| x.asin(),
        vjp: |x, y, gy| gy / ((1.0 - x) * (1.0 + x)).sqrt(),
        domain: [(-0.8, 0.8)],
    }

    /// The arc cosine, in radians.
    Acos => acos try_acos {
        value: |x| x.acos(),
        vjp: |x, y, gy| -gy / ((1.0 - x) * (1.0 + x)).sqrt(),
        domain: [(-0.8, 0.8)],
    }

    /// The arc tangent, in radians.
    Atan => atan try_atan {
        value: |x| x.atan(),
        vjp: |x, y, gy| gy / (1.0 + x * x),
        domain: [(-4.0, 4.0)],
    }

    /// The hyperbolic sine.
    Sinh => sinh try_sinh {
        value: |x| x.sinh(),
        vector: |xs, ys| [kernels::sinh(xs, ys), kernels::sinh_f32(xs, ys)],
        vjp: |x, y, gy| gy * x.cosh(),
        domain: [(-3.0, 3.0)],
    }

    /// The hyperbolic cosine.
    Cosh => cosh try_cosh {
        value: |x| x.cosh(),
        vector: |xs, ys| [kernels::cosh(xs, ys), kernels::cosh_f32(xs, ys)],
        vjp: |x, y, gy| gy * x.sinh(),
        domain: [(-3.0, 3.0)],
    }

    /// The hyperbolic tangent.
    Tanh => tanh try_tanh {
        value: |x| x.tanh(),
        vector: |xs, ys| [kernels::tanh(xs, ys), kernels::tanh_f32(xs, ys)],
        vjp: |x, y, gy| gy * (1.0 - y * y),
        domain: [(-2.0, 2.0)],
    }

    /// The inverse hyperbolic sine.
    Asinh => asinh try_asinh {
        value: |x| x.asinh(),
        vjp: |x, y, gy| gy / x.hypot(1.0),
        domain: [(-4.0, 4.0)],
    }

    /// The inverse hyperbolic cosine, for `x >= 1`.
    Acosh => acosh try_acosh {
        value: |x| RealExt::acosh(x),
        vjp: |x, y, gy| gy / ((x - 1.0).sqrt() * (x + 1.0).sqrt()),
        domain: [(1.3, 6.0)],
    }

    /// The inverse hyperbolic tangent, for `-1 <= x <= 1`.
    Atanh => atanh try_atanh {
        value: |x| RealExt::atanh(x),
        vjp: |x, y, gy| gy / ((1.0 - x) * (1.0 + x)),
        domain: [(-0.8, 0.8)],
    }

    /// The logistic function `1 / (1 + e^-x)`.
    Sigmoid => sigmoid try_sigmoid {
        value: |x| x.logistic(),
        vector: |xs, ys| [kernels::sigmoid(xs, ys), kernels::sigmoid_f32(xs, ys)],
        // Not y (1 - y), which loses all digits where y nears 1.
        vjp: |x, y, gy| gy * (y * (-x).sigmoid()),
        domain: [(-4.0, 4.0)],
    }

    /// `log(1 + e^x)`, without overflow.
    Softplus => softplus try_softplus {
        value: |x| RealExt::softplus(x),
        vector: |xs, ys| [kernels::softplus(xs, ys), kernels::softplus_f32(xs, ys)],
        vjp: |x, y, gy| gy * x.sigmoid(),
        domain: [(-4.0, 4.0)],
    }

    /// `max(x, 0)`, with derivative 0 at 0.
    ReLU => relu try_relu {
        value: |x| x.larger(0.0),
        vjp: |x, y, gy| x.greater(0.0).where_(gy, 0.0),
        domain: [(-3.0, -0.2), (0.2, 3.0)],
    }

    /// `x` where it is positive, `slope * x` elsewhere; the derivative at 0 is `slope`.
    LeakyReLU(slope = 0.2) => leaky_relu try_leaky_relu {
        value: |x| if x > 0.0 { x } else { slope * x },
        vjp: |x, y, gy| x.greater(0.0).where_(gy, slope * gy),
        domain: [(-3.0, -0.2), (0.2, 3.0)],
    }

    /// The error function.
    Erf => erf try_erf {
        value: |x| RealExt::erf(x),
        vjp: |x, y, gy| gy * ((-(x * x)).exp() * FRAC_2_SQRT_PI),
        domain: [(-2.0, 2.0)],
    }

    /// The logarithm of the absolute value of the gamma function.
    Lgamma => lgamma try_lgamma {
        value: |x| RealExt::lgamma(x),
        vjp: |x, y, gy| gy * x.digamma(),
        domain: [(-1.8, -1.3), (0.4, 6.0)],
    }

    /// The digamma function, the derivative of [`lgamma`](Variable::lgamma).
    Digamma => digamma try_digamma {
        value: |x| RealExt::digamma(x),
        vjp: |x, y, gy| gy * x.polygamma(1.0),
        domain: [(-1.8, -1.3), (0.6, 6.0)],
    }

    /// The polygamma function of order `n`, the `n`-th derivative of [`digamma`](Variable::digamma);
    /// NaN unless `n` is a whole number from 0.
    Polygamma(n = 1.0) => polygamma try_polygamma {
        value: |x| RealExt::polygamma(x, n),
        vjp: |x, y, gy| gy * x.polygamma(n + 1.0),
        domain: [(-1.7, -1.4), (0.8, 6.0)],
    }

    /// The largest whole number that is not above `x`.
    Floor => floor try_floor {
        value: |x| x.floor(),
        integer: |x| x,
        symbol: "⌊( )⌋",
        domain: [(0.2, 0.8), (1.2, 1.8)],
    }

    /// The smallest whole number that is not below `x`.
    Ceil => ceil try_ceil {
        value: |x| x.ceil(),
        integer: |x| x,
        symbol: "⌈( )⌉",
        domain: [(0.2, 0.8), (1.2, 1.8)],
    }

    /// The nearest whole number, halves to the even one, as NumPy does.
    Round => round try_round {
        value: |x| x.round_ties_even(),
        integer: |x| x,
        domain: [(0.6, 1.4), (1.6, 2.4)],
    }

    /// `x` to a constant power. `x^0` is 1 with derivative 0, also at 0.
    Pow(exponent = 3.0) => powf try_powf {
        value: |x| x.power(exponent),
        vector: |xs, ys| [kernels::pow(xs, exponent, ys), kernels::pow_f32(xs, exponent, ys)],
        vjp: |x, y, gy| (exponent != 0.0).then(|| gy * (exponent * x.powf(exponent - 1.0))),
        taylor: |x, y, gy| (exponent != 0.0).then(|| gy * (exponent * y) / x),
        symbol: "( )^{}",
        domain: [(-3.0, -0.3), (0.3, 3.0)],
    }

    /// `x` held between `low` and `high`; the derivative is 1 from one to the other and 0 outside.
    Clip(low = -1.0, high = 1.5) => clip try_clip {
        value: |x| if x < low { low } else if x > high { high } else { x },
        vjp: |x, y, gy| x.greater_equal(low).logical_and(x.less_equal(high)).where_(gy, 0.0),
        domain: [(-3.0, -1.2), (-0.8, 1.3), (1.7, 3.0)],
    }
}

binary_table! {
    /// `x0 + x1`.
    Add => add try_add {
        value: |x0, x1| x0 + x1,
        integer: |x0, x1| x0.wrapping_add(x1),
        bool: |x0, x1| x0 | x1,
        vjp: |x0, x1, y, gy| [gy, gy],
        symbol: "+",
        domain: [(-3.0, 3.0), (-3.0, 3.0)],
    }

    /// `x0 - x1`.
    Sub => sub try_sub {
        value: |x0, x1| x0 - x1,
        integer: |x0, x1| x0.wrapping_sub(x1),
        vjp: |x0, x1, y, gy| [gy, -gy],
        symbol: "−",
        domain: [(-3.0, 3.0), (-3.0, 3.0)],
    }

    /// `x0 * x1`.
    Mul => mul try_mul {
        value: |x0, x1| x0 * x1,
        integer: |x0, x1| x0.wrapping_mul(x1),
        bool: |x0, x1| x0 & x1,
        vjp: |x0, x1, y, gy| [gy * x1, gy * x0],
        symbol: "×",
        domain: [(-3.0, 3.0), (-3.0, 3.0)],
    }

    /// `x0 / x1`; integers give floats.
    Div => div try_div {
        value: |x0, x1| x0 / x1,
        vjp: |x0, x1, y, gy| [gy / x1, gy * (-y / x1)],
        symbol: "÷",
        domain: [(-3.0, 3.0), (0.4, 3.0)],
    }

    /// `x0` to the power `x1`. `0^0` is 1; the derivatives are 0 there, and by the exponent at the
    /// base 0.
    Pow => pow try_pow {
        value: |x0, x1| x0.power(x1),
        vector: |x0, x1, ys| [kernels::powers(x0, x1, ys), kernels::powers_f32(x0, x1, ys)],
        integer: |x0, x1| integer_power(x0, x1),
        vjp: |x0, x1, y, gy| [
            gy * (x1 * x0.pow(x0.equal(0.0).logical_and(x1.equal(0.0)).where_(1.0, x1 - 1.0))),
            gy * (y * x0.equal(0.0).logical_and(x1.greater_equal(0.0)).where_(1.0, x0).log()),
        ],
        taylor: |x0, x1, y, gy| [gy * (x1 * y) / x0, gy * (y * x0.log())],
        symbol: "( )^( )",
        domain: [(0.3, 3.0), (-2.0, 2.0)],
    }

    /// The angle of the point `(x1, x0)` in radians, from -pi to pi: `x0` is the ordinate.
    Atan2 => atan2 try_atan2 {
        value: |x0, x1| x0.atan2(x1),
        // Not over x0^2 + x1^2, which overflows and underflows.
        vjp: |x0, x1, y, gy| [
            gy * (x1 / x0.hypot(x1) / x0.hypot(x1)),
            // The minus stands outside, as a bool has none.
            gy * -(x0 / x0.hypot(x1) / x0.hypot(x1)),
        ],
        domain: [(0.3, 3.0), (-3.0, 3.0)],
    }

    /// `sqrt(x0^2 + x1^2)` without overflow; the derivative at the origin is 0.
    Hypot => hypot try_hypot {
        value: |x0, x1| x0.hypot(x1),
        vjp: |x0, x1, y, gy| [
            gy * (x0 / y.equal(0.0).where_(f64::INFINITY, y)),
            gy * (x1 / y.equal(0.0).where_(f64::INFINITY, y)),
        ],
        domain: [(0.3, 3.0), (-3.0, 3.0)],
    }

    /// The larger of the two; a tie shares the derivative. NaN if either is.
    Maximum => maximum try_maximum {
        value: |x0, x1| x0.larger(x1),
        integer: |x0, x1| x0.max(x1),
        bool: |x0, x1| x0 | x1,
        vjp: |x0, x1, y, gy| [
            x0.greater(x1).where_(gy, x0.equal(x1).where_(0.5 * gy, 0.0)),
            x1.greater(x0).where_(gy, x1.equal(x0).where_(0.5 * gy, 0.0)),
        ],
        domain: [(-3.0, 0.9), (1.0, 3.0)],
    }

    /// The smaller of the two; a tie shares the derivative. NaN if either is.
    Minimum => minimum try_minimum {
        value: |x0, x1| x0.smaller(x1),
        integer: |x0, x1| x0.min(x1),
        bool: |x0, x1| x0 & x1,
        vjp: |x0, x1, y, gy| [
            x0.less(x1).where_(gy, x0.equal(x1).where_(0.5 * gy, 0.0)),
            x1.less(x0).where_(gy, x1.equal(x0).where_(0.5 * gy, 0.0)),
        ],
        domain: [(-3.0, 0.9), (1.0, 3.0)],
    }
}
