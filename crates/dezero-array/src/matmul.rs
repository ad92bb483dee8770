//! Matrix products.

use ndarray::linalg::{general_mat_mul, general_mat_vec_mul};
use ndarray::{ArrayView2, ArrayViewMut2, Axis, Ix2, LinalgScalar, Slice};

use crate::array::Array;
use crate::dtype::{DType, Element};
use crate::error::{Error, Result};
use crate::ndarray::strided_view;
use crate::parallel::{chunks, for_each, parts};
use crate::pool::repeated;
use crate::shape::{Dims, Layout, Tuple, broadcast, checked_size, reserve};
use crate::strided::Walk;

/// From this many multiplications on, threads share a product.
const MANY: usize = 1 << 20;
/// Rows and columns are cut at multiples of this: no register tile of the product is torn.
const UNIT: usize = 16;

impl Array {
    /// The matrix product, `(..., m, k)` by `(..., k, n)` to `(..., m, n)`. Leading axes broadcast. A
    /// vector is a row on the left and a column on the right, and its axis is gone from the result.
    /// i64 and bool are multiplied exactly in i64, which wraps.
    ///
    /// # Errors
    ///
    /// A shape error when the inner lengths differ, the leading axes do not broadcast, or an operand is
    /// 0-d.
    ///
    /// ```
    /// use dezero_array::Array;
    ///
    /// let x = Array::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.matmul(&x.t())?, Array::from([[5.0, 11.0], [11.0, 25.0]]));
    /// assert_eq!(x.matmul(&Array::from([1.0, -1.0]))?, Array::from([-1.0, -1.0]));
    /// # Ok::<(), dezero_array::Error>(())
    /// ```
    pub fn matmul(&self, other: &Self) -> Result<Self> {
        let misfit = |why: &str| {
            let shapes = (Tuple(self.shape()), Tuple(other.shape()));
            Error::shape(format!(
                "matmul: shapes {} and {} {why}",
                shapes.0, shapes.1
            ))
        };
        if self.ndim() == 0 || other.ndim() == 0 {
            return Err(misfit("do not multiply: a 0-d factor goes with *"));
        }
        let a = if self.ndim() == 1 {
            self.expand_dims(0)?
        } else {
            self.clone()
        };
        let b = if other.ndim() == 1 {
            other.expand_dims(1)?
        } else {
            other.clone()
        };
        let (inner, outer) = (a.shape()[a.ndim() - 1], b.shape()[b.ndim() - 2]);
        if inner != outer {
            return Err(misfit(&format!(
                "do not multiply: the last axis of the first has {inner}, the {} of the second {outer}",
                if other.ndim() == 1 {
                    "only one"
                } else {
                    "last but one"
                }
            )));
        }
        let product = match a.dtype().promote(b.dtype()) {
            DType::F64 => multiply::<f64>(&a, &b, float_product)?,
            DType::F32 => multiply::<f32>(&a, &b, float_product)?,
            DType::I64 | DType::Bool => multiply::<i64>(&a, &b, integer_product)?,
        };
        let gone = [
            (self.ndim() == 1).then_some(-2),
            (other.ndim() == 1).then_some(-1),
        ];
        match gone.into_iter().flatten().collect::<Vec<_>>() {
            axes if axes.is_empty() => Ok(product),
            axes => product.squeeze(Some(&axes)),
        }
    }
}

