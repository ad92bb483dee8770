//! Linear algebra on the last two axes, batched over the others.
//!
//! Derivatives: M. Giles, "An extended collection of matrix derivative results for forward and
//! reverse mode algorithmic differentiation" (2008); the Cholesky factor after I. Murray,
//! "Differentiation of the Cholesky decomposition" (2016), section 3.

use std::panic::Location;
use std::sync::Arc;

use dezero_array::{Array, Error};

use super::{shape::fit, twins};
use crate::elementwise::Unary;
use crate::error::Result;
use crate::node::Inputs;
use crate::op::form::{Form, Forms, counted, misfit};
use crate::op::{Call, Op, Structural, apply, apply1};
use crate::operators::Operand;
use crate::taylor::{Algebra, Jet, Series, Term, zeros};
use crate::variable::Variable;

macro_rules! operation {
    ($Op:ident: |$self:ident, $xs:ident| $value:expr, |$form:ident| $formed:expr, |$i:ident, $call:ident| $vjp:expr, |$jet:ident| $series:expr) => {
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
        pub struct $Op;
        operation!(@rules $Op: |$self, $xs| $value, |$form| $formed, |$i, $call| $vjp, |$jet| $series);
    };
    ($Op:ident($Field:ty): |$self:ident, $xs:ident| $value:expr, |$form:ident| $formed:expr, |$i:ident, $call:ident| $vjp:expr, |$jet:ident| $series:expr) => {
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
        pub struct $Op($Field);
        operation!(@rules $Op: |$self, $xs| $value, |$form| $formed, |$i, $call| $vjp, |$jet| $series);
    };
    (@rules $Op:ident: |$self:ident, $xs:ident| $value:expr, |$form:ident| $formed:expr, |$i:ident, $call:ident| $vjp:expr, |$jet:ident| $series:expr) => {
        impl Structural for $Op {
            fn value(&$self, $xs: &[Variable]) -> Result<Array, Error> {
                $value
            }

            fn form(&$self, $form: Forms<'_>) -> Result<Form> {
                $formed
            }

            fn vjp(&$self, $i: usize, $call: &Call<'_>) -> Result<Option<Variable>> {
                $vjp
            }

            fn series(&$self, $jet: &Jet<'_>) -> Result<Series<Term>> {
                $series
            }
        }
    };
}

operation!(MatMul: |self, xs| xs[0].linked_value().matmul(xs[1].linked_value()), |xs| {
    let ((left, m, inner), (right, k, n)) = (xs.matrices("matmul", 0)?, xs.matrices("matmul", 1)?);
    if inner != k {
        return Err(misfit("matmul", format!("{m} by {inner} and {k} by {n} do not multiply")));
    }
    let leading = xs.broadcast("matmul", [left, right])?;
    let of = |rows, columns| xs.of("matmul", [&*leading, &[rows, columns]].concat(), counted(xs.promoted()));
    // On the way back, each factor is as many as there are products.
    of(m, k)?;
    of(k, n)?;
    of(m, n)
}, |i, call| {
    let [a, b] = call.xs else { unreachable!("matmul has two inputs") };
    let (gx, x) = if i == 0 {
        (call.gy.try_matmul(b.try_swapaxes(-1, -2)?)?, a)
    } else if b.linked_value().ndim() == 2 {
        // One matrix on the right served all rows on the left: one product sums over them.
        (rows(a)?.try_transpose()?.try_matmul(rows(call.gy)?)?, b)
    } else {
        (a.try_swapaxes(-1, -2)?.try_matmul(call.gy)?, b)
    };
    // Leading axes may have been broadcast.
    fit(gx.into_link(), x.linked_value()).map(Some)
}, |jet| {
    let (a, b) = (jet.aligned(0, jet.ndim())?, jet.aligned(1, jet.ndim())?);
    coefficients(jet, |k, _| jet.products(&a, &b, 0..k + 1, k, |a, b| a.try_matmul(b)))
});

