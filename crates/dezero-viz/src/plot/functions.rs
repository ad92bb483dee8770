//! Functions of one variable: with their derivatives, several of them, or one and what approximates it.

use kuva::plot::scatter::MarkerShape;

use super::axis::{Axis, range, with_margin};
use super::colours::{Colours, Look};
use super::line::Point;
use super::panel::{Panel, SIZE, Stroke};
use super::picture::picture;
use super::sampling::{Samples, shown};
use crate::picture::Picture;
use crate::theme::Theme;

type Function<'a> = Box<dyn Fn(f64) -> Vec<f64> + 'a>;

/// A picture of functions of one variable.
///
/// Curves have more points where they bend, end where a function does, and are not joined across
/// jumps and poles. All values are shown, but for those next to poles. A function is evaluated at
/// some 800 points, and at up to 8,000 more where it is not smooth.
///
/// ```
/// use dezero_viz::plot::Functions;
///
/// let picture = Functions::new(-7.0, 7.0)
///     .title("sin(x)")
///     .functions(["y", "y'", "y''"], |x: f64| vec![x.sin(), x.cos(), -x.sin()])
///     .picture();
/// assert!(picture.to_svg().contains(">y&apos;&apos;<"));
/// ```
pub struct Functions<'a> {
    ends: (f64, f64),
    title: String,
    names: [String; 2],
    theme: Theme,
    families: Vec<Family<'a>>,
    approximations: Vec<Family<'a>>,
    marks: Vec<(String, Point)>,
}

/// Functions that are evaluated together.
struct Family<'a> {
    names: Vec<String>,
    curves: Curves<'a>,
}

enum Curves<'a> {
    Functions(Function<'a>),
    /// One curve through points.
    Points(Vec<Point>),
}

impl<'a> Functions<'a> {
    /// A picture of what functions are between `low` and `high`.
    pub fn new(low: f64, high: f64) -> Self {
        Self {
            ends: (low, high),
            title: String::new(),
            names: ["x".to_owned(), String::new()],
            theme: Theme::default(),
            families: Vec::new(),
            approximations: Vec::new(),
            marks: Vec::new(),
        }
    }

    /// What is written above the picture.
    #[must_use]
    pub fn title(mut self, title: &str) -> Self {
        title.clone_into(&mut self.title);
        self
    }

    /// The names of the variable and of the values.
    #[must_use]
    pub fn axes(mut self, x: &str, y: &str) -> Self {
        self.names = [x.to_owned(), y.to_owned()];
        self
    }

    /// Light or dark.
    #[must_use]
    pub fn theme(mut self, theme: Theme) -> Self {
        self.theme = theme;
        self
    }

    /// Adds a function.
    #[must_use]
    pub fn function(self, name: &str, f: impl Fn(f64) -> f64 + 'a) -> Self {
        self.functions([name], move |x| vec![f(x)])
    }

    /// Adds functions whose values are computed together, such as a function and its derivatives.
    /// Where `f` gives fewer values than there are names, the others have none.
    #[must_use]
    pub fn functions(
        mut self,
        names: impl IntoIterator<Item = impl Into<String>>,
        f: impl Fn(f64) -> Vec<f64> + 'a,
    ) -> Self {
        self.families.push(Family::new(names, f));
        self
    }

    /// Adds a curve through points, broken where one is not a number.
    ///
    /// ```
    /// use dezero_viz::plot::Functions;
    ///
    /// let points = (0..=100).map(|i| f64::from(i) / 10.0).map(|x| (x, x.sqrt()));
    /// let picture = Functions::new(0.0, 10.0).points("sqrt(x)", points).picture();
    /// assert!(picture.to_svg().contains(">sqrt(x)<"));
    /// ```
    #[must_use]
    pub fn points(mut self, name: &str, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        self.families.push(Family {
            names: vec![name.to_owned()],
            curves: Curves::Points(points.into_iter().collect()),
        });
        self
    }

    /// Adds an approximation of the functions. Several, from the coarsest to the finest, have colours
    /// that shade into each other. They may leave the picture.
    ///
    /// ```
    /// use dezero_viz::plot::Functions;
    ///
    /// let picture = Functions::new(-3.0, 3.0)
    ///     .function("exp(x)", f64::exp)
    ///     .approximation("order 1", |x| 1.0 + x)
    ///     .approximation("order 2", |x| 1.0 + x + x * x / 2.0)
    ///     .mark("around 0", 0.0, 1.0)
    ///     .picture();
    /// assert!(picture.to_svg().contains(">order 2<"));
    /// ```
    #[must_use]
    pub fn approximation(mut self, name: &str, f: impl Fn(f64) -> f64 + 'a) -> Self {
        self.approximations
            .push(Family::new([name], move |x| vec![f(x)]));
        self
    }

    /// Marks a point.
    #[must_use]
    pub fn mark(mut self, name: &str, x: f64, y: f64) -> Self {
        self.marks.push((name.to_owned(), (x, y)));
        self
    }

    /// Draws it.
    pub fn picture(&self) -> Picture {
        picture(&self.panel())
    }

    /// The same in characters, for a terminal.
    ///
    /// It has `width` columns and `height` rows, with the title, the axes and the legend, but never
    /// fewer than 24 and 8. Title and legend may take more.
    ///
    /// ```
    /// use dezero_viz::plot::Functions;
    ///
    /// println!("{}", Functions::new(-7.0, 7.0).function("sin(x)", f64::sin).to_text(72, 18));
    /// ```
    pub fn to_text(&self, width: usize, height: usize) -> String {
        self.panel().to_text(width, height)
    }

