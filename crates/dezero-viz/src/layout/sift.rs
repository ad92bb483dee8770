//! One order from left to right for all ranks together, improved by moving one chain at a time to where it
//! crosses least.
//!
//! Global sifting (Bachmaier, Brandenburg, Brunner and Hübner, "Global k-level crossing reduction",
//! 2011). A block is a chain of items, each the only one below the last: an edge over several ranks,
//! a function with its result. Blocks are straight lines that never cross each other; what crosses is the
//! links between them, and only those at the ends of two blocks change when these change places. Here,
//! a block stays within its cluster and passes others as a whole, and among places with as
//! few crossings those that keep operands in order win.

use super::Problem;
use super::layers::{Kind, Layers};

/// Crossings count this much more than operands out of order.
const CROSSING: i64 = 16;
/// Nodes with more operands than this do not care for their order.
const OPERANDS: usize = 24;
const NONE: usize = usize::MAX;

pub(super) struct Sifting<'a> {
    problem: &'a Problem,
    layers: &'a Layers,
    block_of: Vec<usize>,
    blocks: Vec<Block>,
    order: Vec<usize>,
    position: Vec<usize>,
    /// What it costs to pass each block for the order of operands.
    bias: Vec<i64>,
    pub(super) work: u64,
}

struct Block {
    top: usize,
    bottom: usize,
    /// The first and last rank.
    span: (usize, usize),
    /// The weight of the links within.
    weight: i64,
    cluster: Option<usize>,
    kind: Kind,
    /// The blocks linked to the top and to the bottom, by position.
    up: Vec<(usize, i64)>,
    down: Vec<(usize, i64)>,
}

impl<'a> Sifting<'a> {
    /// `None` if there are links to the middle of chains, as those of trunks.
    pub(super) fn new(problem: &'a Problem, layers: &'a Layers) -> Option<Self> {
        if layers.paths.iter().any(|path| path.has_trunk) {
            return None;
        }
        let mut block_of = vec![NONE; layers.items.len()];
        let mut blocks: Vec<Block> = Vec::new();
        for &at in layers.ranks.iter().flatten() {
            let item = &layers.items[at];
            if let [(above, weight)] = *layers.up.of(at)
                && layers.down.of(above).len() == 1
                && layers.items[above].cluster == item.cluster
            {
                let own = block_of[above];
                block_of[at] = own;
                blocks[own].bottom = at;
                blocks[own].span.1 = item.rank;
                blocks[own].weight = blocks[own].weight.max(weight);
                continue;
            }
            block_of[at] = blocks.len();
            blocks.push(Block {
                top: at,
                bottom: at,
                span: (item.rank, item.rank),
                weight: 1,
                cluster: item.cluster,
                kind: item.kind,
                up: Vec::new(),
                down: Vec::new(),
            });
        }
        let ends = |links: &[(usize, i64)]| {
            let to_block = |&(end, weight): &(usize, i64)| (block_of[end], weight);
            links.iter().map(to_block).collect::<Vec<_>>()
        };
        for block in &mut blocks {
            block.up = ends(layers.up.of(block.top));
            block.down = ends(layers.down.of(block.bottom));
        }
        let count = blocks.len();
        Some(Sifting {
            problem,
            layers,
            block_of,
            blocks,
            order: Vec::new(),
            position: vec![0; count],
            bias: vec![0; count],
            work: 0,
        })
    }

    /// Starts with an order by the keys of items.
    pub(super) fn begin(&mut self, keys: &[f64]) {
        let clusters = self.problem.clusters.len();
        let mut sides = vec![[NONE, NONE]; clusters];
        // The entries of each cluster, the root first: key, block or cluster.
        let mut lists: Vec<Vec<(f64, Result<usize, usize>)>> = vec![Vec::new(); clusters + 1];
        let mut means = vec![(0.0, 0.0); clusters];
        let mut sums = vec![(0.0, 0.0); self.blocks.len()];
        for (item, &key) in keys.iter().enumerate() {
            let sum = &mut sums[self.block_of[item]];
            *sum = (sum.0 + key, sum.1 + 1.0);
        }
        for (at, block) in self.blocks.iter().enumerate() {
            let key = sums[at].0 / sums[at].1;
            match (block.kind, block.cluster) {
                (Kind::Left, Some(cluster)) => sides[cluster][0] = at,
                (Kind::Right, Some(cluster)) => sides[cluster][1] = at,
                (_, cluster) => {
                    lists[cluster.map_or(0, |cluster| cluster + 1)].push((key, Ok(at)));
                    if let Some(cluster) = cluster {
                        means[cluster] = (means[cluster].0 + key, means[cluster].1 + 1.0);
                    }
                }
            }
        }
        for at in (0..clusters).rev() {
            if sides[at][0] == NONE {
                continue;
            }
            let parent = self.problem.clusters[at].parent;
            lists[parent.map_or(0, |parent| parent + 1)].push((means[at].0 / means[at].1, Err(at)));
            if let Some(parent) = parent {
                means[parent].0 += means[at].0;
                means[parent].1 += means[at].1;
            }
        }
        for list in &mut lists {
            list.sort_by(|a, b| a.0.total_cmp(&b.0));
        }
        self.order.clear();
        let mut open = vec![(0, 0, NONE)];
        while let Some((list, next, end)) = open.last_mut() {
            if let Some(&(_, entry)) = lists[*list].get(*next) {
                *next += 1;
                match entry {
                    Ok(block) => self.order.push(block),
                    Err(cluster) => {
                        self.order.push(sides[cluster][0]);
                        open.push((cluster + 1, 0, sides[cluster][1]));
                    }
                }
            } else {
                if *end != NONE {
                    self.order.push(*end);
                }
                open.pop();
            }
        }
        self.renumber(0, self.order.len());
        for block in 0..self.blocks.len() {
            self.sort_links(block);
        }
    }

