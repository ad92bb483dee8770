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

/// The font files that a text needs: those that have a character of it which none before has, and the first.
pub(crate) fn files_for(text: &str) -> impl Iterator<Item = &'static [u8]> {
    let mut needed = vec![false; FILES.len()];
    if let Some(first) = needed.first_mut() {
        *first = true;
    }
    for c in text.chars().filter(|c| !c.is_ascii()) {
        if let Some(at) = faces()
            .iter()
            .position(|face| face.glyph_index(c).is_some())
        {
            needed[at] = true;
        }
    }
    FILES
        .iter()
        .copied()
        .zip(needed)
        .filter(|(_, needed)| *needed)
        .map(|(file, _)| file)
}

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
#[cfg(test)]
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
    // Letters at the end of a word are wider than alone by up to 0.08 em (د) in the embedded font.
    let is_joining = ('\u{620}'..='\u{6d5}').contains(&c);
    own_advance(c).map_or_else(
        || foreign_advance(c),
        |own| {
            if is_joining && own > 0.0 {
                own + 0.08
            } else {
                own
            }
        },
    )
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
        // Combining marks of other blocks, and parts of syllables after the first (The Unicode
        // Standard, "Code Charts").
        '\u{1160}'..='\u{11ff}'
        | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}'
        | '\u{fe20}'..='\u{fe2f}' => 0.0,
        '\u{2600}'..='\u{27bf}' | '\u{1f000}'..='\u{1faff}' => 1.3,
        _ => 1.0,
    }
}

/// Whether a character asks for something and is not shown itself (The Unicode Standard,
/// "Default Ignorable Code Points").
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(all(test, feature = "png"))]
mod tests {
    use super::*;

    /// The width that a text is drawn with, by another library.
    fn drawn(text: &str, size: f64) -> f64 {
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        let svg = format!(
            "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9' xml:space='preserve'>\
             <text font-size='{size}'>{text}</text></svg>"
        );
        crate::picture::text_width(&svg)
    }

    #[test]
    fn text_is_never_wider_than_it_is_measured() {
        let mut texts: Vec<String> = [
            "AVATAR To Wa. fi fl ffi office LT",
            "sin(x)*exp(-x^2) <= 1e-9 & y != 0",
            "Ærøskøbing łódź e\u{301}\u{308} Ὀδυσσεύς",
            "αβγδεζηθικλμνξοπρστυφχψω ΓΔΘΛΞΠΣΦΨΩ",
            "∇²f(x) ≤ ∑ᵢ xᵢ² ∂y/∂x ∫₀^∞ √π ∈ ℝⁿ ⊗ ⊙ → ⟨x, y⟩",
            "Производная функции",
            "שָׁלוֹם עולם 123",
            "السلام عليكم ورحمة الله وبركاته ١٢٣ لا إله",
            "فارسی پچگژ ئۇيغۇرچە",
            "mixed שלום and سلام and 2",
            "\u{200b}\u{200d}\u{ad}\u{2060}\u{feff}\u{202e}x\u{202c}",
            "\u{378}\u{e123}",
        ]
        .map(str::to_owned)
        .to_vec();
        if cfg!(feature = "korean") {
            texts.push("역전파 그래프의 값 뷁 ㄱㄴㄷ x=1".to_owned());
            texts.push("\u{1112}\u{1161}\u{11ab}글 x".to_owned());
        }
        // Each letter, and each in the middle of a word of its like.
        let every = ('\u{20}'..='\u{6ff}').chain('\u{1e00}'..='\u{2bff}');
        let every: Vec<char> = every.filter(|&c| !is_invisible(c)).collect();
        for chunk in every.chunks(16) {
            let letters = chunk.iter().filter(|&&c| has_glyph(c) && c != ' ');
            let letters: Vec<char> = letters.copied().collect();
            texts.extend(letters.iter().map(|&c| format!("{c}")));
            texts.push(letters.iter().collect());
            if letters.iter().any(|c| ('\u{600}'..='\u{6ff}').contains(c)) {
                texts.extend(letters.iter().map(|c| format!("ب{c}ب")));
            }
        }
        // The renderer makes a box at least 1 wide of what takes no room.
        let room = |text: &str| {
            let takes_none = text
                .chars()
                .any(|c| width(c.encode_utf8(&mut [0; 4]), 20.0) == 0.0);
            width(text, 20.0) + if takes_none { 1.01 } else { 0.01 }
        };
        let wider = |text: &&String| drawn(text, 20.0) > room(text);
        let wider: Vec<String> = texts
            .iter()
            .filter(wider)
            .map(|text| format!("{text:?} {} {}", drawn(text, 20.0), width(text, 20.0)))
            .collect();
        assert_eq!(wider, Vec::<String>::new());
    }

    #[test]
    fn text_is_not_measured_much_wider_than_it_is() {
        for text in ["Backward pass 2", "∂y/∂x = λ²", "Производная", "שלום"] {
            let (drawn, measured) = (drawn(text, 20.0), width(text, 20.0));
            assert!(measured < drawn + 0.5, "{text} {drawn} {measured}");
        }
        assert_eq!(width("", 20.0), 0.0);
        assert_eq!(width("xx", 10.0), width("x", 20.0));
    }

    #[test]
    fn what_labels_need_is_there() {
        let needed = "azAZ09àőŁΑΩαωЖя×÷·∂∇∑∏∫√∞≈≠≤≥∈∉⊂∪∩∀∃→←↦⇒⟨⟩‖⊗⊙⊤ᵀ⁻¹⁺₀₉ᵢⱼₙℝℕℤℂ…–—‘’“”אתابي";
        let lacking: String = needed.chars().filter(|&c| !has_glyph(c)).collect();
        assert_eq!(lacking, "");
        assert!(!has_glyph('\u{378}'));
    }

    #[cfg(feature = "korean")]
    #[test]
    fn every_syllable_is_there() {
        assert!(('가'..='힣').chain('ㄱ'..='ㅎ').all(has_glyph));
    }

    #[test]
    fn lines_are_higher_than_letters() {
        let height = line_height(10.0);
        assert!((11.0..13.0).contains(&height), "{height}");
    }
}
