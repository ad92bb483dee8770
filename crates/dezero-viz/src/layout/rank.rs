//! Ranks of nodes: constraints, cycles, network simplex, balance.
//!
//! Gansner, Koutsofios, North and Vo, "A technique for drawing directed graphs" (1993), section 2:
//! nodes that have to share a rank are one node here (2.1), and a node with as much weight above as
//! below goes where fewest others are (2.3, "balance").

use super::simplex::{self, Arc};
use super::union::Union;
use super::{Problem, Rank, acyclic};

/// Weights of edges are counted in parts of this.
const UNIT: f64 = 8.0;
/// What is used as often stands far from its uses rather than these far from theirs.
const HUB: usize = 32;
/// How much more a weight of 1 counts than the pull up or down.
const PULL: i64 = 64;
/// The steps that network simplex may take: about a second.
const WORK: u64 = 20_000_000;

/// Which of several best solutions is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lean {
    /// One that spreads nodes over the ranks.
    Spread,
    /// The nodes as high as they can be.
    Up,
    /// As low as they can be.
    Down,
}

/// The rank of each node, from 0 on, without empty ranks. Edges end at least one rank from where they
/// start, in either direction, unless a constraint or an `is_free` edge says otherwise.
pub(super) fn ranks(problem: &Problem, lean: Lean) -> Vec<usize> {
    let groups = groups(problem);
    let count = groups.count;
    let mut arcs = arcs(problem, &groups);
    let real = arcs.len();
    keep_ends(&groups, &mut arcs);
    let ranks = if lean == Lean::Spread {
        let mut ranks = simplex::ranks(count, &arcs, WORK);
        balance(&mut ranks, &arcs, real);
        ranks
    } else {
        // A weak pull towards a node above or below all others.
        for arc in &mut arcs {
            arc.weight *= PULL;
        }
        arcs.extend((0..count).map(|node| {
            let (tail, head) = if lean == Lean::Up {
                (count, node)
            } else {
                (node, count)
            };
            Arc {
                tail,
                head,
                length: 0,
                weight: 1,
            }
        }));
        let mut ranks = simplex::ranks(count + 1, &arcs, WORK);
        ranks.truncate(count);
        ranks
    };
    let mut values: Vec<i64> = ranks.clone();
    values.sort_unstable();
    values.dedup();
    groups
        .of
        .iter()
        .map(|&group| values.binary_search(&ranks[group]).unwrap_or(0))
        .collect()
}

/// Nodes that have to share a rank.
struct Groups {
    /// The group of each node.
    of: Vec<usize>,
    count: usize,
    /// The groups on the first and on the last rank.
    first: Option<usize>,
    last: Option<usize>,
}

fn groups(problem: &Problem) -> Groups {
    let mut union = Union::new(problem.nodes.len());
    let (mut first, mut last) = (None, None);
    for (rank, members) in &problem.ranks {
        let lead = match rank {
            Rank::Same => None,
            Rank::First => first,
            Rank::Last => last,
        };
        let lead = lead.or(members.first().copied());
        for &member in members {
            union.join(lead.unwrap_or(member), member);
        }
        match rank {
            Rank::Same => {}
            Rank::First => first = lead,
            Rank::Last => last = lead,
        }
    }
    let (of, count) = union.numbers();
    Groups {
        first: first.map(|node| of[node]),
        last: last.map(|node| of[node]),
        of,
        count,
    }
}

/// The arcs between groups, without cycles.
fn arcs(problem: &Problem, groups: &Groups) -> Vec<Arc> {
    let Groups {
        of: group,
        count,
        first,
        last,
    } = groups;
    let mut uses = vec![0; problem.nodes.len()];
    for edge in &problem.edges {
        uses[edge.from] += 1;
    }
    let mut arcs: Vec<Arc> = problem
        .edges
        .iter()
        .filter(|edge| !edge.is_free && group[edge.from] != group[edge.to])
        .map(|edge| {
            let weight = ((edge.weight * UNIT).round() as i64).clamp(1, 1000);
            let is_hub = uses[edge.from] >= HUB;
            Arc {
                tail: group[edge.from],
                head: group[edge.to],
                length: 1,
                weight: if is_hub { (weight / 4).max(1) } else { weight },
            }
        })
        .collect();
    for arc in &mut arcs {
        if *first == Some(arc.head) || *last == Some(arc.tail) {
            (arc.tail, arc.head) = (arc.head, arc.tail);
        }
    }
    let ends: Vec<_> = arcs.iter().map(|arc| (arc.tail, arc.head)).collect();
    for (arc, turned) in arcs.iter_mut().zip(acyclic::turned(*count, &ends)) {
        if turned {
            (arc.tail, arc.head) = (arc.head, arc.tail);
        }
    }
    // One arc between two groups, with the weight of all.
    arcs.sort_by_key(|arc| (arc.tail, arc.head));
    arcs.dedup_by(|next, kept| {
        let is_same = (next.tail, next.head) == (kept.tail, kept.head);
        if is_same {
            kept.weight = (kept.weight + next.weight).min(1_000_000);
        }
        is_same
    });
    arcs
}

/// Arcs that keep all others below the first rank and above the last.
fn keep_ends(groups: &Groups, arcs: &mut Vec<Arc>) {
    let Groups {
        count, first, last, ..
    } = *groups;
    let (mut is_source, mut is_sink) = (vec![true; count], vec![true; count]);
    for arc in &*arcs {
        is_source[arc.head] = false;
        is_sink[arc.tail] = false;
    }
    for node in 0..count {
        let mut keep = |tail: usize, head: usize| {
            if tail != head {
                arcs.push(Arc {
                    tail,
                    head,
                    length: 0,
                    weight: 0,
                });
            }
        };
        if let Some(first) = first
            && is_source[node]
            && last != Some(node)
        {
            keep(first, node);
        }
        if let Some(last) = last
            && is_sink[node]
            && first != Some(node)
        {
            keep(node, last);
        }
    }
}

/// Moves nodes that lie as well on several ranks to where fewest are.
fn balance(ranks: &mut [i64], arcs: &[Arc], real: usize) {
    let last = ranks.iter().max().map_or(0, |&last| last);
    let mut filled = vec![0usize; last as usize + 1];
    for &rank in ranks.iter() {
        filled[rank as usize] += 1;
    }
    let mut arcs_of = vec![Vec::new(); ranks.len()];
    let mut pull = vec![0; ranks.len()];
    for (index, arc) in arcs.iter().enumerate() {
        arcs_of[arc.tail].push(index);
        arcs_of[arc.head].push(index);
        pull[arc.tail] += arc.weight;
        pull[arc.head] -= arc.weight;
    }
    let mut is_bound = vec![false; ranks.len()];
    for arc in &arcs[real..] {
        is_bound[arc.tail] = true;
        is_bound[arc.head] = true;
    }
    for node in 0..ranks.len() {
        if pull[node] != 0 || is_bound[node] || arcs_of[node].is_empty() {
            continue;
        }
        let (mut low, mut high) = (0, last);
        for &index in &arcs_of[node] {
            let arc = arcs[index];
            if arc.tail == node {
                high = high.min(ranks[arc.head] - arc.length);
            } else {
                low = low.max(ranks[arc.tail] + arc.length);
            }
        }
        let now = ranks[node];
        let best = (low..=high.min(low + 1000))
            .min_by_key(|&rank| (filled[rank as usize], (rank - now).abs()))
            .unwrap_or(now);
        if filled[best as usize] + 1 < filled[now as usize] {
            filled[now as usize] -= 1;
            filled[best as usize] += 1;
            ranks[node] = best;
        }
    }
}
