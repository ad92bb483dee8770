//! How things look: shapes, styles, colours, arrows and sizes, from attributes with Graphviz's names and
//! defaults (its manual, "Node, Edge and Graph Attributes").

use super::attributes::{Key, Lookup, leading_number};
use super::colours::Colour;
use crate::diagram::{Arrow, Dash, Paint, Shape};

/// Points in an inch.
const INCH: f64 = 72.0;

/// Of a font, in points.
const FONT_SIZE: f64 = 14.0;
/// The least size of a node, in inches.
const NODE_SIZE: (f64, f64) = (0.75, 0.5);
/// Between text and outline, in inches.
const MARGIN: (f64, f64) = (0.11, 0.055);
/// The width of a `point`, in inches.
const POINT_SIZE: f64 = 0.05;

/// What stands for sizes that nobody can look at.
const MOST_INCHES: f64 = 100.0;
const MOST_POINTS: f64 = 500.0;

/// The widest line, in points, and the widest margin, in inches: a picture has room for no more.
const WIDEST_LINE: f64 = 24.0;
const WIDEST_MARGIN: f64 = 10.0;

/// The shape of a node.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Look {
    pub(super) shape: Shape,
    /// Its label has fields.
    pub(super) is_record: bool,
    pub(super) is_rounded: bool,
    size: Size,
}

/// What limits the size of a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Size {
    #[default]
    Free,
    /// As wide as high.
    Regular,
    /// No larger than its text.
    Tight,
}

impl Look {
    /// The shape of that name, or the one that is most like it. One that is not known is a box, as for
    /// Graphviz.
    pub(super) fn of(name: &str) -> Self {
        let shape = match name {
            "" | "ellipse" | "oval" | "egg" => Shape::Ellipse,
            "circle" | "doublecircle" | "Mcircle" => Shape::Circle,
            "diamond" | "Mdiamond" => Shape::Diamond,
            "point" => Shape::Point,
            "plaintext" | "none" | "plain" | "underline" => Shape::Plain,
            _ => Shape::Box,
        };
        Self {
            shape,
            is_record: matches!(name, "record" | "Mrecord"),
            is_rounded: name == "Mrecord",
            size: match (name, shape) {
                ("plain", _) => Size::Tight,
                ("square" | "Msquare", _) | (_, Shape::Circle | Shape::Point) => Size::Regular,
                _ => Size::Free,
            },
        }
    }
}

/// The styles that are drawn.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Style {
    pub(super) is_filled: bool,
    pub(super) is_rounded: bool,
    pub(super) is_hidden: bool,
    dash: Dash,
    width: Option<f64>,
}

impl Style {
    /// From their names with commas between them; others are passed over.
    pub(super) fn of(names: &str) -> Self {
        let mut style = Self::default();
        for name in names.split(',') {
            let (name, argument) = name.split_once('(').unwrap_or((name, ""));
            match name.trim() {
                // Of several colours, the first fills all.
                "filled" | "striped" | "wedged" | "radial" => style.is_filled = true,
                "rounded" => style.is_rounded = true,
                "invis" | "invisible" => style.is_hidden = true,
                "solid" => style.dash = Dash::Solid,
                "dashed" => style.dash = Dash::Dashed,
                "dotted" => style.dash = Dash::Dotted,
                "bold" => style.width = Some(2.0),
                "setlinewidth" => style.width = leading_number(argument.trim()).or(style.width),
                _ => {}
            }
        }
        style
    }
}

/// Without what fills it.
pub(super) fn paint(attributes: &impl Lookup, style: &Style) -> Paint {
    let has_outline = attributes.number(Key::Outlines, 0.0, 10.0) != Some(0.0);
    let width = attributes.number(Key::PenWidth, 0.0, WIDEST_LINE);
    Paint {
        fill: None,
        stroke: if has_outline {
            first_colour(attributes, &[Key::Colour], "#000000")
        } else {
            None
        },
        text: text_colour(attributes),
        width: width.or(style.width).unwrap_or(1.0).clamp(0.0, MOST_POINTS),
        dash: style.dash,
        rounded: false,
    }
}

