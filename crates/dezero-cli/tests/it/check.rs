//! `dezero check`.

use serde_json::json;

use crate::command::{assert_close, dezero, fields};

#[test]
fn derivatives_that_agree() {
    let found = dezero(&["check", "x^2*sin(y)", "--at", "x=1,y=2", "--json"]).json();
    assert_eq!(fields(&found), ["formula", "at", "value", "gradient"]);
    assert_eq!(found["at"], json!({ "x": 1.0, "y": 2.0 }));
    let (sin, cos) = 2_f64.sin_cos();
    assert_close(&found["value"], sin);
    for (name, expected) in [("x", 2.0 * sin), ("y", cos)] {
        let row = &found["gradient"][name];
        assert_eq!(
            fields(row),
            ["analytic", "numerical", "difference", "verdict"]
        );
        assert_close(&row["analytic"], expected);
        assert!((row["numerical"].as_f64().unwrap() - expected).abs() < 1e-9);
        assert!(row["difference"].as_f64().unwrap() < 1e-9);
        assert_eq!(row["verdict"], "agrees");
    }
}

/// The numbers of the differences depend on the machine's sin; these are exact.
#[test]
fn a_table_for_people() {
    insta::assert_snapshot!(dezero(&["check", "x*y + 길이/4", "--at", "x=2,y=8,길이=1"]).success());
}

#[test]
fn points_without_a_slope_have_no_single_answer() {
    let said = [
        dezero(&["check", "abs(x)", "--at", "x=0"]).success(),
        dezero(&["check", "floor(x)", "--at", "x=2"]).success(),
        dezero(&["check", "1/x", "--at", "x=0"]).success(),
        dezero(&["check", "sqrt(x)", "--at", "x=0"]).success(),
        dezero(&["check", "x*y", "--at", "x=nan,y=1"]).success(),
    ];
    insta::assert_snapshot!(said.join("\n"));
    let found = dezero(&["check", "max(x, y)", "--at", "x=0,y=0", "--json"]).json();
    let expected =
        json!({ "analytic": 0.5, "numerical": null, "difference": null, "verdict": "kink" });
    assert_eq!(found["gradient"]["x"], expected);
}

/// Two formulas that are equal in value but for the branch taken at 1, whose derivative is 2.
#[test]
fn a_disagreement_is_1_and_shown() {
    let run = dezero(&["check", "where(x == 1, x^2, x)*y", "--at", "x=1,y=1"]);
    assert_eq!(run.code, 1);
    assert_eq!(
        run.stderr,
        "error: the derivative by x disagrees with the differences of the values\n"
    );
    let rows: Vec<Vec<&str>> = run
        .stdout
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(rows[4], ["x", "2.0", "1.0", "1.0", "disagrees"]);
    assert_eq!(rows[5].last(), Some(&"agrees"));
    let run = dezero(&["check", "where(x == 1, x^2, x)", "--at", "x=1", "--json"]);
    let found: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        (run.code, &found["gradient"]["x"]["verdict"]),
        (1, &json!("disagrees"))
    );
}

#[test]
fn the_table_of_primitives_agrees() {
    for (formula, at) in [
        ("lgamma(x) + digamma(x)", "x=2.5"),
        ("erf(x)*atan2(x, y)", "x=-0.3,y=0.7"),
        ("hypot(x, y)^x", "x=3,y=4"),
        ("acosh(x)*asin(y)", "x=1.01,y=0.999"),
        ("log(x)", "x=1e-6"),
        ("1e8 + x^2", "x=1"),
        ("exp(x)", "x=300"),
    ] {
        let found = dezero(&["check", formula, "--at", at, "--json"]).json();
        for (name, row) in found["gradient"].as_object().unwrap() {
            assert_eq!(row["verdict"], "agrees", "{formula} by {name}: {row}");
        }
    }
}
