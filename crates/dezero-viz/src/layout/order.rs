//! The order of the items in each rank: few crossings, clusters kept together, operands in order.
//!
//! Sweeps (`sweep`) and sifting (`sift`) from more than one start; then the best order so far is shaken
//! and sifted again, as long as that is worth while.

use super::Problem;
use super::layers::{Item, Layers};
use super::sift::Sifting;
use super::sweep::{Search, nest};

/// How much work is worth while, for each item and link, and how often the best is shaken.
const EFFORT: u64 = 500;
const ROUNDS: usize = 30;

/// Orders the items of all ranks, and says how many crossings and operands out of order are left;
/// `work` bounds the steps taken.
pub(super) fn order(problem: &Problem, layers: &mut Layers, work: u64) -> (i64, usize) {
    nest(problem, layers);
    let size = layers.items.len() as u64 + layers.down.len() as u64;
    // Small graphs are done when little more is to be expected.
    let work = work.min(100_000 + size * EFFORT);
    let mut best = Best {
        cost: (i64::MAX, 0),
        ranks: Vec::new(),
        spent: 0,
    };
    let starts = [visits(layers, true), visits(layers, false)];
    for (start, keys) in starts.iter().enumerate() {
        let mut search = Search::new(problem, layers);
        search.limit = work / 6;
        search.begin(keys);
        let ranks = search.improve(start == 0);
        let spent = search.work;
        best.keep(problem, layers, ranks, spent);
        if best.cost == (0, 0) {
            break;
        }
        best.sift(problem, layers, &[across(layers)], work / 4);
    }
    if best.cost != (0, 0) {
        best.sift(problem, layers, &starts, work / 3);
    }
    // Shakes what is best, and keeps what comes out better.
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut round = 0;
    while best.cost > (0, 0) && best.spent < work && round < ROUNDS {
        layers.set(best.ranks.clone());
        let strength = [0.03, 0.1, 0.3][round % 3];
        let mut keys = across(layers);
        for key in &mut keys {
            *key += strength * (random.unit() - 0.5);
        }
        let left = work - best.spent;
        if !best.sift(problem, layers, &[keys], left) {
            break;
        }
        round += 1;
    }
    layers.set(best.ranks);
    best.cost
}

/// The best order so far, by crossings and then by operands out of order.
struct Best {
    cost: (i64, usize),
    ranks: Vec<Vec<usize>>,
    spent: u64,
}

impl Best {
    /// Takes an order if it is better; leaves it in `layers` either way.
    fn keep(&mut self, problem: &Problem, layers: &mut Layers, ranks: Vec<Vec<usize>>, spent: u64) {
        layers.set(ranks);
        let mut search = Search::new(problem, layers);
        search.limit = u64::MAX;
        search.transpose();
        let cost = (search.count(), search.disorder());
        self.spent += spent + search.work;
        if cost < self.cost {
            self.cost = cost;
            self.ranks.clone_from(&layers.ranks);
        }
    }

    /// Tries what sifting makes of orders by keys; whether it could.
    fn sift(
        &mut self,
        problem: &Problem,
        layers: &mut Layers,
        starts: &[Vec<f64>],
        limit: u64,
    ) -> bool {
        let mut found = Vec::new();
        let Some(mut sifting) = Sifting::new(problem, layers) else {
            return false;
        };
        for keys in starts {
            sifting.begin(keys);
            sifting.work = 0;
            sifting.run(limit / starts.len() as u64);
            found.push((sifting.ranks(), sifting.work));
        }
        for (ranks, spent) in found {
            self.keep(problem, layers, ranks, spent);
        }
        true
    }
}

/// Numbers that look random and are always the same (Marsaglia, "Xorshift RNGs", 2003).
struct Random(u64);

impl Random {
    /// From 0 to 1.
    fn unit(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Where each item is in its rank, from 0 to 1.
fn across(layers: &Layers) -> Vec<f64> {
    let place = |(at, item): (usize, &Item)| {
        (layers.position[at] as f64 + 0.5) / layers.ranks[item.rank].len() as f64
    };
    layers.items.iter().enumerate().map(place).collect()
}

impl Layers {
    pub(super) fn set(&mut self, ranks: Vec<Vec<usize>>) {
        self.ranks = ranks;
        for rank in 0..self.ranks.len() {
            self.number(rank);
        }
    }

    pub(super) fn number(&mut self, rank: usize) {
        for (place, &item) in self.ranks[rank].iter().enumerate() {
            self.position[item] = place;
        }
    }
}

/// When a depth-first search first comes to each item: from the sinks upwards along operands in their
/// order, which draws a tree without crossings and its operands in order; or from the sources down.
fn visits(layers: &Layers, upwards: bool) -> Vec<f64> {
    let (ahead, behind) = if upwards {
        (&layers.up, &layers.down)
    } else {
        (&layers.down, &layers.up)
    };
    let count = layers.items.len();
    let mut keys = vec![f64::NAN; count];
    let mut time = 0.0;
    let roots = (0..count).filter(|&item| behind.of(item).is_empty());
    for root in roots {
        let mut path = vec![root];
        while let Some(item) = path.pop() {
            if keys[item].is_nan() {
                keys[item] = time;
                time += 1.0;
                path.extend(ahead.of(item).iter().rev().map(|&(end, _)| end));
            }
        }
    }
    keys
}
