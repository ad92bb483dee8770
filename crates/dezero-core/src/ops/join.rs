//! Joining arrays along an axis, and putting a margin around one.

use std::panic::Location;
use std::sync::Arc;

use dezero_array::{Array, Error, Scalar, Slice};

use super::arguments::{Axes, position};
use super::shape::{at_caller, fit};
use super::twins;
use crate::elementwise::Parameter;
use crate::error::Result;
use crate::op::form::{Form, Forms, axis, misfit};
use crate::op::{Call, Op, Structural, apply, apply1};
use crate::operators::panicking;
use crate::taylor::{Jet, Series, Term, zeros_of};
use crate::variable::Variable;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub struct Concatenate {
    axis: isize,
    /// Where each input begins along the axis, and where the last one ends.
    starts: Vec<usize>,
}

impl Structural for Concatenate {
    fn value(&self, xs: &[Variable]) -> Result<Array, Error> {
        let arrays: Vec<&Array> = xs.iter().map(Variable::linked_value).collect();
        Array::concatenate(&arrays, self.axis)
    }

    fn form(&self, xs: Forms<'_>) -> Result<Form> {
        let along = axis("concatenate", self.axis, &xs[0])?;
        let mut starts = vec![0];
        let mut length = 0_usize;
        for x in xs.all() {
            let fits = |(other, (a, b)): (usize, (&usize, &usize))| other == along || a == b;
            let pairs = x.shape.iter().zip(&xs[0].shape);
            if x.shape.len() != xs[0].shape.len() || !pairs.enumerate().all(fits) {
                return Err(misfit(
                    "concatenate",
                    format!("shapes differ in more than axis {along}"),
                ));
            }
            length = length.saturating_add(x.shape[along]);
            starts.push(length);
        }
        if starts != self.starts {
            return Err(misfit(
                "concatenate",
                "the inputs do not begin where they should",
            ));
        }
        let mut shape = xs[0].shape.clone();
        shape[along] = length;
        xs.of("concatenate", shape, xs.promoted())
    }

    fn vjp(&self, i: usize, call: &Call<'_>) -> Result<Option<Variable>> {
        let gx =
            call.gy
                .try_get_item(part(self.axis as usize, self.starts[i], self.starts[i + 1]))?;
        fit(gx.into_link(), call.xs[i].linked_value()).map(Some)
    }

    fn series(&self, jet: &Jet<'_>) -> Result<Series<Term>> {
        jet.joint(|ts, lead| {
            let parts: Vec<Variable> = ts
                .iter()
                .zip(jet.xs)
                .map(|(t, x)| {
                    let Some(t) = t else {
                        let shape = lead.shape(x.linked_value().shape());
                        return zeros_of(&shape, jet.y.linked_value().dtype());
                    };
                    Ok(t.to_link())
                })
                .collect::<Result<_>>()?;
            let parts: Vec<&Variable> = parts.iter().collect();
            Variable::try_concatenate(&parts, lead.axis(self.axis))
        })
    }
}

/// Everything but for `axis`, of which it is from `start` to before `stop`.
fn part(axis: usize, start: usize, stop: usize) -> Vec<Slice> {
    let mut slices: Vec<Slice> = vec![(..).into(); axis];
    slices.push((start..stop).into());
    slices
}

/// The widths before and after, axis by axis, and the value that fills them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub struct Pad {
    pub(crate) widths: Vec<(usize, usize)>,
    value: Parameter,
}

impl Structural for Pad {
    fn value(&self, xs: &[Variable]) -> Result<Array, Error> {
        xs[0]
            .linked_value()
            .pad(&self.widths, Scalar::F64(self.value.get()))
    }

    fn form(&self, xs: Forms<'_>) -> Result<Form> {
        if self.widths.len() != xs[0].shape.len() {
            return Err(misfit(
                "pad",
                "there is not one pair of widths for each axis",
            ));
        }
        let axes = xs[0].shape.iter().zip(&self.widths);
        let padded =
            axes.map(|(&n, &(before, after))| n.saturating_add(before).saturating_add(after));
        xs.of("pad", padded.collect(), xs[0].dtype)
    }

    fn vjp(&self, _: usize, call: &Call<'_>) -> Result<Option<Variable>> {
        let shape = call.xs[0].linked_value().shape();
        let inner: Vec<Slice> = self
            .widths
            .iter()
            .zip(shape)
            .map(|(&(before, _), &n)| (before..before + n).into())
            .collect();
        call.gy.try_get_item(inner).map(Some)
    }

    fn series(&self, jet: &Jet<'_>) -> Result<Series<Term>> {
        jet.linear(|t, lead| t.try_pad(&lead.before((0, 0), &self.widths), 0.0))
    }
}

