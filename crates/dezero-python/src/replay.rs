//! `compile`: a Python function becomes a program that is replayed without Python.

use std::sync::Arc;

use dezero::compile::{Compile, Compiled, Error, OtherShapes};
use dezero::{Array, Program, Variable};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyTuple};

use crate::arguments::Given;
use crate::derivatives::{Place, returned};
use crate::errors::{in_python, keep, take_kept, went_well};
use crate::interpreter::{attached, detached};
use crate::memory;
use crate::variable::{Style, object};

type Function = Box<dyn Fn(&[Variable]) -> dezero::Result<Vec<Variable>> + Send + Sync>;

/// A function that was recorded once and is replayed: called with Variables, arrays or numbers, as the function is.
///
/// Variables enter their graph as one operation, which can be differentiated to any order.
#[pyclass(frozen, name = "Compiled", module = "dezero")]
pub(crate) struct PyCompiled {
    compiled: Compiled<Function, [Variable]>,
    /// The function, which `compiled` has too: one reference, which the collector is to see.
    function: Arc<Py<PyAny>>,
    /// Whether the function gives a list of results.
    several: bool,
}

/// Runs a function once at example inputs, and returns it as a function that replays what was recorded.
///
/// A recording cannot see a branch on a value, so the program is compared with the function at some points around the
/// example (checks: how many); where they differ, RuntimeError says so. any_shape: record anew for inputs of other shapes
/// or dtypes, in place of a ValueError. tolerance: how far, relatively, program and function may be apart there; 0 is to the last
/// digit. name: what the program is called in errors and graphs.
///
/// >>> f = dezero.compile(lambda x: (F.sin(x) * F.exp(x)).sum(), np.zeros(1000))
/// >>> f(np.ones(1000))
/// variable(2287.3552871788415)
#[pyfunction]
#[pyo3(signature = (f, *examples, checks=3, tolerance=0.0, any_shape=false, name="Program"))]
pub(crate) fn compile(
    f: &Bound<'_, PyAny>,
    examples: &Bound<'_, PyTuple>,
    checks: usize,
    tolerance: f64,
    any_shape: bool,
    name: &str,
) -> PyResult<PyCompiled> {
    let at = Place::of(examples)?;
    let how = Compile::new()
        .named(name)
        .checks(checks)
        .tolerance(tolerance)
        .on_other_shapes(if any_shape {
            OtherShapes::Record
        } else {
            OtherShapes::Error
        });
    let function = Arc::new(f.clone().unbind());
    let f = function.clone();
    let several = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let seen = several.clone();
    let call: Function = Box::new(move |xs| {
        attached(|py| {
            let called = || -> PyResult<Vec<Variable>> {
                let xs = xs
                    .iter()
                    .map(|x| object(py, x.clone(), Style::Variables))
                    .collect::<PyResult<Vec<_>>>()?;
                let ys = f.bind(py).call1(PyTuple::new(py, xs)?)?;
                if ys.is_instance_of::<PyTuple>() || ys.is_instance_of::<PyList>() {
                    seen.store(true, std::sync::atomic::Ordering::Relaxed);
                    return ys.try_iter()?.map(|y| returned(&y?)).collect();
                }
                Ok(vec![returned(&ys)?])
            };
            called().map_err(|error| keep(error, "f"))
        })
    });
    let compiled = how
        .compile(call, at.refs().as_slice())
        .map_err(raised_by_program)?;
    went_well(examples.py())?;
    Ok(PyCompiled {
        compiled,
        function,
        several: several.load(std::sync::atomic::Ordering::Relaxed),
    })
}

fn raised_by_program(error: Error) -> PyErr {
    if let Some(exception) = take_kept() {
        return exception;
    }
    let mut text = in_python(&error.to_string());
    if let Some((before, _)) = text.split_once("A recording holds the one way") {
        text = format!(
            "{before}A recording holds the one way that the function went: values that it took out of Variables, as `x.data`, \
             are constants to the program. In place of an `if` on such a value, `where`, `maximum` and `clip` choose by \
             values of each call."
        );
    }
    if let Some((before, _)) = text.split_once("; `Compile::on_other_shapes") {
        text = format!("{before}; any_shape=True does that by itself");
    }
    if error.is_record() {
        PyRuntimeError::new_err(text)
    } else {
        PyValueError::new_err(text)
    }
}

