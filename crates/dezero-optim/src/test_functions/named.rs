//! Functions from other sources than Moré, Garbow and Hillstrom.
//!
//! Where no start is customary, it is a point away from the minima, mostly `(1, 1)`.

use super::{KnownMinimum, TestFunction, concatenate, coordinates, each, stack};

const JAMIL_YANG: &str = "M. Jamil, X.-S. Yang, A literature survey of benchmark functions for \
     global optimisation problems, Int. J. Math. Model. Numer. Optim. 4 (2013) 150-194";

const SHANG_QIU: &str = "Y.-W. Shang, Y.-H. Qiu, A note on the extended Rosenbrock function, Evol. \
     Comput. 14 (2006) 119-126";

/// Rosenbrock's function as a chain, `sum_i 100 (x_(i+1) - x_i^2)^2 + (1 - x_i)^2` over i from 1 to
/// n - 1: a valley that bends again with each variable.
///
/// The start is `(-1.2, 1, -1.2, 1, ...)`, the minimum 0 at ones. From four to thirty variables, it
/// is known to have one other, near `(-1, 1, 1, ..., 1)`, of a value below 4 (Shang and Qiu 2006).
///
/// # Panics
///
/// If `n` is below 2.
///
/// ```
/// use dezero_optim::test_functions::chained_rosenbrock;
/// assert!(chained_rosenbrock(6).is_minimum(3.97394));
/// assert_eq!(chained_rosenbrock(3).minima().len(), 1);
/// ```
pub fn chained_rosenbrock(n: usize) -> TestFunction {
    assert!(
        n >= 2,
        "chained_rosenbrock: n is {n}, and must be at least 2"
    );
    let start: Vec<f64> = [-1.2, 1.0].into_iter().cycle().take(n).collect();
    let function = TestFunction::of_squares("chained Rosenbrock", start, |x| {
        let (before, after) = (x.get_item(..-1), x.get_item(1..));
        concatenate(&[10.0 * (after - before.square()), 1.0 - before])
    })
    .minimum(KnownMinimum::global(0.0, SHANG_QIU).at(vec![1.0; n]));
    match n {
        4..=30 => {
            let value = CHAINED_ROSENBROCK[(n - 4).min(CHAINED_ROSENBROCK.len() - 1)];
            function.minimum(KnownMinimum::local(value, SHANG_QIU))
        }
        _ => function,
    }
}

/// The local minimum of the chain for 4, 5, ... variables, refined; the last is good to ten digits
/// for all that follow.
const CHAINED_ROSENBROCK: [f64; 15] = [
    3.701_428_610_430_017,
    3.930_839_434_133_028,
    3.973_940_500_930_295,
    3.983_600_536_424_854,
    3.985_887_769_599_49,
    3.986_442_823_247_813_7,
    3.986_579_112_347_138,
    3.986_612_769_450_976_8,
    3.986_621_104_720_593_5,
    3.986_623_171_864_493_6,
    3.986_623_684_872_239,
    3.986_623_812_230_602_6,
    3.986_623_843_853_806_6,
    3.986_623_851_706_552_6,
    3.986_623_853_656_648,
];

/// The function of Goldstein and Price, a polynomial of two variables of the eighth degree.
///
/// The start is `(1, 1)`, the minimum 3 at `(0, -1)`; there are three local ones.
///
/// ```
/// use dezero_optim::test_functions::goldstein_price;
///
/// let values: Vec<f64> = goldstein_price().minima().iter().map(|minimum| minimum.value).collect();
/// assert_eq!(values, [3.0, 30.0, 84.0, 840.0]);
/// ```
pub fn goldstein_price() -> TestFunction {
    const SOURCE: &str =
        "A. A. Goldstein, J. F. Price, On descent from local minima, Math. Comp. 25 (1971) 569-574";
    TestFunction::of_value("Goldstein-Price", [1.0, 1.0], |x| {
        let [x1, x2] = coordinates(x);
        let (square1, square2, product) = (x1.square(), x2.square(), &x1 * &x2);
        let first =
            19.0 - 14.0 * &x1 + 3.0 * &square1 - 14.0 * &x2 + 6.0 * &product + 3.0 * &square2;
        let second =
            18.0 - 32.0 * &x1 + 12.0 * square1 + 48.0 * &x2 - 36.0 * product + 27.0 * square2;
        (1.0 + (&x1 + &x2 + 1.0).square() * first)
            * (30.0 + (2.0 * x1 - 3.0 * x2).square() * second)
    })
    .minimum(KnownMinimum::global(3.0, SOURCE).at([0.0, -1.0]))
    .minimum(KnownMinimum::local(30.0, SOURCE).at([-0.6, -0.4]))
    .minimum(KnownMinimum::local(84.0, SOURCE).at([1.8, 0.2]))
    .minimum(KnownMinimum::local(840.0, SOURCE).at([1.2, 0.8]))
}

