//! Which Python object shows which variable of the engine: `y.creator.inputs[0] is x`.
//!
//! Objects are found by the identity of the variable that they show. The table does not keep them alive.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use dezero::Identity;
use pyo3::ffi;
use pyo3::prelude::*;
use rustc_hash::FxBuildHasher;

use crate::variable::PyVariable;

/// The address of an object, and what tells it from an earlier one that stood for the same variable.
#[derive(Clone, Copy)]
struct Entry {
    address: usize,
    serial: u64,
}

struct Table {
    entries: HashMap<Identity, Entry, FxBuildHasher>,
    serial: u64,
}

static TABLE: Mutex<Table> = Mutex::new(Table {
    entries: HashMap::with_hasher(FxBuildHasher),
    serial: 0,
});

fn table() -> MutexGuard<'static, Table> {
    // Nothing that can panic or run Python code happens under this lock.
    TABLE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes the object the one that shows the variable. Returns the number by which it is forgotten.
pub(crate) fn remember(identity: Identity, object: &Bound<'_, PyVariable>) -> u64 {
    let mut table = table();
    table.serial += 1;
    let entry = Entry {
        address: object.as_ptr().expose_provenance(),
        serial: table.serial,
    };
    table.entries.insert(identity, entry);
    entry.serial
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
