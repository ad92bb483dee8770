//! What Python's cycle collector is shown of the record.
//!
//! A result holds its creator, a function of the user's, through the record; the function may hold the result as an attribute.
//! Reference counts do not free such a cycle, and the collector follows references between Python's objects only. So
//! objects that show variables have it visit what they hold through the record:
//!
//! - In every collection, the functions that one variable alone keeps alive. The one reference to such a function, the
//!   record's, is that variable's.
//! - In a full collection, also those that several keep alive together. When it begins, the parts of the record that only
//!   Python's objects refer to get a [`Bridge`] each, an object that stands for the part: it is referred to by whoever refers to the
//!   part, and visits the part's functions on behalf of the record. When the collection has ended they go.
//!
//! What the collector visits must be exactly the references that there are, or it takes what is in use. Bridges are true
//! for the moment that they were made at; if anything of this package was used since, they visit nothing on behalf of the
//! record, and what is below counts as in use.

use std::any::Any;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use dezero::{Holder, Variable, holdings};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::adapter::{HELD, PythonFunction};
use crate::function::PyFunction;
use crate::{identity, interpreter};

/// How far the collector looks below a variable for functions that go with it alone.
const MOST_NODES: usize = 10_000;

/// Counts what may change who refers to what.
static CHANGES: AtomicU64 = AtomicU64::new(1);

/// The count of changes at which the bridges of now were made; 0 while there are none.
static BRIDGED: AtomicU64 = AtomicU64::new(0);

/// Says that references to the record may have been made or dropped, otherwise than with the object that holds them. The
/// interpreter's lock is held.
#[inline]
pub(crate) fn changed() {
    // No other thread counts meanwhile, so this need not be one atomic step.
    CHANGES.store(CHANGES.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}

/// The count of changes for which there are bridges, if they are true.
fn bridged() -> Option<u64> {
    let made = BRIDGED.load(Ordering::Relaxed);
    let unchanged = made == CHANGES.load(Ordering::Relaxed) && !interpreter::is_anybody_detached();
    unchanged.then_some(made)
}

/// Shows the collector what a variable holds through the record.
pub(crate) fn visit_record(
    variable: Option<&Variable>,
    bridges: &[Py<Bridge>],
    visit: &PyVisit<'_>,
) -> Result<(), PyTraverseError> {
    for bridge in bridges {
        visit.call(bridge)?;
    }
    let Some(variable) = variable else {
        return Ok(());
    };
    if HELD.load(Ordering::Relaxed) == 0 || bridged().is_some() {
        return Ok(());
    }
    let mut result = Ok(());
    variable.visit_owned_functions(MOST_NODES, &mut |function| {
        let function: &dyn Any = function;
        if let Some(function) = function.downcast_ref::<PythonFunction>()
            && result.is_ok()
        {
            result = visit.call(function.object());
        }
    });
    result
}

/// A part of the record that only Python's objects refer to, while the collector works.
#[pyclass(frozen, module = "dezero._dezero")]
pub(crate) struct Bridge {
    /// The count of changes when it was made.
    made: u64,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    bridges: Vec<Py<Bridge>>,
    functions: Vec<Py<PyFunction>>,
}

impl Bridge {
    fn replace(&self, held: Held) -> Held {
        let mut here = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut here, held)
    }
}

#[pymethods]
impl Bridge {
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        let Ok(held) = self.held.try_lock() else {
            return Ok(());
        };
        held.bridges
            .iter()
            .try_for_each(|bridge| visit.call(bridge))?;
        let own = held.functions.iter();
        own.clone().try_for_each(|function| visit.call(function))?;
        if bridged() == Some(self.made) {
            // The references of the record, of which there are as many.
            own.clone().try_for_each(|function| visit.call(function))?;
        }
        Ok(())
    }

    fn __clear__(&self) {
        drop(self.replace(Held::default()));
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        let held = std::mem::take(self.held.get_mut().unwrap_or_else(PoisonError::into_inner));
        drop_later(held.bridges);
    }
}

thread_local! {
    /// Bridges that wait to be dropped, while some are: they hold others, as deep as the record is.
    static DROPPED: std::cell::RefCell<Option<Vec<Py<Bridge>>>> = const { std::cell::RefCell::new(None) };
}

