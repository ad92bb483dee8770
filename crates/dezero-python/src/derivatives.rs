//! Derivatives of functions: Python functions of Variables, differentiated at a point.

use dezero::transforms::{self, Pullback};
use dezero::{Polynomial, Variable};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use crate::arguments::{Given, is_number};
use crate::errors::{keep, raised, went_well};
use crate::interpreter::{attached, detached};
use crate::memory;
use crate::variable::{PyVariable, Style, engine, object};

/// Where a function is differentiated: one variable, or several in a list or tuple. Results have the same form.
pub(crate) struct Place {
    pub(crate) xs: Vec<Variable>,
    several: bool,
}

impl Place {
    pub(crate) fn of(x: &Bound<'_, PyAny>) -> PyResult<Self> {
        let one = |x: &Bound<'_, PyAny>| match Given::of(x)? {
            Given::Variable(x, _) => Ok(x),
            Given::Array(x) => Ok(Variable::constant(x)),
            Given::Float(x) => Ok(Variable::constant(x)),
            Given::Int(x) => Ok(Variable::constant(x as f64)),
        };
        if x.is_instance_of::<PyList>() || x.is_instance_of::<PyTuple>() {
            let xs = x
                .try_iter()?
                .map(|x| one(&x?))
                .collect::<PyResult<Vec<_>>>()?;
            if xs.is_empty() {
                return Err(PyValueError::new_err(
                    "there is no variable to differentiate by",
                ));
            }
            return Ok(Self { xs, several: true });
        }
        Ok(Self {
            xs: vec![one(x)?],
            several: false,
        })
    }

    pub(crate) fn refs(&self) -> Vec<&Variable> {
        self.xs.iter().collect()
    }

    /// Results of which there is one for each variable, in the form of the point.
    pub(crate) fn form<'py>(
        &self,
        py: Python<'py>,
        results: Vec<Variable>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let mut results = results
            .into_iter()
            .map(|y| Ok(object(py, y, Style::Variables)?.into_any()))
            .collect::<PyResult<Vec<_>>>()?;
        if self.several {
            Ok(PyList::new(py, results)?.into_any())
        } else {
            Ok(results.remove(0))
        }
    }

    /// A point of the same form: tangents, or vectors.
    fn beside(&self, v: &Bound<'_, PyAny>, what: &str) -> PyResult<Vec<Variable>> {
        let other = Self::of(v)?;
        if other.xs.len() == self.xs.len() {
            return Ok(other.xs);
        }
        Err(PyValueError::new_err(format!(
            "{} {what}s for {} variables; one is due for each",
            other.xs.len(),
            self.xs.len()
        )))
    }
}

/// A function of Python as the engine calls it. What it raises is kept.
pub(crate) fn callable(
    f: &Bound<'_, PyAny>,
) -> PyResult<impl Fn(&[Variable]) -> dezero::Result<Variable> + Send + Sync + use<>> {
    if !f.is_callable() {
        let kind = f.get_type();
        return Err(PyTypeError::new_err(format!(
            "a function of Variables is wanted, not {kind}"
        )));
    }
    let f = f.clone().unbind();
    Ok(
        move |xs: &[Variable]| {
            attached(|py| call(f.bind(py), xs).map_err(|error| keep(error, "f")))
        },
    )
}

/// Calls a function of Python with variables.
fn call(f: &Bound<'_, PyAny>, xs: &[Variable]) -> PyResult<Variable> {
    let py = f.py();
    let xs = xs
        .iter()
        .map(|x| object(py, x.clone(), Style::Variables))
        .collect::<PyResult<Vec<_>>>()?;
    let y = f.call1(PyTuple::new(py, xs)?)?;
    returned(&y)
}

pub(crate) fn returned(y: &Bound<'_, PyAny>) -> PyResult<Variable> {
    match Given::try_of(y)? {
        Some(Given::Variable(y, _)) => Ok(y),
        Some(given) => Ok(given.into_variable().detach()),
        None => {
            let kind = y.get_type();
            Err(PyTypeError::new_err(format!(
                "the function gave a {kind}; a Variable is due"
            )))
        }
    }
}

