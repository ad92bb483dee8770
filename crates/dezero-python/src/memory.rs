//! NumPy's arrays and the engine's: what is copied, what is shared, and which dtypes go across.
//!
//! The engine's dtypes are float64, float32, int64 and bool. Smaller integers become int64 and float16
//! becomes float32; everything else is a `TypeError`.

use dezero::{Array, DType};
use numpy::npyffi::flags::{NPY_ARRAY_ALIGNED, NPY_ARRAY_OWNDATA, NPY_ARRAY_WRITEABLE};
use numpy::{
    Element, PyArray, PyArrayDescrMethods, PyArrayDyn, PyArrayMethods, PyUntypedArray,
    PyUntypedArrayMethods,
};
use pyo3::exceptions::{PyMemoryError, PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;

use crate::errors::raised_by_array;

/// An array of the engine, kept alive by the NumPy arrays that show its elements.
#[pyclass(frozen, module = "dezero._dezero", name = "Buffer")]
struct Buffer(Array);

/// As many axes as NumPy's arrays can have up to version 1.
const MOST_AXES: usize = 32;

/// From so many elements on, memory may be lacking for a copy.
const LARGE: usize = 16_384;

/// The elements of a NumPy array, copied into the engine.
///
/// # Errors
///
/// `TypeError` for a dtype that is not supported, `ValueError` for too many axes, and `MemoryError`.
pub(crate) fn array_of(object: &Bound<'_, PyUntypedArray>) -> PyResult<Array> {
    if object.ndim() > MOST_AXES {
        return Err(PyValueError::new_err(format!(
            "an array of {} axes is not supported; up to {MOST_AXES} are",
            object.ndim()
        )));
    }
    let numbers = |object| {
        direct::<f64>(object)
            .or_else(|| direct::<f32>(object))
            .or_else(|| direct::<i64>(object))
    };
    if let Some(array) = numbers(object) {
        return array;
    }
    let native = native(object)?;
    if let Some(array) = numbers(&native) {
        return array;
    }
    // A byte that shows as a bool may be any number.
    let bytes = native
        .call_method1("view", ("int8",))?
        .call_method1("astype", ("int64",))?;
    let bytes = direct::<i64>(&bytes.cast_into()?).expect("an int64 array just made")?;
    bytes.try_astype(DType::Bool).map_err(raised_by_array)
}

/// The elements where they are `T`s in row-major order.
fn direct<T: Element + dezero::Element>(
    object: &Bound<'_, PyUntypedArray>,
) -> Option<PyResult<Array>>
where
    Array: From<T>,
{
    let array = object.cast::<PyArrayDyn<T>>().ok()?;
    with_elements(array, |values| {
        if array.ndim() == 0 {
            return Ok(Array::from(values[0]));
        }
        let mut copy = Vec::new();
        if copy.try_reserve_exact(values.len()).is_err() {
            return Err(PyMemoryError::new_err(format!(
                "memory does not suffice for a copy of {} elements of an array",
                values.len()
            )));
        }
        copy.extend_from_slice(values);
        Array::from_vec(copy, array.shape()).map_err(raised_by_array)
    })
}

/// Shows the elements, if they lie in row-major order and aligned.
fn with_elements<T: Element, R>(
    array: &Bound<'_, PyArrayDyn<T>>,
    look: impl FnOnce(&[T]) -> R,
) -> Option<R> {
    #[expect(unsafe_code, reason = "the flags have no other accessor")]
    // SAFETY: the pointer is that of a live array, whose flags are a plain number.
    let flags = unsafe { (*array.as_array_ptr()).fields.flags };
    if flags & NPY_ARRAY_ALIGNED == 0 || !array.is_c_contiguous() {
        return None;
    }
    #[expect(unsafe_code, reason = "NumPy's memory is read where it lies")]
    // SAFETY: the elements are contiguous and aligned. Nothing writes to them meanwhile: the interpreter's lock is held,
    // and `look` does not run Python code.
    unsafe {
        array.as_slice().ok().map(look)
    }
}

/// A copy in row-major order, of a dtype that the engine has or bool.
///
/// # Errors
///
/// `TypeError` for other dtypes.
fn native<'py>(object: &Bound<'py, PyUntypedArray>) -> PyResult<Bound<'py, PyUntypedArray>> {
    let py = object.py();
    let dtype = object.dtype();
    let wanted = match (dtype.kind(), dtype.itemsize()) {
        (b'f', 8) => "float64",
        (b'f', 2 | 4) => "float32",
        (b'i', 1..=8) | (b'u', 1..=4) => "int64",
        (b'b', _) => "bool",
        _ => {
            let hint = match dtype.kind() {
                b'O' => {
                    "an array of objects, as NumPy makes of what is ragged or mixed, has no derivatives"
                }
                b'u' => "`astype('int64')` converts where the numbers are small enough",
                b'f' => "`astype('float64')` rounds to double precision",
                b'c' => {
                    "there are no complex derivatives here; real and imaginary part can be two variables"
                }
                _ => "only numbers have derivatives",
            };
            let name = dtype.getattr("name")?;
            return Err(PyTypeError::new_err(format!(
                "an array of dtype {name} is not supported: {hint}. float64, float32, int64 and bool are held as \
                 they are, smaller integers as int64, float16 as float32"
            )));
        }
    };
    let arguments = PyDict::new(py);
    arguments.set_item("dtype", wanted)?;
    arguments.set_item("order", "C")?;
    Ok(numpy(py)?
        .call_method("array", (object,), Some(&arguments))?
        .cast_into()?)
}

