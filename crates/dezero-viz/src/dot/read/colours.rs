//! Colours as DOT writes them: by name, `#rrggbb`, or hue, saturation and value; the section on the
//! attribute type "color" of Graphviz's manual.

use super::attributes::leading_number;
use super::x11;

/// Red, green, blue, and how much of what is below it covers, each up to 255.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Colour([u8; 4]);

impl Colour {
    /// The first colour of a value; in a scheme such as `svg`, where the name is not in one of its own.
    /// `None` if it is not one that is known.
    pub(super) fn read(value: &str, scheme: &str) -> Option<Self> {
        // `red:blue` is a list, and `red;0.3:blue` one with fractions.
        let first = value.split(':').find(|colour| !colour.trim().is_empty())?;
        let first = first.split(';').next()?.trim();
        if let Some(digits) = first.strip_prefix('#') {
            return hexadecimal(digits);
        }
        let Some(path) = first.strip_prefix('/') else {
            return named(first, scheme).or_else(|| hue_saturation_value(first));
        };
        match path.split_once('/') {
            Some((scheme, name)) => named(name, scheme),
            None => named(path, ""),
        }
    }

    /// As SVG takes it; `None` if it covers nothing.
    pub(super) fn paint(self) -> Option<String> {
        let [red, green, blue, cover] = self.0;
        match cover {
            0 => None,
            255 => Some(format!("#{red:02x}{green:02x}{blue:02x}")),
            _ => Some(format!("#{red:02x}{green:02x}{blue:02x}{cover:02x}")),
        }
    }
}

/// The digits of `#rgb`, `#rgba`, `#rrggbb` or `#rrggbbaa`.
fn hexadecimal(digits: &str) -> Option<Colour> {
    let digits = digits.trim_end();
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let value = |digits: &str| u8::from_str_radix(digits, 16).ok();
    let mut colour = [0, 0, 0, 255];
    let each = match digits.len() {
        3 | 4 => 1,
        6 | 8 => 2,
        _ => return None,
    };
    for (at, part) in colour.iter_mut().take(digits.len() / each).enumerate() {
        let digits = value(&digits[at * each..(at + 1) * each])?;
        *part = if each == 1 { digits * 17 } else { digits };
    }
    Some(Colour(colour))
}

/// Three numbers from 0 to 1, and perhaps a fourth for how much it covers.
fn hue_saturation_value(text: &str) -> Option<Colour> {
    let mut numbers = [0.0, 0.0, 0.0, 1.0];
    let mut count = 0;
    let parts = text.split([' ', ',', '\t', '\n']);
    for part in parts.filter(|part| !part.is_empty()) {
        *numbers.get_mut(count)? = leading_number(part)?.clamp(0.0, 1.0);
        count += 1;
    }
    if count < 3 {
        return None;
    }
    let [hue, saturation, value, cover] = numbers;
    // A. R. Smith, "Color gamut transform pairs", SIGGRAPH 1978, in the form without cases: each part is
    // the value, less what saturation takes where the hue is away from it by over a sixth of the circle.
    let part = |offset: f64| {
        let around = (offset + hue * 6.0) % 6.0;
        value - value * saturation * around.min(4.0 - around).clamp(0.0, 1.0)
    };
    let byte = |part: f64| (part * 255.0).round() as u8;
    let [red, green, blue] = [part(5.0), part(3.0), part(1.0)].map(byte);
    Some(Colour([red, green, blue, byte(cover)]))
}

/// The colour of that name, in any case of letters. Of the schemes, X11's, which holds where none is named,
/// and SVG's are known.
fn named(name: &str, scheme: &str) -> Option<Colour> {
    /// In bytes; no name is longer.
    const LONGEST: usize = 30;
    if name.len() > LONGEST {
        return None;
    }
    let name = name.trim().to_ascii_lowercase();
    let is = |other: &str| scheme.trim().eq_ignore_ascii_case(other);
    let value = match name.as_str() {
        "transparent" | "none" | "invis" => return Some(Colour([0; 4])),
        // Where SVG 1.1 (section 4.4) gives a name of X11 another colour.
        "gray" | "grey" if is("svg") => 0x80_80_80,
        "green" if is("svg") => 0x00_80_00,
        "maroon" if is("svg") => 0x80_00_00,
        "purple" if is("svg") => 0x80_00_80,
        name if is("") || is("x11") || is("svg") => x11::value(name)?,
        _ => return None,
    };
    let [_, red, green, blue] = u32::to_be_bytes(value);
    Some(Colour([red, green, blue, 255]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paint(value: &str) -> String {
        let colour = Colour::read(value, "");
        colour.map_or("unknown".to_owned(), |colour| {
            colour.paint().unwrap_or("nothing".to_owned())
        })
    }

    #[test]
    fn names_are_those_of_x11() {
        for (name, value) in [
            ("orange", "#ffa500"),
            ("LightBlue", "#add8e6"),
            ("lightgrey", "#d3d3d3"),
            ("gray", "#c0c0c0"),
            ("gray0", "#000000"),
            ("grey50", "#7f7f7f"),
            ("gray90", "#e5e5e5"),
            ("gray100", "#ffffff"),
            ("gray101", "unknown"),
            ("gray07", "unknown"),
            ("antiquewhite3", "#cdc0b0"),
            ("red4", "#8b0000"),
            ("red5", "unknown"),
            ("aliceblue1", "unknown"),
            ("yellowgreen", "#9acd32"),
            ("green", "#00ff00"),
            ("/svg/green", "#008000"),
            ("/x11/green", "#00ff00"),
            ("//purple", "#a020f0"),
            ("/purple", "#a020f0"),
            ("/accent3/1", "unknown"),
            ("transparent", "nothing"),
            ("rot", "unknown"),
            ("", "unknown"),
        ] {
            assert_eq!(paint(name), value, "{name}");
        }
        assert_eq!(Colour::read("gray", "svg"), Colour::read("#808080", ""));
        assert_eq!(Colour::read("3", "accent3"), None);
    }

    #[test]
    fn numbers() {
        for (text, value) in [
            ("#f80", "#ff8800"),
            ("#f80c", "#ff8800cc"),
            ("#Ff8000", "#ff8000"),
            ("#ff800080", "#ff800080"),
            ("#ff8000ff", "#ff8000"),
            ("#ff800000", "nothing"),
            ("#ff80", "nothing"),
            ("#ff800", "unknown"),
            ("#é0", "unknown"),
            ("0 1 1", "#ff0000"),
            ("0.33333,1.0,1.0", "#00ff00"),
            ("0.6667, 1.000 .5", "#000080"),
            ("0.1 0 1", "#ffffff"),
            ("0.0837 1 1", "#ff8000"),
            ("1 1 1", "#ff0000"),
            ("2 5 -1", "#000000"),
            ("0 1", "unknown"),
            ("0 1 1 1 1", "unknown"),
            ("red:blue", "#ff0000"),
            ("red;0.3:blue", "#ff0000"),
            (":blue", "#0000ff"),
            (":", "unknown"),
        ] {
            assert_eq!(paint(text), value, "{text}");
        }
    }
}
