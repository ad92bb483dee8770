//! Operations on variables: the operators, and what works on whole arrays.

use dezero::{Array, Binary, Variable};
use numpy::{PyArrayDescrMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::arguments::{Given, axes, basic_index, dtype, numbers};
use crate::errors::raised;
use crate::interpreter::detached;
use crate::memory;
use crate::variable::{PyVariable, Style, object, styled};

pub(crate) type Object<'py> = Bound<'py, PyVariable>;

/// From so many elements on, other threads of Python may run meanwhile.
const LARGE: usize = 50_000;

/// Runs what takes long without the interpreter's lock.
pub(crate) fn run<T: Send>(
    py: Python<'_>,
    size: usize,
    f: impl FnOnce() -> dezero::Result<T> + Send,
) -> PyResult<T> {
    let result = if size >= LARGE { detached(py, f) } else { f() };
    result.map_err(raised)
}

/// Applies an operation to one variable, array or number.
pub(crate) fn apply<'py>(
    x: &Bound<'py, PyAny>,
    f: impl FnOnce(&Variable) -> dezero::Result<Variable> + Send,
) -> PyResult<Object<'py>> {
    let given = Given::of(x)?;
    let style = given.style();
    let x_engine = given.into_variable();
    let y = run(x.py(), x_engine.size(), || f(&x_engine))?;
    object(x.py(), y, style)
}

/// A variable that has the shape already is itself what is wanted.
fn of_shape<'py>(x: &Bound<'py, PyAny>, shape: &[isize]) -> Option<Object<'py>> {
    let variable = x.cast::<PyVariable>().ok()?;
    let same = variable.borrow().held()?.look(|value| {
        let lengths = value.shape().iter().copied();
        value.ndim() == shape.len()
            && lengths
                .zip(shape)
                .all(|(a, &b)| usize::try_from(b) == Ok(a))
    });
    same.then(|| variable.clone())
}

/// Applies an operation to a variable and what stands beside it, on whichever side. `None` for what does not
/// compute with variables.
fn beside<'py>(
    x: &Object<'py>,
    other: &Bound<'py, PyAny>,
    reflected: bool,
    op: Binary,
) -> PyResult<Bound<'py, PyAny>> {
    let py = x.py();
    let Some(other) = Given::try_of(other)? else {
        return Ok(py.NotImplemented().into_bound(py));
    };
    let (x, style) = styled(x)?;
    let style = style.and(other.style());
    let size = x.size().max(other.size());
    let y = run(py, size, || {
        if reflected {
            op.apply(other, x)
        } else {
            op.apply(x, other)
        }
    })?;
    Ok(object(py, y, style)?.into_any())
}

/// Applies an operation to two of anything that computes with variables.
pub(crate) fn both<'py>(
    x0: &Bound<'py, PyAny>,
    x1: &Bound<'py, PyAny>,
    f: impl FnOnce(&Variable, Given) -> dezero::Result<Variable> + Send,
) -> PyResult<Object<'py>> {
    let (x0_given, x1_given) = (Given::of(x0)?, Given::of(x1)?);
    let style = x0_given.style().and(x1_given.style());
    let size = x0_given.size().max(x1_given.size());
    // What nothing can be differentiated by is a variable of its own, so that there is a graph.
    let constant = x1_given.is_variable() && !x0_given.is_variable();
    let first = match x0_given {
        Given::Array(array) if constant => Variable::constant(array),
        given => given.into_variable(),
    };
    let y = run(x0.py(), size, || f(&first, x1_given))?;
    object(x0.py(), y, style)
}

#[pymethods]
impl PyVariable {
    fn __add__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        beside(slf, other, false, Binary::Add)
    }

    fn __radd__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        beside(slf, other, true, Binary::Add)
    }

    fn __sub__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        beside(slf, other, false, Binary::Sub)
    }

    fn __rsub__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        beside(slf, other, true, Binary::Sub)
    }

    fn __mul__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        beside(slf, other, false, Binary::Mul)
    }

    fn __rmul__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        beside(slf, other, true, Binary::Mul)
    }

    fn __truediv__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        beside(slf, other, false, Binary::Div)
    }

    fn __rtruediv__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        beside(slf, other, true, Binary::Div)
    }

    fn __pow__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
        modulo: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        no_modulo(modulo)?;
        beside(slf, other, false, Binary::Pow)
    }

    fn __rpow__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
        modulo: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        no_modulo(modulo)?;
        beside(slf, other, true, Binary::Pow)
    }

    fn __matmul__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Object<'py>> {
        matmul(slf, other)
    }

    fn __rmatmul__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Object<'py>> {
        matmul(other, slf)
    }

    fn __neg__<'py>(slf: &Bound<'py, Self>) -> PyResult<Object<'py>> {
        apply(slf, Variable::try_neg)
    }

    fn __pos__<'py>(slf: &Bound<'py, Self>) -> Object<'py> {
        slf.clone()
    }

    fn __abs__<'py>(slf: &Bound<'py, Self>) -> PyResult<Object<'py>> {
        apply(slf, Variable::try_abs)
    }

    fn __getitem__<'py>(
        slf: &Bound<'py, Self>,
        index: &Bound<'py, PyAny>,
    ) -> PyResult<Object<'py>> {
        get_item(slf, index)
    }
}

