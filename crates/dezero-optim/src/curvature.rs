//! How the function curves where a search ended: whether it is a minimum.

use std::rc::Rc;

use crate::optimum::{Curvature, Iteration};
use crate::search::{Halt, Sample, Search};
use crate::stop::Stop;
use crate::symmetric::Symmetric;
use crate::vector::{all_finite, along, dot, negated, norm};

/// Up to this dimension a dense Hessian is looked at.
const DENSE: usize = 200;

/// Looks at the Hessian where a search ended. With it, the end may turn out better than it seemed: what a
/// Newton step would still gain can be less than the value can show.
pub(crate) fn at(search: &mut Search<'_>, end: &Iteration, stop: Stop) -> (Curvature, Stop) {
    look(search, end, stop).unwrap_or((Curvature::Unknown, stop))
}

fn look(search: &mut Search<'_>, end: &Iteration, stop: Stop) -> Result<(Curvature, Stop), Halt> {
    let unknown = Ok((Curvature::Unknown, stop));
    let is_arrived = stop.is_converged() || stop == Stop::Stuck;
    if !is_arrived || end.gradient_norm.is_nan() {
        return unknown;
    }
    if let Some(curvature) = search.seen(end) {
        return Ok((curvature, stop));
    }
    search.square();
    if !search.may_look_at(end) {
        return unknown;
    }
    let sample = search.sample_of(end)?;
    if search.dimension() > DENSE && !search.is_sparse(&sample) {
        return unknown;
    }
    search.doubt_sparsity();
    let hessian = search.hessian(&sample)?;
    let gradient = search.gradient(&sample)?;
    let held: Vec<bool> = match &search.bounds {
        Some(bounds) => (0..gradient.len())
            .map(|i| bounds.lower[i] == bounds.upper[i] || bounds.holds(i, end.x[i], gradient[i]))
            .collect(),
        None => Vec::new(),
    };
    let free: Vec<usize> = (0..end.x.len())
        .filter(|&i| !held.get(i).unwrap_or(&false))
        .collect();
    let (hessian, gradient) = if held.contains(&true) {
        match hessian.part(&free) {
            Some(part) => (part, free.iter().map(|&i| gradient[i]).collect()),
            None => return unknown,
        }
    } else {
        (hessian, gradient.to_vec())
    };
    let curvature = of(&hessian, search.epsilon());
    search.down = way_down(&hessian, curvature, search.epsilon()).map(|down| {
        let mut full = vec![0.0; end.x.len()];
        for (i, down) in free.into_iter().zip(down) {
            full[i] = down;
        }
        full
    });
    if curvature == Curvature::PositiveDefinite
        && let Some(step) = newton_step(&hessian, &gradient)
    {
        // Half the square of the Newton decrement is what the value would still fall by, and the Newton step how
        // far the point would still move.
        let is_there = -0.5 * dot(&gradient, &step) <= 16.0 * search.epsilon() * end.value.abs()
            || norm(&step) <= 8.0 * search.epsilon() * norm(&end.x);
        let is_far = norm(&step) > FAR * search.scale(&end.x);
        let is_default = search.options.has_default_gradient_tolerance();
        match stop {
            Stop::Stuck if is_there => return Ok((curvature, Stop::Precision)),
            Stop::Gradient if is_far && is_default => return Ok((curvature, Stop::Shallow)),
            _ => {}
        }
    }
    match stop {
        // At a saddle, as far as rounding lets one see.
        Stop::Stuck
            if curvature.is_saddle()
                && end.gradient_norm <= search.epsilon().sqrt() * end.value.abs().max(1.0) =>
        {
            Ok((curvature, Stop::Gradient))
        }
        // Not a place where the gradient is zero.
        Stop::Stuck => unknown,
        _ => Ok((curvature, stop)),
    }
}

/// A lower point beside the saddle where a search ended, if there is one.
pub(crate) fn below(search: &mut Search<'_>, end: &Iteration) -> Option<Rc<Sample>> {
    let down = search.down.take()?;
    let value = search.signed(end.value);
    lower(search, &end.x, value, &down).ok().flatten()
}

