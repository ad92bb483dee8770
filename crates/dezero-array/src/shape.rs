//! Shapes, strides and how they fit together: the part of an array that knows nothing of its elements.

use std::fmt::{self, Write};
use std::ops::{Deref, DerefMut};

use crate::error::{Error, Result};

const INLINE: usize = 4;

/// A short list of lengths or strides; up to four need no allocation.
#[derive(Clone, Debug)]
pub(crate) enum Dims<T> {
    Inline(u8, [T; INLINE]),
    Heap(Box<[T]>),
}

/// No axes.
impl<T: Copy + Default> Default for Dims<T> {
    #[inline]
    fn default() -> Self {
        Self::Inline(0, [T::default(); INLINE])
    }
}

impl<T> Deref for Dims<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        match self {
            Self::Inline(len, values) => &values[..usize::from(*len)],
            Self::Heap(values) => values,
        }
    }
}

impl<T> DerefMut for Dims<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        match self {
            Self::Inline(len, values) => &mut values[..usize::from(*len)],
            Self::Heap(values) => values,
        }
    }
}

impl<T: Copy + Default> From<&[T]> for Dims<T> {
    #[inline]
    fn from(values: &[T]) -> Self {
        if values.len() > INLINE {
            return Self::Heap(values.into());
        }
        let mut inline = [T::default(); INLINE];
        inline[..values.len()].copy_from_slice(values);
        Self::Inline(values.len() as u8, inline)
    }
}

impl<T: Copy + Default> Dims<T> {
    pub(crate) fn push(&mut self, value: T) {
        *self = self.iter().copied().chain([value]).collect();
    }
}

impl<T: Copy + Default> FromIterator<T> for Dims<T> {
    #[inline]
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut values = values.into_iter();
        let mut inline = [T::default(); INLINE];
        let mut len = 0;
        for value in values.by_ref() {
            if len == INLINE {
                let rest = [value].into_iter().chain(values);
                return Self::Heap(inline.into_iter().chain(rest).collect());
            }
            inline[len] = value;
            len += 1;
        }
        Self::Inline(len as u8, inline)
    }
}

/// Where the elements of an array lie in its buffer: element `i` at `offset + sum(i * strides)`.
#[derive(Clone, Debug)]
pub struct Layout {
    pub(crate) shape: Dims<usize>,
    pub(crate) strides: Dims<isize>,
    pub(crate) offset: usize,
}

/// The layout of every 0-d array.
pub(crate) static SCALAR: Layout = Layout {
    shape: Dims::Inline(0, [0; INLINE]),
    strides: Dims::Inline(0, [0; INLINE]),
    offset: 0,
};

impl Layout {
    /// Row-major without gaps. The shape has been checked by [`checked_size`].
    pub(crate) fn contiguous(shape: &[usize]) -> Self {
        let mut strides: Dims<isize> = shape.iter().map(|_| 0).collect();
        let mut stride = 1;
        for (axis, &len) in shape.iter().enumerate().rev() {
            strides[axis] = stride;
            stride *= len.max(1) as isize;
        }
        Self {
            shape: shape.into(),
            strides,
            offset: 0,
        }
    }

    /// The number of axes.
    #[inline]
    pub fn ndim(&self) -> usize {
        self.shape.len()
    }

    /// The number of elements.
    #[inline]
    pub fn size(&self) -> usize {
        self.shape.iter().product()
    }

