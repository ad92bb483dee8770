//! Sweeps over the ranks: weighted medians, and transposition of neighbours.
//!
//! Gansner, Koutsofios, North and Vo, "A technique for drawing directed graphs" (1993), section 3. A cluster
//! moves as one among its neighbours: its sides enclose what is in it, in every rank, and clusters that
//! lie side by side do so in the same order everywhere (compare Sander, "Layout of compound directed
//! graphs", 1996).

use super::Problem;
use super::crossings::Counter;
use super::layers::{Item, Kind, Layers};

/// Sweeps from one start, and how many in a row may bring nothing.
const SWEEPS: usize = 24;
const PATIENCE: usize = 6;

/// Puts what is in clusters between their sides.
pub(super) fn nest(problem: &Problem, layers: &mut Layers) {
    let mut sides = vec![[0, 0]; problem.clusters.len()];
    let mut lists: Vec<Vec<Entry>> = vec![Vec::new(); problem.clusters.len() + 1];
    for rank in 0..layers.ranks.len() {
        let mut clusters = Vec::new();
        for &item in &layers.ranks[rank] {
            let Item { kind, cluster, .. } = layers.items[item];
            match (kind, cluster) {
                (Kind::Left, Some(at)) => {
                    sides[at][0] = item;
                    clusters.push(at);
                }
                (Kind::Right, Some(at)) => sides[at][1] = item,
                (_, cluster) => lists[cluster.map_or(0, |at| at + 1)].push(Entry::Item(item)),
            }
        }
        if clusters.is_empty() {
            lists[0].clear();
            continue;
        }
        for &at in &clusters {
            let parent = problem.clusters[at].parent.map_or(0, |at| at + 1);
            lists[parent].push(Entry::Block(at + 1, [sides[at][0], sides[at][1]]));
        }
        layers.ranks[rank] = flatten(&lists);
        lists[0].clear();
        for at in clusters {
            lists[at + 1].clear();
        }
    }
    let ranks = std::mem::take(&mut layers.ranks);
    layers.set(ranks);
}

/// An item, or a cluster: the list of what is in it, and its sides.
#[derive(Clone, Copy, Debug)]
enum Entry {
    Item(usize),
    Block(usize, [usize; 2]),
}

/// The items of the first list, blocks replaced by what is in them.
fn flatten(lists: &[Vec<Entry>]) -> Vec<usize> {
    let mut flat = Vec::new();
    let mut open = vec![(0, 0, None)];
    while let Some((list, next, end)) = open.last_mut() {
        match lists[*list].get(*next) {
            Some(&Entry::Item(item)) => flat.push(item),
            Some(&Entry::Block(inner, [left, right])) => {
                flat.push(left);
                *next += 1;
                open.push((inner, 0, Some(right)));
                continue;
            }
            None => {
                flat.extend(*end);
                open.pop();
                continue;
            }
        }
        *next += 1;
    }
    flat
}

/// An order that is being improved.
pub(super) struct Search<'a> {
    problem: &'a Problem,
    pub(super) layers: &'a mut Layers,
    counter: Counter,
    /// The order among clusters that lie in the same.
    sibling: Vec<usize>,
    /// Whether a rank has sides of clusters in it.
    has_sides: Vec<bool>,
    keys: Vec<f64>,
    below: Vec<i64>,
    pub(super) work: u64,
    pub(super) limit: u64,
}

impl<'a> Search<'a> {
    pub(super) fn new(problem: &'a Problem, layers: &'a mut Layers) -> Self {
        let mut has_sides = vec![false; layers.ranks.len()];
        for &(top, bottom) in layers.spans.iter().flatten() {
            has_sides[top..=bottom].fill(true);
        }
        Search {
            problem,
            counter: Counter::default(),
            sibling: (0..problem.clusters.len()).collect(),
            has_sides,
            keys: vec![f64::NAN; layers.items.len()],
            below: vec![0; layers.ranks.len()],
            work: 0,
            limit: 0,
            layers,
        }
    }

