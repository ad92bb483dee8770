//! Places across the ranks: the band that each rank takes, and the frames of clusters.
//!
//! Ranks are as tall as their tallest node (Gansner, Koutsofios, North and Vo, 1993, section 4); the space
//! between two grows where an edge would be too flat, and by the margins and titles of clusters.

use super::layers::{Kind, Layers};
use super::{Frame, Problem, Titles};

/// The steepness below which ranks move apart, and how far they do, in rank distances.
const STEEPNESS: f64 = 0.15;
const FARTHEST: f64 = 3.0;

/// What a frame adds above and below.
type Margin = (f64, f64);

pub(super) struct Bands {
    pub(super) top: Vec<f64>,
    pub(super) bottom: Vec<f64>,
    /// What the frame of each cluster adds above its first band and below its last.
    margins: Vec<Margin>,
}

impl Bands {
    pub(super) fn new(problem: &Problem, layers: &Layers, x: &[f64], titles: Titles) -> Self {
        let count = layers.ranks.len();
        let mut height = vec![0.0f64; count];
        for item in &layers.items {
            height[item.rank] = height[item.rank].max(item.height);
        }
        let (margins, above, below) = margins(problem, layers, titles, &height);
        let (mut top, mut bottom) = (Vec::with_capacity(count), Vec::with_capacity(count));
        let mut y = above.first().copied().unwrap_or(0.0);
        for rank in 0..count {
            top.push(y);
            y += height[rank];
            bottom.push(y);
            if rank + 1 < count {
                let is_half = layers.is_between[rank] || layers.is_between[rank + 1];
                let share = if is_half { 0.5 } else { 1.0 };
                let least = share * problem.rank_distance;
                let most = FARTHEST * least;
                let flat = STEEPNESS * farthest(problem, layers, x, rank);
                y += least.max(flat.min(most)) + below[rank] + above[rank + 1];
            }
        }
        Bands {
            top,
            bottom,
            margins,
        }
    }

    pub(super) fn middle(&self, rank: usize) -> f64 {
        f64::midpoint(self.top[rank], self.bottom[rank])
    }

    /// The frame of a cluster that keeps its space clear.
    pub(super) fn frame(&self, cluster: usize, span: (usize, usize), sides: (f64, f64)) -> Frame {
        let (above, below) = self.margins[cluster];
        let (top, bottom) = (self.top[span.0] - above, self.bottom[span.1] + below);
        Frame {
            x: sides.0,
            y: top,
            width: sides.1 - sides.0,
            height: bottom - top,
        }
    }
}

/// How far a link from a rank to the next goes sideways, at most.
fn farthest(problem: &Problem, layers: &Layers, x: &[f64], rank: usize) -> f64 {
    let mut far = 0.0f64;
    for &item in &layers.ranks[rank] {
        if matches!(layers.items[item].kind, Kind::Left | Kind::Right) {
            continue;
        }
        for &(end, _) in layers.down.of(item) {
            let half = |item: usize| problem.nodes.get(item).map_or(0.0, |node| node.width / 2.0);
            far = far.max((x[item] - x[end]).abs() - half(item) - half(end));
        }
    }
    far
}

/// The margins of each cluster, and what the ranks need above and below for them.
fn margins(
    problem: &Problem,
    layers: &Layers,
    titles: Titles,
    height: &[f64],
) -> (Vec<Margin>, Vec<f64>, Vec<f64>) {
    let count = height.len();
    // What all before a rank take together, at least.
    let mut before = vec![0.0; count + 1];
    for rank in 0..count {
        let next = layers.is_between.get(rank + 1) == Some(&true);
        let is_half = layers.is_between[rank] || next;
        let share = if is_half { 0.5 } else { 1.0 };
        before[rank + 1] = before[rank] + height[rank] + share * problem.rank_distance;
    }
    let mut margins = vec![(0.0f64, 0.0f64); problem.clusters.len()];
    let (mut above, mut below) = (vec![0.0f64; count], vec![0.0f64; count]);
    for at in (0..margins.len()).rev() {
        let Some((top, bottom)) = layers.spans[at] else {
            continue;
        };
        let cluster = problem.clusters[at];
        // What lies in it has added its own by now: it comes later in the list.
        margins[at].0 += cluster.padding;
        margins[at].1 += cluster.padding;
        match titles {
            Titles::First => margins[at].0 += cluster.title.1,
            Titles::Last => margins[at].1 += cluster.title.1,
            Titles::Beside => {
                let long = margins[at].0 + before[bottom] + height[bottom] - before[top];
                let title = cluster.title.0 + 2.0 * cluster.padding.min(8.0);
                margins[at].1 = margins[at].1.max(title - long);
            }
        }
        above[top] = above[top].max(margins[at].0);
        below[bottom] = below[bottom].max(margins[at].1);
        if let Some(parent) = cluster.parent
            && let Some(outer) = layers.spans[parent]
        {
            if outer.0 == top {
                margins[parent].0 = margins[parent].0.max(margins[at].0);
            }
            if outer.1 == bottom {
                margins[parent].1 = margins[parent].1.max(margins[at].1);
            }
        }
    }
    (margins, above, below)
}
