//! Derivatives of high order by one variable: the one place where they come from.

use dezero::{Polynomial, Result, Variable};

use crate::derivation::Derivation;
use crate::report::Failure;

/// The highest order of which `k!` is a float.
const HIGHEST_FACTORIAL: usize = 170;

/// The nodes that derivatives above that order may take, which is a matter of a second.
const MOST_NODES: i64 = 2_000_000;

/// The value and the derivatives up to `order` of a function at a number.
pub(crate) fn derivatives(
    f: impl Fn(&Variable) -> Result<Variable>,
    at: f64,
    order: usize,
) -> Result<Vec<f64>, Failure> {
    let x = Variable::new(at);
    let mut gx = f(&x)?;
    let mut derivatives = vec![gx.item()];
    let mut derivation = if order > HIGHEST_FACTORIAL {
        Derivation::within(MOST_NODES)
    } else {
        Derivation::new()
    };
    for _ in 0..order {
        derivation.next_order()?;
        let found = derivation.differentiate(&gx, &[&x]);
        gx = match found {
            Ok(mut found) => found.remove(0),
            Err(_) if order > HIGHEST_FACTORIAL => return Err(too_high(derivation.order())),
            Err(failure) => return Err(failure),
        };
        derivatives.push(gx.item());
    }
    Ok(derivatives)
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
    let derivatives = derivatives(f, around, order)?;
    let coefficients = derivatives.into_iter().enumerate();
    let coefficients: Vec<f64> = coefficients
        .map(|(k, derivative)| over_factorial(derivative, k))
        .collect();
    Ok(Polynomial::new(around, coefficients))
}

/// `x / k!`, also where `k!` is more than a float holds.
fn over_factorial(x: f64, k: usize) -> f64 {
    let product = |factors: std::ops::RangeInclusive<usize>| -> f64 {
        factors.map(|factor| factor as f64).product()
    };
    let first = k.min(HIGHEST_FACTORIAL);
    (first + 1..=k).fold(x / product(1..=first), |quotient, factor| {
        quotient / factor as f64
    })
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
    let here = derivatives(&f, at, order)?;
    let steps = if at == 0.0 {
        STEPS_FROM_ZERO
    } else {
        STEPS.map(|step| step * at.abs())
    };
    let beside = |step: f64| -> Result<[Vec<f64>; 2], Failure> {
        Ok([
            derivatives(&f, at - step, order)?,
            derivatives(&f, at + step, order)?,
        ])
    };
    let [far, further, near] = steps.map(beside);
    let (far, further, near) = (far?, further?, near?);
    let jumps = |k: usize, side: usize| {
        let change = |beside: &[Vec<f64>; 2]| (beside[side][k] - here[k]).abs();
        let size = near[side][k].abs().max(here[k].abs());
        change(&near) > NOTICEABLE
            && change(&near) > 1e-3 * size
            && change(&near) > 1e-2 * change(&far).max(change(&further))
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

    #[test]
    fn factorials_beyond_a_float() {
        assert_eq!(over_factorial(24.0, 4), 1.0);
        assert_eq!(
            over_factorial(1e308, 170),
            1e308 / 7.257_415_615_307_994e306
        );
        let (above, below) = (over_factorial(1e308, 171), over_factorial(1e308, 170));
        assert_eq!(above, below / 171.0);
        assert_eq!(over_factorial(1.0, 1000), 0.0);
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
