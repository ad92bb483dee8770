//! Problems 6, 8 to 12 and 15 to 19 of Moré, Garbow and Hillstrom: models with two to eleven
//! parameters, fitted to data.
//!
//! Formulas, data, starts and minima are the paper's, unless another source is named; formulas
//! count from 1, as the paper does. Figures of minima are refined.

use dezero_core::{Array, Variable};

use super::more_garbow_hillstrom::{KK, MGH};
use super::{KnownMinimum, TestFunction, coordinates, each};

/// Problem 6, Jennrich and Sampson, m = 10: `f_i = 2 + 2 i - (exp(i x1) + exp(i x2))`.
pub(super) fn jennrich_sampson() -> TestFunction {
    let i = each(10, |i| i);
    let y = each(10, |i| 2.0 + 2.0 * i);
    TestFunction::of_squares("Jennrich-Sampson", [0.3, 0.4], move |x| {
        let [x1, x2] = coordinates(x);
        -((x1 * &i).exp() + (x2 * &i).exp()) + &y
    })
    // 124.362... at x1 = x2 = 0.2578...
    .minimum(
        KnownMinimum::global(124.362_182_355_614_85, MGH)
            .at([0.257_825_213_670_364_1, 0.257_825_213_670_364_1]),
    )
    // As one variable goes to minus infinity.
    .minimum(KnownMinimum::local(259.580_190_134_253_26, KK))
}

/// Problem 8, Bard: `f_i = y_i - (x1 + u_i / (v_i x2 + w_i x3))` with `u_i = i`, `v_i = 16 - i`,
/// `w_i = min(u_i, v_i)`.
pub(super) fn bard() -> TestFunction {
    let y = Array::from([
        0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39,
    ]);
    let u = each(15, |i| i);
    let v = each(15, |i| 16.0 - i);
    let w = each(15, |i| i.min(16.0 - i));
    TestFunction::of_squares("Bard", [1.0, 1.0, 1.0], move |x| {
        let [x1, x2, x3] = coordinates(x);
        let denominator = x2 * &v + x3 * &w;
        -(x1 + denominator.recip() * &u) + &y
    })
    // 8.21487...e-3
    .minimum(KnownMinimum::global(0.008_214_877_306_578_975, MGH).at([
        0.082_410_559_749_788_93,
        1.133_036_092_029_721_6,
        2.343_695_178_642_537,
    ]))
    // 17.4286... at (0.8406..., -infinity, -infinity): the variance of the data, 15 times.
    .minimum(KnownMinimum::local(17.428_693_333_333_33, MGH))
}

/// Problem 9, Gaussian: `f_i = x1 exp(-x2 (t_i - x3)^2 / 2) - y_i` with `t_i = (8 - i) / 2`.
pub(super) fn gaussian() -> TestFunction {
    let y = Array::from([
        0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521, 0.3989, 0.3521, 0.2420, 0.1295,
        0.0540, 0.0175, 0.0044, 0.0009,
    ]);
    let minus_t = each(15, |i| (i - 8.0) / 2.0);
    TestFunction::of_squares("Gaussian", [0.4, 1.0, 0.0], move |x| {
        let [x1, x2, x3] = coordinates(x);
        x1 * ((x3 + &minus_t).square() * (x2 * -0.5)).exp() - &y
    })
    // 1.12793...e-8
    .minimum(KnownMinimum::global(1.127_932_769_618_648e-8, MGH).at([
        0.398_956_137_838_756_66,
        1.000_019_084_487_805_6,
        0.0,
    ]))
}

