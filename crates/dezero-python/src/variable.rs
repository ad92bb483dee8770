//! The class `Variable`: a variable of the engine as Python sees it.
//!
//! A result shows the engine's value, read-only. A leaf's `data` is an array that Python may write into at any
//! time, the one it was made of or a copy: the engine has a value of its own, and is brought up to date when the
//! variable is used. So what was recorded before keeps its values.

use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use dezero::{Array, Backward, Identity, Variable};
use numpy::PyUntypedArray;
use pyo3::exceptions::{PyAttributeError, PyTypeError, PyValueError};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple, PyType};

use crate::errors::{raised, raised_by_array};
use crate::function::{self, PyFunction, PythonFunction};
use crate::{arguments, identity, memory};

/// A value that remembers how it was computed.
///
/// `Variable(data, name=None)`, with `data` a NumPy array (or None, to be set later). float64, float32, int64 and bool
/// arrays are held as they are; smaller integers become int64, and float16 becomes float32.
///
/// Arithmetic with variables, arrays and numbers happens at once and is recorded. `backward()` then leaves
/// derivatives in the `grad` of the variables that the computation began with:
///
/// >>> import numpy as np
/// >>> from dezero import Variable
/// >>> x = Variable(np.array(2.0))
/// >>> y = x ** 2 + 3 * x
/// >>> y
/// variable(10.0)
/// >>> y.backward()
/// >>> x.grad
/// variable(7.0)
///
/// A derivative is a variable too. With `backward(create_graph=True)` it remembers how it was computed, and can be
/// differentiated again, to any order.
#[pyclass(name = "Variable", module = "dezero", subclass, dict, weakref)]
pub(crate) struct PyVariable {
    /// None as long as there is no data.
    variable: Option<Variable>,
    /// An array that others may write into, whose elements are the data.
    data: Option<Exposed>,
    serial: u64,
    kept: Option<Box<Kept>>,
    pub(crate) style: Style,
}

/// What few variables have.
#[derive(Default)]
struct Kept {
    /// The name, while there is no data.
    name: Option<String>,
    /// The object that was last seen as the gradient, and which gradient of the engine's it stands for.
    grad: Option<(Py<PyVariable>, Identity)>,
    /// The object that was seen as the creator, if the engine has no object for it; and what it was applied to.
    creator: Option<Py<PyFunction>>,
    inputs: Option<Py<PyAny>>,
    /// The results below, which hold the gradients that were to be retained.
    retained: Vec<Py<PyVariable>>,
    /// The variable that this was last seen as the gradient of.
    derivative_of: Option<Identity>,
}

struct Exposed {
    array: Py<PyUntypedArray>,
    /// Whether the engine has these elements, and nobody else can change them.
    clean: bool,
}

/// Which of the book's two cores a variable belongs to: what its gradients are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum Style {
    /// Variables, which can be differentiated again.
    #[default]
    Variables,
    /// Arrays, as in `dezero.core_simple`.
    Arrays,
}

impl Style {
    /// The style of what is computed from both.
    pub(crate) fn and(self, other: Self) -> Self {
        if other == Self::Arrays { other } else { self }
    }
}

/// Gradients with data that Python may write into, by address and serial number: `backward` adds to gradients that no
/// Python code then touches.
static EXPOSED_GRADIENTS: Mutex<Vec<(Identity, u64)>> = Mutex::new(Vec::new());

impl PyVariable {
    fn bare(variable: Option<Variable>, style: Style) -> Self {
        Self {
            variable,
            data: None,
            serial: 0,
            kept: None,
            style,
        }
    }

    fn kept(&mut self) -> &mut Kept {
        self.kept.get_or_insert_default()
    }

    /// Shows another variable from now on.
    fn show(slf: &Bound<'_, Self>, variable: Option<Variable>) {
        let identity = variable.as_ref().map(Variable::identity);
        let serial = identity.map_or(0, |identity| identity::remember(identity, slf));
        let mut this = slf.borrow_mut();
        let old = (std::mem::replace(&mut this.variable, variable), this.serial);
        this.serial = serial;
        drop(this);
        if let (Some(variable), serial) = old {
            identity::forget(variable.identity(), serial);
        }
    }

