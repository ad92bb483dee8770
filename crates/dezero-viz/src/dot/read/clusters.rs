//! Which subgraphs are clusters, which nodes they hold, and which nodes lie on one rank.

use super::attributes::{Key, Lookup};
use super::graph::{Graph, Subgraph};
use crate::layout::Rank;

/// The clusters of a graph.
#[derive(Debug)]
pub(super) struct Clusters {
    /// The subgraphs that are clusters, each after the one that it lies in.
    pub(super) subgraphs: Vec<usize>,
    /// The cluster that each subgraph is or lies in, as a position in `subgraphs`.
    pub(super) around: Vec<Option<usize>>,
    /// The innermost cluster of each node, in the same way.
    pub(super) nodes: Vec<Option<usize>>,
}

impl Clusters {
    /// A node belongs to the first cluster that names it, or to one within that. Clusters without nodes
    /// are left out, as by Graphviz.
    pub(super) fn of(graph: &Graph<'_>) -> Self {
        let mut around: Vec<Option<usize>> = Vec::new();
        for (at, subgraph) in graph.subgraphs.iter().enumerate() {
            let outer = subgraph.parent.and_then(|parent| around[parent]);
            around.push(if is_cluster(subgraph) {
                Some(at)
            } else {
                outer
            });
        }
        let spans = spans(&graph.subgraphs);
        let mut nodes: Vec<Option<usize>> = vec![None; graph.nodes.len()];
        for (subgraph, &cluster) in graph.subgraphs.iter().zip(&around) {
            let Some(cluster) = cluster else { continue };
            for &node in &subgraph.nodes {
                if nodes[node].is_none_or(|known| spans[known].holds(spans[cluster])) {
                    nodes[node] = Some(cluster);
                }
            }
        }

        let mut is_used = vec![false; graph.subgraphs.len()];
        for &cluster in &nodes {
            let mut next = cluster;
            while let Some(cluster) = next.filter(|&cluster| !is_used[cluster]) {
                is_used[cluster] = true;
                let parent = graph.subgraphs[cluster].parent;
                next = parent.and_then(|parent| around[parent]);
            }
        }
        let subgraphs: Vec<_> = (0..is_used.len()).filter(|&at| is_used[at]).collect();
        let position = |cluster: Option<usize>| subgraphs.binary_search(&cluster?).ok();
        Self {
            around: around.into_iter().map(position).collect(),
            nodes: nodes.into_iter().map(position).collect(),
            subgraphs,
        }
    }
}

fn is_cluster(subgraph: &Subgraph) -> bool {
    let by_name = || {
        let name = subgraph.name.as_ref();
        name.is_some_and(|name| name.text.starts_with("cluster"))
    };
    subgraph.parent.is_some()
        && (by_name() || subgraph.attributes.is_true(Key::Cluster) == Some(true))
}

/// The subgraphs within a subgraph are those with numbers in a range, if they are numbered from outside
/// inwards.
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    first: usize,
    last: usize,
}

impl Span {
    fn holds(self, other: Self) -> bool {
        self.first <= other.first && other.last <= self.last
    }
}

fn spans(subgraphs: &[Subgraph]) -> Vec<Span> {
    // How many are in each, itself included: those within come after it.
    let mut sizes = vec![1; subgraphs.len()];
    for (at, subgraph) in subgraphs.iter().enumerate().rev() {
        if let Some(parent) = subgraph.parent {
            sizes[parent] += sizes[at];
        }
    }
    let mut spans: Vec<Span> = Vec::with_capacity(subgraphs.len());
    let mut free: Vec<usize> = Vec::with_capacity(subgraphs.len());
    for (subgraph, size) in subgraphs.iter().zip(sizes) {
        let first = match subgraph.parent {
            Some(parent) => {
                let first = free[parent];
                free[parent] += size;
                first
            }
            None => 0,
        };
        free.push(first + 1);
        spans.push(Span {
            first,
            last: first + size - 1,
        });
    }
    spans
}

/// The sets of nodes that have to lie on one rank, from `rank=same` and the like in subgraphs that are no
/// clusters. Within such a subgraph, ranks are not looked at again.
pub(super) fn ranks(graph: &Graph<'_>, clusters: &Clusters) -> Vec<(Rank, Vec<usize>)> {
    let mut sets: Vec<(Rank, Vec<usize>)> = Vec::new();
    let mut set_of: Vec<Option<usize>> = Vec::new();
    for (at, subgraph) in graph.subgraphs.iter().enumerate() {
        let Some(parent) = subgraph.parent else {
            set_of.push(None);
            continue;
        };
        let mut set = set_of[parent];
        if set.is_none() && !is_cluster(subgraph) && subgraph.has_nodes {
            let within_cluster = clusters.around[at].is_some();
            let rank = match subgraph.attributes.text(Key::Rank) {
                "same" => Some(Rank::Same),
                // The first and last rank of a cluster are none of the whole.
                "min" | "source" | "max" | "sink" if within_cluster => Some(Rank::Same),
                "min" | "source" => Some(Rank::First),
                "max" | "sink" => Some(Rank::Last),
                _ => None,
            };
            if let Some(rank) = rank {
                set = Some(sets.len());
                sets.push((rank, Vec::new()));
            }
        }
        if let Some(set) = set {
            sets[set].1.extend_from_slice(&subgraph.nodes);
        }
        set_of.push(set);
    }
    for (_, nodes) in &mut sets {
        nodes.sort_unstable();
        nodes.dedup();
    }
    sets.retain(|(rank, nodes)| *rank != Rank::Same || nodes.len() > 1);
    sets
}
