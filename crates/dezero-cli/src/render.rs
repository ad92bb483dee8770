//! `dezero render`: a file of DOT, drawn.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use dezero::viz::{DotError, DotGraph};
use unicode_width::UnicodeWidthStr;

use crate::graph::{Engine, by_graphviz, format_of};
use crate::pictures::Sharpness;
use crate::report::{Failure, Report, write_file};

/// More than this is not read: the reader of DOT refuses less.
const MOST_BYTES: u64 = 64 << 20;

#[derive(Debug, Args)]
pub(crate) struct RenderArguments {
    /// The file in the DOT language; - is standard input
    #[arg(value_name = "FILE.dot")]
    input: PathBuf,

    /// Write to this file instead of SVG to standard output: .svg, .png, .pdf, .html or .dot
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    sharpness: Sharpness,

    /// What lays it out; dot is Graphviz, which has to be installed
    #[arg(long, value_enum, default_value = "auto", requires = "output")]
    engine: Engine,
}

pub(crate) fn run(arguments: &RenderArguments) -> Result<Report, Failure> {
    let to = match &arguments.output {
        Some(path) => Some((path, format_of(path)?)),
        None => None,
    };
    let name = arguments.input.display();
    let text =
        read(&arguments.input).map_err(|error| Failure::failed(format!("{name}: {error}")))?;
    // Also for Graphviz: what is wrong is said with its place.
    let graph = DotGraph::read(&text)
        .map_err(|error| Failure::failed(format!("{name}: {error}{}", excerpt(&text, &error))))?;
    let Some((path, format)) = to else {
        return Ok(Report::text(graph.picture().to_svg().to_owned()));
    };
    let bytes = match arguments.engine {
        Engine::Auto => arguments
            .sharpness
            .try_scales(|scale| graph.to_bytes(format, scale))?,
        Engine::Dot => by_graphviz(&String::from_utf8_lossy(&text), format)?,
    };
    write_file(path, bytes)?;
    Ok(Report::text(String::new()))
}

/// The line that an error is in, with a mark at its place; nothing if it is too long to be read.
fn excerpt(text: &[u8], error: &DotError) -> String {
    const LONGEST: usize = 100;
    let text = String::from_utf8_lossy(text);
    let line = text.lines().nth(error.line().saturating_sub(1));
    let Some(line) = line.filter(|line| line.chars().count() <= LONGEST) else {
        return String::new();
    };
    let shown: String = line
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let before: String = shown
        .chars()
        .take(error.column().saturating_sub(1))
        .collect();
    let number = error.line().to_string();
    let (margin, indent) = (" ".repeat(number.len()), " ".repeat(before.width()));
    format!("\n  {number} | {shown}\n  {margin} | {indent}^")
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    if path == Path::new("-") {
        io::stdin().lock().take(MOST_BYTES).read_to_end(&mut text)?;
    } else {
        File::open(path)?.take(MOST_BYTES).read_to_end(&mut text)?;
    }
    Ok(text)
}
