//! `dezero taylor`.

use dezero::Polynomial;
use dezero::expr::Formula;
use proptest::prelude::*;
use serde_json::json;

use crate::command::{assert_close, dezero, fields};

#[test]
fn a_series_for_people() {
    let said = [
        dezero(&["taylor", "sin(x)", "--around", "x=0", "--order", "9"]).success(),
        dezero(&["taylor", "log(x)", "--around", "x=2", "--order", "3"]).success(),
        dezero(&[
            "taylor",
            "exp(높이*y)",
            "--around",
            "높이=-1,y=0.5",
            "--wrt",
            "높이",
            "--order",
            "2",
        ])
        .success(),
        dezero(&["taylor", "5", "--around", "x=1"]).success(),
        dezero(&["taylor", "x^2", "--around", "x=3", "--order", "0"]).success(),
    ];
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn a_series_in_json() {
    let found = dezero(&[
        "taylor", "sin(x)", "--around", "x=0", "--order", "5", "--json",
    ])
    .json();
    let expected = json!({
        "formula": "sin(x)",
        "around": { "x": 0.0 },
        "order": 5,
        "coefficients": [0.0, 1.0, 0.0, -1.0 / 6.0, 0.0, 1.0 / 120.0],
        "polynomial": "x - x^3/6 + x^5/120",
    });
    assert_eq!(fields(&found), fields(&expected));
    assert_eq!(found["polynomial"], expected["polynomial"]);
    for key in ["formula", "around", "order"] {
        assert_eq!(found[key], expected[key]);
    }
    for k in 0..=5 {
        assert_close(
            &found["coefficients"][k],
            expected["coefficients"][k].as_f64().unwrap(),
        );
    }
}

#[test]
fn the_usual_order_is_5() {
    let found = dezero(&["taylor", "1/(1 - x)", "--around", "x=0", "--json"]).json();
    assert_eq!(found["order"], 5);
    assert_eq!(found["coefficients"], json!([1.0, 1.0, 1.0, 1.0, 1.0, 1.0]));
    assert_eq!(found["polynomial"], "1 + x + x^2 + x^3 + x^4 + x^5");
}

/// The coefficients of the fractions of known series, as a table of them has them (Abramowitz and
/// Stegun, 4.1, 4.2, 4.3, 4.5 and 3.6.9).
#[test]
fn known_series() {
    for (formula, around, order, expected) in [
        ("exp(x)", "x=0", "4", "1 + x + x^2/2 + x^3/6 + x^4/24"),
        ("log(1 + x)", "x=0", "4", "x - x^2/2 + x^3/3 - x^4/4"),
        ("tan(x)", "x=0", "7", "x + x^3/3 + 2*x^5/15 + 17*x^7/315"),
        ("tanh(x)", "x=0", "7", "x - x^3/3 + 2*x^5/15 - 17*x^7/315"),
        (
            "tan(x)",
            "x=0",
            "20",
            "x + x^3/3 + 2*x^5/15 + 17*x^7/315 + 62*x^9/2835 + 1382*x^11/155925 + \
             21844*x^13/6081075 + 929569*x^15/638512875 + 6404582*x^17/10854718875 + \
             443861162*x^19/1856156927625",
        ),
        (
            "sqrt(1 + x)",
            "x=0",
            "4",
            "1 + x/2 - x^2/8 + x^3/16 - 5*x^4/128",
        ),
        ("sqrt(x)", "x=4", "2", "2 + (x - 4)/4 - (x - 4)^2/64"),
        ("1/x", "x=-1", "2", "-1 - (x + 1) - (x + 1)^2"),
        (
            "sin(x)",
            "x=pi/2",
            "1",
            "1 + 6.123233995736766e-17*(x - 1.5707963267948966)",
        ),
    ] {
        let found = dezero(&[
            "taylor", formula, "--around", around, "--order", order, "--json",
        ])
        .json();
        assert_eq!(found["polynomial"], expected, "{formula}");
    }
}

/// The series is a formula, whose derivatives at the point are those of the first.
#[test]
fn the_polynomial_can_be_asked_again() {
    let (formula, at) = ("exp(x)*cos(x)/(2 + x)", "x=0.3");
    let series = dezero(&["taylor", formula, "--around", at, "--order", "4", "--json"]).json();
    let polynomial = series["polynomial"].as_str().unwrap();
    let of = |formula| dezero(&["diff", formula, "--at", at, "--order", "4", "--json"]).json();
    let (expected, found) = (of(formula), of(polynomial));
    assert_close(&found["value"], expected["value"].as_f64().unwrap());
    for k in 0..4 {
        assert_close(
            &found["derivatives"][k],
            expected["derivatives"][k].as_f64().unwrap(),
        );
    }
}

#[test]
fn one_of_several_variables() {
    let arguments = [
        "taylor", "exp(x*y)", "--around", "y=2,x=0", "--wrt", "x", "--order", "3", "--json",
    ];
    let found = dezero(&arguments).json();
    assert_eq!(fields(&found["around"]), ["y", "x"]);
    assert_eq!(found["polynomial"], "1 + 2*x + 2*x^2 + 4*x^3/3");
}

#[test]
fn points_without_a_series_are_explained() {
    let around = |formula, around| dezero(&["taylor", formula, "--around", around]).failure(1);
    let said = [
        around("1/x", "x=0"),
        around("sqrt(x)", "x=0"),
        around("x^2.5", "x=0"),
        around("abs(x)", "x=0"),
        around("floor(x)", "x=2"),
        around("relu(x)^3", "x=0"),
        around("abs(x)^2", "x=0"),
        around("x", "x=nan"),
        around("x", "x=-inf"),
    ];
    insta::assert_snapshot!(said.concat());
}

/// Numbers such as coefficients are: fractions, decimals, zero.
fn coefficient() -> impl Strategy<Value = f64> {
    prop_oneof![
        (-40..40_i32, 1..40_i32).prop_map(|(p, q)| f64::from(p) / f64::from(q)),
        (0..18_u64).prop_map(|k| 1.0 / (1..=k).product::<u64>() as f64),
        -10.0..10.0_f64,
        (-10.0..10.0_f64).prop_map(|c| c * 1e-30),
        Just(0.0),
    ]
}

proptest! {
    /// What a polynomial prints is a formula with its values.
    #[test]
    fn polynomials_read_back(
        around in prop_oneof![Just(0.0), (-3..4_i32).prop_map(f64::from), -2.0..2.0_f64],
        coefficients in prop::collection::vec(coefficient(), 0..20),
        x in -2.0..2.0_f64,
    ) {
        let polynomial = Polynomial::new(around, coefficients).named("t_1");
        let text = polynomial.to_string();
        let formula = Formula::parse(&text).unwrap();
        prop_assert!(formula.variables().iter().all(|name| name == "t_1"), "{}", text);
        let variable = dezero::Variable::new(x);
        let variables = vec![&variable; formula.variables().len()];
        let value = formula.eval(&variables).unwrap().item();
        let powers = (0..).map(|k| (x - around).abs().powi(k));
        let size: f64 = polynomial.coefficients().iter().zip(powers).map(|(c, power)| c.abs() * power).sum();
        prop_assert!((value - polynomial.at(x)).abs() <= 1e-14 * size, "{} at {}: {} is not {}", text, x, value, polynomial.at(x));
    }

    /// Each coefficient on its own: to a few units in its last place.
    #[test]
    fn coefficients_read_back(c in coefficient(), k in 0..20_usize) {
        let mut coefficients = vec![0.0; k];
        coefficients.push(c);
        let text = Polynomial::new(0.0, coefficients).to_string();
        let formula = Formula::parse(&text).unwrap();
        let one = dezero::Variable::new(1.0);
        let value = formula.eval(&vec![&one; formula.variables().len()]).unwrap().item();
        prop_assert!((value - c).abs() <= 4.0 * f64::EPSILON * c.abs(), "{}: {}", text, c);
    }
}
