//! The fonts that come with the program, and the width of text in them.

/// The families that pictures name: first that of the fonts that are embedded here, then others whose
/// letters are about as wide.
pub(crate) const FAMILIES: &str = "'Dezero Sans', 'DejaVu Sans', Verdana, sans-serif";

/// The width of a line of text in points at a font size in points.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    text.chars().count() as f64 * 0.6 * size
}
