//! A layered layout: places for the nodes of a directed graph, and curves for its edges.
//!
//! Geometry alone: it knows sizes, edges and clusters, not what they mean or how they look.

/// What is to be laid out. Lengths are in points; everything is referred to by position.
#[derive(Clone, Debug, Default)]
pub struct Problem {
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
    /// A cluster comes after the cluster that it lies in.
    pub clusters: Vec<Cluster>,
    pub ranks: Vec<(Rank, Vec<usize>)>,
    pub direction: Direction,
    /// The least distance between the outlines of nodes on neighbouring ranks.
    pub rank_distance: f64,
    /// The least distance between the outlines of neighbours on a rank.
    pub node_distance: f64,
}

/// The way that edges go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// From top to bottom.
    #[default]
    Down,
    /// From bottom to top.
    Up,
    /// From left to right.
    Right,
    /// From right to left.
    Left,
}

/// Where nodes have to be among the ranks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rank {
    /// All on one rank.
    Same,
    /// On the first rank.
    First,
    /// On the last rank.
    Last,
}

#[derive(Clone, Copy, Debug)]
pub struct Node {
    pub width: f64,
    pub height: f64,
    pub outline: Outline,
    pub cluster: Option<usize>,
}

/// Where edges end at a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outline {
    #[default]
    Box,
    Ellipse,
    Diamond,
}

/// An edge. Edges into one node are in the order of its operands, which is kept from left to right
/// where that costs no crossing.
#[derive(Clone, Copy, Debug)]
pub struct Edge {
    pub from: usize,
    pub to: usize,
    /// The width and height of its label; (0, 0) if it has none.
    pub label: (f64, f64),
    /// Whether it has no say in the ranks.
    pub is_free: bool,
    pub weight: f64,
}

#[derive(Clone, Copy, Debug)]
pub struct Cluster {
    pub parent: Option<usize>,
    /// The width and height of its title, which stands at the top left inside of its frame.
    pub title: (f64, f64),
    /// Between its frame and what is in it.
    pub padding: f64,
}

pub type Point = (f64, f64);

/// Places in points, from the upper left corner, x to the right and y down.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    pub width: f64,
    pub height: f64,
    /// The centres of the nodes.
    pub nodes: Vec<Point>,
    pub edges: Vec<Route>,
    /// The frames of the clusters; one that is empty has no size.
    pub clusters: Vec<Frame>,
}

/// The way of an edge: cubic Bezier curves one after the other. `points` has 3n + 1 points: the start on
/// the outline of one node, then two controls and an end for each curve, the last on the outline of
/// the other.
#[derive(Clone, Debug, Default)]
pub struct Route {
    pub points: Vec<Point>,
    /// The centre of its label.
    pub label: Option<Point>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Frame {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// Places for all nodes, and curves for all edges.
pub fn lay_out(problem: &Problem) -> Layout {
    let mut rank = vec![0usize; problem.nodes.len()];
    for _ in 0..problem.nodes.len().min(200) {
        for edge in &problem.edges {
            rank[edge.to] = rank[edge.to].max((rank[edge.from] + 1).min(200));
        }
    }
    let mut layout = Layout::default();
    let mut next = std::collections::HashMap::new();
    for (node, &rank) in problem.nodes.iter().zip(&rank) {
        let x = next.entry(rank).or_insert(10.0);
        layout
            .nodes
            .push((*x + node.width / 2.0, 40.0 + rank as f64 * 70.0));
        *x += node.width + problem.node_distance;
        layout.width = layout.width.max(*x);
        layout.height = layout.height.max(40.0 + rank as f64 * 70.0 + node.height);
    }
    for edge in &problem.edges {
        let ((ax, ay), (bx, by)) = (layout.nodes[edge.from], layout.nodes[edge.to]);
        let (ay, by) = (
            ay + problem.nodes[edge.from].height / 2.0,
            by - problem.nodes[edge.to].height / 2.0,
        );
        let label = (edge.label.0 > 0.0).then_some(((ax + bx) / 2.0, (ay + by) / 2.0));
        let points = vec![(ax, ay), (ax, ay + 20.0), (bx, by - 20.0), (bx, by)];
        layout.edges.push(Route { points, label });
    }
    for at in 0..problem.clusters.len() {
        let inside = problem
            .nodes
            .iter()
            .zip(&layout.nodes)
            .filter(|(node, _)| node.cluster == Some(at));
        let (mut low, mut high) = ((f64::MAX, f64::MAX), (0.0f64, 0.0f64));
        for (node, &(x, y)) in inside {
            low = (
                low.0.min(x - node.width / 2.0 - 8.0),
                low.1.min(y - node.height / 2.0 - 8.0),
            );
            high = (
                high.0.max(x + node.width / 2.0 + 8.0),
                high.1.max(y + node.height / 2.0 + 8.0),
            );
        }
        layout.clusters.push(Frame {
            x: low.0,
            y: low.1,
            width: high.0 - low.0,
            height: high.1 - low.1,
        });
    }
    layout
}
