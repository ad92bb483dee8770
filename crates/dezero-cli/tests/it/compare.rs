//! `dezero minimize --compare`, and pictures.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::command::{dezero, dezero_in, fields};

const ROSENBROCK: &str = "100*(x1 - x0^2)^2 + (1 - x0)^2";

/// The text with the time, which differs from run to run, taken out.
fn without_seconds(text: &str) -> String {
    let column =
        text.find("seconds").unwrap() - text[..text.find("seconds").unwrap()].rfind('\n').unwrap();
    let mut lines = Vec::new();
    let mut in_table = false;
    for line in text.lines() {
        in_table = line.contains("seconds") || in_table && line.starts_with("  ");
        lines.push(if in_table {
            let (start, end) = line.split_at(column - 1);
            format!("{start}{}", &end["seconds".len()..])
        } else {
            line.to_owned()
        });
    }
    lines.join("\n")
}

#[test]
fn methods_side_by_side() {
    let arguments = [
        "minimize",
        ROSENBROCK,
        "--start",
        "x0=0,x1=2",
        "--compare",
        "gd,newton,lm",
        "--iters",
        "1000",
    ];
    let said = dezero(&arguments).success();
    insta::assert_snapshot!(without_seconds(&said));
    let found = dezero(&[&arguments[..], &["--json"]].concat()).json();
    assert_eq!(
        fields(&found),
        ["formula", "best", "minimum", "value", "methods"]
    );
    let methods = found["methods"].as_array().unwrap();
    let of = |key: &str| {
        methods
            .iter()
            .map(|m| m[key].clone())
            .collect::<Vec<Value>>()
    };
    assert_eq!(of("method"), ["gd", "newton", "lm"]);
    assert_eq!(of("stop"), ["iterations", "gradient", "gradient"]);
    assert_eq!(of("converged"), [false, true, true]);
    // From the book's point after 1000 iterations to (1, 1).
    let distance = f64::hypot(1.0 - 0.683_711_856_913_831_7, 1.0 - 0.465_952_683_742_704_2);
    assert!((methods[0]["distance"].as_f64().unwrap() - distance).abs() < 1e-9);
    assert!(methods[1]["distance"].as_f64().unwrap() < 1e-9);
    let best = found["best"].as_str().unwrap();
    let best = methods.iter().find(|m| m["method"] == best).unwrap();
    assert_eq!(best["distance"], 0.0);
    assert!(
        methods
            .iter()
            .all(|m| m["value"].as_f64() >= found["value"].as_f64())
    );
}

/// A method that cannot do it does not spoil the others.
#[test]
fn a_method_that_fails_has_its_reason_in_the_table() {
    let arguments = [
        "minimize",
        "cosh(x)",
        "--start",
        "x=1",
        "--compare",
        "lm,bfgs",
    ];
    let said = dezero(&arguments).success();
    assert!(said.contains("is not visibly a sum of squares"), "{said}");
    let found = dezero(&[&arguments[..], &["--json"]].concat()).json();
    assert_eq!(found["best"], "bfgs");
    assert!(found["methods"][0]["error"].is_string());
    let run = dezero(&["minimize", "x", "--start", "x=1", "--compare", "newton,lm"]);
    assert_eq!(run.code, 1);
    assert!(
        run.stderr.contains("no method found a minimum"),
        "{}",
        run.stderr
    );
    assert!(
        run.stdout.contains("the best point, by newton"),
        "{}",
        run.stdout
    );
}

#[test]
fn each_method_has_its_trace() {
    let arguments = [
        "minimize",
        "x^2",
        "--start",
        "x=1",
        "--compare",
        "gd,newton",
        "--lr",
        "0.5",
        "--trace",
    ];
    let said = dezero(&arguments).success();
    assert!(said.starts_with("gd\niteration    x  value  gradient norm\n        0  1.0    1.0"));
    assert!(said.contains("\n\nnewton\niteration "), "{said}");
    let found = dezero(&[&arguments[..], &["--json"]].concat()).json();
    for method in found["methods"].as_array().unwrap() {
        assert_eq!(method["trace"].as_array().unwrap().len(), 2);
    }
}

#[test]
fn the_best_of_maxima_is_the_highest() {
    let found = dezero(&[
        "maximize",
        "sin(x)",
        "--start",
        "x=2",
        "--compare",
        "gd,newton",
        "--iters",
        "3",
        "--json",
    ])
    .json();
    let values: Vec<f64> = found["methods"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["value"].as_f64().unwrap())
        .collect();
    assert_eq!(found["value"].as_f64().unwrap(), values[0].max(values[1]));
    assert_eq!(found["best"], "newton");
}

fn picture(directory: &Path, arguments: &[&str]) -> String {
    let file = directory.join("picture.svg");
    dezero_in(directory, &[arguments, &["-o", "picture.svg"]].concat()).success();
    let svg = fs::read_to_string(&file).unwrap();
    fs::remove_file(file).unwrap();
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    svg
}

