//! A diagram with its layout, as SVG.
//!
//! Colours are attributes, so that every viewer shows them; each element has classes that say what
//! it is, and ids that are the same from run to run, for style sheets and programs.

mod arrow;
mod legend;
mod thin;

use std::fmt::{self, Write};

use crate::diagram::{Align, Cluster, Dash, Diagram, Edge, Line, Node, Paint, Shape};
use crate::layout::{Frame, Layout, Point, Problem, Route};
use crate::measure::size;
use crate::text::{FAMILIES, line_height};
use crate::xml::Escaped;

/// Around the drawing, in points.
const MARGIN: f64 = 12.0;

/// The size of the title and of the note, in points.
const TITLE: f64 = 15.0;
const NOTE: f64 = 11.0;

/// From the baseline to the middle of capitals, in font sizes.
const MIDDLE: f64 = 0.36;

/// A diagram of which everything has its place.
pub(crate) struct Placed<'a> {
    diagram: &'a Diagram,
    pub(crate) problem: Problem,
    pub(crate) layout: Layout,
}

impl<'a> Placed<'a> {
    pub(crate) fn new(diagram: &'a Diagram) -> Self {
        let problem = diagram.problem();
        let mut layout = crate::layout::lay_out(&problem);
        thin::thin(&mut layout.edges);
        Self {
            diagram,
            problem,
            layout,
        }
    }

    /// The picture as SVG.
    pub(crate) fn svg(&self) -> String {
        self.written(Titles::Above)
    }

    /// The picture as SVG for a page, which moves each title with its frame.
    pub(crate) fn svg_of_page(&self) -> String {
        self.written(Titles::Within)
    }

    fn written(&self, titles: Titles) -> String {
        let mut svg = String::new();
        let written = self.write(&mut svg, titles);
        debug_assert!(written.is_ok(), "a String takes everything");
        svg
    }

