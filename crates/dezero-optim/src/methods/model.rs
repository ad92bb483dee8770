//! The minimum of a quadratic model within a radius: `min g'p + p'Hp / 2`, `|p| <= radius`.

use crate::search::Halt;
use crate::symmetric::Symmetric;
use crate::vector::{along, dot, negated, norm};

/// A step to a minimum of the model.
pub(super) struct Step {
    pub(super) p: Vec<f64>,
    /// How much lower the model is there.
    pub(super) decrease: f64,
}

/// The most factorisations of one step.
const MOST: usize = 40;

/// How near a step has to come to the radius, relatively.
const NEAR: f64 = 0.1;

/// The part of the largest eigenvalue that counts as zero.
const FLAT: f64 = 1e-10;

/// The minimum, or within a tenth of it, from Cholesky factors of `H + lambda I`: J. Moré and D. Sorensen,
/// "Computing a trust region step", SIAM J. Sci. Stat. Comput. 4 (1983); Nocedal and Wright, "Numerical
/// Optimization", algorithm 4.3.
pub(super) fn exact_step(hessian: &Symmetric, gradient: &[f64], radius: f64) -> Step {
    let step = |p: Vec<f64>| Step {
        decrease: -(dot(gradient, &p) + 0.5 * hessian.quadratic(&p)),
        p,
    };
    let down = negated(gradient);
    let (steepness, bound) = (norm(gradient), hessian.bound());
    // lambda lies in between, and above the negative of each diagonal entry.
    let lowest = hessian.diagonal().into_iter().fold(f64::INFINITY, f64::min);
    let mut least = (-lowest).max(steepness / radius - bound).max(0.0);
    let mut most = (steepness / radius + bound).max(least);
    let mut lambda = if least > 0.0 {
        between(least, most)
    } else {
        0.0
    };
    let mut best = None;
    for _ in 0..MOST {
        let Some(factor) = hessian.factor(lambda) else {
            least = least.max(lambda);
            lambda = between(least, most.max(least * 1.001));
            if lambda <= least {
                break;
            }
            continue;
        };
        let p = factor.solve(&down);
        let length = norm(&p);
        if lambda == 0.0 && length <= radius {
            return step(p);
        }
        if (length - radius).abs() <= NEAR * radius {
            return step(p);
        }
        if length < radius {
            // In the hard case, the way along the eigenvector of the least eigenvalue makes up the length.
            let z = hessian.lowest_direction(&factor);
            let curvature = hessian.quadratic(&z);
            let t = to_boundary(&p, &z, radius);
            let steepness = curvature + lambda;
            if curvature >= -FLAT * bound {
                // Nothing is gained along it: as near to the least step of the minima as can be.
                if lambda <= FLAT * bound {
                    return step(p);
                }
            } else {
                let spent = t * t * steepness;
                let gained =
                    dot(&p, &along(&hessian.times(&p), lambda, &p)) + lambda * radius * radius;
                if spent <= NEAR * (2.0 - NEAR) * gained {
                    return step(along(&p, t, &z));
                }
            }
            most = most.min(lambda);
            least = least.max(lambda - steepness);
        } else {
            least = least.max(lambda);
        }
        let curvature = dot(&p, &factor.solve(&p));
        let newton = lambda + length * length / curvature * (length - radius) / radius;
        best = Some(p);
        lambda = if newton > least && newton < most {
            newton
        } else {
            between(least, most)
        };
        if most - least <= f64::EPSILON * most {
            break;
        }
    }
    // Rounding ended the iteration: what there is, cut to the radius.
    let mut p = best.unwrap_or(down);
    let length = norm(&p);
    if length > radius {
        for p in &mut p {
            *p *= radius / length;
        }
    }
    step(p)
}

/// A safe value of lambda within its bounds.
fn between(least: f64, most: f64) -> f64 {
    (least * most).sqrt().max(least + 0.01 * (most - least))
}

/// The longer way along `d` from `p` to the radius is not better: the root of smaller size.
fn to_boundary(p: &[f64], d: &[f64], radius: f64) -> f64 {
    let (a, b) = (dot(d, d), dot(p, d));
    let c = dot(p, p) - radius * radius;
    let root = (b * b - a * c).max(0.0).sqrt();
    if b > 0.0 {
        -c / (b + root)
    } else {
        (root - b) / a
    }
}

/// Conjugate gradients until the residual is within `tolerance`, the radius is met, or a direction of
/// negative curvature leads there: T. Steihaug, SIAM J. Numer. Anal. 20 (1983); Nocedal and Wright, algorithm
/// 7.2.
pub(super) fn steihaug_step(
    gradient: &[f64],
    radius: f64,
    tolerance: f64,
    mut product: impl FnMut(&[f64]) -> Result<Vec<f64>, Halt>,
) -> Result<Step, Halt> {
    let n = gradient.len();
    let mut p = vec![0.0; n];
    let mut residual = gradient.to_vec();
    let mut direction = negated(gradient);
    let mut decrease = 0.0;
    for _ in 0..(2 * n).max(10) {
        let image = product(&direction)?;
        let (curvature, square) = (dot(&direction, &image), dot(&residual, &residual));
        // Along the direction the model changes by t d'r + t^2 d'Hd / 2, where d'r = -r'r.
        let gain = |t: f64| t * square - 0.5 * t * t * curvature;
        if curvature <= 0.0 {
            let t = to_boundary(&p, &direction, radius);
            return Ok(Step {
                p: along(&p, t, &direction),
                decrease: decrease + gain(t),
            });
        }
        let t = square / curvature;
        let next = along(&p, t, &direction);
        if norm(&next) >= radius {
            let t = to_boundary(&p, &direction, radius);
            return Ok(Step {
                p: along(&p, t, &direction),
                decrease: decrease + gain(t),
            });
        }
        decrease += gain(t);
        p = next;
        residual = along(&residual, t, &image);
        if norm(&residual) <= tolerance {
            break;
        }
        let beta = dot(&residual, &residual) / square;
        direction = along(&negated(&residual), beta, &direction);
    }
    Ok(Step { p, decrease })
}
