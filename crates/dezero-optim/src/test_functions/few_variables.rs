//! Problems of two to four variables that are given by formulas without data.
//!
//! Numbers are those of Moré, Garbow and Hillstrom, and so are formulas, starts and minima; the
//! formulas count variables from 1, as the paper does.

use std::f64::consts::PI;

use super::more_garbow_hillstrom::MGH;
use super::{KnownMinimum, TestFunction, coordinates, stack};

/// Rosenbrock's function of two variables, `b (x2 - x1^2)^2 + (a - x1)^2`: a curved valley, steep
/// for large `b`.
///
/// With `a = 1` and `b = 100` it is the first problem of Moré, Garbow and Hillstrom. The start is
/// `(-1.2, 1)`, the minimum 0 at `(a, a^2)`.
///
/// # Panics
///
/// If `b` is negative: there would be no minimum.
///
/// ```
/// use dezero_optim::test_functions::rosenbrock;
/// assert_eq!(rosenbrock(2.0, 1.0).minima()[0].at, Some(vec![2.0, 4.0]));
/// ```
pub fn rosenbrock(a: f64, b: f64) -> TestFunction {
    assert!(b >= 0.0, "rosenbrock: b is {b}, and must not be negative");
    let steepness = b.sqrt();
    TestFunction::of_squares("Rosenbrock", [-1.2, 1.0], move |x| {
        let [x1, x2] = coordinates(x);
        stack(&[steepness * (x2 - x1.square()), a - x1])
    })
    .minimum(
        KnownMinimum::global(0.0, "H. H. Rosenbrock, Comput. J. 3 (1960) 175-184").at([a, a * a]),
    )
}

/// Problem 2, Freudenstein and Roth: `f1 = -13 + x1 + ((5 - x2) x2 - 2) x2`,
/// `f2 = -29 + x1 + ((x2 + 1) x2 - 14) x2`.
pub(super) fn freudenstein_roth() -> TestFunction {
    TestFunction::of_squares("Freudenstein-Roth", [0.5, -2.0], |x| {
        let [x1, x2] = coordinates(x);
        stack(&[
            -13.0 + &x1 + ((5.0 - &x2) * &x2 - 2.0) * &x2,
            -29.0 + &x1 + ((&x2 + 1.0) * &x2 - 14.0) * &x2,
        ])
    })
    .minimum(KnownMinimum::global(0.0, MGH).at([5.0, 4.0]))
    // Refined from 48.9842... at (11.41..., -0.8968...).
    .minimum(
        KnownMinimum::local(48.984_253_679_240_02, MGH)
            .at([11.412_778_986_902_094, -0.896_805_253_274_476_5]),
    )
}

/// Problem 3, Powell, badly scaled: `f1 = 10^4 x1 x2 - 1`, `f2 = exp(-x1) + exp(-x2) - 1.0001`.
pub(super) fn powell_badly_scaled() -> TestFunction {
    TestFunction::of_squares("Powell badly scaled", [0.0, 1.0], |x| {
        let [x1, x2] = coordinates(x);
        stack(&[1e4 * &x1 * &x2 - 1.0, (-x1).exp() + (-x2).exp() - 1.0001])
    })
    // Refined from (1.098...e-5, 9.106...).
    .minimum(KnownMinimum::global(0.0, MGH).at([1.098_159_329_699_817_5e-5, 9.106_146_739_866_524]))
}

/// Problem 4, Brown, badly scaled: `f1 = x1 - 10^6`, `f2 = x2 - 2 10^-6`, `f3 = x1 x2 - 2`.
pub(super) fn brown_badly_scaled() -> TestFunction {
    TestFunction::of_squares("Brown badly scaled", [1.0, 1.0], |x| {
        let [x1, x2] = coordinates(x);
        stack(&[&x1 - 1e6, &x2 - 2e-6, &x1 * &x2 - 2.0])
    })
    .minimum(KnownMinimum::global(0.0, MGH).at([1e6, 2e-6]))
}

/// Beale's function of two variables, the sum of the squares of `y_i - x1 (1 - x2^i)` with `y` =
/// 1.5, 2.25, 2.625; problem 5 of Moré, Garbow and Hillstrom.
///
/// The start is `(1, 1)`, the minimum 0 at `(3, 0.5)`.
///
/// ```
/// use dezero_core::Variable;
/// use dezero_optim::test_functions::beale;
///
/// let residuals = beale().residuals(&Variable::new([3.0, 0.5])).unwrap()?;
/// assert_eq!(residuals.to_vec::<f64>(), [0.0, 0.0, 0.0]);
/// # Ok::<(), dezero_core::Error>(())
/// ```
pub fn beale() -> TestFunction {
    TestFunction::of_squares("Beale", [1.0, 1.0], |x| {
        let [x1, x2] = coordinates(x);
        let square = x2.square();
        let cube = &square * &x2;
        stack(&[
            1.5 - &x1 * (1.0 - x2),
            2.25 - &x1 * (1.0 - square),
            2.625 - x1 * (1.0 - cube),
        ])
    })
    .minimum(KnownMinimum::global(0.0, MGH).at([3.0, 0.5]))
}

