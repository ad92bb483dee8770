//! The fonts that come with the program, and the width of text in them.
//!
//! Layouts are measured with the fonts that PNG and PDF are drawn with, so that text fits its box.

#[cfg(any(feature = "png", feature = "pdf"))]
pub(crate) mod fonts;

use std::sync::OnceLock;

use ttf_parser::Face;

/// The families that pictures name: first that of the fonts that are embedded here, then others whose
/// letters are about as wide.
pub(crate) const FAMILIES: &str = "'Dezero Sans', 'DejaVu Sans', Verdana, sans-serif";

/// Latin, Greek, Cyrillic, Hebrew, Arabic and mathematics.
const SANS: &[u8] = include_bytes!("../../assets/fonts/DezeroSans.ttf");

/// Hangul.
#[cfg(feature = "korean")]
const HANGUL: &[u8] = include_bytes!("../../assets/fonts/DezeroSansHangul.ttf");

/// The font files that are embedded; text is set in the first that has a character.
const FILES: &[&[u8]] = &[
    SANS,
    #[cfg(feature = "korean")]
    HANGUL,
];

/// The width of a line of text in points at a font size in points.
///
/// Characters that the embedded fonts lack count as much as fonts of the system may make of them.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    let ascii = ascii();
    let advance = |c: char| match ascii.get(c as usize) {
        Some(&advance) => advance,
        None => advance(c),
    };
    text.chars().map(advance).sum::<f64>() * size
}

/// The distance between lines of text that stand below each other, in points at a font size in
/// points.
pub(crate) fn line_height(size: f64) -> f64 {
    faces().first().map_or(1.2, |face| {
        f64::from(face.height()) / f64::from(face.units_per_em())
    }) * size
}

/// Whether the embedded fonts can draw a character.
pub(crate) fn has_glyph(c: char) -> bool {
    faces().iter().any(|face| face.glyph_index(c).is_some())
}

fn faces() -> &'static [Face<'static>] {
    static FACES: OnceLock<Vec<Face<'static>>> = OnceLock::new();
    FACES.get_or_init(|| {
        let faces = FILES.iter().filter_map(|file| Face::parse(file, 0).ok());
        faces.collect()
    })
}

/// The advances of ASCII, which most text is of.
fn ascii() -> &'static [f64; 128] {
    static ASCII: OnceLock<[f64; 128]> = OnceLock::new();
    ASCII.get_or_init(|| {
        let mut advances = [0.0; 128];
        for (at, advance) in (0u8..).zip(&mut advances) {
            // What is not printed is white space in XML.
            let c = char::from(at);
            *advance = self::advance(if c.is_ascii_control() { ' ' } else { c });
        }
        advances
    })
}

/// The advance of a character, in ems.
fn advance(c: char) -> f64 {
    if is_invisible(c) {
        return 0.0;
    }
    let joined = forms(c).filter_map(own_advance).fold(0.0, f64::max);
    own_advance(c).map_or_else(|| foreign_advance(c), |own| own.max(joined))
}

/// The advance in the embedded fonts.
fn own_advance(c: char) -> Option<f64> {
    faces().iter().find_map(|face| {
        let advance = face.glyph_hor_advance(face.glyph_index(c)?)?;
        Some(f64::from(advance) / f64::from(face.units_per_em()))
    })
}

/// The advance that fonts of the system have, or the box that stands for the character where there
/// are none: 1 em for the scripts of East Asia, more for emoji.
fn foreign_advance(c: char) -> f64 {
    match c {
        // Combining marks of other blocks (The Unicode Standard, "Code Charts").
        '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{fe20}'..='\u{fe2f}' => 0.0,
        '\u{2600}'..='\u{27bf}' | '\u{1f000}'..='\u{1faff}' => 1.3,
        _ => 1.0,
    }
}

/// Whether a character asks for something and is not shown itself (The Unicode Standard,
/// "Default Ignorable Code Points").
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// The characters that an Arabic letter looks like inside of a word.
fn forms(_: char) -> impl Iterator<Item = char> {
    std::iter::empty()
}
