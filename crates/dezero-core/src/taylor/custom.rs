//! Series through a user's function: by its own rule if it has one, else by two reverse passes for
//! the first order, and by nesting those for higher ones.
//!
//! Two reverse passes give a forward one: the cotangent `J'u` is linear in `u`, and its derivative
//! by `u`, applied to `t`, is `Jt` (J. Townsend, "A new trick for calculating Jacobian vector
//! products", 2017).

use std::cell::Cell;
use std::sync::Arc;

use dezero_array::Tuple;

use super::algebra::{Extent, Term};
use super::compose::{Directions, each_direction, gather, nested, zeros};
use super::recurrence::Series;
use crate::backward::try_grad;
use crate::error::{Error, Result};
use crate::function::{self, Custom};
use crate::mode::{self, Line, Recording};
use crate::node::NodeRef;
use crate::order::{Limited, Place};
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
        if let Some(known) = by_own_series(custom, node, xs, series, extent)? {
            return gather(&known, extent, outputs);
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
    gather(&directions, extent, outputs)
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

/// The marks of a call in what a forward rule records, if its function has a `max_order`.
struct Marks(Option<Arc<Limited>>, Line);

impl Marks {
    fn of(custom: &Custom, node: &NodeRef, xs: &[Variable]) -> Self {
        let limited = Limited::of(custom.function().as_ref(), node.id, xs);
        Self(limited.filter(|_| mode::is_recording()), node.line)
    }

    fn put(&self, place: Place, xs: Vec<Variable>) -> Vec<Variable> {
        match &self.0 {
            None => xs,
            Some(limited) => xs
                .into_iter()
                .map(|x| limited.mark(place, x, self.1))
                .collect(),
        }
    }
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
    let marks = Marks::of(custom, node, xs);
    let xs = marks.put(Place::Input(1), as_users(xs));
    let tangents = marks.put(Place::Linear, as_users(&tangents));
    let ys = marks.put(Place::Result(1), function::results(custom, node));
    let found = users_code(|| custom.function().jvp(&xs, &ys, &tangents)).transpose()?;
    if let Some(found) = &found {
        check_count(custom, "jvp", found.len(), ys.len())?;
        for (i, (t, y)) in found.iter().zip(&ys).enumerate() {
            check_shape(custom, "jvp", i, t, y)?;
        }
    }
    Ok(found.map(|found| {
        let found = marks.put(Place::Exit(1), found);
        found.into_iter().map(Variable::into_link).collect()
    }))
}

/// The series by the user's rule, for each direction; `None` if there is no rule, which shows when
/// it is called.
fn by_own_series(
    custom: &Custom,
    node: &NodeRef,
    xs: &[Variable],
    series: &[Option<Series<Term>>],
    extent: Extent,
) -> Result<Option<Directions>> {
    let missing = Cell::new(false);
    let marks = Marks::of(custom, node, xs);
    let known = each_direction(series, extent, |series| {
        if missing.get() {
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
                let mut full = as_users(&full);
                let coefficients = full.split_off(1);
                let mut full = marks.put(Place::Input(extent.order), full);
                full.extend(marks.put(Place::Linear, coefficients));
                full
            })
            .collect();
        let Some(found) = users_code(|| custom.function().taylor(&full)).transpose()? else {
            missing.set(true);
            return Ok(Vec::new());
        };
        let ys = function::results(custom, node);
        check_count(custom, "taylor", found.len(), ys.len())?;
        for (i, (series, y)) in found.iter().zip(&ys).enumerate() {
            if series.len() != extent.order + 1 {
                let message = format!(
                    "taylor gave {} coefficients for result {i}; due are the value and {} more",
                    series.len(),
                    extent.order
                );
                return Err(Error::function(custom.name(), message));
            }
            for c in series {
                check_shape(custom, "taylor", i, c, y)?;
            }
        }
        Ok(found
            .into_iter()
            .map(|series| {
                let series = marks.put(Place::Exit(extent.order), series);
                series.into_iter().map(|c| Some(c.into_link())).collect()
            })
            .collect())
    })?;
    Ok((!missing.get()).then_some(known))
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
        .map(|y| Variable::new(y.with_value(zeros).array()))
        .collect();
    let gys = us.iter().map(|u| Some(u.to_link())).collect();
    let limited = Limited::of(custom.function().as_ref(), node.id, xs).map(|limited| (limited, 1));
    let gxs = function::backward(custom, node, xs.to_vec(), gys, true, limited)?;
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
                Variable::value(t.array())
            })
        })
        .collect())
}

fn as_users(xs: &[Variable]) -> Vec<Variable> {
    xs.iter().map(|x| x.to_link().into_user()).collect()
}

fn check_count(custom: &Custom, rule: &str, count: usize, due: usize) -> Result<()> {
    if count == due {
        return Ok(());
    }
    let message = format!("{rule} gave {count} for {due} results; one is due for each");
    Err(Error::function(custom.name(), message))
}

fn check_shape(custom: &Custom, rule: &str, i: usize, t: &Variable, y: &Variable) -> Result<()> {
    let (shape, due) = (t.shape(), y.shape());
    if shape == due {
        return Ok(());
    }
    let message = format!(
        "{rule} gave shape {} for result {i}, which has shape {}",
        Tuple(&shape),
        Tuple(&due)
    );
    Err(Error::function(custom.name(), message))
}
