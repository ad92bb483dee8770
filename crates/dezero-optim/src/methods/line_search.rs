//! A line search for the strong Wolfe conditions: J. Moré and D. Thuente, "Line search algorithms with
//! guaranteed sufficient decrease", ACM TOMS 20 (1994) 286-307.

use std::rc::Rc;

use crate::search::{Halt, Sample, Search};
use crate::vector::{all_finite, along, dot};

/// What the step has to fulfil: `f(t) <= f(0) + decrease t f'(0)` and `|f'(t)| <= flat |f'(0)|`.
#[derive(Clone, Copy)]
pub(super) struct Wolfe {
    decrease: f64,
    flat: f64,
}

impl Wolfe {
    /// For quasi-Newton directions, whose first step is mostly right.
    pub(super) const LOOSE: Self = Self {
        decrease: 1e-4,
        flat: 0.9,
    };
}

/// The value and the slope at a step.
#[derive(Clone, Copy)]
struct End {
    t: f64,
    value: f64,
    slope: f64,
}

/// The most values that one search looks at.
const MOST: usize = 40;

/// A point along `direction` from `from`, at first `first` times it. `None` if the direction does not
/// lead down, or no point is found that is lower: at the end of precision, mostly.
pub(super) fn strong_wolfe(
    search: &mut Search<'_>,
    from: &Sample,
    direction: &[f64],
    first: f64,
    wolfe: Wolfe,
) -> Result<Option<Rc<Sample>>, Halt> {
    within(search, from, direction, first, f64::INFINITY, wolfe)
}

/// [`strong_wolfe`], by steps of at most `longest`.
pub(super) fn within(
    search: &mut Search<'_>,
    from: &Sample,
    direction: &[f64],
    first: f64,
    longest: f64,
    wolfe: Wolfe,
) -> Result<Option<Rc<Sample>>, Halt> {
    let slope = dot(search.gradient(from)?, direction);
    if slope >= 0.0 || !slope.is_finite() {
        return Ok(None);
    }
    let start = End {
        t: 0.0,
        value: from.value,
        slope,
    };
    let mut interval = Interval::new(start);
    let mut t = first.min(longest);
    let mut lowest: Option<Rc<Sample>> = None;
    for _ in 0..MOST {
        let at = search.evaluate(along(&from.x, t, direction))?;
        if at.x == from.x {
            break; // too short a step to be one
        }
        let gradient = if at.value.is_finite() {
            Some(search.gradient(&at)?).filter(|gradient| all_finite(gradient))
        } else {
            None
        };
        let Some(gradient) = gradient else {
            // Outside of where the function can be computed: towards the start.
            interval.limit(t);
            t = interval.low.t + 0.1 * (t - interval.low.t);
            continue;
        };
        let here = End {
            t,
            value: at.value,
            slope: dot(gradient, direction),
        };
        let enough = from.value + wolfe.decrease * t * slope;
        let decreased = here.value <= enough;
        let is_flat = here.slope.abs() <= wolfe.flat * -slope;
        if here.value < from.value && lowest.as_ref().is_none_or(|low| at.value < low.value) {
            lowest = Some(Rc::clone(&at));
        }
        if decreased && is_flat || (t >= longest && decreased && here.slope <= 0.0) {
            return Ok(Some(at));
        }
        let Some(next) = interval.narrow(here, start, wolfe, longest) else {
            break;
        };
        t = next;
    }
    Ok(lowest)
}

/// The interval that holds an acceptable step: its best end, the other, and how it shrinks.
struct Interval {
    low: End,
    high: End,
    /// Whether both ends enclose a minimum.
    is_bracket: bool,
    /// Whether a step has fulfilled the first condition with a slope upwards.
    is_second_stage: bool,
    widths: [f64; 2],
    /// Steps from here on were not finite.
    wall: f64,
}

impl Interval {
    fn new(start: End) -> Self {
        Self {
            low: start,
            high: start,
            is_bracket: false,
            is_second_stage: false,
            widths: [f64::INFINITY; 2],
            wall: f64::INFINITY,
        }
    }

    fn limit(&mut self, t: f64) {
        self.wall = self.wall.min(t);
    }

