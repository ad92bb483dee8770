//! Nelder and Mead's simplex, for functions without derivatives: J. Nelder and R. Mead (1965), with the
//! coefficients of F. Gao and L. Han, "Implementing the Nelder-Mead simplex algorithm with adaptive
//! parameters" (2012), and restarts.

use std::convert::Infallible;
use std::rc::Rc;

use crate::search::{Halt, Sample, Search};
use crate::stop::Stop;
use crate::vector::{difference, largest};

/// The relative spread of the values at which a simplex is done.
fn small(search: &Search<'_>) -> f64 {
    (8.0 * search.epsilon()).max(1e-10)
}

pub(super) fn run(search: &mut Search<'_>, start: Rc<Sample>) -> Result<Infallible, Halt> {
    let mut best = start;
    search.arrive_without_gradient(&best)?;
    let mut size = 0.05;
    let small = small(search);
    loop {
        let before = best.value;
        best = shrunk(search, &best, size)?;
        // A simplex may have collapsed where there is no minimum: a fresh one around its end finds out.
        let gained = before - best.value;
        if gained <= small * best.value.abs().max(small) {
            return Err(Stop::Step.into());
        }
        size = 0.01;
    }
}

/// Numbers below do not tell how far to go from them.
const ZERO: f64 = 1e-9;

/// The best corner of a simplex, once it is small.
fn shrunk(search: &mut Search<'_>, start: &Rc<Sample>, size: f64) -> Result<Rc<Sample>, Halt> {
    let n = start.x.len();
    let small = small(search);
    let dimension = n.max(2) as f64;
    let (expansion, contraction, shrinkage) = (
        1.0 + 2.0 / dimension,
        0.75 - 0.5 / dimension,
        1.0 - 1.0 / dimension,
    );
    let mut corners = vec![Rc::clone(start)];
    for i in 0..n {
        let mut x = start.x.to_vec();
        let by = if x[i].abs() < ZERO {
            0.005
        } else {
            size * x[i].abs()
        };
        let (lower, upper) = search
            .bounds
            .as_ref()
            .map_or((f64::NEG_INFINITY, f64::INFINITY), |bounds| {
                (bounds.lower[i], bounds.upper[i])
            });
        // The other way, where the bounds leave no room, or as far as they leave some.
        x[i] = if x[i] + by <= upper {
            x[i] + by
        } else if x[i] - by >= lower {
            x[i] - by
        } else if upper - x[i] >= x[i] - lower {
            upper
        } else {
            lower
        };
        corners.push(search.evaluate(x)?);
    }
    loop {
        corners.sort_by(|a, b| a.value.total_cmp(&b.value));
        let (best, worst) = (Rc::clone(&corners[0]), Rc::clone(&corners[n]));
        search.arrive_without_gradient(&best)?;
        let spread = worst.value - best.value;
        let widest = corners[1..]
            .iter()
            .map(|corner| largest(&difference(&corner.x, &best.x)))
            .fold(0.0, f64::max);
        let is_flat = spread <= small * best.value.abs().max(small);
        if is_flat && widest <= small.sqrt() * largest(&best.x).max(1.0)
            || widest <= search.epsilon() * largest(&best.x)
        {
            return Ok(best);
        }
        let centre: Vec<f64> = (0..n)
            .map(|i| corners[..n].iter().map(|corner| corner.x[i]).sum::<f64>() / n as f64)
            .collect();
        let at = |t: f64| -> Vec<f64> {
            centre
                .iter()
                .zip(worst.x.iter())
                .map(|(c, w)| c + t * (c - w))
                .collect()
        };
        let reflected = search.evaluate(at(1.0))?;
        let next = if reflected.value < best.value {
            let expanded = search.evaluate(at(expansion))?;
            Some(lower(reflected, expanded))
        } else if reflected.value < corners[n - 1].value {
            Some(reflected)
        } else if reflected.value < worst.value {
            let outside = search.evaluate(at(contraction))?;
            (outside.value <= reflected.value).then_some(outside)
        } else {
            let inside = search.evaluate(at(-contraction))?;
            (inside.value < worst.value).then_some(inside)
        };
        match next {
            Some(next) => corners[n] = next,
            None => {
                for corner in &mut corners[1..] {
                    let x = corner.x.iter().zip(best.x.iter());
                    let x = x.map(|(x, b)| b + shrinkage * (x - b)).collect();
                    *corner = search.evaluate(x)?;
                }
            }
        }
    }
}

fn lower(a: Rc<Sample>, b: Rc<Sample>) -> Rc<Sample> {
    if b.value < a.value { b } else { a }
}
