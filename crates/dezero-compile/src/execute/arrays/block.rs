//! Running a group: blocks that stay in the first-level cache, sums in the order in which arrays are
//! summed, and both on several threads where the work pays for it.

use dezero_array::Lanes;

use super::group::{Arg, Group, Instruction};
use super::memory::{Given, Memory, Scratch};
use super::number::{Bank, Number, with_truths};
use super::units::{MOST_SUMS, Sums};
use super::{parallel, sums};

/// The elements of a block.
const BLOCK: usize = 512;

/// Values of one type in a pass: registers, what is read, and what is kept.
struct Lane<'s, 'o, V> {
    registers: &'s mut [Vec<V>],
    sources: &'s [&'s [V]],
    stores: &'s mut [&'o mut [V]],
    /// The position of the first element in `stores`.
    base: usize,
    at: usize,
    len: usize,
}

impl<V: Copy> Lane<'_, '_, V> {
    fn read(&self, arg: Arg) -> Lanes<'_, V> {
        match arg {
            Arg::Register(register) => Lanes::Each(&self.registers[register][..self.len]),
            Arg::Along(source) => Lanes::Each(&self.sources[source][self.at..][..self.len]),
            Arg::Single(source) => Lanes::All(self.sources[source][0]),
            Arg::Store(store) => {
                Lanes::Each(&self.stores[store][self.at - self.base..][..self.len])
            }
        }
    }

    fn write(&mut self, arg: Arg, write: impl FnOnce(&Self, &mut [V])) {
        match arg {
            Arg::Register(register) => {
                let mut values = std::mem::take(&mut self.registers[register]);
                write(self, &mut values[..self.len]);
                self.registers[register] = values;
            }
            Arg::Store(store) => {
                let values = std::mem::take(&mut self.stores[store]);
                write(self, &mut values[self.at - self.base..][..self.len]);
                self.stores[store] = values;
            }
            Arg::Along(_) | Arg::Single(_) => {}
        }
    }
}

/// A group with what it reads.
pub(super) struct Pass<'a, T> {
    group: &'a Group,
    numbers: &'a [&'a [T]],
    truths: &'a [&'a [bool]],
}

/// What a pass, or a part of it, writes: from element `base` on.
struct Out<'o, T> {
    base: usize,
    numbers: Vec<&'o mut [T]>,
    truths: Vec<&'o mut [bool]>,
}

impl<T> Out<'_, T> {
    /// The parts before and from an element.
    fn split(&mut self, at: usize) -> (Out<'_, T>, Out<'_, T>) {
        fn both<'a, V>(
            stores: &'a mut [&mut [V]],
            at: usize,
        ) -> (Vec<&'a mut [V]>, Vec<&'a mut [V]>) {
            stores
                .iter_mut()
                .map(|store| store.split_at_mut(at))
                .unzip()
        }
        let (numbers, later_numbers) = both(&mut self.numbers, at - self.base);
        let (truths, later_truths) = both(&mut self.truths, at - self.base);
        let before = Out {
            base: self.base,
            numbers,
            truths,
        };
        let after = Out {
            base: at,
            numbers: later_numbers,
            truths: later_truths,
        };
        (before, after)
    }
}

/// Computes a group.
pub(super) fn run<T: Number>(group: &Group, given: Given<'_>, scratch: &mut Scratch) {
    let slots = &mut scratch.slots;
    let mut kept: Vec<Vec<T>> = group
        .stores
        .iter()
        .map(|&slot| std::mem::take(&mut T::slots_mut(slots)[slot]))
        .collect();
    let mut kept_truths: Vec<Vec<bool>> = group
        .truth_stores
        .iter()
        .map(|&slot| std::mem::take(&mut slots.truths[slot]))
        .collect();
    let mut totals: Vec<T> = Vec::new();
    if group.size > 0 {
        let memory = Memory { given, scratch };
        let numbers: Vec<&[T]> = group
            .numbers
            .iter()
            .map(|from| &memory.floats(from.place)[from.offset..])
            .collect();
        let truths: Vec<&[bool]> = group
            .truths
            .iter()
            .map(|from| &memory.truths(from.place)[from.offset..])
            .collect();
        let pass = Pass {
            group,
            numbers: &numbers,
            truths: &truths,
        };
        let out = Out {
            base: 0,
            numbers: kept.iter_mut().map(Vec::as_mut_slice).collect(),
            truths: kept_truths.iter_mut().map(Vec::as_mut_slice).collect(),
        };
        totals = pass.run(out);
    }
    let slots = &mut scratch.slots;
    for (&slot, values) in group.stores.iter().zip(kept) {
        T::slots_mut(slots)[slot] = values;
    }
    for (&slot, values) in group.truth_stores.iter().zip(kept_truths) {
        slots.truths[slot] = values;
    }
    let width = totals.len() / group.summed.len().max(1);
    for (i, summed) in group.summed.iter().enumerate() {
        T::slots_mut(slots)[summed.slot][..width]
            .copy_from_slice(&totals[i * width..(i + 1) * width]);
    }
}

