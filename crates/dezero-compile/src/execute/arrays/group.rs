//! `Group`: values computed element by element in one pass, as instructions on blocks.

use std::cmp::Reverse;
use std::collections::HashMap;

use dezero_array::{DType, Layout};
use dezero_core::{Binary, Compare, Op, Parts, Unary};

use super::facts::{Fact, Kind, placed};
use super::load::{Axis, Load};
use super::memory::Place;
use super::units::{Sums, Unit, Units};
use crate::ir::{Ir, Source, ValueId};

/// An operand of an instruction, or where its result goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arg {
    /// A block in this register.
    Register(usize),
    /// What lies in this source in the order of the group.
    Along(usize),
    /// The one value that is in this source.
    Single(usize),
    /// A result that is kept.
    Store(usize),
}

/// One step on a block. Where numbers and truth values meet, each is among its own.
#[derive(Clone, Debug)]
pub(super) enum Instruction {
    /// Elements of a source of numbers that lie in another order.
    Load(usize, Load, Arg),
    /// The same of truth values.
    LoadTruths(usize, Load, Arg),
    Unary(Unary, Arg, Arg),
    Binary(Binary, [Arg; 2], Arg),
    Compare(Compare, [Arg; 2], Arg),
    /// And, or otherwise or.
    Logical(bool, [Arg; 2], Arg),
    Where(Arg, [Arg; 2], Arg),
    /// Truth values as numbers.
    Number(Arg, Arg),
    /// Numbers as truth values.
    Truth(Arg, Arg),
}

/// Something that a group reads: where it is, and where the part that is read begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct From {
    pub(super) place: Place,
    pub(super) offset: usize,
}

/// A sum that a group takes: of what, and in which slot it goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Summed {
    pub(super) of: Arg,
    pub(super) slot: usize,
}

#[derive(Debug)]
pub(super) struct Group {
    pub(super) dtype: DType,
    /// Whether the values are 0-d.
    pub(super) is_scalar: bool,
    /// The number of elements.
    pub(super) size: usize,
    pub(super) numbers: Vec<From>,
    pub(super) truths: Vec<From>,
    pub(super) code: Vec<Instruction>,
    /// The slots of results that are kept.
    pub(super) stores: Vec<usize>,
    pub(super) truth_stores: Vec<usize>,
    pub(super) registers: usize,
    pub(super) truth_registers: usize,
    pub(super) sums: Sums,
    pub(super) summed: Vec<Summed>,
    /// About how many nanoseconds an element takes.
    pub(super) cost: f64,
}

/// What a group is built from.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) ir: &'a Ir,
    pub(super) facts: &'a [Fact],
    pub(super) units: &'a Units,
    /// Where the elements of each value are that has any.
    pub(super) places: &'a [Option<Place>],
}

impl Group {
    pub(super) fn new(context: Context<'_>, unit: usize) -> Option<Self> {
        let Unit { members, sums } = &context.units.units[unit];
        let &first = members.first()?;
        let Kind::Lanewise(dtype) = context.facts[first].kind else {
            return None;
        };
        let layout = &context.facts[first].layout;
        let (shape, strides) = (layout.shape(), layout.strides());
        let mut axes: Vec<usize> = (0..shape.len())
            .filter(|&axis| shape[axis] != 1 && strides[axis] != 0)
            .collect();
        if layout.size() > 0 {
            axes.sort_by_key(|&axis| Reverse(strides[axis]));
        }
        let mut builder = Builder {
            context,
            unit,
            shape,
            group: Group {
                dtype,
                is_scalar: shape.is_empty(),
                size: if layout.size() == 0 { 0 } else { layout.span() },
                numbers: Vec::new(),
                truths: Vec::new(),
                code: Vec::new(),
                stores: Vec::new(),
                truth_stores: Vec::new(),
                registers: 0,
                truth_registers: 0,
                sums: *sums,
                summed: Vec::new(),
                cost: 0.0,
            },
            axes,
            known: HashMap::new(),
            last: last_uses(context, members),
            free: Vec::new(),
            free_truths: Vec::new(),
        };
        for (number, &member) in members.iter().enumerate() {
            builder.member(number, member)?;
        }
        Some(builder.group)
    }
}

/// The number of the member that uses a value last; sums stay to the end.
fn last_uses(context: Context<'_>, members: &[ValueId]) -> HashMap<ValueId, usize> {
    let mut last = HashMap::new();
    for (number, &member) in members.iter().enumerate() {
        let Source::Call(_, args) = &context.ir.values[member].source else {
            continue;
        };
        for &x in args {
            let until = last.entry(x).or_insert(0);
            if context.facts[member].kind == Kind::Whole {
                *until = usize::MAX;
            } else {
                *until = number.max(*until);
            }
        }
    }
    last
}

