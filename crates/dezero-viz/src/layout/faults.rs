//! What is wrong with a layout, counted on the lines as they are drawn: for tests and benches.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::clusters::Nesting;
use super::curve::{self, Piece};
use super::{Frame, Layout, Node, Outline, Point, Problem};

/// How many straight lines stand for a curve. Odd, so that two curves that cross in the middle of
/// both do not cross in a corner.
const LINES: usize = 11;
/// How far a line may go into a node, or one box into another, in points.
const TOLERANCE: f64 = 0.5;

/// Counts of faults; all but the crossings can be 0 in any layout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Crossings of edges. Edges that share a line count as one there; common ends do not count.
    pub crossings: usize,
    /// Pairs of nodes that overlap.
    pub node_overlaps: usize,
    /// Pairs of an edge and a node that it runs through without beginning or ending there.
    pub edges_through_nodes: usize,
    /// Pairs of an edge and the label of another that it runs through.
    pub edges_through_labels: usize,
    /// Pairs of a label and a node, or of two labels, that overlap.
    pub label_overlaps: usize,
    /// Pairs of a node and a cluster whose frame it touches without belonging to it, or does not lie in
    /// though it belongs to it.
    pub nodes_in_foreign_clusters: usize,
    /// Pairs of frames that overlap without one cluster lying in the other.
    pub cluster_overlaps: usize,
}

/// Counts the faults of a layout of a problem.
///
/// # Example
///
/// ```
/// use dezero_viz::layout::{faults::faults, lay_out, Edge, Node, Outline, Problem};
///
/// let node = Node { width: 60.0, height: 36.0, outline: Outline::Box, cluster: None };
/// let edge = |from, to| Edge { from, to, label: (0.0, 0.0), is_free: false, weight: 1.0 };
/// // All of three above to all of three below cannot be drawn on two ranks with fewer than 9 crossings.
/// let problem = Problem {
///     nodes: vec![node; 6],
///     edges: (0..9).map(|at| edge(at / 3, 3 + at % 3)).collect(),
///     rank_distance: 36.0,
///     node_distance: 18.0,
///     ..Problem::default()
/// };
/// let found = faults(&problem, &lay_out(&problem));
/// assert_eq!(found.crossings, 9);
/// assert_eq!(found.node_overlaps + found.edges_through_nodes, 0);
/// ```
pub fn faults(problem: &Problem, layout: &Layout) -> Faults {
    let drawn = Drawn::new(problem, layout);
    let boxes = drawn.boxes();
    let mut found = Faults {
        crossings: drawn.crossings(),
        ..Faults::default()
    };
    let nodes = problem.nodes.len();
    for (a, b) in overlaps(&boxes) {
        if a < nodes && b < nodes {
            found.node_overlaps += 1;
        } else {
            found.label_overlaps += 1;
        }
    }
    for (_, at) in drawn.runs_through(&boxes) {
        if at < nodes {
            found.edges_through_nodes += 1;
        } else {
            found.edges_through_labels += 1;
        }
    }
    let nesting = Nesting::new(problem);
    for (cluster, frame) in layout.clusters.iter().enumerate() {
        if frame.width <= 0.0 {
            continue;
        }
        for (node, rectangle) in problem.nodes.iter().zip(&boxes) {
            let is_wrong = if nesting.is_within(node.cluster, cluster) {
                !holds(frame, rectangle)
            } else {
                overlap(frame, rectangle)
            };
            found.nodes_in_foreign_clusters += usize::from(is_wrong);
        }
        for (other, second) in layout.clusters.iter().enumerate().skip(cluster + 1) {
            let is_wrong = if nesting.is_within(Some(other), cluster) {
                second.width > 0.0 && !holds(frame, second)
            } else {
                overlap(frame, second)
            };
            found.cluster_overlaps += usize::from(is_wrong);
        }
    }
    found
}

/// A piece of a curve, and the edges that run on it.
struct Line {
    piece: Piece,
    edges: Vec<usize>,
}

struct Drawn<'a> {
    problem: &'a Problem,
    layout: &'a Layout,
    lines: Vec<Line>,
    /// The straight lines that stand for the pieces.
    segments: Vec<(Point, Point, usize)>,
}

