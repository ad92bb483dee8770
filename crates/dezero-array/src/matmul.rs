//! Matrix products.

use ndarray::linalg::{general_mat_mul, general_mat_vec_mul};
use ndarray::{ArrayView2, ArrayViewMut2, Ix2, LinalgScalar};

use crate::array::Array;
use crate::dtype::{DType, Element};
use crate::error::{Error, Result};
use crate::ndarray::strided_view;
use crate::shape::{Dims, Layout, Tuple, broadcast, checked_size, reserve};
use crate::strided::Walk;

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
    let (a, b) = (a.astype(T::DTYPE), b.astype(T::DTYPE));
    let ((x, left), (y, right)) = (a.parts::<T>(), b.parts::<T>());
    let ((left_batch, left), (right_batch, right)) = (split(left), split(right));
    let batch = broadcast("matmul", &left_batch.shape, &right_batch.shape)?;
    let shape: Dims<usize> = batch.iter().copied().chain([m, n]).collect();
    let size = checked_size("matmul", &shape, size_of::<T>())?;
    let mut out = reserve("matmul", &shape, size)?;
    out.resize(size, T::default());
    if size > 0 && k > 0 {
        let mut blocks = out.chunks_exact_mut(m * n);
        Walk::row_major(&[&left_batch, &right_batch], &batch).positions(|[i, j, _]| {
            let block = blocks
                .next()
                .expect("as many blocks as the leading axes have positions");
            let target = ArrayViewMut2::from_shape((m, n), block).expect("a block is one matrix");
            product(&matrix(x, &left, i), &matrix(y, &right, j), target);
        });
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
    mut c: ArrayViewMut2<'_, T>,
) {
    if b.ncols() != 1 && a.nrows() == 1 {
        return float_product(&b.t(), &a.t(), c.reversed_axes());
    }
    if b.ncols() != 1 {
        return general_mat_mul(T::one(), a, b, T::zero(), &mut c);
    }
    let (x, mut y) = (b.column(0), c.column_mut(0));
    if a.strides()[0] == 1 && a.nrows() > 1 {
        for (&factor, column) in x.iter().zip(a.columns()) {
            y.scaled_add(factor, &column);
        }
    } else {
        general_mat_vec_mul(T::one(), a, &x, T::zero(), &mut y);
    }
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
