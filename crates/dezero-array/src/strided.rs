//! Walking up to three layouts of one shape together: the loops under every elementwise operation.
//!
//! The shape is cut into rows as long as the layouts allow.

use crate::lanes::Lanes;
use crate::shape::{Dims, Layout};

/// How many operands are walked together at most.
const OPERANDS: usize = 3;

/// How many elements of a strided row are brought together to be folded: a block of pairwise summation.
const GATHERED: usize = 128;

/// How many elements are brought together for a function of slices.
pub(crate) const STRETCH: usize = 256;

/// Rows from this length on are passed on one by one.
const SHORT: usize = 32;

/// An axis, and how far each operand steps along it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Axis {
    pub(crate) len: usize,
    strides: [isize; OPERANDS],
}

impl Axis {
    /// An axis along which nothing moves.
    const ONE: Self = Self {
        len: 1,
        strides: [1; OPERANDS],
    };
}

/// An order in which to visit the elements of several layouts, in rows.
#[derive(Debug)]
pub(crate) struct Walk {
    /// All axes but the last two, outermost first. Neighbours are merged where every operand steps
    /// evenly.
    outer: Dims<Axis>,
    /// The axis along which rows follow each other.
    rows: Axis,
    row: Axis,
    starts: [usize; OPERANDS],
    /// How many elements are visited.
    pub(crate) size: usize,
}

impl Walk {
    /// Visits row-major. Every layout must broadcast to the shape.
    pub(crate) fn row_major(layouts: &[&Layout], shape: &[usize]) -> Self {
        let axes: Dims<Axis> = (0..shape.len())
            .map(|axis| axis_of(layouts, shape, axis))
            .collect();
        Self::new(starts_of(layouts), axes.iter().copied())
    }

    /// Visits in the order that suits the operands, for an output that may lie in any order: along
    /// memory, and only once where all of them are broadcast. Returns the layout of the output as well.
    pub(crate) fn natural(layouts: &[&Layout], shape: &[usize]) -> (Self, Layout) {
        let starts = starts_of(layouts);
        let mut output = Layout::contiguous(shape);
        let mut axes: Dims<Axis> = (0..shape.len())
            .map(|axis| axis_of(layouts, shape, axis))
            .collect();
        for axis in axes
            .iter_mut()
            .filter(|axis| axis.len > 1 && axis.strides == [0; OPERANDS])
        {
            axis.len = 1;
        }
        let mut order: Dims<usize> = (0..shape.len()).collect();
        let moves_everywhere = |operand: &usize| {
            axes.iter()
                .all(|axis| axis.len <= 1 || axis.strides[*operand] != 0)
        };
        if let Some(operand) = (0..layouts.len()).find(moves_everywhere) {
            order
                .sort_by_key(|&axis| std::cmp::Reverse(axes[axis].strides[operand].unsigned_abs()));
        }
        let mut stride = 1;
        for &axis in order.iter().rev() {
            let broadcast = axes[axis].len == 1 && shape[axis] > 1;
            output.strides[axis] = if broadcast { 0 } else { stride };
            stride *= axes[axis].len.max(1) as isize;
        }
        (
            Self::new(starts, order.iter().map(|&axis| axes[axis])),
            output,
        )
    }

    fn new(starts: [usize; OPERANDS], axes: impl Iterator<Item = Axis>) -> Self {
        let mut walk = Self {
            outer: Dims::default(),
            rows: Axis::ONE,
            row: Axis::ONE,
            starts,
            size: 1,
        };
        for axis in axes {
            walk.size *= axis.len;
            if axis.len == 1 {
                continue;
            }
            let merged = axis.strides.map(|stride| stride * axis.len as isize);
            if walk.row.len == 1 {
                walk.row = axis;
            } else if walk.row.strides == merged {
                walk.row = Axis {
                    len: walk.row.len * axis.len,
                    strides: axis.strides,
                };
            } else {
                if walk.rows.len > 1 {
                    walk.outer.push(walk.rows);
                }
                walk.rows = walk.row;
                walk.row = axis;
            }
        }
        walk
    }

