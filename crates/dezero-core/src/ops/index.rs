//! Reading parts of an array, by ranges and by index arrays, and writing into them: each read and
//! its write are each other's derivative.

use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};
use std::panic::Location;
use std::sync::Arc;

use dezero_array::{Array, DType, Error, Slice};

use super::arguments::{Axes, Shape, position};
use super::shape::{at_caller, fit};
use super::twins;
use crate::error::Result;
use crate::node::Inputs;
use crate::op::form::{Form, Forms, axis, counted, misfit};
use crate::op::{Call, Op, Structural, apply, apply1};
use crate::operators::Operand;
use crate::taylor::{Jet, Lead, Series, Term, zeros, zeros_of};
use crate::variable::Variable;

/// What to take of an array: an index or range for each of its first axes.
///
/// From a number, a range, or a tuple of up to four of them; [`Slice`] has steps, new axes and the
/// ellipsis.
pub struct Index(Vec<Slice>);

macro_rules! from_single {
    ($($T:ty),+ $(,)?) => {$(
        impl From<$T> for Index {
            fn from(slice: $T) -> Self {
                Self(vec![slice.into()])
            }
        }
    )+};
    (ranges $($n:ty),+) => {
        $(from_single!($n, Range<$n>, RangeInclusive<$n>, RangeFrom<$n>, RangeTo<$n>, RangeToInclusive<$n>);)+
    };
}
from_single!(Slice, RangeFull);
from_single!(ranges i32, isize, usize);

impl From<&[Slice]> for Index {
    fn from(slices: &[Slice]) -> Self {
        Self(slices.to_vec())
    }
}

impl From<Vec<Slice>> for Index {
    fn from(slices: Vec<Slice>) -> Self {
        Self(slices)
    }
}

macro_rules! from_tuple {
    ($($T:ident $t:ident),+) => {
        impl<$($T: Into<Slice>),+> From<($($T,)+)> for Index {
            fn from(($($t,)+): ($($T,)+)) -> Self {
                Self(vec![$($t.into()),+])
            }
        }
    };
}
from_tuple!(A a);
from_tuple!(A a, B b);
from_tuple!(A a, B b, C c);
from_tuple!(A a, B b, C c, D d);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub struct GetItem {
    pub(crate) slices: Vec<Slice>,
}

impl Structural for GetItem {
    fn value(&self, xs: &[Variable]) -> Result<Array, Error> {
        xs[0].linked_value().slice(&self.slices)
    }

    fn form(&self, xs: Forms<'_>) -> Result<Form> {
        let shape = xs.part("get_item", &xs[0].shape, &self.slices)?;
        xs.of("get_item", shape, xs[0].dtype)
    }

    fn vjp(&self, _: usize, call: &Call<'_>) -> Result<Option<Variable>> {
        let shape = call.xs[0].linked_value().shape().to_vec();
        let op = GetItemGrad {
            shape,
            slices: self.slices.clone(),
        };
        apply1(Op::GetItemGrad(Arc::new(op)), call.gy, Location::caller()).map(Some)
    }