/// Runs a transform, which calls Python.
fn transform<T: Send>(py: Python<'_>, f: impl FnOnce() -> dezero::Result<T> + Send) -> PyResult<T> {
    let result = detached(py, f).map_err(raised)?;
    went_well(py)?;
    Ok(result)
}

/// Derivatives: of a result that was computed, or of a function at a point.
///
/// grad(y, x), with y a Variable, gives the derivative of (the sum of) y by x, or a list of them for a list of
/// variables. It can be differentiated again, and touches no `grad`.
///
/// grad(f, x), with f a function that gives one number, gives its gradient at x, or a list of them at a list of points.
/// Raises ValueError if f gives more numbers.
///
/// >>> x = Variable(np.array(1.0))
/// >>> gx = dezero.grad(F.tanh(x), x)
/// >>> dezero.grad(gx, x)
/// variable(-0.6397000084492246)
/// >>> dezero.grad(F.tanh, np.array(0.0))
/// variable(1.0)
#[pyfunction]
pub(crate) fn grad<'py>(
    y: &Bound<'py, PyAny>,
    x: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = y.py();
    let at = Place::of(x)?;
    if let Ok(y) = y.cast::<PyVariable>() {
        let y = engine(y)?;
        let gxs = detached(py, || dezero::try_grad(&y, &at.refs())).map_err(raised)?;
        return at.form(py, gxs);
    }
    let f = callable(y)?;
    let gxs = transform(py, || transforms::try_grad(&f, at.refs().as_slice()))?;
    at.form(py, gxs)
}

/// The value of a function that gives one number, and its gradient: a tuple. Raises ValueError if it gives more numbers.
#[pyfunction]
pub(crate) fn value_and_grad<'py>(
    f: &Bound<'py, PyAny>,
    x: &Bound<'py, PyAny>,
) -> PyResult<(Bound<'py, PyVariable>, Bound<'py, PyAny>)> {
    let py = f.py();
    let (f, at) = (callable(f)?, Place::of(x)?);
    let (y, gxs) = transform(py, || {
        transforms::try_value_and_grad(&f, at.refs().as_slice())
    })?;
    Ok((object(py, y, Style::Variables)?, at.form(py, gxs)?))
}

/// The value of a function, and the way back: a tuple of a Variable and a function from a cotangent, of the value's
/// shape, to those of the variables.
///
/// >>> y, pullback = dezero.vjp(F.exp, np.array([0.0, 1.0]))
/// >>> pullback(np.array([1.0, 0.0]))
/// variable([1. 0.])
#[pyfunction]
pub(crate) fn vjp<'py>(
    f: &Bound<'py, PyAny>,
    x: &Bound<'py, PyAny>,
) -> PyResult<(Bound<'py, PyVariable>, PyPullback)> {
    let py = f.py();
    let (f, at) = (callable(f)?, Place::of(x)?);
    let (y, pullback) = transform(py, || transforms::try_vjp(&f, at.refs().as_slice()))?;
    Ok((
        object(py, y, Style::Variables)?,
        PyPullback { pullback, at },
    ))
}

/// The way back through a function: call it with a cotangent of the value for those of the variables.
#[pyclass(frozen, name = "Pullback", module = "dezero")]
pub(crate) struct PyPullback {
    pullback: Pullback<Vec<Variable>>,
    at: Place,
}

#[pymethods]
impl PyPullback {
    fn __call__<'py>(
        &self,
        py: Python<'py>,
        cotangent: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let cotangent = Place::of(cotangent)?.xs.remove(0);
        let gxs = detached(py, || self.pullback.try_apply(&cotangent)).map_err(raised)?;
        self.at.form(py, gxs)
    }
}

