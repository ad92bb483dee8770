//! Basic indexing: positions, ranges with steps, new axes and the ellipsis, with NumPy's meaning.

use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

use crate::array::Array;
use crate::dtype::each_dtype;
use crate::error::{Error, Result};
use crate::shape::{Dims, Layout, Tuple, checked_size, reserve};
use crate::strided::Walk;

/// One entry of a NumPy index expression: what to take along an axis.
///
/// Made from integers and Rust ranges; negative numbers count from the end of the axis.
///
/// ```
/// use dezero_array::{Array, Slice};
///
/// let x = Array::from([[1, 2, 3], [4, 5, 6]]);
/// assert_eq!(x.slice(&[(-1).into()])?, Array::from([4, 5, 6])); // x[-1]
/// assert_eq!(x.slice(&[(..).into(), (1..).into()])?, Array::from([[2, 3], [5, 6]])); // x[:, 1:]
/// assert_eq!(x.slice(&[0.into(), Slice::step(.., -2)])?, Array::from([3, 1])); // x[0, ::-2]
/// # Ok::<(), dezero_array::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub enum Slice {
    /// The position along the axis, which is gone from the result: `x[i]`.
    Index(isize),
    /// Every `step`-th position from `start` up to `stop`, which is not included: `x[start:stop:step]`.
    /// A missing bound is the end of the axis; bounds beyond the ends stop there.
    Range {
        /// The first position.
        start: Option<isize>,
        /// The position before which to stop; after which, when stepping backwards.
        stop: Option<isize>,
        /// How far to go, backwards when negative; never 0.
        step: isize,
    },
    /// A new axis of length 1: `x[None]`.
    NewAxis,
    /// All axes that the other entries leave: `x[..., i]`.
    Ellipsis,
}

impl Slice {
    /// Every `step`-th position of a range; for a negative step the range is read as Python reads
    /// `start:stop:step`.
    #[must_use]
    pub fn step(range: impl Into<Self>, step: isize) -> Self {
        match range.into() {
            Self::Range { start, stop, .. } => Self::Range { start, stop, step },
            other => other,
        }
    }
}

macro_rules! slice_from {
    ($($int:ty),*) => {$(
        impl From<$int> for Slice {
            fn from(index: $int) -> Self {
                Self::Index(position(index))
            }
        }

        impl From<Range<$int>> for Slice {
            fn from(range: Range<$int>) -> Self {
                between(Some(position(range.start)), Some(position(range.end)))
            }
        }

        impl From<RangeInclusive<$int>> for Slice {
            fn from(range: RangeInclusive<$int>) -> Self {
                between(Some(position(*range.start())), after(position(*range.end())))
            }
        }

        impl From<RangeFrom<$int>> for Slice {
            fn from(range: RangeFrom<$int>) -> Self {
                between(Some(position(range.start)), None)
            }
        }

        impl From<RangeTo<$int>> for Slice {
            fn from(range: RangeTo<$int>) -> Self {
                between(None, Some(position(range.end)))
            }
        }

        impl From<RangeToInclusive<$int>> for Slice {
            fn from(range: RangeToInclusive<$int>) -> Self {
                between(None, after(position(range.end)))
            }
        }
    )*};
}
slice_from!(isize, usize, i32);

/// The whole axis.
impl From<RangeFull> for Slice {
    fn from(_: RangeFull) -> Self {
        between(None, None)
    }
}

fn between(start: Option<isize>, stop: Option<isize>) -> Slice {
    Slice::Range {
        start,
        stop,
        step: 1,
    }
}

/// Positions beyond `isize` are beyond every axis as well.
fn position(index: impl TryInto<isize>) -> isize {
    index.try_into().unwrap_or(isize::MAX)
}

/// The exclusive bound after an inclusive one; after the last position there is none.
fn after(last: isize) -> Option<isize> {
    if last == -1 {
        None
    } else {
        Some(last.saturating_add(1))
    }
}

impl Array {
    /// What NumPy's `x[slices]` shows of this array: a view. Axes without an entry are kept whole.
    ///
    /// # Errors
    ///
    /// An index error when a position is out of bounds or there are more entries than axes; a value
    /// error for a step of 0 or a second ellipsis.
    pub fn slice(&self, slices: &[Slice]) -> Result<Self> {
        Ok(self.with_layout(slice_layout("slice", self.layout(), slices)?))
    }

    /// Zeros of a shape with `src`, broadcast, where `slices` points: the transpose of
    /// [`slice`](Self::slice).
    ///
    /// # Errors
    ///
    /// As [`slice`](Self::slice); a shape error when `src` does not broadcast to the shape of the
    /// slice.
    ///
    /// ```
    /// use dezero_array::{Array, Slice};
    ///
    /// let src = Array::from([5, 7]);
    /// let placed = Array::add_to_slice(&[4], &[Slice::step(.., 2)], &src)?;
    /// assert_eq!(placed, Array::from([5, 0, 7, 0]));
    /// # Ok::<(), dezero_array::Error>(())
    /// ```
    pub fn add_to_slice(shape: &[usize], slices: &[Slice], src: &Self) -> Result<Self> {
        place(
            "add_to_slice",
            shape,
            slices,
            src,
            &Self::from(false).astype(src.dtype()),
        )
    }