#[test]
fn pictures_fit_the_number_of_variables() {
    let directory = tempfile::tempdir().unwrap();
    let draw = |arguments: &[&str]| picture(directory.path(), arguments);
    let of = |formula: &'static str, start: &'static str, more: &[&'static str]| {
        draw(&[&["minimize", formula, "--start", start], more].concat())
    };
    // The book's figures 29-1 and 29-5.
    let svg = of(
        "100*(x1 - x0^2)^2 + (1 - x0)^2",
        "x0=0,x1=2",
        &["--compare", "gd,newton", "--iters", "10000"],
    );
    for text in [
        ">100*(x1 - x0^2)^2 + (1 - x0)^2<",
        "gradient descent (10,000 iterations)",
        "Newton&apos;s method (5 iterations)",
        "start (0, 2)",
        "minimum (1, 1)",
        ">x0<",
        ">x1<",
    ] {
        assert!(svg.contains(text), "{text}");
    }
    let svg = of(
        "x^4 - 2*x^2",
        "x=2",
        &["--compare", "gd,newton", "--lr", "0.01", "--iters", "50"],
    );
    for text in ["gradient descent (50 iterations)", "minimum at 1", ">f(x)<"] {
        assert!(svg.contains(text), "{text}");
    }
    assert!(!svg.contains("parabola"));
    // Of Newton's method alone, what it takes the curve for.
    let svg = of("x^4 - 2*x^2", "x=2", &["--method", "newton"]);
    assert!(svg.contains("parabola"));
    let svg = of("x^2 + y^2 + z^4", "x=1,y=2,z=3", &["--trace"]);
    assert!(svg.contains(">iteration<") && svg.contains("Newton&apos;s method in a trust region"));
    let more = ["--compare", "gd,bfgs", "--iters", "9", "--side-by-side"];
    let svg = of("x^2 + y^4", "x=1,y=2", &more);
    assert!(svg.contains("gradient descent (9 iterations)"));
    let svg = draw(&[
        "maximize",
        "sin(x)*cos(y)",
        "--start",
        "x=1,y=0.5",
        "--method",
        "gd",
        "--lr",
        "0.1",
    ]);
    assert!(svg.contains("maximum (1.571, ") && svg.contains("gradient ascent ("));
}

#[test]
fn a_saddle_and_bounds_are_drawn() {
    let directory = tempfile::tempdir().unwrap();
    let draw = |arguments: &[&str]| picture(directory.path(), arguments);
    let newton = ["--method", "newton", "--theme", "dark"];
    let svg = draw(
        &[
            &["minimize", "x^2 - y^2", "--start", "x=1,y=0"],
            &newton[..],
        ]
        .concat(),
    );
    assert!(
        svg.contains(">saddle (0, 0)<") && !svg.contains(">minimum"),
        "{svg}"
    );
    assert!(svg.contains("#0f172a"));
    let svg = draw(&[&["minimize", "cos(x)", "--start", "x=0.1"], &newton[..2]].concat());
    assert!(
        svg.contains(">maximum at ") && !svg.contains(">minimum"),
        "{svg}"
    );
    let bounded = ["--bounds", "x=-1..,y=0..2"];
    let svg = draw(
        &[
            &["minimize", "x*y + exp(x)", "--start", "x=0,y=1"],
            &bounded[..],
        ]
        .concat(),
    );
    assert!(
        svg.contains(">bounds<") && svg.contains(">minimum (-1, 2)<"),
        "{svg}"
    );
    let svg = draw(&["minimize", "x^2", "--start", "x=2", "--bounds", "x=1..3"]);
    assert!(
        svg.contains(">bounds<") && svg.contains(">minimum at 1<"),
        "{svg}"
    );
}

/// Also where the search fails: the picture may show why.
#[test]
fn a_search_that_fails_is_drawn() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = [
        "minimize",
        "x^2",
        "--start",
        "x=1",
        "--method",
        "gd",
        "--lr",
        "7",
        "-o",
        "picture.svg",
    ];
    assert_eq!(dezero_in(directory.path(), &arguments).code, 1);
    let svg = fs::read_to_string(directory.path().join("picture.svg")).unwrap();
    assert!(svg.contains("gradient descent (139 iterations)") && !svg.contains("minimum at"));
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

/// What was found is not lost with the picture.
#[test]
fn a_picture_that_cannot_be_written_leaves_the_point() {
    let run = dezero(&[
        "minimize",
        "x^2",
        "--start",
        "x=1",
        "-o",
        "/nonexistent-directory/x.svg",
    ]);
    assert_eq!(run.code, 1);
    assert!(
        run.stdout.contains("\nconverged after 1 iteration"),
        "{}",
        run.stdout
    );
    assert!(
        run.stderr
            .starts_with("error: /nonexistent-directory/x.svg: "),
        "{}",
        run.stderr
    );
}
