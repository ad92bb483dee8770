//! Which Python object shows which variable of the engine: `y.creator.inputs[0] is x`.
//!
//! Objects are found by the identity of the variable that they show. The table does not keep them alive.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use dezero::Identity;
use pyo3::ffi;
use pyo3::prelude::*;
use rustc_hash::FxBuildHasher;

use crate::collector;
use crate::variable::PyVariable;

/// The address of an object, and what tells it from an earlier one that stood for the same variable.
#[derive(Clone, Copy)]
struct Entry {
    address: usize,
    serial: u64,
}

struct Table {
    entries: HashMap<Identity, Entry, FxBuildHasher>,
}

static SERIAL: AtomicU64 = AtomicU64::new(1);

static TABLE: Mutex<Table> = Mutex::new(Table {
    entries: HashMap::with_hasher(FxBuildHasher),
});

fn table() -> MutexGuard<'static, Table> {
    // Nothing that can panic or run Python code happens under this lock.
    TABLE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A number by which an object is forgotten.
pub(crate) fn next_serial() -> u64 {
    SERIAL.fetch_add(1, Ordering::Relaxed)
}

/// Makes the object of this number the one that shows the variable.
pub(crate) fn remember(identity: Identity, object: &Bound<'_, PyVariable>, serial: u64) {
    collector::changed();
    let mut table = table();
    let entry = Entry {
        address: object.as_ptr().expose_provenance(),
        serial,
    };
    table.entries.insert(identity, entry);
}

/// Forgets an object, if no other took its place.
pub(crate) fn forget(identity: Identity, serial: u64) {
    let mut table = table();
    if table
        .entries
        .get(&identity)
        .is_some_and(|entry| entry.serial == serial)
    {
        table.entries.remove(&identity);
    }
}

/// The object that shows the variable, if there is one.
pub(crate) fn find(py: Python<'_>, identity: Identity) -> Option<Bound<'_, PyVariable>> {
    let entry = *table().entries.get(&identity)?;
    object_at(py, entry)
}

/// All objects that show variables.
pub(crate) fn all(py: Python<'_>) -> Vec<Bound<'_, PyVariable>> {
    let entries: Vec<Entry> = table().entries.values().copied().collect();
    entries
        .into_iter()
        .filter_map(|entry| object_at(py, entry))
        .collect()
}

/// The object of an entry that was found while the interpreter's lock is held.
fn object_at(py: Python<'_>, entry: Entry) -> Option<Bound<'_, PyVariable>> {
    let pointer: *mut ffi::PyObject = std::ptr::with_exposed_provenance_mut(entry.address);
    #[expect(unsafe_code, reason = "a table that does not own its objects")]
    // SAFETY: an object forgets itself before its memory is freed, and the interpreter's lock is held, so the address is that of
    // an object. If its count is 0, it is being dropped and must not be revived.
    let object = unsafe {
        if ffi::Py_REFCNT(pointer) == 0 {
            return None;
        }
        Bound::from_borrowed_ptr(py, pointer)
    };
    object.cast_into().ok()
}
