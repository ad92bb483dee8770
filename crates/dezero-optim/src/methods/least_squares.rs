//! Sums of squares: Levenberg-Marquardt, and Gauss-Newton with a line search.

use std::convert::Infallible;
use std::rc::Rc;

use faer::Mat;
use faer::linalg::solvers::Svd;

use super::line_search::{Wolfe, strong_wolfe};
use super::quasi_newton::nothing_lower;
use crate::search::{Halt, Sample, Search};
use crate::stop::Stop;
use crate::vector::{all_finite, along, difference, dot, largest, norm};

/// Linear least squares around a point, in variables scaled by `scale`: `J D^-1 = U S V'`.
struct Linear {
    /// `U'r`
    turned: Vec<f64>,
    singular: Vec<f64>,
    v: Mat<f64>,
    scale: Vec<f64>,
}

impl Linear {
    fn new(at: &Sample, scale: Vec<f64>, jacobian: &Mat<f64>) -> Result<Self, Halt> {
        let residuals = &at.residuals;
        let scaled = Mat::from_fn(jacobian.nrows(), jacobian.ncols(), |i, j| {
            jacobian[(i, j)] / scale[j]
        });
        let Ok(svd) = Svd::new_thin(scaled.as_ref()) else {
            return Err(Stop::Diverged.into());
        };
        let singular: Vec<f64> = svd.S().column_vector().iter().copied().collect();
        let turned = (0..singular.len())
            .map(|k| {
                svd.U()
                    .col(k)
                    .iter()
                    .zip(residuals)
                    .map(|(u, r)| u * r)
                    .sum()
            })
            .collect();
        Ok(Self {
            turned,
            singular,
            v: svd.V().to_owned(),
            scale,
        })
    }

    /// The step for a multiplier, in scaled variables and in the basis V; singular values that are
    /// rounding errors count as zero.
    fn step(&self, lambda: f64) -> Vec<f64> {
        let floor = self.singular.first().unwrap_or(&0.0) * f64::EPSILON * self.v.nrows() as f64;
        self.turned
            .iter()
            .zip(&self.singular)
            .map(|(&c, &s)| {
                if s <= floor {
                    0.0
                } else {
                    -c * s / (s * s + lambda)
                }
            })
            .collect()
    }

    /// The multiplier whose step is within a tenth of `radius` long; 0 if the longest step is shorter.
    fn multiplier(&self, radius: f64) -> f64 {
        let length = |lambda| norm(&self.step(lambda));
        if length(0.0) <= 1.1 * radius {
            return 0.0;
        }
        // |p(lambda)| falls and is convex: Newton's method on 1/radius - 1/|p| converges from below (Moré 1978,
        // section 5). The bounds keep rounding out.
        let steepness = norm(
            &self
                .turned
                .iter()
                .zip(&self.singular)
                .map(|(c, s)| c * s)
                .collect::<Vec<_>>(),
        );
        let (mut low, mut high) = (0.0, steepness / radius);
        let mut lambda = 0.001 * high;
        for _ in 0..60 {
            let step = self.step(lambda);
            let long = norm(&step);
            if (long - radius).abs() <= 0.1 * radius {
                break;
            }
            if long > radius {
                low = lambda;
            } else {
                high = lambda;
            }
            // -|p|' |p| = sum p_k^2 / (s_k^2 + lambda)
            let fall: f64 = step
                .iter()
                .zip(&self.singular)
                .map(|(p, s)| p * p / (s * s + lambda))
                .sum();
            let next = lambda + long * long / fall * (long - radius) / radius;
            lambda = if next > low && next < high {
                next
            } else {
                (low * high).sqrt().max(low + 0.001 * (high - low))
            };
        }
        lambda
    }

    /// A step in the variables themselves.
    fn unscaled(&self, step: &[f64]) -> Vec<f64> {
        let n = self.scale.len();
        let mut p = vec![0.0; n];
        for (column, &weight) in self.v.col_iter().zip(step) {
            for (p, &v) in p.iter_mut().zip(column.iter()) {
                *p += weight * v;
            }
        }
        for (p, scale) in p.iter_mut().zip(&self.scale) {
            *p /= scale;
        }
        p
    }
}

/// The Euclidean norms of the columns.
fn columns(jacobian: &Mat<f64>) -> Vec<f64> {
    jacobian
        .col_iter()
        .map(|column| norm(&column.iter().copied().collect::<Vec<_>>()))
        .collect()
}

