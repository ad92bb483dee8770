//! What is computed together, and in which order.
//!
//! Values that are computed element by element, in the same float and over elements that lie alike, are
//! one unit if they are on the same level. A value's level is that of its operands, and one more than
//! that of an operand that is not in the same kind of unit. So every step from one unit to another leads
//! to a higher level, and no two units can wait for each other; and all is found in one pass.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use dezero_array::{DType, Layout};
use dezero_core::{Op, Parts};

use super::facts::{Fact, Kind};
use crate::ir::{Ir, Source, ValueId};

/// Values that are computed together.
#[derive(Debug)]
pub(super) struct Unit {
    /// In the order of the program.
    pub(super) members: Vec<ValueId>,
    pub(super) sums: Sums,
}

/// The sums of members of a unit that are taken in the same pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sums {
    None,
    /// Over all elements.
    All,
    /// Over rows of this many elements.
    Rows(usize),
}

/// How many sums over all elements a pass can take.
pub(super) const MOST_SUMS: usize = 8;

pub(super) struct Units {
    pub(super) units: Vec<Unit>,
    /// The unit of each value that is computed and no view.
    pub(super) of: Vec<usize>,
}

pub(super) const NO_UNIT: usize = usize::MAX;

impl Units {
    pub(super) fn new(ir: &Ir, facts: &[Fact]) -> Self {
        let mut former = Former {
            ir,
            facts,
            units: Vec::new(),
            of: vec![NO_UNIT; ir.values.len()],
            levels: vec![0; ir.values.len()],
            classes: vec![usize::MAX; ir.values.len()],
            layouts: HashMap::new(),
            groups: HashMap::new(),
        };
        for (v, fact) in facts.iter().enumerate() {
            if matches!(fact.kind, Kind::Lanewise(_) | Kind::Whole) {
                former.place(v);
            }
        }
        Self {
            units: former.units,
            of: former.of,
        }
    }

    /// The units in an order in which they can be computed, near to that of the program.
    pub(super) fn order(&self, ir: &Ir, facts: &[Fact]) -> Vec<usize> {
        let mut users: Vec<Vec<usize>> = vec![Vec::new(); self.units.len()];
        let mut waiting = vec![0_usize; self.units.len()];
        for (unit, Unit { members, .. }) in self.units.iter().enumerate() {
            for &member in members {
                let Source::Call(_, args) = &ir.values[member].source else {
                    continue;
                };
                for &x in args {
                    let below = self.of[facts[x].owner];
                    if below != unit && below != NO_UNIT {
                        users[below].push(unit);
                        waiting[unit] += 1;
                    }
                }
            }
        }
        let last = |unit: usize| self.units[unit].members.last().copied();
        let mut ready: BinaryHeap<Reverse<(Option<ValueId>, usize)>> = (0..self.units.len())
            .filter(|&unit| waiting[unit] == 0)
            .map(|unit| Reverse((last(unit), unit)))
            .collect();
        let mut order = Vec::with_capacity(self.units.len());
        while let Some(Reverse((_, unit))) = ready.pop() {
            order.push(unit);
            for &user in &users[unit] {
                waiting[user] -= 1;
                if waiting[user] == 0 {
                    ready.push(Reverse((last(user), user)));
                }
            }
        }
        order
    }
}

struct Former<'a> {
    ir: &'a Ir,
    facts: &'a [Fact],
    units: Vec<Unit>,
    of: Vec<usize>,
    levels: Vec<usize>,
    /// How the elements of each value lie, as a number; the same for all that lie alike.
    classes: Vec<usize>,
    layouts: HashMap<(Vec<usize>, Vec<isize>), usize>,
    groups: HashMap<(DType, usize, usize), usize>,
}

