//! The functions against `tests/data/test_functions.csv`, which a program computes from formulas
//! written out apart from these, and against what a minimum is.

use dezero_core::{Variable, sparse_hessian, transforms};

use super::*;

/// All functions; those of any dimension at the one that the table has.
fn all() -> Vec<TestFunction> {
    let mut functions = more_garbow_hillstrom();
    functions.extend([
        chained_rosenbrock(6),
        goldstein_price(),
        booth(),
        matyas(),
        himmelblau(),
        three_hump_camel(),
        sphere(5),
        zakharov(5),
        styblinski_tang(5),
    ]);
    functions
}

/// The names that the table has for [`all`], in their order.
const IN_TABLE: [&str; 44] = [
    "rosenbrock",
    "freudenstein_roth",
    "powell_badly_scaled",
    "brown_badly_scaled",
    "beale",
    "jennrich_sampson",
    "helical_valley",
    "bard",
    "gaussian",
    "meyer",
    "gulf",
    "box",
    "powell_singular",
    "wood",
    "kowalik_osborne",
    "brown_dennis",
    "osborne_1",
    "biggs_exp6",
    "osborne_2",
    "watson",
    "extended_rosenbrock",
    "extended_powell_singular",
    "penalty_1",
    "penalty_2",
    "variably_dimensioned",
    "trigonometric",
    "brown_almost_linear",
    "discrete_boundary_value",
    "discrete_integral_equation",
    "broyden_tridiagonal",
    "broyden_banded",
    "linear_full_rank",
    "linear_rank_1",
    "linear_rank_1_zeros",
    "chebyquad",
    "chained_rosenbrock",
    "goldstein_price",
    "booth",
    "matyas",
    "himmelblau",
    "three_hump_camel",
    "sphere",
    "zakharov",
    "styblinski_tang",
];

struct Row {
    name: &'static str,
    kind: &'static str,
    value: f64,
    at: Vec<f64>,
}

fn rows(kind: &str) -> impl Iterator<Item = Row> {
    include_str!("../../tests/data/test_functions.csv")
        .lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            Row {
                name: fields[0],
                kind: fields[1],
                value: fields[2].parse().unwrap(),
                at: fields[3]
                    .split_whitespace()
                    .map(|x| x.parse().unwrap())
                    .collect(),
            }
        })
        .filter(move |row| row.kind == kind)
}

/// The function of a row, in the dimension of its point.
fn function_of(row: &Row) -> TestFunction {
    match row.name {
        "chained_rosenbrock" => chained_rosenbrock(row.at.len()),
        "styblinski_tang" => styblinski_tang(row.at.len()),
        name => all().swap_remove(IN_TABLE.iter().position(|&other| other == name).unwrap()),
    }
}

fn value(function: &TestFunction, at: &[f64]) -> f64 {
    function.value(&Variable::constant(at)).unwrap().item()
}

fn gradient(function: &TestFunction, at: &[f64]) -> Vec<f64> {
    let f = |x: &Variable| function.value(x).unwrap();
    transforms::grad(f, &Variable::constant(at)).to_vec()
}

fn norm(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}

#[test]
fn starts_and_the_values_there_are_those_of_the_table() {
    let rows: Vec<Row> = rows("start").collect();
    let functions = all();
    assert_eq!(rows.len(), functions.len());
    for ((function, row), name) in functions.iter().zip(&rows).zip(IN_TABLE) {
        assert_eq!(row.name, name);
        assert_eq!(function.dimension(), row.at.len(), "{name}");
        for (ours, theirs) in function.start().iter().zip(&row.at) {
            assert!(
                (ours - theirs).abs() <= 1e-15,
                "{name}: {ours} for {theirs}"
            );
        }
        let value = value(function, function.start());
        assert!(
            (value - row.value).abs() <= 1e-13 * row.value.abs(),
            "{name}: {value} for {}",
            row.value
        );
    }
}

#[test]
fn minima_of_the_table_are_known() {
    for row in rows("minimum") {
        let function = function_of(&row);
        let value = value(&function, &row.at);
        let tolerance = if row.value == 0.0 {
            1e-22
        } else {
            1e-11 * row.value.abs()
        };
        assert!(
            (value - row.value).abs() <= tolerance,
            "{}: {value} for {}",
            row.name,
            row.value
        );
        let known = function.minima().iter().any(|minimum| {
            (minimum.value - row.value).abs() <= 1e-9 * row.value.abs()
                && minimum
                    .at
                    .as_ref()
                    .is_none_or(|at| norm_of_difference(at, &row.at) <= 1e-12 * norm(at))
        });
        assert!(known, "{}: {} at {:?}", row.name, row.value, row.at);
    }
    for row in rows("infimum") {
        let minima = function_of(&row).minima;
        let known = |minimum: &KnownMinimum| {
            minimum.at.is_none() && (minimum.value - row.value).abs() <= 1e-14 * row.value
        };
        assert!(minima.iter().any(known), "{}: {}", row.name, row.value);
    }
}

fn norm_of_difference(a: &[f64], b: &[f64]) -> f64 {
    norm(&a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<f64>>())
}

