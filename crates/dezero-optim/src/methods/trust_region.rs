//! Newton's method within a trust region.
//!
//! The framework is that of A. Conn, N. Gould and Ph. Toint, "Trust-Region Methods" (2000), chapter 6: the
//! step minimises the quadratic model within a radius, and how much of the promised decrease came true says
//! whether to take it, and how far to trust the next model.
//!
//! A Hessian of `c` products serves for `c` steps, so that it costs no more than the gradients do: in
//! between, the least change that fits the last step is made to it (M. Powell, "A new algorithm for
//! unconstrained optimization", 1970: the symmetric Broyden update). Where a model promises badly, the next
//! is exact.

use std::convert::Infallible;
use std::ops::RangeInclusive;
use std::rc::Rc;

use super::model::{Step, exact_step, steihaug_step};
use super::quasi_newton::nothing_lower;
use crate::curvature;
use crate::method::{Model, NewtonTrust};
use crate::optimum::Curvature;
use crate::search::{Halt, Sample, Search};
use crate::stop::Stop;
use crate::symmetric::Symmetric;
use crate::vector::{all_finite, along, difference, dot, largest, norm};

/// Up to this dimension a dense Hessian is factorised.
const DENSE: usize = 1000;

/// The part of the promised decrease that has to come true for a step to be taken.
const TAKEN: f64 = 1e-4;

/// The part that shows a model worth updating.
const GOOD: RangeInclusive<f64> = 0.25..=1.75;

/// Whether steps are exact for this function.
pub(super) fn is_exact(search: &mut Search<'_>, at: &Sample, settings: NewtonTrust) -> bool {
    match settings.model {
        Some(model) => model == Model::Exact,
        None => search.dimension() <= DENSE || search.is_sparse(at),
    }
}

pub(super) fn run(
    search: &mut Search<'_>,
    mut at: Rc<Sample>,
    settings: NewtonTrust,
) -> Result<Infallible, Halt> {
    let mut arrived = search.arrive(&at);
    let mut region = Region { radius: None };
    if !is_exact(search, &at, settings) {
        arrived?;
        loop {
            at = region.next(search, &at, None)?.0;
            search.arrive(&at)?;
        }
    }
    let updates = settings.model.is_none();
    // The Hessian, and the steps it has served.
    let mut known: Option<(Symmetric, usize)> = None;
    loop {
        if let Err(halt) = arrived {
            match onward(search, &at, halt)? {
                Onward::Point(lower) => {
                    at = lower;
                    known = None;
                    arrived = search.arrive(&at);
                    continue;
                }
                Onward::Model(hessian) => known = Some((hessian, 0)),
            }
        }
        let (mut hessian, age) = match known.take() {
            Some(known) => known,
            None => (search.hessian(&at)?, 0),
        };
        let (next, ratio) = match region.next(search, &at, Some(&hessian)) {
            // An exact model may still see further.
            Err(Halt::Stop(Stop::Precision | Stop::Stuck)) if age > 0 => {
                arrived = Ok(());
                continue;
            }
            found => found?,
        };
        let serves = updates && age + 1 < search.colours() && GOOD.contains(&ratio);
        if serves {
            let s = difference(&next.x, &at.x);
            let y = difference(search.gradient(&next)?, search.gradient(&at)?);
            if hessian.update(&s, &y) {
                known = Some((hessian, age + 1));
            }
        }
        at = next;
        arrived = search.arrive(&at);
    }
}

/// How a search goes on from where the gradient is within its tolerance.
enum Onward {
    /// A lower point beside a saddle.
    Point(Rc<Sample>),
    /// The Hessian, whose step is still long.
    Model(Symmetric),
}

/// Looks whether a search should end where it would. At a saddle the gradient is zero, and yet there is a way
/// down; and a gradient can be small because of the units of the value alone.
fn onward(search: &mut Search<'_>, at: &Rc<Sample>, halt: Halt) -> Result<Onward, Halt> {
    /// The part of the size of the numbers that a step from a minimum does not exceed.
    const FAR: f64 = 1e-6;

    if !matches!(halt, Halt::Stop(Stop::Gradient)) || !search.options.curvature {
        return Err(halt);
    }
    search.doubt_sparsity();
    // Without second derivatives, the gradient has the last word.
    let Ok(hessian) = search.hessian(at) else {
        return Err(halt);
    };
    let found = curvature::of(&hessian, search.epsilon());
    search.see(at, found);
    if found == Curvature::PositiveDefinite && search.options.has_default_gradient_tolerance() {
        let step = curvature::newton_step(&hessian, search.gradient(at)?);
        let is_far = step.is_some_and(|step| norm(&step) > FAR * search.scale(&at.x));
        return if is_far {
            search.check_limits()?;
            Ok(Onward::Model(hessian))
        } else {
            Err(halt)
        };
    }
    let Some(down) = curvature::way_down(&hessian, found, search.epsilon()) else {
        return Err(halt);
    };
    search.check_limits()?;
    match curvature::lower(search, &at.x, at.value, &down)? {
        Some(lower) => Ok(Onward::Point(lower)),
        None => Err(halt),
    }
}