/// Booth's function, `(x1 + 2 x2 - 7)^2 + (2 x1 + x2 - 5)^2`.
///
/// The start is `(1, 1)`, the minimum 0 at `(1, 3)`.
///
/// ```
/// use dezero_core::Variable;
/// use dezero_optim::test_functions::booth;
///
/// let residuals = booth().residuals(&Variable::new([0.0, 0.0])).unwrap()?;
/// assert_eq!(residuals.to_vec::<f64>(), [-7.0, -5.0]); // linear, so one step of Newton's is enough
/// # Ok::<(), dezero_core::Error>(())
/// ```
pub fn booth() -> TestFunction {
    TestFunction::of_squares("Booth", [1.0, 1.0], |x| {
        let [x1, x2] = coordinates(x);
        stack(&[&x1 + 2.0 * &x2 - 7.0, 2.0 * x1 + x2 - 5.0])
    })
    .minimum(KnownMinimum::global(0.0, JAMIL_YANG).at([1.0, 3.0]))
}

/// The Matyas function, `0.26 (x1^2 + x2^2) - 0.48 x1 x2`.
///
/// The start is `(1, 1)`, the minimum 0 at the origin.
///
/// ```
/// use dezero_core::Variable;
/// use dezero_optim::test_functions::matyas;
///
/// assert!((matyas().value(&Variable::new([1.0, 1.0]))?.item() - 0.04).abs() < 1e-15);
/// # Ok::<(), dezero_core::Error>(())
/// ```
pub fn matyas() -> TestFunction {
    TestFunction::of_value("Matyas", [1.0, 1.0], |x| {
        let [x1, x2] = coordinates(x);
        0.26 * (x1.square() + x2.square()) - 0.48 * x1 * x2
    })
    .minimum(KnownMinimum::global(0.0, JAMIL_YANG).at([0.0, 0.0]))
}

/// Himmelblau's function, `(x1^2 + x2 - 11)^2 + (x1 + x2^2 - 7)^2`.
///
/// The start is `(1, 1)`; there are four minima of value 0, one of them at `(3, 2)`.
///
/// ```
/// use dezero_core::Variable;
/// use dezero_optim::test_functions::himmelblau;
///
/// for minimum in himmelblau().minima() {
///     let at = Variable::new(minimum.at.as_deref().unwrap());
///     assert!(himmelblau().value(&at)?.item() < 1e-25);
/// }
/// # Ok::<(), dezero_core::Error>(())
/// ```
pub fn himmelblau() -> TestFunction {
    const SOURCE: &str = "D. M. Himmelblau, Applied Nonlinear Programming, McGraw-Hill (1972)";
    let function = TestFunction::of_squares("Himmelblau", [1.0, 1.0], |x| {
        let [x1, x2] = coordinates(x);
        stack(&[x1.square() + &x2 - 11.0, x1 + x2.square() - 7.0])
    });
    // The last three are refined.
    [
        [3.0, 2.0],
        [-2.805_118_086_952_745, 3.131_312_518_250_573],
        [-3.779_310_253_377_747, -3.283_185_991_286_169_6],
        [3.584_428_340_330_491_7, -1.848_126_526_964_403_6],
    ]
    .into_iter()
    .fold(function, |function, at| {
        function.minimum(KnownMinimum::global(0.0, SOURCE).at(at))
    })
}

