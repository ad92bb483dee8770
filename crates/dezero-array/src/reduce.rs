//! Reductions: sums, products, extremes, truth and positions of extremes over any set of axes.

use std::iter::repeat_n;
use std::ops::Range;

use crate::array::Array;
use crate::dtype::{DType, Element, each_dtype};
use crate::error::{Error, Result};
use crate::kernels::{Kernel, run};
use crate::lanes::map_lanes;
use crate::parallel::{chunks, tree};
use crate::pool::room;
use crate::shape::{Dims, Layout, Tuple, normalize_axes, normalize_axis, reserve};
use crate::strided::Walk;

/// Columns are summed this many at a time, so that the running sums stay in the first-level cache.
const COLUMNS: usize = 512;

/// Rows are summed one after the other in blocks of this many, and the blocks pairwise.
const ROWS: usize = 16;

/// Values are combined in blocks of this many, and the blocks pairwise.
const BLOCK: usize = 128;

/// Values that one thread combines, if there are more.
const LEAF: usize = 1 << 15;

/// The halvings of [`LEAF`] down to a block, and some to spare, as halves are rounded.
const DEPTH: usize = 16;

/// Threads share the results where each combines at least `LONG` values, and all together `MANY`.
const LONG: usize = 64;
const MANY: usize = 1 << 17;

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
            DType::F64 => self.reduce("sum", axes, keepdims, Some(0.0_f64), |x, y| x + y),
            DType::F32 => self.reduce("sum", axes, keepdims, Some(0.0_f32), |x, y| x + y),
            DType::I64 | DType::Bool => {
                self.reduce("sum", axes, keepdims, Some(0), i64::wrapping_add)
            }
        }
    }

    /// The product over the axes; of bool, as i64. Integers wrap.
    ///
    /// # Errors
    ///
    /// An axis error when an axis is out of range or named twice.
    pub fn prod(&self, axes: Option<&[isize]>, keepdims: bool) -> Result<Self> {
        match self.dtype() {
            DType::F64 => self.reduce("prod", axes, keepdims, Some(1.0_f64), |x, y| x * y),
            DType::F32 => self.reduce("prod", axes, keepdims, Some(1.0_f32), |x, y| x * y),
            DType::I64 | DType::Bool => {
                self.reduce("prod", axes, keepdims, Some(1), i64::wrapping_mul)
            }
        }
    }

    /// The arithmetic mean over the axes, as a float; NaN of no elements.
    ///
    /// # Errors
    ///
    /// An axis error when an axis is out of range or named twice.
    pub fn mean(&self, axes: Option<&[isize]>, keepdims: bool) -> Result<Self> {
        let float = self.converted("mean", self.dtype().to_float())?;
        let sum = float.sum(axes, keepdims)?;
        let named = normalize_axes("mean", axes, self.ndim())?;
        let count: usize = self
            .shape()
            .iter()
            .zip(named.iter())
            .filter(|axis| *axis.1)
            .map(|axis| axis.0)
            .product();
        sum.map_slices(
            "mean",
            &|xs, ys| map_lanes(xs, ys, |x| x / count as f64),
            &|xs, ys| map_lanes(xs, ys, |x| x / count as f32),
            None,
        )
    }

    /// The greatest value over the axes; NaN where there is one.
    ///
    /// # Errors
    ///
    /// An axis error when an axis is out of range or named twice; a value error for the greatest of no
    /// elements.
    pub fn max(&self, axes: Option<&[isize]>, keepdims: bool) -> Result<Self> {
        each_dtype!(self.dtype(), T => self.reduce("max", axes, keepdims, None, |x: T, y: T| {
            if is_greater(x, y) || is_nan(x) { x } else { y }
        }))
    }

    /// The least value over the axes; NaN where there is one.
    ///
    /// # Errors
    ///
    /// An axis error when an axis is out of range or named twice; a value error for the least of no
    /// elements.
    pub fn min(&self, axes: Option<&[isize]>, keepdims: bool) -> Result<Self> {
        each_dtype!(self.dtype(), T => self.reduce("min", axes, keepdims, None, |x: T, y: T| {
            if is_less(x, y) || is_nan(x) { x } else { y }
        }))
    }

    /// Whether any element over the axes is true; numbers are unless they are 0.
    ///
    /// # Errors
    ///
    /// An axis error when an axis is out of range or named twice.
    pub fn any(&self, axes: Option<&[isize]>, keepdims: bool) -> Result<Self> {
        self.reduce("any", axes, keepdims, Some(false), |x, y| x | y)
    }

    /// Whether all elements over the axes are true; numbers are unless they are 0.
    ///
    /// # Errors
    ///
    /// An axis error when an axis is out of range or named twice.
    pub fn all(&self, axes: Option<&[isize]>, keepdims: bool) -> Result<Self> {
        self.reduce("all", axes, keepdims, Some(true), |x, y| x & y)
    }

    /// The position (i64) of the greatest value along an axis, the first of several; of the first NaN
    /// where there is one. `None` looks at all elements in row-major order.
    ///
    /// # Errors
    ///
    /// An axis error when the axis is out of range; a value error when it has no elements.
    pub fn argmax(&self, axis: Option<isize>, keepdims: bool) -> Result<Self> {
        each_dtype!(self.dtype(), T => self.position_of("argmax", axis, keepdims, is_greater::<T>))
    }

    /// The position (i64) of the least value along an axis, the first of several; of the first NaN
    /// where there is one. `None` looks at all elements in row-major order.
    ///
    /// # Errors
    ///
    /// An axis error when the axis is out of range; a value error when it has no elements.
    pub fn argmin(&self, axis: Option<isize>, keepdims: bool) -> Result<Self> {
        each_dtype!(self.dtype(), T => self.position_of("argmin", axis, keepdims, is_less::<T>))
    }

    /// The running sums along an axis; of bool, as i64. The shape is kept.
    ///
    /// # Errors
    ///
    /// An axis error when the axis is out of range.
    ///
    /// ```
    /// use dezero_array::Array;
    ///
    /// assert_eq!(Array::from([1, 2, 3]).cumsum(0)?, Array::from([1, 3, 6]));
    /// # Ok::<(), dezero_array::Error>(())
    /// ```
    pub fn cumsum(&self, axis: isize) -> Result<Self> {
        let axis = normalize_axis("cumsum", axis, self.ndim())?;
        Ok(match self.dtype() {
            DType::F64 => self.accumulate(axis, |x: f64, y| x + y)?,
            DType::F32 => self.accumulate(axis, |x: f32, y| x + y)?,
            DType::I64 | DType::Bool => self.accumulate(axis, i64::wrapping_add)?,
        })
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

    /// Reduces with an associative function of two values, of which `identity` is neutral; the array is
    /// first converted to `T`.
    fn reduce<T: Element>(
        &self,
        op: &str,
        axes: Option<&[isize]>,
        keepdims: bool,
        identity: Option<T>,
        combine: impl Fn(T, T) -> T + Copy + Sync,
    ) -> Result<Self> {
        if axes.is_none()
            && !keepdims
            && let Some(values) = self.as_slice::<T>()
            && (!values.is_empty() || identity.is_some())
        {
            return Ok(pairwise(values, identity.unwrap_or_default(), combine).into());
        }
        let reduced = &*normalize_axes(op, axes, self.ndim())?;
        let array = self.converted(op, T::DTYPE)?;
        let (values, layout) = array.parts::<T>();
        let order = |wanted: bool| (0..reduced.len()).filter(move |&axis| reduced[axis] == wanted);
        let kept = layout.permute(&order(false).collect::<Dims<usize>>());
        let inner = layout.permute(&order(true).collect::<Dims<usize>>());
        if identity.is_none() && inner.size() == 0 && kept.size() > 0 {
            return Err(Error::value(format!(
                "{op}: of no elements: shape {} has none along the axes",
                Tuple(&layout.shape)
            )));
        }
        let identity = identity.unwrap_or_default();
        let fold = |values: &[T]| pairwise(values, identity, combine);
        let mut out = room(op, &kept.shape, kept.size())?;
        let outputs = Walk::row_major(&[&kept], &kept.shape);
        let inputs = Walk::along_memory(&inner);
        let runs = |walk: &Walk| walk.row_stride() == 1 && walk.row_len() > 1;
        if runs(&outputs) && !runs(&inputs) {
            let mut steps;
            let row: &(dyn Fn(usize) -> usize + Sync) = if inputs.is_one_row() {
                &|i| (i as isize * inputs.row_stride()) as usize
            } else {
                steps = reserve(op, &inner.shape, inputs.size)?;
                inputs.positions(|[position, ..]| steps.push(position.wrapping_sub(layout.offset)));
                &|i| steps[i]
            };
            for [start, ..] in outputs.rows() {
                if inputs.size == 0 {
                    out.extend(repeat_n(identity, outputs.row_len()));
                    continue;
                }
                for first in (0..outputs.row_len()).step_by(COLUMNS) {
                    let width = COLUMNS.min(outputs.row_len() - first);
                    let least = LEAF.div_ceil(width).max(ROWS);
                    let compute =
                        |numbers| fold_rows((values, start + first, width), row, numbers, &combine);
                    out.extend(tree(
                        0..inputs.size,
                        least,
                        |len| len / 2,
                        &compute,
                        &|a, b| merge_rows(a, &b, &combine),
                    ));
                }
            }
        } else if inputs.size >= LONG && outputs.size > 1 && outputs.size >= MANY / inputs.size {
            out.resize(outputs.size, identity);
            let mut starts = reserve(op, &kept.shape, outputs.size)?;
            outputs.positions(|[position, ..]| starts.push(position));
            chunks(&mut out, 1, &|first, part| {
                let mut scratch = Vec::new();
                for (result, &start) in part.iter_mut().zip(&starts[first..]) {
                    *result = inputs.fold(values, start, &mut scratch, fold);
                }
            });
        } else {
            let mut scratch = Vec::new();
            outputs.positions(|[position, ..]| {
                out.push(inputs.fold(values, position, &mut scratch, fold));
            });
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

    fn accumulate<T: Element>(&self, axis: usize, combine: impl Fn(T, T) -> T) -> Result<Self> {
        let mut values = self.copied::<T>("cumsum")?;
        let inner: usize = self.shape()[axis + 1..].iter().product();
        let block = self.shape()[axis] * inner;
        if block > 0 {
            for block in values.chunks_exact_mut(block) {
                for i in inner..block.len() {
                    block[i] = combine(block[i - inner], block[i]);
                }
            }
        }
        Ok(Self::from_parts(values, Layout::contiguous(self.shape())))
    }

    fn position_of<T: Element>(
        &self,
        op: &str,
        axis: Option<isize>,
        keepdims: bool,
        better: impl Fn(T, T) -> bool,
    ) -> Result<Self> {
        let Some(axis) = axis else {
            let position = self
                .reshape(&[self.size()])?
                .position_of(op, Some(0), false, better)?;
            return position.reshape(&vec![1; if keepdims { self.ndim() } else { 0 }]);
        };
        let axis = normalize_axis(op, axis, self.ndim())?;
        let (values, layout) = self.parts::<T>();
        let (len, stride) = (layout.shape[axis], layout.strides[axis]);
        let mut kept = layout.clone();
        kept.shape[axis] = 1;
        if len == 0 && kept.size() > 0 {
            return Err(Error::value(format!(
                "{op}: axis {axis} of shape {} is empty",
                Tuple(self.shape())
            )));
        }
        let mut out = room(op, &kept.shape, kept.size())?;
        Walk::row_major(&[&kept], &kept.shape).positions(|[start, ..]| {
            let mut best = (values[start], 0);
            for i in 1..len {
                let x = values[start.wrapping_add_signed(i as isize * stride)];
                if better(x, best.0) || (is_nan(x) && !is_nan(best.0)) {
                    best = (x, i as i64);
                }
            }
            out.push(best.1);
        });
        let positions = Self::from_parts(out, Layout::contiguous(&kept.shape));
        if keepdims {
            Ok(positions)
        } else {
            positions.squeeze(Some(&[axis as isize]))
        }
    }
}

#[inline]
fn is_greater<T: Element>(x: T, y: T) -> bool {
    x > y
}

#[inline]
fn is_less<T: Element>(x: T, y: T) -> bool {
    x < y
}

/// Only NaN cannot be compared with itself.
#[inline]
fn is_nan<T: Element>(x: T) -> bool {
    x.partial_cmp(&x).is_none()
}

/// One row, each element of which combines those of its column in the rows with the given numbers. A
/// row of `width` begins in `values` at `start` plus what `step` says of its number.
fn fold_rows<T: Element>(
    (values, start, width): (&[T], usize, usize),
    step: &dyn Fn(usize) -> usize,
    numbers: Range<usize>,
    combine: &impl Fn(T, T) -> T,
) -> Vec<T> {
    let Range { start: first, end } = numbers;
    if end - first > ROWS {
        let half = first + (end - first) / 2;
        let sums = fold_rows((values, start, width), step, first..half, combine);
        let rest = fold_rows((values, start, width), step, half..end, combine);
        return merge_rows(sums, &rest, combine);
    }
    let row = |number: usize| &values[start.wrapping_add(step(number))..][..width];
    let mut sums = row(first).to_vec();
    let rows = first + 1..end;
    run(Rows {
        sums: &mut sums,
        below: rows.map(row),
        combine,
    });
    sums
}

fn merge_rows<T: Element>(mut sums: Vec<T>, rest: &[T], combine: &impl Fn(T, T) -> T) -> Vec<T> {
    run(Rows {
        sums: &mut sums,
        below: [rest].into_iter(),
        combine,
    });
    sums
}

/// Combines every element of a row with those below it, one row after the other.
struct Rows<'a, T, I, F> {
    sums: &'a mut [T],
    below: I,
    combine: &'a F,
}

impl<'a, T: Element, I: Iterator<Item = &'a [T]>, F: Fn(T, T) -> T> Kernel for Rows<'_, T, I, F> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        for row in self.below {
            for (sum, &x) in self.sums.iter_mut().zip(row) {
                *sum = (self.combine)(*sum, x);
            }
        }
    }
}

