//! Polylines on their way into a picture: cut at the frame, and thinned below what can be seen.
//! Coordinates are those of the drawing, in pixels.

/// A point of the drawing.
pub(super) type Point = (f64, f64);

/// What is inside of the frame `(0, 0)` to `size`, in pieces. A point that is not a number ends a
/// piece.
pub(super) fn inside(points: impl IntoIterator<Item = Point>, size: Point) -> Vec<Vec<Point>> {
    let mut pieces: Vec<Vec<Point>> = Vec::new();
    let mut open = false;
    let mut previous: Option<Point> = None;
    for point in points {
        if point.0.is_nan() || point.1.is_nan() {
            (open, previous) = (false, None);
            continue;
        }
        let point = (point.0.clamp(-1e9, 1e9), point.1.clamp(-1e9, 1e9));
        if let Some(from) = previous {
            match cut(from, point, size) {
                Some((a, b)) => {
                    match pieces.last_mut() {
                        Some(piece) if open => piece.push(b),
                        _ => pieces.push(vec![a, b]),
                    }
                    open = b == point;
                }
                None => open = false,
            }
        }
        previous = Some(point);
    }
    pieces
}

/// The part of a segment inside of the frame (Liang and Barsky, "A new concept and method for line
/// clipping", 1984).
fn cut(a: Point, b: Point, size: Point) -> Option<(Point, Point)> {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (mut from, mut to) = (0.0_f64, 1.0_f64);
    for (step, room) in [
        (-dx, a.0),
        (dx, size.0 - a.0),
        (-dy, a.1),
        (dy, size.1 - a.1),
    ] {
        if step == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if step < 0.0 {
            from = from.max(room / step);
        } else {
            to = to.min(room / step);
        }
    }
    if from > to {
        return None;
    }
    let at = |t: f64| {
        (
            (a.0 + t * dx).clamp(0.0, size.0),
            (a.1 + t * dy).clamp(0.0, size.1),
        )
    };
    let start = if from == 0.0 { a } else { at(from) };
    let end = if to == 1.0 { b } else { at(to) };
    Some((start, end))
}

/// Fewer points, none of those left out further than `tolerance` from the line that is drawn; and
/// at most `limit` of them, at which a line covers its frame anyway.
///
/// One pass: from a point that is kept, the directions that pass close enough to all that follow
/// form a cone, which closes (Williams, "An efficient algorithm for the piecewise linear
/// approximation of planar curves", 1978).
pub(super) fn thin(points: &[Point], tolerance: f64, limit: usize) -> Vec<Point> {
    let mut tolerance = tolerance;
    let mut thinned = one_pass(points, tolerance);
    // A scribble all over the frame: what differs by pixels is drawn over anyway.
    while thinned.len() > limit && tolerance < 8.0 {
        tolerance *= 2.0;
        thinned = one_pass(points, tolerance);
    }
    if thinned.len() > limit {
        let every = thinned.len().div_ceil(limit);
        let last = thinned.len() - 1;
        let keep = |i: usize| i.is_multiple_of(every) || i == last;
        thinned = (0..=last)
            .filter(|&i| keep(i))
            .map(|i| thinned[i])
            .collect();
    }
    thinned
}

fn one_pass(points: &[Point], tolerance: f64) -> Vec<Point> {
    let Some((&first, rest)) = points.split_first() else {
        return Vec::new();
    };
    let mut kept = vec![first];
    let mut anchor = first;
    // The last point passed over, its distance, and the cone: a direction and what may be added.
    let mut pending: Option<(Point, f64)> = None;
    let mut cone: Option<(f64, f64, f64)> = None;
    for &point in rest {
        let (dx, dy) = (point.0 - anchor.0, point.1 - anchor.1);
        let distance = dx.hypot(dy);
        if distance <= tolerance && cone.is_none() {
            pending = Some((point, distance));
            continue;
        }
        let within = |(axis, low, high): (f64, f64, f64)| {
            let turned = turn(dy.atan2(dx) - axis);
            (low <= turned && turned <= high).then_some(turned)
        };
        let advances = pending.is_none_or(|(_, before)| distance >= before);
        match cone {
            None => cone = Some(around(dx, dy, distance, tolerance)),
            Some(old) if advances && within(old).is_some() => {
                let turned = within(old).unwrap_or(0.0);
                let half = (tolerance / distance).min(1.0).asin();
                let (axis, low, high) = old;
                cone = Some((axis, low.max(turned - half), high.min(turned + half)));
            }
            Some(_) => {
                // The line turns here: keep the point before, and start again from it.
                if let Some((before, _)) = pending {
                    kept.push(before);
                    anchor = before;
                }
                let (dx, dy) = (point.0 - anchor.0, point.1 - anchor.1);
                let distance = dx.hypot(dy);
                let close = distance <= tolerance;
                cone = (!close).then(|| around(dx, dy, distance, tolerance));
                pending = Some((point, distance));
                continue;
            }
        }
        pending = Some((point, distance));
    }
    if let Some((last, _)) = pending {
        kept.push(last);
    }
    kept
}