struct Builder<'a> {
    context: Context<'a>,
    unit: usize,
    shape: &'a [usize],
    group: Group,
    /// The axes of the iteration, the last moves fastest.
    axes: Vec<usize>,
    /// Where operands are found.
    known: HashMap<ValueId, Arg>,
    last: HashMap<ValueId, usize>,
    free: Vec<usize>,
    free_truths: Vec<usize>,
}

impl Builder<'_> {
    fn is_truth(&self, v: ValueId) -> bool {
        self.context.ir.values[v].dtype == DType::Bool
    }

    fn member(&mut self, number: usize, v: ValueId) -> Option<()> {
        let Source::Call(op, args) = &self.context.ir.values[v].source else {
            return None;
        };
        if self.context.facts[v].kind == Kind::Whole {
            let of = self.operand(args[0])?;
            let Some(Place::Slot(slot)) = self.context.places[v] else {
                return None;
            };
            self.group.summed.push(Summed { of, slot });
            self.group.cost += 0.3;
            return Some(());
        }
        let mut borrowed: Vec<Arg> = Vec::new();
        match op {
            Op::GetItemGrad(_) => {
                let (from, load) = self.padded(op, args[0])?;
                let result = self.result(v);
                self.group.code.push(Instruction::Load(from, load, result));
                self.group.cost += 0.2;
            }
            Op::Unary(op) => {
                let x = self.operand(args[0])?;
                let result = self.result(v);
                self.group.code.push(Instruction::Unary(*op, x, result));
                self.group.cost += cost_of(*op);
            }
            Op::Binary(op) => {
                let xs = self.numbers([args[0], args[1]], &mut borrowed)?;
                let result = self.result(v);
                self.group.code.push(Instruction::Binary(*op, xs, result));
                self.group.cost += match op {
                    Binary::Add | Binary::Sub | Binary::Mul => 0.2,
                    Binary::Pow | Binary::Atan2 => 20.0,
                    Binary::Hypot => 5.0,
                    _ => 0.8,
                };
            }
            Op::Compare(op) if self.is_truth(args[0]) && self.is_truth(args[1]) => {
                let xs = [self.operand(args[0])?, self.operand(args[1])?];
                let result = self.result(v);
                let and = *op == Compare::LogicalAnd;
                self.group.code.push(Instruction::Logical(and, xs, result));
                self.group.cost += 0.1;
            }
            Op::Compare(op) => {
                let xs = self.numbers([args[0], args[1]], &mut borrowed)?;
                let result = self.result(v);
                self.group.code.push(Instruction::Compare(*op, xs, result));
                self.group.cost += 0.3;
            }
            Op::Where => {
                let condition = self.operand(args[0])?;
                let xs = self.numbers([args[1], args[2]], &mut borrowed)?;
                let result = self.result(v);
                let choose = Instruction::Where(condition, xs, result);
                self.group.code.push(choose);
                self.group.cost += 0.4;
            }
            Op::Cast(_) => {
                let x = self.operand(args[0])?;
                let result = self.result(v);
                self.group.code.push(if self.is_truth(args[0]) {
                    Instruction::Number(x, result)
                } else {
                    Instruction::Truth(x, result)
                });
                self.group.cost += 0.2;
            }
            _ => return None,
        }
        for arg in borrowed {
            self.release(arg, false);
        }
        for (i, x) in args.iter().enumerate() {
            if self.last.get(x) == Some(&number)
                && !args[..i].contains(x)
                && let Some(&arg) = self.known.get(x)
            {
                self.release(arg, self.is_truth(*x));
            }
        }
        // Nothing uses it but perhaps what reads it where it is kept.
        if !self.last.contains_key(&v)
            && let Some(&arg) = self.known.get(&v)
        {
            self.release(arg, self.is_truth(v));
        }
        Some(())
    }

    fn release(&mut self, arg: Arg, truth: bool) {
        if let Arg::Register(register) = arg {
            if truth {
                self.free_truths.push(register);
            } else {
                self.free.push(register);
            }
        }
    }

    fn register(&mut self, truth: bool) -> Arg {
        let (free, count) = if truth {
            (&mut self.free_truths, &mut self.group.truth_registers)
        } else {
            (&mut self.free, &mut self.group.registers)
        };
        Arg::Register(free.pop().unwrap_or_else(|| {
            *count += 1;
            *count - 1
        }))
    }

    /// Where the result of a member goes.
    fn result(&mut self, v: ValueId) -> Arg {
        let truth = self.is_truth(v);
        let arg = match self.context.places[v] {
            Some(Place::Slot(slot)) => {
                let stores = if truth {
                    &mut self.group.truth_stores
                } else {
                    &mut self.group.stores
                };
                stores.push(slot);
                Arg::Store(stores.len() - 1)
            }
            _ => self.register(truth),
        };
        self.known.insert(v, arg);
        arg
    }

    /// Two operands as numbers; those that were converted for this are `borrowed`.
    fn numbers(&mut self, xs: [ValueId; 2], borrowed: &mut Vec<Arg>) -> Option<[Arg; 2]> {
        let mut args = [self.operand(xs[0])?, self.operand(xs[1])?];
        for (arg, x) in args.iter_mut().zip(xs) {
            if self.is_truth(x) {
                let number = self.register(false);
                self.group.code.push(Instruction::Number(*arg, number));
                borrowed.push(number);
                *arg = number;
            }
        }
        Some(args)
    }

    fn operand(&mut self, x: ValueId) -> Option<Arg> {
        if let Some(&arg) = self.known.get(&x) {
            return Some(arg);
        }
        debug_assert!(self.context.units.of[x] != self.unit);
        let layout = self.context.facts[x].layout.broadcast_to(self.shape)?;
        let truth = self.is_truth(x);
        let axes: Vec<Axis> = self
            .axes
            .iter()
            .map(|&axis| Axis::whole(self.shape[axis], layout.strides()[axis]))
            .collect();
        let arg = if axes.iter().all(|axis| axis.stride == 0) {
            Arg::Single(self.from(x, layout.offset(), truth)?)
        } else {
            let load = Load::new(0, &axes);
            if load.direct(0, self.group.size).is_some() {
                Arg::Along(self.from(x, layout.offset(), truth)?)
            } else {
                let load = Load::new(layout.offset(), &axes);
                let from = self.from(x, 0, truth)?;
                let register = self.register(truth);
                self.group.code.push(if truth {
                    Instruction::LoadTruths(from, load, register)
                } else {
                    Instruction::Load(from, load, register)
                });
                self.group.cost += 0.4;
                register
            }
        };
        self.known.insert(x, arg);
        Some(arg)
    }

    /// The source that begins so far into the elements that a value shows a part of.
    fn from(&mut self, x: ValueId, offset: usize, truth: bool) -> Option<usize> {
        let place = self.context.places[self.context.facts[x].owner]?;
        let from = if truth {
            &mut self.group.truths
        } else {
            &mut self.group.numbers
        };
        from.push(From { place, offset });
        Some(from.len() - 1)
    }

    /// Where the array `x` that is placed among zeros comes from.
    fn padded(&mut self, op: &Op, x: ValueId) -> Option<(usize, Load)> {
        let Some(Parts::GetItemGrad(slices)) = op.parts() else {
            return None;
        };
        let (placed, count) = placed(slices, self.shape)?;
        let mut target = vec![1; count];
        for place in &placed {
            if let Some(axis) = place.axis {
                target[axis] = place.count;
            }
        }
        let layout: Layout = self.context.facts[x].layout.broadcast_to(&target)?;
        let along = |&axis: &usize| {
            let place = placed[axis];
            Axis {
                len: self.shape[axis],
                stride: place.axis.map_or(0, |axis| layout.strides()[axis]),
                start: place.start,
                count: place.count,
            }
        };
        let mut axes: Vec<Axis> = self.axes.iter().map(along).collect();
        if placed.iter().any(|place| place.count == 0) {
            for axis in &mut axes {
                axis.count = 0;
            }
            if axes.is_empty() {
                axes.push(Axis {
                    len: 1,
                    stride: 0,
                    start: 0,
                    count: 0,
                });
            }
        }
        let from = self.from(x, 0, false)?;
        Some((from, Load::new(layout.offset(), &axes)))
    }
}

/// About how many nanoseconds an element takes.
fn cost_of(op: Unary) -> f64 {
    match op {
        Unary::Neg
        | Unary::Abs
        | Unary::Square
        | Unary::Sign
        | Unary::ReLU
        | Unary::LeakyReLU(_)
        | Unary::Clip(..)
        | Unary::Floor
        | Unary::Ceil
        | Unary::Round => 0.2,
        Unary::Pow(exponent) if [2.0, 1.0].contains(&exponent.get()) => 0.2,
        Unary::Sqrt | Unary::Recip => 1.0,
        Unary::Lgamma | Unary::Digamma | Unary::Polygamma(_) | Unary::Erf => 20.0,
        _ => 4.0,
    }
}
