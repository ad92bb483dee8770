//! Derivatives against those of other crates: the dual numbers of `num-dual`, and the gradients and
//! Hessians that `argmin_testfunctions` has written out by hand.

use std::f64::consts::PI;

use argmin_testfunctions as by_hand;
use dezero_core::{Variable, grad};
use num_dual::{DualNum, HyperHyperDual64, third_derivative, third_partial_derivative_vec};

use crate::random::Random;

const POINTS: usize = 20;

/// Fails unless the numbers agree to this part of the largest of them.
#[track_caller]
fn assert_close(actual: &[f64], expected: &[f64], tolerance: f64, place: &str) {
    let scale = expected.iter().fold(1.0_f64, |scale, x| scale.max(x.abs()));
    let same = actual.len() == expected.len()
        && actual
            .iter()
            .zip(expected)
            .all(|(a, b)| (a - b).abs() <= tolerance * scale);
    assert!(same, "{place}: {actual:?} is not {expected:?}");
}

/// The value, the gradient and the Hessian at a point.
fn derivatives(f: fn(&[Variable]) -> Variable, point: &[f64]) -> (f64, Vec<f64>, Vec<Vec<f64>>) {
    let xs: Vec<Variable> = point.iter().map(|&x| Variable::new(x)).collect();
    let by: Vec<&Variable> = xs.iter().collect();
    let y = f(&xs);
    let gxs = grad(&y, &by);
    let items = |xs: &[Variable]| xs.iter().map(Variable::item).collect::<Vec<_>>();
    let hessian = gxs.iter().map(|gx| items(&grad(gx, &by))).collect();
    (y.item(), items(&gxs), hessian)
}

/// What `argmin_testfunctions` says of a function.
struct ByHand {
    name: &'static str,
    variables: usize,
    /// Where its minimum is looked for.
    range: (f64, f64),
    value: fn(&[f64]) -> f64,
    gradient: fn(&[f64]) -> Vec<f64>,
    hessian: fn(&[f64]) -> Vec<Vec<f64>>,
    f: fn(&[Variable]) -> Variable,
}

/// An entry for functions of exactly two variables, and one for those of any number.
macro_rules! by_hand {
    ($name:ident $gradient:ident $hessian:ident, 2, $range:expr, $f:expr) => {
        ByHand {
            name: stringify!($name),
            variables: 2,
            range: $range,
            value: |x| by_hand::$name(&[x[0], x[1]]),
            gradient: |x| by_hand::$gradient(&[x[0], x[1]]).to_vec(),
            hessian: |x| by_hand::$hessian(&[x[0], x[1]]).map(Vec::from).to_vec(),
            f: $f,
        }
    };
    ($name:ident $gradient:ident $hessian:ident, $n:literal, $range:expr, $f:expr) => {
        ByHand {
            name: stringify!($name),
            variables: $n,
            range: $range,
            value: |x| by_hand::$name(x),
            gradient: |x| by_hand::$gradient(x),
            hessian: |x| by_hand::$hessian(x),
            f: $f,
        }
    };
}

fn total(terms: impl IntoIterator<Item = Variable>) -> Variable {
    terms.into_iter().reduce(|a, b| a + b).expect("a term")
}

fn goldstein_price(x: &Variable, y: &Variable) -> Variable {
    (1.0 + (x + y + 1.0).square()
        * (19.0 - 14.0 * x + 3.0 * x.square() - 14.0 * y + 6.0 * x * y + 3.0 * y.square()))
        * (30.0
            + (2.0 * x - 3.0 * y).square()
                * (18.0 - 32.0 * x + 12.0 * x.square() + 48.0 * y - 36.0 * x * y
                    + 27.0 * y.square()))
}