#[pymethods]
impl PyCompiled {
    /// What the function gives: a Variable, or a list of several. Raises ValueError for inputs of other shapes or dtypes.
    #[pyo3(signature = (*inputs))]
    fn __call__<'py>(&self, inputs: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
        let py = inputs.py();
        let at = Place::of(inputs)?;
        let mut ys = detached(py, || self.compiled.try_call(at.refs().as_slice()))
            .map_err(raised_by_program)?;
        // The function itself is called for inputs of other shapes.
        went_well(py)?;
        if self.several {
            let ys = ys
                .into_iter()
                .map(|y| object(py, y, Style::Variables))
                .collect::<PyResult<Vec<_>>>()?;
            return Ok(PyList::new(py, ys)?.into_any());
        }
        Ok(object(py, ys.remove(0), Style::Variables)?.into_any())
    }

    /// The program: for its derivatives, for arrays, to print.
    #[getter]
    fn program(&self) -> PyProgram {
        PyProgram(self.compiled.program().clone())
    }

    // Whatever holds this as well, an object or a closure, can be cleared.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&*self.function)
    }

    fn __repr__(&self) -> String {
        format!(
            "<Compiled {}: {} steps>",
            self.compiled.program().name(),
            self.compiled.program().len()
        )
    }
}

/// What was recorded of a function: called with arrays, it gives arrays. Its derivatives are programs too.
#[pyclass(frozen, name = "Program", module = "dezero")]
pub(crate) struct PyProgram(Program);

/// A program's derivative, or why there is none.
fn derived(program: Result<Program, Error>) -> PyResult<PyProgram> {
    program.map(PyProgram).map_err(raised_by_program)
}

#[pymethods]
impl PyProgram {
    /// What the program computes: an array, or a list of several. Raises ValueError for inputs of other shapes or dtypes.
    #[pyo3(signature = (*inputs))]
    fn __call__<'py>(&self, inputs: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
        let py = inputs.py();
        let arrays = inputs
            .iter()
            .map(|x| {
                Ok(match Given::of(&x)? {
                    Given::Variable(x, _) => x.data(),
                    Given::Array(x) => x,
                    Given::Float(x) => Array::from(x),
                    Given::Int(x) => Array::from(x as f64),
                })
            })
            .collect::<PyResult<Vec<Array>>>()?;
        let ys = detached(py, || self.0.run(&arrays)).map_err(raised_by_program)?;
        let ys = ys.iter().map(|y| memory::owned(py, y));
        let mut ys = ys.collect::<PyResult<Vec<_>>>()?;
        if ys.len() == 1 {
            return Ok(ys.remove(0).into_any());
        }
        Ok(PyList::new(py, ys)?.into_any())
    }

    /// The gradient by every input.
    fn grad(&self, py: Python<'_>) -> PyResult<Self> {
        derived(detached(py, || self.0.grad()))
    }

    /// The value and the gradient by every input.
    fn value_and_grad(&self, py: Python<'_>) -> PyResult<Self> {
        derived(detached(py, || self.0.value_and_grad()))
    }

    /// The Hessian, of one input of one axis or of numbers.
    fn hessian(&self, py: Python<'_>) -> PyResult<Self> {
        derived(detached(py, || self.0.hessian()))
    }

    /// The Jacobian.
    fn jacobian(&self, py: Python<'_>) -> PyResult<Self> {
        derived(detached(py, || self.0.jacobian()))
    }

    /// The Hessian times a vector, which comes after the inputs.
    fn hvp(&self, py: Python<'_>) -> PyResult<Self> {
        derived(detached(py, || self.0.hvp()))
    }

    /// The value and its derivative in a direction, which comes after the inputs.
    fn jvp(&self, py: Python<'_>) -> PyResult<Self> {
        derived(detached(py, || self.0.jvp()))
    }

    /// The derivative of this order, of a function of one number.
    fn derivative(&self, py: Python<'_>, order: usize) -> PyResult<Self> {
        derived(detached(py, || self.0.derivative(order)))
    }

    /// The program as bytes, for `Program.from_bytes`.
    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = self.0.to_bytes().map_err(raised_by_program)?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// A program from what `to_bytes` gave. Raises ValueError for anything else.
    #[staticmethod]
    fn from_bytes(bytes: &[u8]) -> PyResult<Self> {
        derived(Program::from_bytes(bytes))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let py = slf.py();
        let restore = py.get_type::<Self>().getattr("from_bytes")?;
        let bytes = slf.get().to_bytes(py)?;
        (restore, (bytes,)).into_pyobject(py)
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("<Program {}: {} steps>", self.0.name(), self.0.len())
    }
}