/// The rows of a matrix, or of all matrices over leading axes.
fn rows(x: &Variable) -> Result<Variable> {
    let shape = x.linked_value().shape();
    if shape.len() == 2 {
        Ok(x.to_link())
    } else {
        x.try_reshape([-1, shape[shape.len() - 1] as isize])
    }
}

/// A series found coefficient by coefficient; `next` sees the value and those found before.
fn coefficients(
    jet: &Jet<'_>,
    next: impl Fn(usize, &Series<Term>) -> Result<Option<Term>>,
) -> Result<Series<Term>> {
    let mut series = Jet::constant(jet.y);
    for k in 1..=jet.extent.order {
        let coefficient = next(k, &series)?;
        series.push(coefficient);
    }
    Ok(series)
}

/// `k` times coefficient `k`.
fn rate(jet: &Jet<'_>, series: &[Option<Term>]) -> Series<Term> {
    let scaled =
        |(k, term): (usize, &Option<Term>)| term.as_ref().map(|t| jet.algebra.scale(t, k as f64));
    series.iter().enumerate().map(scaled).collect()
}

/// `-left sum_{j=1..k} a_j y_{k-j}`, what the product rule leaves of `a y = constant`.
fn from_product(
    jet: &Jet<'_>,
    k: usize,
    a: &[Option<Term>],
    y: &[Option<Term>],
    left: impl Fn(&Variable) -> Result<Variable>,
) -> Result<Option<Term>> {
    let products = jet.products(a, y, 1..k + 1, k, |a, y| a.try_matmul(y))?;
    let moved = products.map(|p| p.map(&left)).transpose()?;
    Ok(moved.map(|p| jet.algebra.scale(&p, -1.0)))
}

/// The series of the trace of `x^-1 x'`: `k` times coefficient `k` of `log |det x|`.
fn log_det_rate(jet: &Jet<'_>) -> Result<Series<Term>> {
    let x = jet.input(0);
    let inverse = jet.xs[0].try_inv()?;
    let mut inverses = Jet::constant(&inverse);
    for k in 1..jet.extent.order {
        inverses.push(from_product(jet, k, &x, &inverses, |p| {
            inverse.try_matmul(p)
        })?);
    }
    let rates = rate(jet, &x);
    let mut traces = vec![None];
    for k in 1..=jet.extent.order {
        traces.push(jet.products(&inverses, &rates, 0..k, k, |inverse, rate| {
            inverse
                .try_mul(rate.try_swapaxes(-1, -2)?)?
                .try_sum([-2_isize, -1])
        })?);
    }
    Ok(traces)
}

operation!(Solve: |self, xs| xs[0].linked_value().solve(xs[1].linked_value()), |xs| {
    let ((left, n), (right, rows, columns)) = (xs.square("solve", 0)?, xs.matrices("solve", 1)?);
    if rows != n {
        return Err(misfit("solve", format!("{n} equations and {rows} rows on the right")));
    }
    let leading = xs.broadcast("solve", [left, right])?;
    let of = |rows, columns| xs.of("solve", [&*leading, &[rows, columns]].concat(), xs.promoted().to_float());
    of(n, n)?;
    of(n, columns)
}, |i, call| {
    let [a, b] = call.xs else { unreachable!("solve has two inputs") };
    let gb = a.try_swapaxes(-1, -2)?.try_solve(call.gy)?;
    let (gx, x) = if i == 0 { (gb.try_matmul(call.y.try_swapaxes(-1, -2)?)?.try_neg()?, a) } else { (gb, b) };
    fit(gx.into_link(), x.linked_value()).map(Some)
}, |jet| {
    // a_0 y_k = b_k - sum_{j=1..k} a_j y_{k-j}
    let (a, b) = (jet.aligned(0, jet.ndim())?, jet.aligned(1, jet.ndim())?);
    coefficients(jet, |k, y| {
        let products = jet.products(&a, y, 1..k + 1, k, |a, y| a.try_matmul(y))?;
        let right = jet.minus(b.get(k).and_then(Option::as_ref), products.as_ref())?;
        right.map(|right| right.map(|right| jet.xs[0].try_solve(right))).transpose()
    })
});

