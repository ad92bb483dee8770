//! Linear systems, inverses and determinants: factorisations by faer, over any leading axes.

use faer::MatRef;
use faer::linalg::solvers::{Llt, PartialPivLu, Solve};
use faer::traits::RealField;
use faer::{MatMut, Side};

use crate::array::Array;
use crate::dtype::{DType, Element, cast};
use crate::error::{Error, Result};
use crate::shape::{Dims, Layout, Tuple, broadcast, checked_size, reserve};
use crate::strided::Walk;

/// Runs the body with `$T` bound to the float type in which an array of a dtype is factorised.
macro_rules! as_float {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            DType::F32 => {
                type $T = f32;
                $body
            }
            _ => {
                type $T = f64;
                $body
            }
        }
    };
}

/// Linear algebra on `(..., n, n)`: all leading axes are axes of many matrices, and broadcast. f32 stays
/// f32, everything else is f64.
impl Array {
    /// The solution `x` of `self x = b`, by LU with partial pivoting. A 1-d `b` is one right-hand side,
    /// otherwise `b` is `(..., n, k)`.
    ///
    /// # Errors
    ///
    /// A shape error when the matrices are not square or do not fit; [`is_singular`](Error::is_singular)
    /// when a pivot is exactly 0.
    ///
    /// ```
    /// use dezero_array::Array;
    ///
    /// let a = Array::from([[3.0, 1.0], [1.0, 2.0]]);
    /// let x = a.solve(&Array::from([9.0, 8.0]))?;
    /// assert!(x.allclose(&Array::from([2.0, 3.0]), 1e-15, 0.0, false));
    /// # Ok::<(), dezero_array::Error>(())
    /// ```
    pub fn solve(&self, b: &Self) -> Result<Self> {
        if b.ndim() == 1 {
            return self.solve(&b.expand_dims(1)?)?.squeeze(Some(&[-1]));
        }
        let n = order("solve", self)?;
        if b.ndim() == 0 || b.shape()[b.ndim() - 2] != n {
            return Err(Error::shape(format!(
                "solve: a matrix of shape {} and a right-hand side of shape {}, which needs {n} rows",
                Tuple(self.shape()),
                Tuple(b.shape())
            )));
        }
        as_float!(self.dtype().promote(b.dtype()), T => solve::<T>("solve", self, b))
    }

    /// The inverse.
    ///
    /// # Errors
    ///
    /// A shape error when the matrices are not square; [`is_singular`](Error::is_singular) when a pivot
    /// is exactly 0.
    pub fn inv(&self) -> Result<Self> {
        let n = order("inv", self)?;
        let identity = Self::eye(n, self.dtype().to_float())?;
        as_float!(self.dtype(), T => solve::<T>("inv", self, &identity))
    }

    /// The lower triangular `l` with `l l^T = self`. Only the lower triangle is read.
    ///
    /// # Errors
    ///
    /// A shape error when the matrices are not square; [`is_singular`](Error::is_singular) when one is
    /// not positive definite.
    ///
    /// ```
    /// use dezero_array::Array;
    ///
    /// let l = Array::from([[4.0, 2.0], [2.0, 10.0]]).cholesky()?;
    /// assert_eq!(l, Array::from([[2.0, 0.0], [1.0, 3.0]]));
    /// # Ok::<(), dezero_array::Error>(())
    /// ```
    pub fn cholesky(&self) -> Result<Self> {
        let n = order("cholesky", self)?;
        as_float!(self.dtype(), T => {
            let mut out = self.copied::<T>("cholesky")?;
            for (i, block) in blocks(&mut out, n * n).enumerate() {
                let matrix = MatRef::from_row_major_slice(block, n, n);
                let factor = Llt::new(matrix, Side::Lower).map_err(|_| {
                    let which = which(self, i);
                    Error::singular(format!("cholesky: {which} is not positive definite"))
                })?;
                for row in 0..n {
                    for column in 0..n {
                        block[row * n + column] = if column <= row { factor.L()[(row, column)] } else { 0.0 };
                    }
                }
            }
            Ok(Self::from_parts(out, Layout::contiguous(self.shape())))
        })
    }

    /// The determinant; 0 of a singular matrix.
    ///
    /// # Errors
    ///
    /// A shape error when the matrices are not square.
    pub fn det(&self) -> Result<Self> {
        let of_one =
            |(sign, pivots): &(f64, Vec<f64>)| pivots.iter().fold(*sign, |det, pivot| det * pivot);
        let dets = pivots("det", self)?.iter().map(of_one).collect();
        Ok(self.one_each(dets))
    }