impl<T: Number> Pass<'_, T> {
    fn run(&self, mut out: Out<'_, T>) -> Vec<T> {
        let size = self.group.size;
        match self.group.sums {
            Sums::None => {
                self.split(0, size, &mut out);
                Vec::new()
            }
            Sums::All => self.total(0, size, &mut out)[..self.group.summed.len()].to_vec(),
            Sums::Rows(width) => {
                let mut rows = vec![T::default(); width * self.group.summed.len()];
                self.rows(0, size / width, width, &mut out, &mut rows);
                rows
            }
        }
    }

    /// Whether so many elements are worth another thread.
    fn is_worth(&self, count: usize) -> bool {
        parallel::is_worth(count as f64 * self.group.cost)
    }

    /// Computes elements `from` to `to`.
    fn split(&self, from: usize, to: usize, out: &mut Out<'_, T>) {
        let half = from + (to - from) / 2 / BLOCK * BLOCK;
        if half > from && self.is_worth(to - from) {
            let (mut before, mut after) = out.split(half);
            parallel::join(
                || self.split(from, half, &mut before),
                || self.split(half, to, &mut after),
            );
            return;
        }
        self.with_lanes(out, |pass, numbers, truths, _| {
            for at in (from..to).step_by(BLOCK) {
                pass.block(at, BLOCK.min(to - at), numbers, truths);
            }
        });
    }

    /// Computes elements `from` to `to`, and the sums over them.
    fn total(&self, from: usize, to: usize, out: &mut Out<'_, T>) -> [T; MOST_SUMS] {
        if to - from > BLOCK && self.is_worth(to - from) {
            let half = from + sums::half(to - from);
            let (mut before, mut after) = out.split(half);
            let (a, b) = parallel::join(
                || self.total(from, half, &mut before),
                || self.total(half, to, &mut after),
            );
            return std::array::from_fn(|i| a[i] + b[i]);
        }
        self.with_lanes(out, |pass, numbers, truths, _| {
            pass.total_of_blocks(from, to, numbers, truths)
        })
    }

    fn total_of_blocks(
        &self,
        from: usize,
        to: usize,
        numbers: &mut Lane<'_, '_, T>,
        truths: &mut Lane<'_, '_, bool>,
    ) -> [T; MOST_SUMS] {
        if to - from > BLOCK {
            let half = from + sums::half(to - from);
            let a = self.total_of_blocks(from, half, numbers, truths);
            let b = self.total_of_blocks(half, to, numbers, truths);
            return std::array::from_fn(|i| a[i] + b[i]);
        }
        self.block(from, to - from, numbers, truths);
        let mut totals = [T::default(); MOST_SUMS];
        for (total, summed) in totals.iter_mut().zip(&self.group.summed) {
            if let Lanes::Each(values) = numbers.read(summed.of) {
                *total = sums::pairwise(values);
            }
        }
        totals
    }

    /// Computes rows `first` to `end`, and the sums of each column over them, one after the other in
    /// `into`.
    fn rows(&self, first: usize, end: usize, width: usize, out: &mut Out<'_, T>, into: &mut [T]) {
        if end - first > sums::ROWS && self.is_worth((end - first) * width) {
            let half = first.midpoint(end);
            let (mut before, mut after) = out.split(half * width);
            let mut later = vec![T::default(); into.len()];
            parallel::join(
                || self.rows(first, half, width, &mut before, into),
                || self.rows(half, end, width, &mut after, &mut later),
            );
            sums::add(into, &later);
            return;
        }
        self.with_lanes(out, |pass, numbers, truths, waiting| {
            pass.rows_of_blocks(first, end, width, (numbers, truths, waiting), into);
        });
    }

    fn rows_of_blocks(
        &self,
        first: usize,
        end: usize,
        width: usize,
        (numbers, truths, waiting): (
            &mut Lane<'_, '_, T>,
            &mut Lane<'_, '_, bool>,
            &mut Vec<Vec<T>>,
        ),
        into: &mut [T],
    ) {
        if end - first > sums::ROWS {
            let half = first.midpoint(end);
            self.rows_of_blocks(first, half, width, (numbers, truths, waiting), into);
            let mut later = waiting.pop().unwrap_or_default();
            later.resize(into.len(), T::default());
            self.rows_of_blocks(half, end, width, (numbers, truths, waiting), &mut later);
            sums::add(into, &later);
            waiting.push(later);
            return;
        }
        let (begin, stop) = (first * width, end * width);
        for at in (begin..stop).step_by(BLOCK) {
            self.block(at, BLOCK.min(stop - at), numbers, truths);
            for (i, summed) in self.group.summed.iter().enumerate() {
                if let Lanes::Each(values) = numbers.read(summed.of) {
                    let sums = &mut into[i * width..(i + 1) * width];
                    sums::add_rows(sums, values, at - begin);
                }
            }
        }
    }

    /// Runs with the registers of this thread.
    fn with_lanes<R>(
        &self,
        out: &mut Out<'_, T>,
        run: impl FnOnce(&Self, &mut Lane<'_, '_, T>, &mut Lane<'_, '_, bool>, &mut Vec<Vec<T>>) -> R,
    ) -> R {
        fn enough<V: Copy + Default>(registers: &mut Vec<Vec<V>>, count: usize) {
            while registers.len() < count {
                registers.push(vec![V::default(); BLOCK]);
            }
        }
        T::with_bank(|bank| {
            with_truths(|truths| {
                enough(&mut bank.registers, self.group.registers);
                enough(&mut truths.registers, self.group.truth_registers);
                let Bank { registers, rows } = bank;
                let mut numbers = Lane {
                    registers,
                    sources: self.numbers,
                    stores: &mut out.numbers,
                    base: out.base,
                    at: 0,
                    len: 0,
                };
                let mut truths = Lane {
                    registers: &mut truths.registers,
                    sources: self.truths,
                    stores: &mut out.truths,
                    base: out.base,
                    at: 0,
                    len: 0,
                };
                run(self, &mut numbers, &mut truths, rows)
            })
        })
    }

    /// Computes the elements of a block.
    fn block(
        &self,
        at: usize,
        len: usize,
        numbers: &mut Lane<'_, '_, T>,
        truths: &mut Lane<'_, '_, bool>,
    ) {
        (numbers.at, numbers.len, truths.at, truths.len) = (at, len, at, len);
        for instruction in &self.group.code {
            match instruction {
                Instruction::Load(source, load, y) => numbers.write(*y, |lane, ys| {
                    load.copy(lane.sources[*source], at, ys);
                }),
                Instruction::LoadTruths(source, load, y) => truths.write(*y, |lane, ys| {
                    load.copy(lane.sources[*source], at, ys);
                }),
                Instruction::Unary(op, x, y) if self.group.is_scalar => {
                    numbers.write(*y, |lane, ys| {
                        ys[0] = T::unary_at(*op, lane.read(*x).first());
                    });
                }
                Instruction::Unary(op, x, y) => {
                    numbers.write(*y, |lane, ys| match lane.read(*x) {
                        Lanes::Each(xs) => T::unary(*op, xs, ys),
                        Lanes::All(x) => {
                            ys.fill(x);
                            let (first, rest) = ys.split_at_mut(1);
                            T::unary(*op, &[x], first);
                            rest.fill(first[0]);
                        }
                    });
                }
                Instruction::Binary(op, [a, b], y) if self.group.is_scalar => {
                    numbers.write(*y, |lane, ys| {
                        ys[0] = T::binary_at(*op, lane.read(*a).first(), lane.read(*b).first());
                    });
                }
                Instruction::Binary(op, [a, b], y) => numbers.write(*y, |lane, ys| {
                    T::binary(*op, lane.read(*a), lane.read(*b), ys);
                }),
                Instruction::Compare(op, [a, b], y) => truths.write(*y, |_, ys| {
                    T::compare(*op, numbers.read(*a), numbers.read(*b), ys);
                }),
                Instruction::Logical(and, [a, b], y) => truths.write(*y, |lane, ys| {
                    let (a, b) = (lane.read(*a), lane.read(*b));
                    if *and {
                        a.zip(b, ys, |a, b| a & b);
                    } else {
                        a.zip(b, ys, |a, b| a | b);
                    }
                }),
                Instruction::Where(condition, [a, b], y) => numbers.write(*y, |lane, ys| {
                    choose(truths.read(*condition), lane.read(*a), lane.read(*b), ys);
                }),
                Instruction::Number(x, y) => numbers.write(*y, |_, ys| {
                    let x = truths.read(*x);
                    x.zip(x, ys, |x, _| if x { T::ONE } else { T::default() });
                }),
                Instruction::Truth(x, y) => truths.write(*y, |_, ys| {
                    let x = numbers.read(*x);
                    x.zip(x, ys, |x, _| x != T::default());
                }),
            }
        }
    }
}

/// The values of `a` where the condition holds and of `b` elsewhere.
fn choose<T: Copy>(condition: Lanes<'_, bool>, a: Lanes<'_, T>, b: Lanes<'_, T>, ys: &mut [T]) {
    match condition {
        Lanes::All(true) => a.zip(a, ys, |a, _| a),
        Lanes::All(false) => b.zip(b, ys, |b, _| b),
        Lanes::Each(condition) => {
            b.zip(b, ys, |b, _| b);
            let chosen = ys.iter_mut().zip(condition);
            match a {
                Lanes::Each(a) => {
                    for ((y, &condition), &a) in chosen.zip(a) {
                        *y = if condition { a } else { *y };
                    }
                }
                Lanes::All(a) => {
                    for (y, &condition) in chosen {
                        *y = if condition { a } else { *y };
                    }
                }
            }
        }
    }
}
