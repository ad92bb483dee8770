//! Leaving the interpreter's lock and taking it again: for all long work, and for all code of the user's that the
//! engine calls.
//!
//! Long work asks now and then whether a signal came, so that Ctrl-C stops it. When the interpreter ends, daemon threads
//! wait for ever before they take its lock once more: one that ends threads would unwind through this code, which
//! aborts the process.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::collector;
use crate::errors::keep;

/// Whether the interpreter ends, and only the thread that ends it may take its lock.
static ENDING: AtomicBool = AtomicBool::new(false);

/// How many threads run code of the user's that the engine called, or are about to take the lock.
static INSIDE: AtomicUsize = AtomicUsize::new(0);

/// How many threads of Python's do long work without the lock.
static DETACHED: AtomicUsize = AtomicUsize::new(0);

/// How long the end of the interpreter waits for these.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often signals are looked for.
const INTERVAL: Duration = Duration::from_millis(50);

thread_local! {
    /// Whether this thread has the lock, as far as this package knows.
    static HAS_LOCK: Cell<bool> = const { Cell::new(true) };
    /// Whether this thread ends the interpreter.
    static ENDS: Cell<bool> = const { Cell::new(false) };
    /// How often this thread is inside.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    /// When this thread looked for signals.
    static LOOKED: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Counted among those inside while it lives.
struct Inside;

impl Inside {
    /// Enters, unless the interpreter ends: then this thread stays here.
    fn enter() -> Self {
        INSIDE.fetch_add(1, Ordering::SeqCst);
        DEPTH.set(DEPTH.get() + 1);
        if ENDING.load(Ordering::SeqCst) && !ENDS.get() {
            INSIDE.fetch_sub(DEPTH.get(), Ordering::SeqCst);
            loop {
                thread::park();
            }
        }
        Self
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
        INSIDE.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Says whether this thread has the lock, while it lives.
struct Lock {
    before: bool,
}

impl Lock {
    fn is(held: bool) -> Self {
        Self {
            before: Self::change(held),
        }
    }

    fn change(held: bool) -> bool {
        let before = HAS_LOCK.replace(held);
        match (before, held) {
            (true, false) => DETACHED.fetch_add(1, Ordering::SeqCst),
            (false, true) => DETACHED.fetch_sub(1, Ordering::SeqCst),
            _ => 0,
        };
        before
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        Self::change(self.before);
    }
}

/// Whether another thread is at work in the engine.
pub(crate) fn is_anybody_detached() -> bool {
    DETACHED.load(Ordering::SeqCst) > 0
}

/// Runs work without the lock: other threads of Python go on meanwhile, and signals end it.
pub(crate) fn detached<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> T {
    collector::changed();
    let lock = Lock::is(false);
    let (result, inside) = py.detach(|| {
        let result = dezero::interruptible(is_signalled, work);
        (result, Inside::enter())
    });
    drop(lock);
    drop(inside);
    result
}

/// Runs what needs the lock: code of the user's, mostly.
pub(crate) fn attached<T>(f: impl FnOnce(Python<'_>) -> T) -> T {
    let inside = if HAS_LOCK.get() && ENDING.load(Ordering::SeqCst) {
        // To wait for ever with the lock would let nobody go on.
        Python::attach(|py| py.detach(Inside::enter))
    } else {
        Inside::enter()
    };
    let result = Python::attach(|py| {
        let _lock = Lock::is(true);
        f(py)
    });
    drop(inside);
    result
}

/// Whether the handler of a signal raised an exception, as that of Ctrl-C does; the exception is kept.
fn is_signalled() -> bool {
    let now = Instant::now();
    if LOOKED
        .get()
        .is_some_and(|looked| now.duration_since(looked) < INTERVAL)
    {
        return false;
    }
    LOOKED.set(Some(now));
    let looked = attached(|py| -> PyResult<()> { py.check_signals() });
    match looked {
        Ok(()) => false,
        Err(exception) => {
            drop(keep(exception, "a signal"));
            true
        }
    }
}

/// Called when the interpreter begins to end: waits, for a while, until no other thread runs code of the user's for the
/// engine, and lets none begin.
#[pyfunction]
fn end(py: Python<'_>) {
    ENDS.set(true);
    ENDING.store(true, Ordering::SeqCst);
    let start = Instant::now();
    py.detach(|| {
        while INSIDE.load(Ordering::SeqCst) > 0 && start.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(1));
        }
    });
}

/// Called in a process that was forked: the other threads are not there.
#[pyfunction]
fn forked() {
    INSIDE.store(DEPTH.get(), Ordering::SeqCst);
    DETACHED.store(usize::from(!HAS_LOCK.get()), Ordering::SeqCst);
}

/// Has the end of the interpreter announced, and forks of its process.
pub(crate) fn watch_the_end(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    let os = py.import("os")?;
    if os.hasattr("register_at_fork")? {
        let named = PyDict::new(py);
        named.set_item("after_in_child", wrap_pyfunction!(forked, module)?)?;
        os.call_method("register_at_fork", (), Some(&named))?;
    }
    let end = wrap_pyfunction!(end, module)?;
    py.import("atexit")?.call_method1("register", (end,))?;
    Ok(())
}