/// All values as one, in the order in which NumPy sums: eight running results over blocks of
/// [`BLOCK`], the blocks pairwise.
fn pairwise<T: Element>(values: &[T], identity: T, combine: impl Fn(T, T) -> T + Copy + Sync) -> T {
    let compute = |range: Range<usize>| {
        run(Pairwise {
            values: &values[range],
            identity,
            combine,
        })
    };
    tree(0..values.len(), LEAF, half, &compute, &combine)
}

/// Where values are cut in two: a multiple of the eight running results.
#[inline(always)]
fn half(len: usize) -> usize {
    len / 2 / 8 * 8
}

/// At most [`LEAF`] values as one.
struct Pairwise<'a, T, F> {
    values: &'a [T],
    identity: T,
    combine: F,
}

impl<T: Element, F: Fn(T, T) -> T> Kernel for Pairwise<'_, T, F> {
    type Output = T;

    #[inline(always)]
    fn run<const FMA: bool>(self) -> T {
        if self.values.len() <= BLOCK {
            return self.block(self.values);
        }
        // What is left to do, the next last: to fold so many values or, for 0, to combine the last two
        // results.
        let mut left = [0; 3 * DEPTH];
        let mut results = [self.identity; DEPTH];
        let (mut todo, mut done) = (1, 0);
        left[0] = self.values.len();
        let mut values = self.values;
        while todo > 0 {
            todo -= 1;
            let len = left[todo];
            if len == 0 {
                done -= 1;
                results[done - 1] = (self.combine)(results[done - 1], results[done]);
            } else if len > BLOCK {
                left[todo] = 0;
                left[todo + 1] = len - half(len);
                left[todo + 2] = half(len);
                todo += 3;
            } else {
                let (block, rest) = values.split_at(len);
                results[done] = self.block(block);
                done += 1;
                values = rest;
            }
        }
        results[0]
    }
}

impl<T: Element, F: Fn(T, T) -> T> Pairwise<'_, T, F> {
    #[inline(always)]
    fn block(&self, values: &[T]) -> T {
        let combine = &self.combine;
        let Some((first, rest)) = values.split_first_chunk::<8>() else {
            let results = values.iter().copied().reduce(combine);
            return results.unwrap_or(self.identity);
        };
        let (chunks, rest) = rest.as_chunks::<8>();
        let mut results = *first;
        for chunk in chunks {
            for (result, &x) in results.iter_mut().zip(chunk) {
                *result = combine(*result, x);
            }
        }
        let [a, b, c, d, e, f, g, h] = results;
        let eight = combine(
            combine(combine(a, b), combine(c, d)),
            combine(combine(e, f), combine(g, h)),
        );
        rest.iter().fold(eight, |result, &x| combine(result, x))
    }
}