/// The region in which a model is trusted.
struct Region {
    /// `None` before the first step.
    radius: Option<f64>,
}

impl Region {
    /// The next point, from as many trials as it takes, and the part of the promised decrease that came
    /// true.
    fn next(
        &mut self,
        search: &mut Search<'_>,
        at: &Rc<Sample>,
        hessian: Option<&Symmetric>,
    ) -> Result<(Rc<Sample>, f64), Halt> {
        /// More than it takes from the largest radius to the least.
        const MOST: usize = 3000;

        let gradient = search.gradient(at)?;
        for _ in 0..MOST {
            let radius = self.radius_for(at, gradient, hessian);
            let step = if let Some(hessian) = hessian {
                exact_step(hessian, gradient, radius)
            } else {
                // Superlinear: the nearer, the more exact.
                let tolerance = norm(gradient) * norm(gradient).sqrt().min(0.5);
                let product = |v: &[f64]| search.hessian_product(at, v);
                steihaug_step(gradient, radius, tolerance, product)?
            };
            let x = along(&at.x, 1.0, &step.p);
            if x[..] == at.x[..] {
                return Err(no_further(search, at, &step, radius)?.into());
            }
            let trial = search.evaluate(x)?;
            let actual = at.value - trial.value;
            // What rounding makes of the values, and so of their difference.
            let noise = 8.0 * search.epsilon() * at.value.abs();
            if step.decrease <= noise && actual.abs() <= noise {
                // The values no longer tell; the gradients may.
                let better = largest(search.gradient(&trial)?) < largest(gradient);
                return if better {
                    Ok((trial, 1.0))
                } else {
                    Err(no_further(search, at, &step, radius)?.into())
                };
            }
            let ratio = actual / step.decrease;
            let usable =
                trial.value.is_finite() && ratio > TAKEN && all_finite(search.gradient(&trial)?);
            self.adapt(
                &step,
                radius,
                if usable { ratio } else { f64::NEG_INFINITY },
                || shortening(at, gradient, &trial, &step),
            );
            if usable {
                return Ok((trial, ratio));
            }
            search.doubt_sparsity();
        }
        Err(Stop::Stuck.into())
    }

    /// The radius, or if there is none yet, one that lets the first Newton step through, if it is not
    /// longer than the point is from the origin.
    fn radius_for(&self, at: &Sample, gradient: &[f64], hessian: Option<&Symmetric>) -> f64 {
        if let Some(radius) = self.radius {
            return radius;
        }
        let scale = norm(&at.x).max(1.0);
        match hessian {
            None => norm(gradient).min(scale),
            Some(hessian) => match hessian.factor(0.0) {
                Some(factor) => match norm(&factor.solve(gradient)) {
                    length if length.is_finite() => 1.01 * length.clamp(1e-3 * scale, scale),
                    _ => 0.1 * scale,
                },
                None => 0.1 * scale,
            },
        }
    }

    /// Widens or narrows after a trial.
    fn adapt(&mut self, step: &Step, radius: f64, ratio: f64, shortening: impl Fn() -> f64) {
        let length = norm(&step.p);
        self.radius = Some(if ratio < 0.25 {
            shortening() * length
        } else if ratio > 0.75 {
            radius.max(2.0 * length)
        } else {
            radius
        });
    }
}

/// Why no step leads further. A step that the radius does not cut ends where the gradient is zero, as far as
/// the model knows; one that it cuts short was cut because longer ones failed.
fn no_further(
    search: &mut Search<'_>,
    at: &Sample,
    step: &Step,
    radius: f64,
) -> Result<Stop, Halt> {
    let length = norm(&step.p);
    if length > 0.0 && length < 0.9 * radius {
        Ok(Stop::Precision)
    } else {
        nothing_lower(search, at)
    }
}

/// How much shorter a step should have been: where the parabola through what is known of its line has its
/// minimum.
fn shortening(at: &Sample, gradient: &[f64], trial: &Sample, step: &Step) -> f64 {
    let slope = dot(gradient, &step.p);
    let fraction = -slope / (2.0 * (trial.value - at.value - slope));
    // Not where the value is infinite, or their differences out of range.
    if slope < 0.0 && fraction.is_finite() && fraction > 0.0 {
        fraction.clamp(0.1, 0.5)
    } else {
        0.25
    }
}