impl Former<'_> {
    fn place(&mut self, v: ValueId) {
        let Source::Call(op, args) = &self.ir.values[v].source else {
            return;
        };
        if let Kind::Lanewise(dtype) = self.facts[v].kind {
            let class = self.class(&self.facts[v].layout);
            self.classes[v] = class;
            let joins = !matches!(op, Op::GetItemGrad(_));
            let level = |&x: &ValueId| {
                let owner = self.facts[x].owner;
                let alike = joins
                    && owner == x
                    && self.facts[x].kind == Kind::Lanewise(dtype)
                    && self.classes[x] == class;
                match self.facts[owner].kind {
                    Kind::Given => 0,
                    _ if alike => self.levels[x],
                    _ => self.levels[owner] + 1,
                }
            };
            let level = args.iter().map(level).max().unwrap_or(0);
            let next = self.units.len();
            let unit = *self.groups.entry((dtype, class, level)).or_insert(next);
            if unit == next {
                self.units.push(Unit {
                    members: Vec::new(),
                    sums: Sums::None,
                });
            }
            self.add(v, unit, level);
        } else if let Some((unit, sums)) = self.summing(v, op, args) {
            self.units[unit].sums = sums;
            self.add(v, unit, self.levels[args[0]]);
        } else if let (Op::Output(_), [call]) = (op, &**args) {
            self.add(v, self.of[*call], self.levels[*call]);
        } else {
            let level = |&x: &ValueId| {
                let owner = self.facts[x].owner;
                match self.facts[owner].kind {
                    Kind::Given => 0,
                    _ => self.levels[owner] + 1,
                }
            };
            let level = args.iter().map(level).max().unwrap_or(0);
            self.units.push(Unit {
                members: Vec::new(),
                sums: Sums::None,
            });
            self.add(v, self.units.len() - 1, level);
        }
    }

    fn add(&mut self, v: ValueId, unit: usize, level: usize) {
        self.units[unit].members.push(v);
        self.of[v] = unit;
        self.levels[v] = level;
    }

    /// A number for layouts that put the same elements into the same order.
    fn class(&mut self, layout: &Layout) -> usize {
        let empty = layout.size() == 0;
        let strides = layout.shape().iter().zip(layout.strides());
        let strides = strides.map(|(&len, &stride)| if len == 1 || empty { 0 } else { stride });
        let next = self.layouts.len();
        *self
            .layouts
            .entry((layout.shape().to_vec(), strides.collect()))
            .or_insert(next)
    }

    /// The unit in whose pass a value can be summed up.
    fn summing(&self, v: ValueId, op: &Op, args: &[ValueId]) -> Option<(usize, Sums)> {
        let &[x, ..] = args else { return None };
        let Kind::Lanewise(dtype) = self.facts[x].kind else {
            return None;
        };
        if self.ir.values[x].dtype != dtype {
            return None;
        }
        let sums = sums(op, &self.facts[x].layout, &self.ir.values[v].shape)?;
        let unit = self.of[x];
        let Unit {
            sums: present,
            members,
        } = &self.units[unit];
        let taken = || {
            let whole = |&&v: &&ValueId| self.facts[v].kind == Kind::Whole;
            members.iter().filter(whole).count()
        };
        (*present == Sums::None || (*present == sums && taken() < MOST_SUMS))
            .then_some((unit, sums))
    }
}

/// How a pass over the elements in the order in which they lie takes a sum, adding in the order in which
/// [`Array::sum`](dezero_array::Array::sum) does; if it can.
fn sums(op: &Op, layout: &Layout, result: &[usize]) -> Option<Sums> {
    let shape = layout.shape();
    let reduced: Vec<bool> = match op {
        Op::SumTo(_) => {
            let added = shape.len().checked_sub(result.len())?;
            (0..shape.len())
                .map(|axis| axis < added || (result[axis - added] == 1 && shape[axis] != 1))
                .collect()
        }
        _ => match op.parts()? {
            Parts::Sum(axes, _) => (0..shape.len())
                .map(|axis| axes.contains(&(axis as isize)))
                .collect(),
            _ => return None,
        },
    };
    if layout.size() == 0 {
        return None;
    }
    let mut axes: Vec<usize> = (0..shape.len()).filter(|&axis| shape[axis] != 1).collect();
    if axes.iter().any(|&axis| layout.strides()[axis] == 0) {
        return None;
    }
    axes.sort_by_key(|&axis| Reverse(layout.strides()[axis]));
    let first = axes.iter().position(|&axis| !reduced[axis]);
    let Some(first) = first else {
        return Some(Sums::All);
    };
    let kept = &axes[first..];
    let outermost = kept.iter().all(|&axis| !reduced[axis]) && kept.is_sorted();
    (outermost && first > 0).then(|| Sums::Rows(kept.iter().map(|&axis| shape[axis]).product()))
}