    /// Orders everything by keys.
    pub(super) fn begin(&mut self, keys: &[f64]) {
        let mut sums = vec![(0.0, 0.0); self.sibling.len()];
        for (item, &key) in self.layers.items.iter().zip(keys) {
            if item.kind == Kind::Node
                && let Some(at) = item.cluster
            {
                sums[at].0 += key;
                sums[at].1 += 1.0;
            }
        }
        for at in (0..sums.len()).rev() {
            if let Some(parent) = self.problem.clusters[at].parent {
                sums[parent].0 += sums[at].0;
                sums[parent].1 += sums[at].1;
            }
        }
        let mut order: Vec<usize> = (0..sums.len()).collect();
        let mean = |at: usize| sums[at].0 / f64::max(sums[at].1, 1.0);
        order.sort_by(|&a, &b| mean(a).total_cmp(&mean(b)).then(a.cmp(&b)));
        for (place, at) in order.into_iter().enumerate() {
            self.sibling[at] = place;
        }
        self.keys.copy_from_slice(keys);
        for rank in 0..self.layers.ranks.len() {
            self.arrange(rank, false);
        }
    }

    /// Pairs of operands that are not in order.
    pub(super) fn disorder(&self) -> usize {
        let layers = &self.layers;
        let mut count = 0;
        for node in 0..self.problem.nodes.len() {
            let operands = layers.up.of(node);
            if operands.len() <= 16 {
                for (at, &(first, _)) in operands.iter().enumerate() {
                    let later = operands[at + 1..].iter();
                    let first = layers.position[first];
                    count += later
                        .filter(|&&(end, _)| layers.position[end] < first)
                        .count();
                }
            }
        }
        count
    }

    /// Sweeps down and up until it brings nothing more; the best order found.
    pub(super) fn improve(&mut self, downwards: bool) -> Vec<Vec<usize>> {
        let count = self.layers.ranks.len();
        self.transpose();
        let mut best = (self.count(), self.layers.ranks.clone());
        let mut idle = 0;
        for sweep in 0..SWEEPS {
            if best.0 == 0 || idle >= PATIENCE || self.work > self.limit {
                break;
            }
            let flips = sweep % 4 >= 2;
            if (sweep % 2 == 0) == downwards {
                for rank in 1..count {
                    self.medians(rank, true);
                    self.arrange(rank, flips);
                }
            } else {
                for rank in (0..count.saturating_sub(1)).rev() {
                    self.medians(rank, false);
                    self.arrange(rank, flips);
                }
            }
            self.transpose();
            let crossings = self.count();
            if crossings < best.0 {
                best = (crossings, self.layers.ranks.clone());
                idle = 0;
            } else {
                idle += 1;
            }
        }
        best.1
    }

    pub(super) fn count(&mut self) -> i64 {
        for rank in 0..self.layers.ranks.len() {
            self.below[rank] = self.counter.below(self.layers, rank);
            self.work += 4 * self.layers.ranks[rank].len() as u64;
        }
        self.below.iter().sum()
    }

    /// The keys of a rank are the weighted medians of the positions above or below.
    fn medians(&mut self, rank: usize, above: bool) {
        let layers = &self.layers;
        let links = if above { &layers.up } else { &layers.down };
        let mut positions = Vec::new();
        for &item in &layers.ranks[rank] {
            positions.clear();
            let ends = links.of(item).iter();
            positions.extend(ends.map(|&(end, _)| layers.position[end] as f64));
            self.work += 2 + positions.len() as u64;
            positions.sort_unstable_by(f64::total_cmp);
            let (len, middle) = (positions.len(), positions.len() / 2);
            self.keys[item] = match len {
                0 => f64::NAN,
                2 => f64::midpoint(positions[0], positions[1]),
                _ if len % 2 == 1 => positions[middle],
                _ => {
                    let left = positions[middle - 1] - positions[0];
                    let right = positions[len - 1] - positions[middle];
                    if left + right == 0.0 {
                        positions[middle]
                    } else {
                        (positions[middle - 1] * right + positions[middle] * left) / (left + right)
                    }
                }
            };
        }
    }

