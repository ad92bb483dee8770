//! The curve of a function of one variable, with the points of methods on it.

use kuva::plot::scatter::MarkerShape;

use super::axis::{Axis, number, range, with_margin};
use super::colours::{Dash, Look};
use super::line::Point;
use super::panel::{Panel, SIZE, Stroke};
use super::picture::picture;
use super::sampling::{curve, values};
use super::{has_settled, with_iterations};
use crate::picture::Picture;
use crate::theme::Theme;

/// From this many points on, the marks of a method are small.
const MANY: usize = 20;

/// What Newton's method takes a function for: the parabola with the same value, slope and curvature
/// at a point.
///
/// ```
/// use dezero_viz::plot::Parabola;
///
/// // x^4 - 2*x^2 at 2
/// let parabola = Parabola { at: 2.0, value: 8.0, slope: 24.0, curvature: 44.0 };
/// assert_eq!(parabola.value(3.0), 8.0 + 24.0 + 22.0);
/// assert_eq!(parabola.vertex(), Some(2.0 - 24.0 / 44.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parabola {
    /// The point.
    pub at: f64,
    /// The function's value there.
    pub value: f64,
    /// Its first derivative.
    pub slope: f64,
    /// Its second derivative.
    pub curvature: f64,
}

impl Parabola {
    /// The parabola's value at `t`.
    pub fn value(&self, t: f64) -> f64 {
        let step = t - self.at;
        self.value + step * (self.slope + 0.5 * self.curvature * step)
    }

    /// Where the parabola is lowest, or highest: the next point of Newton's method. None for a
    /// straight line.
    pub fn vertex(&self) -> Option<f64> {
        let vertex = self.at - self.slope / self.curvature;
        vertex.is_finite().then_some(vertex)
    }
}

/// A picture of a function of one variable with the points that methods came to.
///
/// ```
/// use dezero_viz::plot::{Curve, Parabola};
///
/// let f = |x: f64| x.powi(4) - 2.0 * x * x;
/// let (slope, curvature) = (|x: f64| 4.0 * x.powi(3) - 4.0 * x, |x: f64| 12.0 * x * x - 4.0);
/// let newton: Vec<f64> =
///     std::iter::successors(Some(2.0), |x| Some(x - slope(*x) / curvature(*x))).take(7).collect();
/// let parabola =
///     |&x: &f64| Parabola { at: x, value: f(x), slope: slope(x), curvature: curvature(x) };
/// let picture = Curve::new(f)
///     .title("x^4 - 2*x^2")
///     .axes("x", "y")
///     .path("Newton's method", newton.clone())
///     .parabolas(newton.iter().take(2).map(parabola))
///     .picture();
/// assert!(picture.to_svg().contains("Newton&apos;s method (6 iterations)"));
/// ```
pub struct Curve<'a> {
    function: Box<dyn Fn(f64) -> f64 + 'a>,
    title: String,
    names: [String; 2],
    paths: Vec<(String, Vec<f64>)>,
    parabolas: Vec<Parabola>,
    best: Option<(&'static str, f64)>,
    stationary: Vec<(String, f64)>,
    bounds: Option<(f64, f64)>,
    range: Option<(f64, f64)>,
    theme: Theme,
}

impl<'a> Curve<'a> {
    /// A picture of `f(x)`.
    pub fn new(f: impl Fn(f64) -> f64 + 'a) -> Self {
        Self {
            function: Box::new(f),
            title: String::new(),
            names: ["x".to_owned(), "f(x)".to_owned()],
            paths: Vec::new(),
            parabolas: Vec::new(),
            best: None,
            stationary: Vec::new(),
            bounds: None,
            range: None,
            theme: Theme::default(),
        }
    }

    /// What is written above the picture.
    #[must_use]
    pub fn title(mut self, title: &str) -> Self {
        title.clone_into(&mut self.title);
        self
    }

    /// The names of the variable and of the value.
    #[must_use]
    pub fn axes(mut self, x: &str, y: &str) -> Self {
        self.names = [x.to_owned(), y.to_owned()];
        self
    }

    /// Adds the path of a method: the start, and the point after each iteration.
    #[must_use]
    pub fn path(mut self, name: &str, points: impl IntoIterator<Item = f64>) -> Self {
        self.paths
            .push((name.to_owned(), points.into_iter().collect()));
        self
    }

    /// Adds what Newton's method takes the function for at its points, each with the way to its
    /// vertex and from there to the function.
    #[must_use]
    pub fn parabolas(mut self, parabolas: impl IntoIterator<Item = Parabola>) -> Self {
        self.parabolas.extend(parabolas);
        self
    }

    /// Marks the minimum.
    #[must_use]
    pub fn minimum(mut self, x: f64) -> Self {
        self.best = x.is_finite().then_some(("minimum", x));
        self
    }

    /// Marks the maximum.
    #[must_use]
    pub fn maximum(mut self, x: f64) -> Self {
        self.best = x.is_finite().then_some(("maximum", x));
        self
    }

    /// Marks a point where the function is level without a minimum or maximum to mark.
    #[must_use]
    pub fn stationary(mut self, name: &str, x: f64) -> Self {
        let point = x.is_finite().then(|| (name.to_owned(), x));
        self.stationary.extend(point);
        self
    }

