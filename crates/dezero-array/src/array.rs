//! `Array`: what it is made of, how it is made, and what it says about itself.

use std::borrow::Cow;
use std::sync::Arc;

use crate::apply;
use crate::dtype::{DType, Element, Scalar, cast, each_dtype};
use crate::error::{Error, Result};
use crate::lanes::map_lanes;
use crate::pool::{self, filled, repeated, room};
use crate::shape::{Layout, SCALAR, Tuple, checked_size};
use crate::strided::Walk;

/// An immutable n-dimensional array of `f64`, `f32`, `i64` or `bool`.
///
/// A clone costs nothing to speak of: the elements are shared. A 0-d array holds its value itself,
/// without a heap. Views (transposed, sliced, broadcast) share the elements they look at.
///
/// ```
/// use dezero_array::{Array, DType};
///
/// let x = Array::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
/// assert_eq!((x.shape(), x.dtype()), (&[2, 3][..], DType::F64));
/// assert_eq!(x.t().to_vec::<f64>(), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
/// ```
#[derive(Clone)]
pub struct Array(pub(crate) Repr);

/// Every 0-d value is inline; the heap holds arrays of one dimension or more.
#[derive(Clone)]
pub(crate) enum Repr {
    F64(f64),
    F32(f32),
    I64(i64),
    Bool(bool),
    Heap(Arc<Tensor>),
}

pub(crate) struct Tensor {
    pub(crate) layout: Layout,
    pub(crate) storage: Storage,
}

/// A view holds the tensor that owns its buffer, never another view.
pub(crate) enum Storage {
    Owned(Buffer),
    View(Arc<Tensor>),
}

pub enum Buffer {
    F64(Vec<f64>),
    F32(Vec<f32>),
    I64(Vec<i64>),
    Bool(Vec<bool>),
}

