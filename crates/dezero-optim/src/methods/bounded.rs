//! L-BFGS-B: R. Byrd, P. Lu, J. Nocedal and C. Zhu, "A limited memory algorithm for bound constrained
//! optimization", SIAM J. Sci. Comput. 16 (1995).
//!
//! The model of the function is quadratic, with the Hessian `B = theta I - W M W'`, where
//! `W = [Y, theta S]` has the last steps and changes of the gradient.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::rc::Rc;

use faer::Mat;
use faer::linalg::solvers::{FullPivLu, Solve};

use super::line_search::{Wolfe, within};
use super::quasi_newton::nothing_lower;
use crate::bounds::Bounds;
use crate::search::{Halt, Sample, Search};
use crate::stop::Stop;
use crate::vector::{difference, dot, norm};

pub(super) fn lbfgsb(
    search: &mut Search<'_>,
    mut at: Rc<Sample>,
    bounds: &Bounds,
    memory: usize,
) -> Result<Infallible, Halt> {
    search.arrive(&at)?;
    let mut model = Model::new(memory);
    loop {
        let gradient = search.gradient(&at)?;
        if model.pairs.is_empty() {
            // Without knowledge of the scale, a step of length one at most, or of a thousandth of the point.
            let length = (1e-3 * norm(&at.x)).max(1.0);
            model.theta = norm(gradient).max(1.0) / length;
        }
        let cauchy = model.cauchy_point(bounds, &at.x, gradient);
        let target = model.subspace_minimum(bounds, &at.x, gradient, &cauchy);
        let direction = difference(&target, &at.x);
        let longest = longest_step(bounds, &at.x, &direction);
        let next = within(search, &at, &direction, 1.0, longest, Wolfe::LOOSE)?;
        let Some(next) = next else {
            if model.pairs.is_empty() {
                return Err(nothing_lower_within(search, &at, bounds)?.into());
            }
            model = Model::new(memory);
            continue;
        };
        let s = difference(&next.x, &at.x);
        let y = difference(search.gradient(&next)?, gradient);
        if dot(&s, &y) > f64::EPSILON * dot(&y, &y) {
            model.learn(s, y);
        }
        at = next;
        search.arrive(&at)?;
    }
}

/// Why nothing lower was found. Numbers held at a bound do not count.
fn nothing_lower_within(
    search: &mut Search<'_>,
    at: &Sample,
    bounds: &Bounds,
) -> Result<Stop, Halt> {
    let gradient = search.gradient(at)?;
    let all_held = (0..at.x.len()).all(|i| bounds.holds(i, at.x[i], gradient[i]));
    if all_held {
        return Ok(Stop::Gradient);
    }
    nothing_lower(search, at)
}

/// The longest step along a direction that stays within bounds.
fn longest_step(bounds: &Bounds, x: &[f64], direction: &[f64]) -> f64 {
    let room = (0..x.len()).map(|i| {
        let d = direction[i];
        if d > 0.0 {
            (bounds.upper[i] - x[i]) / d
        } else if d < 0.0 {
            (bounds.lower[i] - x[i]) / d
        } else {
            f64::INFINITY
        }
    });
    room.fold(f64::INFINITY, f64::min).max(1.0)
}

/// What is known of the Hessian.
struct Model {
    memory: usize,
    theta: f64,
    /// Steps and changes of the gradient, from the oldest.
    pairs: VecDeque<(Vec<f64>, Vec<f64>)>,
    /// The inverse of M, factorised.
    middle: Option<FullPivLu<f64>>,
}

/// The generalised Cauchy point: the first minimum of the model along the projected gradient.
struct Cauchy {
    x: Vec<f64>,
    /// `W' (x - start)`
    c: Vec<f64>,
}

impl Model {
    fn new(memory: usize) -> Self {
        Self {
            memory,
            theta: 1.0,
            pairs: VecDeque::new(),
            middle: None,
        }
    }

    fn learn(&mut self, s: Vec<f64>, y: Vec<f64>) {
        if self.pairs.len() == self.memory {
            self.pairs.pop_front();
        }
        self.theta = dot(&y, &y) / dot(&s, &y);
        self.pairs.push_back((s, y));
        // M^-1 = [-D, L'; L, theta S'S], where L is the lower part of S'Y, and D its diagonal (equation 3.4)
        let k = self.pairs.len();
        let (pairs, theta) = (&self.pairs, self.theta);
        let entry = |i: usize, j: usize| {
            let sy = |i: usize, j: usize| dot(&pairs[i].0, &pairs[j].1);
            match (i < k, j < k) {
                (true, true) if i == j => -sy(i, i),
                (true, false) if j - k > i => sy(j - k, i),
                (false, true) if i - k > j => sy(i - k, j),
                (false, false) => theta * dot(&pairs[i - k].0, &pairs[j - k].0),
                _ => 0.0,
            }
        };
        let inverse = Mat::from_fn(2 * k, 2 * k, entry);
        self.middle = Some(FullPivLu::new(inverse.as_ref()));
    }

    /// `M v`
    fn middle(&self, v: &[f64]) -> Vec<f64> {
        let mut x = v.to_vec();
        if let Some(middle) = &self.middle {
            middle.solve_in_place(faer::ColMut::from_slice_mut(&mut x).as_mat_mut());
        }
        x
    }

    /// Row `i` of W.
    fn row(&self, i: usize) -> Vec<f64> {
        let changes = self.pairs.iter().map(|(_, y)| y[i]);
        let steps = self.pairs.iter().map(|(s, _)| self.theta * s[i]);
        changes.chain(steps).collect()
    }

