//! Contours of a function of two variables, with the paths of methods over them.

use kuva::plot::scatter::MarkerShape;

use super::axis::{Axis, number, range, with_margin};
use super::colours::Look;
use super::contour::{Grid, Levels};
use super::contour_lines::{Contour, Label, apart, label};
use super::line::Point;
use super::panel::{Panel, SIZE, Stroke};
use super::picture::{picture, picture_of_panels};
use super::{has_settled, with_iterations};
use crate::picture::Picture;
use crate::theme::Theme;

/// Cells of the grid on which the function is evaluated: two pixels wide.
const CELLS: (usize, usize) = (300, 225);

/// The mean width, in pixels, up to which a closed contour is not drawn.
const THINNEST: f64 = 2.5;

/// Up to this many points of a path have a mark each.
const MOST_MARKS: usize = 24;

/// The width of a path, in pixels.
const LINE: f64 = 2.2;

/// Unless the units of both axes differ by more than this, both are drawn equally long, so that
/// right angles are right angles: gradient descent is seen to go across the contours.
const COMPARABLE: f64 = 4.0;

/// A picture of the paths that methods take over a function of two variables.
///
/// Contours are at logarithmic heights above the smallest value where that shows more, as for
/// Rosenbrock's valley, and evenly spaced otherwise. What is shown is the part of the plane with
/// the paths, unless [`range`](Self::range) says it. The function is evaluated some 70,000 times.
///
/// ```
/// use dezero_viz::plot::Paths;
///
/// let rosenbrock = |x0: f64, x1: f64| 100.0 * (x1 - x0 * x0).powi(2) + (1.0 - x0).powi(2);
/// let picture = Paths::new(rosenbrock)
///     .title("100*(x1 - x0^2)^2 + (1 - x0)^2")
///     .axes("x0", "x1")
///     .path("Newton's method", [(0.0, 2.0), (0.0, 0.0), (1.0, 0.0), (1.0, 1.0)])
///     .minimum(1.0, 1.0)
///     .picture();
/// assert!(picture.to_svg().contains("Newton&apos;s method (3 iterations)"));
/// assert!(picture.to_svg().contains("minimum (1, 1)"));
/// ```
pub struct Paths<'a> {
    function: Box<dyn Fn(f64, f64) -> f64 + 'a>,
    title: String,
    names: [String; 2],
    methods: Vec<(String, Vec<Point>)>,
    best: Option<(Goal, Point)>,
    stationary: Vec<(String, Point)>,
    bounds: Option<[(f64, f64); 2]>,
    ranges: Option<[(f64, f64); 2]>,
    side_by_side: bool,
    theme: Theme,
}

#[derive(Clone, Copy, PartialEq)]
enum Goal {
    Minimum,
    Maximum,
}

impl<'a> Paths<'a> {
    /// A picture of `f(x, y)`; where `f` is not finite, it has no contours.
    pub fn new(f: impl Fn(f64, f64) -> f64 + 'a) -> Self {
        Self {
            function: Box::new(f),
            title: String::new(),
            names: ["x".to_owned(), "y".to_owned()],
            methods: Vec::new(),
            best: None,
            stationary: Vec::new(),
            bounds: None,
            ranges: None,
            side_by_side: false,
            theme: Theme::default(),
        }
    }

    /// What is written above the picture.
    #[must_use]
    pub fn title(mut self, title: &str) -> Self {
        title.clone_into(&mut self.title);
        self
    }

    /// The names of the two variables.
    #[must_use]
    pub fn axes(mut self, x: &str, y: &str) -> Self {
        self.names = [x.to_owned(), y.to_owned()];
        self
    }

    /// Adds the path of a method: the start, and the point after each iteration.
    #[must_use]
    pub fn path(mut self, name: &str, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        self.methods
            .push((name.to_owned(), points.into_iter().collect()));
        self
    }

    /// Marks the minimum.
    #[must_use]
    pub fn minimum(mut self, x: f64, y: f64) -> Self {
        self.best = finite((x, y)).map(|point| (Goal::Minimum, point));
        self
    }

    /// Marks the maximum, from which heights are then counted downwards.
    #[must_use]
    pub fn maximum(mut self, x: f64, y: f64) -> Self {
        self.best = finite((x, y)).map(|point| (Goal::Maximum, point));
        self
    }