operation!(Inv: |self, xs| xs[0].linked_value().inv(), |xs| {
    xs.square("inv", 0)?;
    Ok(xs[0].cast(xs[0].dtype.to_float()))
}, |_i, call| {
    let y = call.y.try_swapaxes(-1, -2)?;
    y.try_matmul(call.gy)?.try_matmul(&y)?.try_neg().map(Some)
}, |jet| {
    let a = jet.input(0);
    coefficients(jet, |k, y| from_product(jet, k, &a, y, |p| jet.y.try_matmul(p)))
});

operation!(Cholesky: |self, xs| xs[0].linked_value().cholesky(), |xs| {
    xs.square("cholesky", 0)?;
    Ok(xs[0].cast(xs[0].dtype.to_float()))
}, |_i, call| {
    // S = L^-T P(L^T gL) L^-1, where P halves the diagonal of the lower triangle.
    let transposed = call.y.try_swapaxes(-1, -2)?;
    let product = transposed.try_matmul(call.gy)?;
    let left = transposed.try_solve(lower_half(&product)?)?;
    let s = transposed.try_solve(left.try_swapaxes(-1, -2)?)?;
    s.try_add(s.try_swapaxes(-1, -2)?)?.try_mul(0.5).map(Some)
}, |jet| {
    // L_0 L_k^T + L_k L_0^T = R, so that L_k = L_0 P(L_0^-1 R L_0^-T), P as above.
    let x = jet.map(&jet.input(0), |t, _| t.try_add(t.try_swapaxes(-1, -2)?)?.try_mul(0.5))?;
    coefficients(jet, |k, l| {
        let products = jet.products(l, l, 1..k, k, |a, b| a.try_matmul(b.try_swapaxes(-1, -2)?))?;
        let rest = jet.minus(x.get(k).and_then(Option::as_ref), products.as_ref())?;
        let coefficient = |r: &Variable| {
            let left = jet.y.try_solve(r)?.try_swapaxes(-1, -2)?;
            let both = jet.y.try_solve(left)?.try_swapaxes(-1, -2)?.into_link();
            jet.y.try_matmul(lower_half(&both)?)
        };
        rest.map(|r| r.map(coefficient)).transpose()
    })
});

/// The form of one number for each square matrix.
fn one_each(xs: Forms<'_>, op: &str) -> Result<Form> {
    let (leading, _) = xs.square(op, 0)?;
    xs.of(op, leading.to_vec(), xs[0].dtype.to_float())
}

/// The lower triangle with half of the diagonal.
fn lower_half(x: &Variable) -> Result<Variable> {
    x.try_tril(0)?.try_add(x.try_tril(-1)?)?.try_mul(0.5)
}

operation!(Det: |self, xs| xs[0].linked_value().det(), |xs| one_each(xs, "det"), |_i, call| {
    let scale = call.gy.try_mul(call.y)?.try_expand_dims(-1)?.try_expand_dims(-1)?;
    Ok(Some(scale.try_mul(call.xs[0].try_inv()?.try_swapaxes(-1, -2)?)?))
}, |jet| {
    let rates = log_det_rate(jet)?;
    let logarithm: Series<Term> = (0..).zip(&rates).map(|(k, rate)| rate.as_ref().map(|rate| jet.algebra.part(rate, k))).collect();
    jet.unary(Unary::Exp, &logarithm, jet.y)
});

operation!(SignDet: |self, xs| Ok(xs[0].linked_value().slogdet()?.0), |xs| one_each(xs, "slogdet"), |_i, _call| Ok(None), |_jet| Ok(Vec::new()));

operation!(LogAbsDet: |self, xs| Ok(xs[0].linked_value().slogdet()?.1), |xs| one_each(xs, "slogdet"), |_i, call| {
    let scale = call.gy.try_expand_dims(-1)?.try_expand_dims(-1)?;
    Ok(Some(scale.try_mul(call.xs[0].try_inv()?.try_swapaxes(-1, -2)?)?))
}, |jet| {
    let rates = log_det_rate(jet)?;
    Ok((0..).zip(&rates).map(|(k, rate)| rate.as_ref().map(|rate| jet.algebra.part(rate, k))).collect())
});