/// The helical valley of Fletcher and Powell, in three variables: the sum of the squares of
/// `10 (x3 - 10 theta)`, `10 (r - 1)` and `x3`, where `r` is the distance of `(x1, x2)` from the
/// origin, and `theta` its angle in turns, from -1/4 to 3/4; problem 7 of Moré, Garbow and
/// Hillstrom.
///
/// The start is `(-1, 0, 0)`, the minimum 0 at `(1, 0, 0)`.
///
/// ```
/// use dezero_core::Variable;
/// use dezero_optim::test_functions::helical_valley;
///
/// // Half a turn, and the height of none.
/// assert_eq!(helical_valley().value(&Variable::new([-1.0, 0.0, 0.0]))?.item(), 2500.0);
/// # Ok::<(), dezero_core::Error>(())
/// ```
pub fn helical_valley() -> TestFunction {
    TestFunction::of_squares("helical valley", [-1.0, 0.0, 0.0], |x| {
        let [x1, x2, x3] = coordinates(x);
        // Turned by a quarter, the cut of the arctangent is on the negative x2 axis, where the
        // paper has it.
        let theta = 0.25 + (-&x1).atan2(&x2) / (2.0 * PI);
        stack(&[10.0 * (&x3 - 10.0 * theta), 10.0 * (x1.hypot(x2) - 1.0), x3])
    })
    .minimum(KnownMinimum::global(0.0, MGH).at([1.0, 0.0, 0.0]))
}

/// Powell's singular function of four variables, the sum of the squares of `x1 + 10 x2`,
/// `sqrt(5) (x3 - x4)`, `(x2 - 2 x3)^2` and `sqrt(10) (x1 - x4)^2`; problem 13 of Moré, Garbow and
/// Hillstrom.
///
/// The start is `(3, -1, 0, 1)`, the minimum 0 at the origin, where the Hessian is singular.
///
/// ```
/// use dezero_core::{Variable, transforms};
/// use dezero_optim::test_functions::powell_singular;
///
/// let f = |x: &Variable| powell_singular().value(x).unwrap();
/// let hessian = transforms::hessian(f, &Variable::new([0.0; 4]));
/// assert!(hessian.try_inv().unwrap_err().is_singular());
/// ```
pub fn powell_singular() -> TestFunction {
    TestFunction::of_squares("Powell singular", [3.0, -1.0, 0.0, 1.0], |x| {
        let [x1, x2, x3, x4] = coordinates(x);
        stack(&[
            &x1 + 10.0 * &x2,
            5.0_f64.sqrt() * (&x3 - &x4),
            (x2 - 2.0 * x3).square(),
            10.0_f64.sqrt() * (x1 - x4).square(),
        ])
    })
    .minimum(KnownMinimum::global(0.0, MGH).at([0.0; 4]))
}

/// Wood's function of four variables, the sum of the squares of `10 (x2 - x1^2)`, `1 - x1`,
/// `sqrt(90) (x4 - x3^2)`, `1 - x3`, `sqrt(10) (x2 + x4 - 2)` and `(x2 - x4) / sqrt(10)`; problem 14
/// of Moré, Garbow and Hillstrom.
///
/// The start is `(-3, -1, -3, -1)`, the minimum 0 at `(1, 1, 1, 1)`. Near `(-1, 1, -1, 1)` is a
/// stationary point of value 7.88, a saddle.
///
/// ```
/// use dezero_core::Variable;
/// use dezero_optim::test_functions::wood;
///
/// let saddle = Variable::new([-0.967974, 0.947139, -0.969516, 0.951248]);
/// let value = wood().value(&saddle)?.item();
/// assert!((value - 7.876967).abs() < 1e-6 && !wood().is_minimum(value));
/// # Ok::<(), dezero_core::Error>(())
/// ```
pub fn wood() -> TestFunction {
    TestFunction::of_squares("Wood", [-3.0, -1.0, -3.0, -1.0], |x| {
        let [x1, x2, x3, x4] = coordinates::<4>(x);
        stack(&[
            10.0 * (&x2 - x1.square()),
            1.0 - x1,
            90.0_f64.sqrt() * (&x4 - x3.square()),
            1.0 - x3,
            10.0_f64.sqrt() * (&x2 + &x4 - 2.0),
            (x2 - x4) / 10.0_f64.sqrt(),
        ])
    })
    .minimum(KnownMinimum::global(0.0, MGH).at([1.0; 4]))
}
