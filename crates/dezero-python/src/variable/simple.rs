//! The variable of `dezero.core_simple`.

use numpy::PyUntypedArray;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use super::{PyVariable, Style};

/// A variable whose gradients are arrays, as in the first half of the book's second stage.
///
/// `Variable(data, name=None)`, as `dezero.Variable`; `grad` is a NumPy array, and `backward` does not make
/// derivatives that can be differentiated again.
#[pyclass(name = "Variable", module = "dezero.core_simple", extends = PyVariable, subclass)]
pub(crate) struct SimpleVariable;

#[pymethods]
impl SimpleVariable {
    #[new]
    #[pyo3(signature = (*args, **kwargs), text_signature = "(data, name=None)")]
    fn new(
        args: &Bound<'_, PyTuple>,
        kwargs: Option<&Bound<'_, PyDict>>,
    ) -> PyClassInitializer<Self> {
        let mut base = PyVariable::new(args, kwargs);
        base.style = Style::Arrays;
        PyClassInitializer::from(base).add_subclass(Self)
    }

    /// The derivative that `backward` left here: a NumPy array, or None.
    #[getter]
    fn grad<'py>(slf: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, PyUntypedArray>>> {
        match PyVariable::grad(slf.as_super())? {
            Some(grad) => PyVariable::data(&grad),
            None => Ok(None),
        }
    }

    #[setter]
    fn set_grad(slf: &Bound<'_, Self>, grad: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        PyVariable::set_grad(slf.as_super(), grad)
    }

    /// Differentiates this variable by everything it was computed from: adds to the `grad` of the variables that
    /// the computation began with.
    #[pyo3(signature = (retain_grad=false))]
    fn backward(slf: &Bound<'_, Self>, retain_grad: bool) -> PyResult<()> {
        PyVariable::backward(slf.as_super(), retain_grad, false)
    }
}
