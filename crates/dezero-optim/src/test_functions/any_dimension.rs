//! Problems 20 to 35 of Moré, Garbow and Hillstrom, which have any number of variables; the list
//! has them at 6 to 12.
//!
//! Formulas, starts and minima are the paper's, unless another source is named; formulas count
//! from 1, as the paper does. Figures of minima are refined.

use dezero_core::{Slice, Variable};

use super::more_garbow_hillstrom::{KK, MGH};
use super::{KnownMinimum, TestFunction, concatenate, each};

/// Problem 20, Watson, n = 6: `f_i = sum_j (j - 1) x_j t_i^(j-2) - (sum_j x_j t_i^(j-1))^2 - 1`
/// with `t_i = i / 29`, i to 29; `f_30 = x1`, `f_31 = x2 - x1^2 - 1`.
pub(super) fn watson() -> TestFunction {
    let t = |i: i32| f64::from(i) / 29.0;
    let powers = matrix(29, 6, |i, j| t(i).powi(j - 1));
    let slopes = matrix(29, 6, |i, j| match j {
        1 => 0.0,
        _ => f64::from(j - 1) * t(i).powi(j - 2),
    });
    TestFunction::of_squares("Watson", [0.0; 6], move |x| {
        let height = powers.matmul(x);
        let slope = slopes.matmul(x);
        let (x1, x2) = (x.get_item(0..1), x.get_item(1..2));
        let last = x2 - x1.square() - 1.0;
        concatenate(&[slope - height.square() - 1.0, x1, last])
    })
    // 2.28767...e-3
    .minimum(KnownMinimum::global(0.002_287_670_053_552_436_3, MGH).at([
        -0.015_725_086_401_458_456,
        1.012_434_869_369_109_9,
        -0.232_991_625_956_737_7,
        1.260_430_087_799_608_4,
        -1.513_728_922_722_279_7,
        0.992_996_432_431_134_6,
    ]))
}

/// Rosenbrock's function of each pair of the `n` variables, summed: `f_(2i-1) = 10 (x_2i -
/// x_(2i-1)^2)`, `f_2i = 1 - x_(2i-1)`; problem 21 of Moré, Garbow and Hillstrom.
///
/// The start repeats `(-1.2, 1)`, the minimum is 0 at ones. The chain, in which each variable
/// stands beside the next, is [`chained_rosenbrock`](super::chained_rosenbrock).
///
/// # Panics
///
/// If `n` is odd or zero.
///
/// ```
/// use dezero_core::{Variable, sparse_hessian};
/// use dezero_optim::test_functions::extended_rosenbrock;
///
/// let function = extended_rosenbrock(1000);
/// let f = |x: &Variable| function.value(x).unwrap();
/// assert_eq!(sparse_hessian(f, &Variable::new(function.start())).nnz(), 2000);
/// ```
pub fn extended_rosenbrock(n: usize) -> TestFunction {
    assert!(
        n > 0 && n.is_multiple_of(2),
        "extended_rosenbrock: n is {n}, and must be even"
    );
    TestFunction::of_squares("extended Rosenbrock", [-1.2, 1.0].repeat(n / 2), |x| {
        let (odd, even) = (every(x, 0, 2), every(x, 1, 2));
        interleave(&[10.0 * (even - odd.square()), 1.0 - odd])
    })
    .minimum(KnownMinimum::global(0.0, MGH).at(vec![1.0; n]))
}

/// Problem 22, extended Powell singular, n = 12: Powell's singular function of each four variables.
pub(super) fn extended_powell_singular() -> TestFunction {
    let start = [3.0, -1.0, 0.0, 1.0].repeat(3);
    TestFunction::of_squares("extended Powell singular", start, |x| {
        let [a, b, c, d] = [0, 1, 2, 3].map(|first| every(x, first, 4));
        interleave(&[
            &a + 10.0 * &b,
            5.0_f64.sqrt() * (&c - &d),
            (b - 2.0 * c).square(),
            10.0_f64.sqrt() * (a - d).square(),
        ])
    })
    .minimum(KnownMinimum::global(0.0, MGH).at([0.0; 12]))
}

