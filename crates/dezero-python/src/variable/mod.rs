//! The class `Variable`: a variable of the engine as Python sees it.
//!
//! A result shows the engine's value, read-only. A leaf's `data` is an array that Python may write into at any
//! time, the one it was made of or a copy: the engine has a value of its own, and is brought up to date when the
//! variable is used. So what was recorded before keeps its values.

pub(crate) mod data;
mod gradient;
mod simple;

use std::cell::RefCell;

use dezero::{Array, Identity, Variable};
use numpy::PyUntypedArray;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use self::gradient::expose_gradient;
pub(crate) use self::simple::SimpleVariable;
use crate::adapter::PythonFunction;
use crate::collector::{self, Bridge};
use crate::function::{self, PyFunction};
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
// Borrowed only for a look or a change. What was replaced is dropped after the borrow: that may run code of the user's, and
// it may use this variable.
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
    /// What stands for the record below, while the collector works.
    bridges: Vec<Py<Bridge>>,
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
        collector::changed();
        let identity = variable.as_ref().map(Variable::identity);
        let serial = identity::next_serial();
        if let Some(identity) = identity {
            identity::remember(identity, slf, serial);
        }
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
    static DROPPED: RefCell<Option<Vec<Kept>>> = const { RefCell::new(None) };
}

/// Drops what a variable held, never recursively.
fn drop_kept(kept: Kept) {
    let first = DROPPED.with_borrow_mut(|waiting| {
        let first = waiting.is_none();
        waiting.get_or_insert_default().push(kept);
        first
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
            drop_kept(*kept);
        }
    }
}

/// The engine's variable, with the data that it has now.
///
/// # Errors
///
/// `TypeError` if there is no data, or what was made of it is not supported.
pub(crate) fn engine(object: &Bound<'_, PyVariable>) -> PyResult<Variable> {
    styled(object).map(|(variable, _)| variable)
}

/// [`engine`], with the style of the variable.
///
/// # Errors
///
/// As [`engine`].
pub(crate) fn styled(object: &Bound<'_, PyVariable>) -> PyResult<(Variable, Style)> {
    collector::changed();
    {
        let this = object.borrow();
        if this.data.is_none()
            && let Some(variable) = &this.variable
        {
            return Ok((variable.clone(), this.style));
        }
    }
    PyVariable::refresh(object)?;
    let this = object.borrow();
    match &this.variable {
        Some(variable) => Ok((variable.clone(), this.style)),
        None => Err(PyTypeError::new_err(
            "this Variable has no data yet: its data is None",
        )),
    }
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
    let mut state = PyVariable::bare(Some(variable), style);
    state.serial = identity::next_serial();
    let serial = state.serial;
    let object = match style {
        Style::Variables => Bound::new(py, state)?,
        Style::Arrays => {
            let simple = PyClassInitializer::from(state).add_subclass(SimpleVariable);
            Bound::new(py, simple)?.into_super()
        }
    };
    identity::remember(identity, &object, serial);
    Ok(object)
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
    pub(super) fn data<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<Option<Bound<'py, PyUntypedArray>>> {
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
        let array = memory::owned(py, &value)?;
        let exposed = Exposed {
            array: array.clone().unbind(),
            clean: false,
        };
        let mut this = slf.borrow_mut();
        let old = this.data.replace(exposed);
        let serial = this.serial;
        drop(this);
        drop(old);
        if variable.is_constant() {
            // Perhaps a gradient.
            expose_gradient(variable.identity(), serial);
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
        collector::changed();
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
        Self::keep_creator(slf, function.clone().unbind());
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

    /// Cuts this variable off from the function that computed it; `backward` ends here.
    fn unchain(slf: &Bound<'_, Self>) {
        collector::changed();
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
        collector::changed();
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

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        if let Some(kept) = &self.kept {
            visit.call(kept.grad.as_ref().map(|(grad, _)| grad))?;
            visit.call(&kept.creator)?;
            visit.call(&kept.inputs)?;
            kept.retained.iter().try_for_each(|y| visit.call(y))?;
        }
        let bridges = self
            .kept
            .as_ref()
            .map_or(&[][..], |kept| kept.bridges.as_slice());
        collector::visit_record(self.variable.as_ref(), bridges, &visit)
    }

    // The engine's variable stays: until all is cleared, code of the user's may get this object by way of a record, and go
    // on using it. A cycle through a record goes through a function of the user's, which is cleared.
    fn __clear__(&mut self) {
        if let Some(kept) = self.kept.take() {
            drop_kept(*kept);
        }
    }
}

impl PyVariable {
    /// The inputs of the creator that were handed out, which stay the same as long as this variable lives.
    pub(crate) fn kept_inputs(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        self.kept
            .as_ref()?
            .inputs
            .as_ref()
            .map(|inputs| inputs.clone_ref(py))
    }

    pub(crate) fn keep_inputs(slf: &Bound<'_, Self>, inputs: Py<PyAny>) {
        let old = slf.borrow_mut().kept().inputs.replace(inputs);
        drop(old);
    }

    pub(crate) fn keep_creator(slf: &Bound<'_, Self>, creator: Py<PyFunction>) {
        let old = slf.borrow_mut().kept().creator.replace(creator);
        drop(old);
    }

    /// The creator that was handed out, if it is a function of the engine.
    pub(crate) fn kept_creator<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyFunction>> {
        let creator = self.kept.as_ref()?.creator.as_ref()?;
        Some(creator.bind(py).clone())
    }

    /// Has the collector find what these stand for; gives those that were there.
    pub(crate) fn replace_bridges(&mut self, bridges: Vec<Py<Bridge>>) -> Vec<Py<Bridge>> {
        if bridges.is_empty() && self.kept.is_none() {
            return bridges;
        }
        std::mem::replace(&mut self.kept().bridges, bridges)
    }

    pub(crate) fn has_data(&self) -> bool {
        self.variable.is_some()
    }

    pub(crate) fn held(&self) -> Option<&Variable> {
        self.variable.as_ref()
    }
}