/// The first of the attributes that is a colour, as SVG takes it; `None` where that is transparent.
pub(super) fn first_colour(
    attributes: &impl Lookup,
    keys: &[Key],
    default: &str,
) -> Option<String> {
    match keys.iter().find_map(|&key| colour(attributes, key)) {
        Some(colour) => colour.paint(),
        None => Some(default.to_owned()),
    }
}

pub(super) fn colour(attributes: &impl Lookup, key: Key) -> Option<Colour> {
    Colour::read(attributes.text(key), attributes.text(Key::ColourScheme))
}

pub(super) fn text_colour(attributes: &impl Lookup) -> String {
    first_colour(attributes, &[Key::FontColour], "#000000").unwrap_or_else(|| "none".to_owned())
}

pub(super) fn font_size(attributes: &impl Lookup) -> f64 {
    let size = attributes.number(Key::FontSize, 1.0, MOST_POINTS);
    size.unwrap_or(FONT_SIZE)
}

/// A length that is written in inches, in points.
pub(super) fn inches(attributes: &impl Lookup, key: Key) -> Option<f64> {
    Some(attributes.number(key, 0.02, MOST_INCHES)? * INCH)
}

/// The least size of a node, and the space between its text and its outline, in points.
pub(super) fn room(attributes: &impl Lookup, look: Look) -> ((f64, f64), (f64, f64)) {
    let size = |key| attributes.number(key, 0.0, MOST_INCHES);
    let (width, height) = (size(Key::Width), size(Key::Height));
    let is_tight = look.size == Size::Tight;
    let least = if look.size == Size::Regular {
        let standard = if look.shape == Shape::Point {
            POINT_SIZE
        } else {
            NODE_SIZE.0.min(NODE_SIZE.1)
        };
        let side = match (width, height) {
            (Some(width), Some(height)) => width.min(height),
            (width, height) => width.or(height).unwrap_or(standard),
        };
        (side, side)
    } else {
        let standard = if is_tight { (0.0, 0.0) } else { NODE_SIZE };
        (width.unwrap_or(standard.0), height.unwrap_or(standard.1))
    };
    let mut margin = if is_tight { (0.0, 0.0) } else { MARGIN };
    let mut parts = attributes.text(Key::Margin).split([',', ' ']);
    let mut part = || {
        let number = leading_number(parts.find(|part| !part.is_empty())?)?;
        Some(number.clamp(0.0, WIDEST_MARGIN))
    };
    if let Some(beside) = part() {
        margin = (beside, part().unwrap_or(beside));
    }
    // A size that is fixed leaves no room but for the text.
    if !matches!(attributes.text(Key::FixedSize), "" | "false" | "no" | "0") {
        margin = (0.0, 0.0);
    }
    let points = |(x, y): (f64, f64)| (x * INCH, y * INCH);
    (points(least), points(margin))
}

/// The first arrow of a value; its modifiers `l` and `r`, for half of it, are passed over.
pub(super) fn arrow(name: &str) -> Arrow {
    match name {
        "empty" | "invempty" => return Arrow::Hollow,
        "open" | "halfopen" => return Arrow::Open,
        "ediamond" => return Arrow::Diamond,
        _ => {}
    }
    let solid = name.strip_prefix('o');
    let shape = solid.unwrap_or(name);
    let shape = shape.strip_prefix(['l', 'r']).unwrap_or(shape);
    let is = |names: &[&str]| names.iter().any(|name| shape.starts_with(name));
    if is(&["none"]) {
        Arrow::None
    } else if is(&["vee", "crow", "curve", "icurve"]) {
        Arrow::Open
    } else if is(&["dot"]) {
        Arrow::Dot
    } else if is(&["diamond", "box"]) {
        Arrow::Diamond
    } else if is(&["tee"]) {
        Arrow::Bar
    } else if solid.is_some() && is(&["normal", "inv"]) {
        Arrow::Hollow
    } else {
        Arrow::Triangle
    }
}

