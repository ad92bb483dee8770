//! Where values are while a program runs: slots that several values use one after the other, inputs,
//! constants, and arrays that operations of the engine gave.

use std::collections::BTreeMap;

use dezero_array::{Array, DType, Element, Layout, recycled};

use super::number::Number;
use crate::error::Result;

/// Where the elements of a value are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The input of this number.
    Input(usize),
    /// The constant of this number.
    Constant(usize),
    /// The array of this number that the engine gave.
    Held(usize),
    /// The slot of this number among those of the value's dtype.
    Slot(usize),
}

/// A value as an operand: where its elements are and how they lie there.
#[derive(Clone, Debug)]
pub(super) struct Operand {
    pub(super) place: Place,
    pub(super) dtype: DType,
    pub(super) layout: Layout,
}

/// The sizes of all slots.
#[derive(Debug, Default)]
pub(super) struct Sizes {
    pub(super) doubles: Vec<usize>,
    pub(super) singles: Vec<usize>,
    pub(super) truths: Vec<usize>,
}

impl Sizes {
    fn of(&mut self, dtype: DType) -> &mut Vec<usize> {
        match dtype {
            DType::F32 => &mut self.singles,
            DType::Bool => &mut self.truths,
            DType::F64 | DType::I64 => &mut self.doubles,
        }
    }
}

/// Gives out slots while the program is planned, in the order in which it will run.
#[derive(Default)]
pub(super) struct Allocator {
    pub(super) sizes: Sizes,
    /// Slots that are free, by dtype and size.
    free: BTreeMap<(u8, usize), Vec<usize>>,
}

impl Allocator {
    /// A slot for so many values; one of its own if they are handed out at the end.
    pub(super) fn take(&mut self, dtype: DType, size: usize, own: bool) -> usize {
        let kind = dtype as u8;
        // One that is far too large would rather serve another.
        let fits = (kind, size)..=(kind, size.saturating_mul(2).saturating_add(64));
        if !own
            && let Some((&key, slots)) = self.free.range_mut(fits).next()
            && let Some(slot) = slots.pop()
        {
            if slots.is_empty() {
                self.free.remove(&key);
            }
            return slot;
        }
        let sizes = self.sizes.of(dtype);
        sizes.push(size);
        sizes.len() - 1
    }

    pub(super) fn give_back(&mut self, dtype: DType, slot: usize) {
        let size = self.sizes.of(dtype)[slot];
        self.free.entry((dtype as u8, size)).or_default().push(slot);
    }
}

/// The slots of a run.
#[derive(Default)]
pub(super) struct Slots {
    pub(super) doubles: Vec<Vec<f64>>,
    pub(super) singles: Vec<Vec<f32>>,
    pub(super) truths: Vec<Vec<bool>>,
}

impl Slots {
    /// Gives every slot its size, those anew that were handed out.
    pub(super) fn prepare(&mut self, sizes: &Sizes) {
        fn fill<T: Element>(slots: &mut Vec<Vec<T>>, sizes: &[usize]) {
            slots.resize_with(sizes.len(), Vec::new);
            for (slot, &size) in slots.iter_mut().zip(sizes) {
                if slot.len() != size {
                    *slot = recycled(size);
                }
            }
        }
        fill(&mut self.doubles, &sizes.doubles);
        fill(&mut self.singles, &sizes.singles);
        fill(&mut self.truths, &sizes.truths);
    }

    /// A slot as an array, which leaves the slot empty.
    pub(super) fn lend(&mut self, dtype: DType, slot: usize) -> Result<Array> {
        fn array<T: Element>(slot: &mut Vec<T>) -> Result<Array> {
            let layout = Layout::row_major(&[slot.len()]).map_err(dezero_core::Error::from)?;
            let array = Array::from_elements(std::mem::take(slot), &layout);
            Ok(array.map_err(dezero_core::Error::from)?)
        }
        match dtype {
            DType::F32 => array(&mut self.singles[slot]),
            DType::Bool => array(&mut self.truths[slot]),
            DType::F64 | DType::I64 => array(&mut self.doubles[slot]),
        }
    }

    /// Takes back what was lent; a copy if somebody still looks at the array.
    pub(super) fn take_back(&mut self, dtype: DType, slot: usize, array: Array) {
        fn values<T: Element>(array: Array) -> Vec<T> {
            array.into_elements().unwrap_or_else(|array| array.to_vec())
        }
        match dtype {
            DType::F32 => self.singles[slot] = values(array),
            DType::Bool => self.truths[slot] = values(array),
            DType::F64 | DType::I64 => self.doubles[slot] = values(array),
        }
    }
}

/// The inputs of a run.
#[derive(Clone, Copy)]
pub(super) enum Inputs<'a> {
    Arrays(&'a [Array]),
    /// All of them one after the other, and where each begins.
    Numbers(&'a [f64], &'a [usize]),
}

/// What a run is given.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    pub(super) inputs: Inputs<'a>,
    pub(super) constants: &'a [Array],
}

/// What a run writes to.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) slots: Slots,
    /// Arrays that operations of the engine gave.
    pub(super) held: Vec<Option<Array>>,
}

/// What a step can read.
#[derive(Clone, Copy)]
pub(super) struct Memory<'a> {
    pub(super) given: Given<'a>,
    pub(super) scratch: &'a Scratch,
}

impl<'a> Memory<'a> {
    /// The elements at a place, from the first in memory on.
    pub(super) fn floats<T: Number>(&self, place: Place) -> &'a [T] {
        match place {
            Place::Slot(slot) => &T::slots(&self.scratch.slots)[slot],
            Place::Input(number) => match self.given.inputs {
                Inputs::Arrays(arrays) => elements(&arrays[number]),
                Inputs::Numbers(values, starts) => {
                    T::given(&values[starts[number]..starts[number + 1]])
                }
            },
            place => self.array(place).map_or(&[], elements),
        }
    }

    /// The truth values at a place.
    pub(super) fn truths(&self, place: Place) -> &'a [bool] {
        match place {
            Place::Slot(slot) => &self.scratch.slots.truths[slot],
            place => self.array(place).map_or(&[], elements),
        }
    }

    /// The array at a place, if there is one.
    fn array(&self, place: Place) -> Option<&'a Array> {
        match place {
            Place::Input(number) => match self.given.inputs {
                Inputs::Arrays(arrays) => Some(&arrays[number]),
                Inputs::Numbers(..) => None,
            },
            Place::Constant(number) => Some(&self.given.constants[number]),
            Place::Held(number) => self.scratch.held[number].as_ref(),
            Place::Slot(_) => None,
        }
    }
}

fn elements<T: Element>(array: &Array) -> &[T] {
    array.elements().unwrap_or_default()
}
