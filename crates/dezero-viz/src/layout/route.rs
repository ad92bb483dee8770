//! Curves for edges, through the space that their bends keep clear.
//!
//! Between two ranks x is a function of y: cubic Hermite pieces that go no farther than the bends that
//! they join (compare Steffen, "A simple method for monotonic interpolation in one dimension", 1990), so
//! that a curve has no edge and stays in its space. Inside of a rank's band it is straight. Towards a
//! node it aims at the centre; if a neighbour is in the way, farther out, and then straight down.

use super::bands::Bands;
use super::curve::{self, Piece};
use super::layers::{BESIDE, Course, Kind, LOOP, Layers, Path};
use super::{Point, Problem, Route};

/// Between a line and its label.
pub(super) const LABEL_GAP: f64 = 4.0;
/// How near a line may come to a foreign node.
const CLEARANCE: f64 = 2.0;

pub(super) struct Router<'a> {
    pub(super) problem: &'a Problem,
    pub(super) layers: &'a Layers,
    pub(super) bands: &'a Bands,
    pub(super) x: &'a [f64],
    pub(super) labels_left: bool,
}

/// Bends up to which an edge goes straight if it can.
const STRAIGHT: usize = 4;

/// How near a straight line may come to its neighbours.
const ASIDE: f64 = 5.0;

/// The slope at a node, in parts of that of a straight line: one that starts flatter would cross the
/// straight lines from the same node.
const OUTSET: f64 = 0.95;

/// What is tried where lines cross nevertheless, and among how many neighbours that is looked at.
const STEEPER: [f64; 3] = [0.6, 0.3, 0.0];
const NEAR: usize = 6;

/// The line of an edge before it is cut to what is outside of its nodes.
struct Line {
    path: usize,
    place: usize,
    offset: f64,
    /// The slopes at its start and end, in parts of straight ones.
    outsets: [f64; 2],
    is_straight: bool,
    pieces: Vec<Piece>,
}

/// A place that a curve passes, and dx/dy there.
#[derive(Clone, Copy, Debug)]
struct Knot {
    x: f64,
    y: f64,
    slope: f64,
}

