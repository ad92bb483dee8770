//! Sets of input elements, each kept once and known by a number.
//!
//! Neighbouring elements of an array mostly depend on few inputs, and large arrays on the same few
//! sets, so a union is computed once and found again by the numbers of its parts.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// The number of a set: equal sets have equal numbers.
pub(super) type SetId = u32;

/// The set without elements.
pub(super) const EMPTY: SetId = 0;

/// The set of all elements.
pub(super) const ALL: SetId = 1;

/// The set of element `i` alone is `FIRST + i`.
pub(super) const FIRST: SetId = 2;

/// Elements that all sets may hold together, about 256 MB. A union beyond that counts as all: more than
/// it is, which costs time later, but is never wrong.
const MOST_MEMBERS: usize = 1 << 26;

/// Interned sets of the numbers below `universe`.
pub(super) struct Sets {
    universe: u32,
    /// The members of all sets, sorted, one set after the other.
    members: Vec<u32>,
    /// Where each set begins, and where the last one ends.
    starts: Vec<usize>,
    /// The last set with a hash, of those with several members.
    by_hash: HashMap<u64, SetId, Multiplicative>,
    /// The set before it with the same hash; `EMPTY` at the end of the chain.
    before: Vec<SetId>,
    unions: HashMap<u64, SetId, Multiplicative>,
    scratch: Vec<u32>,
}

impl Sets {
    pub(super) fn new(universe: u32) -> Self {
        let mut starts = vec![0, 0];
        starts.extend(0..=universe as usize);
        Self {
            universe,
            members: (0..universe).collect(),
            before: vec![EMPTY; starts.len() - 1],
            starts,
            by_hash: HashMap::default(),
            unions: HashMap::default(),
            scratch: Vec::new(),
        }
    }

    pub(super) fn len(&self, set: SetId) -> usize {
        match set {
            ALL => self.universe as usize,
            set => self.stored(set).len(),
        }
    }

    /// Appends the members of a set, sorted.
    pub(super) fn extend(&self, list: &mut Vec<usize>, set: SetId) {
        match set {
            ALL => list.extend(0..self.universe as usize),
            set => list.extend(self.stored(set).iter().map(|&member| member as usize)),
        }
    }

    fn stored(&self, set: SetId) -> &[u32] {
        &self.members[self.starts[set as usize]..self.starts[set as usize + 1]]
    }

    /// The union of two sets.
    #[inline]
    pub(super) fn union(&mut self, a: SetId, b: SetId) -> SetId {
        if a == b || b == EMPTY {
            return a;
        }
        if a == EMPTY {
            return b;
        }
        if a == ALL || b == ALL {
            return ALL;
        }
        let (a, b) = (a.min(b), a.max(b));
        let key = u64::from(a) << 32 | u64::from(b);
        if let Some(&union) = self.unions.get(&key) {
            return union;
        }
        let union = self.merge(a, b);
        self.unions.insert(key, union);
        union
    }

    fn merge(&mut self, a: SetId, b: SetId) -> SetId {
        let mut merged = std::mem::take(&mut self.scratch);
        merged.clear();
        let (mut left, mut right) = (self.stored(a), self.stored(b));
        let lengths = (left.len(), right.len());
        while let (Some(&x), Some(&y)) = (left.first(), right.first()) {
            merged.push(x.min(y));
            left = &left[usize::from(x <= y)..];
            right = &right[usize::from(y <= x)..];
        }
        merged.extend_from_slice(left);
        merged.extend_from_slice(right);
        let union = if merged.len() == lengths.0 {
            a
        } else if merged.len() == lengths.1 {
            b
        } else {
            self.intern(&merged)
        };
        self.scratch = merged;
        union
    }

    /// The union of any number of sets.
    pub(super) fn union_of(&mut self, sets: impl IntoIterator<Item = SetId>) -> SetId {
        let mut distinct: Vec<SetId> = Vec::new();
        for set in sets {
            if set == ALL {
                return ALL;
            }
            if set != EMPTY && distinct.last() != Some(&set) {
                distinct.push(set);
            }
        }
        distinct.sort_unstable();
        distinct.dedup();
        match distinct[..] {
            [] => EMPTY,
            [set] => set,
            [a, b] => self.union(a, b),
            _ => self.merge_all(&distinct),
        }
    }