/// The value of a function, and its derivative in a direction: a tuple of two Variables. `tangent` has the form of x.
///
/// >>> dezero.jvp(lambda x: F.sqrt((x * x).sum()), np.array([3.0, 4.0]), np.array([1.0, 0.0]))
/// (variable(5.0), variable(0.6))
#[pyfunction]
pub(crate) fn jvp<'py>(
    f: &Bound<'py, PyAny>,
    x: &Bound<'py, PyAny>,
    tangent: &Bound<'py, PyAny>,
) -> PyResult<(Bound<'py, PyVariable>, Bound<'py, PyVariable>)> {
    let py = f.py();
    let (f, at) = (callable(f)?, Place::of(x)?);
    let tangents = at.beside(tangent, "tangent")?;
    let tangents: Vec<&Variable> = tangents.iter().collect();
    let (y, dy) = transform(py, || {
        transforms::try_jvp(&f, at.refs().as_slice(), tangents.as_slice())
    })?;
    Ok((
        object(py, y, Style::Variables)?,
        object(py, dy, Style::Variables)?,
    ))
}

/// The Jacobian of a function: of the shape of its value, then that of the variable; at several variables, a list.
#[pyfunction]
pub(crate) fn jacobian<'py>(
    f: &Bound<'py, PyAny>,
    x: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = f.py();
    let (f, at) = (callable(f)?, Place::of(x)?);
    let blocks = transform(py, || transforms::try_jacobian(&f, at.refs().as_slice()))?;
    at.form(py, blocks)
}

/// The Hessian of a function that gives one number: of the shape of the variable twice; for several variables, a list
/// of lists of blocks. Raises ValueError if the function gives more numbers.
///
/// >>> dezero.hessian(lambda x: (x ** 3).sum(), np.array([1.0, 2.0]))
/// variable([[ 6.  0.]
///           [ 0. 12.]])
#[pyfunction]
pub(crate) fn hessian<'py>(
    f: &Bound<'py, PyAny>,
    x: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = f.py();
    let (f, at) = (callable(f)?, Place::of(x)?);
    let mut rows = transform(py, || transforms::try_hessian(&f, at.refs().as_slice()))?;
    if !at.several {
        return at.form(py, rows.remove(0));
    }
    let rows = rows
        .into_iter()
        .map(|row| at.form(py, row))
        .collect::<PyResult<Vec<_>>>()?;
    Ok(PyList::new(py, rows)?.into_any())
}

/// The Hessian of a function that gives one number, times a vector of the form of x; at several variables, a list. The
/// Hessian itself is never formed. Raises ValueError if the function gives more numbers.
#[pyfunction]
pub(crate) fn hvp<'py>(
    f: &Bound<'py, PyAny>,
    x: &Bound<'py, PyAny>,
    v: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = f.py();
    let (f, at) = (callable(f)?, Place::of(x)?);
    let vs = at.beside(v, "vector")?;
    let vs: Vec<&Variable> = vs.iter().collect();
    let products = transform(py, || {
        transforms::try_hvp(&f, at.refs().as_slice(), vs.as_slice())
    })?;
    at.form(py, products)
}

/// The sum of the second derivatives of a function by each element of x.
#[pyfunction]
pub(crate) fn laplacian<'py>(
    f: &Bound<'py, PyAny>,
    x: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyVariable>> {
    let py = f.py();
    let (f, at) = (callable(f)?, Place::of(x)?);
    let y = transform(py, || transforms::try_laplacian(&f, at.refs().as_slice()))?;
    object(py, y, Style::Variables)
}

/// The Taylor coefficients of a function along the curve x + series[0] t + series[1] t^2 + ...: a list of Variables, the
/// value first. They are derivatives divided by k!.
///
/// >>> dezero.jet(F.sin, np.array(0.0), [np.array(1.0), np.array(0.0), np.array(0.0)])
/// [variable(0.0), variable(1.0), variable(-0.0), variable(-0.16666666666666666)]
#[pyfunction]
pub(crate) fn jet<'py>(
    f: &Bound<'py, PyAny>,
    x: &Bound<'py, PyAny>,
    series: Vec<Bound<'py, PyAny>>,
) -> PyResult<Vec<Bound<'py, PyVariable>>> {
    let py = f.py();
    let (f, at) = (callable(f)?, Place::of(x)?);
    let curve = series
        .iter()
        .map(|c| at.beside(c, "coefficient"))
        .collect::<PyResult<Vec<_>>>()?;
    let curve: Vec<Vec<&Variable>> = curve.iter().map(|c| c.iter().collect()).collect();
    let curve: Vec<&[&Variable]> = curve.iter().map(Vec::as_slice).collect();
    let ys = transform(py, || transforms::try_jet(&f, at.refs().as_slice(), &curve))?;
    ys.into_iter()
        .map(|y| object(py, y, Style::Variables))
        .collect()
}

