//! Indexing by arrays of integers, and the transposes of it, which add to where was read.

use crate::array::Array;
use crate::dtype::{DType, Element, each_dtype};
use crate::error::{Error, Result};
use crate::pool::room;
use crate::shape::{Dims, Layout, Tuple, broadcast, checked_size, normalize_axis, reserve};
use crate::slice::normalize_index;
use crate::strided::Walk;

/// Indexing by i64 arrays. Negative indices count from the end; one out of bounds is an error.
///
/// Each way to read has a way to add, which is its transpose: where one index is read several times,
/// all that is added to it counts.
impl Array {
    /// The slices at `indices` along an axis: `axis` of the result is replaced by the shape of
    /// `indices`.
    ///
    /// # Errors
    ///
    /// A dtype error when `indices` are not i64, an axis error, or an index error that names index,
    /// axis and size.
    ///
    /// ```
    /// use dezero_array::Array;
    ///
    /// let x = Array::from([[1, 2, 3], [4, 5, 6]]);
    /// let columns = x.take(&Array::from([2, 0, -1_i64]), 1)?;
    /// assert_eq!(columns, Array::from([[3, 1, 3], [6, 4, 6]]));
    /// # Ok::<(), dezero_array::Error>(())
    /// ```
    pub fn take(&self, indices: &Self, axis: isize) -> Result<Self> {
        let rows = Rows::along_axis("take", self.shape(), indices, axis)?;
        self.gather("take", &rows)
    }

    /// A copy to which `src`, broadcast to the shape that [`take`](Self::take) would give, is added at
    /// `indices` along an axis: `np.add.at`. bool counts as i64.
    ///
    /// # Errors
    ///
    /// As [`take`](Self::take); a shape error when `src` does not broadcast.
    pub fn put_add(&self, indices: &Self, axis: isize, src: &Self) -> Result<Self> {
        let rows = Rows::along_axis("put_add", self.shape(), indices, axis)?;
        self.scatter("put_add", &rows, src)
    }

    /// For each index the element there along the axis, in its own row: NumPy's `take_along_axis`.
    /// `indices` has as many axes as this array; all but `axis` broadcast.
    ///
    /// # Errors
    ///
    /// As [`take`](Self::take); a shape error when the shapes do not fit.
    ///
    /// ```
    /// use dezero_array::Array;
    ///
    /// let x = Array::from([[3.0, 1.0], [7.0, 9.0]]);
    /// let smallest = x.argmin(Some(1), true)?;
    /// assert_eq!(x.take_along_axis(&smallest, 1)?, Array::from([[1.0], [7.0]]));
    /// # Ok::<(), dezero_array::Error>(())
    /// ```
    pub fn take_along_axis(&self, indices: &Self, axis: isize) -> Result<Self> {
        let rows = Rows::within_axis("take_along_axis", self.shape(), indices, axis)?;
        self.gather("take_along_axis", &rows)
    }

    /// A copy to which `src`, broadcast to the shape that [`take_along_axis`](Self::take_along_axis)
    /// would give, is added at `indices`. bool counts as i64.
    ///
    /// # Errors
    ///
    /// As [`take_along_axis`](Self::take_along_axis); a shape error when `src` does not broadcast.
    pub fn scatter_add(&self, indices: &Self, axis: isize, src: &Self) -> Result<Self> {
        let rows = Rows::within_axis("scatter_add", self.shape(), indices, axis)?;
        self.scatter("scatter_add", &rows, src)
    }

    /// NumPy's `x[i, j, ...]` for index arrays, which are broadcast together: the result has their
    /// shape, followed by the axes without an index.
    ///
    /// # Errors
    ///
    /// As [`take`](Self::take); an index error when there are more indices than axes; a shape error
    /// when the indices do not broadcast.
    pub fn gather_nd(&self, indices: &[&Self]) -> Result<Self> {
        let rows = Rows::at_points("gather_nd", self.shape(), indices)?;
        self.gather("gather_nd", &rows)
    }

    /// A copy to which `src`, broadcast to the shape that [`gather_nd`](Self::gather_nd) would give, is
    /// added at `indices`. bool counts as i64.
    ///
    /// # Errors
    ///
    /// As [`gather_nd`](Self::gather_nd); a shape error when `src` does not broadcast.
    pub fn scatter_nd_add(&self, indices: &[&Self], src: &Self) -> Result<Self> {
        let rows = Rows::at_points("scatter_nd_add", self.shape(), indices)?;
        self.scatter("scatter_nd_add", &rows, src)
    }

    fn gather(&self, op: &str, rows: &Rows) -> Result<Self> {
        let size = checked_size(op, &rows.shape, self.dtype().size_of())?;
        each_dtype!(self.dtype(), T => {
            let values = self.row_major::<T>(op)?;
            let mut out = room::<T>(op, &rows.shape, size)?;
            match rows.len {
                1 => out.extend(rows.starts.iter().map(|&start| values[start])),
                len => rows.starts.iter().for_each(|&start| out.extend_from_slice(&values[start..][..len])),
            }
            Ok(Self::from_parts(out, Layout::contiguous(&rows.shape)))
        })
    }

