//! What Python hands to functions: operands, shapes, axes and indices.

use dezero::{Array, Axes, DType, Operand, Slice, Variable};
use numpy::{PyUntypedArray, PyUntypedArrayMethods};
use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyEllipsis, PyFloat, PyInt, PyList, PySlice, PyTuple, PyType};

use crate::memory;
use crate::variable::{PyVariable, Style, styled};

/// What may stand beside a variable.
pub(crate) enum Given {
    Variable(Variable, Style),
    Array(Array),
    Float(f64),
    Int(i64),
}

impl Given {
    /// What the object is; `None` for what does not compute with variables.
    ///
    /// # Errors
    ///
    /// `TypeError` for an array of a dtype that is not supported, and a variable without data.
    pub(crate) fn try_of(value: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        if let Ok(variable) = value.cast::<PyVariable>() {
            let (variable, style) = styled(variable)?;
            return Ok(Some(Self::Variable(variable, style)));
        }
        // A subclass may be a scalar of NumPy, which has a dtype of its own.
        if let Ok(number) = value.cast_exact::<PyFloat>() {
            return Ok(Some(Self::Float(number.extract()?)));
        }
        if value.is_exact_instance_of::<PyInt>() || value.is_exact_instance_of::<PyBool>() {
            return Ok(Some(match value.extract() {
                Ok(number) => Self::Int(number),
                Err(_) => Self::Float(value.extract()?),
            }));
        }
        if let Ok(array) = value.cast::<PyUntypedArray>() {
            return Ok(Some(Self::Array(memory::array_of(array)?)));
        }
        if is_number(value) {
            let array = memory::numpy(value.py())?.call_method1("asarray", (value,))?;
            return Ok(Some(Self::Array(memory::array_of(array.cast()?)?)));
        }
        Ok(None)
    }

    /// [`try_of`](Self::try_of), where nothing else will do.
    pub(crate) fn of(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        Self::try_of(value)?.ok_or_else(|| unsupported(value))
    }

    pub(crate) fn style(&self) -> Style {
        match self {
            Self::Variable(_, style) => *style,
            _ => Style::Variables,
        }
    }

    /// The operand as a variable of its own, as the book's `as_variable` makes it.
    pub(crate) fn into_variable(self) -> Variable {
        match self {
            Self::Variable(variable, _) => variable,
            Self::Array(array) => Variable::new(array),
            Self::Float(number) => Variable::new(number),
            Self::Int(number) => Variable::new(number),
        }
    }

    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Variable(variable, _) => variable.size(),
            Self::Array(array) => array.size(),
            Self::Float(_) | Self::Int(_) => 1,
        }
    }

    pub(crate) fn is_variable(&self) -> bool {
        matches!(self, Self::Variable(..))
    }
}

impl From<Given> for Operand {
    fn from(given: Given) -> Self {
        match given {
            Given::Variable(variable, _) => variable.into(),
            Given::Array(array) => array.into(),
            Given::Float(number) => number.into(),
            Given::Int(number) => number.into(),
        }
    }
}

/// Whether this is a number of Python or a scalar of NumPy.
pub(crate) fn is_number(value: &Bound<'_, PyAny>) -> bool {
    static GENERIC: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    if value.is_instance_of::<PyFloat>() || value.is_instance_of::<PyInt>() {
        return true;
    }
    let generic = GENERIC.import(value.py(), "numpy", "generic");
    generic
        .and_then(|generic| value.is_instance(generic))
        .unwrap_or(false)
}

/// The book's error for what is no array, with what to do about it.
pub(crate) fn unsupported(value: &Bound<'_, PyAny>) -> PyErr {
    let kind = value.get_type();
    let hint = if is_number(value)
        || value.is_instance_of::<PyList>()
        || value.is_instance_of::<PyTuple>()
    {
        "; np.array(...) makes an array of it"
    } else {
        ""
    };
    PyTypeError::new_err(format!("{kind} is not supported{hint}"))
}

/// A shape or axes in their order: a number or a sequence of numbers.
pub(crate) fn numbers(value: &Bound<'_, PyAny>) -> PyResult<Vec<isize>> {
    if let Ok(number) = value.extract::<isize>() {
        return Ok(vec![number]);
    }
    value.extract().map_err(|error: PyErr| {
        if error.is_instance_of::<PyOverflowError>(value.py()) || value.is_instance_of::<PyInt>() {
            return PyValueError::new_err(format!("{value} is too large"));
        }
        let kind = value.get_type();
        PyTypeError::new_err(format!(
            "an int or a tuple of ints is wanted here, not {kind}"
        ))
    })
}

/// The axes of a reduction: None for all, a number, or a tuple of numbers.
pub(crate) fn axes(axis: Option<&Bound<'_, PyAny>>, keepdims: bool) -> PyResult<Axes> {
    let axes = match axis {
        None => Axes::from(..),
        Some(axis) => Axes::from(numbers(axis)?),
    };
    Ok(if keepdims { axes.keepdims() } else { axes })
}

/// An index made of numbers, slices, `None` and `...`; `None` for one that has arrays or lists.
pub(crate) fn basic_index(index: &Bound<'_, PyAny>) -> PyResult<Option<Vec<Slice>>> {
    let single = [index.clone()];
    let parts: Vec<Bound<'_, PyAny>> = match index.cast::<PyTuple>() {
        Ok(tuple) => tuple.iter().collect(),
        Err(_) => single.to_vec(),
    };
    let mut slices = Vec::with_capacity(parts.len());
    for part in parts {
        let slice = if part.is_none() {
            Slice::NewAxis
        } else if part.is_instance_of::<PyEllipsis>() {
            Slice::Ellipsis
        } else if let Ok(slice) = part.cast::<PySlice>() {
            range(slice)?
        } else if part.is_instance_of::<PyBool>()
            || part.cast::<PyUntypedArray>().is_ok_and(|a| a.ndim() > 0)
        {
            return Ok(None);
        } else if let Ok(at) = part.extract::<isize>() {
            Slice::from(at)
        } else {
            return Ok(None);
        };
        slices.push(slice);
    }
    Ok(Some(slices))
}

fn range(slice: &Bound<'_, PySlice>) -> PyResult<Slice> {
    let part = |name: &str| -> PyResult<Option<isize>> {
        let value = slice.getattr(name)?;
        if value.is_none() {
            Ok(None)
        } else {
            value.extract().map(Some)
        }
    };
    let step = part("step")?.unwrap_or(1);
    if step == 0 {
        return Err(PyValueError::new_err("slice step cannot be zero"));
    }
    Ok(Slice::Range {
        start: part("start")?,
        stop: part("stop")?,
        step,
    })
}

/// The dtype of this name in NumPy, of those that the engine has.
pub(crate) fn dtype(value: &Bound<'_, PyAny>) -> PyResult<DType> {
    let dtype = memory::numpy(value.py())?.call_method1("dtype", (value,))?;
    let name: String = dtype.getattr("name")?.extract()?;
    Ok(match name.as_str() {
        "float64" => DType::F64,
        "float32" => DType::F32,
        "int64" => DType::I64,
        "bool" => DType::Bool,
        _ => {
            return Err(PyTypeError::new_err(format!(
                "dtype {name} is not supported; float64, float32, int64 and bool are"
            )));
        }
    })
}
