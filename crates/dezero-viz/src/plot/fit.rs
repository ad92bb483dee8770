//! Data, and curves fitted to them.

use kuva::plot::scatter::MarkerShape;

use super::axis::{Axis, range, with_margin};
use super::colours::Look;
use super::line::Point;
use super::panel::{Panel, SIZE, Stroke};
use super::picture::picture;
use super::sampling::{curve, values};
use crate::picture::Picture;
use crate::theme::Theme;

type Function<'a> = Box<dyn Fn(f64) -> f64 + 'a>;

/// A picture of data with curves through them, as SVG or as text.
///
/// ```
/// use dezero_viz::plot::Fit;
///
/// let data: Vec<(f64, f64)> = (0..30).map(|i| f64::from(i) / 6.0).map(|x| (x, (-x).exp())).collect();
/// let fit = Fit::new(data)
///     .title("y = a*exp(-b*x)")
///     .axes("x", "y")
///     .curve("a = 1, b = 1", |x| (-x).exp());
/// assert!(fit.picture().to_svg().contains("a = 1, b = 1"));
/// println!("{}", fit.to_text(72, 18));
/// ```
pub struct Fit<'a> {
    data: Vec<Point>,
    title: String,
    names: [String; 2],
    curves: Vec<(String, Function<'a>)>,
    range: Option<(f64, f64)>,
    theme: Theme,
}

impl<'a> Fit<'a> {
    /// A picture of data points.
    pub fn new(data: impl IntoIterator<Item = (f64, f64)>) -> Self {
        Self {
            data: data.into_iter().collect(),
            title: String::new(),
            names: ["x".to_owned(), "y".to_owned()],
            curves: Vec::new(),
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

    /// The names of both columns.
    #[must_use]
    pub fn axes(mut self, x: &str, y: &str) -> Self {
        self.names = [x.to_owned(), y.to_owned()];
        self
    }

    /// Adds a curve.
    #[must_use]
    pub fn curve(mut self, name: &str, f: impl Fn(f64) -> f64 + 'a) -> Self {
        self.curves.push((name.to_owned(), Box::new(f)));
        self
    }

    /// Adds a curve that is known at some points, with straight lines between them.
    #[must_use]
    pub fn sampled(self, name: &str, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let mut points: Vec<Point> = points.into_iter().filter(|(x, _)| !x.is_nan()).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        self.curve(name, move |x| interpolated(&points, x))
    }

    /// Shows it from `low` to `high`, instead of where the data are.
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

    /// The same in characters, for a terminal: the data as circles, the curve as dots.
    ///
    /// It has `width` columns and `height` rows, with the title, the axes and the legend, but never
    /// fewer than 24 and 8. Title and legend may take more.
    pub fn to_text(&self, width: usize, height: usize) -> String {
        self.panel().to_text(width, height)
    }

    fn panel(&self) -> Panel {
        let (x, y) = self.axes_shown();
        let ends = x.data_ends();
        let mut panel = Panel::new(x, y, self.theme);
        panel.title.clone_from(&self.title);
        let (colours, y) = (panel.colours, panel.y.clone());
        panel.marks(&self.data, MarkerShape::Circle, colours.data, 3.4);
        panel.explain_mark("data", colours.data, MarkerShape::Circle);
        for (number, (name, f)) in self.curves.iter().enumerate() {
            let stroke = Stroke::new(Look::of_curve(number, colours).colour, 2.4);
            let curve = curve(f, ends, |value| y.fraction(value) * SIZE.1);
            panel.line(&curve, &stroke);
            panel.explain_line(name, &stroke);
        }
        panel
    }

    fn axes_shown(&self) -> (Axis, Axis) {
        let finite = || {
            self.data
                .iter()
                .filter(|(x, y)| x.is_finite() && y.is_finite())
        };
        let whole = range(finite().map(|p| p.0), [], 0.0).unwrap_or((0.0, 1.0));
        let x = Axis::linear(
            &self.names[0],
            self.range.unwrap_or(with_margin(whole, 0.04)),
        );
        let shown = |t: f64| (0.0..=1.0).contains(&x.fraction(t));
        let data = finite().filter(|p| shown(p.0)).map(|p| p.1);
        let curves = self
            .curves
            .iter()
            .flat_map(|(_, f)| values(f, x.data_ends()));
        let y = range(data, curves, 0.4).unwrap_or((0.0, 1.0));
        let y = Axis::linear(&self.names[1], with_margin(y, 0.06));
        (x, y)
    }
}

/// The value at `x` on the lines between points that are sorted; not a number outside of them.
fn interpolated(points: &[Point], x: f64) -> f64 {
    let above = points.partition_point(|p| p.0 < x);
    match (
        above.checked_sub(1).map(|below| points[below]),
        points.get(above),
    ) {
        (_, Some(&(at, value))) if at == x => value,
        (Some(a), Some(&b)) => a.1 + (b.1 - a.1) * ((x - a.0) / (b.0 - a.0)),
        _ => f64::NAN,
    }
}
