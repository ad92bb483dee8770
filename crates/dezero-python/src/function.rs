//! The class `Function`: what computed a variable, and what users derive their own functions from.
//!
//! A user's function is held by the record, so it must hold no variable of its own making: its `inputs` and
//! `outputs` are looked up, or lent to it while its `backward` runs.

use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ThreadId};

use dezero::{Array, Creator, Identity, Op, Variable};
use pyo3::exceptions::{PyAttributeError, PyNotImplementedError, PyTypeError, PyValueError};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PyTuple};

use crate::arguments::Given;
use crate::errors::{keep, raised};
use crate::variable::{PyVariable, Style, object};
use crate::{identity, memory};

/// What computes variables from variables.
///
/// A function of your own is a class derived from this one, with `forward(self, *xs)`, which gets NumPy arrays and
/// returns an array or a tuple of arrays, and `backward(self, *gys)`, which gets the derivatives of the results as
/// Variables and returns that of each input, of its shape:
///
/// >>> import numpy as np
/// >>> import dezero.functions as F
/// >>> from dezero import Function
/// >>> class Sin(Function):
/// ...     def forward(self, x):
/// ...         return np.sin(x)
/// ...     def backward(self, gy):
/// ...         x, = self.inputs
/// ...         return gy * F.cos(x)
///
/// `Sin()(x)` applies it. What `backward` computes with Variables can be differentiated again, to any order; what it
/// computes with `x.data` is a constant to further derivatives.
#[pyclass(name = "Function", module = "dezero", subclass, dict, weakref)]
#[derive(Default)]
pub(crate) struct PyFunction {
    /// For the functions of the engine: one call.
    creator: Option<Creator>,
    /// What was handed out as inputs of that call.
    inputs: Option<Py<PyAny>>,
    /// What is lent to threads in which `backward` runs.
    lent: Vec<Lent>,
    /// What `generation` was set to.
    generation: Option<usize>,
    /// The results of the last call.
    results: Vec<Identity>,
}

/// The inputs and results of a call while its `backward` runs.
struct Lent {
    thread: ThreadId,
    inputs: Py<PyAny>,
    outputs: Vec<Py<PyVariable>>,
}

/// A user's function as the engine holds it.
pub(crate) struct PythonFunction {
    object: Py<PyFunction>,
    name: String,
    style: Style,
}

/// How many functions of users there are in records.
static HELD: AtomicUsize = AtomicUsize::new(0);

/// How far the collector looks below a variable for functions that go with it.
const MOST_NODES: usize = 10_000;

/// Shows the collector the functions that only this variable keeps alive.
pub(crate) fn visit_owned(variable: &Variable, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
    if HELD.load(Ordering::Relaxed) == 0 {
        return Ok(());
    }
    let mut result = Ok(());
    variable.visit_owned_functions(MOST_NODES, &mut |function| {
        let function: &dyn Any = function;
        if let Some(function) = function.downcast_ref::<PythonFunction>()
            && result.is_ok()
        {
            result = visit.call(&function.object);
        }
    });
    result
}

impl Drop for PythonFunction {
    fn drop(&mut self) {
        HELD.fetch_sub(1, Ordering::Relaxed);
    }
}

