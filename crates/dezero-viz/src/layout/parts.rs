//! From the problem as it comes to connected parts that are laid out downwards, and back: checks,
//! directions, and parts side by side.

use super::clusters::Nesting;
use super::union::Union;
use super::{Cluster, Direction, Frame, Layout, Point, Problem, Rank, Route, Titles};

/// The steps that ordering may take in all.
const WORK: u64 = 12_000_000;
/// Lengths beyond are cut off, so that sums stay finite.
const LONGEST: f64 = 1e6;
/// Clusters nested deeper do not keep their own space.
const DEEPEST: usize = 64;
/// Parts go into a new row when one is wider than this many points, and than the square root of
/// all areas times the second.
const ROW: f64 = 3000.0;
const ASPECT: f64 = 3.0;

pub(super) fn lay_out(problem: &Problem) -> Layout {
    let mut layout = Layout {
        nodes: vec![(0.0, 0.0); problem.nodes.len()],
        edges: vec![Route::default(); problem.edges.len()],
        clusters: vec![Frame::default(); problem.clusters.len()],
        ..Layout::default()
    };
    let upright = upright(problem);
    let titles = match problem.direction {
        Direction::Down => Titles::First,
        Direction::Up => Titles::Last,
        Direction::Left | Direction::Right => Titles::Beside,
    };
    let mut placed = Vec::new();
    let total = upright.nodes.len() + upright.edges.len() + 1;
    for part in parts(&upright) {
        let size = part.problem.nodes.len() + part.problem.edges.len();
        let share = WORK as f64 * size as f64 / total as f64;
        let drawn = super::lay_out_part(&part.problem, titles, share as u64);
        placed.push((extent(&part.problem, &drawn), part, drawn));
    }
    let boxes: Vec<Frame> = placed.iter().map(|(extent, ..)| *extent).collect();
    let shifts = rows(&boxes, problem.node_distance.clamp(0.0, LONGEST) * 1.5);
    for ((_, part, drawn), shift) in placed.into_iter().zip(shifts) {
        part.put(drawn, shift, &mut layout);
    }
    bound_deep_clusters(problem, &upright, &mut layout);
    turn(problem, &upright, &mut layout);
    layout
}

/// The problem with nothing in it that is wrong, its edges going down.
fn upright(problem: &Problem) -> Problem {
    let is_sideways = matches!(problem.direction, Direction::Left | Direction::Right);
    let length = |length: f64| {
        if length.is_nan() {
            0.0
        } else {
            length.clamp(0.0, LONGEST)
        }
    };
    let size = |(width, height): (f64, f64)| {
        let (width, height) = (length(width), length(height));
        if is_sideways {
            (height, width)
        } else {
            (width, height)
        }
    };
    let nodes = problem.nodes.len();
    let mut upright = Problem {
        direction: Direction::Down,
        rank_distance: length(problem.rank_distance),
        node_distance: length(problem.node_distance),
        ..Problem::default()
    };
    for (at, cluster) in problem.clusters.iter().enumerate() {
        upright.clusters.push(Cluster {
            parent: cluster.parent.filter(|&parent| parent < at),
            title: (length(cluster.title.0), length(cluster.title.1)),
            padding: length(cluster.padding),
        });
    }
    let own = shallow(&upright.clusters);
    for node in &problem.nodes {
        let mut node = *node;
        (node.width, node.height) = size((node.width, node.height));
        node.cluster = node.cluster.and_then(|at| own.get(at).copied());
        upright.nodes.push(node);
    }
    for edge in &problem.edges {
        let mut edge = *edge;
        edge.label = size(edge.label);
        if edge.label.0 <= 0.0 || edge.label.1 <= 0.0 {
            edge.label = (0.0, 0.0);
        }
        edge.weight = length(edge.weight);
        upright.edges.push(edge);
    }
    for (rank, members) in &problem.ranks {
        let members: Vec<_> = members.iter().copied().filter(|&at| at < nodes).collect();
        upright.ranks.push((*rank, members));
    }
    upright
}

/// The cluster, or that around it, that is not nested too deep.
fn shallow(clusters: &[Cluster]) -> Vec<usize> {
    let mut own: Vec<(usize, usize)> = Vec::with_capacity(clusters.len());
    for (at, cluster) in clusters.iter().enumerate() {
        own.push(match cluster.parent.map(|parent| own[parent]) {
            Some((around, DEEPEST)) => (around, DEEPEST),
            Some((_, depth)) => (at, depth + 1),
            None => (at, 0),
        });
    }
    own.into_iter().map(|(at, _)| at).collect()
}