    /// Visits every element, broadcast ones as often as they appear, in the order in which they lie.
    pub(crate) fn along_memory(layout: &Layout) -> Self {
        let mut axes: Dims<Axis> = (0..layout.ndim())
            .map(|axis| axis_of(&[layout], &layout.shape, axis))
            .collect();
        axes.sort_by_key(|axis| std::cmp::Reverse(axis.strides[0].unsigned_abs()));
        Self::new(starts_of(&[layout]), axes.iter().copied())
    }

    /// Whether all elements are one row.
    pub(crate) fn is_one_row(&self) -> bool {
        self.rows.len == 1
    }

    /// How many elements each row has.
    pub(crate) fn row_len(&self) -> usize {
        self.row.len
    }

    /// How far apart the elements of a row lie in the first operand.
    pub(crate) fn row_stride(&self) -> isize {
        self.row.strides[0]
    }

    /// The first position of each row in each operand's buffer.
    pub(crate) fn rows(&self) -> RowStarts<'_> {
        self.rows_from(self.starts)
    }

    /// The rows from that of a number on.
    fn rows_at(&self, number: usize) -> RowStarts<'_> {
        let mut rows = self.rows();
        let (mut outer, inner) = (number / self.rows.len, number % self.rows.len);
        for (axis, index) in self.outer.iter().zip(rows.index.iter_mut()).rev() {
            *index = outer % axis.len;
            outer /= axis.len;
            move_by(&mut rows.block, *index as isize, axis);
        }
        rows.row = rows.block;
        move_by(&mut rows.row, inner as isize, &self.rows);
        rows.left -= inner;
        rows
    }

    /// The same walk from other positions.
    fn rows_from(&self, starts: [usize; OPERANDS]) -> RowStarts<'_> {
        RowStarts {
            walk: self,
            index: self.outer.iter().map(|_| 0).collect(),
            block: starts,
            row: starts,
            left: if self.size == 0 { 0 } else { self.rows.len },
        }
    }

    /// One value made by `fold` of all those visited from a start on. `partials` is scratch space.
    pub(crate) fn fold<T: Copy + Default>(
        &self,
        values: &[T],
        start: usize,
        partials: &mut Vec<T>,
        fold: impl Fn(&[T]) -> T,
    ) -> T {
        let (len, stride) = (self.row.len, self.row.strides[0]);
        if self.size == 0 {
            return fold(&[]);
        }
        if self.is_one_row() && stride == 1 {
            return fold(&values[start..][..self.size]);
        }
        partials.clear();
        for [start, ..] in self.rows_from([start; OPERANDS]) {
            if stride == 1 {
                partials.push(fold(&values[start..][..len]));
                continue;
            }
            let mut gathered = [T::default(); GATHERED];
            for first in (0..len).step_by(GATHERED) {
                let count = GATHERED.min(len - first);
                for (i, value) in gathered[..count].iter_mut().enumerate() {
                    *value = values[step(start, first + i, stride)];
                }
                partials.push(fold(&gathered[..count]));
            }
        }
        fold(partials)
    }

    /// Calls `visit` with stretches of the elements from number `first` on, and the parts of `results`
    /// that belong to them, until `results` is through.
    pub(crate) fn stretches<U>(
        &self,
        first: usize,
        mut results: &mut [U],
        visit: &mut dyn FnMut(&Stretch<'_>, &mut [U]),
    ) {
        if results.is_empty() {
            return;
        }
        let even = self
            .row
            .strides
            .iter()
            .all(|stride| matches!(stride, 0 | 1));
        let most = if even && self.row.len >= SHORT {
            usize::MAX
        } else {
            STRETCH
        };
        let mut stretch = Stretch {
            rows: self.rows_at(first / self.row.len),
            column: first % self.row.len,
            len: 0,
        };
        while !results.is_empty() {
            stretch.len = results.len().min(most);
            if self.row.len >= SHORT {
                stretch.len = stretch.len.min(self.row.len - stretch.column);
            }
            let (now, later) = results.split_at_mut(stretch.len);
            visit(&stretch, now);
            results = later;
            stretch.column += stretch.len;
            while stretch.column >= self.row.len && !results.is_empty() {
                stretch.column -= self.row.len;
                stretch.rows.next();
            }
        }
    }

    /// Copies every element visited of the second operand, `values`, to its place in the first.
    pub(crate) fn assign<T: Copy>(&self, out: &mut [T], values: &[T]) {
        let (len, [s, t, _]) = (self.row.len, self.row.strides);
        for [i, j, _] in self.rows() {
            match (s, t) {
                (1, 1) => out[i..][..len].copy_from_slice(&values[j..][..len]),
                (1, 0) => out[i..][..len].fill(values[j]),
                _ => (0..len).for_each(|k| out[step(i, k, s)] = values[step(j, k, t)]),
            }
        }
    }

    /// Calls `visit` with the position of every element in each operand's buffer, in order.
    pub(crate) fn positions(&self, mut visit: impl FnMut([usize; OPERANDS])) {
        for starts in self.rows() {
            for i in 0..self.row.len {
                let mut position = starts;
                for (at, stride) in position.iter_mut().zip(self.row.strides) {
                    *at = step(*at, i, stride);
                }
                visit(position);
            }
        }
    }
}

