//! Functions sampled for a curve: more points where they bend, none across a jump or a pole; and
//! which of their values to show where they have poles.

use super::axis::range;
use super::line::Point;

/// Intervals of the first sampling.
const EVEN: usize = 800;

/// How far from the middle of its interval a point of the first sampling may be: evenly spaced
/// points would see nothing of a function of that period.
const JITTER: f64 = 0.4;

/// Evaluations in all of one refinement.
const MOST: usize = 8_000;

/// Levels of bisection for a curve that bends; and for one that jumps, which is then closer than
/// numbers of the axis can tell.
const BENDS: usize = 9;
const JUMPS: usize = 46;

/// Pixels by which the curve may miss the function in the middle of a line.
const TOLERANCE: f64 = 0.2;

/// Pixels from which on a jump is one.
const JUMP: f64 = 1.5;

/// The peaks that are looked at for poles.
const MOST_PEAKS: usize = 40;

/// Levels of the search along a peak, in each of which the interval shrinks to a quarter.
const PEAK_LEVELS: usize = 12;

/// The value of several functions at a number.
type Functions<'a> = dyn Fn(f64) -> Vec<f64> + 'a;

/// Values of several functions at the same points.
pub(super) struct Samples {
    /// Increasing.
    xs: Vec<f64>,
    /// Of each point, those of all functions.
    values: Vec<Vec<f64>>,
    /// Intervals that were halved as often as makes sense.
    exhausted: Vec<(f64, f64)>,
}

impl Samples {
    /// Points spread over the interval from `low` to `high`, with both ends.
    pub(super) fn spread(f: &Functions<'_>, (low, high): (f64, f64)) -> Self {
        let at = |share: f64| low + (high - low) * share;
        // The fractional parts of multiples of the golden ratio have no period.
        let golden = |i: usize| (i as f64 * 0.618_033_988_749_895).fract() - 0.5;
        let inner = |i: usize| (i as f64 + JITTER * golden(i)) / EVEN as f64;
        let xs = (0..=EVEN).map(|i| match i {
            0 => low,
            EVEN => high,
            i => at(inner(i)),
        });
        let xs: Vec<f64> = xs.collect();
        let values = xs.iter().map(|&x| f(x)).collect();
        Self {
            xs,
            values,
            exhausted: Vec::new(),
        }
    }

    /// Values of one of the functions.
    fn of(&self, function: usize) -> impl Iterator<Item = f64> + '_ {
        self.values.iter().map(move |values| values[function])
    }

    /// More points where the functions need them. `height` is where a value of a function is drawn,
    /// in pixels.
    pub(super) fn refine(&mut self, f: &Functions<'_>, height: impl Fn(f64) -> f64) {
        let functions = self.values.first().map_or(0, Vec::len);
        let mut points: Vec<(f64, Vec<f64>)> =
            self.xs.drain(..).zip(self.values.drain(..)).collect();
        let mut todo: Vec<(usize, usize)> = (1..points.len()).map(|i| (i - 1, i)).collect();
        let mut left = MOST;
        for level in 0..JUMPS {
            let mut next = Vec::new();
            for (a, b) in todo {
                let (xa, xb) = (points[a].0, points[b].0);
                let middle = xa + (xb - xa) / 2.0;
                if middle <= xa || middle >= xb {
                    self.exhausted.push((xa, xb));
                    continue;
                }
                if left == 0 {
                    continue;
                }
                left -= 1;
                let values = f(middle);
                let shape = |k: usize| {
                    let at = |i: usize| height(points[i].1[k]);
                    Piece::of(at(a), height(values[k]), at(b))
                };
                let needs = (0..functions).map(shape).max().unwrap_or(Piece::Straight);
                points.push((middle, values));
                let m = points.len() - 1;
                match needs {
                    Piece::Straight => {}
                    Piece::Bent if level >= BENDS => {}
                    Piece::Bent | Piece::Broken if level + 1 < JUMPS => {
                        next.extend([(a, m), (m, b)]);
                    }
                    _ => self.exhausted.extend([(xa, middle), (middle, xb)]),
                }
            }
            todo = next;
        }
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        (self.xs, self.values) = points.into_iter().unzip();
        self.exhausted.sort_by(|a, b| a.0.total_cmp(&b.0));
    }

    /// The curve of one of the functions, with a point that is not a number where it is broken.
    pub(super) fn curve(&self, function: usize, height: impl Fn(f64) -> f64) -> Vec<Point> {
        let mut curve: Vec<Point> = Vec::with_capacity(self.xs.len());
        let mut exhausted = self.exhausted.iter().peekable();
        for (i, (&x, y)) in self.xs.iter().zip(self.of(function)).enumerate() {
            let before = i.checked_sub(1).map(|before| self.xs[before]);
            if let Some(before) = before {
                while exhausted.peek().is_some_and(|(a, _)| *a < before) {
                    exhausted.next();
                }
                let last = curve[curve.len() - 1].1;
                let [from, to] = [last, y].map(|y| height(y).clamp(BELOW, ABOVE));
                let jumps = exhausted.peek().is_some_and(|&&e| e == (before, x))
                    && (to - from).abs() > JUMP;
                if jumps || is_across(from, to) {
                    curve.push((x, f64::NAN));
                }
            }
            curve.push((x, if y.is_finite() { y } else { f64::NAN }));
        }
        curve
    }
}

