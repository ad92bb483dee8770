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

    /// Appends `f` of every element visited.
    #[inline]
    pub(crate) fn map<T: Copy, U: Copy>(&self, a: &[T], out: &mut Vec<U>, f: impl Fn(T) -> U) {
        for starts in self.rows() {
            map_row(a, starts, &self.row, out, &f);
        }
    }

    /// Appends `f` of every pair of elements visited.
    #[inline]
    pub(crate) fn zip<T: Copy, U>(
        &self,
        a: &[T],
        b: &[T],
        out: &mut Vec<U>,
        f: impl Fn(T, T) -> U,
    ) {
        for starts in self.rows() {
            zip_row(a, b, starts, &self.row, out, &f);
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

/// Appends `f` of every element of a row.
pub(crate) fn map_row<T: Copy, U: Copy>(
    a: &[T],
    [i, ..]: [usize; OPERANDS],
    row: &Axis,
    out: &mut Vec<U>,
    f: &impl Fn(T) -> U,
) {
    let len = row.len;
    match row.strides[0] {
        1 => out.extend(a[i..][..len].iter().map(|&x| f(x))),
        0 => out.extend(repeat_n(f(a[i]), len)),
        s => out.extend((0..len).map(|k| f(a[step(i, k, s)]))),
    }
}

/// Appends `f` of every pair of elements of a row.
pub(crate) fn zip_row<T: Copy, U>(
    a: &[T],
    b: &[T],
    [i, j, _]: [usize; OPERANDS],
    row: &Axis,
    out: &mut Vec<U>,
    f: &impl Fn(T, T) -> U,
) {
    let len = row.len;
    match (row.strides[0], row.strides[1]) {
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
        (s, t) => out.extend((0..len).map(|k| f(a[step(i, k, s)], b[step(j, k, t)]))),
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
