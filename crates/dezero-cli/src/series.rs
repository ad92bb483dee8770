//! Derivatives of high order by one variable: the one place where they come from.

use dezero::transforms::try_taylor;
use dezero::{Polynomial, Result, Variable, graph};

use crate::derivation::Derivation;
use crate::report::Failure;

/// The highest order of which `k!` is a float.
const HIGHEST_FACTORIAL: usize = 170;

/// The nodes that derivatives which no series gives may take, which is a matter of a second.
const MOST_NODES: i64 = 2_000_000;

/// The value and the derivatives up to `order` of a function at a number.
pub(crate) fn derivatives(
    f: impl Fn(&Variable) -> Result<Variable>,
    at: f64,
    order: usize,
) -> Result<Vec<f64>, Failure> {
    if order > HIGHEST_FACTORIAL {
        return one_by_one(f, at, order)?.map_err(too_high);
    }
    let series = series(&f, at, order)?;
    let coefficients = series.coefficients();
    let mut factorial = 1.0;
    let by_series = coefficients.iter().enumerate().map(|(k, c)| {
        factorial *= k.max(1) as f64;
        c * factorial
    });
    let by_series = by_series.collect();
    // A coefficient can be too small or too large for a float where the derivative is not.
    if coefficients.iter().all(|&c| c.is_normal() || c == 0.0) {
        return Ok(by_series);
    }
    Ok(one_by_one(f, at, order)?.unwrap_or(by_series))
}

/// The same by differentiating again and again; or the order at which that became too much.
fn one_by_one(
    f: impl Fn(&Variable) -> Result<Variable>,
    at: f64,
    order: usize,
) -> Result<Result<Vec<f64>, usize>, Failure> {
    let x = Variable::new(at);
    let mut gx = f(&x)?;
    let mut derivatives = vec![gx.item()];
    let mut derivation = Derivation::within(MOST_NODES);
    for _ in 0..order {
        derivation.next_order()?;
        let Ok(mut found) = derivation.differentiate(&gx, &[&x]) else {
            return Ok(Err(derivation.order()));
        };
        gx = found.remove(0);
        derivatives.push(gx.item());
    }
    Ok(Ok(derivatives))
}

fn too_high(order: usize) -> Failure {
    Failure::failed(format!(
        "above order {HIGHEST_FACTORIAL}, where k! is more than a float holds, there is no series to \
         take derivatives from; one after the other, those of this formula take too much memory from \
         order {order}. Ask for --order {HIGHEST_FACTORIAL} or lower"
    ))
}

/// The Taylor polynomial of a function around a number.
pub(crate) fn taylor(
    f: impl Fn(&Variable) -> Result<Variable>,
    around: f64,
    order: usize,
) -> Result<Polynomial, Failure> {
    series(f, around, order)
}

/// The most numbers that all series of a computation may have: 800 MB.
const MOST_COEFFICIENTS: usize = 100_000_000;

/// The most products of such numbers, which is a matter of some ten seconds.
const MOST_PRODUCTS: usize = 20_000_000_000;

fn series(
    f: impl Fn(&Variable) -> Result<Variable>,
    around: f64,
    order: usize,
) -> Result<Polynomial, Failure> {
    let operations = graph(&f(&Variable::new(around))?).functions().len().max(1);
    let coefficients = operations.saturating_mul(order.saturating_add(1));
    let products = coefficients.saturating_mul(order);
    if coefficients > MOST_COEFFICIENTS || products > MOST_PRODUCTS {
        return Err(Failure::failed(format!(
            "a series to order {order} takes too long through a formula of {operations} operations; \
             ask for a lower --order"
        )));
    }
    Ok(try_taylor(f, around, order)?)
}

/// A derivative that has no single value at a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Jump {
    /// Its order; 0 is the function itself.
    pub(crate) order: usize,
    /// What it is to the left, at the point, and to the right.
    pub(crate) values: [f64; 3],
}

/// The highest order that is looked at for jumps.
const HIGHEST_JUMP: usize = 4;

/// Steps away from a point relative to it, and from 0: two long ones, so that one at least is not a
/// period, and a short one.
const STEPS: [f64; 3] = [1e-6, 1e-8, 1e-12];
const STEPS_FROM_ZERO: [f64; 3] = [1e-6, 1e-8, 1e-20];

/// Differences below this may be rounding.
const NOTICEABLE: f64 = 1e-10;

