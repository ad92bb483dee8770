//! A graph that was read from DOT text, and its pictures.

use std::path::Path;

use super::read::{self, DotError};
use crate::diagram::Diagram;
use crate::error::Error;
use crate::layout::Problem;
use crate::picture::{Format, Picture, SCALE, write_file};
use crate::svg::Placed;
use crate::theme::Theme;

/// A graph in the DOT language, to be drawn without Graphviz.
///
/// All of the language is read, as its manual defines it; of the attributes, those of common
/// pictures are drawn (labels, colours, styles, shapes, ranks, clusters, arrows), and others passed
/// over. It is drawn whole, however large.
///
/// ```
/// use dezero_viz::DotGraph;
///
/// let dot = "digraph g { 1 [label=x, color=orange, style=filled]; 3 [label=Exp, shape=box]; 1 -> 3 }";
/// let picture = DotGraph::read(dot)?.picture();
/// assert!(picture.to_svg().contains(">Exp</text>"));
///
/// let error = DotGraph::read("digraph g {\n  1 -> [").unwrap_err();
/// assert_eq!((error.line(), error.column()), (2, 8));
/// # Ok::<(), dezero_viz::DotError>(())
/// ```
#[derive(Clone, Debug)]
pub struct DotGraph {
    diagram: Diagram,
}

impl DotGraph {
    /// The first graph in DOT text; in UTF-8, or in Latin-1 if its `charset` says so.
    ///
    /// # Errors
    ///
    /// If it is not DOT, with the place and what is wrong there; or if it is beyond what can be drawn:
    /// 32 MB of text, 50,000 nodes, 200,000 edges, or subgraphs in each other a thousand times.
    pub fn read(text: impl AsRef<[u8]>) -> Result<Self, DotError> {
        let diagram = read::read_bytes(text.as_ref())?;
        Ok(Self { diagram })
    }

    /// What is laid out: the sizes of its nodes and labels, edges and clusters.
    pub fn problem(&self) -> Problem {
        self.diagram.problem()
    }

    /// The picture.
    pub fn picture(&self) -> Picture {
        Picture::from_svg(Placed::new(&self.diagram).svg())
    }

    /// A page to explore the graph in a browser: one HTML file that needs no network.
    pub fn to_html(&self) -> String {
        crate::html::page(&self.diagram, None, Theme::Light)
    }

    /// The graph as DOT, with what is drawn of it said in full.
    pub fn to_dot(&self) -> String {
        super::write(&self.diagram)
    }

    /// The drawing as the content of a file, with `scale` pixels for each point if the format has
    /// pixels.
    ///
    /// # Errors
    ///
    /// As [`Picture::to_bytes`].
    pub fn to_bytes(&self, format: Format, scale: f64) -> Result<Vec<u8>, Error> {
        match format {
            Format::Dot => Ok(self.to_dot().into_bytes()),
            Format::Html => Ok(self.to_html().into_bytes()),
            format => self.picture().to_bytes(format, scale),
        }
    }

    /// Saves the drawing in the format of the file's extension: `.svg`, `.png` (with two pixels for
    /// each point), `.pdf`, `.html` or `.dot`. The file is there whole or not at all.
    ///
    /// # Errors
    ///
    /// As [`to_bytes`](Self::to_bytes); or if the extension is another one, or the file cannot be
    /// written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        self.save_scaled(path, SCALE)
    }

    /// Saves the drawing as [`save`](Self::save) does, with `scale` pixels for each point if the format
    /// has pixels.
    ///
    /// # Errors
    ///
    /// As [`save`](Self::save).
    pub fn save_scaled(&self, path: impl AsRef<Path>, scale: f64) -> Result<(), Error> {
        let path = path.as_ref();
        let bytes = self.to_bytes(Format::from_path(path)?, scale);
        write_file(path, bytes.map_err(|error| error.at(path))?)
    }

    /// Shows the drawing in a notebook: the Rust kernel evcxr calls this for the last value of a cell.
    pub fn evcxr_display(&self) {
        self.picture().evcxr_display();
    }
}