fn no_modulo(modulo: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
    match modulo {
        None => Ok(()),
        Some(_) => Err(PyTypeError::new_err(
            "pow() with a modulus has no derivative",
        )),
    }
}

/// The same elements in another shape, of which one length may be -1.
#[pyfunction]
pub(crate) fn reshape<'py>(
    x: &Bound<'py, PyAny>,
    shape: &Bound<'py, PyAny>,
) -> PyResult<Object<'py>> {
    let shape = numbers(shape)?;
    if let Some(x) = of_shape(x, &shape) {
        return Ok(x);
    }
    apply(x, |x| x.try_reshape(shape))
}

/// The axes in another order: reversed, or as `axes` says.
#[pyfunction]
#[pyo3(signature = (x, axes=None))]
pub(crate) fn transpose<'py>(
    x: &Bound<'py, PyAny>,
    axes: Option<&Bound<'py, PyAny>>,
) -> PyResult<Object<'py>> {
    match axes {
        None => apply(x, Variable::try_transpose),
        Some(axes) => {
            let axes = numbers(axes)?;
            apply(x, |x| x.try_permute(axes))
        }
    }
}

macro_rules! reductions {
    ($($(#[doc = $doc:literal])+ $name:ident $method:ident;)+) => {$(
        $(#[doc = $doc])+
        ///
        /// axis: None for all axes, an int, or a tuple of ints; keepdims: keep the axes, with length 1. Raises AxisError for
        /// an axis out of range.
        #[pyfunction]
        #[pyo3(signature = (x, axis=None, keepdims=false))]
        pub(crate) fn $name<'py>(
            x: &Bound<'py, PyAny>,
            axis: Option<&Bound<'py, PyAny>>,
            keepdims: bool,
        ) -> PyResult<Object<'py>> {
            let axes = axes(axis, keepdims)?;
            apply(x, |x| x.$method(axes))
        }
    )+};
}

reductions! {
    /// The sum over axes.
    sum try_sum;
    /// The mean over axes.
    mean try_mean;
    /// The product over axes.
    prod try_prod;
    /// The largest over axes; those that tie share the derivative.
    max try_max;
    /// The smallest over axes; those that tie share the derivative.
    min try_min;
    /// The variance over axes: the mean square of the distance from the mean.
    var try_var;
    /// The standard deviation over axes.
    std try_std;
    /// The logarithm of the sum of exponentials over axes, without overflow.
    logsumexp try_logsumexp;
}

/// Exponentials along an axis that sum to one. The axis is 1, that of the classes, unless given: a vector has axis 0.
#[pyfunction]
#[pyo3(signature = (x, axis=1))]
pub(crate) fn softmax<'py>(x: &Bound<'py, PyAny>, axis: isize) -> PyResult<Object<'py>> {
    apply(x, |x| x.try_softmax(axis))
}

/// The logarithm of `softmax`, without overflow. The axis is 1 unless given.
#[pyfunction]
#[pyo3(signature = (x, axis=1))]
pub(crate) fn log_softmax<'py>(x: &Bound<'py, PyAny>, axis: isize) -> PyResult<Object<'py>> {
    apply(x, |x| x.try_log_softmax(axis))
}

/// Running sums along an axis.
#[pyfunction]
#[pyo3(signature = (x, axis=0))]
pub(crate) fn cumsum<'py>(x: &Bound<'py, PyAny>, axis: isize) -> PyResult<Object<'py>> {
    apply(x, |x| x.try_cumsum(axis))
}

/// Elements repeated along new axes and axes of length 1, to a shape.
#[pyfunction]
pub(crate) fn broadcast_to<'py>(
    x: &Bound<'py, PyAny>,
    shape: &Bound<'py, PyAny>,
) -> PyResult<Object<'py>> {
    let shape = numbers(shape)?;
    if let Some(x) = of_shape(x, &shape) {
        return Ok(x);
    }
    apply(x, |x| x.try_broadcast_to(shape))
}

/// The reverse of `broadcast_to`: sums over the axes that it would repeat.
#[pyfunction]
pub(crate) fn sum_to<'py>(
    x: &Bound<'py, PyAny>,
    shape: &Bound<'py, PyAny>,
) -> PyResult<Object<'py>> {
    let shape = numbers(shape)?;
    if let Some(x) = of_shape(x, &shape) {
        return Ok(x);
    }
    apply(x, |x| x.try_sum_to(shape))
}

/// With an axis of length 1 inserted, which becomes axis `axis` of the result.
#[pyfunction]
pub(crate) fn expand_dims<'py>(x: &Bound<'py, PyAny>, axis: isize) -> PyResult<Object<'py>> {
    apply(x, |x| x.try_expand_dims(axis))
}

/// Without the named axes, or without all axes of length 1.
#[pyfunction]
#[pyo3(signature = (x, axis=None))]
pub(crate) fn squeeze<'py>(
    x: &Bound<'py, PyAny>,
    axis: Option<&Bound<'py, PyAny>>,
) -> PyResult<Object<'py>> {
    let axes = axes(axis, false)?;
    apply(x, |x| x.try_squeeze(axes))
}

