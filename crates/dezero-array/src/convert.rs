//! Arrays from Rust values: numbers, vectors, slices and nested Rust arrays.

use crate::array::Array;
use crate::dtype::{Element, Scalar};
use crate::shape::Layout;

/// A 0-d i64 array.
impl From<i32> for Array {
    #[inline]
    fn from(value: i32) -> Self {
        i64::from(value).into()
    }
}

/// A 0-d array of the scalar's own dtype.
impl From<Scalar> for Array {
    #[inline]
    fn from(value: Scalar) -> Self {
        match value {
            Scalar::Bool(value) => value.into(),
            Scalar::I64(value) => value.into(),
            Scalar::F64(value) => value.into(),
        }
    }
}

impl<T: Element> From<Vec<T>> for Array {
    fn from(values: Vec<T>) -> Self {
        let layout = Layout::contiguous(&[values.len()]);
        Self::from_parts(values, layout)
    }
}

impl<T: Element> From<&[T]> for Array {
    fn from(values: &[T]) -> Self {
        values.to_vec().into()
    }
}

impl<T: Element, const N: usize> From<[T; N]> for Array {
    fn from(values: [T; N]) -> Self {
        values.to_vec().into()
    }
}

impl<T: Element, const N: usize, const M: usize> From<[[T; N]; M]> for Array {
    fn from(values: [[T; N]; M]) -> Self {
        Self::from_parts(values.as_flattened().to_vec(), Layout::contiguous(&[M, N]))
    }
}

impl<T: Element, const N: usize, const M: usize, const L: usize> From<[[[T; N]; M]; L]> for Array {
    fn from(values: [[[T; N]; M]; L]) -> Self {
        let flat = values.as_flattened().as_flattened().to_vec();
        Self::from_parts(flat, Layout::contiguous(&[L, M, N]))
    }
}
