//! `dezero fit`.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::command::{Run, command, data, dezero_in, fields};

const DECAY: [&str; 4] = ["decay.csv", "a*exp(-b*t) + c", "--start", "a=1,b=1,c=0"];
const PLANE: [&str; 4] = ["plane.csv", "a + b*u + c*v", "--start", "a=0,b=0,c=0"];

/// `dezero fit arguments` beside the tables.
fn fit(arguments: &[&str]) -> Run {
    dezero_in(&data(""), &[&["fit"], arguments].concat())
}

fn fit_json(arguments: &[&str]) -> Value {
    fit(&[arguments, &["--json"]].concat()).json()
}

/// `dezero fit t.csv arguments`, where `t.csv` holds `text`.
fn fit_table(text: impl AsRef<[u8]>, arguments: &[&str]) -> Run {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("t.csv"), text).unwrap();
    dezero_in(directory.path(), &[&["fit", "t.csv"], arguments].concat())
}

#[track_caller]
fn assert_near(found: &Value, expected: f64, relative: f64) {
    let found = found.as_f64().unwrap();
    assert!(
        (found - expected).abs() <= relative * expected.abs(),
        "{found} is not {expected}"
    );
}

/// Against the certified values of NIST, from the start far away and the one nearby.
#[test]
fn misra1a_is_as_certified() {
    for start in ["b1=500,b2=0.0001", "b1=250,b2=0.0005"] {
        let found = fit_json(&[
            "misra1a.csv",
            "b1*(1 - exp(-b2*pressure))",
            "--start",
            start,
        ]);
        let certified = [
            ("b1", 2.389_421_291_8e2, 2.707_007_524_1),
            ("b2", 5.501_564_318_1e-4, 7.266_868_843_6e-6),
        ];
        for (name, value, deviation) in certified {
            let parameter = &found["parameters"][name];
            assert_near(&parameter["value"], value, 1e-9);
            assert_near(&parameter["standard_error"], deviation, 1e-8);
        }
        assert_near(&found["sum_of_squares"], 1.245_513_889_4e-1, 1e-9);
        assert_near(&found["residual_deviation"], 1.018_787_633_0e-1, 1e-9);
        assert_eq!(found["degrees_of_freedom"], 12);
        assert_eq!(found["converged"], true);
    }
}

/// Against the normal equations, solved in fractions. Known errors are not scaled to the residuals, weights
/// are, and the intervals differ in the same way.
#[test]
fn errors_and_weights_are_those_of_linear_theory() {
    let cases = [
        (
            "--errors",
            [
                1.059_458_874_458_874_4,
                1.954_047_619_047_619,
                -0.522_272_727_272_727_2,
            ],
            [
                0.076_503_685_223_744_95,
                0.039_036_002_917_941_33,
                0.079_772_403_521_746_57,
            ],
            -0.002_285_714_285_714_286,
            [8.364_054_383_116_883, 0.996_728_943_260_453_9],
            1.959_963_984_540_054,
        ),
        (
            "--weights",
            [
                1.126_527_472_527_472_5,
                1.912_571_428_571_428_6,
                -0.528_269_230_769_230_8,
            ],
            [
                0.138_934_294_962_145_43,
                0.048_202_466_330_416_15,
                0.073_983_629_379_569_98,
            ],
            -0.003_485_216_640_502_355,
            [0.073_189_549_450_549_45, 0.994_493_117_120_909_5],
            // The quantile of Student's t distribution with 9 degrees of freedom (Abramowitz and Stegun,
            // table 26.10, has 2.262), by mpmath.
            2.262_157_162_798_204_4,
        ),
    ];
    for (flag, values, errors, covariance, [squares, r_squared], quantile) in cases {
        let found = fit_json(&[&PLANE[..], &[flag, "sigma"]].concat());
        assert_eq!(found[&flag[2..]], "sigma");
        for (i, name) in ["a", "b", "c"].into_iter().enumerate() {
            let parameter = &found["parameters"][name];
            assert_near(&parameter["value"], values[i], 1e-11);
            assert_near(&parameter["standard_error"], errors[i], 1e-11);
            assert_near(
                &parameter["interval"][0],
                values[i] - quantile * errors[i],
                1e-10,
            );
            assert_near(
                &parameter["interval"][1],
                values[i] + quantile * errors[i],
                1e-10,
            );
        }
        assert_near(&found["covariance"]["a"]["b"], covariance, 1e-11);
        assert_near(&found["covariance"]["b"]["a"], covariance, 1e-11);
        assert_near(
            &found["correlation"]["a"]["b"],
            covariance / (errors[0] * errors[1]),
            1e-10,
        );
        assert_near(&found["sum_of_squares"], squares, 1e-11);
        assert_near(&found["r_squared"], r_squared, 1e-11);
    }
}