struct Part {
    problem: Problem,
    nodes: Vec<usize>,
    edges: Vec<usize>,
    clusters: Vec<usize>,
}

/// What edges, clusters and rank constraints connect, in the order of first nodes.
fn parts(problem: &Problem) -> Vec<Part> {
    let (nodes, clusters) = (problem.nodes.len(), problem.clusters.len());
    let mut union = Union::new(nodes + clusters);
    let is_valid = |from: usize, to: usize| from < nodes && to < nodes;
    for edge in &problem.edges {
        if is_valid(edge.from, edge.to) {
            union.join(edge.from, edge.to);
        }
    }
    for (at, cluster) in problem.clusters.iter().enumerate() {
        if let Some(parent) = cluster.parent {
            union.join(nodes + at, nodes + parent);
        }
    }
    for (at, node) in problem.nodes.iter().enumerate() {
        if let Some(cluster) = node.cluster {
            union.join(at, nodes + cluster);
        }
    }
    let (mut first, mut last) = (None, None);
    for (rank, members) in &problem.ranks {
        let Some(&lead) = members.first() else {
            continue;
        };
        let anchor = match rank {
            Rank::Same => lead,
            Rank::First => *first.get_or_insert(lead),
            Rank::Last => *last.get_or_insert(lead),
        };
        for &member in members {
            union.join(anchor, member);
        }
    }
    let (number, count) = union.numbers();
    let mut parts: Vec<Part> = (0..count)
        .map(|_| Part {
            problem: Problem {
                rank_distance: problem.rank_distance,
                node_distance: problem.node_distance,
                ..Problem::default()
            },
            nodes: Vec::new(),
            edges: Vec::new(),
            clusters: Vec::new(),
        })
        .collect();
    let mut local = vec![0; nodes + clusters];
    for (at, cluster) in problem.clusters.iter().enumerate() {
        let part = &mut parts[number[nodes + at]];
        local[nodes + at] = part.clusters.len();
        part.clusters.push(at);
        part.problem.clusters.push(Cluster {
            parent: cluster.parent.map(|parent| local[nodes + parent]),
            ..*cluster
        });
    }
    for (at, node) in problem.nodes.iter().enumerate() {
        let part = &mut parts[number[at]];
        local[at] = part.nodes.len();
        part.nodes.push(at);
        let mut node = *node;
        node.cluster = node.cluster.map(|cluster| local[nodes + cluster]);
        part.problem.nodes.push(node);
    }
    for (at, edge) in problem.edges.iter().enumerate() {
        if is_valid(edge.from, edge.to) {
            let part = &mut parts[number[edge.from]];
            part.edges.push(at);
            let mut edge = *edge;
            (edge.from, edge.to) = (local[edge.from], local[edge.to]);
            part.problem.edges.push(edge);
        }
    }
    for (rank, members) in &problem.ranks {
        if let Some(&lead) = members.first() {
            let members = members.iter().map(|&member| local[member]).collect();
            parts[number[lead]].problem.ranks.push((*rank, members));
        }
    }
    parts.retain(|part| !part.nodes.is_empty());
    parts
}

impl Part {
    /// Copies what was drawn to where it belongs.
    fn put(&self, drawn: Layout, (right, down): Point, layout: &mut Layout) {
        let shift = |(x, y): Point| (x + right, y + down);
        for (&at, place) in self.nodes.iter().zip(drawn.nodes) {
            layout.nodes[at] = shift(place);
        }
        for (&at, route) in self.edges.iter().zip(drawn.edges) {
            layout.edges[at] = Route {
                points: route.points.into_iter().map(shift).collect(),
                label: route.label.map(shift),
            };
        }
        for (&at, frame) in self.clusters.iter().zip(drawn.clusters) {
            if frame.width > 0.0 {
                let (x, y) = shift((frame.x, frame.y));
                layout.clusters[at] = Frame { x, y, ..frame };
            }
        }
    }
}