    /// Sorts a rank by keys; what has none stays in its place. With `flips`, equals change places.
    fn arrange(&mut self, rank: usize, flips: bool) {
        self.work += 4 * self.layers.ranks[rank].len() as u64;
        if self.has_sides[rank] {
            self.arrange_nested(rank, flips);
        } else {
            let keys = &self.keys;
            sort_keyed(&mut self.layers.ranks[rank], |&item| keys[item], flips);
        }
        self.layers.number(rank);
    }

    fn arrange_nested(&mut self, rank: usize, flips: bool) {
        let mut lists: Vec<Vec<Entry>> = vec![Vec::new()];
        // Sum and number of the keys in each list, its parent, and its cluster.
        let mut about = vec![(0.0, 0.0, 0, 0)];
        let mut open = vec![0];
        for &item in &self.layers.ranks[rank] {
            let list = open.last().copied().unwrap_or(0);
            let Item { kind, cluster, .. } = self.layers.items[item];
            match kind {
                Kind::Left => {
                    let inner = lists.len();
                    lists[list].push(Entry::Block(inner, [item, item]));
                    lists.push(Vec::new());
                    about.push((0.0, 0.0, list, cluster.unwrap_or(0)));
                    open.push(inner);
                }
                Kind::Right => {
                    open.pop();
                    let parent = about[list].2;
                    if let Some(Entry::Block(_, sides)) = lists[parent].last_mut() {
                        sides[1] = item;
                    }
                }
                _ => {
                    lists[list].push(Entry::Item(item));
                    let key = self.keys[item];
                    if !key.is_nan() {
                        about[list].0 += key;
                        about[list].1 += 1.0;
                    }
                }
            }
        }
        for inner in (1..lists.len()).rev() {
            let (sum, number, parent, _) = about[inner];
            about[parent].0 += sum;
            about[parent].1 += number;
        }
        for list in &mut lists {
            let key = |entry: &Entry| match *entry {
                Entry::Item(item) => self.keys[item],
                Entry::Block(inner, _) => about[inner].0 / about[inner].1,
            };
            sort_keyed(list, key, flips);
            let places: Vec<usize> = (0..list.len())
                .filter(|&at| matches!(list[at], Entry::Block(..)))
                .collect();
            let mut blocks: Vec<Entry> = places.iter().map(|&at| list[at]).collect();
            blocks.sort_by_key(|entry| match *entry {
                Entry::Item(_) => 0,
                Entry::Block(inner, _) => self.sibling[about[inner].3],
            });
            for (at, block) in places.into_iter().zip(blocks) {
                list[at] = block;
            }
        }
        self.layers.ranks[rank] = flatten(&lists);
    }

    /// Swaps neighbours wherever that has fewer crossings, until it has nowhere.
    pub(super) fn transpose(&mut self) {
        let count = self.layers.ranks.len();
        let mut is_due = vec![true; count];
        for _ in 0..20 {
            let mut is_changed = vec![false; count];
            let mut any = false;
            for rank in 0..count {
                if is_due[rank] && self.transpose_rank(rank) {
                    is_changed[rank] = true;
                    any = true;
                }
            }
            if !any || self.work > self.limit {
                break;
            }
            for (rank, is_due) in is_due.iter_mut().enumerate() {
                let near = rank.saturating_sub(1)..(rank + 2).min(count);
                *is_due = is_changed[near].contains(&true);
            }
        }
    }

