//! A picture: panels with axes, lines, marks and a legend, drawn by kuva as SVG.
//!
//! kuva is given numbers of ordinary size, in steps of the axes' ticks (see `axis`), and lines that
//! are already cut and thinned, so that no data of the user's can lead it astray.

use std::sync::Arc;

use kuva::backend::svg::SvgBackend;
use kuva::plot::legend::{LegendEntry, LegendShape};
use kuva::plot::line::LineStyle;
use kuva::plot::scatter::MarkerShape;
use kuva::plot::{LinePlot, ScatterPlot};
use kuva::render::figure::Figure;
use kuva::render::layout::{AxisLabelOverlap, AxisLine, Layout, TickFormat};
use kuva::render::plots::Plot;
use kuva::render::render::render_multiple;
use kuva::render::theme::Theme;

use super::axis::Axis;
use super::line::{Point, inside, sparse, thin};

/// The part of a panel that the axes enclose, in pixels.
pub(super) const SIZE: Point = (600.0, 450.0);

/// Pixels by which a thinned line may miss a point.
const TOLERANCE: f64 = 0.04;

/// Points of one line at most: some 150 kB of text.
const MOST_POINTS: usize = 8_000;

/// Marks of one kind at most.
const MOST_MARKS: usize = 4_000;

pub(super) const INK: &str = "#222222";
const PAPER: &str = "white";
const GOLD: &str = "#F0E442";

/// Colours that people with any colour vision tell apart (Okabe and Ito, "Color universal design",
/// 2008), without yellow, and without black, which is for what belongs to no method.
const COLOURS: [&str; 6] = [
    "#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9",
];
const DASHES: [Option<&str>; 4] = [None, Some("6 3.5"), Some("2 3"), Some("8 3 2 3")];
const SHAPES: [MarkerShape; 5] = [
    MarkerShape::Circle,
    MarkerShape::Square,
    MarkerShape::Triangle,
    MarkerShape::Diamond,
    MarkerShape::TriangleDown,
];

/// How the lines of one method look.
#[derive(Clone, Copy)]
pub(super) struct Look {
    pub(super) colour: &'static str,
    pub(super) dash: Option<&'static str>,
    pub(super) shape: MarkerShape,
}

impl Look {
    /// The look of the method of this number.
    pub(super) fn of(method: usize) -> Self {
        Self {
            colour: COLOURS[method % COLOURS.len()],
            dash: DASHES[method % DASHES.len()],
            shape: SHAPES[method % SHAPES.len()],
        }
    }
}

/// One coordinate system and what is drawn in it.
pub(super) struct Panel {
    pub(super) title: String,
    pub(super) subtitle: String,
    x: Axis,
    y: Axis,
    plots: Vec<Plot>,
    legend: Vec<LegendEntry>,
}

impl Panel {
    pub(super) fn new(x: Axis, y: Axis) -> Self {
        Self {
            title: String::new(),
            subtitle: String::new(),
            x,
            y,
            // Without a plot, kuva draws no axes.
            plots: vec![Plot::Line(LinePlot::new())],
            legend: Vec::new(),
        }
    }

    /// Where a point of the data is in the frame, in pixels from its lower left corner.
    pub(super) fn place(&self, (x, y): Point) -> Point {
        (self.x.fraction(x) * SIZE.0, self.y.fraction(y) * SIZE.1)
    }

    /// A line through points of the data.
    pub(super) fn line(&mut self, points: &[Point], colour: &str, width: f64, dash: Option<&str>) {
        let placed: Vec<Point> = points.iter().map(|&p| self.place(p)).collect();
        self.line_at(&placed, colour, width, dash);
    }

    /// A line through places in the frame.
    pub(super) fn line_at(
        &mut self,
        placed: &[Point],
        colour: &str,
        width: f64,
        dash: Option<&str>,
    ) {
        for piece in inside(placed.iter().copied(), SIZE) {
            let thinned = thin(&piece, TOLERANCE, MOST_POINTS);
            let steps: Vec<Point> = thinned.iter().map(|&p| self.in_steps(p)).collect();
            let style = dash.map_or(LineStyle::Solid, |dash| LineStyle::Custom(dash.to_owned()));
            let line = LinePlot::new().with_data(steps).with_color(colour);
            self.plots.push(Plot::Line(
                line.with_stroke_width(width).with_line_style(style),
            ));
        }
    }

