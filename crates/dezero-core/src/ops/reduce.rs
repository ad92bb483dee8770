//! Reductions over axes, and the functions along an axis that belong with them.

use std::panic::Location;
use std::sync::Arc;

use dezero_array::{Array, DType, Error, axis_positions, map_lanes};

use super::arguments::{Axes, position};
use super::{shape::at_caller, twins};
use crate::elementwise::Unary;
use crate::error::Result;
use crate::op::form::{Form, Forms, axis, misfit};
use crate::op::{Call, Op, Structural, apply1};
use crate::taylor::{Jet, Lead, Series, Term};
use crate::variable::Variable;

/// The axes of a reduction, as sorted positions, and whether they stay with length 1.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub(crate) struct Over {
    pub(crate) axes: Vec<isize>,
    pub(crate) keepdims: bool,
}

impl Over {
    fn new(op: &str, axes: &Axes, ndim: usize) -> Result<Self, Error> {
        let axes_over = axes
            .positions(op, ndim)?
            .into_iter()
            .map(|axis| axis as isize)
            .collect();
        Ok(Self {
            axes: axes_over,
            keepdims: axes.keeps(),
        })
    }

    /// The form of the result.
    fn form(&self, op: &str, xs: &Forms<'_>, dtype: DType) -> Result<Form> {
        let axes = self.axes.iter().map(|&over| axis(op, over, &xs[0]));
        let axes: Vec<usize> = axes.collect::<Result<_>>()?;
        if !axes.is_sorted_by(|a, b| a < b) {
            return Err(misfit(
                op,
                format!("axes {axes:?} are not sorted positions"),
            ));
        }
        let mut shape = xs[0].shape.clone();
        for &over in axes.iter().rev() {
            if self.keepdims {
                shape[over] = 1;
            } else {
                shape.remove(over);
            }
        }
        xs.of(op, shape, dtype)
    }

    /// A result of the reduction of `x`, with the axes back that it lost, so that it broadcasts
    /// against `x`.
    fn restore(&self, y: &Variable, x: &Variable) -> Result<Variable> {
        if self.keepdims {
            return Ok(y.to_link());
        }
        let mut shape = x.linked_value().shape().to_vec();
        for &axis in &self.axes {
            shape[axis as usize] = 1;
        }
        y.try_reshape(shape)
    }

    /// The axes, as the reduction has them.
    fn reduced(&self) -> Axes {
        let axes = Axes::from(self.axes.clone());
        if self.keepdims { axes.keepdims() } else { axes }
    }

    /// The axes as a coefficient has them.
    fn lead(&self, lead: Lead) -> Axes {
        let axes: Vec<isize> = self.axes.iter().map(|&axis| lead.axis(axis)).collect();
        if self.keepdims {
            Axes::from(axes).keepdims()
        } else {
            axes.into()
        }
    }

    /// The series of `exp(x - y)`, with `y` the value of the logsumexp, which sum to one.
    fn shifted_exponentials(&self, jet: &Jet<'_>) -> Result<Series<Term>> {
        let y = self.restore(jet.y, &jet.xs[0])?;
        let value = jet.xs[0].try_sub(y)?.try_exp()?;
        let mut series = jet.unary(Unary::Exp, &jet.input(0), &value)?;
        series[0] = Some(value.into());
        Ok(series)
    }
}

/// The logarithm of the sum of exponentials over `axes`, kept with length 1, without overflow.
fn logsumexp(x: &Array, axes: &[isize]) -> Result<Array, Error> {
    // Where the maximum is infinite, subtracting it would make NaN of what is a clear case.
    let max = x.max(Some(axes), true)?;
    let shift = max.map_slices(
        "logsumexp",
        &|ms, ys| map_lanes(ms, ys, |m: f64| if m.is_finite() { m } else { 0.0 }),
        &|ms, ys| map_lanes(ms, ys, |m: f32| if m.is_finite() { m } else { 0.0 }),
        None,
    )?;
    let exponentials = x.zip_float(
        &shift,
        "logsumexp",
        |x, m| (x - m).exp(),
        |x, m| (x - m).exp(),
    )?;
    let sum = exponentials.sum(Some(axes), true)?;
    sum.zip_float(&shift, "logsumexp", |s, m| s.ln() + m, |s, m| s.ln() + m)
}

