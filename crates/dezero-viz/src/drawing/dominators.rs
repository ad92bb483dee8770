//! The trees of immediate dominators and post-dominators in the passes of a sketch.
//!
//! In an acyclic graph one walk finds them: a node's dominator is the lowest that those of its neighbours
//! have in common (K. Cooper, T. Harvey and K. Kennedy, "A simple, fast dominance algorithm", 2001, without
//! the need to iterate).

use super::sketch::Sketch;

/// Which way a spine gathers what hangs beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// What flows into it: by post-dominators.
    In,
    /// What comes out of it: by dominators.
    Out,
}

/// The tree of immediate (post-)dominators within each pass, of what is computed.
pub(super) struct Tree {
    pub(super) children: Vec<Vec<usize>>,
    /// The nodes without a dominator.
    roots: Vec<usize>,
    /// The child that the longest path down goes through.
    deepest: Vec<Option<usize>>,
    pub(super) is_computed: Vec<bool>,
    flow: Flow,
}

impl Tree {
    pub(super) fn new(sketch: &Sketch, flow: Flow) -> Self {
        let (incoming, outgoing) = (sketch.incoming(), sketch.outgoing());
        let count = sketch.nodes.len();
        let is_computed: Vec<bool> = incoming.iter().map(|edges| !edges.is_empty()).collect();
        let mut parent: Vec<Option<usize>> = vec![None; count];
        let mut depth = vec![0; count];
        let mut order: Vec<usize> = sketch.in_order();
        let mut feeds = vec![None; count];
        if flow == Flow::Out {
            feeds = feeders(sketch, &order, &is_computed);
            order.reverse();
        }
        for &node in order.iter().rev().filter(|&&node| is_computed[node]) {
            let beyond = match flow {
                Flow::In => &outgoing[node],
                Flow::Out => &incoming[node],
            };
            let within = beyond
                .iter()
                .map(|&edge| match flow {
                    Flow::In => sketch.edges[edge].to,
                    Flow::Out => sketch.edges[edge].from,
                })
                .filter(|&end| is_computed[end] && feeds[end].is_none())
                .filter(|&end| sketch.nodes[end].pass == sketch.nodes[node].pass);
            let mut common: Option<Option<usize>> = None;
            for end in within {
                common = Some(match common {
                    None => Some(end),
                    Some(other) => nearest_common(other, Some(end), &parent, &depth),
                });
            }
            parent[node] = feeds[node].or(common.flatten());
            depth[node] = parent[node].map_or(1, |parent| depth[parent] + 1);
        }
        let mut tree = Self {
            children: vec![Vec::new(); count],
            roots: Vec::new(),
            deepest: vec![None; count],
            is_computed,
            flow,
        };
        let mut height = vec![0; count];
        for &node in order.iter().filter(|&&node| tree.is_computed[node]) {
            height[node] += 1;
            match parent[node] {
                None => tree.roots.push(node),
                Some(parent) => {
                    tree.children[parent].push(node);
                    if height[node] > height[parent] {
                        height[parent] = height[node];
                        tree.deepest[parent] = Some(node);
                    }
                }
            }
        }
        tree
    }

    /// Paths that have every node once, each in the direction of the edges; outer ones first.
    pub(super) fn spines(&self) -> Vec<Vec<usize>> {
        let mut spines = Vec::new();
        let mut tops = self.roots.clone();
        let mut next = 0;
        while let Some(&top) = tops.get(next) {
            next += 1;
            let mut spine = vec![top];
            let mut node = top;
            loop {
                let deepest = self.deepest[node];
                tops.extend(self.children[node].iter().filter(|&&c| Some(c) != deepest));
                let Some(deepest) = deepest else { break };
                spine.push(deepest);
                node = deepest;
            }
            if self.flow == Flow::In {
                spine.reverse();
            }
            spines.push(spine);
        }
        spines
    }
}

/// What is made beside a spine from other passes and sources alone, and flows into one node of it: for
/// each such node, the one that it flows into. It does not tell where a way to the spine begins.
fn feeders(sketch: &Sketch, order: &[usize], is_computed: &[bool]) -> Vec<Option<usize>> {
    let (incoming, outgoing) = (sketch.incoming(), sketch.outgoing());
    let within = |node: usize, end: usize| {
        is_computed[end] && sketch.nodes[end].pass == sketch.nodes[node].pass
    };
    let sources = |node: usize| {
        let ends = incoming[node].iter().map(|&edge| sketch.edges[edge].from);
        ends.filter(move |&end| within(node, end))
    };
    let only_user = |node: usize| {
        let mut users = outgoing[node].iter().map(|&edge| sketch.edges[edge].to);
        let first = users.find(|&end| within(node, end))?;
        users
            .filter(|&end| within(node, end))
            .all(|end| end == first)
            .then_some(first)
    };
    let mut may_feed: Vec<Option<usize>> = vec![None; sketch.nodes.len()];
    for &node in order.iter().filter(|&&node| is_computed[node]) {
        if sources(node).all(|from| may_feed[from].is_some()) {
            may_feed[node] = only_user(node);
        }
    }
    let mut feeds = vec![None; sketch.nodes.len()];
    for &node in order.iter().rev() {
        let Some(user) = may_feed[node] else { continue };
        let mut others = sources(user);
        if feeds[user].is_some() || others.any(|from| may_feed[from].is_none()) {
            feeds[node] = Some(user);
        }
    }
    feeds
}

/// The lowest node that both are below of, or are; `None` is the top of all.
fn nearest_common(
    mut a: Option<usize>,
    mut b: Option<usize>,
    parent: &[Option<usize>],
    depth: &[usize],
) -> Option<usize> {
    while let (Some(x), Some(y)) = (a, b) {
        if x == y {
            return a;
        }
        if depth[x] >= depth[y] {
            a = parent[x];
        } else {
            b = parent[y];
        }
    }
    None
}
