//! A user's function as the engine calls it: Python code behind the engine's trait.

use std::sync::atomic::{AtomicUsize, Ordering};

use dezero::{Array, Variable};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use crate::arguments::Given;
use crate::errors::keep;
use crate::function::{Lending, PyFunction, SimpleFunction};
use crate::interpreter::attached;
use crate::memory;
use crate::variable::{PyVariable, Style, object};

/// A user's function as the engine holds it.
pub(crate) struct PythonFunction {
    object: Py<PyFunction>,
    pub(crate) name: String,
    pub(crate) style: Style,
}

/// How many functions of users there are in records.
pub(crate) static HELD: AtomicUsize = AtomicUsize::new(0);

impl Drop for PythonFunction {
    fn drop(&mut self) {
        HELD.fetch_sub(1, Ordering::Relaxed);
    }
}

impl PythonFunction {
    pub(crate) fn new(object: &Bound<'_, PyFunction>) -> PyResult<Self> {
        // Not by `Display`, which would swallow Ctrl-C.
        let name = object.get_type().name()?.to_cow()?.into_owned();
        let style = if object.is_instance_of::<SimpleFunction>() {
            Style::Arrays
        } else {
            Style::Variables
        };
        HELD.fetch_add(1, Ordering::Relaxed);
        Ok(Self {
            object: object.clone().unbind(),
            name,
            style,
        })
    }

    pub(crate) fn object(&self) -> &Py<PyFunction> {
        &self.object
    }

    fn compute(&self, py: Python<'_>, xs: &[Array]) -> PyResult<Vec<Array>> {
        let xs = xs
            .iter()
            .map(|x| memory::shown(py, x.clone()))
            .collect::<PyResult<Vec<_>>>()?;
        let ys = self
            .object
            .bind(py)
            .call_method1("forward", PyTuple::new(py, xs)?)?;
        let array = |y: Bound<'_, PyAny>| match Given::try_of(&y)? {
            Some(Given::Array(array)) => Ok(array),
            Some(given) if !given.is_variable() => Ok(given.into_variable().look(Array::clone)),
            _ => {
                let kind = y.get_type();
                Err(PyTypeError::new_err(format!(
                    "forward of {} gave a {kind}; an array is due, or a tuple of arrays",
                    self.name
                )))
            }
        };
        match ys.cast::<PyTuple>() {
            Ok(ys) if ys.is_empty() => Err(PyValueError::new_err(format!(
                "forward of {} gave no results; at least one is due",
                self.name
            ))),
            Ok(ys) => ys.iter().map(array).collect(),
            Err(_) => Ok(vec![array(ys)?]),
        }
    }

    fn differentiate(
        &self,
        py: Python<'_>,
        xs: &[Variable],
        ys: &[Variable],
        gys: &[Variable],
    ) -> PyResult<Vec<Variable>> {
        let objects = |variables: &[Variable]| -> PyResult<Vec<Bound<'_, PyVariable>>> {
            variables
                .iter()
                .map(|x| object(py, x.clone(), self.style))
                .collect()
        };
        let function = self.object.bind(py);
        let inputs = PyList::new(py, objects(xs)?)?;
        let outputs = objects(ys)?.into_iter().map(Bound::unbind).collect();
        let arguments = match self.style {
            Style::Variables => PyTuple::new(py, objects(gys)?)?,
            Style::Arrays => {
                let arrays = gys.iter().map(|gy| memory::shown(py, gy.data()));
                PyTuple::new(py, arrays.collect::<PyResult<Vec<_>>>()?)?
            }
        };
        let _lent = Lending::new(function, inputs.into_any().unbind(), outputs);
        let gxs = function.call_method1("backward", arguments);
        let gxs = gxs?;
        let gxs: Vec<Bound<'_, PyAny>> = match (gxs.cast::<PyTuple>(), gxs.cast::<PyList>()) {
            (Ok(gxs), _) => gxs.iter().collect(),
            (_, Ok(gxs)) => gxs.iter().collect(),
            _ => vec![gxs],
        };
        if gxs.len() != xs.len() {
            return Err(PyValueError::new_err(format!(
                "backward of {} gave {} derivatives for {} inputs; one is due for each",
                self.name,
                gxs.len(),
                xs.len()
            )));
        }
        gxs.iter()
            .zip(xs)
            .enumerate()
            .map(|(i, (gx, x))| self.derivative(i, gx, x))
            .collect()
    }

    /// The derivative of input `i`, as `backward` gave it.
    fn derivative(&self, i: usize, gx: &Bound<'_, PyAny>, x: &Variable) -> PyResult<Variable> {
        if gx.is_none() {
            let zeros =
                Array::zeros(&x.shape(), x.dtype()).map_err(crate::errors::raised_by_array)?;
            return Ok(Variable::constant(zeros));
        }
        let gx = match Given::try_of(gx)? {
            Some(Given::Variable(gx, _)) => gx,
            Some(Given::Array(gx)) => Variable::constant(gx),
            Some(given) => given.into_variable().detach(),
            None => {
                let kind = gx.get_type();
                return Err(PyTypeError::new_err(format!(
                    "backward of {} gave a {kind} for input {i}; a Variable is due",
                    self.name
                )));
            }
        };
        if gx.shape() != x.shape() && x.dtype().is_float() {
            return Err(PyValueError::new_err(format!(
                "backward of {} gave input {i}, of shape {}, a derivative of shape {}; sum_to undoes a broadcast",
                self.name,
                dezero::Tuple(&x.shape()),
                dezero::Tuple(&gx.shape())
            )));
        }
        Ok(gx)
    }
}

impl dezero::Function for PythonFunction {
    fn name(&self) -> &str {
        &self.name
    }

    fn forward(&self, xs: &[Array]) -> dezero::Result<Vec<Array>> {
        attached(|py| {
            self.compute(py, xs)
                .map_err(|error| keep(error, &self.name))
        })
    }

    fn backward(
        &self,
        xs: &[Variable],
        ys: &[Variable],
        gys: &[Variable],
    ) -> dezero::Result<Vec<Variable>> {
        attached(|py| {
            self.differentiate(py, xs, ys, gys)
                .map_err(|error| keep(error, &self.name))
        })
    }
}
