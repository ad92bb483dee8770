//! What is likely a mistake and no error: told to a handler, by default on standard error.
//!
//! So far one thing: a user's `backward` that reads raw values while it is recorded. The first
//! derivative is right, the next ones miss a term, and nothing else would say so. The same watch notes
//! raw reads for who records a function in order to replay it.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::error::{Error, Result};
use crate::function::Custom;
use crate::mode::{self, Line};

type Handler = Arc<dyn Fn(&str) + Send + Sync>;

static HANDLER: RwLock<Option<Handler>> = RwLock::new(None);

/// The names of the functions that were warned of.
static WARNED: Mutex<Option<HashSet<String>>> = Mutex::new(None);

thread_local! {
    static READS_MATTER: Cell<bool> = const { Cell::new(false) };
    /// Where a raw value was read while looking for anomalies.
    static READ: Cell<Option<Line>> = const { Cell::new(None) };
    /// The lines of reads, while somebody wants to know.
    static NOTES: RefCell<Option<Vec<Line>>> = const { RefCell::new(None) };
    static RUNS: RefCell<Option<(Custom, Line)>> = const { RefCell::new(None) };
}

/// Sends warnings to `handler` instead of standard error, on all threads.
///
/// A warning comes once for each function's name: when its `backward`, recorded to be
/// differentiated again, reads the raw value of a variable (`data`, `item`, `to_vec`), which later
/// derivatives would take for a constant.
///
/// ```
/// dezero_core::set_warning_handler(|text| println!("{text}"));
/// ```
pub fn set_warning_handler(handler: impl Fn(&str) + Send + Sync + 'static) {
    let handler: Handler = Arc::new(handler);
    let old = HANDLER
        .write()
        .unwrap_or_else(PoisonError::into_inner)
        .replace(handler);
    drop(old); // after the lock
}

fn warn(text: &str) {
    let handler = HANDLER
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    match handler {
        Some(handler) => handler(text),
        None => eprintln!("{text}"),
    }
}

/// Runs `f`, and gives the lines that take the value of a recorded variable out of the record meanwhile,
/// each once, in the order of their first time: by [`data`](crate::Variable::data),
/// [`item`](crate::Variable::item), [`to_vec`](crate::Variable::to_vec),
/// [`detach`](crate::Variable::detach), or computing with it under [`no_grad`](crate::no_grad). What
/// comes of such a value cannot be seen in the record.
///
/// ```
/// use dezero_core::{Variable, reads_during};
///
/// let x = Variable::new(2.0);
/// let (y, reads) = reads_during(|| if x.sin().item() > 0.0 { &x * 2.0 } else { -&x });
/// assert_eq!((y.item(), reads.len()), (4.0, 1));
/// ```
pub fn reads_during<T>(f: impl FnOnce() -> T) -> (T, Vec<Line>) {
    let noting = Noting {
        matter: READS_MATTER.replace(true),
        notes: NOTES.replace(Some(Vec::new())),
    };
    let result = f();
    let notes = NOTES.replace(None).unwrap_or_default();
    drop(noting);
    (result, notes)
}

/// Puts back what was noted outside, also on unwinding.
struct Noting {
    matter: bool,
    notes: Option<Vec<Line>>,
}

impl Drop for Noting {
    fn drop(&mut self) {
        READS_MATTER.set(self.matter);
        NOTES.set(self.notes.take());
    }
}

/// Whether raw reads of tracked variables are likely a mistake just now.
#[inline]
pub(crate) fn reads_matter() -> bool {
    READS_MATTER.get()
}

/// A value leaves the record at `line`, which may be meant.
#[cold]
pub(crate) fn taken_out(line: Line) {
    NOTES.with_borrow_mut(|notes| {
        if let Some(notes) = notes
            && !notes.contains(&line)
        {
            notes.push(line);
        }
    });
}

/// A raw read, at `line`, in the function that runs.
#[cold]
pub(crate) fn raw_read(line: Line) {
    taken_out(line);
    let Some((custom, call)) = RUNS.with_borrow(Clone::clone) else {
        return;
    };
    if mode::is_detecting() {
        READ.set(Some(line)); // an error, once `backward` is done
        return;
    }
    let name = custom.name();
    let first = WARNED
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get_or_insert_default()
        .insert(name.to_owned());
    if first {
        warn(&format!(
            "warning: `backward` of function `{name}` (called at {call}) reads the raw value of a variable at {line}: \
             further derivatives take it for a constant; compute with variables, or read `x.detach().data()` where a \
             constant is meant"
        ));
    }
}

/// The raw read of a function's `backward` as an error, while looking for anomalies.
pub(crate) fn raw_read_as_error(name: &str) -> Result<()> {
    match READ.take() {
        None => Ok(()),
        Some(line) => Err(Error::function(
            name,
            "`backward` reads the raw value of a variable, which further derivatives take for a constant; compute with \
             variables, or read `x.detach().data()` where a constant is meant",
        )
        .at(line)),
    }
}

/// While it lives, raw reads on this thread are watched, or not.
#[must_use]
pub(crate) struct Watch {
    before: (bool, Option<(Custom, Line)>, Option<Line>),
    not_send: PhantomData<*const ()>,
}

impl Watch {
    /// In the recorded `backward` of a function that was called at `line`.
    pub(crate) fn on(custom: &Custom, line: Line) -> Self {
        Self::set(true, Some((custom.clone(), line)))
    }

    /// In code of the user's that no derivative is taken of; nothing to do where none is watched.
    pub(crate) fn off() -> Option<Self> {
        reads_matter().then(|| Self::set(false, None))
    }

    fn set(matter: bool, runs: Option<(Custom, Line)>) -> Self {
        Self {
            // What was read outside is not the fault of what runs inside, nor the other way round.
            before: (
                READS_MATTER.replace(matter),
                RUNS.replace(runs),
                READ.take(),
            ),
            not_send: PhantomData,
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        READS_MATTER.set(self.before.0);
        RUNS.set(self.before.1.take());
        READ.set(self.before.2);
    }
}
