//! To and from [`ndarray`], without copying where the layout allows.

use std::sync::Arc;

use ndarray::{ArrayD, ArrayViewD, Axis, Dimension, IxDyn, OwnedRepr, ShapeBuilder};

use crate::array::{Array, Buffer, Repr, Storage};
use crate::dtype::Element;
use crate::shape::{Dims, Layout};

/// Takes the buffer over as it is, whatever the strides.
///
/// ```
/// use dezero_array::Array;
///
/// let matrix = ndarray::array![[1.0, 2.0], [3.0, 4.0]];
/// let transposed = Array::from(matrix.reversed_axes());
/// assert_eq!(transposed, Array::from([[1.0, 3.0], [2.0, 4.0]]));
/// assert_eq!(transposed.strides(), [1, 2]);
/// ```
impl<T: Element, D: Dimension> From<ndarray::ArrayBase<OwnedRepr<T>, D>> for Array {
    fn from(array: ndarray::ArrayBase<OwnedRepr<T>, D>) -> Self {
        let mut layout = Layout::contiguous(array.shape());
        if array.is_empty() {
            return Self::from_parts(Vec::<T>::new(), layout);
        }
        layout.strides = array.strides().into();
        let (values, offset) = array.into_raw_vec_and_offset();
        layout.offset = offset.unwrap_or(0);
        Self::from_parts(values, layout)
    }
}

/// Conversions to `ndarray` and to vectors.
impl Array {
    /// These elements as an `ndarray` view, without copying, if they are `T`s.
    ///
    /// ```
    /// use dezero_array::Array;
    ///
    /// let x = Array::from([[1.0, 2.0], [3.0, 4.0]]).t();
    /// assert_eq!(x.view::<f64>().unwrap(), ndarray::array![[1.0, 3.0], [2.0, 4.0]].into_dyn());
    /// assert!(x.view::<f32>().is_none());
    /// ```
    pub fn view<T: Element>(&self) -> Option<ArrayViewD<'_, T>> {
        let (values, layout) = self.try_parts::<T>()?;
        Some(strided_view(values, layout))
    }

    /// A copy of these elements, converted to `T`.
    pub fn to_ndarray<T: Element>(&self) -> ArrayD<T> {
        fill(self.shape(), self.to_vec())
    }

    /// These elements, converted to `T`. Moves the buffer where no other array shares it, the dtype is
    /// `T`'s and the elements lie in row-major order; copies otherwise.
    pub fn into_ndarray<T: Element>(self) -> ArrayD<T> {
        let shape: Dims<usize> = self.shape().into();
        fill(&shape, self.into_vec())
    }

    /// The elements in row-major order, converted to `T`. Moves the buffer where no other array shares
    /// it, the dtype is `T`'s and the elements lie so already; copies otherwise.
    pub fn into_vec<T: Element>(mut self) -> Vec<T> {
        let layout = self.layout();
        let size = layout.size();
        if layout.offset == 0
            && layout.is_contiguous()
            && let Some(values) = self.unique_buffer::<T>()
        {
            let mut values = std::mem::take(values);
            values.truncate(size);
            return values;
        }
        self.to_vec()
    }

    /// The buffer, if it holds `T`s and nobody else looks at it.
    pub(crate) fn unique_buffer<T: Element>(&mut self) -> Option<&mut Vec<T>> {
        let Repr::Heap(tensor) = &mut self.0 else {
            return None;
        };
        let buffer: &mut Buffer = match &mut Arc::get_mut(tensor)?.storage {
            Storage::Owned(buffer) => buffer,
            Storage::View(owner) => match &mut Arc::get_mut(owner)?.storage {
                Storage::Owned(buffer) => buffer,
                Storage::View(_) => return None,
            },
        };
        T::values_mut(buffer)
    }
}

/// A layout of a buffer as an `ndarray` view.
pub(crate) fn strided_view<'a, T: Element>(values: &'a [T], layout: &Layout) -> ArrayViewD<'a, T> {
    if layout.size() == 0 {
        return ArrayViewD::from_shape(IxDyn(&layout.shape), &[])
            .expect("no elements fill an empty shape");
    }
    // ndarray makes views with steps backwards only by turning axes of others round.
    let backwards: Dims<bool> = layout
        .axes()
        .map(|(len, stride)| len > 1 && stride < 0)
        .collect();
    let lowest: isize = layout
        .axes()
        .zip(backwards.iter())
        .filter(|(_, backwards)| **backwards)
        .map(|((len, stride), _)| (len - 1) as isize * stride)
        .sum();
    let strides: Dims<usize> = layout
        .axes()
        .map(|(len, stride)| if len > 1 { stride.unsigned_abs() } else { 1 })
        .collect();
    let shape = IxDyn(&layout.shape).strides(IxDyn(&strides));
    let start = layout.offset.wrapping_add_signed(lowest);
    let mut view =
        ArrayViewD::from_shape(shape, &values[start..]).expect("a layout stays within its buffer");
    for axis in (0..layout.ndim()).filter(|&axis| backwards[axis]) {
        view.invert_axis(Axis(axis));
    }
    view
}

fn fill<T: Element>(shape: &[usize], values: Vec<T>) -> ArrayD<T> {
    ArrayD::from_shape_vec(IxDyn(shape), values).expect("as many elements as the shape has")
}
