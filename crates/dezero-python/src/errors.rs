//! The engine's errors as Python's exceptions.

use std::cell::RefCell;

use pyo3::exceptions::{
    PyArithmeticError, PyException, PyIndexError, PyMemoryError, PyRuntimeError, PyTypeError,
    PyValueError,
};
use pyo3::prelude::*;

use crate::interpreter::attached;

thread_local! {
    /// The exception of a user's function that an error of the engine stands for.
    static RAISED: RefCell<Option<PyErr>> = const { RefCell::new(None) };
}

/// Keeps an exception while its error goes through the engine.
pub(crate) fn keep(exception: PyErr, name: &str) -> dezero::Error {
    let error = dezero::Error::function(name, exception.to_string());
    let before = take_kept();
    // Ctrl-C is not forgotten over a later error.
    let kept = attached(|py| match before {
        Some(before) if !before.is_instance_of::<PyException>(py) => before,
        _ => exception,
    });
    RAISED.with(|raised| *raised.borrow_mut() = Some(kept));
    error
}

/// After work that went well, though code of the user's may have raised something on the way.
///
/// # Errors
///
/// What was kept, if it is no mere error: `KeyboardInterrupt`, `SystemExit`, what a signal's handler raised.
pub(crate) fn went_well(py: Python<'_>) -> PyResult<()> {
    match take_kept() {
        Some(exception) if !exception.is_instance_of::<PyException>(py) => Err(exception),
        _ => py.check_signals(),
    }
}

/// The exception that was kept, if there is one.
pub(crate) fn take_kept() -> Option<PyErr> {
    RAISED.with(|raised| raised.borrow_mut().take())
}

/// An error of the engine as an exception: the one that a user's function raised, or one of the kind that NumPy
/// would raise, with the engine's text.
pub(crate) fn raised(error: dezero::Error) -> PyErr {
    if let Some(exception) = take_kept() {
        return exception;
    }
    let text = in_python(&error.message());
    if error.is_memory() {
        PyMemoryError::new_err(text)
    } else if error.is_dtype() {
        PyTypeError::new_err(text)
    } else if error.is_index() {
        PyIndexError::new_err(text)
    } else if error.is_axis() {
        axis_error(&text)
    } else if error.is_derivative() {
        PyRuntimeError::new_err(text)
    } else if error.is_anomaly() {
        PyArithmeticError::new_err(text)
    } else {
        PyValueError::new_err(text)
    }
}

/// A text of the engine's with what Python has for what it names.
pub(crate) fn in_python(text: &str) -> String {
    let mut text = text.to_owned();
    for (rust, python) in [
        ("`sum(..)` it, or ask for `least_squares`", "sum it"),
        ("`sum(..)`", "`sum`"),
        (
            "a gradient computed without `create_graph`",
            "a gradient computed without `create_graph=True`",
        ),
        ("; f32 and f64 have", "; floats have"),
        ("permute: ", "transpose: "),
    ] {
        text = text.replace(rust, python);
    }
    text
}

/// NumPy's `AxisError`, which is a `ValueError` and an `IndexError`.
fn axis_error(text: &str) -> PyErr {
    attached(|py| {
        let numpy = py
            .import("numpy.exceptions")
            .or_else(|_| py.import("numpy"));
        match numpy.and_then(|numpy| numpy.getattr("AxisError")?.call1((text,))) {
            Ok(exception) => PyErr::from_value(exception),
            Err(error) => error,
        }
    })
}

/// An array's error as an exception.
pub(crate) fn raised_by_array(error: impl Into<dezero::Error>) -> PyErr {
    raised(error.into())
}
