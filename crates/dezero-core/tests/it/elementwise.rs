//! Every primitive of the table: its value against an independent expression, its derivatives to
//! the third order against finite differences, and the same numbers on every path through the
//! engine.

use std::f64::consts::PI;

use dezero_core::gradcheck::GradCheck;
use dezero_core::{Backward, Primitive, Variable, grad, no_grad, primitives};

use crate::differences::agree;
use crate::random::Random;

/// Points tried for each primitive.
const POINTS: usize = 12;

/// Calls `check` with every primitive at points of its domain.
pub(crate) fn everywhere(seed: u64, check: impl Fn(&Primitive, &[f64])) {
    for primitive in primitives() {
        let mut random = Random::new(seed);
        for _ in 0..POINTS {
            let point: Vec<f64> = (0..primitive.arity)
                .map(|i| random.input(primitive, i))
                .collect();
            check(primitive, &point);
        }
    }
}

fn apply(primitive: &Primitive, xs: &[Variable]) -> Variable {
    primitive.apply(&xs.iter().collect::<Vec<_>>()).unwrap()
}

fn variables(point: &[f64]) -> Vec<Variable> {
    point.iter().map(|&x| Variable::new(x)).collect()
}

/// The partial derivative by the inputs in `by`, one after the other.
fn partial(primitive: &Primitive, point: &[f64], by: &[usize]) -> f64 {
    let xs = variables(point);
    by.iter()
        .fold(apply(primitive, &xs), |y, &i| grad(&y, &[&xs[i]]).remove(0))
        .item()
}

/// All sequences of inputs of that length: `[0, 0]`, `[0, 1]`, `[1, 0]`, `[1, 1]`.
fn sequences(arity: usize, length: usize) -> Vec<Vec<usize>> {
    (0..arity.pow(length as u32))
        .map(|code| {
            (0..length)
                .map(|at| code / arity.pow(at as u32) % arity)
                .collect()
        })
        .collect()
}

/// The integral of `f` from `a` to `b`, by Simpson's rule.
fn integral(f: impl Fn(f64) -> f64, a: f64, b: f64) -> f64 {
    let n = 2000;
    let h = (b - a) / f64::from(n);
    let weight = |i| match i {
        0 => 1.0,
        i if i == n => 1.0,
        i => 2.0 + 2.0 * f64::from(i % 2),
    };
    (0..=n)
        .map(|i| weight(i) * f(a + h * f64::from(i)))
        .sum::<f64>()
        * h
        / 3.0
}

/// `f` at a point above 30, carried down to `x` in steps of 1 by `f(x) = f(x + 1) + step(x)`.
fn from_above(x: f64, f: impl Fn(f64) -> f64, step: impl Fn(f64) -> f64) -> f64 {
    let steps = (30.0 - x).ceil().max(0.0) as usize;
    f(x + steps as f64) + (0..steps).map(|i| step(x + i as f64)).sum::<f64>()
}