fn finite_jacobian(search: &mut Search<'_>, at: &Sample) -> Result<Mat<f64>, Halt> {
    let jacobian = search.jacobian(at)?;
    if jacobian.is_all_finite() {
        Ok(jacobian)
    } else {
        Err(Stop::Diverged.into())
    }
}

/// J. Moré, "The Levenberg-Marquardt algorithm: implementation and theory" (1978): steps within an ellipsoid
/// whose axes follow the columns of the Jacobian.
pub(super) fn levenberg_marquardt(
    search: &mut Search<'_>,
    mut at: Rc<Sample>,
) -> Result<Infallible, Halt> {
    search.arrive(&at)?;
    let mut scale: Vec<f64> = Vec::new();
    let mut radius = 0.0;
    loop {
        let jacobian = finite_jacobian(search, &at)?;
        let lengths = columns(&jacobian);
        if scale.is_empty() {
            let one_for_zero = |&length: &f64| if length == 0.0 { 1.0 } else { length };
            scale = lengths.iter().map(one_for_zero).collect();
            // The length of the start in this scale, which is that of the residuals. (Moré has factors of it
            // from 0.1 to 100.) At zero, and where steps of that size show nothing for rounding, the residuals
            // have to tell.
            let (size, residuals) = (scaled_norm(&scale, &at.x), norm(&at.residuals));
            radius = if size == 0.0 {
                residuals
            } else {
                size.max(1e-6 * residuals)
            };
        }
        for (scale, length) in scale.iter_mut().zip(lengths) {
            *scale = scale.max(length);
        }
        let jacobian = without_held(search, &at, jacobian)?;
        let linear = Linear::new(&at, scale.clone(), &jacobian)?;
        at = within_ellipsoid(search, &at, &jacobian, &linear, &mut radius)?;
        search.arrive(&at)?;
    }
}

/// Without the columns of numbers that stand at a bound and are pushed there: they do not move. (The rest of a
/// step is cut off at the bounds: Ch. Kanzow, N. Yamashita and M. Fukushima, "Levenberg-Marquardt methods with
/// strong local convergence properties for solving nonlinear equations with convex constraints", J. Comput.
/// Appl. Math. 172 (2004).)
fn without_held(
    search: &mut Search<'_>,
    at: &Sample,
    mut jacobian: Mat<f64>,
) -> Result<Mat<f64>, Halt> {
    let gradient = search.gradient(at)?;
    if let Some(bounds) = &search.bounds {
        for (j, (&x, &gradient)) in at.x.iter().zip(gradient).enumerate() {
            if bounds.holds(j, x, gradient) {
                jacobian.col_mut(j).fill(0.0);
            }
        }
    }
    Ok(jacobian)
}

/// What the linear problem promises of a step: `|r|^2 - |r + Jp|^2`.
fn promise(at: &Sample, jacobian: &Mat<f64>, p: &[f64]) -> f64 {
    let mut image = vec![0.0; jacobian.nrows()];
    for (column, &p) in jacobian.col_iter().zip(p) {
        for (image, &entry) in image.iter_mut().zip(column.iter()) {
            *image += entry * p;
        }
    }
    -(2.0 * dot(&at.residuals, &image) + dot(&image, &image))
}

/// The largest entry of the gradient that is free to do something.
fn steepness(search: &mut Search<'_>, at: &Sample) -> Result<f64, Halt> {
    let gradient = search.gradient(at)?;
    Ok(match &search.bounds {
        Some(bounds) => largest(&bounds.projected(&at.x, gradient)),
        None => largest(gradient),
    })
}

fn scaled_norm(scale: &[f64], x: &[f64]) -> f64 {
    norm(&x.iter().zip(scale).map(|(x, d)| d * x).collect::<Vec<_>>())
}

