//! The class `Function`: what computed a variable, and what users derive their own functions from.
//!
//! A user's function is held by the record, so it must hold no variable of its own making: its `inputs` and
//! `outputs` are looked up, or lent to it while its `backward` runs.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::thread::{self, ThreadId};

use dezero::{Creator, Identity, Op, Variable};
use pyo3::exceptions::{PyAttributeError, PyNotImplementedError, PyTypeError, PyValueError};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PyTuple};

use crate::adapter::PythonFunction;
use crate::arguments::Given;
use crate::collector::{self, Bridge};
use crate::errors::raised;
use crate::identity;
use crate::variable::{PyVariable, Style, object};

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
#[pyclass(name = "Function", module = "dezero", frozen, subclass, dict, weakref)]
#[derive(Default)]
pub(crate) struct PyFunction(Mutex<State>);

#[derive(Default)]
struct State {
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
    /// What stands for the record below, while the collector works.
    bridges: Vec<Py<Bridge>>,
}

/// The inputs and results of a call while its `backward` runs.
struct Lent {
    thread: ThreadId,
    inputs: Py<PyAny>,
    outputs: Vec<Py<PyVariable>>,
}

/// Lends a function the inputs and results of a call, to this thread, for as long as it lives.
pub(crate) struct Lending<'a, 'py> {
    function: &'a Bound<'py, PyFunction>,
    thread: ThreadId,
}

impl<'a, 'py> Lending<'a, 'py> {
    pub(crate) fn new(
        function: &'a Bound<'py, PyFunction>,
        inputs: Py<PyAny>,
        outputs: Vec<Py<PyVariable>>,
    ) -> Self {
        let thread = thread::current().id();
        let lent = Lent {
            thread,
            inputs,
            outputs,
        };
        function.get().with(|state| state.lent.push(lent));
        Self { function, thread }
    }
}

impl Drop for Lending<'_, '_> {
    fn drop(&mut self) {
        let returned = self.function.get().with(|state| {
            let at = state
                .lent
                .iter()
                .rposition(|lent| lent.thread == self.thread);
            at.map(|at| state.lent.remove(at))
        });
        // Now, as it may run code of the user's.
        drop(returned);
    }
}

/// A result of a function, held weakly: call it for the Variable, or None if that is gone.
#[pyclass(frozen, module = "dezero._dezero")]
struct Reference {
    identity: Identity,
    lent: Option<Py<PyVariable>>,
}

impl Reference {
    fn of(identity: Identity) -> Self {
        Self {
            identity,
            lent: None,
        }
    }
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
        slf.get().with(|state| state.results = results);
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
        let (inputs, creator) = slf.get().with(|state| {
            let lent = state.lent().map(|lent| &lent.inputs);
            let inputs = lent.or(state.inputs.as_ref());
            (
                inputs.map(|inputs| inputs.clone_ref(py)),
                state.creator.clone(),
            )
        });
        if let Some(inputs) = inputs {
            return Ok(inputs.into_bound(py));
        }
        if let Some(creator) = creator {
            let inputs = inputs_of(py, &creator, Style::Variables)?;
            let kept = inputs.clone().unbind();
            let old = slf.get().with(|state| state.inputs.replace(kept));
            drop(old);
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
        PyVariable::keep_inputs(&result, inputs.clone().unbind());
        Ok(inputs)
    }

    /// Weak references to the results, a list: call one for the Variable.
    #[getter]
    fn outputs<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyList>> {
        let py = slf.py();
        let references: Vec<Reference> =
            slf.get()
                .with(|state| match (state.lent(), &state.creator) {
                    (Some(lent), _) => {
                        let lent = lent.outputs.iter().filter_map(|y| {
                            let identity = y.borrow(py).held().map(Variable::identity)?;
                            let lent = Some(y.clone_ref(py));
                            Some(Reference { identity, lent })
                        });
                        lent.collect()
                    }
                    (None, Some(creator)) => vec![Reference::of(creator.output().identity())],
                    (None, None) => state.results.iter().copied().map(Reference::of).collect(),
                });
        if references.is_empty() {
            return Err(not_applied(slf, "outputs"));
        }
        PyList::new(py, references)
    }

    /// One less than that of the results: the greatest among the inputs.
    #[getter]
    fn generation(slf: &Bound<'_, Self>) -> PyResult<usize> {
        let (set, creator) = slf
            .get()
            .with(|state| (state.generation, state.creator.clone()));
        if let Some(generation) = set {
            return Ok(generation);
        }
        if let Some(creator) = creator {
            return Ok(generation(&creator.output()) - 1);
        }
        let result = Self::result(slf)?;
        let result = result.borrow();
        Ok(result.held().map_or(0, generation).saturating_sub(1))
    }

    #[setter]
    fn set_generation(&self, generation: usize) {
        self.with(|state| state.generation = Some(generation));
    }

    /// The derivative of each input of a call of the engine's, from that of its result.
    fn _differentiate<'py>(
        slf: &Bound<'py, Self>,
        gy: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let creator = slf
            .get()
            .with(|state| state.creator.clone())
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
        collector::changed();
        let creator = result.borrow().held().and_then(Variable::creator);
        if creator.is_some() {
            let old = slf
                .get()
                .with(|state| std::mem::replace(&mut state.creator, creator));
            drop(old);
            PyVariable::keep_creator(result, slf.clone().unbind());
        }
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        let Ok(state) = self.0.try_lock() else {
            return Ok(());
        };
        visit.call(&state.inputs)?;
        for lent in &state.lent {
            visit.call(&lent.inputs)?;
            lent.outputs
                .iter()
                .try_for_each(|output| visit.call(output))?;
        }
        state
            .bridges
            .iter()
            .try_for_each(|bridge| visit.call(bridge))
    }

    fn __clear__(&self) {
        drop(self.with(std::mem::take));
    }
}

impl PyFunction {
    /// Reads or changes the state. Nothing that can run code of the user's is to happen in `f`, not even a drop.
    fn with<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes out the call that this stands for, to look at it without another reference to it.
    pub(crate) fn take_creator(&self) -> Option<Creator> {
        self.with(|state| state.creator.take())
    }

    pub(crate) fn put_back_creator(&self, creator: Option<Creator>) {
        self.with(|state| state.creator = creator);
    }

    /// Has the collector find what these stand for; gives those that were there.
    pub(crate) fn replace_bridges(&self, bridges: Vec<Py<Bridge>>) -> Vec<Py<Bridge>> {
        self.with(|state| std::mem::replace(&mut state.bridges, bridges))
    }

    /// A result of the last call that is still there.
    fn result<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyVariable>> {
        let results = slf.get().with(|state| state.results.clone());
        let found = results
            .into_iter()
            .find_map(|identity| identity::find(slf.py(), identity));
        found.ok_or_else(|| not_applied(slf, "inputs"))
    }
}

impl State {
    /// What is lent to this thread.
    fn lent(&self) -> Option<&Lent> {
        let thread = thread::current().id();
        self.lent.iter().rfind(|lent| lent.thread == thread)
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
    function.get().put_back_creator(Some(creator));
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
#[pyclass(name = "Function", module = "dezero.core_simple", extends = PyFunction, frozen, subclass)]
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