    fn scatter(&self, op: &str, rows: &Rows, src: &Self) -> Result<Self> {
        match self.dtype().promote(src.dtype()) {
            DType::F64 => self.scatter_with(op, rows, src, |x: f64, y| x + y),
            DType::F32 => self.scatter_with(op, rows, src, |x: f32, y| x + y),
            DType::I64 | DType::Bool => self.scatter_with(op, rows, src, i64::wrapping_add),
        }
    }

    fn scatter_with<T: Element>(
        &self,
        op: &str,
        rows: &Rows,
        src: &Self,
        add: impl Fn(T, T) -> T,
    ) -> Result<Self> {
        if src.layout().broadcast_to(&rows.shape).is_none() {
            return Err(Error::shape(format!(
                "{op}: shape {} does not broadcast to {}, the shape of what the indices point at",
                Tuple(src.shape()),
                Tuple(&rows.shape)
            )));
        }
        let src = src.broadcast_to(&rows.shape)?.converted(op, T::DTYPE)?;
        let added = src.row_major::<T>(op)?;
        let mut out = self.copied::<T>(op)?;
        for (i, &start) in rows.starts.iter().enumerate() {
            let sums = &mut out[start..][..rows.len];
            for (sum, &x) in sums.iter_mut().zip(&added[i * rows.len..]) {
                *sum = add(*sum, x);
            }
        }
        Ok(Self::from_parts(out, Layout::contiguous(self.shape())))
    }
}

/// What indices point at in a row-major buffer: rows of one length, and the shape they form together.
struct Rows {
    starts: Vec<usize>,
    len: usize,
    shape: Dims<usize>,
}

impl Rows {
    fn along_axis(op: &str, shape: &[usize], indices: &Array, axis: isize) -> Result<Self> {
        let axis = normalize_axis(op, axis, shape.len())?;
        let positions = positions(op, indices, axis, shape[axis])?;
        let (before, after) = (&shape[..axis], &shape[axis + 1..]);
        let result = [before, indices.shape(), after];
        let result: Dims<usize> = result.into_iter().flatten().copied().collect();
        checked_size(op, &result, size_of::<usize>())?;
        let len: usize = after.iter().product();
        let outer: usize = before.iter().product();
        let mut starts = reserve(op, &result, outer * positions.len())?;
        for block in 0..outer {
            starts.extend(
                positions
                    .iter()
                    .map(|position| (block * shape[axis] + position) * len),
            );
        }
        Ok(Self {
            starts,
            len,
            shape: result,
        })
    }

    fn within_axis(op: &str, shape: &[usize], indices: &Array, axis: isize) -> Result<Self> {
        let axis = normalize_axis(op, axis, shape.len())?;
        if indices.ndim() != shape.len() {
            return Err(Error::shape(format!(
                "{op}: indices of shape {} for an array of shape {}: both need as many axes",
                Tuple(indices.shape()),
                Tuple(shape)
            )));
        }
        // Where a row begins does not depend on the position along the axis.
        let mut base = Layout::contiguous(shape);
        let stride = base.strides[axis];
        base.shape[axis] = indices.shape()[axis];
        base.strides[axis] = 0;
        let result = broadcast(op, indices.shape(), &base.shape)?;
        checked_size(op, &result, size_of::<usize>())?;
        let positions = positions(op, &indices.broadcast_to(&result)?, axis, shape[axis])?;
        let mut starts = reserve(op, &result, positions.len())?;
        let mut positions = positions.into_iter();
        Walk::row_major(&[&base], &result).positions(|[start, ..]| {
            starts.extend(positions.next().map(|at| start + at * stride as usize));
        });
        Ok(Self {
            starts,
            len: 1,
            shape: result,
        })
    }

    fn at_points(op: &str, shape: &[usize], indices: &[&Array]) -> Result<Self> {
        if indices.len() > shape.len() {
            return Err(Error::index(format!(
                "{op}: {} index arrays for the {} axes of shape {}",
                indices.len(),
                shape.len(),
                Tuple(shape)
            )));
        }
        let mut points = Dims::default();
        for index in indices {
            points = broadcast(op, &points, index.shape())?;
        }
        checked_size(op, &points, size_of::<usize>())?;
        let (indexed, rest) = shape.split_at(indices.len());
        let strides = Layout::contiguous(indexed).strides;
        let len = rest.iter().product();
        let count = points.iter().product();
        let mut starts = reserve(op, &points, count)?;
        starts.resize(count, 0);
        for (axis, index) in indices.iter().enumerate() {
            let positions = positions(op, &index.broadcast_to(&points)?, axis, shape[axis])?;
            for (start, position) in starts.iter_mut().zip(positions) {
                *start += position * strides[axis] as usize * len;
            }
        }
        let result = [&*points, rest].into_iter().flatten().copied().collect();
        Ok(Self {
            starts,
            len,
            shape: result,
        })
    }
}

/// Indices into an axis as positions from its start.
fn positions(op: &str, indices: &Array, axis: usize, len: usize) -> Result<Vec<usize>> {
    if indices.dtype() != DType::I64 {
        return Err(Error::dtype(format!(
            "{op}: indices are {}, not int64",
            indices.dtype()
        )));
    }
    let indices = indices.row_major::<i64>(op)?;
    let mut positions = reserve(op, &[indices.len()], indices.len())?;
    for &index in &*indices {
        positions.push(normalize_index(op, index, axis, len)?);
    }
    Ok(positions)
}