fn functions_by_hand() -> Vec<ByHand> {
    vec![
        by_hand!(ackley ackley_derivative ackley_hessian, 3, (-4.0, 4.0), |x| {
            let n = x.len() as f64;
            let squares = total(x.iter().map(Variable::square));
            let cosines = total(x.iter().map(|x| (2.0 * PI * x).cos()));
            -20.0 * (-0.2 * (squares / n).sqrt()).exp() - (cosines / n).exp() + 20.0 + 1.0_f64.exp()
        }),
        by_hand!(beale beale_derivative beale_hessian, 2, (-4.5, 4.5), |x| {
            let term = |c: f64, n: f64| (c - &x[0] + &x[0] * x[1].powf(n)).square();
            term(1.5, 1.0) + term(2.25, 2.0) + term(2.625, 3.0)
        }),
        by_hand!(booth booth_derivative booth_hessian, 2, (-10.0, 10.0), |x| {
            (&x[0] + 2.0 * &x[1] - 7.0).square() + (2.0 * &x[0] + &x[1] - 5.0).square()
        }),
        by_hand!(bukin_n6 bukin_n6_derivative bukin_n6_hessian, 2, (-3.0, 3.0), |x| {
            100.0 * (&x[1] - 0.01 * x[0].square()).abs().sqrt() + 0.01 * (&x[0] + 10.0).abs()
        }),
        by_hand!(cross_in_tray cross_in_tray_derivative cross_in_tray_hessian, 2, (-10.0, 10.0), |x| {
            let radius = (x[0].square() + x[1].square()).sqrt();
            let product = x[0].sin() * x[1].sin() * (100.0 - radius / PI).abs().exp();
            -0.0001 * (product.abs() + 1.0).powf(0.1)
        }),
        by_hand!(easom easom_derivative easom_hessian, 2, (0.0, 6.0), |x| {
            let hill = (-(&x[0] - PI).square() - (&x[1] - PI).square()).exp();
            -(x[0].cos() * x[1].cos() * hill)
        }),
        by_hand!(eggholder eggholder_derivative eggholder_hessian, 2, (-512.0, 512.0), |x| {
            let (a, b) = (&x[0], &x[1] + 47.0);
            -(&b * (&b + a / 2.0).abs().sqrt().sin()) - a * (a - &b).abs().sqrt().sin()
        }),
        by_hand!(goldsteinprice goldsteinprice_derivative goldsteinprice_hessian, 2, (-2.0, 2.0), |x| {
            goldstein_price(&x[0], &x[1])
        }),
        by_hand!(himmelblau himmelblau_derivative himmelblau_hessian, 2, (-5.0, 5.0), |x| {
            (x[0].square() + &x[1] - 11.0).square() + (&x[0] + x[1].square() - 7.0).square()
        }),
        by_hand!(holder_table holder_table_derivative holder_table_hessian, 2, (-10.0, 10.0), |x| {
            let radius = x[0].hypot(&x[1]);
            -(x[0].sin() * x[1].cos() * (1.0 - radius / PI).abs().exp()).abs()
        }),
        by_hand!(levy levy_derivative levy_hessian, 4, (-10.0, 10.0), |x| {
            let w: Vec<Variable> = x.iter().map(|x| 1.0 + (x - 1.0) / 4.0).collect();
            let [first, middle @ .., last] = &w[..] else { panic!("at least two") };
            let middle = middle
                .iter()
                .map(|w| (w - 1.0).square() * (1.0 + 10.0 * (PI * w + 1.0).sin().square()));
            (PI * first).sin().square()
                + total(middle)
                + (last - 1.0).square() * (1.0 + (2.0 * PI * last).sin().square())
        }),
        by_hand!(levy_n13 levy_n13_derivative levy_n13_hessian, 2, (-10.0, 10.0), |x| {
            (3.0 * PI * &x[0]).sin().square()
                + (&x[0] - 1.0).square() * (1.0 + (3.0 * PI * &x[1]).sin().square())
                + (&x[1] - 1.0).square() * (1.0 + (2.0 * PI * &x[1]).sin().square())
        }),
        by_hand!(matyas matyas_derivative matyas_hessian, 2, (-10.0, 10.0), |x| {
            0.26 * (x[0].square() + x[1].square()) - 0.48 * &x[0] * &x[1]
        }),
        by_hand!(mccormick mccormick_derivative mccormick_hessian, 2, (-3.0, 4.0), |x| {
            (&x[0] + &x[1]).sin() + (&x[0] - &x[1]).square() - 1.5 * &x[0] + 2.5 * &x[1] + 1.0
        }),
        by_hand!(picheny picheny_derivative picheny_hessian, 2, (0.0, 1.0), |x| {
            let scaled = |x: &Variable| 4.0 * x - 2.0;
            (goldstein_price(&scaled(&x[0]), &scaled(&x[1])).log10() - 8.693) / 2.427
        }),
        by_hand!(rastrigin rastrigin_derivative rastrigin_hessian, 3, (-5.0, 5.0), |x| {
            let term = |x: &Variable| x.square() - 10.0 * (2.0 * PI * x).cos();
            total(x.iter().map(term)) + 10.0 * x.len() as f64
        }),
        by_hand!(rosenbrock rosenbrock_derivative rosenbrock_hessian, 4, (-2.0, 2.0), |x| {
            let term = |x: &[Variable]| {
                (1.0 - &x[0]).square() + 100.0 * (&x[1] - x[0].square()).square()
            };
            total(x.windows(2).map(term))
        }),
        by_hand!(schaffer_n2 schaffer_n2_derivative schaffer_n2_hessian, 2, (-3.0, 3.0), |x| {
            let (a, b) = (x[0].square(), x[1].square());
            0.5 + ((&a - &b).sin().square() - 0.5) / (1.0 + 0.001 * (a + b)).square()
        }),
        by_hand!(schaffer_n4 schaffer_n4_derivative schaffer_n4_hessian, 2, (-3.0, 3.0), |x| {
            let (a, b) = (x[0].square(), x[1].square());
            0.5 + ((&a - &b).abs().sin().cos().square() - 0.5) / (1.0 + 0.001 * (a + b)).square()
        }),
        by_hand!(sphere sphere_derivative sphere_hessian, 3, (-10.0, 10.0), |x| {
            total(x.iter().map(Variable::square))
        }),
        by_hand!(styblinski_tang styblinski_tang_derivative styblinski_tang_hessian, 3, (-5.0, 5.0), |x| {
            let term = |x: &Variable| x.powf(4.0) - 16.0 * x.square() + 5.0 * x;
            total(x.iter().map(term)) / 2.0
        }),
        by_hand!(threehumpcamel threehumpcamel_derivative threehumpcamel_hessian, 2, (-5.0, 5.0), |x| {
            let (a, b) = (&x[0], &x[1]);
            2.0 * a.square() - 1.05 * a.powf(4.0) + a.powf(6.0) / 6.0 + a * b + b.square()
        }),
    ]
}