/// Some elements that a walk visits one after the other: of one row or, where rows are short, of several.
pub(crate) struct Stretch<'a> {
    /// The row of the first, and what follows.
    rows: RowStarts<'a>,
    column: usize,
    len: usize,
}

impl Stretch<'_> {
    /// What an operand has there, where it lies or else brought together in `gathered`.
    pub(crate) fn read<'b, T: Copy>(
        &self,
        values: &'b [T],
        operand: usize,
        gathered: &'b mut [T; STRETCH],
    ) -> Lanes<'b, T> {
        let row = &self.rows.walk.row;
        let (stride, start) = (row.strides[operand], self.rows.row[operand]);
        if self.column + self.len <= row.len {
            match stride {
                0 => return Lanes::All(values[start]),
                1 => return Lanes::Each(&values[start + self.column..][..self.len]),
                _ => {}
            }
        }
        let gathered = &mut gathered[..self.len];
        let (mut left, mut column) = (&mut *gathered, self.column);
        for starts in self.rows.clone() {
            let (now, later) = left.split_at_mut(left.len().min(row.len - column));
            for (i, value) in now.iter_mut().enumerate() {
                *value = values[step(starts[operand], column + i, stride)];
            }
            if later.is_empty() {
                break;
            }
            (left, column) = (later, 0);
        }
        Lanes::Each(gathered)
    }
}

/// The row, its starts and the layout of the result where all operands are 0-d or of one shape,
/// row-major without gaps: the short way past a [`Walk`].
#[inline]
pub(crate) fn one_row(layouts: &[&Layout]) -> Option<(Axis, [usize; OPERANDS], Layout)> {
    let shaped = layouts.iter().find(|layout| layout.ndim() > 0)?;
    let mut row = Axis {
        len: shaped.size(),
        strides: [0; OPERANDS],
    };
    for (stride, layout) in row
        .strides
        .iter_mut()
        .zip(layouts)
        .filter(|(_, layout)| layout.ndim() > 0)
    {
        if *layout.shape != *shaped.shape || !layout.is_contiguous() {
            return None;
        }
        *stride = 1;
    }
    let (shape, strides) = (shaped.shape.clone(), shaped.strides.clone());
    Some((
        row,
        starts_of(layouts),
        Layout {
            shape,
            strides,
            offset: 0,
        },
    ))
}