impl Router<'_> {
    pub(super) fn routes(&self) -> Vec<Route> {
        let mut routes = vec![Route::default(); self.problem.edges.len()];
        let mut lines = Vec::with_capacity(routes.len());
        let straight = self.straight();
        for (at, path) in self.layers.paths.iter().enumerate() {
            let count = path.edges.len();
            for place in 0..count {
                let offset = (place as f64 - (count - 1) as f64 / 2.0) * BESIDE;
                let pieces = self.pieces(path, offset, [OUTSET, OUTSET], straight[at]);
                lines.push(Line {
                    path: at,
                    place,
                    offset,
                    outsets: [OUTSET, OUTSET],
                    is_straight: straight[at],
                    pieces,
                });
            }
        }
        self.untangle(&mut lines);
        for line in lines {
            let path = &self.layers.paths[line.path];
            let (edge, turned) = path.edges[line.place];
            let mut pieces = line.pieces;
            let (start, end) = (path.upper, path.lower);
            let nodes = &self.problem.nodes;
            curve::clip(
                &mut pieces,
                (&nodes[start], self.centre(start)),
                (&nodes[end], self.centre(end)),
            );
            let mut points = vec![pieces[0][0]];
            points.extend(pieces.iter().flat_map(|piece| piece[1..].iter().copied()));
            if turned {
                points.reverse();
            }
            routes[edge] = Route {
                points,
                label: self.label(path, edge),
            };
        }
        self.loops(&mut routes);
        routes
    }

    /// Where the lines of one node cross near it, those that bend leave it more steeply.
    fn untangle(&self, lines: &mut [Line]) {
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

    pub(super) fn centre(&self, node: usize) -> Point {
        (
            self.x[node],
            self.bands.middle(self.layers.items[node].rank),
        )
    }

    fn label(&self, path: &Path, edge: usize) -> Option<Point> {
        let (width, height) = self.problem.edges[edge].label;
        if width <= 0.0 {
            return None;
        }
        let (a, b) = (self.centre(path.upper), self.centre(path.lower));
        Some(match (path.course, path.label) {
            (Course::Over, Some(item)) => (
                self.x[item],
                self.bands.middle(self.layers.items[item].rank),
            ),
            (Course::Down, Some(item)) => {
                let aside = LABEL_GAP + width / 2.0;
                let x = self.x[item] + if self.labels_left { -aside } else { aside };
                (x, self.bands.middle(self.layers.items[item].rank))
            }
            _ => (f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1)),
        })
    }

    fn pieces(&self, path: &Path, offset: f64, outsets: [f64; 2], is_straight: bool) -> Vec<Piece> {
        let (a, b) = (self.centre(path.upper), self.centre(path.lower));
        match path.course {
            Course::Direct => vec![curve::line(a, b)],
            Course::Beside => {
                let height = self.problem.nodes[path.upper].height;
                let offset = offset.clamp(-height * 0.3, height * 0.3);
                vec![curve::line((a.0, a.1 + offset), (b.0, b.1 + offset))]
            }
            Course::Over => {
                let bend = path.via[0];
                let rank = self.layers.items[bend].rank;
                let y = self.bands.bottom[rank] + 2.0 - offset / 2.0;
                let top = (self.x[bend], y);
                vec![
                    [a, (a.0, y), (f64::midpoint(a.0, top.0), y), top],
                    [top, (f64::midpoint(top.0, b.0), y), (b.0, y), b],
                ]
            }
            Course::Down => self.down(path, offset, outsets, is_straight),
        }
    }

    fn down(&self, path: &Path, offset: f64, outsets: [f64; 2], is_straight: bool) -> Vec<Piece> {
        if is_straight {
            return self.smooth(path, offset, &[], [0, 0], outsets);
        }
        let passed = self.passed(path, offset);
        for effort in 0..=4 {
            for start in 0..=effort.min(2) {
                let end = effort - start;
                if end > 2 {
                    continue;
                }
                let pieces = self.smooth(path, offset, &passed, [start, end], outsets);
                if effort == 4 || self.is_clear(path, &pieces) {
                    return pieces;
                }
            }
        }
        Vec::new()
    }

    /// The paths with few bends that can do without: straight, they pass each rank between the same
    /// neighbours. One may have to wait until its neighbour has gone out of the way.
    fn straight(&self) -> Vec<bool> {
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

    /// The knots at the bends of an edge.
    fn passed(&self, path: &Path, offset: f64) -> Vec<Knot> {
        let mut knots: Vec<Knot> = Vec::new();
        let (start, end) = (self.centre(path.upper), self.centre(path.lower));
        for (at, &item) in path.via.iter().enumerate() {
            let rank = self.layers.items[item].rank;
            let (x, top, bottom) = (
                self.x[item] + offset,
                self.bands.top[rank],
                self.bands.bottom[rank],
            );
            let before = match at.checked_sub(1) {
                Some(at) => {
                    let other = path.via[at];
                    (
                        self.x[other] + offset,
                        self.bands.bottom[self.layers.items[other].rank],
                    )
                }
                None => (start.0 + offset, start.1),
            };
            let after = match path.via.get(at + 1) {
                Some(&other) => (
                    self.x[other] + offset,
                    self.bands.top[self.layers.items[other].rank],
                ),
                None => (end.0 + offset, end.1),
            };
            let slope = |a: Point, b: Point| (b.0 - a.0) / (b.1 - a.1).max(1e-6);
            let (above, below) = (slope(before, (x, top)), slope((x, bottom), after));
            let mut steep = if above * below > 0.0 && !path.has_trunk {
                2.0 * above * below / (above + below)
            } else {
                0.0
            };
            let height = bottom - top;
            if height > 1e-6 {
                let slack = match self.layers.items[item].kind {
                    Kind::Label => 1.0,
                    _ => 0.3 * self.problem.node_distance,
                };
                let aside = (steep * height / 2.0).clamp(-slack, slack);
                steep = 2.0 * aside / height;
                knots.push(Knot {
                    x: x - aside,
                    y: top,
                    slope: steep,
                });
                knots.push(Knot {
                    x: x + aside,
                    y: bottom,
                    slope: steep,
                });
            } else {
                knots.push(Knot {
                    x,
                    y: top,
                    slope: steep,
                });
            }
        }
        // Straight down needs no knots on the way.
        let mut kept: Vec<Knot> = Vec::with_capacity(knots.len());
        for knot in knots {
            if let [.., before, last] = kept[..]
                && [before, last, knot].iter().all(|knot| knot.slope == 0.0)
                && (before.x - knot.x).abs() < 1e-6
                && (last.x - knot.x).abs() < 1e-6
            {
                kept.pop();
            }
            kept.push(knot);
        }
        kept
    }

    /// The curve with more or less effort to keep clear of what stands beside its ends.
    fn smooth(
        &self,
        path: &Path,
        offset: f64,
        passed: &[Knot],
        [start, end]: [usize; 2],
        outsets: [f64; 2],
    ) -> Vec<Piece> {
        let (upper, lower) = (self.centre(path.upper), self.centre(path.lower));
        let first = passed.first().map_or(lower.0 + offset, |knot| knot.x);
        let last = passed.last().map_or(upper.0 + offset, |knot| knot.x);
        let mut knots = Vec::with_capacity(passed.len() + 4);
        self.aim(path.upper, offset, first, start, false, &mut knots);
        let free_start = knots.len() - 1;
        knots.extend_from_slice(passed);
        let free_end = knots.len();
        let mut tail = Vec::new();
        self.aim(path.lower, offset, last, end, true, &mut tail);
        knots.extend(tail.into_iter().rev());
        let secant = |a: Knot, b: Knot| (b.x - a.x) / (b.y - a.y).max(1e-6);
        let is_free = |at: usize| knots[at].slope.is_nan();
        let (at, to) = (free_start, free_end);
        match (is_free(at), is_free(to)) {
            (true, true) if to == at + 1 => {
                let slope = secant(knots[at], knots[to]);
                knots[at].slope = slope;
                knots[to].slope = slope;
            }
            (start, end) => {
                if start {
                    knots[at].slope = outsets[0] * secant(knots[at], knots[at + 1]);
                }
                if end {
                    knots[to].slope = outsets[1] * secant(knots[to - 1], knots[to]);
                }
            }
        }
        knots
            .windows(2)
            .map(|pair| hermite(pair[0], pair[1]))
            .collect()
    }

    /// The knots at a node, from its inside out; one without a slope is free.
    fn aim(
        &self,
        node: usize,
        offset: f64,
        towards: f64,
        effort: usize,
        upwards: bool,
        knots: &mut Vec<Knot>,
    ) {
        let size = &self.problem.nodes[node];
        let (x, y) = self.centre(node);
        let most = size.width * 0.35;
        let own = x + offset.clamp(-most, most);
        let aside = (towards - own).clamp(-most, most);
        let rank = self.layers.items[node].rank;
        let edge = if upwards {
            self.bands.top[rank]
        } else {
            self.bands.bottom[rank]
        };
        match effort {
            0 => knots.push(Knot {
                x: own,
                y,
                slope: f64::NAN,
            }),
            1 => {
                // Near the outline, on the side that the edge comes from.
                let half = size.height * 0.3;
                knots.push(Knot {
                    x: (own + aside).clamp(x - most, x + most),
                    y: if upwards { y - half } else { y + half },
                    slope: f64::NAN,
                });
            }
            _ => {
                let x = (own + aside * 0.8).clamp(x - most, x + most);
                knots.push(Knot { x, y, slope: 0.0 });
                knots.push(Knot {
                    x,
                    y: edge,
                    slope: 0.0,
                });
            }
        }
    }

    /// Whether the curve keeps away from the neighbours of its ends.
    fn is_clear(&self, path: &Path, pieces: &[Piece]) -> bool {
        let near = 2.min(pieces.len());
        let starts = &pieces[..near];
        let ends = &pieces[pieces.len() - near..];
        self.clears(path, path.upper, starts) && self.clears(path, path.lower, ends)
    }

    fn clears(&self, path: &Path, node: usize, pieces: &[Piece]) -> bool {
        let rank = self.layers.items[node].rank;
        let (top, bottom) = (self.bands.top[rank], self.bands.bottom[rank]);
        for piece in pieces {
            if piece[0].1.max(piece[3].1) < top || piece[0].1.min(piece[3].1) > bottom {
                continue;
            }
            let mut last = piece[0];
            for step in 1..=12 {
                let next = curve::at(*piece, f64::from(step) / 12.0);
                if self.hits(path, rank, last, next) {
                    return false;
                }
                last = next;
            }
        }
        true
    }

    /// Whether a line comes near a foreign node or label of a rank.
    fn hits(&self, path: &Path, rank: usize, a: Point, b: Point) -> bool {
        let order = &self.layers.ranks[rank];
        let (left, right) = (a.0.min(b.0) - CLEARANCE, a.0.max(b.0) + CLEARANCE);
        let middle = self.bands.middle(rank);
        let is_solid = |item: usize| {
            let kind = self.layers.items[item].kind;
            matches!(kind, Kind::Node | Kind::Label)
        };
        // The last that begins left of the line, and those after it.
        let mut at = order.partition_point(|&item| self.x[item] < left);
        while at > 0 {
            at -= 1;
            if is_solid(order[at]) {
                break;
            }
        }
        for &other in &order[at..] {
            let item = &self.layers.items[other];
            let (from, to) = (self.x[other] - item.left, self.x[other] + item.right);
            if from - CLEARANCE > right {
                break;
            }
            let is_own = other == path.upper || other == path.lower || path.label == Some(other);
            if !is_solid(other) || is_own {
                continue;
            }
            let half = (
                (to - from) / 2.0 + CLEARANCE,
                item.height / 2.0 + CLEARANCE,
            );
            if meets(a, b, (f64::midpoint(from, to), middle), half) {
                return true;
            }
        }
        false
    }

    fn loops(&self, routes: &mut [Route]) {
        let mut used = vec![0.0; self.problem.nodes.len()];
        for (index, edge) in self.problem.edges.iter().enumerate() {
            if edge.from != edge.to {
                continue;
            }
            let node = &self.problem.nodes[edge.from];
            let (x, y) = self.centre(edge.from);
            let reach = node.width / 2.0 + used[edge.from] + LOOP * 0.8;
            // A cubic reaches three quarters of the way to its controls.
            let out = x + node.width * 0.25 + (reach - node.width * 0.25) / 0.75;
            let (inner, outer) = (node.height * 0.2, node.height * 0.5 + used[edge.from] * 0.2);
            let start = (x + node.width * 0.25, y - inner);
            let end = (x + node.width * 0.25, y + inner);
            let mut pieces = vec![[start, (out, y - outer), (out, y + outer), end]];
            let (first, second) = curve::split(pieces[0], 0.5);
            pieces = vec![first, second];
            curve::clip(&mut pieces, (node, (x, y)), (node, (x, y)));
            let mut points = vec![pieces[0][0]];
            points.extend(pieces.iter().flat_map(|piece| piece[1..].iter().copied()));
            used[edge.from] += LOOP;
            let mut label = None;
            if edge.label.0 > 0.0 {
                label = Some((x + reach + LABEL_GAP + edge.label.0 / 2.0, y));
                used[edge.from] += edge.label.0 + LABEL_GAP;
            }
            routes[index] = Route { points, label };
        }
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

fn hermite(a: Knot, b: Knot) -> Piece {
    let third = (b.y - a.y) / 3.0;
    [
        (a.x, a.y),
        (a.x + a.slope * third, a.y + third),
        (b.x - b.slope * third, b.y - third),
        (b.x, b.y),
    ]
}

/// Whether a line from `a` to `b` meets a box.
pub(super) fn meets(a: Point, b: Point, centre: Point, half: (f64, f64)) -> bool {
    let (mut from, mut to) = (0.0f64, 1.0f64);
    for (start, end, middle, half) in [(a.0, b.0, centre.0, half.0), (a.1, b.1, centre.1, half.1)] {
        let (low, high) = (middle - half - start, middle + half - start);
        let along = end - start;
        if along.abs() < 1e-12 {
            if low >= 0.0 || high <= 0.0 {
                return false;
            }
        } else {
            let (enter, leave) = (low / along, high / along);
            from = from.max(enter.min(leave));
            to = to.min(enter.max(leave));
        }
    }
    from < to
}
