//! Work on large arrays, cut among threads.
//!
//! What a thread computes does not depend on where the cuts are, so that neither does the result on
//! the number of threads (which `RAYON_NUM_THREADS` sets).
//!
//! The threads are a pool of their own. A thread that waits for rayon runs what else is in its
//! pool; the caller may hold the lock of a node, and a user's work, run meanwhile, might ask for the same
//! lock. For the same reason a thread that belongs to a user's pool works alone: it is one of many.

use std::ops::Range;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// Below this many results no formula is long enough to be cut.
const LEAST: usize = 1 << 13;
/// How many results are computed first, to see what the others will take.
const PROBE: usize = 1 << 11;
/// What is expected to take longer is cut: waking threads takes some ten microseconds.
const WORTH: Duration = Duration::from_micros(60);
/// Parts for each thread, so that none waits long for another that was interrupted.
const PARTS: usize = 4;

/// The threads that may help this one, if there are any.
fn helpers() -> Option<&'static ThreadPool> {
    static POOL: OnceLock<Option<(u32, ThreadPool)>> = OnceLock::new();
    if rayon::current_thread_index().is_some() {
        return None;
    }
    let name = |i| format!("dezero-{i}");
    let make = || {
        let pool = ThreadPoolBuilder::new().thread_name(name).build().ok()?;
        Some((std::process::id(), pool))
    };
    let (process, pool) = POOL.get_or_init(make).as_ref()?;
    // A fork has the memory of the process, and none of its threads.
    (pool.current_num_threads() > 1 && *process == std::process::id()).then_some(pool)
}

/// Calls `fill` with parts of `out`, each with the position at which it begins, until all of `out` is
/// written.
pub(crate) fn split<T: Send>(out: &mut [T], fill: &(dyn Fn(usize, &mut [T]) + Sync)) {
    if out.len() < LEAST {
        return fill(0, out);
    }
    let (probe, rest) = out.split_at_mut(PROBE);
    let start = Instant::now();
    fill(0, probe);
    let expected = start.elapsed() * (rest.len() / PROBE) as u32;
    if expected < WORTH {
        return fill(PROBE, rest);
    }
    chunks(rest, PROBE, &|first, part| fill(PROBE + first, part));
}

/// [`split`] of work that is known to be long, into parts of whole units of `unit` results.
pub(crate) fn chunks<T: Send>(out: &mut [T], unit: usize, fill: &(dyn Fn(usize, &mut [T]) + Sync)) {
    let Some(pool) = helpers() else {
        return fill(0, out);
    };
    let parts = PARTS * pool.current_num_threads();
    let len = out.len().div_ceil(parts).next_multiple_of(unit);
    pool.install(|| {
        out.par_chunks_mut(len)
            .enumerate()
            .for_each(|(i, part)| fill(i * len, part));
    });
}

/// How many parts of equal work to make of what cannot be cut finely; 1 if nobody helps.
pub(crate) fn parts() -> usize {
    helpers().map_or(1, ThreadPool::current_num_threads)
}

/// Calls `work` with each of the items.
pub(crate) fn for_each<T: Send>(items: Vec<T>, work: impl Fn(T) + Send + Sync) {
    match helpers() {
        Some(pool) if items.len() > 1 => pool.install(|| items.into_par_iter().for_each(work)),
        _ => items.into_iter().for_each(work),
    }
}

/// Computes a range by halves, and these by halves, down to ranges of at most `least`, which `compute`
/// takes; `merge` makes one result of two neighbours.
///
/// `halve` gives the length of the first half, so that the tree depends on the range alone.
pub(crate) fn tree<R: Send>(
    range: Range<usize>,
    least: usize,
    halve: fn(usize) -> usize,
    compute: &(dyn Fn(Range<usize>) -> R + Sync),
    merge: &dyn Fn(R, R) -> R,
) -> R {
    if range.len() <= least {
        return compute(range);
    }
    let Some(pool) = helpers() else {
        return merged(range, least, halve, &mut |range| compute(range), merge);
    };
    let mut leaves = Vec::new();
    merged(
        range.clone(),
        least,
        halve,
        &mut |range| leaves.push(range),
        &|(), ()| (),
    );
    let results: Vec<R> = pool.install(|| leaves.into_par_iter().map(compute).collect());
    let mut results = results.into_iter();
    let next = &mut |_| results.next().expect("a result for each leaf");
    merged(range, least, halve, next, merge)
}

/// [`tree`] in order. As deep as the logarithm of the range.
fn merged<R>(
    range: Range<usize>,
    least: usize,
    halve: fn(usize) -> usize,
    leaf: &mut dyn FnMut(Range<usize>) -> R,
    merge: &dyn Fn(R, R) -> R,
) -> R {
    if range.len() <= least {
        return leaf(range);
    }
    let middle = range.start + halve(range.len());
    let first = merged(range.start..middle, least, halve, leaf, merge);
    let second = merged(middle..range.end, least, halve, leaf, merge);
    merge(first, second)
}