#[test]
fn a_curve_for_people() {
    // How many steps it takes to the last digits depends on how the machine rounds.
    let said = fit(&DECAY)
        .success()
        .replace("after 12 iterations", "after 9 iterations");
    insta::assert_snapshot!(said);
}

#[test]
fn several_predictors_for_people() {
    insta::assert_snapshot!(fit(&[&PLANE[..], &["--errors", "sigma"]].concat()).success());
}

#[test]
fn what_to_beware_of_for_people() {
    let table = "x,y\n1,1.1\n2,1.9\n3,\n4,4.2\n5,n/a\n6,6.1\n";
    let said = [
        // Left out, and row by row.
        fit_table(
            table,
            &["a*x", "--start", "a=1", "--skip-missing", "--residuals"],
        ),
        // Only a product is determined.
        fit_table(
            "x,y\n1,1.1\n2,1.9\n4,4.2\n",
            &["a*b*x", "--start", "a=1,b=1"],
        ),
        // Almost the same column twice.
        fit_table(
            "x,u,y\n1,1.01,1\n2,2,2.1\n3,3,2.9\n4,4.01,4\n",
            &["a*x + b*u", "--start", "a=1,b=1"],
        ),
        // No degree of freedom; no predictor; not arrived.
        fit_table("x,y\n1,1\n3,2\n", &["a*x + b", "--start", "a=1,b=0"]),
        fit_table("y\n1\n2\n6\n", &["m", "--start", "m=0"]),
        fit_table(
            "x,y\n1,1\n2,2\n3,4\n4,8.1\n",
            &["a*exp(b*x)", "--start", "a=1,b=0", "--iters", "2"],
        ),
    ];
    let without_picture = said.map(|run| {
        let text = run.success();
        let picture = text.find('│').and_then(|at| text[..at].rfind("\n\n"));
        text[..picture.unwrap_or(text.len())].trim_end().to_owned() + "\n"
    });
    insta::assert_snapshot!(without_picture.join("---\n"));
}

#[test]
fn fields_for_programs() {
    let found = fit_json(&DECAY);
    let expected = [
        "data",
        "model",
        "response",
        "predictors",
        "rows",
        "skipped_lines",
        "parameters",
        "covariance",
        "correlation",
        "sum_of_squares",
        "residual_deviation",
        "degrees_of_freedom",
        "r_squared",
        "converged",
        "stop",
        "method",
        "iterations",
        "evaluations",
    ];
    assert_eq!(fields(&found), expected);
    assert_eq!(found["data"], "decay.csv");
    assert_eq!(found["model"], "a*exp(-b*t) + c");
    assert_eq!(
        (&found["response"], &found["predictors"]),
        (&json!("y"), &json!(["t"]))
    );
    assert_eq!(
        (&found["rows"], &found["skipped_lines"]),
        (&json!(11), &json!([]))
    );
    assert_eq!(fields(&found["parameters"]), ["a", "b", "c"]);
    assert_eq!(
        fields(&found["parameters"]["a"]),
        ["value", "standard_error", "interval"]
    );
    assert_eq!(found["correlation"]["c"]["c"], 1.0);
}

#[test]
fn residuals_add_up() {
    let found = fit_json(&[&DECAY[..], &["--residuals"]].concat());
    let rows = found["residuals"].as_array().unwrap();
    assert_eq!(rows.len(), 11);
    assert_eq!(fields(&rows[0]), ["line", "observed", "model", "residual"]);
    assert_eq!(
        (&rows[0]["line"], &rows[0]["observed"]),
        (&json!(3), &json!(5.02))
    );
    let number = |row: &Value, name: &str| row[name].as_f64().unwrap();
    let squares: f64 = rows.iter().map(|row| number(row, "residual").powi(2)).sum();
    assert_near(&found["sum_of_squares"], squares, 1e-12);
    for row in rows {
        assert_eq!(
            number(row, "observed") - number(row, "model"),
            number(row, "residual")
        );
    }
}