#[inline]
fn step(start: usize, steps: usize, stride: isize) -> usize {
    start.wrapping_add_signed(steps as isize * stride)
}

fn starts_of(layouts: &[&Layout]) -> [usize; OPERANDS] {
    let mut starts = [0; OPERANDS];
    for (start, layout) in starts.iter_mut().zip(layouts) {
        *start = layout.offset;
    }
    starts
}

/// An axis of the broadcast shape, with stride 0 where an operand is stretched along it.
fn axis_of(layouts: &[&Layout], shape: &[usize], axis: usize) -> Axis {
    let len = shape[axis];
    let mut strides = [0; OPERANDS];
    for (stride, layout) in strides.iter_mut().zip(layouts) {
        if let Some(own) = (axis + layout.ndim()).checked_sub(shape.len())
            && layout.shape[own] == len
        {
            *stride = layout.strides[own];
        }
    }
    Axis { len, strides }
}

/// Counts through the rows, and through the outer axes like an odometer.
#[derive(Clone)]
pub(crate) struct RowStarts<'a> {
    walk: &'a Walk,
    index: Dims<usize>,
    /// The first row at the present outer index.
    block: [usize; OPERANDS],
    row: [usize; OPERANDS],
    left: usize,
}

impl Iterator for RowStarts<'_> {
    type Item = [usize; OPERANDS];

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        let current = self.row;
        self.left -= 1;
        if self.left == 0 {
            self.advance();
        } else {
            move_by(&mut self.row, 1, &self.walk.rows);
        }
        Some(current)
    }
}

impl RowStarts<'_> {
    /// Goes to the next outer index, if there is one.
    fn advance(&mut self) {
        for (axis, index) in self.walk.outer.iter().zip(self.index.iter_mut()).rev() {
            *index += 1;
            if *index < axis.len {
                move_by(&mut self.block, 1, axis);
                self.row = self.block;
                self.left = self.walk.rows.len;
                return;
            }
            move_by(&mut self.block, 1 - axis.len as isize, axis);
            *index = 0;
        }
    }
}

#[inline]
fn move_by(positions: &mut [usize; OPERANDS], steps: isize, axis: &Axis) {
    for (position, stride) in positions.iter_mut().zip(axis.strides) {
        *position = position.wrapping_add_signed(steps * stride);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_axes_become_one_row() {
        let contiguous = Layout::contiguous(&[2, 3, 4]);
        let walk = Walk::row_major(&[&contiguous], &[2, 3, 4]);
        assert!(walk.is_one_row());
        assert_eq!((walk.row_len(), walk.row_stride()), (24, 1));
        // A row of the second operand is added to each of the first: rows of 12, not of 4.
        let row = Layout::contiguous(&[3, 4]);
        let walk = Walk::row_major(&[&contiguous, &row], &[2, 3, 4]);
        let starts: Vec<_> = walk.rows().map(|[i, j, _]| (i, j)).collect();
        assert_eq!((walk.row_len(), starts), (12, vec![(0, 0), (12, 0)]));
    }

    #[test]
    fn the_odometer_visits_every_position_once() {
        let layout = Layout::contiguous(&[2, 3, 2, 5]).permute(&[3, 1, 0, 2]);
        let mut seen = Vec::new();
        Walk::row_major(&[&layout], &layout.shape).positions(|[position, ..]| seen.push(position));
        assert_eq!(seen[..3], [0, 5, 30]);
        seen.sort_unstable();
        assert!(seen.into_iter().eq(0..60));
    }

    #[test]
    fn what_is_broadcast_everywhere_is_visited_once() {
        let scalar = Layout::contiguous(&[1])
            .broadcast_to(&[1000, 1000])
            .expect("1 broadcasts");
        let (walk, output) = Walk::natural(&[&scalar], &[1000, 1000]);
        assert_eq!((walk.size, &*output.strides), (1, &[0, 0][..]));
    }
}
