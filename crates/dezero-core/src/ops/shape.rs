//! Changing the shape or the dtype: reshape, transpose, broadcast and its reverse, cast.

use std::panic::Location;
use std::sync::Arc;

use dezero_array::{Array, DType, Error, Tuple, axis_positions, broadcast_shapes};

use super::arguments::{Shape, position};
use super::twins;
use crate::elementwise::{Binary, Unary};
use crate::error::Result;
use crate::mode::{self, Line};
use crate::op::form::{Form, Forms, misfit};
use crate::op::{Call, Op, Structural, apply1};
use crate::operators::Operand;
use crate::taylor::{Jet, Series, Term};
use crate::variable::Variable;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub struct Reshape {
    shape: Vec<usize>,
}

impl Structural for Reshape {
    fn value(&self, xs: &[Variable]) -> Result<Array, Error> {
        xs[0].linked_value().reshape(&self.shape)
    }

    fn form(&self, xs: Forms<'_>) -> Result<Form> {
        let y = xs.of("reshape", self.shape.clone(), xs[0].dtype)?;
        if y.size() != xs[0].size() {
            let shapes = (Tuple(&xs[0].shape), Tuple(&y.shape));
            return Err(misfit(
                "reshape",
                format!("shape {} does not fit {}", shapes.0, shapes.1),
            ));
        }
        Ok(y)
    }

    fn vjp(&self, _: usize, call: &Call<'_>) -> Result<Option<Variable>> {
        call.gy
            .try_reshape(call.xs[0].linked_value().shape())
            .map(Some)
    }