    /// A white edge for lines that are drawn over it later, to keep them apart from what is below.
    pub(super) fn edge(&mut self, points: &[Point], width: f64) {
        self.line(points, PAPER, width + 2.4, None);
    }

    /// Marks at points of the data, with a white edge, as far as they are in the frame.
    pub(super) fn marks(&mut self, points: &[Point], shape: MarkerShape, colour: &str, size: f64) {
        self.marks_in(points, shape, &[(PAPER, size + 1.3), (colour, size)]);
    }

    /// The mark of a minimum or maximum.
    pub(super) fn star(&mut self, point: Point) {
        self.marks_in(
            &[point],
            MarkerShape::Star,
            &[(PAPER, 11.0), (INK, 9.5), (GOLD, 6.5)],
        );
    }

    fn marks_in(&mut self, points: &[Point], shape: MarkerShape, layers: &[(&str, f64)]) {
        let placed: Vec<Point> = points.iter().map(|&p| self.place(p)).collect();
        let shown = |&(x, y): &Point| (0.0..=SIZE.0).contains(&x) && (0.0..=SIZE.1).contains(&y);
        let placed: Vec<Point> = placed.into_iter().filter(shown).collect();
        // Marks that would cover each other are drawn once.
        let mut square = 2.0;
        let mut apart = sparse(&placed, square);
        while apart.len() > MOST_MARKS {
            square *= 1.5;
            apart = sparse(&placed, square);
        }
        let steps: Vec<Point> = apart.into_iter().map(|p| self.in_steps(p)).collect();
        if steps.is_empty() {
            return;
        }
        for &(colour, size) in layers {
            let marks = ScatterPlot::new()
                .with_data(steps.clone())
                .with_color(colour);
            self.plots
                .push(Plot::Scatter(marks.with_marker(shape).with_size(size)));
        }
    }

    fn in_steps(&self, (x, y): Point) -> Point {
        let at = |(low, high): (f64, f64), share: f64| low + share * (high - low);
        (at(self.x.ends(), x / SIZE.0), at(self.y.ends(), y / SIZE.1))
    }

    pub(super) fn explain_line(&mut self, label: &str, colour: &str, dash: Option<&str>) {
        self.explain(label, colour, LegendShape::Line, dash);
    }

    pub(super) fn explain_mark(&mut self, label: &str, colour: &str, shape: MarkerShape) {
        self.explain(label, colour, LegendShape::Marker(shape), None);
    }

    fn explain(&mut self, label: &str, colour: &str, shape: LegendShape, dash: Option<&str>) {
        self.legend.push(LegendEntry {
            label: clean(label, 120),
            color: colour.to_owned(),
            shape,
            dasharray: dash.map(str::to_owned),
        });
    }

    fn layout(&self) -> Layout {
        let ((x0, x1), (y0, y1)) = (self.x.ends(), self.y.ends());
        let layout = Layout::new((x0, x1), (y0, y1))
            .with_x_axis_min(x0)
            .with_x_axis_max(x1)
            .with_y_axis_min(y0)
            .with_y_axis_max(y1)
            .with_x_tick_step(1.0)
            .with_y_tick_step(1.0)
            .with_x_tick_format(tick_format(&self.x))
            .with_y_tick_format(tick_format(&self.y))
            .with_x_label_overlap(AxisLabelOverlap::Thin)
            .with_x_label(clean(&self.x.name, 80))
            .with_y_label(clean(&self.y.name, 60))
            .with_theme(theme())
            .with_axis_line(AxisLine::Box)
            .with_title_size(17)
            .with_title_wrap(62)
            .with_tick_size(12)
            .with_label_size(14)
            .with_legend_box(false);
        let layout = if self.title.is_empty() {
            layout
        } else {
            layout.with_title(clean(&self.title, 180))
        };
        if self.subtitle.is_empty() {
            layout
        } else {
            layout
                .with_subtitle(clean(&self.subtitle, 90))
                .with_subtitle_size(12)
        }
    }
}

/// One panel, with its legend to the right.
pub(super) fn svg(panel: Panel) -> String {
    let mut layout = panel.layout().with_legend_wrap(36);
    if !panel.legend.is_empty() {
        layout = layout.with_legend_entries(panel.legend);
    }
    let scene = render_multiple(panel.plots, layout);
    finish(&SvgBackend::new().render_scene(&scene), &panel.title)
}

