//! `minimize`: searches for minima of Python functions.

use std::ops::ControlFlow;

use dezero::Variable;
use dezero::optim::{
    Adam, Error, GradientDescent, Iteration, Lbfgs, Method, Minimizer, Momentum, NewtonTrust,
    Optimum,
};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;

use crate::derivatives::{Place, callable};
use crate::errors::{in_python, keep, take_kept};
use crate::interpreter::{attached, detached};

/// Where a search ended, and what is known of the place.
#[pyclass(frozen, name = "Optimum", module = "dezero")]
pub(crate) struct PyOptimum {
    /// The point: a Variable, or a list of them, as the start was given.
    #[pyo3(get)]
    x: Py<PyAny>,
    optimum: Optimum<Vec<Variable>>,
}

#[pymethods]
impl PyOptimum {
    /// The function there.
    #[getter]
    fn value(&self) -> f64 {
        self.optimum.value
    }

    /// The largest absolute entry of the gradient there.
    #[getter]
    fn gradient_norm(&self) -> f64 {
        self.optimum.gradient_norm
    }

    /// The steps taken.
    #[getter]
    fn iterations(&self) -> usize {
        self.optimum.iterations
    }

    /// Whether the search arrived, at a place that is not seen to be a saddle.
    #[getter]
    fn converged(&self) -> bool {
        self.optimum.is_converged()
    }

    /// Why the search ended: a str.
    #[getter]
    fn stop(&self) -> String {
        self.optimum.stop.to_string()
    }

    /// What was used to search, and if it was chosen, why: a str.
    #[getter]
    fn method(&self) -> String {
        self.optimum.method.clone()
    }

    /// What was evaluated, and how often: a str.
    #[getter]
    fn evaluations(&self) -> String {
        self.optimum.evaluations.to_string()
    }

    /// The points on the way, if they were asked for: a list of tuples (numbers, value).
    #[getter]
    fn trace(&self) -> Vec<(Vec<f64>, f64)> {
        self.optimum
            .trace
            .iter()
            .map(|step| (step.x.to_vec(), step.value))
            .collect()
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.x)
    }

    fn __repr__(&self) -> String {
        format!("<Optimum: {}>", self.optimum)
    }

    fn __str__(&self) -> String {
        self.optimum.to_string()
    }
}

/// The methods by their names.
fn method(name: &str, lr: Option<f64>) -> PyResult<Method> {
    let rate = |default: f64| lr.unwrap_or(default);
    let method = match name {
        "auto" => Method::Auto,
        "gd" => match lr {
            Some(lr) => GradientDescent::new(lr).into(),
            None => GradientDescent::line_search().into(),
        },
        "momentum" => Momentum::new(rate(0.01)).into(),
        "adam" => Adam::new(rate(0.001)).into(),
        "newton" => Method::Newton,
        "newton-trust" => NewtonTrust::new().into(),
        "bfgs" => Method::Bfgs,
        "lbfgs" => Lbfgs::new().into(),
        "nelder-mead" => Method::NelderMead,
        _ => {
            return Err(PyValueError::new_err(format!(
                "method {name:?} is not known; 'auto', 'gd', 'momentum', 'adam', 'newton', 'newton-trust', 'bfgs', \
                 'lbfgs' and 'nelder-mead' are"
            )));
        }
    };
    if lr.is_some() && !matches!(name, "gd" | "momentum" | "adam") {
        return Err(PyValueError::new_err(format!(
            "method {name:?} takes no learning rate"
        )));
    }
    Ok(method)
}

/// Finds a minimum of a function that gives one number, from a start: a Variable, an array or a number, or a list of
/// such for a function of several.
///
/// method: 'auto' (chosen by what the function is), 'gd', 'momentum', 'adam' (these with a learning rate `lr`), 'newton',
/// 'newton-trust', 'bfgs', 'lbfgs' or 'nelder-mead'. bounds: a pair of numbers, or of lists of numbers. tolerance: how small the
/// gradient has to be. iterations: at most so many. compile: record the function once and replay it. trace: keep the points
/// on the way. callback: called with (iteration, numbers, value) at each point; what it raises ends the search. maximize:
/// look for a maximum.
///
/// Returns an Optimum. Raises ValueError for what cannot be done, and what the function raises. Ctrl-C stops it.
///
/// >>> found = dezero.minimize(lambda x, y: 100 * (y - x ** 2) ** 2 + (1 - x) ** 2, [0.0, 2.0])
/// >>> [round(float(x), 9) for x in found.x]
/// [1.0, 1.0]
/// >>> found.converged
/// True
#[pyfunction]
#[pyo3(signature = (f, start, *, method="auto", lr=None, bounds=None, tolerance=None, iterations=None, compile=false,
    trace=false, callback=None, maximize=false))]
#[expect(clippy::too_many_arguments, reason = "they are Python's keywords")]
pub(crate) fn minimize(
    f: &Bound<'_, PyAny>,
    start: &Bound<'_, PyAny>,
    method: &str,
    lr: Option<f64>,
    bounds: Option<(Bound<'_, PyAny>, Bound<'_, PyAny>)>,
    tolerance: Option<f64>,
    iterations: Option<usize>,
    compile: bool,
    trace: bool,
    callback: Option<Py<PyAny>>,
    maximize: bool,
) -> PyResult<PyOptimum> {
    let py = f.py();
    let (f, at) = (callable(f)?, Place::of(start)?);
    let method = self::method(method, lr)?;
    let bounds = bounds
        .map(|(lower, upper)| Ok::<_, PyErr>((bound(&lower)?, bound(&upper)?)))
        .transpose()?;
    let look = move |step: &Iteration| {
        let looked = attached(|py| {
            py.check_signals()?;
            match &callback {
                Some(callback) => callback
                    .call1(py, (step.iteration, step.x.to_vec(), step.value))
                    .map(drop),
                None => Ok(()),
            }
        });
        match looked {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                drop(keep(error, "callback"));
                ControlFlow::Break(())
            }
        }
    };
    let xs = at.refs();
    let found = detached(py, || {
        let mut minimizer = Minimizer::new(method)
            .compile(compile)
            .trace(trace)
            .on_iteration(look);
        if let Some((lower, upper)) = bounds {
            minimizer = minimizer.bounds(lower, upper);
        }
        if let Some(tolerance) = tolerance {
            minimizer = minimizer.gradient_tolerance(tolerance);
        }
        if let Some(iterations) = iterations {
            minimizer = minimizer.iterations(iterations);
        }
        if maximize {
            minimizer.maximize(&f, xs.as_slice())
        } else {
            minimizer.minimize(&f, xs.as_slice())
        }
    });
    match (take_kept(), found) {
        (Some(exception), _) => Err(exception),
        (None, Ok(optimum)) => {
            let x = at.form(py, optimum.x.clone())?.unbind();
            Ok(PyOptimum { x, optimum })
        }
        (None, Err(error)) => Err(raised(&error)),
    }
}

fn raised(error: &Error) -> PyErr {
    let text = in_python(&error.to_string());
    if error.is_function() {
        PyRuntimeError::new_err(text)
    } else {
        PyValueError::new_err(text)
    }
}

fn bound(value: &Bound<'_, PyAny>) -> PyResult<dezero::optim::Bound> {
    if let Ok(number) = value.extract::<f64>() {
        return Ok(number.into());
    }
    Ok(value.extract::<Vec<f64>>()?.into())
}
