//! Linear algebra on the last two axes, batched over the others.
//!
//! Derivatives: M. Giles, "An extended collection of matrix derivative results for forward and
//! reverse mode algorithmic differentiation" (2008); the Cholesky factor after I. Murray,
//! "Differentiation of the Cholesky decomposition" (2016), section 3.

use std::panic::Location;
use std::sync::Arc;

use dezero_array::{Array, Error};

use super::{shape::fit, twins};
use crate::error::Result;
use crate::node::Inputs;
use crate::op::{Call, Op, Structural, apply, apply1};
use crate::operators::Operand;
use crate::variable::Variable;

macro_rules! operation {
    ($Op:ident $({ $field:ident: $Field:ty })?: |$self:ident, $xs:ident| $value:expr, |$i:ident, $call:ident| $vjp:expr) => {
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $Op $({ $field: $Field })?;
        operation!(@rules $Op: |$self, $xs| $value, |$i, $call| $vjp);
    };
    ($Op:ident($Field:ty): |$self:ident, $xs:ident| $value:expr, |$i:ident, $call:ident| $vjp:expr) => {
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $Op($Field);
        operation!(@rules $Op: |$self, $xs| $value, |$i, $call| $vjp);
    };
    (@rules $Op:ident: |$self:ident, $xs:ident| $value:expr, |$i:ident, $call:ident| $vjp:expr) => {
        impl Structural for $Op {
            fn value(&$self, $xs: &[Variable]) -> Result<Array, Error> {
                $value
            }

            fn vjp(&$self, $i: usize, $call: &Call<'_>) -> Result<Option<Variable>> {
                $vjp
            }
        }
    };
}

operation!(MatMul: |self, xs| xs[0].linked_value().matmul(xs[1].linked_value()), |i, call| {
    let [a, b] = call.xs else { unreachable!("matmul has two inputs") };
    let (gx, x) = if i == 0 {
        (call.gy.try_matmul(b.try_swapaxes(-1, -2)?)?, a)
    } else {
        (a.try_swapaxes(-1, -2)?.try_matmul(call.gy)?, b)
    };
    // Leading axes may have been broadcast.
    fit(gx.into_link(), x.linked_value()).map(Some)
});

operation!(Solve: |self, xs| xs[0].linked_value().solve(xs[1].linked_value()), |i, call| {
    let [a, b] = call.xs else { unreachable!("solve has two inputs") };
    let gb = a.try_swapaxes(-1, -2)?.try_solve(call.gy)?;
    let (gx, x) = if i == 0 { (gb.try_matmul(call.y.try_swapaxes(-1, -2)?)?.try_neg()?, a) } else { (gb, b) };
    fit(gx.into_link(), x.linked_value()).map(Some)
});

operation!(Inv: |self, xs| xs[0].linked_value().inv(), |_i, call| {
    let y = call.y.try_swapaxes(-1, -2)?;
    y.try_matmul(call.gy)?.try_matmul(&y)?.try_neg().map(Some)
});

operation!(Cholesky: |self, xs| xs[0].linked_value().cholesky(), |_i, call| {
    // S = L^-T P(L^T gL) L^-1, where P halves the diagonal of the lower triangle.
    let transposed = call.y.try_swapaxes(-1, -2)?;
    let product = transposed.try_matmul(call.gy)?;
    let halved = product.try_tril(0)?.try_add(product.try_tril(-1)?)?.try_mul(0.5)?;
    let left = transposed.try_solve(halved)?;
    let s = transposed.try_solve(left.try_swapaxes(-1, -2)?)?;
    s.try_add(s.try_swapaxes(-1, -2)?)?.try_mul(0.5).map(Some)
});

operation!(Det: |self, xs| xs[0].linked_value().det(), |_i, call| {
    let scale = call.gy.try_mul(call.y)?.try_expand_dims(-1)?.try_expand_dims(-1)?;
    Ok(Some(scale.try_mul(call.xs[0].try_inv()?.try_swapaxes(-1, -2)?)?))
});

operation!(SignDet: |self, xs| Ok(xs[0].linked_value().slogdet()?.0), |_i, _call| Ok(None));

operation!(LogAbsDet: |self, xs| Ok(xs[0].linked_value().slogdet()?.1), |_i, call| {
    let scale = call.gy.try_expand_dims(-1)?.try_expand_dims(-1)?;
    Ok(Some(scale.try_mul(call.xs[0].try_inv()?.try_swapaxes(-1, -2)?)?))
});

operation!(Tril(isize): |self, xs| xs[0].linked_value().tril(self.0), |_i, call| call.gy.try_tril(self.0).map(Some));

operation!(Triu(isize): |self, xs| xs[0].linked_value().triu(self.0), |_i, call| call.gy.try_triu(self.0).map(Some));

operation!(Diag(isize): |self, xs| xs[0].linked_value().diag(self.0), |_i, call| call.gy.try_diag(self.0).map(Some));

/// The diagonal of one matrix, whose shape the way back needs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Diagonal(isize);

impl Structural for Diagonal {
    fn value(&self, xs: &[Variable]) -> Result<Array, Error> {
        xs[0].linked_value().diag(self.0)
    }

