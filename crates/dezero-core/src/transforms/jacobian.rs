//! Jacobians and their traces: many directions in one wide sweep.

use dezero_array::{Array, DType, Tuple};

use super::point::{Call, Point, Returned, transforms};
use crate::error::{Error, Result};
use crate::mode::{self, Recording};
use crate::taylor::{Pushforward, zeros, zeros_of};
use crate::variable::Variable;

transforms! {
    /// The Jacobian of a function: for each variable, of the shape of the result followed by that of
    /// the variable. Forward or backward, whichever needs fewer directions.
    ///
    /// ```
    /// use dezero_core::{Variable, transforms::jacobian};
    /// let x = Variable::new([1.0, 2.0]);
    /// let j = jacobian(|x| x.outer(x).reshape(4).get_item(..3), &x);
    /// assert_eq!(j.shape(), [3, 2]);
    /// assert_eq!(j.to_vec::<f64>(), [2.0, 0.0, 2.0, 1.0, 2.0, 1.0]);
    /// ```
    fn jacobian / try_jacobian<P>(f, at; line) -> P::Each<Variable> {
        let call = Call::new("jacobian", &f, &at, line)?;
        Ok(P::each(either(&call)?))
    }

    /// The [`jacobian`] in forward mode: a direction for each number that goes in.
    fn jacfwd / try_jacfwd<P>(f, at; line) -> P::Each<Variable> {
        Ok(P::each(forward(&Call::new("jacfwd", &f, &at, line)?)?))
    }

    /// The [`jacobian`] in reverse mode: a direction for each number that comes out.
    fn jacrev / try_jacrev<P>(f, at; line) -> P::Each<Variable> {
        Ok(P::each(reverse(&Call::new("jacrev", &f, &at, line)?)?))
    }
}

transforms! { one variable:
    /// The trace of the Jacobian of a vector field: the sum of the derivatives of each element of the
    /// result by the same element of the variable. Both have the same shape.
    ///
    /// ```
    /// use dezero_core::{Variable, transforms::divergence};
    /// let x = Variable::new([1.0, 2.0]);
    /// assert_eq!(divergence(|x| x.square(), &x).item(), 6.0);
    /// ```
    fn divergence / try_divergence(f, at; line) -> Variable {
        let call = field("divergence", &f, at, line)?;
        let x = call.xs[0].array();
        let traced = wide(&call, &[&call.y], 0, |directions, tangent| {
            // Direction i picks element i.
            tangent.try_mul(directions)?.try_sum(..)
        })?;
        total(&call, traced.concat(), &x)
    }

    /// The [`divergence`] at each of many points: the last axis of the variable holds the coordinates,
    /// and the function computes each point of the result, of the same shape, from that point alone.
    ///
    /// ```
    /// use dezero_core::{Variable, transforms::pointwise_divergence};
    /// let points = Variable::new([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(pointwise_divergence(|x| x.square(), &points).to_vec::<f64>(), [6.0, 14.0]);
    /// ```
    fn pointwise_divergence / try_pointwise_divergence(f, at; line) -> Variable {
        let call = field("pointwise_divergence", &f, at, line)?;
        let directions = coordinate_directions(&call)?;
        let divergence = call.recorded(|| {
            let found = call.between(&[&call.y]).tangents(&[Variable::value(directions.clone())], Some(directions.shape()[0]))?;
            match &found[0] {
                Some(tangent) => tangent.try_mul(&directions)?.try_sum([0, -1]),
                None => call.y.with_value(zeros).try_sum(-1),
            }
        })?;
        Ok(call.give(divergence))
    }
}

/// A vector field, called.
fn field<R: Returned>(
    name: &'static str,
    f: &impl Fn(&Variable) -> R,
    at: &Variable,
    line: crate::mode::Line,
) -> Result<Call> {
    let call = Call::new(name, f, &at, line)?;
    let (y, x) = (call.y.shape(), call.xs[0].shape());
    if y == x {
        return Ok(call);
    }
    Err(Error::shape(format!(
        "{name}: the function gives shape {}; a vector field has the shape of its variable, {}",
        Tuple(&y),
        Tuple(&x)
    ))
    .at(call.line))
}

/// The sum of what the chunks of directions gave; zero if there are none.
fn total(call: &Call, parts: Vec<Variable>, x: &Array) -> Result<Variable> {
    let total = call.recorded(|| {
        let mut parts = parts.into_iter();
        let Some(first) = parts.next() else {
            return Ok(Variable::value(Array::weak(0.0.into(), x.dtype())));
        };
        parts.try_fold(first, |sum, part| sum.try_add(part))
    })?;
    Ok(call.give(total))
}

/// For each coordinate, the last axis, the direction that has ones there at every point.
pub(super) fn coordinate_directions(call: &Call) -> Result<Array> {
    let x = call.xs[0].array();
    let Some(&coordinates) = x.shape().last() else {
        return Err(Error::shape(format!(
            "{}: the variable is a scalar; its last axis should hold the coordinates of a point",
            call.name
        ))
        .at(call.line));
    };
    let mut shape = vec![coordinates];
    shape.resize(x.ndim(), 1);
    shape.push(coordinates);
    let mut full = vec![coordinates];
    full.extend_from_slice(x.shape());
    Ok(Array::eye(coordinates, x.dtype())?
        .reshape(&shape)?
        .broadcast_to(&full)?)
}

/// Elements of a coefficient in all directions together, so that wide sweeps stay in bounds.
pub(super) const CHUNK: usize = 1 << 21;

/// The most bytes that a dense result may have.
const MOST_BYTES: usize = 1 << 33;