/// What a primitive is, in other words than the table's. The series are those of Abramowitz and
/// Stegun, 6.1.41, 6.3.18 and 6.4.12.
#[expect(
    clippy::manual_midpoint,
    clippy::imprecise_flops,
    reason = "other words are the point"
)]
fn independent(primitive: &Primitive, point: &[f64]) -> f64 {
    let x = point[0];
    let x1 = point.last().copied().unwrap_or_default();
    match primitive.name {
        "neg" => 0.0 - x,
        "abs" => (x * x).sqrt(),
        "sign" => x / (x * x).sqrt(),
        "square" => x.powi(2),
        "sqrt" => (0.5 * x.ln()).exp(),
        "cbrt" => x.signum() * (x.abs().ln() / 3.0).exp(),
        "recip" => x.powi(-1),
        "exp" => x.sinh() + x.cosh(),
        "exp2" => (x * 2.0_f64.ln()).exp(),
        "expm1" => 2.0 * (x / 2.0).sinh() * (x / 2.0).exp(),
        "log" => 2.0 * ((x - 1.0) / (x + 1.0)).atanh(),
        "log2" => x.ln() / 2.0_f64.ln(),
        "log10" => x.ln() / 10.0_f64.ln(),
        "log1p" => (1.0 + x).ln(),
        "sin" => 2.0 * (x / 2.0).sin() * (x / 2.0).cos(),
        "cos" => 1.0 - 2.0 * (x / 2.0).sin().powi(2),
        "tan" => x.sin() / x.cos(),
        "asin" => x.atan2((1.0 - x * x).sqrt()),
        "acos" => (1.0 - x * x).sqrt().atan2(x),
        "atan" => x.signum() * (1.0 / (1.0 + x * x).sqrt()).acos(),
        "sinh" => (x.exp() - (-x).exp()) / 2.0,
        "cosh" => (x.exp() + (-x).exp()) / 2.0,
        "tanh" => 1.0 - 2.0 / ((2.0 * x).exp() + 1.0),
        "asinh" => (x + (x * x + 1.0).sqrt()).ln(),
        "acosh" => (x + (x * x - 1.0).sqrt()).ln(),
        "atanh" => ((1.0 + x) / (1.0 - x)).ln() / 2.0,
        "sigmoid" => 0.5 + 0.5 * (x / 2.0).tanh(),
        "softplus" => (1.0 + x.exp()).ln(),
        "relu" => (x + x.abs()) / 2.0,
        "leaky_relu" => 0.6 * x + 0.4 * x.abs(),
        "erf" => 2.0 / PI.sqrt() * integral(|t| (-t * t).exp(), 0.0, x),
        "lgamma" => {
            let stirling = |x: f64| {
                (x - 0.5) * x.ln() - x + 0.5 * (2.0 * PI).ln() + 1.0 / (12.0 * x)
                    - 1.0 / (360.0 * x.powi(3))
                    + 1.0 / (1260.0 * x.powi(5))
            };
            from_above(x, stirling, |x| -x.abs().ln())
        }
        "digamma" => {
            let asymptotic = |x: f64| {
                x.ln() - 0.5 / x - 1.0 / (12.0 * x * x) + 1.0 / (120.0 * x.powi(4))
                    - 1.0 / (252.0 * x.powi(6))
            };
            from_above(x, asymptotic, |x| -1.0 / x)
        }
        "polygamma" => {
            let asymptotic = |x: f64| {
                1.0 / x + 0.5 / (x * x) + 1.0 / (6.0 * x.powi(3)) - 1.0 / (30.0 * x.powi(5))
                    + 1.0 / (42.0 * x.powi(7))
            };
            from_above(x, asymptotic, |x| 1.0 / (x * x))
        }
        "floor" => f64::from(x as i32),
        "ceil" => f64::from(x as i32 + 1),
        "round" => f64::from((x + 0.5) as i32),
        "powf" => x * x * x,
        "clip" => 0.5 * ((x + 1.0).abs() - (x - 1.5).abs() + 0.5),
        "add" => x - -x1,
        "sub" => -(x1 - x),
        "mul" => ((x + x1).powi(2) - (x - x1).powi(2)) / 4.0,
        "div" => x * x1.recip(),
        "pow" => (x1 * x.ln()).exp(),
        "atan2" => PI / 2.0 - (x1 / x).atan(),
        "hypot" => (x * x + x1 * x1).sqrt(),
        "maximum" => 0.5 * (x + x1 + (x - x1).abs()),
        "minimum" => 0.5 * (x + x1 - (x - x1).abs()),
        name => panic!("say here what {name} is, in other words"),
    }
}

#[test]
fn values_are_those_of_another_expression() {
    everywhere(1, |primitive, point| {
        let (actual, expected) = (
            apply(primitive, &variables(point)).item(),
            independent(primitive, point),
        );
        assert!(
            agree(actual, expected, 1e-12),
            "{} at {point:?}: {actual} is not {expected}",
            primitive.name
        );
    });
}

#[test]
fn derivatives_are_those_of_finite_differences_to_the_third_order() {
    let check = GradCheck::new().order(3).rtol(1e-8).atol(1e-8);
    everywhere(2, |primitive, point| {
        let xs = variables(point);
        let xs: Vec<&Variable> = xs.iter().collect();
        if let Err(failure) = check.run(|xs| apply(primitive, xs), &xs) {
            panic!("{} at {point:?}\n{failure}", primitive.name);
        }
    });
}

/// A plain backward over f64 scalars computes with bare numbers; `grad` and `create_graph` record
/// variables. Each order by the one and by the other.
#[test]
fn plain_backward_gives_what_recorded_derivatives_give() {
    everywhere(3, |primitive, point| {
        for order in 1..=3 {
            for by in sequences(primitive.arity, order - 1) {
                let xs = variables(point);
                let y = by.iter().fold(apply(primitive, &xs), |y, &i| {
                    xs[i].cleargrad();
                    y.backward_with(Backward::new().create_graph());
                    let gx = xs[i].grad().unwrap_or_else(|| Variable::new(0.0));
                    xs.iter().for_each(Variable::cleargrad);
                    gx
                });
                let recorded = grad(&y, &xs.iter().collect::<Vec<_>>());
                y.backward();
                for (i, (x, recorded)) in xs.iter().zip(recorded).enumerate() {
                    let plain = x.grad().map_or(0.0, |gx| gx.item());
                    let recorded = recorded.item();
                    let name = primitive.name;
                    assert!(
                        agree(plain, recorded, 1e-15),
                        "{name} at {point:?} by {by:?}, then {i}: {plain} is not {recorded}"
                    );
                }
            }
        }
    });
}

