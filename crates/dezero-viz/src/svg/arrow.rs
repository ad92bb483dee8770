//! The line of an edge and the arrows at its ends.

use std::fmt::{self, Write};

use super::Length;
use crate::diagram::{Arrow, Dash, Edge};
use crate::layout::Point;
use crate::xml::Escaped;

/// The length and the width of an arrow of size 1, in points.
const LENGTH: f64 = 8.0;
const WIDTH: f64 = 6.0;

/// An arrow is never longer than this part of the last curve.
const MOST: f64 = 0.6;

/// Writes the line and the arrows.
pub(super) fn write(svg: &mut String, edge: &Edge, points: &[Point]) -> fmt::Result {
    if points.len() < 4 {
        return Ok(());
    }
    let mut points = merged(points);
    let size = edge.arrow_size;
    let head = (edge.head != Arrow::None).then(|| shorten(&mut points, LENGTH * size));
    points.reverse();
    let tail = (edge.tail != Arrow::None).then(|| shorten(&mut points, LENGTH * size));
    points.reverse();
    write!(
        svg,
        "<path fill=\"none\" d=\"M{} {}",
        Length(points[0].0),
        Length(points[0].1)
    )?;
    for curve in points[1..].chunks_exact(3) {
        svg.push('C');
        for (at, &(x, y)) in curve.iter().enumerate() {
            let separator = if at == 0 { "" } else { " " };
            write!(svg, "{separator}{} {}", Length(x), Length(y))?;
        }
    }
    svg.push_str("\"/>");
    let ends = [(edge.head, head), (edge.tail, tail)];
    for (arrow, place) in ends {
        if let Some((base, tip)) = place {
            write_arrow(svg, edge, arrow, base, tip)?;
        }
    }
    Ok(())
}

/// The line with what is straight up and down in one piece: a long edge goes past many ranks.
fn merged(points: &[Point]) -> Vec<Point> {
    let is_upright = |x: f64, curve: &[Point]| curve.iter().all(|point| (point.0 - x).abs() < 1e-3);
    let mut merged = vec![points[0]];
    let mut was_upright = false;
    for curve in points[1..].chunks_exact(3) {
        let start = merged[merged.len() - 1];
        let upright = is_upright(start.0, curve);
        if upright && was_upright {
            merged.truncate(merged.len() - 3);
            let from = merged[merged.len() - 1];
            let rise = (curve[2].1 - from.1) / 3.0;
            merged.extend([1.0, 2.0, 3.0].map(|k| (from.0, from.1 + k * rise)));
        } else {
            merged.extend_from_slice(curve);
        }
        was_upright = upright;
    }
    merged
}

/// Takes a length off the end of a line of curves, and returns the new end and the old one.
fn shorten(points: &mut Vec<Point>, length: f64) -> (Point, Point) {
    let tip = points[points.len() - 1];
    // Curves that are all within the arrow give way to it.
    while points.len() > 4 && distance(points[points.len() - 4], tip) < length {
        points.truncate(points.len() - 3);
    }
    let at = points.len() - 4;
    let curve = [points[at], points[at + 1], points[at + 2], points[at + 3]];
    let most = MOST * distance(curve[0], tip);
    let length = length.min(most.max(1.0));
    // The place on the curve that is this far from the tip.
    let (mut near, mut far) = (0.0, 1.0);
    for _ in 0..40 {
        let middle = f64::midpoint(near, far);
        if distance(split(curve, middle)[3], tip) > length {
            near = middle;
        } else {
            far = middle;
        }
    }
    let first = split(curve, near);
    points[at..].copy_from_slice(&first);
    (first[3], tip)
}

fn distance(a: Point, b: Point) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

/// The curve up to a parameter, by de Casteljau's construction.
fn split([a, b, c, d]: [Point; 4], t: f64) -> [Point; 4] {
    let between = |p: Point, q: Point| (p.0 + t * (q.0 - p.0), p.1 + t * (q.1 - p.1));
    let (ab, bc, cd) = (between(a, b), between(b, c), between(c, d));
    let (abc, bcd) = (between(ab, bc), between(bc, cd));
    [a, ab, abc, between(abc, bcd)]
}

