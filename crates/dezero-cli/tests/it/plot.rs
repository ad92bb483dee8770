//! `dezero plot`, and the pictures of `dezero taylor`.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::command::{assert_close, dezero, dezero_in, fields};

/// The SVG that a command line draws.
fn drawn(arguments: &[&str]) -> String {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    dezero_in(path, &[arguments, &["-o", "picture.svg"]].concat()).success();
    read(&path.join("picture.svg"))
}

fn read(path: &Path) -> String {
    let svg = fs::read_to_string(path).unwrap();
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    assert!(!svg.contains("NaN") && !svg.contains("inf\""), "{svg}");
    svg
}

#[test]
fn pictures_in_the_terminal() {
    let said = [
        dezero(&["plot", "sin(x)", "--range", "x=-7..7", "--order", "3"]).success(),
        dezero(&["plot", "tan(x)"]).success(),
        dezero(&[
            "plot", "floor(x)", "sqrt(x)", "--range", "x=-1..4", "--title", "two",
        ])
        .success(),
        dezero(&[
            "plot",
            "x^2 - y^2 + a",
            "--range",
            "x=-2..2,y=-1..1",
            "--at",
            "a=3",
        ])
        .success(),
        dezero(&["plot", "2"]).success(),
    ];
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn a_formula_and_its_derivatives_are_drawn() {
    let svg = drawn(&["plot", "sin(x)", "--range", "x=-7..7", "--order", "4"]);
    for text in [">sin(x)<", ">y<", ">y′<", ">y‴<", ">y^(4)<", ">-6<"] {
        assert!(svg.contains(text), "{text}: {svg}");
    }
    let svg = drawn(&[
        "plot", "a*t", "t^2", "--at", "a=2", "--range", "t=0..1", "--order", "1",
    ]);
    for text in [">y1 = a*t<", ">y1′<", ">y2 = t^2<", ">a = 2<", ">t<"] {
        assert!(svg.contains(text), "{text}");
    }
    let svg = drawn(&[
        "plot",
        "x^2",
        "--theme",
        "dark",
        "--title",
        "$x^2$ <&>\"\n\u{202e}한글",
    ]);
    assert!(
        svg.contains("#0f172a") && svg.contains(">$x^2$ &lt;&amp;&gt;"),
        "{svg}"
    );
    assert!(svg.contains("한글") && !svg.contains('\u{202e}'));
}

#[test]
fn contours_are_drawn_of_two_variables() {
    let svg = drawn(&["plot", "x^2 + 4*y^2", "--range", "x=-2..2,y=-1..1"]);
    assert!(
        svg.contains(">contours from ") && svg.contains(">y<"),
        "{svg}"
    );
}

#[test]
fn values_in_json() {
    let found = dezero(&[
        "plot", "exp(a*x)", "x", "--at", "a=2", "--range", "x=0..1", "--order", "1", "--json",
    ])
    .json();
    assert_eq!(
        fields(&found),
        [
            "formulas", "variable", "range", "at", "order", "x", "curves"
        ]
    );
    assert_eq!(found["formulas"], json!(["exp(a*x)", "x"]));
    assert_eq!(
        (&found["variable"], &found["range"]),
        (&json!("x"), &json!([0.0, 1.0]))
    );
    assert_eq!(found["at"], json!({ "a": 2.0 }));
    let curves = found["curves"].as_array().unwrap();
    assert_eq!(curves.len(), 4);
    for (k, x) in found["x"].as_array().unwrap().iter().enumerate() {
        let x = x.as_f64().unwrap();
        assert_close(&curves[0]["y"][k], (2.0 * x).exp());
        assert_close(&curves[1]["y"][k], 2.0 * (2.0 * x).exp());
        assert_close(&curves[2]["y"][k], x);
        assert_close(&curves[3]["y"][k], 1.0);
    }
    assert_eq!(
        (&curves[1]["formula"], &curves[1]["order"]),
        (&json!("exp(a*x)"), &json!(1))
    );

    let found = dezero(&["plot", "x*y", "--range", "y=0..2,x=-1..1", "--json"]).json();
    assert_eq!(
        fields(&found),
        ["formula", "range", "at", "x", "y", "values"]
    );
    assert_eq!(found["range"], json!({ "y": [0.0, 2.0], "x": [-1.0, 1.0] }));
    // The first range is the one from left to right.
    let last = |values: &Value| values.as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (last(&found["x"]), last(&found["y"])),
        (json!(2.0), json!(1.0))
    );
    assert_eq!(last(&last(&found["values"])), json!(2.0));
    assert_eq!(found["values"][0][60], json!(-2.0));
}