    fn merge_all(&mut self, sets: &[SetId]) -> SetId {
        let mut merged = std::mem::take(&mut self.scratch);
        merged.clear();
        let total: usize = sets.iter().map(|&set| self.len(set)).sum();
        if total < self.universe as usize / 8 {
            for &set in sets {
                merged.extend_from_slice(self.stored(set));
            }
            merged.sort_unstable();
            merged.dedup();
        } else {
            // Marking costs one step for each element there is, sorting more for each one found.
            let mut marked = vec![false; self.universe as usize];
            for &set in sets {
                for &member in self.stored(set) {
                    marked[member as usize] = true;
                }
            }
            merged.extend((0..self.universe).filter(|&i| marked[i as usize]));
        }
        let union = self.intern(&merged);
        self.scratch = merged;
        union
    }

    /// The number of a set with several members. One with a single member never comes here: its parts
    /// would have been equal.
    fn intern(&mut self, members: &[u32]) -> SetId {
        if members.len() == self.universe as usize
            || self.members.len() + members.len() > MOST_MEMBERS.max(2 * self.universe as usize)
        {
            return ALL;
        }
        let mut hasher = Mixer::default();
        for &member in members {
            hasher.write_u32(member);
        }
        let hash = hasher.finish();
        let last = self.by_hash.get(&hash).copied().unwrap_or(EMPTY);
        let mut set = last;
        while set != EMPTY {
            if self.stored(set) == members {
                return set;
            }
            set = self.before[set as usize];
        }
        let new = self.before.len() as SetId;
        self.members.extend_from_slice(members);
        self.starts.push(self.members.len());
        self.before.push(last);
        self.by_hash.insert(hash, new);
        new
    }
}

/// A hash of numbers by multiplication, folded so that every bit counts. The numbers are the program's
/// own: nobody chooses them so that they collide.
#[derive(Default)]
pub(super) struct Mixer(u64);

pub(super) type Multiplicative = BuildHasherDefault<Mixer>;

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    #[inline]
    fn write_u32(&mut self, n: u32) {
        self.write_u64(u64::from(n));
    }

    #[inline]
    fn write_u64(&mut self, n: u64) {
        // 2^64 over the golden ratio: Knuth, "The Art of Computer Programming", volume 3, section 6.4.
        let product = u128::from(self.0.rotate_left(5) ^ n) * 0x9e37_79b9_7f4a_7c15;
        self.0 = product as u64 ^ (product >> 64) as u64;
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(sets: &Sets, set: SetId) -> Vec<usize> {
        let mut list = Vec::new();
        sets.extend(&mut list, set);
        list
    }

    #[test]
    fn equal_sets_have_equal_numbers() {
        let mut sets = Sets::new(6);
        let [a, b, c] = [0, 1, 4].map(|i| FIRST + i);
        let ab = sets.union(a, b);
        let bc = sets.union(c, b);
        assert_eq!(members(&sets, bc), [1, 4]);
        let abc = sets.union(ab, bc);
        assert_eq!(members(&sets, abc), [0, 1, 4]);
        assert_eq!(sets.union_of([c, a, b, a, EMPTY]), abc);
        assert_eq!(sets.union(abc, bc), abc);
        assert_eq!(sets.union(b, abc), abc);
        assert_eq!(sets.len(abc), 3);
    }

    #[test]
    fn a_set_of_everything_is_all() {
        let mut sets = Sets::new(3);
        let ab = sets.union(FIRST, FIRST + 1);
        assert_ne!(ab, ALL);
        assert_eq!(sets.union(ab, FIRST + 2), ALL);
        assert_eq!(sets.union_of((0..3).map(|i| FIRST + i)), ALL);
        assert_eq!(sets.union(ALL, ab), ALL);
        assert_eq!(members(&sets, ALL), [0, 1, 2]);
    }
}
