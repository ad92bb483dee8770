//! Work on two halves at once, where it pays.

use std::process;
use std::sync::OnceLock;

/// The process that has the threads: in one that was forked from it they are missing.
static PROCESS: OnceLock<u32> = OnceLock::new();

/// Below this many nanoseconds, waking a thread costs more than it does.
const LEAST: f64 = 100_000.0;

/// Whether about so many nanoseconds of work should be halved.
pub(super) fn is_worth(nanoseconds: f64) -> bool {
    nanoseconds >= LEAST
        && rayon::current_num_threads() > 1
        && *PROCESS.get_or_init(process::id) == process::id()
}

/// Does both, perhaps at once.
pub(super) fn join<A: Send, B: Send>(
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B + Send,
) -> (A, B) {
    rayon::join(a, b)
}
