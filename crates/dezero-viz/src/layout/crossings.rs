//! Counting crossings of links between neighbouring ranks.
//!
//! All of two ranks with a tree of partial sums (Barth, Jünger and Mutzel, "Simple and efficient
//! bilayer cross counting", 2002), those of two neighbours by merging.

use super::layers::{Layers, Links};

/// Room used again and again.
#[derive(Default)]
pub(super) struct Counter {
    sums: Vec<i64>,
    ends: Vec<(usize, i64)>,
    others: Vec<(usize, i64)>,
}

impl Counter {
    /// The crossings, each as the product of weights, between a rank and the next.
    pub(super) fn below(&mut self, layers: &Layers, rank: usize) -> i64 {
        let Some(lower) = layers.ranks.get(rank + 1) else {
            return 0;
        };
        let len = lower.len();
        self.sums.clear();
        self.sums.resize(len + 1, 0);
        let (mut count, mut total) = (0, 0);
        for &item in &layers.ranks[rank] {
            collect(&mut self.ends, &layers.down, &layers.position, item);
            for &(position, weight) in &self.ends {
                // Those so far that end at this position or left of it.
                let mut at = position + 1;
                let mut left = 0;
                while at > 0 {
                    left += self.sums[at];
                    at &= at - 1;
                }
                count += weight * (total - left);
            }
            for &(position, weight) in &self.ends {
                let mut at = position + 1;
                while at <= len {
                    self.sums[at] += weight;
                    at += at & at.wrapping_neg();
                }
                total += weight;
            }
        }
        count
    }

    /// The crossings of the links of two neighbours, up and down: as they are, and swapped.
    pub(super) fn pair(&mut self, layers: &Layers, left: usize, right: usize) -> (i64, i64) {
        let (mut now, mut swapped) = (0, 0);
        for links in [&layers.up, &layers.down] {
            let (a, b) = (links.of(left), links.of(right));
            if a.len() * b.len() <= 16 {
                for &(x, weight) in a {
                    for &(y, other) in b {
                        let (x, y) = (layers.position[x], layers.position[y]);
                        if x > y {
                            now += weight * other;
                        } else if x < y {
                            swapped += weight * other;
                        }
                    }
                }
            } else {
                collect(&mut self.ends, links, &layers.position, left);
                collect(&mut self.others, links, &layers.position, right);
                now += inversions(&self.ends, &self.others);
                swapped += inversions(&self.others, &self.ends);
            }
        }
        (now, swapped)
    }
}

fn collect(into: &mut Vec<(usize, i64)>, links: &Links, position: &[usize], item: usize) {
    into.clear();
    into.extend(
        links
            .of(item)
            .iter()
            .map(|&(end, weight)| (position[end], weight)),
    );
    into.sort_unstable();
}

/// The pairs with the first position beyond the second.
fn inversions(a: &[(usize, i64)], b: &[(usize, i64)]) -> i64 {
    let (mut count, mut before, mut next) = (0, 0, 0);
    for &(x, weight) in a {
        while next < b.len() && b[next].0 < x {
            before += b[next].1;
            next += 1;
        }
        count += weight * before;
    }
    count
}