/// Problem 23, penalty I, n = 10: `f_i = 10^(-5/2) (x_i - 1)`, `f_(n+1) = sum_j x_j^2 - 1/4`.
pub(super) fn penalty_1() -> TestFunction {
    let start: Vec<f64> = (1..=10).map(f64::from).collect();
    TestFunction::of_squares("penalty I", start, |x| {
        let size = x.square().sum(0).expand_dims(0) - 0.25;
        concatenate(&[1e-5_f64.sqrt() * (x - 1.0), size])
    })
    // 7.08765...e-5
    .minimum(KnownMinimum::global(7.087_651_467_090_369e-5, MGH).at([0.158_122_301_113_116_34; 10]))
}

/// Problem 24, penalty II, n = 10: `f_1 = x1 - 0.2`; `f_i = a (exp(x_i / 10) + exp(x_(i-1) / 10) -
/// y_i)`, i to n, with `a = 10^(-5/2)`, `y_i = exp(i / 10) + exp((i - 1) / 10)`; `f_i = a
/// (exp(x_(i-n+1) / 10) - exp(-1 / 10))`, i to 2 n - 1; `f_2n = sum_j (n - j + 1) x_j^2 - 1`.
pub(super) fn penalty_2() -> TestFunction {
    let y = each(9, |i| ((i + 1.0) / 10.0).exp() + (i / 10.0).exp());
    let weights = each(10, |j| 11.0 - j);
    TestFunction::of_squares("penalty II", [0.5; 10], move |x| {
        let a = 1e-5_f64.sqrt();
        let e = (x / 10.0).exp();
        let later = e.get_item(1..);
        concatenate(&[
            x.get_item(0..1) - 0.2,
            a * (&later + e.get_item(..-1) - &y),
            a * (later - (-0.1_f64).exp()),
            (x.square() * &weights).sum(0).expand_dims(0) - 1.0,
        ])
    })
    // 2.93660...e-4
    .minimum(KnownMinimum::global(0.000_293_660_537_456_745_94, MGH).at([
        0.199_983_605_197_823_6,
        0.010_350_648_471_292_297,
        0.019_604_934_480_438_402,
        0.032_089_067_220_685_65,
        0.049_932_677_399_641_294,
        0.076_513_995_153_993_61,
        0.118_624_072_869_504_17,
        0.192_144_872_335_576_67,
        0.347_320_586_941_843_65,
        0.369_164_374_159_350_8,
    ]))
}

/// Problem 25, variably dimensioned, n = 10: `f_i = x_i - 1`, `f_(n+1) = sum_j j (x_j - 1)`,
/// `f_(n+2) = f_(n+1)^2`.
pub(super) fn variably_dimensioned() -> TestFunction {
    let start: Vec<f64> = (1..=10).map(|j| 1.0 - f64::from(j) / 10.0).collect();
    let weights = each(10, |j| j);
    TestFunction::of_squares("variably dimensioned", start, move |x| {
        let away = x - 1.0;
        let sum = (&away * &weights).sum(0).expand_dims(0);
        let square = sum.square();
        concatenate(&[away, sum, square])
    })
    .minimum(KnownMinimum::global(0.0, MGH).at([1.0; 10]))
}

/// Problem 26, trigonometric, n = 10: `f_i = n - sum_j cos(x_j) + i (1 - cos(x_i)) - sin(x_i)`.
pub(super) fn trigonometric() -> TestFunction {
    let i = each(10, |i| i);
    TestFunction::of_squares("trigonometric", [0.1; 10], move |x| {
        let cos = x.cos();
        10.0 - cos.sum(0) + (1.0 - cos) * &i - x.sin()
    })
    .minimum(KnownMinimum::global(0.0, MGH).at([0.0; 10]))
    .minimum(KnownMinimum::local(2.795_056_121_879_456_3e-5, KK).at([
        0.055_150_903_980_691_29,
        0.056_840_616_794_738_56,
        0.058_764_001_762_695_084,
        0.060_990_608_656_760_81,
        0.063_626_213_695_854_51,
        0.066_843_179_452_758_79,
        0.208_161_518_569_881_16,
        0.164_363_095_885_647_74,
        0.085_006_895_688_507_44,
        0.091_431_450_714_707_94,
    ]))
}