/// A function and its derivatives up to an order: a list of Variables. For an array and a function that works
/// elementwise, those of each element.
///
/// >>> dezero.derivatives(F.tanh, np.array(1.0), 2)
/// [variable(0.7615941559557649), variable(0.41997434161402614), variable(-0.6397000084492246)]
#[pyfunction]
pub(crate) fn derivatives<'py>(
    f: &Bound<'py, PyAny>,
    x: &Bound<'py, PyAny>,
    order: usize,
) -> PyResult<Vec<Bound<'py, PyVariable>>> {
    let py = f.py();
    let (f, at) = (callable(f)?, Place::of(x)?);
    let single = |x: &Variable| f(std::slice::from_ref(x));
    let ys = transform(py, || transforms::try_derivatives(single, &at.xs[0], order))?;
    ys.into_iter()
        .map(|y| object(py, y, Style::Variables))
        .collect()
}

/// The work grows with the square of the order.
const MOST_ORDER: usize = 10_000;

/// The Taylor polynomial of a function of one number, around a point and up to an order.
///
/// >>> print(dezero.taylor(F.sin, 0.0, 5))
/// x - x^3/6 + x^5/120
#[pyfunction]
#[pyo3(signature = (f, around=0.0, order=5))]
pub(crate) fn taylor(f: &Bound<'_, PyAny>, around: f64, order: usize) -> PyResult<PyPolynomial> {
    let py = f.py();
    if order > MOST_ORDER {
        return Err(PyValueError::new_err(format!(
            "taylor: order {order} is beyond {MOST_ORDER}"
        )));
    }
    let f = callable(f)?;
    let single = |x: &Variable| f(std::slice::from_ref(x));
    transform(py, || transforms::try_taylor(single, around, order)).map(PyPolynomial)
}

/// A Taylor polynomial: call it with a number, an array or a Variable; print it; differentiate it.
#[pyclass(frozen, name = "Polynomial", module = "dezero")]
pub(crate) struct PyPolynomial(Polynomial);

#[pymethods]
impl PyPolynomial {
    /// The polynomial around a point with these coefficients, the constant first.
    #[new]
    #[pyo3(signature = (coefficients, around=0.0))]
    fn new(coefficients: Vec<f64>, around: f64) -> Self {
        Self(Polynomial::new(around, coefficients))
    }

    fn __call__<'py>(&self, x: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = x.py();
        if let Ok(x) = x.cast::<PyVariable>() {
            let y = self.0.try_apply(&engine(x)?).map_err(raised)?;
            return Ok(object(py, y, Style::Variables)?.into_any());
        }
        if is_number(x) {
            return Ok(self.0.at(x.extract()?).into_pyobject(py)?.into_any());
        }
        let Given::Array(x) = Given::of(x)? else {
            return Err(crate::arguments::unsupported(x));
        };
        let y = self.0.try_apply(&Variable::constant(x)).map_err(raised)?;
        Ok(memory::owned(py, &y.data())?.into_any())
    }

    /// The coefficients, the constant first: derivatives over k!.
    #[getter]
    fn coefficients(&self) -> Vec<f64> {
        self.0.coefficients().to_vec()
    }

    /// The point that the polynomial is around.
    #[getter]
    fn around(&self) -> f64 {
        self.0.around()
    }

    /// The order.
    #[getter]
    fn order(&self) -> usize {
        self.0.order()
    }

    /// The derivative, a polynomial around the same point.
    fn derivative(&self) -> Self {
        Self(self.0.derivative())
    }

    /// About how far the polynomial is from the function at x: the size of the next term.
    fn remainder(&self, x: f64) -> f64 {
        self.0.remainder(x)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let py = slf.py();
        let this = slf.get();
        let arguments = (this.coefficients(), this.around());
        (py.get_type::<Self>(), arguments).into_pyobject(py)
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("Polynomial({})", self.0)
    }
}
