//! Slopes from values alone: central differences, extrapolated, and a look at both sides of the
//! point.

/// What the values of a function near a point say of its slope there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Slope {
    /// It is this, give or take an estimated error.
    Near { slope: f64, error: f64 },
    /// It differs between the left and the right.
    Kink { left: f64, right: f64 },
    /// The function jumps, or is as steep as if it did.
    Jump,
    /// The function is not finite at the point or right beside it.
    NotFinite,
}

/// The slope of `f` at `x`.
pub(crate) fn slope(f: impl Fn(f64) -> f64, x: f64) -> Slope {
    let scale = x.abs().max(1.0);
    if !f(x).is_finite() {
        return Slope::NotFinite;
    }
    sides(&f, x, scale).unwrap_or_else(|| extrapolated(&f, x, scale))
}

/// The shortest of three steps in the look at both sides, as a power of two; the others are 2^4
/// and 2^8 times as long.
const SHORTEST: i32 = -30;

/// The difference quotients of both sides over one step.
#[derive(Clone, Copy)]
struct Sides {
    left: f64,
    right: f64,
    /// How much of them can be rounding.
    noise: f64,
}

impl Sides {
    fn gap(self) -> f64 {
        (self.right - self.left).abs()
    }

    fn differ(self) -> bool {
        self.gap() > self.noise && self.gap() > 1e-5 * self.left.abs().max(self.right.abs())
    }
}

/// The kink or jump, if it is one.
fn sides(f: impl Fn(f64) -> f64, x: f64, scale: f64) -> Option<Slope> {
    let middle = f(x);
    let quotients = |longer: i32| {
        let step = scale * f64::from(SHORTEST + longer).exp2();
        let (below, above) = (x - step, x + step);
        let (left, right) = (f(below), f(above));
        let largest = left.abs().max(right.abs()).max(middle.abs());
        Sides {
            left: (middle - left) / (x - below),
            right: (right - middle) / (above - x),
            noise: 1000.0 * f64::EPSILON * largest / step,
        }
    };
    let [long, middling, short] = [8, 4, 0].map(quotients);
    if !(short.left.is_finite() && short.right.is_finite()) {
        return Some(Slope::NotFinite);
    }
    // A step shorter by 2^8 makes the quotient of a jump larger by as much, that of a kink not.
    let grows = |long: f64, short: f64, noise: f64| short.abs() > noise.max(16.0 * long.abs());
    if grows(long.left, short.left, short.noise) || grows(long.right, short.right, short.noise) {
        return Some(Slope::Jump);
    }
    let is_kink =
        [long, middling, short].into_iter().all(Sides::differ) && short.gap() > 0.5 * long.gap();
    is_kink.then_some(Slope::Kink {
        left: short.left,
        right: short.right,
    })
}

/// The longest step of the central differences, as a power of two; each is twice the next.
const LONGEST: i32 = -4;
/// How many of them there are.
const STEPS: i32 = 26;
/// How often a difference is extrapolated at most.
const EXTRAPOLATIONS: usize = 5;

/// The central differences over ever shorter steps, extrapolated to a step of zero by Neville's
/// scheme: the entry that differs least from its neighbours is taken, and by how much it differs is
/// its error. (C. Ridders, Advances in Engineering Software 4, 1982.)
fn extrapolated(f: impl Fn(f64) -> f64, x: f64, scale: f64) -> Slope {
    let (mut best, mut error) = (f64::NAN, f64::INFINITY);
    let mut last: Vec<f64> = Vec::new();
    for i in 0..STEPS {
        let step = scale * f64::from(LONGEST - i).exp2();
        let (below, above) = (x - step, x + step);
        let (left, right) = (f(below), f(above));
        let quotient = (right - left) / (above - below);
        if !quotient.is_finite() {
            // Outside of the domain, or too steep; nearer to the point it may be better.
            last.clear();
            continue;
        }
        let noise = f64::EPSILON * left.abs().max(right.abs()) / (above - below);
        let mut row = vec![quotient];
        for (k, &longer) in last.iter().take(EXTRAPOLATIONS).enumerate() {
            // The error of a central difference is in even powers of the step.
            let factor = 4_f64.powi(k as i32 + 1);
            let next = row[k] + (row[k] - longer) / (factor - 1.0);
            let differs = (next - row[k]).abs().max((next - longer).abs()).max(noise);
            if differs < error {
                (best, error) = (next, differs);
            }
            row.push(next);
        }
        last = row;
    }
    if best.is_finite() {
        Slope::Near { slope: best, error }
    } else {
        Slope::NotFinite
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_of_smooth_functions() {
        for (name, f, slope_of) in [
            (
                "sin",
                f64::sin as fn(f64) -> f64,
                f64::cos as fn(f64) -> f64,
            ),
            ("exp", f64::exp, f64::exp),
            ("tanh", f64::tanh, |x| 1.0 - x.tanh().powi(2)),
            ("cube", |x| x * x * x, |x| 3.0 * x * x),
            ("square, far up", |x| 1e6 + x * x, |x| 2.0 * x),
            ("fast", |x| (1e4 * x).sin(), |x| 1e4 * (1e4 * x).cos()),
            (
                "log near its end",
                |x| (x + 1e-3).abs().ln(),
                |x| 1.0 / (x + 1e-3),
            ),
        ] {
            for x in [0.0, 0.3, -1.5, 12.0] {
                let Slope::Near { slope, error } = slope(f, x) else {
                    panic!("{name} at {x}: {:?}", slope(f, x));
                };
                let (expected, off) = (slope_of(x), (slope - slope_of(x)).abs());
                assert!(
                    off <= 1e-6 * expected.abs().max(1.0),
                    "{name} at {x}: {slope}, not {expected}"
                );
                assert!(
                    off <= 100.0 * error + 1e-12 * expected.abs(),
                    "{name} at {x}: off by {off}, not {error}"
                );
            }
        }
    }

    #[test]
    fn points_without_a_slope() {
        assert_eq!(
            slope(f64::abs, 0.0),
            Slope::Kink {
                left: -1.0,
                right: 1.0
            }
        );
        let kink = slope(|x| x.sin().max(x.cos()), std::f64::consts::FRAC_PI_4);
        assert!(matches!(kink, Slope::Kink { .. }), "{kink:?}");
        for (f, x) in [
            (f64::floor as fn(f64) -> f64, 2.0),
            (f64::cbrt, 0.0),
            (|x| if x == 1.0 { 5.0 } else { x }, 1.0),
        ] {
            assert_eq!(slope(f, x), Slope::Jump);
        }
        for (f, x) in [
            (f64::recip as fn(f64) -> f64, 0.0),
            (f64::sqrt, 0.0),
            (f64::ln, -1.0),
            (f64::sin, f64::NAN),
            (f64::sin, f64::INFINITY),
        ] {
            assert_eq!(slope(f, x), Slope::NotFinite);
        }
    }
}