    fn panel(&self) -> Panel {
        let x = Axis::linear(&self.names[0], self.ends);
        let ends = x.data_ends();
        let mut families: Vec<Sampled<'_, '_>> = sampled(&self.families, ends);
        let mut approximations = sampled(&self.approximations, ends);

        let seen = families.iter().filter_map(Sampled::shown);
        let seen = seen.flat_map(|(low, high)| [low, high]);
        let marked = self.marks.iter().map(|(_, point)| point.1);
        let seen = range(seen.chain(marked), [], 0.0);
        let margin = if approximations.is_empty() { 0.06 } else { 0.2 };
        let y = with_margin(seen.unwrap_or((-1.0, 1.0)), margin);
        let mut panel = Panel::new(x, Axis::linear(&self.names[1], y), self.theme);
        panel.title.clone_from(&self.title);
        panel.zero();

        let y = panel.y.clone();
        let height = |value: f64| y.fraction(value) * SIZE.1;
        let strokes = self.strokes(panel.colours);
        // Of a single curve, the title says what it is.
        let is_alone = strokes.len() == 1 && approximations.is_empty() && !self.title.is_empty();
        let explained = if is_alone { &[] } else { &strokes[..] };
        for (stroke, name) in explained
            .iter()
            .zip(self.families.iter().flat_map(|f| &f.names))
        {
            panel.explain_line(name, stroke);
        }
        let count = approximations.len();
        for (number, family) in approximations.iter_mut().enumerate() {
            let stroke = Stroke::new(&panel.colours.grade(number, count), 1.8);
            for (name, curve) in family.curves(height) {
                panel.line(&curve, &stroke);
                panel.explain_line(name, &stroke);
            }
        }
        // The first is the one that the others come from: it is drawn over them.
        let curves: Vec<Vec<Point>> = families
            .iter_mut()
            .flat_map(|family| family.curves(height))
            .map(|(_, curve)| curve)
            .collect();
        for (curve, stroke) in curves.iter().zip(&strokes).rev() {
            panel.line(curve, stroke);
        }
        for (name, point) in &self.marks {
            let ink = panel.colours.ink;
            panel.marks(&[*point], MarkerShape::Circle, ink, 4.5);
            panel.explain_mark(name, ink, MarkerShape::Circle);
        }
        panel
    }

    /// How the curves are drawn: by colours, or, of several families with several members, each with
    /// its colour and dashes for the members.
    fn strokes(&self, colours: &Colours) -> Vec<Stroke> {
        let several = self.families.len() > 1 && self.families.iter().any(|f| f.names.len() > 1);
        let mut strokes = Vec::new();
        for (number, family) in self.families.iter().enumerate() {
            for member in 0..family.names.len() {
                let width = if member == 0 { 2.4 } else { 2.0 };
                let count = strokes.len();
                let stroke = if several {
                    let look = Look::of_curve(number, colours);
                    Stroke::new(look.colour, width).dashed(Look::of(member, colours).dash)
                } else if !self.approximations.is_empty() && count == 0 {
                    Stroke::new(colours.ink, 2.6)
                } else {
                    let look = Look::of_curve(count, colours);
                    Stroke::new(look.colour, width).dashed(look.dash)
                };
                strokes.push(stroke);
            }
        }
        strokes
    }
}

impl<'a> Family<'a> {
    fn new(
        names: impl IntoIterator<Item = impl Into<String>>,
        f: impl Fn(f64) -> Vec<f64> + 'a,
    ) -> Self {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        let count = names.len();
        let f = move |x| {
            let mut values = f(x);
            values.resize(count, f64::NAN);
            values
        };
        Self {
            names,
            curves: Curves::Functions(Box::new(f)),
        }
    }
}

/// A family, and what is known of its values.
struct Sampled<'f, 'a> {
    family: &'f Family<'a>,
    samples: Option<Samples>,
}

fn sampled<'f, 'a>(families: &'f [Family<'a>], ends: (f64, f64)) -> Vec<Sampled<'f, 'a>> {
    let sampled = families.iter().map(|family| Sampled {
        family,
        samples: match &family.curves {
            Curves::Functions(f) => Some(Samples::spread(f, ends)),
            Curves::Points(_) => None,
        },
    });
    sampled.collect()
}

impl<'f> Sampled<'f, '_> {
    /// The values to be seen.
    fn shown(&self) -> Option<(f64, f64)> {
        match (&self.family.curves, &self.samples) {
            (Curves::Functions(f), Some(samples)) => shown(f, samples),
            (Curves::Points(points), _) => range(points.iter().map(|p| p.1), [], 0.0),
            _ => None,
        }
    }

    /// The curves, with their names.
    fn curves(&mut self, height: impl Fn(f64) -> f64 + Copy) -> Vec<(&'f str, Vec<Point>)> {
        let names = self.family.names.iter().map(String::as_str);
        match (&self.family.curves, &mut self.samples) {
            (Curves::Functions(f), Some(samples)) => {
                samples.refine(f, height);
                let curve = |(k, name)| (name, samples.curve(k, height));
                names.enumerate().map(curve).collect()
            }
            (Curves::Points(points), _) => names.map(|name| (name, points.clone())).collect(),
            _ => Vec::new(),
        }
    }
}