macro_rules! reduction {
    (
        $Op:ident $name:literal: |$x:ident, $over:ident| $value:expr,
        |$form:ident| $dtype:expr,
        |$self:ident, $call:ident| $vjp:expr,
        |$jet:ident| $series:expr $(,)?
    ) => {
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
        pub struct $Op(pub(crate) Over);

        impl Structural for $Op {
            fn value(&self, xs: &[Variable]) -> Result<Array, Error> {
                let ($x, $over) = (xs[0].linked_value(), &self.0);
                $value
            }

            fn form(&self, xs: Forms<'_>) -> Result<Form> {
                let $form = &xs[0];
                self.0.form($name, &xs, $dtype)
            }

            fn vjp(&$self, _: usize, $call: &Call<'_>) -> Result<Option<Variable>> {
                $vjp
            }

            fn series(&$self, $jet: &Jet<'_>) -> Result<Series<Term>> {
                $series
            }
        }
    };
}

reduction!(
    Sum "sum": |x, over| x.sum(Some(&over.axes), over.keepdims),
    |x| x.summed().dtype,
    |self, call| {
        let x = &call.xs[0];
        self.0.restore(call.gy, x)?.try_broadcast_to(x.linked_value().shape()).map(Some)
    },
    |jet| jet.linear(|t, lead| t.try_sum(self.0.lead(lead))),
);
reduction!(
    Max "max": |x, over| x.max(Some(&over.axes), over.keepdims),
    |x| x.dtype,
    |self, call| extreme_vjp(&self.0, call),
    |jet| extreme_series(&self.0, jet),
);
reduction!(
    Min "min": |x, over| x.min(Some(&over.axes), over.keepdims),
    |x| x.dtype,
    |self, call| extreme_vjp(&self.0, call),
    |jet| extreme_series(&self.0, jet),
);
reduction!(
    LogSumExp "logsumexp": |x, over| {
        let y = logsumexp(x, &over.axes)?;
        if over.keepdims { Ok(y) } else { y.squeeze(Some(&over.axes)) }
    },
    |x| x.dtype.to_float(),
    |self, call| {
        let x = &call.xs[0];
        let y = self.0.restore(call.y, x)?;
        let gy = self.0.restore(call.gy, x)?;
        Ok(Some(gy.try_mul(&x.try_sub(y)?.try_exp()?)?))
    },
    // log(sum(exp(x - y_0))), whose value is y - y_0.
    |jet| {
        let exponentials = self.0.shifted_exponentials(jet)?;
        let mut sum = jet.map(&exponentials, |t, lead| t.try_sum(self.0.lead(lead)))?;
        let one = exponentials[0].as_ref().map(Term::variable).transpose()?;
        sum[0] = one.map(|one| one.try_sum(self.0.reduced())).transpose()?.map(Term::from);
        jet.unary(Unary::Log, &sum, jet.y)
    },
);

/// Those that attain the extreme share its cotangent.
fn extreme_vjp(over: &Over, call: &Call<'_>) -> Result<Option<Variable>> {
    let x = &call.xs[0];
    let share = share_of_extreme(over, x, call.y)?;
    Ok(Some(over.restore(call.gy, x)?.try_mul(share)?))
}

/// The extreme moves with those that attain it, each by its share.
fn extreme_series(over: &Over, jet: &Jet<'_>) -> Result<Series<Term>> {
    let share = share_of_extreme(over, &jet.xs[0], jet.y)?;
    jet.linear(|t, lead| t.try_mul(&share)?.try_sum(over.lead(lead)))
}

/// One over the number of elements that attain the extreme, where an element does. Computed with
/// variables: who replays the derivative has other values.
fn share_of_extreme(over: &Over, x: &Variable, y: &Variable) -> Result<Variable> {
    let attains = x
        .try_equal(over.restore(y, x)?)?
        .try_cast(x.linked_value().dtype())?;
    let count = attains.try_sum(over.axes())?;
    attains.try_div(count).map(Variable::into_link)
}

/// An operation along one axis.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub(crate) struct Along {
    pub(crate) axis: isize,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub struct Softmax(pub(crate) Over);

