//! What an elementwise primitive is made of: a closure per dtype, applied to every element, with
//! broadcasting and promotion.
//!
//! The primitives themselves are elsewhere; here is no `sin` and no `+`.

use crate::array::{Array, Repr};
use crate::dtype::{DType, Element, each_dtype};
use crate::error::{Error, Result};
use crate::pool::buffer;
use crate::shape::{broadcast, checked_size, reserve};
use crate::strided::{Walk, map_row, one_row, zip_row};

/// Functions of one array.
impl Array {
    /// A float function of every element. Integers and truth values first become f64.
    ///
    /// ```
    /// use dezero_array::Array;
    ///
    /// let x = Array::from([1, 4, 9]);
    /// assert_eq!(x.map_float(f64::sqrt, f32::sqrt), Array::from([1.0, 2.0, 3.0]));
    /// ```
    #[inline]
    #[must_use]
    pub fn map_float(&self, f64: impl Fn(f64) -> f64, f32: impl Fn(f32) -> f32) -> Self {
        match &self.0 {
            Repr::F64(x) => f64(*x).into(),
            _ if self.dtype() == DType::F32 => self.map(f32),
            _ => self.astype(DType::F64).map(f64),
        }
    }

    /// A function of every number, which keeps the dtype.
    ///
    /// # Errors
    ///
    /// A dtype error, which names `op`, for bool.
    #[inline]
    pub fn map_number(
        &self,
        op: &'static str,
        f64: impl Fn(f64) -> f64,
        f32: impl Fn(f32) -> f32,
        i64: impl Fn(i64) -> i64,
    ) -> Result<Self> {
        if let Repr::F64(x) = &self.0 {
            return Ok(f64(*x).into());
        }
        match self.dtype() {
            DType::F64 => Ok(self.map(f64)),
            DType::F32 => Ok(self.map(f32)),
            DType::I64 => Ok(self.map(i64)),
            DType::Bool => Err(not_for_bool(op)),
        }
    }

    /// A truth value of every element, as f64: what `isnan` and the like are made of.
    #[inline]
    #[must_use]
    pub fn test(&self, f64: impl Fn(f64) -> bool) -> Self {
        self.astype(DType::F64).map(f64)
    }

    /// Where a bool array is false. Numbers are taken as truth values first.
    #[must_use]
    pub fn logical_not(&self) -> Self {
        self.astype(DType::Bool).map(|x: bool| !x)
    }

    /// `f` of every element of a known dtype, in the order in which they lie.
    #[inline]
    pub(crate) fn map<T: Element, U: Element>(&self, f: impl Fn(T) -> U) -> Self {
        let (values, layout) = self.parts::<T>();
        if layout.ndim() == 0 {
            return f(values[0]).into();
        }
        if let Some((row, starts, output)) = one_row(&[layout]) {
            let mut out = buffer(row.len);
            map_row(values, starts, &row, &mut out, &f);
            return Self::from_parts(out, output);
        }
        let (walk, output) = Walk::natural(&[layout], &layout.shape);
        let mut out = buffer(walk.size);
        walk.map(values, &mut out, f);
        Self::from_parts(out, output)
    }
}

/// Functions of two arrays.
impl Array {
    /// A float function of every pair of elements, broadcast; the result has the promoted dtype, f64
    /// where that is no float.
    ///
    /// # Errors
    ///
    /// A shape error, which names `op`, when the shapes do not broadcast.
    #[inline]
    pub fn zip_float(
        &self,
        other: &Self,
        op: &'static str,
        f64: impl Fn(f64, f64) -> f64,
        f32: impl Fn(f32, f32) -> f32,
    ) -> Result<Self> {
        if let (Repr::F64(x), Repr::F64(y)) = (&self.0, &other.0) {
            return Ok(f64(*x, *y).into());
        }
        match self.dtype().promote(other.dtype()) {
            DType::F32 => self.zip(other, op, f32),
            _ => self.zip(other, op, f64),
        }
    }