    /// Moves blocks and clusters until a round brings nothing, or `limit` steps are done.
    pub(super) fn run(&mut self, limit: u64) {
        for _ in 0..12 {
            let mut gain = 0;
            for block in 0..self.blocks.len() {
                if self.work > limit {
                    return;
                }
                if !matches!(self.blocks[block].kind, Kind::Left | Kind::Right) {
                    gain += self.sift(block);
                }
            }
            gain += self.swap_clusters(limit);
            if gain == 0 {
                return;
            }
        }
    }

    /// The ranks in this order.
    pub(super) fn ranks(&self) -> Vec<Vec<usize>> {
        let mut ranks = self.layers.ranks.clone();
        for rank in &mut ranks {
            rank.sort_by_key(|&item| self.position[self.block_of[item]]);
        }
        ranks
    }

    fn renumber(&mut self, from: usize, to: usize) {
        for place in from..to {
            self.position[self.order[place]] = place;
        }
    }

    fn sort_links(&mut self, block: usize) {
        let position = &self.position;
        self.blocks[block]
            .up
            .sort_unstable_by_key(|&(end, _)| position[end]);
        self.blocks[block]
            .down
            .sort_unstable_by_key(|&(end, _)| position[end]);
    }

    /// Moves a block to its best place; what that gains.
    fn sift(&mut self, block: usize) -> i64 {
        let own = self.blocks[block].cluster;
        self.set_bias(block, 1);
        let now = self.position[block];
        // The cost at each place, counted from that at the left end.
        let (mut cost, mut here) = (0, 0);
        let mut best = (i64::MAX, NONE);
        let mut inside = None;
        for place in 0..=self.order.len() {
            if place == now {
                here = cost;
            }
            if inside == own && place != now + 1 && cost < best.0 {
                best = (cost, place);
            }
            let Some(&other) = self.order.get(place) else {
                break;
            };
            if other == block {
                continue;
            }
            cost += self.passing(block, other) + self.bias[other];
            let passed = &self.blocks[other];
            match (passed.kind, passed.cluster) {
                (Kind::Left, Some(_)) => inside = passed.cluster,
                (Kind::Right, Some(at)) => inside = self.problem.clusters[at].parent,
                _ => {}
            }
        }
        self.work += self.order.len() as u64 / 2;
        self.set_bias(block, 0);
        let gain = here - best.0;
        if best.1 == NONE || gain <= 0 {
            return 0;
        }
        let to = best.1;
        if to > now {
            self.order[now..to].rotate_left(1);
            self.renumber(now, to);
        } else {
            self.order[to..=now].rotate_right(1);
            self.renumber(to, now + 1);
        }
        for at in 0..self.blocks[block].up.len() {
            self.sort_links(self.blocks[block].up[at].0);
        }
        for at in 0..self.blocks[block].down.len() {
            self.sort_links(self.blocks[block].down[at].0);
        }
        gain
    }

    fn set_bias(&mut self, block: usize, value: i64) {
        for &(below, _) in &self.blocks[block].down {
            let node = self.blocks[below].top;
            let operands = self.layers.up.of(node);
            if self.layers.items[node].kind != Kind::Node || operands.len() > OPERANDS {
                continue;
            }
            let mut is_after = true;
            for &(operand, _) in operands {
                let other = self.block_of[operand];
                if other == block {
                    is_after = false;
                } else if value == 0 {
                    self.bias[other] = 0;
                } else {
                    // Going right past a later operand breaks the order, past an earlier one mends it.
                    self.bias[other] += if is_after { -1 } else { 1 };
                }
            }
        }
    }