impl PythonFunction {
    fn new(object: &Bound<'_, PyFunction>) -> PyResult<Self> {
        let name = object.get_type().name()?.to_string();
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
        let thread = thread::current().id();
        let inputs = inputs.into_any().unbind();
        function.borrow_mut().lent.push(Lent {
            thread,
            inputs,
            outputs,
        });
        let gxs = function.call_method1("backward", arguments);
        let returned = {
            let mut this = function.borrow_mut();
            let at = this.lent.iter().rposition(|lent| lent.thread == thread);
            at.map(|at| this.lent.remove(at))
        };
        drop(returned);
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
        Python::attach(|py| {
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
        Python::attach(|py| {
            self.differentiate(py, xs, ys, gys)
                .map_err(|error| keep(error, &self.name))
        })
    }
}

/// A result of a function, held weakly: call it for the Variable, or None if that is gone.
#[pyclass(frozen, module = "dezero._dezero")]
struct Reference {
    identity: Identity,
    lent: Option<Py<PyVariable>>,
}

#[pymethods]
impl Reference {
    fn __call__<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyVariable>> {
        identity::find(py, self.identity).or_else(|| Some(self.lent.as_ref()?.bind(py).clone()))
    }
}

#[pymethods]
impl PyFunction {
    #[new]
    #[pyo3(signature = (*_args, **_kwargs))]
    fn new(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> Self {
        Self::default()
    }

    /// Applies the function to Variables, arrays or numbers. Returns a Variable, or a list of several.
    #[pyo3(signature = (*inputs))]
    fn __call__<'py>(
        slf: &Bound<'py, Self>,
        inputs: &Bound<'py, PyTuple>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let function = PythonFunction::new(slf)?;
        if inputs.is_empty() {
            return Err(PyValueError::new_err(format!(
                "{} was applied to nothing",
                function.name
            )));
        }
        let mut style = function.style;
        let mut variables = Vec::with_capacity(inputs.len());
        for input in inputs.iter() {
            // Without data, as a bias that is not there: the book passes such on.
            if input.is_none() {
                return Err(PyTypeError::new_err(format!(
                    "{}: an input is None",
                    function.name
                )));
            }
            let given = Given::of(&input)?;
            style = style.and(given.style());
            variables.push(given.into_variable());
        }
        let refs: Vec<&Variable> = variables.iter().collect();
        let ys = dezero::Function::try_call(function, &refs).map_err(raised)?;
        let results = if dezero::is_recording() {
            ys.iter().map(Variable::identity).collect()
        } else {
            Vec::new()
        };
        slf.borrow_mut().results = results;
        let mut ys = ys
            .into_iter()
            .map(|y| object(py, y, style))
            .collect::<PyResult<Vec<_>>>()?;
        if ys.len() == 1 {
            return Ok(ys.remove(0).into_any());
        }
        Ok(PyList::new(py, ys)?.into_any())
    }

    /// The results, an array or a tuple of arrays, from the arrays that go in.
    #[pyo3(signature = (*_xs), text_signature = "($self, *xs)")]
    fn forward(slf: &Bound<'_, Self>, _xs: &Bound<'_, PyTuple>) -> PyResult<()> {
        Err(missing(slf, "forward")?)
    }

    /// The derivative of each input, from that of each result.
    #[pyo3(signature = (*_gys), text_signature = "($self, *gys)")]
    fn backward(slf: &Bound<'_, Self>, _gys: &Bound<'_, PyTuple>) -> PyResult<()> {
        Err(missing(slf, "backward")?)
    }

    /// The Variables that the function was applied to, a list.
    #[getter]
    fn inputs<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let (creator, style) = {
            let this = slf.borrow();
            if let Some(inputs) = this
                .lent()
                .map(|lent| &lent.inputs)
                .or(this.inputs.as_ref())
            {
                return Ok(inputs.bind(py).clone());
            }
            (this.creator.clone(), Style::Variables)
        };
        if let Some(creator) = creator {
            let inputs = inputs_of(py, &creator, style)?;
            slf.borrow_mut().inputs = Some(inputs.clone().unbind());
            return Ok(inputs);
        }
        let result = Self::result(slf)?;
        if let Some(inputs) = result.borrow().kept_inputs(py) {
            return Ok(inputs.into_bound(py));
        }
        let creator = result.borrow().held().and_then(Variable::creator);
        let creator = creator.ok_or_else(|| not_applied(slf, "inputs"))?;
        let style = result.borrow().style;
        let inputs = inputs_of(py, &creator, style)?;
        result.borrow_mut().keep_inputs(inputs.clone().unbind());
        Ok(inputs)
    }

    /// Weak references to the results, a list: call one for the Variable.
    #[getter]
    fn outputs<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyList>> {
        let py = slf.py();
        let this = slf.borrow();
        if let Some(lent) = this.lent() {
            let lent = lent.outputs.iter().map(|y| {
                let held = y.borrow(py).held().map(Variable::identity);
                held.map(|identity| Reference {
                    identity,
                    lent: Some(y.clone_ref(py)),
                })
            });
            return PyList::new(py, lent.flatten().collect::<Vec<_>>());
        }
        let results = match &this.creator {
            Some(creator) => vec![creator.output().identity()],
            None => this.results.clone(),
        };
        drop(this);
        if results.is_empty() {
            return Err(not_applied(slf, "outputs"));
        }
        PyList::new(
            py,
            results
                .into_iter()
                .map(|identity| Reference {
                    identity,
                    lent: None,
                })
                .collect::<Vec<_>>(),
        )
    }

    /// One less than that of the results: the greatest among the inputs.
    #[getter]
    fn generation(slf: &Bound<'_, Self>) -> PyResult<usize> {
        if let Some(generation) = slf.borrow().generation {
            return Ok(generation);
        }
        let creator = slf.borrow().creator.clone();
        if let Some(creator) = creator {
            return Ok(generation(&creator.output()) - 1);
        }
        let result = Self::result(slf)?;
        let result = result.borrow();
        Ok(result.held().map_or(0, generation).saturating_sub(1))
    }

    #[setter]
    fn set_generation(&mut self, generation: usize) {
        self.generation = Some(generation);
    }

    /// The derivative of each input of a call of the engine's, from that of its result.
    fn _differentiate<'py>(
        slf: &Bound<'py, Self>,
        gy: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let creator = slf
            .borrow()
            .creator
            .clone()
            .ok_or_else(|| not_applied(slf, "inputs"))?;
        let xs = creator.inputs();
        let refs: Vec<&Variable> = xs.iter().collect();
        let (line, pass, op) = (creator.line(), creator.pass(), creator.op());
        let f = |xs: &[Variable]| {
            let mut ys = op.record(&xs.iter().collect::<Vec<_>>(), line, pass)?;
            Ok::<_, dezero::Error>(ys.swap_remove(0))
        };
        let (_, pullback) = dezero::transforms::try_vjp(f, refs.as_slice()).map_err(raised)?;
        let gy = match Given::of(gy)? {
            Given::Variable(gy, _) => gy,
            given => given.into_variable().detach(),
        };
        let gxs = pullback.try_apply(&gy).map_err(raised)?;
        let mut gxs = gxs
            .into_iter()
            .map(|gx| object(py, gx, Style::Variables))
            .collect::<PyResult<Vec<_>>>()?;
        if gxs.len() == 1 {
            return Ok(gxs.remove(0).into_any());
        }
        Ok(PyTuple::new(py, gxs)?.into_any())
    }

