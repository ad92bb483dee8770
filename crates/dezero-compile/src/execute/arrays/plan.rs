//! `Plan`: a program as steps on slots, for inputs that lie in a certain way.

use dezero_array::{Array, DType};
use dezero_core::Op;

use super::facts::{Assumed, Fact, Kind, facts};
use super::group::{Context, Group};
use super::memory::{Allocator, Operand, Place, Sizes};
use super::units::{NO_UNIT, Units};
use super::whole::Whole;
use crate::ir::{Ir, Source, ValueId};

/// One step.
#[derive(Debug)]
pub(super) enum Step {
    Group(Box<Group>),
    Whole(Box<Whole>),
    /// Nobody needs this array of the engine any more.
    Release(usize),
}

#[derive(Debug)]
pub(super) struct Plan {
    pub(super) assumed: Assumed,
    /// How the inputs lie.
    pub(super) inputs: Vec<Operand>,
    pub(super) constants: Vec<Array>,
    pub(super) steps: Vec<Step>,
    pub(super) sizes: Sizes,
    /// How many arrays of the engine there are.
    pub(super) held: usize,
    pub(super) outputs: Vec<Operand>,
}

impl Plan {
    /// `None` if the program is beyond what can be planned.
    pub(super) fn new(ir: &Ir, assumed: Assumed) -> Option<Self> {
        let facts = facts(ir, &assumed)?;
        let units = Units::new(ir, &facts);
        let order = units.order(ir, &facts);
        let mut planner = Planner::new(ir, &facts, &units, &order);
        let mut steps = Vec::with_capacity(order.len());
        for (at, &unit) in order.iter().enumerate() {
            planner.allocate(unit);
            let context = Context {
                ir,
                facts: &facts,
                units: &units,
                places: &planner.places,
            };
            let members = &units.units[unit].members;
            steps.push(if matches!(facts[members[0]].kind, Kind::Lanewise(_)) {
                Step::Group(Box::new(Group::new(context, unit)?))
            } else {
                Step::Whole(Box::new(Whole::new(context, members)?))
            });
            planner.release(at, &mut steps);
        }
        let outputs = ir.outputs.iter().map(|&y| planner.operand(y));
        let inputs = (0..ir.inputs()).map(|x| planner.operand(x));
        Some(Self {
            inputs: inputs.collect::<Option<_>>()?,
            outputs: outputs.collect::<Option<_>>()?,
            constants: planner.constants,
            steps,
            sizes: planner.slots.sizes,
            held: planner.held,
            assumed,
        })
    }
}

/// Gives every value its place.
struct Planner<'a> {
    ir: &'a Ir,
    facts: &'a [Fact],
    units: &'a Units,
    places: Vec<Option<Place>>,
    /// Which values must be kept after their unit.
    kept: Vec<bool>,
    is_output: Vec<bool>,
    /// The values that are used last by each step.
    last: Vec<Vec<ValueId>>,
    slots: Allocator,
    held: usize,
    constants: Vec<Array>,
}

impl<'a> Planner<'a> {
    fn new(ir: &'a Ir, facts: &'a [Fact], units: &'a Units, order: &[usize]) -> Self {
        let count = ir.values.len();
        let mut planner = Self {
            ir,
            facts,
            units,
            places: vec![None; count],
            kept: vec![false; count],
            is_output: vec![false; count],
            last: vec![Vec::new(); order.len()],
            slots: Allocator::default(),
            held: 0,
            constants: Vec::new(),
        };
        for &y in &ir.outputs {
            planner.is_output[facts[y].owner] = true;
            planner.kept[facts[y].owner] = true;
        }
        let mut positions = vec![0; units.units.len()];
        for (at, &unit) in order.iter().enumerate() {
            positions[unit] = at;
        }
        // The step that uses each value last; its own, if none does.
        let mut last: Vec<usize> = (0..count)
            .map(|v| positions.get(units.of[v]).copied().unwrap_or(0))
            .collect();
        for (v, value) in ir.values.iter().enumerate() {
            let Source::Call(op, args) = &value.source else {
                if let Source::Input(number) = value.source {
                    planner.places[v] = Some(Place::Input(number));
                }
                continue;
            };
            if units.of[v] == NO_UNIT || matches!(op, Op::Output(_)) {
                continue;
            }
            let unit = units.of[v];
            for &x in args {
                let owner = facts[x].owner;
                if let Source::Constant(array) = &ir.values[owner].source
                    && planner.places[owner].is_none()
                {
                    planner.places[owner] = Some(Place::Constant(planner.constants.len()));
                    planner.constants.push(array.clone());
                }
                if units.of[owner] != unit && units.of[owner] != NO_UNIT {
                    planner.kept[owner] = true;
                    last[owner] = last[owner].max(positions[unit]);
                }
            }
        }
        for &y in &ir.outputs {
            let owner = facts[y].owner;
            if let Source::Constant(array) = &ir.values[owner].source
                && planner.places[owner].is_none()
            {
                planner.places[owner] = Some(Place::Constant(planner.constants.len()));
                planner.constants.push(array.clone());
            }
        }
        for (v, &last) in last.iter().enumerate() {
            if units.of[v] != NO_UNIT && !planner.is_output[v] {
                planner.last[last].push(v);
            }
        }
        planner
    }

    /// Gives places to what a unit computes.
    fn allocate(&mut self, unit: usize) {
        for &member in &self.units.units[unit].members {
            let (fact, dtype) = (&self.facts[member], self.ir.values[member].dtype);
            let lanes = self.facts[self.units.units[unit].members[0]].kind;
            self.places[member] = match lanes {
                // A sum in the pass is kept even if nobody wants it.
                Kind::Lanewise(_) if self.kept[member] || fact.kind == Kind::Whole => {
                    let size = fact.layout.span();
                    let slot = self.slots.take(dtype, size, self.is_output[member]);
                    Some(Place::Slot(slot))
                }
                Kind::Lanewise(_) => None,
                _ => {
                    self.held += 1;
                    Some(Place::Held(self.held - 1))
                }
            };
        }
    }

    /// Frees the places of what is used last by a step.
    fn release(&mut self, at: usize, steps: &mut Vec<Step>) {
        for &v in &self.last[at] {
            match self.places[v] {
                Some(Place::Slot(slot)) => self.slots.give_back(self.ir.values[v].dtype, slot),
                Some(Place::Held(held)) => steps.push(Step::Release(held)),
                _ => {}
            }
        }
    }

    fn operand(&self, v: ValueId) -> Option<Operand> {
        let fact = &self.facts[v];
        Some(Operand {
            place: self.places[fact.owner]?,
            dtype: self.ir.values[v].dtype,
            layout: fact.layout.clone(),
        })
    }
}

impl Context<'_> {
    /// A value as an operand of a whole operation.
    pub(super) fn operand(&self, v: ValueId) -> Option<Operand> {
        let fact = &self.facts[v];
        Some(Operand {
            place: self.places[fact.owner]?,
            dtype: self.ir.values[v].dtype,
            layout: fact.layout.clone(),
        })
    }
}

/// Whether an array is what an operand was planned as, in the order of its elements too.
pub(super) fn fits(array: &Array, operand: &Operand) -> bool {
    array.dtype() == operand.dtype && array.placement().agrees_with(&operand.layout)
}

/// Whether it is so but for the order.
pub(super) fn fits_in_shape(array: &Array, dtype: DType, shape: &[usize]) -> bool {
    array.dtype() == dtype && array.shape() == shape
}