/// Problem 27, Brown, almost linear, n = 10: `f_i = x_i + sum_j x_j - (n + 1)`, i to n - 1;
/// `f_n = prod_j x_j - 1`.
///
/// The value 1, which the paper lists, is taken at a stationary point that is no minimum: with
/// `x_1 = ... = x_9` small and positive, the value falls slowly.
pub(super) fn brown_almost_linear() -> TestFunction {
    // (a, ..., a, a^(1-n)) where n a^n - (n+1) a^(n-1) + 1 = 0, one root being 1.
    let mut other = [0.979_430_303_349_862_5; 10];
    other[9] = 1.205_696_966_501_375_5;
    let mut flat = [0.0; 10];
    flat[9] = 11.0;
    TestFunction::of_squares("Brown almost linear", [0.5; 10], |x| {
        concatenate(&[
            x.get_item(..-1) + x.sum(0) - 11.0,
            x.prod(0).expand_dims(0) - 1.0,
        ])
    })
    .minimum(KnownMinimum::global(0.0, MGH).at([1.0; 10]))
    .minimum(KnownMinimum::global(0.0, MGH).at(other))
    .minimum(KnownMinimum::local(1.0, MGH).at(flat))
}

/// The minimum of problems 28 and 29: they have the same solution, as the integral equation has the
/// difference equation's Green's function for a kernel.
const BOUNDARY_VALUE: [f64; 10] = [
    -0.043_164_982_518_764_87,
    -0.081_577_156_535_386_89,
    -0.114_485_714_380_529_29,
    -0.140_973_576_862_596_68,
    -0.159_908_696_181_983_1,
    -0.169_877_202_312_774_92,
    -0.169_089_983_781_208_35,
    -0.155_249_535_221_831_82,
    -0.125_355_891_678_935,
    -0.075_416_533_685_892_09,
];

/// Problem 28, discrete boundary value, n = 10: `f_i = 2 x_i - x_(i-1) - x_(i+1) + h^2 (x_i + t_i +
/// 1)^3 / 2` with `h = 1 / (n + 1)`, `t_i = i h`, and zeros beyond the ends.
pub(super) fn discrete_boundary_value() -> TestFunction {
    let t = each(10, |i| i / 11.0);
    let start = each(10, |i| i / 11.0 * (i / 11.0 - 1.0)).to_vec::<f64>();
    TestFunction::of_squares("discrete boundary value", start, move |x| {
        let [before, after] = neighbours(x);
        2.0 * x - before - after + (0.5 / 121.0) * (x + &t + 1.0).powf(3.0)
    })
    .minimum(KnownMinimum::global(0.0, MGH).at(BOUNDARY_VALUE))
}

/// Problem 29, discrete integral equation, n = 10: `f_i = x_i + h/2 ((1 - t_i) sum_(j<=i) t_j c_j +
/// t_i sum_(j>i) (1 - t_j) c_j)` with `c_j = (x_j + t_j + 1)^3`, `h` and `t` as in 28.
pub(super) fn discrete_integral_equation() -> TestFunction {
    let t = each(10, |i| i / 11.0);
    let start = each(10, |i| i / 11.0 * (i / 11.0 - 1.0)).to_vec::<f64>();
    let kernel = matrix(10, 10, |i, j| {
        let (low, high) = (f64::from(i.min(j)) / 11.0, f64::from(i.max(j)) / 11.0);
        low * (1.0 - high) / 22.0
    });
    TestFunction::of_squares("discrete integral equation", start, move |x| {
        x + kernel.matmul((x + &t + 1.0).powf(3.0))
    })
    .minimum(KnownMinimum::global(0.0, MGH).at(BOUNDARY_VALUE))
}

