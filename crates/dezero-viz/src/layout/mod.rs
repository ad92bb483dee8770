//! A layered layout: places for the nodes of a directed graph, and curves for its edges.
//!
//! Geometry alone: it knows sizes, edges and clusters, not what they mean or how they look. The method
//! is that of Gansner, Koutsofios, North and Vo, "A technique for drawing directed graphs" (1993): ranks
//! (`rank`, `simplex`), an order in each rank (`layers`, `order`), places (`position`, `bands`), curves
//! (`route`). Parts that nothing connects are laid out by themselves, always downwards, and put
//! side by side (`parts`).

mod acyclic;
mod bands;
mod clusters;
mod crossings;
mod curve;
pub mod faults;
mod layers;
mod loops;
mod order;
mod parts;
mod position;
mod rank;
mod route;
mod settle;
mod sift;
mod simplex;
mod sweep;
#[cfg(test)]
mod tests;
mod union;
mod untangle;

/// What is to be laid out. Lengths are in points; everything is referred to by position.
#[derive(Clone, Debug, Default)]
pub struct Problem {
    /// The nodes.
    pub nodes: Vec<Node>,
    /// The edges.
    pub edges: Vec<Edge>,
    /// A cluster comes after the cluster that it lies in.
    pub clusters: Vec<Cluster>,
    /// Nodes that have to be on certain ranks.
    pub ranks: Vec<(Rank, Vec<usize>)>,
    /// The way that edges go.
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

/// A node.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// In points.
    pub width: f64,
    /// In points.
    pub height: f64,
    /// Where edges end.
    pub outline: Outline,
    /// The innermost cluster that it belongs to.
    pub cluster: Option<usize>,
}

/// Where edges end at a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outline {
    /// On a rectangle.
    #[default]
    Box,
    /// On an ellipse.
    Ellipse,
    /// On a rhombus.
    Diamond,
}

/// An edge. Edges into one node are in the order of its operands, which is kept from left to right
/// where that costs no crossing.
#[derive(Clone, Copy, Debug)]
pub struct Edge {
    /// The node that it leaves.
    pub from: usize,
    /// The node that it points to; it may be the same.
    pub to: usize,
    /// The width and height of its label; (0, 0) if it has none.
    pub label: (f64, f64),
    /// Whether it has no say in the ranks.
    pub is_free: bool,
    /// How much it wants to be short, 1 where nothing is said.
    pub weight: f64,
}

/// Nodes that are kept together in a frame.
#[derive(Clone, Copy, Debug)]
pub struct Cluster {
    /// The cluster that it lies in, which comes before it.
    pub parent: Option<usize>,
    /// The width and height of its title, which stands at the top left inside of its frame.
    pub title: (f64, f64),
    /// Between its frame and what is in it.
    pub padding: f64,
}

/// x and y in points.
pub type Point = (f64, f64);

/// Places in points, from the upper left corner, x to the right and y down.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// Of all that is drawn, lines without their thickness.
    pub width: f64,
    /// Of all that is drawn.
    pub height: f64,
    /// The centres of the nodes.
    pub nodes: Vec<Point>,
    /// The ways of the edges.
    pub edges: Vec<Route>,
    /// The frames of the clusters; one that is empty has no size.
    pub clusters: Vec<Frame>,
}

/// The way of an edge: cubic Bezier curves one after the other. `points` has 3n + 1 points: the start on
/// the outline of one node, then two controls and an end for each curve, the last on the outline of
/// the other.
#[derive(Clone, Debug, Default)]
pub struct Route {
    /// Empty for an edge from or to a node that does not exist.
    pub points: Vec<Point>,
    /// The centre of its label.
    pub label: Option<Point>,
}

/// A rectangle, in points.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Frame {
    /// Its left edge.
    pub x: f64,
    /// Its upper edge.
    pub y: f64,
    /// To the right.
    pub width: f64,
    /// Down.
    pub height: f64,
}

/// Places for all nodes, and curves for all edges. What refers to a node or cluster that does not exist is
/// passed over. The same problem is always laid out the same way.
///
/// # Example
///
/// ```
/// use dezero_viz::layout::{lay_out, Edge, Node, Outline, Problem};
///
/// let node = Node { width: 60.0, height: 36.0, outline: Outline::Ellipse, cluster: None };
/// let edge = Edge { from: 0, to: 1, label: (0.0, 0.0), is_free: false, weight: 1.0 };
/// let problem = Problem {
///     nodes: vec![node, node],
///     edges: vec![edge],
///     rank_distance: 36.0,
///     node_distance: 18.0,
///     ..Problem::default()
/// };
/// let layout = lay_out(&problem);
/// assert_eq!(layout.nodes, [(30.0, 18.0), (30.0, 90.0)]); // one below the other, 36 points apart
/// assert_eq!(layout.edges[0].points.first(), Some(&(30.0, 36.0)));
/// ```
pub fn lay_out(problem: &Problem) -> Layout {
    parts::lay_out(problem)
}

/// Where the titles of clusters are when edges go down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Titles {
    /// Above the first rank.
    First,
    /// Below the last, because the picture is turned over.
    Last,
    /// Left of all ranks, because the picture is turned on its side.
    Beside,
}

/// Nodes and edges up to which more than one solution for the ranks is tried.
const SMALL: usize = 1000;

/// Lays out a connected part, downwards.
fn lay_out_part(problem: &Problem, titles: Titles, work: u64) -> Layout {
    let is_sideways = titles == Titles::Beside;
    let leans = [rank::Lean::Spread, rank::Lean::Up, rank::Lean::Down];
    let is_small = problem.nodes.len() + problem.edges.len() <= SMALL;
    let mut best: Option<((i64, usize), Vec<usize>, layers::Layers)> = None;
    for lean in &leans[..if is_small { 3 } else { 1 }] {
        let ranks = rank::ranks(problem, *lean);
        if best.as_ref().is_some_and(|best| best.1 == ranks) {
            continue;
        }
        let mut layers = layers::build(problem, &ranks, is_sideways);
        let cost = order::order(problem, &mut layers, work);
        if best.as_ref().is_none_or(|best| cost < best.0) {
            best = Some((cost, ranks, layers));
        }
    }
    let Some((_, _, mut layers)) = best else {
        return Layout::default();
    };
    layers.settle(problem, titles);
    let x = position::places(&layers, &|left, right| {
        position::distance(problem, &layers, left, right)
    });
    let bands = bands::Bands::new(problem, &layers, &x, titles);
    let router = route::Router {
        problem,
        layers: &layers,
        bands: &bands,
        x: &x,
        labels_left: is_sideways,
    };
    Layout {
        width: 0.0,
        height: 0.0,
        nodes: (0..problem.nodes.len())
            .map(|node| router.centre(node))
            .collect(),
        edges: router.routes(),
        clusters: frames(problem, &layers, &bands, &x),
    }
}

fn frames(
    problem: &Problem,
    layers: &layers::Layers,
    bands: &bands::Bands,
    x: &[f64],
) -> Vec<Frame> {
    let mut sides = vec![(f64::MAX, f64::MIN); problem.clusters.len()];
    for (item, &x) in layers.items.iter().zip(x) {
        if let (layers::Kind::Left | layers::Kind::Right, Some(at)) = (item.kind, item.cluster) {
            sides[at] = (sides[at].0.min(x), sides[at].1.max(x));
        }
    }
    (0..problem.clusters.len())
        .map(|at| {
            layers.spans[at].map_or_else(Frame::default, |span| bands.frame(at, span, sides[at]))
        })
        .collect()
}