/// The next point, from as many trials as it takes.
fn within_ellipsoid(
    search: &mut Search<'_>,
    at: &Rc<Sample>,
    jacobian: &Mat<f64>,
    linear: &Linear,
    radius: &mut f64,
) -> Result<Rc<Sample>, Halt> {
    /// More than it takes from the largest radius to the least.
    const MOST: usize = 3000;

    let is_first = search.iterations() == 0;
    for _ in 0..MOST {
        let lambda = linear.multiplier(*radius);
        let step = linear.step(lambda);
        let p = linear.unscaled(&step);
        let length = norm(&step);
        if is_first {
            *radius = radius.min(length);
        }
        // |Jp|^2 and 2 lambda |Dp|^2, whose sum is the promised decrease
        let bent: f64 = step
            .iter()
            .zip(&linear.singular)
            .map(|(p, s)| (p * s) * (p * s))
            .sum();
        let damped = lambda * length * length;
        let mut promised = bent + 2.0 * damped;
        let mut x = along(&at.x, 1.0, &p);
        if let Some(bounds) = &search.bounds
            && !bounds.contain(&x)
        {
            bounds.clamp(&mut x);
            promised = promise(at, jacobian, &difference(&x, &at.x));
            if promised <= 0.0 && x[..] != at.x[..] {
                // What is left of the step leads nowhere; that of a shorter one is down the gradient.
                *radius = 0.25 * length;
                continue;
            }
        }
        if length == 0.0 || x[..] == at.x[..] {
            return Err(no_further(search, at, linear, lambda).into());
        }
        let trial = search.evaluate(x)?;
        let actual = at.value - trial.value;
        let noise = 4.0 * search.epsilon() * at.value;
        if promised <= noise && actual.abs() <= noise {
            let better = steepness(search, &trial)? < steepness(search, at)?;
            return if better {
                Ok(trial)
            } else {
                Err(no_further(search, at, linear, lambda).into())
            };
        }
        let ratio = actual / promised;
        let is_usable =
            trial.value.is_finite() && ratio > 1e-4 && all_finite(search.gradient(&trial)?);
        if !is_usable || ratio <= 0.25 {
            // Where the parabola with the slope at the start and the value at the trial is least.
            let slope = -(bent + damped);
            let fraction = if actual >= 0.0 || !trial.value.is_finite() {
                0.5
            } else {
                (0.5 * slope / (slope + 0.5 * actual)).clamp(0.1, 0.5)
            };
            let fraction = if fraction.is_nan() { 0.25 } else { fraction };
            *radius = fraction * radius.min(10.0 * length);
        } else if lambda == 0.0 || ratio >= 0.75 {
            *radius = 2.0 * length;
        }
        if is_usable {
            return Ok(trial);
        }
    }
    Err(Stop::Stuck.into())
}

/// Why no step leads further: the whole step to where the linear problem is solved would gain nothing, or it
/// was cut because it failed. What it would gain of the sum of squares is the squared cosine of the angle
/// between the residuals and the tangent plane (D. Bates and D. Watts, "A relative offset orthogonality
/// convergence criterion for nonlinear least squares", Technometrics 23 (1981)).
fn no_further(search: &Search<'_>, at: &Sample, linear: &Linear, lambda: f64) -> Stop {
    let step = linear.step(0.0);
    let gain: f64 = step
        .iter()
        .zip(&linear.singular)
        .map(|(p, s)| (p * s) * (p * s))
        .sum();
    let is_small = gain <= search.epsilon().sqrt() * at.value;
    // What rounding makes of the residuals.
    let noise = 64.0 * search.epsilon() * scaled_norm(&linear.scale, &at.x);
    let is_noise = gain.sqrt() <= noise;
    if lambda == 0.0 || is_small || is_noise {
        Stop::Precision
    } else {
        Stop::Stuck
    }
}

/// The solution of the linear problem at each point as a direction to search along: Nocedal and Wright,
/// "Numerical Optimization", section 10.3.
pub(super) fn gauss_newton(
    search: &mut Search<'_>,
    mut at: Rc<Sample>,
) -> Result<Infallible, Halt> {
    search.arrive(&at)?;
    loop {
        let jacobian = finite_jacobian(search, &at)?;
        let one_for_zero = |length: f64| if length == 0.0 { 1.0 } else { length };
        let scale = columns(&jacobian).into_iter().map(one_for_zero).collect();
        let linear = Linear::new(&at, scale, &jacobian)?;
        let direction = linear.unscaled(&linear.step(0.0));
        let slope = dot(search.gradient(&at)?, &direction);
        let noise = search.epsilon() * at.value;
        let Some(next) = strong_wolfe(search, &at, &direction, 1.0, Wolfe::LOOSE)? else {
            let is_short = norm(&direction) <= 8.0 * search.epsilon() * norm(&at.x);
            let stop = if is_short || -slope <= 8.0 * noise {
                Stop::Precision
            } else {
                nothing_lower(search, &at)?
            };
            return Err(stop.into());
        };
        at = next;
        search.arrive(&at)?;
    }
}
