//! The command against nasty command lines: a corpus of them, and random ones.
//!
//! A text of the corpus is the exit code in its first line, and one argument in each that follows.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use proptest::prelude::*;

use crate::answer;

/// The exit code of `dezero arguments`, run in this process; what it printed or said.
fn run(arguments: &[&str]) -> (u8, String) {
    let arguments = std::iter::once("dezero").chain(arguments.iter().copied());
    let outcome = answer(arguments.map(OsString::from));
    match outcome.and_then(|answer| answer.failure.map_or(Ok(answer.text), Err)) {
        Ok(text) => (0, text),
        Err(failure) => (failure.exit_code(), failure.to_string()),
    }
}

/// What holds of a command line that prints nothing where it succeeds.
fn check_quietly(arguments: &[&str]) -> Result<u8, TestCaseError> {
    let (code, text) = run(arguments);
    prop_assert_eq!((code, text.as_str()), (0, ""), "{:?}", arguments);
    Ok(code)
}

/// What holds of every command line, however nasty.
fn check(arguments: &[&str]) -> Result<u8, TestCaseError> {
    let (code, text) = run(arguments);
    prop_assert!(code <= 2, "exit code {code} of {arguments:?}");
    prop_assert!(!text.contains("internal error"), "{arguments:?}: {text}");
    // The engine speaks to programmers, with the lines of their source.
    prop_assert!(!text.contains("crates/"), "{arguments:?}: {text}");
    if text.starts_with("The ") && text.contains("Usage: ") {
        prop_assert_eq!(code, 0, "help: {:?}", arguments);
    } else if code == 0 {
        prop_assert!(text.ends_with('\n'), "{arguments:?}: {text}");
        if arguments.contains(&"--json") {
            let parsed: Result<serde_json::Value, _> = serde_json::from_str(&text);
            prop_assert!(parsed.is_ok(), "{arguments:?}: {text}");
        }
    } else {
        prop_assert!(
            text.starts_with("error: ") && text.len() > 20,
            "{arguments:?}: {text}"
        );
    }
    Ok(code)
}

#[test]
fn every_command_line_of_the_corpus_ends_well() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut texts = 0;
    for entry in fs::read_dir(corpus).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let mut lines = text.lines();
        let expected: u8 = lines.next().unwrap().parse().unwrap();
        let code = check(&lines.collect::<Vec<_>>()).unwrap();
        assert_eq!(code, expected, "{}", path.display());
        texts += 1;
    }
    assert!(texts >= 40, "the corpus has only {texts} texts");
}

#[test]
fn a_formula_of_a_megabyte_ends_well() {
    let sum = vec!["x"; 500_000].join("+");
    let (code, text) = run(&["diff", &sum, "--at", "x=1", "--order", "2", "--json"]);
    assert_eq!(code, 0);
    let end = r#""value":500000.0,"derivatives":[500000.0,0.0]}"#;
    assert_eq!(&text.trim_end()[text.len() - 1 - end.len()..], end);
    let deep = "(".repeat(1_000_000);
    let (code, text) = run(&["diff", &deep, "--at", "x=1"]);
    assert_eq!(code, 1);
    assert!(text.len() < 1000, "{text}");
}

/// Names, numbers, operators and functions of formulas, whether or not they make sense together.
fn token() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec!["x", "y", "x0", "변수", "e", "pi", "f"]).prop_map(str::to_owned),
        2 => prop::sample::select(vec!["0", "1", "2", "-1", "0.5", "1e308", "1e-308", "1e999"]).prop_map(str::to_owned),
        4 => prop::sample::select(vec!["+", "-", "*", "/", "^", "**", "(", ")", ",", "<", "=="]).prop_map(str::to_owned),
        3 => prop::sample::select(
            vec!["sin(x)", "tanh(x*y)", "log(", "sqrt(", "where(x<y, x, 1)", "max(x,y)", "x^y", "lgamma(x)", "floor(x)", "polygamma(2, x)"]
        ).prop_map(str::to_owned),
        1 => "\\PC{1,3}",
    ]
}

