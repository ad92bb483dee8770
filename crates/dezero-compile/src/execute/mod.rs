//! Running a program. Which executor serves depends on what the program consists of.

mod arrays;
mod plain;
mod scalar;

pub(crate) use arrays::Arrays;
pub(crate) use plain::Plain;

use dezero_core::Array;

use crate::error::Result;
use crate::ir::Ir;

/// A program made ready to run. The inputs have been checked.
pub(crate) trait Executor: Send + Sync {
    /// The outputs from the inputs.
    fn run(&self, inputs: &[Array]) -> Result<Vec<Array>>;

    /// The same on numbers, all inputs in row-major order one after the other, and all outputs: for
    /// programs of f64 alone.
    fn call(&self, inputs: &[f64], outputs: &mut [f64]) -> Result<()>;

    /// Makes now what the calls to come would make.
    fn prepare(&self) {}
}

/// The executor that runs the program fastest.
pub(crate) fn executor(ir: &Ir) -> Box<dyn Executor> {
    match scalar::Scalars::new(ir) {
        Some(scalars) => Box::new(scalars),
        None => Box::new(Arrays::new(ir)),
    }
}
