//! `dezero minimize --from-file`.

use std::fs;

use serde_json::json;

use crate::command::dezero_in;

const PROBLEM: &str = r#"
# A bowl, with a wall.
formula = "(x - 2)^2 + cos(y) + 3"
method = "lbfgs"
iters = 500
tol = 1e-10

[start]
x = 0
y = "pi/2"

[bounds]
x = [-1, 1]
y = "0.."
"#;

#[test]
fn a_file_says_it_all_and_the_command_line_says_it_last() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("bowl.toml"), PROBLEM).unwrap();
    let with = |more: &[&str]| {
        let arguments = [&["minimize", "--from-file", "bowl.toml", "--json"], more].concat();
        dezero_in(directory.path(), &arguments).json()
    };
    let found = with(&[]);
    assert_eq!(found["formula"], "(x - 2)^2 + cos(y) + 3");
    assert_eq!(found["method"], "lbfgs");
    assert_eq!(found["minimum"]["x"], 1.0);
    let y = found["minimum"]["y"].as_f64().unwrap();
    assert!((y - std::f64::consts::PI).abs() < 1e-9);
    let found = with(&["--bounds", "x=-1..0.5", "--iters", "0", "--start", "x=0.25"]);
    let start = json!({ "x": 0.25, "y": std::f64::consts::FRAC_PI_2 });
    assert_eq!(found["minimum"], start);
    let found = with(&["(x - 2)^4 + y^2", "--method", "auto"]);
    assert_eq!(found["minimum"]["x"], 1.0);
    assert_eq!(found["method"], "auto");
}

#[test]
fn residuals_are_in_a_list() {
    let directory = tempfile::tempdir().unwrap();
    let text = "residuals = [\"a - 1\", \"10*(b - a^2)\"]\nstart = { a = -1.2, b = 1 }\n";
    fs::write(directory.path().join("p.toml"), text).unwrap();
    let arguments = ["minimize", "--from-file", "p.toml", "--json"];
    let found = dezero_in(directory.path(), &arguments).json();
    assert_eq!(found["used"], "Levenberg-Marquardt, for a sum of squares");
    for name in ["a", "b"] {
        assert!((found["minimum"][name].as_f64().unwrap() - 1.0).abs() < 1e-9);
    }
}

#[test]
fn files_that_are_wrong_are_explained() {
    let directory = tempfile::tempdir().unwrap();
    let of = |text: &str, code| {
        fs::write(directory.path().join("p.toml"), text).unwrap();
        let arguments = ["minimize", "--from-file", "p.toml"];
        dezero_in(directory.path(), &arguments).failure(code)
    };
    let said = [
        dezero_in(directory.path(), &["minimize", "--from-file", "none.toml"]).failure(1),
        of("formula = \"x", 1),
        of("formla = \"x\"", 1),
        of("formula = \"2x\"", 1),
        of("formula = \"x\"\nstart = { x = \"one\" }", 1),
        of("formula = \"x\"\nstart = 1", 1),
        of("formula = \"x\"\nlr = \"fast\"", 1),
        of("formula = \"x\"\nbounds = { x = [1, 0] }", 1),
        of("formula = \"x\"\nmethod = \"magic\"", 1),
        of("residuals = [\"x\", \"2x\"]", 1),
        of("start = { x = 1 }", 2),
        of("formula = \"x\"", 2),
        of("formula = \"x\"\nstart = { x = 1 }\nlr = 0.1", 2),
    ];
    insta::assert_snapshot!(said.concat());
}