    /// The axes as `(length, stride)`.
    #[inline]
    pub(crate) fn axes(&self) -> impl DoubleEndedIterator<Item = (usize, isize)> + '_ {
        self.shape.iter().copied().zip(self.strides.iter().copied())
    }

    /// Whether the elements lie row-major without gaps, from `offset` on.
    #[inline]
    pub fn is_contiguous(&self) -> bool {
        let mut expected = 1;
        for (len, stride) in self.axes().rev() {
            if len != 1 {
                if stride != expected {
                    return self.size() == 0;
                }
                expected *= len as isize;
            }
        }
        true
    }

    /// The axes in a new order: axis `i` of the result is axis `permutation[i]`.
    ///
    /// # Panics
    ///
    /// If there is no such axis.
    #[must_use]
    pub fn permute(&self, permutation: &[usize]) -> Self {
        Self {
            shape: permutation.iter().map(|&axis| self.shape[axis]).collect(),
            strides: permutation.iter().map(|&axis| self.strides[axis]).collect(),
            offset: self.offset,
        }
    }

    /// This layout seen in a larger shape, or `None` where it does not broadcast to it.
    pub fn broadcast_to(&self, shape: &[usize]) -> Option<Self> {
        let added = shape.len().checked_sub(self.ndim())?;
        let mut strides: Dims<isize> = shape.iter().map(|_| 0).collect();
        for (axis, (len, stride)) in self.axes().enumerate() {
            if len == shape[added + axis] {
                strides[added + axis] = stride;
            } else if len != 1 {
                return None;
            }
        }
        Some(Self {
            shape: shape.into(),
            strides,
            offset: self.offset,
        })
    }

    /// The same elements in another shape, which must be of equal size, or `None` where that needs a copy.
    pub fn reshape(&self, shape: &[usize]) -> Option<Self> {
        if self.is_contiguous() {
            let mut layout = Self::contiguous(shape);
            layout.offset = self.offset;
            return Some(layout);
        }
        // Runs of old axes that step evenly are matched with runs of new axes of the same size.
        let old: Vec<(usize, isize)> = self.axes().filter(|&(len, _)| len != 1).collect();
        let mut strides: Dims<isize> = shape.iter().map(|_| 0).collect();
        let (mut from, mut to) = (0, 0);
        while from < old.len() {
            let (first, mut size) = (from, old[from].0);
            let begin = to;
            let mut wanted = 1;
            while wanted != size {
                if wanted < size {
                    wanted *= shape[to];
                    to += 1;
                } else {
                    from += 1;
                    size *= old[from].0;
                }
            }
            let evenly = |pair: &[(usize, isize)]| pair[0].1 == pair[1].1 * pair[1].0 as isize;
            if !old[first..=from].windows(2).all(evenly) {
                return None;
            }
            let mut stride = old[from].1;
            for axis in (begin..to).rev() {
                strides[axis] = stride;
                stride *= shape[axis] as isize;
            }
            from += 1;
        }
        Some(Self {
            shape: shape.into(),
            strides,
            offset: self.offset,
        })
    }

    /// The buffer position of an index that is within the shape.
    #[inline]
    pub(crate) fn position(&self, index: &[usize]) -> usize {
        let step: isize = index
            .iter()
            .zip(self.strides.iter())
            .map(|(&i, s)| i as isize * s)
            .sum();
        self.offset.wrapping_add_signed(step)
    }
}

/// The number of elements of a shape, if an array of `element` bytes each can exist.
///
/// Axes of length 0 do not excuse the others, so that no later product can overflow.
pub(crate) fn checked_size(op: &str, shape: &[usize], element: usize) -> Result<usize> {
    let spanned = shape
        .iter()
        .try_fold(1_usize, |size, &len| size.checked_mul(len.max(1)));
    match spanned.and_then(|size| size.checked_mul(element)) {
        Some(bytes) if isize::try_from(bytes).is_ok() => Ok(shape.iter().product()),
        _ => Err(Error::shape(format!(
            "{op}: shape {} is too big for memory",
            Tuple(shape)
        ))),
    }
}

/// An empty vector with room for `len` elements.
///
/// # Errors
///
/// A memory error, which names `op`.
pub(crate) fn reserve<T>(op: &str, shape: &[usize], len: usize) -> Result<Vec<T>> {
    let mut values = Vec::new();
    match values.try_reserve_exact(len) {
        Ok(()) => Ok(values),
        Err(_) => Err(Error::memory(format!(
            "{op}: memory does not suffice for shape {}",
            Tuple(shape)
        ))),
    }
}

/// The shape in which both can be seen, by NumPy's rule: aligned at the end, lengths equal or 1.
///
/// # Errors
///
/// A shape error that names the axis at which they differ.
///
/// ```
/// use dezero_array::broadcast_shapes;
///
/// assert_eq!(broadcast_shapes(&[2, 1], &[3])?, [2, 3]);
/// assert!(broadcast_shapes(&[2, 3], &[4]).unwrap_err().is_shape());
/// # Ok::<(), dezero_array::Error>(())
/// ```
pub fn broadcast_shapes(a: &[usize], b: &[usize]) -> Result<Vec<usize>> {
    broadcast("broadcast", a, b).map(|shape| shape.to_vec())
}