    /// Marks a point where the function is level without a minimum or maximum to mark, such as a saddle.
    #[must_use]
    pub fn stationary(mut self, name: &str, x: f64, y: f64) -> Self {
        let point = finite((x, y)).map(|point| (name.to_owned(), point));
        self.stationary.extend(point);
        self
    }

    /// Draws the bounds of a search; infinite ones are where there is none.
    #[must_use]
    pub fn bounds(mut self, x: (f64, f64), y: (f64, f64)) -> Self {
        self.bounds = Some([x, y]);
        self
    }

    /// Shows this part of the plane.
    #[must_use]
    pub fn range(mut self, x: (f64, f64), y: (f64, f64)) -> Self {
        self.ranges = Some([x, y]);
        self
    }

    /// Draws one panel for each path, instead of all in one.
    #[must_use]
    pub fn side_by_side(mut self) -> Self {
        self.side_by_side = true;
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
        let all: Vec<usize> = (0..self.methods.len()).collect();
        if !self.side_by_side || all.len() < 2 {
            return picture(&self.whole());
        }
        let axes = self.axes_shown();
        let (contours, levels) = self.contours(&axes);
        let panels = all.iter().map(|&path| {
            let mut panel = self.panel(&axes, &contours, &levels, &[path], false);
            let (name, points) = &self.methods[path];
            panel.title = with_iterations(name, points.len());
            panel
        });
        picture_of_panels(&self.title, &panels.collect::<Vec<_>>())
    }

    /// The same in characters, for a terminal, all paths in one.
    ///
    /// It has `width` columns and `height` rows, with the title, the axes and the legend, but never
    /// fewer than 24 and 8. Title and legend may take more.
    pub fn to_text(&self, width: usize, height: usize) -> String {
        self.whole().to_text(width, height)
    }

    /// All paths in one panel.
    fn whole(&self) -> Panel {
        let axes = self.axes_shown();
        let (contours, levels) = self.contours(&axes);
        let all: Vec<usize> = (0..self.methods.len()).collect();
        let mut panel = self.panel(&axes, &contours, &levels, &all, true);
        panel.title.clone_from(&self.title);
        panel.subtitle = self.description(&levels);
        panel
    }

    fn panel(
        &self,
        axes: &[Axis; 2],
        contours: &[Contour],
        levels: &Levels,
        paths: &[usize],
        named: bool,
    ) -> Panel {
        let mut panel = Panel::new(axes[0].clone(), axes[1].clone(), self.theme);
        let colours = panel.colours;
        let (contours, labels) = self.labelled(&panel, contours, levels, paths);
        let height = |level: usize| level as f64 / (levels.values.len() - 1).max(1) as f64;
        for contour in &contours {
            let colour = colours.contour(height(contour.level));
            panel.line_at(&contour.line, &Stroke::new(&colour, 1.1));
        }
        for label in &labels {
            let value = number(self.sign() * levels.values[label.level]);
            panel.words(
                label.place,
                &value,
                &colours.contour(0.35 * height(label.level)),
            );
        }
        self.draw_bounds(&mut panel, named);
        for &path in paths {
            panel.edge(&self.methods[path].1, LINE);
        }
        for &path in paths {
            let (name, points) = &self.methods[path];
            let look = Look::of(path, colours);
            let stroke = Stroke::new(look.colour, LINE).dashed(look.dash);
            panel.line(points, &stroke);
            if points.len() <= MOST_MARKS {
                panel.marks(points, look.shape, look.colour, 3.0);
            }
            if named {
                let label = with_iterations(name, points.len());
                panel.explain_line(&label, &stroke);
            }
        }
        let shown = || paths.iter().map(|&path| &self.methods[path].1);
        let starts: Vec<Point> = shown()
            .filter_map(|points| points.first().copied().and_then(finite))
            .collect();
        panel.marks(&starts, MarkerShape::Circle, colours.ink, 4.5);
        for &path in paths {
            let look = Look::of(path, colours);
            let end = self.methods[path].1.last().copied();
            panel.marks(end.as_slice(), look.shape, look.colour, 3.6);
        }
        for (_, point) in &self.stationary {
            panel.diamond(*point);
        }
        if let Some((_, point)) = self.best {
            panel.star(point);
        }
        if !starts.is_empty() {
            let same = starts.iter().all(|start| *start == starts[0]);
            let label = if same {
                at("start", axes, starts[0])
            } else {
                "start".to_owned()
            };
            panel.explain_mark(&label, colours.ink, MarkerShape::Circle);
        }
        if let Some((goal, point)) = self.best {
            let name = if goal == Goal::Minimum {
                "minimum"
            } else {
                "maximum"
            };
            panel.explain_mark(&at(name, axes, point), colours.ink, MarkerShape::Star);
        }
        for (name, point) in &self.stationary {
            panel.explain_mark(&at(name, axes, *point), colours.ink, MarkerShape::Diamond);
        }
        panel
    }