    /// `W' v`
    fn onto(&self, v: &[f64]) -> Vec<f64> {
        let changes = self.pairs.iter().map(|(_, y)| dot(y, v));
        let steps = self.pairs.iter().map(|(s, _)| self.theta * dot(s, v));
        changes.chain(steps).collect()
    }

    /// Algorithm CP of the paper.
    fn cauchy_point(&self, bounds: &Bounds, x: &[f64], gradient: &[f64]) -> Cauchy {
        let n = x.len();
        let breaks: Vec<f64> = (0..n)
            .map(|i| match gradient[i] {
                g if g < 0.0 => (x[i] - bounds.upper[i]) / g,
                g if g > 0.0 => (x[i] - bounds.lower[i]) / g,
                _ => f64::INFINITY,
            })
            .collect();
        let mut d: Vec<f64> = (0..n)
            .map(|i| if breaks[i] > 0.0 { -gradient[i] } else { 0.0 })
            .collect();
        let mut order: Vec<usize> = (0..n)
            .filter(|&i| breaks[i] > 0.0 && breaks[i].is_finite())
            .collect();
        order.sort_by(|&a, &b| breaks[a].total_cmp(&breaks[b]));
        let mut p = self.onto(&d);
        let mut c = vec![0.0; p.len()];
        let mut slope = -dot(&d, &d);
        let mut curvature = -self.theta * slope - dot(&p, &self.middle(&p));
        let least = f64::EPSILON * curvature.abs();
        let mut t = 0.0;
        let mut point = x.to_vec();
        for b in order {
            let span = breaks[b] - t;
            if -slope / curvature.max(least) < span {
                break;
            }
            t = breaks[b];
            point[b] = if d[b] > 0.0 {
                bounds.upper[b]
            } else {
                bounds.lower[b]
            };
            let (z, g) = (point[b] - x[b], gradient[b]);
            for (c, p) in c.iter_mut().zip(&p) {
                *c += span * p;
            }
            let row = self.row(b);
            let turned = self.middle(&row);
            slope += span * curvature + g * g + self.theta * g * z - g * dot(&turned, &c);
            curvature -=
                self.theta * g * g + 2.0 * g * dot(&turned, &p) + g * g * dot(&turned, &row);
            for (p, row) in p.iter_mut().zip(&row) {
                *p += g * row;
            }
            d[b] = 0.0;
        }
        let rest = if slope < 0.0 {
            -slope / curvature.max(least)
        } else {
            0.0
        };
        if rest.is_finite() && rest > 0.0 {
            for (c, p) in c.iter_mut().zip(&p) {
                *c += rest * p;
            }
            t += rest;
        }
        for i in 0..n {
            if d[i] != 0.0 {
                point[i] = x[i] + t * d[i];
            }
        }
        bounds.clamp(&mut point);
        Cauchy { x: point, c }
    }

    /// The minimum of the model over the numbers that the Cauchy point leaves free, cut off at the bounds: the
    /// direct primal method of section 5.1.
    fn subspace_minimum(
        &self,
        bounds: &Bounds,
        x: &[f64],
        gradient: &[f64],
        cauchy: &Cauchy,
    ) -> Vec<f64> {
        let free: Vec<usize> = (0..x.len())
            .filter(|&i| bounds.lower[i] < cauchy.x[i] && cauchy.x[i] < bounds.upper[i])
            .collect();
        if free.is_empty() || self.pairs.is_empty() {
            return cauchy.x.clone();
        }
        let theta = self.theta;
        let mc = self.middle(&cauchy.c);
        let rows: Vec<Vec<f64>> = free.iter().map(|&i| self.row(i)).collect();
        let reduced: Vec<f64> = free
            .iter()
            .zip(&rows)
            .map(|(&i, row)| gradient[i] + theta * (cauchy.x[i] - x[i]) - dot(row, &mc))
            .collect();
        let k = mc.len();
        let mut v = vec![0.0; k];
        let mut gram = Mat::<f64>::zeros(k, k);
        for (row, r) in rows.iter().zip(&reduced) {
            for (v, w) in v.iter_mut().zip(row) {
                *v += w * r;
            }
            for j in 0..k {
                for i in 0..k {
                    gram[(i, j)] += row[i] * row[j] / theta;
                }
            }
        }
        let mut v = self.middle(&v);
        // (I - M gram) v
        if let Some(middle) = &self.middle {
            middle.solve_in_place(gram.as_mut());
        }
        let system = Mat::from_fn(k, k, |i, j| f64::from(i == j) - gram[(i, j)]);
        let factor = FullPivLu::new(system.as_ref());
        factor.solve_in_place(faer::ColMut::from_slice_mut(&mut v).as_mat_mut());
        let step: Vec<f64> = reduced
            .iter()
            .zip(&rows)
            .map(|(r, row)| -(r + dot(row, &v) / theta) / theta)
            .collect();
        if !step.iter().all(|step| step.is_finite()) {
            return cauchy.x.clone();
        }
        let room = free.iter().zip(&step).map(|(&i, &step)| {
            let room = if step > 0.0 {
                bounds.upper[i] - cauchy.x[i]
            } else {
                bounds.lower[i] - cauchy.x[i]
            };
            if step == 0.0 { 1.0 } else { room / step }
        });
        let fraction = room.fold(1.0, f64::min);
        let mut target = cauchy.x.clone();
        for (&i, step) in free.iter().zip(&step) {
            target[i] += fraction * step;
        }
        bounds.clamp(&mut target);
        target
    }
}