/// The first of the derivatives up to `order` that jumps at the point, if one does: those of a kink
/// are finite at the kink itself, by convention, but belong to neither side.
///
/// What changes as much over a step as over one that is shorter by many powers of ten jumps.
pub(crate) fn jump(
    f: impl Fn(&Variable) -> Result<Variable>,
    at: f64,
    order: usize,
) -> Result<Option<Jump>, Failure> {
    let order = order.min(HIGHEST_JUMP);
    let steps = if at == 0.0 {
        STEPS_FROM_ZERO
    } else {
        STEPS.map(|step| step * at.abs())
    };
    // A recurrence that divides by what is almost zero loses the digits that are compared here.
    let mut found = Vec::new();
    for step in [
        0.0, -steps[0], steps[0], -steps[1], steps[1], -steps[2], steps[2],
    ] {
        match one_by_one(&f, at + step, order)? {
            Ok(derivatives) => found.push(derivatives),
            // Of a formula of that size, nobody knows.
            Err(_) => return Ok(None),
        }
    }
    let [here, far @ .., left, right] = &found[..] else {
        return Ok(None);
    };
    let near = [left, right];
    let jumps = |k: usize, side: usize| {
        let change = |beside: &Vec<f64>| (beside[k] - here[k]).abs();
        let size = near[side][k].abs().max(here[k].abs());
        let longer = far.iter().skip(side).step_by(2).map(change);
        let near = change(near[side]);
        near > NOTICEABLE && near > 1e-3 * size && near > 1e-2 * longer.fold(0.0, f64::max)
    };
    let first = (0..=order).find(|&k| jumps(k, 0) || jumps(k, 1));
    Ok(first.map(|k| Jump {
        order: k,
        values: [near[0][k], here[k], near[1][k]],
    }))
}

#[cfg(test)]
mod tests {
    use dezero::expr::Formula;

    use super::*;

    fn order_of_jump(formula: &str, at: f64) -> Option<usize> {
        let formula = Formula::parse(formula).unwrap();
        let jump = jump(|x| formula.eval(&[x]), at, 9).unwrap();
        jump.map(|jump| jump.order)
    }

    #[test]
    fn what_is_smooth_does_not_jump() {
        for formula in [
            "sin(x)",
            "sin(1e6*x)",
            "exp(30*x)",
            "tanh(x) + 1e9*x^2",
            "sin(x)^2 + cos(x)^2 - 1",
            "x^3/(1 + x^2)",
            "abs(x + 7)",
            "max(x - 9, cosh(x))",
            "erf(1000*x)",
        ] {
            for at in [0.0, 1e-9, 0.7, -1.0, std::f64::consts::PI, 123.0] {
                let at = if formula.contains("cosh") {
                    at.min(2.0)
                } else {
                    at
                };
                assert_eq!(order_of_jump(formula, at), None, "{formula} at {at}");
            }
        }
    }

    #[test]
    fn kinks_and_steps_jump() {
        for (formula, at, order) in [
            ("abs(x)", 0.0, 1),
            ("abs(x) + 1e6*x^2", 0.0, 1),
            ("abs(x - 3)", 3.0, 1),
            ("x*abs(x)", 0.0, 2),
            ("relu(x)^3", 0.0, 3),
            ("floor(x)", 2.0, 0),
            ("max(x, x^2)", 1.0, 1),
            ("where(x < 1, x, x^2)", 1.0, 1),
            ("where(x == 1, x^2, x)", 1.0, 1),
            // Smooth, but the convention for abs at 0 says otherwise.
            ("abs(x)^2", 0.0, 2),
        ] {
            assert_eq!(order_of_jump(formula, at), Some(order), "{formula}");
        }
    }

    /// The tangent numbers are from the table of the OEIS, A000182.
    #[test]
    fn high_orders_come_from_a_series() {
        let of = |formula: &str, at, order| {
            let formula = Formula::parse(formula).unwrap();
            derivatives(|x| formula.eval(&[x]), at, order).unwrap()
        };
        let tanh = of("tanh(x)", 0.0, 19);
        for (k, expected) in [
            (1, 1.0),
            (3, -2.0),
            (11, -353_792.0),
            (19, -29_088_885_112_832.0),
        ] {
            assert!((tanh[k] / expected - 1.0).abs() < 1e-13, "{k}: {}", tanh[k]);
        }
        // 1/170! is a float, but exp(-100)/170! is none.
        for d in of("exp(x)", -100.0, HIGHEST_FACTORIAL) {
            assert!((d / (-100_f64).exp() - 1.0).abs() < 1e-12, "{d}");
        }
        assert_eq!(
            of("1/x", 1e-3, HIGHEST_FACTORIAL)[HIGHEST_FACTORIAL],
            f64::INFINITY
        );
        let constant = derivatives(|_| Ok(Variable::constant(2.0)), 1.0, 2).unwrap();
        assert_eq!(constant, [2.0, 0.0, 0.0]);
    }

    #[test]
    fn orders_above_the_factorials() {
        let of = |formula: &str, order| {
            let formula = Formula::parse(formula).unwrap();
            derivatives(|x| formula.eval(&[x]), 2.0, order)
        };
        let cube = of("x^3", 10_000).unwrap();
        assert_eq!(cube[..5], [8.0, 12.0, 12.0, 6.0, 0.0]);
        assert_eq!(cube.last(), Some(&0.0));
        assert_eq!(of("sin(x)", 10_001).unwrap()[10_001], 2_f64.cos());
        let said = of("tanh(x)", 10_000).unwrap_err().to_string();
        assert!(said.starts_with("error: above order 170, "), "{said}");
    }
}