#[derive(Clone, Copy)]
pub enum BufferRef<'a> {
    F64(&'a [f64]),
    F32(&'a [f32]),
    I64(&'a [i64]),
    Bool(&'a [bool]),
}

impl Tensor {
    fn buffer(&self) -> &Buffer {
        match &self.storage {
            Storage::Owned(buffer) => buffer,
            Storage::View(owner) => match &owner.storage {
                Storage::Owned(buffer) => buffer,
                Storage::View(_) => unreachable!("a view holds the tensor that owns its buffer"),
            },
        }
    }
}

impl Drop for Buffer {
    #[inline]
    fn drop(&mut self) {
        match self {
            Self::F64(values) => pool::give(std::mem::take(values)),
            Self::F32(values) => pool::give(std::mem::take(values)),
            Self::I64(values) => pool::give(std::mem::take(values)),
            Self::Bool(values) => pool::give(std::mem::take(values)),
        }
    }
}

impl Buffer {
    fn as_ref(&self) -> BufferRef<'_> {
        match self {
            Self::F64(values) => BufferRef::F64(values),
            Self::F32(values) => BufferRef::F32(values),
            Self::I64(values) => BufferRef::I64(values),
            Self::Bool(values) => BufferRef::Bool(values),
        }
    }
}

/// Making arrays.
impl Array {
    /// An array of a shape from its elements in row-major order.
    ///
    /// # Errors
    ///
    /// A shape error when the number of elements is not that of the shape.
    pub fn from_vec<T: Element>(values: Vec<T>, shape: &[usize]) -> Result<Self> {
        if checked_size("from_vec", shape, size_of::<T>())? != values.len() {
            return Err(Error::shape(format!(
                "from_vec: {} values do not fill shape {}",
                values.len(),
                Tuple(shape)
            )));
        }
        Ok(Self::from_parts(values, Layout::contiguous(shape)))
    }

    /// Zeros (`false` for bool) of a shape.
    ///
    /// # Errors
    ///
    /// A shape error when the array would be too big for memory.
    pub fn zeros(shape: &[usize], dtype: DType) -> Result<Self> {
        Self::full(shape, 0, dtype)
    }

    /// Ones (`true` for bool) of a shape.
    ///
    /// # Errors
    ///
    /// A shape error when the array would be too big for memory.
    pub fn ones(shape: &[usize], dtype: DType) -> Result<Self> {
        Self::full(shape, 1, dtype)
    }

    /// The same value everywhere, converted to the dtype.
    ///
    /// # Errors
    ///
    /// A shape error when the array would be too big for memory.
    ///
    /// ```
    /// use dezero_array::{Array, DType};
    ///
    /// assert_eq!(Array::full(&[2], 7, DType::F32)?, Array::from([7.0_f32, 7.0]));
    /// # Ok::<(), dezero_array::Error>(())
    /// ```
    pub fn full(shape: &[usize], value: impl Into<Scalar>, dtype: DType) -> Result<Self> {
        let value = value.into();
        each_dtype!(dtype, T => {
            let size = checked_size("full", shape, size_of::<T>())?;
            let values = repeated("full", shape, size, T::from(value))?;
            Ok(Self::from_parts(values, Layout::contiguous(shape)))
        })
    }

    /// The f64 numbers `start, start + step, ...` before `stop`.
    ///
    /// # Errors
    ///
    /// A value error when `step` is 0 or an argument is not finite; a shape error when there would be
    /// too many numbers for memory.
    ///
    /// ```
    /// use dezero_array::Array;
    ///
    /// assert_eq!(Array::arange(1.0, 2.0, 0.25)?, Array::from([1.0, 1.25, 1.5, 1.75]));
    /// # Ok::<(), dezero_array::Error>(())
    /// ```
    pub fn arange(start: f64, stop: f64, step: f64) -> Result<Self> {
        let len = ((stop - start) / step).ceil();
        if step == 0.0 || !len.is_finite() {
            return Err(Error::value(format!(
                "arange: from {start} to {stop} by {step} never ends: the step must not be 0 and all must be finite"
            )));
        }
        let shape = [len.max(0.0) as usize];
        checked_size("arange", &shape, 8)?;
        let mut values = room("arange", &shape, shape[0])?;
        // As NumPy, the second number fixes the distance.
        let delta = (start + step) - start;
        values.extend((0..shape[0]).map(|i| match i {
            0 => start,
            1 => start + step,
            _ => start + i as f64 * delta,
        }));
        Ok(values.into())
    }

    /// `len` f64 numbers evenly spaced from `start` to `stop`, both included.
    ///
    /// # Errors
    ///
    /// A shape error when `len` is too big for memory.
    pub fn linspace(start: f64, stop: f64, len: usize) -> Result<Self> {
        checked_size("linspace", &[len], 8)?;
        let mut values = room("linspace", &[len], len)?;
        let intervals = len.saturating_sub(1).max(1) as f64;
        let step = (stop - start) / intervals;
        values.extend((0..len).map(|i| i as f64 * step + start));
        if len > 1 {
            values[len - 1] = stop;
        }
        Ok(values.into())
    }

    /// The identity matrix, `(n, n)`.
    ///
    /// # Errors
    ///
    /// A shape error when it would be too big for memory.
    pub fn eye(n: usize, dtype: DType) -> Result<Self> {
        Self::ones(&[n], dtype)?.diag(0)
    }

    /// A scalar as the 0-d constant it is beside an array of dtype `other`.
    ///
    /// ```
    /// use dezero_array::{Array, DType, Scalar};
    ///
    /// let half = Array::weak(Scalar::F64(0.5), DType::F32);
    /// assert_eq!(half.dtype(), DType::F32);
    /// ```
    #[inline]
    pub fn weak(scalar: Scalar, other: DType) -> Self {
        each_dtype!(scalar.dtype_beside(other), T => T::from(scalar).into())
    }

    /// A buffer seen through a layout; a 0-d layout takes its value out of the buffer.
    #[inline]
    pub(crate) fn from_parts<T: Element>(values: Vec<T>, layout: Layout) -> Self {
        if layout.ndim() == 0 {
            return values[layout.offset].into();
        }
        let storage = Storage::Owned(T::buffer(values));
        Self(Repr::Heap(Arc::new(Tensor { layout, storage })))
    }

    /// The same elements through another layout.
    pub(crate) fn with_layout(&self, mut layout: Layout) -> Self {
        if layout.size() == 0 {
            layout.offset = 0;
        }
        if layout.ndim() == 0 {
            return each_dtype!(self.dtype(), T => self.parts::<T>().0[layout.offset].into());
        }
        match &self.0 {
            Repr::Heap(tensor) => {
                let owner = match &tensor.storage {
                    Storage::Owned(_) => tensor,
                    Storage::View(owner) => owner,
                };
                let storage = Storage::View(Arc::clone(owner));
                Self(Repr::Heap(Arc::new(Tensor { layout, storage })))
            }
            _ => each_dtype!(self.dtype(), T => {
                Self::from_parts(self.parts::<T>().0.to_vec(), layout)
            }),
        }
    }
}

/// What an array says about itself.
impl Array {
    /// The type of the elements.
    #[inline]
    pub fn dtype(&self) -> DType {
        match &self.0 {
            Repr::F64(_) => DType::F64,
            Repr::F32(_) => DType::F32,
            Repr::I64(_) => DType::I64,
            Repr::Bool(_) => DType::Bool,
            Repr::Heap(tensor) => match tensor.buffer() {
                Buffer::F64(_) => DType::F64,
                Buffer::F32(_) => DType::F32,
                Buffer::I64(_) => DType::I64,
                Buffer::Bool(_) => DType::Bool,
            },
        }
    }

    /// The length of each axis; empty for a 0-d array.
    #[inline]
    pub fn shape(&self) -> &[usize] {
        &self.layout().shape
    }

    /// The distance between neighbours along each axis, in elements; 0 where an axis is broadcast,
    /// negative where it runs backwards.
    #[inline]
    pub fn strides(&self) -> &[isize] {
        &self.layout().strides
    }

    /// The number of axes.
    #[inline]
    pub fn ndim(&self) -> usize {
        self.layout().ndim()
    }

    /// The number of elements; 1 for a 0-d array.
    #[inline]
    pub fn size(&self) -> usize {
        self.layout().size()
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.size() == 0
    }

    /// The length of the first axis; 1 for a 0-d array, for which NumPy has no length.
    pub fn len(&self) -> usize {
        self.shape().first().copied().unwrap_or(1)
    }

    /// The value of a 0-d f64 array, and `None` for every other.
    #[inline]
    pub fn as_f64(&self) -> Option<f64> {
        match self.0 {
            Repr::F64(value) => Some(value),
            _ => None,
        }
    }

    /// The one value of an array of size 1, whatever its dimensions, converted to `T`.
    ///
    /// # Errors
    ///
    /// A shape error when there are none or several.
    pub fn item<T: Element>(&self) -> Result<T> {
        if self.size() != 1 {
            return Err(Error::shape(format!(
                "item: an array of shape {} has {} elements, not 1",
                Tuple(self.shape()),
                self.size()
            )));
        }
        Ok(self.at(self.layout().offset))
    }

    /// The element at an index of one position per axis, converted to `T`.
    ///
    /// # Errors
    ///
    /// An index error when a position is out of bounds or there are not as many as axes.
    pub fn get<T: Element>(&self, index: &[usize]) -> Result<T> {
        let shape = self.shape();
        if index.len() != shape.len() || index.iter().zip(shape).any(|(i, len)| i >= len) {
            return Err(Error::index(format!(
                "get: index {} is not within shape {}",
                Tuple(index),
                Tuple(shape)
            )));
        }
        Ok(self.at(self.layout().position(index)))
    }

    /// The elements in row-major order, converted to `T`.
    ///
    /// # Panics
    ///
    /// When memory does not suffice, which a broadcast array can bring about.
    ///
    /// ```
    /// use dezero_array::Array;
    ///
    /// assert_eq!(Array::from([1.5, -2.5]).to_vec::<i64>(), [1, -2]);
    /// ```
    pub fn to_vec<T: Element>(&self) -> Vec<T> {
        self.copied("to_vec")
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// The elements where they lie, if they are `T`s in row-major order without gaps.
    pub fn as_slice<T: Element>(&self) -> Option<&[T]> {
        let (values, layout) = self.try_parts::<T>()?;
        layout
            .is_contiguous()
            .then(|| &values[layout.offset..][..layout.size()])
    }

    /// The same values in another dtype, converted as `as` does: floats lose their fraction as integers
    /// and saturate, and everything but 0 is `true`. For its own dtype, a clone.
    ///
    /// # Panics
    ///
    /// When memory does not suffice.
    #[must_use]
    pub fn astype(&self, dtype: DType) -> Self {
        self.try_astype(dtype)
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// [`astype`](Self::astype) for arrays that may be large.
    ///
    /// # Errors
    ///
    /// A memory error.
    pub fn try_astype(&self, dtype: DType) -> Result<Self> {
        self.converted("astype", dtype)
    }

    /// [`try_astype`](Self::try_astype) as a part of `op`.
    pub(crate) fn converted(&self, op: &str, dtype: DType) -> Result<Self> {
        if dtype == self.dtype() {
            return Ok(self.clone());
        }
        each_dtype!(self.dtype(), T => each_dtype!(dtype, U => {
            self.map(op, &|xs: &[T], ys: &mut [U]| map_lanes(xs, ys, cast::<T, U>))
        }))
    }

    /// Whether shape and dtype are equal and every element is within `atol + rtol * |other|` of the
    /// other's; infinities are close to themselves, and NaN to NaN only where `equal_nan`.
    pub fn allclose(&self, other: &Self, rtol: f64, atol: f64, equal_nan: bool) -> bool {
        let close = |(a, b): (f64, f64)| {
            a == b
                || (equal_nan && a.is_nan() && b.is_nan())
                || (b.is_finite() && (a - b).abs() <= atol + rtol * b.abs())
        };
        self.shape() == other.shape()
            && self.dtype() == other.dtype()
            && self.to_vec().into_iter().zip(other.to_vec()).all(close)
    }

    #[inline]
    pub(crate) fn layout(&self) -> &Layout {
        match &self.0 {
            Repr::Heap(tensor) => &tensor.layout,
            _ => &SCALAR,
        }
    }

    /// The whole buffer, of which the layout tells the array's elements, if it holds `T`s.
    #[inline]
    pub(crate) fn try_parts<T: Element>(&self) -> Option<(&[T], &Layout)> {
        use std::slice::from_ref;
        let (buffer, layout) = match &self.0 {
            Repr::F64(value) => (BufferRef::F64(from_ref(value)), &SCALAR),
            Repr::F32(value) => (BufferRef::F32(from_ref(value)), &SCALAR),
            Repr::I64(value) => (BufferRef::I64(from_ref(value)), &SCALAR),
            Repr::Bool(value) => (BufferRef::Bool(from_ref(value)), &SCALAR),
            Repr::Heap(tensor) => (tensor.buffer().as_ref(), &tensor.layout),
        };
        Some((T::slice(buffer)?, layout))
    }

    /// As [`try_parts`](Self::try_parts), where the dtype is known to be `T`'s.
    #[inline]
    pub(crate) fn parts<T: Element>(&self) -> (&[T], &Layout) {
        self.try_parts().expect("the caller has matched the dtype")
    }

    /// The elements in row-major order, converted to `T`.
    pub(crate) fn copied<T: Element>(&self, op: &str) -> Result<Vec<T>> {
        each_dtype!(self.dtype(), U => {
            let (values, layout) = self.parts::<U>();
            let mut out = filled(op, &layout.shape, layout.size())?;
            let walk = Walk::row_major(&[layout], &layout.shape);
            apply::map(values, &walk, &mut out, &|xs: &[U], ys: &mut [T]| map_lanes(xs, ys, cast::<U, T>));
            Ok(out)
        })
    }

    /// The elements in row-major order, copied only where they do not lie so.
    pub(crate) fn row_major<T: Element>(&self, op: &str) -> Result<Cow<'_, [T]>> {
        match self.as_slice() {
            Some(values) => Ok(Cow::Borrowed(values)),
            None => self.copied(op).map(Cow::Owned),
        }
    }

    /// The element at a position of the buffer.
    fn at<T: Element>(&self, position: usize) -> T {
        each_dtype!(self.dtype(), U => cast(self.parts::<U>().0[position]))
    }
}

/// Equal shape, dtype and elements; as everywhere, NaN is not equal to itself.
impl PartialEq for Array {
    fn eq(&self, other: &Self) -> bool {
        self.shape() == other.shape()
            && self.dtype() == other.dtype()
            && each_dtype!(self.dtype(), T => match (self.as_slice::<T>(), other.as_slice()) {
                (Some(a), Some(b)) => a == b,
                _ => self.to_vec::<T>() == other.to_vec(),
            })
    }
}
