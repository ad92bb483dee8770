//! Fewer points in long lines, where there would be too many.

use crate::layout::Route;

/// The points that the lines of a picture may have, together: about 40 MB of SVG.
const MOST_POINTS: usize = 2_000_000;

/// Takes points out of long lines where there are more than a picture may have: thousands of edges, each past
/// thousands of ranks. Their ends stay as they are.
pub(super) fn thin(routes: &mut [Route]) {
    /// The curves at each end.
    const ENDS: usize = 2;
    let points: usize = routes.iter().map(|route| route.points.len()).sum();
    if points <= MOST_POINTS {
        return;
    }
    let step = points.div_ceil(MOST_POINTS) + 1;
    for route in routes {
        let curves = route.points.len() / 3;
        if curves <= 2 * ENDS + step {
            continue;
        }
        let (from, to) = (3 * ENDS, 3 * (curves - ENDS));
        let mut thinned = route.points[..=from].to_vec();
        let knots = (from..to).step_by(3 * step).skip(1).chain([to]);
        for knot in knots {
            let ((x0, y0), (x1, y1)) = (thinned[thinned.len() - 1], route.points[knot]);
            let third = |k: f64| (x0 + k / 3.0 * (x1 - x0), y0 + k / 3.0 * (y1 - y0));
            thinned.extend([third(1.0), third(2.0), (x1, y1)]);
        }
        thinned.extend_from_slice(&route.points[to + 1..]);
        route.points = thinned;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn very_long_lines_lose_points_but_not_their_ends() {
        let line = |curves: usize| Route {
            points: (0..=3 * curves).map(|at| (at as f64, 1.0)).collect(),
            label: None,
        };
        let mut few = vec![line(1000)];
        thin(&mut few);
        assert_eq!(few[0].points.len(), 3001);
        let mut many: Vec<Route> = (0..1000).map(|_| line(2000)).chain([line(3)]).collect();
        thin(&mut many);
        let points: usize = many.iter().map(|route| route.points.len()).sum();
        assert!(points <= MOST_POINTS, "{points}");
        assert_eq!(many[1000].points.len(), 10);
        let thinned = &many[0].points;
        assert_eq!(thinned.len() % 3, 1);
        assert_eq!(thinned[..7], line(2000).points[..7]);
        assert_eq!(thinned[thinned.len() - 7..], line(2000).points[5994..]);
        assert!(thinned.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