/// Whether a curve goes from below the frame to above it between two points, or back: at a pole.
fn is_across(from: f64, to: f64) -> bool {
    let (low, high) = (from.min(to), from.max(to));
    low <= BELOW && high >= ABOVE
}

/// Heights in pixels from which on a curve is far from the frame.
const BELOW: f64 = -450.0;
const ABOVE: f64 = 900.0;

/// What a function does between two points.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Piece {
    Straight,
    Bent,
    /// It may jump, or end.
    Broken,
}

impl Piece {
    /// What heights at the ends and in the middle look like.
    fn of(a: f64, middle: f64, b: f64) -> Self {
        let has_value = [a, middle, b].map(f64::is_finite);
        if has_value.contains(&true) && has_value.contains(&false) {
            return Self::Broken;
        }
        if !has_value[0] {
            return Self::Straight;
        }
        let [a, middle, b] = [a, middle, b].map(|height| height.clamp(BELOW, ABOVE));
        let steep = (a - middle).abs().max((b - middle).abs()) > 2.0;
        if (middle - f64::midpoint(a, b)).abs() <= TOLERANCE {
            return if (b - a).abs() > 60.0 {
                Self::Bent
            } else {
                Self::Straight
            };
        }
        if steep { Self::Broken } else { Self::Bent }
    }
}

/// The values of several functions that are to be seen: all of them, but for those next to poles.
///
/// Where the first function has poles, it alone says what is shown; of the others, what is near.
pub(super) fn shown(f: &Functions<'_>, samples: &Samples) -> Option<(f64, f64)> {
    let functions = samples.values.first().map_or(0, Vec::len);
    let each: Vec<Seen> = (0..functions).map(|k| Seen::of(f, samples, k)).collect();
    if !each.iter().any(|seen| seen.poles) {
        return range(each.iter().flat_map(Seen::ends), [], 0.0);
    }
    let first = each.iter().find(|seen| seen.range.is_some())?;
    range(first.ends(), each.iter().flat_map(Seen::ends), 1.0)
}

/// What is to be seen of one function.
struct Seen {
    range: Option<(f64, f64)>,
    poles: bool,
}

impl Seen {
    fn of(f: &Functions<'_>, samples: &Samples, function: usize) -> Self {
        let (peaks, poles) = peaks(f, samples, function);
        let points = || samples.xs.iter().copied().zip(samples.of(function));
        if poles.is_empty() {
            let values = points().map(|p| p.1).chain(peaks);
            return Self {
                range: range(values, [], 0.0),
                poles: false,
            };
        }
        let width = samples.xs[samples.xs.len() - 1] - samples.xs[0];
        let mut near = 0.025 * width;
        for pair in poles.windows(2) {
            near = near.min(0.2 * (pair[1] - pair[0]));
        }
        let away = |x: f64| {
            let next = poles.partition_point(|&pole| pole < x);
            let closest = poles[next.saturating_sub(1)..].iter().take(2);
            closest.fold(f64::INFINITY, |away, pole| away.min((x - pole).abs()))
        };
        let kept = points().filter(|p| away(p.0) >= near).map(|p| p.1);
        let mut kept: Vec<f64> = kept.filter(|v| v.is_finite()).collect();
        kept.sort_by(f64::total_cmp);
        let range = kept.len().checked_sub(1).and_then(|last| {
            let at = |share: f64| kept[(share * last as f64).round() as usize];
            range([at(0.04), at(0.96)], kept.iter().copied(), 1.5)
        });
        Self { range, poles: true }
    }