    fn vjp(&self, _: usize, call: &Call<'_>) -> Result<Option<Variable>> {
        let shape = call.xs[0].linked_value().shape();
        // A square matrix from the diagonal, cut or padded to the shape.
        let square = call.gy.try_diag(self.0)?;
        let side = square.linked_value().shape()[0];
        let cut = square.try_get_item((0..side.min(shape[0]), 0..side.min(shape[1])))?;
        let have = cut.linked_value().shape();
        let widths = [(0, shape[0] - have[0]), (0, shape[1] - have[1])];
        if widths == [(0, 0), (0, 0)] {
            Ok(Some(cut))
        } else {
            cut.try_pad(&widths, 0.0).map(Some)
        }
    }
}

// Linear algebra.

twins! {
    /// The matrix product, as NumPy's `@`: over the last two axes, the leading ones broadcast; a
    /// 1-d operand is a row on the left and a column on the right, and its axis is dropped.
    ///
    /// ```
    /// # use dezero_core::Variable;
    /// let a = Variable::new([[1.0, 2.0], [3.0, 4.0]]);
    /// let v = Variable::new([1.0, -1.0]);
    /// assert_eq!(a.matmul(&v).to_vec::<f64>(), [-1.0, -1.0]);
    /// ```
    fn matmul / try_matmul(&self, other: impl Into<Operand>) -> Variable {
        let line = Location::caller();
        let (a, b) = (self.to_link(), other.into().link());
        let (rows, columns) = (a.linked_value().ndim(), b.linked_value().ndim());
        let inner = |x: &Variable, from_end: usize| x.linked_value().shape().iter().rev().nth(from_end).copied();
        if inner(&a, 0) != inner(&b, usize::from(columns > 1)) {
            // The error shows the shapes as they came.
            return apply(Op::MatMul(Arc::new(MatMul)), Inputs::Two([a, b]), line);
        }
        if rows == 1 && columns >= 1 {
            let y = a.try_expand_dims(0)?.try_matmul(b)?;
            return y.try_squeeze(if columns == 1 { -1 } else { -2 });
        }
        if columns == 1 && rows >= 1 {
            return a.try_matmul(b.try_expand_dims(1)?)?.try_squeeze(-1);
        }
        apply(Op::MatMul(Arc::new(MatMul)), Inputs::Two([a, b]), line)
    }

    /// The product of two vectors or matrices, as NumPy's `dot` up to two axes.
    fn dot / try_dot(&self, other: impl Into<Operand>) -> Variable {
        let other = other.into().link();
        if self.ndim() == 0 || other.linked_value().ndim() == 0 {
            return self.try_mul(other);
        }
        self.try_matmul(other)
    }

    /// Every product of an element of this with one of the other: shape `(self.size(), other.size())`.
    fn outer / try_outer(&self, other: impl Into<Operand>) -> Variable {
        let other = other.into().link();
        self.try_reshape([-1, 1])?.try_mul(other.try_reshape([1, -1])?)
    }

    /// The solution `x` of `self x = b`: `b` is a vector or has columns.
    ///
    /// ```
    /// # use dezero_core::Variable;
    /// let a = Variable::new([[2.0, 0.0], [0.0, 4.0]]);
    /// let x = a.solve(Variable::new([2.0, 2.0]));
    /// assert_eq!(x.to_vec::<f64>(), [1.0, 0.5]);
    /// ```
    fn solve / try_solve(&self, b: impl Into<Operand>) -> Variable {
        let line = Location::caller();
        let b = b.into().link();
        if b.linked_value().ndim() == 1 {
            return self.try_solve(b.try_expand_dims(1)?)?.try_squeeze(-1);
        }
        apply(Op::Solve(Arc::new(Solve)), Inputs::Two([self.to_link(), b]), line)
    }

    /// The inverse of a matrix.
    fn inv / try_inv(&self) -> Variable {
        apply1(Op::Inv(Arc::new(Inv)), self, Location::caller())
    }

    /// The lower triangular `L` with `L L^T` equal to this, a symmetric positive definite matrix.
    /// Only the lower triangle is read; the derivative is that of a symmetric argument.
    fn cholesky / try_cholesky(&self) -> Variable {
        apply1(Op::Cholesky(Arc::new(Cholesky)), self, Location::caller())
    }

    /// The determinant. Its derivative needs an invertible matrix.
    fn det / try_det(&self) -> Variable {
        apply1(Op::Det(Arc::new(Det)), self, Location::caller())
    }

    /// The sign of the determinant, without derivative, and the logarithm of its absolute value,
    /// which neither overflows nor underflows.
    fn slogdet / try_slogdet(&self) -> (Variable, Variable) {
        let line = Location::caller();
        let sign = apply1(Op::SignDet(Arc::new(SignDet)), self, line)?;
        Ok((sign, apply1(Op::LogAbsDet(Arc::new(LogAbsDet)), self, line)?))
    }

    /// The lower triangle; what lies above diagonal `k` is zero.
    fn tril / try_tril(&self, k: isize) -> Variable {
        apply1(Op::Tril(Arc::new(Tril(k))), self, Location::caller())
    }

    /// The upper triangle; what lies below diagonal `k` is zero.
    fn triu / try_triu(&self, k: isize) -> Variable {
        apply1(Op::Triu(Arc::new(Triu(k))), self, Location::caller())
    }

    /// Diagonal `k` of a matrix, or the matrix with this vector on diagonal `k`.
    fn diag / try_diag(&self, k: isize) -> Variable {
        let op = if self.ndim() == 1 { Op::Diag(Arc::new(Diag(k))) } else { Op::Diagonal(Arc::new(Diagonal(k))) };
        apply1(op, self, Location::caller())
    }

    /// The sum of the diagonal of a matrix.
    fn trace / try_trace(&self) -> Variable {
        self.try_diag(0)?.try_sum(..)
    }
}
