//! `dezero diff`.

use serde_json::json;

use crate::command::{assert_close, dezero, fields};

#[test]
fn one_variable_for_people() {
    let text = dezero(&["diff", "x^3*sin(pi/6*x)", "--at", "x=1", "--order", "5"]).success();
    insta::assert_snapshot!(text);
}

#[test]
fn several_variables_for_people() {
    let text = dezero(&[
        "diff",
        "x^2*길이 - 길이^3/x",
        "--at",
        "x=2,길이=-1.5",
        "--order",
        "3",
    ])
    .success();
    insta::assert_snapshot!(text);
}

#[test]
fn no_variable_for_people() {
    let text = dezero(&["diff", "(1 + sqrt(5))/2", "--order", "2"]).success();
    insta::assert_snapshot!(text);
}

#[test]
fn a_formula_of_several_lines_is_shown_in_one() {
    let text = dezero(&["diff", "x\n  + 1", "--at", "x=1", "--order", "0"]).success();
    insta::assert_snapshot!(text);
}

/// sin and cos are checked by the engine's own tests; here it is which derivative stands where.
#[test]
fn derivatives_of_one_variable_in_json() {
    let found = dezero(&[
        "diff", "sin(2*x)", "--at", "x=0.3", "--order", "4", "--json",
    ])
    .json();
    assert_eq!(fields(&found), ["formula", "at", "value", "derivatives"]);
    assert_eq!(found["formula"], "sin(2*x)");
    assert_eq!(found["at"], json!({ "x": 0.3 }));
    let (sin, cos) = 0.6_f64.sin_cos();
    assert_close(&found["value"], sin);
    let derivatives = found["derivatives"].as_array().unwrap();
    assert_eq!(derivatives.len(), 4);
    for (found, expected) in derivatives
        .iter()
        .zip([2.0 * cos, -4.0 * sin, -8.0 * cos, 16.0 * sin])
    {
        assert_close(found, expected);
    }
}

#[test]
fn tanh_has_the_values_of_the_book() {
    let found = dezero(&["diff", "tanh(x)", "--at", "x=1", "--order", "2", "--json"]).json();
    assert_close(&found["derivatives"][0], 0.419_974_341_614_026_14);
    assert_close(&found["derivatives"][1], -0.639_700_008_449_224_6);
}

/// Of the function 1/(1 - x) at 0, the derivatives are the factorials.
#[test]
fn the_twentieth_derivative_takes_no_time() {
    let arguments = [
        "diff",
        "1/(1 - x)",
        "--at",
        "x=0",
        "--order",
        "20",
        "--json",
    ];
    let found = dezero(&arguments).json();
    let mut factorial = 1.0;
    for k in 1..=20 {
        factorial *= f64::from(k as u8);
        assert_close(&found["derivatives"][k - 1], factorial);
    }
}

#[test]
fn goldstein_price_has_the_values_of_the_book() {
    let formula = "(1 + (x + y + 1)^2 * (19 - 14*x + 3*x^2 - 14*y + 6*x*y + 3*y^2)) * \
                   (30 + (2*x - 3*y)^2 * (18 - 32*x + 12*x^2 + 48*y - 36*x*y + 27*y^2))";
    let found = dezero(&["diff", formula, "--at", "x=1,y=1", "--json"]).json();
    assert_eq!(fields(&found), ["formula", "at", "value", "gradient"]);
    assert_eq!(found["value"], 1876.0);
    assert_eq!(found["gradient"], json!({ "x": -5376.0, "y": 8064.0 }));
}

/// Of x^2 y^3 z: all partial derivatives are products of powers.
#[test]
fn partial_derivatives_are_named_by_their_variables() {
    let arguments = [
        "diff",
        "x^2*y^3*z",
        "--at",
        "x=2,y=3,z=5",
        "--order",
        "4",
        "--json",
    ];
    let found = dezero(&arguments).json();
    assert_eq!(
        fields(&found),
        ["formula", "at", "value", "gradient", "hessian", "partials"]
    );
    assert_eq!(found["value"], 540.0);
    assert_eq!(
        found["gradient"],
        json!({ "x": 540.0, "y": 540.0, "z": 108.0 })
    );
    assert_eq!(
        found["hessian"],
        json!({
            "x": { "x": 270.0, "y": 540.0, "z": 108.0 },
            "y": { "x": 540.0, "y": 360.0, "z": 108.0 },
            "z": { "x": 108.0, "y": 108.0, "z": 0.0 },
        })
    );
    let partials = found["partials"].as_object().unwrap();
    // (5 choose 3) of order 3 and (6 choose 4) of order 4.
    assert_eq!(partials.len(), 10 + 15);
    for (name, expected) in [
        ("x,x,x", 0.0),
        ("x,x,y", 270.0),
        ("x,y,y", 360.0),
        ("x,y,z", 108.0),
        ("y,y,y", 120.0),
        ("y,y,z", 72.0),
        ("z,z,z", 0.0),
        ("x,x,y,y", 180.0),
        ("x,x,y,z", 54.0),
        ("x,y,y,y", 120.0),
        ("y,y,y,z", 24.0),
    ] {
        assert_eq!(partials[name], expected, "{name}");
    }
}

