//! Arrays made of arrays: joined along an axis, stacked, repeated.

use crate::array::Array;
use crate::dtype::each_dtype;
use crate::error::{Error, Result};
use crate::shape::{Dims, Layout, Tuple, checked_size, normalize_axis, reserve};

/// Joining and repeating.
impl Array {
    /// The arrays one after the other along an axis. Their shapes agree in all other axes; dtypes
    /// are promoted.
    ///
    /// # Errors
    ///
    /// A value error when there are no arrays, a shape error when they do not fit, an axis error.
    ///
    /// ```
    /// use dezero_array::Array;
    ///
    /// let (x, y) = (Array::from([[1, 2]]), Array::from([[3, 4], [5, 6]]));
    /// assert_eq!(Array::concatenate(&[&x, &y], 0)?, Array::from([[1, 2], [3, 4], [5, 6]]));
    /// # Ok::<(), dezero_array::Error>(())
    /// ```
    pub fn concatenate(arrays: &[&Self], axis: isize) -> Result<Self> {
        let first = first("concatenate", arrays)?;
        let axis = normalize_axis("concatenate", axis, first.ndim())?;
        let mut shape: Dims<usize> = first.shape().into();
        let mut dtype = first.dtype();
        for array in &arrays[1..] {
            let mut same = array.ndim() == shape.len();
            same = same
                && (0..shape.len())
                    .all(|other| other == axis || array.shape()[other] == shape[other]);
            if !same {
                return Err(Error::shape(format!(
                    "concatenate: shapes {} and {} differ in more than axis {axis}",
                    Tuple(first.shape()),
                    Tuple(array.shape())
                )));
            }
            shape[axis] = shape[axis].saturating_add(array.shape()[axis]);
            dtype = dtype.promote(array.dtype());
        }
        let size = checked_size("concatenate", &shape, dtype.size_of())?;
        let outer: usize = shape[..axis].iter().product();
        each_dtype!(dtype, T => {
            let arrays = arrays.iter().map(|array| array.converted("concatenate", dtype));
            let arrays = arrays.collect::<Result<Vec<Self>>>()?;
            let parts = arrays.iter().map(|array| array.row_major::<T>("concatenate"));
            let parts = parts.collect::<Result<Vec<_>>>()?;
            let mut out = reserve::<T>("concatenate", &shape, size)?;
            for block in 0..outer {
                for part in &parts {
                    let len = part.len() / outer;
                    out.extend_from_slice(&part[block * len..][..len]);
                }
            }
            Ok(Self::from_parts(out, Layout::contiguous(&shape)))
        })
    }

    /// Arrays of one shape along a new axis.
    ///
    /// # Errors
    ///
    /// As [`concatenate`](Self::concatenate).
    ///
    /// ```
    /// use dezero_array::Array;
    ///
    /// let (x, y) = (Array::from([1, 2]), Array::from([3, 4]));
    /// assert_eq!(Array::stack(&[&x, &y], -1)?, Array::from([[1, 3], [2, 4]]));
    /// # Ok::<(), dezero_array::Error>(())
    /// ```
    pub fn stack(arrays: &[&Self], axis: isize) -> Result<Self> {
        let first = first("stack", arrays)?;
        let axis = normalize_axis("stack", axis, first.ndim() + 1)? as isize;
        if let Some(other) = arrays.iter().find(|array| array.shape() != first.shape()) {
            return Err(Error::shape(format!(
                "stack: shapes {} and {} differ",
                Tuple(first.shape()),
                Tuple(other.shape())
            )));
        }
        let expanded = arrays
            .iter()
            .map(|array| array.expand_dims(axis))
            .collect::<Result<Vec<_>>>()?;
        Self::concatenate(&expanded.iter().collect::<Vec<_>>(), axis)
    }

    /// This array repeated along each axis; the shorter of shape and repetitions is filled up with
    /// leading ones, as in NumPy.
    ///
    /// # Errors
    ///
    /// A shape error when the result is too big.
    ///
    /// ```
    /// use dezero_array::Array;
    ///
    /// let x = Array::from([1, 2]);
    /// assert_eq!(x.tile(&[2, 2])?, Array::from([[1, 2, 1, 2], [1, 2, 1, 2]]));
    /// # Ok::<(), dezero_array::Error>(())
    /// ```
    pub fn tile(&self, repetitions: &[usize]) -> Result<Self> {
        let ndim = self.ndim().max(repetitions.len());
        let at = |list: &[usize], axis: usize| {
            (axis + list.len())
                .checked_sub(ndim)
                .map_or(1, |own| list[own])
        };
        let pairs = || (0..ndim).map(|axis| (at(repetitions, axis), at(self.shape(), axis)));
        let result: Dims<usize> = pairs()
            .map(|(times, len)| times.saturating_mul(len))
            .collect();
        checked_size("tile", &result, self.dtype().size_of())?;
        let split: Dims<usize> = pairs().flat_map(|(_, len)| [1, len]).collect();
        let repeated: Dims<usize> = pairs().flat_map(|(times, len)| [times, len]).collect();
        self.reshape(&split)?
            .broadcast_to(&repeated)?
            .reshape(&result)
    }
}

fn first<'a>(op: &str, arrays: &[&'a Array]) -> Result<&'a Array> {
    arrays
        .first()
        .copied()
        .ok_or_else(|| Error::value(format!("{op}: at least one array is needed")))
}