/// The camel with three humps, `2 x1^2 - 1.05 x1^4 + x1^6 / 6 + x1 x2 + x2^2`.
///
/// The start is `(2, 2)`, the minimum 0 at the origin; there are two local ones of the same value.
///
/// ```
/// use dezero_optim::test_functions::three_hump_camel;
///
/// assert!(three_hump_camel().is_minimum(0.0));
/// assert!(three_hump_camel().is_minimum(0.29863844));
/// ```
pub fn three_hump_camel() -> TestFunction {
    const SOURCE: &str =
        "L. C. W. Dixon, G. P. Szegö, Towards Global Optimisation, North-Holland (1975)";
    // With x2 = -x1 / 2, the derivative by x1 is x1 times a quadratic in x1^2.
    let square = 2.1 + (2.1_f64 * 2.1 - 3.5).sqrt();
    let value = 1.75 * square - 1.05 * square.powi(2) + square.powi(3) / 6.0;
    let x1 = square.sqrt();
    TestFunction::of_value("three-hump camel", [2.0, 2.0], |x| {
        let [x1, x2] = coordinates(x);
        let square = x1.square();
        let fourth = square.square();
        2.0 * &square - 1.05 * &fourth + fourth * square / 6.0 + x1 * &x2 + x2.square()
    })
    .minimum(KnownMinimum::global(0.0, SOURCE).at([0.0, 0.0]))
    .minimum(KnownMinimum::local(value, SOURCE).at([-x1, x1 / 2.0]))
    .minimum(KnownMinimum::local(value, SOURCE).at([x1, -x1 / 2.0]))
}

/// The sum of the squares of `n` variables.
///
/// The start is ones, the minimum 0 at the origin.
///
/// ```
/// use dezero_core::Variable;
/// use dezero_optim::test_functions::sphere;
///
/// assert_eq!(sphere(3).value(&Variable::new([1.0, 2.0, 2.0]))?.item(), 9.0);
/// # Ok::<(), dezero_core::Error>(())
/// ```
pub fn sphere(n: usize) -> TestFunction {
    TestFunction::of_squares("sphere", vec![1.0; n], Clone::clone)
        .minimum(KnownMinimum::global(0.0, JAMIL_YANG).at(vec![0.0; n]))
}

/// Zakharov's function of `n` variables, `sum_i x_i^2 + s^2 + s^4` with `s = sum_i i x_i / 2`: a
/// dense Hessian, badly conditioned for large `n`.
///
/// The start is ones, the minimum 0 at the origin.
///
/// ```
/// use dezero_core::Variable;
/// use dezero_optim::test_functions::zakharov;
///
/// let value = zakharov(2).value(&Variable::new([1.0, 1.0]))?;
/// assert_eq!(value.item(), 2.0 + 1.5_f64.powi(2) + 1.5_f64.powi(4));
/// # Ok::<(), dezero_core::Error>(())
/// ```
pub fn zakharov(n: usize) -> TestFunction {
    let weights = each(n, |i| i / 2.0);
    TestFunction::of_squares("Zakharov", vec![1.0; n], move |x| {
        let sum = (x * &weights).sum(0).expand_dims(0);
        let square = sum.square();
        concatenate(&[x.clone(), sum, square])
    })
    .minimum(KnownMinimum::global(0.0, JAMIL_YANG).at(vec![0.0; n]))
}

/// The function of Styblinski and Tang in `n` variables, `sum_i (x_i^4 - 16 x_i^2 + 5 x_i) / 2`.
///
/// The start is -1 in each variable, the minimum about -39.17 n. Each variable has two places to
/// rest at, so that there are 2^n minima, of n + 1 different values, which are all given.
///
/// ```
/// use dezero_optim::test_functions::styblinski_tang;
///
/// let function = styblinski_tang(3);
/// assert_eq!(function.minima().len(), 4);
/// assert!(function.is_minimum(-3.0 * 39.166166));
/// ```
pub fn styblinski_tang(n: usize) -> TestFunction {
    const SOURCE: &str = "M. A. Styblinski, T.-S. Tang, Experiments in nonconvex optimization, Neural \
         Networks 3 (1990) 467-483";
    // The outer roots of the derivative 2 x^3 - 16 x + 5/2, and the values there, refined.
    let (low, high) = (-2.903_534_027_771_177, 2.746_802_770_990_837);
    let (value_low, value_high) = (-39.166_165_703_771_41, -25.029_446_655_283_94);
    let function = TestFunction::of_value("Styblinski-Tang", vec![-1.0; n], |x| {
        let square = x.square();
        0.5 * (square.square() - 16.0 * square + 5.0 * x).sum(0)
    });
    (0..=n).fold(function, |function, highs| {
        let value = (n - highs) as f64 * value_low + highs as f64 * value_high;
        let mut at = vec![low; n];
        at[..highs].fill(high);
        let minimum = match highs {
            0 => KnownMinimum::global(value, SOURCE),
            _ => KnownMinimum::local(value, SOURCE),
        };
        function.minimum(minimum.at(at))
    })
}