    /// The sign of the determinant and the logarithm of its absolute value, which does not overflow: 0
    /// and negative infinity of a singular matrix.
    ///
    /// # Errors
    ///
    /// A shape error when the matrices are not square.
    pub fn slogdet(&self) -> Result<(Self, Self)> {
        let sign_of = |pivot: &f64| if *pivot == 0.0 { 0.0 } else { pivot.signum() };
        let factored = pivots("slogdet", self)?;
        let signs = factored
            .iter()
            .map(|(sign, pivots)| pivots.iter().map(sign_of).fold(*sign, |a, b| a * b));
        let logs = factored
            .iter()
            .map(|(_, pivots)| pivots.iter().map(|pivot| pivot.abs().ln()).sum());
        Ok((
            self.one_each(signs.collect()),
            self.one_each(logs.collect()),
        ))
    }

    /// One number for each matrix, in this array's float dtype.
    fn one_each(&self, values: Vec<f64>) -> Self {
        let leading = &self.shape()[..self.ndim() - 2];
        Self::from_parts(values, Layout::contiguous(leading)).astype(self.dtype().to_float())
    }
}

/// The order of square matrices.
fn order(op: &str, a: &Array) -> Result<usize> {
    match *a.shape() {
        [.., rows, columns] if rows == columns => Ok(rows),
        _ => Err(Error::shape(format!(
            "{op}: shape {} is not of square matrices: the last two axes must be equal",
            Tuple(a.shape())
        ))),
    }
}

/// The matrices in a row-major buffer.
fn blocks<T>(values: &mut [T], size: usize) -> std::slice::ChunksExactMut<'_, T> {
    // With no elements there are no blocks, whatever their size.
    values.chunks_exact_mut(size.max(1))
}

fn solve<T: Element + RealField>(op: &str, a: &Array, b: &Array) -> Result<Array> {
    let (n, k) = (b.shape()[b.ndim() - 2], b.shape()[b.ndim() - 1]);
    let (a_leading, b_leading) = (&a.shape()[..a.ndim() - 2], &b.shape()[..b.ndim() - 2]);
    let leading = broadcast(op, a_leading, b_leading)?;
    let shape: Dims<usize> = leading.iter().copied().chain([n, k]).collect();
    checked_size(op, &shape, size_of::<T>())?;
    let matrices = a.converted(op, T::DTYPE)?;
    let matrices = matrices.row_major::<T>(op)?;
    // The right-hand sides are overwritten by the solutions.
    let mut out = b.broadcast_to(&shape)?.copied::<T>(op)?;
    let mut which_matrix = Vec::new();
    let numbers = Layout::contiguous(a_leading);
    if !out.is_empty() {
        Walk::row_major(&[&numbers], &leading).positions(|[number, ..]| which_matrix.push(number));
    }
    let mut factored: Option<(usize, PartialPivLu<T>)> = None;
    for (block, number) in blocks(&mut out, n * k).zip(which_matrix) {
        if factored.as_ref().is_none_or(|(of, _)| *of != number) {
            let lu = PartialPivLu::new(MatRef::from_row_major_slice(
                &matrices[number * n * n..][..n * n],
                n,
                n,
            ));
            if (0..n).any(|i| lu.U()[(i, i)] == T::default()) {
                return Err(Error::singular(format!(
                    "{op}: {} is singular",
                    which(a, number)
                )));
            }
            factored = Some((number, lu));
        }
        if let Some((_, lu)) = &factored {
            lu.solve_in_place(MatMut::from_row_major_slice_mut(block, n, k));
        }
    }
    Ok(Array::from_parts(out, Layout::contiguous(&shape)))
}

/// For each matrix the sign of its row permutation and the diagonal of `U`.
fn pivots(op: &str, a: &Array) -> Result<Vec<(f64, Vec<f64>)>> {
    let n = order(op, a)?;
    let count = a.shape()[..a.ndim() - 2].iter().product();
    as_float!(a.dtype(), T => {
        let mut values = a.copied::<T>(op)?;
        let mut factored = reserve(op, a.shape(), count)?;
        factored.extend(blocks(&mut values, n * n).map(|block| {
            let lu = PartialPivLu::new(MatRef::from_row_major_slice(block, n, n));
            let diagonal = (0..n).map(|i| cast(lu.U()[(i, i)])).collect();
            (permutation_sign(lu.P().arrays().0), diagonal)
        }));
        factored.resize(count, (1.0, Vec::new()));
        Ok(factored)
    })
}

/// 1 for an even permutation, -1 for an odd one: each cycle of even length is odd.
fn permutation_sign(permutation: &[usize]) -> f64 {
    let mut seen = vec![false; permutation.len()];
    let mut sign = 1.0;
    for start in 0..permutation.len() {
        let mut at = permutation[start];
        while !seen[start] && at != start {
            seen[at] = true;
            at = permutation[at];
            sign = -sign;
        }
    }
    sign
}

/// A matrix by its place among the others, for messages.
fn which(a: &Array, number: usize) -> String {
    match a.shape() {
        [_, _] => "the matrix".to_owned(),
        shape => format!("matrix {number} of shape {}", Tuple(shape)),
    }
}
