//! Gradients: what `backward` leaves, and what Python puts there or writes into.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use dezero::{Array, Backward, Identity, Variable};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use super::{PyVariable, Style, data_array, engine, object};
use crate::errors::{raised, raised_by_array};
use crate::interpreter::detached;
use crate::{collector, identity, memory};

/// Gradients with data that Python may write into, by address and serial number: `backward` adds to gradients that no
/// Python code then touches.
static EXPOSED_GRADIENTS: Mutex<Vec<(Identity, u64)>> = Mutex::new(Vec::new());

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

pub(super) fn expose_gradient(identity: Identity, serial: u64) {
    let mut exposed = EXPOSED_GRADIENTS
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    if !exposed.contains(&(identity, serial)) {
        exposed.push((identity, serial));
    }
}

#[pymethods]
impl PyVariable {
    /// The derivative that `backward` left here: a Variable, or None.
    #[getter]
    pub(super) fn grad<'py>(slf: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, Self>>> {
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
        collector::changed();
        let grad = match grad {
            None => None,
            Some(grad) if grad.is_instance_of::<Self>() => Some(grad.cast::<Self>()?.clone()),
            Some(grad) => {
                let array = data_array(grad)?;
                let grad = object(
                    py,
                    Variable::constant(memory::array_of(&array)?),
                    Style::Variables,
                )?;
                Some(grad)
            }
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
    pub(super) fn backward(
        slf: &Bound<'_, Self>,
        retain_grad: bool,
        create_graph: bool,
    ) -> PyResult<()> {
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
        detached(py, || variable.try_backward(how)).map_err(raised)?;
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
}

impl PyVariable {
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
}