/// Drops bridges, never recursively.
fn drop_later(bridges: Vec<Py<Bridge>>) {
    let first = DROPPED.with_borrow_mut(|waiting| {
        let first = waiting.is_none();
        waiting.get_or_insert_default().extend(bridges);
        first
    });
    if !first {
        return;
    }
    while let Some(bridge) = DROPPED.with_borrow_mut(|waiting| waiting.as_mut().and_then(Vec::pop))
    {
        drop(bridge);
    }
    DROPPED.set(None);
}

/// Makes bridges for the parts of the record that only these objects refer to.
fn build(py: Python<'_>) -> PyResult<()> {
    let variables = identity::all(py);
    let functions: Vec<Bound<'_, PyFunction>> = variables
        .iter()
        .filter_map(|x| x.try_borrow().ok()?.kept_creator(py))
        .collect();
    let (held, parts) = {
        // References to the engine's variables, not copies, which would count. What is at work just now stays out.
        let borrowed: Vec<_> = variables.iter().map(|x| x.try_borrow().ok()).collect();
        let creators: Vec<_> = functions.iter().map(|f| f.get().take_creator()).collect();
        let of_variables = borrowed.iter().enumerate().filter_map(|(at, x)| {
            let variable = x.as_ref()?.held()?;
            Some((at, Holder::Variable(variable)))
        });
        let of_creators = creators.iter().enumerate().filter_map(|(at, creator)| {
            let creator = creator.as_ref()?;
            Some((variables.len() + at, Holder::Creator(creator)))
        });
        let (owners, holders): (Vec<usize>, Vec<Holder<'_>>) =
            of_variables.chain(of_creators).unzip();
        let found = holdings(&holders, |function| {
            let function: &dyn Any = function;
            let function = function.downcast_ref::<PythonFunction>()?;
            Some(function.object().clone_ref(py))
        });
        for (function, creator) in functions.iter().zip(creators) {
            function.get().put_back_creator(creator);
        }
        let held: Vec<(usize, Vec<usize>)> = owners.into_iter().zip(found.held).collect();
        (held, found.parts)
    };
    // Also below, objects are made, during which nothing else of this package runs.
    changed();
    let made = CHANGES.load(Ordering::Relaxed);
    let bridges = parts
        .iter()
        .map(|_| {
            let held = Mutex::default();
            Py::new(py, Bridge { made, held })
        })
        .collect::<PyResult<Vec<_>>>()?;
    let some = |places: &[usize]| -> Vec<Py<Bridge>> {
        places.iter().map(|&at| bridges[at].clone_ref(py)).collect()
    };
    for (bridge, part) in bridges.iter().zip(parts) {
        let held = Held {
            bridges: some(&part.holds),
            functions: part.functions,
        };
        drop(bridge.get().replace(held));
    }
    for (owner, places) in held {
        let old = match variables.get(owner) {
            Some(variable) => variable.borrow_mut().replace_bridges(some(&places)),
            None => functions[owner - variables.len()]
                .get()
                .replace_bridges(some(&places)),
        };
        drop_later(old);
    }
    BRIDGED.store(made, Ordering::Relaxed);
    Ok(())
}

/// Takes the bridges away again.
fn remove(py: Python<'_>) {
    BRIDGED.store(0, Ordering::Relaxed);
    for variable in identity::all(py) {
        let Ok(mut this) = variable.try_borrow_mut() else {
            continue;
        };
        let function = this.kept_creator(py);
        let mut old = this.replace_bridges(Vec::new());
        drop(this);
        if let Some(function) = function {
            old.append(&mut function.get().replace_bridges(Vec::new()));
        }
        drop_later(old);
    }
}

/// Called by the collector when it begins and when it has ended.
#[pyfunction]
fn collecting(phase: &str, info: &Bound<'_, PyDict>) -> PyResult<()> {
    let py = info.py();
    if HELD.load(Ordering::Relaxed) == 0 && BRIDGED.load(Ordering::Relaxed) == 0 {
        return Ok(());
    }
    let full = match info.get_item("generation")? {
        Some(generation) => generation.extract::<usize>()? == 2,
        None => false,
    };
    match phase {
        "start" if full => build(py),
        "stop" if full => {
            remove(py);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Has the collector announce itself.
pub(crate) fn watch(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    let collecting = wrap_pyfunction!(collecting, module)?;
    let callbacks = py.import("gc")?.getattr("callbacks")?;
    callbacks.call_method1("append", (collecting,))?;
    Ok(())
}
