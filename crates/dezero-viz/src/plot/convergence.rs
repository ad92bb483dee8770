//! Values at each iteration.

use super::axis::{Axis, number};
use super::colours::Look;
use super::line::Point;
use super::panel::{Panel, Stroke};
use super::picture::picture;
use super::with_iterations;
use crate::picture::Picture;
use crate::theme::Theme;

/// Up to this many points of a line have a mark each.
const MOST_MARKS: usize = 40;

/// Where one method takes this many times the iterations of another, the other would be a vertical
/// line: iterations are drawn logarithmically.
const UNLIKE: usize = 40;

/// A method that comes to values as many times the first has diverged.
const DIVERGED: f64 = 1e3;

/// A picture of how fast methods come down: the value at each iteration, on a logarithmic axis.
///
/// Where values are not positive, or come down to one that is not near 0, what is drawn is their
/// distance from the best value of all.
///
/// ```
/// use dezero_viz::plot::Convergence;
///
/// let picture = Convergence::new()
///     .title("sum of squares")
///     .line("gradient descent", (0..200).map(|i| 0.9_f64.powi(i)))
///     .line("Newton's method", [1.0, 1e-3, 1e-8, 1e-17])
///     .picture();
/// assert!(picture.to_svg().contains("gradient descent (199 iterations)"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Convergence {
    title: String,
    lines: Vec<(String, Vec<f64>)>,
    best: Option<f64>,
    theme: Theme,
}

impl Convergence {
    /// A picture without lines.
    pub fn new() -> Self {
        Self::default()
    }

    /// What is written above the picture.
    #[must_use]
    pub fn title(mut self, title: &str) -> Self {
        title.clone_into(&mut self.title);
        self
    }

    /// Adds a method: its value at the start and after each iteration.
    #[must_use]
    pub fn line(mut self, name: &str, values: impl IntoIterator<Item = f64>) -> Self {
        self.lines
            .push((name.to_owned(), values.into_iter().collect()));
        self
    }

    /// Draws distances from this value, which the methods should come to; from either side.
    #[must_use]
    pub fn best(mut self, value: f64) -> Self {
        self.best = value.is_finite().then_some(value);
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
        let best = self.best.or_else(|| self.best_found());
        let height = |value: f64| match best {
            None => value,
            // On a logarithmic axis the best value of all has no place.
            Some(best) if value == best => f64::NAN,
            Some(best) => (value - best).abs(),
        };
        let heights = self
            .values()
            .map(height)
            .filter(|h| h.is_finite() && *h > 0.0);
        let (low, high) = heights
            .fold(None, |ends: Option<(f64, f64)>, h| {
                Some(ends.map_or((h, h), |(low, high)| (low.min(h), high.max(h))))
            })
            .unwrap_or((1.0, 10.0));
        // Of a method that diverges, the beginning says enough.
        let starts = self.lines.iter().filter_map(|(_, values)| values.first());
        let starts = starts.map(|&v| height(v)).filter(|h| h.is_finite());
        let high = match starts.max_by(f64::total_cmp) {
            Some(start) if start > 0.0 => high.min(DIVERGED * start).max(low),
            _ => high,
        };
        // Values next to zero say nothing of the rest.
        let low = low.max(high * 1e-40);
        let name = match best {
            None => "value".to_owned(),
            Some(best) if best < 0.0 => format!("value + {}", number(-best)),
            Some(best) => format!("value - {}", number(best)),
        };

        let counts = || {
            self.lines
                .iter()
                .map(|(_, values)| values.len().saturating_sub(1))
        };
        let longest = counts().max().unwrap_or(0).max(1);
        let shortest = counts().filter(|&n| n > 0).min().unwrap_or(1);
        let many = longest > UNLIKE * shortest;
        let x = if many {
            Axis::counts(
                "iteration (logarithmic, the start at the left)",
                longest as f64,
            )
        } else {
            let longest = longest as f64;
            Axis::linear("iteration", (-0.02 * longest, 1.02 * longest))
        };
        let place = |i: usize| if many { (i as f64).max(0.5) } else { i as f64 };
        let mut panel = Panel::new(x, Axis::logarithmic(&name, (low, high)), self.theme);
        panel.title.clone_from(&self.title);
        for (method, (name, values)) in self.lines.iter().enumerate() {
            let look = Look::of(method, panel.colours);
            let stroke = Stroke::new(look.colour, 2.0).dashed(look.dash);
            let points = values.iter().enumerate();
            let points: Vec<Point> = points.map(|(i, &v)| (place(i), height(v))).collect();
            panel.line(&points, &stroke);
            if points.len() <= MOST_MARKS {
                panel.marks(&points, look.shape, look.colour, 3.4);
            }
            panel.explain_line(&with_iterations(name, values.len()), &stroke);
        }
        picture(&panel)
    }

    fn values(&self) -> impl Iterator<Item = f64> {
        self.lines
            .iter()
            .flat_map(|(_, values)| values.iter().copied())
    }

    /// The smallest value, if the values themselves would not fill a logarithmic axis.
    fn best_found(&self) -> Option<f64> {
        let finite = || self.values().filter(|v| v.is_finite());
        let low = finite().min_by(f64::total_cmp)?;
        let high = finite().max_by(f64::total_cmp)?;
        (low < 0.0 || high < 10.0 * low).then_some(low)
    }
}
