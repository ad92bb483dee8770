//! What is done once the order is known: edges between neighbours of a rank, and room for titles.

use super::layers::{Course, Kind, Layers};
use super::{Problem, Titles, position};

impl Layers {
    /// Makes room that depends on who stands beside whom.
    pub(super) fn settle(&mut self, problem: &Problem, titles: Titles) {
        self.straighten_beside(problem);
        self.make_room_for_titles(problem, titles);
    }

    /// An edge between neighbours of one rank goes straight from one to the other.
    fn straighten_beside(&mut self, problem: &Problem) {
        for path in &mut self.paths {
            let (a, b) = (self.position[path.upper], self.position[path.lower]);
            if path.course != Course::Over || path.label.is_some() || a.abs_diff(b) != 1 {
                continue;
            }
            path.course = Course::Beside;
            for bend in std::mem::take(&mut path.via) {
                let item = &mut self.items[bend];
                (item.kind, item.left, item.right, item.height) = (Kind::Bend, 0.0, 0.0, 0.0);
            }
            let left = if a < b { path.upper } else { path.lower };
            // Enough for an arrow.
            let more = 24.0 - problem.node_distance;
            let own = problem.nodes[left].width / 2.0;
            let item = &mut self.items[left];
            item.right = item.right.max(own + more.max(0.0));
        }
    }

    /// A frame is at least as wide as its title: its widest rank keeps that much room.
    fn make_room_for_titles(&mut self, problem: &Problem, titles: Titles) {
        if titles == Titles::Beside {
            for item in &mut self.items {
                if let (Kind::Left, Some(at)) = (item.kind, item.cluster) {
                    item.right += problem.clusters[at].title.1;
                }
            }
            return;
        }
        // The first of its left sides, and of its right ones; they follow rank by rank.
        let mut sides = vec![[usize::MAX; 2]; problem.clusters.len()];
        for (at, item) in self.items.iter().enumerate() {
            let side = match item.kind {
                Kind::Left => 0,
                Kind::Right => 1,
                _ => continue,
            };
            if let Some(cluster) = item.cluster {
                sides[cluster][side] = sides[cluster][side].min(at);
            }
        }
        // Those within others first: they come later.
        for at in (0..problem.clusters.len()).rev() {
            let Some((top, bottom)) = self.spans[at] else {
                continue;
            };
            let mut widest = (f64::MIN, 0, 0);
            for step in 0..=bottom - top {
                let (left, right) = (sides[at][0] + step, sides[at][1] + step);
                let order = &self.ranks[top + step];
                let width: f64 = order[self.position[left]..=self.position[right]]
                    .windows(2)
                    .map(|pair| position::distance(problem, self, pair[0], pair[1]))
                    .sum();
                if width > widest.0 {
                    widest = (width, left, right);
                }
            }
            let (width, left, right) = widest;
            let cluster = problem.clusters[at];
            let more = cluster.title.0 + 2.0 * cluster.padding.min(8.0) - width;
            if more > 0.0 && cluster.title.0 > 0.0 {
                self.items[left].right += more / 2.0;
                self.items[right].left += more / 2.0;
            }
        }
    }
}
