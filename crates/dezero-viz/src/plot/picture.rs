//! Panels as SVG, drawn by kuva.
//!
//! kuva is given numbers of ordinary size, in steps of the axes' ticks (see `axis`).

use std::sync::Arc;

use kuva::backend::svg::SvgBackend;
use kuva::plot::legend::{LegendEntry, LegendShape};
use kuva::plot::line::LineStyle;
use kuva::plot::{LinePlot, ScatterPlot};
use kuva::render::annotations::TextAnnotation;
use kuva::render::figure::Figure;
use kuva::render::layout::{AxisLabelOverlap, AxisLine, Layout, TickFormat};
use kuva::render::plots::Plot;
use kuva::render::render::render_multiple;

use super::axis::Axis;
use super::line::Point;
use super::panel::{Entry, Panel, SIZE, Shape, Stroke, one_line};
use crate::picture::Picture;

/// kuva puts the foot of words 6 pixels above their place; small ones are in the middle of it so far
/// below.
const WORDS_DOWN: f64 = 9.5;

/// One panel, with its legend to the right.
pub(super) fn picture(panel: &Panel) -> Picture {
    let mut layout = layout(panel, 1.0).with_legend_wrap(36);
    if !panel.legend.is_empty() {
        layout = layout.with_legend_entries(entries(&panel.legend));
    }
    let scene = render_multiple(plots(panel), layout);
    finish(&SvgBackend::new().render_scene(&scene), &panel.title)
}

/// Several panels beside each other, with one legend: that of the last.
pub(super) fn picture_of_panels(title: &str, panels: &[Panel]) -> Picture {
    let (left, right, top, bottom) = (72.0, 24.0, 48.0, 56.0);
    let scale = 0.8;
    let cell = (SIZE.0 * scale + left + right, SIZE.1 * scale + top + bottom);
    let legend = panels
        .last()
        .map(|panel| entries(&panel.legend))
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
        let layout = layout(panel, scale).with_title_wrap(50).with_title_size(15);
        layout
            .with_force_margins(left, right)
            .with_force_margins_y(top, bottom)
    });
    let layouts: Vec<Layout> = layouts.collect();
    let scene = figure
        .with_layouts(layouts)
        .with_plots(panels.iter().map(plots).collect())
        .render();
    finish(&SvgBackend::new().render_scene(&scene), title)
}

fn plots(panel: &Panel) -> Vec<Plot> {
    // Without a plot, kuva draws no axes.
    let mut plots = vec![Plot::Line(LinePlot::new())];
    for shape in &panel.shapes {
        match shape {
            Shape::Line(points, stroke) => plots.push(line(in_steps(panel, points), stroke)),
            Shape::Marks(points, mark, layers) => {
                for (colour, size) in layers {
                    let marks = ScatterPlot::new()
                        .with_data(in_steps(panel, points))
                        .with_color(colour.as_str());
                    plots.push(Plot::Scatter(marks.with_marker(*mark).with_size(*size)));
                }
            }
            Shape::Words(..) => {}
        }
    }
    plots
}

fn line(steps: Vec<Point>, stroke: &Stroke) -> Plot {
    let style = match stroke.dash {
        Some(dash) => LineStyle::Custom(dash.to_owned()),
        None => LineStyle::Solid,
    };
    let line = LinePlot::new().with_data(steps);
    Plot::Line(
        line.with_color(stroke.colour.as_str())
            .with_stroke_width(stroke.width)
            .with_line_style(style),
    )
}

fn in_steps(panel: &Panel, points: &[Point]) -> Vec<Point> {
    let at = |(low, high): (f64, f64), share: f64| low + share * (high - low);
    let (x, y) = (panel.x.ends(), panel.y.ends());
    let points = points.iter();
    points
        .map(|p| (at(x, p.0 / SIZE.0), at(y, p.1 / SIZE.1)))
        .collect()
}

fn entries(legend: &[Entry]) -> Vec<LegendEntry> {
    let entries = legend.iter().map(|entry| LegendEntry {
        label: clean(&entry.label, 120),
        color: entry.colour.clone(),
        shape: entry.mark.map_or(LegendShape::Line, LegendShape::Marker),
        dasharray: entry.dash.map(str::to_owned),
    });
    entries.collect()
}

/// `scale` is the size of the frame in pixels beside that of the panel.
fn layout(panel: &Panel, scale: f64) -> Layout {
    let ((x0, x1), (y0, y1)) = (panel.x.ends(), panel.y.ends());
    let mut layout = Layout::new((x0, x1), (y0, y1))
        .with_x_axis_min(x0)
        .with_x_axis_max(x1)
        .with_y_axis_min(y0)
        .with_y_axis_max(y1)
        .with_x_tick_step(1.0)
        .with_y_tick_step(1.0)
        .with_x_tick_format(tick_format(&panel.x))
        .with_y_tick_format(tick_format(&panel.y))
        .with_x_label_overlap(AxisLabelOverlap::Thin)
        .with_x_label(clean(&panel.x.name, 80))
        .with_y_label(clean(&panel.y.name, 60))
        .with_theme(panel.colours.frame())
        .with_axis_line(AxisLine::Box)
        .with_title_size(17)
        .with_title_wrap(62)
        .with_tick_size(12)
        .with_label_size(14)
        .with_legend_box(false);
    for shape in &panel.shapes {
        if let Shape::Words(place, words, colour) = shape {
            let down = WORDS_DOWN / scale;
            let (x, y) = in_steps(panel, &[(place.0, place.1 - down)])[0];
            let words = TextAnnotation::new(clean(words, 60), x, y)
                .with_font_size(10)
                .with_color(colour.as_str());
            layout = layout.with_annotation(words);
        }
    }
    if !panel.title.is_empty() {
        layout = layout.with_title(clean(&panel.title, 180));
    }
    if !panel.subtitle.is_empty() {
        layout = layout
            .with_subtitle(clean(&panel.subtitle, 90))
            .with_subtitle_size(12);
    }
    layout
}

fn tick_format(axis: &Axis) -> TickFormat {
    let axis = axis.clone();
    TickFormat::Custom(Arc::new(move |step| axis.tick(step)))
}

/// One line for kuva, which takes what is between dollar signs for a formula.
fn clean(text: &str, most: usize) -> String {
    one_line(text, most).replace('$', "\\$")
}

/// Adds what kuva leaves out: the box of coordinates, so that a picture can be scaled, and a title
/// for those who hear it.
///
/// kuva numbers the rectangles to cut at through all pictures of the process. They get names that
/// depend on the picture alone, and differ between pictures that stand on one page.
fn finish(svg: &str, title: &str) -> Picture {
    Picture::from_svg(finished(svg, title))
}

fn finished(svg: &str, title: &str) -> String {
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