    /// The contours, open where the values of some of them are written, and these.
    fn labelled(
        &self,
        panel: &Panel,
        contours: &[Contour],
        levels: &Levels,
        paths: &[usize],
    ) -> (Vec<Contour>, Vec<Label>) {
        let mut over: Vec<Point> = Vec::new();
        let marked = self.best.iter().map(|(_, point)| *point);
        let marked = marked.chain(self.stationary.iter().map(|(_, point)| *point));
        for point in marked {
            let (x, y) = panel.place(point);
            let around = [(-12.0, -12.0), (12.0, 12.0), (12.0, -12.0), (-12.0, 12.0)];
            over.extend(around.map(|(dx, dy)| (x + dx, y + dy)));
            over.push((f64::NAN, f64::NAN));
        }
        for &path in paths {
            over.extend(self.methods[path].1.iter().map(|&point| panel.place(point)));
            over.push((f64::NAN, f64::NAN));
        }
        let texts = levels
            .values
            .iter()
            .map(|level| number(self.sign() * level));
        let texts: Vec<String> = texts.collect();
        let mut contours = contours.to_vec();
        let labels = label(&mut contours, &levels.by_importance(), &texts, &over);
        (contours, labels)
    }

    /// Lines at the bounds of the search, where they are in the frame.
    fn draw_bounds(&self, panel: &mut Panel, named: bool) {
        let Some([x, y]) = self.bounds else {
            return;
        };
        let stroke = Stroke::new(panel.colours.bound, 1.6).dashed(Some("7 4"));
        let corner = |x: f64, y: f64| {
            let (x, y) = panel.place((x, y));
            (x.clamp(-1e6, 1e6), y.clamp(-1e6, 1e6))
        };
        let box_of = [
            corner(x.0, y.0),
            corner(x.1, y.0),
            corner(x.1, y.1),
            corner(x.0, y.1),
            corner(x.0, y.0),
        ];
        panel.line_at(&box_of, &stroke);
        if named {
            panel.explain_line("bounds", &stroke);
        }
    }

    /// The contours in the frame, apart from each other.
    fn contours(&self, [x, y]: &[Axis; 2]) -> (Vec<Contour>, Levels) {
        let ((x0, x1), (y0, y1)) = (x.data_ends(), y.data_ends());
        let sign = self.sign();
        let value = |x: f64, y: f64| sign * (self.function)(x, y);
        let grid = Grid::new(CELLS.0, CELLS.1, |u, v| {
            value(x0 + u * (x1 - x0), y0 + v * (y1 - y0))
        });
        // The valley may be narrower than the cells: the points that methods found are in it.
        let found = self.best.iter().map(|(_, point)| *point);
        let found = found.chain(
            self.methods
                .iter()
                .filter_map(|(_, points)| points.last().copied()),
        );
        // What lies outside has no contours to show.
        let is_inside = |&(x, y): &Point| (x0..=x1).contains(&x) && (y0..=y1).contains(&y);
        let found = found.filter(is_inside);
        let found = found.map(|(x, y)| value(x, y)).filter(|v| v.is_finite());
        let Some(lowest) = found.chain(grid.smallest()).min_by(f64::total_cmp) else {
            return (Vec::new(), Levels::none(0.0));
        };
        let levels = grid.levels(lowest);
        let mut contours = Vec::new();
        for (number, &level) in levels.values.iter().enumerate() {
            for line in grid.contour(level) {
                let placed: Vec<Point> =
                    line.iter().map(|(u, v)| (u * SIZE.0, v * SIZE.1)).collect();
                if !is_sliver(&placed) {
                    contours.push(Contour {
                        level: number,
                        line: placed,
                    });
                }
            }
        }
        (apart(contours, &levels.by_importance()), levels)
    }

    fn sign(&self) -> f64 {
        if self.best.is_some_and(|(goal, _)| goal == Goal::Maximum) {
            -1.0
        } else {
            1.0
        }
    }

