//! Derivatives of the elementwise primitives to the eighth order against coefficients that mpmath
//! computed (`tests/reference/make.py`), at points that include the edges of the domains.

use std::collections::HashSet;

use dezero_core::transforms::taylor;
use dezero_core::{Primitive, Variable, grad, primitives};

/// The Taylor coefficients of a primitive along a line, from an independent source.
struct Row {
    primitive: &'static Primitive,
    parameters: Vec<f64>,
    point: Vec<f64>,
    direction: Vec<f64>,
    coefficients: Vec<f64>,
}

fn numbers<'a>(words: impl Iterator<Item = &'a str>) -> Vec<f64> {
    words.map(|word| word.parse().expect("a number")).collect()
}

fn rows() -> Vec<Row> {
    let row = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        let list = |i: usize| numbers(fields[i].split_whitespace());
        Row {
            primitive: primitives()
                .find(|primitive| primitive.name == fields[0])
                .unwrap_or_else(|| panic!("`{}` is not in the table of primitives", fields[0])),
            parameters: list(1),
            point: list(2),
            direction: list(3),
            coefficients: numbers(fields[4..].iter().copied()),
        }
    };
    include_str!("../reference/elementwise.csv")
        .lines()
        .skip(1)
        .map(row)
        .collect()
}

/// What a derivative may be off by, relative to its scale.
const TOLERANCE: f64 = 1e-12;

/// How large a coefficient counts as, from those up to it.
#[derive(Clone, Copy)]
enum Scale {
    /// The largest of them.
    Largest,
    /// The largest of the terms `c_j r^(j - k)`, where `r` is the size of the point, at least 1: stricter
    /// far from the origin.
    LargestTerm,
}

/// Compares the coefficients of every row with those of a way to compute them, which gets the
/// function along the line and the highest order, and gives `c_0`, `c_1` and so on up to it.
fn check(
    coefficients_by: impl Fn(&dyn Fn(&Variable) -> Variable, usize) -> Vec<f64>,
    scale: Scale,
    tolerance: impl Fn(&Row) -> f64,
) {
    let mut failures = Vec::new();
    for row in rows() {
        let order = row.coefficients.len() - 1;
        let actual = coefficients_by(&|t| row.on_line(t), order);
        assert_eq!(actual.len(), order + 1, "{}", row.primitive.name);
        let shrink = match scale {
            Scale::Largest => 1.0,
            Scale::LargestTerm => row.point.iter().fold(1.0_f64, |r, x| r.max(x.abs())),
        };
        let mut scale = 0.0_f64;
        for (k, (&actual, &expected)) in actual.iter().zip(&row.coefficients).enumerate() {
            scale = (scale / shrink).max(expected.abs());
            let error = (actual - expected).abs() / scale;
            // NaN is a failure.
            if actual != expected && (error.is_nan() || error > tolerance(&row)) {
                failures.push(format!(
                    "{}{:?} at {:?} along {:?}, order {k}: {actual:e} is not {expected:e}, off by {error:.1e} of its scale",
                    row.primitive.name, row.parameters, row.point, row.direction
                ));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} failures\n{}",
        failures.len(),
        failures.join("\n")
    );
}

impl Row {
    /// The primitive along the line, as a function of the place on it.
    fn on_line(&self, t: &Variable) -> Variable {
        let along = |(&x, &d): (&f64, &f64)| {
            if d == 0.0 {
                Variable::constant(x)
            } else {
                t * d + x
            }
        };
        let xs: Vec<Variable> = self.point.iter().zip(&self.direction).map(along).collect();
        let xs: Vec<&Variable> = xs.iter().collect();
        self.primitive.apply_with(&xs, &self.parameters).unwrap()
    }
}

/// Differentiates again and again, and divides by the factorial.
fn nested(f: &dyn Fn(&Variable) -> Variable, order: usize) -> Vec<f64> {
    let t = Variable::new(0.0);
    let mut y = f(&t);
    let mut coefficients = vec![y.item()];
    let mut factorial = 1.0;
    for k in 1..=order {
        y = grad(&y, &[&t]).remove(0);
        factorial *= k as f64;
        coefficients.push(y.item() / factorial);
    }
    coefficients
}

fn series(f: &dyn Fn(&Variable) -> Variable, order: usize) -> Vec<f64> {
    taylor(f, 0.0, order).coefficients().to_vec()
}

/// What a rule loses beyond [`TOLERANCE`] of the stricter scale, and why.
fn tolerance_of_rule(row: &Row) -> f64 {
    match row.primitive.name {
        // All derivatives are multiples of `1 - y^2`, which in the tail is the difference of two
        // numbers next to each other: it is `4 e^(-2|x|)`, and right to the rounding of 1.
        "tanh" => TOLERANCE + 0.1 * f64::EPSILON * (2.0 * row.point[0].abs()).exp(),
        _ => TOLERANCE,
    }
}

#[test]
fn nested_derivatives_are_those_of_mpmath() {
    check(nested, Scale::LargestTerm, tolerance_of_rule);
}

#[test]
fn series_are_those_of_mpmath() {
    check(series, Scale::Largest, |_| TOLERANCE);
    check(series, Scale::LargestTerm, tolerance_of_rule);
}

#[test]
fn every_primitive_has_rows() {
    let rows = rows();
    let names: HashSet<&str> = rows.iter().map(|row| row.primitive.name).collect();
    for primitive in primitives() {
        assert!(
            names.contains(primitive.name),
            "add {} to tests/reference/make.py",
            primitive.name
        );
    }
    assert!(rows.iter().all(|row| row.coefficients.len() == 9
        && row.coefficients.iter().all(|c| c.is_finite())
        && row.point.len() == row.primitive.arity));
}
