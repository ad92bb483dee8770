//! `Whole`: an operation that the engine computes on arrays.

use dezero_array::{Array, DType, Layout};
use dezero_core::Op;

use super::group::Context;
use super::memory::{Given, Inputs, Operand, Place, Scratch, Slots};
use super::plan::{fits, fits_in_shape};
use crate::error::{Error, Result};
use crate::ir::{Source, ValueId};

#[derive(Debug)]
pub(super) struct Whole {
    op: Op,
    args: Vec<Operand>,
    results: Vec<Yield>,
}

/// A result that is used.
#[derive(Debug)]
struct Yield {
    /// Which of the results of the operation.
    number: usize,
    value: ValueId,
    expected: Operand,
}

/// Why a run ended.
pub(super) enum Stop {
    Failed(Error),
    /// The elements of a value lie in another way than was assumed.
    Lies(ValueId, Layout),
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Whole {
    pub(super) fn new(context: Context<'_>, members: &[ValueId]) -> Option<Self> {
        let &[first, ref others @ ..] = members else {
            return None;
        };
        let Source::Call(op, args) = &context.ir.values[first].source else {
            return None;
        };
        let args = args.iter().map(|&x| context.operand(x));
        let mut results = Vec::new();
        if others.is_empty() {
            results.push(Yield {
                number: 0,
                value: first,
                expected: context.operand(first)?,
            });
        }
        for &value in others {
            let Source::Call(Op::Output(number), _) = &context.ir.values[value].source else {
                return None;
            };
            results.push(Yield {
                number: *number as usize,
                value,
                expected: context.operand(value)?,
            });
        }
        Some(Self {
            op: op.clone(),
            args: args.collect::<Option<_>>()?,
            results,
        })
    }

    /// Computes the operation; its results are held.
    pub(super) fn run(&self, given: Given<'_>, scratch: &mut Scratch) -> Result<(), Stop> {
        let mut lent = Lent::default();
        let ys = lent
            .arrays(&self.args, given, scratch)
            .and_then(|xs| Ok(self.op.evaluate(&xs)?));
        lent.back(&mut scratch.slots);
        let ys = ys?;
        for result in &self.results {
            let Operand { layout, dtype, .. } = &result.expected;
            let y = ys
                .get(result.number)
                .filter(|y| fits_in_shape(y, *dtype, layout.shape()));
            let Some(y) = y else {
                return Err(Stop::Failed(Error::computation(format!(
                    "{}: gives other results than were recorded",
                    self.op.label()
                ))));
            };
            if !fits(y, &result.expected) {
                return Err(Stop::Lies(result.value, y.placement()));
            }
            if let Place::Held(number) = result.expected.place {
                scratch.held[number] = Some(y.clone());
            }
        }
        Ok(())
    }
}

/// Slots that are arrays for a while.
#[derive(Default)]
pub(super) struct Lent {
    slots: Vec<(DType, usize, Array)>,
}

impl Lent {
    /// Operands as arrays.
    pub(super) fn arrays(
        &mut self,
        operands: &[Operand],
        given: Given<'_>,
        scratch: &mut Scratch,
    ) -> Result<Vec<Array>> {
        operands
            .iter()
            .map(|operand| {
                let Operand {
                    place,
                    dtype,
                    layout,
                } = operand;
                let whole = match *place {
                    Place::Slot(slot) => self.lend(*dtype, slot, &mut scratch.slots)?,
                    Place::Input(number) => match given.inputs {
                        Inputs::Arrays(arrays) => arrays[number].clone(),
                        Inputs::Numbers(values, starts) => {
                            Array::from(&values[starts[number]..starts[number + 1]])
                        }
                    },
                    Place::Constant(number) => given.constants[number].clone(),
                    Place::Held(number) => scratch.held[number].clone().ok_or_else(|| {
                        Error::computation("a value was needed before it was computed")
                    })?,
                };
                Ok(see(whole, layout)?)
            })
            .collect()
    }

    fn lend(&mut self, dtype: DType, slot: usize, slots: &mut Slots) -> Result<Array> {
        let known = |(d, s, _): &&(DType, usize, Array)| (*d, *s) == (dtype, slot);
        if let Some((_, _, array)) = self.slots.iter().find(known) {
            return Ok(array.clone());
        }
        let array = slots.lend(dtype, slot)?;
        self.slots.push((dtype, slot, array.clone()));
        Ok(array)
    }

    /// Gives the slots back.
    pub(super) fn back(self, slots: &mut Slots) {
        for (dtype, slot, array) in self.slots {
            slots.take_back(dtype, slot, array);
        }
    }
}

/// An array through a layout of its elements.
pub(super) fn see(array: Array, layout: &Layout) -> Result<Array, dezero_core::Error> {
    let own = array.placement();
    if own.agrees_with(layout) && own.offset() == layout.offset() {
        return Ok(array);
    }
    Ok(array.through(layout)?)
}