/// The directions that pass within `tolerance` of a point.
fn around(dx: f64, dy: f64, distance: f64, tolerance: f64) -> (f64, f64, f64) {
    let half = (tolerance / distance).min(1.0).asin();
    (dy.atan2(dx), -half, half)
}

/// An angle between -pi and pi.
fn turn(angle: f64) -> f64 {
    use std::f64::consts::{PI, TAU};
    if angle > PI {
        angle - TAU
    } else if angle < -PI {
        angle + TAU
    } else {
        angle
    }
}

/// Points of which no two are in the same square of `size` pixels, in their order.
pub(super) fn sparse(points: &[Point], size: f64) -> Vec<Point> {
    let mut taken = std::collections::HashSet::new();
    let square = |v: f64| (v / size).floor() as i64;
    let first = |&(x, y): &Point| taken.insert((square(x), square(y)));
    points.iter().copied().filter(first).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Point = (100.0, 50.0);

    #[test]
    fn a_jump_out_of_the_frame_and_back_leaves_both_parts() {
        let path = [
            (10.0, 10.0),
            (10.0, 1e300),
            (20.0, 10.0),
            (f64::NAN, 0.0),
            (30.0, 30.0),
        ];
        let pieces = inside(path, SIZE);
        assert_eq!(pieces.len(), 2);
        assert_eq!(pieces[0], [(10.0, 10.0), (10.0, 50.0)]);
        assert_eq!(pieces[1][1], (20.0, 10.0));
        assert!(inside([(-5.0, 0.0), (-5.0, 50.0)], SIZE).is_empty());
        // Through the frame without a point in it.
        assert_eq!(
            inside([(-10.0, 25.0), (110.0, 25.0)], SIZE),
            [[(0.0, 25.0), (100.0, 25.0)]]
        );
    }

    #[test]
    fn thinning_keeps_the_line_where_it_was() {
        let circle: Vec<Point> = (0..=20_000)
            .map(|i| f64::from(i) * std::f64::consts::TAU / 20_000.0)
            .map(|t| (50.0 + 40.0 * t.cos(), 50.0 + 40.0 * t.sin()))
            .collect();
        let thinned = thin(&circle, 0.1, 10_000);
        assert!((20..200).contains(&thinned.len()), "{}", thinned.len());
        let away = |p: Point| {
            thinned
                .windows(2)
                .map(|w| distance(p, w[0], w[1]))
                .fold(f64::INFINITY, f64::min)
        };
        // The cone bounds the distance from the direction of the last point passed over.
        assert!(circle.iter().all(|&p| away(p) < 0.25));
        assert_eq!(thinned.first(), circle.first());
        assert_eq!(thinned.last(), circle.last());
    }

    #[test]
    fn turning_back_is_kept_and_standing_still_is_not() {
        let there_and_back = [
            (0.0, 0.0),
            (5.0, 0.0),
            (30.0, 0.0),
            (20.0, 0.0),
            (20.0, 0.0),
        ];
        assert_eq!(
            thin(&there_and_back, 0.1, 100),
            [(0.0, 0.0), (30.0, 0.0), (20.0, 0.0)]
        );
        assert_eq!(thin(&[(1.0, 1.0); 1000], 0.1, 100), [(1.0, 1.0); 2]);
        assert_eq!(thin(&[(1.0, 1.0)], 0.1, 100), [(1.0, 1.0)]);
    }

    fn distance(p: Point, a: Point, b: Point) -> f64 {
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let square = dx * dx + dy * dy;
        let t = if square == 0.0 {
            0.0
        } else {
            (((p.0 - a.0) * dx + (p.1 - a.1) * dy) / square).clamp(0.0, 1.0)
        };
        (p.0 - a.0 - t * dx).hypot(p.1 - a.1 - t * dy)
    }
}