#[test]
fn rows_left_out_are_as_if_they_were_not_there() {
    let with = "t;y\n0;1\n1;\n2;3.5\n3;NA\n4;8\n";
    let without = "t\ty\n0\t1\n2\t3.5\n4\t8\n";
    let arguments = ["a + b*t^2", "--start", "a=1,b=1", "--json"];
    let mut found = fit_table(with, &[&arguments[..], &["--skip-missing"]].concat()).json();
    assert_eq!(found["skipped_lines"], json!([3, 5]));
    found["skipped_lines"] = json!([]);
    assert_eq!(found, fit_table(without, &arguments).json());
}

#[test]
fn an_equals_sign_names_the_response() {
    let table = "x,y,z\n1,2,-1\n2,3,-3\n3,5,-4\n";
    let rest = ["--start", "a=1", "--json"];
    let found = fit_table(table, &[&["z = a*x"], &rest[..]].concat()).json();
    assert_eq!(
        (&found["response"], &found["model"]),
        (&json!("z"), &json!("a*x"))
    );
    assert_eq!(
        found,
        fit_table(table, &[&["a*x", "--response", "z"], &rest[..]].concat()).json()
    );
    // x*z = 19 less than 0, x*x = 14
    assert_near(&found["parameters"]["a"]["value"], -19.0 / 14.0, 1e-12);
}

#[test]
fn a_table_can_come_from_standard_input() {
    let mut command = command(&["fit", "-", "m", "--start", "m=0", "--json"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all("\u{feff}y\r\n1\r\n2\r\n6\r\n".as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["parameters"]["m"]["value"], 3.0);
    assert_eq!(found["data"], "standard input");
}

/// The same in other units: the search does not depend on them.
#[test]
fn units_do_not_matter() {
    let decay = |x: f64, y: f64| {
        let rows = (0..20).map(f64::from).map(|i| {
            let noise = 0.01 * (7.0 * i).sin();
            format!("{:e},{:e}\n", i * x, y * (3.0 * (-i / 5.0).exp() + noise))
        });
        format!("x,y\n{}", rows.collect::<String>())
    };
    let model = ["a*exp(-b*x)", "--json", "--start"];
    let found = |x: f64, y: f64, start| {
        fit_table(decay(x, y), &[&model[..], &[start]].concat()).json()["parameters"].clone()
    };
    let (one, other) = (
        found(1.0, 1.0, "a=1,b=1"),
        found(1e-9, 1e-12, "a=1e-12,b=1e9"),
    );
    for (name, unit) in [("a", 1e-12), ("b", 1e9)] {
        for what in ["value", "standard_error"] {
            assert_near(
                &other[name][what],
                unit * one[name][what].as_f64().unwrap(),
                1e-7,
            );
        }
    }
    assert_near(&one["a"]["value"], 3.0, 0.01);
    assert_near(&one["b"]["value"], 0.2, 0.01);
}

/// Of residuals that are all zero, the scatter tells nothing, and errors that are known all.
#[test]
fn known_errors_hold_without_scatter() {
    let found = fit_table(
        "x,y,s\n1,2,0.5\n2,4,0.5\n3,6,0.5\n",
        &["a*x", "--start", "a=2", "--errors", "s", "--json"],
    )
    .json();
    assert_eq!(found["parameters"]["a"]["value"], 2.0);
    assert_eq!(found["sum_of_squares"], 0.0);
    assert_near(
        &found["parameters"]["a"]["standard_error"],
        0.5 / 14.0_f64.sqrt(),
        1e-12,
    );
}

#[test]
fn a_picture_goes_to_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("fit.svg");
    let output = ["--output", path.to_str().unwrap()];
    let said = fit(&[&DECAY[..], &output].concat()).success();
    assert!(
        fit(&DECAY).success().starts_with(&said) && !said.contains('│'),
        "{said}"
    );
    let svg = fs::read_to_string(&path).unwrap();
    assert!(
        svg.starts_with("<svg") && svg.contains("y = a*exp(-b*t) + c"),
        "{svg}"
    );
    // Each row has two, one around the other, and the explanation one.
    assert_eq!(svg.matches("<circle").count(), 2 * 11 + 1);
}

#[test]
fn limits_end_the_search() {
    let with = |flags: &[&str]| fit_json(&[&DECAY[..], flags].concat());
    let found = with(&["--iters", "0"]);
    assert_eq!(
        (&found["converged"], &found["iterations"]),
        (&json!(false), &json!(0))
    );
    assert_eq!(found["parameters"]["a"]["value"], 1.0);
    let found = with(&["--evaluations", "3"]);
    assert_eq!(found["converged"], false);
    assert_eq!(found["evaluations"]["value"], 3);
    let (loose, tight) = (with(&["--tol", "0.1"]), with(&[]));
    assert_eq!(
        (&loose["converged"], &tight["converged"]),
        (&json!(true), &json!(true))
    );
    assert!(loose["iterations"].as_u64() < tight["iterations"].as_u64());
}

#[test]
fn tables_that_cannot_be_read_are_1_and_explained() {
    let line = |text: &[u8]| fit_table(text, &["y = a*x", "--start", "a=1"]).failure(1);
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("d.csv")).unwrap();
    fs::write(directory.path().join("t.csv"), "x,y\n1,2\n").unwrap();
    let at = |path: &Path, arguments: &[&str]| dezero_in(path, arguments).failure(1);
    let said = [
        at(
            directory.path(),
            &["fit", "none.csv", "a*x", "--start", "a=1"],
        ),
        at(directory.path(), &["fit", "d.csv", "a*x", "--start", "a=1"]),
        at(directory.path(), &["fit", "a*x", "t.csv", "--start", "a=1"]),
        line(b""),
        line(b" \n\n"),
        line(b"# only\n# comments\n"),
        line(b"x,y\n"),
        line(b"x,y\n1,2\n3,\xe9\n"),
        line(b"\xff\xfex\0,\0y\0\n\0"),
        line(b"1,2\n3,4\n"),
        line(b"x y\n1 2\n"),
        line(b"x,y,x\n1,2,3\n"),
        line(b"x,y\n1,2\n\n3,4,5\n"),
        line(b"x,y\n1,2\n3\n"),
        line(b"x,y\n1,2\n3,n/a\n"),
        line(b"x,y\n1,2\n3,\n"),
        line(b"x,y\n1,2\n,4\n"),
        line(b"x;y\n1;2,5\n"),
        line(b"x,y\n1,1e999\n"),
        line(b"x,y\n1,\x1b[31m\n"),
        line(b"x,y\n1,\"2\n3,4\n"),
        fit_table(b"x,y\n1,\n", &["a*x", "--start", "a=1", "--skip-missing"]).failure(1),
        fit_table(b"x,y\n1,2\n", &["a*x + b", "--start", "a=1,b=1"]).failure(1),
        fit_table(
            b"x,y\n1,2\n2,\n",
            &["a*x + b", "--start", "a=1,b=1", "--skip-missing"],
        )
        .failure(1),
        fit_table(
            b"x,y,s\n1,2,0\n",
            &["a*x", "--start", "a=1", "--errors", "s"],
        )
        .failure(1),
        fit_table(
            b"x,y,w\n1,2,-1\n",
            &["a*x", "--start", "a=1", "--weights", "w"],
        )
        .failure(1),
        fit_table(b"x,y,e\n1,2,1\n", &["y = a*x + e", "--start", "a=1"]).failure(1),
    ];
    insta::assert_snapshot!(said.concat());
}