fn write_arrow(
    svg: &mut String,
    edge: &Edge,
    arrow: Arrow,
    base: Point,
    tip: Point,
) -> fmt::Result {
    let long = distance(base, tip);
    if long == 0.0 {
        return Ok(());
    }
    let (along, across) = (
        ((tip.0 - base.0) / long, (tip.1 - base.1) / long),
        (-(tip.1 - base.1) / long, (tip.0 - base.0) / long),
    );
    let half = WIDTH / 2.0 * edge.arrow_size.max(0.1);
    let at = |forwards: f64, sideways: f64| {
        (
            base.0 + along.0 * forwards + across.0 * sideways,
            base.1 + along.1 * forwards + across.1 * sideways,
        )
    };
    let stroke = edge.paint.stroke.as_deref().unwrap_or("none");
    let filled = match arrow {
        Arrow::Hollow | Arrow::Open => "none",
        _ => stroke,
    };
    let middle = long / 2.0;
    let (corners, close): (Vec<Point>, &str) = match arrow {
        Arrow::None => return Ok(()),
        Arrow::Triangle | Arrow::Hollow => (vec![at(0.0, half), tip, at(0.0, -half)], "Z"),
        Arrow::Open => (vec![at(0.0, half), tip, at(0.0, -half)], ""),
        Arrow::Diamond => (vec![base, at(middle, half), tip, at(middle, -half)], "Z"),
        Arrow::Bar => (vec![at(long, half), at(long, -half)], ""),
        Arrow::Dot => {
            let (x, y) = at(middle, 0.0);
            return write!(
                svg,
                "<circle class=\"arrow\" cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\"/>",
                Length(x),
                Length(y),
                Length(half),
                Escaped(filled)
            );
        }
    };
    svg.push_str("<path class=\"arrow\" d=\"");
    for (at, (x, y)) in corners.into_iter().enumerate() {
        let command = if at == 0 { 'M' } else { 'L' };
        write!(svg, "{command}{} {}", Length(x), Length(y))?;
    }
    // The line itself may be dashed; its arrow is not.
    let solid = match edge.paint.dash {
        Dash::Solid => "",
        Dash::Dashed | Dash::Dotted => " stroke-dasharray=\"none\"",
    };
    write!(svg, "{close}\" fill=\"{}\"{solid}/>", Escaped(filled))?;
    if matches!(arrow, Arrow::Open | Arrow::Bar) {
        write!(
            svg,
            "<path d=\"M{} {}L{} {}\"{solid}/>",
            Length(base.0),
            Length(base.1),
            Length(tip.0),
            Length(tip.1)
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrow_takes_its_length_over_several_curves() {
        // Ten points down, in pieces of 7 and 3.
        let down = |from: f64, to: f64| {
            let step = (to - from) / 3.0;
            [from + step, from + 2.0 * step, to].map(|y| (0.0, y))
        };
        let mut points = vec![(0.0, 0.0)];
        points.extend(down(0.0, 7.0));
        points.extend(down(7.0, 10.0));
        let (base, tip) = shorten(&mut points, 5.0);
        assert_eq!((tip, points.len()), ((0.0, 10.0), 4));
        assert!((base.1 - 5.0).abs() < 1e-6, "{base:?}");
        assert_eq!(points[3], base);
    }

    #[test]
    fn what_is_straight_becomes_one_piece() {
        let mut points = vec![(5.0, 0.0)];
        for rank in 0..100 {
            let top = f64::from(rank) * 30.0;
            points.extend([10.0, 20.0, 30.0].map(|y| (5.0, top + y)));
        }
        points.extend([(5.0, 3010.0), (9.0, 3020.0), (9.0, 3030.0)]);
        let merged = merged(&points);
        assert_eq!(merged.len(), 1 + 3 + 3);
        assert_eq!((merged[0], merged[3]), ((5.0, 0.0), (5.0, 3000.0)));
        assert_eq!(merged[6], (9.0, 3030.0));
    }

    #[test]
    fn a_short_line_keeps_a_part_of_its_own() {
        let mut points = vec![(0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (3.0, 0.0)];
        let (base, tip) = shorten(&mut points, 8.0);
        assert_eq!(tip, (3.0, 0.0));
        assert!((base.0 - 3.0 * (1.0 - MOST)).abs() < 1e-6, "{base:?}");
    }
}
