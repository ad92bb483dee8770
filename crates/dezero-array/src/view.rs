//! Views: other ways to see the same elements, without copying them.

use crate::array::Array;
use crate::dtype::each_dtype;
use crate::error::{Error, Result};
use crate::shape::{Dims, Layout, Tuple, checked_size, normalize_axes, normalize_axis};

/// Views. All share the elements; only [`reshape`](Array::reshape) may have to copy.
impl Array {
    /// The axes in another order: axis `i` of the result is axis `permutation[i]`.
    ///
    /// # Errors
    ///
    /// An axis error when the permutation does not name every axis once.
    ///
    /// ```
    /// use dezero_array::{Array, DType};
    ///
    /// let x = Array::zeros(&[2, 3, 4], DType::F64)?;
    /// assert_eq!(x.transpose(&[1, 2, 0])?.shape(), [3, 4, 2]);
    /// # Ok::<(), dezero_array::Error>(())
    /// ```
    pub fn transpose(&self, permutation: &[usize]) -> Result<Self> {
        let mut sorted: Dims<usize> = permutation.into();
        sorted.sort_unstable();
        if !sorted.iter().copied().eq(0..self.ndim()) {
            return Err(Error::axis(format!(
                "transpose: {} does not name each of the {} axes of shape {} once",
                Tuple(permutation),
                self.ndim(),
                Tuple(self.shape())
            )));
        }
        Ok(self.with_layout(self.layout().permute(permutation)))
    }

    /// The axes in reverse order.
    #[must_use]
    pub fn t(&self) -> Self {
        if self.ndim() < 2 {
            return self.clone();
        }
        let reversed: Dims<usize> = (0..self.ndim()).rev().collect();
        self.with_layout(self.layout().permute(&reversed))
    }

    /// Two axes exchanged; negative ones count from the end.
    ///
    /// # Errors
    ///
    /// An axis error when one is out of range.
    pub fn swapaxes(&self, a: isize, b: isize) -> Result<Self> {
        let a = normalize_axis("swapaxes", a, self.ndim())?;
        let b = normalize_axis("swapaxes", b, self.ndim())?;
        let mut order: Dims<usize> = (0..self.ndim()).collect();
        order.swap(a, b);
        Ok(self.with_layout(self.layout().permute(&order)))
    }

    /// The same elements in row-major order in another shape. Copies where the strides demand it.
    ///
    /// # Errors
    ///
    /// A shape error when the number of elements differs.
    pub fn reshape(&self, shape: &[usize]) -> Result<Self> {
        let size = checked_size("reshape", shape, self.dtype().size_of())?;
        if size != self.size() {
            return Err(Error::shape(format!(
                "reshape: an array of shape {} has {} elements, shape {} has {size}",
                Tuple(self.shape()),
                self.size(),
                Tuple(shape)
            )));
        }
        if shape == self.shape() {
            return Ok(self.clone());
        }
        if let Some(layout) = self.layout().reshape(shape) {
            return Ok(self.with_layout(layout));
        }
        each_dtype!(self.dtype(), T => {
            Ok(Self::from_parts(self.copied::<T>("reshape")?, Layout::contiguous(shape)))
        })
    }

    /// This array repeated along new leading axes and axes of length 1, by NumPy's rule.
    ///
    /// # Errors
    ///
    /// A shape error when an axis is neither 1 nor of the wanted length.
    pub fn broadcast_to(&self, shape: &[usize]) -> Result<Self> {
        checked_size("broadcast_to", shape, self.dtype().size_of())?;
        if shape == self.shape() {
            return Ok(self.clone());
        }
        match self.layout().broadcast_to(shape) {
            Some(layout) => Ok(self.with_layout(layout)),
            None => Err(Error::shape(format!(
                "broadcast_to: shape {} does not broadcast to {}",
                Tuple(self.shape()),
                Tuple(shape)
            ))),
        }
    }

    /// With an axis of length 1 inserted, which becomes axis `axis` of the result.
    ///
    /// # Errors
    ///
    /// An axis error when it is out of range for the result.
    pub fn expand_dims(&self, axis: isize) -> Result<Self> {
        let position = normalize_axis("expand_dims", axis, self.ndim() + 1)?;
        let mut axes: Vec<(usize, isize)> = self.layout().axes().collect();
        axes.insert(position, (1, 1));
        Ok(self.with_axes(&axes))
    }

    /// Without the named axes, which must have length 1; without all such axes for `None`.
    ///
    /// # Errors
    ///
    /// A shape error when an axis named is longer; an axis error when it is out of range.
    pub fn squeeze(&self, axes: Option<&[isize]>) -> Result<Self> {
        let named = normalize_axes("squeeze", axes, self.ndim())?;
        let long = (0..self.ndim()).find(|&axis| named[axis] && self.shape()[axis] != 1);
        if let (Some(_), Some(axis)) = (axes, long) {
            return Err(Error::shape(format!(
                "squeeze: axis {axis} of shape {} has length {}, not 1",
                Tuple(self.shape()),
                self.shape()[axis]
            )));
        }
        let kept = self.layout().axes().zip(named.iter());
        let kept = kept
            .filter(|&((len, _), &named)| !(named && len == 1))
            .map(|(axis, _)| axis);
        Ok(self.with_axes(&kept.collect::<Vec<_>>()))
    }

    /// The elements of the named axes, or of all, in reverse.
    ///
    /// # Errors
    ///
    /// An axis error when one is out of range or named twice.
    pub fn flip(&self, axes: Option<&[isize]>) -> Result<Self> {
        let named = normalize_axes("flip", axes, self.ndim())?;
        let mut layout = self.layout().clone();
        for axis in (0..layout.ndim()).filter(|&axis| named[axis] && self.shape()[axis] > 0) {
            let last = (layout.shape[axis] - 1) as isize * layout.strides[axis];
            layout.offset = layout.offset.wrapping_add_signed(last);
            layout.strides[axis] = -layout.strides[axis];
        }
        Ok(self.with_layout(layout))
    }

    fn with_axes(&self, axes: &[(usize, isize)]) -> Self {
        self.with_layout(Layout {
            shape: axes.iter().map(|axis| axis.0).collect(),
            strides: axes.iter().map(|axis| axis.1).collect(),
            offset: self.layout().offset,
        })
    }
}