    /// Shows a new leaf with this data.
    fn start(slf: &Bound<'_, Self>, array: Bound<'_, PyUntypedArray>) -> PyResult<()> {
        let variable = Variable::new(memory::array_of(&array)?);
        let mut this = slf.borrow_mut();
        if let Some(name) = this.kept.as_mut().and_then(|kept| kept.name.take()) {
            variable.set_name(&name);
        }
        let old = this.data.replace(Exposed {
            array: array.unbind(),
            clean: false,
        });
        drop(this);
        drop(old);
        Self::show(slf, Some(variable));
        Ok(())
    }

    /// Brings the engine up to date with what was written into the data.
    fn refresh(slf: &Bound<'_, Self>) -> PyResult<()> {
        let py = slf.py();
        let (array, variable, sole) = {
            let this = slf.borrow();
            let (Some(exposed), Some(variable)) = (&this.data, &this.variable) else {
                return Ok(());
            };
            let sole = memory::is_sole(&exposed.array, py);
            if exposed.clean && sole {
                return Ok(());
            }
            (exposed.array.bind(py).clone(), variable.clone(), sole)
        };
        // NumPy may let other threads run while it copies.
        if !memory::is_same(&array, &variable.look(Array::clone)) {
            variable.set_data(memory::array_of(&array)?);
        }
        let mut this = slf.borrow_mut();
        if let Some(exposed) = &mut this.data
            && exposed.array.is(&array)
        {
            // Unless somebody got hold of it meanwhile.
            exposed.clean = sole && memory::references(&exposed.array) == 2;
        }
        Ok(())
    }
}

thread_local! {
    /// What dropped variables held, while it waits to be dropped: gradients may have gradients, as deep as anyone cares.
    static DROPPED: RefCell<Option<Vec<Box<Kept>>>> = const { RefCell::new(None) };
}

/// Drops what a variable held, never recursively.
fn drop_kept(kept: Box<Kept>) {
    let first = DROPPED.with_borrow_mut(|waiting| match waiting {
        Some(waiting) => {
            waiting.push(kept);
            false
        }
        None => {
            *waiting = Some(vec![kept]);
            true
        }
    });
    if !first {
        return;
    }
    while let Some(kept) = DROPPED.with_borrow_mut(|waiting| waiting.as_mut().and_then(Vec::pop)) {
        drop(kept);
    }
    DROPPED.set(None);
}

impl Drop for PyVariable {
    fn drop(&mut self) {
        if let Some(variable) = &self.variable {
            identity::forget(variable.identity(), self.serial);
        }
        if let Some(kept) = self.kept.take() {
            drop_kept(kept);
        }
    }
}

/// The engine's variable, with the data that it has now.
///
/// # Errors
///
/// `TypeError` if there is no data, or what was made of it is not supported.
pub(crate) fn engine(object: &Bound<'_, PyVariable>) -> PyResult<Variable> {
    {
        let this = object.borrow();
        if this.data.is_none()
            && let Some(variable) = &this.variable
        {
            return Ok(variable.clone());
        }
    }
    PyVariable::refresh(object)?;
    object
        .borrow()
        .variable
        .clone()
        .ok_or_else(|| PyTypeError::new_err("this Variable has no data yet: its data is None"))
}

/// The object that shows a variable of the engine: the one there is, or a new one.
pub(crate) fn object(
    py: Python<'_>,
    variable: Variable,
    style: Style,
) -> PyResult<Bound<'_, PyVariable>> {
    let identity = variable.identity();
    if let Some(object) = identity::find(py, identity) {
        return Ok(object);
    }
    let state = PyVariable::bare(Some(variable), style);
    let object = match style {
        Style::Variables => Bound::new(py, state)?,
        Style::Arrays => {
            let simple = PyClassInitializer::from(state).add_subclass(SimpleVariable);
            Bound::new(py, simple)?.into_super()
        }
    };
    let serial = identity::remember(identity, &object);
    object.borrow_mut().serial = serial;
    Ok(object)
}

/// Brings gradients up to date that Python wrote into.
pub(crate) fn refresh_gradients(py: Python<'_>) -> PyResult<()> {
    let exposed = std::mem::take(
        &mut *EXPOSED_GRADIENTS
            .lock()
            .unwrap_or_else(PoisonError::into_inner),
    );
    for (identity, serial) in exposed {
        let Some(object) = identity::find(py, identity) else {
            continue;
        };
        if object.borrow().serial == serial {
            PyVariable::refresh(&object)?;
            expose_gradient(identity, serial);
        }
    }
    Ok(())
}