    /// Where the contours are, in words.
    fn description(&self, levels: &Levels) -> String {
        let [first, second, .., last] = levels.values[..] else {
            return String::new();
        };
        if !levels.logarithmic {
            let ends = [first, last].map(|level| number(self.sign() * level));
            let step = number(second - first);
            return format!("contours from {} to {}, one every {step}", ends[0], ends[1]);
        }
        let [low, high] = [first, last].map(|level| number(level - levels.lowest));
        let from = match (self.sign() < 0.0, levels.lowest.abs() < 0.02 * first.abs()) {
            (_, true) => String::new(),
            (true, _) => " below the largest value".to_owned(),
            (false, _) => " above the smallest value".to_owned(),
        };
        format!("contours from {low} to {high}{from}, in logarithmic steps")
    }

    /// The part of the plane that is shown.
    fn axes_shown(&self) -> [Axis; 2] {
        if let Some([x, y]) = self.ranges {
            return [
                Axis::linear(&self.names[0], x),
                Axis::linear(&self.names[1], y),
            ];
        }
        let mut ranges = [0, 1].map(|axis| {
            let of = move |p: &Point| if axis == 0 { p.0 } else { p.1 };
            let core = self.core().into_iter().map(|p| of(&p));
            let all = self
                .methods
                .iter()
                .flat_map(move |(_, points)| points.iter().map(of));
            range(core, all, 3.0).unwrap_or((-1.0, 1.0))
        });
        // A path along one axis alone, or no path at all: as far as on the other, or a unit.
        let size = |(low, high): (f64, f64)| high - low;
        for axis in [0, 1] {
            if size(ranges[axis]) == 0.0 {
                let other = size(ranges[1 - axis]);
                let half = if other > 0.0 {
                    other / 2.0
                } else {
                    ranges[axis].0.abs().max(1.0)
                };
                ranges[axis] = (ranges[axis].0 - half, ranges[axis].1 + half);
            }
        }
        let ranges = comparable(ranges.map(|range| with_margin(range, 0.3)));
        [
            Axis::linear(&self.names[0], ranges[0]),
            Axis::linear(&self.names[1], ranges[1]),
        ]
    }

    /// The points that must be seen: the starts, where methods came to rest, and the minimum.
    fn core(&self) -> Vec<Point> {
        let best = self.best.iter().map(|(_, point)| *point);
        let stationary = self.stationary.iter().map(|(_, point)| *point);
        let mut core: Vec<Point> = best.chain(stationary).collect();
        for (_, points) in &self.methods {
            core.extend(points.first());
            let settled =
                has_settled(points.iter().map(|p| p.0)) && has_settled(points.iter().map(|p| p.1));
            core.extend(points.last().filter(|_| settled));
        }
        core
    }
}

/// Whether a closed line is thinner than what the grid can tell: a piece of a narrow valley, which
/// is there because a corner of a cell happened to be in it.
fn is_sliver(line: &[Point]) -> bool {
    let (mut area, mut length) = (0.0, 0.0);
    for pair in line.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        area += (x0 * y1 - x1 * y0) / 2.0;
        length += (x1 - x0).hypot(y1 - y0);
    }
    line.first() == line.last() && 2.0 * f64::abs(area) < THINNEST * length
}

/// Both ranges with units of equal length, if that makes neither much longer.
fn comparable(ranges: [(f64, f64); 2]) -> [(f64, f64); 2] {
    let units = [
        (ranges[0].1 - ranges[0].0) / SIZE.0,
        (ranges[1].1 - ranges[1].0) / SIZE.1,
    ];
    let unit = units[0].max(units[1]);
    if unit > COMPARABLE * units[0].min(units[1]) {
        return ranges;
    }
    let longer = |(low, high): (f64, f64), pixels: f64| {
        let (middle, half) = (low / 2.0 + high / 2.0, unit * pixels / 2.0);
        (middle - half, middle + half)
    };
    [longer(ranges[0], SIZE.0), longer(ranges[1], SIZE.1)]
}

fn finite(point: Point) -> Option<Point> {
    (point.0.is_finite() && point.1.is_finite()).then_some(point)
}

/// A name and a point, as exactly as can be seen on the axes.
fn at(name: &str, [x, y]: &[Axis; 2], point: Point) -> String {
    let shown = |axis: &Axis, value: f64| {
        let (low, high) = axis.data_ends();
        let is_zero = value.abs() < 1e-5 * (high - low);
        number(if is_zero { 0.0 } else { value })
    };
    format!("{name} ({}, {})", shown(x, point.0), shown(y, point.1))
}
