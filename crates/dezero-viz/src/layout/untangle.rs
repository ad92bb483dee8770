//! Lines made simpler: straight where no bend is needed, and apart from each other at their nodes.

use super::curve::{self, Piece};
use super::layers::{Course, Kind, Path};
use super::route::{OUTSET, Router};

/// Bends up to which an edge goes straight if it can.
const STRAIGHT: usize = 4;

/// How near a straight line may come to its neighbours.
const ASIDE: f64 = 5.0;

/// What is tried where lines cross nevertheless, and among how many neighbours that is looked at.
const STEEPER: [f64; 3] = [0.6, 0.3, 0.0];
const NEAR: usize = 6;

/// The line of an edge before it is cut to what is outside of its nodes.
pub(super) struct Line {
    pub(super) path: usize,
    pub(super) place: usize,
    pub(super) offset: f64,
    /// The slopes at its start and end, in parts of straight ones.
    pub(super) outsets: [f64; 2],
    pub(super) is_straight: bool,
    pub(super) pieces: Vec<Piece>,
}

impl Router<'_> {
    /// Where the lines of one node cross near it, those that bend leave it more steeply.
    pub(super) fn untangle(&self, lines: &mut [Line]) {
        let nodes = self.problem.nodes.len();
        let mut of_node: Vec<[Vec<usize>; 2]> = vec![[Vec::new(), Vec::new()]; nodes];
        for (at, line) in lines.iter().enumerate() {
            let path = &self.layers.paths[line.path];
            if path.course == Course::Down {
                of_node[path.upper][0].push(at);
                of_node[path.lower][1].push(at);
            }
        }
        for [below, above] in of_node {
            for (end, mut group) in [(0, below), (1, above)] {
                // By where they go, so that those that may cross are near each other.
                let aim = |line: &Line| match (end, &line.pieces[..]) {
                    (0, [first, ..]) => first[3].0,
                    (1, [.., last]) => last[0].0,
                    _ => 0.0,
                };
                group.sort_by(|&a, &b| aim(&lines[a]).total_cmp(&aim(&lines[b])).then(a.cmp(&b)));
                for (place, &a) in group.iter().enumerate() {
                    for &b in group[place + 1..].iter().take(NEAR) {
                        for outset in STEEPER {
                            if !crosses(&lines[a], &lines[b], end) {
                                break;
                            }
                            for at in [a, b] {
                                let line = &mut lines[at];
                                line.outsets[end] = outset.min(line.outsets[end]);
                                let path = &self.layers.paths[line.path];
                                line.pieces =
                                    self.pieces(path, line.offset, line.outsets, line.is_straight);
                            }
                        }
                    }
                }
            }
        }
    }

    /// The paths with few bends that can do without: straight, they pass each rank between the same
    /// neighbours. One may have to wait until its neighbour has gone out of the way.
    pub(super) fn straight(&self) -> Vec<bool> {
        let mut straight = vec![false; self.layers.paths.len()];
        let mut x = self.x.to_vec();
        for _ in 0..6 {
            let mut any = false;
            for (at, path) in self.layers.paths.iter().enumerate() {
                if straight[at]
                    || path.course != Course::Down
                    || path.label.is_some()
                    || path.has_trunk
                    || !(1..=STRAIGHT).contains(&path.via.len())
                {
                    continue;
                }
                let line = self.smooth(path, 0.0, &[], [0, 0], [OUTSET, OUTSET]);
                if !self.keeps_order(path, &line, &x) || !self.is_clear(path, &line) {
                    continue;
                }
                for &bend in &path.via {
                    let rank = self.layers.items[bend].rank;
                    x[bend] = between(&line, self.bands.middle(rank));
                }
                straight[at] = true;
                any = true;
            }
            if !any {
                break;
            }
        }
        straight
    }

    /// Whether a straight line passes each rank between the same neighbours as its bends, which
    /// are at `x`.
    fn keeps_order(&self, path: &Path, line: &[Piece], x: &[f64]) -> bool {
        path.via.iter().all(|&bend| {
            let own = &self.layers.items[bend];
            let order = &self.layers.ranks[own.rank];
            let place = self.layers.position[bend];
            let is_solid = |other: &&usize| {
                let kind = self.layers.items[**other].kind;
                !matches!(kind, Kind::Left | Kind::Right)
            };
            let left = order[..place].iter().rev().find(is_solid);
            let right = order[place + 1..].iter().find(is_solid);
            let low = left.map_or(f64::MIN, |&other| {
                x[other] + self.layers.items[other].right + own.left + ASIDE
            });
            let high = right.map_or(f64::MAX, |&other| {
                x[other] - self.layers.items[other].left - own.right - ASIDE
            });
            [self.bands.top[own.rank], self.bands.bottom[own.rank]]
                .iter()
                .all(|&y| (low..=high).contains(&between(line, y)))
        })
    }
}

/// Where a straight line is at a height.
fn between(line: &[Piece], y: f64) -> f64 {
    let (a, b) = (line[0][0], line[line.len() - 1][3]);
    a.0 + (b.0 - a.0) * (y - a.1) / (b.1 - a.1).max(1e-6)
}

/// Whether two lines that start (or end) at one node cross near it.
fn crosses(a: &Line, b: &Line, end: usize) -> bool {
    let near = |line: &Line| {
        let len = line.pieces.len();
        let near = if end == 0 {
            0..len.min(2)
        } else {
            len - len.min(2)..len
        };
        let mut points = Vec::new();
        for piece in &line.pieces[near] {
            let steps = (0..=10).map(|step| curve::at(*piece, f64::from(step) / 10.0));
            points.extend(steps);
        }
        points
    };
    let (a, b) = (near(a), near(b));
    // From the outside of one to the outside of the other, x is a function of y.
    let (mut is_left, mut is_right) = (false, false);
    for &(x, y) in &a {
        let Some(pair) = b.windows(2).find(|pair| pair[0].1 < y && y <= pair[1].1) else {
            continue;
        };
        let t = (y - pair[0].1) / (pair[1].1 - pair[0].1);
        let other = pair[0].0 + t * (pair[1].0 - pair[0].0);
        is_left |= x < other - 0.5;
        is_right |= x > other + 0.5;
    }
    is_left && is_right
}
