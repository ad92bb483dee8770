//! What holds for a thread: whether it records; and for the process: where the engine's warnings go.

use std::cell::RefCell;
use std::ffi::CString;

use dezero::NoGrad;
use pyo3::exceptions::PyRuntimeWarning;
use pyo3::prelude::*;

use crate::interpreter::attached;

thread_local! {
    /// Keeps recording off while it is there.
    static OFF: RefCell<Option<NoGrad>> = const { RefCell::new(None) };
}

/// Whether what this thread computes is recorded.
#[pyfunction]
pub(crate) fn is_recording() -> bool {
    dezero::is_recording()
}

/// Turns recording on or off for this thread.
#[pyfunction]
pub(crate) fn set_recording(on: bool) {
    OFF.with(|off| {
        let mut off = off.borrow_mut();
        match (on, off.is_some()) {
            (true, true) => *off = None,
            (false, false) => *off = Some(NoGrad::new()),
            _ => {}
        }
    });
}

/// The number of graph nodes made on this thread less those released on it: for tests that look for leaks.
#[pyfunction]
pub(crate) fn live_nodes() -> i64 {
    dezero::live_nodes()
}

/// Makes the engine's warnings Python's.
pub(crate) fn forward_warnings() {
    dezero::set_warning_handler(|text| {
        attached(|py| {
            // The text names lines of this crate; Python names the user's.
            let name = text.split('`').nth(3).unwrap_or("a function");
            let text = format!(
                "backward of {name} reads the data of a Variable, which further derivatives take for a constant; compute with \
                 Variables, or read x.detach().data where a constant is meant"
            );
            let Ok(text) = CString::new(text) else { return };
            let category = py.get_type::<PyRuntimeWarning>();
            if let Err(error) = PyErr::warn(py, &category, &text, 1) {
                // Where warnings are errors, nobody is there to catch it.
                error.write_unraisable(py, None);
            }
        });
    });
}