#[test]
fn variables_stand_in_the_order_of_the_point() {
    let found = dezero(&["diff", "x*y^2", "--at", "y=1,x=2", "--order", "3", "--json"]).json();
    assert_eq!(fields(&found["gradient"]), ["y", "x"]);
    assert_eq!(fields(&found["hessian"]["x"]), ["y", "x"]);
    assert_eq!(
        fields(&found["partials"]),
        ["y,y,y", "y,y,x", "y,x,x", "x,x,x"]
    );
}

#[test]
fn order_0_is_the_value_alone() {
    let one = dezero(&["diff", "x^2", "--at", "x=3", "--order", "0", "--json"]).json();
    assert_eq!(
        one,
        json!({ "formula": "x^2", "at": { "x": 3.0 }, "value": 9.0, "derivatives": [] })
    );
    let several = dezero(&["diff", "x*y", "--at", "x=3,y=2", "--order", "0", "--json"]).json();
    assert_eq!(
        several,
        json!({ "formula": "x*y", "at": { "x": 3.0, "y": 2.0 }, "value": 6.0 })
    );
}

#[test]
fn numbers_read_back_as_the_same_numbers() {
    for x in [
        0.1 + 0.2,
        1.0 / 3.0,
        -0.0,
        5e-324,
        f64::MIN_POSITIVE,
        f64::MAX,
        1e21,
        123_456_789.123,
    ] {
        let at = format!("x={x:?}");
        let found = dezero(&["diff", "x", "--at", &at, "--json"]).json();
        for number in [&found["at"]["x"], &found["value"]] {
            assert_eq!(number.as_f64().unwrap().to_bits(), x.to_bits(), "{x:?}");
        }
        let text = dezero(&["diff", "x", "--at", &at]).success();
        let value = text.lines().nth(2).unwrap().split_once(" = ").unwrap().1;
        assert_eq!(
            value.parse::<f64>().unwrap().to_bits(),
            x.to_bits(),
            "{text}"
        );
    }
}

#[test]
fn numbers_that_are_not_finite_are_strings() {
    let found = dezero(&["diff", "1/x", "--at", "x=0", "--order", "2", "--json"]).json();
    assert_eq!(found["value"], "inf");
    assert_eq!(found["derivatives"], json!(["-inf", "inf"]));
    let found = dezero(&["diff", "x*y", "--at", "x=nan,y=-inf", "--json"]).json();
    assert_eq!(found["at"], json!({ "x": "nan", "y": "-inf" }));
    assert_eq!(found["value"], "nan");
    assert_eq!(found["gradient"], json!({ "x": "-inf", "y": "nan" }));
}

#[test]
fn what_does_not_depend_on_a_variable_has_derivative_zero() {
    let found = dezero(&["diff", "sqrt(2)", "--at", "x=1", "--order", "2", "--json"]).json();
    assert_eq!(found["derivatives"], json!([0.0, 0.0]));
    let found = dezero(&["diff", "x", "--at", "x=1,y=2", "--order", "2", "--json"]).json();
    assert_eq!(found["gradient"], json!({ "x": 1.0, "y": 0.0 }));
    assert_eq!(found["hessian"]["y"], json!({ "x": 0.0, "y": 0.0 }));
}

#[test]
fn formulas_and_values_begin_with_a_minus() {
    let expected = dezero(&["diff", "-(x^2)", "--at", "x=-1", "--json"]).json();
    assert_eq!(expected["value"], -1.0);
    for arguments in [
        ["diff", "-x^2", "--at", "x=-1", "--json"],
        ["diff", "--json", "--at", "x=-1", "-x^2"],
    ] {
        let found = dezero(&arguments).json();
        assert_eq!(found["derivatives"], expected["derivatives"]);
        assert_eq!(found["formula"], "-x^2");
    }
}
