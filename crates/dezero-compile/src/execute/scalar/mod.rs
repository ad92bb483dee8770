//! The scalar executor: a program of 0-d values, or of small arrays, computed number by number.

mod allocate;
mod code;
mod lower;
mod machine;
#[cfg(feature = "jit")]
mod native;
mod order;
#[cfg(test)]
mod tests;

use dezero_core::{Array, DType};

use super::{Executor, Plain};
use crate::error::{Error, Result};
use crate::ir::Ir;
use machine::Machine;

/// Runs a program as scalars.
pub(crate) struct Scalars {
    machine: Machine,
    #[cfg(feature = "jit")]
    native: native::Native,
    /// How many numbers there are in all inputs, and in all outputs.
    inputs: usize,
    outputs: usize,
    shapes: Vec<(Box<[usize]>, DType)>,
    /// For inputs that do not lie row-major, where that makes a difference to the last bit.
    otherwise: Option<Plain>,
}

impl Scalars {
    /// The program as scalars, or `None` where it is one for arrays.
    pub(crate) fn new(ir: &Ir) -> Option<Self> {
        let lowered = lower::lower(ir)?;
        let shape = |&y: &usize| (ir.values[y].shape.clone(), ir.values[y].dtype);
        Some(Self {
            machine: Machine::new(&lowered.code),
            inputs: lowered.code.inputs,
            outputs: lowered.code.outputs.len(),
            shapes: ir.outputs.iter().map(shape).collect(),
            otherwise: lowered.is_row_major.then(|| Plain::new(ir)),
            #[cfg(feature = "jit")]
            native: native::Native::new(lowered.code),
        })
    }
}

impl Executor for Scalars {
    fn run(&self, inputs: &[Array]) -> Result<Vec<Array>> {
        if let Some(plain) = &self.otherwise
            && inputs.iter().any(|x| !is_row_major(x))
        {
            return plain.run(inputs);
        }
        let mut numbers = Vec::with_capacity(self.inputs);
        for x in inputs {
            match (x.as_f64(), x.as_slice::<f64>()) {
                (Some(x), _) => numbers.push(x),
                (_, Some(x)) => numbers.extend_from_slice(x),
                _ => numbers.extend(x.astype(DType::F64).to_vec::<f64>()),
            }
        }
        let mut outputs = vec![0.0; self.outputs];
        self.call(&numbers, &mut outputs)?;
        let mut rest = &outputs[..];
        let arrays = self.shapes.iter().map(|(shape, dtype)| {
            let (own, others) = rest.split_at(shape.iter().product());
            rest = others;
            if shape.is_empty() && *dtype == DType::F64 {
                return Ok(Array::from(own[0]));
            }
            let array = Array::from_vec(own.to_vec(), shape).map_err(dezero_core::Error::from)?;
            Ok(match dtype {
                DType::F64 => array,
                _ => array.astype(*dtype),
            })
        });
        arrays.collect()
    }

    fn call(&self, inputs: &[f64], outputs: &mut [f64]) -> Result<()> {
        if inputs.len() != self.inputs || outputs.len() != self.outputs {
            return Err(self.miscounted(inputs.len(), outputs.len()));
        }
        #[cfg(feature = "jit")]
        {
            if self.native.is_due() {
                self.native.compile();
            }
            if self.call_native(inputs, outputs) {
                return Ok(());
            }
        }
        self.machine.call(inputs, outputs);
        Ok(())
    }

    fn prepare(&self) {
        #[cfg(feature = "jit")]
        self.native.compile();
    }
}

impl Scalars {
    /// Computes the outputs by native code, where there is any and the numbers are as many as it takes.
    #[cfg(feature = "jit")]
    #[inline]
    pub(crate) fn call_native(&self, inputs: &[f64], outputs: &mut [f64]) -> bool {
        self.native.call(inputs, outputs)
    }

    #[cold]
    fn miscounted(&self, inputs: usize, outputs: usize) -> Error {
        Error::input(format!(
            "the program takes {} numbers and gives {}, but the call has {inputs} and {outputs}",
            self.inputs, self.outputs
        ))
    }
}

/// Whether the elements lie row-major without gaps.
fn is_row_major(x: &Array) -> bool {
    let mut expected = 1;
    for (&len, &stride) in x.shape().iter().zip(x.strides()).rev() {
        if len != 1 {
            if stride != expected {
                return x.is_empty();
            }
            expected *= len as isize;
        }
    }
    true
}