#[test]
fn minima_have_their_values_and_no_gradient() {
    for function in all() {
        let scale = norm(&gradient(&function, function.start())).max(1.0);
        assert!(function.minima().iter().any(|minimum| minimum.global));
        for minimum in function.minima() {
            assert!(function.is_minimum(minimum.value));
            let Some(at) = &minimum.at else { continue };
            let value = value(&function, at);
            let tolerance = if minimum.value == 0.0 {
                1e-22
            } else {
                1e-11 * minimum.value.abs()
            };
            assert!(
                (value - minimum.value).abs() <= tolerance,
                "{function:?}: {value}"
            );
            let slope = norm(&gradient(&function, at));
            assert!(slope <= 1e-10 * scale, "{function:?}: slope {slope}");
        }
    }
}

#[test]
fn no_value_beside_a_minimum_is_lower() {
    // These are none across the plane of the start, or in one direction of the eighteenth order.
    let exceptions = [
        ("Biggs EXP6", 0.005_655_649_925_499_931),
        ("Brown almost linear", 1.0),
    ];
    for function in all() {
        for minimum in function.minima() {
            let Some(at) = &minimum.at else { continue };
            if exceptions.contains(&(function.name(), minimum.value)) {
                continue;
            }
            let lowest = value(&function, at);
            // Directions that do not repeat: signs and sizes from the digits of a sine.
            for direction in 0..40 {
                let beside: Vec<f64> = (at.iter().enumerate())
                    .map(|(i, x)| {
                        let turn = (12.9898 * i as f64 + 78.233 * f64::from(direction)).sin();
                        x + 1e-3 * turn * x.abs().max(1e-3)
                    })
                    .collect();
                let value = value(&function, &beside);
                let rounding = 1e-12 * lowest.abs();
                assert!(
                    value >= lowest - rounding,
                    "{function:?}: {value} at {beside:?}"
                );
            }
        }
    }
}

#[test]
fn global_minima_are_the_lowest_known() {
    for function in all() {
        let lowest = function.minima()[0].value;
        for minimum in function.minima() {
            assert_eq!(minimum.global, minimum.value == lowest, "{function:?}");
        }
    }
}

#[test]
fn values_are_the_sums_of_the_squares_of_residuals() {
    let sizes = [
        2, 2, 2, 3, 3, 10, 3, 15, 15, 16, 10, 10, 4, 6, 11, 20, 33, 13, 65, 31, 10, 12, 11, 20, 12,
        10, 10, 10, 10, 10, 10, 20, 20, 20, 8,
    ];
    for (function, m) in more_garbow_hillstrom().iter().zip(sizes) {
        let x = Variable::constant(function.start());
        let residuals = function.residuals(&x).unwrap().unwrap();
        assert_eq!(residuals.shape(), [m], "{}", function.name());
        assert_eq!(
            residuals.square().sum(..).item(),
            function.value(&x).unwrap().item()
        );
    }
}

#[test]
fn derivatives_reach_the_second_order_at_starts_and_minima() {
    for function in all() {
        let minima = function
            .minima()
            .iter()
            .filter_map(|minimum| minimum.at.as_deref());
        for at in minima.chain([function.start()]) {
            let f = |x: &Variable| function.value(x).unwrap();
            let hessian = transforms::hessian(f, &Variable::constant(at));
            assert_eq!(hessian.shape(), [at.len(), at.len()]);
            let finite = hessian
                .to_vec::<f64>()
                .iter()
                .all(|entry| entry.is_finite());
            assert!(finite, "{}: {hessian:?} at {at:?}", function.name());
        }
    }
}

#[test]
fn hessians_of_many_variables_are_seen_to_be_sparse() {
    let places = |function: &TestFunction| {
        let f = |x: &Variable| function.value(x).unwrap();
        sparse_hessian(f, &Variable::constant(function.start())).nnz()
    };
    assert_eq!(places(&extended_rosenbrock(1000)), 2000);
    assert_eq!(places(&chained_rosenbrock(1000)), 2998);
    let problems = more_garbow_hillstrom();
    assert_eq!(places(&problems[22 - 1]), 3 * 12); // x1 does not meet x3, nor x2 meet x4
    assert_eq!(places(&problems[30 - 1]), 10 + 2 * 9 + 2 * 8); // squares of three neighbours
}

#[test]
fn a_point_of_another_shape_is_an_error() {
    let x = Variable::constant([1.0, 2.0, 3.0]);
    let error = himmelblau().value(&x).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("x has shape (3,), and the function is one of shape (2,)"),
        "{error}"
    );
    assert!(himmelblau().residuals(&x).unwrap().is_err());
    assert!(matyas().residuals(&x).is_none());
}

#[test]
fn near_a_minimum_is_near_enough() {
    let function = goldstein_price();
    assert!(function.is_minimum(3.0 + 2.9e-6));
    assert!(!function.is_minimum(3.0 + 3.1e-6));
    assert!(beale().is_minimum(1e-10));
    assert!(!beale().is_minimum(1.1e-10));
    assert!(!beale().is_minimum(f64::NAN));
}

#[test]
fn chains_of_other_lengths_have_the_minima_of_the_table() {
    assert_eq!(chained_rosenbrock(2).minima().len(), 1);
    assert_eq!(chained_rosenbrock(31).minima().len(), 1);
    assert_eq!(
        rows("minimum")
            .filter(|row| row.name == "chained_rosenbrock")
            .count(),
        27
    );
    // In two variables the chain, the pairs and the first problem are one function.
    let at = [0.3, -0.7];
    assert_eq!(
        value(&chained_rosenbrock(2), &at),
        value(&rosenbrock(1.0, 100.0), &at)
    );
    assert_eq!(
        value(&extended_rosenbrock(2), &at),
        value(&rosenbrock(1.0, 100.0), &at)
    );
}
