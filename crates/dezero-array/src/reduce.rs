//! Reductions: sums, products, extremes, truth and positions of extremes over any set of axes.

use std::iter::repeat_n;
use std::ops::Add;

use crate::array::Array;
use crate::dtype::{DType, Element};
use crate::error::{Error, Result};
use crate::shape::{Dims, Layout, Tuple, normalize_axes, reserve};
use crate::strided::Walk;

/// Columns are summed this many at a time, so that the running sums stay in the first-level cache.
const COLUMNS: usize = 512;

/// Rows are summed one after the other in blocks of this many, and the blocks pairwise.
const ROWS: usize = 16;

/// Reductions. `axes` names the axes to reduce, negative ones counted from the end; `None` means all of
/// them. With `keepdims` they stay as axes of length 1.
impl Array {
    /// The sum over the axes; of bool, as i64. Floats are summed pairwise, so that the rounding error
    /// grows with the logarithm of their number; integers wrap.
    ///
    /// # Errors
    ///
    /// An axis error when an axis is out of range or named twice.
    ///
    /// ```
    /// use dezero_array::Array;
    ///
    /// let x = Array::from([[1, 2, 3], [4, 5, 6]]);
    /// assert_eq!(x.sum(Some(&[0]), false)?, Array::from([5, 7, 9]));
    /// assert_eq!(x.sum(Some(&[-1]), true)?, Array::from([[6], [15]]));
    /// # Ok::<(), dezero_array::Error>(())
    /// ```
    pub fn sum(&self, axes: Option<&[isize]>, keepdims: bool) -> Result<Self> {
        match self.dtype() {
            DType::F64 => self.reduce("sum", axes, keepdims, pairwise_sum::<f64>, |x, y| x + y),
            DType::F32 => self.reduce("sum", axes, keepdims, pairwise_sum::<f32>, |x, y| x + y),
            DType::I64 | DType::Bool => self.reduce(
                "sum",
                axes,
                keepdims,
                |values: &[i64]| values.iter().copied().fold(0, i64::wrapping_add),
                i64::wrapping_add,
            ),
        }
    }

    /// The sum over the axes along which `shape` would be broadcast to this array's: the reverse, and
    /// the transpose, of [`broadcast_to`](Self::broadcast_to).
    ///
    /// # Errors
    ///
    /// A shape error when `shape` does not broadcast to this array's.
    pub fn sum_to(&self, shape: &[usize]) -> Result<Self> {
        if shape == self.shape() {
            return Ok(self.clone());
        }
        let added = self.ndim().checked_sub(shape.len());
        let fits = |added: usize| {
            shape
                .iter()
                .zip(&self.shape()[added..])
                .all(|(&to, &len)| to == len || to == 1)
        };
        let Some(added) = added.filter(|&added| fits(added)) else {
            return Err(Error::shape(format!(
                "sum_to: shape {} is no sum of shape {}: it does not broadcast to it",
                Tuple(shape),
                Tuple(self.shape())
            )));
        };
        let stretched =
            |axis: usize| axis < added || (shape[axis - added] == 1 && self.shape()[axis] != 1);
        let axes: Dims<isize> = (0..self.ndim())
            .filter(|&axis| stretched(axis))
            .map(|axis| axis as isize)
            .collect();
        self.sum(Some(&axes), true)?.reshape(shape)
    }

    /// Reduces with `fold`, which turns any number of values into one, and `combine`, which turns two
    /// into one; the array is first converted to `T`.
    fn reduce<T: Element>(
        &self,
        op: &str,
        axes: Option<&[isize]>,
        keepdims: bool,
        fold: impl Fn(&[T]) -> T,
        combine: impl Fn(T, T) -> T,
    ) -> Result<Self> {
        let reduced = &*normalize_axes(op, axes, self.ndim())?;
        let array = self.astype(T::DTYPE);
        let (values, layout) = array.parts::<T>();
        let order = |wanted: bool| (0..reduced.len()).filter(move |&axis| reduced[axis] == wanted);
        let kept = layout.permute(&order(false).collect::<Dims<usize>>());
        let inner = layout.permute(&order(true).collect::<Dims<usize>>());
        let mut out = reserve(op, &kept.shape, kept.size())?;
        let outputs = Walk::row_major(&[&kept], &kept.shape);
        let inputs = Walk::along_memory(&inner);
        if outputs.row_stride() == 1 && outputs.row_len() > 1 && inputs.row_stride() != 1 {
            let mut steps = Vec::with_capacity(inputs.size);
            inputs.positions(|position| steps.push(position.wrapping_sub(layout.offset)));
            for [start, ..] in outputs.rows() {
                if steps.is_empty() {
                    out.extend(repeat_n(fold(&[]), outputs.row_len()));
                    continue;
                }
                for first in (0..outputs.row_len()).step_by(COLUMNS) {
                    let width = COLUMNS.min(outputs.row_len() - first);
                    out.extend(fold_rows(values, start + first, width, &steps, &combine));
                }
            }
        } else {
            let mut scratch = Vec::new();
            outputs
                .positions(|position| out.push(inputs.fold(values, position, &mut scratch, &fold)));
        }
        let shape: Dims<usize> = if keepdims {
            (0..reduced.len())
                .map(|axis| if reduced[axis] { 1 } else { layout.shape[axis] })
                .collect()
        } else {
            kept.shape
        };
        Ok(Self::from_parts(out, Layout::contiguous(&shape)))
    }
}

/// One row, each element of which combines those of its column in the rows that begin at `start` plus
/// one of `steps`.
fn fold_rows<T: Element>(
    values: &[T],
    start: usize,
    width: usize,
    steps: &[usize],
    combine: &impl Fn(T, T) -> T,
) -> Vec<T> {
    let merge = |sums: &mut [T], row: &[T]| {
        for (sum, &x) in sums.iter_mut().zip(row) {
            *sum = combine(*sum, x);
        }
    };
    let row = |step: usize| &values[start.wrapping_add(step)..][..width];
    if steps.len() > ROWS {
        let (head, tail) = steps.split_at(steps.len() / 2);
        let mut sums = fold_rows(values, start, width, head, combine);
        merge(&mut sums, &fold_rows(values, start, width, tail, combine));
        return sums;
    }
    let mut sums = row(steps[0]).to_vec();
    for &step in &steps[1..] {
        merge(&mut sums, row(step));
    }
    sums
}

/// The sum as NumPy computes it: eight running sums over blocks of 128, the blocks pairwise.
fn pairwise_sum<T: Copy + Default + Add<Output = T>>(values: &[T]) -> T {
    const BLOCK: usize = 128;
    if values.len() > BLOCK {
        let half = values.len() / 2;
        let (head, tail) = values.split_at(half - half % 8);
        return pairwise_sum(head) + pairwise_sum(tail);
    }
    let Some((first, rest)) = values.split_first_chunk::<8>() else {
        let mut values = values.iter().copied();
        let first = values.next().unwrap_or_default();
        return values.fold(first, T::add);
    };
    let (chunks, rest) = rest.as_chunks::<8>();
    let mut sums = *first;
    for chunk in chunks {
        for (sum, &x) in sums.iter_mut().zip(chunk) {
            *sum = *sum + x;
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    rest.iter()
        .fold(((a + b) + (c + d)) + ((e + f) + (g + h)), |sum, &x| sum + x)
}
