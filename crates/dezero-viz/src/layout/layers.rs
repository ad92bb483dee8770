//! The ranks filled: nodes, the bends of edges that pass a rank, labels, and the sides of clusters.
//!
//! An edge over several ranks is a chain of bends, which reserves its way (Gansner, Koutsofios, North and
//! Vo, 1993, section 3). A label stands on a bend of its edge, in a rank put in between where the
//! edge has none. A cluster has a side on its left and one on its right in each rank that it spans, two
//! chains like those of edges. Where separate chains would be too many, the edges that leave one node
//! share a trunk, from which each branches off above its end.

use std::collections::BTreeMap;

use super::Problem;
use super::clusters::{self, Nesting};

/// Bends that a graph may have for each node and edge, and in any case, before edges share trunks.
const BENDS_EACH: usize = 12;
const BENDS: usize = 20_000;
/// Once some share trunks, so do all that save as many bends.
const MANY: usize = 500;
/// Bends and sides that any graph may have; edges and clusters beyond get no reserved space.
pub(super) const MOST: usize = 250_000;
/// Between the lines of edges that go side by side from one node to another.
pub(super) const BESIDE: f64 = 12.0;
/// Between a line and its label.
const LABEL_GAP: f64 = 4.0;
/// How wide a loop is at the right of its node.
pub(super) const LOOP: f64 = 22.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Node,
    Bend,
    Label,
    Left,
    Right,
}

/// What stands in a rank. The first items are the nodes, in their order.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) kind: Kind,
    pub(super) rank: usize,
    /// The room to keep left and right of its place.
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) height: f64,
    /// What it lies in; of a side, the cluster that it is a side of.
    pub(super) cluster: Option<usize>,
}

/// How edges between two nodes run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Course {
    /// From rank to rank.
    Down,
    /// Between nodes of one rank, over a bend above them.
    Over,
    /// Between neighbours on one rank.
    Beside,
    /// Without reserved space.
    Direct,
}

/// Edges that go side by side from one node to another.
#[derive(Clone, Debug)]
pub(super) struct Path {
    pub(super) upper: usize,
    pub(super) lower: usize,
    pub(super) course: Course,
    pub(super) via: Vec<usize>,
    /// The edges, and whether each goes up.
    pub(super) edges: Vec<(usize, bool)>,
    pub(super) label: Option<usize>,
    pub(super) has_trunk: bool,
}

/// The items linked to each, with weights, in the order in which the links were given.
#[derive(Clone, Debug, Default)]
pub(super) struct Links {
    start: Vec<usize>,
    ends: Vec<(usize, i64)>,
    /// The number of each link, the same from above and from below.
    numbers: Vec<usize>,
}

impl Links {
    fn new(items: usize, links: impl Iterator<Item = (usize, usize, i64)> + Clone) -> Self {
        let mut start = vec![0; items + 1];
        for (at, _, _) in links.clone() {
            start[at + 1] += 1;
        }
        for at in 0..items {
            start[at + 1] += start[at];
        }
        let mut fill = start.clone();
        let mut ends = vec![(0, 0); start[items]];
        let mut numbers = vec![0; start[items]];
        for (number, (at, end, weight)) in links.enumerate() {
            ends[fill[at]] = (end, weight);
            numbers[fill[at]] = number;
            fill[at] += 1;
        }
        Links {
            start,
            ends,
            numbers,
        }
    }

