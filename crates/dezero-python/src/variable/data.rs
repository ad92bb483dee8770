//! What a variable says of its value, and as what else it can be had: an array, a number, a copy.

use dezero::{Array, Tuple};
use numpy::PyUntypedArrayMethods;
use pyo3::exceptions::{PyAttributeError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyTuple, PyType};

use super::{PyVariable, engine};
use crate::memory;

#[pymethods]
impl PyVariable {
    /// The length along each axis.
    #[getter]
    fn shape<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let value = present(slf, "shape")?;
        PyTuple::new(slf.py(), value.shape())
    }

    /// The number of axes.
    #[getter]
    fn ndim(slf: &Bound<'_, Self>) -> PyResult<usize> {
        Ok(present(slf, "ndim")?.ndim())
    }

    /// The number of elements.
    #[getter]
    fn size(slf: &Bound<'_, Self>) -> PyResult<usize> {
        Ok(present(slf, "size")?.size())
    }

    /// The dtype of the elements.
    #[getter]
    fn dtype<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let name = present(slf, "dtype")?.dtype().to_string();
        memory::numpy(slf.py())?.call_method1("dtype", (name,))
    }

    fn __len__(slf: &Bound<'_, Self>) -> PyResult<usize> {
        let value = present(slf, "len")?;
        value
            .shape()
            .first()
            .copied()
            .ok_or_else(|| PyTypeError::new_err("len() of unsized object"))
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        // The user's print options hold, as for the array itself.
        let Some(data) = Self::data(slf)? else {
            return Ok("variable(None)".to_owned());
        };
        let text = data.str()?.to_cow()?.into_owned();
        Ok(format!("variable({})", text.replace('\n', "\n         ")))
    }

    fn __bool__(slf: &Bound<'_, Self>) -> PyResult<bool> {
        let Some(data) = Self::data(slf)? else {
            return Ok(false);
        };
        if data.len() > 1 {
            return Err(PyValueError::new_err(format!(
                "a Variable of shape {} is neither true nor false: `(x.data > 0).any()` or `.all()` asks for its elements",
                Tuple(data.shape())
            )));
        }
        data.is_truthy()
    }

    fn __float__(slf: &Bound<'_, Self>) -> PyResult<Py<PyAny>> {
        Self::number(slf, "float")
    }

    fn __int__(slf: &Bound<'_, Self>) -> PyResult<Py<PyAny>> {
        Self::number(slf, "int")
    }

    /// The value as a Python number, for variables with one element. Raises ValueError for more.
    fn item(slf: &Bound<'_, Self>) -> PyResult<Py<PyAny>> {
        match Self::data(slf)? {
            Some(data) => data.call_method0("item").map(Bound::unbind),
            None => Err(without_data()),
        }
    }

    #[pyo3(signature = (dtype=None, copy=None))]
    fn __array__<'py>(
        slf: &Bound<'py, Self>,
        dtype: Option<Bound<'py, PyAny>>,
        copy: Option<bool>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let Some(data) = Self::data(slf)? else {
            return Err(PyTypeError::new_err("a Variable without data is no array"));
        };
        let numpy = memory::numpy(slf.py())?;
        match dtype {
            Some(dtype) => data.call_method1("astype", (dtype,)),
            None if copy == Some(true) => numpy.call_method1("array", (data,)),
            None => Ok(data.into_any()),
        }
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let py = slf.py();
        let data = match Self::data(slf)? {
            Some(data) => Some(data.call_method0("copy")?),
            None => None,
        };
        let name = slf.borrow().name();
        let restore = py.import("dezero._dezero")?.getattr("_restore")?;
        let attributes = slf.getattr("__dict__")?;
        (restore, (slf.get_type(), data, name), attributes).into_pyobject(py)
    }
}

impl PyVariable {
    /// The value as a number of a type of Python's.
    fn number(slf: &Bound<'_, Self>, kind: &str) -> PyResult<Py<PyAny>> {
        let data = Self::data(slf)?.ok_or_else(without_data)?;
        let number = data.call_method0(format!("__{kind}__"));
        number.map(Bound::unbind).map_err(|error| {
            if data.ndim() == 0 {
                return error;
            }
            PyTypeError::new_err(format!(
                "{kind}() wants a single number, not a Variable of shape {}: `x.data` is the array, `x.item()` the element \
                 where there is one alone, and `dezero.functions` has functions of arrays",
                Tuple(data.shape())
            ))
        })
    }
}

fn without_data() -> PyErr {
    PyTypeError::new_err("this Variable has no data yet: its data is None")
}

/// The value, for a question about it.
fn present(object: &Bound<'_, PyVariable>, asked: &str) -> PyResult<Array> {
    if !object.borrow().has_data() {
        return Err(PyAttributeError::new_err(format!(
            "a Variable whose data is None has no {asked}"
        )));
    }
    Ok(engine(object)?.look(Array::clone))
}

/// A variable as it was before it was copied or pickled: of a class, with data and a name.
#[pyfunction]
pub(crate) fn _restore<'py>(
    class_: &Bound<'py, PyType>,
    data: Option<&Bound<'py, PyAny>>,
    name: Option<String>,
) -> PyResult<Bound<'py, PyVariable>> {
    let variable = class_
        .call_method1("__new__", (class_,))?
        .cast_into::<PyVariable>()?;
    PyVariable::__init__(&variable, data, name)?;
    Ok(variable)
}