    fn ends(&self) -> impl Iterator<Item = f64> + use<> {
        let range = self.range;
        range.into_iter().flat_map(|(low, high)| [low, high])
    }
}

/// The highest values near the peaks of a function, and the places of those that have no highest:
/// of its poles.
fn peaks(f: &Functions<'_>, samples: &Samples, function: usize) -> (Vec<f64>, Vec<f64>) {
    let size: Vec<f64> = samples.of(function).map(f64::abs).collect();
    let mut sorted: Vec<f64> = size.iter().copied().filter(|v| v.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let Some(&middle) = sorted.get(sorted.len() / 2) else {
        return (Vec::new(), Vec::new());
    };
    // Beside what is not a number, or infinite, a value is at a peak.
    let at = |i: Option<usize>| {
        let size = i.and_then(|i| size.get(i)).copied();
        size.filter(|v| v.is_finite()).unwrap_or(f64::NEG_INFINITY)
    };
    let is_peak = |&i: &usize| {
        let is_high = size[i].is_finite() && size[i] > 2.0 * middle;
        is_high && size[i] >= at(i.checked_sub(1)) && size[i] >= at(Some(i + 1))
    };
    let mut candidates: Vec<usize> = (0..size.len()).filter(is_peak).collect();
    candidates.sort_by(|&a, &b| size[b].total_cmp(&size[a]));
    candidates.truncate(MOST_PEAKS);
    candidates.sort_unstable();

    let (mut peaks, mut poles) = (Vec::new(), Vec::new());
    for i in candidates {
        let last = samples.xs.len() - 1;
        let around = (
            samples.xs[i.saturating_sub(1)],
            samples.xs[(i + 1).min(last)],
        );
        match climb(|x| f(x)[function], around, samples.xs[i]) {
            Climb::Peak(value) => peaks.push(value),
            Climb::Pole(at) => poles.push(at),
            Climb::Endless => {}
        }
    }
    poles.dedup_by(|b, a| *b - *a <= 4.0 * (samples.xs[1] - samples.xs[0]).abs());
    (peaks, poles)
}

/// Where a climb on a function ends.
enum Climb {
    Peak(f64),
    Pole(f64),
    /// Still growing, but slowly: at the end of a logarithm.
    Endless,
}

/// Climbs on the size of a function, in smaller and smaller intervals. At a pole it grows by a
/// factor in each; at a peak it stops growing; at a logarithm's end it grows by ever less.
fn climb(f: impl Fn(f64) -> f64, (mut low, mut high): (f64, f64), start: f64) -> Climb {
    let (mut at, mut value) = (start, f(start));
    let mut sizes = vec![value.abs()];
    for _ in 0..PEAK_LEVELS {
        let step = (high - low) / 8.0;
        for k in 1..8 {
            let x = low + f64::from(k) * step;
            let y = f(x);
            if y.is_finite() && y.abs() > value.abs() {
                (at, value) = (x, y);
            }
        }
        sizes.push(value.abs());
        (low, high) = ((at - step).max(low), (at + step).min(high));
    }
    let (half, end) = (sizes[PEAK_LEVELS / 2], sizes[PEAK_LEVELS]);
    // What grows a million times between two samples goes as far up as a pole to the eye.
    let is_pole = end > 4.0 * half && half > 2.0 * sizes[0] || end > 1e6 * sizes[0];
    if is_pole {
        Climb::Pole(at)
    } else if end > 1.05 * half {
        Climb::Endless
    } else {
        Climb::Peak(value)
    }
}

/// The curve of one function between two ends, for which it is sampled here.
pub(super) fn curve(
    f: impl Fn(f64) -> f64,
    ends: (f64, f64),
    height: impl Fn(f64) -> f64 + Copy,
) -> Vec<Point> {
    let f = |x| vec![f(x)];
    let mut samples = Samples::spread(&f, ends);
    samples.refine(&f, height);
    samples.curve(0, height)
}

/// Values of one function between two ends.
pub(super) fn values(f: impl Fn(f64) -> f64, ends: (f64, f64)) -> Vec<f64> {
    Samples::spread(&|x| vec![f(x)], ends).of(0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The curve of a function in a frame of values, its pieces.
    fn pieces(
        f: impl Fn(f64) -> f64,
        ends: (f64, f64),
        (low, high): (f64, f64),
    ) -> Vec<Vec<Point>> {
        let height = |v: f64| (v - low) / (high - low) * 450.0;
        let curve = curve(f, ends, height);
        let pieces = curve.split(|p| p.1.is_nan()).map(<[Point]>::to_vec);
        pieces.filter(|piece| !piece.is_empty()).collect()
    }

    fn shown(f: impl Fn(f64) -> f64, ends: (f64, f64)) -> (f64, f64) {
        let f = |x| vec![f(x)];
        super::shown(&f, &Samples::spread(&f, ends)).unwrap()
    }

    #[test]
    fn a_curve_is_broken_at_poles_and_jumps_alone() {
        assert_eq!(pieces(f64::tan, (-7.0, 7.0), (-3.0, 3.0)).len(), 5);
        assert_eq!(pieces(|x| 1.0 / x, (-5.0, 5.0), (-4.0, 4.0)).len(), 2);
        assert_eq!(pieces(f64::floor, (-2.5, 2.5), (-3.0, 2.0)).len(), 6);
        assert_eq!(pieces(f64::signum, (-1.0, 1.0), (-1.0, 1.0)).len(), 2);
        for smooth in [
            f64::abs as fn(f64) -> f64,
            f64::cbrt,
            |x| (1e6 * x).tanh(),
            |x| 50.0 * x.sin(),
        ] {
            assert_eq!(pieces(smooth, (-1.0, 1.3), (-1.0, 1.0)).len(), 1);
        }
    }

    #[test]
    fn a_curve_begins_where_the_function_does() {
        let root = pieces(f64::sqrt, (-1.0, 2.0), (0.0, 2.0));
        assert_eq!(root.len(), 1);
        let (x, y) = root[0][0];
        assert!((0.0..1e-9).contains(&x) && y < 1e-4, "{x} {y}");
    }

    #[test]
    fn a_narrow_peak_is_drawn_to_its_top() {
        let peak = |x: f64| 1.0 / (1.0 + (500.0 * (x - 0.123)).powi(2));
        let top = shown(peak, (-5.0, 5.0)).1;
        assert!(top > 0.99, "{top}");
        let curve = pieces(peak, (-5.0, 5.0), (0.0, 1.0)).concat();
        assert!(curve.iter().any(|p| p.1 > 0.99));
    }

    #[test]
    fn poles_do_not_set_the_range() {
        for (f, size) in [
            (f64::tan as fn(f64) -> f64, 8.0),
            (|x| 1.0 / x, 10.0),
            (|x| 1.0 / (x * x), 40.0),
            (|x| (1.0 / x).exp(), 50.0),
            (|x| x + 1.0 / (x - 1.0).powi(3), 100.0),
            (f64::ln, 12.0),
        ] {
            let (low, high) = shown(f, (-5.0, 5.0));
            assert!(
                high > 1.0 && low <= 0.1 && high - low < size,
                "{low} {high}"
            );
        }
    }

    #[test]
    fn what_has_no_pole_is_seen_whole() {
        for (f, low, high) in [
            (f64::exp as fn(f64) -> f64, (-20_f64).exp(), 20_f64.exp()),
            (|x| x.powi(9), -(20_f64.powi(9)), 20_f64.powi(9)),
            (|_| 3.0, 3.0, 3.0),
            (|x| 1e300 * x, -20e300, 20e300),
        ] {
            assert_eq!(shown(f, (-20.0, 20.0)), (low, high));
        }
    }

    #[test]
    fn no_period_is_overlooked() {
        let (low, high) = shown(|x| (x * 80.0 * std::f64::consts::TAU).sin(), (-5.0, 5.0));
        assert!(low < -0.9 && high > 0.9, "{low} {high}");
    }
}
