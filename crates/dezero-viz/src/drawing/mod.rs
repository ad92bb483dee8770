//! Drawings of computational graphs.

mod book;
mod dominators;
mod learner;
mod palette;
mod plot;
mod repeat;
mod sketch;
mod summary;
mod value;
mod words;

use std::path::Path;

use dezero_core::Graph;

use crate::Error;
use crate::diagram::Diagram;
use crate::layout::Direction;
use crate::picture::{Format, Picture, write_file};
use crate::svg::Placed;
use crate::theme::Theme;
use sketch::Sketch;

pub(crate) use palette::paper;
pub use plot::plot_dot_graph;

/// Above this many nodes the learner's style draws a summary, unless told otherwise.
const MOST_NODES: usize = 1_500;

/// What can be laid out at all.
const MOST_WHOLE: usize = 50_000;

/// How a graph is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Style {
    /// To read: unnamed results are edges with their values, roles have colours, functions their
    /// symbols, the passes of differentiation frames; chains that repeat are folded, and a very large
    /// graph is summarised.
    #[default]
    Learner,
    /// As in the book "Deep Learning from Scratch 3": every variable an orange ellipse, every function
    /// a light blue box, and nothing left out.
    DeZero,
}

/// A drawing of a computational graph.
///
/// Gradients that variables hold after `backward` are shown below their values; those of everything are there
/// in the graph that [`graph_with_gradients`](dezero_core::graph_with_gradients) gives.
///
/// ```
/// use dezero_core::{Variable, grad, graph};
/// use dezero_viz::{Drawing, Theme};
///
/// let x = Variable::new(1.0).named("x");
/// let y = x.tanh().named("y");
/// let gx = grad(&y, &[&x])[0].clone().named("gx");
/// let gx2 = grad(&gx, &[&x])[0].clone().named("gx2");
///
/// let graph = graph(&gx2);
/// let picture = Drawing::new(&graph).title("tanh, differentiated twice").picture()?;
/// assert!(picture.to_svg().contains(">gx2 = -0.6397</text>"));
///
/// let page = Drawing::new(&graph).theme(Theme::Dark).to_html()?; // to explore in a browser
/// assert!(page.starts_with("<!DOCTYPE html>"));
/// # Ok::<(), dezero_viz::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Drawing<'a> {
    graph: &'a Graph,
    style: Style,
    look: Look<'a>,
    is_whole: bool,
    most_nodes: usize,
}

/// What the styles have in common.
#[derive(Clone, Copy, Debug)]
struct Look<'a> {
    title: &'a str,
    theme: Theme,
    direction: Direction,
    verbose: bool,
    legend: bool,
    lines: bool,
}

impl<'a> Drawing<'a> {
    /// The graph in the learner's style, light, from top to bottom.
    pub fn new(graph: &'a Graph) -> Self {
        Self {
            graph,
            style: Style::default(),
            look: Look {
                title: "",
                theme: Theme::default(),
                direction: Direction::default(),
                verbose: false,
                legend: true,
                lines: true,
            },
            is_whole: false,
            most_nodes: MOST_NODES,
        }
    }

    /// In another style.
    pub fn style(mut self, style: Style) -> Self {
        self.style = style;
        self
    }

    /// In other colours.
    pub fn theme(mut self, theme: Theme) -> Self {
        self.look.theme = theme;
        self
    }

    /// With a title above it.
    pub fn title(mut self, title: &'a str) -> Self {
        self.look.title = title;
        self
    }

    /// With edges in another direction.
    pub fn direction(mut self, direction: Direction) -> Self {
        self.look.direction = direction;
        self
    }

    /// With shape and dtype of scalars too.
    pub fn verbose(mut self, verbose: bool) -> Self {
        self.look.verbose = verbose;
        self
    }

    /// With or without the legend that the learner's style has.
    pub fn legend(mut self, legend: bool) -> Self {
        self.look.legend = legend;
        self
    }

    /// With or without the source lines that a page tells.
    pub fn source_lines(mut self, lines: bool) -> Self {
        self.look.lines = lines;
        self
    }