#[test]
fn gradients_and_hessians_are_those_written_by_hand() {
    for case in functions_by_hand() {
        let mut random = Random::new(1);
        for _ in 0..POINTS {
            let point: Vec<f64> = (0..case.variables)
                .map(|_| random.uniform(case.range.0, case.range.1))
                .collect();
            let place = |what: &str| format!("{} at {point:?}, {what}", case.name);
            let (value, gradient, hessian) = derivatives(case.f, &point);
            // Its derivatives are written out as polynomials, whose terms cancel.
            let tolerance = if case.name == "picheny" { 1e-8 } else { 1e-11 };
            assert_close(
                &[value],
                &[(case.value)(&point)],
                tolerance,
                &place("value"),
            );
            assert_close(
                &gradient,
                &(case.gradient)(&point),
                tolerance,
                &place("gradient"),
            );
            let expected = (case.hessian)(&point).concat();
            assert_close(&hessian.concat(), &expected, tolerance, &place("Hessian"));
        }
    }
}

/// One formula, in the words of dezero and of num-dual.
type Both<const N: usize> = (
    &'static str,
    fn(&[Variable]) -> Variable,
    fn(&[HyperHyperDual64]) -> HyperHyperDual64,
    [(f64, f64); N],
);

#[test]
fn derivatives_of_the_third_order_are_those_of_dual_numbers() {
    type One = (
        &'static str,
        fn(&Variable) -> Variable,
        fn(num_dual::Dual3_64) -> num_dual::Dual3_64,
        (f64, f64),
    );
    let cases: [One; 23] = [
        ("recip", |x| x.recip(), |x| x.recip(), (0.3, 3.0)),
        ("sqrt", |x| x.sqrt(), |x| x.sqrt(), (0.3, 3.0)),
        ("cbrt", |x| x.cbrt(), |x| x.cbrt(), (0.3, 3.0)),
        ("exp", |x| x.exp(), |x| x.exp(), (-3.0, 3.0)),
        ("exp2", |x| x.exp2(), |x| x.exp2(), (-3.0, 3.0)),
        ("expm1", |x| x.expm1(), |x| x.exp_m1(), (-3.0, 3.0)),
        ("log", |x| x.log(), |x| x.ln(), (0.3, 3.0)),
        ("log2", |x| x.log2(), |x| x.log2(), (0.3, 3.0)),
        ("log10", |x| x.log10(), |x| x.log10(), (0.3, 3.0)),
        ("log1p", |x| x.log1p(), |x| x.ln_1p(), (-0.7, 3.0)),
        ("sin", |x| x.sin(), |x| x.sin(), (-7.0, 7.0)),
        ("cos", |x| x.cos(), |x| x.cos(), (-7.0, 7.0)),
        ("tan", |x| x.tan(), |x| x.tan(), (-1.4, 1.4)),
        ("asin", |x| x.asin(), |x| x.asin(), (-0.9, 0.9)),
        ("acos", |x| x.acos(), |x| x.acos(), (-0.9, 0.9)),
        ("atan", |x| x.atan(), |x| x.atan(), (-3.0, 3.0)),
        ("sinh", |x| x.sinh(), |x| x.sinh(), (-3.0, 3.0)),
        ("cosh", |x| x.cosh(), |x| x.cosh(), (-3.0, 3.0)),
        ("tanh", |x| x.tanh(), |x| x.tanh(), (-2.0, 2.0)),
        ("asinh", |x| x.asinh(), |x| x.asinh(), (-3.0, 3.0)),
        ("acosh", |x| x.acosh(), |x| x.acosh(), (1.2, 4.0)),
        ("atanh", |x| x.atanh(), |x| x.atanh(), (-0.9, 0.9)),
        ("powf", |x| x.powf(2.7), |x| x.powf(2.7), (0.3, 3.0)),
    ];
    for (name, f, dual, (low, high)) in cases {
        let mut random = Random::new(2);
        for _ in 0..POINTS {
            let at = random.uniform(low, high);
            let x = Variable::new(at);
            let mut actual = vec![f(&x)];
            for order in 0..3 {
                actual.push(grad(&actual[order], &[&x]).remove(0));
            }
            let actual: Vec<f64> = actual.iter().map(Variable::item).collect();
            let (y, first, second, third) = third_derivative(dual, at);
            let place = format!("{name} at {at}");
            assert_close(&actual, &[y, first, second, third], 1e-13, &place);
        }
    }
}

