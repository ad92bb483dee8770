//! Graphs of a given size, made here.

use std::fmt::Write;

/// A chain in which every seventh step also takes what was there 13 steps before.
pub(crate) fn chain(nodes: usize) -> String {
    let mut edges: Vec<(usize, usize)> = (1..nodes).map(|node| (node - 1, node)).collect();
    edges.extend((13..nodes).step_by(7).map(|node| (node - 13, node)));
    dot(&edges)
}

/// Ranks of 20, in which each node takes two of the rank before, at random but near.
pub(crate) fn layered(nodes: usize) -> String {
    const WIDTH: usize = 20;
    let mut state = 1_u64;
    let mut edges = Vec::new();
    for node in WIDTH..nodes {
        for _ in 0..2 {
            // Knuth's linear congruential generator, MMIX.
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let near = (state >> 33) as usize % 7;
            let place = (node % WIDTH + WIDTH + near - 3) % WIDTH;
            edges.push((node - node % WIDTH - WIDTH + place, node));
        }
    }
    dot(&edges)
}

/// A network that takes the same three weights in every step.
pub(crate) fn recurrent(nodes: usize) -> String {
    let (mut edges, mut h, mut next) = (Vec::new(), 3, 4);
    while next + 5 < nodes {
        let [x, a, b, sum, y] = [next, next + 1, next + 2, next + 3, next + 4];
        edges.extend([
            (x, a),
            (0, a),
            (h, b),
            (1, b),
            (a, sum),
            (b, sum),
            (sum, y),
            (2, y),
        ]);
        (h, next) = (y, next + 5);
    }
    dot(&edges)
}

fn dot(edges: &[(usize, usize)]) -> String {
    let mut dot = "digraph g {\n".to_owned();
    for (from, to) in edges {
        let _ = writeln!(dot, "{from} -> {to}");
    }
    dot + "}\n"
}