    fn write(&self, svg: &mut String, titles: Titles) -> fmt::Result {
        let diagram = self.diagram;
        let title = lines(&diagram.title);
        let note = lines(&diagram.note);
        let legend = legend::Legend::new(&diagram.legend, self.layout.width);
        let widths = [
            self.layout.width,
            size(&title, TITLE).0,
            legend.width(),
            size(&note, NOTE).0,
        ];
        // Outlines go beyond the sizes of what they are around by half their width.
        let nodes = diagram.nodes.iter().map(|node| node.paint.width);
        let lines = nodes.chain(diagram.edges.iter().map(|edge| edge.paint.width));
        let margin = MARGIN + lines.fold(0.0, f64::max) / 2.0;
        let width = widths.into_iter().fold(0.0, f64::max) + 2.0 * margin;
        let mut drawing_from = margin;
        if !title.is_empty() {
            drawing_from += size(&title, TITLE).1 + 10.0;
        }
        let mut height = drawing_from + self.layout.height;
        let legend_from = height + 14.0;
        if legend.height() > 0.0 {
            height = legend_from + legend.height();
        }
        let note_from = height + 8.0;
        if !note.is_empty() {
            height = note_from + size(&note, NOTE).1;
        }
        height += margin;

        writeln!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" \
             role=\"img\" class=\"dezero\" font-family=\"{FAMILIES}\">",
            Length(width),
            Length(height)
        )?;
        // A picture that is heard needs a title; without one, what it shows is told in its place.
        let [title_heard, description] = match diagram.title.as_str() {
            "" => [diagram.description.as_str(), ""],
            title => [title, diagram.description.as_str()],
        };
        for (tag, text) in [("title", title_heard), ("desc", description)] {
            if !text.is_empty() {
                writeln!(svg, "<{tag}>{}</{tag}>", Escaped(text))?;
            }
        }
        if let Some(paper) = &diagram.sheet.paper {
            writeln!(
                svg,
                "<rect class=\"paper\" width=\"100%\" height=\"100%\" fill=\"{}\"/>",
                Escaped(paper)
            )?;
        }
        let ink = &diagram.sheet.text;
        let middle = width / 2.0;
        write_lines(svg, "title", &title, TITLE, ink, (middle, margin), 0.0)?;
        let left = (width - self.layout.width) / 2.0;
        writeln!(
            svg,
            "<g class=\"drawing\" transform=\"translate({} {})\">",
            Length(left),
            Length(drawing_from)
        )?;
        self.write_drawing(svg, titles)?;
        svg.push_str("</g>\n");
        legend.write(svg, (middle - legend.width() / 2.0, legend_from), ink)?;
        write_lines(svg, "note", &note, NOTE, ink, (middle, note_from), 0.0)?;
        svg.push_str("</svg>\n");
        Ok(())
    }

    /// The title of a cluster over the edges, with an edge of the colour below that keeps it apart from them.
    fn write_title_above(&self, svg: &mut String, cluster: &Cluster, frame: Frame) -> fmt::Result {
        if !is_drawn(frame) || cluster.title.is_empty() {
            return Ok(());
        }
        // What is not filled shows what it lies in.
        let mut below = Some(cluster);
        while let Some(around) = below.filter(|below| below.paint.fill.is_none()) {
            below = around.parent.map(|parent| &self.diagram.clusters[parent]);
        }
        let fill = below.and_then(|below| below.paint.fill.as_ref());
        if let Some(colour) = fill.or(self.diagram.sheet.paper.as_ref()) {
            write!(
                svg,
                "<g stroke=\"{}\" stroke-width=\"3.5\" stroke-linejoin=\"round\" paint-order=\"stroke\">",
                Escaped(colour)
            )?;
        } else {
            svg.push_str("<g>");
        }
        write_title(svg, cluster, frame, "")?;
        svg.push_str("</g>\n");
        Ok(())
    }

    /// Clusters lie under edges, and edges under nodes.
    fn write_drawing(&self, svg: &mut String, titles: Titles) -> fmt::Result {
        let (diagram, layout) = (self.diagram, &self.layout);
        svg.push_str("<g class=\"clusters\">\n");
        for (cluster, frame) in diagram.clusters.iter().zip(&layout.clusters) {
            write_cluster(svg, cluster, *frame, titles)?;
        }
        svg.push_str("</g>\n<g class=\"edges\">\n");
        for (at, (edge, route)) in diagram.edges.iter().zip(&layout.edges).enumerate() {
            if !edge.hidden {
                write_edge(svg, at, edge, route)?;
            }
        }
        svg.push_str("</g>\n");
        if titles == Titles::Above && !diagram.clusters.is_empty() {
            svg.push_str("<g class=\"titles\">\n");
            for (cluster, frame) in diagram.clusters.iter().zip(&layout.clusters) {
                self.write_title_above(svg, cluster, *frame)?;
            }
            svg.push_str("</g>\n");
        }
        svg.push_str("<g class=\"nodes\">\n");
        let places = self.problem.nodes.iter().zip(&layout.nodes);
        for (node, (measured, &centre)) in diagram.nodes.iter().zip(places) {
            if !node.hidden {
                write_node(svg, node, centre, (measured.width, measured.height))?;
            }
        }
        svg.push_str("</g>\n");
        Ok(())
    }
}

/// Where the titles of clusters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Titles {
    /// With their clusters, under the edges.
    Within,
    /// Over the edges.
    Above,
}

fn is_drawn(frame: Frame) -> bool {
    frame.width > 0.0 && frame.height > 0.0
}

