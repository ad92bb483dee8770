//! How large the things of a diagram are: from the widths of their text to the problem of its layout.

use crate::diagram::{Cluster, Diagram, Line, Node, Shape};
use crate::layout::{self, Outline, Problem};
use crate::text;

/// Around the text beside an edge, in points.
const AROUND_LABEL: (f64, f64) = (5.0, 2.0);

/// Between the frame of a cluster and what is in it, in points.
const PADDING: f64 = 10.0;

impl Diagram {
    /// What is to be laid out.
    pub(crate) fn problem(&self) -> Problem {
        Problem {
            nodes: self.nodes.iter().map(node).collect(),
            edges: self.edges.iter().map(edge).collect(),
            clusters: self.clusters.iter().map(cluster).collect(),
            ranks: self.ranks.clone(),
            direction: self.direction,
            rank_distance: self.rank_distance,
            node_distance: self.node_distance,
        }
    }
}

/// The width and height of lines of text, in points.
pub(crate) fn size(lines: &[Line], font_size: f64) -> (f64, f64) {
    let widths = lines.iter().map(|line| text::width(&line.text, font_size));
    (
        widths.fold(0.0, f64::max),
        lines.len() as f64 * text::line_height(font_size),
    )
}

fn node(node: &Node) -> layout::Node {
    let (width, height) = size(&node.label, node.font_size);
    let (width, height) = (width + 2.0 * node.margin.0, height + 2.0 * node.margin.1);
    // The smallest ellipse around a rectangle of its own proportions is wider and higher by the
    // root of 2; a diamond, by 2.
    let (width, height) = match node.shape {
        Shape::Box | Shape::Plain => (width, height),
        Shape::Ellipse => (width * 2.0_f64.sqrt(), height * 2.0_f64.sqrt()),
        Shape::Circle => (width.hypot(height), width.hypot(height)),
        Shape::Diamond => (width * 2.0, height * 2.0),
        Shape::Point => (0.0, 0.0),
    };
    let (width, height) = (width.max(node.least.0), height.max(node.least.1));
    let side = width.max(height);
    let (width, height) = match node.shape {
        Shape::Circle | Shape::Point => (side, side),
        _ => (width, height),
    };
    layout::Node {
        width,
        height,
        outline: match node.shape {
            Shape::Box | Shape::Plain => Outline::Box,
            Shape::Ellipse | Shape::Circle | Shape::Point => Outline::Ellipse,
            Shape::Diamond => Outline::Diamond,
        },
        cluster: node.cluster,
    }
}

fn edge(edge: &crate::diagram::Edge) -> layout::Edge {
    let label = match size(&edge.label, edge.font_size) {
        (0.0, _) | (_, 0.0) => (0.0, 0.0),
        (width, height) => (width + 2.0 * AROUND_LABEL.0, height + 2.0 * AROUND_LABEL.1),
    };
    layout::Edge {
        from: edge.from,
        to: edge.to,
        label,
        is_free: edge.is_free,
        weight: edge.weight,
    }
}

fn cluster(cluster: &Cluster) -> layout::Cluster {
    layout::Cluster {
        parent: cluster.parent,
        title: size(&cluster.title, cluster.font_size),
        padding: PADDING,
    }
}