#[test]
fn models_without_a_value_at_the_start_are_1_and_explained() {
    let table = "x,y\n4,1\n1,2\n0,3\n";
    let said = [
        fit_table(table, &["a + log(x - b)", "--start", "a=1,b=0.5"]).failure(1),
        fit_table(table, &["a/x", "--start", "a=1"]).failure(1),
        fit_table(table, &["sqrt(a)*x", "--start", "a=0"]).failure(1),
        fit_table("x,y\n1,1e200\n", &["a*x", "--start", "a=0"]).failure(1),
        fit_table(table, &["a*x +", "--start", "a=1"]).failure(1),
    ];
    insta::assert_snapshot!(said.concat());
}

#[test]
fn wrong_command_lines_are_2_and_explained() {
    let table = "x,y,z,s\n1,2,3,1\n2,3,4,1\n";
    let start = ["--start", "a=1"];
    let with =
        |model: &str, flags: &[&str]| fit_table(table, &[&[model], flags].concat()).failure(2);
    let starting = |model: &str, flags: &[&str]| with(model, &[&start[..], flags].concat());
    let said = [
        with("y = a*x + b", &[]),
        with("y = a*x + b", &["--start", "a=2"]),
        with("y = a*x", &["--start", "a=2,x=1"]),
        with("y = a*x", &["--start", "a=2,q=1"]),
        with("y = a*x", &["--start", "a=inf"]),
        with("y = x + 1", &[]),
        fit_table("x\u{1b}[31m,,y\n1,2,3\n", &["y = a*x", "--start", "a=1"]).failure(2),
        starting("a*x", &[]),
        starting("a*x*y*z*s", &[]),
        starting("w = a*x", &[]),
        starting("2*y = a*x", &[]),
        starting("a*x", &["--response", "w"]),
        starting("a*x", &["--response", "x"]),
        starting("y = a*x", &["--response", "z"]),
        starting("y = a*x", &["--errors", "w"]),
        starting("y = a*x", &["--errors", "y"]),
        starting("y = a*x", &["--errors", "s", "--weights", "z"]),
        starting("y = a*x", &["-o", "fit.gif"]),
        starting("y = a", &["-o", "fit.svg"]),
        starting("y = a*x", &["--iters", "-1"]),
        starting("y = a*x", &["--tol", "nan"]),
    ];
    insta::assert_snapshot!(said.concat());
}