impl<'a> Drawn<'a> {
    fn new(problem: &'a Problem, layout: &'a Layout) -> Self {
        let mut lines: Vec<Line> = Vec::new();
        let mut known: HashMap<[(u64, u64); 4], usize> = HashMap::new();
        let mut trunks: HashMap<(u64, u64), usize> = HashMap::new();
        for (edge, route) in layout.edges.iter().enumerate() {
            for points in route.points.windows(4).step_by(3) {
                let piece = [points[0], points[1], points[2], points[3]];
                // Edges that share a trunk run down it from one point, each as far as it needs.
                if piece.iter().all(|point| point.0 == piece[0].0) {
                    let from = (piece[0].0.to_bits(), piece[0].1.to_bits());
                    let at = *trunks.entry(from).or_insert(lines.len());
                    if at < lines.len() {
                        let line: &mut Line = &mut lines[at];
                        let goes_on = (piece[3].1 > piece[0].1) == (line.piece[3].1 > piece[0].1);
                        if goes_on {
                            let length = |piece: Piece| (piece[3].1 - piece[0].1).abs();
                            if length(piece) > length(line.piece) {
                                (line.piece, line.edges) = (piece, vec![edge]);
                            }
                            continue;
                        }
                    }
                }
                let mut key = piece.map(|(x, y)| (x.to_bits(), y.to_bits()));
                let mut back = key;
                back.reverse();
                key = key.min(back);
                let at = *known.entry(key).or_insert_with(|| {
                    lines.push(Line {
                        piece,
                        edges: Vec::new(),
                    });
                    lines.len() - 1
                });
                lines[at].edges.push(edge);
            }
        }
        let mut segments = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            let steps = if is_straight(line.piece) { 1 } else { LINES };
            let mut last = line.piece[0];
            for step in 1..=steps {
                let next = curve::at(line.piece, step as f64 / steps as f64);
                segments.push((last, next, at));
                last = next;
            }
        }
        Drawn {
            problem,
            layout,
            lines,
            segments,
        }
    }

    /// The boxes of all nodes, then those of all labels; of edges without a label, empty ones.
    fn boxes(&self) -> Vec<Frame> {
        let around = |(x, y): Point, (width, height): (f64, f64)| Frame {
            x: x - width / 2.0,
            y: y - height / 2.0,
            width,
            height,
        };
        let nodes = self.problem.nodes.iter().zip(&self.layout.nodes);
        let nodes = nodes.map(|(node, &centre)| around(centre, (node.width, node.height)));
        let labels = self.problem.edges.iter().zip(&self.layout.edges);
        let labels = labels.map(|(edge, route)| {
            route
                .label
                .map_or(Frame::default(), |centre| around(centre, edge.label))
        });
        nodes.chain(labels).collect()
    }

    fn crossings(&self) -> usize {
        let grid = Grid::new(
            self.segments
                .iter()
                .map(|segment| bounds(segment.0, segment.1)),
        );
        let mut found = HashSet::new();
        let mut count = 0;
        for cell in grid.cells.values() {
            for (place, &a) in cell.iter().enumerate() {
                for &b in &cell[place + 1..] {
                    let (first, second) = (self.segments[a], self.segments[b]);
                    let Some(point) = crossing(first, second) else {
                        continue;
                    };
                    // Two lines meet in more cells than one; where several edges of one node share a
                    // line, what crosses it crosses it once.
                    let start = |line: usize| {
                        let edge = self.problem.edges[self.lines[line].edges[0]];
                        edge.from.min(edge.to)
                    };
                    let (from, to) = (start(first.2), start(second.2));
                    let at = (
                        (point.0 * 64.0).round() as i64,
                        (point.1 * 64.0).round() as i64,
                    );
                    if found.insert((from.min(to), from.max(to), at)) {
                        count += 1;
                    }
                }
            }
        }
        count
    }

    /// Edges, and the boxes that are not theirs but that they run through.
    fn runs_through(&self, boxes: &[Frame]) -> BTreeSet<(usize, usize)> {
        let nodes = self.problem.nodes.len();
        let grid = Grid::new(boxes.iter().map(|frame| {
            (
                (frame.x, frame.y),
                (frame.x + frame.width, frame.y + frame.height),
            )
        }));
        let mut found = BTreeSet::new();
        for &(a, b, line) in &self.segments {
            for at in grid.near(bounds(a, b)) {
                let frame = boxes[at];
                let is_hit = if let Some(node) = self.problem.nodes.get(at) {
                    enters(node, self.layout.nodes[at], a, b)
                } else {
                    let half = (
                        frame.width / 2.0 - TOLERANCE,
                        frame.height / 2.0 - TOLERANCE,
                    );
                    let centre = (frame.x + frame.width / 2.0, frame.y + frame.height / 2.0);
                    half.0 > 0.0 && half.1 > 0.0 && super::route::meets(a, b, centre, half)
                };
                if !is_hit {
                    continue;
                }
                for &edge in &self.lines[line].edges {
                    let ends = self.problem.edges[edge];
                    if at >= nodes || (ends.from != at && ends.to != at) {
                        found.insert((edge, at));
                    }
                }
            }
        }
        found
    }
}

fn is_straight([a, b, c, d]: Piece) -> bool {
    let off = |point: Point| ((d.0 - a.0) * (point.1 - a.1) - (d.1 - a.1) * (point.0 - a.0)).abs();
    let length = (d.0 - a.0).hypot(d.1 - a.1);
    off(b).max(off(c)) <= 1e-6 * length
}

