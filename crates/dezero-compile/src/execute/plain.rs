//! The plain executor: one operation after the other by the engine's own values. What the fast
//! executors are compared with.

use dezero_core::{Array, Op};

use super::Executor;
use crate::error::Result;
use crate::ir::{Ir, Source};

pub(crate) struct Plain {
    ir: Ir,
}

impl Plain {
    pub(crate) fn new(ir: &Ir) -> Self {
        Self { ir: ir.clone() }
    }

    /// The values of the whole program; several for a user's function with several results.
    pub(crate) fn values(ir: &Ir, inputs: &[Array]) -> Result<Vec<Vec<Array>>> {
        let mut values: Vec<Vec<Array>> = Vec::with_capacity(ir.values.len());
        for value in &ir.values {
            values.push(match &value.source {
                Source::Input(number) => vec![inputs[*number].clone()],
                Source::Constant(value) => vec![value.clone()],
                Source::Call(Op::Output(i), args) => vec![values[args[0]][*i as usize].clone()],
                Source::Call(op, args) => {
                    let xs: Vec<Array> = args.iter().map(|&x| values[x][0].clone()).collect();
                    op.evaluate(&xs)?
                }
            });
        }
        Ok(values)
    }
}

impl Executor for Plain {
    fn run(&self, inputs: &[Array]) -> Result<Vec<Array>> {
        let values = Self::values(&self.ir, inputs)?;
        let output = |&y: &usize| values[y][0].clone();
        Ok(self.ir.outputs.iter().map(output).collect())
    }

    fn call(&self, inputs: &[f64], outputs: &mut [f64]) -> Result<()> {
        let mut rest = inputs;
        let arrays = self.ir.examples.iter().map(|example| {
            let (values, left) = rest.split_at(example.size());
            rest = left;
            Array::from_vec(values.to_vec(), example.shape()).map_err(dezero_core::Error::from)
        });
        let arrays: Vec<Array> = arrays.collect::<Result<_, _>>()?;
        let mut at = 0;
        for output in self.run(&arrays)? {
            let values = output.to_vec::<f64>();
            outputs[at..at + values.len()].copy_from_slice(&values);
            at += values.len();
        }
        Ok(())
    }
}