#[test]
fn arrays_give_what_scalars_give() {
    everywhere(4, |primitive, point| {
        let xs: Vec<Variable> = point.iter().map(|&x| Variable::new([x])).collect();
        let y = apply(primitive, &xs);
        y.backward();
        let scalars = variables(point);
        let y_scalar = apply(primitive, &scalars);
        y_scalar.backward();
        assert!(
            agree(y.item(), y_scalar.item(), 4.0 * f64::EPSILON),
            "{} at {point:?}",
            primitive.name
        );
        for order in 1..=3 {
            for by in sequences(primitive.arity, order) {
                let actual = by
                    .iter()
                    .fold(y.clone(), |y, &i| grad(&y, &[&xs[i]]).remove(0));
                assert_eq!(actual.shape(), [1], "{} by {by:?}", primitive.name);
                let (actual, expected) = (actual.item(), partial(primitive, point, &by));
                let name = primitive.name;
                assert!(
                    agree(actual, expected, 1e-14),
                    "{name} at {point:?} by {by:?}: {actual} is not {expected}"
                );
            }
        }
        for (x, scalar) in xs.iter().zip(&scalars) {
            let (actual, expected) = (
                x.grad().map(|gx| gx.item()),
                scalar.grad().map(|gx| gx.item()),
            );
            assert_eq!(actual.is_some(), expected.is_some(), "{}", primitive.name);
            assert!(
                agree(actual.unwrap_or(0.0), expected.unwrap_or(0.0), 1e-14),
                "{} at {point:?}",
                primitive.name
            );
        }
    });
}

#[test]
fn without_recording_the_value_is_the_same_and_has_no_creator() {
    everywhere(5, |primitive, point| {
        let xs = variables(point);
        let recorded = apply(primitive, &xs);
        let bare = no_grad(|| apply(primitive, &xs));
        assert_eq!(
            recorded.item().to_bits(),
            bare.item().to_bits(),
            "{}",
            primitive.name
        );
        assert!(bare.creator().is_none());
        let creator = recorded.creator().unwrap();
        assert_eq!(creator.label(), primitive.label);
        assert_eq!(creator.inputs().len(), primitive.arity);
    });
}

#[test]
fn parameters_are_those_given() {
    let x = Variable::new(2.0);
    for (name, parameters, expected) in [
        ("powf", &[-1.0][..], 0.5),
        ("leaky_relu", &[0.1][..], 2.0),
        ("clip", &[3.0, 4.0][..], 3.0),
        ("polygamma", &[2.0][..], -0.404_113_806_319_188_6),
        ("sin", &[][..], 2.0_f64.sin()),
    ] {
        let primitive = primitives().find(|p| p.name == name).unwrap();
        assert_eq!(parameters.len(), primitive.parameters.len());
        let y = primitive.apply_with(&[&x], parameters).unwrap();
        assert!(agree(y.item(), expected, 1e-15), "{name}: {y}");
        let more = [parameters, &[1.0]].concat();
        assert!(
            primitive.apply_with(&[&x], &more).is_err(),
            "{name} of too many parameters"
        );
    }
}

#[test]
fn a_wrong_number_of_variables_is_an_error() {
    let x = Variable::new(2.0);
    for primitive in primitives() {
        assert!(primitive.apply(&[]).is_err());
        assert!(primitive.apply(&vec![&x; primitive.arity + 1]).is_err());
        assert!(primitive.apply(&vec![&x; primitive.arity]).is_ok());
    }
}

/// The rows are what documentation and formulas are made of.
#[test]
fn rows_are_complete_and_names_are_unique() {
    let mut names: Vec<&str> = primitives().map(|p| p.name).collect();
    for primitive in primitives() {
        assert!(!primitive.doc.trim().is_empty(), "{}", primitive.name);
        assert_eq!(primitive.op.label(), primitive.label);
        assert!(
            primitive.arity == 1 || primitive.domain.len() == primitive.arity,
            "{}",
            primitive.name
        );
    }
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(count > 40, "{count} primitives");
}