    /// What changes when a block goes from the left of another to its right.
    fn passing(&mut self, block: usize, other: usize) -> i64 {
        let (a, b) = (&self.blocks[block], &self.blocks[other]);
        if a.span.0 > b.span.1 || b.span.0 > a.span.1 {
            return 0;
        }
        let (line, passed) = ([(other, a.weight)], [(other, b.weight)]);
        let above = match a.span.0.cmp(&b.span.0) {
            std::cmp::Ordering::Equal => self.change(&a.up, &b.up),
            std::cmp::Ordering::Less => self.change(&line, &b.up),
            std::cmp::Ordering::Greater => self.change(&a.up, &passed),
        };
        let below = match a.span.1.cmp(&b.span.1) {
            std::cmp::Ordering::Equal => self.change(&a.down, &b.down),
            std::cmp::Ordering::Greater => self.change(&line, &b.down),
            std::cmp::Ordering::Less => self.change(&a.down, &passed),
        };
        self.work += 4;
        CROSSING * (above + below)
    }

    /// Crossings after less crossings before, of links to the given ends.
    fn change(&self, a: &[(usize, i64)], b: &[(usize, i64)]) -> i64 {
        let mut change = 0;
        if a.len() * b.len() <= 12 {
            for &(x, weight) in a {
                for &(y, other) in b {
                    let (x, y) = (self.position[x], self.position[y]);
                    change += weight * other * (i64::from(x < y) - i64::from(x > y));
                }
            }
            return change;
        }
        let total: i64 = b.iter().map(|&(_, weight)| weight).sum();
        let (mut left, mut upto, mut first, mut second) = (0, 0, 0, 0);
        for &(x, weight) in a {
            let x = self.position[x];
            while first < b.len() && self.position[b[first].0] < x {
                left += b[first].1;
                first += 1;
            }
            while second < b.len() && self.position[b[second].0] <= x {
                upto += b[second].1;
                second += 1;
            }
            change += weight * (total - upto - left);
        }
        change
    }

    /// Lets clusters change places with what is next to them; what that gains.
    fn swap_clusters(&mut self, limit: u64) -> i64 {
        let mut gain = 0;
        for block in 0..self.blocks.len() {
            if self.blocks[block].kind != Kind::Right || self.work > limit {
                continue;
            }
            // To the right as long as that helps, then to the left.
            for to_right in [true, false] {
                while let Some((first, second)) = self.neighbours(block, to_right) {
                    let found = self.swap(&first, &second);
                    if found <= 0 || self.work > limit {
                        break;
                    }
                    gain += found;
                }
            }
        }
        gain
    }

    /// The places of a cluster, given its right side, and of the block or cluster beside it, from left to right.
    fn neighbours(
        &self,
        right: usize,
        to_right: bool,
    ) -> Option<(std::ops::Range<usize>, std::ops::Range<usize>)> {
        let end = self.position[right] + 1;
        let start = self.matching(end - 1, Kind::Left)?;
        if to_right {
            let next = *self.order.get(end)?;
            let stop = match self.blocks[next].kind {
                Kind::Right => return None,
                Kind::Left => self.matching(end, Kind::Right)? + 1,
                _ => end + 1,
            };
            Some((start..end, end..stop))
        } else {
            let next = self.order[start.checked_sub(1)?];
            let from = match self.blocks[next].kind {
                Kind::Left => return None,
                Kind::Right => self.matching(start - 1, Kind::Left)?,
                _ => start - 1,
            };
            Some((from..start, start..end))
        }
    }

    /// The place of the other side of a cluster.
    fn matching(&self, place: usize, kind: Kind) -> Option<usize> {
        let cluster = self.blocks[self.order[place]].cluster;
        let is_match = |&at: &usize| {
            let block = &self.blocks[self.order[at]];
            block.kind == kind && block.cluster == cluster
        };
        if kind == Kind::Left {
            (0..place).rev().find(is_match)
        } else {
            (place + 1..self.order.len()).find(is_match)
        }
    }

    /// Swaps two neighbouring ranges if that gains, and says what.
    fn swap(&mut self, first: &std::ops::Range<usize>, second: &std::ops::Range<usize>) -> i64 {
        let before = self.order[first.start..second.end].to_vec();
        let mut cost = 0;
        // Each block of the second goes left past all of the first.
        for step in 0..second.len() {
            let from = second.start + step;
            let block = self.order[from];
            let to = first.start + step;
            for place in (to..from).rev() {
                let other = self.order[place];
                self.set_links(block);
                self.set_links(other);
                cost -= self.passing(block, other);
            }
            self.order[to..=from].rotate_right(1);
            self.renumber(to, from + 1);
        }
        if cost >= 0 {
            self.order[first.start..second.end].copy_from_slice(&before);
            self.renumber(first.start, second.end);
        }
        for place in first.start..second.end {
            let block = self.order[place];
            self.set_links(block);
            for at in 0..self.blocks[block].up.len() {
                self.sort_links(self.blocks[block].up[at].0);
            }
            for at in 0..self.blocks[block].down.len() {
                self.sort_links(self.blocks[block].down[at].0);
            }
        }
        (-cost).max(0)
    }

    fn set_links(&mut self, block: usize) {
        self.work += 2 + self.blocks[block].up.len() as u64;
        self.sort_links(block);
    }
}
