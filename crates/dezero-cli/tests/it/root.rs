//! `dezero root`.

use serde_json::json;

use crate::command::{assert_close, dezero, fields};

#[test]
fn equations_for_people() {
    insta::assert_snapshot!(
        dezero(&["root", "x^2 + y^2 = 4;  y = x^2", "--start", "x=1,y=1"]).success()
    );
}

#[test]
fn one_equation_in_either_form() {
    for equation in ["cos(x) = x", "cos(x) - x"] {
        let found = dezero(&["root", equation, "--start", "x=1", "--json"]).json();
        assert_eq!(
            fields(&found),
            ["equations", "root", "residual", "converged", "iterations"]
        );
        assert_eq!(found["equations"], json!([equation]));
        assert_close(&found["root"]["x"], 0.739_085_133_215_160_6);
        assert_eq!(found["converged"], true);
    }
}

#[test]
fn no_root_is_told_with_the_nearest_point() {
    let run = dezero(&["root", "x^2 = -1", "--start", "x=3"]);
    assert_eq!(run.code, 1);
    assert!(
        run.stdout.contains("no root") && run.stdout.contains("differ by 1.0"),
        "{}",
        run.stdout
    );
    assert!(run.stderr.contains("another --start"), "{}", run.stderr);
}

#[test]
fn a_start_without_slopes_is_told() {
    let run = dezero(&["root", "x^3 = 8", "--start", "x=0"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("slopes are zero"), "{}", run.stderr);
}

#[test]
fn what_is_no_equation_is_refused() {
    let said = [
        dezero(&["root", "x = 1 = 2", "--start", "x=1"]).failure(2),
        dezero(&["root", "1 = 2"]).failure(1),
        dezero(&["root", "x = ", "--start", "x=1"]).failure(1),
        dezero(&["root", "x = y", "--start", "x=1"]).failure(2),
        dezero(&["root", "log(x) = 1", "--start", "x=-1"]).failure(1),
        dezero(&["root", "x = 1;", "--start", "x=0"]).failure(1),
    ];
    insta::assert_snapshot!(said.concat());
}