fn expose_gradient(identity: Identity, serial: u64) {
    let mut exposed = EXPOSED_GRADIENTS
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    if !exposed.contains(&(identity, serial)) {
        exposed.push((identity, serial));
    }
}

/// What is used as data: a NumPy array that the engine can hold.
fn data_array<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyUntypedArray>> {
    if let Ok(array) = value.cast::<PyUntypedArray>() {
        return memory::held_as_it_is(array);
    }
    if arguments::is_number(value) {
        let array = memory::numpy(value.py())?.call_method1("array", (value,))?;
        return memory::held_as_it_is(&array.cast_into()?);
    }
    Err(arguments::unsupported(value))
}

#[pymethods]
impl PyVariable {
    #[new]
    #[pyo3(signature = (*_args, **_kwargs), text_signature = "(data, name=None)")]
    pub(crate) fn new(_args: &Bound<'_, PyTuple>, _kwargs: Option<&Bound<'_, PyDict>>) -> Self {
        Self::bare(None, Style::Variables)
    }

    #[pyo3(signature = (data, name=None))]
    fn __init__(
        slf: &Bound<'_, Self>,
        data: Option<&Bound<'_, PyAny>>,
        name: Option<String>,
    ) -> PyResult<()> {
        if let Some(data) = data {
            let array = data
                .cast::<PyUntypedArray>()
                .map_err(|_| arguments::unsupported(data))?;
            Self::start(slf, memory::held_as_it_is(array)?)?;
        }
        slf.borrow_mut().set_name(name);
        Ok(())
    }

