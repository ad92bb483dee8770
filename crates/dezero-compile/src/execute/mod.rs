//! Running a program. Which executor serves depends on what the program consists of.

mod arrays;
mod plain;
mod scalar;

pub(crate) use arrays::Arrays;
pub(crate) use plain::Plain;
pub(crate) use scalar::Scalars;

use std::ops::Deref;

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

/// The executor that runs a program fastest.
pub(crate) enum Fastest {
    Scalars(Scalars),
    Arrays(Arrays),
}

impl Fastest {
    pub(crate) fn new(ir: &Ir) -> Self {
        match Scalars::new(ir) {
            Some(scalars) => Self::Scalars(scalars),
            None => Self::Arrays(Arrays::new(ir)),
        }
    }
}

impl Deref for Fastest {
    type Target = dyn Executor;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Scalars(scalars) => scalars,
            Self::Arrays(arrays) => arrays,
        }
    }
}
