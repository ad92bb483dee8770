//! Places along the ranks: straight edges, short edges, and what a node is linked to on both sides of it.
//!
//! Brandes and Köpf, "Fast and simple horizontal coordinate assignment" (2001), with the compaction
//! of the erratum by Brandes, Walter and Zink (2020). The sides of clusters count as inner
//! segments that go before those of edges, so that frames are straight.

use super::Problem;
use super::layers::{Kind, Layers};

const NONE: usize = usize::MAX;
/// How much wider than the narrowest of the four the mean of them may be.
const DRIFT: f64 = 1.3;

/// The place of each item, the least of them 0 or more; `apart` is the distance to keep between the
/// places of two neighbours.
pub(super) fn places(layers: &Layers, apart: &impl Fn(usize, usize) -> f64) -> Vec<f64> {
    let marks = conflicts(layers);
    let mut runs: Vec<(bool, Vec<f64>)> = Vec::new();
    for from_below in [false, true] {
        for from_right in [false, true] {
            let run = Run::new(layers, from_below, from_right);
            let (root, align) = run.align(&marks);
            let x = run.compact(&root, &align, apart);
            if keeps_apart(layers, &x, apart) {
                runs.push((from_right, x));
            }
        }
    }
    balance(layers, runs, apart)
}

/// The distance that neighbours keep.
pub(super) fn distance(problem: &Problem, layers: &Layers, left: usize, right: usize) -> f64 {
    let (a, b) = (&layers.items[left], &layers.items[right]);
    let padding = |cluster: Option<usize>| cluster.map_or(0.0, |at| problem.clusters[at].padding);
    let gap = match (a.kind, b.kind) {
        (Kind::Left, _) => padding(a.cluster),
        (_, Kind::Right) => padding(b.cluster),
        (Kind::Node | Kind::Right, Kind::Node | Kind::Left) => problem.node_distance,
        (Kind::Node | Kind::Right, _) | (_, Kind::Node | Kind::Left) => {
            0.75 * problem.node_distance
        }
        _ => 0.6 * problem.node_distance,
    };
    a.right + b.left + gap
}

fn keeps_apart(layers: &Layers, x: &[f64], apart: &impl Fn(usize, usize) -> f64) -> bool {
    layers.ranks.iter().all(|rank| {
        rank.windows(2)
            .all(|pair| x[pair[1]] - x[pair[0]] >= apart(pair[0], pair[1]) - 1e-6)
    })
}

/// How hard a link wants to be straight: 2 for sides, 1 for inner segments, 0 for others.
fn class(layers: &Layers, upper: usize, lower: usize) -> u8 {
    match (layers.items[upper].kind, layers.items[lower].kind) {
        (Kind::Left | Kind::Right, _) => 2,
        (Kind::Bend | Kind::Label, Kind::Bend | Kind::Label) => 1,
        _ => 0,
    }
}

/// The links that cross one of a higher class ("type 1 conflicts", section 3.1 there), by number.
fn conflicts(layers: &Layers) -> Vec<bool> {
    let mut marks = vec![false; layers.down.len()];
    // The links between two ranks: place above, place below, class, number.
    let mut links: Vec<(usize, usize, u8, usize)> = Vec::new();
    for rank in 0..layers.ranks.len().saturating_sub(1) {
        links.clear();
        for (place, &item) in layers.ranks[rank].iter().enumerate() {
            let numbers = layers.down.numbers_of(item);
            for (&(end, _), &number) in layers.down.of(item).iter().zip(numbers) {
                let class = class(layers, item, end);
                links.push((place, layers.position[end], class, number));
            }
        }
        links.sort_unstable_by_key(|link| (link.1, link.0));
        for barrier in [2, 1] {
            if !links.iter().any(|link| link.2 == barrier) {
                continue;
            }
            // From the left: a barrier that ends before this link and starts behind it.
            sweep(&links, barrier, &mut marks, false);
            sweep(&links, barrier, &mut marks, true);
        }
    }
    marks
}

