//! Gradient descent, with a fixed step or a line search, and its kin with a memory: momentum and Adam.

use std::convert::Infallible;
use std::rc::Rc;

use super::line_search::{self, Wolfe};
use super::quasi_newton::nothing_lower;
use crate::method::{Adam, Momentum};
use crate::search::{Halt, Sample, Search};
use crate::vector::{along, difference, dot, negated, norm};

/// `x - rate * g`, rounded as NumPy rounds it.
pub(super) fn fixed_step(
    search: &mut Search<'_>,
    mut at: Rc<Sample>,
    rate: f64,
) -> Result<Infallible, Halt> {
    loop {
        search.arrive(&at)?;
        let gradient = search.gradient(&at)?;
        let x = at.x.iter().zip(gradient).map(|(x, g)| x - rate * g);
        at = search.evaluate(x.collect())?;
    }
}

/// The learning rate that a line search finds for each step. Within bounds, the line leads to the point
/// within them that is nearest to the step.
pub(super) fn searched_step(
    search: &mut Search<'_>,
    mut at: Rc<Sample>,
) -> Result<Infallible, Halt> {
    search.arrive(&at)?;
    let mut rate = 1.0 / norm(search.gradient(&at)?);
    loop {
        let gradient = search.gradient(&at)?;
        let mut direction = negated(gradient);
        let (mut first, mut longest) = (rate, f64::INFINITY);
        if let Some(bounds) = &search.bounds {
            let mut target = along(&at.x, 4.0 * rate, &direction);
            bounds.clamp(&mut target);
            direction = difference(&target, &at.x);
            (first, longest) = (0.25, 1.0);
        }
        let slope = dot(gradient, &direction);
        let next = line_search::within(search, &at, &direction, first, longest, Wolfe::LOOSE)?;
        let Some(next) = next else {
            return Err(nothing_lower(search, &at)?.into());
        };
        // As much as this step lowered the value. (Nocedal and Wright, "Numerical Optimization", equation
        // 3.60.)
        let fall = at.value - next.value;
        let taken = 2.02 * fall / -slope * if longest.is_finite() { 4.0 * rate } else { 1.0 };
        if taken > 0.0 && taken.is_finite() {
            rate = taken;
        }
        at = next;
        search.arrive(&at)?;
    }
}

/// DeZero's rule: `v = momentum * v - rate * g`, `x + v`.
pub(super) fn momentum(
    search: &mut Search<'_>,
    mut at: Rc<Sample>,
    settings: &Momentum,
) -> Result<Infallible, Halt> {
    let mut speed = vec![0.0; at.x.len()];
    loop {
        search.arrive(&at)?;
        let gradient = search.gradient(&at)?;
        for (v, g) in speed.iter_mut().zip(gradient) {
            *v = *v * settings.momentum - settings.learning_rate * g;
        }
        at = search.evaluate(along(&at.x, 1.0, &speed))?;
    }
}

/// Kingma and Ba (2015), algorithm 1.
pub(super) fn adam(
    search: &mut Search<'_>,
    mut at: Rc<Sample>,
    settings: &Adam,
) -> Result<Infallible, Halt> {
    let Adam {
        learning_rate,
        beta1,
        beta2,
        epsilon,
    } = *settings;
    let (mut mean, mut square) = (vec![0.0; at.x.len()], vec![0.0; at.x.len()]);
    // beta1^t and beta2^t
    let (mut decayed1, mut decayed2) = (1.0, 1.0);
    loop {
        search.arrive(&at)?;
        let gradient = search.gradient(&at)?;
        decayed1 *= beta1;
        decayed2 *= beta2;
        let mut x = at.x.to_vec();
        for (i, &g) in gradient.iter().enumerate() {
            mean[i] = beta1 * mean[i] + (1.0 - beta1) * g;
            square[i] = beta2 * square[i] + (1.0 - beta2) * g * g;
            let unbiased = (mean[i] / (1.0 - decayed1), square[i] / (1.0 - decayed2));
            x[i] -= learning_rate * unbiased.0 / (unbiased.1.sqrt() + epsilon);
        }
        at = search.evaluate(x)?;
    }
}
