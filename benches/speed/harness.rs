//! Ours, recorded anew and replayed, and a hand-written twin, timed in turns.
//!
//! On a busy machine times wander by a factor of two within seconds, and what is told of them has
//! to survive that: each round times all, so that a slow second hits all, and the ratio is that of
//! the best rounds, which nothing disturbed. (criterion measures one function for seconds, then the
//! other.)

use std::hint::black_box;
use std::time::{Duration, Instant};

/// One row of the table.
pub(crate) struct Work {
    pub(crate) name: &'static str,
    /// What it should take, in seconds, where there is a goal.
    pub(crate) goal: Option<f64>,
    /// By the engine, which records it each time.
    pub(crate) ours: Side,
    /// By a program that was recorded before, and what that should take.
    pub(crate) replayed: Option<(Side, Option<f64>)>,
    pub(crate) twin: Side,
    /// How far, relatively, a result may be from the twin's; 0 where the arithmetic is the same.
    pub(crate) tolerance: f64,
}

impl Work {
    /// The row with a program that does the same work, and what that should take.
    pub(crate) fn replayed(mut self, side: Side, goal: Option<f64>) -> Self {
        self.replayed = Some((side, goal));
        self
    }
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
    println!(
        "| work | eager, median [min .. max] | replayed | by hand | eager / hand | replayed / hand | goals |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for mut work in works.into_iter().filter(|work| work.name.contains(&filter)) {
        println!("{}", row(&mut work, smoke));
    }
}

fn row(work: &mut Work, smoke: bool) -> String {
    let mut sides = vec![&mut work.ours, &mut work.twin];
    let mut goals = vec![work.goal];
    if let Some((side, goal)) = &mut work.replayed {
        sides.push(side);
        goals.push(*goal);
    }
    // The first round warms up; it checks the results, too.
    let first: Vec<(f64, Vec<f64>)> = sides.iter_mut().map(|side| side.run()).collect();
    for side in [0, 2] {
        if let Some((_, result)) = first.get(side) {
            check(work.name, work.tolerance, result, &first[1].1);
        }
    }
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); sides.len()];
    if smoke {
        times = first.iter().map(|(time, _)| vec![*time]).collect();
    } else {
        let start = Instant::now();
        let rounds = |times: &[Vec<f64>]| times[0].len();
        while rounds(&times) < LEAST_ROUNDS || (rounds(&times) < ROUNDS && start.elapsed() < BUDGET)
        {
            for (side, times) in sides.iter_mut().zip(&mut times) {
                times.push(side.run().0);
            }
        }
    }
    for times in &mut times {
        times.sort_by(f64::total_cmp);
    }
    let spread = |times: Option<&Vec<f64>>| match times {
        Some(times) => format!(
            "{} [{} .. {}]",
            Seconds(times[times.len() / 2]),
            Seconds(times[0]),
            Seconds(times[times.len() - 1])
        ),
        None => String::new(),
    };
    let fastest_twin = times[1][0];
    let ratio = |times: Option<&Vec<f64>>| match times {
        Some(times) => format!("{:.3}", Significant(times[0] / fastest_twin)),
        None => String::new(),
    };
    let [ours, twin, replayed] = [times.first(), times.get(1), times.get(2)];
    let reached = |(goal, times): (&Option<f64>, Option<&Vec<f64>>)| match (goal, times) {
        (Some(goal), Some(times)) => {
            let reached = times[times.len() / 2] <= *goal;
            format!("{} {}", Seconds(*goal), if reached { "yes" } else { "no" })
        }
        _ => String::from("-"),
    };
    let goals: Vec<String> = goals.iter().zip([ours, replayed]).map(reached).collect();
    let twin_median = twin.map_or(0.0, |twin| twin[twin.len() / 2]);
    format!(
        "| {} | {} | {} | {} | {} | {} | {} |",
        work.name,
        spread(ours),
        spread(replayed),
        Seconds(twin_median),
        ratio(ours),
        ratio(replayed),
        goals.join(", ")
    )
}

fn check(name: &str, tolerance: f64, result: &[f64], expected: &[f64]) {
    let close = |(a, b): (&f64, &f64)| a == b || (a - b).abs() <= tolerance * b.abs();
    assert!(
        result.len() == expected.len() && result.iter().zip(expected).all(close),
        "{name}: {result:?} is not what the twin gives, {expected:?}",
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
