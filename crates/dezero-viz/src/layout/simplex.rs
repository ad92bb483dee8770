//! The network simplex method for ranks: the least total weighted length of all arcs, none of
//! them shorter than it has to be.
//!
//! Gansner, Koutsofios, North and Vo, "A technique for drawing directed graphs" (1993), sections
//! 2.3 and 2.4: a spanning tree of tight arcs, cut values, postorder numbers (`low`, `lim`) that tell
//! on which side of a tree arc a node is, and changes along a cycle instead of new sums. The first
//! cut values need no case distinction: within a subtree arcs cancel, so that a cut value is the
//! sum of (weight out - weight in) over the nodes of the subtree.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Wants rank(head) - rank(tail) to be at least `length`, and as little more as `weight` says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arc {
    pub(super) tail: usize,
    pub(super) head: usize,
    pub(super) length: i64,
    pub(super) weight: i64,
}

/// How many tree arcs with a negative cut value are compared before one leaves (section 2.4).
const SEARCH: usize = 30;
const NONE: usize = usize::MAX;

/// Ranks of a graph without cycles, the least of each connected part 0. After `work` steps the
/// ranks reached are taken: they keep all lengths, but may not be the best.
pub(super) fn ranks(nodes: usize, arcs: &[Arc], work: u64) -> Vec<i64> {
    let parts = parts(nodes, arcs);
    let mut arcs = arcs.to_vec();
    let count = parts.iter().max().map_or(0, |last| last + 1);
    let mut total = nodes;
    if count > 1 {
        // A node above all connected parts makes one tree of them.
        let mut is_joined = vec![false; count];
        for (node, &part) in parts.iter().enumerate() {
            if !std::mem::replace(&mut is_joined[part], true) {
                arcs.push(Arc {
                    tail: nodes,
                    head: node,
                    length: 0,
                    weight: 0,
                });
            }
        }
        total += 1;
    }
    let mut ranks = if total > 1 {
        let mut simplex = Simplex::new(total, &arcs);
        simplex.run(work);
        simplex.rank
    } else {
        vec![0; total]
    };
    ranks.truncate(nodes);
    let mut least = vec![i64::MAX; count];
    for (&part, &rank) in parts.iter().zip(&ranks) {
        least[part] = least[part].min(rank);
    }
    for (&part, rank) in parts.iter().zip(&mut ranks) {
        *rank -= least[part];
    }
    ranks
}

/// The connected part of each node, numbered by their first nodes.
fn parts(nodes: usize, arcs: &[Arc]) -> Vec<usize> {
    let mut union = super::union::Union::new(nodes);
    for arc in arcs {
        union.join(arc.tail, arc.head);
    }
    union.numbers().0
}

struct Simplex<'a> {
    arcs: &'a [Arc],
    rank: Vec<i64>,
    /// The arcs at each node: those of node v are `at[start[v]..start[v + 1]]`.
    start: Vec<usize>,
    at: Vec<usize>,
    tree: Vec<usize>,
    /// Where an arc is in `tree`.
    place: Vec<usize>,
    /// The tree arcs at each node.
    branches: Vec<Vec<usize>>,
    /// The tree arc towards the root.
    parent: Vec<usize>,
    low: Vec<usize>,
    lim: Vec<usize>,
    /// The node with each postorder number.
    numbered: Vec<usize>,
    cut: Vec<i64>,
    next: usize,
    work: u64,
}

impl<'a> Simplex<'a> {
    fn new(nodes: usize, arcs: &'a [Arc]) -> Self {
        let mut start = vec![0; nodes + 1];
        for arc in arcs {
            start[arc.tail + 1] += 1;
            start[arc.head + 1] += 1;
        }
        for node in 0..nodes {
            start[node + 1] += start[node];
        }
        let mut fill = start.clone();
        let mut at = vec![0; 2 * arcs.len()];
        for (index, arc) in arcs.iter().enumerate() {
            for end in [arc.tail, arc.head] {
                at[fill[end]] = index;
                fill[end] += 1;
            }
        }
        let mut simplex = Simplex {
            arcs,
            rank: vec![0; nodes],
            start,
            at,
            tree: Vec::with_capacity(nodes),
            place: vec![NONE; arcs.len()],
            branches: vec![Vec::new(); nodes],
            parent: vec![NONE; nodes],
            low: vec![0; nodes],
            lim: vec![0; nodes],
            numbered: vec![0; nodes],
            cut: vec![0; arcs.len()],
            next: 0,
            work: 0,
        };
        simplex.first_ranks();
        simplex.tight_tree();
        simplex.number(0, NONE, 0);
        simplex.first_cuts();
        simplex
    }

    fn arcs_of(&self, node: usize) -> &[usize] {
        &self.at[self.start[node]..self.start[node + 1]]
    }