    /// The next step to try, after one that did not do; `None` if the interval is used up.
    fn narrow(&mut self, here: End, start: End, wolfe: Wolfe, longest: f64) -> Option<f64> {
        let tilt = wolfe.decrease * start.slope;
        if !self.is_second_stage && here.value <= start.value + here.t * tilt && here.slope >= 0.0 {
            self.is_second_stage = true;
        }
        // In the first stage the search is for a minimum of f(t) - f(0) - decrease t f'(0).
        let tilted = |end: End| End {
            value: end.value - end.t * tilt,
            slope: end.slope - tilt,
            ..end
        };
        let modified = !self.is_second_stage
            && here.value <= self.low.value
            && here.value > start.value + here.t * tilt;
        let (low, high, trial) = if modified {
            (tilted(self.low), tilted(self.high), tilted(here))
        } else {
            (self.low, self.high, here)
        };
        let far = (here.t + 4.0 * (here.t - self.low.t)).min(longest);
        let nearest = if self.is_bracket {
            self.low.t.min(self.high.t)
        } else {
            (here.t + 1.1 * (here.t - self.low.t)).min(longest)
        };
        let farthest = if self.is_bracket {
            self.low.t.max(self.high.t)
        } else {
            far
        };
        let (mut next, brackets) =
            trial_step(low, high, trial, self.is_bracket, [nearest, farthest]);
        // Which end the trial replaces.
        if trial.value > low.value {
            self.high = here;
        } else {
            if trial.slope * (low.t - trial.t) < 0.0 {
                self.high = self.low;
            }
            self.low = here;
        }
        self.is_bracket |= brackets;
        if self.is_bracket {
            let width = (self.high.t - self.low.t).abs();
            // At least two thirds shorter in two steps, or bisect.
            if width >= 0.66 * self.widths[0] {
                next = self.low.t + 0.5 * (self.high.t - self.low.t);
            }
            self.widths = [self.widths[1], width];
            if width <= f64::EPSILON * self.low.t.max(self.high.t) {
                return None;
            }
        }
        if next >= self.wall {
            next = self.low.t + 0.5 * (self.wall - self.low.t);
        }
        if next == here.t || !next.is_finite() {
            return None;
        }
        Some(next.min(longest))
    }
}

/// The step to try next, from the ends of the interval and the last trial, and whether a minimum is
/// enclosed now: section 4 of the paper, its four cases.
fn trial_step(low: End, high: End, trial: End, is_bracket: bool, range: [f64; 2]) -> (f64, bool) {
    let span = trial.t - low.t;
    let secant = trial.t + trial.slope / (trial.slope - low.slope) * (low.t - trial.t);
    // Case 1: higher. The minimum is enclosed.
    if trial.value > low.value {
        let cubic = cubic(low, trial);
        let quadratic =
            low.t + low.slope / ((low.value - trial.value) / span + low.slope) / 2.0 * span;
        let next = if (cubic - low.t).abs() < (quadratic - low.t).abs() {
            cubic
        } else {
            cubic + (quadratic - cubic) / 2.0
        };
        return (next, true);
    }
    // Case 2: lower, and the slope has changed its sign. The minimum is enclosed.
    if trial.slope * low.slope.signum() < 0.0 {
        let cubic = cubic(trial, low);
        let next = if (cubic - trial.t).abs() > (secant - trial.t).abs() {
            cubic
        } else {
            secant
        };
        return (next, true);
    }
    // Case 3: lower, and less steep.
    if trial.slope.abs() < low.slope.abs() {
        let ahead = cubic_ahead(low, trial, range);
        let (nearer, farther) = if (trial.t - ahead).abs() < (trial.t - secant).abs() {
            (ahead, secant)
        } else {
            (secant, ahead)
        };
        if is_bracket {
            let most = trial.t + 0.66 * (high.t - trial.t);
            let next = if trial.t > low.t {
                nearer.min(most)
            } else {
                nearer.max(most)
            };
            return (next, is_bracket);
        }
        return (farther.clamp(range[0], range[1]), is_bracket);
    }
    // Case 4: lower, and as steep.
    let next = if is_bracket {
        cubic(trial, high)
    } else if trial.t > low.t {
        range[1]
    } else {
        range[0]
    };
    (next, is_bracket)
}

/// The minimum of the cubic that has the values and slopes of both ends.
fn cubic(a: End, b: End) -> f64 {
    let theta = 3.0 * (a.value - b.value) / (b.t - a.t) + a.slope + b.slope;
    let scale = theta.abs().max(a.slope.abs()).max(b.slope.abs());
    let root = (theta / scale).powi(2) - (a.slope / scale) * (b.slope / scale);
    let gamma = scale * root.max(0.0).sqrt() * if b.t < a.t { -1.0 } else { 1.0 };
    let p = gamma - a.slope + theta;
    let q = gamma - a.slope + gamma + b.slope;
    a.t + p / q * (b.t - a.t)
}

/// The minimum of the cubic beyond the trial, or the end of the range where it has none there.
fn cubic_ahead(low: End, trial: End, range: [f64; 2]) -> f64 {
    let theta = 3.0 * (low.value - trial.value) / (trial.t - low.t) + low.slope + trial.slope;
    let scale = theta.abs().max(low.slope.abs()).max(trial.slope.abs());
    let root = (theta / scale).powi(2) - (low.slope / scale) * (trial.slope / scale);
    let gamma = scale * root.max(0.0).sqrt() * if trial.t > low.t { -1.0 } else { 1.0 };
    let p = gamma - trial.slope + theta;
    let q = gamma + (low.slope - trial.slope) + gamma;
    let r = p / q;
    if r < 0.0 && gamma != 0.0 {
        trial.t + r * (low.t - trial.t)
    } else if trial.t > low.t {
        range[1]
    } else {
        range[0]
    }
}