fn write_cluster(svg: &mut String, cluster: &Cluster, frame: Frame, titles: Titles) -> fmt::Result {
    if !is_drawn(frame) {
        return Ok(());
    }
    write!(
        svg,
        "<g id=\"cluster-{}\" class=\"{}\"{}>",
        Escaped(&cluster.id),
        Classes("cluster", &cluster.class),
        Painted(&cluster.paint)
    )?;
    write_tooltip(svg, &cluster.tooltip)?;
    let radius = if cluster.paint.rounded { 10.0 } else { 0.0 };
    write!(
        svg,
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"/>",
        Length(frame.x),
        Length(frame.y),
        Length(frame.width),
        Length(frame.height),
        Length(radius)
    )?;
    if titles == Titles::Within {
        write_title(svg, cluster, frame, " stroke=\"none\"")?;
    }
    svg.push_str("</g>\n");
    Ok(())
}

fn write_title(svg: &mut String, cluster: &Cluster, frame: Frame, stroke: &str) -> fmt::Result {
    let left = (frame.x + 10.0, frame.y + 6.0);
    let title: Vec<Line> = cluster
        .title
        .iter()
        .map(|line| Line {
            align: Align::Left,
            ..line.clone()
        })
        .collect();
    let (size, colour) = (cluster.font_size, &cluster.paint.text);
    write_text(svg, "", &title, size, colour, left, 0.0, stroke)
}

fn write_edge(svg: &mut String, at: usize, edge: &Edge, route: &Route) -> fmt::Result {
    write!(
        svg,
        "<g id=\"edge-{at}\" class=\"{}\"{}>",
        Classes("edge", &edge.class),
        Painted(&edge.paint)
    )?;
    write_tooltip(svg, &edge.tooltip)?;
    arrow::write(svg, edge, &route.points)?;
    if let Some((x, y)) = route.label {
        let size = size(&edge.label, edge.font_size);
        let top = (x, y - size.1 / 2.0);
        let colour = &edge.paint.text;
        write_lines(svg, "", &edge.label, edge.font_size, colour, top, size.0)?;
    }
    svg.push_str("</g>\n");
    Ok(())
}

fn write_node(svg: &mut String, node: &Node, centre: Point, size: (f64, f64)) -> fmt::Result {
    write!(
        svg,
        "<g id=\"{}\" class=\"{}\"{}>",
        Escaped(&node.id),
        Classes("node", &node.class),
        Painted(&node.paint)
    )?;
    write_tooltip(svg, &node.tooltip)?;
    write_shape(svg, node.shape, node.paint.rounded, centre, size)?;
    if node.shape != Shape::Point {
        let text = crate::measure::size(&node.label, node.font_size);
        let top = (centre.0, centre.1 - text.1 / 2.0);
        let colour = &node.paint.text;
        // What is not in the middle goes to the margins.
        let room = match node.shape {
            Shape::Box | Shape::Plain => size.0 - 2.0 * node.margin.0,
            _ => text.0,
        };
        let width = room.max(text.0);
        write_lines(svg, "", &node.label, node.font_size, colour, top, width)?;
    }
    svg.push_str("</g>\n");
    Ok(())
}

fn write_shape(
    svg: &mut String,
    shape: Shape,
    rounded: bool,
    (x, y): Point,
    (width, height): (f64, f64),
) -> fmt::Result {
    let (rx, ry) = (width / 2.0, height / 2.0);
    match shape {
        Shape::Plain => Ok(()),
        Shape::Ellipse | Shape::Circle | Shape::Point => write!(
            svg,
            "<ellipse cx=\"{}\" cy=\"{}\" rx=\"{}\" ry=\"{}\"/>",
            Length(x),
            Length(y),
            Length(rx),
            Length(ry)
        ),
        Shape::Box => {
            let radius = if rounded {
                (height / 4.0).min(8.0)
            } else {
                0.0
            };
            write!(
                svg,
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"/>",
                Length(x - rx),
                Length(y - ry),
                Length(width),
                Length(height),
                Length(radius)
            )
        }
        Shape::Diamond => write!(
            svg,
            "<path d=\"M{} {}L{} {}L{} {}L{} {}Z\"/>",
            Length(x),
            Length(y - ry),
            Length(x + rx),
            Length(y),
            Length(x),
            Length(y + ry),
            Length(x - rx),
            Length(y)
        ),
    }
}