    /// This array with `value` around it: `widths` holds for each axis how many positions go before
    /// and after. The value is converted to the dtype.
    ///
    /// # Errors
    ///
    /// A shape error when there is not one pair of widths per axis or the result is too big.
    pub fn pad(&self, widths: &[(usize, usize)], value: crate::Scalar) -> Result<Self> {
        if widths.len() != self.ndim() {
            return Err(Error::shape(format!(
                "pad: {} pairs of widths for the {} axes of shape {}",
                widths.len(),
                self.ndim(),
                Tuple(self.shape())
            )));
        }
        let axes = self.shape().iter().zip(widths);
        let padded = axes
            .clone()
            .map(|(&len, &(before, after))| len.saturating_add(before).saturating_add(after));
        let padded: Dims<usize> = padded.collect();
        checked_size("pad", &padded, self.dtype().size_of())?;
        let slices: Vec<Slice> = axes
            .map(|(&len, &(before, _))| (before..before + len).into())
            .collect();
        place(
            "pad",
            &padded,
            &slices,
            self,
            &Self::from(value).astype(self.dtype()),
        )
    }
}

/// `background` everywhere but where `slices` points, and there `src`, of the same dtype.
fn place(
    op: &str,
    shape: &[usize],
    slices: &[Slice],
    src: &Array,
    background: &Array,
) -> Result<Array> {
    let size = checked_size(op, shape, src.dtype().size_of())?;
    let target = slice_layout(op, &Layout::contiguous(shape), slices)?;
    let src = src.broadcast_to(&target.shape)?;
    each_dtype!(src.dtype(), T => {
        let mut out = reserve::<T>(op, shape, size)?;
        out.resize(size, background.parts::<T>().0[0]);
        let (values, layout) = src.parts::<T>();
        Walk::row_major(&[&target, layout], &target.shape).assign(&mut out, values);
        Ok(Array::from_parts(out, Layout::contiguous(shape)))
    })
}

pub(crate) fn slice_layout(op: &str, layout: &Layout, slices: &[Slice]) -> Result<Layout> {
    let used = slices
        .iter()
        .filter(|s| matches!(s, Slice::Index(_) | Slice::Range { .. }))
        .count();
    let Some(rest) = layout.ndim().checked_sub(used) else {
        return Err(Error::index(format!(
            "{op}: {used} indices for the {} axes of shape {}",
            layout.ndim(),
            Tuple(&layout.shape)
        )));
    };
    if slices
        .iter()
        .filter(|s| matches!(s, Slice::Ellipsis))
        .count()
        > 1
    {
        return Err(Error::value(format!(
            "{op}: an index can have only one ellipsis"
        )));
    }
    let mut axes = Vec::with_capacity(layout.ndim() + slices.len());
    let mut offset = layout.offset;
    let mut next = 0;
    for slice in slices {
        match *slice {
            Slice::NewAxis => axes.push((1, 1)),
            Slice::Ellipsis => {
                axes.extend(layout.axes().skip(next).take(rest));
                next += rest;
            }
            Slice::Index(index) => {
                let (len, stride) = (layout.shape[next], layout.strides[next]);
                let at = normalize_index(op, index as i64, next, len)?;
                offset = offset.wrapping_add_signed(at as isize * stride);
                next += 1;
            }
            Slice::Range { start, stop, step } => {
                let (len, stride) = (layout.shape[next], layout.strides[next]);
                if step == 0 {
                    return Err(Error::value(format!(
                        "{op}: the step of a slice cannot be 0"
                    )));
                }
                let (first, count) = resolve(len, start, stop, step);
                if count > 0 {
                    offset = offset.wrapping_add_signed(first as isize * stride);
                }
                // The stride of an axis of length 1 is never used: a huge step must not overflow it.
                axes.push((count, if count > 1 { stride * step } else { 1 }));
                next += 1;
            }
        }
    }
    axes.extend(layout.axes().skip(next));
    Ok(Layout {
        shape: axes.iter().map(|axis| axis.0).collect(),
        strides: axes.iter().map(|axis| axis.1).collect(),
        offset,
    })
}

/// The first position and the number of positions of a range along an axis, as Python's `slice.indices`.
fn resolve(len: usize, start: Option<isize>, stop: Option<isize>, step: isize) -> (usize, usize) {
    let len = len as isize;
    let (lowest, highest) = if step < 0 { (-1, len - 1) } else { (0, len) };
    let clamp = |bound: isize| {
        let from_start = if bound < 0 { bound + len } else { bound };
        from_start.clamp(lowest, highest)
    };
    let start = start.map_or(if step < 0 { highest } else { lowest }, clamp);
    let stop = stop.map_or(if step < 0 { lowest } else { highest }, clamp);
    let distance = if step < 0 { start - stop } else { stop - start };
    if distance <= 0 {
        return (0, 0);
    }
    (
        start as usize,
        (distance as usize).div_ceil(step.unsigned_abs()),
    )
}

/// An index counted from the end where negative, as a position within an axis.
pub(crate) fn normalize_index(op: &str, index: i64, axis: usize, len: usize) -> Result<usize> {
    let at = if index < 0 {
        index.saturating_add(len as i64)
    } else {
        index
    };
    if (0..len as i64).contains(&at) {
        return Ok(at as usize);
    }
    Err(Error::index(format!(
        "{op}: index {index} is out of bounds for axis {axis} with size {len}"
    )))
}
