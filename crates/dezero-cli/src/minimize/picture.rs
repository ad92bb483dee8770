//! Pictures of searches: contours with paths, a curve with points, or values at each iteration.

use dezero::optim::Stop;
use dezero::plot::{Convergence, Curve, Parabola, Paths};
use dezero::transforms::try_derivatives;
use dezero::{Picture, Theme, Variable};

use super::arguments::Method;
use super::outcome::method_name;
use super::problem::{Goal, Problem};
use super::search::Found;

/// The parabolas that are drawn of Newton's method.
const PARABOLAS: usize = 3;

/// The picture of searches of which `best` found the best point.
pub(crate) fn draw(
    problem: &Problem,
    searches: &[&Found],
    best: Option<&Found>,
    side_by_side: bool,
    theme: Theme,
) -> Picture {
    let best = best.filter(|found| found.optimum.is_converged());
    match &problem.start.names[..] {
        [x] => curve(problem, x, searches, best, theme),
        [x, y] => paths(problem, [x, y], searches, best, side_by_side, theme),
        _ => convergence(problem, searches, best, theme),
    }
}

fn paths(
    problem: &Problem,
    [x, y]: [&str; 2],
    searches: &[&Found],
    best: Option<&Found>,
    side_by_side: bool,
    theme: Theme,
) -> Picture {
    let mut picture = Paths::new(|x, y| problem.number(&[x, y]))
        .title(&problem.title())
        .axes(x, y)
        .theme(theme);
    for found in searches {
        let points = found.trace.rows().map(|row| (row.x[0], row.x[1]));
        picture = picture.path(&method_name(problem, found), points);
    }
    if let Some(found) = best {
        let (x, y) = (found.x[0], found.x[1]);
        picture = match problem.goal {
            Goal::Minimum => picture.minimum(x, y),
            Goal::Maximum => picture.maximum(x, y),
        };
    }
    for found in level(searches) {
        picture = picture.stationary("saddle", found.x[0], found.x[1]);
    }
    if let Some(bounds) = &problem.bounds {
        let of = |i: usize| (bounds.lower[i], bounds.upper[i]);
        picture = picture.bounds(of(0), of(1));
    }
    if let (Some(x), Some(y)) = (range(searches, 0), range(searches, 1)) {
        picture = picture.range(x, y);
    }
    if side_by_side {
        picture = picture.side_by_side();
    }
    picture.picture()
}

fn curve(
    problem: &Problem,
    x: &str,
    searches: &[&Found],
    best: Option<&Found>,
    theme: Theme,
) -> Picture {
    let mut picture = Curve::new(|x| problem.number(&[x]))
        .title(&problem.title())
        .axes(x, &format!("f({x})"))
        .theme(theme);
    for found in searches {
        let points = found.trace.rows().map(|row| row.x[0]);
        picture = picture.path(&method_name(problem, found), points);
        if found.method == Method::Newton && searches.len() == 1 {
            let points = found.trace.rows().map(|row| row.x[0]);
            let steps = points.take(found.optimum.iterations.min(PARABOLAS));
            picture = picture.parabolas(steps.filter_map(|x| parabola(problem, x)));
        }
    }
    for found in level(searches) {
        picture = picture.stationary(problem.goal.opposite().name(), found.x[0]);
    }
    if let Some(bounds) = &problem.bounds {
        picture = picture.bounds(bounds.lower[0], bounds.upper[0]);
    }
    if let Some((low, high)) = range(searches, 0) {
        picture = picture.range(low, high);
    }
    if let Some(found) = best {
        picture = match problem.goal {
            Goal::Minimum => picture.minimum(found.x[0]),
            Goal::Maximum => picture.maximum(found.x[0]),
        };
    }
    picture.picture()
}

/// The searches that ended where the formula is level and curves the wrong way, one for each such place.
fn level<'a>(searches: &[&'a Found]) -> Vec<&'a Found> {
    let mut level: Vec<&Found> = Vec::new();
    for found in searches {
        let is_level = found.optimum.stop == Stop::Gradient && !found.optimum.is_converged();
        let is_near = |other: &&Found| {
            let mut pairs = other.x.iter().zip(&found.x);
            pairs.all(|(a, b)| (a - b).abs() <= 1e-6 * a.abs().max(1.0))
        };
        if is_level && !level.iter().any(is_near) {
            level.push(found);
        }
    }
    level
}

/// What is to be seen of an axis if a search went astray: the surroundings of the starts, and of the ends of
/// those that arrived. The way of the others leaves the picture.
fn range(searches: &[&Found], axis: usize) -> Option<(f64, f64)> {
    let is_lost = |found: &&&Found| {
        let stop = found.optimum.stop;
        !stop.is_converged() && !stop.is_limit()
    };
    searches.iter().find(is_lost)?;
    let starts = searches
        .iter()
        .filter_map(|found| found.trace.rows().next());
    let starts: Vec<f64> = starts.map(|row| row.x[axis]).collect();
    let arrived = searches.iter().filter(|found| found.optimum.is_converged());
    let ends = arrived.map(|found| found.x[axis]);
    let shown: Vec<f64> = starts.into_iter().chain(ends).collect();
    shown.first()?;
    let low = shown.iter().copied().fold(f64::INFINITY, f64::min);
    let high = shown.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let margin = 0.75 * (high - low).max(low.abs()).max(1.0);
    Some((low - margin, high + margin))
}

/// What Newton's method takes the formula for at a point.
fn parabola(problem: &Problem, at: f64) -> Option<Parabola> {
    let f = |x: &Variable| problem.value(std::slice::from_ref(x));
    let derivatives = try_derivatives(f, &Variable::new(at), 2).ok()?;
    let [value, slope, curvature] = &derivatives[..] else {
        return None;
    };
    Some(Parabola {
        at,
        value: value.item(),
        slope: slope.item(),
        curvature: curvature.item(),
    })
}

fn convergence(
    problem: &Problem,
    searches: &[&Found],
    best: Option<&Found>,
    theme: Theme,
) -> Picture {
    let mut picture = Convergence::new().title(&problem.title()).theme(theme);
    for found in searches {
        let values = found.trace.rows().map(|row| row.value);
        picture = picture.line(&method_name(problem, found), values);
    }
    // A sum of squares that comes down to 0 is its own distance from the best value.
    if let Some(found) = best.filter(|found| found.optimum.value.abs() > 1e-12) {
        picture = picture.best(found.optimum.value);
    }
    picture.picture()
}
