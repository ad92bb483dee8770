//! Evaluations until a known minimum is reached, of ours and of SciPy's methods.

use std::cell::Cell;
use std::collections::HashMap;
use std::ops::ControlFlow;

use dezero_core::Variable;
use dezero_core::transforms::value_and_grad;
use dezero_optim::test_functions::{TestFunction, more_garbow_hillstrom};
use dezero_optim::{Method, Minimizer};

const SCIPY: &str = include_str!("../scipy/scipy.csv");
const STARTS: &str = include_str!("../scipy/starts.csv");
const METHODS: [&str; 4] = ["BFGS", "L-BFGS-B", "trust-ncg", "trust-exact"];

/// Calls, gradients and products together.
#[derive(Clone, Copy)]
struct Counts {
    /// Until the method ended, at a gradient of 1e-6.
    end: usize,
    /// Until the value was that of a known minimum, if it was; of a run to a gradient of 1e-12.
    minimum: Option<usize>,
}

/// The default method. What an iteration takes is counted at its end.
fn ours(problem: &TestFunction) -> Counts {
    let run = |tolerance: f64| {
        let reached = Cell::new(None);
        let found = Minimizer::new(Method::Auto)
            .gradient_tolerance(tolerance)
            .check_curvature(false)
            .on_iteration(|step| {
                if reached.get().is_none() && problem.is_minimum(step.value) {
                    reached.set(Some(step.evaluations.total()));
                }
                ControlFlow::Continue(())
            })
            .minimize(
                |x: &Variable| problem.value(x),
                &Variable::new(problem.start()),
            );
        let end = found.map_or(usize::MAX, |found| found.evaluations.total());
        (end, reached.get())
    };
    Counts {
        end: run(1e-6).0,
        minimum: run(1e-12).1,
    }
}

/// The problems were written down twice, here and for SciPy: both have to mean the same.
fn check_starts(problems: &[TestFunction]) {
    let lines = STARTS.lines().filter(|line| !line.starts_with('#')).skip(1);
    for (problem, line) in problems.iter().zip(lines) {
        let fields: Vec<&str> = line.split(',').collect();
        let [number, _, n, _, value, norm] = fields[..] else {
            panic!("starts.csv: {line}")
        };
        let x = Variable::new(problem.start());
        let (y, gradient) = value_and_grad(|x: &Variable| problem.value(x), &x);
        let found = [y.item(), gradient.square().sum(..).sqrt().item()];
        for (found, text) in found.into_iter().zip([value, norm]) {
            let expected: f64 = text.parse().expect("a number");
            let close = (found - expected).abs() <= 1e-9 * expected.abs();
            assert!(close, "{}: {found} here, {expected} there", problem.name());
        }
        assert_eq!(problem.dimension().to_string(), n, "problem {number}");
    }
}

/// By problem and method.
fn scipys() -> HashMap<(usize, &'static str), Counts> {
    let mut lines = SCIPY.lines().filter(|line| !line.starts_with('#'));
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let column = |name| {
        header
            .iter()
            .position(|&column| column == name)
            .expect("a column")
    };
    let (number, method) = (column("number"), column("method"));
    let (end, minimum) = (column("total"), column("total_to_minimum"));
    lines
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            let counts = Counts {
                end: fields[end].parse().expect("a count"),
                minimum: fields[minimum].parse().ok(),
            };
            (
                (fields[number].parse().expect("a number"), fields[method]),
                counts,
            )
        })
        .collect()
}

pub(crate) fn table() {
    let (scipy, problems) = (scipys(), more_garbow_hillstrom());
    check_starts(&problems);
    println!("| problem | n | dezero | {} |", METHODS.join(" | "));
    println!("| --- | --- | ---{} |", " | ---".repeat(METHODS.len()));
    let mut columns: Vec<Vec<Counts>> = vec![Vec::new(); METHODS.len() + 1];
    for (i, problem) in problems.iter().enumerate() {
        let row: Vec<Counts> = std::iter::once(ours(problem))
            .chain(METHODS.iter().map(|&method| scipy[&(i + 1, method)]))
            .collect();
        let cells: Vec<String> = row
            .iter()
            .map(|counts| match counts.minimum {
                Some(minimum) => format!("{} ({minimum})", counts.end),
                None => format!("{} (never)", counts.end),
            })
            .collect();
        let (name, n) = (problem.name(), problem.dimension());
        println!("| {} {name} | {n} | {} |", i + 1, cells.join(" | "));
        for (column, counts) in columns.iter_mut().zip(row) {
            column.push(counts);
        }
    }
    let summary = |what: &str, of: fn(&Counts) -> usize| {
        let medians: Vec<String> = columns
            .iter()
            .map(|column| median(column.iter().map(of).collect()).to_string())
            .collect();
        println!("| {what} | | {} |", medians.join(" | "));
    };
    summary("**median to the end**", |counts| counts.end);
    summary("**median to the minimum**", |counts| {
        counts.minimum.unwrap_or(usize::MAX)
    });
    let missed = columns.iter().map(|column| {
        let missed = column.iter().filter(|counts| counts.minimum.is_none());
        missed.count().to_string()
    });
    println!(
        "| **never there** | | {} |",
        missed.collect::<Vec<_>>().join(" | ")
    );
}

fn median(mut values: Vec<usize>) -> usize {
    values.sort_unstable();
    values[values.len() / 2]
}
