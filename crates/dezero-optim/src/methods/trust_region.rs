//! Newton's method within a trust region.
//!
//! The framework is that of A. Conn, N. Gould and Ph. Toint, "Trust-Region Methods" (2000), chapter 6: the
//! step minimises the quadratic model within a radius, and how much of the promised decrease came true says
//! whether to take it, and how far to trust the next model.

use std::convert::Infallible;
use std::rc::Rc;

use super::model::{Step, exact_step, steihaug_step};
use crate::method::{Model, NewtonTrust};
use crate::search::{Halt, Sample, Search};
use crate::stop::Stop;
use crate::symmetric::Symmetric;
use crate::vector::{all_finite, along, largest, norm};

/// Up to this dimension a dense Hessian is factorised.
const DENSE: usize = 1000;

/// Whether steps are exact for this function.
pub(super) fn is_exact(
    search: &mut Search<'_>,
    at: &Sample,
    settings: &NewtonTrust,
) -> Result<bool, Halt> {
    match settings.model {
        Some(model) => Ok(model == Model::Exact),
        None => Ok(search.dimension() <= DENSE || search.is_sparse(at)?),
    }
}

pub(super) fn run(
    search: &mut Search<'_>,
    mut at: Rc<Sample>,
    settings: &NewtonTrust,
) -> Result<Infallible, Halt> {
    search.arrive(&at)?;
    let exact = is_exact(search, &at, settings)?;
    let mut radius = None;
    loop {
        let hessian = if exact {
            Some(search.hessian(&at)?)
        } else {
            None
        };
        at = accepted(search, &at, hessian.as_ref(), &mut radius)?;
        search.arrive(&at)?;
    }
}

/// The next point, from as many trials as it takes.
fn accepted(
    search: &mut Search<'_>,
    at: &Rc<Sample>,
    hessian: Option<&Symmetric>,
    radius: &mut Option<f64>,
) -> Result<Rc<Sample>, Halt> {
    loop {
        let gradient = search.gradient(at)?;
        let limit = radius.unwrap_or(f64::INFINITY);
        let step = match hessian {
            Some(hessian) => exact_step(
                hessian,
                gradient,
                first_radius(*radius, hessian, at, gradient),
            ),
            None => {
                let limit = radius.unwrap_or_else(|| norm(gradient).min(norm(&at.x).max(1.0)));
                // Superlinear: the nearer, the more exact.
                let tolerance = norm(gradient) * norm(gradient).sqrt().min(0.5);
                steihaug_step(gradient, limit, tolerance, |v| {
                    search.hessian_product(at, v)
                })?
            }
        };
        let _ = limit;
        let Step {
            p,
            decrease,
            is_inside,
        } = step;
        let length = norm(&p);
        // What rounding makes of the values, and so of their difference.
        let noise = 8.0 * search.epsilon() * at.value.abs();
        let x = along(&at.x, 1.0, &p);
        if length == 0.0 || x[..] == at.x[..] {
            return Err(Stop::Precision.into());
        }
        let trial = search.evaluate(x)?;
        let actual = at.value - trial.value;
        if decrease <= noise && actual.abs() <= noise {
            // The values no longer tell; the gradients may.
            let better = largest(search.gradient(&trial)?) < largest(gradient);
            return if better {
                Ok(trial)
            } else {
                Err(Stop::Precision.into())
            };
        }
        let ratio = actual / decrease;
        let usable =
            trial.value.is_finite() && ratio > 1e-4 && all_finite(search.gradient(&trial)?);
        *radius = Some(if !usable || ratio < 0.25 {
            shorter(search, at, &trial, &p, length)?
        } else if ratio > 0.75 {
            if is_inside {
                radius.unwrap_or(0.0).max(2.0 * length)
            } else {
                2.0 * length.max(radius.unwrap_or(0.0))
            }
        } else {
            radius.unwrap_or(length)
        });
        if usable {
            return Ok(trial);
        }
    }
}

/// The radius after a step that was too long: a quarter, or where the parabola through what is known of
/// the line has its minimum.
fn shorter(
    search: &mut Search<'_>,
    at: &Sample,
    trial: &Sample,
    p: &[f64],
    length: f64,
) -> Result<f64, Halt> {
    let slope = crate::vector::dot(search.gradient(at)?, p);
    let rise = trial.value - at.value - slope;
    let fraction = if trial.value.is_finite() && rise > 0.0 && slope < 0.0 {
        (-slope / (2.0 * rise)).clamp(0.1, 0.5)
    } else {
        0.25
    };
    Ok(fraction * length)
}

/// The radius, or if there is none yet, one that lets a Newton step through where there is one.
fn first_radius(radius: Option<f64>, hessian: &Symmetric, at: &Sample, gradient: &[f64]) -> f64 {
    if let Some(radius) = radius {
        return radius;
    }
    let scale = norm(&at.x).max(1.0);
    match hessian.factor(0.0) {
        Some(factor) => norm(&factor.solve(gradient)).clamp(1e-3 * scale, 100.0 * scale) * 1.01,
        None => scale,
    }
}
