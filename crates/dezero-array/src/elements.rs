//! The elements of arrays where they lie, for who computes with them on their own: a [`Layout`] and a
//! slice, and arrays made of the two.

use crate::array::Array;
use crate::dtype::Element;
use crate::error::{Error, Result};
use crate::pool;
use crate::shape::{Layout, SCALAR, Tuple, checked_size};
use crate::slice::{Slice, slice_layout};
use crate::strided::{Walk, one_row};

/// Layouts as those see them who read elements on their own.
impl Layout {
    /// Row-major without gaps, from the first element on.
    ///
    /// # Errors
    ///
    /// A shape error when no array can be so large.
    pub fn row_major(shape: &[usize]) -> Result<Self> {
        checked_size("row_major", shape, 1)?;
        Ok(Self::contiguous(shape))
    }

    /// Elements these distances apart, of which the first in memory is the first of the buffer.
    ///
    /// ```
    /// use dezero_array::Layout;
    ///
    /// let backwards = Layout::from_strides(&[2, 3], &[10, -2])?;
    /// assert_eq!((backwards.offset(), backwards.span()), (4, 15));
    /// # Ok::<(), dezero_array::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A shape error when there is not one stride per axis, when elements of different indices would lie in
    /// one place, other than by a stride of 0, or when no array can be so large.
    pub fn from_strides(shape: &[usize], strides: &[isize]) -> Result<Self> {
        checked_size("from_strides", shape, 1)?;
        let misfit = |why: &str| {
            let shape = Tuple(shape);
            Error::shape(format!(
                "from_strides: strides {strides:?} of shape {shape} {why}"
            ))
        };
        if shape.len() != strides.len() {
            return Err(misfit("are not one for each axis"));
        }
        let axes = shape.iter().copied().zip(strides.iter().copied());
        let mut moving: Vec<(usize, usize)> = axes
            .filter(|&(len, stride)| len > 1 && stride != 0)
            .map(|(len, stride)| (stride.unsigned_abs(), len))
            .collect();
        moving.sort_unstable();
        // How many places the axes so far take.
        let mut span = 1_usize;
        for (stride, len) in moving {
            if stride < span {
                return Err(misfit("put several elements into one place"));
            }
            let far = stride
                .checked_mul(len - 1)
                .and_then(|far| far.checked_add(span));
            let within = far.filter(|&span| isize::try_from(span).is_ok());
            span = within.ok_or_else(|| misfit("are too big for memory"))?;
        }
        // The stride of an axis of one element is never used, and must not overflow.
        let used = shape.iter().zip(strides);
        let layout = Self {
            shape: shape.into(),
            strides: used
                .map(|(&len, &stride)| if len > 1 { stride } else { 1 })
                .collect(),
            offset: 0,
        };
        Ok(layout.from_first())
    }

    /// The length of each axis.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The distance between neighbours along each axis.
    pub fn strides(&self) -> &[isize] {
        &self.strides
    }

    /// Where the element at index 0 lies.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// What [`Array::slice`] shows.
    ///
    /// # Errors
    ///
    /// As [`Array::slice`].
    pub fn slice(&self, slices: &[Slice]) -> Result<Self> {
        slice_layout("slice", self, slices)
    }

    /// The layout of what an elementwise function gives of operands, seen in a shape to which all of
    /// them broadcast: no gaps, in the order in which the first operand that fills the shape lies, and
    /// broadcast along axes along which all operands are.
    ///
    /// ```
    /// use dezero_array::Layout;
    ///
    /// let x = Layout::row_major(&[2, 3])?.permute(&[1, 0]);
    /// let row = Layout::row_major(&[2])?;
    /// let y = Layout::of_elementwise(&[&row, &x], &[3, 2]);
    /// assert_eq!(y.strides(), [1, 3]);
    /// # Ok::<(), dezero_array::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If there are more than three operands.
    #[must_use]
    pub fn of_elementwise(operands: &[&Self], shape: &[usize]) -> Self {
        if shape.is_empty() {
            return SCALAR.clone();
        }
        match one_row(operands) {
            Some((_, _, layout)) => layout,
            None => Walk::natural(operands, shape).1,
        }
    }

    /// Whether both put the elements of the same shape into the same order with the same gaps; what
    /// axes of length 1 say does not count, nor where the first element lies.
    pub fn agrees_with(&self, other: &Self) -> bool {
        *self.shape == *other.shape
            && (self.size() == 0
                || self
                    .axes()
                    .zip(other.axes())
                    .all(|((len, a), (_, b))| len == 1 || a == b))
    }

