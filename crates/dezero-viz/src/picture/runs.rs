//! Names the font of each run of text that the first font cannot draw.
//!
//! The renderer looks for another font when a character is missing, but gives up on the rest of a
//! text when no font has it, or when two fonts compose a text to different numbers of glyphs. Runs
//! that name their font do not depend on that.

use std::borrow::Cow;
use std::fmt::Write;

use crate::text::fonts;

/// The longest text that is divided, in bytes: each run costs a look at the whole text.
const LONGEST: usize = 4096;

/// The SVG text with runs of foreign characters in elements that name their font.
pub(super) fn name_fonts(svg: &str) -> Cow<'_, str> {
    if svg.is_ascii() {
        return Cow::Borrowed(svg);
    }
    let mut named = String::with_capacity(svg.len() + svg.len() / 8);
    let mut is_text = false;
    let mut rest = svg;
    while let Some((characters, markup)) = rest.find('<').map(|at| rest.split_at(at)) {
        if is_text {
            divide(characters, &mut named);
        } else {
            named.push_str(characters);
        }
        let end = if markup.starts_with("<!--") {
            markup.find("-->").map(|at| at + 3)
        } else if markup.starts_with("<![CDATA[") {
            markup.find("]]>").map(|at| at + 3)
        } else {
            end_of_tag(markup)
        };
        let (tag, after) = markup.split_at(end.unwrap_or(markup.len()));
        let opens = |name| tag[1..].starts_with(name) && !tag.ends_with("/>");
        is_text = match () {
            () if tag.starts_with("</text") || tag.starts_with("<title") => false,
            () if opens("text") => true,
            () => is_text,
        };
        named.push_str(tag);
        rest = after;
    }
    named.push_str(rest);
    Cow::Owned(named)
}

/// Where a tag ends; a `>` may stand in the value of an attribute.
fn end_of_tag(markup: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in markup.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

fn divide(characters: &str, named: &mut String) {
    if characters.is_ascii() || characters.len() > LONGEST {
        named.push_str(characters);
        return;
    }
    let mut font = None;
    for c in composed(characters) {
        let wanted = match font {
            // Joiners and selectors belong to what they stand in.
            Some(_) if crate::text::is_invisible(c) => font,
            _ => fonts::other_than_first(c),
        };
        if wanted != font {
            if font.is_some() {
                named.push_str("</tspan>");
            }
            if let Some(wanted) = wanted {
                // Writing to a string does not fail.
                let _ = write!(named, "<tspan font-family=\"{wanted}\">");
            }
            font = wanted;
        }
        named.push(c);
    }
    if font.is_some() {
        named.push_str("</tspan>");
    }
}

/// The characters, with syllables in place of their parts, as some systems name files: fonts have the
/// syllables (The Unicode Standard, section 3.12, "Hangul Syllable Composition").
fn composed(characters: &str) -> impl Iterator<Item = char> {
    /// The first syllable, the first of each kind of parts (for the third, the one before), and how
    /// many there are of each kind.
    const SYLLABLE: u32 = 0xac00;
    const FIRST: [u32; 3] = [0x1100, 0x1161, 0x11a7];
    const COUNT: [u32; 3] = [19, 21, 28];

    let part = |kind: usize, c: char| {
        let at = u32::from(c).checked_sub(FIRST[kind])?;
        (at < COUNT[kind]).then_some(at)
    };
    let mut rest = characters.chars().peekable();
    std::iter::from_fn(move || {
        let c = rest.next()?;
        let Some(lead) = part(0, c) else {
            return Some(c);
        };
        let Some(vowel) = rest.peek().and_then(|&next| part(1, next)) else {
            return Some(c);
        };
        rest.next();
        let tail = rest.peek().and_then(|&next| part(2, next));
        let tail = tail.filter(|&tail| tail > 0);
        if tail.is_some() {
            rest.next();
        }
        let syllable = (lead * COUNT[1] + vowel) * COUNT[2] + tail.unwrap_or(0);
        char::from_u32(SYLLABLE + syllable)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_first_font_has_is_left_as_it_is() {
        for svg in [
            "<svg><text>x &gt; 1, ∇f, λ, é, שלום</text></svg>",
            "<svg><title>\u{378}</title><text>\u{378}</text></svg>",
            "<svg a='>'><text a='한<' b=\">\"/>한<!-- 글 <text> 한 --><g>글</g></svg>",
            "<svg><text>half",
            "<svg><text",
            "한",
            "",
        ] {
            assert_eq!(name_fonts(svg), svg);
        }
    }

    #[test]
    fn parts_of_syllables_are_put_together() {
        // The last is the last syllable; what is alone stays.
        let parts = "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}x\u{1161}\u{1100}\u{1112}\u{1175}\u{11c2}\u{11a8}";
        let composed: String = composed(parts).collect();
        assert_eq!(composed, "한그x\u{1161}\u{1100}힣\u{11a8}");
    }

    #[cfg(feature = "korean")]
    #[test]
    fn hangul_names_its_font() {
        assert_eq!(
            name_fonts(
                "<svg><title>한</title><text x='1'>값 x&amp;<tspan>\u{1112}\u{1161}\u{11ab}글</tspan></text>한</svg>"
            ),
            "<svg><title>한</title><text x='1'><tspan font-family=\"dezero-own-1\">값</tspan> x&amp;<tspan>\
             <tspan font-family=\"dezero-own-1\">한글</tspan></tspan></text>한</svg>"
        );
        let long = format!("<svg><text>{}</text></svg>", "한 ".repeat(5000));
        assert_eq!(name_fonts(&long), long);
    }
}