#[cfg(test)]
mod tests {
    use super::super::attributes::{Attributes, Value};
    use super::*;

    fn attributes(values: &[(Key, &str)]) -> Attributes {
        let mut attributes = Attributes::default();
        for &(key, text) in values {
            let value = Value {
                text: text.into(),
                is_html: false,
            };
            attributes.set(key, value);
        }
        attributes
    }

    #[test]
    fn shapes_that_are_not_drawn_are_like_another() {
        for (name, shape) in [
            ("", Shape::Ellipse),
            ("oval", Shape::Ellipse),
            ("doublecircle", Shape::Circle),
            ("square", Shape::Box),
            ("house", Shape::Box),
            ("nonsense", Shape::Box),
            ("none", Shape::Plain),
            ("plain", Shape::Plain),
            ("Mdiamond", Shape::Diamond),
        ] {
            assert_eq!(Look::of(name).shape, shape, "{name}");
        }
    }

    #[test]
    fn styles() {
        let style = Style::of("filled, dashed,unknown,setlinewidth(3),rounded");
        assert!(style.is_filled && style.is_rounded && !style.is_hidden);
        assert_eq!((style.dash, style.width), (Dash::Dashed, Some(3.0)));
        assert_eq!(Style::of("bold,dotted,solid").width, Some(2.0));
        assert_eq!(Style::of("dotted,solid").dash, Dash::Solid);
        assert!(Style::of("invis").is_hidden);
        assert_eq!(Style::of("setlinewidth(,").width, None);
    }

    #[test]
    fn sizes_in_inches_become_points() {
        let both = attributes(&[
            (Key::Width, "1"),
            (Key::Height, "2"),
            (Key::Margin, "0.5,.25"),
        ]);
        assert_eq!(room(&both, Look::of("box")), ((72.0, 144.0), (36.0, 18.0)));
        assert_eq!(room(&both, Look::of("circle")).0, (72.0, 72.0));
        let plain = attributes(&[]);
        assert_eq!(room(&plain, Look::of("")).0, (54.0, 36.0));
        assert_eq!(room(&plain, Look::of("circle")).0, (36.0, 36.0));
        assert_eq!(room(&plain, Look::of("plain")), ((0.0, 0.0), (0.0, 0.0)));
        let one = attributes(&[(Key::Margin, "1"), (Key::Width, "1e9"), (Key::Height, "-3")]);
        assert_eq!(room(&one, Look::of("box")), ((7200.0, 0.0), (72.0, 72.0)));
        let fixed = attributes(&[(Key::FixedSize, "true")]);
        assert_eq!(room(&fixed, Look::of("box")).1, (0.0, 0.0));
    }

    #[test]
    fn arrows() {
        for (name, drawn) in [
            ("", Arrow::Triangle),
            ("normal", Arrow::Triangle),
            ("onormal", Arrow::Hollow),
            ("lonormal", Arrow::Triangle),
            ("olnormal", Arrow::Hollow),
            ("none", Arrow::None),
            ("odot", Arrow::Dot),
            ("vee", Arrow::Open),
            ("open", Arrow::Open),
            ("tee", Arrow::Bar),
            ("teetee", Arrow::Bar),
            ("obox", Arrow::Diamond),
            ("nonsense", Arrow::Triangle),
        ] {
            assert_eq!(arrow(name), drawn, "{name}");
        }
    }

    #[test]
    fn a_colour_that_is_not_known_is_passed_over() {
        let keys = [Key::FillColour, Key::Colour];
        let colours = attributes(&[(Key::FillColour, "rot"), (Key::Colour, "red")]);
        assert_eq!(
            first_colour(&colours, &keys, "x").as_deref(),
            Some("#ff0000")
        );
        let clear = attributes(&[(Key::FillColour, "transparent")]);
        assert_eq!(first_colour(&clear, &keys, "x"), None);
        assert_eq!(
            first_colour(&attributes(&[]), &keys, "x").as_deref(),
            Some("x")
        );
    }
}
