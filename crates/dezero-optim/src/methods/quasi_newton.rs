//! BFGS, and L-BFGS without bounds: approximate Newton directions, and a line search along them.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::rc::Rc;

use faer::Mat;

use super::line_search::{Wolfe, strong_wolfe};
use crate::search::{Halt, Sample, Search};
use crate::stop::Stop;
use crate::vector::{along, difference, dot, negated, norm};

/// What is known of the inverse Hessian.
pub(super) trait Approximation {
    /// The product of the approximation with a vector.
    fn times(&self, v: Vec<f64>) -> Vec<f64>;
    /// Learns from a step, and the change of the gradient over it.
    fn learn(&mut self, s: Vec<f64>, y: Vec<f64>);
    /// Knows nothing again.
    fn forget(&mut self);
}

/// Steps along directions from an approximation, as long as a line search finds them.
pub(super) fn descend(
    search: &mut Search<'_>,
    mut at: Rc<Sample>,
    mut approximation: impl Approximation,
) -> Result<Infallible, Halt> {
    search.arrive(&at)?;
    let mut is_fresh = true;
    loop {
        let gradient = search.gradient(&at)?;
        let direction = approximation.times(negated(gradient));
        // Without knowledge of the scale, a step of length one at most, or of a thousandth of the point.
        let first = if is_fresh {
            let length = (1e-3 * norm(&at.x)).max(1.0);
            (length / norm(gradient)).min(length)
        } else {
            1.0
        };
        let Some(next) = strong_wolfe(search, &at, &direction, first, Wolfe::LOOSE)? else {
            if is_fresh {
                return Err(nothing_lower(search, &at)?.into());
            }
            approximation.forget();
            is_fresh = true;
            continue;
        };
        let s = difference(&next.x, &at.x);
        let y = difference(search.gradient(&next)?, gradient);
        // The line search sees to a positive product, unless it broke off.
        if dot(&s, &y) > f64::EPSILON * norm(&s) * norm(&y) {
            approximation.learn(s, y);
            is_fresh = false;
        }
        at = next;
        search.arrive(&at)?;
    }
}

/// Why nothing lower was found: at the end of precision, or for another reason.
pub(super) fn nothing_lower(search: &mut Search<'_>, at: &Sample) -> Result<Stop, Halt> {
    // A gradient that changes the value by less than the root of its precision, relatively, as the numbers
    // change by themselves.
    let gradient = search.gradient(at)?;
    let change: f64 = gradient
        .iter()
        .zip(at.x.iter())
        .map(|(g, x)| (g * x).abs())
        .sum();
    Ok(if change <= search.epsilon().sqrt() * at.value.abs() {
        Stop::Precision
    } else {
        Stop::Stuck
    })
}

/// BFGS: Nocedal and Wright, "Numerical Optimization", algorithm 6.1, scaled by equation 6.20 before the
/// first update.
#[derive(Default)]
pub(super) struct Bfgs {
    inverse: Option<Mat<f64>>,
}

impl Approximation for Bfgs {
    fn times(&self, v: Vec<f64>) -> Vec<f64> {
        match &self.inverse {
            Some(inverse) => product(inverse, &v),
            None => v,
        }
    }

    fn learn(&mut self, s: Vec<f64>, y: Vec<f64>) {
        let (n, sy) = (s.len(), dot(&s, &y));
        let h = self.inverse.get_or_insert_with(|| {
            let scale = sy / dot(&y, &y);
            Mat::from_fn(n, n, |i, j| if i == j { scale } else { 0.0 })
        });
        // H + (1 + y'Hy / s'y) ss' / s'y - (Hy s' + s y'H) / s'y
        let hy = product(h, &y);
        let factor = (1.0 + dot(&y, &hy) / sy) / sy;
        for j in 0..n {
            for i in 0..n {
                h[(i, j)] += factor * s[i] * s[j] - (hy[i] * s[j] + s[i] * hy[j]) / sy;
            }
        }
    }

    fn forget(&mut self) {
        self.inverse = None;
    }
}

fn product(matrix: &Mat<f64>, x: &[f64]) -> Vec<f64> {
    let mut y = vec![0.0; matrix.nrows()];
    for (column, &x) in matrix.col_iter().zip(x) {
        for (y, &entry) in y.iter_mut().zip(column.iter()) {
            *y += entry * x;
        }
    }
    y
}

/// L-BFGS: Nocedal and Wright, algorithms 7.4 and 7.5.
pub(super) struct Lbfgs {
    memory: usize,
    /// From the oldest.
    pairs: VecDeque<Pair>,
}

struct Pair {
    s: Vec<f64>,
    y: Vec<f64>,
    /// `1 / s'y`
    rho: f64,
}

impl Lbfgs {
    pub(super) fn new(memory: usize) -> Self {
        Self {
            memory,
            pairs: VecDeque::new(),
        }
    }
}

impl Approximation for Lbfgs {
    fn times(&self, mut q: Vec<f64>) -> Vec<f64> {
        let mut weights = Vec::with_capacity(self.pairs.len());
        for Pair { s, y, rho } in self.pairs.iter().rev() {
            let weight = rho * dot(s, &q);
            q = along(&q, -weight, y);
            weights.push(weight);
        }
        if let Some(Pair { y, rho, .. }) = self.pairs.back() {
            let scale = 1.0 / (rho * dot(y, y));
            for q in &mut q {
                *q *= scale;
            }
        }
        for (Pair { s, y, rho }, weight) in self.pairs.iter().zip(weights.into_iter().rev()) {
            let back = rho * dot(y, &q);
            q = along(&q, weight - back, s);
        }
        q
    }

    fn learn(&mut self, s: Vec<f64>, y: Vec<f64>) {
        if self.pairs.len() == self.memory {
            self.pairs.pop_front();
        }
        let rho = 1.0 / dot(&s, &y);
        self.pairs.push_back(Pair { s, y, rho });
    }

    fn forget(&mut self) {
        self.pairs.clear();
    }
}
