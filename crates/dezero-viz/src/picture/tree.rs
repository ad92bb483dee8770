//! SVG text as the tree of shapes that PNG and PDF are drawn from.

use usvg::{ImageHrefResolver, Options, Tree, roxmltree};

use super::runs::name_fonts;
use crate::error::Error;
use crate::text::fonts;

/// The most elements and texts of a picture; real ones have some thousands.
const MOST_NODES: u32 = 10_000_000;

/// The deepest nesting of elements. What reads and draws them recurses.
const DEEPEST: usize = 200;

/// A tree of shapes, and the title of the picture.
pub(super) struct Parsed {
    pub(super) tree: Tree,
    #[cfg_attr(not(feature = "pdf"), expect(dead_code, reason = "for PDF"))]
    pub(super) title: Option<String>,
}

pub(super) fn parse(svg: &str) -> Result<Parsed, Error> {
    let wrong = |error: &dyn std::fmt::Display| Error::svg(format!("the SVG is wrong: {error}"));
    if is_deeper(svg, DEEPEST) {
        return Err(wrong(&format!(
            "elements are nested more than {DEEPEST} deep"
        )));
    }
    let limits = roxmltree::ParsingOptions {
        allow_dtd: false,
        nodes_limit: MOST_NODES,
        ..roxmltree::ParsingOptions::default()
    };
    let svg = name_fonts(svg);
    let document =
        roxmltree::Document::parse_with_options(&svg, limits).map_err(|error| wrong(&error))?;
    let options = Options {
        font_family: fonts::FAMILY.to_owned(),
        font_resolver: fonts::resolver(),
        fontdb: fonts::embedded(),
        image_href_resolver: ImageHrefResolver {
            resolve_string: Box::new(|_, _| None),
            ..ImageHrefResolver::default()
        },
        ..Options::default()
    };
    let tree = Tree::from_xmltree(&document, &options).map_err(|error| wrong(&error))?;
    let mut children = document.root_element().children();
    let title = children.find(|child| child.tag_name().name() == "title");
    let title = title.and_then(|title| title.text()).map(str::trim);
    let title = title.filter(|title| !title.is_empty());
    Ok(Parsed {
        title: title.map(str::to_owned),
        tree,
    })
}

/// Whether tags are open inside of each other beyond a depth. The text need not be well-formed.
fn is_deeper(svg: &str, most: usize) -> bool {
    let mut depth = 0usize;
    let mut rest = svg;
    while let Some((_, tag)) = rest.split_once('<') {
        rest = tag;
        match tag.as_bytes().first() {
            Some(b'/') => depth = depth.saturating_sub(1),
            Some(b'!' | b'?') | None => {}
            Some(_) => {
                let end = tag.split_once('>').map_or(tag, |(tag, _)| tag);
                if !end.ends_with('/') {
                    depth += 1;
                }
            }
        }
        if depth > most {
            return true;
        }
    }
    false
}
