//! `dezero minimize`.

use serde_json::json;

use crate::command::{dezero, fields};

const ROSENBROCK: &str = "100*(x1 - x0^2)^2 + (1 - x0)^2";

#[test]
fn the_book_s_rosenbrock_function() {
    let found = dezero(&["minimize", ROSENBROCK, "--start", "x0=0,x1=2", "--json"]).json();
    assert_eq!(
        fields(&found),
        [
            "formula",
            "method",
            "minimum",
            "value",
            "iterations",
            "converged",
            "evaluations"
        ]
    );
    assert_eq!(found["formula"], ROSENBROCK);
    assert_eq!(found["method"], "gd");
    assert_eq!(
        found["minimum"],
        json!({ "x0": 0.683_711_856_913_831_7, "x1": 0.465_952_683_742_704_2 })
    );
    assert_eq!(found["iterations"], 1000);
    assert_eq!(found["converged"], false);
    assert_eq!(
        found["evaluations"],
        json!({ "value": 1001, "gradient": 1001, "hessian": 0 })
    );
}

#[test]
fn the_minimum_of_rosenbrock_is_found() {
    let arguments = [
        "minimize",
        ROSENBROCK,
        "--start",
        "x0=0,x1=2",
        "--iters",
        "50000",
        "--json",
    ];
    let found = dezero(&arguments).json();
    assert_eq!(found["converged"], true);
    for name in ["x0", "x1"] {
        assert!((found["minimum"][name].as_f64().unwrap() - 1.0).abs() < 1e-6);
    }
    let iterations = found["iterations"].as_u64().unwrap();
    assert_eq!(
        found["evaluations"],
        json!({ "value": iterations + 1, "gradient": iterations + 1, "hessian": 0 })
    );
}

#[test]
fn not_converged_for_people() {
    insta::assert_snapshot!(dezero(&["minimize", ROSENBROCK, "--start", "x0=0,x1=2"]).success());
}

#[test]
fn a_trace_for_people() {
    let arguments = [
        "minimize",
        "(길이 - 3)^2",
        "--start",
        "길이=1",
        "--lr",
        "0.5",
        "--trace",
    ];
    insta::assert_snapshot!(dezero(&arguments).success());
}

/// x <- x - 0.1 * 2x is x <- 0.8 x.
#[test]
fn a_trace_has_the_start_and_every_iteration() {
    let arguments = [
        "minimize", "x^2", "--start", "x=1", "--lr", "0.1", "--iters", "20", "--trace", "--json",
    ];
    let found = dezero(&arguments).json();
    assert_eq!(fields(&found).last(), Some(&"trace"));
    let trace = found["trace"].as_array().unwrap();
    assert_eq!(trace.len(), 21);
    for (i, step) in trace.iter().enumerate() {
        assert_eq!(
            fields(step),
            ["iteration", "point", "value", "gradient_norm"]
        );
        assert_eq!(step["iteration"], i);
        let x = step["point"]["x"].as_f64().unwrap();
        let expected = 0.8_f64.powi(i32::try_from(i).unwrap());
        assert!((x - expected).abs() < 1e-14);
        assert_eq!(step["value"], x * x);
        assert_eq!(step["gradient_norm"], 2.0 * x);
    }
    assert_eq!(trace[20]["point"], found["minimum"]);
}

#[test]
fn a_tolerance_ends_it_early() {
    let with = |tolerance| {
        let arguments = [
            "minimize", "x^2", "--start", "x=1", "--lr", "0.1", "--tol", tolerance, "--json",
        ];
        dezero(&arguments).json()
    };
    let (loose, tight) = (with("0.1"), with("1e-12"));
    // 2 * 0.8^n <= tolerance
    assert_eq!(
        (&loose["iterations"], &loose["converged"]),
        (&json!(14), &json!(true))
    );
    assert_eq!(
        (&tight["iterations"], &tight["converged"]),
        (&json!(127), &json!(true))
    );
    assert_eq!(with("inf")["iterations"], 0);
}

#[test]
fn no_iteration_leaves_the_start() {
    let found = dezero(&[
        "minimize", "x^2", "--start", "x=3", "--iters", "0", "--json",
    ])
    .json();
    assert_eq!(found["minimum"], json!({ "x": 3.0 }));
    assert_eq!(found["value"], 9.0);
    assert_eq!(found["converged"], false);
}

#[test]
fn divergence_says_what_to_try() {
    let said = dezero(&[
        "minimize", "x^2", "--start", "x=1", "--lr", "7", "--trace", "--json",
    ])
    .failure(1);
    insta::assert_snapshot!(said);
    // And what it says helps.
    let hint = said
        .lines()
        .last()
        .unwrap()
        .trim()
        .strip_prefix("help: ")
        .unwrap();
    let arguments: Vec<&str> = hint.split(' ').collect();
    dezero(&[&["minimize", "x^2", "--start", "x=1"], &arguments[..]].concat()).success();
}

#[test]
fn functions_that_cannot_be_minimised() {
    let said = [
        dezero(&["minimize", "-exp(x)", "--start", "x=1", "--lr", "100"]).failure(1),
        dezero(&["minimize", "1/x", "--start", "x=0"]).failure(1),
        dezero(&["minimize", "sqrt(x)", "--start", "x=0"]).failure(1),
        dezero(&["minimize", "3"]).failure(1),
        dezero(&[
            "minimize", "x", "--start", "x=0", "--iters", "1e9", "--trace",
        ])
        .failure(1),
    ];
    insta::assert_snapshot!(said.concat());
}