/// The matrix product, as NumPy's `matmul`; of vectors the inner product.
#[pyfunction]
#[pyo3(signature = (x, W))]
#[allow(non_snake_case, reason = "the book's name")]
pub(crate) fn matmul<'py>(x: &Bound<'py, PyAny>, W: &Bound<'py, PyAny>) -> PyResult<Object<'py>> {
    both(x, W, |x, w| x.try_matmul(w))
}

/// The elements converted to another dtype: 'float64', 'float32', 'int64' or 'bool'. Raises TypeError for others.
#[pyfunction]
pub(crate) fn cast<'py>(x: &Bound<'py, PyAny>, dtype: &Bound<'py, PyAny>) -> PyResult<Object<'py>> {
    let dtype = self::dtype(dtype)?;
    apply(x, |x| x.try_cast(dtype))
}

/// `x` where the condition holds, elsewhere `y`: elementwise, with broadcasting.
#[pyfunction]
pub(crate) fn where_<'py>(
    condition: &Bound<'py, PyAny>,
    x: &Bound<'py, PyAny>,
    y: &Bound<'py, PyAny>,
) -> PyResult<Object<'py>> {
    let (yes, no) = (Given::of(x)?, Given::of(y)?);
    let condition = Given::of(condition)?.into_variable();
    let style = yes.style().and(no.style());
    let size = condition.size().max(yes.size()).max(no.size());
    let result = run(x.py(), size, || condition.try_where(yes, no))?;
    object(x.py(), result, style)
}

/// Variables or arrays joined along an axis.
#[pyfunction]
#[pyo3(signature = (xs, axis=0))]
pub(crate) fn concatenate<'py>(xs: Vec<Bound<'py, PyAny>>, axis: isize) -> PyResult<Object<'py>> {
    join(&xs, |xs| Variable::try_concatenate(xs, axis))
}

/// Variables or arrays of one shape, joined along a new axis.
#[pyfunction]
#[pyo3(signature = (xs, axis=0))]
pub(crate) fn stack<'py>(xs: Vec<Bound<'py, PyAny>>, axis: isize) -> PyResult<Object<'py>> {
    join(&xs, |xs| Variable::try_stack(xs, axis))
}

fn join<'py>(
    xs: &[Bound<'py, PyAny>],
    f: impl FnOnce(&[&Variable]) -> dezero::Result<Variable> + Send,
) -> PyResult<Object<'py>> {
    let Some(first) = xs.first() else {
        return Err(pyo3::exceptions::PyValueError::new_err(
            "need at least one array to join",
        ));
    };
    let given = xs.iter().map(Given::of).collect::<PyResult<Vec<_>>>()?;
    let style = given
        .iter()
        .fold(Style::Variables, |style, x| style.and(x.style()));
    let variables: Vec<Variable> = given.into_iter().map(Given::into_variable).collect();
    let refs: Vec<&Variable> = variables.iter().collect();
    let size = refs.iter().map(|x| x.size()).sum();
    let y = run(first.py(), size, || f(&refs))?;
    object(first.py(), y, style)
}

/// The elements that an index names, as `x[slices]`: numbers, slices, `None`, `...`, arrays of ints or bools.
#[pyfunction]
pub(crate) fn get_item<'py>(
    x: &Bound<'py, PyAny>,
    slices: &Bound<'py, PyAny>,
) -> PyResult<Object<'py>> {
    if let Some(slices) = basic_index(slices)? {
        return apply(x, |x| x.try_get_item(slices));
    }
    // NumPy knows what the index means: it is asked where each element of the result comes from, or each row.
    let numpy = memory::numpy(x.py())?;
    let variable = Given::of(x)?;
    let shape = match &variable {
        Given::Variable(x, _) => x.shape(),
        Given::Array(x) => x.shape().to_vec(),
        Given::Float(_) | Given::Int(_) => Vec::new(),
    };
    let rows = shape.len() > 1 && names_rows(slices);
    let indexed = if rows { &shape[..1] } else { &shape[..] };
    let places = numpy
        .call_method1("arange", (indexed.iter().product::<usize>(),))?
        .call_method1("reshape", (PyTuple::new(x.py(), indexed)?,))?;
    let places = numpy.call_method1("asarray", (places.get_item(slices)?, "int64"))?;
    let places = places.cast_into::<PyUntypedArray>()?;
    let places: Array = memory::array_of(&places)?;
    apply(x, |x| {
        if rows {
            x.try_take(places, 0)
        } else {
            x.try_flatten()?.try_take(places, 0)
        }
    })
}

/// Whether an index is one array of ints, or of bools in one axis: it picks whole entries along the first axis.
fn names_rows(index: &Bound<'_, PyAny>) -> bool {
    let Ok(array) = index.cast::<PyUntypedArray>() else {
        return false;
    };
    match array.dtype().kind() {
        b'i' | b'u' => true,
        b'b' => array.ndim() == 1,
        _ => false,
    }
}
