//! The native half of the Python package `dezero`: its classes `Variable` and `Function` over the engine, and the
//! functions on them.
//!
//! The Python half, in `python/dezero`, has the names of the book's package.

mod adapter;
mod arguments;
mod collector;
mod derivatives;
mod drawing;
mod errors;
mod function;
mod identity;
mod interpreter;
mod memory;
mod operations;
mod primitives;
mod replay;
mod search;
mod settings;
mod variable;

use pyo3::prelude::*;

#[pymodule]
fn _dezero(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    settings::forward_warnings();
    interpreter::watch_the_end(module)?;
    collector::watch(module)?;
    module.add_class::<variable::PyVariable>()?;
    module.add_class::<function::PyFunction>()?;
    module.add("SimpleVariable", py.get_type::<variable::SimpleVariable>())?;
    module.add("SimpleFunction", py.get_type::<function::SimpleFunction>())?;
    module.add_class::<derivatives::PyPullback>()?;
    module.add_class::<derivatives::PyPolynomial>()?;
    module.add_class::<search::PyOptimum>()?;
    module.add_class::<replay::PyCompiled>()?;
    module.add_class::<replay::PyProgram>()?;
    module.add_class::<drawing::PyGraph>()?;
    primitives::add_primitives(py, module)?;
    macro_rules! functions {
        ($($name:path),+ $(,)?) => {$(module.add_function(wrap_pyfunction!($name, module)?)?;)+};
    }
    functions!(
        variable::data::_restore,
        function::register_classes,
        operations::reshape,
        operations::transpose,
        operations::sum,
        operations::mean,
        operations::prod,
        operations::max,
        operations::min,
        operations::var,
        operations::std,
        operations::logsumexp,
        operations::softmax,
        operations::log_softmax,
        operations::cumsum,
        operations::broadcast_to,
        operations::sum_to,
        operations::expand_dims,
        operations::squeeze,
        operations::matmul,
        operations::cast,
        operations::where_,
        operations::concatenate,
        operations::stack,
        operations::get_item,
        derivatives::grad,
        derivatives::value_and_grad,
        derivatives::vjp,
        derivatives::jvp,
        derivatives::jacobian,
        derivatives::hessian,
        derivatives::hvp,
        derivatives::laplacian,
        derivatives::jet,
        derivatives::derivatives,
        derivatives::taylor,
        search::minimize,
        replay::compile,
        drawing::graph,
        drawing::get_dot_graph,
        drawing::draw_dot_graph,
        settings::is_recording,
        settings::set_recording,
        settings::live_nodes,
    );
    Ok(())
}