    /// The value, a NumPy array.
    ///
    /// Of a variable made by hand it can be changed, in place or by another array: what is computed later sees the
    /// change, what was recorded before does not. Of a result it is read-only.
    #[getter]
    fn data<'py>(slf: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, PyUntypedArray>>> {
        let py = slf.py();
        let mut this = slf.borrow_mut();
        let Some(variable) = this.variable.clone() else {
            return Ok(None);
        };
        if let Some(exposed) = &mut this.data {
            exposed.clean = false;
            // Counts as reading the value.
            drop(variable.data());
            return Ok(Some(exposed.array.bind(py).clone()));
        }
        drop(this);
        let value = variable.data();
        if !variable.is_leaf() {
            return memory::shown(py, value).map(Some);
        }
        let array = memory::copied(py, &value);
        let mut this = slf.borrow_mut();
        this.data = Some(Exposed {
            array: array.clone().unbind(),
            clean: false,
        });
        if variable.is_constant() {
            // Perhaps a gradient.
            expose_gradient(variable.identity(), this.serial);
        }
        Ok(Some(array))
    }

    #[setter]
    fn set_data(slf: &Bound<'_, Self>, value: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let variable = slf.borrow().variable.clone();
        let Some(value) = value else {
            let name = variable.as_ref().and_then(Variable::name);
            let old = slf.borrow_mut().data.take();
            drop(old);
            Self::show(slf, None);
            slf.borrow_mut().kept().name = name;
            return Ok(());
        };
        let array = data_array(value)?;
        match variable {
            Some(variable) if variable.is_leaf() => {
                let mut this = slf.borrow_mut();
                if let Some(exposed) = &mut this.data
                    && exposed.array.is(&array)
                {
                    return Ok(());
                }
                let old = this.data.replace(Exposed {
                    array: array.unbind(),
                    clean: false,
                });
                let constant = variable.is_constant();
                let serial = this.serial;
                drop(this);
                drop(old);
                if constant {
                    expose_gradient(variable.identity(), serial);
                }
                Ok(())
            }
            Some(variable) => {
                let label = variable
                    .creator()
                    .map_or_else(String::new, |c| format!(" of {}", c.label()));
                Err(PyValueError::new_err(format!(
                    "the data of a result{label} is what was computed and cannot be replaced; make a new Variable of \
                     the array, or compute the result under no_grad()"
                )))
            }
            None => Self::start(slf, array),
        }
    }

    /// The derivative that `backward` left here: a Variable, or None.
    #[getter]
    fn grad<'py>(slf: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, Self>>> {
        let py = slf.py();
        let this = slf.borrow();
        let Some(grad) = this.variable.as_ref().and_then(Variable::grad) else {
            return Ok(None);
        };
        let stands_for = grad.identity();
        if let Some((kept, identity)) = this.kept.as_ref().and_then(|kept| kept.grad.as_ref())
            && *identity == stands_for
        {
            return Ok(Some(kept.bind(py).clone()));
        }
        let of = this.variable.as_ref().map(Variable::identity);
        drop(this);
        let object = object(py, grad, Style::Variables)?;
        object.borrow_mut().kept().derivative_of = of;
        let old = slf
            .borrow_mut()
            .kept()
            .grad
            .replace((object.clone().unbind(), stands_for));
        drop(old);
        Ok(Some(object))
    }

    #[setter]
    pub(crate) fn set_grad(slf: &Bound<'_, Self>, grad: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let py = slf.py();
        let grad = match grad {
            None => None,
            Some(grad) => match grad.cast::<Self>() {
                Ok(grad) => Some(grad.clone()),
                Err(_) => {
                    let array = data_array(grad)?;
                    let grad = object(
                        py,
                        Variable::constant(memory::array_of(&array)?),
                        Style::Variables,
                    )?;
                    Some(grad)
                }
            },
        };
        let engine = grad.as_ref().map(engine).transpose()?;
        let Some(variable) = slf.borrow().variable.clone() else {
            return if engine.is_none() {
                Ok(())
            } else {
                Err(PyTypeError::new_err(
                    "a Variable without data has no gradient",
                ))
            };
        };
        variable.set_grad(engine);
        let stands_for = variable.grad().map(|grad| grad.identity());
        let kept = grad.map(Bound::unbind).zip(stands_for);
        let mut this = slf.borrow_mut();
        let old = if kept.is_some() || this.kept.is_some() {
            std::mem::replace(&mut this.kept().grad, kept)
        } else {
            None
        };
        drop(this);
        drop(old);
        Ok(())
    }

    /// The name in drawings: a str, or None.
    #[getter]
    fn name(&self) -> Option<String> {
        match &self.variable {
            Some(variable) => variable.name().filter(|name| !name.is_empty()),
            None => self.kept.as_ref()?.name.clone(),
        }
    }

    #[setter]
    fn set_name(&mut self, name: Option<String>) {
        match &self.variable {
            Some(variable) if name.is_some() || variable.name().is_some() => {
                variable.set_name(&name.unwrap_or_default());
            }
            Some(_) => {}
            None => self.kept().name = name,
        }
    }

    /// The function that computed this variable, or None for one made by hand.
    #[getter]
    fn creator<'py>(slf: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = slf.py();
        let this = slf.borrow();
        let Some(creator) = this.variable.as_ref().and_then(Variable::creator) else {
            return Ok(None);
        };
        if let dezero::Op::Custom(custom) = creator.op()
            && let Some(function) = custom.downcast_ref::<PythonFunction>()
        {
            return Ok(Some(function.object().bind(py).clone().into_any()));
        }
        if let Some(kept) = this.kept.as_ref().and_then(|kept| kept.creator.as_ref()) {
            return Ok(Some(kept.bind(py).clone().into_any()));
        }
        let style = this.style;
        drop(this);
        let function = function::of_creator(py, creator, style)?;
        slf.borrow_mut().kept().creator = Some(function.clone().unbind());
        Ok(Some(function.into_any()))
    }

    /// How deep the computation below this variable is: 0 for a variable made by hand, else one more than that of the
    /// deepest input of its creator.
    #[getter]
    fn generation(slf: &Bound<'_, Self>) -> usize {
        slf.borrow()
            .variable
            .as_ref()
            .map_or(0, function::generation)
    }

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
        let text = data.str()?.to_string();
        Ok(format!("variable({})", text.replace('\n', "\n         ")))
    }

    fn __bool__(slf: &Bound<'_, Self>) -> PyResult<bool> {
        match Self::data(slf)? {
            Some(data) => data.is_truthy(),
            None => Ok(false),
        }
    }

    fn __float__(slf: &Bound<'_, Self>) -> PyResult<Py<PyAny>> {
        Self::converted(slf, "__float__")
    }

    fn __int__(slf: &Bound<'_, Self>) -> PyResult<Py<PyAny>> {
        Self::converted(slf, "__int__")
    }

    /// The value as a Python number, for variables with one element. Raises ValueError for more.
    fn item(slf: &Bound<'_, Self>) -> PyResult<Py<PyAny>> {
        Self::converted(slf, "item")
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

    /// Differentiates this variable by everything it was computed from: adds to the `grad` of the variables that
    /// the computation began with.
    ///
    /// The sweep starts from this variable's own `grad` if there is one, else from ones.
    ///
    /// retain_grad: leave gradients in the results on the way too, as far as you hold them.
    /// create_graph: record the derivatives, so that they can be differentiated again.
    ///
    /// Integers have derivatives too, of whatever dtype the rules give.
    ///
    /// Raises RuntimeError if this is a constant, or bools.
    #[pyo3(signature = (retain_grad=false, create_graph=false))]
    fn backward(slf: &Bound<'_, Self>, retain_grad: bool, create_graph: bool) -> PyResult<()> {
        let py = slf.py();
        refresh_gradients(py)?;
        let variable = engine(slf)?;
        // A gradient that was put here may have been written into since.
        let seed = slf
            .borrow()
            .kept
            .as_ref()
            .and_then(|kept| kept.grad.as_ref())
            .map(|(seed, _)| seed.clone_ref(py));
        if let Some(seed) = seed
            && variable.grad().is_some()
            && seed.borrow(py).data.is_some()
        {
            Self::set_grad(slf, Some(seed.bind(py).as_any()))?;
        }
        let mut how = Backward::new().integers();
        if retain_grad {
            how = how.retain_grad();
            Self::retain(slf, &variable)?;
        }
        if create_graph {
            how = how.create_graph();
        }
        py.detach(|| variable.try_backward(how)).map_err(raised)?;
        if variable.is_constant() {
            // A derivative that does not depend on anything: its own derivative is zero, and there is no graph to say so.
            let of = slf
                .borrow()
                .kept
                .as_ref()
                .and_then(|kept| kept.derivative_of);
            if let Some(x) = of.and_then(|of| identity::find(py, of)) {
                let x = engine(&x)?;
                if x.grad().is_none() {
                    let zeros = Array::zeros(&x.shape(), x.dtype()).map_err(raised_by_array)?;
                    x.set_grad(Some(
                        variable
                            .try_mul(0.0)
                            .and_then(|y| y.try_sum(..))
                            .and_then(|y| y.try_add(zeros))
                            .map_err(raised)?,
                    ));
                }
            }
        }
        py.check_signals()
    }

    /// Forgets the derivative: the next `backward` starts from nothing.
    fn cleargrad(slf: &Bound<'_, Self>) -> PyResult<()> {
        Self::set_grad(slf, None)
    }

    /// Cuts this variable off from the function that computed it; `backward` ends here.
    fn unchain(slf: &Bound<'_, Self>) {
        let mut this = slf.borrow_mut();
        let variable = this.variable.clone();
        let old = this
            .kept
            .as_mut()
            .map(|kept| (kept.creator.take(), kept.inputs.take()));
        drop(this);
        drop(old);
        if let Some(variable) = variable {
            variable.unchain();
        }
    }

    /// Cuts off everything that this variable was computed from, keeping only the last function, as in truncated
    /// backpropagation through time.
    fn unchain_backward(slf: &Bound<'_, Self>) {
        let variable = slf.borrow().variable.clone();
        if let Some(variable) = variable {
            variable.unchain_backward();
        }
    }

    /// A constant with the same value and no history.
    fn detach<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, Self>> {
        let style = slf.borrow().style;
        object(slf.py(), engine(slf)?.detach(), style)
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

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        if let Some(kept) = &self.kept {
            visit.call(kept.grad.as_ref().map(|(grad, _)| grad))?;
            visit.call(&kept.creator)?;
            visit.call(&kept.inputs)?;
            kept.retained.iter().try_for_each(|y| visit.call(y))?;
        }
        match &self.variable {
            Some(variable) => function::visit_owned(variable, &visit),
            None => Ok(()),
        }
    }

    fn __clear__(&mut self) {
        if let Some(variable) = self.variable.take() {
            identity::forget(variable.identity(), self.serial);
            drop(variable);
        }
        if let Some(kept) = self.kept.take() {
            drop_kept(kept);
        }
    }
}

