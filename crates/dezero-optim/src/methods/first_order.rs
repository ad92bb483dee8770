//! Gradient descent, with a fixed step or a line search, and its kin with a memory: momentum and Adam.

use std::convert::Infallible;
use std::rc::Rc;

use super::line_search::{self, Wolfe};
use crate::method::{Adam, Momentum};
use crate::search::{Halt, Sample, Search};
use crate::stop::Stop;
use crate::vector::{along, dot, negated, norm};

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

/// The learning rate that a line search finds for each step.
pub(super) fn searched_step(
    search: &mut Search<'_>,
    mut at: Rc<Sample>,
) -> Result<Infallible, Halt> {
    let mut previous: Option<f64> = None;
    loop {
        search.arrive(&at)?;
        let direction = negated(search.gradient(&at)?);
        let slope = -dot(&direction, &direction);
        // As much as the last step lowered the value. (Nocedal and Wright, "Numerical Optimization",
        // equation 3.60.)
        let first = match previous {
            Some(fall) if fall > 0.0 => 2.02 * fall / -slope,
            _ => 1.0 / norm(&direction),
        };
        let next = line_search::strong_wolfe(search, &at, &direction, first, Wolfe::LOOSE)?;
        let Some(next) = next else {
            return Err(Stop::Stuck.into());
        };
        previous = Some(at.value - next.value);
        at = next;
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
