//! Curves for edges, through the space that their bends keep clear.
//!
//! Between two ranks x is a function of y: cubic Hermite pieces that go no farther than the bends that
//! they join (compare Steffen, "A simple method for monotonic interpolation in one dimension", 1990), so
//! that a curve has no edge and stays in its space. Inside of a rank's band it is straight. Towards a
//! node it aims at the centre; if a neighbour is in the way, farther out, and then straight down.

use super::bands::Bands;
use super::curve::{self, Piece};
use super::layers::{BESIDE, Course, Kind, Layers, Path};
use super::untangle::Line;
use super::{Outline, Point, Problem, Route};

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

/// The slope at a node, in parts of that of a straight line: one that starts flatter would cross the
/// straight lines from the same node.
pub(super) const OUTSET: f64 = 0.95;

/// A place that a curve passes, and dx/dy there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Knot {
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

    pub(super) fn centre(&self, node: usize) -> Point {
        (
            self.x[node],
            self.bands.middle(self.layers.items[node].rank),
        )
    }

    fn label(&self, path: &Path, edge: usize) -> Option<Point> {
        let width = self.problem.edges[edge].label.0;
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

    pub(super) fn pieces(
        &self,
        path: &Path,
        offset: f64,
        outsets: [f64; 2],
        is_straight: bool,
    ) -> Vec<Piece> {
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
    pub(super) fn smooth(
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
                let at = (own + aside).clamp(x - most, x + most);
                let across = (at - x).abs() / (size.width / 2.0).max(1e-9);
                let room = match size.outline {
                    Outline::Box => 1.0,
                    Outline::Ellipse => (1.0 - across * across).max(0.0).sqrt(),
                    Outline::Diamond => 1.0 - across,
                };
                let half = size.height * f64::min(0.3, 0.45 * room);
                knots.push(Knot {
                    x: at,
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
    pub(super) fn is_clear(&self, path: &Path, pieces: &[Piece]) -> bool {
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
        // Only what of the line is as high as the rank can meet it, and a flat line is long.
        let (top, bottom) = (self.bands.top[rank], self.bands.bottom[rank]);
        let Some((a, b)) = between(a, b, top - CLEARANCE, bottom + CLEARANCE) else {
            return false;
        };
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
            let half = ((to - from) / 2.0 + CLEARANCE, item.height / 2.0 + CLEARANCE);
            if meets(a, b, (f64::midpoint(from, to), middle), half) {
                return true;
            }
        }
        false
    }
}

/// The part of a line between two heights.
fn between(a: Point, b: Point, top: f64, bottom: f64) -> Option<(Point, Point)> {
    let rise = b.1 - a.1;
    if rise == 0.0 {
        return (top..=bottom).contains(&a.1).then_some((a, b));
    }
    let (first, last) = ((top - a.1) / rise, (bottom - a.1) / rise);
    let (from, to) = (first.min(last).max(0.0), first.max(last).min(1.0));
    let at = |t: f64| (a.0 + t * (b.0 - a.0), a.1 + t * rise);
    (from <= to).then(|| (at(from), at(to)))
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