    /// Makes this the creator of a variable that a function of the engine computed.
    fn _bind(slf: &Bound<'_, Self>, result: &Bound<'_, PyVariable>) {
        let creator = result.borrow().held().and_then(Variable::creator);
        if creator.is_some() {
            slf.borrow_mut().creator = creator;
            result.borrow_mut().keep_creator(slf.clone().unbind());
        }
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.inputs)?;
        for lent in &self.lent {
            visit.call(&lent.inputs)?;
            lent.outputs
                .iter()
                .try_for_each(|output| visit.call(output))?;
        }
        Ok(())
    }

    fn __clear__(&mut self) {
        self.inputs = None;
        self.lent.clear();
        self.creator = None;
    }
}

impl PyFunction {
    /// What is lent to this thread.
    fn lent(&self) -> Option<&Lent> {
        let thread = thread::current().id();
        self.lent.iter().rfind(|lent| lent.thread == thread)
    }

    /// A result of the last call that is still there.
    fn result<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyVariable>> {
        let results = slf.borrow().results.clone();
        let found = results
            .into_iter()
            .find_map(|identity| identity::find(slf.py(), identity));
        found.ok_or_else(|| not_applied(slf, "inputs"))
    }
}

fn missing(function: &Bound<'_, PyFunction>, method: &str) -> PyResult<PyErr> {
    let name = function.get_type().name()?;
    Ok(PyNotImplementedError::new_err(format!(
        "the function {name} has no {method}"
    )))
}