    fn slack(&self, arc: usize) -> i64 {
        let Arc {
            tail, head, length, ..
        } = self.arcs[arc];
        self.rank[head] - self.rank[tail] - length
    }

    /// As high as possible; then, from the bottom, what has more weight below goes down to it.
    fn first_ranks(&mut self) {
        let nodes = self.rank.len();
        let mut waits = vec![0usize; nodes];
        for arc in self.arcs {
            waits[arc.head] += 1;
        }
        let mut order: Vec<usize> = (0..nodes).filter(|&node| waits[node] == 0).collect();
        let mut next = 0;
        while let Some(&node) = order.get(next) {
            next += 1;
            for at in self.start[node]..self.start[node + 1] {
                let arc = self.arcs[self.at[at]];
                if arc.tail == node {
                    let rank = self.rank[node] + arc.length;
                    self.rank[arc.head] = self.rank[arc.head].max(rank);
                    waits[arc.head] -= 1;
                    if waits[arc.head] == 0 {
                        order.push(arc.head);
                    }
                }
            }
        }
        for &node in order.iter().rev() {
            let (mut pull, mut most) = (0, i64::MAX);
            for &at in self.arcs_of(node) {
                let arc = self.arcs[at];
                if arc.tail == node {
                    pull += arc.weight;
                    most = most.min(self.rank[arc.head] - arc.length);
                } else {
                    pull -= arc.weight;
                }
            }
            if pull > 0 && most != i64::MAX {
                self.rank[node] = self.rank[node].max(most);
            }
        }
    }

    /// Joins tight trees, the smallest first, along the arc with the least slack.
    fn tight_tree(&mut self) {
        let nodes = self.rank.len();
        let mut union = super::union::Union::new(nodes);
        for (index, arc) in self.arcs.iter().enumerate() {
            if self.slack(index) == 0 && union.join(arc.tail, arc.head) {
                self.add(index);
            }
        }
        let (number, count) = union.numbers();
        let mut owner = number;
        let mut members = vec![Vec::new(); count];
        for (node, &tree) in owner.iter().enumerate() {
            members[tree].push(node);
        }
        let mut heap: BinaryHeap<_> = members
            .iter()
            .enumerate()
            .map(|(tree, members)| Reverse((members.len(), tree)))
            .collect();
        while let Some(Reverse((size, tree))) = heap.pop() {
            if members[tree].len() != size || size == nodes {
                continue;
            }
            let mut best = (i64::MAX, NONE);
            for &node in &members[tree] {
                for &arc in self.arcs_of(node) {
                    let Arc { tail, head, .. } = self.arcs[arc];
                    if owner[tail] != owner[head] {
                        best = best.min((self.slack(arc), arc));
                    }
                }
            }
            let (slack, arc) = best;
            if arc == NONE {
                continue;
            }
            let Arc { tail, head, .. } = self.arcs[arc];
            let (shift, other) = if owner[tail] == tree {
                (slack, owner[head])
            } else {
                (-slack, owner[tail])
            };
            let moved = std::mem::take(&mut members[tree]);
            for &node in &moved {
                self.rank[node] += shift;
                owner[node] = other;
            }
            members[other].extend(moved);
            self.add(arc);
            heap.push(Reverse((members[other].len(), other)));
        }
    }

    fn add(&mut self, arc: usize) {
        self.place[arc] = self.tree.len();
        self.tree.push(arc);
        self.branches[self.arcs[arc].tail].push(arc);
        self.branches[self.arcs[arc].head].push(arc);
    }

    fn other_end(&self, arc: usize, node: usize) -> usize {
        let Arc { tail, head, .. } = self.arcs[arc];
        if tail == node { head } else { tail }
    }

    /// Numbers the subtree at a node in postorder, from `low` on.
    fn number(&mut self, root: usize, parent: usize, low: usize) {
        let mut count = low;
        self.parent[root] = parent;
        self.low[root] = low;
        let mut path = vec![(root, 0)];
        while let Some((node, next)) = path.last_mut() {
            let node = *node;
            if let Some(&arc) = self.branches[node].get(*next) {
                *next += 1;
                if arc != self.parent[node] {
                    let child = self.other_end(arc, node);
                    self.parent[child] = arc;
                    self.low[child] = count;
                    path.push((child, 0));
                }
            } else {
                self.lim[node] = count;
                self.numbered[count] = node;
                count += 1;
                path.pop();
            }
        }
        self.work += (count - low) as u64;
    }

    fn first_cuts(&mut self) {
        let mut supply = vec![0; self.rank.len()];
        for arc in self.arcs {
            supply[arc.tail] += arc.weight;
            supply[arc.head] -= arc.weight;
        }
        for number in 0..self.numbered.len() {
            let node = self.numbered[number];
            let arc = self.parent[node];
            if arc != NONE {
                let sum = supply[node];
                self.cut[arc] = if self.arcs[arc].tail == node {
                    sum
                } else {
                    -sum
                };
                supply[self.other_end(arc, node)] += sum;
            }
        }
    }

