//! Second derivatives: Hessians, their products with vectors, and their traces.

use dezero_array::{Array, Tuple};

use super::jacobian::{
    CHUNK, affordable, coordinate_directions, directions_first, unit_directions, wide,
};
use super::point::{Call, Point, Returned, transforms};
use crate::error::{Error, Result};
use crate::sparse::dense_hessian;
use crate::taylor::{Extent, Pushforward, zeros};
use crate::variable::Variable;

transforms! {
    /// The Hessian of a function that gives one number: of the shape of the variable twice; for
    /// several variables, a block for each pair.
    ///
    /// Forward over reverse: the gradient is recorded, and swept upwards in all directions at once. Where
    /// most of a large Hessian is zero, as [`sparse_hessian`](crate::sparse_hessian) finds out, few
    /// directions are enough.
    ///
    /// ```
    /// use dezero_core::{Variable, transforms::hessian};
    /// let (a, b) = (Variable::new(2.0), Variable::new([1.0, 3.0]));
    /// let [[_, ab], [_, bb]] = hessian(|[a, b]| (a * b * b).sum(..), [&a, &b]);
    /// assert_eq!(ab.to_vec::<f64>(), [2.0, 6.0]);
    /// assert_eq!(bb.to_vec::<f64>(), [4.0, 0.0, 0.0, 4.0]);
    /// ```
    fn hessian / try_hessian<P>(f, at; line) -> P::Each<P::Each<Variable>> {
        let call = Call::new("hessian", &f, &at, line)?.scalar()?;
        let rows = hessian_blocks(&call, &call.gradient(None)?)?;
        Ok(P::each(rows.into_iter().map(P::each).collect()))
    }

    /// The Hessian of a function that gives one number, times a vector: one for each variable, of its
    /// shape. The Hessian itself is never formed.
    ///
    /// ```
    /// use dezero_core::{Variable, transforms::hvp};
    /// let (x, v) = (Variable::new([1.0, 2.0]), Variable::new([1.0, 0.0]));
    /// let h = hvp(|x| x.powf(3.0).sum(..), &x, &v);
    /// assert_eq!(h.to_vec::<f64>(), [6.0, 0.0]);
    /// ```
    fn hvp / try_hvp<P>(f, at, v: P; line) -> P::Each<Variable> {
        let call = Call::new("hvp", &f, &at, line)?.scalar()?;
        let vs = v
            .variables()
            .into_iter()
            .zip(&call.xs)
            .map(|(v, x)| call.fitting("vector", v, x))
            .collect::<Result<Vec<_>>>()?;
        let keep = call.keep || vs.iter().any(Variable::is_tracked) && crate::is_recording();
        let call = Call { keep, ..call };
        let products = hessian_products(&call, &call.gradient(None)?, &vs)?;
        Ok(P::each(products))
    }

    /// The trace of the Hessian: the sum of the second derivatives by each element of each variable.
    /// Of the shape of the function's result, which is mostly one number.
    ///
    /// Taylor mode, with the second coefficients summed over the directions as they arise: neither a
    /// gradient nor a Hessian is formed.
    ///
    /// ```
    /// use dezero_core::{Variable, transforms::laplacian};
    /// let x = Variable::new([1.0, 2.0, 3.0]);
    /// assert_eq!(laplacian(|x| x.powf(3.0).sum(..), &x).item(), 36.0);
    /// let (a, b) = (Variable::new(1.0), Variable::new(2.0));
    /// assert_eq!(laplacian(|[a, b]| a.powf(2.0) * b.powf(2.0), [&a, &b]).item(), 10.0);
    /// ```
    fn laplacian / try_laplacian<P>(f, at; line) -> Variable {
        let call = Call::new("laplacian", &f, &at, line)?;
        let laplacian = call.recorded(|| {
            let mut sum: Option<Variable> = None;
            for x in &call.xs {
                let pushforward = Pushforward::new(&[&call.y], &[x]);
                let x = x.array();
                let n = x.size();
                let chunk = (CHUNK / n.max(call.y.size()).max(1)).clamp(1, n.max(1));
                for first in (0..n).step_by(chunk) {
                    let directions = unit_directions(&x, first, chunk.min(n - first))?;
                    sum = match (sum, second(&pushforward, directions)?) {
                        (Some(sum), Some(part)) => Some(sum.try_add(part)?),
                        (sum, part) => sum.or(part),
                    };
                }
            }
            Ok(sum.unwrap_or_else(|| call.y.with_value(zeros)))
        })?;
        Ok(call.give(laplacian))
    }
}