    pub(super) fn numbers_of(&self, item: usize) -> &[usize] {
        &self.numbers[self.start[item]..self.start[item + 1]]
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn of(&self, item: usize) -> &[(usize, i64)] {
        &self.ends[self.start[item]..self.start[item + 1]]
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Layers {
    pub(super) items: Vec<Item>,
    /// The items of each rank from left to right.
    pub(super) ranks: Vec<Vec<usize>>,
    /// The place of each item in its rank.
    pub(super) position: Vec<usize>,
    pub(super) up: Links,
    pub(super) down: Links,
    /// Whether a rank was put between those of nodes.
    pub(super) is_between: Vec<bool>,
    /// The first and last rank of each cluster that has a frame to keep clear.
    pub(super) spans: Vec<Option<(usize, usize)>>,
    pub(super) paths: Vec<Path>,
}

/// The items of a problem whose edges go down, in no good order yet.
pub(super) fn build(problem: &Problem, node_ranks: &[usize], labels_left: bool) -> Layers {
    let mut paths = paths(problem, node_ranks);
    let (shift, is_between) = between(problem, node_ranks, &paths);
    let rank_of = |node: usize| node_ranks[node] + shift[node_ranks[node]];
    let mut layers = Layers {
        is_between,
        ..Layers::default()
    };
    for (index, node) in problem.nodes.iter().enumerate() {
        layers.items.push(Item {
            kind: Kind::Node,
            rank: rank_of(index),
            left: node.width / 2.0,
            right: node.width / 2.0,
            height: node.height,
            cluster: node.cluster,
        });
    }
    let mut loops = vec![0.0; problem.nodes.len()];
    for edge in problem.edges.iter().filter(|edge| edge.from == edge.to) {
        let labelled = if edge.label.0 > 0.0 { LABEL_GAP } else { 0.0 };
        loops[edge.from] += LOOP + edge.label.0 + labelled;
    }
    for (item, room) in layers.items.iter_mut().zip(loops) {
        item.right += room;
    }
    let trunks = choose_trunks(&layers, &mut paths);
    let nesting = Nesting::new(problem);
    let mut links = Vec::new();
    chains(
        problem,
        &mut layers,
        &mut paths,
        &trunks,
        &nesting,
        labels_left,
        &mut links,
    );
    layers.paths = paths;
    clusters::sides(problem, &mut layers, &nesting, &mut links);

    let count = layers.items.len();
    layers.down = Links::new(count, links.iter().copied());
    let up = links
        .iter()
        .map(|&(upper, lower, weight)| (lower, upper, weight));
    layers.up = Links::new(count, up);
    layers.ranks = vec![Vec::new(); layers.is_between.len()];
    layers.position = vec![0; count];
    for (index, item) in layers.items.iter().enumerate() {
        layers.position[index] = layers.ranks[item.rank].len();
        layers.ranks[item.rank].push(index);
    }
    layers
}

/// One path for all edges between two nodes that have no labels, one for each that has.
fn paths(problem: &Problem, ranks: &[usize]) -> Vec<Path> {
    let mut paths: Vec<Path> = Vec::new();
    let mut known = BTreeMap::new();
    for (index, edge) in problem.edges.iter().enumerate() {
        if edge.from == edge.to {
            continue;
        }
        let goes_up = ranks[edge.from] > ranks[edge.to];
        let (upper, lower) = if goes_up {
            (edge.to, edge.from)
        } else {
            (edge.from, edge.to)
        };
        let (course, key) = if ranks[upper] == ranks[lower] {
            (Course::Over, (upper.min(lower), upper.max(lower)))
        } else {
            (Course::Down, (upper, lower))
        };
        let mut path = Path {
            upper,
            lower,
            course,
            via: Vec::new(),
            edges: vec![(index, goes_up)],
            label: None,
            has_trunk: false,
        };
        if edge.label.0 > 0.0 {
            path.label = Some(index);
            paths.push(path);
        } else if let Some(&at) = known.get(&key) {
            let first: &mut Path = &mut paths[at];
            let is_turned = goes_up != (first.upper != upper);
            first.edges.push((index, is_turned));
        } else {
            known.insert(key, paths.len());
            paths.push(path);
        }
    }
    paths
}

/// How far each rank of nodes moves down, and which of the new ranks are between those of nodes.
fn between(problem: &Problem, ranks: &[usize], paths: &[Path]) -> (Vec<usize>, Vec<bool>) {
    let count = ranks.iter().max().map_or(0, |last| last + 1);
    // Whether a rank is put above each.
    let mut is_marked = vec![false; count];
    for path in paths {
        let (top, bottom) = (ranks[path.upper], ranks[path.lower]);
        let has_label = path.label.is_some();
        if path.course == Course::Over || (has_label && bottom == top + 1) {
            is_marked[bottom] = true;
        }
    }
    for path in paths.iter().filter(|path| path.label.is_some()) {
        let (top, bottom) = (ranks[path.upper], ranks[path.lower]);
        if bottom > top + 1 && !(top + 1..=bottom).any(|rank| is_marked[rank]) {
            is_marked[top + 1] = true;
        }
    }
    debug_assert_eq!(ranks.len(), problem.nodes.len());
    let (mut shift, mut is_between) = (Vec::new(), Vec::new());
    let mut marks = 0;
    for marked in is_marked {
        if marked {
            marks += 1;
            is_between.push(true);
        }
        shift.push(marks);
        is_between.push(false);
    }
    (shift, is_between)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trunk {
    None,
    /// Of the edges that leave the upper node.
    Upper,
}

/// Which paths share a trunk, so that there are not too many bends; what is still too much goes
/// without bends.
fn choose_trunks(layers: &Layers, paths: &mut [Path]) -> Vec<Trunk> {
    let bends = |path: &Path| match path.course {
        Course::Down => layers.items[path.lower].rank - layers.items[path.upper].rank - 1,
        _ => 1,
    };
    let mut trunks = vec![Trunk::None; paths.len()];
    let mut total: usize = paths.iter().map(bends).sum();
    let limit = BENDS + BENDS_EACH * (layers.items.len() + paths.len());
    if total > limit {
        let mut of_node = vec![Vec::new(); layers.items.len()];
        for (at, path) in paths.iter().enumerate() {
            if path.course == Course::Down && bends(path) > 0 {
                of_node[path.upper].push(at);
            }
        }
        let saved = |of: &[usize]| {
            let all = of.iter().map(|&at| bends(&paths[at]));
            all.clone().sum::<usize>() - all.max().unwrap_or(0)
        };
        let mut candidates: Vec<_> = (0..of_node.len())
            .map(|node| (saved(&of_node[node]), node))
            .filter(|&(saved, _)| saved > 0)
            .collect();
        candidates.sort_by_key(|&(saved, node)| (std::cmp::Reverse(saved), node));
        for (saved, node) in candidates {
            if total <= limit && saved < MANY {
                break;
            }
            total -= saved;
            for &at in &of_node[node] {
                trunks[at] = Trunk::Upper;
            }
        }
    }
    // The way of an edge names all bends of its trunk, so that these count in full.
    let mut longest: Vec<usize> = (0..paths.len()).collect();
    longest.sort_by_key(|&at| (std::cmp::Reverse(bends(&paths[at])), at));
    let named: usize = longest.iter().map(|&at| bends(&paths[at])).sum();
    let (mut total, mut named) = (total, named);
    for at in longest {
        if total <= MOST && named <= 64 * MOST {
            break;
        }
        let count = bends(&paths[at]);
        named -= count;
        if trunks[at] == Trunk::None {
            total -= count;
        } else {
            // At least what is the trunk's last piece.
            total = total.saturating_sub(1);
        }
        paths[at].course = Course::Direct;
    }
    trunks
}

/// Adds bends and labels, and the links from item to item.
fn chains(
    problem: &Problem,
    layers: &mut Layers,
    paths: &mut [Path],
    trunks: &[Trunk],
    nesting: &Nesting,
    labels_left: bool,
    links: &mut Vec<(usize, usize, i64)>,
) {
    let mut trunk_of: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut trunk_cluster: BTreeMap<usize, Option<usize>> = BTreeMap::new();
    for (path, &trunk) in paths.iter().zip(trunks) {
        if trunk == Trunk::Upper && path.course == Course::Down {
            let cluster = problem.nodes[path.lower].cluster;
            let own = problem.nodes[path.upper].cluster;
            let known = *trunk_cluster.entry(path.upper).or_insert(own);
            trunk_cluster.insert(path.upper, nesting.common(known, cluster));
        }
    }
    for (path, &trunk) in paths.iter_mut().zip(trunks) {
        let (top, bottom) = (layers.items[path.upper].rank, layers.items[path.lower].rank);
        let cluster = nesting.common(
            problem.nodes[path.upper].cluster,
            problem.nodes[path.lower].cluster,
        );
        let weight = path.edges.len() as i64;
        let label = path.label.map(|edge| problem.edges[edge].label);
        let bend = |layers: &mut Layers, rank: usize, label: Option<(f64, f64)>, cluster| {
            let half = (weight - 1) as f64 * BESIDE / 2.0;
            let (kind, mut left, mut right, height) = match label {
                Some((width, height)) => (Kind::Label, 1.0, width + LABEL_GAP, height),
                None => (Kind::Bend, half, half, 0.0),
            };
            if label.is_some() && labels_left {
                (left, right) = (right, left);
            }
            layers.items.push(Item {
                kind,
                rank,
                left,
                right,
                height,
                cluster,
            });
            layers.items.len() - 1
        };
        match path.course {
            Course::Direct | Course::Beside => {}
            Course::Over => {
                let at = bend(layers, top - 1, label, cluster);
                if let Some((width, _)) = label {
                    // It stands on its line, not beside it.
                    let item = &mut layers.items[at];
                    (item.left, item.right) = (width / 2.0 + 2.0, width / 2.0 + 2.0);
                }
                path.via.push(at);
                path.label = path.label.map(|_| at);
                links.push((at, path.upper, weight));
                links.push((at, path.lower, weight));
            }
            Course::Down => {
                let labelled = label.and_then(|_| {
                    let middle = usize::midpoint(top, bottom);
                    (top + 1..bottom)
                        .filter(|&rank| layers.is_between[rank])
                        .min_by_key(|&rank| (rank.abs_diff(middle), rank))
                        .or_else(|| (top + 1 < bottom).then_some(middle.max(top + 1)))
                });
                let mut above = path.upper;
                let mut rank = top + 1;
                if trunk == Trunk::Upper && bottom > top + 1 {
                    path.has_trunk = true;
                    let shared = trunk_of.entry(path.upper).or_default();
                    let end = labelled.map_or(bottom, |_| bottom - 1).max(top + 1);
                    while top + 1 + shared.len() < end {
                        let rank = top + 1 + shared.len();
                        let at = bend(layers, rank, None, trunk_cluster[&path.upper]);
                        links.push((shared.last().copied().unwrap_or(path.upper), at, 1));
                        shared.push(at);
                    }
                    path.via.extend_from_slice(&shared[..end - rank]);
                    above = path.via.last().copied().unwrap_or(above);
                    rank = end;
                }
                let labelled = labelled.map(|at| at.max(rank));
                path.label = None;
                while rank < bottom {
                    let size = label.filter(|_| labelled == Some(rank));
                    let at = bend(layers, rank, size, cluster);
                    if size.is_some() {
                        path.label = Some(at);
                    }
                    links.push((above, at, weight));
                    path.via.push(at);
                    above = at;
                    rank += 1;
                }
                links.push((above, path.lower, weight));
            }
        }
    }
}
