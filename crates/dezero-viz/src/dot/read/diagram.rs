//! How a DOT graph is drawn: its attributes, with Graphviz's defaults, as a [`Diagram`].

use super::attributes::{Key, Lookup, Value};
use super::clusters::{Clusters, ranks};
use super::error::DotError;
use super::graph::{self, Graph, Subgraph};
use super::ids::Ids;
use super::label::{self, Names, TooLong};
use super::look::{
    Look, Style, arrow, colour, first_colour, font_size, inches, paint, room, text_colour,
};
use super::{MAX_LABEL, MAX_LABEL_SOURCE, MAX_TEXT, counted};
use crate::diagram::{Arrow, Cluster, Diagram, Edge, Line, Node, Shape, Sheet};
use crate::layout::Direction;

/// Between ranks, and between nodes on a rank, in points.
const RANK_DISTANCE: f64 = 36.0;
const NODE_DISTANCE: f64 = 18.0;

/// Of an edge; more makes no difference.
const MOST_WEIGHT: f64 = 1_000.0;

/// The diagram of a graph that was read from `source`.
pub(super) fn diagram(source: &str, graph: &Graph<'_>) -> Result<Diagram, DotError> {
    Drawing {
        source,
        graph,
        length: 0,
        source_length: 0,
    }
    .diagram()
}

struct Drawing<'a> {
    source: &'a str,
    graph: &'a Graph<'a>,
    /// Characters of the labels and tooltips so far.
    length: usize,
    /// Bytes that they are written with.
    source_length: usize,
}

