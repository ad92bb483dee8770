//! Rosenbrock's function in many dimensions: time, and the most memory, each in a process of its own.

use std::process::Command;
use std::time::Instant;

use dezero_core::Variable;
use dezero_optim::test_functions::{TestFunction, chained_rosenbrock, extended_rosenbrock};
use dezero_optim::{Method, Minimizer};

struct Case {
    name: &'static str,
    what: &'static str,
    function: fn() -> TestFunction,
    start: fn(&TestFunction) -> Vec<f64>,
}

fn standard(function: &TestFunction) -> Vec<f64> {
    function.start().to_vec()
}

fn twos(function: &TestFunction) -> Vec<f64> {
    vec![2.0; function.dimension()]
}

const CASES: [Case; 5] = [
    Case {
        name: "pairs-1e4",
        what: "extended Rosenbrock, 10,000, standard start",
        function: || extended_rosenbrock(10_000),
        start: standard,
    },
    Case {
        name: "chain-1e4",
        what: "chained Rosenbrock, 10,000, from all 2.0",
        function: || chained_rosenbrock(10_000),
        start: twos,
    },
    Case {
        name: "pairs-1e6",
        what: "extended Rosenbrock, 1,000,000, standard start",
        function: || extended_rosenbrock(1_000_000),
        start: standard,
    },
    Case {
        name: "chain-1e6",
        what: "chained Rosenbrock, 1,000,000, from all 2.0",
        function: || chained_rosenbrock(1_000_000),
        start: twos,
    },
    Case {
        name: "chain-1e3",
        what: "chained Rosenbrock, 1,000, standard start",
        function: || chained_rosenbrock(1_000),
        start: standard,
    },
];

/// Each case in a process of its own, so that its memory is its own.
pub(crate) fn table() {
    println!("| function | time | most memory | iterations | evaluations | value |");
    println!("| --- | --- | --- | --- | --- | --- |");
    let program = std::env::current_exe().expect("this program");
    for case in CASES {
        let run = Command::new(&program).args(["large", case.name]).output();
        let output = run.expect("a run of this program");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        print!("{}", String::from_utf8_lossy(&output.stdout));
    }
}

/// A row of the table.
pub(crate) fn one(which: &str) {
    let case = CASES.iter().find(|case| case.name == which);
    let case = case.unwrap_or_else(|| panic!("no case {which}"));
    let function = (case.function)();
    let start = Variable::new((case.start)(&function));
    let clock = Instant::now();
    let found = Minimizer::new(Method::Auto)
        .minimize(|x: &Variable| function.value(x), &start)
        .expect("a search");
    let time = clock.elapsed().as_secs_f64();
    let there = found.is_converged() && function.is_minimum(found.value);
    assert!(there || function.dimension() == 1000, "{found}");
    println!(
        "| {} | {time:.3} s | {} | {} | {} | {:.3e} |",
        case.what,
        most_memory().map_or("unknown".into(), |bytes| format!("{:.2} GB", bytes / 1e9)),
        found.iterations,
        found.evaluations,
        found.value
    );
}

/// The smallest cases.
pub(crate) fn smoke() {
    one("pairs-1e4");
    one("chain-1e4");
}

/// The most bytes that this process has held, as Linux counts them.
fn most_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024.0)
}