type Product<T> = fn(&ArrayView2<'_, T>, &ArrayView2<'_, T>, ArrayViewMut2<'_, T>);

fn multiply<T: Element>(a: &Array, b: &Array, product: Product<T>) -> Result<Array> {
    let (m, k) = (a.shape()[a.ndim() - 2], a.shape()[a.ndim() - 1]);
    let n = b.shape()[b.ndim() - 1];
    // One matrix on the right serves all rows on the left: that is a single product.
    if a.ndim() > 2 && b.ndim() == 2 {
        let leading = &a.shape()[..a.ndim() - 1];
        let rows = multiply(&a.reshape(&[leading.iter().product(), k])?, b, product)?;
        let shape: Dims<usize> = leading.iter().copied().chain([n]).collect();
        return rows.reshape(&shape);
    }
    let (a, b) = (
        a.converted("matmul", T::DTYPE)?,
        b.converted("matmul", T::DTYPE)?,
    );
    let ((x, left), (y, right)) = (a.parts::<T>(), b.parts::<T>());
    let ((left_batch, left), (right_batch, right)) = (split(left), split(right));
    let batch = broadcast("matmul", &left_batch.shape, &right_batch.shape)?;
    let shape: Dims<usize> = batch.iter().copied().chain([m, n]).collect();
    let size = checked_size("matmul", &shape, size_of::<T>())?;
    let mut out = repeated("matmul", &shape, size, T::default())?;
    if size > 0 && k > 0 {
        let mut starts = reserve("matmul", &batch, size / (m * n))?;
        Walk::row_major(&[&left_batch, &right_batch], &batch)
            .positions(|[i, j, _]| starts.push((i, j)));
        let multiply = |first: usize, part: &mut [T]| {
            let starts = &starts[first / (m * n)..];
            for (block, &(i, j)) in part.chunks_exact_mut(m * n).zip(starts) {
                let target =
                    ArrayViewMut2::from_shape((m, n), block).expect("a block is one matrix");
                product(&matrix(x, &left, i), &matrix(y, &right, j), target);
            }
        };
        if starts.len() > 1 && size.saturating_mul(k) >= MANY {
            chunks(&mut out, m * n, &multiply);
        } else {
            multiply(0, &mut out);
        }
    }
    Ok(Array::from_parts(out, Layout::contiguous(&shape)))
}

/// The leading axes of a layout and its last two.
fn split(layout: &Layout) -> (Layout, Layout) {
    let leading: Dims<usize> = (0..layout.ndim() - 2).collect();
    let last = [layout.ndim() - 2, layout.ndim() - 1];
    (layout.permute(&leading), layout.permute(&last))
}

fn matrix<'a, T: Element>(values: &'a [T], layout: &Layout, offset: usize) -> ArrayView2<'a, T> {
    let view = strided_view(
        values,
        &Layout {
            offset,
            ..layout.clone()
        },
    );
    view.into_dimensionality::<Ix2>()
        .expect("a matrix has two axes")
}

fn float_product<T: Element + LinalgScalar>(
    a: &ArrayView2<'_, T>,
    b: &ArrayView2<'_, T>,
    c: ArrayViewMut2<'_, T>,
) {
    if b.ncols() != 1 && a.nrows() == 1 {
        return float_product(&b.t(), &a.t(), c.reversed_axes());
    }
    if b.ncols() != 1 {
        let work = a.len().saturating_mul(b.ncols());
        if b.ncols() > a.nrows() {
            return in_parts(work, Axis(1), c, |columns, mut c| {
                let b = b.slice_axis(Axis(1), columns);
                general_mat_mul(T::one(), a, &b, T::zero(), &mut c);
            });
        }
        return in_parts(work, Axis(0), c, |rows, mut c| {
            let a = a.slice_axis(Axis(0), rows);
            general_mat_mul(T::one(), &a, b, T::zero(), &mut c);
        });
    }
    let by_columns = a.strides()[0] == 1 && a.nrows() > 1;
    let x = b.column(0);
    // A factor is read for each multiplication: as long as some in a product of matrices.
    in_parts(a.len().saturating_mul(8), Axis(0), c, |rows, mut c| {
        let (a, mut y) = (a.slice_axis(Axis(0), rows), c.column_mut(0));
        if by_columns {
            for (&factor, column) in x.iter().zip(a.columns()) {
                y.scaled_add(factor, &column);
            }
        } else {
            general_mat_vec_mul(T::one(), &a, &x, T::zero(), &mut y);
        }
    });
}

/// Calls `multiply` with parts of the product and which rows or columns they are. In what order an
/// element is summed does not depend on the part.
fn in_parts<T: Element>(
    work: usize,
    axis: Axis,
    mut c: ArrayViewMut2<'_, T>,
    multiply: impl Fn(Slice, ArrayViewMut2<'_, T>) + Send + Sync,
) {
    let len = c.len_of(axis);
    let most = if work < MANY { 1 } else { parts() };
    let part = len.div_ceil(most).next_multiple_of(UNIT);
    if part >= len {
        return multiply(Slice::from(..), c);
    }
    let parts = c.axis_chunks_iter_mut(axis, part).enumerate();
    for_each(parts.collect(), |(i, c)| {
        let first = i * part;
        multiply(Slice::from(first..len.min(first + part)), c);
    });
}

fn integer_product(
    a: &ArrayView2<'_, i64>,
    b: &ArrayView2<'_, i64>,
    mut c: ArrayViewMut2<'_, i64>,
) {
    for (row, mut sums) in a.rows().into_iter().zip(c.rows_mut()) {
        for (&factor, others) in row.iter().zip(b.rows()) {
            for (sum, &x) in sums.iter_mut().zip(others) {
                *sum = sum.wrapping_add(factor.wrapping_mul(x));
            }
        }
    }
}