/// The offset may not be above 0.9, where the best one is 0.943.
#[test]
fn parameters_stay_within_bounds() {
    let found = fit_json(&[&DECAY[..], &["--bounds", "a=0..,c=0..0.9"]].concat());
    assert_eq!(found["parameters"]["c"]["value"], 0.9);
    assert_eq!(found["parameters"]["c"]["standard_error"], "nan");
    assert!(found["parameters"]["a"]["standard_error"].as_f64().unwrap() > 0.0);
    assert_eq!(found["converged"], true);
    let text = fit(&[&DECAY[..], &["--bounds", "c=0..0.9"]].concat()).success();
    assert!(text.contains("note: c is at its upper bound"), "{text}");
    let said = fit(&[&DECAY[..], &["--bounds", "d=0..1"]].concat()).failure(2);
    assert!(said.contains("no variable d"), "{said}");
}

#[test]
fn the_likely_response_is_suggested() {
    let table = "f,signal,err,note\n1,2,0.1,a\n2,4,0.1,b\n3,7,0.1,c\n";
    let said = fit_table(table, &["a*f", "--start", "a=1"]).failure(2);
    assert!(said.contains("--response signal --errors err"), "{said}");
}

/// Only what says that there is no number is left out; what is no number by mistake is not.
#[test]
fn malformed_numbers_are_not_missing() {
    let arguments = ["a*x", "--start", "a=1", "--skip-missing"];
    for missing in ["", "NA", "n/a", "NaN", "null", "-"] {
        let table = format!("x,y\n1,1\n2,{missing}\n3,3.1\n");
        let text = fit_table(table, &arguments).success();
        assert!(text.contains("1 row left out"), "{text}");
    }
    let said = fit_table("x;y\n1;1\n2;1.234,5\n3;3.1\n", &arguments).failure(1);
    assert!(
        said.contains("line 3, column y: `1.234,5` is not a number"),
        "{said}"
    );
}

/// A fit that ends far from the data is said to be one.
#[test]
fn a_fit_that_explains_nothing_is_told() {
    let table = "year,people\n1900,10\n1920,22\n1940,45\n1960,78\n1980,110\n2000,130\n";
    let model = "K/(1 + exp(-r*(year - t0)))";
    let text = fit_table(table, &[model, "--start", "K=1,r=1,t0=1"]).success();
    assert!(text.contains("explains hardly any"), "{text}");
    assert!(!text.contains("others fit as well"), "{text}");
    let good = fit_table(table, &[model, "--start", "K=150,r=0.05,t0=1960"]).success();
    assert!(!good.contains("note:"), "{good}");
}

/// `dezero minimize --fit` is the same by another name.
#[test]
fn minimize_fits_too() {
    let [table, model, flag, start] = DECAY;
    let run = |arguments: &[&str]| dezero_in(&data(""), arguments);
    let by_minimize = [
        "minimize", "--fit", table, "--model", model, flag, start, "--json",
    ];
    let found = run(&by_minimize).json();
    assert_eq!(
        found,
        run(&["fit", table, model, flag, start, "--json"]).json()
    );
    let said = run(&["maximize", "--fit", table, "--model", model, flag, start]).failure(2);
    assert!(said.contains("a fit is a minimum"), "{said}");
    let said = run(&["minimize", "--fit", table, flag, start]).failure(2);
    assert!(said.contains("--model"), "{said}");
}
