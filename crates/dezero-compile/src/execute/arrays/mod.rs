//! The executor for programs with arrays: elementwise operations fused into passes over blocks, views
//! that move nothing, and slots that values use one after the other.
//!
//! ```text
//! Ir --facts--> how elements lie --units--> what is computed together, in which order
//!    --plan---> slots, steps: groups (group.rs, run by block.rs) and operations of the engine (whole.rs)
//! ```
//!
//! Eager code adds in an order that depends on how elements lie, and keeps what lies transposed so. To
//! give the same sums to the last bit, a plan follows it. A plan is made for inputs that lie in a
//! certain way, row-major unless they come otherwise; for others there are further plans.

mod block;
mod facts;
mod group;
mod load;
mod memory;
mod number;
mod parallel;
mod plan;
mod sums;
#[cfg(test)]
mod tests;
mod units;
mod whole;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dezero_array::{Array, DType};

use self::facts::Assumed;
use self::load::copy_all;
use self::memory::{Given, Inputs, Memory, Scratch};
use self::plan::{Plan, Step, fits, fits_in_shape};
use self::whole::{Lent, Stop};
use super::{Executor, Plain};
use crate::error::{Error, Result};
use crate::ir::{Ir, Source};

/// Plans for inputs and results that lie in different ways, at most.
const MOST_PLANS: usize = 8;

pub(crate) struct Arrays {
    ir: Ir,
    plain: Plain,
    /// Where each input begins among all, given as numbers; and where the last one ends.
    starts: Vec<usize>,
    /// The last made comes last.
    plans: Mutex<Vec<Arc<Ready>>>,
}

/// A plan, with the slots of runs that are over.
struct Ready {
    plan: Plan,
    idle: Mutex<Vec<Scratch>>,
}

impl Arrays {
    pub(crate) fn new(ir: &Ir) -> Self {
        let mut starts = vec![0];
        for example in &ir.examples {
            starts.push(starts[starts.len() - 1] + example.size());
        }
        let plan = Plan::new(ir, Assumed::new());
        Self {
            ir: ir.clone(),
            plain: Plain::new(ir),
            starts,
            plans: Mutex::new(
                plan.map(|plan| Arc::new(Ready::new(plan)))
                    .into_iter()
                    .collect(),
            ),
        }
    }

    /// A plan for inputs that lie so.
    fn plan(&self, inputs: Inputs<'_>) -> Result<Option<Arc<Ready>>> {
        if let Inputs::Arrays(arrays) = inputs {
            for (array, example) in arrays.iter().zip(&self.ir.examples) {
                if !fits_in_shape(array, example.dtype(), example.shape()) {
                    return Err(Error::input("shape or dtype of an input"));
                }
            }
        }
        let lies = |ready: &&Arc<Ready>| match inputs {
            Inputs::Arrays(arrays) => arrays
                .iter()
                .zip(&ready.plan.inputs)
                .all(|(array, operand)| fits(array, operand)),
            Inputs::Numbers(..) => ready
                .plan
                .inputs
                .iter()
                .all(|operand| operand.layout.is_contiguous()),
        };
        if let Some(ready) = lock(&self.plans).iter().rfind(lies) {
            return Ok(Some(Arc::clone(ready)));
        }
        let mut assumed = Assumed::new();
        if let Inputs::Arrays(arrays) = inputs {
            for (x, value) in self.ir.values.iter().enumerate() {
                if let Source::Input(number) = value.source
                    && !arrays[number].placement().is_contiguous()
                {
                    assumed.insert(x, arrays[number].placement());
                }
            }
        }
        Ok(self.make(assumed))
    }

    /// Makes a plan, unless there are too many.
    fn make(&self, assumed: Assumed) -> Option<Arc<Ready>> {
        let mut plans = lock(&self.plans);
        if plans.len() >= MOST_PLANS {
            return None;
        }
        let ready = Arc::new(Ready::new(Plan::new(&self.ir, assumed)?));
        plans.push(Arc::clone(&ready));
        Some(ready)
    }

