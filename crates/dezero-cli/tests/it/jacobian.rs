//! `dezero diff --jacobian`.

use serde_json::json;

use crate::command::{dezero, fields};

#[test]
fn a_matrix_for_people() {
    let arguments = [
        "diff",
        "--jacobian",
        "x^2*길이;\n sin(x) ; 5",
        "--at",
        "x=0,길이=-1.5",
    ];
    insta::assert_snapshot!(dezero(&arguments).success());
}

/// Of polar coordinates: (cos t, -r sin t; sin t, r cos t), here at t = 0.
#[test]
fn rows_are_formulas_and_columns_variables() {
    let arguments = [
        "diff",
        "--jacobian",
        "r*cos(t); r*sin(t); r",
        "--at",
        "r=2,t=0",
        "--json",
    ];
    let found = dezero(&arguments).json();
    assert_eq!(fields(&found), ["formulas", "at", "values", "jacobian"]);
    assert_eq!(found["formulas"], json!(["r*cos(t)", "r*sin(t)", "r"]));
    assert_eq!(found["at"], json!({ "r": 2.0, "t": 0.0 }));
    assert_eq!(found["values"], json!([2.0, 0.0, 2.0]));
    let rows = json!([
        { "r": 1.0, "t": 0.0 },
        { "r": 0.0, "t": 2.0 },
        { "r": 1.0, "t": 0.0 },
    ]);
    assert_eq!(
        serde_json::to_string(&found["jacobian"])
            .unwrap()
            .replace("-0.0", "0.0"),
        rows.to_string()
    );
}

/// A row of the matrix is the gradient of its formula.
#[test]
fn one_formula_has_the_gradient_as_its_row() {
    let (formula, at) = ("x*exp(y) - y/x", "x=1.5,y=0.25");
    let gradient = dezero(&["diff", formula, "--at", at, "--json"]).json()["gradient"].clone();
    let found = dezero(&[
        "diff",
        "--jacobian",
        formula,
        "--at",
        at,
        "--order",
        "1",
        "--json",
    ])
    .json();
    assert_eq!(found["jacobian"], json!([gradient]));
}

#[test]
fn formulas_without_variables_have_empty_rows() {
    let found = dezero(&["diff", "--jacobian", "1; 2^3", "--json"]).json();
    let expected =
        json!({ "formulas": ["1", "2^3"], "at": {}, "values": [1.0, 8.0], "jacobian": [{}, {}] });
    assert_eq!(found, expected);
    let text = dezero(&["diff", "--jacobian", "1; 2^3"]).success();
    assert_eq!(text, "f1 = 1\nf2 = 2^3\n  f1 = 1.0\n  f2 = 8.0\n");
}

#[test]
fn numbers_that_are_not_finite_are_strings() {
    let found = dezero(&["diff", "--jacobian", "1/x; x", "--at", "x=0", "--json"]).json();
    assert_eq!(found["values"], json!(["inf", 0.0]));
    assert_eq!(found["jacobian"], json!([{ "x": "-inf" }, { "x": 1.0 }]));
}
