//! Cubic Bezier curves, and where they leave the outlines of nodes.

use super::{Node, Outline, Point};

pub(super) type Piece = [Point; 4];

pub(super) fn line(a: Point, b: Point) -> Piece {
    let at = |t: f64| (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t);
    [a, at(1.0 / 3.0), at(2.0 / 3.0), b]
}

fn mix(a: Point, b: Point, t: f64) -> Point {
    (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t)
}

/// The two parts of a curve, by de Casteljau's construction.
pub(super) fn split([a, b, c, d]: Piece, t: f64) -> (Piece, Piece) {
    let (ab, bc, cd) = (mix(a, b, t), mix(b, c, t), mix(c, d, t));
    let (abc, bcd) = (mix(ab, bc, t), mix(bc, cd, t));
    let middle = mix(abc, bcd, t);
    ([a, ab, abc, middle], [middle, bcd, cd, d])
}

pub(super) fn at([a, b, c, d]: Piece, t: f64) -> Point {
    let s = 1.0 - t;
    let (i, j, k, l) = (s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t);
    (
        i * a.0 + j * b.0 + k * c.0 + l * d.0,
        i * a.1 + j * b.1 + k * c.1 + l * d.1,
    )
}

fn reversed(pieces: &mut [Piece]) {
    pieces.reverse();
    for piece in pieces {
        piece.reverse();
    }
}

/// Whether a point lies inside of a node.
pub(super) fn is_inside(node: &Node, centre: Point, point: Point) -> bool {
    let x = (point.0 - centre.0).abs() / (node.width / 2.0).max(1e-9);
    let y = (point.1 - centre.1).abs() / (node.height / 2.0).max(1e-9);
    match node.outline {
        Outline::Box => x.max(y) < 1.0,
        Outline::Ellipse => x * x + y * y < 1.0,
        Outline::Diamond => x + y < 1.0,
    }
}

/// Cuts off what lies in the node that curves start in, and in the one that they end in.
pub(super) fn clip(pieces: &mut Vec<Piece>, start: (&Node, Point), end: (&Node, Point)) {
    reversed(pieces);
    clip_end(pieces, start.0, start.1);
    reversed(pieces);
    clip_end(pieces, end.0, end.1);
}

fn clip_end(pieces: &mut Vec<Piece>, node: &Node, centre: Point) {
    while pieces.len() > 1
        && pieces
            .last()
            .is_some_and(|piece| is_inside(node, centre, piece[0]))
    {
        pieces.pop();
    }
    let Some(last) = pieces.last_mut() else {
        return;
    };
    if is_inside(node, centre, last[0]) || !is_inside(node, centre, last[3]) {
        return;
    }
    let (mut outside, mut inside) = (0.0, 1.0);
    for _ in 0..40 {
        let middle = f64::midpoint(outside, inside);
        if is_inside(node, centre, at(*last, middle)) {
            inside = middle;
        } else {
            outside = middle;
        }
    }
    *last = split(*last, outside).0;
}
