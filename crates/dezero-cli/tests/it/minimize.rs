//! `dezero minimize` and `dezero maximize`: one search.

use std::fs;

use serde_json::json;

use crate::command::{assert_close, dezero, dezero_in, fields};

const ROSENBROCK: &str = "100*(x1 - x0^2)^2 + (1 - x0)^2";

#[test]
fn the_book_s_rosenbrock_function() {
    let found = dezero(&[
        "minimize",
        ROSENBROCK,
        "--start",
        "x0=0,x1=2",
        "--method",
        "gd",
        "--iters",
        "1000",
        "--json",
    ])
    .json();
    assert_eq!(
        fields(&found),
        [
            "formula",
            "method",
            "used",
            "minimum",
            "value",
            "gradient_norm",
            "iterations",
            "converged",
            "stop",
            "curvature",
            "evaluations"
        ]
    );
    assert_eq!(found["formula"], ROSENBROCK);
    assert_eq!(found["method"], "gd");
    assert_eq!(found["used"], "gradient descent, learning rate 0.001");
    assert_eq!(
        found["minimum"],
        json!({ "x0": 0.683_711_856_913_831_7, "x1": 0.465_952_683_742_704_2 })
    );
    assert_eq!(found["iterations"], 1000);
    assert_eq!(found["converged"], false);
    assert_eq!(found["stop"], "iterations");
    assert_eq!(
        found["evaluations"],
        json!({ "value": 1001, "gradient": 1001, "hessian": 0, "jacobian": 0, "products": 0 })
    );
}

/// Each method finds the minimum at (1, 1), and says that it is one.
#[test]
fn the_minimum_of_rosenbrock_is_found() {
    for method in [
        "auto",
        "gd",
        "momentum",
        "newton",
        "newton-trust",
        "bfgs",
        "lbfgs",
        "lm",
        "gauss-newton",
        "nelder-mead",
    ] {
        let found = dezero(&[
            "minimize",
            ROSENBROCK,
            "--start",
            "x0=0,x1=2",
            "--method",
            method,
            "--json",
        ])
        .json();
        assert_eq!(found["converged"], true, "{method}: {found}");
        for name in ["x0", "x1"] {
            assert!(
                (found["minimum"][name].as_f64().unwrap() - 1.0).abs() < 1e-6,
                "{method}: {found}"
            );
        }
    }
}