fn sweep(links: &[(usize, usize, u8, usize)], barrier: u8, marks: &mut [bool], reverse: bool) {
    let len = links.len();
    let link = |at: usize| links[if reverse { len - 1 - at } else { at }];
    let is_beyond = |a: usize, b: usize| if reverse { a < b } else { a > b };
    let mut farthest: Option<usize> = None;
    let mut at = 0;
    while at < len {
        let mut end = at;
        while end < len && link(end).1 == link(at).1 {
            let (above, _, class, number) = link(end);
            if class < barrier && farthest.is_some_and(|far| is_beyond(far, above)) {
                marks[number] = true;
            }
            end += 1;
        }
        for (above, _, class, _) in (at..end).map(link) {
            if class == barrier && farthest.is_none_or(|far| is_beyond(above, far)) {
                farthest = Some(above);
            }
        }
        at = end;
    }
}

/// One of the four layouts: from above or below, and from the left or right.
struct Run<'a> {
    layers: &'a Layers,
    from_below: bool,
    from_right: bool,
}

impl<'a> Run<'a> {
    fn new(layers: &'a Layers, from_below: bool, from_right: bool) -> Self {
        Run {
            layers,
            from_below,
            from_right,
        }
    }

    /// The rank that is reached as the given one.
    fn rank(&self, at: usize) -> &[usize] {
        let count = self.layers.ranks.len();
        &self.layers.ranks[if self.from_below { count - 1 - at } else { at }]
    }

    /// The item at a place of a rank, counted from where the run starts.
    fn item(&self, rank: usize, place: usize) -> usize {
        let rank = self.rank(rank);
        rank[if self.from_right {
            rank.len() - 1 - place
        } else {
            place
        }]
    }

    fn place(&self, item: usize) -> usize {
        let position = self.layers.position[item];
        if self.from_right {
            self.layers.ranks[self.layers.items[item].rank].len() - 1 - position
        } else {
            position
        }
    }

    /// The neighbour passed before an item in its rank.
    fn before(&self, item: usize) -> Option<usize> {
        let rank = &self.layers.ranks[self.layers.items[item].rank];
        let position = self.layers.position[item];
        if self.from_right {
            rank.get(position + 1).copied()
        } else {
            position.checked_sub(1).map(|at| rank[at])
        }
    }

    /// Algorithm 2: blocks of items, one below the other. The root of each item, and a ring of those aligned.
    fn align(&self, marks: &[bool]) -> (Vec<usize>, Vec<usize>) {
        let count = self.layers.items.len();
        let mut root: Vec<usize> = (0..count).collect();
        let mut align = root.clone();
        let links = if self.from_below {
            &self.layers.down
        } else {
            &self.layers.up
        };
        let mut ends: Vec<(usize, usize, usize)> = Vec::new();
        for at in 1..self.layers.ranks.len() {
            let mut next = 0;
            for place in 0..self.rank(at).len() {
                let item = self.item(at, place);
                ends.clear();
                let numbers = links.numbers_of(item);
                let of = links.of(item).iter().zip(numbers);
                ends.extend(of.map(|(&(end, _), &number)| (self.place(end), end, number)));
                if ends.is_empty() {
                    continue;
                }
                ends.sort_unstable();
                let last = ends.len() - 1;
                for middle in [last / 2, last.div_ceil(2)] {
                    let (place, end, number) = ends[middle];
                    if align[item] == item && !marks[number] && next <= place {
                        align[end] = item;
                        root[item] = root[end];
                        align[item] = root[item];
                        next = place + 1;
                    }
                }
            }
        }
        (root, align)
    }