    fn run(&mut self, limit: u64) {
        // How much longer the arcs are than they have to be; degenerate changes leave it as it is.
        let mut excess: i64 = (0..self.arcs.len())
            .map(|arc| self.slack(arc) * self.arcs[arc].weight)
            .sum();
        while self.work < limit && excess > 0 {
            let Some(leaving) = self.leaving() else { break };
            let Some(entering) = self.entering(leaving) else {
                break;
            };
            excess += self.cut[leaving] * self.slack(entering);
            self.exchange(leaving, entering);
        }
    }

    /// A tree arc with a negative cut value; the search goes on where the last one ended.
    fn leaving(&mut self) -> Option<usize> {
        let (mut best, mut found) = ((0, NONE), 0);
        for _ in 0..self.tree.len() {
            self.next = (self.next + 1) % self.tree.len();
            self.work += 1;
            let arc = self.tree[self.next];
            if self.cut[arc] < 0 {
                best = best.min((self.cut[arc], arc));
                found += 1;
                if found == SEARCH {
                    break;
                }
            }
        }
        (best.1 != NONE).then_some(best.1)
    }

    /// The end of a tree arc that is farther from the root.
    fn child(&self, arc: usize) -> usize {
        let Arc { tail, head, .. } = self.arcs[arc];
        if self.parent[tail] == arc { tail } else { head }
    }

    fn is_below(&self, node: usize, top: usize) -> bool {
        (self.low[top]..=self.lim[top]).contains(&self.lim[node])
    }

    /// The numbers of the smaller side of a tree arc, and whether that is the subtree.
    fn smaller_side(&self, child: usize) -> ([std::ops::Range<usize>; 2], bool) {
        let (low, end) = (self.low[child], self.lim[child] + 1);
        if end - low <= self.rank.len() / 2 {
            ([low..end, 0..0], true)
        } else {
            ([0..low, end..self.rank.len()], false)
        }
    }

    /// The arc with the least slack that goes the other way between the sides of a tree arc.
    fn entering(&mut self, leaving: usize) -> Option<usize> {
        let child = self.child(leaving);
        let into_subtree = self.arcs[leaving].tail == child;
        let (ranges, _) = self.smaller_side(child);
        let mut best = (i64::MAX, NONE);
        let mut seen = 0;
        'search: for number in ranges.into_iter().flatten() {
            let node = self.numbered[number];
            seen += self.start[node + 1] - self.start[node];
            for &arc in self.arcs_of(node) {
                let Arc { tail, head, .. } = self.arcs[arc];
                let (inner, outer) = if into_subtree {
                    (head, tail)
                } else {
                    (tail, head)
                };
                if self.is_below(inner, child) && !self.is_below(outer, child) {
                    best = best.min((self.slack(arc), arc));
                    if best.0 == 0 {
                        break 'search;
                    }
                }
            }
        }
        self.work += seen as u64;
        (best.1 != NONE).then_some(best.1)
    }

    fn exchange(&mut self, leaving: usize, entering: usize) {
        let slack = self.slack(entering);
        let child = self.child(leaving);
        if slack > 0 {
            // The subtree with the tail of the leaving arc goes up, or all the rest down.
            let (ranges, is_subtree) = self.smaller_side(child);
            let has_tail = (self.arcs[leaving].tail == child) == is_subtree;
            let shift = if has_tail { -slack } else { slack };
            for number in ranges.into_iter().flatten() {
                self.rank[self.numbered[number]] += shift;
                self.work += 1;
            }
        }
        let Arc { tail, head, .. } = self.arcs[entering];
        let value = self.cut[leaving];
        let top = self.change_cuts(tail, head, value);
        self.change_cuts(head, tail, -value);
        self.cut[entering] = -value;
        self.cut[leaving] = 0;
        for end in [self.arcs[leaving].tail, self.arcs[leaving].head] {
            self.branches[end].retain(|&arc| arc != leaving);
        }
        self.branches[tail].push(entering);
        self.branches[head].push(entering);
        let place = self.place[leaving];
        self.tree[place] = entering;
        self.place[entering] = place;
        self.place[leaving] = NONE;
        let (parent, low) = (self.parent[top], self.low[top]);
        self.number(top, parent, low);
    }

    /// Changes the cut values from a node up to where the way to the other turns; returns that.
    fn change_cuts(&mut self, from: usize, to: usize, value: i64) -> usize {
        let mut node = from;
        while !self.is_below(to, node) {
            let arc = self.parent[node];
            if self.arcs[arc].tail == node {
                self.cut[arc] += value;
            } else {
                self.cut[arc] -= value;
            }
            node = self.other_end(arc, node);
            self.work += 1;
        }
        node
    }
}