impl PyVariable {
    fn converted(slf: &Bound<'_, Self>, method: &str) -> PyResult<Py<PyAny>> {
        match Self::data(slf)? {
            Some(data) => data.call_method0(method).map(Bound::unbind),
            None => Err(PyTypeError::new_err(
                "this Variable has no data yet: its data is None",
            )),
        }
    }

    /// Holds the results below, so that they keep the gradients that are to be retained.
    fn retain(slf: &Bound<'_, Self>, variable: &Variable) -> PyResult<()> {
        let (py, style) = (slf.py(), slf.borrow().style);
        let mut seen = HashSet::new();
        let mut pending = vec![variable.clone()];
        let mut results = Vec::new();
        while let Some(y) = pending.pop() {
            let Some(creator) = y.creator() else { continue };
            for x in creator.inputs() {
                if !x.is_leaf() && seen.insert(x.identity()) {
                    results.push(object(py, x.clone(), style)?.unbind());
                    pending.push(x);
                }
            }
        }
        let old = std::mem::replace(&mut slf.borrow_mut().kept().retained, results);
        drop(old);
        Ok(())
    }

    /// The inputs of the creator that were handed out, which stay the same as long as this variable lives.
    pub(crate) fn kept_inputs(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        self.kept
            .as_ref()?
            .inputs
            .as_ref()
            .map(|inputs| inputs.clone_ref(py))
    }

