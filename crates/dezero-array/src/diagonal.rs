//! Diagonals and triangles of matrices.

use crate::array::Array;
use crate::dtype::each_dtype;
use crate::error::{Error, Result};
use crate::shape::{Dims, Layout, Tuple, checked_size, normalize_axis, reserve};

/// Diagonals and triangles. Diagonal 0 is the main one, 1 the one above it, -1 the one below.
impl Array {
    /// Diagonal `k` of the matrices along two axes, as the last axis of a view; the two are gone.
    ///
    /// # Errors
    ///
    /// An axis error when an axis is out of range or both are the same.
    pub fn diagonal(&self, k: isize, axis1: isize, axis2: isize) -> Result<Self> {
        let rows = normalize_axis("diagonal", axis1, self.ndim())?;
        let columns = normalize_axis("diagonal", axis2, self.ndim())?;
        if rows == columns {
            return Err(Error::axis(format!(
                "diagonal: axis {axis2} is named twice"
            )));
        }
        let layout = self.layout();
        let (down, right) = (
            if k < 0 { k.unsigned_abs() } else { 0 },
            if k > 0 { k.unsigned_abs() } else { 0 },
        );
        let height = layout.shape[rows].saturating_sub(down);
        let len = height.min(layout.shape[columns].saturating_sub(right));
        let strides = (layout.strides[rows], layout.strides[columns]);
        let skipped = if len == 0 {
            0
        } else {
            down as isize * strides.0 + right as isize * strides.1
        };
        let kept: Dims<usize> = (0..self.ndim())
            .filter(|&axis| axis != rows && axis != columns)
            .collect();
        let kept = layout.permute(&kept);
        Ok(self.with_layout(Layout {
            shape: kept.shape.iter().copied().chain([len]).collect(),
            strides: kept
                .strides
                .iter()
                .copied()
                .chain([strides.0 + strides.1])
                .collect(),
            offset: layout.offset.wrapping_add_signed(skipped),
        }))
    }

    /// The sum of the main diagonal of a matrix; of more axes, along the first two.
    ///
    /// # Errors
    ///
    /// An axis error when there are fewer than two axes.
    pub fn trace(&self) -> Result<Self> {
        self.diagonal(0, 0, 1)?.sum(Some(&[-1]), false)
    }

    /// A copy of diagonal `k` of a matrix; of a vector, the matrix of zeros with it on diagonal `k`.
    ///
    /// # Errors
    ///
    /// A shape error when there are neither one nor two axes, or the matrix would be too big.
    ///
    /// ```
    /// use dezero_array::Array;
    ///
    /// assert_eq!(Array::from([1, 2]).diag(0)?, Array::from([[1, 0], [0, 2]]));
    /// assert_eq!(Array::from([[1, 2], [3, 4]]).diag(1)?, Array::from([2]));
    /// # Ok::<(), dezero_array::Error>(())
    /// ```
    pub fn diag(&self, k: isize) -> Result<Self> {
        if self.ndim() == 2 {
            let diagonal = self.diagonal(k, 0, 1)?;
            return each_dtype!(self.dtype(), T => Ok(diagonal.copied::<T>("diag")?.into()));
        }
        if self.ndim() != 1 {
            return Err(Error::shape(format!(
                "diag: shape {} is neither of a vector nor of a matrix",
                Tuple(self.shape())
            )));
        }
        let order = self.size().saturating_add(k.unsigned_abs());
        let shape = [order, order];
        let size = checked_size("diag", &shape, self.dtype().size_of())?;
        each_dtype!(self.dtype(), T => {
            let mut out = reserve::<T>("diag", &shape, size)?;
            out.resize(size, T::default());
            let first = if k < 0 { k.unsigned_abs() * order } else { k.unsigned_abs() };
            for (place, value) in out.iter_mut().skip(first).step_by(order + 1).zip(self.copied("diag")?) {
                *place = value;
            }
            Ok(Self::from_parts(out, Layout::contiguous(&shape)))
        })
    }

    /// The lower triangle of each `(..., m, n)` up to diagonal `k`, zeros above it.
    ///
    /// # Errors
    ///
    /// A shape error when there are fewer than two axes.
    ///
    /// ```
    /// use dezero_array::Array;
    ///
    /// assert_eq!(Array::from([[1, 2], [3, 4]]).tril(0)?, Array::from([[1, 0], [3, 4]]));
    /// # Ok::<(), dezero_array::Error>(())
    /// ```
    pub fn tril(&self, k: isize) -> Result<Self> {
        self.triangle("tril", |row, column| column.saturating_sub(row) <= k)
    }

    /// The upper triangle of each `(..., m, n)` from diagonal `k` on, zeros below it.
    ///
    /// # Errors
    ///
    /// A shape error when there are fewer than two axes.
    pub fn triu(&self, k: isize) -> Result<Self> {
        self.triangle("triu", |row, column| column.saturating_sub(row) >= k)
    }

    fn triangle(&self, op: &str, within: impl Fn(isize, isize) -> bool) -> Result<Self> {
        let [.., height, width] = *self.shape() else {
            return Err(Error::shape(format!(
                "{op}: shape {} is not of matrices",
                Tuple(self.shape())
            )));
        };
        each_dtype!(self.dtype(), T => {
            let mut values = self.copied::<T>(op)?;
            for (i, row) in values.chunks_exact_mut(width.max(1)).enumerate() {
                for (column, value) in row.iter_mut().enumerate() {
                    if !within((i % height) as isize, column as isize) {
                        *value = T::default();
                    }
                }
            }
            Ok(Self::from_parts(values, Layout::contiguous(self.shape())))
        })
    }
}