operation!(Tril(isize): |self, xs| xs[0].linked_value().tril(self.0), |xs| {
    xs.matrices("tril", 0)?;
    Ok(xs[0].clone())
}, |_i, call| call.gy.try_tril(self.0).map(Some), |jet| jet.linear(|t, _| t.try_tril(self.0)));

operation!(Triu(isize): |self, xs| xs[0].linked_value().triu(self.0), |xs| {
    xs.matrices("triu", 0)?;
    Ok(xs[0].clone())
}, |_i, call| call.gy.try_triu(self.0).map(Some), |jet| jet.linear(|t, _| t.try_triu(self.0)));

operation!(Diag(isize): |self, xs| xs[0].linked_value().diag(self.0), |xs| {
    let [length] = *xs[0].shape else { return Err(misfit("diag", "not a vector")) };
    let order = length.saturating_add(self.0.unsigned_abs());
    xs.of("diag", vec![order, order], xs[0].dtype)
}, |_i, call| call.gy.try_diag(self.0).map(Some), |jet| {
    let x = jet.xs[0].linked_value();
    let (length, k) = (x.size(), self.0.unsigned_abs());
    jet.linear(|t, lead| {
        if lead.axes() == 0 {
            return t.try_diag(self.0);
        }
        let square = t.try_expand_dims(-1)?.try_mul(Array::eye(length, x.dtype())?)?;
        let (rows, columns) = if self.0 < 0 { ((k, 0), (0, k)) } else { ((0, k), (k, 0)) };
        square.try_pad(&[(0, 0), rows, columns], 0.0)
    })
});

/// The diagonal of one matrix, whose shape the way back needs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub struct Diagonal(isize);

impl Structural for Diagonal {
    fn value(&self, xs: &[Variable]) -> Result<Array, Error> {
        xs[0].linked_value().diag(self.0)
    }

    fn form(&self, xs: Forms<'_>) -> Result<Form> {
        let [rows, columns] = *xs[0].shape else {
            return Err(misfit("diag", "not a matrix"));
        };
        let (length, _) = diagonal(rows, columns, self.0);
        xs.of("diag", vec![length], xs[0].dtype)
    }

    fn vjp(&self, _: usize, call: &Call<'_>) -> Result<Option<Variable>> {
        let shape = call.xs[0].linked_value().shape();
        let (length, [above, before]) = diagonal(shape[0], shape[1], self.0);
        if length == 0 {
            return Ok(Some(zeros(call.xs[0].linked_value())));
        }
        // The square matrix of the diagonal, which fits in, with what is around it.
        let square = call.gy.try_diag(0)?;
        let widths = [
            (above, shape[0] - above - length),
            (before, shape[1] - before - length),
        ];
        if widths == [(0, 0), (0, 0)] {
            Ok(Some(square))
        } else {
            square.try_pad(&widths, 0.0).map(Some)
        }
    }

    fn series(&self, jet: &Jet<'_>) -> Result<Series<Term>> {
        let first = (self.0.min(0).unsigned_abs(), self.0.max(0).unsigned_abs());
        let along = |from: usize| -> Variable {
            let positions = (0..jet.y.linked_value().size()).map(|i| (from + i) as i64);
            Variable::value(positions.collect::<Vec<i64>>())
        };
        let (rows, columns) = (along(first.0), along(first.1));
        jet.linear(|t, lead| lead.to_front(&lead.to_back(t)?.try_gather_nd(&[&rows, &columns])?))
    }
}

/// How long diagonal `k` of a matrix is, and in which row and column it begins.
fn diagonal(rows: usize, columns: usize, k: isize) -> (usize, [usize; 2]) {
    let first = [k.min(0).unsigned_abs(), k.max(0).unsigned_abs()];
    let left = [
        rows.saturating_sub(first[0]),
        columns.saturating_sub(first[1]),
    ];
    (left[0].min(left[1]), first)
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