/// Formulas of x, y and 변수 that parse.
fn tree() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec!["x", "y", "2", "0", "-1", "pi", "변수", "1e200"])
        .prop_map(str::to_owned);
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (
                inner.clone(),
                prop::sample::select(vec!["+", "-", "*", "/", "^"]),
                inner.clone()
            )
                .prop_map(|(a, op, b)| format!("({a}){op}({b})")),
            (
                prop::sample::select(vec![
                    "sin", "exp", "log", "sqrt", "tanh", "abs", "floor", "erf", "lgamma", "acosh",
                    "-"
                ]),
                inner.clone(),
            )
                .prop_map(|(f, a)| format!("{f}({a})")),
            (
                prop::sample::select(vec!["max", "atan2", "hypot", "pow"]),
                inner.clone(),
                inner.clone()
            )
                .prop_map(|(f, a, b)| format!("{f}({a}, {b})")),
            (inner.clone(), inner.clone(), inner)
                .prop_map(|(a, b, c)| format!("where({a} < {b}, {b}, {c})")),
        ]
    })
}

/// Formulas that parse, and token soup.
fn formula() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => tree(),
        1 => prop::collection::vec(token(), 0..8).prop_map(|tokens| tokens.concat()),
    ]
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<f64>().prop_map(|x| format!("{x:?}")),
        (-4..4_i32).prop_map(|x| x.to_string()),
        prop::sample::select(vec![
            "inf", "-inf", "nan", "pi/3", "", "x", "1e999", "--1", "1 2"
        ])
        .prop_map(str::to_owned),
    ]
}

fn point() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => [number(), number(), number()].prop_map(|[x, y, z]| format!("x={x},y={y},변수={z}")),
        1 => prop::collection::vec((token(), number()), 0..4).prop_map(|assignments| {
            assignments.iter().map(|(name, x)| format!("{name}={x}")).collect::<Vec<_>>().join(",")
        }),
        1 => "\\PC{0,8}",
    ]
}

