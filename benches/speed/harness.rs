//! Ours and a hand-written twin, timed in turns.
//!
//! On a busy machine times wander by a factor of two within seconds, and what is told of them has
//! to survive that: each round times both, so that a slow second hits both, and the ratio is that of
//! the best rounds, which nothing disturbed. (criterion measures one function for seconds, then the
//! other.)

use std::fmt::Write;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// One row of the table.
pub(crate) struct Work {
    pub(crate) name: &'static str,
    /// What it should take, in seconds, where there is a goal.
    pub(crate) goal: Option<f64>,
    pub(crate) ours: Side,
    pub(crate) twin: Side,
    /// How far, relatively, a result may be from the twin's; 0 where the arithmetic is the same.
    pub(crate) tolerance: f64,
}

/// One way to do the work.
pub(crate) struct Side {
    /// How many times a round does the work: times are told for one.
    units: usize,
    round: Box<dyn FnMut() -> (Duration, Vec<f64>)>,
}

impl Side {
    /// Times all of `round`.
    pub(crate) fn new(units: usize, mut round: impl FnMut() -> Vec<f64> + 'static) -> Self {
        Self::partly(units, move || timed(&mut round))
    }

    /// `round` says itself how long the part that matters took.
    pub(crate) fn partly(
        units: usize,
        round: impl FnMut() -> (Duration, Vec<f64>) + 'static,
    ) -> Self {
        Self {
            units,
            round: Box::new(round),
        }
    }

    fn run(&mut self) -> (f64, Vec<f64>) {
        let (time, result) = (self.round)();
        (time.as_secs_f64() / self.units as f64, black_box(result))
    }
}

pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = black_box(work());
    (start.elapsed(), result)
}

/// Rounds and time that each row may take.
const ROUNDS: usize = 401;
const BUDGET: Duration = Duration::from_secs(3);
const LEAST_ROUNDS: usize = 7;

/// Runs the works whose name contains the filter given on the command line, all without one;
/// each once only with `--smoke`. Prints the table.
pub(crate) fn main(works: Vec<Work>) {
    let mut smoke = false;
    let mut filter = String::new();
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--smoke" | "--test" => smoke = true,
            // What cargo adds.
            "--bench" => {}
            _ => filter = argument,
        }
    }
    println!("| work | dezero, median [min .. max] | by hand, median | ratio of minima | goal |");
    println!("| --- | --- | --- | --- | --- |");
    for mut work in works.into_iter().filter(|work| work.name.contains(&filter)) {
        println!("{}", row(&mut work, smoke));
    }
}

fn row(work: &mut Work, smoke: bool) -> String {
    let (mut ours, mut twin) = (Vec::new(), Vec::new());
    // The first round warms up; it checks the results, too.
    let ((first, result), (first_twin, expected)) = (work.ours.run(), work.twin.run());
    check(work, &result, &expected);
    if smoke {
        (ours, twin) = (vec![first], vec![first_twin]);
    } else {
        let start = Instant::now();
        while ours.len() < LEAST_ROUNDS || (ours.len() < ROUNDS && start.elapsed() < BUDGET) {
            ours.push(work.ours.run().0);
            twin.push(work.twin.run().0);
        }
    }
    let [ours, twin] = [ours, twin].map(|mut values| {
        values.sort_by(f64::total_cmp);
        values
    });
    let median = |values: &[f64]| values[values.len() / 2];
    let mut row = format!("| {} | {} ", work.name, Seconds(median(&ours)));
    let _ = write!(
        row,
        "[{} .. {}] ",
        Seconds(ours[0]),
        Seconds(ours[ours.len() - 1])
    );
    let _ = write!(
        row,
        "| {} | {:.3} | ",
        Seconds(median(&twin)),
        Significant(ours[0] / twin[0])
    );
    match work.goal {
        Some(goal) => row + &format!("{} |", Seconds(goal)),
        None => row + "|",
    }
}

fn check(work: &Work, result: &[f64], expected: &[f64]) {
    let close = |(a, b): (&f64, &f64)| a == b || (a - b).abs() <= work.tolerance * b.abs();
    assert!(
        result.len() == expected.len() && result.iter().zip(expected).all(close),
        "{}: {result:?} is not what the twin gives, {expected:?}",
        work.name
    );
}

struct Seconds(f64);

impl std::fmt::Display for Seconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (scale, unit) = match self.0 {
            s if s < 1e-6 => (1e9, "ns"),
            s if s < 1e-3 => (1e6, "us"),
            s if s < 1.0 => (1e3, "ms"),
            _ => (1.0, "s"),
        };
        write!(f, "{:.3} {unit}", Significant(self.0 * scale))
    }
}

/// A number with as many significant digits as the precision says.
struct Significant(f64);

impl std::fmt::Display for Significant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits = f.precision().unwrap_or(3) as i32;
        let decimals = (digits - 1 - self.0.abs().log10().floor() as i32).max(0);
        write!(f, "{:.*}", decimals as usize, self.0)
    }
}