    fn series(&self, jet: &Jet<'_>) -> Result<Series<Term>> {
        jet.linear(|t, lead| t.try_get_item(lead.before((..).into(), &self.slices)))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub struct GetItemGrad {
    shape: Vec<usize>,
    pub(crate) slices: Vec<Slice>,
}

impl Structural for GetItemGrad {
    fn value(&self, xs: &[Variable]) -> Result<Array, Error> {
        Array::add_to_slice(&self.shape, &self.slices, xs[0].linked_value())
    }

    fn form(&self, xs: Forms<'_>) -> Result<Form> {
        let whole = xs.of("get_item_grad", self.shape.clone(), xs[0].dtype)?;
        if xs.part("get_item_grad", &whole.shape, &self.slices)? != xs[0].shape {
            return Err(misfit(
                "get_item_grad",
                "the array is not of the shape of its place",
            ));
        }
        Ok(whole)
    }

    fn vjp(&self, _: usize, call: &Call<'_>) -> Result<Option<Variable>> {
        call.gy.try_get_item(self.slices.as_slice()).map(Some)
    }

    fn series(&self, jet: &Jet<'_>) -> Result<Series<Term>> {
        jet.linear(|t, lead| {
            let op = GetItemGrad {
                shape: lead.shape(&self.shape),
                slices: lead.before((..).into(), &self.slices),
            };
            apply1(Op::GetItemGrad(Arc::new(op)), t, Location::caller())
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub struct Take {
    axis: isize,
}

impl Structural for Take {
    fn value(&self, xs: &[Variable]) -> Result<Array, Error> {
        xs[0].linked_value().take(xs[1].linked_value(), self.axis)
    }

    fn form(&self, xs: Forms<'_>) -> Result<Form> {
        let shape = taken("take", &xs, self.axis, 1)?;
        xs.of("take", shape, xs[0].dtype)
    }

    fn vjp(&self, i: usize, call: &Call<'_>) -> Result<Option<Variable>> {
        if i != 0 {
            return Ok(None);
        }
        zeros(call.xs[0].linked_value())
            .try_put_add(&call.xs[1], call.gy, self.axis)
            .map(Some)
    }

    fn series(&self, jet: &Jet<'_>) -> Result<Series<Term>> {
        jet.linear(|t, lead| t.try_take(&jet.xs[1], lead.axis(self.axis)))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub struct PutAdd {
    pub(crate) axis: isize,
}

impl Structural for PutAdd {
    fn value(&self, xs: &[Variable]) -> Result<Array, Error> {
        xs[0]
            .linked_value()
            .put_add(xs[1].linked_value(), self.axis, xs[2].linked_value())
    }

    fn form(&self, xs: Forms<'_>) -> Result<Form> {
        let place = taken("put_add", &xs, self.axis, 1)?;
        written_onto("put_add", &xs, &place, 2)
    }

    fn vjp(&self, i: usize, call: &Call<'_>) -> Result<Option<Variable>> {
        match i {
            0 => fit(call.gy.to_link(), call.xs[0].linked_value()).map(Some),
            // The source may have been broadcast.
            2 => fit(
                call.gy.try_take(&call.xs[1], self.axis)?.into_link(),
                call.xs[2].linked_value(),
            )
            .map(Some),
            _ => Ok(None),
        }
    }

    fn series(&self, jet: &Jet<'_>) -> Result<Series<Term>> {
        let base = jet.xs[0].linked_value().shape();
        let at = jet.xs[1].linked_value().shape();
        let mut source = base[..self.axis as usize].to_vec();
        source.extend_from_slice(at);
        source.extend_from_slice(&base[self.axis as usize + 1..]);
        jet.joint(|ts, lead| {
            let (onto, from) = written(jet, ts, [0, 2], &source, lead)?;
            onto.try_put_add(&jet.xs[1], from, lead.axis(self.axis))
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub struct Gather {
    axis: isize,
}

impl Structural for Gather {
    fn value(&self, xs: &[Variable]) -> Result<Array, Error> {
        xs[0]
            .linked_value()
            .take_along_axis(xs[1].linked_value(), self.axis)
    }

    fn form(&self, xs: Forms<'_>) -> Result<Form> {
        let shape = gathered("gather", &xs, self.axis, 1)?;
        xs.of("gather", shape, xs[0].dtype)
    }

    fn vjp(&self, i: usize, call: &Call<'_>) -> Result<Option<Variable>> {
        if i != 0 {
            return Ok(None);
        }
        zeros(call.xs[0].linked_value())
            .try_scatter_add(&call.xs[1], call.gy, self.axis)
            .map(Some)
    }

    fn series(&self, jet: &Jet<'_>) -> Result<Series<Term>> {
        jet.linear(|t, lead| t.try_gather(at_each(&jet.xs[1], lead)?, lead.axis(self.axis)))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub struct ScatterAdd {
    pub(crate) axis: isize,
}

impl Structural for ScatterAdd {
    fn value(&self, xs: &[Variable]) -> Result<Array, Error> {
        xs[0]
            .linked_value()
            .scatter_add(xs[1].linked_value(), self.axis, xs[2].linked_value())
    }

    fn form(&self, xs: Forms<'_>) -> Result<Form> {
        let place = gathered("scatter_add", &xs, self.axis, 1)?;
        written_onto("scatter_add", &xs, &place, 2)
    }

    fn vjp(&self, i: usize, call: &Call<'_>) -> Result<Option<Variable>> {
        match i {
            0 => fit(call.gy.to_link(), call.xs[0].linked_value()).map(Some),
            2 => fit(
                call.gy.try_gather(&call.xs[1], self.axis)?.into_link(),
                call.xs[2].linked_value(),
            )
            .map(Some),
            _ => Ok(None),
        }
    }

    fn series(&self, jet: &Jet<'_>) -> Result<Series<Term>> {
        // The indices broadcast against the array but along the axis.
        let (base, at) = (jet.xs[0].linked_value(), jet.xs[1].linked_value());
        let mut source = base.shape().to_vec();
        source[self.axis as usize] = 1;
        let source = dezero_array::broadcast_shapes(&source, at.shape())?;
        jet.joint(|ts, lead| {
            let (onto, from) = written(jet, ts, [0, 2], &source, lead)?;
            onto.try_scatter_add(at_each(&jet.xs[1], lead)?, from, lead.axis(self.axis))
        })
    }
}

/// The inputs: the array, then an index array for each of its first axes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub struct GatherNd;

impl Structural for GatherNd {
    fn value(&self, xs: &[Variable]) -> Result<Array, Error> {
        xs[0].linked_value().gather_nd(&values(&xs[1..]))
    }

    fn form(&self, xs: Forms<'_>) -> Result<Form> {
        let shape = at_points("gather_nd", &xs, 1)?;
        xs.of("gather_nd", shape, xs[0].dtype)
    }

    fn vjp(&self, i: usize, call: &Call<'_>) -> Result<Option<Variable>> {
        if i != 0 {
            return Ok(None);
        }
        let indices: Vec<&Variable> = call.xs[1..].iter().collect();
        zeros(call.xs[0].linked_value())
            .try_scatter_nd_add(&indices, call.gy)
            .map(Some)
    }

    fn series(&self, jet: &Jet<'_>) -> Result<Series<Term>> {
        let indices: Vec<&Variable> = jet.xs[1..].iter().collect();
        // The index arrays read the first axes: the directions stand behind them meanwhile.
        jet.linear(|t, lead| lead.to_front(&lead.to_back(t)?.try_gather_nd(&indices)?))
    }
}

/// The inputs: the array, what is added to it, then the index arrays.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub struct ScatterNdAdd;

impl Structural for ScatterNdAdd {
    fn value(&self, xs: &[Variable]) -> Result<Array, Error> {
        xs[0]
            .linked_value()
            .scatter_nd_add(&values(&xs[2..]), xs[1].linked_value())
    }

    fn form(&self, xs: Forms<'_>) -> Result<Form> {
        let place = at_points("scatter_nd_add", &xs, 2)?;
        written_onto("scatter_nd_add", &xs, &place, 1)
    }

    fn vjp(&self, i: usize, call: &Call<'_>) -> Result<Option<Variable>> {
        match i {
            0 => fit(call.gy.to_link(), call.xs[0].linked_value()).map(Some),
            1 => {
                let indices: Vec<&Variable> = call.xs[2..].iter().collect();
                fit(
                    call.gy.try_gather_nd(&indices)?.into_link(),
                    call.xs[1].linked_value(),
                )
                .map(Some)
            }
            _ => Ok(None),
        }
    }

    fn series(&self, jet: &Jet<'_>) -> Result<Series<Term>> {
        let indices: Vec<&Variable> = jet.xs[2..].iter().collect();
        let mut source = vec![];
        for at in &indices {
            source = dezero_array::broadcast_shapes(&source, at.linked_value().shape())?;
        }
        source.extend_from_slice(&jet.xs[0].linked_value().shape()[indices.len()..]);
        jet.joint(|ts, lead| {
            let (onto, from) = written(jet, ts, [0, 1], &source, lead)?;
            let (onto, from) = (lead.to_back(&onto)?, lead.to_back(&from)?);
            lead.to_front(&onto.try_scatter_nd_add(&indices, from)?)
        })
    }
}

// Shapes of what indices point at.

/// The indices, at position `at` of the inputs, in the place of an axis.
fn taken(op: &str, xs: &Forms<'_>, along: isize, at: usize) -> Result<Vec<usize>> {
    let (shape, along) = (&xs[0].shape, axis(op, along, &xs[0])?);
    let shape = [&shape[..along], xs.indices(op, at)?, &shape[along + 1..]].concat();
    xs.of(op, shape, DType::I64).map(|form| form.shape)
}

/// One for each index; the indices broadcast against the array but along the axis.
fn gathered(op: &str, xs: &Forms<'_>, along: isize, at: usize) -> Result<Vec<usize>> {
    let (mut shape, along) = (xs[0].shape.clone(), axis(op, along, &xs[0])?);
    let indices = xs.indices(op, at)?;
    if indices.len() != shape.len() {
        return Err(misfit(op, "array and indices need as many axes"));
    }
    shape[along] = indices[along];
    xs.broadcast(op, [&*shape, indices])
}

/// One for each point that the index arrays, from `first` on, name together.
fn at_points(op: &str, xs: &Forms<'_>, first: usize) -> Result<Vec<usize>> {
    let indices = (first..xs.all().len()).map(|i| xs.indices(op, i));
    let indices: Vec<&[usize]> = indices.collect::<Result<_>>()?;
    let Some(rest) = xs[0].shape.get(indices.len()..) else {
        return Err(misfit(op, "more index arrays than axes"));
    };
    let mut shape = xs.broadcast(op, indices)?;
    shape.extend_from_slice(rest);
    xs.of(op, shape, DType::I64).map(|form| form.shape)
}

/// An array to which input `source` was added in places of this shape.
fn written_onto(op: &str, xs: &Forms<'_>, place: &[usize], source: usize) -> Result<Form> {
    xs.broadcasts(op, source, place)?;
    let dtype = counted(xs[0].dtype.promote(xs[source].dtype));
    xs.of(op, xs[0].shape.clone(), dtype)
}

/// The coefficients of what is written onto and of what is written, at positions `at` of the
/// inputs, in the full shapes that they have in each direction.
fn written(
    jet: &Jet<'_>,
    ts: &[Option<Variable>],
    at: [usize; 2],
    source: &[usize],
    lead: Lead,
) -> Result<(Variable, Variable)> {
    let full = |i: usize, shape: &[usize]| {
        let Some(t) = &ts[i] else {
            return zeros_of(&lead.shape(shape), jet.xs[i].linked_value().dtype());
        };
        lead.align(t, shape.len())?
            .try_broadcast_to(lead.shape(shape))
    };
    let onto = full(at[0], jet.xs[at[0]].linked_value().shape())?;
    Ok((onto.into_link(), full(at[1], source)?.into_link()))
}

/// An index array, the same in each direction.
fn at_each(at: &Variable, lead: Lead) -> Result<Variable> {
    let shape = at.linked_value().shape();
    at.try_broadcast_to(lead.shape(shape))
        .map(Variable::into_link)
}

fn values(xs: &[Variable]) -> Vec<&Array> {
    xs.iter().map(Variable::linked_value).collect()
}

/// The axis counted from the front if it is in range, so that equal operations are equal.
fn front(axis: isize, ndim: usize) -> isize {
    position(axis, ndim).map_or(axis, |axis| axis as isize)
}

/// Indices as i64; those of other dtypes are for the operation to report.
fn indices(indices: impl Into<Operand>) -> Variable {
    let indices = indices.into().link();
    if indices.linked_value().dtype() == DType::Bool || indices.linked_value().size() == 0 {
        return indices.cast(DType::I64).into_link();
    }
    indices
}

// Indexing.

twins! {
    /// A part of the array: an index or a range for each of the first axes, as `x[1, :, 2:5]` in
    /// NumPy. Indices drop their axis; negative ones count from the end.
    ///
    /// ```
    /// # use dezero_core::{Slice, Variable};
    /// let x = Variable::new([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert_eq!(x.get_item(1).to_vec::<f64>(), [4.0, 5.0, 6.0]);
    /// assert_eq!(x.get_item((.., 1..)).shape(), [2, 2]);
    /// assert_eq!(x.get_item((0, Slice::step(.., -1))).to_vec::<f64>(), [3.0, 2.0, 1.0]);
    /// ```
    fn get_item / try_get_item(&self, index: impl Into<Index>) -> Variable {
        let op = GetItem { slices: index.into().0 };
        apply1(Op::GetItem(Arc::new(op)), self, Location::caller())
    }

    /// The entries along `axis` at the given indices, an i64 array of any shape, which takes the
    /// place of the axis in the result. Negative indices count from the end.
    ///
    /// ```
    /// # use dezero_core::Variable;
    /// let x = Variable::new([10.0, 20.0, 30.0]);
    /// let y = x.take(Variable::new([2_i64, 0, 2]), 0);
    /// assert_eq!(y.to_vec::<f64>(), [30.0, 10.0, 30.0]);
    /// y.sum(..).backward();
    /// assert_eq!(x.grad().unwrap().to_vec::<f64>(), [1.0, 0.0, 2.0]);
    /// ```
    fn take / try_take(&self, at: impl Into<Operand>, axis: isize) -> Variable {
        let op = Take { axis: front(axis, self.ndim()) };
        apply(Op::Take(Arc::new(op)), Inputs::Two([self.to_link(), indices(at)]), Location::caller())
    }

    /// This, with `source` added at the entries along `axis` that [`take`](Self::take) would read;
    /// an index that comes twice adds twice.
    fn put_add / try_put_add(&self, at: impl Into<Operand>, source: impl Into<Operand>, axis: isize) -> Variable {
        let op = PutAdd { axis: front(axis, self.ndim()) };
        let xs = vec![self.to_link(), indices(at), source.into().link()];
        apply(Op::PutAdd(Arc::new(op)), xs.into(), Location::caller())
    }

    /// One entry along `axis` for each index: the result has the shape of the indices, which
    /// have the shape of this but for that axis (NumPy's `take_along_axis`).
    fn gather / try_gather(&self, at: impl Into<Operand>, axis: isize) -> Variable {
        let op = Gather { axis: front(axis, self.ndim()) };
        apply(Op::Gather(Arc::new(op)), Inputs::Two([self.to_link(), indices(at)]), Location::caller())
    }

    /// This, with `source` added at the entries that [`gather`](Self::gather) would read.
    fn scatter_add / try_scatter_add(&self, at: impl Into<Operand>, source: impl Into<Operand>, axis: isize) -> Variable {
        let op = ScatterAdd { axis: front(axis, self.ndim()) };
        let xs = vec![self.to_link(), indices(at), source.into().link()];
        apply(Op::ScatterAdd(Arc::new(op)), xs.into(), Location::caller())
    }

    /// The entries at the points that several index arrays name together, as `x[i, j]` in NumPy:
    /// one array for each of the first axes, broadcast against each other.
    ///
    /// ```
    /// # use dezero_core::Variable;
    /// let scores = Variable::new([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7]]);
    /// let (rows, labels) = (Variable::new([0_i64, 1, 2]), Variable::new([1_i64, 0, 1]));
    /// assert_eq!(scores.gather_nd(&[&rows, &labels]).to_vec::<f64>(), [0.9, 0.8, 0.7]);
    /// ```
    fn gather_nd / try_gather_nd(&self, at: &[&Variable]) -> Variable {
        let mut xs = vec![self.to_link()];
        xs.extend(at.iter().map(|&at| indices(at)));
        apply(Op::GatherNd(Arc::new(GatherNd)), xs.into(), Location::caller())
    }

    /// This, with `source` added at the points that [`gather_nd`](Self::gather_nd) would read; a
    /// point that comes twice adds twice.
    fn scatter_nd_add / try_scatter_nd_add(&self, at: &[&Variable], source: impl Into<Operand>) -> Variable {
        let mut xs = vec![self.to_link(), source.into().link()];
        xs.extend(at.iter().map(|&at| indices(at)));
        apply(Op::ScatterNdAdd(Arc::new(ScatterNdAdd)), xs.into(), Location::caller())
    }

    /// The elements in reverse order along the axes.
    fn flip / try_flip(&self, axes: impl Into<Axes>) -> Variable {
        let axes = axes.into();
        let ndim = self.ndim();
        let line = Location::caller();
        let over = axes.positions("flip", ndim).map_err(|error| at_caller(error, line))?;
        let step = |axis| if over.contains(&axis) { -1 } else { 1 };
        let slices: Vec<Slice> = (0..ndim).map(|axis| Slice::Range { start: None, stop: None, step: step(axis) }).collect();
        self.try_get_item(slices)
    }

    /// The array repeated `repeats[i]` times along axis `i`.
    fn tile / try_tile(&self, repeats: impl Into<Shape>) -> Variable {
        let repeats: Vec<usize> = repeats.into().0.iter().map(|&n| n.max(0) as usize).collect();
        let ndim = self.ndim().max(repeats.len());
        let mut shape = vec![1; ndim - self.ndim()];
        shape.extend(self.shape());
        let mut times = vec![1; ndim - repeats.len()];
        times.extend(repeats);
        // Axis i becomes the pair (repeat, length).
        let pairs = |ones: bool| -> Vec<usize> {
            times.iter().zip(&shape).flat_map(|(&t, &n)| [if ones { 1 } else { t }, n]).collect()
        };
        let tiled: Vec<usize> = times.iter().zip(&shape).map(|(t, n)| t * n).collect();
        self.try_reshape(pairs(true))?.try_broadcast_to(pairs(false))?.try_reshape(tiled)
    }
}