#[test]
fn mixed_derivatives_of_the_third_order_are_those_of_dual_numbers() {
    let cases: [Both<3>; 5] = [
        (
            "a quotient",
            |x| (&x[0] * &x[1] + x[2].sin()) / (x[0].square() + x[1].square() + 1.0),
            |x| (x[0] * x[1] + x[2].sin()) / (x[0] * x[0] + x[1] * x[1] + 1.0),
            [(-2.0, 2.0); 3],
        ),
        (
            "powers",
            |x| x[0].pow(&x[1]) * x[2].exp() + x[1].pow(&x[2]),
            |x| x[0].powd(x[1]) * x[2].exp() + x[1].powd(x[2]),
            [(0.4, 2.0); 3],
        ),
        (
            "an angle",
            |x| x[0].atan2(&x[1]) * x[2].tanh(),
            |x| x[0].atan2(x[1]) * x[2].tanh(),
            [(0.3, 2.0), (-2.0, 2.0), (-1.0, 1.0)],
        ),
        (
            "a radius",
            |x| x[0].hypot(&x[1]).hypot(&x[2]).log(),
            |x| (x[0] * x[0] + x[1] * x[1] + x[2] * x[2]).sqrt().ln(),
            [(0.3, 2.0), (-2.0, 2.0), (-1.0, 1.0)],
        ),
        (
            "one inside the other",
            |x| ((&x[0] * &x[1]).sin().exp() + &x[2]).log() * x[0].cosh(),
            |x| ((x[0] * x[1]).sin().exp() + x[2]).ln() * x[0].cosh(),
            [(-1.0, 1.0), (-1.0, 1.0), (0.5, 2.0)],
        ),
    ];
    for (name, f, dual, ranges) in cases {
        let mut random = Random::new(3);
        for _ in 0..POINTS {
            let point = ranges.map(|(low, high)| random.uniform(low, high));
            let xs = point.map(Variable::new);
            let y = f(&xs);
            for (i, j, k) in (0..27).map(|code| (code % 3, code / 3 % 3, code / 9)) {
                let by = |y: &Variable, at: usize| grad(y, &[&xs[at]]).remove(0);
                let (gi, gj) = (by(&y, i), by(&y, j));
                let (gij, gjk) = (by(&gi, j), by(&gj, k));
                let actual = [
                    y.item(),
                    gi.item(),
                    gj.item(),
                    gij.item(),
                    gjk.item(),
                    by(&gij, k).item(),
                ];
                let (value, di, dj, _, dij, _, djk, dijk) =
                    third_partial_derivative_vec(dual, &point, i, j, k);
                let expected = [value, di, dj, dij, djk, dijk];
                let place = format!("{name} at {point:?} by {i}, {j} and {k}");
                assert_close(&actual, &expected, 1e-12, &place);
            }
        }
    }
}
