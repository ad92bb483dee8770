//! How a worker speaks with the driver: lines `ROW REPEATS` in, a line of JSON out for each.

pub mod inputs;

use std::any::Any;
use std::io::BufRead;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// The work of one row, prepared.
pub struct Work {
    run: Box<dyn FnMut() -> Vec<f64>>,
    units: usize,
    first_result_ns: Option<u128>,
    note: Option<&'static str>,
}

impl Work {
    /// `run` does what the row is about `units` times, and returns the numbers that all peers have
    /// to agree on.
    pub fn new(units: usize, run: impl FnMut() -> Vec<f64> + 'static) -> Self {
        Self {
            run: Box::new(run),
            units,
            first_result_ns: None,
            note: None,
        }
    }

    /// The work on what `record` makes once: until it has given the first result, time is told apart, since
    /// what compiles may do so when it first runs.
    pub fn recorded<T: 'static>(
        units: usize,
        record: impl FnOnce() -> T,
        mut run: impl FnMut(&mut T) -> Vec<f64> + 'static,
    ) -> Self {
        let start = Instant::now();
        let mut recorded = record();
        std::hint::black_box(run(&mut recorded));
        let ns = start.elapsed().as_nanos();
        let mut work = Self::new(units, move || run(&mut recorded));
        work.first_result_ns = Some(ns);
        work
    }

    pub fn note(mut self, note: &'static str) -> Self {
        self.note = Some(note);
        self
    }
}

/// What a worker has to say about a row: the work, or why there is none.
pub type Row = Result<Work, &'static str>;

/// Records a chain of so many operations and returns what keeps it.
pub type Record = fn(usize) -> Box<dyn Any>;

/// Operations of the chain whose memory is measured.
const CHAIN: usize = 1_000_000;

/// Answers until the input ends.
pub fn serve(row: impl Fn(&str) -> Row, record: Option<Record>) {
    println!("{{\"versions\": {{}}}}");
    let mut prepared: Vec<(String, Row)> = Vec::new();
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("a readable line");
        let (name, repeats) = line.split_once(' ').expect("a row and how often");
        let repeats: usize = repeats.parse().expect("a number");
        if let ("bytes", Some(record)) = (name, record) {
            bytes_per_operation(record);
        }
        let before = memory("VmRSS");
        let answer = catch_unwind(AssertUnwindSafe(|| {
            let at = prepared
                .iter()
                .position(|(n, _)| n == name)
                .unwrap_or_else(|| {
                    prepared.push((name.into(), row(name)));
                    prepared.len() - 1
                });
            match &mut prepared[at].1 {
                Ok(work) => timed(work, repeats, before),
                Err(reason) => format!("\"cannot\": {reason:?}"),
            }
        }));
        let answer = answer.unwrap_or_else(|panic| {
            let said = (panic.downcast_ref::<String>().map(String::as_str))
                .or_else(|| panic.downcast_ref::<&str>().copied());
            format!("\"error\": {:?}", said.unwrap_or("a panic"))
        });
        println!("{{\"row\": {name:?}, {answer}}}");
    }
}

fn timed(work: &mut Work, repeats: usize, before: u64) -> String {
    let start = Instant::now();
    for _ in 1..repeats {
        std::hint::black_box((work.run)());
    }
    let result = (work.run)();
    let ns = start.elapsed().as_nanos() as f64 / (repeats * work.units) as f64;
    let peak = memory("VmHWM");
    let null = || String::from("null");
    format!(
        "\"ns\": {ns:?}, \"units\": {}, \"result\": {}, \"first_result_ns\": {}, \"note\": {}, \
         \"before\": {before}, \"peak\": {peak}",
        work.units,
        // JSON has no NaN.
        format!("{result:?}")
            .replace("NaN", "null")
            .replace("inf", "1e999"),
        work.first_result_ns.map_or_else(null, |ns| ns.to_string()),
        work.note.map_or_else(null, |note| format!("{note:?}")),
    )
}

/// What the memory grows by for each operation recorded. Ends the process, as dropping a long chain
/// may overflow the stack, which is not what is measured.
fn bytes_per_operation(record: Record) -> ! {
    drop(record(1000));
    let before = memory("VmRSS");
    let kept = record(CHAIN);
    let bytes = (memory("VmRSS") - before) as f64 / CHAIN as f64;
    println!("{{\"row\": \"bytes\", \"value\": {bytes:?}}}");
    std::mem::forget(kept);
    std::process::exit(0)
}

/// `VmRSS` or `VmHWM`, the peak, of this process in bytes.
fn memory(key: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(key));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kilobytes.map_or(0, |kilobytes| kilobytes * 1024)
}
