//! The engine's table of elementwise primitives as functions of Python: one each, with nothing to add here for a new one.

use std::ffi::{CStr, CString};

use dezero::{Op, Primitive, primitives};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyCFunction, PyDict, PyTuple};

use crate::operations::{Object, apply, both};

/// The functions of the table of elementwise primitives, by their names.
pub(crate) fn add_primitives(py: Python<'_>, module: &Bound<'_, PyModule>) -> PyResult<()> {
    let functions = PyDict::new(py);
    let labels = PyDict::new(py);
    for primitive in primitives() {
        functions.set_item(primitive.name, function_of(py, primitive)?)?;
        labels.set_item(primitive.label, primitive.name)?;
    }
    module.add("primitives", functions)?;
    module.add("labels", labels)
}

/// The arguments of a primitive: its variables, then its numbers.
fn names_of(primitive: &Primitive) -> Vec<&'static str> {
    let variables: &[&str] = if primitive.arity == 1 {
        &["x"]
    } else {
        &["x0", "x1"]
    };
    variables
        .iter()
        .chain(primitive.parameters)
        .copied()
        .collect()
}

fn function_of<'py>(
    py: Python<'py>,
    primitive: &'static Primitive,
) -> PyResult<Bound<'py, PyCFunction>> {
    let names = names_of(primitive);
    let doc = format!(
        "{}({})\n--\n\n{}\n\nTakes Variables, arrays or numbers, and works elementwise, with NumPy's broadcasting; \
         can be differentiated to any order.",
        primitive.name,
        names.join(", "),
        without_links(primitive.doc.trim())
    );
    // Kept for as long as the interpreter lives, as the function is.
    let text = |text: String| -> &'static CStr {
        Box::leak(
            CString::new(text)
                .expect("names and docs have no zeros")
                .into_boxed_c_str(),
        )
    };
    let call = move |arguments: &Bound<'_, PyTuple>, named: Option<&Bound<'_, PyDict>>| {
        apply_primitive(primitive, arguments, named).map(Bound::unbind)
    };
    PyCFunction::new_closure(
        py,
        Some(text(primitive.name.to_owned())),
        Some(text(doc)),
        call,
    )
}

/// A doc comment without rustdoc's links: the text of each alone.
fn without_links(doc: &str) -> String {
    let mut text = String::new();
    let mut rest = doc;
    while let Some((before, link)) = rest.split_once("[`") {
        text.push_str(before);
        let (name, after) = link.split_once("`]").unwrap_or((link, ""));
        text.push('`');
        text.push_str(name);
        text.push('`');
        rest = match after
            .strip_prefix('(')
            .and_then(|target| target.split_once(')'))
        {
            Some((_, after)) => after,
            None => after,
        };
    }
    text + rest
}

fn apply_primitive<'py>(
    primitive: &Primitive,
    arguments: &Bound<'py, PyTuple>,
    named: Option<&Bound<'py, PyDict>>,
) -> PyResult<Object<'py>> {
    if named.is_none() && arguments.len() == primitive.arity && primitive.parameters.is_empty() {
        let x = arguments.get_item(0)?;
        return match &primitive.op {
            Op::Binary(op) => both(&x, &arguments.get_item(1)?, |x0, x1| op.apply(x0, x1)),
            _ => apply(&x, |x| primitive.apply(&[x])),
        };
    }
    let names = names_of(primitive);
    let mut values: Vec<Option<Bound<'py, PyAny>>> = arguments.iter().map(Some).collect();
    values.resize(names.len().max(values.len()), None);
    for (name, value) in named.into_iter().flatten() {
        let name: String = name.extract()?;
        match names.iter().position(|&known| known == name) {
            Some(at) if values[at].is_none() => values[at] = Some(value),
            _ => return Err(wrong_arguments(primitive, &names)),
        }
    }
    let values: Option<Vec<_>> = values.into_iter().collect();
    let values = values.filter(|values| values.len() == names.len());
    let values = values.ok_or_else(|| wrong_arguments(primitive, &names))?;
    let (variables, parameters) = values.split_at(primitive.arity);
    if let (Op::Binary(op), [x0, x1]) = (&primitive.op, variables) {
        return both(x0, x1, |x0, x1| op.apply(x0, x1));
    }
    let parameters = parameters
        .iter()
        .map(PyAnyMethods::extract)
        .collect::<PyResult<Vec<f64>>>()?;
    apply(&variables[0], |x| primitive.apply_with(&[x], &parameters))
}

fn wrong_arguments(primitive: &Primitive, names: &[&str]) -> PyErr {
    PyTypeError::new_err(format!(
        "{0}() takes the arguments {0}({1})",
        primitive.name,
        names.join(", ")
    ))
}
