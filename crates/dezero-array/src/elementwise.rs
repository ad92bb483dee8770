//! What an elementwise primitive is made of: a function per dtype, of numbers or of slices, applied to
//! every element, with broadcasting and promotion.
//!
//! The primitives themselves are elsewhere; here is no `sin` and no `+`.

use crate::apply;
use crate::array::{Array, Repr};
use crate::dtype::{DType, each_dtype};
use crate::error::{Error, Result};
use crate::lanes::{Lanes, map_lanes};
use crate::pool::filled;
use crate::shape::{broadcast, checked_size};
use crate::strided::Walk;

/// A function of every element of a slice, which it writes to another of the same length.
///
/// What it writes for an element must not depend on where that is: it is called with parts of arrays,
/// also from several threads.
pub type SliceMap<'a, T> = &'a (dyn Fn(&[T], &mut [T]) + Sync);

/// A function of every pair of elements of two operands, which it writes to a slice. As for
/// [`SliceMap`], it is called with parts of arrays.
pub type SliceZip<'a, T> = &'a (dyn Fn(Lanes<'_, T>, Lanes<'_, T>, &mut [T]) + Sync);

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
    ///
    /// # Panics
    ///
    /// When memory does not suffice.
    #[must_use]
    pub fn map_float(
        &self,
        f64: impl Fn(f64) -> f64 + Sync,
        f32: impl Fn(f32) -> f32 + Sync,
    ) -> Self {
        let mapped = match &self.0 {
            Repr::F64(x) => return f64(*x).into(),
            _ if self.dtype() == DType::F32 => self.map("map", &|xs, ys| map_lanes(xs, ys, &f32)),
            _ => self
                .converted("map", DType::F64)
                .and_then(|x| x.map("map", &|xs, ys| map_lanes(xs, ys, &f64))),
        };
        mapped.unwrap_or_else(|error| panic!("{error}"))
    }

    /// A function of every number, given as functions of slices; the dtype is kept. Without one for i64,
    /// integers and truth values first become f64.
    ///
    /// # Errors
    ///
    /// A dtype error, which names `op`, for bool where there is a function for i64; a memory error.
    ///
    /// ```
    /// use dezero_array::{Array, map_lanes};
    ///
    /// let twice = Array::from([1, 2]).map_slices(
    ///     "twice",
    ///     &|xs, ys| map_lanes(xs, ys, |x| 2.0 * x),
    ///     &|xs, ys| map_lanes(xs, ys, |x| 2.0 * x),
    ///     Some(&|xs, ys| map_lanes(xs, ys, |x| 2 * x)),
    /// )?;
    /// assert_eq!(twice, Array::from([2, 4]));
    /// # Ok::<(), dezero_array::Error>(())
    /// ```
    pub fn map_slices(
        &self,
        op: &'static str,
        f64: SliceMap<'_, f64>,
        f32: SliceMap<'_, f32>,
        i64: Option<SliceMap<'_, i64>>,
    ) -> Result<Self> {
        match (self.dtype(), i64) {
            (DType::F64, _) => self.map(op, f64),
            (DType::F32, _) => self.map(op, f32),
            (DType::I64, Some(i64)) => self.map(op, i64),
            (DType::Bool, Some(_)) => Err(not_for_bool(op)),
            _ => self.converted(op, DType::F64)?.map(op, f64),
        }
    }

    /// A truth value of every element, as f64: what `isnan` and the like are made of.
    ///
    /// # Panics
    ///
    /// When memory does not suffice.
    #[must_use]
    pub fn test(&self, f64: impl Fn(f64) -> bool + Sync) -> Self {
        self.astype(DType::F64)
            .map("test", &|xs, ys| map_lanes(xs, ys, &f64))
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// Where a bool array is false. Numbers are taken as truth values first.
    ///
    /// # Panics
    ///
    /// When memory does not suffice.
    #[must_use]
    pub fn logical_not(&self) -> Self {
        self.astype(DType::Bool)
            .map("logical_not", &|xs, ys| map_lanes(xs, ys, |x: bool| !x))
            .unwrap_or_else(|error| panic!("{error}"))
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
    pub fn zip_float(
        &self,
        other: &Self,
        op: &'static str,
        f64: impl Fn(f64, f64) -> f64 + Sync,
        f32: impl Fn(f32, f32) -> f32 + Sync,
    ) -> Result<Self> {
        if let (Repr::F64(x), Repr::F64(y)) = (&self.0, &other.0) {
            return Ok(f64(*x, *y).into());
        }
        self.zip_slices(
            other,
            op,
            &|xs, ys, zs| xs.zip(ys, zs, &f64),
            &|xs, ys, zs| xs.zip(ys, zs, &f32),
            None,
            None,
        )
    }

    /// A function of every pair of numbers, given as functions of slices, broadcast; the result has the
    /// promoted dtype. Without a function for i64, integers and truth values first become f64.
    ///
    /// # Errors
    ///
    /// A shape error when the shapes do not broadcast, and a dtype error for two bool arrays where there
    /// is a function for i64 but none for them. Both name `op`.
    pub fn zip_slices(
        &self,
        other: &Self,
        op: &'static str,
        f64: SliceZip<'_, f64>,
        f32: SliceZip<'_, f32>,
        i64: Option<SliceZip<'_, i64>>,
        bool: Option<SliceZip<'_, bool>>,
    ) -> Result<Self> {
        match (self.dtype().promote(other.dtype()), i64) {
            (DType::F32, _) => self.zip(other, op, f32),
            (DType::I64, Some(i64)) => self.zip(other, op, i64),
            (DType::Bool, Some(_)) => self.zip(other, op, bool.ok_or_else(|| not_for_bool(op))?),
            _ => self.zip(other, op, f64),
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
    pub fn compare(
        &self,
        other: &Self,
        op: &'static str,
        f64: impl Fn(f64, f64) -> bool + Sync,
        i64: impl Fn(i64, i64) -> bool + Sync,
    ) -> Result<Self> {
        match self.dtype().promote(other.dtype()) {
            DType::F64 => self.zip::<f64, _>(other, op, &|xs, ys, zs| xs.zip(ys, zs, &f64)),
            DType::F32 => self.zip(other, op, &|xs, ys, zs| {
                xs.zip(ys, zs, |x: f32, y: f32| f64(x.into(), y.into()));
            }),
            DType::I64 | DType::Bool => {
                self.zip::<i64, _>(other, op, &|xs, ys, zs| xs.zip(ys, zs, &i64))
            }
        }
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
        let (a, b) = (a.converted("where", dtype)?, b.converted("where", dtype)?);
        let shape = broadcast("where", a.shape(), b.shape())?;
        let shape = broadcast("where", cond.shape(), &shape)?;
        checked_size("where", &shape, dtype.size_of())?;
        each_dtype!(dtype, T => {
            let (choice, chooser) = cond.parts::<bool>();
            let ((x, left), (y, right)) = (a.parts::<T>(), b.parts::<T>());
            let (walk, output) = Walk::natural(&[chooser, left, right], &shape);
            let mut out = filled("where", &shape, walk.size)?;
            apply::select((choice, x, y), &walk, &mut out);
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