fn not_applied(function: &Bound<'_, PyFunction>, attribute: &str) -> PyErr {
    let name = function
        .get_type()
        .name()
        .map_or_else(|_| "Function".to_owned(), |name| name.to_string());
    PyAttributeError::new_err(format!(
        "'{name}' object has no attribute '{attribute}': it was not applied, or not recorded, or its results are gone"
    ))
}

fn inputs_of<'py>(py: Python<'py>, creator: &Creator, style: Style) -> PyResult<Bound<'py, PyAny>> {
    let inputs = creator.inputs().into_iter().map(|x| object(py, x, style));
    Ok(PyList::new(py, inputs.collect::<PyResult<Vec<_>>>()?)?.into_any())
}

/// The classes of the engine's functions, by their labels.
static CLASSES: PyOnceLock<Py<PyDict>> = PyOnceLock::new();

/// Says which class stands for which function of the engine: a dict from labels to classes.
#[pyfunction]
pub(crate) fn register_classes(py: Python<'_>, classes: Py<PyDict>) {
    CLASSES.get_or_init(py, || classes);
}

/// The object of a call of a function of the engine.
pub(crate) fn of_creator<'py>(
    py: Python<'py>,
    creator: Creator,
    _style: Style,
) -> PyResult<Bound<'py, PyFunction>> {
    let class = match CLASSES.get(py) {
        Some(classes) => classes.bind(py).get_item(creator.label())?,
        None => None,
    };
    let class = class.unwrap_or_else(|| py.get_type::<PyFunction>().into_any());
    let function = class
        .call_method1("__new__", (&class,))?
        .cast_into::<PyFunction>()?;
    function.borrow_mut().creator = Some(creator);
    Ok(function)
}

/// The length of the longest way from a variable down to the leaves.
pub(crate) fn generation(variable: &Variable) -> usize {
    let trace = dezero::trace::Trace::new(&[], &[variable]);
    let mut deep: HashMap<usize, usize> = HashMap::new();
    let mut last = 0;
    for (at, step) in trace.steps.iter().enumerate() {
        let below = match &step.source {
            dezero::trace::Source::Call(op, inputs) => {
                let deepest = inputs
                    .iter()
                    .filter_map(|x| deep.get(x))
                    .max()
                    .copied()
                    .unwrap_or(0);
                deepest + usize::from(!matches!(op, Op::Output(_)))
            }
            _ => 0,
        };
        deep.insert(at, below);
        last = below;
    }
    trace
        .outputs
        .first()
        .and_then(|y| deep.get(y))
        .copied()
        .unwrap_or(last)
}

/// A function whose `backward` works on arrays, as in the first half of the book's second stage: it gets NumPy arrays and
/// returns such, and cannot be differentiated again.
#[pyclass(name = "Function", module = "dezero.core_simple", extends = PyFunction, subclass)]
pub(crate) struct SimpleFunction;

#[pymethods]
impl SimpleFunction {
    #[new]
    #[pyo3(signature = (*args, **kwargs))]
    fn new(
        args: &Bound<'_, PyTuple>,
        kwargs: Option<&Bound<'_, PyDict>>,
    ) -> PyClassInitializer<Self> {
        PyClassInitializer::from(PyFunction::new(args, kwargs)).add_subclass(Self)
    }
}