/// Problem 10, Meyer: `f_i = x1 exp(x2 / (t_i + x3)) - y_i` with `t_i = 45 + 5 i`.
pub(super) fn meyer() -> TestFunction {
    let y = Array::from([
        34_780.0, 28_610.0, 23_650.0, 19_630.0, 16_370.0, 13_720.0, 11_540.0, 9744.0, 8261.0,
        7030.0, 6005.0, 5147.0, 4427.0, 3820.0, 3307.0, 2872.0,
    ]);
    let t = each(16, |i| 45.0 + 5.0 * i);
    TestFunction::of_squares("Meyer", [0.02, 4000.0, 250.0], move |x| {
        let [x1, x2, x3] = coordinates(x);
        x1 * (x2 / (x3 + &t)).exp() - &y
    })
    // 87.9458...
    .minimum(KnownMinimum::global(87.945_855_170_851_12, MGH).at([
        0.005_609_636_471_028_053,
        6_181.346_346_286_372,
        345.223_634_624_136_5,
    ]))
}

/// Problem 11, Gulf research and development, m = 10: `f_i = exp(-|y_i - x2|^x3 / x1) - t_i` with
/// `t_i = i / 100`, `y_i = 25 + (-50 ln t_i)^(2/3)`.
///
/// The paper prints `|y_i m i x2|`, of which the minimum that it gives is none.
///
/// Where x1 falls to 0, x2 grows and x3 falls without bound, the power turns into an exponential
/// and the value goes down to 2.07814e-5, ever more slowly: a method may end above that. It is no
/// minimum, as the exponential is also what x2 falling and x3 growing lead to.
pub(super) fn gulf() -> TestFunction {
    let t = each(10, |i| i / 100.0);
    let y = each(10, |i| 25.0 + (-50.0 * (i / 100.0).ln()).powf(2.0 / 3.0));
    TestFunction::of_squares(
        "Gulf research and development",
        [5.0, 2.5, 0.15],
        move |x| {
            let [x1, x2, x3] = coordinates(x);
            (-((-x2 + &y).abs().pow(x3) / x1)).exp() - &t
        },
    )
    .minimum(KnownMinimum::global(0.0, MGH).at([50.0, 25.0, 1.5]))
    // Plateaus: the exponentials vanish, but for those of t_1 and t_2 in the first.
    .minimum(KnownMinimum::local(0.038, KK))
    .minimum(KnownMinimum::local(0.0385, KK))
}

/// Problem 12, Box, three-dimensional, m = 10: `f_i = exp(-t_i x1) - exp(-t_i x2) - x3 (exp(-t_i) -
/// exp(-10 t_i))` with `t_i = i / 10`.
///
/// Where x2 is so large that `exp(-t_i x2)` is 0 in floating point, a method may end at 0.0755887,
/// the lowest value there, which is no minimum.
pub(super) fn box_three_dimensional() -> TestFunction {
    let minus_t = each(10, |i| -i / 10.0);
    let c = each(10, |i| (-i / 10.0).exp() - (-i).exp());
    TestFunction::of_squares("Box three-dimensional", [0.0, 10.0, 20.0], move |x| {
        let [x1, x2, x3] = coordinates(x);
        (x1 * &minus_t).exp() - (x2 * &minus_t).exp() - x3 * &c
    })
    // And wherever x1 = x2 and x3 = 0.
    .minimum(KnownMinimum::global(0.0, MGH).at([1.0, 10.0, 1.0]))
    .minimum(KnownMinimum::global(0.0, MGH).at([10.0, 1.0, -1.0]))
}

/// Problem 15, Kowalik and Osborne: `f_i = y_i - x1 (u_i^2 + u_i x2) / (u_i^2 + u_i x3 + x4)`.
pub(super) fn kowalik_osborne() -> TestFunction {
    let y = Array::from([
        0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246,
    ]);
    let u = [
        4.0, 2.0, 1.0, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625,
    ];
    let square = Array::from(u.map(|u| u * u));
    let u = Array::from(u);
    TestFunction::of_squares("Kowalik-Osborne", [0.25, 0.39, 0.415, 0.39], move |x| {
        let [x1, x2, x3, x4] = coordinates(x);
        -(x1 * (x2 * &u + &square) / (x3 * &u + &square + x4)) + &y
    })
    // 3.07505...e-4
    .minimum(KnownMinimum::global(0.000_307_505_603_849_237_45, MGH).at([
        0.192_806_934_579_037_86,
        0.191_282_328_734_366_96,
        0.123_056_506_926_320_66,
        0.136_062_330_683_794_84,
    ]))
    // 1.02734...e-3 at (infinity, -14.07..., -infinity, -infinity)
    .minimum(KnownMinimum::local(0.001_027_343_048_695_457_8, MGH))
    // As x2, x3 and x4 grow in proportion.
    .minimum(KnownMinimum::local(0.001_794_539_060_564_490_6, KK))
}