    /// A function of every pair of numbers, broadcast; the result has the promoted dtype.
    ///
    /// # Errors
    ///
    /// A shape error when the shapes do not broadcast, and a dtype error for two bool arrays unless a
    /// function for them is given. Both name `op`.
    #[inline]
    pub fn zip_number(
        &self,
        other: &Self,
        op: &'static str,
        f64: impl Fn(f64, f64) -> f64,
        f32: impl Fn(f32, f32) -> f32,
        i64: impl Fn(i64, i64) -> i64,
        bool: Option<fn(bool, bool) -> bool>,
    ) -> Result<Self> {
        if let (Repr::F64(x), Repr::F64(y)) = (&self.0, &other.0) {
            return Ok(f64(*x, *y).into());
        }
        match self.dtype().promote(other.dtype()) {
            DType::F64 => self.zip(other, op, f64),
            DType::F32 => self.zip(other, op, f32),
            DType::I64 => self.zip(other, op, i64),
            DType::Bool => self.zip(other, op, bool.ok_or_else(|| not_for_bool(op))?),
        }
    }

    /// A truth value of every pair of elements, broadcast. Floats are compared as f64, the others as
    /// i64.
    ///
    /// # Errors
    ///
    /// A shape error, which names `op`, when the shapes do not broadcast.
    ///
    /// ```
    /// use dezero_array::Array;
    ///
    /// let (x, y) = (Array::from([1.0, 2.0, 3.0]), Array::from(2.0));
    /// let less = x.compare(&y, "less", |a, b| a < b, |a, b| a < b)?;
    /// assert_eq!(less, Array::from([true, false, false]));
    /// # Ok::<(), dezero_array::Error>(())
    /// ```
    #[inline]
    pub fn compare(
        &self,
        other: &Self,
        op: &'static str,
        f64: impl Fn(f64, f64) -> bool,
        i64: impl Fn(i64, i64) -> bool,
    ) -> Result<Self> {
        match self.dtype().promote(other.dtype()) {
            DType::F64 => self.zip(other, op, f64),
            DType::F32 => self.zip(other, op, |x: f32, y: f32| f64(x.into(), y.into())),
            DType::I64 | DType::Bool => self.zip(other, op, i64),
        }
    }

    /// `f` of every pair of elements, each array first converted to its argument's type.
    #[inline]
    pub(crate) fn zip<T: Element, U: Element>(
        &self,
        other: &Self,
        op: &str,
        f: impl Fn(T, T) -> U,
    ) -> Result<Self> {
        let (Some((x, left)), Some((y, right))) = (self.try_parts::<T>(), other.try_parts::<T>())
        else {
            return self.astype(T::DTYPE).zip(&other.astype(T::DTYPE), op, f);
        };
        if left.ndim() + right.ndim() == 0 {
            return Ok(f(x[0], y[0]).into());
        }
        if let Some((row, starts, output)) = one_row(&[left, right]) {
            let mut out = reserve(op, &output.shape, row.len)?;
            zip_row(x, y, starts, &row, &mut out, &f);
            return Ok(Self::from_parts(out, output));
        }
        let shape = broadcast(op, &left.shape, &right.shape)?;
        checked_size(op, &shape, size_of::<T>())?;
        let (walk, output) = Walk::natural(&[left, right], &shape);
        let mut out = reserve(op, &shape, walk.size)?;
        walk.zip(x, y, &mut out, f);
        Ok(Self::from_parts(out, output))
    }

    /// The elements of `a` where `cond` is true and of `b` elsewhere (NumPy's `where`), all three
    /// broadcast, `a` and `b` promoted.
    ///
    /// # Errors
    ///
    /// A dtype error when `cond` is not bool; a shape error when the shapes do not broadcast.
    pub fn select(cond: &Self, a: &Self, b: &Self) -> Result<Self> {
        if cond.dtype() != DType::Bool {
            return Err(Error::dtype(format!(
                "where: the condition is {}, not bool: compare it with something",
                cond.dtype()
            )));
        }
        let dtype = a.dtype().promote(b.dtype());
        let (a, b) = (a.astype(dtype), b.astype(dtype));
        let shape = broadcast("where", a.shape(), b.shape())?;
        let shape = broadcast("where", cond.shape(), &shape)?;
        checked_size("where", &shape, dtype.size_of())?;
        each_dtype!(dtype, T => {
            let (choice, chooser) = cond.parts::<bool>();
            let ((x, left), (y, right)) = (a.parts::<T>(), b.parts::<T>());
            let (walk, output) = Walk::natural(&[chooser, left, right], &shape);
            let mut out = reserve("where", &shape, walk.size)?;
            walk.select(choice, x, y, &mut out);
            Ok(Self::from_parts(out, output))
        })
    }
}

#[cold]
fn not_for_bool(op: &str) -> Error {
    Error::dtype(format!(
        "{op}: not defined for bool: convert with astype, or use a logical operation"
    ))
}
