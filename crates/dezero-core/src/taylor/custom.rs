//! Series through a user's function: by its own rule if it has one, else by two reverse passes for
//! the first order, and by nesting those for higher ones.
//!
//! Two reverse passes give a forward one: the cotangent `J'u` is linear in `u`, and its derivative
//! by `u`, applied to `t`, is `Jt` (J. Townsend, "A new trick for calculating Jacobian vector
//! products", 2017).

use super::algebra::{Extent, Term};
use super::compose::{each_direction, gather, nested, zeros};
use super::recurrence::Series;
use crate::backward::try_grad;
use crate::error::{Error, Result};
use crate::function::{self, Custom};
use crate::mode::{self, Recording};
use crate::node::NodeRef;
use crate::variable::Variable;

/// The series of each result of a call.
pub(crate) fn series(
    custom: &Custom,
    node: &NodeRef,
    xs: &[Variable],
    series: &[Option<Series<Term>>],
    extent: Extent,
) -> Result<Vec<Series<Term>>> {
    let outputs = function::output_count(&node.op).unwrap_or(1);
    if extent.order > 1 {
        if let Some(known) = by_own_series(custom, xs, series, extent)? {
            return gather(known, extent, outputs);
        }
        let again = |xs: &[Variable]| {
            let xs: Vec<&Variable> = xs.iter().collect();
            function::call(custom.function(), &xs, node.line)
        };
        return nested(&again, xs, series, extent, outputs);
    }
    let directions = each_direction(series, extent, |series| {
        let tangents: Vec<Option<Variable>> = series
            .iter()
            .map(|series| series.get(1).cloned().flatten())
            .collect();
        let tangents = match by_own_tangent(custom, node, xs, &tangents)? {
            Some(tangents) => tangents.into_iter().map(Some).collect(),
            None => by_two_passes(custom, node, xs, &tangents, outputs)?,
        };
        Ok(tangents.into_iter().map(|t| vec![None, t]).collect())
    })?;
    gather(directions, extent, outputs)
}

/// Runs a user's rule, whose code records as the sweep does.
fn users_code<T>(f: impl FnOnce() -> T) -> T {
    let _recording = mode::enter_recording(if mode::is_recording() {
        Recording::On
    } else {
        Recording::Off
    });
    mode::blame(None);
    f()
}

fn by_own_tangent(
    custom: &Custom,
    node: &NodeRef,
    xs: &[Variable],
    tangents: &[Option<Variable>],
) -> Result<Option<Vec<Variable>>> {
    let tangents: Vec<Variable> = xs
        .iter()
        .zip(tangents)
        .map(|(x, t)| {
            t.as_ref()
                .map_or_else(|| x.with_value(zeros), Variable::to_link)
        })
        .collect();
    let (xs, tangents) = (as_users(xs), as_users(&tangents));
    let ys = function::results(custom, node);
    let found = users_code(|| custom.function().jvp(&xs, &ys, &tangents)).transpose()?;
    let due: Vec<Vec<usize>> = ys.iter().map(Variable::shape).collect();
    if let Some(found) = &found {
        check(custom, "jvp", found.iter().map(Variable::shape), &due)?;
    }
    Ok(found.map(|found| found.into_iter().map(Variable::into_link).collect()))
}

#[expect(
    clippy::type_complexity,
    reason = "results by direction, output and order"
)]
fn by_own_series(
    custom: &Custom,
    xs: &[Variable],
    series: &[Option<Series<Term>>],
    extent: Extent,
) -> Result<Option<Vec<Vec<Vec<Option<Variable>>>>>> {
    // Whether there is a rule shows when it is called.
    let mut missing = false;
    let missing_here = std::cell::Cell::new(false);
    let known = each_direction(series, extent, |series| {
        if missing_here.get() {
            return Ok(Vec::new());
        }
        let full: Vec<Vec<Variable>> = xs
            .iter()
            .zip(series)
            .map(|(x, series)| {
                let zero = x.with_value(zeros);
                let mut full = vec![x.to_link()];
                full.extend((1..=extent.order).map(|k| {
                    let known = series.get(k).and_then(Option::as_ref);
                    known.unwrap_or(&zero).to_link()
                }));
                as_users(&full)
            })
            .collect();
        let Some(found) = users_code(|| custom.function().taylor(&full)).transpose()? else {
            missing_here.set(true);
            return Ok(Vec::new());
        };
        for series in &found {
            if series.len() != extent.order + 1 {
                let message = format!(
                    "taylor gave {} coefficients where {} are due, the value and {} more",
                    series.len(),
                    extent.order + 1,
                    extent.order
                );
                return Err(Error::function(custom.name(), message));
            }
        }
        Ok(found
            .into_iter()
            .map(|series| series.into_iter().map(|c| Some(c.into_link())).collect())
            .collect())
    })?;
    missing |= missing_here.get();
    Ok((!missing).then_some(known))
}

/// The tangents of the results, by differentiating the cotangents of the inputs.
fn by_two_passes(
    custom: &Custom,
    node: &NodeRef,
    xs: &[Variable],
    tangents: &[Option<Variable>],
    outputs: usize,
) -> Result<Vec<Option<Variable>>> {
    let keep = mode::is_recording();
    let _recording = mode::enter_recording(Recording::On);
    let ys = function::results(custom, node);
    let us: Vec<Variable> = ys
        .iter()
        .map(|y| Variable::new(y.with_value(zeros).data()))
        .collect();
    let gys = us.iter().map(|u| Some(u.to_link())).collect();
    let gxs = function::backward(custom, node, xs.to_vec(), gys, true)?;
    let mut product: Option<Variable> = None;
    for (gx, t) in gxs.iter().zip(tangents) {
        let Some(t) = t else { continue };
        let part = gx.try_mul(t)?.try_sum(..)?;
        product = Some(match product {
            None => part,
            Some(sum) => sum.try_add(part)?,
        });
    }
    let product = product.map(Variable::into_user);
    let Some(product) = product.filter(Variable::is_tracked) else {
        return Ok(vec![None; outputs]);
    };
    let found = try_grad(&product, &us.iter().collect::<Vec<_>>())?;
    Ok(found
        .into_iter()
        .map(|t| {
            Some(if keep {
                t.into_link()
            } else {
                Variable::value(t.data())
            })
        })
        .collect())
}

fn as_users(xs: &[Variable]) -> Vec<Variable> {
    xs.iter().map(|x| x.to_link().into_user()).collect()
}

/// Whether a user's rule gave one result of the right shape for each.
fn check(
    custom: &Custom,
    rule: &str,
    shapes: impl ExactSizeIterator<Item = Vec<usize>>,
    due: &[Vec<usize>],
) -> Result<()> {
    if shapes.len() != due.len() {
        let message = format!(
            "{rule} gave {} tangents for {} results",
            shapes.len(),
            due.len()
        );
        return Err(Error::function(custom.name(), message));
    }
    for (i, (shape, due)) in shapes.zip(due).enumerate() {
        if shape != *due {
            use dezero_array::Tuple;
            let message = format!(
                "{rule} gave result {i}, of shape {}, a tangent of shape {}",
                Tuple(due),
                Tuple(&shape)
            );
            return Err(Error::function(custom.name(), message));
        }
    }
    Ok(())
}
