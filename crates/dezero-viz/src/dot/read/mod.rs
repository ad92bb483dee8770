//! DOT text read: what Graphviz's manual of the DOT language describes becomes a [`Diagram`].
//!
//! `lexer` and `parser` know the grammar, `graph` what the statements mean, `attributes`, `colours` and
//! `label` the values, and `diagram` how all of it is drawn. Whatever the text, reading it ends within
//! the limits below, in time and memory proportional to its length.

mod attributes;
mod clusters;
mod colours;
mod diagram;
mod entities;
mod error;
mod graph;
mod html;
mod ids;
mod label;
mod lexer;
mod look;
mod parser;
mod x11;

pub use error::DotError;

use self::attributes::{Key, Lookup};
use self::graph::Graph;
use crate::diagram::Diagram;

/// The longest text, in bytes.
pub(crate) const MAX_LENGTH: usize = 32 << 20;
/// What the layout takes.
pub(crate) const MAX_NODES: usize = 50_000;
/// What the layout takes.
pub(crate) const MAX_EDGES: usize = 200_000;
/// Subgraphs, whether they are clusters or not.
pub(crate) const MAX_SUBGRAPHS: usize = 50_000;
/// Subgraphs in each other.
pub(crate) const MAX_DEPTH: usize = 1_000;
/// Nodes of all subgraphs, counted in each that names them.
pub(crate) const MAX_MEMBERS: usize = 1_000_000;
/// Steps of finding the nodes of the subgraphs that edges go from and to.
pub(crate) const MAX_VISITS: usize = 2_000_000;
/// Characters of one label.
pub(crate) const MAX_LABEL: usize = 16_384;
/// Characters of all labels and tooltips.
pub(crate) const MAX_TEXT: usize = 8_000_000;
/// Bytes that labels and tooltips are written with; those of a default are counted for each node or edge.
pub(crate) const MAX_LABEL_SOURCE: usize = 64_000_000;
/// Bytes of a value that is no text, such as a colour; a longer one is passed over.
const MAX_VALUE: usize = 1_000;

/// The diagram of the first graph in the text.
pub(crate) fn read(text: &str) -> Result<Diagram, DotError> {
    let graph = parse(text)?;
    diagram::diagram(text, &graph)
}

/// Like [`read`], from a file: UTF-8, or Latin-1 where the graph's `charset` says so.
pub(crate) fn read_bytes(bytes: &[u8]) -> Result<Diagram, DotError> {
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return read(text),
        Err(error) => error,
    };
    let valid = std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
    let wrong = DotError::new(valid, valid.len(), "the text from here on is not UTF-8");
    if let [0xff, 0xfe, ..] | [0xfe, 0xff, ..] = bytes {
        return Err(wrong.help("this looks like UTF-16: save the file as UTF-8"));
    }
    let wrong =
        wrong.help("save the file as UTF-8, or say `charset=latin1` in the graph if it is Latin-1");
    if bytes.len() > MAX_LENGTH {
        return Err(wrong);
    }
    // Each byte of Latin-1 is the character of that number.
    let text: String = bytes.iter().map(|&byte| char::from(byte)).collect();
    match parse(&text) {
        Ok(graph) if is_latin1(&graph) => diagram::diagram(&text, &graph),
        _ => Err(wrong),
    }
}

fn parse(text: &str) -> Result<Graph<'_>, DotError> {
    if text.len() > MAX_LENGTH {
        let message = format!(
            "the text has {} bytes, more than the limit of {}",
            counted(text.len()),
            counted(MAX_LENGTH)
        );
        return Err(DotError::new(text, 0, message));
    }
    if let Some(at) = text.find('\0') {
        let error = DotError::new(text, at, "found a NUL, which is in no text");
        return Err(error.help("is this a DOT file? If it is UTF-16, save it as UTF-8"));
    }
    parser::parse(text)
}

/// Under one of the names that the manual gives it.
fn is_latin1(graph: &Graph<'_>) -> bool {
    let charset = graph.subgraphs[0].attributes.text(Key::Charset);
    [
        "latin-1",
        "latin1",
        "l1",
        "iso-8859-1",
        "iso_8859-1",
        "iso8859-1",
        "iso-ir-100",
    ]
    .iter()
    .any(|name| charset.eq_ignore_ascii_case(name))
}

/// A number with commas between the thousands.
fn counted(number: usize) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

#[cfg(test)]
mod tests;