    pub(crate) fn keep_inputs(&mut self, inputs: Py<PyAny>) {
        self.kept().inputs = Some(inputs);
    }

    pub(crate) fn keep_creator(&mut self, creator: Py<PyFunction>) {
        self.kept().creator = Some(creator);
    }

    pub(crate) fn has_data(&self) -> bool {
        self.variable.is_some()
    }

    pub(crate) fn held(&self) -> Option<&Variable> {
        self.variable.as_ref()
    }
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

/// A variable whose gradients are arrays, as in the first half of the book's second stage.
///
/// `Variable(data, name=None)`, as `dezero.Variable`; `grad` is a NumPy array, and `backward` does not make
/// derivatives that can be differentiated again.
#[pyclass(name = "Variable", module = "dezero.core_simple", extends = PyVariable, subclass)]
pub(crate) struct SimpleVariable;

#[pymethods]
impl SimpleVariable {
    #[new]
    #[pyo3(signature = (*args, **kwargs), text_signature = "(data, name=None)")]
    fn new(
        args: &Bound<'_, PyTuple>,
        kwargs: Option<&Bound<'_, PyDict>>,
    ) -> PyClassInitializer<Self> {
        let mut base = PyVariable::new(args, kwargs);
        base.style = Style::Arrays;
        PyClassInitializer::from(base).add_subclass(Self)
    }

    /// The derivative that `backward` left here: a NumPy array, or None.
    #[getter]
    fn grad<'py>(slf: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, PyUntypedArray>>> {
        match PyVariable::grad(slf.as_super())? {
            Some(grad) => PyVariable::data(&grad),
            None => Ok(None),
        }
    }

    #[setter]
    fn set_grad(slf: &Bound<'_, Self>, grad: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        PyVariable::set_grad(slf.as_super(), grad)
    }

    /// Differentiates this variable by everything it was computed from: adds to the `grad` of the variables that
    /// the computation began with.
    #[pyo3(signature = (retain_grad=false))]
    fn backward(slf: &Bound<'_, Self>, retain_grad: bool) -> PyResult<()> {
        PyVariable::backward(slf.as_super(), retain_grad, false)
    }
}

/// A variable as it was before it was copied or pickled: of a class, with data and a name.
#[pyfunction]
pub(crate) fn _restore<'py>(
    class_: &Bound<'py, PyType>,
    data: Option<&Bound<'py, PyAny>>,
    name: Option<String>,
) -> PyResult<Bound<'py, PyVariable>> {
    let variable = class
        .call_method1("__new__", (class,))?
        .cast_into::<PyVariable>()?;
    PyVariable::__init__(&variable, data, name)?;
    Ok(variable)
}