impl Drawing<'_> {
    fn diagram(&mut self) -> Result<Diagram, DotError> {
        let graph = self.graph;
        let root = &graph.subgraphs[0];
        let attributes = &*root.attributes;
        let names = names(root);
        let title = self.text(attributes, Key::Label, &names, root.at)?;
        let clusters = Clusters::of(graph);
        let mut diagram = Diagram {
            title: label::joined(&title),
            description: description(graph),
            direction: match attributes
                .text(Key::RankDirection)
                .to_ascii_uppercase()
                .as_str()
            {
                "LR" => Direction::Right,
                "RL" => Direction::Left,
                "BT" => Direction::Up,
                _ => Direction::Down,
            },
            sheet: Sheet {
                paper: match colour(attributes, Key::BackgroundColour) {
                    Some(colour) => colour.paint(),
                    None => Some("#ffffff".to_owned()),
                },
                text: text_colour(attributes),
            },
            rank_distance: inches(attributes, Key::RankDistance).unwrap_or(RANK_DISTANCE),
            node_distance: inches(attributes, Key::NodeDistance).unwrap_or(NODE_DISTANCE),
            ..Diagram::default()
        };
        let mut ids = Ids::default();
        for &at in &clusters.subgraphs {
            let subgraph = &graph.subgraphs[at];
            let name = subgraph.name.as_ref().map_or("", |name| &name.text);
            let id = ids.safe(name, "");
            let parent = subgraph.parent.and_then(|parent| clusters.around[parent]);
            diagram.clusters.push(self.cluster(subgraph, id, parent)?);
        }
        let mut ids = Ids::default();
        for (node, &cluster) in graph.nodes.iter().zip(&clusters.nodes) {
            let id = ids.safe(&node.name.text, "node-");
            diagram.nodes.push(self.node(node, id, cluster)?);
        }
        for edge in &graph.edges {
            diagram.edges.push(self.edge(edge)?);
        }
        diagram.ranks = ranks(graph, &clusters);
        Ok(diagram)
    }

    fn node(
        &mut self,
        node: &graph::Node,
        id: String,
        cluster: Option<usize>,
    ) -> Result<Node, DotError> {
        let attributes = &node.attributes;
        let name = &*node.name.text;
        let look = Look::of(attributes.text(Key::Shape));
        let style = Style::of(attributes.text(Key::Style));
        let mut names = Names {
            node: Some(name),
            ..names(&self.graph.subgraphs[0])
        };
        let standard = Value {
            text: "\\N".into(),
            is_html: false,
        };
        let value = attributes.value(Key::Label).unwrap_or(&standard);
        let read = if look.is_record {
            label::record
        } else {
            label::lines
        };
        let mut lines = self.within(value, read(value, &names), node.at)?;
        let text = label::joined(&lines);
        names.label = &text;
        lines.append(&mut self.text(attributes, Key::OuterLabel, &names, node.at)?);
        let tooltip = self.text(attributes, Key::Tooltip, &names, node.at)?;
        let mut details = Vec::new();
        if text != name {
            details.push(("name".to_owned(), name.to_owned()));
        }

        let mut shape = look.shape;
        let mut paint = paint(attributes, &style);
        paint.rounded = style.is_rounded || look.is_rounded;
        if shape == Shape::Point {
            paint.fill = first_colour(attributes, &[Key::FillColour, Key::Colour], "#000000");
        } else if style.is_filled {
            paint.fill = first_colour(attributes, &[Key::FillColour, Key::Colour], "#d3d3d3");
        }
        if shape == Shape::Plain {
            paint.stroke = None;
            // Text alone has no ground, but a box without an outline has.
            if paint.fill.is_some() {
                shape = Shape::Box;
            }
        }
        let (least, margin) = room(attributes, look);
        Ok(Node {
            id,
            class: String::new(),
            shape,
            label: lines,
            font_size: font_size(attributes),
            paint,
            tooltip: label::joined(&tooltip),
            cluster,
            hidden: style.is_hidden,
            least,
            margin,
            details,
        })
    }

    fn edge(&mut self, edge: &graph::Edge) -> Result<Edge, DotError> {
        let graph = self.graph;
        let attributes = &edge.attributes;
        let [tail, head] = [edge.tail, edge.head].map(|node| &*graph.nodes[node].name.text);
        let sign = if graph.is_directed { "->" } else { "--" };
        let mut names = Names {
            edge: Some((tail, head, sign)),
            ..names(&graph.subgraphs[0])
        };
        let mut lines = self.text(attributes, Key::Label, &names, edge.at)?;
        let text = label::joined(&lines);
        names.label = &text;
        lines.append(&mut self.text(attributes, Key::OuterLabel, &names, edge.at)?);
        let tooltip = self.text(attributes, Key::Tooltip, &names, edge.at)?;

        let style = Style::of(attributes.text(Key::Style));
        let (has_head, has_tail) = match attributes.text(Key::Direction) {
            "forward" => (true, false),
            "back" => (false, true),
            "both" => (true, true),
            "none" => (false, false),
            _ => (graph.is_directed, false),
        };
        let arrow = |key, is_drawn: bool| {
            let drawn = is_drawn.then(|| arrow(attributes.text(key)));
            drawn.unwrap_or(Arrow::None)
        };
        Ok(Edge {
            from: edge.tail,
            to: edge.head,
            class: String::new(),
            label: lines,
            font_size: font_size(attributes),
            paint: paint(attributes, &style),
            tooltip: label::joined(&tooltip),
            hidden: style.is_hidden,
            head: arrow(Key::ArrowHead, has_head),
            tail: arrow(Key::ArrowTail, has_tail),
            arrow_size: attributes.number(Key::ArrowSize, 0.0, 4.0).unwrap_or(1.0),
            is_free: attributes.is_true(Key::Constraint) == Some(false),
            weight: attributes
                .number(Key::Weight, 0.0, MOST_WEIGHT)
                .unwrap_or(1.0),
            details: Vec::new(),
        })
    }

    fn cluster(
        &mut self,
        subgraph: &Subgraph,
        id: String,
        parent: Option<usize>,
    ) -> Result<Cluster, DotError> {
        let attributes = &*subgraph.attributes;
        let style = Style::of(attributes.text(Key::Style));
        let mut names = names(subgraph);
        let title = self.text(attributes, Key::Label, &names, subgraph.at)?;
        let text = label::joined(&title);
        names.label = &text;
        let tooltip = self.text(attributes, Key::Tooltip, &names, subgraph.at)?;
        let mut paint = paint(attributes, &style);
        paint.rounded = style.is_rounded;
        if paint.stroke.is_some() {
            paint.stroke = first_colour(attributes, &[Key::PenColour, Key::Colour], "#000000");
        }
        let ground = colour(attributes, Key::BackgroundColour);
        if style.is_filled {
            let keys = [Key::FillColour, Key::Colour, Key::BackgroundColour];
            paint.fill = first_colour(attributes, &keys, "#d3d3d3");
        } else if let Some(ground) = ground {
            paint.fill = ground.paint();
        }
        if style.is_hidden {
            (paint.fill, paint.stroke) = (None, None);
        }
        Ok(Cluster {
            id,
            title,
            font_size: font_size(attributes),
            paint,
            tooltip: label::joined(&tooltip),
            parent,
            ..Cluster::default()
        })
    }

    /// The lines of a label or tooltip of something that is named at the byte `at`.
    fn text(
        &mut self,
        attributes: &impl Lookup,
        key: Key,
        names: &Names<'_>,
        at: usize,
    ) -> Result<Vec<Line>, DotError> {
        match attributes.value(key) {
            Some(value) => self.within(value, label::lines(value, names), at),
            None => Ok(Vec::new()),
        }
    }

    /// The lines that were read from a value, if those of all values so far are within the limits.
    fn within(
        &mut self,
        value: &Value,
        lines: Result<Vec<Line>, TooLong>,
        at: usize,
    ) -> Result<Vec<Line>, DotError> {
        let error = |message: String| DotError::new(self.source, at, message);
        let Ok(lines) = lines else {
            return Err(error(format!(
                "this has a label of more than {} characters, which is the limit",
                counted(MAX_LABEL)
            )));
        };
        // An empty line takes room too.
        let length = lines.iter().map(|line| 1 + line.text.chars().count());
        self.length += length.sum::<usize>();
        self.source_length += value.text.len();
        if self.length > MAX_TEXT || self.source_length > MAX_LABEL_SOURCE {
            return Err(error(format!(
                "the labels up to here have more than {} characters, or {} bytes of DOT, which are the limits",
                counted(MAX_TEXT),
                counted(MAX_LABEL_SOURCE)
            )));
        }
        Ok(lines)
    }
}

/// `\G` is the name of the subgraph that it stands in, or of the graph.
fn names(subgraph: &Subgraph) -> Names<'_> {
    Names {
        graph: subgraph.name.as_ref().map_or("", |name| &name.text),
        ..Names::default()
    }
}

/// For those who hear the picture.
fn description(graph: &Graph<'_>) -> String {
    let kind = if graph.is_directed {
        "directed"
    } else {
        "undirected"
    };
    let number = |count: usize, what: &str| match count {
        1 => format!("1 {what}"),
        _ => format!("{} {what}s", counted(count)),
    };
    format!(
        "An {kind} graph with {} and {}.",
        number(graph.nodes.len(), "node"),
        number(graph.edges.len(), "edge")
    )
    .replacen("An d", "A d", 1)
}