/// Problem 30, Broyden tridiagonal, n = 10: `f_i = (3 - 2 x_i) x_i - x_(i-1) - 2 x_(i+1) + 1`,
/// zeros beyond the ends.
pub(super) fn broyden_tridiagonal() -> TestFunction {
    let function = TestFunction::of_squares("Broyden tridiagonal", [-1.0; 10], |x| {
        let [before, after] = neighbours(x);
        (3.0 - 2.0 * x) * x - before - 2.0 * after + 1.0
    })
    .minimum(KnownMinimum::global(0.0, MGH).at([
        -0.570_722_132_011_224_8,
        -0.681_806_949_984_275,
        -0.702_210_076_017_660_1,
        -0.705_510_629_895_080_4,
        -0.704_906_155_728_743_7,
        -0.701_496_607_029_851_2,
        -0.691_889_322_354_798_3,
        -0.665_796_514_405_853_7,
        -0.596_035_109_026_365_7,
        -0.416_412_257_528_693_4,
    ]));
    [
        0.397_373_468_958_530_9,
        0.712_606_017_312_622_9,
        1.028_652_035_677_95,
        1.051_226_188_383_560_3,
        1.349_536_123_741_271_5,
        1.360_255_904_738_398_9,
    ]
    .into_iter()
    .fold(function, |function, value| {
        function.minimum(KnownMinimum::local(value, KK))
    })
}

/// Problem 31, Broyden banded, n = 10: `f_i = x_i (2 + 5 x_i^2) + 1 - sum_j x_j (1 + x_j)`, the sum
/// over j from i - 5 to i + 1 without i.
pub(super) fn broyden_banded() -> TestFunction {
    TestFunction::of_squares("Broyden banded", [-1.0; 10], |x| {
        let padded = (x * (1.0 + x)).pad(&[(5, 1)], 0.0);
        let mut residuals = x * (2.0 + 5.0 * x.square()) + 1.0;
        for shift in (0..7).filter(|&shift| shift != 5) {
            residuals -= padded.get_item(shift..shift + 10);
        }
        residuals
    })
    .minimum(KnownMinimum::global(0.0, MGH).at([
        -0.428_302_863_587_250_3,
        -0.476_596_424_356_290_24,
        -0.519_652_463_646_861_7,
        -0.558_099_324_832_180_9,
        -0.592_506_156_829_457_4,
        -0.624_503_682_199_468,
        -0.623_239_471_440_591_1,
        -0.621_393_841_796_573_5,
        -0.620_453_596_659_087_4,
        -0.586_469_270_720_435_1,
    ]))
    .minimum(KnownMinimum::local(2.680_219_920_726_135_5, KK))
    .minimum(KnownMinimum::local(3.057_278_432_425_819, KK))
}

/// Problem 32, linear, full rank, n = 10, m = 20: `f_i = x_i - 2/m sum_j x_j - 1`, without `x_i`
/// for i > n.
///
/// The minimum is m - n.
pub(super) fn linear_full_rank() -> TestFunction {
    TestFunction::of_squares("linear, full rank", [1.0; 10], |x| {
        x.pad(&[(0, 10)], 0.0) - 0.1 * x.sum(0) - 1.0
    })
    .minimum(KnownMinimum::global(10.0, MGH).at([-1.0; 10]))
}

/// Problem 33, linear, rank 1, n = 10, m = 20: `f_i = i sum_j j x_j - 1`.
///
/// The minimum is m (m - 1) / (2 (2 m + 1)), wherever `sum_j j x_j = 3 / (2 m + 1)`.
pub(super) fn linear_rank_1() -> TestFunction {
    let i = each(20, |i| i);
    let j = each(10, |j| j);
    let mut at = [0.0; 10];
    at[0] = 3.0 / 41.0;
    TestFunction::of_squares("linear, rank 1", [1.0; 10], move |x| {
        (x * &j).sum(0) * &i - 1.0
    })
    .minimum(KnownMinimum::global(380.0 / 82.0, MGH).at(at))
}