    /// Everything, however large: chains are not folded, and nothing is summarised.
    pub fn whole(mut self, whole: bool) -> Self {
        self.is_whole = whole;
        self
    }

    /// With a summary in the learner's style if there are more nodes than this: 1,500 unless given.
    pub fn summarised_above(mut self, nodes: usize) -> Self {
        self.most_nodes = nodes;
        self
    }

    /// The picture.
    ///
    /// # Errors
    ///
    /// If the graph is too large to be drawn.
    pub fn picture(&self) -> Result<Picture, Error> {
        let diagram = self.diagram(Chains::Folded)?;
        Ok(Picture::from_svg(Placed::new(&diagram).svg()))
    }

    /// A page to explore the graph in a browser: one HTML file that needs no network.
    ///
    /// # Errors
    ///
    /// If the graph is too large to be drawn.
    pub fn to_html(&self) -> Result<String, Error> {
        let diagram = self.diagram(Chains::Framed)?;
        let palette = palette::rules();
        let has_kinds = self.style == Style::Learner;
        let palette = has_kinds.then_some(&palette);
        Ok(crate::html::page(&diagram, palette, self.look.theme))
    }

    /// The drawing in the DOT language, for Graphviz. In the style of the book, it is what
    /// [`Dot`](crate::Dot) writes.
    ///
    /// # Errors
    ///
    /// If the graph is too large to be drawn.
    pub fn to_dot(&self) -> Result<String, Error> {
        if self.style == Style::DeZero {
            let dot = crate::Dot::new(self.graph).verbose(self.look.verbose);
            return Ok(format!("{dot}\n"));
        }
        Ok(crate::dot::write(&self.diagram(Chains::Folded)?))
    }

    /// The drawing as the content of a file, with `scale` pixels for each point if the format has
    /// pixels.
    ///
    /// # Errors
    ///
    /// If the graph is too large to be drawn, or as [`Picture::to_bytes`].
    pub fn to_bytes(&self, format: Format, scale: f64) -> Result<Vec<u8>, Error> {
        match format {
            Format::Dot => self.to_dot().map(String::into_bytes),
            Format::Html => self.to_html().map(String::into_bytes),
            format => self.picture()?.to_bytes(format, scale),
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
        self.save_scaled(path, crate::picture::SCALE)
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
        match self.picture() {
            Ok(picture) => picture.evcxr_display(),
            Err(error) => println!("{error}"),
        }
    }

    fn diagram(&self, chains: Chains) -> Result<Diagram, Error> {
        let (graph, look) = (self.graph, self.look);
        if self.style == Style::DeZero {
            within(graph.variables().len() + graph.functions().len())?;
            return Ok(book::diagram(graph, look));
        }
        let sketch = Sketch::new(graph);
        if self.is_whole {
            within(sketch.nodes.len())?;
            return Ok(learner::diagram(graph, sketch, look, Chains::Plain));
        }
        if learner::folded_count(graph, &sketch) > self.most_nodes {
            return Ok(summary::diagram(graph, &sketch, look));
        }
        // A page has everything, collapsed or not.
        if chains == Chains::Framed && sketch.nodes.len() > MOST_WHOLE {
            return Ok(learner::diagram(graph, sketch, look, Chains::Folded));
        }
        Ok(learner::diagram(graph, sketch, look, chains))
    }
}

/// What becomes of chains of links that are built alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chains {
    /// One link is drawn.
    Folded,
    /// All are drawn, with a frame around them that a page can collapse.
    Framed,
    /// All are drawn.
    Plain,
}

fn within(nodes: usize) -> Result<(), Error> {
    if nodes <= MOST_WHOLE {
        return Ok(());
    }
    Err(Error::too_large(format!(
        "the graph has {} nodes, too many to draw whole (at most {}): the learner's style summarises it if it \
         is not asked for the whole, and DOT takes any size",
        summary::thousands(nodes),
        summary::thousands(MOST_WHOLE)
    )))
}