/// Problem 16, Brown and Dennis, m = 20: `f_i = (x1 + t_i x2 - exp(t_i))^2 + (x3 + x4 sin(t_i) -
/// cos(t_i))^2` with `t_i = i / 5`.
pub(super) fn brown_dennis() -> TestFunction {
    let t = each(20, |i| i / 5.0);
    let exp = each(20, |i| (i / 5.0).exp());
    let sin = each(20, |i| (i / 5.0).sin());
    let cos = each(20, |i| (i / 5.0).cos());
    TestFunction::of_squares("Brown-Dennis", [25.0, 5.0, -5.0, -1.0], move |x| {
        let [x1, x2, x3, x4] = coordinates(x);
        (x1 + x2 * &t - &exp).square() + (x3 + x4 * &sin - &cos).square()
    })
    // 85822.2...
    .minimum(KnownMinimum::global(85_822.201_626_356_34, MGH).at([
        -11.594_439_904_762_165,
        13.203_630_051_207_204,
        -0.403_439_488_176_859_54,
        0.236_778_774_455_736_3,
    ]))
}

/// Problem 17, Osborne 1: `f_i = y_i - (x1 + x2 exp(-t_i x4) + x3 exp(-t_i x5))` with
/// `t_i = 10 (i - 1)`.
pub(super) fn osborne_1() -> TestFunction {
    let y = Array::from([
        0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.850, 0.818, 0.784, 0.751, 0.718, 0.685,
        0.658, 0.628, 0.603, 0.580, 0.558, 0.538, 0.522, 0.506, 0.490, 0.478, 0.467, 0.457, 0.448,
        0.438, 0.431, 0.424, 0.420, 0.414, 0.411, 0.406,
    ]);
    let minus_t = each(33, |i| -10.0 * (i - 1.0));
    TestFunction::of_squares("Osborne 1", [0.5, 1.5, -1.0, 0.01, 0.02], move |x| {
        let [x1, x2, x3, x4, x5] = coordinates(x);
        -(x1 + x2 * (x4 * &minus_t).exp() + x3 * (x5 * &minus_t).exp()) + &y
    })
    // 5.46489...e-5
    .minimum(KnownMinimum::global(5.464_894_697_482_907e-5, MGH).at([
        0.375_410_052_106_952_05,
        1.935_846_912_712_367_4,
        -1.464_687_136_613_423,
        0.012_867_534_640_057_288,
        0.022_122_699_661_672_61,
    ]))
}

