//! A page that explores a diagram: one file with the drawing, what is known of it, and a program to
//! pan, zoom, search and fold it, which asks nothing of a network.
//!
//! The drawing is that of [`crate::svg`], laid out once with everything expanded. The program closes
//! the space of what is collapsed (`fold.js`).

mod data;
mod digest;

use std::fmt::Write;

use base64::prelude::{BASE64_STANDARD, Engine};

use crate::diagram::Diagram;
use crate::svg::Placed;
use crate::text;
use crate::theme::Theme;
use crate::xml::Escaped;

const TEMPLATE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");

/// Above so many nodes and edges, the page draws only the text that can be read.
const MANY: usize = 1500;

/// The parts of the program, in one scope of their own, in this order.
const PROGRAM: [&str; 5] = [
    include_str!("graph.js"),
    include_str!("view.js"),
    include_str!("space.js"),
    include_str!("fold.js"),
    include_str!("page.js"),
];

/// The colours of a drawing in the light and in the dark theme, as declarations that override
/// the attributes of the SVG.
#[derive(Clone, Debug, Default)]
pub(crate) struct Palette {
    /// A selector within the drawing, such as `.leaf > ellipse`, the declarations for light, and those for
    /// dark, such as `fill: #fff`.
    pub(crate) rules: Vec<(String, String, String)>,
}

impl Palette {
    fn write(&self, css: &mut String) {
        for (selector, light, dark) in &self.rules {
            for (theme, declarations) in [("light", light), ("dark", dark)] {
                if !declarations.is_empty() {
                    let _ = writeln!(
                        css,
                        "[data-theme={theme}] .dezero :is({selector}) {{ {declarations} }}"
                    );
                }
            }
        }
    }
}

/// The families of the fonts that a page brings, as pictures name them.
const FAMILIES: [&str; 2] = ["Dezero Sans", "Dezero Sans Hangul"];

/// The fonts that a drawing needs, so that it looks the same where none are installed.
fn write_fonts(css: &mut String, svg: &str) {
    let families = FAMILIES.iter().zip(text::files_for(svg));
    for (family, file) in families {
        let file = BASE64_STANDARD.encode(file);
        let _ = writeln!(
            css,
            "@font-face {{ font-family: '{family}'; src: url(data:font/ttf;base64,{file}); }}"
        );
    }
    let [first, second] = FAMILIES;
    let _ = writeln!(
        css,
        ".dezero {{ font-family: '{first}', '{second}', {} }}",
        text::FAMILIES
    );
}

/// The page of a diagram. Without a palette its sheet keeps the colours of the diagram in the dark theme
/// as well. It starts dark if that is asked for, and else as its reader prefers.
pub(crate) fn page(diagram: &Diagram, palette: Option<&Palette>, theme: Theme) -> String {
    let placed = Placed::new(diagram);
    let mut title = diagram
        .title
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    if title.is_empty() {
        "Computational graph".clone_into(&mut title);
    }
    let svg = placed.svg_of_page();
    let mut style = STYLE.to_owned();
    write_fonts(&mut style, &svg);
    if let Some(palette) = palette {
        palette.write(&mut style);
    }
    let mut script = String::from("(() => {\n'use strict';\n");
    for part in PROGRAM {
        script.push_str(part);
    }
    script.push_str("})();\n");
    // A reader of HTML takes all line ends for LF before it computes a digest (HTML, section 13.2.3.5), and
    // a checkout may have others.
    let (style, script) = (style.replace('\r', ""), script.replace('\r', ""));
    let mut state = String::new();
    if palette.is_none() {
        state.push_str(" data-fixed");
    }
    if theme == Theme::Dark {
        state.push_str(" data-theme=\"dark\"");
    }
    if diagram.nodes.len() + diagram.edges.len() > MANY {
        state.push_str(" data-many");
    }

    // Filled in one pass, so that text with braces in it is text.
    let mut page = String::new();
    for (at, piece) in TEMPLATE.split("{{").enumerate() {
        let Some((slot, rest)) = piece.split_once("}}").filter(|_| at > 0) else {
            page.push_str(piece);
            continue;
        };
        match slot {
            "script-digest" => write_digest(&mut page, &script),
            "style-digest" => write_digest(&mut page, &style),
            "title" | "heading" => page.push_str(&Escaped(&title).to_string()),
            "style" => page.push_str(&style),
            "state" => page.push_str(&state),
            "svg" => page.push_str(svg.trim_end()),
            "data" => data::write(&mut page, diagram, &placed),
            "script" => page.push_str(&script),
            _ => debug_assert!(false, "no such slot: {slot}"),
        }
        page.push_str(rest);
    }
    page
}

fn write_digest(page: &mut String, text: &str) {
    let _ = write!(page, "'sha256-{}'", digest::sha256_base64(text));
}

#[cfg(test)]
mod tests;