    /// Runs a plan for these inputs; `None` if there is none.
    fn with_run<R>(
        &self,
        inputs: Inputs<'_>,
        mut finish: impl FnMut(&Plan, Given<'_>, &mut Scratch) -> Result<R>,
    ) -> Result<Option<R>> {
        let mut ready = self.plan(inputs)?;
        while let Some(present) = ready {
            let mut scratch = lock(&present.idle).pop().unwrap_or_default();
            let plan = &present.plan;
            let given = Given {
                inputs,
                constants: &plan.constants,
            };
            match scratch.run(plan, given) {
                Ok(()) => {
                    let result = finish(plan, given, &mut scratch);
                    scratch.held.clear();
                    lock(&present.idle).push(scratch);
                    return result.map(Some);
                }
                Err(Stop::Failed(error)) => {
                    scratch.held.clear();
                    lock(&present.idle).push(scratch);
                    return Err(error);
                }
                Err(Stop::Lies(value, layout)) => {
                    let mut assumed = present.plan.assumed.clone();
                    assumed.insert(value, layout);
                    ready = self.make(assumed);
                }
            }
        }
        Ok(None)
    }
}

impl Executor for Arrays {
    fn run(&self, inputs: &[Array]) -> Result<Vec<Array>> {
        let results = self.with_run(Inputs::Arrays(inputs), |plan, given, scratch| {
            scratch.hand_out(plan, given)
        })?;
        results.map_or_else(|| self.plain.run(inputs), Ok)
    }

    fn call(&self, inputs: &[f64], outputs: &mut [f64]) -> Result<()> {
        let here = Inputs::Numbers(inputs, &self.starts);
        let done = self.with_run(here, |plan, given, scratch| {
            scratch.write(plan, given, outputs)
        })?;
        match done {
            Some(()) => Ok(()),
            None => self.plain.call(inputs, outputs),
        }
    }
}

impl Ready {
    fn new(plan: Plan) -> Self {
        Self {
            plan,
            idle: Mutex::default(),
        }
    }
}

impl Scratch {
    /// Computes all values.
    fn run(&mut self, plan: &Plan, given: Given<'_>) -> Result<(), Stop> {
        self.slots.prepare(&plan.sizes);
        self.held.clear();
        self.held.resize(plan.held, None);
        for step in &plan.steps {
            match step {
                Step::Group(group) => match group.dtype {
                    DType::F32 => block::run::<f32>(group, given, self),
                    _ => block::run::<f64>(group, given, self),
                },
                Step::Whole(whole) => whole.run(given, self)?,
                Step::Release(number) => self.held[*number] = None,
            }
        }
        Ok(())
    }

    /// The outputs as arrays, which take their slots along.
    fn hand_out(&mut self, plan: &Plan, given: Given<'_>) -> Result<Vec<Array>> {
        Lent::default().arrays(&plan.outputs, given, self)
    }

    /// Writes the outputs one after the other.
    fn write(&mut self, plan: &Plan, given: Given<'_>, out: &mut [f64]) -> Result<()> {
        let mut rest = out;
        for operand in &plan.outputs {
            let layout = &operand.layout;
            let Some((now, later)) = rest.split_at_mut_checked(layout.size()) else {
                return Err(Error::input("number of outputs"));
            };
            rest = later;
            if operand.dtype == DType::F64 {
                let memory = Memory {
                    given,
                    scratch: self,
                };
                let axes = layout.shape().iter().copied();
                let axes = axes.zip(layout.strides().iter().copied());
                copy_all(memory.floats(operand.place), layout.offset(), axes, now);
                continue;
            }
            let mut lent = Lent::default();
            let array = lent.arrays(std::slice::from_ref(operand), given, self);
            let values = array.map(|array| array[0].to_vec::<f64>());
            lent.back(&mut self.slots);
            now.copy_from_slice(&values?);
        }
        Ok(())
    }
}

/// A panic in another run leaves nothing half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