/// The box around all that is drawn.
fn extent(problem: &Problem, layout: &Layout) -> Frame {
    let (mut low, mut high) = ((f64::MAX, f64::MAX), (f64::MIN, f64::MIN));
    let mut hold = |(x, y): Point, (width, height): (f64, f64)| {
        low = (low.0.min(x - width / 2.0), low.1.min(y - height / 2.0));
        high = (high.0.max(x + width / 2.0), high.1.max(y + height / 2.0));
    };
    for (node, &place) in problem.nodes.iter().zip(&layout.nodes) {
        hold(place, (node.width, node.height));
    }
    for (edge, route) in problem.edges.iter().zip(&layout.edges) {
        if let Some(place) = route.label {
            hold(place, edge.label);
        }
        for curve in route.points.windows(4).step_by(3) {
            let curve = [curve[0], curve[1], curve[2], curve[3]];
            for step in 0..=8 {
                let point = super::curve::at(curve, f64::from(step) / 8.0);
                hold(point, (0.0, 0.0));
            }
        }
    }
    for frame in &layout.clusters {
        if frame.width > 0.0 {
            hold((frame.x, frame.y), (0.0, 0.0));
            hold((frame.x + frame.width, frame.y + frame.height), (0.0, 0.0));
        }
    }
    if low.0 > high.0 {
        return Frame::default();
    }
    Frame {
        x: low.0,
        y: low.1,
        width: high.0 - low.0,
        height: high.1 - low.1,
    }
}

/// How far to move each box, so that they stand side by side, in rows if there are many.
fn rows(boxes: &[Frame], gap: f64) -> Vec<Point> {
    let area: f64 = boxes
        .iter()
        .map(|frame| (frame.width + gap) * (frame.height + gap))
        .sum();
    let widest = ROW.max(ASPECT * area.sqrt());
    let (mut x, mut y, mut height) = (0.0, 0.0, 0.0f64);
    boxes
        .iter()
        .map(|frame| {
            if x > 0.0 && x + frame.width > widest {
                (x, y, height) = (0.0, y + height + gap, 0.0);
            }
            let shift = (x - frame.x, y - frame.y);
            x += frame.width + gap;
            height = height.max(frame.height);
            shift
        })
        .collect()
}

/// Frames of clusters that kept no space of their own: around what is in them.
fn bound_deep_clusters(problem: &Problem, upright: &Problem, layout: &mut Layout) {
    let nesting = Nesting::new(upright);
    let mut bounds = vec![None::<Frame>; upright.clusters.len()];
    let add = |bounds: &mut Option<Frame>, frame: Frame| {
        let old = bounds.unwrap_or(frame);
        let (x, y) = (old.x.min(frame.x), old.y.min(frame.y));
        *bounds = Some(Frame {
            x,
            y,
            width: (old.x + old.width).max(frame.x + frame.width) - x,
            height: (old.y + old.height).max(frame.y + frame.height) - y,
        });
    };
    for ((node, upright), &(x, y)) in problem.nodes.iter().zip(&upright.nodes).zip(&layout.nodes) {
        if let Some(at) = node.cluster.filter(|&at| at < bounds.len()) {
            let (width, height) = (upright.width, upright.height);
            let frame = Frame {
                x: x - width / 2.0,
                y: y - height / 2.0,
                width,
                height,
            };
            add(&mut bounds[at], frame);
        }
    }
    for at in (0..bounds.len()).rev() {
        if layout.clusters[at].width > 0.0 {
            bounds[at] = Some(layout.clusters[at]);
        } else if let Some(inner) = bounds[at] {
            layout.clusters[at] = inner;
        }
        if let (Some(inner), Some(parent)) = (bounds[at], nesting.parent_of(at)) {
            add(&mut bounds[parent], inner);
        }
    }
}

/// Moves the picture to the corner, and turns it into its direction.
fn turn(problem: &Problem, upright: &Problem, layout: &mut Layout) {
    let all = extent(upright, layout);
    let (width, height) = (all.width, all.height);
    let place = |(x, y): Point| {
        let (x, y) = (x - all.x, y - all.y);
        match problem.direction {
            Direction::Down => (x, y),
            Direction::Up => (x, height - y),
            Direction::Right => (y, x),
            Direction::Left => (height - y, x),
        }
    };
    for node in &mut layout.nodes {
        *node = place(*node);
    }
    for route in &mut layout.edges {
        for point in route.points.iter_mut().chain(&mut route.label) {
            *point = place(*point);
        }
    }
    for frame in &mut layout.clusters {
        if frame.width > 0.0 || frame.height > 0.0 {
            let a = place((frame.x, frame.y));
            let b = place((frame.x + frame.width, frame.y + frame.height));
            *frame = Frame {
                x: a.0.min(b.0),
                y: a.1.min(b.1),
                width: (a.0 - b.0).abs(),
                height: (a.1 - b.1).abs(),
            };
        }
    }
    (layout.width, layout.height) = match problem.direction {
        Direction::Down | Direction::Up => (width, height),
        Direction::Right | Direction::Left => (height, width),
    };
}