    /// Algorithm 3 as the erratum has it: blocks as far to the start as their class allows, then classes.
    fn compact(
        &self,
        root: &[usize],
        align: &[usize],
        apart: &impl Fn(usize, usize) -> f64,
    ) -> Vec<f64> {
        let count = root.len();
        let gap = |before: usize, item: usize| {
            if self.from_right {
                apart(item, before)
            } else {
                apart(before, item)
            }
        };
        let mut x = vec![0.0f64; count];
        let mut sink: Vec<usize> = (0..count).collect();
        for block in self.blocks(root, align) {
            let mut item = block;
            loop {
                if let Some(before) = self.before(item) {
                    let other = root[before];
                    if sink[block] == block {
                        sink[block] = sink[other];
                    }
                    if sink[block] == sink[other] {
                        x[block] = x[block].max(x[other] + gap(before, item));
                    }
                }
                item = align[item];
                if item == block {
                    break;
                }
            }
            item = align[block];
            while item != block {
                x[item] = x[block];
                sink[item] = sink[block];
                item = align[item];
            }
        }
        let mut shift = vec![f64::INFINITY; count];
        for at in 0..self.layers.ranks.len() {
            if self.rank(at).is_empty() {
                continue;
            }
            let class = sink[self.item(at, 0)];
            if class != self.item(at, 0) {
                continue;
            }
            if shift[class] == f64::INFINITY {
                shift[class] = 0.0;
            }
            let (mut rank, mut place) = (at, 0);
            loop {
                let mut item = self.item(rank, place);
                while align[item] != root[item] {
                    item = align[item];
                    rank += 1;
                    if let Some(before) = self.before(item) {
                        let room = x[item] - (x[before] + gap(before, item));
                        let other = sink[before];
                        shift[other] = shift[other].min(shift[class] + room);
                    }
                }
                place = self.place(item) + 1;
                if place >= self.rank(rank).len() || sink[self.item(rank, place)] != class {
                    break;
                }
            }
        }
        for item in 0..count {
            let by = shift[sink[item]];
            if by.is_finite() {
                x[item] += by;
            }
        }
        if self.from_right {
            for x in &mut x {
                *x = -*x;
            }
        }
        x
    }

    /// The roots of blocks, each after those of the blocks before its items.
    fn blocks(&self, root: &[usize], align: &[usize]) -> Vec<usize> {
        let count = root.len();
        let mut waits = vec![0usize; count];
        for item in 0..count {
            if self.before(item).is_some() {
                waits[root[item]] += 1;
            }
        }
        let mut after = vec![NONE; count];
        for item in 0..count {
            if let Some(before) = self.before(item) {
                after[before] = item;
            }
        }
        let mut order: Vec<usize> = (0..count)
            .filter(|&item| root[item] == item && waits[item] == 0)
            .collect();
        let mut next = 0;
        while let Some(&block) = order.get(next) {
            next += 1;
            let mut item = block;
            loop {
                if after[item] != NONE {
                    let other = root[after[item]];
                    waits[other] -= 1;
                    if waits[other] == 0 {
                        order.push(other);
                    }
                }
                item = align[item];
                if item == block {
                    break;
                }
            }
        }
        order
    }
}

/// Section 3.4 there: the four aligned to the narrowest, and the mean of the two in the middle.
fn balance(
    layers: &Layers,
    mut runs: Vec<(bool, Vec<f64>)>,
    apart: &impl Fn(usize, usize) -> f64,
) -> Vec<f64> {
    if runs.is_empty() {
        runs.push((false, packed(layers, apart)));
    }
    let bounds = |x: &[f64]| {
        x.iter().fold((f64::MAX, f64::MIN), |bounds, &x| {
            (bounds.0.min(x), bounds.1.max(x))
        })
    };
    let all: Vec<(f64, f64)> = runs.iter().map(|(_, x)| bounds(x)).collect();
    let narrowest = (0..all.len())
        .min_by(|&a, &b| (all[a].1 - all[a].0).total_cmp(&(all[b].1 - all[b].0)))
        .unwrap_or(0);
    for ((from_right, x), &(low, high)) in runs.iter_mut().zip(&all) {
        let shift = if *from_right {
            all[narrowest].1 - high
        } else {
            all[narrowest].0 - low
        };
        for x in x {
            *x += shift;
        }
    }
    let mut values = Vec::new();
    let mean: Vec<f64> = (0..layers.items.len())
        .map(|item| {
            values.clear();
            values.extend(runs.iter().map(|(_, x)| x[item]));
            values.sort_unstable_by(f64::total_cmp);
            let len = values.len();
            f64::midpoint(values[(len - 1) / 2], values[len / 2])
        })
        .collect();
    // Where each step of a long chain lies between two operands, the mean drifts aside step by step.
    let (low, high) = bounds(&mean);
    if high - low > DRIFT * (all[narrowest].1 - all[narrowest].0) {
        return runs.swap_remove(narrowest).1;
    }
    mean
}

/// Every rank from the left, without regard to the others.
fn packed(layers: &Layers, apart: &impl Fn(usize, usize) -> f64) -> Vec<f64> {
    let mut x = vec![0.0; layers.items.len()];
    for rank in &layers.ranks {
        for pair in rank.windows(2) {
            x[pair[1]] = x[pair[0]] + apart(pair[0], pair[1]);
        }
    }
    x
}
