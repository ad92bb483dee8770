//! Edges from a node to itself, as loops at its right.

use super::Route;
use super::curve;
use super::layers::LOOP;
use super::route::{LABEL_GAP, Router};

impl Router<'_> {
    pub(super) fn loops(&self, routes: &mut [Route]) {
        let mut used = vec![0.0; self.problem.nodes.len()];
        for (index, edge) in self.problem.edges.iter().enumerate() {
            if edge.from != edge.to {
                continue;
            }
            let node = &self.problem.nodes[edge.from];
            let (x, y) = self.centre(edge.from);
            let reach = node.width / 2.0 + used[edge.from] + LOOP * 0.8;
            // A cubic reaches three quarters of the way to its controls.
            let out = x + node.width * 0.25 + (reach - node.width * 0.25) / 0.75;
            let (inner, outer) = (node.height * 0.2, node.height * 0.5 + used[edge.from] * 0.2);
            let start = (x + node.width * 0.25, y - inner);
            let end = (x + node.width * 0.25, y + inner);
            let mut pieces = vec![[start, (out, y - outer), (out, y + outer), end]];
            let (first, second) = curve::split(pieces[0], 0.5);
            pieces = vec![first, second];
            curve::clip(&mut pieces, (node, (x, y)), (node, (x, y)));
            let mut points = vec![pieces[0][0]];
            points.extend(pieces.iter().flat_map(|piece| piece[1..].iter().copied()));
            used[edge.from] += LOOP;
            let mut label = None;
            if edge.label.0 > 0.0 {
                label = Some((x + reach + LABEL_GAP + edge.label.0 / 2.0, y));
                used[edge.from] += edge.label.0 + LABEL_GAP;
            }
            routes[index] = Route { points, label };
        }
    }
}
