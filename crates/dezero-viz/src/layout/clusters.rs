//! Clusters: which lies in which, and their sides in each rank that they span.
//!
//! Chains left and right of a cluster are treated like long edges (compare Sander, "Layout of compound
//! directed graphs", 1996), which keeps its nodes together and its frame straight.

use super::Problem;
use super::layers::{Item, Kind, Layers, MOST};

/// Adds the sides of clusters, linked from rank to rank.
pub(super) fn sides(
    problem: &Problem,
    layers: &mut Layers,
    nesting: &Nesting,
    links: &mut Vec<(usize, usize, i64)>,
) {
    /// What crossing a frame costs, in crossings of edges.
    const WEIGHT: i64 = 4;
    let mut spans: Vec<Option<(usize, usize)>> = vec![None; problem.clusters.len()];
    for item in &layers.items {
        let mut cluster = item.cluster;
        if item.kind != Kind::Node {
            // Bends lie within the span of their nodes, but for those above a rank.
            if cluster.is_none_or(|at| spans[at].is_some_and(|span| span.0 <= item.rank)) {
                continue;
            }
        }
        while let Some(at) = cluster {
            let (top, bottom) = spans[at].unwrap_or((item.rank, item.rank));
            spans[at] = Some((top.min(item.rank), bottom.max(item.rank)));
            cluster = nesting.parent[at];
        }
    }
    let total: usize = spans.iter().flatten().map(|span| span.1 - span.0 + 1).sum();
    if total > MOST {
        for item in &mut layers.items {
            item.cluster = None;
        }
        layers.spans = vec![None; spans.len()];
        return;
    }
    for (at, span) in spans.iter().enumerate() {
        let Some((top, bottom)) = *span else { continue };
        for kind in [Kind::Left, Kind::Right] {
            for rank in top..=bottom {
                if rank > top {
                    links.push((layers.items.len() - 1, layers.items.len(), WEIGHT));
                }
                layers.items.push(Item {
                    kind,
                    rank,
                    left: 0.0,
                    right: 0.0,
                    height: 0.0,
                    cluster: Some(at),
                });
            }
        }
    }
    layers.spans = spans;
}

/// Which clusters lie in which.
pub(super) struct Nesting {
    parent: Vec<Option<usize>>,
    depth: Vec<usize>,
}

impl Nesting {
    pub(super) fn new(problem: &Problem) -> Self {
        let parent: Vec<_> = problem
            .clusters
            .iter()
            .map(|cluster| cluster.parent)
            .collect();
        let mut depth = vec![0; parent.len()];
        for at in 0..parent.len() {
            depth[at] = parent[at].map_or(0, |parent| depth[parent] + 1);
        }
        Nesting { parent, depth }
    }

    /// The innermost cluster around both.
    pub(super) fn common(&self, a: Option<usize>, b: Option<usize>) -> Option<usize> {
        let (mut a, mut b) = (a?, b?);
        while a != b {
            if self.depth[a] >= self.depth[b] {
                a = self.parent[a]?;
            } else {
                b = self.parent[b]?;
            }
        }
        Some(a)
    }

    pub(super) fn parent_of(&self, cluster: usize) -> Option<usize> {
        self.parent[cluster]
    }

    pub(super) fn is_within(&self, inner: Option<usize>, outer: usize) -> bool {
        let mut at = inner;
        while let Some(cluster) = at {
            if cluster == outer {
                return true;
            }
            at = self.parent[cluster];
        }
        false
    }
}