/// A point that is lower than one, along a direction or against it.
pub(crate) fn lower(
    search: &mut Search<'_>,
    x: &[f64],
    value: f64,
    down: &[f64],
) -> Result<Option<Rc<Sample>>, Halt> {
    /// The most steps to try, each a third of the one before.
    const MOST: usize = 20;

    let mut step = norm(x).max(1.0) / norm(down);
    for _ in 0..MOST {
        for step in [step, -step] {
            let trial = search.evaluate(along(x, step, down))?;
            if trial.value < value && all_finite(search.gradient(&trial)?) {
                return Ok(Some(trial));
            }
        }
        step /= 3.0;
    }
    Ok(None)
}

/// The part of the size of the numbers that a Newton step from a minimum does not exceed.
const FAR: f64 = 1e-2;

/// The step to the minimum of the quadratic model, if it has one.
pub(crate) fn newton_step(hessian: &Symmetric, gradient: &[f64]) -> Option<Vec<f64>> {
    let factor = hessian.factor(0.0)?;
    Some(factor.solve(&negated(gradient)))
}

/// The signs of the eigenvalues, up to what rounding in units of `epsilon` makes of them.
pub(crate) fn of(hessian: &Symmetric, epsilon: f64) -> Curvature {
    if hessian.order() == 0 {
        return Curvature::PositiveDefinite;
    }
    let scaled = hessian.scaled(&units(hessian, epsilon));
    let noise = noise(&scaled, epsilon);
    // An eigenvalue of zero is not seen more exactly.
    let zero = scaled.bound() * epsilon * scaled.order() as f64;
    match scaled.eigenvalues() {
        Some(eigenvalues) => {
            let least = eigenvalues.iter().copied().fold(f64::INFINITY, f64::min);
            if least > zero {
                Curvature::PositiveDefinite
            } else if least >= -noise {
                Curvature::Semidefinite
            } else {
                Curvature::Indefinite
            }
        }
        None if scaled.factor(-zero).is_some() => Curvature::PositiveDefinite,
        None if scaled.factor(noise).is_some() => Curvature::Semidefinite,
        None => Curvature::Indefinite,
    }
}

/// Numbers in units of their own curvature: the signs of the eigenvalues stay (Sylvester's law of inertia),
/// and a small one beside the others is seen, unless rounding of the others may be all it is.
fn units(hessian: &Symmetric, epsilon: f64) -> Vec<f64> {
    let bound = if hessian.bound() > 0.0 {
        hessian.bound()
    } else {
        1.0
    };
    let floor = bound * epsilon * 8.0 * hessian.order() as f64;
    let size = |curvature: &f64| {
        if curvature.abs() > floor {
            curvature.abs()
        } else {
            bound
        }
    };
    let diagonal = hessian.diagonal();
    diagonal.iter().map(|x| 1.0 / size(x).sqrt()).collect()
}

fn noise(scaled: &Symmetric, epsilon: f64) -> f64 {
    scaled.bound() * epsilon.sqrt() * 1e-2
}

/// A direction of negative curvature, near that of the most, if there is one.
pub(crate) fn way_down(hessian: &Symmetric, found: Curvature, epsilon: f64) -> Option<Vec<f64>> {
    if !found.is_saddle() {
        return None;
    }
    let units = units(hessian, epsilon);
    let scaled = hessian.scaled(&units);
    let mut shift = noise(&scaled, epsilon);
    let factor = loop {
        match scaled.factor(shift) {
            Some(factor) => break factor,
            None if shift > 4.0 * scaled.bound() => return None,
            None => shift *= 2.0,
        }
    };
    let direction = scaled.lowest_direction(&factor);
    let down: Vec<f64> = direction.iter().zip(&units).map(|(d, u)| d * u).collect();
    (hessian.quadratic(&down) < 0.0).then_some(down)
}