/// Whether the engine has the dtype, so that an array can stay the data of a variable.
///
/// # Errors
///
/// `TypeError` where it could not even be converted.
pub(crate) fn held_as_it_is<'py>(
    object: &Bound<'py, PyUntypedArray>,
) -> PyResult<Bound<'py, PyUntypedArray>> {
    let dtype = object.dtype();
    let held = matches!(
        (dtype.kind(), dtype.itemsize()),
        (b'f', 4 | 8) | (b'i', 8) | (b'b', _)
    );
    if held && dtype.is_native_byteorder() != Some(false) {
        return Ok(object.clone());
    }
    native(object)
}

/// How many references there are to an array.
pub(crate) fn references(array: &Py<PyUntypedArray>) -> isize {
    #[expect(unsafe_code, reason = "there is no other accessor")]
    // SAFETY: the reference holds the array alive.
    unsafe {
        ffi::Py_REFCNT(array.as_ptr())
    }
}

/// Whether nobody can see or change the elements but through this one reference to the array.
pub(crate) fn is_sole(array: &Py<PyUntypedArray>, py: Python<'_>) -> bool {
    #[expect(unsafe_code, reason = "there are no other accessors")]
    // SAFETY: the reference holds the array alive, whose fields are plain.
    let owns = unsafe {
        let fields = &(*array.bind(py).as_array_ptr()).fields;
        fields.flags & NPY_ARRAY_OWNDATA != 0
            && fields.base.is_null()
            && fields.weakreflist.is_null()
    };
    owns && references(array) == 1
}

/// Whether a NumPy array has the shape, dtype and bits of the engine's.
pub(crate) fn is_same(object: &Bound<'_, PyUntypedArray>, array: &Array) -> bool {
    object.shape() == array.shape()
        && match array.dtype() {
            DType::F64 => same_bits(object, array, f64::to_bits),
            DType::F32 => same_bits(object, array, f32::to_bits),
            DType::I64 => same_bits(object, array, |n: i64| n),
            // Few, and their bytes need a look.
            DType::Bool => false,
        }
}

fn same_bits<T, B: PartialEq>(
    object: &Bound<'_, PyUntypedArray>,
    array: &Array,
    bits: fn(T) -> B,
) -> bool
where
    T: Element + dezero::Element,
{
    let (Ok(object), Some(held)) = (object.cast::<PyArrayDyn<T>>(), array.as_slice::<T>()) else {
        return false;
    };
    with_elements(object, |values| {
        values.iter().zip(held).all(|(&a, &b)| bits(a) == bits(b))
    })
    .unwrap_or(false)
}

/// A NumPy array of its own with these elements.
pub(crate) fn copied<'py>(py: Python<'py>, array: &Array) -> Bound<'py, PyUntypedArray> {
    fn copied<'py, T: Element + dezero::Element>(
        py: Python<'py>,
        array: &Array,
    ) -> Bound<'py, PyUntypedArray> {
        let view = array.view::<T>().expect("the dtype was looked at");
        PyArray::from_array(py, &view).as_untyped().clone()
    }
    match array.dtype() {
        DType::F64 => copied::<f64>(py, array),
        DType::F32 => copied::<f32>(py, array),
        DType::I64 => copied::<i64>(py, array),
        DType::Bool => copied::<bool>(py, array),
    }
}

/// [`copied`], for arrays that may be large.
///
/// # Errors
///
/// NumPy's `MemoryError`.
pub(crate) fn owned<'py>(py: Python<'py>, array: &Array) -> PyResult<Bound<'py, PyUntypedArray>> {
    if array.size() < LARGE {
        return Ok(copied(py, array));
    }
    Ok(shown(py, array.clone())?
        .call_method0("copy")?
        .cast_into()?)
}

/// A read-only NumPy array that shows the engine's elements where they lie.
pub(crate) fn shown<'py>(py: Python<'py>, array: Array) -> PyResult<Bound<'py, PyUntypedArray>> {
    fn shown<'py, T: Element + dezero::Element>(
        py: Python<'py>,
        array: Array,
    ) -> PyResult<Bound<'py, PyUntypedArray>> {
        let buffer = Bound::new(py, Buffer(array))?;
        let view = buffer.get().0.view::<T>().expect("the dtype was looked at");
        #[expect(unsafe_code, reason = "NumPy shows memory that it does not own")]
        // SAFETY: the buffer object is the array's base and lives as long; it is frozen, and an `Array` never moves or changes
        // elements that somebody holds.
        let array = unsafe { PyArray::borrow_from_array(&view, buffer.clone().into_any()) };
        Ok(array.as_untyped().clone())
    }
    // Old NumPy looks for an address where there are no elements.
    let array = if array.ndim() == 0 || array.size() == 0 {
        copied(py, &array)
    } else {
        match array.dtype() {
            DType::F64 => shown::<f64>(py, array)?,
            DType::F32 => shown::<f32>(py, array)?,
            DType::I64 => shown::<i64>(py, array)?,
            DType::Bool => shown::<bool>(py, array)?,
        }
    };
    #[expect(
        unsafe_code,
        reason = "the flags have no other accessor that needs no call of Python"
    )]
    // SAFETY: the array was made above, and nobody else has seen it.
    unsafe {
        (*array.as_array_ptr()).fields.flags &= !NPY_ARRAY_WRITEABLE;
    }
    Ok(array)
}

/// The module `numpy`.
pub(crate) fn numpy(py: Python<'_>) -> PyResult<&Bound<'_, PyModule>> {
    static NUMPY: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    let module = NUMPY.get_or_try_init(py, || py.import("numpy").map(Bound::unbind))?;
    Ok(module.bind(py))
}