#[test]
fn a_derivative_is_not_drawn_where_there_is_nothing_to_differentiate() {
    let found = dezero(&[
        "plot", "log(x)", "--range", "x=-1..1", "--order", "1", "--json",
    ])
    .json();
    assert_eq!(found["curves"][1]["y"][0], "nan");
    assert_close(&found["curves"][1]["y"][400], 1.0);
}

#[test]
fn taylor_polynomials_are_drawn() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = ["taylor", "sin(x)", "--around", "x=0", "--order", "9"];
    let said = dezero(&arguments).success();
    let with_picture = [&arguments[..], &["-o", "taylor.svg"]].concat();
    assert_eq!(dezero_in(directory.path(), &with_picture).success(), said);
    let svg = read(&directory.path().join("taylor.svg"));
    for text in [
        ">f(x)<",
        ">f(x) = sin(x)<",
        ">to order 1<",
        ">to order 9<",
        ">x = 0<",
    ] {
        assert!(svg.contains(text), "{text}");
    }
    // Those of even order are those below.
    assert_eq!(svg.matches(">to order ").count(), 5);
    // As the sine, not as its polynomials.
    assert!(
        svg.contains(">1.0<") && !svg.contains(">2<") || svg.contains(">-1.0<"),
        "{svg}"
    );

    let svg = drawn(&[
        "taylor", "exp(x*y)", "--around", "y=2,x=1", "--wrt", "x", "--range", "x=0..2", "--theme",
        "dark",
    ]);
    assert!(
        svg.contains(">f(y, x) = exp(x*y), y = 2<") && svg.contains("#0f172a"),
        "{svg}"
    );
}

#[test]
fn what_cannot_be_drawn_is_explained() {
    let plot = |arguments: &[&str], code| dezero(&[&["plot"], arguments].concat()).failure(code);
    let said = [
        plot(&["log(-x^2)"], 1),
        plot(&["x", "sqrt(-1-x^2)", "--order", "1"], 1),
        plot(&["x + 1e306"], 1),
        plot(&["log(-x^2-y^2)", "--range", "x=0..1,y=0..1"], 1),
        plot(&["a*x"], 2),
        plot(&["a*x", "--range", "x=0..1"], 2),
        plot(&["x", "--range", "t=0..1"], 2),
        plot(&["x", "--at", "x=1"], 2),
        plot(&["x", "--at", "x=1", "--range", "x=0..1"], 2),
        plot(&["x", "--range", "x=1..0"], 2),
        plot(&["x", "--range", "x=1..1"], 2),
        plot(&["x", "--range", "x=1"], 2),
        plot(&["x", "--range", "x=0.."], 2),
        plot(&["x", "--range", "-1..1"], 2),
        plot(&["x", "--range", "x=0..inf"], 2),
        plot(&["x", "--range", "x=0..1e-300"], 2),
        plot(&["x", "--range", "x=0..1,x=1..2"], 2),
        plot(&["x*y*z", "--range", "x=0..1,y=0..1,z=0..1"], 2),
        plot(&["x*y", "x", "--range", "x=0..1,y=0..1"], 2),
        plot(&["x*y", "--range", "x=0..1,y=0..1", "--order", "1"], 2),
        plot(&["x", "--order", "21"], 2),
        plot(&["x", "-o", "x.dot"], 2),
        plot(&["x", "--theme", "dark"], 2),
        plot(&["x", "-o", "x.svg", "--theme", "blue"], 2),
        plot(&["sinx", "x"], 1),
        plot(&["x", "-o", "/nonexistent-directory/x.svg"], 1),
        plot(&[&vec!["x"; 10_002].join("+")], 1),
        dezero(&[
            "taylor", "x", "--around", "x=0", "--range", "y=0..1", "-o", "x.svg",
        ])
        .failure(2),
        dezero(&["taylor", "x", "--around", "x=0", "--range", "x=0..1"]).failure(2),
        dezero(&["taylor", "x", "--around", "x=0", "-o", "x"]).failure(2),
    ];
    insta::assert_snapshot!(said.concat());
}