/// Problem 18, Biggs EXP6, m = 13: `f_i = x3 exp(-t_i x1) - x4 exp(-t_i x2) + x6 exp(-t_i x5) -
/// y_i` with `t_i = i / 10`, `y_i = exp(-t_i) - 5 exp(-10 t_i) + 3 exp(-4 t_i)`.
///
/// The start lies in the plane `x5 = x1`, `x6 = x3`, which a method that follows gradients does not
/// leave. The local minimum that the paper gives is one in the plane. Across it, it is a saddle;
/// the value is a minimum in all variables where `x3` and `x6` differ in sign and have the same
/// sum.
pub(super) fn biggs_exp6() -> TestFunction {
    let minus_t = each(13, |i| -i / 10.0);
    let y = each(13, |i| {
        (-i / 10.0).exp() - 5.0 * (-i).exp() + 3.0 * (-0.4 * i).exp()
    });
    TestFunction::of_squares("Biggs EXP6", [1.0, 2.0, 1.0, 1.0, 1.0, 1.0], move |x| {
        let [x1, x2, x3, x4, x5, x6] = coordinates(x);
        let exp = |rate: Variable| (rate * &minus_t).exp();
        x3 * exp(x1) - x4 * exp(x2) + x6 * exp(x5) - &y
    })
    .minimum(KnownMinimum::global(0.0, MGH).at([1.0, 10.0, 1.0, 5.0, 4.0, 3.0]))
    // 5.65565...e-3
    .minimum(KnownMinimum::local(0.005_655_649_925_499_931, MGH).at([
        1.711_415_994_719_587_5,
        17.683_198_180_949_066,
        1.163_143_660_918_892_5,
        5.186_561_551_993_452,
        1.711_415_994_719_587_5,
        1.163_143_660_918_892_5,
    ]))
    // As x2 grows without bound, x4 negative.
    .minimum(KnownMinimum::local(0.306_366_772_624_789_8, KK))
}

/// Problem 19, Osborne 2: `f_i = y_i - (x1 exp(-t_i x5) + h(x2, x6, x9) + h(x3, x7, x10) + h(x4,
/// x8, x11))` with `h(a, b, c) = a exp(-(t_i - c)^2 b)` and `t_i = (i - 1) / 10`.
pub(super) fn osborne_2() -> TestFunction {
    let y = Array::from([
        1.366, 1.191, 1.112, 1.013, 0.991, 0.885, 0.831, 0.847, 0.786, 0.725, 0.746, 0.679, 0.608,
        0.655, 0.616, 0.606, 0.602, 0.626, 0.651, 0.724, 0.649, 0.649, 0.694, 0.644, 0.624, 0.661,
        0.612, 0.558, 0.533, 0.495, 0.500, 0.423, 0.395, 0.375, 0.372, 0.391, 0.396, 0.405, 0.428,
        0.429, 0.523, 0.562, 0.607, 0.653, 0.672, 0.708, 0.633, 0.668, 0.645, 0.632, 0.591, 0.559,
        0.597, 0.625, 0.739, 0.710, 0.729, 0.720, 0.636, 0.581, 0.428, 0.292, 0.162, 0.098, 0.054,
    ]);
    let minus_t = each(65, |i| -(i - 1.0) / 10.0);
    let start = [1.3, 0.65, 0.65, 0.7, 0.6, 3.0, 5.0, 7.0, 2.0, 4.5, 5.5];
    TestFunction::of_squares("Osborne 2", start, move |x| {
        let [x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11] = coordinates(x);
        let hump = |height: Variable, width: Variable, middle: Variable| {
            height * (-((middle + &minus_t).square() * width)).exp()
        };
        let decay = x1 * (x5 * &minus_t).exp();
        -(decay + hump(x2, x6, x9) + hump(x3, x7, x10) + hump(x4, x8, x11)) + &y
    })
    // 4.01377...e-2
    .minimum(KnownMinimum::global(0.040_137_736_293_547_735, MGH).at([
        1.309_977_154_627_300_5,
        0.431_553_794_602_988_9,
        0.633_661_698_960_724,
        0.599_430_534_785_916_3,
        0.754_183_226_328_011_3,
        0.904_288_579_859_633_6,
        1.365_811_835_237_028_5,
        4.823_698_817_227_155_5,
        2.398_684_866_131_754_6,
        4.568_874_597_667_672,
        5.675_341_470_580_641_5,
    ]))
    // Plateaus: the humps are outside of the data, and in the second the decay is over at once.
    .minimum(KnownMinimum::local(1.789_813_586_881_093_2, KK))
    .minimum(KnownMinimum::local(26.305_657, KK))
}