#[test]
fn converged_and_not_converged_for_people() {
    let with = |more: &[&str]| {
        let arguments = [&["minimize", ROSENBROCK, "--start", "x0=0,x1=2"], more].concat();
        dezero(&arguments).success()
    };
    let said = [
        with(&[]),
        with(&["--method", "gd", "--iters", "1000"]),
        with(&["--method", "lm"]),
        with(&["--bounds", "x0=..0.5,x1=-1..2"]),
        with(&["--evaluations", "3"]),
    ];
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn a_trace_for_people() {
    let arguments = [
        "minimize",
        "(길이 - 3)^2",
        "--start",
        "길이=1",
        "--method",
        "gd",
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
        "minimize", "x^2", "--start", "x=1", "--method", "gd", "--lr", "0.1", "--iters", "20",
        "--trace", "--json",
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
            "minimize", "x^2", "--start", "x=1", "--method", "gd", "--lr", "0.1", "--tol",
            tolerance, "--json",
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
fn limits_of_evaluations_and_time_are_kept() {
    let slow = [
        "minimize", "x^2", "--at", "x=3", "--method", "gd", "--lr", "1e-12", "--json",
    ];
    let found = dezero(&[&slow[..], &["--evaluations", "50"]].concat()).json();
    assert_eq!(found["evaluations"]["value"], 50);
    assert_eq!(found["stop"], "evaluations");
    let found = dezero(&[&slow[..], &["--time", "0.01", "--iters", "1e12"]].concat()).json();
    assert_eq!(found["stop"], "time");
}

/// x e^-x has its maximum at 1, where it is 1/e.
#[test]
fn a_maximum_is_found() {
    let found = dezero(&["maximize", "x*exp(-x)", "--start", "x=0", "--json"]).json();
    assert_close(&found["maximum"]["x"], 1.0);
    assert_close(&found["value"], (-1.0_f64).exp());
    assert_eq!(found["curvature"], "definite");
    let arguments = [
        "maximize",
        "2*x - x^2",
        "--start",
        "x=0",
        "--method",
        "gd",
        "--lr",
        "0.5",
        "--trace",
    ];
    insta::assert_snapshot!(dezero(&arguments).success());
}

/// The minimum of x + y where x is from -1, y from pi/4, is there.
#[test]
fn bounds_hold() {
    let found = dezero(&[
        "minimize",
        "x + y^2",
        "--start",
        "x=0,y=1",
        "--bounds",
        "x=-1..,y=pi/4..max(1, 2)",
        "--trace",
        "--json",
    ])
    .json();
    let corner = json!({ "x": -1.0, "y": std::f64::consts::FRAC_PI_4 });
    assert_eq!(found["minimum"], corner);
    assert_eq!(found["converged"], true);
    for step in found["trace"].as_array().unwrap() {
        assert!(step["point"]["x"].as_f64().unwrap() >= -1.0);
    }
}

/// A line through (0, 1), (1, 3), (2, 4), (3, 4): by hand, slope 1 and intercept 3/2, residuals
/// -1/2, 1/2, 1/2, -1/2, so s^2 = 1/2 with two degrees of freedom, and s^2 / 5 is the variance of the slope.
#[test]
fn residuals_are_squared_and_summed() {
    let residuals = "b - 1; a + b - 3; 2*a + b - 4; 3*a + b - 4";
    let found = dezero(&[
        "minimize",
        "--residuals",
        residuals,
        "--start",
        "a=0,b=0",
        "--json",
    ])
    .json();
    assert_eq!(fields(&found)[0], "residuals");
    assert_close(&found["minimum"]["a"], 1.0);
    assert_close(&found["minimum"]["b"], 1.5);
    assert_close(&found["value"], 1.0);
    assert_eq!(found["degrees_of_freedom"], 2);
    assert_close(&found["standard_errors"]["a"], 0.1_f64.sqrt());
    // The same by a method that knows nothing of residuals.
    let arguments = [
        "minimize",
        "--residuals",
        residuals,
        "--start",
        "a=0,b=0",
        "--method",
        "bfgs",
        "--json",
    ];
    let found = dezero(&arguments).json();
    assert!((found["minimum"]["a"].as_f64().unwrap() - 1.0).abs() < 1e-7);
    let arguments = ["minimize", "--residuals", residuals, "--start", "a=0,b=0"];
    let said = dezero(&arguments).success();
    assert!(
        said.contains("sum of the squares of\n  r1(a, b) = b - 1\n"),
        "{said}"
    );
    assert!(said.contains("with 2 degrees of freedom\n"), "{said}");
}

#[test]
fn divergence_says_what_to_try() {
    let run = dezero(&[
        "minimize", "x^2", "--start", "x=1", "--method", "gd", "--lr", "7",
    ]);
    assert_eq!(run.code, 1);
    insta::assert_snapshot!(format!("{}{}", run.stdout, run.stderr));
    // And what it says helps.
    let hint = run
        .stderr
        .lines()
        .last()
        .unwrap()
        .trim()
        .strip_prefix("help: ")
        .unwrap();
    let arguments: Vec<&str> = hint.split(' ').collect();
    let search = ["minimize", "x^2", "--start", "x=1", "--method", "gd"];
    dezero(&[&search, &arguments[..]].concat()).success();
}

/// The best point is printed all the same, as JSON too.
#[test]
fn without_a_minimum_there_is_still_a_best_point() {
    let run = dezero(&["minimize", "x", "--start", "x=1", "--json"]);
    assert_eq!(run.code, 1);
    let found: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(found["value"].as_f64().unwrap() < -1e99, "{found}");
    assert_eq!(
        (&found["stop"], &found["converged"]),
        (&json!("unbounded"), &json!(false))
    );
}

#[test]
fn saddles_and_maxima_are_seen_to_be_none() {
    let saddle = [
        "minimize",
        "x^2 - y^2",
        "--start",
        "x=1,y=0",
        "--method",
        "newton",
    ];
    let found = dezero(&[&saddle[..], &["--json"]].concat()).json();
    assert_eq!(
        (&found["converged"], &found["curvature"]),
        (&json!(false), &json!("indefinite"))
    );
    let said = [
        dezero(&saddle).success(),
        dezero(&[
            "minimize",
            "x^4 - 2*x^2",
            "--start",
            "x=0",
            "--method",
            "bfgs",
        ])
        .success(),
    ];
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn functions_that_cannot_be_minimised() {
    let said = [
        dezero(&["minimize", "1/x", "--start", "x=0"]).failure(1),
        dezero(&["minimize", "log(x)", "--start", "x=-1"]).failure(1),
        dezero(&["minimize", "sqrt(x)", "--start", "x=0"]).failure(1),
        dezero(&["minimize", "x", "--start", "x=inf"]).failure(1),
        dezero(&["minimize", "3"]).failure(1),
        dezero(&["minimize", "sin(x)", "--start", "x=1", "--method", "lm"]).failure(1),
    ];
    insta::assert_snapshot!(said.concat());
    let said = [
        dezero(&["minimize", "-exp(x)", "--start", "x=1"]),
        dezero(&["maximize", "x^2", "--start", "x=1", "--bounds", "x=0.."]),
        dezero(&[
            "minimize", "x + y^2", "--start", "x=1,y=0", "--method", "newton",
        ]),
        dezero(&[
            "minimize", "x", "--start", "x=0", "--method", "gd", "--iters", "1e9", "--trace",
        ]),
    ];
    let said = said.map(|run| {
        assert_eq!(run.code, 1);
        assert!(run.stdout.contains("not converged after"), "{}", run.stdout);
        run.stderr
    });
    insta::assert_snapshot!("searches_without_end", said.concat());
}

#[test]
fn variables_that_the_formula_lacks_stay() {
    let said = dezero(&["minimize", "x^2", "--start", "y=7,x=1"]).success();
    assert!(said.starts_with("f(x) = x^2\n  x     = "), "{said}");
    assert!(
        said.contains("y is not in the formula, and stays 7.0\n"),
        "{said}"
    );
    // Of one that depends on nothing, every point is a minimum.
    let found = dezero(&["minimize", "3", "--start", "y=7", "--json"]).json();
    assert_eq!(found["minimum"]["y"], 7.0);
    let said = dezero(&["minimize", "x*z", "--start", "y=7"]).failure(2);
    assert!(said.contains("(and the formula has no y)"), "{said}");
}

#[test]
fn wrong_questions_are_2_and_explained() {
    let of = |more: &[&str]| dezero(&[&["minimize", "x^2"], more].concat()).failure(2);
    let at = |more: &[&str]| of(&[&["--start", "x=2"], more].concat());
    let said = [
        at(&["--lr", "0.1"]),
        at(&["--method", "newton", "--lr", "0.1"]),
        at(&["--bounds", "x=3..4"]),
        at(&["--bounds", "y=3..4"]),
        at(&["--bounds", "x=4..3"]),
        at(&["--bounds", "x=4"]),
        at(&["--bounds", "4..5"]),
        at(&["--bounds", "x=1..,x=..4"]),
        at(&["--bounds", "x=1..", "--method", "bfgs"]),
        at(&["--compare", "gd,gd"]),
        at(&["--compare", "gd,magic"]),
        at(&["--residuals", "x; y"]),
        at(&["-o", "x.gif"]),
        of(&[]),
        dezero(&["minimize", "--residuals", "x;", "--start", "x=1"]).failure(2),
        dezero(&["maximize", "--residuals", "x", "--start", "x=1"]).failure(2),
        dezero(&["maximize", "x", "--start", "x=1", "--method", "lm"]).failure(2),
    ];
    insta::assert_snapshot!(said.concat());
}

/// The gradient is small everywhere, and that is no minimum.
#[test]
fn small_units_do_not_end_a_search() {
    let small = ["minimize", "1e-10*(x - 3)^2", "--start", "x=0", "--json"];
    let found = dezero(&small).json();
    assert!((found["minimum"]["x"].as_f64().unwrap() - 3.0).abs() < 1e-9);
    let run = dezero(&[&small[..4], &["--method", "bfgs"]].concat());
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("--tol 0"), "{}", run.stderr);
    let helped = dezero(&[&small[..], &["--method", "bfgs", "--tol", "0"]].concat()).json();
    assert!((helped["minimum"]["x"].as_f64().unwrap() - 3.0).abs() < 1e-6);
}

#[test]
fn what_is_not_one_formula_is_told_where_to_go() {
    let said = dezero(&["minimize", "x^2 = 2", "--start", "x=1"]).failure(1);
    assert!(said.contains("dezero root"), "{said}");
    let said = dezero(&["minimize", "x^2; y", "--start", "x=1,y=1"]).failure(1);
    assert!(said.contains("--residuals"), "{said}");
    let said = dezero(&["minimize", "x^2", "--start", "x=1", "--model", "a*x"]).failure(2);
    assert!(said.contains("--fit"), "{said}");
}

/// A limit that the user set is what was asked; the method's own is not.
#[test]
fn the_limit_of_a_method_is_a_failure() {
    let slow = [
        "minimize",
        "(x - 1)^2",
        "--start",
        "x=0",
        "--method",
        "gd",
        "--lr",
        "1e-9",
    ];
    let run = dezero(&slow);
    assert_eq!(run.code, 1);
    assert!(
        run.stderr.contains("100000 iterations") && run.stdout.contains("x     ="),
        "{}",
        run.stderr
    );
    assert_eq!(dezero(&[&slow[..], &["--iters", "10"]].concat()).code, 0);
}

/// What went astray leaves the picture, which shows where it began.
#[test]
fn a_picture_of_a_search_without_end_shows_its_start() {
    let directory = tempfile::tempdir().unwrap();
    for (formula, start) in [("-x^2 - y^2", "x=1,y=2"), ("-x^2", "x=1")] {
        let arguments = ["minimize", formula, "--start", start, "-o", "lost.svg"];
        let run = dezero_in(directory.path(), &arguments);
        assert_eq!(run.code, 1);
        let svg = fs::read_to_string(directory.path().join("lost.svg")).unwrap();
        let numbers = svg
            .split('>')
            .filter_map(|part| part.split('<').next()?.parse::<f64>().ok());
        let largest = numbers.fold(0.0, |largest: f64, x| largest.max(x.abs()));
        assert!(largest > 0.0 && largest < 100.0, "{largest}");
    }
}