fn flags() -> impl Strategy<Value = Vec<String>> {
    let flag = prop_oneof![
        (0..4_u32).prop_map(|order| vec!["--order".to_owned(), order.to_string()]),
        (0..9_u32).prop_map(|iterations| vec!["--iters".to_owned(), iterations.to_string()]),
        (0..9_u32).prop_map(|calls| vec!["--evaluations".to_owned(), calls.to_string()]),
        number().prop_map(|x| vec!["--lr".to_owned(), x]),
        number().prop_map(|x| vec!["--tol".to_owned(), x]),
        token().prop_map(|wrt| vec!["--wrt".to_owned(), wrt]),
        prop::sample::select(vec![
            "--json",
            "--trace",
            "--jacobian=x; y",
            "--verbose",
            "--help",
            "--",
            "-o",
            "--method=gd",
            "--method=nelder-mead",
            "--compare=gd,bfgs",
            "--bounds=x=-1..1",
            "--range=x=-1..1",
            "--range=x=0..pi,y=-1..1",
            "--theme=dark",
            "--style=learner",
            "--gradients",
            "--whole",
            "--residuals=x; y",
        ])
        .prop_map(|flag| vec![flag.to_owned()]),
    ];
    prop::collection::vec(flag, 0..4).prop_map(|flags| flags.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_command_lines_end_well(
        command in prop::sample::select(vec!["diff", "taylor", "plot", "check", "graph", "minimize", "maximize", "root"]),
        formula in formula(),
        point in point(),
        flags in flags(),
    ) {
        let at = match command {
            "minimize" | "maximize" | "root" => "--start",
            "taylor" => "--around",
            _ => "--at",
        };
        let mut arguments = vec![command, &formula, at, &point];
        arguments.extend(flags.iter().map(String::as_str));
        check(&arguments)?;
    }

    /// The random ones above mostly fail early; these are in order and must succeed.
    #[test]
    fn every_formula_has_derivatives(formula in tree(), x in -3.0..3.0_f64, order in 0..4_u32) {
        let (point, order) = (format!("x={x:?},y=2,변수=-0.5"), order.to_string());
        let code = check(&["diff", &formula, "--at", &point, "--order", &order, "--json"])?;
        prop_assert_eq!(code, 0);
        let graph = ["graph", &formula, "--at", &point, "--order", &order, "--wrt", "x"];
        prop_assert_eq!(check(&graph)?, 0);
        prop_assert_eq!(check(&[&graph[..], &["--style", "learner"]].concat())?, 0);
        let formulas = format!("{formula}; x; {formula}");
        let code = check(&["diff", "--jacobian", &formulas, "--at", &point, "--json"])?;
        prop_assert_eq!(code, 0);
        // Where a series is, and where values agree, is up to the formula.
        check(&["taylor", &formula, "--around", &point, "--order", &order, "--wrt", "x", "--json"])?;
        check(&["check", &formula, "--at", &point, "--json"])?;
    }

    /// Models of a column `x` that meet another, from any start.
    #[test]
    fn random_models_end_well(model in tree(), start in [number(), number()], skip in any::<bool>()) {
        let start = format!("y={},변수={}", start[0], start[1]);
        let mut arguments = vec![
            "fit", "tests/data/gaps.csv", &model, "--start", &start, "--response", "u", "--evaluations", "200",
        ];
        if skip {
            arguments.extend(["--skip-missing", "--errors", "s", "--json"]);
        }
        check(&arguments)?;
    }

    /// The random ones above may lack a name of the start; these have all.
    #[test]
    fn every_model_is_fitted_or_explained(model in tree(), y in -3.0..3.0_f64, z in -3.0..3.0_f64) {
        let (model, start) = (format!("({model}) + 0*y*변수"), format!("y={y:?},변수={z:?}"));
        check(&[
            "fit", "tests/data/gaps.csv", &model, "--start", &start, "--response", "u", "--evaluations", "200",
            "--skip-missing",
        ])?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    /// Drawn in any style and format, with all there is to show.
    #[test]
    fn every_graph_is_drawn(
        formula in tree(), x in -3.0..3.0_f64, order in 0..4_u32,
        file in prop::sample::select(vec!["g.svg", "g.png", "g.pdf", "g.html", "g.dot"]),
        style in prop::sample::select(vec!["learner", "dezero"]),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(file);
        let (point, order) = (format!("x={x:?},y=2,변수=-0.5"), order.to_string());
        let arguments = ["graph", &formula, "--at", &point, "--order", &order, "--wrt", "x", "--style", style];
        let file = file.to_str().unwrap();
        let code = check_quietly(&[&arguments[..], &["--gradients", "--scale", "0.5", "-o", file]].concat())?;
        prop_assert_eq!(code, 0);
        prop_assert!(fs::metadata(file).unwrap().len() > 20);
    }

    /// The random ones above mostly have a value for every variable; here some have a range.
    #[test]
    fn every_formula_is_plotted_or_explained(
        formula in tree(), more in tree(), low in number(), high in -9.0..9.0_f64, order in 0..4_u32,
    ) {
        let order = order.to_string();
        let one = format!("x={low}..{high:?}");
        let others = ["--at", "y=2,변수=-0.5", "--json"];
        check(&[&["plot", &format!("{formula} + 0*x"), "--range", &one, "--order", &order], &others[..]].concat())?;
        check(&[&["plot", &formula, &more, "--range", "x=-3..2", "--order", &order], &others[..]].concat())?;
        let two = format!("x={low}..{high:?},y=-2..2");
        check(&["plot", &format!("{formula} + 0*x*y"), "--range", &two, "--at", "변수=1"])?;
    }
}