    fn transpose_rank(&mut self, rank: usize) -> bool {
        let mut is_changed = false;
        let len = self.layers.ranks[rank].len();
        for place in 0..len.saturating_sub(1) {
            let order = &self.layers.ranks[rank];
            let (left, right) = (order[place], order[place + 1]);
            let (a, b) = (&self.layers.items[left], &self.layers.items[right]);
            let is_side = |kind| matches!(kind, Kind::Left | Kind::Right);
            match (is_side(a.kind), is_side(b.kind)) {
                (false, false) if a.cluster == b.cluster => {
                    let (now, swapped) = self.counter.pair(self.layers, left, right);
                    self.work += 3
                        + (self.layers.up.of(left).len() + self.layers.down.of(left).len()) as u64;
                    if swapped < now || (swapped == now && self.is_out_of_order(left, right)) {
                        self.layers.ranks[rank].swap(place, place + 1);
                        self.layers.position[left] = place + 1;
                        self.layers.position[right] = place;
                        is_changed |= swapped < now;
                    }
                }
                (false, true) if b.kind == Kind::Left && self.is_outside(right, left) => {
                    let end = (place + 2..len)
                        .find(|&at| {
                            let item = &self.layers.items[self.layers.ranks[rank][at]];
                            item.kind == Kind::Right
                                && item.cluster == self.layers.items[right].cluster
                        })
                        .unwrap_or(place + 1);
                    is_changed |= self.pass_block(rank, place, end, true);
                }
                (true, false) if a.kind == Kind::Right && self.is_outside(left, right) => {
                    let start = (0..place)
                        .rev()
                        .find(|&at| {
                            let item = &self.layers.items[self.layers.ranks[rank][at]];
                            item.kind == Kind::Left
                                && item.cluster == self.layers.items[left].cluster
                        })
                        .unwrap_or(place);
                    is_changed |= self.pass_block(rank, start, place + 1, false);
                }
                _ => {}
            }
        }
        is_changed
    }

    /// Whether an item lies in what the cluster of a side lies in.
    fn is_outside(&self, side: usize, item: usize) -> bool {
        let cluster = self.layers.items[side].cluster;
        cluster
            .is_some_and(|at| self.problem.clusters[at].parent == self.layers.items[item].cluster)
    }

    /// Moves the first item of a range behind the rest, or the last before it, if that has fewer crossings.
    fn pass_block(&mut self, rank: usize, start: usize, end: usize, first: bool) -> bool {
        let mut gain = 0;
        let item = self.layers.ranks[rank][if first { start } else { end }];
        for place in start..=end {
            let other = self.layers.ranks[rank][place];
            if other == item {
                continue;
            }
            let (now, swapped) = if first {
                self.counter.pair(self.layers, item, other)
            } else {
                self.counter.pair(self.layers, other, item)
            };
            gain += now - swapped;
            self.work += 4;
        }
        if gain <= 0 {
            return false;
        }
        let range = &mut self.layers.ranks[rank][start..=end];
        if first {
            range.rotate_left(1);
        } else {
            range.rotate_right(1);
        }
        self.layers.number(rank);
        true
    }

    /// Whether two neighbours are operands of one node, the first after the second.
    fn is_out_of_order(&self, left: usize, right: usize) -> bool {
        let below = self.layers.down.of(left);
        if below.len() > 8 {
            return false;
        }
        below.iter().any(|&(node, _)| {
            let operands = self.layers.up.of(node);
            let find = |item| operands.iter().take(16).position(|&(end, _)| end == item);
            self.layers.items[node].kind == Kind::Node
                && matches!((find(left), find(right)), (Some(a), Some(b)) if a > b)
        })
    }
}

/// Sorts what has a key; the rest stays in its places.
fn sort_keyed<T: Copy>(list: &mut [T], key: impl Fn(&T) -> f64, flips: bool) {
    let places: Vec<usize> = (0..list.len())
        .filter(|&at| !key(&list[at]).is_nan())
        .collect();
    let mut keyed: Vec<(f64, T)> = places
        .iter()
        .map(|&at| (key(&list[at]), list[at]))
        .collect();
    if flips {
        keyed.reverse();
    }
    keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (at, (_, value)) in places.into_iter().zip(keyed) {
        list[at] = value;
    }
}
