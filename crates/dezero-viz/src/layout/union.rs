//! Disjoint sets: union by size, with path halving (Tarjan and van Leeuwen, 1984).

pub(super) struct Union {
    parent: Vec<usize>,
    size: Vec<usize>,
}

impl Union {
    pub(super) fn new(len: usize) -> Self {
        Union {
            parent: (0..len).collect(),
            size: vec![1; len],
        }
    }

    pub(super) fn find(&mut self, mut at: usize) -> usize {
        while self.parent[at] != at {
            self.parent[at] = self.parent[self.parent[at]];
            at = self.parent[at];
        }
        at
    }

    /// Whether they were in different sets.
    pub(super) fn join(&mut self, a: usize, b: usize) -> bool {
        let (mut a, mut b) = (self.find(a), self.find(b));
        if a == b {
            return false;
        }
        if self.size[a] < self.size[b] {
            (a, b) = (b, a);
        }
        self.parent[b] = a;
        self.size[a] += self.size[b];
        true
    }

    /// The number of the set of each, in order of the sets' first members, and how many there are.
    pub(super) fn numbers(&mut self) -> (Vec<usize>, usize) {
        let mut of_root = vec![usize::MAX; self.parent.len()];
        let mut count = 0;
        let numbers = (0..self.parent.len())
            .map(|at| {
                let root = self.find(at);
                if of_root[root] == usize::MAX {
                    of_root[root] = count;
                    count += 1;
                }
                of_root[root]
            })
            .collect();
        (numbers, count)
    }
}