impl Structural for Softmax {
    fn value(&self, xs: &[Variable]) -> Result<Array, Error> {
        let x = xs[0].linked_value();
        let max = x.max(Some(&self.0.axes), true)?;
        let y = x.zip_float(&max, "softmax", |x, m| (x - m).exp(), |x, m| (x - m).exp())?;
        let sum = y.sum(Some(&self.0.axes), true)?;
        y.zip_float(&sum, "softmax", |y, s| y / s, |y, s| y / s)
    }

    fn form(&self, xs: Forms<'_>) -> Result<Form> {
        self.0.form("softmax", &xs, xs[0].dtype)?;
        Ok(xs[0].cast(xs[0].dtype.to_float()))
    }

    fn vjp(&self, _: usize, call: &Call<'_>) -> Result<Option<Variable>> {
        let weighted = call.gy.try_mul(call.y)?;
        let total = weighted.try_sum(self.0.axes())?;
        Ok(Some(weighted.try_sub(call.y.try_mul(total)?)?))
    }

    fn series(&self, jet: &Jet<'_>) -> Result<Series<Term>> {
        // exp(x - logsumexp(x)): the shift of the exponent has the rate of the logarithm of the sum.
        let exponent = self.0.centred(jet, jet.y)?;
        jet.unary(Unary::Exp, &exponent, jet.y)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub struct LogSoftmax(pub(crate) Over);

impl Structural for LogSoftmax {
    fn value(&self, xs: &[Variable]) -> Result<Array, Error> {
        let x = xs[0].linked_value();
        let total = logsumexp(x, &self.0.axes)?;
        x.zip_float(&total, "log_softmax", |x, t| x - t, |x, t| x - t)
    }

    fn form(&self, xs: Forms<'_>) -> Result<Form> {
        self.0.form("log_softmax", &xs, xs[0].dtype)?;
        Ok(xs[0].cast(xs[0].dtype.to_float()))
    }

    fn vjp(&self, _: usize, call: &Call<'_>) -> Result<Option<Variable>> {
        let total = call.gy.try_sum(self.0.axes())?;
        Ok(Some(call.gy.try_sub(call.y.try_exp()?.try_mul(total)?)?))
    }

    fn series(&self, jet: &Jet<'_>) -> Result<Series<Term>> {
        self.0.centred(jet, &jet.y.try_exp()?)
    }
}

impl Over {
    /// The series of `x - logsumexp(x)`, without the value, where `softmax` is that of `x`.
    fn centred(&self, jet: &Jet<'_>, softmax: &Variable) -> Result<Series<Term>> {
        let x = jet.input(0);
        let exponentials = jet.unary(Unary::Exp, &x, softmax)?;
        let keep = |lead: Lead| {
            let axes: Vec<isize> = self.axes.iter().map(|&axis| lead.axis(axis)).collect();
            Axes::from(axes).keepdims()
        };
        let mut sum = jet.map(&exponentials, |t, lead| t.try_sum(keep(lead)))?;
        let one = softmax.try_sum(self.axes())?;
        sum[0] = Some(one.to_link().into());
        let total = jet.unary(Unary::Log, &sum, &one)?;
        let mut centred = vec![None];
        for k in 1..=jet.extent.order {
            let of = |series: &Series<Term>| series.get(k).cloned().flatten();
            centred.push(jet.minus(of(&x).as_ref(), of(&total).as_ref())?);
        }
        Ok(centred)
    }

    /// The axes as sorted positions.
    pub(crate) fn positions(&self) -> Vec<usize> {
        self.axes.iter().map(|&axis| axis as usize).collect()
    }

    fn axes(&self) -> Axes {
        Axes::from(self.axes.clone()).keepdims()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub struct CumSum(pub(crate) Along);

impl Structural for CumSum {
    fn value(&self, xs: &[Variable]) -> Result<Array, Error> {
        xs[0].linked_value().cumsum(self.0.axis)
    }

    fn form(&self, xs: Forms<'_>) -> Result<Form> {
        axis("cumsum", self.0.axis, &xs[0])?;
        Ok(xs[0].summed())
    }

    fn vjp(&self, _: usize, call: &Call<'_>) -> Result<Option<Variable>> {
        let axis = self.0.axis;
        call.gy
            .try_flip(axis)?
            .try_cumsum(axis)?
            .try_flip(axis)
            .map(Some)
    }

    fn series(&self, jet: &Jet<'_>) -> Result<Series<Term>> {
        jet.linear(|t, lead| t.try_cumsum(lead.axis(self.0.axis)))
    }
}

macro_rules! position_of {
    ($Op:ident, $method:ident) => {
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
        pub struct $Op {
            axis: Option<isize>,
            keepdims: bool,
        }

        impl Structural for $Op {
            fn value(&self, xs: &[Variable]) -> Result<Array, Error> {
                xs[0].linked_value().$method(self.axis, self.keepdims)
            }

            fn form(&self, xs: Forms<'_>) -> Result<Form> {
                let ndim = xs[0].shape.len();
                let axes: Vec<usize> = match self.axis {
                    Some(axis) => axis_positions(stringify!($method), Some(&[axis]), ndim)?,
                    None => (0..ndim).collect(),
                };
                let over = Over {
                    axes: axes.into_iter().map(|axis| axis as isize).collect(),
                    keepdims: self.keepdims,
                };
                over.form(stringify!($method), &xs, DType::I64)
            }

            fn vjp(&self, _: usize, _: &Call<'_>) -> Result<Option<Variable>> {
                Ok(None)
            }

            fn series(&self, _: &Jet<'_>) -> Result<Series<Term>> {
                Ok(Vec::new())
            }
        }

        impl $Op {
            fn over(axes: &Axes) -> Self {
                let axis = axes.as_option().and_then(|axes| axes.first().copied());
                Self {
                    axis,
                    keepdims: axes.keeps(),
                }
            }
        }
    };
}
position_of!(ArgMax, argmax);
position_of!(ArgMin, argmin);

/// Applies a reduction; an error of its axes names `name`.
fn reduce(
    name: &str,
    x: &Variable,
    axes: &Axes,
    op: impl FnOnce(Over) -> Op,
    line: crate::mode::Line,
) -> Result<Variable> {
    let over = Over::new(name, axes, x.ndim()).map_err(|error| at_caller(error, line))?;
    apply1(op(over), x, line)
}

// Reductions.

twins! {
    /// The sum over axes: `..` for all, a number or several for some. Pairwise, so that the error
    /// grows with the logarithm of the count.
    ///
    /// ```
    /// # use dezero_core::Variable;
    /// let x = Variable::new([[1.0, 2.0], [3.0, 4.0]]);
    /// let y = (&x * &x).sum(..);
    /// y.backward();
    /// assert_eq!(y.item(), 30.0);
    /// assert_eq!(x.grad().unwrap().to_vec::<f64>(), [2.0, 4.0, 6.0, 8.0]);
    /// ```
    fn sum / try_sum(&self, axes: impl Into<Axes>) -> Variable {
        reduce("sum", self, &axes.into(), |over| Op::Sum(Arc::new(Sum(over))), Location::caller())
    }

    /// The mean over axes.
    fn mean / try_mean(&self, axes: impl Into<Axes>) -> Variable {
        let axes = axes.into();
        let line = Location::caller();
        let over = axes.positions("mean", self.ndim()).map_err(|error| at_caller(error, line))?;
        let count: usize = self.with_value(|x| over.iter().map(|&axis| x.shape()[axis]).product());
        let sum = if self.dtype().is_float() { self.try_sum(axes)? } else { self.try_cast(DType::F64)?.try_sum(axes)? };
        sum.try_div(count as f64)
    }

    /// The product over axes. Its derivative is right also where factors are zero.
    fn prod / try_prod(&self, axes: impl Into<Axes>) -> Variable {
        let axes = axes.into();
        let (shape, ndim) = (self.shape(), self.ndim());
        let line = Location::caller();
        let over = axes.positions("prod", ndim).map_err(|error| at_caller(error, line))?;
        let rest: Vec<usize> = (0..ndim).filter(|axis| !over.contains(axis)).collect();
        let reduced: Vec<usize> = if axes.keeps() {
            (0..ndim).map(|axis| if over.contains(&axis) { 1 } else { shape[axis] }).collect()
        } else {
            rest.iter().map(|&axis| shape[axis]).collect()
        };
        // The axes go to the front, as one; then halves are multiplied with each other.
        let mut length: usize = over.iter().map(|&axis| shape[axis]).product();
        let width: usize = reduced.iter().product();
        let factors = if self.dtype() == DType::Bool { self.try_cast(DType::I64)? } else { self.clone() };
        let mut factors = factors.try_permute([over, rest].concat())?.try_reshape([length, width])?;
        if length == 0 {
            return factors.try_sum(0)?.try_add(1)?.try_reshape(reduced);
        }
        while length > 1 {
            let half = length / 2;
            let product = factors.try_get_item(0..half)?.try_mul(factors.try_get_item(half..2 * half)?)?;
            factors = if length.is_multiple_of(2) { product } else { Variable::try_concatenate(&[&product, &factors.try_get_item(2 * half..)?], 0)? };
            length = half + length % 2;
        }
        factors.try_reshape(reduced)
    }

    /// The largest element over axes. Elements that tie share the derivative; NaN wins.
    fn max / try_max(&self, axes: impl Into<Axes>) -> Variable {
        reduce("max", self, &axes.into(), |over| Op::Max(Arc::new(Max(over))), Location::caller())
    }

    /// The smallest element over axes. Elements that tie share the derivative; NaN wins.
    fn min / try_min(&self, axes: impl Into<Axes>) -> Variable {
        reduce("min", self, &axes.into(), |over| Op::Min(Arc::new(Min(over))), Location::caller())
    }

    /// The variance over axes: the mean square of the difference from the mean.
    fn var / try_var(&self, axes: impl Into<Axes>) -> Variable {
        let axes = axes.into();
        let line = Location::caller();
        axes.positions("var", self.ndim()).map_err(|error| at_caller(error, line))?;
        let mean = self.try_mean(axes.clone().keepdims())?;
        self.try_sub(mean)?.try_square()?.try_mean(axes)
    }

    /// The standard deviation over axes: the square root of [`var`](Self::var).
    fn std / try_std(&self, axes: impl Into<Axes>) -> Variable {
        let axes = axes.into();
        let line = Location::caller();
        axes.positions("std", self.ndim()).map_err(|error| at_caller(error, line))?;
        self.try_var(axes)?.try_sqrt()
    }

    /// `log(sum(exp(x)))` over axes, without overflow.
    ///
    /// ```
    /// # use dezero_core::Variable;
    /// let x = Variable::new([1000.0, 1000.0]);
    /// assert_eq!(x.logsumexp(..).item(), 1000.0 + 2.0_f64.ln());
    /// ```
    fn logsumexp / try_logsumexp(&self, axes: impl Into<Axes>) -> Variable {
        reduce("logsumexp", self, &axes.into(), |over| Op::LogSumExp(Arc::new(LogSumExp(over))), Location::caller())
    }

    /// `exp(x) / sum(exp(x))` over axes, without overflow.
    fn softmax / try_softmax(&self, axes: impl Into<Axes>) -> Variable {
        reduce("softmax", self, &axes.into(), |over| Op::Softmax(Arc::new(Softmax(over))), Location::caller())
    }

    /// The logarithm of [`softmax`](Self::softmax), without loss where that is tiny.
    fn log_softmax / try_log_softmax(&self, axes: impl Into<Axes>) -> Variable {
        reduce("log_softmax", self, &axes.into(), |over| Op::LogSoftmax(Arc::new(LogSoftmax(over))), Location::caller())
    }

    /// The running sums along an axis.
    fn cumsum / try_cumsum(&self, axis: isize) -> Variable {
        let axis = position(axis, self.ndim()).map_or(axis, |axis| axis as isize);
        apply1(Op::CumSum(Arc::new(CumSum(Along { axis }))), self, Location::caller())
    }

    /// The position of the largest element, the first if there are several: along an axis, or
    /// (with `..`) in the flattened array. An i64 variable without derivative.
    fn argmax / try_argmax(&self, axis: impl Into<Axes>) -> Variable {
        apply1(Op::ArgMax(Arc::new(ArgMax::over(&axis.into()))), self, Location::caller())
    }

    /// The position of the smallest element, as [`argmax`](Self::argmax).
    fn argmin / try_argmin(&self, axis: impl Into<Axes>) -> Variable {
        apply1(Op::ArgMin(Arc::new(ArgMin::over(&axis.into()))), self, Location::caller())
    }
}