transforms! { one variable:
    /// The [`laplacian`] at each of many points: the last axis of the variable holds the coordinates,
    /// and the function computes each point of its result from that point alone, as a network does
    /// with a batch. Of the shape of the result.
    ///
    /// ```
    /// use dezero_core::{Variable, transforms::pointwise_laplacian};
    /// let points = Variable::new([[1.0, 2.0], [3.0, 4.0]]);
    /// let cubes = |x: &Variable| x.powf(3.0).sum(-1);
    /// assert_eq!(pointwise_laplacian(cubes, &points).to_vec::<f64>(), [18.0, 42.0]);
    /// ```
    fn pointwise_laplacian / try_pointwise_laplacian(f, at; line) -> Variable {
        let call = Call::new("pointwise_laplacian", &f, &at, line)?;
        let directions = coordinate_directions(&call)?;
        let (y, points) = (call.y.shape(), &at.shape()[..at.ndim() - 1]);
        if !y.starts_with(points) {
            return Err(Error::shape(format!(
                "pointwise_laplacian: the function gives shape {}, without a row for each of the points, {}; \
                 `sum(-1)` adds over coordinates, `sum(..)` over points too",
                Tuple(&y),
                Tuple(points)
            ))
            .at(call.line));
        }
        let laplacian = call.recorded(|| {
            let laplacian = second(&call.between(&[&call.y]), directions)?;
            Ok(laplacian.unwrap_or_else(|| call.y.with_value(zeros)))
        })?;
        Ok(call.give(laplacian))
    }
}

/// The blocks of the Hessian of a call's result, from its recorded gradient: for each variable a row
/// with a block for each.
pub(super) fn hessian_blocks(call: &Call, gradients: &[Variable]) -> Result<Vec<Vec<Variable>>> {
    for (i, x) in call.xs.iter().enumerate() {
        for other in &call.xs[i..] {
            affordable(
                call,
                x.size(),
                other.size(),
                "ask for `hvp` or `sparse_hessian`",
            )?;
        }
    }
    if let ([gradient], [x]) = (gradients, &call.xs[..])
        && let Some(dense) = call.recorded(|| dense_hessian(gradient, x))?
    {
        let shape = [x.shape(), x.shape()].concat();
        let hessian = call.recorded(|| dense.try_reshape(shape))?;
        return Ok(vec![vec![call.give(hessian)]]);
    }
    let gradients: Vec<&Variable> = gradients.iter().collect();
    let mut rows = Vec::new();
    for (i, x) in call.xs.iter().enumerate() {
        // By symmetry, the directions of a variable give its own rows.
        let parts = wide(call, &gradients, i, |_, tangent| Ok(tangent.to_link()))?;
        let blocks = parts.iter().zip(&gradients).map(|(parts, gradient)| {
            let block = call.recorded(|| directions_first(parts, gradient, x))?;
            Ok(call.give(block))
        });
        rows.push(blocks.collect::<Result<Vec<_>>>()?);
    }
    Ok(rows)
}

/// The product of the Hessian of a call's result with a vector, from its recorded gradient.
pub(super) fn hessian_products(
    call: &Call,
    gradients: &[Variable],
    vs: &[Variable],
) -> Result<Vec<Variable>> {
    let products = call.recorded(|| {
        let gradients: Vec<&Variable> = gradients.iter().collect();
        call.between(&gradients).first(vs)
    })?;
    let products = products
        .into_iter()
        .zip(&call.xs)
        .map(|(product, x)| call.give(product.unwrap_or_else(|| x.with_value(zeros))));
    Ok(products.collect())
}

/// The sum of the second derivatives of the result along some directions; `None` for zero.
fn second(pushforward: &Pushforward, directions: Array) -> Result<Option<Variable>> {
    let extent = Extent {
        order: 2,
        directions: Some(directions.shape()[0]),
        collapsed: true,
    };
    let seed = vec![None, Some(Variable::value(directions).into()), None];
    let mut found = pushforward.run(vec![seed], extent)?.remove(0);
    match found.get_mut(2).and_then(Option::take) {
        Some(half) => Ok(Some(half.times_number(2.0).variable()?)),
        None => Ok(None),
    }
}