/// Several panels beside each other, with one legend: that of the last.
pub(super) fn svg_of_panels(title: &str, panels: Vec<Panel>) -> String {
    let (left, right, top, bottom) = (72.0, 24.0, 48.0, 56.0);
    let scale = 0.8;
    let cell = (SIZE.0 * scale + left + right, SIZE.1 * scale + top + bottom);
    let legend = panels
        .last()
        .map(|panel| panel.legend.clone())
        .unwrap_or_default();
    let mut figure = Figure::new(1, panels.len())
        .with_cell_size(cell.0, cell.1)
        .with_spacing(4.0)
        .with_shared_legend_bottom()
        .with_shared_legend_entries(legend);
    if !title.is_empty() {
        figure = figure
            .with_title(clean(title, 60 * panels.len()))
            .with_title_size(18);
    }
    let layouts = panels.iter().map(|panel| {
        let layout = panel.layout().with_title_wrap(50).with_title_size(15);
        layout
            .with_force_margins(left, right)
            .with_force_margins_y(top, bottom)
    });
    let layouts: Vec<Layout> = layouts.collect();
    let plots = panels.into_iter().map(|panel| panel.plots).collect();
    let scene = figure.with_layouts(layouts).with_plots(plots).render();
    finish(&SvgBackend::new().render_scene(&scene), title)
}

/// Black on white, and a grid that does not compete with what is drawn.
fn theme() -> Theme {
    Theme {
        grid_color: "#e6e6e6".to_owned(),
        legend_border: PAPER.to_owned(),
        ..Theme::light()
    }
}

fn tick_format(axis: &Axis) -> TickFormat {
    let axis = axis.clone();
    TickFormat::Custom(Arc::new(move |step| axis.tick(step)))
}

/// Text that may stand in a picture: one line, without control characters, of bounded length.
pub(super) fn one_line(text: &str, most: usize) -> String {
    let allowed = |c: char| match c {
        // Not allowed in XML (Extensible Markup Language 1.0, section 2.2), or invisible.
        c if c.is_control() => ' ',
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        c => c,
    };
    let mut line: String = text.chars().take(most).map(allowed).collect();
    if text.chars().nth(most).is_some() {
        line.pop();
        line.push('…');
    }
    line
}

/// The same for kuva, which takes what is between dollar signs for a formula.
fn clean(text: &str, most: usize) -> String {
    one_line(text, most).replace('$', "\\$")
}

/// Adds what kuva leaves out: the box of coordinates, so that a picture can be scaled, and a title
/// for those who hear it.
///
/// kuva numbers the rectangles to cut at through all pictures of the process. They get names that
/// depend on the picture alone, and differ between pictures that stand on one page.
fn finish(svg: &str, title: &str) -> String {
    let numbers: Vec<&str> = svg
        .split("<clipPath id=\"kuva-clip-")
        .skip(1)
        .filter_map(|rest| rest.split_once('"').map(|(number, _)| number))
        .collect();
    let rename = |svg: &str, from: String, to: &str| {
        let svg = svg.replace(&format!("=\"{from}\""), &format!("=\"{to}\""));
        svg.replace(&format!("=\"url(#{from})\""), &format!("=\"url(#{to})\""))
    };
    let mut named = svg.to_owned();
    for (panel, number) in numbers.iter().enumerate() {
        named = rename(
            &named,
            format!("kuva-clip-{number}"),
            &format!("frame-{panel}"),
        );
    }
    let print = fingerprint(&named);
    for panel in 0..numbers.len() {
        named = rename(
            &named,
            format!("frame-{panel}"),
            &format!("frame-{panel}-{print:016x}"),
        );
    }
    let Some((tag, body)) = named.split_once('>') else {
        return named;
    };
    let size = |name: &str| {
        let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
        rest.split_once('"').map(|(size, _)| size)
    };
    let view = match (size("width"), size("height")) {
        (Some(width), Some(height)) => format!(" viewBox=\"0 0 {width} {height}\""),
        _ => String::new(),
    };
    let title = match one_line(title, 180) {
        title if title.is_empty() => title,
        title => format!("<title>{}</title>", escaped(&title)),
    };
    format!("{tag}{view} stroke-linejoin=\"round\" role=\"img\">{title}{body}\n")
}

/// A number that differs between texts (FNV-1a, of Fowler, Noll and Vo).
fn fingerprint(text: &str) -> u64 {
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, mix)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
