//! `Load`: bringing elements that do not lie in the order of a group into a register.

use super::number::Number;

/// An axis of a group's iteration as an operand has it: where it has elements, from `start` on, and how
/// far apart. Elsewhere there are zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Axis {
    pub(super) len: usize,
    pub(super) stride: isize,
    pub(super) start: usize,
    pub(super) count: usize,
}

impl Axis {
    pub(super) fn whole(len: usize, stride: isize) -> Self {
        Self {
            len,
            stride,
            start: 0,
            count: len,
        }
    }

    fn is_whole(&self) -> bool {
        self.start == 0 && self.count == self.len
    }
}

/// The elements of an operand in the order of a group's iteration.
#[derive(Clone, Debug)]
pub(super) struct Load {
    /// Where the first is.
    offset: usize,
    outer: Box<[Axis]>,
    row: Axis,
}

impl Load {
    /// From `offset` on, along axes of which the last moves fastest.
    pub(super) fn new(offset: usize, axes: &[Axis]) -> Self {
        let mut merged: Vec<Axis> = Vec::with_capacity(axes.len());
        for &axis in axes {
            match merged.last_mut() {
                Some(last)
                    if last.is_whole()
                        && axis.is_whole()
                        && last.stride == axis.stride * axis.len as isize =>
                {
                    *last = Axis::whole(last.len * axis.len, axis.stride);
                }
                _ => merged.push(axis),
            }
        }
        let row = merged.pop().unwrap_or(Axis::whole(1, 1));
        Self {
            offset,
            outer: merged.into(),
            row,
        }
    }

    /// Where elements number `at` to `at + len` lie one after the other, if they do.
    pub(super) fn direct(&self, at: usize, len: usize) -> Option<usize> {
        let Axis { start, count, .. } = self.row;
        (self.outer.is_empty() && self.row.stride == 1 && at >= start && at + len <= start + count)
            .then(|| self.offset + at - start)
    }

    /// Copies the elements from number `at` on.
    pub(super) fn copy<T: Copy + Default>(&self, values: &[T], at: usize, out: &mut [T]) {
        let (mut number, mut column) = (at / self.row.len, at % self.row.len);
        let mut rest = out;
        while !rest.is_empty() {
            let (now, later) = rest.split_at_mut(rest.len().min(self.row.len - column));
            match self.row_at(number) {
                Some(start) => self.copy_row(values, start, column, now),
                None => now.fill(T::default()),
            }
            (rest, number, column) = (later, number + 1, 0);
        }
    }

    /// Where a row begins, if it has elements.
    fn row_at(&self, mut number: usize) -> Option<isize> {
        let mut position = self.offset as isize;
        for axis in self.outer.iter().rev() {
            let inside = (number % axis.len).checked_sub(axis.start)?;
            if inside >= axis.count {
                return None;
            }
            position += inside as isize * axis.stride;
            number /= axis.len;
        }
        Some(position)
    }

    fn copy_row<T: Copy + Default>(
        &self,
        values: &[T],
        start: isize,
        column: usize,
        out: &mut [T],
    ) {
        let row = self.row;
        let end = column + out.len();
        // The part of these columns that has elements.
        let from = row.start.clamp(column, end);
        let to = (row.start + row.count).clamp(from, end);
        out[..from - column].fill(T::default());
        out[to - column..].fill(T::default());
        let out = &mut out[from - column..to - column];
        if out.is_empty() {
            return;
        }
        let at = |i: usize| (start + (from - row.start + i) as isize * row.stride) as usize;
        match row.stride {
            1 => out.copy_from_slice(&values[at(0)..][..out.len()]),
            0 => out.fill(values[at(0)]),
            _ => {
                for (i, value) in out.iter_mut().enumerate() {
                    *value = values[at(i)];
                }
            }
        }
    }
}

/// Copies all elements, which lie along these axes from `offset` on, in order.
pub(super) fn copy_all<T: Number>(
    values: &[T],
    offset: usize,
    axes: impl Iterator<Item = (usize, isize)>,
    out: &mut [T],
) {
    let axes: Vec<Axis> = axes.map(|(len, stride)| Axis::whole(len, stride)).collect();
    if !out.is_empty() {
        Load::new(offset, &axes).copy(values, 0, out);
    }
}