pub(crate) fn broadcast(op: &str, a: &[usize], b: &[usize]) -> Result<Dims<usize>> {
    if a == b {
        return Ok(a.into());
    }
    let ndim = a.len().max(b.len());
    let mut shape: Dims<usize> = (0..ndim).map(|_| 1).collect();
    for axis in 0..ndim {
        let len = |s: &[usize]| (axis + s.len()).checked_sub(ndim).map_or(1, |own| s[own]);
        shape[axis] = match (len(a), len(b)) {
            (m, n) if m == n => m,
            (1, n) => n,
            (m, 1) => m,
            (m, n) => {
                return Err(Error::shape(format!(
                    "{op}: shapes {} and {} do not broadcast: axis {axis} has {m} and {n}",
                    Tuple(a),
                    Tuple(b)
                )));
            }
        };
    }
    Ok(shape)
}

/// An axis counted from the end where negative, as a position.
pub(crate) fn normalize_axis(op: &str, axis: isize, ndim: usize) -> Result<usize> {
    let position = if axis < 0 { axis + ndim as isize } else { axis };
    if (0..ndim as isize).contains(&position) {
        return Ok(position as usize);
    }
    Err(Error::axis(if ndim == 0 {
        format!("{op}: axis {axis} of a 0-d array, which has none")
    } else {
        format!(
            "{op}: axis {axis} is out of range for {ndim} dimensions: it may be from {} to {}",
            -(ndim as isize),
            ndim - 1
        )
    }))
}

/// Which axes are named: all of them for `None`.
pub(crate) fn normalize_axes(op: &str, axes: Option<&[isize]>, ndim: usize) -> Result<Dims<bool>> {
    let Some(axes) = axes else {
        return Ok((0..ndim).map(|_| true).collect());
    };
    let mut named: Dims<bool> = (0..ndim).map(|_| false).collect();
    for &axis in axes {
        let position = normalize_axis(op, axis, ndim)?;
        if std::mem::replace(&mut named[position], true) {
            return Err(Error::axis(format!("{op}: axis {axis} is named twice")));
        }
    }
    Ok(named)
}

/// The positions of named axes, sorted; all axes for `None`.
///
/// # Errors
///
/// An axis error, which names `op`, when an axis is out of range or named twice.
///
/// ```
/// assert_eq!(dezero_array::axis_positions("sum", Some(&[-1, 0]), 3)?, [0, 2]);
/// # Ok::<(), dezero_array::Error>(())
/// ```
pub fn axis_positions(op: &str, axes: Option<&[isize]>, ndim: usize) -> Result<Vec<usize>> {
    let named = normalize_axes(op, axes, ndim)?;
    Ok((0..ndim).filter(|&axis| named[axis]).collect())
}

/// Displays a shape as Python writes tuples: `()`, `(3,)`, `(2, 3)`.
#[derive(Clone, Copy, Debug)]
pub struct Tuple<'a>(
    /// The shape.
    pub &'a [usize],
);

impl fmt::Display for Tuple<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('(')?;
        for (axis, len) in self.0.iter().enumerate() {
            if axis > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{len}")?;
        }
        f.write_str(if self.0.len() == 1 { ",)" } else { ")" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_axes_fit_without_an_allocation() {
        let collected: Dims<usize> = (1..=4).collect();
        assert!(matches!(collected, Dims::Inline(4, _)));
        let mut pushed = Dims::from(&[1, 2, 3, 4][..]);
        pushed.push(5);
        assert!(matches!(&pushed, Dims::Heap(values) if **values == [1, 2, 3, 4, 5]));
        assert_eq!(*(1..=5).collect::<Dims<usize>>(), *pushed);
    }

    #[test]
    fn an_empty_axis_makes_any_strides_contiguous() {
        let layout = Layout {
            shape: [0, 3][..].into(),
            strides: [7, -2][..].into(),
            offset: 0,
        };
        assert!(layout.is_contiguous());
        assert!(!layout.permute(&[1]).is_contiguous());
    }

    #[test]
    fn reshaping_needs_a_copy_where_steps_are_uneven() {
        let transposed = Layout::contiguous(&[2, 3, 4]).permute(&[1, 0, 2]);
        assert!(transposed.reshape(&[6, 4]).is_none());
        let split = transposed.reshape(&[3, 2, 2, 2]);
        assert_eq!(
            *split.expect("only the last axis is split").strides,
            [4, 12, 2, 1]
        );
    }

    #[test]
    fn tuples_are_pythons() {
        let text = [&[][..], &[3], &[2, 3]].map(|shape| Tuple(shape).to_string());
        assert_eq!(text, ["()", "(3,)", "(2, 3)"]);
    }
}