    fn series(&self, jet: &Jet<'_>) -> Result<Series<Term>> {
        jet.linear(|t, lead| t.try_reshape(lead.shape(&self.shape)))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub struct Transpose {
    pub(crate) axes: Vec<usize>,
}

impl Structural for Transpose {
    fn value(&self, xs: &[Variable]) -> Result<Array, Error> {
        xs[0].linked_value().transpose(&self.axes)
    }

    fn form(&self, xs: Forms<'_>) -> Result<Form> {
        let mut sorted = self.axes.clone();
        sorted.sort_unstable();
        if !sorted.iter().copied().eq(0..xs[0].shape.len()) {
            let axes = (&self.axes, xs[0].shape.len());
            return Err(misfit(
                "transpose",
                format!("{:?} is no order of {} axes", axes.0, axes.1),
            ));
        }
        let shape = self.axes.iter().map(|&axis| xs[0].shape[axis]);
        xs.of("transpose", shape.collect(), xs[0].dtype)
    }

    fn vjp(&self, _: usize, call: &Call<'_>) -> Result<Option<Variable>> {
        let mut inverse = vec![0; self.axes.len()];
        for (to, &from) in self.axes.iter().enumerate() {
            inverse[from] = to;
        }
        call.gy.try_permute(inverse).map(Some)
    }

    fn series(&self, jet: &Jet<'_>) -> Result<Series<Term>> {
        jet.linear(|t, lead| {
            let axes: Vec<usize> = self.axes.iter().map(|axis| axis + lead.axes()).collect();
            t.try_permute(lead.before(0, &axes))
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub struct BroadcastTo {
    shape: Vec<usize>,
}

impl Structural for BroadcastTo {
    fn value(&self, xs: &[Variable]) -> Result<Array, Error> {
        xs[0].linked_value().broadcast_to(&self.shape)
    }

    fn form(&self, xs: Forms<'_>) -> Result<Form> {
        xs.broadcasts("broadcast_to", 0, &self.shape)?;
        xs.of("broadcast_to", self.shape.clone(), xs[0].dtype)
    }

    fn vjp(&self, _: usize, call: &Call<'_>) -> Result<Option<Variable>> {
        call.gy
            .try_sum_to(call.xs[0].linked_value().shape())
            .map(Some)
    }

    fn series(&self, jet: &Jet<'_>) -> Result<Series<Term>> {
        jet.linear(|t, lead| {
            lead.align(t, self.shape.len())?
                .try_broadcast_to(lead.shape(&self.shape))
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub struct SumTo {
    shape: Vec<usize>,
}

impl Structural for SumTo {
    fn value(&self, xs: &[Variable]) -> Result<Array, Error> {
        xs[0].linked_value().sum_to(&self.shape)
    }

    fn form(&self, xs: Forms<'_>) -> Result<Form> {
        let to = xs.of("sum_to", self.shape.clone(), xs[0].dtype)?;
        let from = &xs[0].shape;
        if broadcast_shapes(&to.shape, from).ok().as_ref() != Some(from) {
            let shapes = (Tuple(&to.shape), Tuple(from));
            return Err(misfit(
                "sum_to",
                format!("shape {} is no sum of {}", shapes.0, shapes.1),
            ));
        }
        // What is of the shape already is not summed.
        Ok(if to.shape == *from { to } else { to.summed() })
    }

    fn vjp(&self, _: usize, call: &Call<'_>) -> Result<Option<Variable>> {
        call.gy
            .try_broadcast_to(call.xs[0].linked_value().shape())
            .map(Some)
    }

    fn series(&self, jet: &Jet<'_>) -> Result<Series<Term>> {
        let ndim = jet.xs[0].linked_value().ndim();
        jet.linear(|t, lead| {
            // With as many axes as the input has, so that the leading one stays the first.
            let mut aligned = vec![1; ndim - self.shape.len()];
            aligned.extend_from_slice(&self.shape);
            t.try_sum_to(lead.shape(&aligned))?
                .try_reshape(lead.shape(&self.shape))
        })
    }
}

impl Structural for DType {
    fn value(&self, xs: &[Variable]) -> Result<Array, Error> {
        xs[0].linked_value().try_astype(*self)
    }

    fn form(&self, xs: Forms<'_>) -> Result<Form> {
        xs.of("cast", xs[0].shape.clone(), *self)
    }

    fn vjp(&self, _: usize, call: &Call<'_>) -> Result<Option<Variable>> {
        let dtype = call.xs[0].linked_value().dtype();
        // The derivative by an integer is no integer.
        Ok(Some(if dtype.is_float() {
            call.gy.cast(dtype)
        } else {
            call.gy.to_link()
        }))
    }

    fn series(&self, jet: &Jet<'_>) -> Result<Series<Term>> {
        if !self.is_float() {
            return Ok(Vec::new());
        }
        jet.linear(|t, _| t.try_cast(*self))
    }
}

/// The rule of `where`, which is applied in `elementwise::compare`.
pub(crate) struct Where;

impl Structural for Where {
    fn value(&self, xs: &[Variable]) -> Result<Array, Error> {
        Array::select(
            xs[0].linked_value(),
            xs[1].linked_value(),
            xs[2].linked_value(),
        )
    }

    fn form(&self, xs: Forms<'_>) -> Result<Form> {
        if xs[0].dtype != DType::Bool {
            return Err(misfit(
                "where",
                format!("the condition is {}, not bool", xs[0].dtype),
            ));
        }
        let shape = xs.broadcast("where", xs.all().iter().map(|x| &*x.shape))?;
        xs.of("where", shape, xs[1].dtype.promote(xs[2].dtype))
    }

    fn vjp(&self, i: usize, call: &Call<'_>) -> Result<Option<Variable>> {
        let gx = match i {
            1 => call.xs[0].try_where(call.gy, 0.0)?,
            2 => call.xs[0].try_where(0.0, call.gy)?,
            _ => return Ok(None),
        };
        fit(gx.into_link(), call.xs[i].linked_value()).map(Some)
    }

    fn series(&self, jet: &Jet<'_>) -> Result<Series<Term>> {
        let ndim = jet.ndim();
        let y = jet.y.linked_value();
        jet.joint(|ts, lead| {
            let branch = |i: usize| -> Result<Operand> {
                match &ts[i] {
                    Some(t) => Ok(lead.align(t, ndim)?.into()),
                    None => Ok(0.0.into()),
                }
            };
            let chosen = jet.xs[0].try_where(branch(1)?, branch(2)?)?;
            chosen
                .try_broadcast_to(lead.shape(y.shape()))?
                .try_cast(y.dtype())
        })
    }
}

/// The shape with its -1 worked out. What does not fit is left for the operation to report.
fn resolve(shape: &Shape, size: usize, line: Line) -> Result<Vec<usize>> {
    let known: usize = shape
        .0
        .iter()
        .filter(|&&n| n != -1)
        .fold(1, |product, &n| product.saturating_mul(n.unsigned_abs()));
    let rest = size.checked_div(known).unwrap_or(0);
    if shape.0.iter().filter(|&&n| n == -1).count() > 1 {
        return Err(
            crate::Error::shape("reshape: only one length can be -1, to be worked out")
                .at(mode::line(line)),
        );
    }
    lengths(
        "reshape",
        &shape
            .0
            .iter()
            .map(|&n| if n == -1 { rest as isize } else { n })
            .collect::<Vec<_>>(),
        line,
    )
}

/// The lengths of a shape, none of which may be negative.
fn lengths(op: &str, shape: &[isize], line: Line) -> Result<Vec<usize>> {
    let length = |&n: &isize| {
        usize::try_from(n).map_err(|_| {
            crate::Error::shape(format!("{op}: a length cannot be {n}")).at(mode::line(line))
        })
    };
    shape.iter().map(length).collect()
}

// Shape and dtype.

twins! {
    /// The same elements, in row-major order, in another shape. One length may be -1.
    ///
    /// ```
    /// # use dezero_core::Variable;
    /// let x = Variable::new([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    /// assert_eq!(x.reshape([2, -1]).shape(), [2, 3]);
    /// ```
    fn reshape / try_reshape(&self, shape: impl Into<Shape>) -> Variable {
        let line = Location::caller();
        let shape = resolve(&shape.into(), self.size(), line)?;
        apply1(Op::Reshape(Arc::new(Reshape { shape })), self, line)
    }

    /// All elements along one axis.
    fn flatten / try_flatten(&self) -> Variable {
        self.try_reshape(-1)
    }

    /// The axes in another order: axis `i` of the result is axis `axes[i]` of this.
    fn permute / try_permute(&self, axes: impl Into<Shape>) -> Variable {
        let (line, ndim, axes) = (Location::caller(), self.ndim(), axes.into().0);
        axis_positions("permute", Some(&axes), ndim).map_err(|error| at_caller(error, line))?;
        let axes = axes.into_iter().filter_map(|axis| position(axis, ndim)).collect();
        apply1(Op::Transpose(Arc::new(Transpose { axes })), self, line)
    }

    /// The axes in reverse order: for a matrix, its transpose.
    fn transpose / try_transpose(&self) -> Variable {
        self.try_permute((0..self.ndim()).rev().collect::<Vec<_>>())
    }

    /// This with two axes exchanged.
    fn swapaxes / try_swapaxes(&self, axis0: isize, axis1: isize) -> Variable {
        let (line, ndim) = (Location::caller(), self.ndim());
        let at = |axis: isize| match axis_positions("swapaxes", Some(&[axis]), ndim) {
            Ok(positions) => Ok(positions[0]),
            Err(error) => Err(at_caller(error, line)),
        };
        let mut axes: Vec<usize> = (0..ndim).collect();
        axes.swap(at(axis0)?, at(axis1)?);
        self.try_permute(axes)
    }

    /// The elements repeated to fill `shape`, as NumPy broadcasts.
    fn broadcast_to / try_broadcast_to(&self, shape: impl Into<Shape>) -> Variable {
        let line = Location::caller();
        let shape = lengths("broadcast_to", &shape.into().0, line)?;
        if self.with_value(|x| x.shape() == shape) {
            return Ok(self.clone());
        }
        apply1(Op::BroadcastTo(Arc::new(BroadcastTo { shape })), self, line)
    }

    /// The sum over those axes along which `shape` would be broadcast to this variable's shape:
    /// the reverse of [`broadcast_to`](Self::broadcast_to).
    fn sum_to / try_sum_to(&self, shape: impl Into<Shape>) -> Variable {
        let line = Location::caller();
        let shape = lengths("sum_to", &shape.into().0, line)?;
        if self.with_value(|x| x.shape() == shape) {
            return Ok(self.clone());
        }
        apply1(Op::SumTo(Arc::new(SumTo { shape })), self, line)
    }

    /// A new axis of length 1 at position `axis` of the result.
    fn expand_dims / try_expand_dims(&self, axis: isize) -> Variable {
        let line = Location::caller();
        let shape = self.array().expand_dims(axis).map_err(|error| at_caller(error, line))?;
        self.try_reshape(shape.shape())
    }

    /// This without its axes of length 1, or without those named.
    fn squeeze / try_squeeze(&self, axes: impl Into<super::arguments::Axes>) -> Variable {
        let line = Location::caller();
        let shape = self.array().squeeze(axes.into().as_option()).map_err(|error| at_caller(error, line))?;
        self.try_reshape(shape.shape())
    }

    /// The elements converted to `dtype`. Differentiable between the floats.
    fn cast / try_cast(&self, dtype: DType) -> Variable {
        if self.dtype() == dtype {
            return Ok(self.clone());
        }
        apply1(Op::Cast(dtype), self, Location::caller())
    }
}

/// An array's error as one of this crate, with its line.
pub(crate) fn at_caller(error: Error, line: crate::mode::Line) -> crate::Error {
    crate::Error::from(error).at(crate::mode::line(line))
}

/// Undoes what broadcasting and promotion did to input `x`: the cotangent gets its shape and
/// dtype. The one place where an elementwise rule's result is fitted to the input.
pub(crate) fn fit(gx: Variable, x: &Array) -> Result<Variable> {
    if x.as_f64().is_some() && gx.linked_value().as_f64().is_some() {
        return Ok(gx);
    }
    let (same_shape, same_dtype) = {
        let g = gx.linked_value();
        (g.shape() == x.shape(), g.dtype() == x.dtype())
    };
    let gx = if same_shape {
        gx
    } else if gx.linked_value().ndim() == 0 {
        gx.try_broadcast_to(x.shape())?.into_link()
    } else {
        gx.try_sum_to(x.shape())?.into_link()
    };
    if same_dtype || !x.dtype().is_float() {
        Ok(gx)
    } else {
        gx.try_cast(x.dtype()).map(Variable::into_link)
    }
}

/// The cotangent of input `i` of an elementwise operation, before it is fitted.
pub(crate) fn elementwise_vjp(op: &Op, i: usize, call: &Call<'_>) -> Option<Variable> {
    match op {
        Op::Unary(op) => Unary::vjp(*op, &call.xs[0], call.y, call.gy),
        Op::Binary(op) => Binary::vjp(*op, i, &call.xs[0], &call.xs[1], call.y, call.gy),
        _ => None,
    }
}
