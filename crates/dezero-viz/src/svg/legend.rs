//! The legend: a row of samples with what they mean, in as many lines as it takes.

use std::fmt::{self, Write};

use super::{Length, MIDDLE, Painted, write_shape};
use crate::diagram::{Key, Sample, Shape};
use crate::layout::Point;
use crate::text;
use crate::xml::Escaped;

/// The size of the text, the width of a sample, the distance between entries and the height of a
/// line, in points.
const SIZE: f64 = 11.0;
const SAMPLE: f64 = 26.0;
const GAP: f64 = 18.0;
const LINE: f64 = 22.0;

/// A legend is at least this wide before it takes another line, in points.
const LEAST: f64 = 380.0;

pub(super) struct Legend<'a> {
    /// The entries, each with its place from the left and its line.
    entries: Vec<(&'a Key, f64, usize)>,
    width: f64,
    lines: usize,
}

impl<'a> Legend<'a> {
    pub(super) fn new(keys: &'a [Key], wanted: f64) -> Self {
        let most = wanted.max(LEAST);
        let mut legend = Self {
            entries: Vec::new(),
            width: 0.0,
            lines: usize::from(!keys.is_empty()),
        };
        let mut from = 0.0;
        for key in keys {
            let width = sample_width(&key.sample) + 6.0 + text::width(&key.text, SIZE);
            if from > 0.0 && from + width > most {
                from = 0.0;
                legend.lines += 1;
            }
            legend.entries.push((key, from, legend.lines - 1));
            legend.width = legend.width.max(from + width);
            from += width + GAP;
        }
        legend
    }

    pub(super) fn width(&self) -> f64 {
        self.width
    }

    pub(super) fn height(&self) -> f64 {
        self.lines as f64 * LINE
    }

    pub(super) fn write(&self, svg: &mut String, (x, y): Point, ink: &str) -> fmt::Result {
        if self.entries.is_empty() {
            return Ok(());
        }
        svg.push_str("<g class=\"legend\">\n");
        for &(key, from, line) in &self.entries {
            let left = x + from;
            let middle = y + (line as f64 + 0.5) * LINE;
            let wide = sample_width(&key.sample);
            write_sample(svg, &key.sample, (left, middle), wide)?;
            write_text(
                svg,
                "start",
                left + wide + 6.0,
                middle,
                SIZE,
                ink,
                &key.text,
            )?;
        }
        svg.push_str("</g>\n");
        Ok(())
    }
}

fn sample_width(sample: &Sample) -> f64 {
    match sample {
        Sample::Node { text, .. } => (text::width(text, SIZE - 1.0) + 12.0).max(SAMPLE),
        Sample::Edge { .. } => SAMPLE,
        Sample::Text { text, .. } => text::width(text, SIZE),
    }
}

fn write_sample(svg: &mut String, sample: &Sample, (x, y): Point, wide: f64) -> fmt::Result {
    match sample {
        Sample::Node {
            shape,
            class,
            paint,
            text,
        } => {
            write!(
                svg,
                "<g class=\"node {}\"{}>",
                Escaped(class),
                Painted(paint)
            )?;
            let centre = (x + wide / 2.0, y);
            let rounded = paint.rounded;
            write_shape(svg, *shape, rounded, centre, (wide, 16.0))?;
            if *shape != Shape::Point {
                write_text(svg, "middle", centre.0, y, SIZE - 1.0, &paint.text, text)?;
            }
        }
        Sample::Edge { class, paint } => {
            write!(
                svg,
                "<g class=\"edge {}\"{}>",
                Escaped(class),
                Painted(paint)
            )?;
            let (x0, x1) = (Length(x), Length(x + wide));
            write!(
                svg,
                "<path fill=\"none\" d=\"M{x0} {0}L{x1} {0}\"/>",
                Length(y)
            )?;
        }
        Sample::Text {
            class,
            colour,
            text,
        } => {
            write!(svg, "<g class=\"{}\">", Escaped(class))?;
            write_text(svg, "start", x, y, SIZE, colour, text)?;
        }
    }
    svg.push_str("</g>\n");
    Ok(())
}

fn write_text(
    svg: &mut String,
    anchor: &str,
    x: f64,
    y: f64,
    size: f64,
    colour: &str,
    text: &str,
) -> fmt::Result {
    if text.is_empty() {
        return Ok(());
    }
    writeln!(
        svg,
        "<text x=\"{}\" y=\"{}\" font-size=\"{}\" text-anchor=\"{anchor}\" fill=\"{}\" stroke=\"none\">{}</text>",
        Length(x),
        Length(y + MIDDLE * size),
        Length(size),
        Escaped(colour),
        Escaped(text)
    )
}