/// Problem 34, linear, rank 1, with zero columns and rows, n = 10, m = 20: `f_i = (i - 1) sum_j j
/// x_j - 1`, j from 2 to n - 1, and `f_1 = f_m = -1`.
///
/// The minimum is (m^2 + 3 m - 6) / (2 (2 m - 3)), wherever `sum_j j x_j = 3 / (2 m - 3)`.
pub(super) fn linear_rank_1_with_zeros() -> TestFunction {
    let i = each(20, |i| if i == 20.0 { 0.0 } else { i - 1.0 });
    let j = each(8, |j| j + 1.0);
    let mut at = [0.0; 10];
    at[1] = 1.5 / 37.0;
    TestFunction::of_squares("linear, rank 1, zeros", [1.0; 10], move |x| {
        (x.get_item(1..9) * &j).sum(0) * &i - 1.0
    })
    .minimum(KnownMinimum::global(454.0 / 74.0, MGH).at(at))
}

/// Problem 35, Chebyquad, n = m = 8: `f_i = sum_j T_i(x_j) / n - I_i` where `T_i` is the i-th
/// Chebyshev polynomial, shifted to [0, 1], and `I_i` its integral, 0 for odd i and -1 / (i^2 - 1)
/// for even.
pub(super) fn chebyquad() -> TestFunction {
    let start = each(8, |j| j / 9.0).to_vec::<f64>();
    let integrals = each(8, |i| {
        if i % 2.0 == 0.0 {
            -1.0 / (i * i - 1.0)
        } else {
            0.0
        }
    });
    TestFunction::of_squares("Chebyquad", start, move |x| {
        let argument = 2.0 * x - 1.0;
        let mut polynomials = vec![argument.clone(), 2.0 * argument.square() - 1.0];
        for i in 2..8 {
            let next = 2.0 * &argument * &polynomials[i - 1] - &polynomials[i - 2];
            polynomials.push(next);
        }
        let rows: Vec<&Variable> = polynomials.iter().collect();
        Variable::stack(&rows, 0).mean(1) - &integrals
    })
    // 3.51687...e-3; at every permutation of these.
    .minimum(KnownMinimum::global(0.003_516_873_725_677_931_6, MGH).at([
        0.043_152_760_151_016_63,
        0.193_090_840_384_186_1,
        0.266_328_706_890_272_94,
        0.5,
        0.5,
        0.733_671_293_109_727_1,
        0.806_909_159_615_813_9,
        0.956_847_239_848_983_3,
    ]))
}

/// Every `step`-th variable from position `first` on.
fn every(x: &Variable, first: usize, step: isize) -> Variable {
    x.get_item(Slice::step(first.., step))
}

/// Residuals of as many groups in the order of the paper: the first of each part, then the second.
fn interleave(parts: &[Variable]) -> Variable {
    let parts: Vec<&Variable> = parts.iter().collect();
    Variable::stack(&parts, 1).flatten()
}

/// The variables before and after each, zero beyond the ends.
fn neighbours(x: &Variable) -> [Variable; 2] {
    let padded = x.pad(&[(1, 1)], 0.0);
    [padded.get_item(..-2), padded.get_item(2..)]
}

/// The matrix of `f(i, j)`, both counted from 1.
fn matrix(rows: i32, columns: i32, f: impl Fn(i32, i32) -> f64) -> Variable {
    let entry = |i| (1..=columns).map(move |j| (i, j));
    let entries: Vec<f64> = (1..=rows).flat_map(entry).map(|(i, j)| f(i, j)).collect();
    Variable::constant(entries).reshape([rows, columns])
}