/// # Joining and splitting
impl Variable {
    /// The variables joined along an axis that they all have; the other axes agree.
    ///
    /// ```
    /// # use dezero_core::Variable;
    /// let (a, b) = (Variable::new([1.0, 2.0]), Variable::new([3.0]));
    /// assert_eq!(Variable::concatenate(&[&a, &b], 0).to_vec::<f64>(), [1.0, 2.0, 3.0]);
    /// ```
    ///
    /// # Panics
    ///
    /// Where [`try_concatenate`](Self::try_concatenate) gives an error.
    #[track_caller]
    #[must_use]
    pub fn concatenate(xs: &[&Variable], axis: isize) -> Variable {
        panicking(Self::try_concatenate(xs, axis))
    }

    /// [`concatenate`](Self::concatenate), or why it cannot be.
    ///
    /// # Errors
    ///
    /// If there are no variables, or their shapes or dtypes do not fit, or the axis is out of
    /// range.
    #[track_caller]
    pub fn try_concatenate(xs: &[&Variable], axis: isize) -> Result<Variable> {
        let axis = xs
            .first()
            .and_then(|x| position(axis, x.ndim()))
            .map_or(axis, |axis| axis as isize);
        let links: Vec<Variable> = xs.iter().map(|x| x.to_link()).collect();
        // A shape without that axis is for the operation to report.
        let length = |x: &Variable| {
            x.linked_value()
                .shape()
                .get(axis as usize)
                .copied()
                .unwrap_or(0)
        };
        let mut starts = vec![0];
        for x in &links {
            starts.push(starts[starts.len() - 1] + length(x));
        }
        apply(
            Op::Concatenate(Arc::new(Concatenate { axis, starts })),
            links.into(),
            Location::caller(),
        )
    }

    /// The variables, all of one shape, joined along a new axis.
    ///
    /// # Panics
    ///
    /// Where [`try_stack`](Self::try_stack) gives an error.
    #[track_caller]
    #[must_use]
    pub fn stack(xs: &[&Variable], axis: isize) -> Variable {
        panicking(Self::try_stack(xs, axis))
    }

    /// [`stack`](Self::stack), or why it cannot be.
    ///
    /// # Errors
    ///
    /// If there are no variables, or their shapes differ, or the axis is out of range.
    #[track_caller]
    pub fn try_stack(xs: &[&Variable], axis: isize) -> Result<Variable> {
        let line = Location::caller();
        let (shape, axes) = (
            xs.first().map(|x| x.shape()),
            xs.first().map_or(0, |x| x.ndim()) + 1,
        );
        if xs.is_empty()
            || position(axis, axes).is_none()
            || xs.iter().any(|x| Some(x.shape()) != shape)
        {
            // Reports the axis, or the shapes as they came.
            let arrays: Vec<Array> = xs.iter().map(|x| x.array()).collect();
            Array::stack(&arrays.iter().collect::<Vec<_>>(), axis)
                .map_err(|error| at_caller(error, line))?;
        }
        let expanded = xs
            .iter()
            .map(|x| x.try_expand_dims(axis))
            .collect::<Result<Vec<_>>>()?;
        Self::try_concatenate(&expanded.iter().collect::<Vec<_>>(), axis)
    }
}

// Splitting and padding.

twins! {
    /// The parts of the array before, between and after the given positions along an axis.
    ///
    /// ```
    /// # use dezero_core::Variable;
    /// let parts = Variable::new([1.0, 2.0, 3.0, 4.0]).split(&[1, 3], 0);
    /// assert_eq!(parts[1].to_vec::<f64>(), [2.0, 3.0]);
    /// ```
    fn split / try_split(&self, at: &[usize], axis: isize) -> Vec<Variable> {
        let shape = self.shape();
        let line = Location::caller();
        let axis = Axes::from(axis).positions("split", shape.len()).map_err(|error| at_caller(error, line))?[0];
        let length = shape[axis];
        let mut bounds = vec![0];
        bounds.extend(at.iter().map(|&n| n.min(length)));
        bounds.push(length);
        let mut parts = Vec::with_capacity(bounds.len() - 1);
        for pair in bounds.windows(2) {
            parts.push(self.try_get_item(part(axis, pair[0], pair[1].max(pair[0])))?);
        }
        Ok(parts)
    }

    /// The array with a margin of the given widths before and after along each axis, filled with
    /// `value`.
    fn pad / try_pad(&self, widths: &[(usize, usize)], value: f64) -> Variable {
        let op = Pad { widths: widths.to_vec(), value: value.into() };
        apply1(Op::Pad(Arc::new(op)), self, Location::caller())
    }
}