    /// The number of elements from the first in memory to the last, those between included.
    pub fn span(&self) -> usize {
        self.reach().map_or(0, |(before, after)| before + after + 1)
    }

    /// This layout in the part of the buffer from the first element in memory on.
    #[must_use]
    pub fn from_first(&self) -> Self {
        Self {
            offset: self.reach().map_or(0, |(before, _)| before),
            ..self.clone()
        }
    }

    /// How many elements lie before and after that at index 0; `None` if there are none.
    fn reach(&self) -> Option<(usize, usize)> {
        let mut reach = (0, 0);
        for (len, stride) in self.axes() {
            let steps = len.checked_sub(1)?;
            let far = steps * stride.unsigned_abs();
            if stride < 0 {
                reach.0 += far;
            } else {
                reach.1 += far;
            }
        }
        Some(reach)
    }
}

/// Elements where they lie.
impl Array {
    /// Where the elements lie in [`elements`](Self::elements).
    #[must_use]
    pub fn placement(&self) -> Layout {
        self.layout().from_first()
    }

    /// The part of the buffer from the first of these elements in memory to the last, if they are
    /// `T`s.
    ///
    /// ```
    /// use dezero_array::{Array, Slice};
    ///
    /// let x = Array::from([1.0, 2.0, 3.0, 4.0]);
    /// let y = x.slice(&[Slice::step(1.., 2)])?;
    /// assert_eq!(y.elements::<f64>(), Some(&[2.0, 3.0, 4.0][..]));
    /// assert_eq!((y.placement().offset(), y.placement().strides()), (0, &[2][..]));
    /// # Ok::<(), dezero_array::Error>(())
    /// ```
    pub fn elements<T: Element>(&self) -> Option<&[T]> {
        let (values, layout) = self.try_parts::<T>()?;
        let Some((before, after)) = layout.reach() else {
            return Some(&[]);
        };
        Some(&values[layout.offset - before..=layout.offset + after])
    }

    /// The same [`elements`](Self::elements) through another layout, without a copy.
    ///
    /// # Errors
    ///
    /// A shape error when the layout reaches beyond them.
    pub fn through(&self, layout: &Layout) -> Result<Self> {
        let mut layout = layout.clone();
        if let Some((before, after)) = layout.reach() {
            let own = self.layout();
            let (lower, upper) = own.reach().unwrap_or((0, 0));
            let count = self.layout().span();
            if layout.offset < before || layout.offset.saturating_add(after) >= count {
                return Err(beyond(&layout, count));
            }
            debug_assert_eq!(count, lower + upper + 1);
            layout.offset += own.offset - lower;
        }
        Ok(self.with_layout(layout))
    }

    /// The values, which are moved, seen through a layout.
    ///
    /// # Errors
    ///
    /// A shape error when the layout reaches beyond them.
    pub fn from_elements<T: Element>(values: Vec<T>, layout: &Layout) -> Result<Self> {
        let mut layout = layout.clone();
        match layout.reach() {
            Some((before, after))
                if layout.offset < before
                    || layout.offset.saturating_add(after) >= values.len() =>
            {
                Err(beyond(&layout, values.len()))
            }
            reach => {
                if reach.is_none() {
                    layout.offset = 0;
                }
                Ok(Self::from_parts(values, layout))
            }
        }
    }

    /// The whole buffer, if it holds `T`s and no other array shares it; otherwise the array again.
    ///
    /// # Errors
    ///
    /// The array itself.
    pub fn into_elements<T: Element>(mut self) -> std::result::Result<Vec<T>, Self> {
        match self.unique_buffer::<T>() {
            Some(values) => Ok(std::mem::take(values)),
            None => Err(self),
        }
    }
}

#[cold]
fn beyond(layout: &Layout, count: usize) -> Error {
    Error::shape(format!(
        "shape {} with strides {:?} from {} on does not lie within {count} elements",
        Tuple(&layout.shape),
        &*layout.strides,
        layout.offset
    ))
}

/// A buffer of `len` values to be written over, which may be those of an array that is gone.
///
/// # Panics
///
/// Where there is not so much memory.
#[must_use]
pub fn recycled<T: Element>(len: usize) -> Vec<T> {
    pool::filled("recycled", &[len], len).unwrap_or_else(|error| panic!("{error}"))
}