    /// Draws the bounds of a search; infinite ones are where there is none.
    #[must_use]
    pub fn bounds(mut self, low: f64, high: f64) -> Self {
        self.bounds = Some((low, high));
        self
    }

    /// Shows the function from `low` to `high`, instead of where the points are.
    #[must_use]
    pub fn range(mut self, low: f64, high: f64) -> Self {
        self.range = Some((low, high));
        self
    }

    /// Light or dark.
    #[must_use]
    pub fn theme(mut self, theme: Theme) -> Self {
        self.theme = theme;
        self
    }

    /// Draws it.
    pub fn picture(&self) -> Picture {
        picture(&self.panel())
    }

    fn panel(&self) -> Panel {
        let f = &self.function;
        let x = Axis::linear(&self.names[0], self.range.unwrap_or_else(|| self.shown()));
        let ends = x.data_ends();
        let reached = self.paths.iter().flat_map(|(_, path)| path.iter());
        let reached = reached
            .filter(|&&t| (0.0..=1.0).contains(&x.fraction(t)))
            .map(|&t| f(t));
        let shown = range(reached, values(f, ends), 0.4).unwrap_or((-1.0, 1.0));
        let y = Axis::linear(&self.names[1], with_margin(shown, 0.06));

        let mut panel = Panel::new(x, y, self.theme);
        panel.title.clone_from(&self.title);
        let (colours, y) = (panel.colours, panel.y.clone());
        if let Some((low, high)) = self.bounds {
            let bound = Stroke::new(colours.bound, 1.6).dashed(Some("7 4"));
            for at in [low, high] {
                let x = panel.place((at, 0.0)).0;
                panel.line_at(&[(x, 0.0), (x, SIZE.1)], &bound);
            }
            panel.explain_line("bounds", &bound);
        }
        let ink = Stroke::new(colours.ink, 2.0);
        panel.line(&curve(f, ends, |value| y.fraction(value) * SIZE.1), &ink);
        panel.explain_line(&self.names[1], &ink);
        let parabola = Stroke::new(colours.parabola, 1.6).dashed(PARABOLA_DASH);
        let step = Stroke::new(colours.parabola, 1.6).dashed(STEP_DASH);
        for each in &self.parabolas {
            panel.line(&arc(*each), &parabola);
            if let Some(vertex) = each.vertex() {
                let lowest = (vertex, each.value(vertex));
                panel.line(&[lowest, (vertex, f(vertex))], &step);
                panel.marks(&[lowest], MarkerShape::Diamond, colours.parabola, 3.2);
            }
        }
        for (method, (name, path)) in self.paths.iter().enumerate() {
            let look = Look::of(method, colours);
            panel.explain_mark(&with_iterations(name, path.len()), look.colour, look.shape);
        }
        // Many small points over few large ones, so that of several at one place all are seen.
        let mut order: Vec<usize> = (0..self.paths.len()).collect();
        order.sort_by_key(|&method| self.paths[method].1.len());
        for (above, &method) in order.iter().enumerate() {
            let path = &self.paths[method].1;
            let points: Vec<Point> = path.iter().map(|&t| (t, f(t))).collect();
            let look = Look::of(method, colours);
            let size = if points.len() > MANY {
                3.2
            } else {
                6.0 - above.min(2) as f64
            };
            panel.marks(&points, look.shape, look.colour, size);
        }
        if !self.parabolas.is_empty() {
            panel.explain_line("parabola at a point", &parabola);
            panel.explain_line("from its vertex to the next point", &step);
        }
        for (name, at) in &self.stationary {
            panel.diamond((*at, f(*at)));
            let label = format!("{name} at {}", number(*at));
            panel.explain_mark(&label, colours.ink, MarkerShape::Diamond);
        }
        if let Some((name, at)) = self.best {
            panel.star((at, f(at)));
            let label = format!("{name} at {}", number(at));
            panel.explain_mark(&label, colours.ink, MarkerShape::Star);
        }
        panel
    }

    /// Where the points are, or around zero.
    fn shown(&self) -> (f64, f64) {
        let stationary = self.stationary.iter().map(|(_, at)| *at);
        let mut core: Vec<f64> = self
            .best
            .iter()
            .map(|(_, at)| *at)
            .chain(stationary)
            .collect();
        for (_, path) in &self.paths {
            core.extend(path.first());
            core.extend(path.last().filter(|_| has_settled(path.iter().copied())));
        }
        let all = self.paths.iter().flat_map(|(_, path)| path.iter().copied());
        match range(core, all, 3.0) {
            Some((low, high)) if low == high => (low - 1.0, high + 1.0),
            Some(found) => with_margin(found, 0.4),
            None => (-1.0, 1.0),
        }
    }
}

/// A parabola around its vertex, from somewhat before its point to as far on the other side.
fn arc(parabola: Parabola) -> Vec<Point> {
    let (from, to) = match parabola.vertex() {
        Some(vertex) => (parabola.at, vertex),
        None => (parabola.at - 1.0, parabola.at + 1.0),
    };
    let half = 1.15 * (to - from);
    let arc = (-120..=120).map(|i| to + half * f64::from(i) / 120.0);
    arc.map(|t| (t, parabola.value(t))).collect()
}

const PARABOLA_DASH: Dash = Some("7 4");
const STEP_DASH: Dash = Some("1.5 3");