fn write_tooltip(svg: &mut String, tooltip: &str) -> fmt::Result {
    if tooltip.is_empty() {
        return Ok(());
    }
    write!(svg, "<title>{}</title>", Escaped(tooltip))
}

/// Lines of text from a point on: their middle, or their left end, at the top of the first. Lines that
/// are aligned otherwise are in a box of a width around the middle.
fn write_lines(
    svg: &mut String,
    class: &str,
    lines: &[Line],
    font_size: f64,
    colour: &str,
    place: Point,
    width: f64,
) -> fmt::Result {
    let stroke = " stroke=\"none\"";
    write_text(svg, class, lines, font_size, colour, place, width, stroke)
}

/// [`write_lines`], with an outline as attributes; none where that of what is around is meant.
#[expect(clippy::too_many_arguments, reason = "all of one element")]
fn write_text(
    svg: &mut String,
    class: &str,
    lines: &[Line],
    font_size: f64,
    colour: &str,
    (x, top): Point,
    width: f64,
    stroke: &str,
) -> fmt::Result {
    for (at, line) in lines.iter().enumerate() {
        if line.text.trim().is_empty() {
            continue;
        }
        let (x, anchor) = match line.align {
            Align::Centre => (x, "middle"),
            Align::Left => (x - width / 2.0, "start"),
            Align::Right => (x + width / 2.0, "end"),
        };
        let y = top + (at as f64 + 0.5) * line_height(font_size) + MIDDLE * font_size;
        let (colour, accent) = match &line.accent {
            Some((colour, class)) => (colour.as_str(), *class),
            None => (colour, ""),
        };
        let classes = [class, accent].join(" ");
        svg.push_str("<text");
        if !classes.trim().is_empty() {
            write!(svg, " class=\"{}\"", classes.trim())?;
        }
        writeln!(
            svg,
            " x=\"{}\" y=\"{}\" font-size=\"{}\" text-anchor=\"{anchor}\" fill=\"{}\"{stroke}>{}</text>",
            Length(x),
            Length(y),
            Length(font_size),
            Escaped(colour),
            Escaped(&line.text)
        )?;
    }
    Ok(())
}

/// Text with its line breaks.
fn lines(text: &str) -> Vec<Line> {
    text.lines().map(Line::new).collect()
}

/// What an element is, in general and in particular.
struct Classes<'a>(&'static str, &'a str);

impl fmt::Display for Classes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)?;
        if !self.1.is_empty() {
            write!(f, " {}", Escaped(self.1))?;
        }
        Ok(())
    }
}

/// A paint as attributes.
struct Painted<'a>(&'a Paint);

impl fmt::Display for Painted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Paint {
            fill,
            stroke,
            width,
            dash,
            ..
        } = self.0;
        let colour = |colour: &Option<String>| colour.clone().unwrap_or_else(|| "none".to_owned());
        write!(
            f,
            " fill=\"{}\" stroke=\"{}\"",
            Escaped(&colour(fill)),
            Escaped(&colour(stroke))
        )?;
        if stroke.is_some() {
            write!(f, " stroke-width=\"{}\"", Length(*width))?;
            match dash {
                Dash::Solid => {}
                Dash::Dashed => f.write_str(" stroke-dasharray=\"5 3\"")?,
                Dash::Dotted => f.write_str(" stroke-dasharray=\"1.2 3\"")?,
            }
        }
        Ok(())
    }
}

/// A length with as many digits as can be seen.
#[derive(Clone, Copy)]
struct Length(f64);

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounded = (self.0 * 100.0).round() / 100.0;
        // Not a minus sign before a zero, nor what no viewer can place.
        let shown = if rounded == 0.0 || !rounded.is_finite() {
            0.0
        } else {
            rounded
        };
        write!(f, "{shown}")
    }
}
