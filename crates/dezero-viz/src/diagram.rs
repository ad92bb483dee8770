//! What is to be drawn, before anything has a place: boxes with text, edges, clusters, and how
//! they are painted. Both styles of computational graphs and DOT files become a [`Diagram`]; the
//! layout gives it places, and `svg` writes it.

use crate::layout::{Direction, Rank};

/// A diagram. Everything refers to nodes and clusters by position.
#[derive(Clone, Debug, Default)]
pub(crate) struct Diagram {
    /// Drawn above the rest, and the accessible title of the picture.
    pub(crate) title: String,
    /// A sentence for those who hear the picture.
    pub(crate) description: String,
    pub(crate) direction: Direction,
    pub(crate) nodes: Vec<Node>,
    pub(crate) edges: Vec<Edge>,
    /// A cluster comes after the cluster that it lies in.
    pub(crate) clusters: Vec<Cluster>,
    /// Nodes that lie on one rank, or on the first or the last.
    pub(crate) ranks: Vec<(Rank, Vec<usize>)>,
    /// Drawn below the rest, a row of samples with their meaning.
    pub(crate) legend: Vec<Key>,
    /// Drawn under the legend: what the reader has to know of the drawing.
    pub(crate) note: String,
    pub(crate) sheet: Sheet,
    /// Least distances in points: between ranks, and between neighbours on a rank.
    pub(crate) rank_distance: f64,
    pub(crate) node_distance: f64,
}

/// The colours of what is not a node, an edge or a cluster. `None` for the paper is transparent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sheet {
    pub(crate) paper: Option<String>,
    pub(crate) text: String,
}

/// A node.
#[derive(Clone, Debug, Default)]
pub(crate) struct Node {
    /// Unique in the diagram and stable from run to run; becomes the element's id.
    pub(crate) id: String,
    /// What it is, as classes for style sheets: `leaf`, `function`, `constant` ...
    pub(crate) class: String,
    pub(crate) shape: Shape,
    pub(crate) label: Vec<Line>,
    pub(crate) font_size: f64,
    pub(crate) paint: Paint,
    pub(crate) tooltip: String,
    pub(crate) cluster: Option<usize>,
    /// Takes room, but is not drawn.
    pub(crate) hidden: bool,
    /// The least width and height in points.
    pub(crate) least: (f64, f64),
    /// Space between text and outline, in points: beside and above.
    pub(crate) margin: (f64, f64),
    /// What a page tells of it when asked, as names with values.
    pub(crate) details: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Shape {
    #[default]
    Ellipse,
    Circle,
    Box,
    Diamond,
    /// A filled dot, without text.
    Point,
    /// Text alone.
    Plain,
}

/// A line of text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) align: Align,
    /// Another colour than that of the text around it, with a class that says what it is.
    pub(crate) accent: Option<(String, &'static str)>,
}

impl Line {
    /// Text in the middle.
    pub(crate) fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            ..Self::default()
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Align {
    #[default]
    Centre,
    Left,
    Right,
}

/// Colours are written as SVG takes them; `None` is not painted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Paint {
    pub(crate) fill: Option<String>,
    pub(crate) stroke: Option<String>,
    pub(crate) text: String,
    /// Of the stroke, in points.
    pub(crate) width: f64,
    pub(crate) dash: Dash,
    pub(crate) rounded: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Dash {
    #[default]
    Solid,
    Dashed,
    Dotted,
}

/// An edge. Edges into one node are in the order of its operands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Edge {
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// What it is, as classes for style sheets.
    pub(crate) class: String,
    pub(crate) label: Vec<Line>,
    pub(crate) font_size: f64,
    pub(crate) paint: Paint,
    pub(crate) tooltip: String,
    pub(crate) hidden: bool,
    pub(crate) head: Arrow,
    pub(crate) tail: Arrow,
    /// The size of its arrows, 1 where nothing is said.
    pub(crate) arrow_size: f64,
    /// Whether it has no say in the ranks.
    pub(crate) is_free: bool,
    /// How much it wants to be short and straight, 1 where nothing is said.
    pub(crate) weight: f64,
    pub(crate) details: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Arrow {
    #[default]
    None,
    Triangle,
    /// A triangle that is not filled.
    Hollow,
    Open,
    Dot,
    Diamond,
    Bar,
}

/// Nodes that are kept together in a frame with a title.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cluster {
    /// Unique in the diagram and stable from run to run; becomes the element's id.
    pub(crate) id: String,
    /// What it is, as classes for style sheets: `pass`, `fold` ...
    pub(crate) class: String,
    pub(crate) title: Vec<Line>,
    pub(crate) font_size: f64,
    pub(crate) paint: Paint,
    pub(crate) tooltip: String,
    pub(crate) parent: Option<usize>,
    /// What stands for it on a page when it is collapsed; empty if it cannot be.
    pub(crate) collapsed: String,
    /// Whether a page shows it collapsed at first.
    pub(crate) starts_collapsed: bool,
}

/// A sample in the legend, with its meaning.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) sample: Sample,
    pub(crate) text: String,
}

#[derive(Clone, Debug)]
pub(crate) enum Sample {
    /// A node of a shape, with a letter or two in it.
    Node {
        shape: Shape,
        class: String,
        paint: Paint,
        text: String,
    },
    Edge {
        class: String,
        paint: Paint,
    },
    /// Text as it stands beside edges.
    Text {
        class: String,
        colour: String,
        text: String,
    },
}
