//! One coordinate system and what is drawn in it: lines, marks and a legend, placed in pixels.
//!
//! Lines are cut at the frame and thinned here, so that no data of the user's can lead those
//! astray who draw a panel: as SVG (`picture`) or in characters (`text`).

use kuva::plot::scatter::MarkerShape;

use super::axis::Axis;
use super::colours::{Colours, Dash};
use super::line::{Point, inside, sparse, thin};
use crate::theme::Theme;

/// The part of a panel that the axes enclose, in pixels.
pub(super) const SIZE: Point = (600.0, 450.0);

/// Pixels by which a thinned line may miss a point.
const TOLERANCE: f64 = 0.04;

/// Points of one line at most: some 150 kB of text.
const MOST_POINTS: usize = 8_000;

/// Marks of one kind at most.
const MOST_MARKS: usize = 4_000;

/// How a line is drawn.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stroke {
    pub(super) colour: String,
    pub(super) width: f64,
    pub(super) dash: Dash,
}

impl Stroke {
    pub(super) fn new(colour: &str, width: f64) -> Self {
        Self {
            colour: colour.to_owned(),
            width,
            dash: None,
        }
    }

    pub(super) fn dashed(self, dash: Dash) -> Self {
        Self { dash, ..self }
    }
}

/// What is in a panel. Points are pixels from the lower left corner of the frame.
pub(super) enum Shape {
    Line(Vec<Point>, Stroke),
    /// Marks of one shape, each drawn once for every colour and size.
    Marks(Vec<Point>, MarkerShape, Vec<(String, f64)>),
    /// Words around a point.
    Words(Point, String, String),
}

/// What the legend says of a line or a mark.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) label: String,
    pub(super) colour: String,
    pub(super) dash: Dash,
    /// Of marks; none of lines.
    pub(super) mark: Option<MarkerShape>,
}

/// One coordinate system and what is drawn in it.
pub(super) struct Panel {
    pub(super) title: String,
    pub(super) subtitle: String,
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) colours: &'static Colours,
    pub(super) shapes: Vec<Shape>,
    pub(super) legend: Vec<Entry>,
}

impl Panel {
    pub(super) fn new(x: Axis, y: Axis, theme: Theme) -> Self {
        Self {
            title: String::new(),
            subtitle: String::new(),
            x,
            y,
            colours: Colours::of(theme),
            shapes: Vec::new(),
            legend: Vec::new(),
        }
    }

    /// Where a point of the data is in the frame, in pixels from its lower left corner.
    pub(super) fn place(&self, (x, y): Point) -> Point {
        (self.x.fraction(x) * SIZE.0, self.y.fraction(y) * SIZE.1)
    }

    /// A line through points of the data.
    pub(super) fn line(&mut self, points: &[Point], stroke: &Stroke) {
        let placed: Vec<Point> = points.iter().map(|&p| self.place(p)).collect();
        self.line_at(&placed, stroke);
    }

    /// A line through places in the frame.
    pub(super) fn line_at(&mut self, placed: &[Point], stroke: &Stroke) {
        for piece in inside(placed.iter().copied(), SIZE) {
            let thinned = thin(&piece, TOLERANCE, MOST_POINTS);
            self.shapes.push(Shape::Line(thinned, stroke.clone()));
        }
    }

    /// An edge in the colour of the paper for lines that are drawn over it later, to keep them apart
    /// from what is below.
    pub(super) fn edge(&mut self, points: &[Point], width: f64) {
        let stroke = Stroke::new(self.colours.paper, width + 2.4);
        self.line(points, &stroke);
    }

    /// The line where the value is 0, if it is in the frame.
    pub(super) fn zero(&mut self) {
        let y = self.y.fraction(0.0) * SIZE.1;
        if y > 1.0 && y < SIZE.1 - 1.0 {
            let stroke = Stroke::new(self.colours.zero, 1.0);
            self.line_at(&[(0.0, y), (SIZE.0, y)], &stroke);
        }
    }

    /// Marks at points of the data, with an edge, as far as they are in the frame.
    pub(super) fn marks(&mut self, points: &[Point], shape: MarkerShape, colour: &str, size: f64) {
        let paper = self.colours.paper;
        self.marks_in(points, shape, &[(paper, size + 1.3), (colour, size)]);
    }

    /// The mark of a minimum or maximum.
    pub(super) fn star(&mut self, point: Point) {
        let colours = self.colours;
        let layers = [
            (colours.paper, 11.0),
            (colours.ink, 9.5),
            (colours.gold, 6.5),
        ];
        self.marks_in(&[point], MarkerShape::Star, &layers);
    }

    /// The mark of a saddle, or of what else is level.
    pub(super) fn diamond(&mut self, point: Point) {
        let colours = self.colours;
        let layers = [
            (colours.paper, 9.0),
            (colours.ink, 7.6),
            (colours.gold, 5.0),
        ];
        self.marks_in(&[point], MarkerShape::Diamond, &layers);
    }

    fn marks_in(&mut self, points: &[Point], shape: MarkerShape, layers: &[(&str, f64)]) {
        let placed = points.iter().map(|&p| self.place(p));
        let shown = |&(x, y): &Point| (0.0..=SIZE.0).contains(&x) && (0.0..=SIZE.1).contains(&y);
        let placed: Vec<Point> = placed.filter(shown).collect();
        // Marks that would cover each other are drawn once.
        let mut square = 2.0;
        let mut apart = sparse(&placed, square);
        while apart.len() > MOST_MARKS {
            square *= 1.5;
            apart = sparse(&placed, square);
        }
        if !apart.is_empty() {
            let layers = layers
                .iter()
                .map(|&(colour, size)| (colour.to_owned(), size));
            self.shapes
                .push(Shape::Marks(apart, shape, layers.collect()));
        }
    }

    /// Words around a place in the frame.
    pub(super) fn words(&mut self, place: Point, words: &str, colour: &str) {
        let words = one_line(words, 60);
        self.shapes
            .push(Shape::Words(place, words, colour.to_owned()));
    }

    pub(super) fn explain_line(&mut self, label: &str, stroke: &Stroke) {
        self.legend.push(Entry {
            label: one_line(label, 120),
            colour: stroke.colour.clone(),
            dash: stroke.dash,
            mark: None,
        });
    }

    pub(super) fn explain_mark(&mut self, label: &str, colour: &str, shape: MarkerShape) {
        self.legend.push(Entry {
            label: one_line(label, 120),
            colour: colour.to_owned(),
            dash: None,
            mark: Some(shape),
        });
    }
}

/// Text that may stand in a picture: one line, without control characters, of bounded length.
pub(super) fn one_line(text: &str, most: usize) -> String {
    let allowed = |c: char| match c {
        // Not allowed in XML (Extensible Markup Language 1.0, section 2.2), or invisible.
        c if c.is_control() => ' ',
        // Directions that do not end with the text would turn what follows.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => ' ',
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
