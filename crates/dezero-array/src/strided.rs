//! Walking up to three layouts of one shape together: the loops under every elementwise operation.
//!
//! The shape is cut into rows as long as the layouts allow. Only the loop over one row is generic over
//! the closure, so that a further primitive costs little code.

use std::iter::repeat_n;

use crate::shape::{Dims, Layout};

/// How many operands are walked together at most.
const OPERANDS: usize = 3;

/// How many elements of a strided row are brought together to be folded: a block of pairwise summation.
const GATHERED: usize = 128;

/// An axis, and how far each operand steps along it.
#[derive(Clone, Copy, Debug, Default)]
struct Axis {
    len: usize,
    strides: [isize; OPERANDS],
}

/// An order in which to visit the elements of several layouts, in rows.
#[derive(Debug)]
pub(crate) struct Walk {
    /// All axes but the last, outermost first; neighbours are merged where every operand steps evenly.
    outer: Dims<Axis>,
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
        let mut output = Layout::contiguous(shape);
        let starts = starts_of(layouts);
        if layouts
            .iter()
            .all(|l| l.shape.len() == shape.len() && *l.shape == *shape && l.is_contiguous())
        {
            let row = Axis {
                len: output.size(),
                strides: [1; OPERANDS],
            };
            return (Self::new(starts, [row].into_iter()), output);
        }
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
        let mut size = 1;
        let mut merged: Dims<Axis> = [][..].into();
        let mut row = Axis {
            len: 1,
            strides: [1; OPERANDS],
        };
        let mut first = true;
        for axis in axes {
            size *= axis.len;
            if axis.len == 1 {
                continue;
            }
            let evenly =
                (0..OPERANDS).all(|i| row.strides[i] == axis.strides[i] * axis.len as isize);
            if first {
                row = axis;
                first = false;
            } else if evenly {
                row = Axis {
                    len: row.len * axis.len,
                    strides: axis.strides,
                };
            } else {
                merged.push(row);
                row = axis;
            }
        }
        Self {
            outer: merged,
            row,
            starts,
            size,
        }
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
        self.outer.is_empty()
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

    /// The same walk from other positions.
    fn rows_from(&self, starts: [usize; OPERANDS]) -> RowStarts<'_> {
        RowStarts {
            walk: self,
            index: self.outer.iter().map(|_| 0).collect(),
            next: (self.size > 0).then_some(starts),
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
        if self.outer.is_empty() && stride == 1 {
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

    /// Appends `f` of every element visited.
    #[inline]
    pub(crate) fn map<T: Copy, U: Copy>(&self, a: &[T], out: &mut Vec<U>, f: impl Fn(T) -> U) {
        let (len, stride) = (self.row.len, self.row.strides[0]);
        for [start, ..] in self.rows() {
            match stride {
                1 => out.extend(a[start..][..len].iter().map(|&x| f(x))),
                0 => out.extend(repeat_n(f(a[start]), len)),
                _ => out.extend((0..len).map(|i| f(a[step(start, i, stride)]))),
            }
        }
    }

    /// Appends `f` of every pair of elements visited.
    #[inline]
    pub(crate) fn zip<A: Copy, B: Copy, U>(
        &self,
        a: &[A],
        b: &[B],
        out: &mut Vec<U>,
        f: impl Fn(A, B) -> U,
    ) {
        let (len, [s, t, _]) = (self.row.len, self.row.strides);
        for [i, j, _] in self.rows() {
            match (s, t) {
                (1, 1) => {
                    let pairs = a[i..][..len].iter().zip(&b[j..][..len]);
                    out.extend(pairs.map(|(&x, &y)| f(x, y)));
                }
                (1, 0) => {
                    let y = b[j];
                    out.extend(a[i..][..len].iter().map(|&x| f(x, y)));
                }
                (0, 1) => {
                    let x = a[i];
                    out.extend(b[j..][..len].iter().map(|&y| f(x, y)));
                }
                _ => out.extend((0..len).map(|k| f(a[step(i, k, s)], b[step(j, k, t)]))),
            }
        }
    }

    /// Appends an element of `a` or of `b` for every element of `cond` visited.
    pub(crate) fn select<T: Copy>(&self, cond: &[bool], a: &[T], b: &[T], out: &mut Vec<T>) {
        let (len, [r, s, t]) = (self.row.len, self.row.strides);
        for [h, i, j] in self.rows() {
            if self.row.strides == [1; OPERANDS] {
                let pairs = a[i..][..len].iter().zip(&b[j..][..len]);
                let choices = cond[h..][..len].iter().zip(pairs);
                out.extend(choices.map(|(&c, (&x, &y))| if c { x } else { y }));
            } else {
                out.extend((0..len).map(|k| {
                    if cond[step(h, k, r)] {
                        a[step(i, k, s)]
                    } else {
                        b[step(j, k, t)]
                    }
                }));
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

/// Counts through the outer axes like an odometer.
pub(crate) struct RowStarts<'a> {
    walk: &'a Walk,
    index: Dims<usize>,
    next: Option<[usize; OPERANDS]>,
}

impl Iterator for RowStarts<'_> {
    type Item = [usize; OPERANDS];

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let current = self.next?;
        self.next = if self.walk.outer.is_empty() {
            None
        } else {
            self.advance(current)
        };
        Some(current)
    }
}

impl RowStarts<'_> {
    fn advance(&mut self, mut starts: [usize; OPERANDS]) -> Option<[usize; OPERANDS]> {
        for (axis, index) in self.walk.outer.iter().zip(self.index.iter_mut()).rev() {
            *index += 1;
            let wrapped = *index == axis.len;
            let steps = if wrapped { 1 - axis.len as isize } else { 1 };
            for (start, stride) in starts.iter_mut().zip(axis.strides) {
                *start = start.wrapping_add_signed(steps * stride);
            }
            if !wrapped {
                return Some(starts);
            }
            *index = 0;
        }
        None
    }
}