/// Refuses what memory cannot hold.
pub(super) fn affordable(call: &Call, rows: usize, columns: usize, instead: &str) -> Result<()> {
    let size_of = call.y.dtype().size_of();
    let bytes = rows.saturating_mul(columns).saturating_mul(size_of);
    if bytes <= MOST_BYTES {
        return Ok(());
    }
    let gigabytes = rows as f64 * columns as f64 * size_of as f64 / 1e9;
    Err(Error::derivative(format!(
        "{}: the result would have {rows} x {columns} entries, {gigabytes:.1} GB; {instead}",
        call.name
    ))
    .at(call.line))
}

/// Sweeps unit directions of input `i` upwards, a chunk at a time, and lets `collect` make something
/// of the directions and the tangents of a result: for each result, what it made of each chunk.
pub(super) fn wide(
    call: &Call,
    ys: &[&Variable],
    i: usize,
    collect: impl Fn(&Array, &Variable) -> Result<Variable>,
) -> Result<Vec<Vec<Variable>>> {
    let x = call.xs[i].array();
    let n = x.size();
    let largest = ys.iter().map(|y| y.size()).max().unwrap_or(1).max(n).max(1);
    let chunk = (CHUNK / largest).clamp(1, n.max(1));
    call.recorded(|| {
        let pushforward = Pushforward::new(ys, &[&call.xs[i]]);
        let mut parts = vec![Vec::new(); ys.len()];
        let mut first = 0;
        while first < n {
            let count = chunk.min(n - first);
            let directions = unit_directions(&x, first, count)?;
            let tangents =
                pushforward.tangents(&[Variable::value(directions.clone())], Some(count))?;
            for ((tangent, y), parts) in tangents.into_iter().zip(ys).zip(&mut parts) {
                let tangent = tangent.map_or_else(
                    || zeros_of(&[&[count], y.shape().as_slice()].concat(), y.dtype()),
                    Ok,
                )?;
                parts.push(collect(&directions, &tangent)?);
            }
            first += count;
        }
        Ok(parts)
    })
}

/// The directions of elements `first .. first + count` of `x`.
pub(super) fn unit_directions(x: &Array, first: usize, count: usize) -> Result<Array> {
    let n = x.size();
    let mut values = Array::zeros(&[count, n], DType::F64)?.into_vec::<f64>();
    for (row, values) in values.chunks_exact_mut(n.max(1)).enumerate() {
        values[first + row] = 1.0;
    }
    let mut shape = vec![count];
    shape.extend_from_slice(x.shape());
    Ok(Array::from_vec(values, &shape)?.try_astype(x.dtype())?)
}

/// Rows of tangents of a result, one for each direction, joined: of the shape of what the
/// directions belong to, then that of the result.
pub(super) fn directions_first(parts: &[Variable], y: &Variable, x: &Variable) -> Result<Variable> {
    let shape = [x.shape(), y.shape()].concat();
    match parts {
        [] => zeros_of(&shape, y.dtype()),
        [all] => all.try_reshape(shape),
        parts => {
            let parts: Vec<&Variable> = parts.iter().collect();
            Variable::try_concatenate(&parts, 0)?.try_reshape(shape)
        }
    }
}

/// [`directions_first`] the other way round.
fn directions_last(parts: &[Variable], y: &Variable, x: &Variable) -> Result<Variable> {
    let axes: Vec<usize> = (0..y.ndim())
        .map(|axis| axis + x.ndim())
        .chain(0..x.ndim())
        .collect();
    directions_first(parts, y, x)?.try_permute(axes)
}

/// The Jacobian by each variable of a call, in the mode that needs fewer directions.
pub(super) fn either(call: &Call) -> Result<Vec<Variable>> {
    let inputs: usize = call.xs.iter().map(Variable::size).sum();
    if inputs <= call.y.size() {
        forward(call)
    } else {
        reverse(call)
    }
}

fn forward(call: &Call) -> Result<Vec<Variable>> {
    let instead = "ask for `jvp`, `vjp` or `sparse_jacobian`";
    (0..call.xs.len())
        .map(|i| {
            affordable(call, call.y.size(), call.xs[i].size(), instead)?;
            let parts = wide(call, &[&call.y], i, |_, tangent| Ok(tangent.to_link()))?.concat();
            // In the dtype of the variable, as gradients are.
            let x = &call.xs[i];
            let jacobian =
                call.recorded(|| directions_last(&parts, &call.y, x)?.try_cast(x.dtype()))?;
            Ok(call.give(jacobian))
        })
        .collect()
}

/// The cotangent of the inputs is linear in that of the result: its own Jacobian, swept forward in
/// every direction at once, is the transposed Jacobian of the function.
fn reverse(call: &Call) -> Result<Vec<Variable>> {
    let instead = "ask for `jvp`, `vjp` or `sparse_jacobian`";
    for x in &call.xs {
        affordable(call, call.y.size(), x.size(), instead)?;
    }
    let cotangent = {
        let _recording = mode::enter_recording(Recording::On);
        Variable::new(call.y.with_value(zeros).array())
    };
    let gradients = call.gradient(Some(&cotangent))?;
    let back = Call {
        xs: vec![cotangent],
        y: call.y.clone(),
        ..*call
    };
    let gradients: Vec<&Variable> = gradients.iter().collect();
    let rows = wide(&back, &gradients, 0, |_, tangent| Ok(tangent.to_link()))?;
    rows.iter()
        .zip(&call.xs)
        .map(|(rows, x)| {
            let jacobian = call.recorded(|| directions_first(rows, x, &call.y))?;
            Ok(call.give(jacobian))
        })
        .collect()
}