/// Whether a line goes into a node.
fn enters(node: &Node, centre: Point, a: Point, b: Point) -> bool {
    let half = (node.width / 2.0 - TOLERANCE, node.height / 2.0 - TOLERANCE);
    if half.0 <= 0.0 || half.1 <= 0.0 || !super::route::meets(a, b, centre, half) {
        return false;
    }
    let within = Node {
        width: 2.0 * half.0,
        height: 2.0 * half.1,
        ..*node
    };
    node.outline == Outline::Box
        || (0..=32).any(|step| {
            let t = f64::from(step) / 32.0;
            let point = (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t);
            curve::is_inside(&within, centre, point)
        })
}

fn bounds(a: Point, b: Point) -> (Point, Point) {
    ((a.0.min(b.0), a.1.min(b.1)), (a.0.max(b.0), a.1.max(b.1)))
}

/// Where two lines cross, unless they only touch.
fn crossing(
    (a, b, first): (Point, Point, usize),
    (c, d, second): (Point, Point, usize),
) -> Option<Point> {
    if first == second {
        return None;
    }
    let side = |p: Point, q: Point, r: Point| (q.0 - p.0) * (r.1 - p.1) - (q.1 - p.1) * (r.0 - p.0);
    // The distance of each end from the other line; ends on it touch.
    let (ab, cd) = ((b.0 - a.0).hypot(b.1 - a.1), (d.0 - c.0).hypot(d.1 - c.1));
    if ab < 1e-9 || cd < 1e-9 {
        return None;
    }
    let (to_c, to_d) = (side(a, b, c) / ab, side(a, b, d) / ab);
    let (to_a, to_b) = (side(c, d, a) / cd, side(c, d, b) / cd);
    let is_apart = |x: f64, y: f64| (x > 1e-6 && y < -1e-6) || (x < -1e-6 && y > 1e-6);
    if !is_apart(to_c, to_d) || !is_apart(to_a, to_b) {
        return None;
    }
    let t = to_a / (to_a - to_b);
    Some((a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t))
}

fn overlap(a: &Frame, b: &Frame) -> bool {
    let apart = |start: f64, length: f64, other: f64, long: f64| {
        (start + length).min(other + long) - start.max(other) <= TOLERANCE
    };
    a.width > 0.0
        && b.width > 0.0
        && !apart(a.x, a.width, b.x, b.width)
        && !apart(a.y, a.height, b.y, b.height)
}

fn holds(outer: &Frame, inner: &Frame) -> bool {
    inner.x >= outer.x - TOLERANCE
        && inner.y >= outer.y - TOLERANCE
        && inner.x + inner.width <= outer.x + outer.width + TOLERANCE
        && inner.y + inner.height <= outer.y + outer.height + TOLERANCE
}

fn overlaps(boxes: &[Frame]) -> BTreeSet<(usize, usize)> {
    let grid = Grid::new(boxes.iter().map(|frame| {
        (
            (frame.x, frame.y),
            (frame.x + frame.width, frame.y + frame.height),
        )
    }));
    let mut found = BTreeSet::new();
    for cell in grid.cells.values() {
        for (place, &a) in cell.iter().enumerate() {
            for &b in &cell[place + 1..] {
                if overlap(&boxes[a], &boxes[b]) {
                    found.insert((a.min(b), a.max(b)));
                }
            }
        }
    }
    found
}

/// What lies in each square of the plane.
struct Grid {
    size: f64,
    cells: HashMap<(i64, i64), Vec<usize>>,
}

impl Grid {
    fn new(boxes: impl Iterator<Item = (Point, Point)> + Clone) -> Self {
        let (mut sum, mut count) = (0.0, 0.0);
        for (low, high) in boxes.clone() {
            sum += (high.0 - low.0).max(high.1 - low.1);
            count += 1.0;
        }
        let size = f64::max(16.0, 2.0 * sum / f64::max(count, 1.0));
        let mut grid = Grid {
            size,
            cells: HashMap::new(),
        };
        for (at, bounds) in boxes.enumerate() {
            for cell in grid.covered(bounds) {
                grid.cells.entry(cell).or_default().push(at);
            }
        }
        grid
    }

    fn covered(&self, (low, high): (Point, Point)) -> impl Iterator<Item = (i64, i64)> + use<> {
        let cell = |value: f64| (value / self.size).floor() as i64;
        let (rows, columns) = (cell(low.1)..=cell(high.1), cell(low.0)..=cell(high.0));
        rows.flat_map(move |row| columns.clone().map(move |column| (column, row)))
    }

    fn near(&self, bounds: (Point, Point)) -> BTreeSet<usize> {
        let cells = self.covered(bounds);
        cells
            .filter_map(|cell| self.cells.get(&cell))
            .flatten()
            .copied()
            .collect()
    }
}
